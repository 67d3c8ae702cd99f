"""What the safety survey found, by the areas of one edition."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
from sqlalchemy import Connection, text

from trygghetskarta.domain.answers import ExactAnswer
from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.counts import Ledger, Measure, Question, SourceCoverage
from trygghetskarta.domain.periods import Month, Span
from trygghetskarta.domain.sources import CONTRACTS, Carries, SourceId
from trygghetskarta.domain.survey import MEN, WOMEN, Lack, SurveyValues
from trygghetskarta.domain.values import EVERYONE
from trygghetskarta.errors import Fault, NotCarriedError, NotCoveredError, bad_parameter
from trygghetskarta.queries.asking import Asked, ask
from trygghetskarta.queries.cube import Cube
from trygghetskarta.queries.indicators import Indicator, load_indicators
from trygghetskarta.queries.other_ground import SAME_BORDERS
from trygghetskarta.queries.slices import part_of, provenance, refuse

_NOTHING = Ledger(0, 0, 0, 0)

_AREAS = text("""
    SELECT edition_id, valid_from, code FROM edition JOIN area USING (edition_id) WHERE level = :level AND NOT held ORDER BY valid_from
""")
# Two outlines that are written alike need no measuring.
_SAME = text("""
    SELECT mine.code FROM area AS mine JOIN area AS theirs USING (level, code)
    WHERE mine.edition_id = :mine AND theirs.edition_id = :theirs AND level = :level AND (mine.outline = theirs.outline
        OR ST_Area(ST_Intersection(mine.geom, ST_Transform(theirs.geom, ST_SRID(mine.geom))))
            >= :share * greatest(mine.square_metres, theirs.square_metres))
