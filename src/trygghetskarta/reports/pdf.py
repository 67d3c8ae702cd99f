"""PDF for paper and for screen readers: tagged by PDF/UA-1, made by Typst with the package's own typeface."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from itertools import count
from typing import Any

import orjson

from trygghetskarta.reports.chapters.comparing import HEADING as COMPARING
from trygghetskarta.reports.document import (
    Block,
    Cell,
    Chart,
    Facts,
    MapPicture,
    Notice,
    Paragraph,
    Prompts,
    Report,
    Subheading,
    Table,
)  # fmt: skip
from trygghetskarta.reports.ink import TYPEFACE
from trygghetskarta.reports.laying import (
    about,
    called,
    closing_link,
    heading_spans,
    is_number,
    lacks,
    made_at,
    notes,
    origin,
    unbroken,
    widths,
)
from trygghetskarta.reports.pictures import fonts, picture_svg
from trygghetskarta.serialize.swedish import day_name

_TEXT_WIDTHS = (470.0, 716.0)
"""Of an upright page and of one that lies down, in points."""
_LETTER = 0.51
_PADDING = 9.5
_SMALLEST, _LARGEST = 6.0, 9.25
_SECOND_HALF = COMPARING
"""Begins a page, in the middle: what is told of the area itself ends before it. Typst lays the pages on either side of such a break out at once."""


def write_pdf(report: Report) -> bytes:
    """Write a report as PDF.

    Args:
        report: The report.

    Returns:
        PDF 1.7 that follows PDF/UA-1: tags, language, alternative texts, embedded fonts. The same report is the same bytes.
    """
    import typst

    told = orjson.dumps(_told(report)).decode()
    return typst.compile(
        _template(),
        format="pdf",
        font_paths=fonts(),
        ignore_system_fonts=True,
        sys_inputs={"report": told},
        pdf_standards=["ua-1"],
        timestamp=int(made_at(report).timestamp()),
    )


@cache
def _template() -> bytes:
    return files("trygghetskarta.reports").joinpath("report.typ").read_bytes()


def _told(report: Report) -> dict[str, Any]:
    return {
        "typeface": TYPEFACE,
        "called": called(report),
        "title": report.title,
        "subtitle": report.subtitle,
        "area": report.area_name,
        "about": about(report),
        "known": f"Uppgifter kända {day_name(report.known_on)}",
        "date": [report.known_on.year, report.known_on.month, report.known_on.day],
        "language": report.language,
        "link": closing_link(report),
        "watermark": report.watermark,
        "chapters": _chapters(report),
    }


def _chapters(report: Report) -> list[dict[str, Any]]:
    numbers = {"table": count(1), "picture": count(1)}
    return [
        {
            "heading": chapter.heading,
            "new_page": chapter.heading == _SECOND_HALF,
            "blocks": [_numbered(_block(block, origin(report)), numbers) for block in chapter.blocks],
        }
        for chapter in report.chapters
    ]


def _numbered(told: dict[str, Any], numbers: Mapping[str, Iterator[int]]) -> dict[str, Any]:
    """Give a picture, and a table that has rows, its number among its kind."""
    kind = told["kind"]
    return told | {"number": next(numbers[kind])} if kind in numbers and told.get("rows", True) else told


def _block(block: Block, service: str) -> dict[str, Any]:
    match block:
        case Paragraph() | Subheading() | Notice():
            return {"kind": type(block).__name__.lower(), "text": unbroken(block.text)}
        case Prompts():
            return {"kind": "prompts", "items": block.items}
        case Facts():
            return {"kind": "facts", "caption": block.caption, "rows": [(fact.label, _cell(fact.cell)) for fact in block.rows]}
        case Table():
            return _table(block, service)
        case MapPicture() | Chart():
            told = {"kind": "picture", "caption": unbroken(block.caption), "alt": block.alt, "svg": picture_svg(block)}
            return told | {"notes": notes(block), "link": _link(block.question, service)}


def _table(table: Table, service: str) -> dict[str, Any]:
    wide = widths(table)
    lies_down = _letter_size(wide, _TEXT_WIDTHS[0]) < _SMALLEST
    return {
        "kind": "table",
        "caption": unbroken(table.caption),
        "columns": [
            {"title": unbroken(column.title), "number": is_number(column), "width": wide[number]}
            for number, column in enumerate(table.columns)
        ],
        "groups": [{"title": span.title, "columns": span.columns} for span in heading_spans(table.columns)],
        "rows": [{"cells": [_cell(cell) for cell in row.cells], "indent": row.indent, "strong": row.strong} for row in table.rows],
        "size": round(_letter_size(wide, _TEXT_WIDTHS[lies_down]), 2),
        "lies_down": lies_down,
        "notes": notes(table),
        "link": _link(table.question, service),
    }  # fmt: skip


def _letter_size(wide: tuple[int, ...], page: float) -> float:
    """Give the size of letters at which a table is as wide as the page; not larger than is calm."""
    return min((page - _PADDING * len(wide)) / (_LETTER * sum(wide)), _LARGEST)


def _cell(cell: Cell) -> dict[str, Any]:
    return {"text": cell.text, "lacks": lacks(cell), "provisional": cell.provisional}


def _link(question: str, service: str) -> str:
    return service + question if service and question else ""
