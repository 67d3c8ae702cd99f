"""Where rows begin and end, against a way that looks at one byte after another."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from trygghetskarta.ingest.formats import rows_of
from trygghetskarta.ingest.formats.rows_of import split

BLANKS = b';"\r\n \t'


class Row(NamedTuple):
    """One row: its first byte, one past its last, the lines before it, its fields (None for a broken one), whether it is broken."""

    begin: int
    end: int
    line: int
    fields: int | None
    broken: bool


def line_end(content: bytes, at: int) -> int:
    """Give how many bytes the line end at a place takes; 0 where there is none."""
    if content[at : at + 2] == b"\r\n":
        return 2
    return 1 if content[at : at + 1] in (b"\r", b"\n") else 0


def proper_row(content: bytes, begin: int) -> tuple[int, int] | None:
    """Read a row a byte at a time: one past its last byte, and its fields; None where its quotes make no sense."""
    at, fields = begin, 1
    while True:
        if content[at : at + 1] == b'"':
            at += 1
            while at < len(content) and (content[at] != ord('"') or content[at + 1 : at + 2] == b'"'):
                at += 1 if content[at] != ord('"') else 2
            if at >= len(content):
                return None
            at += 1
        else:
            while at < len(content) and content[at : at + 1] not in (b";", b"\r", b"\n", b'"'):
                at += 1
        if at == len(content) or line_end(content, at):
            return at, fields
        if content[at : at + 1] != b";":
            return None
        at, fields = at + 1, fields + 1


def slowly(content: bytes) -> list[Row]:
    """Find the rows of a whole file."""
    rows, at, line = [], 0, 0
    while at < len(content):
        found = proper_row(content, at)
        end = found[0] if found else next((i for i in range(at, len(content)) if line_end(content, i)), len(content))
        blank = not content[at:end].strip(BLANKS)
        rows.append(Row(at, end, line, None if found is None else 0 if blank else found[1], found is None))
        after = end + line_end(content, end)
        line, at = line + lines_in(content[at:after]), after
    return rows


def lines_in(content: bytes) -> int:
    """Count the line ends."""
    return content.replace(b"\r\n", b"\n").replace(b"\r", b"\n").count(b"\n")


def in_blocks(content: bytes, sizes: list[int]) -> list[Row]:
    """Find the rows of a file read in blocks of these sizes, the last one over and over."""
    rows: list[Row] = []
    before = line = 0
    left, rest = b"", content
    while True:
        size = sizes.pop(0) if len(sizes) > 1 else sizes[0]
        block, rest = left + rest[:size], rest[size:]
        final = not rest
        found = split(block, ";", final=final)
        for begin, end, above, fields, broken in zip(
            *(part.tolist() for part in (found.begin, found.end, found.line, found.fields, found.broken)), strict=True
        ):
            rows.append(Row(before + begin, before + end, line + above, None if broken else fields, broken))
        assert found.used == len(block) or not final
        assert found.lines == lines_in(block[: found.used])
        before, line, left = before + found.used, line + found.lines, block[found.used :]
        if final:
            return rows


FILES = st.lists(
    st.sampled_from([b'"', b'"', b";", b"\r", b"\n", b"\r\n", b"a", b" ", "å".encode(), b'""', b'x"y', b'"\n"']), max_size=40
).map(b"".join)


@given(FILES)
@settings(deadline=None, max_examples=600)
@example(b"")
@example(b'"')
@example(b"\r")
@example(b'"a\r\r"\r\rb')
@example(b'a"b\n"x;1\ny";2\n')
@example(b'x;" a\n"y;2\n')
def test_rows_are_those_of_a_way_that_looks_at_one_byte_after_another(content: bytes) -> None:
    assert in_blocks(content, [max(1, len(content))]) == slowly(content)


@given(FILES, st.lists(st.integers(1, 9), min_size=1, max_size=4))
@settings(deadline=None, max_examples=600)
@example(b'a"b\n"x;1\ny";2\n', [11])
@example(b'a"b\n"x;1\ny"\r;2\n', [12])
@example(b"a\r\nb\r\n", [2])
def test_a_file_in_blocks_of_any_sizes_has_the_rows_of_one_block(content: bytes, sizes: list[int]) -> None:
    assert in_blocks(content, sizes) == slowly(content)


@given(FILES, st.integers(1, 9), st.integers(1, 20), st.integers(1, 3))
@settings(deadline=None, max_examples=300)
def test_no_byte_but_line_ends_is_lost_or_doubled_however_soon_a_quote_is_taken_for_a_mistake(
    content: bytes, size: int, longest: int, most: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rows_of, "LONGEST_OPEN", longest)
        patch.setattr(rows_of, "_MOST_LINES_OPEN", most)
        rows = in_blocks(content, [size])
    at = 0
    for row in rows:
        assert row.begin == at
        assert row.line == lines_in(content[: row.begin])
        at = row.end + line_end(content, row.end)
        assert row.broken or proper_row(content, row.begin) == (row.end, row.fields) or not row.fields
    assert at == len(content)


def test_a_row_with_an_open_quote_waits_for_the_next_block_and_then_is_given_up() -> None:
    opened = b'a;"b' + b"x\n" * 100
    assert split(opened, ";", final=False).used == 0
    rows = split(opened, ";", final=True)
    assert (rows.broken.tolist(), len(rows.begin)) == ([True, *[False] * 99], 100)


def test_a_quote_open_for_more_than_a_megabyte_is_a_mistake_also_before_the_file_ends() -> None:
    content = b'a;"b\n' + b"xxxxxxx;1\n" * 200_000
    rows = split(content, ";", final=False)
    assert (rows.used, rows.broken.sum(), len(rows.begin)) == (len(content), 1, 200_001)


def test_a_stray_quote_takes_no_row_with_it() -> None:
    rows = split(b'a;1\nKv "Ugglan";2\n"b\nc";3\nd;4\n', ";", final=True)
    assert rows.broken.tolist() == [False, True, False, False]
    assert rows.line.tolist() == [0, 1, 2, 4]


@pytest.mark.parametrize("separator", [",", "\t"])
def test_any_separator_separates(separator: str) -> None:
    rows = split(f'a{separator}"b{separator}c"\nd;e\n'.encode(), separator, final=True)
    assert rows.fields.tolist() == [2, 1]
