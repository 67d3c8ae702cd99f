"""Bytes to columns: encodings, separators, rows and their lines. Strict, a block at a time, and nothing is lost."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.unit.deliveries import delivered, lines, outcome_of
from trygghetskarta.domain.events import Rejected
from trygghetskarta.domain.read_as import together
from trygghetskarta.errors import BadDeliveryError
from trygghetskarta.ingest.formats import delimited
from trygghetskarta.ingest.formats.archives import open_delivery
from trygghetskarta.ingest.reading import decode, encoding_of, shown, tidy

PLAIN = lines("a;b", "x;1", "y;2")


@dataclass
class Found:
    """A file's parts put together."""

    header: list[str] = field(default_factory=list)
    columns: dict[str, list[str]] = field(default_factory=dict)
    line: list[int] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    blank: int = 0
    encoding: str = ""
    separator: str | None = None
    upto: list[int] = field(default_factory=list)
    line_ends: str | None = None

    @property
    def faults(self) -> list[tuple[int, str, bytes]]:
        return [(row.line, row.message.code, row.raw) for row in self.rejected]


def table(content: str | bytes, fits: Callable[[list[str]], bool] = lambda _: False, block: int = delimited.BLOCK) -> Found:
    """Read a file, in blocks of so many bytes."""
    file, found = delivered(content), Found()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(delimited, "BLOCK", block)
        for part in delimited.tables(file.path, file.name, fits):
            assert [*part.columns] == part.header
            for name, values in part.columns.items():
                assert (values.null_count, len(values)) == (0, len(part.line))
                values.validate(full=True)
                found.columns.setdefault(name, []).extend(values.to_pylist())
            found.header, found.encoding, found.separator = part.header, part.read_as.encoding or "", part.read_as.separator
            found.line_ends = together({found.line_ends, part.read_as.line_ends})
            found.line += part.line.tolist()
            found.raw += [part.raw(row) for row in range(len(part.line))]
            found.rejected += part.rejected
            found.blank += part.blank
            found.upto.append(part.upto)
    return found


def refused(content: str | bytes) -> BadDeliveryError:
    with pytest.raises(BadDeliveryError) as caught:
        table(content)
    return caught.value


# --- Opening a delivery


def packed(folder: Path, content: bytes) -> Path:
    path = folder / "fil.csv"
    path.write_bytes(content)
    return path


def test_the_hash_and_the_size_are_those_of_the_bytes_as_they_came(tmp_path: Path) -> None:
    content = gzip.compress(PLAIN.encode())
    with open_delivery(packed(tmp_path, content)) as file:
        assert (file.sha256, file.size) == (hashlib.sha256(content).hexdigest(), len(content))
        assert file.path.read_bytes() == PLAIN.encode()


@pytest.mark.parametrize("tail", [b"garbage", b"\x1f\x8b\x08"])
def test_a_gzip_file_with_something_else_after_it_is_refused(tmp_path: Path, tail: bytes) -> None:
    with pytest.raises(BadDeliveryError, match="gzip"), open_delivery(packed(tmp_path, gzip.compress(PLAIN.encode()) + tail)):
        pass


def test_a_gzip_file_whose_checksum_is_wrong_is_refused(tmp_path: Path) -> None:
    content = bytearray(gzip.compress(PLAIN.encode()))
    content[-8] ^= 1  # the first byte of the checksum
    with pytest.raises(BadDeliveryError, match="trasig") as caught, open_delivery(packed(tmp_path, bytes(content))):
        pass
    assert caught.value.code == "unreadable"


def test_a_bomb_behind_a_harmless_first_part_is_refused_too(tmp_path: Path) -> None:
    content = gzip.compress(b"a;b\n") + gzip.compress(b"0" * 5_000_000)
    with pytest.raises(BadDeliveryError) as caught, open_delivery(packed(tmp_path, content)):
        pass
    assert caught.value.code == "archive_ratio"


