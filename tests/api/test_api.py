from __future__ import annotations

import csv
import io
import re
import zipfile
from pathlib import Path

import httpx
import pytest
from sqlalchemy import Engine, text

from trygghetskarta.domain.sources import SourceId

SOURCES = {source.value for source in SourceId}
_COUNTED = text("SELECT DISTINCT delivery_id FROM event WHERE source_id = :source AND month = ANY(:months) AND known_to IS NULL")


def get(server: str, path: str, **parameters: str | int | list[str]) -> httpx.Response:
    return httpx.get(f"{server}{path}", params={name.rstrip("_"): value for name, value in parameters.items()}, timeout=60)


def test_a_comparison_is_a_feature_collection_with_all_a_reader_needs(live_server: str) -> None:
    answer = get(live_server, "/v1/comparisons", source="anmalda_brott", from_="2024-01", to="2024-12", baseline="previous")
    body = answer.json()
    assert answer.headers["content-type"] == "application/geo+json"
    assert (body["type"], len(body["features"])) == ("FeatureCollection", 11)
    feature = next(feature for feature in body["features"] if feature["id"] == "jarva")
    figures = feature["properties"]
    assert feature["geometry"]["type"] == "MultiPolygon"
    assert (figures["code"], figures["name"], figures["level"], figures["parent"]) == ("jarva", "Järva", "stadsdelsomrade", "0180")
    assert figures["difference"] == figures["count"] - figures["baselineCount"]
    assert figures["percent"] == pytest.approx(100 * figures["difference"] / figures["baselineCount"], abs=0.01)
    assert (figures["status"], body["question"]["baseline"]) == ("value", "2023-01..2023-12")
    ledger = body["ledger"]
    assert ledger["placed"] + ledger["areaOnly"] + ledger["unplaced"] + ledger["outside"] == ledger["total"]
    assert sum(feature["properties"]["count"] for feature in body["features"]) == ledger["placed"]
    assert body["coverage"][0]["missing"] == []
    assert body["provenance"]["edition"] == "2023-07-01"
    assert body["sentences"][0].startswith("2024: ")


@pytest.mark.parametrize("source", ["anmalda_brott", "polishandelser"])
def test_an_answer_names_the_deliveries_that_its_events_are_from(live_server: str, public_server: str, sample: Engine, source: str) -> None:
    asked = {"source": source, "from": "2025-10", "to": "2025-12", "format": "json", "statistics": "none"}
    told = get(live_server, "/v1/comparisons", **asked).json()["provenance"]
    with sample.connect() as connection:
        counted = connection.execute(_COUNTED, {"source": SourceId(source).number, "months": [669, 670, 671]}).scalars().all()
    assert counted
    assert set(counted) <= set(told["deliveries"])
    assert told["deliveriesTotal"] == len(told["deliveries"])
    # What everyone sees rests on what was released, and says nothing of when which event was told of.
    assert get(public_server, "/v1/comparisons", **asked).json()["provenance"]["deliveries"] is None


def test_every_format_has_the_same_rows(live_server: str) -> None:
    asked = {"source": "brander", "level": "stadsdel", "from": "2025-01", "to": "2025-06", "baseline": "same-period-last-year"}
    features = get(live_server, "/v1/comparisons", **asked).json()["features"]
    items = get(live_server, "/v1/comparisons", **asked, format="json").json()["items"]
    excel = get(live_server, "/v1/comparisons", **asked, format="csv").content
    plain = get(live_server, "/v1/comparisons", **asked, format="csv", dialect="rfc4180").text
    assert [feature["properties"] for feature in features] == items
    assert excel.startswith(b"\xef\xbb\xbfcode;name;")
    swedish = list(csv.DictReader(io.StringIO(excel.decode("utf-8-sig")), delimiter=";"))
    english = list(csv.DictReader(io.StringIO(plain)))
    assert [row["count"] for row in swedish] == [row["count"] for row in english] == [str(item["count"]) for item in items]
    assert [row["percent"].replace(",", ".") for row in swedish] == [row["percent"] for row in english]


