"""Laws of harm: it adds up, its interval behaves, and the cube weighs as SQL on the events does."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from tests.property.test_cube import cubes, questions
from trygghetskarta.disclosure.release import release
from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.audience import Audience
from trygghetskarta.domain.counts import Question
from trygghetskarta.domain.periods import Month, Span
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.queries.comparison import compare
from trygghetskarta.queries.decomposition import compare_parts
from trygghetskarta.serialize.decomposition import decomposition_figures
from trygghetskarta.serialize.figures import comparison_rows
from trygghetskarta.stats.decomposition import decompose
from trygghetskarta.stats.harm import harm_interval, per_event, total_harm

# Each event with the weight of the innermost category around its own that has one.
ORACLE = text("""
    WITH RECURSIVE asked AS (
        SELECT category_id, source_id, code FROM category
        WHERE source_id = ANY(:sources) AND (code = ANY(:categories) OR source_id = ANY(:whole_sources))
        UNION
        SELECT child.category_id, child.source_id, child.code FROM category child
        JOIN asked ON asked.source_id = child.source_id AND asked.code = child.parent_code
    ), around AS (
        SELECT category_id, category_id AS at, source_id, parent_code, 0 AS step FROM category
        UNION ALL
        SELECT around.category_id, outer_.category_id, outer_.source_id, outer_.parent_code, step + 1 FROM around
        JOIN category outer_ ON outer_.source_id = around.source_id AND outer_.code = around.parent_code
    ), held AS (
        SELECT DISTINCT ON (around.category_id) around.category_id, days, police_initiated FROM around
        JOIN weight ON weight.category_id = around.at ORDER BY around.category_id, step
    )
    SELECT area.code, sum(antal * days) AS harm, sum(antal * days * days) AS variance, sum(antal) AS events,
        sum(antal * days) FILTER (WHERE police_initiated) AS initiated
    FROM event JOIN asked USING (category_id) JOIN held USING (category_id) JOIN place_area USING (place_id) JOIN edition USING (edition_id)
    JOIN area ON area.area_id = place_area.area_id
    WHERE known_to IS NULL AND NOT withdrawn AND month BETWEEN :first AND :last AND valid_from = :edition AND place_area.level = :level
    GROUP BY 1
