"""Maps of answers: areas in classes by a figure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.counts import Status
from trygghetskarta.reports.asking import Answer
from trygghetskarta.reports.cells import figure, printed
from trygghetskarta.reports.document import Cell, Kind, MapArea, MapPicture
from trygghetskarta.reports.situation import Situation
from trygghetskarta.serialize.swedish import listed

_CLASSES = 5
_NAMED = 3


@dataclass(frozen=True, slots=True)
class Shading:
    """What a map shows.

    Attributes:
        column: The column of the answer.
        kind: What it holds.
        caption: What the map shows, with the months.
        of: What the classes are of, as the title of the legend.
        note: What a reader must know; empty for nothing.
    """

    column: str
    kind: Kind
    caption: str
    of: str
    note: str = ""


def map_of(situation: Situation, level: AreaLevel, answer: Answer, shading: Shading, also: MapArea | None = None) -> MapPicture:
    """Make a map of an answer about areas of a level.

    Args:
        situation: What the report is about; its area is marked.
        level: The level of the answer's areas.
        answer: The answer.
        shading: What it shows.
        also: A place that is no area, to be drawn over the areas in the classes that they have together; None for none.

    Returns:
        The map; an area without a value has no class.
    """
    outlines = situation.geography.outlines(level)
    cells = {
        row["code"]: figure(answer, f"/items/{number}/{shading.column}", shading.kind, status=_status(row))
        for number, row in enumerate(answer.rows)
    }
    shown = [*cells.values(), *([also.cell] if also is not None else [])]
    bounds = breaks([cell.value for cell in shown if isinstance(cell.value, int | float)])
    areas = tuple(
        MapArea(row["code"], row["name"], outlines[row["code"]], cell, _shade(cell, bounds), row["code"] == situation.area.code)
        for row, cell in ((row, cells[row["code"]]) for row in answer.rows)
        if row["code"] in outlines
    )
    if also is not None:
        areas = (*areas, replace(also, shade=_shade(also.cell, bounds)))
    return MapPicture(
        caption=shading.caption,
        alt=_alt(shading, areas),
        areas=areas,
        legend=_legend(bounds, shading.kind),
        legend_title=shading.of,
        note=shading.note,
        question=answer.query.address,
    )


def _status(row: Mapping[str, Any]) -> str | None:
    told: str | None = row.get("status")
    return told


def breaks(values: Iterable[float]) -> tuple[float, ...]:
    """Choose the upper ends of the classes of some values.

    Args:
        values: The values.

    Returns:
        At most five, ascending; the last is the largest value. As many classes as there are different values where those are few; none for
        no values. Every class holds about as many areas.
    """
    there = np.unique(np.array(list(values), np.float64))
    if len(there) <= _CLASSES:
        return tuple(there.tolist())
    ends = np.quantile(there, np.linspace(0, 1, _CLASSES + 1)[1:], method="lower")
    return tuple(np.unique(ends).tolist())


def _shade(cell: Cell, bounds: tuple[float, ...]) -> int | None:
    if not isinstance(cell.value, int | float):
        return None
    return int(np.searchsorted(bounds, cell.value))


def _legend(bounds: tuple[float, ...], kind: Kind) -> tuple[str, ...]:
    """Write each class by its ends: what is above the one before, up to its own."""
    words = []
    for number, end in enumerate(bounds):
        low = bounds[number - 1] if number else None
        words.append(f"högst {printed(end, kind)}" if low is None else f"över {printed(low, kind)} till {printed(end, kind)}")
    return tuple(words)


def _alt(shading: Shading, areas: tuple[MapArea, ...]) -> str:
    valued = [area for area in areas if area.shade is not None]
    if not valued:
        lacking = "skyddade" if any(area.cell.status is Status.WITHHELD for area in areas) else "inte kända"
        return f"Karta: {shading.caption}. Värdena är {lacking}."
    ordered = sorted(valued, key=lambda area: (_number(area), area.code))
    highest = listed([f"{area.name} ({area.cell.text})" for area in ordered[::-1][:_NAMED]])
    lowest = f"{ordered[0].name} ({ordered[0].cell.text})"
    marked = next((f" {area.name} har {area.cell.text}." for area in valued if area.marked), "")
    return f"Karta: {shading.caption}. Högst värde har {highest}, lägst {lowest}.{marked}"


def _number(area: MapArea) -> float:
    return float(area.cell.value) if isinstance(area.cell.value, int | float) else float("nan")
