"""Whatever is asked, the events traced make the figure."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from tests.property.test_cube import city, cubes, questions
from trygghetskarta.domain.counts import Question
from trygghetskarta.domain.sources import CountsBy
from trygghetskarta.queries.comparison import compare
from trygghetskarta.queries.events import events_of
from trygghetskarta.queries.trace import Bucket, Trace, trace
from trygghetskarta.store.engine import one_state

__all__ = ["city"]


def dealt(found: Trace) -> dict[tuple[str, str | None, int, str], int]:
    """Give how many events of each divided place, category, month and area a trace counts."""
    return {
        (f"{event.source}/{event.category}/{event.area_text}", event.area, event.month.number, f"{event.share}"): event.dealt
        for event in found.events
        if event.dealt is not None
    }


@given(data=st.data())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_events_traced_make_the_figure(city: Engine, data: st.DataObject) -> None:
    by = data.draw(st.sampled_from([None, CountsBy.HAPPENED]), label="by")
    cube = data.draw(st.sampled_from(cubes(city, by)), label="edition")
    question = data.draw(questions(cube), label="question")
    bucket = data.draw(st.sampled_from(list(Bucket)), label="bucket")
    with one_state(city) as connection:
        found = trace(connection, cube, question, bucket, limit=200_000)
    whole = sum(event.antal for event in found.events if event.share is None)
    assert whole + sum(dealt(found).values()) == whole + found.estimated == found.total == found.figure
    assert (found.closes, found.rest, found.versions) == (True, 0, len(found.events))
    assert found.estimated_versions == sum(event.share is not None for event in found.events)
    assert {event.source for event in found.events} <= set(question.sources)
    assert all(question.span.first <= event.month <= question.span.last for event in found.events)
    assert all((event.area is not None) == (bucket is Bucket.PLACED) for event in found.events)


@given(data=st.data())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_trace_of_one_area_says_how_many_of_a_divided_areas_events_it_counts(divided: Engine, data: st.DataObject) -> None:
    cube = data.draw(st.sampled_from(cubes(divided)), label="edition")
    asked = data.draw(questions(cube), label="question")
    area = data.draw(st.sampled_from(cube.areas[asked.level]), label="area")
    question = Question(asked.level, asked.sources, asked.span, asked.edition, (area.code,), categories=asked.categories)
    exact = compare(cube, question)
    with one_state(divided) as connection:
        found = trace(connection, cube, question, limit=200_000)
    assert found.closes
    assert found.estimated == (0 if exact.estimated is None else int(exact.estimated.sum())) <= found.estimated_of
    assert all(0 < event.dealt <= (event.dealt_of or 0) and 0 < event.share < 1 for event in found.events if event.dealt and event.share)


@given(data=st.data())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_events_read_one_by_one_are_as_many_as_the_cube_counts(divided: Engine, data: st.DataObject) -> None:
    by = data.draw(st.sampled_from([None, CountsBy.HAPPENED]), label="by")
    cube = data.draw(st.sampled_from(cubes(divided, by)), label="edition")
    asked = data.draw(questions(cube), label="question")
    areas = data.draw(st.lists(st.sampled_from([area.code for area in cube.areas[asked.level]]), max_size=3, unique=True), label="areas")
    question = replace(asked, areas=tuple(areas))
    with one_state(divided) as connection:
        found = events_of(connection, cube, question, question.span)
    assert int(found.antal.sum()) == int(compare(cube, question).counts.sum())
    assert (found.antal > 0).all()
