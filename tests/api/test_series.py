"""Series over HTTP: what is found in them, for staff and for anyone."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

SECTIONS = {"rolling12", "yearToDate", "samePeriodLastYear", "season", "stl", "trend", "unusual", "breaks"}


def get(server: str, **parameters: str | list[str]) -> httpx.Response:
    return httpx.get(f"{server}/v1/series", params={name.rstrip("_"): value for name, value in parameters.items()}, timeout=60)


def line(server: str, **parameters: str | list[str]) -> dict[str, Any]:
    answer = get(server, source="anmalda_brott", area="jarva", **parameters)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()["series"][0]
    return found


def test_what_is_found_rests_on_months_before_those_shown(live_server: str) -> None:
    shown = line(live_server, from_="2025-01", to="2025-03", include="all")
    longer = line(live_server, from_="2024-01", to="2025-03")
    assert len(shown["values"]) == 3
    assert set(shown) >= SECTIONS
    assert shown["values"][-1]["rolling12"] == sum(value["count"] for value in longer["values"][-12:])
    assert [value["samePeriodLastYear"] for value in shown["values"]] == [value["count"] for value in longer["values"][:3]]
    assert shown["unusual"]["judged"] == 3
    assert (shown["trend"]["from"], shown["trend"]["to"]) == ("2020-04", "2025-03")


def test_only_what_is_asked_for_is_found(live_server: str) -> None:
    found = line(live_server, from_="2025-01", to="2025-03", include=["trend", "season"])
    assert set(found) & SECTIONS == {"trend", "season"}
    assert not set(line(live_server)) & SECTIONS


def test_every_series_has_its_calendar(live_server: str) -> None:
    answer = get(live_server, source="anmalda_brott", category="valdtakt", from_="2018-01", to="2024-12").json()
    assert {"law", "edition"} <= {entry["kind"] for entry in answer["calendar"]}
    assert [entry["month"] for entry in answer["calendar"]] == sorted(entry["month"] for entry in answer["calendar"])


def test_an_unknown_finding_is_refused_in_both_languages(live_server: str) -> None:
    answer = get(live_server, source="brander", include="horoscope")
    assert answer.status_code == 400
    assert answer.json()["invalidParameters"][0]["reasonEn"]


@pytest.mark.parametrize("form", ["json", "geojson", "csv", "xlsx"])
def test_everything_is_found_for_every_source_and_level(live_server: str, form: str) -> None:
    for source in ("anmalda_brott", "brander", "skjutningar", "polishandelser"):
        answer = get(live_server, source=source, level="stadsdel", include="all", format=form, from_="2024-06")
        assert answer.status_code == 200, answer.text
        if form == "json":
            assert "NaN" not in answer.text


def test_a_series_by_harm_does_not_take_its_second_period_for_a_baseline(live_server: str) -> None:
    answer = get(live_server, source="anmalda_brott", area="jarva", from_="2025-11", to="2025-12", measure="harm").json()
    assert not [sentence for sentence in answer["sentences"] if "llvarlighet" in sentence]
    whole = get(live_server, source="anmalda_brott", area="jarva", from_="2025-01", to="2025-12", measure="harm", interval="year").json()
    assert any(sentence.startswith("Allvarligheten 2025 är") for sentence in whole["sentences"])


def test_rates_have_a_trend_per_inhabitant(live_server: str) -> None:
    counted, rated = (
        line(live_server, from_="2020-01", to="2024-12", include="trend", measure=measure)["trend"] for measure in ("count", "rate")
    )
    assert counted["percentPerYear"] != rated["percentPerYear"]


def test_anyone_is_told_nothing_that_is_not_released(public_server: str, live_server: str) -> None:
    fine = {"source": "anmalda_brott", "level": "stadsdel", "area": "kista", "from_": "2024-01", "to": "2024-12", "include": "all"}
    hidden = get(public_server, **fine).json()["series"][0]
    assert {hidden[section]["status"] for section in SECTIONS} <= {"withheld", "missing"}
    assert all(value["expected"] is None and value["rolling12"] is None for value in hidden["values"])
    asked: dict[str, str | list[str]] = {
        "source": "polishandelser",
        "include": ["trend", "unusual", "breaks"],
        "from_": "2024-01",
        "to": "2024-12",
    }
    assert get(public_server, **asked).json()["series"] == get(live_server, **asked).json()["series"]
