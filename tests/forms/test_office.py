"""Word, Excel and PowerPoint: opened as their readers open them, and by LibreOffice."""

from __future__ import annotations

import io
import re
import subprocess
import zipfile
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from docx import Document
from docx.oxml.ns import qn
from pptx import Presentation
from pptx.util import Pt
from scripts.word_template import template

from tests.forms import made_up
from trygghetskarta.domain.audience import SharingClass
from trygghetskarta.domain.counts import Status
from trygghetskarta.errors import InvalidQuestionError
from trygghetskarta.reports.document import (
    Block,
    Cell,
    Chapter,
    Chart,
    Fact,
    Facts,
    MapPicture,
    Notice,
    Paragraph,
    Prompts,
    Report,
    Subheading,
    Table,
)
from trygghetskarta.reports.docx import own_template, write_docx
from trygghetskarta.reports.pptx import write_pptx
from trygghetskarta.reports.render import ReportFormat, render
from trygghetskarta.reports.sheets import number_format
from trygghetskarta.reports.xlsx import write_xlsx

_OFFICE = (ReportFormat.DOCX, ReportFormat.XLSX, ReportFormat.PPTX)


def alts(report: Report) -> list[str]:
    return [block.alt for chapter in report.chapters for block in chapter.blocks if isinstance(block, Chart | MapPicture)]


def tables(report: Report) -> list[Table]:
    return [block for chapter in report.chapters for block in chapter.blocks if isinstance(block, Table) and block.rows]


@pytest.mark.parametrize("form", _OFFICE)
def test_the_same_report_is_the_same_bytes(form: ReportFormat) -> None:
    first = render(made_up.normal(), form)
    assert first == render(made_up.normal(), form)
    with zipfile.ZipFile(io.BytesIO(first)) as parts:
        assert {member.date_time[0] for member in parts.infolist()} == {1980}
        assert b"2026-11-0" in parts.read("docProps/core.xml")


def test_the_stored_template_is_what_the_script_makes() -> None:
    assert own_template() == template(), "run: .venv/bin/python scripts/word_template.py src/trygghetskarta/reports/lagesbild.docx"


@pytest.mark.parametrize("state", made_up.ALL)
def test_word_has_every_chapter_table_picture_and_figure_and_no_field_left(state: str) -> None:
    report = made_up.ALL[state]()
    found = Document(io.BytesIO(write_docx(report)))
    told = "\n".join(text.text or "" for text in found.element.body.iter(qn("w:t")))
    assert "{{" not in told
    assert "{%" not in told
    headings = [paragraph.text for paragraph in found.paragraphs if paragraph.style is not None and paragraph.style.name == "Heading 1"]
    assert headings == [chapter.heading for chapter in report.chapters]
    assert [str(picture.get("descr")) for picture in found.element.body.iter(qn("wp:docPr"))] == alts(report)
    texts = [[[cell.text for cell in row.cells] for row in table.rows] for table in found.tables]
    for table in tables(report):
        lines = [[made_up_text(cell, row.indent if number == 0 else 0) for number, cell in enumerate(row.cells)] for row in table.rows]
        assert any(text[-len(lines) :] == lines for text in texts)


def made_up_text(cell: Cell, indent: int) -> str:
    return "\u2003" * indent + cell.text + ("\u00a0p" if cell.provisional else "")


def test_in_word_headings_of_a_table_are_repeated_and_no_row_is_cut() -> None:
    found = Document(io.BytesIO(write_docx(made_up.ten_years())))
    table = max(found.tables, key=lambda table: len(table.rows))
    marked = [row._tr.trPr is not None and row._tr.trPr.find(qn("w:tblHeader")) is not None for row in table.rows]
    assert marked == [True] + [False] * (len(table.rows) - 1)
    assert all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in table.rows)
    widths = [int(column.get(qn("w:w"))) for column in table._tbl.tblGrid]
    assert abs(sum(widths) - 9411) < 10
    assert widths[1] > 1.5 * widths[0]


