"""The lagesbild of an area: what the law (2023:196) asks a municipality to know, put together of questions anyone may ask again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import urlencode

from trygghetskarta.domain.audience import Audience, SharingClass
from trygghetskarta.reports.chapters.comparing import comparing
from trygghetskarta.reports.chapters.consequences import consequences
from trygghetskarta.reports.chapters.crime import crime
from trygghetskarta.reports.chapters.glossary import glossary
from trygghetskarta.reports.chapters.other import other
from trygghetskarta.reports.chapters.people import people
from trygghetskarta.reports.chapters.place import place
from trygghetskarta.reports.chapters.prompts import prompts
from trygghetskarta.reports.chapters.sources import HEADING as SOURCES_HEADING
from trygghetskarta.reports.chapters.sources import again, sources
from trygghetskarta.reports.chapters.summary import summary
from trygghetskarta.reports.chapters.unplaced import unplaced
from trygghetskarta.reports.document import Block, Chapter, Paragraph, Report
from trygghetskarta.reports.situation import Situation
from trygghetskarta.serialize.swedish import day_name, listed, span_name

PATH = "/v1/lagesbilder"


@dataclass(frozen=True, slots=True)
class Reader:
    """Who a report is for.

    Attributes:
        audience: Whom its figures are released to.
        name: Who asked, for the mark on a report that is intern.
        day: The day they asked.
        root: Address of the service, without a slash at the end; empty where it is not known.
    """

    audience: Audience
    name: str = ""
    day: date | None = None
    root: str = ""

    @property
    def report_class(self) -> SharingClass:
        """Exact figures make a report intern; figures that anyone may see make one that can be shared."""
        return SharingClass.INTERN if self.audience is Audience.STAFF else SharingClass.DELBAR


def lagesbild(situation: Situation, reader: Reader) -> Report:
    """Make the lagesbild of an area.

    Args:
        situation: The area, the months, and who answers.
        reader: Who it is for.

    Returns:
        The report. The same questions, publication and reader give the same report: no clock is read.
    """
    link = link_of(situation, reader)
    last = sources(situation)
    site = situation.site
    about = (people(situation),) if site is None else (place(situation, site),)
    chapters = (
        summary(situation),
        *about,
        crime(situation),
        *((comparing(situation),) if site is None else ()),
        consequences(situation),
        *((unplaced(situation),) if site is None else ()),
        other(situation),
        prompts(situation),
        Chapter(last.heading, (*last.blocks, again(link))),
        glossary(),
    )
    return framed(situation, reader, f"Lägesbild för {situation.area.name}", chapters)


def told_not_used(report: Report, names: Sequence[str]) -> Report:
    """Say in a report which parts of the question it has no use for: whoever asked of one source must not think that it is about that one.

    Args:
        report: The report.
        names: The parts, as the API calls them.

    Returns:
        The report, which says so where it tells its sources; as it was where there are none.
    """
    if not names:
        return report
    said = Paragraph(
        f"En lägesbild handlar om en plats och tar upp alla källor, kategorier och mått. Det här i frågan används därför inte: {listed(list(names))}."
    )
    chapters = (
        Chapter(chapter.heading, (said, *chapter.blocks)) if chapter.heading == SOURCES_HEADING else chapter for chapter in report.chapters
    )
    return replace(report, chapters=tuple(chapters), not_used=tuple(names))


def framed(situation: Situation, reader: Reader, title: str, chapters: tuple[Chapter, ...], kind: str = "lagesbild") -> Report:
    """Put chapters into a report about an area."""
    is_intern = reader.report_class is SharingClass.INTERN
    return Report(
        kind=kind,
        title=title,
        subtitle=span_name(situation.span).capitalize(),
        area=situation.area.code,
        area_name=situation.area.name,
        report_class=reader.report_class,
        made_for=reader.name or None if is_intern else None,
        made_on=reader.day if is_intern else None,
        known_on=situation.footing.known_on,
        version=situation.footing.version,
        edition=situation.footing.edition_name,
        link=link_of(situation, reader),
        chapters=tuple(Chapter(chapter.heading, tuple(block for block in chapter.blocks if _says(block))) for chapter in chapters),
        watermark=_watermark(reader) if is_intern else "",
    )


def _says(block: Block) -> bool:
    """Tell whether a block says anything: of an answer without sentences nothing is told."""
    return not isinstance(block, Paragraph) or bool(block.text)


def _watermark(reader: Reader) -> str:
    return " · ".join(["INTERN", *([reader.name] if reader.name else []), *([day_name(reader.day)] if reader.day is not None else [])])


def link_of(situation: Situation, reader: Reader) -> str:
    """Give the address that makes the report again, as it was known then."""
    asked = (
        *situation.here(),
        ("from", str(situation.span.first)),
        ("to", str(situation.span.last)),
        ("edition", str(situation.footing.edition)),
        ("asOf", str(situation.footing.known_on)),
        ("class", reader.report_class.value),
    )
    return f"{reader.root}{PATH}?{urlencode(asked)}"
