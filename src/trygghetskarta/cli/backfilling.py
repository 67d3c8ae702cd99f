"""`backfill`: take in decades of files at once, and give a receipt for each."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import Annotated, Any

import orjson
import typer

from trygghetskarta.cli.connecting import open_engine
from trygghetskarta.cli.telling import exit_code, refusal, told
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.errors import BadDeliveryError
from trygghetskarta.settings import read_settings


def backfill(
    source: Annotated[SourceId, typer.Argument(help="Källan filerna kommer från.")],
    prefixes: Annotated[list[str], typer.Argument(metavar="PREFIX...", help="Mappar, eller objektlager som s3://hink/mapp.")],
    crs: Annotated[int | None, typer.Option(help="Koordinatsystemets EPSG-nummer, om det inte är källans eget.")] = None,
    mapping: Annotated[Path | None, typer.Option(help="TOML-fil som säger hur en annan layout läses.")] = None,
    workers: Annotated[int, typer.Option(min=1, help="Så många processer på den här datorn.")] = 2,
    scheduler: Annotated[str | None, typer.Option(help="Adressen till en dask-schemaläggare, vars processer gör det i stället.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Skriv kvittona som ett JSON-dokument.")] = False,
) -> None:
    """Läs in alla filer i mappar, i namnens ordning, med flera processer, och publicera dem på en gång. Slutar som ingest. Avbruten: kör igen."""
    from trygghetskarta.backfilling.whole import Hands
    from trygghetskarta.backfilling.whole import backfill as fill
    from trygghetskarta.cli.progress import reading
    from trygghetskarta.delivering import Delivering
    from trygghetskarta.serialize.receipts import document

    engine = open_engine(read_settings())
    with reading(source, quiet=as_json) as progress:
        outcomes = fill(engine, Delivering(source, crs, mapping), prefixes, Hands(workers, scheduler), progress)
    documents: list[dict[str, Any]] = []
    worst = 0
    for outcome in outcomes:
        name = Path(PurePosixPath(outcome.path).name)
        match outcome.result:
            case BadDeliveryError() as error:
                worst = 2
                documents.append(refusal(name, error))
                said = f"{name}: avvisad. {error.swedish}\n{' ' * len(name.name)}  {error.english}"
            case receipt:
                worst = max(worst, exit_code(receipt))
                documents.append(document(receipt))
                said = told(receipt)
        if not as_json:
            typer.echo(said, err=isinstance(outcome.result, BadDeliveryError))
    if as_json:
        typer.echo(orjson.dumps(documents, option=orjson.OPT_INDENT_2))
    raise typer.Exit(worst)