def test_the_levels_of_a_source_with_points_sum_to_each_other(live_server: str) -> None:
    asked = {"source": "brander", "from": "2020-01", "to": "2024-12", "format": "json"}
    stadsdelar = get(live_server, "/v1/comparisons", **asked, level="stadsdel").json()["items"]
    omraden = get(live_server, "/v1/comparisons", **asked, level="stadsdelsomrade").json()["items"]
    sums: dict[str, int] = {}
    for row in stadsdelar:
        sums[row["parent"]] = sums.get(row["parent"], 0) + row["count"]
    assert sums == {row["code"]: row["count"] for row in omraden}


def test_a_series_adds_up_to_the_comparison(live_server: str) -> None:
    asked = {"source": "anmalda_brott", "level": "stadsdelsomrade", "from": "2023-01", "to": "2024-12", "format": "json"}
    compared = {row["code"]: row["count"] for row in get(live_server, "/v1/comparisons", **asked).json()["items"]}
    for interval, periods in (("month", 24), ("quarter", 8), ("tertial", 6), ("year", 2)):
        lines = get(live_server, "/v1/series", **asked, interval=interval).json()["series"]
        assert {len(line["values"]) for line in lines} == {periods}
        assert {line["code"]: sum(value["count"] for value in line["values"]) for line in lines} == compared


def test_a_rolling_year_is_the_twelve_months_that_end_with_each_month(live_server: str) -> None:
    asked = {"source": "brander", "area": "farsta", "from": "2024-12", "to": "2024-12"}
    rolling = get(live_server, "/v1/series", **asked, interval="rolling12").json()["series"][0]["values"]
    year = get(live_server, "/v1/comparisons", source="brander", area="farsta", from_="2024-01", to="2024-12", format="json").json()[
        "items"
    ]
    assert [value["count"] for value in rolling] == [year[0]["count"]]


def test_a_rolling_year_that_begins_before_the_first_delivery_is_missing_and_not_small(live_server: str) -> None:
    asked = {"source": "brander", "level": "stad", "from": "2016-10", "to": "2017-01"}
    values = get(live_server, "/v1/series", **asked, interval="rolling12").json()["series"][0]["values"]
    assert [(value["status"], value["count"] is None) for value in values] == [
        ("missing", True), ("missing", True), ("value", False), ("value", False),
    ]  # fmt: skip


def test_a_category_counts_all_below_it(live_server: str) -> None:
    asked = {"source": "brander", "from": "2024-01", "to": "2024-12", "format": "json", "level": "stad"}
    tree = get(live_server, "/v1/categories", source="brander", limit=100).json()["items"]
    fire = next(group for group in tree if group["code"] == "brand")
    whole = get(live_server, "/v1/comparisons", **asked, category="brand").json()["items"][0]["count"]
    parts = [get(live_server, "/v1/comparisons", **asked, category=child["code"]).json()["items"][0]["count"] for child in fire["children"]]
    together = get(live_server, "/v1/comparisons", **asked, category=[child["code"] for child in fire["children"]]).json()["items"][0][
        "count"
    ]
    assert whole == sum(parts) == together > 0


def test_a_tree_is_told_at_every_depth_and_adds_up(live_server: str) -> None:
    asked = {"source": "anmalda_brott", "from": "2024-01", "to": "2024-12", "format": "json", "level": "stad"}
    tree = get(live_server, "/v1/categories", source="anmalda_brott", limit=100).json()["items"]
    chapter = next(group for group in tree if group["code"] == "kap-3")
    assault = next(group for group in chapter["children"] if group["code"] == "misshandel")
    assert [group["code"] for group in assault["children"]] == ["misshandel-barn", "misshandel-kvinna", "misshandel-man"]
    ended = next(kind for kind in assault["children"][1]["children"] if kind["code"] == "0356")
    assert (ended["name"], ended["validTo"]) == ("Misshandel utomhus mot kvinna, bekant med offret", 2018)

    def count(*codes: str) -> int:
        return int(get(live_server, "/v1/comparisons", **asked, category=list(codes)).json()["items"][0]["count"])

    assert count("kap-3") == sum(count(group["code"]) for group in chapter["children"]) > 0
    assert count("misshandel", "misshandel-kvinna", "0355") == count("misshandel") == sum(count(one["code"]) for one in assault["children"])


