"""From a figure to what it is made of: the versions of events it counts, and the file and line each came from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, text

from trygghetskarta.domain.counts import Question
from trygghetskarta.domain.events import Precision
from trygghetskarta.domain.periods import Month
from trygghetskarta.domain.sources import CONTRACTS, SourceId
from trygghetskarta.queries.comparison import compare
from trygghetskarta.queries.cube import Cube, end_of_day
from trygghetskarta.queries.slices import Slice, part_of

_TRACE = text("""
    WITH asked AS (
        SELECT category_id, category.code AS category, category.name AS category_name
        FROM category JOIN unnest(CAST(:sources AS smallint[]), CAST(:categories AS text[])) AS wanted (source_id, code) USING (source_id, code)
    ), held AS (
        SELECT place_id, area.code AS area, area.name AS area_name
        FROM place_area LEFT JOIN area USING (area_id)
        WHERE place_area.edition_id = :edition AND place_area.level = :level AND bucket = :bucket
            AND (area.code IS NULL OR area.code = ANY(:areas))
    ), made AS (
        SELECT event.*, category, category_name, area, area_name FROM event JOIN asked USING (category_id) JOIN held USING (place_id)
        WHERE source_id = ANY(:sources) AND month BETWEEN :first AND :last AND NOT withdrawn
            AND (known_to IS NULL OR known_to > :instant) AND (CAST(:instant AS timestamptz) IS NULL OR known_from <= :instant)
    )
    SELECT made.source_id, delivery_id, file_name, sha256, adapter, line, identity, made.key, known_from, month, antal, category, category_name,
        area, area_name, precision, area_text, ST_X(geom) AS x, ST_Y(geom) AS y, starts_at, reported_on,
        count(*) OVER () AS versions, sum(antal) OVER () AS total
    FROM made JOIN delivery USING (delivery_id) ORDER BY made.source_id, month, delivery_id, line, key LIMIT :limit
