"""Answers about deliveries: receipts, and the rows that were not taken in."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from trygghetskarta.api.answers.parts import MonthText, Page, Part
from trygghetskarta.domain.sources import SourceId


class SaidTold(Part):
    """Vad avsändaren sade om filen. / What the sender said of the file."""

    model_config = ConfigDict(extra="allow")

    crs: int | None = None
    mapping: str | None = None
    complete: bool = False


class RowsTold(Part):
    """Raderna: read = new + changed + unchanged + rejected + blank. / The rows of the file."""

    read: int
    new: int
    changed: int
    unchanged: int
    rejected: int
    blank: int


class ReasonTold(Part):
    """Varför en leverans väntar. / Why a delivery is held."""

    code: str
    message: str
    message_en: str


class WarningTold(ReasonTold):
    """Något att veta om filens rader. / Something to know of the rows."""

    count: int


class WithdrawnTold(Part):
    """Händelser som filen inte längre berättar om och som därför drogs tillbaka. / Events the file lacks, and so took back."""

    events: int
    months: Annotated[dict[str, int], Field(description="Hur många per månad. / How many by month.")]


class DuplicateTold(ReasonTold):
    """Att samma fil har tagits emot förut. / That the same file was received before."""

    received_at: datetime


class WithdrawalTold(Part):
    """Vad återtagandet gjorde. / What the withdrawal did."""

    closed: int
    restored: int


class ReadAsTold(Part):
    """Hur filens byte lästes. / How the bytes of the file were read."""

    format: Literal["csv", "xlsx", "json", "jsonl", "geojson", "gpkg", "parquet"]
    encoding: Literal["utf-8", "utf-8-sig", "cp1252"] | None
    separator: Annotated[Literal[";", ",", "\t"] | None, Field(description="Mellan kolumnerna. / Between the columns.")]
    line_ends: Literal["LF", "CRLF", "CR", "mixed"] | None
    header_line: Annotated[int | None, Field(description="Raden med rubriken. / The line of the header.")]
    table: Annotated[str | None, Field(description="Bladet eller lagret. / The sheet or the layer.")]
    packing: Literal["gzip", "zip"] | None
    member: Annotated[str | None, Field(description="Filen i zip-arkivet. / The file in the zip archive.")]
    message: str
    message_en: str


class DeliveryTold(Part):
    """En leverans och dess kvitto. / A delivery and its receipt."""

    delivery: int
    source: SourceId
    file: str
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    bytes: int
    status: Literal["received", "held", "published", "unchanged", "refused", "withdrawn"]
    adapter: str | None
    said: SaidTold
    received_at: datetime
    published_at: datetime | None
    rows: RowsTold
    read_as: ReadAsTold | None = None
    placed: Annotated[dict[str, int], Field(description="Antal per precision. / How many by precision.")] = Field(default_factory=dict)
    figures: Annotated[
        dict[str, int],
        Field(
            description="Siffrorna i en fil med antal eller värden: number, withheld, missing, unknown, notApplicable. / The figures of a file."
        ),
    ] = Field(default_factory=dict)
    months: list[MonthText] | None = None
    withdrawn: WithdrawnTold | None = None
    duplicate_of: int | None = None
    duplicate: DuplicateTold | None = None
    warnings: list[WarningTold] = Field(default_factory=list)
    reasons: list[ReasonTold] = Field(default_factory=list)
    withdrawal: WithdrawalTold | None = None
    code: str | None = None
    refused: str | None = None
    refused_en: str | None = None


class Deliveries(Page):
    """Leveranserna. / The deliveries."""

    items: list[DeliveryTold]


class RejectedRow(Part):
    """En avvisad rad. / A rejected row."""

    file: str
    line: int
    column: str
    code: str
    value: str
    message: str
    message_en: str
    hint: str
    hint_en: str
    row: str


class RejectedKind(Part):
    """Ett slags fel bland de avvisade raderna. / One kind of fault among the rejected rows."""

    code: str
    column: str
    count: int
    message: Annotated[str, Field(description="Felet på den första raden med det. / The fault on the first such row.")]
    message_en: str
    hint: str
    hint_en: str


class Rejected(Page):
    """De avvisade raderna. / The rejected rows."""

    items: list[RejectedRow]
    kinds: Annotated[
        list[RejectedKind],
        Field(description="Felen bland alla avvisade rader, de vanligaste först. / The faults of all rows, commonest first."),
    ]
