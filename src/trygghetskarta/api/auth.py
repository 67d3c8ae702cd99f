"""Who asks: settled once for each request, from its headers, before it is routed and before anything of its body is read.

Whoever shows nothing is whom the service was started for, and costs nothing: such a request is only looked at for headers that it does not have.
Whoever shows something that is not right is refused, and is never taken for nobody.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from hmac import compare_digest
from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Receive, Scope, Send

from trygghetskarta.api.keyring import Keyring
from trygghetskarta.api.problems import problem_of
from trygghetskarta.domain.audience import Role
from trygghetskarta.domain.callers import NOBODY, Caller
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.errors import BusyError, InvalidQuestionError, TrygghetskartaError, UnknownCallerError, bad_parameter
from trygghetskarta.settings import Settings
from trygghetskarta.store.audit import acting_as

if TYPE_CHECKING:
    from trygghetskarta.api.tokens import Person, Tokens

CALLER = "trygghetskarta.caller"
"""Where a request's scope holds who asks, where that is somebody."""

Cookies = dict[str, str]
SessionOf = Callable[[Cookies, Scope], Awaitable[Caller | None]]
"""Gives who is signed in by the cookies of a request; None where nobody is."""

_KEY, _TOKEN, _COOKIE, _PURPOSE = b"x-api-key", b"authorization", b"cookie", b"x-purpose"
_SHOWN = frozenset((_KEY, _TOKEN, _COOKIE))
_BEARER = "bearer "
_LONGEST_PURPOSE = 200
_NO_DATABASE = BusyError(
    "Databasen svarar inte just nu, så det går inte att se vem du är. Försök igen om en stund.",
    "The database does not answer right now, so it cannot be told who you are. Try again soon.",
)


def _unknown_key() -> UnknownCallerError:
    return UnknownCallerError(
        "Nyckeln i X-API-Key är fel eller gäller inte längre.", "The key in X-API-Key is wrong, or no longer holds."
    )  # fmt: skip


def _unknown_token() -> UnknownCallerError:
    return UnknownCallerError(
        "Biljetten i Authorization är fel eller gäller inte längre.", "The token in Authorization is wrong, or no longer holds."
    )


def _installation_key() -> Caller:
    """Give who shows the key of the installation itself: the one that delivers, approves and keeps the register of measures."""
    return Caller("key:delivery-key", frozenset({Role.PUBLIC, Role.INGEST, Role.ADMIN}), sources=frozenset(SourceId), key="delivery-key")


@dataclass(slots=True)
class Callers:
    """Knows who asks.

    Attributes:
        default: Who asks when nothing is shown.
        delivery_key: The key of the installation, if it has one.
        keyring: The keys that there are; None where keys and people's rights cannot be read.
        tokens: What reads tokens; None where nobody can sign in.
        session: What knows the cookies of those signed in; None where there is no signing in by cookies.
    """

    default: Caller = NOBODY
    delivery_key: bytes | None = None
    keyring: Keyring | None = None
    tokens: Tokens | None = None
    session: SessionOf | None = None

    async def of(self, scope: Scope) -> Caller | None:
        """Give who asks; None where nothing is shown.

        Args:
            scope: The request's.

        Raises:
            UnknownCallerError: Something is shown that is not right, or more than one thing.
            BusyError: It cannot be told just now.
            InvalidQuestionError: The purpose is none.
        """
        shown = [(name, value) for name, value in scope["headers"] if name in _SHOWN]
        if not shown:
            return None
        proofs = [(name, value) for name, value in shown if name != _COOKIE]
        if len(proofs) > 1:
            raise UnknownCallerError("Visa en nyckel eller en biljett, inte flera.", "Show one key or one token, not several.")
        if proofs:
            name, value = proofs[0]
            caller = await (self._by_key(value) if name == _KEY else self._by_token(value))
        else:
            found = await self._by_cookies(shown, scope)
            if found is None:
                return None
            caller = found
        caller = _with_purpose(caller, scope)
        return self.default.beside(caller) if self.default.on_own_machine else caller

    async def person(self, person: Person) -> Caller:
        """Give who a person is here: the roles are the issuer's to give, areas and sources are not."""
        rights = await self.keyring.rights(person.subject) if self.keyring is not None else None
        caller = Caller(person.subject, person.roles)
        return caller if rights is None else replace(caller, areas=rights.areas, sources=rights.sources)

    async def _by_key(self, value: bytes) -> Caller:
        if self.delivery_key is not None and compare_digest(value, self.delivery_key):
            return _installation_key()
        found = await self.keyring.find(value.decode("latin-1")) if self.keyring is not None else None
        if found is None:
            raise _unknown_key()
        return found

    async def _by_token(self, value: bytes) -> Caller:
        told = value.decode("latin-1")
        if self.tokens is None or told[: len(_BEARER)].lower() != _BEARER:
            raise _unknown_token()
        person = await self.tokens.read(told[len(_BEARER) :].strip(" "))
        if person is None:
            raise _unknown_token()
        return await self.person(person)

    async def _by_cookies(self, shown: list[tuple[bytes, bytes]], scope: Scope) -> Caller | None:
        if self.session is None:
            return None
        return await self.session(cookie_parser("; ".join(value.decode("latin-1") for _, value in shown)), scope)


