"""Slides: what of a report one talks about, a figure on each, none fuller than it can be read; the sentences are the speaker's notes."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import replace

from trygghetskarta.reports.document import Chart, MapPicture, Notice, Paragraph, Prompts, Report, Subheading, Table
from trygghetskarta.reports.laying import about, called, heading_spans, made_at, notes, widths
from trygghetskarta.reports.pictures import picture_png, picture_svg, proportions
from trygghetskarta.reports.showing import Shown, Text, shown
from trygghetskarta.reports.slides import Laid, Page, Words, begin
from trygghetskarta.reports.zips import settled

_LINES, _LETTERS = 18, 95
"""How many lines of how many letters a slide of text holds."""
_TABLE_HEIGHT, _TABLE_WIDTH = 356.0, 872.0
_SIZES = (9.0, 14.0)
_LETTER = 0.57


def write_pptx(report: Report) -> bytes:
    """Write a report as slides.

    Args:
        report: The report.

    Returns:
        The file. Every slide has a title, every picture its alternative text. Of a table that is longer than a slide the upper rows
        stand there, and that the rest is in the annexe. The same report is the same bytes.
    """
    out = io.BytesIO()
    slides = begin(report, made_at(report))
    page = Page(slides, report)
    page.title(called(report), [f"{label}: {value}" for label, value in about(report)[2:]])
    for one in shown(report):
        _write(page, one)
    page.text("Källor och bilaga", list(_closing(report)))
    slides.save(out)
    return settled(out.getvalue())


def _closing(report: Report) -> Iterator[Words]:
    yield Words("Källor, täckning, förbehåll, metoder, ordlista och hela tabeller står i bilagan: samma rapport som Excel.")
    yield Words("Meningarna som hör till en bild står i anteckningarna under den.")
    if report.link:
        yield Words(f"Bilagan: {report.link}&format=xlsx")


def _write(page: Page, one: Shown) -> None:
    match one.figure:
        case None:
            _write_words(page, one.heading, [words for text in one.texts for words in _words(text)])
        case Table():
            _write_table(page, one, one.figure)
        case MapPicture() | Chart():
            svg = picture_svg(one.figure)
            drawn = (picture_png(svg), proportions(svg), one.figure.alt)
            page.picture((one.heading, one.figure.caption), drawn, " ".join(notes(one.figure)))
            page.note(one.said)


def _words(text: Text) -> Iterator[Words]:
    match text:
        case Paragraph():
            yield Words(text.text)
        case Notice():
            yield Words(f"Observera. {text.text}", warning=True)
        case Prompts():
            yield from (Words(f"{number}. {item}") for number, item in enumerate(text.items, 1))
        case Subheading():
            yield Words(text.text, strong=True)


def _write_words(page: Page, heading: str, words: Sequence[Words]) -> None:
    """Divide texts evenly over as few slides as hold them, between texts, or between sentences where one text is more than a slide."""
    parts = [(part, -(-len(part.text) // _LETTERS) + 0.5) for text in words for part in _parts(text)]
    total = sum(lines for _, lines in parts)
    least = len(_divided(parts, _LINES))
    # Slides that are each filled leave a line for the last alone; the least room that asks for no more slides divides them evenly.
    even = next((room for room in _rooms(total / max(least, 1)) if len(_divided(parts, room)) == least), _LINES)
    for slide in _divided(parts, even):
        page.text(heading, slide)


def _rooms(even: float) -> Iterator[float]:
    """Give how many lines a slide may hold, from an even share up."""
    while even < _LINES:
        yield even
        even += 0.5


def _divided(parts: Sequence[tuple[Words, float]], room: float) -> list[list[Words]]:
    """Divide texts, each with its lines, over slides that hold so many lines; a heading stands with the text after it, and again where it goes on."""
    slides: list[list[Words]] = []
    used = 0.0
    heading: tuple[list[Words], float] = ([], 0.0)
    for number, (said, lines) in enumerate(parts):
        needed = lines + (parts[number + 1][1] if said.strong and number + 1 < len(parts) else 0.0)
        if not slides or used + needed > room:
            slides.append([] if said.strong else [*heading[0]])
            used = 0.0 if said.strong else heading[1]
        if said.strong:
            heading = [Words(f"{said.text}, fortsättning", strong=True)], lines
        slides[-1].append(said)
        used += lines
    return slides


def _parts(said: Words) -> Iterator[Words]:
    most = _LINES * _LETTERS * 0.9
    text = said.text
    while len(text) > most:
        cut = max(text.rfind(". ", 0, int(most)) + 1, 0) or max(text.rfind(" ", 0, int(most)), 1)
        yield Words(text[:cut].strip(), said.strong, said.warning)
        text = text[cut:].strip()
    yield Words(text, said.strong, said.warning)


def _write_table(page: Page, one: Shown, table: Table) -> None:
    laid, most = _fitted(table)
    said = notes(table)
    if len(laid.rows) < most:
        said = (*said, f"Här står {len(laid.rows)} av {most} rader; alla står i bilagan.")
    page.table((one.heading, table.caption), laid, " ".join(said))
    page.note(one.said)


def _fitted(table: Table) -> tuple[Laid, int]:
    """Lay out as much of a table as a slide holds, and say how many rows there are of it in all.

    A table that is too long gives up the rows that stand under others first, then those at its end.
    """
    letters = widths(table)
    size = min(max((_TABLE_WIDTH - 12.0 * len(letters)) / (_LETTER * sum(letters)), _SIZES[0]), _SIZES[1])
    wide = tuple(_TABLE_WIDTH * (found + 2) / sum(one + 2 for one in letters) for found in letters)
    whole = Laid(table.columns, heading_spans(table.columns), table.rows, wide, size)
    smaller = replace(whole, size=_SIZES[0] if size < _SIZES[1] else 11.0)
    for laid in (whole, smaller, replace(whole, rows=tuple(row for row in table.rows if row.indent == 0))):
        if laid.rows and _held(laid) == len(laid.rows):
            return laid, len(table.rows)
    outer = tuple(row for row in table.rows if row.indent == 0) or table.rows
    least = replace(smaller, rows=outer)
    return replace(least, rows=outer[: max(_held(least), 1)]), len(table.rows)


def _held(laid: Laid) -> int:
    """Count how many of the rows, from the top, a slide holds."""
    used = _height([column.title for column in laid.columns], laid) + (laid.size * 1.2 + 8 if laid.spans else 0)
    for number, row in enumerate(laid.rows):
        used += _height([cell.text for cell in row.cells], laid)
        if used > _TABLE_HEIGHT:
            return number
    return len(laid.rows)


def _height(texts: Sequence[str], laid: Laid) -> float:
    """Give how high a row becomes, in points."""
    lines = max(-(-int(len(text) * laid.size * _LETTER) // int(wide - 12)) for text, wide in zip(texts, laid.wide, strict=True))
    return max(1, lines) * laid.size * 1.2 + 8
