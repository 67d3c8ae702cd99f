"""PX files, read again by a parser written from the specification alone."""

from __future__ import annotations

import re
from itertools import product

from tests.unit.tables import filled
from trygghetskarta.domain.counts import Status
from trygghetskarta.domain.sources import CONTRACTS, SourceId
from trygghetskarta.domain.tables.layout import Language
from trygghetskarta.serialize.tables.px import px

V, M, W, N = Status.VALUE, Status.MISSING, Status.WITHHELD, Status.NOT_APPLICABLE
VALUES = [3.0, 0.0, 1.25, 0.0, float("nan"), float("nan"), float("nan"), 10.5]
STATUS = [V, V, V, V, W, M, N, V]
_STRING = re.compile(r'"([^"]*)"')
Keywords = dict[str, list[str]]


def read(raw: bytes) -> tuple[Keywords, list[str]]:
    """Give the keywords, each with its texts or its one bare value, and the cells."""
    text = raw.decode("utf-8")
    assert all(len(line) <= 256 for line in text.split("\r\n"))
    head, _, cells = text.partition("DATA=\r\n")
    keywords: Keywords = {}
    rest = head.replace("\r\n", "\n")
    while rest.strip():
        end = _end(rest)
        name, _, told = rest[:end].strip().partition("=") if "(" not in rest[:end].split("=")[0] else _with_key(rest[:end].strip())
        # Texts on lines of their own, with nothing in between, are one text.
        keywords[name] = _STRING.findall(re.sub(r'"\n"', "", told)) or [told]
        rest = rest[end + 1 :]
    assert cells.endswith(";\r\n")
    return keywords, cells.removesuffix(";\r\n").replace("\r\n", "").split()


def _end(text: str) -> int:
    """Give the place of the first semicolon that stands in no text."""
    inside = False
    for at, sign in enumerate(text):
        inside ^= sign == '"'
        if sign == ";" and not inside:
            return at
    raise AssertionError(text[:80])


def _with_key(text: str) -> tuple[str, str, str]:
    at = re.match(r'[A-Z0-9-]+\("[^"]*"(?:,"[^"]*")*\)', text)
    assert at is not None, text
    return at[0], "=", text[at.end() + 1 :]


def test_a_px_file_tells_its_variables_values_and_codes() -> None:
    keywords, cells = read(px(filled(VALUES, STATUS)))
    assert keywords["CHARSET"] == ["ANSI"]
    assert keywords["AXIS-VERSION"] == ["2013"]
    assert keywords["CODEPAGE"] == ["utf-8"]
    assert keywords["CREATION-DATE"] == ["20260102 04:04"]
    assert (keywords["STUB"], keywords["HEADING"]) == (["område"], ["tabellinnehåll", "månad"])
    assert keywords['VALUES("område")'] == ["Söder 'om'; bron, = 100 %", "Åkeshov"]
    assert keywords['CODES("område")'] == ["stadsdel.a", "stadsdel.b"]
    assert keywords['CODES("månad")'] == ["2025M01", "2025M02"]
    assert keywords['TIMEVAL("månad")'] == ["202501", "202502"]
    assert keywords["CONTVARIABLE"] == ["tabellinnehåll"]
    assert (keywords["DECIMALS"], keywords["SHOWDECIMALS"], keywords['PRECISION("tabellinnehåll","Rate")']) == (["4"], ["0"], ["2"])
    sizes = [len(keywords[f'VALUES("{name}")']) for name in (*keywords["STUB"], *keywords["HEADING"])]
    assert len(list(product(*map(range, sizes)))) == len(cells)


def test_a_value_that_there_is_none_of_is_the_symbol_of_its_reason() -> None:
    keywords, cells = read(px(filled(VALUES, STATUS)))
    assert cells == ["3", "0", "1.25", "0.0", '".."', '"..."', '"."', "10.5"]
    assert [keywords[f"DATASYMBOL{number}"] for number in (1, 2, 3)] == [["."], [".."], ["..."]]
    note = keywords["NOTE"][0]
    assert ".. = Skyddat" in note
    assert "... = Saknas" in note
    assert "3 placerade + 2 bara i större område + 1 utan plats + 0 utanför = 6. Av de placerade är 1 fördelade efter andel." in note


def test_a_long_text_is_read_again_as_it_was() -> None:
    note = read(px(filled(VALUES, STATUS)))[0]["NOTE"][0]
    assert note.startswith("En anmärkning. " * 40)


def test_a_px_file_is_in_one_language() -> None:
    keywords, _ = read(px(filled(VALUES, STATUS, Language.ENGLISH)))
    assert keywords["LANGUAGE"] == ["en"]
    assert keywords["TITLE"] == [f"{CONTRACTS[SourceId.BRANDER].name_en} by area, contents and month"]
    assert "Withheld" in keywords["NOTE"][0]
