"""Texts that may point at a person: they are never stored, not even among the rejected rows.

Personal identity numbers, phone numbers and e-mail addresses are found by their form. Names cannot be, and docs/sources/filer.md says so.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trygghetskarta.domain.events import Message, Rejected
from trygghetskarta.ingest.checks import Bools, Checker, letters_of, offsets_of, to_bools
from trygghetskarta.ingest.hiding import hidden

PERSONAL_DATA = Message(
    "personal_data",
    "Fältet ser ut att innehålla en personuppgift (personnummer, telefonnummer eller e-postadress). Ta bort den; den har inte sparats.",
    "The field seems to hold personal data (an identity number, phone number or e-mail address). Remove it; it was not stored.",
)
HIDDEN = "[personuppgift]"
_SHORTEST = 6
_TELLING = np.isin(np.arange(256), list(b"0123456789@"))
_SIGNS = r"+ \x{2D}\x{A0}\x{2000}-\x{2015}\x{202F}\x{2212}"
_MAYBE = (
    rf"@|[0-9]{{2}}[{_SIGNS}]?[0-9]{{2}}[{_SIGNS}]?[0-9]{{2}}[{_SIGNS}]{{0,3}}[0-9]{{4}}"
    rf"|(?:^|[^0-9])(?:[+]46|0046|[(]?0[1-9])[0-9()./{_SIGNS}]{{5,}}"
)
# What a register may count by: digits alone, a day of this century and a number, the code of a municipality and a number.
_RUNNING_NUMBER = re.compile(rb"[0-9]+|(?:20)?[0-3][0-9]{5}[- ]?[0-9]{4}|0[1-6][0-9]{2}-[0-9]+")
_BLANKS = re.compile("[ \u00a0\u2009\u202f]")
# No system over Sweden has more than seven digits before the decimals.
_COORDINATE = re.compile("[-−]?[0-9]{1,7}(?:[.,][0-9]*)?", re.ASCII)
_TIME = re.compile("20[0-9]{2}[01][0-9][0-3][0-9] ?(?:[01][0-9]|2[0-3])[0-5][0-9]", re.ASCII)


def refuse_personal_data(checker: Checker, column: str) -> None:
    """Reject the rows whose text in a column may point at a person, with the text taken out of what is kept of them.

    Args:
        checker: Told of the rows.
        column: A column of texts that would be stored.
    """
    for row in np.flatnonzero(worth_a_look(checker.table.columns[column]) & checker.good).tolist():
        if points_at_person(checker.table.columns[column][row].as_py()):
            _refuse(checker, column, row)


def refuse_personal_ids(checker: Checker, column: str) -> None:
    """Do the same to a column of ids, which may be numbers that happen to look like a person's."""
    values = checker.table.columns[column]
    maybe = worth_a_look(values)
    if maybe.any():
        maybe &= checker.good & ~to_bools(pc.match_substring_regex(values, "^[0-9]+$"))
    for row in np.flatnonzero(maybe).tolist():
        if _is_personal_id(checker.table.columns[column][row].as_py()):
            _refuse(checker, column, row)


def _refuse(checker: Checker, column: str, row: int) -> None:
    raw = starred(checker.table.raw(row))
    checker.rejected.append(Rejected(int(checker.table.line[row]), checker.spelled(column), HIDDEN, PERSONAL_DATA, raw))
    checker.rows.append(row)
    checker.good[row] = False


def worth_a_look(values: pa.StringArray) -> Bools:
    """Tell which texts to look at more closely, (rows,): all that `hidden` finds something in are among them."""
    letters = letters_of(values)
    if not len(letters) or np.diff(offsets_of(values)).max() < _SHORTEST or not _TELLING[letters].any():
        return np.zeros(len(values), bool)
    return to_bools(pc.match_substring_regex(values, _MAYBE))


def points_at_person(text: str) -> bool:
    """Tell whether a text may point at a person."""
    raw = text.encode(errors="surrogatepass")
    return hidden(raw) != raw


def starred(raw: bytes) -> bytes:
    """Hide what points at a person in the bytes of a row that is known to hold it: all of them where it is written in a way that is not found."""
    found = hidden(raw)
    return found if found != raw else b"*" * len(raw)


def _is_personal_id(text: str) -> bool:
    return points_at_person(text) and not _RUNNING_NUMBER.fullmatch(text.encode())


def _is_personal_coordinate(text: str) -> bool:
    return points_at_person(text) and not _COORDINATE.fullmatch(_BLANKS.sub("", text))


def _is_personal_time(text: str) -> bool:
    return points_at_person(text) and not _TIME.fullmatch(text)


_RULES = {"id": _is_personal_id, "x": _is_personal_coordinate, "y": _is_personal_coordinate}
_RULES |= dict.fromkeys(("start", "startTime", "end", "endTime", "reported"), _is_personal_time)


def without_personal_data(checker: Checker, fields: Mapping[str, str]) -> list[Rejected]:
    """Give the rejected rows of a part with what may point at a person taken out of them.

    Args:
        checker: Has the rows, and those that its table never held.
        fields: The layout's columns by field. In ids, points and times digits that only look like a person's are none.

    Returns:
        All of them; the bytes of a row without such a text are as they stand in the file.
    """
    found = [replace(rejected, raw=hidden(rejected.raw)) for rejected in checker.table.rejected]
    rules = {column: _RULES[field] for field, column in fields.items() if field in _RULES}
    rows = pa.array(checker.rows, pa.int64())
    personal = np.zeros(len(rows), bool)
    for column, values in (checker.table.columns | checker.written).items():
        texts = values.take(rows)
        for number in np.flatnonzero(worth_a_look(texts)).tolist():
            personal[number] |= rules.get(column, points_at_person)(texts[number].as_py())
    for rejected, is_personal in zip(checker.rejected, personal.tolist(), strict=True):
        is_clear = is_personal and rejected.message is not PERSONAL_DATA
        found.append(replace(rejected, raw=starred(rejected.raw)) if is_clear else rejected)
    return found
