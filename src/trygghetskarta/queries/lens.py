"""Crimes against older people and fraud, by where they happened and by where the victim lives."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from sqlalchemy import Connection, text

from trygghetskarta.domain.answers import ExactAnswer
from trygghetskarta.domain.areas import Area, AreaLevel, code_of_name
from trygghetskarta.domain.categories import Category
from trygghetskarta.domain.category_groups import category_groups
from trygghetskarta.domain.counts import Counts, Denominator, Exact, Measure, Question, Statistics
from trygghetskarta.domain.events import OLDER, VICTIM_AGE, VICTIM_AREA
from trygghetskarta.domain.lens import FRAUD_GROUP, OLDER_GROUP, Homes, LensCounts, Line
from trygghetskarta.domain.periods import Month, Span
from trygghetskarta.domain.recodings import Recoding, changes_of
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.queries.asking import Asked, ask
from trygghetskarta.queries.comparison import compare
from trygghetskarta.queries.cube import Cube, end_of_day
from trygghetskarta.queries.other_ground import Codes, other_ground
from trygghetskarta.queries.slices import Ranges, part_of
from trygghetskarta.queries.surroundings import earlier_spans

SOURCE = SourceId.ANMALDA_BROTT
MANY = 5
"""With so many placeless frauds in a month on average, a month without any lacks them: by chance that is rarer than one in a hundred."""
_FRAUD = 1

_HOMES = text("""
    SELECT month, category.code, detail ->> :area AS home, detail ->> :age AS age, sum(antal) AS antal
    FROM event JOIN category USING (category_id)
    WHERE event.source_id = :source AND month = ANY(:months) AND NOT withdrawn AND (known_to IS NULL OR known_to > :instant)
        AND (CAST(:instant AS timestamptz) IS NULL OR known_from <= :instant) AND (detail ->> :area IS NOT NULL OR detail ->> :age IS NOT NULL)
    GROUP BY 1, 2, 3, 4
""")


def older_people(connection: Connection, cube: Cube, asked: Asked) -> ExactAnswer[LensCounts]:
    """Count crimes against older people and fraud.

    Args:
        connection: Inside a transaction that sees the state the cube was read from.
        cube: The counts of the question's edition and day.
        asked: The level, areas, months, baseline, edition and day; what it counts is the lens's own.

    Returns:
        The counts. The ledger is that of crimes against older people by their code.

    Raises:
        InvalidQuestionError: There is no such area or level, or the months are in the wrong order.
        NotCoveredError: No reported crime was delivered for the months, or residents of 65 and over were never counted.
    """
    question = ask(
        cube,
        replace(asked, sources=(SOURCE,), categories=(), group=OLDER_GROUP, measure=Measure.RATE, per=Denominator.RESIDENTS65PLUS),
    )
    exact = compare(cube, replace(question, statistics=Statistics.NONE))
    spans = tuple(period.span for period in exact.periods)
    lines = _lines(cube)
    place_level = _place_level(cube, question.level)
    earlier = _earlier(cube, question)
    told = _Told(connection, cube, question, tuple(lines.values()), exact.areas)
    homes = [told.homes(span) for span in spans]
    silent = np.array([_silent(cube, place_level, lines[FRAUD_GROUP], span) for span in spans])
    cells, rows = cube.cells(question.level), part_of(cube, question).areas
    content = LensCounts(
        areas=exact.areas,
        periods=exact.periods,
        older=exact.counts,
        older_home=np.stack([span.older_home for span in homes], axis=1),
        fraud=cube.count(cells, lines[FRAUD_GROUP].ranges, spans)[rows],
        fraud_home=np.stack([span.line_home[_FRAUD] for span in homes], axis=1),
        person_years=_known(exact),
        history=cube.count(cells, lines[OLDER_GROUP].ranges, earlier)[rows],
        lines=tuple(Line(code, line.name) for code, line in lines.items()),
        place_level=place_level,
        buckets=np.array([cube.whereabouts(place_level, line.ranges, spans).T for line in lines.values()]),
        homes=_homes(homes),
        line_history=np.array([cube.whereabouts(place_level, line.ranges, earlier).sum(axis=0) for line in lines.values()]),
        days=np.array([float(span.days) for span in spans]),
        history_days=np.array([float(span.days) for span in earlier]),
        by_age_only=np.array([span.by_age_only for span in homes]),
        city_person_years=_city_years(cube, question),
        silent=silent,
        missing=tuple(exact.missing.tolist()),
        recoded=tuple(_recoded(code, spans) for code in lines),
        comparable=exact.comparable and len(set(silent.tolist())) == 1,
    )
    return ExactAnswer(question, content, exact.ledger, exact.coverage, exact.provenance)


@dataclass(frozen=True, slots=True)
class _Counted:
    """One line: its name, and its categories as runs of the tree and as codes."""

    name: str
    ranges: Ranges
    codes: frozenset[str]


def _lines(cube: Cube) -> dict[str, _Counted]:
    """Give the lines of the city's figures by code: crimes against older people, fraud, and each kind of fraud."""
    groups = category_groups()
    fraud = groups[FRAUD_GROUP].categories[SOURCE]
    kinds = [node for node in cube.trees[SOURCE].nodes if node.parent in fraud]
    lines = {OLDER_GROUP: _counted(cube, groups[OLDER_GROUP].name, groups[OLDER_GROUP].categories[SOURCE])}
    lines[FRAUD_GROUP] = _counted(cube, groups[FRAUD_GROUP].name, fraud)
    return lines | {kind.code: _counted(cube, kind.name, (kind.code,)) for kind in _in_order(kinds)}


