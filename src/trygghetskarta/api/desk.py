"""Where deliveries are taken in: by connections of their own, as a role that may write."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine

from trygghetskarta.errors import ForbiddenError
from trygghetskarta.store.engine import make_engine

_READERS = 2
_WRITERS = 2


class Desk:
    """Opens connections to the database for those who deliver. Nothing is connected before somebody does."""

    def __init__(self, address: str | None) -> None:
        """Begin.

        Args:
            address: Where the role that takes in deliveries signs in; None where the service takes none.
        """
        self._address = address
        self._engine: Engine | None = None

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        """Open a connection that reads deliveries and receipts.

        Raises:
            ForbiddenError: The service takes no deliveries.
        """
        if self._engine is None:
            self._engine = make_engine(self._where(), _READERS)
        with self._engine.connect() as connection:
            yield connection

    @contextmanager
    def at_work(self) -> Iterator[Engine]:
        """Give an engine for work that takes its time; those who read meanwhile have connections of their own.

        Raises:
            ForbiddenError: The service takes no deliveries.
        """
        engine = make_engine(self._where(), _WRITERS)
        try:
            yield engine
        finally:
            engine.dispose()

    def close(self) -> None:
        """Close what was opened."""
        if self._engine is not None:
            self._engine.dispose()

    def _where(self) -> str:
        if self._address is None:
            raise ForbiddenError("Tjänsten tar inte emot leveranser.", "The service takes no deliveries.")
        return self._address
