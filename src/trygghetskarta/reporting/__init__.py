"""Reports made of the data: their questions asked, released and answered as the API answers them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

import orjson
from shapely.geometry import shape
from sqlalchemy import Connection

from trygghetskarta.analysis.effect import effect, goal
from trygghetskarta.analysis.series import Include, follow
from trygghetskarta.disclosure.release import release, release_answer, release_each
from trygghetskarta.domain.areas import Area, AreaLevel
from trygghetskarta.domain.audience import Audience
from trygghetskarta.domain.counts import Denominator, Measure, Statistics
from trygghetskarta.domain.filters import CRS84
from trygghetskarta.domain.periods import Interval, Month, Span, local_day
from trygghetskarta.domain.sources import EVENT_SOURCES, SourceId
from trygghetskarta.errors import ForbiddenError, NotCoveredError, bad_parameter
from trygghetskarta.queries.areas import Detail, load_outlines
from trygghetskarta.queries.asking import Asked, ask, month_of
from trygghetskarta.queries.comparison import compare
from trygghetskarta.queries.cube import Cube
from trygghetskarta.queries.decomposition import compare_parts
from trygghetskarta.queries.effects import AskedEffect, count_effect, count_goals
from trygghetskarta.queries.hours import hours
from trygghetskarta.queries.lens import SOURCE as LENS_SOURCE
from trygghetskarta.queries.lens import older_people
from trygghetskarta.queries.measures import find_measure, list_measures
from trygghetskarta.queries.public_cube import refuse_unreleased
from trygghetskarta.queries.series import background, series
from trygghetskarta.queries.similar import SimilarAsked, area_traits
from trygghetskarta.queries.survey import SurveyAsked, survey
from trygghetskarta.reporting.sites import POLYGONS, Sites, WantedSite
from trygghetskarta.reports import asking
from trygghetskarta.reports.asking import Desk, Query
from trygghetskarta.reports.document import Report
from trygghetskarta.reports.joint import joint
from trygghetskarta.reports.lagesbild import Reader, lagesbild
from trygghetskarta.reports.situation import YEAR, Footing, Polygons, Situation, polygons_of
from trygghetskarta.serialize.areas import area_row
from trygghetskarta.serialize.csv import Dialect
from trygghetskarta.serialize.decomposition import write_decomposition
from trygghetskarta.serialize.details import write_hours
from trygghetskarta.serialize.formats import Format, Writing, write_comparison
from trygghetskarta.serialize.lenses import View, write_lens
from trygghetskarta.serialize.measures import RegisterFormat, write_effect, write_measures
from trygghetskarta.serialize.series import write_series
from trygghetskarta.serialize.similar import write_similar
from trygghetskarta.serialize.surveys import write_survey
from trygghetskarta.serialize.swedish import alphabetical

_JSON = Writing(Format.JSON)
_SIMILAR = 5
_EFFECT = asking.EFFECT.split("{}")
_OF_EVENTS = frozenset((asking.HOURS, asking.OLDER_PEOPLE))
"""Questions whose answers are made of single events, beside those of effects."""
_INTERN_ONLY = (
    "Sådana siffror görs av enskilda händelser och finns bara i en intern lägesbild.",
    "Such figures are made of single events, and stand in an intern lagesbild only.",
)
Cubes = Callable[[date | None, date | None], Cube]
"""Gives the cube of an edition (None for the one in force) as known on a day (None for now)."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A report as it is asked for.

    Attributes:
        area: Code of its area; None for the whole city.
        level: Level of the area; None for the coarsest level that has the code.
        first: First month; None for the eleventh before the last.
        last: Last month; None for the last that is delivered.
        edition: First day of the division into areas; None for the one in force.
        as_of: The day whose knowledge is counted; None for all that is known.
        site: A place to report on in place of an area: for those who may see single events, and nobody else.
    """

    area: str | None = None
    level: AreaLevel | None = None
    first: str | None = None
    last: str | None = None
    edition: date | None = None
    as_of: date | None = None
    site: WantedSite | None = None


@dataclass(slots=True)
class Office:
    """Answers the questions of reports from one state of the data.

    Attributes:
        connection: Inside a transaction that sees one state of the data (`store.engine.one_state`).
        cubes: Gives the counts of that state.
        audience: Who the reports are for.
        desks: The questions asked so far, by the edition and the day they are about: reports of one edition and day share their answers.
        sites: The places counted so far.
    """

    connection: Connection
    cubes: Cubes
    audience: Audience
    desks: dict[tuple[date, date], Desk] = field(default_factory=dict)
    sites: Sites = field(init=False)

    def __post_init__(self) -> None:
        """Begin with no place counted."""
        self.sites = Sites(self.connection)

    def situation(self, wanted: Wanted) -> Situation:
        """Make sense of a report that is asked for.

        Args:
            wanted: The report.

        Returns:
            Its area, its months, and the desk that answers its questions.

        Raises:
            InvalidQuestionError: There is no such area, or the months are in the wrong order.
            NotCoveredError: Nothing is delivered, or nothing is released of what is to be shared.
        """
        cube = self.cubes(wanted.edition, wanted.as_of)
        refuse_unreleased(cube)
        known_on = wanted.as_of or self._known_on(cube)
        # What is known on the day of the last change is all there is: no other cube needs to be made of it.
        cube = cube.known_on_day(known_on)
        edition = cube.edition
        footing = Footing(edition.valid_from, edition.name, edition.schematic, known_on, cube.version)
        desk = self.desks.setdefault((edition.valid_from, known_on), Desk(_Answers(self, cube)))
        area, site = self.sites.find(cube, wanted.site) if wanted.site is not None else (place_of(cube, wanted), None)
        return Situation(desk, _Loaded(self.connection, cube), footing, area, span_of(cube, wanted), site)

    def cube_of(self, edition: date | None, cube: Cube) -> Cube:
        """Give the cube of an edition as known on the day of another."""
        return cube if edition in (None, cube.edition.valid_from) else self.cubes(edition, cube.as_of)

    def _known_on(self, cube: Cube) -> date:
        changes = [measure.known_from for measure in list_measures(self.connection)]
        return max(local_day(instant) for instant in (cube.published_at, *changes))


def report_of(office: Office, wanted: Sequence[Wanted], reader: Reader, sent: Sequence[Report] = ()) -> Report:
    """Make the lagesbild of an area, or a joint one of several areas and of what others have sent.

    Args:
        office: Answers its questions.
        wanted: The areas, at least one.
        reader: Who it is for.
        sent: Finished reports to merge with it.

    Returns:
        The report.

    Raises:
        InvalidQuestionError: There is no such area, or the months are in the wrong order.
        NotCoveredError: Nothing is delivered.
    """
    reports = [*(lagesbild(office.situation(one), reader) for one in wanted), *sent]
    if len(reports) == 1:
        return reports[0]
    # What others sent cannot be asked for here, so the address makes the rest of it.
    more = "".join(f"&{urlencode({'area': one.area})}" for one in wanted[1:] if one.area is not None)
    return replace(joint(reports), link=f"{reports[0].link}{more}")


def newest_month(office: Office, edition: date | None, as_of: date | None) -> str:
    """Give the last month that is delivered.

    Raises:
        NotCoveredError: None is.
    """
    cube = office.cubes(edition, as_of)
    refuse_unreleased(cube)
    return str(_newest(cube))


def area_codes(office: Office, edition: date | None, as_of: date | None) -> list[str | None]:
    """Give the codes of the areas that have a committee, in the order of their names, and the whole city last."""
    areas = office.cubes(edition, as_of).areas.get(AreaLevel.STADSDELSOMRADE, ())
    return [*(area.code for area in sorted(areas, key=lambda area: alphabetical(area.name))), None]


def place_of(cube: Cube, wanted: Wanted) -> Area:
    """Find the area of a report.

    Raises:
        InvalidQuestionError: The edition has no such area.
    """
    levels = [wanted.level] if wanted.level is not None else list(cube.areas)[::-1]
    for level in levels:
        for area in cube.areas.get(level, ()):
            if area.code == wanted.area or (wanted.area is None and level is AreaLevel.STAD):
                return area
    if wanted.area is None:
        raise bad_parameter("area", None, "Ange ett område: indelningen har inte hela staden.", "Name an area: the edition has no city.")
    on = f" på nivån {wanted.level}" if wanted.level is not None else ""
    on_en = f" at the level {wanted.level}" if wanted.level is not None else ""
    raise bad_parameter(
        "area", wanted.area, f"Indelningen har inget område {wanted.area}{on}.", f"The edition has no area {wanted.area}{on_en}."
    )


def span_of(cube: Cube, wanted: Wanted) -> Span:
    """Find the months of a report.

    Raises:
        InvalidQuestionError: A month is not one, or they are in the wrong order.
        NotCoveredError: No month is given and nothing is delivered.
    """
    last = month_of("to", wanted.last) if wanted.last is not None else _newest(cube)
    first = month_of("from", wanted.first) if wanted.first is not None else last.plus(1 - YEAR)
    if last < first:
        raise bad_parameter(
            "to",
            str(last),
            f"Perioden slutar i {last.swedish} innan den börjar i {first.swedish}.",
            f"It ends in {last.english} before it begins in {first.english}.",
        )
    return Span(first, last)


def _newest(cube: Cube) -> Month:
    sources = [source for source in (SourceId.ANMALDA_BROTT, *EVENT_SOURCES) if source in cube.covered]
    if not sources:
        raise NotCoveredError("Ingen källa är levererad än.", "No source is delivered yet.")
    return Month(int(cube.covered[sources[0]][-1]))


@dataclass(frozen=True, slots=True)
class _Loaded:
    """The areas of a cube, with outlines read as they are asked for."""

    connection: Connection
    cube: Cube
    read: dict[AreaLevel, Mapping[str, Polygons]] = field(default_factory=dict)

    def areas(self, level: AreaLevel) -> tuple[Area, ...]:
        return self.cube.areas.get(level, ())

    def outlines(self, level: AreaLevel) -> Mapping[str, Polygons]:
        if level not in self.read:
            plane = replace(CRS84, srid=self.cube.edition.srid, decimals=0)
            written = load_outlines(self.connection, self.cube.edition.edition_id, level, Detail.METRES25, plane)
            self.read[level] = {code: polygons_of(orjson.loads(text)) for code, text in written.items()}
        return self.read[level]

    def overlaps(self, area: Area, polygon: Mapping[str, Any]) -> bool:
        written = load_outlines(self.connection, self.cube.edition.edition_id, area.level, Detail.METRES10)
        return self.meet(orjson.loads(written[area.code]), polygon)

    def touched(self, level: AreaLevel, polygon: Mapping[str, Any]) -> tuple[Area, ...]:
        written = load_outlines(self.connection, self.cube.edition.edition_id, level, Detail.METRES10)
        return tuple(area for area in self.areas(level) if area.code in written and self.meet(orjson.loads(written[area.code]), polygon))

    def meet(self, one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
        return bool(shape({**one}).intersection(shape({**other})).area > 0)

    def met(self, area: Area, source: SourceId, codes: Iterable[str], spans: tuple[Span, ...]) -> set[str]:
        cells, row = self.cube.cells(area.level), self.areas(area.level).index(area)
        runs = {code: self.cube.trees[source].runs((code,)) for code in codes}
        return {code for code, mine in runs.items() if mine and self.cube.count(cells, {source: mine}, spans)[row].any()}


@dataclass(frozen=True, slots=True)
class _Answers:
    """Answers a question as the API does."""

    office: Office
    cube: Cube

    def __call__(self, query: Query) -> Mapping[str, Any]:
        if self._audience is not Audience.STAFF and (query.path in _OF_EVENTS or query.path.startswith(_EFFECT[0])):
            # What has no protected form is refused as the API refuses it, before the database is asked.
            raise ForbiddenError(*_INTERN_ONLY)
        if query.path.startswith(_EFFECT[0]) and query.path.endswith(_EFFECT[1]):
            written = self._effect(query)
        elif query.path in POLYGONS:
            written = self.office.sites.answer(self.cube, query, _asked(query))
        else:
            written = _ANSWERING[query.path](self, query)
        answer: Mapping[str, Any] = orjson.loads(written)
        return answer

    def _areas(self, query: Query) -> bytes:
        areas = [area_row(area) for area in self.cube.areas[AreaLevel(query.one_of("level") or "")]]
        return orjson.dumps({"items": areas, "total": len(areas)})

    def _comparison(self, query: Query) -> bytes:
        asked = replace(_asked(query), statistics=Statistics(query.one_of("statistics") or Statistics.ALL))
        question = ask(self.cube, asked)
        return write_comparison(release(compare(self.cube, question, harm=question.tells_harm), self._audience), _JSON)

    def _series(self, query: Query) -> bytes:
        question, include = ask(self.cube, _asked(query)), [Include(name) for name in query.all_of("include")]
        behind = release(background(self.cube, question), self._audience) if include else None
        shown = release(series(self.cube, question), self._audience)
        return write_series(shown, follow(shown, behind, include, self.cube.editions), _JSON)

    def _hours(self, query: Query) -> bytes:
        exact = hours(self.office.connection, self.cube, ask(self.cube, _asked(query)))
        return write_hours(release_answer(exact, self._audience), _JSON)

    def _decomposition(self, query: Query) -> bytes:
        whole, parts = compare_parts(self.cube, ask(self.cube, _asked(query)), self._audience)
        released = [(part, release(exact, self._audience)) for part, exact in parts]
        return write_decomposition(release(whole, self._audience), released, _JSON)

    def _older(self, query: Query) -> bytes:
        asked = replace(_asked(query), sources=(LENS_SOURCE,))
        return write_lens(release_answer(older_people(self.office.connection, self.cube, asked), self._audience), View.AREAS, _JSON)

    def _similar(self, query: Query) -> bytes:
        asked = _asked(query)
        like = area_traits(self.cube, SimilarAsked(asked.level, asked.areas, _SIMILAR, asked.edition, asked.as_of))
        crime = None
        if asked.sources:
            everywhere = replace(asked, areas=(), measure=Measure.RATE)
            crime = release(compare(self.cube, ask(self.cube, everywhere)), self._audience)
        return write_similar(release_answer(like, self._audience), crime, _JSON)

    def _indicators(self, query: Query) -> bytes:
        asked = _asked(query)
        first, last = (int(year) if year is not None else None for year in (asked.first, asked.last))
        of = SurveyAsked(
            SourceId.TRYGGHETSMATNING, asked.level, asked.areas, first=first, last=last, edition=asked.edition, as_of=asked.as_of
        )
        return write_survey(release_answer(survey(self.office.connection, self.cube, of), self._audience), _JSON)

    def _measures(self, query: Query) -> bytes:
        found = list_measures(self.office.connection, self.cube.as_of)
        return write_measures(found, RegisterFormat.JSON, Dialect.EXCEL, (int(query.one_of("limit") or 0), 0))

    def _effect(self, query: Query) -> bytes:
        connection, as_of = self.office.connection, self.cube.as_of
        if as_of is None:
            raise bad_parameter("asOf", None, "En rapport frågar alltid om en dag.", "A report always asks of a day.")
        number = int(query.path.removeprefix(_EFFECT[0]).removesuffix(_EFFECT[1]))
        measure = find_measure(connection, number, as_of)
        cube = self.office.cube_of(measure.told.edition, self.cube)
        answer = release_answer(count_effect(connection, cube, measure, AskedEffect(as_of=as_of)), self._audience)
        parts = release_each(count_goals(connection, cube, measure, as_of), self._audience)
        return write_effect(
            answer, effect(answer), [goal(part) if part is not None else None for part in parts], Writing(Format.JSON, outlines={})
        )

    @property
    def _audience(self) -> Audience:
        return self.office.audience


_ANSWERING: Mapping[str, Callable[[_Answers, Query], bytes]] = {
    asking.AREAS: _Answers._areas,
    asking.COMPARISONS: _Answers._comparison,
    asking.SERIES: _Answers._series,
    asking.HOURS: _Answers._hours,
    asking.DECOMPOSITIONS: _Answers._decomposition,
    asking.OLDER_PEOPLE: _Answers._older,
    asking.SIMILAR_AREAS: _Answers._similar,
    asking.INDICATORS: _Answers._indicators,
    asking.MEASURES: _Answers._measures,
}


def _asked(query: Query) -> Asked:
    """Read a question out of its address."""
    told = query.named
    edition, as_of = (told.get(name, (None,))[0] for name in ("edition", "asOf"))
    within, group, first, last, baseline = (told.get(name, (None,))[0] for name in ("within", "group", "from", "to", "baseline"))
    return Asked(
        level=AreaLevel(told.get("level", (AreaLevel.STADSDELSOMRADE,))[0]),
        sources=tuple(SourceId(source) for source in told.get("source", ())),
        areas=told.get("area", ()),
        within=within,
        categories=told.get("category", ()),
        group=group,
        edition=date.fromisoformat(edition) if edition is not None else None,
        first=first,
        last=last,
        baseline=baseline,
        interval=Interval(told.get("interval", (Interval.MONTH,))[0]),
        measure=Measure(told.get("measure", (Measure.COUNT,))[0]),
        per=Denominator(told.get("per", (Denominator.RESIDENTS,))[0]),
        as_of=date.fromisoformat(as_of) if as_of is not None else None,
    )
