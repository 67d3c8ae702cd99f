"""What of a report is shown on slides: what one talks about. The rest stands in the annexe, the same report as a workbook."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from trygghetskarta.reports.chapters import glossary, sources
from trygghetskarta.reports.document import (
    Block,
    Cell,
    Chapter,
    Chart,
    ChartKind,
    Column,
    Facts,
    Kind,
    MapPicture,
    Notice,
    Paragraph,
    Prompts,
    Report,
    Row,
    Subheading,
    Table,
)

ANNEXED = (sources.HEADING, glossary.HEADING)
"""Chapters that are looked up, not told."""
Figure = Table | MapPicture | Chart
Text = Paragraph | Notice | Prompts | Subheading
_ROWS = 14
"""How many rows of facts stand on one slide."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What stands on one slide, or on a few where it is much.

    Attributes:
        heading: Its title.
        figure: The table or picture; None for a slide of text.
        texts: The text, each once, with the headings of its parts where it has several; none beside a figure.
        said: What the speaker has in the notes: the sentences that the report has beside the figure.
    """

    heading: str
    figure: Figure | None = None
    texts: tuple[Text, ...] = ()
    said: tuple[str, ...] = ()


def shown(report: Report) -> Iterator[Shown]:
    """Choose what of a report is shown.

    Args:
        report: The report.

    Returns:
        Slide by slide, in the order of the report. A chapter of text is shown whole. Of a chapter with figures every picture and table is
        shown, with the sentences as the speaker's notes, and what must not be missed on a slide of its own; but not a table whose
        rows are drawn as dots after it, nor facts that are words.
    """
    for chapter in report.chapters:
        if chapter.heading not in ANNEXED:
            figures = _figures(chapter)
            yield from _joined(figures) if figures else _only_text(chapter)


def _only_text(chapter: Chapter) -> Iterator[Shown]:
    texts = tuple(_texts(chapter.blocks))
    if texts:
        yield Shown(chapter.heading, texts=texts)


def _texts(blocks: Sequence[Block]) -> Iterator[Text]:
    """Give the text of a chapter, with the headings of those parts that have any; a notice that several parts have is given once."""
    heading: Subheading | None = None
    given: set[Notice] = set()
    for block in blocks:
        if isinstance(block, Subheading):
            heading = block
        text = Paragraph(f"{block.caption}. {block.note}".strip()) if isinstance(block, Table) else block
        if not isinstance(text, Paragraph | Notice | Prompts) or text in given:
            continue
        if heading is not None:
            yield heading
            heading = None
        if isinstance(text, Notice):
            given.add(text)
        yield text


def _figures(chapter: Chapter) -> list[Shown]:
    """Give the slides of a chapter's figures, before facts are put together; none where it has no figure."""
    found: list[Shown] = []
    minded: list[Text] = []
    said: list[str] = []
    part: Subheading | None = None
    heading = chapter.heading
    for number, block in enumerate(chapter.blocks):
        match block:
            case Subheading():
                said, part = _say(found, said), block
                heading = f"{chapter.heading}: {block.text}"
            case Paragraph():
                said.append(block.text)
            case Notice() | Prompts() if part is not None or block not in minded:
                # "Such figures" says nothing on a slide without the heading that it stands under, which may be another area's.
                minded += [part, block] if part is not None else [block]
                part = None
            case Notice() | Prompts():
                pass
            case _:
                figure = _figure(block, chapter.blocks[number + 1 :], is_under=heading != chapter.heading)
                if figure is not None:
                    found.append(Shown(heading, figure, said=tuple(said)))
                    said = []
    _say(found, said)
    return [Shown(chapter.heading, texts=tuple(minded)), *found] if found and minded else found


def _say(found: list[Shown], said: list[str]) -> list[str]:
    """Give sentences to the figure before them, and tell which wait for one."""
    if not found:
        return said
    found[-1] = replace(found[-1], said=(*found[-1].said, *said))
    return []


def _figure(block: Block, after: Sequence[Block], *, is_under: bool) -> Figure | None:
    """Give a block as it is shown; None where it is left to the annexe."""
    match block:
        case Facts():
            # Words about a measure and the like: who, when, of what kind.
            words = sum(row.cell.origin is None for row in block.rows)
            return None if not block.rows or (is_under and 2 * words > len(block.rows)) else _as_table(block)
        case Table():
            follower = next(iter(after), None)
            drawn_after = isinstance(follower, Chart) and follower.kind is ChartKind.DOTS and follower.question == block.question
            return None if drawn_after or not block.rows else block
        case MapPicture() | Chart():
            return block
        case _:
            return None


_FACTS = (Column("label", "", Kind.TEXT), Column("value", "", Kind.TEXT))


def _as_table(facts: Facts) -> Table:
    return Table(facts.caption, _FACTS, tuple(Row((Cell(fact.label), fact.cell)) for fact in facts.rows))


def _joined(found: Sequence[Shown]) -> Iterator[Shown]:
    """Put neighbouring facts on one slide, as many as it holds, each under its caption."""
    facts: list[Shown] = []
    for one in found:
        is_facts = isinstance(one.figure, Table) and one.figure.columns is _FACTS
        if facts and (not is_facts or _rows_of([*facts, one]) > _ROWS):
            yield _together(facts)
            facts = []
        if is_facts:
            facts.append(one)
        else:
            yield one
    if facts:
        yield _together(facts)


def _rows_of(facts: Sequence[Shown]) -> int:
    return sum(len(one.figure.rows) + 1 for one in facts if isinstance(one.figure, Table))


def _together(facts: Sequence[Shown]) -> Shown:
    if len(facts) == 1:
        return facts[0]
    tables = [one.figure for one in facts if isinstance(one.figure, Table)]
    rows = [row for table in tables for row in (Row((Cell(table.caption), Cell("")), strong=True), *table.rows)]
    said = tuple(text for one in facts for text in one.said)
    return Shown(facts[0].heading.partition(": ")[0], Table("", _FACTS, tuple(rows)), said=said)
