"""The columns of answers: what each holds, and what people call it. A column has one type in every answer, whatever its values happen to be."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files


class Kind(StrEnum):
    """What a column holds."""

    TEXT = "text"
    WHOLE = "whole"
    DECIMAL = "decimal"
    TRUTH = "truth"

    @property
    def is_number(self) -> bool:
        """Whether it is something that can be drawn and summed."""
        return self in (Kind.WHOLE, Kind.DECIMAL)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of an answer.

    Attributes:
        kind: What it holds.
        name: What it is called in Swedish.
        name_en: In English.
    """

    kind: Kind
    name: str
    name_en: str


@cache
def known_columns() -> dict[str, Column]:
    """Read the columns by their names in answers."""
    written = tomllib.loads(files("trygghetskarta.serialize").joinpath("columns.toml").read_text(encoding="utf-8"))
    return {code: Column(Kind(kind), *names) for kind, group in written.items() for code, names in group.items()}
