"""Heat maps: a square per point, a row per series, the figures in the squares where they fit."""

from __future__ import annotations

from collections.abc import Iterator

from trygghetskarta.domain.counts import Status
from trygghetskarta.reports.axes import Frame, foot, head
from trygghetskarta.reports.document import Chart, Point
from trygghetskarta.reports.ink import INK, SEQUENTIAL, is_light, shade_colour
from trygghetskarta.reports.placing import all_points, labels_along, names_of
from trygghetskarta.reports.strokes import WIDTH, Look, hatching, picture, tag, text, width_of
from trygghetskarta.serialize.swedish import decimal, whole

_ROW = 27.0
_SIZE = 11.0
_SHADES = len(SEQUENTIAL)
Bounds = tuple[float, float]


def heat(chart: Chart) -> str:
    """Draw a heat map.

    Args:
        chart: It has at least one value.

    Returns:
        SVG. Five shades of equal steps from the least value to the largest; where the figures do not fit in the squares, a legend tells them.
    """
    parts, top = head(chart, _no_sample) if len(chart.series) == 1 else head_of_rows(chart)
    values = [float(point.cell.value) for point in all_points(chart) if isinstance(point.cell.value, int | float)]
    bounds = (min([0.0, *values]), max(values))
    left = max(width_of(series.name) for series in chart.series) + 9
    places = {x: place for place, x in enumerate(names_of(chart))}
    frame = Frame(left, top, WIDTH - 2, top + _ROW * len(chart.series), len(places))
    fits = all(width_of(point.cell.text, _SIZE) < frame.room - 2 for point in all_points(chart))
    for row, series in enumerate(chart.series):
        y = top + _ROW * row
        parts.append(text((left - 8, y + _ROW / 2 + 3), series.name, text_anchor="end"))
        for point in series.points:
            parts += _square(point, bounds, (frame.left + places[point.x] * frame.room, y, frame.room), fits=fits)
    below, end = foot(labels_along(chart, frame.room), frame, chart.x_title, ticks=False)
    if not fits:
        parts += _legend(bounds, (left, end + 6), whole_numbers=all(value == int(value) for value in bounds))
        end += 28
    states = {point.cell.status for point in all_points(chart) if point.cell.status is not Status.VALUE}
    return picture(end, [*parts, *below], sorted(states))


def head_of_rows(chart: Chart) -> tuple[list[str], float]:
    """Write the title alone: the names of the series stand at their rows."""
    from dataclasses import replace

    return head(replace(chart, series=chart.series[:1]), _no_sample)


def _no_sample(_number: int, _at: tuple[float, float]) -> str:
    return ""


def _square(point: Point, bounds: Bounds, box: tuple[float, float, float], *, fits: bool) -> Iterator[str]:
    x, y, wide = box
    square: Look = {"x": x + 0.75, "y": y + 0.75, "width": wide - 1.5, "height": _ROW - 1.5}
    if not isinstance(point.cell.value, int | float):
        yield tag("rect", **square, fill=hatching(point.cell.status if point.cell.status is not Status.VALUE else Status.MISSING))
        return
    colour = shade_colour(_shade(float(point.cell.value), bounds), _SHADES, diverging=False)
    yield tag("rect", **square, fill=colour)
    if fits:
        letters = INK if is_light(colour) else "white"
        yield text((x + wide / 2, y + _ROW / 2 + 4), point.cell.text, text_anchor="middle", font_size=_SIZE, fill=letters)


def _shade(value: float, bounds: Bounds) -> int:
    low, high = bounds
    return min(int((value - low) / (high - low) * _SHADES), _SHADES - 1) if high > low else 0


def _legend(bounds: Bounds, at: tuple[float, float], *, whole_numbers: bool) -> Iterator[str]:
    low, high = bounds
    ends = [low + (high - low) * shade / _SHADES for shade in range(_SHADES + 1)]
    told = [whole(round(end)) if whole_numbers or high - low > 20 else decimal(end) for end in ends]
    x = at[0]
    for shade in range(_SHADES):
        words = f"{told[shade]}–{told[shade + 1]}"
        yield tag("rect", x=x, y=at[1], width=14, height=14, fill=shade_colour(shade, _SHADES, diverging=False))
        yield text((x + 19, at[1] + 11), words)
        x += 19 + width_of(words) + 16
