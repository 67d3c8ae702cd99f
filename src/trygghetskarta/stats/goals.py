"""A goal's change from its baseline: how large it is, how sure, and how small a change could have been seen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trygghetskarta.stats.change import rate_ratio


@dataclass(frozen=True, slots=True)
class Change:
    """A follow-up as a share of what the baseline would have given over as long a time. NaN where there is none.

    Attributes:
        ratio: 0.8 is a fifth fewer.
        low: Lower end of its interval; 0 where nothing happened in the follow-up.
        high: Upper end; NaN where nothing happened in the baseline, which has no upper end.
    """

    ratio: float
    low: float
    high: float


def change_from_baseline(baseline: int, follow_up: int, times: float = 1.0) -> Change:
    """Give the change from a baseline to a follow-up with its exact 95 % interval.

    Args:
        baseline: Events in the baseline, >= 0.
        follow_up: Events in the follow-up, >= 0.
        times: Length of the follow-up as a multiple of the baseline's, > 0.

    Returns:
        The ratio. All NaN where neither had an event: none and none is no change and no proof of one. Ratio and upper end NaN where only the
        baseline had none.

    Raises:
        ValueError: A count is below 0, or `times` is not above 0.

    Reference: the exact conditional interval of two Poisson rates (Clopper & Pearson's interval of the follow-up's share of both; R: poisson.test).
    Not for: counts whose variance exceeds their mean, nor for saying why they changed.
    """
    if baseline < 0 or follow_up < 0 or times <= 0:
        raise ValueError(f"{baseline}, {follow_up}, {times}")
    found = rate_ratio(np.array([follow_up, baseline]), np.array([times, 1.0]))
    ratio, low, high = (float(value) for value in (found.ratio, found.low, found.high))
    return Change(ratio if baseline else np.nan, low, high if baseline else np.nan)


def smallest_change(baseline: int, times: float = 1.0, *, upward: bool = False, power: float = 0.8, confidence: float = 0.95) -> float:
    """Give the ratio nearest to 1 that a follow-up would have shown as a change.

    Args:
        baseline: Events in the baseline, >= 0.
        times: Length of the follow-up as a multiple of the baseline's, > 0.
        upward: True for an increase.
        power: The probability with which it is to be shown.
        confidence: 1 less the two-sided level of the test.

    Returns:
        0.7 says that a fall by 30 per cent would have been shown and no smaller one; upward 1.4 likewise. NaN where none would, in steps of a
        tenth of a thousandth down to it, and upward in as fine ones up to a hundredfold.

    Reference: the Wald test of the log ratio of two Poisson counts, with the follow-up's variance under the change sought. Not for: baselines of a
    few events, where it is rough.
    """
    from scipy.special import ndtri

    if baseline == 0:
        return np.nan
    reach = float(ndtri((1 + confidence) / 2) + ndtri(power))
    ratios = np.arange(10_001, 1_000_001) / 10_000 if upward else np.arange(9999, 0, -1) / 10_000
    seen = np.abs(np.log(ratios)) >= reach * np.sqrt(1 / baseline + 1 / (baseline * times * ratios))
    return float(ratios[int(seen.argmax())]) if seen.any() else np.nan