def test_a_group_counts_its_categories_of_every_source_asked(live_server: str) -> None:
    asked = {"from": "2024-01", "to": "2024-12", "format": "json", "level": "stad"}
    groups = {group["code"]: group for group in get(live_server, "/v1/categories").json()["groups"]}
    chosen = groups["skadegorelse"]["categories"]
    answer = get(live_server, "/v1/comparisons", **asked, source=["anmalda_brott", "polishandelser"], group="skadegorelse").json()
    parts = [
        get(live_server, "/v1/comparisons", **asked, source=source, category=codes).json()["items"][0]["count"]
        for source, codes in chosen.items()
    ]
    assert answer["items"][0]["count"] == sum(parts)
    assert min(parts) > 0
    assert (answer["question"]["group"], answer["question"]["category"]) == ("skadegorelse", [])
    assert groups["skadegorelse"]["caution"] in answer["sentences"]
    assert not groups["skadegorelse"]["addable"]
    of_fire = get(live_server, "/v1/categories", source="brander").json()["groups"]
    assert {group["code"] for group in of_fire} == {"brand", "trafik"}
    assert all(set(group["categories"]) == {"brander"} for group in of_fire)


def test_a_source_tells_when_its_categories_changed_meaning(live_server: str) -> None:
    told = get(live_server, "/v1/sources/anmalda_brott").json()["recodings"]
    consent = next(recoding for recoding in told if recoding["when"] == "2018-07-01")
    assert "valdtakt" in consent["categories"]
    assert consent["what"].startswith("Samtyckeslagen")
    assert {recoding["when"] for recoding in told} >= {"2019-01-01", "2024"}
    assert get(live_server, "/v1/sources/skjutningar").json()["recodings"] == []


def test_within_gives_the_areas_of_a_larger_one(live_server: str) -> None:
    rows = get(live_server, "/v1/comparisons", source="brander", level="stadsdel", within="jarva", format="json").json()["items"]
    assert {row["code"] for row in rows} >= {"rinkeby", "tensta", "husby"}
    assert {row["parent"] for row in rows} == {"jarva"}
    finer = get(live_server, "/v1/comparisons", source="brander", level="basomrade", within="jarva", format="json").json()["items"]
    assert {row["parent"] for row in finer} == {row["code"] for row in rows}


def test_a_rate_comes_with_its_interval_and_an_empty_area_has_none(live_server: str) -> None:
    asked = {"source": "anmalda_brott", "from": "2024-01", "to": "2024-12", "measure": "rate", "format": "json"}
    for row in get(live_server, "/v1/comparisons", **asked).json()["items"]:
        assert row["rateLow"] < row["rate"] < row["rateHigh"]
    rows = get(live_server, "/v1/comparisons", **asked, level="basomrade").json()["items"]
    uninhabited = [row for row in rows if row["status"] == "notApplicable"]
    with (Path(__file__).parents[2] / "data" / "sample" / "population.csv").open(encoding="utf-8", newline="") as file:
        counted = [row for row in csv.DictReader(file, delimiter=";") if row["slag"] == "residents"]
    # The months of 2024 lie between the counts of 2023-12-31 and 2024-12-31: nobody lived there all year when both are 0.
    empty = [{row["kod"] for row in counted if row["datum"] == day and row["antal"] == "0"} for day in ("2023-12-31", "2024-12-31")]
    assert {row["code"] for row in uninhabited} == empty[0] & empty[1] != set()
    assert {row["rate"] for row in uninhabited} == {None}


