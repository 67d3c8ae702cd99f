"""Bytes to columns: unpacking, encodings, separators, rows and their lines. Strict, and nothing is lost."""

from __future__ import annotations

import gzip
import hashlib
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.deliveries import delivered, lines, outcome_of
from trygghetskarta.domain.events import Rejected
from trygghetskarta.errors import BadDeliveryError
from trygghetskarta.ingest.reading import TextTable, decode, open_delivery, read_table, shown

PLAIN = lines("a;b", "x;1", "y;2")


def table(content: str | bytes) -> TextTable:
    return read_table(delivered(content))


def columns(found: TextTable) -> dict[str, list[str]]:
    return {name: values.to_pylist() for name, values in found.columns.items()}


def rejected(found: TextTable) -> list[tuple[int, str, bytes]]:
    return [(row.line, row.message.code, row.raw) for row in found.rejected]


def raws(found: TextTable) -> list[bytes]:
    return [found.raw(row) for row in range(len(found.line))]


def opened(folder: Path, content: bytes, name: str = "fil.csv") -> bytes:
    path = folder / name
    path.write_bytes(content)
    return open_delivery(path).content


def refused(content: str | bytes) -> BadDeliveryError:
    with pytest.raises(BadDeliveryError) as caught:
        table(content)
    return caught.value


# --- Opening a delivery


def test_a_plain_file_is_opened_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "brott åäö.csv"
    path.write_bytes(PLAIN.encode())
    file = open_delivery(path)
    assert (file.name, file.content, file.size) == ("brott åäö.csv", PLAIN.encode(), len(PLAIN))
    assert file.sha256 == hashlib.sha256(PLAIN.encode()).hexdigest()


@pytest.mark.parametrize("name", ["fil.csv", "fil.csv.gz", "fil", "fil.zip"])
def test_a_gzip_file_is_known_by_its_first_bytes_whatever_it_is_called(tmp_path: Path, name: str) -> None:
    packed = gzip.compress(PLAIN.encode())
    path = tmp_path / name
    path.write_bytes(packed)
    file = open_delivery(path)
    assert file.content == PLAIN.encode()
    # The hash and the size are those of the bytes as they came.
    assert (file.sha256, file.size) == (hashlib.sha256(packed).hexdigest(), len(packed))


def test_a_plain_file_called_gz_is_read_as_it_is(tmp_path: Path) -> None:
    assert opened(tmp_path, PLAIN.encode(), "fil.csv.gz") == PLAIN.encode()


def test_a_gzip_file_of_two_parts_is_read_whole(tmp_path: Path) -> None:
    assert opened(tmp_path, gzip.compress(b"a;b\n") + gzip.compress(b"1;2\n")) == b"a;b\n1;2\n"


def test_a_gzip_file_cut_off_anywhere_is_refused(tmp_path: Path) -> None:
    packed = gzip.compress(random.Random(1).randbytes(500))
    for kept in (2, 3, 9, 10, 11, len(packed) // 2, len(packed) - 9, len(packed) - 8, len(packed) - 1):
        with pytest.raises(BadDeliveryError, match="gzip") as caught:
            opened(tmp_path, packed[:kept])
        assert "gzip" in caught.value.english


@pytest.mark.parametrize("tail", [b"garbage", b"\x1f\x8b\x08"])
def test_a_gzip_file_with_something_else_after_it_is_refused(tmp_path: Path, tail: bytes) -> None:
    with pytest.raises(BadDeliveryError, match="gzip"):
        opened(tmp_path, gzip.compress(PLAIN.encode()) + tail)


def test_a_gzip_file_whose_checksum_is_wrong_is_refused(tmp_path: Path) -> None:
    packed = bytearray(gzip.compress(PLAIN.encode()))
    packed[-8] ^= 1  # the first byte of the checksum
    with pytest.raises(BadDeliveryError, match="trasig gzip-fil"):
        opened(tmp_path, bytes(packed))


def test_a_file_that_unpacks_to_a_thousand_times_its_size_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadDeliveryError, match="för mycket data"):
        opened(tmp_path, gzip.compress(b"0" * 5_000_000))


