"""`survey`, `similar` and `lens`: answers about one matter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated

import typer
from rich.table import Table

from trygghetskarta.cli.connecting import open_engine
from trygghetskarta.cli.documents import AsJson
from trygghetskarta.cli.printing import cell, tell
from trygghetskarta.cli.questions import (
    Areas,
    Baseline,
    Categories,
    Day,
    First,
    Form,
    Group,
    Last,
    Level,
    Out,
    Within,
    chosen_form,
    day_of,
    form_of,
    outlines_for,
    write_out,
)
from trygghetskarta.cli.sharing import exact_writing
from trygghetskarta.disclosure.release import release, release_answer
from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.audience import Audience
from trygghetskarta.domain.counts import Denominator, Measure
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.errors import bad_parameter
from trygghetskarta.queries.areas import Detail
from trygghetskarta.queries.asking import Asked, ask
from trygghetskarta.queries.comparison import compare
from trygghetskarta.queries.cube import load_cube
from trygghetskarta.queries.lens import SOURCE, older_people
from trygghetskarta.queries.similar import SimilarAsked, area_traits
from trygghetskarta.queries.survey import SurveyAsked, crime_beside
from trygghetskarta.queries.survey import survey as ask_survey
from trygghetskarta.serialize.csv import Dialect
from trygghetskarta.serialize.formats import Figures
from trygghetskarta.serialize.lenses import View, lens_figures, write_lens
from trygghetskarta.serialize.similar import similar_figures, write_similar
from trygghetskarta.serialize.surveys import beside_figures, survey_figures, write_beside, write_survey
from trygghetskarta.serialize.swedish import decimal
from trygghetskarta.settings import read_settings
from trygghetskarta.store.engine import one_state

Written = Annotated[Dialect, typer.Option(help="CSV för svenskt Excel, eller rfc4180.")]
Geometry = Annotated[Detail, typer.Option(help="Gränsernas noggrannhet i geojson, gpkg, flatgeobuf och parquet.")]
Sources = Annotated[list[SourceId] | None, typer.Option("--source", help="Källa att jämföra områdena i; kan anges flera gånger.")]
FirstYear = Annotated[int | None, typer.Option("--from", min=1970, max=9999, help="Första år.")]
LastYear = Annotated[int | None, typer.Option("--to", min=1970, max=9999, help="Sista år.")]
BaseYear = Annotated[int | None, typer.Option("--baseline", min=1970, max=9999, help="Året att jämföra med; utelämnat är mätningen före.")]

_HUNDREDTHS = ("distance", "share65plus", "dwellingsPerResident", "dayPopulationPerResident", "rate", "rateLow", "rateHigh", "rateByHome")
_STATUS = {"value": "", "missing": "saknas", "withheld": "skyddat", "notApplicable": "ej tillämpligt"}
_VERDICT = {"higher": "högre", "lower": "lägre", "cannotTell": "kan inte avgöras", "notApplicable": "–"}
_SURVEY = {
    "question": "Fråga", "group": "Grupp", "year": "År", "name": "Område", "value": "Procent", "low": "95 % från", "high": "till", "n": "Svar",
    "change": "Ändring", "verdict": "Ändring säkerställd?", "womenMenGap": "Kvinnor–män", "gapVerdict": "Skillnad säkerställd?", "status": "Värde",
}  # fmt: skip
_BESIDE = {
    "question": "Fråga", "name": "Område", "year": "År", "value": "Procent", "low": "95 % från", "high": "till", "count": "Brott",
    "rate": "Per 1 000 och år", "rateLow": "95 % från", "rateHigh": "till", "status": "Värde",
}  # fmt: skip
_SIMILAR = {
    "ofName": "Till", "rank": "Nr", "name": "Område", "distance": "Avstånd", "residents": "Invånare", "density": "Per km²",
    "share65plus": "Andel 65+", "dwellingsPerResident": "Bostäder/inv.", "dayPopulationPerResident": "Dagbef./inv.", "count": "Antal",
    "rate": "Per 1 000 och år", "rateLow": "95 % från", "rateHigh": "till", "status": "Värde",
}  # fmt: skip
_LENS = {
    View.AREAS: {
        "name": "Område", "count": "Mot äldre", "baselineCount": "Jämförs med", "rate": "Per 1 000 65+ och år", "rateLow": "95 % från",
        "rateHigh": "till", "verdict": "Ändring", "countByHome": "Mot boende", "rateByHome": "Per 1 000 65+ och år", "fraud": "Bedrägerier",
        "fraudByHome": "Mot boende", "status": "Värde",
    },
    View.KINDS: {
        "name": "Slag", "count": "Antal", "baselineCount": "Jämförs med", "percent": "Procent", "verdict": "Ändring", "placed": "Placerade",
        "areaOnly": "Bara i större område", "unplaced": "Utan plats", "outside": "Utanför", "homeKnown": "Hem känt", "older": "65+",
    },
}  # fmt: skip


def survey(
    level: Level = AreaLevel.STADSDELSOMRADE,
    area: Areas = None,
    within: Within = None,
    question: Annotated[list[str] | None, typer.Option(help="Undersökningens fråga, ordagrant; kan anges flera gånger.")] = None,
    group: Annotated[
        list[str] | None,
        typer.Option(help="Vilka som svarat, till exempel kvinnor; utelämnad ger alla tillsammans. Kan anges flera gånger."),
    ] = None,
    first: FirstYear = None,
    last: LastYear = None,
    baseline: BaseYear = None,
    beside: Annotated[SourceId | None, typer.Option(help="Ställ en källa med händelser bredvid det sista året.")] = None,
    category: Categories = None,
    crime_group: Annotated[str | None, typer.Option(help="Kod på en grupp över källorna, i stället för kategorier; med --beside.")] = None,
    per: Annotated[Denominator | None, typer.Option(help="Vad brotten räknas på, med --beside; utelämnad är invånare.")] = None,
    edition: Day = None,
    as_of: Day = None,
    form: Form = None,
    as_json: AsJson = False,
    dialect: Written = Dialect.EXCEL,
    geometry: Geometry = Detail.METRES10,
    out: Out = None,
) -> None:
    """Visa trygghetsmätningens värden, med intervall, ändring och skillnad mellan kvinnor och män."""
    form = chosen_form(form, as_json=as_json)
    asked = SurveyAsked(
        SourceId.TRYGGHETSMATNING, level, tuple(area or ()), within, tuple(question or ()), tuple(name.casefold() for name in group or ()),
        first, last, baseline, day_of(edition), day_of(as_of),
    )  # fmt: skip
    if beside is None:
        _refuse(
            {"--category": category, "--crime-group": crime_group, "--per": per}, "bara användas med --beside", "only be used with --beside"
        )
    else:
        _refuse(
            {"--from": first, "--baseline": baseline, "--group": (group or [])[1:]},
            "inte användas med --beside",
            "not be used with --beside",
        )
        asked = replace(asked, first=last)
    sources = (beside,) if beside is not None else ()
    crime = Asked(level, sources, categories=tuple(category or ()), group=crime_group, per=per or Denominator.RESIDENTS)
    with one_state(open_engine(read_settings())) as connection:
        cube = load_cube(connection, asked.edition, asked.as_of)
        published = release_answer(ask_survey(connection, cube, asked), Audience.STAFF)
        writing = exact_writing(form_of(form, out), dialect, outlines_for(connection, cube, level, (form_of(form, out), geometry)))
    if beside is None:
        if form is None and out is None:
            _print(survey_figures(published, {}), _SURVEY)
            return
        write_out(write_survey(published, writing), out)
        return
    recorded = release(compare(cube, crime_beside(cube, asked, published.question, crime)), Audience.STAFF)
    if form is None and out is None:
        _print(beside_figures(published, recorded, {}), _BESIDE)
        return
    write_out(write_beside(published, recorded, writing), out)


def _refuse(given: Mapping[str, object], when: str, when_en: str) -> None:
    """Refuse an option that would change nothing, so that nobody believes that it did; of several groups the second is one."""
    for name, value in given.items():
        if value:
            more, more_en = (" mer än en gång", " more than once") if isinstance(value, list) and name == "--group" else ("", "")
            raise bad_parameter(name, str(value), f"{name}{more} kan {when}.", f"{name}{more_en} can {when_en}.")


def similar(
    area: Areas = None,
    level: Level = AreaLevel.STADSDEL,
    count: Annotated[int, typer.Option(min=1, max=50, help="Hur många liknande områden som mest.")] = 5,
    source: Sources = None,
    category: Categories = None,
    group: Group = None,
    first: First = None,
    last: Last = None,
    per: Annotated[Denominator, typer.Option(help="Vad källornas tal räknas på.")] = Denominator.RESIDENTS,
    edition: Day = None,
    as_of: Day = None,
    form: Form = None,
    as_json: AsJson = False,
    dialect: Written = Dialect.EXCEL,
    geometry: Geometry = Detail.METRES10,
    out: Out = None,
) -> None:
    """Hitta de områden som är mest lika, och jämför deras tal."""
    form = chosen_form(form, as_json=as_json)
    asked = SimilarAsked(level, tuple(area or ()), count, day_of(edition), day_of(as_of))
    crime = Asked(
        level, tuple(source or ()), categories=tuple(category or ()), group=group, edition=asked.edition, first=first, last=last,
        measure=Measure.RATE, per=per, as_of=asked.as_of,
    )  # fmt: skip
    with one_state(open_engine(read_settings())) as connection:
        cube = load_cube(connection, asked.edition, asked.as_of)
        writing = exact_writing(form_of(form, out), dialect, outlines_for(connection, cube, level, (form_of(form, out), geometry)))
    published = release_answer(area_traits(cube, asked), Audience.STAFF)
    recorded = release(compare(cube, ask(cube, crime)), Audience.STAFF) if source else None
    if form is None and out is None:
        _print(similar_figures(published, recorded, {}), _SIMILAR)
        return
    write_out(write_similar(published, recorded, writing), out)


def lens(
    level: Level = AreaLevel.STADSDELSOMRADE,
    area: Areas = None,
    within: Within = None,
    first: First = None,
    last: Last = None,
    baseline: Baseline = None,
    view: Annotated[View | None, typer.Option(help="Tabellen: areas eller kinds; utelämnad visar båda.")] = None,
    edition: Day = None,
    as_of: Day = None,
    form: Form = None,
    as_json: AsJson = False,
    dialect: Written = Dialect.EXCEL,
    geometry: Geometry = Detail.METRES10,
    out: Out = None,
) -> None:
    """Visa brott mot äldre och bedrägerier: per område, utan plats, och efter var de drabbade bor."""
    form = chosen_form(form, as_json=as_json)
    asked = Asked(
        level, (SOURCE,), tuple(area or ()), within, edition=day_of(edition), first=first, last=last, baseline=baseline, as_of=day_of(as_of)
    )
    with one_state(open_engine(read_settings())) as connection:
        cube = load_cube(connection, asked.edition, asked.as_of)
        published = release_answer(older_people(connection, cube, asked), Audience.STAFF)
        writing = exact_writing(form_of(form, out), dialect, outlines_for(connection, cube, level, (form_of(form, out), geometry)))
    if form is not None or out is not None:
        write_out(write_lens(published, view or View.AREAS, writing), out)
        return
    for one in [view] if view is not None else list(View):
        figures = lens_figures(published, one, {})
        _print(replace(figures, sentences=[] if view is None and one is View.AREAS else figures.sentences), _LENS[one])


def _print(figures: Figures, columns: dict[str, str]) -> None:
    shown = [column for column in columns if figures.rows and column in figures.rows[0]]
    table = Table(*(columns[column] for column in shown))
    for row in figures.rows:
        table.add_row(*(_word(column, row[column]) for column in shown))
    tell(table, figures.sentences, width=180)


def _word(column: str, value: str | float | None) -> str:
    match column:
        case "year":
            return str(value)
        case "status":
            return _STATUS[str(value)]
        case "verdict" | "gapVerdict":
            return _VERDICT[str(value)]
        case _ if column in _HUNDREDTHS and isinstance(value, float):
            return decimal(value, 2)
        case _:
            return cell(value)
