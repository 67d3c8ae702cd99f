"""The press feed: what its JSON says of when and where, and what is refused."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.deliveries import NOW, STADSDELAR, Refusal, context, delivered, only, outcome_of, precisions, refusals
from trygghetskarta.domain.areas import ByDay
from trygghetskarta.domain.events import NO_TIME, Precision, Reading, TimePrecision, WarningCode
from trygghetskarta.domain.periods import LOCAL_TIME, Month
from trygghetskarta.domain.read_as import ReadAs
from trygghetskarta.errors import BadDeliveryError
from trygghetskarta.ingest.sources.polishandelser import Polishandelser

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def event(**changed: Any) -> dict[str, Any]:  # noqa: ANN401 - a field of JSON may be anything
    """Give an event of the feed as it is published, with some of its fields changed."""
    return {
        "datetime": "2025-10-01 7:05:09 +02:00",
        "id": 371971,
        "location": {"gps": "59.329324,18.068581", "name": "Stockholm"},
        "name": "01 oktober 06:50, Rån, Stockholm",
        "summary": "Ett rån på en gata.",
        "type": "Rån",
        "url": "/aktuellt/handelser/2025/oktober/1/",
        **changed,
    }


def read(content: str | bytes | list[dict[str, Any]], now: datetime = NOW) -> Reading:
    text = json.dumps(content, ensure_ascii=False) if isinstance(content, list) else content
    return only(Polishandelser().read(delivered(text, "polisen.json"), context(now=now)))


def one(**changed: Any) -> Reading:  # noqa: ANN401 - as above
    reading = read([event(**changed)])
    assert (len(reading.events), reading.rejected) == (1, [])
    return reading


def began(reading: Reading, row: int = 0) -> str:
    """Give when an event began by the clock in Stockholm."""
    return (EPOCH + timedelta(microseconds=int(reading.events.starts_at[row]))).astimezone(LOCAL_TIME).strftime("%Y-%m-%d %H:%M")


def place(**changed: Any) -> tuple[Precision, str | None]:  # noqa: ANN401 - as above
    reading = one(**changed)
    return precisions(reading)[0], reading.events.area[0].as_py()


def refused(content: str | bytes) -> BadDeliveryError:
    with pytest.raises(BadDeliveryError, match=r"polisen\.json") as caught:
        read(content)
    return caught.value


# --- One event


def test_an_event_is_read_field_by_field() -> None:
    reading = one(summary="Ett rån på Södermalm.")
    events = reading.events
    assert (events.identity[0].as_py(), events.kind[0].as_py(), events.antal[0], events.line[0]) == ("371971", "Rån", 1, 1)
    assert (began(reading), events.time_precision[0]) == ("2025-10-01 06:50", TimePrecision.MINUTE)
    assert events.reported_on[0] == int(np.datetime64("2025-10-01", "D").astype(np.int64))
    assert events.month[0] == Month.parse("2025-10").number
    assert (events.ends_at[0], bool(events.withdrawn[0])) == (NO_TIME, False)
    assert (precisions(reading), events.area[0].as_py()) == ([Precision.STADSDEL], "sodermalm")
    assert orjson.loads(events.detail[0].as_py()) == {
        "name": "01 oktober 06:50, Rån, Stockholm",
        "summary": "Ett rån på Södermalm.",
        "url": "/aktuellt/handelser/2025/oktober/1/",
        "published": "2025-10-01T05:05:09Z",
    }
    assert (reading.blank, reading.warnings, reading.read_as) == (0, [], ReadAs("json", "utf-8"))


@pytest.mark.parametrize("gps", ["59.329324,18.068581", "0,0", "not a place", None, "1e999,1e999"])
def test_the_coordinates_of_the_feed_are_never_read(gps: str | None) -> None:
    # They are the middle of a municipality or a county, never the place.
    reading = one(location={"gps": gps, "name": "Stockholm"})
    assert np.isnan(reading.events.x).all()
    assert np.isnan(reading.events.y).all()
    assert (reading.srid, precisions(reading)) == (None, [Precision.STAD])
    assert one(location=None).events.detail[0].as_py() == reading.events.detail[0].as_py()


# --- Time


@pytest.mark.parametrize(
    ("name", "when"),
    [
        ("01 oktober 06:50, Rån, Stockholm", "2025-10-01 06:50"),
        ("01 oktober 06.50, Rån, Stockholm", "2025-10-01 06:50"),
        ("1 oktober 6:50, Rån, Stockholm", "2025-10-01 06:50"),
        ("01 OKTOBER 06:50, Rån, Stockholm", "2025-10-01 06:50"),
        (" 30 september 23:59, Rån, Stockholm", "2025-09-30 23:59"),
    ],
)
def test_the_time_of_an_event_stands_first_in_its_name(name: str, when: str) -> None:
    reading = one(name=name)
    assert (began(reading), reading.events.time_precision[0]) == (when, TimePrecision.MINUTE)


@pytest.mark.parametrize(
    "name",
    [
        "Rån, Stockholm",
        "31 september 06:50, Rån, Stockholm",  # September has thirty days
        "01 oktober 24:00, Rån, Stockholm",
        "01 oktober 06:60, Rån, Stockholm",
        "01 octobre 06:50, Rån, Stockholm",
        "1 oktober, Rån, Stockholm",
        "Den 01 oktober 06:50, Rån, Stockholm",
        "０１ oktober 06:50, Rån, Stockholm",
        "01 oktober 06:500, Rån, Stockholm",
    ],
)
def test_a_name_without_a_time_that_exists_gives_the_day_of_publication(name: str) -> None:
    reading = one(name=name)
    assert (began(reading), reading.events.time_precision[0]) == ("2025-10-01 00:00", TimePrecision.DAY)


def test_an_event_of_new_years_eve_told_of_in_january_was_last_year() -> None:
    reading = one(datetime="2025-01-01 7:05:09 +01:00", name="31 december 23:50, Rån, Stockholm")
    assert (began(reading), reading.events.month[0]) == ("2024-12-31 23:50", Month.parse("2024-12").number)


def test_an_event_announced_over_the_new_year_is_next_year() -> None:
    reading = read(
        [event(datetime="2024-12-30 17:05:09 +01:00", name="02 januari 09:00, Trafikkontroll, Stockholm", type="Trafikkontroll")]
    )
    assert began(reading) == "2025-01-02 09:00"


def test_an_announced_day_is_the_coming_one_and_not_a_year_ago() -> None:
    assert began(one(name="04 oktober 11:00, Rån, Stockholm")) == "2025-10-04 11:00"


def test_the_nearest_year_has_it_up_to_half_a_year_away() -> None:
    assert began(one(name="20 april 11:00, Rån, Stockholm")) == "2025-04-20 11:00"  # 164 days back, 201 ahead
    assert began(one(name="15 mars 11:00, Rån, Stockholm")) == "2026-03-15 11:00"  # 200 days back, 165 ahead


@given(st.datetimes(datetime(2020, 1, 1), datetime(2025, 10, 1)), st.integers(-150 * 24 * 60, 150 * 24 * 60))  # noqa: DTZ001
@settings(deadline=None, max_examples=60)
def test_the_year_is_found_again_for_anything_within_five_months(published: datetime, minutes: int) -> None:
    happened = (published.replace(tzinfo=LOCAL_TIME, second=0, microsecond=0).astimezone(UTC) + timedelta(minutes=minutes)).astimezone(
        LOCAL_TIME
    )
    months = "januari februari mars april maj juni juli augusti september oktober november december".split()  # noqa: SIM905
    offset = published.replace(tzinfo=LOCAL_TIME).strftime("%z")
    reading = read(
        [
            event(
                datetime=f"{published:%Y-%m-%d} {published.hour}:{published:%M:%S} {offset[:3]}:{offset[3:]}",
                name=f"{happened:%d} {months[happened.month - 1]} {happened:%H:%M}, Rån, Stockholm",
            )
        ]
    )
    assert began(reading) == happened.strftime("%Y-%m-%d %H:%M")
    assert reading.events.month[0] == Month.of(happened.date()).number


@pytest.mark.parametrize(
    ("published", "day"),
    [
        ("2025-10-01 7:05:09 +02:00", "2025-10-01"),
        ("2025-10-01 07:05:09 +02:00", "2025-10-01"),
        ("2025-10-01 7:05:09 +0200", "2025-10-01"),
        # Half past eleven in the evening in UTC is the next day in Stockholm.
        ("2025-09-30 23:30:00 +00:00", "2025-10-01"),
        ("2025-09-30 21:30:00 +00:00", "2025-09-30"),
    ],
)
def test_the_day_of_publication_is_the_day_in_stockholm(published: str, day: str) -> None:
    reading = one(datetime=published, name="Rån, Stockholm")
    assert reading.events.reported_on[0] == int(np.datetime64(day, "D").astype(np.int64))
    assert began(reading) == f"{day} 00:00"


@pytest.mark.parametrize(
    "published",
    [
        "2025-13-01 7:05:09 +02:00",
        "2025-02-29 7:05:09 +02:00",
        "2025-10-01 24:05:09 +02:00",
        "2025-10-01 7:05 +02:00",
        "2025-10-01 7:05:09",
        "2025-10-01T7:05:09 +02:00",
        "2025-10-01 7:05:09 +24:00",
        "２０２５-10-01 7:05:09 +02:00",
        "0001-01-01 0:00:00 +02:00",
        "igår",
    ],
)
def test_a_time_of_publication_that_cannot_be_read_is_rejected(published: str) -> None:
    reading = read([event(datetime=published), event(id=2)])
    assert [(row.line, row.column, row.code) for row in refusals(reading)] == [(1, "datetime", "no_such_date")]
    assert reading.events.identity.tolist() == ["2"]


def test_what_is_published_more_than_a_day_ahead_is_rejected() -> None:
    # The file was received on 30 November at noon UTC.
    assert read([event(datetime="2025-12-01 12:59:00 +01:00")]).rejected == []
    later = "2025-12-01 13:01:00 +01:00"
    assert refusals(read([event(datetime=later)])) == [Refusal(1, "datetime", "future", later)]
    assert [row.code for row in refusals(read([event(datetime="9999-12-31 23:59:59 -10:00")]))] == ["future"]


def test_no_event_counts_in_a_month_before_the_counts_begin() -> None:
    # Counts are kept from January 1970. Of the first days of October around this publication, that of 1969 is the nearest.
    reading = read([event(datetime="1970-01-01 0:00:00 +00:00"), event(id=2)])
    assert reading.rows == 2
    assert (reading.events.month >= 0).all()
    assert reading.events.identity.tolist()[-1] == "2"


# --- Place


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("01 oktober 06:50, Rån, Stockholm", Precision.STAD),
        ("01 oktober 06:50, Rån, Stockholms län", Precision.NONE),  # in the city or anywhere else in the county
        ("01 oktober 06:50, Rån, Solna", Precision.OUTSIDE),
        ("01 oktober 06:50, Rån, Uppsala län", Precision.OUTSIDE),
        ("01 oktober 06:50, Mord/dråp, försök, Stockholm", Precision.STAD),
        ("01 oktober 06:50, Rån", Precision.NONE),  # names no municipality
    ],
)
def test_the_municipality_stands_last_in_the_name(name: str, expected: Precision) -> None:
    assert place(name=name) == (expected, None)


def test_a_stadsdel_in_the_summary_says_nothing_of_an_event_elsewhere() -> None:
    assert place(name="01 oktober 06:50, Rån, Solna", summary="En bil från Farsta.") == (Precision.OUTSIDE, None)
    assert place(name="01 oktober 06:50, Rån, Stockholms län", summary="I Farsta.") == (Precision.NONE, None)


@pytest.mark.parametrize(
    ("summary", "code"),
    [
        ("Ett rån i Farsta.", "farsta"),
        ("Farsta: rån", "farsta"),
        ("RÅN I FARSTA", "farsta"),
        ("Ett rån i Farstas centrum.", "farsta"),  # genitive
        ("Ett rån i Gamla stan.", "gamla-stan"),
        ("Ett rån i Gamla stans tunnelbana.", "gamla-stan"),
        ("Rån (Norra Ängby).", "norra-angby"),
        (unicodedata.normalize("NFD", "Ett rån i Norra Ängby."), "norra-angby"),
        ("Farsta, Farsta och åter Farsta.", "farsta"),  # one and the same
        ("Rån i Farsta Strand.", "farsta-strand"),  # the longest name, not the Farsta in it
        ("Rån vid Farsta strands station.", "farsta-strand"),
    ],
)
def test_a_summary_that_names_one_stadsdel_places_the_event_there(summary: str, code: str) -> None:
    assert place(summary=summary) == (Precision.STADSDEL, code)


@pytest.mark.parametrize(
    "summary",
    [
        "Ett rån på en gata.",
        "Från Farsta till Rinkeby.",
        "I Farsta och i Farsta Strand.",
        "Södermalmspolisen och Farstabon.",  # only part of a longer word
        "Nya Farstaz.",
        "",
        None,
        "Gamla, stan",
    ],
)
def test_a_summary_that_names_none_or_several_places_the_event_in_the_city(summary: str | None) -> None:
    assert place(summary=summary) == (Precision.STAD, None)


@pytest.mark.parametrize("name", sorted(STADSDELAR))
def test_every_stadsdel_is_found_by_its_own_name_and_in_the_genitive(name: str) -> None:
    assert place(summary=f"Rån i {name.title()}.") == (Precision.STADSDEL, STADSDELAR[name])
    assert place(summary=f"Rån vid {name.title()}s torg.") == (Precision.STADSDEL, STADSDELAR[name])


def test_without_any_stadsdel_loaded_an_event_is_in_the_city() -> None:
    reading = only(
        Polishandelser().read(delivered(json.dumps([event(summary="I Farsta.")])), replace(context(), stadsdelar=ByDay((), ({},))))
    )
    assert precisions(reading) == [Precision.STAD]


def test_a_stadsdel_has_the_code_it_had_on_the_day_of_the_event() -> None:
    names: ByDay[Mapping[str, str]] = ByDay((date(2025, 10, 2),), ({"farsta": "f1"}, {"farsta": "f2"}))
    told = [
        event(id=number, name=f"{when}, Rån, Stockholm", summary="I Farsta.")
        for number, when in enumerate(("01 oktober 12.00", "02 oktober 00.10"))
    ]
    reading = only(Polishandelser().read(delivered(json.dumps(told)), replace(context(), stadsdelar=names)))
    assert reading.events.area.to_pylist() == ["f1", "f2"]


def test_a_digest_has_no_place_and_is_told_of() -> None:
    digest = {"type": "Sammanfattning natt", "name": "01 oktober 06:50, Sammanfattning natt, Stockholm", "summary": "Rån i Farsta."}
    reading = read([event(**digest), event(id=2), event(**digest, id=3)])
    assert precisions(reading) == [Precision.NONE, Precision.STAD, Precision.NONE]
    assert reading.events.area.tolist() == [None, None, None]
    assert [(warned.code, warned.count) for warned in reading.warnings] == [(WarningCode.DIGEST, 2)]
    assert reading.warnings[0].told().swedish.startswith("2 rader är sammanfattningar")


def test_a_kind_with_its_rings_and_dots_apart_is_the_same_kind() -> None:
    # INGEST: NFD is normalised to NFC, or "Rån" would be an unknown kind beside "Rån".
    assert one(type=unicodedata.normalize("NFD", "Rån")).events.kind.tolist() == ["Rån"]


def test_an_unknown_kind_is_kept_as_it_is() -> None:
    assert one(type="Drönare över flygplats").events.kind.tolist() == ["Drönare över flygplats"]


# --- Rows that are rejected


@pytest.mark.parametrize("identity", [None, "371971", 1.0, True, [1], {}])
def test_an_event_without_a_whole_number_for_an_id_is_rejected(identity: object) -> None:
    reading = read([event(id=identity), event(id=2)])
    assert [(row.line, row.column, row.code) for row in refusals(reading)] == [(1, "id", "missing_id")]
    assert reading.events.identity.tolist() == ["2"]


@pytest.mark.parametrize("field", ["name", "type", "datetime"])
@pytest.mark.parametrize("value", [None, "", " \t", 3, ["x"], {"x": 1}])
def test_an_event_without_a_text_for_its_name_kind_or_time_is_rejected(field: str, value: object) -> None:
    reading = read([event(**{field: value}), event(id=2)])
    assert [(row.line, row.column, row.code) for row in refusals(reading)] == [(1, field, "missing_value")]
    assert reading.events.identity.tolist() == ["2"]


@pytest.mark.parametrize("field", ["id", "name", "type", "datetime"])
def test_an_event_that_lacks_a_field_is_rejected(field: str) -> None:
    given_event = event()
    del given_event[field]
    assert [row.column for row in refusals(read([given_event]))] == [field]


@pytest.mark.parametrize("value", ["3", '"x"', "null", "true", "[1, 2]", "NaN"])
def test_what_is_no_object_is_rejected(value: str) -> None:
    reading = read(f"[{value}, {json.dumps(event())}]")
    assert [(row.line, row.code) for row in refusals(reading)] == [(1, "missing_id")]
    assert reading.rejected[0].raw == value.encode()
    assert len(reading.events) == 1


@pytest.mark.parametrize("field", ["name", "type", "summary", "url"])
@pytest.mark.parametrize("character", ["\\u0000", "\\ud800", "\\udfff"])
def test_characters_that_no_database_can_hold_reject_their_row_only(field: str, character: str) -> None:
    bad = json.dumps(event(**{field: "a MARK, Stockholm"})).replace("MARK", character)
    reading = read(f"[{bad}, {json.dumps(event(id=2))}]")
    assert [(row.line, row.column) for row in refusals(reading)] == [(1, field)]
    assert reading.events.identity.tolist() == ["2"]
    assert reading.rejected[0].message.english.endswith(".")


@pytest.mark.parametrize(
    ("given", "shown"), [("null", "null"), ("true", "true"), ("NaN", "NaN"), ('"å"', "å"), ('{"x": [1]}', '{"x": [1]}')]
)
def test_a_value_that_rejects_its_row_is_shown_as_json_has_it(given: str, shown: str) -> None:
    reading = read(f"[{json.dumps(event(id='MARK')).replace(json.dumps('MARK'), given)}]")
    assert refusals(reading) == [Refusal(1, "id", "missing_id", shown)]


@pytest.mark.parametrize("field", ["name", "type", "summary", "url"])
@pytest.mark.parametrize("text", ["ring 070-123 45 67", "ring 070\u2013123 45 67", "19811218-9876", "anna.svensson@example.se"])
def test_what_points_at_a_person_rejects_its_row_and_is_not_kept(field: str, text: str) -> None:
    row = event(**{field: text})
    for written in (json.dumps(row), json.dumps(row, ensure_ascii=False)):
        reading = read(f"[{written}, {json.dumps(event(id=2))}]")
        assert refusals(reading) == [Refusal(1, field, "personal_data", "[personuppgift]")]
        assert reading.events.identity.tolist() == ["2"]
        kept = reading.rejected[0].raw
        assert len(kept) == len(written.encode())
        assert json.loads(kept)[field].removeprefix("ring ").strip("*") == ""
        assert json.loads(kept) | {field: text} == row


def test_it_is_not_kept_of_a_row_rejected_for_something_else_and_digits_that_are_none_are() -> None:
    row = event(id=None, summary="ring 070-123 45 67")
    (rejected,) = read([row]).rejected
    assert (rejected.message.code, json.loads(rejected.raw)["summary"]) == ("missing_id", "ring *************")
    row = event(id=None, summary="ring 114 14 eller 077-114 14 00")
    assert read(json.dumps([row])).rejected[0].raw == json.dumps(row).encode()


@pytest.mark.parametrize("field", ["name", "type", "summary", "url"])
def test_a_text_longer_than_ten_thousand_characters_rejects_its_row_only(field: str) -> None:
    # INGEST: a field of 200 kB is rejected, whatever kind of file it stands in.
    reading = read([event(**{field: f"01 oktober 06:50, {'x' * 200_000}, Stockholm"}), event(id=2)])
    assert [(row.line, row.column, row.code) for row in refusals(reading)] == [(1, field, "field_too_long")]
    assert ("200 tecken" if field == "type" else "10 000 tecken") in reading.rejected[0].message.swedish
    assert reading.events.identity.tolist() == ["2"]


# --- Files


def test_one_object_a_line_is_read_like_an_array() -> None:
    events = [event(id=1), event(id=2, summary="I Farsta."), event(id=3)]
    as_lines = read("\n".join(json.dumps(one_event) for one_event in events) + "\n")
    as_array = read(events)
    assert as_lines.events.identity.tolist() == as_array.events.identity.tolist() == ["1", "2", "3"]
    assert as_lines.events.area.tolist() == as_array.events.area.tolist() == [None, "farsta", None]
    assert as_lines.events.line.tolist() == [1, 2, 3]


@pytest.mark.parametrize("content", ["[]", " [ ] \n", "\ufeff[]"])
def test_an_empty_array_is_read_as_no_rows(content: str) -> None:
    assert read(content).rows == 0


def test_every_row_knows_its_line_and_its_own_bytes() -> None:
    first, bad, last = (json.dumps(event(id=number), ensure_ascii=False, indent=indent) for number, indent in ((1, None), ("x", 1), (3, 2)))
    reading = read(f"\ufeff[\n\n{first},\n{bad}\n, {last}\n]\n")
    # The first event is on line 3, the bad one on the next, and the last begins where that one ends plus a line.
    lines_of_bad = bad.count("\n")
    assert reading.events.line.tolist() == [3, 5 + lines_of_bad]
    assert [reading.raw_of(row) for row in range(2)] == [first.encode(), last.encode()]
    assert [(row.line, row.raw) for row in reading.rejected] == [(4, bad.encode())]


def test_a_windows_file_is_read_and_said_to_be_one() -> None:
    reading = read(json.dumps([event(summary="Rån på Södermalm.")], ensure_ascii=False).encode("cp1252"))
    assert (reading.read_as.encoding, reading.events.area.tolist(), reading.events.kind.tolist()) == ("cp1252", ["sodermalm"], ["Rån"])


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ('[{"id": 1,}]', 1),
        ('[\n{"id": 1},\n{"id" 2}\n]', 3),
        ('{"id": oj}\n{"id" 2}\n', 1),
        ("[{'id': 1}]", 1),
        ('[{"id": 1}] x', 1),
        ('[{"id": 1}]\n[{"id": 2}]', 1),
    ],
)
def test_what_is_not_json_refuses_the_file_and_names_the_line(content: str, line: int) -> None:
    error = refused(content)
    assert f"rad {line}: filen är inte giltig JSON" in error.swedish
    assert f"line {line}: the file is not valid JSON" in error.english
    assert "Ingenting ändrades." in error.swedish


def test_a_web_page_is_named_as_one() -> None:
    # What a proxy answers with in the place of the feed.
    assert refused("<html></html>").code == "unknown_format"


@pytest.mark.parametrize(
    ("kept", "last"),
    [("[", 0), ('[{"id": 1}', 1), ('[{"id": 1},', 1), ('[\n{"id": 1},\n', 2), ('[{"id": 1}, {"id": 2', 1), ('[{"id": 1', 0)],
)
def test_an_array_that_never_ends_refuses_the_file_and_names_the_last_whole_event(kept: str, last: int) -> None:
    error = refused(kept)
    assert error.code == "truncated"
    assert (f"rad {last} är den sista hela" if last else "ingen rad är hel") in error.swedish
    assert (f"line {last} is the last whole one" if last else "no row is whole") in error.english


def test_an_array_cut_off_after_any_byte_is_refused_as_cut_off() -> None:
    whole = json.dumps([event(id=1), event(id=2, tags=[1, [2, 3], True, None, 1.5e3])], ensure_ascii=False).encode()
    assert {refused(whole[:kept]).code for kept in range(1, len(whole))} == {"truncated"}


def test_lines_cut_off_after_any_byte_are_refused_as_cut_off_or_whole() -> None:
    first, second = (json.dumps(event(id=number), ensure_ascii=False).encode() for number in (1, 2))
    for kept in range(1, len(second)):
        error = refused(first + b"\n" + second[:kept])
        assert (error.code, "rad 1 är den sista hela" in error.swedish) == ("truncated", True)


def test_a_line_that_is_no_json_is_rejected_with_its_own_bytes_and_the_others_are_read() -> None:
    good = [json.dumps(event(id=number, summary="Rån på Södermalm."), ensure_ascii=False) for number in range(11)]
    bad = good[4][:60] + "ö"
    for encoding in ("utf-8", "cp1252"):
        reading = read("\r\n".join([*good[:4], bad, "", "5", *good[4:]]).encode(encoding))
        assert reading.events.identity.to_pylist() == [str(number) for number in range(11)]
        assert [(row.line, row.column, row.message.code, row.raw) for row in reading.rejected] == [
            (5, "", "bad_json", bad.encode(encoding)),
            (7, "", "bad_json", b"5"),
        ]
        assert reading.raw_of(0) == good[0].encode(encoding)


@pytest.mark.parametrize("content", ["[" * 100_000, '[{"id": ' + "[" * 50_000 + "]" * 50_000 + "}]", '[{"id": ' + "9" * 5000 + "}]"])
def test_json_that_no_reader_can_take_refuses_the_file(content: str) -> None:
    refused(content)


@pytest.mark.parametrize("content", ['[{"id": 1} {"id": 2}]', '[{"id": 1},, {"id": 2}]', '[,{"id": 1}]', '{"id": 1},{"id": 2}'])
def test_commas_are_no_reason_to_lose_a_row(content: str) -> None:
    # Strict JSON would refuse these; either is right, but no row may be lost.
    outcome = outcome_of(lambda: read(content))
    if isinstance(outcome, BadDeliveryError):
        assert "JSON" in outcome.swedish
    else:
        assert outcome.rows == content.count("id")


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "name", "x"]), inner, max_size=3),
    max_leaves=5,
)


@given(st.lists(VALUES, max_size=5), st.booleans())
@settings(deadline=None, max_examples=80)
def test_every_value_of_an_array_is_one_row(values: list[Any], pretty: bool) -> None:
    reading = read(json.dumps(values, indent=1 if pretty else None))
    assert reading.rows == len(values)
    # None of them has a time of publication, so all are rejected, each with its own text.
    assert [json.loads(row.raw) for row in reading.rejected] == values
