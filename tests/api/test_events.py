"""`GET /v1/events`: single events, for those who may see them."""

from __future__ import annotations

import csv
import io

import httpx
import pytest
from sqlalchemy import Engine, text

# The shootings and explosions of the sample that count today.
TOTAL = 878 + 340


def get(server: str, **parameters: str | int) -> httpx.Response:
    return httpx.get(f"{server}/v1/events", params={name.rstrip("_"): value for name, value in parameters.items()}, timeout=60)


def test_every_format_has_the_same_events(live_server: str) -> None:
    asked: dict[str, str | int] = {"source": "skjutningar", "from_": "2020-01", "to": "2024-12", "limit": 500}
    features = get(live_server, **asked).json()["features"]
    listed = get(live_server, **asked, format="json").json()["items"]
    plain = list(csv.DictReader(io.StringIO(get(live_server, **asked, format="csv", dialect="rfc4180").text)))
    swedish = list(csv.DictReader(io.StringIO(get(live_server, **asked, format="csv").content.decode("utf-8-sig")), delimiter=";"))
    assert [{"id": feature["id"], **feature["properties"]} for feature in features] == [
        {name: value for name, value in item.items() if name not in ("longitude", "latitude")} for item in listed
    ]
    assert [feature["geometry"] and feature["geometry"]["coordinates"] for feature in features] == [
        [item["longitude"], item["latitude"]] if item["longitude"] is not None else None for item in listed
    ]
    for column in listed[0]:
        assert [row[column] for row in plain] == ["" if item[column] is None else str(item[column]) for item in listed]
    assert [row["longitude"].replace(",", ".") for row in swedish] == [row["longitude"] for row in plain]


def test_the_list_is_read_whole_by_following_next(live_server: str) -> None:
    following: str | None = f"{live_server}/v1/events?source=skjutningar&source=sprangningar&limit=400&format=json"
    ids: list[str] = []
    while following is not None:
        answer = httpx.get(following, timeout=60)
        page = answer.json()
        ids += [item["id"] for item in page["items"]]
        following = page["next"]
        assert answer.links.get("next", {}).get("url") == following
        assert page["total"] == TOTAL
    assert len(ids) == len(set(ids)) == TOTAL


@pytest.mark.parametrize("asked", [{"source": "skjutningar"}, {"source": "skjutningar", "from_": "2020-01"}])
def test_a_page_begins_where_it_is_told(live_server: str, asked: dict[str, str | int]) -> None:
    everything = get(live_server, **asked, limit=2000, format="json").json()
    whole = [item["id"] for item in everything["items"]]
    with_point = sum(item["longitude"] is not None for item in everything["items"])
    assert 0 < with_point < len(whole)
    for offset in (0, 1, with_point - 3, with_point, with_point + 2, len(whole) - 2, len(whole), len(whole) + 5, 2**63 - 1):
        answer = get(live_server, **asked, limit=5, offset=offset, format="json")
        page = answer.json()
        assert [item["id"] for item in page["items"]] == whole[offset : offset + 5]
        assert (page["offset"], page["total"]) == (offset, everything["total"])
        if page["next"] is not None:
            after = httpx.get(page["next"], timeout=60).json()
            assert [item["id"] for item in after["items"]] == whole[offset + 5 : offset + 10]


def test_events_are_chosen_as_a_question_chooses_them(live_server: str) -> None:
    group = httpx.get(f"{live_server}/v1/categories", params={"source": "anmalda_brott"}).json()["items"][0]["code"]
    asked = {"source": "anmalda_brott", "category": group, "from": "2023-01", "to": "2024-12", "level": "stadsdel", "area": "tensta"}
    series = httpx.get(f"{live_server}/v1/series", params=asked).json()
    events = httpx.get(f"{live_server}/v1/events", params={**asked, "format": "json", "limit": 10_000}).json()["items"]
    counted = sum(value["count"] - (value.get("estimated") or 0) for value in series["series"][0]["values"])
    assert sum(event["antal"] for event in events) == counted > 0
    assert {event["area"] for event in events} == {"tensta"}


def test_events_in_a_box(live_server: str, sample: Engine) -> None:
    with sample.connect() as connection:
        inside = connection.execute(
            text("""
                SELECT count(*) FROM event WHERE known_to IS NULL AND NOT withdrawn AND antal > 0
                    AND ST_Intersects(ST_Transform(geom, 4326), ST_MakeEnvelope(18.0, 59.3, 18.1, 59.35, 4326))
            """)
        ).scalar_one()
    assert get(live_server, bbox="18.0,59.3,18.1,59.35", limit=1).json()["total"] == inside > 0


def test_events_as_they_were_known_before_anything_was_delivered(live_server: str) -> None:
    assert get(live_server, asOf="2020-01-01").json()["features"] == []


def test_the_public_is_told_why_it_may_not(public_server: str) -> None:
    answer = get(public_server)
    problem = answer.json()
    assert (answer.status_code, answer.headers["content-type"]) == (403, "application/problem+json")
    assert "peka ut en person" in problem["detail"]
    assert "point at a person" in problem["detailEn"]


@pytest.mark.parametrize(
    ("parameters", "blamed"),
    [
        ({"offset": -1}, "offset"),
        ({"limit": 10_001}, "limit"),
        ({"bbox": "a"}, "bbox"),
        ({"after": "1"}, "after"),
        ({"source": "x"}, "source"),
    ],
)
def test_what_cannot_be_understood_is_refused(live_server: str, parameters: dict[str, str | int], blamed: str) -> None:
    answer = get(live_server, **parameters)
    assert answer.status_code == 400
    assert answer.json()["invalidParameters"][0]["property"].startswith(blamed)


def test_a_source_without_events_is_refused_with_the_reason(live_server: str) -> None:
    assert get(live_server, source="population").status_code == 422
