"""A delivered file from the body of a request to a file on disk, some of it at a time."""

from __future__ import annotations

import re
from http import HTTPStatus
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from trygghetskarta.errors import InvalidQuestionError, TooLargeError

_AT_ONCE = 1 << 20
_LONGEST_NAME = 200
_NAMELESS = "leverans"
_ENCODED = re.compile(r"filename\*\s*=\s*(utf-8|iso-8859-1)'[^']*'([^;\s]+)", re.IGNORECASE)
_QUOTED = re.compile(r'filename\s*=\s*"((?:[^"\\]|\\.)*)"', re.IGNORECASE)
_BARE = re.compile(r"filename\s*=\s*([^;\s\"]+)", re.IGNORECASE)


def file_name(disposition: str) -> str:
    """Give the name a sender gives a file: `filename*` before `filename`, without folders and control characters.

    Args:
        disposition: The header Content-Disposition; may be empty.

    Returns:
        A name that is safe to give a file.
    """
    if found := _ENCODED.search(disposition):
        name = unquote(found[2], encoding=found[1], errors="replace")
    elif found := _QUOTED.search(disposition):
        # A header's bytes come as Latin-1; senders write UTF-8 in it all the same.
        name = re.sub(r"\\(.)", r"\1", found[1]).encode("latin-1", "replace").decode(errors="replace")
    elif found := _BARE.search(disposition):
        name = found[1]
    else:
        return _NAMELESS
    name = "".join(letter for letter in PurePosixPath(name.replace("\\", "/")).name if letter.isprintable()).strip()
    while len(name.encode()) > _LONGEST_NAME:
        name = name[1:]
    return name if name.strip(".") else _NAMELESS


async def receive_file(request: Request, folder: Path, limit: int) -> Path:
    """Write the body of a request to a file.

    Args:
        request: The request, nothing of whose body has been read.
        folder: Where to write it; the caller removes it.
        limit: The most bytes to take.

    Returns:
        The file, under the name the sender gives it.

    Raises:
        TooLargeError: It is larger; known before anything is read where the sender says how long it is.
        InvalidQuestionError: It did not all arrive.
        HTTPException: It is a form.
    """
    if request.headers.get("content-type", "").lower().startswith("multipart/"):
        raise HTTPException(HTTPStatus.UNSUPPORTED_MEDIA_TYPE.value)
    stated = request.headers.get("content-length", "")
    expected = int(stated) if stated.isascii() and stated.isdigit() else None
    if expected is not None and expected > limit:
        raise _too_large(limit)
    path = folder / file_name(request.headers.get("content-disposition", ""))
    received, waiting = 0, bytearray()
    with path.open("wb") as file:
        try:
            async for part in request.stream():
                received += len(part)
                if received > limit:
                    raise _too_large(limit)
                waiting += part
                if len(waiting) >= _AT_ONCE:
                    await run_in_threadpool(file.write, bytes(waiting))
                    waiting.clear()
        except ClientDisconnect as error:
            raise _cut_off() from error
        await run_in_threadpool(file.write, bytes(waiting))
    if expected is not None and received != expected:
        raise _cut_off()
    return path


def _too_large(limit: int) -> TooLargeError:
    return TooLargeError(
        f"Filen är större än {limit} byte, som är det mesta tjänsten tar emot så här.",
        f"The file is larger than {limit} bytes, which is the most the service takes this way.",
    )


def _cut_off() -> InvalidQuestionError:
    return InvalidQuestionError("Hela filen kom inte fram. Ingenting sparades.", "Not all of the file arrived. Nothing was stored.")
