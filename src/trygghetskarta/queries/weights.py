"""Sets of harm weights, laid out along the trees."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, text

from trygghetskarta.domain.categories import Category
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.domain.weights import Weight, in_force

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

_SETS = text("""
    SELECT name, valid_from, basis, basis_en, count(*) AS weights, sum(checked::int) AS checked,
        valid_from <= (now() AT TIME ZONE 'Europe/Stockholm')::date AS due
    FROM weight_set JOIN weight USING (weight_set_id) GROUP BY weight_set_id ORDER BY valid_from DESC, weight_set_id DESC
""")
_WEIGHTS = text("""
    SELECT weight_set.name, source.code AS source, category.code, days, law, minimum, sfs, since, checked, police_initiated, note
    FROM weight JOIN weight_set USING (weight_set_id) JOIN category USING (category_id) JOIN source USING (source_id)
    ORDER BY category.category_id
""")


@dataclass(frozen=True, slots=True)
class KeptSet:
    """What a list tells of a set.

    Attributes:
        name: Its name.
        valid_from: The day it is for.
        basis: Where its weights come from.
        basis_en: The same in English.
        weights: How many weights it has.
        checked: How many of them were checked against the law's own text.
        due: Whether its day has come.
    """

    name: str
    valid_from: date
    basis: str
    basis_en: str | None
    weights: int
    checked: int
    due: bool


@dataclass(frozen=True, slots=True)
class Weights:
    """A set as the cube uses it.

    Attributes:
        kept: Which set.
        held: By source, the weight that holds for each category in the order of its tree; None for none.
        days: By source, the same as numbers, (categories,): NaN where there is none.
        initiated: By source, (categories,): True for what is mostly found by the police's own controls.
    """

    kept: KeptSet
    held: Mapping[SourceId, Sequence[Weight | None]]
    days: Mapping[SourceId, Floats]
    initiated: Mapping[SourceId, Bools]


def list_sets(connection: Connection) -> list[KeptSet]:
    """Read which sets there are, the newest first."""
    return [
        KeptSet(row.name, row.valid_from, row.basis, row.basis_en, row.weights, row.checked, row.due)
        for row in connection.execute(_SETS)
    ]  # fmt: skip


def read_weights(connection: Connection) -> dict[str, list[Weight]]:
    """Read every weight by the name of its set, in the order of the trees."""
    found: dict[str, list[Weight]] = {}
    for row in connection.execute(_WEIGHTS):
        found.setdefault(row.name, []).append(
            Weight(
                SourceId(row.source),
                row.code,
                row.days,
                row.law,
                row.minimum,
                row.sfs,
                row.since,
                row.checked,
                row.police_initiated,
                row.note,
            )
        )
    return found


def lay_out(connection: Connection, trees: Mapping[SourceId, Sequence[Category]]) -> dict[str, Weights]:
    """Read every set and lay it out along the trees.

    Args:
        connection: Inside a transaction.
        trees: The categories of each source, each group before all that stand under it.

    Returns:
        The sets by name, the newest first.
    """
    weights = read_weights(connection)
    laid = {}
    for kept in list_sets(connection):
        held = {}
        for source, nodes in trees.items():
            mine = [weight for weight in weights.get(kept.name, ()) if weight.source is source]
            if mine:
                held[source] = in_force(mine, nodes)
        days = {source: np.array([np.nan if weight is None else weight.days for weight in row]) for source, row in held.items()}
        initiated = {source: np.array([weight is not None and weight.police_initiated for weight in row]) for source, row in held.items()}
        laid[kept.name] = Weights(kept, held, days, initiated)
    return laid


def chosen(sets: Mapping[str, Weights], name: str | None) -> Weights | None:
    """Choose a set.

    Args:
        sets: Those there are, the newest first.
        name: The one named; None for the newest whose day has come.

    Returns:
        The set; None when there is none.
    """
    if name is not None:
        return sets.get(name)
    return next((weights for weights in sets.values() if weights.kept.due), None)
