"""JSON-stat 2.0, for the programs that statistics are read with.

Reference: https://json-stat.org/full/
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson

METRIC = "ContentsCode"
"""What the dimension of what is counted is called: the name that the statistics programs of the Nordic offices give it."""

STATUSES: Mapping[str, tuple[str, str]] = {
    "provisional": ("Preliminärt: värdet kan ändras.", "Provisional: the value may change."),
    "missing": ("Saknas: ingenting är levererat.", "Missing: nothing is delivered."),
    "withheld": ("Skyddat: visas inte för den som frågat.", "Withheld from whoever asked."),
    "notApplicable": ("Ej tillämpligt: det finns inget värde att räkna fram.", "Not applicable: there is no value to work out."),
}
"""What is said of a value besides the value, and what it means in Swedish and in English."""


@dataclass(frozen=True, slots=True)
class Dimension:
    """One dimension of a dataset.

    Attributes:
        name: Its id.
        label: What people call it.
        categories: What people call each category, by its id, in order.
        role: "geo", "time" or "metric"; None for any other.
        units: JSON-stat's unit by category id, for those that have one.
        below: Ids of the categories right below each that has any.
        notes: Texts about a category by its id, for those that have any.
        extension: What else there is to tell of it.
    """

    name: str
    label: str
    categories: Mapping[str, str]
    role: str | None = None
    units: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    below: Mapping[str, Sequence[str]] = field(default_factory=dict)
    notes: Mapping[str, Sequence[str]] = field(default_factory=dict)
    extension: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Dataset:
    """A cube of values.

    Attributes:
        label: What it is called.
        source: Where it comes from.
        updated: When it last changed.
        dimensions: The last varies fastest in `values`.
        values: One for each combination of categories; None where there is none. No values at all where only the dimensions are told.
        status: By the place of a value in `values`, what is said of it; nothing is said of a plain value.
        notes: Texts about the whole.
        extension: What else there is to tell.
        meanings: What each status means, in Swedish and in English.
    """

    label: str
    source: str
    updated: datetime
    dimensions: tuple[Dimension, ...]
    values: Sequence[float | None] | None
    status: Mapping[int, str]
    notes: Sequence[str] = ()
    extension: Mapping[str, Any] = field(default_factory=dict)
    meanings: Mapping[str, tuple[str, str]] = field(default_factory=lambda: STATUSES)


def write_dataset(dataset: Dataset) -> bytes:
    """Write a dataset as JSON-stat 2.0.

    Args:
        dataset: The dataset.

    Returns:
        The document, with Swedish labels. `extension.status.label` says in both languages what each status in it means.

    Raises:
        ValueError: There is not one value for each combination of categories.
    """
    size = [len(dimension.categories) for dimension in dataset.dimensions]
    values = [] if dataset.values is None else dataset.values
    if dataset.values is not None and len(values) != math.prod(size):
        raise ValueError(f"{len(values)} values in a cube of {size}")
    roles: dict[str, list[str]] = {}
    for dimension in dataset.dimensions:
        if dimension.role is not None:
            roles.setdefault(dimension.role, []).append(dimension.name)
    said = sorted(set(dataset.status.values()))
    meaning = {name: {"sv": dataset.meanings[name][0], "en": dataset.meanings[name][1]} for name in said}
    document = {
        "version": "2.0",
        "class": "dataset",
        "label": dataset.label,
        "source": dataset.source,
        "updated": dataset.updated.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "note": list(dataset.notes),
        "id": [dimension.name for dimension in dataset.dimensions],
        "size": size,
        "role": roles,
        "dimension": {dimension.name: _dimension(dimension) for dimension in dataset.dimensions},
        "value": values,
        "status": {str(place): name for place, name in dataset.status.items()},
        "extension": {**dataset.extension, "status": {"label": meaning}},
    }
    return orjson.dumps(document)


def _dimension(dimension: Dimension) -> dict[str, Any]:
    # JSON-stat lets the index be a list or a mapping; the programs made for PxWeb read the mapping only.
    places = {name: place for place, name in enumerate(dimension.categories)}
    category: dict[str, Any] = {"index": places, "label": dict(dimension.categories)}
    further = {"unit": dimension.units, "child": dimension.below, "note": dimension.notes}
    category |= {name: dict(told) for name, told in further.items() if told}
    told = {"label": dimension.label, "category": category}
    return {**told, "extension": dict(dimension.extension)} if dimension.extension else told
