"""What is shown and is not right: refused, whatever it is, before anything of the body is read."""

from __future__ import annotations

import base64
import hashlib
import hmac
import math
import socket
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, ClassVar

import httpx
import orjson
import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey
from sqlalchemy import text

from tests.identity.conftest import DELIVERY_KEY, ORDERED, SECRET, Office
from tests.oidc_provider import AUDIENCE, PrivateKey, new_key
from trygghetskarta.api.auth import read_purpose
from trygghetskarta.domain.api_keys import new_key as new_api_key
from trygghetskarta.domain.audience import Role
from trygghetskarta.errors import ConflictError, InvalidQuestionError, NotFoundError
from trygghetskarta.ingest.identities import Ordered, create_key, grant, revoke_key, take_back
from trygghetskarta.queries.identities import list_keys, list_rights

Header = tuple[bytes, bytes]
Made = Callable[[Office], list[Header]]


def part(told: object) -> str:
    """Give a part of a token."""
    written = told if isinstance(told, bytes) else orjson.dumps(told)
    return base64.urlsafe_b64encode(written).rstrip(b"=").decode()


def bearer(make: Callable[[Office], str]) -> Made:
    """Give the header of a token that is made by hand."""
    return lambda office: [(b"Authorization", f"Bearer {make(office)}".encode())]


def claims(**changed: object) -> Made:
    """Give a token that is signed as it should be, of an analyst, with other claims."""
    return bearer(lambda office: office.provider.token("analyst", **changed))


def header(key: Callable[[], PrivateKey] | None = None, **changed: object) -> Made:
    """Give a token with another header, or of another key that calls itself the issuer's."""

    def make(office: Office) -> str:
        real = office.provider.keys[-1]
        told = {"kid": real.kid, **changed}
        return office.provider.sign(office.provider.claims("analyst"), key() if key is not None else None, **told)

    return bearer(make)


def by_hand(told: dict[str, Any], sign: Callable[[Office, bytes], bytes]) -> Made:
    """Give a token of an analyst with a header and a signature of one's own."""

    def make(office: Office) -> str:
        whole = {"kid": office.provider.keys[-1].kid, "typ": "JWT", **told}
        signed = f"{part(whole)}.{part(office.provider.claims('analyst'))}"
        return f"{signed}.{part(sign(office, signed.encode()))}"

    return bearer(make)


def hmac_of_public_key(office: Office, signed: bytes) -> bytes:
    """Sign with the issuer's public key as if it were a secret."""
    return hmac.digest(office.provider.keys[-1].as_pem(private=False), signed, "sha256")


def altered(change: Callable[[list[str]], list[str]]) -> Made:
    """Give a right token with its parts changed."""
    return bearer(lambda office: ".".join(change(office.provider.token("analyst").split("."))))


def raw(payload: bytes) -> Made:
    """Give a token, signed as it should be, of something that is not claims."""

    def make(office: Office) -> str:
        from joserfc import jws

        key = office.provider.keys[-1]
        return jws.serialize_compact({"alg": "RS256", "kid": str(key.kid), "typ": "JWT"}, payload, key)

    return bearer(make)


def key_header(make: Callable[[Office], str]) -> Made:
    """Give the header of a key."""
    return lambda office: [(b"X-API-Key", make(office).encode("latin-1"))]


def kept_elsewhere(office: Office, secret: str = SECRET, days: int = 30, gone: str | None = None) -> str:
    """Make a key, and have it expire or be revoked."""
    with office.engine.begin() as connection:
        name = f"prov-{hashlib.sha256(f'{secret}{days}{gone}{time.time_ns()}'.encode()).hexdigest()[:8]}"
        kept, whole = create_key(connection, secret.encode(), Ordered(name, Role.ADMIN, days))
        if gone == "revoked":
            revoke_key(connection, kept.key_id)
        if gone == "expired":
            connection.execute(
                text(
                    "UPDATE api_key SET created_at = now() - interval '2 days', expires_at = now() - interval '1 second' WHERE key_id = :id"
                ),
                {"id": kept.key_id},
            )
    return whole


