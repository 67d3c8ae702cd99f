"""Clock ways of doing one thing, in turns, and print what they took."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Way:
    """One way to the same answer.

    Attributes:
        name: What the table calls it.
        run: Does it once, and gives the seconds that count.
    """

    name: str
    run: Callable[[], float]


def clock(work: Callable[[], object]) -> float:
    """Give the seconds that some work takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def in_turns(ways: Sequence[Way], rounds: int) -> dict[str, list[float]]:
    """Run every way once a round, each round beginning with another, so that whatever drifts on the machine hits all alike.

    Args:
        ways: The ways.
        rounds: How often.

    Returns:
        Seconds of every run by the way's name.
    """
    taken: dict[str, list[float]] = {way.name: [] for way in ways}
    for number in range(rounds):
        first = number % max(len(ways), 1)
        for way in (*ways[first:], *ways[:first]):
            taken[way.name].append(way.run())
        print(f"  round {number + 1} of {rounds} done", flush=True)
    return taken


def median(seconds: Sequence[float]) -> float:
    """Give the middle of some seconds."""
    return statistics.median(seconds)


def print_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table as Markdown: the first column to the left, the rest to the right."""
    widths = [max(len(cell) for cell in column) for column in zip(head, *rows, strict=True)]
    for number, row in enumerate((head, *rows)):
        print(
            "| "
            + " | ".join(cell.rjust(width) if at else cell.ljust(width) for at, (cell, width) in enumerate(zip(row, widths, strict=True)))
            + " |"
        )
        if number == 0:
            print("|" + "|".join("-" * (width + 1) + (":" if at else "-") for at, width in enumerate(widths)) + "|")
    print(flush=True)


def times(ratio: float) -> str:
    """Write how many times something goes into something else."""
    if ratio < 1:
        return f"{ratio:.2f} ×"
    return f"{ratio:.1f} ×" if ratio < 100 else f"{ratio:,.0f} ×".replace(",", " ")
