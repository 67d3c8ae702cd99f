"""Tables in Brå's layout P1, from answers as the API writes them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import pytest

from trygghetskarta.domain.areas import Area, AreaLevel
from trygghetskarta.domain.counts import Status
from trygghetskarta.domain.periods import Month, Span
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.errors import ForbiddenError
from trygghetskarta.reports.asking import Desk, Query
from trygghetskarta.reports.document import Kind, Table
from trygghetskarta.reports.p1 import Line, p1_table
from trygghetskarta.reports.situation import Footing, Polygons, Situation

POPULATION = 331_539
COUNTED = {1: (2974, 2894), 12: (36_861, 32_401)}
"""Brå, P1Ln06Dec-2007, all crimes: the month, and the year; the count and the count a year earlier."""


class Nowhere:
    """A division without areas."""

    def areas(self, _: AreaLevel) -> tuple[Area, ...]:
        return ()

    def outlines(self, _: AreaLevel) -> Mapping[str, Polygons]:
        return {}

    def overlaps(self, _: Area, __: Mapping[str, Any]) -> bool:
        return False

    def touched(self, _: AreaLevel, __: Mapping[str, Any]) -> tuple[Area, ...]:
        return ()

    def meet(self, _: Mapping[str, Any], __: Mapping[str, Any]) -> bool:
        return False

    def met(self, _: Area, __: SourceId, codes: Iterable[str], ___: tuple[Span, ...]) -> set[str]:
        return set(codes)


def situation(ask: Any) -> Situation:  # noqa: ANN401 - any function of a query
    area = Area(1, AreaLevel.STAD, "0180", "Länet", None, 1.0)
    footing = Footing(date(2007, 1, 1), "indelningen", False, date(2008, 2, 1), 7)
    return Situation(Desk(ask), Nowhere(), footing, area, Span(Month.parse("2007-12"), Month.parse("2007-12")))


def answer(query: Query) -> Mapping[str, Any]:
    """Answer as /v1/comparisons does, with the counts that Brå printed."""
    months = Month.parse(query.one_of("to") or "").number - Month.parse(query.one_of("from") or "").number + 1
    now, before = COUNTED[months]
    item = {
        "count": now, "baselineCount": before, "difference": now - before, "percent": round(100 * (now - before) / before, 2) if before else None,
        "status": "value", "baselineStatus": "value", "provisional": False, "personYears": POPULATION * months / 12,
    }  # fmt: skip
    return {"items": [item]}


def printed(table: Table) -> list[str]:
    return [cell.text.replace("\u00a0", " ") for cell in table.rows[0].cells[1:]]


def made(ask: Any) -> Table:  # noqa: ANN401
    return p1_table(situation(ask), "Anmälda brott", [Line("Samtliga brott", SourceId.ANMALDA_BROTT)], per_people=True)


def test_the_layout_is_that_of_bras_printed_example() -> None:
    # Brå prints: 2974 | 80 | 3 ; 36861 | 4460 | 14 | 11118.149 for the year, and the same for the last twelve months, which in December are one.
    year = ["36 861", "+4 460", "14", "11 118,1"]
    assert printed(made(answer)) == ["2 974", "+80", "3", *year, *year]


def test_the_figure_per_100_000_is_bras_to_the_last_digit() -> None:
    cells = [cell for cell, column in zip(made(answer).rows[0].cells, made(answer).columns, strict=True) if column.kind is Kind.RATE]
    assert [cell.value for cell in cells] == [pytest.approx(11_118.149, abs=5e-4)] * 2


def test_at_base_0_the_percentage_is_a_point(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(COUNTED, 1, (4, 0))
    assert printed(made(answer))[:3] == ["4", "+4", "."]


def test_0_of_0_is_a_point_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(COUNTED, 1, (0, 0))
    assert printed(made(answer))[:3] == ["0", "0", "."]


def test_a_change_of_part_of_a_year_is_not_made_into_a_whole_years(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(COUNTED, 3, (300, 200))
    march = situation(answer)
    shown = p1_table(
        Situation(march.desk, march.geography, march.footing, march.area, Span(Month.parse("2007-03"), Month.parse("2007-03"))),
        "Anmälda brott", [Line("Samtliga brott", SourceId.ANMALDA_BROTT)], per_people=True,
    )  # fmt: skip
    assert shown.rows[0].cells[7].value == pytest.approx(300 / POPULATION * 100_000)


def test_a_withheld_figure_is_neither_0_nor_a_gap() -> None:
    def withheld(query: Query) -> Mapping[str, Any]:
        told: Any = answer(query)
        return {"items": [dict.fromkeys(told["items"][0]) | {"status": "withheld", "baselineStatus": "withheld", "provisional": False}]}

    assert set(printed(made(withheld))) == {"skyddat"}


def test_a_refused_question_says_so_in_every_cell() -> None:
    def refuse(_: Query) -> Mapping[str, Any]:
        raise ForbiddenError("Bara för behöriga.", "Staff only.")

    assert {cell.status for cell in made(refuse).rows[0].cells[1:]} == {Status.WITHHELD}


def test_every_figure_tells_where_it_comes_from() -> None:
    origins = [cell.origin for cell in made(answer).rows[0].cells[1:]]
    assert all(origin is not None and origin.question.startswith("/v1/comparisons?level=stad&area=0180&") for origin in origins)
