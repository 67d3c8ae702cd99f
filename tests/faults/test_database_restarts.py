"""A database that is stopped and started while the service is asked: refusals for as long as it is away, and never a wrong answer."""

from __future__ import annotations

import threading
import time
from pathlib import Path

from tests.faults.conftest import City
from tests.faults.loader import Loaders
from tests.faults.register import Register
from tests.load.service import Answer, get, served

PATHS = (
    "/v1/comparisons?source=brander&level=basomrade&from=2025-01&to=2025-03",
    "/v1/hours?source=brander&level=basomrade&from=2025-01&to=2025-03",
    "/v1/areas?level=basomrade",
)
RESTARTS = 3
CLIENTS = 4


class Asking:
    """Clients that ask all the time, each question as if it were new, and keep what they are told."""

    def __init__(self, port: int) -> None:
        self.answers: list[tuple[float, str, Answer]] = []
        self._port = port
        self._end = threading.Event()
        self._clients = [threading.Thread(target=self._ask, args=(number,)) for number in range(CLIENTS)]

    def __enter__(self) -> Asking:
        for client in self._clients:
            client.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        for client in self._clients:
            client.join()

    def _ask(self, number: int) -> None:
        at = number
        while not self._end.is_set():
            at += 1
            path = PATHS[at % len(PATHS)]
            # What is asked with a key is never answered from what was answered before.
            asked = time.monotonic()
            self.answers.append((asked, path, get(self._port, path, {"Cookie": "not=ours"})))


def await_well(port: int) -> None:
    """Wait until everything is answered again."""
    for _ in range(600):
        if all(get(port, path).status == 200 for path in ("/ready", *PATHS)):
            return
        time.sleep(0.05)
    raise AssertionError("the service did not come back")


def test_a_database_restarted_under_load_gives_refusals_while_it_is_away_and_no_wrong_answer(
    city: City, start: Loaders, folder: Path, tmp_path: Path
) -> None:
    start.start(city.address, "ingest", "brander", str(Register(folder, 1).next())).done()
    with served(city.address, tmp_path / "said.jsonl") as service:
        right = {path: get(service.port, path).body for path in PATHS}
        back = []
        with Asking(service.port) as asking:
            for _ in range(RESTARTS):
                time.sleep(0.5)
                city.cluster.stop()
                assert get(service.port, "/live").status == 200
                assert get(service.port, "/ready").status == 503
                city.cluster.start()
                back.append(time.monotonic())
                await_well(service.port)
    assert {answer.status for _, _, answer in asking.answers} == {200, 503}
    assert [path for _, path, answer in asking.answers if answer.status == 200 and answer.body != right[path]] == []
    refused = [(asked, answer) for asked, _, answer in asking.answers if answer.status == 503]
    assert all(answer.headers["retry-after"] == "5" and answer.headers["cache-control"] == "no-store" for _, answer in refused)
    late = [asked - max(moment for moment in back if moment <= asked) for asked, _ in refused if asked > back[0]]
    print(f"{len(refused)} of {len(asking.answers)} refused")  # noqa: T201  # shown with -s
    print(f"the last ones asked so long after the database was back: {sorted(late)[-3:]}")  # noqa: T201
