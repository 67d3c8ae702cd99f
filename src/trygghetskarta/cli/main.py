"""`trygghetskarta`: the commands, and how errors end them."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Annotated

import typer

from trygghetskarta import __version__
from trygghetskarta.errors import TrygghetskartaError

# Groups of commands: where they are, and what the help says of them.
_GROUPS = {
    "db": ("database", "app", "Den egna PostGIS-servern, och databasens tabeller."),
    "areas": ("areas", "app", "Indelningar av staden."),
    "population": ("areas", "population_app", "Befolkning att räkna per."),
    "deliveries": ("deliveries", "app", "Leveranser, kvitton och avvisade rader."),
    "rollup": ("database", "rollup_app", "Antal per plats och månad."),
    "links": ("linking", "app", "Samma händelse i flera källor."),
    "weights": ("weighing", "app", "Vikter som säger hur allvarligt ett brott är."),
    "measures": ("measures", "app", "Åtgärder, deras mål och effekt."),
    "audit": ("auditing", "app", "Loggen över vad som har gjorts, och av vem."),
    "report": ("reporting", "app", "Rapporter till nämnderna."),
    "keys": ("keys", "app", "API-nycklar."),
    "rights": ("keys", "rights_app", "Vad den som loggar in har fått utöver sin roll."),
}
# Commands by themselves, each a function of its own name in a module.
_COMMANDS = {
    "ingest": "ingesting",
    "backfill": "backfilling",
    "release": "releasing",
    "compare": "questions",
    "series": "series",
    "decompose": "decomposing",
    "hours": "details",
    "hexagons": "details",
    "hotspots": "space",
    "concentration": "space",
    "pattern-change": "space",
    "density": "space",
    "near-repeat": "space",
    "survey": "topics",
    "similar": "topics",
    "lens": "topics",
    "lagesbild": "reporting",
    "trace": "tracing",
    "serve": "serving",
    "demo": "serving",
    "health": "serving",
    "describe": "describing",
}
_HIDDEN = frozenset({"describe"})


def make_app(words: Sequence[str] = ()) -> typer.Typer:
    """Make the commands.

    Args:
        words: What was asked. Where the first names a command, only that one is there: to import what all the others need takes a second.
    """
    app = typer.Typer(name="trygghetskarta", no_args_is_help=True, add_completion=False)
    app.callback()(_any_command)  # one command by itself would be asked for without its name
    one = words[0] if words and (words[0] in _GROUPS or words[0] in _COMMANDS) else None
    for name, (module, group, told) in _GROUPS.items():
        if one in (None, name):
            app.add_typer(getattr(_module(module), group), name=name, help=told)
    for name, module in _COMMANDS.items():
        if one in (None, name):
            app.command(name, hidden=name in _HIDDEN)(getattr(_module(module), name.replace("-", "_")))
    return app


def _tell_version(is_asked: bool) -> None:
    if is_asked:
        typer.echo(__version__)
        raise typer.Exit


def _any_command(
    version: Annotated[
        bool, typer.Option("--version", help="Visa vilken version programmet har.", callback=_tell_version, is_eager=True)
    ] = False,
) -> None:
    """Brott och trygghet på karta."""


def _module(name: str) -> object:
    return import_module(f"trygghetskarta.cli.{name}")


def run() -> None:
    """Run the command line; an error with a remedy is told in one line and ends with 2."""
    try:
        make_app(sys.argv[1:])()
    except TrygghetskartaError as error:
        sys.stderr.write(f"Fel: {error.swedish}\n     {error.english}\n")
        for fault in error.faults:
            if fault.reason != error.swedish:
                sys.stderr.write(f"     {fault.property}: {fault.reason}\n")
        sys.exit(2)