""")


@dataclass(frozen=True, slots=True)
class SurveyAsked:
    """A question to a survey.

    Attributes:
        source: The survey.
        level: The level of the areas.
        areas: Codes of the areas wanted; empty for all.
        within: Code of an area that they must lie in.
        questions: The survey's questions wanted, as it words them; empty for all.
        groups: The groups wanted; empty for everyone.
        first: First year; None for the newest that was surveyed.
        last: Last year; None for the newest that was surveyed.
        baseline: The year that every year is compared with; None for the survey before.
        edition: The edition of the areas; None for the one in force.
        as_of: What was known at the end of this day.
    """

    source: SourceId
    level: AreaLevel
    areas: tuple[str, ...] = ()
    within: str | None = None
    questions: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    first: int | None = None
    last: int | None = None
    baseline: int | None = None
    edition: date | None = None
    as_of: date | None = None


def survey(connection: Connection, cube: Cube, asked: SurveyAsked) -> ExactAnswer[SurveyValues]:
    """Give what a survey found in the areas of a question.

    A value that rests on fewer answers than the source's contract allows is not among them: the answer says that it is withheld, and why. A
    value of a year in which the area had other borders is missing: shares cannot be moved from one division to another.

    Args:
        connection: Inside a transaction.
        cube: The areas of the question's edition.
        asked: What is asked.

    Returns:
        The values.

    Raises:
        InvalidQuestionError: There is no such area, survey question, group or year, or the years are in the wrong order.
        NotCarriedError: The source is no survey.
        NotCoveredError: It has nothing at the level.
    """
    _refuse_what_is_no_survey(asked)
    rows = load_indicators(connection, asked.source, asked.as_of, asked.level)
    if not rows:
        name, name_en = CONTRACTS[asked.source].name, CONTRACTS[asked.source].name_en
        level = asked.level.swedish
        raise NotCoveredError(f"{name} har inga värden på nivån {level}.", f"{name_en} has no values at the level {asked.level}.")
    questions = _chosen("question", asked.questions, (row.question for row in rows))
    known = _distinct(row.group for row in rows)
    _chosen("group", asked.groups, known)
    years = _years(asked, sorted({row.on_date.year for row in rows}))
    asked_of = _question(asked, years)
    part = part_of(cube, asked_of)
    areas = tuple(cube.areas[asked.level][number] for number in part.areas.tolist())
    wanted = asked.groups or ((EVERYONE,) if EVERYONE in known else known)
    groups = (*wanted, *(group for group in (WOMEN, MEN) if group in known and group not in wanted))
    here = _same_areas(connection, cube, asked.level, rows)
    shape = (len(areas), len(years.all), len(questions), len(groups))
    found = _Table.empty(shape)
    elsewhere = found.fill(rows, _Places(areas, years.all, questions, groups, here))
    content = SurveyValues(
        areas=areas,
        years=years.all,
        questions=questions,
        groups=groups,
        value=found.value,
        n=found.n,
        half_width=found.half_width,
        lack=found.lack,
        shown=years.all.index(years.first),
        wanted=len(wanted),
        baseline=years.all.index(asked.baseline) if asked.baseline is not None else None,
        smallest_n=CONTRACTS[asked.source].smallest_n,
        elsewhere=sum(1 for year, group in elsewhere if years.first <= year <= years.last and group in wanted),
    )
    first, last = Month.parse(f"{years.surveyed[0]}-01"), Month.parse(f"{years.surveyed[-1]}-12")
    coverage = SourceCoverage(asked.source, first, last, missing=(), provisional=())
    return ExactAnswer(asked_of, content, _NOTHING, (coverage,), provenance(cube, asked_of))


@dataclass(frozen=True, slots=True)
class _Years:
    """The years surveyed, those of the answer (with what they are compared with), and the first and last one shown."""

    surveyed: tuple[int, ...]
    all: tuple[int, ...]
    first: int
    last: int


def _years(asked: SurveyAsked, surveyed: list[int]) -> _Years:
    last = asked.last if asked.last is not None else max(surveyed[-1], asked.first or 0)
    first = asked.first if asked.first is not None else min(surveyed[-1], last)
    told = ", ".join(map(str, surveyed))
    if last < first:
        raise bad_parameter(
            "to", str(last), f"Perioden slutar {last} innan den börjar {first}.", f"It ends {last} before it begins {first}."
        )
    shown = [year for year in surveyed if first <= year <= last]
    if not shown:
        swedish, english = (
            f"Undersökningen gjordes {told}, inget av åren {first}–{last}.",
            f"The survey was made in {told}: none of the years asked.",
        )
        raise NotCoveredError(swedish, english, (Fault("from", str(first), swedish, english),))
    if asked.baseline is not None and asked.baseline not in surveyed:
        swedish, english = (
            f"Undersökningen gjordes {told}, inte {asked.baseline}.",
            f"The survey was made in {told}, not in {asked.baseline}.",
        )
        raise bad_parameter("baseline", str(asked.baseline), swedish, english)
    before = [year for year in surveyed if year < shown[0]][-1:] if asked.baseline is None else [asked.baseline]
    # A baseline may lie after the years shown; it stands before them here, so that `shown` is one number.
    together = [*(year for year in before if year not in shown), *shown]
    return _Years(tuple(surveyed), tuple(together), shown[0], shown[-1])


def _question(asked: SurveyAsked, years: _Years) -> Question:
    span = Span(Month.parse(f"{years.first}-01"), Month.parse(f"{years.last}-12"))
    return Question(
        level=asked.level,
        sources=(asked.source,),
        span=span,
        edition=asked.edition,
        areas=asked.areas,
        within=asked.within,
        as_of=asked.as_of,
    )


def _refuse_what_is_no_survey(asked: SurveyAsked) -> None:
    contract = CONTRACTS[asked.source]
    if contract.carries is not Carries.INDICATOR:
        swedish = f"{contract.name} är ingen undersökning med mätvärden."
        english = f"{contract.name_en} is no survey with indicators."
        raise NotCarriedError(swedish, english, (Fault("source", asked.source, swedish, english),))
    refuse((asked.source,), asked.level.value, "level")


def _distinct(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


def _chosen(parameter: str, asked: tuple[str, ...], known: Iterable[str]) -> tuple[str, ...]:
    """Give what was asked for, all when nothing was; refuse what the survey does not have."""
    there = _distinct(known)
    for name in asked:
        if name not in there:
            names = ", ".join(there)
            swedish, english = f"Undersökningen har inte ”{name}”. Den har: {names}.", f"The survey has no “{name}”; it has: {names}."
            raise bad_parameter(parameter, name, swedish, english)
    return asked or there


def _same_areas(connection: Connection, cube: Cube, level: AreaLevel, rows: Iterable[Indicator]) -> dict[int, frozenset[str]]:
    """Give by year the codes whose areas were the same in the division of that year as in the asked edition."""
    codes: dict[int, set[str]] = {}
    for row in rows:
        codes.setdefault(row.on_date.year, set()).add(row.code)
    held: dict[int, tuple[date, set[str]]] = {}
    for area in connection.execute(_AREAS, {"level": level.value}):
        held.setdefault(area.edition_id, (area.valid_from, set()))[1].add(area.code)
    same: dict[int, frozenset[str]] = {}
    result = {}
    for year, mine in codes.items():
        edition = edition_of_year(held, year, mine)
        if edition not in same:
            parameters = {"mine": cube.edition.edition_id, "theirs": edition, "level": level.value, "share": SAME_BORDERS}
            same[edition] = frozenset(connection.execute(_SAME, parameters).scalars())
        result[year] = same[edition]
    return result


def edition_of_year(held: Mapping[int, tuple[date, set[str]]], year: int, codes: set[str]) -> int:
    """Choose the division of the city that a year's values are about: of those in force in the year, the one that has most of their areas.

    Args:
        held: First day and codes by edition, the oldest first.
        year: The year.
        codes: The codes that the year's values name.

    Returns:
        The edition; of two that fit equally well the newer.
    """
    starts = [(valid_from, edition) for edition, (valid_from, _) in held.items()]
    begun = [pair for pair in starts if pair[0] <= date(year, 12, 31)] or starts[:1]
    # In force on the first of January is the last that had begun by then; later ones of the year came into force during it.
    old = [pair for pair in begun if pair[0] <= date(year, 1, 1)][-1:]
    candidates = old + [pair for pair in begun if pair[0] > date(year, 1, 1)]
    return max(candidates, key=lambda pair: (len(held[pair[1]][1] & codes), pair[0]))[1]


@dataclass(frozen=True, slots=True)
class _Places:
    """The axes of a table of values, and by year which of its areas were then what they are now."""

    areas: tuple[Any, ...]
    years: tuple[int, ...]
    questions: tuple[str, ...]
    groups: tuple[str, ...]
    here: Mapping[int, frozenset[str]]


@dataclass(frozen=True, slots=True)
class _Table:
    """Values by area, year, question and group; see `SurveyValues`."""

    value: np.ndarray[Any, np.dtype[np.float64]]
    n: np.ndarray[Any, np.dtype[np.int64]]
    half_width: np.ndarray[Any, np.dtype[np.float64]]
    lack: np.ndarray[Any, np.dtype[np.int8]]

    @classmethod
    def empty(cls, shape: tuple[int, ...]) -> _Table:
        return cls(
            np.full(shape, np.nan), np.zeros(shape, np.int64), np.full(shape, np.nan), np.full(shape, Lack.NOT_ASKED.number, np.int8)
        )

    def fill(self, rows: Iterable[Indicator], places: _Places) -> list[tuple[int, str]]:
        """Put every value in its place; give the year and group of those whose area the edition does not have."""
        number = [{name: i for i, name in enumerate(names)} for names in (places.years, places.questions, places.groups)]
        area_of = {area.code: i for i, area in enumerate(places.areas)}
        for year in places.years:
            moved = [i for code, i in area_of.items() if code not in places.here[year]]
            self.lack[moved, number[0][year]] = Lack.OTHER_BORDERS.number
        elsewhere = []
        for row in rows:
            at = (number[0].get(row.on_date.year), number[1].get(row.question), number[2].get(row.group))
            if None in at:
                continue
            if row.code not in places.here[row.on_date.year]:
                elsewhere.append((row.on_date.year, row.group))
            elif row.code in area_of:
                self._put((area_of[row.code], *at), row)
        return elsewhere

    def _put(self, at: tuple[int | None, ...], row: Indicator) -> None:
        self.n[at] = row.n or 0
        if row.value is None:
            self.lack[at] = Lack.BY_SOURCE.number
        elif not row.is_shown:
            # Left out already here: no figure, and nothing worked out from it, can then leave by mistake.
            self.lack[at] = Lack.TOO_FEW.number
        else:
            self.lack[at] = Lack.NONE.number
            self.value[at] = row.value
            self.half_width[at] = np.nan if row.half_width is None else row.half_width


def crime_beside(cube: Cube, asked: SurveyAsked, found: Question, crime: Asked) -> Question:
    """Give the question about recorded crime in the areas and the newest year of a survey's answer.

    Args:
        cube: The counts of the question's edition and day.
        asked: What was asked of the survey.
        found: The question that the survey answered.
        crime: Which crime: its sources, categories or group, and what it is counted per.

    Returns:
        The question.

    Raises:
        InvalidQuestionError: There is no such group.
        NotCarriedError: A source holds no events, or nothing of the group.
    """
    year = found.span.last.year
    whole = replace(
        crime, level=asked.level, areas=asked.areas, within=asked.within, edition=asked.edition, as_of=asked.as_of, measure=Measure.RATE
    )
    return ask(cube, replace(whole, first=f"{year}-01", last=f"{year}-12"))
