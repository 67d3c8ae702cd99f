"""A caller who leaves before the answer takes what the database does for it along; a statement that takes too long is called off."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psycopg
import pytest
from sqlalchemy import Engine, text

from tests.conftest import roles_on, serving
from tests.load.service import Service, get, served
from tests.load.test_restarts import wait_until
from trygghetskarta.api.app import create_app
from trygghetskarta.domain.audience import Audience
from trygghetskarta.settings import Settings

ASKED = "/v1/hours?source=brander&from=2025-01&to=2025-12"
# What is asked with a key is never answered from what was answered before.
NOT_KEPT = {"Cookie": "not=ours"}
_WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


@contextmanager
def held(database: str, table: str = "event") -> Iterator[psycopg.Connection]:
    """Let whoever reads a table wait for as long as this lasts."""
    with psycopg.connect(database) as holding:
        holding.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        with psycopg.connect(database, autocommit=True) as watching:
            yield watching
        holding.rollback()


def waiting(watching: psycopg.Connection) -> int:
    found = watching.execute(_WAITING).fetchone()
    assert found is not None
    return int(found[0])


def await_waiting(watching: psycopg.Connection, number: int) -> None:
    for _ in range(600):
        if waiting(watching) == number:
            return
        time.sleep(0.05)
    raise AssertionError(f"{waiting(watching)} wait, not {number}")


def ask_and_leave_when(watching: psycopg.Connection, port: int) -> None:
    """Ask, and leave when the database is at work on it."""
    with socket.create_connection(("127.0.0.1", port)) as made:
        made.sendall(f"GET {ASKED} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        await_waiting(watching, 1)


def test_who_leaves_has_the_query_called_off_and_the_connection_is_good_for_the_next(database: str, tmp_path: Path) -> None:
    with served(database, tmp_path / "said.jsonl") as service:
        before = get(service.port, ASKED).body
        with held(database) as watching:
            for _ in range(10):
                ask_and_leave_when(watching, service.port)
                await_waiting(watching, 0)
        assert get(service.port, ASKED).body == before
        wait_until(lambda: statuses(service).count(499) == 10)


def test_a_statement_that_takes_too_long_is_called_off_and_the_refusal_says_why(database: str, sample: Engine) -> None:
    settings = Settings(refresh_seconds=1.0, staff_statement_seconds=0.5)
    with serving(sample, Audience.STAFF, settings) as address:
        right = httpx.get(address + ASKED, timeout=60).content
        with held(database):
            refused = httpx.get(address + ASKED, timeout=60, headers=NOT_KEPT)
        assert (refused.status_code, refused.headers["retry-after"], refused.headers["cache-control"]) == (503, "5", "no-store")
        assert "för lång tid" in refused.json()["detail"]
        assert "too long" in refused.json()["detailEn"]
        assert httpx.get(address + ASKED, timeout=60).content == right


def test_statements_have_two_seconds_for_the_public_and_ten_for_staff(sample: Engine) -> None:
    shelves = create_app(Settings(), roles_on(sample), Audience.STAFF).state.shelves
    told = {}
    for audience, shelf in shelves.items():
        with shelf.engine.connect() as connection:
            told[audience] = connection.execute(text("SHOW statement_timeout")).scalar_one()
        shelf.engine.dispose()
    assert told == {Audience.PUBLIC: "2s", Audience.STAFF: "10s"}


def test_who_finds_no_free_connection_is_told_to_come_back(database: str, sample: Engine) -> None:
    settings = Settings(refresh_seconds=1.0, pool_size=1, pool_seconds=0.2, working_limit=8)
    with serving(sample, Audience.STAFF, settings) as address, held(database) as watching:
        asking = threading.Thread(target=httpx.get, args=(address + ASKED,), kwargs={"timeout": 60})
        asking.start()
        await_waiting(watching, 1)
        refused = httpx.get(address + ASKED, timeout=60)
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
        assert refused.json()["detail"] != refused.json()["detailEn"]
        assert httpx.get(f"{address}/ready", timeout=60).status_code == 200
        watching.execute("SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
        asking.join()


@pytest.mark.parametrize("room", [0, 1])
def test_more_than_can_be_worked_on_or_may_wait_are_told_to_come_back_and_health_and_the_page_always_come(
    room: int, database: str, sample: Engine
) -> None:
    settings = Settings(refresh_seconds=1.0, working_limit=1, waiting_limit=room, waiting_seconds=0.2)
    with serving(sample, Audience.STAFF, settings) as address, held(database) as watching:
        asking = threading.Thread(target=httpx.get, args=(address + ASKED,), kwargs={"timeout": 60})
        asking.start()
        await_waiting(watching, 1)
        refused = httpx.get(f"{address}/v1/areas?level=stadsdel", timeout=60)
        assert (refused.status_code, refused.headers["retry-after"], refused.headers["cache-control"]) == (503, "5", "no-store")
        assert "för mycket att göra" in refused.json()["detail"]
        assert httpx.get(f"{address}/live", timeout=60).status_code == 200
        assert httpx.get(f"{address}/ready", timeout=60).status_code == 200
        page = httpx.get(f"{address}/", timeout=60)
        parts = re.findall(r'="(/page/assets/[^"]+)"', page.text)
        assert {httpx.get(address + part, timeout=60).status_code for part in ("/", "/docs", *parts)} == {200}
        watching.execute("SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
        asking.join()
        assert httpx.get(f"{address}/v1/areas?level=stadsdel", timeout=60).status_code == 200


def statuses(service: Service) -> list[object]:
    """Give the status of every request it has told of."""
    return [line["status"] for line in service.lines() if line["logger"] == "trygghetskarta.requests"]
