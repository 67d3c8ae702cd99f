"""Validators: an answer that has not changed is not sent again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from http import HTTPStatus

from fastapi import Request, Response

from trygghetskarta import __version__

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
    """Answer a GET whose answer changes without anything being published: the tag is of what it says.

    Args:
        request: The request.
        body: The answer.
        media_type: Its media type.
        changed_at: When it last changed; None for a list with nothing in it, which is told as the beginning of time.
        audience: Whom it is for.

    Returns:
        The answer with its validators, or 304.
    """
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {
        "ETag": etag,
        "Last-Modified": format_datetime((changed_at or _BEGINNING).astimezone(UTC).replace(microsecond=0), usegmt=True),
        "Cache-Control": f"{'public' if audience == 'public' else 'private'}, {_REVALIDATE}",
        "Vary": "Accept-Encoding",
    }
    if etag in (tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")):
        return Response(status_code=HTTPStatus.NOT_MODIFIED.value, headers=headers)
    return Response(body, headers=headers, media_type=media_type)


def respond(request: Request, freshness: Freshness, media_type: str, make: Callable[[], bytes]) -> Response:
    """Answer a GET, or say that the caller's copy is still good.

    Args:
        request: The request.
        freshness: What the answer depends on.
        media_type: Its media type.
        make: Makes the body; not called when the caller's copy is good.

    Returns:
        The answer with its validators, or 304.
    """
    # One code version, data version, audience and address is one answer: the tag needs no body.
    made_of = f"{__version__}|{freshness.version}|{freshness.audience}|{request.url.path}?{request.url.query}"
    etag = f'"{hashlib.sha256(made_of.encode()).hexdigest()[:32]}"'
    headers = {
        "ETag": etag,
        "Last-Modified": format_datetime(freshness.published_at.replace(microsecond=0), usegmt=True),
        "Cache-Control": f"{'public' if freshness.audience == 'public' else 'private'}, {_REVALIDATE}",
        "Vary": "Accept-Encoding",
    }
    asked = request.headers.get("if-none-match", "")
    if etag in (tag.strip().removeprefix("W/") for tag in asked.split(",")) or asked.strip() == "*":
        return Response(status_code=HTTPStatus.NOT_MODIFIED.value, headers=headers)
    return Response(make(), headers=headers, media_type=media_type)
