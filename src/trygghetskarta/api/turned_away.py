"""The page for somebody whose signing in came to nothing: a browser would show the API's errors as they are written."""

from __future__ import annotations

import base64
import hashlib
from html import escape

from starlette.requests import Request
from starlette.responses import Response

from trygghetskarta.api.problems import STATUS_OF
from trygghetskarta.errors import BusyError, UnknownCallerError

_STYLE = (
    ":root{color-scheme:light dark;font-family:'Source Sans 3',system-ui,sans-serif;line-height:1.5}"
    "main{max-width:34rem;margin:12vh auto 0;padding:0 1rem}"
    "h1{font-size:1.4rem}"
    "a{display:inline-block;margin:.5rem 1.25rem .5rem 0}"
    "p[lang=en]{margin-top:1.5rem;font-size:.9rem;opacity:.8}"
)
_POLICY = (
    f"default-src 'none'; style-src 'sha256-{base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()}'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def is_looked_at(request: Request) -> bool:
    """Tell whether somebody looks at the answer, and no program reads it."""
    return "text/html" in request.headers.get("accept", "")


def turned_away(error: UnknownCallerError | BusyError, again: str, back: str) -> Response:
    """Say why nobody was let in, and where to go from there.

    Args:
        error: What is wrong.
        again: Address where signing in begins.
        back: Address of the page, for whoever does without.

    Returns:
        A page that needs nothing else, with the status that the error has anywhere.
    """
    page = (
        '<!DOCTYPE html>\n<html lang="sv"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>Du är inte inloggad – Trygghetskarta</title><style>{_STYLE}</style></head><body><main><h1>Du är inte inloggad</h1>"
        f'<p>{escape(error.swedish)}</p><p><a href="{escape(again)}">Logga in</a><a href="{escape(back)}">Till kartan</a></p>'
        f'<p lang="en">You are not signed in. {escape(error.english)}</p></main></body></html>\n'
    )
    headers = {"Cache-Control": "no-store", "Content-Security-Policy": _POLICY}
    return Response(page.encode(), STATUS_OF[type(error)].value, headers, "text/html; charset=utf-8")
