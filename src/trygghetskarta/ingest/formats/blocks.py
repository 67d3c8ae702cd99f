"""What the readers of tables that are not separated text share: column names, texts of numbers and times, and rows gathered to blocks."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, time
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from trygghetskarta.domain.events import Message, Rejected
from trygghetskarta.errors import BadDeliveryError, TrygghetskartaError
from trygghetskarta.ingest.reading import TextTable, shown, tidy

Ints = npt.NDArray[np.int64]
Texts: TypeAlias = pa.StringArray | list[str]

BLOCK_ROWS = 50_000
BLOCK_LETTERS = 16 << 20
"""A block ends at so many rows or letters, whichever comes first."""
_MOST_COLUMNS = 1000
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]{1,3})?")
_BAD_UTF8 = Message(
    "bad_utf8",
    "Raden har tecken som inte är UTF-8, fast resten av filen är det.",
    "The row has bytes that are not UTF-8, though the rest is.",
)


def names_of(parts: Iterable[str], name: str) -> list[str]:
    """Give the columns' names in one form.

    Args:
        parts: The names as they stand.
        name: The file, for the error.

    Returns:
        The tidied names.

    Raises:
        BadDeliveryError: One is empty (`empty_header`) or stands twice (`double_header`), or they are over a thousand (`too_many_columns`).
    """
    names = [tidy(part) for part in parts]
    refuse_many(len(names), name)
    met: set[str] = set()
    for number, column in enumerate(names, 1):
        if not column:
            raise BadDeliveryError(f"{name}: kolumn {number} saknar namn.", f"{name}: column {number} has no name.", code="empty_header")
        if column.casefold() in met:
            raise BadDeliveryError(
                f"{name}: kolumn {number} har samma namn som en annan, {shown(column)}.",
                f"{name}: column {number} has the name of another, {shown(column)}.",
                code="double_header",
            )
        met.add(column.casefold())
    return names


def refuse_many(columns: int, name: str) -> None:
    """Refuse a table of more columns than any layout has.

    Raises:
        BadDeliveryError: They are over a thousand.
    """
    if columns > _MOST_COLUMNS:
        raise BadDeliveryError(
            f"{name} har fler än {_MOST_COLUMNS} kolumner.", f"{name} has more than {_MOST_COLUMNS} columns.", code="too_many_columns"
        )


def number_text(number: str) -> str:
    """Write a number as a person would: whole numbers without decimals, and never with an exponent.

    Args:
        number: A number as a program wrote it.

    Returns:
        The same number; a text that is not one as it is.
    """
    if number.isdigit() or not _NUMBER.fullmatch(number):
        return number
    if "e" in number or "E" in number:
        number = np.format_float_positional(float(number), trim="-")
    return re.sub(r"\.0+$", "", number)


def time_text(moment: datetime | time) -> str:
    """Write a time as ISO 8601 with a blank, to the second where it has seconds and else to the minute."""
    timespec = "seconds" if moment.second else "minutes"
    return moment.isoformat(" ", timespec) if isinstance(moment, datetime) else moment.isoformat(timespec)


def csv_line(values: Iterable[str]) -> bytes:
    """Write a row that has no bytes of its own as one line of CSV, without a line end."""
    out = io.StringIO()
    csv.writer(out, delimiter=";", lineterminator="").writerow(values)
    return out.getvalue().encode("utf-8", "surrogateescape")


def table_of(columns: dict[str, Texts], line: Sequence[int] | Ints, raw: Callable[[int], bytes] | None = None) -> TextTable:
    """Make a block of columns, rejecting the rows whose texts cannot be written in Unicode.

    Args:
        columns: Texts per column, (rows,): arrays of valid texts, or lists of any.
        line: Line each row begins on, (rows,).
        raw: Gives a row's bytes; None where the row has no bytes of its own, and is written as a line of CSV.

    Returns:
        The block.
    """
    lines = np.asarray(line, np.int64)
    own = raw if raw is not None else lambda row: csv_line(_value(values, row) for values in columns.values())
    bad: dict[int, str] = {}
    for name, values in columns.items():
        if isinstance(values, list):
            bad.update((row, name) for row in _not_unicode(values))
    kept = np.array([row for row in range(len(lines)) if row not in bad], np.int64) if bad else np.arange(len(lines))
    arrays = {}
    for name, values in columns.items():
        texts = [values[row] for row in kept.tolist()] if bad and isinstance(values, list) else values
        array = pa.array(texts, pa.string()) if isinstance(texts, list) else texts.take(kept) if bad else texts
        arrays[name] = pc.utf8_trim_whitespace(pc.utf8_normalize(array, "NFC"))
    rejected = [
        Rejected(int(lines[row]), name, shown(_value(columns[name], row)), _BAD_UTF8, own(row)) for row, name in sorted(bad.items())
    ]
    return TextTable(
        list(columns), arrays, lines[kept], lambda row: own(int(kept[row])), rejected, head=csv_line(columns) if raw is None else b""
    )


def _value(values: Texts, row: int) -> str:
    return values[row] if isinstance(values, list) else str(values[row])


def _not_unicode(values: list[str]) -> list[int]:
    try:
        "".join(values).encode()
    except UnicodeEncodeError:
        return [row for row, value in enumerate(values) if any("\ud800" <= letter <= "\udfff" for letter in value)]
    return []


@contextmanager
def refusing(name: str, swedish: str, english: str) -> Iterator[None]:
    """Refuse a file for whatever its format's library says against it: what they may raise over broken bytes is without end.

    Args:
        name: The file.
        swedish: What it should be, with its article.
        english: The same.

    Raises:
        BadDeliveryError: The file is broken (`unreadable`), or refused for another reason.
    """
    try:
        yield
    except TrygghetskartaError:
        raise
    except Exception as error:
        said = shown(str(error).strip() or type(error).__name__).rstrip(".")
        raise BadDeliveryError(
            f"{name} är {swedish} som är trasig eller avbruten: {said}.",
            f"{name} is {english} that is broken or cut off: {said}.",
            code="unreadable",
        ) from error


def unknown_crs(name: str, swedish: str, english: str) -> BadDeliveryError:
    """Give the refusal of a file that states a coordinate system that is not known."""
    return BadDeliveryError(
        f"{name} anger ett koordinatsystem som inte går att känna igen: {swedish}.",
        f"{name} states a coordinate system that is not known: {english}.",
        code="unknown_crs",
    )


def no_rows(name: str) -> BadDeliveryError:
    """Give the refusal of a file without a single row, and without a header that would say what its rows are."""
    return BadDeliveryError(f"{name} har inga rader. Ingenting ändrades.", f"{name} has no rows. Nothing was changed.", code="no_rows")


def refuse_several(fitting: list[str], name: str) -> None:
    """Refuse a file in which several tables fit, since all but one would be lost without a word.

    Args:
        fitting: Names of the sheets or layers that fit.
        name: The file.

    Raises:
        BadDeliveryError: They are more than one.
    """
    if len(fitting) > 1:
        listed = ", ".join(shown(one) for one in fitting)
        raise BadDeliveryError(
            f"{name} har flera tabeller att välja mellan: {listed}. Skicka en i varje fil.",
            f"{name} has several tables to choose between: {listed}. Send one in each file.",
            code="several_tables",
        )
