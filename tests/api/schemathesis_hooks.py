"""What schemathesis does not ask (SCHEMATHESIS_HOOKS, in test_any_request.py)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import schemathesis

# uvicorn itself refuses a longer address than 64 kB, in plain text, before the app has seen it.
_LONGEST = 16_000


@schemathesis.hook
def filter_case(context: schemathesis.HookContext, case: schemathesis.Case[Any]) -> bool:  # noqa: ARG001 - the hook's own form
    """Leave out addresses of a length that no server takes."""
    return len(urlencode(case.query or {}, doseq=True)) < _LONGEST
