"""`hotspots`, `concentration`, `pattern-change`, `density`, `near-repeat`: where events lie together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from sqlalchemy import Connection

from trygghetskarta.analysis.clusters import ClusterMethod, find_clusters, find_emerging
from trygghetskarta.analysis.densities import find_density
from trygghetskarta.analysis.near_repeats import find_near_repeats
from trygghetskarta.analysis.patterns import find_concentration, find_pattern_change
from trygghetskarta.cli.connecting import open_engine
from trygghetskarta.cli.documents import AsJson
from trygghetskarta.cli.printing import cell, tell
from trygghetskarta.cli.questions import (
    Areas,
    Baseline,
    By,
    Categories,
    Day,
    First,
    Form,
    Group,
    Last,
    Level,
    Out,
    Sources,
    Within,
    chosen_form,
    day_of,
    form_of,
    outlines_for,
    write_out,
)  # fmt: skip
from trygghetskarta.cli.sharing import exact_writing
from trygghetskarta.disclosure.release import release, release_answer
from trygghetskarta.domain.answers import Answered, ExactAnswer, PublishedAnswer
from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.audience import Audience
from trygghetskarta.domain.counts import Denominator, Exact, Measure, Published, Question
from trygghetskarta.domain.periods import Interval
from trygghetskarta.domain.points import DensityOptions, NearOptions, PointContent, Shape
from trygghetskarta.errors import bad_parameter
from trygghetskarta.queries.areas import Detail
from trygghetskarta.queries.asking import Asked, ask, cube_by
from trygghetskarta.queries.cube import Cube, load_cube
from trygghetskarta.queries.hotspots import borders, measure_carried, of_region
from trygghetskarta.queries.hotspots import emerging as count_emerging
from trygghetskarta.queries.hotspots import pattern_change as count_pattern_change
from trygghetskarta.queries.points import densities, near_repeats
from trygghetskarta.serialize.csv import Dialect
from trygghetskarta.serialize.figures import Row
from trygghetskarta.serialize.formats import Figures, Format
from trygghetskarta.serialize.formats import write as write_figures
from trygghetskarta.serialize.geojson import Outlines
from trygghetskarta.serialize.space import concentration_figures, density_figures, hotspot_figures, near_figures, pattern_figures
from trygghetskarta.serialize.swedish import whole
from trygghetskarta.settings import read_settings
from trygghetskarta.stats.density import Kernel
from trygghetskarta.store.engine import one_state

Csv = Annotated[Dialect, typer.Option(help="CSV för svenskt Excel, eller rfc4180.")]
Geometry = Annotated[Detail, typer.Option(help="Gränsernas noggrannhet i geojson, gpkg, flatgeobuf och parquet.")]
Per = Annotated[Denominator, typer.Option(help="Vad rate räknas på.")]

_MOST_SHOWN = 25
_HEADINGS = {
    "contour": "Kontur",
    "name": "Område",
    "count": "Antal",
    "baselineCount": "Jämförs med",
    "smoothedRate": "Utjämnat tal",
    "z": "z",
    "hotPeriods": "Heta perioder",
    "rank": "Plats",
    "share": "Andel %",
    "baselineShare": "Andel förr %",
    "cumulativeShare": "Tillsammans %",
    "squareKilometres": "km²",
    "events": "Händelser",
    "metresFrom": "Meter från",
    "metresBelow": "till under",
    "daysFrom": "Dagar från",
    "daysBelow": "till under ",
    "pairs": "Par",
    "expectedPairs": "Väntat",
    "ratio": "Kvot",
    "x": "x",
    "y": "y",
    "density": "Per km²",
    "adjustedP": "Justerat p",
    "cluster": "Vad",
    "verdict": "Utslag",
}
_WORDS = ("name", "cluster", "verdict", "contour")
_THOUSANDTHS = ("adjustedP",)


@dataclass(frozen=True, slots=True)
class _Telling:
    """How an answer is told: its format, the CSV's dialect, the outlines' detail, and where to."""

    form: Format | None
    dialect: Dialect
    geometry: Detail
    out: Path | None


def hotspots(
    source: Sources,
    level: Level = AreaLevel.STADSDEL,
    area: Areas = None,
    within: Within = None,
    category: Categories = None,
    group: Group = None,
    edition: Day = None,
    first: First = None,
    last: Last = None,
    method: Annotated[ClusterMethod, typer.Option(help="gistar, moran eller emerging.")] = ClusterMethod.GISTAR,
    interval: Annotated[Interval | None, typer.Option(help="Vad tiden delas in i, med emerging; utelämnad är månad.")] = None,
    measure: Annotated[Measure | None, typer.Option(help="rate eller count; utelämnad är rate där källan bär det.")] = None,
    per: Per = Denominator.RESIDENTS,
    as_of: Day = None,
    by: By = None,
    form: Form = None,
    as_json: AsJson = False,
    dialect: Csv = Dialect.EXCEL,
    geometry: Geometry = Detail.METRES10,
    out: Out = None,
) -> None:
    """Visa områden där höga eller låga tal ligger samlade."""
    form = chosen_form(form, as_json=as_json)
    if interval is not None and method is not ClusterMethod.EMERGING:
        raise bad_parameter("--interval", interval, "--interval hör till --method emerging.", "--interval goes with --method emerging.")
    asked = Asked(
        level, tuple(source), tuple(area or ()), within, tuple(category or ()), group, day_of(edition), first, last, None,
        interval or Interval.MONTH, measure or Measure.COUNT, per, day_of(as_of), by=by,
    )  # fmt: skip
    count = count_emerging if method is ClusterMethod.EMERGING else of_region

    def figures(published: Published, cube: Cube, outlines: Outlines | None) -> Figures:
        pairs = borders(cube, published.question)
        found = find_emerging(published, pairs) if method is ClusterMethod.EMERGING else find_clusters(published, pairs, method)
        return hotspot_figures(published, found, outlines)

    _tell_areas(asked, count, figures, _Telling(form, dialect, geometry, out), choose_measure=measure is None)


def concentration(
    source: Sources,
    level: Level = AreaLevel.STADSDEL,
    area: Areas = None,
    within: Within = None,
    category: Categories = None,
    group: Group = None,
    edition: Day = None,
    first: First = None,
    last: Last = None,
    measure: Annotated[Measure, typer.Option(help="count, eller rate för att också ställa mot hur många som bor.")] = Measure.COUNT,
    per: Per = Denominator.RESIDENTS,
    as_of: Day = None,
    by: By = None,
    form: Form = None,
    as_json: AsJson = False,
    dialect: Csv = Dialect.EXCEL,
    geometry: Geometry = Detail.METRES10,
    out: Out = None,
) -> None:
    """Visa i hur få områden hälften av händelserna ligger."""
    form = chosen_form(form, as_json=as_json)
    asked = Asked(
        level, tuple(source), tuple(area or ()), within, tuple(category or ()), group, day_of(edition), first, last, None,
        Interval.MONTH, measure, per, day_of(as_of), by=by,
    )  # fmt: skip

    def figures(published: Published, _: Cube, outlines: Outlines | None) -> Figures:
        return concentration_figures(published, find_concentration(published), outlines)

    _tell_areas(asked, of_region, figures, _Telling(form, dialect, geometry, out))


def pattern_change(
    source: Sources,
    level: Level = AreaLevel.STADSDEL,
    area: Areas = None,
    within: Within = None,
    category: Categories = None,
    group: Group = None,
    edition: Day = None,
    first: First = None,
    last: Last = None,
    baseline: Baseline = "same-period-last-year",
    as_of: Day = None,
    by: By = None,
    form: Form = None,
    as_json: AsJson = False,
    dialect: Csv = Dialect.EXCEL,
    geometry: Geometry = Detail.METRES10,
    out: Out = None,
) -> None:
    """Visa om händelserna ligger där de låg förr."""
    form = chosen_form(form, as_json=as_json)
    asked = Asked(
        level, tuple(source), tuple(area or ()), within, tuple(category or ()), group, day_of(edition), first, last, baseline,
        as_of=day_of(as_of), by=by,
    )  # fmt: skip

    def figures(published: Published, _: Cube, outlines: Outlines | None) -> Figures:
        return pattern_figures(published, find_pattern_change(published), outlines)

    _tell_areas(asked, count_pattern_change, figures, _Telling(form, dialect, geometry, out))


def density(
    source: Sources,
    level: Level = AreaLevel.STAD,
    area: Areas = None,
    within: Within = None,
    category: Categories = None,
    group: Group = None,
    edition: Day = None,
    first: First = None,
    last: Last = None,
    baseline: Baseline = None,
    measure: Annotated[Measure, typer.Option(help="count, eller rate för att ställa mot var folk bor.")] = Measure.COUNT,
    per: Per = Denominator.RESIDENTS,
    as_of: Day = None,
    by: By = None,
    bandwidth: Annotated[int, typer.Option(min=50, max=5000, help="Bandbredd i meter.")] = 500,
    cell: Annotated[
        int | None, typer.Option(min=10, max=5000, help="Rutans sida i meter; utelämnad är en femtedel av bandbredden.")
    ] = None,
    kernel: Annotated[Kernel, typer.Option(help="Kärnans form.")] = Kernel.QUARTIC,
    shape: Annotated[Shape, typer.Option(help="Konturer eller rutnät.")] = Shape.CONTOURS,
    form: Form = None,
    as_json: AsJson = False,
    dialect: Csv = Dialect.EXCEL,
    out: Out = None,
) -> None:
    """Visa hur tätt händelser med punkt ligger."""
    form = chosen_form(form, as_json=as_json)
    asked = Asked(
        level, tuple(source), tuple(area or ()), within, tuple(category or ()), group, day_of(edition), first, last, baseline,
        Interval.MONTH, measure, per, day_of(as_of), by=by,
    )  # fmt: skip
    options = DensityOptions.of(bandwidth, cell, kernel, shape)
    published = _points(asked, densities)
    _tell(published, density_figures(published, find_density(published, options), options), _Telling(form, dialect, Detail.NONE, out))


def near_repeat(
    source: Sources,
    level: Level = AreaLevel.STAD,
    area: Areas = None,
    within: Within = None,
    category: Categories = None,
    group: Group = None,
    edition: Day = None,
    first: First = None,
    last: Last = None,
    as_of: Day = None,
    by: By = None,
    distance_band: Annotated[int, typer.Option(min=2, max=2000, help="Ett avståndsbands bredd i meter.")] = 100,
    distance_bands: Annotated[int, typer.Option(min=1, max=10, help="Antal avståndsband.")] = 4,
    day_band: Annotated[int, typer.Option(min=1, max=365, help="Ett tidsbands bredd i dagar.")] = 7,
    day_bands: Annotated[int, typer.Option(min=1, max=12, help="Antal tidsband.")] = 4,
    form: Form = None,
    as_json: AsJson = False,
    dialect: Csv = Dialect.EXCEL,
    out: Out = None,
) -> None:
    """Pröva om händelser nära varandra också kommer nära i tiden."""
    form = chosen_form(form, as_json=as_json)
    asked = Asked(
        level,
        tuple(source),
        tuple(area or ()),
        within,
        tuple(category or ()),
        group,
        day_of(edition),
        first,
        last,
        as_of=day_of(as_of),
        by=by,
    )
    published = _points(asked, near_repeats)
    found = find_near_repeats(published, NearOptions(distance_band, distance_bands, day_band, day_bands))
    _tell(published, near_figures(published, found), _Telling(form, dialect, Detail.NONE, out))


def _tell_areas(
    asked: Asked,
    count: Callable[[Cube, Question], Exact],
    figures: Callable[[Published, Cube, Outlines | None], Figures],
    telling: _Telling,
    *,
    choose_measure: bool = False,
) -> None:
    """Count from the database itself; whoever may run commands on it may see exact figures."""
    with one_state(open_engine(read_settings())) as connection:
        cube = load_cube(connection, asked.edition, asked.as_of, cube_by(asked.sources, asked.by))
        if choose_measure:
            asked = replace(asked, measure=measure_carried(cube, asked.sources, asked.level, asked.per))
        published = release(count(cube, ask(cube, asked)), Audience.STAFF)
        outlines = outlines_for(connection, cube, asked.level, (form_of(telling.form, telling.out), telling.geometry))
    _tell(published, figures(published, cube, outlines), telling)


def _points(asked: Asked, read: Callable[[Connection, Cube, Question], ExactAnswer[PointContent]]) -> PublishedAnswer[PointContent]:
    with one_state(open_engine(read_settings())) as connection:
        cube = load_cube(connection, asked.edition, asked.as_of, cube_by(asked.sources, asked.by))
        return release_answer(read(connection, cube, ask(cube, asked)), Audience.STAFF)


def _tell(published: Answered, figures: Figures, telling: _Telling) -> None:
    """Write the answer, or print it as a table with its sentences."""
    if telling.form is not None or telling.out is not None:
        write_out(write_figures(published, figures, exact_writing(form_of(telling.form, telling.out), telling.dialect, {})), telling.out)
        return
    shown = [column for column in _HEADINGS if figures.rows and column in figures.rows[0]]
    table = Table()
    for column in shown:
        table.add_column(_HEADINGS[column], justify="left" if column in _WORDS else "right")
    for row in sorted(figures.rows, key=_order)[:_MOST_SHOWN]:
        table.add_row(*(cell(row[column], 3 if column in _THOUSANDTHS else 1) for column in shown))
    rest = len(figures.rows) - _MOST_SHOWN
    tell(table, [*([f"{whole(rest)} rader till visas inte; --format ger alla."] if rest > 0 else []), *figures.sentences])


def _order(row: Row) -> tuple[float, float]:
    """Put areas that stand out first; leave bands, contours and cells as they are."""
    if "code" not in row:
        return (0.0, 0.0)
    rank, adjusted = row.get("rank"), row.get("adjustedP")
    return (float("inf") if rank is None else rank, float("inf") if adjusted is None else adjusted)
