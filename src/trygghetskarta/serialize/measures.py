"""Measures, effects and goals as the documents and rows that a person or a program reads."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import orjson

from trygghetskarta.analysis.effect import Effect, GoalFinding
from trygghetskarta.domain.answers import PublishedAnswer
from trygghetskarta.domain.measures import EffectCounts, Goal, Ground, Registered, Role
from trygghetskarta.serialize.csv import Dialect, table
from trygghetskarta.serialize.estimates import METHOD as LAND_SHARE
from trygghetskarta.serialize.figures import Row, columns_of
from trygghetskarta.serialize.formats import Figures, Format, Writing, write
from trygghetskarta.serialize.geojson import feature_collection
from trygghetskarta.serialize.saying.effect import effect_sentences, goal_sentence
from trygghetskarta.serialize.xlsx import list_workbook
from trygghetskarta.stats.effect import Difference, Displaced

_WORLD = 4326
_DECIMALS = 6
_FAMILY = {
    "grossEffect": "bruttoeffekt (GE)",
    "netEffect": "nettoeffekt (NE)",
    "wdq": "viktad spridningskvot (WDQ)",
    "totalNetEffect": "total nettoeffekt (TNE)",
}
_MEASURE_COLUMNS = (
    "id", "name", "kind", "responsible", "cost", "startsOn", "endsOn", "edition", "level", *(role.value for role in Role), "goals",
    "declaredAfter", "registeredAt", "knownFrom",
)  # fmt: skip
_PARTS = {"local": "i målområdet", "displacement": "i spridningsområdet", "total": "tillsammans"}


def measure_document(measure: Registered, srid: int = _WORLD) -> dict[str, Any]:
    """Give a measure as the mapping that is written as JSON; its grounds can be sent back as they are.

    Args:
        measure: The measure.
        srid: EPSG number that its polygons are written in: 4326, or that of the plane.

    Returns:
        The mapping.
    """
    told = measure.told
    late = measure.declared_after
    return {
        "id": measure.number,
        "name": told.name,
        "description": told.description,
        "kind": told.kind,
        "responsible": told.responsible,
        "cost": told.cost,
        "edition": str(told.edition),
        "startsOn": str(told.starts_on),
        "endsOn": str(told.ends_on) if told.ends_on is not None else None,
        "ongoing": told.ends_on is None,
        **{role.value: _site(measure.grounds[role], role in late, srid) if role in measure.grounds else None for role in Role},
        "goals": [
            {**goal_told(goal), "declaredAt": _instant(declared), "declaredAfter": number in measure.late_goals}
            for number, (goal, declared) in enumerate(zip(told.goals, measure.goals_declared, strict=True))
        ],
        "declaredOn": str(told.declared_on) if told.declared_on is not None else None,
        "declaredIn": told.declared_in,
        "declaredAfter": bool(late),
        "registeredAt": _instant(measure.registered_at),
        "knownFrom": _instant(measure.known_from),
        "knownTo": _instant(measure.known_to) if measure.known_to is not None else None,
    }


def measure_rows(measures: list[Registered]) -> list[Row]:
    """Give one row per measure, all with the same keys.

    Args:
        measures: The measures.

    Returns:
        Rows in their order.
    """
    return [
        {
            "id": str(measure.number),
            "name": measure.told.name,
            "kind": measure.told.kind,
            "responsible": measure.told.responsible,
            "cost": measure.told.cost,
            "startsOn": str(measure.told.starts_on),
            "endsOn": str(measure.told.ends_on) if measure.told.ends_on is not None else None,
            "edition": str(measure.told.edition),
            "level": measure.grounds[Role.TARGET].site.level,
            **{role.value: _areas(measure, role) for role in Role},
            "goals": len(measure.told.goals),
            "declaredAfter": bool(measure.declared_after),
            "registeredAt": _instant(measure.registered_at),
            "knownFrom": _instant(measure.known_from),
        }
        for measure in measures
    ]


def goal_told(goal: Goal) -> dict[str, Any]:
    """Give a goal by the names it is told with."""
    return {
        "aim": goal.aim,
        "source": [source.value for source in goal.sources],
        "category": list(goal.categories),
        "group": goal.group,
        "baselineFrom": str(goal.baseline.first),
        "baselineTo": str(goal.baseline.last),
        "followUpFrom": str(goal.follow_up.first),
        "followUpTo": str(goal.follow_up.last),
        "direction": goal.direction.value,
        "change": goal.change,
        "unit": goal.unit.value,
        "judgedOn": str(goal.judged_on),
    }


def goal_document(goal: Goal, number: int, found: GoalFinding | None) -> dict[str, Any]:
    """Give what became of a goal.

    Args:
        goal: The goal.
        number: Its place in the measure's list, from 1.
        found: What was found; None where it is hidden from whoever asks.

    Returns:
        The mapping; figures that there are none of are null.
    """
    if found is None:
        nothing = dict.fromkeys(("baselineCount", "followUpCount", "expected", "percent", "percentLow", "percentHigh", "smallestPercent"))
        return {"number": number, **goal_told(goal), **nothing, "declaredAfter": None, "verdict": "withheld"}
    held = found.counts
    return {
        "number": number,
        **goal_told(goal),
        "baselineCount": held.baseline,
        "followUpCount": held.follow_up,
        "expected": _number(found.expected),
        "percent": _percent(found.change.ratio),
        "percentLow": _percent(found.change.low),
        "percentHigh": _percent(found.change.high),
        "smallestPercent": _percent(found.smallest),
        "declaredAfter": held.late,
        "verdict": found.verdict.value,
    }


def effect_rows(found: Effect) -> list[Row]:
    """Give a row for each role with its counts, then one for each estimate; all with the same keys.

    Args:
        found: The effect.

    Returns:
        The rows. An estimate is in events over the months after, or in days, or a ratio, as `unit` says.
    """
    held = found.counts
    rows = []
    for number, role in enumerate(held.roles):
        before, after = (int(value) for value in held.counts[number])
        harm = (_number(float(value)) for value in held.harm[number]) if held.harm is not None else (None, None)
        rows.append(
            _row(
                role.value, ", ".join(held.names[number]) or "yta", "count", "events",
                before=before, after=after, difference=after - before, percent=_percent(after / before) if before else None,
                **dict(zip(("harmBefore", "harmAfter"), harm, strict=True)),
                withoutPointBefore=int(held.without_point[number, 0]), withoutPointAfter=int(held.without_point[number, 1]),
            )
        )  # fmt: skip
    rows += _differences(found, found.count, "wdd", "events") + _differences(found, found.harm, "wdd-harm", "days")
    if found.ratio is not None:
        ends = {"estimate": found.ratio.estimate, "low": found.ratio.low, "high": found.ratio.high, "pValue": found.ratio.p}
        figures = {name: _number(value) for name, value in ends.items()}
        smallest = _number(found.smallest_ratio)
        rows.append(
            _row("ratio", "kvot mot jämförelseområdet", "log-did", "ratio", **figures, smallest=smallest, verdict=_verdict(found, "ratio"))
        )
    if found.family is not None:
        family = {
            "grossEffect": (found.family.gross, "events"),
            "netEffect": (found.family.net, "ratio"),
            "wdq": (found.family.quotient, "ratio"),
            "totalNetEffect": (found.family.total, "events"),
        }
        rows += [_row(code, _FAMILY[code], "wdq", unit, estimate=_number(value)) for code, (value, unit) in family.items()]
    return rows


def effect_members(found: Effect, goals: list[dict[str, Any]]) -> dict[str, Any]:
    """Give what stands beside the rows of an effect: the measure, how it was worked out, and the goals.

    Args:
        found: The effect.
        goals: As `goal_document` gives them.

    Returns:
        The mapping.
    """
    held = found.counts
    measure = held.measure
    place = found.placebo
    return {
        "measure": {
            "id": measure.number,
            "name": measure.told.name,
            "startsOn": str(measure.told.starts_on),
            "endsOn": str(measure.told.ends_on) if measure.told.ends_on is not None else None,
            "knownFrom": _instant(measure.known_from),
        },
        "verdict": found.verdict.value,
        "expected": _number(found.expected),
        "smallestDifference": _number(found.smallest),
        "smallestPercent": _percent(1 - found.smallest_share),
        "declaredAfter": [role.value for role in measure.declared_after],
        "design": {
            "before": str(held.before),
            "after": str(held.after),
            "monthsBefore": held.delivered[0],
            "monthsAfter": held.delivered[1],
            "weighting": found.weighting.value,
            "weight": _number(found.weight),
            "spread": _number(found.spread),
            "dispersion": _number(found.dispersion),
            "trendZ": _number(found.trend[0]),
            "trendP": _number(found.trend[1]),
            "weights": held.weights,
            "unweighted": held.unweighted,
            "estimated": held.estimated,
        },
        "placebo": {"rank": place.rank, "of": place.of, "pValue": _number(place.p)} if place is not None else None,
        "goals": goals,
    }


def methods(found: Effect) -> tuple[str, ...]:
    """Name the methods that an effect was worked out by."""
    used = {
        "wdd": found.count is not None,
        "wdd-harm": found.harm is not None,
        "log-did": found.ratio is not None,
        "wdq": found.family is not None,
        "smallest-effect": found.count is not None,
        "placebo": found.placebo is not None,
        "goals": bool(found.counts.measure.told.goals),
        LAND_SHARE: bool(found.counts.estimated),
    }
    return tuple(name for name, is_used in used.items() if is_used)


def outlines_of(measure: Registered) -> Mapping[str, str]:
    """Give the outline of each role by the key of its row."""
    return {role.value: ground.outline for role, ground in measure.grounds.items()}


def _differences(found: Effect, displaced: Displaced | None, method: str, unit: str) -> list[Row]:
    if displaced is None:
        return []
    prefix = "harm" if method == "wdd-harm" else ""
    parts: dict[str, Difference | None] = {"local": displaced.local, "displacement": displaced.displacement, "total": displaced.total}
    rows = []
    for name, part in parts.items():
        if part is None:
            continue
        figures = {
            "estimate": part.estimate,
            "low": part.low,
            "high": part.high,
            "standardError": part.error,
            "z": part.z,
            "pValue": part.p,
        }
        code = f"{prefix or 'wdd'}{name.capitalize()}"
        key = f"{prefix}{name.capitalize()}" if prefix else name
        smallest = _number(found.smallest) if key == "local" else None
        told = {column: _number(value) for column, value in figures.items()}
        rows.append(_row(code, f"skillnad {_PARTS[name]}", method, unit, **told, smallest=smallest, verdict=_verdict(found, key)))
    return rows


_COLUMNS = (
    "before", "after", "difference", "percent", "harmBefore", "harmAfter", "withoutPointBefore", "withoutPointAfter", "estimate", "low", "high",
    "standardError", "z", "pValue", "smallest", "verdict",
)  # fmt: skip


def _row(code: str, name: str, method: str, unit: str, **figures: Any) -> Row:  # noqa: ANN401 - a cell holds whatever a row holds
    return {"code": code, "name": name, "method": method, "unit": unit, **{column: figures.get(column) for column in _COLUMNS}}


def _verdict(found: Effect, part: str) -> str | None:
    return found.verdicts[part].value if part in found.verdicts else None


def _site(ground: Ground, late: bool, srid: int) -> dict[str, Any]:
    site = ground.site
    polygon = None
    if site.polygon is not None:
        polygon = orjson.loads(ground.outline if srid == _WORLD else site.polygon)
    return {
        "level": site.level,
        "areas": list(site.codes),
        "polygon": polygon,
        "crs": _WORLD if srid == _WORLD else site.srid,
        "squareMetres": round(ground.square_metres, 1),
        "declaredAt": _instant(ground.declared_at),
        "declaredAfter": late,
    }


def _areas(measure: Registered, role: Role) -> str | None:
    if role not in measure.grounds:
        return None
    return ", ".join(measure.grounds[role].site.codes) or "yta"


def _instant(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _number(value: float | None) -> float | None:
    return round(value, _DECIMALS) + 0.0 if value is not None and math.isfinite(value) else None


def _percent(ratio: float) -> float | None:
    return round(100 * (ratio - 1), 2) + 0.0 if math.isfinite(ratio) else None


class RegisterFormat(StrEnum):
    """What the register can be written as: it is a list, and no answer to a question."""

    GEOJSON = Format.GEOJSON.value
    JSON = Format.JSON.value
    CSV = Format.CSV.value
    XLSX = Format.XLSX.value


def write_measures(measures: list[Registered], form: RegisterFormat, dialect: Dialect, page: tuple[int, int]) -> bytes:
    """Write the register.

    Args:
        measures: The measures.
        form: The format. JSON and GeoJSON give a page of them, the others all.
        dialect: Of the CSV.
        page: How many, and how many to skip.

    Returns:
        The bytes.
    """
    rows = measure_rows(measures)
    limit, offset = page
    shown = slice(offset, offset + limit)
    about = {"total": len(measures), "limit": limit, "offset": offset}
    match form:
        case RegisterFormat.JSON:
            return orjson.dumps({"items": [measure_document(measure) for measure in measures[shown]], **about})
        case RegisterFormat.GEOJSON:
            outlines = {str(measure.number): measure.grounds[Role.TARGET].outline for measure in measures}
            return feature_collection(about, rows[shown], outlines, "id")
        case RegisterFormat.CSV:
            return table(rows, list(_MEASURE_COLUMNS), dialect)
        case RegisterFormat.XLSX:
            made_at = max((measure.known_from for measure in measures), default=datetime(1970, 1, 1, tzinfo=UTC))
            return list_workbook(rows, list(_MEASURE_COLUMNS), made_at)


def write_effect(answer: PublishedAnswer[EffectCounts], found: Effect, goals: list[GoalFinding | None], writing: Writing) -> bytes:
    """Write an effect and what became of the measure's goals.

    Args:
        answer: What was asked and released.
        found: The effect.
        goals: What was found of each goal; None where it is hidden from whoever asks.
        writing: How.

    Returns:
        The bytes.
    """
    measure = answer.content.measure
    told = list(zip(measure.told.goals, goals, strict=True))
    sentences = effect_sentences(answer, found) + [goal_sentence(goal, judged) for goal, judged in told]
    beside = effect_members(found, [goal_document(goal, number, judged) for number, (goal, judged) in enumerate(told, 1)])
    return write(answer, Figures(columns_of(effect_rows(found)), sentences, methods(found), beside, outlines_of(measure)), writing)
