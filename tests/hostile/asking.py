"""Everything that can be asked, with a place in it for a string that means harm."""

from __future__ import annotations

import http.client
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, quote_from_bytes, urlsplit

import httpx

from tests.api.recording import ASKED

_OGC = "/ogc/v1"
_SECONDS = 120
"""How long to wait for an answer: how fast a machine is that runs tests is not what they are about."""
_SPACE, _DELETE = 0x20, 0x7F
_WITHIN = {
    "table_id": "brander",
    "codelist_id": "vs_stad",
    "measureId": "1",
    "deliveryId": "1",
    "edition": "2023-07-01",
    "level": "stadsdel",
    "z": "8",
    "x": "140",
    "y": "75",
    "code": "farsta",
    "sourceId": "brander",
    "featureId": "farsta",
}
_BASES = {
    "GET /v1/tiles/{edition}/{level}/{z}/{x}/{y}.mvt": "/v1/tiles/2023-07-01/stadsdel/8/140/75.mvt",
    "GET /pxweb/v2/tables/{table_id}/data": "/pxweb/v2/tables/brander/data?valueCodes[Tid]=2025",
    "GET /ogc/v1/collections/comparison/items": "/ogc/v1/collections/comparison/items?source=brander&limit=2",
    "GET /ogc/v1/collections/series/items": "/ogc/v1/collections/series/items?source=brander&limit=2",
    "GET /ogc/v1/collections/events/items": "/ogc/v1/collections/events/items?source=brander&limit=2",
}
_HEADERS = (
    "Accept", "Accept-Encoding", "Accept-Language", "Authorization", "Content-Type", "Cookie", "Forwarded", "If-Modified-Since",
    "If-None-Match", "Origin", "Range", "Referer", "User-Agent", "X-API-Key", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Purpose",
    "X-Request-Id",
)  # fmt: skip
_TELLS_TALES = re.compile(
    rb"Traceback \(|psycopg|sqlalchemy|SyntaxError|syntax error at|unterminated quoted|PostgreSQL \d|site-packages|/src/trygghetskarta|root:x:0"
)


@dataclass(frozen=True, slots=True)
class Request:
    """Something that is asked.

    Attributes:
        method: The HTTP method.
        path: The path, quoted.
        query: The parameters, quoted.
        headers: Headers, as the bytes that are sent.
        body: What is sent; None for nothing.
    """

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, bytes], ...] = ()
    body: bytes | None = None

    @property
    def address(self) -> str:
        """Give the path and the query."""
        return self.path + ("?" if self.query else "") + "&".join(f"{name}={value}" for name, value in self.query)


@dataclass(frozen=True, slots=True)
class Place:
    """A place for a string: a parameter of an operation, in the path or the query, or a header.

    Attributes:
        operation: The operation's method and path.
        kind: `path`, `query` or `header`.
        name: The parameter's name.
        base: A request that is answered.
    """

    operation: str
    kind: str
    name: str
    base: Request

    def with_string(self, string: bytes) -> Request:
        """Put a string here."""
        if self.kind == "header":
            # What may not stand in a header at all, the server itself refuses (tests/load/test_limits.py).
            sent = bytes(byte for byte in string if byte >= _SPACE and byte != _DELETE)
            return replace(self.base, headers=(*self.base.headers, (self.name, sent)))
        quoted = quote_from_bytes(string, safe="")
        if self.kind == "path":
            filled = self.operation.partition(" ")[2].replace("{" + self.name + "}", quoted)
            return replace(self.base, path=_filled(filled))
        rest = tuple((name, value) for name, value in self.base.query if name != self.name)
        return replace(self.base, query=(*rest, (self.name.replace("[", "%5B").replace("]", "%5D"), quoted)))

    def beside(self, string: bytes) -> Request | None:
        """Put a string after the value that is here, where one is."""
        here = [value for name, value in self.base.query if name == self.name]
        if self.kind != "query" or not here:
            return None
        made = self.with_string(string)
        return replace(made, query=(*made.query[:-1], (made.query[-1][0], here[0] + made.query[-1][1])))


