"""How long a lagesbild of the sample takes in each class and form, and those of every committee one after the other.

`python -m benchmarks reports --rows 1000 --rounds 5`: one PDF is to take less than a second, the first of a
service too, all twelve less than fifteen, on two cores.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from datetime import date
from functools import partial

import httpx
from pydantic import SecretStr
from sqlalchemy import Connection, Engine

from benchmarks.data import Sample
from benchmarks.load import served
from benchmarks.measuring import clock, median, print_table
from benchmarks.server import database
from trygghetskarta.cli.sample import load_sample
from trygghetskarta.domain.audience import Audience, SharingClass
from trygghetskarta.queries.cube import Cube, load_cube
from trygghetskarta.queries.public_cube import load_public_cube
from trygghetskarta.reporting import Office, Wanted, area_codes, report_of
from trygghetskarta.reports.document import Report
from trygghetskarta.reports.lagesbild import Reader
from trygghetskarta.reports.render import ReportFormat, render
from trygghetskarta.settings import Settings
from trygghetskarta.store.cluster import Cluster
from trygghetskarta.store.engine import one_state
from trygghetskarta.store.migrate import upgrade

_AREA = "jarva"
_REST, _PORT = 3, 8917
_AREAS = {"Järva": _AREA, "the whole city": None}


def run(cluster: Cluster, _: Sample, rounds: int) -> None:
    print("## A lägesbild of the sample, in a process that has made one before; seconds, the median and the slowest", flush=True)
    with database(cluster, "reporting") as engine:
        upgrade(engine)
        load_sample(engine, Settings(release_key=SecretStr("benchmarks release figures by this")))
        with one_state(engine) as connection:
            columns = [_measured(_Made(connection, audience), rounds) for audience in (Audience.PUBLIC, Audience.STAFF)]
        first = [_first(engine, each, rounds) for each in SharingClass]
    print_table(("", "delbar", "intern"), [[name, *(column[name] for column in columns)] for name in columns[0]])
    print("## The first PDF that a worker makes, and the second, over HTTP: each by a worker that has been up for some seconds")
    print_table(("", *(each.value for each in SharingClass)), [[name, *(column[name] for column in first)] for name in first[0]])


class _Made:
    """Makes the reports of a class; nothing is known of the answers from before."""

    def __init__(self, connection: Connection, audience: Audience) -> None:
        self.connection = connection
        self.cube: Cube = (load_cube if audience is Audience.STAFF else load_public_cube)(connection)
        self.reader = Reader(audience, "mätningen", date(2026, 1, 1))

    def office(self) -> Office:
        return Office(self.connection, lambda *_: self.cube, self.reader.audience)

    def report(self, area: str | None, office: Office | None = None) -> Report:
        return report_of(office or self.office(), [Wanted(area)], self.reader)

    def pdf(self, area: str | None, office: Office | None = None) -> None:
        render(self.report(area, office), ReportFormat.PDF)

    def everyone(self) -> None:
        """Make the lagesbild of every committee and of the city, as PDF."""
        office = self.office()
        for area in area_codes(office, None, None):
            self.pdf(area, office)


def _measured(made: _Made, rounds: int) -> dict[str, str]:
    report = made.report(_AREA)
    for form in ReportFormat:
        render(report, form)
    # As a worker that serves does when it has loaded its counts.
    gc.freeze()
    taken: dict[str, Callable[[], object]] = {f"a PDF, {name}": partial(made.pdf, area) for name, area in _AREAS.items()}
    taken |= {f"its figures alone, {name}": partial(made.report, area) for name, area in _AREAS.items()}
    taken |= {f"{form.value} of figures at hand, Järva": partial(render, report, form) for form in ReportFormat}
    found = {name: _seconds([clock(make) for _ in range(rounds)]) for name, make in taken.items()}
    return found | {"all twelve PDF": _seconds([clock(made.everyone)])}


def _seconds(taken: list[float]) -> str:
    return f"{median(taken):.2f} ({max(taken):.2f})"


def _first(engine: Engine, wanted: SharingClass, rounds: int) -> dict[str, str]:
    taken: dict[str, list[float]] = {"the first": [], "the second": []}
    for _ in range(rounds):
        address = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        with (
            served(address, _PORT),
            httpx.Client(base_url=f"http://127.0.0.1:{_PORT}", timeout=60) as client,
        ):
            # A worker that answers one audience loads the counts of the other meanwhile.
            time.sleep(_REST)
            for seconds in taken.values():
                seconds.append(clock(partial(_asked, client, wanted)))
    return {name: _seconds(seconds) for name, seconds in taken.items()}


def _asked(client: httpx.Client, wanted: SharingClass) -> None:
    client.get("/v1/lagesbilder", params={"area": _AREA, "class": wanted.value, "format": "pdf"}).raise_for_status()
