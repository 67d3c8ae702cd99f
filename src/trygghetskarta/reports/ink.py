"""The colours and the typeface of a report's pictures: those of the map page in its light theme."""

from __future__ import annotations

from pathlib import Path

INK = "#10222e"
QUIET = "#4b5c68"
LINE = "#d3dbe0"
STRONG_LINE = "#7d8c96"
GROUND = "#eef1f2"
ACCENT = "#1b5f96"
OTHER = "#7db3d1"
UNUSUAL = "#b3580b"
HATCH = "#71808b"

SERIES = (ACCENT, UNUSUAL, "#8a2f7f", QUIET, "#2b7f92", STRONG_LINE)
"""Lines, the most important first."""
DASHES = ("", "7 3", "2 2", "9 3 2 3", "5 2", "1 3")
"""Their dashes: a line is known by more than its colour."""
GROUPS = (ACCENT, OTHER, "#c3ced5", "#8a2f7f", UNUSUAL, STRONG_LINE)
"""Bars that stand beside each other."""

SEQUENTIAL = ("#e4f1f0", "#a6d6d8", "#58aec3", "#2a76a6", "#173f75")
DIVERGING = ("#2367a3", "#91bfdb", "#e9e9e4", "#f2b26b", "#b3580b")

TYPEFACE = "Source Sans 3"
FAMILIES = f"'{TYPEFACE}', Arial, sans-serif"
FONTS = Path(__file__).with_name("fonts")


def shade_colour(shade: int, classes: int, *, diverging: bool) -> str:
    """Give the colour of a class, spread over the ramp so that three classes differ as much as five.

    Args:
        shade: Number of the class, 0 for the lowest.
        classes: How many there are, at least one.
        diverging: Whether they go from lower to higher round a middle.
    """
    ramp = DIVERGING if diverging else SEQUENTIAL
    if classes == 1:
        return ramp[2]
    place = shade * (len(ramp) - 1) / (classes - 1)
    low = min(int(place), len(ramp) - 2)
    return _between(ramp[low], ramp[low + 1], place - low)


def is_light(colour: str) -> bool:
    """Tell whether text on a colour is best dark."""
    red, green, blue = (_linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.2


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)


def _between(low: str, high: str, share: float) -> str:
    parts = ((int(low[at : at + 2], 16), int(high[at : at + 2], 16)) for at in (1, 3, 5))
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in parts)
