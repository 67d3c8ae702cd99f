"""API keys, and what people who sign in have been given."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from sqlalchemy import Connection, Row, text

from trygghetskarta.domain.api_keys import ApiKey, Rights
from trygghetskarta.domain.audience import Role
from trygghetskarta.domain.sources import SourceId

_KEYS = text("SELECT * FROM api_key WHERE NOT :live_only OR (revoked_at IS NULL AND expires_at > :at) ORDER BY name, created_at, key_id")
_RIGHTS = text("SELECT subject, kind, code, granted_at FROM caller_right WHERE revoked_at IS NULL ORDER BY subject, kind, code")
_ENDED = text("SELECT subject, mark, ended_at FROM ended_session WHERE until >= :at")

Ended = Mapping[str, Mapping[bytes, datetime]]
"""When sessions were ended: by subject, and by the mark of the session; the mark of all that a person had is empty."""


def list_keys(connection: Connection, live_only: bool = False) -> list[ApiKey]:
    """Read the keys, by name and then by age.

    Args:
        connection: Inside a transaction.
        live_only: Only those that hold now.
    """
    return [_key(row) for row in connection.execute(_KEYS, {"live_only": live_only, "at": datetime.now(UTC)})]


def list_rights(connection: Connection) -> dict[str, Rights]:
    """Read what people have been given, by what their issuer knows them by."""
    given: dict[str, dict[str, set[str]]] = {}
    for row in connection.execute(_RIGHTS):
        given.setdefault(row.subject, {"area": set(), "source": set()})[row.kind].add(row.code)
    return {
        subject: Rights(frozenset(kinds["area"]), frozenset(SourceId(code) for code in kinds["source"]))
        for subject, kinds in given.items()
    }  # fmt: skip


def list_ended(connection: Connection) -> Ended:
    """Read which sessions on the page were ended before their time, of those that might hold still."""
    ended: dict[str, dict[bytes, datetime]] = {}
    for row in connection.execute(_ENDED, {"at": datetime.now(UTC)}):
        ended.setdefault(row.subject, {})[bytes(row.mark)] = row.ended_at
    return ended


def _key(row: Row[tuple[object, ...]]) -> ApiKey:
    return ApiKey(
        key_id=row.key_id,
        name=row.name,
        role=Role(row.role),
        areas=frozenset(row.areas),
        sources=frozenset(SourceId(code) for code in row.sources),
        purpose=row.purpose,
        mark=bytes(row.mark),
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
    )
