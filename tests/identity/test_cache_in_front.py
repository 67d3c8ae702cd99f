"""A cache in front of the service, as docs/nginx-cache.conf sets nginx up: what is for all is kept for a second and then asked about."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.conftest import serving
from tests.db.delivering import deliver
from tests.db.feeds import written
from tests.identity.conftest import Office
from trygghetskarta.domain.audience import Audience
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.releasing import release_open
from trygghetskarta.store.site import free_port

pytestmark = pytest.mark.nginx

SHIPPED = Path(__file__).resolve().parents[2] / "docs" / "nginx-cache.conf"
AROUND = """
worker_processes 1;
events {{ }}
pid {folder}/pid;
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/shipped.conf;
}}
"""
FIRES = "/v1/comparisons?source=brander&from=2025-03&to=2025-03&statistics=none&format=json"
CRIMES = "/v1/comparisons?source=anmalda_brott&from=2025-03&to=2025-03&statistics=none&format=json"
FIRE = {
    "id": 9_999_999,
    "datetime": "2025-03-10 12:00:00 +01:00",
    "name": "10 mars 12.00, Brand, Stockholm",
    "summary": "Det brinner.",
    "url": "/",
    "type": "Brand",
    "location": {"name": "Stockholm", "gps": "59.3,18.0"},
}


@dataclass
class Front:
    """A cache before a service.

    Attributes:
        client: Asks the cache.
        heard: What the service itself was asked.
        office: Whose service.
    """

    client: httpx.Client
    heard: list[str]
    office: Office

    def told(self, address: str, **headers: str) -> tuple[str, httpx.Response]:
        """Ask, and give what the cache says that it did."""
        answer = self.client.get(address, headers=headers)
        return answer.headers["x-cache-status"], answer


@pytest.fixture(scope="module")
def front(office: Office, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    folder = tmp_path_factory.mktemp("nginx")
    heard: list[str] = []
    port = free_port()
    with serving(office.engine, Audience.PUBLIC, office.settings, heard=heard) as service:
        shipped = SHIPPED.read_text(encoding="utf-8")
        for was, here in (
            ("/var/cache/nginx/trygghetskarta", f"{folder}/cache"),
            ("listen 80;", f"listen 127.0.0.1:{port};"),
            ("http://127.0.0.1:8000", service),
        ):
            assert shipped.count(was) == 1
            shipped = shipped.replace(was, here)
        (folder / "shipped.conf").write_text(shipped, encoding="utf-8")
        (folder / "nginx.conf").write_text(AROUND.format(folder=folder), encoding="utf-8")
        words = [
            "nginx",
            "-p",
            str(folder),
            "-e",
            f"{folder}/error.log",
            "-c",
            f"{folder}/nginx.conf",
            "-g",
            "daemon off; master_process off;",
        ]
        with subprocess.Popen(words) as running, httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
            try:
                until_it_answers(client, running)
                yield Front(client, heard, office)
            finally:
                running.terminate()


def until_it_answers(client: httpx.Client, running: subprocess.Popen[bytes]) -> None:
    for _ in range(200):
        assert running.poll() is None, "nginx ended"
        try:
            client.get("/live")
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("nginx did not answer")


def until_old() -> None:
    """Let what is kept grow old: it is kept for whole seconds."""
    time.sleep(2.1)


def test_an_answer_is_kept_and_asked_about_by_its_tag(front: Front) -> None:
    front.heard.clear()
    first, answer = front.told(FIRES)
    again, same = front.told(FIRES)
    assert (first, again) == ("MISS", "HIT")
    assert answer.json()["total"] == 11
    assert same.content == answer.content
    assert len(front.heard) == 1
    until_old()
    asked_about, unchanged = front.told(FIRES)
    assert asked_about == "REVALIDATED"
    assert unchanged.content == answer.content
    assert len(front.heard) == 2
    held, none = front.told(FIRES, **{"If-None-Match": answer.headers["etag"]})
    assert (held, none.status_code, none.content) == ("HIT", 304, b"")


def test_what_is_published_is_seen_once_what_was_kept_is_old(front: Front) -> None:
    question = "/v1/comparisons?source=polishandelser&level=stad&from=2025-03&to=2025-03&statistics=none&format=json"

    def count() -> int:
        told: int = front.told(question)[1].json()["items"][0]["count"]
        return told

    before = count()
    with front.office.engine.begin() as connection:
        deliver(connection, SourceId.POLISHANDELSER, written([FIRE]))
        release_open(connection, SourceId.POLISHANDELSER)
    for _ in range(200):
        if count() == before + 1:
            break
        time.sleep(0.1)
    status, answer = front.told(question)
    assert (status, answer.json()["items"][0]["count"]) == ("HIT", before + 1)


def test_who_shows_who_they_are_asks_the_service_and_leaves_nothing_behind(front: Front) -> None:
    shown = front.office.by_key("analyst")
    for headers in (shown, front.office.by_token("analyst", "prov"), {"Cookie": "session=nej"}):
        status, answer = front.told(CRIMES, **headers)
        assert status == "BYPASS"
        assert answer.status_code == 200
    exact = front.told(CRIMES, **shown)[1].json()
    status, released = front.told(CRIMES)
    assert status == "MISS"
    assert (exact["provenance"]["class"], released.json()["provenance"]["class"]) == ("intern", "delbar")


def test_an_error_is_never_kept(front: Front) -> None:
    for _ in range(2):
        status, refused = front.told("/v1/comparisons?source=ingen")
        assert (status, refused.status_code) == ("MISS", 400)


def test_a_packed_answer_is_not_given_to_who_cannot_unpack_it(front: Front) -> None:
    question = FIRES.replace("2025-03", "2025-02")
    assert front.told(question, **{"Accept-Encoding": "gzip"})[1].headers["content-encoding"] == "gzip"
    status, plain = front.told(question, **{"Accept-Encoding": "identity"})
    assert status == "MISS"
    assert "content-encoding" not in plain.headers
    assert plain.json()["total"] == 11
