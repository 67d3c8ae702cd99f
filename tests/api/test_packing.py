"""Answers packed for those who can unpack them."""

from __future__ import annotations

import asyncio
import zlib

import httpx
import pytest
from fastapi import FastAPI
from fastapi.responses import StreamingResponse

from trygghetskarta.api.packing import Packing

ASKED = {"source": "anmalda_brott", "level": "basomrade", "from": "2025-01", "to": "2025-12", "baseline": "same-period-last-year"}


def raw(server: str, accepts: str, **changed: str) -> tuple[httpx.Headers, bytes]:
    with httpx.stream(
        "GET", f"{server}/v1/comparisons", params={**ASKED, **changed}, headers={"Accept-Encoding": accepts}, timeout=60
    ) as answer:
        assert answer.status_code == 200
        return answer.headers, b"".join(answer.iter_raw())


@pytest.mark.parametrize("format_", ["geojson", "json", "csv"])
def test_a_packed_answer_unpacks_to_the_very_same_bytes(live_server: str, format_: str) -> None:
    plain_headers, plain = raw(live_server, "identity", format=format_)
    headers, packed = raw(live_server, "gzip, br", format=format_)
    assert "content-encoding" not in plain_headers
    assert headers["content-encoding"] == "gzip"
    assert int(headers["content-length"]) == len(packed) < len(plain) / 2
    assert zlib.decompress(packed, 16 + zlib.MAX_WBITS) == plain
    assert "Accept-Encoding" in headers["vary"]
    assert "Accept-Encoding" in plain_headers["vary"]
    assert headers["etag"] == plain_headers["etag"]


def test_what_is_small_is_not_packed(live_server: str) -> None:
    answer = httpx.get(f"{live_server}/live", headers={"Accept-Encoding": "gzip"})
    assert answer.is_success
    assert "content-encoding" not in answer.headers


def test_an_answer_that_comes_bit_by_bit_is_packed_as_it_comes() -> None:
    app = FastAPI()
    app.add_middleware(Packing)
    app.get("/")(lambda: StreamingResponse((b"brott och trygghet " * 500 for _ in range(4)), media_type="text/plain"))

    async def ask() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
            return await client.get("/", headers={"Accept-Encoding": "gzip"})

    answer = asyncio.run(ask())
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.content == b"brott och trygghet " * 2000
