"""Events without an id that may have been told of before. All are kept: two bicycles may be stolen at one place in one night."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, text

from trygghetskarta.domain.events import NO_TIME, EventBatch, Warned, WarningCode
from trygghetskarta.domain.sources import CONTRACTS, CountsBy, SourceId
from trygghetskarta.ingest.hashing import row_hashes, text_hashes
from trygghetskarta.ingest.identity import Hashes, Seen, in_order, occurrences
from trygghetskarta.ingest.times import days_of, to_local

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

_COVERED = text("SELECT DISTINCT month, first_day, last_day FROM coverage WHERE source_id = :source AND known_to IS NULL")
_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Looked:
    """What the events of a part, all without an id, look like, (rows,) each.

    Attributes:
        like: True where an earlier row of the file has the same time, place and kind.
        day: The day by which they are held against what earlier deliveries told of, days since 1970.
        month: The month they count in.
    """

    like: Bools
    day: Ints
    month: Ints


@dataclass(slots=True)
class Doubles:
    """Counts, part by part, the new events without an id that look like others.

    Attributes:
        source: Whose events.
        covered: First and last day that earlier deliveries tell of, days since 1970, by month.
        seen: The times, places and kinds that the file told of so far.
        within: How many have the time, place and kind of an earlier row of the file.
        again: How many happened on days that an earlier delivery told of.
    """

    source: SourceId
    covered: dict[int, list[tuple[int, int]]]
    seen: Seen
    within: int = 0
    again: int = 0

    @classmethod
    def of(cls, connection: Connection, source: SourceId, seen: Seen) -> Doubles:
        """Begin with the days that the source's earlier deliveries tell of, and with nothing seen."""
        covered: dict[int, list[tuple[int, int]]] = {}
        for month, first, last in connection.execute(_COVERED, {"source": source.number}):
            covered.setdefault(month, []).append(((first - _EPOCH).days, (last - _EPOCH).days))
        return cls(source, covered, seen)

    def cover(self, days: list[tuple[int, str, str]]) -> None:
        """Take in the days that a delivery covers, as `Days.covered` tells them."""
        for month, first, last in days:
            told = ((date.fromisoformat(first) - _EPOCH).days, (date.fromisoformat(last) - _EPOCH).days)
            self.covered.setdefault(month, []).append(told)

    def look_at(self, events: EventBatch) -> Looked | None:
        """Look at a part's events; None where they have ids."""
        if not len(events) or events.identity.null_count < len(events):
            return None
        known = (events.starts_at != NO_TIME) & (events.area.is_valid().to_numpy(zero_copy_only=False) | ~np.isnan(events.x))
        what = in_order(_hashed(events)[known])
        like = np.zeros(len(events), bool)
        like[known] = self.seen.before(what) + occurrences(what) > 0
        day = days_of(to_local(events.starts_at))
        if CONTRACTS[self.source].counts_by is CountsBy.REPORTED:
            day = np.where(events.reported_on == NO_TIME, day, events.reported_on)
        return Looked(like, day, events.month)

    def add(self, looked: Looked | None, is_new: Bools) -> None:
        """Count a part's events.

        Args:
            looked: What they look like; None where they have ids.
            is_new: True for those not known before, (rows,).
        """
        if looked is None:
            return
        self.within += int((looked.like & is_new).sum())
        for month in np.unique(looked.month[is_new]).tolist():
            mine = is_new & (looked.month == month)
            self.again += int((mine & self.told_of(month, looked.day)).sum())

    def told_of(self, month: int, day: Ints) -> Bools:
        """Tell of days of a month, (days,), whether an earlier delivery told of them."""
        told = np.zeros(len(day), bool)
        for first, last in self.covered.get(month, []):
            told |= (day >= first) & (day <= last)
        return told

    def warnings(self) -> list[Warned]:
        """Tell of them."""
        found = (
            (
                self.within,
                "{} har samma tid, plats och händelsetyp som en tidigare rad i filen; alla är inlästa.",
                "{} have the time, place and kind of an earlier row of the file; all were taken in.",
            ),
            (
                self.again,
                "{} är nya på dagar som en tidigare leverans redan har berättat om, och lades till. "
                "Är filen en rättad månad: dra tillbaka leveransen och skicka filen igen med --complete, så ersätter den månaden.",
                "{} are new on days that an earlier delivery told of, and were added. "
                "If the file is a corrected month: withdraw the delivery and send the file again with --complete, so that it replaces the month.",
            ),
        )
        return [Warned(WarningCode.POSSIBLE_DUPLICATE, count, swedish, english) for count, swedish, english in found if count]


def _hashed(events: EventBatch) -> Hashes:
    """Hash the time, the place and the kind of every event, (rows, 2)."""
    texts = [np.ascontiguousarray(text_hashes(texts)[:, 0]) for texts in (events.area, events.kind, events.detail)]
    return row_hashes([events.starts_at, events.x, events.y, *texts])
