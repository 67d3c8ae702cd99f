"""A polygon as if it were an area: its own small cube, which answers what the city's does, and what may be in it besides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, text

from trygghetskarta.domain.answers import ExactAnswer, PolygonGround
from trygghetskarta.domain.areas import Area, AreaLevel
from trygghetskarta.domain.audience import Audience
from trygghetskarta.domain.counts import Exact, Question
from trygghetskarta.domain.events import Precision
from trygghetskarta.domain.parts import Part
from trygghetskarta.domain.periods import Span
from trygghetskarta.domain.polygons import Polygon, not_in_the_city
from trygghetskarta.domain.sources import POINT, SourceId
from trygghetskarta.queries.blocks import Block, summed
from trygghetskarta.queries.comparison import compare
from trygghetskarta.queries.cube import Cube, end_of_day
from trygghetskarta.queries.decomposition import compare_parts
from trygghetskarta.queries.population import Population
from trygghetskarta.queries.series import background, series
from trygghetskarta.queries.slices import answer_with, part_of, refuse

Ints = npt.NDArray[np.int64]

CODE = "yta"
"""The code of the one area in the cube of a polygon."""
LEVEL = AreaLevel.STAD
"""The level it stands at there: that of what lies in no larger area."""
_INSIDE, _MAYBE, _ELSEWHERE = 0, 1, 2
"""Its cells: events whose point lies in it, those that may, and those whose point lies elsewhere."""
_ALIKE = 0.1
"""Periods are held against each other when about as large a share of the events has a point in both."""
_NOBODY_COUNTED = (
    "Hur många som bor i ytan är inte känt, så inget tal per invånare räknas.",
    "How many live in the polygon is not known, so no rate is worked out.",
)

_GROUND = text("""
    WITH told AS (
        SELECT ST_Multi(ST_Transform(ST_SetSRID(ST_GeomFromWKB(:polygon), :told_in), :plane)) AS geom
    )
    SELECT ST_AsBinary(geom) AS ground, ST_Area(geom) AS square_metres, ST_AsGeoJSON(ST_Transform(geom, 4326), 6, 0) AS outline,
        ST_AsGeoJSON(geom, 1, 0) AS in_plane, EXISTS (
        SELECT FROM area WHERE edition_id = :edition AND level = :whole AND ST_Intersects(area.geom, told.geom)
    ) AS inside FROM told
""").bindparams(whole=LEVEL.value)
# An event without a point may be in the polygon when the smallest area it is known to touches it, or a part of it where that area is divided.
_COUNTS = text("""
    WITH ground AS (
        SELECT ST_GeomFromWKB(:ground, :plane) AS geom
    ), touched AS (
        SELECT area_id FROM area JOIN ground ON area.geom && ground.geom AND ST_Area(ST_Intersection(area.geom, ground.geom)) > 1
        WHERE edition_id = :edition
    ), finest AS (
        SELECT place_id, area_id, rank() OVER (PARTITION BY place_id ORDER BY array_position(CAST(:levels AS text[]), level)) AS step
        FROM place_area WHERE edition_id = :edition AND area_id IS NOT NULL
    ), near AS (
        SELECT DISTINCT place_id FROM finest JOIN touched USING (area_id) WHERE step = 1
    )
    SELECT event.source_id, category.code, event.month, CASE
            WHEN event.precision <> :point THEN 1 WHEN event.geom && ground.geom AND ST_Covers(ground.geom, event.geom) THEN 0 ELSE 2
        END AS cell, sum(antal) AS antal
    FROM ground CROSS JOIN event JOIN category USING (category_id)
    WHERE event.source_id = ANY(:sources) AND NOT withdrawn AND antal > 0
        AND (event.known_to IS NULL OR event.known_to > :instant)
        AND (CAST(:instant AS timestamptz) IS NULL OR event.known_from <= :instant)
        AND (event.precision = :point OR event.place_id IN (SELECT place_id FROM near))
    GROUP BY 1, 2, 3, 4
