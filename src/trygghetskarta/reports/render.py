"""The registry of forms: a report to bytes."""

from __future__ import annotations

from enum import StrEnum

from trygghetskarta.reports.document import Report


class ReportFormat(StrEnum):
    """What a report can be written as."""

    PDF = "pdf"
    DOCX = "docx"
    XLSX = "xlsx"
    PPTX = "pptx"
    HTML = "html"
    JSON = "json"

    @property
    def media_type(self) -> str:
        """The media type of the form."""
        return _MEDIA_TYPES[self.value]

    @property
    def ending(self) -> str:
        """What the name of such a file ends with."""
        return f".{self.value}"


_OFFICE = "application/vnd.openxmlformats-officedocument"
_MEDIA_TYPES = {
    "pdf": "application/pdf",
    "docx": f"{_OFFICE}.wordprocessingml.document",
    "xlsx": f"{_OFFICE}.spreadsheetml.sheet",
    "pptx": f"{_OFFICE}.presentationml.presentation",
    "html": "text/html; charset=utf-8",
    "json": "application/json",
}


def render(report: Report, form: ReportFormat, template: bytes | None = None) -> bytes:
    """Write a report.

    Args:
        report: The report.
        form: As what.
        template: A Word file of the city's own to write into, for DOCX; None for ours.

    Returns:
        The bytes; the same report gives the same.
    """
    # Each form is loaded when it is first asked for: whoever asks for one does not wait for the others' libraries.
    match form:
        case ReportFormat.PDF:
            from trygghetskarta.reports.pdf import write_pdf

            return write_pdf(report)
        case ReportFormat.DOCX:
            from trygghetskarta.reports.docx import write_docx

            return write_docx(report, template)
        case ReportFormat.XLSX:
            from trygghetskarta.reports.xlsx import write_xlsx

            return write_xlsx(report)
        case ReportFormat.PPTX:
            from trygghetskarta.reports.pptx import write_pptx

            return write_pptx(report)
        case ReportFormat.HTML:
            from trygghetskarta.reports.html import write_html

            return write_html(report)
        case ReportFormat.JSON:
            from trygghetskarta.reports.json import write_json

            return write_json(report)