YEARS = 10 * 365 * 86_400
EMBEDDED = RSAKey.generate_key(2048, {"kid": "mine"})
THIEF = "http://127.0.0.1:{port}/jwks"

BAD: dict[str, Made] = {
    "no token": lambda _: [(b"Authorization", b"")],
    "the word alone": lambda _: [(b"Authorization", b"Bearer")],
    "another scheme": lambda _: [(b"Authorization", b"Basic YW5hbHlzdDphbmFseXN0")],
    "not a token": bearer(lambda _: "abc"),
    "two parts": altered(lambda parts: parts[:2]),
    "four parts": altered(lambda parts: [*parts, parts[2]]),
    "five parts, as if encrypted": altered(lambda parts: [*parts, parts[2], parts[2]]),
    "no signature": altered(lambda parts: [parts[0], parts[1], ""]),
    "half a signature": altered(lambda parts: [parts[0], parts[1], parts[2][:100]]),
    "another's signature": altered(lambda parts: [parts[0], parts[1], part(bytes(256))]),
    "another's claims": altered(lambda parts: [parts[0], part({"sub": "x", "exp": 9_999_999_999}), parts[2]]),
    "padded": altered(lambda parts: [f"{parts[0]}=", f"{parts[1]}=", parts[2]]),
    "twice": lambda office: [(b"Authorization", f"Bearer {office.provider.token('analyst')}".encode())] * 2,
    "very long": bearer(lambda office: office.provider.token("analyst", name="x" * 20_000)),
    "a header that is no JSON": altered(lambda parts: [part(b"{"), parts[1], parts[2]]),
    "a header that is a list": altered(lambda parts: [part([]), parts[1], parts[2]]),
    "claims that are no JSON": raw(b"analyst"),
    "claims that are a list": raw(b"[]"),
    "algorithm none": by_hand({"alg": "none"}, lambda *_: b""),
    "algorithm None": by_hand({"alg": "None"}, lambda *_: b""),
    "algorithm null": by_hand({"alg": None}, lambda *_: b""),
    "the public key as a secret": by_hand({"alg": "HS256"}, hmac_of_public_key),
    "a guessed secret": by_hand({"alg": "HS256"}, lambda _, signed: hmac.digest(b"secret", signed, "sha256")),
    "a list of algorithms": by_hand({"alg": ["RS256"]}, lambda *_: b"x"),
    "an algorithm that is not allowed": bearer(
        lambda office: jwt.encode(
            {"alg": "RS512", "kid": str(office.provider.keys[-1].kid)},
            office.provider.claims("analyst"),
            RSAKey.import_key(office.provider.keys[-1].as_dict(private=True) | {"alg": "RS512"}),
            algorithms=["RS512"],
        )
    ),
    "another algorithm than the key's": header(lambda: new_key("ES256"), alg="ES256"),
    "another's key under the issuer's id": header(new_key),
    "an unknown key": header(kid="okänd"),
    "no key id": header(kid=None),
    "an empty key id": by_hand({"alg": "RS256", "kid": ""}, lambda *_: b"x"),
    "a number for key id": by_hand({"alg": "RS256", "kid": 1}, lambda *_: b"x"),
    "a file for key id": header(kid="../../../../dev/null"),
    "a statement for key id": header(kid="' OR 1=1 --"),
    "a very long key id": header(kid="k" * 1_000),
    "a key of its own": bearer(
        lambda office: office.provider.sign(office.provider.claims("analyst"), EMBEDDED, jwk=EMBEDDED.as_dict(private=False))
    ),
    "an address of its own": header(jku=THIEF),
    "a certificate's address of its own": header(x5u=THIEF),
    "a certificate of its own": header(x5c=["MIIB"]),
    "a critical extension": by_hand({"alg": "RS256", "crit": ["exp"], "exp": 1}, lambda *_: b"x"),
    "another kind of token": header(typ="dpop+jwt"),
    "another issuer": claims(iss="https://login.example.com"),
    "the issuer with a slash": bearer(lambda office: office.provider.token("analyst", iss=f"{office.provider.issuer}/")),
    "no issuer": claims(iss=None),
    "another audience": claims(audience="api://annan"),
    "another audience among none of ours": claims(audience=["a", "b"]),
    "no audience": claims(audience=None),
    "an empty audience": claims(audience=[]),
    "part of the audience": claims(audience=AUDIENCE[:-1]),
    "expired": claims(exp=int(time.time()) - 60),
    "expired long since": claims(exp=0),
    "no expiry": claims(exp=None),
    "a text for expiry": claims(exp="2099-01-01"),
    "true for expiry": claims(exp=True),
    "an expiry ten years off": claims(exp=int(time.time()) + YEARS),
    "an endless expiry": claims(exp=math.inf),
    "not yet valid": claims(nbf=int(time.time()) + 86_400),
    "issued tomorrow": claims(iat=int(time.time()) + 86_400),
    "nobody": claims(oid=None),
    "an empty subject": claims(oid=""),
    "a number for subject": claims(oid=17),
    "a subject of two lines": claims(oid="anna\nadmin"),
    "a very long subject": claims(oid="a" * 500),
    "no key": key_header(lambda _: ""),
    "a guessed key": key_header(lambda _: "fel"),
    "a key that was never made": key_header(lambda _: new_api_key()[1]),
    "a key without its last letter": key_header(lambda office: office.keys["admin"][:-1]),
    "a key with one letter more": key_header(lambda office: f"{office.keys['admin']}x"),
    "a key in capitals": key_header(lambda office: office.keys["admin"].upper()),
    "another secret under a right id": key_header(lambda office: office.keys["admin"][:14] + new_api_key()[1][14:]),
    "a right secret under another id": key_header(lambda office: office.keys["ingest"][:14] + office.keys["admin"][14:]),
    "a key marked with another secret": key_header(lambda office: kept_elsewhere(office, secret="z" * 40)),
    "a key that has expired": key_header(lambda office: kept_elsewhere(office, gone="expired")),
    "a key that was revoked": key_header(lambda office: kept_elsewhere(office, gone="revoked")),
    "a mark for a key": key_header(lambda _: hashlib.sha256(b"x").hexdigest()),
    "the installation's key without its end": key_header(lambda _: DELIVERY_KEY[:-1]),
    "a key of other letters": key_header(lambda _: "å" * 54),
    "a key as a token": lambda office: [(b"Authorization", f"Bearer {office.keys['admin']}".encode())],
    "a token as a key": key_header(lambda office: office.provider.token("admin")),
    "two keys": lambda office: [(b"X-API-Key", office.keys[role].encode()) for role in ("admin", "ingest")],
    "a key and a token": lambda office: [
        (b"X-API-Key", office.keys["admin"].encode()),
        (b"Authorization", f"Bearer {office.provider.token('admin')}".encode()),
    ],
}


