"""What the effect of a measure, and its goals, are worked out from: counts before and after, by role."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, text

from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.counts import Question
from trygghetskarta.domain.details import ExactDetail
from trygghetskarta.domain.events import Precision
from trygghetskarta.domain.measures import EffectCounts, Goal, GoalCounts, Ground, Registered, Role, Weighting
from trygghetskarta.domain.periods import Month, Span
from trygghetskarta.domain.sources import CONTRACTS, POINT, SourceId
from trygghetskarta.errors import Fault, InvalidQuestionError, NotCoveredError, NotFoundError
from trygghetskarta.queries.asking import Asked, ask
from trygghetskarta.queries.cube import Cube, delivered_months, end_of_day, partial_months
from trygghetskarta.queries.slices import Ranges, detail, part_of, refuse

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_MOST_BY_DEFAULT = 12
_HISTORY = 36

_INSIDE = text("""
    SELECT event.source_id, category_id, month, sum(antal) AS antal FROM event JOIN measure_site AS site
        ON site.measure_id = :number AND site.known_from = :known_from AND site.role = :role
        AND event.geom && site.geom AND ST_Covers(site.geom, event.geom)
    WHERE source_id = ANY(:sources) AND month BETWEEN :first AND :last AND event.precision = :point AND NOT withdrawn
        AND (event.known_to IS NULL OR event.known_to > :instant)
        AND (CAST(:instant AS timestamptz) IS NULL OR event.known_from <= :instant)
    GROUP BY event.source_id, category_id, month
""")
# An event without a point may be in the polygon when the smallest area it is known to touches it.
_ROUGHLY = text("""
    WITH touched AS (
        SELECT area_id FROM area JOIN measure_site AS site ON site.measure_id = :number AND site.known_from = :known_from AND site.role = :role
            AND area.geom && site.geom AND ST_Area(ST_Intersection(area.geom, site.geom)) > 1
        WHERE edition_id = :edition AND area.level IN ('basomrade', 'stadsdel')
    ), finest AS (
        SELECT DISTINCT ON (place_id) place_id, area_id FROM place_area
        WHERE edition_id = :edition AND area_id IS NOT NULL AND level IN ('basomrade', 'stadsdel')
        ORDER BY place_id, array_position(ARRAY['basomrade', 'stadsdel'], level)
    )
    SELECT event.source_id, category_id, month, sum(antal) AS antal FROM event JOIN finest USING (place_id) JOIN touched USING (area_id)
    WHERE source_id = ANY(:sources) AND month BETWEEN :first AND :last AND event.precision <> :point AND NOT withdrawn
        AND (event.known_to IS NULL OR event.known_to > :instant)
        AND (CAST(:instant AS timestamptz) IS NULL OR event.known_from <= :instant)
    GROUP BY event.source_id, category_id, month
""")
_CATEGORIES = text("SELECT category_id, source_id, code FROM category WHERE source_id = ANY(:sources)")
_WEIGHTS = text("""
    WITH set_in_force AS (
        SELECT weight_set_id, name FROM weight_set WHERE valid_from <= :day ORDER BY valid_from DESC, weight_set_id DESC LIMIT 1
    )
    SELECT name, source_id, code, days FROM set_in_force JOIN weight USING (weight_set_id) JOIN category USING (category_id)
""")


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


@dataclass(frozen=True, slots=True)
class _Counted:
    """A role's events by month and by category, and those that may be in it too."""

    nodes: Mapping[SourceId, Ints]
    rough: Ints

    @property
    def months(self) -> Ints:
        """All categories together."""
        found: Ints = sum((counts.sum(axis=0) for counts in self.nodes.values()), np.zeros(len(self.rough), np.int64))
        return found


