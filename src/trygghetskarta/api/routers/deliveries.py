"""Deliveries: send a file, read its receipt and its rejected rows, approve it or take it back.

What delivers is imported when the first delivery arrives: a worker that only answers questions never needs it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from http import HTTPStatus
from pathlib import Path as FilePath
from typing import Annotated, Any, TypeVar, cast

import orjson
from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from trygghetskarta import __version__
from trygghetskarta.api.caching import tagged
from trygghetskarta.api.deps import CurrentCaller, CurrentDesk, CurrentSettings
from trygghetskarta.api.desk import Desk
from trygghetskarta.api.following import Progress, followed, unheard, wants_to_follow
from trygghetskarta.api.question import MOST, ListParameters, NoParameters
from trygghetskarta.api.receiving import receive_file
from trygghetskarta.api.scopes import APPROVE, DELIVER, RECEIPTS, ROWS
from trygghetskarta.api.shelf import Shelf
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.errors import ForbiddenError
from trygghetskarta.ingest.temporary import temporary_folder
from trygghetskarta.queries.deliveries import Wanted, count_deliveries, find_delivery, list_deliveries, rejected_kinds, rejected_rows
from trygghetskarta.settings import Settings

router = APIRouter(prefix="/v1/deliveries", tags=["Leveranser"])

DeliveryId = Annotated[
    int, Path(alias="deliveryId", ge=1, le=MOST, description="Leveransens nummer. / Number of the delivery.", examples=[1])
]

_T = TypeVar("_T")
_log = logging.getLogger(__name__)
_KEPT_BY = "deliverer"
"""Who may keep an answer: nobody in between."""
# One at work and one that waits for it: a worker is there to answer questions. More wait with their files on disk.
_AT_ONCE = 2
_BODY = {
    "requestBody": {
        "required": True,
        "description": "Filens byte, som de är. Namnet står i Content-Disposition. / The file's bytes, as they are.",
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


class DeliveryParameters(BaseModel):
    """What the sender says of a file."""

    model_config = ConfigDict(extra="forbid")

    source: Annotated[SourceId, Field(description="Källan filen kommer från. / The source the file is from.")]
    crs: Annotated[
        int | None, Field(description="Koordinaternas EPSG-nummer, om det inte är källans eget. / EPSG number.", examples=[3006])
    ] = None
    complete: Annotated[
        bool,
        Field(
            description="Hela månader: händelser i dem som filen saknar dras tillbaka. / Whole months: what the file lacks is withdrawn."
        ),
    ] = False


class DeliveriesParameters(ListParameters):
    """Which deliveries of the list."""

    source: Annotated[SourceId | None, Field(description="Bara från den här källan. / Only from this source.")] = None
    status: Annotated[
        str | None,
        Field(
            pattern="^(received|held|published|unchanged|refused|withdrawn)$",
            description="Bara med det här läget. / Only with this status: received, held, published, unchanged, refused or withdrawn.",
        ),
    ] = None


class RejectedFormat(StrEnum):
    """How rejected rows are written: as JSON, explained as CSV, or as they came under the file's header."""

    JSON = "json"
    CSV = "csv"
    ORIGINAL = "original"


class RejectedParameters(ListParameters):
    """Which rejected rows, and how."""

    format: Annotated[
        RejectedFormat,
        Field(description="json; csv med fel och råd; original: radernas egna tecken, att rätta. / json, csv explained, or as they came."),
    ] = RejectedFormat.JSON


@router.post("", summary="Leverera en fil", status_code=201, response_class=Response, dependencies=[DELIVER], openapi_extra=_BODY)
async def deliver_file(
    request: Request, settings: CurrentSettings, caller: CurrentCaller, parameters: Annotated[DeliveryParameters, Query()]
) -> Response:
    """Ta emot en fil och ge kvittot: 201 inläst, 202 väntar på godkännande, 422 avvisad; eller, med `Accept: text/event-stream`, förloppet.

    Take in a file and give the receipt: 201 when it is in, 202 when it is held for approval, 422 when it is refused. With
    `Accept: text/event-stream` it is told instead how far the reading has come, and last the receipt or the problem.
    """
    if parameters.source not in caller.sources:
        raise ForbiddenError(
            f"Du har inte rätt att leverera {parameters.source}.", f"You do not have the right to deliver {parameters.source}."
        )
    with ExitStack() as stack:
        path = await receive_file(request, stack.enter_context(temporary_folder()), settings.delivery_limit)
        kept = stack.pop_all()

    async def work(progress: Progress) -> dict[str, Any]:
        with kept:
            return await _at_work(request, lambda engine: _deliver(engine, settings, _Sent(parameters, path, progress)))

    if wants_to_follow(request):
        return followed(request, work)
    document = await work(unheard)
    status = HTTPStatus.ACCEPTED if document["status"] == "held" else HTTPStatus.CREATED
    return _json(document, status, {"Location": f"/v1/deliveries/{document['delivery']}"})


