"""Tiles, packed once and kept: outlines change years apart, and every map asks for the same squares."""

from __future__ import annotations

import gzip
import threading
from collections import OrderedDict
from datetime import UTC, date
from email.utils import format_datetime
from http import HTTPStatus

from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool

from trygghetskarta.api.caching import keep_whole
from trygghetskarta.api.finished import matches
from trygghetskarta.api.shelf import Shelf
from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.tiles import MAX_ZOOM, MIN_ZOOM, Tile
from trygghetskarta.errors import NotFoundError
from trygghetskarta.queries.tiles import Tileset, areas_changed_at, list_tilesets, load_tile
from trygghetskarta.store.engine import one_state

MEDIA_TYPE = "application/vnd.mapbox-vector-tile"

_MOST_BYTES = 32_000_000
_BYTES_BESIDE = 300
"""About what an entry takes besides its bytes."""

_LASTING = "public, max-age=31536000, immutable"
"""Under an address that names the version of the outlines: it will never answer with others."""
_FOR_A_DAY = "public, max-age=86400"
"""Under an address without it: a level that is loaded again is seen the next day."""
_REVALIDATE = "no-cache"
"""Under an address that names a version which is no longer the one that there is."""


class KeptTiles:
    """Hands out tiles, and keeps as many as there is room for, those longest unused given up first."""

    def __init__(self, shelf: Shelf, most_bytes: int = _MOST_BYTES) -> None:
        """Begin empty.

        Args:
            shelf: Knows the database, and when something was published.
            most_bytes: How much may be kept.
        """
        self._shelf = shelf
        self._most_bytes = most_bytes
        self._tilesets: dict[tuple[date, AreaLevel], Tileset] = {}
        self._seen: tuple[int, date | None] | None = None
        self._tiles: OrderedDict[tuple[str, Tile], bytes] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    @property
    def bytes_kept(self) -> int:
        """About how much the kept tiles take."""
        return self._bytes

    async def tilesets(self) -> dict[tuple[date, AreaLevel], Tileset]:
        """Give the tilesets, those of the edition in force first; read again when something was published, and on the day of an edition."""
        if self._seen != self._shelf.state:
            await run_in_threadpool(self._look_again)
        return self._tilesets

    async def tileset(self, edition: date, level: AreaLevel) -> Tileset:
        """Give the tileset of a level of an edition.

        Raises:
            NotFoundError: There is no such edition, or it has no such level.
        """
        tilesets = await self.tilesets()
        found = tilesets.get((edition, level))
        if found is None:
            raise NotFoundError(
                f"Det finns inga kartrutor för nivån {level} i indelningen från {edition}.",
                f"There are no tiles of the level {level} in the edition of {edition}.",
            )
        return found

    async def answer(self, request: Request, tileset: Tileset, tile: Tile, named: str | None = None) -> Response:
        """Answer with a tile, or say that the caller's copy is still good.

        Args:
            request: The request.
            tileset: Which outlines.
            tile: Which square; it need not hold anything.
            named: The version of the outlines that the address names, if it does.

        Returns:
            200 with the tile, 204 where no area touches the square, or 304.

        Raises:
            NotFoundError: There is no such square, or there are no tiles at its zoom.
        """
        if not tile.exists:
            raise NotFoundError(
                f"Kartrutan {tile.z}/{tile.x}/{tile.y} finns inte; zoomnivåerna är {MIN_ZOOM} till {MAX_ZOOM}.",
                f"There is no tile {tile.z}/{tile.x}/{tile.y}; the zooms are {MIN_ZOOM} to {MAX_ZOOM}.",
            )
        version, packed = tileset.version, b""
        if tileset.limits(tile.z).hold(tile):
            kept = self._kept(version, tile)
            version, packed = (version, kept) if kept is not None else await run_in_threadpool(self._make, tileset, tile)
        kept_as = {
            "ETag": f'"{version}-{tile.z}-{tile.x}-{tile.y}"',
            "Last-Modified": format_datetime(tileset.changed_at.astimezone(UTC).replace(microsecond=0), usegmt=True),
            "Cache-Control": _life(named, version),
            "Vary": "Accept-Encoding",
        }
        keep_whole(request)
        return _answer(request, packed, kept_as)

    def _look_again(self) -> None:
        # What is published after this number was read is looked at next time.
        seen = self._shelf.state
        with one_state(self._shelf.engine) as connection:
            changed_at = areas_changed_at(connection)
            if changed_at != next((tileset.changed_at for tileset in self._tilesets.values()), None):
                self._tilesets = list_tilesets(connection)
        self._seen = seen

    def _kept(self, version: str, tile: Tile) -> bytes | None:
        with self._lock:
            packed = self._tiles.get((version, tile))
            if packed is not None:
                self._tiles.move_to_end((version, tile))
            return packed

    def _make(self, tileset: Tileset, tile: Tile) -> tuple[str, bytes]:
        with self._shelf.reading() as connection:
            version, body = load_tile(connection, tileset, tile)
        packed = gzip.compress(body, mtime=0) if body else b""
        with self._lock:
            if (version, tile) not in self._tiles:
                self._tiles[version, tile] = packed
                self._bytes += len(packed) + _BYTES_BESIDE
            while self._bytes > self._most_bytes:
                _, given_up = self._tiles.popitem(last=False)
                self._bytes -= len(given_up) + _BYTES_BESIDE
        return version, packed


def _life(named: str | None, version: str) -> str:
    if named is None:
        return _FOR_A_DAY
    return _LASTING if named == version else _REVALIDATE


def _answer(request: Request, packed: bytes, headers: dict[str, str]) -> Response:
    if matches(request.headers.get("if-none-match", ""), headers["ETag"]):
        return Response(status_code=HTTPStatus.NOT_MODIFIED.value, headers=headers)
    if not packed:
        return Response(status_code=HTTPStatus.NO_CONTENT.value, headers=headers)
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return Response(gzip.decompress(packed), headers=headers, media_type=MEDIA_TYPE)
    return Response(packed, headers={**headers, "Content-Encoding": "gzip"}, media_type=MEDIA_TYPE)
