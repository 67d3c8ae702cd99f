"""The values of a column, as rows hold them and as JSON writes them.

Every format but JSON takes its values one by one. JSON takes a column as a whole, which is several times as fast: most columns are arrays, and
many hold one value throughout.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import orjson

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


class Values(Protocol):
    """The values of one column."""

    def listed(self) -> list[Any]:
        """Give them as rows hold them."""

    def texts(self) -> bytes | Sequence[bytes]:
        """Give them as JSON writes them; one text where all are the same."""


@dataclass(frozen=True, slots=True)
class Each:
    """Values as they are, of any kind that JSON knows."""

    values: list[Any]

    def listed(self) -> list[Any]:
        """Give them as rows hold them."""
        return self.values

    def texts(self) -> bytes | Sequence[bytes]:
        """Give them as JSON writes them."""
        return [orjson.dumps(value) for value in self.values]


@dataclass(frozen=True, slots=True)
class Same:
    """One value, in every row."""

    value: Any
    rows: int

    def listed(self) -> list[Any]:
        """Give it as rows hold it."""
        return [self.value] * self.rows

    def texts(self) -> bytes | Sequence[bytes]:
        """Give it as JSON writes it."""
        return orjson.dumps(self.value)


@dataclass(frozen=True, slots=True)
class Whole:
    """Whole numbers, (rows,), and which of them are known; None for all."""

    values: Ints
    known: Bools | None = None

    def listed(self) -> list[Any]:
        """Give them as rows hold them: None for what is not known."""
        numbers: list[Any] = self.values.tolist()
        return numbers if self.known is None else _without(numbers, self.known)

    def texts(self) -> bytes | Sequence[bytes]:
        """Give them as JSON writes them."""
        written = _split(np.ascontiguousarray(self.values))
        for number in [] if self.known is None else np.flatnonzero(~self.known).tolist():
            written[number] = b"null"
        return written


@dataclass(frozen=True, slots=True)
class Rounded:
    """Numbers, (rows,), to so many decimals; what is not finite is not told."""

    values: Floats
    decimals: int

    def listed(self) -> list[Any]:
        """Give them as rows hold them: rounded, no minus at zero, and None for what is not a number or not finite."""
        return _without(self._rounded().tolist(), np.isfinite(self.values))

    def texts(self) -> bytes | Sequence[bytes]:
        """Give them as JSON writes them."""
        # What is not finite is written as null.
        return _split(self._rounded())

    def _rounded(self) -> Floats:
        with np.errstate(over="ignore"):
            rounded = self.values.round(self.decimals)
        # What is too large to be rounded has no decimals.
        return np.where(np.isinf(rounded), self.values, rounded) + 0.0


@dataclass(frozen=True, slots=True)
class Exactly:
    """Numbers, (rows,), already rounded as they shall be; NaN for what is not told."""

    values: Floats

    def listed(self) -> list[Any]:
        """Give them as rows hold them."""
        return [None if value != value else value for value in self.values.tolist()]

    def texts(self) -> bytes | Sequence[bytes]:
        """Give them as JSON writes them."""
        return _split(self.values)


@dataclass(frozen=True, slots=True)
class Words:
    """Words of a list, by their numbers, (rows,)."""

    numbers: npt.NDArray[np.integer[Any]]
    words: Sequence[str | None]

    def listed(self) -> list[Any]:
        """Give them as rows hold them."""
        return list(map(self.words.__getitem__, self.numbers.tolist()))

    def texts(self) -> bytes | Sequence[bytes]:
        """Give them as JSON writes them."""
        written = [orjson.dumps(word) for word in self.words]
        if len(self.numbers) and (self.numbers == self.numbers[0]).all():
            return written[int(self.numbers[0])]
        return [written[number] for number in self.numbers.tolist()]


def words_of(values: Iterable[str | None]) -> Words:
    """Give words of which many are the same."""
    seen: dict[str | None, int] = {}
    numbers = np.array([seen.setdefault(value, len(seen)) for value in values], np.int64)
    return Words(numbers, tuple(seen))


def members(columns: Mapping[str, Values], rows: int, end: bytes) -> list[bytes]:
    """Write the columns of every row as members of a JSON object, to follow others.

    Args:
        columns: The values by name.
        rows: How many rows.
        end: What follows the last member.

    Returns:
        A text for every row.
    """
    pieces: list[Iterable[bytes]] = []
    between = b""
    for name, column in columns.items():
        between += b"," + orjson.dumps(name) + b":"
        texts = column.texts()
        if isinstance(texts, bytes):
            between += texts
        else:
            pieces += [repeat(between, rows), texts]
            between = b""
    return list(map(b"".join, zip(*pieces, repeat(between + end, rows), strict=True)))


def _split(values: npt.NDArray[Any]) -> list[bytes]:
    return orjson.dumps(values, option=orjson.OPT_SERIALIZE_NUMPY)[1:-1].split(b",") if len(values) else []


def _without(values: list[Any], known: Bools) -> list[Any]:
    for number in np.flatnonzero(~known).tolist():
        values[number] = None
    return values
