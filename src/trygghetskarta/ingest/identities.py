"""Make API keys and take them back; give people rights and take those back."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, text

from trygghetskarta.domain.api_keys import ApiKey, mark_of, new_key
from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.audience import Role
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.errors import ConflictError, NotFoundError, bad_parameter
from trygghetskarta.store.audit import Act, note

MOST_DAYS = 400
"""How long a key may hold: a year, and the time it takes to change it for the next."""

_MOST_AT_ONCE = 2
_NAME = re.compile(r"[a-z0-9åäö][a-z0-9åäö._-]{1,59}")
_LOCK = text("LOCK TABLE api_key IN SHARE ROW EXCLUSIVE MODE")
_HOLD = text("SELECT count(*) FROM api_key WHERE name = :name AND revoked_at IS NULL AND expires_at > :at")
_KEEP = text("""
    INSERT INTO api_key (key_id, name, role, areas, sources, purpose, mark, created_at, expires_at)
    VALUES (:key_id, :name, :role, :areas, :sources, :purpose, :mark, :created_at, :expires_at)
""")
_REVOKE = text("UPDATE api_key SET revoked_at = :at WHERE key_id = :key_id AND revoked_at IS NULL")
_KNOWN_AREA = text("SELECT EXISTS (SELECT FROM area WHERE level = :level AND code = :code)").bindparams(
    level=AreaLevel.STADSDELSOMRADE.value
)
_OWN = AreaLevel.STADSDELSOMRADE.told
_GRANT = text("""
    INSERT INTO caller_right (subject, kind, code, granted_at)
    SELECT :subject, :kind, :code, :at
    WHERE NOT EXISTS (SELECT FROM caller_right WHERE subject = :subject AND kind = :kind AND code = :code AND revoked_at IS NULL)
""")
_TAKE_BACK = text("""
    UPDATE caller_right SET revoked_at = :at WHERE subject = :subject AND kind = :kind AND code = :code AND revoked_at IS NULL
