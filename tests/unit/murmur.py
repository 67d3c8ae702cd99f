"""MurmurHash3_x64_128 of one row of bytes, written down as its author's C++ has it: the oracle of the one that takes many at once."""

from __future__ import annotations

_ALL = (1 << 64) - 1
_FIRST, _SECOND = 0x87C37B91114253D5, 0x4CF5AD432745937F


def murmur(content: bytes, seed: int = 0) -> tuple[int, int]:
    """Hash some bytes."""
    one = other = seed
    tail = len(content) // 16 * 16
    for at in range(0, tail, 16):
        one ^= _first(content[at : at + 8])
        one = ((_turned(one, 27) + other) * 5 + 0x52DCE729) & _ALL
        other ^= _second(content[at + 8 : at + 16])
        other = ((_turned(other, 31) + one) * 5 + 0x38495AB5) & _ALL
    other ^= _second(content[tail + 8 :])
    one ^= _first(content[tail : tail + 8])
    one, other = one ^ len(content), other ^ len(content)
    one = (one + other) & _ALL
    other = (other + one) & _ALL
    one, other = _mixed(one), _mixed(other)
    one = (one + other) & _ALL
    return one, (other + one) & _ALL


def _first(word: bytes) -> int:
    return _turned(int.from_bytes(word, "little") * _FIRST & _ALL, 31) * _SECOND & _ALL


def _second(word: bytes) -> int:
    return _turned(int.from_bytes(word, "little") * _SECOND & _ALL, 33) * _FIRST & _ALL


def _turned(word: int, bits: int) -> int:
    return (word << bits | word >> (64 - bits)) & _ALL


def _mixed(half: int) -> int:
    half = (half ^ half >> 33) * 0xFF51AFD7ED558CCD & _ALL
    half = (half ^ half >> 33) * 0xC4CEB9FE1A85EC53 & _ALL
    return half ^ half >> 33
