"""How the bytes of a delivered file were read, so that whoever sent it sees that it was read as it was meant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

BOM = b"\xef\xbb\xbf"
MIXED = "mixed"
_FORMATS = {
    "csv": "CSV",
    "xlsx": "Excel",
    "json": "JSON",
    "jsonl": "JSON Lines",
    "geojson": "GeoJSON",
    "gpkg": "GeoPackage",
    "parquet": "Parquet",
}
_TABLES = {"xlsx": ("bladet", "the sheet"), "gpkg": ("lagret", "the layer")}
_ENCODINGS = {"utf-8": ("UTF-8", "UTF-8"), "utf-8-sig": ("UTF-8 med BOM", "UTF-8 with a BOM"), "cp1252": ("Windows-1252", "Windows-1252")}
_SEPARATORS = {";": ("semikolon", "semicolons"), ",": ("komma", "commas"), "\t": ("tabb", "tabs")}


@dataclass(frozen=True, slots=True)
class ReadAs:
    """How a file was read. What its format does not have is None.

    Attributes:
        format: csv, xlsx, json, jsonl, geojson, gpkg or parquet.
        encoding: utf-8, utf-8-sig (with a byte order mark) or cp1252.
        separator: What separates the columns: a semicolon, a comma or a tab.
        line_ends: What the rows end with: LF, CRLF, CR or mixed.
        header_line: The line, or row of a sheet, that names the columns, 1-based.
        table: The sheet of a workbook or the layer of a GeoPackage, as it may be shown.
        packing: gzip or zip; None where the file was not packed.
        member: The file in a zip archive, as it may be shown.
    """

    format: str
    encoding: str | None = None
    separator: str | None = None
    line_ends: str | None = None
    header_line: int | None = None
    table: str | None = None
    packing: str | None = None
    member: str | None = None

    def and_on(self, later: ReadAs) -> ReadAs:
        """Give it for the file as far as a later part of it, whose rows may end with something else."""
        return replace(self, line_ends=together({self.line_ends, later.line_ends}))

    def told(self) -> dict[str, Any]:
        """Give it as JSON has it, and in words."""
        said = list(self._said())
        return {
            "format": self.format,
            "encoding": self.encoding,
            "separator": self.separator,
            "lineEnds": self.line_ends,
            "headerLine": self.header_line,
            "table": self.table,
            "packing": self.packing,
            "member": self.member,
            "message": ", ".join(swedish for swedish, _ in said),
            "messageEn": ", ".join(english for _, english in said),
        }

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> ReadAs:
        """Read what `told` gave."""
        names = ("format", "encoding", "separator", "lineEnds", "headerLine", "table", "packing", "member")
        return cls(*(told[name] for name in names))

    def _said(self) -> Iterator[tuple[str, str]]:
        """Say it part by part, in Swedish and in English."""
        yield _FORMATS[self.format], _FORMATS[self.format]
        if self.table is not None:
            swedish, english = _TABLES[self.format]
            yield f"{swedish} {self.table}", f"{english} {self.table}"
        if self.encoding is not None:
            yield _ENCODINGS[self.encoding]
        if self.separator is not None:
            swedish, english = _SEPARATORS[self.separator]
            yield f"{swedish} mellan kolumnerna", f"{english} between the columns"
        if self.line_ends is not None:
            yield (
                ("blandade radslut", "mixed line ends")
                if self.line_ends == MIXED
                else (f"radslut {self.line_ends}", f"line ends {self.line_ends}")
            )
        if self.header_line is not None:
            yield f"rubriken på rad {self.header_line}", f"the header on line {self.header_line}"
        if self.packing is not None:
            inner, inner_en = (f" (filen {self.member})", f" (the file {self.member})") if self.member is not None else ("", "")
            yield f"packad med {self.packing}{inner}", f"packed with {self.packing}{inner_en}"


PLAIN = ReadAs("csv")
"""What is said of a table until its reader says more."""


def together(line_ends: set[str | None]) -> str | None:
    """Name what rows end with that end with any of these; None stands for no end at all."""
    met = line_ends - {None}
    return MIXED if len(met) > 1 else next(iter(met), None)
