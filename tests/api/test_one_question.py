"""One and the same question to every answer: each takes it whole, checks it, and names what of it it has no use for."""

from __future__ import annotations

import io
from typing import Any

import httpx
import openpyxl
import pytest

ASKED = {
    "level": "stadsdel",
    "within": "jarva",
    "edition": "2023-07-01",
    "source": "anmalda_brott",
    "category": "kap-3",
    "from": "2025-01",
    "to": "2025-06",
    "baseline": "same-period-last-year",
    "interval": "quarter",
    "measure": "count",
    "per": "residents",
    "by": "reported",
    "weights": "straffminimum-2026-04",
}
# What each answer has no use for. Rates are told by the statistics of a comparison, and nowhere else where counts are asked for.
NOT_USED = {
    "/v1/comparisons": ["interval"],
    "/v1/comparisons?statistics=none": ["interval", "per"],
    "/v1/series": ["baseline", "per"],
    "/v1/hours": ["interval", "per", "weights"],
    "/v1/hexagons": ["interval", "per", "weights"],
    "/v1/hotspots": ["baseline", "interval", "per", "weights"],
    "/v1/hotspots?method=emerging": ["baseline", "per", "weights"],
    "/v1/decompositions": ["interval", "per"],
    "/v1/pattern-changes": ["interval", "per", "weights"],
    "/v1/concentration": ["baseline", "interval", "per", "weights"],
    "/v1/densities?bandwidth=1000&cell=500": ["interval", "per", "weights"],
    "/v1/near-repeats": ["baseline", "interval", "per", "weights"],
    "/v1/exports/comparisons?class=intern": ["interval"],
    "/v1/exports/series?class=intern": ["baseline", "per"],
    "/v1/trace": ["baseline", "interval", "per", "weights"],
    "/ogc/v1/collections/comparison/items": ["interval"],
    "/ogc/v1/collections/series/items": ["baseline", "per"],
}
BAD = {
    "interval": "week",
    "baseline": "2024-13..2025-01",
    "measure": "risk",
    "per": "cats",
    "by": "guessed",
    "category": "nowhere",
    "weights": "feathers",
    "source": "rumours",
    "bogus": "1",
}
REPORT = "/v1/lagesbilder?class=intern&area=rinkeby"
"""A report is of everything about one place."""


def get(server: str, path: str, asked: dict[str, str]) -> httpx.Response:
    written = {"format": "json"} if path.startswith("/v1") else {}
    return httpx.get(httpx.URL(f"{server}{path}").copy_merge_params(asked | written), timeout=120)


def not_used(body: dict[str, Any]) -> list[str]:
    """Give what an answer says that it had no use for: beside where it comes from, or in the question of what has no such place."""
    told = body.get("provenance") or body.get("question") or body
    found: list[str] = told.get("notUsed", body.get("notUsed", []))
    return found


def figures(body: dict[str, Any]) -> list[Any]:
    """Give the rows of an answer, whatever they are called."""
    found: list[Any] = body[next(name for name in ("items", "series", "features") if name in body)]
    return found


@pytest.mark.parametrize("path", NOT_USED)
def test_an_answer_takes_the_whole_question_and_names_what_changes_nothing(live_server: str, path: str) -> None:
    whole = get(live_server, path, ASKED)
    assert whole.status_code == 200, whole.text
    assert not_used(whole.json()) == NOT_USED[path]
    used = {name: value for name, value in ASKED.items() if name not in NOT_USED[path]}
    alone = get(live_server, path, used)
    assert not_used(alone.json()) == []
    assert figures(alone.json()) == figures(whole.json())
    assert alone.headers["etag"] != whole.headers["etag"]


@pytest.mark.parametrize("path", [*NOT_USED, REPORT])
def test_a_value_that_there_is_not_is_refused_where_it_is_not_used_too(live_server: str, path: str) -> None:
    for name, value in BAD.items():
        answer = get(live_server, path, ASKED | {name: value})
        assert answer.status_code == 400, (name, answer.text[:300])
        assert answer.headers["content-type"] == "application/problem+json"
        assert [fault["property"].removesuffix("_") for fault in answer.json()["invalidParameters"]] == [name]


def test_an_answer_that_tells_rates_uses_what_they_are_per(live_server: str) -> None:
    for path in ("/v1/series", "/v1/hotspots", "/v1/concentration"):
        told = get(live_server, path, ASKED | {"measure": "rate"}).json()
        assert "per" not in not_used(told)
        assert told["denominator"]["kind"] == "residents"


def test_a_count_is_not_told_as_a_rate(live_server: str) -> None:
    for path in ("/v1/hours", "/v1/hexagons", "/v1/near-repeats", "/v1/pattern-changes"):
        assert get(live_server, path, ASKED | {"measure": "rate"}).status_code == 400
    for path, measure in (("/v1/trace", "rate"), ("/v1/trace", "harm"), ("/v1/decompositions", "rate")):
        told = get(live_server, path, ASKED | {"measure": measure}).json()
        assert "measure" in not_used(told)
        assert figures(told) == figures(get(live_server, path, ASKED).json())


def test_a_workbook_says_it_too(live_server: str) -> None:
    asked = httpx.QueryParams(ASKED | {"format": "xlsx", "class": "intern"})
    for path, said in (("comparisons", "interval"), ("series", "baseline, per")):
        book = openpyxl.load_workbook(io.BytesIO(httpx.get(f"{live_server}/v1/exports/{path}?{asked}", timeout=120).content))
        about = {row[0]: row[1] for row in book.worksheets[-1].iter_rows(values_only=True)}
        assert about["Angivet men inte använt"] == said


def test_a_report_says_it_in_words_and_is_about_the_place_that_the_question_is_within(live_server: str) -> None:
    told = get(live_server, REPORT, ASKED | {"level": "stadsdel"}).json()
    idle = ["baseline", "by", "category", "interval", "measure", "per", "source", "weights", "within"]
    assert (told["area"], told["notUsed"]) == ("rinkeby", idle)
    (chapter,) = (chapter for chapter in told["chapters"] if chapter["heading"] == "Källor, täckning och förbehåll")
    assert "används därför inte: baseline, by," in chapter["blocks"][0]["text"]
    around = get(live_server, "/v1/lagesbilder?class=intern", ASKED).json()
    assert (around["area"], around["notUsed"]) == ("jarva", sorted({*idle, "level"} - {"within"}))
    plain = get(live_server, REPORT, {name: ASKED[name] for name in ("level", "edition", "from", "to")}).json()
    assert plain["notUsed"] == []
    assert plain["link"] == told["link"]
    refused = get(live_server, REPORT, {"within": "nowhere"})
    assert (refused.status_code, refused.json()["invalidParameters"][0]["property"]) == (400, "within")


def test_the_document_names_no_default_that_is_not_one(live_server: str) -> None:
    first = httpx.get(f"{live_server}/openapi.json")
    parameters = {each["name"]: each for each in first.json()["paths"]["/v1/hotspots"]["get"]["parameters"]}
    assert "default" not in parameters["measure"]["schema"]
    assert parameters["level"]["schema"]["default"] == "stadsdel"
    assert get(live_server, "/v1/hotspots", {"source": "anmalda_brott"}).json()["question"]["measure"] == "rate"
    again = httpx.get(f"{live_server}/openapi.json", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    assert first.headers["cache-control"].endswith("no-cache")
