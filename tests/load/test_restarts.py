"""A service that is stopped and started, replaced, or whose workers end, answers everything it is asked."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPException
from pathlib import Path

import pytest

from tests.faults.loader import runs
from tests.load.service import Client, get, open_socket, served, start

SEED = 20_261_121
RESTARTS = 20
ASKED_AT_LEAST = 500
CLIENTS = 8
PATHS = (
    "/v1/comparisons?source=polishandelser&level=stadsdel&from=2025-01&to=2025-12&baseline=previous",
    "/v1/series?source=brander&level=stadsdelsomrade&from=2020-01&to=2025-12",
    "/v1/hours?source=brander&from=2025-01&to=2025-12",
    "/v1/areas?level=stadsdel",
)


class Crowd:
    """Clients that ask all the time, some over one connection for as long as they are let, some over a new one each time."""

    def __init__(self, port: int) -> None:
        self.right = {path: get(port, path).body for path in PATHS}
        self.answered = 0
        self.lost: list[str] = []
        self._port = port
        self._end = threading.Event()
        self._counting = threading.Lock()
        self._clients = [threading.Thread(target=self._ask, args=(number,)) for number in range(CLIENTS)]

    def begin(self) -> None:
        for client in self._clients:
            client.start()

    def end(self) -> None:
        self._end.set()
        for client in self._clients:
            client.join()

    def _ask(self, number: int) -> None:
        chance, client = random.Random(f"{SEED}/{number}"), Client(self._port)
        while not self._end.is_set():
            path = chance.choice(PATHS)
            try:
                answer = client.get(path, last=number % 2 == 0)
                fault = "" if answer.status == 200 and answer.body == self.right[path] else f"{answer.status}: {answer.body[:200]!r}"
            except (OSError, HTTPException) as error:
                fault, client = repr(error), Client(self._port)
            with self._counting:
                self.answered += 1
                if fault:
                    self.lost.append(f"client {number}, {path}: {fault}")
            time.sleep(chance.uniform(0, 0.1))
        client.close()


@contextmanager
def asked_meanwhile(port: int) -> Iterator[Crowd]:
    crowd = Crowd(port)
    crowd.begin()
    try:
        yield crowd
    finally:
        crowd.end()


@pytest.mark.timeout(900)  # on a machine that others use; alone it takes a minute
def test_nothing_is_lost_over_twenty_restarts_by_sigterm(database: str, tmp_path: Path) -> None:
    said = tmp_path / "said.jsonl"
    with open_socket() as listening:
        service = start(database, said, listening)
        service.await_ready()
        with asked_meanwhile(service.port) as crowd:
            for _ in range(RESTARTS):
                asked = crowd.answered
                assert service.stop() == 0, said.read_text()
                service = start(database, said, listening)
                wait_until(lambda asked=asked: crowd.answered >= asked + ASKED_AT_LEAST // RESTARTS + CLIENTS)  # type: ignore[misc]
        service.stop()
    assert crowd.lost == []
    assert crowd.answered >= ASKED_AT_LEAST


def test_nothing_is_lost_when_workers_are_replaced_or_end(database: str, tmp_path: Path) -> None:
    with served(database, tmp_path / "said.jsonl", workers="2") as service, asked_meanwhile(service.port) as crowd:
        for number in range(2):
            before = set(service.workers())
            if number % 2:
                service.process.send_signal(signal.SIGHUP)
                wait_until(lambda before=before: len(after := set(service.workers())) == 2 and not after & before)  # type: ignore[misc]
            else:
                os.kill(min(before), signal.SIGTERM)
                wait_until(lambda before=before: len(after := set(service.workers())) == 2 and min(before) not in after)  # type: ignore[misc]
            asked = crowd.answered
            wait_until(lambda asked=asked: crowd.answered >= asked + 2 * CLIENTS)  # type: ignore[misc]
        assert service.process.poll() is None
    assert crowd.lost == []


def test_a_killed_worker_is_started_anew_and_workers_never_outlive_their_parent(database: str, tmp_path: Path) -> None:
    with served(database, tmp_path / "said.jsonl") as service:
        first = service.workers()
        os.kill(first[0], signal.SIGKILL)
        assert get(service.port, "/live").status == 200
        second = service.workers()
        assert len(second) == 1
        assert second != first
        service.process.kill()
        service.process.wait()
        wait_until(lambda: not runs(second[0]))


def test_ready_says_no_before_the_service_takes_no_more(database: str, tmp_path: Path) -> None:
    with served(database, tmp_path / "said.jsonl", TRYGGHETSKARTA_NOTICE_SECONDS="30") as service:
        kept = Client(service.port)
        assert kept.get("/live").headers.get("connection") is None
        service.process.send_signal(signal.SIGTERM)
        wait_until(lambda: get(service.port, "/ready").status == 503)
        assert get(service.port, PATHS[0]).status == 200
        answer = kept.get("/live")
        assert (answer.status, answer.headers["connection"]) == (200, "close")
        service.process.send_signal(signal.SIGTERM)
        assert service.process.wait(60) == 0


def wait_until(true: Callable[[], bool]) -> None:
    """Wait for something that must come."""
    for _ in range(1200):
        if true():
            return
        time.sleep(0.05)
    raise AssertionError("it did not come")
