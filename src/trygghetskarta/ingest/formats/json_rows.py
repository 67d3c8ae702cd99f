"""JSON: an array of flat objects, one object a line, or GeoJSON. An object at a time, so that the file may be of any length.

A value that is an object or an array itself is no value of a table: it is put in a column of its own, named `... (nästlad)`, which belongs
to no layout, so that the receipt tells of it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from trygghetskarta.domain.events import Message, Rejected
from trygghetskarta.domain.read_as import BOM, PLAIN, ReadAs
from trygghetskarta.errors import BadDeliveryError
from trygghetskarta.ingest.formats.blocks import BLOCK_LETTERS, BLOCK_ROWS, Texts, no_rows, refuse_many, table_of, unknown_crs
from trygghetskarta.ingest.formats.json_text import BAD_JSON, DECODER, LONGEST, JsonText, Pairs, Row, too_long
from trygghetskarta.ingest.reading import Fits, TextTable, shown, tidy, truncated

_WGS84 = 4326
_EPSG = re.compile(r"EPSG:[^:]*:?([0-9]{4,6})$", re.IGNORECASE)
_DOUBLE = Message("double_column", "Objektet har samma namn två gånger.", "The object has the same name twice.")


def tables(path: Path, name: str, fits: Fits) -> Iterator[TextTable]:
    """Read a JSON file, a block at a time.

    Args:
        path: The file: an array of objects, objects one after another (JSON Lines), or a GeoJSON FeatureCollection.
        name: Its name, for errors.
        fits: Not asked: an object names its own columns.

    Yields:
        Its blocks. A block has all the columns met so far. A feature's position is in the columns `x` and `y`, and its system on the table.

    Raises:
        BadDeliveryError: It is cut off (`truncated`), is not JSON (`bad_json`), has no rows (`no_rows`), or its system is not known (`unknown_crs`).
    """
    del fits
    block = _Block(name)
    given = False
    with path.open("rb") as file:
        has_mark = file.read(len(BOM)) == BOM
        file.seek(0)
        text = JsonText(file, name)
        block.read_as = ReadAs("json", "utf-8-sig" if has_mark else "utf-8")
        for row in _rows(text, block):
            block.add(row)
            if block.is_full:
                given = True
                yield block.table(text.upto)
        if block.rows or block.rejected or (given and block.blank):
            yield block.table(text.upto)
        elif not given:
            raise no_rows(name)


def _rows(text: JsonText, block: _Block) -> Iterator[Row]:
    """Go through the rows of a file, whichever of its shapes it has."""
    if text.take("["):
        yield from _elements(text)
    else:
        collection = _Collection(text, block)
        if collection.is_one():
            block.read_as = replace(block.read_as, format="geojson")
            yield from _elements(text)
            collection.end()
        else:
            block.read_as = replace(block.read_as, format="jsonl")
            text.begin()
            if text.buffer.lstrip().partition("\n")[0].rstrip().endswith("}"):
                yield from _lines(text, block)
                return
            while text.peek():
                yield text.value()
    if text.peek():
        raise text.fault()


def _elements(text: JsonText) -> Iterator[Row]:
    """Go through the objects of an array, whose bracket has been taken."""
    if text.take("]"):
        return
    while True:
        if text.peek() != "{":
            raise text.fault()
        yield text.value()
        if text.take("]"):
            return
        text.need(",")


def _lines(text: JsonText, block: _Block) -> Iterator[Row]:
    """Go through a file of one object a line. A line that is not one is a row that will be rejected, but for a last one that is cut off."""
    file, last = text.file, 0
    file.seek(0)
    for line, own in enumerate(iter(lambda: file.readline(LONGEST + 1), b""), 1):
        text.upto += len(own) if line > 1 else len(own) - text.upto
        if len(own) > LONGEST:
            raise too_long(text.name, line)
        row = Row(None, own.decode("utf-8", "surrogateescape").removeprefix("\ufeff").strip(" \t\r\n"), line)
        if not row.text:
            block.blank += 1
            continue
        try:
            value, end = DECODER.raw_decode(row.text)
            row.value = value if end == len(row.text) else None
        except (json.JSONDecodeError, RecursionError) as error:
            if not own.endswith(b"\n"):
                raise truncated(text.name, last) from error
        last = line
        yield row


@dataclass(slots=True)
class _Collection:
    """A GeoJSON FeatureCollection: an object whose features are read one by one, and whose other members are few."""

    text: JsonText
    block: _Block

    def is_one(self) -> bool:
        """Read the members before the features, and stand at the first feature; False where the object has none."""
        try:
            self.text.need("{")
            while not self.text.take("}"):
                key = self._key()
                if key == "features" and self.text.take("["):
                    self.text.last = 0
                    return True
                self._member(key)
                if self.text.peek() != "}":
                    self.text.need(",")
        except BadDeliveryError as error:
            if error.code == "unknown_crs":
                raise
        return False

    def end(self) -> None:
        """Read the members after the features."""
        srid = self.block.srid
        while not self.text.take("}"):
            self.text.need(",")
            self._member(self._key())
        if srid is not None and self.block.srid != srid:
            raise unknown_crs(self.text.name, "crs efter features", "crs after features")

    def _key(self) -> str:
        if self.text.peek() != '"':
            raise self.text.fault()
        key = str(self.text.value().value)
        self.text.need(":")
        return key

    def _member(self, key: str) -> None:
        value = self.text.value().value
        if key == "crs" and value is not None:
            self.block.srid = _srid_of(value, self.text.name)


def _srid_of(crs: object, name: str) -> int:
    """Give the EPSG number of the system an older GeoJSON names."""
    match crs:
        case {"properties": {"name": str(system)}}:
            found = _EPSG.search(system.strip())
            if found:
                return int(found[1])
            if system.strip().upper().endswith("CRS84"):
                return _WGS84
            raise unknown_crs(name, shown(system), shown(system))
        case _:
            raise unknown_crs(name, "crs utan namn", "crs without a name")


@dataclass(slots=True)
class _Block:
    """Rows gathered so far."""

    name: str
    srid: int | None = None
    columns: dict[str, str] = field(default_factory=dict)
    known: dict[str, str] = field(default_factory=dict)
    rows: list[dict[str, str]] = field(default_factory=list)
    source: list[Row] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    blank: int = 0
    letters: int = 0
    read_as: ReadAs = PLAIN

    @property
    def is_full(self) -> bool:
        return len(self.rows) + len(self.rejected) >= BLOCK_ROWS or self.letters >= BLOCK_LETTERS

    def add(self, row: Row) -> None:
        self.letters += len(row.text)
        if not isinstance(row.value, dict):
            self._reject(row, BAD_JSON)
            return
        facts, is_double = self._facts(row.value)
        texts: dict[str, str] = {}
        for key, value in facts:
            is_nested = isinstance(value, dict | list)
            column = self._column(f"{key} (nästlad)" if is_nested else key)
            is_double = is_double or column in texts
            texts[column] = _text(value)
        if is_double:
            self._reject(row, _DOUBLE)
            return
        self.rows.append(texts)
        row.value = None
        self.source.append(row)

    def _reject(self, row: Row, message: Message) -> None:
        self.rejected.append(Rejected(row.line, "", shown(row.text), message, row.text.encode("utf-8", "surrogateescape")))

    def _facts(self, value: dict[str, Any]) -> tuple[list[tuple[str, Any]], bool]:
        """Give the names and values of an object; of a feature its properties, its position and its id."""
        if value.get("type") != "Feature" or "geometry" not in value:
            return list(value.items()), isinstance(value, Pairs)
        if self.srid is None:
            self.srid = _WGS84
        properties = value.get("properties") or {}
        if not isinstance(properties, dict):
            properties = {"properties": properties}
        taken = {"x", "y"}
        facts = [(f"{key} (egenskap)" if tidy(key).casefold() in taken else key, one) for key, one in properties.items()]
        x, y = _position(value["geometry"])
        facts += [("x", x), ("y", y)]
        if "id" in value and not any(tidy(key).casefold() == "id" for key in properties):
            facts.append(("id", value["id"]))
        return facts, isinstance(value, Pairs) or isinstance(properties, Pairs)

    def _column(self, key: str) -> str:
        """Give the name of a column in the spelling first met."""
        known = self.known.get(key)
        if known is None:
            tidied = tidy(key.encode("utf-8", "replace").decode())
            if not tidied:
                raise BadDeliveryError(f"{self.name}: ett namn är tomt.", f"{self.name}: a name is empty.", code="empty_header")
            known = self.known[key] = self.columns.setdefault(tidied.casefold(), tidied)
            refuse_many(len(self.known), self.name)
        return known

    def table(self, upto: int) -> TextTable:
        """Give the rows gathered as a block, and begin another."""
        source = self.source
        columns: dict[str, Texts] = {column: [row.get(column, "") for row in self.rows] for column in self.columns.values()}
        table = table_of(columns, [row.line for row in source], lambda row: source[row].text.encode("utf-8", "surrogateescape"))
        table.rejected += self.rejected
        table.blank, table.srid, table.upto, table.read_as = self.blank, self.srid, upto, self.read_as
        self.rows, self.source, self.rejected, self.blank, self.letters = [], [], [], 0, 0
        return table


def _text(value: object) -> str:
    match value:
        case str():
            return value
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case _:
            try:
                return json.dumps(value, ensure_ascii=False)
            except RecursionError:
                return "…"


def _position(geometry: object) -> tuple[str, str]:
    """Give the position of a point. Where there is none, both are empty; what is no point is named, which no reader takes for a number."""
    match geometry:
        case None:
            return "", ""
        case {"type": "Point", "coordinates": [x, y, *_]} | {"type": "MultiPoint", "coordinates": [[x, y, *_]]}:
            return (x, y) if isinstance(x, str) and isinstance(y, str) else ("Point", "Point")
        case {"type": "Point" | "MultiPoint", "coordinates": []}:
            return "POINT EMPTY", "POINT EMPTY"
        case {"type": str(kind)}:
            return kind, kind
        case _:
            return "?", "?"