# --- Encodings


def test_utf8_is_read_with_and_without_a_byte_order_mark() -> None:
    assert decode("Årsta".encode(), "f") == ("Årsta", "utf-8")
    assert decode(b"\xef\xbb\xbf" + "Årsta".encode(), "f") == ("Årsta", "utf-8")


def test_a_byte_order_mark_is_no_part_of_the_first_name() -> None:
    found = table(b"\xef\xbb\xbf" + PLAIN.encode())
    assert found.header == ["a", "b"]
    assert found.encoding == "utf-8-sig"
    assert found.columns == {"a": ["x", "y"], "b": ["1", "2"]}


def test_windows_1252_is_told_and_read_right() -> None:
    found = table("Område;Gata\nÅkeshov;Ängsvägen – §7 é\n".encode("cp1252"))
    assert found.encoding == "cp1252"
    assert found.columns == {"Område": ["Åkeshov"], "Gata": ["Ängsvägen – §7 é"]}


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp850", "Gata\nÅsögatan\n"),
        ("cp850", "Gata\nStrandvägen\n"),
        ("cp850", "Gata\nSödermalm\n"),  # ö is 0x94 there, which Windows reads as a quotation mark
        ("mac_roman", "Gata\nStrandvägen\n"),
        ("mac_roman", "Gata\nSödermalm\n"),
        ("utf-16", "Gata\nSödermalm\n"),
        ("iso8859_7", "Gata\nΑθήνα\n"),
    ],
)
def test_another_encoding_is_refused_with_the_first_byte_that_does_not_fit(encoding: str, text: str) -> None:
    content = text.encode(encoding)
    first = next(at for at, byte in enumerate(content) if byte >= 128)
    error = refused(content)
    assert f"byte {first} är {content[first]:#04x}" in error.swedish
    assert f"byte {first} is {content[first]:#04x}" in error.english


def test_letters_with_loose_rings_and_dots_are_put_together() -> None:
    # INGEST: NFD is normalised to NFC. A with a loose ring, o with loose dots.
    found = table("Omra\u030ade;b\nSo\u0308dermalm;1\n")
    assert found.columns == {"Område": ["Södermalm"], "b": ["1"]}


# --- Line ends


@pytest.mark.parametrize("block", [5, delimited.BLOCK])
@pytest.mark.parametrize(
    ("content", "ends"),
    [
        ("a;b\nx;1\ny;2\n", "LF"),
        ("a;b\r\nx;1\r\ny;2\r\n", "CRLF"),
        ("a;b\rx;1\ry;2\r", "CR"),
        ("a;b\r\nx;1\r\ny;2", "CRLF"),  # a last row without an end
        ("a;b\rx;1\r\ny;2\n", "mixed"),
        ("a;b\nx;1\r\ny;2\r\n", "mixed"),  # the header's own
        ('a;b\r\n"x\nz";1\r\ny;2\r\n', "CRLF"),  # as Excel writes a cell of two lines
        ("a;b\rx;1\r\r\ry;2\r", "CR"),
    ],
)
def test_what_rows_end_with_is_told_and_a_line_end_in_quotes_is_none(content: str, ends: str, block: int) -> None:
    found = table(content, block=block)
    assert (found.columns["b"], found.line_ends) == (["1", "2"], ends)


# --- Separators


@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_the_separator_is_told_by_the_header(separator: str) -> None:
    found = table(f"a{separator}b\nx y{separator}1.5\n")
    assert found.separator == separator
    assert found.columns == {"a": ["x y"], "b": ["1.5"]}


def test_the_more_common_separator_is_the_one() -> None:
    found = table("a;b, c;d\n1;2,5;3\n")
    assert (found.separator, found.header) == (";", ["a", "b, c", "d"])
    assert found.columns == {"a": ["1"], "b, c": ["2,5"], "d": ["3"]}


