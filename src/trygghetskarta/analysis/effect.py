"""Did a measure work, and were its goals reached: findings from the counts that were released."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from trygghetskarta.domain.answers import PublishedAnswer
from trygghetskarta.domain.measures import Direction, EffectCounts, EffectVerdict, GoalCounts, GoalUnit, GoalVerdict, Role, Weighting
from trygghetskarta.stats.effect import (
    Difference,
    Displaced,
    Quotients,
    Ratio,
    dispersion_of,
    log_ratios,
    quotients,
    ratio_of_ratios,
    smallest_difference,
    smallest_ratio,
    spread_before,
    trend_before,
    wdd,
)
from trygghetskarta.stats.goals import Change, change_from_baseline, smallest_change
from trygghetskarta.stats.placebo import Placebo, drawn, placebo

Floats = npt.NDArray[np.float64]

_FEWEST = 5.0
"""Events a cell, on average, below which the normal distribution is too rough to rest a verdict on."""
_BLUNT = 0.5
"""A design that could not have shown a halving is too small to tell."""
_ALIKE = (0.5, 2.0)
"""A control this many times the target's size is compared event by event; any other is weighted."""
_FEWEST_OTHERS = 9


@dataclass(frozen=True, slots=True)
class Effect:
    """What the counts say of a measure.

    Attributes:
        counts: They.
        expected: Events in the target after, had it followed its control; NaN without one.
        weighting: What the control is divided by.
        weight: That number; 1 for `none`.
        spread: As `stats.effect.spread_before` gives it; NaN where it is not known.
        dispersion: What the variances are multiplied by.
        trend: z and p of a drawing apart before the start; NaN where not known.
        count: The difference in events; None without a control.
        harm: The difference in weight; None without a control or weights.
        ratio: The ratio of ratios; None without a control.
        family: The quotients; None without a control and a displacement area.
        smallest: The smallest reduction that would have been shown, in events; NaN where there is none.
        smallest_ratio: The same as a ratio; NaN likewise.
        placebo: Where the true effect stands among the others; None where there are too few comparable areas.
        verdicts: By part: local, displacement, total, ratio, harmLocal, harmDisplacement, harmTotal.
    """

    counts: EffectCounts
    expected: float
    weighting: Weighting
    weight: float
    spread: float
    dispersion: float
    trend: tuple[float, float]
    count: Displaced | None
    harm: Displaced | None
    ratio: Ratio | None
    family: Quotients | None
    smallest: float
    smallest_ratio: float
    placebo: Placebo | None
    verdicts: Mapping[str, EffectVerdict]

    @property
    def verdict(self) -> EffectVerdict:
        """What is said of the target."""
        return self.verdicts.get("local", EffectVerdict.NOT_APPLICABLE)

    @property
    def smallest_share(self) -> float:
        """The smallest reduction that would have been shown, as a share of what was expected; NaN where not even an end to all would have been."""
        share = self.smallest / self.expected if self.expected > 0 else np.nan
        return share if share <= 1 else np.nan


@dataclass(frozen=True, slots=True)
class GoalFinding:
    """What became of a goal.

    Attributes:
        counts: What it is judged by.
        change: From the baseline to the follow-up.
        expected: Events the baseline would have given over as long as the follow-up.
        smallest: The ratio nearest to 1 that would have been shown; NaN where none would.
        verdict: What became of it.
    """

    counts: GoalCounts
    change: Change
    expected: float
    smallest: float
    verdict: GoalVerdict


@dataclass(frozen=True, slots=True)
class _Design:
    """What every difference of one effect is worked out by.

    Attributes:
        exposure: Shape (2 or 4, 2).
        inflation: What the variance of each count is multiplied by, same shape.
        dispersion: What all are multiplied by besides.
    """

    exposure: Floats
    inflation: Floats
    dispersion: float

    def difference(self, counts: Floats, variance: Floats) -> Displaced:
        return wdd(counts, self.exposure, variance * self.inflation, self.dispersion)


