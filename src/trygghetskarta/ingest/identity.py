"""What makes an event itself, and what makes two versions of it the same.

An event with an id of its source is that id. One without is its canonical values together with their number: a file that holds the same row
three times tells of three events, and the same three rows in any later file are the same three.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO

import numpy as np
import numpy.typing as npt

from trygghetskarta.domain.events import EventBatch
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.ingest.hashing import row_hashes, text_hashes

Hashes = npt.NDArray[np.uint64]
"""16 bytes each as two big-endian halves, (rows, 2): sorted by the first half they stand as PostgreSQL sorts uuids."""
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_CENTIMETRES = 100
_NOWHERE = -1
_LEAST_BITS, _MOST_BITS = 1 << 20, 1 << 30
_BITS_A_ROW = 8
_MOST_RECENT = 1 << 19


def fingerprints(events: EventBatch, x: Floats, y: Floats) -> Hashes:
    """Hash the canonical values of every event.

    Args:
        events: The events.
        x: Their eastings in the plane, NaN for none; less than a centimetre apart is the same.
        y: Their northings.

    Returns:
        (rows, 2).
    """
    area, detail = (texts.is_valid().to_numpy(zero_copy_only=False) for texts in (events.area, events.detail))
    small = events.precision << 32 | events.time_precision << 16 | events.withdrawn << 2 | area << 1 | detail
    numbers = (events.month, events.antal, small, events.starts_at, events.ends_at, events.reported_on)
    hashes = [text_hashes(texts) for texts in (events.kind, events.area, events.detail)]
    return row_hashes([*numbers, _centimetres(x), _centimetres(y), *(half for both in hashes for half in np.ascontiguousarray(both.T))])


def _centimetres(metres: Floats) -> Ints:
    known = ~np.isnan(metres)
    return np.where(known, np.rint(np.where(known, metres, 0) * _CENTIMETRES), _NOWHERE).astype(np.int64)


def keys_by_id(source: SourceId, events: EventBatch) -> Hashes:
    """Give every event with an id the key it is known by from delivery to delivery, (rows, 2)."""
    return text_hashes(events.identity, source.number)


def keys_by_values(source: SourceId, fingerprint: Hashes, occurrence: Ints) -> Hashes:
    """Give every event without an id the key it is known by: its values, and how many like it stand before it in the file, (rows, 2)."""
    return row_hashes([np.full(len(fingerprint), source.number), *np.ascontiguousarray(fingerprint.T), occurrence])


def as_bytes(hashes: Hashes) -> npt.NDArray[np.bytes_]:
    """Give the hashes as 16 bytes each, (rows,)."""
    return np.ascontiguousarray(hashes.astype(">u8")).view("S16").reshape(-1)


def from_bytes(raw: bytes | npt.NDArray[np.bytes_]) -> Hashes:
    """Give hashes from their bytes, (rows, 2)."""
    return np.frombuffer(raw, ">u8").reshape(-1, 2).astype(np.uint64)


def is_first(hashes: Hashes) -> tuple[Ints, Bools, Ints]:
    """Find equal hashes.

    Args:
        hashes: (rows, 2).

    Returns:
        The rows in the order of the hashes, equal ones in the order of the file; True for the first of each, (rows,); and the row of that
        first one, (rows,).
    """
    order = _order(hashes)
    ordered = hashes[order]
    begins = np.append(True, (ordered[1:] != ordered[:-1]).any(axis=1)) if len(order) else np.zeros(0, bool)
    first = np.zeros(len(order), bool)
    first[order[begins]] = True
    holder = np.empty(len(order), np.int64)
    holder[order] = order[begins][np.cumsum(begins) - 1]
    return order, first, holder


def _order(hashes: Hashes) -> Ints:
    """Give the rows in the order of the hashes' first halves, equal ones in the order of the file."""
    half = np.ascontiguousarray(hashes[:, 0])
    order = np.argsort(half)
    # Equal ones are seldom met, and the way that keeps their order takes longer.
    return order if (np.diff(half[order]) != 0).all() else np.argsort(half, kind="stable")


