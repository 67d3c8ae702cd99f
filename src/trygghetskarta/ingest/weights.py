"""Harm weights from a file of the city's own: TOML like those that come with the program, or a CSV."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy import Connection

from trygghetskarta.domain.weights import WeightSet, make_set, read_set
from trygghetskarta.errors import BadDeliveryError, Fault
from trygghetskarta.ingest.publication import announce
from trygghetskarta.store.version import hold_tables_still
from trygghetskarta.store.weights import digest_of, keep_set

COLUMNS = {
    "kalla": "source", "kod": "code", "dagar": "days", "lagrum": "law", "minimum": "minimum", "sfs": "sfs", "sedan": "since",
    "kontrollerad": "checked", "polisinitierad": "police_initiated", "anmarkning": "note",
}  # fmt: skip
"""The columns of a CSV, and what each is; the first four are required."""

_REQUIRED = ("kalla", "kod", "dagar", "lagrum")
_LARGEST = 5_000_000


@dataclass(frozen=True, slots=True)
class SetHead:
    """What a CSV cannot say of itself: the set's name, the day it is for, and where it comes from."""

    name: str
    valid_from: date
    basis: str


def read_weights(path: Path, head: SetHead | None = None) -> WeightSet:
    """Read a set from a file.

    Args:
        path: TOML, or a CSV with semicolons.
        head: For a CSV.

    Returns:
        The set.

    Raises:
        BadDeliveryError: The file cannot be read as a set.
    """
    if path.stat().st_size > _LARGEST:
        raise BadDeliveryError("Filen är för stor för att vara vikter.", "The file is too large to be weights.", code="too_large")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadDeliveryError("Spara filen som UTF-8.", "Save the file as UTF-8.", code="not_utf8") from error
    if path.suffix.casefold() == ".toml":
        return read_set(text)
    if head is None:
        swedish, english = "En CSV behöver --name, --valid-from och --basis.", "A CSV needs --name, --valid-from and --basis."
        raise BadDeliveryError(swedish, english, code="no_head")
    rows = list(csv.DictReader(text.splitlines(), delimiter=";"))
    lacks = [column for column in _REQUIRED if not rows or column not in rows[0]]
    if lacks:
        raise BadDeliveryError(f"Filen saknar kolumnen {lacks[0]}.", f"The file lacks the column {lacks[0]}.", code="missing_column")
    given = {"name": head.name, "valid_from": head.valid_from, "basis": head.basis}
    return make_set(given, [_values(row) for row in rows])


def _values(row: dict[str, str | None]) -> dict[str, object]:
    texts = {COLUMNS[column]: (value or "").strip() for column, value in row.items() if column in COLUMNS}
    said: dict[str, object] = {name: value for name, value in texts.items() if value}
    try:
        said["days"] = float(texts["days"].replace(",", "."))
        if "since" in said:
            said["since"] = date.fromisoformat(texts["since"])
    except ValueError as error:
        swedish = f"Raden för {texts['code']} har ett antal dagar eller en dag som inte går att läsa."
        english = f"The row of {texts['code']} has a number of days or a day that cannot be read."
        raise BadDeliveryError(swedish, english, (Fault("dagar", texts["days"], swedish, english),), code="bad_weights") from error
    for mark in ("checked", "police_initiated"):
        said[mark] = texts.get(mark, "").casefold() in ("ja", "true", "1", "x")
    return said


def load_weights(connection: Connection, given: WeightSet) -> bool:
    """Put a set into the database, where it is frozen.

    Args:
        connection: Inside a transaction.
        given: The set.

    Returns:
        True when it is new, False when the very same set is there already.

    Raises:
        BadDeliveryError: Its name is another set's, or it weighs a category that there is not.
    """
    hold_tables_still(connection)
    kept = digest_of(connection, given.name)
    if kept == given.digest:
        return False
    if kept is not None:
        swedish = f"Vikterna {given.name} finns redan med annat innehåll. Vikter ändras aldrig; ge de nya ett eget namn."
        english = (
            f"The weights {given.name} are there already with other content. Weights never change; give the new ones a name of their own."
        )
        raise BadDeliveryError(swedish, english, (Fault("name", given.name, swedish, english),), code="frozen")
    keep_set(connection, given)
    announce(connection, "weights")
    return True