@pytest.mark.parametrize("header", ["a;b,c", "a;b\tc", "a,b\tc;d"])
def test_two_separators_as_common_are_ambiguous(header: str) -> None:
    error = refused(f"{header}\n1;2\n")
    assert (error.code, "vad som skiljer kolumnerna åt" in error.swedish) == ("separator_unknown", True)


@pytest.mark.parametrize(("names", "separator"), [(["a", "b,c"], ";"), (["a;b", "c"], ","), (["a;b,c;d"], "\t")])
def test_of_two_separators_as_common_the_one_that_gives_a_layouts_names_is_right(names: list[str], separator: str) -> None:
    found = table(separator.join([*names, "x"]) + "\n" + separator.join("1" * (len(names) + 1)), lambda header: header == [*names, "x"])
    assert (found.header, found.separator) == ([*names, "x"], separator)


def test_a_table_of_one_column_needs_no_separator() -> None:
    assert table("a\n1\n2\n").columns == {"a": ["1", "2"]}


# --- Line ends, blank rows and footers


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("last", [True, False])
def test_every_kind_of_line_end_is_read(end: str, last: bool) -> None:
    found = table(end.join(["a;b", "x;1", "y;2"]) + (end if last else ""))
    assert found.columns == {"a": ["x", "y"], "b": ["1", "2"]}
    assert found.line == [2, 3]
    assert found.raw == [b"x;1", b"y;2"]
    assert (found.blank, found.rejected) == (0, [])


def test_line_ends_may_be_mixed() -> None:
    found = table("a;b\r\nx;1\ny;2\rz;3\r\n")
    assert found.columns == {"a": ["x", "y", "z"], "b": ["1", "2", "3"]}
    assert found.line == [2, 3, 4]
    assert found.raw == [b"x;1", b"y;2", b"z;3"]


def test_blank_rows_are_counted_and_keep_their_lines() -> None:
    found = table('a;b\r\n\r\nx;1\r\n;\r\n \t;\r\n"";""\r\ny;2\r\n')
    assert found.columns == {"a": ["x", "y"], "b": ["1", "2"]}
    assert found.line == [3, 7]
    assert (found.blank, found.rejected) == (4, [])


@pytest.mark.parametrize(
    "footer",
    [
        "Summa;2",
        "SUMMA",
        "Totalt;;",
        "Källa: Polisen",
        "Källa: Polisen; Brå; SCB",
        '"Summa";2',
        " Summa ;2",
        "Summa;2\nKälla: Polisen",
        "Summa;2\n\nKälla: Polisen;",
    ],
)
def test_a_footer_is_no_row(footer: str) -> None:
    found = table(f"a;b\nx;1\n{footer}\n")
    assert found.columns == {"a": ["x"], "b": ["1"]}
    assert found.blank == len(footer.split("\n"))
    assert found.rejected == []


@pytest.mark.parametrize("name", ["Källargränd", "Källtorpsvägen", "Totaltrivsel", "Summarum"])
def test_a_name_that_begins_like_a_footer_is_a_row(name: str) -> None:
    assert table(f"a;b\n{name};1\n").columns == {"a": [name], "b": ["1"]}


def test_a_sum_between_the_rows_is_no_row_either() -> None:
    # INGEST: the "Totalt" row of a table must not be added, wherever it stands. A file read in parts does not know what comes last.
    found = table("a;b\nTotalt;3\nx;1\nSumma\ny;2\n")
    assert (found.columns, found.blank, found.faults) == ({"a": ["x", "y"], "b": ["1", "2"]}, 2, [])
    assert found.line == [3, 5]
    assert found.raw == [b"x;1", b"y;2"]


@pytest.mark.parametrize("content", ["a;b", "a;b\n", "a;b\r\n", "\ufeffa;b\n"])
def test_a_header_alone_is_a_table_of_no_rows(content: str) -> None:
    found = table(content)
    assert found.columns == {"a": [], "b": []}
    assert (len(found.line), found.blank, found.rejected) == (0, 0, [])


