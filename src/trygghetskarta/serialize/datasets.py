"""Rows of an answer to a JSON-stat dataset."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from typing import Any

from trygghetskarta.domain.answers import Answered
from trygghetskarta.domain.counts import Status
from trygghetskarta.serialize.columns import Kind, known_columns
from trygghetskarta.serialize.figures import Columns, Row, rows_of
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
    rows = rows_of(columns)
    categories = {name: _categories(name, rows) for name in dimensions}
    metrics = [name for name in columns if name not in dimensions and known_columns()[name].kind.is_number]
    texts = [name for name in columns if name not in dimensions and not known_columns()[name].kind.is_number]
    row_of = {tuple(str(row[name]) for name in dimensions): row for row in rows}
    placed = [row_of.get(codes) for codes in product(*categories.values())]
    values = [row[metric] if row is not None else None for row in placed for metric in metrics]
    said = [_status(row, metric) for row in placed for metric in metrics]
    named = [_dimension(name, found, columns) for name, found in categories.items()]
    if not any(dimension.role == "time" for dimension in named):
        span = str(answer.question.span)
        named.append(Dimension("period", known_columns()["period"].name, {span: span}, "time"))
    kept = {name: [row[name] if row is not None else None for row in placed] for name in texts}
    return Dataset(
        label=title(answer),
        source=source_names(answer),
        updated=answer.provenance.published_at,
        dimensions=(*named, _metric(metrics, members)),
        values=values,
        status={place: status for place, status in enumerate(said) if status is not None},
        notes=members["sentences"],
        extension={**members, "texts": kept},
    )


def _categories(name: str, rows: list[Row]) -> dict[str, str]:
    label = _LABELS.get(name, name)
    return {str(row[name]): str(row.get(label, row[name])) for row in rows}


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


def _status(row: Row | None, metric: str) -> str | None:
    """Tell what there is to say of a value: why there is none, or that it may change; None for a plain value, and where there is no row."""
    if row is None:
        return None
    if row[metric] is not None:
        return "provisional" if row.get("provisional") else None
    reasons = [row.get(column) for column in _reasons(metric)]
    return next((reason for reason in reasons if reason not in (None, Status.VALUE.value)), Status.NOT_APPLICABLE.value)


def _reasons(metric: str) -> tuple[str, ...]:
    """Name the columns that may tell why there is no value, the nearest first."""
    if "harm" in metric.lower():
        return ("harmStatus", "status")
    if metric.startswith("baseline"):
        return ("baselineStatus",)
    return ("status", "baselineStatus") if metric in _AGAINST else ("status", "crimeStatus")
