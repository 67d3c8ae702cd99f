"""The divided city, for every property that must hold of any division."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine
from sqlalchemy.engine import make_url

from tests.conftest import Server
from tests.db.divided import deliver_events, draw_editions
from trygghetskarta.store.engine import make_engine


@pytest.fixture(scope="session")
def divided(server: Server, migrated: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """Give an engine on a city whose areas were merged, split and moved; nobody may change it."""
    engine = make_engine(server.create("tk_divided", str(make_url(migrated).database)))
    with engine.begin() as connection:
        draw_editions(connection, tmp_path_factory.mktemp("divided"))
        deliver_events(connection)
    yield engine
    engine.dispose()
