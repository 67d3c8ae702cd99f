"""Signing in on the page: the code flow of OpenID Connect with PKCE, at the installation's own issuer."""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass, field
from time import monotonic, time
from typing import Any

from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from requests import RequestException
from starlette.concurrency import run_in_threadpool

from trygghetskarta.api.noting import Refusals
from trygghetskarta.api.sessions import OnTheWay, Session, Sessions
from trygghetskarta.api.tokens import Tokens
from trygghetskarta.errors import BusyError, UnknownCallerError
from trygghetskarta.settings import Settings

BACK = "/signin/back"
"""Where the issuer sends people back; it must know of the address."""

_HOLDS_SECONDS = 3_600.0
_SECONDS = 4.0
_log = logging.getLogger(__name__)


def _failed(why: str) -> UnknownCallerError:
    """Refuse somebody; why is for the log, and not for them."""
    error = UnknownCallerError("Inloggningen lyckades inte. Börja om.", "Signing in did not succeed. Begin again.")
    error.add_note(why)
    return error


@dataclass(slots=True)
class SigningIn:
    """Sends people to the issuer, and lets those in who come back.

    Attributes:
        settings: Holds who we are to the issuer.
        tokens: Reads the issuer's tokens, those made out to the page.
        sessions: Writes the cookies.
        refusals: Notes whoever is not let in.
    """

    settings: Settings
    tokens: Tokens
    sessions: Sessions
    refusals: Refusals = field(default_factory=Refusals)
    _told: dict[str, str] = field(default_factory=dict)
    _told_at: float = float("-inf")

    async def begin(self, back: str) -> tuple[str, OnTheWay]:
        """Give where to send somebody who wants to sign in, and what is to be known when they come back.

        Raises:
            BusyError: The issuer does not answer.
        """
        verifier, nonce = secrets.token_urlsafe(48), secrets.token_urlsafe(24)
        address = (await self._issuer())["authorization_endpoint"]
        with self._client() as client:
            sent_to, state = client.create_authorization_url(address, code_verifier=verifier, nonce=nonce)
        return sent_to, self.sessions.way(state, nonce, verifier, back)

    async def finish(self, way: OnTheWay, state: str, code: str, fault: str = "") -> Session:
        """Let somebody in who comes back.

        Args:
            way: What was noted when they were sent.
            state: What came back with them.
            code: What the issuer changes for their token.
            fault: What the issuer calls its reason for not letting them in.

        Raises:
            UnknownCallerError: It is not them, or the issuer does not know them.
            BusyError: The issuer does not answer.
        """
        if not secrets.compare_digest(state.encode(), way.state.encode()):
            raise _failed("state")
        if fault:
            raise _failed("issuer")
        if not code:
            raise _failed("no code")
        address = (await self._issuer())["token_endpoint"]
        token = await run_in_threadpool(self._token, address, way, code)
        person = await self.tokens.read(token, nonce=way.nonce)
        if person is None:
            raise _failed("token")
        roles = tuple(sorted(role.value for role in person.roles))
        return Session(person.subject, person.name or person.subject, roles, time(), secrets.token_urlsafe(24))

    async def ending(self) -> str | None:
        """Give where one signs out of the issuer too; None where it does not tell."""
        try:
            return (await self._issuer()).get("end_session_endpoint")
        except BusyError:
            return None

    def _token(self, address: str, way: OnTheWay, code: str) -> str:
        """Change a code for a token."""
        try:
            with self._client() as client:
                found = client.fetch_token(address, code=code, code_verifier=way.verifier, timeout=_SECONDS, allow_redirects=False)
        except AuthlibBaseError as error:
            _log.info("The issuer refuses a code: %s", error.error)
            raise _failed("code") from error
        except (RequestException, ValueError) as error:
            _log.warning("The issuer gives no token: %s", type(error).__qualname__)
            raise _silent() from error
        token = found.get("id_token")
        if not isinstance(token, str):
            raise _failed("no token")
        return token

    def _client(self) -> Any:  # noqa: ANN401 - Authlib gives its clients no types
        secret = self.settings.oidc_client_secret
        return OAuth2Session(
            self.settings.oidc_client_id,
            secret.get_secret_value() if secret is not None else None,
            token_endpoint_auth_method="client_secret_basic" if secret is not None else "none",
            scope=self.settings.oidc_scope,
            redirect_uri=f"{(self.settings.public_url or '').rstrip('/')}{BACK}",
            code_challenge_method="S256",
        )

    async def _issuer(self) -> dict[str, str]:
        """Give what the issuer tells of itself, asked now and then."""
        if monotonic() - self._told_at > _HOLDS_SECONDS:
            told = await run_in_threadpool(self.tokens.keys.configuration)
            if told is None:
                raise _silent()
            self._told, self._told_at = told, monotonic()
        return self._told


def _silent() -> BusyError:
    return BusyError(
        "Inloggningstjänsten svarar inte just nu. Försök igen om en stund.",
        "The identity provider does not answer right now. Try again soon.",
    )


def signing_in_of(settings: Settings, sessions: Sessions) -> SigningIn | None:
    """Give what lets people sign in on the page; None where the installation has no such thing."""
    if settings.oidc_client_id is None:
        return None
    tokens = Tokens.of(settings, (settings.oidc_client_id,))
    return SigningIn(settings, tokens, sessions) if tokens is not None else None
