"""Which reader reads which file."""

from __future__ import annotations

from collections.abc import Iterator

from trygghetskarta.ingest.contract import DeliveredFile
from trygghetskarta.ingest.formats import delimited
from trygghetskarta.ingest.reading import Fits, TextTable


def open_tables(file: DeliveredFile, fits: Fits) -> Iterator[TextTable]:
    """Read a file of any format as parts of a table of texts.

    Args:
        file: The file.
        fits: Tells whether column names are those of a layout.

    Yields:
        Its parts.

    Raises:
        BadDeliveryError: The file as a whole cannot be used.
    """
    yield from delimited.tables(file.path, file.name, fits)


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
