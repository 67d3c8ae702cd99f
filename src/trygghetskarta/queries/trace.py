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
from trygghetskarta.queries.cube import Cube
from trygghetskarta.queries.divided import COUNTED, DEALT, counted_parameters, deal

_TRACE = text(
    """
    WITH {COUNTED}, {DEALT}
    SELECT made.source_id, delivery_id, file_name, sha256, adapter, line, identity, made.key, known_from, counted_in, antal, category,
        category_name, area, area_name, precision, area_text, ST_X(geom) AS x, ST_Y(geom) AS y, starts_at, reported_on,
        after - first AS dealt, dealt_of,
        (ends - begins) / 1000000.0 AS share, count(*) OVER () AS versions, coalesce(sum(antal) FILTER (WHERE whole) OVER (), 0) AS total,
        count(*) FILTER (WHERE NOT whole) OVER () AS shared
    FROM made LEFT JOIN dealt USING (place_id, begins, category_id, counted_in) JOIN delivery USING (delivery_id)
    WHERE whole OR dealt_of IS NOT NULL
    ORDER BY made.source_id, counted_in, delivery_id, line, key, begins LIMIT :limit OFFSET :offset
""".replace("{COUNTED}", COUNTED).replace("{DEALT}", DEALT)  # nosec B608  # constants of ours
)


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
        share: The area's share of the place, where the place is divided between areas; None where it is wholly in the area.
        dealt: How many of the place's events of this category and month are counted in the area by that share; None likewise.
        dealt_of: How many those events are in all; None likewise. Which of them are counted here nobody knows.
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
    share: float | None
    dealt: int | None
    dealt_of: int | None
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
        total: The sum of what was found, of all versions, listed or not: of those dealt by share as many as are counted here.
        versions: How many rows it is made of; a version of a divided place is a row in each area that counts some of its events.
        estimated: How many of the total are counted here by share.
        estimated_of: How many events those were dealt from.
        estimated_versions: How many of the rows are of such a place.
        events: As many of them as were asked for, by source, month, delivery and line.
    """

    question: Question
    bucket: Bucket
    figure: int
    total: int
    versions: int
    events: tuple[Traced, ...]
    estimated: int = 0
    estimated_of: int = 0
    estimated_versions: int = 0

    @property
    def closes(self) -> bool:
        """Tell whether what was found is the figure."""
        return self.total == self.figure

    @property
    def rest(self) -> int:
        """How many versions are not listed."""
        return self.versions - len(self.events)


def trace(
    connection: Connection, cube: Cube, question: Question, bucket: Bucket = Bucket.PLACED, limit: int = 1000, offset: int = 0
) -> Trace:
    """Find the versions of events that a figure counts.

    Args:
        connection: Inside a transaction that sees the state the cube was read from (`store.engine.one_state`).
        cube: The counts of the question's edition and day.
        question: The question whose figure is traced: the sum over its areas and its span.
        bucket: Which part of the ledger; other than `placed` is of no area, so the question's areas have no part in it.
        limit: How many versions to list at the most, >= 1.
        offset: How many to skip, >= 0.

    Returns:
        The versions with their files and lines, and whether they make the figure.

    Raises:
        InvalidQuestionError: The question names an area, level or category that there is not.
        NotCarriedError: A source cannot carry it.
        NotCoveredError: No source delivered any of its months.
    """
    exact = compare(cube, question)
    parameters = {
        **counted_parameters(cube, question, question.span),
        "areas": [area.code for area in exact.areas],
        "bucket": bucket.value,
    }
    shared = deal(connection, parameters)
    asked = {**parameters, **shared.columns}
    rows = connection.execute(_TRACE, {**asked, "limit": limit, "offset": offset}).all()
    # The sums stand in the rows: past the end of the list, in its first.
    sums = rows[0] if rows else connection.execute(_TRACE, {**asked, "limit": 1, "offset": 0}).first() if offset else None
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
        (int(sums.total) if sums is not None else 0) + shared.antal,
        int(sums.versions) if sums is not None else 0,
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
                month=Month(row.counted_in),
                antal=row.antal,
                share=float(row.share) if row.dealt is not None else None,
                dealt=row.dealt,
                dealt_of=row.dealt_of,
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
        shared.antal,
        shared.of,
        int(sums.shared) if sums is not None else 0,
    )


def said(found: Trace) -> tuple[str, str]:
    """Say in one sentence, Swedish and English, whether what was found is the figure."""
    names = ", ".join(CONTRACTS[source].name for source in found.question.sources)
    names_en = ", ".join(CONTRACTS[source].name_en for source in found.question.sources)
    what, what_en = f"de {found.versions} raderna står för", f"the {found.versions} rows stand for"
    if found.estimated:
        rows, shared = found.versions - found.estimated_versions, found.estimated_versions
        what = (
            f"{_many(rows, 'rad', 'rader')} hör helt hit och står för {_many(found.total - found.estimated, 'händelse', 'händelser')}, och av "
            f"{_many(found.estimated_of, 'händelse', 'händelser')} på {_many(shared, 'rad', 'rader')} från delade områden räknas "
            f"{found.estimated} här efter andel; tillsammans"
        )
        what_en = (
            f"{_many(rows, 'row belongs here wholly and stands', 'rows belong here wholly and stand')} for "
            f"{_many(found.total - found.estimated, 'event', 'events')}, and of {_many(found.estimated_of, 'event', 'events')} of "
            f"{_many(shared, 'row', 'rows')} from divided areas {found.estimated} are counted here by share; together"
        )
    if found.closes:
        return (
            f"{names}: {what} {found.total} händelser, samma som siffran i svaret.",
            f"{names_en}: {what_en} {found.total} events, the same as the figure in the answer.",
        )
    return (
        f"{names}: {what} {found.total} händelser, men siffran i svaret är {found.figure}.",
        f"{names_en}: {what_en} {found.total} events, but the figure in the answer is {found.figure}.",
    )


def _many(count: int, one: str, more: str) -> str:
    return f"{count} {one if count == 1 else more}"