def _in_order(kinds: Iterable[Category]) -> list[Category]:
    return sorted(kinds, key=lambda kind: kind.code)


def _counted(cube: Cube, name: str, codes: tuple[str, ...]) -> _Counted:
    tree = cube.trees[SOURCE]
    runs = sorted(tree.ranges[code] for code in codes if code in tree.ranges)
    return _Counted(name, {SOURCE: runs}, frozenset(node.code for low, high in runs for node in tree.nodes[low:high]))


def _place_level(cube: Cube, level: AreaLevel) -> AreaLevel:
    """Give the level that tells whether an event has a place: everything lies in the whole city."""
    coarser = [other for other in cube.areas if other is not AreaLevel.STAD]
    return level if level is not AreaLevel.STAD or not coarser else coarser[-1]


def _earlier(cube: Cube, question: Question) -> tuple[Span, ...]:
    """Give the same months of earlier years, back to when the codes that are counted last changed."""
    codes = (*category_groups()[OLDER_GROUP].categories[SOURCE], *category_groups()[FRAUD_GROUP].categories[SOURCE])
    changes = changes_of(SOURCE, codes)
    return tuple(span for span in earlier_spans(cube, question) if not any(change.divides((span, question.span)) for change in changes))


def _recoded(code: str, spans: tuple[Span, ...]) -> Recoding | None:
    """Give the change after which a line's counts are not of the same thing in all of the periods."""
    group = category_groups().get(code)
    codes = group.categories[SOURCE] if group is not None else (code,)
    found = (change for change in changes_of(SOURCE, codes) if change.divides(spans))
    return next(found, None) if len(spans) > 1 else None


def _known(exact: Exact) -> np.ndarray[Any, np.dtype[np.float64]]:
    return exact.person_years if exact.person_years is not None else np.full(exact.counts.shape, np.nan)


def _city_years(cube: Cube, question: Question) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Give the person-years of the whole city's older residents in each period; NaN where the city is no area of the edition."""
    if AreaLevel.STAD not in cube.areas:
        return np.full(1 + (question.baseline is not None), np.nan)
    exact = compare(cube, replace(question, level=AreaLevel.STAD, areas=(), within=None, statistics=Statistics.NONE))
    return np.asarray(_known(exact)[0])


def _silent(cube: Cube, level: AreaLevel, fraud: _Counted, span: Span) -> int:
    """Count the months of a span without any fraud that lacks a place, where the months around have many.

    The layout of reported crimes by point has no crimes without a place: a month delivered so lacks most of its fraud.
    """
    covered = set(cube.covered.get(SOURCE, np.zeros(0, np.int64)).tolist())
    around = [month for month in Span(span.first.plus(-12), span.last.plus(12)) if month.number in covered]
    _, area_only, unplaced, _ = cube.whereabouts(level, fraud.ranges, tuple(Span(month, month) for month in around))
    placeless = dict(zip(around, (area_only + unplaced).tolist(), strict=True))
    told = [count for count in placeless.values() if count]
    if not told or sum(told) / len(told) < MANY:
        return 0
    return sum(1 for month in span if placeless.get(month) == 0)


@dataclass(frozen=True, slots=True)
class _SpanHomes:
    """What is told of the victims of one span.

    Attributes:
        older_home: Crimes against older people, by their code or the victim's age, by the area shown that the victim lives in, (areas,).
        line_home: Each line's crimes, likewise, (lines, areas).
        sums: Shape (4, lines): home known, home unknown, victim told to be 65 or more, and side of 65 years told.
        by_age_only: Crimes of other codes against a victim told to be 65 or more.
    """

    older_home: Counts
    line_home: Counts
    sums: Counts
    by_age_only: int


