"""`ingest --watch`: take what is laid in a folder, and lay it aside with its receipt.

Files are laid in DIR/<source>/. One that has stood still for some seconds is delivered and moved to `klart` (in, or in but for some rows),
`kvar` (waits for approval) or `avvisat` (refused), with its receipt beside it and its rejected rows as CSV. A file stays where it is when the
database or the disk could not, and is tried again. Two watchers of one folder take turns by a lock that ends with the process.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
import typer

from trygghetskarta.cli.telling import exit_code, refusal, told
from trygghetskarta.delivering import Delivering, deliver
from trygghetskarta.errors import BadDeliveryError, BusyError, StorageError
from trygghetskarta.queries.deliveries import rejected_rows
from trygghetskarta.serialize.receipts import document, explained
from trygghetskarta.store.locking import locked

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from trygghetskarta.ingest.receipts import Receipt
    from trygghetskarta.settings import Settings

_STILL_SECONDS = 3.0
_LOOK_SECONDS = 1.0
_WAIT_SECONDS = 60.0
_DONE, _REFUSED, _WAITS = "klart", "avvisat", "kvar"
_UNFINISHED = (".tmp", ".part", ".partial", ".filepart", ".crdownload")

_log = logging.getLogger(__name__)

Look = tuple[int, int, int]


class Watch:
    """Looks at the folders of some sources."""

    def __init__(self, engine: Engine, settings: Settings, folder: Path, hows: Sequence[Delivering]) -> None:
        """Make the folders that are missing.

        Args:
            engine: The database.
            settings: What the installation chose.
            folder: The folder that holds one per source.
            hows: How to deliver from each of them.
        """
        self._engine, self._settings = engine, settings
        self._folders = {folder / how.source: how for how in hows}
        self._seen: dict[Path, tuple[Look, float]] = {}
        self._not_before = 0.0
        self._stop = threading.Event()
        for each in self._folders:
            for name in (_DONE, _REFUSED, _WAITS):
                (each / name).mkdir(parents=True, exist_ok=True)

    def until_told(self) -> int:
        """Watch until the process is told to end, and finish the file in hand; gives 0."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._stop.set())
        typer.echo(f"Väntar på filer i {', '.join(str(folder) for folder in self._folders)}. Avsluta med Ctrl+C.")
        while not self._stop.wait(_LOOK_SECONDS):
            if time.monotonic() >= self._not_before:
                self._round()
        typer.echo("Slutar vänta på filer.")
        return 0

    def once(self) -> int:
        """Take what stands still now; gives the worst that `ingest` would have ended with."""
        if any(_waiting(folder) for folder in self._folders):
            self._round()
            self._stop.wait(_STILL_SECONDS)
        return self._round()

    def _round(self) -> int:
        worst = 0
        for folder, how in self._folders.items():
            with _alone(folder) as alone:
                if not alone:
                    continue
                for path in _waiting(folder):
                    if self._stop.is_set():
                        return worst
                    if self._stands_still(path):
                        worst = max(worst, self._take(path, how))
        return worst

    def _stands_still(self, path: Path) -> bool:
        """Tell whether a file has looked the same for some seconds: whoever writes it is done."""
        try:
            found = path.stat()
        except FileNotFoundError:
            return False
        look = (found.st_size, found.st_mtime_ns, found.st_ino)
        before, since = self._seen.get(path, (None, 0.0))
        if look != before:
            self._seen[path] = (look, time.monotonic())
            return False
        return time.monotonic() - since >= _STILL_SECONDS

    def _take(self, path: Path, how: Delivering) -> int:
        try:
            receipt = deliver(self._engine, self._settings, how, path)
        except BadDeliveryError as error:
            typer.echo(f"{path.name}: avvisad. {error.swedish}", err=True)
            _lay_aside(path, _REFUSED, refusal(path, error), ())
            worst = 2
        except (BusyError, StorageError, OSError) as error:
            self._not_before = time.monotonic() + _WAIT_SECONDS
            typer.echo(f"{path.name}: ligger kvar, försöker igen om {_WAIT_SECONDS:.0f} s. {error}", err=True)
            return 2
        except Exception as error:  # noqa: BLE001 - a file that meets a bug must not keep the others waiting
            _log.exception("%s failed", path.name)
            kind = type(error).__name__
            texts = (f"Ett fel i programmet ({kind}); det är loggat.", f"A bug in the program ({kind}); it has been logged.")
            _lay_aside(path, _REFUSED, refusal(path, BadDeliveryError(*texts, code="failed")), ())
            worst = 2
        else:
            typer.echo(told(receipt))
            with self._engine.connect() as connection:
                rows = explained(rejected_rows(connection, receipt.delivery)) if _has_rows(receipt) else ()
                _lay_aside(path, _WAITS if receipt.status == "held" else _DONE, document(receipt), rows)
            worst = exit_code(receipt)
        self._seen.pop(path, None)
        return worst


def _has_rows(receipt: Receipt) -> bool:
    """Tell whether rejected rows are on record under this number; those of a file seen before are under its first."""
    return receipt.rejected > 0 and receipt.first is None


def _waiting(folder: Path) -> list[Path]:
    """List the files laid in a folder, oldest first, but for hidden and half-written ones."""
    files = [path for path in folder.iterdir() if not path.name.startswith(".") and path.suffix not in _UNFINISHED and path.is_file()]
    try:
        return sorted(files, key=lambda path: (path.stat().st_mtime_ns, path.name))
    except FileNotFoundError:  # another watcher was quicker; there is a next look
        return []


@contextmanager
def _alone(folder: Path) -> Iterator[bool]:
    """Tell whether no other process takes files from a folder, and keep it so."""
    handle = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        yield locked(handle)
    finally:
        os.close(handle)


def _lay_aside(path: Path, where: str, receipt: dict[str, Any], rejected: Sequence[bytes] | Iterator[bytes]) -> None:
    """Write the receipt and the rejected rows, and then move the file: it is gone from the folder only when all is told."""
    target = _free(path.parent / where, f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{path.name}")
    target.with_name(f"{target.name}.kvitto.json").write_bytes(orjson.dumps(receipt, option=orjson.OPT_INDENT_2))
    if rejected:
        with target.with_name(f"{target.name}.avvisade.csv").open("wb") as file:
            file.writelines(rejected)
    path.rename(target)


def _free(folder: Path, name: str) -> Path:
    """Give a path in a folder that no file has."""
    number, path = 1, folder / name
    while path.exists():
        number += 1
        path = folder / f"{name}-{number}"
    return path
