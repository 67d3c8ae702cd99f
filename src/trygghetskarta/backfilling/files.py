"""The files of a backfill, wherever they lie: in a folder, or in what else fsspec reaches."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from trygghetskarta.errors import BusyError, InvalidQuestionError
from trygghetskarta.ingest.temporary import temporary_folder

_NO_FILES_OF_EVENTS = (".", "_")


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file.

    Attributes:
        path: Where it lies, with its protocol.
        version: Changes when the file does.
        size: Its length in bytes.
    """

    path: str
    version: str
    size: int


def find_files(prefixes: Sequence[str]) -> list[FoundFile]:
    """Find the files under folders and prefixes, those of each in the order of their names.

    Args:
        prefixes: Folders, files, or what fsspec understands, such as s3://bucket/folder. Names that begin with a dot or an underscore are left
            out, as those who write such folders mean.

    Returns:
        Each file once.

    Raises:
        InvalidQuestionError: There are none under a prefix, or what would read it is not installed.
        BusyError: It cannot be reached.
    """
    found: dict[str, FoundFile] = {}
    for prefix in prefixes:
        system, root = _opened(prefix)
        with _reached(prefix):
            listed: dict[str, dict[str, Any]] = system.find(root, detail=True)
        mine = [name for name in sorted(listed) if not _is_hidden(name, root)]
        if not mine:
            raise InvalidQuestionError(f"Det finns inga filer under {prefix}.", f"There are no files under {prefix}.")
        for name in mine:
            path = system.unstrip_protocol(name)
            version = hashlib.sha256(str(sorted(listed[name].items(), key=str)).encode()).hexdigest()
            found.setdefault(path, FoundFile(path, version, int(listed[name]["size"] or 0)))
    return list(found.values())


@contextmanager
def fetched(path: str) -> Iterator[Path]:
    """Bring a file here for a while; one of this machine stays where it is.

    Args:
        path: As `FoundFile` has it.

    Yields:
        The file, under its own name.

    Raises:
        BusyError: It cannot be reached.
    """
    from fsspec.implementations.local import LocalFileSystem

    system, name = _opened(path)
    if isinstance(system, LocalFileSystem):
        yield Path(name)
        return
    with temporary_folder() as folder:
        here = folder / PurePosixPath(name).name
        with _reached(path):
            system.get_file(name, str(here))
        yield here


def _opened(prefix: str) -> tuple[Any, str]:
    try:
        from fsspec.core import url_to_fs

        system, root = url_to_fs(prefix)
    except (ImportError, ValueError) as error:
        raise InvalidQuestionError(f"{prefix} går inte att läsa här: {error}.", f"{prefix} cannot be read here: {error}.") from error
    return system, root


@contextmanager
def _reached(path: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        kind = type(error).__name__
        raise BusyError(f"{path} gick inte att nå ({kind}).", f"{path} could not be reached ({kind}).") from error


def _is_hidden(name: str, root: str) -> bool:
    below = PurePosixPath(name).parts[len(PurePosixPath(root).parts) :]
    return any(part.startswith(_NO_FILES_OF_EVENTS) for part in below)
