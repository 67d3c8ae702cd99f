"""The keys that hold, what people have been given, and which sessions were ended, in memory: a request asks the database nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from hmac import compare_digest
from time import monotonic

from sqlalchemy import Engine
from starlette.concurrency import run_in_threadpool

from trygghetskarta.domain.api_keys import ApiKey, Rights, id_of, mark_of
from trygghetskarta.domain.callers import Caller
from trygghetskarta.queries.identities import Ended, list_ended, list_keys, list_rights

_HOLDS_SECONDS = 5.0
"""How long a key that has been revoked, a right that has been taken back or a session that was ended may be of use still."""
_LEAST_SECONDS = 1.0
"""How often at most the database is asked for a key that is not among those read, however many are tried."""


@dataclass(frozen=True, slots=True)
class _Read:
    """What was read, and when."""

    keys: Mapping[str, ApiKey] = field(default_factory=dict)
    rights: Mapping[str, Rights] = field(default_factory=dict)
    ended: Ended = field(default_factory=dict)
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

    async def has_ended(self, subject: str, mark: bytes, began: datetime) -> bool:
        """Tell whether a session was ended before its time.

        Args:
            subject: Whose it is.
            mark: What it is known by.
            began: When it began.

        Raises:
            SQLAlchemyError: The database does not answer, and what is known is too old to go by.
        """
        ended = (await self._fresh(_HOLDS_SECONDS)).ended.get(subject, {})
        return mark in ended or (b"" in ended and began <= ended[b""])

    async def look_anew(self) -> None:
        """Have the database asked by the next request that needs to know: something has just been changed here."""
        # Whoever is reading now may have begun before the change.
        async with self._reading:
            self._read = replace(self._read, at=float("-inf"))

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
            return _Read(keys, list_rights(connection), list_ended(connection), at)
