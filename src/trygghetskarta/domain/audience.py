"""Who asks, and so what may leave."""

from __future__ import annotations

from enum import StrEnum


class Audience(StrEnum):
    """The roles that a question can come from.

    PUBLIC is anyone; ANALYST is staff who may see exact figures. The other roles arrive with signing in.
    """

    PUBLIC = "public"
    ANALYST = "analyst"
