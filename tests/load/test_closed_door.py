"""Four hundred megabytes to a door that is closed: refused before they are read, kept nowhere, and others are served meanwhile."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from benchmarks.load import resident

from tests.load.service import get, served
from tests.load.test_slow_sockets import ASKED, opened, read_to_end

MOST = 400_000_000
SWALLOWED = 16_000_000
"""What the two ends' socket buffers take at most, and no more is read."""
MOST_MEGABYTES_MORE = 60
SENDERS = 6
DOORS = {
    "POST /v1/deliveries?source=brander": 401,
    "POST /v1/deliveries/1/approve": 401,
    "POST /v1/measures": 401,
    "PUT /v1/measures/1": 401,
    "POST /pxweb/v2/tables/brander/data": 413,
    "POST /v1/no-such-door": 404,
    "GET /v1/areas": 200,
}


def send(port: int, door: str, *, chunked: bool) -> tuple[int, bytes]:
    """Send until the other side will have no more; give how much it took, and what it answered."""
    length = "Transfer-Encoding: chunked" if chunked else f"Content-Length: {MOST}"
    part = b"10000\r\n" + bytes(65_536) + b"\r\n" if chunked else bytes(65_536)
    sent = 0
    with opened(port) as made:
        # A wrong key shuts every door; those that are shut for another reason are tried without one.
        key = f"X-API-Key: {'x' * 48}\r\n" if DOORS[door] == 401 else ""
        made.sendall(f"{door} HTTP/1.1\r\nHost: 127.0.0.1\r\n{key}{length}\r\n\r\n".encode())
        try:
            while sent < MOST:
                sent += made.send(part)
        except OSError:
            pass  # the other side has closed
        return sent, read_to_end(made)


def at_once(work: Callable[[], None]) -> list[threading.Thread]:
    made = [threading.Thread(target=work) for _ in range(SENDERS)]
    for thread in made:
        thread.start()
    return made


def settled(worker: int) -> float:
    """Give the memory of a worker in MB when it no longer changes: it answers before it has loaded all that it keeps."""
    seen = [resident(worker)]
    while len(seen) < 10 or max(seen[-10:]) - min(seen[-10:]) > 1:
        time.sleep(0.1)
        seen.append(resident(worker))
    return seen[-1]


@pytest.mark.parametrize("chunked", [False, True])
def test_much_sent_to_a_closed_door_is_not_read(database: str, tmp_path: Path, *, chunked: bool) -> None:
    folder = tmp_path / "temporary"
    folder.mkdir()
    with served(database, tmp_path / "said.jsonl", TRYGGHETSKARTA_DELIVERY_KEY="y" * 48, TMPDIR=str(folder)) as service:
        assert get(service.port, ASKED).status == 200
        before = settled(service.workers()[0])
        for door, status in DOORS.items():
            taken: list[tuple[int, bytes]] = []
            senders = at_once(lambda door=door, taken=taken: taken.append(send(service.port, door, chunked=chunked)))  # type: ignore[misc]
            for _ in range(5):
                assert get(service.port, ASKED).status == 200
            for sender in senders:
                sender.join(60)
            assert len(taken) == SENDERS
            assert max(sent for sent, _ in taken) <= SWALLOWED, door
            # Whoever goes on sending into a connection that is closed may lose the answer; whoever gets one gets the refusal.
            assert {answer[:12] for _, answer in taken} <= {f"HTTP/1.1 {status}".encode(), b"HTTP/1.1 413", b""}, door
        assert resident(service.workers()[0]) < before + MOST_MEGABYTES_MORE
        assert list(folder.iterdir()) == []
        assert get(service.port, ASKED).status == 200
