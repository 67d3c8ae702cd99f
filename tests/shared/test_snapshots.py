"""The 17 real answers of the police feed, in order, again, and shuffled; and with what the police could have done to them."""

from __future__ import annotations

import gzip
import json
import random
import re
from collections.abc import Callable, Iterator
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.engine import make_url

from tests.conftest import CITY, SHARED, Server
from tests.db.feeds import Known, known
from tests.faults.whole import assert_whole
from trygghetskarta.delivering import Delivering, deliver
from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.errors import BadDeliveryError
from trygghetskarta.ingest.area_files import AreaFields
from trygghetskarta.ingest.editions import LevelOrder, load_level
from trygghetskarta.ingest.receipts import Receipt
from trygghetskarta.settings import Settings
from trygghetskarta.store.engine import make_engine

pytestmark = pytest.mark.shared

SNAPSHOTS = sorted((SHARED / "police" / "snapshots").glob("*.gz"))
ARCHIVE = SHARED / "police" / "polisen_events_stockholm.json"
EMPTY = [path for path in SNAPSHOTS if not gzip.decompress(path.read_bytes()).strip()]
ANSWERS: dict[Path, list[dict[str, Any]]] = {
    path: json.loads(gzip.decompress(path.read_bytes())) for path in SNAPSHOTS if path not in EMPTY
}
EVERY = {event["id"]: event for answer in ANSWERS.values() for event in answer}

_STATE = text("""
    SELECT identity, category.code, month, withdrawn, precision, starts_at, reported_on, area_text, detail::text
    FROM event JOIN category USING (category_id) WHERE known_to IS NULL ORDER BY identity
""")


@pytest.fixture
def cities(server: Server, migrated: str) -> Iterator[Callable[[], Engine]]:
    """Give a maker of databases with the real stadsdelar and nothing else."""
    path = SHARED / "boundaries" / "stadsdelar" / "stadsdelar_4326.geojson"
    made: list[Engine] = []

    def make() -> Engine:
        made.append(make_engine(server.create(f"tk_answers_{len(server.made)}", str(make_url(migrated).database))))
        with made[-1].begin() as connection:
            load_level(connection, LevelOrder(path, AreaLevel.STADSDEL, date(2023, 7, 1), AreaFields(), CITY))
        return made[-1]

    yield make
    for engine in made:
        engine.dispose()


def load(engine: Engine, path: Path) -> Receipt:
    return deliver(engine, Settings(), Delivering(SourceId.POLISHANDELSER), path)


def state(engine: Engine) -> list[tuple[Any, ...]]:
    with engine.connect() as connection:
        assert_whole(connection)
        return [tuple(row) for row in connection.execute(_STATE)]


def known_in(engine: Engine) -> Known:
    with engine.connect() as connection:
        return known(connection)


def written(folder: Path, name: str, answer: list[dict[str, Any]]) -> Path:
    path = folder / name
    path.write_text(json.dumps(answer, ensure_ascii=False), encoding="utf-8")
    return path


def test_what_leaves_a_real_answer_falls_off_its_end() -> None:
    """Why an answer is whole only from its last rows on, and not from its oldest event: the feed sorts by a touch that it does not tell of."""
    answers = list(ANSWERS.values())
    lacked = 0
    for before, after in pairwise(answers):
        still = {event["id"] for event in after}
        left = [event["id"] not in still for event in before]
        assert left == sorted(left), "something left from the midst: it was taken back"
        oldest = min(event["datetime"] for event in after)
        lacked += sum(gone and event["datetime"] > oldest for gone, event in zip(left, before, strict=True))
    assert lacked > 50
    archived = {event["id"] for event in json.loads(ARCHIVE.read_text(encoding="utf-8"))}
    assert {number for number, event in EVERY.items() if event["location"]["name"] == "Stockholm"} <= archived


