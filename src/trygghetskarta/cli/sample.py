"""Load the made-up sample."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

from sqlalchemy import Engine

import trygghetskarta
from trygghetskarta.delivering import Delivering, deliver
from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.periods import LOCAL_TIME
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.ingest.area_files import AreaFields
from trygghetskarta.ingest.editions import LevelOrder, load_level
from trygghetskarta.ingest.measure_forms import read_form
from trygghetskarta.ingest.measures import register
from trygghetskarta.releasing import release_due, release_key
from trygghetskarta.settings import Settings
from trygghetskarta.store.statistics import loading

_EDITIONS = (
    (date(2023, 7, 1), "11 stadsdelsområden (schematisk)", "sdo_2023"),
    (date(2020, 7, 1), "13 stadsdelsområden (schematisk)", "sdo_2020"),
    (date(2007, 1, 1), "14 stadsdelsområden (schematisk)", "sdo_2007"),
)


def sample_folder() -> Path:
    """Give the folder of the sample: inside the package when installed, at the top of the repository in a checkout."""
    package = Path(trygghetskarta.__file__).parent
    installed = package / "sample"
    return installed if installed.is_dir() else package.parents[1] / "data" / "sample"


def load_sample(engine: Engine, settings: Settings) -> None:
    """Load the sample's areas, population, deliveries and measures into an empty database.

    Args:
        engine: The database, at this version's tables.
        settings: What the installation chose.
    """
    folder = sample_folder()
    city = (settings.municipality, settings.municipality_code)
    with engine.begin() as connection:
        for valid_from, name, parent in _EDITIONS:
            for file, level, fields in (
                ("basomraden.geojson", AreaLevel.BASOMRADE, AreaFields(parent="parent")),
                ("stadsdelar.geojson", AreaLevel.STADSDEL, AreaFields()),
                ("stadsdel_to_stadsdelsomrade.csv", AreaLevel.STADSDELSOMRADE, AreaFields(parent=parent)),
            ):
                load_level(connection, LevelOrder(folder / "areas" / file, level, valid_from, fields, city, name))
    for source in SourceId:
        for path in sorted([*folder.glob(f"{source}*.csv"), *(folder / "deliveries").glob(f"{source}*")]):
            deliver(engine, settings, Delivering(source), path)
    with loading(engine) as connection:
        release_due(connection, release_key(settings), datetime.now(LOCAL_TIME).date())
    for path in sorted((folder / "measures").glob("*.toml")):
        with engine.begin() as connection:
            register(connection, read_form(path), datetime.now(UTC))
