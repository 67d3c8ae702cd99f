"""QGIS 3.22 without its window."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.clients.conftest import Asked

pytestmark = pytest.mark.qgis
PROGRAM = Path(__file__).with_name("in_qgis.py")
BOX = "18.05,59.30,18.10,59.34"
MOST = 20_000


def test_qgis_reads_twenty_thousand_events_and_asks_for_those_in_a_rectangle(asked: Asked, tmp_path: Path) -> None:
    environment = {"QT_QPA_PLATFORM": "offscreen", "HOME": str(tmp_path), "PATH": os.environ["PATH"], "XDG_RUNTIME_DIR": str(tmp_path)}
    done = subprocess.run(
        ["/usr/bin/python3", str(PROGRAM), asked.root, str(MOST), BOX],
        capture_output=True, text=True, timeout=240, env=environment, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["counts"] == asked.counts()
    assert (said["read"], said["points"]) == (MOST, MOST)
    assert said["inside"] == asked.count(f"ST_Intersects(ST_Transform(geom, 4326), ST_MakeEnvelope({BOX}, 4326))") > 1000
    assert said["all inside"]
    assert "Järva" in said["names"]
    pages = [address for address in asked.items("events") if "after=" in address]
    assert len([address for address in pages if "bbox=" not in address]) >= MOST // 10_000
    assert [address for address in asked.items("events") if "bbox=18.05" in address]