""")


@dataclass(frozen=True, slots=True)
class Ground:
    """The ground of a polygon.

    Attributes:
        wkb: Its geometry in the edition's plane, as well-known binary.
        in_plane: The same as GeoJSON.
        outline: Its GeoJSON geometry, WGS84.
        square_metres: Its size.
    """

    wkb: bytes
    in_plane: str
    outline: str
    square_metres: float


@dataclass(frozen=True, slots=True)
class Drawn:
    """A polygon with all that was counted in it.

    Attributes:
        cube: Its counts: one area at the level `LEVEL`, and as known to a larger area only what may be in it; as without a place what lies
            elsewhere.
        outline: Its GeoJSON geometry, WGS84.
        square_metres: Its size.
    """

    cube: Cube
    outline: str
    square_metres: float

    @property
    def weight(self) -> int:
        """About how many rows of an answer it takes as much room as."""
        return 1 + sum(block.sums.size for block in self.cube.blocks.values() if isinstance(block, Block)) // 500


def count_polygon(connection: Connection, city: Cube, sources: Sequence[SourceId], what: tuple[str, Polygon]) -> Drawn:
    """Count what happened in a polygon, month by month and category by category.

    Args:
        connection: Inside a transaction that sees the state the cube was read from (`store.engine.one_state`).
        city: The counts of an edition and a day.
        sources: What is counted.
        what: What the polygon is called in a sentence, and the polygon.

    Returns:
        The counts, of events whose point lies in it; its border is a part of it.

    Raises:
        NotCarriedError: A source has no points.
        InvalidQuestionError: It does not lie in the city.
    """
    refuse(sources, POINT, "source")
    name, polygon = what
    ground = ground_of(connection, city, polygon)
    area = Area(0, LEVEL, CODE, name, None, ground.square_metres)
    cube = replace(
        city,
        areas={LEVEL: (area,)},
        neighbours={LEVEL: np.zeros((0, 2), np.int64)},
        blocks=_blocks(connection, city, sources, {**_asked_of(city), "ground": ground.wkb}),
        estimated={},
        withheld={},
        undated={},
        unknown={},
        inapplicable={},
        noughts={},
        # Nobody has counted who lives in it.
        population=Population({}, {}),
    )
    return Drawn(cube, ground.outline, ground.square_metres)


def ground_of(connection: Connection, city: Cube, polygon: Polygon) -> Ground:
    """Put a polygon on the ground of an edition.

    Args:
        connection: Inside a transaction.
        city: The counts of the edition.
        polygon: The polygon.

    Returns:
        Its ground.

    Raises:
        InvalidQuestionError: It does not lie in the city.
    """
    ground = connection.execute(_GROUND, {**_asked_of(city), "polygon": polygon.wkb, "told_in": polygon.srid}).one()
    if not ground.inside:
        raise not_in_the_city("polygon")
    return Ground(ground.ground, ground.in_plane, ground.outline, ground.square_metres)


def _asked_of(city: Cube) -> dict[str, object]:
    return {"plane": city.edition.srid, "edition": city.edition.edition_id}


def _blocks(connection: Connection, city: Cube, sources: Sequence[SourceId], asked: dict[str, object]) -> dict[SourceId, Block]:
    source_of = {source.number: source for source in sources}
    parameters = {
        **asked,
        "sources": list(source_of),
        "levels": [level.value for level in AreaLevel],
        "point": Precision.POINT.value,
        "instant": end_of_day(city.as_of) if city.as_of is not None else None,
    }
    rows: dict[SourceId, list[tuple[int, int, int, int]]] = {}
    for row in connection.execute(_COUNTS, parameters):
        source = source_of[row.source_id]
        node, _ = city.trees[source].ranges[row.code]
        rows.setdefault(source, []).append((row.cell, node, row.month, row.antal))
    # The area, then the three cells that every level has for what is in none of its areas.
    return {source: summed(np.array(found, np.int64).T, 4) for source, found in rows.items()}


def compare_polygon(city: Cube, drawn: Drawn, question: Question) -> tuple[Exact, ExactAnswer[PolygonGround]]:
    """Compare what happened in a polygon with its baseline, as an area is.

    Args:
        city: The counts that the polygon's were counted beside.
        drawn: The polygon.
        question: What is asked of it, at the level `LEVEL`.

    Returns:
        The comparison, with the ledger of the whole city; and what a reader must know of the polygon besides.

    Raises:
        InvalidQuestionError: It names a category that there is not.
        NotCoveredError: No source delivered any of its months.
    """
    exact = _pointed(city, drawn, compare(drawn.cube, question, harm=question.tells_harm))
    return exact, _ground(city, drawn, question)


def follow_polygon(city: Cube, drawn: Drawn, question: Question) -> Exact:
    """Count what happened in a polygon over time, as `series` does in an area; with the ledger of the whole city."""
    return _pointed(city, drawn, series(drawn.cube, question))


def background_of_polygon(city: Cube, drawn: Drawn, question: Question) -> Exact:
    """Count the months that what is found in such a series rests on."""
    return _pointed(city, drawn, background(drawn.cube, question))


def part_polygon(city: Cube, drawn: Drawn, question: Question) -> tuple[Exact, list[tuple[Part, Exact]]]:
    """Compare what happened in a polygon and each category of it with its baseline, as `compare_parts` does for who may see every category."""
    whole, parts = compare_parts(drawn.cube, question, Audience.STAFF)
    whole = _pointed(city, drawn, whole)
    return whole, [(part, replace(exact, missing=whole.missing, comparable=whole.comparable)) for part, exact in parts]


def _pointed(city: Cube, drawn: Drawn, exact: Exact) -> Exact:
    """Give counts the ledger of the whole city, and take back what nobody can know of periods whose events have no points.

    A period of which the source tells no point at all is no period without events in the polygon. Periods of which it tells very different shares are
    not held against each other: more points would be taken for more events.
    """
    question, spans = exact.question, tuple(period.span for period in exact.periods)
    ranges = part_of(city, question).ranges
    shares = _shares(city, drawn, question, spans)
    exact = replace(exact, ledger=city.ledger(question.level, ranges, question.span), missing=exact.missing | (shares == 0))
    unlike = question.baseline is not None and abs(shares[0] - shares[1]) > _ALIKE
    around = exact.surroundings
    if around is not None:
        alike = np.abs(_shares(city, drawn, question, around.history_spans) - shares[0]) <= _ALIKE
        around = replace(
            around,
            no_rate=_NOBODY_COUNTED,
            known=around.known & (shares > 0),
            days=np.full(len(spans), np.nan) if unlike else around.days,
            history=around.history[:, alike],
            history_spans=tuple(span for span, kept in zip(around.history_spans, alike, strict=True) if kept),
        )
    return replace(exact, comparable=exact.comparable and not unlike, surroundings=around)


def _shares(city: Cube, drawn: Drawn, question: Question, spans: tuple[Span, ...]) -> npt.NDArray[np.float64]:
    """Give the share of all events of each period that has a point, (periods,); 1 where there are none."""
    ranges = part_of(city, question).ranges
    pointed = drawn.cube.count(slice(_INSIDE, _ELSEWHERE + 1), ranges, spans)[[_INSIDE, _ELSEWHERE]].sum(axis=0)
    every = city.whereabouts(question.level, ranges, spans).sum(axis=0).astype(np.float64)
    shares = np.ones(len(spans))
    np.divide(pointed, every, out=shares, where=every > 0)
    return shares


def _ground(city: Cube, drawn: Drawn, question: Question) -> ExactAnswer[PolygonGround]:
    spans = (question.span,) if question.baseline is None else (question.span, question.baseline)
    maybe = drawn.cube.count(slice(_MAYBE, _MAYBE + 1), part_of(city, question).ranges, spans)[0]
    return answer_with(city, question, PolygonGround(drawn.outline, drawn.square_metres, tuple(maybe.tolist())))
