"""Separated text: strict, a block at a time, and nothing is lost.

Every row keeps its own bytes and the line it begins on. A row whose quotes, bytes or number of fields are wrong is set aside before the columns
are parsed, so the parser never meets it.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv

from trygghetskarta.domain.events import Message, Rejected
from trygghetskarta.domain.read_as import BOM, ReadAs, together
from trygghetskarta.errors import BadDeliveryError
from trygghetskarta.ingest.checks import letters_of, offsets_of, to_bools
from trygghetskarta.ingest.formats.rows_of import Rows, ends_inside_quote, ends_of, split
from trygghetskarta.ingest.reading import Encoding, Fits, TextTable, encoding_of, shown, tidy

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

BLOCK = 3 << 20
"""Bytes read at a time: some thirty thousand rows."""
_LONGEST_ROW = 64 << 20
_FIRST_OF_BLANKS = 0xC2
_LAST_OF_LATIN = 0xC3
"""No letter up to ÿ, which begins with this byte in UTF-8, has any other composed form."""
_LINES_ABOVE = 50
_SEPARATORS = ";,\t"
_RARE_BLANKS = (b"\t", b"\v", b"\f", b"\x1c", b"\x1d", b"\x1e", b"\x1f")
_FOOTER = re.compile(r"(summa|totalt|källa)\b", re.IGNORECASE)
_FOOTER_BEGINS, _FOOTER_GOES_ON = (np.isin(np.arange(256), list(letters.encode())) for letters in ("STKstk", "UOÄuoä"))
_SURELY_FOOTER = re.compile(r"(summa|totalt|källa) ?:", re.IGNORECASE)
_NOTHING_OR_NUMBER = re.compile(r"[\s\d.,−%-]*", re.ASCII)
_UNCLOSED = Message(
    "unclosed_quote",
    "Ett citattecken öppnas men stängs inte, eller står mitt i ett fält, så det går inte att avgöra var fältet slutar.",
    "A quote is opened and not closed, or stands in the middle of a field, so where the field ends cannot be told.",
)
_BAD_UTF8 = Message(
    "bad_utf8",
    "Raden har tecken som inte är UTF-8, fast resten av filen är det.",
    "The row has bytes that are not UTF-8, though the rest of the file is.",
)


@dataclass(frozen=True, slots=True)
class _Head:
    """The header of a file.

    Attributes:
        header: Names of the columns.
        separator: What separates them.
        above: How many lines stand above it.
        end: First byte after it.
        row: Its own bytes, in UTF-8 or as they stand.
        ends_with: LF, CRLF or CR; None for nothing.
    """

    header: list[str]
    separator: str
    above: int
    end: int
    row: bytes
    ends_with: str | None


def tables(path: Path, name: str, fits: Fits) -> Iterator[TextTable]:
    """Read a file of separated text, a part at a time.

    Args:
        path: The file.
        name: Its name, for errors.
        fits: Tells whether column names are those of a layout, so that lines above the header are passed by.

    Yields:
        Its parts; one without rows where the file has none.

    Raises:
        BadDeliveryError: The encoding or separator cannot be told, the header has empty or double names, or the file is cut off.
    """
    encoding = encoding_of(path, name)
    head: _Head | None = None
    left, line, upto, given = b"", 1, 0, False
    with path.open("rb") as file:
        while True:
            read = file.read(BLOCK)
            final = len(read) < BLOCK
            upto += len(read)
            content = left + _as_utf8(read.removeprefix(BOM) if not left and head is None else read, encoding)
            if head is None:
                head = _find_head(content, fits, name)
                content, line = content[head.end :], head.above + 2
            rows = split(content, head.separator, final=final)
            table = _table(content, rows, head, encoding, line)
            table.upto = upto
            if final:
                _refuse_truncated(content, rows, head, name, line)
            if not given:
                table.blank += head.above
            if len(table.line) or table.rejected or table.blank or (final and not given):
                given = True
                yield table
            if final:
                return
            left, line = content[rows.used :], line + rows.lines
            if len(left) > _LONGEST_ROW:
                raise BadDeliveryError(
                    f"{name}, rad {line}: raden är längre än {_LONGEST_ROW >> 20} MB.",
                    f"{name}, line {line}: the row is longer than {_LONGEST_ROW >> 20} MB.",
                    code="field_too_long",
                )


def _as_utf8(read: bytes, encoding: Encoding) -> bytes:
    return read if encoding.name == "utf-8" or read.isascii() else read.decode(encoding.name).encode()


def _as_it_stood(own: bytes, encoding: Encoding) -> bytes:
    return own if encoding.name == "utf-8" else own.decode().encode(encoding.name)


def _find_head(content: bytes, fits: Fits, name: str) -> _Head:
    """Find the first line that names the columns of a layout; where none does, the first that is not blank is taken for the header."""
    first: tuple[int, int, bytes] | None = None
    end = 0
    for above, (line, length) in enumerate(_first_lines(content)):
        end += length
        text = line.decode(errors="replace")
        for separator in sorted((mark for mark in _SEPARATORS if mark in text), key=text.count, reverse=True):
            header = _names(text, separator)
            if header is not None and fits(header):
                return _Head(_checked(header, name, above + 1), separator, above, end, line, _line_end(content, end))
        if first is None and text.strip(_SEPARATORS + ' "'):
            first = above, end, line
    if first is None:
        raise BadDeliveryError(f"{name} är tom. Ingenting ändrades.", f"{name} is empty. Nothing was changed.", code="empty_file")
    above, end, line = first
    text = line.decode(errors="replace")
    separator = _separator(text, name)
    header = _names(text, separator)
    if header is None:
        raise BadDeliveryError(
            f"{name}, rad {above + 1}: rubriken går inte att läsa.",
            f"{name}, line {above + 1}: the header cannot be read.",
            code="bad_header",
        )
    return _Head(_checked(header, name, above + 1), separator, above, end, line, _line_end(content, end))


def _line_end(content: bytes, end: int) -> str | None:
    last = content[max(0, end - 2) : end]
    return "CRLF" if last == b"\r\n" else {b"\n": "LF", b"\r": "CR"}.get(last[-1:])


def _first_lines(content: bytes) -> Iterator[tuple[bytes, int]]:
    """Go through the first lines, with how many bytes each takes, its end included."""
    for line in re.findall(rb"[^\r\n]*(?:\r\n|\n|\r|\Z)", content[: 1 << 20])[:_LINES_ABOVE]:
        if line:
            yield line.rstrip(b"\r\n"), len(line)


def _names(text: str, separator: str) -> list[str] | None:
    """Give the names of a line's columns, those at its end left out when they are empty; None where it cannot be read as columns."""
    try:
        parts = next(csv.reader([text], delimiter=separator, strict=True), [])
    except csv.Error:
        return None
    return [tidy(part) for part in parts]