def test_an_older_edition_has_its_own_areas_and_the_same_total(live_server: str) -> None:
    asked = {"source": "brander", "from": "2024-01", "to": "2024-12", "format": "json"}
    answers = {day: get(live_server, "/v1/comparisons", **asked, edition=day).json() for day in ("2023-07-01", "2020-07-01", "2007-01-01")}
    assert [len(answer["items"]) for answer in answers.values()] == [11, 13, 14]
    assert len({answer["ledger"]["total"] for answer in answers.values()}) == 1
    counted = {day: {row["code"]: row["count"] for row in answer["items"]} for day, answer in answers.items()}
    before, after = counted["2020-07-01"], counted["2023-07-01"]
    assert before["rinkeby-kista"] + before["spanga-tensta"] == after["jarva"]


def test_as_of_a_day_before_anything_was_delivered_nothing_is_covered(live_server: str) -> None:
    answer = get(live_server, "/v1/comparisons", source="brander", from_="2024-01", to="2024-12", asOf="2020-01-01")
    assert answer.status_code == 422
    assert answer.json()["detail"] == "Ingenting var inläst den 2020-01-01."
    now = get(live_server, "/v1/comparisons", source="brander", from_="2024-01", to="2024-12", format="json").json()
    today = get(live_server, "/v1/comparisons", source="brander", from_="2024-01", to="2024-12", format="json", asOf="2100-01-01").json()
    assert today["items"] == now["items"]


@pytest.mark.parametrize(
    ("parameters", "status", "blamed"),
    [
        ({}, 400, "source"),
        ({"source": "nonsens"}, 400, "source"),
        ({"source": "brander", "kalla": "x"}, 400, "kalla"),
        ({"source": "brander", "from": "2024-13"}, 400, "from"),
        ({"source": "brander", "from": "２０２４-01"}, 400, "from"),
        ({"source": "brander", "from": "2024-06", "to": "2024-01"}, 400, "to"),
        ({"source": "brander", "level": "kvarter"}, 400, "level"),
        ({"source": "brander", "area": "atlantis"}, 400, "area"),
        ({"source": "brander", "within": "atlantis"}, 400, "within"),
        ({"source": "brander", "category": "spöken"}, 400, "category"),
        ({"source": "brander", "group": "spöken"}, 400, "group"),
        ({"source": "brander", "group": "brand", "category": "brand"}, 400, "group"),
        ({"source": ["polishandelser", "brander"], "group": "narkotika"}, 422, "group"),
        ({"source": "brander", "baseline": "förr"}, 400, "baseline"),
        ({"source": "brander", "asOf": "igår"}, 400, "asOf"),
        ({"source": "polishandelser", "measure": "rate"}, 422, "measure"),
        ({"source": "polishandelser", "level": "basomrade"}, 422, "level"),
        ({"source": "trygghetsmatning"}, 422, "source"),
        ({"source": "population", "from": "2024-01", "to": "2024-12"}, 422, "source"),
        ({"source": "skjutningar", "level": "basomrade", "measure": "rate"}, 422, "measure"),
        ({"source": "incidenter", "level": "basomrade"}, 422, "level"),
        ({"source": "tyck_till", "measure": "rate"}, 422, "measure"),
    ],
)
def test_a_bad_question_is_a_problem_in_both_languages(live_server: str, parameters: dict[str, str], status: int, blamed: str) -> None:
    answer = httpx.get(f"{live_server}/v1/comparisons", params=parameters)
    problem = answer.json()
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert answer.headers["cache-control"] == "no-store"
    assert problem["title"]
    assert problem["titleEn"]
    assert problem["detail"].endswith(".")
    assert problem["detailEn"].endswith(".")
    assert problem["detail"] != problem["detailEn"]
    assert blamed in [fault["property"] for fault in problem["invalidParameters"]]
    assert all(fault["reason"] and fault["reasonEn"] for fault in problem["invalidParameters"])


def test_every_status_is_a_problem(live_server: str) -> None:
    for method, path, status in (
        ("GET", "/v1/nothing", 404),
        ("GET", "/v1/areas/atlantis", 404),
        ("GET", "/v1/sources/atlantis", 404),
        ("GET", "/v1/areas?edition=1999-01-01", 404),
        ("POST", "/v1/comparisons", 405),
        ("GET", "/v1/editions?limit=0", 400),
    ):
        answer = httpx.request(method, f"{live_server}{path}")
        assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), path
        assert answer.json()["detailEn"]


