"""PX files: the format that PC-Axis, PxWeb, and the packages pyaxis and pxR read.

Reference: PX-file format specification, AXIS-VERSION 2013, Statistics Sweden.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import prod
from textwrap import wrap

from trygghetskarta.domain.counts import Status
from trygghetskarta.domain.periods import LOCAL_TIME
from trygghetskarta.domain.sources import CONTRACTS
from trygghetskarta.domain.tables.layout import CONTENTS, TIME, Content, Language
from trygghetskarta.domain.tables.selecting import Chosen
from trygghetskarta.serialize.tables.cells import SYMBOLS, Filled
from trygghetskarta.serialize.tables.jsonstat import unit_of
from trygghetskarta.serialize.tables.notes import notes_of

_LONGEST_LINE = 240
_WHOLE = ("samtliga celler", "all cells")


def px(filled: Filled) -> bytes:
    """Write cells as a PX file in UTF-8.

    Args:
        filled: What was chosen, with its figures.

    Returns:
        The file. A value that there is none of is its symbol in quotation marks; DATASYMBOL1 to 3 and a note tell what each is.
    """
    return "".join(f"{line}\r\n" for line in (*_keywords(filled), *_data(filled))).encode()


def _keywords(filled: Filled) -> Iterator[str]:
    table, language = filled.table, filled.language
    contract = CONTRACTS[table.source]
    name = language.of((contract.name, contract.name_en))
    contents = [Content(group.value.code) for chosen in filled.layout.shown if chosen.variable.code == CONTENTS for group in chosen.groups]
    changed_at = table.changed_at.astimezone(LOCAL_TIME).strftime("%Y%m%d %H:%M")
    decimals = max((content.decimals for content in contents), default=0)
    yield _told("CHARSET", "ANSI")
    yield _told("AXIS-VERSION", "2013")
    yield _told("CODEPAGE", "utf-8")
    yield _told("LANGUAGE", language.value)
    yield _told("CREATION-DATE", changed_at)
    yield f"DECIMALS={decimals};"
    # Contents with decimals of their own tell them as PRECISION, which may only add to these.
    yield f"SHOWDECIMALS={min((content.shown_decimals for content in contents), default=0)};"
    yield _told("MATRIX", table.source.value)
    yield "AGGREGALLOWED=NO;"
    yield "COPYRIGHT=NO;"
    yield _told("SUBJECT-CODE", table.source.value)
    yield _told("SUBJECT-AREA", name)
    yield _told("TITLE", filled.title)
    yield _told("CONTENTS", name)
    yield _told("UNITS", language.of(unit_of(contents[0])) if contents else language.of(_WHOLE))
    yield from _sides(filled, contents)
    yield _told("SOURCE", name)
    # One note of several lines: of several notes some programs keep the last.
    yield _told("NOTE", "#".join(notes_of(filled)))
    yield from (_told(f"DATASYMBOL{len(SYMBOLS[status])}", SYMBOLS[status]) for status in Status if status in SYMBOLS)


def _sides(filled: Filled, contents: list[Content]) -> Iterator[str]:
    """Give the variables, their values and codes, and what is particular to the contents and the time."""
    language, layout = filled.language, filled.layout
    for keyword, side in (("STUB", layout.stub), ("HEADING", layout.heading)):
        if side:
            yield _told(keyword, *(language.of(chosen.variable.text) for chosen in side))
    of = {chosen.variable.code: chosen for chosen in layout.shown}
    yield from (_told("CONTVARIABLE", language.of(of[code].variable.text)) for code in of if code == CONTENTS)
    yield from (_told(_of("VALUES", chosen, language), *_texts(chosen, language)) for chosen in layout.shown)
    yield from (_time(of[code], language) for code in of if code == TIME)
    yield from (_told(_of("CODES", chosen, language), *(group.value.code for group in chosen.groups)) for chosen in layout.shown)
    yield from (_told(_of("VARIABLECODE", chosen, language), chosen.variable.code) for chosen in layout.shown)
    if CONTENTS in of:
        yield from _contents(of[CONTENTS], contents, language)


def _texts(chosen: Chosen, language: Language) -> list[str]:
    return [language.of(group.value.text) for group in chosen.groups]


def _contents(chosen: Chosen, contents: list[Content], language: Language) -> Iterator[str]:
    least = min(content.shown_decimals for content in contents)
    variable = _quoted(language.of(chosen.variable.text))
    for group, content in zip(chosen.groups, contents, strict=True):
        value = _quoted(language.of(group.value.text))
        if content.shown_decimals > least:
            yield f"PRECISION({variable},{value})={content.shown_decimals};"
        yield _told(f"UNITS({value})", language.of(unit_of(content)))


def _time(chosen: Chosen, language: Language) -> str:
    """Tell that the months are months, each as 202510."""
    months = [_quoted(group.value.code.replace("M", "")) for group in chosen.groups]
    return "\r\n".join(_broken(f"{_of('TIMEVAL', chosen, language)}=TLIST(M1),", months))


def _data(filled: Filled) -> Iterator[str]:
    yield "DATA="
    columns = prod(len(chosen.groups) for chosen in filled.layout.heading)
    symbols = filled.figures.symbols()
    written = [_quoted(symbols[at]) if value is None else str(value) for at, value in enumerate(filled.figures.listed())]
    for start in range(0, len(written), columns):
        # A space at the end of every line, as old programs want it.
        yield "".join(f"{value} " for value in written[start : start + columns])
    yield ";"


def _of(keyword: str, chosen: Chosen, language: Language) -> str:
    return f"{keyword}({_quoted(language.of(chosen.variable.text))})"


def _told(keyword: str, *values: str) -> str:
    return "\r\n".join(_broken(f"{keyword}=", [_quoted(value) for value in values] if len(values) > 1 else _pieces(values[0])))


def _broken(start: str, pieces: Sequence[str]) -> Iterator[str]:
    """Break what a keyword tells into lines, between its pieces only."""
    line = start
    for number, piece in enumerate(pieces, 1):
        if len(line) + len(piece) > _LONGEST_LINE and line != start:
            yield line
            line = ""
        line += piece + ("," if number < len(pieces) else "")
    yield f"{line};"


def _pieces(value: str) -> list[str]:
    """Give a text in quotation marks, a long one as several on lines of their own, which are read as one."""
    lines = wrap(value, _LONGEST_LINE - 40, break_on_hyphens=False, replace_whitespace=False, drop_whitespace=False) or [""]
    return ["\r\n".join(_quoted(line) for line in lines)]


def _quoted(text: str) -> str:
    """Put a text in quotation marks, of which it can have none itself."""
    return '"{}"'.format(text.replace('"', "'"))
