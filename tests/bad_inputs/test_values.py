from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from tests.bad_inputs.desk import Case, Desk, Fault, Loads, about, crime, crimes, each, fire, fires, lines, meet, shooting, shootings
from trygghetskarta.domain.sources import SourceId

CRIMES, SHOOTINGS = SourceId.ANMALDA_BROTT, SourceId.SKJUTNINGAR
CODE = "Code `0310` vs `310` vs `310.0`"
SPELLING = "Category text changes spelling mid-year"
COUNT = "Negative/decimal/huge count (`-1`, `0.5`, `1e9`)"
NOTHING = "Empty vs `NULL` vs `N/A` vs `okänt`"
PERSON = "Personnummer, phone, e-mail, name, address in free text"
MARKUP = 'HTML/JS in text (`<script>`, `"><img onerror>`)'
FORMULA = "Text that starts with `=`, `+`, `@`, `-`, tab or CR (formulas)"
SQL = "SQL in text (`'; drop table`)"
BY_WORDS = """
[columns]
id = "nr"
start = "dag"
kind = "typ"

[codes.kind]
"Brand i byggnad" = "1"
"Trafikolycka" = "3"
"""


def text_kept(name: str, text: str, written: str | None = None) -> Case:
    expected = Loads(3, holds=lambda events: events[0]["detail"] == {"address": text})
    return Case(name, fires(fire(address=written or text)), expected, variant=text)


def absent(area: str, kept: str | None) -> Case:
    warnings = {} if kept is None else {"no_value": 1}

    def holds(events: object) -> bool:
        first = events[0]  # type: ignore[index]
        return first["area_text"] is None and first["detail"].get("absent") == (None if kept is None else {"area": kept})

    return Case(NOTHING, shootings(shooting(area=area)), Loads(3, warnings=warnings, holds=holds), SHOOTINGS, area or "empty")


def personal(text: str) -> Case:
    return Case(PERSON, fires(fire(address=text)), Loads(2, (Fault(2, "adress", "personal_data"),)), variant=text)


WITHHELD = "`<5`, `..`, `-`, `*` (suppressed by the source)"


def counts_per_area(written: str) -> bytes:
    return lines("Område;Månad;Brottskod;Antal", f"Rinkeby;2025-03;0375;{written}", "Husby;2025-03;0375;12", "Husby;2025-04;0375;11")


def holding(column: str, value: object) -> Callable[[Sequence[Mapping[str, Any]]], bool]:
    """Say what the first event has in a column."""
    return lambda events: bool(events[0][column] == value)


def withheld(written: str, between: list[int]) -> Case:
    content = counts_per_area(written)
    expected = Loads(
        3, warnings={"withheld": 1}, holds=lambda events: (events[0]["detail"], events[0]["antal"]) == ({"withheld": between}, 0)
    )
    return Case(WITHHELD, content, expected, CRIMES, written)


