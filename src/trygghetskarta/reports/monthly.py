"""The reports that committees get each month, tertial and year."""

from __future__ import annotations

import re
from dataclasses import dataclass

from trygghetskarta.domain.periods import Month, Span
from trygghetskarta.errors import bad_parameter
from trygghetskarta.reports.chapters.comparing import comparing
from trygghetskarta.reports.chapters.consequences import VIOLENCE, events
from trygghetskarta.reports.chapters.crime import crime
from trygghetskarta.reports.chapters.glossary import glossary
from trygghetskarta.reports.chapters.other import TOLD
from trygghetskarta.reports.chapters.prompts import prompts
from trygghetskarta.reports.chapters.sources import again, sources
from trygghetskarta.reports.chapters.summary import summary
from trygghetskarta.reports.document import Chapter, Report
from trygghetskarta.reports.lagesbild import Reader, framed, link_of
from trygghetskarta.reports.situation import Situation
from trygghetskarta.serialize.swedish import span_name

_TERTIAL = re.compile(r"([0-9]{4})-T([1-3])")
_YEAR = re.compile(r"[0-9]{4}")
_NAMES = {1: ("manadsrapport", "Månadsrapport"), 4: ("tertialrapport", "Tertialrapport"), 12: ("arsrapport", "Årsrapport")}


@dataclass(frozen=True, slots=True)
class Issue:
    """Which report of a series it is.

    Attributes:
        label: How it is named: 2026-10, 2026-T2, 2026.
        span: Its months.
    """

    label: str
    span: Span

    @property
    def kind(self) -> str:
        """What kind of report it is, as names of files have it."""
        return _NAMES[self.span.months][0]

    @property
    def title(self) -> str:
        """What kind of report it is, as its title has it."""
        return _NAMES[self.span.months][1]


def issue_of(text: str) -> Issue:
    """Read which report is asked for: 2026-10 for a month, 2026-T2 for a tertial, 2026 for a year.

    Raises:
        InvalidQuestionError: It is none of them.
    """
    tertial = _TERTIAL.fullmatch(text)
    try:
        if tertial is not None:
            first = Month.parse(f"{tertial[1]}-{4 * int(tertial[2]) - 3:02d}")
            return Issue(text, Span(first, first.plus(3)))
        if _YEAR.fullmatch(text):
            return Issue(text, Span(Month.parse(f"{text}-01"), Month.parse(f"{text}-12")))
        month = Month.parse(text)
    except ValueError as error:
        swedish = f"{text} är varken en månad (2026-10), ett tertial (2026-T2) eller ett år (2026)."
        raise bad_parameter(
            "month", text, swedish, f"{text} is neither a month (2026-10), a tertial (2026-T2) nor a year (2026)."
        ) from error
    return Issue(text, Span(month, month))


def committee_report(situation: Situation, reader: Reader, issue: Issue) -> Report:
    """Make the report of one issue to the committee of an area.

    Args:
        situation: The area and the months of the issue.
        reader: Who it is for.
        issue: Which it is.

    Returns:
        The report: shorter than a lagesbild, and about the months of the issue.
    """
    last = sources(situation)
    told = Chapter(
        "Skjutningar, bränder och andra händelser",
        (*events(situation, "Skjutningar, sprängningar och bränder", VIOLENCE), *events(situation, "Synpunkter och incidenter", TOLD)),
    )
    chapters = (
        summary(situation),
        crime(situation),
        comparing(situation),
        told,
        prompts(situation),
        Chapter(last.heading, (*last.blocks, again(link_of(situation, reader)))),
        glossary(),
    )
    return framed(situation, reader, f"{issue.title} för {situation.area.name}, {span_name(issue.span)}", chapters, issue.kind)
