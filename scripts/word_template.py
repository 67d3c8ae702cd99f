"""Make the Word template of reports, which a city then edits in Word: .venv/bin/python scripts/word_template.py FILE."""

from __future__ import annotations

import io
import sys
from datetime import UTC, datetime
from pathlib import Path

from docx import Document
from docx.document import Document as WordDocument
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Mm, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.table import Table, _Row
from docx.text.paragraph import Paragraph

from trygghetskarta.reports.zips import settled

INK, QUIET, ACCENT, LINE, GROUND, WARM = "10222E", "4B5C68", "1B5F96", "D3DBE0", "F3F5F6", "FDF3DC"
FACE = "Arial"
MADE = datetime(2026, 11, 21, tzinfo=UTC)


def template() -> bytes:
    """Give the template: every field and every loop stands in it as a reader of docs/reports.md finds it there."""
    document = Document()
    _page(document)
    _styles(document)
    _head(document)
    _chapters(document)
    _end(document)
    _header_and_footer(document)
    told = document.core_properties
    told.title, told.subject, told.author = "{{ rapport.titel }}, {{ rapport.period }}", "{{ rapport.sort }}", "trygghetskarta"
    told.comments, told.language = "", "sv-SE"
    told.created = told.modified = MADE
    told.last_modified_by = "trygghetskarta"
    out = io.BytesIO()
    document.save(out)
    return settled(out.getvalue())


def _page(document: WordDocument) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(22)
    section.top_margin, section.bottom_margin = Mm(27), Mm(24)
    section.different_first_page_header_footer = False


def _styles(document: WordDocument) -> None:
    normal = document.styles["Normal"]
    _font(normal, 10.5, INK)
    normal.paragraph_format.space_after, normal.paragraph_format.line_spacing = Pt(7), 1.15
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "sv-SE")
    normal.element.get_or_add_rPr().append(language)
    for name, size, colour, bold, before, after in (
        ("Title", 27, INK, True, 0, 2), ("Subtitle", 14, QUIET, False, 0, 10), ("Heading 1", 17, INK, True, 24, 8),
        ("Heading 2", 12.5, INK, True, 14, 4), ("Caption", 9.5, INK, True, 12, 4), ("Header", 8.5, QUIET, False, 0, 0),
        ("Footer", 8.5, QUIET, False, 0, 0),
    ):  # fmt: skip
        style = document.styles[name]
        _font(style, size, colour, bold=bold)
        style.font.italic = False
        style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(before), Pt(after)
        style.paragraph_format.keep_with_next = name.startswith(("Heading", "Caption"))
        _without_border(style)
    _border(document.styles["Heading 1"], "bottom", ACCENT, 8)
    _own_styles(document)


def _own_styles(document: WordDocument) -> None:
    kind = _added(document, "Rapportsort", 9.5, ACCENT, bold=True)
    kind.font.all_caps = True
    for name, size in (("Tabelltext", 9), ("Tabelltal", 9), ("Tabellrubrik", 9), ("Tabellrubrik tal", 9), ("Tabellrubrik mitt", 9)):
        style = _added(document, name, size, INK, bold="rubrik" in name)
        style.paragraph_format.space_after, style.paragraph_format.line_spacing = Pt(0), 1.0
        style.paragraph_format.keep_with_next = "rubrik" in name
        if name.endswith(("tal", "mitt")):
            style.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.RIGHT if name.endswith("tal") else WD_ALIGN_PARAGRAPH.CENTER
    note = _added(document, "Not", 8.5, QUIET)
    note.paragraph_format.space_before, note.paragraph_format.space_after = Pt(3), Pt(3)
    for name in ("Bild", "Bild med not"):
        picture = _added(document, name, 10.5, INK)
        picture.paragraph_format.space_after, picture.paragraph_format.line_spacing = Pt(4), 1.0
        picture.paragraph_format.keep_with_next = name != "Bild"
    notice = _added(document, "Observera", 10.5, "5A4300")
    notice.paragraph_format.left_indent, notice.paragraph_format.space_before = Mm(2.5), Pt(6)
    _shade(notice, WARM)
    _border(notice, "left", "B3480B", 20)
    question = _added(document, "Arbetsfråga", 10.5, INK)
    question.paragraph_format.left_indent, question.paragraph_format.first_line_indent = Mm(6), Mm(-6)
    question.paragraph_format.keep_with_next = True
    answer = _added(document, "Svar", 10.5, INK)
    answer.paragraph_format.left_indent, answer.paragraph_format.right_indent, answer.paragraph_format.space_after = Mm(6), Mm(2), Pt(10)
    for side in ("top", "left", "bottom", "right"):
        _border(answer, side, LINE, 4)
    secret = _added(document, "Vattenstämpel", 9, "B3480B", bold=True)
    secret.paragraph_format.space_after = Pt(0)


