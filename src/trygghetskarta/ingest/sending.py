"""Rows on their way to the database while the next are prepared."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

import pyarrow as pa
from sqlalchemy import Connection

from trygghetskarta.ingest.copying import copy_in

Connect = Callable[[], Connection]
"""Gives the connection when it is free. What needs the database only now and then asks for it only then, and waits for nothing else."""

# One part is taken in by the server and one stands ready, so that neither side waits for a part that takes longer than most.
_MOST_UNDER_WAY = 2


@dataclass(slots=True)
class Sending:
    """A connection, and the rows that are sent on it by a thread of its own.

    Attributes:
        sender: Has one thread, so that what is sent goes in order.
    """

    sender: ThreadPoolExecutor
    _connection: Connection
    _under_way: deque[Future[None]] = field(default_factory=deque)

    def send(self, table: str, columns: Sequence[str], rows: pa.LargeBinaryArray) -> None:
        """Send rows as `copy_in` does, and return before the server has them; wait where two parts are under way already."""
        self._leave(_MOST_UNDER_WAY - 1)
        self._under_way.append(self.sender.submit(copy_in, self._connection, table, columns, rows))

    def connection(self) -> Connection:
        """Give the connection when the server has taken in all that was sent."""
        self._leave(0)
        return self._connection

    def _leave(self, under_way: int) -> None:
        while len(self._under_way) > under_way:
            self._under_way.popleft().result()
