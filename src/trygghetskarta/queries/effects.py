"""What the effect of a measure, and its goals, are worked out from: counts before and after, by role."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection

from trygghetskarta.domain.answers import ExactAnswer
from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.counts import Question
from trygghetskarta.domain.measures import EffectCounts, Goal, GoalCounts, Registered, Role, Weighting
from trygghetskarta.domain.periods import Month, Span
from trygghetskarta.domain.sources import CONTRACTS, POINT, SourceId
from trygghetskarta.errors import Fault, InvalidQuestionError, NotCoveredError
from trygghetskarta.queries.asking import Asked, ask
from trygghetskarta.queries.cube import Cube, delivered_months, partial_months
from trygghetskarta.queries.grounds import area_names, count_ground, estimated_in, unweighted, weighed, weights_in_force
from trygghetskarta.queries.slices import Ranges, answer_with, part_of, refuse

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_MOST_BY_DEFAULT = 12
_HISTORY = 36
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class AskedEffect:
    """What is asked of a measure's effect.

    Attributes:
        sources: What is counted: the sources together. None for what the measure's first goal counts.
        categories: Codes of the categories; empty for all.
        group: A group across the sources, in place of categories.
        before: Months before; None for as many as after.
        after: Months after; None for all that are delivered, at most 12.
        same_season: True for the same months of an earlier year, instead of those nearest before the start.
        weighting: What the control is divided by; None to let its size decide.
        as_of: As it was known at the end of this day; None for now.
    """

    sources: tuple[SourceId, ...] | None = None
    categories: tuple[str, ...] = ()
    group: str | None = None
    before: int | None = None
    after: int | None = None
    same_season: bool = False
    weighting: Weighting | None = None
    as_of: date | None = None

    def of(self, measure: Registered) -> AskedEffect:
        """Fill in what is counted.

        Raises:
            InvalidQuestionError: Neither the question nor the measure's goals say.
        """
        if self.sources is not None:
            return self
        if not measure.told.goals:
            swedish, english = (
                "Ange en källa: åtgärden har inga mål som säger vad som räknas.",
                "Give a source: no goal of the measure says what is counted.",
            )
            raise InvalidQuestionError(swedish, english, (Fault("source", None, swedish, english),))
        goal = measure.told.goals[0]
        if self.categories or self.group is not None:
            return replace(self, sources=goal.sources)
        return replace(self, sources=goal.sources, categories=goal.categories, group=goal.group)


def count_effect(connection: Connection, cube: Cube, measure: Registered, asked: AskedEffect) -> ExactAnswer[EffectCounts]:
    """Count what the effect of a measure is worked out from.

    Args:
        connection: Inside a transaction that sees the state the cube was read from (`store.engine.one_state`).
        cube: The counts of the measure's edition and of the day asked for.
        measure: As it was known on that day.
        asked: What is asked.

    Returns:
        The counts; their question is about the months after, with those before as its baseline.

    Raises:
        InvalidQuestionError: The question makes no sense, or names a category or group that there is not.
        NotCarriedError: A source cannot carry it.
        NotCoveredError: Nothing is delivered of the time before or after.
        NotFoundError: The edition has changed, and has no longer such an area.
    """
    asked = asked.of(measure)
    sources = asked.sources or ()
    question = _question(cube, measure, sources, (asked.categories, asked.group), asked.as_of)
    before, after = _spans(cube, measure, sources, asked)
    question = replace(question, span=after, baseline=before)
    history = Span(min(before.first, Month.of(measure.told.starts_on).plus(-_HISTORY)), after.last)
    delivered = _delivered(cube, sources, history)
    columns = [_within(history, span) & delivered for span in (before, after)]
    for name, column in zip(("before", "after"), columns, strict=True):
        if not column.any():
            swedish, english = "Ingen månad där är levererad.", "No month there is delivered."
            raise NotCoveredError(swedish, english, (Fault(name, None, swedish, english),))
    ranges = part_of(cube, question).ranges
    roles = tuple(measure.grounds)
    counted = [count_ground(connection, cube, (measure, role), ranges, history) for role in roles]
    weights_name, weights = weights_in_force(cube)
    earlier = _within(history, Span(history.first, Month.of(measure.told.starts_on).plus(-1))) & delivered
    others, other_counts = _others(cube, measure, ranges, (history, columns))
    content = EffectCounts(
        measure=measure,
        roles=roles,
        names=tuple(area_names(cube, measure.grounds[role]) for role in roles),
        before=before,
        after=after,
        delivered=(int(columns[0].sum()), int(columns[1].sum())),
        counts=np.array([[role.months[column].sum() for column in columns] for role in counted]),
        harm=weighed(counted, columns, weights, 1) if weights_name is not None else None,
        harm_variance=weighed(counted, columns, weights, 2) if weights_name is not None else None,
        unweighted=unweighted(counted, columns, weights) if weights_name is not None else 0,
        weights=weights_name,
        months=np.array([role.months[earlier] for role in counted[:2]]),
        without_point=np.array([[role.rough[column].sum() for column in columns] for role in counted]),
        others=tuple(cube.areas[_level(measure)][number] for number in others),
        other_counts=other_counts,
        weighting=asked.weighting,
        estimated=sum(estimated_in(cube, ground, ranges, (before, after)) for ground in measure.grounds.values()),
    )
    return answer_with(cube, question, content)


def count_goals(connection: Connection, cube: Cube, measure: Registered, today: date) -> list[ExactAnswer[GoalCounts]]:
    """Count what each goal of a measure is judged by.

    Args:
        connection: As in `count_effect`.
        cube: As in `count_effect`.
        measure: As in `count_effect`.
        today: The day on which they are judged.

    Returns:
        One for each goal, each a question by itself: what may be seen of one goal may be hidden of another.

    Raises:
        NotCarriedError: A source cannot carry it.
        NotFoundError: The edition has changed, and has no longer such an area.
    """
    return [_goal(connection, cube, (measure, number), today) for number in range(len(measure.told.goals))]


def _goal(connection: Connection, cube: Cube, which: tuple[Registered, int], today: date) -> ExactAnswer[GoalCounts]:
    measure, number = which
    goal: Goal = measure.told.goals[number]
    history = Span(goal.baseline.first, goal.follow_up.last)
    question = _question(cube, measure, goal.sources, (goal.categories, goal.group), cube.as_of)
    question = replace(question, span=goal.follow_up, baseline=goal.baseline)
    months = count_ground(connection, cube, (measure, Role.TARGET), part_of(cube, question).ranges, history).months
    delivered = _delivered(cube, goal.sources, history)
    columns = [_within(history, span) & delivered for span in (goal.baseline, goal.follow_up)]
    content = GoalCounts(
        number=number + 1,
        names=area_names(cube, measure.grounds[Role.TARGET]),
        goal=goal,
        late=number in measure.late_goals,
        baseline=int(months[columns[0]].sum()),
        follow_up=int(months[columns[1]].sum()),
        delivered=(int(columns[0].sum()), int(columns[1].sum())),
        known_until=_last_delivered(cube, goal.sources),
        today=today,
    )
    return answer_with(cube, question, content)


def _level(measure: Registered) -> AreaLevel:
    """Give the level that a measure is compared at: that of its areas, or of its control's, or the finest that all sources are placed at."""
    levels = [ground.site.level for ground in measure.grounds.values() if ground.site.level is not None]
    return levels[0] if levels else AreaLevel.STADSDEL


