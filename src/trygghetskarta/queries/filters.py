"""CQL2 text to a filter. The library `cql2` parses; what it gives is taken over only where every name and function in it is known here."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import cql2
import orjson

from trygghetskarta.domain.filters import EVERYTHING, Columns, Compared, Crs, Every, Filter, Holds, Literal, Not, Operator, Some, Touches
from trygghetskarta.errors import InvalidQuestionError, bad_parameter

LONGEST = 2048
"""Bytes of a filter."""
DEEPEST = 20
"""Levels of a filter: parentheses and NOT within each other."""

_COMPARED: Mapping[str, Operator] = {
    operator.value: operator for operator in Operator if operator.value in ("=", "<>", "<", "<=", ">", ">=")
}
_ORDERED = (Operator.LESS, Operator.AT_MOST, Operator.MORE, Operator.AT_LEAST, Operator.BETWEEN)
_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_STRING = r"'(?:[^']|'')*'"
_TOKENS = re.compile(
    rf'(?P<name>"[^"]*"|\w+)\s+(?P<not>NOT\s+)?ILIKE\s+(?P<pattern>{_STRING})|{_STRING}|"[^"]*"|(?P<open>\()|(?P<close>\))|(?P<no>\bNOT\b)',
    re.IGNORECASE,
)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_FURTHEST = 1e9


def read_filter(text: str, columns: Columns, geometry: str | None, crs: Crs) -> Filter:
    """Read a filter.

    Args:
        text: CQL2 text; ILIKE, as GDAL writes it, is understood too.
        columns: The columns that may be filtered by, and what each holds.
        geometry: What the geometry is called; None where there is none to filter by.
        crs: The system that the filter's geometries are in.

    Returns:
        The filter.

    Raises:
        InvalidQuestionError: It is too long or too deep, is not CQL2, or names a column, function or value that cannot be used.
    """
    parsed = _parsed(text)
    try:
        return _Reading(text, columns, geometry, crs).filter(parsed)
    except RecursionError as error:  # a long sum of numbers, which would be refused all the same
        raise _refused(text, "Filtret är för djupt.", "The filter is too deep.") from error


def read_value(column: str, text: str, holds: Holds) -> Literal:
    """Read the value of a parameter that names a column.

    Raises:
        InvalidQuestionError: It is not of the column's kind.
    """
    if holds in (Holds.WHOLE, Holds.DECIMAL):
        value: Any = _number(text)
    elif holds is Holds.TRUTH:
        value = {"true": True, "false": False}.get(text)
    else:
        value = text
    found = _literal(value, holds)
    if found is None:
        swedish, english = f"{column} kan inte jämföras med det värdet.", f"{column} cannot be compared with that value."
        raise bad_parameter(column, text[:200], swedish, english)
    return found


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def read_instant(text: str) -> datetime | None:
    """Read an instant as programs write it: RFC 3339, a day alone, or a day and a T; without a zone it is UTC. None where it is none."""
    try:
        found = datetime.fromisoformat(text.strip().removesuffix("T"))
    except ValueError:
        return None
    try:
        return (found if found.tzinfo is not None else found.replace(tzinfo=UTC)).astimezone(UTC)
    except OverflowError:
        return None


def _parsed(text: str) -> Any:  # noqa: ANN401 - what the library makes of it
    """Let the library parse what is neither so long nor so deep that it could do harm."""
    if len(text.encode()) > LONGEST:
        raise _refused(text, f"Filtret är längre än {LONGEST} byte.", f"The filter is longer than {LONGEST} bytes.")
    if "\x00" in text:
        raise _refused(text, "Filtret har ett nolltecken.", "The filter has a null character.")
    depth = deepest = 0
    for token in _TOKENS.finditer(text):
        depth += (token["open"] is not None or token["no"] is not None) - (token["close"] is not None)
        deepest = max(deepest, depth)
    if deepest > DEEPEST:
        raise _refused(text, f"Filtret är djupare än {DEEPEST} nivåer.", f"The filter is deeper than {DEEPEST} levels.")
    try:
        return cql2.parse_text(_TOKENS.sub(_without_ilike, text)).to_json()
    except (cql2.ParseError, cql2.ValidationError, ValueError) as error:
        raise _refused(text, "Filtret är inte CQL2 som det ska skrivas.", "The filter is not CQL2 as it should be written.") from error


def _without_ilike(token: re.Match[str]) -> str:
    if token["pattern"] is None:
        return token[0]
    return f"casei({token['name']}) {token['not'] or ''}LIKE casei({token['pattern']})"


def _refused(text: str, swedish: str, english: str) -> InvalidQuestionError:
    return bad_parameter("filter", text[:200], swedish, english)


@dataclass(frozen=True, slots=True)
class _Reading:
    """Takes over what the library parsed, part by part."""

    text: str
    columns: Columns
    geometry: str | None
    crs: Crs

    def filter(self, part: Any) -> Filter:  # noqa: ANN401 - CQL2 JSON
        """Take over a part that is true or false."""
        if part is True:
            return EVERYTHING
        if part is False:
            return Some(())
        operator, arguments = self._operation(part)
        makers: Mapping[str, Callable[[list[Any]], Filter]] = {
            "and": lambda parts: Every(tuple(self.filter(one) for one in parts)),
            "or": lambda parts: Some(tuple(self.filter(one) for one in parts)),
            "not": lambda parts: Not(self.filter(parts[0])),
            "isNull": lambda parts: Compared(self._column(parts[0])[0], Operator.IS_NULL, ()),
            "like": self._like,
            "between": lambda parts: self._test(Operator.BETWEEN, parts[0], parts[1:]),
            "in": lambda parts: self._test(Operator.IN, parts[0], parts[1]),
            "s_intersects": self._touches,
        }
        if operator in _COMPARED:
            return self._compared(operator, arguments)
        if operator not in makers:
            raise _refused(self.text, f"Filtret kan inte ha {operator}.", f"A filter cannot have {operator}.")
        return makers[operator](arguments)

    def _operation(self, part: Any) -> tuple[str, list[Any]]:  # noqa: ANN401 - CQL2 JSON
        if isinstance(part, dict) and isinstance(part.get("op"), str) and isinstance(part.get("args"), list):
            return part["op"], part["args"]
        raise _refused(self.text, "Filtret måste vara ett villkor.", "A filter must be a condition.")

    def _compared(self, operator: str, arguments: list[Any]) -> Filter:
        left, right = arguments
        if not self._names_column(left):
            left, right, operator = right, left, _TURNED.get(operator, operator)
        return self._test(_COMPARED[operator], left, [right])

    def _names_column(self, part: Any) -> bool:  # noqa: ANN401 - CQL2 JSON
        return isinstance(part, dict) and ("property" in part or (part.get("op") == "casei" and "property" in str(part.get("args"))))

    def _like(self, arguments: list[Any]) -> Filter:
        found = self._test(Operator.LIKE, arguments[0], arguments[1:2])
        pattern = found.values[0]
        if self.columns[found.column] is not Holds.TEXT:
            raise _refused(self.text, f"{found.column} är ingen text.", f"{found.column} is not a text.")
        # An escape with nothing after it means nothing.
        if isinstance(pattern, str) and (len(pattern) - len(pattern.rstrip("\\"))) % 2:
            raise _refused(self.text, "Mönstret slutar med ett ensamt \\.", "The pattern ends with a lone \\.")
        return found

    def _test(self, operator: Operator, left: Any, right: Any) -> Compared:  # noqa: ANN401 - CQL2 JSON
        column, any_case = self._column(left)
        holds = self.columns[column]
        if operator in _ORDERED and holds is Holds.TRUTH:
            raise _refused(self.text, f"{column} har ingen ordning.", f"{column} has no order.")
        if not isinstance(right, list) or not right:
            raise _refused(self.text, f"{column} jämförs inte med något värde.", f"{column} is compared with no value.")
        values = [self._folded(value) for value in right]
        any_case = any_case or any(folded for _, folded in values)
        if any_case and holds is not Holds.TEXT:
            raise _refused(self.text, f"{column} är ingen text.", f"{column} is not a text.")
        return Compared(column, operator, tuple(self._literal(column, value) for value, _ in values), any_case)

    def _literal(self, column: str, value: Any) -> Literal:  # noqa: ANN401 - CQL2 JSON
        found = _literal(value, self.columns[column])
        if found is None:
            swedish, english = f"{column} kan inte jämföras med det värdet.", f"{column} cannot be compared with that value."
            raise _refused(self.text, swedish, english)
        return found

    def _folded(self, part: Any) -> tuple[Any, bool]:  # noqa: ANN401 - CQL2 JSON
        if isinstance(part, dict) and part.get("op") == "casei" and len(part.get("args", [])) == 1:
            return part["args"][0], True
        return part, False

    def _column(self, part: Any) -> tuple[str, bool]:  # noqa: ANN401 - CQL2 JSON
        inner, any_case = self._folded(part)
        name = inner.get("property") if isinstance(inner, dict) else None
        if name is None:
            raise _refused(self.text, "Ett villkor måste börja med en egenskap.", "A condition must begin with a property.")
        if name not in self.columns:
            names = ", ".join(self.columns)
            raise _refused(
                self.text, f"Det finns ingen egenskap {name}. De som finns är {names}.", f"There is no property {name}; there are {names}."
            )
        return name, any_case

    def _touches(self, arguments: list[Any]) -> Filter:
        named = [part["property"] for part in arguments if isinstance(part, dict) and "property" in part]
        others = [part for part in arguments if not (isinstance(part, dict) and "property" in part)]
        if self.geometry is None or named != [self.geometry] or len(others) != 1:
            swedish = f"S_INTERSECTS tar egenskapen {self.geometry or 'geometry'} och en geometri."
            raise _refused(self.text, swedish, f"S_INTERSECTS takes the property {self.geometry or 'geometry'} and a geometry.")
        return Touches(orjson.dumps(self._geometry(others[0])).decode(), self.crs)

    def _geometry(self, part: Any) -> dict[str, Any]:  # noqa: ANN401 - CQL2 JSON
        if not isinstance(part, dict) or not _finite(part):
            raise _refused(self.text, "Geometrin går inte att använda.", "The geometry cannot be used.")
        if "bbox" in part:
            return box(part["bbox"])
        if "type" not in part:
            raise _refused(self.text, "Geometrin går inte att använda.", "The geometry cannot be used.")
        return part


def box(sides: list[float]) -> dict[str, Any]:
    """Give a box as a GeoJSON polygon.

    Args:
        sides: Least of the first axis, least of the second, most of each; or six, with heights, which are left out.
    """
    a, b, c, d = sides if len(sides) == 4 else (sides[0], sides[1], sides[3], sides[4])
    return {"type": "Polygon", "coordinates": [[[a, b], [c, b], [c, d], [a, d], [a, b]]]}


def _finite(part: Any) -> bool:  # noqa: ANN401 - GeoJSON
    match part:
        case dict():
            return all(_finite(value) for value in part.values())
        case list():
            return all(_finite(value) for value in part)
        case int() | float():
            return math.isfinite(part) and abs(part) < _FURTHEST
        case _:
            return isinstance(part, str)


def _literal(value: Any, holds: Holds) -> Literal | None:  # noqa: ANN401 - whatever stands there
    """Take over a value; None where it is not of the column's kind."""
    if isinstance(value, dict):
        value = value.get("timestamp", value.get("date"))
    found: Literal | None = None
    match holds:
        case Holds.TEXT if isinstance(value, str):
            found = value
        case Holds.WHOLE | Holds.DECIMAL if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
            found = float(value)
        case Holds.TRUTH if isinstance(value, bool):
            found = value
        case Holds.DAY if isinstance(value, str):
            found = _day(value)
        case Holds.INSTANT if isinstance(value, str):
            found = read_instant(value)
        case _:
            pass
    return found


def _day(text: str) -> date | None:
    found = _DAY.match(text)
    try:
        return date.fromisoformat(found[0]) if found else None
    except ValueError:
        return None
