"""Finished answers, kept as they were sent: who asks again what has been answered is answered before anything is worked out.

An answer is kept with the publication it was made from, and is gone with it. Whoever shows a key is neither answered from here nor has an
answer kept: what is here is for all whom the worker answers alike.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from http import HTTPStatus

from fastapi import Request, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from trygghetskarta.api.packing import accepts_gzip

NOTED = "trygghetskarta.noted"
"""Where a request carries what is noted of it."""

_BYTES_BESIDE = 1_500
"""About what an entry takes besides its body and what was asked."""

# What an answer may differ by besides its address and its packing: which it may name itself by, and what form it was asked for in.
_DIFFERS_BY = frozenset(
    (b"host", b"accept", b"accept-language", b"forwarded", b"x-forwarded-host", b"x-forwarded-proto", b"x-forwarded-prefix")
)
_VARIES_BY = frozenset((b"accept-encoding", b"accept", b"accept-language"))
_KEYS = frozenset((b"x-api-key", b"authorization", b"cookie"))
_NOT_OF_304 = frozenset((b"content-length", b"content-type", b"content-encoding"))

Headers = list[tuple[bytes, bytes]]
Asked = tuple[str, bytes, str, bool, tuple[tuple[bytes, bytes], ...]]


@dataclass(slots=True)
class Noted:
    """What the middleware and a route tell each other of one request.

    Attributes:
        version: Number of the publication that was served when the request came.
        packs: Whether whoever asks can unpack gzip.
        keep: Whether the answer hangs on nothing but the publication and what was asked, so that it may be kept.
        meant: First day of the edition that was meant where none was named; None without any.
    """

    version: int
    packs: bool
    keep: bool = False
    meant: date | None = None


@dataclass(frozen=True, slots=True)
class Finished:
    """An answer as it was sent, with its tag."""

    etag: bytes
    headers: Headers
    body: bytes

    def unchanged(self) -> Headers:
        """Give the headers that say that the caller's copy is still good."""
        return [header for header in self.headers if header[0] not in _NOT_OF_304]


@dataclass(slots=True)
class Answers:
    """The finished answers of one publication: as many as there is room for, those longest unused given up first.

    Attributes:
        version: Number of the publication.
        most_bytes: How much they may take together.
        taken: How much they take.
        meant: First day of the edition that is meant where none is named; None without any.
    """

    version: int
    most_bytes: int
    taken: int = 0
    meant: date | None = None
    _kept: OrderedDict[Asked, Finished] = field(default_factory=OrderedDict)

    def __len__(self) -> int:
        """Count them."""
        return len(self._kept)

    def find(self, asked: Asked) -> Finished | None:
        """Give the answer to what is asked, if it is here."""
        found = self._kept.get(asked)
        if found is not None:
            self._kept.move_to_end(asked)
        return found

    def keep(self, asked: Asked, answer: Finished) -> None:
        """Keep an answer, unless it alone would take more than a quarter of the room."""
        size = _size(asked, answer)
        if asked in self._kept or size > self.most_bytes // 4:
            return
        self._kept[asked] = answer
        self.taken += size
        while self.taken > self.most_bytes:
            self.taken -= _size(*self._kept.popitem(last=False))


def _size(asked: Asked, answer: Finished) -> int:
    path, query, _, _, headers = asked
    return len(answer.body) + 4 * len(path) + len(query) + sum(len(value) for _, value in headers) + _BYTES_BESIDE


@dataclass(frozen=True, slots=True)
class AnswerFinished:
    """Wraps an app: answers what is kept, keeps what may be kept, and answers HEAD as GET is answered, without the body.

    Attributes:
        app: What answers otherwise.
        current: Gives the finished answers of what is now published.
        quick: By path, what answers a request at once, without routing; it gives None where that takes more than memory.
    """

    app: ASGIApp
    current: Callable[[], Answers]
    quick: Mapping[str, Callable[[Request], Response | None]]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            await self.app(scope, receive, send)
            return
        # One object for the whole request: what is published meanwhile has finished answers of its own, and this one is put among the old.
        answers = self.current()
        headers: Headers = scope["headers"]
        given = dict(headers)
        packs = accepts_gzip(given.get(b"accept-encoding", b""))
        asked: Asked = (
            scope["path"],
            scope["query_string"],
            scope["scheme"],
            packs,
            tuple([header for header in headers if header[0] in _DIFFERS_BY]),
        )
        personal = not _KEYS.isdisjoint(given)
        found = None if personal else answers.find(asked)
        if found is not None:
            await _send(found, given.get(b"if-none-match"), scope["method"], send)
            return
        taker = _Taker(Noted(answers.version, packs, meant=answers.meant), send, bodiless=scope["method"] == "HEAD")
        scope = {**scope, "method": "GET", NOTED: taker.noted}
        # What is answered without routing is answered as to whoever shows nothing.
        quick = None if personal else self.quick.get(scope["path"])
        await ((quick(Request(scope)) if quick is not None else None) or self.app)(scope, receive, taker.take)
        if taker.finished is not None and not personal:
            answers.keep(asked, taker.finished)


async def _send(found: Finished, known: bytes | None, method: str, send: Send) -> None:
    if known is not None and matches(known.decode("latin-1"), found.etag.decode("latin-1")):
        await send({"type": "http.response.start", "status": HTTPStatus.NOT_MODIFIED.value, "headers": found.unchanged()})
        await send({"type": "http.response.body", "body": b""})
        return
    await send({"type": "http.response.start", "status": HTTPStatus.OK.value, "headers": list(found.headers)})
    await send({"type": "http.response.body", "body": found.body if method == "GET" else b""})


def matches(known: str, etag: str) -> bool:
    """Tell whether the tags of an If-None-Match hold a tag.

    Args:
        known: The header; empty for none.
        etag: The tag as an answer carries it.

    Returns:
        True where one of them is the tag, weak or not, or where it stands for any.
    """
    return known == etag or known.strip() == "*" or etag in [tag.strip().removeprefix("W/") for tag in known.split(",")]


@dataclass(slots=True)
class _Taker:
    """Takes an answer as it is sent, when it may be kept and is sent whole."""

    noted: Noted
    send: Send
    bodiless: bool
    finished: Finished | None = None
    _headers: Headers | None = None

    async def take(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            # A list of its own: what stands further out adds to that of the message.
            self._headers = list(message["headers"]) if self.noted.keep and message["status"] == HTTPStatus.OK.value else None
        elif message["type"] == "http.response.body":
            if self._headers is not None and not message.get("more_body", False):
                self._finish(self._headers, message.get("body", b""))
            self._headers = None
            if self.bodiless:
                message = {**message, "body": b""}
        await self.send(message)

    def _finish(self, headers: Headers, body: bytes) -> None:
        told = dict(headers)
        varies = {name.strip().lower() for name in told.get(b"vary", b"").split(b",") if name.strip()}
        if b"etag" in told and varies <= _VARIES_BY and b"no-store" not in told.get(b"cache-control", b""):
            self.finished = Finished(told[b"etag"], headers, body)
