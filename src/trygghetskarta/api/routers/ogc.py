"""`/ogc/v1`: OGC API Features, for GIS programs.

It has an OpenAPI document of its own, so nothing here is in that of `/v1`.
"""

from __future__ import annotations

from typing import Any

import orjson
from fastapi import APIRouter, Request, Response

from trygghetskarta.api.addresses import address, page_after, this
from trygghetskarta.api.caching import RELEASED, Freshness, respond, tagged
from trygghetskarta.api.deps import CurrentAudience, CurrentShelf, SeesEvents
from trygghetskarta.api.event_question import EventParameters
from trygghetskarta.api.ogc import documents
from trygghetskarta.api.ogc.asked import OWN, Given, ItemsAsked, given, read_crs, read_form, read_items, read_model, refuse_unknown
from trygghetskarta.api.ogc.collections import ALL_OWN, EVENTS, Collection, collections_of
from trygghetskarta.api.ogc.documents import JSON, OPENAPI, ROOT, SCHEMA, link
from trygghetskarta.api.ogc.openapi import describe_api
from trygghetskarta.api.ogc.rows import Rows, matching, place_of, row_with, rows_of
from trygghetskarta.api.scopes import FIGURES, events_refused
from trygghetskarta.api.shelf import Shelf
from trygghetskarta.domain.audience import Audience
from trygghetskarta.domain.filters import Columns, Crs
from trygghetskarta.errors import NotCoveredError, NotFoundError
from trygghetskarta.queries.areas import extent_of
from trygghetskarta.queries.cube import Cube
from trygghetskarta.queries.event_list import COLUMNS, Asked, Cursor, count_events, find_event, list_events
from trygghetskarta.serialize.feature_pages import MEDIA_TYPE, Link, PageHead, event_features, page_of, row_feature, saying

router = APIRouter(prefix=ROOT, include_in_schema=False, dependencies=[FIGURES])

_EVENT_COLUMNS: Columns = {name: column.holds for name, column in COLUMNS.items()}


def _asked(request: Request) -> Given:
    """Give the parameters of a request for a document.

    A program that was given a question's parameters sends them with every request: they are known here too.
    """
    parameters = given(request)
    refuse_unknown(parameters, (*OWN, *ALL_OWN))
    read_form(parameters)
    return parameters


def _freshness(cube: Cube, audience: Audience, sees: bool) -> Freshness:
    return Freshness(cube.version, cube.published_at, Audience.STAFF if sees else audience)


def _find(cube: Cube, code: str, sees: bool) -> Collection:
    """Give a collection that who asks may see."""
    if code == EVENTS and not sees:
        raise events_refused()
    found = collections_of(cube, sees).get(code)
    if found is None:
        raise NotFoundError("Det finns ingen sådan samling.", "There is no such collection.")
    return found


def _columns(shelf: Shelf, audience: Audience, collection: Collection, parameters: Given) -> Columns:
    return _EVENT_COLUMNS if collection.code == EVENTS else rows_of(shelf, audience, collection, parameters).columns


@router.get("")
@router.get("/")
def landing_page(request: Request, audience: CurrentAudience) -> Response:
    """Give the page that everything else is found from."""
    _asked(request)
    return _document(request, audience, documents.landing_page(request))


@router.get("/conformance")
def conformance(request: Request, audience: CurrentAudience) -> Response:
    """Give what it conforms to."""
    _asked(request)
    return _document(request, audience, {"conformsTo": list(documents.CONFORMANCE)})


@router.get("/api")
def api(request: Request, shelf: CurrentShelf, audience: CurrentAudience, sees: SeesEvents) -> Response:
    """Give the OpenAPI document."""
    parameters, cube = _asked(request), shelf.cube()

    def columns(collection: Collection) -> Columns:
        try:
            return _columns(shelf, audience, collection, parameters)
        except NotCoveredError:  # nothing is delivered yet
            return {}

    def body() -> bytes:
        listed = {code: (collection, columns(collection)) for code, collection in collections_of(cube, sees).items()}
        return orjson.dumps(describe_api(request, listed))

    return respond(request, _freshness(cube, audience, sees), OPENAPI, body)


@router.get("/collections")
def collections(request: Request, shelf: CurrentShelf, audience: CurrentAudience, sees: SeesEvents) -> Response:
    """Give the collections there are for who asks."""
    _asked(request)
    cube = shelf.cube()
    listed = collections_of(cube, sees).values()
    page = documents.collections_page(request, [_described(request, shelf, cube, collection) for collection in listed])
    return respond(request, _freshness(cube, audience, sees), JSON, lambda: orjson.dumps(page))


@router.get("/collections/{code}")
def collection(request: Request, code: str, shelf: CurrentShelf, audience: CurrentAudience, sees: SeesEvents) -> Response:
    """Describe a collection."""
    _asked(request)
    cube = shelf.cube()
    described = _described(request, shelf, cube, _find(cube, code, sees))
    return respond(request, _freshness(cube, audience, sees), JSON, lambda: orjson.dumps(described))


@router.get("/collections/{code}/queryables")
def queryables(request: Request, code: str, shelf: CurrentShelf, audience: CurrentAudience, sees: SeesEvents) -> Response:
    """Tell what a collection can be filtered by."""
    parameters, cube = _asked(request), shelf.cube()
    found = _find(cube, code, sees)
    told = documents.queryables(request, found, _columns(shelf, audience, found, parameters))
    return respond(request, _freshness(cube, audience, sees), SCHEMA, lambda: orjson.dumps(told))


