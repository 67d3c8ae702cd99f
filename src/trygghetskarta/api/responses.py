"""What one operation of the OpenAPI document answers: in every format, unchanged, and in error."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel

from trygghetskarta.api.answers.parts import Collection, JsonStat
from trygghetskarta.api.gives import Gives
from trygghetskarta.api.problems import MEDIA_TYPE, TITLES
from trygghetskarta.serialize.formats import Format

Document = dict[str, Any]

HEADERS: Mapping[str, Document] = {
    name: {"description": told, "required": name not in ("Location", "Content-Disposition"), "schema": {"type": kind}}
    for name, told, kind in (
        ("ETag", "Svarets märke; skicka det i If-None-Match. / The tag of the answer, for If-None-Match.", "string"),
        ("Last-Modified", "När svaret senast ändrades. / When the answer last changed.", "string"),
        ("Cache-Control", "Hur svaret får sparas; ett fel aldrig. / How the answer may be kept; an error never.", "string"),
        ("Location", "Adressen till det som skapades. / The address of what was made.", "string"),
        ("Retry-After", "Sekunder att vänta. / Seconds to wait.", "integer"),
        ("WWW-Authenticate", "Hur anropet visar vem det är. / How to say who asks.", "string"),
    )
}
_ALWAYS = (
    HTTPStatus.BAD_REQUEST, HTTPStatus.FORBIDDEN, HTTPStatus.REQUEST_URI_TOO_LONG, HTTPStatus.INTERNAL_SERVER_ERROR,
    HTTPStatus.SERVICE_UNAVAILABLE,
)  # fmt: skip
_OF_OTHERS = (HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY)
_OF_ERRORS = {HTTPStatus.SERVICE_UNAVAILABLE: ("Retry-After",), HTTPStatus.UNAUTHORIZED: ("WWW-Authenticate",)}
_DONE = {
    HTTPStatus.OK: "Svaret. / The answer.",
    HTTPStatus.CREATED: "Det är gjort, och detta är vad som finns. / It is done, and this is what there is.",
    HTTPStatus.ACCEPTED: "Filen väntar på godkännande. / The file is held for approval.",
}
_FOLLOWED = "Hur långt arbetet har kommit, och sist kvittot eller felet. / How far the work has come, and last the receipt or the problem."
_OBJECT = {"type": "object"}
_TEXT = {"type": "string"}
_BYTES = {"type": "string", "format": "binary"}
_ORIGINAL = "original"


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation of the document.

    Attributes:
        method: Its method, in lower case.
        path: Its path.
        told: What the document tells of it, to be completed.
        schemas: The schemas of the document by name.
    """

    method: str
    path: str
    told: Document
    schemas: Document

    @property
    def reads(self) -> bool:
        """Whether it is a GET."""
        return self.method == "get"

    def formats(self) -> list[str]:
        """Give the formats that its answer can be asked for in; JSON alone where none can be chosen."""
        for parameter in self.told.get("parameters", ()):
            if parameter["name"] == "format":
                schema = parameter["schema"]
                found: list[str] = (self.schemas[schema["$ref"].rsplit("/", 1)[-1]] if "$ref" in schema else schema)["enum"]
                return found
        return [Format.JSON.value]


def complete(operation: Operation, gives: Gives, recorded: Mapping[str, Document]) -> None:
    """Say what an operation answers.

    Args:
        operation: The operation; what FastAPI guessed of its answers is replaced.
        gives: What it gives.
        recorded: Real answers, by media type, and of problems by status.
    """
    told = operation.told
    done = HTTPStatus(int(next(status for status in told["responses"] if status.startswith("2"))))
    contents = dict(_contents(operation, gives, recorded))
    kept = (
        ("ETag", "Last-Modified", "Cache-Control")
        if operation.reads and operation.path.startswith(("/v1/", "/dcat"))
        else ("Cache-Control",)
    )
    answers = _good(done, gives, contents, kept)
    if gives.empty:
        answers[HTTPStatus.NO_CONTENT] = {"description": "Här finns ingenting. / There is nothing here.", "headers": _headers(*kept)}
    if "ETag" in kept:
        unchanged = "Svaret är det som den som frågar redan har. / The answer is the one the caller has."
        answers[HTTPStatus.NOT_MODIFIED] = {"description": unchanged, "headers": _headers(*kept)}
    secured = (HTTPStatus.UNAUTHORIZED,) if "security" in told else ()
    for status in sorted({*_ALWAYS, *secured, *gives.refused}):
        answers[status] = _refusal(status, recorded)
    told["responses"] = {str(status.value): answer for status, answer in answers.items()}
    if "request" in recorded:
        for content in told["requestBody"]["content"].values():
            content["examples"] = _examples(recorded["request"])


