"""Did a measure work: the change where it was, set against the change where it was not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

_MONTHS_FOR_SPREAD = 12
_MEAN_FOR_SPREAD = 1.0
_SPREAD_THAT_COUNTS = 1.5


@dataclass(frozen=True, slots=True)
class Difference:
    """A difference in differences with how sure it is. All are NaN where nothing happened at all.

    Attributes:
        estimate: Events more (fewer when negative) than the comparison leads one to expect, in the unit of the exposure.
        error: Its standard error.
        low: Lower end of its interval.
        high: Upper end.
        z: The estimate in standard errors.
        p: Two-sided p-value.
    """

    estimate: float
    error: float
    low: float
    high: float
    z: float
    p: float


@dataclass(frozen=True, slots=True)
class Displaced:
    """A weighted displacement difference and its two parts.

    Attributes:
        local: The target against its control.
        displacement: The surroundings against theirs; None where no surroundings are given.
        total: Both together; the same as `local` where no surroundings are given.
    """

    local: Difference
    displacement: Difference | None
    total: Difference


@dataclass(frozen=True, slots=True)
class Ratio:
    """A ratio of ratios with its interval. All are NaN where there is none.

    Attributes:
        estimate: The target's change as a share of the control's: 0.5 is half as many as expected.
        low: Lower end of its interval.
        high: Upper end.
        p: Two-sided p-value.
        adjusted: True where a count was 0, and a half was added to each.
    """

    estimate: float
    low: float
    high: float
    p: float
    adjusted: bool


@dataclass(frozen=True, slots=True)
class Quotients:
    """The family of the weighted displacement quotient; NaN where a denominator is 0.

    Attributes:
        gross: Gross effect, GE: events fewer in the target.
        net: Net effect, NE: the target as a share of the control before, less the same after.
        success: The success measure, the denominator of WDQ: negative where the target did better than the control.
        buffer: The buffer displacement measure, its numerator.
        quotient: WDQ: above 0 a diffusion of benefit, below 0 a displacement. Says nothing where `success` is not negative.
        total: Total net effect, TNE: events fewer in target and surroundings than the control leads one to expect.
    """

    gross: float
    net: float
    success: float
    buffer: float
    quotient: float
    total: float


def wdd(
    counts: Floats, exposure: Floats | None = None, variance: Floats | None = None, dispersion: float = 1.0, confidence: float = 0.95
) -> Displaced:
    """Weighted displacement difference: the change in the target less that in its control, and the same for the surroundings.

    Args:
        counts: Events, shape (2, 2) or (4, 2), >= 0: rows target, control, and if given displacement and its control; columns before and after.
            A displacement area without a control of its own has a row of zeros: it is then held against no change at all.
        exposure: What each count is divided by, same shape, > 0: months, area, inhabitants, or their product; the estimate is per unit of it.
        variance: Variance of each count, same shape; None for the count itself, as of a Poisson variable.
        dispersion: How many times larger than that the variance is, >= 1.
        confidence: The confidence level, between 0 and 1.

    Returns:
        The difference, its parts and their intervals. NaN where every count of a part is 0: no events say nothing of an effect.

    Raises:
        ValueError: The shapes differ or are others than these, or an exposure is not above 0.

    Reference: Wheeler & Ratcliffe (2018), A simple weighted displacement difference test to evaluate place based crime interventions, Crime Science
    7:11; with weights for time and area as in the R package ptools. Not for: a control that does not follow the target when nothing is done, or
    counts so small (fewer than about 5 in a cell) that the normal distribution does not describe them.
    """
    exposure = np.ones_like(counts) if exposure is None else exposure
    variance = counts if variance is None else variance
    if counts.shape not in ((2, 2), (4, 2)) or exposure.shape != counts.shape or variance.shape != counts.shape:
        raise ValueError(f"{counts.shape}, {exposure.shape}, {variance.shape}")
    if not (exposure > 0).all():
        raise ValueError("an exposure is above 0")
    change = np.diff(counts / exposure, axis=1)[:, 0]
    spread = dispersion * (variance / exposure**2).sum(axis=1)
    estimates = change[0::2] - change[1::2]
    spreads = spread[0::2] + spread[1::2]
    parts = [_difference(float(estimate), float(part), confidence) for estimate, part in zip(estimates, spreads, strict=True)]
    total = _difference(float(estimates.sum()), float(spreads.sum()), confidence)
    return Displaced(parts[0], parts[1] if len(parts) > 1 else None, total)


def harm_wdd(
    counts: Floats, weights: Floats, exposure: Floats | None = None, dispersion: float = 1.0, confidence: float = 0.95
) -> Displaced:
    """Weighted displacement difference of harm: every event weighs as its kind does.

    Args:
        counts: Events by kind, shape (kinds, 2 or 4, 2), >= 0; rows and columns as in `wdd`.
        weights: What one event of each kind weighs, (kinds,), >= 0.
        exposure: As in `wdd`.
        dispersion: As in `wdd`.
        confidence: As in `wdd`.

    Returns:
        The difference in weight. The variance of n events of weight w is n w², so a few heavy ones say less than many light ones.

    Raises:
        ValueError: As in `wdd`.

    Reference: Wheeler (2020), Amending the WDD test to incorporate harm weights; `wdd_harm` of the R package ptools. Not for: weights chosen
    after the outcome is known.
    """
    return wdd(np.einsum("kac,k->ac", counts, weights), exposure, np.einsum("kac,k->ac", counts, weights**2), dispersion, confidence)


def ratio_of_ratios(counts: Floats, exposure: Floats | None = None, dispersion: float = 1.0, confidence: float = 0.95) -> Ratio:
    """Difference in differences on the logarithm: the target's change divided by the control's.

    Args:
        counts: Events, shape (2, 2), >= 0: rows target and control; columns before and after.
        exposure: What each count is divided by, same shape, > 0; None for 1.
        dispersion: How many times larger than a Poisson count's the variance is, >= 1.
        confidence: The confidence level, between 0 and 1.

    Returns:
        The ratio. A count of 0 has no logarithm: a half is then added to all four, and `adjusted` says so. NaN where the target or the control
        has no event either before or after: then there is no change to compare.

    Raises:
        ValueError: The shapes differ or are others than this, or an exposure is not above 0.

    Reference: the coefficient of target x after in a Poisson regression, which is saturated, so the estimate and its standard error
    (the root of the sum of 1/n) are exact; the same is the relative effect size of Farrington & Welsh turned upside down, and
    Wilson's relative incident rate ratio (2022). Not for: a control whose months do not move with the target's.
    """
    from scipy.special import ndtr, ndtri

    exposure = np.ones_like(counts) if exposure is None else exposure
    if counts.shape != (2, 2) or exposure.shape != counts.shape:
        raise ValueError(f"{counts.shape}, {exposure.shape}")
    if not (exposure > 0).all():
        raise ValueError("an exposure is above 0")
    if not counts.any(axis=1).all():
        return Ratio(np.nan, np.nan, np.nan, np.nan, adjusted=False)
    logarithm, error = (float(found) for found in log_ratios(counts, exposure, dispersion))
    reach = float(ndtri((1 + confidence) / 2)) * error
    p = float(2 * ndtr(-abs(logarithm / error)))
    estimate, low, high = (float(np.exp(value)) for value in (logarithm, logarithm - reach, logarithm + reach))
    return Ratio(estimate, low, high, p, bool((counts == 0).any()))


def log_ratios(counts: Floats, exposure: Floats, dispersion: float) -> tuple[Floats, Floats]:
    """Give the logarithms of many ratios of ratios and their standard errors; see `ratio_of_ratios`.

    Args:
        counts: Events, shape (..., 2, 2), >= 0. Each has some in either row.
        exposure: What each count is divided by, (2, 2), > 0.
        dispersion: How many times larger than a Poisson count's the variance is, >= 1.

    Returns:
        Logarithms and errors, (...) each.
    """
    events = np.where((counts == 0).any(axis=(-2, -1), keepdims=True), counts + 0.5, counts)
    rates = np.log(events / exposure)
    logarithm = rates[..., 0, 1] - rates[..., 0, 0] - rates[..., 1, 1] + rates[..., 1, 0]
    return logarithm, np.sqrt(dispersion * (1 / events).reshape(*counts.shape[:-2], 4).sum(axis=-1))


def quotients(target: Floats, control: Floats, displacement: Floats) -> Quotients:
    """Give the gross effect, net effect, weighted displacement quotient and total net effect.

    Args:
        target: Events before and after, (2,), >= 0.
        control: Likewise.
        displacement: Likewise.

    Returns:
        All of them; NaN where the control has no events before or after, and the quotient also where the success measure is 0.

    Raises:
        ValueError: One of them is not two numbers.

    Reference: Bowers & Johnson (2003), J. Quant. Criminology 19:275; Guerette (2009), Analyzing crime displacement and diffusion, POP Guide 10,
    Appendix B. Not for: telling chance from effect (no interval is known; `wdd` has one), nor a quotient where the target did no better
    than the control.
    """
    if {target.shape, control.shape, displacement.shape} != {(2,)}:
        raise ValueError(f"{target.shape}, {control.shape}, {displacement.shape}")
    (before, after), (before_c, after_c), (before_d, after_d) = (
        (float(pair[0]), float(pair[1])) for pair in (target, control, displacement)
    )
    success = _over(after, after_c) - _over(before, before_c)
    buffer = _over(after_d, after_c) - _over(before_d, before_c)
    grown = _over(after_c, before_c)
    return Quotients(
        gross=before - after,
        net=-success + 0.0,
        success=success,
        buffer=buffer,
        quotient=_over(buffer, success),
        total=before * grown - after + before_d * grown - after_d,
    )


def spread_before(months: Floats) -> float:
    """How many times more the target and the control part from each other month by month than chance alone would have them.

    Args:
        months: Events in each month before the measure, shape (2, months), >= 0: rows target and control.

    Returns:
        Pearson's chi-squared of the months against a share that is the same in all, divided by its degrees of freedom. NaN with fewer than
        12 months that have events, or fewer than one event a month in the target or the control: too few to tell.

    Reference: McCullagh & Nelder (1989), Generalized linear models, 4.5 and 6.2; the estimate of quasi-Poisson. Not for: months after the measure.
    """
    some = months[:, months.sum(axis=0) > 0]
    if some.shape[1] < _MONTHS_FOR_SPREAD or (some.mean(axis=1) < _MEAN_FOR_SPREAD).any():
        return np.nan
    expected = some.sum(axis=1, keepdims=True) * some.sum(axis=0, keepdims=True) / some.sum()
    return float(((some - expected) ** 2 / expected).sum() / (some.shape[1] - 1))


def dispersion_of(spread: float) -> float:
    """Give the factor the variance is multiplied by: the spread where it is above 1.5, otherwise 1, also where it is not known."""
    return spread if spread > _SPREAD_THAT_COUNTS else 1.0


def trend_before(months: Floats, dispersion: float = 1.0) -> tuple[float, float]:
    """Test whether the target drew away from the control already before the measure.

    Args:
        months: Events in each month before the measure, shape (2, months), >= 0: rows target and control.
        dispersion: How many times larger than a Poisson count's the variance is, >= 1.

    Returns:
        z, negative where the target fell against the control, and its two-sided p. NaN with fewer than three months that have events, or
        where the target or the control has none at all.

    Reference: Cochran (1954) and Armitage (1955), the test for a linear trend in proportions (R: prop.trend.test, the root of its chi-squared).
    Not for: showing that they followed each other; a short series seldom shows that they did not.
    """
    from scipy.special import ndtr

    total = months.sum(axis=0)
    if (total > 0).sum() < 3 or not months.any(axis=1).all():
        return np.nan, np.nan
    share = months[0].sum() / total.sum()
    number = np.arange(months.shape[1], dtype=np.float64)
    centred = number - (total * number).sum() / total.sum()
    z = float((months[0] * centred).sum() / np.sqrt(dispersion * share * (1 - share) * (total * centred**2).sum()))
    return z, float(2 * ndtr(-abs(z)))


def smallest_difference(
    counts: Floats, exposure: Floats | None = None, dispersion: float = 1.0, power: float = 0.8, confidence: float = 0.95
) -> float:
    """Give the smallest reduction that the difference of target and control would have shown.

    Args:
        counts: Events, shape (2, 2), >= 0: rows target and control; columns before and after. The target's count after is not used: what
            it would have been without a measure follows from the others.
        exposure: What each count is divided by, same shape, > 0; None for 1.
        dispersion: How many times larger than a Poisson count's the variance is, >= 1.
        power: The probability with which it is to be shown.
        confidence: 1 less the two-sided level of the test.

    Returns:
        Events fewer, per unit of exposure, above 0. It may be more than there are: then not even an end to all of them would have been
        shown. NaN where there are no events.

    Reference: the test of Wheeler & Ratcliffe (2018) with its variance under the reduction sought, solved for the reduction. Not for: explaining
    away a result; it says what the design could tell.
    """
    exposure = np.ones_like(counts) if exposure is None else exposure
    rates = counts / exposure
    expected = max(float(rates[0, 0] + rates[1, 1] - rates[1, 0]), 0.0)
    spread = dispersion * float(rates[0, 0] / exposure[0, 0] + expected / exposure[0, 1] + (rates[1] / exposure[1]).sum())
    reach = _reach(power, confidence)
    if spread == 0:
        return np.nan
    # d = reach * sqrt(spread - d * lost): each event that does not happen takes its variance with it.
    lost = dispersion / float(exposure[0, 1])
    found = (-(reach**2) * lost + np.sqrt((reach**2 * lost) ** 2 + 4 * reach**2 * spread)) / 2
    # Of more than all there is nothing left to take: the variance is then that of the others.
    return float(found if found <= expected else reach * np.sqrt(spread - lost * expected))


def smallest_ratio(
    counts: Floats, exposure: Floats | None = None, dispersion: float = 1.0, power: float = 0.8, confidence: float = 0.95
) -> float:
    """Give the ratio nearest to 1, below it, that the ratio of ratios would have shown.

    Args:
        counts: As in `smallest_difference`.
        exposure: As there.
        dispersion: As there.
        power: As there.
        confidence: As there.

    Returns:
        Between 0 and 1: 0.7 says that a reduction by 30 per cent would have been shown and no smaller one. NaN where no reduction would.

    Reference: the Wald test of the log ratio with its variance under the reduction sought. Not for: counts of a few events, where the
    logarithm's normal distribution is rough.
    """
    exposure = np.ones_like(counts) if exposure is None else exposure
    rates = counts / exposure
    if not (counts[[0, 1, 1], [0, 0, 1]] > 0).all():
        return np.nan
    expected = float(rates[0, 0] * rates[1, 1] / rates[1, 0] * exposure[0, 1])
    rest = float((1 / counts[[0, 1, 1], [0, 0, 1]]).sum())
    reach = _reach(power, confidence)
    ratios = np.arange(9999, 0, -1) / 10_000
    seen = -np.log(ratios) >= reach * np.sqrt(dispersion * (rest + 1 / (expected * ratios)))
    return float(ratios[int(seen.argmax())]) if seen.any() else np.nan


def _reach(power: float, confidence: float) -> float:
    from scipy.special import ndtri

    return float(ndtri((1 + confidence) / 2) + ndtri(power))


def _difference(estimate: float, variance: float, confidence: float) -> Difference:
    from scipy.special import ndtr, ndtri

    if variance == 0:
        return Difference(np.nan, np.nan, np.nan, np.nan, np.nan, np.nan)
    error = float(np.sqrt(variance))
    reach = float(ndtri((1 + confidence) / 2)) * error
    z = estimate / error
    return Difference(estimate, error, estimate - reach, estimate + reach, z, float(2 * ndtr(-abs(z))))


def _over(part: float, whole: float) -> float:
    return part / whole if whole != 0 and not np.isnan(whole) else np.nan
