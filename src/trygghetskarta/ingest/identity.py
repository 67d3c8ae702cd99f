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
import pyarrow as pa

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
_LEAST_BITS, _MOST_BITS = 1 << 20, 1 << 29
_BITS_A_ROW = 12
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
    hashes = [_by_distinct(events.kind), _by_distinct(events.area), text_hashes(events.detail)]
    return row_hashes([*numbers, _centimetres(x), _centimetres(y), *(half for both in hashes for half in np.ascontiguousarray(both.T))])


def _by_distinct(texts: pa.StringArray) -> Hashes:
    """Hash texts of which many are equal, each that differs once."""
    if texts.null_count == len(texts):
        return np.repeat(text_hashes(pa.array([""])), len(texts), axis=0)
    encoded = texts.fill_null("").dictionary_encode()
    every: Hashes = text_hashes(encoded.dictionary)[encoded.indices.to_numpy()]
    return every


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


@dataclass(frozen=True, slots=True)
class Sorted:
    """Hashes, and the order they stand in: found once, as it takes longer than all that is asked of it.

    Attributes:
        hashes: As they came, (rows, 2).
        order: The rows in the order of the hashes' first halves, equal ones in the order of the file, (rows,).
        are_distinct: True where surely no two are equal.
    """

    hashes: Hashes
    order: Ints
    are_distinct: bool


def in_order(hashes: Hashes) -> Sorted:
    """Find the order of hashes, (rows, 2)."""
    half = np.ascontiguousarray(hashes[:, 0])
    order = np.argsort(half)
    # Equal ones are seldom met, and the way that keeps their order takes longer.
    ordered = half[order]
    are_distinct = bool((ordered[1:] != ordered[:-1]).all())
    return Sorted(hashes, order if are_distinct else np.argsort(half, kind="stable"), are_distinct)


def is_first(told: Sorted) -> tuple[Bools, Ints]:
    """Find equal hashes.

    Args:
        told: The hashes.

    Returns:
        True for the first of each, (rows,); and the row of that first one, (rows,).
    """
    rows = len(told.order)
    if told.are_distinct:
        return np.ones(rows, bool), np.arange(rows)
    ordered = told.hashes[told.order]
    begins = np.append(True, (ordered[1:] != ordered[:-1]).any(axis=1))
    first = np.zeros(rows, bool)
    first[told.order[begins]] = True
    holder = np.empty(rows, np.int64)
    holder[told.order] = told.order[begins][np.cumsum(begins) - 1]
    return first, holder


def occurrences(told: Sorted) -> Ints:
    """Number equal hashes: 0 for the first in the file, 1 for the second and so on, (rows,)."""
    rows = len(told.order)
    if told.are_distinct:
        return np.zeros(rows, np.int64)
    first, _ = is_first(told)
    starts = np.flatnonzero(first[told.order])
    number = np.empty(rows, np.int64)
    number[told.order] = np.arange(rows) - np.repeat(starts, np.diff(np.append(starts, rows)))
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

    def before(self, told: Sorted) -> Ints:
        """Tell how often each hash was told of by the parts before, and remember these.

        Args:
            told: The hashes of one part.

        Returns:
            (rows,).
        """
        hashes = told.hashes
        counted = np.zeros(len(hashes), np.int64)
        mask = np.uint64(len(self.bits) * 8 - 1)
        places = [(hashes[:, lane] >> np.uint64(3 * lane)) & mask for lane in (0, 1)]
        if self.runs or self.recent:
            maybe = np.ones(len(hashes), bool)
            for place in places:
                maybe &= (self.bits[place >> np.uint64(3)] >> (place & np.uint64(7)).astype(np.uint8)) & 1 == 1
            rows = np.flatnonzero(maybe)
            for earlier in self._told() if len(rows) else ():
                counted[rows] += _counted(earlier, hashes[rows])
        for place in places:
            self._mark(place)
        self._keep(told)
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

    def _keep(self, told: Sorted) -> None:
        self.recent.append(np.ascontiguousarray(told.hashes[told.order].T))
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
    counted = np.zeros(len(hashes), np.int64)
    if len(first):
        at = np.searchsorted(first, hashes[:, 0])
        within = np.minimum(at, len(first) - 1)
        rows = np.flatnonzero((first[within] == hashes[:, 0]) & (second[within] == hashes[:, 1]))
        counted[rows] = np.searchsorted(first, hashes[rows, 0], side="right") - at[rows]
    return counted
