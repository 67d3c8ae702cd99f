"""Files as bytes, the same every time, and bad rows put in on purpose and listed."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

Row = list[str]


@dataclass(frozen=True)
class Flaw:
    """One kind of bad row.

    Attributes:
        what: Its name in FACIT.csv.
        spoil: Makes a good row bad.
        fits: Says which good rows can be spoilt this way so that the result is certainly bad.
    """

    what: str
    spoil: Callable[[Row], Row]
    fits: Callable[[Row], bool] = lambda _row: True


@dataclass
class Delivery:
    """One file of a source, ready to write.

    Attributes:
        name: File name under `deliveries/`; with `.gz` it is packed.
        lines: Its lines, without line ends.
        facit: Line number (the first line is 1) and kind of every bad row.
        good: Number of good rows.
        bom: True where the file starts with a byte order mark.
    """

    name: str
    lines: list[str]
    facit: list[tuple[int, str]]
    good: int
    bom: bool = False


def setting(column: int, value: str) -> Callable[[Row], Row]:
    """Give a spoiler that puts one value in one column."""
    return lambda row: [*row[:column], value, *row[column + 1 :]]


def swapping(first: int, second: int) -> Callable[[Row], Row]:
    """Give a spoiler that lets two columns change places."""

    def spoil(row: Row) -> Row:
        changed = list(row)
        changed[first], changed[second] = row[second], row[first]
        return changed

    return spoil


def impossible_date(column: int) -> Callable[[Row], Row]:
    """Give a spoiler that moves a date to 30 February of its year; what follows the date stays."""
    return lambda row: [*row[:column], row[column][:4] + "-02-30" + row[column][10:], *row[column + 1 :]]


def impossible_time(column: int) -> Callable[[Row], Row]:
    """Give a spoiler that turns the clock time of "YYYY-MM-DD HH:MM" into 25:00."""
    return lambda row: [*row[:column], row[column][:10] + " 25:00", *row[column + 1 :]]


def filled(*columns: int) -> Callable[[Row], bool]:
    """Give a test that these columns hold something."""
    return lambda row: all(row[column] for column in columns)


def too_short(row: Row) -> Row:
    """Drop the last three fields, or all but the first two of a short row."""
    return row[: max(2, len(row) - 3)]


@dataclass(frozen=True)
class Layout:
    """How a table looks as text, besides its rows.

    Attributes:
        header: Column names.
        separator: Between the fields; no value holds it, so nothing is quoted.
        bom: True where the file starts with a byte order mark.
        blank: True where a blank line stands somewhere.
        footer: Last line; none when empty.
    """

    header: tuple[str, ...]
    separator: str = ";"
    bom: bool = False
    blank: bool = False
    footer: str = ""


def table(name: str, layout: Layout, rows: list[Row], flaws: list[Flaw], rng: np.random.Generator) -> Delivery:
    """Make a delivery of a table, with one bad row per flaw at a random place.

    Args:
        name: File name.
        layout: Header, separator and what else the file holds.
        rows: Good rows, in the order of the file.
        flaws: Bad rows wanted; each takes the place of a good one.
        rng: Where the bad rows go.

    Returns:
        The delivery, with its list of bad rows.
    """
    bad: dict[int, str] = {}
    changed = list(rows)
    for flaw in flaws:
        index = next(int(i) for i in rng.permutation(len(rows)) if int(i) not in bad and flaw.fits(rows[int(i)]))
        changed[index] = flaw.spoil(rows[index])
        bad[index] = flaw.what
    lines = [layout.separator.join(layout.header)]
    facit: list[tuple[int, str]] = []
    blank_at = int(rng.integers(1, len(rows))) if layout.blank else -1
    for index, row in enumerate(changed):
        if index == blank_at:
            lines.append("")
            facit.append((len(lines), "blank"))
        lines.append(layout.separator.join(row))
        if index in bad:
            facit.append((len(lines), bad[index]))
    if layout.footer:
        lines.append(layout.footer)
        facit.append((len(lines), "footer"))
    return Delivery(name, lines, facit, len(rows) - len(bad), layout.bom)


def write_bytes(path: Path, content: bytes) -> int:
    """Write a file, packed without a time stamp where its name asks for it; give its size."""
    if path.suffix == ".gz":
        # mtime=0 and no file name in the header: the same rows give the same bytes on any day and in any folder.
        content = gzip.compress(content, compresslevel=9, mtime=0)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return len(content)


def write_delivery(folder: Path, delivery: Delivery) -> int:
    """Write one delivery; give its size on disk."""
    text = "\n".join(delivery.lines) + "\n"
    return write_bytes(folder / delivery.name, text.encode("utf-8-sig" if delivery.bom else "utf-8"))


def write_facit(folder: Path, deliveries: list[Delivery]) -> int:
    """Write the list of every bad row; give its size on disk."""
    rows = [f"{delivery.name};{line};{what}" for delivery in deliveries for line, what in delivery.facit]
    return write_bytes(folder / "FACIT.csv", ("\n".join(["file;line;what", *rows]) + "\n").encode())
