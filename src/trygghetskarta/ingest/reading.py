"""Bytes to text columns: unpack, decode, find the rows and their lines. Strict, and nothing is lost.

Rows are found by the line ends that stand outside quotes, so every row keeps its own bytes and the line it begins on. A row with the wrong
number of fields is set aside before the columns are parsed.
"""

from __future__ import annotations

import csv
import hashlib
import re
import unicodedata
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv

from trygghetskarta.domain.events import Message, Rejected
from trygghetskarta.errors import BadDeliveryError
from trygghetskarta.ingest.contract import DeliveredFile

Ints = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]

_GZIP = b"\x1f\x8b"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_LARGEST = 1 << 30
_HIGHEST_RATIO = 100
_SEPARATORS = ";,\t"
_QUOTE, _NEWLINE = 34, 10
_FOOTER = re.compile(r"(summa|totalt|källa)\b", re.IGNORECASE)
# What å, ä and ö of DOS and of old Macintoshes look like when they are read as Windows-1252: marks inside words.
_LETTER_OF_ANOTHER_ENCODING = re.compile(r"[A-Za-z][“”][A-Za-z]|[€…][A-Za-z]")
_SWEDISH_LETTERS = frozenset("åäöÅÄÖéÉèÈüÜáÁàÀâÂêÊëËîÎïÏôÔçÇøØæÆñÑßíÍóÓúÚ§´’‘”“–—…°²³·½«»\xa0€")


@dataclass(slots=True)
class TextTable:
    """A table of texts with its rows' places in the file.

    Attributes:
        header: Names of the columns, tidied.
        columns: Values per column, (rows,), each as it stands in the file less outer blanks.
        line: Line of the file each row begins on, 1-based, (rows,).
        begin: First byte of each row in `content`, (rows,).
        end: One past its last byte, (rows,).
        content: The file's bytes.
        rejected: Rows that are not rows of this table.
        blank: How many rows were empty or a footer.
        encoding: What the bytes were decoded from.
        separator: What separates the columns.
    """

    header: list[str]
    columns: dict[str, pa.ChunkedArray]
    line: Ints
    begin: Ints
    end: Ints
    content: bytes
    rejected: list[Rejected]
    blank: int
    encoding: str
    separator: str

    def raw(self, row: int) -> bytes:
        """Give a row's own bytes, as they stood in the file."""
        content = self.content[int(self.begin[row]) : int(self.end[row])]
        return content if self.encoding == "utf-8" else content.decode().encode(self.encoding)


def open_delivery(path: Path) -> DeliveredFile:
    """Read a delivered file and unpack it.

    Args:
        path: The file, plain or gzip (known by its first bytes, whatever it is called).

    Returns:
        The file.

    Raises:
        BadDeliveryError: It does not exist, is empty, is broken, or is a kind of archive that is not read.
    """
    if not path.is_file():
        raise BadDeliveryError(f"Filen {path} finns inte.", f"The file {path} does not exist.")
    packed = path.read_bytes()
    content = _unpacked(packed, path.name)
    if not content.removeprefix(b"\xef\xbb\xbf").strip():
        raise BadDeliveryError(f"{path.name} är tom. Ingenting ändrades.", f"{path.name} is empty. Nothing was changed.")
    return DeliveredFile(path.name, content, hashlib.sha256(packed).hexdigest(), len(packed))


def _unpacked(packed: bytes, name: str) -> bytes:
    if packed.startswith(_ZIP):
        raise BadDeliveryError(
            f"{name} är ett zip-arkiv eller en Excelfil. Skicka filen som CSV eller JSON, gärna packad med gzip.",
            f"{name} is a zip archive or an Excel file. Send it as CSV or JSON, packed with gzip if you like.",
        )
    if not packed.startswith(_GZIP):
        return packed
    most = min(_LARGEST, max(len(packed) * _HIGHEST_RATIO, 1 << 20))
    content, rest = b"", packed
    try:
        while rest:
            # A gzip file may be several, one after another.
            member = zlib.decompressobj(wbits=31)
            content += member.decompress(rest, most - len(content) + 1)
            if len(content) > most:
                raise BadDeliveryError(f"{name} packas upp till för mycket data.", f"{name} unpacks to too much data.")
            if not member.eof:
                raise BadDeliveryError(f"{name} är en avbruten gzip-fil.", f"{name} is a gzip file cut off.")
            rest = member.unused_data.lstrip(b"\x00")
    except zlib.error as error:
        raise BadDeliveryError(f"{name} är en trasig gzip-fil: {error}.", f"{name} is a broken gzip file: {error}.") from error
    return content


