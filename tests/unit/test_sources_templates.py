"""The templates that a sender can begin from are read without a fault."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.deliveries import context, delivered
from trygghetskarta.domain.categories import tree_of
from trygghetskarta.domain.events import Reading
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.ingest.registry import ADAPTERS, LAYOUTS, VALUES

FOLDER = Path(__file__).parents[2] / "docs" / "sources" / "mallar"
TEMPLATES = sorted(FOLDER.glob("*.csv"))


def source_of(path: Path) -> SourceId:
    return next(source for source in SourceId if path.name.startswith(source))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_a_template_is_read_without_a_fault(path: Path) -> None:
    source, file = source_of(path), delivered(path.read_bytes())
    values = VALUES[source].values(file, context()) if source in VALUES else None
    parts = list(values) if values is not None else list(ADAPTERS[source].read(file, context()))
    assert sum(part.blank for part in parts) == 0
    assert [rejected for part in parts for rejected in part.rejected] == []
    kinds = {kind for part in parts if isinstance(part, Reading) for kind in part.events.kind.to_pylist()}
    assert [kind for kind in kinds if not tree_of(source).categorise(kind)[1]] == []


def test_every_layout_of_a_table_has_a_template() -> None:
    assert {source: sum(source_of(path) is source for path in TEMPLATES) for source in SourceId} == {
        source: len(layouts) for source, layouts in LAYOUTS.items()
    }


def test_every_source_has_a_sample() -> None:
    sample = FOLDER.parents[2] / "data" / "sample"
    names = [path.name for folder in (sample, sample / "deliveries") for path in folder.iterdir()]
    assert [source for source in SourceId if not any(name.startswith(source) for name in names)] == []
