"""Harm weights: what one event of a category weighs, in days, and the law or the reason that says so.

A set of weights is data, in harm_weights/<name>.toml or in a file of the city's own. Once it is in the database it is frozen: the same name never
comes to mean other weights, so a series weighed by it can be made again.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from trygghetskarta.domain.categories import Category
from trygghetskarta.domain.sources import EVENT_SOURCES, SourceId
from trygghetskarta.errors import BadDeliveryError, Fault

FINE_DAYS, PRISON_DAYS, MONTH_DAYS, YEAR_DAYS = 1, 30, 30, 365
"""What a fine, imprisonment without a stated minimum, a month and a year are in days, in the sets that come with the program."""

_MOST_DAYS = 36_500
_LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Weight:
    """What one event of a category weighs.

    Attributes:
        source: Whose category.
        code: The category; a weight on a group holds for all below it that have none of their own.
        days: The weight, >= 0.
        law: The paragraph, or what else it rests on.
        minimum: The least penalty as the law states it; None where the weight is no penalty.
        sfs: The acts that gave the paragraph the wording that was read.
        since: The day that wording came into force.
        checked: True where the law's own text was read.
        police_initiated: True for a crime mostly found by the police's or customs' own controls, so that its count tells of their work.
        note: What to mind.
    """

    source: SourceId
    code: str
    days: float
    law: str
    minimum: str | None = None
    sfs: str | None = None
    since: date | None = None
    checked: bool = False
    police_initiated: bool = False
    note: str | None = None


@dataclass(frozen=True, slots=True)
class WeightSet:
    """A named set of weights.

    Attributes:
        name: What answers and questions call it.
        valid_from: The day it is for; the newest whose day has come is used when a question names none.
        basis: Where the weights come from, a Swedish sentence.
        basis_en: The same in English; None where nobody wrote it.
        weights: Its weights, each category once.
    """

    name: str
    valid_from: date
    basis: str
    basis_en: str | None
    weights: tuple[Weight, ...]

    @property
    def digest(self) -> str:
        """Tell this content from every other: equal just when every weight and what is said of it is equal."""
        said = [self.name, str(self.valid_from), self.basis, self.basis_en]
        lines = sorted(repr((weight.source.value, weight.code, *_about(weight))) for weight in self.weights)
        return hashlib.sha256("\n".join([repr(said), *lines]).encode()).hexdigest()


def _about(weight: Weight) -> tuple[object, ...]:
    since = str(weight.since)
    return (
        float(weight.days), weight.law, weight.minimum, weight.sfs, since, weight.checked, weight.police_initiated, weight.note,
    )  # fmt: skip


@cache
def built_in_sets() -> tuple[WeightSet, ...]:
    """Read the sets that come with the program."""
    folder = files("trygghetskarta.domain").joinpath("harm_weights")
    return tuple(read_set(path.read_text(encoding="utf-8")) for path in sorted(folder.iterdir(), key=lambda path: path.name))


def read_set(text: str) -> WeightSet:
    """Read a set from TOML.

    Args:
        text: As the sets that come with the program are written.

    Returns:
        The set.

    Raises:
        BadDeliveryError: It is not TOML, or says something that no weight can be.
    """
    try:
        said = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadDeliveryError(f"Filen är inte TOML: {error}.", f"The file is not TOML: {error}.", code="not_toml") from error
    rows = [{**row, "code": code} for row in said.get("weights", []) for code in row.get("codes", [])]
    return make_set(said, rows)


def make_set(head: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> WeightSet:
    """Make a set of what a file says.

    Args:
        head: `name`, `valid_from`, `basis` and perhaps `basis_en`.
        rows: The weights by the names of their attributes.

    Returns:
        The set.

    Raises:
        BadDeliveryError: Something is missing, or is something that no weight can be.
    """
    for field, kind in (("name", str), ("valid_from", date), ("basis", str)):
        if not isinstance(head.get(field), kind) or not head[field]:
            raise _bad(field, head.get(field), f"Filen saknar {field}.", f"The file lacks {field}.")
    if len(head["name"]) > _LONGEST_NAME or not head["name"].replace("-", "").replace("_", "").isalnum():
        swedish, english = "Namnet är bokstäver, siffror och bindestreck, högst 60.", "A name is letters, digits and hyphens, at most 60."
        raise _bad("name", head["name"], swedish, english)
    weights = tuple(_weight(row) for row in rows)
    if not weights:
        raise _bad("weights", None, "Filen har inga vikter.", "The file holds no weights.")
    seen: set[tuple[SourceId, str]] = set()
    for weight in weights:
        if (weight.source, weight.code) in seen:
            swedish, english = f"Kategorin {weight.code} har två vikter.", f"The category {weight.code} has two weights."
            raise _bad("code", weight.code, swedish, english)
        seen.add((weight.source, weight.code))
    return WeightSet(head["name"], head["valid_from"], head["basis"], head.get("basis_en"), weights)


def _weight(row: Mapping[str, Any]) -> Weight:
    source, code, days, law = (row.get(name) for name in ("source", "code", "days", "law"))
    if source not in {known.value for known in EVENT_SOURCES}:
        raise _bad("source", source, f"{source} är ingen källa med händelser.", f"{source} is no source of events.")
    if not isinstance(code, str) or not code or not isinstance(law, str) or not law:
        raise _bad("code", code, "En vikt saknar kategori eller lagrum.", "A weight lacks a category or what it rests on.")
    if isinstance(days, bool) or not isinstance(days, int | float) or not 0 <= days <= _MOST_DAYS:
        swedish, english = f"Vikten för {code} är inte ett antal dagar.", f"The weight of {code} is not a number of days."
        raise _bad("days", days, swedish, english)
    since = row.get("since")
    if since is not None and not isinstance(since, date):
        raise _bad("since", since, f"Dagen för {code} är ingen dag.", f"The day of {code} is not a day.")
    minimum, sfs, note = (str(row[name]) if row.get(name) else None for name in ("minimum", "sfs", "note"))
    checked, initiated = (row.get(name, False) is True for name in ("checked", "police_initiated"))
    return Weight(SourceId(source), code, days, law, minimum, sfs, since, checked, initiated, note)


def _bad(field: str, value: object, swedish: str, english: str) -> BadDeliveryError:
    shown = None if value is None else str(value)
    return BadDeliveryError(swedish, english, (Fault(field, shown, swedish, english),), code="bad_weights")


def in_force(weights: Iterable[Weight], nodes: Sequence[Category]) -> list[Weight | None]:
    """Give the weight that holds for each category of a tree.

    Args:
        weights: Those of the tree's source.
        nodes: The tree, each group before all that stand under it.

    Returns:
        For each node its own weight, else that of the nearest group around it that has one; None where there is none.
    """
    own = {weight.code: weight for weight in weights}
    held: dict[str, Weight | None] = {}
    for node in nodes:
        held[node.code] = own.get(node.code) or (held.get(node.parent) if node.parent is not None else None)
    return [held[node.code] for node in nodes]
