"""The app: routers, errors, and the shelf's life."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

from fastapi import FastAPI
from pydantic.alias_generators import to_camel
from sqlalchemy import QueuePool

from trygghetskarta import __version__
from trygghetskarta.api.auth import Callers, Identify, callers_of
from trygghetskarta.api.crossing import Crossing
from trygghetskarta.api.desk import Desk
from trygghetskarta.api.door import Door
from trygghetskarta.api.finished import AnswerFinished
from trygghetskarta.api.following import finish
from trygghetskarta.api.gate import Gate, Turns
from trygghetskarta.api.kept_tiles import KeptTiles
from trygghetskarta.api.keyring import Keyring
from trygghetskarta.api.leaving import follow
from trygghetskarta.api.packing import Packing
from trygghetskarta.api.problems import add_problems
from trygghetskarta.api.routers import (
    areas,
    catalogues,
    comparisons,
    decompositions,
    deliveries,
    events,
    exports,
    hours,
    lagesbilder,
    lenses,
    measures,
    ogc,
    ogc_tiles,
    polygons,
    pxweb,
    series,
    service,
    signin,
    similar,
    sources,
    space,
    surveys,
    tiles,
    traces,
)
from trygghetskarta.api.scopes import refuse_routes_without_scope
from trygghetskarta.api.shared_counts import SharedCounts
from trygghetskarta.api.shelf import Shelf
from trygghetskarta.api.unread import CloseUnread
from trygghetskarta.domain.audience import Audience
from trygghetskarta.domain.callers import NOBODY, OWN_USER
from trygghetskarta.domain.categories import tree_of
from trygghetskarta.domain.sources import EVENT_SOURCES
from trygghetskarta.errors import BusyError
from trygghetskarta.observe import metrics
from trygghetskarta.queries.kept_counts import made_here
from trygghetskarta.settings import Settings, read_settings
from trygghetskarta.store.engine import make_engine
from trygghetskarta.store.faces import Addresses, Face
from trygghetskarta.store.replica import Replica, replica_address

if TYPE_CHECKING:
    from trygghetskarta.api.signing_in import SigningIn

_TELL_SECONDS = 1.0
# One question waits so long for a replica that is gone without a word, and the others not at all.
_REPLICA_SECONDS = 2
_OWN_MACHINE = r"https?://(127\.0\.0\.1|localhost|\[::1\])(:[0-9]+)?"
_DESCRIPTION = """Händelser, anmälda brott, skjutningar och bränder per område och månad. Varje svar bär sin fråga, en avstämning av vart varje
händelse tog vägen, och vilka leveranser det vilar på.

Events, reported crimes, shootings and fires by area and month. Every answer carries its question, a ledger of where every event went, and the
deliveries it rests on."""


def create_app(settings: Settings, addresses: Addresses, audience: Audience = Audience.PUBLIC) -> FastAPI:
    """Make the app.

    Args:
        settings: What the installation chose.
        addresses: Where its parts find the database.
        audience: Who is taken to ask: anyone, unless the server is started for its own user.

    Returns:
        The app. Nothing is connected before it starts.
    """
    # Exact counts are held only where somebody may see them.
    held = (audience, Audience.PUBLIC, *([Audience.STAFF] if settings.knows_staff else []))
    shelves = {each: _shelf(settings, addresses, each) for each in dict.fromkeys(held)}
    shelf = shelves[audience]
    turns = Turns(settings.working_limit, settings.waiting_limit, settings.waiting_seconds)

    @asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[None]:
        for each in shelves.values():
            each.start(wait=each is shelf)
        _load_ahead()
        # What is loaded by now lives as long as the worker; the collector need not go through it time and again while answers are made.
        gc.freeze()
        telling = asyncio.create_task(_tell(shelf, turns))
        yield
        await finish(app)
        telling.cancel()
        for each in shelves.values():
            each.stop()
            each.engine.dispose()
            if each.replica is not None:
                each.replica.engine.dispose()
        app.state.desk.close()
        if keyring is not None:
            keyring.close()

    app = FastAPI(
        title="trygghetskarta", version=__version__, description=_DESCRIPTION, lifespan=life, openapi_url=None, docs_url=None, redoc_url=None,
        generate_unique_id_function=lambda route: to_camel(route.name),
        # FastAPI would tell of questions and errors in full to whatever the environment names; what is told is in `observe`.
        telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False},
    )  # fmt: skip
    app.openapi = lambda: _document(app, settings)  # type: ignore[method-assign] # what FastAPI's own documentation says to do
    app.state.shelf, app.state.audience, app.state.settings = shelf, audience, settings
    app.state.shelves = shelves
    app.state.desk = Desk(addresses.ingest)
    app.state.tiles = KeptTiles(shelf)
    app.state.caller = OWN_USER if audience is Audience.STAFF else NOBODY
    keyring = _keyring(settings, addresses)
    app.state.callers = callers_of(settings, app.state.caller, keyring)
    app.state.signing_in = _signing_in(settings, app.state.callers)
    # The last one is the first that a request meets. What is answered from memory takes no turn.
    app.add_middleware(Packing)
    app.add_middleware(Gate, turns=turns)
    app.add_middleware(Identify, callers=app.state.callers)
    app.add_middleware(AnswerFinished, current=shelf.answers, quick={"/v1/comparisons": comparisons.quick_comparison})
    _guard(app, settings, audience)
    app.add_middleware(CloseUnread)
    add_problems(app)
    paths: set[str] = set()
    for router in (
        comparisons.router,
        series.router,
        exports.router,
        decompositions.router,
        hours.router,
        space.router,
        surveys.router,
        similar.router,
        lenses.router,
        lagesbilder.router,
        traces.router,
        polygons.router,
        events.router,
        areas.router,
        tiles.router,
        ogc_tiles.router,
        sources.router,
        measures.router,
        deliveries.router,
        catalogues.router,
        pxweb.router,
        pxweb.data_router,
        service.router,
        signin.router,
        ogc.router,
    ):
        app.include_router(router)
        paths.update(path for route in router.routes if "{" not in (path := getattr(route, "path", "{")))
    refuse_routes_without_scope(app.routes)
    app.add_middleware(Door, settings=settings, paths=frozenset(paths), own_host_only=audience is Audience.STAFF)
    return app


def _shelf(settings: Settings, addresses: Addresses, audience: Audience) -> Shelf:
    """Make the shelf of an audience: that of the public holds what is released, read by the role that can read nothing else."""
    public = audience is Audience.PUBLIC
    address = addresses.public if public else addresses.staff or addresses.public
    seconds = settings.public_statement_seconds if public else settings.staff_statement_seconds
    engine = make_engine(address, settings.pool_size, settings.pool_seconds, seconds)
    follow(engine)
    keep = SharedCounts(settings.counts_folder).keep if settings.counts_folder is not None else made_here
    shelf = Shelf(engine, settings.refresh_seconds, settings.answer_bytes, settings.cells_limit, audience, keep)
    if settings.read_database_url is not None:
        at = replica_address(address, settings.read_database_url)
        reading = make_engine(at, settings.pool_size, settings.pool_seconds, seconds, _REPLICA_SECONDS)
        follow(reading)
        shelf.read_from(Replica(reading, metrics().read_from))
    return shelf


def _keyring(settings: Settings, addresses: Addresses) -> Keyring | None:
    """Make what knows keys and people's rights, over a connection of its own: those who are refused take none from those who are answered."""
    if not settings.knows_staff:
        return None
    address = addresses.staff or addresses.ingest or addresses.public
    # It is read for whoever asks, and so in the time of the public.
    engine = make_engine(address, 1, settings.pool_seconds, settings.public_statement_seconds)
    return Keyring(engine, settings.key_secret.get_secret_value().encode() if settings.key_secret is not None else None)