def effect(answer: PublishedAnswer[EffectCounts]) -> Effect:
    """Work out the effect of a measure.

    Args:
        answer: The counts that were released.

    Returns:
        All that is found. Without a control nothing but the change itself is.
    """
    held = answer.content
    if Role.CONTROL not in held.roles:
        return _without_control(held)
    spread = spread_before(held.months.astype(np.float64))
    dispersion = dispersion_of(spread)
    rows = _rows(held)
    counts = _table(held.counts.astype(np.float64), rows)
    weighting = _weighting(held, counts)
    design = _design(held, counts, rows, weighting, dispersion)
    found = design.difference(counts, counts)
    harm = None
    if held.harm is not None and held.harm_variance is not None:
        harm = design.difference(_table(held.harm, rows), _table(held.harm_variance, rows))
    time = _time(held, 2)
    ratio = ratio_of_ratios(counts[:2], time, dispersion)
    least = smallest_difference(counts[:2], design.exposure[:2], dispersion)
    made = Effect(
        counts=held,
        expected=float(counts[0, 1] - found.local.estimate) if not np.isnan(found.local.estimate) else np.nan,
        weighting=weighting,
        weight=float(design.exposure[1, 1]),
        spread=spread,
        dispersion=dispersion,
        trend=trend_before(held.months.astype(np.float64), dispersion),
        count=found,
        harm=harm,
        ratio=ratio,
        family=quotients(*(counts / _time(held, len(counts)))[:3]) if Role.DISPLACEMENT in held.roles else None,
        smallest=least,
        smallest_ratio=smallest_ratio(counts[:2], time, dispersion),
        placebo=_placebo(held, counts, dispersion),
        verdicts={},
    )
    return _judged(made, counts, rows)


def goal(answer: PublishedAnswer[GoalCounts]) -> GoalFinding:
    """Judge a goal.

    Args:
        answer: The counts that were released.

    Returns:
        The change and the verdict. Months that were not delivered are left out of both spans.
    """
    held = answer.content
    wanted = held.goal
    upward = wanted.direction is Direction.INCREASE
    if not all(held.delivered):
        change, expected, least = Change(np.nan, np.nan, np.nan), np.nan, np.nan
    else:
        times = held.delivered[1] / held.delivered[0]
        change = change_from_baseline(held.baseline, held.follow_up, times)
        expected = held.baseline * times
        least = smallest_change(held.baseline, times, upward=upward)
    return GoalFinding(held, change, expected, least, _goal_verdict(held, change, expected, least))


def _goal_verdict(held: GoalCounts, change: Change, expected: float, least: float) -> GoalVerdict:
    wanted = held.goal
    if held.today < wanted.judged_on or held.known_until is None or held.known_until < wanted.follow_up.last:
        return GoalVerdict.NOT_YET
    if np.isnan(change.ratio) or expected <= 0:
        return GoalVerdict.NOT_APPLICABLE
    upward = wanted.direction is Direction.INCREASE
    surely_less, surely_more = change.high < 1, change.low > 1
    if surely_less if upward else surely_more:
        return GoalVerdict.WORSE
    share = wanted.change / 100 if wanted.unit is GoalUnit.PERCENT else wanted.change / expected
    came = change.ratio - 1 if upward else 1 - change.ratio
    # A goal of exactly what came is reached, whatever the last binary digit says.
    if (surely_more if upward else surely_less) and came >= share - 1e-9:
        return GoalVerdict.REACHED
    could_be_seen = least - 1 if upward else 1 - least
    return GoalVerdict.NOT_SHOWN if could_be_seen <= share else GoalVerdict.TOO_SMALL_TO_TELL


def _without_control(held: EffectCounts) -> Effect:
    nothing = (np.nan, np.nan)
    return Effect(
        counts=held, expected=np.nan, weighting=Weighting.NONE, weight=1.0, spread=np.nan, dispersion=1.0, trend=nothing, count=None,
        harm=None, ratio=None, family=None, smallest=np.nan, smallest_ratio=np.nan, placebo=None, verdicts={},
    )  # fmt: skip


def _rows(held: EffectCounts) -> list[int | None]:
    """Give the place among the roles of each row of a difference; None for a control that the displacement area does not have."""
    order = [Role.TARGET, Role.CONTROL]
    if Role.DISPLACEMENT in held.roles:
        order += [Role.DISPLACEMENT, Role.DISPLACEMENT_CONTROL]
    return [held.roles.index(role) if role in held.roles else None for role in order]


def _table(figures: Floats, rows: list[int | None]) -> Floats:
    return np.array([figures[row] if row is not None else np.zeros(2) for row in rows])


def _time(held: EffectCounts, rows: int) -> Floats:
    """Give the length of each span in lengths of the one after, so that an estimate is events over the time after."""
    before, after = held.delivered
    return np.tile([before / after, 1.0], (rows, 1))


def _weighting(held: EffectCounts, counts: Floats) -> Weighting:
    """Choose what the controls are divided by, where the asker did not: nothing, when they are about as large as what they are compared with."""
    if held.weighting is not None:
        return held.weighting
    pairs = [pair for pair in (counts[:2], counts[2:]) if len(pair) and pair[:, 0].all()]
    alike = all(_ALIKE[0] <= pair[1, 0] / pair[0, 0] <= _ALIKE[1] for pair in pairs)
    return Weighting.NONE if alike else Weighting.BEFORE


