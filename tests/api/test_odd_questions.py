"""Odd questions to every analysis: all zero, one area, one month, equal periods, what is not there. An answer, or an error that says why."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import httpx
import orjson
import pytest

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


@pytest.mark.parametrize("analysis", ANALYSES)
def test_every_analysis_tells_anyone_nothing_of_what_is_withheld(public_server: str, analysis: str) -> None:
    for source in SOURCES:
        question = {"source": source, **PLAIN, **ANALYSES[analysis], "format": "json"}
        answer = httpx.get(f"{public_server}/v1/{analysis.partition('?')[0]}", params=question, timeout=120)
        nothing_but_numbers(answer.content)
        if source == "polishandelser":
            assert answer.is_success or 400 <= answer.status_code < 500
        elif answer.is_success:
            told = answer.json()
            assert set() < set(values_of(told, "status")) <= {"withheld", "missing", "notApplicable"}
            assert not [
                name for name in ("count", "rate", "ratio", "harm", "value") for value in values_of(told, name) if value is not None
            ]
        else:
            assert answer.status_code in {400, 403, 422}, answer.text