# --- Headers


def test_names_are_tidied() -> None:
    assert table(' Brottskod ;"Antal";Brottsdag   start\n1;2;3\n').header == ["Brottskod", "Antal", "Brottsdag start"]


@pytest.mark.parametrize(
    ("header", "position", "code"),
    [
        ("a;;c", 2, "empty_header"),
        (";b", 1, "empty_header"),
        ('a;"";c', 2, "empty_header"),
        ("a; ;c", 2, "empty_header"),
        ("a;b;a", 1, "double_header"),
        ("x;b;b", 2, "double_header"),
        ("id;tid;ID", 1, "double_header"),  # columns are found whatever their case, so one of the two would silently win
    ],
)
def test_a_column_without_a_name_or_with_anothers_is_refused(header: str, position: int, code: str) -> None:
    error = refused(f"{header}\n1;2;3\n")
    assert error.code == code
    assert f"rad 1: kolumn {position} " in error.swedish
    assert f"line 1: column {position} " in error.english


def test_separators_at_the_end_of_every_row_are_columns_without_a_name() -> None:
    found = table("a;b;;\n1;2;;\n3;4;5;\n")
    assert found.header == ["a", "b", "kolumn 3", "kolumn 4"]
    assert found.columns["kolumn 3"] == ["", "5"]
    assert found.faults == []


@pytest.mark.parametrize("above", ["\n", "\r\n", "\n\n", " \n", ";\n", '""\n', '";";""\n'])
@pytest.mark.parametrize("below", ["a;b\nx;1\n", "a;b", "1"])
def test_blank_lines_above_the_header_are_counted(above: str, below: str) -> None:
    found = table(above + below)
    assert found.header == below.split("\n")[0].split(";")
    assert (found.blank, found.line) == (above.count("\n"), [above.count("\n") + 2] if "x" in below else [])


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_above_the_header_of_a_layout_are_passed_by_and_counted_blank(end: str) -> None:
    # INGEST: metadata lines above the header are never events.
    above = ['Anmälda brott;"', "Uttag 2025-11-01, kl. 10", "", "Källa: Polisen; Brå"]
    found = table(end.join([*above, "A;B", "x;1", ""]), lambda header: header == ["A", "B"])
    assert (found.header, found.columns, found.blank) == (["A", "B"], {"A": ["x"], "B": ["1"]}, 4)
    assert (found.line, found.raw, found.faults) == ([6], [b"x;1"], [])


def test_a_header_further_down_than_a_person_would_put_it_is_not_looked_for() -> None:
    assert table("x\n" * 60 + "A;B\n1;2\n", lambda header: header == ["A", "B"]).header == ["x"]


def test_a_name_of_hundreds_of_thousands_of_characters_refuses_the_file() -> None:
    # Python's csv module takes no field of more than 131 072 characters.
    error = refused(f"a;{'x' * 200_000}\n1;2\n")
    assert (error.code, "rad 1" in error.swedish) == ("bad_header", True)


@pytest.mark.parametrize("header", ['"a;b', 'a;"b"c', '"a\nb";c'])
def test_a_header_whose_quotes_make_no_sense_refuses_the_file(header: str) -> None:
    assert refused(f"{header}\n1;2\n").code == "bad_header"


def test_a_separator_inside_a_quoted_name_separates_nothing() -> None:
    found = table('"a;b";c\n1;2\n')
    assert found.columns == {"a;b": ["1"], "c": ["2"]}


# --- Rows with too few or too many fields


def test_a_row_with_too_few_or_too_many_fields_is_rejected_with_its_line_and_bytes() -> None:
    found = table("a;b\nå\nx;1\n1;2;3\ny;2\n;;x\n\n")
    assert found.faults == [(2, "field_count", "å".encode()), (4, "field_count", b"1;2;3"), (6, "field_count", b";;x")]
    assert found.columns == {"a": ["x", "y"], "b": ["1", "2"]}
    assert found.line == [3, 5]


