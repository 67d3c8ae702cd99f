"""The counts of a host's workers, held once: in files that each of them maps into its memory.

The worker that first needs the counts of a publication makes them and writes the file; the others wait for it and map what it wrote. A file is
complete or not there, and holds a digest of its content: what is not whole is made anew. It is found by what the counts were made from, so that
what was released, what is exact and what was published before are never taken for each other. Where the folder cannot be used, a worker has the
counts in memory of its own, as one that is alone, and says so in its log.
"""

from __future__ import annotations

import logging
import mmap
import os
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson

from trygghetskarta import __version__
from trygghetskarta.observe import metrics
from trygghetskarta.queries.kept_counts import Arrays
from trygghetskarta.store.locking import locked

_KEPT = 6
_MADE_WITHIN_SECONDS = 120.0
_LOOK_SECONDS = 0.02
_DIGEST_BYTES, _LENGTH_BYTES, _ALIGNED = 32, 8, 64
_PART = ".part"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SharedCounts:
    """A folder of counts.

    Attributes:
        folder: Where; made when missing. It must be this user's, and nobody else may enter it.
        patience_seconds: How long to wait for another worker that makes the same counts before making them here as well.
    """

    folder: Path
    patience_seconds: float = _MADE_WITHIN_SECONDS

    def keep(self, kind: str, known_by: object, make: Callable[[], Arrays]) -> Arrays:
        """Give counts from their file; where there is none, make them and write it.

        Args:
            kind: `exact` or `released`.
            known_by: What they are made from and laid out by.
            make: Makes them. What it raises is raised here.

        Returns:
            The arrays, which cannot be written to.
        """
        name = f"{kind}-{blake2b(repr((__version__, known_by)).encode(), digest_size=16).hexdigest()}"
        with ExitStack() as stack:
            try:
                found = self._read(name)
                if found is None:
                    stack.enter_context(self._turn(name))
                    found = self._read(name)
            except OSError as error:
                _log.warning("Counts cannot be shared between workers, this one holds its own: %s", error)
                metrics().counts_from("own")
                return make()
            if found is not None:
                metrics().counts_from("mapped")
                return found
            return self._made(name, make())

    def _made(self, name: str, made: Arrays) -> Arrays:
        """Write counts, and give them as they were written: so the worker that made them need not hold them beside the file."""
        try:
            self._write(name, made)
            found = self._read(name)
        except OSError as error:
            _log.warning("Counts cannot be written for other workers, this one holds its own: %s", error)
            found = None
        metrics().counts_from("own" if found is None else "made")
        return made if found is None else found

    @contextmanager
    def _turn(self, name: str) -> Iterator[None]:
        """Let one worker at a time make the same counts; whoever dies meanwhile leaves the turn to the next."""
        _enter(self.folder)
        # As many locks as there are digits: a file to lock may not be removed, and there shall not be one for every publication.
        with (self.folder / f"{name[-1]}.lock").open("w") as lock:
            end = time.monotonic() + self.patience_seconds
            while not locked(lock):
                if time.monotonic() > end:
                    raise TimeoutError(f"another worker has been making them for {self.patience_seconds:g} s")
                time.sleep(_LOOK_SECONDS)
            yield

    def _read(self, name: str) -> Arrays | None:
        """Map a file; None where there is none that is whole."""
        _enter(self.folder)
        try:
            with (self.folder / name).open("rb") as file:
                content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except FileNotFoundError:
            return None
        except ValueError:  # nothing can be mapped of an empty file
            return None
        if content[:_DIGEST_BYTES] != _digest(name, memoryview(content)[_DIGEST_BYTES:]):
            _log.warning("A file of counts is not whole, they are made anew: %s", name)
            return None
        with suppress(FileNotFoundError):
            os.utime(self.folder / name)
        return _arrays(content)

    def _write(self, name: str, arrays: Arrays) -> None:
        """Write a file beside the others, give it its name when it is complete, and remove those that nobody has used for longest."""
        part = self.folder / f"{name}{_PART}"
        try:
            with part.open("wb") as file:
                file.write(bytes(_DIGEST_BYTES))
                digest = blake2b(name.encode(), digest_size=_DIGEST_BYTES)
                for piece in _pieces(arrays):
                    digest.update(piece)
                    file.write(piece)
                file.seek(0)
                file.write(digest.digest())
            part.replace(self.folder / name)
        except OSError:
            part.unlink(missing_ok=True)
            raise
        # What another worker has mapped stays there for it, without a name.
        mine = self.folder.glob(f"{name.partition('-')[0]}-*")
        for _, path in sorted(((_used(path), path) for path in mine), reverse=True)[_KEPT:]:
            path.unlink(missing_ok=True)


def _enter(folder: Path) -> None:
    """See that a folder is there, and that nobody but this user can have put anything into it.

    Raises:
        OSError: It cannot be made, or is open to others.
    """
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or stat.S_IMODE(found.st_mode) & 0o077:
        raise PermissionError(f"{folder} must be a folder of this user that nobody else may enter")


def _used(path: Path) -> float:
    """Tell when a file was last used; long ago for one that is removed meanwhile."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0.0


def _digest(name: str, content: memoryview) -> bytes:
    found = blake2b(name.encode(), digest_size=_DIGEST_BYTES)
    found.update(content)
    return found.digest()


def _pieces(arrays: Arrays) -> Iterator[bytes | memoryview]:
    """Give the content of a file after its digest: the length of the head, the head, and every array where the head says."""
    laid: list[tuple[str, str, tuple[int, ...], int]] = []
    at = 0
    for name, array in arrays.items():
        laid.append((name, array.dtype.str, array.shape, at))
        at += -(-array.nbytes // _ALIGNED) * _ALIGNED
    head = orjson.dumps(laid)
    head += b" " * (-(_DIGEST_BYTES + _LENGTH_BYTES + len(head)) % _ALIGNED)
    yield len(head).to_bytes(_LENGTH_BYTES)
    yield head
    for array in arrays.values():
        yield np.ascontiguousarray(array).reshape(-1).view(np.uint8).data
        yield bytes(-array.nbytes % _ALIGNED)


def _arrays(content: mmap.mmap) -> Arrays:
    begin = _DIGEST_BYTES + _LENGTH_BYTES
    head = int.from_bytes(content[_DIGEST_BYTES:begin])
    laid: list[tuple[str, str, list[int], int]] = orjson.loads(content[begin : begin + head])
    found: dict[str, npt.NDArray[Any]] = {}
    for name, kind, shape, at in laid:
        flat = np.frombuffer(content, np.dtype(kind), int(np.prod(shape)), begin + head + at)
        found[name] = flat.reshape(shape)
    return found
