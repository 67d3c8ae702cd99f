"""The checks every source shares: dates, coordinates, counts and texts, over whole columns at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from trygghetskarta.domain.events import NO_TIME, Message, Rejected, Warned, WarningCode
from trygghetskarta.domain.periods import LOCAL_TIME
from trygghetskarta.errors import BadDeliveryError
from trygghetskarta.ingest.reading import TextTable, shown

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

MICROSECONDS_A_DAY = 86_400_000_000
LONGEST_TEXT = 10_000
LONGEST_KIND = 200
"""A kind may become a category's code, which an index must hold."""
FIELD_TOO_LONG = Message(
    "field_too_long", f"Fältet är längre än {LONGEST_TEXT} tecken.", f"The field is longer than {LONGEST_TEXT} characters."
)
_NUMBER = r"^[-−]?[0-9]+([.,][0-9]+)?$"
_WHOLE = r"^[0-9]{1,6}$"
_SLASHED = r"^([0-9]{1,2})/([0-9]{1,2})/[0-9]{4}$"
_EARLIEST = np.datetime64("1900-01-01", "us")
AMBIGUOUS_FORMAT = "%m/%d/%Y"
"""Read only where a column leaves no doubt, unless a mapping declares it."""


@dataclass(slots=True)
class Checker:
    """The rows of a table that still stand, and those rejected so far.

    Attributes:
        table: The table.
        good: True for rows not rejected, (rows,).
        rejected: The rejected rows.
        warnings: What the receipt should tell.
    """

    table: TextTable
    good: Bools
    rejected: list[Rejected] = field(default_factory=list)
    warnings: list[Warned] = field(default_factory=list)

    @classmethod
    def of(cls, table: TextTable) -> Checker:
        """Begin with all rows good."""
        return cls(table, np.ones(len(table.line), bool))

    def reject(self, bad: Bools, column: str, message: Message | Callable[[str], Message]) -> None:
        """Reject rows, each once.

        Args:
            bad: True for the rows to reject, (rows,); those rejected before are left as they are.
            column: The column at fault; empty for the whole row.
            message: What is wrong, or a function of the value that says so.
        """
        for row in np.flatnonzero(bad & self.good).tolist():
            value = self.table.columns[column][row].as_py() if column in self.table.columns else ""
            said = message(value) if callable(message) else message
            self.rejected.append(Rejected(int(self.table.line[row]), column, shown(value), said, self.table.raw(row)))
        self.good &= ~bad

    def warn(self, code: WarningCode, about: Bools, swedish: str, english: str) -> None:
        """Tell of good rows that something is odd about; `{}` in the texts stands for how many rows."""
        count = int((about & self.good).sum())
        if count:
            rader, rows = ("1 rad", "1 row") if count == 1 else (f"{count} rader", f"{count} rows")
            self.warnings.append(Warned(code, count, swedish.format(rader), english.format(rows)))

    def text(self, column: str) -> pa.ChunkedArray:
        """Give a column's texts, rejecting those too long or with a NUL byte."""
        values = self.table.columns[column]
        self.reject(
            to_bools(pc.greater(pc.utf8_length(values), LONGEST_TEXT)),
            column,
            FIELD_TOO_LONG,
        )
        self.reject(
            to_bools(pc.match_substring(values, "\x00")),
            column,
            Message("nul_byte", "Fältet innehåller ett nolltecken.", "The field holds a NUL character."),
        )
        return values

    def require(self, column: str, code: str, swedish: str, english: str) -> None:
        """Reject rows where a column is empty."""
        self.reject(to_bools(pc.equal(self.text(column), "")), column, Message(code, swedish, english))


def to_bools(mask: pa.ChunkedArray) -> Bools:
    """Give an arrow mask as a numpy one."""
    return np.asarray(mask.to_numpy(zero_copy_only=False) if isinstance(mask, pa.Array) else mask.to_numpy(), bool)


def to_texts(column: pa.ChunkedArray) -> npt.NDArray[np.object_]:
    """Give a column as Python texts, None for empty; equal texts share one object."""
    encoded = column.combine_chunks().dictionary_encode()
    values = np.array([value or None for value in encoded.dictionary.to_pylist()] or [None], object)
    texts: npt.NDArray[np.object_] = values[encoded.indices.to_numpy(zero_copy_only=False)]
    return texts