def test_an_unchanged_answer_is_not_sent_again(live_server: str) -> None:
    first = get(live_server, "/v1/comparisons", source="brander")
    again = httpx.get(str(first.url), headers={"If-None-Match": first.headers["etag"]})
    other = get(live_server, "/v1/comparisons", source="brander", level="stadsdel")
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"] != other.headers["etag"]
    assert first.headers["last-modified"].endswith("GMT")


def test_a_page_of_another_site_may_read_what_is_public_and_not_what_is_exact(live_server: str, public_server: str) -> None:
    foreign, local = {"Origin": "https://karta.example"}, {"Origin": "http://localhost:5173"}
    assert httpx.get(f"{public_server}/v1/sources", headers=foreign).headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-origin" not in httpx.get(f"{live_server}/v1/sources", headers=foreign).headers
    assert httpx.get(f"{live_server}/v1/sources", headers=local).headers["access-control-allow-origin"] == "http://localhost:5173"
    # A page whose own name leads to 127.0.0.1 is not this machine's user either.
    assert httpx.get(f"{live_server}/v1/sources", headers={"Host": "karta.example"}).status_code == 403


def test_the_public_learns_of_no_kind_from_the_data(public_server: str, live_server: str) -> None:
    listed = {item["source"]: item for item in get(public_server, "/v1/categories", source="anmalda_brott", limit=100).json()["items"]}
    assert listed["anmalda_brott"]["children"] == []
    kinds = [get(server, "/v1/categories", source="anmalda_brott", limit=100).json()["items"] for server in (public_server, live_server)]
    assert kinds[0] == kinds[1]  # every kind of the sample is in the tree, which anyone may know
    asked = [get(public_server, "/v1/comparisons", source="anmalda_brott", category=code) for code in ("0355", "0356", "0399x")]
    assert [answer.status_code for answer in asked] == [200, 200, 400]  # met in the sample, not met, and not in the tree


def test_sources_tell_what_they_are_and_what_they_refuse(live_server: str) -> None:
    items = {item["id"]: item for item in get(live_server, "/v1/sources").json()["items"]}
    assert set(items) == SOURCES
    assert {item["carries"] for item in items.values()} == {"events", "indicator", "denominator"}
    survey = items["trygghetsmatning"]
    assert (survey["smallestN"], survey["events"], survey["countsBy"], survey["coverage"]["from"]) == (50, None, None, None)
    assert survey["lastDelivery"] is not None
    assert {refusal["what"] for refusal in items["polishandelser"]["refuses"]} == {"rate", "basomrade", "point", "reported"}
    assert (items["anmalda_brott"]["dates"], items["brander"]["dates"], survey["dates"]) == (["reported", "happened"], ["happened"], [])
    assert (items["brander"]["coverage"]["from"], items["brander"]["coverage"]["to"]) == ("2016-01", "2025-12")
    one = get(live_server, "/v1/sources/skjutningar").json()
    assert one == items["skjutningar"]


def test_a_source_tells_month_by_month_what_it_delivered_and_how_much_is_known(live_server: str, public_server: str) -> None:
    told = get(live_server, "/v1/sources/brander").json()
    months = told["coverage"]["months"]
    assert (months[0], months[-1]) == ({"month": "2016-01", "status": "delivered"}, {"month": "2025-12", "status": "delivered"})
    assert [month["month"] for month in told["completeness"]] == [month["month"] for month in months[-12:]]
    # The sample's years were all delivered at once, so nothing can be said of how months become known.
    assert {(month["share"], month["reasonEn"]) for month in told["completeness"]} == {(None, "The month was delivered only afterwards.")}
    assert get(public_server, "/v1/sources/brander").json()["completeness"] is None


