"""JSON text from a file, value by value, through a window: a file of any length in little memory."""

from __future__ import annotations

import codecs
import json
import re
from dataclasses import dataclass
from typing import Any, BinaryIO

from trygghetskarta.domain.events import Message
from trygghetskarta.errors import BadDeliveryError
from trygghetskarta.ingest.formats.blocks import number_text
from trygghetskarta.ingest.reading import truncated

LONGEST = 32 << 20
"""No row is longer, in bytes."""
BAD_JSON = Message("bad_json", "Raden är inte ett JSON-objekt.", "The line is not a JSON object.")
_CHUNK = 1 << 20
# A token that the end of the window may have cut in two is no longer than this, but for texts.
_LONGEST_TOKEN = 12
_TOKENS = ("true", "false", "null", "NaN", "Infinity", "-Infinity")
_CUT = re.compile(r"[.eE][-+]?")
_BLANK = re.compile(r"[ \t\r\n]*")


class Pairs(dict[str, Any]):
    """An object in which a name stands twice."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    return found if len(found) == len(pairs) else Pairs(found)


DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_float=number_text, parse_int=str, parse_constant=str, strict=False)


@dataclass(slots=True)
class Row:
    """An object, or what stands where one should be.

    Attributes:
        value: What it says; None where it cannot be read.
        text: It, as it stands; bytes that are not UTF-8 as lone surrogates.
        line: The line it begins on.
    """

    value: Any
    text: str
    line: int


class JsonText:
    """A window over a file's text, which moves on value by value.

    Attributes:
        line: The line the window begins on.
        last: The line the last whole value begins on; 0 before the first.
        upto: How many bytes have been read.
    """

    def __init__(self, file: BinaryIO, name: str) -> None:
        """Stand at the beginning of the file.

        Args:
            file: The file, open.
            name: Its name, for errors.
        """
        self.file, self.name = file, name
        self.begin()

    def begin(self) -> None:
        """Go to the beginning of the file."""
        self.file.seek(0)
        self.decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        self.buffer, self.at, self.line, self.last, self.upto, self.ended = "", 0, 1, 0, 0, False
        self._more(max(_CHUNK, 3))
        self.at = int(self.buffer.startswith("\ufeff"))

    def peek(self) -> str:
        """Give the next mark that is not blank, and stand at it; empty at the end."""
        while True:
            blank = _BLANK.match(self.buffer, self.at)
            self._step(blank.end() if blank else self.at)
            if self.at < len(self.buffer):
                return self.buffer[self.at]
            if self.ended:
                return ""
            self._more(_CHUNK)

    def take(self, mark: str) -> bool:
        """Step over the next mark if it is this one."""
        found = self.peek() == mark
        self._step(self.at + found)
        return found

    def need(self, mark: str) -> None:
        """Step over the next mark, which must be this one."""
        if not self.take(mark):
            raise self.fault()

    def value(self) -> Row:
        """Read one whole value."""
        self.peek()
        while True:
            found = self._decoded()
            if found is not None:
                value, end = found
                row = Row(value, self.buffer[self.at : end], self.line)
                self.last = self.line
                self._step(end)
                return row
            if self.ended:
                raise self.fault(is_cut=True)
            if len(self.buffer) - self.at > LONGEST:
                raise too_long(self.name, self.line)
            self._more(max(_CHUNK, len(self.buffer) - self.at))

    def _decoded(self) -> tuple[Any, int] | None:
        """Give the next value and where it ends; None where the window ends before it, or may do so."""
        try:
            value, end = DECODER.raw_decode(self.buffer, self.at)
        except json.JSONDecodeError as error:
            if self._is_cut(error):
                return None
            raise self.fault(is_cut=False) from error
        except RecursionError as error:
            raise self.fault(is_cut=False) from error
        return (value, end) if end < len(self.buffer) or self.ended else None

    def fault(self, *, is_cut: bool | None = None) -> BadDeliveryError:
        """Give the refusal of the file as it stands here: cut off where it ends, else not JSON."""
        if is_cut or (is_cut is None and not self.peek()):
            return truncated(self.name, self.last)
        return BadDeliveryError(
            f"{self.name}, rad {self.line}: här slutar texten att vara JSON. Ingenting ändrades.",
            f"{self.name}, line {self.line}: from here the text is not JSON. Nothing was changed.",
            code="bad_json",
        )

    def _is_cut(self, error: json.JSONDecodeError) -> bool:
        """Tell whether a value may be wrong only because the window ends."""
        if self.ended or error.msg.startswith("Unterminated"):
            return is_cut(error)
        return error.pos + _LONGEST_TOKEN > len(self.buffer)

    def _more(self, size: int) -> None:
        read = self.file.read(size)
        self.upto += len(read)
        self.ended = len(read) < size
        self.buffer = self.buffer[self.at :] + self.decoder.decode(read, final=self.ended)
        self.at = 0

    def _step(self, to: int) -> None:
        self.line += self.buffer.count("\n", self.at, to)
        self.at = to


def is_cut(error: json.JSONDecodeError) -> bool:
    """Tell whether a value is wrong only because the text it stands in ends before it."""
    if error.msg.startswith("Unterminated"):
        return True
    if error.msg.startswith("Invalid \\u"):
        return error.pos + _LONGEST_TOKEN > len(error.doc)
    rest = error.doc[error.pos : error.pos + _LONGEST_TOKEN].rstrip()
    return not rest or _CUT.fullmatch(rest) is not None or any(token.startswith(rest) for token in _TOKENS)


def too_long(name: str, line: int) -> BadDeliveryError:
    """Give the refusal of a file with a row beyond all measure."""
    return BadDeliveryError(
        f"{name}, rad {line}: ett objekt är längre än {LONGEST >> 20} MB.",
        f"{name}, line {line}: an object is longer than {LONGEST >> 20} MB.",
        code="field_too_long",
    )
