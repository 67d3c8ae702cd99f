"""Texts that may point at a person: they are never stored, not even among the rejected rows.

Personal identity numbers, phone numbers and e-mail addresses are found by their form. Names cannot be, and docs/sources/filer.md says so.
"""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pyarrow.compute as pc

from trygghetskarta.domain.events import Message, Rejected
from trygghetskarta.ingest.checks import Checker, letters_of, offsets_of, to_bools

PERSONAL_DATA = Message(
    "personal_data",
    "Fältet ser ut att innehålla en personuppgift (personnummer, telefonnummer eller e-postadress). Ta bort den; den har inte sparats.",
    "The field seems to hold personal data (an identity number, phone number or e-mail address). Remove it; it was not stored.",
)
_HIDDEN = "[personuppgift]"
_SHORTEST = 6
_TELLING = np.isin(np.arange(256), list(b"0123456789@"))
_MAYBE = r"@|[0-9][0-9 +-]{7,}[0-9]"
# Not the decimals of a coordinate.
_IDENTITY_NUMBER = re.compile(rb"(?<![0-9])(?<![0-9][.])(?:19|20)?([0-9]{2})([0-9]{2})([0-9]{2})[-+ ]?([0-9]{3})([0-9])(?![0-9])")
_MOBILE_NUMBER = re.compile(rb"(?<![0-9])(?<![0-9][.])(?:(?:\+|00)46[ -]?(?:\(0\))?[ -]?|0)7[ -]?[02369](?:[ -]?[0-9]){7}(?![0-9])")
# 020 and 077 are services, the police's 114 14 among them.
_PHONE_NUMBER = re.compile(
    rb"(?<![0-9-])(?:(?:\+|00)46[ -]?(?:\(0\))?[ -]?[1-9][0-9]?(?:[ -]?[0-9]){6,8}"
    rb"|(?!020|077)0[1-9][0-9]{0,2} ?- ?[0-9](?: ?[0-9]){4,7})(?![0-9])"
)
# An address is found by its @: looked for from its beginning, a text of ten million letters would be gone through ten million times.
_AT = re.compile(rb"(?<=[^\s@;,\"<>()])@(?=[^\s@;,\"<>()])")
_BEFORE_AT = re.compile(rb"[^\s@;,\"<>()]+\Z")
_AFTER_AT = re.compile(rb"[^\s@;,\"<>()]+\.[A-Za-z]{2,}")
_LONGEST_NAME, _LONGEST_DOMAIN = 64, 255


def refuse_personal_data(checker: Checker, column: str) -> None:
    """Reject the rows whose text in a column may point at a person, with the text taken out of what is kept of them.

    Args:
        checker: Told of the rows.
        column: A column of texts that would be stored.
    """
    values = checker.table.columns[column]
    letters = letters_of(values)
    if not len(letters) or np.diff(offsets_of(values)).max() < _SHORTEST or not _TELLING[letters].any():
        return
    maybe = to_bools(pc.match_substring_regex(values, _MAYBE)) & checker.good
    for row in np.flatnonzero(maybe).tolist():
        if hidden(text := values[row].as_py().encode()) != text:
            raw = hidden(checker.table.raw(row))
            checker.rejected.append(Rejected(int(checker.table.line[row]), checker.spelled(column), _HIDDEN, PERSONAL_DATA, raw))
            checker.good[row] = False


def without_personal_data(checker: Checker, own: frozenset[str]) -> list[Rejected]:
    """Give the rejected rows of a part with what may point at a person taken out of their free texts; of broken rows, out of the whole.

    Args:
        checker: Has the rows, and those that its table never held.
        own: The columns that are no free text: ids, kinds, times and places.

    Returns:
        All of them; the bytes of a row without such a text are as they stand in the file.
    """
    columns, line = checker.table.columns, checker.table.line
    free = [column for column in columns if column not in own]
    found = [_starred(rejected) for rejected in checker.table.rejected]
    for rejected in checker.rejected:
        starred = _starred(rejected)
        if starred is not rejected:
            row = int(np.searchsorted(line, rejected.line))
            texts = (columns[column][row].as_py().encode() for column in free)
            starred = starred if any(hidden(text) != text for text in texts) else rejected
        found.append(starred)
    return found


def _starred(rejected: Rejected) -> Rejected:
    raw = hidden(rejected.raw)
    return rejected if raw == rejected.raw else replace(rejected, raw=raw, value=hidden(rejected.value.encode()).decode())


def hidden(text: bytes) -> bytes:
    """Put stars in the place of what may point at a person.

    Args:
        text: Any bytes in an encoding that holds ASCII.

    Returns:
        The same number of bytes.
    """
    text = _IDENTITY_NUMBER.sub(lambda found: b"*" * len(found[0]) if _is_identity_number(found) else found[0], text)
    text = _PHONE_NUMBER.sub(_stars, _MOBILE_NUMBER.sub(_stars, text))
    for found in _AT.finditer(text):
        at = found.start()
        before = _BEFORE_AT.search(text, max(0, at - _LONGEST_NAME), at)
        after = _AFTER_AT.match(text, at + 1, at + 1 + _LONGEST_DOMAIN)
        if before and after:
            text = text[: before.start()] + b"*" * (after.end() - before.start()) + text[after.end() :]
    return text


def _stars(found: re.Match[bytes]) -> bytes:
    return b"*" * len(found[0])


def _is_identity_number(found: re.Match[bytes]) -> bool:
    """Tell a personal identity number (or a coordination number) from any ten digits: its date and its check digit."""
    _, month, day, _, _ = (int(part) for part in found.groups())
    if not (1 <= month <= 12 and (1 <= day <= 31 or 61 <= day <= 91)):
        return False
    total = 0
    for place, digit in enumerate(b"".join(found.groups())):
        doubled = (digit - ord("0")) * (2 if place % 2 == 0 else 1)
        total += doubled // 10 + doubled % 10
    return total % 10 == 0
