"""Answers that are not a table of areas and periods: hours, clusters, hexagons, values of a survey."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from trygghetskarta.domain.audience import Audience
from trygghetskarta.domain.counts import Counts, Figures, Ledger, Provenance, Question, SourceCoverage

Content = TypeVar("Content")


class Answered(Protocol):
    """What every released answer carries beside its figures."""

    @property
    def question(self) -> Question:
        """What was asked."""

    @property
    def audience(self) -> Audience:
        """Whom the figures were released to."""

    @property
    def ledger(self) -> Ledger | None:
        """Where every event of the span went; None when withheld."""

    @property
    def coverage(self) -> tuple[SourceCoverage, ...]:
        """Per source."""

    @property
    def provenance(self) -> Provenance:
        """What the answer rests on."""


@dataclass(frozen=True, slots=True)
class ExactAnswer(Generic[Content]):
    """Exact figures of another shape than areas and periods; only `disclosure.release_answer` lets them leave.

    Attributes:
        question: What was asked.
        content: The figures.
        ledger: Where every event of the span went.
        coverage: Per source.
        provenance: What the answer rests on.
    """

    question: Question
    content: Content
    ledger: Ledger
    coverage: tuple[SourceCoverage, ...]
    provenance: Provenance


@dataclass(frozen=True, slots=True)
class PublishedAnswer(Generic[Content]):
    """Such figures as may leave. Made by `disclosure.release_answer` and nowhere else.

    Attributes:
        question: What was asked.
        audience: Whom the figures were released to.
        content: The figures.
        ledger: Where every event of the span went.
        coverage: Per source.
        provenance: What the answer rests on.
    """

    question: Question
    audience: Audience
    content: Content
    ledger: Ledger
    coverage: tuple[SourceCoverage, ...]
    provenance: Provenance


@dataclass(frozen=True, slots=True)
class HourTable:
    """When in the week the events of one period happened.

    Attributes:
        expected: Expected number of events per hour of the week, Monday 00 first, (168,).
        untimed: How many events have no known time of day; they are in none of the hours.
        spread: How many of the timed events are spread over more than one hour.
        estimated: How many of all these events are counted here by share of a divided area: which of its events they are nobody knows.
    """

    expected: Figures
    untimed: int
    spread: int
    estimated: int = 0


@dataclass(frozen=True, slots=True)
class Hours:
    """Such tables of a question's span and of its baseline.

    Attributes:
        span: Of the span.
        baseline: Of the baseline; None when there is none.
    """

    span: HourTable
    baseline: HourTable | None


@dataclass(frozen=True, slots=True)
class Hexagons:
    """Events by h3 cell.

    Attributes:
        resolution: h3's resolution, 0 to 15.
        cells: The cells that hold an event, as h3 writes them, ascending, (cells,).
        counts: Events of the span, then of the baseline if there is one, (cells, periods).
        without_point: How many events of each period have no point and so are in no cell, (periods,).
    """

    resolution: int
    cells: tuple[str, ...]
    counts: Counts
    without_point: Counts


@dataclass(frozen=True, slots=True)
class PolygonGround:
    """What a reader must know of a polygon beside what happened in it.

    Attributes:
        outline: Its GeoJSON geometry, WGS84.
        square_metres: Its size.
        without_point: Events of the question's span, then of its baseline if there is one, that are known only to an area that the polygon touches:
            nobody can tell whether they happened in it.
    """

    outline: str
    square_metres: float
    without_point: tuple[int, ...]
