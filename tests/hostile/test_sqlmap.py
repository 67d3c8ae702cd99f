"""sqlmap, which knows how to inject into PostgreSQL, at every parameter: it finds nothing here, and is seen to find what there is to find."""

from __future__ import annotations

import csv
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs

import psycopg
import pytest
import uvicorn
from starlette.types import Receive, Scope, Send

from tests.hostile.asking import places

_HERE = "http://127.0.0.1:"
_HARD = ("--technique", "BEU")
# A parameter of each kind that ends as a value in SQL; the thorough test takes every parameter.
_NEAR_SQL = (
    "/v1/areas/farsta*", "/v1/areas?level=stad&edition=1*", "/v1/sources/farsta*", "/v1/categories?source=brander&limit=1&offset=1*",
    "/v1/measures?limit=1&asOf=1*", "/v1/editions/farsta*/links", "/v1/deliveries/farsta*/rejected", "/v1/deliveries?limit=1&source=skjutningar*",
    "&question=otrygg%20ute%20sena%20kv%C3%A4llar*", "/v1/events?limit=1&from=2025-01&to=2025-12&source=skjutningar*",
    "/ogc/v1/collections/events/items?source=brander&limit=2&filter=1*", "/ogc/v1/collections/events/items?source=brander&limit=2&category=1*",
    "/pxweb/v2/tables/farsta*/data",
)  # fmt: skip


@contextmanager
def _injectable(database: str) -> Iterator[str]:
    """Serve what nobody may write: a parameter pasted into SQL, which is asked of a real database."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG001
        if scope["type"] != "http":
            return
        code = parse_qs(scope["query_string"].decode()).get("code", [""])[0]
        try:
            with psycopg.connect(database) as connection:
                body = repr(connection.execute(f"SELECT code, name FROM area WHERE code = '{code}'".encode()).fetchall())
            status = 200
        except psycopg.Error as error:
            status, body = 500, str(error)
        await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", b"text/plain")]})
        await send({"type": "http.response.body", "body": body.encode()})

    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, args=([listening],))
    thread.start()
    while not server.started:
        time.sleep(0.02)
    try:
        yield f"{_HERE}{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(20)


def found_by_sqlmap(addresses: Sequence[str], folder: Path, *options: str) -> list[dict[str, str]]:
    """Let sqlmap try addresses of this machine, each at the place marked with a star, and give what it finds.

    Args:
        addresses: Where to try.
        folder: A folder of its own.
        options: How hard.

    Returns:
        A row per parameter that it could inject into.
    """
    assert all(address.startswith(_HERE) and address.count("*") == 1 for address in addresses)
    (folder / "addresses.txt").write_text("\n".join(addresses) + "\n", encoding="utf-8")
    told = subprocess.run(
        [
            *(sys.executable, "-m", "sqlmap.sqlmap", "-m", str(folder / "addresses.txt"), "--batch", "--disable-coloring", "--dbms", "PostgreSQL"),
            *("--skip-waf", "--ignore-code", "*", "--output-dir", str(folder / "out"), "--results-file", str(folder / "found.csv")),
            *("--flush-session", "-v", "1", *options),
        ],
        cwd=folder, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    said = told.stdout + told.stderr
    assert told.returncode == 0, said[-3000:]
    assert said.count("URL:\n") == len(addresses), said[-3000:]  # it has looked at each
    with (folder / "found.csv").open(encoding="utf-8") as file:
        return [row for row in csv.DictReader(file) if row["Technique(s)"]]


def addresses_of(server: str) -> list[str]:
    """Give an address for every parameter of every operation that answers a GET, with a star after its value."""
    found = []
    for place in places(server):
        if place.kind == "header" or not place.operation.startswith("GET "):
            continue
        here = [value for name, value in place.base.query if name == place.name] or ["farsta" if place.kind == "path" else "1"]
        marked = place.with_string(b"\x7fhere\x7f").address.replace("%7Fhere%7F", f"{here[0]}*")
        found.append(server + marked)
    return found


def test_sqlmap_finds_what_there_is_to_find(database: str, tmp_path: Path) -> None:
    with _injectable(database) as address:
        found = found_by_sqlmap([f"{address}/?code=farsta*"], tmp_path, *_HARD)
    assert [row["Technique(s)"] for row in found] == ["BEU"]


def test_sqlmap_finds_nothing_where_text_comes_closest_to_sql(live_server: str, tmp_path: Path) -> None:
    addresses = [address for address in addresses_of(live_server) if any(near in address for near in _NEAR_SQL)]
    assert len(addresses) == len(_NEAR_SQL)
    assert found_by_sqlmap(addresses, tmp_path, *_HARD) == []


@pytest.mark.thorough
@pytest.mark.timeout(0)
@pytest.mark.parametrize("audience", ["public", "staff"])
def test_sqlmap_finds_nothing_in_any_parameter(public_server: str, live_server: str, tmp_path: Path, audience: str) -> None:
    addresses = addresses_of({"public": public_server, "staff": live_server}[audience])
    assert len(addresses) >= 800
    assert found_by_sqlmap(addresses, tmp_path, "--technique", "BEUS", "--time-sec", "2") == []
