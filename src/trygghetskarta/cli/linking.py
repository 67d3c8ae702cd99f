"""`links`: the same thing told by several sources."""

from __future__ import annotations

from typing import Annotated, Any

import orjson
import typer

from trygghetskarta.cli.connecting import open_engine
from trygghetskarta.cli.documents import AsJson
from trygghetskarta.domain.links import LinkStatus
from trygghetskarta.domain.sources import CONTRACTS, SourceId
from trygghetskarta.queries.links import list_links
from trygghetskarta.serialize.swedish import decimal, whole
from trygghetskarta.settings import read_settings
from trygghetskarta.store.statistics import loading

app = typer.Typer(no_args_is_help=True)

_STATUS = {"candidate": "obeslutat", "confirmed": "bekräftat", "rejected": "avvisat"}
Link = Annotated[int, typer.Argument(help="Sambandets nummer.")]
By = Annotated[str, typer.Option("--by", help="Vem som beslutar.")]


@app.command()
def find() -> None:
    """Leta upp händelser i olika källor som kan vara samma sak. Tidigare beslut ligger kvar, och ingenting slås ihop."""
    from trygghetskarta.ingest.linking import find_links

    with loading(open_engine(read_settings())) as connection:
        found = find_links(connection)
    for pair, links, new in found.by_pair:
        typer.echo(f"{CONTRACTS[pair.a].name} – {CONTRACTS[pair.b].name}: {whole(links)} samband, varav {whole(new)} nya.")
    typer.echo(f"{whole(found.dropped)} obeslutade gäller inte längre och togs bort.")


@app.command(name="list")
def list_all(
    status: Annotated[LinkStatus | None, typer.Option(help="Bara candidate, confirmed eller rejected.")] = None,
    source: Annotated[SourceId | None, typer.Option(help="Bara samband med en händelse i denna källa.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="Hur många, de troligaste först.")] = 20,
    as_json: AsJson = False,
) -> None:
    """Visa samband, de troligaste först."""
    with open_engine(read_settings()).connect() as connection:
        links, total = list_links(connection, status, source, limit)
    if as_json:
        typer.echo(orjson.dumps({"items": links, "total": total}, option=orjson.OPT_INDENT_2))
        return
    for link in links:
        apart = "samma område" if link["metres"] is None else f"{decimal(link['metres'], 0)} m"
        by = f" av {link['decided_by']}" if link["decided_by"] is not None else ""
        typer.echo(
            f"{link['link_id']:>6}  {decimal(link['score'], 2)}  {decimal(link['minutes'], 0)} min, {apart}  {_STATUS[link['status']]}{by}\n"
            f"        {_told(link['a'])}\n        {_told(link['b'])}"
        )
    typer.echo(f"{whole(len(links))} av {whole(total)} samband.")


@app.command()
def confirm(link: Link, by: By) -> None:
    """Bekräfta att två händelser är samma sak. De räknas ändå var för sig, i var sin källa."""
    _decide(link, LinkStatus.CONFIRMED, by)


@app.command()
def reject(link: Link, by: By) -> None:
    """Avvisa ett samband: händelserna är inte samma sak."""
    _decide(link, LinkStatus.REJECTED, by)


def _decide(link: int, status: LinkStatus, by: str) -> None:
    from trygghetskarta.ingest.linking import decide_link

    with open_engine(read_settings()).begin() as connection:
        decide_link(connection, link, status, by)
    typer.echo(f"Samband {link} är {_STATUS[status.value]} av {by.strip()}.")


def _told(event: dict[str, Any]) -> str:
    name = event["identity"] or f"leverans {event['delivery']} rad {event['line']}"
    where = f", {event['areaText']}" if event["areaText"] else ""
    gone = " (återtagen)" if event["withdrawn"] else ""
    return f"{event['source']} {name}: {event['category']}, {str(event['happened'])[:16].replace('T', ' ')} UTC{where}{gone}"
