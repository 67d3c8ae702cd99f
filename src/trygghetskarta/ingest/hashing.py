"""MurmurHash3, 128 bits, of many texts or rows of numbers at once.

A hash library takes one of them at a call; a million calls take longer than all the rest that makes a row itself. Here every step is done for all
rows together.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Words = npt.NDArray[np.uint64]
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_BLOCK, _HALF = 16, 8
_FIRST, _SECOND = np.uint64(0x87C37B91114253D5), np.uint64(0x4CF5AD432745937F)
_MIXERS = (np.uint64(0xFF51AFD7ED558CCD), np.uint64(0xC4CEB9FE1A85EC53))
_SHIFT = np.uint64(33)
# Keeps so many of a word's first bytes: of a text's last word only those that are the text's.
_KEEP = np.array([(1 << 8 * count) - 1 for count in range(_HALF + 1)], np.uint64)


def text_hashes(texts: pa.StringArray, seed: int = 0) -> Words:
    """Hash every text.

    Args:
        texts: (rows,); a null is taken for an empty one.
        seed: What every hash begins with.

    Returns:
        Two halves for each row, (rows, 2), as MurmurHash3_x64_128 gives them for its UTF-8.
    """
    if texts.null_count:
        texts = texts.fill_null("")
    if not len(texts):
        return np.zeros((0, 2), np.uint64)
    offsets = np.frombuffer(texts.buffers()[1], np.int32, len(texts) + 1, texts.offset * 4).astype(np.int64)
    length = np.diff(offsets)
    one = np.full(len(texts), seed, np.uint64)
    other = one.copy()
    words, begin = _words(texts, offsets)
    blocks = length // _BLOCK
    least = int(blocks.min())
    for number in range(least):
        at = begin + number * _BLOCK
        _take(one, other, words[at], words[at + _HALF])
    _take_rest(one, other, words, (begin, blocks, least))
    tail, left = begin + blocks * _BLOCK, length % _BLOCK
    one ^= _scrambled(words[tail] & _KEEP[np.minimum(left, _HALF)], _FIRST, 31, _SECOND)
    other ^= _scrambled(words[tail + _HALF] & _KEEP[np.maximum(left - _HALF, 0)], _SECOND, 33, _FIRST)
    return _finished(one, other, length.astype(np.uint64))


def row_hashes(columns: Sequence[Words | Ints | Floats]) -> Words:
    """Hash rows of numbers.

    Args:
        columns: Eight bytes of every row each, (rows,); an even number of them.

    Returns:
        Two halves for each row, (rows, 2), as MurmurHash3_x64_128 gives them for its numbers, little-endian.
    """
    one = np.zeros(len(columns[0]), np.uint64)
    other = one.copy()
    for first, second in zip(columns[0::2], columns[1::2], strict=True):
        _take(one, other, first.view(np.uint64), second.view(np.uint64))
    return _finished(one, other, np.full(len(one), _HALF * len(columns), np.uint64))


def _words(texts: pa.StringArray, offsets: Ints) -> tuple[Words, Ints]:
    """Give the word that begins at each byte, and the byte at which each text begins; after the last text there are zeros to read."""
    content = np.zeros(int(offsets[-1] - offsets[0]) + 2 * _BLOCK, np.uint8)
    if len(content) > 2 * _BLOCK:
        content[: -2 * _BLOCK] = np.frombuffer(texts.buffers()[2], np.uint8)[offsets[0] : offsets[-1]]
    return np.ndarray(len(content) - _HALF + 1, "<u8", content, strides=(1,)), offsets[:-1] - offsets[0]


def _take_rest(one: Words, other: Words, words: Words, rest: tuple[Ints, Ints, int]) -> None:
    """Take in the blocks that only some rows have."""
    begin, blocks, number = rest
    rows = np.flatnonzero(blocks > number)
    while len(rows):
        at = begin[rows] + number * _BLOCK
        first, second = one[rows], other[rows]
        _take(first, second, words[at], words[at + _HALF])
        one[rows], other[rows] = first, second
        number += 1
        rows = rows[blocks[rows] > number]


def _take(one: Words, other: Words, first: Words, second: Words) -> None:
    """Take a block of each row into its two halves, in place."""
    one ^= _scrambled(first, _FIRST, 31, _SECOND)
    _rotate(one, 27)
    one += other
    one *= np.uint64(5)
    one += np.uint64(0x52DCE729)
    other ^= _scrambled(second, _SECOND, 33, _FIRST)
    _rotate(other, 31)
    other += one
    other *= np.uint64(5)
    other += np.uint64(0x38495AB5)


def _scrambled(word: Words, factor: np.uint64, turn: int, last: np.uint64) -> Words:
    word = word * factor
    _rotate(word, turn)
    word *= last
    return word


def _rotate(word: Words, bits: int) -> None:
    high = word << np.uint64(bits)
    word >>= np.uint64(64 - bits)
    word |= high


def _finished(one: Words, other: Words, length: Words) -> Words:
    one ^= length
    other ^= length
    one += other
    other += one
    for half in (one, other):
        for factor in _MIXERS:
            half ^= half >> _SHIFT
            half *= factor
        half ^= half >> _SHIFT
    one += other
    other += one
    return np.stack([one, other], axis=1)
