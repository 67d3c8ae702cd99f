"""An office: people who sign in with a real provider, keys of every role, and a copy of the sample that they ask."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine

from tests.conftest import Server, serving
from tests.oidc_provider import AUDIENCE, TENANT, Provider, entra_user, provider
from trygghetskarta.domain.audience import Audience, Role
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.ingest.identities import Ordered, create_key, grant
from trygghetskarta.settings import Settings
from trygghetskarta.store.engine import make_engine

SECRET = "märkhemligheten för provens nycklar".encode().hex()  # pragma: allowlist secret
DELIVERY_KEY = "installationens egen nyckel, för leveranser".encode().hex()
PURPOSE = "prov"
ORDERED = {
    "reader": Ordered("läsare", Role.READER, 30),
    "coordinator": Ordered("samordnare", Role.COORDINATOR, 30, areas=("jarva",)),
    "analyst": Ordered("analytiker", Role.ANALYST, 30, purpose=PURPOSE),
    "ingest": Ordered("brandkåren", Role.INGEST, 30, sources=(SourceId.BRANDER,)),
    "admin": Ordered("förvaltare", Role.ADMIN, 30),
    "auditor": Ordered("granskare", Role.AUDITOR, 30),
}


@dataclass(frozen=True)
class Office:
    """Who can show what.

    Attributes:
        engine: The data.
        provider: Where people sign in; a person for each role bears its name, and `nobody` has none.
        keys: A key of each role.
        settings: Those of a service that knows them all.
    """

    engine: Engine
    provider: Provider
    keys: Mapping[str, str]
    settings: Settings

    def chosen(self, **chosen: Any) -> Settings:  # noqa: ANN401 - whatever settings hold
        """Give the settings, some of them otherwise."""
        return Settings.model_validate({**self.settings.model_dump(), **chosen})

    def by_key(self, role: str) -> dict[str, str]:
        """Give the header of one who shows the key of a role."""
        return {"X-API-Key": self.keys[role]}

    def by_token(self, user: str, purpose: str | None = None) -> dict[str, str]:
        """Give the headers of one who has signed in, and says what exact figures are for."""
        said = {"X-Purpose": purpose} if purpose is not None else {}
        return {"Authorization": f"Bearer {self.provider.token(user)}", **said}


@pytest.fixture(scope="module")
def office(server: Server, loaded: str) -> Iterator[Office]:
    """Give the office."""
    engine = make_engine(server.create(f"tk_office_{len(server.made)}", loaded))
    people = {role: entra_user(role, role) for role in ORDERED} | {"nobody": entra_user("nobody")}
    with provider(people, f"/{TENANT}/v2.0") as issuer:
        with engine.begin() as connection:
            keys = {role: create_key(connection, SECRET.encode(), ordered)[1] for role, ordered in ORDERED.items()}
            grant(connection, people["coordinator"]["oid"], areas=("jarva",))
            grant(connection, people["ingest"]["oid"], sources=(SourceId.BRANDER,))
        settings = Settings(
            refresh_seconds=1.0,
            waiting_seconds=30.0,
            pool_seconds=30.0,
            delivery_key=SecretStr(DELIVERY_KEY),
            key_secret=SecretStr(SECRET),
            oidc_issuer=issuer.issuer,
            oidc_audience=(AUDIENCE,),
            oidc_algorithms=("RS256", "ES256"),
            oidc_subject="oid",
        )
        yield Office(engine, issuer, keys, settings)
    engine.dispose()


@pytest.fixture(scope="module")
def service(office: Office) -> Iterator[str]:
    """Give the address of the office's service."""
    with serving(office.engine, Audience.PUBLIC, office.settings) as address:
        yield address
