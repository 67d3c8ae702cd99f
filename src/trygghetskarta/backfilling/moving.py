"""Several connections that fill the table of a source's first events, before anyone can see it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from sqlalchemy import Engine, text

from trygghetskarta.domain.sources import SourceId
from trygghetskarta.ingest.backfill import Loose, Move
from trygghetskarta.ingest.partitions import drop_loose, has_partition, loose_partition
from trygghetskarta.store.engine import make_engine


@contextmanager
def side_by_side(engine: Engine, source: SourceId, hands: int) -> Iterator[Loose | None]:
    """Make a table for a source that has none, to be filled by several connections; it is gone at the end unless it became the source's.

    Args:
        engine: The database.
        source: The source, whose turn it is.
        hands: How many connections.

    Yields:
        The table; None where the source has one already, or there is one connection only.
    """
    with engine.begin() as connection:
        drop_loose(connection, source.number)  # what a run left that was killed here
        is_first = not has_partition(connection, source.number)
        made = loose_partition(connection, source.number) if is_first and hands > 1 else None
    if made is None:
        yield None
        return
    try:
        yield Loose(made, lambda moves: _move_all(engine, hands, moves))
    finally:
        with engine.begin() as connection:
            drop_loose(connection, source.number)


def _move_all(engine: Engine, hands: int, moves: Sequence[Move]) -> None:
    # Connections of their own: those of the engine are few, and some are held by whoever publishes.
    others = make_engine(engine.url.set(drivername="postgresql").render_as_string(hide_password=False), pool_size=hands)

    def move(one: Move) -> None:
        with others.begin() as connection:
            connection.execute(text(one[0]), one[1])

    movers = ThreadPoolExecutor(hands)
    try:
        for moving in [movers.submit(move, one) for one in moves]:
            moving.result()
    finally:
        movers.shutdown(cancel_futures=True)
        others.dispose()
