"""Where every request comes in: it is given an id, measured against the limits that need no look at the data, and told of in one line."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from http import HTTPStatus
from time import perf_counter
from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from trygghetskarta.api.guarding import Headers, always, guarded
from trygghetskarta.api.leaving import LEFT
from trygghetskarta.api.problems import FAILED, problem
from trygghetskarta.errors import Fault
from trygghetskarta.observe import REQUEST_ID, Answered, Metrics, metrics, request_id
from trygghetskarta.settings import Settings

PASSAGE = "trygghetskarta.passage"
"""Where a request's scope holds what is known of it on its way, for `note_route`."""

_KEPT = "(kept)"
_log = logging.getLogger("trygghetskarta.requests")
_OWN_NAMES = (b"127.0.0.1", b"localhost", b"[::1]")
_DELIVERIES = "/v1/deliveries"
_NO_BODY = frozenset(("GET", "HEAD", "OPTIONS", "DELETE"))
_QUIET = frozenset(("/live", "/ready"))

Refusal = tuple[HTTPStatus, tuple[str, str], tuple[Fault, ...], str]
"""Status, what is wrong in both languages, the parameters at fault, and the limit's name."""


def note_route(scope: Scope) -> None:
    """Note which route a request met, once it has: what is between the door and the routes may work on a copy of the scope.

    Args:
        scope: As the routes have left it.
    """
    passage: _Passage | None = scope.get(PASSAGE)
    if passage is not None:
        passage.route = getattr(scope.get("route"), "path", None)


@dataclass(slots=True)
class _Passage:
    """What is known of one request on its way through."""

    began: float
    status: int = LEFT
    sent: int = 0
    started: bool = False
    headers: dict[bytes, bytes] = field(default_factory=dict)
    route: str | None = None


