"""Clusters, patterns, densities and near repeats to the rows that every format writes."""

from __future__ import annotations

import math
from typing import Any

from trygghetskarta.analysis.clusters import Clusters, EmergingClusters
from trygghetskarta.analysis.densities import Surface, contours
from trygghetskarta.analysis.near_repeats import NearRepeats
from trygghetskarta.analysis.patterns import Concentration, PatternChange
from trygghetskarta.domain.answers import PublishedAnswer
from trygghetskarta.domain.counts import Measure, Published, Status
from trygghetskarta.domain.points import DensityOptions, PointContent, Shape
from trygghetskarta.serialize.estimates import estimated_methods
from trygghetskarta.serialize.figures import Row, columns_of
from trygghetskarta.serialize.formats import Figures
from trygghetskarta.serialize.geojson import Outlines
from trygghetskarta.serialize.saying import space as said
from trygghetskarta.serialize.saying.footing import counted_by, dealt_by_share
from trygghetskarta.stats.clusters import SEED as CLUSTER_SEED
from trygghetskarta.stats.clusters import Moran
from trygghetskarta.stats.concentration import SEED as CONCENTRATION_SEED
from trygghetskarta.stats.concentration import Chance
from trygghetskarta.stats.near_repeat import SEED as NEAR_SEED
from trygghetskarta.stats.pattern import SEED as PATTERN_SEED

_DECIMALS = 4
_GRID = ("cell", "x", "y", "density")
_DUAL = ("against", "difference", "ratio", "z")
_CONTOUR = ("contour", "low", "high", "share", "squareKilometres", "events")
_MANY_DECIMALS = 6
_METHODS = {
    "gistar": ("empirical-bayes-marshall", "getis-ord-gistar", "benjamini-hochberg"),
    "moran": ("empirical-bayes-marshall", "local-moran", "benjamini-hochberg"),
    "emerging": ("empirical-bayes-marshall", "getis-ord-gistar", "benjamini-hochberg", "emerging-hotspots"),
}


def hotspot_figures(published: Published, found: Clusters | EmergingClusters, outlines: Outlines | None) -> Figures:
    """Give the figures of an answer about clusters.

    Args:
        published: The counts that they were found in, of every area of the region.
        found: The clusters.
        outlines: Of the areas; None for none.

    Returns:
        A row for each area that the question names, or for all.
    """
    if isinstance(found, EmergingClusters):
        rows, sentences = emerging_rows(published, found), _footed(published, said.of_emerging(published, found))
        beside: dict[str, Any] = {"method": "emerging", "periods": list(found.labels), "seed": CLUSTER_SEED}
        return Figures(
            columns_of(_shown(published, rows)), sentences, _METHODS["emerging"] + estimated_methods(published), beside, outlines
        )
    method = found.method.value
    beside = {"method": method, "globalMoran": _moran(found.overall), "permutations": found.permutations, "seed": CLUSTER_SEED}
    rows = _shown(published, hotspot_rows(published, found))
    return Figures(
        columns_of(rows),
        _footed(published, said.of_clusters(published, found)),
        _METHODS[method] + estimated_methods(published),
        beside,
        outlines,
    )


def hotspot_rows(published: Published, found: Clusters) -> list[Row]:
    """Give one row per area of the region.

    Args:
        published: The counts.
        found: The clusters.

    Returns:
        Rows in the order of the areas, all with the same keys.
    """
    return [
        _area(published, number)
        | _value(published, float(found.values[number]), float(found.smoothed[number]))
        | {
            "localMoran": _number(found.statistic[number]) if found.statistic is not None else None,
            "z": _number(found.z[number]),
            "pValue": _number(found.p[number], _MANY_DECIMALS),
            "adjustedP": _number(found.adjusted[number], _MANY_DECIMALS),
            "cluster": found.clusters[number].value,
        }
        for number in range(len(published.areas))
    ]


