"""The lens on crimes against older people and fraud, as rows."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import numpy as np

from trygghetskarta.analysis.lens import Changes, LensFindings, lens_findings
from trygghetskarta.domain.answers import PublishedAnswer
from trygghetskarta.domain.counts import Status
from trygghetskarta.domain.lens import LensCounts
from trygghetskarta.domain.recodings import Recoding
from trygghetskarta.serialize.figures import Row, columns_of, number
from trygghetskarta.serialize.formats import Figures, Writing, write
from trygghetskarta.serialize.geojson import Outlines
from trygghetskarta.serialize.saying.lens import lens_sentences

_METHODS = (
    "poisson-exact-byar",
    "rate-ratio-exact-conditional",
    "e-test",
    "exact-conditional-test",
    "quasi-poisson",
    "negative-binomial",
    "pearson-dispersion",
    "benjamini-hochberg",
)
_BUCKETS = ("placed", "areaOnly", "unplaced", "outside")


class View(StrEnum):
    """Which of its two tables an answer has as rows: the areas, or the city's lines (kinds of fraud). JSON has the other beside them."""

    AREAS = "areas"
    KINDS = "kinds"


def write_lens(published: PublishedAnswer[LensCounts], view: View, writing: Writing) -> bytes:
    """Write the lens.

    Args:
        published: What was counted.
        view: Which table is the rows.
        writing: How.

    Returns:
        The bytes.
    """
    return write(published, lens_figures(published, view, writing.outlines or {}), writing)


def lens_figures(published: PublishedAnswer[LensCounts], view: View, outlines: Outlines) -> Figures:
    """Give the lens as every format writes it."""
    findings = lens_findings(published)
    tables = {View.AREAS: area_rows(findings), View.KINDS: kind_rows(findings)}
    shown = tables.pop(view)
    beside = {**{other.value: rows for other, rows in tables.items()}, "lens": _about(findings)}
    return Figures(columns_of(shown), lens_sentences(published, findings), _METHODS, beside, outlines if view is View.AREAS else None)


def area_rows(findings: LensFindings) -> list[Row]:
    """Give one row per area: crimes against older people where they happened and where the victims live, and fraud likewise.

    Args:
        findings: What the lens shows.

    Returns:
        Rows in the order of the areas, all with the same keys; nothing by home where no row tells of one.
    """
    counts = findings.counts
    missing = counts.missing[0]
    told = bool((counts.homes.known + counts.homes.unknown)[:, 0].any())
    rows = []
    for row, area in enumerate(counts.areas):
        rate, low, high = (number(end, 4) for end in findings.rates[row])
        home_rate, home_low, home_high = (number(end, 4) if told else None for end in findings.home_rates[row])
        status = Status.MISSING if missing else Status.NOT_APPLICABLE if rate is None else Status.VALUE
        it: Row = {"code": area.code, "name": area.name, "level": area.level.value, "parent": area.parent}
        it |= _counted(counts, counts.older[row], counts.recoded[0])
        it |= {"rate": rate, "rateLow": low, "rateHigh": high} | _change(findings.areas, row)
        it |= {
            "countByHome": int(counts.older_home[row, 0]) if told else None,
            "rateByHome": home_rate,
            "rateByHomeLow": home_low,
            "rateByHomeHigh": home_high,
            "fraud": int(counts.fraud[row, 0]),
            "fraudByHome": int(counts.fraud_home[row, 0]) if told else None,
            "status": status.value,
        }
        rows.append(_emptied(it) if missing else it)
    return rows


def kind_rows(findings: LensFindings) -> list[Row]:
    """Give one row for crimes against older people, one for fraud, and one for each kind of fraud, all of the whole city.

    Args:
        findings: What the lens shows.

    Returns:
        Rows in the order of the lines, all with the same keys; placed + areaOnly + unplaced + outside is the count.
    """
    counts, homes = findings.counts, findings.counts.homes
    rows = []
    for row, line in enumerate(counts.lines):
        it: Row = {"code": line.code, "name": line.name}
        it |= _counted(counts, counts.buckets[row].sum(axis=1), counts.recoded[row]) | _change(findings.lines, row)
        it |= {name: int(value) for name, value in zip(_BUCKETS, counts.buckets[row, 0], strict=True)}
        it |= {
            "homeKnown": int(homes.known[row, 0]),
            "homeUnknown": int(homes.unknown[row, 0]),
            "older": int(homes.older[row, 0]) if homes.aged[row, 0] else None,
            "ageTold": int(homes.aged[row, 0]),
            "pearsonDispersion": number(findings.lines.pearson[row], 4),
            "recoded": change.first.isoformat() if (change := counts.recoded[row]) is not None else None,
            "status": (Status.MISSING if counts.missing[0] else Status.VALUE).value,
        }
        rows.append(_emptied(it) if counts.missing[0] else it)
    return rows


def _emptied(row: Row) -> Row:
    """Take the figures out of a row whose months were not delivered."""
    kept = ("code", "name", "level", "parent", "status", "verdict")
    return {name: value if name in kept else None for name, value in row.items()}


def _counted(counts: LensCounts, pair: np.ndarray[Any, np.dtype[np.int64]], recoded: Recoding | None) -> Row:
    """Give a count and how it differs from the baseline's; not where the two are not of the same thing."""
    before = int(pair[1]) if len(pair) > 1 and not counts.missing[1] else None
    difference = int(pair[0]) - before if before is not None and counts.comparable and recoded is None else None
    return {
        "count": int(pair[0]),
        "baselineCount": before,
        "difference": difference,
        "percent": round(100 * difference / before, 2) + 0.0 if difference is not None and before else None,
    }


def _change(changes: Changes, row: int) -> Row:
    ends = {"ratio": changes.ratio[row], "ratioLow": changes.low[row], "ratioHigh": changes.high[row]}
    chances = {"pValue": changes.judged.p[row], "adjustedP": changes.judged.adjusted[row]}
    figures = {name: number(value, 4) if np.isfinite(value) else None for name, value in (ends | chances).items()}
    return figures | {"verdict": changes.judged.verdicts[row].value}


def _about(findings: LensFindings) -> Row:
    counts = findings.counts
    rate = _city_rate(counts)
    return {
        "placeLevel": counts.place_level.value,
        "cityRate": rate,
        "byAgeOnly": int(counts.by_age_only[0]),
        "monthsWithoutPlaceless": int(counts.silent[0]),
        "comparable": counts.comparable if len(counts.periods) > 1 else None,
        "pearsonDispersion": number(findings.areas.pearson[0], 4) if len(counts.areas) else None,
    }


def _city_rate(counts: LensCounts) -> float | None:
    years = float(counts.city_person_years[0])
    return number(1000 * float(counts.buckets[0, 0].sum()) / years, 4) if years > 0 and not counts.missing[0] else None
