"""The register of measures: tell of one, read what was told, and see whether it worked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from enum import StrEnum
from http import HTTPStatus
from typing import Annotated, cast

import orjson
from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Engine

from trygghetskarta.analysis.effect import effect, goal
from trygghetskarta.api.caching import tagged
from trygghetskarta.api.deps import CurrentAudience, CurrentShelf
from trygghetskarta.api.desk import Desk
from trygghetskarta.api.question import MOST, Day, ListParameters, NoParameters
from trygghetskarta.api.scopes import EXACT, OPEN, REGISTER
from trygghetskarta.api.shelf import Shelf
from trygghetskarta.disclosure.release import release_answer, release_each
from trygghetskarta.domain.audience import Audience
from trygghetskarta.domain.cities import CITY
from trygghetskarta.domain.measures import Registered, Weighting
from trygghetskarta.domain.periods import LOCAL_TIME
from trygghetskarta.domain.polygons import Plane
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.errors import InvalidQuestionError, bad_parameter
from trygghetskarta.ingest.measure_forms import read_json, schema
from trygghetskarta.queries.cube import Cube
from trygghetskarta.queries.effects import AskedEffect, count_effect, count_goals
from trygghetskarta.queries.measures import find_measure, list_measures, versions_of
from trygghetskarta.queries.sources import visible_codes
from trygghetskarta.serialize.csv import Dialect
from trygghetskarta.serialize.formats import Format, Writing
from trygghetskarta.serialize.measures import RegisterFormat, measure_document, write_effect, write_measures
from trygghetskarta.store.engine import one_state

router = APIRouter(prefix="/v1/measures", tags=["Åtgärder"])

MeasureId = Annotated[int, Path(alias="measureId", ge=1, le=MOST, description="Åtgärdens nummer. / Number of the measure.", examples=[1])]

_MOST_MONTHS = 120
_BODY = {"requestBody": {"required": True, "content": {"application/json": {"schema": schema()}}}}


class Baseline(StrEnum):
    """Which months before: those nearest before the start, or the same months of an earlier year."""

    PREVIOUS = "previous"
    SAME_SEASON = "same-period-last-year"


class MeasureParameters(BaseModel):
    """How to read one measure."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    as_of: Annotated[
        Day | None, Field(alias="asOf", description="Så som åtgärden var känd denna dag. / The measure as known on this day.")
    ] = None
    crs: Annotated[Plane, Field(description=f"Koordinatsystem för ytor: 4326 eller {CITY.plane}. / System of polygons.")] = Plane.WORLD


