"""Events by hexagon."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt
from pyproj import Transformer
from sqlalchemy import Connection

from trygghetskarta.domain.answers import ExactAnswer, Hexagons
from trygghetskarta.domain.counts import Counts, Question
from trygghetskarta.domain.grid import cells_of
from trygghetskarta.domain.sources import POINT
from trygghetskarta.queries.asking import refuse_other_than_counts
from trygghetskarta.queries.comparison import compare
from trygghetskarta.queries.cube import Cube
from trygghetskarta.queries.events import Events, events_of
from trygghetskarta.queries.slices import answer_with, refuse, refuse_what_cannot_be_answered


def hexagons(connection: Connection, cube: Cube, question: Question, resolution: int) -> ExactAnswer[Hexagons]:
    """Count the events of a question's areas by hexagon, for its span and for its baseline.

    Args:
        connection: Inside a transaction that sees the state the cube was read from (`store.engine.one_state`).
        cube: The counts of the question's edition and day.
        question: What is asked; its areas are counted together.
        resolution: h3's.

    Returns:
        The cells that hold an event of either period.

    Raises:
        InvalidQuestionError: The question names an area, level or category that there is not, or asks for rates or harm.
        NotCarriedError: A source has no points.
        NotCoveredError: No source delivered any of its months.
    """
    refuse_other_than_counts(question)
    refuse(question.sources, POINT, "source")
    refuse_what_cannot_be_answered(cube, question)
    placed = compare(cube, question).counts.sum(axis=0)
    spans = (question.span,) if question.baseline is None else (question.span, question.baseline)
    points = [events_of(connection, cube, question, span) for span in spans]
    held = [_cells(cube, part, resolution) for part in points]
    cells, number = np.unique(np.concatenate(held), return_inverse=True)
    borders = np.cumsum([0, *(len(part) for part in held)])
    columns = [number[begin:end] for begin, end in pairwise(borders.tolist())]
    counts: Counts = np.stack(
        [
            np.bincount(column, part.antal[~np.isnan(part.x)], len(cells)).astype(np.int64)
            for column, part in zip(columns, points, strict=True)
        ],
        axis=1,
    )
    return answer_with(cube, question, Hexagons(resolution, tuple(cells.tolist()), counts, placed - counts.sum(axis=0)))


def _cells(cube: Cube, events: Events, resolution: int) -> npt.NDArray[np.str_]:
    pointed = ~np.isnan(events.x)
    lon, lat = Transformer.from_crs(cube.edition.srid, 4326, always_xy=True).transform(events.x[pointed], events.y[pointed])
    return cells_of(lon, lat, resolution)
