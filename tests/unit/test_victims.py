"""What is kept of a victim: the home, and which side of 65 years."""

from __future__ import annotations

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.deliveries import context, delivered
from trygghetskarta.domain.events import OLDER, YOUNGER, Reading, WarningCode
from trygghetskarta.ingest.sources.anmalda_brott import AnmaldaBrott
from trygghetskarta.ingest.victims import age_group

HEADER = (
    "Inskrivningsdatum;Närpo;Basområde;Gata;Brottskod;Antal;Brottsdag start;Brottsdag slut;Brottstid start;Brottstid slut;"
    "Målsägande basområde;Målsägande ålder\n"
)


def read(*victims: str) -> Reading:
    rows = "".join(f"2025-01-0{number};;;;0954;1;2025-01-01;;;;{victim}\n" for number, victim in enumerate(victims, 2))
    (reading,) = AnmaldaBrott().read(delivered((HEADER + rows).encode()), context())
    return reading


@pytest.mark.parametrize("text", ["65", "72", "72 år", "65-74", "65 – 74 år", "65+", "80 år och äldre", "85 eller äldre", "70-", " 99 "])
def test_an_age_of_65_or_more_is_kept_as_that(text: str) -> None:
    assert age_group(text) == OLDER


@pytest.mark.parametrize("text", ["64", "0", "18-64", "0–17 år", "under 18", "<65", "under 65 år"])
def test_a_lower_age_is_kept_as_that(text: str) -> None:
    assert age_group(text) == YOUNGER


@pytest.mark.parametrize(
    "text", ["60-69", "60+", "under 70", "", "okänt", "-", "..", "200", "74-65", "19450312", "６５", "65,5", "1e2", "under 0"]
)
def test_an_age_that_tells_neither_is_not_kept(text: str) -> None:
    assert age_group(text) is None


@given(st.text())
def test_no_text_is_too_odd(text: str) -> None:
    assert age_group(text) in (OLDER, YOUNGER, None)


def test_a_row_keeps_the_home_and_the_side_of_65_but_never_the_age() -> None:
    reading = read("0101001;72", "Vasastan;34", ";", "0101001;")
    facts = [orjson.loads(text) if text else None for text in reading.events.detail.to_pylist()]
    assert facts == [
        {"victim_area": "0101001", "victim_age": "65+"},
        {"victim_area": "Vasastan", "victim_age": "<65"},
        None,
        {"victim_area": "0101001"},
    ]
    assert not [warned for warned in reading.warnings if warned.code is WarningCode.UNREAD_AGE]


def test_the_home_gets_back_the_zeros_that_a_spreadsheet_took() -> None:
    reading = read("101001;72", "01010\u00ad01;72", "999;72")
    facts = [orjson.loads(text)["victim_area"] for text in reading.events.detail.to_pylist()]
    assert facts == ["0101001", "0101001", "999"]
    assert [(warned.code, warned.count) for warned in reading.warnings] == [(WarningCode.LOST_ZEROS, 1)]


def test_ages_that_could_not_be_read_are_counted_in_the_receipt() -> None:
    reading = read("0101001;60-69", ";gammal", ";72")
    assert reading.events.detail.to_pylist() == ['{"victim_area":"0101001"}', None, '{"victim_age":"65+"}']
    assert [(warned.code, warned.count) for warned in reading.warnings] == [(WarningCode.UNREAD_AGE, 2)]


def test_a_row_whose_victim_is_a_personal_number_is_rejected_and_hidden() -> None:
    reading = read("0101001;19811228-9874", "811228-9874;72")
    assert len(reading.events) == 0
    assert [row.message.code for row in reading.rejected] == ["personal_data", "personal_data"]
    assert all(b"9874" not in row.raw for row in reading.rejected)


def test_a_file_without_the_columns_is_read_as_before() -> None:
    old = HEADER.replace(";Målsägande basområde;Målsägande ålder", "")
    (reading,) = AnmaldaBrott().read(delivered((old + "2025-01-02;;;;0954;1;2025-01-01;;;\n").encode()), context())
    assert reading.events.detail.to_pylist() == [None]
    assert reading.warnings == []
