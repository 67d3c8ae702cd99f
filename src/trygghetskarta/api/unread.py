"""An answer given before the whole body was read ends the connection, so that nobody sends, and nobody reads, the rest of it."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_NO_BODY = frozenset(("GET", "HEAD", "OPTIONS", "DELETE"))


@dataclass(frozen=True, slots=True)
class CloseUnread:
    """Wraps an app.

    Attributes:
        app: What answers.
    """

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, and close where part of the body was left unread."""
        if scope["type"] != "http" or scope["method"] in _NO_BODY:
            await self.app(scope, receive, send)
            return
        whole = False

        async def seen() -> Message:
            nonlocal whole
            message = await receive()
            whole = whole or not message.get("more_body", False)
            return message

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start" and not whole:
                message = {**message, "headers": [*message.get("headers", ()), (b"connection", b"close")]}
            await send(message)

        await self.app(scope, seen, told)
