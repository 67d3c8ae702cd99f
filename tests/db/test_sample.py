"""The sample is loaded as its own list of bad rows says."""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path

from sqlalchemy import Engine, text

from trygghetskarta.domain.sources import SourceId

DELIVERIES = Path(__file__).parents[2] / "data" / "sample" / "deliveries"


def test_every_bad_row_of_the_sample_is_rejected_at_its_line_and_no_other(sample: Engine) -> None:
    expected: dict[str, set[int]] = defaultdict(set)
    blank: dict[str, int] = defaultdict(int)
    with (DELIVERIES / "FACIT.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter=";"):
            if not row["file"].startswith(tuple(SourceId)):
                continue
            if row["what"] in ("blank", "footer"):
                blank[row["file"]] += 1
            else:
                expected[row["file"]].add(int(row["line"]))
    with sample.connect() as connection:
        rejected = connection.execute(text("SELECT file_name, line FROM rejected_row JOIN delivery USING (delivery_id)")).all()
        deliveries = connection.execute(text("SELECT file_name, rows_blank, rows_read, rows_new, rows_rejected FROM delivery")).all()
    found: dict[str, set[int]] = defaultdict(set)
    for file_name, line in rejected:
        found[file_name].add(line)
    assert dict(found) == dict(expected)
    assert {row.file_name: row.rows_blank for row in deliveries if row.rows_blank} == dict(blank)
    assert sum(row.rows_read for row in deliveries) > 80_000