class Thief(BaseHTTPRequestHandler):
    """Answers with keys of its own, and remembers who asked."""

    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.send_response(404)
        self.end_headers()


@pytest.fixture(scope="module")
def thief() -> Iterator[HTTPServer]:
    """Give a server that a token points at."""
    server = HTTPServer(("127.0.0.1", 0), Thief)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def answered(address: str, headers: list[Header], path: str = "/v1/deliveries?source=brander") -> httpx.Response:
    """Say that a large body comes, send nothing of it, and read the answer."""
    url = httpx.URL(address)
    with socket.create_connection((url.host, url.port or 80), timeout=30) as opened:
        lines = [b"POST " + path.encode() + b" HTTP/1.1", b"Host: 127.0.0.1", b"Content-Length: 400000000"]
        opened.sendall(b"\r\n".join([*lines, *(name + b": " + value for name, value in headers), b"", b""]))
        told = b""
        while more := opened.recv(65_536):
            told += more
    head, _, body = told.partition(b"\r\n\r\n")
    status, *fields = head.decode("latin-1").split("\r\n")
    named = [(name, value) for name, _, value in (field.partition(": ") for field in fields)]
    return httpx.Response(int(status.split()[1]), headers=named, content=body)


def test_there_are_more_than_forty_ways_to_be_wrong() -> None:
    assert len(BAD) >= 40


