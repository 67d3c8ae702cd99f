"""The log of what was done: added to and never changed, and each entry bound to the one before.

An entry is written in the transaction of what it tells of, so that neither is there without the other. Nobody but the owner of the table may change
it; the chain shows where that has been done all the same, and a head that is kept elsewhere where the whole chain has been made anew or cut short.
"""

from __future__ import annotations

import getpass
import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import orjson
from sqlalchemy import Connection, Row, text

_LOCK = 7_301_009
_START = bytes(32)
_MANY = 5_000
_who: ContextVar[str | None] = ContextVar("who", default=None)

_LAST = text("SELECT number, hash FROM audit_entry ORDER BY number DESC LIMIT 1")
_ADD = text("INSERT INTO audit_entry (number, at, actor, act, detail, hash) VALUES (:number, :at, :actor, :act, :detail, :hash)")
_ALL = text("SELECT number, at, actor, act, detail, hash FROM audit_entry ORDER BY number")
_SOME = text("""
    SELECT number, at, actor, act, detail, hash FROM audit_entry
    WHERE (CAST(:since AS timestamptz) IS NULL OR at >= :since) AND (CAST(:until AS timestamptz) IS NULL OR at < :until)
        AND (CAST(:act AS text) IS NULL OR act = :act) AND (CAST(:actor AS text) IS NULL OR actor = :actor)
    ORDER BY number DESC LIMIT :limit
""")


class Act(StrEnum):
    """What is worth an entry."""

    ASKED = "exact-asked"
    SIGNED_IN = "signed-in"
    SIGNED_OUT = "signed-out"
    KEY_MADE = "key-made"
    KEY_REVOKED = "key-revoked"
    RIGHT_GIVEN = "right-given"
    RIGHT_TAKEN = "right-taken"
    APPROVED = "delivery-approved"
    WITHDRAWN = "delivery-withdrawn"
    RELEASED = "period-released"


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the log.

    Attributes:
        number: 1 and on, without a gap.
        at: When, UTC.
        actor: Who did it.
        act: What was done.
        detail: To what, as JSON, byte for byte as it was written.
        hash: What binds it to the entry before.
    """

    number: int
    at: datetime
    actor: str
    act: str
    detail: str
    hash: bytes

    def bound_to(self, before: bytes) -> bytes:
        """Give the hash that it should have after an entry with another hash."""
        told = [self.number, self.at.astimezone(UTC).isoformat(timespec="microseconds"), self.actor, self.act, self.detail]
        return hashlib.sha256(before + orjson.dumps(told)).digest()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of following the chain.

    Attributes:
        entries: How many entries there are.
        head: The last hash; 32 zeros where there is no entry. Kept elsewhere, it proves that what was there then still is.
        broken_at: Number of the first entry that is changed, missing or out of its place; None where the chain is whole.
        holds_head: Whether a head that was kept is still in the chain.
    """

    entries: int
    head: bytes
    broken_at: int | None
    holds_head: bool

    @property
    def sound(self) -> bool:
        """Whether nothing has been changed, as far as can be told."""
        return self.broken_at is None and self.holds_head


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries to list: the last ones, of a time, of an act, of somebody."""

    limit: int
    since: datetime | None = None
    until: datetime | None = None
    act: Act | None = None
    actor: str | None = None


@contextmanager
def acting_as(who: str) -> Iterator[None]:
    """Let what is noted meanwhile be noted of somebody; of the user of the machine who runs the process where nobody is said."""
    token = _who.set(who)
    try:
        yield
    finally:
        _who.reset(token)


def note(connection: Connection, act: Act, detail: Mapping[str, Any]) -> None:
    """Add an entry, in the transaction of what it tells of; others who note wait until that has ended, so note last.

    Args:
        connection: Inside a transaction at READ COMMITTED.
        act: What is done.
        detail: To what: never a secret, nor what stands in a row.
    """
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    last = connection.execute(_LAST).one_or_none()
    actor = _who.get() or f"os:{getpass.getuser()}"
    told = orjson.dumps(detail, option=orjson.OPT_SORT_KEYS).decode()
    number, before = (1, _START) if last is None else (last.number + 1, bytes(last.hash))
    entry = Entry(number, datetime.now(UTC), actor, act, told, b"")
    row = {"number": number, "at": entry.at, "actor": actor, "act": act, "detail": told, "hash": entry.bound_to(before)}
    connection.execute(_ADD, row)


def verify(connection: Connection, kept: tuple[int, bytes] | None = None) -> Verdict:
    """Follow the chain from its first entry to its last.

    Args:
        connection: A connection that may read the log.
        kept: Number and hash of a head that was kept elsewhere.

    Returns:
        Whether it is whole, and its head.
    """
    before, number, broken, found = _START, 0, None, kept is None
    for row in connection.execute(_ALL, execution_options={"stream_results": True, "yield_per": _MANY}):
        entry = _entry(row)
        number += 1
        if broken is None and (entry.number != number or entry.bound_to(before) != entry.hash):
            broken = number
        before = entry.hash
        found = found or (entry.number, entry.hash) == kept
    return Verdict(number, before, broken, found)


def list_entries(connection: Connection, wanted: Wanted) -> list[Entry]:
    """Read entries, the latest first."""
    asked = {"since": wanted.since, "until": wanted.until, "act": wanted.act, "actor": wanted.actor, "limit": wanted.limit}
    return [_entry(row) for row in connection.execute(_SOME, asked)]


def _entry(row: Row[Any]) -> Entry:
    return Entry(row.number, row.at, row.actor, row.act, row.detail, bytes(row.hash))