def test_in_order_again_and_shuffled_they_end_the_same_and_nothing_is_taken_back(cities: Callable[[], Engine]) -> None:
    engine = cities()
    for path in SNAPSHOTS:
        if path in EMPTY:
            before = state(engine)
            with pytest.raises(BadDeliveryError, match="tom"):
                load(engine, path)
            assert state(engine) == before
            continue
        had = len(known_in(engine))
        receipt = load(engine, path)
        assert (receipt.read, receipt.changed, receipt.rejected) == (500, 0, 0)
        assert receipt.new == len(known_in(engine)) - had
    in_order = state(engine)
    assert len(in_order) == len(EVERY) == 1061
    assert not any(withdrawn for _, withdrawn in known_in(engine).values())
    for path in ANSWERS:
        again = load(engine, path)
        assert (again.status, again.new, again.changed, again.unchanged) == ("unchanged", 0, 0, 500)
    assert state(engine) == in_order
    for seed in range(2):
        shuffled = list(ANSWERS)
        random.Random(seed).shuffle(shuffled)
        other = cities()
        for path in shuffled:
            load(other, path)
        assert state(other) == in_order, shuffled


def test_the_autumn_night_is_right_in_day_clock_and_month(cities: Callable[[], Engine]) -> None:
    engine = cities()
    for path in ANSWERS:
        load(engine, path)
    with engine.connect() as connection:
        found = {
            row.identity: (row.clock, row.month)
            for row in connection.execute(
                text("SELECT identity, to_char(starts_at AT TIME ZONE 'Europe/Stockholm', 'YYYY-MM-DD HH24:MI') AS clock, month FROM event")
            )
        }
    night = {}
    for number, event in EVERY.items():
        told = re.match(r"(2[67]) oktober (\d\d)\.(\d\d)", event["name"])
        if told is not None:
            night[str(number)] = (f"2024-10-{told[1]} {told[2]}:{told[3]}", (2024 - 1970) * 12 + 9)
    assert sum(clock.startswith("2024-10-27 02:") for clock, _ in night.values()) == 4  # the hour that was twice
    assert {number: found[number] for number in night} == night


def test_the_archive_and_the_answers_take_nothing_from_each_other(cities: Callable[[], Engine]) -> None:
    first, last = cities(), cities()
    load(first, ARCHIVE)
    for path in ANSWERS:
        load(first, path)
        load(last, path)
    load(last, ARCHIVE)
    assert state(first) == state(last)
    assert not any(withdrawn for _, withdrawn in known_in(first).values())


def test_what_is_changed_and_taken_back_is_so_in_any_order_and_kept_as_versions(cities: Callable[[], Engine], tmp_path: Path) -> None:
    """The real answers hold no revision and nothing taken back, so some of both is put into them."""
    always = [
        event["id"] for event in list(ANSWERS.values())[1] if all(event["id"] in {e["id"] for e in a} for a in list(ANSWERS.values())[1:])
    ]
    gone, back, changed, both = always[20], always[40], always[60], always[80]
    paths = []
    for number, answer in enumerate(ANSWERS.values()):
        lacks = {gone} if number >= 9 else set()
        lacks |= {back} if 5 <= number < 11 else set()
        lacks |= {both} if number >= 12 else set()
        events = [dict(event) for event in answer if event["id"] not in lacks]
        for event in events:
            if (event["id"] == changed and number >= 7) or (event["id"] == both and number >= 10):
                event["summary"] = f"Rättad: {event['summary']}"
        paths.append(written(tmp_path, f"svar-{number}.json", events))
    engine = cities()
    for path in paths:
        assert load(engine, path).status in ("published", "unchanged")
    in_order, told = state(engine), known_in(engine)
    assert {number for number, (_, withdrawn) in told.items() if withdrawn} == {str(gone), str(both)}
    assert {number for number, (summary, _) in told.items() if summary.startswith("Rättad: ")} == {str(changed), str(both)}
    with engine.connect() as connection:
        versions: dict[str, list[bool]] = dict(
            connection.execute(
                text("SELECT identity, array_agg(withdrawn ORDER BY known_from) FROM event GROUP BY identity HAVING count(*) > 1")
            ).all()
        )
    assert versions == {
        str(gone): [False, True],
        str(back): [False, True, False],
        str(changed): [False, False],
        str(both): [False, False, True],
    }
    for seed in range(3):
        random.Random(seed).shuffle(paths)
        other = cities()
        for path in paths:
            load(other, path)
        assert state(other) == in_order, paths
