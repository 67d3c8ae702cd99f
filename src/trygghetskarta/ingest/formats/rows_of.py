"""Where the rows of separated text begin and end, over a whole block of bytes at once.

A line end inside quotes ends no row. Where the quotes of a block make no sense, it is gone through line by line instead: the line at fault is set
aside as broken, and nothing after it is lost.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Bytes = npt.NDArray[np.uint8]

LONGEST_OPEN = 1 << 20
"""How many bytes a quote may stay open before it is taken for a mistake."""
_MOST_LINES_OPEN = 200
_QUOTE, _NEWLINE, _RETURN, _SPACE, _TAB = 34, 10, 13, 32, 9


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a block.

    Attributes:
        begin: First byte of each, (rows,).
        end: One past its last byte, less the line end, (rows,).
        line: How many lines of the block stand before it, (rows,).
        fields: How many fields it has; 0 where it holds nothing but separators and blanks, (rows,).
        broken: True where its quotes make no sense, (rows,).
        used: How many bytes of the block the rows take; the rest belongs to the next block.
        lines: How many lines those bytes hold.
        has_quotes: Whether a row that is not broken has a quote in it.
    """

    begin: Ints
    end: Ints
    line: Ints
    fields: Ints
    broken: Bools
    used: int
    lines: int
    has_quotes: bool


def split(content: bytes, separator: str, *, final: bool) -> Rows:
    """Find the rows of a block that begins with one.

    Args:
        content: The bytes, UTF-8 or ASCII with some bytes that are neither.
        separator: What separates the fields.
        final: True where nothing comes after the block.

    Returns:
        The rows that end in it, and where what is left begins.
    """
    buffer = np.frombuffer(content, np.uint8)
    ends = _line_ends(content, buffer, final=final)
    quotes = np.flatnonzero(buffer == _QUOTE) if b'"' in content else np.zeros(0, np.int64)
    is_plain = not len(quotes)
    outer = ends if is_plain else ends[(np.searchsorted(quotes, ends) & 1) == 0]
    used = len(content) if final else int(outer[-1]) + 1 if len(outer) else 0
    broken = np.zeros(0, np.int64)
    if not is_plain and _makes_no_sense(buffer, quotes, ord(separator), used, final=final):
        outer, broken, used = _line_by_line(content, ends, quotes, separator, final=final)
    if final and used == len(content) > (int(outer[-1]) + 1 if len(outer) else 0):
        outer = np.append(outer, used)  # a last row without a line end
    begin = np.append(0, outer[:-1] + 1)[: len(outer)]
    is_broken = np.isin(begin, broken)
    if len(broken):
        row_of = np.searchsorted(begin, quotes, side="right") - 1
        quotes = quotes[(quotes < used) & ~is_broken[np.clip(row_of, 0, None)]]
    ended_by_return = (outer > begin) & (buffer[np.maximum(outer - 1, 0)] == _RETURN) if len(outer) else np.zeros(0, bool)
    end = outer - ended_by_return
    return Rows(
        begin,
        end,
        np.arange(len(begin)) if is_plain else np.searchsorted(ends, begin).astype(np.int64),
        _field_counts(content, buffer, (begin, end), quotes, ord(separator)),
        is_broken,
        used,
        int(np.searchsorted(ends, used)),
        bool(len(quotes)),
    )


def ends_of(content: bytes, rows: Rows) -> set[str | None]:
    """Tell what the rows of a block end with: LF, CRLF, CR; a last row without a line end has none."""
    ends = rows.end[rows.end < len(content)]
    if b"\r" not in content:
        return {"LF"} if len(ends) else set()
    buffer = np.frombuffer(content, np.uint8)
    by_return = buffer[ends] == _RETURN
    by_both = by_return & (ends + 1 < len(content)) & (buffer[np.minimum(ends + 1, len(content) - 1)] == _NEWLINE)
    met = {"LF": ~by_return, "CRLF": by_both, "CR": by_return & ~by_both}
    return {name for name, found in met.items() if found.any()}


def _line_ends(content: bytes, buffer: Bytes, *, final: bool) -> Ints:
    """Find the line ends: every LF, and every CR that no LF follows."""
    newlines = np.flatnonzero(buffer == _NEWLINE)
    if b"\r" not in content:
        return newlines
    returns = np.flatnonzero(buffer == _RETURN)
    if not final and returns[-1] == len(content) - 1:
        returns = returns[:-1]  # what follows it is not known yet
    following = buffer[np.minimum(returns + 1, len(content) - 1)]
    alone = returns[(following != _NEWLINE) | (returns == len(content) - 1)]
    return np.sort(np.concatenate([newlines, alone])) if len(alone) else newlines


def _makes_no_sense(buffer: Bytes, quotes: Ints, separator: int, used: int, *, final: bool) -> bool:
    """Tell whether a quote stands in the middle of a field, or stays open for too long."""
    inside = quotes[quotes < used]
    opens, closes = inside[0::2], inside[1::2]
    before = np.where(opens > 0, buffer[np.maximum(opens - 1, 0)], _NEWLINE)
    after = np.where(closes < len(buffer) - 1, buffer[np.minimum(closes + 1, len(buffer) - 1)], _NEWLINE)
    edge = (separator, _NEWLINE, _RETURN, _QUOTE)
    if not (np.isin(before, edge).all() and np.isin(after, edge).all()):
        return True
    return len(quotes) % 2 == 1 if final else len(buffer) - used > LONGEST_OPEN


