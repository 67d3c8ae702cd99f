"""What each route gives or does, declared on the route: whoever may not is refused before anything is read, and a route without one is no route."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import date
from typing import cast

from fastapi import Depends, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.routing import RouteContext, iter_route_contexts
from starlette.routing import BaseRoute

from trygghetskarta.api.auth import CALLER
from trygghetskarta.api.noting import note_use
from trygghetskarta.api.shelf import Shelf
from trygghetskarta.domain.areas import Area, AreaLevel
from trygghetskarta.domain.audience import Audience, Role, SharingClass
from trygghetskarta.domain.callers import Caller, Scope
from trygghetskarta.errors import ForbiddenError, TrygghetskartaError, UnknownCallerError

AUDIENCE = "trygghetskarta.audience"
"""Where a request's scope holds whom its answer is for, once its route's scope has been settled."""
_BY_AREAS = frozenset((Scope.FIGURES, Scope.EXACT))
_WRITES = frozenset((Scope.DELIVER, Scope.APPROVE, Scope.REGISTER))
_NEEDS_STAFF = frozenset((Scope.EXACT, Scope.EVENTS))
_EXACT_FIGURES = frozenset((Scope.FIGURES, Scope.SURROUNDED, Scope.EXACT, Scope.EVENTS))
_PURPOSE = (
    "Säg i X-Purpose vad de exakta siffrorna ska användas till: det noteras i loggen.",
    "Say in X-Purpose what the exact figures are for: it is noted in the log.",
)
_KEY_NEEDED = (
    "Det här kräver en nyckel i X-API-Key eller en biljett i Authorization.",
    "This needs a key in X-API-Key or a token in Authorization.",
)
_REFUSED: Mapping[Scope, tuple[str, str]] = {
    Scope.EXACT: (
        "Den här sortens siffror är så detaljerade att de bara visas för behöriga: för en samordnare inom de egna stadsdelsområdena, nämnda i area "
        "eller within.",
        "Figures of this kind are so detailed that they are shown to staff only: to a coordinator within the own stadsdelsområden, named in area "
        "or within.",
    ),
    Scope.EVENTS: (
        "Enskilda händelser och egna ytor kan peka ut en person och visas bara för analytiker, till exempel med en nyckel i X-API-Key.",
        "Single events and polygons of one's own can point at a person and are shown to analysts only, as with a key in X-API-Key.",
    ),
}
_NOT_INTERN = (
    "En intern har exakta siffror och ges bara till behöriga. Utan class=intern får du en som är delbar.",
    "An intern one holds exact figures and is given to staff only. Without class=intern you get one to share.",
)
_MAY_NOT = ("Du har inte rätt till det här.", "You do not have the right to this.")


class Needs:
    """A route's scope: a dependency that lets through who may, and settles whom the answer is for."""

    __slots__ = ("by_class", "scope")

    def __init__(self, scope: Scope, *, by_class: bool = False) -> None:
        """Keep the scope.

        Args:
            scope: What the route gives.
            by_class: Whether it gives what is to be shared, unless `class=intern` is asked for.
        """
        self.scope = scope
        self.by_class = by_class

    async def __call__(self, request: Request) -> Audience:
        """Settle whom the answer is for.

        Raises:
            UnknownCallerError: Nobody in particular asks for what only some may.
            ForbiddenError: Whoever asks may not, or not have it intern.
        """
        caller = caller_of(request)
        audience = await self._audience(request, caller)
        if self.by_class:
            audience = _of_class(request, caller, audience)
        self._refuse(caller, audience)
        request.scope[AUDIENCE] = audience
        if audience is Audience.STAFF and not caller.on_own_machine and self.scope in _EXACT_FIGURES:
            await note_use(request, caller)
        return audience

    async def _audience(self, request: Request, caller: Caller) -> Audience:
        if self.scope in _BY_AREAS and Role.COORDINATOR in caller.roles:
            return caller.of_areas(await run_in_threadpool(_areas_asked, request))
        return caller.everywhere

    def _refuse(self, caller: Caller, audience: Audience) -> None:
        if self.scope in _NEEDS_STAFF:
            allowed = caller.may(self.scope) and audience is Audience.STAFF
            if not allowed:
                raise ForbiddenError(*(_PURPOSE if caller.lacks_purpose else _REFUSED[self.scope]))
        elif self.scope in _WRITES and caller.key is None and (caller.on_own_machine or not caller.subject):
            # A page elsewhere can have a browser send something to this machine, but it cannot have it show a key.
            raise UnknownCallerError(*_KEY_NEEDED)
        elif not caller.may(self.scope):
            raise ForbiddenError(*_MAY_NOT) if caller.subject else UnknownCallerError(*_KEY_NEEDED)


