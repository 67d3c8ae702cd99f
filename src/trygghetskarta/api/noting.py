"""What is noted in the log: of each exact answer who asked, as what, for what, and what was asked; and who came, left and was not let in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING, cast

from fastapi import Request
from fastapi.concurrency import run_in_threadpool

from trygghetskarta.api.desk import Desk
from trygghetskarta.domain.callers import Caller
from trygghetskarta.ingest.sessions import end_session
from trygghetskarta.store.audit import Act, acting_as, note

if TYPE_CHECKING:
    from trygghetskarta.api.auth import Callers

_NOBODY_KNOWN = "unknown"
_MOST_A_MINUTE = 10
_MINUTE = 60.0

Left = tuple[str, bytes]
"""Whose a session is, and what it is known by."""


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
    await run_in_threadpool(_write, _desk(request), Act.ASKED, told)


async def note_signed_in(request: Request, subject: str, roles: Sequence[str], left: Left | None) -> None:
    """Note that somebody is let in, before they are; whoever was signed in by the same browser is signed out.

    Args:
        request: The request.
        subject: Who.
        roles: As what.
        left: The session that this one takes the place of; None for none.
    """
    if left is not None:
        await end(request, left)
    with acting_as(subject):
        await run_in_threadpool(_write, _desk(request), Act.SIGNED_IN, {"roles": list(roles)})


async def end(request: Request, left: Left) -> None:
    """End a session, here at once and in other workers within seconds, and note that its owner has left."""
    with acting_as(left[0]):
        await run_in_threadpool(_end, _desk(request), left)
    keyring = cast("Callers", request.app.state.callers).keyring
    if keyring is not None:
        await keyring.look_anew()


@dataclass(slots=True)
class Refusals:
    """Notes those who were not let in: some a minute and no more, for anyone may be refused as often as they like and the log is kept for ever."""

    _minute: float = float("-inf")
    _noted: int = 0
    _passed_over: int = 0

    async def note(self, request: Request, why: str) -> None:
        """Note that somebody was not let in, or count it for the next entry that there is room for.

        Args:
            request: The request.
            why: Of a closed list, and nothing that they sent.
        """
        now = monotonic()
        if now - self._minute >= _MINUTE:
            self._minute, self._noted = now, 0
        if self._noted == _MOST_A_MINUTE:
            self._passed_over += 1
            return
        self._noted += 1
        told = {"why": why, "passedOver": self._passed_over}
        self._passed_over = 0
        with acting_as(_NOBODY_KNOWN):
            await run_in_threadpool(_write, _desk(request), Act.REFUSED, told)


def _desk(request: Request) -> Desk:
    return cast("Desk", request.app.state.desk)


def _write(desk: Desk, act: Act, told: Mapping[str, object]) -> None:
    with desk.connect() as connection, connection.begin():
        note(connection, act, told)


def _end(desk: Desk, left: Left) -> None:
    with desk.connect() as connection, connection.begin():
        end_session(connection, *left)