def _good(done: HTTPStatus, gives: Gives, contents: Document, kept: Sequence[str]) -> dict[HTTPStatus, Document]:
    """Give the answers to what went well, by status."""
    answers: dict[HTTPStatus, Document] = {}
    for status in (done, HTTPStatus.ACCEPTED) if gives.held else (done,):
        names = (*kept, "Location") if status is not HTTPStatus.OK else kept
        answers[status] = {"description": _DONE[status], "headers": _headers(*names), "content": contents}
    if gives.followed:
        course = answers.setdefault(HTTPStatus.OK, {"description": _FOLLOWED, "headers": _headers(*kept), "content": {}})
        course["content"] = {**course["content"], "text/event-stream": {"schema": _TEXT}}
    return answers


def refuse(told: Document, recorded: Mapping[str, Document]) -> None:
    """Say which errors an operation may answer that describes the rest of its answers itself.

    Args:
        told: What the document tells of it; the error that FastAPI guessed is replaced.
        recorded: Real problems by status.
    """
    told["responses"] |= {str(status.value): _refusal(status, recorded) for status in sorted({*_ALWAYS, *_OF_OTHERS})}


def _contents(operation: Operation, gives: Gives, recorded: Mapping[str, Document]) -> Iterator[tuple[str, Document]]:
    """Give the schema and an example of each media type."""
    if gives.others:
        for media_type in gives.others:
            yield media_type, _content(_other(media_type, gives), recorded.get(media_type))
        return
    found: dict[str, list[Document]] = {}
    # What is GeoJSON whatever is asked has no other formats.
    for name in operation.formats() if gives.json is not gives.features else [Format.GEOJSON.value]:
        media_type = "application/octet-stream" if name == _ORIGINAL else Format(name).media_type.partition(";")[0]
        found.setdefault(media_type, []).extend(_typed(name, gives) or [_plain(media_type)])
    for media_type, schemas in found.items():
        yield media_type, _content(schemas[0] if len(schemas) == 1 else {"anyOf": schemas}, recorded.get(media_type))


def _typed(name: str, gives: Gives) -> list[Document]:
    """Give the types of an answer in a format; none where it is a file."""
    drawn = [answer for answer in gives.chosen if issubclass(answer, Collection)]
    plain = [answer for answer in gives.chosen if answer not in drawn]
    types: dict[str, list[type[BaseModel] | None]] = {
        Format.JSON.value: [gives.json, *plain],
        Format.GEOJSON.value: [gives.features, *drawn],
        Format.JSONSTAT.value: [JsonStat],
    }
    return [_ref(answer.__name__) for answer in types.get(name, ()) if answer is not None]


def _other(media_type: str, gives: Gives) -> Document:
    """Give the type of an answer that is no table: that of JSON where it is told, else an object or a file."""
    if media_type == Format.JSON.media_type and gives.json is not None:
        return _ref(gives.json.__name__)
    return _OBJECT if media_type.endswith("json") else _plain(media_type)


def _plain(media_type: str) -> Document:
    return _TEXT if media_type.startswith("text/") else _BYTES


def _refusal(status: HTTPStatus, recorded: Mapping[str, Document]) -> Document:
    title, title_en = TITLES[status]
    name = str(status.value)
    problem = {"examples": {"example": {"$ref": f"#/components/examples/{name}"}}} if name in recorded else {}
    return {
        "description": f"{title}. / {title_en}.",
        "headers": _headers("Cache-Control", *_OF_ERRORS.get(status, ())),
        "content": {MEDIA_TYPE: {"schema": _ref("Problem"), **problem}},
    }


def _content(schema: Document, recorded: Document | None) -> Document:
    if recorded is None:
        return {"schema": schema}
    return {"schema": schema, "examples": _examples(recorded)}


def _examples(recorded: Document) -> Document:
    return {"example": example(recorded)}


def example(recorded: Document) -> Document:
    """Give what was recorded as an example of the document: what was asked, and what was answered or sent."""
    return {"summary": recorded["asked"], "value": recorded["value"]}


def _ref(name: str) -> Document:
    return {"$ref": f"#/components/schemas/{name}"}


def _headers(*names: str) -> Document:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}