def test_a_span_outside_what_was_delivered_is_refused_with_what_there_is(live_server: str) -> None:
    problem = get(live_server, "/v1/comparisons", source="brander", from_="1990-01", to="1990-12").json()
    assert (problem["status"], [fault["property"] for fault in problem["invalidParameters"]]) == (422, ["from"])
    assert problem["detail"].endswith("Det som finns: Räddningstjänstens händelser januari 2016–december 2025.")
    assert problem["detailEn"].endswith("There is: Rescue service events January 2016–December 2025.")


def test_areas_come_whole_as_a_map_and_page_by_page_as_a_list(live_server: str) -> None:
    collection = get(live_server, "/v1/areas", level="stadsdel", format="geojson").json()
    page = get(live_server, "/v1/areas", level="stadsdel", offset=100).json()
    assert len(collection["features"]) == page["total"] == 117
    assert (len(page["items"]), page["limit"], page["offset"]) == (17, 20, 100)
    without = get(live_server, "/v1/areas", level="stadsdel", format="geojson", geometry="none").json()
    assert {feature["geometry"] for feature in without["features"]} == {None}
    some = get(live_server, "/v1/areas", level="stadsdel", format="geojson", limit=2, offset=100).json()
    assert some["features"] == collection["features"][100:102]
    assert (some["limit"], some["offset"], "limit" in collection) == (2, 100, False)
    rest = get(live_server, "/v1/areas", level="stadsdel", format="geojson", offset=110).json()
    assert rest["features"] == collection["features"][110:]
    assert some["total"] == rest["total"] == collection["total"] == 117


def test_an_area_tells_what_it_was_before(live_server: str) -> None:
    links = get(live_server, "/v1/areas/jarva").json()["properties"]["links"]
    assert {(link["edition"], link["code"], link["kind"]) for link in links} == {
        ("2020-07-01", "rinkeby-kista", "split"),
        ("2020-07-01", "spanga-tensta", "split"),
        ("2007-01-01", "rinkeby-kista", "split"),
        ("2007-01-01", "spanga-tensta", "split"),
    }


def test_a_code_that_stands_on_two_levels_is_found_on_either(live_server: str) -> None:
    told = [get(live_server, "/v1/areas/farsta", **asked).json()["properties"]["level"] for asked in ({}, {"level": "stadsdel"})]
    assert told == ["stadsdelsomrade", "stadsdel"]
    refusal = get(live_server, "/v1/areas/jarva", level="stadsdel")
    assert (refusal.status_code, refusal.json()["detail"]) == (404, "Indelningen har inget område jarva på nivån stadsdel.")


def test_the_links_between_two_editions_tell_what_became_of_every_area(live_server: str) -> None:
    asked = {"to": "2023-07-01", "level": "stadsdelsomrade", "limit": "100"}
    items = get(live_server, "/v1/editions/2020-07-01/links", **asked).json()["items"]
    assert len(items) == 13
    merged = {(link["from"]["code"], link["to"]["code"], link["share"], link["basis"]) for link in items if link["kind"] == "merge"}
    assert merged == {
        ("rinkeby-kista", "jarva", 1.0, "land"),
        ("spanga-tensta", "jarva", 1.0, "land"),
        ("norrmalm", "norra-innerstaden", 1.0, "land"),
        ("ostermalm", "norra-innerstaden", 1.0, "land"),
    }
    assert {(link["level"], link["to"]["level"]) for link in items} == {("stadsdelsomrade", "stadsdelsomrade")}
    back = get(live_server, "/v1/editions/2023-07-01/links", level="stadsdelsomrade", limit="100").json()["items"]
    assert {link["to"]["edition"] for link in back} == {"2020-07-01", "2007-01-01"}
    jarva = [link["share"] for link in back if link["from"]["code"] == "jarva" and link["to"]["edition"] == "2020-07-01"]
    assert len(jarva) == 2
    assert sum(jarva) == pytest.approx(1)
    assert get(live_server, "/v1/editions/2023-07-01/links", to="2001-01-01").status_code == 404
    assert get(live_server, "/v1/editions/2001-01-01/links").status_code == 404


