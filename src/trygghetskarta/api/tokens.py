"""Bearer tokens: who an issuer says that somebody is."""

from __future__ import annotations

import base64
import logging
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from time import time
from typing import Any

import orjson
from joserfc import jwt
from joserfc.errors import JoseError

from trygghetskarta.api.issuer import IssuerKeys, PublicKey
from trygghetskarta.domain.audience import Role
from trygghetskarta.settings import Settings

_SHAPE = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+", re.ASCII)
_LONGEST = 16_000
_LONGEST_NAME = 200
_LEEWAY_SECONDS = 30
_MOST_SECONDS = 172_800
"""The longest that a token may have left: two days, twice what any issuer we know of gives."""
_TYPES = frozenset(("jwt", "at+jwt", "application/at+jwt"))
# What a header must not have: keys and addresses of the token's own, and what changes how it is to be read.
_REFUSED = frozenset(("jku", "jwk", "x5u", "x5c", "crit", "b64", "zip", "enc"))
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Person:
    """Who a token says that somebody is, before anything that this server knows of them.

    Attributes:
        subject: What the issuer knows them by.
        roles: Their roles.
        name: What they are called; empty where the token does not say.
    """

    subject: str
    roles: frozenset[Role]
    name: str = ""


class _RefusedError(Exception):
    """The token is not one to go by; why is for the log."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """Reads tokens of one issuer.

    Attributes:
        keys: The issuer's keys.
        audience: Those whom a token must be made out to one of.
        algorithms: What it may be signed with.
        subject: The claim that the person is known by.
        roles_claim: The claim that tells the roles, with dots between levels.
        roles: The role that each value of it gives.
    """

    keys: IssuerKeys
    audience: tuple[str, ...]
    algorithms: Collection[str]
    subject: str
    roles_claim: str
    roles: Mapping[str, Role]

    @classmethod
    def of(cls, settings: Settings, audience: tuple[str, ...] | None = None) -> Tokens | None:
        """Give what reads the tokens of the installation's issuer, made out to the API or to others; None where it has none."""
        if settings.oidc_issuer is None:
            return None
        named = settings.oidc_roles or {role.value: role for role in Role if role is not Role.PUBLIC}
        keys = IssuerKeys(settings.oidc_issuer, settings.oidc_keys_url)
        return cls(
            keys, audience or settings.oidc_audience, settings.oidc_algorithms, settings.oidc_subject, settings.oidc_roles_claim, named
        )

    async def read(self, token: str, nonce: str | None = None) -> Person | None:
        """Give who a token says that somebody is; None where it is not one to go by.

        Args:
            token: The token.
            nonce: What it must hold, being the answer to a question of ours; None where it answers none.

        Raises:
            BusyError: The issuer's keys are not known, and it does not answer.
        """
        try:
            header = _header(token)
            algorithm, key_id = self._checked(header)
            key = await self.keys.find(key_id)
            return self._person(self._claims(token, algorithm, key, nonce))
        except _RefusedError as refused:
            _log.info("A token is refused: %s", refused)
            return None

    def _checked(self, header: Mapping[str, Any]) -> tuple[str, str]:
        """Give the algorithm and the key's id of a header that may be gone by."""
        algorithm, key_id, kind = header.get("alg"), header.get("kid"), header.get("typ", "JWT")
        if not isinstance(algorithm, str) or algorithm not in self.algorithms:
            raise _RefusedError("algorithm")
        if not isinstance(key_id, str) or not 0 < len(key_id) <= _LONGEST_NAME:
            raise _RefusedError("key id")
        if not isinstance(kind, str) or kind.lower() not in _TYPES:
            raise _RefusedError("type")
        if not _REFUSED.isdisjoint(header):
            raise _RefusedError("header")
        return algorithm, key_id

    def _claims(self, token: str, algorithm: str, key: PublicKey | None, nonce: str | None) -> Mapping[str, Any]:
        if key is None:
            raise _RefusedError("unknown key")
        if key.alg is not None and key.alg != algorithm:
            raise _RefusedError("another algorithm than the key's")
        registry = jwt.JWTClaimsRegistry(
            leeway=_LEEWAY_SECONDS,
            iss={"essential": True, "value": self.keys.issuer},
            aud={"essential": True, "values": list(self.audience)},
            exp={"essential": True},
        )
        try:
            claims = jwt.decode(token, key, algorithms=[algorithm]).claims
            registry.validate(claims)
        except (JoseError, ValueError, TypeError) as error:
            raise _RefusedError(type(error).__qualname__) from error
        if nonce is not None and claims.get("nonce") != nonce:
            raise _RefusedError("answers another question")
        if not claims["exp"] <= time() + _MOST_SECONDS:
            raise _RefusedError("holds for too long")
        return claims

    def _person(self, claims: Mapping[str, Any]) -> Person:
        subject = claims.get(self.subject)
        if not isinstance(subject, str) or not 0 < len(subject) <= _LONGEST_NAME or not subject.isprintable():
            raise _RefusedError("subject")
        name = claims.get("name")
        called = name if isinstance(name, str) and len(name) <= _LONGEST_NAME and name.isprintable() else ""
        return Person(subject, frozenset({Role.PUBLIC}) | self._roles(claims), called)

    def _roles(self, claims: Mapping[str, Any]) -> frozenset[Role]:
        """Give the roles told of: whatever is not written as it should be gives none."""
        told: Any = claims
        for part in self.roles_claim.split("."):
            told = told.get(part) if isinstance(told, Mapping) else None
        names = [told] if isinstance(told, str) else told if isinstance(told, list) else []
        return frozenset(self.roles[name] for name in names if isinstance(name, str) and name in self.roles)


def _header(token: str) -> Mapping[str, Any]:
    if len(token) > _LONGEST or _SHAPE.fullmatch(token) is None:
        raise _RefusedError("shape")
    part = token.partition(".")[0]
    try:
        header = orjson.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except ValueError as error:
        raise _RefusedError("header") from error
    if not isinstance(header, dict):
        raise _RefusedError("header")
    return header
