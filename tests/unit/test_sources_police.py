"""The press feed's clock and its time of publication, and the police's own extract."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import orjson

from tests.unit.deliveries import Refusal, context, delivered, only, precisions, refusals
from trygghetskarta.domain.events import Precision, Reading, TimePrecision
from trygghetskarta.domain.periods import LOCAL_TIME
from trygghetskarta.ingest.sources.polishandelser import Polishandelser

LEAP_DAY = "29 februari 23:00, Rån, Stockholm"


def read(content: str) -> Reading:
    return only(Polishandelser().read(delivered(content), context()))


def told(name: str, published: str) -> Reading:
    event = {"datetime": published, "id": 1, "name": name, "summary": "", "type": "Rån", "url": ""}
    return read(orjson.dumps([event]).decode())


def began(reading: Reading) -> str:
    instant = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=int(reading.events.starts_at[0]))
    return instant.astimezone(LOCAL_TIME).strftime("%Y-%m-%d %H:%M")


def test_a_leap_day_of_a_year_without_one_is_the_day_of_publication() -> None:
    # The nearest 29 February was a year before: no event is told of so late.
    reading = told(LEAP_DAY, "2025-03-01 7:05:09 +01:00")
    assert (began(reading), reading.events.time_precision.tolist()) == ("2025-03-01 00:00", [TimePrecision.DAY])
    assert began(told(LEAP_DAY, "2024-03-01 7:05:09 +01:00")) == "2024-02-29 23:00"


def test_the_instant_of_publication_is_kept_in_utc() -> None:
    stamps = ("2025-10-01 7:05:09 +02:00", "2025-10-01 05:05:09 +00:00")
    details = [orjson.loads(told("01 oktober 06:50, Rån, Stockholm", stamp).events.detail[0].as_py()) for stamp in stamps]
    assert [detail["published"] for detail in details] == ["2025-10-01T05:05:09Z"] * 2


def test_the_polices_own_extract_is_a_table_with_points() -> None:
    reading = read(
        "id;typ;start;slut;x;y;omrade\n"
        "P1;Rån;2025-10-01 06:50;2025-10-01 07:10;153335,681;6579532,146;\n"
        "P2;Rån;2025-10-02;;;;Rinkeby\n"
        "P3;Rån;2025-10-02;;;;\n"
        ";Rån;2025-10-02;;;;\n"
    )
    assert reading.events.identity.to_pylist() == ["P1", "P2", "P3"]
    assert precisions(reading) == [Precision.POINT, Precision.STADSDEL, Precision.NONE]
    assert refusals(reading) == [Refusal(5, "id", "missing_id", "")]
    assert reading.srid == 3011
