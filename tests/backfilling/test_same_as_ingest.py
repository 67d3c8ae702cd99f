"""A backfill leaves what `ingest` of the same files, one after another, leaves: event for event, version for version, receipt for receipt."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.backfilling.conftest import Cities
from tests.backfilling.made import crimes_in, everything, fires_in, left_behind
from tests.faults.whole import assert_whole
from trygghetskarta.backfilling.whole import Hands, backfill
from trygghetskarta.delivering import Delivering, deliver
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.errors import BadDeliveryError
from trygghetskarta.ingest.backfill import Outcome
from trygghetskarta.settings import Settings


def one_after_another(engine: Engine, source: SourceId, folder: Path) -> list[str]:
    """Deliver the files of a folder, and give what became of each."""
    told = []
    for path in sorted(folder.iterdir()):
        if not path.name.startswith("_"):
            try:
                told.append(deliver(engine, Settings(), Delivering(source), path).status)
            except BadDeliveryError as error:
                told.append(error.code)
    return told


def fate(outcome: Outcome) -> str:
    return outcome.result.code if isinstance(outcome.result, BadDeliveryError) else outcome.result.status


@pytest.mark.parametrize(
    ("source", "fill"), [(SourceId.BRANDER, fires_in), (SourceId.ANMALDA_BROTT, crimes_in)], ids=["with ids", "without ids"]
)
def test_a_backfill_is_the_deliveries_one_after_another(
    cities: Cities, tmp_path: Path, source: SourceId, fill: Callable[[Path, int, int], None]
) -> None:
    here, there = cities(), cities()
    # First into a table that is not there yet; then again, with other files that tell of some of the same.
    for number, seed in enumerate((1, 2)):
        folder = tmp_path / f"files-{number}"
        folder.mkdir()
        fill(folder, seed, 200)
        expected = one_after_another(there, source, folder)
        assert [fate(outcome) for outcome in backfill(here, Delivering(source), [str(folder)], Hands(2))] == expected
        with here.connect() as one, there.connect() as other:
            ours, theirs = everything(one), everything(other)
            for name, rows in theirs.items():
                assert ours[name] == rows, name
            assert not left_behind(one)
            assert_whole(one)
    if source is SourceId.BRANDER:
        assert {"held", "published", "unchanged", "refused"} <= {*expected, "refused"}