@router.get("", summary="Leveranser", response_class=Response, dependencies=[RECEIPTS])
def deliveries(
    request: Request, desk: CurrentDesk, caller: CurrentCaller, parameters: Annotated[DeliveriesParameters, Query()]
) -> Response:
    """Leveranserna med sina kvitton, de senaste först.

    The deliveries with their receipts, the latest first.
    """
    wanted = Wanted(parameters.limit, parameters.offset, parameters.source, parameters.status, caller.sources_seen)
    with desk.connect() as connection:
        rows = list_deliveries(connection, wanted)
        total = count_deliveries(connection, wanted)
    listed = {"items": [_document(row) for row in rows], "total": total, "limit": wanted.limit, "offset": wanted.offset}
    return _tagged(request, listed, max(map(_changed_at, rows), default=None))


@router.get("/{deliveryId}", summary="En leverans", response_class=Response, dependencies=[RECEIPTS])
def delivery(
    request: Request, delivery_id: DeliveryId, desk: CurrentDesk, caller: CurrentCaller, _: Annotated[NoParameters, Query()]
) -> Response:
    """En leverans med sitt kvitto.

    One delivery with its receipt.
    """
    with desk.connect() as connection:
        row = find_delivery(connection, delivery_id, caller.sources_seen)
    return _tagged(request, _document(row), _changed_at(row))


@router.get("/{deliveryId}/rejected", summary="Avvisade rader", response_class=Response, dependencies=[ROWS])
def rejected(
    request: Request,
    delivery_id: DeliveryId,
    desk: CurrentDesk,
    caller: CurrentCaller,
    parameters: Annotated[RejectedParameters, Query()],
) -> Response:
    """Raderna som inte togs in, med fel och råd på två språk; eller som de kom, att rätta och skicka igen. CSV ger alla rader.

    The rows that were not taken in, with faults and hints; or as they came, to be mended and sent again. CSV gives every row.
    """
    from trygghetskarta.serialize.receipts import as_they_came, explained, header_of, kind_document, rejected_document

    if parameters.format is RejectedFormat.JSON:
        with desk.connect() as connection:
            found = find_delivery(connection, delivery_id, caller.sources_seen)
            rows = rejected_rows(connection, delivery_id, parameters.offset, parameters.limit)
            items = [rejected_document(row) for row in rows]
            kinds = [kind_document(kind) for kind in rejected_kinds(connection, delivery_id)]
        listed = {"items": items, "total": found["rows_rejected"], "limit": parameters.limit, "offset": parameters.offset, "kinds": kinds}
        return _tagged(request, listed, found["received_at"])
    with desk.connect() as connection:
        found = find_delivery(connection, delivery_id, caller.sources_seen)
    original = parameters.format is RejectedFormat.ORIGINAL

    def written() -> Iterator[bytes]:
        with desk.connect() as connection:
            rows = rejected_rows(connection, delivery_id)
            yield from as_they_came(rows, header_of(found)) if original else explained(rows)

    name = f"avvisade-{delivery_id}{'-original' if original else ''}.csv"
    # What was rejected never changes, so that the file is known by what it was made of.
    unread = tagged(request, f"{found['sha256']} {name} {__version__}".encode(), "text/plain", found["received_at"], _KEPT_BY)
    if unread.status_code == HTTPStatus.NOT_MODIFIED:
        return unread
    validators = {name: unread.headers[name] for name in ("ETag", "Last-Modified", "Cache-Control", "Vary")}
    headers = {"Content-Disposition": f'attachment; filename="{name}"', **validators}
    return StreamingResponse(written(), headers=headers, media_type="application/octet-stream" if original else "text/csv; charset=utf-8")


