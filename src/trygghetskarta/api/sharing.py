"""What has a class: `delbar` unless `intern` is asked for, and then marked with who took it out and when."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request
from pydantic import Field

from trygghetskarta.api.scopes import AUDIENCE, caller_of
from trygghetskarta.domain.audience import Audience, MadeFor, SharingClass
from trygghetskarta.domain.periods import LOCAL_TIME

AskedClass = Annotated[
    SharingClass,
    Field(
        alias="class",
        description="delbar: bara siffror som alla får se; intern: exakta och märkta, för behöriga."
        " / delbar: figures anyone may see; intern: exact ones, marked, for staff.",
    ),
]
"""The parameter; what becomes of it is settled with the route's scope (`scopes.Needs`)."""


async def made_for_of(request: Request) -> MadeFor | None:
    """Give who takes out what is intern, and that it is now; None of what may be shared."""
    if request.scope[AUDIENCE] is not Audience.STAFF:
        return None
    caller = caller_of(request)
    return MadeFor(caller.name or caller.subject, datetime.now(LOCAL_TIME))


CurrentMadeFor = Annotated[MadeFor | None, Depends(made_for_of)]