def _signing_in(settings: Settings, callers: Callers) -> SigningIn | None:
    """Let people sign in on the page, where the installation has it so; loaded only there."""
    if settings.oidc_client_id is None:
        return None
    from trygghetskarta.api.sessions import Sessions
    from trygghetskarta.api.signing_in import signing_in_of

    sessions = Sessions(settings, callers)
    callers.session = sessions.caller
    return signing_in_of(settings, sessions)


def _load_ahead() -> None:
    """Load what a comparison is judged by and a lägesbild is written with: whoever asks first would wait for it."""
    from trygghetskarta.reports.pictures import fonts

    for name in ("scipy.special", "trygghetskarta.reports.pdf"):
        import_module(name)
    fonts()
    for source in EVENT_SOURCES:
        tree_of(source)


async def _tell(shelf: Shelf, turns: Turns) -> None:
    """Tell, again and again, how this worker is doing."""
    told = metrics()
    while True:
        told.working.set(turns.working)
        told.waiting.set(turns.waiting)
        told.connections.set(cast("QueuePool", shelf.engine.pool).checkedout())
        told.kept.set(shelf.answers().taken)
        cube = shelf.newest()
        if cube is not None:
            told.answers_from(cube.version, cube.published_at)
        await asyncio.sleep(_TELL_SECONDS)


def _document(app: FastAPI, settings: Settings) -> dict[str, Any]:
    # A worker that is never asked for its description never loads what describes it.
    from trygghetskarta.api.document import describe

    if app.openapi_schema is None:
        app.openapi_schema = describe(app, settings)
    return app.openapi_schema


def _guard(app: FastAPI, settings: Settings, audience: Audience) -> None:
    """Say which pages may read the API in a browser.

    Anyone's may read what is public. Exact figures are for this machine's user: a page from elsewhere that the user happens to visit may not
    read them, nor one that has its own name lead to this machine. A key or a token is shown by the pages that the installation has chosen, and by no
    other; a cookie by none.
    """
    exact = audience is Audience.STAFF
    chosen = settings.cors_origins
    app.add_middleware(
        Crossing,
        allow_origins=list(chosen) if chosen is not None else [] if exact else ["*"],
        allow_origin_regex=_OWN_MACHINE if exact and chosen is None else None,
        allow_methods=["GET"],
        allow_headers=["If-None-Match", *(("Authorization", "X-API-Key", "X-Purpose") if chosen is not None else ())],
        expose_headers=[
            "ETag", "Last-Modified", "Content-Disposition", "Link", "Content-Crs", "Allow", "Retry-After", "WWW-Authenticate", "X-Request-Id",
        ],
    )  # fmt: skip


def public_app() -> FastAPI:
    """Make the app for anyone, from the environment: what uvicorn calls in every worker process."""
    return _app_of_environment(Audience.PUBLIC)


def staff_app() -> FastAPI:
    """Make the app for the machine's own user, likewise."""
    return _app_of_environment(Audience.STAFF)


def _app_of_environment(audience: Audience) -> FastAPI:
    settings = read_settings()
    public = settings.public_database_url or settings.database_url
    if public is None:
        raise BusyError("Ange databasen i TRYGGHETSKARTA_DATABASE_URL.", "Give the database in TRYGGHETSKARTA_DATABASE_URL.")
    staff, ingest = (settings.address_of(face) or settings.database_url for face in (Face.STAFF, Face.INGEST))
    return create_app(settings, Addresses(public, staff, ingest), audience)