@router.get("/collections/{code}/schema")
def schema(request: Request, code: str, shelf: CurrentShelf, audience: CurrentAudience, sees: SeesEvents) -> Response:
    """Tell what a feature of a collection looks like."""
    parameters, cube = _asked(request), shelf.cube()
    found = _find(cube, code, sees)
    told = documents.schema(request, found, _columns(shelf, audience, found, parameters))
    return respond(request, _freshness(cube, audience, sees), SCHEMA, lambda: orjson.dumps(told))


@router.get("/collections/{code}/items")
def items(request: Request, code: str, shelf: CurrentShelf, audience: CurrentAudience, sees: SeesEvents) -> Response:
    """Give a page of a collection's features."""
    parameters, newest = given(request), shelf.cube()
    read_form(parameters)
    found = _find(newest, code, sees)
    if code == EVENTS:
        return _event_items(request, shelf, found, parameters)
    rows = rows_of(shelf, audience, found, parameters)
    asked = read_items(parameters, rows.columns, found.own)
    answer = respond(
        request, _freshness(rows.cube, audience, sees), MEDIA_TYPE, lambda: _rows_page(request, shelf, found, rows, asked)
    )  # fmt: skip
    return _in_crs(answer, asked.crs)


@router.get("/collections/{code}/items/{identity}")
def item(request: Request, code: str, identity: str, shelf: CurrentShelf, audience: CurrentAudience, sees: SeesEvents) -> Response:
    """Give one feature of a collection."""
    parameters, newest = given(request), shelf.cube()
    read_form(parameters)
    found = _find(newest, code, sees)
    refuse_unknown(parameters, (*OWN, *found.own))
    crs, told = read_crs(parameters, "crs"), dict[str, list[str]]()
    if code == EVENTS:
        asked = _event_parameters(found, parameters)
        cube = shelf.cube(asked.edition)
        wanted = asked.wanted(cube)
        with shelf.reading() as connection:
            (feature,) = event_features(find_event(connection, wanted, identity, Asked(1, crs.srid, crs.decimals)), crs)
    else:
        rows = rows_of(shelf, audience, found, parameters)
        cube, row, told = rows.cube, row_with(rows, identity), saying(rows.said, rows.not_used)
        feature = row_feature(identity, row, shelf.outlines(rows.edition, rows.level, rows.detail, crs), row["code"])
    whole = {**feature, "links": _links(request, found, "self"), **told}
    return _in_crs(respond(request, _freshness(cube, audience, sees), MEDIA_TYPE, lambda: orjson.dumps(whole)), crs)


def _described(request: Request, shelf: Shelf, cube: Cube, found: Collection) -> dict[str, Any]:
    def extent() -> tuple[float, float, float, float]:
        with shelf.engine.connect() as connection:
            return extent_of(connection, cube.edition)

    return documents.collection_document(request, found, cube.edition, shelf.kept(("extent", cube.edition.edition_id), extent))


def _links(request: Request, found: Collection, rel: str, following: str | None = None) -> list[Link]:
    links = [link(rel, this(request), MEDIA_TYPE, "Det här svaret / This answer")]
    if following is not None:
        links.append(link("next", page_after(request, following), MEDIA_TYPE, "Nästa sida / The next page"))
    links.append(link("collection", address(request, f"{ROOT}/collections/{found.code}"), JSON, "Samlingen / The collection"))
    return links


def _rows_page(request: Request, shelf: Shelf, found: Collection, rows: Rows, asked: ItemsAsked) -> bytes:
    matched = matching(shelf, rows, asked)
    if asked.hits:
        return page_of([], PageHead(_links(request, found, "self"), len(matched), rows.said, rows.not_used))
    begins = place_of(rows, matched, asked.after)
    page = matched[begins : begins + asked.limit]
    following = rows.ids[page[-1]] if begins + asked.limit < len(matched) else None
    outlines = shelf.outlines(rows.edition, rows.level, rows.detail, asked.crs)
    features = [row_feature(rows.ids[number], rows.rows[number], outlines, rows.rows[number]["code"]) for number in page]
    return page_of(features, PageHead(_links(request, found, "self", following), len(matched), rows.said, rows.not_used))


def _event_parameters(found: Collection, parameters: Given) -> EventParameters:
    return read_model(EventParameters, {name: values for name, values in parameters.items() if name in found.own})


def _event_items(request: Request, shelf: Shelf, found: Collection, parameters: Given) -> Response:
    parsed = _event_parameters(found, parameters)
    asked = read_items(parameters, _EVENT_COLUMNS, found.own)
    cube = shelf.cube(parsed.edition)
    wanted = parsed.wanted(cube, asked.filter, asked.during)
    begins = Cursor.parse(asked.after) if asked.after is not None else Cursor()

    def body() -> bytes:
        with shelf.reading() as connection:
            # Their number is told with the first page: programs ask no later one for it, and it costs more than a page.
            matched = shelf.kept(("events", repr(wanted)), lambda: count_events(connection, wanted)) if asked.after is None else None
            if asked.hits:
                return page_of([], PageHead(_links(request, found, "self"), matched))
            page = list_events(connection, wanted, Asked(asked.limit, asked.crs.srid, asked.crs.decimals, begins))
        following = str(page.following) if page.following is not None else None
        features = event_features(page, asked.crs)
        return page_of(features, PageHead(_links(request, found, "self", following), matched))

    return _in_crs(respond(request, _freshness(cube, Audience.STAFF, True), MEDIA_TYPE, body), asked.crs)


def _in_crs(answer: Response, crs: Crs) -> Response:
    answer.headers["Content-Crs"] = f"<{crs.uri}>"
    return answer


def _document(request: Request, audience: Audience, content: dict[str, Any]) -> Response:
    """Give what hangs on the program and its address alone."""
    return tagged(request, orjson.dumps(content), JSON, RELEASED, audience)
