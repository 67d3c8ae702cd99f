"""Databases with areas, to be filled in two ways."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.engine import make_url

from tests.conftest import Drawing, Server
from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.store.engine import make_engine

BASOMRADEN = {
    f"01{column:02}00{row}": (column * 250.0, row * 250.0, column * 250.0 + 250, row * 250.0 + 250)
    for column in range(8)
    for row in range(4)
}
STADSDELAR = {"rinkeby": (0.0, 0.0, 1000.0, 1000.0), "tensta": (1000.0, 0.0, 2000.0, 1000.0)}
Cities = Callable[[], Engine]


@pytest.fixture
def cities(server: Server, migrated: str, tmp_path: Path) -> Iterator[Cities]:
    """Give a maker of databases with areas and nothing in them."""
    made: list[Engine] = []

    def make() -> Engine:
        made.append(make_engine(server.create(f"tk_backfill_{len(server.made)}", str(make_url(migrated).database))))
        with made[-1].begin() as connection:
            draw = Drawing(connection, tmp_path)
            draw(AreaLevel.BASOMRADE, BASOMRADEN)
            draw(AreaLevel.STADSDEL, STADSDELAR)
        return made[-1]

    yield make
    for engine in made:
        engine.dispose()