def _checked(header: list[str], name: str, line: int) -> list[str]:
    """Refuse empty and double names; columns without a name at the end are called by their number."""
    named = len(header)
    while named and not header[named - 1]:
        named -= 1
    folded = [column.casefold() for column in header[:named]]
    for number, column in enumerate(folded, 1):
        if not column:
            raise BadDeliveryError(
                f"{name}, rad {line}: kolumn {number} saknar namn.",
                f"{name}, line {line}: column {number} has no name.",
                code="empty_header",
            )
        if folded.count(column) > 1:
            raise BadDeliveryError(
                f"{name}, rad {line}: kolumn {number} har samma namn som en annan, {shown(header[number - 1])}.",
                f"{name}, line {line}: column {number} has the name of another, {shown(header[number - 1])}.",
                code="double_header",
            )
    return [*header[:named], *(f"kolumn {number}" for number in range(named + 1, len(header) + 1))]


def _separator(header: str, name: str) -> str:
    unquoted = re.sub(r'"[^"]*"', "", header)
    counts = {separator: unquoted.count(separator) for separator in _SEPARATORS}
    best = max(counts, key=lambda separator: counts[separator])
    if counts[best] and sum(count == counts[best] for count in counts.values()) > 1:
        raise BadDeliveryError(
            f"{name}: det går inte att avgöra vad som skiljer kolumnerna åt.",
            f"{name}: what separates the columns cannot be told.",
            code="separator_unknown",
        )
    return best if counts[best] else ";"


