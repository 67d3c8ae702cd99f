"""What the statistics say of a comparison: how high each area lies, whether it has changed, and how sure that is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from trygghetskarta.analysis.verdicts import Judged, Verdict, judge
from trygghetskarta.domain.counts import KNOWN_ENOUGH, Measure, Published, SourceCoverage
from trygghetskarta.domain.periods import Period, Span
from trygghetskarta.domain.recodings import recodings_between
from trygghetskarta.domain.surroundings import Surroundings
from trygghetskarta.stats.change import change_p, rate_ratio
from trygghetskarta.stats.dispersion import UNKNOWN, Dispersion, between_years
from trygghetskarta.stats.funnel import Funnel, funnel
from trygghetskarta.stats.ranking import rank_intervals
from trygghetskarta.stats.rates import poisson_interval
from trygghetskarta.stats.smoothing import Smoothed, smooth_globally, smooth_locally

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


class Against(StrEnum):
    """What the rate of an area is held against."""

    BASELINE = "baseline"
    REST_OF_CITY = "restOfCity"
    AREA = "area"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Rates:
    """Rates per exposure of the answer's areas, (areas,) each; NaN where there is none.

    Attributes:
        person_years: What the rates are per.
        rate: Events per person-year.
        low: Lower end of its 95 % interval.
        high: Upper end.
        smoothed: Drawn to the city's rate.
        smoothed_local: Drawn to the rate of the area and its neighbours.
        rank_low: Best rank that the area may have, 1 the highest rate; 0 for none.
        rank_high: Worst rank, likewise.
        ranked: How many areas of the level are ranked.
        smoothing: What the smoothing found of all areas.
    """

    person_years: Floats
    rate: Floats
    low: Floats
    high: Floats
    smoothed: Floats
    smoothed_local: Floats
    rank_low: Ints
    rank_high: Ints
    ranked: int
    smoothing: Smoothed


@dataclass(frozen=True, slots=True)
class Change:
    """Ratios of the answer's areas, (areas,) each; NaN where there is none.

    Attributes:
        against: What they are ratios to.
        by_people: Whether it is counted by person-years, rather than by days.
        ratio: How many times as high; infinity from none.
        low: Lower end of its 95 % interval.
        high: Upper end; infinity from none.
        judged: The p-values and verdicts.
        told: Whether a fall, and whether a rise, can be told, so late as months are registered.
        why: Why no area can be judged, Swedish and English; None where some can.
    """

    against: Against
    by_people: bool
    ratio: Floats
    low: Floats
    high: Floats
    judged: Judged
    told: tuple[bool, bool]
    why: tuple[str, str] | None


@dataclass(frozen=True, slots=True)
class Findings:
    """All that is found of a comparison.

    Attributes:
        rates: Rates, smoothed rates and ranks; None where no rate may be worked out.
        no_rate: Why not, Swedish and English.
        funnel: Where each of the answer's areas lies in the funnel of the level; None where there is no rate.
        change: Area by area.
        total: The areas of the answer taken together, against the baseline; None where that cannot be said.
        dispersion: How much the areas vary between years.
        total_dispersion: How much their sum does.
        years: How many earlier years that rests on.
    """

    rates: Rates | None
    no_rate: tuple[str, str] | None
    funnel: Funnel | None
    change: Change
    total: Change | None
    dispersion: Dispersion
    total_dispersion: Dispersion
    years: int


def find(published: Published) -> Findings | None:
    """Work out what the statistics say of a comparison.

    Args:
        published: The answer to a comparison, its span in the first column and its baseline, if any, in the second.

    Returns:
        The findings; None where the statistics were not asked for, or may not leave.
    """
    around = published.surroundings
    if around is None:
        return None
    dispersion = _dispersion(around, around.history)
    inflation = _noisier(around, dispersion.inflation(_usual(around, published.question.span.days)))
    exposures = _exposures(around)
    total_dispersion = _dispersion(around, around.history[around.shown].sum(axis=0, keepdims=True))
    return Findings(
        rates=_rates(around, exposures[:, 0], inflation) if exposures is not None else None,
        no_rate=around.no_rate,
        funnel=_shown(funnel(around.counts[:, 0], exposures[:, 0]), around.shown) if exposures is not None else None,
        change=_change(published, around, inflation),
        total=_total(published, around, total_dispersion),
        dispersion=dispersion,
        total_dispersion=total_dispersion,
        years=len(around.history_spans),
    )


def inflation_of(published: Published) -> Floats:
    """Tell how many times a Poisson variance each area's count has, by how much the level varies between years.

    Args:
        published: An answer of one period or two.

    Returns:
        Shape (areas,), >= 1; 1 throughout where too few years are known, the statistics were not asked for, or may not leave.
    """
    around = published.surroundings
    if around is None:
        return np.ones(len(published.areas))
    return _noisier(around, _dispersion(around, around.history).inflation(_usual(around, published.question.span.days)))[around.shown]


def _noisier(around: Surroundings, inflation: Floats) -> Floats:
    """Add to the variance of each area's count what protection adds to it."""
    noisier: Floats = inflation + around.noise / np.maximum(around.counts.max(axis=1), 1)
    return noisier


