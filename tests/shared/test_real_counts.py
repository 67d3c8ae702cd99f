"""The real files of counts: shootings per police region, and crimes per municipality."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import Engine
from sqlalchemy.engine import make_url

from tests.conftest import CITY, SHARED, Server
from trygghetskarta.delivering import Delivering, deliver
from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.errors import BadDeliveryError
from trygghetskarta.ingest.area_files import AreaFields
from trygghetskarta.ingest.editions import LevelOrder, load_level
from trygghetskarta.queries.cube import load_cube
from trygghetskarta.queries.indicators import load_indicators
from trygghetskarta.settings import Settings
from trygghetskarta.store.engine import make_engine, one_state

pytestmark = pytest.mark.shared

REGIONS = SHARED / "shootings" / "polisen_skjutningar_region_manad_partial.csv"
MUNICIPALITIES = SHARED / "reported_crimes" / "anmalda_brott_kommuner.csv"


@pytest.fixture(scope="module")
def city(server: Server, migrated: str) -> Iterator[Engine]:
    engine = make_engine(server.create("tk_counts", str(make_url(migrated).database)))
    outlines = SHARED / "boundaries" / "stadsdelar" / "stadsdelar_4326.geojson"
    with engine.begin() as connection:
        load_level(connection, LevelOrder(outlines, AreaLevel.STADSDEL, date(2023, 7, 1), AreaFields(), CITY))
    yield engine
    engine.dispose()


def test_regions_are_kept_month_by_month_and_totals_and_the_city_are_left_alone(city: Engine) -> None:
    receipt = deliver(city, Settings(), Delivering(SourceId.SKJUTNINGAR), REGIONS)
    with REGIONS.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    expected = {
        (row["polisregion"].casefold(), date(int(row["ar"]), int(row["manad"]), 1)): float(row["antal"])
        for row in rows
        if row["polisregion"] != "Totalt"
    }
    assert (receipt.read, receipt.new, receipt.rejected, receipt.blank) == (len(rows), len(expected), 0, len(rows) - len(expected))
    with one_state(city) as connection:
        found = {(value.code, value.on_date): value.value for value in load_indicators(connection, SourceId.SKJUTNINGAR)}
        cube = load_cube(connection)
    assert found == expected
    # PROVENANCE: the first three months of 2017 are 0, and look missing.
    assert [found["stockholm", date(2017, month, 1)] for month in (1, 2, 3, 4)] == [0, 0, 0, 10]
    assert SourceId.SKJUTNINGAR not in cube.blocks
    assert SourceId.SKJUTNINGAR not in cube.covered
    assert deliver(city, Settings(), Delivering(SourceId.SKJUTNINGAR), REGIONS).first == receipt.delivery


def test_shootings_per_region_are_no_explosions(city: Engine) -> None:
    receipt = deliver(city, Settings(), Delivering(SourceId.SPRANGNINGAR), REGIONS)
    assert (receipt.new, receipt.status, [reason.code for reason in receipt.reasons]) == (0, "held", ["mostly_rejected"])
    assert {row.message.code for row in receipt.rejections} == {"wrong_source"}


def test_totals_without_a_month_are_no_events(city: Engine) -> None:
    with pytest.raises(BadDeliveryError, match="saknas"):
        deliver(city, Settings(), Delivering(SourceId.ANMALDA_BROTT), MUNICIPALITIES)


def test_the_real_names_of_municipalities_are_told_from_the_city(city: Engine, tmp_path_factory: pytest.TempPathFactory) -> None:
    with MUNICIPALITIES.open(encoding="utf-8-sig", newline="") as file:
        crimes = {row["name"]: int(row["numCrimes"]) for row in csv.DictReader(file, delimiter=";")}
    path = tmp_path_factory.mktemp("bra") / "bra.csv"
    lines = ["Område;Månad;Brottskod;Antal", *(f"{name};2021-12;0310;{count:,}".replace(",", "\u00a0") for name, count in crimes.items())]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8-sig")
    receipt = deliver(city, Settings(), Delivering(SourceId.ANMALDA_BROTT), path)
    assert (receipt.new, receipt.rejected) == (len(crimes), 0)
    # A file of the whole country is mostly outside, and waits for somebody's yes.
    assert "many_outside" in {reason.code for reason in receipt.reasons}
    assert dict(receipt.placed) == {"stad": 1, "outside": len(crimes) - 1}
