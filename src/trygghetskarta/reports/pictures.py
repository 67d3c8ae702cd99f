"""The pictures of a report, as every form needs them."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from trygghetskarta.reports.charts import chart_svg
from trygghetskarta.reports.document import Chart, MapPicture
from trygghetskarta.reports.ink import FONTS
from trygghetskarta.reports.maps import map_svg
from trygghetskarta.reports.strokes import WIDTH

if TYPE_CHECKING:
    from typst import Fonts

_PIXELS_PER_INCH = 180
_SHEET = b"""#set page(width: %dpt, height: auto, margin: 0pt)
#set image(format: "svg", width: 100%%)
#image(bytes(sys.inputs.svg))"""


def picture_svg(block: Chart | MapPicture) -> str:
    """Draw a chart or a map."""
    return chart_svg(block) if isinstance(block, Chart) else map_svg(block)


def picture_png(svg: str) -> bytes:
    """Give a picture for what cannot hold SVG, 1 650 pixels wide: sharp in print at the width of a page."""
    import typst

    drawn = typst.compile(
        _SHEET % WIDTH, format="png", ppi=_PIXELS_PER_INCH, font_paths=fonts(), ignore_system_fonts=True, sys_inputs={"svg": svg}
    )
    if not isinstance(drawn, bytes):
        raise TypeError("a picture is one page")
    return drawn


def proportions(svg: str) -> float:
    """Give how high a picture is for its width."""
    found = re.search(r'width="([\d.]+)" height="([\d.]+)"', svg)
    if found is None:
        raise ValueError("a picture says how large it is")
    return float(found[2]) / float(found[1])


@cache
def fonts() -> Fonts:
    """Give the fonts, read once: the package's own and those inside Typst, never those of the machine."""
    import typst

    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[str(FONTS)])