def _added(document: WordDocument, name: str, size: float, colour: str, *, bold: bool = False) -> ParagraphStyle:
    style: ParagraphStyle = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    style.base_style = document.styles["Normal"]
    style.quick_style = True
    _font(style, size, colour, bold=bold)
    return style


def _font(style: ParagraphStyle, size: float, colour: str, *, bold: bool = False) -> None:
    style.font.name, style.font.size, style.font.bold = FACE, Pt(size), bold
    style.font.color.rgb = RGBColor.from_string(colour)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for key in [key for key in fonts.attrib if "Theme" in key]:
        del fonts.attrib[key]
    for face in ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia"):
        fonts.set(qn(face), FACE)


def _borders(style: ParagraphStyle) -> BaseOxmlElement:
    properties = style.element.get_or_add_pPr()
    found: BaseOxmlElement | None = properties.find(qn("w:pBdr"))
    if found is None:
        found = OxmlElement("w:pBdr")
        properties.insert_element_before(
            found, "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:contextualSpacing", "w:jc", "w:outlineLvl"
        )
    return found


def _without_border(style: ParagraphStyle) -> None:
    found = style.element.get_or_add_pPr().find(qn("w:pBdr"))
    if found is not None:
        found.getparent().remove(found)


def _border(style: ParagraphStyle, side: str, colour: str, eighths: int) -> None:
    border = OxmlElement(f"w:{side}")
    for key, value in (("val", "single"), ("sz", str(eighths)), ("space", "4"), ("color", colour)):
        border.set(qn(f"w:{key}"), value)
    _borders(style).append(border)


def _shade(style: ParagraphStyle, colour: str) -> None:
    shade = parse_xml(f'<w:shd {nsdecls("w")} w:val="clear" w:color="auto" w:fill="{colour}"/>')
    style.element.get_or_add_pPr().insert_element_before(shade, "w:tabs", "w:spacing", "w:ind", "w:jc", "w:outlineLvl")


def _head(document: WordDocument) -> None:
    document.add_paragraph("{{ rapport.sort }}", style="Rapportsort")
    document.add_paragraph("{{ rapport.titel }}", style="Title")
    document.add_paragraph("{{ rapport.period }}", style="Subtitle")
    table = _table(
        document, [("{%tr for rad in rapport.om %}", ""), ("{{ rad.rubrik }}", "{{ rad.text }}"), ("{%tr endfor %}", "")], (60, 106)
    )
    _lines(table, LINE)


def _chapters(document: WordDocument) -> None:
    say = document.add_paragraph
    say("{%p for kapitel in rapport.kapitel %}")
    say("{{ kapitel.rubrik }}", style="Heading 1")
    say("{%p for del in kapitel.delar %}")
    for kind, style, text in (
        ("stycke", "Normal", "{{ del.text }}"),
        ("underrubrik", "Heading 2", "{{ del.text }}"),
        ("observera", "Observera", "Observera. {{ del.text }}"),
    ):
        say(f'{{%p if del.typ == "{kind}" %}}')
        say(text, style=style)
        say("{%p endif %}")
    say('{%p if del.typ == "fragor" %}')
    say("{%p for fraga in del.fragor %}")
    say("{{ loop.index }}.\u2002{{ fraga }}", style="Arbetsfråga")
    say("\u00a0", style="Svar")
    say("{%p endfor %}")
    say("{%p endif %}")
    _facts(document)
    _data_table(document)
    say('{%p if del.typ == "bild" %}')
    say("Figur {{ del.nummer }}. {{ del.rubrik }}", style="Caption")
    say("{%p if del.noter or del.siffror %}")
    say("{{ del.bild }}", style="Bild med not")
    say("{%p else %}")
    say("{{ del.bild }}", style="Bild")
    say("{%p endif %}")
    say("{%p endif %}")
    say("{%p for noten in del.noter %}")
    say("{{ noten }}", style="Not")
    say("{%p endfor %}")
    say("{%p if del.siffror %}")
    say("{{r del.siffror }}", style="Not")
    say("{%p endif %}")
    say("{%p endfor %}")
    say("{%p endfor %}")


