"""Every setting, and the only reader of the environment.

A setting is an environment variable with the prefix TRYGGHETSKARTA_. An unknown one is refused, because a misspelt setting that is silently
ignored is found in production. A secret may stand in a file instead, which the variable with _FILE after its name leads to: what is in the
environment is inherited by every program that is started, and shown by some. docs/settings.md is generated from this file.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, Self, get_args

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from trygghetskarta.domain.audience import Role
from trygghetskarta.domain.cities import CITY, refuse_unread
from trygghetskarta.errors import InvalidQuestionError
from trygghetskarta.secret_files import secret_in
from trygghetskarta.store.faces import Face

PREFIX = "TRYGGHETSKARTA_"
IN_FILE = "_FILE"
"""What stands after the name of a variable that leads to a file with the setting."""


class Settings(BaseSettings):
    """What an installation may choose."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid", hide_input_in_errors=True)

    database_url: str | None = Field(
        default=None,
        repr=False,
        description="PostGIS-databasen, till exempel postgresql://user@host/db. Utan värde används den egna servern i `home`.",
    )
    public_database_url: str | None = Field(
        default=None,
        description=(
            "Databasen som rollen `tk_public`, som bara kan läsa det offentliga: för svar till alla. Utan värde används `DATABASE_URL`, och då "
            "är det bara programmet självt som skiljer det offentliga från händelserna (docs/security.md)."
        ),
    )
    staff_database_url: str | None = Field(
        default=None,
        description=(
            "Databasen som rollen `tk_staff`, som läser allt utom filer och rader så som de kom: för exakta svar. Utan värde används `DATABASE_URL`."
        ),
    )
    ingest_database_url: str | None = Field(
        default=None,
        description=("Databasen som rollen `tk_ingest`, som tar emot leveranser över HTTP. Utan värde används `DATABASE_URL`."),
    )
    audit_database_url: str | None = Field(
        default=None,
        description=(
            "Databasen som rollen `tk_audit`, som bara läser loggen över vad som har gjorts: för `audit`. Utan värde används `DATABASE_URL`."
        ),
    )
    read_database_url: str | None = Field(
        default=None,
        description=(
            "En strömmande kopia (streaming replica) av databasen, som frågor läses från medan den har just det som är publicerat; annars läses"
            " databasen själv. Utan användare och lösenord, för rollerna är desamma: postgresql://kopia.example.se/trygghetskarta."
        ),
    )
    home: Path = Field(default=Path(".trygghetskarta"), description="Mappen där den egna PostGIS-servern och dess data ligger.")
    city: str | None = Field(default=None, description="Stadens fil (TOML), se docs/cities.md. Utan värde är det Stockholm.")
    municipality: str = Field(
        default=CITY.name,
        description="Kommunens namn så som det står i källorna. Händelser i andra kommuner räknas som utanför.",
    )
    municipality_code: str = Field(default=CITY.code, description="Kommunens kod; koden på området som är hela staden.")
    county: str = Field(
        default=CITY.county,
        description="Länets namn så som det står i källorna. En händelse som bara anger länet kan ha skett i eller utanför kommunen.",
    )
    cors_origins: tuple[str, ...] | None = Field(
        default=None,
        description=(
            "Webbplatser (JSON-lista) vars sidor får läsa API:et från en webbläsare. Utan värde får alla läsa det offentliga, och bara sidor på "
            "den egna datorn det exakta. De som anges får också visa en nyckel eller biljett, aldrig en kaka."
        ),
    )
    public_url: str | None = Field(
        default=None,
        pattern="^https?://[^?#]+$",
        description=(
            "Adressen som tjänsten nås på utifrån, med proxyns prefix om den har något, till exempel https://karta.stockholm.se/trygghet. Länkar i "
            "svaren börjar med den. Utan värde används namnet som frågan kom till."
        ),
    )
    refresh_seconds: float = Field(
        default=30.0,
        gt=0,
        description="Hur ofta en arbetsprocess frågar efter nya leveranser, utöver att databasen säger till.",
    )
    answer_bytes: int = Field(
        default=10_000_000,
        ge=0,
        description=(
            "Hur många byte färdiga svar en arbetsprocess sparar, så att den som frågar om samma sak får svar direkt. De som har legat oanvända "
            "längst ger plats, och en ny leverans tömmer allt."
        ),
    )
    counts_folder: Path | None = Field(
        default=None,
        description=(
            "Mappen där `serve` med flera arbetsprocesser gör en egen mapp för antalen, som processerna då har i minnet en gång tillsammans i stället"
            " för var sin gång. Den tas bort när tjänsten stoppas. Utan värde görs den i den tillfälliga mappen (`TMPDIR`, annars `/tmp`)."
        ),
    )
    delivery_key: SecretStr | None = Field(
        default=None,
        min_length=32,
        description=(
            "Nyckeln som leveranser över HTTP visar i `X-API-Key`, minst 32 tecken, till exempel från `openssl rand -hex 24`. Utan värde, och utan "
            "`KEY_SECRET` eller `OIDC_ISSUER`, tas inga leveranser emot över HTTP."
        ),
    )
    release_key: SecretStr | None = Field(
        default=None,
        min_length=32,
        description=(
            "Nyckeln som skyddet av små antal dras med när siffror släpps (`release`), minst 32 tecken, till exempel från `openssl rand -hex 32`. "
            "Bara den som släpper siffror behöver den; den får aldrig bytas och aldrig komma ut. Utan värde har den egna servern en i `home`."
        ),
    )
    key_secret: SecretStr | None = Field(
        default=None,
        min_length=32,
        description=(
            "Hemligheten som API-nycklar märks med i databasen, minst 32 tecken, till exempel från `openssl rand -hex 32`. Byts den gäller ingen "
            "nyckel längre. Utan värde finns inga nycklar utöver `DELIVERY_KEY`."
        ),
    )
    oidc_issuer: str | None = Field(
        default=None,
        pattern=r"^(https://[^?#\s]+|http://(127\.0\.0\.1|localhost)(:[0-9]+)?(/[^?#\s]*)?)$",
        description=(
            "Inloggningstjänstens utfärdare (issuer), tecken för tecken så som den står i dess biljetter, till exempel "
            "https://login.microsoftonline.com/<katalog>/v2.0. Utan värde kan ingen logga in."
        ),
    )
    oidc_audience: tuple[str, ...] = Field(
        default=(),
        description='Vilka mottagare (JSON-lista) en biljett ska vara utställd till, till exempel ["api://trygghetskarta"]. Krävs med `OIDC_ISSUER`.',
    )
    oidc_algorithms: tuple[Literal["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"], ...] = Field(
        default=("RS256",),
        min_length=1,
        description="Algoritmerna (JSON-lista) som en biljett får vara undertecknad med.",
    )
    oidc_keys_url: str | None = Field(
        default=None,
        pattern=r"^(https://|http://(127\.0\.0\.1|localhost)[:/])[^#\s]*$",
        description="Adressen till utfärdarens nycklar (JWKS). Utan värde hämtas den från utfärdarens `/.well-known/openid-configuration`.",
    )
    oidc_subject: str = Field(
        default="sub",
        description="Namnet på den uppgift i biljetten som personen är känd under, i loggen och i `rights`. I Entra ID `oid`.",
    )
    oidc_roles_claim: str = Field(
        default="roles",
        description="Namnet på den uppgift i biljetten som säger rollerna, med punkt mellan nivåer, till exempel `realm_access.roles`.",
    )
    oidc_roles: dict[str, Role] = Field(
        default={},
        description=(
            'Vilken roll varje värde i biljetten ger (JSON), till exempel {"Trygghet.Analytiker": "analyst"}. Utan värde heter de som '
            "rollerna: reader, coordinator, analyst, ingest, admin, auditor."
        ),
    )
    oidc_client_id: str | None = Field(
        default=None,
        min_length=1,
        description=(
            "Sidans namn (client id) hos inloggningstjänsten, för den som loggar in på sidan. Tjänsten ska känna adressen `PUBLIC_URL` + "
            "`/signin/back`. Kräver `OIDC_ISSUER`, `SESSION_SECRET` och `PUBLIC_URL` med https. Utan värde går det inte att logga in på sidan."
        ),
    )
    oidc_client_secret: SecretStr | None = Field(
        default=None,
        description="Sidans hemlighet hos inloggningstjänsten, om den har en. PKCE används alltid.",
    )
    oidc_scope: str = Field(
        default="openid profile",
        pattern=r"^openid( .*)?$",
        description="Vad sidan ber inloggningstjänsten om. Rollerna ska stå i den biljett (id token) som kommer av det.",
    )
    session_secret: SecretStr | None = Field(
        default=None,
        min_length=32,
        description="Hemligheten som den inloggades kaka förseglas med, minst 32 tecken. Byts den är ingen inloggad längre.",
    )
    session_minutes: int = Field(
        default=480,
        ge=5,
        le=1440,
        description="Så länge är den som loggar in på sidan inloggad, i minuter, hur mycket sidan än används.",
    )
    session_idle_minutes: int = Field(default=60, ge=5, le=1440, description="Så länge är den inloggad som inte använder sidan, i minuter.")
    base_map_url: str | None = Field(
        default=None,
        pattern=r"^(https://[A-Za-z0-9.-]+(:[0-9]+)?|http://(127\.0\.0\.1|localhost)(:[0-9]+)?)/[^\s\"'<>]*\{z\}[^\s\"'<>]*$",
        description=(
            "Bakgrundskarta under områdena: adressen till bilder i rutor (XYZ, EPSG:3857) med {z}, {x} och {y}, till exempel "
            "https://kartor.stockholm.se/bakgrund/{z}/{x}/{y}.png. Läsarens webbläsare hämtar dem därifrån, och bara därifrån; värden ser då vilken "
            "del av staden läsaren tittar på. Den måste svara med `Access-Control-Allow-Origin`. Utan värde hämtar sidan ingenting från någon annan."
        ),
    )
    base_map_attribution: str = Field(
        default="",
        max_length=200,
        description="Vems bakgrundskartan är, så som det ska stå på kartan, till exempel © Stockholms stad.",
    )
    delivery_limit: int = Field(
        default=2_000_000_000,
        ge=1,
        description="Största fil, i byte så som den kommer, som tas emot över HTTP. Kommandot `ingest` har ingen sådan gräns.",
    )
    url_limit: int = Field(
        default=16_384, ge=256, le=60_000, description="Längsta adress (sökväg och frågedel), i byte. En längre avvisas med 414."
    )
    values_limit: int = Field(default=500, ge=1, description="Flest värden av en parameter i en fråga. Fler avvisas med 400.")
    filter_limit: int = Field(
        default=2_000, ge=1, description="Längsta värde av parametern `filter`, i tecken. Ett längre avvisas med 400."
    )
    cells_limit: int = Field(
        default=100_000,
        ge=1,
        description="Flest tal i ett svar: områden gånger perioder. En fråga som skulle ge fler avvisas med 400, innan den räknas.",
    )
    body_limit: int = Field(
        default=2_000_000,
        ge=1,
        description="Största innehåll i en förfrågan, i byte. Ett större avvisas med 413. Leveranser har en egen gräns, `DELIVERY_LIMIT`.",
    )
    public_statement_seconds: float = Field(
        default=2.0,
        gt=0,
        description="Så länge får en sats i databasen arbeta för ett svar till alla. Sedan avbryts den och svaret är 503.",
    )
    staff_statement_seconds: float = Field(
        default=10.0, gt=0, description="Så länge får en sats i databasen arbeta för ett exakt svar. Leveranser har ingen sådan gräns."
    )
    pool_size: int = Field(
        default=4,
        ge=1,
        description="Anslutningar till databasen som en arbetsprocess håller öppna för frågor; hälften så många till öppnas vid behov.",
    )
    pool_seconds: float = Field(
        default=0.5, ge=0, description="Så länge väntar en fråga på en ledig anslutning till databasen innan svaret blir 503."
    )
    working_limit: int = Field(
        default=2, ge=1, le=36, description="Antal frågor som en arbetsprocess arbetar med samtidigt. Fler än så väntar på sin tur."
    )
    waiting_limit: int = Field(
        default=64, ge=0, description="Antal frågor som får vänta på sin tur. Fler än så får genast 503 med `Retry-After`."
    )
    waiting_seconds: float = Field(
        default=0.5, ge=0, description="Så länge väntar en fråga på sin tur innan svaret blir 503 med `Retry-After`."
    )
    connections_limit: int = Field(
        default=800,
        ge=1,
        description=(
            "Flest öppna förbindelser per arbetsprocess. När de är fler stängs den som längst har väntat utan att fråga något. Processen måste få "
            "öppna fler filer än så (`ulimit -n`)."
        ),
    )
    header_seconds: float = Field(
        default=10.0,
        gt=0,
        description="Så lång tid har en förfrågan på sig att komma fram med alla sina huvuden. Sedan stängs förbindelsen med 408.",
    )
    idle_seconds: float = Field(
        default=65.0,
        gt=0,
        description="Så länge hålls en förbindelse öppen mellan två förfrågningar. Ska vara längre än i en proxy framför tjänsten.",
    )
    slowest_rate: int = Field(
        default=1_000,
        ge=0,
        description="Minsta fart, i byte per sekund över 20 sekunder, som innehåll skickas och svar läses med. Annars stängs förbindelsen.",
    )
    notice_seconds: float = Field(
        default=1.0,
        ge=0,
        description="Så länge svarar `/ready` 503 innan tjänsten slutar ta emot frågor. Ska vara längre än tiden mellan lastdelarens kontroller.",
    )
    drain_seconds: float = Field(default=30.0, ge=1, description="Så lång tid får det som pågår på sig när tjänsten stoppas.")
    metrics_port: int | None = Field(
        default=None,
        ge=0,
        le=65_535,
        description="Porten där `serve` svarar med mätvärden för Prometheus på `/metrics`. Utan värde finns de inte.",
    )
    metrics_host: str = Field(default="127.0.0.1", description="Adressen som `/metrics` svarar på.")
    publisher_name: str = Field(default="Stockholms stad", description="Vem som ger ut uppgifterna, så som det står i `/dcat`.")
    publisher_uri: str = Field(
        default="http://dataportal.se/organisation/SE2120000142",
        description="Utgivarens adress (URI) i Sveriges dataportal: `SE` och organisationsnumret.",
    )
    contact_name: str = Field(
        default="Trygghetskarta",
        description="Vem man frågar om API:et och uppgifterna, så som det står i `/openapi.json` och `/dcat`. En funktion, inte en person.",
    )
    contact_url: str = Field(default="https://stockholm.se", description="Webbsidan för den som man frågar.")
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

    def address_of(self, face: Face) -> str | None:
        """Give the address that is chosen for a role to sign in at; None where there is none, and the database's own is used."""
        chosen = {
            Face.PUBLIC: self.public_database_url,
            Face.STAFF: self.staff_database_url,
            Face.INGEST: self.ingest_database_url,
            Face.AUDIT: self.audit_database_url,
        }
        return chosen.get(face)

    @property
    def takes_deliveries(self) -> bool:
        """Whether anyone can show who they are, and so deliver over HTTP."""
        return self.delivery_key is not None or self.knows_staff

    @property
    def knows_staff(self) -> bool:
        """Whether anyone can show the service that they may see exact figures: by signing in, or by a key."""
        return self.oidc_issuer is not None or self.key_secret is not None

    @property
    def _is_private_here(self) -> bool:
        """Whether nobody between a reader and the service hears what they say: over TLS, or on one machine."""
        return (self.public_url or "").startswith(("https://", "http://127.0.0.1", "http://localhost"))

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.read_database_url is not None and re.search(r"@|[?&](user|password)=", self.read_database_url):
            raise ValueError("READ_DATABASE_URL ska inte ha någon användare / must not name a user")
        if self.oidc_issuer is not None and not self.oidc_audience:
            raise ValueError("OIDC_ISSUER kräver OIDC_AUDIENCE / OIDC_ISSUER needs OIDC_AUDIENCE")
        if self.base_map_url is not None and not ("{x}" in self.base_map_url and "{y}" in self.base_map_url):
            raise ValueError("BASE_MAP_URL ska ha / needs {z}, {x}, {y}")
        if self.oidc_client_id is not None and not (self.oidc_issuer and self.session_secret and self._is_private_here):
            raise ValueError("OIDC_CLIENT_ID kräver / needs OIDC_ISSUER, SESSION_SECRET, PUBLIC_URL (https)")
        return self


