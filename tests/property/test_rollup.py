"""The rollup kept up delivery by delivery is the one counted anew."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryFile
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, text

from tests.db.delivering import undone
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.ingest.rollup import Changes, change_rollup, monthly_counts

SOURCE = SourceId.BRANDER.number
CELL = st.tuples(st.integers(1, 3), st.integers(1, 2), st.integers(660, 663))
ADDED = st.lists(st.tuples(CELL, st.integers(1, 3)), max_size=8)
Cell = tuple[int, int, int]


@contextmanager
def changes(*parts: list[tuple[Cell, int]]) -> Iterator[Changes]:
    """Note what some parts add, or take away."""
    with TemporaryFile() as file:
        noted = Changes(file)
        for part in parts:
            place, category, month, antal = np.array([(*cell, antal) for cell, antal in part], np.int64).reshape(-1, 4).T
            noted.add(place, category, month, antal)
        yield noted


def counted(connection: Connection) -> Counter[Cell]:
    """Read the view a cell a row; none may be zero or stand twice."""
    rows = connection.execute(
        text("SELECT place_id, category_id, month, antal FROM rollup WHERE source_id = :source"), {"source": SOURCE}
    ).all()
    found = Counter({(row.place_id, row.category_id, row.month): int(row.antal) for row in rows})
    assert len(found) == len(rows)
    assert all(found.values())
    return found


@given(st.lists(ADDED, max_size=4), st.integers(0, 20))
@settings(deadline=None, max_examples=100)
def test_changes_come_together_by_month(parts: list[list[tuple[Cell, int]]], waiting: int) -> None:
    # Every second part takes away.
    signed = [[(cell, antal * (-1) ** number) for cell, antal in part] for number, part in enumerate(parts)]
    expected: Counter[Cell] = Counter()
    months: Counter[int] = Counter()
    for part in signed:
        for cell, antal in part:
            expected[cell] += antal
            months[cell[2]] += antal
    with patch("trygghetskarta.ingest.rollup._MOST_WAITING", waiting), changes(*signed) as noted:
        assert noted.months == months
        for first, last in ((660, 663), (661, 661), (664, 670)):
            assert [int(antal) for antal in noted.between(first, last)[1]] == [
                antal
                for (_, _, month), antal in sorted(expected.items(), key=lambda item: (item[0][2], item[0][0], item[0][1]))
                if antal and first <= month <= last
            ]


def test_the_rollup_kept_up_is_the_one_counted_anew(connection: Connection) -> None:
    @given(st.data())
    @settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.data_too_large])
    def deliveries(data: st.DataObject) -> None:
        with undone(connection):
            known: Counter[Cell] = Counter()
            for _ in range(data.draw(st.integers(1, 5))):
                added = data.draw(ADDED)
                taken = [(cell, data.draw(st.integers(1, antal))) for cell, antal in sorted(known.items()) if data.draw(st.booleans())]
                with changes(added, [(cell, -antal) for cell, antal in taken]) as noted:
                    change_rollup(connection, SOURCE, noted)
                for cell, antal in [*added, *((cell, -antal) for cell, antal in taken)]:
                    known[cell] += antal
                known = +known
                assert counted(connection) == known
                months: Counter[int] = Counter()
                for (_, _, month), antal in known.items():
                    months[month] += antal
                assert monthly_counts(connection, SOURCE) == months

    deliveries()


@pytest.mark.parametrize("nothing", [[], [[]], [[((1, 1, 660), 2)], [((1, 1, 660), -2)]]])
def test_what_comes_to_nothing_writes_nothing(connection: Connection, nothing: list[list[tuple[Cell, int]]]) -> None:
    with changes(*nothing) as noted:
        change_rollup(connection, SOURCE, noted)
    assert connection.execute(text("SELECT count(*) FROM rollup_month")).scalar_one() == 0
