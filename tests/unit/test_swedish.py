"""Numbers, plurals, months and lists as a Swedish reader expects them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trygghetskarta.domain.periods import Month, Span
from trygghetskarta.serialize.swedish import alphabetical, decimal, how_many, listed, month_name, span_name, whole


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (999, "999"),
        (1000, "1\u00a0000"),  # a no-break space: the number stays on one line
        (12_345_678, "12\u00a0345\u00a0678"),
        (-12_345, "\u221212\u00a0345"),  # a real minus, not a hyphen
    ],
)
def test_a_whole_number_has_its_thousands_apart(value: int, text: str) -> None:
    assert whole(value) == text


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (1234.5, 1, "1\u00a0234,5"),
        (0.0, 1, "0,0"),
        (-2.55, 2, "\u22122,55"),
        (3.14159, 3, "3,142"),
        (7.0, 0, "7"),
        (1_000_000.04, 1, "1\u00a0000\u00a0000,0"),
    ],
)
def test_a_decimal_number_has_a_comma(value: float, decimals: int, text: str) -> None:
    assert decimal(value, decimals) == text


def test_what_is_rounded_to_zero_has_no_minus() -> None:
    assert decimal(-0.04) == "0,0"


@given(st.integers(-(10**12), 10**12))
@settings(deadline=None, max_examples=50)
def test_a_whole_number_reads_back(value: int) -> None:
    assert int(whole(value).replace("\u00a0", "").replace("\u2212", "-")) == value


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 skjutningar"), (1, "1 skjutning"), (2, "2 skjutningar"), (1001, "1\u00a0001 skjutningar"), (21, "21 skjutningar")],
)
def test_only_one_is_singular(count: int, text: str) -> None:
    assert how_many(count, ("skjutning", "skjutningar")) == text


def test_every_month_has_its_swedish_name() -> None:
    assert [month_name(month) for month in Span(Month.parse("2025-01"), Month.parse("2025-12"))] == [
        f"{name} 2025"
        for name in "januari februari mars april maj juni juli augusti september oktober november december".split()  # noqa: SIM905
    ]


@pytest.mark.parametrize(
    ("first", "last", "name"),
    [
        ("2025-10", "2025-10", "oktober 2025"),
        ("2025-01", "2025-12", "2025"),
        ("2025-01", "2025-03", "januari–mars 2025"),
        ("2024-10", "2025-03", "oktober 2024–mars 2025"),
        ("2024-02", "2025-01", "februari 2024–januari 2025"),  # twelve months, but no calendar year
        ("2024-01", "2025-12", "januari 2024–december 2025"),
    ],
)
def test_a_span_is_named_as_short_as_it_can_be(first: str, last: str, name: str) -> None:
    assert span_name(Span(Month.parse(first), Month.parse(last))) == name


def test_the_last_letters_of_the_alphabet_come_last_and_in_order() -> None:
    names = ["Östermalm", "Årsta", "Älvsjö", "Zinkensdamm", "abrahamsberg", "Alvik"]
    assert sorted(names, key=alphabetical) == ["abrahamsberg", "Alvik", "Zinkensdamm", "Årsta", "Älvsjö", "Östermalm"]


@pytest.mark.parametrize(
    ("words", "text"),
    [(["a"], "a"), (["a", "b"], "a och b"), (["a", "b", "c"], "a, b och c"), (["a", "b", "c", "d"], "a, b, c och d")],
)
def test_a_list_ends_with_och(words: list[str], text: str) -> None:
    assert listed(words) == text
