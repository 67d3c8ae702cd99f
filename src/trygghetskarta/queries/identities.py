"""API keys, and what people who sign in have been given."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Connection, Row, text

from trygghetskarta.domain.api_keys import ApiKey, Rights
from trygghetskarta.domain.audience import Role
from trygghetskarta.domain.sources import SourceId

_KEYS = text("SELECT * FROM api_key WHERE NOT :live_only OR (revoked_at IS NULL AND expires_at > :at) ORDER BY name, created_at, key_id")
_RIGHTS = text("SELECT subject, kind, code, granted_at FROM caller_right WHERE revoked_at IS NULL ORDER BY subject, kind, code")


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
