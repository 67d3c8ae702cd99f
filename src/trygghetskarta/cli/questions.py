"""`compare`: the question of the API, printed or written; and what every such command has."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from sqlalchemy import Connection

from trygghetskarta.analysis.comparison import find
from trygghetskarta.cli.connecting import open_engine
from trygghetskarta.cli.documents import AsJson
from trygghetskarta.cli.printing import cell, console
from trygghetskarta.cli.sharing import FileClass, class_of, loader, made_for, tell_class
from trygghetskarta.disclosure.release import release
from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.counts import Denominator, Measure, Published, Question, Statistics
from trygghetskarta.domain.periods import Interval
from trygghetskarta.domain.sources import CountsBy, SourceId
from trygghetskarta.errors import bad_parameter
from trygghetskarta.queries.areas import Detail, load_outlines
from trygghetskarta.queries.asking import Asked, ask, cube_by
from trygghetskarta.queries.comparison import compare as count_comparison
from trygghetskarta.queries.cube import Cube
from trygghetskarta.serialize.csv import Dialect
from trygghetskarta.serialize.figures import Row, comparison_rows
from trygghetskarta.serialize.formats import Format, Writing, write_comparison
from trygghetskarta.serialize.geojson import Outlines
from trygghetskarta.serialize.saying.answers import sentences
from trygghetskarta.serialize.swedish import alphabetical, span_name, whole
from trygghetskarta.settings import read_settings
from trygghetskarta.store.engine import one_state

Level = Annotated[AreaLevel, typer.Option(help="Områdesnivå.")]
Sources = Annotated[list[SourceId], typer.Option("--source", help="Källa; kan anges flera gånger.")]
Areas = Annotated[list[str] | None, typer.Option("--area", help="Kod på ett område; kan anges flera gånger.")]
Within = Annotated[str | None, typer.Option(help="Bara områden inom detta större område.")]
Categories = Annotated[list[str] | None, typer.Option("--category", help="Kod på en kategori; kan anges flera gånger.")]
Group = Annotated[str | None, typer.Option("--group", help="Kod på en grupp över källorna, i stället för kategorier.")]
Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"])]
First = Annotated[str | None, typer.Option("--from", help="Första månad, till exempel 2025-01.")]
Last = Annotated[str | None, typer.Option("--to", help="Sista månad.")]
Baseline = Annotated[str | None, typer.Option(help="previous, same-period-last-year eller 2024-01..2024-12.")]
Against = Annotated[str | None, typer.Option(help="Kod på ett område som vart och ett prövas mot, i stället för en annan period.")]
By = Annotated[CountsBy | None, typer.Option(help="Vilket datum som avgör månaden: happened eller reported; utelämnat är källans eget.")]
Form = Annotated[
    Format | None, typer.Option("--format", help="Skriv i detta format i stället för en tabell; utelämnat avgör namnet i --out.")
]
WeightsName = Annotated[str | None, typer.Option("--weights", help="Vikterna som allvarlighet räknas med; utelämnade är de nyaste.")]
Out = Annotated[Path | None, typer.Option(help="Skriv till en fil.")]


_CHANGE = {
    "name": "Område",
    "count": "Antal",
    "estimated": "Härav skattade",
    "baselineCount": "Jämförs med",
    "baselineEstimated": "Härav skattade",
    "difference": "Skillnad",
    "percent": "Procent",
    "ratio": "Kvot",
    "ratioLow": "95 %",
    "verdict": "Prövning",
    "status": "Värde",
}
_RATE = {
    "name": "Område",
    "count": "Antal",
    "baselineCount": "Jämförs med",
    "percent": "Procent",
    "rate": "Per 1 000",
    "rateLow": "95 %",
    "smoothedRate": "Utjämnat",
    "rankLow": "Plats",
    "ratio": "Kvot",
    "ratioLow": "95 %",
    "verdict": "Prövning",
    "status": "Värde",
}
_HARM = {
    "name": "Område",
    "count": "Antal",
    "estimated": "Härav skattade",
    "harm": "Dagar",
    "harmLow": "95 % från",
    "harmHigh": "till",
    "baselineHarm": "Jämförs med",
    "harmPercent": "Procent",
    "harmPerEvent": "Per brott",
    "harmPoliceInitiated": "Polisens egna",
    "weighed": "Andel vägda",
    "harmStatus": "Värde",
}
_UP_TO = {"ratioLow": "ratioHigh", "rateLow": "rateHigh", "rankLow": "rankHigh"}
_ESTIMATED = ("estimated", "baselineEstimated")
"""Columns shown where some figure has any."""
_STATUSES = ("status", "harmStatus")
_TEXTS = ("name", "period", *_STATUSES)
_ALWAYS = (*_TEXTS, "count")
_STATUS = {"value": "", "missing": "saknas", "withheld": "skyddat", "notApplicable": "ej tillämpligt"}
_VERDICT = {"higher": "högre", "lower": "lägre", "cannotTell": "oavgjort", "notApplicable": "–"}
_WORDS = {**dict.fromkeys(_STATUSES, _STATUS), "verdict": _VERDICT}


def compare(
    source: Sources,
    level: Level = AreaLevel.STADSDELSOMRADE,
    area: Areas = None,
    within: Within = None,
    category: Categories = None,
    group: Group = None,
    edition: Day = None,
    first: First = None,
    last: Last = None,
    baseline: Baseline = None,
    measure: Annotated[Measure, typer.Option(help="count, rate eller harm.")] = Measure.COUNT,
    per: Annotated[Denominator, typer.Option(help="Vad rate räknas på.")] = Denominator.RESIDENTS,
    as_of: Day = None,
    weights: WeightsName = None,
    statistics: Annotated[Statistics, typer.Option(help="all: hur säkra siffrorna är; none: bara antal.")] = Statistics.ALL,
    by: By = None,
    against: Against = None,
    form: Form = None,
    as_json: AsJson = False,
    sharing: FileClass = None,
    dialect: Annotated[Dialect, typer.Option(help="CSV för svenskt Excel, eller rfc4180.")] = Dialect.EXCEL,
    geometry: Annotated[Detail, typer.Option(help="Gränsernas noggrannhet i geojson, gpkg, flatgeobuf och parquet.")] = Detail.METRES10,
    out: Out = None,
) -> None:
    """Jämför områden under en period, och perioden med en annan."""
    form = chosen_form(form, as_json=as_json)
    asked = Asked(
        level, tuple(source), tuple(area or ()), within, tuple(category or ()), group, day_of(edition), first, last, baseline,
        Interval.MONTH, measure, per, day_of(as_of), weights, statistics, by, against,
    )  # fmt: skip
    written = form_of(form, out)
    on_screen = form is None and out is None
    sort = class_of(sharing, on_screen=on_screen)
    with one_state(open_engine(read_settings())) as connection:
        cube = loader(sort)(connection, asked.edition, asked.as_of, cube_by(asked.sources, asked.by))
        question = ask(cube, asked)
        outlines = outlines_for(connection, cube, asked.level, (written, geometry))
    published = release(count_comparison(cube, question, harm=question.tells_harm), sort.audience)
    if on_screen:
        findings = find(published)
        print_table(published, cube, (comparison_rows(published, findings), sentences(published, findings)), _compared(published.question))
        return
    tell_class(sort)
    write_out(write_comparison(published, Writing(written, dialect, outlines, made_for=made_for(sort))), out)


def _compared(question: Question) -> dict[str, str]:
    """Give the columns that a terminal has room for: those that the question is about."""
    if question.measure is Measure.HARM:
        return _HARM
    return _CHANGE if question.measure is Measure.COUNT and question.baseline is not None else _RATE


def day_of(day: datetime | None) -> date | None:
    """Give the date that an option was given."""
    return day.date() if day is not None else None


def chosen_form(form: Format | None, *, as_json: bool) -> Format | None:
    """Give the format that was named, by --format or by --json, which is short for one of them.

    Raises:
        InvalidQuestionError: They name different ones.
    """
    if as_json and form not in (None, Format.JSON):
        raise bad_parameter("--json", form, "Ange --json eller --format, inte båda.", "Give --json or --format, not both.")
    return Format.JSON if as_json else form


def form_of(form: Format | None, out: Path | None, usual: Format = Format.CSV) -> Format:
    """Give the format to write in: the one named, else the one that the file's name ends with, else the usual one.

    Raises:
        InvalidQuestionError: The file's name ends with no format's ending, and none is named.
    """
    if form is not None or out is None:
        return form or usual
    # The longest ending first: .jsonstat.json is no plain .json.
    for known in sorted(Format, key=lambda known: -len(known.ending)):
        if out.name.lower().endswith(known.ending):
            return known
    endings = ", ".join(known.ending for known in Format)
    raise bad_parameter(
        "--out", out.name, f"Ange --format, eller ett namn som slutar med {endings}.", f"Give --format, or a name that ends with {endings}."
    )


def outlines_for(connection: Connection, cube: Cube, level: AreaLevel, drawn: tuple[Format, Detail]) -> Outlines | None:
    """Read the outlines that an answer is drawn with: None for a format that draws nothing, and where none are wanted."""
    form, detail = drawn
    return load_outlines(connection, cube.edition.edition_id, level, detail) if form.draws and detail is not Detail.NONE else None


def write_out(content: bytes, out: Path | None) -> None:
    """Write an answer to a file, or to standard output."""
    if out is None:
        sys.stdout.buffer.write(content)
        return
    out.write_bytes(content)
    typer.echo(f"Skrev {out}.", err=True)


def _tells(row: Row, column: str) -> bool:
    """Tell whether a row has something to tell in a column: none of its events being estimated is not."""
    return bool(row.get(column)) if column in _ESTIMATED else row.get(column) is not None


def print_table(published: Published, cube: Cube, found: tuple[list[Row], list[str]], columns: Mapping[str, str]) -> None:
    """Print an answer: its edition, its rows, its ledger and its sentences.

    Args:
        published: The answer.
        cube: What it was counted from.
        found: Its rows, and its sentences.
        columns: The heading of each column, by its key; those that have nothing to tell are left out.
    """
    rows, said = found
    terminal = console()
    terminal.print(f"{cube.edition.name}. {span_name(published.question.span)}.")
    table = Table()
    # A column that has nothing to tell of any area is left out: a terminal is narrow.
    shown = [column for column in columns if column in _ALWAYS or any(_tells(row, column) for row in rows)]
    for column in shown:
        table.add_column(columns[column], justify="left" if column in _TEXTS else "right", no_wrap=column == "name")
    for row in sorted(rows, key=lambda row: alphabetical(row["name"])):
        table.add_row(*(_written(row, column) for column in shown))
    terminal.print(table)
    ledger = published.ledger
    if ledger is not None:
        terminal.print(
            f"Avstämning: {whole(ledger.placed)} placerade + {whole(ledger.area_only)} bara i större område + {whole(ledger.unplaced)} utan plats "
            f"+ {whole(ledger.outside)} utanför = {whole(ledger.total)}"
        )
    for sentence in said:
        terminal.print(sentence)


def _written(row: Row, column: str) -> str:
    if column in _WORDS:
        return _WORDS[column][row[column]]
    if column in _UP_TO:
        return _interval(row[column], row[_UP_TO[column]])
    return cell(row[column], 2 if column == "ratio" else 1)


def _interval(low: float | None, high: float | None) -> str:
    """Write both ends of an interval; an end that is nowhere as dots, and a rank that is sure as one number."""
    if low is None and high is None:
        return "–"
    if isinstance(low, int) and low == high:
        return cell(low)
    return "–".join("…" if end is None else cell(end, 2) for end in (low, high))