class MeasuresParameters(ListParameters):
    """Which measures of the list, and how."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    as_of: Annotated[
        Day | None, Field(alias="asOf", description="Så som registret var känt denna dag. / The register as known on this day.")
    ] = None
    format: Annotated[
        RegisterFormat,
        Field(description="json; geojson med målområdena; csv och xlsx ger alla. / geojson has the targets; csv and xlsx all."),
    ] = RegisterFormat.JSON
    dialect: Annotated[Dialect, Field(description="CSV för svenskt Excel eller enligt RFC 4180. / Dialect of the CSV.")] = Dialect.EXCEL


class EffectParameters(BaseModel):
    """What is asked of an effect."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    source: Annotated[
        list[SourceId],
        Field(
            max_length=len(SourceId),
            description="Källor; utelämnat det första målets. / Sources; those of the first goal if left out.",
        ),
    ] = []
    category: Annotated[list[str], Field(max_length=500, description="Kategorier; allt under dem räknas. / Categories.")] = []
    group: Annotated[str | None, Field(description="En grupp över källorna, i stället för kategorier. / A group, not with category.")] = (
        None
    )
    before: Annotated[
        int | None,
        Field(ge=1, le=_MOST_MONTHS, description="Månader före; utelämnat lika många som efter. / Months before; as many as after."),
    ] = None
    after: Annotated[
        int | None,
        Field(ge=1, le=_MOST_MONTHS, description="Månader efter; utelämnat alla levererade, högst 12. / Months after; at most 12."),
    ] = None
    baseline: Annotated[
        Baseline,
        Field(
            description="Månaderna närmast före, eller samma månader ett tidigare år. / The months just before, or the same a year earlier."
        ),
    ] = Baseline.PREVIOUS
    weighting: Annotated[
        Weighting | None,
        Field(
            description="Vad jämförelsen delas med: none, before (storlek före) eller area (yta). Utelämnat avgör storleken. / "
            "What the control is divided by; left out, its size decides."
        ),
    ] = None
    as_of: Annotated[
        Day | None, Field(alias="asOf", description="Siffror och åtgärd så som de var kända denna dag. / As known on this day.")
    ] = None
    format: Annotated[Format, Field(description="Svarets format. / Format of the answer.")] = Format.JSON
    dialect: Annotated[Dialect, Field(description="CSV för svenskt Excel eller enligt RFC 4180. / Dialect of the CSV.")] = Dialect.EXCEL

    def asked(self) -> AskedEffect:
        """Give what is asked."""
        return AskedEffect(
            sources=tuple(dict.fromkeys(self.source)) or None,
            categories=tuple(dict.fromkeys(self.category)),
            group=self.group,
            before=self.before,
            after=self.after,
            same_season=self.baseline is Baseline.SAME_SEASON,
            weighting=self.weighting,
            as_of=self.as_of,
        )


@router.get("", summary="Åtgärder", response_class=Response, dependencies=[OPEN])
def measures(
    request: Request, shelf: CurrentShelf, audience: CurrentAudience, parameters: Annotated[MeasuresParameters, Query()]
) -> Response:
    """Registrets åtgärder, de senast påbörjade först, så som de är kända nu eller var kända en dag.

    The measures of the register, the latest begun first, as they are known now or were known on a day.
    """
    with shelf.engine.connect() as connection:
        found = list_measures(connection, parameters.as_of)
    changed_at = max((measure.known_from for measure in found), default=None)
    written = write_measures(found, parameters.format, parameters.dialect, (parameters.limit, parameters.offset))
    return tagged(request, written, Format(parameters.format).media_type, changed_at, audience)


@router.post("", summary="Registrera en åtgärd", status_code=201, response_class=Response, dependencies=[REGISTER], openapi_extra=_BODY)
async def register_measure(request: Request, _: Annotated[NoParameters, Query()]) -> Response:
    """Registrera en åtgärd med målområde, jämförelseområde, spridningsområde och mål. Områden som anmäls efter starten märks.

    Register a measure with its target, control and displacement areas and its goals. Areas declared after the start are marked.
    """
    body = await _body(request)
    measure = await run_in_threadpool(_written, request, lambda engine: _register(engine, body))
    return _told(measure, HTTPStatus.CREATED, {"Location": f"/v1/measures/{measure.number}"})


@router.get("/{measureId}", summary="En åtgärd", response_class=Response, dependencies=[OPEN])
def one_measure(
    request: Request,
    measure_id: MeasureId,
    shelf: CurrentShelf,
    audience: CurrentAudience,
    parameters: Annotated[MeasureParameters, Query()],
) -> Response:
    """En åtgärd, och när varje version av den var känd.

    One measure, and when each version of it was known.
    """
    with shelf.engine.connect() as connection:
        measure = find_measure(connection, measure_id, parameters.as_of)
        versions = versions_of(connection, measure_id)
    document = measure_document(measure, int(parameters.crs))
    document["versions"] = [{name: told[name] for name in ("knownFrom", "knownTo")} for told in map(measure_document, versions)]
    return tagged(request, orjson.dumps(document), Format.JSON.media_type, measure.known_from, audience)