@router.post("/{deliveryId}/approve", summary="Godkänn en leverans", response_class=Response, dependencies=[APPROVE])
async def approve(request: Request, delivery_id: DeliveryId, settings: CurrentSettings, _: Annotated[NoParameters, Query()]) -> Response:
    """Publicera en leverans som väntar på godkännande. Med `Accept: text/event-stream` berättas hur långt det har kommit.

    Publish a delivery that is held for approval. With `Accept: text/event-stream` it is told how far that has come.
    """

    async def work(progress: Progress) -> dict[str, Any]:
        return await _at_work(request, lambda engine: _approve(engine, settings, delivery_id, progress))

    return followed(request, work) if wants_to_follow(request) else _json(await work(unheard))


@router.post("/{deliveryId}/withdraw", summary="Dra tillbaka en leverans", response_class=Response, dependencies=[APPROVE])
async def withdraw(request: Request, delivery_id: DeliveryId, _: Annotated[NoParameters, Query()]) -> Response:
    """Dra tillbaka en leverans: den räknas inte längre, det den ersatte räknas igen, och historiken finns kvar.

    Take a delivery back: it is no longer counted, what it replaced is counted again, and the history is kept.
    """
    return _json(await _at_work(request, lambda engine: _withdraw(engine, delivery_id)))


async def _at_work(request: Request, work: Callable[[Engine], _T]) -> _T:
    """Do what takes its time in a thread, over connections of its own: those that answer questions are left alone.

    Whoever has the receipt and then asks this worker gets figures with the delivery in them.
    """
    state = request.app.state
    desk, shelf = cast("Desk", state.desk), cast("Shelf", state.shelf)
    if not hasattr(state, "at_work"):
        state.at_work = CapacityLimiter(_AT_ONCE)

    def whole() -> _T:
        with desk.at_work() as engine:
            done = work(engine)
        try:
            shelf.refresh()
        except SQLAlchemyError as error:
            # What was to be done is done; the shelf looks again by itself.
            _log.warning("The figures are not refreshed yet: %s", error)
        return done

    return await to_thread.run_sync(whole, limiter=state.at_work)


@dataclass(frozen=True, slots=True)
class _Sent:
    """A file that has come, what its sender says of it, and who hears how far its reading has come."""

    parameters: DeliveryParameters
    path: FilePath
    progress: Progress


def _deliver(engine: Engine, settings: Settings, sent: _Sent) -> dict[str, Any]:
    from trygghetskarta.delivering import Delivering, deliver

    how = Delivering(sent.parameters.source, sent.parameters.crs, None, sent.parameters.complete)
    return _found(engine, deliver(engine, settings, how, sent.path, sent.progress).delivery)


def _approve(engine: Engine, settings: Settings, delivery_id: int, progress: Progress) -> dict[str, Any]:
    from trygghetskarta import delivering

    return _found(engine, delivering.approve(engine, settings, delivery_id, progress).delivery)


def _withdraw(engine: Engine, delivery_id: int) -> dict[str, Any]:
    from trygghetskarta import delivering

    return _found(engine, delivering.withdraw(engine, delivery_id).delivery)


def _row(engine: Engine, delivery_id: int) -> dict[str, Any]:
    with engine.connect() as connection:
        return find_delivery(connection, delivery_id)


def _found(engine: Engine, delivery_id: int) -> dict[str, Any]:
    return _document(_row(engine, delivery_id))


def _document(row: dict[str, Any]) -> dict[str, Any]:
    from trygghetskarta.serialize.receipts import stored_document

    return stored_document(row)


def _json(body: dict[str, Any], status: HTTPStatus = HTTPStatus.OK, headers: dict[str, str] | None = None) -> Response:
    written = orjson.dumps(body, option=orjson.OPT_UTC_Z)
    return Response(written, status.value, {"Cache-Control": "no-store", **(headers or {})}, "application/json")


def _tagged(request: Request, body: dict[str, Any], changed_at: datetime | None) -> Response:
    """Answer a GET with a tag of what it says: a delivery changes without anything being published."""
    return tagged(request, orjson.dumps(body, option=orjson.OPT_UTC_Z), "application/json", changed_at, _KEPT_BY)


def _changed_at(row: dict[str, Any]) -> datetime:
    """Give when a delivery last changed: when it was published, or came."""
    changed: datetime = row["published_at"] or row["received_at"]
    return changed
