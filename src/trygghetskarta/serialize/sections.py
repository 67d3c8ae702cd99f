"""What was found in the series of each area, as the members that stand beside its values in JSON."""

from __future__ import annotations

from typing import Any

import numpy as np

from trygghetskarta.analysis.beside import Compared, is_sure
from trygghetskarta.analysis.months import Floats, Lacking, Months
from trygghetskarta.analysis.series import Broken, Findings, Growth, Stretch
from trygghetskarta.analysis.unusual import NOT_JUDGED, Judged, Judgement
from trygghetskarta.analysis.verdicts import SINGLE
from trygghetskarta.domain.counts import Published, Status
from trygghetskarta.domain.periods import Month, Span
from trygghetskarta.serialize.rounding import SHARE, number, whole
from trygghetskarta.stats.control import FALSE_ALARMS
from trygghetskarta.stats.season import SERVED, YEAR, Decomposition, Model, Stl

Section = dict[str, Any]

_OVERLAPS = Lacking(
    "Perioden är längre än ett år och går in i samma period året före.",
    "The span is longer than a year and runs into the same span of the year before.",
)


def sections(published: Published, findings: Findings) -> list[dict[str, Section]]:
    """Give the sections of each area.

    Args:
        published: The answer.
        findings: What was found in it.

    Returns:
        One mapping per area; empty where nothing was looked for.
    """
    return [_of_area(published, findings, area) for area in range(len(published.areas))]


def _of_area(published: Published, findings: Findings, area: int) -> dict[str, Section]:
    months = findings.months
    if months is None:
        return {}
    found: dict[str, Section] = {}
    if findings.rolling12 is not None:
        found["rolling12"] = months_up_to(findings, months, area, YEAR)
    if findings.year_to_date is not None:
        found["yearToDate"] = months_up_to(findings, months, area, None)
    if findings.whole is not None:
        found["samePeriodLastYear"] = whole_span(findings.whole, months, area, published.question.span)
    return found | _looked_for(findings, area)


def _looked_for(findings: Findings, area: int) -> dict[str, Section]:
    found: dict[str, Section] = {}
    if findings.season is not None:
        found["season"] = _season(findings.season[area])
    if findings.stl is not None:
        found["stl"] = _stl(findings.stl[area])
    if findings.growth is not None:
        found["trend"] = _trend(findings.growth[area])
    if findings.judged is not None:
        found["unusual"] = _unusual(findings, findings.judged, area)
    if findings.broken is not None:
        found["breaks"] = _breaks(findings.broken[area])
    return found


def months_up_to(findings: Findings, months: Months, area: int, length: int | None) -> Section:
    """Give the newest sum that there is, and the same a year earlier.

    Args:
        findings: What was found.
        months: The months it rests on.
        area: Which area.
        length: 12 for the rolling year; None for the calendar year so far.

    Returns:
        The section.
    """
    compared = findings.year_to_date if length is None else findings.rolling12
    if compared is None:
        return {}
    told = np.flatnonzero(~np.isnan(compared.now[area]))
    if not len(told):
        return _lacking(months.lacking[area] or Lacking("Månader saknas.", "Months are missing."))
    last = Month(int(months.numbers[told[-1]]))
    first = last.plus(1 - (length if length is not None else last.of_year))
    return _compared(compared, (area, int(told[-1])), Span(first, last))


def whole_span(compared: Compared, months: Months, area: int, span: Span) -> Section:
    """Give the whole span, and the same a year earlier.

    Args:
        compared: The sum of the span.
        months: The months it rests on.
        area: Which area.
        span: The span.

    Returns:
        The section.
    """
    lacking = months.lacking[area] or (_OVERLAPS if span.months > YEAR else None)
    return _lacking(lacking) if lacking is not None else _compared(compared, (area, 0), span)


def _compared(compared: Compared, at: tuple[int, int], span: Span) -> Section:
    place = at[1]
    now, per_day = float(compared.now[at]), compared.per_day
    days, last_year = compared.days[place].tolist()
    return {
        "status": (Status.VALUE if np.isfinite(now) else Status.MISSING).value,
        "from": str(span.first),
        "to": str(span.last),
        "count": whole(now),
        "lastYear": whole(float(compared.before[at])),
        "difference": whole(float(compared.changed.difference[at])),
        "percent": number(float(compared.changed.percent[at])),
        "days": days,
        "daysLastYear": last_year,
        "percentPerDay": number(100 * (float(per_day.ratio[at]) - 1)),
        "percentPerDayLow": number(100 * (float(per_day.low[at]) - 1)),
        "percentPerDayHigh": number(100 * (float(per_day.high[at]) - 1)),
        "pValue": number(float(per_day.p_value[at]), SHARE),
        "adjustedP": number(float(per_day.adjusted_p[at]), SHARE),
        "verdict": verdict((float(per_day.p_value[at]), float(per_day.adjusted_p[at])), float(per_day.ratio[at]) - 1),
    }


def _lacking(lacking: Lacking) -> Section:
    return {"status": lacking.status.value, "reason": lacking.reason, "reasonEn": lacking.reason_en}


def _begun(span: Span) -> Section:
    return {"status": Status.VALUE.value, "from": str(span.first), "to": str(span.last)}


