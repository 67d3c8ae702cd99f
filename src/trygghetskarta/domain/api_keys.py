"""API keys: how one is written, and the mark by which it is known without being kept."""

from __future__ import annotations

import hmac
import re
import secrets
import string
from dataclasses import dataclass
from datetime import datetime

from trygghetskarta.domain.audience import Role
from trygghetskarta.domain.callers import Caller
from trygghetskarta.domain.sources import SourceId

_SHAPE = re.compile(r"tk_([a-z0-9]{10})_[A-Za-z0-9]{40}", re.ASCII)
_ID = string.ascii_lowercase + string.digits
_SECRET = string.ascii_letters + string.digits


def new_key() -> tuple[str, str]:
    """Make a key.

    Returns:
        Its id, which may be told, and the whole key, which is shown once: `tk_<id>_<secret>`, its secret of 238 bits.
    """
    name = "".join(secrets.choice(_ID) for _ in range(10))
    return name, f"tk_{name}_{''.join(secrets.choice(_SECRET) for _ in range(40))}"


def id_of(shown: str) -> str | None:
    """Give the id of a key as somebody shows it; None for what is not written as a key."""
    found = _SHAPE.fullmatch(shown)
    return found[1] if found is not None else None


def mark_of(secret: bytes, shown: str) -> bytes:
    """Give what is kept of a key: HMAC-SHA-256 of the whole of it.

    Args:
        secret: The installation's own; whoever has the table and not this can try no key against it.
        shown: The key.

    Returns:
        32 bytes.
    """
    return hmac.digest(secret, shown.encode(), "sha256")


@dataclass(frozen=True, slots=True)
class ApiKey:
    """What is known of a key.

    Attributes:
        key_id: Its id.
        name: Who or what it is for. Two keys of a name may hold at once, so that one can take the place of the other.
        role: What it lets its holder do.
        areas: Codes of the stadsdelsomraden of a coordinator.
        sources: The sources of one who delivers.
        purpose: What an analyst's exact figures are for, where the holder says nothing else.
        mark: See `mark_of`.
        created_at: When it was made.
        expires_at: When it no longer holds.
        revoked_at: When it was taken back; None while it has not been.
    """

    key_id: str
    name: str
    role: Role
    areas: frozenset[str]
    sources: frozenset[SourceId]
    purpose: str | None
    mark: bytes
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None

    def holds(self, at: datetime) -> bool:
        """Tell whether it holds at an instant."""
        return self.revoked_at is None and at < self.expires_at

    def caller(self) -> Caller:
        """Give who shows it."""
        return Caller(f"key:{self.name}", frozenset({Role.PUBLIC, self.role}), self.areas, self.sources, self.key_id, self.purpose)


@dataclass(frozen=True, slots=True)
class Rights:
    """What a person has been given beside the roles: on this server, never in a token.

    Attributes:
        areas: Codes of the stadsdelsomraden that a coordinator has exact figures of.
        sources: The sources that one who delivers may deliver.
    """

    areas: frozenset[str] = frozenset()
    sources: frozenset[SourceId] = frozenset()
