"""Reports as JSON: what programs read, and what a neighbour or the police sends to be merged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date
from enum import StrEnum
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import orjson

from trygghetskarta.errors import BadDeliveryError
from trygghetskarta.reports.document import (
    Chart,
    Facts,
    MapPicture,
    Notice,
    Paragraph,
    Prompts,
    Report,
    Subheading,
    Table,
)

SCHEMA = "trygghetskarta-lagesbild-1"
"""What tells such a file: raised when a change makes older files unreadable."""

_BLOCKS = {
    "paragraph": Paragraph,
    "subheading": Subheading,
    "notice": Notice,
    "prompts": Prompts,
    "facts": Facts,
    "table": Table,
    "map": MapPicture,
    "chart": Chart,
}
_TYPES = {block: name for name, block in _BLOCKS.items()}


def write_json(report: Report) -> bytes:
    """Write a report as JSON, camelCase, each block with its type."""
    return orjson.dumps({"schema": SCHEMA, **_told(report)})


def read_json(content: bytes, name: str) -> Report:
    """Read a report that was written as JSON.

    Args:
        content: The file.
        name: Its name, for the refusal.

    Returns:
        The report.

    Raises:
        BadDeliveryError: It is no such file.
    """
    try:
        report = _read_report(orjson.loads(content))
    except (orjson.JSONDecodeError, _UnreadableError, ValueError) as error:
        raise BadDeliveryError(
            f"{name} är ingen lägesbild i JSON-form ({SCHEMA}): {error}.", f"{name} is no lagesbild in JSON form ({SCHEMA}): {error}."
        ) from error
    return report


class _UnreadableError(Exception):
    """A member of the file is missing, or is not what it should be; the text names it."""


def _read_report(told: Any) -> Report:  # noqa: ANN401 - whatever JSON holds
    if not isinstance(told, dict) or told.get("schema") != SCHEMA:
        raise _UnreadableError("schema")
    report: Report = _read(Report, told)
    return report


def _told(thing: Any) -> Any:  # noqa: ANN401 - whatever a report holds
    if is_dataclass(thing) and not isinstance(thing, type):
        told = {_camel(field.name): _told(getattr(thing, field.name)) for field in fields(thing)}
        return {"type": _TYPES[type(thing)], **told} if type(thing) in _TYPES else told
    if isinstance(thing, tuple):
        return [_told(part) for part in thing]
    return thing


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def _read(kind: Any, told: Any) -> Any:  # noqa: ANN401 - whatever a report holds
    """Read a value as the type that a report has in its place."""
    if get_origin(kind) in (Union, UnionType):
        return _read_one_of(get_args(kind), told)
    if get_origin(kind) is tuple:
        return _read_tuple(get_args(kind), told)
    if is_dataclass(kind) and isinstance(kind, type):
        return _read_object(kind, told)
    if kind is date or (isinstance(kind, type) and issubclass(kind, StrEnum)):
        return _read_word(kind, told)
    if kind is float and isinstance(told, int) and not isinstance(told, bool):
        return float(told)
    if not isinstance(told, kind) or (isinstance(told, bool) and kind is not bool):
        raise _UnreadableError(repr(told))
    return told


def _read_word(kind: type, told: Any) -> date | StrEnum:  # noqa: ANN401
    """Read a day, or one of the words of a closed list."""
    if not isinstance(told, str):
        raise _UnreadableError(repr(told))
    return kind(told) if issubclass(kind, StrEnum) else date.fromisoformat(told)


def _read_object(kind: type, told: Any) -> Any:  # noqa: ANN401
    if not isinstance(told, Mapping):
        raise _UnreadableError(repr(told))
    hints = get_type_hints(kind)
    found = {}
    for field in fields(kind):
        name = _camel(field.name)
        if name in told:
            found[field.name] = _read(hints[field.name], told[name])
        elif field.default is MISSING:
            raise _UnreadableError(name)
    return kind(**found)


def _read_tuple(kinds: tuple[Any, ...], told: Any) -> Any:  # noqa: ANN401
    if not isinstance(told, list):
        raise _UnreadableError(repr(told))
    if kinds[-1] is Ellipsis:
        return tuple(_read(kinds[0], part) for part in told)
    if len(told) != len(kinds):
        raise _UnreadableError(repr(told))
    return tuple(_read(kind, part) for kind, part in zip(kinds, told, strict=True))


def _read_one_of(kinds: tuple[Any, ...], told: Any) -> Any:  # noqa: ANN401
    if told is None and type(None) in kinds:
        return None
    if isinstance(told, Mapping) and told.get("type") in _BLOCKS:
        return _read_object(_BLOCKS[told["type"]], told)
    # A whole number is a number with decimals too.
    plain = {kind for kind in kinds if kind in (int, float, str)} | ({int} if float in kinds else set())
    if type(told) in plain:
        return told
    rest = [kind for kind in kinds if kind not in (int, float, str, type(None))]
    if len(rest) == 1:
        return _read(rest[0], told)
    raise _UnreadableError(repr(told)[:80])
