"""The checks every source shares: dates and texts, over whole columns at once; numbers have a module of their own, `amounts`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from trygghetskarta.domain.events import NO_TIME, Message, Rejected, Warned, WarningCode
from trygghetskarta.errors import BadDeliveryError
from trygghetskarta.ingest.lengths import LONGEST_TEXT, too_long
from trygghetskarta.ingest.reading import TextTable, shown
from trygghetskarta.ingest.times import MICROSECONDS_A_DAY, iso_times, stamps

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

_AMBIGUOUS_DATE = Message(
    "ambiguous_date",
    "Det går inte att avgöra vad som är dag och vad som är månad. Skriv datumet som 2026-01-31.",
    "What is the day and what the month cannot be told. Write the date as 2026-01-31.",
)
_SLASHED = r"^([0-9]{1,2})/([0-9]{1,2})/(?:[0-9]{4}|[0-9]{2})$"
_SHORT_YEAR = r"^([0-9]{1,2}/[0-9]{1,2}/)([0-9]{2})\b"
_ANY_DATE = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4}|[0-9]{2})\b.*", re.ASCII)
_NUL_BYTE = Message("nul_byte", "Fältet innehåller ett nolltecken.", "The field holds a NUL character.")
_EXCEL_ERROR = Message("excel_error", "Cellen innehåller ett fel från Excel.", "The cell holds an error from Excel.")
_EXCEL_ERRORS = (
    r"^#(REF!|N/A|NAME\?|VALUE!|DIV/0!|NUM!|NULL!|SPILL!|CALC!|SAKNAS!|REFERENS!|VÄRDEFEL!|NAMN\?|DIVISION/0!|OGILTIGT!|SKÄRNING!)$"
)
_MONTHS = "jan|feb|mar|apr|maj|may|jun|jul|aug|sep|okt|oct|nov|dec"
# "1-25" read as a date, and a long number shortened.
_MANGLED = re.compile(rf"({_MONTHS})-[0-9]{{2}}|[0-9]{{1,2}}-({_MONTHS})|[0-9]([.,][0-9]+)?E\+[0-9]{{2,3}}", re.IGNORECASE | re.ASCII)
_SERIAL = re.compile(r"[34][0-9]{4}([.,][0-9]+)?", re.ASCII)
_TURNS = "[\u202a-\u202e\u2066-\u2069]"
_BEFORE_TURNS = b"\xe2\x80"
_EARLIEST = int(np.datetime64("1900-01-01", "us").astype(np.int64))
AMBIGUOUS_FORMAT = "%m/%d/%Y?"
"""Read as %m/%d/%Y, and only where a column leaves no doubt; a mapping that declares %m/%d/%Y is taken at its word."""
_RUN_TOGETHER = re.compile(r"%[YymdHMSj]%[mdHMSj]")


@dataclass(slots=True)
class Checker:
    """The rows of a table that still stand, and those rejected so far.

    Attributes:
        table: The table.
        good: True for rows not rejected, (rows,).
        month_first: The columns whose dates some row has shown to be written month first; shared by the parts of a file.
        instants: The instants of a column's times that say how far from UTC they stand, (rows,), NO_TIME for the others; by column.
        written: The texts of a column as they stand in the file, where `table` no longer has them; by column.
        rejected: The rejected rows.
        rows: Which of the table's rows each of them is.
        warnings: What the receipt should tell.
    """

    table: TextTable
    good: Bools
    month_first: set[str] = field(default_factory=set)
    instants: dict[str, Ints] = field(default_factory=dict)
    written: dict[str, pa.StringArray] = field(default_factory=dict)
    rejected: list[Rejected] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    warnings: list[Warned] = field(default_factory=list)

    @classmethod
    def of(cls, table: TextTable, month_first: set[str] | None = None) -> Checker:
        """Begin with all rows good."""
        first = set() if month_first is None else month_first
        return cls(table, np.ones(len(table.line), bool), first, warnings=list(table.warnings))

    def reject(self, bad: Bools, column: str, message: Message | Callable[[str], Message]) -> None:
        """Reject rows, each once.

        Args:
            bad: True for the rows to reject, (rows,); those rejected before are left as they are.
            column: The column at fault; empty for the whole row.
            message: What is wrong, or a function of the value that says so.
        """
        for row in np.flatnonzero(bad & self.good).tolist():
            value = self.written.get(column, self.table.columns[column])[row].as_py() if column in self.table.columns else ""
            said = message(value) if callable(message) else message
            self.rejected.append(Rejected(int(self.table.line[row]), self.spelled(column), shown(value), said, self.table.raw(row)))
            self.rows.append(row)
        self.good &= ~bad

    def spelled(self, column: str) -> str:
        """Give a column's name as the file has it."""
        return next((name for name in self.table.header if name.casefold() == column.casefold()), column)

    def warn(self, code: WarningCode, about: Bools, swedish: str, english: str) -> None:
        """Tell of good rows that something is odd about; `{}` in the texts stands for how many rows."""
        count = int((about & self.good).sum())
        if count:
            self.warnings.append(Warned(code, count, swedish, english))

    def refuse_longer(self, column: str, longest: int) -> None:
        """Reject the rows whose text in a column has more than so many letters."""
        self.reject(to_bools(pc.greater(pc.utf8_length(self.table.columns[column]), longest)), column, too_long(longest))

    def free_text(self, column: str) -> pa.StringArray:
        """Give a column's texts, rejecting those too long, with a NUL byte, or that are an error from Excel."""
        values = self.table.columns[column]
        letters = letters_of(values)
        if len(letters) and np.diff(offsets_of(values)).max() > LONGEST_TEXT:
            self.refuse_longer(column, LONGEST_TEXT)
        content = letters.tobytes()
        if b"\x00" in content:
            self.reject(to_bools(pc.match_substring(values, "\x00")), column, _NUL_BYTE)
        if b"#" in content:
            self.reject(to_bools(pc.match_substring_regex(values, _EXCEL_ERRORS)), column, _EXCEL_ERROR)
        return values

    def text(self, column: str) -> pa.StringArray:
        """Give a column's texts as `free_text` does, rejecting also marks that turn the direction of writing: no code or name has any."""
        values = self.free_text(column)
        content = letters_of(values).tobytes()
        if not content.isascii() and _BEFORE_TURNS in content:
            self.reject(
                to_bools(pc.match_substring_regex(values, _TURNS)),
                column,
                Message(
                    "turned_text",
                    "Fältet har dolda tecken som vänder skrivriktningen.",
                    "The field has hidden characters that turn the direction of writing.",
                ),
            )
        return values

    def require(self, column: str, code: str, swedish: str, english: str) -> None:
        """Reject rows where a column is empty."""
        self.reject(to_bools(pc.equal(self.text(column), "")), column, Message(code, swedish, english))


