"""Weekday and hour, and hexagons, from events in a real database."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import orjson
import pytest
from sqlalchemy import Connection

from tests.conftest import Box, Drawing
from tests.db.delivering import counts, deliver, fires
from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.counts import Question
from trygghetskarta.domain.grid import cells_of, outline_of
from trygghetskarta.domain.periods import Month, Span, local_day
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.errors import NotCarriedError, NotCoveredError
from trygghetskarta.queries.cube import load_cube
from trygghetskarta.queries.hexagons import hexagons
from trygghetskarta.queries.hours import hours

TWO: dict[str, Box] = {"rinkeby": (0, 0, 1000, 1000), "tensta": (1000, 0, 2000, 1000)}
MARCH, FEBRUARY = Span(Month.parse("2025-03"), Month.parse("2025-03")), Span(Month.parse("2025-02"), Month.parse("2025-02"))
HEADER = "Inskrivningsdatum;Närpo;Basområde;Gata;Brottskod;Antal;Brottsdag start;Brottsdag slut;Brottstid start;Brottstid slut\n"


def about(source: SourceId, *areas: str, baseline: Span | None = None) -> Question:
    return Question(AreaLevel.STADSDEL, (source,), MARCH, areas=areas, baseline=baseline)


def test_hours_are_of_the_areas_asked_for_and_of_the_span_and_the_baseline(connection: Connection, draw: Drawing) -> None:
    draw(AreaLevel.STADSDEL, TWO)
    # A Friday evening in Rinkeby, a Saturday in Tensta, and one in February.
    deliver(
        connection,
        SourceId.BRANDER,
        fires("1;2025-03-07 22:30;500;500", "2;2025-03-08 03:00;1500;500", "3;2025-02-03 00:10;500;500"),
    )
    cube = load_cube(connection)
    found = hours(connection, cube, about(SourceId.BRANDER, "rinkeby", baseline=FEBRUARY)).content
    assert np.flatnonzero(found.span.expected).tolist() == [4 * 24 + 22]
    assert found.baseline is not None
    assert np.flatnonzero(found.baseline.expected).tolist() == [0]
    both = hours(connection, cube, about(SourceId.BRANDER)).content
    assert np.flatnonzero(both.span.expected).tolist() == [4 * 24 + 22, 5 * 24 + 3]
    assert (both.span.untimed, both.span.spread) == (0, 0)


def test_a_crime_known_to_the_day_is_in_no_hour_and_counted_as_such(connection: Connection, draw: Drawing) -> None:
    draw(AreaLevel.BASOMRADE, {"0101001": (0, 0, 1000, 1000)})
    deliver(
        connection,
        SourceId.ANMALDA_BROTT,
        HEADER
        + "2025-03-10;Järva;0101001;Storgatan;0901;2;2025-03-07;2025-03-08;2230;0215\n"
        + "2025-03-10;Järva;0101001;Storgatan;0901;3;2025-03-07;;;\n",
    )
    question = Question(AreaLevel.BASOMRADE, (SourceId.ANMALDA_BROTT,), MARCH)
    found = hours(connection, load_cube(connection), question).content.span
    assert found.expected.sum() == pytest.approx(2)
    assert found.expected[4 * 24 + 22] == pytest.approx(2 * 0.133333, abs=1e-5)
    assert (found.untimed, found.spread) == (3, 2)


def test_hours_are_those_known_on_the_day_asked_for(connection: Connection, draw: Drawing) -> None:
    draw(AreaLevel.STADSDEL, TWO)
    deliver(connection, SourceId.BRANDER, fires("1;2025-03-07 22:30;500;500"))
    today = load_cube(connection, as_of=local_day(datetime.now(UTC)))
    question = about(SourceId.BRANDER)
    assert hours(connection, today, question).content.span.expected.sum() == 1
    deliver(connection, SourceId.BRANDER, fires("1;2025-03-07 23:30;500;500"))
    corrected = hours(connection, load_cube(connection), question).content.span.expected
    assert np.flatnonzero(corrected).tolist() == [4 * 24 + 23]


def test_hexagons_and_what_has_no_point_make_up_what_is_placed(connection: Connection, draw: Drawing) -> None:
    draw(AreaLevel.STADSDEL, TWO)
    rows = "id;tid;x;y;omrade;doda;skadade;status\n"
    rows += "1;2025-03-07 22:30;150500;6580500;;0;0;bekräftad\n2;2025-03-08 22:30;150500;6580500;;0;0;bekräftad\n"
    rows += "3;2025-03-09 22:30;;;Tensta;0;0;bekräftad\n"
    deliver(connection, SourceId.SKJUTNINGAR, rows)
    cube = load_cube(connection)
    found = hexagons(connection, cube, about(SourceId.SKJUTNINGAR, baseline=FEBRUARY), 9).content
    assert counts(connection, SourceId.SKJUTNINGAR, AreaLevel.STADSDEL, "2025-03..2025-03") == {"rinkeby": 2, "tensta": 1}
    assert found.counts.tolist() == [[2, 0]]
    assert found.without_point.tolist() == [1, 0]
    assert len(found.cells) == 1
    elsewhere = hexagons(connection, cube, about(SourceId.SKJUTNINGAR, "tensta"), 9).content
    assert (elsewhere.cells, elsewhere.without_point.tolist()) == ((), [1])


def test_a_source_without_places_has_no_hexagons_and_one_never_delivered_no_hours(connection: Connection, draw: Drawing) -> None:
    draw(AreaLevel.STADSDEL, TWO)
    cube = load_cube(connection)
    with pytest.raises(NotCarriedError, match="inga platser"):
        hexagons(connection, cube, about(SourceId.POLISHANDELSER), 8)
    with pytest.raises(NotCoveredError):
        hours(connection, cube, about(SourceId.BRANDER))


def test_a_hexagon_is_that_of_h3_and_is_drawn_closed() -> None:
    cells = cells_of(np.array([18.0586]), np.array([59.3309]), 8)
    assert cells.tolist() == ["88088661d5fffff"]
    outline = outline_of("88088661d5fffff")
    assert outline.startswith('{"type":"Polygon","coordinates":[[[18.0')
    ring = orjson.loads(outline)["coordinates"][0]
    assert ring[0] == ring[-1]
    assert len(ring) == 7
