"""Published counts to the rows that every format writes: the counts, and what is worked out from them.

Every format writes these rows and no others, so a figure is the same in GeoJSON, in CSV and on the screen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from trygghetskarta.analysis.comparison import Findings
from trygghetskarta.analysis.harm import METHOD as HARM_METHOD
from trygghetskarta.domain.answers import Answered
from trygghetskarta.domain.counts import DenominatorUsed, Published, Statistics, Status
from trygghetskarta.domain.sources import CONTRACTS, SourceId
from trygghetskarta.serialize.comparing import listed, methods_of, statistics_columns
from trygghetskarta.serialize.estimates import estimated_columns, estimated_methods, estimated_of
from trygghetskarta.serialize.harm import comparison_columns, series_columns
from trygghetskarta.stats.rates import per_thousand_years

Row = dict[str, Any]

_DECIMALS = 2


def comparison_rows(published: Published, findings: Findings | None = None) -> list[Row]:
    """Give one row per area: its count, its baseline's, their difference, and what the statistics say of them.

    Args:
        published: The answer to a comparison; its first period is the span, its second, if any, the baseline.
        findings: What the statistics say of it; None when they were not asked for, or may not leave.

    Returns:
        Rows in the order of the areas, all with the same keys. Without statistics a row has a rate just when one was asked for.
    """
    counted = {
        **_areas(published),
        **_counts(published),
        **_statistics(published, findings),
        **_states(published),
        **estimated_columns(published),
    }
    return rows_of({**counted, **comparison_columns(published)})


def rows_of(columns: Mapping[str, Sequence[Any]]) -> list[Row]:
    """Turn columns of one length into rows, in the order of the columns."""
    return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]


def _areas(published: Published) -> dict[str, list[Any]]:
    areas = published.areas
    return {
        "code": [area.code for area in areas],
        "name": [area.name for area in areas],
        "level": [area.level.value for area in areas],
        "parent": [area.parent for area in areas],
    }


def _counts(published: Published) -> dict[str, list[Any]]:
    nothing = [None] * len(published.areas)
    count = _column(published, 0)
    baseline = _column(published, 1) if len(published.periods) > 1 else nothing
    difference = [_less(now, before) for now, before in zip(count, baseline, strict=True)] if published.comparable else nothing
    percent = [
        round(100 * more / before, _DECIMALS) + 0.0 if more is not None and before else None
        for more, before in zip(difference, baseline, strict=True)
    ]
    return {"count": count, "baselineCount": baseline, "difference": difference, "percent": percent}


def _less(now: int | None, before: int | None) -> int | None:
    return now - before if now is not None and before is not None else None


def _column(published: Published, column: int) -> list[int | None]:
    value = (published.status[:, column] == Status.VALUE.number).tolist()
    return [count if known else None for count, known in zip(published.counts[:, column].tolist(), value, strict=True)]


def _statistics(published: Published, findings: Findings | None) -> dict[str, list[Any]]:
    if published.question.statistics is Statistics.ALL:
        return statistics_columns(findings, len(published.areas))
    rates = _rates(published)
    if rates is None:
        return {}
    ends = np.where((published.status[:, 0] == Status.VALUE.number)[:, None], rates[:, 0], np.nan)
    return {name: listed(ends[:, at], 4) for at, name in enumerate(("rate", "rateLow", "rateHigh"))}


def _states(published: Published) -> dict[str, list[Any]]:
    """Give the status of each value; of a rate that was asked for and does not apply, that it does not."""
    told = [status.value for status in Status]
    status = np.array(published.status[:, 0])
    if published.person_years is not None:
        nowhere = ~(published.person_years[:, 0] > 0)
        status[(status == Status.VALUE.number) & nowhere] = Status.NOT_APPLICABLE.number
    paired = len(published.periods) > 1
    return {
        "status": [told[number] for number in status.tolist()],
        "baselineStatus": [told[number] for number in published.status[:, 1].tolist()] if paired else [None] * len(status),
        "provisional": [bool(published.provisional.any())] * len(status),
    }


def series_rows(published: Published) -> list[Row]:
    """Give one row per area and period.

    Args:
        published: The answer to a series.

    Returns:
        Rows by area, then by period.
    """
    rates, harm = _rates(published), series_columns(published)
    rows = []
    for number, area in enumerate(published.areas):
        for column, period in enumerate(published.periods):
            status = published.status_at(number, column)
            row: Row = {
                "code": area.code,
                "name": area.name,
                "level": area.level.value,
                "period": period.label,
                "from": str(period.span.first),
                "to": str(period.span.last),
                "count": _count(published, number, column),
                "status": status.value,
                "provisional": bool(published.provisional[column]),
                **estimated_of(published, number, column),
            }
            if rates is not None:
                row |= _rate(rates[number, column], status)
            if harm is not None:
                row |= harm[number][column]
            rows.append(row)
    return rows


def methods(published: Published, findings: Findings | None = None) -> tuple[str, ...]:
    """Name the methods that a table's figures are made by: of a comparison with statistics, also those of its findings."""
    plain = ("poisson-exact-byar",) if published.person_years is not None else ()
    harm = (HARM_METHOD,) if published.harm is not None else ()
    return (*(plain if findings is None else methods_of(findings)), *harm, *estimated_methods(published))