def _question(
    cube: Cube, measure: Registered, sources: tuple[SourceId, ...], what: tuple[tuple[str, ...], str | None], as_of: date | None
) -> Question:
    """Make the question of a measure's target whole, and refuse what a source cannot carry at any of its grounds."""
    for ground in measure.grounds.values():
        site = ground.site
        refuse(sources, POINT if site.level is None else site.level.value, "source")
    target = measure.grounds[Role.TARGET].site
    level = target.level or AreaLevel.STAD
    categories, group = what
    # The months are filled in by the measure; any will do here.
    month = str(Month.of(measure.told.starts_on))
    asked = Asked(level, sources, target.codes, None, categories, group, measure.told.edition, month, month, as_of=as_of)
    return ask(cube, asked)


def _spans(cube: Cube, measure: Registered, sources: tuple[SourceId, ...], asked: AskedEffect) -> tuple[Span, Span]:
    """Give the months before and after. The month it began in is in neither, unless it began on the first of it."""
    started = Month.of(measure.told.starts_on)
    first = started if measure.told.starts_on.day == 1 else started.plus(1)
    last = _last_delivered(cube, sources)
    if last is not None and measure.told.ends_on is not None:
        last = min(last, Month.of(min(measure.told.ends_on, date.max - _DAY) + _DAY).plus(-1))
    there = last.number - first.number + 1 if last is not None else 0
    wanted = asked.after if asked.after is not None else min(there, _MOST_BY_DEFAULT)
    if there < 1 or wanted > there:
        names, names_en = (
            ", ".join(words) for words in zip(*((CONTRACTS[source].name, CONTRACTS[source].name_en) for source in sources), strict=True)
        )
        swedish = f"Av tiden efter starten {measure.told.starts_on} är {max(there, 0)} hela månader levererade ({names})."
        english = f"Of the time after the start on {measure.told.starts_on} {max(there, 0)} whole months are delivered ({names_en})."
        raise NotCoveredError(swedish, english, (Fault("after", str(asked.after or ""), swedish, english),))
    after = Span(first, first.plus(wanted - 1))
    length = asked.before if asked.before is not None else wanted
    end = started.plus(-1)
    if asked.same_season:
        years = -(-wanted // 12)
        end = after.last.plus(-12 * years)
    return Span(end.plus(1 - length), end), after


def _last_delivered(cube: Cube, sources: Iterable[SourceId]) -> Month | None:
    """Give the last month that every source delivered whole."""
    lasts = []
    for source in sources:
        if source not in cube.covered:
            return None
        months = cube.covered[source]
        span = Span(Month(int(months[0])), Month(int(months[-1])))
        partial = {month.number for month in partial_months(cube, source, span)}
        whole = [number for number in months.tolist() if number not in partial]
        if not whole:
            return None
        lasts.append(whole[-1])
    return Month(min(lasts))


def _delivered(cube: Cube, sources: Iterable[SourceId], span: Span) -> npt.NDArray[np.bool_]:
    """Tell which months of a span every source delivered."""
    numbers = np.arange(span.first.number, span.last.number + 1)
    found = np.ones(len(numbers), np.bool_)
    for source in sources:
        found &= np.isin(numbers, delivered_months(cube, source, span))
    return found


def _within(history: Span, span: Span) -> npt.NDArray[np.bool_]:
    numbers = np.arange(history.first.number, history.last.number + 1)
    return (numbers >= span.first.number) & (numbers <= span.last.number)


def _others(cube: Cube, measure: Registered, ranges: Ranges, when: tuple[Span, list[npt.NDArray[np.bool_]]]) -> tuple[list[int], Ints]:
    """Count the areas of the target's level that no role of the measure touches."""
    level = _level(measure)
    history, columns = when
    taken = {code for ground in measure.grounds.values() for code in ground.site.codes if ground.site.level is level}
    others = [number for number, area in enumerate(cube.areas.get(level, ())) if area.code not in taken]
    if measure.grounds[Role.TARGET].site.level is not level or not others:
        return [], np.zeros((0, 2), np.int64)
    spans = [tuple(Span(month, month) for month, wanted in zip(history, column, strict=True) if wanted) for column in columns]
    counts = [cube.count(cube.cells(level), ranges, months)[others].sum(axis=1) for months in spans]
    return others, np.stack(counts, axis=1)
