"""`release`: let figures out to the public."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from trygghetskarta.cli.connecting import open_engine
from trygghetskarta.cli.documents import AsJson, tell_list
from trygghetskarta.domain.periods import LOCAL_TIME
from trygghetskarta.domain.sources import CONTRACTS, SourceId
from trygghetskarta.settings import read_settings
from trygghetskarta.store.statistics import loading

_LENGTHS = {1: ("månad", "månader"), 3: ("kvartal", "kvartal"), 12: ("år", "år")}


def release(
    period: Annotated[
        str | None, typer.Argument(help="Månaden (2026-10) eller månaderna (2026-01..2026-10); utelämnad allt som kan släppas.")
    ] = None,
    source: Annotated[list[SourceId] | None, typer.Option(help="Bara dessa källor.")] = None,
    as_json: AsJson = False,
) -> None:
    """Släpp levererade månader till allmänheten: skyddade antal dras en gång när perioden är ny och en gång när den är slutlig, aldrig fler."""
    from trygghetskarta.releasing import read_period, release_due, release_key, release_open

    settings = read_settings()
    asked = read_period(period) if period is not None else None
    with loading(open_engine(settings)) as connection:
        for each in source or SourceId:
            release_open(connection, each)
        found = release_due(connection, release_key(settings), datetime.now(LOCAL_TIME).date(), asked, tuple(source or SourceId))
    drawn = {released.source: [sum(stretch.months == months for stretch in released.draws) for months in _LENGTHS] for released in found}
    if as_json:
        tell_list([{"source": each.value, **dict(zip(("months", "quarters", "years"), made, strict=True))} for each, made in drawn.items()])
        return
    for each, made in drawn.items():
        told = ", ".join(f"{many} {names[many != 1]}" for many, names in zip(made, _LENGTHS.values(), strict=True) if many)
        typer.echo(f"{CONTRACTS[each].name}: {told or 'inget att släppa'}.")
