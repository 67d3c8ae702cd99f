"""Sending a map of all areas over HTTP: ours against TiPg and pygeoapi on the same PostGIS, and against the fastest that a route can be.

Every server is one process on the first core, the client with 16 connections on the second; the database has what is left. The peers send the
same polygons and the same properties from a table. A new question is about other months or another category than any before it.
"""

from __future__ import annotations

import gzip
import math
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from itertools import count, islice, product
from pathlib import Path
from typing import Any

import httpx
import orjson
from sqlalchemy import Engine, text

from benchmarks import map_peers, ours
from benchmarks.data import FIRST_YEAR, YEARS, Sample
from benchmarks.judging import settle_people
from benchmarks.measuring import median, print_table, times
from benchmarks.server import EDITION, database, prepare_base, settle
from benchmarks.workers import Load, Worker, load, running
from benchmarks.workers import ours as our_worker
from trygghetskarta.domain.periods import Month
from trygghetskarta.store.cluster import Cluster

_BASE, _FILLED = "serving_base", "serving"
_PORTS = {"ours": 8921, "fixed": 8922, "TiPg": 8923, "pygeoapi": 8924}
_SECONDS, _LONGER = 3, 10
_LAST = Month((FIRST_YEAR + YEARS - 1970) * 12 - 1)
Question = tuple[str | None, Month, int]
"""A kind of crime, or all; the last month; how many months."""

_SIZES = {"counts": "none", "statistics": "all"}
# New questions of one turn: more than are answered in its seconds.
_NEW = 10_000
_GZIP = {"Accept-Encoding": "gzip"}
_COLUMNS = "&layout=columns&geometry=none&format=json"
_EVENTS, _MOST_EVENTS, _NEW_PAGES = "events", 10_000, 1_000
# A square in the middle of the city, where most areas meet.
_ZOOM, _MIDDLE = 12, (18.06, 59.33)


@dataclass(slots=True)
class Way:
    """One way to send an answer.

    Attributes:
        name: What the table calls it.
        ask: Asks for some seconds.
        given: What that gave, round by round.
    """

    name: str
    ask: Callable[[], Load]
    given: list[Load] = field(default_factory=list)

    def middle(self, of: Callable[[Load], float]) -> float:
        """Give the median over the rounds."""
        return median([of(one) for one in self.given])


def run(cluster: Cluster, sample: Sample, rounds: int) -> None:
    print("## Sending all basområden over HTTP, one worker, 16 clients", flush=True)
    prepare_base(cluster, _BASE, sample)
    try:
        with database(cluster, _FILLED, _BASE) as engine:
            ours.in_full(engine, sample)
            settle_people(engine, sample.events.parent)
            settle(engine)
            folder = sample.events.parent / "serving"
            folder.mkdir()
            with our_worker(engine, _PORTS["ours"]) as worker:
                _write_fixed(engine, worker, folder)
                _write_events(engine, worker)
                with ExitStack() as stack:
                    others = _others(stack, engine, folder)
                    _compare_answers(worker, others)
                    ways = _ways({"ours": worker, **others}, engine, folder)
                    for number in range(rounds):
                        for way in (*ways[number % len(ways) :], *ways[: number % len(ways)]):
                            way.given.append(way.ask())
                        print(f"  round {number + 1} of {rounds} done", flush=True)
    finally:
        cluster.drop_database(_BASE)
    _print({way.name: way for way in ways})


def question_path(question: Question = (None, _LAST, 12), statistics: str = "all") -> str:
    """Write the path of a question."""
    category, to, months = question
    told = {
        "source": "anmalda_brott", "level": "basomrade", "from": str(to.plus(1 - months)), "to": str(to), "baseline": "same-period-last-year",
        "statistics": statistics,
    }  # fmt: skip
    if category is not None:
        told["category"] = category
    return str(httpx.URL("/v1/comparisons", params=told))


def questions(engine: Engine) -> Iterator[Question]:
    """Give questions of which no two are alike: about all kinds of crime and each of them, up to each month of five years, twelve months first."""
    with engine.connect() as connection:
        told = connection.execute(
            text(
                "SELECT DISTINCT code FROM rollup JOIN category USING (category_id) WHERE category.source_id = rollup.source_id ORDER BY code"
            )
        )
        codes = [None, *told.scalars()]
    lengths = sorted(range(1, 37), key=lambda months: abs(months - 12))
    return ((code, _LAST.plus(-back), months) for months, back, code in product(lengths, range(1, 60), codes))


