"""One slide at a time: where its title, text, table or picture stands, in points on a wide screen."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from trygghetskarta.reports.document import Column, Report, Row
from trygghetskarta.reports.ink import ACCENT, INK, LINE, QUIET
from trygghetskarta.reports.laying import HeadingSpan, is_number, lacks, printed, unbroken

_WIDTH, _HEIGHT = 960.0, 540.0
_LEFT, _TEXT_WIDTH = 44.0, 872.0
_TITLE_TOP, _CAPTION_TOP, _BODY_TOP, _NOTE_TOP, _FOOT_TOP = 22.0, 70.0, 100.0, 466.0, 508.0
_TITLE_SLIDE, _TITLE_ONLY = 0, 5
_TITLE_SIZES, _SMALLEST_TITLE = ((40, 40.0), (80, 32.0)), 26.0
_NO_TABLE_STYLE = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"
_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_WARNING, _WARNING_INK = "#B3480B", "#5A4300"
Box = tuple[float, float, float, float]
"""Left, top, width and height, in points."""


@dataclass(frozen=True, slots=True)
class Words:
    """A text on a slide."""

    text: str
    strong: bool = False
    warning: bool = False


@dataclass(frozen=True, slots=True)
class Laid:
    """A table, or the part of it that a slide holds, laid out in points."""

    columns: tuple[Column, ...]
    spans: tuple[HeadingSpan, ...]
    rows: tuple[Row, ...]
    wide: tuple[float, ...]
    size: float


def begin(report: Report, at: datetime) -> Any:  # noqa: ANN401 - python-pptx gives its elements no types
    """Begin a set of wide slides with two layouts: one for the title, one for everything else."""
    from pptx import Presentation
    from pptx.util import Pt

    slides = Presentation()
    slides.slide_width, slides.slide_height = Pt(_WIDTH), Pt(_HEIGHT)
    kept = [slides.slide_layouts[number] for number in (_TITLE_SLIDE, _TITLE_ONLY)]
    for layout in list(slides.slide_layouts):
        if layout not in kept:
            slides.slide_layouts.remove(layout)
    _place(slides.slide_master.placeholders, {"TITLE": (_LEFT, _TITLE_TOP, _TEXT_WIDTH, 46), "BODY": (_LEFT, _BODY_TOP, _TEXT_WIDTH, 350)})
    _place(kept[0].placeholders, {"CENTER_TITLE": (_LEFT, 140, _TEXT_WIDTH, 140), "SUBTITLE": (_LEFT, 290, _TEXT_WIDTH, 180)})
    _place(kept[1].placeholders, {"TITLE": (_LEFT, _TITLE_TOP, _TEXT_WIDTH, 46)})
    _use_typeface(slides)
    told = slides.core_properties
    told.title, told.author, told.language = f"{report.title}, {report.subtitle}", "trygghetskarta", "sv-SE"
    told.created = told.modified = at.replace(tzinfo=None)
    told.last_modified_by, told.revision = "trygghetskarta", 1
    return slides


def _use_typeface(slides: Any) -> None:  # noqa: ANN401 - as above
    """Let the theme name a typeface that every machine has, so that lines break where they were measured."""
    from pptx.opc.constants import RELATIONSHIP_TYPE

    theme = slides.slide_master.part.part_related_by(RELATIONSHIP_TYPE.THEME)
    theme.blob = theme.blob.replace(b'typeface="Calibri"', b'typeface="Arial"')


def _place(placeholders: Iterable[Any], boxes: dict[str, Box]) -> None:
    """Put the places of a layout where they belong, and take away those that no slide uses."""
    for placeholder in list(placeholders):
        box = boxes.get(placeholder.placeholder_format.type.name)
        if box is None:
            placeholder._element.getparent().remove(placeholder._element)
        else:
            _set_box(placeholder, box)
            _without_margins(placeholder.text_frame)


def _without_margins(frame: Any) -> None:  # noqa: ANN401 - as above
    from pptx.enum.text import MSO_ANCHOR

    frame.margin_left = frame.margin_right = 0
    frame.vertical_anchor = MSO_ANCHOR.TOP


def _set_box(shape: Any, box: Box) -> None:  # noqa: ANN401 - as above
    from pptx.util import Pt

    shape.left, shape.top, shape.width, shape.height = (Pt(part) for part in box)


@dataclass(frozen=True, slots=True)
class Page:
    """Adds slides to a report's set.

    Attributes:
        slides: The set, as python-pptx has it.
        report: The report.
    """

    slides: Any
    report: Report

    def title(self, kind: str, lines: Sequence[str]) -> None:
        """Add the first slide."""
        slide = self.slides.slides.add_slide(self.slides.slide_layouts[0])
        self._watermark(slide)
        size = next((size for letters, size in _TITLE_SIZES if len(self.report.title) <= letters), _SMALLEST_TITLE)
        _write(slide.shapes.title.text_frame, [Words(self.report.title, strong=True)], size, ACCENT)
        under = slide.placeholders[1].text_frame
        _write(under, [Words(self.report.subtitle), *map(Words, lines)], 16, QUIET)
        _set_size(under.paragraphs[0], 24)
        _write(_textbox(slide, (_LEFT, 110, _TEXT_WIDTH, 30)), [Words(kind.upper(), strong=True)], 16, QUIET)

    def text(self, heading: str, words: Sequence[Words]) -> None:
        """Add a slide of text."""
        slide = self._slide(heading)
        _write(_textbox(slide, (_LEFT, _CAPTION_TOP + 10, _TEXT_WIDTH, 420)), words, 18, INK, after=9)

    def picture(self, told: tuple[str, str], drawn: tuple[bytes, float, str], note: str) -> None:
        """Add a slide of a picture.

        Args:
            told: The chapter's heading, and the caption.
            drawn: PNG, its height for its width, its alternative text.
            note: What stands under it.
        """
        from pptx.util import Pt

        slide = self._slide(told[0], told[1], note)
        image, proportion, alt = drawn
        room = (_NOTE_TOP if note else _FOOT_TOP) - _BODY_TOP - 6
        width = min(_TEXT_WIDTH, room / proportion)
        left = _LEFT + (_TEXT_WIDTH - width) / 2
        shown = slide.shapes.add_picture(io.BytesIO(image), Pt(left), Pt(_BODY_TOP), Pt(width), Pt(width * proportion))
        shown._element.nvPicPr.cNvPr.set("descr", alt)

    def table(self, told: tuple[str, str], laid: Laid, note: str) -> None:
        """Add a slide of a table, or of a part of one; `told` as for a picture."""
        from pptx.util import Pt

        slide = self._slide(told[0], told[1], note)
        titled = any(column.title for column in laid.columns)
        heads = (1 if laid.spans else 0) + (1 if titled else 0)
        shape = slide.shapes.add_table(heads + len(laid.rows), len(laid.columns), Pt(_LEFT), Pt(_BODY_TOP), Pt(_TEXT_WIDTH), Pt(20))
        shape._element.nvGraphicFramePr.cNvPr.set("descr", told[1])
        table = shape.table
        table._tbl.tblPr.find(f"{_DRAWING}tableStyleId").text = _NO_TABLE_STYLE
        table.first_row, table.horz_banding = titled, False
        for column, wide in zip(table.columns, laid.wide, strict=True):
            column.width = Pt(wide)
        for row in table.rows:
            row.height = Pt(laid.size * 1.2 + 8)
        if laid.spans:
            _write_spans(table, laid)
        if titled:
            for number, column in enumerate(laid.columns):
                _write_cell(table.cell(heads - 1, number), Words(unbroken(column.title), strong=True), (laid.size, is_number(column)), INK)
        for line, row in enumerate(laid.rows, heads):
            _write_row(table, line, row, laid)

    def note(self, said: Sequence[str]) -> None:
        """Put sentences into the speaker's notes of the last slide; nothing for none."""
        if said:
            self.slides.slides[-1].notes_slide.notes_text_frame.text = "\n".join(said)

    def _slide(self, heading: str, caption: str = "", note: str = "") -> Any:  # noqa: ANN401 - as above
        slide = self.slides.slides.add_slide(self.slides.slide_layouts[1])
        self._watermark(slide)
        _write(slide.shapes.title.text_frame, [Words(heading, strong=True)], 26 if len(heading) <= 60 else 18, INK)
        if caption:
            _write(_textbox(slide, (_LEFT, _CAPTION_TOP, _TEXT_WIDTH, 26)), [Words(caption)], 15 if len(caption) < 110 else 12, QUIET)
        if note:
            _write(_textbox(slide, (_LEFT, _NOTE_TOP, _TEXT_WIDTH, 38)), [Words(note)], 11 if len(note) < 330 else 9, QUIET)
        self._foot(slide)
        return slide

    def _foot(self, slide: Any) -> None:  # noqa: ANN401 - as above
        told = [self.report.title, self.report.subtitle, *([self.report.watermark] if self.report.watermark else [])]
        _write(
            _textbox(slide, (_LEFT, _FOOT_TOP, _TEXT_WIDTH - 60, 20)),
            [Words(" · ".join(told))],
            10,
            _WARNING if self.report.watermark else QUIET,
        )
        number = _textbox(slide, (_LEFT + _TEXT_WIDTH - 60, _FOOT_TOP, 60, 20))
        _write(number, [Words("")], 10, QUIET)
        _number(number.paragraphs[0], len(self.slides.slides))

    def _watermark(self, slide: Any) -> None:  # noqa: ANN401 - as above
        if self.report.watermark:
            frame = _textbox(slide, (60, 220, 840, 100))
            size = min(48.0, 1500 / len(self.report.watermark))
            _write(frame, [Words(self.report.watermark, strong=True)], size, _WARNING)
            frame._element.getparent().spPr.find(f"{_DRAWING}xfrm").set("rot", str(-28 * 60_000))
            for colour in frame._element.iter(f"{_DRAWING}srgbClr"):
                colour.append(colour.makeelement(f"{_DRAWING}alpha", {"val": "11000"}))


