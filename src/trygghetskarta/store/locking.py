"""Locks of files: the kernel lets go of them when their holder dies, whatever it dies of."""

from __future__ import annotations

import fcntl
from typing import IO


def locked(file: IO[str] | int) -> bool:
    """Lock an open file or folder for as long as it stays open, unless somebody else holds it.

    Args:
        file: The file, or the number it is open under.

    Returns:
        Whether it is ours now.

    Raises:
        OSError: It cannot be locked.
    """
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
