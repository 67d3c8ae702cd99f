"""What several tests of the examples ask."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from tests.conftest import Server, serving
from trygghetskarta.domain.audience import Audience
from trygghetskarta.store.engine import make_engine


@pytest.fixture(scope="session")
def unreleased_server(server: Server, loaded: str) -> Iterator[str]:
    """Give the address of the sample served to anyone before any quarter or year has been released: every value of a stadsdel is withheld."""
    engine = make_engine(server.create("tk_unreleased", loaded))
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM public_cell USING public_draw WHERE public_cell.draw_id = public_draw.draw_id AND months > 1"))
        connection.execute(text("DELETE FROM public_draw WHERE months > 1"))
    with serving(engine, Audience.PUBLIC) as address:
        yield address
    engine.dispose()
