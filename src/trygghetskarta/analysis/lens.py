"""Crimes against older people and fraud: rates, changes, and how much has no place."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trygghetskarta.analysis.verdicts import Judged, judge
from trygghetskarta.domain.counts import Counts, Figures
from trygghetskarta.domain.details import PublishedDetail
from trygghetskarta.domain.lens import LensCounts
from trygghetskarta.stats.change import change_p, rate_ratio
from trygghetskarta.stats.dispersion import Dispersion, between_years
from trygghetskarta.stats.rates import per_thousand_years

_KINDS = 2
"""The first two lines are sums of others, and tell nothing more of how much they vary."""


@dataclass(frozen=True, slots=True)
class Changes:
    """How counts of the span stand to those of the baseline, each by its person-years or days.

    Attributes:
        ratio: Times as high, (rows,); NaN where there is no baseline or nothing happened in either, infinity where the baseline has none.
        low: Lower end of the 95 % interval, likewise.
        high: Upper end, likewise.
        judged: The tests and verdicts.
        dispersion: How much the counts vary between years.
    """

    ratio: Figures
    low: Figures
    high: Figures
    judged: Judged
    dispersion: Dispersion


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


def lens_findings(published: PublishedDetail[LensCounts]) -> LensFindings:
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
        areas=_changes(counts, (counts.older, counts.person_years), counts.history),
        lines=_changes(counts, (totals, spent), counts.line_history[_KINDS:]),
    )


def _changes(counts: LensCounts, pairs: tuple[Counts, Figures], history: Counts) -> Changes:
    """Hold the span against the baseline; nothing is told where they cannot be compared."""
    number, exposures = pairs
    dispersion = between_years(history, counts.history_days)
    rows = len(number)
    table = np.full((4, rows), np.nan)
    if number.shape[1] == 2 and counts.comparable and not any(counts.missing):
        tested = (exposures > 0).all(axis=1) & (number.sum(axis=1) > 0)
        told, spent = number[tested], exposures[tested]
        inflation = dispersion.inflation(told.mean(axis=1))
        if tested.any():
            ratio = rate_ratio(told, spent, inflation)
            table[:, tested] = ratio.ratio, ratio.low, ratio.high, change_p(told, spent, inflation)
    return Changes(table[0], table[1], table[2], judge(table[3], table[0]), dispersion)
