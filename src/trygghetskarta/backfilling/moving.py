"""Several connections that fill the table of a source's first events, before anyone can see it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from sqlalchemy import Engine, text

from trygghetskarta.domain.sources import SourceId
from trygghetskarta.ingest.backfill import Loose, Move
from trygghetskarta.ingest.partitions import drop_loose, has_partition, loose_partition


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

    def do(move: Move) -> None:
        with engine.begin() as connection:
            connection.execute(text(move[0]), move[1])

    def do_all(moves: Sequence[Move]) -> None:
        with ThreadPoolExecutor(hands) as movers:
            for _ in movers.map(do, moves):
                pass

    try:
        yield Loose(made, do_all)
    finally:
        with engine.begin() as connection:
            drop_loose(connection, source.number)
