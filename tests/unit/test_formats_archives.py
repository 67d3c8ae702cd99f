"""What was delivered is opened within bounds, leaves nothing behind, and is refused by name where it is not one data file."""

from __future__ import annotations

import gzip
import hashlib
import io
import stat
import tempfile
import zipfile
from pathlib import Path

import openpyxl
import pytest

from tests.unit.formats import read, refused
from trygghetskarta.errors import StorageError
from trygghetskarta.ingest.formats.archives import _write, open_delivery

PLAIN = b"id;tid\na;2025-03-01\n"


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put temporary files where the test can see whether they are gone."""
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def file_of(folder: Path, content: bytes, name: str = "fil.csv") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def zip_of(folder: Path, members: dict[str, bytes], name: str = "fil.zip") -> Path:
    path = folder / name
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, content in members.items():
            archive.writestr(member, content)
    return path


def opened(path: Path) -> bytes:
    with open_delivery(path) as file:
        assert (file.sha256, file.size) == (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_size)
        return file.path.read_bytes()


def test_a_plain_file_is_read_where_it_lies(tmp_path: Path, temporary: Path) -> None:
    path = file_of(tmp_path, PLAIN, "brott åäö.csv")
    with open_delivery(path) as file:
        assert (file.name, file.path, list(temporary.iterdir())) == ("brott åäö.csv", path, [])


def test_the_senders_name_is_kept(tmp_path: Path) -> None:
    with open_delivery(file_of(tmp_path, PLAIN, "upload-1"), "brott.csv") as file:
        assert file.name == "brott.csv"


@pytest.mark.parametrize("name", ["fil.csv", "fil.csv.gz", "fil", "fil.zip", "fil.xlsx"])
def test_a_gzip_file_is_known_by_its_first_bytes_whatever_it_is_called(tmp_path: Path, name: str) -> None:
    assert opened(file_of(tmp_path, gzip.compress(PLAIN), name)) == PLAIN


def test_a_plain_file_called_gz_is_read_as_it_is(tmp_path: Path) -> None:
    assert opened(file_of(tmp_path, PLAIN, "fil.csv.gz")) == PLAIN


def test_a_gzip_file_of_several_parts_is_read_whole(tmp_path: Path) -> None:
    assert opened(file_of(tmp_path, gzip.compress(b"a;b\n") + gzip.compress(b"1;2\n") + b"\x00" * 512)) == b"a;b\n1;2\n"
    assert opened(file_of(tmp_path, b"".join(gzip.compress(bytes([byte])) for byte in b"abc" * 1000))) == b"abc" * 1000


def test_a_large_gzip_file_comes_out_as_it_went_in(tmp_path: Path) -> None:
    content = b"".join(hashlib.sha256(str(number).encode()).digest() for number in range(100_000))
    assert opened(file_of(tmp_path, gzip.compress(content, 1))) == content


@pytest.mark.parametrize("length", [10, 15, 25, -9, -4, -1])
def test_a_gzip_file_cut_off_anywhere_is_refused(tmp_path: Path, length: int) -> None:
    assert refused(file_of(tmp_path, gzip.compress(PLAIN)[:length])).code == "truncated"


def test_a_broken_gzip_file_is_refused(tmp_path: Path) -> None:
    packed = bytearray(gzip.compress(PLAIN * 100))
    packed[20] ^= 255
    assert refused(file_of(tmp_path, bytes(packed))).code in ("unreadable", "truncated")
    assert refused(file_of(tmp_path, gzip.compress(PLAIN) + b"junk")).code == "unreadable"


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b" \r\n\t\n", gzip.compress(b"", mtime=0), gzip.compress(b"\n", mtime=0)])
def test_a_file_with_nothing_in_it_is_refused_as_empty(tmp_path: Path, content: bytes) -> None:
    assert refused(file_of(tmp_path, content)).code == "empty_file"


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path / "ingen.csv").code == "no_such_file"
    assert refused(tmp_path).code == "no_such_file"


@pytest.mark.parametrize(
    "members",
    [
        {"fil.csv": PLAIN},
        {"mapp/fil.csv": PLAIN, "__MACOSX/mapp/._fil.csv": b"\x00\x05", "mapp/.DS_Store": b"x", "Thumbs.db": b"x"},
        {"..fil..csv": PLAIN},
    ],
)
def test_a_zip_archive_of_one_data_file_is_read(tmp_path: Path, temporary: Path, members: dict[str, bytes]) -> None:
    assert opened(zip_of(tmp_path, members)) == PLAIN
    assert list(temporary.iterdir()) == []


def test_a_temporary_file_is_removed_whatever_happens(tmp_path: Path, temporary: Path) -> None:
    class _OddError(Exception):
        pass

    def fall() -> None:
        with open_delivery(zip_of(tmp_path, {"fil.csv": PLAIN})):
            assert len(list(temporary.iterdir())) == 1
            raise _OddError

    with pytest.raises(_OddError):
        fall()
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize(
    ("members", "named"),
    [
        ({"a.csv": PLAIN, "b.csv": PLAIN}, "b.csv"),
        ({"../../etc/x": PLAIN}, "../../etc/x"),
        ({"/etc/x": PLAIN}, "/etc/x"),
        ({"C:\\x.csv": PLAIN}, "C:"),
        ({"a\\..\\..\\x.csv": PLAIN}, ".."),
        ({"a.csv": PLAIN, "b.pdf": b"%PDF"}, "b.pdf"),
    ],
)
def test_an_archive_of_something_else_is_refused_by_the_members_name(tmp_path: Path, members: dict[str, bytes], named: str) -> None:
    error = refused(zip_of(tmp_path, members))
    assert error.code == "archive_member"
    assert named in error.swedish
    assert named in error.english


def test_a_link_in_an_archive_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "fil.zip"
    link = zipfile.ZipInfo("genväg.csv")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(link, "/etc/passwd")
    error = refused(path)
    assert error.code == "archive_member"
    assert "genväg.csv är en länk" in error.swedish


def test_an_archive_with_a_password_is_refused_by_name(tmp_path: Path) -> None:
    path = zip_of(tmp_path, {"hemlig.csv": PLAIN})
    content = bytearray(path.read_bytes())
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(content)
    error = refused(path)
    assert error.code == "archive_member"
    assert "hemlig.csv är lösenordsskyddad" in error.swedish


def test_an_archive_in_an_archive_is_refused(tmp_path: Path) -> None:
    inner = zip_of(tmp_path, {"fil.csv": PLAIN}, "inre.zip").read_bytes()
    assert refused(zip_of(tmp_path, {"inre.zip": inner})).code == "archive_member"
    assert refused(zip_of(tmp_path, {"fil.csv.gz": gzip.compress(PLAIN)})).code == "archive_member"
    assert refused(file_of(tmp_path, gzip.compress(inner))).code == "archive_member"
    assert refused(file_of(tmp_path, gzip.compress(gzip.compress(PLAIN)))).code == "archive_member"


@pytest.mark.parametrize("pack", ["zip", "gzip", "xlsx"])
def test_a_bomb_is_refused_by_its_ratio(tmp_path: Path, temporary: Path, pack: str) -> None:
    bomb = b"\x20" * 50_000_000
    match pack:
        case "zip":
            path = zip_of(tmp_path, {"fil.csv": bomb})
        case "gzip":
            path = file_of(tmp_path, gzip.compress(bomb))
        case _:
            path = zip_of(tmp_path, {"[Content_Types].xml": b"", "xl/workbook.xml": b"", "xl/worksheets/sheet1.xml": bomb}, "fil.xlsx")
    assert path.stat().st_size < 100_000
    assert refused(path).code == "archive_ratio"
    assert list(temporary.iterdir()) == []


def test_a_bomb_is_refused_by_the_size_it_states_before_it_is_unpacked(tmp_path: Path) -> None:
    path = zip_of(tmp_path, {"fil.csv": PLAIN})
    content = bytearray(path.read_bytes())
    entry = content.index(b"PK\x01\x02")
    content[entry + 24 : entry + 28] = (0xF0000000).to_bytes(4, "little")
    path.write_bytes(content)
    assert refused(path).code == "archive_size"


def test_an_archive_that_understates_its_size_is_refused(tmp_path: Path) -> None:
    path = zip_of(tmp_path, {"fil.csv": b"0" * 5_000_000})
    content = bytearray(path.read_bytes())
    entry = content.index(b"PK\x01\x02")
    content[entry + 24 : entry + 28] = (100).to_bytes(4, "little")
    path.write_bytes(content)
    assert refused(path).code == "unreadable"


def test_few_bytes_of_many_like_rows_are_no_bomb(tmp_path: Path) -> None:
    content = b"id;tid\n" + b"a;2025-03-01\n" * 50_000
    packed = gzip.compress(content)
    assert len(content) > 100 * len(packed)
    assert opened(file_of(tmp_path, packed)) == content


@pytest.mark.parametrize("cut", [1, 20, 60])
def test_a_zip_archive_cut_off_is_refused(tmp_path: Path, cut: int) -> None:
    path = zip_of(tmp_path, {"fil.csv": PLAIN})
    path.write_bytes(path.read_bytes()[:-cut])
    assert refused(path).code in ("truncated", "unreadable")


def workbook() -> bytes:
    book = openpyxl.Workbook()
    book.worksheets[0].append(["id", "tid"])
    book.worksheets[0].append(["a", "2025-03-01"])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


@pytest.mark.parametrize("name", ["fil.xlsx", "fil.csv", "fil", "fil.zip"])
def test_a_workbook_is_known_by_what_is_in_it(tmp_path: Path, name: str) -> None:
    assert read(file_of(tmp_path, workbook(), name))["id"] == ["a"]


def test_a_workbook_may_be_packed(tmp_path: Path) -> None:
    assert read(zip_of(tmp_path, {"mapp/fil.xlsx": workbook()}))["id"] == ["a"]
    assert read(file_of(tmp_path, gzip.compress(workbook())))["id"] == ["a"]


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 512, ".xlsx"),
        (b"%PDF-1.7 ", "PDF"),
        (b"7z\xbc\xaf\x27\x1c\x00", "7z"),
        (b"Rar!\x1a\x07", "rar"),
        (b"<html><table><tr><td>id", "webbsida"),
        (b"\xef\xbb\xbf<?xml version='1.0'?><rows/>", "XML"),
    ],
)
def test_a_format_that_is_not_read_is_refused_with_what_to_send_instead(tmp_path: Path, content: bytes, named: str) -> None:
    error = refused(file_of(tmp_path, content, "fil.xls"))
    assert error.code == "unknown_format"
    assert named in error.swedish


def test_another_programs_document_is_refused_by_its_kind(tmp_path: Path) -> None:
    error = refused(zip_of(tmp_path, {"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b"<a/>"}, "fil.ods"))
    assert error.code == "unknown_format"
    assert "OpenDocument" in error.swedish


def test_no_room_to_unpack_is_not_the_files_fault() -> None:
    with Path("/dev/full").open("wb", buffering=0) as full, pytest.raises(StorageError):
        _write(full, b"x")
