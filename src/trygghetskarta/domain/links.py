"""Links between events of different sources."""

from __future__ import annotations

from enum import StrEnum


class LinkStatus(StrEnum):
    """What is known of a link: found by the computer, or decided by a person."""

    CANDIDATE = "candidate"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"
