"""Who asks, and so what may leave."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Audience(StrEnum):
    """Whom an answer is made for, and so whether its figures are protected or exact.

    PUBLIC is anyone: its figures are protected. STAFF are those of the city who may see exact figures.
    """

    PUBLIC = "public"
    STAFF = "staff"

    @property
    def sharing_class(self) -> SharingClass:
        """The class of what is made of the figures of this audience."""
        return SharingClass.INTERN if self is Audience.STAFF else SharingClass.DELBAR


class SharingClass(StrEnum):
    """Who a report or a file may be given to.

    DELBAR is made of protected figures alone and may be given to anyone. INTERN holds exact ones: it is for the city, and says who
    took it out and when.
    """

    DELBAR = "delbar"
    INTERN = "intern"

    @property
    def audience(self) -> Audience:
        """Whose figures it is made of."""
        return Audience.STAFF if self is SharingClass.INTERN else Audience.PUBLIC

    @property
    def suffix(self) -> str:
        """What the name of a report ends with, so that an intern one is never taken for, nor written over, one to share."""
        return "_intern" if self is SharingClass.INTERN else ""


@dataclass(frozen=True, slots=True)
class MadeFor:
    """Who took an intern file out, and when.

    Attributes:
        name: What they are called.
        at: The moment, with its time zone.
    """

    name: str
    at: datetime


class Role(StrEnum):
    """What someone who asks may do."""

    PUBLIC = "public"
    READER = "reader"
    COORDINATOR = "coordinator"
    ANALYST = "analyst"
    INGEST = "ingest"
    ADMIN = "admin"
    AUDITOR = "auditor"
