"""The sources as statistical tables, in the shape of PxWebApi 2: what statistics clients already know how to read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Query, Request, Response

from trygghetskarta.api.caching import Freshness, respond, tagged
from trygghetskarta.api.choosing import (
    AnyCaseRoute,
    ChoosingRoute,
    DataParameters,
    LanguageParameters,
    MetadataParameters,
    TablesParameters,
    VariablesSelection,
    bracketed_choices,
    layout_of,
)
from trygghetskarta.api.deps import CurrentAudience, CurrentShelf
from trygghetskarta.api.scopes import SURROUNDED
from trygghetskarta.disclosure.release import release
from trygghetskarta.domain.audience import Audience
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.domain.tables.layout import Table
from trygghetskarta.domain.tables.selecting import Choice, default_choices, select, split_codes
from trygghetskarta.errors import NotFoundError
from trygghetskarta.queries.cube import Cube
from trygghetskarta.queries.tables import table_of, tables
from trygghetskarta.queries.tabulate import tabulate, whereabouts
from trygghetskarta.serialize.tables import jsonstat
from trygghetskarta.serialize.tables.cells import Filled, add_ledgers, fill, laid_out
from trygghetskarta.serialize.tables.describing import Addresses, codelist_told, config, selection_told, table_item, table_list
from trygghetskarta.serialize.tables.writing import write_table

_ROOT, _JSON = "/pxweb/v2", "application/json"
router = APIRouter(prefix=_ROOT, tags=["Statistiktabeller"], route_class=AnyCaseRoute, dependencies=[SURROUNDED])
data_router = APIRouter(prefix=_ROOT, tags=["Statistiktabeller"], route_class=ChoosingRoute, dependencies=[SURROUNDED])

_EXAMPLES = {
    "valueCodes": (
        "Värden av variabler: koder, mönster med * och ?, TOP(n), BOTTOM(n), RANGE(a,b), FROM(a), TO(a).",
        "Values of variables.",
    ),
    "codelist": ("Kodlistor som värdena hör till.", "Codelists that the values are of."),
    "outputValues": ("aggregated ger en kodlistas summor, single deras delar.", "aggregated: a codelist's sums; single: their parts."),
}
_CHOOSING: dict[str, Any] = {
    "parameters": [
        {
            "name": name,
            "in": "query",
            "required": False,
            "style": "deepObject",
            "explode": True,
            "description": f"{swedish} / {english}",
            "schema": {"type": "object", "additionalProperties": {"type": "string"}},
        }
        for name, (swedish, english) in _EXAMPLES.items()
    ]
}


@router.get("/config", summary="Vad statistikdatabasen kan", response_class=Response)
def configuration(request: Request, shelf: CurrentShelf, audience: CurrentAudience) -> Response:
    """Språk, format och hur många celler ett svar får ha.

    Languages, formats, and how many cells an answer may have.
    """
    return respond(request, _freshness(shelf.cube(), audience), _JSON, lambda: orjson.dumps(config()))


@router.get("/tables", summary="Statistiktabeller", response_class=Response)
def listed(request: Request, shelf: CurrentShelf, audience: CurrentAudience, asked: Annotated[TablesParameters, Query()]) -> Response:
    """En tabell för varje källa som har levererat händelser.

    One table for each source that has delivered events.
    """
    cube = shelf.cube()
    found = [table for table in tables(cube, audience) if _is_asked_for(table, asked)]
    told = table_list(found, (asked.page_number, asked.page_size), Addresses(_ROOT, asked.lang))
    # What is of the last days changes with the day, though nothing is published.
    return tagged(request, orjson.dumps(told), _JSON, cube.published_at, audience)


@router.get("/tables/{table_id}", summary="En statistiktabell", response_class=Response)
def one(
    request: Request, table_id: str, shelf: CurrentShelf, audience: CurrentAudience, asked: Annotated[LanguageParameters, Query()]
) -> Response:
    """Vad tabellen innehåller och vilka månader den gäller.

    What the table holds, and for which months.
    """
    cube = shelf.cube()
    told = {"language": asked.lang.value, **table_item(_table(cube, table_id, audience), Addresses(_ROOT, asked.lang))}
    return respond(request, _freshness(cube, audience), _JSON, lambda: orjson.dumps(told))


@router.get("/tables/{table_id}/metadata", summary="En tabells variabler", response_class=Response)
def metadata(
    request: Request, table_id: str, shelf: CurrentShelf, audience: CurrentAudience, asked: Annotated[MetadataParameters, Query()]
) -> Response:
    """Tabellens variabler med värden och kodlistor, som JSON-stat 2.0 utan siffror.

    The variables of a table with their values and codelists, as JSON-stat 2.0 without figures.
    """
    cube = shelf.cube()
    table, addresses = _table(cube, table_id, audience), Addresses(_ROOT, asked.lang)
    return respond(request, _freshness(cube, audience), _JSON, lambda: jsonstat.metadata(table, asked.lang, addresses.codelist))


@router.get("/tables/{table_id}/defaultselection", summary="Vad som visas när inget är valt", response_class=Response)
def default_selection(
    request: Request, table_id: str, shelf: CurrentShelf, audience: CurrentAudience, asked: Annotated[LanguageParameters, Query()]
) -> Response:
    """Vad tabellen visar när ingenting är valt.

    What the table shows when nothing is chosen.
    """
    cube = shelf.cube()
    table = _table(cube, table_id, audience)
    told = selection_told(table, default_choices(table), Addresses(_ROOT, asked.lang))
    return respond(request, _freshness(cube, audience), _JSON, lambda: orjson.dumps(told))


@router.get("/codelists/{codelist_id}", summary="En kodlista", response_class=Response)
def codelist(
    request: Request, codelist_id: str, shelf: CurrentShelf, audience: CurrentAudience, asked: Annotated[LanguageParameters, Query()]
) -> Response:
    """En områdesnivå, en del av ett kategoriträd, eller grupper över källorna: värdena och vilka av variabelns värden var och en gäller.

    A level of areas, a part of a tree of categories, or groups across the sources: its values, and which of the variable's each holds.
    """
    cube = shelf.cube()
    there = (each for table in tables(cube, audience) for variable in table.variables for each in variable.codelists)
    found = next((each for each in there if each.code == codelist_id), None)
    if found is None:
        raise NotFoundError(f"Det finns ingen kodlista {codelist_id}.", f"There is no codelist {codelist_id}.")
    told = codelist_told(found, Addresses(_ROOT, asked.lang))
    return respond(request, _freshness(cube, audience), _JSON, lambda: orjson.dumps(told))


@data_router.get("/tables/{table_id}/data", summary="Siffror ur en tabell", response_class=Response, openapi_extra=_CHOOSING)
def figures(
    request: Request, table_id: str, shelf: CurrentShelf, audience: CurrentAudience, asked: Annotated[DataParameters, Query()]
) -> Response:
    """De siffror som valts, som json-stat2, csv, xlsx eller px; utan val stadsdelsområdena de senaste tretton månaderna.

    The figures chosen, as json-stat2, csv, xlsx or px; with nothing chosen those of the stadsdelsområden in the last thirteen months.
    """
    cube = shelf.cube()
    choices = bracketed_choices(request)
    sides = split_codes(asked.heading or ""), split_codes(asked.stub or "")
    answer = respond(
        request,
        _freshness(cube, audience),
        asked.output_format.media_type,
        lambda: _written(cube, _table(cube, table_id, audience), audience, asked, (choices, *sides)),
    )
    answer.headers["Content-Disposition"] = f'inline; filename="{_file_name(table_id, asked)}"'
    return answer


@data_router.post(
    "/tables/{table_id}/data", summary="Siffror ur en tabell, valda i ett dokument", response_class=Response, openapi_extra=_CHOOSING
)
def figures_chosen(
    request: Request,
    table_id: str,
    shelf: CurrentShelf,
    audience: CurrentAudience,
    asked: Annotated[DataParameters, Query()],
    chosen: VariablesSelection,
) -> Response:
    """Som GET, men med valet i ett dokument, så att det kan vara långt.

    Like GET, but with the choice in a document, so that it may be long.
    """
    cube = shelf.cube()
    heading = tuple(chosen.placement.heading) or split_codes(asked.heading or "")
    stub = tuple(chosen.placement.stub) or split_codes(asked.stub or "")
    chose = chosen.choices(bracketed_choices(request)), heading, stub
    body = _written(cube, _table(cube, table_id, audience), audience, asked, chose)
    headers = {"Cache-Control": "no-store", "Content-Disposition": f'inline; filename="{_file_name(table_id, asked)}"'}
    return Response(body, headers=headers, media_type=asked.output_format.media_type)


def _written(
    cube: Cube,
    table: Table,
    audience: Audience,
    asked: DataParameters,
    chosen: tuple[Sequence[Choice], Sequence[str], Sequence[str]],
) -> bytes:
    choices, heading, stub = chosen
    manner, selection = asked.manner(), select(table, choices)
    layout = layout_of(table, selection, heading, stub)
    parts = (((place.regions, place.category), release(exact, audience)) for place, exact in tabulate(cube, table, selection))
    cells = laid_out(fill(selection, parts), selection, layout)
    ledgers = add_ledgers(release(exact, audience) for exact in whereabouts(cube, table, selection))
    return write_table(Filled(table, layout, cells, ledgers, asked.lang), asked.output_format, manner)


def _table(cube: Cube, table_id: str, audience: Audience) -> Table:
    found = table_of(cube, SourceId(table_id), audience) if table_id in set(SourceId) else None
    if found is None:
        raise NotFoundError(f"Det finns ingen tabell {table_id}.", f"There is no table {table_id}.")
    return found


def _is_asked_for(table: Table, asked: TablesParameters) -> bool:
    if asked.past_days is not None and table.changed_at < datetime.now(UTC) - timedelta(days=asked.past_days):
        return False
    texts = f"{table.source.value} {asked.lang.of(table.title)} {asked.lang.of(table.notes[0])}".casefold()
    return all(word.strip("*").casefold() in texts for word in (asked.query or "").split())


def _freshness(cube: Cube, audience: Audience) -> Freshness:
    return Freshness(cube.version, cube.published_at, audience)


def _file_name(table_id: str, asked: DataParameters) -> str:
    return f"{table_id}.{asked.output_format.ending}"
