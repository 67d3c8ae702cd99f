"""What a file came to: counted part by part while it is read, looked at by the rules for holding it, and told in its receipt."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, text

from trygghetskarta.domain.events import EventBatch, Precision, Reading, Warned, WarningCode, told_together
from trygghetskarta.domain.read_as import ReadAs
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.ingest.coverage import Days
from trygghetskarta.ingest.hiding import hidden
from trygghetskarta.ingest.holding import Facts
from trygghetskarta.ingest.receipts import Receipt, Rejections, status_of

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_FILE = text("SELECT file_name, sha256, adapter FROM delivery WHERE delivery_id = :delivery")


@dataclass(slots=True)
class Tally:
    """What a file came to.

    Attributes:
        days: The days it tells of.
        counted: What became of its rows.
        placed: New and changed rows by precision.
        warnings: What its parts warned of.
        outside: New and changed rows outside the city.
        unknown: Rows whose kind the tree does not know.
        first_point: The first point met.
        one_point: How many rows stand on it.
        with_point: How many rows have a point.
        head: The row that names the columns; empty where rows name their columns themselves.
        read_as: How its bytes were read; None before its first part.
        figures: Of a file of counts, how many are a number, withheld, missing, unknown and notApplicable.
    """

    days: Days
    counted: dict[str, int] = field(default_factory=lambda: dict.fromkeys(("read", "new", "changed", "unchanged", "rejected", "blank"), 0))
    placed: dict[str, int] = field(default_factory=dict)
    warnings: list[Warned] = field(default_factory=list)
    outside: int = 0
    unknown: int = 0
    first_point: tuple[float, float] | None = None
    one_point: int = 0
    with_point: int = 0
    head: bytes = b""
    read_as: ReadAs | None = None
    figures: Counter[str] = field(default_factory=Counter)

    def add(self, reading: Reading, events: EventBatch, xy: tuple[Floats, Floats], counted: Mapping[str, int]) -> None:
        """Count a part: its events, their points, and how many of its rows are new, changed, unchanged and rejected."""
        self.warnings += reading.warnings
        self.head = self.head or reading.head
        self.read_as = reading.read_as if self.read_as is None else self.read_as.and_on(reading.read_as)
        self.figures.update(reading.figures)
        for name, rows in {"read": reading.rows, "blank": reading.blank, **counted}.items():
            self.counted[name] += rows
        self.days.add(events)
        self._note_points(*xy)

    def add_places(self, precision: Ints, outside: int, times: int = 1) -> None:
        """Count how exactly the places of new and changed rows are known, or with -1 take them back; `outside` of them lie outside the city."""
        for one, count in zip(Precision, np.bincount(precision, minlength=len(Precision)).tolist(), strict=True):
            if count:
                name = one.told
                self.placed[name] = self.placed.get(name, 0) + times * count
        self.outside += times * outside

    def _note_points(self, x: Floats, y: Floats) -> None:
        known = np.flatnonzero(~np.isnan(x))
        if not len(known):
            return
        self.first_point = self.first_point or (float(x[known[0]]), float(y[known[0]]))
        self.one_point += int(((x == self.first_point[0]) & (y == self.first_point[1])).sum())
        self.with_point += len(known)

    def facts(self, history: Mapping[int, int], changes: Mapping[int, int], reverted: int) -> Facts:
        """Give what the rules for holding a delivery look at.

        Args:
            history: The source's count by month before it.
            changes: What each month gains or loses by it.
            reverted: Events that would get replaced values back.
        """
        after = dict(history)
        for number, change in changes.items():
            after[number] = after.get(number, 0) + change
        return Facts(
            contract=self.days.contract,
            outside=self.outside,
            unknown=self.unknown,
            with_point=self.with_point,
            one_point=self.one_point,
            months={number: (history.get(number, 0), after.get(number, 0)) for number in sorted({*changes, *self.days.rows})},
            days=None if self.days.first is None or self.days.last is None else (self.days.first, self.days.last),
            history=history,
            reverted=reverted,
            polled=self.days.contract.polled,
            **self.counted,
        )

    def receipt(self, connection: Connection, source: SourceId, rejections: Rejections, warnings: Iterable[Warned]) -> Receipt:
        """Give the receipt, with what else is to be warned of."""
        row = connection.execute(_FILE, {"delivery": rejections.delivery}).one()
        return Receipt(
            rejections.delivery,
            source,
            row.file_name,
            row.sha256,
            status_of(self.counted),
            row.adapter,
            placed={name: count for name, count in self.placed.items() if count},
            months=self.days.months,
            warnings=told_together([*self.warnings, *warnings]),
            rejections=tuple(rejections.first),
            reasons=(),
            head=self.head,
            read_as=self.read_as,
            figures=dict(self.figures),
            **self.counted,  # type: ignore[arg-type]  # counts by the names of the receipt
        )

    def kept(self) -> dict[str, Any]:
        """Give it as JSON keeps it; `of` reads that."""
        return {
            "counted": self.counted,
            "placed": self.placed,
            "warnings": [[warned.code.value, warned.count, warned.swedish, warned.english] for warned in self.warnings],
            "outside": self.outside,
            "unknown": self.unknown,
            "points": [self.one_point, self.with_point],
            "head": hidden(self.head).hex(),
            "figures": self.figures,
            "readAs": self.read_as.told() if self.read_as is not None else None,
            "days": {"rows": list(self.days.rows.items()), "first": self.days.first, "last": self.days.last},
        }

    @classmethod
    def of(cls, kept: Mapping[str, Any], days: Days) -> Tally:
        """Read what `kept` gave; `days` is of the same source and has none yet."""
        days.rows, days.first, days.last = dict(map(tuple, kept["days"]["rows"])), kept["days"]["first"], kept["days"]["last"]
        warnings = [Warned(WarningCode(code), count, swedish, english) for code, count, swedish, english in kept["warnings"]]
        one_point, with_point = kept["points"]
        return cls(
            days,
            dict(kept["counted"]),
            dict(kept["placed"]),
            warnings,
            kept["outside"],
            kept["unknown"],
            None,
            one_point,
            with_point,
            # A file staged before the program was updated has none of these.
            bytes.fromhex(kept.get("head", "")),
            ReadAs.of(kept["readAs"]) if kept.get("readAs") else None,
            Counter(kept.get("figures", {})),
        )
