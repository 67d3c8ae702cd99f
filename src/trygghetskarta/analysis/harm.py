"""Harm of a released answer: how much, how certain, how much an event, and how much of it the police found themselves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from trygghetskarta.domain.counts import Published, Status
from trygghetskarta.stats.harm import difference_interval, effective_events, harm_interval, per_event, per_event_variance

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

METHOD = "harm-gamma"

_ENOUGH = 5.0
"""Fewest effective events, on either side, for a change to be tried: below that the normal interval is not to be trusted."""


@dataclass(frozen=True, slots=True)
class HarmFindings:
    """What is found of harm; NaN where there is none to tell.

    Attributes:
        harm: Shape (areas, periods), days.
        low: Lower end of its 95 % interval.
        high: Upper end.
        per_event: Days per event that has a weight.
        weighed: Share of the events that have a weight, 0 to 1; NaN where there are no events.
        initiated: How much of the harm is of crimes mostly found by the police's own controls, days.
        status: Shape (areas, periods): the number of a Status. NOT_APPLICABLE where there are events and none has a weight.
    """

    harm: Floats
    low: Floats
    high: Floats
    per_event: Floats
    weighed: Floats
    initiated: Floats
    status: npt.NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class HarmChange:
    """How harm changed from the baseline to the span, over all areas of an answer together.

    Attributes:
        count: Events, now and before.
        harm: Days, now and before.
        per_event: Days per event, now and before.
        harm_sure: True where the change of harm is larger than chance easily makes.
        per_event_sure: The same of harm per event.
    """

    count: tuple[int, int]
    harm: tuple[float, float]
    per_event: tuple[float, float]
    harm_sure: bool
    per_event_sure: bool


def find_harm(published: Published) -> HarmFindings | None:
    """Find the harm of every value of an answer.

    Args:
        published: The answer.

    Returns:
        The findings; None where no weights are in force.
    """
    if published.harm is None or published.harm_variance is None or published.weighed is None:
        return None
    weighed, counts = published.weighed, published.counts
    # Of protected counts no harm is told.
    hidden = (published.status == Status.VALUE.number) & np.isnan(published.harm)
    seen = (published.status == Status.VALUE.number) & ~hidden
    # A weightless answer has no harm, which is another thing than a harm of nothing.
    applies = seen & ((weighed.events > 0) | ((counts == 0) & (weighed.heaviest > 0)))
    harm, variance = (np.where(applies, values, 0.0) for values in (published.harm, published.harm_variance))
    low, high = harm_interval(harm, variance, np.full(harm.shape, weighed.heaviest))
    status = np.where(seen & ~applies, Status.NOT_APPLICABLE.number, published.status)
    status = np.where(hidden, Status.WITHHELD.number, status).astype(np.int8)

    def told(values: Floats) -> Floats:
        return np.where(applies, values, np.nan)

    share = np.where(counts > 0, weighed.events / np.where(counts > 0, counts, 1), np.nan)
    return HarmFindings(
        told(harm),
        told(low),
        told(high),
        told(per_event(harm, weighed.events)),
        np.where(seen, share, np.nan),
        told(weighed.initiated),
        status,
    )


def find_change(published: Published) -> HarmChange | None:
    """Find how harm changed, over all areas together.

    Args:
        published: The answer to a comparison with a baseline.

    Returns:
        The change; None where there is no baseline, a value is not to be seen, the periods cannot be compared, or either has no event with a weight.
    """
    if published.harm is None or published.harm_variance is None or published.weighed is None:
        return None
    if len(published.periods) != 2 or not published.comparable or (published.status != Status.VALUE.number).any():
        return None
    harm, variance = published.harm.sum(axis=0), published.harm_variance.sum(axis=0)
    counts, events = published.counts.sum(axis=0), published.weighed.events.sum(axis=0)
    if not events.all():
        return None
    mean, mean_variance = per_event(harm, events), per_event_variance(harm, variance, events)
    enough = bool((effective_events(harm, variance) >= _ENOUGH).all())
    return HarmChange(
        (int(counts[0]), int(counts[1])),
        (float(harm[0]), float(harm[1])),
        (float(mean[0]), float(mean[1])),
        enough and is_sure((harm[:1], variance[:1]), (harm[1:], variance[1:])),
        enough and is_sure((mean[:1], mean_variance[:1]), (mean[1:], mean_variance[1:])),
    )


def is_sure(now: tuple[Floats, Floats], before: tuple[Floats, Floats]) -> bool:
    """Tell whether the 95 % interval of a difference leaves out 0."""
    _, low, high = difference_interval(now, before)
    return bool(low[0] > 0 or high[0] < 0)
