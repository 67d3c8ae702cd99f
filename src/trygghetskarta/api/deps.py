"""What routes are given: the shelf, the cube of the question, who asks."""

from __future__ import annotations

from typing import Annotated, cast

from fastapi import Depends, Request

from trygghetskarta.api.shelf import Shelf
from trygghetskarta.domain.audience import Audience


def shelf_of(request: Request) -> Shelf:
    """Give the app's shelf."""
    return cast("Shelf", request.app.state.shelf)


def audience_of(request: Request) -> Audience:
    """Give who asks: until there is signing in, whom the server was started for."""
    return cast("Audience", request.app.state.audience)


CurrentShelf = Annotated[Shelf, Depends(shelf_of)]
CurrentAudience = Annotated[Audience, Depends(audience_of)]
