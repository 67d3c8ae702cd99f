"""Who is signed in on the page: told by a cookie that only this service can read, write and change.

Nothing is kept on the server: every worker knows everybody, and whoever signs out loses the cookie. One that was stolen cannot be taken back,
which is why it holds for hours and not for weeks. It holds the person's roles; areas and sources are looked up for each request.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from hmac import compare_digest
from time import time
from typing import Any, cast

import orjson
from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from starlette.responses import Response
from starlette.types import Scope

from trygghetskarta.api.auth import Callers, Cookies
from trygghetskarta.api.tokens import Person
from trygghetskarta.domain.audience import Role
from trygghetskarta.domain.callers import Caller
from trygghetskarta.errors import ForbiddenError, UnknownCallerError
from trygghetskarta.settings import Settings

CSRF = b"x-csrf-token"
"""The header that a page of our own shows with what it sends, and that no other page can have a browser send."""

_SESSION, _ON_THE_WAY = "tk-session", "tk-signin"
_READS = frozenset(("GET", "HEAD", "OPTIONS"))
_LONGEST = 4_000
_WAY_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Session:
    """Someone signed in.

    Attributes:
        subject: What the issuer knows them by.
        name: What the page calls them.
        roles: Their roles, as the issuer told them.
        until: When it ends, in seconds since 1970.
        token: What a page of ours shows with whatever it sends.
        purpose: What an analyst says that the exact figures are for; empty while nothing is said.
    """

    subject: str
    name: str
    roles: tuple[str, ...]
    until: int
    token: str
    purpose: str = ""


@dataclass(frozen=True, slots=True)
class OnTheWay:
    """Someone who has been sent to the issuer to sign in.

    Attributes:
        state: What comes back with them.
        nonce: What stands in the token that comes of it.
        verifier: What proves that it was we who sent them (PKCE).
        back: Where on the page they were.
        until: When they are too late.
    """

    state: str
    nonce: str
    verifier: str
    back: str
    until: int


class Sessions:
    """Reads and writes the cookies."""

    def __init__(self, settings: Settings, callers: Callers) -> None:
        """Keep what is needed.

        Args:
            settings: Holds the secret, and how long a session lasts.
            callers: Knows what a person has been given.

        Raises:
            ValueError: There is no secret.
        """
        if settings.session_secret is None:
            raise ValueError("no session secret")
        digest = hashlib.sha256(settings.session_secret.get_secret_value().encode()).digest()
        self._key = OctKey.import_key(digest)
        self._callers = callers
        self._secure = (settings.public_url or "").startswith("https://")
        self.seconds = settings.session_minutes * 60

    async def caller(self, cookies: Cookies, scope: Scope) -> Caller | None:
        """Give who is signed in by the cookies of a request; None where nobody is.

        Raises:
            ForbiddenError: The request would change something, and does not show that a page of ours made it.
        """
        session = self.session(cookies)
        if session is None:
            return None
        if scope["method"] not in _READS:
            shown = next((value for name, value in scope["headers"] if name == CSRF), b"")
            if not compare_digest(shown, session.token.encode()):
                raise ForbiddenError(
                    "Ladda om sidan och försök igen: det gick inte att se att det var den som skickade.",
                    "Reload the page and try again: it could not be told that the page sent this.",
                )
        found = await self._callers.person(Person(session.subject, _roles(session)))
        return Caller(found.subject, found.roles, found.areas, found.sources, purpose=session.purpose or None)

    def session(self, cookies: Cookies) -> Session | None:
        """Give the session of the cookies of a request; None where there is none that holds."""
        told = self._opened(cookies.get(self._name(_SESSION), ""), _SESSION)
        return Session(**{**told, "roles": tuple(told["roles"])}) if told is not None else None

    def on_the_way(self, cookies: Cookies) -> OnTheWay:
        """Give what was noted when somebody was sent to sign in.

        Raises:
            UnknownCallerError: Nobody was, or too long ago.
        """
        told = self._opened(cookies.get(self._name(_ON_THE_WAY), ""), _ON_THE_WAY)
        if told is None:
            raise UnknownCallerError(
                "Inloggningen tog för lång tid eller avbröts. Börja om.", "Signing in took too long or was broken off."
            )
        return OnTheWay(**told)

    def keep(self, answer: Response, session: Session) -> None:
        """Put a session into the cookies of an answer."""
        self._set(answer, _SESSION, asdict(session), session.until)

    def send(self, answer: Response, way: OnTheWay) -> None:
        """Put into the cookies of an answer what is to be known when they come back."""
        self._set(answer, _ON_THE_WAY, asdict(way), way.until)

    def forget(self, answer: Response, *, session: bool) -> None:
        """Take the cookie of the way back, or that of the session, from whoever is answered."""
        name = self._name(_SESSION if session else _ON_THE_WAY)
        answer.delete_cookie(name, path="/", secure=self._secure, httponly=True, samesite="lax")

    def way(self, state: str, nonce: str, verifier: str, back: str) -> OnTheWay:
        """Begin the way to the issuer and back."""
        return OnTheWay(state, nonce, verifier, back, int(time()) + _WAY_SECONDS)

    def _name(self, name: str) -> str:
        # A browser takes a cookie of that name only over TLS, from this very host, and for all of it.
        return f"__Host-{name}" if self._secure else name

    def _set(self, answer: Response, name: str, told: dict[str, Any], until: int) -> None:
        # The name is sealed with the rest: one kind of cookie is never taken for the other.
        sealed = jwe.encrypt_compact({"alg": "dir", "enc": "A256GCM"}, orjson.dumps({**told, "kind": name}), self._key)
        answer.set_cookie(
            self._name(name), sealed, max_age=until - int(time()), path="/", secure=self._secure, httponly=True, samesite="lax"
        )

    def _opened(self, sealed: str, name: str) -> dict[str, Any] | None:
        if not 0 < len(sealed) <= _LONGEST:
            return None
        try:
            plain = jwe.decrypt_compact(sealed, self._key, algorithms=["dir", "A256GCM"]).plaintext or b""
            told = cast("dict[str, Any]", orjson.loads(plain))
        except (JoseError, ValueError):
            return None
        if told.pop("kind", None) != name or told["until"] <= time():
            return None
        return told


def _roles(session: Session) -> frozenset[Role]:
    return frozenset(Role(role) for role in session.roles)
