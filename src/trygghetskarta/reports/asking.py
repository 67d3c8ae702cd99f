"""The questions of a report, and what came of each.

A report asks what anyone may ask of the API, by the same addresses, and prints what is answered. Whatever it prints can therefore be asked for
again, figure by figure.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from trygghetskarta.domain.counts import Status
from trygghetskarta.errors import ForbiddenError, NotCarriedError, NotCoveredError, NotFoundError
from trygghetskarta.reports.document import Origin

AREAS = "/v1/areas"
COMPARISONS = "/v1/comparisons"
SERIES = "/v1/series"
HOURS = "/v1/hours"
DECOMPOSITIONS = "/v1/decompositions"
OLDER_PEOPLE = "/v1/lenses/older-people"
SIMILAR_AREAS = "/v1/similar-areas"
INDICATORS = "/v1/indicators"
MEASURES = "/v1/measures"
EFFECT = "/v1/measures/{}/effect"
POLYGON_COMPARISONS = "/v1/polygons/comparisons"
POLYGON_SERIES = "/v1/polygons/series"
POLYGON_DECOMPOSITIONS = "/v1/polygons/decompositions"

_REMEDIES = {ForbiddenError: Status.WITHHELD, NotCoveredError: Status.MISSING, NotCarriedError: Status.NOT_APPLICABLE}


@dataclass(frozen=True, slots=True)
class Query:
    """One question, as the API has it.

    Attributes:
        path: Path from the root of the service.
        parameters: Names and values in their order; a name may stand several times.
    """

    path: str
    parameters: tuple[tuple[str, str], ...]

    @property
    def address(self) -> str:
        """The address, from the root of the service."""
        return _address(self.path, self.parameters)

    @property
    def named(self) -> Mapping[str, tuple[str, ...]]:
        """Every value of each parameter that is there."""
        found: dict[str, tuple[str, ...]] = {}
        for name, value in self.parameters:
            found[name] = (*found.get(name, ()), value)
        return found

    def all_of(self, name: str) -> tuple[str, ...]:
        """Give every value of a parameter."""
        return tuple(value for own, value in self.parameters if own == name)

    def one_of(self, name: str) -> str | None:
        """Give the value of a parameter; None where it is not there."""
        return next(iter(self.all_of(name)), None)


Ask = Callable[[Query], Mapping[str, Any]]
"""Answers a question as the API does in JSON, and raises what the API refuses with."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a question.

    Attributes:
        query: The question.
        content: The answer as JSON has it; empty where it was refused.
        refusal: Why it was refused, one Swedish sentence; empty where it was not.
        status: VALUE, or in which way a refused answer lacks its figures.
        at: Where in it the row of the report's own area stands.
    """

    query: Query
    content: Mapping[str, Any]
    refusal: str = ""
    status: Status = Status.VALUE
    at: str = "/items/0"

    def get(self, pointer: str) -> Any:  # noqa: ANN401 - whatever JSON holds there
        """Give what stands at a JSON pointer; None where nothing does."""
        return pointed(self.content, pointer)

    def origin(self, pointer: str, times: float = 1.0) -> Origin:
        """Say where a figure of the answer comes from."""
        return Origin(self.query.address, pointer, times)

    @property
    def rows(self) -> list[Mapping[str, Any]]:
        """The rows of the answer; none where it was refused."""
        found: list[Mapping[str, Any]] = self.content.get("items", [])
        return found

    @property
    def sentences(self) -> list[str]:
        """What the answer says in Swedish."""
        found: list[str] = self.content.get("sentences", [])
        return found

    def beyond(self, *others: Answer) -> str:
        """Give what the answer says in Swedish and none of the others do, as one text."""
        told = {sentence for other in others for sentence in other.sentences}
        return " ".join(sentence for sentence in self.sentences if sentence not in told)


@dataclass(slots=True)
class Desk:
    """Asks the questions of a report, each once.

    Attributes:
        ask: Answers a question.
        known: The answers so far.
    """

    ask: Ask
    known: dict[Query, Answer] = field(default_factory=dict)

    def answer(self, path: str, *parameters: tuple[str, str]) -> Answer:
        """Ask a question; one that is refused for want of data or of right is an answer too."""
        query = Query(path, parameters)
        if query not in self.known:
            self.known[query] = self._asked(query)
        return self.known[query]

    def _asked(self, query: Query) -> Answer:
        try:
            return Answer(query, self.ask(query))
        except (ForbiddenError, NotCoveredError, NotCarriedError) as refusal:
            return Answer(query, {}, refusal.swedish, _REMEDIES[type(refusal)])
        except NotFoundError as refusal:
            return Answer(query, {}, refusal.swedish, Status.MISSING)


@lru_cache(maxsize=4096)
def _address(path: str, parameters: tuple[tuple[str, str], ...]) -> str:
    """Write an address; a report tells each some five times."""
    return f"{path}?{urlencode(parameters)}"


def pointed(content: Any, pointer: str) -> Any:  # noqa: ANN401 - whatever JSON holds
    """Give what stands at a JSON pointer (RFC 6901); None where nothing does."""
    found = content
    for name in _names(pointer):
        if isinstance(found, dict):
            found = found.get(name)
        elif isinstance(found, list):
            found = found[int(name)] if name.isdecimal() and int(name) < len(found) else None
        else:
            return None
    return found


@lru_cache(maxsize=4096)
def _names(pointer: str) -> tuple[str, ...]:
    """Divide a JSON pointer into its names; a report follows the same ones in answer after answer."""
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:])
