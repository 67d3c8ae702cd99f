"""`--json`: what a command has to tell, as one JSON document on standard output."""

from __future__ import annotations

from typing import Annotated, Any

import orjson
import typer

AsJson = Annotated[bool, typer.Option("--json", help="Skriv ett JSON-dokument på standard ut.")]


def tell_json(document: object) -> None:
    """Write a document to standard output, its instants as the API has them."""
    typer.echo(orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z))


def tell_list(items: list[dict[str, Any]]) -> None:
    """Write a whole list, with the names that the API has for a page of one."""
    tell_json({"items": items, "total": len(items)})
