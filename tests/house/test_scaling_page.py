"""docs/scaling.md: its table follows from what a part costs."""

from __future__ import annotations

import re

import pytest

from tests.pages import DOCS, read, rows_of

PAGE = read(DOCS / "scaling.md")


def number(text: str) -> float:
    return float(re.sub(r"\s", "", text).replace(",", "."))


@pytest.mark.parametrize(
    "row",
    rows_of(PAGE, "Gånger Stockholm", "Händelser, miljoner", "Disk, GB", "Läsa in allt, kärntimmar", "En månad, rader"),
    ids=lambda row: row[0],
)
def test_the_sizes_follow_from_what_an_event_costs(row: list[str]) -> None:
    times, millions, gigabytes, hours, month = map(number, row)
    microseconds = number(re.findall(r"\| ([0-9,]+) µs processortid, hälften", PAGE)[0])
    bytes_each = number(re.findall(r"\| ([0-9]+) byte: 174", PAGE)[0])
    assert millions == 3 * times
    assert gigabytes == pytest.approx(millions * bytes_each / 1000, rel=0.05)
    assert hours == pytest.approx(millions * microseconds / 3600, rel=0.1)
    assert month == pytest.approx(millions * 1e6 / 180, rel=0.05)


def test_the_cubes_are_as_large_as_their_sides_make_them() -> None:
    for areas, categories, months, size in re.findall(r"([0-9 ]+) × ([0-9]+) × ([0-9]+) × 4 byte = ([0-9]+) MB", PAGE):
        assert number(size) == pytest.approx(number(areas) * number(categories) * number(months) * 4 / 1e6, rel=0.02)
