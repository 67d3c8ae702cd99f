"""Elements of SVG as text, in the typeface of a report, and how wide its words are."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from textwrap import wrap
from typing import Any

from trygghetskarta.domain.counts import Status
from trygghetskarta.reports.ink import FAMILIES, GROUND, HATCH, INK

WIDTH = 660.0
"""Width of every picture in its own units; a page's text is as wide."""
Point = tuple[float, float]
Look = dict[str, Any]
"""Attributes of an element, as `tag` takes them."""
_NARROW, _WIDE, _CAPITAL, _OTHER = 0.27, 0.83, 0.68, 0.55
_HATCHES = {
    Status.MISSING: "M-3 3L3 -3M-3 15L15 -3M9 15L15 9",
    Status.WITHHELD: "M-3 3L3 -3M-3 15L15 -3M9 15L15 9M-3 9L3 15M-3 -3L15 15M9 -3L15 3",
    Status.NOT_APPLICABLE: "M6 4.6A1.4 1.4 0 1 0 6 7.4A1.4 1.4 0 1 0 6 4.6Z",
}
LACKS = {Status.MISSING: "saknas", Status.WITHHELD: "skyddat", Status.NOT_APPLICABLE: "inget värde att räkna fram"}
"""What a picture calls them; it has room for more words than a table's cell."""


def picture(height: float, parts: Iterable[str], states: Iterable[Status] = ()) -> str:
    """Give a picture.

    Args:
        height: Its height; it is 660 wide.
        parts: Its elements.
        states: The states whose hatching its elements fill with.

    Returns:
        SVG that scales.
    """
    defs = "".join(_pattern(state) for state in states)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH:g}" height="{height:.0f}" viewBox="0 0 {WIDTH:g} {height:.0f}" '
        f'font-family="{FAMILIES}" font-size="12" fill="{INK}">{f"<defs>{defs}</defs>" if defs else ""}{"".join(parts)}</svg>'
    )


def _pattern(state: Status) -> str:
    return (
        f'<pattern id="{state.value}" width="12" height="12" patternUnits="userSpaceOnUse"><rect width="12" height="12" fill="{GROUND}"/>'
        f'<path d="{_HATCHES[state]}" fill="none" stroke="{HATCH}" stroke-width="1.2"/></pattern>'
    )


def hatching(state: Status) -> str:
    """Give what fills a shape that has no number: each lack has its own, and none looks like a class's colour."""
    return f"url(#{state.value})"


def tag(name: str, **attributes: str | float | None) -> str:
    """Give an element; an underscore in an attribute's name is a hyphen, numbers are short, None is left out."""
    told = (f'{key.rstrip("_").replace("_", "-")}="{_short(value)}"' for key, value in attributes.items() if value is not None)
    return f"<{name} {' '.join(told)}/>"


def text(at: Point, words: str, **attributes: str | float | None) -> str:
    """Give words at a place; attributes as for `tag`."""
    told = "".join(f' {key.replace("_", "-")}="{_short(value)}"' for key, value in attributes.items() if value is not None)
    return f'<text x="{at[0]:.1f}" y="{at[1]:.1f}"{told}>{escape(words)}</text>'


def with_halo(at: Point, words: str, halo: str = "white", **attributes: str | float | None) -> str:
    """Give words that can be read over lines and colours."""
    around: Look = {"stroke": halo, "stroke_width": 2.6, "stroke_opacity": 0.8, "stroke_linejoin": "round", "paint_order": "stroke"}
    return text(at, words, **around, **attributes)


def path(points: Iterable[Point]) -> str:
    """Give the course of a line through points."""
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)


def width_of(words: str, size: float = 12) -> float:
    """Estimate how wide words are, a little more rather than less."""
    return size * sum(_letter(letter) for letter in words)


def lines_of(words: str, room: float, size: float = 12) -> list[str]:
    """Divide words over lines that fit in a width; at least one line."""
    letters = max(4, int(room / (size * 0.5)))
    return wrap(words, letters) or [""]


def _letter(letter: str) -> float:
    if letter in "iljtfrI.,:;'|!()[]- \u00a0":
        return _NARROW + 0.04
    if letter in "mwMW@%–":
        return _WIDE
    return _CAPITAL if letter.isupper() else _OTHER


def _short(value: str | float | None) -> str:
    return escape(value) if isinstance(value, str) else f"{value:.2f}".rstrip("0").rstrip(".")
