"""Stands in for what ingest/reading.py and ingest/contract.py will hold; goes away when they do."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from trygghetskarta.domain.events import Rejected
from trygghetskarta.ingest import contract, reading
from trygghetskarta.ingest.reading import shown

__all__ = ["DeliveredFile", "Fits", "TextTable", "shown", "tables", "tidy"]

Ints = npt.NDArray[np.int64]
Fits = Callable[[list[str]], bool]


@dataclass(frozen=True, slots=True)
class DeliveredFile:
    """A file as it was delivered."""

    name: str
    path: Path
    sha256: str
    size: int


@dataclass(slots=True)
class TextTable:
    """One block of rows of a table of texts."""

    header: list[str]
    columns: dict[str, pa.StringArray]
    line: Ints
    raw: Callable[[int], bytes]
    rejected: list[Rejected] = field(default_factory=list)
    blank: int = 0
    encoding: str = "utf-8"
    separator: str | None = None
    srid: int | None = None
    upto: int = 0


def tidy(name: str) -> str:
    """Give a column's name one form."""
    return unicodedata.normalize("NFC", " ".join(name.replace("\ufeff", "").split()))


def tables(path: Path, name: str, fits: Fits) -> Iterator[TextTable]:
    """Read a CSV file."""
    del fits
    content = path.read_bytes()
    table = reading.read_table(contract.DeliveredFile(name, content, "", len(content)))
    columns = {column: values.combine_chunks() for column, values in table.columns.items()}
    yield TextTable(table.header, columns, table.line, table.raw, table.rejected, table.blank, table.encoding, table.separator)
