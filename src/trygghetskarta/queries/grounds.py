"""The events of a measure's ground by category and month: areas from the cube, a polygon from the points of events."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, TextClause, text

from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.events import Precision
from trygghetskarta.domain.measures import Ground, Registered, Role
from trygghetskarta.domain.periods import Span
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.errors import NotFoundError
from trygghetskarta.queries.blocks import Block
from trygghetskarta.queries.cube import Cube, end_of_day
from trygghetskarta.queries.slices import Ranges
from trygghetskarta.queries.weights import chosen

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

# The polygon is read once, before the events: looked up again for each of them it costs ten times what they do.
_INSIDE = text("""
    WITH site AS MATERIALIZED (SELECT geom FROM measure_site WHERE measure_id = :number AND known_from = :known_from AND role = :role)
    SELECT event.source_id, category_id, month, sum(antal) AS antal
    FROM site JOIN event ON event.geom && site.geom AND ST_Covers(site.geom, event.geom)
    WHERE source_id = ANY(:sources) AND month BETWEEN :first AND :last AND event.precision = :point AND NOT withdrawn
        AND (event.known_to IS NULL OR event.known_to > :instant)
        AND (CAST(:instant AS timestamptz) IS NULL OR event.known_from <= :instant)
    GROUP BY event.source_id, category_id, month
""")
# An event without a point may be in the polygon when the smallest area it is known to touches it, or a part of it where that area is divided.
_ROUGHLY = text("""
    WITH touched AS (
        SELECT area_id FROM area JOIN measure_site AS site ON site.measure_id = :number AND site.known_from = :known_from AND site.role = :role
            AND area.geom && site.geom AND ST_Area(ST_Intersection(area.geom, site.geom)) > 1
        WHERE edition_id = :edition AND area.level = ANY(:fine)
    ), finest AS (
        SELECT place_id, area_id, rank() OVER (PARTITION BY place_id ORDER BY array_position(CAST(:fine AS text[]), level)) AS step
        FROM place_area WHERE edition_id = :edition AND area_id IS NOT NULL AND level = ANY(:fine)
    ), near AS (
        SELECT DISTINCT place_id FROM finest JOIN touched USING (area_id) WHERE step = 1
    )
    SELECT event.source_id, category_id, month, sum(antal) AS antal FROM event JOIN near USING (place_id)
    WHERE source_id = ANY(:sources) AND month BETWEEN :first AND :last AND event.precision <> :point AND NOT withdrawn
        AND (event.known_to IS NULL OR event.known_to > :instant)
        AND (CAST(:instant AS timestamptz) IS NULL OR event.known_from <= :instant)
    GROUP BY event.source_id, category_id, month
""").bindparams(fine=[AreaLevel.BASOMRADE.value, AreaLevel.STADSDEL.value])


@dataclass(frozen=True, slots=True)
class Counted:
    """A role's events, and those that may be its own too.

    Attributes:
        nodes: Events by source, shape (categories of its tree, months).
        rough: Events without a point in the areas that a polygon touches, (months,); 0 for areas.
    """

    nodes: Mapping[SourceId, Ints]
    rough: Ints

    @property
    def months(self) -> Ints:
        """All categories together."""
        found: Ints = sum((counts.sum(axis=0) for counts in self.nodes.values()), np.zeros(len(self.rough), np.int64))
        return found


def count_ground(connection: Connection, cube: Cube, whose: tuple[Registered, Role], ranges: Ranges, history: Span) -> Counted:
    """Count the events of one role's ground.

    Args:
        connection: Inside a transaction that sees the state the cube was read from.
        cube: The counts of the measure's edition and of the day asked for.
        whose: The measure, and the role.
        ranges: The categories of each source, as `slices.part_of` gives them.
        history: The months.

    Returns:
        The counts; of a polygon only events whose point lies in it, and beside them those that may.

    Raises:
        NotFoundError: The edition has changed, and has no longer such an area.
    """
    measure, role = whose
    site = measure.grounds[role].site
    if site.level is None:
        inside, rough = (_by_node(connection, query, cube, whose, (ranges, history)) for query in (_INSIDE, _ROUGHLY))
        return Counted(inside, Counted(rough, np.zeros(history.months, np.int64)).months)
    numbers = _numbers(cube, measure.grounds[role], site.level)
    nodes = {source: _own_counts(cube, source, (site.level, numbers), runs, history) for source, runs in ranges.items()}
    return Counted(nodes, np.zeros(history.months, np.int64))


def _numbers(cube: Cube, ground: Ground, level: AreaLevel) -> list[int]:
    number_of = {area.code: number for number, area in enumerate(cube.areas.get(level, ()))}
    gone = [code for code in ground.site.codes if code not in number_of]
    if gone:
        swedish = f"Indelningen från {cube.edition.valid_from} har inte längre {level.swedish} {gone[0]}."
        raise NotFoundError(swedish, f"The edition of {cube.edition.valid_from} no longer has {level} {gone[0]}.")
    return [number_of[code] for code in ground.site.codes]


def area_names(cube: Cube, ground: Ground) -> tuple[str, ...]:
    """Name the areas of a ground; empty for a polygon."""
    level = ground.site.level
    return tuple(cube.areas[level][number].name for number in _numbers(cube, ground, level)) if level is not None else ()


def estimated_in(cube: Cube, ground: Ground, ranges: Ranges, spans: tuple[Span, ...]) -> int:
    """Count how many of the events of a ground are dealt to its areas by share; none of a polygon's are."""
    level = ground.site.level
    if level is None:
        return 0
    return int(cube.estimated_counts(cube.cells(level), ranges, spans)[_numbers(cube, ground, level)].sum())


