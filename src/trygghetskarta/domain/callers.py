"""Who asks: what they may do, and whether they may have exact figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from trygghetskarta.domain.audience import Audience, Role
from trygghetskarta.domain.sources import SourceId


class Scope(StrEnum):
    """What a route gives or does, and so who may call it.

    OPEN is the same for everyone. FIGURES are exact for those who may see them and protected for everyone else; SURROUNDED are figures whose
    answer names areas beside those asked for. EXACT figures are made of single events and have no protected form. EVENTS are single events, and
    figures of any ground one draws. DELIVER sends a file, RECEIPTS reads what came of it, ROWS reads the rows that were refused, APPROVE decides on
    a delivery, REGISTER writes the register of measures, LOG reads the audit log.
    """

    OPEN = "open"
    FIGURES = "figures"
    SURROUNDED = "surrounded"
    EXACT = "exact"
    EVENTS = "events"
    DELIVER = "deliver"
    RECEIPTS = "receipts"
    ROWS = "rows"
    APPROVE = "approve"
    REGISTER = "register"
    LOG = "log"


ROLES_OF: Mapping[Scope, frozenset[Role]] = {
    Scope.OPEN: frozenset(Role),
    Scope.FIGURES: frozenset(Role),
    Scope.SURROUNDED: frozenset(Role),
    Scope.EXACT: frozenset({Role.COORDINATOR, Role.ANALYST}),
    Scope.EVENTS: frozenset({Role.ANALYST}),
    Scope.DELIVER: frozenset({Role.INGEST}),
    Scope.RECEIPTS: frozenset({Role.INGEST, Role.ANALYST, Role.ADMIN}),
    Scope.ROWS: frozenset({Role.INGEST, Role.ANALYST}),
    Scope.APPROVE: frozenset({Role.ADMIN}),
    Scope.REGISTER: frozenset({Role.ANALYST, Role.ADMIN}),
    Scope.LOG: frozenset({Role.AUDITOR}),
}
"""The roles that each scope is open to. A coordinator's exact figures also hang on which areas are asked for."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, settled once for each request, before its body is read.

    Attributes:
        subject: What the person or the key is known by wherever it is noted; empty for nobody in particular.
        roles: What they may do. Everybody is at least one of the public.
        areas: Codes of the stadsdelsomraden that a coordinator has exact figures of.
        sources: The sources that one who delivers may deliver.
        key: Id of the API key shown; None where none was.
        purpose: What the exact figures are for, in the caller's words; None where none was said.
        on_own_machine: Whether the service was started for whoever sits at the machine: nothing then need be said or noted.
    """

    subject: str = ""
    roles: frozenset[Role] = frozenset({Role.PUBLIC})
    areas: frozenset[str] = frozenset()
    sources: frozenset[SourceId] = frozenset()
    key: str | None = None
    purpose: str | None = None
    on_own_machine: bool = field(default=False)

    def may(self, scope: Scope) -> bool:
        """Tell whether any of the caller's roles is one that a scope is open to."""
        return not ROLES_OF[scope].isdisjoint(self.roles)

    @property
    def lacks_purpose(self) -> bool:
        """Whether the caller would have exact figures of everything, once it is said what they are for."""
        return Role.ANALYST in self.roles and self.purpose is None and not self.on_own_machine

    @property
    def sources_seen(self) -> frozenset[SourceId] | None:
        """The sources whose deliveries the caller may know of; None for all."""
        return None if not self.roles.isdisjoint((Role.ANALYST, Role.ADMIN)) else self.sources

    @property
    def everywhere(self) -> Audience:
        """Whom an answer is for that may name any area."""
        return Audience.STAFF if Role.ANALYST in self.roles and not self.lacks_purpose else Audience.PUBLIC

    def of_areas(self, asked: frozenset[str] | None) -> Audience:
        """Say whom an answer about some areas is for.

        Args:
            asked: Codes of the stadsdelsomraden that every area asked for lies in; None where the question is of more than such areas.

        Returns:
            STAFF for who may see all of it exactly, else PUBLIC: an answer is wholly exact or wholly protected.
        """
        own = Role.COORDINATOR in self.roles and asked is not None and bool(asked) and asked <= self.areas
        return Audience.STAFF if own else self.everywhere

    def beside(self, other: Caller) -> Caller:
        """Give the caller with another's rights added: whoever sits at the machine, showing a key."""
        return replace(
            other,
            roles=self.roles | other.roles,
            areas=self.areas | other.areas,
            sources=self.sources | other.sources,
            on_own_machine=self.on_own_machine,
        )


NOBODY = Caller()
"""Someone who shows nothing."""
OWN_USER = Caller("egen-dator", frozenset({Role.PUBLIC, Role.ANALYST}), on_own_machine=True)
"""Whoever sits at the machine, where the service was started for them."""
