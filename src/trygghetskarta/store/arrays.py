"""Arrays as PostgreSQL's `array_send` gives them, read without a Python object per value."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

# Its dimensions in 20 bytes, then a length and a number for each.
_HEAD = 20
_INT4, _FLOAT8 = np.dtype([("length", ">i4"), ("value", ">i4")]), np.dtype([("length", ">i4"), ("value", ">f8")])


def ints_of(sent: bytes | None) -> Ints:
    """Give the values of an int[] of one dimension without NULL, (values,); none for an empty one, and for NULL, the array of no row."""
    return _values(sent, _INT4).astype(np.int64)


def floats_of(sent: bytes | None) -> Floats:
    """Give the values of a float8[] likewise."""
    return _values(sent, _FLOAT8).astype(np.float64)


def _values(sent: bytes | None, layout: np.dtype[Any]) -> npt.NDArray[Any]:
    found: npt.NDArray[Any] = np.zeros(0, layout) if sent is None or len(sent) < _HEAD else np.frombuffer(sent, layout, offset=_HEAD)
    return found["value"]