@cache
def _patterns(separator: str) -> tuple[re.Pattern[bytes], re.Pattern[bytes]]:
    """Give what a whole row looks like, and what one looks like whose last quote is not closed yet."""
    mark = re.escape(separator.encode())
    field = rb'(?:"(?:[^"]|"")*"|[^"\r\n' + mark + rb"]*)"
    return re.compile(field + rb"(?:" + mark + field + rb")*"), re.compile(rb"(?:" + field + mark + rb')*"(?:[^"]|"")*')


def _line_by_line(content: bytes, ends: Ints, quotes: Ints, separator: str, *, final: bool) -> tuple[Ints, Ints, int]:
    """Go through the lines that have quotes.

    Returns:
        The line ends that end a row, the first bytes of the broken rows, and how many bytes the rows take.
    """
    whole, opened = _patterns(separator)
    stops = ends if not final or (len(ends) and ends[-1] == len(content) - 1) else np.append(ends, len(content))
    starts = np.append(0, stops[:-1] + 1)[: len(stops)]
    quoted = np.unique(np.searchsorted(stops, quotes)).tolist()
    used = len(content) if final else int(stops[-1]) + 1 if len(stops) else 0
    inner = np.zeros(len(stops), bool)
    broken = []
    behind = -1
    for position, first in enumerate(quoted):
        if first <= behind:
            continue
        if first >= len(stops):
            used = min(used, int(starts[-1]) if first < len(starts) else used)
            break
        start = int(starts[first])
        if whole.fullmatch(content, start, _stop(content, stops, first)):
            continue
        last = _closing(content, (starts, stops), quoted[position : position + _MOST_LINES_OPEN], (whole, opened))
        if last is not None:
            inner[first:last] = True
            behind = last
        elif not final and len(content) - start <= LONGEST_OPEN and _may_go_on(content, start, (whole, opened)):
            used = start
            break
        else:
            broken.append(start)
    outer = stops[~inner & (stops < used)] if not final or used < len(content) else stops[~inner]
    return outer, np.array(broken, np.int64), used


def ends_inside_quote(content: bytes, start: int, separator: str) -> bool:
    """Tell whether what follows `start` is a row, or the beginning of one, whose last quote is opened as a field begins and not closed."""
    return _patterns(separator)[1].fullmatch(content, start) is not None


def _may_go_on(content: bytes, start: int, patterns: tuple[re.Pattern[bytes], re.Pattern[bytes]]) -> bool:
    """Tell whether what a block ends with can be the beginning of a row: its last quote is open, or its last line has not ended."""
    whole, opened = patterns
    return bool(opened.fullmatch(content, start) or whole.fullmatch(content, start, len(content) - content.endswith(b"\r")))


def _stop(content: bytes, stops: Ints, line: int) -> int:
    stop = int(stops[line])
    return stop - 1 if stop and content[stop - 1] == _RETURN else stop


def _closing(
    content: bytes, lines: tuple[Ints, Ints], quoted: list[int], patterns: tuple[re.Pattern[bytes], re.Pattern[bytes]]
) -> int | None:
    """Find the line on which the quote that the first of these lines opens is closed; None where none closes it well."""
    starts, stops = lines
    whole, opened = patterns
    start = int(starts[quoted[0]])
    for line in quoted:
        if line >= len(stops) or stops[line] - start > LONGEST_OPEN:
            return None
        stop = _stop(content, stops, line)
        if whole.fullmatch(content, start, stop):
            return line
        if not opened.fullmatch(content, start, stop):
            return None
    return None


def _field_counts(content: bytes, buffer: Bytes, rows: tuple[Ints, Ints], quotes: Ints, separator: int) -> Ints:
    """Count the fields of every row; 0 for a row with nothing but separators and blanks."""
    begin, end = rows
    if not len(begin):
        return np.zeros(0, np.int64)
    marks = np.flatnonzero(buffer[: end[-1]] == separator)
    if len(quotes):
        marks = marks[(np.searchsorted(quotes, marks) & 1) == 0]
    fields = _as_in_the_first(marks, begin, end)
    if fields is None:
        fields = (np.searchsorted(marks, end) - np.searchsorted(marks, begin) + 1).astype(np.int64)
    # A row that is blank begins with something that is.
    first = buffer[np.minimum(begin, len(buffer) - 1)]
    blanks = bytes((separator, _QUOTE, _RETURN, _NEWLINE, _SPACE, _TAB))
    for row in np.flatnonzero((end == begin) | np.isin(first, list(blanks))).tolist():
        if not content[begin[row] : end[row]].strip(blanks):
            fields[row] = 0
    return fields


def _as_in_the_first(marks: Ints, begin: Ints, end: Ints) -> Ints | None:
    """Give the number of fields where every row has as many; None where they differ."""
    each, rest = divmod(len(marks), len(begin))
    if rest or not each or (marks[::each] < begin).any() or (marks[each - 1 :: each] >= end).any():
        return None
    return np.full(len(begin), each + 1, np.int64)
