"""The cube answers what SQL on the events answers, whatever is asked."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.counts import Question
from trygghetskarta.domain.periods import Month, Span
from trygghetskarta.domain.sources import CONTRACTS, EVENT_SOURCES, CountsBy
from trygghetskarta.queries.comparison import compare
from trygghetskarta.queries.cube import Cube, load_cube
from trygghetskarta.queries.dating import counted_otherwise
from trygghetskarta.store.editions import list_editions
from trygghetskarta.store.engine import one_state

# A place that lies in one area is dealt to it whole: from 0 to 1 000 000 millionths.
ORACLE = text("""
    WITH RECURSIVE asked AS (
        SELECT category_id, source_id, code FROM category
        WHERE source_id = ANY(:sources) AND (code = ANY(:categories) OR source_id = ANY(:whole_sources))
        UNION
        SELECT child.category_id, child.source_id, child.code FROM category child
        JOIN asked ON asked.source_id = child.source_id AND asked.code = child.parent_code
    ), dated AS (
        SELECT event.*, asked.code, CASE
            WHEN event.source_id <> ALL(:otherwise) THEN month
            WHEN :by = 'happened' THEN (SELECT (extract(year FROM d) - 1970) * 12 + extract(month FROM d) - 1
                FROM (SELECT starts_at AT TIME ZONE 'Europe/Stockholm') AS local (d))::int
            ELSE ((extract(year FROM reported_on) - 1970) * 12 + extract(month FROM reported_on) - 1)::int
        END AS dated
        FROM event JOIN asked USING (category_id) WHERE known_to IS NULL AND NOT withdrawn
    ), delivered AS (
        SELECT source_id, min(month) AS since, max(month) AS until FROM coverage WHERE known_to IS NULL GROUP BY source_id
    ), cell AS (
        SELECT place_id, known_by, dated, sum(antal) AS n,
            (('x' || left(md5(known_by || '|' || source.code || '|' || dated.code), 15))::bit(60)::bigint + dated::bigint * 618033) % 1000000 AS u
        FROM dated JOIN place USING (place_id) JOIN source USING (source_id) JOIN delivered USING (source_id)
        WHERE dated BETWEEN :first AND :last AND dated BETWEEN since AND until
        GROUP BY place_id, known_by, dated, source.code, dated.code
    )
    SELECT coalesce(area.code, bucket) AS cell, sum(div(ends * n + u, 1000000) - div(begins * n + u, 1000000)) AS antal,
        sum(CASE WHEN ends - begins < 1000000 THEN div(ends * n + u, 1000000) - div(begins * n + u, 1000000) ELSE 0 END) AS estimated
    FROM cell JOIN place_area USING (place_id) JOIN edition USING (edition_id) LEFT JOIN area USING (area_id)
    WHERE valid_from = :edition AND place_area.level = :level GROUP BY 1
