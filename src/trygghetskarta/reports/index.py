"""The page that lists the reports of one issue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from trygghetskarta.domain.audience import SharingClass
from trygghetskarta.reports.monthly import Issue
from trygghetskarta.serialize.swedish import span_name

_STYLE = (
    "body{font-family:sans-serif;max-width:50rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a;background:#fff;line-height:1.5}"
    "table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.4rem .6rem;border-bottom:1px solid #767676}"
    "a{color:#0b4f9e}"
)


_CLASSES = {
    SharingClass.DELBAR: "Rapporterna är delbara: de har bara siffror som alla får se.",
    SharingClass.INTERN: "Rapporterna är interna: siffrorna är exakta och bara för behöriga.",
}


@dataclass(frozen=True, slots=True)
class Made:
    """What became of one report.

    Attributes:
        name: Name of its area; its code where it failed.
        title: Its title.
        files: Names of its files.
        letter: Name of the letter that goes with it.
        failure: Why there is none, one Swedish sentence; empty where there is.
    """

    name: str
    title: str = ""
    files: tuple[str, ...] = ()
    letter: str = ""
    failure: str = ""


def index_page(issue: Issue, made: Sequence[Made], sharing: SharingClass) -> bytes:
    """Give the page that lists the reports of an issue, those that failed too, with why; and who they may be given to."""
    heading = f"{issue.title}er {span_name(issue.span)}"
    rows = "".join(_row(one) for one in made)
    return (
        f'<!DOCTYPE html>\n<html lang="sv"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{escape(heading)}</title><style>{_STYLE}</style></head><body><main><h1>{escape(heading)}</h1><p>{_CLASSES[sharing]}</p><table><thead><tr>"
        f'<th scope="col">Område</th><th scope="col">Filer</th><th scope="col">Brev</th></tr></thead>'
        f"<tbody>{rows}</tbody></table></main></body></html>\n"
    ).encode()


def _row(one: Made) -> str:
    if one.failure:
        return f'<tr><th scope="row">{escape(one.name)}</th><td colspan="2">Inte gjord: {escape(one.failure)}</td></tr>'
    files = ", ".join(_link(name, name.rsplit(".", 1)[-1].upper(), one.title) for name in one.files)
    return f'<tr><th scope="row">{escape(one.name)}</th><td>{files}</td><td>{_link(one.letter, "Brev", one.title)}</td></tr>'


def _link(name: str, text: str, title: str) -> str:
    return f'<a href="{escape(name)}" aria-label="{escape(f"{title}, {text}")}">{escape(text)}</a>'