@dataclass(frozen=True, slots=True)
class Door:
    """Wraps an app.

    Attributes:
        app: What answers.
        settings: Holds the limits.
        paths: The paths that are routes as they stand.
        own_host_only: Whether to answer only under this machine's own names: a page elsewhere may have its own name lead here.
        metrics: Where to count.
    """

    app: ASGIApp
    settings: Settings
    paths: frozenset[str]
    own_host_only: bool
    metrics: Metrics = field(default_factory=metrics)
    _always: Headers = field(init=False)

    def __post_init__(self) -> None:
        """Settle what every answer says."""
        object.__setattr__(self, "_always", always(self.settings))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or refuse; and tell of it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        passage = _Passage(perf_counter(), headers=dict(reversed(scope["headers"])))
        name = request_id(passage.headers.get(b"x-request-id"))
        REQUEST_ID.set(name)
        scope[PASSAGE] = passage
        stamp = (b"x-request-id", name.encode())

        async def stamped(message: Message) -> None:
            if message["type"] == "http.response.start":
                passage.started, passage.status = True, message["status"]
                message["headers"] = [*guarded(list(message.get("headers", ())), self._always), stamp]
            else:
                passage.sent += len(message.get("body", b""))
            await send(message)

        try:
            await self._pass(scope, receive, stamped, passage)
        except Exception as error:  # noqa: BLE001  # whatever it is, it is told of once, and the caller gets an answer
            _log.error("%s failed", scope["method"], exc_info=error)  # its text is not to be logged
            if not passage.started:
                await problem(HTTPStatus.INTERNAL_SERVER_ERROR, FAILED, scope["path"])(scope, receive, stamped)
        finally:
            self._tell(scope, passage)

    async def _pass(self, scope: Scope, receive: Receive, send: Send, passage: _Passage) -> None:
        refusal = self._refusal(scope, passage.headers)
        if refusal is not None:
            status, texts, faults, limit = refusal
            self.metrics.refused_by(limit)
            await problem(status, texts, scope["path"], faults)(scope, receive, send)
        elif scope["method"] == "HEAD":
            # What a GET would answer, without its body: the server, which knows what was asked, leaves that out.
            await self.app({**scope, "method": "GET"}, receive, send)
        elif scope["method"] in _NO_BODY or scope["path"].startswith(_DELIVERIES):
            await self.app(scope, receive, send)
        else:
            await self.app(scope, self._bounded(receive), send)

    def _refusal(self, scope: Scope, headers: dict[bytes, bytes]) -> Refusal | None:
        query: bytes = scope["query_string"]
        if len(scope.get("raw_path") or b"") + len(query) > self.settings.url_limit:
            return self._too_long()
        if self.own_host_only and b"host" in headers and _name_of(headers[b"host"]) not in _OWN_NAMES:
            texts = (
                "Exakta siffror visas bara under den egna datorns namn.",
                "Exact figures are shown under this machine's own name only.",
            )
            return HTTPStatus.FORBIDDEN, texts, (), "host"
        length = headers.get(b"content-length", b"")
        if length.isdigit() and int(length) > self.settings.body_limit and not scope["path"].startswith(_DELIVERIES):
            return HTTPStatus.REQUEST_ENTITY_TOO_LARGE, self._too_large(), (), "body"
        # A query that cannot break these limits is not taken apart.
        if query.count(b"&") >= self.settings.values_limit or (len(query) > self.settings.filter_limit and b"filter" in query):
            return self._parameters_refusal(query)
        return None

    def _too_long(self) -> Refusal:
        most = self.settings.url_limit
        texts = (f"Adressen är längre än {most} byte.", f"The address is longer than {most} bytes.")
        return HTTPStatus.REQUEST_URI_TOO_LONG, texts, (), "url"

    def _too_large(self) -> tuple[str, str]:
        most = self.settings.body_limit
        return f"Innehållet är större än {most} byte.", f"The body is larger than {most} bytes."

    def _parameters_refusal(self, query: bytes) -> Refusal | None:
        given: dict[str, list[str]] = {}
        for name, value in parse_qsl(query.decode("latin-1"), keep_blank_values=True):
            given.setdefault(name, []).append(value)
        most, longest = self.settings.values_limit, self.settings.filter_limit
        for name, values in given.items():
            if len(values) > most:
                swedish, english = f"{name}: fler än {most} värden.", f"{name}: more than {most} values."
                return HTTPStatus.BAD_REQUEST, (swedish, english), (Fault(name, None, swedish, english),), "values"
        if len(given.get("filter", ("",))[0]) > longest:
            swedish, english = f"Filtret är längre än {longest} tecken.", f"The filter is longer than {longest} characters."
            return HTTPStatus.BAD_REQUEST, (swedish, english), (Fault("filter", None, swedish, english),), "filter"
        return None

    def _bounded(self, receive: Receive) -> Receive:
        """Read no more of a body than its limit."""
        received = 0

        async def bounded() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self.settings.body_limit:
                self.metrics.refused_by("body")
                raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE.value)
            return message

        return bounded

    def _tell(self, scope: Scope, passage: _Passage) -> None:
        route = passage.route or (scope["path"] if scope["path"] in self.paths else None)
        if route is None and passage.status < HTTPStatus.BAD_REQUEST:
            route = _KEPT
        answer = Answered(scope["method"], route, passage.status, perf_counter() - passage.began, passage.sent)
        self.metrics.answered(answer)
        if route in _QUIET and answer.status < HTTPStatus.BAD_REQUEST:
            return
        _log.info(
            "answered",
            extra={
                "told": {
                    "method": answer.method,
                    "route": route,
                    "status": answer.status,
                    "milliseconds": round(answer.seconds * 1000, 2),
                    "bytes": answer.sent,
                }
            },
        )


def _name_of(host: bytes) -> bytes:
    """Give the name in a Host header, without the port."""
    return host[: host.find(b"]") + 1] if host.startswith(b"[") else host.partition(b":")[0].lower()
