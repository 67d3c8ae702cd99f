"""One delivery from a file on disk: two transactions, so that it is on record whatever happens to it."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, Engine

from trygghetskarta.domain.sources import SourceId
from trygghetskarta.errors import BadDeliveryError
from trygghetskarta.ingest.contract import Context, DeliveredFile, Layout
from trygghetskarta.ingest.formats.archives import open_delivery
from trygghetskarta.ingest.load import Order, publish
from trygghetskarta.ingest.locating import area_names
from trygghetskarta.ingest.mapping import read_mapping
from trygghetskarta.ingest.places import hold_areas_still, load_places
from trygghetskarta.ingest.receipts import Receipt, receive, refuse
from trygghetskarta.ingest.registry import ADAPTERS
from trygghetskarta.settings import Settings

_BYTES_A_ROW = 50


@dataclass(frozen=True, slots=True)
class Delivering:
    """How to deliver: from which source, and by which coordinate system and mapping when not the source's own."""

    source: SourceId
    srid: int | None = None
    mapping: Path | None = None


def deliver(engine: Engine, settings: Settings, how: Delivering, path: Path) -> Receipt:
    """Take in one file.

    Args:
        engine: The database.
        settings: What the installation chose.
        how: Source, coordinate system and mapping.
        path: The file.

    Returns:
        The receipt.

    Raises:
        BadDeliveryError: The file was refused; the delivery is on record and nothing else changed.
    """
    begun = time.perf_counter()
    layout = read_mapping(how.mapping) if how.mapping is not None else None
    with open_delivery(path) as file:
        with engine.begin() as connection:
            received = receive(connection, how.source, file, _adapter(how, layout))
        if isinstance(received, Receipt):
            return received
        try:
            with engine.begin() as connection:
                receipt = _read_and_publish(connection, (settings, how, layout), received, file)
        except BadDeliveryError as error:
            with engine.begin() as connection:
                refuse(connection, received, error)
            raise
    return replace(receipt, seconds=time.perf_counter() - begun)


def rehearse(engine: Engine, settings: Settings, how: Delivering, path: Path) -> Receipt:
    """Do all of a delivery and undo it.

    Args:
        engine: The database.
        settings: What the installation chose.
        how: Source, coordinate system and mapping.
        path: The file.

    Returns:
        The receipt that a delivery would give.

    Raises:
        BadDeliveryError: The file would be refused.
    """
    begun = time.perf_counter()
    layout = read_mapping(how.mapping) if how.mapping is not None else None
    with open_delivery(path) as file, engine.connect() as connection:
        received = receive(connection, how.source, file, _adapter(how, layout))
        if isinstance(received, Receipt):
            return received
        receipt = _read_and_publish(connection, (settings, how, layout), received, file)
        connection.rollback()
    return replace(receipt, seconds=time.perf_counter() - begun)


def _read_and_publish(
    connection: Connection, said: tuple[Settings, Delivering, Layout | None], delivery: int, file: DeliveredFile
) -> Receipt:
    settings, how, layout = said
    hold_areas_still(connection)
    places = load_places(connection)
    known = area_names(connection, places)
    context = Context(
        municipality=settings.municipality,
        county=settings.county,
        stadsdelar=known.stadsdelar,
        areas=known.codes,
        city=known.city,
        editions=known.editions,
        now=datetime.now(UTC),
        srid=how.srid,
        layout=layout,
        others={source: adapter.layouts for source, adapter in ADAPTERS.items() if source is not how.source},
    )
    order = Order(delivery, how.source, file.path.stat().st_size // _BYTES_A_ROW)
    return publish(connection, order, ADAPTERS[how.source].read(file, context), places)


def _adapter(how: Delivering, layout: Layout | None) -> str:
    """Name what read a file, so that another way of reading the same file is another delivery."""
    parts = [f"{how.source}/{ADAPTERS[how.source].version}"]
    if layout is not None:
        parts.append(layout.name)
    if how.srid is not None:
        parts.append(f"EPSG:{how.srid}")
    return " ".join(parts)
