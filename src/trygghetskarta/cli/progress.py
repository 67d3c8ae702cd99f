"""How far a file has been read: a bar on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_SECONDS_A_LINE = 5.0


@contextmanager
def reading(name: str, *, quiet: bool = False) -> Iterator[Callable[[int, int], None]]:
    """Show on standard error how far the reading of a file has come.

    Args:
        name: The file's.
        quiet: Show nothing.

    Yields:
        What is to be told of bytes done and bytes in all.
    """
    if quiet:
        yield _nothing
    elif sys.stderr.isatty():
        with _bar(name) as show:
            yield show
    else:
        yield _lines(name)


def _nothing(done: int, total: int) -> None:
    del done, total


@contextmanager
def _bar(name: str) -> Iterator[Callable[[int, int], None]]:
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(escape(name), total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


def _lines(name: str) -> Callable[[int, int], None]:
    """Tell nothing of what is soon done, and a line every few seconds of what is not."""
    told = time.monotonic()

    def show(done: int, total: int) -> None:
        nonlocal told
        if time.monotonic() - told >= _SECONDS_A_LINE:
            told = time.monotonic()
            sys.stderr.write(f"{name}: {100 * done // max(total, 1)} % läst\n")

    return show