def occurrences(hashes: Hashes) -> Ints:
    """Number equal hashes: 0 for the first in the file, 1 for the second and so on, (rows,)."""
    order, first, _ = is_first(hashes)
    starts = np.flatnonzero(first[order])
    number = np.empty(len(order), np.int64)
    number[order] = np.arange(len(order)) - np.repeat(starts, np.diff(np.append(starts, len(order))))
    return number


@dataclass(slots=True)
class Seen:
    """What the parts of a file read so far have told of: exact, and in little memory however large the file is.

    A table of bits says of most hashes that they are new; for the few it is in doubt about, the sorted hashes of every earlier part are looked
    through. Those of many parts together lie in a temporary file.

    Attributes:
        bits: Eight to a byte.
        file: Holds hashes; other things may be put there too.
        runs: Where sorted hashes stand in the file, and how many.
        recent: The sorted hashes of the last parts, (2, rows) each.
    """

    bits: npt.NDArray[np.uint8]
    file: IO[bytes]
    runs: list[tuple[int, int]] = field(default_factory=list)
    recent: list[Hashes] = field(default_factory=list)

    @classmethod
    def of(cls, rows: int, file: IO[bytes]) -> Seen:
        """Begin with nothing, for about that many rows."""
        bits = _LEAST_BITS
        while bits < min(rows * _BITS_A_ROW, _MOST_BITS):
            bits *= 2
        return cls(np.zeros(bits // 8, np.uint8), file)

    def before(self, hashes: Hashes) -> Ints:
        """Tell how often each hash was told of by the parts before, and remember these.

        Args:
            hashes: Of one part, (rows, 2).

        Returns:
            (rows,).
        """
        counted = np.zeros(len(hashes), np.int64)
        mask = np.uint64(len(self.bits) * 8 - 1)
        places = [(hashes[:, lane] >> np.uint64(3 * lane)) & mask for lane in (0, 1)]
        if self.runs or self.recent:
            maybe = np.ones(len(hashes), bool)
            for place in places:
                maybe &= (self.bits[place >> np.uint64(3)] >> (place & np.uint64(7)).astype(np.uint8)) & 1 == 1
            rows = np.flatnonzero(maybe)
            for told in self._told() if len(rows) else ():
                counted[rows] += _counted(told, hashes[rows])
        for place in places:
            self._mark(place)
        self._keep(hashes)
        return counted

    def _mark(self, place: npt.NDArray[np.uint64]) -> None:
        byte, bit = place >> np.uint64(3), np.uint8(1) << (place & np.uint64(7)).astype(np.uint8)
        while len(byte):
            self.bits[byte] |= bit
            # Of several bits of one byte the last one was written; the others' turn comes again.
            left = self.bits[byte] & bit == 0
            byte, bit = byte[left], bit[left]

    def _told(self) -> Iterator[Hashes]:
        yield from self.recent
        for at, rows in self.runs:
            yield np.memmap(self.file, np.uint64, "r", at, (2, rows))

    def _keep(self, hashes: Hashes) -> None:
        self.recent.append(np.ascontiguousarray(hashes[_order(hashes)].T))
        if sum(part.shape[1] for part in self.recent) > _MOST_RECENT:
            together = np.concatenate(self.recent, axis=1)
            self.recent = []
            together = together[:, np.argsort(together[0], kind="stable")]
            self.runs.append((self.file.seek(0, os.SEEK_END), together.shape[1]))
            self.file.write(together.tobytes())
            self.file.flush()


def _counted(told: Hashes, hashes: Hashes) -> Ints:
    """Tell how often each hash, (rows, 2), is among some sorted ones, (2, others)."""
    first, second = told
    left = np.searchsorted(first, hashes[:, 0], side="left")
    right = np.searchsorted(first, hashes[:, 0], side="right")
    same = second[np.minimum(left, len(second) - 1)] == hashes[:, 1] if len(second) else np.zeros(len(hashes), bool)
    return np.where(same, right - left, 0)
