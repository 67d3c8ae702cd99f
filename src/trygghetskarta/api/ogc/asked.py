"""What a request for items asks: OGC's own parameters read, and the rest left for the collection."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

import orjson
from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError

from trygghetskarta.domain.filters import CRS84, SYSTEMS, Columns, Compared, Crs, Every, Filter, Operator, Some, Touches
from trygghetskarta.errors import bad_parameter
from trygghetskarta.queries.filters import box, read_filter, read_instant, read_value

GEOMETRY = "geometry"
"""What filters call the geometry."""
MOST = 10_000
USUAL = 100
LANGUAGES = ("cql2-text", "cql-text")
"""The languages of a filter: two names of one, the second for programs that know it by that."""
OWN = ("f", "limit", "bbox", "bbox-crs", "crs", "datetime", "filter", "filter-lang", "filter-crs", "after", "resultType")
"""The parameters that every collection has."""

_Parameters = TypeVar("_Parameters", bound=BaseModel)
Given = Mapping[str, list[str]]


@dataclass(frozen=True, slots=True)
class ItemsAsked:
    """What is asked of the items of a collection.

    Attributes:
        limit: How many at the most.
        after: Where the page begins; None for the first.
        hits: Whether only their number is asked for.
        crs: The coordinate reference system of the answer.
        during: They are of a time between these; None for no limit.
        filter: What they must be.
    """

    limit: int
    after: str | None
    hits: bool
    crs: Crs
    during: tuple[datetime | None, datetime | None]
    filter: Filter


def given(request: Request) -> dict[str, list[str]]:
    """Give the parameters of a request by name."""
    found: dict[str, list[str]] = {}
    for name, value in request.query_params.multi_items():
        found.setdefault(name, []).append(value)
    return found


def refuse_unknown(parameters: Given, known: Iterable[str]) -> None:
    """Refuse a parameter that nothing here has.

    Raises:
        InvalidQuestionError: There is one.
    """
    names = set(known)
    for name in parameters:
        if name not in names:
            raise bad_parameter(name, parameters[name][0][:200], "Parametern är okänd.", "The parameter is unknown.")


def one(parameters: Given, name: str) -> str | None:
    """Give the value of a parameter that has one, however often it is said.

    Raises:
        InvalidQuestionError: It has several.
    """
    values = set(parameters.get(name, ()))
    if len(values) > 1:
        raise bad_parameter(
            name, ", ".join(sorted(values))[:200], "Parametern kan bara ha ett värde.", "The parameter can have one value only."
        )
    return values.pop() if values else None


def read_model(model: type[_Parameters], parameters: Given) -> _Parameters:
    """Read the parameters that a model has, as FastAPI would.

    Raises:
        RequestValidationError: One of them cannot be used.
    """
    values: dict[str, Any] = {}
    for field, info in model.model_fields.items():
        name = info.alias or field
        if name in parameters:
            many = getattr(info.annotation, "__origin__", None) is list
            values[name] = parameters[name] if many else one(parameters, name)
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise RequestValidationError([{**fault, "loc": ("query", *fault["loc"])} for fault in error.errors()]) from error


def read_items(parameters: Given, columns: Columns, taken: Iterable[str]) -> ItemsAsked:
    """Read what a request asks of items.

    Args:
        parameters: The request's parameters.
        columns: The columns of the collection, which it can be filtered by.
        taken: The parameters that are the collection's own; they are not taken for columns.

    Returns:
        What is asked.

    Raises:
        InvalidQuestionError: A parameter is unknown, or cannot be used.
    """
    own = set(taken)
    refuse_unknown(parameters, (*OWN, *own, *columns))
    parts = [*_box(parameters), *_filter(parameters, columns), *_equal(parameters, [name for name in columns if name not in own], columns)]
    result = one(parameters, "resultType")
    if result not in (None, "results", "hits"):
        raise bad_parameter("resultType", result, "Värdet är results eller hits.", "The value is results or hits.")
    return ItemsAsked(
        _limit(parameters),
        one(parameters, "after"),
        result == "hits",
        read_crs(parameters, "crs"),
        _during(parameters),
        Every(tuple(parts)),
    )


def read_form(parameters: Given) -> None:
    """Refuse another form than JSON, which is the only one.

    Raises:
        InvalidQuestionError: Another is asked for.
    """
    form = one(parameters, "f")
    if form not in (None, "json", "geojson"):
        raise bad_parameter("f", form, "Svaren ges som json.", "Answers are given as json.")


def _limit(parameters: Given) -> int:
    written = one(parameters, "limit")
    if written is None:
        return USUAL
    if not (written.isascii() and written.isdigit()) or len(written) > 18 or int(written) < 1:
        raise bad_parameter("limit", written[:200], "Värdet är inte ett heltal från 1.", "The value is not a whole number from 1.")
    return min(int(written), MOST)


def read_crs(parameters: Given, name: str) -> Crs:
    """Read a parameter that names a coordinate reference system; WGS84, longitude first, where it is left out.

    Raises:
        InvalidQuestionError: There is no such system here.
    """
    uri = one(parameters, name)
    if uri is None:
        return CRS84
    crs = SYSTEMS.get(uri.strip().removeprefix("<").removesuffix(">").replace("https://", "http://"))
    if crs is None:
        known = ", ".join(SYSTEMS)
        raise bad_parameter(
            name, uri[:200], f"Systemet finns inte här. De som finns är {known}.", f"There is no such system here; there are {known}."
        )
    return crs


def _box(parameters: Given) -> list[Filter]:
    written = one(parameters, "bbox")
    crs = read_crs(parameters, "bbox-crs")
    return [] if written is None else read_box(written, crs)


def read_box(written: str, crs: Crs) -> list[Filter]:
    """Read a box: four numbers, or six of which two are heights, in the order of axes of its coordinate reference system.

    Raises:
        InvalidQuestionError: It is none.
    """
    try:
        sides = [float(side) for side in written.split(",")]
    except ValueError:
        sides = []
    if len(sides) not in (4, 6) or not all(map(math.isfinite, sides)):
        raise bad_parameter("bbox", written[:200], "En ruta är fyra tal.", "A box is four numbers.")
    half = len(sides) // 2
    left, bottom, right, top = (max(-1e9, min(1e9, side)) for side in (sides[0], sides[1], sides[half], sides[half + 1]))
    if bottom > top or (left > right and crs is not CRS84):
        raise bad_parameter("bbox", written[:200], "Rutan slutar innan den börjar.", "The box ends before it begins.")
    # A box over the 180th meridian is two.
    boxes = [[left, bottom, right, top]] if left <= right else [[left, bottom, 180.0, top], [-180.0, bottom, right, top]]
    return [Some(tuple(Touches(orjson.dumps(box(part)).decode(), crs) for part in boxes))]


def _filter(parameters: Given, columns: Columns) -> list[Filter]:
    language = one(parameters, "filter-lang")
    if language is not None and language not in LANGUAGES:
        known = ", ".join(LANGUAGES)
        raise bad_parameter("filter-lang", language[:200], f"Filter skrivs i {known}.", f"Filters are written in {known}.")
    crs = read_crs(parameters, "filter-crs")
    written = one(parameters, "filter")
    return [read_filter(written, columns, GEOMETRY, crs)] if written is not None else []


def _equal(parameters: Given, names: list[str], columns: Columns) -> list[Filter]:
    found: list[Filter] = []
    for name in names:
        if name in parameters:
            if any("\x00" in value for value in parameters[name]):
                raise bad_parameter(name, None, "Värdet har ett nolltecken.", "The value has a null character.")
            values = tuple(read_value(name, value, columns[name]) for value in parameters[name])
            found.append(Compared(name, Operator.IN, values))
    return found


def _during(parameters: Given) -> tuple[datetime | None, datetime | None]:
    written = one(parameters, "datetime")
    if written is None:
        return None, None
    parts = [part.strip() for part in written.split("/")]
    if len(parts) > 2 or (len(parts) == 1 and parts[0] in ("", "..")):
        raise _no_time(written)
    since, until = (_instant(part, written) for part in (parts[0], parts[-1]))
    if until is not None and _is_day(parts[-1]):
        until = until.replace(hour=23, minute=59, second=59, microsecond=999_999)
    if since is not None and until is not None and until < since:
        raise bad_parameter("datetime", written[:200], "Tiden slutar innan den börjar.", "The time ends before it begins.")
    return since, until


def _instant(part: str, written: str) -> datetime | None:
    # QGIS writes the year 0 where there is no beginning.
    if part in ("", "..") or part.startswith("0000-"):
        return None
    found = read_instant(part)
    if found is None:
        raise _no_time(written)
    return found


def _is_day(part: str) -> bool:
    return len(part.removesuffix("T")) == len("2026-01-31")


def _no_time(written: str) -> Exception:
    swedish = "En tid skrivs som 2026-01-31T12:00:00Z, eller två med / emellan, där .. är utan gräns."
    english = "A time is written as 2026-01-31T12:00:00Z, or two with / between, where .. is without end."
    return bad_parameter("datetime", written[:200], swedish, english)
