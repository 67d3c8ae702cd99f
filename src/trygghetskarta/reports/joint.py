"""Several lagesbilder made into a joint one: of several areas, or with one that the police or a neighbour has sent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from trygghetskarta.domain.audience import SharingClass
from trygghetskarta.reports.cells import words
from trygghetskarta.reports.chapters import sources
from trygghetskarta.reports.chapters.glossary import glossary
from trygghetskarta.reports.document import (
    Block,
    Chapter,
    Chart,
    Column,
    Facts,
    Kind,
    MapPicture,
    Paragraph,
    Report,
    Row,
    Subheading,
    Table,
)
from trygghetskarta.serialize.swedish import day_name, listed

_SIDE_BY_SIDE = "monthCount"
"""The column that tells a table in the layout P1."""


def joint(reports: Sequence[Report]) -> Report:
    """Make several reports into one.

    Args:
        reports: At least two, in the order they shall stand; what is said of all is taken from the first.

    Returns:
        A report with the chapters of all, area by area within each chapter. It is intern when any of them is.

    Raises:
        ValueError: There are fewer than two.
    """
    if len(reports) < 2:
        raise ValueError(len(reports))
    first = reports[0]
    names = list(dict.fromkeys(report.area_name for report in reports))
    marks = list(dict.fromkeys(report.watermark for report in reports if report.watermark))
    own = [glossary().heading]
    headings = list(dict.fromkeys(chapter.heading for report in reports for chapter in report.chapters if chapter.heading not in own))
    chapters = (_about(reports), *(Chapter(heading, tuple(_joined(heading, reports))) for heading in headings), glossary())
    return replace(
        first,
        kind="gemensam-lagesbild",
        title=f"Gemensam lägesbild för {listed(names)}",
        subtitle=" · ".join(dict.fromkeys(report.subtitle for report in reports)),
        area_name=listed(names),
        report_class=SharingClass.INTERN if any(report.report_class is SharingClass.INTERN for report in reports) else SharingClass.DELBAR,
        known_on=max(report.known_on for report in reports),
        chapters=chapters,
        watermark=" · ".join(marks),
    )


def _about(reports: Sequence[Report]) -> Chapter:
    columns = (
        Column("title", "Lägesbild", Kind.TEXT),
        Column("span", "Månader", Kind.TEXT),
        Column("class", "Klass", Kind.TEXT),
        Column("knownOn", "Kända till och med", Kind.TEXT),
        Column("edition", "Indelning", Kind.TEXT),
    )
    rows = tuple(
        Row(tuple(map(words, (report.title, report.subtitle, report.report_class.value, day_name(report.known_on), report.edition))))
        for report in reports
    )
    opening = Paragraph(
        "Den gemensamma lägesbilden är satt samman av flera. Figurer ur olika källor står bredvid varandra och är inte ihopräknade: samma "
        "händelse kan finnas i flera."
    )
    return Chapter("Ingående lägesbilder", (opening, Table("Vad som ingår", columns, rows), *_side_by_side(reports)))


def _side_by_side(reports: Sequence[Report]) -> Iterator[Block]:
    """Put the sums of the areas' tables in the layout P1 in one table, where they tell the same columns."""
    found = [(report, table) for report in reports if (table := _p1(report)) is not None and table.rows]
    if len(found) < 2 or len({table.columns for _, table in found}) > 1:
        return
    rows = tuple(Row((words(f"{report.area_name}: {table.rows[0].cells[0].text}"), *table.rows[0].cells[1:])) for report, table in found)
    first, alike = found[0][1], len({table.note for _, table in found}) == 1
    note, noted = (first.note, first.noted) if alike else ("", ())
    yield Table("Områdena sida vid sida", first.columns, rows, note, noted=noted)


def _p1(report: Report) -> Table | None:
    for chapter in report.chapters:
        for block in chapter.blocks:
            if isinstance(block, Table) and any(column.key == _SIDE_BY_SIDE for column in block.columns):
                return block
    return None


def _joined(heading: str, reports: Sequence[Report]) -> Iterator[Block]:
    """Give one chapter's blocks area by area; what is said of the sources alike for all is said once."""
    told: list[Block] = []
    for report in reports:
        for chapter in report.chapters:
            if chapter.heading == heading and chapter.blocks:
                yield Subheading(f"{report.area_name}, {report.subtitle[:1].lower()}{report.subtitle[1:]}")
                if heading == sources.HEADING:
                    yield from (block for block in chapter.blocks if block not in told)
                else:
                    yield from (_named(block, report.area_name) for block in chapter.blocks)
                told += chapter.blocks


def _named(block: Block, area: str) -> Block:
    """Let a heading or a caption name its area: on a slide, or in a list of headings, nothing else does."""
    match block:
        case Subheading() if area not in block.text:
            return Subheading(f"{area}: {block.text}")
        case Facts() | Table() | MapPicture() | Chart() if area not in block.caption:
            return replace(block, caption=f"{area}: {block.caption}" if block.caption else area)
        case _:
            return block
