"""What every reader of a format gives, and how bytes become letters."""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from trygghetskarta.domain.events import Rejected, Warned
from trygghetskarta.domain.read_as import BOM, PLAIN, ReadAs
from trygghetskarta.errors import BadDeliveryError
from trygghetskarta.ingest.hiding import hidden_text

Ints = npt.NDArray[np.int64]
Fits = Callable[[list[str]], bool]

_PART = 4 << 20
_LONGEST_LINE = 1 << 20
# What å, ä and ö of DOS and of old Macintoshes look like when they are read as Windows-1252: marks inside words.
_LETTER_OF_ANOTHER_ENCODING = re.compile(r"[A-Za-z][“”][A-Za-z]|[€…][A-Za-z]")
OF_NO_WIDTH = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff]")
_SWEDISH_LETTERS = frozenset("åäöÅÄÖéÉèÈüÜáÁàÀâÂêÊëËîÎïÏôÔçÇøØæÆñÑßíÍóÓúÚ§´’‘”“–—…°²³·½«»\xa0€")


@dataclass(slots=True)
class TextTable:
    """One part of a table of texts, with its rows' places in the file.

    Attributes:
        header: Names of the columns, tidied.
        columns: Values per column, (rows,), never null: each as it stands in the file less outer blanks, in Unicode's composed form.
        line: Line (or row of a sheet) each row begins on, 1-based, (rows,).
        raw: Gives a row's own bytes, by its number in the part.
        rejected: Rows that are not rows of this table.
        blank: How many rows were empty, a title or a footer.
        srid: EPSG number of the coordinates, where the file itself says.
        upto: How many bytes of the file have been read after this part.
        fractions: The columns in which some number has decimals, where the file itself tells numbers from texts; by name in the header.
        warnings: What the reader of the format has to tell.
        head: The row that names the columns, as the table's rows go back to their sender: its own bytes, or a line of CSV; empty where the rows
            name their columns themselves.
        read_as: How the bytes were read, as far as this part.
    """

    header: list[str]
    columns: dict[str, pa.StringArray]
    line: Ints
    raw: Callable[[int], bytes]
    rejected: list[Rejected] = field(default_factory=list)
    blank: int = 0
    srid: int | None = None
    upto: int = 0
    fractions: frozenset[str] = frozenset()
    warnings: list[Warned] = field(default_factory=list)
    head: bytes = b""
    read_as: ReadAs = PLAIN


@dataclass(frozen=True, slots=True)
class Encoding:
    """How the bytes of a file are letters.

    Attributes:
        name: "utf-8" or "cp1252".
        is_mixed: True where some lines of a UTF-8 file are not UTF-8.
        has_mark: True where a UTF-8 file begins with a byte order mark.
    """

    name: str
    is_mixed: bool = False
    has_mark: bool = False

    @property
    def told(self) -> str:
        """Give its name as a receipt has it."""
        return "utf-8-sig" if self.has_mark else self.name


def encoding_of(path: Path, name: str) -> Encoding:
    """Tell the encoding of a file: strict UTF-8, else the one that most of its lines fit.

    Args:
        path: The file; it is read through once, a part at a time.
        name: Its name, for the error.

    Returns:
        UTF-8 (with lines that are not, when they are the fewer), or Windows-1252 where every letter is a plausible one.

    Raises:
        BadDeliveryError: Neither fits; the error names the first offending byte. Or the file ends in the middle of a letter (`truncated`).
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    before = lines = 0
    has_letters = has_mark = False
    with path.open("rb") as file:
        while True:
            part = file.read(_PART)
            has_mark = has_mark or (not before and part.startswith(BOM))
            pending = decoder.getstate()[0]
            try:
                if pending or not part.isascii():
                    has_letters = not decoder.decode(part, final=not part).isascii() or has_letters
            except UnicodeDecodeError as error:
                # At the end of the file only a letter of which the last bytes are missing is an error.
                if not part and (has_letters or not _is_plausible(pending)):
                    raise truncated(name, lines) from error
                return replace(_in_doubt(path, name, before - len(pending) + error.start), has_mark=has_mark)
            if not part:
                return Encoding("utf-8", has_mark=has_mark)
            before, lines = before + len(part), lines + (part.count(b"\n") or part.count(b"\r"))


def _in_doubt(path: Path, name: str, at: int) -> Encoding:
    """Weigh a file's lines: is it UTF-8 with a few lines that are not, Windows-1252, or neither?"""
    good = bad = 0
    is_plausible = True
    with path.open("rb") as file:
        for line in _lines(file.readline):
            try:
                line.decode()
                good += 1
            except UnicodeDecodeError:
                bad += 1
            is_plausible = is_plausible and _is_plausible(line)
    if good > bad:
        return Encoding("utf-8", is_mixed=True)
    if is_plausible:
        return Encoding("cp1252")
    with path.open("rb") as file:
        file.seek(at)
        sample = file.read(1)
    raise _unknown(name, at, sample)


