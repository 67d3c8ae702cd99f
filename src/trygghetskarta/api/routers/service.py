"""The service itself: is it alive, is it ready, what is it; and the page with the map."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from functools import cache
from html import escape
from http import HTTPStatus
from importlib.resources import files
from typing import Annotated
from urllib.parse import urlsplit

import orjson
from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from trygghetskarta import __version__
from trygghetskarta.api.addresses import address
from trygghetskarta.api.caching import RELEASED, keep_whole, last_modified, tagged
from trygghetskarta.api.deps import CurrentAudience, CurrentSettings, CurrentShelf
from trygghetskarta.api.protocol import STOPPING
from trygghetskarta.api.question import NoParameters
from trygghetskarta.api.scopes import OPEN
from trygghetskarta.domain.cities import CITY
from trygghetskarta.errors import BusyError, NotCoveredError, NotFoundError
from trygghetskarta.queries.health import ask_health

router = APIRouter(tags=["Tjänsten"], dependencies=[OPEN])

_MEDIA_TYPES = {
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}
_POLICY = "default-src 'self'; img-src 'self' data: blob:{}; object-src 'none'; frame-ancestors 'self'; base-uri 'none'; form-action 'self'"
_FOR_EVER = "public, max-age=31536000, immutable"


@cache
def _page_parts() -> dict[str, tuple[bytes, str]]:
    """Give the parts of the page that the build has put into the package, and the tag of each, by name, such as index.html."""
    folder = files("trygghetskarta.api").joinpath("page")
    if not folder.is_dir():
        return {}
    parts = {path.name: path for path in folder.iterdir() if path.is_file()}
    assets = folder.joinpath("assets")
    parts |= {f"assets/{path.name}": path for path in assets.iterdir()} if assets.is_dir() else {}
    known = {name: path.read_bytes() for name, path in parts.items() if name.rsplit(".", 1)[-1] in _MEDIA_TYPES}
    known |= {"index.html": _of_the_city(known["index.html"])} if "index.html" in known else {}
    return {name: (body, f'"{hashlib.sha256(body).hexdigest()[:32]}"') for name, body in known.items()}


def _of_the_city(page: bytes) -> bytes:
    """Write the city's levels into the page, unless it is the city whose levels are in the page's own texts."""
    if CITY.is_default:
        return page
    levels = [
        {
            "level": level.code,
            "role": level.role,
            **{
                language: {"title": words.title, "one": words.one, "a": words.a, "many": words.many}
                for language, words in (("sv", level.swedish), ("en", level.english))
            },
        }
        for level in CITY.levels
    ]
    return page.replace(b'id="page"', b'id="page" data-levels="' + escape(orjson.dumps(levels).decode()).encode() + b'"', 1)


@router.get("/live", summary="Är processen igång?", response_class=Response)
def live(_: Annotated[NoParameters, Query()]) -> Response:
    """Svarar så länge processen kör.

    Answers as long as the process runs.
    """
    return _json({"status": "ok"})


@router.get("/ready", summary="Kan tjänsten svara på frågor?", response_class=Response)
def ready(request: Request, shelf: CurrentShelf, _: Annotated[NoParameters, Query()]) -> Response:
    """Svarar när databasen svarar och områdena är inlästa; annars, och när tjänsten är på väg att stoppas, 503.

    Answers when the database does and areas are loaded; else, and when the service is about to stop, 503.
    """
    if getattr(request.state, STOPPING, False):
        raise BusyError("Tjänsten är på väg att stoppas.", "The service is about to stop.")
    # Every connection in use is no sign that the database is gone.
    with suppress(PoolTimeoutError), shelf.engine.connect() as connection:
        ask_health(connection)
    try:
        cube = shelf.cube()
    except NotCoveredError as error:
        raise BusyError(error.swedish, error.english) from error
    return _json({"status": "ok", "dataVersion": cube.version})


@router.get("/v1/api-info", summary="Om API:et", response_class=Response)
def api_info(
    request: Request, shelf: CurrentShelf, audience: CurrentAudience, settings: CurrentSettings, _: Annotated[NoParameters, Query()]
) -> Response:
    """Namn, version och status för API:et, enligt den nationella profilen för REST-API:er, och vem som står bakom det.

    Name, version and status of the API, and who is behind it.
    """
    try:
        schematic = shelf.cube().edition.schematic
    except NotCoveredError:
        schematic = False
    told = {
        "apiName": "trygghetskarta",
        "apiVersion": __version__,
        "apiReleased": str(RELEASED.date()),
        "apiDocumentation": address(request, "/docs"),
        "apiStatus": "beta",
        "audience": audience.value,
        "sample": schematic,
        "publisher": {"name": settings.publisher_name, "uri": settings.publisher_uri},
        "contact": {"name": settings.contact_name, "url": settings.contact_url, "email": settings.contact_email},
        "baseMap": {"url": settings.base_map_url, "attribution": settings.base_map_attribution}
        if settings.base_map_url is not None
        else None,
        "deliveryLimit": settings.delivery_limit if settings.takes_deliveries else None,
    }
    return tagged(request, orjson.dumps(told), "application/json", RELEASED, audience)


@router.get("/openapi.json", include_in_schema=False)
def description(request: Request, audience: CurrentAudience) -> Response:
    """Give the description of the API, which hangs on the program and its settings alone."""
    keep_whole(request)
    return tagged(request, orjson.dumps(request.app.openapi()), "application/json", RELEASED, audience)


@router.get("/", include_in_schema=False)
async def page(request: Request, settings: CurrentSettings) -> Response:
    """Give the page with the map, which may show pictures from the host of the base map, where there is one, and from no other."""
    host = urlsplit(settings.base_map_url) if settings.base_map_url is not None else None
    return _built(request, "index.html", f" {host.scheme}://{host.netloc}" if host is not None else "")


@router.get("/docs", include_in_schema=False)
async def docs(request: Request) -> Response:
    """Give the page with every operation of the API."""
    return _built(request, "docs.html")


@router.get("/page/{name:path}", include_in_schema=False)
async def page_part(request: Request, name: str) -> Response:
    """Give a part of the page."""
    if name not in _page_parts():
        raise NotFoundError("Sidan finns inte.", "There is no such page.")
    return _page(request, name)


def _json(body: dict[str, object]) -> Response:
    return Response(orjson.dumps(body), headers={"Cache-Control": "no-store"}, media_type="application/json")


def _built(request: Request, name: str, pictures_from: str = "") -> Response:
    if name not in _page_parts():
        raise BusyError("Sidan är inte byggd. Kör: make run", "The page has not been built. Run: make run")
    return _page(request, name, pictures_from)


def _page(request: Request, name: str, pictures_from: str = "") -> Response:
    body, etag = _page_parts()[name]
    headers = {
        "ETag": etag,
        "Last-Modified": last_modified(RELEASED),
        # The name of an asset holds a hash of what is in it.
        "Cache-Control": _FOR_EVER if name.startswith("assets/") else "no-cache",
        "Content-Security-Policy": _POLICY.format(pictures_from),
    }
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=HTTPStatus.NOT_MODIFIED.value, headers=headers)
    return Response(body, headers=headers, media_type=_MEDIA_TYPES[name.rsplit(".", 1)[-1]])
