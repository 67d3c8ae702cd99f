"""Bars, and dots with intervals: every figure stands beside its mark, or the word for why there is none."""

from __future__ import annotations

from collections.abc import Iterator

from trygghetskarta.domain.counts import Status
from trygghetskarta.reports.axes import Frame, figure_columns, figure_lines, foot, head
from trygghetskarta.reports.document import Chart, ChartKind, Point, Series
from trygghetskarta.reports.ink import ACCENT, GROUPS, INK, OTHER, QUIET, STRONG_LINE
from trygghetskarta.reports.placing import Scale, all_points, is_over_time, labels_along, names_of
from trygghetskarta.reports.strokes import WIDTH, Look, lines_of, picture, tag, text, width_of
from trygghetskarta.reports.strokes import Point as At

_HEIGHT = 210.0
_BAR, _GAP, _NAME_LINE = 17.0, 9.0, 13.0
_MOST_NAME = 250.0
_TALLEST = 800.0
_DOT = 5.0


def bars(chart: Chart) -> str:
    """Draw bars: lying, with names beside them, or standing over months.

    Args:
        chart: It has at least one value; several series stand beside each other.

    Returns:
        SVG.
    """
    return _standing(chart) if is_over_time(chart) else _lying(chart)


def dots(chart: Chart) -> str:
    """Draw dots, each with its interval as a line through it.

    Args:
        chart: It has at least one value.

    Returns:
        SVG.
    """
    return _lying(chart)


def _lying(chart: Chart) -> str:
    parts, top = head(chart, _sample)
    names = list(names_of(chart).items())
    left = min(max(width_of(name) for _, name in names), _MOST_NAME) + 10
    lines = [lines_of(name, _MOST_NAME) for _, name in names]
    heights = _heights(chart, lines)
    frame = Frame(left, top, WIDTH - _beside(chart), top + sum(heights))
    scale = Scale.of(chart).between(frame.left, frame.right)
    if chart.kind is ChartKind.DOTS:
        parts += figure_columns(scale, frame)
    y = top
    for (x, _), name, height in zip(names, lines, heights, strict=True):
        parts += _name(name, (left - 9, y + height / 2))
        parts += _row(chart, x, scale, (y, height))
        y += height
    parts.append(tag("path", d=f"M{scale.put(0):.1f} {frame.top:.1f}V{frame.bottom:.1f}", stroke=STRONG_LINE))
    end = frame.bottom + 4
    if chart.kind is ChartKind.DOTS:
        end = frame.bottom + 20
        if chart.x_title:
            end += 16
            parts.append(text(((frame.left + frame.right) / 2, end - 4), chart.x_title, text_anchor="middle", fill=QUIET))
    return picture(end, parts)


def _heights(chart: Chart, lines: list[list[str]]) -> list[float]:
    """Give the height of every row; where they are too many for a page, all are lower."""
    wanted = [max(_BAR * len(chart.series), _NAME_LINE * len(name)) + _GAP for name in lines]
    return [height * min(1.0, _TALLEST / sum(wanted)) for height in wanted]


def _beside(chart: Chart) -> float:
    """Give the room that the figures need to the right of the longest bar."""
    return max(width_of(point.cell.text) for point in all_points(chart)) + 12


def _name(lines: list[str], at: At) -> Iterator[str]:
    first = at[1] + 4 - _NAME_LINE * (len(lines) - 1) / 2
    yield from (text((at[0], first + _NAME_LINE * number), line, text_anchor="end") for number, line in enumerate(lines))


def _row(chart: Chart, x: str, scale: Scale, span: tuple[float, float]) -> Iterator[str]:
    height = (span[1] - _GAP * span[1] / (_BAR + _GAP)) if len(chart.series) == 1 else span[1] - _GAP
    height = min(height, _BAR * len(chart.series))
    top = span[0] + (span[1] - height) / 2
    for number, series in enumerate(chart.series):
        step = height / len(chart.series)
        for point in (point for point in series.points if point.x == x):
            middle = top + (number + 0.5) * step
            yield from _mark(chart, number, point, scale, (middle, step))