def test_the_message_says_how_many_fields_there_are_and_should_be() -> None:
    message = table("a;b\n1;2;3\n").rejected[0].message
    assert message.swedish == "Raden har 3 fält men rubriken 2."
    assert message.english == "The row has 3 fields but the header 2."


def test_a_bad_row_of_a_windows_file_is_rejected_with_its_own_bytes() -> None:
    content = "a;b\nÅkeshov\nÄlvsjö;1\nSumma för område\n".encode("cp1252")
    found = table(content)
    assert found.encoding == "cp1252"
    assert found.faults == [(2, "field_count", "Åkeshov".encode("cp1252"))]
    assert found.rejected[0].value == "Åkeshov"
    assert (found.columns, found.blank) == ({"a": ["Älvsjö"], "b": ["1"]}, 1)
    assert found.raw == ["Älvsjö;1".encode("cp1252")]


def test_the_value_shown_is_short_and_without_control_characters() -> None:
    value = table("a;b\n" + "x\x07" * 100 + "\n").rejected[0].value
    assert value == "x\\x07" * 40
    assert shown("å" * 100) == "å" * 80
    assert shown('C:\\new "x"') == 'C:\\new "x"'
    assert shown("\u202eabc") == "\\u202eabc"  # turns the text round on a screen


# --- Quotes


def test_a_quoted_field_may_hold_separators_quotes_and_line_ends() -> None:
    found = table('a;b\n"x;y";1\n"he said ""no""";2\n"two\nlines";3\nz;4\n')
    assert found.columns == {"a": ["x;y", 'he said "no"', "two\nlines", "z"], "b": ["1", "2", "3", "4"]}
    # The row after the one of two lines is on the sixth line.
    assert found.line == [2, 3, 4, 6]
    assert found.raw == [b'"x;y";1', b'"he said ""no""";2', b'"two\nlines";3', b"z;4"]


def test_lines_are_counted_right_for_rejected_rows_after_line_ends_in_quotes() -> None:
    found = table('a;b\r\n"1\r\n2\r\n3";x\r\nshort\r\ny;2\r\n')
    assert found.faults == [(5, "field_count", b"short")]
    assert found.line == [2, 6]
    assert found.columns == {"a": ["1\r\n2\r\n3", "y"], "b": ["x", "2"]}


@pytest.mark.parametrize(
    ("rows", "broken"),
    [
        (['"x;1'], [2]),
        (["x;1", 'y;"2', "z;3"], [3]),
        (['"x\ny";1', '"z;2'], [4]),
        (["x;1", 'y;2"'], [3]),
        (['Kv "Ugglan" 3;1', "y;2"], [2]),
        (['x"y;1', 'z"w;2'], [2, 3]),
        (['"x"y;1', "z;2"], [2]),
        (['x;"1" ', "y;2"], [2]),
        (['x;"1', '"y";2', "z;3"], [2]),
        (['"'], [2]),
    ],
)
@pytest.mark.parametrize("last", [True, False])
def test_a_quote_that_makes_no_sense_rejects_its_own_line_and_nothing_after_it(rows: list[str], broken: list[int], last: bool) -> None:
    content = lines("a;b", *rows)
    if not last and rows[-1].startswith('"') and rows[-1].count('"') == 1:
        # Opened on a last line without an end: the file is cut off there.
        assert (refused(content[:-1]).code, f"mitt i rad {broken[-1]}" in refused(content[:-1]).swedish) == ("truncated", True)
        return
    found = table(content if last else content[:-1])
    written = [*"\n".join(["a;b", *rows]).split("\n")]
    assert found.faults == [(line, "unclosed_quote", written[line - 1].encode()) for line in broken]
    assert sorted([*found.line, *broken]) == [line for line in range(2, len(written) + 1) if "x\ny" not in content or line != 3]
    for row in found.rejected:
        assert row.message.swedish.startswith("Ett citattecken")
        assert row.message.english.startswith("A quote")


