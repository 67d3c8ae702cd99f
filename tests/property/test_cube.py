"""The cube answers what SQL on the events answers, whatever is asked."""

from __future__ import annotations

from functools import cache

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from trygghetskarta.domain.counts import Question
from trygghetskarta.domain.periods import Month, Span
from trygghetskarta.domain.sources import CONTRACTS, EVENT_SOURCES
from trygghetskarta.queries.comparison import compare
from trygghetskarta.queries.cube import Cube, list_editions, load_cube
from trygghetskarta.store.engine import one_state

ORACLE = text("""
    WITH RECURSIVE asked AS (
        SELECT category_id, source_id, code FROM category
        WHERE source_id = ANY(:sources) AND (code = ANY(:categories) OR source_id = ANY(:whole_sources))
        UNION
        SELECT child.category_id, child.source_id, child.code FROM category child
        JOIN asked ON asked.source_id = child.source_id AND asked.code = child.parent_code
    )
    SELECT coalesce(area.code, bucket) AS cell, sum(antal) AS antal
    FROM event JOIN asked USING (category_id) JOIN place_area USING (place_id) JOIN edition USING (edition_id)
    LEFT JOIN area ON area.area_id = place_area.area_id
    WHERE known_to IS NULL AND NOT withdrawn AND month BETWEEN :first AND :last AND valid_from = :edition AND place_area.level = :level
    GROUP BY 1
""")


@cache
def cubes(engine: Engine) -> list[Cube]:
    with engine.connect() as connection:
        editions = list_editions(connection)
    found = []
    for edition in editions:
        with one_state(engine) as connection:
            found.append(load_cube(connection, edition.valid_from))
    return found


@st.composite
def questions(draw: st.DrawFn, cube: Cube) -> Question:
    sources = draw(st.lists(st.sampled_from(sorted(cube.blocks)), min_size=1, max_size=3, unique=True))
    level = draw(st.sampled_from([level for level in cube.areas if not any(CONTRACTS[source].refusal(level.value) for source in sources)]))
    codes = sorted(code for source in sources for code in cube.trees[source].ranges)
    categories = draw(st.lists(st.sampled_from(codes), max_size=4, unique=True))
    # The sample holds 2016–2025; spans may reach outside it, but not lie there whole.
    first = draw(st.integers(Month.parse("2015-06").number, Month.parse("2025-12").number))
    last = draw(st.integers(max(first, Month.parse("2022-03").number), Month.parse("2026-06").number))
    return Question(level, tuple(sources), Span(Month(first), Month(last)), cube.edition.valid_from, categories=tuple(categories))


@given(data=st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_cube_equals_sql_on_the_events(sample: Engine, data: st.DataObject) -> None:
    cube = data.draw(st.sampled_from(cubes(sample)), label="edition")
    question = data.draw(questions(cube), label="question")
    exact = compare(cube, question)
    whole = [source for source in question.sources if not any(code in cube.trees[source].ranges for code in question.categories)]
    with sample.connect() as connection:
        rows = connection.execute(
            ORACLE,
            {
                "sources": [source.number for source in question.sources],
                "whole_sources": [source.number for source in whole],
                "categories": list(question.categories),
                "first": question.span.first.number,
                "last": question.span.last.number,
                "edition": cube.edition.valid_from,
                "level": question.level.value,
            },
        ).all()
    expected = {row.cell: int(row.antal) for row in rows}
    ledger = exact.ledger
    rest = (expected.pop("areaOnly", 0), expected.pop("unplaced", 0), expected.pop("outside", 0))
    assert rest == (ledger.area_only, ledger.unplaced, ledger.outside)
    assert {area.code: int(count) for area, count in zip(exact.areas, exact.counts[:, 0], strict=True) if count} == expected
    assert ledger.placed == int(exact.counts.sum())


@given(data=st.data())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_total_is_the_same_in_every_edition_and_at_every_level(sample: Engine, data: st.DataObject) -> None:
    source = data.draw(st.sampled_from(EVENT_SOURCES))
    first = data.draw(st.integers(Month.parse("2016-01").number, Month.parse("2024-12").number))
    span = Span(Month(first), Month.parse("2025-12"))
    totals = {
        compare(cube, Question(level, (source,), span, cube.edition.valid_from)).ledger.total
        for cube in cubes(sample)
        for level in cube.areas
        if CONTRACTS[source].refusal(level.value) is None
    }
    assert len(totals) == 1
