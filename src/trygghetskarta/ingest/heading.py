"""The row of a delivered file that names its columns, as it stands: rejected rows go back to their sender under it."""

from __future__ import annotations

_SEPARATORS = (b";", b",", b"\t")
_LINES = 50
_MARK = b"\xef\xbb\xbf"


def heading(beginning: bytes) -> bytes:
    """Find the row of names in a table of texts.

    Args:
        beginning: The first bytes of the file, unpacked; enough to hold the header.

    Returns:
        The first of the rows with the most fields, as titles above a table have few; with no line end and no byte order mark. Empty where the
        file is no table of texts.
    """
    content = beginning.removeprefix(_MARK)
    if content[:1] in (b"", b"[", b"{") or b"\x00" in content:
        return b""
    lines = content.splitlines()[:_LINES]
    best: bytes = max(_SEPARATORS, key=lambda separator: max(line.count(separator) for line in lines))
    return max(lines, key=lambda line: line.count(best))
