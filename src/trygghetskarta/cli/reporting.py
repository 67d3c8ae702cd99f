"""`lagesbild`: the local situation report, in any form; and `report`: the reports that committees get."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import Connection

from trygghetskarta.cli.connecting import open_engine
from trygghetskarta.cli.documents import AsJson, tell_json
from trygghetskarta.cli.progress import counting
from trygghetskarta.cli.questions import Day, First, Last, Out, day_of
from trygghetskarta.cli.sharing import Class, loader, logged_in, tell_class
from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.audience import Audience, SharingClass
from trygghetskarta.domain.cities import CITY
from trygghetskarta.domain.periods import LOCAL_TIME
from trygghetskarta.errors import ForbiddenError, bad_parameter
from trygghetskarta.queries.cube import Cube
from trygghetskarta.reporting import Office, Wanted, area_codes, newest_month, report_of
from trygghetskarta.reporting.sites import WantedSite
from trygghetskarta.reports.index import Made, index_page
from trygghetskarta.reports.json import read_json
from trygghetskarta.reports.lagesbild import Reader
from trygghetskarta.reports.mail import mail_page
from trygghetskarta.reports.monthly import Issue, committee_report, issue_of
from trygghetskarta.reports.render import ReportFormat, render
from trygghetskarta.serialize.titles import plain
from trygghetskarta.settings import read_settings
from trygghetskarta.store.engine import one_state

app = typer.Typer(no_args_is_help=True)

Areas = Annotated[list[str] | None, typer.Option("--area", help="Kod på ett område; utelämnad hela staden. Kan anges flera gånger.")]
Level = Annotated[AreaLevel | None, typer.Option(help="Områdets nivå; behövs bara när en mindre nivå har samma kod.")]
Form = Annotated[ReportFormat | None, typer.Option("--format", help="Filens form; utelämnad avgör namnet i --out, annars pdf.")]
Forms = Annotated[
    list[ReportFormat] | None, typer.Option("--format", help="Filernas form; kan anges flera gånger. Utelämnad pdf och html.")
]
User = Annotated[str | None, typer.Option("--for", help="Vem en intern rapport görs åt; utelämnad den inloggade.")]
Date = Annotated[datetime | None, typer.Option("--date", formats=["%Y-%m-%d"], help="Dagen i vattenstämpeln; utelämnad i dag.")]
Template = Annotated[Path | None, typer.Option(help="Stadens egen Wordmall, för docx.", exists=True, dir_okay=False)]
Sent = Annotated[
    list[Path] | None, typer.Option("--with", help="En lägesbild i JSON-form att slå ihop med; kan anges flera gånger.", exists=True)
]
Polygon = Annotated[
    str | None, typer.Option(help="En plats i stället för ett område: ytan som WKT, öst före norr. Bara med --class intern.")
]
Measure = Annotated[int | None, typer.Option(help="Nummer på en åtgärd vars målområde är en yta, i stället för --polygon.")]
Folder = Annotated[Path, typer.Option("--out", help="Mappen som rapporterna skrivs i.", file_okay=False)]
Everywhere = Annotated[bool, typer.Option("--all", help="Alla stadsdelsområden och hela staden.")]

_SUITABLE = (ReportFormat.PDF, ReportFormat.HTML)


def lagesbild(
    area: Areas = None,
    level: Level = None,
    first: First = None,
    last: Last = None,
    edition: Day = None,
    as_of: Day = None,
    polygon: Polygon = None,
    crs: Annotated[int, typer.Option(help=f"Ytans koordinatsystem: 4326 eller {CITY.plane}.")] = 4326,
    measure: Measure = None,
    name: Annotated[str | None, typer.Option(help="Vad rapporten ska kalla platsen.")] = None,
    sharing: Class = SharingClass.DELBAR,
    user: User = None,
    day: Date = None,
    sent: Sent = None,
    form: Form = None,
    template: Template = None,
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """Gör lägesbilden för ett område eller hela staden; för flera områden, eller med --with, en gemensam."""
    reader = _reader(sharing, user, day)
    wanted = [Wanted(code, level, first, last, day_of(edition), day_of(as_of)) for code in _codes(area)]
    if polygon is not None or measure is not None:
        _refuse_to_share_a_site(reader)
        site = WantedSite(polygon, crs, measure, name)
        wanted = [Wanted(None, None, first, last, day_of(edition), day_of(as_of), site), *(wanted if area else [])]
    others = [read_json(path.read_bytes(), path.name) for path in sent or ()]
    written = _form_of(form, out)
    with _office(reader) as office:
        report = report_of(office, wanted, reader, others)
    content = render(report, written, template.read_bytes() if template is not None else None)
    tell_class(report.report_class)
    path = out or Path(f"{plain(f'{report.kind}_{report.area_name}_{report.subtitle}')}{report.report_class.suffix}{written.ending}")
    _write(path, content)
    typer.echo(f"Skrev {path}.", err=True)
    if as_json:
        tell_json({"file": str(path), "title": report.title, "class": sharing.value, "format": written.value, "bytes": len(content)})


@app.command()
def monthly(
    out: Folder,
    month: Annotated[
        str | None, typer.Option(help="Månad 2026-10, tertial 2026-T2 eller år 2026; utelämnad den senast levererade månaden.")
    ] = None,
    everywhere: Everywhere = False,
    area: Areas = None,
    edition: Day = None,
    as_of: Day = None,
    sharing: Class = SharingClass.DELBAR,
    user: User = None,
    day: Date = None,
    form: Forms = None,
    template: Template = None,
    as_json: AsJson = False,
) -> None:
    """Gör nämndernas rapporter för en månad, ett tertial eller ett år, med en startsida och ett brev till var och en."""
    reader = _reader(sharing, user, day)
    forms = form or list(_SUITABLE)
    out.mkdir(parents=True, exist_ok=True)
    with _office(reader) as office:
        issue = issue_of(month if month is not None else newest_month(office, day_of(edition), day_of(as_of)))
        codes = area_codes(office, day_of(edition), day_of(as_of)) if everywhere else _codes(area)
        wanted = [Wanted(code, None, str(issue.span.first), str(issue.span.last), day_of(edition), day_of(as_of)) for code in codes]
        made = _each(office, wanted, reader, (issue, forms, template.read_bytes() if template is not None else None, out))
    page = out / f"{issue.kind}_{issue.label}{sharing.suffix}_index.html"
    _write(page, index_page(issue, made, sharing))
    failed = [one for one in made if one.failure]
    tell_class(sharing)
    typer.echo(f"{len(made) - len(failed)} av {len(made)} rapporter är gjorda: {page}", err=True)
    if as_json:
        items = [{"area": one.name, "title": one.title, "files": one.files, "letter": one.letter, "failure": one.failure} for one in made]
        tell_json({"folder": str(out), "index": page.name, "class": sharing.value, "items": items, "total": len(items)})
    raise typer.Exit(1 if failed else 0)


def _refuse_to_share_a_site(reader: Reader) -> None:
    if reader.audience is not Audience.STAFF:
        raise ForbiddenError(
            "En egen yta kan ritas så att siffran pekar ut en person. En lägesbild av den kan bara vara intern: begär --class intern.",
            "A polygon can be drawn so that its figure points at a person. A lagesbild of one can only be intern: ask for --class intern.",
        )


def _codes(area: list[str] | None) -> list[str | None]:
    """Give the codes of the areas asked for; None, the whole city, where none is."""
    return [*area] if area else [None]


_Order = tuple[Issue, list[ReportFormat], bytes | None, Path]


def _each(office: Office, wanted: Sequence[Wanted], reader: Reader, order: _Order) -> list[Made]:
    """Make every report; one that fails is told of and leaves the others alone."""
    made = []
    with counting(len(wanted)) as done:
        for one in wanted:
            began = time.monotonic()
            name = one.area or "staden"
            try:
                # Whatever goes wrong in the database is undone, so that the next report meets the state that this one met.
                with office.connection.begin_nested():
                    found = _one(office, one, reader, order)
            except Exception as error:  # noqa: BLE001 - a report that meets a bug must not keep the others waiting
                found = Made(name, failure=getattr(error, "swedish", None) or f"{type(error).__name__}: {error}")
                sys.stderr.write(f"{name}: {found.failure}\n")
            made.append(found)
            done(f"{found.name} ({time.monotonic() - began:.1f} s)".replace(".", ","))
    return made


def _one(office: Office, wanted: Wanted, reader: Reader, order: _Order) -> Made:
    issue, forms, template, folder = order
    report = committee_report(office.situation(wanted), reader, issue)
    stem = f"{issue.kind}_{issue.label}_{plain(wanted.area or 'staden')}{report.report_class.suffix}"
    files = []
    for form in forms:
        path = folder / f"{stem}{form.ending}"
        _write(path, render(report, form, template))
        files.append(path.name)
    letter = folder / f"{stem}_brev.html"
    _write(letter, mail_page(report, files))
    return Made(report.area_name, report.title, tuple(files), letter.name)


def _reader(sharing: SharingClass, user: str | None, day: datetime | None) -> Reader:
    """Say who a report is for. Whoever may run commands on the database may see exact figures."""
    if sharing is SharingClass.DELBAR:
        return Reader(Audience.PUBLIC, root=_root())
    return Reader(Audience.STAFF, user or logged_in(), day_of(day) or _today(), _root())


def _root() -> str:
    return (read_settings().public_url or "").rstrip("/")


def _today() -> date:
    return datetime.now(LOCAL_TIME).date()


@contextmanager
def _office(reader: Reader) -> Iterator[Office]:
    with one_state(open_engine(read_settings())) as connection:
        yield Office(connection, _Cubes(connection, reader.audience), reader.audience)


class _Cubes:
    """Reads each cube once: of what is released for a report that is meant to be shared."""

    def __init__(self, connection: Connection, audience: Audience) -> None:
        self._connection = connection
        self._load = loader(audience.sharing_class)
        self._read: dict[tuple[date | None, date | None], Cube] = {}

    def __call__(self, edition: date | None, as_of: date | None) -> Cube:
        key = (edition, as_of)
        if key not in self._read:
            self._read[key] = self._load(self._connection, edition, as_of)
        return self._read[key]


def _form_of(form: ReportFormat | None, out: Path | None) -> ReportFormat:
    if form is not None or out is None:
        return form or ReportFormat.PDF
    for known in ReportFormat:
        if out.name.lower().endswith(known.ending):
            return known
    names = ", ".join(known.ending for known in ReportFormat)
    raise bad_parameter(
        "--out", out.name, f"Ange --format, eller ett namn som slutar med {names}.", f"Give --format, or a name that ends with {names}."
    )


def _write(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    unfinished = path.with_name(f".{path.name}.part")
    unfinished.write_bytes(content)
    unfinished.replace(path)
