"""The faces of the service to the database: a role for each, and where each finds the database.

The wall between what the public may see and what it may not is repeated in the database (docs/security.md): what answers the public is connected
as a role that no event can be read by, whatever SQL it is made to run.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Face(StrEnum):
    """Who is connected; the value is the name of the role.

    OWNER owns the tables and changes them. INGEST takes in deliveries. PUBLIC reads the public figures, and the areas, names and denominators
    that explain them. STAFF reads everything but the rows and files of deliveries. AUDIT reads the log of what was done, and nothing else.
    """

    OWNER = "tk_owner"
    INGEST = "tk_ingest"
    PUBLIC = "tk_public"
    STAFF = "tk_staff"
    AUDIT = "tk_audit"


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the parts of a running service find the database.

    Attributes:
        public: For answers to the public: the address of `tk_public`.
        staff: For exact answers: that of `tk_staff`; None where the service has none to give.
        ingest: For deliveries and what is told of them: that of `tk_ingest`; None where the service takes none.
    """

    public: str
    staff: str | None = None
    ingest: str | None = None

    @classmethod
    def all_at(cls, address: str) -> Addresses:
        """Give one address to every part: where the database has no roles of ours, and nothing but our code keeps the parts apart."""
        return cls(address, address, address)
