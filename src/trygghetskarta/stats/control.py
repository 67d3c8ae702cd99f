"""Is a month unusual: each month against what its own history lets one expect, with negative binomial limits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

YEAR = 12
HISTORY = 60
"""So many months before a month are its history."""
LEAST_SAME = 3
"""So many months of the same name must the history hold, and as many years in all."""
FALSE_ALARMS = 0.01
"""Share of months, of those in which nothing is unusual, that fall outside the limits by chance: half above, half below."""

_TREND_SD = 0.3
_ROUNDS = 25
_MOST_SPREAD = 100.0
_AT_ONCE = 4096
"""So many months are judged together: each takes some kilobytes meanwhile."""
_YEARS = np.arange(-HISTORY, 0) / YEAR
"""Time from the months of a history to the month judged."""
_NAMED = np.eye(YEAR)[np.arange(HISTORY) % YEAR]
"""(HISTORY, YEAR): 1 in the column of the month of the year, the first that of the month judged."""
_POWERS = tuple(_YEARS[:, None] ** power * _NAMED for power in (0, 1, 2))


@dataclass(frozen=True, slots=True)
class Chart:
    """What was to be expected of each month.

    Attributes:
        expected: Mean, shape (areas, judged); NaN where the history is too short.
        low: The smallest count within the limits, (areas, judged).
        high: The largest, (areas, judged).
        p_low: Chance of so few events or fewer, (areas, judged); NaN where the month has no count.
        p_high: Chance of so many or more.
        spread: How much more than by chance alone months of the same mean vary: variance = mean + spread * mean squared, (areas, judged).
        years: How many months of the same name the history holds, (areas, judged).
    """

    expected: Floats
    low: Floats
    high: Floats
    p_low: Floats
    p_high: Floats
    spread: Floats
    years: Ints


@dataclass(frozen=True, slots=True)
class _Histories:
    """The months before each of some months that are judged, (judged, HISTORY): the same place is as long before, whichever month is judged.

    Attributes:
        counts: 0 where there is none.
        used: True where there is a count that may be trusted.
        days: Length of each month beside the month judged.
    """

    counts: Floats
    used: Bools
    days: Floats


@dataclass(frozen=True, slots=True)
class _Fit:
    """Expected counts of histories, and what the expected count of each month judged rests on."""

    mean: Floats
    slope: Floats
    level: Floats
    exposure: Floats


def control_chart(counts: Floats, numbers: Ints, judged: Ints, trusted: Bools | None = None, false_alarms: float = FALSE_ALARMS) -> Chart:
    """Limits for each month from the five years before it.

    The mean of a month is the level of the months of its name, times a steady growth: a log-linear model with a factor for each month of the year
    and a slope per year, fitted to the history by Poisson likelihood, the slope held back by a normal prior of mean 0 and standard deviation 0.3 so
    that a handful of events makes no trend. Months vary by mean + spread * mean squared, the spread from Pearson's statistic and 0 (Poisson) where
    that is no larger than chance allows. The limits are those of a negative binomial with the variance of a month and of its estimated mean.

    Args:
        counts: By area and month, (areas, months), >= 0; NaN for a gap.
        numbers: The months, consecutive, as months since 1970, (months,).
        judged: Which of them to judge, as places in `numbers`.
        trusted: (months,): False for a month known to be incomplete, which is no part of any history. None: all are trusted.
        false_alarms: Share of ordinary months outside the limits, both sides together, between 0 and 1.

    Returns:
        The limits. A history shorter than three years, or with fewer than three months of the name, gives NaN. Where nothing ever happened the
        expected count is 0, and the upper limit that of an unknown small rate (half an event added to the history).

    Raises:
        ValueError: Shapes differ, or the share is not between 0 and 1.

    Reference: Farrington, Andrews, Beale & Catchpole (1996), JRSS A 159:3, and Noufaily et al. (2013), Statistics in Medicine 32:7, for the idea;
    the share of false alarms is proved by simulation. Not for: months that depend strongly on the month before, or a history across a recoding.
    """
    if counts.shape[-1:] != numbers.shape or not 0 < false_alarms < 1:
        raise ValueError(f"{counts.shape}, {numbers.shape}, {false_alarms}")
    known = ~np.isnan(counts) & (True if trusted is None else trusted)
    # So many months before the first, none of them known: every history is then as long.
    before = np.zeros((len(counts), HISTORY))
    padded, held = np.hstack([before, np.nan_to_num(counts)]), np.hstack([before > 0, known])
    places = judged[:, None] + np.arange(HISTORY)
    used = held[:, places]
    years = used[:, :, _NAMED[:, 0] > 0].sum(axis=2)
    rows = np.argwhere((years >= LEAST_SAME) & (used.sum(axis=2) >= LEAST_SAME * YEAR))
    days = _lengths(numbers[0] - HISTORY + np.arange(padded.shape[1])) if len(numbers) else before[0]
    expected, spread, mean, variance = (np.full(years.shape, np.nan) for _ in range(4))
    for first in range(0, len(rows), _AT_ONCE):
        area, column = rows[first : first + _AT_ONCE].T
        at, mine = places[column], used[area, column]
        told = _judge(_Histories(np.where(mine, padded[area[:, None], at], 0.0), mine, days[at] / days[judged[column] + HISTORY][:, None]))
        for values, found in zip((expected, spread, mean, variance), told, strict=True):
            values[area, column] = found
    return Chart(expected, *_limits(mean, variance, counts[:, judged], false_alarms), spread, years)


def _lengths(numbers: Ints) -> Floats:
    """Give the days of months."""
    first, after = (months.astype("datetime64[M]").astype("datetime64[D]") for months in (numbers, numbers + 1))
    days: Floats = (after - first).astype(np.float64)
    return days


def _judge(histories: _Histories) -> tuple[Floats, Floats, Floats, Floats]:
    """Give what is expected of each month, (judged,) each: the count, the spread, and mean and variance of what its limits are those of."""
    fit = _fit(histories)
    spread = _spread(histories, fit)
    level, exposure = fit.level[:, 0], fit.exposure[:, 0]
    mean = (level + 0.5) / exposure
    variance = mean + spread * mean**2 + mean**2 * _uncertainty(histories, fit, spread)
    return level / exposure, spread, mean, variance


def _limits(mean: Floats, variance: Floats, counts: Floats, false_alarms: float) -> tuple[Floats, Floats, Floats, Floats]:
    """Give the smallest and the largest count within the limits, and the chances of so few and so many, each of the shape of all."""
    if np.isnan(mean).all():
        none = np.full(mean.shape, np.nan)
        return none, none, none, none
    from scipy.special import betainc

    size = mean**2 / (variance - mean)
    chance = size / (size + mean)
    low, high = (_quantile(share, size, chance) for share in (false_alarms / 2, 1 - false_alarms / 2))
    told = ~np.isnan(counts) & ~np.isnan(mean)
    events = np.where(told, counts, 0.0)
    p_low = np.where(told, betainc(size, events + 1, chance), np.nan)
    p_high = np.where(told & (events > 0), betainc(np.maximum(events, 1), size, 1 - chance), np.where(told, 1.0, np.nan))
    return low, high, p_low, p_high


def _quantile(share: float, size: Floats, chance: Floats) -> Floats:
    """Give the smallest count that a share of a negative binomial distribution lies at or below; NaN where it is not known."""
    from scipy.special import betainc, nbdtrik

    count = np.maximum(np.ceil(nbdtrik(share, size, chance)), 0.0)
    # The inverse is rounded: it may be a whole number past the one that it is.
    before = np.maximum(count - 1, 0.0)
    count = np.where((count > 0) & (betainc(size, before + 1, chance) >= share), before, count)
    return np.where(betainc(size, count + 1, chance) < share, count + 1, count)


def _fit(histories: _Histories) -> _Fit:
    """Fit the level of each month of the year and the slope, by Newton's method on the slope alone: the levels follow from it."""
    slope, moves = np.zeros(len(histories.counts)), np.ones(len(histories.counts), bool)
    level = histories.counts @ _NAMED
    moment = (histories.counts * _YEARS).sum(axis=1)
    for _ in range(_ROUNDS):
        at_risk = _at_risk(histories, slope)
        exposure, first, second = (at_risk @ named for named in _POWERS)
        held = np.where(exposure > 0, exposure, 1.0)
        centre = first / held
        score = moment - (level * centre).sum(axis=1) - slope / _TREND_SD**2
        information = (level * (second / held - centre**2)).sum(axis=1) + 1 / _TREND_SD**2
        # Each stops by itself, so that no month is judged by which others are judged with it.
        step = np.where(moves, np.clip(score / information, -1.0, 1.0), 0.0)
        slope = np.clip(slope + step, -3.0, 3.0)
        moves &= np.abs(step) >= 1e-9
        if not moves.any():
            break
    at_risk = _at_risk(histories, slope)
    exposure = at_risk @ _NAMED
    rate = level / np.where(exposure > 0, exposure, 1.0)
    return _Fit(at_risk * (rate @ _NAMED.T), slope, level, exposure)


