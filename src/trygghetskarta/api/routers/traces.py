"""What a figure is made of, for those who may see events."""

from __future__ import annotations

from typing import Annotated

import orjson
from fastapi import APIRouter, Query, Request, Response

from trygghetskarta.api.caching import Freshness, respond
from trygghetskarta.api.deps import CurrentAudience, CurrentShelf
from trygghetskarta.api.question import TraceParameters
from trygghetskarta.api.scopes import EVENTS
from trygghetskarta.queries.trace import trace
from trygghetskarta.serialize.formats import Format
from trygghetskarta.serialize.traces import trace_csv, trace_document

router = APIRouter(prefix="/v1", tags=["Frågor"], dependencies=[EVENTS])


@router.get("/trace", summary="Visa vad en siffra vilar på", response_class=Response)
def traced(request: Request, shelf: CurrentShelf, audience: CurrentAudience, asked: Annotated[TraceParameters, Query()]) -> Response:
    """Händelserna som en siffra räknar, och vilken leverans, fil och rad var och en kom från. Bara för den som får se händelser.

    The events that a figure counts, and the delivery, file and line each came from. Only for those who may see events.
    """
    cube = asked.cube(shelf)

    def body() -> bytes:
        # The rows are read now, so the counts must be those of now.
        with asked.at_one_state(shelf) as (connection, cube):
            found = trace(connection, cube, asked.question(cube, audience), asked.bucket, asked.limit, asked.offset)
        return (
            trace_csv(found, asked.dialect)
            if asked.format is Format.CSV
            else orjson.dumps({**trace_document(found), "limit": asked.limit, "offset": asked.offset})
        )

    return respond(request, Freshness(cube.version, cube.published_at, audience), asked.format.media_type, body)