def test_a_bomb_behind_a_harmless_first_part_is_refused_too(tmp_path: Path) -> None:
    with pytest.raises(BadDeliveryError, match="för mycket data"):
        opened(tmp_path, gzip.compress(b"a;b\n") + gzip.compress(b"0" * 5_000_000))


@pytest.mark.parametrize("magic", [b"PK\x03\x04", b"PK\x05\x06"])  # a zip file, and one with nothing in it
def test_a_zip_file_is_refused_and_named(tmp_path: Path, magic: bytes) -> None:
    with pytest.raises(BadDeliveryError, match=r"fil\.csv är ett zip-arkiv") as caught:
        opened(tmp_path, magic + bytes(18))
    assert "zip" in caught.value.english


@pytest.mark.parametrize("content", [b"", b"\n\n", b" \r\n\t", gzip.compress(b""), b"\xef\xbb\xbf", b"\xef\xbb\xbf\r\n"])
def test_an_empty_file_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(BadDeliveryError, match=r"fil\.csv är tom"):
        opened(tmp_path, content)


def test_a_file_that_does_not_exist_is_refused_by_its_path(tmp_path: Path) -> None:
    with pytest.raises(BadDeliveryError, match=r"saknad\.csv finns inte"):
        open_delivery(tmp_path / "saknad.csv")


# --- Encodings


def test_utf8_is_read_with_and_without_a_byte_order_mark() -> None:
    assert decode("Årsta".encode(), "f") == ("Årsta", "utf-8")
    assert decode(b"\xef\xbb\xbf" + "Årsta".encode(), "f") == ("Årsta", "utf-8")


def test_a_byte_order_mark_is_no_part_of_the_first_name() -> None:
    found = table(b"\xef\xbb\xbf" + PLAIN.encode())
    assert found.header == ["a", "b"]
    assert found.encoding == "utf-8"
    assert columns(found) == {"a": ["x", "y"], "b": ["1", "2"]}


def test_windows_1252_is_told_and_read_right() -> None:
    found = table("Område;Gata\nÅkeshov;Ängsvägen – §7 é\n".encode("cp1252"))
    assert found.encoding == "cp1252"
    assert columns(found) == {"Område": ["Åkeshov"], "Gata": ["Ängsvägen – §7 é"]}


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
    assert columns(found) == {"Område": ["Södermalm"], "b": ["1"]}


# --- Separators


@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_the_separator_is_told_by_the_header(separator: str) -> None:
    found = table(f"a{separator}b\nx y{separator}1.5\n")
    assert found.separator == separator
    assert columns(found) == {"a": ["x y"], "b": ["1.5"]}


def test_the_more_common_separator_is_the_one() -> None:
    found = table("a;b, c;d\n1;2,5;3\n")
    assert (found.separator, found.header) == (";", ["a", "b, c", "d"])
    assert columns(found) == {"a": ["1"], "b, c": ["2,5"], "d": ["3"]}


@pytest.mark.parametrize("header", ["a;b,c", "a;b\tc", "a,b\tc;d"])
def test_two_separators_as_common_are_ambiguous(header: str) -> None:
    assert "vad som skiljer kolumnerna åt" in refused(f"{header}\n1;2\n").swedish


def test_a_table_of_one_column_needs_no_separator() -> None:
    assert columns(table("a\n1\n2\n")) == {"a": ["1", "2"]}


# --- Line ends, blank rows and footers


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("last", [True, False])
def test_every_kind_of_line_end_is_read(end: str, last: bool) -> None:
    found = table(end.join(["a;b", "x;1", "y;2"]) + (end if last else ""))
    assert columns(found) == {"a": ["x", "y"], "b": ["1", "2"]}
    assert found.line.tolist() == [2, 3]
    assert raws(found) == [b"x;1", b"y;2"]
    assert (found.blank, found.rejected) == (0, [])


