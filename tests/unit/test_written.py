"""Rows taken as they were written before: the same as written anew, whatever was written in between."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.answers import AREAS, AUTUMN_BEFORE, comparison
from trygghetskarta.disclosure.release import release
from trygghetskarta.domain.audience import Audience
from trygghetskarta.domain.counts import Exact, Protected, Published
from trygghetskarta.serialize import written
from trygghetskarta.serialize.figures import compared_columns
from trygghetskarta.serialize.values import members
from trygghetskarta.serialize.written import END, written_rows

counts = st.one_of(st.integers(0, 4), st.sampled_from([1_000, 2**28 - 1, 2**28, 2**40]))


@st.composite
def answers(draw: st.DrawFn) -> Published:
    """Make answers about two areas that differ in all that a row may hang on."""
    paired = draw(st.booleans())
    columns = 2 if paired else 1
    table = draw(st.lists(st.lists(counts, min_size=columns, max_size=columns), min_size=2, max_size=2))
    flag = st.booleans()
    exact: Exact = comparison(
        table,
        baseline=AUTUMN_BEFORE if paired else None,
        missing=(draw(flag), draw(flag)),
        comparable=draw(flag),
        provisional=(draw(flag), draw(flag)),
    )
    if draw(flag):
        states = draw(st.lists(st.integers(0, 3), min_size=2 * columns, max_size=2 * columns))
        exact = replace(exact, lacking=np.array(states, np.int8).reshape(2, columns))
    if draw(flag):
        exact = replace(exact, estimated=np.minimum(exact.counts, draw(st.integers(0, 2))))
    if draw(flag):
        margins = np.array(draw(st.lists(st.integers(1, 9), min_size=columns, max_size=columns)))
        exact = replace(exact, protected=Protected(np.ones(columns, bool), np.ones(columns, np.int64), np.ones(columns), margins))
    return release(exact, Audience.STAFF)


@given(st.lists(answers(), min_size=1, max_size=8))
def test_rows_are_those_that_would_be_written_anew(asked: list[Published]) -> None:
    for published in (*asked, *asked):
        assert written_rows(published, None) == members(compared_columns(published, None), len(AREAS), END)


def test_no_more_rows_are_kept_than_there_is_room_for() -> None:
    kept = written._kept(*written._kind(release(comparison([[0, 0], [0, 0]]), Audience.STAFF)))
    for number in range(3 * written._MOST_ROWS // len(AREAS)):
        published = release(comparison([[number, 0], [0, number]]), Audience.STAFF)
        assert written_rows(published, None)[0].startswith(b',"count":%d,' % number)
        assert len(kept) <= written._MOST_ROWS
    assert len(kept) > len(AREAS)


def test_what_is_changed_of_the_rows_given_is_not_given_again() -> None:
    published = release(comparison([[3, 1], [2, 2]]), Audience.STAFF)
    first = written_rows(published, None)
    first[-1] = first[-1][:-1]
    assert written_rows(published, None)[-1] == first[-1] + b","