def count_effect(connection: Connection, cube: Cube, measure: Registered, asked: AskedEffect) -> ExactDetail[EffectCounts]:
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
    counted = [_count(connection, cube, (measure, role), ranges, history) for role in roles]
    weights_name, weights = _weights(connection, cube, asked.as_of)
    earlier = _within(history, Span(history.first, Month.of(measure.told.starts_on).plus(-1))) & delivered
    others, other_counts = _others(cube, measure, ranges, (history, columns))
    content = EffectCounts(
        measure=measure,
        roles=roles,
        names=tuple(_names(cube, measure.grounds[role]) for role in roles),
        before=before,
        after=after,
        delivered=(int(columns[0].sum()), int(columns[1].sum())),
        counts=np.array([[role.months[column].sum() for column in columns] for role in counted]),
        harm=_weighed(counted, columns, weights, 1) if weights_name is not None else None,
        harm_variance=_weighed(counted, columns, weights, 2) if weights_name is not None else None,
        unweighted=_unweighted(counted, columns, weights) if weights_name is not None else 0,
        weights=weights_name,
        months=np.array([role.months[earlier] for role in counted[:2]]),
        without_point=np.array([[role.rough[column].sum() for column in columns] for role in counted]),
        others=tuple(cube.areas[_level(measure)][number] for number in others),
        other_counts=other_counts,
        weighting=asked.weighting,
    )
    return detail(cube, question, content)


def count_goals(connection: Connection, cube: Cube, measure: Registered, today: date) -> list[ExactDetail[GoalCounts]]:
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


def _goal(connection: Connection, cube: Cube, which: tuple[Registered, int], today: date) -> ExactDetail[GoalCounts]:
    measure, number = which
    goal: Goal = measure.told.goals[number]
    history = Span(goal.baseline.first, goal.follow_up.last)
    question = _question(cube, measure, goal.sources, (goal.categories, goal.group), cube.as_of)
    question = replace(question, span=goal.follow_up, baseline=goal.baseline)
    months = _count(connection, cube, (measure, Role.TARGET), part_of(cube, question).ranges, history).months
    delivered = _delivered(cube, goal.sources, history)
    columns = [_within(history, span) & delivered for span in (goal.baseline, goal.follow_up)]
    content = GoalCounts(
        number=number + 1,
        names=_names(cube, measure.grounds[Role.TARGET]),
        goal=goal,
        late=number in measure.late_goals,
        baseline=int(months[columns[0]].sum()),
        follow_up=int(months[columns[1]].sum()),
        delivered=(int(columns[0].sum()), int(columns[1].sum())),
        known_until=_last_delivered(cube, goal.sources),
        today=today,
    )
    return detail(cube, question, content)


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
        last = min(last, Month.of(measure.told.ends_on + timedelta(days=1)).plus(-1))
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


def _count(connection: Connection, cube: Cube, whose: tuple[Registered, Role], ranges: Ranges, history: Span) -> _Counted:
    measure, role = whose
    site = measure.grounds[role].site
    if site.level is None:
        inside, rough = (_by_node(connection, query, cube, whose, (ranges, history)) for query in (_INSIDE, _ROUGHLY))
        return _Counted(inside, _Counted(rough, np.zeros(history.months, np.int64)).months)
    numbers = _numbers(cube, measure.grounds[role], site.level)
    nodes = {source: _own_counts(cube, source, (site.level, numbers), runs, history) for source, runs in ranges.items()}
    return _Counted(nodes, np.zeros(history.months, np.int64))


def _numbers(cube: Cube, ground: Ground, level: AreaLevel) -> list[int]:
    number_of = {area.code: number for number, area in enumerate(cube.areas.get(level, ()))}
    gone = [code for code in ground.site.codes if code not in number_of]
    if gone:
        swedish = f"Indelningen från {cube.edition.valid_from} har inte längre {level.swedish} {gone[0]}."
        raise NotFoundError(swedish, f"The edition of {cube.edition.valid_from} no longer has {level} {gone[0]}.")
    return [number_of[code] for code in ground.site.codes]


def _names(cube: Cube, ground: Ground) -> tuple[str, ...]:
    level = ground.site.level
    return tuple(cube.areas[level][number].name for number in _numbers(cube, ground, level)) if level is not None else ()