def test_reported_crimes_are_counted_by_the_month_they_happened_on_request(live_server: str) -> None:
    asked = {"source": "anmalda_brott", "level": "stad", "from": "2020-01", "to": "2020-12", "format": "json"}
    own = get(live_server, "/v1/comparisons", **asked).json()
    happened = get(live_server, "/v1/comparisons", **asked, by="happened").json()
    assert own == get(live_server, "/v1/comparisons", **asked, by="reported").json() | {"question": own["question"]}
    assert own["items"][0]["count"] != happened["items"][0]["count"]
    assert (own["coverage"][0]["countsBy"], happened["coverage"][0]["countsBy"]) == ("reported", "happened")
    assert (own["question"]["by"], happened["question"]["by"]) == (None, "happened")
    assert any("räknade den månad de hände" in sentence for sentence in happened["sentences"])
    newest = get(live_server, "/v1/series", source="anmalda_brott", level="stad", by="happened").json()
    # Of 2025, whose reports have not all come, no month is final.
    assert len(newest["coverage"][0]["provisional"]) == 12
    # Beside a source that is counted by that date anyway.
    both = get(live_server, "/v1/comparisons", **asked | {"source": ["anmalda_brott", "brander"]}, by="happened").json()
    fires = get(live_server, "/v1/comparisons", **asked | {"source": "brander"}).json()
    assert both["ledger"]["total"] == happened["ledger"]["total"] + fires["ledger"]["total"]
    traced = get(live_server, "/v1/trace", **asked | {"limit": "3"}, by="happened").json()
    assert (traced["closes"], traced["figure"], traced["question"]["by"]) == (True, happened["items"][0]["count"], "happened")


def test_a_source_refuses_a_date_that_it_does_not_tell(live_server: str) -> None:
    for path in ("comparisons", "series", "trace", "hours"):
        refused = get(live_server, f"/v1/{path}", source=["anmalda_brott", "brander"], by="reported")
        assert refused.status_code == 422, path
        assert refused.json()["invalidParameters"][0]["property"] == "by"
        assert "inte när någon anmälde den" in refused.text


def test_a_part_of_the_page_is_sent_once(live_server: str) -> None:
    page = httpx.get(f"{live_server}/")
    assert "unsafe" not in page.headers["content-security-policy"]
    parts = re.findall(r'(?:src|href)="(/page/assets/[^"]+)"', page.text)
    assert {part.rsplit(".")[-1] for part in parts} >= {"js", "css"}
    for part in ("/", *parts):
        first = httpx.get(f"{live_server}{part}")
        again = httpx.get(f"{live_server}{part}", headers={"If-None-Match": first.headers["etag"]})
        assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
        assert first.headers["last-modified"] == again.headers["last-modified"]
        # What has its hash in its name never changes; the page that names it may.
        assert ("immutable" in first.headers["cache-control"]) == (part != "/")


@pytest.mark.parametrize("path", ["/", "/v1/sources", "/v1/comparisons?source=brander", "/ogc/v1/collections", "/v1/no-such-thing"])
def test_head_answers_as_get_does_without_the_body(live_server: str, path: str) -> None:
    whole, head = httpx.get(f"{live_server}{path}", timeout=60), httpx.head(f"{live_server}{path}", timeout=60)
    assert (head.status_code, head.content) == (whole.status_code, b"")
    own = {"date", "x-request-id"}
    assert {name: value for name, value in head.headers.items() if name not in own} == {
        name: value for name, value in whole.headers.items() if name not in own
    }


def test_the_service_tells_how_it_is(live_server: str) -> None:
    assert get(live_server, "/live").json() == {"status": "ok"}
    assert get(live_server, "/ready").json()["status"] == "ok"
    info = get(live_server, "/v1/api-info").json()
    assert (info["audience"], info["sample"], info["apiName"]) == ("staff", True, "trygghetskarta")


