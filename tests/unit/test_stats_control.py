"""The control chart: false alarms by simulation, limits against scipy, and the page on it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import nbinom

from tests.pages import example, table
from trygghetskarta.domain.periods import Month
from trygghetskarta.stats.control import FALSE_ALARMS, HISTORY, Chart, control_chart

Floats = npt.NDArray[np.float64]
MONTHS = np.arange(600, 600 + HISTORY + 1)
LAST = np.array([HISTORY])


def outside(mean: float, spread: float, growth: float) -> float:
    """Give the share of 4 000 ordinary months that the chart calls unusual."""
    draw = np.random.default_rng(17)
    time = (MONTHS - MONTHS[-1]) / 12
    level = mean * np.exp(0.25 * np.sin(2 * np.pi * MONTHS / 12) + growth * time)
    if spread:
        level = level * draw.gamma(1 / spread, spread, (4000, len(MONTHS)))
    counts = draw.poisson(level, (4000, len(MONTHS))).astype(np.float64)
    chart = control_chart(counts, MONTHS, LAST)
    return float(((counts[:, -1:] > chart.high) | (counts[:, -1:] < chart.low)).mean())


@pytest.mark.parametrize("growth", [0.0, 0.1])
@pytest.mark.parametrize(("mean", "spread"), [(2, 0.0), (10, 0.0), (50, 0.0), (300, 0.0), (10, 0.05), (50, 0.05), (300, 0.05)])
def test_some_one_in_a_hundred_ordinary_months_is_called_unusual(mean: float, spread: float, growth: float) -> None:
    share = outside(mean, spread, growth)
    # Counts are whole, so small means have fewer; a spread estimated from sixty months has a few more.
    assert share <= 2 * FALSE_ALARMS
    assert share >= (0.2 if mean < 10 else 0.4) * FALSE_ALARMS


def test_a_month_half_as_large_again_is_mostly_found() -> None:
    draw = np.random.default_rng(18)
    counts = draw.poisson(100, (500, len(MONTHS))).astype(np.float64)
    counts[:, -1] = draw.poisson(150, 500)
    chart = control_chart(counts, MONTHS, LAST)
    assert (counts[:, -1:] > chart.high).mean() > 0.85


def test_limits_of_equal_months_are_those_of_a_rate_known_from_five_of_them() -> None:
    # Without spread, five Junes of 30 events: the expected count is known to one part in five, and a little less by the slope.
    june = np.array([Month.parse("2025-06").number])
    months = np.arange(june[0] - HISTORY, june[0] + 1)
    chart = control_chart(np.full((1, HISTORY + 1), 30.0), months, LAST)
    assert chart.spread[0, 0] == 0
    assert chart.expected[0, 0] == pytest.approx(30, rel=0.01)
    mean = 30.1
    known = mean + mean**2 * (1 / (5 * mean))
    for more, limit in ((0.005, chart.low), (0.995, chart.high)):
        size = mean**2 / (known - mean)
        assert abs(nbinom.ppf(more, size, mean / known) - limit[0, 0]) <= 1


def test_limits_and_chances_say_the_same() -> None:
    draw = np.random.default_rng(19)
    counts = draw.poisson(8, (200, len(MONTHS))).astype(np.float64)
    chart = control_chart(counts, MONTHS, LAST, false_alarms=0.1)
    seen = counts[:, -1:]
    assert ((seen > chart.high) == (chart.p_high <= 0.05 + 1e-12)).all()
    assert ((seen < chart.low) == (chart.p_low < 0.05)).all()


@pytest.mark.parametrize("mean", [0.05, 1, 40, 20_000])
def test_a_limit_is_the_outermost_count_that_is_not_unusual(mean: float) -> None:
    counts = np.random.default_rng(20).poisson(mean, (100, len(MONTHS))).astype(np.float64)
    limits = control_chart(counts, MONTHS, LAST, false_alarms=0.1)

    def judged(last: Floats) -> Chart:
        return control_chart(np.hstack([counts[:, :-1], last]), MONTHS, LAST, false_alarms=0.1)

    assert (judged(limits.high).p_high > 0.05).all()
    assert (judged(limits.high + 1).p_high <= 0.05 + 1e-12).all()
    assert (judged(limits.low).p_low >= 0.05 - 1e-12).all()
    above = limits.low[:, 0] > 0
    assert (judged(np.maximum(limits.low - 1, 0)).p_low[above] < 0.05).all()


def test_where_nothing_ever_happened_one_event_is_not_unusual() -> None:
    chart = control_chart(np.zeros((1, len(MONTHS))), MONTHS, LAST)
    assert chart.expected[0, 0] == 0
    assert chart.low[0, 0] == 0
    assert 1 <= chart.high[0, 0] <= 3


def test_a_short_history_gives_no_limits() -> None:
    chart = control_chart(np.full((1, 40), 5.0), np.arange(600, 640), np.arange(40))
    assert np.isnan(chart.high[0, :36]).all()
    assert not np.isnan(chart.high[0, 36:]).any()
    assert chart.years[0, -1] == 3


def test_a_month_that_is_not_trusted_is_no_part_of_any_history() -> None:
    counts = np.full((1, len(MONTHS)), 20.0)
    counts[0, 55] = 900
    trusted = np.arange(len(MONTHS)) != 55
    assert control_chart(counts, MONTHS, LAST, trusted).high[0, 0] < control_chart(counts, MONTHS, LAST).high[0, 0]
    gap = np.where(trusted, counts, np.nan)
    assert control_chart(gap, MONTHS, LAST).high[0, 0] == control_chart(counts, MONTHS, LAST, trusted).high[0, 0]


def test_another_area_does_not_change_a_chart() -> None:
    draw = np.random.default_rng(20)
    counts = draw.poisson(8, (5, len(MONTHS))).astype(np.float64)
    alone, together = control_chart(counts[:1], MONTHS, LAST), control_chart(counts, MONTHS, LAST)
    assert (alone.low[0, 0], alone.high[0, 0]) == (together.low[0, 0], together.high[0, 0])


@given(arrays(np.float64, (3, 70), elements=st.one_of(st.integers(0, 40).map(float), st.just(np.nan), st.just(5000.0))))
def test_any_history_has_limits_round_what_is_expected_or_none(counts: Floats) -> None:
    chart = control_chart(counts, np.arange(600, 670), np.arange(60, 70))
    told = ~np.isnan(chart.expected)
    assert (chart.low[told] <= chart.expected[told] + 1).all()
    assert (chart.expected[told] <= chart.high[told] + 1).all()
    assert np.isfinite(chart.high[told]).all()
    chances = chart.p_high[~np.isnan(chart.p_high)]
    assert ((chances >= 0) & (chances <= 1)).all()


def test_shapes_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="60"):
        control_chart(np.zeros((1, 60)), MONTHS, LAST)
    with pytest.raises(ValueError, match="2"):
        control_chart(np.zeros((1, len(MONTHS))), MONTHS, LAST, false_alarms=2)


def test_the_page_on_unusual_months_is_right() -> None:
    counts, numbers = example("control.md")
    rows = table("control.md", "Månad", "Antal", "Väntat", "Från", "Till", "Ovanligt")
    chart = control_chart(counts[None], numbers, np.arange(48, 60))
    for column, row in enumerate(rows):
        count, low, high = counts[48 + column], chart.low[0, column], chart.high[0, column]
        assert row[0] == str(Month(int(numbers[48 + column])))
        assert [float(cell) for cell in row[1:5]] == [count, round(float(chart.expected[0, column]), 2), low, high]
        assert row[5] == ("högt" if count > high else "lågt" if count < low else "")
