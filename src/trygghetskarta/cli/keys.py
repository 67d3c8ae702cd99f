"""`keys` and `rights`: API keys, and what people who sign in have been given."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from rich.table import Table

from trygghetskarta.cli.connecting import open_engine
from trygghetskarta.cli.documents import AsJson, tell_json, tell_list
from trygghetskarta.cli.printing import console
from trygghetskarta.domain.api_keys import ApiKey
from trygghetskarta.domain.audience import Role
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.errors import ForbiddenError
from trygghetskarta.ingest.identities import Ordered, create_key, grant, revoke_key, take_back
from trygghetskarta.ingest.sessions import end_all_sessions
from trygghetskarta.queries.identities import list_keys, list_rights
from trygghetskarta.settings import PREFIX, read_settings

app = typer.Typer(no_args_is_help=True)
rights_app = typer.Typer(no_args_is_help=True)

_DAYS = 365
_Areas = Annotated[list[str] | None, typer.Option("--area", help="Kod på ett stadsdelsområde; kan ges flera gånger.")]
_Sources = Annotated[list[SourceId] | None, typer.Option("--source", help="En källa; kan ges flera gånger.")]
_Subject = Annotated[str, typer.Argument(help="Vad inloggningstjänsten känner personen som (OIDC_SUBJECT).")]


@app.command()
def create(
    name: Annotated[str, typer.Argument(help="Vem eller vad nyckeln är till för, till exempel polisens-leveranser.")],
    role: Annotated[Role, typer.Option(help="Vad den som visar nyckeln får göra.")],
    days: Annotated[int, typer.Option(help="Hur många dagar den gäller.")] = _DAYS,
    area: _Areas = None,
    source: _Sources = None,
    purpose: Annotated[str | None, typer.Option(help="Vad exakta siffror ska användas till; krävs för analyst.")] = None,
    as_json: AsJson = False,
) -> None:
    """Gör en nyckel. Den visas en gång, nu, och finns sedan ingenstans: bara dess märke sparas.

    Kräver TRYGGHETSKARTA_KEY_SECRET, hemligheten som nycklar märks med.

    Till --role ingest hör --source, till coordinator --area och till analyst --purpose.
    """
    settings = read_settings()
    if settings.key_secret is None:
        raise ForbiddenError(
            f"Ange hemligheten som nycklar märks med i {PREFIX}KEY_SECRET.",
            f"Give the secret that keys are marked with in {PREFIX}KEY_SECRET.",
        )
    ordered = Ordered(name, role, days, tuple(area or ()), tuple(source or ()), purpose)
    with open_engine(settings).begin() as connection:
        kept, whole = create_key(connection, settings.key_secret.get_secret_value().encode(), ordered)
    if as_json:
        tell_json({**_row(kept, datetime.now(UTC)), "key": whole})
        return
    typer.echo(f"Nyckeln {kept.key_id} för {name} gäller till {kept.expires_at:%Y-%m-%d}. Den visas bara nu:", err=True)
    typer.echo(whole)


@app.command(name="list")
def list_all(
    every: Annotated[bool, typer.Option("--all", help="Visa också nycklar som inte gäller längre.")] = False,
    as_json: AsJson = False,
) -> None:
    """Visa nycklarna, utan deras hemligheter."""
    with open_engine(read_settings()).connect() as connection:
        keys = list_keys(connection, live_only=not every)
    now = datetime.now(UTC)
    if as_json:
        tell_list([_row(key, now) for key in keys])
        return
    table = Table("Nyckel", "Namn", "Roll", "Gäller", "Skapad", "Till", "Läge")
    for key in keys:
        table.add_row(
            key.key_id, key.name, key.role, _for(key), f"{key.created_at:%Y-%m-%d}", f"{key.expires_at:%Y-%m-%d}", _state(key, now)
        )  # fmt: skip
    console().print(table)


@app.command()
def revoke(key_id: Annotated[str, typer.Argument(help="Nyckelns id, som `keys list` visar.")], as_json: AsJson = False) -> None:
    """Dra tillbaka en nyckel. Den slutar gälla inom fem sekunder."""
    with open_engine(read_settings()).begin() as connection:
        revoke_key(connection, key_id)
    if as_json:
        tell_json({"keyId": key_id, "state": "revoked"})
    else:
        typer.echo(f"Nyckeln {key_id} är tillbakadragen.")


@rights_app.command(name="grant")
def give(subject: _Subject, area: _Areas = None, source: _Sources = None) -> None:
    """Ge en person exakta siffror för stadsdelsområden (samordnare), eller rätt att leverera källor."""
    with open_engine(read_settings()).begin() as connection:
        new = grant(connection, subject, area or (), source or ())
    typer.echo(f"{new} nya rättigheter för {subject}.")


@rights_app.command(name="revoke")
def take(subject: _Subject, area: _Areas = None, source: _Sources = None) -> None:
    """Ta tillbaka rättigheter från en person."""
    with open_engine(read_settings()).begin() as connection:
        gone = take_back(connection, subject, area or (), source or ())
    typer.echo(f"{gone} rättigheter tillbakadragna från {subject}.")


@rights_app.command()
def signout(subject: _Subject) -> None:
    """Avsluta alla inloggningar på sidan som en person har. De slutar gälla inom fem sekunder; den som får loggar in igen."""
    with open_engine(read_settings()).begin() as connection:
        end_all_sessions(connection, subject)
    typer.echo(f"Inloggningarna för {subject} är avslutade.")


@rights_app.command(name="list")
def list_given(as_json: AsJson = False) -> None:
    """Visa vilka stadsdelsområden och källor var och en har fått."""
    with open_engine(read_settings()).connect() as connection:
        given = list_rights(connection)
    if as_json:
        tell_list([{"subject": subject, "areas": sorted(held.areas), "sources": sorted(held.sources)} for subject, held in given.items()])
        return
    table = Table("Person", "Stadsdelsområden", "Källor")
    for subject, rights in given.items():
        table.add_row(subject, ", ".join(sorted(rights.areas)), ", ".join(sorted(rights.sources)))
    console().print(table)


def _row(key: ApiKey, now: datetime) -> dict[str, Any]:
    """Give what is known of a key, but for its mark, as a program reads it."""
    return {
        "keyId": key.key_id,
        "name": key.name,
        "role": key.role.value,
        "areas": sorted(key.areas),
        "sources": sorted(key.sources),
        "purpose": key.purpose,
        "createdAt": key.created_at,
        "expiresAt": key.expires_at,
        "revokedAt": key.revoked_at,
        "state": "revoked" if key.revoked_at is not None else "valid" if key.holds(now) else "expired",
    }


def _for(key: ApiKey) -> str:
    return key.purpose or ", ".join(sorted(key.areas | key.sources))


def _state(key: ApiKey, now: datetime) -> str:
    if key.revoked_at is not None:
        return "tillbakadragen"
    return "gäller" if key.holds(now) else "gäller inte längre"
