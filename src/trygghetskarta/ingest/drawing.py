"""Write what was drawn of a period."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    SELECT :source, first, months, number, final, :partial, :perturbed, :known_at, :method
    FROM unnest(CAST(:firsts AS integer[]), CAST(:months AS smallint[]), CAST(:numbers AS integer[]), CAST(:finals AS boolean[]))
        AS drawn (first, months, number, final)
    RETURNING draw_id, first_month, months
""")


@dataclass(frozen=True, slots=True)
class Drawing:
    """Draws of one source, before their cells.

    Attributes:
        source: Whose figures.
        draws: The periods, and which draw of each.
        known_at: The counts are of what was known then.
        method: How they are protected.
        perturbed: Whether the counts are.
        partial: Whether only some days of the periods were delivered.
    """

    source: SourceId
    draws: Mapping[Stretch, Drawn]
    known_at: datetime
    method: str
    perturbed: bool = True
    partial: bool = False


@dataclass(frozen=True, slots=True)
class DrawnCells:
    """The cells of a draw at one level of an edition that are shown, (cells,) each; of exact ones those that are not 0.

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
    def of(self) -> tuple[int, AreaLevel]:
        """Which edition and level."""
        return self.edition.edition_id, self.level

    @property
    def columns(self) -> tuple[list[int], list[int], list[int], list[int]]:
        """The cells as lists: areas, categories, counts, estimated."""
        return self.areas.tolist(), self.categories.tolist(), self.counts.tolist(), self.estimated.tolist()


def write_draws(connection: Connection, drawing: Drawing) -> dict[Stretch, int]:
    """Write that periods are drawn.

    Args:
        connection: Inside a transaction.
        drawing: The draws.

    Returns:
        The number of each, for its cells.
    """
    told = {
        "source": drawing.source.number,
        "firsts": [stretch.first for stretch in drawing.draws],
        "months": [stretch.months for stretch in drawing.draws],
        "numbers": [drawn.number for drawn in drawing.draws.values()],
        "finals": [drawn.final for drawn in drawing.draws.values()],
        "partial": drawing.partial,
        "perturbed": drawing.perturbed,
        "known_at": drawing.known_at,
        "method": drawing.method,
    }
    return {Stretch(row.first_month, row.months): row.draw_id for row in connection.execute(_DRAW, told)}


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