def numbers(checker: Checker, column: str, code: str) -> Floats:
    """Read a column of numbers with decimal point or comma, blanks between thousands allowed.

    Args:
        checker: Told of the rows that hold something else.
        column: The column.
        code: Code of the rejection.

    Returns:
        (rows,); NaN where empty or rejected.
    """
    tidy = pc.replace_substring_regex(checker.text(column), r"[ \x{00A0}\x{202F}]", "")
    empty = to_bools(pc.equal(tidy, ""))
    fits = to_bools(pc.match_substring_regex(tidy, _NUMBER))
    checker.reject(
        ~fits & ~empty,
        column,
        lambda value: Message(code, f"”{shown(value)}” är inget tal.", f"“{shown(value)}” is not a number."),
    )
    plain = pc.replace_substring(pc.replace_substring(tidy, ",", "."), "−", "-")
    return np.asarray(pc.if_else(pa.array(fits), plain, None).cast(pa.float64()).to_numpy(), np.float64)


def counts(checker: Checker, column: str) -> Ints:
    """Read a column of whole numbers, 1 or more; empty is 1."""
    values = checker.text(column)
    empty = to_bools(pc.equal(values, ""))
    fits = to_bools(pc.match_substring_regex(values, _WHOLE)) & ~to_bools(pc.match_substring_regex(values, "^0+$"))
    checker.reject(
        ~fits & ~empty,
        column,
        lambda value: Message("bad_count", f"”{shown(value)}” är inget antal.", f"“{shown(value)}” is not a count."),
    )
    read = pc.if_else(pa.array(fits), values, "1").cast(pa.int64()).to_numpy()
    return np.asarray(read, np.int64)


def refuse_unusable_formats(formats: Mapping[str, tuple[str, ...]], name: str) -> None:
    """Refuse date formats that cannot be read by, or that would read a time zone: times are Swedish.

    Args:
        formats: Formats by field, as strptime writes them.
        name: The file they are stated in or for.

    Raises:
        BadDeliveryError: One of them is unusable.
    """
    for field_name, given in formats.items():
        for one in given:
            try:
                pd.to_datetime(pd.Series(["x"]), format=one, errors="coerce")
                usable = "%z" not in one and "%Z" not in one
            except ValueError:
                usable = False
            if not usable:
                raise BadDeliveryError(
                    f"{name}: datumformatet {one} för {field_name} går inte att läsa efter.",
                    f"{name}: the date format {one} of {field_name} cannot be read by.",
                )


def local_times(checker: Checker, column: str, formats: tuple[str, ...]) -> Ints:
    """Read a column of local dates or times.

    Args:
        checker: Told of the rows that hold something else.
        column: The column.
        formats: Formats as strptime writes them, tried in order.

    Returns:
        Microseconds since 1970 by the local clock, (rows,); NO_TIME where empty or rejected.
    """
    values = checker.text(column)
    # pandas would take "now" for a date, digits of other scripts for digits, and a leap second for a time.
    plain = to_bools(pc.match_substring_regex(values, r"^[ -~]*[0-9][ -~]*$")) & ~to_bools(pc.match_substring_regex(values, r":[6-9][0-9]"))
    series = pc.if_else(pa.array(plain), values, None).to_pandas()
    parsed = pd.to_datetime(series, format=formats[0], errors="coerce")
    for other in formats[1:]:
        rest = parsed.isna()
        if not rest.any():
            break
        if other == AMBIGUOUS_FORMAT and not _month_first(series[rest]):
            checker.reject(
                rest.to_numpy() & to_bools(pc.match_substring_regex(values, _SLASHED)),
                column,
                Message(
                    "ambiguous_date",
                    "Det går inte att avgöra vad som är dag och vad som är månad. Skriv datumet som 2026-01-31.",
                    "What is the day and what the month cannot be told. Write the date as 2026-01-31.",
                ),
            )
            continue
        parsed[rest] = pd.to_datetime(series[rest], format=other, errors="coerce")
    microseconds = parsed.to_numpy("datetime64[us]")
    unread = np.isnat(microseconds)
    empty = to_bools(pc.equal(values, ""))
    checker.reject(
        unread & ~empty,
        column,
        lambda value: Message(
            "no_such_date",
            f"”{shown(value)}” är inget datum som finns, eller inte skrivet som {_example(formats[0])}.",
            f"“{shown(value)}” is not a date that exists, or not written as {_example(formats[0])}.",
        ),
    )
    early = ~unread & (microseconds < _EARLIEST)
    checker.reject(early, column, Message("too_early", "Datumet ligger före år 1900.", "The date lies before the year 1900."))
    return np.where(unread | early, NO_TIME, microseconds.astype(np.int64))


