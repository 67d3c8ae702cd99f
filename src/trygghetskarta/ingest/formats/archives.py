"""Open what was delivered: plain, gzip or zip, known by its first bytes. What is packed is unpacked to a temporary file, within bounds."""

from __future__ import annotations

import hashlib
import re
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from trygghetskarta.errors import BadDeliveryError, StorageError, TrygghetskartaError
from trygghetskarta.ingest.contract import DeliveredFile
from trygghetskarta.ingest.reading import shown
from trygghetskarta.ingest.temporary import temporary_folder

LARGEST = 1 << 30
"""A packed file may not unpack to more bytes than this."""
HIGHEST_RATIO = 100
"""Nor to more than this many times its own size."""
ALWAYS_ALLOWED = 1 << 20
"""But a small file of many like rows packs better than that and harms nobody."""
_GZIP = b"\x1f\x8b"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_CHUNK = 1 << 20
# What Finder and Explorer put into an archive by themselves.
_CLUTTER = re.compile(r"(^|/)(__MACOSX/|\.DS_Store$|Thumbs\.db$|desktop\.ini$|\._)")
_OUTSIDE = re.compile(r"^([/\\]|[A-Za-z]:)|(^|[/\\])\.\.([/\\]|$)")
# What other programs' documents, zip archives too, have inside.
_DOCUMENTS = {
    "content.xml": ("ett OpenDocument-dokument", "an OpenDocument document"),
    "word/document.xml": ("ett Worddokument", "a Word document"),
    "Index/Document.iwa": ("ett Numbersdokument", "a Numbers document"),
    "xl/workbook.bin": ("en binär Excelfil (.xlsb)", "a binary Excel file (.xlsb)"),
}


@contextmanager
def open_delivery(path: Path, name: str | None = None) -> Iterator[DeliveredFile]:
    """Open a delivered file for as long as it is read.

    Args:
        path: The file: plain, gzip (of one member or several) or zip (of one data file), whatever it is called.
        name: What its sender called it; None for the name it has.

    Yields:
        The file. A plain file is read where it lies; a packed one has been unpacked to a temporary file, which is removed at the end.

    Raises:
        BadDeliveryError: It cannot be read (`no_such_file`), is empty (`empty_file`), is cut off (`truncated`) or broken (`unreadable`), unpacks
            to too much (`archive_ratio`, `archive_size`), or is an archive of something other than one data file (`archive_member`).
        StorageError: There is no room to unpack it.
    """
    name = name if name is not None else path.name
    try:
        if not path.is_file():
            raise BadDeliveryError(f"Filen {path} finns inte.", f"The file {path} does not exist.", code="no_such_file")
        with path.open("rb") as source:
            sha256 = hashlib.file_digest(source, "sha256").hexdigest()
            size = source.tell()
            source.seek(0)
            first = source.read(4)
    except OSError as error:
        raise BadDeliveryError(f"Filen {path} går inte att läsa.", f"The file {path} cannot be read.", code="no_such_file") from error
    packed = first.startswith(_GZIP) or (first in _ZIP and not is_workbook(path, name))
    if not packed:
        _refuse_empty(path, name)
        yield DeliveredFile(name, path, sha256, size)
        return
    with temporary_folder() as folder:
        inner = folder / "unpacked"
        is_gzip = first.startswith(_GZIP)
        with inner.open("xb") as unpacked:
            member = (_unpack_gzip if is_gzip else _unpack_zip)(path, name, unpacked)
        _refuse_nested(inner, name)
        _refuse_empty(inner, name)
        yield DeliveredFile(name, inner, sha256, size, "gzip" if is_gzip else "zip", member)


def is_workbook(path: Path, name: str) -> bool:
    """Tell whether a zip archive is an Excel workbook; one that would unpack to too much is refused.

    Args:
        path: The archive.
        name: Its name, for the error.

    Raises:
        BadDeliveryError: It is no whole zip archive, or unpacks to too much.
    """
    with _zip(path, name) as archive:
        members = archive.namelist()
        for member, (swedish, english) in _DOCUMENTS.items():
            if member in members:
                raise BadDeliveryError(
                    f"{name} är {swedish}. Spara tabellen som .xlsx eller CSV.",
                    f"{name} is {english}. Save the table as .xlsx or CSV.",
                    code="unknown_format",
                )
        if "[Content_Types].xml" not in members or "xl/workbook.xml" not in members:
            return False
        _Bound(path.stat().st_size, name).refuse_beyond(sum(member.file_size for member in archive.infolist()))
        return True


class _Bound:
    """How much a packed file may unpack to."""

    def __init__(self, size: int, name: str) -> None:
        self.name = name
        self.by_ratio = max(size * HIGHEST_RATIO, ALWAYS_ALLOWED)

    def refuse_beyond(self, unpacked: int) -> None:
        if unpacked > LARGEST:
            raise BadDeliveryError(
                f"{self.name} packas upp till mer än {LARGEST >> 30} GB. Dela filen, eller skicka den opackad.",
                f"{self.name} unpacks to more than {LARGEST >> 30} GB. Divide the file, or send it unpacked.",
                code="archive_size",
            )
        if unpacked > self.by_ratio:
            raise BadDeliveryError(
                f"{self.name} packas upp till mer än {HIGHEST_RATIO} gånger sin storlek. Skicka den opackad om den ska vara sådan.",
                f"{self.name} unpacks to more than {HIGHEST_RATIO} times its size. Send it unpacked if it is meant to be so.",
                code="archive_ratio",
            )


