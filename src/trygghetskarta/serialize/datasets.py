"""Rows of an answer to a JSON-stat dataset."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from trygghetskarta.domain.answers import Answered
from trygghetskarta.domain.counts import Status
from trygghetskarta.serialize.columns import Kind, known_columns
from trygghetskarta.serialize.figures import Columns
from trygghetskarta.serialize.jsonstat import METRIC, Dataset, Dimension
from trygghetskarta.serialize.titles import source_names, title

_ROLES = {"cell": "geo", "period": "time", "year": "time"}
_LABELS = {"code": "name", "weekday": "weekdayName", "of": "ofName"}
_AGAINST = ("difference", "percent")
_RATES = ("rate", "smoothedRate")


def dataset(answer: Answered, members: Mapping[str, Any], columns: Columns, dimensions: tuple[str, ...]) -> Dataset:
    """Make a dataset of rows: their keys are dimensions, their numbers are what is counted.

    Args:
        answer: What was asked and released.
        members: What stands beside the rows; it is kept whole in `extension`.
        columns: The values of the rows, by column; at most one row for each combination of the dimensions.
        dimensions: The columns that together name a row.

    Returns:
        The dataset. Where no column is the time there is a dimension `period` of one category, the months of the question. What of a row is no
        number stands in `extension.texts`, one value per combination of the dimensions, in their order.
    """
    categories = {name: _categories(name, columns) for name in dimensions}
    others = [name for name in columns if name not in dimensions]
    metrics = [name for name in others if known_columns()[name].kind.is_number]
    order = _order(columns, categories)
    laid = {name: [values[row] if row is not None else None for row in order] for name, values in columns.items()}
    values: list[float | None] = [None] * (len(order) * len(metrics))
    status: dict[int, str] = {}
    for number, metric in enumerate(metrics):
        values[number :: len(metrics)] = laid[metric]
        said = _said(metric, laid)
        status |= {at * len(metrics) + number: why for at, why in enumerate(said) if why is not None and order[at] is not None}
    named = [_dimension(name, found, columns) for name, found in categories.items()]
    if not any(dimension.role == "time" for dimension in named):
        span = str(answer.question.span)
        named.append(Dimension("period", known_columns()["period"].name, {span: span}, "time"))
    return Dataset(
        label=title(answer),
        source=source_names(answer),
        updated=answer.provenance.published_at,
        dimensions=(*named, _metric(metrics, members)),
        values=values,
        status=dict(sorted(status.items())),
        notes=members["sentences"],
        extension={**members, "texts": {name: laid[name] for name in others if name not in metrics}},
    )


def _order(columns: Columns, categories: Mapping[str, Mapping[str, str]]) -> list[int | None]:
    """Give for each combination of categories, the last varying fastest, the number of its row; None where there is no such row."""
    order: list[int | None] = [None] * math.prod(len(found) for found in categories.values())
    numbers = [{code: number for number, code in enumerate(found)} for found in categories.values()]
    for row, codes in enumerate(zip(*(columns[name] for name in categories), strict=True)):
        at = 0
        for code, known in zip(codes, numbers, strict=True):
            at = at * len(known) + known[str(code)]
        order[at] = row
    return order


def _categories(name: str, columns: Columns) -> dict[str, str]:
    labels = columns.get(_LABELS.get(name, name), columns[name])
    return {str(code): str(label) for code, label in zip(columns[name], labels, strict=True)}


def _dimension(name: str, categories: Mapping[str, str], columns: Columns) -> Dimension:
    if name == "code" and "level" in columns:
        return Dimension(name, "Område", categories, "geo")
    return Dimension(name, known_columns()[name].name, categories, _ROLES.get(name))


def _metric(metrics: list[str], members: Mapping[str, Any]) -> Dimension:
    used = members["denominator"]
    per = f"per 1 000 {used['name']} och år" if used is not None else "per 1 000 och år"
    labels = {name: known_columns()[name].name for name in metrics}
    return Dimension(METRIC, "Mått", labels, "metric", {name: unit for name in metrics if (unit := _unit(name, per))})


def _unit(name: str, per: str) -> dict[str, Any]:
    if known_columns()[name].kind is Kind.WHOLE:
        return {"decimals": 0}
    if name.startswith(_RATES):
        return {"label": per}
    return {"label": "procent"} if name.lower().endswith("percent") else {}


def _said(metric: str, laid: Columns) -> list[str | None]:
    """Tell what there is to say of each value of a column: why there is none, or that it may change; None for a plain value."""
    values = laid[metric]
    nothing = [None] * len(values)
    provisional = ["provisional" if may_change else None for may_change in laid.get("provisional", nothing)]
    why: list[str | None] = [Status.NOT_APPLICABLE.value] * len(values)
    for column in reversed(_reasons(metric)):
        told = laid.get(column, nothing)
        why = [reason if reason not in (None, Status.VALUE.value) else before for reason, before in zip(told, why, strict=True)]
    return [reason if value is None else change for value, change, reason in zip(values, provisional, why, strict=True)]


def _reasons(metric: str) -> tuple[str, ...]:
    """Name the columns that may tell why there is no value, the nearest first."""
    if "harm" in metric.lower():
        return ("harmStatus", "status")
    if metric.startswith("baseline"):
        return ("baselineStatus",)
    return ("status", "baselineStatus") if metric in _AGAINST else ("status", "crimeStatus")
