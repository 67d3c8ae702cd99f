"""What routes are given: the shelf, who asks, and whom the answer is for."""

from __future__ import annotations

from typing import Annotated, cast

from fastapi import Depends, Request

from trygghetskarta.api.desk import Desk
from trygghetskarta.api.kept_tiles import KeptTiles
from trygghetskarta.api.scopes import AUDIENCE, caller_of
from trygghetskarta.api.shelf import Shelf
from trygghetskarta.domain.audience import Audience
from trygghetskarta.domain.callers import Caller, Scope
from trygghetskarta.settings import Settings


# What only reads memory is async: anything else would be handed to a thread, which takes longer than reading it.
async def shelf_of(request: Request) -> Shelf:
    """Give the shelf of whoever asks: what is released for the public, exact counts for staff."""
    return cast("Shelf", request.app.state.shelves[request.scope[AUDIENCE]])


async def public_shelf_of(request: Request) -> Shelf:
    """Give the shelf of what is released, whoever asks: what is meant to be shared is made from it."""
    return cast("Shelf", request.app.state.shelves[Audience.PUBLIC])


async def desk_of(request: Request) -> Desk:
    """Give where deliveries are taken in."""
    return cast("Desk", request.app.state.desk)


async def audience_of(request: Request) -> Audience:
    """Give whom the answer is for, as the route's scope has settled it."""
    return cast("Audience", request.scope[AUDIENCE])


async def current_caller(request: Request) -> Caller:
    """Give who asks."""
    return caller_of(request)


async def settings_of(request: Request) -> Settings:
    """Give what the installation chose."""
    return cast("Settings", request.app.state.settings)


async def tiles_of(request: Request) -> KeptTiles:
    """Give the app's tiles. It waits for nothing, so that a kept tile costs no thread."""
    return cast("KeptTiles", request.app.state.tiles)


async def sees_events(request: Request) -> bool:
    """Tell whether who asks may see single events, where a route gives other things as well."""
    caller = caller_of(request)
    return caller.may(Scope.EVENTS) and caller.everywhere is Audience.STAFF


CurrentSettings = Annotated[Settings, Depends(settings_of)]
CurrentShelf = Annotated[Shelf, Depends(shelf_of)]
PublicShelf = Annotated[Shelf, Depends(public_shelf_of)]
CurrentDesk = Annotated[Desk, Depends(desk_of)]
CurrentTiles = Annotated[KeptTiles, Depends(tiles_of)]
CurrentCaller = Annotated[Caller, Depends(current_caller)]
CurrentAudience = Annotated[Audience, Depends(audience_of)]
SeesEvents = Annotated[bool, Depends(sees_events)]