def places(server: str) -> list[Place]:
    """Give every place there is.

    Args:
        server: The address of a service, which tells what can be asked of it.
    """
    return [
        *_of_document(httpx.get(f"{server}/openapi.json", timeout=_SECONDS).json(), ""),
        *_of_document(httpx.get(f"{server}{_OGC}/api", timeout=_SECONDS).json(), _OGC),
        *_of_headers(),
    ]


def _of_document(document: Mapping[str, Any], root: str) -> Iterator[Place]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            name = f"{method.upper()} {root}{path}"
            base = base_of(name)
            for told in operation.get("parameters", ()):
                parameter = _looked_up(document, told)
                if parameter["in"] in ("path", "query"):
                    yield Place(name, parameter["in"], parameter["name"], base)


def _of_headers() -> Iterator[Place]:
    for name in ("GET /v1/comparisons", "GET /ogc/v1/collections/stadsdel/items", "GET /v1/areas", "GET /"):
        for header in _HEADERS:
            yield Place(name, "header", header, base_of(name))


def base_of(operation: str) -> Request:
    """Give a request to an operation that is answered where it can be."""
    method, _, path = operation.partition(" ")
    asked = ASKED.get(operation) or _BASES.get(operation) or _filled(path)
    parts = urlsplit(asked)
    query = tuple((name, quote_from_bytes(value.encode(), safe="")) for name, value in parse_qsl(parts.query))
    return Request(method, parts.path, query, body=b"{}" if method in ("POST", "PUT") else None)


def _filled(path: str) -> str:
    return re.sub(r"\{(\w+)\}", lambda found: _WITHIN[found[1]], path)


def _looked_up(document: Mapping[str, Any], told: Mapping[str, Any]) -> Mapping[str, Any]:
    if "$ref" not in told:
        return told
    found: Any = document
    for part in told["$ref"].removeprefix("#/").split("/"):
        found = found[part]
    return dict(found)


class Asker:
    """Asks over one connection for as long as the service keeps it, sending what it is given as it is."""

    def __init__(self, server: str, headers: Mapping[str, str] | None = None) -> None:
        """Begin, without a connection.

        Args:
            server: The service's address.
            headers: What to send with every request.
        """
        self._place = urlsplit(server).netloc
        self._headers = dict(headers or {})
        self._connection: http.client.HTTPConnection | None = None

    def ask(self, request: Request) -> str | None:
        """Ask, and give what is wrong with the answer; None for nothing.

        An answer is wrong that is an internal error, tells what the service is made of, is no problem document though it refuses, or has a
        header that the caller wrote.
        """
        connection = self._connection or http.client.HTTPConnection(self._place, timeout=_SECONDS)
        self._connection = connection
        connection.putrequest(request.method, request.address, skip_accept_encoding=True)
        for name, value in self._headers.items():
            connection.putheader(name, value)
        for name, sent in request.headers:
            connection.putheader(name, sent)
        if request.body is not None:
            connection.putheader("Content-Length", str(len(request.body)))
        connection.endheaders(request.body)
        answer = connection.getresponse()
        body = answer.read()
        if answer.will_close:
            self.close()
        return _fault(answer, body)

    def close(self) -> None:
        """Leave."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _fault(answer: http.client.HTTPResponse, body: bytes) -> str | None:
    told = {name.lower(): value for name, value in answer.getheaders()}
    kind = told.get("content-type", "")
    if answer.status >= 500:
        return f"{answer.status} {body[:200]!r}"
    if found := _TELLS_TALES.search(body):
        return f"tells tales: {found[0]!r}"
    if any(name.startswith("xinjected") for name in told):
        return "a header of the caller's"
    if answer.status >= 400 and not kind.startswith("application/problem+json"):
        return f"{answer.status} is no problem document: {kind} {body[:100]!r}"
    if kind.startswith("text/html") and b"<script>alert" in body:
        return "markup let through"
    return None
