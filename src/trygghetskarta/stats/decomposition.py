"""What moved a sum and a mean: each group's part of the change, adding up exactly."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from trygghetskarta.stats.harm import per_event

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Moved:
    """What each group did, (groups,) each.

    Attributes:
        by_count: Change in harm from more or fewer events, at the mean of its two harms per event. Days.
        by_severity: Change in harm from heavier or lighter events, at the mean of its two counts. Days.
        mix: Change in the whole's harm per event from the group's share of the events. Days per event.
        level: Change in the whole's harm per event from the group's own harm per event. Days per event.
        contribution: Mix and level together.
        per_event: The whole's harm per event, after and before; NaN where there are no events.
    """

    by_count: Floats
    by_severity: Floats
    mix: Floats
    level: Floats
    contribution: Floats
    per_event: tuple[float, float]


def decompose(events: tuple[Ints, Ints], harm: tuple[Floats, Floats]) -> Moved:
    """Part the change of harm, and of harm per event, among groups.

    Args:
        events: Events of each group, after and before, (groups,) each, >= 0. The groups do not overlap.
        harm: Their harm in days, after and before, (groups,) each, >= 0; 0 where there are no events.

    Returns:
        The parts. `by_count` and `by_severity` sum to the change in harm; `mix` and `level` to the change in harm per event, exactly but for
        rounding. A group without events on one side has no harm per event there: it is taken to be that of the other side, so that what it
        does is counted as its share alone. Where either side has no event at all, harm per event did not change from one number to another:
        `mix`, `level` and `contribution` are NaN.

    Raises:
        ValueError: The shapes differ.

    Reference: Kitagawa 1955, Journal of the American Statistical Association 50:1168-1194: components of a difference between two rates,
    without an interaction term. The mix is measured from the mean of the whole's two harms per event, so that a group lighter than the whole
    that grows lowers it. Not for: groups that overlap, or saying why anything changed.
    """
    (n_1, n_0), (h_1, h_0) = events, harm
    if not n_1.shape == n_0.shape == h_1.shape == h_0.shape:
        raise ValueError(f"{n_1.shape}, {n_0.shape}, {h_1.shape}, {h_0.shape}")
    mean_1, mean_0 = per_event(h_1, n_1), per_event(h_0, n_0)
    mean_1, mean_0 = np.where(n_1 > 0, mean_1, mean_0), np.where(n_0 > 0, mean_0, mean_1)
    mean_1, mean_0 = np.nan_to_num(mean_1, nan=0.0), np.nan_to_num(mean_0, nan=0.0)
    by_count, by_severity = (n_1 - n_0) * (mean_1 + mean_0) / 2, (n_1 + n_0) / 2 * (mean_1 - mean_0)
    total_1, total_0 = float(n_1.sum()), float(n_0.sum())
    if not total_1 or not total_0:
        nothing = np.full(n_1.shape, np.nan)
        whole = tuple(float(h.sum()) / total if total else float("nan") for h, total in ((h_1, total_1), (h_0, total_0)))
        return Moved(by_count, by_severity, nothing, nothing, nothing, (whole[0], whole[1]))
    share_1, share_0 = n_1 / total_1, n_0 / total_0
    whole_1, whole_0 = float(h_1.sum()) / total_1, float(h_0.sum()) / total_0
    mix = (share_1 - share_0) * ((mean_1 + mean_0) / 2 - (whole_1 + whole_0) / 2)
    level = (share_1 + share_0) / 2 * (mean_1 - mean_0)
    return Moved(by_count, by_severity, mix, level, mix + level, (whole_1, whole_0))