def test_a_carriage_return_alone_inside_quotes_is_kept() -> None:
    found = table('a;b\r\n"x\ry";1\r\nz;2\r\n')
    assert found.columns == {"a": ["x\ry", "z"], "b": ["1", "2"]}
    assert found.raw == [b'"x\ry";1', b"z;2"]


# --- Files cut off, and bytes that are no letters


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ("a;b;c\nx;1;2\ny;2", 3),
        ("a;b;c\r\ny", 2),
        ('a;b;c\n"x\n\n";1;2\n\ny;2', 6),
        ('a;b;c\nx;1;2\ny;2;"z', 3),
        ('a;b;c\nx;1;2\ny;"2', 3),
        ('a;b;c\nx;1;"2""', 2),
    ],
)
def test_a_last_row_cut_off_refuses_the_file_and_names_the_last_good_row(content: str, line: int) -> None:
    error = refused(content)
    assert error.code == "truncated"
    assert f"mitt i rad {line}; rad {line - 1} är den sista hela. Ingenting ändrades." in error.swedish
    assert f"in the middle of line {line}; line {line - 1} is the last whole one." in error.english


@pytest.mark.parametrize(("before", "last"), [("a;b\nx;1\n", 2), ("a;b\nSjö;1\n\n", 3), ("", 0), ("a;b\r1;2\r", 2)])
@pytest.mark.parametrize(("letter", "kept"), [("ö", 1), ("😀", 2), ("😀", 3)])
def test_a_file_cut_off_in_a_letter_is_refused_and_names_the_last_whole_row(before: str, last: int, letter: str, kept: int) -> None:
    error = refused((before + "y;").encode() + letter.encode()[:kept])
    assert error.code == "truncated"
    assert (f"rad {last} är den sista hela" if last else "ingen rad är hel") in error.swedish


@pytest.mark.parametrize("kept", [1, 2])
def test_a_file_cut_off_in_a_dash_is_told_from_a_windows_file_by_its_other_letters(kept: int) -> None:
    assert refused("a;b\nSjö;1\ny;".encode() + "–".encode()[:kept]).code == "truncated"


def test_a_windows_file_that_ends_with_a_letter_is_not_cut_off() -> None:
    assert table("a;b\nx;å".encode("cp1252")).columns == {"a": ["x"], "b": ["å"]}


@pytest.mark.parametrize("last", ["x;1;2", "x;1;2\n", "x;1;2\r", "Summa", "x;1;2\nKälla: Polisen", "x;1;2;3", "x;1\n", "", ";", " "])
def test_a_last_row_that_is_whole_or_no_row_is_not_taken_for_cut_off(last: str) -> None:
    found = table(f"a;b;c\n{last}")
    assert len(found.line) + found.blank + len(found.faults) == len(last.splitlines())


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_of_a_utf8_file_the_few_rows_that_are_not_are_rejected_with_their_bytes(end: str) -> None:
    # INGEST: UTF-8 with three rows in Windows-1252.
    rows = ["a;b", "Åsögatan;1", "Ängen;2", "Öster;3", "Årsta;4", "plain;5"]
    raw = [row.encode() for row in rows] + ["Söder;6".encode("cp1252"), "Söder;7".encode("cp1252"), b"x;8", "Söder".encode("cp1252")]
    found = table(end.encode().join([*raw, b""]))
    assert found.encoding == "utf-8"
    assert found.columns == {"a": ["Åsögatan", "Ängen", "Öster", "Årsta", "plain", "x"], "b": ["1", "2", "3", "4", "5", "8"]}
    assert found.faults == [(7, "bad_utf8", raw[6]), (8, "bad_utf8", raw[7]), (10, "field_count", raw[9])]
    assert (found.rejected[0].column, found.rejected[0].value) == ("a", "S\\xf6der")


