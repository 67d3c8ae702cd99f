"""The columns of answers: what each holds, and what people call it. A column has one type in every answer, whatever its values happen to be."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Column:
    """A column of an answer.

    Attributes:
        kind: "text", "whole", "decimal" or "truth".
        name: What it is called in Swedish.
        name_en: In English.
    """

    kind: str
    name: str
    name_en: str


@cache
def columns() -> dict[str, Column]:
    """Read the columns by their names in answers."""
    written = tomllib.loads(files("trygghetskarta.serialize").joinpath("columns.toml").read_text(encoding="utf-8"))
    return {code: Column(kind, *names) for kind, group in written.items() for code, names in group.items()}
