"""Secrets that stand in files."""

from __future__ import annotations

from pathlib import Path

from trygghetskarta.errors import InvalidQuestionError

_LONGEST = 65_536


def secret_in(path: Path, variable: str) -> str:
    """Give what stands in a file, without the line break that an editor ends it with.

    Args:
        path: The file.
        variable: The setting that leads to it, for the error.

    Returns:
        The secret.

    Raises:
        InvalidQuestionError: It cannot be read, is empty or is no secret by its length. What is in it is not told.
    """
    try:
        with path.open("rb") as file:
            found = file.read(_LONGEST + 1).decode().rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidQuestionError(
            f"Filen som {variable} leder till går inte att läsa.", f"The file that {variable} leads to cannot be read."
        ) from error
    if not 0 < len(found) <= _LONGEST:
        raise InvalidQuestionError(
            f"Filen som {variable} leder till är tom eller för lång.", f"The file that {variable} leads to is empty or too long."
        )
    return found
