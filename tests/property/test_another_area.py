"""Another area, asked for or beside those asked for, does not change what is counted of an area, nor its rate, its ratio and their intervals."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.answers import comparison, span, surrounded
from trygghetskarta.analysis.comparison import find
from trygghetskarta.disclosure.release import release
from trygghetskarta.domain.areas import Area, AreaLevel
from trygghetskarta.domain.audience import Audience
from trygghetskarta.serialize.figures import comparison_rows

RAW = ("count", "baselineCount", "difference", "percent", "rate", "rateLow", "rateHigh", "ratio", "ratioLow", "ratioHigh", "pValue")
PAIR = st.tuples(st.integers(0, 400), st.integers(0, 400), st.integers(0, 9000))


def rows(asked: list[tuple[int, int, int]], others: list[tuple[int, int, int]]) -> list[dict[str, Any]]:
    areas = tuple(Area(at, AreaLevel.STADSDEL, f"s{at:03}", f"Stadsdel {at}", None, 1.0) for at in range(len(asked)))
    exact = comparison(
        [[now, before] for now, before, _ in asked], areas=areas, asked=span("2025-01", "2025-12"), baseline=span("2024-01", "2024-12")
    )
    people = [[float(number)] * 2 for _, _, number in (*asked, *others)]
    published = release(surrounded(exact, people=people, others=[[now, before] for now, before, _ in others]), Audience.STAFF)
    return comparison_rows(published, find(published))


@settings(max_examples=60)
@given(st.lists(PAIR, min_size=1, max_size=6), PAIR, st.booleans())
def test_another_area_changes_no_raw_figure(areas: list[tuple[int, int, int]], another: tuple[int, int, int], asked_for: bool) -> None:
    before = rows(areas, [])
    after = rows([*areas, another], []) if asked_for else rows(areas, [another])
    for row, same in zip(before, after, strict=False):
        assert {name: row[name] for name in RAW} == {name: same[name] for name in RAW}
