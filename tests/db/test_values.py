"""Values that are not events: receipts, versions, and what was known on a day."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import Connection, Engine, text

from tests.conftest import Box, Drawing
from tests.db.delivering import NOW
from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.counts import Denominator
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.errors import ConflictError, NotCarriedError
from trygghetskarta.ingest.contract import Context, DeliveredFile
from trygghetskarta.ingest.holding import HeldError
from trygghetskarta.ingest.load import Order
from trygghetskarta.ingest.locating import area_names
from trygghetskarta.ingest.places import load_places
from trygghetskarta.ingest.receipts import Receipt, receive
from trygghetskarta.ingest.registry import VALUES
from trygghetskarta.ingest.values import publish_values
from trygghetskarta.ingest.withdrawing import Withdrawal, take_back
from trygghetskarta.queries.asking import Asked, ask
from trygghetskarta.queries.cube import load_cube
from trygghetskarta.queries.indicators import Indicator, load_indicators

TWO_STADSDELAR: dict[str, Box] = {"rinkeby": (0, 0, 1000, 1000), "tensta": (1000, 0, 2000, 1000)}
SURVEY = "omrade;niva;ar;fraga;grupp;varde;n;intervall\n"
POPULATION = "niva;kod;datum;slag;antal\n"
REGIONS = "typ,matt,polisregion,ar,manad,antal\n"


@pytest.fixture
def deliver(connection: Connection, draw: Drawing, tmp_path: Path) -> Deliver:
    draw(AreaLevel.STADSDEL, TWO_STADSDELAR)
    return Deliver(connection, tmp_path)


class Deliver:
    """Deliver a text as a file of values."""

    def __init__(self, connection: Connection, folder: Path) -> None:
        self.connection = connection
        self.path = folder / "fil.csv"

    def __call__(self, source: SourceId, content: str) -> Receipt:
        self.path.write_text(content, encoding="utf-8")
        file = DeliveredFile("fil.csv", self.path, hashlib.sha256(content.encode()).hexdigest(), len(content))
        received = receive(self.connection, source, file, "test")
        if isinstance(received, Receipt):
            return received
        places = load_places(self.connection)
        known = area_names(self.connection, places)
        values = VALUES[source].values(file, Context("Stockholm", "Stockholms län", known.stadsdelar, known.codes, known.city, NOW))
        assert values is not None
        receipt = publish_values(self.connection, Order(received, source), values, places)
        assert receipt.read == receipt.new + receipt.changed + receipt.unchanged + receipt.rejected + receipt.blank
        return receipt

    def known(self, source: SourceId, as_of: date | None = None) -> list[Indicator]:
        return list(load_indicators(self.connection, source, as_of))


def rows(receipt: Receipt) -> tuple[int, int, int, int, int, int]:
    return receipt.read, receipt.new, receipt.changed, receipt.unchanged, receipt.rejected, receipt.blank


def age(connection: Connection, days: int) -> None:
    """Let everything delivered so far have been known for some days."""
    connection.execute(
        text(
            "UPDATE indicator SET known_from = known_from - make_interval(days => :days), known_to = known_to - make_interval(days => :days)"
        ),
        {"days": days},
    )
    connection.execute(text("UPDATE publication SET published_at = published_at - make_interval(days => :days)"), {"days": days})


def test_a_survey_is_delivered_with_a_receipt_and_read_back(deliver: Deliver) -> None:
    receipt = deliver(
        SourceId.TRYGGHETSMATNING,
        SURVEY
        + "Rinkeby;stadsdel;2023;otrygg ute;alla;30,5;412;4,4\n"
        + "tensta;stadsdel;2023;otrygg ute;män;28;49;9\n"
        + "Påhittsberg;stadsdel;2023;otrygg ute;alla;30;412;4\n"
        + ";;;;;;;\n",
    )
    assert rows(receipt) == (4, 2, 0, 0, 1, 1)
    assert [(r.line, r.column, r.message.code, r.raw.decode()) for r in receipt.rejections] == [
        (4, "omrade", "unknown_area", "Påhittsberg;stadsdel;2023;otrygg ute;alla;30;412;4")
    ]
    stored = deliver.connection.execute(text("SELECT line, code, convert_from(raw, 'UTF8') FROM rejected_row")).all()
    assert [tuple(row) for row in stored] == [(4, "unknown_area", "Påhittsberg;stadsdel;2023;otrygg ute;alla;30;412;4")]
    first, second = deliver.known(SourceId.TRYGGHETSMATNING)
    assert (first.code, first.on_date, first.value, first.n, first.half_width, first.line) == (
        "rinkeby",
        date(2023, 1, 1),
        30.5,
        412,
        4.4,
        2,
    )
    # Forty-nine answers are one too few.
    assert (second.code, second.group, second.n, first.is_shown, second.is_shown) == ("tensta", "män", 49, True, False)


def test_the_same_values_again_in_another_order_change_nothing(deliver: Deliver) -> None:
    one, other = "Rinkeby;stadsdel;2023;q;alla;30;412;4\n", "Tensta;stadsdel;2023;q;alla;31;412;4\n"
    assert rows(deliver(SourceId.TRYGGHETSMATNING, SURVEY + one + other)) == (2, 2, 0, 0, 0, 0)
    again = deliver(SourceId.TRYGGHETSMATNING, SURVEY + other + one + one.replace("Rinkeby", "rinkeby"))
    assert (again.status, rows(again)) == ("unchanged", (3, 0, 0, 3, 0, 0))
    assert deliver(SourceId.TRYGGHETSMATNING, SURVEY + one + other).first is not None


def test_of_two_rows_about_the_same_thing_the_first_holds(deliver: Deliver) -> None:
    receipt = deliver(SourceId.TRYGGHETSMATNING, SURVEY + "Rinkeby;stadsdel;2023;q;alla;30;412;\nrinkeby;stadsdel;2023;q;alla;31;412;\n")
    assert rows(receipt) == (2, 1, 0, 0, 1, 0)
    assert [(r.line, r.message.code) for r in receipt.rejections] == [(3, "conflicting_row")]
    assert [value.value for value in deliver.known(SourceId.TRYGGHETSMATNING)] == [30.0]


@pytest.mark.parametrize(("rows_of_it", "code"), [("", "no_rows"), ("x;y;z;q;alla;1;1;1\n" * 20, "mostly_rejected")])
def test_a_file_that_looks_wrong_is_held(deliver: Deliver, rows_of_it: str, code: str) -> None:
    with pytest.raises(HeldError) as held:
        deliver(SourceId.TRYGGHETSMATNING, SURVEY + rows_of_it)
    assert [reason.code for reason in held.value.receipt.reasons] == [code]


def test_a_corrected_value_is_a_version_and_the_old_one_is_kept(deliver: Deliver) -> None:
    deliver(SourceId.TRYGGHETSMATNING, SURVEY + "Rinkeby;stadsdel;2023;q;alla;30;412;4\n")
    age(deliver.connection, 10)
    corrected = deliver(SourceId.TRYGGHETSMATNING, SURVEY + "Rinkeby;stadsdel;2023;q;alla;..;412;\n")
    assert rows(corrected) == (1, 0, 1, 0, 0, 0)
    assert [(value.value, value.is_shown) for value in deliver.known(SourceId.TRYGGHETSMATNING)] == [(None, False)]
    today = deliver.connection.execute(text("SELECT (now() AT TIME ZONE 'Europe/Stockholm')::date")).scalar_one()
    earlier = date.fromordinal(today.toordinal() - 5)
    assert [value.value for value in deliver.known(SourceId.TRYGGHETSMATNING, earlier)] == [30.0]
    assert deliver.known(SourceId.TRYGGHETSMATNING, date(2000, 1, 1)) == []


def test_a_delivery_of_values_can_be_withdrawn(deliver: Deliver) -> None:
    first = deliver(SourceId.TRYGGHETSMATNING, SURVEY + "Rinkeby;stadsdel;2023;q;alla;30;412;4\n")
    second = deliver(SourceId.TRYGGHETSMATNING, SURVEY + "Rinkeby;stadsdel;2023;q;alla;31;412;4\nTensta;stadsdel;2023;q;alla;50;412;4\n")
    with pytest.raises(ConflictError):
        take_back(deliver.connection, first.delivery)
    assert take_back(deliver.connection, second.delivery) == Withdrawal(second.delivery, 2, 1)
    assert [(value.code, value.value) for value in deliver.known(SourceId.TRYGGHETSMATNING)] == [("rinkeby", 30.0)]


def test_an_earlier_day_is_answered_with_the_population_known_then(deliver: Deliver) -> None:
    deliver(SourceId.POPULATION, POPULATION + "stadsdel;Rinkeby;2024-12-31;residents;1000\nstadsdel;tensta;2024-12-31;invånare;2000\n")
    age(deliver.connection, 10)
    revised = deliver(SourceId.POPULATION, POPULATION + "stadsdel;rinkeby;2024-12-31;residents;1500\n")
    assert rows(revised) == (1, 0, 1, 0, 0, 0)
    today = deliver.connection.execute(text("SELECT (now() AT TIME ZONE 'Europe/Stockholm')::date")).scalar_one()
    year = [np.arange(660, 672)]
    for day, expected in ((None, [1500.0, 2000.0]), (date.fromordinal(today.toordinal() - 5), [1000.0, 2000.0])):
        cube = load_cube(deliver.connection, as_of=day)
        assert cube.population.person_years(cube.cells(AreaLevel.STADSDEL), Denominator.RESIDENTS, year)[:, 0] == pytest.approx(expected)


def test_a_region_with_the_citys_name_is_in_no_figure_of_the_city(deliver: Deliver) -> None:
    receipt = deliver(
        SourceId.SKJUTNINGAR, REGIONS + "skjutningar,skjutningar,Stockholm,2017,4,10\nskjutningar,skjutningar,Totalt,2017,4,38\n"
    )
    assert rows(receipt) == (2, 1, 0, 0, 0, 1)
    assert (receipt.months, dict(receipt.placed), dict(receipt.figures)) == (("2017-04", "2017-04"), {"polisregion": 1}, {"number": 1})
    (value,) = deliver.known(SourceId.SKJUTNINGAR)
    assert (value.level, value.code, value.on_date, value.value) == ("polisregion", "stockholm", date(2017, 4, 1), 10.0)
    cube = load_cube(deliver.connection)
    assert SourceId.SKJUTNINGAR not in cube.blocks
    # And a month that a region tells of is no month that the list has delivered.
    assert SourceId.SKJUTNINGAR not in cube.covered


@pytest.mark.parametrize("source", [SourceId.TRYGGHETSMATNING, SourceId.POPULATION])
def test_values_asked_for_as_events_are_refused_with_the_reason(deliver: Deliver, source: SourceId) -> None:
    cube = load_cube(deliver.connection)
    with pytest.raises(NotCarriedError) as refusal:
        ask(cube, Asked(AreaLevel.STADSDEL, (SourceId.BRANDER, source), first="2025-01", last="2025-01"))
    assert refusal.value.faults[0].property == "source"
    assert refusal.value.swedish != refusal.value.english


def test_the_sample_holds_the_survey_and_the_population(sample: Engine) -> None:
    with sample.connect() as connection:
        survey = load_indicators(connection, SourceId.TRYGGHETSMATNING)
        population = load_indicators(connection, SourceId.POPULATION)
    assert (len(survey), len(population)) == (367, 10504)
    assert {value.on_date.year for value in survey} == {2017, 2020, 2023}
    # One stadsdelsområde had so few answers that none of them may be shown by group.
    assert {(value.code, value.on_date.year) for value in survey if not value.is_shown} == {("skarholmen", 2020)}
    assert {value.code for value in survey if value.level == "stad"} == {"0180"}
