"""Figures of a polygon by HTTP: for those who may see them, in every format, with the city's statistics."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

import httpx
import openpyxl
import pytest
from pydantic import SecretStr
from sqlalchemy import Engine

from tests.conftest import KEY_SECRET, serving
from trygghetskarta.domain.audience import Audience
from trygghetskarta.settings import Settings

POLYGON = "POLYGON((17.92 59.375, 17.96 59.375, 17.96 59.395, 17.92 59.395, 17.92 59.375))"
ASKED = {"polygon": POLYGON, "source": "brander", "from": "2025-01", "to": "2025-12"}
PATHS = ["comparisons", "series", "decompositions"]


@pytest.fixture(scope="module")
def keyed(sample: Engine) -> Iterator[str]:
    """The sample served to anyone, by a service that has a key."""
    with serving(sample, Audience.PUBLIC, Settings(key_secret=SecretStr(KEY_SECRET), refresh_seconds=1.0)) as address:
        yield address


def get(server: str, path: str = "comparisons", headers: dict[str, str] | None = None, **asked: Any) -> httpx.Response:  # noqa: ANN401 - parameters
    parameters = {name: value for name, value in {**ASKED, **asked}.items() if value is not None}
    return httpx.get(f"{server}/v1/polygons/{path}", params=parameters, headers=headers or {}, timeout=60)


def test_a_polygon_is_compared_as_an_area_is(live_server: str) -> None:
    answer = get(live_server, baseline="previous").json()
    (row,) = answer["items"]
    assert (row["code"], row["name"], row["status"]) == ("yta", "den ritade ytan", "value")
    assert row["count"] > 0
    assert row["difference"] == row["count"] - row["baselineCount"]
    assert row["verdict"] in ("higher", "lower", "cannotTell")
    assert row["rate"] is None
    assert answer["polygon"]["squareMetres"] == pytest.approx(5.06e6, rel=0.02)
    assert answer["sentences"][0] == f"2025: {row['count']} händelser i den ritade ytan."
    assert answer["ledger"]["total"] > row["count"]
    named = get(live_server, baseline="previous", name="Rinkeby torg").json()
    assert named["sentences"][0] == f"2025: {row['count']} händelser i Rinkeby torg."


def test_the_months_of_a_series_add_up_to_the_comparison_and_so_do_its_kinds(live_server: str) -> None:
    (row,) = get(live_server, baseline="previous").json()["items"]
    (line,) = get(live_server, "series", include="unusual").json()["series"]
    assert sum(value["count"] for value in line["values"]) == row["count"]
    assert len(line["values"]) == 12
    assert "unusual" in line["values"][0]
    parts = get(live_server, "decompositions", baseline="previous").json()
    assert parts["whole"]["count"] == row["count"] == sum(part["count"] for part in parts["items"])


def test_a_polygon_in_metres_is_the_same_ground(live_server: str) -> None:
    degrees = get(live_server, polygon="POLYGON((17.9 59.37, 17.95 59.37, 17.95 59.4, 17.9 59.4, 17.9 59.37))").json()
    corners = "144316.8 6583897.1, 147158.4 6583885.6, 147160.4 6587227.5, 144321.3 6587239, 144316.8 6583897.1"
    metres = get(live_server, polygon=f"POLYGON(({corners}))", crs="3011").json()
    assert metres["polygon"]["squareMetres"] == pytest.approx(degrees["polygon"]["squareMetres"], rel=0.001)
    assert abs(metres["items"][0]["count"] - degrees["items"][0]["count"]) <= 1


def test_the_target_of_a_measure_is_a_polygon_too(live_server: str) -> None:
    answer = get(live_server, polygon=None, measureId=2).json()
    assert answer["items"][0]["name"] == "målområdet för ”Låsta soprum kring Rinkeby torg”"
    refused = get(live_server, polygon=None, measureId=1)
    assert (refused.status_code, refused.json()["invalidParameters"][0]["property"]) == (400, "measureId")
    assert get(live_server, polygon=None, measureId=99).status_code == 404


@pytest.mark.parametrize("path", PATHS)
def test_the_public_sees_no_polygon_and_is_told_why(public_server: str, path: str) -> None:
    refused = get(public_server, path)
    assert (refused.status_code, refused.headers["content-type"]) == (403, "application/problem+json")
    assert "peka ut en person" in refused.json()["detail"]
    # What is public elsewhere is so by area, not by any ground that one cares to draw.
    assert get(public_server, path, source="polishandelser").status_code == 403


@pytest.mark.parametrize("path", PATHS)
def test_who_shows_the_key_sees_what_an_analyst_sees_and_nobody_else_is_given_it(
    keyed: str, analyst_key: str, live_server: str, path: str
) -> None:
    assert get(keyed, path).status_code == 403
    assert get(keyed, path, headers={"X-API-Key": "fel"}).status_code == 401
    shown = get(keyed, path, headers={"X-API-Key": analyst_key})
    assert shown.status_code == 200, shown.text
    assert shown.headers["Cache-Control"].startswith("private")
    mine, theirs = shown.json(), get(live_server, path).json()
    assert mine.get("items", mine.get("series")) == theirs.get("items", theirs.get("series"))
    assert get(keyed, path).status_code == 403


@pytest.mark.parametrize(
    ("asked", "status", "property_"),
    [
        ({"polygon": None}, 400, "polygon"),
        ({"measureId": 2}, 400, "polygon"),
        ({"polygon": "hej"}, 400, "polygon"),
        ({"polygon": "POLYGON((18 59, 18.1 59.1, 18.1 59, 18 59.1, 18 59))"}, 400, "polygon"),
        ({"polygon": "POLYGON((2 48, 3 48, 3 49, 2 48))"}, 400, "polygon"),
        ({"polygon": "POLYGON((18.0 58.0, 18.1 58.0, 18.1 58.1, 18.0 58.0))"}, 400, "polygon"),
        ({"crs": "3011"}, 400, "polygon"),
        ({"crs": "3006"}, 400, "crs"),
        ({"source": "polishandelser"}, 422, "source"),
        ({"category": "ingenting"}, 400, "category"),
        ({"level": "stadsdel"}, 400, "level"),
    ],
)
def test_what_cannot_be_asked_is_a_problem_in_both_languages(live_server: str, asked: dict[str, Any], status: int, property_: str) -> None:
    refused = get(live_server, **asked)
    problem = refused.json()
    assert refused.status_code == status, problem
    assert problem["detail"] != problem["detailEn"]
    assert problem["invalidParameters"][0]["property"] == property_


def test_every_format_has_the_same_row(live_server: str) -> None:
    (row,) = get(live_server, baseline="previous").json()["items"]
    (written,) = csv.DictReader(io.StringIO(get(live_server, baseline="previous", format="csv", dialect="rfc4180").text))
    assert int(written["count"]) == row["count"]
    sheet = openpyxl.load_workbook(io.BytesIO(get(live_server, baseline="previous", format="xlsx").content)).worksheets[0]
    assert row["count"] in [cell.value for line in sheet.iter_rows() for cell in line]
    features = get(live_server, baseline="previous", format="geojson").json()
    (feature,) = features["features"]
    assert (feature["geometry"]["type"], feature["properties"]["count"]) == ("MultiPolygon", row["count"])
    assert features["polygon"] == get(live_server, baseline="previous").json()["polygon"]


def test_the_same_question_gives_the_same_bytes_and_is_answered_with_304(live_server: str) -> None:
    first, second = get(live_server), get(live_server)
    assert first.content == second.content
    again = get(live_server, headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
