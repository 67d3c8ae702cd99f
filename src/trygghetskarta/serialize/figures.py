"""Published counts to the rows that every format writes: the counts, and what is worked out from them.

Every format writes these rows and no others, so a figure is the same in GeoJSON, in CSV and on the screen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC
from typing import Any

import numpy as np

from trygghetskarta.analysis.comparison import Findings
from trygghetskarta.analysis.harm import METHOD as HARM_METHOD
from trygghetskarta.domain.answers import Answered
from trygghetskarta.domain.areas import Area
from trygghetskarta.domain.audience import MadeFor
from trygghetskarta.domain.counts import DenominatorUsed, Published, Statistics, Status
from trygghetskarta.domain.sources import CONTRACTS, SourceId
from trygghetskarta.serialize.comparing import methods_of, statistics_columns
from trygghetskarta.serialize.estimates import estimated_columns, estimated_methods, estimated_series
from trygghetskarta.serialize.harm import comparison_columns, series_columns
from trygghetskarta.serialize.protection import margin_columns, margin_series, protection_methods, protection_said, protection_told
from trygghetskarta.serialize.values import Bools, Rounded, Same, Values, Whole, Words
from trygghetskarta.stats.rates import per_thousand_years

Row = dict[str, Any]
Columns = Mapping[str, Sequence[Any]]
"""The values of rows by column, all of one length."""

_DECIMALS = 2
MOST_DELIVERIES = 100
"""So many of the deliveries that an answer rests on are named, the newest."""

_RATE = ("rate", "rateLow", "rateHigh")


def comparison_rows(published: Published, findings: Findings | None = None) -> list[Row]:
    """Give the columns of a comparison as rows, one per area in their order."""
    return rows_of(comparison_table(published, findings))


def comparison_table(published: Published, findings: Findings | None = None) -> Columns:
    """Give per area its count, its baseline's, their difference, and what the statistics say of them.

    Args:
        published: The answer to a comparison; its first period is the span, its second, if any, the baseline.
        findings: What the statistics say of it; None when they were not asked for, or may not leave.

    Returns:
        Columns with a value for each area, in their order. Without statistics there is a rate just when one was asked for.
    """
    told = {name: values.listed() for name, values in compared_columns(published, findings).items()}
    return {**_named_columns(published), **told}


def named(area: Area) -> Row:
    """Give what a row says of its area, before anything else."""
    return {"code": area.code, "name": area.name, "level": area.level.value, "parent": area.parent}


def _named_columns(published: Published) -> Columns:
    """Give what rows say of their areas, as `named` does of one; all are of one level."""
    areas = published.areas
    return {
        "code": [area.code for area in areas],
        "name": [area.name for area in areas],
        "level": [published.question.level.value] * len(areas),
        "parent": [area.parent for area in areas],
    }


def compared_columns(published: Published, findings: Findings | None = None) -> dict[str, Values]:
    """Give what a comparison says besides which area it says it of; as for `comparison_table`."""
    return {
        **_counts(published),
        **_statistics(published, findings),
        **_states(published),
        **margin_columns(published),
        **estimated_columns(published),
        **comparison_columns(published),
    }


def rows_of(columns: Columns) -> list[Row]:
    """Turn columns of one length into rows, in the order of the columns."""
    return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]


def columns_of(rows: Sequence[Row], names: Sequence[str] = ()) -> Columns:
    """Turn rows into columns.

    Args:
        rows: The rows, all with the same keys.
        names: The keys of a row, for where there is none to tell them.

    Returns:
        A value per row under each key.
    """
    return {name: [row[name] for row in rows] for name in (rows[0] if rows else names)}


def _counts(published: Published) -> dict[str, Values]:
    known = published.status == Status.VALUE.number
    now, rows = published.counts[:, 0], len(published.areas)
    count = Whole(now, _unless_all(known[:, 0]))
    if len(published.periods) == 1:
        nothing = Same(None, rows)
        return {"count": count, "baselineCount": nothing, "difference": nothing, "percent": nothing}
    before, both = published.counts[:, 1], known.all(axis=1) & published.comparable
    percent = np.divide(100.0 * (now - before), before, out=np.full(rows, np.nan), where=both & (before > 0))
    return {
        "count": count,
        "baselineCount": Whole(before, _unless_all(known[:, 1])),
        "difference": Whole(now - before, _unless_all(both)),
        "percent": Rounded(percent, _DECIMALS),
    }


def _unless_all(known: Bools) -> Bools | None:
    return None if known.all() else known


def _statistics(published: Published, findings: Findings | None) -> dict[str, Values]:
    if published.question.statistics is Statistics.ALL:
        return statistics_columns(findings, len(published.areas))
    rates = rates_of(published)
    if rates is None:
        return {}
    ends = np.where((published.status[:, 0] == Status.VALUE.number)[:, None], rates[:, 0], np.nan)
    return {name: Rounded(ends[:, at], 4) for at, name in enumerate(_RATE)}


def _states(published: Published) -> dict[str, Values]:
    """Give the status of each value; of a rate that was asked for and does not apply, that it does not."""
    told, rows = [status.value for status in Status], len(published.areas)
    return {
        "status": Words(_status(published, slice(0, 1)), told),
        "baselineStatus": Words(published.status[:, 1], told) if len(published.periods) > 1 else Same(None, rows),
        "provisional": Same(bool(published.provisional.any()), rows),
    }


def _status(published: Published, periods: slice) -> np.ndarray[Any, np.dtype[np.int8]]:
    """Give the number of each status of some periods, by area, then by period; of a rate where nobody lives, that it does not apply."""
    status = published.status[:, periods]
    if published.person_years is not None:
        nowhere = ~(published.person_years[:, periods] > 0)
        status = np.where((status == Status.VALUE.number) & nowhere, Status.NOT_APPLICABLE.number, status)
    return status.ravel()


def series_rows(published: Published) -> list[Row]:
    """Give the columns of a series as rows, by area and then by period."""
    return rows_of(series_table(published))


def series_table(published: Published) -> Columns:
    """Give per area and period its count, its state, and what is worked out from it.

    Args:
        published: The answer to a series.

    Returns:
        Columns with a value for each area and period: by area, then by period.
    """
    areas, periods = published.areas, published.periods
    many = len(periods)
    value = (published.status == Status.VALUE.number).ravel()
    counts = published.counts.ravel().tolist()
    return {
        "code": [area.code for area in areas for _ in range(many)],
        "name": [area.name for area in areas for _ in range(many)],
        "level": [area.level.value for area in areas for _ in range(many)],
        "period": [period.label for period in periods] * len(areas),
        "from": [str(period.span.first) for period in periods] * len(areas),
        "to": [str(period.span.last) for period in periods] * len(areas),
        "count": [count if known else None for count, known in zip(counts, value.tolist(), strict=True)],
        "status": Words(_status(published, slice(None)), [status.value for status in Status]).listed(),
        "provisional": published.provisional.tolist() * len(areas),
        **margin_series(published),
        **estimated_series(published),
        **_rates_of_series(published, value),
        **series_columns(published),
    }


def _rates_of_series(published: Published, value: np.ndarray[Any, np.dtype[np.bool_]]) -> Columns:
    """Give the rate of each value; where nobody lives there is none, and `status` says that it does not apply."""
    rates = rates_of(published)
    if rates is None:
        return {}
    ends = rates.reshape(-1, 3)
    nowhere = value & np.isnan(ends).any(axis=1)
    ends = np.where((value & ~nowhere)[:, None], ends, np.nan)
    return {name: Rounded(ends[:, at], 4).listed() for at, name in enumerate(_RATE)}


def methods(published: Published, findings: Findings | None = None) -> tuple[str, ...]:
    """Name the methods that a table's figures are made by: of a comparison with statistics, also those of its findings."""
    plain = ("poisson-exact-byar",) if published.person_years is not None else ()
    harm = (HARM_METHOD,) if published.harm is not None else ()
    return (*(plain if findings is None else methods_of(findings)), *harm, *estimated_methods(published))


