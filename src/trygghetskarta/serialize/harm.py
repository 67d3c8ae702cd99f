"""The columns of harm in the rows of comparisons and series."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from trygghetskarta.analysis.harm import HarmFindings, find_harm
from trygghetskarta.domain.counts import Published, Status

Floats = npt.NDArray[np.float64]

_DECIMALS = 2
_SHARE_DECIMALS = 4


def comparison_columns(published: Published) -> dict[str, list[Any]]:
    """Give the columns of harm of a comparison.

    Args:
        published: The answer; its first period is the span, its second, if any, the baseline.

    Returns:
        Each column with one value per area; none where no weights are in force.
    """
    found = find_harm(published)
    if found is None:
        return {}
    columns = _columns(found, 0)
    before = found.harm[:, 1] if len(published.periods) > 1 else np.full(len(published.areas), np.nan)
    difference = found.harm[:, 0] - before if published.comparable else np.full(len(published.areas), np.nan)
    return columns | {
        "baselineHarm": told(before),
        "harmDifference": told(difference),
        "harmPercent": told(np.where(before > 0, 100 * difference / np.where(before > 0, before, 1), np.nan)),
        "baselineHarmPerEvent": told(found.per_event[:, 1]) if len(published.periods) > 1 else [None] * len(published.areas),
    }


def series_columns(published: Published) -> dict[str, list[Any]]:
    """Give the columns of harm of a series.

    Args:
        published: The answer.

    Returns:
        Each column with one value per area and period, by area and then by period; none where no weights are in force.
    """
    found = find_harm(published)
    if found is None:
        return {}
    by_period = [_columns(found, period) for period in range(len(published.periods))]
    return {name: [columns[name][area] for area in range(len(published.areas)) for columns in by_period] for name in by_period[0]}


def _columns(found: HarmFindings, period: int) -> dict[str, list[Any]]:
    statuses = [status.value for status in Status]
    return {
        "harm": told(found.harm[:, period]),
        "harmLow": told(found.low[:, period]),
        "harmHigh": told(found.high[:, period]),
        "harmPerEvent": told(found.per_event[:, period]),
        "weighed": told(found.weighed[:, period], _SHARE_DECIMALS),
        "harmPoliceInitiated": told(found.initiated[:, period]),
        "harmStatus": [statuses[number] for number in found.status[:, period].tolist()],
    }


def told(values: Floats, decimals: int = _DECIMALS) -> list[float | None]:
    """Give figures as rows hold them: rounded, no minus at zero, and None where there is none to tell, never NaN."""
    return [None if value != value else value for value in (np.round(values, decimals) + 0.0).tolist()]