def _unpack_gzip(path: Path, name: str, unpacked: IO[bytes]) -> None:
    bound = _Bound(path.stat().st_size, name)
    total = 0
    with path.open("rb") as source:
        member = zlib.decompressobj(wbits=31)
        rest = source.read(_CHUNK)
        try:
            while rest:
                content = member.decompress(rest, _CHUNK)
                total += len(content)
                bound.refuse_beyond(total)
                _write(unpacked, content)
                rest = member.unconsumed_tail
                if member.eof:
                    # A gzip file may be several, one after another, with zeros between and after.
                    rest = member.unused_data
                    while rest := rest.lstrip(b"\x00") or source.read(_CHUNK):
                        if rest.strip(b"\x00"):
                            member = zlib.decompressobj(wbits=31)
                            break
                elif not rest:
                    rest = source.read(_CHUNK)
        except zlib.error as error:
            raise _unreadable(name, "gzip-fil", "gzip file", error) from error
    if not member.eof:
        raise BadDeliveryError(f"{name} är en avbruten gzip-fil.", f"{name} is a gzip file cut off.", code="truncated")


def _unpack_zip(path: Path, name: str, unpacked: IO[bytes]) -> str:
    """Unpack the one data file of an archive, and give its name as it may be shown."""
    with _zip(path, name) as archive:
        member = _only_member(archive, name)
        bound = _Bound(path.stat().st_size, name)
        bound.refuse_beyond(member.file_size)
        total = 0
        with archive.open(member) as source:
            while content := source.read(_CHUNK):
                total += len(content)
                bound.refuse_beyond(total)
                _write(unpacked, content)
        return shown(member.filename)


@contextmanager
def _zip(path: Path, name: str) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except TrygghetskartaError:
        raise
    except Exception as error:  # what zipfile may raise over broken bytes is without end
        raise _unreadable(name, "zip-fil", "zip file", error) from error


def _only_member(archive: zipfile.ZipFile, name: str) -> zipfile.ZipInfo:
    """Give the one data file of an archive, refusing everything that could be another, or be unpacked elsewhere."""
    members = [member for member in archive.infolist() if not member.is_dir() and not _CLUTTER.search(member.filename)]
    for member in members:
        if _OUTSIDE.search(member.filename):
            raise _bad_member(name, member, "pekar utanför arkivet", "points outside the archive")
        if stat.S_ISLNK(member.external_attr >> 16):
            raise _bad_member(name, member, "är en länk", "is a link")
        if member.flag_bits & 1:
            raise _bad_member(name, member, "är lösenordsskyddad", "is protected by a password")
    if len(members) > 1:
        raise _bad_member(name, members[1], "är en fil till; skicka en i taget", "is one file too many; send one at a time")
    if not members:
        raise BadDeliveryError(f"{name} är tom. Ingenting ändrades.", f"{name} is empty. Nothing was changed.", code="empty_file")
    return members[0]


def _bad_member(name: str, member: zipfile.ZipInfo, swedish: str, english: str) -> BadDeliveryError:
    inner = shown(member.filename)
    return BadDeliveryError(
        f"{name} går inte att packa upp: {inner} {swedish}.", f"{name} cannot be unpacked: {inner} {english}.", code="archive_member"
    )


def _refuse_nested(path: Path, name: str) -> None:
    with path.open("rb") as source:
        first = source.read(4)
    if first.startswith(_GZIP) or (first in _ZIP and not is_workbook(path, name)):
        raise BadDeliveryError(
            f"{name} går inte att packa upp: det som är packat i den är självt ett arkiv.",
            f"{name} cannot be unpacked: what is packed in it is an archive itself.",
            code="archive_member",
        )


def _refuse_empty(path: Path, name: str) -> None:
    with path.open("rb") as source:
        content = source.read(_CHUNK).removeprefix(b"\xef\xbb\xbf")
        while content:
            if content.strip():
                return
            content = source.read(_CHUNK)
    raise BadDeliveryError(f"{name} är tom. Ingenting ändrades.", f"{name} is empty. Nothing was changed.", code="empty_file")


def _write(unpacked: IO[bytes], content: bytes) -> None:
    try:
        unpacked.write(content)
        unpacked.flush()
    except OSError as error:
        raise StorageError("Det finns inte plats att packa upp filen.", "There is no room to unpack the file.") from error


def _unreadable(name: str, swedish: str, english: str, error: Exception) -> BadDeliveryError:
    cut = isinstance(error, EOFError) or "not a zip file" in str(error)
    return BadDeliveryError(
        f"{name} är en trasig eller avbruten {swedish}: {error}.",
        f"{name} is a broken {english}, or one cut off: {error}.",
        code="truncated" if cut else "unreadable",
    )
