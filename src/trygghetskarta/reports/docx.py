"""Word: a template that a city edits in Word itself, filled with a report. Its fields are told in docs/reports.md."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from itertools import count, pairwise
from typing import Any
from zipfile import BadZipFile

from trygghetskarta.domain.audience import SharingClass
from trygghetskarta.errors import InvalidQuestionError
from trygghetskarta.reports.document import (
    Block,
    Chart,
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
from trygghetskarta.reports.ink import ACCENT
from trygghetskarta.reports.laying import (
    about,
    called,
    closing_link,
    heading_spans,
    is_number,
    made_at,
    notes,
    origin,
    printed,
    unbroken,
    widths,
)
from trygghetskarta.reports.pictures import picture_png, picture_svg
from trygghetskarta.reports.zips import settled
from trygghetskarta.serialize.swedish import day_name

_PICTURE_WIDTH_MM = 166
_TEXT_WIDTH = 9411
"""The text of the page is 166 mm wide: so many twentieths of a point."""
_LETTER, _LETTER_SIZE, _PADDING = 0.56, 9.0, 160
_INDENT = "\u2003"
_TOGETHER, _UNDIVIDED = 3, 8
"""How many rows of a table stand together at its ends, and how many are not divided at all."""
_AIR = 7
"""Points above a text that follows a table or its small print."""
_SMALL_PRINT = "Not"
_BELONGING = ((_SMALL_PRINT, _SMALL_PRINT), ("", "Arbetsfråga"))
"""Styles of paragraphs of which the first is not left at the foot of a page without the second."""
_NAMESPACE = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def write_docx(report: Report, template: bytes | None = None) -> bytes:
    """Write a report as a Word document.

    Args:
        report: The report.
        template: The city's own template; None for the one in the package.

    Returns:
        The file. The same report in the same template is the same bytes.

    Raises:
        InvalidQuestionError: The template is no Word document, or its fields cannot be filled in.
    """
    from docx.opc.exceptions import PackageNotFoundError
    from docxtpl import DocxTemplate
    from jinja2 import TemplateError
    from jinja2.sandbox import SandboxedEnvironment

    filled = DocxTemplate(io.BytesIO(template if template is not None else own_template()))
    out = io.BytesIO()
    try:
        # A template is written by whoever sends it: it may read the report's fields, and reach nothing else.
        filled.render({"rapport": _told(report, filled)}, SandboxedEnvironment(autoescape=True))
    except (TemplateError, PackageNotFoundError, BadZipFile, SyntaxError, ValueError, KeyError) as problem:
        raise InvalidQuestionError(
            f"Wordmallen går inte att fylla i: {problem}.", f"The Word template cannot be filled in: {problem}."
        ) from problem
    _widen(filled, report)
    _keep_together(filled)
    _date(filled, report)
    filled.save(out)
    return settled(out.getvalue())


def own_template() -> bytes:
    """Give the template in the package, to begin one's own from."""
    return files("trygghetskarta.reports").joinpath("lagesbild.docx").read_bytes()


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A picture in a field of the template, with its alternative text; made when the field is filled in."""

    filled: Any
    block: Chart | MapPicture
    number: int

    def __html__(self) -> str:
        from docx.shared import Mm

        inline = self.filled.current_rendering_part.new_pic_inline(
            io.BytesIO(picture_png(picture_svg(self.block))), Mm(_PICTURE_WIDTH_MM), None
        )
        inline.docPr.set("descr", self.block.alt)
        inline.docPr.set("name", f"Figur {self.number}")
        return f'</w:t></w:r><w:r><w:drawing>{inline.xml}</w:drawing></w:r><w:r><w:t xml:space="preserve">'


def _told(report: Report, filled: Any) -> dict[str, Any]:  # noqa: ANN401 - docxtpl is untyped
    tables, figures = count(1), count(1)
    return {
        "sort": called(report),
        "titel": report.title,
        "period": report.subtitle,
        "omrade": report.area_name,
        "klass": "Delbar" if report.report_class is SharingClass.DELBAR else "Intern",
        "framtagen_for": report.made_for or "",
        "kand": day_name(report.known_on),
        "version": report.version,
        "indelning": report.edition,
        "lank": closing_link(report),
        "vattenstampel": report.watermark,
        "om": [{"rubrik": label, "text": value} for label, value in about(report)[2:]],
        "kapitel": [
            {
                "rubrik": chapter.heading,
                "delar": [
                    {"rubrik": "", "noter": [], **_part(block, filled, (tables, figures)), "siffror": _link(block, report, filled)}
                    for block in chapter.blocks
                ],
            }
            for chapter in report.chapters
        ],
    }


def _link(block: Block, report: Report, filled: Any) -> object:  # noqa: ANN401 - docxtpl is untyped
    """Give a link to the figures behind a block; an empty text where there is none."""
    from docxtpl import RichText

    question = block.question if isinstance(block, Table | MapPicture | Chart) else ""
    if not (question and origin(report)):
        return ""
    return RichText("Öppna siffrorna bakom", url_id=filled.build_url_id(origin(report) + question), color=ACCENT, underline=True)


def _part(block: Block, filled: object, numbers: tuple[Iterator[int], Iterator[int]]) -> dict[str, Any]:
    match block:
        case Paragraph():
            return {"typ": "stycke", "text": unbroken(block.text)}
        case Subheading():
            return {"typ": "underrubrik", "text": block.text}
        case Notice():
            return {"typ": "observera", "text": unbroken(block.text)}
        case Prompts():
            return {"typ": "fragor", "fragor": list(block.items)}
        case Facts():
            rows = [{"etikett": fact.label, "text": printed(fact.cell)} for fact in block.rows]
            return {"typ": "fakta", "rubrik": block.caption, "rader": rows}
        case Table():
            return _table(block, next(numbers[0]) if block.rows else 0)
        case MapPicture() | Chart():
            number = next(numbers[1])
            drawn = _Drawn(filled, block, number)
            return {
                "typ": "bild",
                "rubrik": unbroken(block.caption),
                "nummer": number,
                "bild": drawn,
                "alt": block.alt,
                "noter": list(notes(block)),
            }


def _table(table: Table, number: int) -> dict[str, Any]:
    numbers = [is_number(column) for column in table.columns]
    return {
        "typ": "tabell" if table.rows else "tom_tabell",
        "rubrik": unbroken(table.caption),
        "nummer": number,
        "grupper": [{"rubrik": span.title, "kolumner": span.columns} for span in heading_spans(table.columns)],
        "kolumner": [{"rubrik": unbroken(column.title), "tal": is_number(column)} for column in table.columns],
        "rader": [{"stark": row.strong, "celler": _cells(row, numbers)} for row in table.rows],
        "noter": list(notes(table)) or ([] if table.rows else ["Inga rader."]),
    }


def _cells(row: Row, numbers: list[bool]) -> list[dict[str, Any]]:
    indent = _INDENT * row.indent
    return [
        {"text": (indent if place == 0 else "") + printed(cell), "tal": is_number}
        for place, (cell, is_number) in enumerate(zip(row.cells, numbers, strict=True))
    ]  # fmt: skip


def _widen(filled: Any, report: Report) -> None:  # noqa: ANN401 - docxtpl is untyped
    """Make the columns as wide as what they hold: a template cannot know, and not every program works it out."""
    known: dict[tuple[str, ...], tuple[int, ...]] = {}
    for block in (block for chapter in report.chapters for block in chapter.blocks if isinstance(block, Table) and block.rows):
        titles, wide = tuple(unbroken(column.title) for column in block.columns), widths(block)
        # Several tables may have the same headings, and a template may leave some of them out: each column has room for all of theirs.
        known[titles] = tuple(map(max, wide, known.get(titles, wide)))
    for table in filled.docx.element.body.iter(f"{_NAMESPACE}tbl"):
        rows = table.findall(f"{_NAMESPACE}tr")
        found = next((known[titles] for titles in map(_texts, rows[:2]) if titles in known), None)
        if found is not None:
            room = (_TEXT_WIDTH - _PADDING * len(found)) / sum(found)
            _set_widths(table, [round(room * letters + _PADDING) for letters in found])
            _set_size(table, room / 20 / _LETTER)


def _set_size(table: Any, size: float) -> None:  # noqa: ANN401 - an element of lxml, which is untyped
    """Let the letters of a wide table be smaller than its styles say, so that no number is divided."""
    if size < _LETTER_SIZE:
        for run in table.iter(f"{_NAMESPACE}r"):
            look = run.find(f"{_NAMESPACE}rPr")
            if look is None:
                look = run.makeelement(f"{_NAMESPACE}rPr")
                run.insert(0, look)
            look.append(look.makeelement(f"{_NAMESPACE}sz", {f"{_NAMESPACE}val": str(max(8, int(size * 2)))}))


def _texts(row: Any) -> tuple[str, ...]:  # noqa: ANN401 - as above
    return tuple("".join(text.text or "" for text in cell.iter(f"{_NAMESPACE}t")) for cell in row.findall(f"{_NAMESPACE}tc"))


def _set_widths(table: Any, wide: list[int]) -> None:  # noqa: ANN401 - as above
    for column, width in zip(table.find(f"{_NAMESPACE}tblGrid"), wide, strict=True):
        column.set(f"{_NAMESPACE}w", str(width))
    for row in table.findall(f"{_NAMESPACE}tr"):
        place = 0
        for cell in row.findall(f"{_NAMESPACE}tc"):
            span = cell.find(f"{_NAMESPACE}tcPr/{_NAMESPACE}gridSpan")
            columns = 1 if span is None else int(span.get(f"{_NAMESPACE}val"))
            told = cell.find(f"{_NAMESPACE}tcPr/{_NAMESPACE}tcW")
            if told is not None:
                told.set(f"{_NAMESPACE}w", str(sum(wide[place : place + columns])))
                told.set(f"{_NAMESPACE}type", "dxa")
                if span is not None:
                    told.addnext(span)  # the order that Word wants
            place += columns


def _keep_together(filled: Any) -> None:  # noqa: ANN401 - docxtpl is untyped
    """Let no page begin or end with a row or two of a table, or with a line of small print: a template cannot know what follows what."""
    from docx.shared import Pt

    parts = list(filled.docx.element.body.iterchildren())
    for part, after in pairwise(parts):
        if part.tag == f"{_NAMESPACE}tbl":
            _keep_rows(part, with_next=_style(after) == _SMALL_PRINT)
        elif (_style(part), _style(after)) in _BELONGING:
            part.get_or_add_pPr().keepNext_val = True
        if _style(after) == "" and (part.tag == f"{_NAMESPACE}tbl" or _style(part) == _SMALL_PRINT):
            after.get_or_add_pPr().spacing_before = Pt(_AIR)


def _keep_rows(table: Any, *, with_next: bool) -> None:  # noqa: ANN401 - an element of lxml, which is untyped
    rows = table.findall(f"{_NAMESPACE}tr")
    heads = len(table.findall(f"{_NAMESPACE}tr/{_NAMESPACE}trPr/{_NAMESPACE}tblHeader"))
    first, last = heads + _TOGETHER - 1, len(rows) - _TOGETHER
    for number, row in enumerate(rows if with_next else rows[:-1]):
        if len(rows) - heads <= _UNDIVIDED or number < first or number >= last:
            for paragraph in row.iter(f"{_NAMESPACE}p"):
                paragraph.get_or_add_pPr().keepNext_val = True


def _style(part: Any) -> str | None:  # noqa: ANN401 - as above
    """Give the style of a paragraph, empty for the ordinary one; None for what is no paragraph."""
    if part.tag != f"{_NAMESPACE}p":
        return None
    named = part.find(f"{_NAMESPACE}pPr/{_NAMESPACE}pStyle")
    return "" if named is None else str(named.get(f"{_NAMESPACE}val"))


def _date(filled: Any, report: Report) -> None:  # noqa: ANN401 - as above
    properties = filled.docx.core_properties
    properties.created = properties.modified = made_at(report).replace(tzinfo=None)
    properties.last_modified_by = "trygghetskarta"
    properties.revision = 1
