"""What is noted of each exact answer: who asked, as what, for what, and what was asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from fastapi import Request
from fastapi.concurrency import run_in_threadpool

from trygghetskarta.api.desk import Desk
from trygghetskarta.domain.callers import Caller
from trygghetskarta.store.audit import Act, note


async def note_use(request: Request, caller: Caller) -> None:
    """Note that exact figures are asked for, before they are looked up: what cannot be noted is not answered.

    Args:
        request: The request.
        caller: Who asks.
    """
    told = {
        "roles": sorted(caller.roles),
        "key": caller.key,
        "purpose": caller.purpose,
        "method": request.method,
        "path": request.url.path,
        "query": request.url.query,
    }
    await run_in_threadpool(_write, cast("Desk", request.app.state.desk), told)


def _write(desk: Desk, told: Mapping[str, object]) -> None:
    with desk.connect() as connection, connection.begin():
        note(connection, Act.ASKED, told)
