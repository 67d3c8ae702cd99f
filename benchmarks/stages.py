"""Where the time of a full load goes: the product's functions clocked from outside, for one run, with nothing left behind."""

from __future__ import annotations

import threading
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
_TAKING = "trygghetskarta.ingest.taking"
_ROWS = "trygghetskarta.ingest.rows"
_DELIMITED = "trygghetskarta.ingest.formats.delimited"
_PLACES, _LOCATING = "trygghetskarta.ingest.places", "trygghetskarta.ingest.locating"
_IDENTITY, _PARTITIONS, _ROLLUP = "trygghetskarta.ingest.identity", "trygghetskarta.ingest.partitions", "trygghetskarta.ingest.rollup"
_SENDING = "trygghetskarta.ingest.sending"
_OURS = "trygghetskarta.delivering"

# The stage of each function, by the module, or the class in it, that calls it. A stage's time is its functions' own: what they spend in another
# stage is that one's. Reading goes on in a thread of its own, and so does sending: what they take beside the rest is told apart.
STAGES: tuple[tuple[str, str, str], ...] = (
    (_OURS, "receive", "receipt"),
    (_OURS, "load_places", "read areas and places"),
    (_DELIMITED, "encoding_of", "tell the encoding"),
    (_DELIMITED, "split", "find the rows"),
    (_DELIMITED, "_table", "parse"),
    (_ROWS, "_part", "checks"),
    (_ROWS, "read_times", "times"),
    (_ROWS, "_detail", "detail as JSON"),
    (f"{_PLACES}:Places", "make_ready", "index the areas"),
    (f"{_LOCATING}:Locator", "in_plane", "reproject"),
    (f"{_LOCATING}:Locator", "locate", "place"),
    (_TAKING, "fingerprints", "hash values and keys"),
    (_TAKING, "keys_by_id", "hash values and keys"),
    (_TAKING, "keys_by_values", "hash values and keys"),
    (f"{_IDENTITY}:Seen", "before", "look for what was told of"),
    (_LOAD, "compare", "compare with the known"),
    (_TAKING, "event_rows", "put rows together"),
    (_SENDING, "copy_in", "send"),
    (f"{_SENDING}:Sending", "_leave", "wait for the server to take the rows"),
    (f"{_PARTITIONS}:Partition", "join", "make the indexes"),
    (f"{_ROLLUP}:Changes", "add", "rollup"),
    (_LOAD, "change_rollup", "rollup"),
    (_LOAD, "record", "receipt"),
    (_OURS, "publish", "publish, the rest"),
)


@dataclass(slots=True)
class Stages:
    """Seconds by stage.

    Attributes:
        seconds: Own seconds of each stage in the thread that publishes, in the order first met.
        beside: Own seconds of each stage in other threads.
        missing: Functions that the product no longer has under that name.
    """

    seconds: dict[str, float] = field(default_factory=dict)
    beside: dict[str, float] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    _within: dict[int, list[float]] = field(default_factory=dict)

    def clocked(self, stage: str, function: Callable[P, T]) -> Callable[P, T]:
        """Give the function, clocked."""

        @wraps(function)
        def run(*args: P.args, **kwargs: P.kwargs) -> T:
            thread = threading.get_ident()
            seconds = self.seconds if thread == threading.main_thread().ident else self.beside
            within = self._within.setdefault(thread, [])
            start = time.perf_counter()
            within.append(0.0)
            try:
                return function(*args, **kwargs)
            finally:
                took = time.perf_counter() - start
                seconds[stage] = seconds.get(stage, 0.0) + took - within.pop()
                if within:
                    within[-1] += took

        return run


@contextmanager
def clocked_stages() -> Iterator[Stages]:
    """Clock the product's functions while the block runs."""
    stages = Stages()
    with ExitStack() as patches:
        for module_name, name, stage in STAGES:
            module_path, _, class_name = module_name.partition(":")
            owner: object = import_module(module_path)
            owner = getattr(owner, class_name, None) if class_name else owner
            function = getattr(owner, name, None)
            if function is None:
                stages.missing.append(f"{module_name}.{name}")
            else:
                patches.enter_context(patch.object(owner, name, stages.clocked(stage, function)))
        yield stages
