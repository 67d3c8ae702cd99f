"""A file system so small that it can be filled, on whatever machine the tests run."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

BYTES = 160 << 20
_ROOT = Path(__file__).parents[2]
_INSIDE = "TK_INSIDE_NAMESPACE"
_LARGEST_TO_FILL = 1 << 30
_NAMESPACE = ("unshare", "--map-current-user", "--mount", "--keep-caps", "--")
_DETACH = 2
_REMEDY = (
    "No small file system can be made here, so a full disk cannot be tried. Any of these helps: run as root with the right to mount (a container "
    "with --cap-add SYS_ADMIN), allow user namespaces (sysctl kernel.unprivileged_userns_clone=1 or a seccomp profile that allows unshare and "
    f"mount), or give /dev/shm between {BYTES >> 20} MB and {_LARGEST_TO_FILL >> 20} MB (docker run --shm-size=256m)."
)


@dataclass
class SmallDisk:
    """A small file system.

    Attributes:
        folder: A folder on it.
    """

    folder: Path

    @property
    def free(self) -> int:
        """Give the bytes that are free."""
        found = os.statvfs(self.folder)
        return found.f_bavail * found.f_frsize

    @property
    def _filler(self) -> Path:
        return self.folder / "filler"

    def fill(self, leave: int) -> None:
        """Fill it up to so many bytes."""
        with self._filler.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, self.free - leave)

    def make_room(self) -> None:
        """Undo `fill`."""
        self._filler.unlink(missing_ok=True)


@contextmanager
def small_disk() -> Iterator[SmallDisk]:
    """Give a small file system: mounted for the purpose where that may be done, else the machine's /dev/shm if that is small."""
    with tempfile.TemporaryDirectory(prefix="tk-disk-") as made:
        folder = Path(made)
        folder.chmod(0o755)
        if mounted(folder):
            try:
                yield SmallDisk(folder)
            finally:
                ctypes.CDLL(None).umount2(os.fsencode(folder), _DETACH)
            return
    shared = Path("/dev/shm")  # a file system of its own is what is wanted here
    found = os.statvfs(shared) if shared.is_dir() else None
    if found is None or not BYTES <= found.f_bavail * found.f_frsize <= _LARGEST_TO_FILL:
        pytest.fail(_REMEDY)
    folder = Path(tempfile.mkdtemp(prefix="tk-disk-", dir=shared))
    folder.chmod(0o755)
    try:
        yield SmallDisk(folder)
    finally:
        shutil.rmtree(folder)


def needs_namespace() -> bool:
    """Tell whether mounting must be, and can be, done by a process in a namespace of its own."""
    if os.geteuid() == 0 or _INSIDE in os.environ:
        return False
    trying = f"from tests.faults.small_disk import *; assert mounted(Path({tempfile.gettempdir()!r}))"
    return subprocess.run([*_NAMESPACE, sys.executable, "-c", trying], capture_output=True, check=False, cwd=_ROOT).returncode == 0


def run_in_namespace(test: pytest.Function) -> None:
    """Run a test in a process that may mount, though nobody else sees what."""
    done = subprocess.run(
        [*_NAMESPACE, sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", test.nodeid],
        cwd=_ROOT,
        env={**os.environ, _INSIDE: "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def mounted(folder: Path) -> bool:
    """Mount a small file system over a folder; False where that may not be done. The program `mount` asks for root, whatever the kernel allows."""
    options = f"size={BYTES},mode=0755".encode()
    return int(ctypes.CDLL(None).mount(b"tmpfs", os.fsencode(folder), b"tmpfs", 0, options)) == 0
