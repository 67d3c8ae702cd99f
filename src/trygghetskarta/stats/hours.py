"""When in the week: events whose time is known only to lie between two instants."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

HOURS = 168
"""Hours of a week; cell 0 is Monday 00–01."""

_AT_ONCE = 1_000_000
_BLOCK = 3


def aoristic(starts: Ints, ends: Ints, weights: Ints, hour_of_week: Callable[[Ints], Ints]) -> Floats:
    """Spread events over the hours of the week in which they may have happened.

    Args:
        starts: First minute in which each event may have happened, minutes since 1970 UTC, shape (events,).
        ends: Last instant at which it may have happened, in the same minutes, shape (events,). Not after the start: the end is not known.
        weights: How many events each stands for, shape (events,), >= 0.
        hour_of_week: Gives the local hour of the week, 0 to 167, of hours since 1970 UTC.

    Returns:
        Shape (168,): the expected number of events per hour of the week, Monday 00 first; it sums to the sum of `weights`. An event adds to each
        hour the share of its interval that lies in it; one without an end counts in the hour it starts in; one longer than a week, which
        says nothing of when, adds as much to every hour.

    Raises:
        ValueError: The shapes differ.

    Reference: Ratcliffe & McCullagh (1998), Aoristic crime analysis, Int. J. Geographical Information Science 12(7), 751-764. Not for: events
    known to the day only, whose midnight would be taken for a time.
    """
    if not starts.shape == ends.shape == weights.shape:
        raise ValueError(f"{starts.shape}, {ends.shape} and {weights.shape} differ")
    length = np.where(ends > starts, ends - starts, 0)
    week = length > HOURS * 60
    table = np.full(HOURS, weights[week].sum() / HOURS)
    for first in range(0, len(starts), _AT_ONCE // HOURS):
        part = slice(first, first + _AT_ONCE // HOURS)
        some = ~week[part]
        table += _spread(starts[part][some], length[part][some], weights[part][some], hour_of_week)
    return table


def _spread(starts: Ints, length: Ints, weights: Ints, hour_of_week: Callable[[Ints], Ints]) -> Floats:
    """Add up the shares of intervals of at most a week."""
    hours = (starts + np.maximum(length, 1) - 1) // 60 - starts // 60 + 1
    event = np.repeat(np.arange(len(starts)), hours)
    step = np.arange(len(event)) - np.repeat(np.cumsum(hours) - hours, hours)
    hour = starts[event] // 60 + step
    begin = np.maximum(hour * 60, starts[event])
    inside = np.minimum(hour * 60 + 60, (starts + length)[event]) - begin
    share = np.where(length[event] > 0, inside / np.maximum(length[event], 1), 1.0)
    return np.bincount(hour_of_week(hour), weights=share * weights[event], minlength=HOURS).astype(np.float64)


def densest(table: Floats) -> tuple[int, float, float]:
    """Find the three hours in a row that hold the most, and how likely so many are by chance.

    Args:
        table: Events per hour of the week, shape (168,), >= 0; the week goes round.

    Returns:
        The first hour of the three, how many events they hold, and the probability that some three hours of the week hold at least as many
        when events come evenly: the Poisson tail times the 168 places where they may begin, at most 1. With no event (0, 0, 1).

    Raises:
        ValueError: The table is not of a week.

    Reference: Bonferroni's bound on the maximum of 168 Poisson counts; the tail at a count that is not whole is the regularised gamma function.
    Not for: telling which of two hours is the denser.
    """
    from scipy.special import gammainc

    if table.shape != (HOURS,):
        raise ValueError(f"{table.shape} is not ({HOURS},)")
    sums = np.sum([np.roll(table, -step) for step in range(_BLOCK)], axis=0)
    first = int(np.argmax(np.round(sums, 9)))
    held, expected = float(sums[first]), float(table.sum()) * _BLOCK / HOURS
    return first, held, min(1.0, HOURS * float(gammainc(held, expected))) if held > 0 else 1.0
