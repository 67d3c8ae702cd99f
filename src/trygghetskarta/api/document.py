"""The OpenAPI document: what FastAPI knows of the routes, and beside it what each gives, every error it may answer, and real examples.

The rules it keeps are the national REST API profile's; scripts/api-profile/ruleset.yaml checks them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from importlib.resources import files
from typing import Any

import orjson
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import iter_route_contexts
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from trygghetskarta import __version__
from trygghetskarta.api.answers.parts import JsonStat
from trygghetskarta.api.answers.registers import Problem
from trygghetskarta.api.gives import GIVES, Gives
from trygghetskarta.api.responses import HEADERS, Operation, complete, example, refuse
from trygghetskarta.api.scopes import SCHEMES, scope_of, security_of
from trygghetskarta.settings import Settings

Document = dict[str, Any]

_NOWHERE = "trygghetskarta.example.se"
_SCHEMAS = "#/components/schemas/"
_TOLD = "trygghetskarta räknar händelser per område och period. / trygghetskarta counts events by area and period."
_LIMITATIONS = (
    "Utan behörighet visas bara siffror ur källor som är offentliga. En lista ger högst 1 000 poster åt gången, en parameter tar högst 500 värden. "
    "Siffror för de senaste månaderna är preliminära. / Without rights, only figures of public sources are shown. A list gives at most 1 000 items "
    "at a time, a parameter takes at most 500 values. Figures of the latest months are provisional."
)
_TAGS = {
    "Frågor": "Jämförelser, serier och andra frågor om antal. / Comparisons, series and other questions of counts.",
    "Var": "Var händelser ligger samlade. / Where events lie together.",
    "Trygghetsmätningen": "Medborgarnas svar om trygghet. / What citizens answer about safety.",
    "Områden": "Indelningar och områden. / Editions and areas.",
    "Rapporter": "Lägesbilder färdiga att skicka. / Local situation reports, ready to send.",
    "Linser": "Frågor samlade kring en sak. / Questions put together for one matter.",
    "Källor": "Källor och kategorier. / Sources and categories.",
    "Åtgärder": "Registret över åtgärder och deras effekt. / The register of measures and their effect.",
    "Leveranser": "Filer in, kvitton ut. / Files in, receipts out.",
    "Kartrutor": "Gränser och koder som vektorrutor. / Outlines and codes as vector tiles.",
    "Händelser": "Enskilda händelser, för behöriga. / Single events, for those who may.",
    "Statistiktabeller": "Siffrorna som tabeller, enligt PxWebApi 2. / The figures as tables, by PxWebApi 2.",
    "Tjänsten": "Tjänsten själv. / The service itself.",
}


def describe(app: FastAPI, settings: Settings) -> Document:
    """Describe an app as an OpenAPI document.

    Args:
        app: The app.
        settings: Whose API it is, and where it is reached.

    Returns:
        The document, by OpenAPI 3.1.
    """
    document = get_openapi(
        title=app.title, version=__version__, openapi_version="3.1.0", summary=_TOLD, description=app.description, routes=app.routes,
        contact=_contact(settings), license_info={"name": "CC0 1.0", "url": settings.licence_url}, servers=_servers(settings),
    )  # fmt: skip
    schemas: Document = document["components"]["schemas"]
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    schemas.update(_schemas(GIVES.values()))
    document["components"]["headers"] = {name: dict(header) for name, header in HEADERS.items()}
    document["info"] |= {"x-sla": settings.service_level, "x-limitations": _LIMITATIONS}
    document["externalDocs"] = {
        "description": "Den här beskrivningen, så som tjänsten ger den. / This document, as the service gives it.",
        "url": f"{settings.public_url or f'https://{_NOWHERE}'}/openapi.json",
    }
    recorded = examples()
    document["components"]["examples"] = {status: example(problem) for status, problem in recorded["problems"].items()}
    document["components"]["securitySchemes"] = SCHEMES
    scopes = {f"{method} {route.path}": scope_of(route) for route in iter_route_contexts(app.routes) for method in route.methods or ()}
    used: set[str] = set()
    for method, path, operation in operations(document):
        used.update(operation.get("tags", ()))
        name = f"{method.upper()} {path}"
        if (scope := scopes.get(name)) is not None:
            operation["security"] = security_of(scope)
        if (gives := GIVES.get(name)) is not None:
            complete(Operation(method, path, operation, schemas), gives, {**recorded["problems"], **recorded.get(name, {})})
        else:
            # What follows another standard describes its own answers; its errors are ours.
            refuse(operation, recorded["problems"])
    document["tags"] = [{"name": name, "description": told} for name, told in _TAGS.items() if name in used]
    return document


def operations(document: Document) -> Iterator[tuple[str, str, Document]]:
    """Give each operation of a document with its method and its path."""
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield method, path, operation


def examples() -> Mapping[str, Document]:
    """Give the recorded examples: by operation and media type, or by the status of a problem, the address asked and what it answered."""
    found: Mapping[str, Document] = orjson.loads(files("trygghetskarta.api").joinpath("examples.json").read_bytes())
    return found


def _contact(settings: Settings) -> dict[str, str]:
    told = {"name": settings.contact_name, "url": settings.contact_url}
    return told if settings.contact_email is None else {**told, "email": settings.contact_email}


def _servers(settings: Settings) -> list[dict[str, str | Any]]:
    """Give the address of the service; while it is not set, one to fill in."""
    if settings.public_url is not None:
        return [{"url": settings.public_url, "description": "Tjänsten. / The service."}]
    host = {"default": _NOWHERE, "description": "Installationens namn. / Name of the installation."}
    return [{"url": "https://{host}", "description": "Installationen. / The installation.", "variables": {"host": host}}]


def _schemas(gives: Iterable[Gives]) -> Document:
    """Give the schemas of all answers by name."""
    types: list[type[BaseModel]] = [answer for one in gives for answer in (one.json, one.features, *one.chosen) if answer is not None]
    types += [JsonStat, Problem]
    _, found = models_json_schema([(each, "validation") for each in dict.fromkeys(types)], ref_template=f"{_SCHEMAS}{{model}}")
    schemas: Document = found["$defs"]
    for schema in schemas.values():
        for part in schema.get("properties", {}).values():
            # A default is what makes a member one that may be left out; no reader is given it.
            part.pop("default", None)
            part.pop("title", None)
    return schemas
