"""Signing in and out on the page, and who is signed in."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, cast
from urllib.parse import urlencode

import orjson
from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict
from starlette.responses import RedirectResponse

from trygghetskarta.api.addresses import address
from trygghetskarta.api.auth import read_purpose
from trygghetskarta.api.deps import CurrentCaller
from trygghetskarta.api.noting import end, note_signed_in
from trygghetskarta.api.scopes import OPEN
from trygghetskarta.api.turned_away import is_looked_at, turned_away
from trygghetskarta.domain.callers import NOBODY
from trygghetskarta.errors import BusyError, NotFoundError, UnknownCallerError

if TYPE_CHECKING:
    from trygghetskarta.api.sessions import Session
    from trygghetskarta.api.signing_in import SigningIn

router = APIRouter(include_in_schema=False, dependencies=[OPEN])

_ON_THE_PAGE = re.compile(r"/(\?[^#\s\\]*)?", re.ASCII)
_LONGEST_BACK = 2_000
_GAVE_UP = "access_denied"
"""What an issuer says of somebody who did not want to."""
# What a browser says of where a request comes from, when it is our own page or whoever sits there that asks.
_BY_ONESELF = frozenset(("same-origin", "none"))


class Purpose(BaseModel):
    """What an analyst says that the exact figures are for."""

    model_config = ConfigDict(extra="forbid")

    purpose: str


@router.get("/signin")
async def sign_in(request: Request, back: str = "/") -> Response:
    """Send somebody to the issuer to sign in; whom another page sends here is shown ours, and signs in there or not at all."""
    door = _door(request)
    back = back if len(back) <= _LONGEST_BACK and _ON_THE_PAGE.fullmatch(back) else "/"
    if request.headers.get("sec-fetch-site", "none") not in _BY_ONESELF:
        return RedirectResponse(_page(request, back), 303)
    try:
        sent_to, way = await door.begin(back)
    except BusyError as error:
        return _turned_away(request, error, back)
    answer = RedirectResponse(sent_to, 303)
    door.sessions.send(answer, way)
    return answer


@router.get("/signin/back")
async def come_back(request: Request, state: str = "", code: str = "", error: str = "") -> Response:
    """Let somebody in who comes back from the issuer; whoever gave up is back where they were, not signed in."""
    door = _door(request)
    back = "/"
    try:
        way = door.sessions.on_the_way(request.cookies)
        back = way.back
        session = await door.finish(way, state, code, error) if error != _GAVE_UP else None
    except UnknownCallerError as refused:
        await door.refusals.note(request, ", ".join(getattr(refused, "__notes__", ())))
        return _turned_away(request, refused, back)
    except BusyError as silent:
        return _turned_away(request, silent, back)
    if session is None:
        await door.refusals.note(request, "issuer")
        answer = RedirectResponse(_page(request, back), 303)
    else:
        before = await door.sessions.session(request.cookies)
        await note_signed_in(request, session.subject, session.roles, (before.subject, before.mark) if before is not None else None)
        answer = RedirectResponse(_page(request, back), 303)
        door.sessions.keep(answer, session)
    door.sessions.forget(answer, session=False)
    return answer


@router.get("/me")
async def me(request: Request, caller: CurrentCaller) -> Response:
    """Tell the page who looks at it, and what they see; of those who are not signed in on the page, nothing."""
    door = cast("SigningIn | None", request.app.state.signing_in)
    session = await door.sessions.session(request.cookies) if door is not None else None
    caller = caller if session is not None else NOBODY
    told = {
        "canSignIn": door is not None,
        "name": session.name if session is not None else None,
        "roles": sorted(role.value for role in caller.roles) if session is not None else [],
        "areas": sorted(caller.areas),
        "sources": sorted(caller.sources),
        "audience": caller.everywhere.value,
        "lacksPurpose": caller.lacks_purpose,
        "purpose": caller.purpose,
        "token": session.token if session is not None else None,
    }
    return Response(orjson.dumps(told), headers={"Cache-Control": "no-store"}, media_type="application/json")


@router.post("/me/purpose")
async def say_purpose(request: Request, said: Purpose) -> Response:
    """Keep what an analyst says that the exact figures are for, as long as the session lasts."""
    door, session = await _session(request)
    answer = Response(status_code=204)
    door.sessions.keep(answer, replace(session, purpose=read_purpose(said.purpose.encode())))
    return answer


@router.post("/signout")
async def sign_out(request: Request) -> Response:
    """Sign somebody out here, whoever else has a copy of the cookie, and tell where they sign out of the issuer."""
    door, session = await _session(request)
    await end(request, (session.subject, session.mark))
    ending = await door.ending()
    asked = urlencode({"post_logout_redirect_uri": _page(request, "/"), "client_id": door.settings.oidc_client_id or ""})
    told = {"address": f"{ending}?{asked}" if ending is not None else _page(request, "/")}
    headers = {"Cache-Control": "no-store", "Clear-Site-Data": '"cache", "storage"'}
    answer = Response(orjson.dumps(told), headers=headers, media_type="application/json")
    door.sessions.forget(answer, session=True)
    return answer


def _door(request: Request) -> SigningIn:
    door = cast("SigningIn | None", request.app.state.signing_in)
    if door is None:
        raise NotFoundError("Här går det inte att logga in.", "There is no signing in here.")
    return door


async def _session(request: Request) -> tuple[SigningIn, Session]:
    door = _door(request)
    session = await door.sessions.session(request.cookies)
    if session is None:
        raise UnknownCallerError("Du är inte inloggad längre.", "You are no longer signed in.")
    return door, session


def _turned_away(request: Request, error: UnknownCallerError | BusyError, back: str) -> Response:
    """Say why nobody was let in: on a page where somebody looks at it, else as any error is told."""
    if not is_looked_at(request):
        raise error
    return turned_away(error, address(request, "/signin", back=back), _page(request, back))


def _page(request: Request, back: str) -> str:
    path, _, query = back.partition("?")
    return f"{address(request, path)}?{query}" if query else address(request, path)
