"""Validators: an answer that has not changed is not sent again, and is not worked out again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from http import HTTPStatus

from fastapi import Request, Response

from trygghetskarta import __version__
from trygghetskarta.api.finished import NOTED, Noted, matches
from trygghetskarta.api.packing import is_worth_packing, pack
from trygghetskarta.serialize.joining import Joined

RELEASED = datetime(2026, 11, 21, tzinfo=UTC)
"""When this version of the API was released: when what hangs on the program alone last changed."""
_REVALIDATE = "no-cache"
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Freshness:
    """What an answer depends on besides its address.

    Attributes:
        version: Number of the last publication in it.
        published_at: When that was.
        audience: Whom it is for.
    """

    version: int
    published_at: datetime
    audience: str


def tagged(request: Request, body: bytes, media_type: str, changed_at: datetime | None, audience: str) -> Response:
    """Answer a GET whose answer changes without anything being published: the tag is of what it says, and it is not kept.

    Args:
        request: The request.
        body: The answer.
        media_type: Its media type.
        changed_at: When it last changed; None for a list with nothing in it, which is told as the beginning of time.
        audience: Whom it is for.

    Returns:
        The answer with its validators, or 304.
    """
    return _answer(request, _headers(request, _tag(body), changed_at, audience), media_type, lambda: body)


def respond(request: Request, freshness: Freshness, media_type: str, make: Callable[[], bytes | Joined]) -> Response:
    """Answer a GET whose answer hangs on what is published, the audience and the address alone, or say that the caller's copy is still good.

    Such an answer is kept until something is published.

    Args:
        request: The request.
        freshness: What the answer depends on.
        media_type: Its media type.
        make: Makes the body; not called when the caller's copy is good.

    Returns:
        The answer with its validators, or 304.
    """
    noted = keep_whole(request)
    # One code version, data version, audience and address is one answer: the tag needs no body. The figures of an earlier day have an earlier
    # version than what is published now, and hang on both. The edition that is meant where none is named changes on its day, unpublished.
    made_of = f"{__version__}|{noted.version}|{noted.meant}|{freshness.version}|{freshness.audience}|{request.url.path}?{request.url.query}"
    headers = _headers(request, _tag(made_of.encode()), freshness.published_at, freshness.audience)
    return _answer(request, headers, media_type, make)


def respond_lasting(request: Request, freshness: Freshness, media_type: str, body: bytes) -> Response:
    """Answer a GET likewise, where most publications leave the answer as it was: outlines.

    The tag is of what the answer says, so that a copy stays good when new figures are published.

    Args:
        request: The request.
        freshness: What the answer depends on.
        media_type: Its media type.
        body: The answer.

    Returns:
        The answer with its validators, or 304.
    """
    keep_whole(request)
    headers = _headers(request, _tag(body), freshness.published_at, freshness.audience)
    return _answer(request, headers, media_type, lambda: body)


def keep_whole(request: Request) -> Noted:
    """Say that an answer hangs on nothing but what is published and what was asked, so that whoever asks again gets it at once."""
    noted = _noted(request)
    noted.keep = True
    return noted


def _noted(request: Request) -> Noted:
    noted: Noted = request.scope[NOTED]
    return noted


def _tag(content: bytes) -> str:
    return f'"{hashlib.sha256(content).hexdigest()[:32]}"'


def _headers(request: Request, etag: str, changed_at: datetime | None, audience: str) -> dict[str, str]:
    for_all = audience == "public" and "x-api-key" not in request.headers and "authorization" not in request.headers
    headers = {
        "ETag": etag,
        "Cache-Control": f"{'public' if for_all else 'private'}, {_REVALIDATE}",
        "Vary": "Accept-Encoding",
    }
    headers["Last-Modified"] = last_modified(changed_at or _BEGINNING)
    return headers


def last_modified(at: datetime) -> str:
    """Write when an answer last changed.

    If-Modified-Since is not honoured: it tells neither two publications of one second apart, nor two programs, nor whom the copy was for.
    """
    return format_datetime(at.astimezone(UTC).replace(microsecond=0), usegmt=True)


def _answer(request: Request, headers: Mapping[str, str], media_type: str, make: Callable[[], bytes | Joined]) -> Response:
    if matches(request.headers.get("if-none-match", ""), headers["ETag"]):
        return Response(status_code=HTTPStatus.NOT_MODIFIED.value, headers=headers)
    body, packed = make(), None
    if isinstance(body, Joined):
        packed = body.packed() if _noted(request).packs and body.packs_well else None
        body = b"" if packed is not None else body.plain()
    if packed is None and _noted(request).packs and is_worth_packing(body, media_type):
        packed = pack(body)
    if packed is None:
        return Response(body, headers=headers, media_type=media_type)
    return Response(packed, headers={**headers, "Content-Encoding": "gzip"}, media_type=media_type)
