"""Errors as HTTP: RFC 9457 problem details, in Swedish and English."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import iter_route_contexts
from psycopg import OperationalError as DriverError
from psycopg.errors import QueryCanceled
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException
from starlette.routing import compile_path

from trygghetskarta.api.leaving import LEFT, has_left
from trygghetskarta.errors import (
    BadDeliveryError,
    BusyError,
    ConflictError,
    Fault,
    ForbiddenError,
    InvalidQuestionError,
    NotCarriedError,
    NotCoveredError,
    NotFoundError,
    StorageError,
    TooLargeError,
    TrygghetskartaError,
    UnknownCallerError,
)
from trygghetskarta.observe import metrics

MEDIA_TYPE = "application/problem+json"
_log = logging.getLogger(__name__)

STATUS_OF: Mapping[type[TrygghetskartaError], HTTPStatus] = {
    InvalidQuestionError: HTTPStatus.BAD_REQUEST,
    NotFoundError: HTTPStatus.NOT_FOUND,
    NotCoveredError: HTTPStatus.UNPROCESSABLE_ENTITY,
    NotCarriedError: HTTPStatus.UNPROCESSABLE_ENTITY,
    BadDeliveryError: HTTPStatus.UNPROCESSABLE_ENTITY,
    TooLargeError: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    StorageError: HTTPStatus.INSUFFICIENT_STORAGE,
    ConflictError: HTTPStatus.CONFLICT,
    UnknownCallerError: HTTPStatus.UNAUTHORIZED,
    ForbiddenError: HTTPStatus.FORBIDDEN,
    BusyError: HTTPStatus.SERVICE_UNAVAILABLE,
}
TITLES: Mapping[HTTPStatus, tuple[str, str]] = {
    HTTPStatus.BAD_REQUEST: ("Frågan går inte att förstå", "Bad request"),
    HTTPStatus.UNAUTHORIZED: ("Nyckel eller inloggning behövs", "A key or signing in is needed"),
    HTTPStatus.FORBIDDEN: ("Åtkomst nekas", "Forbidden"),
    HTTPStatus.NOT_FOUND: ("Finns inte", "Not found"),
    HTTPStatus.METHOD_NOT_ALLOWED: ("Metoden går inte att använda här", "Method not allowed"),
    HTTPStatus.CONFLICT: ("Går inte som läget är", "Not in this state"),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: ("Innehållet är för stort", "The content is too large"),
    HTTPStatus.REQUEST_URI_TOO_LONG: ("Adressen är för lång", "The address is too long"),
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: ("Innehållet har fel slag", "Wrong kind of content"),
    HTTPStatus.UNPROCESSABLE_ENTITY: ("Frågan går inte att besvara", "The question cannot be answered"),
    HTTPStatus.INTERNAL_SERVER_ERROR: ("Internt fel", "Internal error"),
    HTTPStatus.INSUFFICIENT_STORAGE: ("Disken är full", "The disk is full"),
    HTTPStatus.SERVICE_UNAVAILABLE: ("Inte tillgängligt just nu", "Not available right now"),
}
_TEXTS: Mapping[HTTPStatus, tuple[str, str]] = {
    HTTPStatus.NOT_FOUND: ("Adressen finns inte.", "There is no such address."),
    HTTPStatus.METHOD_NOT_ALLOWED: ("Adressen tar inte emot den metoden.", "The address does not take this method."),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: ("Innehållet är större än tjänsten tar emot.", "The body is larger than the service takes."),
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: (
        "Skicka filens byte som de är, inte i ett formulär.",
        "Send the file's bytes as they are, not in a form.",
    ),
}
# What pydantic says of a value, by the kind of fault; the texts are ours so that both languages are right.
_REASONS: Mapping[str, tuple[str, str]] = {
    "missing": ("Parametern saknas.", "The parameter is missing."),
    "extra_forbidden": ("Parametern är okänd.", "The parameter is unknown."),
    "literal_error": ("Värdet är inte ett av de tillåtna.", "The value is not one of those allowed."),
    "enum": ("Värdet är inte ett av de tillåtna.", "The value is not one of those allowed."),
    "date_from_datetime_parsing": ("Värdet är inte ett datum skrivet som 2026-01-31.", "The value is not a date written as 2026-01-31."),
    "date_parsing": ("Värdet är inte ett datum skrivet som 2026-01-31.", "The value is not a date written as 2026-01-31."),
    "string_pattern_mismatch": ("Värdet är inte skrivet så som det ska.", "The value is not written as it should be."),
    "int_parsing": ("Värdet är inte ett heltal.", "The value is not a whole number."),
    "greater_than_equal": ("Värdet är för litet.", "The value is too small."),
    "less_than_equal": ("Värdet är för stort.", "The value is too large."),
    "too_short": ("Minst ett värde behövs.", "At least one value is needed."),
    "too_long": ("För många värden.", "Too many values."),
}
# How pydantic names a member of an enumeration: the reader is told its value.
_MEMBER = re.compile(r"<[^:>]*: ([^>]*)>")
_ANY_REASON = ("Värdet går inte att använda.", "The value cannot be used.")
FAILED = ("Något gick fel i tjänsten. Felet är loggat.", "Something went wrong in the service. It has been logged.")
"""What is told of a fault of our own."""
_RETRY_SECONDS = "5"
_NO_DATABASE = ("Databasen svarar inte just nu. Försök igen om en stund.", "The database does not answer right now. Try again soon.")
_NO_CONNECTION = (
    "Tjänsten har för mycket att göra med databasen just nu. Försök igen om en stund.",
    "The service has too much to ask the database right now. Try again soon.",
)
_TOO_SLOW = (
    "Frågan tog för lång tid i databasen och avbröts. Fråga om färre områden, färre kategorier eller kortare tid.",
    "The question took the database too long and was called off. Ask for fewer areas, fewer categories or a shorter span.",
)


def problem(status: HTTPStatus, texts: tuple[str, str], instance: str, faults: tuple[Fault, ...] = (), code: str | None = None) -> Response:
    """Write an error.

    Args:
        status: The HTTP status.
        texts: What is wrong, in Swedish and in English.
        instance: Path of the request.
        faults: The parameters at fault.
        code: What a program can tell a refused file by.

    Returns:
        The answer, never to be cached.
    """
    title, title_en = TITLES.get(status, (status.phrase, status.phrase))
    body: dict[str, Any] = {
        "type": "about:blank",
        "status": status.value,
        "title": title,
        "titleEn": title_en,
        "detail": texts[0],
        "detailEn": texts[1],
        "instance": instance,
    }
    if code is not None:
        body["code"] = code
    if faults:
        body["invalidParameters"] = [
            {"property": fault.property, "value": fault.value, "reason": fault.reason, "reasonEn": fault.reason_en} for fault in faults
        ]
    headers = {"Cache-Control": "no-store", "Content-Language": "sv, en"}
    if status is HTTPStatus.SERVICE_UNAVAILABLE:
        headers["Retry-After"] = _RETRY_SECONDS
    if status is HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = 'ApiKey realm="trygghetskarta", Bearer realm="trygghetskarta"'
    return Response(orjson.dumps(body), status.value, headers, MEDIA_TYPE)


def problem_of(error: TrygghetskartaError, instance: str) -> Response:
    """Write an error that the caller can do something about.

    Args:
        error: What is wrong.
        instance: Path of the request.

    Returns:
        The answer, never to be cached.
    """
    code = error.code if isinstance(error, BadDeliveryError) else "storage" if isinstance(error, StorageError) else None
    return problem(STATUS_OF[type(error)], (error.swedish, error.english), instance, error.faults, code)


def add_problems(app: FastAPI) -> None:
    """Make an app answer every error as a problem.

    Args:
        app: The app.
    """

    @app.exception_handler(TrygghetskartaError)
    def remedied(request: Request, error: TrygghetskartaError) -> Response:
        return problem_of(error, request.url.path)

    @app.exception_handler(RequestValidationError)
    def invalid(request: Request, error: RequestValidationError) -> Response:
        faults = tuple(_fault(part) for part in error.errors())
        texts = (f"{faults[0].property}: {faults[0].reason}", f"{faults[0].property}: {faults[0].reason_en}")
        return problem(HTTPStatus.BAD_REQUEST, texts, request.url.path, faults)

    @app.exception_handler(HTTPException)
    def http(request: Request, error: HTTPException) -> Response:
        status = HTTPStatus(error.status_code)
        answer = problem(status, _TEXTS.get(status, (status.phrase, status.phrase)), request.url.path)
        if status is HTTPStatus.METHOD_NOT_ALLOWED:
            answer.headers["Allow"] = ", ".join(_methods(app, request.url.path))
        return answer

    _add_database_problems(app)


def _add_database_problems(app: FastAPI) -> None:
    @app.exception_handler(PoolTimeoutError)
    def no_connection(request: Request, _: PoolTimeoutError) -> Response:
        metrics().refused_by("pool")
        return problem(HTTPStatus.SERVICE_UNAVAILABLE, _NO_CONNECTION, request.url.path)

    @app.exception_handler(DBAPIError)
    @app.exception_handler(DriverError)
    def failed(request: Request, error: DBAPIError | DriverError) -> Response:
        found = error.orig if isinstance(error, DBAPIError) else error
        if has_left():
            return Response(status_code=LEFT)
        if isinstance(found, QueryCanceled):
            metrics().refused_by("statement")
            return problem(HTTPStatus.SERVICE_UNAVAILABLE, _TOO_SLOW, request.url.path)
        if not isinstance(found, DriverError):
            raise error
        _log.warning("The database does not answer: %s", type(found).__qualname__)
        return problem(HTTPStatus.SERVICE_UNAVAILABLE, _NO_DATABASE, request.url.path)


def _methods(app: FastAPI, path: str) -> list[str]:
    """Name the methods that an address takes: those of all its routes, not only of the first."""
    routes = (route for route in iter_route_contexts(app.routes) if route.path and compile_path(route.path)[0].match(path))
    return sorted(set().union(*(route.methods or () for route in routes)))


def _fault(part: Mapping[str, Any]) -> Fault:
    name = str(part["loc"][1]) if len(part["loc"]) > 1 else str(part["loc"][0])
    given = part.get("input")
    swedish, english = _REASONS.get(part["type"], _ANY_REASON)
    allowed = part.get("ctx", {}).get("expected")
    if allowed and part["type"] in ("enum", "literal_error"):
        allowed = _MEMBER.sub(r"\1", allowed)
        swedish, english = f"{swedish} De är {allowed}.".replace(" or ", " och "), f"{english} They are {allowed}.".replace(" or ", " and ")
    return Fault(name, str(given)[:200] if isinstance(given, (str, int, float)) else None, swedish, english)
