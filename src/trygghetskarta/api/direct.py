"""Routes that read their parameters straight from the address.

FastAPI's way from an address to a question, however short the question, takes as long as counting all areas. Here the same model reads the same
address at once. What it refuses is left to FastAPI, so every refusal is FastAPI's own.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import cache
from inspect import signature
from typing import Any, get_origin, get_type_hints
from urllib.parse import parse_qsl

from fastapi import Request, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel, ValidationError


class DirectRoute(APIRoute):
    """A route `async def (request, shelf, audience, asked)` that reads memory alone: `asked` is the model of its query."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Give what answers a request."""
        ordinary, endpoint = super().get_route_handler(), self.endpoint
        if tuple(signature(endpoint).parameters) != ("request", "shelf", "audience", "asked"):
            raise TypeError(f"{endpoint.__name__} is no route for a question")
        model: type[BaseModel] = get_type_hints(endpoint)["asked"]

        async def answer(request: Request) -> Response:
            try:
                asked = read_query(model, request.scope["query_string"])
            except ValidationError:
                return await ordinary(request)
            state = request.app.state
            answered: Response = await endpoint(request, state.shelf, state.audience, asked)
            return answered

        return answer


def read_query(model: type[BaseModel], query: bytes) -> BaseModel:
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
