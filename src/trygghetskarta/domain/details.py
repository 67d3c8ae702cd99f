"""Answers that are not a table of areas and periods: hours, clusters, hexagons, values of a survey."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from trygghetskarta.domain.audience import Audience
from trygghetskarta.domain.counts import Ledger, Provenance, Question, SourceCoverage

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
class ExactDetail(Generic[Content]):
    """Exact figures of another shape than areas and periods; only `disclosure.release_detail` lets them leave.

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
class PublishedDetail(Generic[Content]):
    """Such figures as may leave. Made by `disclosure.release_detail` and nowhere else.

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