def test_in_word_a_table_is_not_divided_near_its_ends_nor_from_its_small_print() -> None:
    found = Document(io.BytesIO(write_docx(made_up.framed(made_up.long_table(25), made_up.long_table(4), Paragraph("Efter.")))))
    long, short = (
        [all(found.paragraph_format.keep_with_next for cell in row.cells for found in cell.paragraphs) for row in table.rows]
        for table in found.tables[-2:]
    )
    assert (long[1:4], long[-3:], any(long[4:-3])) == ([True, True, False], [True] * 3, False)
    assert all(short[1:])
    small_print = [paragraph for paragraph in found.paragraphs if paragraph.style is not None and paragraph.style.name == "Not"]
    assert [bool(paragraph.paragraph_format.keep_with_next) for paragraph in small_print[:4]] == [True, False, True, False]
    after = next(paragraph for paragraph in found.paragraphs if paragraph.text == "Efter.")
    assert after.paragraph_format.space_before == Pt(7)


def test_in_word_a_table_has_room_for_its_words_whatever_stands_in_another_with_the_same_headings() -> None:
    def first(*found: Table) -> list[str]:
        written = Document(io.BytesIO(write_docx(made_up.framed(*found))))
        return [column.get(qn("w:w")) for column in written.tables[-len(found)]._tbl.tblGrid]

    withheld, shown = made_up.p1(Status.WITHHELD), made_up.p1()
    assert first(withheld, shown) == first(shown, withheld) != first(shown)


def test_in_word_the_parts_of_a_table_stand_in_the_order_that_word_wants() -> None:
    orders = {
        "w:tblPr": ("w:tblStyle", "w:tblW", "w:jc", "w:tblBorders", "w:tblLayout", "w:tblCellMar", "w:tblLook"),
        "w:tcPr": ("w:tcW", "w:gridSpan", "w:shd"),
        "w:rPr": ("w:rStyle", "w:rFonts", "w:b", "w:i", "w:color", "w:sz", "w:u"),
    }
    body = Document(io.BytesIO(write_docx(made_up.normal()))).element.body
    for name, order in orders.items():
        places = [[[qn(part) for part in order].index(str(part.tag)) for part in found] for found in body.iter(qn(name))]
        assert places
        assert all(found == sorted(found) for found in places), name


def test_in_word_there_is_room_for_answers_and_the_intern_report_is_marked_on_every_page() -> None:
    found = Document(io.BytesIO(write_docx(made_up.normal())))
    asked = [block for chapter in made_up.normal().chapters for block in chapter.blocks if isinstance(block, Prompts)]
    answers = [paragraph for paragraph in found.paragraphs if paragraph.style is not None and paragraph.style.name == "Svar"]
    assert len(answers) == len(asked[0].items)
    intern = Document(io.BytesIO(write_docx(made_up.longest_names())))
    assert "INTERN · Anna-Lena" in intern.sections[0].header._element.xml
    assert "textpath" in intern.sections[0].header._element.xml
    assert "textpath" not in found.sections[0].header._element.xml


def test_a_citys_own_template_is_filled_in_and_a_broken_one_is_refused_with_what_is_wrong() -> None:
    own = Document()
    own.add_paragraph("Stadens rapport om {{ rapport.omrade }} & {{ rapport.period }}")
    found = Document(io.BytesIO(write_docx(made_up.normal(), saved(own))))
    assert [paragraph.text for paragraph in found.paragraphs] == ["Stadens rapport om Järva & Januari–oktober 2026"]
    own.add_paragraph("{% for kapitel in rapport.kapitel %}")
    with pytest.raises(InvalidQuestionError, match="Wordmallen"):
        write_docx(made_up.normal(), saved(own))
    with pytest.raises(InvalidQuestionError, match="Wordmallen"):
        write_docx(made_up.normal(), b"no document")


def saved(document: object) -> bytes:
    out = io.BytesIO()
    document.save(out)  # type: ignore[attr-defined]
    return out.getvalue()


@pytest.mark.parametrize("state", made_up.ALL)
def test_excel_has_numbers_as_numbers_and_words_where_there_are_none(state: str) -> None:
    report = made_up.ALL[state]()
    book = openpyxl.load_workbook(io.BytesIO(write_xlsx(report)))
    assert len(book.sheetnames) == len(report.chapters) + 2
    for sheet, chapter in zip(book.worksheets[1:-1], report.chapters, strict=True):
        lines = [[cell.value for cell in line] for line in sheet.iter_rows()]
        for table in (block for block in chapter.blocks if isinstance(block, Table)):
            for row in table.rows:
                told = [cell.value if cell.status is Status.VALUE and not isinstance(cell.value, str) else cell.text for cell in row.cells]
                assert any(line[: len(told)] == [same(value) for value in told] for line in lines), told


