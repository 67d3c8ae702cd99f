"""The OpenAPI document of `/ogc/v1`, for OpenAPI 3.0, which is what the programs that read it know.

Every collection has a path of its own: GDAL looks for the very path, and sends no filter where it is not there. `limit` is a component, because GDAL
and QGIS look for the size of a page there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import Request
from pydantic import BaseModel

from trygghetskarta import __version__
from trygghetskarta.api.addresses import address
from trygghetskarta.api.ogc.asked import LANGUAGES, MOST, USUAL
from trygghetskarta.api.ogc.collections import Collection
from trygghetskarta.api.ogc.documents import JSON, ROOT, SCHEMA
from trygghetskarta.api.problems import MEDIA_TYPE as PROBLEM
from trygghetskarta.domain.filters import SYSTEMS, Columns
from trygghetskarta.queries.filters import LONGEST
from trygghetskarta.serialize.feature_pages import MEDIA_TYPE as GEOJSON

Document = dict[str, Any]
_REFS = "#/components/schemas/{model}"
_OF_ITEMS = ("limit", "bbox", "bbox-crs", "crs", "datetime", "filter", "filter-lang", "filter-crs", "after", "resultType")


def describe_api(request: Request, collections: Mapping[str, tuple[Collection, Columns]]) -> Document:
    """Give the document.

    Args:
        request: The request that is answered.
        collections: The collections there are for who asks, with their columns.
    """
    schemas: Document = {"problem": _PROBLEM}
    paths: Document = {
        "/": _path("getLandingPage", "Startsidan / The landing page", JSON),
        "/conformance": _path("getConformance", "Vad API:et följer / What the API conforms to", JSON),
        "/api": _path("getApi", "Den här beskrivningen / This description", "application/vnd.oai.openapi+json;version=3.0"),
        "/collections": _path("getCollections", "Samlingarna / The collections", JSON),
    }
    for code, (collection, columns) in collections.items():
        paths |= _collection_paths(code, collection, columns, schemas)
    return {
        "openapi": "3.0.3",
        "info": {
            "title": "trygghetskarta: OGC API Features",
            "version": __version__,
            "description": "Områden, jämförelser, serier och händelser för GIS-program. / Areas, comparisons, series and events for GIS programs.",
        },
        "servers": [{"url": address(request, ROOT)}],
        "paths": paths,
        "components": {"schemas": schemas, "parameters": _parameters(), "securitySchemes": {"key": _KEY}},
        "security": [{}, {"key": []}],
    }


_KEY = {"type": "apiKey", "in": "header", "name": "X-API-Key"}
_PROBLEM: Document = {
    "type": "object",
    "description": "RFC 9457",
    "properties": {
        "type": {"type": "string"},
        "status": {"type": "integer"},
        "title": {"type": "string"},
        "titleEn": {"type": "string"},
        "detail": {"type": "string"},
        "detailEn": {"type": "string"},
        "instance": {"type": "string"},
        "invalidParameters": {"type": "array", "items": {"type": "object"}},
    },
}


def _collection_paths(code: str, collection: Collection, columns: Columns, schemas: Document) -> Document:
    path, title = f"/collections/{code}", " / ".join(collection.title)
    own = _own_parameters(collection.parameters, collection.own, schemas)
    properties = [
        {
            "name": name,
            "in": "query",
            "required": False,
            "description": f"Bara objekt med det här värdet på {name}. / Only items with this value of {name}.",
            "schema": {"type": "string"},
        }
        for name in columns
        if name not in collection.own
    ]
    common = [{"$ref": f"#/components/parameters/{name}"} for name in _OF_ITEMS]
    feature = {"name": "featureId", "in": "path", "required": True, "description": "Objektets id. / Its id.", "schema": {"type": "string"}}
    crs = {"$ref": "#/components/parameters/crs"}
    name = code[:1].upper() + code[1:]
    return {
        path: _path(f"describe{name}", title, JSON),
        f"{path}/queryables": _path(f"get{name}Queryables", f"{title}: vad som går att filtrera på / what to filter by", SCHEMA, own),
        f"{path}/schema": _path(f"get{name}Schema", f"{title}: hur ett objekt ser ut / what an item looks like", SCHEMA, own),
        f"{path}/items": _path(f"get{name}Items", title, GEOJSON, [*common, *own, *properties]),
        f"{path}/items/{{featureId}}": _path(f"get{name}Item", f"{title}: ett objekt / one item", GEOJSON, [feature, crs, *own]),
    }


def _path(operation: str, summary: str, media_type: str, parameters: list[Document] | None = None) -> Document:
    problem = {"content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/problem"}}}}
    return {
        "get": {
            "operationId": operation,
            "summary": summary,
            "parameters": [{"$ref": "#/components/parameters/f"}, *(parameters or [])],
            "responses": {
                "200": {"description": summary, "content": {media_type: {"schema": {"type": "object"}}}},
                "400": {"description": "Frågan går inte att förstå. / The question cannot be understood.", **problem},
                "default": {"description": "Ett fel. / An error.", **problem},
            },
        }
    }


def _own_parameters(model: type[BaseModel], names: tuple[str, ...], schemas: Document) -> list[Document]:
    """Describe the parameters of a model as OpenAPI 3.0 does."""
    described = model.model_json_schema(by_alias=True, ref_template=_REFS)
    schemas |= {name: _plain(schema) for name, schema in described.get("$defs", {}).items()}
    parameters = []
    for name in names:
        schema = _plain(described["properties"][name])
        parameters.append(
            {
                "name": name,
                "in": "query",
                "required": False,
                "description": schema.pop("description", name),
                "schema": schema,
                "explode": True,
            }
        )
    return parameters


def _plain(schema: Document) -> Document:
    """Write a schema of JSON Schema 2020-12 as OpenAPI 3.0 has it: no null beside a type, one example."""
    found = {key: value for key, value in schema.items() if key not in ("anyOf", "title", "examples", "default")}
    found |= next((_plain(part) for part in schema.get("anyOf", ()) if part.get("type") != "null"), {})
    if schema.get("default") is not None and "$ref" not in found:
        found["default"] = schema["default"]
    if schema.get("examples"):
        found["example"] = schema["examples"][0]
    # Beside a reference OpenAPI 3.0 reads nothing else.
    return {"allOf": [{"$ref": found.pop("$ref")}], **found} if "$ref" in found and len(found) > 1 else found


def _parameters() -> Document:
    crs = {"type": "string", "format": "uri", "enum": list(SYSTEMS)}
    said: Mapping[str, tuple[str, Document]] = {
        "f": ("Svarets form. / Form of the answer.", {"type": "string", "enum": ["json", "geojson"]}),
        "limit": (
            "Högsta antal på en sida; ett större tal än det största tas som det. / Most items of a page.",
            {"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL},
        ),
        "bbox": (
            "Bara objekt i rutan: väster, söder, öster, norr, eller så som systemets axlar är ordnade. / Only items in the box.",
            {"type": "array", "items": {"type": "number"}, "minItems": 4, "maxItems": 6},
        ),
        "bbox-crs": ("Rutans koordinatsystem. / The system of the box.", crs),
        "crs": ("Svarets koordinatsystem. / The system of the answer.", crs),
        "datetime": (
            "En tid eller två med / emellan; .. är utan gräns. Samlingar utan tid väljs inte efter den. / A time, or two with / between.",
            {"type": "string"},
        ),
        "filter": ("Villkor i CQL2. / A condition in CQL2.", {"type": "string", "maxLength": LONGEST}),
        "filter-lang": ("Villkorets språk. / Its language.", {"type": "string", "enum": list(LANGUAGES), "default": LANGUAGES[0]}),
        "filter-crs": ("Koordinatsystemet för geometrier i villkoret. / The system of geometries in it.", crs),
        "after": ("Var sidan börjar; ur länken next. / Where the page begins; from the link next.", {"type": "string"}),
        "resultType": (
            "hits ger bara antalet. / hits gives the number only.",
            {"type": "string", "enum": ["results", "hits"], "default": "results"},
        ),
    }
    return {
        name: {
            "name": name,
            "in": "query",
            "required": False,
            "description": description,
            "schema": schema,
            **({"style": "form", "explode": False} if name == "bbox" else {}),
        }
        for name, (description, schema) in said.items()
    }