def _facts(document: WordDocument) -> None:
    say = document.add_paragraph
    say('{%p if del.typ == "fakta" %}')
    say("{%p if del.rubrik %}")
    say("{{ del.rubrik }}", style="Caption")
    say("{%p endif %}")
    table = _table(
        document, [("{%tr for rad in del.rader %}", ""), ("{{ rad.etikett }}", "{{ rad.text }}"), ("{%tr endfor %}", "")], (66, 100)
    )
    _lines(table, LINE)
    say("{%p endif %}")


def _data_table(document: WordDocument) -> None:
    say = document.add_paragraph
    say('{%p if del.typ == "tom_tabell" %}')
    say("{{ del.rubrik }}", style="Caption")
    say("{%p endif %}")
    say('{%p if del.typ == "tabell" %}')
    say("Tabell {{ del.nummer }}. {{ del.rubrik }}", style="Caption")
    cell = ("{%tc if cell.tal %}", "{{ cell.text }}", "{%tc else %}", "{{ cell.text }}", "{%tc endif %}")
    heading = ("{%tc if kolumn.tal %}", "{{ kolumn.rubrik }}", "{%tc else %}", "{{ kolumn.rubrik }}", "{%tc endif %}")
    rows: list[tuple[str, ...]] = [
        ("{%tr if del.grupper %}",),
        ("{%tc for grupp in del.grupper %}", "{% colspan grupp.kolumner %}{{ grupp.rubrik }}", "{%tc endfor %}"),
        ("{%tr endif %}",),
        ("{%tc for kolumn in del.kolumner %}", *heading, "{%tc endfor %}"),
        ("{%tr for rad in del.rader %}",),
        ("{%tr if rad.stark %}",),
        ("{%tc for cell in rad.celler %}", *cell, "{%tc endfor %}"),
        ("{%tr else %}",),
        ("{%tc for cell in rad.celler %}", *cell, "{%tc endfor %}"),
        ("{%tr endif %}",),
        ("{%tr endfor %}",),
    ]
    table = _table(document, rows, (23.7,) * 7)
    _lines(table, LINE)
    for number, (texts, numbers) in {
        1: ("Tabellrubrik mitt", ""),
        3: ("Tabellrubrik", "Tabellrubrik tal"),
        6: ("Tabelltext", "Tabelltal"),
        8: ("Tabelltext", "Tabelltal"),
    }.items():
        row = table.rows[number]
        for place, found in enumerate(row.cells):
            found.paragraphs[0].style = document.styles[numbers if numbers and place == 2 else texts]
        if number in (1, 3):
            _on_row(row, "w:tblHeader")
        _on_row(row, "w:cantSplit")
    for found in table.rows[6].cells:
        found._tc.get_or_add_tcPr().append(parse_xml(f'<w:shd {nsdecls("w")} w:val="clear" w:color="auto" w:fill="{GROUND}"/>'))
        for run in found.paragraphs[0].runs:
            run.bold = True
    say("{%p endif %}")


def _table(document: WordDocument, rows: list[tuple[str, ...]], wide: tuple[float, ...]) -> Table:
    table: Table = document.add_table(len(rows), len(wide))
    table.alignment = WD_TABLE_ALIGNMENT.LEFT
    table.autofit = False
    for number, width in enumerate(wide):
        table.columns[number].width = Mm(width)
    for row, texts in zip(table.rows, rows, strict=True):
        for number, cell in enumerate(row.cells):
            cell.width = Mm(wide[number])
            cell.paragraphs[0].style = document.styles["Tabelltext"]
            cell.paragraphs[0].add_run(texts[number] if number < len(texts) else "")
        for cell in row.cells[len(texts) :]:
            # A cell that no field needs is no cell of the table when it is filled in.
            row._tr.remove(cell._tc)
    return table