@each(
    *(withheld(written, [1, 4]) for written in ("<5", "..", "-", "*")),
    withheld("<3", [1, 2]),
    Case(
        "Unknown crime code",
        crimes(crime(kind="0399")),
        Loads(3, warnings={"unknown_code": 1}, holds=lambda events: events[0]["category"] != events[1]["category"]),
        CRIMES,
    ),
    Case(
        CODE,
        crimes(crime(kind="0310"), crime(kind="310", street="A"), crime(kind="310.0", street="B"), crime(kind="310,0", street="C")),
        Loads(6, holds=lambda events: len({one["category"] for one in events}) == 1),
        CRIMES,
    ),
    Case(
        CODE,
        fires(*(fire(f"B{n}", kind=kind) for n, kind in enumerate(("3", "03", "3.0", "3,0")))),
        Loads(6, holds=lambda events: len({one["category"] for one in events}) == 2),
        variant="of a fire",
    ),
    *(
        Case(CODE, crimes(crime(kind=kind)), Loads(2, (Fault(2, "Brottskod", code),)), CRIMES, kind)
        for kind, code in (("3-10", "bad_code"), ("mar-10", "excel_mangled"), ("10-mar", "excel_mangled"), ("3,1E+02", "excel_mangled"))
    ),
    Case(
        SPELLING,
        lines("nr;dag;typ", "1;2025-01-01;Brand i byggnad", "2;2025-07-01;Brand i byggnader", "3;2025-07-01;Trafikolycka"),
        Loads(2, (Fault(3, "typ", "other_spelling"),)),
        mapping=BY_WORDS,
    ),
    *(
        Case(COUNT, crimes(crime(antal=antal)), Loads(2, (Fault(2, "Antal", code),)), CRIMES, antal)
        for antal, code in (
            ("-1", "bad_count"),
            ("0", "bad_count"),
            ("0.5", "bad_count"),
            ("1e9", "bad_count"),
            ("1000000000", "bad_count"),
            ("1_0", "bad_count"),
            ("٣", "bad_count"),
            ("1E+09", "excel_mangled"),
            ("10 00", "bad_count"),
            ("1.000", "bad_count"),
        )
    ),
    *(
        Case(COUNT, crimes(crime(antal=antal)), Loads(3, holds=holding("antal", count)), CRIMES, ascii(antal))
        for antal, count in (("1 000", 1000), ("1\u00a0000", 1000), ("1\u202f000", 1000), ("1.0", 1), ("1,0", 1), ("12,00", 12))
    ),
    *(
        Case(COUNT, counts_per_area(antal), Loads(3, holds=holding("antal", count)), CRIMES, f"{antal} of an area")
        for antal, count in (("12.0", 12), ("1 234", 1234), ("1 234 567", 1_234_567))
    ),
    Case(COUNT, counts_per_area("12 34"), Loads(2, (Fault(2, "Antal", "bad_count"),)), CRIMES, "12 34 of an area"),
    *(
        Case(
            NOTHING,
            counts_per_area(word),
            Loads(3, warnings={"no_value": 1}, holds=holding("detail", {"absent": {"antal": meaning}})),
            CRIMES,
            f"{word} for a count",
        )
        for word, meaning in (("NULL", "missing"), ("okänt", "unknown"), ("N/A", "notApplicable"))
    ),
    Case(NOTHING, counts_per_area(""), Loads(2, blank=1), CRIMES, "empty for a count"),
    absent("", None),
    absent("NULL", "missing"),
    absent("N/A", "notApplicable"),
    absent("okänt", "unknown"),
    absent("Uppgift saknas", "missing"),
    Case(
        NOTHING,
        fires(fire(address="okänt")),
        Loads(3, holds=lambda events: events[0]["detail"] == {"address": "okänt"}),
        variant="in a text",
    ),
    Case(NOTHING, fires(fire(address="")), Loads(3, holds=lambda events: events[0]["detail"] is None), variant="no text"),
    Case(NOTHING, fires(fire(when="okänt")), Loads(2, (Fault(2, "larmtid", "no_date"),), {"no_value": 1}), variant="as a time"),
    Case(NOTHING, crimes(crime(start="N/A")), Loads(3, warnings={"no_value": 1}), CRIMES, "as one of two times"),
    personal("Ring 19811218-9876"),
    personal("8112189876"),
    personal("tel 070-123 45 67"),
    personal("tel 08-123 45 67"),
    personal("+46 8 123 456 78"),
    personal("anna.svensson@example.se"),
    text_kept(MARKUP, "<script>alert(1)</script>"),
    text_kept(MARKUP, '"><img src=x onerror=alert(1)>', '"""><img src=x onerror=alert(1)>"'),
    *(text_kept(FORMULA, text) for text in ("=1+1", "+1+1", "@SUM(A1)", "-1+1", "=cmd|' /C calc'!A0")),
    text_kept(FORMULA, "x\t=1", '"x\t=1"'),
    text_kept(SQL, "'; drop table event; --", '"\'; drop table event; --"'),
)
def test_values(desk: Desk, case: Case) -> None:
    meet(desk, case)


@about(SPELLING)
def test_another_spelling_is_told_with_the_one_that_is_known_and_the_mapping_is_on_record(desk: Desk) -> None:
    receipt = desk.send(
        lines("nr;dag;typ", "1;2025-01-01;Brand i byggnad", "2;2025-07-01;Brand i byggnader", "3;2025-07-01;Trafikolycka"), mapping=BY_WORDS
    )
    (row,) = receipt.rejections
    assert "”Brand i byggnad”" in row.message.swedish
    assert "“Brand i byggnad”" in row.message.english
    assert "mapping.toml@" in desk.last_delivery()["adapter"]


@about(PERSON)
@pytest.mark.parametrize(
    ("row", "code"),
    [
        (fire(address="Ring 19811218-9876"), "personal_data"),
        (fire(when="x", address="Ring 19811218-9876"), "no_such_date"),
        (fire(address="Ring 19811218-9876") + ";x", "field_count"),
        (fire(address='"Ring 19811218-9876'), "unclosed_quote"),
    ],
    ids=["personal_data", "another fault", "too many fields", "unclosed quote"],
)
def test_personal_data_is_kept_nowhere_whatever_the_row_is_rejected_for(desk: Desk, row: str, code: str) -> None:
    receipt = desk.send(fires(row))
    (kept,) = desk.rejected(receipt.delivery)
    assert (kept["code"], kept["line"]) == (code, 2)
    assert "9876" not in f"{kept['value']} {kept['message']} {kept['message_en']} {bytes(kept['raw'])!r} {desk.last_delivery()!r}"
    assert len(bytes(kept["raw"])) == len(row.encode())


@about(PERSON)
def test_a_number_that_only_looks_like_a_persons_keeps_its_bytes_outside_free_text(desk: Desk) -> None:
    row = fire("8112189876", when="x")
    receipt = desk.send(fires(row))
    assert bytes(desk.rejected(receipt.delivery)[0]["raw"]) == row.encode()