def to_bools(mask: pa.BooleanArray) -> Bools:
    """Give an arrow mask as a numpy one."""
    return np.asarray(mask.to_numpy(zero_copy_only=False), bool)


def offsets_of(values: pa.StringArray) -> npt.NDArray[np.int32]:
    """Give where each text begins in the letters, and where the last ends, (rows + 1,)."""
    return np.frombuffer(values.buffers()[1], np.int32, len(values) + 1, values.offset * 4)


def letters_of(values: pa.StringArray) -> npt.NDArray[np.uint8]:
    """Give the UTF-8 bytes of all texts, one after another."""
    if not len(values) or values.buffers()[2] is None:
        return np.zeros(0, np.uint8)
    offsets = offsets_of(values)
    return np.frombuffer(values.buffers()[2], np.uint8)[offsets[0] : offsets[-1]]


def known_texts(values: pa.StringArray) -> pa.StringArray:
    """Give the texts with null for empty."""
    return pc.if_else(pc.equal(values, ""), pa.scalar(None, pa.string()), values)


def mapped(values: pa.StringArray, change: Callable[[str], str | None]) -> pa.StringArray:
    """Change every text, once for each that differs; null where the change gives None."""
    encoded = values.dictionary_encode()
    return pa.array([change(value) for value in encoded.dictionary.to_pylist()], pa.string()).take(encoded.indices)


def matches(values: pa.StringArray, pattern: str) -> Bools:
    """Tell which texts a regular expression of arrow's finds something in, asking once for each that differs."""
    encoded = values.dictionary_encode()
    return to_bools(pc.match_substring_regex(encoded.dictionary, pattern).take(encoded.indices))


def as_objects(facts: Sequence[pa.StringArray]) -> pa.StringArray:
    """Give the facts of each row as the text of a JSON object, (rows,); null where it has none.

    Args:
        facts: Texts such as `,"street":"Ringvägen"`, the comma included; empty where a row has none of that kind. At least one of them.
    """
    whole = pc.binary_join_element_wise(*facts, "}", "")
    offsets, letters = offsets_of(whole), letters_of(whole).copy()
    letters[offsets[:-1]] = ord("{")  # where the first comma stands
    objects = pa.StringArray.from_buffers(len(whole), whole.buffers()[1], pa.py_buffer(letters))
    known = np.diff(offsets) > 1
    return objects if known.all() else pc.if_else(pa.array(known), objects, pa.scalar(None, pa.string()))