def decode(content: bytes, name: str) -> tuple[str, str]:
    """Decode a file: a byte order mark, else strict UTF-8, else Windows-1252 if every letter is a plausible one.

    Args:
        content: The bytes.
        name: The file's name, for the error.

    Returns:
        The text, and the name of the encoding.

    Raises:
        BadDeliveryError: Neither fits; the error names the first offending byte.
    """
    try:
        return content.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError as error:
        try:
            text = content.decode("cp1252")
        except UnicodeDecodeError:
            text = "\x00"
        plausible = all(letter < "\x80" or letter in _SWEDISH_LETTERS for letter in set(text)) and "\x00" not in text
        if plausible and not _LETTER_OF_ANOTHER_ENCODING.search(text):
            return text, "cp1252"
        raise BadDeliveryError(
            f"{name}: teckenkodningen går inte att känna igen; byte {error.start} är {content[error.start]:#04x}. Spara filen som UTF-8.",
            f"{name}: the character encoding is not known; byte {error.start} is {content[error.start]:#04x}. Save the file as UTF-8.",
        ) from error


def read_table(file: DeliveredFile) -> TextTable:
    """Read a CSV file as texts.

    Args:
        file: The file.

    Returns:
        The table.

    Raises:
        BadDeliveryError: The encoding or separator cannot be told, a quote is never closed, or the header has empty or double names.
    """
    text, encoding = decode(file.content, file.name)
    content = text.encode() if encoding != "utf-8" or file.content.startswith(b"\xef\xbb\xbf") else file.content
    if content.count(b"\r") > content.count(b"\r\n"):
        content = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    buffer = np.frombuffer(content, np.uint8)
    quoted = np.bitwise_xor.accumulate((buffer == _QUOTE).view(np.uint8)) if _QUOTE in content else None
    begin, end, line = _rows(buffer, quoted, file.name)
    first = content[: int(end[0])].decode()
    separator = _separator(first, file.name)
    if quoted is not None:
        _refuse_stray_quotes(buffer, quoted, separator, file.name)
    header = _header(first, separator, file.name)
    counts = _field_counts(buffer, quoted, begin, separator)
    table = TextTable(header, {}, line[1:], begin[1:], end[1:], content, [], 0, encoding, separator)
    _set_aside(table, counts[1:])
    _parse(table, quoted is not None)
    _drop_footers(table)
    return table


def _rows(buffer: Bytes, quoted: Bytes | None, name: str) -> tuple[Ints, Ints, Ints]:
    """Find the first and last byte and the line of every row, the header included."""
    newline = buffer == _NEWLINE
    every_line = np.flatnonzero(newline)
    if quoted is not None:
        if quoted[-1]:
            opened = int(np.flatnonzero((buffer == _QUOTE) & (quoted == 1))[-1])
            at = int(np.searchsorted(every_line, opened)) + 1
            raise BadDeliveryError(
                f"{name}, rad {at}: ett citattecken öppnas men stängs aldrig.", f"{name}, line {at}: a quote is opened and never closed."
            )
        newline &= quoted == 0
    ends = np.flatnonzero(newline)
    if not len(ends) or ends[-1] != len(buffer) - 1:
        ends = np.append(ends, len(buffer))
    begins = np.append(0, ends[:-1] + 1)
    lines = np.searchsorted(every_line, begins) + 1
    has_return = (ends > begins) & (buffer[np.maximum(ends - 1, 0)] == 13)
    return begins.astype(np.int64), (ends - has_return).astype(np.int64), lines.astype(np.int64)


def _refuse_stray_quotes(buffer: Bytes, quoted: Bytes, separator: str, name: str) -> None:
    """Refuse a file with a quote in the middle of a field: where that field and row end cannot be told."""
    quotes = np.flatnonzero(buffer == _QUOTE)
    opens = quoted[quotes] == 1
    before = np.where(quotes > 0, buffer[np.maximum(quotes - 1, 0)], _NEWLINE)
    after = np.where(quotes < len(buffer) - 1, buffer[np.minimum(quotes + 1, len(buffer) - 1)], _NEWLINE)
    edge = (ord(separator), _NEWLINE, 13, _QUOTE)
    stray = quotes[np.where(opens, ~np.isin(before, edge), ~np.isin(after, edge))]
    if len(stray):
        line = int((buffer[: stray[0]] == _NEWLINE).sum()) + 1
        raise BadDeliveryError(
            f"{name}, rad {line}: ett citattecken står mitt i ett fält, så det går inte att avgöra var raden slutar.",
            f"{name}, line {line}: a quote stands in the middle of a field, so where the row ends cannot be told.",
        )


def _separator(header: str, name: str) -> str:
    unquoted = re.sub(r'"[^"]*"', "", header)
    counts = {separator: unquoted.count(separator) for separator in _SEPARATORS}
    best = max(counts, key=lambda separator: counts[separator])
    if counts[best] and sum(count == counts[best] for count in counts.values()) > 1:
        raise BadDeliveryError(
            f"{name}: det går inte att avgöra vad som skiljer kolumnerna åt.", f"{name}: what separates the columns cannot be told."
        )
    return best if counts[best] else ";"


