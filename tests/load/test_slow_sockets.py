"""Sockets that are slow, or say nothing, take nothing from others."""

from __future__ import annotations

import socket
import time
from contextlib import ExitStack, suppress

from tests.load.service import Service, get

ASKED = "/v1/comparisons?source=polishandelser&level=stadsdel&from=2025-01&to=2025-12"
SLOW = 250


def opened(port: int) -> socket.socket:
    made = socket.create_connection(("127.0.0.1", port), timeout=30)
    made.settimeout(30)
    return made


def read_to_end(made: socket.socket) -> bytes:
    """Read until the other side has ended the connection, in whatever way."""
    found = b""
    try:
        while part := made.recv(65_536):
            found += part
    except ConnectionError:
        pass
    return found


def test_250_sockets_that_send_their_headers_slowly_are_ended_and_others_are_served_meanwhile(service: Service) -> None:
    with ExitStack() as stack:
        slow = [stack.enter_context(opened(service.port)) for _ in range(SLOW)]
        for number, made in enumerate(slow):
            made.sendall(b"GET /live HTTP/1.1\r\nHost: 127.0.0.1\r\n" if number % 2 else b"G")
        for round_ in range(20):
            assert get(service.port, ASKED).status == 200
            for made in slow:
                with suppress(ConnectionError):
                    made.sendall(f"X-{round_}: 1\r\n".encode() if made in slow[1::2] else b"E")
            time.sleep(0.2)
        ends = [read_to_end(made) for made in slow]
    assert {end.split(b"\r\n")[0] for end in ends} <= {b"HTTP/1.1 408 Request Timeout", b"HTTP/1.1 400 Bad Request", b""}
    assert sum(end.startswith(b"HTTP/1.1 408") for end in ends) > 0
    assert get(service.port, ASKED).status == 200