def _design(held: EffectCounts, counts: Floats, rows: list[int | None], weighting: Weighting, dispersion: float) -> _Design:
    exposure = _time(held, len(counts))
    inflation = np.ones_like(counts)
    grounds = held.measure.grounds
    if weighting is Weighting.AREA:
        own = grounds[Role.TARGET].square_metres
        exposure *= np.array([[grounds[held.roles[row]].square_metres / own if row is not None else 1.0] for row in rows])
    if weighting is Weighting.BEFORE:
        for pair in range(0, len(counts), 2):
            (own, _), (other, other_after) = counts[pair], counts[pair + 1]
            if own > 0 and other > 0:
                exposure[pair + 1] *= other / own
                # The weight is itself a count: by the delta method each count before then varies as the control has grown, squared.
                grown = other_after / other * held.delivered[0] / held.delivered[1]
                inflation[pair : pair + 2, 0] = grown**2
    return _Design(exposure, inflation, dispersion)


def _placebo(held: EffectCounts, counts: Floats, dispersion: float) -> Placebo | None:
    """Compute the effect for areas in which nothing was done, as many together as the target has, and about as large."""
    size = len(held.measure.grounds[Role.TARGET].site.codes)
    others = held.other_counts
    if len(others) < size or not size:
        return None
    groups = others[drawn(len(others), size)].sum(axis=1).astype(np.float64)
    alike = (groups[:, 0] >= _ALIKE[0] * counts[0, 0]) & (groups[:, 0] <= _ALIKE[1] * counts[0, 0]) & (groups[:, 0] > 0)
    if alike.sum() < _FEWEST_OTHERS:
        return None
    targets = np.concatenate([counts[:1], groups[alike]])
    pairs = np.stack([targets, np.broadcast_to(counts[1], targets.shape)], axis=1)
    logarithm, error = log_ratios(pairs, _time(held, 2), dispersion)
    # In standard errors, so that areas of different size can be ranked together; of none at all there is no ratio.
    effects = np.where((pairs.sum(axis=2) > 0).all(axis=1), logarithm / error, np.nan)
    return placebo(float(effects[0]), effects[1:])


def _judged(found: Effect, counts: Floats, rows: list[int | None]) -> Effect:
    small = bool(counts[:2].mean() < _FEWEST)
    verdicts: dict[str, EffectVerdict] = {}
    if found.count is not None:
        verdicts |= _verdicts(
            "", found.count, (small, bool(counts[2:].mean() < _FEWEST) if len(counts) > 2 else small), found.smallest_share
        )
    if found.ratio is not None:
        verdicts["ratio"] = _verdict((found.ratio.low - 1, found.ratio.high - 1), small=small, least=1 - found.smallest_ratio)
    held = found.counts
    if found.harm is not None and held.harm is not None and held.harm_variance is not None:
        # So many events of equal weight would vary as much.
        harm, variance = _table(held.harm, rows), _table(held.harm_variance, rows)
        effective = np.divide(harm**2, variance, out=np.zeros_like(harm), where=variance > 0)
        blunt = (bool(effective[:2].mean() < _FEWEST), bool(effective[2:].mean() < _FEWEST) if len(counts) > 2 else False)
        verdicts |= _verdicts("harm", found.harm, blunt, 0.0)
    return replace(found, verdicts=verdicts)


def _verdicts(prefix: str, found: Displaced, small: tuple[bool, bool], least: float) -> dict[str, EffectVerdict]:
    parts: dict[str, tuple[Difference | None, bool]] = {
        "local": (found.local, small[0]), "displacement": (found.displacement, small[1]), "total": (found.total, small[0]),
    }  # fmt: skip
    return {
        f"{prefix}{name[0].upper()}{name[1:]}" if prefix else name: _verdict((part.low, part.high), small=few, least=least)
        for name, (part, few) in parts.items()
        if part is not None
    }


def _verdict(ends: tuple[float, float], *, small: bool, least: float) -> EffectVerdict:
    """Judge an interval round 0, and the smallest reduction that would have been shown as a share of what was expected."""
    low, high = ends
    if np.isnan(low):
        return EffectVerdict.NOT_APPLICABLE
    if small:
        return EffectVerdict.TOO_SMALL_TO_TELL
    if high < 0:
        return EffectVerdict.LOWER
    if low > 0:
        return EffectVerdict.HIGHER
    return EffectVerdict.CANNOT_TELL if least <= _BLUNT else EffectVerdict.TOO_SMALL_TO_TELL
