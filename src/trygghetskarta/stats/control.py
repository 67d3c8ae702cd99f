"""Is a month unusual: each month against what its own history lets one expect, with negative binomial limits."""

from __future__ import annotations

from dataclasses import dataclass, replace

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
class _History:
    """The months before one month, of all areas.

    Attributes:
        counts: (areas, months), 0 where there is none.
        used: (areas, months): True where there is a count that may be trusted.
        days: Length of each month beside the month judged, (months,).
        years: Time to the month judged, (months,), < 0.
        named: (months, 12): 1 in the column of the month of the year.
    """

    counts: Floats
    used: Bools
    days: Floats
    years: Floats
    named: Floats

    def of(self, areas: Bools) -> _History:
        """Give the history of some areas."""
        return replace(self, counts=self.counts[areas], used=self.used[areas])


@dataclass(frozen=True, slots=True)
class _Fit:
    """Expected counts of a history, and what the expected count of the month judged rests on."""

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
    shape = (len(counts), len(judged))
    expected, spread, mean, variance = (np.full(shape, np.nan) for _ in range(4))
    years = np.zeros(shape, np.int64)
    for column, at in enumerate(judged.tolist()):
        history, name = _history(counts, known, numbers, at), int(numbers[at] % YEAR)
        years[:, column] = history.used[:, history.named[:, name] > 0].sum(axis=1)
        enough = (years[:, column] >= LEAST_SAME) & (history.used.sum(axis=1) >= LEAST_SAME * YEAR)
        if enough.any():
            told = _judge(history.of(enough), name)
            for values, of_column in zip((expected, spread, mean, variance), told, strict=True):
                values[enough, column] = of_column
    return Chart(expected, *_limits(mean, variance, counts[:, judged], false_alarms), spread, years)


def _history(counts: Floats, known: Bools, numbers: Ints, at: int) -> _History:
    past = slice(max(at - HISTORY, 0), at)
    length = (numbers + 1).astype("datetime64[M]").astype("datetime64[D]") - numbers.astype("datetime64[M]").astype("datetime64[D]")
    days = length.astype(np.float64)
    used = known[:, past]
    return _History(
        counts=np.where(used, np.nan_to_num(counts[:, past]), 0.0),
        used=used,
        days=days[past] / days[at],
        years=(numbers[past] - numbers[at]) / YEAR,
        named=np.eye(YEAR)[numbers[past] % YEAR],
    )


def _judge(history: _History, name: int) -> tuple[Floats, Floats, Floats, Floats]:
    """Give what is expected of a month of a name, (areas,) each: the count, the spread, and mean and variance of what its limits are those of."""
    fit = _fit(history)
    spread = _spread(history, fit)
    level, exposure = fit.level[:, name], fit.exposure[:, name]
    mean = (level + 0.5) / exposure
    variance = mean + spread * mean**2 + mean**2 * _uncertainty(history, fit, spread, name)
    return level / exposure, spread, mean, variance


def _limits(mean: Floats, variance: Floats, counts: Floats, false_alarms: float) -> tuple[Floats, Floats, Floats, Floats]:
    """Give the smallest and the largest count within the limits, and the chances of so few and so many, each of the shape of all."""
    if np.isnan(mean).all():
        none = np.full(mean.shape, np.nan)
        return none, none, none, none
    from scipy.special import betainc
    from scipy.stats import nbinom

    size = mean**2 / (variance - mean)
    chance = size / (size + mean)
    low, high = (np.asarray(nbinom.ppf(share, size, chance)) for share in (false_alarms / 2, 1 - false_alarms / 2))
    told = ~np.isnan(counts) & ~np.isnan(mean)
    events = np.where(told, counts, 0.0)
    p_low = np.where(told, betainc(size, events + 1, chance), np.nan)
    p_high = np.where(told & (events > 0), betainc(np.maximum(events, 1), size, 1 - chance), np.where(told, 1.0, np.nan))
    return low, high, p_low, p_high


def _fit(history: _History) -> _Fit:
    """Fit the level of each month of the year and the slope, by Newton's method on the slope alone: the levels follow from it."""
    slope = np.zeros(len(history.counts))
    level = history.counts @ history.named
    moment = (history.counts * history.years).sum(axis=1)
    for _ in range(_ROUNDS):
        at_risk = history.used * history.days * np.exp(slope[:, None] * history.years)
        exposure, first, second = (at_risk * history.years**power @ history.named for power in (0, 1, 2))
        held = np.where(exposure > 0, exposure, 1.0)
        centre = first / held
        score = moment - (level * centre).sum(axis=1) - slope / _TREND_SD**2
        information = (level * (second / held - centre**2)).sum(axis=1) + 1 / _TREND_SD**2
        step = np.clip(score / information, -1.0, 1.0)
        slope = np.clip(slope + step, -3.0, 3.0)
        if (np.abs(step) < 1e-9).all():
            break
    at_risk = history.used * history.days * np.exp(slope[:, None] * history.years)
    exposure = at_risk @ history.named
    rate = level / np.where(exposure > 0, exposure, 1.0)
    return _Fit(at_risk * (rate @ history.named.T), slope, level, exposure)


def _spread(history: _History, fit: _Fit) -> Floats:
    """Solve Pearson's statistic = degrees of freedom for the spread; 0 where it is no larger at 0."""
    some = history.used & (fit.mean > 0)
    freedom = some.sum(axis=1) - ((fit.level > 0).sum(axis=1) + 1)
    squares = np.where(some, (history.counts - fit.mean) ** 2, 0.0)
    mean = np.where(some, fit.mean, 1.0)
    wide = ((squares / mean).sum(axis=1) > freedom) & (freedom > 0)
    # One over the statistic grows ever slower with the spread, so that Newton's steps on it come from below and never pass the root.
    spread, sought = np.zeros(len(squares)), np.where(wide, freedom, 1)
    for _ in range(_ROUNDS):
        varies = 1 + spread[:, None] * mean
        statistic = (squares / (mean * varies)).sum(axis=1)
        falls = (squares / varies**2).sum(axis=1)
        step = np.where(wide, statistic * (statistic / sought - 1) / np.where(wide, falls, 1.0), 0.0)
        spread = np.clip(spread + step, 0.0, _MOST_SPREAD)
        if (np.abs(step) <= 1e-12 * spread).all():
            break
    # Estimated from few months it falls short as often as not, and then the limits are too narrow: widened as Student's t is.
    return np.where(wide, spread * freedom / np.maximum(freedom - 2, 1), 0.0)


def _uncertainty(history: _History, fit: _Fit, spread: Floats, name: int) -> Floats:
    """Give the relative variance of the expected count: of the level of its month, and of the slope carried forward to it."""
    at_risk = history.used * history.days * np.exp(fit.slope[:, None] * history.years)
    rate = (fit.level + 0.5) / np.where(fit.exposure > 0, fit.exposure, 1.0)
    mean = at_risk * (rate @ history.named.T)
    weight = history.used * mean / (1 + spread[:, None] * mean)
    total, first, second = (weight * history.years**power @ history.named for power in (0, 1, 2))
    held = np.where(total > 0, total, 1.0)
    centre = first / held
    information = (second - held * centre**2).sum(axis=1) + 1 / _TREND_SD**2
    relative: Floats = 1 / total[:, name] + centre[:, name] ** 2 / information
    return relative
