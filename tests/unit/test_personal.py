"""What may point at a person, and what only looks like it."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.deliveries import FIRE_HEADER, Refusal, context, delivered, lines, only, refusals
from trygghetskarta.domain.events import Reading
from trygghetskarta.ingest.hiding import hidden
from trygghetskarta.ingest.personal import worth_a_look
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
    "811218–9876",
    "811218 - 9876",
    "811218\u00a09876",
    "1981-12-18-9876",
    "1981-12-18 9876",
    "1981–12–18–9876",
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
    "070–123 45 67",
    "070\u00a0123\u00a045\u00a067",
    "070 - 123 45 67",
    "070.123.45.67",
    "(070) 123 45 67",
    "070/123 45 67",
    "07 01 23 45 67",
    "+46\u00a070\u00a0123\u00a045\u00a067",
    "+46.70.123.45.67",
    "08–123 45 67",
    "(08) 123 45 67",
    "08/123 45 67",
    "08.123.45.67",
    "08-12345",
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
    "+46 77 114 14 00",
    "(077) 114 14 00",
    "020/123 45 67",
    "2025-10-01 1030",  # its check digit would be right
    "2025–08–10 1230",
    "07-02-2026 12:34",
    "07.02.2026 12:34",
    "07/02/2026 12.34",
    "02/2026 12:30",
    "08/10 2025",
    "01–31 2025",
    "kl 08–16",
    "59.3309/18.0586",
    "59.0046701234567",
    "6 580 894,88",
    "1 234 567,50 kr",
    "5000-K070123-45",
    "K 0701-25",
]


@pytest.mark.parametrize("text", [*IDENTITY_NUMBERS, *PHONE_NUMBERS, *E_MAILS])
@pytest.mark.parametrize(("before", "after"), [("", ""), ("Ring ", " nu"), ("(", ")"), ('"', '";1'), (";", ";"), ("å, ", ".")])
def test_what_may_point_at_a_person_is_starred_and_nothing_around_it(text: str, before: str, after: str) -> None:
    stars = b"*" * len(text.encode())
    assert hidden(f"{before}{text}{after}".encode()) == before.encode() + stars + after.encode()


@pytest.mark.parametrize("text", [text for text in (*IDENTITY_NUMBERS, *PHONE_NUMBERS) if not text.isascii()])
def test_dashes_and_blanks_of_windows_and_of_json_are_known(text: str) -> None:
    for raw in (text.encode("cp1252"), json.dumps(text)[1:-1].encode()):
        assert hidden(b"r\xe4dd " + raw + b";1") == b"r\xe4dd " + b"*" * len(raw) + b";1"


@pytest.mark.parametrize("text", NOBODY)
def test_what_only_looks_like_it_is_kept(text: str) -> None:
    assert hidden(text.encode()) == text.encode()


@given(st.text(st.sampled_from("0123456789-+ @.;aå–\u00a0/()"), max_size=60))
@settings(deadline=None, max_examples=200)
def test_stars_keep_every_other_byte_in_its_place_and_hiding_twice_hides_no_more(text: str) -> None:
    raw = text.encode()
    found = hidden(raw)
    assert len(found) == len(raw)
    assert all(new in (old, ord("*")) for new, old in zip(found, raw, strict=True))
    assert hidden(found) == found


@pytest.mark.parametrize(
    "text", [b"x" * 4_000_000, b"x@" * 20_000, b"1" * 4_000_000, b"070 " * 500_000, b"0\xc2\xa0" * 1_000_000, b"+46" * 500_000]
)
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


@given(
    st.lists(
        st.one_of(
            st.text(st.sampled_from("0123456789-+ @.;aå–\u00a0/()"), max_size=30),
            st.builds(
                "{}{}{}".format, st.text(max_size=3), st.sampled_from([*IDENTITY_NUMBERS, *PHONE_NUMBERS, *E_MAILS]), st.text(max_size=3)
            ),
        ),
        min_size=1,
        max_size=20,
    )
)
@settings(deadline=None, max_examples=200)
def test_the_quick_look_passes_by_nothing_that_is_hidden(texts: list[str]) -> None:
    looked = worth_a_look(pa.array(texts, pa.string()))
    assert all(hidden(text.encode()) == text.encode() for text, worth in zip(texts, looked.tolist(), strict=True) if not worth)


@pytest.mark.parametrize("text", ["070-123 45 67", "070\u00a0123\u00a045\u00a067", "811218-9876", "anna@ex.se"])
@pytest.mark.parametrize("column", ["larmtid", "handelsetyp", "x", "y"])
def test_it_is_hidden_in_a_column_that_is_no_free_text_too(text: str, column: str) -> None:
    fields = dict(zip(FIRE_HEADER.split(";"), ["B1", "2025-10-01 10:00", "1", "150000", "6580000", "Tallvägen 25"], strict=True))
    row = ";".join((fields | {column: text}).values())
    (rejected,) = fires(rows=[row]).rejected
    assert rejected.raw.decode() == row.replace(text, "*" * len(text.encode()))
    told = f"{rejected.value} {rejected.message.swedish} {rejected.message.english}"
    assert not any(part in told for part in (text, ascii(text)[1:-1], text[-5:]))
    if column == "handelsetyp":
        assert (rejected.column, rejected.message.code) == ("handelsetyp", "personal_data")


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("8112189876;x;1;150000;6580000;a", "no_such_date"),
        ("251001-0016;x;1;150000;6580000;a", "no_such_date"),
        ("0180-25123456;x;1;150000;6580000;a", "no_such_date"),
        ("B1;x;1;59,8112189876;18,0701234567;a", "no_such_date"),
        ("B1;202510011030;1;x;6580000;a", "no_such_date"),
        ("B1;2025-10-01 10:00;1;6 580 000,5;x;a", "no_position"),
    ],
)
def test_ids_points_and_times_that_only_look_like_it_keep_their_bytes(row: str, code: str) -> None:
    (rejected,) = fires(rows=[row]).rejected
    assert (rejected.message.code, rejected.raw) == (code, row.encode())


@pytest.mark.parametrize(
    ("text", "is_id"),
    [("anna@ex.se", False), ("811218-9876", False), ("070-123 45 67", False), ("8112189876", True), ("251001-0016", True)],
)
def test_an_id_that_is_a_persons_rejects_its_row(text: str, is_id: bool) -> None:
    reading = fires(rows=[f"{text};2025-10-01 10:00;1;150000;6580000;a"])
    assert refusals(reading) == ([] if is_id else [Refusal(2, "id", "personal_data", "[personuppgift]")])
    assert len(reading.events) == is_id
    assert not any(text.encode() in rejected.raw for rejected in reading.rejected)


def test_of_json_objects_on_one_line_each_is_looked_at_for_itself() -> None:
    good = {"id": "B1", "larmtid": "x", "handelsetyp": "1", "x": 150000, "y": 6580000, "adress": "a"}
    objects = [good, good | {"id": "B2", "adress": "ring 070\u2013123 45 67"}]
    kept = [one.raw.decode() for one in only(Brander().read(delivered(json.dumps(objects), "fil.json"), context())).rejected]
    assert kept[0] == json.dumps(good)
    assert json.loads(kept[1])["adress"] == "ring " + "*" * len(r"070\u2013123 45 67")
