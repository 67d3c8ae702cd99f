"""A filter as a condition in SQL: the names in it are written here, and every value is bound."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from trygghetskarta.domain.filters import Compared, Crs, Every, Filter, Holds, Literal, Not, Operator, Some, Touches

_TYPES = {
    Holds.TEXT: "text",
    Holds.WHOLE: "float8",
    Holds.DECIMAL: "float8",
    Holds.TRUTH: "boolean",
    Holds.DAY: "date",
    Holds.INSTANT: "timestamptz",
}
# Only what lies within reach of the system is turned into another: a map of the whole world asks for a box that has no place in a Swedish one.
_TOUCHES = """
    ST_Intersects({geometry}, (
        SELECT ST_Transform(ST_Segmentize(part, greatest(ST_XMax(part) - ST_XMin(part), ST_YMax(part) - ST_YMin(part), 0.001) / 64), {into})
        FROM (SELECT ST_Intersection(ST_MakeValid({given}), ST_MakeEnvelope({reach})) AS part) AS asked
    ))
"""


@dataclass(frozen=True, slots=True)
class SqlColumn:
    """A column as SQL.

    Attributes:
        holds: What it holds.
        value: The expression for its value, or for that of another table's row.
        found: The condition on that other table, with `{}` where its own condition stands; `{}` where the value is at hand.
        lacking: The condition that it has no value.
    """

    holds: Holds
    value: str
    found: str = "{}"
    lacking: str | None = None


@dataclass(slots=True)
class Condition:
    """A condition in SQL with its bound values.

    Attributes:
        sql: The condition, in parentheses.
        values: Its values by name.
    """

    sql: str = "(true)"
    values: dict[str, Any] = field(default_factory=dict)


def condition(wanted: Filter, columns: Mapping[str, SqlColumn], geometry: str, srid: str) -> Condition:
    """Write a filter as a condition.

    Args:
        wanted: The filter.
        columns: The columns by name.
        geometry: The expression for the geometry.
        srid: That for the number of its system.

    Returns:
        The condition.
    """
    writing = _Writing(columns, geometry, srid)
    sql = writing.sql(wanted)
    return Condition(f"({sql})", writing.values)


@dataclass(slots=True)
class _Writing:
    columns: Mapping[str, SqlColumn]
    geometry: str
    srid: str
    values: dict[str, Any] = field(default_factory=dict)

    def sql(self, wanted: Filter) -> str:
        match wanted:
            case Compared():
                return self._test(wanted)
            case Touches():
                return self._touches(wanted)
            case Not(part):
                return f"(NOT {self.sql(part)})"
            case Every(parts):
                return f"({' AND '.join([self.sql(part) for part in parts] or ['true'])})"
            case Some(parts):
                return f"({' OR '.join([self.sql(part) for part in parts] or ['false'])})"

    def _bound(self, value: Literal | list[Literal], kind: str) -> str:
        name = f"filter{len(self.values)}"
        self.values[name] = value
        return f"CAST(:{name} AS {kind})"

    def _test(self, wanted: Compared) -> str:
        column = self.columns[wanted.column]
        if wanted.operator is Operator.IS_NULL:
            return f"({column.lacking or f'{column.value} IS NULL'})"
        return f"({column.found.format(self._comparison(column, wanted))})"

    def _comparison(self, column: SqlColumn, wanted: Compared) -> str:
        kind = _TYPES[column.holds]
        # By code point å, ä and ö have no small letters, by the database's own order they have.
        left = f'(lower(({column.value}) COLLATE "default") COLLATE "C")' if wanted.any_case else column.value
        values = [value.lower() if wanted.any_case and isinstance(value, str) else value for value in wanted.values]
        match wanted.operator:
            case Operator.BETWEEN:
                return f"{left} BETWEEN {self._bound(values[0], kind)} AND {self._bound(values[1], kind)}"
            case Operator.IN:
                return f"{left} = ANY({self._bound(values, f'{kind}[]')})"
            case Operator.LIKE:
                return f"{left} LIKE {self._bound(values[0], kind)}"
            case _:
                return f"{left} {wanted.operator.value} {self._bound(values[0], kind)}"

    def _touches(self, wanted: Touches) -> str:
        return touches(self.geometry, self.srid, self._bound(wanted.geometry, "text"), wanted.crs)


def touches(geometry: str, srid: str, given: str, crs: Crs) -> str:
    """Write the condition that a geometry has a point in common with a given one.

    Args:
        geometry: The expression for the geometry.
        srid: That for the number of its system.
        given: That for the GeoJSON text of the other, in the order of axes of its system.
        crs: The system of the other.
    """
    shape = f"ST_SetSRID(ST_GeomFromGeoJSON({given}), {crs.srid})"
    if crs.northing_first:
        shape = f"ST_FlipCoordinates({shape})"
    reach = ", ".join(str(side) for side in crs.reach)
    return _TOUCHES.format(geometry=geometry, into=srid, given=shape, reach=f"{reach}, {crs.srid}")
