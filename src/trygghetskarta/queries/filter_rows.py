"""A filter asked of rows in memory."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Mapping
from operator import eq, ge, gt, le, lt, ne
from typing import Any

from trygghetskarta.domain.filters import Compared, Every, Filter, Holding, Literal, Not, Operator, Row, Some, Touches

_COMPARED: Mapping[Operator, Callable[[Any, Any], bool]] = {
    Operator.EQUAL: eq,
    Operator.OTHER: ne,
    Operator.LESS: lt,
    Operator.AT_MOST: le,
    Operator.MORE: gt,
    Operator.AT_LEAST: ge,
}
_MARKS = {"%": "*", "_": "?", "*": "[*]", "?": "[?]", "[": "[[]"}


def holding(wanted: Filter, touching: Callable[[Touches], Holding]) -> Holding:
    """Make a filter something that can be asked of a row.

    Args:
        wanted: The filter.
        touching: Makes the same of a test of the geometry.

    Returns:
        Whether it holds of a row, by the logic of SQL: None where a value is not there.
    """
    match wanted:
        case Compared():
            return _test(wanted)
        case Touches():
            return touching(wanted)
        case Not(part):
            inner = holding(part, touching)
            return lambda row: None if (held := inner(row)) is None else not held
        case Every(parts):
            return _together([holding(part, touching) for part in parts], False)
        case Some(parts):
            return _together([holding(part, touching) for part in parts], True)


def _together(parts: list[Holding], decides: bool) -> Holding:
    """All of them, where False decides; one of them, where True does."""

    def held(row: Row) -> bool | None:
        unknown = False
        for part in parts:
            found = part(row)
            if found is decides:
                return decides
            unknown = unknown or found is None
        return None if unknown else not decides

    return held


def _test(wanted: Compared) -> Holding:
    column = wanted.column
    if wanted.operator is Operator.IS_NULL:
        return lambda row: row[column] is None
    values = tuple(_folded(value, wanted.any_case) for value in wanted.values)
    compare = _comparison(wanted.operator, values, wanted.any_case)

    def held(row: Row) -> bool | None:
        value = row[column]
        return None if value is None else compare(_folded(value, wanted.any_case))

    return held


def _folded(value: Any, any_case: bool) -> Any:  # noqa: ANN401 - whatever a row holds
    return value.lower() if any_case and isinstance(value, str) else value


def _comparison(operator: Operator, values: tuple[Literal, ...], any_case: bool) -> Callable[[Any], bool]:
    first: Any = values[0]
    if operator in _COMPARED:
        compare = _COMPARED[operator]
        return lambda value: compare(value, first)
    if operator is Operator.BETWEEN:
        last: Any = values[1]
        return lambda value: first <= value <= last
    if operator is Operator.IN:
        among = frozenset(values)
        return lambda value: value in among
    pattern = like(str(first), any_case)
    return lambda value: pattern.match(value) is not None


def like(pattern: str, any_case: bool) -> re.Pattern[str]:
    r"""Give a LIKE pattern as a regular expression, one that takes no longer for more marks in it.

    Args:
        pattern: % for any text, _ for any letter, \ before one of them for itself.
        any_case: Whether capitals and small letters are the same.
    """
    marked = "".join(_piece(piece) for piece in re.findall(r"\\.|.", pattern, re.DOTALL))
    return re.compile(fnmatch.translate(marked), re.IGNORECASE if any_case else 0)


def _piece(piece: str) -> str:
    """Give a mark or a letter of a LIKE pattern as one of a file name's pattern."""
    if piece in ("\\%", "\\_"):
        return piece[1]
    return _MARKS.get(piece[-1], piece[-1])