def test_the_public_sees_what_is_public_elsewhere_exactly_and_no_other_ledger(public_server: str) -> None:
    police = get(public_server, "/v1/comparisons", source="polishandelser", format="json").json()
    assert {row["status"] for row in police["items"]} == {"value"}
    assert (police["ledger"]["withheld"], "margin" in police["items"][0]) == (False, False)
    for sources in (["anmalda_brott"], ["polishandelser", "skjutningar"]):
        answer = get(public_server, "/v1/comparisons", source=sources, baseline="previous", format="json").json()
        assert answer["ledger"] == {
            "placed": None,
            "areaOnly": None,
            "unplaced": None,
            "outside": None,
            "withheld": True,
            "covered": True,
            "withheldBySource": None,
            "undated": None,
            "estimated": None,
            "total": None,
        }
    counted = {item["id"]: item["events"] for item in get(public_server, "/v1/sources").json()["items"]}
    assert counted["polishandelser"] > 5000
    assert (counted["anmalda_brott"], counted["skjutningar"], counted["brander"]) == (None, None, None)


def test_hours_and_hexagons_are_served_in_every_format(live_server: str) -> None:
    asked = {"source": "anmalda_brott", "from": "2024-01", "to": "2024-12", "baseline": "previous"}
    hours = get(live_server, "/v1/hours", **asked).json()
    assert (hours["total"], hours["items"][167]["weekdayName"], hours["items"][167]["hour"]) == (168, "söndag", 23)
    assert sum(row["count"] for row in hours["items"]) == pytest.approx(hours["timed"], abs=0.1)
    assert hours["timed"] + hours["untimed"] == hours["ledger"]["placed"]
    peak = hours["peak"]
    first = (peak["weekday"] - 1) * 24 + peak["hour"]
    held = [sum(hours["items"][(at + step) % 168]["count"] for step in range(3)) for at in range(168)]
    assert max(held) == pytest.approx(held[first])
    assert peak["share"] == pytest.approx(100 * held[first] / hours["timed"], abs=0.01)
    assert "klockslaget är känt för" in hours["sentences"][0]
    hexagons = get(live_server, "/v1/hexagons", source="brander", from_="2024-01", to="2024-12").json()
    assert (
        sum(feature["properties"]["count"] for feature in hexagons["features"]) + hexagons["withoutPoint"] == hexagons["ledger"]["placed"]
    )
    assert hexagons["features"][0]["geometry"]["type"] == "Polygon"
    for path, key in (("/v1/hours", "hourOfWeek"), ("/v1/hexagons", "cell")):
        plain = get(live_server, path, source="brander", from_="2024-01", to="2024-12", format="csv", dialect="rfc4180").text
        assert plain.startswith(key)
        assert get(live_server, path, source="brander", from_="2024-01", to="2024-12", format="xlsx").content[:2] == b"PK"
        assert get(live_server, path, source="brander", resolutionn=3).status_code == 400
        for measure in ("rate", "harm"):
            refused = get(live_server, path, source="anmalda_brott" if path == "/v1/hours" else "brander", measure=measure)
            problem = refused.json()
            assert (refused.status_code, problem["invalidParameters"][0]["property"]) == (400, "measure")
            assert (problem["detail"], problem["detailEn"]) == ("Den här frågan räknas på antal.", "This question is about counts.")


def test_the_hours_of_the_week_are_drawn_as_a_line_a_weekday_in_a_workbook(live_server: str) -> None:
    content = get(live_server, "/v1/hours", source="brander", from_="2024-01", to="2024-12", format="xlsx").content
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        chart = parts.read("xl/charts/chart1.xml")
    assert (chart.count(b"<c:ser>"), b"<c:lineChart>" in chart) == (7, True)
    assert [where in chart for where in (b"$C$146", b"$D$2:$D$25", b"$E$146:$E$169")] == [True, True, True]


def test_detailed_figures_of_a_closed_source_are_not_for_everyone(public_server: str) -> None:
    refused = get(public_server, "/v1/hours", source="anmalda_brott")
    assert refused.status_code == 403
    assert "bara visas för behöriga" in refused.json()["detail"]
    # A source that is public elsewhere is so by area and month, not event by event.
    assert get(public_server, "/v1/hours", source="polishandelser").status_code == 403