def _at_risk(histories: _Histories, slope: Floats) -> Floats:
    return histories.used * histories.days * np.exp(slope[:, None] * _YEARS)


def _spread(histories: _Histories, fit: _Fit) -> Floats:
    """Solve Pearson's statistic = degrees of freedom for the spread; 0 where it is no larger at 0."""
    some = histories.used & (fit.mean > 0)
    freedom = some.sum(axis=1) - ((fit.level > 0).sum(axis=1) + 1)
    squares = np.where(some, (histories.counts - fit.mean) ** 2, 0.0)
    mean = np.where(some, fit.mean, 1.0)
    wide = ((squares / mean).sum(axis=1) > freedom) & (freedom > 0)
    # One over the statistic grows ever slower with the spread, so that Newton's steps on it come from below and never pass the root.
    spread, sought, moves = np.zeros(len(squares)), np.where(wide, freedom, 1), wide.copy()
    for _ in range(_ROUNDS):
        varies = 1 + spread[:, None] * mean
        statistic = (squares / (mean * varies)).sum(axis=1)
        falls = (squares / varies**2).sum(axis=1)
        step = np.where(moves, statistic * (statistic / sought - 1) / np.where(wide, falls, 1.0), 0.0)
        spread = np.clip(spread + step, 0.0, _MOST_SPREAD)
        moves &= np.abs(step) > 1e-12 * spread
        if not moves.any():
            break
    # Estimated from few months it falls short as often as not, and then the limits are too narrow: widened as Student's t is.
    return np.where(wide, spread * freedom / np.maximum(freedom - 2, 1), 0.0)


def _uncertainty(histories: _Histories, fit: _Fit, spread: Floats) -> Floats:
    """Give the relative variance of the expected count: of the level of its month, and of the slope carried forward to it."""
    rate = (fit.level + 0.5) / np.where(fit.exposure > 0, fit.exposure, 1.0)
    mean = _at_risk(histories, fit.slope) * (rate @ _NAMED.T)
    weight = histories.used * mean / (1 + spread[:, None] * mean)
    total, first, second = (weight @ named for named in _POWERS)
    held = np.where(total > 0, total, 1.0)
    centre = first / held
    information = (second - held * centre**2).sum(axis=1) + 1 / _TREND_SD**2
    relative: Floats = 1 / total[:, 0] + centre[:, 0] ** 2 / information
    return relative
