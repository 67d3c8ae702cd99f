"""A report as a letter: what it comes to, and where it is, in the plain HTML that mail programs show."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from trygghetskarta.domain.audience import SharingClass
from trygghetskarta.reports.document import Block, Notice, Paragraph, Report
from trygghetskarta.reports.laying import origin
from trygghetskarta.serialize.swedish import day_name, listed

# Mail programs drop style sheets, so each element carries its own.
_BODY = "font-family:Arial,sans-serif;font-size:16px;line-height:1.5;color:#1a1a1a;max-width:600px"
_MARK = "border-left:4px solid #8a5a00;padding-left:10px"


def mail_page(report: Report, files: Sequence[str]) -> bytes:
    """Give a letter that can be sent as it is: the report's summary, its files by name, and the address that makes it again.

    Args:
        report: The report.
        files: Names of the files that go with the letter.

    Returns:
        HTML without images, scripts or anything fetched.
    """
    said = "".join(_block(block) for block in report.chapters[0].blocks) if report.chapters else ""
    mark = f'<p style="{_MARK}"><strong>{escape(report.watermark)}</strong></p>' if report.report_class is SharingClass.INTERN else ""
    attached = f"<p>Bifogat: {escape(listed(list(files)))}.</p>" if files else ""
    # An address without the service in front leads nowhere from a letter.
    again = f" Lägesbilden med samma siffror: {escape(report.link)}" if origin(report) else ""
    known = f"Siffrorna är de som var kända {day_name(report.known_on)}.{again}"
    return (
        f'<!DOCTYPE html>\n<html lang="sv"><head><meta charset="utf-8"><title>{escape(report.title)}</title></head><body style="{_BODY}">'
        f'<h1 style="font-size:22px">{escape(report.title)}</h1>{mark}{said}{attached}<p style="font-size:14px">{known}</p></body></html>\n'
    ).encode()


def _block(block: Block) -> str:
    match block:
        case Paragraph():
            return f"<p>{escape(block.text)}</p>"
        case Notice():
            return f'<p style="{_MARK}">{escape(block.text)}</p>'
        case _:
            return ""
