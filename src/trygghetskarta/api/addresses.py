"""Addresses as those outside write them."""

from __future__ import annotations

import re
from typing import cast
from urllib.parse import quote, urlencode

from fastapi import Request

from trygghetskarta.settings import Settings

_WHERE = re.compile(r"(^|&)(after|offset)=[^&]*")


def address(request: Request, path: str, **parameters: str) -> str:
    """Give the absolute address of a path.

    Args:
        request: The request that is answered; without the setting `public_url` the address is under the name it came to.
        path: The path, with a leading slash; each part is quoted.
        parameters: Its query.
    """
    public = cast("Settings", request.app.state.settings).public_url
    root = public if public is not None else str(request.base_url)
    query = f"?{urlencode(parameters)}" if parameters else ""
    return f"{root.rstrip('/')}{quote(path)}{query}"


def own_path(request: Request) -> str:
    """Give the path of a request without the prefix that a proxy put before it."""
    path = request.url.path
    return path.removeprefix(str(request.scope.get("root_path", "")).rstrip("/"))


def this(request: Request) -> str:
    """Give the absolute address of the request itself."""
    return _with_query(request, request.url.query)


def page_after(request: Request, place: str) -> str:
    """Give the address of the page that begins after a place: the request's own, letter for letter, but for that.

    A program that adds parameters of its own to every address knows by the letters that they are there already.
    """
    query = _WHERE.sub("", request.url.query).lstrip("&")
    return _with_query(request, "&".join(part for part in (query, urlencode({"after": place})) if part))


def _with_query(request: Request, query: str) -> str:
    return address(request, own_path(request)) + (f"?{query}" if query else "")
