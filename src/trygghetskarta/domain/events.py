"""What an adapter gives: a batch of events as columns, and the rows it had to reject."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.read_as import PLAIN, ReadAs

if TYPE_CHECKING:
    import pyarrow as pa

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

NO_TIME = np.iinfo(np.int64).min
"""An instant that is not known, in the microsecond columns of a batch."""


class Precision(IntEnum):
    """How exactly a place is known, most exact first. Stored as its number."""

    POINT = 0
    STREET = 1
    BASOMRADE = 2
    STADSDEL = 3
    STADSDELSOMRADE = 4
    STAD = 5
    NONE = 6
    OUTSIDE = 7

    @property
    def told(self) -> str:
        """Its name to people and programs: that of the city's own level where it is one."""
        return AreaLevel[self.name].value if self.name in AreaLevel.__members__ else self.name.lower()


class TimePrecision(IntEnum):
    """How exactly a time is known. Stored as its number."""

    MINUTE = 0
    DAY = 1
    MONTH = 2


@dataclass(frozen=True, slots=True)
class Message:
    """A code with its sentence in both languages.

    Attributes:
        code: What a program looks at, for example "no_such_date".
        swedish: One sentence.
        english: The same.
    """

    code: str
    swedish: str
    english: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """One row that was not taken in.

    Attributes:
        line: The line of the file on which the row begins, as a text editor or Excel counts; 1 is the first.
        column: The column at fault, as the file names it; empty when the whole row is.
        value: What stood there, at most 80 characters, escaped.
        message: What is wrong with it.
        raw: The row's own bytes, as they stand in the file.
    """

    line: int
    column: str
    value: str
    message: Message
    raw: bytes


VICTIM_AREA, VICTIM_AGE = "victim_area", "victim_age"
"""The names of two further facts of an event: the area the victim lives in, and which side of 65 years the victim is."""
OLDER, YOUNGER = "65+", "<65"
"""All that is kept of a victim's age."""


class WarningCode(StrEnum):
    """What a receipt may warn of. The rows are loaded all the same."""

    NOT_UTF8 = "not_utf8"
    UNKNOWN_COLUMN = "unknown_column"
    UNKNOWN_CODE = "unknown_code"
    OUTSIDE = "outside"
    PLACEHOLDER_POINT = "placeholder_point"
    AREA_DISAGREES = "area_disagrees"
    NONEXISTENT_LOCAL_TIME = "nonexistent_local_time"
    AMBIGUOUS_LOCAL_TIME = "ambiguous_local_time"
    NEAREST_AREA = "nearest_area"
    DUPLICATE_ROW = "duplicate_row"
    POSSIBLE_DUPLICATE = "possible_duplicate"
    NO_VALUE = "no_value"
    ORDER = "order"
    DIGEST = "digest"
    WITHHELD = "withheld"
    OLDER_ANSWER = "older_answer"
    TAKEN_BACK = "taken_back"
    UNREAD_AGE = "unread_age"
    LOST_ZEROS = "lost_zeros"
    MERGED_CELLS = "merged_cells"


@dataclass(frozen=True, slots=True)
class Warned:
    """Something the receipt tells without rejecting a row.

    Attributes:
        code: What kind of warning.
        count: How many rows it is about.
        swedish: One sentence; `{}` stands for how many rows, in words.
        english: The same.
    """

    code: WarningCode
    count: int
    swedish: str
    english: str

    def told(self) -> Warned:
        """Give the warning with its number of rows in the sentences."""
        rader, rows = ("1 rad", "1 row") if self.count == 1 else (f"{self.count} rader", f"{self.count} rows")
        return replace(self, swedish=self.swedish.replace("{}", rader), english=self.english.replace("{}", rows))


def told_together(warnings: Iterable[Warned]) -> tuple[Warned, ...]:
    """Add up the warnings that the parts of a file gave, and put the numbers into their sentences.

    Args:
        warnings: Of all parts, in order.

    Returns:
        One for each code and sentence, as first met.
    """
    counted: dict[tuple[WarningCode, str, str], int] = {}
    for warning in warnings:
        kind = (warning.code, warning.swedish, warning.english)
        counted[kind] = counted.get(kind, 0) + warning.count
    return tuple(Warned(code, count, swedish, english).told() for (code, swedish, english), count in counted.items())


@dataclass(slots=True)
class EventBatch:
    """Events of one file as columns of equal length (rows,).

    Attributes:
        line: Line of the file each event begins on, 1-based.
        identity: The source's own id as text; null where the source gives none, and then the event is known by its values.
        kind: What the source calls the kind of event, as it stands in the file.
        starts_at: When it began, microseconds since 1970 UTC; NO_TIME when not known.
        ends_at: When it ended, likewise.
        time_precision: TimePrecision of the start.
        reported_on: Day it was reported, days since 1970; NO_TIME when not known.
        month: Month it counts in, months since 1970.
        antal: How many events the row stands for, >= 1.
        x: Easting or longitude in the file's coordinate system; NaN without a point.
        y: Northing or latitude; NaN without a point.
        precision: Precision of the place the row itself gives (a point, an area's code or name, the city, nothing).
        area: The code or name of the area given, null where there is none.
        withdrawn: True where the source has taken the event back.
        detail: Further facts as a JSON object text; null where there are none.
    """

    line: Ints
    identity: pa.StringArray
    kind: pa.StringArray
    starts_at: Ints
    ends_at: Ints
    time_precision: Ints
    reported_on: Ints
    month: Ints
    antal: Ints
    x: Floats
    y: Floats
    precision: Ints
    area: pa.StringArray
    withdrawn: Bools
    detail: pa.StringArray

    def __len__(self) -> int:
        """How many events."""
        return len(self.line)


@dataclass(slots=True)
class Reading:
    """What an adapter made of one part of a file: some hundred thousand rows at most.

    Attributes:
        events: The rows that are events.
        raw_of: Gives the bytes of an event's row as they stand in the file, by its number in the batch.
        rejected: The rows that are not.
        blank: How many rows were empty or a footer.
        warnings: What the receipt should tell.
        srid: EPSG number of the batch's x and y; None when no row has a point.
        area_precision: Precision of a row that has no point but names an area.
        upto: How many bytes of the file have been read after this part.
        head: The row that names the columns, to stand above rejected rows; empty where rows name their columns themselves.
        id_column: The column of the ids, as the file names it; empty where an event's id is made of several.
        read_as: How the bytes were read, as far as this part.
        figures: Of a file of counts, how many are a number, withheld, missing, unknown and notApplicable.
    """

    events: EventBatch
    raw_of: Callable[[int], bytes]
    rejected: list[Rejected] = field(default_factory=list)
    blank: int = 0
    warnings: list[Warned] = field(default_factory=list)
    srid: int | None = None
    area_precision: Precision = Precision.NONE
    upto: int = 0
    head: bytes = b""
    id_column: str = ""
    read_as: ReadAs = PLAIN
    figures: Mapping[str, int] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """How many rows were read in all."""
        return len(self.events) + len(self.rejected) + self.blank
