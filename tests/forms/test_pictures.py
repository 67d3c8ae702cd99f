"""Charts and maps: what is drawn, what is said where nothing can be, and that colour never stands alone."""

from __future__ import annotations

import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from tests.forms import made_up
from trygghetskarta.domain.counts import Status
from trygghetskarta.reports.charts import chart_svg
from trygghetskarta.reports.document import Cell, Chart, ChartKind, MapPicture, Series
from trygghetskarta.reports.ink import DIVERGING, SEQUENTIAL, SERIES, shade_colour
from trygghetskarta.reports.maps import map_svg
from trygghetskarta.reports.pictures import picture_png, proportions

_SVG = "{http://www.w3.org/2000/svg}"


def texts(svg: str) -> list[str]:
    return ["".join(element.itertext()) for element in ElementTree.fromstring(svg).iter(f"{_SVG}text")]


CHARTS = {
    "line": made_up.line_chart(), "ten years": made_up.line_chart(120), "short": made_up.line_chart(6), "bars": made_up.bars(),
    "groups": made_up.bars(groups=3), "months": made_up.month_bars(), "heat": made_up.heat(), "large heat": made_up.heat(10_000),
    "dots": made_up.dots(),
}  # fmt: skip


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_is_drawn_as_wide_as_the_page_and_the_same_every_time(name: str) -> None:
    drawn = chart_svg(CHARTS[name])
    root = ElementTree.fromstring(drawn)
    assert float(root.attrib["width"]) == 660
    assert float(root.attrib["height"]) < 900
    assert chart_svg(CHARTS[name]) == drawn
    assert "http" not in re.sub(r'xmlns(:\w+)?="[^"]*"', "", drawn)


def test_a_line_says_which_months_are_missing_and_marks_what_is_not_final() -> None:
    drawn = chart_svg(made_up.line_chart())
    assert "saknas" in texts(drawn)
    assert {"1", "2"} <= set(texts(drawn))
    assert 'stroke-dasharray="3 3"' in drawn
    assert "1  Ny indelning av stadsdelsområden" in texts(drawn)


def test_several_lines_are_told_apart_by_dashes_and_a_key() -> None:
    names = ("Järva", "Bromma", "Farsta")
    drawn = chart_svg(made_up.line_chart(names=names))
    assert set(names) <= set(texts(drawn))
    assert {"7 3", "2 2"} <= set(re.findall(r'stroke-dasharray="([\d ]+)"', drawn))


def test_what_is_usual_lies_round_the_line_that_has_it_whichever_that_is() -> None:
    plain, usual = made_up.line_chart().series[1], made_up.line_chart().series[0]
    first, second = (chart_svg(replace(made_up.line_chart(), series=series)) for series in ((usual, plain), (plain, usual)))
    assert re.findall(r'fill="(#\w+)" fill-opacity="0.14"', first) == [SERIES[0]] * 2  # before and after the missing months
    assert re.findall(r'fill="(#\w+)" fill-opacity="0.14"', second) == [SERIES[1]] * 2


def test_numbers_on_axes_are_swedish() -> None:
    points = tuple(
        replace(point, cell=Cell("x", 12_000 * number))
        for number, point in enumerate(made_up.line_chart(8, names=("Järva",)).series[0].points)
    )
    drawn = chart_svg(replace(made_up.line_chart(8), series=(Series("Järva", points),), marks=()))
    assert "80\u00a0000" in texts(drawn)


def test_a_bar_has_its_figure_beside_it_or_the_word_for_why_there_is_none() -> None:
    told = texts(chart_svg(made_up.bars()))
    assert {"0", "40", "400", "saknas"} <= set(told)
    assert any("Enskede-Årsta-Vantör" in text for text in told)


@pytest.mark.parametrize("kind", list(ChartKind))
def test_a_chart_without_any_value_says_so(kind: ChartKind) -> None:
    chart = replace(made_up.line_chart(12, Status.WITHHELD), kind=kind)
    assert texts(chart_svg(chart)) == ["Inget att rita: skyddat"]
    assert texts(chart_svg(replace(chart, series=()))) == ["Inget att rita: inga uppgifter"]


@pytest.mark.parametrize("kind", list(ChartKind))
def test_a_chart_of_zeros_or_of_one_point_is_drawn(kind: ChartKind) -> None:
    for many in (1, 3):
        points = tuple(replace(point, cell=Cell("0", 0), low=None, high=None) for point in made_up.line_chart(3).series[0].points[:many])
        assert "<svg" in chart_svg(Chart("Nollor", "Allt är noll.", kind, (Series("Järva", points),), "", "Antal"))


def test_a_map_hatches_each_lack_in_its_own_way_and_says_so_in_the_legend() -> None:
    states = [Status.VALUE, Status.MISSING, Status.WITHHELD, Status.NOT_APPLICABLE]
    drawn = map_svg(made_up.areas_map(states))
    for state, words in (("missing", "saknas"), ("withheld", "skyddat"), ("notApplicable", "inget värde att räkna fram")):
        assert f'<pattern id="{state}"' in drawn
        assert f'fill="url(#{state})"' in drawn
        assert words in texts(drawn)
    assert "<pattern" not in map_svg(made_up.areas_map())


def test_a_map_names_its_areas_with_their_figures_and_its_scale() -> None:
    told = texts(map_svg(made_up.areas_map()))
    assert {"Järva", "120", "Skärholmen", "4\u00a0430", "2 km", "N"} <= set(told)
    many = texts(map_svg(made_up.areas_map(names=[f"Stadsdel {number}" for number in range(117)])))
    assert "Stadsdel 0" in many  # what the report is about
    assert "Stadsdel 1" not in many


@pytest.mark.parametrize("many", [0, 1, 2])
def test_a_map_of_few_areas_is_a_map(many: int) -> None:
    picture = made_up.areas_map()
    drawn = map_svg(MapPicture(picture.caption, picture.alt, picture.areas[:many], picture.legend, picture.legend_title))
    assert len(ElementTree.fromstring(drawn).findall(f"{_SVG}path[@fill-rule]")) == many


def test_neighbours_still_share_their_borders() -> None:
    drawn = ElementTree.fromstring(map_svg(made_up.areas_map()))
    rings = [set(re.findall(r"[\d.]+ [\d.]+", path.attrib["d"])) for path in drawn.findall(f"{_SVG}path[@fill-rule]")]
    assert all(len(one & other) >= 2 for one, other in zip(rings, [*rings[1:], rings[0]], strict=True))


def test_the_colours_are_those_of_the_page_and_are_spread_over_the_ramp() -> None:
    assert [shade_colour(shade, 5, diverging=False) for shade in range(5)] == list(SEQUENTIAL)
    assert [shade_colour(shade, 3, diverging=True) for shade in range(3)] == [DIVERGING[0], DIVERGING[2], DIVERGING[4]]
    assert shade_colour(0, 1, diverging=False) == SEQUENTIAL[2]


def test_a_picture_is_sharp_enough_for_print() -> None:
    svg = map_svg(made_up.areas_map())
    drawn = picture_png(svg)
    width, height = (int.from_bytes(drawn[at : at + 4], "big") for at in (16, 20))
    assert width >= 1600
    assert abs(height / width - proportions(svg)) < 0.01