def _season(season: Stretch[tuple[Model, Decomposition]] | Lacking) -> Section:
    if isinstance(season, Lacking):
        return _lacking(season)
    model, found = season.found
    return {
        **_begun(season.span),
        "model": model.value,
        "index": [number(value, 4) for value in found.index],
        "pValue": number(found.p_value, SHARE),
        "isSure": found.p_value < SINGLE,
    }


def _stl(stl: Stretch[Stl] | Lacking) -> Section:
    if isinstance(stl, Lacking):
        return _lacking(stl)
    return {
        **_begun(stl.span),
        "settings": {"seasonal": SERVED.seasonal, "seasonalDegree": SERVED.seasonal_degree, "robust": SERVED.robust},
        "seasonalStrength": number(_strength(stl.found.season, stl.found.remainder), 4),
        "trendStrength": number(_strength(stl.found.trend, stl.found.remainder), 4),
    }


def _strength(part: Floats, remainder: Floats) -> float:
    """Share of the variance of a part and the remainder together that is not the remainder's."""
    whole_variance = float(np.var(part + remainder))
    return max(0.0, 1 - float(np.var(remainder)) / whole_variance) if whole_variance > 0 else np.nan


def verdict(p_values: tuple[float, float], change: float) -> str:
    """Say which way something goes, or that it cannot be told; of a p-value, and the same adjusted for all areas."""
    if np.isnan(p_values).any():
        return "notApplicable"
    if not is_sure(*p_values):
        return "cannotTell"
    return "higher" if change > 0 else "lower"


def _trend(growth: Stretch[Growth] | Lacking) -> Section:
    if isinstance(growth, Lacking):
        return _lacking(growth) | {"verdict": "notApplicable"}
    slope, ranks, median = growth.found.slope, growth.found.ranks, growth.found.median
    return {
        **_begun(growth.span),
        "percentPerYear": number(slope.percent),
        "low": number(slope.low),
        "high": number(slope.high),
        "pValue": number(slope.p_value, SHARE),
        "adjustedP": number(growth.found.adjusted_p, SHARE),
        "verdict": verdict((slope.p_value, growth.found.adjusted_p), slope.percent),
        "dispersion": number(slope.dispersion, 4),
        "correlation": number(slope.correlation, 4),
        "besideBreak": str(growth.found.beside) if growth.found.beside is not None else None,
        "mannKendall": {
            "statistic": ranks.statistic,
            "variance": number(ranks.variance, 4),
            "z": number(ranks.z, 4),
            "pValue": number(ranks.p_value, SHARE),
            "tau": number(ranks.tau, 4),
        },
        "theilSen": dict(zip(("perYear", "low", "high"), (number(value, 4) for value in median), strict=True)),
    }


def _unusual(findings: Findings, judged: Judged, area: int) -> Section:
    lacking = findings.months.lacking[area] if findings.months is not None else None
    if lacking is not None:
        return _lacking(lacking)
    if not judged.count(area):
        return _lacking(NOT_JUDGED)
    outside = [column for column, judgement in enumerate(judged.judgements[area]) if judgement in _OUTSIDE]
    return {
        "status": Status.VALUE.value,
        "falseAlarms": FALSE_ALARMS,
        "judged": judged.count(area),
        "expectedByChance": number(judged.by_chance(area)),
        "months": [_month(findings, judged, area, column) for column in outside],
    }


_OUTSIDE = (Judgement.HIGHER, Judgement.LOWER, Judgement.CANNOT_TELL)


def _month(findings: Findings, judged: Judged, area: int, column: int) -> Section:
    chart, months = judged.chart, findings.months
    is_low = judged.judgements[area][column] is not Judgement.HIGHER
    month = Month(int(judged.numbers[column]))
    return {
        "period": str(month),
        "count": whole(months.counts[area, months.place(month)]) if months is not None else None,
        "expected": number(chart.expected[area, column]),
        "low": whole(chart.low[area, column]),
        "high": whole(chart.high[area, column]),
        "years": int(chart.years[area, column]),
        "pValue": number(min(2 * float((chart.p_low if is_low else chart.p_high)[area, column]), 1.0), SHARE),
        "verdict": judged.judgements[area][column].value,
    }


def _breaks(broken: Stretch[Broken] | Lacking) -> Section:
    if isinstance(broken, Lacking):
        return _lacking(broken) | {"items": []}
    likely, (ranks, after) = broken.found.most_likely, broken.found.ranks
    item = {
        "month": str(Month(likely.month)),
        "earliest": str(Month(likely.earliest)),
        "latest": str(Month(likely.latest)),
        "percent": number(likely.percent),
        "low": number(likely.low),
        "high": number(likely.high),
        "calendar": [entry.text for entry in broken.found.calendar],
    }
    return {
        **_begun(broken.span),
        "statistic": number(likely.statistic, 4),
        "pValue": number(likely.p_value, SHARE),
        "adjustedP": number(broken.found.adjusted_p, SHARE),
        "verdict": verdict((likely.p_value, broken.found.adjusted_p), likely.percent),
        "items": [item] if broken.found.is_found else [],
        "pettitt": {"month": str(after), "statistic": ranks.statistic, "pValue": number(ranks.p_value, SHARE)},
    }