def test_a_very_long_row_that_is_not_utf8_is_rejected_like_a_short_one() -> None:
    # Python's csv module takes no field of more than 131 072 characters.
    row = b"\xe5" + b"x" * 200_000 + b";1"
    found = table(b"a;b\n" + "å;1\n".encode() * 3 + row + b"\ny;2\n")
    assert found.faults == [(5, "bad_utf8", row)]
    assert found.columns["b"] == ["1", "1", "1", "2"]


def test_a_file_with_as_many_rows_of_either_encoding_is_refused() -> None:
    assert refused("a;b\nÅ;1\n".encode() + "Å;1\n".encode("cp1252")).code == "encoding_unknown"


@pytest.mark.parametrize("before", [(4 << 20) - 1, 4 << 20, (4 << 20) + 1])
def test_a_letter_across_the_border_of_what_is_read_at_a_time_is_one_letter(before: int) -> None:
    file = delivered(b"x" * before + "å".encode())
    assert encoding_of(file.path, file.name).name == "utf-8"
    cut = delivered(b"x" * before + "å".encode()[:1] + b"\n")
    with pytest.raises(BadDeliveryError, match=f"byte {before} "):
        encoding_of(cut.path, cut.name)


# --- Long fields and odd characters


@pytest.mark.parametrize("length", [10_001, 200_000, 3_000_000])
def test_a_very_long_field_stops_nothing(length: int) -> None:
    # Several times the block that the parser reads at once.
    found = table(f"a;b\n{'x' * length};1\ny;2\n")
    assert [len(value) for value in found.columns["a"]] == [length, 1]
    assert found.line == [2, 3]


def test_a_very_long_quoted_field_stops_nothing() -> None:
    found = table('a;b\n"' + "x\n" * 800_000 + '";1\ny;2\n')
    assert found.columns["b"] == ["1", "2"]
    assert found.line == [2, 800_003]


def test_a_nul_byte_stays_in_its_field() -> None:
    assert table("a;b\nx\x00y;1\nz;2\n").columns == {"a": ["x\x00y", "z"], "b": ["1", "2"]}


@pytest.mark.parametrize("blank", [" ", "\t", "\v", "\f", "\n", "\r", "\r\n", "\x1c", "\x1f", "\x85", "\u00a0", "\u2009"])
@pytest.mark.parametrize("beside", ["y", " y", "å"])
def test_outer_blanks_are_taken_off_whatever_the_other_rows_hold(blank: str, beside: str) -> None:
    # What makes a row itself is what stands in it alone.
    for written in (f'"{blank}x"', f'"x{blank}"', f'"{blank}"'):
        found = table(f"a;b\n{written};1\n{beside};2\n")
        assert found.columns["a"] == [written.strip('"').strip(), beside.strip()]


def test_outer_blanks_of_every_kind_are_taken_off() -> None:
    assert table("a;b\n x\u00a0;\t1\u2009\n").columns == {"a": ["x"], "b": ["1"]}


# --- Nothing is lost


FIELDS = st.text(st.sampled_from('ab;"å1 \n\r\x00é.'), max_size=4)


def quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if any(mark in text for mark in '";\n\r') else text


ROWS = st.lists(st.lists(FIELDS, min_size=0, max_size=4), max_size=8)


@given(ROWS, st.sampled_from(["\n", "\r\n"]))
@settings(deadline=None, max_examples=200)
def test_rows_rejected_and_blank_are_all_there_is_and_keep_their_bytes(rows: list[list[str]], end: str) -> None:
    written = [";".join(quoted(field) for field in row) for row in rows]
    found = table(end.join(["a;b", *written, ""]))
    assert len(found.line) + len(found.rejected) + found.blank == len(written)
    kept = [*zip(found.line, found.raw, strict=True), *((row.line, row.raw) for row in found.rejected)]
    starts, line = {}, 2
    for row in written:
        starts[line] = row.encode()
        line += row.replace("\r\n", "\n").replace("\r", "\n").count("\n") + 1
    assert all(starts[line] == raw for line, raw in kept)
    # A row of nothing but blanks, quotes and separators is blank.
    filled = [[field.strip() for field in row] for row in rows if len(row) == 2 and any(field.strip(' \n\r";') for field in row)]
    assert [list(pair) for pair in zip(*found.columns.values(), strict=True)] == filled


