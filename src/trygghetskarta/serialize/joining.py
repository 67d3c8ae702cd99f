"""An answer joined from parts that are the same in every answer, packed beforehand, and the figures between them.

Outlines are most of an answer on a map, and to pack them takes longer than to work out the figures. Each part is packed by itself as blocks of
a deflate stream (RFC 1951) that refer to nothing outside it and end on a whole byte; figures stand between them as stored blocks, unpacked. The
whole is one gzip member (RFC 1952) like any other.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

from isal import isal_zlib

_LEVEL = 6
_MOST_STORED = 65_535
_SHORT = 4_096
_GZIP_HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
_LAST_BLOCK = b"\x03\x00"
"""An empty block that says that it is the last."""


@dataclass(frozen=True, slots=True)
class Parts:
    """Texts that many answers hold.

    Attributes:
        plain: The texts, (rows,).
        packed: The same as blocks of a deflate stream, (rows,).
    """

    plain: Sequence[bytes]
    packed: Sequence[bytes]

    @classmethod
    def of(cls, texts: Iterable[bytes]) -> Parts:
        """Pack texts, each by itself."""
        plain = list(texts)
        return cls(plain, [_blocks(text) for text in plain])

    def taken(self, numbers: Sequence[int]) -> Parts:
        """Give some of them, by their numbers."""
        return Parts([self.plain[number] for number in numbers], [self.packed[number] for number in numbers])


@dataclass(frozen=True, slots=True)
class Joined:
    """An answer: its head, then each part followed by its figures, then its end.

    Attributes:
        head: What stands first.
        parts: The parts, (rows,).
        figures: What stands after each part, (rows,).
        end: What stands last.
    """

    head: bytes
    parts: Parts
    figures: Sequence[bytes]
    end: bytes

    def plain(self) -> bytes:
        """Give the answer as it is."""
        return b"".join((self.head, *chain.from_iterable(zip(self.parts.plain, self.figures, strict=True)), self.end))

    @property
    def packs_well(self) -> bool:
        """Tell whether what is packed beforehand is the most of it: figures that are not packed at all would make it much longer otherwise."""
        return sum(map(len, self.figures)) < sum(map(len, self.parts.packed))

    def packed(self) -> bytes:
        """Give the answer as one gzip member."""
        plain = self.plain()
        blocks = zip(self.parts.packed, _heads(self.figures), self.figures, strict=True)
        ending = struct.pack("<LL", isal_zlib.crc32(plain), len(plain) & 0xFFFFFFFF)
        return b"".join((_GZIP_HEAD, _stored(self.head), *chain.from_iterable(blocks), _stored(self.end), _LAST_BLOCK, ending))


def _blocks(text: bytes) -> bytes:
    packing = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packing.compress(text) + packing.flush(zlib.Z_FULL_FLUSH)


def _heads(texts: Sequence[bytes]) -> list[bytes]:
    """Give what stands before each text in its stored block.

    Raises:
        ValueError: A text is longer than a block holds.
    """
    lengths = list(map(len, texts))
    longest = max(lengths, default=0)
    if longest > _MOST_STORED:
        raise ValueError(f"{longest} bytes of figures in one row")
    return list(map(_STORED.__getitem__, lengths)) if longest < _SHORT else list(map(_head, lengths))


def _stored(text: bytes) -> bytes:
    """Give a text of any length as stored blocks."""
    pieces = [text[at : at + _MOST_STORED] for at in range(0, len(text), _MOST_STORED)]
    return b"".join(part for piece in pieces for part in (_head(len(piece)), piece))


def _head(length: int) -> bytes:
    return struct.pack("<BHH", 0, length, length ^ _MOST_STORED)


_STORED = [_head(length) for length in range(_SHORT)]
"""What stands before short texts, by their length."""