""")

counts = st.lists(st.integers(0, 5000), min_size=1, max_size=12)
days = st.floats(0.5, 3650)
ANYWHERE = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@given(st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 10_000), st.integers(1, 3650)), min_size=1, max_size=20))
def test_the_harm_of_a_union_is_the_sum_of_the_harms(rows: list[tuple[int, int, int]]) -> None:
    one, other, weights = (np.array(column) for column in zip(*rows, strict=True))
    together = total_harm(one + other, weights.astype(np.float64))
    apart = [total_harm(part, weights.astype(np.float64)) for part in (one, other)]
    assert together == (apart[0][0] + apart[1][0], apart[0][1] + apart[1][1])


@given(counts, st.data())
def test_the_interval_holds_the_estimate_and_shrinks_with_more_events(events: list[int], data: st.DataObject) -> None:
    weights = np.array(data.draw(st.lists(days, min_size=len(events), max_size=len(events))))
    heaviest = np.array(weights.max())
    table = np.array(events)
    harm, variance = total_harm(table, weights)
    low, high = harm_interval(harm, variance, heaviest)
    assert 0 <= low <= harm < high
    assert np.isfinite(high)
    more, more_variance = total_harm(4 * table, weights)
    more_low, more_high = harm_interval(more, more_variance, heaviest)
    assert (more_high - more_low) / 4 <= (high - low) * (1 + 1e-9)


@given(st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 3000), days, days), min_size=1, max_size=20))
def test_a_decomposition_closes_whatever_the_groups_do(rows: list[tuple[int, int, float, float]]) -> None:
    now, before, mean_now, mean_before = (np.array(column) for column in zip(*rows, strict=True))
    harm_now, harm_before = now * mean_now, before * mean_before
    moved = decompose((now, before), (harm_now, harm_before))
    change = harm_now.sum() - harm_before.sum()
    assert (moved.by_count + moved.by_severity).sum() == pytest.approx(change, rel=1e-9, abs=1e-6)
    if now.any() and before.any():
        assert moved.contribution.sum() == pytest.approx(moved.per_event[0] - moved.per_event[1], rel=1e-9, abs=1e-6)
        assert moved.per_event == pytest.approx((harm_now.sum() / now.sum(), harm_before.sum() / before.sum()))
    else:
        assert np.isnan(moved.contribution).all()


@given(st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 3000), days, days), min_size=2, max_size=8))
def test_the_order_of_the_groups_does_not_matter(rows: list[tuple[int, int, float, float]]) -> None:
    def of(order: list[tuple[int, int, float, float]]) -> list[float]:
        now, before, mean_now, mean_before = (np.array(column) for column in zip(*order, strict=True))
        return list(decompose((now, before), (now * mean_now, before * mean_before)).by_count)

    assert of(rows[::-1]) == of(rows)[::-1]


@given(data=st.data())
@ANYWHERE
def test_the_cube_weighs_as_sql_on_the_events_does(sample: Engine, data: st.DataObject) -> None:
    cube = data.draw(st.sampled_from(cubes(sample)), label="edition")
    question = data.draw(questions(cube), label="question")
    exact = compare(cube, question)
    assert exact.harm is not None
    assert exact.harm_variance is not None
    assert exact.weighed is not None
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
    expected = {row.code: (row.harm, row.variance, int(row.events), row.initiated or 0.0) for row in rows}
    columns = (exact.harm, exact.harm_variance, exact.weighed.events, exact.weighed.initiated)
    found = {area.code: tuple(float(column[number, 0]) for column in columns) for number, area in enumerate(exact.areas)}
    assert {code: told for code, told in found.items() if told[2]} == expected
    assert all(told == (0, 0, 0, 0) for code, told in found.items() if code not in expected)


@given(data=st.data())
@ANYWHERE
def test_the_rows_of_a_decomposition_are_together_the_whole(sample: Engine, data: st.DataObject) -> None:
    cube = data.draw(st.sampled_from(cubes(sample)))
    codes = sorted(cube.trees[SourceId.ANMALDA_BROTT].ranges)
    categories = tuple(data.draw(st.lists(st.sampled_from(codes), max_size=4, unique=True)))
    first = Month(data.draw(st.integers(Month.parse("2017-01").number, Month.parse("2025-01").number)))
    span = Span(first, first.plus(11))
    question = Question(
        AreaLevel.STADSDEL, (SourceId.ANMALDA_BROTT,), span, cube.edition.valid_from, categories=categories, baseline=span.shifted(-12)
    )
    exact, parts = compare_parts(cube, question, Audience.STAFF)
    whole = release(exact, Audience.STAFF)
    figures = decomposition_figures(whole, [(part, release(each, Audience.STAFF)) for part, each in parts])
    sums = figures.beside["whole"]
    areas = comparison_rows(whole)
    assert sums["count"] == sum(row["count"] for row in figures.rows) == sum(row["count"] for row in areas)
    assert "ovrigt" not in {row["code"] for row in figures.rows}
    if sums["harmPerEventDifference"] is not None:
        assert sum(row["contribution"] for row in figures.rows) == pytest.approx(sums["harmPerEventDifference"], abs=1e-4)
        assert sum(row["harmByCount"] + row["harmBySeverity"] for row in figures.rows) == pytest.approx(sums["harmDifference"], abs=1e-4)
    if sums["harm"] is not None:
        assert sums["harm"] == sum(row["harm"] for row in figures.rows) == sum(row["harm"] or 0 for row in areas)


def test_weights_that_are_equal_give_back_the_count() -> None:
    events = np.array([3, 0, 4])
    assert total_harm(events, np.ones(3)) == (7.0, 7.0)
    assert per_event(np.array(7.0), np.array(7)) == 1.0
