"""The recoding calendar: when the meaning of a category changed, so that counts before and after are not of the same thing.

A law widened a crime, Brå split or merged its codes, a register or a feed began to be written in another way. The calendar is data, in
recodings.toml.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache, lru_cache
from importlib.resources import files

from trygghetskarta.domain.categories import tree_of
from trygghetskarta.domain.counts import Question
from trygghetskarta.domain.periods import Span
from trygghetskarta.domain.sources import SourceId


class Breaks(StrEnum):
    """Which counts are not of the same thing before and after a change of some categories."""

    BELOW = "below"
    ITSELF = "itself"
    ABOVE = "above"


@dataclass(frozen=True, slots=True)
class Recoding:
    """One change of what is counted.

    Attributes:
        source: The source it happened in.
        first: The day from which the new way was in force.
        last: The same day; the last of the year where only the year is known.
        categories: Codes of the categories it changed; empty for the whole source.
        breaks: How far up and down the tree the change is felt: only below these, in each of them as well, or above too.
        what: What happened, Swedish sentences.
        what_en: The same in English.
        reference: Where that is told.
    """

    source: SourceId
    first: date
    last: date
    categories: tuple[str, ...]
    breaks: Breaks
    what: str
    what_en: str
    reference: str

    @property
    def is_day(self) -> bool:
        """Tell whether the day is known, and not only the year."""
        return self.first == self.last

    def divides(self, spans: Iterable[Span]) -> bool:
        """Tell whether some of these months lie before the change and some after, or in the year in which it was made."""
        begin, end = _ends(spans)
        return self.is_within(begin, end)

    def is_within(self, begin: date, end: date) -> bool:
        """Tell whether the change came after a day and before another, or may have: of some only the year is known."""
        return begin < self.last and self.first < end

    def touches(self, codes: Iterable[str]) -> bool:
        """Tell whether counts of these categories changed meaning.

        Args:
            codes: Codes of the source's categories; none of them for all.

        Returns:
            True when the counts of one of them, or of all, are not of the same thing before and after.
        """
        asked = tuple(codes)
        if not asked:
            return not self.categories
        if not self.categories:
            return True
        tree = tree_of(self.source)
        down = {changed for code in asked for changed in tree.ancestry(code)[self.breaks is Breaks.BELOW :]}
        up = {code for changed in self.categories for code in tree.ancestry(changed)} if self.breaks is Breaks.ABOVE else set()
        return not down.isdisjoint(self.categories) or not up.isdisjoint(asked)


@cache
def recodings() -> tuple[Recoding, ...]:
    """Read the calendar from its file.

    Returns:
        The changes, oldest first.
    """
    text = files("trygghetskarta.domain").joinpath("recodings.toml").read_text(encoding="utf-8")
    found = []
    for entry in tomllib.loads(text)["recodings"]:
        when: date | int = entry["when"]
        ends = (date(when, 1, 1), date(when, 12, 31)) if isinstance(when, int) else (when, when)
        found.append(
            Recoding(
                SourceId(entry["source"]),
                *ends,
                tuple(entry["categories"]),
                Breaks(entry["breaks"]),
                entry["what"],
                entry["what_en"],
                entry["reference"],
            )
        )
    return tuple(sorted(found, key=lambda recoding: recoding.first))


def recodings_between(question: Question, spans: Iterable[Span]) -> tuple[Recoding, ...]:
    """Find the changes of what a question counts.

    Args:
        question: What is asked.
        spans: Some of its periods.

    Returns:
        Those changes that some of the months lie before and some after, oldest first.
    """
    return _between(tuple((source, tuple(question.codes(source))) for source in question.sources), tuple(spans))


@lru_cache(maxsize=1024)
def changes_of(source: SourceId, codes: tuple[str, ...]) -> tuple[Recoding, ...]:
    """Find the changes of a source's categories.

    Args:
        source: The source.
        codes: The categories; none of them for all.

    Returns:
        Those changes that their counts feel, oldest first.
    """
    return tuple(recoding for recoding in recodings() if recoding.source is source and recoding.touches(codes))


@lru_cache(maxsize=1024)
def _between(asked: tuple[tuple[SourceId, tuple[str, ...]], ...], spans: tuple[Span, ...]) -> tuple[Recoding, ...]:
    """Find them once for an answer, which asks several times."""
    begin, end = _ends(spans)
    found = [recoding for source, codes in asked for recoding in changes_of(source, codes) if recoding.is_within(begin, end)]
    return tuple(sorted(found, key=lambda recoding: recoding.first))


def _ends(spans: Iterable[Span]) -> tuple[date, date]:
    """Give the first day of the months, and the day after the last."""
    every = tuple(spans)
    return min(span.first for span in every).first_day, max(span.last for span in every).plus(1).first_day
