"""What else happened while a series ran: laws and codes that changed, new divisions into areas, months that were not delivered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from trygghetskarta.domain.areas import Edition
from trygghetskarta.domain.counts import Published, SourceCoverage
from trygghetskarta.domain.periods import Month, Span
from trygghetskarta.domain.recodings import Recoding, recodings_between
from trygghetskarta.domain.sources import CONTRACTS

NEAR = 3
"""A break this many months or fewer from an entry of the calendar may be that entry's doing."""
_LAW = ("SFS", "Brottsbalken")


class Kind(StrEnum):
    """What sort of thing happened."""

    LAW = "law"
    RECODING = "recoding"
    EDITION = "edition"
    MISSING = "missing"
    PARTIAL = "partial"


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing to mind in a series.

    Attributes:
        span: The month it happened in, or the months that it may have happened in, or lasted.
        kind: What sort of thing.
        text: A Swedish sentence or two.
        text_en: The same in English.
    """

    span: Span
    kind: Kind
    text: str
    text_en: str

    def is_near(self, first: Month, last: Month) -> bool:
        """Tell whether it happened within three months of a stretch of time."""
        return self.span.first <= last.plus(NEAR) and first <= self.span.last.plus(NEAR)


def calendar(published: Published, span: Span, editions: Iterable[Edition] = ()) -> tuple[Entry, ...]:
    """List what happened to a series while it ran.

    Args:
        published: The answer.
        span: The months it is looked at for.
        editions: All divisions of the city into areas.

    Returns:
        The entries, oldest first.
    """
    entries = [*_recoded(published, span), *_divided(editions, span)]
    for coverage in published.coverage:
        entries += _holes(coverage, span)
    return tuple(sorted(entries, key=lambda entry: (entry.span.first, entry.kind.value, entry.text)))


def _recoded(published: Published, span: Span) -> Iterator[Entry]:
    for recoding in recodings_between(published.question, [span]):
        yield Entry(Span(Month.of(recoding.first), Month.of(recoding.last)), _kind(recoding), recoding.what, recoding.what_en)


def _kind(recoding: Recoding) -> Kind:
    return Kind.LAW if recoding.reference.startswith(_LAW) else Kind.RECODING


def _divided(editions: Iterable[Edition], span: Span) -> Iterator[Entry]:
    for edition in editions:
        month = Month.of(edition.valid_from)
        if span.first < month <= span.last:
            yield Entry(
                Span(month, month),
                Kind.EDITION,
                f"Ny indelning i områden: {edition.name}. Rader som bara har en områdeskod kan ha flyttats mellan områden.",
                f"A new division into areas: {edition.name}. Rows known by a code only may have moved between areas.",
            )


def _holes(coverage: SourceCoverage, span: Span) -> Iterator[Entry]:
    """Give the runs of months that were not delivered, or not in full, between the first and the last that were."""
    contract = CONTRACTS[coverage.source]
    if coverage.first is None or coverage.last is None:
        return
    inside = [month for month in coverage.missing if max(span.first, coverage.first) < month < min(span.last.plus(1), coverage.last)]
    for run in _runs(inside):
        yield Entry(run, Kind.MISSING, f"{contract.name} är inte levererade.", f"{contract.name_en}: not delivered.")
    for run in _runs([month for month in coverage.partial if span.first <= month <= span.last]):
        yield Entry(run, Kind.PARTIAL, f"{contract.name} är delvis levererade.", f"{contract.name_en}: delivered in part.")


def _runs(months: list[Month]) -> Iterator[Span]:
    start = 0
    for at in range(1, len(months) + 1):
        if at == len(months) or months[at].number != months[at - 1].number + 1:
            yield Span(months[start], months[at - 1])
            start = at
