"""Who a file may be given to: `delbar` unless `intern` is asked for, and then it says who took it out and when."""

from __future__ import annotations

import getpass
from collections.abc import Callable
from datetime import datetime
from typing import Annotated

import typer
from sqlalchemy import Connection

from trygghetskarta.domain.audience import MadeFor, SharingClass
from trygghetskarta.domain.periods import LOCAL_TIME
from trygghetskarta.domain.sources import CONTRACTS
from trygghetskarta.queries.cube import Cube, load_cube
from trygghetskarta.queries.public_cube import load_public_cube, refuse_unreleased
from trygghetskarta.serialize.csv import Dialect
from trygghetskarta.serialize.formats import Format, Writing
from trygghetskarta.serialize.geojson import Outlines

Class = Annotated[
    SharingClass,
    typer.Option("--class", help="delbar: bara siffror som alla får se, och kan lämnas ut; intern: exakta, med vem och när på varje sida."),
]
FileClass = Annotated[
    SharingClass | None,
    typer.Option(
        "--class",
        help="delbar: bara siffror som alla får se; intern: exakta, och märkt. Utelämnad delbar i en fil, exakta siffror på skärmen.",
    ),
]

_TOLD = {
    SharingClass.DELBAR: "Klass: delbar. Bara siffror som alla får se; --class intern ger exakta.",
    SharingClass.INTERN: "Klass: intern. Siffrorna är exakta och bara för behöriga; utan --class intern blir det en som får lämnas ut.",
}


def class_of(asked: SharingClass | None, *, on_screen: bool) -> SharingClass:
    """Give the class asked for; a file is to share when none was. Whoever may run commands on the database may see exact figures."""
    return asked or (SharingClass.INTERN if on_screen else SharingClass.DELBAR)


def loader(sharing: SharingClass) -> Callable[..., Cube]:
    """Give what reads the counts that something of a class is made of."""
    return load_cube if sharing is SharingClass.INTERN else _load_released


def _load_released(connection: Connection, *asked: object) -> Cube:
    cube = load_public_cube(connection, *asked)  # type: ignore[arg-type] # what load_cube takes
    refuse_unreleased(cube)
    if all(CONTRACTS[source].public for source in cube.delivered):
        typer.echo("Inga skyddade värden är släppta än: kör `trygghetskarta release`, eller begär --class intern.", err=True)
    return cube


def tell_class(sharing: SharingClass) -> None:
    """Say which class something has."""
    typer.echo(_TOLD[sharing], err=True)


def made_for(sharing: SharingClass) -> MadeFor | None:
    """Give who takes out what is intern, and that it is now; None of what may be shared."""
    return MadeFor(logged_in(), datetime.now(LOCAL_TIME)) if sharing is SharingClass.INTERN else None


def exact_writing(form: Format, dialect: Dialect, outlines: Outlines | None = None) -> Writing:
    """Say how to write an answer that is made of single events, and so never to share."""
    return Writing(form, dialect, outlines, made_for=made_for(SharingClass.INTERN))


def logged_in() -> str:
    """Give the name of whoever runs the command; empty in a container that runs as a user without one."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""