ANY_BYTES = st.lists(
    st.sampled_from(
        [
            b'"',
            b'"',
            b";",
            b";",
            b"\r",
            b"\n",
            b"\r\n",
            b"a",
            b" ",
            "å".encode(),
            b"\xe5",
            b'""',
            b'x"y',
            b'"\n"',
            b"Summa",
            b"\x1c",
            b"\t",
            b"\x00",
        ]
    ),
    max_size=40,
).map(b"".join)


@given(ANY_BYTES, st.integers(5, 24), st.booleans())
@settings(deadline=None, max_examples=400)
@example(b';"\n""a"', 5, True)
def test_a_file_in_small_blocks_is_read_as_one_in_a_large_one(body: bytes, block: int, mixed: bool) -> None:
    # The header stands in the first block.
    content = b"a;b\n" + ("å;å\nö;ö\n".encode() * 9 if mixed else b"") + body

    def read(size: int) -> Found | str:
        outcome = outcome_of(lambda: table(content, block=size))
        return outcome.code if isinstance(outcome, BadDeliveryError) else outcome

    large, small = read(1 << 20), read(block)
    if isinstance(large, Found) and isinstance(small, Found):
        assert small.upto[-1] == large.upto[-1] == len(content)
        assert small.upto == sorted(small.upto)
        small.upto = large.upto
    assert small == large


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize("block", range(5, 20))
def test_a_file_that_ends_with_a_block_is_read_to_its_end(end: bytes, block: int) -> None:
    content = end.join([b"a;b", *(b"%d;%d" % (number, number) for number in range(10, 20)), b""])
    found = table(content, block=block)
    assert (found.columns["a"], found.blank, found.faults) == ([str(number) for number in range(10, 20)], 0, [])
    assert found.line == list(range(2, 12))


def test_a_row_longer_than_any_row_may_be_refuses_the_file_before_memory_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delimited, "_LONGEST_ROW", 1000)
    with pytest.raises(BadDeliveryError) as caught:
        table("a;b\n" + "x" * 3000, block=100)
    assert caught.value.code == "field_too_long"
    assert "rad 2" in caught.value.swedish


def test_a_rejected_row_says_what_is_wrong_in_both_languages() -> None:
    row = table("a;b\nx\n").rejected[0]
    assert isinstance(row, Rejected)
    assert row.message.swedish.endswith(".")
    assert row.message.english.endswith(".")
    assert row.message.swedish != row.message.english


def test_names_have_one_form_whatever_way_they_were_written() -> None:
    assert tidy("\ufeff Brottsdag\u00a0 start ") == "Brottsdag start"
    assert tidy("Omra\u030ade") == "Område"


def test_a_row_that_begins_like_a_footer_and_says_more_is_a_row() -> None:
    found = table("gata;typ;antal\nKälla gård;stöld;1\nTotaltgatan;rån;1\nSumma;;2\nTotalt;;2,0\nKälla: Polisen;uttag i maj;\n")
    assert found.columns["gata"] == ["Källa gård", "Totaltgatan"]
    assert (found.blank, found.rejected) == (3, [])


def test_a_short_row_that_begins_like_a_footer_and_says_more_is_rejected() -> None:
    found = table("gata;typ;antal\nKälla gård;stöld\nTotalt;2\n")
    assert (found.blank, [row.line for row in found.rejected]) == (1, [2])