def emerging_rows(published: Published, found: EmergingClusters) -> list[Row]:
    """Give one row per area of the region; statistics are of the last period that could be tested.

    Args:
        published: The counts of every period.
        found: The classes.

    Returns:
        Rows in the order of the areas, all with the same keys.
    """
    rows = []
    for number in range(len(published.areas)):
        hot = [label for label, is_hot in zip(found.labels, found.hot[number], strict=True) if is_hot]
        row = _area(published, number) | _value(published, float(found.values[number]), float(found.smoothed[number]))
        row |= {
            "z": _number(found.z[number]),
            "pValue": _number(found.p[number], _MANY_DECIMALS),
            "adjustedP": _number(found.adjusted[number], _MANY_DECIMALS),
            "cluster": found.classes[number].value,
            "hotPeriods": len(hot),
            "testedPeriods": int(found.tested[number].sum()),
            "firstHot": hot[0] if hot else None,
            "lastHot": hot[-1] if hot else None,
        }
        rows.append(row)
    return rows


def pattern_figures(published: Published, found: PatternChange, outlines: Outlines | None) -> Figures:
    """Give the figures of an answer about how a pattern changed.

    Args:
        published: The counts of the span and of the baseline.
        found: What changed.
        outlines: Of the areas; None for none.

    Returns:
        A row for each area that the question names, or for all.
    """
    beside = {
        "patternChange": {
            "s": _number(found.similarity.s),
            "robustS": _number(found.similarity.robust_s),
            "areas": int(found.shown.sum()),
            "seed": PATTERN_SEED,
        }
    }
    methods = ("sppt-bootstrap", "fisher-exact", "benjamini-hochberg", *estimated_methods(published))
    sentences = _footed(published, said.of_pattern(published, found))
    return Figures(columns_of(_shown(published, pattern_rows(published, found))), sentences, methods, beside, outlines)


def pattern_rows(published: Published, found: PatternChange) -> list[Row]:
    """Give one row per area: its share of all events now and before, and whether they differ."""
    rows = []
    for number in range(len(published.areas)):
        shares = found.similarity
        row = _area(published, number)
        row |= {
            "baselineCount": _count(published, number, 1),
            "share": _per_cent(shares.test[number]),
            "shareLow": _per_cent(shares.low[number]),
            "shareHigh": _per_cent(shares.high[number]),
            "baselineShare": _per_cent(shares.base[number]),
            "localS": int(shares.local[number]) if shares.s is not None and found.shown[number] else None,
            "pValue": _number(found.p[number], _MANY_DECIMALS),
            "adjustedP": _number(found.adjusted[number], _MANY_DECIMALS),
            "verdict": found.verdicts[number].value,
        }
        rows.append(row)
    return rows


def concentration_figures(published: Published, found: Concentration, outlines: Outlines | None) -> Figures:
    """Give the figures of an answer about concentration.

    Args:
        published: The counts.
        found: How concentrated they are.
        outlines: Of the areas; None for none.

    Returns:
        A row for each area that the question names, or for all.
    """
    beside = {
        "concentration": {
            "areas": found.areas,
            "events": found.events,
            "areasHoldingHalf": found.holding,
            "shareHoldingHalf": _per_cent(found.holding / found.areas) if found.holding is not None else None,
            "byChance": _chance(found.chance),
            "byPeople": _chance(found.by_people),
            "gini": _number(found.gini),
            "generalizedGini": _number(found.generalized_gini),
            "seed": CONCENTRATION_SEED,
        }
    }
    methods = ("concentration-half", "concentration-by-chance", "gini-generalized", *estimated_methods(published))
    rows = _shown(published, concentration_rows(published, found))
    return Figures(columns_of(rows), _footed(published, said.of_concentration(published, found)), methods, beside, outlines)


