"""The keys that hold and what people have been given, in memory: a request that shows a key asks the database nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hmac import compare_digest
from time import monotonic

from sqlalchemy import Engine
from starlette.concurrency import run_in_threadpool

from trygghetskarta.domain.api_keys import ApiKey, Rights, id_of, mark_of
from trygghetskarta.domain.callers import Caller
from trygghetskarta.queries.identities import list_keys, list_rights

_HOLDS_SECONDS = 5.0
"""How long a key that has been revoked, or a right that has been taken back, may be of use still."""
_LEAST_SECONDS = 1.0
"""How often at most the database is asked for a key that is not among those read, however many are tried."""


@dataclass(frozen=True, slots=True)
class _Read:
    """What was read, and when."""

    keys: Mapping[str, ApiKey] = field(default_factory=dict)
    rights: Mapping[str, Rights] = field(default_factory=dict)
    at: float = float("-inf")


class Keyring:
    """Knows a key when it is shown."""

    def __init__(self, engine: Engine, secret: bytes | None) -> None:
        """Begin empty.

        Args:
            engine: The database, as one who may read the keys.
            secret: What keys are marked with; None where there are none, and only people's rights are known here.
        """
        self._engine = engine
        self._secret = secret
        self._read = _Read()
        self._reading = asyncio.Lock()

    async def find(self, shown: str) -> Caller | None:
        """Give whose key it is; None where it is nobody's.

        Raises:
            SQLAlchemyError: The database does not answer, and what is known is too old to go by.
        """
        key_id = id_of(shown)
        if key_id is None or self._secret is None:
            return None
        read = await self._fresh(_HOLDS_SECONDS)
        if key_id not in read.keys:
            read = await self._fresh(_LEAST_SECONDS)
        key = read.keys.get(key_id)
        if key is None or not compare_digest(key.mark, mark_of(self._secret, shown)) or not key.holds(datetime.now(UTC)):
            return None
        return key.caller()

    async def rights(self, subject: str) -> Rights:
        """Give what a person has been given.

        Raises:
            SQLAlchemyError: The database does not answer, and what is known is too old to go by.
        """
        return (await self._fresh(_HOLDS_SECONDS)).rights.get(subject, Rights())

    def close(self) -> None:
        """Close what was opened."""
        self._engine.dispose()

    async def _fresh(self, seconds: float) -> _Read:
        """Give what is known, read anew when it is older than so many seconds: once, for all who wait."""
        if monotonic() - self._read.at > seconds:
            async with self._reading:
                if monotonic() - self._read.at > seconds:
                    self._read = await run_in_threadpool(self._look)
        return self._read

    def _look(self) -> _Read:
        at = monotonic()
        with self._engine.connect() as connection:
            keys = {key.key_id: key for key in list_keys(connection, live_only=True)} if self._secret is not None else {}
            return _Read(keys, list_rights(connection), at)