def _textbox(slide: Any, box: Box) -> Any:  # noqa: ANN401 - as above
    from pptx.util import Pt

    left, top, width, height = (Pt(part) for part in box)
    frame = slide.shapes.add_textbox(left, top, width, height).text_frame
    frame.word_wrap = True
    frame.margin_left = frame.margin_right = 0
    return frame


def _write(frame: Any, words: Sequence[Words], size: float, colour: str, after: float = 2) -> None:  # noqa: ANN401 - as above
    """Write texts as paragraphs, from the left, in Swedish."""
    from pptx.enum.text import PP_ALIGN
    from pptx.util import Pt

    for number, said in enumerate(words):
        paragraph = frame.paragraphs[0] if number == 0 else frame.add_paragraph()
        paragraph.alignment = PP_ALIGN.LEFT
        paragraph.space_after = Pt(after)
        _run(paragraph, said, size, _WARNING_INK if said.warning else colour)


def _run(paragraph: Any, said: Words, size: float, colour: str, *, italic: bool = False) -> None:  # noqa: ANN401 - as above
    from pptx.dml.color import RGBColor
    from pptx.enum.lang import MSO_LANGUAGE_ID
    from pptx.util import Pt

    run = paragraph.add_run()
    run.text = said.text
    run.font.size = Pt(size)
    run.font.bold, run.font.italic = said.strong, italic
    run.font.color.rgb = cast("Any", RGBColor).from_string(colour.lstrip("#").upper())
    run.font.language_id = MSO_LANGUAGE_ID.SWEDISH


