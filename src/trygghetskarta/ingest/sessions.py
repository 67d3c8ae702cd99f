"""End sessions on the page before their time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, text

from trygghetskarta.store.audit import Act, note

LONGEST = timedelta(days=1)
"""The longest that an installation may let a session last."""

_ALL_OF_THEM = b""
_END = text("""
    INSERT INTO ended_session (subject, mark, ended_at, until) VALUES (:subject, :mark, :now, :until)
    ON CONFLICT (subject, mark) DO UPDATE SET ended_at = excluded.ended_at, until = excluded.until
""")
# What would have ended by itself by now need not be remembered.
_FORGET = text("DELETE FROM ended_session WHERE until < :now")


def end_session(connection: Connection, subject: str, mark: bytes) -> None:
    """End one session of somebody who signs out.

    Args:
        connection: Inside a transaction, which the caller commits.
        subject: What the issuer of tokens knows the person by.
        mark: What the session is known by, 32 bytes.
    """
    _end(connection, subject, mark)
    note(connection, Act.SIGNED_OUT, {})


def end_all_sessions(connection: Connection, subject: str) -> None:
    """End every session that a person has; those begun after it hold.

    Args:
        connection: Inside a transaction, which the caller commits.
        subject: What the issuer of tokens knows the person by.
    """
    _end(connection, subject, _ALL_OF_THEM)
    note(connection, Act.SESSIONS_ENDED, {"subject": subject})


def _end(connection: Connection, subject: str, mark: bytes) -> None:
    now = datetime.now(UTC)
    connection.execute(_FORGET, {"now": now})
    connection.execute(_END, {"subject": subject, "mark": mark, "now": now, "until": now + LONGEST})
