"""Events one by one, for those who may see them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from trygghetskarta.api.addresses import page_after
from trygghetskarta.api.caching import Freshness, respond
from trygghetskarta.api.deps import CurrentShelf
from trygghetskarta.api.event_question import EventParameters
from trygghetskarta.api.ogc.asked import read_box
from trygghetskarta.api.question import MOST
from trygghetskarta.api.scopes import EVENTS
from trygghetskarta.domain.audience import Audience
from trygghetskarta.domain.filters import CRS84, Every
from trygghetskarta.queries.event_list import Asked, Cursor, count_events, list_events
from trygghetskarta.serialize.csv import Dialect
from trygghetskarta.serialize.events import EventFormat, EventList, write_events

router = APIRouter(prefix="/v1", tags=["Händelser"], dependencies=[EVENTS])


class EventListParameters(EventParameters):
    """Which events, where in the list, and how they are written."""

    bbox: Annotated[
        str | None,
        Field(
            description="Bara händelser i rutan: väster, söder, öster, norr i grader. / Only in the box.", examples=["18.0,59.3,18.1,59.4"]
        ),
    ] = None
    limit: Annotated[int, Field(ge=1, le=10_000, description="Högsta antal i listan. / Most items of the list.")] = 20
    after: Annotated[
        str | None,
        Field(description="Var sidan börjar; ur fältet next på sidan före. / Where the page begins; from next of the page before."),
    ] = None
    offset: Annotated[
        int,
        Field(
            ge=0,
            le=MOST,
            description="Hur många att hoppa över. Att följa next går fortare. / How many to skip. To follow next is faster.",
        ),
    ] = 0
    format: Annotated[EventFormat, Field(description="Svarets format. / Format of the answer.")] = EventFormat.GEOJSON
    dialect: Annotated[Dialect, Field(description="CSV för svenskt Excel eller enligt RFC 4180. / Dialect of the CSV.")] = Dialect.EXCEL


@router.get("/events", summary="Enskilda händelser", response_class=Response)
def events(request: Request, shelf: CurrentShelf, asked: Annotated[EventListParameters, Query()]) -> Response:
    """Händelserna som räknas nu, eller som räknades en dag, en sida i taget: först de som har en punkt. Bara för behöriga.

    The events that count now, or that counted on a day, a page at a time: those with a point first. Only for those who may see them.
    """
    cube = shelf.cube(asked.edition)
    wanted = asked.wanted(cube, Every(tuple(read_box(asked.bbox, CRS84)) if asked.bbox is not None else ()))
    begins = Cursor.parse(asked.after) if asked.after is not None else Cursor()
    following: list[str] = []

    def body() -> bytes:
        with shelf.reading() as connection:
            total = shelf.kept(("events", repr(wanted)), lambda: count_events(connection, wanted))
            page = list_events(connection, wanted, Asked(asked.limit, CRS84.srid, CRS84.decimals, begins, asked.offset))
        if page.following is not None:
            following.append(page_after(request, str(page.following)))
        listed = EventList(page, total, asked.limit, asked.offset, following[0] if following else None)
        return write_events(listed, asked.format, asked.dialect)

    answer = respond(request, Freshness(cube.version, cube.published_at, Audience.STAFF), asked.format.media_type, body)
    if following:
        answer.headers["Link"] = f'<{following[0]}>; rel="next"'
    return answer