@router.put("/{measureId}", summary="Ändra en åtgärd", response_class=Response, dependencies=[REGISTER], openapi_extra=_BODY)
async def change_measure(request: Request, measure_id: MeasureId, _: Annotated[NoParameters, Query()]) -> Response:
    """Ge en ny version av en åtgärd. Den förra finns kvar så som den var känd.

    Give a new version of a measure. The one before is kept as it was known.
    """
    body = await _body(request)
    return _told(await run_in_threadpool(_written, request, lambda engine: _change(engine, measure_id, body)))


@router.get("/{measureId}/effect", summary="Åtgärdens effekt", response_class=Response, dependencies=[EXACT])
def measure_effect(
    request: Request, measure_id: MeasureId, shelf: CurrentShelf, audience: CurrentAudience, asked: Annotated[EffectParameters, Query()]
) -> Response:
    """Om åtgärden haft effekt: målområdet mot jämförelseområdet, före och efter, med osäkerhet; och om målen är nådda.

    Whether the measure worked: the target against its control, before and after, with how sure it is; and whether its goals are reached.
    """
    # Measures and counts are read in one state, so the counts must be those of now.
    shelf.refresh()
    with one_state(shelf.engine) as connection:
        measure = find_measure(connection, measure_id, asked.as_of)
        cube = _cube(shelf, measure, asked.as_of)
        for code in asked.category:
            if not any(code in visible_codes(cube, source, audience) for source in asked.asked().of(measure).sources or ()):
                raise bad_parameter("category", code, f"Källan har ingen kategori {code}.", f"The source has no category {code}.")
        answer = release_answer(count_effect(connection, cube, measure, asked.asked()), audience)
        today = asked.as_of or datetime.now(LOCAL_TIME).date()
        judged = [
            goal(part) if part is not None else None for part in release_each(count_goals(connection, cube, measure, today), audience)
        ]
    written = write_effect(answer, effect(answer), judged, Writing(asked.format, asked.dialect, {}))
    return tagged(request, written, asked.format.media_type, cube.published_at, audience)


def _cube(shelf: Shelf, measure: Registered, as_of: date | None) -> Cube:
    """Give the cube of a measure's edition: the one that is kept for all questions where that is the one in force."""
    newest = shelf.cube(None, as_of)
    return newest if newest.edition.valid_from == measure.told.edition else shelf.cube(measure.told.edition, as_of)


async def _body(request: Request) -> bytes:
    """Read the body, which is small; whoever sends it has shown the key by now."""
    body = await request.body()
    if not body:
        raise InvalidQuestionError("Innehållet saknas.", "The body is missing.")
    return body


def _written(request: Request, write: Callable[[Engine], Registered]) -> Registered:
    """Write by a role that may: that of staff, or where the service has none, that of those who deliver. The public's never writes."""
    state = request.app.state
    if Audience.STAFF in state.shelves:
        return write(state.shelves[Audience.STAFF].engine)
    with cast("Desk", state.desk).at_work() as engine:
        return write(engine)


def _register(engine: Engine, body: bytes) -> Registered:
    # Loaded when first needed: a worker that only answers questions never is.
    from trygghetskarta.ingest.measures import register
    from trygghetskarta.store.version import hold_tables_still

    told = read_json(body)
    with engine.begin() as connection:
        hold_tables_still(connection)
        return find_measure(connection, register(connection, told, datetime.now(UTC)))


def _change(engine: Engine, number: int, body: bytes) -> Registered:
    from trygghetskarta.ingest.measures import change
    from trygghetskarta.store.version import hold_tables_still

    told = read_json(body)
    with engine.begin() as connection:
        hold_tables_still(connection)
        change(connection, number, told, datetime.now(UTC))
        return find_measure(connection, number)


def _told(measure: Registered, status: HTTPStatus = HTTPStatus.OK, headers: dict[str, str] | None = None) -> Response:
    written = orjson.dumps(measure_document(measure))
    return Response(written, status.value, {"Cache-Control": "no-store", **(headers or {})}, Format.JSON.media_type)
