"""Files of every format as they might be sent, and what their reading came to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from trygghetskarta.domain.read_as import PLAIN, ReadAs
from trygghetskarta.errors import BadDeliveryError
from trygghetskarta.ingest.formats.archives import open_delivery
from trygghetskarta.ingest.formats.registry import open_tables


def fits(header: list[str]) -> bool:
    """Tell whether the columns are those of the layout that these tests have in mind."""
    return {"id", "tid"} <= {name.casefold() for name in header}


@dataclass
class Found:
    """The parts of a file put together."""

    columns: dict[str, list[str]] = field(default_factory=dict)
    line: list[int] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    rejected: list[tuple[int, str, str]] = field(default_factory=list)
    rejected_raw: list[bytes] = field(default_factory=list)
    values: list[str] = field(default_factory=list)
    head: bytes = b""
    blank: int = 0
    srid: int | None = None
    read_as: ReadAs = PLAIN
    parts: int = 0

    @property
    def rows(self) -> int:
        return len(self.line) + len(self.rejected) + self.blank

    def __getitem__(self, column: str) -> list[str]:
        return self.columns[column]


def read(path: Path, fitting: Callable[[list[str]], bool] = fits) -> Found:
    """Read a file whole."""
    found = Found()
    with open_delivery(path) as file:
        for part in open_tables(file, fitting):
            assert part.header == list(part.columns)
            for name, values in part.columns.items():
                assert values.null_count == 0
                assert len(values) == len(part.line)
                values.validate(full=True)
                found.columns.setdefault(name, [""] * len(found.line)).extend(values.to_pylist())
            found.line += part.line.tolist()
            found.raw += [part.raw(row) for row in range(len(part.line))]
            found.rejected += [(row.line, row.column, row.message.code) for row in part.rejected]
            found.values += [row.value for row in part.rejected]
            found.head = part.head
            found.rejected_raw += [row.raw for row in part.rejected]
            found.blank += part.blank
            found.srid = part.srid
            found.read_as = found.read_as.and_on(part.read_as) if found.parts else part.read_as
            found.parts += 1
    assert found.parts > 0
    return found


def refused(path: Path) -> BadDeliveryError:
    """Give the refusal of a file."""
    with pytest.raises(BadDeliveryError) as caught:
        read(path)
    assert caught.value.swedish.endswith(".")
    assert caught.value.english.endswith(".")
    assert caught.value.swedish != caught.value.english
    return caught.value