def head(answer: Answered, sentences: list[str], methods: tuple[str, ...]) -> dict[str, Any]:
    """Give what stands beside the rows: the question, the ledger, the coverage, where it all comes from, and sentences.

    Args:
        answer: The answer.
        sentences: Swedish sentences about it.
        methods: Names of the methods that made its figures.

    Returns:
        A mapping ready to be written as JSON.
    """
    question, provenance, ledger = answer.question, answer.provenance, answer.ledger
    return {
        "question": {
            "level": question.level.value,
            "area": list(question.areas),
            "within": question.within,
            "edition": str(provenance.edition),
            "source": [source.value for source in question.sources],
            "category": list(question.categories),
            "group": question.group,
            "from": str(question.span.first),
            "to": str(question.span.last),
            "baseline": str(question.baseline) if question.baseline is not None else None,
            "interval": question.interval.value,
            "measure": question.measure.value,
            "per": question.per.value,
            "by": question.by.value if question.by is not None else None,
            "asOf": str(question.as_of) if question.as_of is not None else None,
            "weights": question.weights,
            "statistics": question.statistics.value,
        },
        "ledger": {
            "placed": ledger.placed if ledger is not None else None,
            "areaOnly": ledger.area_only if ledger is not None else None,
            "unplaced": ledger.unplaced if ledger is not None else None,
            "outside": ledger.outside if ledger is not None else None,
            "withheld": ledger is None,
            "covered": not any(coverage.missing or coverage.partial for coverage in answer.coverage),
            "withheldBySource": ledger.withheld if ledger is not None else None,
            "undated": ledger.undated if ledger is not None else None,
            "estimated": ledger.estimated if ledger is not None else None,
            "total": ledger.total if ledger is not None else None,
        },
        "coverage": [
            {
                "source": coverage.source.value,
                "countsBy": (coverage.otherwise or CONTRACTS[coverage.source].counts_by).value,
                "from": str(coverage.first) if coverage.first is not None else None,
                "to": str(coverage.last) if coverage.last is not None else None,
                "missing": [str(month) for month in coverage.missing],
                "partial": [str(month) for month in coverage.partial],
                "provisional": [str(month) for month in coverage.provisional],
                "incomplete": [known.as_told() for known in coverage.incomplete],
            }
            for coverage in answer.coverage
        ],
        "denominator": _denominator(provenance.denominator),
        "provenance": {
            "dataVersion": provenance.version,
            "publishedAt": provenance.published_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "edition": str(provenance.edition),
            "editionName": provenance.edition_name,
            "asOf": str(provenance.as_of) if provenance.as_of is not None else None,
            "audience": answer.audience.value,
            "weights": provenance.weights,
            "counted": [{"source": source.value, "categories": list(names)} for source, names in provenance.counted],
            "methods": list(methods),
        },
        "sentences": sentences,
    }


def _denominator(used: DenominatorUsed | None) -> Mapping[str, Any] | None:
    """Name and date what the rates are counted on."""
    if used is None:
        return None
    name, name_en = used.kind.names
    return {
        "kind": used.kind.value,
        "name": name,
        "nameEn": name_en,
        "dates": [str(day) for day in used.counted],
        "held": used.held,
        "source": SourceId.POPULATION.value,
        "deliveries": list(used.deliveries),
        "areasWithout": used.without,
    }


def number(value: float | None, decimals: int) -> float | None:
    """Give a figure rounded as rows hold it; None where there is none."""
    return None if value is None or np.isnan(value) else round(float(value), decimals) + 0.0


def _count(published: Published, number: int, column: int) -> int | None:
    return int(published.counts[number, column]) if published.status_at(number, column) is Status.VALUE else None


def _rates(published: Published) -> np.ndarray[Any, np.dtype[np.float64]] | None:
    return None if published.person_years is None else per_thousand_years(published.counts, published.person_years)


def _rate(ends: np.ndarray[Any, np.dtype[np.float64]], status: Status) -> Mapping[str, Any]:
    """Give the rate of one value; where nobody lives there is none, and the row says that it does not apply."""
    if status is not Status.VALUE:
        return {"rate": None, "rateLow": None, "rateHigh": None}
    if np.isnan(ends).any():
        return {"rate": None, "rateLow": None, "rateHigh": None, "status": Status.NOT_APPLICABLE.value}
    rate, low, high = (round(float(end), 4) for end in ends)
    return {"rate": rate, "rateLow": low, "rateHigh": high}
