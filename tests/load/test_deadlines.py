"""Bodies that arrive slowly, answers that are read slowly, and more connections than there may be; over real sockets."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import cast

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send

from tests.load.service import get
from tests.load.test_slow_sockets import opened, read_to_end
from trygghetskarta.api.protocol import Deadlines, Watch

_MEGABYTE = b"x" * 1_000_000
_LARGE = 64
_DEADLINES = Deadlines(connections=10, header_seconds=30.0, idle_seconds=30.0, slowest=1_000, patience=1.0)


async def _app(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer /large with more than the sockets' buffers hold, and anything else with the length of what was sent."""
    if scope["type"] != "http":
        return
    received, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        received += len(message["body"])
        more = message["more_body"]
    parts = [_MEGABYTE] * _LARGE if scope["path"] == "/large" else [str(received).encode()]
    length = str(sum(map(len, parts))).encode()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", length)]})
    for number, part in enumerate(parts, 1):
        await send({"type": "http.response.body", "body": part, "more_body": number < len(parts)})


@contextmanager
def _running() -> Iterator[tuple[int, list[str]]]:
    """Serve in a thread, as a worker does; give the port, and the deadlines for which connections were ended."""
    ended: list[str] = []
    watch = Watch(_DEADLINES, ended.append)
    config = uvicorn.Config(
        _app,
        loop="asyncio",
        http=cast("type[asyncio.Protocol]", watch.protocol),
        lifespan="off",
        log_level="error",
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    listening = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=server.run, args=([listening],))
    thread.start()
    try:
        yield listening.getsockname()[1], ended
    finally:
        server.should_exit = True
        thread.join(30)


@pytest.fixture(scope="module")
def running() -> Iterator[tuple[int, list[str]]]:
    """Serve for the tests of this module."""
    with _running() as served:
        yield served


def test_a_body_that_arrives_too_slowly_is_not_waited_for_and_one_that_is_fast_enough_is(running: tuple[int, list[str]]) -> None:
    port, ended = running
    with opened(port) as slow, opened(port) as steady:
        for made in (slow, steady):
            made.sendall(b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 60000\r\n\r\n")
        for _ in range(30):
            steady.sendall(b"x" * 2_000)
            if "body" not in ended:
                slow.sendall(b"x")
            assert get(port, "/").status == 200
            time.sleep(0.1)
        assert steady.recv(65_536).startswith(b"HTTP/1.1 200")
        assert read_to_end(slow) == b""
    assert ended == ["body"]


def test_an_answer_that_is_not_read_is_not_kept_for_ever_and_one_that_is_read_comes_whole(running: tuple[int, list[str]]) -> None:
    port, ended = running
    ended.clear()
    with opened(port) as idle:
        idle.sendall(b"GET /large HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        assert len(get(port, "/large").body) == _LARGE * len(_MEGABYTE)
        deadline = time.monotonic() + 30
        while not ended and time.monotonic() < deadline:
            time.sleep(0.05)
        assert len(read_to_end(idle)) < _LARGE * len(_MEGABYTE)
    assert ended == ["reader"]


def test_of_too_many_connections_those_that_have_asked_nothing_longest_give_way(running: tuple[int, list[str]]) -> None:
    port, ended = running
    ended.clear()
    with ExitStack() as stack:
        made = [stack.enter_context(opened(port)) for _ in range(2 * _DEADLINES.connections)]
        assert get(port, "/").status == 200
        assert [read_to_end(one) for one in made[: _DEADLINES.connections]] == [b""] * _DEADLINES.connections
        made[-1].sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
        assert read_to_end(made[-1]).startswith(b"HTTP/1.1 200")
    assert set(ended) == {"connections"}


def test_a_body_that_ends_before_its_length_is_answered_unless_another_answer_is_under_way(running: tuple[int, list[str]]) -> None:
    port, _ = running
    whole, half = b"GET /large HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9\r\n\r\nx"
    with opened(port) as alone, opened(port) as behind, opened(port) as silent:
        for made, sent in ((alone, half), (behind, whole + half), (silent, b"POST / HTT")):
            made.sendall(sent)
            made.shutdown(socket.SHUT_WR)
        assert read_to_end(alone).startswith(b"HTTP/1.1 400 ")
        assert b"HTTP/1.1 400 " not in read_to_end(behind)  # in the middle of the answer before it
        assert read_to_end(silent) == b""  # no request at all
