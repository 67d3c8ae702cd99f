"""What the service tells those who run it: a line for each request and figures, and nothing of who asks."""

from __future__ import annotations

import logging
import socket
import time
from pathlib import Path

import httpx
import orjson
import pytest

from tests.load.service import get, served
from trygghetskarta.observe import JsonLines

ASKED = "/v1/comparisons?source=brander&level=stadsdel&from=2025-01&to=2025-12"
SECRET = "x9" * 20  # pragma: allowlist secret
PERSON = "19121212-1212"


def free_port() -> int:
    with socket.socket() as made:
        made.bind(("127.0.0.1", 0))
        return int(made.getsockname()[1])


def test_every_request_is_one_line_with_its_id_and_nothing_of_who_asks(database: str, tmp_path: Path) -> None:
    with served(database, tmp_path / "said.jsonl", TRYGGHETSKARTA_DELIVERY_KEY=SECRET) as service:
        get(service.port, ASKED, {"X-Request-Id": "fran-proxyn.17"})
        get(service.port, f"/v1/areas/{PERSON}", {"X-API-Key": SECRET, "X-Request-Id": "fran-proxyn.18"})
        get(service.port, f"/{PERSON}", {"X-Request-Id": "fran-proxyn.19"})
    lines = {line["requestId"]: line for line in service.lines() if str(line.get("requestId")).startswith("fran-proxyn")}
    told = [(line["method"], line["route"], line["status"]) for line in lines.values()]
    assert told == [("GET", "/v1/comparisons", 200), ("GET", "/v1/areas/{code}", 404), ("GET", None, 404)]
    assert set(lines["fran-proxyn.17"]) == {
        *("time", "level", "process", "logger", "message", "requestId", "method", "route", "status", "milliseconds", "bytes")
    }
    said = service.said.read_text()
    assert SECRET not in said
    assert PERSON not in said
    assert "127.0.0.1" not in said


def test_an_error_is_told_with_where_it_came_from_and_without_its_text() -> None:
    with pytest.raises(ValueError, match=PERSON) as caught:
        int(PERSON)
    record = logging.LogRecord("x", logging.ERROR, __file__, 1, "%s failed", ("GET",), (caught.type, caught.value, caught.tb))
    line = orjson.loads(JsonLines().format(record))
    assert (line["message"], line["trace"][-1]) == ("GET failed", "ValueError")
    assert PERSON not in str(line)
    leaking = logging.LogRecord("x", logging.WARNING, __file__, 1, "cannot reach postgresql://a:hemligt@host/db", (), None)
    assert "hemligt" not in JsonLines().format(leaking)


def test_the_figures_of_all_workers_are_added_up_on_a_port_of_their_own(database: str, tmp_path: Path) -> None:
    port = free_port()
    with served(database, tmp_path / "said.jsonl", workers="2", TRYGGHETSKARTA_METRICS_PORT=str(port)) as service:
        for _ in range(30):
            assert get(service.port, ASKED).status == 200
        assert get(service.port, "/metrics").status == 404
        figures = dict(line.rsplit(" ", 1) for line in httpx.get(f"http://127.0.0.1:{port}/metrics").text.splitlines() if line[:1] != "#")
        assert float(figures['trygghetskarta_answer_seconds_count{method="GET",route="/v1/comparisons",status="200"}']) == 30
        newest = orjson.loads(get(service.port, "/ready").body)["dataVersion"]
        for name in ("working", "waiting", "database_connections", "data_version", "data_published_timestamp_seconds", "kept_answer_bytes"):
            assert float(figures[f"trygghetskarta_{name}"]) >= 0
        assert float(figures["trygghetskarta_data_version"]) == newest
        assert 0 < float(figures["trygghetskarta_data_published_timestamp_seconds"]) <= time.time()