def _table(content: bytes, rows: Rows, head: _Head, encoding: Encoding, line: int) -> TextTable:
    """Set aside what is not a row of the table, and parse the rest."""
    wanted = len(head.header)
    good = (rows.fields == wanted) & ~rows.broken
    if encoding.is_mixed:
        _mark_bad_utf8(content, rows, good)
    blank = int(((rows.fields == 0) & ~rows.broken).sum())
    rejected = []

    def raw(begin: int, end: int) -> bytes:
        return _as_it_stood(content[begin:end], encoding)

    for row in np.flatnonzero(~good & ((rows.fields > 0) | rows.broken)).tolist():
        begin, end = int(rows.begin[row]), int(rows.end[row])
        text = content[begin : min(end, begin + 1000)].decode(errors="backslashreplace")
        if not rows.broken[row] and rows.fields[row] != wanted and _is_footer(text.split(head.separator)):
            blank += 1
            continue
        if not rows.broken[row] and rows.fields[row] == wanted:
            column, value = _undecoded(content[begin:end], head)
            rejected.append(Rejected(line + int(rows.line[row]), column, shown(value), _BAD_UTF8, raw(begin, end)))
            continue
        message = _UNCLOSED if rows.broken[row] else _field_count(int(rows.fields[row]), wanted)
        rejected.append(Rejected(line + int(rows.line[row]), "", shown(text), message, raw(begin, end)))
    columns = _parsed(content, rows, good, head)
    begin, end = rows.begin[good], rows.end[good]
    table = TextTable(
        head.header,
        columns,
        rows.line[good] + line,
        lambda row: raw(int(begin[row]), int(end[row])),
        rejected,
        blank,
        head=_as_it_stood(head.row, encoding),
        read_as=ReadAs("csv", encoding.told, head.separator, together({head.ends_with, *ends_of(content, rows)}), head.above + 1),
    )
    return _without_footers(table)


def _mark_bad_utf8(content: bytes, rows: Rows, good: Bools) -> None:
    for row in np.flatnonzero(good).tolist():
        own = content[rows.begin[row] : rows.end[row]]
        if not own.isascii():
            try:
                own.decode()
            except UnicodeDecodeError:
                good[row] = False


def _undecoded(row: bytes, head: _Head) -> tuple[str, str]:
    """Give the first column of a row whose bytes are not UTF-8, and its value with those bytes escaped."""
    try:
        fields = next(csv.reader([row.decode(errors="surrogateescape")], delimiter=head.separator), [])
    except csv.Error:
        fields = []  # Python's csv module takes no field of more than 131 072 characters
    for column, field in zip(head.header, fields, strict=False):
        try:
            field.encode()
        except UnicodeEncodeError:
            return column, field.encode(errors="surrogateescape").decode(errors="backslashreplace")
    return "", row.decode(errors="backslashreplace")


def _field_count(got: int, wanted: int) -> Message:
    return Message("field_count", f"Raden har {got} fält men rubriken {wanted}.", f"The row has {got} fields but the header {wanted}.")


def _is_footer(fields: Sequence[str]) -> bool:
    """Tell a row that sums up the table or names its source from one that is about a street called Källa gård: that one says more."""
    fields = [field.strip('" \t') for field in fields]
    first = next((field for field in fields if field), "")
    if _SURELY_FOOTER.match(first):
        return True
    return _FOOTER.match(first) is not None and all(_NOTHING_OR_NUMBER.fullmatch(field) for field in fields if field != first)


def _refuse_truncated(content: bytes, rows: Rows, head: _Head, name: str, line: int) -> None:
    """Refuse a file that ends in the middle of a row: without a line end, and with too few fields or inside a quote that its last line opens."""
    if not len(rows.begin) or content.endswith((b"\n", b"\r")):
        return
    begin, at = int(rows.begin[-1]), line + int(rows.line[-1])
    is_inside_quote = bool(rows.broken[-1]) and ends_inside_quote(content, begin, head.separator)
    if not is_inside_quote and not 0 < rows.fields[-1] < len(head.header):
        return
    if is_inside_quote or not _is_footer(content[begin : begin + 1000].decode(errors="replace").split(head.separator)):
        raise BadDeliveryError(
            f"{name} är avbruten mitt i rad {at}; rad {at - 1} är den sista hela. Ingenting ändrades.",
            f"{name} is cut off in the middle of line {at}; line {at - 1} is the last whole one. Nothing was changed.",
            code="truncated",
        )