""")


@dataclass(frozen=True, slots=True)
class Ordered:
    """A key that somebody asks for.

    Attributes:
        name: Who or what it is for.
        role: What it is to let its holder do.
        days: How long it is to hold.
        areas: Codes of stadsdelsomraden, for a coordinator.
        sources: Sources, for one who delivers.
        purpose: What exact figures are for, for an analyst.
    """

    name: str
    role: Role
    days: int
    areas: tuple[str, ...] = ()
    sources: tuple[SourceId, ...] = ()
    purpose: str | None = None


def create_key(connection: Connection, secret: bytes, ordered: Ordered) -> tuple[ApiKey, str]:
    """Make a key and keep its mark.

    Args:
        connection: Inside a transaction, which the caller commits.
        secret: The installation's own.
        ordered: What is asked for.

    Returns:
        The key as it is kept, and the key itself, which is nowhere else.

    Raises:
        InvalidQuestionError: What is asked for is no key.
        ConflictError: Two keys of the name hold already.
    """
    _refuse(connection, ordered)
    connection.execute(_LOCK)
    now = datetime.now(UTC)
    if connection.execute(_HOLD, {"name": ordered.name, "at": now}).scalar_one() >= _MOST_AT_ONCE:
        raise ConflictError(
            f"Två nycklar med namnet {ordered.name} gäller redan. Dra tillbaka en först.",
            f"Two keys named {ordered.name} hold already. Revoke one first.",
        )
    key_id, whole = new_key()
    kept = ApiKey(
        key_id,
        ordered.name,
        ordered.role,
        frozenset(ordered.areas),
        frozenset(ordered.sources),
        ordered.purpose,
        mark_of(secret, whole),
        now,
        now + timedelta(days=ordered.days),
    )
    connection.execute(
        _KEEP,
        {
            "key_id": kept.key_id,
            "name": kept.name,
            "role": kept.role.value,
            "areas": sorted(kept.areas),
            "sources": sorted(kept.sources),
            "purpose": kept.purpose,
            "mark": kept.mark,
            "created_at": kept.created_at,
            "expires_at": kept.expires_at,
        },
    )
    note(connection, Act.KEY_MADE, {"key": key_id, "name": kept.name, "role": kept.role, "expires": kept.expires_at})
    return kept, whole


def revoke_key(connection: Connection, key_id: str) -> None:
    """Take a key back.

    Raises:
        NotFoundError: There is no such key, or it has been taken back.
    """
    if connection.execute(_REVOKE, {"key_id": key_id, "at": datetime.now(UTC)}).rowcount == 0:
        raise NotFoundError(f"Det finns ingen nyckel {key_id} att dra tillbaka.", f"There is no key {key_id} to revoke.")
    note(connection, Act.KEY_REVOKED, {"key": key_id})


def grant(connection: Connection, subject: str, areas: Iterable[str] = (), sources: Iterable[SourceId] = ()) -> int:
    """Give a person rights.

    Args:
        connection: Inside a transaction, which the caller commits.
        subject: What the issuer of tokens knows the person by.
        areas: Codes of stadsdelsomraden.
        sources: Sources.

    Returns:
        How many of them are new.

    Raises:
        InvalidQuestionError: There is no such stadsdelsomrade.
    """
    asked = tuple(areas)
    _refuse_areas(connection, asked)
    return _change(connection, Act.RIGHT_GIVEN, subject, _codes(asked, sources))


def take_back(connection: Connection, subject: str, areas: Iterable[str] = (), sources: Iterable[SourceId] = ()) -> int:
    """Take rights back from a person; tell how many there were."""
    return _change(connection, Act.RIGHT_TAKEN, subject, _codes(areas, sources))


def _codes(areas: Iterable[str], sources: Iterable[SourceId]) -> list[tuple[str, str]]:
    return [*(("area", code) for code in areas), *(("source", source.value) for source in sources)]


def _change(connection: Connection, act: Act, subject: str, codes: list[tuple[str, str]]) -> int:
    how, now = _GRANT if act is Act.RIGHT_GIVEN else _TAKE_BACK, datetime.now(UTC)
    changed = [
        (kind, code)
        for kind, code in dict.fromkeys(codes)
        if connection.execute(how, {"subject": subject, "kind": kind, "code": code, "at": now}).rowcount
    ]
    if changed:
        note(connection, act, {"subject": subject, "rights": changed})
    return len(changed)


def _refuse(connection: Connection, ordered: Ordered) -> None:
    """Refuse a key that lacks what its role needs, or has what it does not."""
    if _NAME.fullmatch(ordered.name) is None:
        raise bad_parameter(
            "name",
            ordered.name,
            "Namnet är 2–60 tecken: små bokstäver, siffror, punkt, streck.",
            "The name is 2–60 characters: lower-case letters, digits, dots and dashes.",
        )
    if not 1 <= ordered.days <= MOST_DAYS:
        raise bad_parameter("days", str(ordered.days), f"En nyckel gäller 1–{MOST_DAYS} dagar.", f"A key holds for 1–{MOST_DAYS} days.")
    if ordered.role is Role.PUBLIC:
        raise bad_parameter("role", ordered.role, "För det offentliga behövs ingen nyckel.", "What is public needs no key.")
    needs = (
        ("area", Role.COORDINATOR, ordered.areas, "minst ett område", "at least one area"),
        ("source", Role.INGEST, ordered.sources, "minst en källa", "at least one source"),
        ("purpose", Role.ANALYST, ordered.purpose, "ett ändamål", "a purpose"),
    )
    for name, role, given, swedish, english in needs:
        if ordered.role is role and not given:
            raise bad_parameter(
                name, None, f"En nyckel för {role} behöver {swedish}: ange --{name}.", f"A key for {role} needs {english}: give --{name}."
            )
        if given and ordered.role is not role:
            raise bad_parameter(name, None, f"--{name} hör bara till en nyckel för {role}.", f"--{name} goes only with a key for {role}.")
    _refuse_areas(connection, ordered.areas)


def _refuse_areas(connection: Connection, codes: Iterable[str]) -> None:
    for code in codes:
        if not connection.execute(_KNOWN_AREA, {"code": code}).scalar_one():
            raise bad_parameter("area", code, f"Ingen indelning har {_OWN.swedish.a} {code}.", f"No edition has {_OWN.english.a} {code}.")
