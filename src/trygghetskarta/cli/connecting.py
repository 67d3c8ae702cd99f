"""How a command reaches the database."""

from __future__ import annotations

from sqlalchemy import Engine

from trygghetskarta.settings import Settings
from trygghetskarta.store.cluster import Cluster
from trygghetskarta.store.engine import make_engine
from trygghetskarta.store.faces import Addresses, Face


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


def address_of(settings: Settings, face: Face) -> str:
    """Give the address that a role signs in at: the one set for it, else that of the private server, else the database's own.

    Args:
        settings: What the installation chose.
        face: Which role.

    Returns:
        The address. It is the owner's where the installation has set none for the role.

    Raises:
        BusyError: The private server is not running, or its roles are not made.
    """
    chosen = settings.address_of(face)
    if chosen is None and settings.database_url is None:
        return Cluster(settings.home).login(face)
    return chosen if chosen is not None else database_url(settings)


def addresses(settings: Settings) -> Addresses:
    """Give where each part of the service finds the database.

    Args:
        settings: What the installation chose.

    Raises:
        BusyError: As in `address_of`.
    """
    return Addresses(*(address_of(settings, face) for face in (Face.PUBLIC, Face.STAFF, Face.INGEST)))
