"""What every form needs to know of a report's parts to lay them out: spans of headings, widths, addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from itertools import groupby
from urllib.parse import urlsplit

from trygghetskarta.domain.audience import SharingClass
from trygghetskarta.domain.counts import Status
from trygghetskarta.domain.periods import LOCAL_TIME
from trygghetskarta.reports.document import Cell, Chart, Column, Kind, MapPicture, Notice, Paragraph, Report, Table
from trygghetskarta.serialize.swedish import day_name

PROVISIONAL = "p = preliminär uppgift"
_CALLED = {
    "lagesbild": "Lägesbild", "gemensam-lagesbild": "Gemensam lägesbild", "manadsrapport": "Månadsrapport",
    "tertialrapport": "Tertialrapport", "arsrapport": "Årsrapport",
}  # fmt: skip
_WORDS = (Kind.TEXT, Kind.CODE, Kind.MONTH)
_WIDEST = ((4, 44), (7, 30))
_NARROW = 22
_HEADING_LINES, _WIDEST_HEADING = 3, 12


@dataclass(frozen=True, slots=True)
class HeadingSpan:
    """A heading over neighbouring columns; an empty one over columns without."""

    title: str
    columns: int


def is_number(column: Column) -> bool:
    """Tell whether a column holds numbers, which stand to the right."""
    return column.kind not in _WORDS


def heading_spans(columns: Sequence[Column]) -> tuple[HeadingSpan, ...]:
    """Give the headings over the columns' own; none where no column has one."""
    if not any(column.group for column in columns):
        return ()
    return tuple(HeadingSpan(title, len(list(found))) for title, found in groupby(columns, key=lambda column: column.group))


def widths(table: Table) -> tuple[int, ...]:
    """Give how many letters wide each column of a table must be: whole numbers, and whole words of what may be divided over lines."""
    most = next((letters for columns, letters in _WIDEST if len(table.columns) <= columns), _NARROW)
    return tuple(_width(column, [printed(row.cells[number]) for row in table.rows], most) for number, column in enumerate(table.columns))


def printed(cell: Cell) -> str:
    """Give what a form prints that has no raised letters: the text, and a p after what is not final."""
    return f"{cell.text}\u00a0p" if cell.provisional and cell.text else cell.text


def unbroken(words: str) -> str:
    """Keep the groups of a number together."""
    return re.sub(r"(?<=\d) (?=\d)", "\u00a0", words)


def _width(column: Column, texts: Sequence[str], most: int) -> int:
    heading = max(len(word) for word in (*unbroken(column.title).split(" "), ""))
    if is_number(column):
        return max(heading, 3, min(-(-len(column.title) // _HEADING_LINES) + 1, _WIDEST_HEADING), *(len(text) for text in texts))
    longest = max((len(text) for text in texts), default=0)
    return max(heading, 3, min(longest, most), *(len(word) for text in texts for word in text.split()), 0)


def lacks(cell: Cell) -> bool:
    """Tell whether a cell holds a word for a number that is not there."""
    return cell.status is not Status.VALUE


def notes(block: Table | MapPicture | Chart) -> tuple[str, ...]:
    """Give what stands under a table or a picture."""
    return tuple(note for note in (block.note, PROVISIONAL if any(cell.provisional for cell in _cells(block)) else "") if note)


def _cells(block: Table | MapPicture | Chart) -> Iterator[Cell]:
    """Give the cells that are printed with a mark when they are not final; a line has its dashes."""
    if isinstance(block, Table):
        yield from (cell for row in block.rows for cell in row.cells)


def called(report: Report) -> str:
    """Give what kind of report it is, in a word."""
    return _CALLED.get(report.kind, "Rapport")


def about(report: Report) -> tuple[tuple[str, str], ...]:
    """Give what stands under the title of every form: for whom, how fresh, which division."""
    shared = "Delbar" if report.report_class is SharingClass.DELBAR else "Intern"
    for_whom = f"{shared}, framtagen för {report.made_for}" if report.made_for else shared
    return (
        ("Område", report.area_name),
        ("Period", report.subtitle),
        ("Uppgifterna så som de var kända", f"{day_name(report.known_on)} (version {report.version})"),
        ("Indelning", report.edition),
        ("Rapportklass", for_whom),
    )


def origin(report: Report) -> str:
    """Give the address of the service that made the report, to put before a question; empty where the report's link does not say."""
    parts = urlsplit(report.link)
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme in ("http", "https") and parts.netloc else ""


def closing_link(report: Report) -> str:
    """Give the address to close with: that which makes the report again, unless a chapter already tells it."""
    texts = (block.text for chapter in report.chapters for block in chapter.blocks if isinstance(block, Paragraph | Notice))
    return "" if any(report.link in text for text in texts) else report.link


def made_at(report: Report) -> datetime:
    """Give the instant that files are dated by: the start of the day the figures were known, so that the same report is the same bytes."""
    return datetime.combine(report.known_on, time(), LOCAL_TIME)