SCHEMES: Mapping[str, Mapping[str, str]] = {
    "APIKeyHeader": {
        "type": "apiKey",
        "in": "header",
        "name": "X-API-Key",
        "description": "En nyckel från `trygghetskarta keys create`, eller installationens egen. / A key of the service.",
    },
    "Bearer": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "En biljett från stadens inloggningstjänst (OIDC). / A token of the city's identity provider (OIDC).",
    },
}
"""How one shows who one is, as OpenAPI tells it."""


def security_of(scope: Scope) -> list[dict[str, list[str]]]:
    """Give what OpenAPI says of who may call a route of a scope: nothing need be shown where all are answered, in one form or another."""
    shown: list[dict[str, list[str]]] = [{name: []} for name in SCHEMES]
    # Whoever sits at the machine needs to show nothing either, but to write something.
    return [] if scope is Scope.OPEN else shown if scope in _WRITES else [*shown, {}]


OPEN = Depends(Needs(Scope.OPEN))
FIGURES = Depends(Needs(Scope.FIGURES))
SURROUNDED = Depends(Needs(Scope.SURROUNDED))
FIGURES_BY_CLASS = Depends(Needs(Scope.FIGURES, by_class=True))
SURROUNDED_BY_CLASS = Depends(Needs(Scope.SURROUNDED, by_class=True))
EXACT = Depends(Needs(Scope.EXACT))
EVENTS = Depends(Needs(Scope.EVENTS))
DELIVER = Depends(Needs(Scope.DELIVER))
RECEIPTS = Depends(Needs(Scope.RECEIPTS))
ROWS = Depends(Needs(Scope.ROWS))
APPROVE = Depends(Needs(Scope.APPROVE))
REGISTER = Depends(Needs(Scope.REGISTER))
LOG = Depends(Needs(Scope.LOG))


def caller_of(request: Request) -> Caller:
    """Give who asks."""
    return cast("Caller", request.scope.get(CALLER) or request.app.state.caller)


def events_refused() -> ForbiddenError:
    """Give the refusal of single events, for a route that gives other things as well."""
    return ForbiddenError(*_REFUSED[Scope.EVENTS])


def scope_of(route: RouteContext) -> Scope | None:
    """Give the scope that a route declares; None where it declares none, or several."""
    dependant = getattr(route, "dependant", None)
    found = {each.call.scope for each in (dependant.dependencies if dependant is not None else ()) if isinstance(each.call, Needs)}
    return found.pop() if len(found) == 1 else None


def refuse_routes_without_scope(routes: Iterable[BaseRoute]) -> None:
    """Refuse to make an app that has a route whose scope is not declared.

    Raises:
        RuntimeError: It has.
    """
    lacking = [route.path for route in iter_route_contexts(list(routes)) if scope_of(route) is None]
    if lacking:
        raise RuntimeError(f"no scope, or several: {lacking}")


def _of_class(request: Request, caller: Caller, audience: Audience) -> Audience:
    """Give whom something is for that has a class: anyone, unless it is asked for as intern by one who may see exact figures."""
    if request.query_params.get("class") != SharingClass.INTERN:
        return Audience.PUBLIC
    if audience is not Audience.STAFF:
        raise ForbiddenError(*(_PURPOSE if caller.lacks_purpose else _NOT_INTERN))
    return audience


def _areas_asked(request: Request) -> frozenset[str] | None:
    """Give the codes of the stadsdelsomraden that all areas named in a question lie in; None where it is of more than that, or cannot be told."""
    asked = request.query_params
    named = asked.getlist("area") or asked.getlist("within")
    if not named or "against" in asked:
        return None
    with suppress(TrygghetskartaError, ValueError):
        edition = date.fromisoformat(asked["edition"]) if "edition" in asked else None
        areas = cast("Shelf", request.app.state.shelf).cube(edition).areas
        levels = [AreaLevel(asked["level"])] if "level" in asked and "area" in asked else list(areas)
        return _lie_in(areas, levels, named)
    return None


def _lie_in(areas: Mapping[AreaLevel, Sequence[Area]], levels: Sequence[AreaLevel], codes: Iterable[str]) -> frozenset[str] | None:
    """Give the stadsdelsomraden that areas lie in; a code that stands on several levels is all of its areas."""
    parents = {(level, area.code): area.parent for level in areas for area in areas[level]}
    loaded = sorted(areas, key=lambda level: level.rank)
    found: set[str] = set()
    for code in codes:
        places = [(level, code) for level in levels if (level, code) in parents]
        if not places:
            return None
        for level, place in places:
            inside: str | None = place
            for step in loaded[loaded.index(level) :]:
                if step is AreaLevel.STADSDELSOMRADE or inside is None:
                    break
                inside = parents[step, inside]
            if inside is None:
                return None
            found.add(inside)
    return frozenset(found)
