"""Numbers of a finding as a row holds them: rounded, and None where there is none."""

from __future__ import annotations

import math

SHARE = 6


def number(value: float, decimals: int = 2) -> float | None:
    """Give a number; None where it is not one."""
    return round(float(value), decimals) + 0.0 if math.isfinite(value) else None


def whole(value: float) -> int | None:
    """Give a whole number; None where it is not one."""
    return int(value) if math.isfinite(value) else None
