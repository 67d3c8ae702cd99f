"""The events that a figure counts, and of those in divided places how many: dealt as the cube deals them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import Connection, text

from trygghetskarta.domain.counts import Question
from trygghetskarta.domain.periods import Span
from trygghetskarta.queries.cube import Cube, end_of_day
from trygghetskarta.queries.dating import OTHER_MONTH, counted_otherwise
from trygghetskarta.queries.slices import Slice, part_of
from trygghetskarta.stats.dealing import dealt, draw_of

COUNTED = """
    asked AS (
        SELECT category_id, category.code AS category, category.name AS category_name, source.code AS source
        FROM category JOIN unnest(CAST(:sources AS smallint[]), CAST(:categories AS text[])) AS wanted (source_id, code) USING (source_id, code)
        JOIN source USING (source_id)
    ), held AS (
        SELECT place_id, known_by, area.code AS area, area.name AS area_name, begins, ends, ends - begins = 1000000 AS whole
        FROM place_area JOIN place USING (place_id) LEFT JOIN area USING (area_id)
        WHERE place_area.edition_id = :edition AND place_area.level = :level AND bucket = :bucket
            AND (area.code IS NULL OR area.code = ANY(:areas))
    ), told AS (
        SELECT event.*, CASE WHEN since IS NULL THEN month ELSE {OTHER_MONTH} END AS counted_in, since, until
        FROM event LEFT JOIN unnest(CAST(:otherwise AS smallint[]), CAST(:since AS int[]), CAST(:until AS int[])) AS other (source_id, since, until)
            USING (source_id)
        WHERE source_id = ANY(:sources) AND NOT withdrawn
            AND (known_to IS NULL OR known_to > :instant) AND (CAST(:instant AS timestamptz) IS NULL OR known_from <= :instant)
            AND (since IS NOT NULL OR month BETWEEN :first AND :last)
    ), made AS (
        SELECT told.*, category, category_name, source, known_by, area, area_name, begins, ends, whole
        FROM told JOIN asked USING (category_id) JOIN held USING (place_id)
        WHERE counted_in BETWEEN greatest(:first, since) AND least(:last, until)
    )
""".replace("{OTHER_MONTH}", OTHER_MONTH)  # nosec B608  # constants of ours
"""SQL: the events that the areas or the bucket of a question hold, in `made`: one row for each part of the place that they have."""
DEALT = """
    dealt AS (
        SELECT * FROM unnest(
            CAST(:places AS int[]), CAST(:begun AS int[]), CAST(:kinds AS int[]), CAST(:months AS int[]), CAST(:firsts AS int[]),
            CAST(:afters AS int[]), CAST(:of AS int[])
        ) AS cell (place_id, begins, category_id, counted_in, first, after, dealt_of)
    )
"""
"""SQL: of each cell of a divided place which events are counted, from `Dealt.columns`."""
_CELLS = text(
    """
    WITH {COUNTED}
    SELECT place_id, known_by, source, category_id, category, counted_in, begins, ends, sum(antal)::int AS antal FROM made WHERE NOT whole
    GROUP BY 1, 2, 3, 4, 5, 6, 7, 8 HAVING sum(antal) > 0
""".replace("{COUNTED}", COUNTED)  # nosec B608  # constants of ours
)


@dataclass(frozen=True, slots=True)
class Dealt:
    """The cells of divided places that a figure counts some events of.

    Attributes:
        columns: As `DEALT` takes them.
        antal: How many events are counted.
        of: How many there are in those cells.
    """

    columns: dict[str, list[int]]
    antal: int
    of: int


def counted_parameters(cube: Cube, question: Question, span: Span) -> dict[str, Any]:
    """Give the parameters of `COUNTED` for the events placed in a question's areas.

    Args:
        cube: The counts of the question's edition and day.
        question: What is asked.
        span: Its span, or its baseline.

    Returns:
        The parameters.

    Raises:
        InvalidQuestionError: The question names an area, level or category that there is not.
    """
    part = part_of(cube, question)
    wanted = categories_of(cube, part)
    otherwise = [source for source in counted_otherwise(cube.by) if source in cube.delivered]
    return {
        "sources": [source for source, _ in wanted],
        "categories": [code for _, code in wanted],
        "edition": cube.edition.edition_id,
        "level": question.level.value,
        "bucket": "placed",
        "areas": [cube.areas[question.level][number].code for number in part.areas.tolist()],
        "first": span.first.number,
        "last": span.last.number,
        "instant": end_of_day(question.as_of) if question.as_of is not None else None,
        "by": question.by,
        "otherwise": [source.number for source in otherwise],
        "since": [int(cube.delivered[source].months[0]) for source in otherwise],
        "until": [int(cube.delivered[source].months[-1]) for source in otherwise],
    }


def deal(connection: Connection, parameters: Mapping[str, Any]) -> Dealt:
    """Deal the events of the divided places that some areas have a part of.

    Args:
        connection: Inside a transaction.
        parameters: Those of `COUNTED`.

    Returns:
        What is counted.
    """
    rows = connection.execute(_CELLS, parameters).all()
    table = [(row.antal, row.begins, row.ends, row.counted_in, draw_of(row.known_by, row.source, row.category)) for row in rows]
    antal, begins, ends, months, draws = np.array(table, np.int64).reshape(-1, 5).T
    first, after = dealt(antal, (begins, ends), draws, months)
    kept = [(row, *run) for row, *run in zip(rows, first.tolist(), after.tolist(), strict=True) if run[0] < run[1]]
    cells = {(row.place_id, row.category_id, row.counted_in): row.antal for row, _, _ in kept}
    columns = {
        "places": [row.place_id for row, _, _ in kept],
        "begun": [row.begins for row, _, _ in kept],
        "kinds": [row.category_id for row, _, _ in kept],
        "months": [row.counted_in for row, _, _ in kept],
        "firsts": [number for _, number, _ in kept],
        "afters": [number for _, _, number in kept],
        "of": [row.antal for row, _, _ in kept],
    }
    return Dealt(columns, int((after - first).sum()), sum(cells.values()))


def categories_of(cube: Cube, part: Slice) -> list[tuple[int, str]]:
    """List the categories that a slice counts, by source and code."""
    return [
        (source.number, node.code)
        for source, ranges in part.ranges.items()
        for low, high in ranges
        for node in cube.trees[source].nodes[low:high]
    ]
