"""What an adapter is: a file to accepted columns and rejected rows, without a database."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Protocol

from trygghetskarta.domain.areas import AreaLevel, ByDay
from trygghetskarta.domain.events import Precision, Reading
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.domain.values import ValueReading


@dataclass(frozen=True, slots=True)
class DeliveredFile:
    """A file as it was delivered.

    Attributes:
        name: Its name, without folders.
        path: Where its bytes lie, unpacked.
        sha256: Hash of the bytes as they came, packed or not.
        size: Length of the bytes as they came.
        packing: What they were packed with, gzip or zip; None where they were not.
        member: The file in a zip archive, as it may be shown.
    """

    name: str
    path: Path
    sha256: str
    size: int
    packing: str | None = None
    member: str | None = None


@dataclass(frozen=True, slots=True)
class CityBox:
    """Where the city lies: (left, bottom, right, top) in metres, and the plane they are in."""

    box: tuple[float, float, float, float]
    srid: int


@dataclass(frozen=True, slots=True)
class Context:
    """What an adapter may know of the world outside the file.

    Attributes:
        municipality: The municipality's name, as sources write it.
        county: The county's name, as sources write it.
        stadsdelar: Code by case-folded name of every stadsdel, by the day on which it was named; at all times the same names.
        areas: The codes, and the names made codes, that some edition has at each level.
        city: Where the city lies.
        now: When the file was received; nothing can have happened later.
        srid: The coordinate system the sender states for this file; None for the layout's own.
        layout: A foreign layout to read by; None for the source's own.
        editions: First days of the divisions of the city that are loaded.
        others: The layouts of the other sources, by source: a file that fits one of them was sent to the wrong place.
    """

    municipality: str
    county: str
    stadsdelar: ByDay[Mapping[str, str]]
    areas: Mapping[AreaLevel, frozenset[str]]
    city: CityBox
    now: datetime
    srid: int | None = None
    layout: Layout | None = None
    editions: tuple[date, ...] = ()
    others: Mapping[SourceId, tuple[Layout, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Layout:
    """Which column of a table holds what: a source's own layout, or one that a mapping file states.

    Attributes:
        name: What the receipt calls it.
        columns: Column by field. Fields: id, kind, start, startTime, end, endTime, reported, antal, x, y, area, municipality, status.
        required: Fields whose column must be in the file.
        formats: Date format by field (as strptime writes them); several are tried in order.
        srid: EPSG number of x and y, when the sender states none.
        area_level: Level of the area column.
        kind_pattern: What a kind must look like, a regular expression; empty for anything.
        constants: Value by field, for a field that has no column.
        codes: Value by the file's value, by field.
        withdrawn: Values of the status field that take an event back, case-folded.
        without_place: What is known of the place of a row that gives none.
        detail: Column by the name of a further fact that is kept.
    """

    name: str
    columns: Mapping[str, str]
    required: tuple[str, ...]
    formats: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    srid: int | None = None
    area_level: AreaLevel | None = None
    kind_pattern: str = ""
    constants: Mapping[str, str] = field(default_factory=dict)
    codes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    withdrawn: frozenset[str] = frozenset()
    without_place: Precision = Precision.NONE
    detail: Mapping[str, str] = field(default_factory=dict)


class Source(Protocol):
    """An adapter.

    Attributes:
        source: The source it reads.
        version: Changes when the same file would be read otherwise than before.
    """

    source: SourceId
    version: str

    @property
    def layouts(self) -> tuple[Layout, ...]:
        """The tables it knows."""
        ...

    def read(self, file: DeliveredFile, context: Context) -> Iterator[Reading]:
        """Read a file of this source.

        Args:
            file: The file.
            context: What is known outside it.

        Returns:
            Every row, as an event or as a rejected row, a part of the file at a time.

        Raises:
            BadDeliveryError: The file as a whole cannot be used.
        """
        ...


class ValueSource(Protocol):
    """An adapter of files of values, which are not events.

    Attributes:
        source: The source it reads.
        version: Changes when the same file would be read otherwise than before.
        value_layouts: The tables of values it knows.
    """

    source: SourceId
    version: str
    value_layouts: tuple[Layout, ...]

    def values(self, file: DeliveredFile, context: Context) -> Iterator[ValueReading] | None:
        """Read a file of values.

        Args:
            file: The file.
            context: What is known outside it.

        Returns:
            Every row, as a value or as a rejected row; None when the file is one of events, for a source that has both.

        Raises:
            BadDeliveryError: The file as a whole cannot be used.
        """
        ...
