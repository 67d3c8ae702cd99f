"""Whatever is asked, the events traced make the figure."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from tests.property.test_cube import cubes, questions
from trygghetskarta.queries.trace import Bucket, trace
from trygghetskarta.store.engine import one_state


@given(data=st.data())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_events_traced_make_the_figure(sample: Engine, data: st.DataObject) -> None:
    cube = data.draw(st.sampled_from(cubes(sample)), label="edition")
    question = data.draw(questions(cube), label="question")
    bucket = data.draw(st.sampled_from(list(Bucket)), label="bucket")
    with one_state(sample) as connection:
        found = trace(connection, cube, question, bucket, limit=200_000)
    assert sum(event.antal for event in found.events) == found.total == found.figure
    assert (found.closes, found.rest, found.versions) == (True, 0, len(found.events))
    assert {event.source for event in found.events} <= set(question.sources)
    assert all(question.span.first <= event.month <= question.span.last for event in found.events)
    assert all((event.area is not None) == (bucket is Bucket.PLACED) for event in found.events)
