"""The lens on the sample, against the sample's own files."""

from __future__ import annotations

import csv
import gzip
import io
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.db.test_survey import get
from trygghetskarta.domain.category_groups import category_groups
from trygghetskarta.domain.sources import SourceId

SAMPLE = Path(__file__).parents[2] / "data" / "sample"
YEAR: dict[str, Any] = {"from_": "2024-01", "to": "2024-12"}
Body = dict[str, Any]
OLDER = set(category_groups()["brott-mot-aldre"].categories[SourceId.ANMALDA_BROTT])


@pytest.fixture(scope="module")
def rows() -> list[dict[str, str]]:
    """Give the rows of the sample that were reported in 2024; the file of that year has no faults, nor has any row of the late ones."""
    text = gzip.decompress((SAMPLE / "deliveries" / "anmalda_brott_2024.csv.gz").read_bytes()).decode("utf-8-sig")
    return [row for row in csv.DictReader(io.StringIO(text), delimiter=";") if row["Inskrivningsdatum"]]


def weight(rows: list[dict[str, str]]) -> int:
    return sum(int(row["Antal"]) for row in rows)


@pytest.fixture(scope="module")
def body(live_server: str) -> Body:
    return get(live_server, "lenses/older-people", **YEAR, level="stadsdel", baseline="previous")


def test_the_citys_lines_are_those_of_the_file(body: Body, rows: list[dict[str, str]]) -> None:
    older = [row for row in rows if row["Brottskod"] in OLDER]
    fraud = [row for row in rows if "0942" <= row["Brottskod"] <= "0998" or row["Brottskod"] == "0914"]
    first, second, *kinds = body["kinds"]
    assert (first["code"], first["count"]) == ("brott-mot-aldre", weight(older))
    assert (second["code"], second["count"]) == ("bedrageri", weight(fraud))
    assert sum(kind["count"] for kind in kinds) == second["count"]
    assert second["placed"] == weight([row for row in fraud if row["Basområde"]])
    assert second["homeKnown"] == weight([row for row in fraud if row["Målsägande basområde"]])
    assert second["older"] == weight([row for row in fraud if row["Målsägande ålder"] in ("65-74", "75-84", "85+")])
    assert second["ageTold"] == weight([row for row in fraud if row["Målsägande ålder"]])


def test_every_line_closes(body: Body) -> None:
    for line in body["kinds"]:
        assert line["placed"] + line["areaOnly"] + line["unplaced"] + line["outside"] == line["count"]
    assert sum(row["count"] for row in body["items"]) == body["kinds"][0]["placed"]
    assert sum(row["fraud"] for row in body["items"]) == body["kinds"][1]["placed"]
    assert sum(row["fraudByHome"] for row in body["items"]) == body["kinds"][1]["homeKnown"]
    assert body["ledger"]["total"] == body["kinds"][0]["count"]


def test_the_areas_are_those_the_victims_live_in(live_server: str, rows: list[dict[str, str]]) -> None:
    found = get(live_server, "lenses/older-people", **YEAR, level="basomrade")["items"]
    homes: Counter[str] = Counter()
    for row in rows:
        if row["Målsägande basområde"] and (row["Brottskod"] in OLDER or row["Målsägande ålder"] in ("65-74", "75-84", "85+")):
            homes[row["Målsägande basområde"]] += int(row["Antal"])
    assert {row["code"]: row["countByHome"] for row in found if row["countByHome"]} == dict(homes)


def test_the_levels_sum_to_each_other_by_home(live_server: str, body: Body) -> None:
    omraden = get(live_server, "lenses/older-people", **YEAR)["items"]
    sums: Counter[str] = Counter()
    for row in body["items"]:
        sums[row["parent"]] += row["countByHome"]
    assert {row["code"]: row["countByHome"] for row in omraden} == dict(sums)


def test_its_rates_are_per_thousand_of_those_who_are_65_or_more(live_server: str, body: Body) -> None:
    asked: dict[str, Any] = {
        "source": "anmalda_brott",
        "group": "brott-mot-aldre",
        "measure": "rate",
        "per": "residents65plus",
        "level": "stadsdel",
    }
    compared = get(live_server, "comparisons", **asked, **YEAR, baseline="previous", format="json")
    shown = {row["code"]: (row["count"], row["baselineCount"], row["rate"], row["rateLow"], row["rateHigh"]) for row in body["items"]}
    for row in compared["items"]:
        assert shown[row["code"]][:3] == (row["count"], row["baselineCount"], row["rate"])
    assert body["denominator"]["kind"] == "residents65plus"


def test_months_delivered_without_placeless_fraud_are_found_and_not_compared(live_server: str) -> None:
    # The second half of 2025 came by point, a layout that has no crimes without a place.
    found = get(live_server, "lenses/older-people", from_="2025-01", to="2025-12", baseline="previous")
    assert (found["lens"]["monthsWithoutPlaceless"], found["lens"]["comparable"]) == (6, False)
    assert {row["verdict"] for row in found["kinds"]} == {"notApplicable"}


def test_a_change_of_codes_is_no_rise(live_server: str) -> None:
    # Codes of fraud against older people came in 2019; fraud as a whole was counted before as after.
    found = get(live_server, "lenses/older-people", from_="2019-01", to="2019-12", baseline="previous")
    older, fraud, *kinds = found["kinds"]
    assert (older["recoded"], older["percent"], older["verdict"]) == ("2019-01-01", None, "notApplicable")
    assert (fraud["recoded"], fraud["ratio"] is not None) == (None, True)
    assert {kind["recoded"] for kind in kinds} == {"2019-01-01"}
    assert {row["verdict"] for row in found["items"]} == {"notApplicable"}


def test_the_whole_city_tells_places_by_the_level_below(live_server: str) -> None:
    found = get(live_server, "lenses/older-people", **YEAR, level="stad")
    assert found["lens"]["placeLevel"] == "stadsdelsomrade"
    (city,) = found["items"]
    assert city["count"] == found["kinds"][0]["count"]
    assert city["rate"] == pytest.approx(found["lens"]["cityRate"], abs=1e-3)


def test_the_kinds_are_a_table_of_their_own(live_server: str, body: Body) -> None:
    kinds = get(live_server, "lenses/older-people", **YEAR, level="stadsdel", baseline="previous", view="kinds")
    assert (kinds["items"], kinds["areas"]) == (body["kinds"], body["items"])


def test_an_edition_that_lacks_a_home_counts_it_as_unknown_or_in_its_area(live_server: str) -> None:
    old = get(live_server, "lenses/older-people", **YEAR, edition="2007-01-01")
    new = get(live_server, "lenses/older-people", **YEAR)
    for line, other in zip(old["kinds"], new["kinds"], strict=True):
        assert line["homeKnown"] + line["homeUnknown"] == other["homeKnown"] + other["homeUnknown"]
        assert line["count"] == other["count"]


@pytest.mark.parametrize(
    ("asked", "status"), [({"source": "brander"}, 400), ({"from_": "2005-01", "to": "2005-12"}, 422), ({"area": "atlantis"}, 400)]
)
def test_what_it_cannot_answer_is_refused(live_server: str, asked: dict[str, Any], status: int) -> None:
    assert get(live_server, "lenses/older-people", status, **asked)["status"] == status