def _lines(readline: Callable[[int], bytes]) -> Iterator[bytes]:
    """Go through the lines that have more than ASCII in them."""
    while line := readline(_LONGEST_LINE):
        if not line.isascii():
            yield line


def _is_plausible(line: bytes) -> bool:
    """Tell whether bytes read as Windows-1252 have only letters that a Swedish text may have."""
    text = line.decode("cp1252", errors="replace")
    return "\x00" not in text and all(letter < "\x80" or letter in _SWEDISH_LETTERS for letter in set(text)) and not _is_foreign(text)


def _is_foreign(text: str) -> bool:
    return _LETTER_OF_ANOTHER_ENCODING.search(text) is not None


def _unknown(name: str, at: int, sample: bytes) -> BadDeliveryError:
    byte = f"{sample[0]:#04x}" if sample else "?"
    return BadDeliveryError(
        f"{name}: teckenkodningen går inte att känna igen; byte {at} är {byte}. Spara filen som UTF-8.",
        f"{name}: the character encoding is not known; byte {at} is {byte}. Save the file as UTF-8.",
        code="encoding_unknown",
    )


def truncated(name: str, last: int) -> BadDeliveryError:
    """Give the refusal of a file that ends too early; `last` is the line of the last whole row, 0 for none."""
    until, until_en = (f"raden på rad {last} är den sista hela", f"the row on line {last} is the last whole one")
    if not last:
        until, until_en = "ingen rad är hel", "no row is whole"
    return BadDeliveryError(
        f"{name} är avbruten: {until}. Ingenting ändrades.", f"{name} is cut off: {until_en}. Nothing was changed.", code="truncated"
    )


def decode(content: bytes, name: str) -> tuple[str, str]:
    """Decode bytes that are read whole: a byte order mark, else strict UTF-8, else Windows-1252 if every letter is a plausible one.

    Args:
        content: The bytes.
        name: The file's name, for the error.

    Returns:
        The text, and the name of the encoding. A last letter in UTF-8 of which bytes are missing is U+FFFD: the format tells that it is cut off.

    Raises:
        BadDeliveryError: Neither fits; the error names the first offending byte.
    """
    try:
        return content.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError as error:
        head, tail = content[: error.start], content[error.start :]
        if error.reason == "unexpected end of data" and error.end == len(content) and not (head.isascii() and _is_plausible(tail)):
            return content.decode("utf-8-sig", errors="replace"), "utf-8"
        if _is_plausible(content):
            return content.decode("cp1252"), "cp1252"
        raise _unknown(name, error.start, content[error.start : error.start + 1]) from error


def tidy(name: str) -> str:
    """Give a column's name one form: composed letters, single blanks, no byte order mark or other mark of no width."""
    return unicodedata.normalize("NFC", " ".join(OF_NO_WIDTH.sub("", name).split()))


def shown(value: str) -> str:
    """Write a value for a person: at most 80 characters, control characters escaped, what may point at someone hidden."""
    value = hidden_text(value)  # before it is cut: half a number is found no more
    return value[:80] if value.isprintable() else ascii(value[:80])[1:-1]
