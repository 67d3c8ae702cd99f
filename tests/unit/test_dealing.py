from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from trygghetskarta.stats.dealing import STEP, WHOLE, dealt, draw_of

PAGE = Path(__file__).parents[2] / "docs" / "methods" / "editions.md"


def many(counts: list[int], begin: int, end: int, draws: list[int], months: list[int] | int = 0) -> list[int]:
    """Give how many events of each cell a part gets."""
    size = len(counts)
    columns = [np.full(size, value) if isinstance(value, int) else np.array(value) for value in (begin, end, draws, months)]
    first, after = dealt(np.array(counts, np.int64), (columns[0], columns[1]), columns[2], columns[3])
    return [int(number) for number in after - first]


def test_the_example_of_the_page_is_what_the_function_gives() -> None:
    page = PAGE.read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d{4})-(\d{2}) \| (\d+) \| (0,\d{6}) \| (\d+) \| (\d+) \|$", page, re.MULTILINE)
    assert len(rows) == 6
    draw = draw_of("stadsdelsomrade/jarva", "anmalda_brott", "0801")
    for year, month, count, at, first, second in rows:
        number = (int(year) - 1970) * 12 + int(month) - 1
        assert (draw + number * STEP) % WHOLE == round(float(at.replace(",", ".")) * WHOLE)
        assert many([int(count)], 0, 620_000, [draw], number) == [int(first)]
        assert many([int(count)], 620_000, WHOLE, [draw], number) == [int(second)]


def test_systematic_sampling_takes_every_fourth_when_the_share_is_a_quarter() -> None:
    # Madow and Madow 1944, section 2: a sample of n/k of a population of n, by every k:th from a random start, is n/k or the whole number next to it.
    draws = [0, 250_000, 500_000, 750_000]
    assert many([8] * 4, 0, 250_000, draws) == [2, 2, 2, 2]
    assert many([9] * 4, 0, 250_000, draws) == [2, 2, 2, 3]
    assert many([1] * 4, 0, 250_000, draws) == [0, 0, 0, 1]


@pytest.mark.parametrize("count", [0, 1, 2, 7, 100, 123_457])
@pytest.mark.parametrize(("begin", "end"), [(0, 1), (0, 300_000), (123_456, 654_321), (999_999, WHOLE), (0, WHOLE), (500_000, 500_000)])
def test_over_all_draws_a_part_gets_exactly_its_share(count: int, begin: int, end: int) -> None:
    draws = np.arange(WHOLE)
    first, after = dealt(np.full(WHOLE, count), (np.full(WHOLE, begin), np.full(WHOLE, end)), draws, np.zeros(WHOLE, np.int64))
    assert int((after - first).sum()) == count * (end - begin)


def test_the_draws_of_following_months_are_all_met_and_lie_evenly() -> None:
    assert np.gcd(STEP, WHOLE) == 1
    months = np.arange(240)
    draws = np.sort(STEP * months % WHOLE)
    gaps = np.diff(np.append(draws, draws[0] + WHOLE))
    # Three distances at most (Steinhaus), none of them over twice what even spacing would give.
    assert len(set(gaps.tolist())) <= 3
    assert gaps.max() < 2 * WHOLE / 240
    # One event a month for twenty years, 30 per cent of them: never far from 30 per cent of those so far.
    got = np.cumsum(many([1] * 240, 0, 300_000, [0] * 240, months.tolist()))
    assert np.abs(got - 0.3 * (months + 1)).max() < 2


def test_the_same_names_give_the_same_draw_everywhere_and_others_another() -> None:
    assert draw_of("stadsdel/a", "brander", "1") == draw_of("stadsdel/a", "brander", "1")
    names = [("stadsdel/a", "brander", str(number)) for number in range(1000)]
    draws = [draw_of(*name) for name in names]
    assert all(0 <= draw < WHOLE for draw in draws)
    assert len(set(draws)) > 990
    assert np.mean(draws) == pytest.approx(WHOLE / 2, rel=0.06)


def test_nothing_is_dealt_of_nothing() -> None:
    assert many([], 0, WHOLE, []) == []
    assert many([0], 0, WHOLE, [999_999]) == [0]


@pytest.mark.parametrize(("count", "begin", "end"), [(-1, 0, WHOLE), (1, -1, 5), (1, 0, WHOLE + 1), (1, 6, 5)])
def test_what_cannot_be_dealt_is_refused(count: int, begin: int, end: int) -> None:
    with pytest.raises(ValueError, match="must"):
        many([count], begin, end, [0])
