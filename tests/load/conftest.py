"""The sample, served as it is in operation."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.load.service import Service, served


@pytest.fixture(scope="session")
def database(sample: Engine) -> str:
    """Give the address of the sample."""
    return sample.url.set(drivername="postgresql").render_as_string(hide_password=False)


@pytest.fixture(scope="module")
def service(database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Give the sample served by one worker, which holds on to connections for a short time only."""
    said = Path(tmp_path_factory.mktemp("service")) / "said.jsonl"
    with served(database, said, TRYGGHETSKARTA_HEADER_SECONDS="2", TRYGGHETSKARTA_IDLE_SECONDS="5") as running:
        yield running
