"""A filter takes the same rows in memory as in SQL; and no text makes reading it fail in another way than a refusal."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from trygghetskarta.domain.filters import CRS84, SYSTEMS, Compared, Every, Filter, Holding, Holds, Literal, Not, Operator, Some, Touches
from trygghetskarta.errors import InvalidQuestionError
from trygghetskarta.queries.areas import areas_touching
from trygghetskarta.queries.cube import find_edition
from trygghetskarta.queries.filter_rows import holding
from trygghetskarta.queries.filter_sql import SqlColumn, condition
from trygghetskarta.queries.filters import LONGEST, read_filter
from trygghetskarta.store.editions import list_editions

COLUMNS = {
    "code": SqlColumn(Holds.TEXT, "code"),
    "name": SqlColumn(Holds.TEXT, 'name COLLATE "C"'),
    "parent": SqlColumn(Holds.TEXT, "parent_code"),
    "squareMetres": SqlColumn(Holds.DECIMAL, "round(square_metres::numeric, 1)::float8"),
    "nested": SqlColumn(Holds.TRUTH, "nested"),
}
TEXTS = ["jarva", "Järva", "JÄRVA", "Ö", "0180", "Södermalm", "söder%", "%malm", "_ärva", "%", "a\\%", "", "S_dermalm", "%a%a%"]
NUMBERS = [0.0, 1e6, 2.5e6, 1.9e7, 2e8, -1.0]
NOTHING_BUT = st.sampled_from


def _values(holds: Holds) -> st.SearchStrategy[Literal]:
    if holds is Holds.TEXT:
        return NOTHING_BUT(TEXTS)
    return NOTHING_BUT(NUMBERS) if holds is Holds.DECIMAL else st.booleans()


@st.composite
def compared(draw: st.DrawFn) -> Compared:
    name = draw(st.sampled_from(sorted(COLUMNS)))
    holds = COLUMNS[name].holds
    operators = [Operator.EQUAL, Operator.OTHER, Operator.IN, Operator.IS_NULL]
    if holds is not Holds.TRUTH:
        operators += [Operator.LESS, Operator.AT_MOST, Operator.MORE, Operator.AT_LEAST, Operator.BETWEEN]
    if holds is Holds.TEXT:
        operators.append(Operator.LIKE)
    operator = draw(st.sampled_from(operators))
    many = {Operator.IS_NULL: 0, Operator.BETWEEN: 2, Operator.IN: 3}.get(operator, 1)
    values = tuple(draw(_values(holds)) for _ in range(many))
    return Compared(name, operator, values, holds is Holds.TEXT and draw(st.booleans()))


@st.composite
def filters(draw: st.DrawFn, depth: int = 3) -> Filter:
    # Not st.recursive: what it writes of itself grows three times with every step down, and hypothesis refuses to write it.
    kind = draw(st.sampled_from((Compared, Not, Every, Some))) if depth else Compared
    if kind is Compared:
        found: Compared = draw(compared())
        return found
    if kind is Not:
        return Not(draw(filters(depth - 1)))
    parts = tuple(draw(st.lists(filters(depth - 1), max_size=3)))
    return Every(parts) if kind is Every else Some(parts)


def _no_shape(_: Touches) -> Holding:
    raise AssertionError


@dataclass
class Areas:
    """Every area of the newest edition; too many to be written out when an example fails."""

    rows: list[dict[str, object]] = field(repr=False)


@pytest.fixture(scope="module")
def areas(sample: Engine) -> Areas:
    with sample.connect() as connection:
        edition = find_edition(connection, None).edition_id
        columns = ", ".join(f'{column.value} AS "{name}"' for name, column in COLUMNS.items())
        rows = connection.execute(text(f"SELECT area_id, {columns} FROM area WHERE edition_id = :edition"), {"edition": edition})
        return Areas([dict(row) for row in rows.mappings()])


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(wanted=filters())
@example(wanted=Compared("name", Operator.LESS, ("Ö",), any_case=True))
def test_rows_and_sql_agree(sample: Engine, areas: Areas, wanted: Filter) -> None:
    where = condition(wanted, COLUMNS, "geom", "3011")
    with sample.connect() as connection:
        edition = find_edition(connection, None).edition_id
        found = connection.execute(
            text(f"SELECT area_id FROM area WHERE edition_id = :edition AND {where.sql}"), {"edition": edition, **where.values}
        ).scalars()
        in_sql = set(found)
    held = holding(wanted, _no_shape)
    assert {row["area_id"] for row in areas.rows if held(row)} == in_sql


KINDS = {name: column.holds for name, column in COLUMNS.items()} | {"at": Holds.INSTANT, "on": Holds.DAY, "count": Holds.WHOLE}
PIECES = [
    "code", "name", '"name"', "at", "on", "count", "nested", "geometry", "nothing", "=", "<>", "<", ">=", "LIKE", "ILIKE", "NOT", "AND", "OR",
    "IN", "BETWEEN", "IS", "NULL", "(", ")", ",", "'jarva'", "'it''s'", "'%å_'", "'2023-01-01T'", "DATE('2023-01-01')", "1", "-2.5e300", "TRUE",
    "casei(", "accenti(", "S_INTERSECTS(", "BBOX(17,59,18,60)", "POINT(18 59)", "POLYGON((0 0,1 1,0 1,0 0))", "T_AFTER(", "TIMESTAMP('x')",
    "+", "/", "'", '"', ";", "--", "\\", "å", "\u2028", "CASEI", "INTERVAL('..','2020-01-01')", "A_CONTAINS(",
]  # fmt: skip


@settings(max_examples=600, suppress_health_check=[HealthCheck.too_slow])
@given(pieces=st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=8)), max_size=14), spaced=st.booleans())
def test_any_text_is_a_filter_or_is_refused(pieces: list[str], spaced: bool) -> None:
    written = (" " if spaced else "").join(pieces)
    with suppress(InvalidQuestionError):
        read_filter(written, KINDS, "geometry", CRS84)


@pytest.mark.parametrize(
    "written", ["(" * 20 + "count = 1" + ")" * 20, "NOT " * 20 + "count = 1", "count IN (" + ",".join("1" * 900) + ")"]
)
def test_what_is_just_short_and_shallow_enough_is_read(written: str) -> None:
    assert len(written) <= LONGEST
    read_filter(written, KINDS, "geometry", CRS84)


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    uri=st.sampled_from(sorted(SYSTEMS)),
    corners=st.lists(st.tuples(st.floats(-9e8, 9e8), st.floats(-9e8, 9e8)), min_size=3, max_size=5),
    kind=st.sampled_from(["POLYGON", "LINESTRING", "MULTIPOINT"]),
)
def test_any_shape_in_any_system_can_be_asked_for(sample: Engine, uri: str, corners: list[tuple[float, float]], kind: str) -> None:
    ring = ", ".join(f"{x:.9f} {y:.9f}" for x, y in (*corners, corners[0]))
    written = {"POLYGON": f"POLYGON(({ring}))", "LINESTRING": f"LINESTRING({ring})", "MULTIPOINT": f"MULTIPOINT({ring})"}[kind]
    wanted = read_filter(f"S_INTERSECTS(geometry, {written})", {}, "geometry", SYSTEMS[uri])
    assert isinstance(wanted, Touches)
    with sample.connect() as connection:
        edition = list_editions(connection)[0]
        areas_touching(connection, edition, max(edition.levels, key=lambda level: level.rank), wanted)