def _dispersion(around: Surroundings, history: Ints) -> Dispersion:
    if not around.history_spans:
        return UNKNOWN
    return between_years(history, np.array([float(span.days) for span in around.history_spans]))


def _usual(around: Surroundings, days: int) -> Floats:
    """Give what an area usually has in so many days of these months."""
    counted = sum(span.days for span in around.history_spans)
    return around.history.sum(axis=1) * (days / counted) if counted else np.zeros(len(around.counts))


def _exposures(around: Surroundings) -> Floats | None:
    """Give the person-years of every area and period; NaN where its count is not known or nobody lives."""
    if around.person_years is None:
        return None
    return np.where(around.known & (around.person_years > 0), around.person_years, np.nan)


def _rates(around: Surroundings, exposures: Floats, inflation: Floats) -> Rates:
    counts, shown = around.counts[:, 0], around.shown
    low, high = poisson_interval(counts[shown] / inflation[shown])
    smoothing = smooth_globally(counts, exposures)
    rank_low, rank_high = rank_intervals(counts / inflation, exposures / inflation)
    return Rates(
        person_years=exposures[shown],
        rate=counts[shown] / exposures[shown],
        low=low * inflation[shown] / exposures[shown],
        high=high * inflation[shown] / exposures[shown],
        smoothed=smoothing.rates[shown],
        smoothed_local=smooth_locally(counts, exposures, around.neighbours).rates[shown],
        rank_low=rank_low[shown],
        rank_high=rank_high[shown],
        ranked=int((exposures > 0).sum()),
        smoothing=smoothing,
    )


def _shown(whole: Funnel, shown: Ints) -> Funnel:
    return Funnel(whole.expected[shown], whole.limits[shown], whole.position[shown], whole.target, whole.dispersion, whole.adjusted)


def _change(published: Published, around: Surroundings, inflation: Floats) -> Change:
    """Hold every area of the answer against its baseline, or else against the one area asked for, or else against the rest of the city."""
    shown = around.shown
    if len(published.periods) > 1:
        counts, exposures, by_people = _by_baseline(published, around)
        against, told = Against.BASELINE, _told(published)
    elif around.against is not None:
        counts, exposures, by_people = *_by_area(around, around.against[0]), True
        inflation = np.maximum(inflation, inflation[around.against[0]])
        against, told = Against.AREA, (True, True)
    else:
        counts, exposures, by_people = *_by_rest(around), True
        against, told = Against.REST_OF_CITY, (True, True)
    why = _why_not(published, around)
    found = judge_change(counts[shown], exposures[shown], inflation[shown], told)
    return Change(Against.NOTHING if why else against, by_people, *found, told, why)


def judge_change(
    counts: Ints, exposures: Floats, inflation: Floats, told: tuple[bool, bool] = (True, True)
) -> tuple[Floats, Floats, Floats, Judged]:
    """Hold the two counts of many areas against each other.

    Args:
        counts: Events, (areas, 2), >= 0.
        exposures: What each was counted over, (areas, 2); NaN or 0 where that is not known.
        inflation: How many times a Poisson variance each has, (areas,), >= 1.
        told: Whether a fall, and whether a rise, can be told.

    Returns:
        Ratios, their lower and upper ends, and the verdicts; NaN and notApplicable where an exposure is not known or nothing happened in either.
    """
    tested = (exposures > 0).all(axis=1) & (counts.sum(axis=1) > 0)
    table = np.full((4, len(counts)), np.nan)
    if tested.any():
        ratio = rate_ratio(counts[tested], exposures[tested], inflation[tested])
        table[:, tested] = ratio.ratio, ratio.low, ratio.high, change_p(counts[tested], exposures[tested], inflation[tested])
    return table[0], table[1], table[2], judge(table[3], table[0], *told)


