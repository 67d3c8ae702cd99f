"""`ingest`: take in files, and give a receipt for each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import orjson
import typer

from trygghetskarta.cli.connecting import open_engine
from trygghetskarta.cli.telling import exit_code, refusal, told
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.errors import BadDeliveryError, InvalidQuestionError
from trygghetskarta.settings import read_settings

if TYPE_CHECKING:
    from trygghetskarta.delivering import Delivering

_OF_ANOTHER_LAYOUT = frozenset(("missing_column", "wrong_source", "looks_aggregated"))


def ingest(
    source: Annotated[SourceId | None, typer.Argument(help="Källan filerna kommer från.")] = None,
    files: Annotated[list[Path] | None, typer.Argument(help="En eller flera filer.")] = None,
    crs: Annotated[int | None, typer.Option(help="Koordinatsystemets EPSG-nummer, om det inte är källans eget.")] = None,
    mapping: Annotated[Path | None, typer.Option(help="TOML-fil som säger hur en annan layout läses.")] = None,
    complete: Annotated[bool, typer.Option("--complete", help="Hela månader: händelser i dem som filen saknar dras tillbaka.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Gör allt, skriv kvittot, och ångra.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Skriv kvittona som ett JSON-dokument: ett objekt för en fil, en lista för flera.")
    ] = False,
    watch: Annotated[Path | None, typer.Option(help="Ta det som läggs i MAPP/<källa>/, tills processen avslutas.")] = None,
    once: Annotated[bool, typer.Option("--once", help="Med --watch: ta det som ligger där nu, och sluta.")] = False,
) -> None:
    """Läs in filer. Slutar med 0 när allt gick in, 1 när rader avvisades eller en leverans väntar på godkännande, 2 när en fil avvisades."""
    if watch is not None:
        raise typer.Exit(_watch(watch, source, Options(crs, mapping, complete), once=once))
    if source is None or not files:
        raise InvalidQuestionError(
            "Ange källan och minst en fil, eller en mapp med --watch.", "Give the source and at least one file, or a folder with --watch."
        )
    from trygghetskarta.cli.progress import reading
    from trygghetskarta.delivering import Delivering, deliver, rehearse
    from trygghetskarta.serialize.receipts import document

    settings = read_settings()
    engine = open_engine(settings)
    how = Delivering(source, crs, mapping, complete)
    documents: list[dict[str, Any]] = []
    worst = 0
    for path in files:
        try:
            with reading(path.name, quiet=as_json) as progress:
                receipt = (rehearse if dry_run else deliver)(engine, settings, how, path, progress)
        except BadDeliveryError as error:
            worst = 2
            documents.append(refusal(path, error) | _draft(path, error, how, dry_run=dry_run))
            said = _refused(documents[-1], error)
        else:
            worst = max(worst, exit_code(receipt))
            documents.append(document(receipt))
            said = told(receipt) + ("\nProvkörning: ingenting är ändrat." if dry_run else "")
        if not as_json:
            typer.echo(said, err=documents[-1]["status"] == "refused")
    if as_json:
        typer.echo(orjson.dumps(documents[0] if len(documents) == 1 else documents, option=orjson.OPT_INDENT_2))
    raise typer.Exit(worst)


@dataclass(frozen=True, slots=True)
class Options:
    """What the sender says of every file."""

    crs: int | None
    mapping: Path | None
    complete: bool


def _watch(folder: Path, source: SourceId | None, options: Options, *, once: bool) -> int:
    from trygghetskarta.cli.watching import Watch
    from trygghetskarta.delivering import Delivering
    from trygghetskarta.ingest.mapping import read_mapping

    if source is None and options != Options(None, None, False):
        raise InvalidQuestionError(
            "Ange också källan: --crs, --mapping och --complete gäller en källas filer.",
            "Give the source too: --crs, --mapping and --complete are about the files of one source.",
        )
    if options.mapping is not None:
        read_mapping(options.mapping)  # refused here, once, rather than with every file
    settings = read_settings()
    hows = [Delivering(each, options.crs, options.mapping, options.complete) for each in ([source] if source else SourceId)]
    watch = Watch(open_engine(settings), settings, folder, hows)
    return watch.once() if once else watch.until_told()


def _refused(document: Mapping[str, Any], error: BadDeliveryError) -> str:
    name = document["file"]
    said = f"{name}: avvisad. {error.swedish}\n{' ' * len(name)}  {error.english}"
    draft = document.get("mapping")
    return said if draft is None else f"{said}\nEtt utkast till mappning, att kontrollera och ge med --mapping:\n\n{draft}"


def _draft(path: Path, error: BadDeliveryError, how: Delivering, *, dry_run: bool) -> dict[str, str]:
    """Write a mapping for a file of another layout; nothing where its columns cannot be told."""
    if not dry_run or how.mapping is not None or error.code not in _OF_ANOTHER_LAYOUT:
        return {}
    from trygghetskarta.ingest.formats.archives import open_delivery
    from trygghetskarta.ingest.formats.registry import header_of
    from trygghetskarta.ingest.suggesting import suggest_mapping

    try:
        with open_delivery(path) as file:
            return {"mapping": suggest_mapping(header_of(file, lambda header: len(header) > 1))}
    except BadDeliveryError:
        return {}
