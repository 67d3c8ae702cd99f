"""The files of Office are zips: written so that the same content is the same bytes."""

from __future__ import annotations

import io
import zipfile

_EPOCH = (1980, 1, 1, 0, 0, 0)


def settled(content: bytes) -> bytes:
    """Give a zip again without the times its members were written at.

    Args:
        content: A zip; the order of its members is kept.

    Returns:
        The zip, compressed, every member dated the first of January 1980, which is the first day a zip can tell.
    """
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as read, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as written:
        for member in read.infolist():
            told = zipfile.ZipInfo(member.filename, _EPOCH)
            told.compress_type = zipfile.ZIP_DEFLATED
            told.external_attr = 0o600 << 16
            written.writestr(told, read.read(member))
    return out.getvalue()
