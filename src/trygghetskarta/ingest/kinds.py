"""Which category each kind of event is, as the database numbers them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from sqlalchemy import Connection, text

from trygghetskarta.domain.categories import tree_of
from trygghetskarta.domain.events import Warned, WarningCode
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.ingest.sending import Connect

Ints = npt.NDArray[np.int64]

_KNOWN = text("SELECT code, category_id FROM category WHERE source_id = :source")
# Another file of a backfill may have met it at the same time.
_ADD = text("""
    INSERT INTO category (source_id, code, parent_code, name) VALUES (:source, :code, :parent, :name) ON CONFLICT (source_id, code) DO NOTHING
""")
_ADDED = text("SELECT category_id FROM category WHERE source_id = :source AND code = :code")
_LISTED = 10


@dataclass(slots=True)
class Kinds:
    """The categories of one source, and the kinds met that its tree does not know.

    Attributes:
        source: Which source.
        ids: Number of each category, by code.
        numbers: Number of the category of each kind met.
        unknown: How many rows each unknown kind had.
    """

    source: SourceId
    ids: dict[str, int]
    numbers: dict[str, int] = field(default_factory=dict)
    unknown: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, connection: Connection, source: SourceId) -> Kinds:
        """Read the categories of a source."""
        return cls(source, dict(connection.execute(_KNOWN, {"source": source.number}).all()))

    def number(self, connect: Connect, kinds: pa.StringArray) -> Ints:
        """Give every event its category, adding the ones first met.

        Args:
            connect: Gives the connection, inside a transaction that holds the source's lock.
            kinds: As the source calls them, (rows,).

        Returns:
            The categories' numbers, (rows,).
        """
        if not len(kinds):
            return np.zeros(0, np.int64)
        encoded = kinds.dictionary_encode()
        indices = encoded.indices.to_numpy(zero_copy_only=False)
        rows = np.bincount(indices, minlength=len(encoded.dictionary)).tolist()
        numbers = [self._number(connect, kind, count) for kind, count in zip(encoded.dictionary.to_pylist(), rows, strict=True)]
        every: Ints = np.array(numbers, np.int64)[indices]
        return every

    def _number(self, connect: Connect, kind: str, rows: int) -> int:
        if kind in self.unknown or kind not in self.numbers:
            category, known = tree_of(self.source).categorise(kind)
            if not known:
                self.unknown[kind] = self.unknown.get(kind, 0) + rows
            if category.code not in self.ids:
                named = {"source": self.source.number, "code": category.code, "parent": category.parent, "name": category.name}
                connect().execute(_ADD, named)
                self.ids[category.code] = connect().execute(_ADDED, named).scalar_one()
            self.numbers[kind] = self.ids[category.code]
        return self.numbers[kind]

    def warnings(self) -> list[Warned]:
        """Tell of the kinds that the tree does not know."""
        if not self.unknown:
            return []
        tree = tree_of(self.source)
        # Codes of digits that look alike mean nothing alike.
        met = [(kind, tree.nearest(kind) if any(map(str.isalpha, kind)) else None) for kind in list(self.unknown)[:_LISTED]]
        listed = ", ".join(kind if near is None else f"{kind} (menas {near.name}?)" for kind, near in met)
        listed_en = ", ".join(kind if near is None else f"{kind} (is {near.name_en or near.name} meant?)" for kind, near in met)
        return [
            Warned(
                WarningCode.UNKNOWN_CODE,
                sum(self.unknown.values()),
                f"Okända händelsetyper är sparade som okategoriserade: {listed}.",
                f"Unknown kinds were kept as uncategorised: {listed_en}.",
            )
        ]
