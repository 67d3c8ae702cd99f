"""Temporary folders that do not outlive their owners for long, even those that were killed."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_PREFIX = "trygghetskarta-"


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """Make a folder that is removed at the end, and remove those whose owners were killed before they could.

    Yields:
        The folder, which nobody else may enter.
    """
    parent = Path(tempfile.gettempdir())
    for abandoned in parent.glob(f"{_PREFIX}*"):
        with suppress(OSError), _held(abandoned):
            shutil.rmtree(abandoned)
    while True:
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=parent))
        # The kernel lets go of it when we die, whatever we die of. Until we hold it, another may take it for abandoned; then we make another.
        with suppress(FileNotFoundError, BlockingIOError), _held(folder):
            if folder.exists():
                try:
                    yield folder
                finally:
                    shutil.rmtree(folder, ignore_errors=True)
                return


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    """Hold a folder that nobody else holds.

    Raises:
        OSError: Somebody does, or it is not a folder of ours.
    """
    found = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(found, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(found)
