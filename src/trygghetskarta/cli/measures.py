"""`measures`: the register of measures, and whether they worked."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from trygghetskarta.analysis.effect import Effect, GoalFinding, effect, goal
from trygghetskarta.cli.connecting import open_engine
from trygghetskarta.cli.documents import AsJson, tell_json, tell_list
from trygghetskarta.cli.printing import console, tell
from trygghetskarta.cli.questions import Categories, Day, Form, Group, Level, Out, chosen_form, day_of, form_of
from trygghetskarta.cli.sharing import exact_writing
from trygghetskarta.disclosure.release import release_answer
from trygghetskarta.domain.answers import PublishedAnswer
from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.audience import Audience
from trygghetskarta.domain.measures import EffectCounts, Registered, Weighting
from trygghetskarta.domain.periods import LOCAL_TIME
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.errors import bad_parameter
from trygghetskarta.queries.cube import load_cube
from trygghetskarta.queries.effects import AskedEffect, count_effect, count_goals
from trygghetskarta.queries.measures import find_measure, list_measures
from trygghetskarta.serialize.csv import Dialect
from trygghetskarta.serialize.measures import effect_rows, measure_document, measure_rows, write_effect
from trygghetskarta.serialize.saying.effect import effect_sentences, goal_sentence
from trygghetskarta.serialize.swedish import begun, decimal, how_many, whole
from trygghetskarta.settings import read_settings
from trygghetskarta.store.engine import one_state
from trygghetskarta.store.version import hold_tables_still

app = typer.Typer(no_args_is_help=True)

Number = Annotated[int, typer.Argument(help="Åtgärdens nummer.")]
_COLUMNS = {
    "name": "", "before": "Före", "after": "Efter", "percent": "Procent", "estimate": "Skattning", "low": "95 % från", "high": "till",
    "verdict": "Slutsats",
}  # fmt: skip
_ROLES = {"target": "Målområde", "control": "Jämförelse", "displacement": "Spridning", "displacementControl": "Spridningens jämförelse"}
_VERDICTS = {
    "lower": "färre", "higher": "fler", "cannotTell": "kan inte avgöras", "tooSmallToTell": "för få", "notApplicable": "ej tillämpligt",
}  # fmt: skip


@app.command()
def add(
    file: Annotated[Path | None, typer.Argument(help="TOML- eller JSON-fil med samma namn som API:et; i stället för val.")] = None,
    name: Annotated[str | None, typer.Option(help="Vad åtgärden kallas.")] = None,
    kind: Annotated[str | None, typer.Option(help="Vilket slag av åtgärd.")] = None,
    responsible: Annotated[str | None, typer.Option(help="Ansvarig nämnd eller enhet, inte en person.")] = None,
    description: Annotated[str, typer.Option(help="Vad som görs. Inga personuppgifter.")] = "",
    cost: Annotated[int | None, typer.Option(min=0, help="Kostnad i kronor.")] = None,
    start: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Första dagen.")] = None,
    end: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Sista dagen; utelämnad medan den pågår.")] = None,
    level: Level = AreaLevel.STADSDEL,
    edition: Day = None,
    target: Annotated[list[str] | None, typer.Option(help="Kod på ett område i målområdet; kan anges flera gånger.")] = None,
    control: Annotated[list[str] | None, typer.Option(help="Kod på ett jämförelseområde; kan anges flera gånger.")] = None,
    displacement: Annotated[list[str] | None, typer.Option(help="Kod på ett spridningsområde; kan anges flera gånger.")] = None,
    displacement_control: Annotated[list[str] | None, typer.Option(help="Kod på ett område att jämföra spridningen med.")] = None,
    as_json: AsJson = False,
) -> None:
    """Registrera en åtgärd: ur en fil, eller med val. Mål anges i fil. Områden som anmäls efter starten märks."""
    written: dict[str, Any] = {
        "name": name, "kind": kind, "responsible": responsible, "description": description, "cost": cost, "startsOn": day_of(start),
        "endsOn": day_of(end), "edition": day_of(edition),
    }  # fmt: skip
    sites = {"target": target, "control": control, "displacement": displacement, "displacementControl": displacement_control}
    written |= {role: {"level": level, "areas": codes} for role, codes in sites.items() if codes}
    given = {option: value for option, value in written.items() if value not in (None, "")}
    if file is not None and set(given) - {"edition"}:
        raise bad_parameter("FILE", file.name, "Ange en fil eller val, inte båda.", "Give a file or options, not both.")
    _tell(_write(file, given, None), as_json=as_json)


@app.command()
def change(
    number: Number, file: Annotated[Path, typer.Argument(help="TOML- eller JSON-fil med allt som nu gäller.")], as_json: AsJson = False
) -> None:
    """Ge en ny version av en åtgärd. Den förra finns kvar så som den var känd."""
    _tell(_write(file, {}, number), as_json=as_json)


@app.command(name="list")
def list_all(as_of: Day = None, as_json: AsJson = False) -> None:
    """Visa åtgärderna, de senast påbörjade först."""
    with open_engine(read_settings()).connect() as connection:
        found = list_measures(connection, day_of(as_of))
    if as_json:
        tell_list([measure_document(measure) for measure in found])
        return
    for measure in found:
        row = measure_rows([measure])[0]
        typer.echo(
            f"{measure.number:>4}  {row['startsOn']} – {row['endsOn'] or 'pågår':<10}  {row['name']} ({row['kind']}): {row['target']}"
        )
    typer.echo(f"{how_many(len(found), ('åtgärd', 'åtgärder'))}.")


@app.command()
def show(number: Number, as_of: Day = None) -> None:
    """Visa en åtgärd, som JSON."""
    with open_engine(read_settings()).connect() as connection:
        found = find_measure(connection, number, day_of(as_of))
    tell_json(measure_document(found))


@app.command(name="effect")
def show_effect(
    number: Number,
    source: Annotated[list[SourceId] | None, typer.Option(help="Källa; utelämnad räknas det som det första målet räknar.")] = None,
    category: Categories = None,
    group: Group = None,
    before: Annotated[int | None, typer.Option(min=1, help="Månader före; utelämnat lika många som efter.")] = None,
    after: Annotated[int | None, typer.Option(min=1, help="Månader efter; utelämnat alla levererade, högst 12.")] = None,
    same_season: Annotated[bool, typer.Option("--same-season", help="Jämför med samma månader ett tidigare år.")] = False,
    weighting: Annotated[Weighting | None, typer.Option(help="none, before eller area; utelämnat avgör områdenas storlek.")] = None,
    as_of: Day = None,
    form: Form = None,
    as_json: AsJson = False,
    dialect: Annotated[Dialect, typer.Option(help="CSV för svenskt Excel, eller rfc4180.")] = Dialect.EXCEL,
    out: Out = None,
) -> None:
    """Visa om en åtgärd haft effekt, och om målen är nådda."""
    form = chosen_form(form, as_json=as_json)
    asked = AskedEffect(
        tuple(source) if source else None, tuple(category or ()), group, before, after, same_season, weighting, day_of(as_of)
    )  # fmt: skip
    answer, judged = _answer(number, asked)
    found = effect(answer)
    if form is None and out is None:
        _print(answer, found, judged)
        return
    content = write_effect(answer, found, list(judged), exact_writing(form_of(form, out), dialect, {}))
    if out is None:
        sys.stdout.buffer.write(content)
        return
    out.write_bytes(content)
    typer.echo(f"Skrev {out}.", err=True)


def _write(file: Path | None, options: dict[str, Any], number: int | None) -> Registered:
    # Loaded when first needed: whoever only reads the register does not wait for what writes it.
    from trygghetskarta.ingest.measure_forms import formed, read_form
    from trygghetskarta.ingest.measures import change, register

    told = read_form(file) if file is not None else formed(options)
    with open_engine(read_settings()).begin() as connection:
        hold_tables_still(connection)
        if number is None:
            number = register(connection, told, datetime.now(UTC))
        else:
            change(connection, number, told, datetime.now(UTC))
        return find_measure(connection, number)


def _tell(measure: Registered, *, as_json: bool) -> None:
    if as_json:
        tell_json(measure_document(measure))
        return
    typer.echo(f"Åtgärd {measure.number}: {measure.told.name}, från {measure.told.starts_on}.")
    for role in measure.declared_after:
        typer.echo(f"  Obs: {role.swedish} anmäldes efter att åtgärden hade börjat. Det står i svaret om effekten.")


def _answer(number: int, asked: AskedEffect) -> tuple[PublishedAnswer[EffectCounts], list[GoalFinding]]:
    """Count from the database itself; whoever may run commands on it may see exact figures."""
    today: date = asked.as_of or datetime.now(LOCAL_TIME).date()
    with one_state(open_engine(read_settings())) as connection:
        measure = find_measure(connection, number, asked.as_of)
        cube = load_cube(connection, measure.told.edition, asked.as_of)
        counts = count_effect(connection, cube, measure, asked)
        goals = count_goals(connection, cube, measure, today)
    return release_answer(counts, Audience.STAFF), [goal(release_answer(part, Audience.STAFF)) for part in goals]


def _print(answer: PublishedAnswer[EffectCounts], found: Effect, judged: list[GoalFinding]) -> None:
    measure = found.counts.measure
    console().print(f"{measure.told.name}, från {measure.told.starts_on}. {found.counts.before} mot {found.counts.after}.")
    table = Table()
    for column, heading in _COLUMNS.items():
        table.add_column(heading, justify="left" if column in ("name", "verdict") else "right")
    for row in effect_rows(found):
        shown = {
            **row,
            "name": f"{_ROLES[row['code']]}: {row['name']}" if row["code"] in _ROLES else begun(row["name"]),
        }
        table.add_row(*(_cell(column, shown[column]) for column in _COLUMNS))
    tell(table, [*effect_sentences(answer, found), *(goal_sentence(part.counts.goal, part) for part in judged)])


def _cell(column: str, value: str | float | None) -> str:
    match value:
        case None:
            return "" if column == "verdict" else "–"
        case float():
            return decimal(value, 2)
        case int():
            return whole(value)
        case str():
            return _VERDICTS[value] if column == "verdict" else value
