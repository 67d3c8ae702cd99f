"""Line charts: a line breaks where there is no value, is dashed where figures are not final, and says what is missing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby, pairwise

from trygghetskarta.domain.counts import Status
from trygghetskarta.reports.axes import Frame, figure_lines, foot, head
from trygghetskarta.reports.document import STATUS_WORDS, Chart, Point, Series
from trygghetskarta.reports.ink import DASHES, INK, QUIET, SERIES, UNUSUAL
from trygghetskarta.reports.placing import Scale, labels_along, names_of
from trygghetskarta.reports.strokes import WIDTH, Look, hatching, path, picture, tag, text, width_of, with_halo
from trygghetskarta.reports.strokes import Point as At

_HEIGHT = 228.0
_MOST_DOTS = 40


@dataclass(frozen=True, slots=True)
class _Drawing:
    """A line chart being drawn: where each x stands, and each figure."""

    chart: Chart
    frame: Frame
    scale: Scale
    places: dict[str, int]

    def at(self, point: Point, value: float | None = None) -> At:
        told = point.cell.value if value is None else value
        return self.frame.middle(self.places[point.x]), self.scale.put(float(told or 0))


def line(chart: Chart) -> str:
    """Draw a line chart.

    Args:
        chart: It has at least one value; the points of a series are in the order of x.

    Returns:
        SVG: what lacks is hatched and named, a series that has an interval has it round it, the lines lie over that.
    """
    parts, top = head(chart, _sample)
    scale = Scale.of(chart)
    places = {x: place for place, x in enumerate(names_of(chart))}
    left = max(width_of(label) for label in scale.labels()) + 9
    frame = Frame(left, top + 6, WIDTH - 8, top + 6 + _HEIGHT, len(places))
    drawing = _Drawing(chart, frame, scale.between(frame.bottom, frame.top), places)
    below, end = foot(labels_along(chart, frame.room), frame, chart.x_title)
    gaps = list(_gaps(drawing))
    drawn = [
        *parts, *(part for gap in gaps for part in _gap(drawing, gap)), *figure_lines(drawing.scale, frame), *below, *_intervals(drawing),
        *(part for number, series in reversed(list(enumerate(chart.series))) for part in _line(drawing, number, series)),
        *_standing_out(drawing), *_marks(drawing), *(_gap_name(drawing, gap) for gap in gaps),
    ]  # fmt: skip
    return picture(end, drawn, sorted({gap[0] for gap in gaps}))


def _sample(number: int, at: At) -> str:
    return tag("path", d=f"M{at[0]:.1f} {at[1]:.1f}h24", **_look(number))


def _look(number: int) -> Look:
    dashes = DASHES[number % len(DASHES)]
    return {
        "fill": "none",
        "stroke": SERIES[number % len(SERIES)],
        "stroke_width": 2.2,
        "stroke_linejoin": "round",
        "stroke_dasharray": dashes or None,
    }


def _line(drawing: _Drawing, number: int, series: Series) -> Iterator[str]:
    for stretch, provisional in _stretches(series):
        look = _look(number) | ({"stroke_dasharray": "3 3", "stroke_width": 1.8} if provisional else {})
        yield tag("path", d=path(drawing.at(point) for point in stretch), **look)
    colour = SERIES[number % len(SERIES)]
    for point in _dots(series, everyone=len(drawing.places) <= _MOST_DOTS):
        x, y = drawing.at(point)
        yield tag("circle", cx=x, cy=y, r=2.7, fill="white" if point.cell.provisional else colour, stroke=colour, stroke_width=1.5)


def _stretches(series: Series) -> Iterator[tuple[list[Point], bool]]:
    """Give the stretches of a line from value to value: apart where one is missing, and where what is not final begins."""
    pairs = [pair for pair in pairwise(series.points) if None not in (pair[0].cell.value, pair[1].cell.value)]
    held: list[Point] = []
    kind = False
    for first, second in pairs:
        provisional = first.cell.provisional or second.cell.provisional
        if held and (held[-1] is not first or provisional != kind):
            yield held, kind
            held = []
        held = held or [first]
        held.append(second)
        kind = provisional
    if held:
        yield held, kind


def _dots(series: Series, *, everyone: bool) -> Iterator[Point]:
    """Give the points that are marked: all of a short line, the lonely ones of a long one."""
    values = [None, *(point.cell.value for point in series.points), None]
    for number, point in enumerate(series.points, 1):
        is_alone = values[number - 1] is None and values[number + 1] is None
        if point.cell.value is not None and (everyone or is_alone):
            yield point


def _standing_out(drawing: _Drawing) -> Iterator[str]:
    for series in drawing.chart.series:
        for point in series.points:
            if point.marked and point.cell.value is not None:
                x, y = drawing.at(point)
                yield tag("path", d=f"M{x:.1f} {y - 6.5:.1f}l6 6.5l-6 6.5l-6 -6.5z", fill=UNUSUAL, stroke="white", stroke_width=1)
                yield with_halo((x, y - 11), point.cell.text, text_anchor="middle", font_weight=600)


def _intervals(drawing: _Drawing) -> Iterator[str]:
    for number, series in enumerate(drawing.chart.series):
        for is_there, run in groupby(series.points, key=lambda point: None not in (point.low, point.high)):
            found = list(run)
            if is_there:
                upper = [drawing.at(point, point.high) for point in found]
                lower = [drawing.at(point, point.low) for point in reversed(found)]
                yield tag("path", d=path([*upper, *lower]) + "Z", fill=SERIES[number % len(SERIES)], fill_opacity=0.14)


def _gaps(drawing: _Drawing) -> Iterator[tuple[Status, float, float]]:
    """Give the stretches where no line has a value: why, and from where to where."""
    points = [point for series in drawing.chart.series for point in series.points]
    valued = {point.x for point in points if point.cell.value is not None}
    states = {point.x: point.cell.status for point in reversed(points)}
    told = [(place, Status.VALUE if x in valued else states[x]) for x, place in drawing.places.items()]
    for state, run in groupby(told, key=lambda pair: pair[1]):
        found = [place for place, _ in run]
        if state is not Status.VALUE:
            half = drawing.frame.room / 2
            yield state, drawing.frame.middle(found[0]) - half, drawing.frame.middle(found[-1]) + half


def _gap(drawing: _Drawing, gap: tuple[Status, float, float]) -> Iterator[str]:
    state, first, last = gap
    frame = drawing.frame
    yield tag("rect", x=first, y=frame.top, width=last - first, height=frame.bottom - frame.top, fill=hatching(state), fill_opacity=0.55)


def _gap_name(drawing: _Drawing, gap: tuple[Status, float, float]) -> str:
    """Name a gap: along it where it is wide enough, else up through it."""
    state, first, last = gap
    words, middle = STATUS_WORDS[state], (first + last) / 2
    look: Look = {"font_style": "italic", "fill": QUIET, "text_anchor": "middle"}
    if width_of(words) <= last - first:
        return with_halo((middle, drawing.frame.top + 14), words, **look)
    at = (middle + 4, drawing.frame.top + 6 + width_of(words) / 2)
    return with_halo(at, words, transform=f"rotate(-90 {at[0]:.1f} {at[1]:.1f})", **look)


def _marks(drawing: _Drawing) -> Iterator[str]:
    """Draw a numbered line at every mark; what they mean stands over the chart."""
    for number, mark in enumerate(drawing.chart.marks, 1):
        if mark.x in drawing.places:
            x = drawing.frame.middle(drawing.places[mark.x])
            yield tag("path", d=f"M{x:.1f} {drawing.frame.top + 4:.1f}V{drawing.frame.bottom:.1f}", stroke=INK, stroke_dasharray="2 3")
            yield tag("circle", cx=x, cy=drawing.frame.top, r=8, fill="white", stroke=INK)
            yield text((x, drawing.frame.top + 4), str(number), text_anchor="middle", font_size=11, font_weight=600)
