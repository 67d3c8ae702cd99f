"""The city that this program is of: its levels, codes, names and coordinate systems, read from a file and not written in code.

A process is of one city, named by TRYGGHETSKARTA_CITY before it starts, because the names of a city's levels are the words that questions,
answers and documents are made of. It is read here and not with the other settings, since those words are needed wherever levels are.
"""

from __future__ import annotations

import os
from importlib.resources import files
from pathlib import Path

from trygghetskarta.domain.cities.reading import DEFAULT, ROLES, AreaFile, City, CityLevel, Words, read_city
from trygghetskarta.errors import InvalidQuestionError

__all__ = ["CITY", "ROLES", "VARIABLE", "AreaFile", "City", "CityLevel", "Words", "refuse_unread"]

VARIABLE = "TRYGGHETSKARTA_CITY"


def _read_default() -> City:
    written = files("trygghetskarta.domain.cities").joinpath(f"{DEFAULT}.toml")
    return read_city(written.read_text(encoding="utf-8"), f"{DEFAULT}.toml", Path())


def _read_chosen() -> tuple[City, InvalidQuestionError | None]:
    """Read the chosen city; one that cannot be read is told of when the settings are, by which time there is somebody to tell."""
    chosen = os.environ.get(VARIABLE, "")
    if chosen in ("", DEFAULT):
        return _read_default(), None
    path = Path(chosen)
    try:
        return read_city(path.read_text(encoding="utf-8"), path.name, path.resolve().parent), None
    except OSError:
        missing = f"Filen {path} i {VARIABLE} går inte att läsa.", f"The file {path} in {VARIABLE} cannot be read."
        return _read_default(), InvalidQuestionError(*missing)
    except UnicodeDecodeError:
        torn = f"{path.name} är inte skriven i UTF-8.", f"{path.name} is not written in UTF-8."
        return _read_default(), InvalidQuestionError(*torn)
    except InvalidQuestionError as error:
        return _read_default(), error


CITY, _WRONG = _read_chosen()
"""The city of this process."""


def refuse_unread() -> None:
    """Go no further with a city that could not be read.

    Raises:
        InvalidQuestionError: The file that TRYGGHETSKARTA_CITY names cannot be read or says what cannot be; the text names file, key and reason.
    """
    if _WRONG is not None:
        raise _WRONG