def head(answer: Answered, sentences: list[str], methods: tuple[str, ...], made_for: MadeFor | None = None) -> dict[str, Any]:
    """Give what stands beside the rows: the question, the ledger, the coverage, where it all comes from, and sentences.

    Args:
        answer: The answer.
        sentences: Swedish sentences about it.
        methods: Names of the methods that made its figures.
        made_for: Who takes it out, of an intern file.

    Returns:
        A mapping ready to be written as JSON.
    """
    question, provenance, ledger = answer.question, answer.provenance, answer.ledger
    # Here and nowhere else: whatever an answer is about, one of protected counts says so.
    protected = answer if isinstance(answer, Published) else None
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
            "against": question.against,
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
            **_deliveries(provenance.deliveries),
            "edition": str(provenance.edition),
            "editionName": provenance.edition_name,
            "asOf": str(provenance.as_of) if provenance.as_of is not None else None,
            "audience": answer.audience.value,
            "class": answer.audience.sharing_class.value,
            "madeFor": made_for.name if made_for is not None else None,
            "madeAt": made_for.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if made_for is not None else None,
            "weights": provenance.weights,
            "counted": [{"source": source.value, "categories": list(names)} for source, names in provenance.counted],
            "notUsed": list(question.not_used),
            "methods": [*methods, *(protection_methods(protected) if protected is not None else ())],
        },
        **(protection_told(protected) if protected is not None else {}),
        "sentences": [*sentences, *(protection_said(protected) if protected is not None else ())],
    }


def _deliveries(numbers: tuple[int, ...] | None) -> Row:
    """Name the deliveries that an answer rests on: the newest of them where a feed was read every hour of years."""
    told = None if numbers is None else list(numbers[-MOST_DELIVERIES:])
    return {"deliveries": told, "deliveriesTotal": None if numbers is None else len(numbers)}


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


def rates_of(published: Published) -> np.ndarray[Any, np.dtype[np.float64]] | None:
    """Give the rate of each value and the ends of its interval, which the noise of protected counts makes wider.

    Args:
        published: The answer.

    Returns:
        Shape (areas, periods, 3), not rounded; NaN where nobody lives. None where no rate was asked for.
    """
    if published.person_years is None:
        return None
    noise = published.protected.variance if published.protected is not None else np.zeros(len(published.periods))
    return per_thousand_years(published.counts, published.person_years, 1 + noise / np.maximum(published.counts, 1))
