"""An OpenID provider on this machine: real keys, real signatures, real sockets. Users sign in without being asked for a password.

It speaks the code flow with PKCE (RFC 7636) and signs tokens as Entra ID does or as any provider does. A test can change its keys, stop it from
answering, and count what it was asked.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode

import uvicorn
from joserfc import jwt
from joserfc.jwk import ECKey, KeyParameters, KeySet, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

TENANT = "9f1b6e1a-0000-4000-8000-5d0c1e5a7e11"
CLIENT = "trygghetskarta-webb"
AUDIENCE = "api://trygghetskarta"
LASTS = 600
_SLACK = 5

Claims = Mapping[str, Any]
PrivateKey = RSAKey | ECKey


def new_key(algorithm: str = "RS256") -> PrivateKey:
    """Make a signing key with an id of its own, for an algorithm."""
    parameters: KeyParameters = {"kid": secrets.token_urlsafe(8), "use": "sig", "alg": algorithm}
    return ECKey.generate_key("P-256", parameters) if algorithm.startswith("ES") else RSAKey.generate_key(2048, parameters)


@dataclass
class _Granted:
    """What a code may be changed for."""

    user: str
    redirect_uri: str
    challenge: str
    client: str
    nonce: str | None


@dataclass
class Provider:
    """The provider, and what a test may do with it.

    Attributes:
        base: Its address, without the path of the issuer.
        path: The path of the issuer.
        users: Claims of each user, by login.
        at_keyboard: Who signs in next, when the address of /authorize does not say (login_hint); None for someone who gives up.
        keys: Its signing keys; the last one signs.
        secret: What the client must show at /token beside its id; None for a public client.
        down: Whether it answers everything with 503.
        hang: How many seconds each answer is kept waiting.
        asked: How often each of its addresses has been asked.
    """

    base: str
    path: str
    users: dict[str, dict[str, Any]]
    at_keyboard: str | None = None
    keys: list[PrivateKey] = field(default_factory=lambda: [new_key()])
    secret: str | None = None
    down: bool = False
    hang: float = 0.0
    asked: Counter[str] = field(default_factory=Counter)
    _codes: dict[str, _Granted] = field(default_factory=dict)

    @property
    def issuer(self) -> str:
        """The issuer, as tokens name it."""
        return f"{self.base}{self.path}"

    def rotate(self, algorithm: str = "RS256", keep_old: bool = True) -> PrivateKey:
        """Sign with a new key from now on; the old ones are published still, or not."""
        made = new_key(algorithm)
        self.keys = [*self.keys, made] if keep_old else [made]
        return made

    def claims(self, user: str, audience: str | list[str] = AUDIENCE, **changed: object) -> dict[str, Any]:
        """Give the claims of a token of a user; one changed to None is left out."""
        now = int(time.time())
        whole = {
            "iss": self.issuer, "aud": audience, "iat": now, "nbf": now - _SLACK, "exp": now + LASTS, "jti": secrets.token_hex(8),
            **self.users[user],
            **changed,
        }  # fmt: skip
        return {name: value for name, value in whole.items() if value is not None}

    def sign(self, claims: Claims, key: PrivateKey | None = None, **header: object) -> str:
        """Sign claims, with the newest key unless another is given; members of the header may be changed, or left out with None."""
        signer = key or self.keys[-1]
        whole = {"typ": "JWT", "alg": signer.alg or "RS256", "kid": signer.kid, **header}
        told = {name: value for name, value in whole.items() if value is not None}
        return jwt.encode(told, dict(claims), signer, algorithms=[str(told["alg"])])

    def token(self, user: str, **changed: object) -> str:
        """Give an access token of a user for the API."""
        return self.sign(self.claims(user, **changed))  # type: ignore[arg-type] # audience is one of those that may be changed

    def app(self) -> Starlette:
        """Give what answers."""
        ways = {
            "/.well-known/openid-configuration": self._configuration,
            "/jwks": self._jwks,
            "/authorize": self._authorize,
            "/userinfo": self._userinfo,
            "/logout": self._logout,
        }
        routes = [Route(f"{self.path}{path}", self._met(path, answer)) for path, answer in ways.items()]
        return Starlette(routes=[*routes, Route(f"{self.path}/token", self._token, methods=["POST"])])

    def _met(self, path: str, answer: Any) -> Any:  # noqa: ANN401 - Starlette's own type of an endpoint
        def met(request: Request) -> Response:
            self.asked[path] += 1
            time.sleep(self.hang)
            return PlainTextResponse("down", 503) if self.down else answer(request)

        return met

    def _configuration(self, _: Request) -> Response:
        return JSONResponse(
            {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "userinfo_endpoint": f"{self.issuer}/userinfo",
                "end_session_endpoint": f"{self.issuer}/logout",
                "jwks_uri": f"{self.issuer}/jwks",
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256", "ES256"],
                "code_challenge_methods_supported": ["S256"],
                "scopes_supported": ["openid", "profile", "email"],
            }
        )

    def _jwks(self, _: Request) -> Response:
        return JSONResponse(KeySet(list(self.keys)).as_dict(private=False))

    def _authorize(self, request: Request) -> Response:
        asked = request.query_params
        back = {"state": asked["state"]} if "state" in asked else {}
        if asked.get("response_type") != "code" or asked.get("client_id") != CLIENT or "redirect_uri" not in asked:
            return PlainTextResponse("invalid_request", 400)
        user = asked.get("login_hint", self.at_keyboard)
        if user not in self.users:
            return RedirectResponse(f"{asked['redirect_uri']}?{urlencode({'error': 'access_denied', **back})}", 302)
        if asked.get("code_challenge_method") != "S256" or not asked.get("code_challenge"):
            return RedirectResponse(f"{asked['redirect_uri']}?{urlencode({'error': 'invalid_request', **back})}", 302)
        code = secrets.token_urlsafe(24)
        self._codes[code] = _Granted(user, asked["redirect_uri"], asked["code_challenge"], CLIENT, asked.get("nonce"))
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode({'code': code, **back})}", 302)

    async def _token(self, request: Request) -> Response:
        self.asked["/token"] += 1
        if self.down:
            return PlainTextResponse("down", 503)
        form = dict(parse_qsl((await request.body()).decode()))
        client, secret = _client_of(request, form)
        granted = self._codes.pop(form.get("code", ""), None)
        if client != CLIENT or (self.secret is not None and secret != self.secret):
            return JSONResponse({"error": "invalid_client"}, 401)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        shown = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        right = granted is not None and shown == granted.challenge and form.get("redirect_uri") == granted.redirect_uri
        if granted is None or not right or form.get("grant_type") != "authorization_code":
            return JSONResponse({"error": "invalid_grant"}, 400)
        identity = self.claims(granted.user, audience=CLIENT, nonce=granted.nonce)
        return JSONResponse(
            {
                "token_type": "Bearer",
                "expires_in": LASTS,
                "access_token": self.token(granted.user),
                "id_token": self.sign(identity),
                "scope": "openid profile email",
            },
            headers={"Cache-Control": "no-store"},
        )

    def _userinfo(self, request: Request) -> Response:
        shown = request.headers.get("authorization", "").removeprefix("Bearer ")
        try:
            read = jwt.decode(shown, KeySet(list(self.keys)), algorithms=["RS256", "ES256"])
        except ValueError:
            return PlainTextResponse("invalid_token", 401)
        return JSONResponse({name: value for name, value in read.claims.items() if name not in ("iat", "exp", "nbf", "jti")})

    def _logout(self, request: Request) -> Response:
        back = request.query_params.get("post_logout_redirect_uri")
        return RedirectResponse(back, 302) if back is not None else PlainTextResponse("signed out")


def _client_of(request: Request, form: dict[str, str]) -> tuple[str | None, str | None]:
    """Give the client's id and secret, from the header or the form."""
    header = request.headers.get("authorization", "")
    if header.startswith("Basic "):
        client, _, secret = base64.b64decode(header[6:]).decode().partition(":")
        return client, secret
    return form.get("client_id"), form.get("client_secret")


