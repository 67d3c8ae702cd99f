"""The documents, read so that a test can hold them against the code."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
METHODS = DOCS / "methods"
MONTHS = ("jan", "feb", "mar", "apr", "maj", "jun", "jul", "aug", "sep", "okt", "nov", "dec")


def read(path: Path) -> str:
    """Give the text of a document."""
    return path.read_text(encoding="utf-8")


def rows_of(text: str, *header: str) -> list[list[str]]:
    """Give the rows of the one table with this header, each with as many cells as it."""
    lines = [line.strip() for line in text.splitlines()]
    start = lines.index(f"| {' | '.join(header)} |")
    found = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        cells = [cell.strip() for cell in line.removeprefix("|").removesuffix("|").split("|")]
        assert len(cells) == len(header), line
        found.append(cells)
    return found


def table(page: str, *header: str) -> list[list[str]]:
    """Give the rows of a table of a method's page."""
    return rows_of(read(METHODS / page), *header)


def example(page: str) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    """Give the counts of a page's example, month by month, and the months as numbers since 1970."""
    years = table(page, "År", *MONTHS)
    counts = np.array([float(cell) for year in years for cell in year[1:]])
    first = (int(years[0][0]) - 1970) * 12
    return counts, np.arange(first, first + len(counts))
