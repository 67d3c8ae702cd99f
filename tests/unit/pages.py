"""Tables of the pages in docs/methods, read so that a test can work them out anew."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

METHODS = Path(__file__).parents[2] / "docs" / "methods"
MONTHS = ("jan", "feb", "mar", "apr", "maj", "jun", "jul", "aug", "sep", "okt", "nov", "dec")


def table(page: str, *header: str) -> list[list[str]]:
    """Give the rows of the one table with this header."""
    lines = [line.strip() for line in (METHODS / page).read_text(encoding="utf-8").splitlines()]
    start = lines.index(f"| {' | '.join(header)} |")
    rows = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.removeprefix("|").removesuffix("|").split("|")])
    return rows


def example(page: str) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    """Give the counts of a page's example, month by month, and the months as numbers since 1970."""
    rows = table(page, "År", *MONTHS)
    counts = np.array([float(cell) for row in rows for cell in row[1:]])
    first = (int(rows[0][0]) - 1970) * 12
    return counts, np.arange(first, first + len(counts))
