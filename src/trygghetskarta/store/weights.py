"""Sets of harm weights into their tables, once and for all."""

from __future__ import annotations

from sqlalchemy import Connection, select, text
from sqlalchemy.dialects.postgresql import insert

from trygghetskarta.domain.weights import WeightSet
from trygghetskarta.errors import BadDeliveryError, Fault
from trygghetskarta.store.tables import category, source, weight, weight_set

_DIGEST = text("SELECT digest FROM weight_set WHERE name = :name")


def digest_of(connection: Connection, name: str) -> str | None:
    """Give what the set of a name holds, as `WeightSet.digest` tells it; None when there is none."""
    found: str | None = connection.execute(_DIGEST, {"name": name}).scalar_one_or_none()
    return found


def keep_set(connection: Connection, given: WeightSet) -> None:
    """Write a set whose name is not taken.

    Args:
        connection: Inside a transaction.
        given: The set.

    Raises:
        BadDeliveryError: It weighs a category that there is not.
    """
    rows = connection.execute(select(category.c.category_id, source.c.code, category.c.code.label("category")).join(source))
    number_of = {(row.code, row.category): row.category_id for row in rows}
    unknown = [one for one in given.weights if (one.source.value, one.code) not in number_of]
    if unknown:
        faults = tuple(
            Fault("code", one.code, f"{one.source} har ingen kategori {one.code}.", f"{one.source} has no category {one.code}.")
            for one in unknown[:20]
        )
        raise BadDeliveryError(faults[0].reason, faults[0].reason_en, faults, code="unknown_category")
    said = {"name": given.name, "valid_from": given.valid_from, "basis": given.basis, "basis_en": given.basis_en, "digest": given.digest}
    number = connection.execute(insert(weight_set).values(said).returning(weight_set.c.weight_set_id)).scalar_one()
    connection.execute(
        insert(weight),
        [
            {
                "weight_set_id": number,
                "category_id": number_of[one.source.value, one.code],
                "days": float(one.days),
                "law": one.law,
                "minimum": one.minimum,
                "sfs": one.sfs,
                "since": one.since,
                "checked": one.checked,
                "police_initiated": one.police_initiated,
                "note": one.note,
            }
            for one in given.weights
        ],
    )