@pytest.mark.parametrize("made", BAD.values(), ids=BAD.keys())
def test_what_is_not_right_is_refused_before_anything_of_the_body_is_read(
    service: str, office: Office, thief: HTTPServer, made: Made
) -> None:
    shown = [(name, value.replace(b"{port}", str(thief.server_port).encode())) for name, value in made(office)]
    refused = answered(service, shown)
    assert refused.status_code == 401, refused.text
    assert refused.headers["connection"] == "close"
    assert refused.headers["cache-control"] == "no-store"
    assert "Bearer" in refused.headers["www-authenticate"]
    assert refused.headers["content-type"] == "application/problem+json"
    for _, value in shown:
        assert len(value) < 8 or value.decode("latin-1") not in refused.text
    # It is refused where anyone is answered, too: whoever shows something wrong is not taken for nobody.
    url = httpx.URL(f"{service}/v1/areas?level=stad")
    raw_headers = [(name, value) for name, value in shown]
    assert httpx.get(url, headers=httpx.Headers(raw_headers)).status_code == 401
    assert not Thief.asked


def test_a_key_in_the_address_is_no_key(service: str, office: Office) -> None:
    assert answered(service, [], f"/v1/deliveries?source=brander&X-API-Key={office.keys['ingest']}").status_code == 401
    assert httpx.get(f"{service}/v1/areas?X-API-Key={office.keys['ingest']}").status_code == 400


def test_the_right_ones_are_let_in(service: str, office: Office) -> None:
    for shown in (office.by_key("ingest"), office.by_token("ingest"), {"X-API-Key": DELIVERY_KEY}):
        let_in = httpx.post(f"{service}/v1/deliveries?source=brander", headers=shown, content=b"nothing", timeout=60)
        assert let_in.status_code == 422, let_in.text
    named = {"Authorization": f"bearer {office.provider.token('ingest', audience=['andra', AUDIENCE])}"}
    assert httpx.get(f"{service}/v1/deliveries", headers=named).status_code == 200


def test_whoever_delivers_one_source_delivers_no_other_and_is_told_before_the_body_is_read(service: str, office: Office) -> None:
    for shown in (office.by_key("ingest"), office.by_token("ingest")):
        headers = [(name.encode(), value.encode()) for name, value in shown.items()]
        assert answered(service, headers, "/v1/deliveries?source=skjutningar").status_code == 403


def test_roles_that_are_not_told_as_they_should_be_are_none(service: str, office: Office) -> None:
    for told in ("ingest admin", {"ingest": True}, [["ingest"]], [17], True, "INGEST", None, ["public"], []):
        shown = {"Authorization": f"Bearer {office.provider.token('ingest', roles=told)}"}
        assert httpx.get(f"{service}/v1/deliveries", headers=shown).status_code == 403, told
    shown = {"Authorization": f"Bearer {office.provider.token('ingest', roles='ingest')}"}
    assert httpx.get(f"{service}/v1/deliveries", headers=shown).status_code == 200


def test_where_nobody_can_sign_in_a_token_is_refused_and_a_key_of_the_table_too(office: Office) -> None:
    from tests.conftest import serving
    from trygghetskarta.domain.audience import Audience

    with serving(office.engine, Audience.PUBLIC, office.chosen(oidc_issuer=None, key_secret=None)) as plain:
        for shown in (office.by_key("admin"), office.by_token("admin")):
            assert httpx.get(f"{plain}/v1/deliveries", headers=shown).status_code == 401
        assert httpx.get(f"{plain}/v1/deliveries", headers={"X-API-Key": DELIVERY_KEY}).status_code == 200