def test_line_ends_may_be_mixed() -> None:
    found = table("a;b\r\nx;1\ny;2\rz;3\r\n")
    assert columns(found) == {"a": ["x", "y", "z"], "b": ["1", "2", "3"]}
    assert found.line.tolist() == [2, 3, 4]
    assert raws(found) == [b"x;1", b"y;2", b"z;3"]


def test_blank_rows_are_counted_and_keep_their_lines() -> None:
    found = table('a;b\r\n\r\nx;1\r\n;\r\n \t;\r\n"";""\r\ny;2\r\n')
    assert columns(found) == {"a": ["x", "y"], "b": ["1", "2"]}
    assert found.line.tolist() == [3, 7]
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
    assert columns(found) == {"a": ["x"], "b": ["1"]}
    assert found.blank == len(footer.split("\n"))
    assert found.rejected == []


@pytest.mark.parametrize("name", ["Källargränd", "Källtorpsvägen", "Totaltrivsel", "Summarum"])
def test_a_name_that_begins_like_a_footer_is_a_row(name: str) -> None:
    assert columns(table(f"a;b\n{name};1\n")) == {"a": [name], "b": ["1"]}


def test_a_sum_in_the_middle_of_the_rows_is_a_row() -> None:
    # Only what stands last sums the table up; a street may be called so.
    found = table("a;b\nSumma;1\nx;2\n")
    assert columns(found) == {"a": ["Summa", "x"], "b": ["1", "2"]}


def test_a_short_row_in_the_middle_that_begins_like_a_footer_is_rejected_and_not_dropped() -> None:
    found = table("a;b\nSumma\nx;1\nSumma\n")
    assert rejected(found) == [(2, "field_count", b"Summa")]
    assert (columns(found), found.blank) == ({"a": ["x"], "b": ["1"]}, 1)


@pytest.mark.parametrize("content", ["a;b", "a;b\n", "a;b\r\n", "\ufeffa;b\n"])
def test_a_header_alone_is_a_table_of_no_rows(content: str) -> None:
    found = table(content)
    assert columns(found) == {"a": [], "b": []}
    assert (len(found.line), found.blank, found.rejected) == (0, 0, [])


# --- Headers


def test_names_are_tidied() -> None:
    assert table(' Brottskod ;"Antal";Brottsdag   start\n1;2;3\n').header == ["Brottskod", "Antal", "Brottsdag start"]


@pytest.mark.parametrize(
    ("header", "position"),
    [("a;;c", 2), (";b", 1), ("a;b;", 3), ('a;"";c', 2), ("a; ;c", 2), ("a;b;a", 1), ("x;b;b", 2)],
)
def test_a_column_without_a_name_or_with_anothers_is_refused(header: str, position: int) -> None:
    error = refused(f"{header}\n1;2;3\n")
    assert f"rad 1: kolumn {position} " in error.swedish
    assert f"line 1: column {position} " in error.english


@pytest.mark.parametrize("above", ["\n", "\r\n", "\n\n", " \n", ";\n", '""\n'])
@pytest.mark.parametrize("below", ["a;b\nx;1\n", "a;b", "1"])
def test_a_blank_line_above_the_header_refuses_the_file_or_is_counted(above: str, below: str) -> None:
    found = outcome_of(lambda: table(above + below))
    if isinstance(found, BadDeliveryError):
        assert "rad 1: kolumn 1" in found.swedish
    else:
        assert found.header == below.split("\n")[0].split(";")
        assert found.blank == above.count("\n")