def _write_fixed(engine: Engine, worker: Worker, folder: Path) -> None:
    """Write our answers as files for the app of fixed bytes, and as tables for the peers."""
    fixed = folder / "fixed"
    fixed.mkdir()
    for name, statistics in _SIZES.items():
        body = httpx.get(worker.address + question_path(statistics=statistics), timeout=60).raise_for_status().content
        (fixed / f"{name}.json").write_bytes(body)
        map_peers.write_table(engine, name, orjson.loads(body))
        print(f"  {name}: {len(body):,} bytes, {len(gzip.compress(body, 1)):,} packed with gzip level 1")


def _events_path(fewer: int = 0) -> str:
    """Write the path of a page of events; some events fewer than the most make it a question that nobody has asked."""
    return f"/v1/events?source=anmalda_brott&level=basomrade&limit={_MOST_EVENTS - fewer}"


def _write_events(engine: Engine, worker: Worker) -> None:
    """Give the peers a page of our events as a table."""
    map_peers.write_table(engine, _EVENTS, httpx.get(worker.address + _events_path(), timeout=60).raise_for_status().json())


def _tile_of(zoom: int, longitude: float, latitude: float) -> str:
    """Give the tile that holds a place: its zoom, column and row."""
    column = int((longitude + 180) / 360 * 2**zoom)
    row = int((1 - math.asinh(math.tan(math.radians(latitude))) / math.pi) / 2 * 2**zoom)
    return f"{zoom}/{column}/{row}"


def _others(stack: ExitStack, engine: Engine, folder: Path) -> dict[str, Worker]:
    command = [sys.executable, "-m", "uvicorn", "--factory", "benchmarks.fixed:app", "--no-access-log", "--log-level", "warning"]
    port = _PORTS["fixed"]
    given = {"TRYGGHETSKARTA_FIXED": str(folder / "fixed")}
    fixed = running([*command, "--port", str(port)], f"http://127.0.0.1:{port}", "/nothing", given)
    return {
        "fixed": stack.enter_context(fixed),
        "TiPg": stack.enter_context(map_peers.tipg(engine, _PORTS["TiPg"])),
        "pygeoapi": stack.enter_context(map_peers.pygeoapi(engine, _PORTS["pygeoapi"], tuple(_SIZES), folder / "pygeoapi")),
    }


def _compare_answers(worker: Worker, others: dict[str, Worker]) -> None:
    """Hold the peers' answers against ours, and our packed and kept ones against our plain ones.

    Raises:
        ValueError: They say something else.
    """
    for name, statistics in _SIZES.items():
        path = question_path(statistics=statistics)
        truth = httpx.get(worker.address + path, timeout=60).content
        packed = httpx.get(worker.address + path, timeout=60, headers={"Accept-Encoding": "gzip"})
        fixed = httpx.get(f"{others['fixed'].address}/fixed/{name}.json", timeout=60).content
        if not truth == packed.content == fixed or packed.headers.get("content-encoding") != "gzip":
            raise ValueError(f"{name}: packed or fixed differs")
        expected = _by_code(orjson.loads(truth))
        for peer, of_table in (("TiPg", map_peers.tipg_path), ("pygeoapi", map_peers.pygeoapi_path)):
            told = _by_code(httpx.get(others[peer].address + of_table(name), timeout=120).raise_for_status().json())
            if told.keys() != expected.keys() or not all(_same(told[code], expected[code]) for code in expected):
                raise ValueError(f"{peer} answers otherwise")
    print("  answers compared: the same areas, outlines and properties from all")


def _by_code(collection: dict[str, Any]) -> dict[str, tuple[Any, dict[str, Any]]]:
    """Give each area's outline and its properties without the table's own key."""
    return {
        feature["properties"]["code"]: (feature["geometry"]["coordinates"], {k: v for k, v in feature["properties"].items() if k != "id"})
        for feature in collection["features"]
    }


def _same(one: object, other: object) -> bool:
    if isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)):
        return len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
    if isinstance(one, (int, float)) and isinstance(other, (int, float)) and float in (type(one), type(other)):
        return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-9)
    return one == other


