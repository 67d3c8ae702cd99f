"""Workers of one host hold the counts once, also after a delivery, and leave nothing behind."""

from __future__ import annotations

import os
from pathlib import Path

import httpx
import orjson
from sqlalchemy import Engine, text

from tests.db.delivering import deliver
from tests.load.service import get, served
from tests.load.test_restarts import wait_until
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.store.site import free_port

ASKED = "/v1/comparisons?source=brander&level=stad&from=2025-01&to=2025-12&format=json"
FIRE = "id;larmtid;handelsetyp;x;y;adress\nNY-1;2025-12-30 12:00;1;153000;6580000;Storgatan 1\n"


def counts(metrics: int) -> dict[str, float]:
    """Give how often counts were had, by how."""
    lines = httpx.get(f"http://127.0.0.1:{metrics}/metrics").text.splitlines()
    return {line.split('"')[1]: float(line.split()[-1]) for line in lines if line.startswith("trygghetskarta_counts_total{")}


def mapped(worker: int) -> set[str]:
    """Give the files of counts that a worker has mapped."""
    lines = Path(f"/proc/{worker}/maps").read_text().splitlines()
    return {line.split(maxsplit=5)[5].rsplit("/", 1)[1] for line in lines if "/trygghetskarta-counts-" in line}


def total(port: int) -> int:
    (item,) = orjson.loads(get(port, ASKED).body)["items"]
    return int(item["count"])


def test_two_workers_make_counts_once_and_again_after_a_delivery(own_sample: Engine, tmp_path: Path) -> None:
    address = own_sample.url.set(drivername="postgresql").render_as_string(hide_password=False)
    port = free_port()
    left = tmp_path / "trygghetskarta-counts-left"
    left.mkdir()
    (left / "exact-0").touch()
    told = {"TRYGGHETSKARTA_METRICS_PORT": str(port), "TRYGGHETSKARTA_COUNTS_FOLDER": str(tmp_path)}
    with served(address, tmp_path / "said.jsonl", workers="2", **told) as service:
        # Exact counts and released ones: each is made by one of the workers, and mapped by the other.
        wait_until(lambda: counts(port) == {"made": 2, "mapped": 2})
        (folder,) = tmp_path.glob("trygghetskarta-counts-*")
        assert folder != left
        assert (folder.stat().st_mode & 0o777, folder.stat().st_uid) == (0o700, os.geteuid())
        before, files = total(service.port), [mapped(worker) for worker in service.workers()]
        assert files[0] == files[1]
        assert {name.partition("-")[0] for name in files[0]} == {"exact", "released"}
        with own_sample.begin() as connection:
            deliver(connection, SourceId.BRANDER, FIRE)
            version = connection.execute(text("SELECT max(version) FROM publication")).scalar_one()
        # The delivery changed nothing that is released.
        wait_until(lambda: counts(port) == {"made": 3, "mapped": 3})
        (stale,) = (name for name in files[0] if name.startswith("exact-"))
        wait_until(lambda: not any(stale in mapped(worker) for worker in service.workers()))
        assert orjson.loads(get(service.port, "/ready").body)["dataVersion"] == version
        assert {total(service.port) for _ in range(10)} == {before + 1}
        assert service.stop() == 0
    assert not list(tmp_path.glob("trygghetskarta-counts-*"))
