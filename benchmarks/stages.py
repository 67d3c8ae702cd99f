"""Where the time of a full load goes: the product's functions clocked from outside, for one run, with nothing left behind."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import wraps
from importlib import import_module
from typing import ParamSpec, TypeVar
from unittest.mock import patch

P = ParamSpec("P")
T = TypeVar("T")

_LOAD = "trygghetskarta.ingest.load"
_ROWS = "trygghetskarta.ingest.rows"
_TIMES = "trygghetskarta.ingest.row_times"
_DELIMITED = "trygghetskarta.ingest.formats.delimited"
_SOURCE = "trygghetskarta.ingest.sources.anmalda_brott"
_VERSIONS = "trygghetskarta.ingest.versions"
_OURS = "trygghetskarta.delivering"

# The stage of each function, by the module that calls it. A stage's time is its functions' own: what they spend in another stage is that one's.
# The rows are sent by another thread, so the time of COPY is the server's, and most of it passes while the next rows are read.
STAGES: tuple[tuple[str, str, str], ...] = (
    (_OURS, "receive", "receipt"),
    (_OURS, "load_places", "read areas and places"),
    (_DELIMITED, "encoding_of", "tell the encoding"),
    (_DELIMITED, "split", "find the rows"),
    (_DELIMITED, "_table", "parse"),
    (_ROWS, "_part", "checks"),
    (_ROWS, "read_times", "times"),
    (_ROWS, "_detail", "detail as JSON"),
    (_LOAD, "canonical", "put rows together"),
    (_LOAD, "join", "put rows together"),
    (_LOAD, "laid_out", "put rows together"),
    (_LOAD, "fingerprints", "hash values and keys"),
    (_LOAD, "keys_by_id", "hash values and keys"),
    (_LOAD, "keys_by_values", "hash values and keys"),
    (_LOAD, "compare", "compare with the known"),
    (_LOAD, "together", "rollup"),
    (_LOAD, "change_rollup", "rollup"),
    (_LOAD, "record", "receipt"),
    (_OURS, "publish", "publish, the rest: placing, waiting for the server"),
)


@dataclass(slots=True)
class Stages:
    """Seconds by stage.

    Attributes:
        seconds: Own seconds of each stage, in the order first met.
        missing: Functions that the product no longer has under that name.
    """

    seconds: dict[str, float] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    _within: list[float] = field(default_factory=list)

    def clocked(self, stage: str, function: Callable[P, T]) -> Callable[P, T]:
        """Give the function, clocked."""

        @wraps(function)
        def run(*args: P.args, **kwargs: P.kwargs) -> T:
            start = time.perf_counter()
            self._within.append(0.0)
            try:
                return function(*args, **kwargs)
            finally:
                took = time.perf_counter() - start
                own = took - self._within.pop()
                self.seconds[stage] = self.seconds.get(stage, 0.0) + own
                if self._within:
                    self._within[-1] += took

        return run


@contextmanager
def clocked_stages() -> Iterator[Stages]:
    """Clock the product's functions while the block runs."""
    stages = Stages()
    with ExitStack() as patches:
        for module_name, name, stage in STAGES:
            module = import_module(module_name)
            function = getattr(module, name, None)
            if function is None:
                stages.missing.append(f"{module_name}.{name}")
            else:
                patches.enter_context(patch.object(module, name, stages.clocked(stage, function)))
        yield stages