def callers_of(settings: Settings, default: Caller, keyring: Keyring | None) -> Callers:
    """Give what knows who asks an installation.

    Args:
        settings: What it chose.
        default: Who asks when nothing is shown.
        keyring: The keys and people's rights, where they can be read.
    """
    tokens = None
    if settings.oidc_issuer is not None:
        # Cryptography is loaded only where somebody can sign in.
        from trygghetskarta.api.tokens import Tokens

        tokens = Tokens.of(settings)
    key = settings.delivery_key.get_secret_value().encode() if settings.delivery_key is not None else None
    return Callers(default, key, keyring, tokens)


def read_purpose(told: bytes) -> str:
    """Read a purpose as a header carries it: UTF-8, or Latin-1 as browsers write.

    Raises:
        InvalidQuestionError: It is empty, too long, or not text on one line.
    """
    try:
        purpose = told.decode()
    except UnicodeDecodeError:
        purpose = told.decode("latin-1")
    purpose = " ".join(purpose.split())
    if not 0 < len(purpose) <= _LONGEST_PURPOSE or not purpose.isprintable():
        swedish, english = (
            f"Ändamålet skrivs med 1–{_LONGEST_PURPOSE} tecken på en rad.",
            f"A purpose is 1–{_LONGEST_PURPOSE} characters on a line.",
        )
        raise bad_parameter("X-Purpose", None, swedish, english)
    return purpose


def _with_purpose(caller: Caller, scope: Scope) -> Caller:
    told = [value for name, value in scope["headers"] if name == _PURPOSE]
    if not told:
        return caller
    if len(told) > 1:
        raise InvalidQuestionError("Ändamålet står flera gånger i X-Purpose.", "X-Purpose is given several times.")
    return replace(caller, purpose=read_purpose(told[0]))


@dataclass(frozen=True, slots=True)
class Identify:
    """Wraps an app: settles who asks, or refuses.

    Attributes:
        app: What answers.
        callers: Knows who asks.
    """

    app: ASGIApp
    callers: Callers = field(default_factory=Callers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer whoever it is, or refuse whoever cannot be known."""
        if scope["type"] == "http":
            try:
                caller = await self.callers.of(scope)
            except SQLAlchemyError:
                await problem_of(_NO_DATABASE, scope["path"])(scope, receive, send)
                return
            except TrygghetskartaError as error:
                await problem_of(error, scope["path"])(scope, receive, send)
                return
            if caller is not None:
                scope = {**scope, CALLER: caller}
                if caller.subject:
                    with acting_as(caller.subject):
                        await self.app(scope, receive, send)
                    return
        await self.app(scope, receive, send)