def _by_baseline(published: Published, around: Surroundings) -> tuple[Ints, Floats, bool]:
    """Give both periods' counts and what they are counted over: person-years for rates, days for counts."""
    days = np.where(around.known, around.days, np.nan)
    people = _exposures(around) if published.question.measure is Measure.RATE else None
    return around.counts, days if people is None else np.where(np.isnan(days), np.nan, people), people is not None


def _by_area(around: Surroundings, other: int) -> tuple[Ints, Floats]:
    """Give each area's count and that of one area, with their person-years; none for that area itself."""
    exposures = _exposures(around)
    own = np.full(len(around.counts), np.nan) if exposures is None else exposures[:, 0]
    pairs = np.stack([own, np.full_like(own, own[other])], axis=1)
    pairs[other] = np.nan
    return np.stack([around.counts[:, 0], np.full_like(around.counts[:, 0], around.counts[other, 0])], axis=1), pairs


def _by_rest(around: Surroundings) -> tuple[Ints, Floats]:
    """Give each area's count and that of all other areas with a rate, with their person-years."""
    exposures = _exposures(around)
    if exposures is None:
        return np.repeat(around.counts, 2, axis=1), np.full((len(around.counts), 2), np.nan)
    own = np.nan_to_num(exposures[:, 0])
    counts = np.where(own > 0, around.counts[:, 0], 0)
    return np.stack([counts, counts.sum() - counts], axis=1), np.stack([own, own.sum() - own], axis=1)


def _why_not(published: Published, around: Surroundings) -> tuple[str, str] | None:
    """Say why no area at all can be judged; None where some can."""
    if len(published.periods) > 1:
        if np.isnan(around.days).any():
            return (
                "Leveranserna täcker inte lika mycket av båda perioderna, så ingen förändring prövas.",
                "The deliveries do not cover as much of both periods, so no change is tested.",
            )
        return None
    if around.no_rate is not None:
        return around.no_rate
    if len(around.counts) < 2:
        return "Det finns inget annat område på nivån att jämföra med.", "There is no other area of the level to compare with."
    return None


def _told(published: Published) -> tuple[bool, bool]:
    """Tell whether a fall and a rise can be told: neither where what is counted changed between the periods."""
    if recodings_between(published.question, (period.span for period in published.periods)):
        return False, False
    return can_be_told(published.coverage, published.periods)


def can_be_told(coverage: Sequence[SourceCoverage], periods: Sequence[Period]) -> tuple[bool, bool]:
    """Tell whether a fall and a rise can be told, so late as some of the months are registered.

    What is still to come can only make a period's count higher: it can turn a fall into none, and by the baseline's months a rise.

    Args:
        coverage: What is known of the sources.
        periods: The span, then its baseline.

    Returns:
        Whether a fall can be told, and whether a rise can.
    """
    span, baseline = (_known_share(coverage, period.span) for period in periods)
    return span >= KNOWN_ENOUGH, baseline >= KNOWN_ENOUGH


def _known_share(coverage: Sequence[SourceCoverage], asked: Span) -> float:
    """Estimate how much of a period is known: of the least known source."""
    unknown = [
        sum(1 - known.share for known in one.incomplete if known.share is not None and asked.first <= known.month <= asked.last)
        for one in coverage
    ]
    return 1 - max(unknown, default=0.0) / asked.months


def _total(published: Published, around: Surroundings, dispersion: Dispersion) -> Change | None:
    """Hold the answer's areas together against their baseline; None where one of them is not known."""
    if len(published.periods) < 2 or not len(around.shown) or not around.known[around.shown].all():
        return None
    counts, exposures, by_people = _by_baseline(published, around)
    if np.isnan(exposures[around.shown]).any():
        exposures, by_people = np.broadcast_to(around.days, around.counts.shape), False
    counts = counts[around.shown].sum(axis=0, keepdims=True)
    spent = exposures[around.shown].sum(axis=0, keepdims=True) if by_people else around.days[None, :]
    usual = np.array([_usual(around, published.question.span.days)[around.shown].sum()])
    noisier = dispersion.inflation(usual) + around.noise * len(around.shown) / max(int(counts.max()), 1)
    found = judge_change(counts, spent, noisier, told := _told(published))
    return None if found[3].verdicts == (Verdict.NOT_APPLICABLE,) else Change(Against.BASELINE, by_people, *found, told, None)
