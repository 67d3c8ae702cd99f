"""What may point at a person, and what only looks like it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.deliveries import FIRE_HEADER, Refusal, context, delivered, lines, only, refusals
from trygghetskarta.domain.events import Reading
from trygghetskarta.ingest.hiding import hidden
from trygghetskarta.ingest.sources.brander import Brander

# Numbers that Skatteverket gives for tests, and one of its coordination numbers (day + 60).
IDENTITY_NUMBERS = [
    "811218-9876",
    "8112189876",
    "19811218-9876",
    "198112189876",
    "811218+9876",
    "811218 9876",
    "640823-3234",
    "811278-9873",
]
PHONE_NUMBERS = [
    "070-123 45 67",
    "0701234567",
    "+46701234567",
    "+46 70 123 45 67",
    "0046701234567",
    "+46(0)701234567",
    "073-1234567",
    "+46 (0)70 123 45 67",
    "08-123 45 67",
    "0155-12 34 56",
    "+46 8 123 45 67",
]
E_MAILS = ["anna.andersson@example.se", "a@b.se", "ÅSA@exempel.se", "x+y@sub.domain.example.com"]
NOBODY = [
    "811218-9877",  # the check digit is wrong
    "811318-9876",  # no thirteenth month
    "811232-9876",  # no thirty-second day
    "98112189876",  # eleven digits
    "0808013",
    "59.8112189876",  # the decimals of a coordinate
    "18.0701234567",
    "077-114 14 00",  # the police
    "0771141400",
    "020-12 34 56",
    "Brf @home",
    "a@b",
    "@polisen.se",
    "2025-10-01 10:00",
    "6580894.880",
]


@pytest.mark.parametrize("text", [*IDENTITY_NUMBERS, *PHONE_NUMBERS, *E_MAILS])
@pytest.mark.parametrize(("before", "after"), [("", ""), ("Ring ", " nu"), ("(", ")"), ('"', '";1'), (";", ";"), ("å, ", ".")])
def test_what_may_point_at_a_person_is_starred_and_nothing_around_it(text: str, before: str, after: str) -> None:
    stars = b"*" * len(text.encode())
    assert hidden(f"{before}{text}{after}".encode()) == before.encode() + stars + after.encode()


@pytest.mark.parametrize("text", NOBODY)
def test_what_only_looks_like_it_is_kept(text: str) -> None:
    assert hidden(text.encode()) == text.encode()


@given(st.text(st.sampled_from("0123456789-+ @.;aå"), max_size=60))
@settings(deadline=None, max_examples=200)
def test_stars_keep_every_other_byte_in_its_place_and_hiding_twice_hides_no_more(text: str) -> None:
    raw = text.encode()
    found = hidden(raw)
    assert len(found) == len(raw)
    assert all(new in (old, ord("*")) for new, old in zip(found, raw, strict=True))
    assert hidden(found) == found


@pytest.mark.parametrize("text", [b"x" * 4_000_000, b"x@" * 20_000, b"1" * 4_000_000, b"070 " * 500_000])
def test_a_text_of_millions_of_letters_is_gone_through_once(text: bytes) -> None:
    # Gone through anew from every letter it would take days, and pytest's time limit would stop it.
    assert len(hidden(text)) == len(text)


def fires(*addresses: str, header: str = FIRE_HEADER, rows: Sequence[str] = ()) -> Reading:
    rows = rows or [f"B{number};2025-10-01 10:00;1;150000;6580000;{address}" for number, address in enumerate(addresses)]
    return only(Brander().read(delivered(lines(header, *rows)), context()))


@pytest.mark.parametrize("text", [*IDENTITY_NUMBERS, *PHONE_NUMBERS, *E_MAILS])
def test_a_row_with_it_is_rejected_without_it(text: str) -> None:
    reading = fires("Tallvägen 25", f"Granvägen 1, {text}")
    assert refusals(reading) == [Refusal(3, "adress", "personal_data", "[personuppgift]")]
    row = reading.rejected[0]
    assert row.raw == "B1;2025-10-01 10:00;1;150000;6580000;Granvägen 1, ".encode() + b"*" * len(text.encode())
    assert text not in row.message.swedish + row.message.english
    assert len(reading.events) == 1


@pytest.mark.parametrize("text", NOBODY)
def test_a_row_with_what_only_looks_like_it_is_an_event(text: str) -> None:
    assert fires(f"Granvägen 1, {text}").rejected == []


@pytest.mark.parametrize("text", [*IDENTITY_NUMBERS, *PHONE_NUMBERS, *E_MAILS])
def test_a_row_rejected_for_something_else_is_kept_without_it_too(text: str) -> None:
    # In a column that would be stored, in one that would not, and in a row that has too many fields.
    row = "B1;2025-02-29;1;150000;6580000"
    reading = fires(header=f"{FIRE_HEADER};anmälare", rows=[f"{row};{text};x", f"{row};x;{text}", f"{row};x;y;{text}", f"{row};x;y"])
    stars = "*" * len(text.encode())
    kept = [f"{row};{stars};x", f"{row};x;{stars}", f"{row};x;y;{stars}", f"{row};x;y"]
    assert [rejected.raw.decode() for rejected in sorted(reading.rejected, key=lambda one: one.line)] == kept
    assert [refusal.code for refusal in refusals(reading)] == ["no_such_date", "no_such_date", "field_count", "no_such_date"]
    assert not any(text in rejected.value + rejected.message.swedish + rejected.message.english for rejected in reading.rejected)