def _own_counts(cube: Cube, source: SourceId, where: tuple[AreaLevel, list[int]], runs: Iterable[tuple[int, int]], history: Span) -> Ints:
    """Count some areas together by category and month; shape (categories of the tree, months)."""
    found = np.zeros((len(cube.trees[source].nodes), history.months), np.int64)
    if source not in cube.blocks:
        return found
    block = cube.blocks[source]
    level, numbers = where
    sums = block.sums[cube.cells(level)][numbers].sum(axis=0, dtype=np.int64)
    own = np.diff(np.diff(sums, axis=0), axis=1)
    begin, end = max(history.first.number, block.first), min(history.last.number + 1, block.first + own.shape[1])
    if begin < end:
        asked = np.zeros(len(block.used), np.bool_)
        for low, high in runs:
            asked |= (block.used >= low) & (block.used < high)
        months = slice(begin - history.first.number, end - history.first.number)
        found[block.used[asked], months] = own[asked, begin - block.first : end - block.first]
    return found


def _by_node(
    connection: Connection, query: object, cube: Cube, whose: tuple[Registered, Role], what: tuple[Ranges, Span]
) -> dict[SourceId, Ints]:
    """Count what a query finds in a polygon by category and month; shape (categories of the tree, months)."""
    (measure, role), (ranges, history) = whose, what
    source_of = {source.number: source for source in ranges}
    asked = {"sources": list(source_of)}
    place = {}
    for row in connection.execute(_CATEGORIES, asked):
        source = source_of[row.source_id]
        low, _ = cube.trees[source].ranges[row.code]
        if any(begin <= low < end for begin, end in ranges[source]):
            place[row.category_id] = (source, low)
    found = {source: np.zeros((len(cube.trees[source].nodes), history.months), np.int64) for source in ranges}
    parameters = {
        **asked,
        "number": measure.number,
        "known_from": measure.known_from,
        "role": role.value,
        "first": history.first.number,
        "last": history.last.number,
        "point": Precision.POINT.value,
        "edition": cube.edition.edition_id,
        "instant": end_of_day(cube.as_of) if cube.as_of is not None else None,
    }
    for row in connection.execute(query, parameters):  # type: ignore[call-overload]
        if row.category_id in place:
            source, node = place[row.category_id]
            found[source][node, row.month - history.first.number] += row.antal
    return found


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


def _weights(connection: Connection, cube: Cube, as_of: date | None) -> tuple[str | None, dict[SourceId, Floats]]:
    """Read the weights in force by category of each tree; a category without one has that of the group it stands in, or NaN."""
    rows = connection.execute(_WEIGHTS, {"day": as_of or cube.published_at.date()}).all()
    source_of = {source.number: source for source in SourceId}
    own = {(source_of[row.source_id], row.code): row.days for row in rows}
    weights = {}
    for source, tree in cube.trees.items():
        found = np.full(len(tree.nodes), np.nan)
        for number, node in enumerate(tree.nodes):
            around = found[tree.ranges[node.parent][0]] if node.parent is not None else np.nan
            found[number] = own.get((source, node.code), around)
        weights[source] = found
    return (rows[0].name if rows else None), weights


def _weighed(counted: list[_Counted], columns: list[npt.NDArray[np.bool_]], weights: Mapping[SourceId, Floats], power: int) -> Floats:
    return np.array(
        [
            [
                sum(float(np.nan_to_num(weights[source] ** power) @ counts[:, column].sum(axis=1)) for source, counts in role.nodes.items())
                for column in columns
            ]
            for role in counted
        ]
    )


def _unweighted(counted: list[_Counted], columns: list[npt.NDArray[np.bool_]], weights: Mapping[SourceId, Floats]) -> int:
    either = columns[0] | columns[1]
    return sum(int(counts[np.isnan(weights[source])][:, either].sum()) for role in counted for source, counts in role.nodes.items())