""")


@cache
def cubes(engine: Engine, by: CountsBy | None = None) -> list[Cube]:
    with engine.connect() as connection:
        editions = list_editions(connection)
    found = []
    for edition in editions:
        with one_state(engine) as connection:
            found.append(load_cube(connection, edition.valid_from, by=by))
    return found


@pytest.fixture(params=["sample", "divided"])
def city(request: pytest.FixtureRequest) -> Engine:
    engine: Engine = request.getfixturevalue(request.param)
    return engine


@st.composite
def questions(draw: st.DrawFn, cube: Cube) -> Question:
    told = [source for source in sorted(cube.blocks) if cube.by is None or cube.by in CONTRACTS[source].dates]
    sources = draw(st.lists(st.sampled_from(told), min_size=1, max_size=3, unique=True))
    level = draw(st.sampled_from([level for level in cube.areas if not any(CONTRACTS[source].refusal(level.value) for source in sources)]))
    codes = sorted(code for source in sources for code in cube.trees[source].ranges)
    categories = draw(st.lists(st.sampled_from(codes), max_size=4, unique=True))
    # Spans may reach outside what was delivered, but not lie there whole.
    months = [month for source in sources for month in (cube.covered[source][0], cube.covered[source][-1])]
    first = draw(st.integers(int(min(months)) - 6, int(max(months))))
    last = draw(st.integers(max(first, min(int(cube.covered[source][0]) for source in sources)), int(max(months)) + 6))
    return Question(
        level, tuple(sources), Span(Month(first), Month(last)), cube.edition.valid_from, categories=tuple(categories), by=cube.by
    )


def told_by_sql(engine: Engine, cube: Cube, question: Question) -> dict[str, tuple[int, int]]:
    """Count from the events: for each area and part of the ledger how many, and how many of them are dealt by share."""
    whole = [source for source in question.sources if not any(code in cube.trees[source].ranges for code in question.categories)]
    with engine.connect() as connection:
        rows = connection.execute(
            ORACLE,
            {
                "sources": [source.number for source in question.sources],
                "whole_sources": [source.number for source in whole],
                "otherwise": [source.number for source in counted_otherwise(cube.by)],
                "by": str(cube.by),
                "categories": list(question.categories),
                "first": question.span.first.number,
                "last": question.span.last.number,
                "edition": cube.edition.valid_from,
                "level": question.level.value,
            },
        ).all()
    return {row.cell: (int(row.antal), int(row.estimated)) for row in rows if row.antal}


@given(data=st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_cube_equals_sql_on_the_events(city: Engine, data: st.DataObject) -> None:
    by = data.draw(st.sampled_from([None, CountsBy.HAPPENED, CountsBy.REPORTED]), label="by")
    cube = data.draw(st.sampled_from(cubes(city, by)), label="edition")
    question = data.draw(questions(cube), label="question")
    exact = compare(cube, question)
    expected = told_by_sql(city, cube, question)
    ledger = exact.ledger
    rest = [expected.pop(bucket, (0, 0))[0] for bucket in ("areaOnly", "unplaced", "outside")]
    assert rest == [ledger.area_only, ledger.unplaced, ledger.outside]
    estimated = exact.estimated if exact.estimated is not None else 0 * exact.counts
    found = {
        area.code: (int(count), int(dealt))
        for area, count, dealt in zip(exact.areas, exact.counts[:, 0], estimated[:, 0], strict=True)
        if count
    }
    assert found == expected
    assert ledger.placed == int(exact.counts.sum())


@given(data=st.data())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_total_is_the_same_in_every_edition_and_at_every_level(city: Engine, data: st.DataObject) -> None:
    by = data.draw(st.sampled_from([None, CountsBy.HAPPENED]), label="by")
    every = cubes(city, by)
    told = [source for source in EVENT_SOURCES if source in every[0].blocks]
    sources = tuple(data.draw(st.lists(st.sampled_from(told), min_size=1, max_size=3, unique=True), label="sources"))
    codes = sorted(code for source in sources for code in every[0].trees[source].ranges)
    categories = tuple(data.draw(st.lists(st.sampled_from(codes), max_size=3, unique=True), label="categories"))
    months = every[0].covered[sources[0]]
    first, last = sorted(data.draw(st.lists(st.sampled_from(months.tolist()), min_size=2, max_size=2), label="span"))
    ledgers = {
        (cube.edition.valid_from, level): compare(
            cube, Question(level, sources, Span(Month(first), Month(last)), cube.edition.valid_from, categories=categories, by=by)
        ).ledger
        for cube in every
        for level in cube.areas
        if all(CONTRACTS[source].refusal(level.value) is None for source in sources)
    }
    assert len({(ledger.total, ledger.withheld, ledger.undated) for ledger in ledgers.values()}) == 1, ledgers


@given(data=st.data())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_larger_area_has_what_the_areas_in_it_have_in_every_category_and_month(divided: Engine, data: st.DataObject) -> None:
    """Of events known by a fine area: those known by a larger one only are in none of the finer."""
    cube = data.draw(st.sampled_from([cube for cube in cubes(divided) if AreaLevel.BASOMRADE in cube.areas]), label="edition")
    source = next(source for source in cube.blocks if source == "anmalda_brott")
    code = data.draw(st.sampled_from(sorted(cube.trees[source].ranges)), label="category")
    month = Month(data.draw(st.integers(Month.parse("2019-01").number, Month.parse("2022-12").number), label="month"))
    fine, large = (
        compare(cube, Question(level, (source,), Span(month, month), cube.edition.valid_from, categories=(code,)))
        for level in list(cube.areas)[:2]
    )
    # d2 of 2023 lies in two larger areas, so what is there is in neither.
    parents = [area.parent if area.code != "d2" else None for area in fine.areas]
    for number, area in enumerate(large.areas):
        inside = [count for count, parent in zip(fine.counts[:, 0].tolist(), parents, strict=True) if parent == area.code]
        assert sum(inside) == large.counts[number, 0]
