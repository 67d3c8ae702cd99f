"""Crimes against older people and fraud: rates, changes, and how much has no place."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from trygghetskarta.analysis.comparison import can_be_told, judge_change
from trygghetskarta.analysis.verdicts import Judged
from trygghetskarta.domain.answers import PublishedAnswer
from trygghetskarta.domain.counts import Counts, Figures
from trygghetskarta.domain.lens import LensCounts
from trygghetskarta.stats.dispersion import between_years
from trygghetskarta.stats.rates import per_thousand_years

Bools = npt.NDArray[np.bool_]

_KINDS = 2
"""The lines before this are sums, the others kinds of fraud."""


@dataclass(frozen=True, slots=True)
class Changes:
    """How counts of the span stand to those of the baseline, each by its person-years or days.

    Attributes:
        ratio: Times as high, (rows,); NaN where there is no baseline or nothing happened in either, infinity where the baseline has none.
        low: Lower end of the 95 % interval, likewise.
        high: Upper end, likewise.
        judged: The tests and verdicts.
        pearson: How much the counts vary between years, (rows,): the Pearson dispersion that the uncertainty rests on; NaN where not known.
    """

    ratio: Figures
    low: Figures
    high: Figures
    judged: Judged
    pearson: Figures


@dataclass(frozen=True, slots=True)
class LensFindings:
    """What the lens shows.

    Attributes:
        counts: What was counted.
        rates: Crimes against older people per 1 000 residents of 65 and over and year where they happened, with the interval, (areas, 3); NaN
            where there is none.
        home_rates: The same where the victims live.
        areas: How the areas' counts changed.
        lines: How the city's lines changed.
    """

    counts: LensCounts
    rates: Figures
    home_rates: Figures
    areas: Changes
    lines: Changes


def lens_findings(published: PublishedAnswer[LensCounts]) -> LensFindings:
    """Work out what the lens shows.

    Args:
        published: What was counted.

    Returns:
        Rates and changes; NaN where there is none.
    """
    counts = published.content
    totals = counts.buckets.sum(axis=2)
    spent = np.broadcast_to(counts.days, totals.shape)
    return LensFindings(
        counts=counts,
        rates=per_thousand_years(counts.older[:, 0], counts.person_years[:, 0]),
        home_rates=per_thousand_years(counts.older_home[:, 0], counts.person_years[:, 0]),
        areas=_area_changes(published),
        lines=_line_changes(published, (totals, spent)),
    )


def _area_changes(published: PublishedAnswer[LensCounts]) -> Changes:
    counts = published.content
    dispersion = between_years(counts.history, counts.history_days)
    inflation = dispersion.inflation(_usual(counts, counts.history))
    broken = np.full(len(counts.areas), counts.recoded[0] is not None)
    return _changes(published, (counts.older, counts.person_years), broken, (inflation, np.full(len(counts.areas), dispersion.pearson)))


def _line_changes(published: PublishedAnswer[LensCounts], pairs: tuple[Counts, Figures]) -> Changes:
    """Hold the city's lines against the baseline: a sum varies as itself, a kind of fraud as the kinds do together."""
    counts = published.content
    history, days = counts.line_history, counts.history_days
    usual = _usual(counts, history)
    own = [between_years(history[row : row + 1], days) for row in range(_KINDS)]
    kinds = between_years(history[_KINDS:], days)
    inflation = [dispersion.inflation(usual[row : row + 1]) for row, dispersion in enumerate(own)] + [kinds.inflation(usual[_KINDS:])]
    pearson = [dispersion.pearson for dispersion in own] + [kinds.pearson] * (len(usual) - _KINDS)
    broken = np.array([change is not None for change in counts.recoded])
    return _changes(published, pairs, broken, (np.concatenate(inflation), np.array(pearson)))


def _usual(counts: LensCounts, history: Counts) -> Figures:
    """Give what is usual in so many days as the span has, by earlier years; 0 where there are none, and nothing to widen."""
    usual: Figures = history.sum(axis=1) * (counts.days[0] / counts.history_days.sum() if len(counts.history_days) else 0.0)
    return usual


def _changes(
    published: PublishedAnswer[LensCounts], pairs: tuple[Counts, Figures], broken: Bools, varying: tuple[Figures, Figures]
) -> Changes:
    """Hold the span against the baseline; nothing is told where they cannot be compared, or are not of the same thing."""
    counts, (number, exposures), (inflation, pearson) = published.content, pairs, varying
    told = (True, True)
    if number.shape[1] < 2 or not counts.comparable or any(counts.missing):
        number, exposures = np.zeros((len(number), 2), np.int64), np.full((len(number), 2), np.nan)
    else:
        told = can_be_told(published.coverage, counts.periods)
    return Changes(*judge_change(number, np.where(broken[:, None], np.nan, exposures), inflation, told), pearson)
