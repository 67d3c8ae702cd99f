"""How long a lagesbild of the sample takes in each form, and those of every committee one after the other."""

from __future__ import annotations

from datetime import date
from functools import partial

from pydantic import SecretStr
from sqlalchemy import Connection

from benchmarks.data import Sample
from benchmarks.measuring import clock, median, print_table
from benchmarks.server import database
from trygghetskarta.cli.sample import load_sample
from trygghetskarta.domain.audience import Audience
from trygghetskarta.queries.cube import Cube, load_cube
from trygghetskarta.reporting import Office, Wanted, area_codes, report_of
from trygghetskarta.reports.document import Report
from trygghetskarta.reports.lagesbild import Reader
from trygghetskarta.reports.render import ReportFormat, render
from trygghetskarta.settings import Settings
from trygghetskarta.store.cluster import Cluster
from trygghetskarta.store.engine import one_state
from trygghetskarta.store.migrate import upgrade

_READER = Reader(Audience.STAFF, "mätningen", date(2026, 1, 1))
_AREA = "jarva"


def run(cluster: Cluster, _: Sample, rounds: int) -> None:
    print("## A lägesbild of the sample, in a process that has made one before", flush=True)
    with database(cluster, "reporting") as engine:
        upgrade(engine)
        load_sample(engine, Settings(release_key=SecretStr("benchmarks release figures by this")))
        with one_state(engine) as connection:
            cube = load_cube(connection)
            report = made(connection, cube, _AREA)
            rows = [["its figures", *_seconds([clock(lambda: made(connection, cube, _AREA)) for _ in range(rounds)])]]
            for form in ReportFormat:
                render(report, form)
                rows.append([form.value, *_seconds([clock(partial(render, report, form)) for _ in range(rounds)])])
            rows.append(["all committees, PDF", *_seconds([clock(lambda: everyone(connection, cube))])])
    print_table(("", "seconds"), rows)


def made(connection: Connection, cube: Cube, area: str | None) -> Report:
    """Make one lagesbild; nothing is known of the answers from before."""
    return report_of(Office(connection, lambda *_: cube, Audience.STAFF), [Wanted(area)], _READER)


def everyone(connection: Connection, cube: Cube) -> None:
    """Make the lagesbild of every committee and of the city, as PDF."""
    office = Office(connection, lambda *_: cube, Audience.STAFF)
    for area in area_codes(office, None, None):
        render(report_of(office, [Wanted(area)], _READER), ReportFormat.PDF)


def _seconds(taken: list[float]) -> tuple[str]:
    return (f"{median(taken):.2f}",)
