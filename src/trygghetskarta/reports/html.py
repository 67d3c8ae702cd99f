"""HTML in one file: nothing in it is fetched from elsewhere, and it reads, prints and is listened to as it stands."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from html import escape
from importlib.resources import files

from trygghetskarta.reports.document import (
    Block,
    Cell,
    Chapter,
    Chart,
    Column,
    Facts,
    MapPicture,
    Notice,
    Paragraph,
    Prompts,
    Report,
    Row,
    Subheading,
    Table,
)  # fmt: skip
from trygghetskarta.reports.laying import about, called, closing_link, heading_spans, is_number, lacks, notes, origin, unbroken
from trygghetskarta.reports.pictures import picture_svg

_MANY = 9
"""A table of more columns has smaller letters."""
_SHORT = 18
"""Words of no more letters are not divided over lines."""


def write_html(report: Report) -> bytes:
    """Write a report as one HTML file.

    Args:
        report: The report.

    Returns:
        HTML in UTF-8. Its pictures and its style are in it; its own policy lets nothing else be fetched and no script run.
    """
    return "".join(_page(report)).encode()


@cache
def policy() -> str:
    """Give the Content-Security-Policy that a report is served with: its own style and its own pictures, nothing else."""
    style = b64encode(sha256(_style().encode()).digest()).decode()
    return f"default-src 'none'; img-src data:; style-src 'sha256-{style}'; base-uri 'none'; form-action 'none'"


@cache
def _style() -> str:
    return files("trygghetskarta.reports").joinpath("report.css").read_text(encoding="utf-8")


def _page(report: Report) -> Iterator[str]:
    yield f'<!DOCTYPE html>\n<html lang="{escape(report.language)}">\n<head>\n<meta charset="utf-8">\n'
    yield f'<meta http-equiv="Content-Security-Policy" content="{policy()}">\n'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="generator" content="trygghetskarta">\n'
    yield f"<title>{escape(report.title)}, {escape(report.subtitle)}</title>\n<style>{_style()}</style>\n</head>\n<body>\n"
    yield '<a class="skip" href="#innehall">Hoppa till innehållet</a>\n'
    yield from _head(report)
    yield from _contents(report)
    yield '<main id="innehall" tabindex="-1">\n'
    for number, chapter in enumerate(report.chapters, 1):
        yield from _chapter(number, chapter, origin(report))
    yield "</main>\n"
    yield from _foot(report)
    yield "</body>\n</html>\n"


def _head(report: Report) -> Iterator[str]:
    yield f'<header>\n<p class="kind">{escape(called(report))}</p>\n<h1>{escape(report.title)}</h1>\n'
    yield f'<p class="period">{escape(report.subtitle)}</p>\n'
    if report.watermark:
        yield f'<p class="watermark">{escape(report.watermark)}</p>\n'
    told = "".join(f"<div><dt>{escape(label)}</dt><dd>{escape(value)}</dd></div>" for label, value in about(report)[2:])
    yield f'<dl class="about">{told}</dl>\n</header>\n'


def _contents(report: Report) -> Iterator[str]:
    if len(report.chapters) > 3:
        links = "".join(
            f'<li><a href="#kapitel-{number}">{escape(chapter.heading)}</a></li>' for number, chapter in enumerate(report.chapters, 1)
        )
        yield f'<nav aria-labelledby="innehallet"><h2 id="innehallet">Innehåll</h2><ol>{links}</ol></nav>\n'


def _chapter(number: int, chapter: Chapter, service: str) -> Iterator[str]:
    yield f'<section aria-labelledby="kapitel-{number}">\n<h2 id="kapitel-{number}">{escape(chapter.heading)}</h2>\n'
    for block in chapter.blocks:
        yield from _block(block, service)
    yield "</section>\n"


def _block(block: Block, service: str) -> Iterator[str]:
    match block:
        case Paragraph():
            yield f"<p>{escape(block.text)}</p>\n"
        case Subheading():
            yield f"<h3>{escape(block.text)}</h3>\n"
        case Notice():
            yield f'<p class="notice"><strong>Observera.</strong> {escape(block.text)}</p>\n'
        case Prompts():
            yield f'<ol class="prompts">{"".join(f"<li>{escape(item)}</li>" for item in block.items)}</ol>\n'
        case Facts():
            yield from _facts(block)
        case Table():
            yield from _table(block, service)
        case MapPicture() | Chart():
            yield from _picture(block, service)


def _facts(facts: Facts) -> Iterator[str]:
    if facts.caption:
        yield f'<p class="caption">{escape(facts.caption)}</p>\n'
    told = "".join(f"<div><dt>{escape(fact.label)}</dt><dd>{_said(fact.cell)}</dd></div>" for fact in facts.rows)
    yield f'<dl class="facts">{told}</dl>\n'


def _table(table: Table, service: str) -> Iterator[str]:
    yield '<figure class="table">\n'
    if table.rows:
        many = ' class="many"' if len(table.columns) > _MANY else ""
        # What can be scrolled must be reached by the keyboard too.
        yield f'<div class="wide" role="region" tabindex="0" aria-label="{escape(table.caption)}">'
        yield f"<table{many}><caption>{escape(table.caption)}</caption><thead>{''.join(_headings(table))}</thead>\n<tbody>\n"
        yield from (_row(row, table.columns) for row in table.rows)
        yield "</tbody></table></div>\n"
    else:
        yield f'<p class="caption">{escape(table.caption)}</p>\n'
    yield from _small_print(notes(table) or (() if table.rows else ("Inga rader.",)), table.question, service)
    yield "</figure>\n"


def _headings(table: Table) -> Iterator[str]:
    spans = heading_spans(table.columns)
    if spans:
        cells = (
            f'<th scope="colgroup" colspan="{span.columns}">{escape(span.title)}</th>'
            if span.title
            else f'<td colspan="{span.columns}"></td>'
            for span in spans
        )
        yield f"<tr>{''.join(cells)}</tr>"
    cells = (
        f'<th scope="col"{_class(column)}>{escape(unbroken(column.title))}</th>' if column.title else "<td></td>"
        for column in table.columns
    )
    yield f"<tr>{''.join(cells)}</tr>"


def _row(row: Row, columns: tuple[Column, ...]) -> str:
    first, *others = zip(row.cells, columns, strict=True)
    indent = f' class="indent-{min(row.indent, 3)}"' if row.indent else _class(first[1])
    cells = "".join(f"<td{_class(column) or _short(cell)}>{_said(cell)}</td>" for cell, column in others)
    return f'<tr{" class=strong" if row.strong else ""}><th scope="row"{indent}>{_said(first[0])}</th>{cells}</tr>\n'


def _class(column: Column) -> str:
    return ' class="number"' if is_number(column) else ""


def _short(cell: Cell) -> str:
    """Keep an interval, a month or a verdict on one line."""
    return ' class="short"' if len(cell.text) <= _SHORT else ""


def _said(cell: Cell) -> str:
    words = f'<span class="lacks">{escape(cell.text)}</span>' if lacks(cell) else escape(cell.text)
    return f"{words}<sup>p</sup>" if cell.provisional else words


def _picture(block: MapPicture | Chart, service: str) -> Iterator[str]:
    drawn = b64encode(picture_svg(block).encode()).decode()
    yield f'<figure>\n<figcaption class="caption">{escape(block.caption)}</figcaption>\n'
    # On a telephone a picture is drawn so large that it can be read, and is scrolled, by the keyboard too.
    yield f'<div class="wide" role="group" tabindex="0" aria-label="{escape(block.caption)}">'
    yield f'<img src="data:image/svg+xml;base64,{drawn}" alt="{escape(block.alt)}"></div>\n'
    yield from _small_print(notes(block), block.question, service)
    yield "</figure>\n"


def _small_print(told: tuple[str, ...], question: str, service: str) -> Iterator[str]:
    words = [escape(note) for note in told]
    if question:
        words.append(f'<a href="{escape(service + question)}">Öppna siffrorna bakom</a>')
    if words:
        yield f'<p class="note">{" ".join(words)}</p>\n'


def _foot(report: Report) -> Iterator[str]:
    if closing_link(report):
        address = escape(report.link)
        yield f'<footer><p>Den här adressen gör rapporten på nytt, med samma siffror: <a href="{address}">{address}</a></p></footer>\n'
