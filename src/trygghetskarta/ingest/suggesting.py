"""A first draft of a mapping file, from the names of a table's columns."""

from __future__ import annotations

from difflib import get_close_matches

import orjson

from trygghetskarta.domain.areas import AreaLevel

_WORDS = {
    "id": ("id", "händelseid", "ärendenummer", "diarienummer", "k-nummer", "case number", "event id"),
    "kind": ("brottskod", "händelsetyp", "typ", "slag", "kategori", "kod", "type", "primary type", "offense", "iucr"),
    "start": ("tid", "datum", "starttid", "start", "larmtid", "brottsdag start", "brottsdatum", "händelsedatum", "date", "occurred"),
    "end": ("slut", "sluttid", "brottsdag slut", "end", "end date"),
    "reported": ("inskrivningsdatum", "anmälningsdatum", "anmäld", "rapporterad", "reported", "report date"),
    "antal": ("antal", "antal brott", "count", "number"),
    "x": ("x", "öst", "easting", "longitud", "longitude", "lon", "lng", "x-koordinat", "x coordinate"),
    "y": ("y", "nord", "northing", "latitud", "latitude", "lat", "y-koordinat", "y coordinate"),
    "area": (
        "område",
        "basområde",
        "stadsdel",
        "stadsdelsområde",
        "area",
        "community area",
        *(level.swedish.casefold() for level in AreaLevel),
    ),
    "municipality": ("kommun", "municipality", "city"),
    "status": ("status", "läge"),
}
_ALIKE = 0.85


def suggest_mapping(header: list[str]) -> str:
    """Write a mapping file for a table, as far as its columns' names tell; a person checks it.

    Args:
        header: The names of the columns.

    Returns:
        TOML, with the columns that were not understood in a comment.
    """
    found, left = _understood(header)
    lines = ["[columns]", *(f"{field} = {orjson.dumps(found[field]).decode()}" for field in _WORDS if field in found)]
    place = []
    if "x" in found and "y" in found:
        place.append("crs = 4326  # kontrollera: koordinatsystemets EPSG-nummer")
    if "area" in found:
        place.append(f'area_level = "{AreaLevel.STADSDEL}"  # kontrollera: {", ".join(list(AreaLevel)[:-1])}')
    lines += ["", "[place]", *place] if place else []
    if "kind" not in found:
        lines += ["", "[constants]", 'kind = "0000"  # kontrollera: ingen kolumn ser ut att säga vad som hände']
    if left:
        lines += ["", f"# Kolumner som inte används: {', '.join(left)}"]
    return "\n".join(lines) + "\n"


def _understood(header: list[str]) -> tuple[dict[str, str], list[str]]:
    """Give the column of each field, those that are called so before those that are called nearly so, and the columns left."""
    left = {name.casefold(): name for name in header}
    found: dict[str, str] = {}
    for nearness in (1.0, _ALIKE):
        for field in [field for field in _WORDS if field not in found]:
            near = next((match for word in _WORDS[field] for match in get_close_matches(word, left, n=1, cutoff=nearness)), None)
            if near is not None:
                found[field] = left.pop(near)
    return found, list(left.values())
