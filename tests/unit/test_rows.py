"""Tables to events, by the layouts of the sources themselves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.deliveries import (
    AREA_HEADER,
    CENTRAL_3006,
    CENTRAL_3011,
    CENTRAL_4326,
    FIRE_HEADER,
    NOW,
    POINT_HEADER,
    SHOOTING_HEADER,
    Refusal,
    context,
    delivered,
    lines,
    only,
    precisions,
    refusals,
)
from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.categories import tree_of
from trygghetskarta.domain.events import NO_TIME, Precision, Reading, TimePrecision, Warned, WarningCode, told_together
from trygghetskarta.domain.periods import LOCAL_TIME, Month
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.errors import BadDeliveryError
from trygghetskarta.ingest.contract import Layout
from trygghetskarta.ingest.formats import delimited
from trygghetskarta.ingest.sources.anmalda_brott import AnmaldaBrott
from trygghetskarta.ingest.sources.brander import Brander
from trygghetskarta.ingest.sources.skjutningar import Skjutningar

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
OCTOBER = Month.parse("2025-10").number


def crimes(*rows: str, header: str = AREA_HEADER) -> Reading:
    return only(AnmaldaBrott().read(delivered(lines(header, *rows)), context()))


def crime_points(*rows: str) -> Reading:
    return only(AnmaldaBrott().read(delivered(lines(POINT_HEADER, *rows)), context()))


def shootings(*rows: str, header: str = SHOOTING_HEADER) -> Reading:
    return only(Skjutningar().read(delivered(lines(header, *rows)), context()))


def fires(*rows: str, header: str = FIRE_HEADER, srid: int | None = None) -> Reading:
    return only(Brander().read(delivered(lines(header, *rows)), context(srid=srid)))


def fire_at(x: object, y: object, number: int = 1) -> str:
    return f"B{number};2025-10-01 10:00;1;{x};{y};Tallvägen 25"


def crime(
    *,
    reported: str = "2025-10-03",
    area: str = "0101001",
    kind: str = "0310",
    antal: str = "1",
    start: str = "2025-10-01",
    end: str = "",
    start_time: str = "",
    end_time: str = "",
) -> str:
    return f"{reported};Vällingby;{area};Ringvägen;{kind};{antal};{start};{end};{start_time};{end_time}"


def instant(text: str) -> int:
    """Give a Stockholm time as microseconds since 1970 UTC."""
    return (datetime.fromisoformat(text).replace(tzinfo=LOCAL_TIME) - EPOCH) // timedelta(microseconds=1)


def day(text: str) -> int:
    return int(np.datetime64(text, "D").astype(np.int64))


# --- The layouts themselves


def test_a_crime_by_basomrade_is_read_field_by_field() -> None:
    reading = crimes("2025-10-03;Vällingby;0101001;Ringvägen;0310;2;2025-09-30;2025-10-01;2215;0130")
    events = reading.events
    assert (len(events), reading.rejected, reading.blank, reading.warnings) == (1, [], 0, [])
    assert (events.line[0], events.identity[0].as_py(), events.kind[0].as_py(), events.antal[0]) == (2, None, "0310", 2)
    assert events.starts_at[0] == instant("2025-09-30 22:15")
    assert events.ends_at[0] == instant("2025-10-01 01:30")
    assert events.time_precision[0] == TimePrecision.MINUTE
    assert events.reported_on[0] == day("2025-10-03")
    assert events.month[0] == OCTOBER  # the month of the report, not of the crime
    assert (precisions(reading), events.area[0].as_py()) == ([Precision.BASOMRADE], "0101001")
    assert np.isnan(events.x[0])
    assert np.isnan(events.y[0])
    assert not events.withdrawn[0]
    assert orjson.loads(events.detail[0].as_py()) == {"street": "Ringvägen", "police": "Vällingby"}
    assert (reading.srid, reading.area_precision, reading.read_as.encoding, reading.read_as.separator) == (
        None,
        Precision.BASOMRADE,
        "utf-8",
        ";",
    )
    assert reading.raw_of(0) == "2025-10-03;Vällingby;0101001;Ringvägen;0310;2;2025-09-30;2025-10-01;2215;0130".encode()


def test_a_crime_by_point_is_read_field_by_field() -> None:
    reading = crime_points("K-1,0355,59.3309,18.0586,Klarabergsviadukten,49,Stockholm,2025-10-31 23:59,2025-11-01 00:30")
    events = reading.events
    assert (events.identity[0].as_py(), events.kind[0].as_py(), events.x[0], events.y[0]) == ("K-1", "0355", *CENTRAL_4326)
    assert (events.starts_at[0], events.ends_at[0]) == (instant("2025-10-31 23:59"), instant("2025-11-01 00:30"))
    assert events.month[0] == OCTOBER  # one minute to midnight is still October; without a report the crime's own day counts
    assert events.reported_on[0] == NO_TIME
    assert precisions(reading) == [Precision.POINT]
    assert orjson.loads(events.detail[0].as_py()) == {"street": "Klarabergsviadukten", "number": "49"}
    assert (reading.srid, reading.read_as.separator) == (4326, ",")


def test_a_shooting_is_read_field_by_field() -> None:
    reading = shootings("SKJ-1;2025-10-26 23:45;153079;6576159;Farsta;0;1;bekräftad")
    events = reading.events
    assert (events.identity[0].as_py(), events.kind[0].as_py(), events.x[0], events.y[0]) == ("SKJ-1", "skadade", 153_079.0, 6_576_159.0)
    assert (events.starts_at[0], events.month[0]) == (instant("2025-10-26 23:45"), OCTOBER)
    assert (precisions(reading), events.area[0].as_py(), reading.srid) == ([Precision.POINT], "Farsta", 3011)
    assert orjson.loads(events.detail[0].as_py()) == {"dead": "0", "injured": "1", "status": "bekräftad"}


def test_a_fire_is_read_field_by_field() -> None:
    reading = fires("B1;2025-10-01 02:00;3;154906;6579777,5;Tallvägen 25")
    events = reading.events
    assert (events.identity[0].as_py(), events.kind[0].as_py(), events.x[0], events.y[0]) == ("B1", "3", 154_906.0, 6_579_777.5)
    assert (events.antal[0], events.area[0].as_py(), reading.area_precision) == (1, None, Precision.NONE)
    assert orjson.loads(events.detail[0].as_py()) == {"address": "Tallvägen 25"}


# --- Columns


def test_columns_may_come_in_any_order() -> None:
    straight = fires("B1;2025-10-01 02:00;3;154906;6579777;X")
    turned = fires("X;6579777;154906;3;2025-10-01 02:00;B1", header="adress;y;x;handelsetyp;larmtid;id")
    for name in ("identity", "kind", "x", "y", "starts_at", "month", "detail"):
        assert getattr(turned.events, name).tolist() == getattr(straight.events, name).tolist(), name
    assert turned.warnings == []


def test_columns_are_known_whatever_their_case_and_blanks() -> None:
    reading = fires("B1;2025-10-01 02:00;3;154906;6579777;X", header='ID; Larmtid ;HANDELSETYP;X;"y";Adress')
    assert (reading.events.identity.tolist(), reading.events.kind.tolist(), reading.warnings) == (["B1"], ["3"], [])
    assert orjson.loads(reading.events.detail[0].as_py()) == {"address": "X"}


def test_a_column_that_no_layout_knows_is_warned_of_and_not_stored() -> None:
    reading = fires(f"{fire_at(150_000, 6_580_000)};0812345678;x", header=f"{FIRE_HEADER};telefon;namn")
    assert [(warned.code, warned.count) for warned in reading.warnings] == [(WarningCode.UNKNOWN_COLUMN, 2)]
    assert reading.warnings[0].swedish.endswith("har inte sparats: telefon, namn.")
    assert reading.warnings[0].english.endswith("were not stored: telefon, namn.")
    assert orjson.loads(reading.events.detail[0].as_py()) == {"address": "Tallvägen 25"}


def test_a_missing_column_refuses_the_file_and_names_the_nearest() -> None:
    with pytest.raises(BadDeliveryError) as caught:
        fires("B1;2025-10-01 10:00;1;1;2;X", header="id;larmtid;handelsetyper;x;y;adress")
    assert "kolumnen handelsetyp saknas för layouten brander/register" in caught.value.swedish
    assert caught.value.swedish.endswith("Menas handelsetyper?")
    assert caught.value.english.endswith("Is handelsetyper meant?")


def test_a_missing_column_without_a_near_one_is_not_guessed_at() -> None:
    with pytest.raises(BadDeliveryError) as caught:
        fires("1;2", header="kund;belopp")
    assert "kolumnen id, larmtid, handelsetyp, x, y saknas" in caught.value.swedish
    assert "Menas" not in caught.value.swedish


@pytest.mark.parametrize(
    ("rows", "layout"),
    [
        # One column less of each layout of the crimes: the nearest layout is the one spoken of.
        (["Inskrivningsdatum;Basområde;Brottskod;Antal", "a;b;c;d"], "anmalda_brott/basomrade"),
        (["ID,BROTTSKOD,LATITUDE,BROTTSDATUMTID_START", "a,b,c,d"], "anmalda_brott/punkt"),
    ],
)
def test_of_two_layouts_the_nearer_one_is_spoken_of(rows: list[str], layout: str) -> None:
    with pytest.raises(BadDeliveryError, match=layout):
        crimes(*rows[1:], header=rows[0])


def refused(read: Callable[[], Reading]) -> BadDeliveryError:
    with pytest.raises(BadDeliveryError) as caught:
        read()
    return caught.value


def test_the_files_of_other_sources_are_refused() -> None:
    assert refused(lambda: crimes(fire_at(150_000, 6_580_000), header=FIRE_HEADER)).code == "missing_column"
    assert refused(lambda: fires(crime(), header=AREA_HEADER)).code == "looks_aggregated"


def test_a_file_that_fits_another_source_is_refused_by_that_sources_name() -> None:
    others = {SourceId.BRANDER: Brander().layouts, SourceId.SKJUTNINGAR: Skjutningar().layouts}
    known = replace(context(), others=others)
    file = delivered(lines(FIRE_HEADER, fire_at(150_000, 6_580_000)))
    error = refused(lambda: only(AnmaldaBrott().read(file, known)))
    assert error.code == "wrong_source"
    assert "ser ut att höra till källan brander" in error.swedish
    assert "looks like the source brander" in error.english


def test_counts_per_area_are_refused_where_events_are_expected() -> None:
    error = refused(lambda: fires("Farsta;12", header="Område;Antal"))
    assert (error.code, "antal per område" in error.swedish) == ("looks_aggregated", True)
    # With a date of its own a row may be an event.
    assert refused(lambda: fires("Farsta;12;x", header="Område;Antal;larmtid")).code == "missing_column"


def test_columns_that_may_be_missing_may_be_missing() -> None:
    reading = crimes("2025-10-03;0101001;0310;2;2025-10-01", header="Inskrivningsdatum;Basområde;Brottskod;Antal;Brottsdag start")
    assert (len(reading.events), reading.rejected) == (1, [])
    assert (reading.events.detail[0].as_py(), reading.events.ends_at[0]) == (None, NO_TIME)


@pytest.mark.parametrize("header", [AREA_HEADER, f"{POINT_HEADER}"])
def test_a_file_without_rows_is_read_as_none(header: str) -> None:
    reading = crimes(header=header)
    assert (reading.rows, len(reading.events), reading.rejected) == (0, 0, [])


def test_rows_with_and_without_further_facts_keep_their_own() -> None:
    rows = [crime(), "2025-10-03;;0101001;;0310;1;2025-10-01;;;", crime(area="okänt"), "2025-10-03;;okänt;;0310;1;2025-10-01;;;"]
    details = [orjson.loads(detail) if detail else None for detail in crimes(*rows).events.detail.to_pylist()]
    facts, absent = {"street": "Ringvägen", "police": "Vällingby"}, {"absent": {"area": "unknown"}}
    assert details == [facts, None, facts | absent, absent]


def test_a_windows_file_is_read_like_any_other() -> None:
    row = crime(area="xx")
    reading = only(AnmaldaBrott().read(delivered(lines(AREA_HEADER, crime(), row).encode("cp1252")), context()))
    assert (reading.read_as.encoding, len(reading.events)) == ("cp1252", 1)
    assert orjson.loads(reading.events.detail[0].as_py())["police"] == "Vällingby"
    assert [rejected.raw for rejected in reading.rejected] == [row.encode("cp1252")]


# --- Kinds and counts


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        ("310", "0310"),
        ("310.0", "0310"),
        ("0310", "0310"),
        ("0310.0", "0310"),
        ("310,0", "0310"),
        ("03\u00a010", "0310"),
        ("0\u202f3\u00ad1\u200b0", "0310"),
        ("9301", "9301"),
    ],
)
def test_a_brottskod_gets_back_the_zero_and_loses_the_decimals_of_a_spreadsheet(given: str, kind: str) -> None:
    reading = crimes(crime(kind=given))
    assert (reading.events.kind.tolist(), reading.rejected) == ([kind], [])


@pytest.mark.parametrize("given", ["31", "03100", "310,5", "310.5", "03xx", "٠٣١٠", "０３１０", "-310", "Rån"])
def test_what_is_no_brottskod_is_rejected(given: str) -> None:
    reading = crimes(crime(), crime(kind=given))
    assert len(reading.events) == 1
    assert [(row.line, row.column, row.code) for row in refusals(reading)] == [(3, "Brottskod", "bad_code")]
    assert given[:2] in reading.rejected[0].message.swedish or not given.isascii()


def test_a_row_without_kind_id_or_date_is_rejected_for_that() -> None:
    assert refusals(crimes(crime(kind=""))) == [Refusal(2, "Brottskod", "missing_kind", "")]
    assert refusals(fires(";2025-10-01 10:00;1;150000;6580000;X")) == [Refusal(2, "id", "missing_id", "")]
    assert refusals(fires("B1;;1;150000;6580000;X")) == [Refusal(2, "larmtid", "no_date", "")]
    assert refusals(crimes(crime(reported="", start=""))) == [Refusal(2, "Inskrivningsdatum", "no_date", "")]


def test_a_crime_without_a_report_counts_in_the_month_it_began() -> None:
    reading = crimes(crime(reported="", start="2025-09-30"))
    assert reading.events.month.tolist() == [Month.parse("2025-09").number]
    assert reading.events.reported_on.tolist() == [NO_TIME]


@pytest.mark.parametrize(("given", "antal"), [("", 1), ("3", 3)])
def test_a_row_stands_for_as_many_events_as_it_says(given: str, antal: int) -> None:
    assert crimes(crime(antal=given)).events.antal.tolist() == [antal]


@pytest.mark.parametrize("given", ["0", "-1", "0.5", "1e9", "x", "1000000"])
def test_a_count_that_is_none_is_rejected(given: str) -> None:
    assert refusals(crimes(crime(antal=given))) == [Refusal(2, "Antal", "bad_count", given)]


@pytest.mark.parametrize(
    ("dead", "injured", "kind"),
    [
        ("0", "0", "utan skadade"),
        ("0", "2", "skadade"),
        ("1", "0", "döda"),
        ("1", "3", "döda"),
        ("2", "", "döda"),
        # A gap is not read as nobody.
        ("", "", "uppgift saknas"),
        ("0", "", "uppgift saknas"),
        ("", "1", "uppgift saknas"),
        ("okänt", "0", "uppgift saknas"),
        ("-", "-", "uppgift saknas"),
        ("-1", "0", "uppgift saknas"),
    ],
)
def test_a_shooting_is_named_by_who_was_hurt_in_it(dead: str, injured: str, kind: str) -> None:
    reading = shootings(f"SKJ-1;2025-10-01 10:00;150000;6580000;Farsta;{dead};{injured};bekräftad")
    assert reading.events.kind.tolist() == [kind]
    assert tree_of(SourceId.SKJUTNINGAR).categorise(kind)[1]


@pytest.mark.parametrize("given", ["0.0", "0,0", "00"])
def test_nobody_written_with_decimals_is_nobody_dead(given: str) -> None:
    assert shootings(f"SKJ-1;2025-10-01 10:00;150000;6580000;Farsta;{given};0;bekräftad").events.kind[0].as_py() != "döda"


def test_a_number_of_dead_with_thousands_of_digits_stops_nothing() -> None:
    # Python refuses to make a number of more than 4 300 digits.
    reading = shootings(*(f"SKJ-{i};2025-10-01 10:00;150000;6580000;Farsta;{dead};0;bekräftad" for i, dead in enumerate(["9" * 5000, "0"])))
    assert reading.rows == 2
    assert "utan skadade" in reading.events.kind.tolist()


@pytest.mark.parametrize(("status", "withdrawn"), [("bekräftad", False), ("ÅTERTAGEN", True), ("makulerad", True), ("", False)])
def test_a_shooting_that_is_taken_back_is_withdrawn(status: str, withdrawn: bool) -> None:
    assert shootings(f"SKJ-1;2025-10-01 10:00;150000;6580000;Farsta;0;0;{status}").events.withdrawn.tolist() == [withdrawn]


# --- Times


def test_a_day_without_a_clock_time_is_a_day() -> None:
    reading = crimes(crime(start="2025-10-01"), crime(start="2025-10-01", start_time="0000"))
    assert reading.events.time_precision.tolist() == [TimePrecision.DAY, TimePrecision.MINUTE]
    assert reading.events.starts_at.tolist() == [instant("2025-10-01 00:00")] * 2
    assert fires("B1;2025-10-01;1;150000;6580000;X").events.time_precision.tolist() == [TimePrecision.DAY]


@pytest.mark.parametrize("given", ["2025-02-29", "2025-13-01", "2025-10-01T10:00", "now", "2025-10-32"])
def test_a_date_that_does_not_exist_is_rejected_with_what_stood_there(given: str) -> None:
    assert refusals(crimes(crime(start=given), crime())) == [Refusal(2, "Brottsdag start", "no_such_date", given)]
    assert refusals(crimes(crime(), crime(reported=given))) == [Refusal(3, "Inskrivningsdatum", "no_such_date", given)]


@pytest.mark.parametrize("given", ["2400", "24:00", "0960", "x"])
def test_a_clock_time_that_does_not_exist_is_rejected(given: str) -> None:
    assert refusals(crimes(crime(start_time=given))) == [Refusal(2, "Brottstid start", "no_such_time", given)]
    assert refusals(crimes(crime(end="2025-10-02", end_time=given))) == [Refusal(2, "Brottstid slut", "no_such_time", given)]


def test_a_time_that_the_clock_skipped_keeps_its_day_and_loses_its_clock() -> None:
    reading = fires("B1;2025-03-30 02:30;1;150000;6580000;X")
    assert [(warned.code, warned.count) for warned in reading.warnings] == [(WarningCode.NONEXISTENT_LOCAL_TIME, 1)]
    assert reading.warnings[0].told().swedish.startswith("1 rad: klockan hoppade över")
    assert reading.events.time_precision.tolist() == [TimePrecision.DAY]
    assert reading.events.month.tolist() == [Month.parse("2025-03").number]
    started = EPOCH + timedelta(microseconds=int(reading.events.starts_at[0]))
    assert str(started.astimezone(LOCAL_TIME).date()) == "2025-03-30"


def test_a_time_that_the_clock_showed_twice_is_the_first_and_warned_of() -> None:
    reading = fires("B1;2025-10-26 02:30;1;150000;6580000;X", "B2;2025-10-26 02:30;1;150000;6580000;X")
    assert [(warned.code, warned.count) for warned in reading.warnings] == [(WarningCode.AMBIGUOUS_LOCAL_TIME, 2)]
    assert reading.events.starts_at.tolist() == [(datetime(2025, 10, 26, 0, 30, tzinfo=UTC) - EPOCH) // timedelta(microseconds=1)] * 2
    assert reading.events.time_precision.tolist() == [TimePrecision.MINUTE] * 2


def test_a_report_before_the_day_it_happened_is_loaded_and_warned_of() -> None:
    reading = crimes(crime(reported="2025-10-01", start="2025-10-02"), crime(reported="2025-10-02", start="2025-10-02", start_time="2359"))
    assert (len(reading.events), reading.rejected) == (2, [])
    assert [(warned.code, warned.count) for warned in reading.warnings] == [(WarningCode.ORDER, 1)]


def test_what_lies_more_than_a_day_ahead_is_rejected() -> None:
    # The file was received on 30 November at noon UTC, 13:00 in Stockholm.
    assert str(NOW) == "2025-11-30 12:00:00+00:00"
    assert fires("B1;2025-12-01 12:59;1;150000;6580000;X").rejected == []
    assert refusals(fires("B1;2025-12-01 13:01;1;150000;6580000;X")) == [Refusal(2, "larmtid", "future", "2025-12-01 13:01")]
    assert refusals(fires("B1;2205-10-01 10:00;1;150000;6580000;X")) == [Refusal(2, "larmtid", "future", "2205-10-01 10:00")]
    assert refusals(crimes(crime(reported="2025-12-03"))) == [Refusal(2, "Inskrivningsdatum", "future", "2025-12-03")]
    assert refusals(crimes(crime(end="2026-10-01"))) == [Refusal(2, "Brottsdag slut", "future", "2026-10-01")]


def test_a_date_before_the_counts_begin_is_rejected() -> None:
    assert [row.code for row in refusals(fires("B1;1969-12-31 23:59;1;150000;6580000;X"))] == ["too_early"]
    assert [row.code for row in refusals(fires("B1;0001-01-01;1;150000;6580000;X"))] == ["too_early"]
    assert fires("B1;1970-01-01 00:00;1;150000;6580000;X").events.month.tolist() == [0]


def test_an_end_on_a_day_before_the_start_is_rejected() -> None:
    assert refusals(crimes(crime(start="2025-10-02", end="2025-10-01"))) == [Refusal(2, "Brottsdag slut", "end_before_start", "2025-10-01")]


def test_an_end_before_the_start_by_the_clock_of_the_same_day_is_rejected() -> None:
    row = crime(start="2025-10-01", start_time="2200", end="2025-10-01", end_time="2159")
    assert refusals(crimes(row)) == [Refusal(2, "Brottsdag slut", "end_before_start", "2025-10-01")]
    assert crimes(row.replace("2159", "2200")).rejected == []


def test_in_the_hour_that_the_clock_showed_twice_the_end_may_have_the_earlier_time() -> None:
    reading = crime_points(
        "K1,0310,,,G,1,,2025-10-26 02:50,2025-10-26 02:10", "K2,0310,,,G,1,,2025-10-26 02:50+02:00,2025-10-26 02:10+01:00"
    )
    assert reading.rejected == []
    assert [row.code for row in refusals(crime_points("K3,0310,,,G,1,,2025-10-26 02:10+01:00,2025-10-26 02:50+02:00"))] == [
        "end_before_start"
    ]
    assert (reading.events.ends_at >= reading.events.starts_at).all()


def test_an_end_of_the_same_day_without_a_clock_is_not_before_a_start_with_one() -> None:
    reading = crimes(crime(start="2025-10-01", start_time="2200", end="2025-10-01"))
    assert reading.rejected == []
    assert reading.events.ends_at.tolist() == [instant("2025-10-01 22:00")]


def test_an_interval_over_a_fortnight_keeps_both_ends_and_counts_when_reported() -> None:
    reading = crimes(crime(reported="2025-10-15", start="2025-09-20", end="2025-10-03"))
    assert (reading.events.starts_at[0], reading.events.ends_at[0]) == (instant("2025-09-20"), instant("2025-10-03"))
    assert reading.events.month.tolist() == [OCTOBER]


def test_american_dates_are_read_where_the_column_tells_and_rejected_where_not() -> None:
    told = crimes(crime(reported="10/03/2025", start="10/01/2025"), crime(reported="10/31/2025", start="10/30/2025"))
    assert told.events.reported_on.tolist() == [day("2025-10-03"), day("2025-10-31")]
    assert told.events.starts_at.tolist() == [instant("2025-10-01"), instant("2025-10-30")]
    untold = crimes(crime(reported="01/02/2025", start="2024-12-01"))
    assert refusals(untold) == [Refusal(2, "Inskrivningsdatum", "ambiguous_date", "01/02/2025")]


def test_a_day_written_as_eight_digits_is_read() -> None:
    reading = crimes(crime(reported="20251003", start="20251001"))
    assert (reading.events.reported_on.tolist(), reading.events.starts_at.tolist()) == ([day("2025-10-03")], [instant("2025-10-01")])
    assert fires("B1;20251001;1;150000;6580000;X").events.time_precision.tolist() == [TimePrecision.DAY]


# --- Areas


@pytest.mark.parametrize("area", ["0101001", "0808013"])
def test_a_known_area_is_kept_as_it_is_written(area: str) -> None:
    reading = crimes(crime(area=area))
    assert (precisions(reading), reading.events.area.tolist()) == ([Precision.BASOMRADE], [area])


def test_an_unknown_area_is_rejected_unless_there_is_a_point() -> None:
    assert refusals(crimes(crime(area="9999999"))) == [Refusal(2, "Basområde", "unknown_area", "9999999")]
    assert refusals(shootings("S1;2025-10-01;;;Atlantis;0;0;x")) == [Refusal(2, "omrade", "unknown_area", "Atlantis")]
    kept = shootings("S1;2025-10-01;150000;6580000;Atlantis;0;0;x")
    assert (precisions(kept), kept.events.area.tolist()) == ([Precision.POINT], ["Atlantis"])


@pytest.mark.parametrize("name", ["Farsta Strand", "FARSTA STRAND", "farsta-strand", "Farsta  strand", "Norra Ängby", "Norra A\u0308ngby"])
def test_an_area_is_known_by_any_spelling_of_its_name(name: str) -> None:
    reading = shootings(f"S1;2025-10-01;;;{name};0;0;x")
    assert (reading.rejected, precisions(reading)) == ([], [Precision.STADSDEL])


def test_a_row_without_a_place_is_known_as_far_as_its_source_says() -> None:
    # A crime of the municipality's own file lies in the city; a fire may lie anywhere in the region.
    assert precisions(crimes(crime(area=""))) == [Precision.STAD]
    assert precisions(shootings("S1;2025-10-01;;;;0;0;x")) == [Precision.STAD]
    assert precisions(fires("B1;2025-10-01;1;;;X")) == [Precision.NONE]


@pytest.mark.parametrize(
    ("municipality", "point", "precision"),
    [
        ("Stockholm", ",", Precision.STAD),
        ("STOCKHOLM", ",", Precision.STAD),
        ("", ",", Precision.STAD),
        ("Solna", ",", Precision.OUTSIDE),
        ("Solna", "59.3309,18.0586", Precision.POINT),  # the point decides, also against the name
    ],
)
def test_a_row_of_another_municipality_is_outside_unless_it_has_a_point(municipality: str, point: str, precision: Precision) -> None:
    assert precisions(crime_points(f"K1,0310,{point},G,1,{municipality},2025-10-01 10:00,")) == [precision]


# --- Points


@pytest.mark.parametrize(("x", "y"), [("153335,681", "6579532,146"), ("153 335,681", "6\u00a0579\u00a0532.146")])
def test_a_point_is_read_as_a_swede_writes_it(x: str, y: str) -> None:
    reading = fires(fire_at(x, y))
    assert (reading.events.x[0], reading.events.y[0]) == CENTRAL_3011


@pytest.mark.parametrize("bad", ["x", "1_000", "nan", "inf", "1e999", "٣", "9" * 400])
def test_a_coordinate_that_is_no_number_is_rejected(bad: str) -> None:
    for row, column in ((fire_at(bad, 6_580_000), "x"), (fire_at(150_000, bad), "y")):
        reading = fires(row, fire_at(150_000, 6_580_000, 2))
        assert [(refusal.line, refusal.code) for refusal in refusals(reading)] == [(2, "no_position")]
        assert refusals(reading)[0].column in ({"x", "y"} if len(bad) == 400 else {column})
        assert reading.events.identity.tolist() == ["B2"]


def test_half_a_point_is_rejected() -> None:
    assert refusals(fires(fire_at(150_000, ""))) == [Refusal(2, "x", "no_position", "150000")]
    assert refusals(fires(fire_at("", 6_580_000))) == [Refusal(2, "x", "no_position", "")]


def test_a_point_at_zero_is_rejected() -> None:
    assert refusals(fires(fire_at(0, 0), fire_at(150_000, 6_580_000, 2))) == [Refusal(2, "x", "no_position", "0")]
    assert refusals(crime_points("K1,0310,0,0,G,1,,2025-10-01 10:00,")) == [Refusal(2, "LONGITUDE", "no_position", "0")]
    assert fires(fire_at(0, 0)).rejected[0].message.english == "The coordinates are zero."


def test_swapped_axes_are_rejected() -> None:
    assert refusals(fires(fire_at(6_580_000, 150_000))) == [Refusal(2, "x", "swapped_axes", "6580000")]
    assert refusals(crime_points("K1,0310,18.0586,59.3309,G,1,,2025-10-01 10:00,")) == [Refusal(2, "LONGITUDE", "swapped_axes", "59.3309")]


def test_a_point_just_outside_the_city_is_kept() -> None:
    # Solna is a kilometre to the north-west, Norrtälje seventy away: whether they are inside is not for the adapter to say.
    reading = fires(fire_at(150_500, 6_584_500), fire_at(190_000, 6_640_000, 2))
    assert (precisions(reading), reading.rejected) == ([Precision.POINT] * 2, [])


def test_a_point_on_the_other_side_of_the_earth_is_rejected() -> None:
    assert [row.code for row in refusals(fires(fire_at(150_000, 6_580_000), fire_at(150_000, -6_580_000, 2)))] == ["no_position"]


# T-Centralen in other systems, by PROJ to the metre; INGEST.md has the first.
OTHER_SYSTEMS = [
    (CENTRAL_3006, 3006, "SWEREF99 TM"),
    ((1_628_257.0, 6_581_067.0), 3021, "RT90 2.5 gon V"),
    ((100_224.0, 78_878.0), 3152, "ST74"),
    ((18.0586, 59.3309), 4326, "WGS 84"),
    ((2_010_274.0, 8_252_253.0), 3857, "Pseudo-Mercator"),
]


@pytest.mark.parametrize(("point", "srid", "name"), OTHER_SYSTEMS)
def test_a_file_in_another_system_is_refused_by_the_name_of_the_system(point: tuple[float, float], srid: int, name: str) -> None:
    rows = [fire_at(point[0], point[1], number) for number in range(3)]
    with pytest.raises(BadDeliveryError) as caught:
        fires(*rows, fire_at(150_000, 6_580_000, 9))
    assert f"(EPSG:{srid}), inte SWEREF99 18 00 (EPSG:3011)" in caught.value.swedish
    assert name in caught.value.english


def test_the_only_point_of_several_rows_is_rejected_alone_when_it_stands_in_another_system() -> None:
    reading = fires(fire_at(*CENTRAL_3006, 1), "2;2025-10-01;3;;;", "3;2025-10-01;3;;;")
    assert [(row.line, row.code) for row in refusals(reading)] == [(2, "wrong_crs")]
    assert len(reading.events) == 2


@pytest.mark.parametrize(("point", "srid", "name"), OTHER_SYSTEMS)
def test_a_row_in_another_system_is_rejected_by_the_name_of_the_system(point: tuple[float, float], srid: int, name: str) -> None:
    reading = fires(*(fire_at(150_000, 6_580_000, number) for number in range(2)), fire_at(point[0], point[1], 9))
    assert [(row.line, row.code) for row in refusals(reading)] == [(4, "wrong_crs")]
    assert f"EPSG:{srid}" in reading.rejected[0].message.swedish
    assert name in reading.rejected[0].message.english


@pytest.mark.parametrize(("point", "srid"), [(CENTRAL_3006, 3006), (CENTRAL_4326, 4326)])
def test_a_file_in_the_system_that_the_sender_states_is_read(point: tuple[float, float], srid: int) -> None:
    reading = fires(fire_at(point[0], point[1]), srid=srid)
    assert (reading.srid, reading.rejected, precisions(reading)) == (srid, [], [Precision.POINT])


def test_a_file_whose_sender_states_the_wrong_system_is_refused() -> None:
    with pytest.raises(BadDeliveryError, match=r"SWEREF99 18 00 \(EPSG:3011\), inte SWEREF99 TM \(EPSG:3006\)"):
        fires(fire_at(150_000, 6_580_000), srid=3006)


def test_a_system_that_does_not_exist_refuses_the_file() -> None:
    with pytest.raises(BadDeliveryError, match="999999"):
        fires(fire_at(150_000, 6_580_000), srid=999_999)


# --- Texts


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "'; DROP TABLE event;--", "=1+1", "Ω≈ç√∫", "🔥", "a\\nb", "\\", "nullgraden", "True"]
)
def test_odd_texts_are_kept_as_they_are(text: str) -> None:
    reading = fires(f'"{text}";2025-10-01;1;150000;6580000;"{text}"')
    assert reading.events.identity.tolist() == [text]
    assert orjson.loads(reading.events.detail[0].as_py()) == {"address": text}


def test_marks_that_take_no_room_are_taken_out_of_a_kind() -> None:
    # INGEST: a code copied from a web page may bring them with it.
    for mark in "\u200b\u200c\u200d\u2060\ufeff":
        reading = crimes(crime(kind=f"{mark}03{mark}10{mark}"))
        assert (reading.events.kind.tolist(), reading.rejected) == (["0310"], [])
    assert refusals(crimes(crime(kind="\u200b"))) == [Refusal(2, "Brottskod", "missing_kind", "")]


def test_a_kind_longer_than_an_index_holds_is_rejected() -> None:
    reading = fires(f"B1;2025-10-01;{'x' * 200};150000;6580000;X", f"B2;2025-10-01;{'x' * 201};150000;6580000;X")
    assert [(row.line, row.column, row.code) for row in refusals(reading)] == [(3, "handelsetyp", "field_too_long")]


def test_a_nul_byte_and_a_very_long_field_are_rejected_wherever_they_are_stored() -> None:
    for bad, code in (("a\x00b", "nul_byte"), ("x" * 10_001, "field_too_long")):
        rows = [
            f"{bad};2025-10-01;1;150000;6580000;X",
            f"B2;2025-10-01;{bad};150000;6580000;X",
            f"B3;2025-10-01;1;150000;6580000;{bad}",
            "B4;2025-10-01;1;150000;6580000;X",
        ]
        reading = fires(*rows)
        assert [(row.line, row.column, row.code) for row in refusals(reading)] == [
            (2, "id", code),
            (3, "handelsetyp", code),
            (4, "adress", code),
        ]
        assert reading.events.identity.tolist() == ["B4"]


def test_turned_text_is_rejected_in_ids_and_kinds_and_kept_in_free_text() -> None:
    # INGEST: a mark that turns the direction of writing has no place in a category; any string at all has one in a text.
    turned = "a\u202eb"
    reading = fires(
        f"{turned};2025-10-01;1;150000;6580000;X", f"B2;2025-10-01;{turned};150000;6580000;X", f"B3;2025-10-01;1;150000;6580000;{turned}"
    )
    assert [(row.line, row.column, row.code) for row in refusals(reading)] == [(2, "id", "turned_text"), (3, "handelsetyp", "turned_text")]
    assert orjson.loads(reading.events.detail[0].as_py()) == {"address": turned}


# --- Files in parts


def test_a_file_in_parts_is_read_as_in_one(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [
        crime(),
        crime(kind=""),
        crime(reported="2025-10-01", start="2025-10-02"),
        "kort",
        crime(start="2025-02-29"),
        "",
        *(crime(antal=str(number)) for number in range(1, 9)),
        crime(kind='"0310'),
    ]
    content = lines(f"{AREA_HEADER};Telefon", *(f"{row};x" if row.count(";") == 9 else row for row in rows))
    whole = crimes(*content.splitlines()[1:], header=content.splitlines()[0])
    monkeypatch.setattr(delimited, "BLOCK", 150)
    parts = list(AnmaldaBrott().read(delivered(content), context()))
    assert len(parts) > 5
    for name in ("line", "kind", "starts_at", "month", "antal", "detail"):
        assert [value for part in parts for value in getattr(part.events, name).tolist()] == getattr(whole.events, name).tolist()
    assert [raw for part in parts for raw in map(part.raw_of, range(len(part.events)))] == [*map(whole.raw_of, range(len(whole.events)))]
    assert [refusal for part in parts for refusal in refusals(part)] == refusals(whole)
    assert sum(part.rows for part in parts) == whole.rows == len(rows)
    assert told_together(warning for part in parts for warning in part.warnings) == told_together(whole.warnings)
    assert [warned.code for warned in whole.warnings] == [WarningCode.UNKNOWN_COLUMN, WarningCode.ORDER]
    assert [part.upto for part in parts] == sorted(part.upto for part in parts)
    assert parts[-1].upto == len(content.encode())


def test_warnings_of_parts_are_added_up_and_told_with_their_number() -> None:
    def warned(count: int, swedish: str = "{} är udda.") -> Warned:
        return Warned(WarningCode.ORDER, count, swedish, "{} odd.")

    told = told_together([warned(1), warned(2, "{} är annat."), warned(1)])
    assert [(one.count, one.swedish, one.english) for one in told] == [
        (2, "2 rader är udda.", "2 rows odd."),
        (2, "2 rader är annat.", "2 rows odd."),
    ]
    assert told_together([warned(1)])[0].swedish == "1 rad är udda."


# --- Conservation


def test_every_row_is_an_event_a_rejection_or_blank_and_keeps_its_bytes() -> None:
    rows = [crime(), "", crime(area="xx"), "kort", crime(kind="x", area="xx"), ";;;;;;;;;", crime(antal="2"), "Summa;;;;;2;;;;"]
    reading = crimes(*rows)
    assert (len(reading.events), len(reading.rejected), reading.blank, reading.rows) == (2, 3, 3, len(rows))
    assert reading.events.line.tolist() == [2, 8]
    assert [reading.raw_of(0), reading.raw_of(1)] == [rows[0].encode(), rows[6].encode()]
    assert {rejected.line: rejected.raw for rejected in reading.rejected} == {4: rows[2].encode(), 5: b"kort", 6: rows[4].encode()}
    for rejected in reading.rejected:
        assert rejected.message.swedish.endswith(".")
        assert rejected.message.english.endswith(".")


@given(st.permutations([crime(), crime(), crime(kind="0808"), crime(reported="2025-09-01", start="2025-08-31")]))
@settings(deadline=None, max_examples=15)
def test_the_order_of_the_rows_changes_nothing_but_the_order(rows: list[str]) -> None:
    events = crimes(*rows).events
    assert sorted(zip(events.kind.tolist(), events.month.tolist(), strict=True)) == [
        ("0310", Month.parse("2025-09").number),
        ("0310", OCTOBER),
        ("0310", OCTOBER),
        ("0808", OCTOBER),
    ]


# --- Foreign layouts


FOREIGN = Layout(
    name="chicago.toml@0123456789ab",
    columns={"id": "ID", "start": "Date", "kind": "IUCR", "x": "Longitude", "y": "Latitude", "area": "Community Area", "status": "State"},
    required=("id", "start", "kind", "x", "y", "area"),
    formats={"start": ("%m/%d/%Y %I:%M:%S %p",)},
    srid=4326,
    area_level=AreaLevel.STADSDEL,
    codes={"kind": {"0110": "0310"}},
    withdrawn=frozenset(("void",)),
    without_place=Precision.STAD,
    detail={"street": "Block"},
)


def foreign(*rows: str, layout: Layout = FOREIGN) -> Reading:
    content = lines("ID,Date,IUCR,Longitude,Latitude,Community Area,Block,State", *rows)
    return only(AnmaldaBrott().read(delivered(content), context(layout=layout)))


def test_a_foreign_layout_goes_before_the_sources_own() -> None:
    reading = foreign("7,08/09/2018 04:30:00 AM,0110,18.0586,59.3309,Farsta,001XX N STATE ST,Open")
    events = reading.events
    assert (events.identity[0].as_py(), events.kind[0].as_py(), events.x[0], events.y[0]) == ("7", "0310", *CENTRAL_4326)
    assert (events.starts_at[0], events.month[0]) == (instant("2018-08-09 04:30"), Month.parse("2018-08").number)
    assert events.time_precision.tolist() == [TimePrecision.MINUTE]
    assert (precisions(reading), events.area[0].as_py(), reading.area_precision) == ([Precision.POINT], "Farsta", Precision.STADSDEL)
    assert orjson.loads(events.detail[0].as_py()) == {"street": "001XX N STATE ST"}


def test_a_kind_that_the_table_of_codes_does_not_name_stays() -> None:
    assert foreign("7,08/09/2018 04:30:00 AM,0141,,,,X,").events.kind.tolist() == ["0141"]


def test_a_foreign_status_takes_an_event_back_whatever_its_case() -> None:
    reading = foreign("7,08/09/2018 04:30:00 AM,0110,,,,X,VOID", "8,08/09/2018 04:30:00 AM,0110,,,,X,open")
    assert reading.events.withdrawn.tolist() == [True, False]
    assert precisions(reading) == [Precision.STAD] * 2


def test_a_mapped_date_that_does_not_exist_is_rejected() -> None:
    reading = foreign("7,13/32/2018 04:30:00 AM,0110,,,,X,", "8,08/09/2018 13:30:00 AM,0110,,,,X,")
    assert [(row.line, row.column, row.code) for row in refusals(reading)] == [(2, "Date", "no_such_date"), (3, "Date", "ambiguous_date")]


def test_a_format_without_a_day_gives_a_month() -> None:
    layout = replace(FOREIGN, formats={"start": ("%Y-%m",)})
    events = foreign("7,2018-08,0110,,,,X,", layout=layout).events
    assert (events.time_precision.tolist(), events.month.tolist()) == ([TimePrecision.MONTH], [Month.parse("2018-08").number])


def test_a_declared_format_is_taken_at_its_word() -> None:
    layout = replace(FOREIGN, formats={"start": ("%m/%d/%Y",)})
    assert foreign("7,08/09/2018,0110,,,,X,", layout=layout).events.starts_at.tolist() == [instant("2018-08-09")]


def test_coordinates_without_a_stated_system_refuse_the_file() -> None:
    layout = Layout("m", {"id": "ID", "start": "Date", "kind": "IUCR", "x": "Longitude", "y": "Latitude"}, ("id",))
    with pytest.raises(BadDeliveryError, match="--crs"):
        foreign("7,2018-08-09,0110,18.0,59.3,,X,", layout=layout)
