"""Questions answered without routing, where what is asked and all that the answer needs is in memory.

FastAPI's way from an address to a question and back takes longer than counting all areas. Here the same model reads the same address at once. What
it refuses, what cannot be answered and what takes time is left to FastAPI: every refusal is FastAPI's own.
"""

from __future__ import annotations

from functools import cache
from typing import Any, TypeVar, get_origin
from urllib.parse import parse_qsl

from pydantic import BaseModel

Model = TypeVar("Model", bound=BaseModel)


def read_query(model: type[Model], query: bytes) -> Model:
    """Read a query into a model, as FastAPI does.

    Args:
        model: The model of the query's parameters.
        query: The query as it came.

    Returns:
        The parameters.

    Raises:
        ValidationError: The model refuses them.
    """
    lists = _lists(model)
    given: dict[str, Any] = {}
    for name, value in parse_qsl(query.decode("latin-1"), keep_blank_values=True):
        if name in lists:
            given.setdefault(name, []).append(value)
        else:
            given[name] = value
    return model.model_validate(given)


@cache
def _lists(model: type[BaseModel]) -> frozenset[str]:
    """Give the parameters that may be given several times."""
    return frozenset(field.alias or name for name, field in model.model_fields.items() if get_origin(field.annotation) is list)