def _mark(chart: Chart, number: int, point: Point, scale: Scale, at: tuple[float, float]) -> Iterator[str]:
    middle, high = at
    if not isinstance(point.cell.value, int | float) or point.cell.status is not Status.VALUE:
        yield text((scale.put(0) + 6, middle + 4), point.cell.text, font_style="italic", fill=QUIET)
        return
    colour = _colour(chart, number, point)
    here, zero = scale.put(point.cell.value), scale.put(0)
    ends = [scale.put(end) for end in (point.low, point.high) if end is not None]
    if chart.kind is ChartKind.BARS:
        yield tag("rect", x=min(here, zero), y=middle - high * 0.43, width=abs(here - zero), height=high * 0.86, fill=colour)
    if len(ends) == 2:
        line = INK if chart.kind is ChartKind.BARS else colour
        yield tag(
            "path", d=f"M{ends[0]:.1f} {middle:.1f}H{ends[1]:.1f}", stroke=line, stroke_width=1 if chart.kind is ChartKind.BARS else 2
        )
    if chart.kind is ChartKind.DOTS:
        yield tag("circle", cx=here, cy=middle, r=_DOT, fill=colour)
    look: Look = {"font_weight": 600} if point.marked else {}
    yield text((max(here, zero, *ends) + 6, middle + 4), point.cell.text, **look)


def _standing(chart: Chart) -> str:
    parts, top = head(chart, _sample)
    places = {x: place for place, x in enumerate(names_of(chart))}
    scale = Scale.of(chart)
    left = max(width_of(label) for label in scale.labels()) + 9
    frame = Frame(left, top + 4, WIDTH - 8, top + 4 + _HEIGHT, len(places))
    scale = scale.between(frame.bottom, frame.top)
    below, end = foot(labels_along(chart, frame.room), frame, chart.x_title, ticks=False)
    drawn = [
        part
        for number, series in enumerate(chart.series)
        for point in series.points
        for part in _column(chart, (number, series, point), scale, frame.middle(places[point.x]), frame.room)
    ]  # fmt: skip
    return picture(end, [*parts, *figure_lines(scale, frame), *drawn, *below])


def _column(chart: Chart, told: tuple[int, Series, Point], scale: Scale, middle: float, room: float) -> Iterator[str]:
    number, _, point = told
    wide = room * 0.82 / len(chart.series)
    left = middle - room * 0.41 + wide * number
    if not isinstance(point.cell.value, int | float):
        at = (left + wide / 2 + 4, scale.put(0) - 5)
        yield text(at, point.cell.text, font_style="italic", fill=QUIET, transform=f"rotate(-90 {at[0]:.1f} {at[1]:.1f})")
        return
    here, zero = scale.put(point.cell.value), scale.put(0)
    colour = _colour(chart, number, point)
    look: Look = {"fill": colour}
    if point.cell.provisional:
        look = {"fill": colour, "fill_opacity": 0.3, "stroke": colour, "stroke_dasharray": "3 2"}
    yield tag("rect", x=left, y=min(here, zero), width=max(wide - 1, 0.8), height=abs(here - zero), **look)
    if wide > width_of(point.cell.text, 11) and len(chart.series) == 1:
        yield text((left + wide / 2, min(here, zero) - 4), point.cell.text, text_anchor="middle", font_size=11)


def _sample(number: int, at: At) -> str:
    return tag("rect", x=at[0] + 6, y=at[1] - 6, width=13, height=13, fill=GROUPS[number % len(GROUPS)])


def _colour(chart: Chart, number: int, point: Point) -> str:
    """Give the colour: of the series where there are several, else of what is marked."""
    if len(chart.series) > 1:
        return GROUPS[number % len(GROUPS)]
    if any(found.marked for found in chart.series[0].points) and not point.marked:
        return STRONG_LINE if chart.kind is ChartKind.DOTS else OTHER
    return ACCENT
