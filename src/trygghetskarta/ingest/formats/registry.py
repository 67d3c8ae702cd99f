"""Which reader a file needs: by its first bytes, and by its name where they do not tell."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib import import_module
from pathlib import Path

from trygghetskarta.errors import BadDeliveryError
from trygghetskarta.ingest.contract import DeliveredFile
from trygghetskarta.ingest.formats import delimited, json_rows
from trygghetskarta.ingest.reading import Fits, TextTable

Reader = Callable[[Path, str, Fits], Iterator[TextTable]]

# By the names of their modules: some bring large libraries along, which a CSV file need not pay for.
_MAGIC = {b"PK\x03\x04": "sheets", b"SQLite format 3\x00": "geopackage", b"PAR1": "parquet"}
_REFUSED = {
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": (
        "en gammal Excelfil (.xls), eller en som har lösenord. Spara den som .xlsx utan lösenord",
        "an old Excel file (.xls), or one with a password. Save it as .xlsx without a password",
    ),
    b"%PDF": ("en PDF. Skicka tabellen som CSV eller Excel", "a PDF. Send the table as CSV or Excel"),
    b"7z\xbc\xaf\x27\x1c": ("ett 7z-arkiv. Packa med zip eller gzip", "a 7z archive. Pack it with zip or gzip"),
    b"Rar!": ("ett rar-arkiv. Packa med zip eller gzip", "a rar archive. Pack it with zip or gzip"),
    b"BZh": ("packad med bzip2. Packa med zip eller gzip", "packed with bzip2. Pack it with zip or gzip"),
    b"\xfd7zXZ\x00": ("packad med xz. Packa med zip eller gzip", "packed with xz. Pack it with zip or gzip"),
    b"\x28\xb5\x2f\xfd": ("packad med zstd. Packa med zip eller gzip", "packed with zstd. Pack it with zip or gzip"),
}
_MARKUP = (
    "en webbsida eller XML-fil. Öppna den i Excel och spara som .xlsx",
    "a web page or XML file. Open it in Excel and save it as .xlsx",
)
_JSON = re.compile(rb"(\xef\xbb\xbf)?\s*(\[\s*[{\]]|\{\s*[\"}])")
_HTML = re.compile(rb"(\xef\xbb\xbf)?\s*<([!?]|html|table)", re.IGNORECASE)
_JSON_NAMES = (".json", ".jsonl", ".ndjson", ".geojson", ".geojsonl")


def open_tables(file: DeliveredFile, fits: Fits) -> Iterator[TextTable]:
    """Read a delivered file, whatever its format.

    Args:
        file: The file, open.
        fits: Tells whether column names are those of a layout.

    Yields:
        Its blocks of rows, at least one.

    Raises:
        BadDeliveryError: It is of a format that is not read (`unknown_format`), or its reader refuses it.
    """
    for table in reader_of(file)(file.path, file.name, fits):
        table.read_as = replace(table.read_as, packing=file.packing, member=file.member)
        yield table


def reader_of(file: DeliveredFile) -> Reader:
    """Choose the reader of a file.

    Raises:
        BadDeliveryError: It is of a format that is not read.
    """
    with file.path.open("rb") as source:
        first = source.read(4096)
    for magic, module in _MAGIC.items():
        if first.startswith(magic):
            reader: Reader = import_module(f"{__package__}.{module}").tables
            return reader
    kind = next((kind for magic, kind in _REFUSED.items() if first.startswith(magic)), None)
    if kind is None and _HTML.match(first):
        kind = _MARKUP
    if kind is not None:
        raise BadDeliveryError(f"{file.name} är {kind[0]}.", f"{file.name} is {kind[1]}.", code="unknown_format")
    name = file.name.casefold().removesuffix(".gz").removesuffix(".zip")
    return json_rows.tables if _JSON.match(first) or name.endswith(_JSON_NAMES) else delimited.tables


def header_of(file: DeliveredFile, fits: Fits) -> list[str]:
    """Give the column names of a file, of which only the first part is read.

    Args:
        file: The file.
        fits: Tells whether column names are those of a layout.

    Returns:
        The names.

    Raises:
        BadDeliveryError: The file as a whole cannot be used.
    """
    return next(open_tables(file, fits)).header
