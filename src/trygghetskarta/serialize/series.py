"""A series as rows and sections: its values, and what was found in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import orjson

from trygghetskarta.analysis.beside import Compared
from trygghetskarta.analysis.calendar import Entry
from trygghetskarta.analysis.months import Floats, Lacking, Months
from trygghetskarta.analysis.series import Findings, Include
from trygghetskarta.analysis.unusual import Judged
from trygghetskarta.domain.counts import Published
from trygghetskarta.domain.periods import Interval, Period
from trygghetskarta.serialize.figures import Row, head, methods, series_rows
from trygghetskarta.serialize.formats import Figures, Format, Writing, write
from trygghetskarta.serialize.geojson import by_area, feature_collection
from trygghetskarta.serialize.rounding import number, whole
from trygghetskarta.serialize.saying.answers import sentences
from trygghetskarta.serialize.saying.series import found_sentences
from trygghetskarta.serialize.sections import sections

_MANY = "benjamini-hochberg"
_CHANGE = ("rate-ratio-exact-conditional", _MANY)
_METHODS: Mapping[Include, tuple[str, ...]] = {
    Include.ROLLING12: ("rolling12", *_CHANGE),
    Include.YEAR_TO_DATE: ("year-to-date", *_CHANGE),
    Include.SAME_PERIOD: ("same-period-last-year", *_CHANGE),
    Include.DAYS: ("scaled-by-days",),
    Include.SEASON: ("classical-decomposition",),
    Include.STL: ("stl",),
    Include.TREND: ("quasi-poisson-trend", "seasonal-mann-kendall", "seasonal-theil-sen", _MANY),
    Include.UNUSUAL: ("negative-binomial-control-chart",),
    Include.BREAKS: ("sup-f-break", "pettitt", _MANY),
}


def write_series(published: Published, findings: Findings, writing: Writing) -> bytes:
    """Write the answer to a series.

    Args:
        published: The answer.
        findings: What was found in it.
        writing: How.

    Returns:
        The bytes; GeoJSON and JSON have one item per area, with its values in order and a section for each thing looked for.
    """
    figures = series_figures(published, findings)
    if writing.format not in (Format.GEOJSON, Format.JSON):
        return write(published, figures, writing)
    members = {**head(published, figures.sentences, figures.methods), **figures.beside}
    told = sections(published, findings)
    lines = [line | section for line, section in zip(by_area(figures.rows), told, strict=True)]
    if writing.format is Format.JSON:
        return orjson.dumps({**members, "series": lines})
    return feature_collection(members, lines, writing.outlines)


def series_figures(published: Published, findings: Findings) -> Figures:
    """Give a series as every format writes it.

    Args:
        published: The answer.
        findings: What was found in it.

    Returns:
        One row per area and period, sentences, methods, and the calendar beside them.
    """
    rows = series_rows(published)
    columns = _columns(published, findings)
    for place, row in enumerate(rows):
        area, period = divmod(place, len(published.periods))
        for column in columns:
            row.update(column(area, period))
    said = sentences(published)
    return Figures(
        rows=rows,
        sentences=[*said, *found_sentences(published, findings, said)],
        methods=_methods(published, findings),
        beside={"calendar": [_entry(entry) for entry in findings.calendar]},
        dimensions=("code", "period"),
    )


def _methods(published: Published, findings: Findings) -> tuple[str, ...]:
    """Name each method once, in the order of what it is for."""
    found = [name for include, names in _METHODS.items() if include in findings.include for name in names]
    return tuple(dict.fromkeys([*methods(published), *found]))


Column = Callable[[int, int], Row]


def _columns(published: Published, findings: Findings) -> list[Column]:
    """Give what adds columns to the row of an area and a period."""
    months = findings.months
    if months is None:
        return []
    at = [months.place(period.span.last) for period in published.periods]
    columns: list[Column] = []
    if findings.rolling12 is not None:
        columns.append(_beside("rolling12", findings.rolling12, at))
    if findings.year_to_date is not None:
        columns.append(_beside("yearToDate", findings.year_to_date, at))
    if findings.same_period is not None:
        columns.append(_last_year(findings.same_period))
    if findings.days is not None:
        columns.append(_scaled(findings.days, months, published.periods))
    if published.question.interval is Interval.MONTH:
        columns += _monthly(published, findings)
    return columns


def _beside(name: str, compared: Compared, at: list[int]) -> Column:
    def column(area: int, period: int) -> Row:
        place = at[period]
        return {
            name: whole(compared.now[area, place]),
            f"{name}LastYear": whole(compared.before[area, place]),
            **_percent(name, compared, (area, place)),
        }

    return column


def _percent(name: str, compared: Compared, at: tuple[int, int]) -> Row:
    """Give a change in per cent, and beside it the interval of the change per day."""
    return {
        f"{name}Percent": number(compared.changed.percent[at]),
        f"{name}PercentLow": number(100 * (compared.per_day.low[at] - 1)),
        f"{name}PercentHigh": number(100 * (compared.per_day.high[at] - 1)),
    }


def _last_year(compared: Compared) -> Column:
    def column(area: int, period: int) -> Row:
        return {
            "samePeriodLastYear": whole(compared.before[area, period]),
            "samePeriodLastYearDifference": whole(compared.changed.difference[area, period]),
            **_percent("samePeriodLastYear", compared, (area, period)),
        }

    return column


def _scaled(days: Floats, months: Months, periods: tuple[Period, ...]) -> Column:
    spans = [(max(months.place(period.span.first), 0), months.place(period.span.last) + 1) for period in periods]

    def column(area: int, period: int) -> Row:
        begin, end = spans[period]
        return {"daysScaled": number(days[area, begin:end].sum())}

    return column


def _monthly(published: Published, findings: Findings) -> list[Column]:
    """Give the columns that only months have."""
    numbers = [period.span.first.number for period in published.periods]
    columns: list[Column] = []
    if findings.season is not None:
        columns.append(
            _stretched(
                findings.season, numbers, {"seasonIndex": lambda found: found[1].season, "seasonTrend": lambda found: found[1].trend}, 4
            )
        )
    if findings.stl is not None:
        parts = {
            "stlTrend": lambda found: found.trend,
            "stlSeason": lambda found: found.season,
            "stlRemainder": lambda found: found.remainder,
        }
        columns.append(_stretched(findings.stl, numbers, parts, 2))
    if findings.growth is not None:
        columns.append(_stretched(findings.growth, numbers, {"trendFit": lambda found: found.slope.mean}, 2))
    if findings.judged is not None:
        columns.append(_judged(findings.judged))
    return columns


def _stretched(found: tuple[Any, ...], numbers: list[int], parts: Mapping[str, Callable[[Any], Floats]], decimals: int) -> Column:
    def column(area: int, period: int) -> Row:
        stretch = found[area]
        if isinstance(stretch, Lacking):
            return dict.fromkeys(parts)
        place = numbers[period] - stretch.span.first.number
        if not 0 <= place < stretch.span.months:
            return dict.fromkeys(parts)
        return {name: number(part(stretch.found)[place], decimals) for name, part in parts.items()}

    return column


def _judged(judged: Judged) -> Column:
    def column(area: int, period: int) -> Row:
        return {
            "expected": number(judged.chart.expected[area, period]),
            "expectedLow": whole(judged.chart.low[area, period]),
            "expectedHigh": whole(judged.chart.high[area, period]),
            "unusual": judged.judgements[area][period].value,
        }

    return column


def _entry(entry: Entry) -> Row:
    return {
        "month": str(entry.span.first),
        "to": str(entry.span.last),
        "kind": entry.kind.value,
        "text": entry.text,
        "textEn": entry.text_en,
    }
