"""The keys of the issuer of tokens: fetched from where the installation says, and never from where a token points."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPException
from time import monotonic
from typing import IO, Any
from urllib.error import HTTPError, URLError
from urllib.request import HTTPRedirectHandler, Request, build_opener

import orjson
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey, import_key
from starlette.concurrency import run_in_threadpool

from trygghetskarta.errors import BusyError

PublicKey = RSAKey | ECKey | OKPKey

_DISCOVERY = "/.well-known/openid-configuration"
_ADDRESSES = ("authorization_endpoint", "token_endpoint", "end_session_endpoint")
_MOST_BYTES = 500_000
_MOST_KEYS = 50
_LEAST_BITS = 2048
_SECONDS = 4.0
"""How long an answer may take."""
_OLD_SECONDS = 3_600.0
"""When the keys are fetched again, while they are in use."""
_TOO_OLD_SECONDS = 86_400.0
"""How long the keys may be of use while the issuer cannot be asked for new ones."""
_LEAST_SECONDS = 10.0
"""How often at most it is asked, however many unknown keys tokens name."""
_log = logging.getLogger(__name__)


class _NoRedirect(HTTPRedirectHandler):
    """An issuer that sends us elsewhere is not followed: where its keys are is for the installation to say."""

    def redirect_request(self, req: Request, fp: IO[bytes], code: int, msg: str, headers: Any, newurl: str) -> None:  # noqa: ANN401, ARG002 - what urllib calls
        """Follow nothing."""
        return


@dataclass(slots=True)
class IssuerKeys:
    """The issuer's keys by their ids.

    Attributes:
        issuer: The issuer, as its tokens name it.
        url: Where its keys are; None to be told by the issuer.
        least_seconds: How often at most it is asked.
    """

    issuer: str
    url: str | None = None
    least_seconds: float = _LEAST_SECONDS
    _keys: Mapping[str, PublicKey] = field(default_factory=dict)
    _fetched: float = float("-inf")
    _tried: float = float("-inf")
    _fetching: asyncio.Task[None] | None = None

    async def find(self, key_id: str) -> PublicKey | None:
        """Give the key with an id; None where the issuer has none.

        An id that is not known has the keys fetched again, once for all who wait, and not again for a while.

        Raises:
            BusyError: The issuer has not answered for so long that nothing is known of its keys.
        """
        age = monotonic() - self._fetched
        known = self._keys.get(key_id)
        if known is not None and age < _TOO_OLD_SECONDS:
            if age > _OLD_SECONDS:
                self._fetch_unless_just_done()
            return known
        if (task := self._fetch_unless_just_done()) is not None:
            # Whoever leaves meanwhile does not call off what others wait for.
            await asyncio.shield(task)
        if monotonic() - self._fetched > _TOO_OLD_SECONDS:
            raise BusyError(
                "Inloggningstjänsten svarar inte just nu, så det går inte att se vem du är. Försök igen om en stund.",
                "The identity provider does not answer right now, so it cannot be told who you are. Try again soon.",
            )
        return self._keys.get(key_id)

    def _fetch_unless_just_done(self) -> asyncio.Task[None] | None:
        """Give the fetching that is on its way, or a new one; None where it was done just now."""
        if self._fetching is not None and not self._fetching.done():
            return self._fetching
        if monotonic() - self._tried < self.least_seconds:
            return None
        self._tried = monotonic()
        self._fetching = asyncio.get_running_loop().create_task(self._fetch())
        return self._fetching

    async def _fetch(self) -> None:
        try:
            self._keys = await run_in_threadpool(self._read_keys)
            self._fetched = monotonic()
        except (URLError, HTTPException, OSError, ValueError, JoseError) as error:
            # What is known is kept: an issuer out of reach is no reason to turn away those whose tokens it signed.
            _log.warning("The issuer's keys cannot be fetched: %s", type(error).__qualname__)

    def _read_keys(self) -> Mapping[str, PublicKey]:
        url = self.url
        if url is None:
            told = _read(f"{self.issuer.removesuffix('/')}{_DISCOVERY}")
            url = told.get("jwks_uri")
            if told.get("issuer") != self.issuer or not isinstance(url, str) or not self._may_ask(url):
                raise ValueError("the issuer does not tell of itself")
        listed = _read(url).get("keys")
        if not isinstance(listed, list):
            raise ValueError("no list of keys")  # noqa: TRY004 - what came is wrong, not a type here
        found = [key for each in listed[:_MOST_KEYS] if (key := _key(each)) is not None]
        return {str(key.kid): key for key in found}

    def configuration(self) -> dict[str, str] | None:
        """Give the addresses where people sign in and out and codes are changed for tokens, asked of the issuer; None where it does not tell."""
        try:
            told = _read(f"{self.issuer.removesuffix('/')}{_DISCOVERY}")
        except (URLError, HTTPException, OSError, ValueError) as error:
            _log.warning("The issuer does not tell of itself: %s", type(error).__qualname__)
            return None
        found = {name: told[name] for name in _ADDRESSES if isinstance(told.get(name), str) and self._may_ask(told[name])}
        needed = told.get("issuer") == self.issuer and found.keys() >= {"authorization_endpoint", "token_endpoint"}
        return found if needed else None

    def _may_ask(self, url: str) -> bool:
        """Tell whether keys may be fetched from an address that the issuer tells of: over TLS, or on its own machine when it is on this one."""
        return url.startswith("https://") or (
            not self.issuer.startswith("https://") and url.startswith(f"{self.issuer.removesuffix('/')}/")
        )


def _read(url: str) -> dict[str, Any]:
    request = Request(url, headers={"Accept": "application/json"})
    try:
        with build_opener(_NoRedirect).open(request, timeout=_SECONDS) as answer:
            body = answer.read(_MOST_BYTES + 1)
    except HTTPError as error:
        error.close()
        raise
    if len(body) > _MOST_BYTES:
        raise ValueError("too long")
    told = orjson.loads(body)
    if not isinstance(told, dict):
        raise ValueError("not an object")  # noqa: TRY004
    return told


def _key(told: object) -> PublicKey | None:
    """Read one key; None for one that signs nothing that could be taken here."""
    if not isinstance(told, dict) or not isinstance(told.get("kid"), str) or told.get("use", "sig") != "sig":
        return None
    try:
        key = import_key(told)
    except (JoseError, ValueError, TypeError, KeyError):
        return None
    if not isinstance(key, (RSAKey, ECKey, OKPKey)) or key.is_private:
        return None
    return key if not isinstance(key, RSAKey) or key.public_key.key_size >= _LEAST_BITS else None
