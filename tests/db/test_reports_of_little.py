"""Lagesbilder where little or nothing is delivered."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine

from tests.conftest import CITY
from tests.db.delivering import fires
from trygghetskarta.cli.sample import sample_folder
from trygghetskarta.delivering import Delivering, deliver
from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.audience import Audience
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.errors import NotCoveredError
from trygghetskarta.ingest.area_files import AreaFields
from trygghetskarta.ingest.editions import LevelOrder, load_level
from trygghetskarta.queries.cube import load_cube
from trygghetskarta.reporting import Office, Wanted, report_of
from trygghetskarta.reports.document import Notice, Report, Table
from trygghetskarta.reports.lagesbild import Reader
from trygghetskarta.reports.render import ReportFormat, render
from trygghetskarta.settings import Settings
from trygghetskarta.store.engine import one_state

EDITION = date(2023, 7, 1)


@pytest.fixture
def areas(fresh_database: Engine) -> Engine:
    folder = sample_folder() / "areas"
    with fresh_database.begin() as connection:
        for file, level in (("basomraden.geojson", AreaLevel.BASOMRADE), ("stadsdelar.geojson", AreaLevel.STADSDEL)):
            load_level(connection, LevelOrder(folder / file, level, EDITION, AreaFields(), CITY))
    return fresh_database


def made(connection: Connection, wanted: Wanted) -> Report:
    cube = load_cube(connection)
    return report_of(Office(connection, lambda *_: cube, Audience.STAFF), [wanted], Reader(Audience.STAFF))


def test_with_one_source_alone_the_rest_is_said_to_be_missing(areas: Engine, tmp_path: Path) -> None:
    path = tmp_path / "brander.csv"
    path.write_text(fires("L-1;2025-03-01 12:00;500;500", "L-2;2025-05-01 12:00;900;900"), encoding="utf-8")
    deliver(areas, Settings(), Delivering(SourceId.BRANDER), path)
    with one_state(areas) as connection:
        report = made(connection, Wanted("rinkeby"))
    told = [block.text for chapter in report.chapters for block in chapter.blocks if isinstance(block, Notice)]
    assert any(text.startswith("Anmälda brott har inte levererats") for text in told)
    tables = [block for chapter in report.chapters for block in chapter.blocks if isinstance(block, Table)]
    assert any(row.cells[0].text == "Räddningstjänstens händelser" for table in tables for row in table.rows)
    assert all(render(report, form) for form in ReportFormat)


def test_with_nothing_delivered_there_is_no_month_to_report(areas: Engine) -> None:
    with one_state(areas) as connection:
        with pytest.raises(NotCoveredError, match="Ingen källa är levererad"):
            made(connection, Wanted("rinkeby"))
        assert made(connection, Wanted("rinkeby", first="2025-01", last="2025-12")).title == "Lägesbild för Rinkeby"