def _parsed(content: bytes, rows: Rows, good: Bools, head: _Head) -> dict[str, pa.StringArray]:
    """Parse the good rows' bytes to columns."""
    if not good.any():
        return {name: pa.array([], pa.string()) for name in head.header}
    begin, end = rows.begin[good], rows.end[good]
    body = content[int(begin[0]) : int(end[-1])]
    if not good.all():
        body = b"\n".join(content[b:e] for b, e in zip(begin.tolist(), end.tolist(), strict=True))
    longest = int((end - begin).max())
    parsed = arrow_csv.read_csv(
        pa.BufferReader(_of_arrow(body)),
        read_options=arrow_csv.ReadOptions(column_names=head.header, block_size=max(1 << 20, 2 * longest)),
        parse_options=arrow_csv.ParseOptions(delimiter=head.separator, newlines_in_values=rows.has_quotes, ignore_empty_lines=False),
        convert_options=arrow_csv.ConvertOptions(
            column_types=dict.fromkeys(head.header, pa.string()), strings_can_be_null=False, check_utf8=False
        ),
    )
    all_ascii, has_outer_blanks = body.isascii(), _may_have_outer_blanks(body, head.separator)
    columns = {}
    for name in head.header:
        column = parsed[name].combine_chunks()
        letters = np.zeros(0, np.uint8) if all_ascii else letters_of(column)
        column = column if int(letters.max(initial=0)) <= _LAST_OF_LATIN else pc.utf8_normalize(column, "NFC")
        columns[name] = pc.utf8_trim_whitespace(column) if has_outer_blanks or _may_have_rare_blanks(letters) else column
    return columns


def _of_arrow(content: bytes) -> pa.Buffer:
    """Copy bytes to memory of Arrow's own: a thread of its that is the last to let go of Python's, as the program ends, ends it in a crash."""
    found = pa.allocate_buffer(len(content))
    memoryview(found).cast("B")[:] = content
    return found


def _may_have_rare_blanks(letters: npt.NDArray[np.uint8]) -> bool:
    """Tell whether some texts may have blanks that ASCII lacks: in UTF-8 these begin with a byte that å, ä and ö do not."""
    return bool(((letters > _LAST_OF_LATIN) | (letters == _FIRST_OF_BLANKS)).any())


def _may_have_outer_blanks(body: bytes, separator: str) -> bool:
    """Tell whether a blank stands beside a separator, a quote or a line end, or at either end."""
    if any(mark in body for mark in _RARE_BLANKS if mark != separator.encode()):
        return True
    buffer = np.frombuffer(body, np.uint8)
    quotes = np.flatnonzero(buffer == ord('"')) if b'"' in body else np.zeros(0, np.int64)
    inside = np.concatenate([quotes[0::2] + 1, quotes[1::2] - 1])
    if np.isin(buffer[inside], list(b"\t\r\n")).any():
        return True
    edge = np.isin(np.arange(256), list(f'{separator}"\r\n '.encode()))
    blanks = np.flatnonzero(buffer == ord(" "))
    if not len(blanks):
        return False
    at_end = blanks[0] == 0 or blanks[-1] == len(buffer) - 1
    return bool(at_end) or bool((edge[buffer[blanks - 1]] | edge[buffer[np.minimum(blanks + 1, len(buffer) - 1)]]).any())


def _like_footers(texts: pa.StringArray) -> Ints:
    """Find the texts that begin as a footer does, looking closer only at those with its first two bytes."""
    letters, offsets = letters_of(texts), offsets_of(texts)
    second = offsets[:-1] - offsets[0] + 1
    long = np.flatnonzero(np.diff(offsets) > 1)
    maybe = long[_FOOTER_BEGINS[letters[second[long] - 1]] & _FOOTER_GOES_ON[letters[second[long]]]]
    found = pc.match_substring_regex(texts.take(pa.array(maybe)), r"(?i)^(summa|totalt|källa)([^\p{L}\p{N}_]|$)")
    like: Ints = maybe[to_bools(found)]
    return like


def _without_footers(table: TextTable) -> TextTable:
    """Take out the rows that sum up the table or name its source."""
    first = table.columns[table.header[0]]
    footer = np.zeros(len(first), bool)
    for row in _like_footers(first).tolist():
        footer[row] = _is_footer([table.columns[name][row].as_py() for name in table.header])
    if not footer.any():
        return table
    kept = ~footer
    raw = table.raw
    numbers = np.flatnonzero(kept)
    table.columns = {name: column.filter(pa.array(kept)) for name, column in table.columns.items()}
    table.line = table.line[kept]
    table.blank += int(footer.sum())
    table.raw = lambda row: raw(int(numbers[row]))
    return table