""")


class Bucket(StrEnum):
    """A part of the ledger: which of its figures is traced."""

    PLACED = "placed"
    AREA_ONLY = "areaOnly"
    UNPLACED = "unplaced"
    OUTSIDE = "outside"


@dataclass(frozen=True, slots=True)
class Traced:
    """One version of an event, and where it came from.

    Attributes:
        source: The source that told of it.
        delivery: Number of the delivery that brought this version.
        file: Name of the delivered file.
        sha256: Hash of its bytes as they came.
        line: The line of the file, as a text editor or Excel counts.
        adapter: Adapter, version and mapping that read it.
        identity: The source's own id; None where it gives none.
        key: What makes the event itself here.
        known_from: When readers first saw this version.
        month: The month it counts in.
        antal: How many events it stands for.
        category: Code of its category.
        category_name: And its name.
        area: Code of the area it counts in, at the question's level; None outside the part `placed`.
        area_name: And its name.
        precision: How exactly the place is known.
        area_text: The area as the row names it.
        point: Easting and northing in the plane of the edition; None without a point.
        starts_at: When it happened.
        reported_on: When it was reported.
    """

    source: SourceId
    delivery: int
    file: str
    sha256: str
    line: int
    adapter: str
    identity: str | None
    key: str
    known_from: datetime
    month: Month
    antal: int
    category: str
    category_name: str
    area: str | None
    area_name: str | None
    precision: Precision
    area_text: str | None
    point: tuple[float, float] | None
    starts_at: datetime | None
    reported_on: str | None


@dataclass(frozen=True, slots=True)
class Trace:
    """What a figure is made of.

    Attributes:
        question: The figure's question.
        bucket: The part of the ledger it is.
        figure: The figure as the answer to the question has it: its areas together.
        total: The sum of what was found, of all versions, listed or not.
        versions: How many versions of events it is made of.
        events: As many of them as were asked for, by source, month, delivery and line.
    """

    question: Question
    bucket: Bucket
    figure: int
    total: int
    versions: int
    events: tuple[Traced, ...]

    @property
    def closes(self) -> bool:
        """Tell whether what was found is the figure."""
        return self.total == self.figure

    @property
    def rest(self) -> int:
        """How many versions are not listed."""
        return self.versions - len(self.events)


def trace(connection: Connection, cube: Cube, question: Question, bucket: Bucket = Bucket.PLACED, limit: int = 1000) -> Trace:
    """Find the versions of events that a figure counts.

    Args:
        connection: Inside a transaction that sees the state the cube was read from (`store.engine.one_state`).
        cube: The counts of the question's edition and day.
        question: The question whose figure is traced: the sum over its areas and its span.
        bucket: Which part of the ledger; other than `placed` is of no area, so the question's areas have no part in it.
        limit: How many versions to list at the most, >= 1.

    Returns:
        The versions with their files and lines, and whether they make the figure.

    Raises:
        InvalidQuestionError: The question names an area, level or category that there is not.
        NotCarriedError: A source cannot carry it.
        NotCoveredError: No source delivered any of its months.
    """
    exact = compare(cube, question)
    part = part_of(cube, question)
    wanted = _categories(cube, part)
    rows = connection.execute(
        _TRACE,
        {
            "sources": [source for source, _ in wanted],
            "categories": [code for _, code in wanted],
            "edition": cube.edition.edition_id,
            "level": question.level.value,
            "bucket": bucket.value,
            "areas": [area.code for area in exact.areas],
            "first": question.span.first.number,
            "last": question.span.last.number,
            "instant": end_of_day(question.as_of) if question.as_of is not None else None,
            "limit": limit,
        },
    ).all()
    ledger = exact.ledger
    figures = {
        Bucket.PLACED: int(exact.counts[:, 0].sum()),
        Bucket.AREA_ONLY: ledger.area_only,
        Bucket.UNPLACED: ledger.unplaced,
        Bucket.OUTSIDE: ledger.outside,
    }
    source_of = {source.number: source for source in SourceId}
    return Trace(
        question,
        bucket,
        figures[bucket],
        int(rows[0].total) if rows else 0,
        int(rows[0].versions) if rows else 0,
        tuple(
            Traced(
                source=source_of[row.source_id],
                delivery=row.delivery_id,
                file=row.file_name,
                sha256=row.sha256,
                line=row.line,
                adapter=row.adapter,
                identity=row.identity,
                key=str(row.key),
                known_from=row.known_from,
                month=Month(row.month),
                antal=row.antal,
                category=row.category,
                category_name=row.category_name,
                area=row.area,
                area_name=row.area_name,
                precision=Precision(row.precision),
                area_text=row.area_text,
                point=(row.x, row.y) if row.x is not None else None,
                starts_at=row.starts_at,
                reported_on=str(row.reported_on) if row.reported_on is not None else None,
            )
            for row in rows
        ),
    )


def _categories(cube: Cube, part: Slice) -> list[tuple[int, str]]:
    """List the categories counted, by source and code."""
    return [
        (source.number, node.code)
        for source, ranges in part.ranges.items()
        for low, high in ranges
        for node in cube.trees[source].nodes[low:high]
    ]


def said(found: Trace) -> tuple[str, str]:
    """Say in one sentence, Swedish and English, whether what was found is the figure."""
    names = ", ".join(CONTRACTS[source].name for source in found.question.sources)
    names_en = ", ".join(CONTRACTS[source].name_en for source in found.question.sources)
    if found.closes:
        return (
            f"{names}: de {found.versions} raderna står för {found.total} händelser, samma som siffran i svaret.",
            f"{names_en}: the {found.versions} rows stand for {found.total} events, the same as the figure in the answer.",
        )
    return (
        f"{names}: de {found.versions} raderna står för {found.total} händelser, men siffran i svaret är {found.figure}.",
        f"{names_en}: the {found.versions} rows stand for {found.total} events, but the figure in the answer is {found.figure}.",
    )
