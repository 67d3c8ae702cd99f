"""Whether events lie in the city as they did before, however many they are: the spatial point pattern test."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from trygghetskarta.stats.multiple import benjamini_hochberg

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

DRAWS = 1999
SEED = 20_090_101


@dataclass(frozen=True, slots=True)
class Similarity:
    """How alike two patterns are, area by area.

    Attributes:
        base: Shape (areas,): the area's share of the events before; NaN when there were none.
        test: Shape (areas,): its share of the events now; NaN when there are none.
        low: Shape (areas,): lower end of the 95 % interval of `test` by resampling.
        high: Shape (areas,): upper end.
        local: Shape (areas,): -1 where the interval lies below the share before, 1 where above, else 0.
        s: Share of the areas that are alike, 0 to 1; None when one of the patterns has no events.
        robust_s: The same among the areas that have an event in either.
    """

    base: Floats
    test: Floats
    low: Floats
    high: Floats
    local: Ints
    s: float | None
    robust_s: float | None


def similarity(base: Ints, test: Ints, *, without_replacement: float | None = None, draws: int = DRAWS, seed: int = SEED) -> Similarity:
    """Compare the shares of areas, with an interval of one of them by resampling its events.

    Args:
        base: Events before, shape (areas,), >= 0.
        test: Events now, shape (areas,), >= 0: the ones resampled.
        without_replacement: None to draw as many events as there are with replacement (a bootstrap). A share, as 0.85, draws that share of them
            without replacement, as Andresen first did; the interval is then too narrow.
        draws: How many times.
        seed: What the drawing begins from.

    Returns:
        Shares, intervals and the index S.

    Raises:
        ValueError: The shapes differ.

    Reference: Andresen 2009; R's sppt (without_replacement=0.85) and sppt_boot. Not for: telling whether there are more events than before.
    """
    if base.shape != test.shape:
        raise ValueError(f"{base.shape} != {test.shape}")
    nothing = np.full(base.shape, np.nan)
    base_share, test_share = _shares(base), _shares(test)
    if not len(base) or not base.sum() or not test.sum():
        return Similarity(base_share, test_share, nothing, nothing.copy(), np.zeros(base.shape, np.int64), None, None)
    random = np.random.default_rng(seed)
    total = int(test.sum())
    if without_replacement is None:
        drawn = random.multinomial(total, test_share, draws)
    else:
        drawn = random.multivariate_hypergeometric(test, max(round(without_replacement * total), 1), draws, method="marginals")
    shares = drawn / drawn.sum(axis=1, keepdims=True)
    low, high = np.quantile(shares, (0.025, 0.975), axis=0, method="inverted_cdf")
    local = np.where(base_share < low, 1, np.where(base_share > high, -1, 0)).astype(np.int64)
    either = (base + test) > 0
    return Similarity(base_share, test_share, low, high, local, float((local == 0).mean()), float((local[either] == 0).mean()))


def share_tests(base: Ints, test: Ints) -> tuple[Floats, Floats]:
    """Test area by area whether its share of all events is another than before.

    Args:
        base: Events before, shape (areas,), >= 0.
        test: Events now, shape (areas,), >= 0.

    Returns:
        Two-sided exact p of each area (Fisher), and p adjusted for the areas (Benjamini-Hochberg). NaN where neither has an event, and
        everywhere when one of the patterns has none.

    Raises:
        ValueError: The shapes differ.

    Reference: Wheeler, Steenbeek & Andresen 2018; R's fisher.test and sppt_diff. Not for: areas one at a time by the p that is not adjusted.
    """
    if base.shape != test.shape:
        raise ValueError(f"{base.shape} != {test.shape}")
    p = np.full(base.shape, np.nan)
    before, now = int(base.sum()), int(test.sum())
    if before and now:
        for area in np.flatnonzero(base + test).tolist():
            p[area] = _fisher(int(test[area]), int(base[area] + test[area]), now, before + now)
    return p, benjamini_hochberg(p)


def _fisher(seen: int, in_area: int, now: int, all_events: int) -> float:
    """Give the probability of all splits of an area's events no likelier than the one seen."""
    from scipy.special import gammaln

    least, most = max(0, in_area - (all_events - now)), min(in_area, now)
    k = np.arange(least, most + 1)
    logs = -(gammaln(k + 1) + gammaln(in_area - k + 1) + gammaln(now - k + 1) + gammaln(all_events - now - in_area + k + 1))
    weights = np.exp(logs - logs.max())
    # The slack of R's fisher.test: equally likely splits count, whatever the last digit says.
    return min(float(weights[weights <= weights[seen - least] * (1 + 1e-7)].sum() / weights.sum()), 1.0)


def _shares(counts: Ints) -> Floats:
    total = counts.sum()
    return counts / total if total else np.full(counts.shape, np.nan)
