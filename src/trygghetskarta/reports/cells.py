"""Figures of answers as cells: the text that every form prints, and the value behind it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trygghetskarta.analysis.verdicts import STRONG
from trygghetskarta.domain.counts import Status
from trygghetskarta.reports.asking import Answer
from trygghetskarta.reports.document import STATUS_WORDS, Cell, Kind, Origin
from trygghetskarta.serialize.swedish import decimal, whole

NO_BASE = "."
"""What a percentage is printed as where there is nothing to take it of, as Brå prints it."""

_ENDLESS = 1_000
"""A ratio that may as well be so many times as large is not bounded upwards: its digits would say nothing."""

VERDICTS = {"higher": "fler", "lower": "färre", "cannotTell": "kan inte avgöras", "notApplicable": "–"}
RATE_VERDICTS = {"higher": "högre", "lower": "lägre", "cannotTell": "kan inte avgöras", "notApplicable": "–"}


def grade_of(row: Mapping[str, Any]) -> str:
    """Say how well a verdict of higher or lower is founded, in the words of every answer: sure, or likely for the many that are tested."""
    return "säkerställt" if (row.get("adjustedP") or 0) <= STRONG else "troligen"


def words(text: str) -> Cell:
    """Give a cell that holds words."""
    return Cell(text, text)


def lacking(status: Status, origin: Origin | None = None) -> Cell:
    """Give a cell that says in which way a figure is lacking."""
    return Cell(STATUS_WORDS[status], None, status, origin)


def printed(value: float, kind: Kind) -> str:
    """Write a number as its kind is written."""
    match kind:
        case Kind.COUNT:
            return whole(round(value))
        case Kind.CHANGE:
            return f"+{whole(round(value))}" if value > 0 else whole(round(value))
        case Kind.PERCENT:
            return decimal(value, 0)
        case Kind.RATE:
            return decimal(value, 1)
        case _:
            return decimal(value, 2)


def figure(answer: Answer, pointer: str, kind: Kind = Kind.COUNT, *, status: str | None = None, times: float = 1.0) -> Cell:
    """Give a figure of an answer as a cell.

    Args:
        answer: The answer.
        pointer: Where the figure stands in it.
        kind: What it is.
        status: The status that the answer gives the figure; None where it gives none.
        times: What it is multiplied by.

    Returns:
        The figure, or in which way it is lacking.
    """
    origin = answer.origin(pointer, times)
    if answer.status is not Status.VALUE:
        return lacking(answer.status, origin)
    told, value = Status(status) if status is not None else Status.VALUE, answer.get(pointer)
    if told is not Status.VALUE:
        return lacking(told, origin)
    if value is None:
        return lacking(Status.NOT_APPLICABLE, origin)
    scaled = value if times == 1.0 else value * times
    return Cell(printed(scaled, kind), scaled, Status.VALUE, origin)


def interval(answer: Answer, pointers: tuple[str, str], kind: Kind = Kind.RATE) -> Cell:
    """Give both ends of an interval as one cell, whose parts are the ends; it holds no number of its own."""
    low, high = (answer.get(pointer) for pointer in pointers)
    if low is None and high is None:
        return lacking(answer.status if answer.status is not Status.VALUE else Status.NOT_APPLICABLE)
    parts = tuple(_end(answer, pointer, kind) for pointer in pointers)
    # A dash before a minus would be read as part of it.
    text = (" till " if any(end is not None and end < 0 for end in (low, high)) else "–").join(part.text for part in parts)
    return Cell(text, text, parts=parts)


def _end(answer: Answer, pointer: str, kind: Kind) -> Cell:
    end = answer.get(pointer)
    endless = end is None or (kind is Kind.DECIMAL and end >= _ENDLESS)
    return Cell("…" if endless else printed(end, kind), end, Status.VALUE, answer.origin(pointer))


def rank(answer: Answer, pointers: tuple[str, str]) -> Cell:
    """Give the places that an area may have among the others as one cell: one place where both ends are the same."""
    parts = tuple(figure(answer, pointer) for pointer in pointers)
    if parts[0].value is None:
        return lacking(Status.NOT_APPLICABLE, parts[0].origin)
    text = "–".join(dict.fromkeys(part.text for part in parts))
    return Cell(text, text, parts=parts)


def quoted(text: str, answer: Answer, pointer: str) -> Cell:
    """Give words that an answer has the value of: a month's name, the number of a publication."""
    return Cell(text, answer.get(pointer), origin=answer.origin(pointer))
