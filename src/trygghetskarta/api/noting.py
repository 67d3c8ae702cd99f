"""What is noted of each exact answer: who asked, as what, for what, and what was asked."""

from __future__ import annotations

import logging

from fastapi import Request

from trygghetskarta.domain.callers import Caller

_log = logging.getLogger("trygghetskarta.exact")


async def note_use(request: Request, caller: Caller) -> None:
    """Note that exact figures are asked for, before they are looked up.

    Args:
        request: The request.
        caller: Who asks.
    """
    _log.info(
        "exact figures",
        extra={
            "told": {
                "subject": caller.subject,
                "roles": sorted(caller.roles),
                "key": caller.key,
                "purpose": caller.purpose,
                "path": request.url.path,
                "query": request.url.query,
            }
        },
    )
