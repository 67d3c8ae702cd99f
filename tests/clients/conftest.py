"""A server that remembers what programs ask it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from sqlalchemy import Engine, text

from tests.conftest import serving
from trygghetskarta.domain.audience import Audience

CURRENT = "FROM event JOIN source USING (source_id) WHERE known_to IS NULL AND NOT withdrawn AND antal > 0"


@dataclass
class Asked:
    """The server, what it was asked, and what its database says."""

    address: str
    heard: list[str]
    engine: Engine

    @property
    def root(self) -> str:
        """Where OGC API begins."""
        return f"{self.address}/ogc/v1"

    def items(self, collection: str) -> list[str]:
        """What was asked of the items of a collection since `heard` was cleared."""
        return [address for address in self.heard if f"/collections/{collection}/items" in address]

    def count(self, condition: str = "true") -> int:
        """Count the events of the database."""
        with self.engine.connect() as connection:
            return int(connection.execute(text(f"SELECT count(*) {CURRENT} AND ({condition})")).scalar_one())

    def counts(self) -> dict[str, int]:
        """Count what each collection should hold, in SQL."""
        with self.engine.connect() as connection:
            levels = connection.execute(
                text("SELECT level, count(*) FROM area JOIN edition USING (edition_id) WHERE valid_from = '2023-07-01' GROUP BY level")
            ).all()
        of_level = {str(level): int(count) for level, count in levels}
        # A bare question is about twelve months of the areas of the committees.
        asked = {"comparison": of_level["stadsdelsomrade"], "series": 12 * of_level["stadsdelsomrade"]}
        return {**of_level, **asked, "events": self.count()}


@pytest.fixture(scope="session")
def listening(sample: Engine) -> Iterator[Asked]:
    """Serve the sample to an analyst for all these tests."""
    heard: list[str] = []
    with serving(sample, Audience.STAFF, heard=heard) as address:
        yield Asked(address, heard, sample)


@pytest.fixture
def asked(listening: Asked) -> Asked:
    """Give the server, having heard nothing yet."""
    listening.heard.clear()
    return listening
