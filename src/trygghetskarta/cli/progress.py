"""How far a file has been read, and how many of several things are done: a bar on a terminal, lines elsewhere."""

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


@contextmanager
def counting(total: int) -> Iterator[Callable[[str], None]]:
    """Show on standard error how many of several things are done.

    Args:
        total: How many there are.

    Yields:
        What is to be told of each that is done, by its name.
    """
    if not sys.stderr.isatty():
        yield _each_line(total)
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    with Progress(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), console=Console(stderr=True)) as progress:
        task = progress.add_task("", total=total)
        yield lambda name: progress.update(task, advance=1, description=escape(name))


def _each_line(total: int) -> Callable[[str], None]:
    done = 0

    def show(name: str) -> None:
        nonlocal done
        done += 1
        sys.stderr.write(f"{done}/{total} {name}\n")

    return show