def same(value: float | str | None) -> object:
    """Give what equals a value as a workbook keeps it: to sixteen digits."""
    return pytest.approx(value, rel=1e-12) if isinstance(value, float) else value


def test_a_figure_that_is_missing_is_not_drawn_as_zero() -> None:
    report = made_up.framed(made_up.line_chart(34))
    sheet = openpyxl.load_workbook(io.BytesIO(write_xlsx(report))).worksheets[1]
    lacking = [[cell.value for cell in line[:3]] for line in sheet.iter_rows() if "saknas" in str(line[0].value)]
    assert [line[1] for line in lacking if str(line[0]).endswith("(saknas)")] == [None] * 3


@pytest.mark.parametrize(
    ("text", "value", "format_"),
    [
        ("12\u00a0345", 12345, '#,##0;"\u2212"#,##0;#,##0'),
        ("\u221212,5", -12.5, '#,##0.0;"\u2212"#,##0.0;#,##0.0'),
        ("+7", 7, '"+"#,##0;"\u2212"#,##0;#,##0'),
        ("3 %", 3, '#,##0" %";"\u2212"#,##0" %";#,##0" %"'),
    ],
)
def test_a_number_shows_in_excel_as_it_is_printed(text: str, value: float, format_: str) -> None:
    assert number_format(Cell(text, value)) == format_


@pytest.mark.parametrize("state", made_up.ALL)
def test_slides_have_titles_alternative_texts_and_nothing_outside(state: str) -> None:
    report = made_up.ALL[state]()
    found = Presentation(io.BytesIO(write_pptx(report)))
    assert all(slide.shapes.title is not None and slide.shapes.title.text_frame.text for slide in found.slides)
    drawn = [
        shape for slide in found.slides for shape in slide.shapes if shape.shape_type is not None and shape.shape_type.name == "PICTURE"
    ]
    assert [shape._element.nvPicPr.cNvPr.get("descr") for shape in drawn] == alts(report)
    for slide in found.slides:
        assert all(
            shape.left >= 0 and shape.left + shape.width <= Pt(960) and shape.top + shape.height <= Pt(540) for shape in slide.shapes
        )


def test_of_a_long_table_a_slide_has_what_it_holds_and_says_where_the_rest_is() -> None:
    found = Presentation(io.BytesIO(write_pptx(made_up.ten_years())))
    parts = [(slide, shape.table) for slide in found.slides for shape in slide.shapes if shape.has_table]
    slide, table = max(parts, key=lambda part: len(list(part[1].rows)))
    rows = len(list(table.rows)) - 1
    assert table.cell(0, 1).text == "Stadsdel"
    assert 10 < rows < 117
    assert any(
        f"Här står {rows} av 117 rader; alla står i bilagan." in shape.text_frame.text for shape in slide.shapes if shape.has_text_frame
    )


def test_slides_of_text_are_about_as_full_and_each_notice_stands_once() -> None:
    blocks: list[Block] = [Notice("Källan är inte levererad.")] * 3
    for number in range(40):
        blocks += [Subheading(f"Område {number}"), Paragraph("En mening om området som är så lång att den tar en rad."), *blocks[:1]]
    found = list(Presentation(io.BytesIO(write_pptx(made_up.framed(*blocks)))).slides)[1:-1]
    told = [next(shape for shape in slide.shapes if shape.has_text_frame and "mening" in shape.text_frame.text) for slide in found]
    lines = [shape.text_frame.text.split("\n") for shape in told]
    assert sum(text.count("inte levererad") for part in lines for text in part) == 1
    assert max(map(len, lines)) - min(map(len, lines)) <= 3
    assert not [part for part in lines if part[-1].startswith("Område")]
    assert sum(text.startswith("Område") for part in lines for text in part) == 40


