"""Where events lie together: hot spots, densities, near repeats, pattern changes, concentration."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from trygghetskarta.analysis.clusters import ClusterMethod, find_clusters, find_emerging
from trygghetskarta.analysis.densities import find_density
from trygghetskarta.analysis.near_repeats import find_near_repeats
from trygghetskarta.analysis.patterns import find_concentration, find_pattern_change
from trygghetskarta.api.caching import Freshness, respond
from trygghetskarta.api.deps import CurrentAudience, CurrentShelf
from trygghetskarta.api.question import BaselineParameters, QuestionParameters
from trygghetskarta.api.scopes import EXACT, FIGURES
from trygghetskarta.disclosure.release import release, release_answer
from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.audience import Audience
from trygghetskarta.domain.counts import Measure, Question
from trygghetskarta.domain.periods import Interval
from trygghetskarta.domain.points import DensityOptions, NearOptions, Shape
from trygghetskarta.queries.asking import ask
from trygghetskarta.queries.cube import Cube
from trygghetskarta.queries.hotspots import borders, emerging, measure_carried, of_region, pattern_change
from trygghetskarta.queries.points import densities, near_repeats
from trygghetskarta.serialize.formats import Format, write
from trygghetskarta.serialize.space import concentration_figures, density_figures, hotspot_figures, near_figures, pattern_figures
from trygghetskarta.stats.density import Kernel

router = APIRouter(prefix="/v1", tags=["Var"])


class HotspotParameters(QuestionParameters):
    """The parameters of a question of hot spots."""

    level: Annotated[AreaLevel, Field(description="Områdesnivå. / Level of the areas.")] = AreaLevel.STADSDEL
    method: Annotated[
        ClusterMethod,
        Field(
            description="gistar (Getis-Ord Gi*), moran (lokal Moran) eller emerging (heta områden över tid). / How clusters are looked for."
        ),
    ] = ClusterMethod.GISTAR
    interval: Annotated[
        Interval,
        Field(
            description="Vad tiden delas in i med emerging; de andra metoderna har ingen användning för det och säger det."
            " / What time is cut into with emerging; the other methods have no use for it, and say so."
        ),
    ] = Interval.MONTH
    measure: Annotated[
        Measure,
        Field(
            description="rate eller count (per kvadratkilometer); utelämnad är rate där källan bär det. / Left out: rate where the source can.",
            # A factory, so that the document names no default: what is left out hangs on the source.
            default_factory=lambda: Measure.COUNT,
        ),
    ]
    format: Annotated[Format, Field(description="Svarets format. / Format of the answer.")] = Format.GEOJSON

    @property
    def idle(self) -> frozenset[str]:
        """The parts of the question that its answer has no use for: but for emerging, the span is counted whole."""
        return super().idle if self.method is ClusterMethod.EMERGING else super().idle | {"interval"}

    def question(self, cube: Cube, audience: Audience) -> Question:
        """Give the question, checked."""
        self.refuse_hidden(cube, audience)
        asked = self.asked()
        if "measure" not in self.model_fields_set:
            asked = replace(asked, measure=measure_carried(cube, asked.sources, asked.level, asked.per))
        return ask(cube, asked)


class PatternParameters(BaselineParameters):
    """The parameters of a question of how a pattern changed."""

    level: Annotated[AreaLevel, Field(description="Områdesnivå. / Level of the areas.")] = AreaLevel.STADSDEL

    def question(self, cube: Cube, audience: Audience) -> Question:
        """Give the question, checked; without a baseline it is the same months of the year before."""
        self.refuse_hidden(cube, audience)
        return ask(cube, replace(self.asked(), baseline=self.baseline or "same-period-last-year"))


class ConcentrationParameters(QuestionParameters):
    """The parameters of a question of concentration."""

    level: Annotated[AreaLevel, Field(description="Områdesnivå. / Level of the areas.")] = AreaLevel.STADSDEL
    format: Annotated[Format, Field(description="Svarets format. / Format of the answer.")] = Format.GEOJSON


class DensityParameters(BaselineParameters):
    """The parameters of a density."""

    level: Annotated[AreaLevel, Field(description="Områdesnivå. / Level of the areas.")] = AreaLevel.STAD
    bandwidth: Annotated[int, Field(ge=50, le=5000, description="Bandbredd i meter. / Bandwidth in metres.")] = 500
    cell: Annotated[
        int | None,
        Field(
            ge=10, le=5000, description="Rutans sida i meter, högst bandbredden; utelämnad är en femtedel av den. / Side of a cell, metres."
        ),
    ] = None
    kernel: Annotated[Kernel, Field(description="Kärnans form. / Shape of the kernel.")] = Kernel.QUARTIC
    shape: Annotated[Shape, Field(description="Konturer, eller ett rutnät. / Contours, or a grid.")] = Shape.CONTOURS

    def options(self) -> DensityOptions:
        """Say how the density is drawn."""
        return DensityOptions.of(self.bandwidth, self.cell, self.kernel, self.shape)


class NearRepeatParameters(QuestionParameters):
    """The parameters of a near-repeat test."""

    level: Annotated[AreaLevel, Field(description="Områdesnivå. / Level of the areas.")] = AreaLevel.STAD
    distance_band: Annotated[
        int, Field(alias="distanceBand", ge=2, le=2000, description="Ett avståndsbands bredd i meter. / Breadth of a band of distance.")
    ] = 100
    distance_bands: Annotated[
        int, Field(alias="distanceBands", ge=1, le=10, description="Antal avståndsband. / How many bands of distance.")
    ] = 4
    day_band: Annotated[
        int, Field(alias="dayBand", ge=1, le=365, description="Ett tidsbands bredd i dagar. / Breadth of a band of days.")
    ] = 7
    day_bands: Annotated[int, Field(alias="dayBands", ge=1, le=12, description="Antal tidsband. / How many bands of days.")] = 4

    def options(self) -> NearOptions:
        """Say what counts as near."""
        return NearOptions(self.distance_band, self.distance_bands, self.day_band, self.day_bands)


@router.get("/hotspots", summary="Heta områden", response_class=Response, dependencies=[EXACT])
def hot(request: Request, shelf: CurrentShelf, audience: CurrentAudience, asked: Annotated[HotspotParameters, Query()]) -> Response:
    """Områden där höga eller låga tal ligger samlade, prövat mot slumpen; med emerging också sedan när.

    Areas where high or low figures lie together, tested against chance; with emerging, and since when.
    """
    cube = asked.cube(shelf)

    def body() -> bytes:
        question = asked.question(cube, audience)
        writing = asked.writing(shelf, cube)
        if asked.method is ClusterMethod.EMERGING:
            published = release(emerging(cube, question), audience)
            return write(
                published, hotspot_figures(published, find_emerging(published, borders(cube, question)), writing.outlines), writing
            )
        published = release(of_region(cube, question), audience)
        found = find_clusters(published, borders(cube, question), asked.method)
        return write(published, hotspot_figures(published, found, writing.outlines), writing)

    return respond(request, Freshness(cube.version, cube.published_at, audience), asked.format.media_type, body)


@router.get("/pattern-changes", summary="Ändrat mönster", response_class=Response, dependencies=[FIGURES])
def changed(request: Request, shelf: CurrentShelf, audience: CurrentAudience, asked: Annotated[PatternParameters, Query()]) -> Response:
    """Om händelserna ligger där de låg förr, hur många de än är: varje områdes andel, prövad mot slumpen.

    Whether events lie where they did, however many they are: each area's share, tested against chance.
    """
    cube = asked.cube(shelf)

    def body() -> bytes:
        published = release(pattern_change(cube, asked.question(cube, audience)), audience)
        writing = asked.writing(shelf, cube)
        return write(published, pattern_figures(published, find_pattern_change(published), writing.outlines), writing)

    return respond(request, Freshness(cube.version, cube.published_at, audience), asked.format.media_type, body)


@router.get("/concentration", summary="Hur samlade händelserna är", response_class=Response, dependencies=[FIGURES])
def concentrated(
    request: Request, shelf: CurrentShelf, audience: CurrentAudience, asked: Annotated[ConcentrationParameters, Query()]
) -> Response:
    """I hur få områden hälften av händelserna ligger, och i hur få de skulle ligga av en slump.

    In how few areas half of the events lie, and in how few they would by chance.
    """
    cube = asked.cube(shelf)

    def body() -> bytes:
        published = release(of_region(cube, asked.question(cube, audience)), audience)
        writing = asked.writing(shelf, cube)
        return write(published, concentration_figures(published, find_concentration(published), writing.outlines), writing)

    return respond(request, Freshness(cube.version, cube.published_at, audience), asked.format.media_type, body)


@router.get("/densities", summary="Täthet", response_class=Response, dependencies=[EXACT])
def dense(request: Request, shelf: CurrentShelf, audience: CurrentAudience, asked: Annotated[DensityParameters, Query()]) -> Response:
    """Hur tätt händelser med punkt ligger, som konturer eller rutnät; mot en annan period (baseline) eller mot var folk bor (measure=rate).

    How thickly events with a point lie, as contours or a grid; against another span (baseline) or where people live (measure=rate).
    """
    cube = asked.cube(shelf)

    def body() -> bytes:
        with asked.at_one_state(shelf) as (connection, cube):
            published = release_answer(densities(connection, cube, asked.question(cube, audience)), audience)
        options = asked.options()
        figures = density_figures(published, find_density(published, options), options)
        return write(published, figures, asked.writing_shapes())

    return respond(request, Freshness(cube.version, cube.published_at, audience), asked.format.media_type, body)


@router.get("/near-repeats", summary="Upprepning nära i tid och rum", response_class=Response, dependencies=[EXACT])
def repeated(request: Request, shelf: CurrentShelf, audience: CurrentAudience, asked: Annotated[NearRepeatParameters, Query()]) -> Response:
    """Om händelser nära varandra i rummet också kommer nära varandra i tiden (Knox test).

    Whether events near each other in space also come near each other in time (the Knox test).
    """
    cube = asked.cube(shelf)

    def body() -> bytes:
        with asked.at_one_state(shelf) as (connection, cube):
            published = release_answer(near_repeats(connection, cube, asked.question(cube, audience)), audience)
        found = find_near_repeats(published, asked.options())
        return write(published, near_figures(published, found), asked.writing_shapes())

    return respond(request, Freshness(cube.version, cube.published_at, audience), asked.format.media_type, body)
