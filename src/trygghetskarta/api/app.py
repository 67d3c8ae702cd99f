"""The app: routers, errors, and the shelf's life."""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus

from fastapi import FastAPI, Request
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from trygghetskarta import __version__
from trygghetskarta.api.finished import AnswerFinished
from trygghetskarta.api.kept_tiles import KeptTiles
from trygghetskarta.api.packing import Packing
from trygghetskarta.api.problems import add_problems, problem
from trygghetskarta.api.routers import (
    areas,
    comparisons,
    decompositions,
    deliveries,
    events,
    exports,
    hours,
    lenses,
    measures,
    ogc,
    ogc_tiles,
    pxweb,
    series,
    service,
    similar,
    sources,
    space,
    surveys,
    tiles,
    traces,
)
from trygghetskarta.api.shelf import Shelf
from trygghetskarta.api.unread import CloseUnread
from trygghetskarta.domain.audience import Audience
from trygghetskarta.errors import BusyError
from trygghetskarta.settings import Settings, read_settings
from trygghetskarta.store.engine import make_engine

_OWN_NAMES = ("127.0.0.1", "localhost", "::1")
_OWN_MACHINE = r"https?://(127\.0\.0\.1|localhost|\[::1\])(:[0-9]+)?"
_DESCRIPTION = """Händelser, anmälda brott, skjutningar och bränder per område och månad. Varje svar bär sin fråga, en avstämning av vart varje
händelse tog vägen, och vilka leveranser det vilar på.

Events, reported crimes, shootings and fires by area and month. Every answer carries its question, a ledger of where every event went, and the
deliveries it rests on."""


def create_app(settings: Settings, database_url: str, audience: Audience = Audience.PUBLIC) -> FastAPI:
    """Make the app.

    Args:
        settings: What the installation chose.
        database_url: The database to serve.
        audience: Who is taken to ask: anyone, unless the server is started for its own user.

    Returns:
        The app. Nothing is connected before it starts.
    """
    shelf = Shelf(make_engine(database_url), settings.refresh_seconds, settings.answer_bytes)

    @asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[None]:
        shelf.start()
        # What is loaded by now lives as long as the worker; the collector need not go through it time and again while answers are made.
        gc.freeze()
        yield
        shelf.stop()
        shelf.engine.dispose()

    app = FastAPI(
        title="trygghetskarta", version=__version__, description=_DESCRIPTION, lifespan=life, docs_url=None, redoc_url=None
    )  # fmt: skip
    app.state.shelf, app.state.audience, app.state.settings = shelf, audience, settings
    app.state.tiles = KeptTiles(shelf)
    app.add_middleware(Packing)
    app.add_middleware(AnswerFinished, current=shelf.answers, quick={"/v1/comparisons": comparisons.quick_comparison})
    _guard(app, settings, audience)
    app.add_middleware(CloseUnread)
    add_problems(app)
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
        traces.router,
        events.router,
        areas.router,
        tiles.router,
        ogc_tiles.router,
        sources.router,
        measures.router,
        deliveries.router,
        pxweb.router,
        pxweb.data_router,
        service.router,
        ogc.router,
    ):
        app.include_router(router)
    return app


def _guard(app: FastAPI, settings: Settings, audience: Audience) -> None:
    """Say which pages may read the API in a browser.

    Anyone's may read what is public. Exact figures are for this machine's user: a page from elsewhere that the user happens to visit may not
    read them, nor one that has its own name lead to this machine.
    """
    exact = audience is Audience.ANALYST
    app.add_middleware(
        CORSMiddleware,
        allow_origins=list(settings.cors_origins) if settings.cors_origins is not None else [] if exact else ["*"],
        allow_origin_regex=_OWN_MACHINE if exact and settings.cors_origins is None else None,
        allow_methods=["GET"],
        expose_headers=["ETag", "Last-Modified", "Content-Disposition", "Link", "Content-Crs"],
    )
    if exact:
        app.add_middleware(_OwnHostOnly)


@dataclass(frozen=True, slots=True)
class _OwnHostOnly:
    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = self.app
        if scope["type"] == "http" and (request := Request(scope)).url.hostname not in _OWN_NAMES:
            texts = (
                "Exakta siffror visas bara under den egna datorns namn.",
                "Exact figures are shown under this machine's own name only.",
            )
            answer = problem(HTTPStatus.FORBIDDEN, texts, request.url.path)
        await answer(scope, receive, send)


def public_app() -> FastAPI:
    """Make the app for anyone, from the environment: what uvicorn calls in every worker process."""
    return _app_of_environment(Audience.PUBLIC)


def analyst_app() -> FastAPI:
    """Make the app for the machine's own user, likewise."""
    return _app_of_environment(Audience.ANALYST)


def _app_of_environment(audience: Audience) -> FastAPI:
    settings = read_settings()
    if settings.database_url is None:
        raise BusyError("Ange databasen i TRYGGHETSKARTA_DATABASE_URL.", "Give the database in TRYGGHETSKARTA_DATABASE_URL.")
    return create_app(settings, settings.database_url, audience)
