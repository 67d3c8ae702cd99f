"""How a command reaches the database."""

from __future__ import annotations

from sqlalchemy import Engine

from trygghetskarta.settings import Settings
from trygghetskarta.store.cluster import Cluster
from trygghetskarta.store.engine import make_engine


def database_url(settings: Settings, start: bool = False) -> str:
    """Give the database's address: the one set, else that of the private server.

    Args:
        settings: What the installation chose.
        start: Start the private server when it is not running.

    Returns:
        The address.

    Raises:
        BusyError: The private server is not running, or cannot be started.
    """
    if settings.database_url is not None:
        return settings.database_url
    cluster = Cluster(settings.home)
    return cluster.start() if start else cluster.url()


def open_engine(settings: Settings) -> Engine:
    """Make an engine on the database of a command."""
    return make_engine(database_url(settings))
