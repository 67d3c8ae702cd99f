"""The registry of formats: a published answer to bytes and their media type."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import orjson

from trygghetskarta.domain.counts import Published
from trygghetskarta.serialize.csv import Dialect, table
from trygghetskarta.serialize.figures import Row, comparison_rows, head, series_rows
from trygghetskarta.serialize.geojson import Outlines, by_area, feature_collection, series_collection
from trygghetskarta.serialize.sentences import sentences
from trygghetskarta.serialize.xlsx import workbook


class Format(StrEnum):
    """What an answer can be written as."""

    GEOJSON = "geojson"
    JSON = "json"
    CSV = "csv"
    XLSX = "xlsx"

    @property
    def media_type(self) -> str:
        """The media type of the format."""
        return {
            "geojson": "application/geo+json",
            "json": "application/json",
            "csv": "text/csv; charset=utf-8",
            "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }[self.value]


@dataclass(frozen=True, slots=True)
class Writing:
    """How to write an answer: the format, the CSV's dialect, and the outlines of the areas for GeoJSON."""

    format: Format
    dialect: Dialect
    outlines: Outlines


def write_comparison(published: Published, writing: Writing) -> bytes:
    """Write the answer to a comparison.

    Args:
        published: The answer.
        writing: How.

    Returns:
        The bytes.
    """
    rows = comparison_rows(published)
    match writing.format:
        case Format.GEOJSON:
            return feature_collection(head(published, sentences(published)), rows, writing.outlines)
        case Format.JSON:
            return orjson.dumps({**head(published, sentences(published)), "items": rows, "total": len(rows)})
        case Format.CSV:
            return table(rows, _columns(rows), writing.dialect)
        case Format.XLSX:
            return workbook(published, rows, _columns(rows), sentences(published))


def write_series(published: Published, writing: Writing) -> bytes:
    """Write the answer to a series.

    Args:
        published: The answer.
        writing: How.

    Returns:
        The bytes.
    """
    rows = series_rows(published)
    match writing.format:
        case Format.GEOJSON:
            return series_collection(head(published, sentences(published)), rows, writing.outlines)
        case Format.JSON:
            return orjson.dumps({**head(published, sentences(published)), "series": by_area(rows)})
        case Format.CSV:
            return table(rows, _columns(rows), writing.dialect)
        case Format.XLSX:
            return workbook(published, rows, _columns(rows), sentences(published))


def _columns(rows: list[Row]) -> list[str]:
    return list(rows[0]) if rows else ["code"]