class _Told:
    """What rows of reported crimes tell of their victims, by the areas of a level."""

    def __init__(
        self, connection: Connection, cube: Cube, question: Question, lines: tuple[_Counted, ...], shown: tuple[Area, ...]
    ) -> None:
        """Read it for the months of a question."""
        spans = [span for span in (question.span, question.baseline) if span is not None]
        months = sorted({month.number for span in spans for month in span})
        instant = end_of_day(question.as_of) if question.as_of is not None else None
        parameters = {"source": SOURCE.number, "months": months, "instant": instant, "area": VICTIM_AREA, "age": VICTIM_AGE}
        rows = connection.execute(_HOMES, parameters).all()
        area_of = _areas_of(connection, cube, question.level, months)
        name_of = {home: code_of_name(home or "") for home in {row.home for row in rows}}
        homes = [area_of[row.month].get(name_of[row.home]) for row in rows]
        # One more after those that are shown: the other areas of the level.
        number_of = {area.code: number for number, area in enumerate(shown)}
        lines_of = {code: [code in line.codes for line in lines] for code in {row.code for row in rows}}
        self._shown = len(shown)
        self._months = np.array([row.month for row in rows], np.int64)
        self._antal = np.array([row.antal for row in rows], np.int64)
        self._lines = np.array([lines_of[row.code] for row in rows], bool).reshape(len(rows), len(lines))
        self._home = np.array([number_of.get(home or "", len(shown)) for home in homes], np.int64)
        self._lives = np.array([home is not None for home in homes], bool)
        self._unknown = np.array([home is None and bool(row.home) for home, row in zip(homes, rows, strict=True)], bool)
        self._older = np.array([row.age == OLDER for row in rows], bool)
        self._aged = np.array([row.age is not None for row in rows], bool)

    def homes(self, span: Span) -> _SpanHomes:
        """Add up the rows of a span."""
        antal = np.where((self._months >= span.first.number) & (self._months <= span.last.number), self._antal, 0)
        by_code = self._lines[:, 0]
        return _SpanHomes(
            self._at_home(antal * (self._older | by_code)),
            np.array([self._at_home(antal * line) for line in self._lines.T]),
            np.array([(antal * holds) @ self._lines for holds in (self._lives, self._unknown, self._older, self._aged)]),
            int((antal * (self._older & ~by_code)).sum()),
        )

    def _at_home(self, antal: Counts) -> Counts:
        """Add up rows by the area shown that the victim lives in."""
        found = np.zeros(self._shown + 1, np.int64)
        np.add.at(found, self._home[self._lives], antal[self._lives])
        return found[:-1]


def _areas_of(connection: Connection, cube: Cube, level: AreaLevel, months: Iterable[int]) -> dict[int, Mapping[str, str]]:
    """Give by month the area of a level that a home lies in. It is told by a code alone: one that then meant other ground is not known here."""
    other = cube.worked_out.of("other ground", lambda: other_ground(connection, cube.edition))
    named = {
        codes: cube.worked_out.of(("areas by name", level, codes), partial(areas_by_name, cube, level, codes)) for codes in set(other.held)
    }
    return {month: named[other.on(Month(month).first_day)] for month in months}


def areas_by_name(cube: Cube, level: AreaLevel, without: Codes = frozenset()) -> dict[str, str]:
    """Give the area of a level that an area's code or name lies in.

    Args:
        cube: The areas of an edition.
        level: The level.
        without: Level and code of areas that are not meant.

    Returns:
        Codes of the level by the code or the name made a code of every area at that level or finer. Of two areas of one name the finer is left
        out: a stadsdelsområde and a stadsdel may be called the same.
    """
    inside: dict[str, str] = {}
    above: dict[str, str] = {}
    for other in reversed([other for other in cube.areas if other.rank <= level.rank]):
        if other is level:
            above = {area.code: area.code for area in cube.areas[other]}
        else:
            above = {area.code: above[area.parent] for area in cube.areas[other] if area.parent is not None and area.parent in above}
        for area in cube.areas[other]:
            if area.code in above and (other.value, area.code) not in without:
                inside.setdefault(code_of_name(area.code), above[area.code])
                inside.setdefault(code_of_name(area.name), above[area.code])
    return inside


def _homes(spans: list[_SpanHomes]) -> Homes:
    return Homes(*np.stack([span.sums for span in spans], axis=2))
