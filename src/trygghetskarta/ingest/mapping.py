"""A mapping file: how a foreign table is read as one of our sources.

It is written in TOML, for example:

[columns]
id = "ID"
start = "Date"
kind = "IUCR"
x = "Longitude"
y = "Latitude"
area = "Community Area"

[formats]
start = "%m/%d/%Y %I:%M:%S %p"

[place]
crs = 4326
area_level = "stadsdel"

[constants]
kind = "0310"

[codes.kind]
"0110" = "0310"

[detail]
street = "Block"
"""

from __future__ import annotations

import hashlib
import tomllib
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.events import Precision
from trygghetskarta.errors import BadDeliveryError
from trygghetskarta.ingest.checks import refuse_unusable_formats
from trygghetskarta.ingest.contract import Layout
from trygghetskarta.ingest.coordinates import refuse_unknown_system

FIELDS = frozenset(("id", "kind", "start", "startTime", "end", "endTime", "reported", "antal", "x", "y", "area", "municipality", "status"))


class _Place(BaseModel):
    model_config = ConfigDict(extra="forbid")

    crs: int | None = None
    area_level: AreaLevel | None = None
    without: str = Field(default="none", pattern="^(none|stad)$")


class _Mapping(BaseModel):
    model_config = ConfigDict(extra="forbid")

    columns: dict[str, str]
    formats: dict[str, str | list[str]] = {}
    place: _Place = _Place()
    constants: dict[str, str] = {}
    codes: dict[str, dict[str, str]] = {}
    withdrawn: list[str] = []
    detail: dict[str, str] = {}


def read_mapping(path: Path) -> Layout:
    """Read a mapping file.

    Args:
        path: The TOML file.

    Returns:
        The layout it states, named by the file and the start of its hash, so that a receipt tells which mapping was used.

    Raises:
        BadDeliveryError: It is not TOML, or says something a mapping cannot say.
    """
    try:
        content = path.read_bytes()
        mapping = _Mapping.model_validate(tomllib.loads(content.decode()))
    except FileNotFoundError as error:
        raise BadDeliveryError(f"Mappningen {path} finns inte.", f"The mapping {path} does not exist.", code="bad_mapping") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadDeliveryError(
            f"{path.name} är inte en TOML-fil: {error}.", f"{path.name} is not a TOML file: {error}.", code="bad_mapping"
        ) from error
    except ValidationError as error:
        what = "; ".join(f"{'.'.join(map(str, part['loc']))}: {part['msg']}" for part in error.errors())
        raise BadDeliveryError(
            f"{path.name} säger något som inte går: {what}.", f"{path.name} says what cannot be: {what}.", code="bad_mapping"
        ) from error
    _check_fields(mapping, path.name)
    formats = {field: tuple([given] if isinstance(given, str) else given) for field, given in mapping.formats.items()}
    refuse_unusable_formats(formats, path.name)
    return Layout(
        name=f"{path.name}@{hashlib.sha256(content).hexdigest()[:12]}",
        columns=mapping.columns,
        required=tuple(mapping.columns),
        formats=formats,
        srid=mapping.place.crs,
        area_level=mapping.place.area_level,
        constants=mapping.constants,
        codes=mapping.codes,
        withdrawn=frozenset(value.casefold() for value in mapping.withdrawn),
        without_place=Precision.STAD if mapping.place.without in ("stad", AreaLevel.STAD) else Precision.NONE,
        detail=mapping.detail,
    )


def _check_fields(mapping: _Mapping, name: str) -> None:
    unknown = sorted((set(mapping.columns) | set(mapping.formats) | set(mapping.constants) | set(mapping.codes)) - FIELDS)
    only_kind = (set(mapping.constants) | set(mapping.codes)) - {"kind"} or ("kind" in mapping.constants and "kind" in mapping.columns)
    known = ", ".join(sorted(FIELDS))
    for wrong, swedish, english in (
        (unknown, f"okänt fält {', '.join(unknown)}; fälten är {known}", f"unknown field {', '.join(unknown)}; they are {known}"),
        (
            only_kind,
            "bara kind kan ha en konstant eller en kodtabell, och konstanten bara när kind inte har någon kolumn",
            "only kind can have a constant or a table of codes, and the constant only where kind has no column",
        ),
        (
            not {"start", "reported"} & set(mapping.columns) or "kind" not in {**mapping.columns, **mapping.constants},
            "en mappning behöver åtminstone start eller reported, och kind",
            "a mapping needs at least start or reported, and kind",
        ),
        (
            ("x" in mapping.columns) != ("y" in mapping.columns),
            "x och y hör ihop; den ena saknas",
            "x and y belong together; one is missing",
        ),
        (
            "area" in mapping.columns and mapping.place.area_level is None,
            "en kolumn area behöver area_level i [place]",
            "a column area needs area_level in [place]",
        ),
    ):
        if wrong:
            raise BadDeliveryError(f"{name}: {swedish}.", f"{name}: {english}.", code="bad_mapping")
    if mapping.place.crs is not None:
        refuse_unknown_system(mapping.place.crs)
