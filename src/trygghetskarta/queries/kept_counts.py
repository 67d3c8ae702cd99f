"""Counts as plain arrays with names, so that they can be kept outside the process that made them, and be made into counts again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Arrays = Mapping[str, npt.NDArray[Any]]
"""Arrays by name."""

Keep = Callable[[str, object, Callable[[], Arrays]], Arrays]
"""Gives the arrays of a kind that something is known by, made by a function unless they are kept already.

They are known by all that they come from and are laid out by, through its repr: what is known by the same is the same in every process.
"""

Part = TypeVar("Part")


def made_here(_kind: str, _known_by: object, make: Callable[[], Arrays]) -> Arrays:
    """Keep nothing: make the arrays for this process alone."""
    return make()


def arrays_of(parts: Mapping[str, DataclassInstance]) -> Arrays:
    """Give every attribute of some parts as an array named `<part>/<attribute>`; a number is one of no dimension."""
    return {f"{name}/{told.name}": np.asarray(getattr(part, told.name)) for name, part in parts.items() for told in fields(part)}


def parts_of(arrays: Arrays, what: str, kind: Callable[..., Part]) -> dict[str, Part]:
    """Give the parts whose names begin with `<what>/`, by the rest of their names.

    Args:
        arrays: As `arrays_of` gives them.
        what: How their names begin.
        kind: Makes a part of its attributes by name.
    """
    found: dict[str, dict[str, Any]] = {}
    for name, array in arrays.items():
        if name.startswith(f"{what}/"):
            part, _, attribute = name.removeprefix(f"{what}/").rpartition("/")
            found.setdefault(part, {})[attribute] = array if array.ndim else array.item()
    return {name: kind(**attributes) for name, attributes in found.items()}