def _set_size(paragraph: Any, size: float) -> None:  # noqa: ANN401 - as above
    from pptx.util import Pt

    for run in paragraph.runs:
        run.font.size = Pt(size)


def _number(paragraph: Any, number: int) -> None:  # noqa: ANN401 - as above
    """Write the slide's number as a field, which follows the slide when it is moved."""
    from pptx.enum.text import PP_ALIGN

    paragraph.alignment = PP_ALIGN.RIGHT
    run = paragraph.runs[0]._r
    field = run.makeelement(f"{_DRAWING}fld", {"id": "{B6F15528-21DE-4FAA-801E-634DDDAF4B2B}", "type": "slidenum"})
    field.append(run.rPr)
    text = run.makeelement(f"{_DRAWING}t", {})
    text.text = str(number)
    field.append(text)
    run.getparent().replace(run, field)


def _write_spans(table: Any, laid: Laid) -> None:  # noqa: ANN401 - as above
    number = 0
    for span in laid.spans:
        cell = table.cell(0, number)
        if span.columns > 1:
            cell.merge(table.cell(0, number + span.columns - 1))
        _write_cell(cell, Words(span.title, strong=True), (laid.size, False), INK)
        number += span.columns


def _write_row(table: Any, line: int, row: Row, laid: Laid) -> None:  # noqa: ANN401 - as above
    for number, (cell, column) in enumerate(zip(row.cells, laid.columns, strict=True)):
        indent = "\u2003" * row.indent if number == 0 else ""
        text = indent + printed(cell)
        _write_cell(table.cell(line, number), Words(text, row.strong, lacks(cell)), (laid.size, is_number(column)), INK)


def _write_cell(cell: Any, said: Words, look: tuple[float, bool], colour: str) -> None:  # noqa: ANN401 - as above
    """Write a cell; a warning is a word in place of a number, which stands slanting."""
    from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
    from pptx.util import Pt

    size, is_right = look
    cell.margin_left = cell.margin_right = Pt(6)
    cell.margin_top = cell.margin_bottom = Pt(3)
    cell.vertical_anchor = MSO_ANCHOR.BOTTOM
    paragraph = cell.text_frame.paragraphs[0]
    paragraph.alignment = PP_ALIGN.RIGHT if is_right else PP_ALIGN.LEFT
    _run(paragraph, Words(said.text, said.strong), size, QUIET if said.warning else colour, italic=said.warning)
    properties = cell._tc.get_or_add_tcPr()
    line = properties.makeelement(f"{_DRAWING}lnB", {"w": "9525"})
    fill = line.makeelement(f"{_DRAWING}solidFill", {})
    fill.append(fill.makeelement(f"{_DRAWING}srgbClr", {"val": LINE.lstrip("#").upper()}))
    line.append(fill)
    properties.insert(0, line)