def concentration_rows(published: Published, found: Concentration) -> list[Row]:
    """Give one row per area: its place by count, its share, and whether it is among those that hold half."""
    rows = []
    for number in range(len(published.areas)):
        count = _count(published, number, 0)
        row = _area(published, number)
        row |= {
            "rank": int(found.rank[number]) or None,
            "share": _per_cent(count / found.events) if count is not None and found.events else None,
            "cumulativeShare": _per_cent(found.running[number]),
            "inHalf": bool(found.in_half[number]) if found.shown[number] and found.events else None,
        }
        rows.append(row)
    return rows


def density_figures(published: PublishedAnswer[PointContent], found: Surface, options: DensityOptions) -> Figures:
    """Give the figures of a density, as contours or as a grid.

    Args:
        published: The events it is made of.
        found: The density.
        options: How it was drawn.

    Returns:
        A row for each contour, or for each cell.
    """
    grid, content = found.grid, published.content
    beside: dict[str, Any] = {
        "points": {
            "used": found.used,
            "withoutPoint": content.now.without,
            "baselineUsed": int(content.before.antal.sum()) if content.before is not None else None,
            "baselineWithoutPoint": content.before.without if content.before is not None else None,
            "people": round(found.other.counted) if content.people is not None and found.other is not None else None,
        },
        "density": {"bandwidth": options.bandwidth, "kernel": options.kernel, "unit": "perSquareKilometre", "edge": "jones-diggle"},
        "grid": {
            "crs": f"EPSG:{found.srid}",
            "cell": grid.cell,
            "left": grid.left,
            "bottom": grid.bottom,
            "columns": grid.columns,
            "rows": grid.rows,
            "cellsInside": int(found.inside.sum()),
        },
    }
    methods = (f"kernel-density-{options.kernel}",) if found.dual is None else (f"kernel-density-{options.kernel}", "kernel-density-dual")
    sentences = said.of_density(published, found, options) + counted_by(published)
    if options.shape is Shape.GRID:
        names = (*_GRID, *(_DUAL if found.other is not None else ()))
        return Figures(columns_of(grid_rows(found), names), sentences, methods, beside, key="cell", fractions=("difference",))
    drawn = contours(found)
    outlines = {contour.name: contour.geometry for contour in drawn if contour.geometry is not None}
    rows: list[Row] = [
        {
            "contour": contour.name,
            "low": _number(contour.low),
            "high": _number(contour.high),
            "share": _per_cent(contour.share),
            "squareKilometres": _number(contour.square_kilometres),
            "events": _number(contour.events),
        }
        for contour in drawn
    ]
    return Figures(columns_of(rows, _CONTOUR), sentences, methods, beside, outlines, key="contour")


def grid_rows(found: Surface) -> list[Row]:
    """Give one row per cell of the clip that has any density: its centre in the plane of the grid, and its values per square kilometre."""
    x, y = found.grid.centres()
    values = found.density.per_km2 if found.other is None else found.density.per_km2 + found.other.per_km2
    rows: list[Row] = []
    for line, column in zip(*(ends.tolist() for ends in ((values > 0) & found.inside).nonzero()), strict=True):
        row: Row = {
            "cell": f"{column}:{line}",
            "x": float(x[column]),
            "y": float(y[line]),
            "density": _number(found.density.per_km2[line, column]),
        }
        if found.other is not None and found.dual is not None:
            row |= {
                "against": _number(found.other.per_km2[line, column]),
                "difference": _number(found.dual.difference[line, column]),
                "ratio": _number(found.dual.ratio[line, column]),
                "z": _number(found.dual.z[line, column]),
            }
        rows.append(row)
    return rows


def near_figures(published: PublishedAnswer[PointContent], found: NearRepeats) -> Figures:
    """Give the figures of an answer about near repeats.

    Args:
        published: The events.
        found: What the Knox test found.

    Returns:
        A row for each band of distance and of days.
    """
    beside = {
        "points": {"used": found.used, "untimed": found.untimed, "tooLong": found.too_long, "withoutPoint": found.without},
        "nearRepeats": {"pairs": found.knox.pairs, "permutations": found.knox.permutations, "seed": NEAR_SEED},
    }
    methods = ("knox-permutation", "benjamini-hochberg")
    return Figures(
        columns_of(near_rows(found)), said.of_near_repeats(published, found) + counted_by(published), methods, beside, key="band"
    )