def test_a_name_of_hundreds_of_thousands_of_characters_stops_nothing() -> None:
    # Python's csv module takes no field of more than 131 072 characters.
    name = "x" * 200_000
    found = outcome_of(lambda: table(f"a;{name}\n1;2\n"))
    if isinstance(found, BadDeliveryError):
        assert "rad 1" in found.swedish
    else:
        assert found.header == ["a", name]


def test_names_that_differ_in_case_only_are_refused() -> None:
    # Columns are found by name whatever its case, so one of the two would silently win.
    assert "kolumn" in refused("id;tid;ID\n1;2;3\n").swedish


def test_a_separator_inside_a_quoted_name_separates_nothing() -> None:
    found = table('"a;b";c\n1;2\n')
    assert columns(found) == {"a;b": ["1"], "c": ["2"]}


# --- Rows with too few or too many fields


def test_a_row_with_too_few_or_too_many_fields_is_rejected_with_its_line_and_bytes() -> None:
    found = table("a;b\nå\nx;1\n1;2;3\ny;2\n;;x\n")
    assert rejected(found) == [(2, "field_count", "å".encode()), (4, "field_count", b"1;2;3"), (6, "field_count", b";;x")]
    assert columns(found) == {"a": ["x", "y"], "b": ["1", "2"]}
    assert found.line.tolist() == [3, 5]


def test_the_message_says_how_many_fields_there_are_and_should_be() -> None:
    message = table("a;b\n1;2;3\n").rejected[0].message
    assert message.swedish == "Raden har 3 fält men rubriken 2."
    assert message.english == "The row has 3 fields but the header 2."


def test_a_bad_row_of_a_windows_file_is_rejected_with_its_own_bytes() -> None:
    content = "a;b\nÅkeshov\nÄlvsjö;1\nSumma för område\n".encode("cp1252")
    found = table(content)
    assert found.encoding == "cp1252"
    assert rejected(found) == [(2, "field_count", "Åkeshov".encode("cp1252"))]
    assert found.rejected[0].value == "Åkeshov"
    assert (columns(found), found.blank) == ({"a": ["Älvsjö"], "b": ["1"]}, 1)
    assert raws(found) == ["Älvsjö;1".encode("cp1252")]


def test_the_value_shown_is_short_and_without_control_characters() -> None:
    value = table("a;b\n" + "x\x07" * 100 + "\n").rejected[0].value
    assert value == "x\\x07" * 40
    assert shown("å" * 100) == "å" * 80
    assert shown('C:\\new "x"') == 'C:\\new "x"'
    assert shown("\u202eabc") == "\\u202eabc"  # turns the text round on a screen


# --- Quotes


def test_a_quoted_field_may_hold_separators_quotes_and_line_ends() -> None:
    found = table('a;b\n"x;y";1\n"he said ""no""";2\n"two\nlines";3\nz;4\n')
    assert columns(found) == {"a": ["x;y", 'he said "no"', "two\nlines", "z"], "b": ["1", "2", "3", "4"]}
    # The row after the one of two lines is on the sixth line.
    assert found.line.tolist() == [2, 3, 4, 6]
    assert raws(found) == [b'"x;y";1', b'"he said ""no""";2', b'"two\nlines";3', b"z;4"]


def test_lines_are_counted_right_for_rejected_rows_after_line_ends_in_quotes() -> None:
    found = table('a;b\r\n"1\r\n2\r\n3";x\r\nshort\r\ny;2\r\n')
    assert rejected(found) == [(5, "field_count", b"short")]
    assert found.line.tolist() == [2, 6]
    assert columns(found) == {"a": ["1\r\n2\r\n3", "y"], "b": ["x", "2"]}


@pytest.mark.parametrize(
    ("rows", "line"),
    [(['"x;1'], 2), (["x;1", 'y;"2', "z;3"], 3), (['"x\ny";1', '"z;2'], 4), (["x;1", 'y;2"'], 3)],
)
def test_a_quote_that_is_never_closed_refuses_the_file_and_names_its_line(rows: list[str], line: int) -> None:
    error = refused(lines("a;b", *rows))
    assert f"rad {line}: ett citattecken" in error.swedish
    assert f"line {line}: a quote" in error.english


