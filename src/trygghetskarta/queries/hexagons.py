"""Events by hexagon."""

from __future__ import annotations

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
from trygghetskarta.queries.events import Floats, events_of
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
    antal, x, y = (np.concatenate([getattr(part, name) for part in points]) for name in ("antal", "x", "y"))
    period = np.repeat(np.arange(len(spans)), [len(part.antal) for part in points])
    pointed = ~np.isnan(x)
    cells, number = np.unique(_cells(cube, x[pointed], y[pointed], resolution), return_inverse=True)
    counts: Counts = np.zeros((len(cells), len(spans)), np.int64)
    np.add.at(counts, (number, period[pointed]), antal[pointed])
    return answer_with(cube, question, Hexagons(resolution, tuple(cells.tolist()), counts, placed - counts.sum(axis=0)))


def _cells(cube: Cube, x: Floats, y: Floats, resolution: int) -> npt.NDArray[np.str_]:
    lon, lat = Transformer.from_crs(cube.edition.srid, 4326, always_xy=True).transform(x, y)
    return cells_of(lon, lat, resolution)
