"""How much more counts vary than Poisson counts do, and what that does to their uncertainty."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

LIMIT = 1.5
"""Above so great a Pearson dispersion counts are no longer taken as Poisson."""
LEAST_YEARS = 3

_ROUNDS, _SETTLED = 100, 1e-12


class Variance(StrEnum):
    """How the variance of a count goes with what is expected."""

    POISSON = "poisson"
    QUASI_POISSON = "quasiPoisson"
    NEGATIVE_BINOMIAL = "negativeBinomial"


@dataclass(frozen=True, slots=True)
class Dispersion:
    """How much counts vary from year to year.

    Attributes:
        pearson: Pearson's X2 over its degrees of freedom: 1 where they vary as Poisson counts; NaN where too few years are known.
        freedom: The degrees of freedom.
        heterogeneity: The part of the variance that grows as the square of what is expected (1/theta of the negative binomial), >= 0.
        variance: Which of the three the uncertainty is worked out by.
    """

    pearson: float
    freedom: int
    heterogeneity: float
    variance: Variance

    def inflation(self, expected: Floats, confidence: float = 0.95) -> Floats:
        """Give how many times a Poisson variance each count has.

        Args:
            expected: What is expected of each, any shape, >= 0.
            confidence: The confidence level of the intervals it will widen.

        Returns:
            Same shape, >= 1; exactly 1 where the counts are taken as Poisson. Few degrees of freedom widen it further, as Student's t does.
        """
        from scipy.special import ndtri, stdtrit

        if self.variance is Variance.POISSON:
            return np.ones(expected.shape)
        end = (1 + confidence) / 2
        few = float(stdtrit(self.freedom, end) / ndtri(end)) ** 2
        own = self.pearson if self.variance is Variance.QUASI_POISSON else 1 + self.heterogeneity * expected
        return np.broadcast_to(np.maximum(own * few, 1.0), expected.shape).copy()


UNKNOWN = Dispersion(float("nan"), 0, 0.0, Variance.POISSON)
"""Where too few years are known to tell: counts are then taken as Poisson, and the answer says so."""


def between_years(counts: Ints, exposures: Floats) -> Dispersion:
    """How much the same months vary between years within areas.

    Every area is held against its own mean, so areas of different size count alike. A year that is high or low everywhere counts as variation, and so
    does a trend.

    Args:
        counts: Events, (areas, years), >= 0.
        exposures: Days of each year's months, (years,), > 0.

    Returns:
        The dispersion; `UNKNOWN` below three years or where no area has an event. Above `LIMIT` the variance is taken as proportional to the
        expected count (quasi-Poisson), or as growing with its square (negative binomial), whichever follows the areas' own variances better.

    Raises:
        ValueError: There are not as many exposures as years.

    Reference: McCullagh and Nelder (1989), ch. 6; the choice of variance as Ver Hoef and Boveng (2007), Ecology 88, by gamma deviance. Not for:
    one area with a few years (few degrees of freedom; the interval then widens by Student's t), or spans that overlap.
    """
    if counts.ndim != 2 or counts.shape[1] != len(exposures):
        raise ValueError(f"{counts.shape} does not go with {len(exposures)} years")
    years = counts.shape[1]
    met = counts[counts.sum(axis=1) > 0].astype(np.float64)
    if years < LEAST_YEARS or not len(met):
        return UNKNOWN
    expected = met.sum(axis=1, keepdims=True) * (exposures / exposures.sum())
    square = ((met - expected) ** 2 / expected).sum(axis=1)
    freedom = len(met) * (years - 1)
    pearson = float(square.sum() / freedom)
    mean = expected.mean(axis=1)
    heterogeneity = max(float((square - (years - 1)).sum() / ((years - 1) * mean.sum())), 0.0)
    if pearson <= LIMIT:
        return Dispersion(pearson, freedom, heterogeneity, Variance.POISSON)
    own = square / (years - 1)
    models = {Variance.QUASI_POISSON: np.full(len(met), pearson), Variance.NEGATIVE_BINOMIAL: 1 + heterogeneity * mean}
    fit = {variance: float((np.log(model) + own / model).sum()) for variance, model in models.items()}
    best = min(fit, key=lambda variance: fit[variance]) if len(met) > 1 else Variance.QUASI_POISSON
    return Dispersion(pearson, freedom, heterogeneity, best)


@dataclass(frozen=True, slots=True)
class CountRegression:
    """A regression of counts with a log link.

    Attributes:
        coefficients: One for each column of the design.
        fitted: Expected counts.
        pearson: Pearson's X2 over the degrees of freedom, by the variance that theta gives; NaN where there are none.
        theta: The size of the negative binomial; infinity for Poisson.
    """

    coefficients: Floats
    fitted: Floats
    pearson: float
    theta: float


def negative_binomial_regression(design: Floats, counts: Ints | Floats, exposures: Floats | None = None) -> CountRegression:
    """Negative binomial regression with a log link, its size estimated by maximum likelihood.

    Args:
        design: (observations, columns), of full column rank.
        counts: Events, (observations,), >= 0, not all 0.
        exposures: What each was counted over, (observations,), > 0; None for the same for all.

    Returns:
        The regression; theta is infinity where the counts vary no more than Poisson counts, and it is then Poisson regression
        (`stats.trend.poisson_fit`).

    Raises:
        ValueError: The shapes do not go together, or all counts are 0.

    Reference: Venables and Ripley (2002), MASS's glm.nb. Not for: few observations; theta then is a guess.
    """
    offset = _checked(design, counts, exposures)
    events = counts.astype(np.float64)
    coefficients, theta = _iterate(design, events, offset, np.inf), np.inf
    for _ in range(_ROUNDS):
        fitted = np.exp(design @ coefficients + offset)
        # Below a Poisson variance the likelihood only grows with theta.
        if ((events - fitted) ** 2 - events).sum() <= 0:
            return _regression(design, counts, offset, (_iterate(design, events, offset, np.inf), np.inf))
        last, theta = theta, _size(events, fitted)
        coefficients = _iterate(design, events, offset, theta)
        if abs(theta - last) <= 1e-10 * theta:
            break
    return _regression(design, counts, offset, (coefficients, theta))


def _checked(design: Floats, counts: Ints | Floats, exposures: Floats | None) -> Floats:
    if design.ndim != 2 or counts.shape != design.shape[:1] or (exposures is not None and exposures.shape != counts.shape):
        raise ValueError(f"{design.shape} and {counts.shape} do not go together")
    if not counts.any():
        raise ValueError("all counts are 0: there is no log of their mean")
    return np.zeros(len(counts)) if exposures is None else np.log(exposures)


def _iterate(design: Floats, counts: Floats, offset: Floats, theta: float) -> Floats:
    fitted = np.maximum(counts, counts.mean() / 4)
    coefficients = np.zeros(design.shape[1])
    for _ in range(_ROUNDS):
        linear = np.log(fitted)
        weights = np.sqrt(fitted / (1 + fitted / theta))
        found = np.linalg.lstsq(design * weights[:, None], (linear - offset + (counts - fitted) / fitted) * weights, rcond=None)[0]
        settled = np.abs(found - coefficients).max() <= _SETTLED * (1 + np.abs(found).max())
        coefficients, fitted = found, np.exp(np.clip(design @ found + offset, -30, 30))
        if settled:
            break
    return coefficients


def _size(counts: Floats, fitted: Floats) -> float:
    """Give the theta of greatest likelihood round fitted counts, by Newton's method on its logarithm from the moment estimate."""
    from scipy.special import digamma, polygamma

    theta = float(len(counts) / ((counts / fitted - 1) ** 2).sum())
    for _ in range(_ROUNDS):
        both = theta + fitted
        slope = (digamma(theta + counts) - digamma(theta) + np.log(theta) + 1 - np.log(both) - (theta + counts) / both).sum()
        bend = (polygamma(1, theta + counts) - polygamma(1, theta) + 1 / theta - 2 / both + (theta + counts) / both**2).sum()
        step = (
            float(np.clip(-slope * theta / (bend * theta**2 + slope * theta), -1, 1)) if bend * theta + slope < 0 else float(np.sign(slope))
        )
        theta *= float(np.exp(step))
        if abs(step) <= _SETTLED:
            break
    return theta


def _regression(design: Floats, counts: Ints | Floats, offset: Floats, found: tuple[Floats, float]) -> CountRegression:
    coefficients, theta = found
    fitted = np.exp(design @ coefficients + offset)
    freedom = design.shape[0] - design.shape[1]
    square = float(((counts - fitted) ** 2 / (fitted + fitted**2 / theta)).sum())
    return CountRegression(coefficients, fitted, square / freedom if freedom > 0 else float("nan"), theta)
