"""The sample's address."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine


@pytest.fixture(scope="session")
def database(sample: Engine) -> str:
    """Give the address of the sample."""
    return sample.url.set(drivername="postgresql").render_as_string(hide_password=False)