@pytest.mark.parametrize("rows", [['Kv "Ugglan" 3;1', "y;2"], ['x"y;1', 'z"w;2'], ['"x"y;1', "z;2"], ['x;"1" ', "y;2"]])
def test_a_quote_in_the_middle_of_a_field_never_mixes_up_the_rows(rows: list[str]) -> None:
    # Either the file is refused, or both rows stand as two.
    found = outcome_of(lambda: table(lines("a;b", *rows)))
    if isinstance(found, BadDeliveryError):
        assert "rad 2" in found.swedish
        assert "line 2" in found.english
    else:
        assert sorted([*found.line.tolist(), *(row.line for row in found.rejected)]) == [2, 3]
        assert {len(values) for values in found.columns.values()} == {len(found.line)}


# --- Long fields and odd characters


@pytest.mark.parametrize("length", [10_001, 200_000, 3_000_000])
def test_a_very_long_field_stops_nothing(length: int) -> None:
    # Several times the block that the parser reads at once.
    found = table(f"a;b\n{'x' * length};1\ny;2\n")
    assert [len(value) for value in columns(found)["a"]] == [length, 1]
    assert found.line.tolist() == [2, 3]


def test_a_very_long_quoted_field_stops_nothing() -> None:
    found = table('a;b\n"' + "x\n" * 800_000 + '";1\ny;2\n')
    assert columns(found)["b"] == ["1", "2"]
    assert found.line.tolist() == [2, 800_003]


def test_a_nul_byte_stays_in_its_field() -> None:
    assert columns(table("a;b\nx\x00y;1\nz;2\n")) == {"a": ["x\x00y", "z"], "b": ["1", "2"]}


def test_outer_blanks_of_every_kind_are_taken_off() -> None:
    assert columns(table("a;b\n x\u00a0;\t1\u2009\n")) == {"a": ["x"], "b": ["1"]}


# --- Nothing is lost


FIELDS = st.text(st.sampled_from('ab;"å1 \n\x00é.'), max_size=4)


def quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if any(mark in text for mark in '";\n') else text


ROWS = st.lists(st.lists(FIELDS, min_size=0, max_size=4), max_size=8)


@given(ROWS, st.sampled_from(["\n", "\r\n"]), st.booleans())
@settings(deadline=None, max_examples=200)
def test_rows_rejected_and_blank_are_all_there_is_and_keep_their_bytes(rows: list[list[str]], end: str, last: bool) -> None:
    written = [";".join(quoted(field) for field in row) for row in rows]
    content = end.join(["a;b", *written]) + (end if last else "")
    found = table(content)
    # An empty last line without a line end of its own is no line.
    count = len(written) - (0 if last or not written or written[-1] else 1)
    assert len(found.line) + len(found.rejected) + found.blank == count
    kept: list[tuple[int, bytes]] = [(int(line), raw) for line, raw in zip(found.line, raws(found), strict=True)]
    kept += [(row.line, row.raw) for row in found.rejected]
    starts, line = {}, 2
    for row in written:
        starts[line] = row.encode()
        line += row.count("\n") + 1
    assert all(starts[line] == raw for line, raw in kept)
    # A row of nothing but blanks, NUL bytes and quotes is blank.
    filled = [[field.strip() for field in row] for row in rows if len(row) == 2 and any(field.strip(' \n\x00"') for field in row)]
    assert [list(pair) for pair in zip(*columns(found).values(), strict=True)] == filled


def test_a_rejected_row_says_what_is_wrong_in_both_languages() -> None:
    row = table("a;b\nx\n").rejected[0]
    assert isinstance(row, Rejected)
    assert row.message.swedish.endswith(".")
    assert row.message.english.endswith(".")
    assert row.message.swedish != row.message.english
