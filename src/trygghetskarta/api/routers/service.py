"""The service itself: is it alive, is it ready, what is it; and the page with the map."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from http import HTTPStatus
from importlib.resources import files
from typing import Annotated

import orjson
from fastapi import APIRouter, Query, Request, Response

from trygghetskarta import __version__
from trygghetskarta.api.caching import tagged
from trygghetskarta.api.deps import CurrentAudience, CurrentShelf, settings_of
from trygghetskarta.api.question import NoParameters
from trygghetskarta.errors import BusyError, NotCoveredError, NotFoundError
from trygghetskarta.queries.health import ask_health

router = APIRouter(tags=["Tjänsten"])

_MEDIA_TYPES = {"html": "text/html; charset=utf-8", "css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8"}
_RELEASED = datetime(2026, 11, 21, tzinfo=UTC)
"""When this version of the API was released."""
_POLICY = "default-src 'self'; img-src 'self' data:; frame-ancestors 'self'; base-uri 'none'; form-action 'self'"


def _tagged(body: bytes) -> tuple[bytes, str]:
    return body, f'"{hashlib.sha256(body).hexdigest()[:32]}"'


_PAGE = {
    path.name: _tagged(path.read_bytes())
    for path in files("trygghetskarta.api").joinpath("page").iterdir()
    if path.name.rsplit(".", 1)[-1] in _MEDIA_TYPES
}


@router.get("/live", summary="Är processen igång?", response_class=Response)
def live(_: Annotated[NoParameters, Query()]) -> Response:
    """Svarar så länge processen kör.

    Answers as long as the process runs.
    """
    return _json({"status": "ok"})


@router.get("/ready", summary="Kan tjänsten svara på frågor?", response_class=Response)
def ready(shelf: CurrentShelf, _: Annotated[NoParameters, Query()]) -> Response:
    """Svarar när databasen svarar och områdena är inlästa; annars 503.

    Answers when the database does and areas are loaded; else 503.
    """
    with shelf.engine.connect() as connection:
        ask_health(connection)
    try:
        cube = shelf.cube()
    except NotCoveredError as error:
        raise BusyError(error.swedish, error.english) from error
    return _json({"status": "ok", "dataVersion": cube.version})


@router.get("/v1/api-info", summary="Om API:et", response_class=Response)
def api_info(request: Request, shelf: CurrentShelf, audience: CurrentAudience, _: Annotated[NoParameters, Query()]) -> Response:
    """Namn, version och status för API:et, enligt den nationella profilen för REST-API:er.

    Name, version and status of the API.
    """
    try:
        schematic = shelf.cube().edition.schematic
    except NotCoveredError:
        schematic = False
    told = {
        "apiName": "trygghetskarta",
        "apiVersion": __version__,
        "apiReleased": str(_RELEASED.date()),
        "apiDocumentation": f"{settings_of(request).public_url or str(request.base_url).rstrip('/')}/openapi.json",
        "apiStatus": "beta",
        "audience": audience.value,
        "sample": schematic,
    }
    return tagged(request, orjson.dumps(told), "application/json", _RELEASED, audience)


@router.get("/", include_in_schema=False)
def page(request: Request) -> Response:
    """Give the page with the map."""
    return _page(request, "index.html")


@router.get("/page/{name}", include_in_schema=False)
def page_part(request: Request, name: str) -> Response:
    """Give a part of the page."""
    if name not in _PAGE:
        raise NotFoundError("Sidan finns inte.", "There is no such page.")
    return _page(request, name)


def _json(body: dict[str, object]) -> Response:
    return Response(orjson.dumps(body), headers={"Cache-Control": "no-store"}, media_type="application/json")


def _page(request: Request, name: str) -> Response:
    body, etag = _PAGE[name]
    headers = {
        "ETag": etag,
        "Cache-Control": "no-cache",
        "Content-Security-Policy": _POLICY,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
    }
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=HTTPStatus.NOT_MODIFIED.value, headers=headers)
    return Response(body, headers=headers, media_type=_MEDIA_TYPES[name.rsplit(".", 1)[-1]])
