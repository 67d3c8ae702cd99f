"""Odd questions to every analysis: all zero, one area, one month, equal periods, what is not there. An answer, or an error that says why."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import httpx
import orjson
import pytest
from sqlalchemy import Engine, text

from trygghetskarta.disclosure.cellkey import STANDARD
from trygghetskarta.domain.periods import Month

SPAN = {"from": "2025-01", "to": "2025-12"}
PLAIN = {"level": "stadsdel", **SPAN}
# What each analysis is asked beside the question itself.
ANALYSES: dict[str, dict[str, Any]] = {
    "comparisons": {"baseline": "same-period-last-year"},
    "comparisons?rate": {"baseline": "previous", "measure": "rate"},
    "comparisons?harm": {"baseline": "same-period-last-year", "measure": "harm"},
    "series": {"include": "all"},
    "series?rate": {"include": "all", "measure": "rate", "interval": "quarter"},
    "decompositions": {"baseline": "same-period-last-year"},
    "hours": {"baseline": "same-period-last-year"},
    "hexagons": {"resolution": 7, "baseline": "same-period-last-year"},
    "hotspots": {"method": "gistar"},
    "hotspots?moran": {"method": "moran"},
    "hotspots?emerging": {"method": "emerging", "from": "2023-01"},
    "pattern-changes": {"baseline": "same-period-last-year"},
    "concentration": {},
    "densities": {"bandwidth": 1000, "cell": 500},
    "near-repeats": {},
}
ODD: dict[str, dict[str, Any]] = {
    "as it is": {},
    "one area": {"area": "rinkeby"},
    "one month": {"from": "2025-03", "to": "2025-03"},
    "the whole city as one area": {"level": "stad"},
    "a month in the future": {"from": "2031-01", "to": "2031-01"},
    "equal periods": {"baseline": "2025-01..2025-12"},
    "a baseline never delivered": {"baseline": "1991-01..1991-12"},
    "an area that is not there": {"area": "ingenstans"},
    "a category that is not there": {"category": "ingen"},
    "the wrong way round": {"from": "2025-12", "to": "2025-01"},
}
SOURCES = {
    "skjutningar": {"category": "sprangning"},
    "brander": {"category": "11"},
    "anmalda_brott": {"category": "1311"},
    "polishandelser": {},
}
# What the released cells can be made to say something of; the rest is for staff.
RELEASED = {
    "comparisons",
    "comparisons?rate",
    "comparisons?harm",
    "series",
    "series?rate",
    "decompositions",
    "pattern-changes",
    "concentration",
}
HARM = ("harm", "harmLow", "harmHigh", "baselineHarm", "harmDifference", "harmPerEvent", "weighed", "harmPoliceInitiated", "contribution")
FIGURES = ("count", "baselineCount", "difference", "percent", "rate", "rateLow", "rateHigh", "ratio", "share", "margin", "value", *HARM)
# What no source can answer: a change over time needs more than a month.
CANNOT = {("hotspots?emerging", "one month")}


def nothing_but_numbers(body: bytes) -> None:
    """Refuse what JSON has no word for: NaN and infinity."""
    orjson.loads(body)


def values_of(told: Any, name: str) -> Iterator[Any]:  # noqa: ANN401 - whatever JSON holds
    """Give every value of this name, at whatever depth; of a column, each of its cells."""
    for key, value in told.items() if isinstance(told, dict) else enumerate(told) if isinstance(told, list) else ():
        if key == name:
            yield from value if isinstance(value, list) else [value]
        else:
            yield from values_of(value, name)


@pytest.mark.parametrize("analysis", ANALYSES)
@pytest.mark.parametrize("odd", ODD)
def test_every_analysis_answers_an_odd_question_or_says_why_not(live_server: str, analysis: str, odd: str) -> None:
    asked = {**PLAIN, **ANALYSES[analysis], **ODD[odd]}
    if "baseline" not in ANALYSES[analysis]:
        asked.pop("baseline", None)
    answered = 0
    with httpx.Client(base_url=live_server, timeout=120) as client:
        for source, few in product(SOURCES, (False, True)):
            question = {"source": source, **asked, **(SOURCES[source] if few else {}), "format": "json"}
            answer = client.get(f"/v1/{analysis.partition('?')[0]}", params=question)
            nothing_but_numbers(answer.content)
            if answer.is_success:
                answered += 1
                continue
            assert 400 <= answer.status_code < 500, (source, few, answer.text[:500])
            told = answer.json()
            assert told["title"]
            assert told["detail"]
            assert told["detailEn"]
    # Some source carries each analysis, also of one area and where nothing happened.
    assert answered or odd not in {"as it is", "one area", "one month"} or (analysis, odd) in CANNOT


_RELEASED = text("""
    SELECT area.code, category.code AS category, cell.antal FROM public_draw
    JOIN public_cell USING (draw_id)
    JOIN source USING (source_id)
    CROSS JOIN unnest(area_ids, category_ids, counts) AS cell (area_id, category_id, antal)
    JOIN area ON area.area_id = cell.area_id AND area.edition_id = (SELECT edition_id FROM edition ORDER BY valid_from DESC LIMIT 1)
    LEFT JOIN category USING (category_id)
    WHERE source.code = :source AND public_cell.level = 'stadsdel' AND months = :months AND first_month = :first
        AND category_id >= 0 -- below are groups across the sources
    ORDER BY number
