"""Temporary folders that do not outlive their owners for long, even those that were killed."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def temporary_folder(purpose: str = "delivered", within: Path | None = None) -> Iterator[Path]:
    """Make a folder that is removed at the end, and remove those of the same purpose whose owners were killed before they could.

    Args:
        purpose: What it is for: a part of its name.
        within: Where it is made; None for the system's own place for what is temporary.

    Yields:
        The folder, which nobody else may enter.

    Raises:
        OSError: It cannot be made.
    """
    parent, prefix = within or Path(tempfile.gettempdir()), f"trygghetskarta-{purpose}-"
    for abandoned in parent.glob(f"{prefix}*"):
        with suppress(OSError):
            held = _hold(abandoned)
            shutil.rmtree(abandoned, ignore_errors=True)
            os.close(held)
    folder, held = _make(parent, prefix)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(held)


def _make(parent: Path, prefix: str) -> tuple[Path, int]:
    """Make a folder and hold it; until we do, another may take it for abandoned, and then we make another."""
    while True:
        folder = Path(tempfile.mkdtemp(prefix=prefix, dir=parent))
        with suppress(FileNotFoundError, BlockingIOError):
            held = _hold(folder)
            if folder.exists():
                return folder, held
            os.close(held)


def _hold(folder: Path) -> int:
    """Hold a folder that nobody else holds; the kernel lets go of it when we die, whatever we die of.

    Raises:
        OSError: Somebody does, or it is not a folder of ours.
    """
    found = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(found, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(found)
        raise
    return found