def _own_counts(cube: Cube, source: SourceId, where: tuple[AreaLevel, list[int]], runs: Iterable[tuple[int, int]], history: Span) -> Ints:
    """Count some areas together by category and month; shape (categories of the tree, months)."""
    found = np.zeros((len(cube.trees[source].nodes), history.months), np.int64)
    block = cube.blocks.get(source)
    if not isinstance(block, Block):
        return found
    level, numbers = where
    sums = block.sums[:, :, cube.cells(level)][:, :, numbers].sum(axis=2, dtype=np.int64)
    own = np.diff(np.diff(sums, axis=0), axis=1)
    begin, end = max(history.first.number, block.first), min(history.last.number + 1, block.first + own.shape[1])
    if begin < end:
        asked = np.zeros(len(block.used), np.bool_)
        for low, high in runs:
            asked |= (block.used >= low) & (block.used < high)
        months = slice(begin - history.first.number, end - history.first.number)
        found[block.used[asked], months] = own[asked, begin - block.first : end - block.first]
    return found


def _by_node(
    connection: Connection, query: TextClause, cube: Cube, whose: tuple[Registered, Role], what: tuple[Ranges, Span]
) -> dict[SourceId, Ints]:
    """Count what a query finds in a polygon by category and month; shape (categories of the tree, months)."""
    (measure, role), (ranges, history) = whose, what
    place = {
        category: (source, node)
        for source, runs in ranges.items()
        for low, high in runs
        for node, category in enumerate(cube.trees[source].category_ids[low:high], low)
    }
    found = {source: np.zeros((len(cube.trees[source].nodes), history.months), np.int64) for source in ranges}
    parameters = {
        "sources": [source.number for source in ranges],
        "number": measure.number,
        "known_from": measure.known_from,
        "role": role.value,
        "first": history.first.number,
        "last": history.last.number,
        "point": Precision.POINT.value,
        "edition": cube.edition.edition_id,
        "instant": end_of_day(cube.as_of) if cube.as_of is not None else None,
    }
    for row in connection.execute(query, parameters):
        if row.category_id in place:
            source, node = place[row.category_id]
            found[source][node, row.month - history.first.number] += row.antal
    return found


def weights_in_force(cube: Cube) -> tuple[str | None, dict[SourceId, Floats]]:
    """Give the weights that an effect is judged by.

    Args:
        cube: Has the sets and the trees.

    Returns:
        The set's name, None where there is none, and the weight of every category of each tree: NaN for none.
    """
    held = chosen(cube.weights, None)
    days = held.days if held is not None else {}
    weights = {source: days.get(source, np.full(len(tree.nodes), np.nan)) for source, tree in cube.trees.items()}
    return (held.kept.name if held is not None else None), weights


def weighed(counted: list[Counted], columns: list[npt.NDArray[np.bool_]], weights: Mapping[SourceId, Floats], power: int) -> Floats:
    """Weigh what was counted, every weight to a power; shape (roles, spans). A category without a weight weighs nothing."""
    return np.array(
        [
            [
                sum(float(np.nan_to_num(weights[source] ** power) @ counts[:, column].sum(axis=1)) for source, counts in role.nodes.items())
                for column in columns
            ]
            for role in counted
        ]
    )


def unweighted(counted: list[Counted], columns: list[npt.NDArray[np.bool_]], weights: Mapping[SourceId, Floats]) -> int:
    """Count the events of any role and span that have no weight."""
    either = columns[0] | columns[1]
    return sum(int(counts[np.isnan(weights[source])][:, either].sum()) for role in counted for source, counts in role.nodes.items())
