from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

from tests.bad_inputs.table import ELSEWHERE, TABLE, TRIED

for path in Path(__file__).parent.glob("test_*.py"):
    import_module(f"tests.bad_inputs.{path.stem}")


ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("section", TABLE)
def test_every_row_of_the_table_is_tried_here_or_elsewhere(section: str) -> None:
    assert [row for row in TABLE[section] if row not in TRIED and row not in ELSEWHERE] == []


@pytest.mark.parametrize("row", ELSEWHERE)
def test_a_row_tried_elsewhere_is_tried_there(row: str) -> None:
    path, _, name = ELSEWHERE[row].partition("::")
    assert f"def {name}(" in (ROOT / path).read_text(encoding="utf-8")


def test_no_row_is_told_twice_or_stands_in_no_table() -> None:
    rows = {row for section in TABLE.values() for row in section}
    assert sorted(set(ELSEWHERE) & TRIED) == []
    assert sorted(set(ELSEWHERE) - rows) == []