def test_text_that_goes_on_and_what_must_not_be_missed_say_which_part_they_are_of() -> None:
    said = [
        Paragraph(f"Mening {number} om detta, som är lång nog att fylla en rad på en bild och en bit av nästa.") for number in range(16)
    ]
    hours = (Subheading("När på veckan"), Notice("Sådana siffror är skyddade."), Subheading("Över tid"), made_up.line_chart())
    report = made_up.framed(*hours, more=[Chapter("Sammanfattning", (Subheading("Järva, 2026"), *said))])
    texts = [
        [paragraph.text for shape in slide.shapes if shape.has_text_frame for paragraph in shape.text_frame.paragraphs]
        for slide in Presentation(io.BytesIO(write_pptx(report))).slides
    ]
    minded = next(slide for slide in texts if "Observera. Sådana siffror är skyddade." in slide)
    assert minded[minded.index("Observera. Sådana siffror är skyddade.") - 1] == "När på veckan"
    first, *others = [slide for slide in texts if any("Mening " in text for text in slide)]
    assert "Järva, 2026" in first
    assert others
    assert all("Järva, 2026, fortsättning" in slide for slide in others)


def test_facts_stand_on_as_many_slides_as_hold_them() -> None:
    facts = [Facts(f"Område {number}", tuple(Fact(f"Uppgift {row}", made_up.count(row)) for row in range(6))) for number in range(5)]
    found = Presentation(io.BytesIO(write_pptx(made_up.framed(*facts)))).slides
    tables = [shape.table for slide in found for shape in slide.shapes if shape.has_table]
    told = [row.cells[0].text for table in tables for row in table.rows]
    assert [text for text in told if text.startswith("Uppgift")] == [f"Uppgift {row}" for row in range(6)] * 5
    assert not [shape for slide in found for shape in slide.shapes if shape.has_text_frame and "Här står" in shape.text_frame.text]


def test_slides_are_a_figure_each_with_its_sentences_as_notes() -> None:
    report = made_up.everything()
    found = Presentation(io.BytesIO(write_pptx(report))).slides
    assert len(found) <= 2 + sum(len(chapter.blocks) for chapter in report.chapters)
    told = [chapter.blocks[0].text for chapter in report.chapters if isinstance(chapter.blocks[0], Paragraph)]
    noted = "\n".join(slide.notes_slide.notes_text_frame.text for slide in found if slide.has_notes_slide)
    shown = "\n".join(shape.text_frame.text for slide in found for shape in slide.shapes if shape.has_text_frame)
    assert told
    assert all(text in noted or text in shown for text in told)


def test_the_files_say_who_may_see_them() -> None:
    report = replace(
        made_up.normal(), report_class=SharingClass.INTERN, made_for="Karin Berg", watermark="INTERN · Karin Berg · 3 november 2026"
    )
    slides = Presentation(io.BytesIO(write_pptx(report))).slides
    assert all(any("INTERN · Karin Berg" in shape.text_frame.text for shape in slide.shapes if shape.has_text_frame) for slide in slides)
    book = openpyxl.load_workbook(io.BytesIO(write_xlsx(report)))
    assert all("INTERN · Karin Berg" in sheet_footer(sheet) for sheet in book.worksheets)
    assert datetime(2026, 11, 3) == book.properties.created  # noqa: DTZ001 - Excel's dates have no zone


def sheet_footer(sheet: Any) -> str:  # noqa: ANN401 - openpyxl's sheets are of many kinds
    return str(sheet.oddFooter.left.text)


@pytest.mark.writer
@pytest.mark.poppler
def test_libreoffice_opens_every_form_with_no_page_empty(tmp_path: Path) -> None:
    report = made_up.everything()
    paths = [tmp_path / f"{form}{form.ending}" for form in _OFFICE]
    for form, path in zip(_OFFICE, paths, strict=True):
        path.write_bytes(render(report, form))
    command = [
        "soffice",
        "--headless",
        f"-env:UserInstallation=file://{tmp_path}/profile",
        "--convert-to",
        "pdf",
        "--outdir",
        str(tmp_path),
    ]
    subprocess.run([*command, *map(str, paths)], check=True, capture_output=True, timeout=280)
    for form in _OFFICE:
        told = subprocess.run(
            ["pdftotext", "-layout", str(tmp_path / f"{form}.pdf"), "-"], capture_output=True, text=True, check=True
        ).stdout
        assert all(len(re.sub(r"\s", "", page)) > 150 for page in told.split("\f")[:-1]), form
        letters = re.sub(r"\s", "", told)
        assert all(re.sub(r"\s", "", chapter.heading) in letters for chapter in report.chapters), form
        assert re.sub(r"\s", "", report.title) in letters, form
