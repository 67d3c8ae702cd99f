"""What anyone sees: protected values, what they say of themselves, and nothing that a delivery changes before it is released."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import openpyxl
import pytest
from sqlalchemy import Engine

from tests.conftest import serving
from tests.identity.test_matrix import KIND_OF, addresses
from trygghetskarta.delivering import Delivering, deliver
from trygghetskarta.domain.audience import Audience
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.settings import Settings

YEAR = {"from": "2025-01", "to": "2025-12"}
CRIMES = {"source": "anmalda_brott", "level": "stadsdelsomrade", **YEAR}


def get(server: str, path: str, **asked: Any) -> httpx.Response:  # noqa: ANN401 - values of a query
    """Ask, and be answered."""
    answer = httpx.get(f"{server}{path}", params=asked, timeout=60)
    assert answer.status_code == 200, answer.text
    return answer


def rows(server: str, path: str = "/v1/comparisons", **asked: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - values of a query
    """Give the rows of an answer."""
    items: list[dict[str, Any]] = get(server, path, format="json", **asked).json()["items"]
    return items


@pytest.mark.parametrize("level", ["basomrade", "stadsdel", "stadsdelsomrade", "stad"])
@pytest.mark.parametrize("source", ["anmalda_brott", "skjutningar", "brander", "tyck_till"])
def test_no_count_of_a_year_is_one_or_two_or_far_from_the_exact_one(public_server: str, live_server: str, source: str, level: str) -> None:
    public, exact = (rows(server, source=source, level=level, statistics="none", **YEAR) for server in (public_server, live_server))
    assert {row["status"] for row in public} <= {"value", "withheld"}
    assert all((row["count"], row["margin"]) == (None, None) for row in public if row["status"] == "withheld")
    told = [(row["count"], true["count"]) for row, true in zip(public, exact, strict=True) if row["status"] == "value"]
    assert not {1, 2} & {count for count, _ in told}
    assert all(abs(count - true) <= 5 for count, true in told)
    assert all(count == 0 for count, true in told if true == 0)
    if level != "stad" and any(count for count, _ in told):
        assert any(count != true for count, true in told)
    assert {row["margin"] for row in public if row["status"] == "value"} <= {4}


def test_anyone_sees_how_violent_crime_changed_around_rinkeby_this_year(public_server: str, live_server: str) -> None:
    asked = {"source": "anmalda_brott", "group": "valdsbrott", **YEAR, "baseline": "previous"}
    public, exact = (
        {row["code"]: row for row in rows(server, level="stadsdelsomrade", statistics="none", **asked)}
        for server in (public_server, live_server)
    )
    assert public["jarva"]["status"] == "value"
    # Either is one year: a cell by itself.
    assert public["jarva"]["margin"] == public["jarva"]["baselineMargin"] == 4
    assert abs(public["jarva"]["count"] - exact["jarva"]["count"]) <= 5
    assert abs(public["jarva"]["baselineCount"] - exact["jarva"]["baselineCount"]) <= 5
    assert all(row["status"] == "value" for row in public.values())


# Of how many areas the source has figures for the year: all, where there is much everywhere.
SHOWN = {
    ("anmalda_brott", "stadsdelsomrade"): (11, 11),
    ("anmalda_brott", "stadsdel"): (117, 117),
    ("anmalda_brott", "basomrade"): (300, 403),
    ("brander", "stadsdel"): (117, 117),
    ("skjutningar", "stadsdelsomrade"): (11, 11),
    ("skjutningar", "stadsdel"): (0, 60),
}


@pytest.mark.parametrize(("asked", "many"), SHOWN.items())
def test_an_area_is_shown_where_the_one_around_it_shows_fifteen(public_server: str, asked: tuple[str, str], many: tuple[int, int]) -> None:
    source, level = asked
    told = get(public_server, "/v1/comparisons", source=source, level=level, statistics="none", **YEAR, format="json").json()
    inner = {row["code"]: row for row in told["items"]}
    assert many[0] <= sum(row["status"] == "value" for row in inner.values()) <= many[1]
    around = {"basomrade": "stadsdel", "stadsdel": "stadsdelsomrade", "stadsdelsomrade": "stad"}[level]
    outer = {row["code"]: row["count"] for row in rows(public_server, source=source, level=around, statistics="none", **YEAR)}
    for row in inner.values():
        assert (row["status"] == "value") == ((outer[row["parent"]] or 0) >= 15)
    said = any(
        "visar minst 15, och en månad eller ett kvartal bara om året före visar minst 30" in sentence for sentence in told["sentences"]
    )
    assert said == any(row["status"] == "withheld" for row in inner.values())


def test_the_same_question_has_the_same_answer_in_every_format(public_server: str) -> None:
    told = rows(public_server, **CRIMES, baseline="previous", statistics="none")
    asked = {**CRIMES, "baseline": "previous", "statistics": "none"}
    text_csv = get(public_server, "/v1/exports/comparisons", format="csv", dialect="rfc4180", **asked).text.lstrip("\ufeff")
    by_csv = list(csv.DictReader(io.StringIO(text_csv)))
    assert [(row["code"], row["count"], row["margin"], row["baselineMargin"]) for row in by_csv] == [
        (row["code"], str(row["count"]), str(row["margin"]), str(row["baselineMargin"])) for row in told
    ]
    book = openpyxl.load_workbook(io.BytesIO(get(public_server, "/v1/exports/comparisons", format="xlsx", **asked).content))
    head, *lines = [list(row) for row in book.worksheets[0].iter_rows(values_only=True) if any(value is not None for value in row)]
    assert "margin" in head
    assert [line[head.index("count")] for line in lines] == [row["count"] for row in told]
    stat = get(public_server, "/v1/exports/comparisons", format="jsonstat", **asked).json()
    assert "margin" in str(stat["dimension"])


def test_every_figure_is_worked_out_of_protected_counts(public_server: str) -> None:
    for row in rows(public_server, **CRIMES, baseline="previous", measure="rate"):
        count, before = row["count"], row["baselineCount"]
        assert row["difference"] == count - before
        assert row["percent"] == pytest.approx(100 * (count - before) / before, abs=0.006)
        assert row["rate"] == pytest.approx(1000 * count / row["personYears"], rel=1e-3)


def test_a_sum_says_of_how_many_values_it_is_and_how_far_off_it_may_be(public_server: str) -> None:
    answer = get(public_server, "/v1/comparisons", **(CRIMES | {"to": "2025-11"}), statistics="none", format="json").json()
    assert answer["protection"] == {
        "method": "cell-key",
        "periods": [{"period": "2025-01..2025-11", "carried": True, "cells": 5, "margin": 8}],
    }
    assert "cell-key" in answer["provenance"]["methods"]
    assert any("högst 8 från det exakta, och summan av områdena högst 26" in sentence for sentence in answer["sentences"])


@pytest.mark.parametrize(
    ("asked", "instead"),
    [
        ({"level": "basomrade", "from": "2025-01", "to": "2025-11"}, "hela kalenderår"),
        ({"level": "stadsdel", "from": "2025-01", "to": "2025-01"}, "hela kvartal"),
        ({"level": "basomrade", "category": "0375"}, "en grupp"),
        ({"category": "kap-6", "from": "2025-01", "to": "2025-03"}, "känsliga brott bara per kalenderår"),
    ],
)
def test_what_is_too_detailed_is_withheld_with_what_may_be_asked_instead(public_server: str, asked: dict[str, str], instead: str) -> None:
    answer = get(public_server, "/v1/comparisons", **(CRIMES | asked), format="json").json()
    assert {(row["count"], row["status"], row["margin"], row["verdict"]) for row in answer["items"]} == {
        (None, "withheld", None, "notApplicable")
    }
    assert any(instead in sentence for sentence in answer["sentences"])


def test_a_baseline_that_is_too_detailed_is_withheld_by_itself(public_server: str) -> None:
    told = rows(public_server, **(CRIMES | {"level": "stadsdel"}), baseline="2024-01..2024-11")
    assert {(row["status"], row["baselineStatus"], row["baselineCount"], row["verdict"]) for row in told} == {
        ("value", "withheld", None, "notApplicable")
    }


@pytest.mark.parametrize("path", ["comparisons", "series", "exports/comparisons"])
def test_another_date_than_the_sources_own_is_what_is_said_to_have_no_answer(public_server: str, path: str) -> None:
    asked = {"source": "anmalda_brott", "from": "2025-01", "to": "2025-12"}
    assert httpx.get(f"{public_server}/v1/{path}", params=asked).status_code == 200
    refused = httpx.get(f"{public_server}/v1/{path}", params={**asked, "by": "happened"})
    fault = refused.json()["invalidParameters"][0]
    assert (refused.status_code, fault["property"], fault["value"]) == (422, "by", "happened")
    assert "eget datum" in fault["reason"]


def test_harm_is_not_told_of_protected_counts(public_server: str) -> None:
    told = rows(public_server, **CRIMES, measure="harm")
    assert all(row.get("harm") is None and row.get("harmStatus", "withheld") == "withheld" for row in told)


def test_a_series_has_the_same_values_as_the_comparison_of_each_period(public_server: str) -> None:
    asked = {"source": "anmalda_brott", "level": "stadsdel", "area": "kista", **YEAR}
    whole = rows(public_server, **asked, statistics="none")
    year = get(public_server, "/v1/series", **asked, interval="year", format="json").json()["series"][0]["values"][0]
    quarters = get(public_server, "/v1/exports/series", **asked, interval="quarter", format="csv", dialect="rfc4180").text
    assert (year["count"], year["margin"], year["status"]) == (whole[0]["count"], 4, "value")
    assert len(quarters.strip().splitlines()) == 5
    months = get(public_server, "/v1/exports/series", **asked, interval="month", format="csv", dialect="rfc4180").text
    assert [row["status"] for row in csv.DictReader(io.StringIO(months.lstrip("\ufeff")))] == ["withheld"] * 12


# Routes of figures that no counts of events leave by; two of them refuse anyone.
_NO_COUNTS = {
    "GET /v1/survey-and-crime",
    "GET /v1/indicators", "GET /v1/sources", "GET /v1/sources/{sourceId}", "GET /v1/categories", "GET /dcat", "GET /dcat.ttl", "GET /dcat.jsonld",
    "GET /ogc/v1/", "GET /ogc/v1", "GET /ogc/v1/conformance", "GET /ogc/v1/api", "GET /ogc/v1/collections", "GET /ogc/v1/collections/{code}",
    "GET /ogc/v1/collections/{code}/queryables", "GET /ogc/v1/collections/{code}/schema", "GET /pxweb/v2/config", "GET /pxweb/v2/tables",
    "GET /pxweb/v2/tables/{table_id}", "GET /pxweb/v2/tables/{table_id}/metadata", "GET /pxweb/v2/tables/{table_id}/defaultselection",
    "GET /pxweb/v2/codelists/{codelist_id}",
}  # fmt: skip
_ASKED_HERE = {
    "GET /v1/exports/comparisons": "/v1/exports/comparisons?source=brander&area=jarva&from=2025-01&to=2025-12&format=json",
    "GET /v1/exports/series": "/v1/exports/series?source=brander&area=jarva&from=2025-01&to=2025-12&format=json",
    "GET /v1/similar-areas": "/v1/similar-areas?area=farsta&source=anmalda_brott&from=2024-01&to=2024-12",
    "GET /pxweb/v2/codelists/{codelist_id}": "/pxweb/v2/codelists/vs_stad",
    "GET /v1/lagesbilder": "/v1/lagesbilder?area=jarva&from=2025-01&to=2025-12&format=json",
}


def test_every_answer_with_counts_that_anyone_is_given_says_that_they_are_protected(public_server: str) -> None:
    """Of every route there is: one that is added says so, or is said to give no counts."""
    silent, loud = set[str](), set[str]()
    asked = {route: address for route, _, address in addresses({"brander": 1, "skjutningar": 1})}
    for route, kind in KIND_OF.items():
        method = route.partition(" ")[0]
        if kind not in ("figures", "surrounded"):
            continue
        address = f"{public_server}{_ASKED_HERE.get(route, asked[route])}"
        answer = httpx.request(method, address, json={"selection": []} if method == "POST" else None, timeout=120)
        assert answer.status_code == 200 or (answer.status_code == 403 and route in _NO_COUNTS), (route, answer.text)
        (loud if "skyddade värden" in answer.text else silent).add(route)
    assert silent == _NO_COUNTS
    assert len(loud) > 10


@pytest.mark.parametrize("written", ["json", "geojson", "jsonstat", "gpkg", "flatgeobuf", "parquet", "xlsx"])
def test_every_format_says_that_its_values_are_protected(public_server: str, written: str) -> None:
    answer = get(public_server, "/v1/exports/comparisons", **CRIMES, statistics="none", format=written)
    book = openpyxl.load_workbook(io.BytesIO(answer.content)) if written == "xlsx" else None
    lines = [str(row) for sheet in book.worksheets for row in sheet.iter_rows(values_only=True)] if book is not None else []
    said = "\n".join(lines) if book is not None else answer.content.decode("utf-8", "replace")
    assert "Siffrorna är skyddade värden" in said


ASKED = (
    "/v1/comparisons?source=anmalda_brott&from=2025-01&to=2025-12&baseline=previous",
    "/v1/comparisons?source=anmalda_brott&level=basomrade&from=2025-01&to=2025-12&statistics=none",
    "/v1/series?source=anmalda_brott&level=stad&from=2024-01&to=2025-12&include=all",
    "/v1/exports/comparisons?source=anmalda_brott&format=csv&level=stadsdel&from=2025-01&to=2025-12",
    "/v1/sources",
    "/v1/categories?source=anmalda_brott",
    "/pxweb/v2/tables",
    "/ogc/v1/collections",
)


@pytest.fixture
def own_public_server(own_sample: Engine) -> Iterator[str]:
    """Give the address of a copy of the sample served to anyone."""
    with serving(own_sample, Audience.PUBLIC, Settings(refresh_seconds=0.2, waiting_seconds=30.0, pool_seconds=30.0)) as address:
        yield address


def test_a_delivery_changes_no_byte_that_the_public_sees_until_it_is_released(
    own_sample: Engine, own_public_server: str, tmp_path: Path
) -> None:
    def asked() -> list[tuple[int, str | None, bytes]]:
        answers = [httpx.get(f"{own_public_server}{path}", timeout=60) for path in ASKED]
        return [(answer.status_code, answer.headers.get("etag"), answer.content) for answer in answers]

    before = asked()
    assert {status for status, _, _ in before} == {200}
    path = tmp_path / "mer.csv"
    path.write_text("Område;Månad;Brottskod;Antal\nKista;2025-03;0375;400\nRinkeby;2025-03;0310;3\n", encoding="utf-8")
    deliver(own_sample, Settings(), Delivering(SourceId.ANMALDA_BROTT), path)
    time.sleep(1)
    assert asked() == before
