"""What stands round the figures of a chart: the title of its axis, the key, the lines of the scale, labels along the foot."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from trygghetskarta.reports.document import Chart
from trygghetskarta.reports.ink import INK, LINE, QUIET, STRONG_LINE
from trygghetskarta.reports.placing import Labels, Scale
from trygghetskarta.reports.strokes import WIDTH, Point, lines_of, tag, text, width_of

_SAMPLE, _BETWEEN = 30.0, 22.0
_TITLE_LINE, _KEY_LINE, _FOOT_LINE = 16.0, 20.0, 14.0
Sample = Callable[[int, Point], str]
"""Draws what a series looks like, 24 wide, at a place on the line of its name."""


@dataclass(frozen=True, slots=True)
class Frame:
    """The part of a picture that the figures are drawn in.

    Attributes:
        left: Its left edge.
        top: Its upper edge.
        right: Its right edge.
        bottom: Its lower edge.
        places: How many places it has along the foot.
    """

    left: float
    top: float
    right: float
    bottom: float
    places: int = 1

    @property
    def room(self) -> float:
        """Width of a place."""
        return (self.right - self.left) / self.places

    def middle(self, place: float) -> float:
        """Give the middle of a place."""
        return self.left + (place + 0.5) * self.room


def head(chart: Chart, sample: Sample) -> tuple[list[str], float]:
    """Write what stands over the figures.

    Args:
        chart: The chart.
        sample: Draws a series' sample in the key, which is written where there are several.

    Returns:
        The elements, and where the figures may begin.
    """
    parts, y = [], 0.0
    marks = [f"{number}  {mark.text}" for number, mark in enumerate(chart.marks, 1)]
    for words in (chart.y_title, *marks):
        for line in lines_of(words, WIDTH) if words else ():
            y += _TITLE_LINE
            parts.append(text((0, y - 3), line, fill=QUIET))
    if len(chart.series) > 1:
        x = 0.0
        for number, series in enumerate(chart.series):
            wide = _SAMPLE + width_of(series.name) + _BETWEEN
            if x == 0 or x + wide > WIDTH + _BETWEEN:
                x, y = 0.0, y + _KEY_LINE
            parts += [sample(number, (x, y - 6)), text((x + _SAMPLE, y - 2), series.name)]
            x += wide
    return parts, y + 10


def figure_lines(scale: Scale, frame: Frame) -> Iterator[str]:
    """Draw the lines of a scale that stands up, with their figures to the left."""
    for tick, label in zip(scale.ticks, scale.labels(), strict=True):
        y = scale.put(tick)
        yield tag("path", d=f"M{frame.left:.1f} {y:.1f}H{frame.right:.1f}", stroke=STRONG_LINE if tick == 0 else LINE, stroke_width=1)
        yield text((frame.left - 7, y + 4), label, text_anchor="end")


def figure_columns(scale: Scale, frame: Frame) -> Iterator[str]:
    """Draw the lines of a scale that lies down, with their figures under them."""
    for tick, label in zip(scale.ticks, scale.labels(), strict=True):
        x = scale.put(tick)
        yield tag("path", d=f"M{x:.1f} {frame.top:.1f}V{frame.bottom:.1f}", stroke=STRONG_LINE if tick == 0 else LINE, stroke_width=1)
        yield text((x, frame.bottom + 15), label, text_anchor="middle")


def foot(labels: Labels, frame: Frame, title: str, *, ticks: bool = True) -> tuple[list[str], float]:
    """Write the labels along the foot, and the title of the axis.

    Returns:
        The elements, and where the picture ends.
    """
    parts = []
    for place, lines in labels.items():
        x = frame.middle(place)
        if ticks:
            parts.append(tag("path", d=f"M{x:.1f} {frame.bottom:.1f}v4", stroke=STRONG_LINE))
        anchor = "end" if x > WIDTH - width_of(lines[0]) / 2 else "middle"
        for number, line in enumerate(lines):
            at = (min(x, WIDTH) if anchor == "middle" else WIDTH, frame.bottom + 17 + number * _FOOT_LINE)
            parts.append(text(at, line, text_anchor=anchor, fill=QUIET if number else INK))
    end = frame.bottom + 8 + _FOOT_LINE * max((len(lines) for lines in labels.values()), default=0)
    if title:
        end += _TITLE_LINE + 2
        parts.append(text(((frame.left + frame.right) / 2, end - 4), title, text_anchor="middle", fill=QUIET))
    return parts, end + 2
