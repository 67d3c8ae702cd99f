"""`/ogc/v1` as its standards have it: what it says of itself, its pages, its systems of coordinates, its filters, and what it refuses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from pydantic import SecretStr
from pyproj import CRS, Transformer
from sqlalchemy import Engine, text

from tests.conftest import KEY_SECRET, serving
from trygghetskarta.api.ogc.documents import CONFORMANCE
from trygghetskarta.domain.audience import Audience
from trygghetskarta.domain.filters import SYSTEMS
from trygghetskarta.settings import Settings

ROOT = "/ogc/v1"
COLLECTIONS = ["basomrade", "stadsdel", "stadsdelsomrade", "stad", "comparison", "series"]
EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
EVENTS = "FROM event JOIN source USING (source_id) JOIN category USING (category_id) WHERE known_to IS NULL AND NOT withdrawn AND antal > 0"


def get(server: str, path: str, **parameters: str) -> httpx.Response:
    return httpx.get(f"{server}{ROOT}{path}", params={name.replace("_", "-"): value for name, value in parameters.items()}, timeout=60)


def items(server: str, collection: str, **parameters: str) -> dict[str, Any]:
    answer = get(server, f"/collections/{collection}/items", **parameters)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def pages(address: str) -> Iterator[dict[str, Any]]:
    following: str | None = address
    while following is not None:
        page = httpx.get(following, timeout=60).json()
        yield page
        following = next((link["href"] for link in page["links"] if link["rel"] == "next"), None)


def counted(engine: Engine, condition: str, **values: object) -> int:
    with engine.connect() as connection:
        return int(connection.execute(text(f"SELECT count(*) {EVENTS} AND ({condition})"), values).scalar_one())


@pytest.fixture(scope="module")
def keyed_server(sample: Engine) -> Iterator[str]:
    """Serve the sample to anyone, under another address than its own, with a key for those who have it."""
    settings = Settings(refresh_seconds=1.0, key_secret=SecretStr(KEY_SECRET), public_url="https://karta.example.se/trygghet/")
    with serving(sample, Audience.PUBLIC, settings) as address:
        yield address


def test_everything_is_found_from_the_landing_page_by_absolute_links(live_server: str) -> None:
    page = get(live_server, "").json()
    links = {link["rel"]: link for link in page["links"]}
    assert set(links) >= {"self", "service-desc", "conformance", "data"}
    for link in links.values():
        answer = httpx.get(link["href"])
        assert answer.status_code == 200
        assert answer.headers["content-type"] == link["type"]
    assert httpx.get(links["conformance"]["href"]).json() == {"conformsTo": list(CONFORMANCE)}
    listed = httpx.get(links["data"]["href"]).json()["collections"]
    assert [collection["id"] for collection in listed] == [*COLLECTIONS, "events"]
    for collection in listed:
        for link in collection["links"]:
            answer = httpx.get(link["href"], timeout=60)
            assert (answer.status_code, answer.headers["content-type"]) == (200, link["type"]), link


def test_a_bare_items_answers_on_every_collection(live_server: str) -> None:
    for collection in [*COLLECTIONS, "events"]:
        page = items(live_server, collection)
        assert 0 < page["numberReturned"] == len(page["features"]) <= 100
        assert page["numberMatched"] >= page["numberReturned"]


@pytest.mark.parametrize("collection", ["basomrade", "series"])
def test_following_next_gives_every_row_once(live_server: str, collection: str) -> None:
    found = list(pages(f"{live_server}{ROOT}/collections/{collection}/items?limit=50"))
    ids = [feature["id"] for page in found for feature in page["features"]]
    assert len(ids) == len(set(ids)) == found[0]["numberMatched"]
    assert [page["numberReturned"] for page in found[:-1]] == [50] * (len(found) - 1)


def test_following_next_gives_every_event_once_those_with_a_point_first(live_server: str, sample: Engine) -> None:
    ids, points = [], []
    for page in pages(f"{live_server}{ROOT}/collections/events/items?limit=10000"):
        ids += [feature["id"] for feature in page["features"]]
        points += [feature["geometry"] is not None for feature in page["features"]]
    assert len(ids) == len(set(ids)) == counted(sample, "true")
    assert sum(points) == counted(sample, "geom IS NOT NULL")
    assert points == sorted(points, reverse=True)


def test_a_next_link_keeps_every_letter_of_the_question(live_server: str) -> None:
    # A program that adds parameters to every address looks for them as it wrote them, and else adds them once more.
    asked = "level=stadsdel&source=brander&limit=7"
    first = httpx.get(f"{live_server}{ROOT}/collections/comparison/items?{asked}").json()
    following = next(link["href"] for link in first["links"] if link["rel"] == "next")
    assert f"?{asked}&after=" in following
    twice = httpx.get(f"{following}&level=stadsdel&source=brander").json()
    assert twice["features"] == httpx.get(following).json()["features"]


def test_the_comparison_is_that_of_v1(live_server: str) -> None:
    asked = {"source": "anmalda_brott", "level": "stadsdel", "from": "2024-01", "to": "2024-12", "baseline": "previous"}
    collection = httpx.get(f"{live_server}{ROOT}/collections/comparison/items", params={**asked, "limit": "1000"}).json()
    plain = httpx.get(f"{live_server}/v1/comparisons", params=asked).json()
    assert [(feature["geometry"], feature["properties"]) for feature in collection["features"]] == [
        (feature["geometry"], feature["properties"]) for feature in plain["features"]
    ]


def test_a_series_is_that_of_v1(live_server: str) -> None:
    asked = {"source": "brander", "level": "stadsdelsomrade", "from": "2023-01", "to": "2024-12", "interval": "quarter"}
    features = httpx.get(f"{live_server}{ROOT}/collections/series/items", params={**asked, "limit": "1000"}).json()["features"]
    lines = httpx.get(f"{live_server}/v1/series", params=asked).json()["series"]
    assert [feature["properties"]["count"] for feature in features] == [value["count"] for line in lines for value in line["values"]]


def test_an_older_edition_is_asked_for_by_its_first_day(live_server: str) -> None:
    newest, older = (items(live_server, "stadsdelsomrade", **asked)["numberMatched"] for asked in ({}, {"edition": "2007-01-01"}))
    assert (newest, older) == (11, 14)


@pytest.mark.parametrize("uri", SYSTEMS)
def test_coordinates_stand_in_the_order_of_their_system(live_server: str, uri: str) -> None:
    axes = [axis.direction for axis in CRS.from_user_input(uri).axis_info]
    assert SYSTEMS[uri].northing_first is (axes == ["north", "east"])
    turned = Transformer.from_crs("OGC:CRS84", uri)
    for collection in ("events", "stadsdelsomrade"):
        plain, other = (items(live_server, collection, limit="5", **asked)["features"] for asked in ({}, {"crs": uri}))
        for here, there in zip(plain, other, strict=True):
            one, another = (_first(feature["geometry"]["coordinates"]) for feature in (here, there))
            assert another == pytest.approx(turned.transform(*one), abs=0.03)
    answer = get(live_server, "/collections/events/items", crs=uri, limit="1")
    assert answer.headers["content-crs"] == f"<{uri}>"


def _first(coordinates: Any) -> tuple[float, float]:  # noqa: ANN401 - GeoJSON
    while isinstance(coordinates[0], list):
        coordinates = coordinates[0]
    return coordinates[0], coordinates[1]


@pytest.mark.parametrize(
    ("srid", "box"), [(3006, (6_576_000, 668_000, 6_582_000, 675_000)), (3011, (6_576_000, 147_000, 6_582_000, 154_000))]
)
def test_a_box_in_sweref_is_northing_first_and_takes_what_sql_takes(
    live_server: str, sample: Engine, srid: int, box: tuple[int, ...]
) -> None:
    south, west, north, east = box
    inside = counted(
        sample,
        "ST_Intersects(ST_Transform(geom, :srid), ST_MakeEnvelope(:west, :south, :east, :north, :srid))",
        srid=srid, west=west, south=south, east=east, north=north,
    )  # fmt: skip
    found = items(live_server, "events", bbox=",".join(map(str, box)), bbox_crs=f"{EPSG}{srid}", resultType="hits")
    assert found["numberMatched"] == inside > 1000
    assert found["features"] == []


@pytest.mark.parametrize(
    ("box", "matched"),
    [("-180,-90,180,90", 11), ("170,-90,-170,90", 0), ("17,-90,-170,90", 11), ("0,0,1,1", 0), ("18.07,59.33,18.07,59.33", 1)],
)
def test_boxes_of_the_whole_world_of_a_point_and_over_the_date_line(live_server: str, box: str, matched: int) -> None:
    assert items(live_server, "stadsdelsomrade", bbox=box)["numberMatched"] == matched


@pytest.mark.parametrize("uri", SYSTEMS)
def test_a_box_of_any_size_is_no_fault_of_ours(live_server: str, uri: str) -> None:
    for collection in ("events", "stad"):
        found = items(live_server, collection, bbox="-1e300,-1e300,1e300,1e300", bbox_crs=uri, resultType="hits")
        assert found["numberMatched"] > 0


@pytest.mark.parametrize(
    ("written", "condition"),
    [
        ("source = 'brander'", "source.code = 'brander'"),
        ("category IN ('0880','0357') AND month >= '2024-06'", "category.code IN ('0880', '0357') AND month >= 653"),
        (
            "(antal > 1 OR precision = 'point') AND NOT (source = 'tyck_till')",
            "(antal > 1 OR precision = 0) AND source.code <> 'tyck_till'",
        ),
        ("areaText ILIKE 'SÖDER%'", "area_text ILIKE 'söder%'"),
        ("casei(categoryName) LIKE casei('%ÖVRIGT%')", "category.name ILIKE '%övrigt%'"),
        ("startsAt >= '2023-01-01T' AND startsAt < '2023-02-01T00:00:00Z'", "starts_at >= '2023-01-01Z' AND starts_at < '2023-02-01Z'"),
        ("reportedOn BETWEEN DATE('2025-01-01') AND DATE('2025-03-31')", "reported_on BETWEEN '2025-01-01' AND '2025-03-31'"),
        ("endsAt IS NULL AND identity IS NOT NULL", "ends_at IS NULL AND identity IS NOT NULL"),
        ("identity = 'it''s'' OR true --'", "false"),
        ("antal = 1 OR true", "true"),
    ],
)
def test_a_filter_takes_what_sql_takes(live_server: str, sample: Engine, written: str, condition: str) -> None:
    expected = counted(sample, condition)
    for language in ("cql2-text", "cql-text"):
        found = items(live_server, "events", filter=written, filter_lang=language, resultType="hits")
        assert found["numberMatched"] == expected


def test_a_filter_holds_on_every_page(live_server: str, sample: Engine) -> None:
    # Unless the filter stands in parentheses of its own, OR lets every event onto the second page.
    asked = "filter=source%20%3D%20'skjutningar'%20OR%20source%20%3D%20'sprangningar'&limit=300"
    found = list(pages(f"{live_server}{ROOT}/collections/events/items?{asked}"))
    ids = [feature["id"] for page in found for feature in page["features"]]
    assert len(ids) == len(set(ids)) == counted(sample, "source.code IN ('skjutningar', 'sprangningar')")
    assert len(found) > 3


def test_a_filter_by_shape_is_read_in_its_own_system(live_server: str) -> None:
    degrees = items(
        live_server, "stadsdel", filter="S_INTERSECTS(geometry, POLYGON((18.0 59.3, 18.1 59.3, 18.1 59.35, 18.0 59.3)))", limit="1000"
    )
    turned = Transformer.from_crs("OGC:CRS84", "EPSG:3006")
    corners = ", ".join("{} {}".format(*turned.transform(x, y)) for x, y in ((18.0, 59.3), (18.1, 59.3), (18.1, 59.35), (18.0, 59.3)))
    metres = items(live_server, "stadsdel", filter=f"S_INTERSECTS(geometry, POLYGON(({corners})))", filter_crs=f"{EPSG}3006", limit="1000")
    names = [[feature["id"] for feature in page["features"]] for page in (degrees, metres)]
    assert names[0] == names[1] != []


def test_a_filter_of_rows_and_a_property_as_a_parameter(live_server: str) -> None:
    whole = items(live_server, "comparison", level="stadsdel", source="brander", limit="1000")["features"]
    most = sorted(feature["properties"]["count"] for feature in whole)[-5]
    found = items(live_server, "comparison", level="stadsdel", source="brander", filter=f"count >= {most} AND NOT (name ILIKE 'å%')")[
        "features"
    ]
    assert [feature["id"] for feature in found] == [
        feature["id"]
        for feature in whole
        if feature["properties"]["count"] >= most and not feature["properties"]["name"].lower().startswith("å")
    ]
    assert [feature["id"] for feature in items(live_server, "stadsdel", code="tensta")["features"]] == ["tensta"]
    assert {feature["properties"]["parent"] for feature in items(live_server, "stadsdel", parent="jarva")["features"]} == {"jarva"}


def test_events_take_the_parameters_of_a_question(live_server: str) -> None:
    asked = {"source": "brander", "area": "jarva", "from": "2024-01", "to": "2024-12"}
    found = items(live_server, "events", **asked, resultType="hits")["numberMatched"]
    series = httpx.get(f"{live_server}/v1/series", params=asked).json()["series"]
    assert found == sum(value["count"] for value in series[0]["values"])


def test_time_chooses_events_and_periods(live_server: str, sample: Engine) -> None:
    found = items(live_server, "events", datetime="2024-03-01T00:00:00Z/2024-03-31T23:59:59Z", resultType="hits")["numberMatched"]
    assert found == counted(sample, "starts_at <= '2024-03-31T23:59:59Z' AND coalesce(ends_at, starts_at) >= '2024-03-01Z'")
    # As QGIS writes a time without beginning or end.
    assert items(live_server, "events", datetime="0000-01-01T00:00:00Z/9999-12-31T00:00:00Z")["numberMatched"] == counted(
        sample, "starts_at IS NOT NULL"
    )
    periods = items(
        live_server, "series", source="brander", **{"from": "2024-01", "to": "2024-12"}, datetime="2024-05-10/2024-06-01", limit="1000"
    )
    assert {feature["properties"]["period"] for feature in periods["features"]} == {"2024-05", "2024-06"}


def test_one_item_has_the_id_the_list_gives_it(live_server: str) -> None:
    for collection in ("events", "stadsdel", "series"):
        feature = items(live_server, collection, limit="1")["features"][0]
        alone = get(live_server, f"/collections/{collection}/items/{feature['id']}").json()
        assert {name: alone[name] for name in feature} == feature
        assert get(live_server, f"/collections/{collection}/items/nothing").status_code == 404


@pytest.mark.parametrize(
    ("parameters", "blamed"),
    [
        ({"nothing": "1"}, "nothing"),
        ({"limit": "0"}, "limit"),
        ({"limit": "٣"}, "limit"),
        ({"bbox": "1,2,3"}, "bbox"),
        ({"bbox": "1,2,nan,4"}, "bbox"),
        ({"bbox": "1,4,3,2"}, "bbox"),
        ({"crs": "EPSG:3006"}, "crs"),
        ({"datetime": "yesterday"}, "datetime"),
        ({"datetime": "2024-02-01/2024-01-01"}, "datetime"),
        ({"filter": "source = "}, "filter"),
        ({"filter": "geom = 'x'"}, "filter"),
        ({"filter": "pg_sleep(5) = 1"}, "filter"),
        ({"filter": "source = source"}, "filter"),
        ({"filter": "antal = 'one'"}, "filter"),
        ({"filter": "antal + 1 = 2"}, "filter"),
        ({"filter": "source LIKE 'x\\'"}, "filter"),
        ({"filter": "source = '\x00'"}, "filter"),
        ({"filter": "S_CROSSES(geometry, POINT(18 59))"}, "filter"),
        ({"filter": "S_INTERSECTS(geometry, geometry)"}, "filter"),
        ({"filter": "(" * 21 + "antal = 1" + ")" * 21}, "filter"),
        ({"filter": "NOT " * 21 + "antal = 1"}, "filter"),
        ({"filter": "antal = 1 OR " * 200 + "antal = 1"}, "filter"),
        ({"filter": "antal = " + "1+" * 900 + "1"}, "filter"),
        ({"filter-lang": "cql-json", "filter": "{}"}, "filter-lang"),
        ({"after": "p.1.x"}, "after"),
        ({"resultType": "all"}, "resultType"),
        ({"f": "html"}, "f"),
        ({"level": "kvarter"}, "level"),
        ({"area": "atlantis"}, "area"),
        ({"category": "9999"}, "category"),
        ({"from": "2024-13"}, "from"),
        ({"identity": "a\x00"}, "identity"),
    ],
)  # fmt: skip
def test_what_cannot_be_understood_is_refused_in_both_languages(live_server: str, parameters: dict[str, str], blamed: str) -> None:
    answer = httpx.get(f"{live_server}{ROOT}/collections/events/items", params=parameters, timeout=60)
    problem = answer.json()
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json"), answer.text
    assert problem["detail"] != problem["detailEn"]
    assert problem["invalidParameters"][0]["property"] == blamed
    assert answer.headers["cache-control"] == "no-store"


def test_a_limit_above_the_largest_is_the_largest(live_server: str) -> None:
    assert items(live_server, "events", limit="99999999")["numberReturned"] == 10_000


def test_events_are_nobodys_to_find_but_theirs_who_may(keyed_server: str, analyst_key: str) -> None:
    def ask(path: str, key: str | None = None) -> httpx.Response:
        return httpx.get(f"{keyed_server}{ROOT}{path}", headers={"X-API-Key": key} if key is not None else {}, timeout=60)

    assert "events" not in [collection["id"] for collection in ask("/collections").json()["collections"]]
    assert not [path for path in ask("/api").json()["paths"] if "events" in path]
    for path in ("", "/items", "/queryables", "/schema", "/items/brander.x"):
        refused = ask(f"/collections/events{path}")
        assert refused.status_code == 403
        assert "X-API-Key" in refused.json()["detail"]
        assert "X-API-Key" in refused.json()["detailEn"]
        assert ask(f"/collections/events{path}", "wrong").status_code == 401
    assert "events" in [collection["id"] for collection in ask("/collections", analyst_key).json()["collections"]]
    assert "/collections/events/items" in ask("/api", analyst_key).json()["paths"]
    shown = ask("/collections/events/items?limit=1", analyst_key)
    assert shown.json()["numberReturned"] == 1
    assert shown.headers["cache-control"].startswith("private")


def test_the_public_sees_of_a_comparison_what_it_may(keyed_server: str, live_server: str) -> None:
    bare = items(keyed_server, "comparison")["features"]
    assert {feature["properties"]["status"] for feature in bare} == {"value"}
    # No month of a basområde is released, and a filter tells nothing of what it is.
    month = {"source": "anmalda_brott", "level": "basomrade", "from": "2025-03", "to": "2025-03"}
    withheld = items(keyed_server, "comparison", **month)["features"]
    assert {(feature["properties"]["status"], feature["properties"]["count"]) for feature in withheld} == {("withheld", None)}
    assert items(keyed_server, "comparison", **month, filter="count > 0")["numberMatched"] == 0
    # A year of a stadsdel is: a filter takes what is released, never what is exact.
    year = {"source": "anmalda_brott", "level": "stadsdel", "from": "2025-01", "to": "2025-12", "limit": "200"}
    shown, exact = (
        {row["properties"]["code"]: row["properties"]["count"] for row in items(server, "comparison", **year)["features"]}
        for server in (keyed_server, live_server)
    )
    assert shown.keys() == exact.keys()
    assert shown != exact
    found = items(keyed_server, "comparison", **year, filter="count > 20")["features"]
    assert {row["properties"]["code"] for row in found} == {code for code, count in shown.items() if count > 20}


def test_links_stand_under_the_address_that_people_use(keyed_server: str) -> None:
    page = items(keyed_server, "basomrade", limit="1")
    links = [*page["links"], *get(keyed_server, "").json()["links"], *get(keyed_server, "/collections/stad").json()["links"]]
    assert {link["href"].startswith("https://karta.example.se/trygghet/ogc/v1") for link in links} == {True}
    assert get(keyed_server, "/api").json()["servers"] == [{"url": "https://karta.example.se/trygghet/ogc/v1"}]
    following = urlsplit(next(link["href"] for link in page["links"] if link["rel"] == "next"))
    assert following.path == "/trygghet/ogc/v1/collections/basomrade/items"
    assert set(parse_qs(following.query)) == {"limit", "after"}


def test_an_answer_that_has_not_changed_is_not_sent_again(live_server: str) -> None:
    for path in ("/collections/events/items?limit=2", "", "/conformance"):
        first = httpx.get(f"{live_server}{ROOT}{path}")
        assert first.headers["last-modified"].endswith("GMT")
        again = httpx.get(first.url, headers={"If-None-Match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")


def test_the_document_of_the_api_names_every_path_and_leaves_v1_to_the_other(live_server: str) -> None:
    document = get(live_server, "/api").json()
    for collection in [*COLLECTIONS, "events"]:
        operation = document["paths"][f"/collections/{collection}/items"]["get"]
        names = [
            document["components"]["parameters"][parameter["$ref"].rsplit("/", 1)[1]]["name"] if "$ref" in parameter else parameter["name"]
            for parameter in operation["parameters"]
        ]
        assert len(names) == len(set(names))
        assert {"limit", "bbox", "crs", "filter", "filter-lang", "datetime", "after"} < set(names)
        columns = get(live_server, f"/collections/{collection}/queryables").json()["properties"]
        assert set(columns) - {"geometry"} <= set(names)
    assert document["components"]["parameters"]["filter-lang"]["schema"]["enum"] == ["cql2-text", "cql-text"]
    assert not [path for path in httpx.get(f"{live_server}/openapi.json").json()["paths"] if path.startswith("/ogc")]
