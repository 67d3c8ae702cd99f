from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

from tests.bad_inputs.table import AWAITING, TABLE, TRIED

for path in Path(__file__).parent.glob("test_*.py"):
    import_module(f"tests.bad_inputs.{path.stem}")


@pytest.mark.parametrize("section", TABLE)
def test_every_row_of_the_table_is_tried_or_awaits_something_named(section: str) -> None:
    assert [row for row in TABLE[section] if row not in TRIED and row not in AWAITING] == []


def test_nothing_awaits_that_is_tried_or_stands_in_no_table() -> None:
    rows = {row for section in TABLE.values() for row in section}
    assert sorted(set(AWAITING) & TRIED) == []
    assert sorted(set(AWAITING) - rows) == []
