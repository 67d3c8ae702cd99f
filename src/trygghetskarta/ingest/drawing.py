"""Write what was drawn of a period."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, text

from trygghetskarta.disclosure.drawing import Drawn, Stretch
from trygghetskarta.domain.areas import AreaLevel, Edition
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.ingest.copying import Field, copy_in, encode, fixed, int_arrays, texts

Ints = npt.NDArray[np.int64]

_COLUMNS = ("draw_id", "edition_id", "level", "area_ids", "category_ids", "counts", "estimated")
_DRAW = text("""
    INSERT INTO public_draw (source_id, first_month, months, number, final, partial, perturbed, known_at, method)
    VALUES (:source, :first, :months, :number, :final, :partial, :perturbed, :known_at, :method) RETURNING draw_id
""")


@dataclass(frozen=True, slots=True)
class Draw:
    """One draw, before its cells.

    Attributes:
        source: Whose figures.
        stretch: The period.
        drawn: Which draw of it.
        perturbed: Whether its counts are.
        known_at: The counts are of what was known then.
        method: How they were protected.
        partial: Whether only some days of the period were delivered.
    """

    source: SourceId
    stretch: Stretch
    drawn: Drawn
    perturbed: bool
    known_at: datetime
    method: str
    partial: bool = False


@dataclass(frozen=True, slots=True)
class DrawnCells:
    """The cells of a draw at one level of an edition that are not 0, (cells,) each.

    Attributes:
        draw: Number of the draw.
        edition: The edition.
        level: The level.
        areas: Keys of the areas; negative for none.
        categories: Keys of the categories; 0 for all.
        counts: The counts.
        estimated: How many are dealt by share; empty for none.
    """

    draw: int
    edition: Edition
    level: AreaLevel
    areas: Ints
    categories: Ints
    counts: Ints
    estimated: Ints

    @property
    def key(self) -> tuple[int, str]:
        """Which edition and level."""
        return self.edition.edition_id, self.level.value

    @property
    def columns(self) -> tuple[list[int], list[int], list[int], list[int]]:
        """The cells as lists: areas, categories, counts, estimated."""
        return self.areas.tolist(), self.categories.tolist(), self.counts.tolist(), self.estimated.tolist()


def write_draw(connection: Connection, draw: Draw) -> int:
    """Write that a period is drawn.

    Args:
        connection: Inside a transaction.
        draw: The draw.

    Returns:
        Its number, for its cells.
    """
    told = {
        "source": draw.source.number,
        "first": draw.stretch.first,
        "months": draw.stretch.months,
        "number": draw.drawn.number,
        "final": draw.drawn.final,
        "partial": draw.partial,
        "perturbed": draw.perturbed,
        "known_at": draw.known_at,
        "method": draw.method,
    }
    return int(connection.execute(_DRAW, told).scalar_one())


def write_cells(connection: Connection, cells: Sequence[DrawnCells]) -> None:
    """Write the cells of draws.

    Args:
        connection: Inside a transaction.
        cells: Them, level by level.
    """
    if not cells:
        return
    fields = [
        fixed(np.array([part.draw for part in cells]), ">i8"),
        fixed(np.array([part.edition.edition_id for part in cells]), ">i2"),
        texts([part.level.value for part in cells]),
        *(_arrays([getattr(part, name) for part in cells]) for name in ("areas", "categories", "counts", "estimated")),
    ]
    copy_in(connection, "public_cell", _COLUMNS, encode(fields))


def _arrays(parts: Sequence[Ints]) -> Field:
    return int_arrays(np.concatenate(parts), [0, *accumulate(map(len, parts))])