def _ways(workers: dict[str, Worker], engine: Engine, folder: Path) -> list[Way]:
    ask = partial(load, seconds=_SECONDS, folder=folder)
    mine, bytes_ready = workers["ours"], workers["fixed"]
    ways = [Way("an empty route of FastAPI", partial(ask, bytes_ready, ["/nothing"]))]

    rest = {statistics: questions(engine) for statistics in _SIZES.values()}

    def ask_new(statistics: str, headers: dict[str, str]) -> Load:
        # Far more than are answered meanwhile; none of them is asked again.
        paths = [question_path(question, statistics) for question in islice(rest[statistics], _NEW)]
        given = ask(mine, paths, headers=headers)
        if given.per_second * _SECONDS > len(paths):
            raise ValueError("there were too few new questions")
        return given

    for size, statistics in _SIZES.items():
        again = question_path(statistics=statistics)
        etag = httpx.head(mine.address + again, timeout=60).headers["etag"]
        sent = f"/fixed/{size}.json"
        ways += [
            Way(f"{size}: fixed bytes by a route of FastAPI", partial(ask, bytes_ready, [sent])),
            Way(f"{size}: ours, new questions", partial(ask_new, statistics, {})),
            Way(f"{size}: ours, new questions, gzip", partial(ask_new, statistics, _GZIP)),
            Way(f"{size}: fixed bytes, gzip level 1 for each", partial(ask, bytes_ready, [f"/packed/{size}.json"], headers=_GZIP)),
            Way(f"{size}: ours, the same question", partial(ask, mine, [again])),
            Way(f"{size}: ours, the same question, gzip", partial(ask, mine, [again], headers=_GZIP)),
            Way(f"{size}: ours, 304", partial(ask, mine, [again], headers={"If-None-Match": etag})),
            Way(f"{size}: TiPg", partial(ask, workers["TiPg"], [map_peers.tipg_path(size)], seconds=_LONGER)),
            Way(f"{size}: pygeoapi", partial(ask, workers["pygeoapi"], [map_peers.pygeoapi_path(size)], seconds=_LONGER)),
        ]
    tile = _tile_of(_ZOOM, *_MIDDLE)
    plain = question_path(statistics="none") + _COLUMNS
    columns = (question_path(question, "none") + _COLUMNS for question in questions(engine))
    events = map(_events_path, count(1))
    return [
        *ways,
        Way("columns: ours, new questions", lambda: ask(mine, list(islice(columns, _NEW)))),
        Way("columns: ours, the same question", partial(ask, mine, [plain])),
        Way("tile: ours, kept", partial(ask, mine, [f"/v1/tiles/{EDITION}/basomrade/{tile}.mvt"])),
        Way("tile: TiPg", partial(ask, workers["TiPg"], [map_peers.tipg_tile_path("counts", tile)])),
        Way("10 000 events: ours, new questions", lambda: ask(mine, list(islice(events, _NEW_PAGES)), seconds=_LONGER)),
        Way("10 000 events: TiPg", partial(ask, workers["TiPg"], [map_peers.tipg_path(_EVENTS)], seconds=_LONGER)),
    ]


def _print(ways: dict[str, Way]) -> None:
    rows = [
        (way.name, *(f"{way.middle(of):{form}}" for of, form in (
            (lambda one: one.per_second, ",.0f"), (lambda one: one.cpu_ms, ".3f"), (lambda one: one.p50, ".1f"), (lambda one: one.p99, ".1f"),
        )))
        for way in ways.values()
    ]  # fmt: skip
    print_table(("Way", "answers/s", "CPU ms each", "p50 ms", "p99 ms"), rows)
    targets = [
        ("counts: ours, new questions", "counts: TiPg", 150.0),
        ("counts: ours, new questions", "counts: pygeoapi", 150.0),
        ("statistics: ours, new questions", "statistics: TiPg", 20.0),
        ("statistics: ours, new questions", "statistics: pygeoapi", 20.0),
        ("counts: ours, new questions", "counts: fixed bytes by a route of FastAPI", 0.5),
        ("counts: ours, the same question", "counts: fixed bytes by a route of FastAPI", 0.9),
        ("statistics: ours, the same question", "statistics: fixed bytes by a route of FastAPI", 0.9),
        ("counts: ours, 304", "an empty route of FastAPI", 0.9),
        ("counts: ours, new questions, gzip", "counts: fixed bytes, gzip level 1 for each", 5.0),
        ("columns: ours, the same question", "counts: fixed bytes by a route of FastAPI", 5 / 7.5),
        ("columns: ours, new questions", "counts: fixed bytes by a route of FastAPI", 5 / 7.5),
        ("tile: ours, kept", "tile: TiPg", 20.0),
        ("10 000 events: ours, new questions", "10 000 events: TiPg", 8.0),
    ]
    print_table(
        ("Ours", "against", "target", "by answers/s", "by CPU"),
        [(one, other, f"≥ {target:.3g} ×", *_ratios(ways[one], ways[other])) for one, other, target in targets],
    )


def _ratios(one: Way, other: Way) -> tuple[str, str]:
    faster = one.middle(lambda each: each.per_second) / other.middle(lambda each: each.per_second)
    return times(faster), times(other.middle(lambda each: each.cpu_ms) / one.middle(lambda each: each.cpu_ms))
