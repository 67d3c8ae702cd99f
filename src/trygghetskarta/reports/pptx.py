"""Slides: a chapter's text, each table and each picture on slides of their own, none fuller than it can be read."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence

from trygghetskarta.reports.document import (
    Block,
    Cell,
    Chapter,
    Chart,
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
)  # fmt: skip
from trygghetskarta.reports.laying import about, called, heading_spans, made_at, notes, widths
from trygghetskarta.reports.pictures import picture_png, picture_svg, proportions
from trygghetskarta.reports.slides import Laid, Page, Words, begin
from trygghetskarta.reports.zips import settled

_LINES, _LETTERS = 15, 95
"""How many lines of how many letters a slide of text holds."""
_TABLE_HEIGHT, _TABLE_WIDTH = 356.0, 872.0
_SIZES = (8.0, 14.0)
_LETTER = 0.57


def write_pptx(report: Report) -> bytes:
    """Write a report as slides.

    Args:
        report: The report.

    Returns:
        The file. Every slide has a title, every picture its alternative text. A long table goes on over several slides, its headings with it.
        The same report is the same bytes.
    """
    out = io.BytesIO()
    slides = begin(report, made_at(report))
    Page(slides, report).title(called(report), [f"{label}: {value}" for label, value in about(report)[2:]])
    for chapter in report.chapters:
        _write_chapter(Page(slides, report), chapter)
    slides.save(out)
    return settled(out.getvalue())


def _write_chapter(page: Page, chapter: Chapter) -> None:
    """Write a chapter; a subheading goes on in the titles of the slides that it is over."""
    words: list[Words] = []
    heading = chapter.heading
    for block in chapter.blocks:
        told = list(_words(block))
        if told:
            words += told
            continue
        _write_words(page, heading, words)
        words = []
        heading = f"{chapter.heading}: {block.text}" if isinstance(block, Subheading) else heading
        _write_block(page, heading, block)
    _write_words(page, heading, words)


def _words(block: Block) -> Iterator[Words]:
    match block:
        case Paragraph():
            yield Words(block.text)
        case Notice():
            yield Words(f"Observera. {block.text}", warning=True)
        case Prompts():
            yield from (Words(f"{number}. {item}") for number, item in enumerate(block.items, 1))
        case Subheading() | Facts() | Table() | MapPicture() | Chart():
            return


def _write_words(page: Page, heading: str, words: Sequence[Words]) -> None:
    """Divide texts over slides, between texts, or between sentences where one text is more than a slide."""
    room: list[Words] = []
    used = 0.0
    for said in (part for text in words for part in _parts(text)):
        lines = -(-len(said.text) // _LETTERS) + 0.5
        if room and used + lines > _LINES:
            page.text(heading, room)
            room, used = [], 0.0
        room.append(said)
        used += lines
    if room:
        page.text(heading, room)


def _parts(said: Words) -> Iterator[Words]:
    most = _LINES * _LETTERS * 0.9
    text = said.text
    while len(text) > most:
        cut = max(text.rfind(". ", 0, int(most)) + 1, 0) or max(text.rfind(" ", 0, int(most)), 1)
        yield Words(text[:cut].strip(), said.strong, said.warning)
        text = text[cut:].strip()
    yield Words(text, said.strong, said.warning)


def _write_block(page: Page, heading: str, block: Block) -> None:
    match block:
        case Facts():
            columns = (Column("label", "", Kind.TEXT), Column("value", "", Kind.TEXT))
            rows = tuple(Row((Cell(fact.label), fact.cell)) for fact in block.rows)
            _write_table(page, heading, Table(block.caption, columns, rows))
        case Table():
            _write_table(page, heading, block)
        case MapPicture() | Chart():
            svg = picture_svg(block)
            page.picture((heading, block.caption), (picture_png(svg), proportions(svg), block.alt), " ".join(notes(block)))
        case Paragraph() | Subheading() | Notice() | Prompts():
            return


def _write_table(page: Page, heading: str, table: Table) -> None:
    if not table.rows:
        page.text(heading, [Words(table.caption, strong=True), Words(" ".join(notes(table)) or "Inga rader.")])
        return
    letters = widths(table)
    size = min(max((_TABLE_WIDTH - 12.0 * len(letters)) / (_LETTER * sum(letters)), _SIZES[0]), _SIZES[1])
    wide = tuple(_TABLE_WIDTH * (found + 2) / sum(one + 2 for one in letters) for found in letters)
    laid = Laid(table.columns, heading_spans(table.columns), table.rows, wide, size)
    parts = _balanced(laid)
    for number, rows in enumerate(parts, 1):
        caption = f"{table.caption} ({number} av {len(parts)})" if len(parts) > 1 else table.caption
        part = Laid(laid.columns, laid.spans, rows, wide, size)
        page.table((heading, caption), part, " ".join(notes(table)))


def _balanced(laid: Laid) -> list[tuple[Row, ...]]:
    """Divide the rows over as few slides as they need, about as many on each, so that no slide has a single row."""
    parts = list(_divided(laid, _TABLE_HEIGHT))
    heights = [_height([cell.text for cell in row.cells], laid) for row in laid.rows]
    evener = list(_divided(laid, min(_TABLE_HEIGHT, _heads(laid) + sum(heights) / len(parts) + max(heights))))
    return evener if len(evener) == len(parts) else parts


def _heads(laid: Laid) -> float:
    """Give how high the headings are, in points."""
    return _height([column.title for column in laid.columns], laid) + (laid.size * 1.2 + 8 if laid.spans else 0)


def _divided(laid: Laid, most: float) -> Iterator[tuple[Row, ...]]:
    held: list[Row] = []
    used = heads = _heads(laid)
    for row in laid.rows:
        high = _height([cell.text for cell in row.cells], laid)
        if held and used + high > most:
            yield tuple(held)
            held, used = [], heads
        held.append(row)
        used += high
    yield tuple(held)


def _height(texts: Sequence[str], laid: Laid) -> float:
    """Give how high a row becomes, in points."""
    lines = max(-(-int(len(text) * laid.size * _LETTER) // int(wide - 12)) for text, wide in zip(texts, laid.wide, strict=True))
    return max(1, lines) * laid.size * 1.2 + 8
