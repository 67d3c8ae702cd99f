"""Numbers as people and spreadsheets write them, over whole columns at once: coordinates, values and counts."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from trygghetskarta.domain.events import Message
from trygghetskarta.ingest.checks import Checker, letters_of, mangled, offsets_of, to_bools
from trygghetskarta.ingest.reading import shown

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

BLANKS = "[ \u00a0\u2007\u2009\u202f]"
_NUMBER = r"^[-−]?([0-9]+([.,][0-9]*)?|[.,][0-9]+)$"
_GROUPED = rf"^[-−]?[0-9]{{1,3}}({BLANKS}[0-9]{{3}})+([.,][0-9]*)?$"
_TORN = rf"^[-−]?[0-9.,]+({BLANKS}+[0-9.,]+)+$"
_BOTH_MARKS = r"^[-−]?[0-9]{1,3}([.][0-9]{3})*[.][0-9]{3},[0-9]+$|^[-−]?[0-9]{1,3}(,[0-9]{3})*,[0-9]{3}[.][0-9]+$"
_WHOLE = "^[0-9]{1,6}$"
_COUNT = rf"^([0-9]{{1,6}}|[0-9]{{1,3}}{BLANKS}[0-9]{{3}})([.,]00?)?$"
_PLAIN = np.isin(np.arange(256), list(b"0123456789.-"))
_DIGITS = np.isin(np.arange(256), list(b"0123456789"))


def numbers(checker: Checker, column: str, code: str) -> Floats:
    """Read a column of numbers with decimal point or comma, a blank between thousands allowed.

    Args:
        checker: Told of the rows that hold something else.
        column: The column.
        code: Code of the rejection.

    Returns:
        (rows,); NaN where empty or rejected.
    """
    values = checker.text(column)
    if _PLAIN[letters_of(values)].all() and not (np.diff(offsets_of(values)) == 0).any():
        try:
            return np.asarray(values.cast(pa.float64()).to_numpy(zero_copy_only=False), np.float64)
        except pa.ArrowInvalid:
            pass  # some row is a sign or point too many; the careful way below tells which
    tidy = _ungrouped(values)
    empty = to_bools(pc.equal(tidy, ""))
    fits = to_bools(pc.match_substring_regex(tidy, _NUMBER))
    if not (fits | empty).all():
        _reject(checker, column, code, tidy, ~fits & ~empty)
    plain = pc.replace_substring(pc.replace_substring(tidy, ",", "."), "−", "-")
    return np.asarray(pc.if_else(pa.array(fits), plain, None).cast(pa.float64()).to_numpy(zero_copy_only=False), np.float64)


def _ungrouped(values: pa.StringArray) -> pa.StringArray:
    """Take away the blanks between thousands: each must have three digits after it, or a blank may as well part two numbers."""
    tidy = pc.utf8_trim_whitespace(values)
    grouped = pc.match_substring_regex(tidy, _GROUPED)
    return pc.if_else(grouped, pc.replace_substring_regex(tidy, BLANKS, ""), tidy) if pc.any(grouped).as_py() else tidy


def _reject(checker: Checker, column: str, code: str, tidy: pa.StringArray, bad: Bools) -> None:
    """Reject what is no number, or may be more than one."""
    checker.reject(
        bad & to_bools(pc.match_substring_regex(tidy, _BOTH_MARKS)),
        column,
        lambda value: Message(
            "ambiguous_number",
            f"”{shown(value)}” har både punkt och komma. Skriv talet utan tecken mellan tusental.",
            f"“{shown(value)}” has both a point and a comma. Write the number without marks between thousands.",
        ),
    )
    checker.reject(
        bad & to_bools(pc.match_substring_regex(tidy, _TORN)),
        column,
        lambda value: Message(
            "ambiguous_number",
            f"”{shown(value)}” har mellanslag som inte skiljer tusental. Skriv talet utan mellanslag.",
            f"“{shown(value)}” has blanks that do not part thousands. Write the number without blanks.",
        ),
    )
    checker.reject(
        bad,
        column,
        lambda value: mangled(value) or Message(code, f"”{shown(value)}” är inget tal.", f"“{shown(value)}” is not a number."),
    )


def counts(checker: Checker, column: str) -> Ints:
    """Read a column of whole numbers, 1 or more, a blank between thousands and decimals of nothing allowed; empty is 1."""
    values = checker.text(column)
    empty = to_bools(pc.equal(values, ""))
    plain = bool(_DIGITS[letters_of(values)].all())
    fits = to_bools(pc.match_substring_regex(values, _WHOLE if plain else _COUNT))
    if not plain:
        values = pc.replace_substring_regex(pc.replace_substring_regex(values, "[.,]00?$", ""), BLANKS, "")
    fits &= ~to_bools(pc.match_substring_regex(values, "^0+$"))
    checker.reject(
        ~fits & ~empty,
        column,
        lambda value: mangled(value) or Message("bad_count", f"”{shown(value)}” är inget antal.", f"“{shown(value)}” is not a count."),
    )
    read = pc.if_else(pa.array(fits), values, "1").cast(pa.int64()).to_numpy()
    return np.asarray(read, np.int64)
