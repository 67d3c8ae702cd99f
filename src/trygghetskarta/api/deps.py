"""What routes are given: the shelf, the cube of the question, who asks, who delivers."""

from __future__ import annotations

from secrets import compare_digest
from typing import Annotated, cast

from fastapi import Depends, Request, Security
from fastapi.security import APIKeyHeader

from trygghetskarta.api.kept_tiles import KeptTiles
from trygghetskarta.api.shelf import Shelf
from trygghetskarta.domain.audience import Audience
from trygghetskarta.errors import ForbiddenError, UnknownCallerError
from trygghetskarta.settings import Settings

_KEY = APIKeyHeader(
    name="X-API-Key",
    auto_error=False,
    description="Nyckeln som tjänsten har fått för leveranser. / The key the service has for deliveries.",
)


# What only reads memory is async: anything else would be handed to a thread, which takes longer than reading it.
async def shelf_of(request: Request) -> Shelf:
    """Give the shelf of whoever asks: what is released for the public, exact counts for staff."""
    return cast("Shelf", request.app.state.shelves[request.app.state.audience])


async def public_shelf_of(request: Request) -> Shelf:
    """Give the shelf of what is released, whoever asks: what is meant to be shared is made from it."""
    return cast("Shelf", request.app.state.shelves[Audience.PUBLIC])


async def audience_of(request: Request) -> Audience:
    """Give who asks: until there is signing in, whom the server was started for."""
    return cast("Audience", request.app.state.audience)


async def settings_of(request: Request) -> Settings:
    """Give what the installation chose."""
    return cast("Settings", request.app.state.settings)


async def tiles_of(request: Request) -> KeptTiles:
    """Give the app's tiles. It waits for nothing, so that a kept tile costs no thread."""
    return cast("KeptTiles", request.app.state.tiles)


def delivers(request: Request, key: Annotated[str | None, Security(_KEY)]) -> None:
    """Let through who shows the key, before anything of the body is read.

    Raises:
        ForbiddenError: The service has no key, so nobody may deliver.
        UnknownCallerError: There is no key in the request, or another.
    """
    right = cast("Settings", request.app.state.settings).delivery_key
    if right is None:
        raise ForbiddenError(
            "Tjänsten tar inte emot leveranser: ingen nyckel är inställd.", "The service takes no deliveries: no key is set."
        )
    if key is None or not compare_digest(key.encode(), right.get_secret_value().encode()):
        raise UnknownCallerError("Nyckeln i X-API-Key saknas eller är fel.", "The key in X-API-Key is missing or wrong.")


def reads_deliveries(request: Request, key: Annotated[str | None, Security(_KEY)]) -> None:
    """Let through this machine's own user, and who shows the key; a key that is shown must be the one, whoever shows it."""
    if key is not None or cast("Audience", request.app.state.audience) is not Audience.STAFF:
        delivers(request, key)


def sees_events(request: Request, key: Annotated[str | None, Security(_KEY)]) -> bool:
    """Tell whether who asks may see single events: this machine's own user, and who shows the key.

    Raises:
        UnknownCallerError: There is a key in the request, and it is not the one.
    """
    if cast("Audience", request.app.state.audience) is Audience.STAFF:
        return True
    if key is None or cast("Settings", request.app.state.settings).delivery_key is None:
        return False
    delivers(request, key)
    return True


def reads_events(sees: Annotated[bool, Depends(sees_events)]) -> None:
    """Let through who may see single events.

    Raises:
        ForbiddenError: Who asks may not.
    """
    if not sees:
        raise ForbiddenError(
            "Enskilda händelser kan peka ut en person och visas bara för den som visar en nyckel i X-API-Key.",
            "Single events can point at a person and are shown only to those who show a key in X-API-Key.",
        )


def draws(sees: Annotated[bool, Depends(sees_events)]) -> None:
    """Let through who may see figures of any ground they draw: those who may see single events.

    Raises:
        ForbiddenError: Who asks may not.
    """
    if not sees:
        raise ForbiddenError(
            "En egen yta kan ritas så att siffran pekar ut en person. Den visas bara för den som visar en nyckel i X-API-Key.",
            "A polygon can be drawn so that its figure points at a person. It is shown only to those who show a key in X-API-Key.",
        )


CurrentSettings = Annotated[Settings, Depends(settings_of)]
CurrentShelf = Annotated[Shelf, Depends(shelf_of)]
PublicShelf = Annotated[Shelf, Depends(public_shelf_of)]
CurrentTiles = Annotated[KeptTiles, Depends(tiles_of)]
CurrentAudience = Annotated[Audience, Depends(audience_of)]
SeesEvents = Annotated[bool, Depends(sees_events)]
