"""What is too long, too large or too much is refused before anything is done for it, in both languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import Engine

from tests.conftest import serving
from tests.load.service import Service
from tests.load.test_slow_sockets import opened, read_to_end
from trygghetskarta.domain.audience import Audience
from trygghetskarta.settings import Settings

KEY = "k" * 32
LIMITS = Settings(
    refresh_seconds=1.0,
    url_limit=2000,
    values_limit=20,
    filter_limit=100,
    cells_limit=1000,
    body_limit=5000,
    delivery_key=KEY,
)
SERIES = "/v1/series?source=brander"


@pytest.fixture(scope="module")
def limited(sample: Engine) -> Iterator[str]:
    with serving(sample, Audience.STAFF, LIMITS) as address:
        yield address


@pytest.mark.parametrize(
    ("asked", "status", "property_"),
    [
        (f"{SERIES}&within={'x' * 2000}", 414, None),
        (SERIES + "&area=x" * 21, 400, "area"),
        (f"{SERIES}&filter={'x' * 101}", 400, "filter"),
        (f"{SERIES}&level=stadsdel&from=2015-01&to=2024-12", 400, "area"),
    ],
)
def test_what_is_over_a_limit_is_refused_in_both_languages(limited: str, asked: str, status: int, property_: str | None) -> None:
    refused = httpx.get(limited + asked, timeout=60)
    problem = refused.json()
    assert refused.status_code == status, problem
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.headers["cache-control"] == "no-store"
    assert problem["detail"] != problem["detailEn"]
    assert problem.get("invalidParameters", [{"property": None}])[0]["property"] == property_


@pytest.mark.parametrize(
    "asked",
    [
        "/v1/series?source=brander&level=stadsdel&from=2024-01&to=2024-03",
        "/v1/series?source=brander&level=stadsdel&from=2015-01&to=2024-12&interval=year&area=rinkeby",
        "/v1/comparisons?source=brander&level=stadsdel&from=2015-01&to=2024-12",
    ],
)
def test_what_is_within_the_limits_is_answered(limited: str, asked: str) -> None:
    assert httpx.get(limited + asked, timeout=60).status_code == 200


def test_a_body_over_its_limit_is_refused_by_what_it_says_and_by_what_it_is(limited: str) -> None:
    for content in (b" " * 5001, iter([b" " * 3000, b" " * 3000])):
        refused = httpx.post(f"{limited}/v1/measures", content=content, headers={"X-API-Key": KEY}, timeout=60)
        assert refused.status_code == 413
        assert refused.json()["detail"] != refused.json()["detailEn"]


def test_headers_without_an_end_are_refused(service: Service) -> None:
    with opened(service.port) as made:
        made.sendall(b"GET /live HTTP/1.1\r\nHost: 127.0.0.1\r\n")
        end = b""
        try:
            for _ in range(200):
                made.sendall(b"X-A: " + b"a" * 1000 + b"\r\n")
        except ConnectionError:
            pass
        end = read_to_end(made)
    assert end.startswith(b"HTTP/1.1 431") or end == b""


@pytest.mark.parametrize(
    "sent",
    [
        b"nonsense\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: \x01\x7f\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: -1\r\n\r\n",
        b"POST /v1/measures HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
        b"POST /v1/measures HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n",
        b"POST /v1/measures HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ],
)
def test_what_is_no_request_is_refused_as_any_other_fault_is_and_never_read_as_two(service: Service, sent: bytes) -> None:
    with opened(service.port) as made:
        made.sendall(sent)
        answer = read_to_end(made)
    head, _, body = answer.partition(b"\r\n\r\n")
    assert re.match(rb"HTTP/1.1 4\d\d ", head)
    assert head.count(b"HTTP/1.1 ") + body.count(b"HTTP/1.1 ") == 1
    assert b"content-type: application/problem+json" in head.lower()
    assert b"x-content-type-options: nosniff" in head.lower()
    assert b"content-security-policy: default-src 'none'" in head.lower()
    assert b"server:" not in head.lower()


def test_a_connection_that_asks_nothing_is_ended_and_one_that_asks_is_kept(service: Service) -> None:
    with opened(service.port) as silent:
        answer = read_to_end(silent)
    assert answer.startswith(b"HTTP/1.1 408")
    assert b"i tid" in answer
    with opened(service.port) as kept:
        for _ in range(3):
            kept.sendall(b"GET /live HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            answer = b""
            while not answer.endswith(b'{"status":"ok"}'):
                answer += kept.recv(65_536)
            assert answer.startswith(b"HTTP/1.1 200")
        assert read_to_end(kept) == b""


def test_the_request_has_an_id_which_is_the_callers_where_that_can_be_one(service: Service) -> None:
    own = httpx.get(f"{service.address}/v1/areas", headers={"X-Request-Id": "fran-proxyn.17"}).headers["x-request-id"]
    assert own == "fran-proxyn.17"
    for odd in ("kort", "x" * 65, 'a"b{}cdefgh', "19121212 1212"):
        found = httpx.get(f"{service.address}/v1/areas", headers={"X-Request-Id": odd}).headers["x-request-id"]
        assert re.fullmatch("[0-9a-f]{16}", found)


def test_a_worker_sums_in_the_thread_that_was_asked(service: Service) -> None:
    """The threads of numpy's BLAS would keep a core busy with waiting, beside every comparison that weighs harm."""
    told = [Path(f"/proc/{worker}/environ").read_bytes().split(b"\0") for worker in service.workers()]
    assert told
    assert all(b"OPENBLAS_NUM_THREADS=1" in variables for variables in told)