def test_a_key_is_kept_as_a_mark_alone_and_two_of_a_name_hold_at_once(office: Office) -> None:
    with office.engine.begin() as connection:
        ordered = Ordered("byts-ut", Role.AUDITOR, 30)
        (first, shown), (second, _) = (create_key(connection, SECRET.encode(), ordered) for _ in range(2))
        with pytest.raises(ConflictError):
            create_key(connection, SECRET.encode(), ordered)
        revoke_key(connection, first.key_id)
        with pytest.raises(NotFoundError):
            revoke_key(connection, first.key_id)
        create_key(connection, SECRET.encode(), ordered)
        live = [key.key_id for key in list_keys(connection, live_only=True) if key.name == "byts-ut"]
        assert first.key_id not in live
        assert second.key_id in live
        assert len(live) == 2
        secret = shown.rsplit("_", 1)[1]
        stored = connection.execute(text("SELECT string_agg(api_key::text, '') FROM api_key")).scalar_one()
        assert first.key_id in stored
        assert secret not in stored
        assert shown.encode().hex() not in stored


@pytest.mark.parametrize(
    "ordered",
    [
        Ordered("Namn Med Blanksteg", Role.ADMIN, 30),
        Ordered("för-alltid", Role.ADMIN, 4_000),
        Ordered("noll", Role.ADMIN, 0),
        Ordered("offentlig", Role.PUBLIC, 30),
        Ordered("utan-område", Role.COORDINATOR, 30),
        Ordered("okänt-område", Role.COORDINATOR, 30, areas=("atlantis",)),
        Ordered("fel-nivå", Role.COORDINATOR, 30, areas=("rinkeby",)),
        Ordered("område-för-mycket", Role.ADMIN, 30, areas=("jarva",)),
        Ordered("utan-källa", Role.INGEST, 30),
        Ordered("utan-ändamål", Role.ANALYST, 30),
    ],
    ids=lambda ordered: ordered.name,
)
def test_a_key_that_lacks_what_its_role_needs_is_not_made(office: Office, ordered: Ordered) -> None:
    with office.engine.begin() as connection, pytest.raises(InvalidQuestionError):
        create_key(connection, SECRET.encode(), ordered)


def test_a_right_that_is_taken_back_no_longer_holds_and_both_are_kept(office: Office) -> None:
    with office.engine.begin() as connection:
        assert grant(connection, "bo", areas=("farsta", "jarva")) == 2
        assert grant(connection, "bo", areas=("farsta",)) == 0
        assert take_back(connection, "bo", areas=("farsta",)) == 1
        assert take_back(connection, "bo", areas=("farsta",)) == 0
        assert list_rights(connection)["bo"].areas == {"jarva"}
        with pytest.raises(InvalidQuestionError):
            grant(connection, "bo", areas=("atlantis",))
        kept = connection.execute(text("SELECT count(*) FROM caller_right WHERE subject = 'bo'")).scalar_one()
        assert kept == 2


def test_a_purpose_is_one_line_in_any_letters() -> None:
    assert read_purpose("Lägesbild Järva".encode()) == "Lägesbild Järva"
    assert read_purpose("Lägesbild Järva".encode("latin-1")) == "Lägesbild Järva"
    for told in (b"", b"   ", b"x" * 300, b"a\x00b"):
        with pytest.raises(InvalidQuestionError):
            read_purpose(told)


def test_every_role_has_a_key_of_its_own() -> None:
    assert {ordered.role for ordered in ORDERED.values()} == set(Role) - {Role.PUBLIC}
    assert all(ordered.days < 400 for ordered in ORDERED.values())
