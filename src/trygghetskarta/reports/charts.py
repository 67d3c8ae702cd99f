"""Charts as SVG, drawn here: in the colours of the page, with Swedish numbers, and with the four states of a value."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from trygghetskarta.reports.bars import bars, dots
from trygghetskarta.reports.document import STATUS_WORDS, Chart, ChartKind
from trygghetskarta.reports.heats import heat
from trygghetskarta.reports.ink import GROUND, QUIET, STRONG_LINE
from trygghetskarta.reports.lines import line
from trygghetskarta.reports.placing import all_points
from trygghetskarta.reports.strokes import WIDTH, picture, tag, text

_DRAWN: Mapping[ChartKind, Callable[[Chart], str]] = {
    ChartKind.LINE: line,
    ChartKind.BARS: bars,
    ChartKind.HEAT: heat,
    ChartKind.DOTS: dots,
}


def chart_svg(chart: Chart) -> str:
    """Draw a chart.

    Args:
        chart: The chart.

    Returns:
        SVG, 660 units wide. Where a chart has no value at all it says so, in the words of the four states.
    """
    if all(point.cell.value is None for point in all_points(chart)):
        words = {STATUS_WORDS.get(point.cell.status, point.cell.text) for point in all_points(chart)}
        return _nothing(f"Inget att rita: {', '.join(sorted(words)) or 'inga uppgifter'}")
    return _DRAWN[chart.kind](chart)


def _nothing(words: str) -> str:
    box = tag("rect", x=1, y=1, width=WIDTH - 2, height=62, rx=6, fill=GROUND, stroke=STRONG_LINE, stroke_dasharray="4 3")
    return picture(64, [box, text((WIDTH / 2, 37), words, text_anchor="middle", font_size=14, fill=QUIET)])
