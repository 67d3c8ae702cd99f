"""Maps as SVG, drawn here: areas in classes, hatching for what has no number, names, a scale and a legend."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from trygghetskarta.domain.counts import Status
from trygghetskarta.reports.document import MapArea, MapPicture, Ring
from trygghetskarta.reports.ink import INK, QUIET, STRONG_LINE, is_light, shade_colour
from trygghetskarta.reports.laying import unbroken
from trygghetskarta.reports.strokes import LACKS, WIDTH, Point, hatching, lines_of, path, picture, tag, text, width_of, with_halo

_TALLEST, _LEAST, _MARGIN = 400.0, 200.0, 6.0
_LEAST_LEGEND, _BESIDE_SWATCH, _BETWEEN = 130.0, 28.0, 18.0
_LEGEND_LINE, _TITLE_LINE, _RULER = 22.0, 16.0, 52.0
_MOST_NAMED, _LONG_NAME, _WIDEST_NAME = 16, 13, 200.0
_NAME_SIZE, _NAME_LINE = 11.0, 13.0
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class _Sheet:
    """How metres become units of the picture: north is up."""

    left: float
    top: float
    scale: float
    width: float
    height: float

    @classmethod
    def over(cls, areas: Sequence[MapArea], width: float) -> _Sheet:
        points = [point for area in areas for polygon in area.polygons for point in polygon[0]]
        if not points:
            return cls(0, 0, 0, width, _LEAST)
        east, north = [point[0] for point in points], [point[1] for point in points]
        wide, high = max(max(east) - min(east), 1.0), max(max(north) - min(north), 1.0)
        scale = min((width - 2 * _MARGIN) / wide, (_TALLEST - 2 * _MARGIN) / high)
        height = max(high * scale + 2 * _MARGIN, _LEAST)
        left = min(east) - (width / scale - wide) / 2
        return cls(left, max(north) + (height / scale - high) / 2, scale, width, height)

    def put(self, ring: Ring) -> list[Point]:
        """Give a ring in the picture; points that fall on each other are one, so that neighbours still share their borders."""
        placed = [(round((east - self.left) * self.scale, 1), round((self.top - north) * self.scale, 1)) for east, north in ring]
        return [point for number, point in enumerate(placed) if number == 0 or point != placed[number - 1]]


def map_svg(shown: MapPicture) -> str:
    """Draw a map.

    Args:
        shown: The map.

    Returns:
        SVG, 660 units wide, the legend on its right. What the map is about has a dark outline; an area without a number is hatched, each lack
        in its own way, and never in a class's colour.
    """
    sheet = _Sheet.over(shown.areas, WIDTH - _legend_width(shown) - _BETWEEN)
    courses = [_course(area, sheet) for area in shown.areas]
    drawn = list(zip(shown.areas, courses, strict=True))
    parts = [
        *(tag("path", d=course, fill=_fill(area, shown), fill_rule="evenodd", stroke="white") for area, course in drawn),
        *(ring for area, course in drawn if area.marked for ring in _ring(course)),
        *_names(shown, sheet),
        *_legend(shown, sheet),
    ]
    return picture(max(sheet.height, _legend_height(shown)), parts, _lacks(shown))


def _course(area: MapArea, sheet: _Sheet) -> str:
    rings = (sheet.put(ring) for polygon in area.polygons for ring in polygon)
    return "".join(f"{path(ring)}Z" for ring in rings if len(ring) > 2)


def _ring(course: str) -> Iterator[str]:
    for colour, width in (("white", 4.4), (INK, 2.2)):
        yield tag("path", d=course, fill="none", stroke=colour, stroke_width=width, stroke_linejoin="round")


def _fill(area: MapArea, shown: MapPicture) -> str:
    if area.shade is None:
        return hatching(_lack(area))
    return shade_colour(area.shade, len(shown.legend), diverging=shown.diverging)


def _lack(area: MapArea) -> Status:
    """Give the state of an area without a class; one that has a value all the same is said to lack it."""
    return area.cell.status if area.cell.status in LACKS else Status.MISSING


def _lacks(shown: MapPicture) -> list[Status]:
    found = {_lack(area) for area in shown.areas if area.shade is None}
    return [state for state in LACKS if state in found]


def _names(shown: MapPicture, sheet: _Sheet) -> Iterator[str]:
    """Write the names of the areas, each with its figure, where there are few enough; else only of what the map is about."""
    taken: list[Box] = []
    few = len(shown.areas) <= _MOST_NAMED
    for area in sorted(shown.areas, key=lambda area: not area.marked):
        if not (few or area.marked) or not area.polygons:
            continue
        x, y = _middle(area, sheet)
        name = [line for line in _name_lines(area.name) if width_of(area.name, _NAME_SIZE) <= _WIDEST_NAME]
        lines = [*name, *([area.cell.text] if few else [])]
        half = max((width_of(line, _NAME_SIZE) for line in lines), default=0) / 2
        x = min(max(x, half + 2), sheet.width - half - 2)
        box = (x - half, y - _NAME_LINE * len(lines) / 2, x + half, y + _NAME_LINE * len(lines) / 2)
        if not any(_touch(box, other) for other in taken):
            taken.append(box)
            yield from _name(area, shown, (x, y), lines)


def _touch(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _name_lines(name: str) -> list[str]:
    """Divide a long name at a hyphen or a space, near its middle."""
    cuts = [place + 1 for place, letter in enumerate(name) if letter in "- "]
    if len(name) <= _LONG_NAME or not cuts:
        return [name]
    cut = min(cuts, key=lambda place: abs(place - len(name) / 2))
    return [name[:cut].strip(), name[cut:].strip()]


def _name(area: MapArea, shown: MapPicture, at: Point, lines: Sequence[str]) -> Iterator[str]:
    fill = _fill(area, shown)
    letters, halo = (INK, "white") if not fill.startswith("#") or is_light(fill) else ("white", "#0f1e28")
    top = at[1] - _NAME_LINE * (len(lines) - 1) / 2 + 4
    for number, line in enumerate(lines):
        weight = None if number and line == area.cell.text else 600
        yield with_halo(
            (at[0], top + _NAME_LINE * number), line, halo, text_anchor="middle", font_size=_NAME_SIZE, font_weight=weight, fill=letters
        )


def _middle(area: MapArea, sheet: _Sheet) -> Point:
    """Give a place well inside an area: the middle of the widest stretch of a line across its largest polygon."""
    outer = max((sheet.put(polygon[0]) for polygon in area.polygons), key=_size)
    heights = [y for _, y in outer]
    low, high = min(heights), max(heights)
    stretches = [stretch for share in (0.5, 0.4, 0.6) for stretch in _stretches(outer, low + (high - low) * share + 0.01)]
    if not stretches:
        return outer[0]
    left, right, y = max(stretches, key=lambda stretch: stretch[1] - stretch[0])
    return (left + right) / 2, y


def _stretches(outer: Sequence[Point], y: float) -> Iterator[tuple[float, float, float]]:
    closed = [*outer, outer[0]]
    crossed = sorted(a[0] + (y - a[1]) / (b[1] - a[1]) * (b[0] - a[0]) for a, b in pairwise(closed) if (a[1] <= y) != (b[1] <= y))
    yield from ((left, right, y) for left, right in zip(crossed[::2], crossed[1::2], strict=False))


def _size(ring: Sequence[Point]) -> float:
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise([*ring, ring[0]]))) / 2


def _legend_rows(shown: MapPicture) -> list[tuple[str, str]]:
    classes = len(shown.legend)
    shades = [(shade_colour(shade, classes, diverging=shown.diverging), words) for shade, words in enumerate(shown.legend)]
    return [*shades, *((hatching(state), LACKS[state]) for state in _lacks(shown))]


def _marked(shown: MapPicture) -> list[str]:
    """Name what the map is about, over as many lines as it needs."""
    names = [area.name for area in shown.areas if area.marked]
    return lines_of(names[0] if len(names) == 1 else "områdena i rapporten", WIDTH / 4) if names else []


def _legend_width(shown: MapPicture) -> float:
    words = [*(words for _, words in _legend_rows(shown)), *_marked(shown)]
    return min(max(_BESIDE_SWATCH + 1.1 * max((width_of(word) for word in words), default=0), _LEAST_LEGEND), WIDTH / 2)


def _title_lines(shown: MapPicture) -> list[str]:
    return lines_of(unbroken(shown.legend_title), _legend_width(shown) * 0.95)


def _legend_height(shown: MapPicture) -> float:
    rows = len(_legend_rows(shown)) + len(_marked(shown))
    return 24 + _TITLE_LINE * len(_title_lines(shown)) + _LEGEND_LINE * rows + _RULER


def _legend(shown: MapPicture, sheet: _Sheet) -> Iterator[str]:
    left, y = sheet.width + _BETWEEN, 16.0
    for line in _title_lines(shown):
        yield text((left, y), line, font_weight=600)
        y += _TITLE_LINE
    for fill, words in _legend_rows(shown):
        yield tag("rect", x=left, y=y - 6, width=20, height=15, fill=fill, stroke=STRONG_LINE, stroke_width=0.6)
        yield text((left + _BESIDE_SWATCH, y + 6), words)
        y += _LEGEND_LINE
    for number, line in enumerate(_marked(shown)):
        if number == 0:
            yield tag("rect", x=left + 1, y=y - 5, width=18, height=13, fill="none", stroke=INK, stroke_width=2.2)
        yield text((left + _BESIDE_SWATCH, y + 6), line)
        y += _TITLE_LINE
    yield from _ruler(sheet, left, y + 22)


def _ruler(sheet: _Sheet, left: float, y: float) -> Iterator[str]:
    """Draw a scale of whole kilometres or metres, and where north is."""
    if not sheet.scale:
        return
    lengths = [step * 10**power for power in range(6) for step in (1, 2, 5)]
    metres = max((length for length in lengths if length <= 80 / sheet.scale), default=1)
    words = f"{metres // 1000} km" if metres >= 1000 else f"{metres} m"
    right = left + metres * sheet.scale
    yield tag("path", d=f"M{left:.1f} {y - 4:.1f}v4H{right:.1f}v-4", fill="none", stroke=QUIET)
    yield text((right + 6, y + 1), words, font_size=11, fill=QUIET)
    yield tag("path", d=f"M{WIDTH - 14:.1f} {y:.1f}h-4.5l4.5 -13l4.5 13z", fill=QUIET)
    yield text((WIDTH - 14, y + 12), "N", text_anchor="middle", font_size=10, fill=QUIET)
