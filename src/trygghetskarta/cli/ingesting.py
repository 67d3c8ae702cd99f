"""`ingest`: take in files, and give a receipt for each."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import orjson
import typer

from trygghetskarta.cli.connecting import open_engine
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.errors import BadDeliveryError
from trygghetskarta.serialize.swedish import whole
from trygghetskarta.settings import read_settings

if TYPE_CHECKING:
    from trygghetskarta.ingest.receipts import Receipt

_SHOWN = 10
_PLACED = {
    "point": "med punkt",
    "street": "till en gata",
    "basomrade": "till ett basområde",
    "stadsdel": "till en stadsdel",
    "stadsdelsomrade": "till ett stadsdelsområde",
    "stad": "till staden",
    "none": "utan plats",
    "outside": "utanför kommunen enligt raden",
}
_STATUS = {"published": "publicerad", "unchanged": "oförändrad"}


def ingest(
    source: Annotated[SourceId, typer.Argument(help="Källan filerna kommer från.")],
    files: Annotated[list[Path], typer.Argument(help="En eller flera filer.")],
    crs: Annotated[int | None, typer.Option(help="Koordinatsystemets EPSG-nummer, om det inte är källans eget.")] = None,
    mapping: Annotated[Path | None, typer.Option(help="TOML-fil som säger hur en annan layout läses.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Gör allt, skriv kvittot, och ångra.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Skriv kvittona som ett JSON-dokument.")] = False,
) -> None:
    """Läs in filer från en källa. Slutar med 0 när allt gick in, 1 när rader avvisades, 2 när en fil avvisades."""
    from trygghetskarta.cli.delivering import Delivering, deliver, rehearse

    settings = read_settings()
    engine = open_engine(settings)
    how = Delivering(source, crs, mapping)
    documents: list[dict[str, Any]] = []
    worst = 0
    for path in files:
        try:
            receipt = rehearse(engine, settings, how, path) if dry_run else deliver(engine, settings, how, path)
        except BadDeliveryError as error:
            worst = 2
            documents.append({"file": path.name, "status": "refused", "message": error.swedish, "messageEn": error.english})
            if not as_json:
                typer.echo(f"{path.name}: avvisad. {error.swedish}\n{' ' * len(path.name)}  {error.english}", err=True)
            continue
        worst = max(worst, 1 if receipt.rejected else 0)
        documents.append(document(receipt))
        if not as_json:
            typer.echo(told(receipt) + ("\nProvkörning: ingenting är ändrat." if dry_run else ""))
    if as_json:
        typer.echo(orjson.dumps(documents[0] if len(documents) == 1 else documents, option=orjson.OPT_INDENT_2))
    raise typer.Exit(worst)


def document(receipt: Receipt) -> dict[str, Any]:
    """Give a receipt as the JSON that a program reads."""
    return {
        "delivery": receipt.delivery,
        "source": receipt.source.value,
        "file": receipt.file,
        "sha256": receipt.sha256,
        "status": receipt.status,
        "adapter": receipt.adapter,
        "rows": {
            "read": receipt.read,
            "new": receipt.new,
            "changed": receipt.changed,
            "unchanged": receipt.unchanged,
            "rejected": receipt.rejected,
            "blank": receipt.blank,
        },
        "placed": dict(receipt.placed),
        "months": list(receipt.months) if receipt.months else None,
        "duplicateOf": receipt.first,
        "warnings": [{"code": w.code.value, "count": w.count, "message": w.swedish, "messageEn": w.english} for w in receipt.warnings],
        "rejected": [
            {
                "line": r.line,
                "column": r.column,
                "code": r.message.code,
                "value": r.value,
                "message": r.message.swedish,
                "messageEn": r.message.english,
            }
            for r in receipt.rejections
        ],
        "seconds": round(receipt.seconds, 3),
    }


def told(receipt: Receipt) -> str:
    """Give a receipt as the lines that a person reads."""
    lines = [f"Kvitto {receipt.delivery}: {receipt.source}, {receipt.file} – {_STATUS[receipt.status]}"]
    if receipt.first is not None:
        lines.append(f"  Samma fil togs emot som leverans {receipt.first}. Ingenting är ändrat.")
    lines += [
        f"  Lästa rader  {whole(receipt.read):>9}",
        f"  = nya        {whole(receipt.new):>9}",
        f"  + ändrade    {whole(receipt.changed):>9}",
        f"  + oförändrade{whole(receipt.unchanged):>9}",
        f"  + avvisade   {whole(receipt.rejected):>9}",
        f"  + tomma      {whole(receipt.blank):>9}",
    ]
    if receipt.placed:
        lines.append("  Plats: " + ", ".join(f"{whole(count)} {_PLACED[name]}" for name, count in receipt.placed.items()))
    if receipt.months:
        lines.append(f"  Månader: {receipt.months[0]} till {receipt.months[1]}")
    lines += [f"  Obs: {warning.swedish}" for warning in receipt.warnings]
    for row in receipt.rejections[:_SHOWN]:
        at = f", kolumn {row.column}" if row.column else ""
        lines.append(f"  Avvisad rad {row.line}{at}: {row.message.swedish} [{row.message.code}]")
    if len(receipt.rejections) > _SHOWN:
        lines.append(f"  … och {len(receipt.rejections) - _SHOWN} till. Alla: trygghetskarta deliveries rejected {receipt.delivery}")
    lines.append(f"  Tid: {receipt.seconds:.2f} s".replace(".", ","))
    return "\n".join(lines)