def secrets() -> Iterator[str]:
    """Name the settings that may stand in a file: keys, and addresses of databases, which hold a password."""
    for name, field in Settings.model_fields.items():
        if "database_url" in name or SecretStr in (field.annotation, *get_args(field.annotation)):
            yield name


def read_settings() -> Settings:
    """Read the settings from the environment, and from the files that it leads to.

    Returns:
        The settings, checked.

    Raises:
        InvalidQuestionError: A variable with our prefix that no setting has, a file that cannot be read, or a city that says what cannot be.
    """
    refuse_unread()
    files = {PREFIX + name.upper() + IN_FILE: name for name in secrets()}
    known = {PREFIX + name.upper() for name in Settings.model_fields} | set(files)
    unknown = sorted(name for name in os.environ if name.startswith(PREFIX) and name not in known)
    if unknown:
        names = ", ".join(unknown)
        raise InvalidQuestionError(f"Okänd inställning i miljön: {names}.", f"Unknown setting in the environment: {names}.")
    found: dict[str, str] = {name: _in_file(variable) for variable, name in files.items() if variable in os.environ}
    return Settings.model_validate(found)


def _in_file(variable: str) -> str:
    """Give what stands in the file that a variable leads to; the secret may not stand in the environment as well."""
    plain = variable.removesuffix(IN_FILE)
    if plain in os.environ:
        raise InvalidQuestionError(f"Ange {plain} eller {variable}, inte båda.", f"Give {plain} or {variable}, not both.")
    return secret_in(Path(os.environ[variable]), variable)
