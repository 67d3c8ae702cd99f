"""A city with a lake, in two editions, on a database that is emptied of deliveries before every test."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import orjson
import pytest
from sqlalchemy import Engine, text
from sqlalchemy.engine import make_url

from tests.bad_inputs.desk import CORNER, Desk
from tests.conftest import CITY, Box, Server
from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.ingest.area_files import AreaFields
from trygghetskarta.ingest.editions import LevelOrder, load_level
from trygghetskarta.store.engine import make_engine

# Metres from the corner of the city. The lake between 800 and 1200 is in no area; three areas meet at (500, 800).
STADSDELAR: dict[str, Box] = {
    "Rinkeby": (0, 0, 500, 800),
    "Husby": (500, 0, 2000, 800),
    "Tensta": (0, 800, 800, 1200),
    "Farsta": (1200, 800, 2000, 1200),
    "Södermalm": (0, 1200, 2000, 2000),
}
BASOMRADEN = {f"010100{number}": box for number, box in enumerate(STADSDELAR.values(), 1)}
STADSDELSOMRADEN: dict[str, Box] = {"Enskede-Årsta-Vantör": (0, 0, 2000, 800), "Järva": (0, 1200, 2000, 2000)}
OLD: dict[str, Box] = {
    "Gammelbyn": (0, 0, 2000, 800),
    "Tensta": (0, 800, 800, 1200),
    "Farsta": (1200, 800, 2000, 1200),
    "Södermalm": (0, 1200, 2000, 2000),
}


@pytest.fixture(scope="session")
def city_of_bad_inputs(server: Server, migrated: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """Give an engine on the city, with nothing delivered."""
    engine = make_engine(server.create("tk_bad_inputs", str(make_url(migrated).database)))
    folder = tmp_path_factory.mktemp("areas")
    old, new = date(2020, 7, 1), date(2023, 7, 1)
    with engine.begin() as connection:
        for edition, level, boxes in (
            (old, AreaLevel.STADSDEL, OLD),
            (new, AreaLevel.BASOMRADE, BASOMRADEN),
            (new, AreaLevel.STADSDEL, STADSDELAR),
            (new, AreaLevel.STADSDELSOMRADE, STADSDELSOMRADEN),
        ):
            path = folder / f"{edition}-{level}.geojson"
            path.write_bytes(orjson.dumps(collection(boxes)))
            load_level(connection, LevelOrder(path, level, edition, AreaFields(), CITY))
    yield engine
    engine.dispose()


def collection(boxes: dict[str, Box]) -> dict[str, object]:
    """Give boxes as GeoJSON; an area is known by its name, or by its code where that is one."""
    x, y = CORNER
    features = [
        {
            "type": "Feature",
            "properties": {"kod": name} if name.isdigit() else {"namn": name},
            "geometry": {
                "type": "Polygon",
                "coordinates": [[[x + a, y + b], [x + c, y + b], [x + c, y + d], [x + a, y + d], [x + a, y + b]]],
            },
        }
        for name, (a, b, c, d) in boxes.items()
    ]
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::3011"}}
    return {"type": "FeatureCollection", "crs": crs, "features": features}


@pytest.fixture
def desk(city_of_bad_inputs: Engine, tmp_path: Path) -> Desk:
    """Give the desk of a city to which nothing has been delivered."""
    with city_of_bad_inputs.begin() as connection:
        for table in ("rejected_row", "held_part", "coverage", "indicator", "event_link", "event", "rollup_month"):
            connection.execute(text(f"DELETE FROM {table}"))
        connection.execute(text("DELETE FROM publication WHERE delivery_id IS NOT NULL"))
        connection.execute(text("DELETE FROM delivery"))
    return Desk(city_of_bad_inputs, tmp_path)