""")


def released(engine: Engine, source: str, first: Month, months: int = 12) -> tuple[dict[str, int], dict[str, int]]:
    """Give the released cells of a period: of all events by stadsdel, and of each category summed over the stadsdelar; what is in none is 0."""
    cells: dict[tuple[str, str | None], int] = {}
    with engine.connect() as connection:
        for row in connection.execute(_RELEASED, {"source": source, "first": first.number, "months": months}):
            cells[row.code, row.category] = row.antal
    areas = {area: antal for (area, category), antal in cells.items() if category is None}
    kinds: dict[str, int] = {}
    for (_, category), antal in cells.items():
        if category is not None:
            kinds[category] = kinds.get(category, 0) + antal
    return areas, kinds


def hold_to_what_was_released(told: dict[str, Any], engine: Engine, source: str) -> None:
    """Refuse any figure of a public answer that the released cells do not make up."""
    ledger = told["ledger"]
    assert ledger.pop("withheld") is True
    ledger.pop("covered")
    assert {value for value in ledger.values() if isinstance(value, int)} == set(), ledger
    assert {value for name in HARM for value in values_of(told, name)} <= {None}
    (cells, kinds), (before, kinds_before) = (released(engine, source, Month.parse(first)) for first in ("2025-01", "2024-01"))
    quarters = {first: released(engine, source, Month.parse(first), 3)[0] for first in ("2025-01", "2025-04", "2025-07", "2025-10")}
    assert set(values_of(told, "status")) <= {"value", "withheld", "missing", "notApplicable"}
    rows = told.get("items") or [{**row, **value} for row in told["series"] for value in row["values"]]
    assert rows
    if "whole" in told:
        assert told["whole"]["count"] in (None, sum(cells.values()))
        cells, before = kinds, kinds_before
    for row in rows:
        if row["status"] == "withheld":
            # A period is withheld by itself: the one before may be among what was released, and then it is what is told.
            assert [name for name in FIGURES if row.get(name) is not None and name != "baselineCount"] == [], row
            assert row.get("baselineCount") is None or row["baselineCount"] == before[row["code"]]
            continue
        if "values" in row:
            assert row["count"] == quarters[row["from"]].get(row["code"], 0)
        else:
            assert row["count"] == cells.get(row["code"], 0)
            assert row.get("baselineCount") in (None, before.get(row["code"], 0))
        if row.get("rate") is not None and "personYears" in row:
            assert row["rate"] == pytest.approx(1000 * cells.get(row["code"], 0) / row["personYears"], abs=1e-3)


@pytest.mark.parametrize("analysis", ANALYSES)
def test_every_analysis_tells_anyone_nothing_of_what_is_withheld(public_server: str, sample: Engine, analysis: str) -> None:
    for source in SOURCES:
        question = {"source": source, **PLAIN, **ANALYSES[analysis], "format": "json"}
        answer = httpx.get(f"{public_server}/v1/{analysis.partition('?')[0]}", params=question, timeout=120)
        nothing_but_numbers(answer.content)
        if source == "polishandelser":
            assert answer.is_success or 400 <= answer.status_code < 500
        elif answer.is_success:
            assert analysis in RELEASED
            hold_to_what_was_released(answer.json(), sample, source)
        else:
            assert answer.status_code in {400, 403, 422}, answer.text


def test_what_is_released_is_no_exact_figure(public_server: str, live_server: str) -> None:
    question = {"source": "anmalda_brott", **PLAIN, "baseline": "same-period-last-year", "format": "json"}
    shown, exact = (httpx.get(f"{server}/v1/comparisons", params=question, timeout=120).json() for server in (public_server, live_server))
    off = [row["count"] - same["count"] for row, same in zip(shown["items"], exact["items"], strict=True)]
    assert max(map(abs, off)) <= STANDARD.reach
    # The noise is as likely on one side as on the other, and most cells have some.
    assert sum(map(bool, off)) > len(off) / 2
    assert min(off) < 0 < max(off)
