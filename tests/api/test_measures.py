"""The register of measures by HTTP: told with a key, read by anyone, its effect by those who may see the figures."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import openpyxl
import pytest
from sqlalchemy import Engine

from tests.conftest import Drawing, serving
from tests.db.delivering import deliver, fires
from tests.db.test_measures import ROW, square, told
from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.audience import Audience
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.settings import Settings

KEY = "en nyckel som är lång nog för att duga här".encode().hex()
SHOWN = {"X-API-Key": KEY}


@pytest.fixture
def register(fresh_database: Engine, tmp_path: Path) -> Iterator[str]:
    with fresh_database.begin() as connection:
        Drawing(connection, tmp_path)(AreaLevel.STADSDEL, ROW)
        rows = [
            f"{year}-{month}-{at};{year}-{month:02}-28 12:00;{at};500"
            for year in (2024, 2025)
            for month in range(1, 13)
            for at in (500, 1500)
        ]
        deliver(connection, SourceId.BRANDER, fires(*rows, "slut;2025-12-31 23:00;4500;500"))
    with serving(fresh_database, Audience.STAFF, Settings(delivery_key=KEY, refresh_seconds=1.0)) as address:
        yield f"{address}/v1/measures"


def get(address: str, **asked: Any) -> httpx.Response:  # noqa: ANN401 - parameters of a query
    return httpx.get(address, params=asked, timeout=30)


def test_a_measure_is_told_read_changed_and_judged(register: str) -> None:
    made = httpx.post(register, json=told(), headers=SHOWN, timeout=30)
    assert made.status_code == 201, made.text
    address = f"{register.removesuffix('/v1/measures')}{made.headers['Location']}"
    one = get(address).json()
    assert one == {**made.json(), "versions": [{"knownFrom": one["knownFrom"], "knownTo": None}]}
    # It is told now of a start in 2025, so its areas were named afterwards, and every answer says so.
    assert (one["declaredAfter"], one["target"]["declaredAfter"], one["goals"][0]["declaredAfter"]) == (True, True, True)
    effect = get(f"{address}/effect").json()
    assert effect["measure"]["id"] == one["id"]
    assert {row["code"]: (row["before"], row["after"]) for row in effect["items"] if row["code"] in ("target", "control")} == {
        "target": (12, 12), "control": (12, 12),
    }  # fmt: skip
    assert (effect["verdict"], effect["declaredAfter"]) == ("tooSmallToTell", ["target", "control"])
    assert effect["goals"][0]["verdict"] == "tooSmallToTell"
    assert effect["design"]["before"] == "2024-01..2024-12"
    assert effect["question"]["baseline"] == "2024-01..2024-12"
    changed = httpx.put(address, json=told(name="Mer ljus"), headers=SHOWN, timeout=30)
    assert (changed.status_code, changed.json()["name"]) == (200, "Mer ljus")
    assert len(get(address).json()["versions"]) == 2
    assert get(f"{address}/effect").json()["measure"]["name"] == "Mer ljus"


def test_what_is_read_can_be_sent_back(register: str) -> None:
    polygon = {"polygon": square(0, 400, 500), "crs": 3011}
    made = httpx.post(register, json=told(target=polygon), headers=SHOWN, timeout=30).json()
    address = f"{register}/{made['id']}"
    assert made["target"]["polygon"]["coordinates"][0][0][0][0] == pytest.approx(18, abs=0.1)
    plane = get(address, crs="3011").json()["target"]
    assert (plane["crs"], plane["polygon"]["type"], plane["squareMetres"]) == (3011, "MultiPolygon", 250_000)
    back = told(target={"polygon": plane["polygon"], "crs": 3011})
    assert httpx.put(address, json=back, headers=SHOWN, timeout=30).status_code == 200


def test_only_the_key_writes(register: str) -> None:
    for headers in ({}, {"X-API-Key": "fel"}):
        refused = httpx.post(register, json=told(), headers=headers, timeout=30)
        assert (refused.status_code, refused.headers["content-type"]) == (401, "application/problem+json")
    assert get(register).json()["total"] == 0


@pytest.mark.parametrize(
    ("body", "status", "property_"),
    [
        (told(goals=[{**told()["goals"][0], "change": -1}]), 400, "goals.0.change"),
        (told(target={"level": "stadsdel", "areas": ["ingenstans"]}), 400, "target"),
        (told(description="Ring 070-123 45 67"), 400, "description"),
        (told(okand=1), 400, "okand"),
        (told(edition="2001-01-01"), 404, None),
    ],
)
def test_what_cannot_be_is_a_problem_in_both_languages(register: str, body: dict[str, Any], status: int, property_: str | None) -> None:
    refused = httpx.post(register, json=body, headers=SHOWN, timeout=30)
    problem = refused.json()
    assert refused.status_code == status, problem
    assert problem["detail"] != problem["detailEn"]
    assert problem.get("invalidParameters", [{"property": None}])[0]["property"] == property_
    assert "070" not in refused.text


@pytest.mark.parametrize(
    ("part", "value"),
    [({"start": "i våras"}, "i våras"), ({"name": 7}, "7"), ({"description": "Ordning " * 2000}, None), ({"okand": 1}, "1")],
)
def test_a_value_that_is_not_of_its_kind_is_told_and_a_text_of_ones_own_is_not(
    register: str, part: dict[str, Any], value: str | None
) -> None:
    (fault,) = httpx.post(register, json=told(**part), headers=SHOWN, timeout=30).json()["invalidParameters"]
    assert (fault["property"], fault["value"]) == (next(iter(part)), value)


def test_a_body_that_is_no_measure_is_a_problem(register: str) -> None:
    for content in (b"", b"{", b"[]", b'"nej"'):
        assert httpx.post(register, content=content, headers=SHOWN, timeout=30).status_code == 400
    assert httpx.post(register, content=b" " * 3_000_000, headers=SHOWN, timeout=30).status_code == 413


def test_the_list_in_every_format(live_server: str) -> None:
    address = f"{live_server}/v1/measures"
    listed = get(address).json()
    assert (listed["total"], listed["limit"], [item["ongoing"] for item in listed["items"]]) == (3, 20, [True, False, True])
    assert get(address, limit=1, offset=1).json()["items"] == listed["items"][1:2]
    features = get(address, format="geojson").json()["features"]
    assert {feature["geometry"]["type"] for feature in features} == {"MultiPolygon"}
    rows = list(csv.DictReader(io.StringIO(get(address, format="csv", dialect="rfc4180").text)))
    assert [row["name"] for row in rows] == [item["name"] for item in listed["items"]]
    sheet = openpyxl.load_workbook(io.BytesIO(get(address, format="xlsx").content)).active
    assert sheet is not None
    assert sheet["B2"].value == listed["items"][0]["name"]
    assert get(address, asOf="2020-01-01").json()["items"] == []
    fresh = get(address)
    same = httpx.get(address, headers={"If-None-Match": fresh.headers["ETag"]}, timeout=30)
    assert (same.status_code, "Last-Modified" in same.headers) == (304, True)


def test_an_effect_in_every_format_says_the_same(live_server: str) -> None:
    hosts = get(f"{live_server}/v1/measures").json()["items"][0]["id"]
    address = f"{live_server}/v1/measures/{hosts}/effect"
    effect = get(address).json()
    rows = effect["items"]
    assert effect["verdict"] == "lower"
    assert effect["declaredAfter"] == []
    assert [row["code"] for row in rows][:4] == ["target", "control", "displacement", "displacementControl"]
    assert [feature["properties"] for feature in get(address, format="geojson").json()["features"]] == rows
    read = list(csv.DictReader(io.StringIO(get(address, format="csv", dialect="rfc4180").text)))
    assert [float(row["estimate"]) for row in read if row["estimate"]] == [row["estimate"] for row in rows if row["estimate"] is not None]
    book = openpyxl.load_workbook(io.BytesIO(get(address, format="xlsx").content))
    assert book["Siffror"]["A2"].value == "target"
    assert effect["provenance"]["methods"][:1] == ["wdd"]
    assert any("större än slumpen kan förklara" in sentence for sentence in effect["sentences"])


def test_the_effect_asked_otherwise(live_server: str) -> None:
    hosts = get(f"{live_server}/v1/measures").json()["items"][0]["id"]
    address = f"{live_server}/v1/measures/{hosts}/effect"
    two_years = get(address, source="anmalda_brott", category="misshandel", before=24, after=12, weighting="before").json()
    assert (two_years["design"]["monthsBefore"], two_years["design"]["weighting"]) == (24, "before")
    season = get(address, after=6, baseline="same-period-last-year").json()
    assert season["design"]["before"] == "2023-04..2023-09"
    for asked, status in (
        ({"source": "population"}, 422),
        ({"after": 100}, 422),
        ({"after": 0}, 400),
        ({"category": "finns-inte"}, 400),
        ({"group": "finns-inte", "source": "brander"}, 400),
        ({"okand": 1}, 400),
        ({"asOf": "2020-01-01"}, 404),
    ):
        assert get(address, **asked).status_code == status, asked
    assert get(f"{live_server}/v1/measures/30000/effect").status_code == 404
    assert get(f"{live_server}/v1/measures/30000").status_code == 404


def test_the_public_sees_measures_and_none_of_their_effects(public_server: str) -> None:
    listed = get(f"{public_server}/v1/measures")
    assert (listed.status_code, listed.json()["total"]) == (200, 3)
    hosts = listed.json()["items"][0]["id"]
    address = f"{public_server}/v1/measures/{hosts}/effect"
    assert get(address).status_code == 403
    assert get(address, source="brander").status_code == 403
    assert get(address, source="polishandelser").status_code == 403
