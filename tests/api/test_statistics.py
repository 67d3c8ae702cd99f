"""The statistics of a comparison, as HTTP gives them."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import httpx
import orjson
import pytest

ASKED = {
    "source": "anmalda_brott",
    "level": "stadsdel",
    "from": "2025-01",
    "to": "2025-12",
    "baseline": "same-period-last-year",
    "format": "json",
}
PROPERTIES = (
    *("code", "name", "level", "parent", "count", "baselineCount", "difference", "percent", "rate", "rateLow", "rateHigh", "smoothedRate"),
    *("smoothedRateLocal", "ratio", "ratioLow", "ratioHigh", "pValue", "adjustedP", "verdict", "evidence", "rankLow", "rankHigh"),
    *("personYears", "expected", "funnel", "funnelLow95", "funnelHigh95", "funnelLow998", "funnelHigh998", "status", "baselineStatus"),
    *("provisional", "estimated", "estimatedShare", "baselineEstimated"),
    *("harm", "harmLow", "harmHigh", "harmPerEvent", "weighed", "harmPoliceInitiated", "harmStatus"),
    *("baselineHarm", "harmDifference", "harmPercent", "baselineHarmPerEvent"),
)


def get(server: str, **parameters: str) -> httpx.Response:
    return httpx.get(f"{server}/v1/comparisons", params={**ASKED, **parameters}, timeout=60)


def test_an_answer_has_every_property_and_all_that_they_rest_on(live_server: str) -> None:
    body = get(live_server).json()
    assert all(tuple(row) == PROPERTIES for row in body["items"])
    assert {row["verdict"] for row in body["items"]} <= {"higher", "lower", "cannotTell", "notApplicable"}
    assert body["question"]["statistics"] == "all"
    assert body["statistics"]["against"] == "baseline"
    assert body["statistics"]["dispersion"]["years"][0] == "2024-01..2024-12"
    assert body["statistics"]["total"]["verdict"] in {"higher", "lower", "cannotTell"}
    assert {"benjamini-hochberg", "empirical-bayes-marshall", "rank-interval-simulated", "funnel-spiegelhalter"} <= set(
        body["provenance"]["methods"]
    )


def test_every_method_that_an_answer_names_has_a_page(live_server: str) -> None:
    pages = "".join(page.read_text(encoding="utf-8") for page in Path("docs/methods").glob("*.md"))
    named = set()
    for source in ("anmalda_brott", "brander", "skjutningar"):
        named |= set(get(live_server, source=source).json()["provenance"]["methods"])
    assert [name for name in named if f"`{name}`" not in pages] == []


def test_the_adjusted_p_values_are_benjamini_and_hochbergs_of_those_beside_them(live_server: str) -> None:
    rows = [row for row in get(live_server).json()["items"] if row["pValue"] is not None]
    ordered = sorted(rows, key=lambda row: -row["pValue"])
    least = 1.0
    for rank, row in zip(range(len(ordered), 0, -1), ordered, strict=True):
        least = min(least, row["pValue"] * len(ordered) / rank)
        assert row["adjustedP"] == pytest.approx(least, rel=2e-3, abs=1e-5)
        found = row["pValue"] <= 0.05 and row["adjustedP"] <= 0.2
        assert (row["verdict"] in ("higher", "lower")) == found


def test_statistics_can_be_left_out(live_server: str) -> None:
    plain, full = get(live_server, statistics="none").json(), get(live_server).json()
    assert "statistics" not in plain
    assert "verdict" not in plain["items"][0]
    for few, many in zip(plain["items"], full["items"], strict=True):
        assert few == {name: many[name] for name in few}


def test_a_rate_asked_for_is_the_same_with_and_without(live_server: str) -> None:
    plain, full = (get(live_server, measure="rate", statistics=statistics).json()["items"] for statistics in ("none", "all"))
    assert [row["rate"] for row in plain] == [row["rate"] for row in full]
    assert [row["status"] for row in plain] == [row["status"] for row in full]


def test_a_source_that_is_a_selection_has_counts_and_says_why_no_rate(live_server: str) -> None:
    body = get(live_server, source="polishandelser", baseline="2025-01..2025-03", **{"from": "2025-04", "to": "2025-06"}).json()
    assert {row["rate"] for row in body["items"]} == {None}
    assert "urval" in body["statistics"]["rate"]["reason"]
    assert "selection" in body["statistics"]["rate"]["reasonEn"]


def test_the_public_gets_no_statistics_of_what_it_may_not_see(public_server: str) -> None:
    body = get(public_server, level="stadsdel", **{"from": "2025-01", "to": "2025-02"}).json()
    assert body["statistics"] is None
    assert {row["verdict"] for row in body["items"]} == {"notApplicable"}
    told = ("code", "name", "level", "parent", "verdict", "status", "baselineStatus", "provisional", "harmStatus")
    numbers = [name for name in (*PROPERTIES, "margin") if name not in told]
    assert {row[name] for row in body["items"] for name in numbers} == {None}


def test_no_answer_holds_what_json_does_not_have(live_server: str) -> None:
    for parameters in ({"level": "basomrade", "source": "skjutningar"}, {"level": "stad"}, {"level": "stad", "source": "incidenter"}):
        content = get(live_server, **parameters).content
        orjson.loads(content)
        assert not re.search(rb"\b(NaN|Infinity)\b", content)


def test_csv_and_excel_carry_the_statistics(live_server: str) -> None:
    table = csv.reader(io.StringIO(get(live_server, format="csv", dialect="rfc4180").text))
    assert tuple(next(table)) == PROPERTIES
    assert get(live_server, format="xlsx").content.startswith(b"PK")


def test_an_unknown_kind_of_statistics_is_an_error(live_server: str) -> None:
    assert get(live_server, statistics="some").status_code == 400


def test_one_area_is_held_against_another_when_asked_for(live_server: str) -> None:
    asked = {name: value for name, value in ASKED.items() if name != "baseline"}
    body = httpx.get(
        f"{live_server}/v1/comparisons", params={**asked, "area": ["rinkeby", "akalla"], "against": "akalla"}, timeout=60
    ).json()
    own, other = {row["code"]: row for row in body["items"]}["rinkeby"], {row["code"]: row for row in body["items"]}["akalla"]
    assert (body["question"]["against"], body["statistics"]["against"], body["statistics"]["per"]) == ("akalla", "area", "personYears")
    assert own["ratio"] == pytest.approx(own["count"] / own["personYears"] / (other["count"] / other["personYears"]), rel=1e-3)
    assert own["ratioLow"] < own["ratio"] < own["ratioHigh"]
    assert own["adjustedP"] == own["pValue"], "one test is adjusted for no others"
    assert (other["ratio"], other["verdict"]) == (None, "notApplicable")


def test_an_area_to_hold_against_must_be_there_and_leaves_no_room_for_a_baseline(live_server: str) -> None:
    unknown = httpx.get(f"{live_server}/v1/comparisons", params={"source": "anmalda_brott", "against": "atlantis"}, timeout=60)
    both = get(live_server, against="rinkeby")
    assert [answer.status_code for answer in (unknown, both)] == [400, 400]
    assert "atlantis" in unknown.json()["detail"]
    assert "inte båda" in both.json()["detail"]


def test_a_source_that_carries_no_rates_says_so_of_two_areas(live_server: str) -> None:
    asked = {"source": "polishandelser", "level": "stadsdel", "against": "akalla", "area": "rinkeby", "format": "json"}
    body = httpx.get(f"{live_server}/v1/comparisons", params=asked, timeout=60).json()
    assert body["statistics"]["against"] == "nothing"
    assert body["statistics"]["reason"] == body["statistics"]["rate"]["reason"]
    assert body["statistics"]["reason"]
    assert body["items"][0]["verdict"] == "notApplicable"
