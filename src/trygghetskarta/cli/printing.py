"""Tables and sentences on the terminal."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console
from rich.table import Table

from trygghetskarta.serialize.swedish import decimal, whole


def console(width: int = 140) -> Console:
    """Give the terminal, as wide as it is; a file or a pipe is so many characters wide."""
    terminal = Console()
    return terminal if terminal.is_terminal else Console(width=width)


def tell(table: Table, notes: Iterable[str], width: int = 140) -> None:
    """Print a table, and what is said of it."""
    terminal = console(width)
    terminal.print(table)
    for note in notes:
        terminal.print(note)


def cell(value: str | float | None, decimals: int = 1) -> str:
    """Give a value as a cell of a table."""
    match value:
        case None:
            return "–"
        case float():
            return decimal(value, decimals)
        case int():
            return whole(value)
        case str():
            return value