def _lines(table: Table, colour: str) -> None:
    sides = "".join(f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="{colour}"/>' for side in ("top", "bottom", "insideH"))
    after = ("w:shd", "w:tblLayout", "w:tblCellMar", "w:tblLook")
    properties = table._tbl.tblPr
    # Word wants the parts of a table's properties in their order.
    properties.insert_element_before(parse_xml(f"<w:tblBorders {nsdecls('w')}>{sides}</w:tblBorders>"), *after)
    margins = "".join(
        f'<w:{side} w:w="{width}" w:type="dxa"/>' for side, width in (("top", 45), ("left", 70), ("bottom", 45), ("right", 70))
    )
    properties.insert_element_before(parse_xml(f"<w:tblCellMar {nsdecls('w')}>{margins}</w:tblCellMar>"), "w:tblLook")


def _on_row(row: _Row, name: str) -> None:
    row._tr.get_or_add_trPr().append(OxmlElement(name))


def _end(document: WordDocument) -> None:
    document.add_paragraph("{%p if rapport.lank %}")
    document.add_paragraph("Den här adressen gör rapporten på nytt, med samma siffror: {{ rapport.lank }}", style="Not")
    document.add_paragraph("{%p endif %}")


def _header_and_footer(document: WordDocument) -> None:
    section = document.sections[0]
    header = section.header
    header.paragraphs[0].text = "{{ rapport.titel }}\t{{ rapport.period }}"
    _tab(header.paragraphs[0])
    header.add_paragraph("{%p if rapport.vattenstampel %}")
    marked = header.add_paragraph("{{ rapport.vattenstampel }}", style="Vattenstämpel")
    marked._p.append(parse_xml(_WATERMARK))
    header.add_paragraph("{%p endif %}")
    footer = section.footer.paragraphs[0]
    footer.text = "Uppgifter kända {{ rapport.kand }}\tSida "
    _tab(footer)
    _field(footer, "PAGE")
    footer.add_run(" av ")
    _field(footer, "NUMPAGES")


def _tab(paragraph: Paragraph) -> None:
    stops = paragraph.paragraph_format.tab_stops
    stops.add_tab_stop(Mm(82.55), WD_TAB_ALIGNMENT.CLEAR)
    stops.add_tab_stop(Mm(166), WD_TAB_ALIGNMENT.RIGHT)


def _field(paragraph: Paragraph, code: str) -> None:
    for kind in ("begin", None, "separate", "1", "end"):
        run = paragraph.add_run()
        if kind in ("begin", "separate", "end"):
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
            run._r.append(mark)
        elif kind is None:
            told = OxmlElement("w:instrText")
            told.set(qn("xml:space"), "preserve")
            told.text = f" {code} "
            run._r.append(told)
        else:
            run.text = kind


_WATERMARK = f"""<w:r {nsdecls("w")} xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"><w:pict>
<v:shapetype id="_x0000_t136" coordsize="21600,21600" o:spt="136" adj="10800" path="m@7,l@8,m@5,21600l@6,21600e"><v:formulas>
<v:f eqn="sum #0 0 10800"/><v:f eqn="prod #0 2 1"/><v:f eqn="sum 21600 0 @1"/><v:f eqn="sum 0 0 @2"/><v:f eqn="sum 21600 0 @3"/>
<v:f eqn="if @0 @3 0"/><v:f eqn="if @0 21600 @1"/><v:f eqn="if @0 0 @2"/><v:f eqn="if @0 @4 21600"/><v:f eqn="mid @5 @6"/>
<v:f eqn="mid @8 @5"/><v:f eqn="mid @7 @8"/><v:f eqn="mid @6 @7"/><v:f eqn="sum @6 0 @5"/></v:formulas>
<v:path textpathok="t" o:connecttype="custom" o:connectlocs="@9,0;@10,10800;@11,21600;@12,10800" o:connectangles="270,180,90,0"/>
<v:textpath on="t" fitshape="t"/></v:shapetype>
<v:shape id="Vattenstampel" o:spid="_x0000_s2049" type="#_x0000_t136" style="position:absolute;margin-left:0;margin-top:0;width:470pt;height:40pt;\
rotation:-52;z-index:-251658752;mso-position-horizontal:center;mso-position-horizontal-relative:margin;mso-position-vertical:center;\
mso-position-vertical-relative:margin" fillcolor="#b3480b" stroked="f"><v:fill opacity="8000f"/>
<v:textpath style="font-family:&quot;Arial&quot;;font-size:1pt" string="{{{{ rapport.vattenstampel }}}}"/></v:shape></w:pict></w:r>"""


if __name__ == "__main__":
    Path(sys.argv[1]).write_bytes(template())
