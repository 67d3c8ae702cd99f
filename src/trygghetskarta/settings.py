"""Every setting, and the only reader of the environment.

A setting is an environment variable with the prefix TRYGGHETSKARTA_. An unknown one is refused, because a misspelt setting that is silently
ignored is found in production. docs/settings.md is generated from this file.
"""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from trygghetskarta.errors import InvalidQuestionError

PREFIX = "TRYGGHETSKARTA_"


class Settings(BaseSettings):
    """What an installation may choose."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid", hide_input_in_errors=True)

    database_url: str | None = Field(
        default=None,
        description="PostGIS-databasen, till exempel postgresql://user@host/db. Utan värde används den egna servern i `home`.",
    )
    home: Path = Field(
        default=Path(".trygghetskarta"),
        description="Mappen där den egna PostGIS-servern och dess data ligger.",
    )
    municipality: str = Field(
        default="Stockholm",
        description="Kommunens namn så som det står i källorna. Händelser i andra kommuner räknas som utanför.",
    )
    municipality_code: str = Field(
        default="0180",
        description="Kommunens kod; koden på området som är hela staden.",
    )
    county: str = Field(
        default="Stockholms län",
        description="Länets namn så som det står i källorna. En händelse som bara anger länet kan ha skett i eller utanför kommunen.",
    )
    cors_origins: tuple[str, ...] | None = Field(
        default=None,
        description=(
            "Webbplatser (JSON-lista) vars sidor får läsa API:et från en webbläsare. Utan värde får alla läsa det offentliga, och bara sidor på "
            "den egna datorn det exakta."
        ),
    )
    refresh_seconds: float = Field(
        default=30.0,
        gt=0,
        description="Hur ofta en arbetsprocess frågar efter nya leveranser, utöver att databasen säger till.",
    )
    delivery_key: SecretStr | None = Field(
        default=None,
        min_length=32,
        description=(
            "Nyckeln som leveranser över HTTP visar i `X-API-Key`, minst 32 tecken, till exempel från `openssl rand -hex 24`. Utan värde tas inga "
            "leveranser emot över HTTP."
        ),
    )
    delivery_limit: int = Field(
        default=2_000_000_000,
        ge=1,
        description="Största fil, i byte så som den kommer, som tas emot över HTTP. Kommandot `ingest` har ingen sådan gräns.",
    )
    public_url: str | None = Field(
        default=None,
        pattern=r"^https?://[^/?#]+(/[^?#]*[^/?#])?$",
        description=(
            "Adressen som andra når tjänsten på, till exempel `https://karta.example.se`. Den står i `/openapi.json` och `/dcat`. Utan värde skriver "
            "`/dcat` den adress som frågan kom till."
        ),
    )
    publisher_name: str = Field(
        default="Stockholms stad",
        description="Vem som ger ut uppgifterna, så som det står i `/dcat`.",
    )
    publisher_uri: str = Field(
        default="http://dataportal.se/organisation/SE2120000142",
        description="Utgivarens adress (URI) i Sveriges dataportal: `SE` och organisationsnumret.",
    )
    contact_name: str = Field(
        default="Trygghetskarta",
        description="Vem man frågar om API:et och uppgifterna, så som det står i `/openapi.json` och `/dcat`. En funktion, inte en person.",
    )
    contact_url: str = Field(
        default="https://stockholm.se",
        description="Webbsidan för den som man frågar.",
    )
    contact_email: str | None = Field(
        default=None,
        pattern=r"^[^@\s]+@[^@\s]+$",
        description="E-postadressen till den som man frågar. Utan värde har `/dcat` ingen kontaktuppgift, som dataportalen rekommenderar.",
    )
    licence_url: str = Field(
        default="http://creativecommons.org/publicdomain/zero/1.0/",
        description="Licensen som uppgifterna ges ut med, som adress (URI).",
    )
    service_level: str = Field(
        default="Ingen servicenivå är utlovad. / No service level is promised.",
        description="Vad som är utlovat om tillgänglighet, svarstid och stöd, så som det står i `/openapi.json`.",
    )


def read_settings() -> Settings:
    """Read the settings from the environment.

    Returns:
        The settings, checked.

    Raises:
        InvalidQuestionError: A variable with our prefix that no setting has.
    """
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    unknown = sorted(name for name in os.environ if name.startswith(PREFIX) and name not in known)
    if unknown:
        names = ", ".join(unknown)
        raise InvalidQuestionError(f"Okänd inställning i miljön: {names}.", f"Unknown setting in the environment: {names}.")
    return Settings()
