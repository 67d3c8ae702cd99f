"""Codes as they come by way of web pages and spreadsheets, and as they were written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.events import Message, WarningCode
from trygghetskarta.ingest.checks import Checker, by_distinct, letters_of, mapped
from trygghetskarta.ingest.contract import Context
from trygghetskarta.ingest.reading import OF_NO_WIDTH, shown

_HARD_BLANKS = re.compile("[\u00a0\u2007\u2009\u202f]")
# How those marks begin, or all there is of them: a column without these bytes has none.
_BYTES = (b"\xc2\xa0", b"\xc2\xad", b"\xe2\x80", b"\xe2\x81\xa0", b"\xef\xbb\xbf")

OF_AREAS = (
    "{} har områdets kod utan de nollor som den börjar med; de är tillagda.",
    "{} have the code of the area without the zeros that it begins with; they were added.",
)
OF_HOMES = (
    "{} har koden för målsägandens område utan de nollor som den börjar med; de är tillagda.",
    "{} have the code of the victim's area without the zeros that it begins with; they were added.",
)


def without_hidden(values: pa.StringArray) -> pa.StringArray:
    """Take away the marks that codes and names bring with them from a web page or a document and that no eye sees.

    Args:
        values: Codes, or the names of areas and of kinds of events, (rows,).

    Returns:
        The same without marks of no width. A blank that cannot be broken is nothing inside a code, and a plain blank inside a name.
    """
    content = letters_of(values).tobytes()
    return mapped(values, _plain) if not content.isascii() and any(mark in content for mark in _BYTES) else values


def _plain(value: str) -> str:
    value = OF_NO_WIDTH.sub("", value)
    return _HARD_BLANKS.sub(" " if any(map(str.isalpha, value)) else "", value).strip()


def with_zeros(name: str, known: frozenset[str]) -> str | None:
    """Give an area's code the zeros back that a spreadsheet took for those of a number.

    Args:
        name: The area as a row names it.
        known: The codes of the areas of one level, and their names made codes.

    Returns:
        The code, where all codes of digits are as long and one of them is this number; None where the name is no number, or is a code itself.
    """
    if name in known or not (name.isascii() and name.isdigit()):
        return None
    filled = name.zfill(_length(known))
    return filled if filled in known else None


@lru_cache(maxsize=32)
def _length(known: frozenset[str]) -> int:
    """Give how long all codes of digits are; 0 where they differ, or there are none."""
    lengths = {len(code) for code in known if code.isascii() and code.isdigit()}
    return lengths.pop() if len(lengths) == 1 else 0


def fill_zeros(checker: Checker, named: pa.StringArray, known: frozenset[str], told: tuple[str, str] = OF_AREAS) -> pa.StringArray:
    """Give the codes of a column of areas their zeros back, and tell of it.

    Args:
        checker: Told of the rows.
        named: The areas as the rows name them, (rows,).
        known: As of `with_zeros`.
        told: What is told, in Swedish and English.

    Returns:
        The areas, (rows,).
    """
    filled: Mapping[str, str] = {name: code for name in pc.unique(named).to_pylist() if (code := with_zeros(name, known)) is not None}
    if not filled:
        return named
    warn_of_zeros(checker, by_distinct(named, filled.__contains__), told)
    return mapped(named, lambda name: filled.get(name, name))


def warn_of_zeros(checker: Checker, about: npt.NDArray[np.bool_], told: tuple[str, str] = OF_AREAS) -> None:
    """Tell of the rows whose area was found by a code with zeros before it."""
    checker.warn(WarningCode.LOST_ZEROS, about, *told)


def unknown_area(context: Context, level: AreaLevel | None, name: str) -> Message:
    """Say that no division of the city has an area, with the days from which those there are hold.

    Args:
        context: What is known outside the file.
        level: The level that the area should be of; None for any.
        name: As the row has it.

    Returns:
        The message of the row's rejection.
    """
    editions = ", ".join(map(str, context.editions)) or "–"
    swedish, english = ("området", "the area") if level is None else (level.told.swedish.a, level.told.english.a)
    return Message(
        "unknown_area",
        f"Ingen indelning har {swedish} ”{shown(name)}”. De som finns gäller från {editions}.",
        f"No edition has {english} “{shown(name)}”. Those there are hold from {editions}.",
    )
