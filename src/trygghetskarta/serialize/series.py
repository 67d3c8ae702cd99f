"""A series as rows and sections: its values, and what was found in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from trygghetskarta.analysis.beside import Compared
from trygghetskarta.analysis.calendar import Entry
from trygghetskarta.analysis.months import Floats, Lacking, Months
from trygghetskarta.analysis.series import Findings, Include
from trygghetskarta.analysis.unusual import Judged
from trygghetskarta.domain.counts import Published
from trygghetskarta.domain.periods import Interval, Period
from trygghetskarta.serialize.figures import Row, head, methods, rows_of, series_table
from trygghetskarta.serialize.formats import Figures, Format, Layout, Writing, chosen, write
from trygghetskarta.serialize.geojson import Outlines, by_area, feature_collection
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
    figures = series_figures(published, findings, writing.outlines)
    if writing.format not in (Format.GEOJSON, Format.JSON) or writing.layout is Layout.COLUMNS:
        return write(published, figures, writing)
    members = {**head(published, figures.sentences, figures.methods, writing.made_for), **figures.beside}
    told = sections(published, findings)
    kept = {name: figures.columns[name] for name in ("name", "level")} | dict(chosen(figures, writing).columns)
    lines = [line | section for line, section in zip(by_area(rows_of(kept)), told, strict=True)]
    if writing.format is Format.JSON:
        return orjson.dumps({**members, "series": lines})
    return feature_collection(members, lines, writing.outlines)


def series_figures(published: Published, findings: Findings, outlines: Outlines | None = None) -> Figures:
    """Give a series as every format writes it.

    Args:
        published: The answer.
        findings: What was found in it.
        outlines: Of the areas; None for none.

    Returns:
        One row per area and period, sentences, methods, and the calendar beside them.
    """
    columns = dict(series_table(published))
    places = [(area, period) for area in range(len(published.areas)) for period in range(len(published.periods))]
    for adding in _additions(published, findings):
        added = [adding.at(*place) for place in places]
        columns |= {name: [row[name] for row in added] for name in adding.names}
    said = sentences(published)
    return Figures(
        columns=columns,
        sentences=[*said, *found_sentences(published, findings, said)],
        methods=_methods(published, findings),
        beside={"calendar": [_entry(entry) for entry in findings.calendar]},
        outlines=outlines,
        dimensions=("code", "period"),
    )


def _methods(published: Published, findings: Findings) -> tuple[str, ...]:
    """Name each method once, in the order of what it is for."""
    found = [name for include, names in _METHODS.items() if include in findings.include for name in names]
    return tuple(dict.fromkeys([*methods(published), *found]))


@dataclass(frozen=True, slots=True)
class _Addition:
    """Columns of what was found: their names, and their values for an area and a period."""

    names: tuple[str, ...]
    at: Callable[[int, int], Row]


def _additions(published: Published, findings: Findings) -> list[_Addition]:
    """Give what was found that has a value for each area and period."""
    months = findings.months
    if months is None:
        return []
    at = [months.place(period.span.last) for period in published.periods]
    columns: list[_Addition] = []
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


def _beside(name: str, compared: Compared, at: list[int]) -> _Addition:
    def column(area: int, period: int) -> Row:
        place = at[period]
        return {
            name: whole(compared.now[area, place]),
            f"{name}LastYear": whole(compared.before[area, place]),
            **_percent(name, compared, (area, place)),
        }

    return _Addition((name, f"{name}LastYear", *_percents(name)), column)


def _percents(name: str) -> tuple[str, ...]:
    return (f"{name}Percent", f"{name}PercentLow", f"{name}PercentHigh")


def _percent(name: str, compared: Compared, at: tuple[int, int]) -> Row:
    """Give a change in per cent, and beside it the interval of the change per day."""
    return {
        f"{name}Percent": number(compared.changed.percent[at]),
        f"{name}PercentLow": number(100 * (compared.per_day.low[at] - 1)),
        f"{name}PercentHigh": number(100 * (compared.per_day.high[at] - 1)),
    }


def _last_year(compared: Compared) -> _Addition:
    def column(area: int, period: int) -> Row:
        return {
            "samePeriodLastYear": whole(compared.before[area, period]),
            "samePeriodLastYearDifference": whole(compared.changed.difference[area, period]),
            **_percent("samePeriodLastYear", compared, (area, period)),
        }

    name = "samePeriodLastYear"
    return _Addition((name, f"{name}Difference", *_percents(name)), column)


def _scaled(days: Floats, months: Months, periods: tuple[Period, ...]) -> _Addition:
    spans = [(max(months.place(period.span.first), 0), months.place(period.span.last) + 1) for period in periods]

    def column(area: int, period: int) -> Row:
        begin, end = spans[period]
        return {"daysScaled": number(days[area, begin:end].sum())}

    return _Addition(("daysScaled",), column)


def _monthly(published: Published, findings: Findings) -> list[_Addition]:
    """Give the columns that only months have."""
    numbers = [period.span.first.number for period in published.periods]
    columns: list[_Addition] = []
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


def _stretched(found: tuple[Any, ...], numbers: list[int], parts: Mapping[str, Callable[[Any], Floats]], decimals: int) -> _Addition:
    def column(area: int, period: int) -> Row:
        stretch = found[area]
        if isinstance(stretch, Lacking):
            return dict.fromkeys(parts)
        place = numbers[period] - stretch.span.first.number
        if not 0 <= place < stretch.span.months:
            return dict.fromkeys(parts)
        return {name: number(part(stretch.found)[place], decimals) for name, part in parts.items()}

    return _Addition(tuple(parts), column)


def _judged(judged: Judged) -> _Addition:
    def column(area: int, period: int) -> Row:
        return {
            "expected": number(judged.chart.expected[area, period]),
            "expectedLow": whole(judged.chart.low[area, period]),
            "expectedHigh": whole(judged.chart.high[area, period]),
            "unusual": judged.judgements[area][period].value,
        }

    return _Addition(("expected", "expectedLow", "expectedHigh", "unusual"), column)


def _entry(entry: Entry) -> Row:
    return {
        "month": str(entry.span.first),
        "to": str(entry.span.last),
        "kind": entry.kind.value,
        "text": entry.text,
        "textEn": entry.text_en,
    }