def _month_first(texts: pd.Series) -> bool:
    """Tell whether dates with slashes can only be month first: some second part is over 12, and no first part is."""
    parts = texts.str.extract(_SLASHED).dropna().astype(int)
    return bool(len(parts)) and bool(parts[1].max() > 12) and bool(parts[0].max() <= 12)


def _example(date_format: str) -> str:
    return datetime(2026, 1, 31, 14, 5, tzinfo=UTC).strftime(date_format)


def clocks(checker: Checker, column: str) -> Ints:
    """Read a column of clock times written HHmm or HH:MM; microseconds since midnight, NO_TIME where empty."""
    values = checker.text(column)
    digits = pc.utf8_lpad(pc.replace_substring(values, ":", ""), 4, "0")
    empty = to_bools(pc.equal(values, ""))
    written = to_bools(pc.match_substring_regex(values, r"^([0-9]{1,4}|[0-9]{1,2}:[0-9]{2})$"))
    fits = written & to_bools(pc.match_substring_regex(digits, r"^([01][0-9]|2[0-3])[0-5][0-9]$"))
    checker.reject(
        ~fits & ~empty,
        column,
        lambda value: Message("no_such_time", f"”{shown(value)}” är inget klockslag.", f"“{shown(value)}” is not a time of day."),
    )
    usable = fits & ~empty
    hhmm = np.asarray(pc.if_else(pa.array(usable), digits, "0000").cast(pa.int64()).to_numpy(), np.int64)
    return np.where(usable, (hhmm // 100 * 60 + hhmm % 100) * 60_000_000, NO_TIME)


@dataclass(frozen=True, slots=True)
class Instants:
    """Local times as instants.

    Attributes:
        utc: Microseconds since 1970 UTC, (rows,); NO_TIME where there was none.
        nonexistent: True where the clock skipped that time in spring; the hour before the change is given.
        ambiguous: True where the clock showed that time twice in autumn; the first is given.
    """

    utc: Ints
    nonexistent: Bools
    ambiguous: Bools


def to_instants(local: Ints) -> Instants:
    """Turn times by the Stockholm clock into instants.

    Args:
        local: Microseconds since 1970 by the local clock, (rows,); NO_TIME for none.

    Returns:
        The instants.
    """
    known = local != NO_TIME
    utc = np.full(len(local), NO_TIME, np.int64)
    nonexistent, ambiguous = np.zeros(len(local), bool), np.zeros(len(local), bool)
    if not known.any():
        return Instants(utc, nonexistent, ambiguous)
    series = pd.Series(local[known].astype("datetime64[us]"))
    zone = str(LOCAL_TIME)
    first = series.dt.tz_localize(zone, ambiguous=np.ones(len(series), bool), nonexistent="NaT")
    second = series.dt.tz_localize(zone, ambiguous=np.zeros(len(series), bool), nonexistent="NaT")
    skipped = first.isna().to_numpy()
    forward = series.dt.tz_localize(zone, ambiguous=np.ones(len(series), bool), nonexistent="shift_backward")
    utc[known] = forward.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy("datetime64[us]").astype(np.int64)
    nonexistent[known] = skipped
    ambiguous[known] = (first != second).to_numpy() & ~skipped
    return Instants(utc, nonexistent, ambiguous)


def months_of(local: Ints) -> Ints:
    """Give the month of each local time: months since 1970, (rows,); NO_TIME where there is none."""
    return np.where(
        local == NO_TIME, NO_TIME, np.where(local == NO_TIME, 0, local).astype("datetime64[us]").astype("datetime64[M]").astype(np.int64)
    )


def days_of(local: Ints) -> Ints:
    """Give the day of each local time: days since 1970, (rows,); NO_TIME where there is none."""
    return np.where(local == NO_TIME, NO_TIME, local // MICROSECONDS_A_DAY)
