"""The columns of harm in the rows of comparisons and series."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from trygghetskarta.analysis.harm import HarmFindings, find_harm
from trygghetskarta.domain.counts import Published, Status
from trygghetskarta.serialize.values import Rounded, Values, Words

Floats = npt.NDArray[np.float64]

_DECIMALS = 2
_SHARE_DECIMALS = 4


def comparison_columns(published: Published) -> dict[str, Values]:
    """Give the columns of harm of a comparison.

    Args:
        published: The answer; its first period is the span, its second, if any, the baseline.

    Returns:
        Each column with one value per area; none where no weights are in force.
    """
    found = find_harm(published)
    if found is None:
        return {}
    paired = len(published.periods) > 1
    before = found.harm[:, 1] if paired else np.full(len(published.areas), np.nan)
    difference = found.harm[:, 0] - before if published.comparable else np.full(len(published.areas), np.nan)
    percent = np.where(before > 0, 100 * difference / np.where(before > 0, before, 1), np.nan)
    return _columns(found, slice(0, 1)) | {
        "baselineHarm": Rounded(before, _DECIMALS),
        "harmDifference": Rounded(difference, _DECIMALS),
        "harmPercent": Rounded(percent, _DECIMALS),
        "baselineHarmPerEvent": Rounded(found.per_event[:, 1] if paired else before, _DECIMALS),
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
    return {name: values.listed() for name, values in _columns(found, slice(None)).items()}


def _columns(found: HarmFindings, periods: slice) -> dict[str, Values]:
    """Give the columns of some periods, by area and then by period."""
    return {
        "harm": Rounded(found.harm[:, periods].ravel(), _DECIMALS),
        "harmLow": Rounded(found.low[:, periods].ravel(), _DECIMALS),
        "harmHigh": Rounded(found.high[:, periods].ravel(), _DECIMALS),
        "harmPerEvent": Rounded(found.per_event[:, periods].ravel(), _DECIMALS),
        "weighed": Rounded(found.weighed[:, periods].ravel(), _SHARE_DECIMALS),
        "harmPoliceInitiated": Rounded(found.initiated[:, periods].ravel(), _DECIMALS),
        "harmStatus": Words(found.status[:, periods].ravel(), [status.value for status in Status]),
    }


def told(values: Floats, decimals: int = _DECIMALS) -> list[float | None]:
    """Give figures as rows hold them: rounded, no minus at zero, and None where there is none to tell, never NaN."""
    return [None if value != value else value for value in (np.round(values, decimals) + 0.0).tolist()]
