"""R with sf, as a statistician would read it."""

from __future__ import annotations

import os
import subprocess

import pytest

from tests.clients.conftest import Asked

pytestmark = pytest.mark.r
PROGRAM = """
suppressPackageStartupMessages(library(sf))
dsn <- paste0("OAPIF:", commandArgs(trailingOnly = TRUE)[1])
areas <- st_read(dsn, "stadsdelsomrade", quiet = TRUE)
compared <- st_read(paste0(dsn, "?source=brander&level=stadsdel"), "comparison", quiet = TRUE)
box <- st_as_text(st_as_sfc(st_bbox(c(xmin = 18.05, ymin = 59.30, xmax = 18.10, ymax = 59.34))))
events <- st_read(dsn, "events", wkt_filter = box, options = "PAGE_SIZE=5000", quiet = TRUE)
shot <- st_read(dsn, query = "SELECT * FROM events WHERE source = 'skjutningar'", options = "PAGE_SIZE=5000", quiet = TRUE)
cat(nrow(areas), nrow(compared), nrow(events), nrow(shot), class(compared$count), "J\\u00e4rva" %in% areas$name, st_crs(areas)$epsg)
"""


def test_r_reads_areas_a_comparison_and_events(asked: Asked) -> None:
    done = subprocess.run(
        ["Rscript", "-e", PROGRAM, asked.root],
        capture_output=True, text=True, timeout=240, check=False, env={**os.environ, "LC_ALL": "C.UTF-8"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    areas, compared, events, shot, kind, named, epsg = done.stdout.split()
    counts = asked.counts()
    assert (int(areas), int(compared)) == (counts["stadsdelsomrade"], counts["stadsdel"])
    assert int(events) == asked.count("ST_Intersects(ST_Transform(geom, 4326), ST_MakeEnvelope(18.05, 59.30, 18.10, 59.34, 4326))")
    assert int(shot) == asked.count("source.code = 'skjutningar'")
    assert (kind, named, epsg) == ("integer", "TRUE", "4326")
    assert [address for address in asked.items("events") if "source = 'skjutningar'" in address]
    assert [address for address in asked.items("events") if "bbox=18.05" in address]
