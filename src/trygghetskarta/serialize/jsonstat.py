"""JSON-stat 2.0, for the programs that statistics are read with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from trygghetskarta.serialize.columns import columns as known_columns
from trygghetskarta.serialize.figures import Row

_METRIC = "ContentsCode"
_ROLES = {"code": "geo", "cell": "geo", "period": "time"}
_LABELS = {"code": "name", "weekday": "weekdayName"}
_STATUS = {"count": "status", "baselineCount": "baselineStatus"}


def dataset(members: Mapping[str, Any], rows: list[Row], dimensions: tuple[str, ...], label: str) -> bytes:
    """Write rows as a dataset: a dimension for each of their keys, one for the time where no key is it, and one for what is counted.

    Args:
        members: What stands beside the rows; it is kept whole in `extension`, and the texts of the rows with it.
        rows: One for each combination of the dimensions that there is.
        dimensions: The columns that together name a row.
        label: What the dataset is called.

    Returns:
        The dataset. A value that there is none of is null, and its status tells why.

    Reference: https://json-stat.org/full/
    """
    places = {name: list(dict.fromkeys(str(row[name]) for row in rows)) for name in dimensions}
    metrics = [name for name in rows[0] if known_columns()[name].kind in ("whole", "decimal") and name not in dimensions] if rows else []
    sizes = [*(len(codes) for codes in places.values()), len(metrics)]
    values: list[float | None] = [None] * _product(sizes)
    status: dict[str, str] = {}
    number_of = {name: {code: number for number, code in enumerate(codes)} for name, codes in places.items()}
    for row in rows:
        at = 0
        for name, size in zip(dimensions, sizes, strict=False):
            at = at * size + number_of[name][str(row[name])]
        for number, metric in enumerate(metrics):
            cell = at * len(metrics) + number
            values[cell] = row[metric]
            if row[metric] is None:
                status[str(cell)] = _why(row, metric)
    question = members["question"]
    time = {"period": {"label": "Period", "category": {"index": [_span(question)]}}} if "period" not in dimensions else {}
    dimension = {name: _dimension(name, codes, rows) for name, codes in places.items()} | time | {_METRIC: _metric(metrics)}
    names = [*dimensions, *time, _METRIC]
    return orjson.dumps(
        {
            "version": "2.0",
            "class": "dataset",
            "label": label,
            "source": ", ".join(question["source"]),
            "updated": members["provenance"]["publishedAt"],
            "id": names,
            "size": [*sizes[:-1], *(1 for _ in time), sizes[-1]],
            "role": _roles(names),
            "dimension": dimension,
            "value": values,
            "status": status,
            "note": members["sentences"],
            "extension": {**members, "texts": [_texts(row) for row in rows]},
        }
    )


def _product(sizes: list[int]) -> int:
    product = 1
    for size in sizes:
        product *= size
    return product


def _why(row: Row, metric: str) -> str:
    """Tell why there is no value: the row's own status, or that there is none to be worked out."""
    told = str(row.get(_STATUS.get(metric, "status")) or "notApplicable")
    return "notApplicable" if told == "value" else told


def _span(question: Mapping[str, Any]) -> str:
    return f"{question['from']}..{question['to']}"


def _dimension(name: str, codes: list[str], rows: list[Row]) -> dict[str, Any]:
    label = _LABELS.get(name)
    category: dict[str, Any] = {"index": codes}
    if label is not None:
        category["label"] = {str(row[name]): row[label] for row in rows}
    return {"label": known_columns()[name].name, "category": category}


def _metric(metrics: list[str]) -> dict[str, Any]:
    units = {name: {"decimals": 0 if known_columns()[name].kind == "whole" else 2} for name in metrics}
    labels = {name: known_columns()[name].name for name in metrics}
    return {"label": "Mått", "category": {"index": metrics, "label": labels, "unit": units}}


def _roles(names: list[str]) -> dict[str, list[str]]:
    roles: dict[str, list[str]] = {"metric": [_METRIC]}
    for name in names:
        if name in _ROLES:
            roles.setdefault(_ROLES[name], []).append(name)
    return roles


def _texts(row: Row) -> Row:
    """Give what of a row is no number."""
    return {name: value for name, value in row.items() if known_columns()[name].kind in ("text", "truth")}