def near_rows(found: NearRepeats) -> list[Row]:
    """Give one row per band of distance and band of days; the lower ends are in the band, the upper are not."""
    rows: list[Row] = []
    metres, days = found.bands.metres, found.bands.days
    for space in range(len(metres) - 1):
        for time in range(len(days) - 1):
            rows.append(
                {
                    "band": f"{space + 1}:{time + 1}",
                    "metresFrom": metres[space],
                    "metresBelow": metres[space + 1],
                    "daysFrom": days[time],
                    "daysBelow": days[time + 1],
                    "pairs": int(found.knox.observed[space, time]),
                    "expectedPairs": _number(found.knox.expected[space, time]),
                    "ratio": _number(found.knox.ratio[space, time]),
                    "pValue": _number(found.knox.p[space, time], _MANY_DECIMALS) if found.knox.expected[space, time] > 0 else None,
                    "adjustedP": _number(found.adjusted[space, time], _MANY_DECIMALS),
                }
            )
    return rows


def _shown(published: Published, rows: list[Row]) -> list[Row]:
    """Give the rows of the areas that the question names; all when it names none."""
    wanted = set(published.question.areas)
    return [row for row in rows if row["code"] in wanted] if wanted else rows


def _area(published: Published, number: int) -> Row:
    area, count = published.areas[number], _summed(published, number)
    return {
        "code": area.code,
        "name": area.name,
        "level": area.level.value,
        "parent": area.parent,
        "count": count,
        "status": published.status_at(number, 0).value if count is None else Status.VALUE.value,
        "estimated": None if count is None else _estimated(published, number),
    }


def _footed(published: Published, sentences: list[str]) -> list[str]:
    """Add to the sentences what the counts stand on."""
    return [*sentences, *dealt_by_share(published), *counted_by(published)]


def _estimated(published: Published, number: int) -> int:
    """Give how many of the count of the question's whole span are dealt by share."""
    if published.estimated is None:
        return 0
    return int(published.estimated[number, : 1 if published.question.baseline is not None else None].sum())


def _summed(published: Published, number: int) -> int | None:
    """Give the count of the question's whole span: of periods that all have one, their sum."""
    if published.question.baseline is not None:
        return _count(published, number, 0)
    counts = [_count(published, number, column) for column in range(len(published.periods))]
    return sum(count for count in counts if count is not None) if any(count is not None for count in counts) else None


def _count(published: Published, number: int, column: int) -> int | None:
    return int(published.counts[number, column]) if published.status_at(number, column) is Status.VALUE else None


def _value(published: Published, raw: float, smoothed: float) -> Row:
    per_people = published.question.measure is Measure.RATE
    return {
        "rate": _number(raw),
        "smoothedRate": _number(smoothed),
        "rateUnit": "perThousandYears" if per_people else "perSquareKilometre",
    }


def _moran(overall: Moran | None) -> Row | None:
    if overall is None:
        return None
    named = {"i": overall.i, "expected": overall.expected, "variance": overall.variance, "z": overall.z, "pValue": overall.p}
    return {name: _number(value, _MANY_DECIMALS) for name, value in named.items()}


def _chance(chance: Chance | None) -> Row | None:
    if chance is None:
        return None
    return {"share": _per_cent(chance.share), "low": _per_cent(chance.low), "high": _per_cent(chance.high), "pValue": _number(chance.p)}


def _per_cent(share: float | None) -> float | None:
    return None if share is None else _number(100 * share)


def _number(value: float | None, decimals: int = _DECIMALS) -> float | None:
    """Round a figure; None where there is none."""
    return round(float(value), decimals) + 0.0 if value is not None and math.isfinite(value) else None
