"""The issuer of tokens: its keys change, it is out of reach, and tokens name keys that it has never had."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import httpx
import pytest

from tests.conftest import serving
from tests.identity.conftest import Office
from tests.oidc_provider import AUDIENCE, Provider, entra_user, generic_user, provider
from trygghetskarta.api.issuer import IssuerKeys
from trygghetskarta.api.tokens import Person, Tokens
from trygghetskarta.domain.audience import Audience, Role
from trygghetskarta.errors import BusyError
from trygghetskarta.settings import Settings

ROLES = {role.value: role for role in Role}


@pytest.fixture
def issuer() -> Iterator[Provider]:
    """Give a provider of one's own."""
    with provider({"anna": entra_user("anna", "analyst")}, "/tenant/v2.0") as made:
        yield made


def tokens_of(issuer: Provider, least_seconds: float = 0.0, url: str | None = None) -> Tokens:
    return Tokens(IssuerKeys(issuer.issuer, url, least_seconds), (AUDIENCE,), ("RS256", "ES256"), "sub", "roles", ROLES)


def read(tokens: Tokens, *shown: str) -> list[Person | None]:
    """Read tokens at once, as they come in a crowd."""

    async def all_of_them() -> list[Person | None]:
        return list(await asyncio.gather(*(tokens.read(token) for token in shown)))

    return asyncio.run(all_of_them())


def test_a_new_key_is_learnt_when_it_is_first_met_and_a_withdrawn_one_forgotten(issuer: Provider) -> None:
    tokens = tokens_of(issuer)
    before = issuer.token("anna")
    assert read(tokens, before) == [Person(issuer.users["anna"]["sub"], frozenset({Role.PUBLIC, Role.ANALYST}), "Anna")]
    for algorithm in ("RS256", "ES256", "RS256"):
        issuer.rotate(algorithm)
        assert all(read(tokens, issuer.token("anna"), before))
    issuer.rotate(keep_old=False)
    assert all(read(tokens, issuer.token("anna")))
    assert read(tokens, before) == [None]


def test_a_crowd_of_unknown_keys_asks_the_issuer_once_and_those_who_are_known_are_let_in(issuer: Provider) -> None:
    tokens = tokens_of(issuer, least_seconds=3_600.0)
    right = issuer.token("anna")
    assert all(read(tokens, right))
    asked = dict(issuer.asked)
    assert asked["/jwks"] == 1
    wrong = [issuer.sign(issuer.claims("anna"), kid=f"k{number}") for number in range(300)]
    told = read(tokens, *wrong[:150], right, *wrong[150:])
    assert told.count(None) == 300
    assert told[150] is not None
    assert dict(issuer.asked) == asked
    # Where it is time to ask again, it is asked once for all of them.
    tokens = tokens_of(issuer, least_seconds=3_600.0)
    assert read(tokens, *wrong, right)[-1] is not None
    assert issuer.asked["/jwks"] == 2


def test_an_issuer_out_of_reach_turns_nobody_away_who_is_known(issuer: Provider) -> None:
    tokens = tokens_of(issuer)
    right = issuer.token("anna")
    assert all(read(tokens, right))
    issuer.down = True
    assert all(read(tokens, right))
    issuer.rotate()
    assert read(tokens, issuer.token("anna")) == [None]
    assert all(read(tokens, right))
    issuer.down = False
    assert all(read(tokens, issuer.token("anna"), right))


def test_where_nothing_is_known_of_the_issuers_keys_it_is_said_that_it_does_not_answer(issuer: Provider) -> None:
    issuer.down = True
    with pytest.raises(BusyError):
        read(tokens_of(issuer), issuer.token("anna"))


def test_keys_are_fetched_from_where_the_installation_says_and_an_issuer_that_names_another_is_not_believed(issuer: Provider) -> None:
    assert all(read(tokens_of(issuer, url=f"{issuer.issuer}/jwks"), issuer.token("anna")))
    assert issuer.asked["/.well-known/openid-configuration"] == 0
    other = IssuerKeys(f"{issuer.base}/tenant/v2.0/", least_seconds=0.0)
    with pytest.raises(BusyError):
        asyncio.run(other.find(str(issuer.keys[-1].kid)))
    moved = IssuerKeys(issuer.issuer, f"{issuer.issuer}/logout?post_logout_redirect_uri={issuer.issuer}/jwks", 0.0)
    with pytest.raises(BusyError):
        asyncio.run(moved.find(str(issuer.keys[-1].kid)))


def test_roles_and_subject_are_read_where_the_installation_says() -> None:
    with provider({"bo": generic_user("bo", "tk-samordnare", "annat")}, "/realms/stad") as keycloak:
        settings = Settings(
            oidc_issuer=keycloak.issuer,
            oidc_audience=("andra", AUDIENCE),
            oidc_subject="email",
            oidc_roles_claim="realm_access.roles",
            oidc_roles={"tk-samordnare": Role.COORDINATOR},
        )
        tokens = Tokens.of(settings)
        assert tokens is not None
        assert read(tokens, keycloak.token("bo")) == [Person("bo@stockholm.example", frozenset({Role.PUBLIC, Role.COORDINATOR}), "Bo")]


def test_a_service_whose_issuer_is_down_tells_those_it_cannot_know_to_come_back_and_answers_everyone_else(office: Office) -> None:
    with provider({"anna": entra_user("anna", "analyst")}) as own:
        own.down = True
        settings = office.chosen(oidc_issuer=own.issuer)
        with serving(office.engine, Audience.PUBLIC, settings) as address:
            shown = {"Authorization": f"Bearer {own.token('anna')}"}
            refused = httpx.get(f"{address}/v1/areas?level=stad", headers=shown, timeout=60)
            assert refused.status_code == 503
            assert refused.headers["retry-after"]
            assert httpx.get(f"{address}/v1/areas?level=stad").status_code == 200
            assert httpx.get(f"{address}/v1/deliveries", headers=office.by_key("admin")).status_code == 200


def test_an_issuer_without_an_audience_is_no_setting() -> None:
    with pytest.raises(ValueError, match="OIDC_AUDIENCE"):
        Settings(oidc_issuer="https://login.example.se")
    for address in ("http://login.example.se", "ftp://login.example.se", "https://login.example.se?x=1", "http://127.0.0.1.example.se"):
        with pytest.raises(ValueError, match="oidc_issuer"):
            Settings(oidc_issuer=address, oidc_audience=("a",))
