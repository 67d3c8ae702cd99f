"""Harm, decompositions and weights over HTTP."""

from __future__ import annotations

import pytest

from tests.api.test_api import get
from trygghetskarta.disclosure.cellkey import STANDARD

ASKED = {"source": "anmalda_brott", "from": "2025-01", "to": "2025-12"}


def test_a_comparison_has_harm_whatever_it_measures_and_says_by_which_weights(live_server: str) -> None:
    body = get(live_server, "/v1/comparisons", **ASKED, baseline="previous", format="json").json()
    assert body["provenance"]["weights"] == "straffminimum-2026-04"
    assert "harm-gamma" in body["provenance"]["methods"]
    row = next(row for row in body["items"] if row["code"] == "jarva")
    assert row["harmLow"] < row["harm"] < row["harmHigh"]
    assert row["harmDifference"] == pytest.approx(row["harm"] - row["baselineHarm"])
    assert row["harmPerEvent"] == pytest.approx(row["harm"] / (row["count"] * row["weighed"]), abs=0.01)
    assert 0 < row["harmPoliceInitiated"] < row["harm"]


def test_measure_harm_is_said_in_sentences_and_drawn_in_every_format(live_server: str) -> None:
    body = get(live_server, "/v1/comparisons", **ASKED, measure="harm", baseline="previous").json()
    assert body["question"]["measure"] == "harm"
    assert any(sentence.startswith("Allvarligheten 2025 är ") for sentence in body["sentences"])
    for form in ("csv", "xlsx", "json"):
        assert get(live_server, "/v1/comparisons", **ASKED, measure="harm", format=form).status_code == 200
    series = get(live_server, "/v1/series", **ASKED, measure="harm", interval="quarter", level="stad").json()
    assert all(value["harm"] > 0 for value in series["series"][0]["values"])


def test_a_source_without_weights_says_that_harm_does_not_apply(live_server: str) -> None:
    body = get(live_server, "/v1/comparisons", source="skjutningar", measure="harm", format="json").json()
    assert {(row["harm"], row["harmStatus"]) for row in body["items"]} == {(None, "notApplicable")}
    assert all(row["count"] is not None for row in body["items"])


def test_weights_that_there_are_not_are_refused_by_name(live_server: str) -> None:
    answer = get(live_server, "/v1/comparisons", **ASKED, weights="nej")
    assert answer.status_code == 400
    assert answer.json()["invalidParameters"][0]["property"] == "weights"


def test_a_decomposition_adds_up_to_the_comparison_it_takes_apart(live_server: str) -> None:
    body = get(live_server, "/v1/decompositions", **ASKED, area="jarva").json()
    compared = get(live_server, "/v1/comparisons", **ASKED, area="jarva", baseline="same-period-last-year", format="json").json()["items"][
        0
    ]
    whole = body["whole"]
    assert (whole["count"], whole["baselineCount"], whole["harm"]) == (compared["count"], compared["baselineCount"], compared["harm"])
    assert sum(row["count"] for row in body["items"]) == whole["count"]
    assert sum(row["contribution"] for row in body["items"]) == pytest.approx(whole["harmPerEventDifference"], abs=1e-4)
    moved = [abs(row["contribution"]) for row in body["items"]]
    assert moved == sorted(moved, reverse=True)
    assert any(sentence.startswith("Allvarligheten per brott ") for sentence in body["sentences"])


def test_a_decomposition_goes_down_the_tree(live_server: str) -> None:
    below = get(live_server, "/v1/decompositions", **ASKED, level="stad", category="kap-8").json()
    assert {"bostadsinbrott", "stold-fordon"} & {row["code"] for row in below["items"]}
    two = get(live_server, "/v1/decompositions", **ASKED, level="stad", category=["kap-8", "kap-3"]).json()
    assert {row["code"] for row in two["items"]} == {"kap-8", "kap-3"}
    assert get(live_server, "/v1/decompositions", **ASKED, group="valdsbrott").status_code == 200


@pytest.mark.parametrize("form", ["json", "geojson", "csv", "xlsx"])
def test_a_decomposition_comes_in_every_format(live_server: str, form: str) -> None:
    answer = get(live_server, "/v1/decompositions", **ASKED, format=form)
    assert answer.status_code == 200
    assert answer.content


def test_the_public_sees_no_harm_and_no_part_that_is_not_released(public_server: str, live_server: str) -> None:
    body = get(public_server, "/v1/comparisons", **ASKED, measure="harm", format="json").json()
    assert {(row["harm"], row["weighed"], row["harmStatus"]) for row in body["items"]} == {(None, None, "withheld")}
    assert "Av skyddade värden räknas ingen allvarlighet fram." in body["sentences"]
    # Not every part of an area is released; those that are stand as protected values of their own, the others as withheld.
    fine = get(public_server, "/v1/decompositions", **ASKED, area="jarva").json()
    shown = {row["code"] for row in fine["items"] if row["status"] == "value"}
    hidden = {(row["count"], row["baselineCount"], row["difference"]) for row in fine["items"] if row["status"] == "withheld"}
    assert (bool(shown), hidden) == (True, {(None, None, None)})
    alone = get(
        public_server, "/v1/comparisons", **ASKED, area="jarva", category=min(shown), baseline="same-period-last-year", format="json"
    )
    (same,) = [row for row in fine["items"] if row["code"] == min(shown)]
    assert (same["count"], same["baselineCount"]) == tuple(alone.json()["items"][0][name] for name in ("count", "baselineCount"))
    assert {(row["harm"], row["contribution"]) for row in fine["items"]} == {(None, None)}
    everywhere = get(public_server, "/v1/decompositions", **ASKED, level="stadsdel").json()
    assert {(row["count"], row["status"]) for row in everywhere["items"]} == {(None, "withheld")}
    coarse = get(public_server, "/v1/decompositions", **ASKED, level="stad").json()
    told = get(public_server, "/v1/comparisons", **ASKED, level="stad", baseline="same-period-last-year", format="json").json()["items"][0]
    assert (coarse["whole"]["count"], coarse["whole"]["baselineCount"]) == (told["count"], told["baselineCount"])
    exact = {row["code"]: row["count"] for row in get(live_server, "/v1/decompositions", **ASKED, level="stad").json()["items"]}
    parts = {row["code"]: row["count"] for row in coarse["items"]}
    # What is left between protected counts is noise, and no category.
    assert parts.keys() == exact.keys() - {"ovrigt"}
    assert max(abs(parts[code] - exact[code]) for code in parts) <= STANDARD.reach
    assert {code: exact[code] for code in parts} != parts
    weighed = [
        value for row in [*coarse["items"], coarse["whole"]] for name, value in row.items() if "arm" in name or name == "contribution"
    ]
    assert set(weighed) == {None}


def test_the_categories_tell_the_weight_in_force_with_its_law_and_day(live_server: str) -> None:
    body = get(live_server, "/v1/categories", source="anmalda_brott", limit=1000).json()
    assert [(kept["name"], kept["inForce"]) for kept in body["weights"]] == [("straffminimum-2026-04", True)]
    chapter = next(item for item in body["items"] if item["code"] == "kap-8")
    robbery = next(child for child in chapter["children"] if child["code"] == "ran")
    assert {name: robbery["weight"][name] for name in ("days", "law", "since", "checked", "of")} == {
        "days": 545.0, "law": "BrB 8 kap. 5 §", "since": "2023-07-01", "checked": True, "of": "ran",
    }  # fmt: skip
    assert robbery["children"][0]["children"][0]["weight"]["of"] == "ran"
    assert chapter["weight"] is None
