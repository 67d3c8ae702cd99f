"""Pages from elsewhere: what a browser lets them ask, and why it does not."""

from __future__ import annotations

from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from trygghetskarta.api.problems import problem
from trygghetskarta.errors import Fault

_ORIGIN, _METHOD, _HEADERS = "Origin", "Access-Control-Request-Method", "Access-Control-Request-Headers"
_REASONS = {
    _ORIGIN: (
        "Sidor på den webbplatsen får inte läsa API:et från en webbläsare.",
        "Pages of that site may not read the API in a browser.",
    ),
    _METHOD: ("Sidor på andra webbplatser får bara läsa, med GET.", "Pages of other sites may read only, by GET."),
    _HEADERS: (
        "Sidor på den webbplatsen får inte skicka de huvudena eller fråga från ett annat nät.",
        "Pages of that site may not send those headers or ask from another network.",
    ),
}


class Crossing(CORSMiddleware):
    """Starlette's CORS, whose refusals are problems in both languages as every error is."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a browser that asks for a page of another site whether it may ask, and let what is asked through."""
        if scope["type"] == "http" and scope["method"] == "OPTIONS":
            given = Headers(scope=scope)
            if _ORIGIN in given and _METHOD in given:
                await self._preflight(given, scope["path"])(scope, receive, send)
                return
        await super().__call__(scope, receive, send)

    def _preflight(self, given: Headers, path: str) -> Response:
        answer = self.preflight_response(given)
        if answer.status_code == HTTPStatus.OK:
            return answer
        name = self._refused_for(given)
        refusal = problem(HTTPStatus.FORBIDDEN, _REASONS[name], path, (Fault(name, given.get(name), *_REASONS[name]),))
        told = {header: value for header, value in answer.headers.items() if header == "vary" or header.startswith("access-control-")}
        refusal.headers.update(told)
        return refusal

    def _refused_for(self, given: Headers) -> str:
        """Name the header that is why a browser is told no."""
        if not self.is_allowed_origin(given[_ORIGIN]):
            return _ORIGIN
        return _METHOD if given[_METHOD] not in self.allow_methods else _HEADERS