def by_distinct(values: pa.StringArray, rule: Callable[[str], bool]) -> Bools:
    """Ask a rule about every text, once for each that differs."""
    encoded = values.dictionary_encode()
    answers = np.array([rule(value) for value in encoded.dictionary.to_pylist()] or [False], bool)
    every: Bools = answers[encoded.indices.to_numpy(zero_copy_only=False)]
    return every


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
                    code="bad_format",
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
    is_iso = formats[0].startswith("%Y-%m-%d")
    has_clock = any("%H" in date_format for date_format in formats)
    microseconds = _iso(values, clock=has_clock) if is_iso else np.full(len(values), NO_TIME, np.int64)
    empty = np.diff(offsets_of(values)) == 0
    rest = (microseconds == NO_TIME) & ~empty
    if rest.any():
        microseconds[rest] = _by_formats(checker, column, formats, rest)
    rest = (microseconds == NO_TIME) & ~empty
    if rest.any() and is_iso and has_clock:
        instants = checker.instants[column] = np.full(len(values), NO_TIME, np.int64)
        microseconds[rest], instants[rest] = stamps(values.filter(pa.array(rest)))
    unread = microseconds == NO_TIME
    checker.reject(unread & ~empty, column, lambda value: _no_date(value, formats[0]))
    early = ~unread & (microseconds < _EARLIEST)
    checker.reject(early, column, Message("too_early", "Datumet ligger före år 1900.", "The date lies before the year 1900."))
    return np.where(early, NO_TIME, microseconds)


def _iso(values: pa.StringArray, *, clock: bool) -> Ints:
    """Read what is plain ISO. A column of days may hold midnights, as spreadsheets and programs write a day; any other clock time is a fault."""
    found = iso_times(values, clock=clock)
    if clock or not (found == NO_TIME).any():
        return found
    timed = iso_times(values, clock=True)
    return np.where((found == NO_TIME) & (timed % MICROSECONDS_A_DAY == 0), timed, found)


def _by_formats(checker: Checker, column: str, formats: tuple[str, ...], rest: Bools) -> Ints:
    """Read the rows that are not plain ISO, in one format after another; NO_TIME where none fits."""
    values = checker.table.columns[column].filter(pa.array(rest))
    # pandas would take "now" for a date, digits of other scripts for digits, and a leap second for a time.
    plain = to_bools(pc.match_substring_regex(values, r"^[ -~]*[0-9][ -~]*$")) & ~to_bools(pc.match_substring_regex(values, r":[6-9][0-9]"))
    series = pc.if_else(pa.array(plain), values, pa.scalar(None, pa.string())).to_pandas()
    parsed = pd.Series(pd.NaT, index=series.index, dtype="datetime64[us]")
    for date_format in formats:
        unread = parsed.isna()
        if not unread.any():
            break
        if date_format == AMBIGUOUS_FORMAT and _month_first(series[unread]):
            checker.month_first.add(column)
        if date_format == AMBIGUOUS_FORMAT and column not in checker.month_first:
            slashed = np.zeros(len(rest), bool)
            slashed[np.flatnonzero(rest)] = to_bools(pc.match_substring_regex(values, _SLASHED))
            checker.reject(slashed, column, _AMBIGUOUS_DATE)
            continue
        written = date_format.removesuffix("?")
        if _RUN_TOGETHER.search(written):  # with nothing between them every part must have its zeros: 202511 is no day
            example = _example(written)
            unread &= (series.str.len() == len(example)) & (series.str.count(" ") == example.count(" "))
        texts = series[unread]
        if written.startswith(("%m/%d/%Y", "%d/%m/%Y")):
            texts = texts.str.replace(_SHORT_YEAR, r"\g<1>20\2", regex=True)
        parsed[unread] = pd.to_datetime(texts, format=written, errors="coerce").astype("datetime64[us]")
    microseconds = parsed.to_numpy("datetime64[us]")
    return np.where(np.isnat(microseconds), NO_TIME, microseconds.astype(np.int64))


def _month_first(texts: pd.Series) -> bool:
    """Tell whether dates with slashes can only be month first: some second part is over 12, and no first part is."""
    parts = texts.str.extract(_SLASHED).dropna().astype(int)
    return bool(len(parts)) and bool(parts[1].max() > 12) and bool(parts[0].max() <= 12)


def mangled(value: str) -> Message | None:
    """Say that Excel has rewritten a value, where it looks so: "3-10" to a date, a long number to a power of ten."""
    if not _MANGLED.fullmatch(value):
        return None
    return Message(
        "excel_mangled",
        f"”{shown(value)}” ser ut att ha skrivits om av Excel. Läs in kolumnen som text, eller skicka källans egen fil.",
        f"“{shown(value)}” looks rewritten by Excel. Import the column as text, or send the source's own file.",
    )


def _no_date(value: str, date_format: str) -> Message:
    """Say why a text is not a date."""
    parts = _ANY_DATE.fullmatch(value)
    if parts and (len(parts[3]) == 2 or max(int(parts[1]), int(parts[2])) <= 12):
        return _AMBIGUOUS_DATE
    if _SERIAL.fullmatch(value):
        return Message(
            "excel_mangled",
            f"”{shown(value)}” ser ut som Excels löpnummer för en dag. Skriv datumet som {_example(date_format)}.",
            f"“{shown(value)}” looks like Excel's serial number of a day. Write the date as {_example(date_format)}.",
        )
    return mangled(value) or Message(
        "no_such_date",
        f"”{shown(value)}” är inget datum som finns, eller inte skrivet som {_example(date_format)}.",
        f"“{shown(value)}” is not a date that exists, or not written as {_example(date_format)}.",
    )


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