def entra_user(login: str, *roles: str) -> dict[str, Any]:
    """Give the claims that Entra ID tells of a user: app roles in `roles`, the person in `oid`."""
    number = hashlib.sha256(login.encode()).hexdigest()
    return {
        "sub": number[:43],
        "oid": f"{number[:8]}-{number[8:12]}-4000-8000-{number[12:24]}",
        "tid": TENANT,
        "ver": "2.0",
        "azp": CLIENT,
        "name": login.title(),
        "preferred_username": f"{login}@stockholm.example",
        "roles": list(roles),
    }


def generic_user(login: str, *roles: str) -> dict[str, Any]:
    """Give the claims that a provider like Keycloak tells of a user: roles of the realm in `realm_access.roles`."""
    return {"sub": f"u-{login}", "name": login.title(), "email": f"{login}@stockholm.example", "realm_access": {"roles": list(roles)}}


@contextmanager
def provider(users: Mapping[str, dict[str, Any]], path: str = "", secret: str | None = None) -> Iterator[Provider]:
    """Run a provider on a free port of this machine.

    Args:
        users: Claims of each user, by login (`entra_user`, `generic_user`).
        path: The path of the issuer, as `/tenant/v2.0`.
        secret: The client's secret, where it has one.

    Yields:
        The provider, which answers.
    """
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    made = Provider(f"http://127.0.0.1:{listening.getsockname()[1]}", path, dict(users), secret=secret)
    running = uvicorn.Server(uvicorn.Config(made.app(), log_level="error"))
    thread = threading.Thread(target=running.run, kwargs={"sockets": [listening]})
    thread.start()
    while not running.started:
        if not thread.is_alive():
            raise RuntimeError("the provider did not start")
        time.sleep(0.02)
    try:
        yield made
    finally:
        running.should_exit = True
        thread.join(timeout=20)
        listening.close()
