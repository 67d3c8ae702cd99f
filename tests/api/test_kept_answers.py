"""Finished answers that are kept: byte for byte what the route would answer, for whom, and for how long."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import orjson
import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr
from sqlalchemy import Engine

from tests.conftest import Drawing, roles_on
from tests.db.delivering import deliver, fires
from trygghetskarta.api.app import create_app
from trygghetskarta.api.finished import Answers
from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.audience import Audience
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.settings import Settings

KEY = "a" * 40
COMPARISON = "/v1/comparisons?source=brander&level=stadsdel&from=2025-01&to=2025-06"


@dataclass(frozen=True)
class Answer:
    """An answer as it was sent."""

    status: int
    headers: httpx.Headers
    body: bytes

    @property
    def unpacked(self) -> bytes:
        return gzip.decompress(self.body) if self.headers.get("content-encoding") == "gzip" else self.body


@dataclass(frozen=True)
class Asking:
    """Asks an app that has no server about it."""

    app: FastAPI

    def __call__(self, path: str, method: str = "GET", **headers: str) -> Answer:
        async def ask() -> Answer:
            transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
                # Each request has an id of its own unless it brings one, and the answer carries it.
                sent = {
                    "accept-encoding": "identity",
                    "x-request-id": "one-and-the-same",
                    **{name.replace("_", "-"): value for name, value in headers.items()},
                }
                async with client.stream(method, path, headers=sent) as answer:
                    body = b"".join([part async for part in answer.aiter_raw()])
                    told = answer.headers
                    del told["x-request-id"]  # each has its own
                    return Answer(answer.status_code, told, body)

        return asyncio.run(ask())

    @property
    def kept(self) -> Answers:
        answers: Answers = self.app.state.shelf.answers()
        return answers


@contextmanager
def asking(engine: Engine, audience: Audience, **chosen: Any) -> Iterator[Asking]:  # noqa: ANN401 - whatever settings hold
    app = create_app(Settings(**chosen), roles_on(engine), audience)
    try:
        app.state.shelf.refresh()
        yield Asking(app)
    finally:
        app.state.shelf.engine.dispose()
        app.state.desk.close()


@pytest.fixture(scope="module", params=[Audience.STAFF, Audience.PUBLIC])
def both(request: pytest.FixtureRequest, sample: Engine) -> Iterator[tuple[Asking, Asking]]:
    """Give an app that keeps its answers and one that keeps none."""
    with asking(sample, request.param) as keeping, asking(sample, request.param, answer_bytes=0) as fresh:
        yield keeping, fresh


questions = st.fixed_dictionaries(
    {"source": st.sampled_from(["brander", "polishandelser", "anmalda_brott", "skjutningar"])},
    optional={
        "level": st.sampled_from(["stadsdel", "stadsdelsomrade", "basomrade", "stad", "kvarter"]),
        "from": st.sampled_from(["2024-01", "2025-01", "2025-03", "2025-13"]),
        "to": st.sampled_from(["2025-03", "2025-06", "2025-12"]),
        "baseline": st.sampled_from(["previous", "same-period-last-year", "2023-01..2023-12", "igår"]),
        "statistics": st.sampled_from(["none", "all"]),
        "measure": st.sampled_from(["count", "rate", "harm"]),
        "format": st.sampled_from(["geojson", "json", "csv"]),
        "geometry": st.sampled_from(["10m", "25m", "none"]),
        "within": st.sampled_from(["jarva", "ingenstans"]),
        "area": st.lists(st.sampled_from(["rinkeby", "tensta", "farsta"]), max_size=2),
        "asOf": st.sampled_from(["2026-11-21", "1990-01-01"]),
    },
)
kinds = st.sampled_from(["comparisons", "comparisons", "comparisons", "series", "hours"])


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kinds, questions)
def test_a_kept_answer_is_byte_for_byte_what_the_route_answers(both: tuple[Asking, Asking], kind: str, question: dict[str, Any]) -> None:
    keeping, fresh = both
    path = f"/v1/{kind}?{urlencode(question, doseq=True)}"
    plain, first, again = fresh(path), keeping(path), keeping(path)
    assert plain.body == first.body == again.body
    assert plain.status == first.status == again.status
    assert plain.headers == first.headers == again.headers
    assert len(fresh.kept) == 0
    for asked in (fresh, keeping, keeping):
        packed = asked(path, accept_encoding="gzip")
        assert packed.status == plain.status
        assert int(packed.headers["content-length"]) == len(packed.body)
        assert packed.unpacked == plain.body
        assert packed.headers.get("etag") == plain.headers.get("etag")
        headless = asked(path, "HEAD")
        assert (headless.status, headless.body, headless.headers) == (plain.status, b"", plain.headers)
        if plain.status == 200:
            unchanged = asked(path, if_none_match=plain.headers["etag"])
            assert (unchanged.status, unchanged.body) == (304, b"")
            for name in ("etag", "cache-control", "vary"):
                assert unchanged.headers[name] == plain.headers[name]
        else:
            assert plain.headers["cache-control"] == "no-store"


def test_a_question_asked_again_is_answered_without_asking_anything(both: tuple[Asking, Asking], monkeypatch: pytest.MonkeyPatch) -> None:
    keeping, _ = both
    path = COMPARISON.replace("2025-06", "2025-05")
    first = keeping(path)
    shelf = keeping.app.state.shelf
    with monkeypatch.context() as patched:
        patched.setattr(type(shelf), "cube", lambda *_: pytest.fail("the cube was asked"))
        again = keeping(path)
        assert again.body == first.body
        assert keeping(path, "HEAD").headers == first.headers
        assert keeping(path, if_none_match=first.headers["etag"]).status == 304


@pytest.mark.parametrize("path", ["/v1/comparisons?source=brander&level=kvarter", "/v1/comparisons", "/nowhere"])
def test_what_is_refused_is_never_kept_nor_to_be(both: tuple[Asking, Asking], path: str) -> None:
    keeping, _ = both
    before = len(keeping.kept)
    refused = keeping(path)
    assert refused.status in (400, 404)
    assert refused.headers["cache-control"] == "no-store"
    assert "etag" not in refused.headers
    assert len(keeping.kept) == before


def test_what_is_not_for_whoever_asks_is_neither_kept_nor_to_be(sample: Engine) -> None:
    with asking(sample, Audience.PUBLIC, delivery_key=SecretStr(KEY)) as keeping:
        for path, status in (("/v1/hours?source=anmalda_brott", 403), ("/v1/deliveries", 401)):
            refused = keeping(path)
            assert refused.status == status
            assert refused.headers["cache-control"] == "no-store"
        assert len(keeping.kept) == 0


def test_whoever_shows_a_key_is_not_answered_from_what_is_kept_and_leaves_nothing_there(sample: Engine) -> None:
    with asking(sample, Audience.PUBLIC, delivery_key=SecretStr(KEY)) as keeping:
        with_key = keeping(COMPARISON, x_api_key=KEY)
        assert with_key.headers["cache-control"] == "private, no-cache"
        assert len(keeping.kept) == 0
        assert keeping(COMPARISON).headers["cache-control"] == "public, no-cache"
        assert len(keeping.kept) == 1
        assert keeping(COMPARISON, x_api_key=KEY).headers["cache-control"] == "private, no-cache"
        assert keeping(COMPARISON, authorization="Bearer x").status == 401
        assert keeping(COMPARISON, cookie="not=ours").body == keeping(COMPARISON).body
        assert len(keeping.kept) == 1
        assert keeping("/v1/deliveries", x_api_key=KEY).status == 200
        assert len(keeping.kept) == 1


def test_an_answer_under_another_name_is_kept_by_itself(sample: Engine) -> None:
    with asking(sample, Audience.PUBLIC) as keeping:
        keeping(COMPARISON)
        keeping(COMPARISON, host="trygghetskarta.stockholm.se")
        keeping(COMPARISON, accept="text/html")
        assert len(keeping.kept) == 3


def test_what_another_site_reads_is_said_anew_for_each_site(sample: Engine) -> None:
    with asking(sample, Audience.PUBLIC, cors_origins=("https://a.se", "https://b.se")) as keeping:
        for origin in ("https://a.se", "https://b.se", "https://a.se"):
            assert keeping(COMPARISON, origin=origin).headers["access-control-allow-origin"] == origin
        assert "access-control-allow-origin" not in keeping(COMPARISON).headers
        assert len(keeping.kept) == 1


def test_a_publication_empties_what_is_kept_and_changes_the_tag_but_not_that_of_the_outlines(
    fresh_database: Engine, tmp_path: Path
) -> None:
    with fresh_database.begin() as connection:
        Drawing(connection, tmp_path)(AreaLevel.STADSDEL, {"rinkeby": (0, 0, 1000, 1000), "tensta": (1000, 0, 2000, 1000)})
        deliver(connection, SourceId.BRANDER, fires("A;2025-03-01 12:00;10;10"))
    with asking(fresh_database, Audience.STAFF) as keeping:
        paths = {
            "comparison": "/v1/comparisons?source=brander&level=stadsdel&from=2025-03&to=2025-03",
            "areas": "/v1/areas?level=stadsdel&format=geojson",
        }
        before = {name: keeping(path) for name, path in paths.items()}
        assert before["comparison"].status == 200
        assert len(keeping.kept) == len(paths)
        with fresh_database.begin() as connection:
            deliver(connection, SourceId.BRANDER, fires("A;2025-03-01 12:00;10;10", "B;2025-03-02 12:00;10;10"))
        assert keeping(paths["comparison"]).body == before["comparison"].body
        keeping.app.state.shelf.refresh()
        assert len(keeping.kept) == 0
        after = {name: keeping(path) for name, path in paths.items()}
        counted = {feature["id"]: feature["properties"]["count"] for feature in orjson.loads(after["comparison"].body)["features"]}
        assert counted["rinkeby"] == 2
        assert after["comparison"].headers["etag"] != before["comparison"].headers["etag"]
        assert keeping(paths["comparison"], if_none_match=before["comparison"].headers["etag"]).status == 200
        assert after["areas"].body == before["areas"].body
        assert after["areas"].headers["etag"] == before["areas"].headers["etag"]
        assert keeping(paths["areas"], if_none_match=before["areas"].headers["etag"]).status == 304


def test_figures_of_an_earlier_day_have_another_tag_once_something_is_published(fresh_database: Engine, tmp_path: Path) -> None:
    path = "/v1/comparisons?source=brander&level=stadsdel&from=2025-03&to=2025-03&asOf=2099-01-01"
    with fresh_database.begin() as connection:
        Drawing(connection, tmp_path)(AreaLevel.STADSDEL, {"rinkeby": (0, 0, 1000, 1000), "tensta": (1000, 0, 2000, 1000)})
        deliver(connection, SourceId.BRANDER, fires("A;2025-03-01 12:00;10;10"))
    with asking(fresh_database, Audience.STAFF) as keeping:
        before = keeping(path).headers["etag"]
        with fresh_database.begin() as connection:
            deliver(connection, SourceId.BRANDER, fires("A;2025-03-01 12:00;10;10", "B;2025-03-02 12:00;10;10"))
        keeping.app.state.shelf.refresh()
        assert keeping(path).headers["etag"] != before
