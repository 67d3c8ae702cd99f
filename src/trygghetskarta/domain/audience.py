"""Who asks, and so what may leave."""

from __future__ import annotations

from enum import StrEnum


class Audience(StrEnum):
    """Whom an answer is made for, and so whether its figures are protected or exact.

    PUBLIC is anyone: its figures are protected. STAFF are those of the city who may see exact figures.
    """

    PUBLIC = "public"
    STAFF = "staff"


class Role(StrEnum):
    """What someone who asks may do."""

    PUBLIC = "public"
    READER = "reader"
    COORDINATOR = "coordinator"
    ANALYST = "analyst"
    INGEST = "ingest"
    ADMIN = "admin"
    AUDITOR = "auditor"