def _header(text: str, separator: str, name: str) -> list[str]:
    try:
        parts = next(csv.reader([text], delimiter=separator), []) or [""]
    except csv.Error as error:
        raise BadDeliveryError(
            f"{name}, rad 1: rubriken går inte att läsa ({error}).", f"{name}, line 1: the header cannot be read ({error})."
        ) from error
    header = [unicodedata.normalize("NFC", " ".join(part.replace("\ufeff", "").split())) for part in parts]
    folded = [column.casefold() for column in header]
    wrong = [number for number, column in enumerate(folded) if not column or folded.count(column) > 1]
    if wrong:
        raise BadDeliveryError(
            f"{name}, rad 1: kolumn {wrong[0] + 1} saknar namn eller har samma namn som en annan.",
            f"{name}, line 1: column {wrong[0] + 1} has no name or the name of another.",
        )
    return header


def _field_counts(buffer: Bytes, quoted: Bytes | None, begin: Ints, separator: str) -> Ints:
    """Count the fields of every row; 0 for a row with nothing but separators and blanks."""
    separates = buffer == ord(separator)
    if quoted is not None:
        separates &= quoted == 0
    filled = ~separates & (buffer > ord(" ")) & (buffer != _QUOTE)
    fields: Ints = np.add.reduceat(separates, begin, dtype=np.int64) + 1
    return np.where(np.logical_or.reduceat(filled, begin), fields, 0)


def _set_aside(table: TextTable, counts: Ints) -> None:
    """Take out the empty rows, and reject those with too few or too many fields unless they are a footer."""
    wanted = len(table.header)
    good = np.flatnonzero(counts == wanted)
    last_good = int(good[-1]) if len(good) else -1
    for row in np.flatnonzero((counts != wanted) & (counts > 0)).tolist():
        text = table.content[int(table.begin[row]) : int(table.end[row])].decode()
        if row > last_good and _is_footer(text):
            table.blank += 1
            continue
        table.rejected.append(_field_count(int(table.line[row]), text, table.raw(row), (int(counts[row]), wanted)))
    table.blank += int((counts == 0).sum())
    keep = counts == wanted
    table.line, table.begin, table.end = table.line[keep], table.begin[keep], table.end[keep]


def _field_count(line: int, text: str, raw: bytes, counts: tuple[int, int]) -> Rejected:
    got, wanted = counts
    message = Message("field_count", f"Raden har {got} fält men rubriken {wanted}.", f"The row has {got} fields but the header {wanted}.")
    return Rejected(line, "", shown(text), message, raw)


def _is_footer(text: str) -> bool:
    return _FOOTER.match(text.lstrip('"; \t')) is not None


def _parse(table: TextTable, has_quotes: bool) -> None:
    """Parse the good rows' bytes to columns."""
    if not len(table.line):
        table.columns = {name: pa.chunked_array([pa.array([], pa.string())]) for name in table.header}
        return
    whole = bool((table.begin[1:] > table.end[:-1]).all() and (np.diff(table.line) == 1).all() and not has_quotes)
    if whole:
        body = pa.py_buffer(memoryview(table.content)[int(table.begin[0]) : int(table.end[-1])])
    else:
        body = pa.py_buffer(b"\n".join(table.content[b:e] for b, e in zip(table.begin.tolist(), table.end.tolist(), strict=True)))
    longest = int((table.end - table.begin).max())
    parsed = arrow_csv.read_csv(
        pa.BufferReader(body),
        read_options=arrow_csv.ReadOptions(column_names=table.header, block_size=max(1 << 20, 2 * longest)),
        parse_options=arrow_csv.ParseOptions(delimiter=table.separator, newlines_in_values=has_quotes, ignore_empty_lines=False),
        convert_options=arrow_csv.ConvertOptions(column_types=dict.fromkeys(table.header, pa.string()), strings_can_be_null=False),
    )
    table.columns = {name: pc.utf8_trim_whitespace(pc.utf8_normalize(parsed[name], "NFC")) for name in table.header}


def _drop_footers(table: TextTable) -> None:
    """Take out the last rows that sum up the table or name its source."""
    first = table.columns[table.header[0]]
    rows = len(table.line)
    last = rows
    while last and _is_footer(first[last - 1].as_py()):
        last -= 1
    if last < rows:
        table.blank += rows - last
        table.line, table.begin, table.end = table.line[:last], table.begin[:last], table.end[:last]
        table.columns = {name: column.slice(0, last) for name, column in table.columns.items()}


def shown(value: str) -> str:
    """Write a value for a person: at most 80 characters, control characters escaped."""
    return (
        value[:80].encode("unicode_escape").decode("ascii").encode().decode("unicode_escape")
        if value.isprintable()
        else ascii(value[:80])[1:-1]
    )
