"""Attacks on protected counts: what can be worked out from all that is shown, the rules by which it was drawn, and totals known elsewhere.

Each cell that is shown bounds its true count. Each whole is the sum of its parts by area, by category and by period: where all parts are shown that
is an equation, where only some are, the parts are together no more than the whole.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.optimize import linprog
from scipy.sparse.linalg import spsolve

from tests.attacks.cities import LENGTHS, LEVELS, Lattice, Of
from trygghetskarta.disclosure.cellkey import STANDARD
from trygghetskarta.domain.areas import AreaLevel

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

_PROBES = 12
_NEAR = 1e-6
_ANY = 1e6  # more than any count
_VAGUE = 100.0  # how much looser what is not shown is held than what is


class Known(Enum):
    """Exact totals that an attacker has from elsewhere."""

    CITY_AND_DISTRICTS = "all of the source, for the city and each stadsdelsområde, by month"
    CITY_BY_KIND = "every category, for the city, by month"
    DISTRICTS_BY_KIND = "every category, for the city by month and for each stadsdelsområde by year"
    ALL_OF_THESE = "what the three others know"

    def cells(self, of: Of, shape: tuple[int, ...]) -> Bools:
        """Tell which cells of a sheet are known, (areas, categories, periods)."""
        found = np.zeros(shape, bool)
        city, district = of[0] is AreaLevel.STAD, of[0] is AreaLevel.STADSDELSOMRADE
        if self in (Known.CITY_AND_DISTRICTS, Known.ALL_OF_THESE):
            found[:, 0] = city or district
        if self is not Known.CITY_AND_DISTRICTS:
            found |= city or (self is not Known.CITY_BY_KIND and district and of[1] == 12)
        return found


@dataclass(frozen=True)
class System:
    """All that is known of the true counts of cells.

    Attributes:
        truth: What is to be found out, (cells,).
        shown: What the cells show; -1 for one that is not shown.
        known: Which of them are known from elsewhere, or follow from those that are and from nothing that is shown.
        low: The least that each may be.
        high: The most.
        sums: Of each relation the whole with 1 and its parts with -1, (relations, cells).
        rest: What of the whole is in none of the parts, (relations,): also this the attacker is told.
        whole: Which relations are equations; in the others the parts shown are at most the whole.
    """

    truth: Ints
    shown: Ints
    known: Bools
    low: Floats
    high: Floats
    sums: sparse.csr_array
    rest: Floats
    whole: Bools

    @property
    def small(self) -> Bools:
        """Which cells are worth finding out: true counts of 1 to 4 that are not known from elsewhere."""
        return ~self.known & (self.truth >= 1) & (self.truth <= 4)

    @property
    def alone(self) -> System:
        """What is known from elsewhere without anything that is shown."""
        return replace(self, low=np.where(self.known, self.truth, 0.0), high=np.where(self.known, self.truth, _ANY))


@dataclass(frozen=True)
class Beside:
    """The same events in another division of the city.

    Attributes:
        lattice: What is shown of it.
        within: By level, for each of its areas the one of the first division that it lies wholly in; -1 for none.
    """

    lattice: Lattice
    within: Mapping[AreaLevel, Ints]


@dataclass(frozen=True)
class _Sums:
    """Relations as they are collected: the wholes, and the parts of each."""

    wholes: Ints
    relation: Ints
    parts: Ints
    complete: Bools


def system_of(lattice: Lattice, known: Known | None, *, beside: Sequence[Beside] = ()) -> System:
    """Give all that the cells of a lattice say. A part that is not shown is an unknown of its own where it is a part of several wholes that are.

    Args:
        lattice: What is shown.
        known: What is known from elsewhere; None for nothing.
        beside: What is shown of the same events in other divisions of the city.
    """
    relations: list[_Sums] = []
    truth, shown, told = [], [], []
    cells = 0
    places: list[dict[Of, Ints]] = []
    for one in (lattice, *(other.lattice for other in beside)):
        place: dict[Of, Ints] = {}
        outside = {of: known.cells(of, seen.shape) if known is not None else np.zeros(seen.shape, bool) for of, seen in one.seen.items()}
        under = _under(one, {of: seen | outside[of] for of, seen in one.seen.items()})
        for of, seen in one.seen.items():
            elsewhere = outside[of]
            there = seen | elsewhere | (under[of] > 1)
            place[of] = np.where(there, there.ravel().cumsum().reshape(there.shape) - 1 + cells, -1)
            cells += int(there.sum())
            truth.append(one.city.counts(of)[there])
            shown.append(np.where(seen, one.shown[of], -1)[there])
            told.append(elsewhere[there])
        relations += [*_by_area(one, place), *_by_category(one, place), *_by_period(place)]
        places.append(place)
    for other, place in zip(beside, places[1:], strict=True):
        relations += _by_division(places[0], place, other.within)
    true, showing, is_known = np.concatenate(truth), np.concatenate(shown), np.concatenate(told)
    sums, rest, whole = _joined(relations, true)
    low = np.where(showing <= 0, 0, np.maximum(showing - STANDARD.reach, 1)).astype(float)
    high = np.where(showing < 0, _ANY, showing + STANDARD.reach).astype(float)
    system = System(true, showing, is_known, np.where(is_known, true, low), np.where(is_known, true, high), sums, rest, whole)
    if known is None:
        return system
    least, most = narrowed(system.alone)
    follows = least == most
    return replace(system, known=follows, low=np.where(follows, true, low), high=np.where(follows, true, high))


def _by_area(lattice: Lattice, place: dict[Of, Ints]) -> list[_Sums]:
    found = []
    for outer, inner in pairwise(LEVELS):
        for length in LENGTHS:
            wholes, parts = place[outer, length], place[inner, length]
            found.append(
                _sums(wholes, parts, np.broadcast_to(np.arange(wholes.size).reshape(wholes.shape)[lattice.city.above[inner]], parts.shape))
            )
    return found


def _by_category(lattice: Lattice, place: dict[Of, Ints]) -> list[_Sums]:
    """Give the sums of the tree, of the bundles, and that each bundle is no more than all: the same where it holds all kinds there ever were."""
    city = lattice.city
    inner = np.flatnonzero((city.parents >= 0) & ~city.bundled)
    found = []
    for wholes in place.values():
        numbers = np.arange(wholes.size).reshape(wholes.shape)
        found.append(_sums(wholes, wholes[:, inner], numbers[:, city.parents[inner]]))
        found.append(_sums(wholes, wholes[:, city.members[:, 1]], numbers[:, city.members[:, 0]]))
        for bundle in np.flatnonzero(city.bundled).tolist():
            sums = _sums(wholes, wholes[:, [bundle]], numbers[:, [0]])
            is_all = np.isin(np.flatnonzero((city.parents == 0) & ~city.bundled), city.members[city.members[:, 0] == bundle, 1]).all()
            found.append(replace(sums, complete=np.full_like(sums.complete, is_all)))
    return found


def _under(lattice: Lattice, there: Mapping[Of, Bools]) -> dict[Of, Ints]:
    """Count for each cell of the lattice the wholes that it is a part of and that are there; 0 for what the lattice does not have."""
    found = {}
    for (level, length), cells in there.items():
        many = np.zeros(cells.shape, np.int64)
        if level is not LEVELS[0]:
            many += there[LEVELS[LEVELS.index(level) - 1], length][lattice.city.above[level]]
        for part, whole in lattice.city.parts.tolist():
            many[:, part] += cells[:, whole]
        for longer in LENGTHS[: LENGTHS.index(length)]:
            many += np.repeat(there[level, longer], longer // length, axis=2)
        found[level, length] = np.where(lattice.city.has((level, length))[:, None], many, 0)
    return found


def _by_period(place: dict[Of, Ints]) -> list[_Sums]:
    found = []
    for level in LEVELS:
        for outer, inner in ((12, 3), (3, 1), (12, 1)):
            wholes, parts = place[level, outer], place[level, inner]
            numbers = np.arange(wholes.size).reshape(wholes.shape)
            found.append(_sums(wholes, parts, np.repeat(numbers, outer // inner, axis=2)))
    return found


def _by_division(wholes: dict[Of, Ints], parts: dict[Of, Ints], within: Mapping[AreaLevel, Ints]) -> list[_Sums]:
    found = []
    for of in wholes:
        inside = within[of[0]] >= 0
        numbers = np.arange(wholes[of].size).reshape(wholes[of].shape)
        found.append(_sums(wholes[of], parts[of][inside], numbers[within[of[0]][inside]]))
    return found


def _sums(wholes: Ints, parts: Ints, of: Ints) -> _Sums:
    """Give the relations of wholes and parts, each -1 where it is not shown; `of` is the number of each part's whole."""
    flat, part, whole = wholes.ravel(), parts.ravel(), of.ravel()
    complete = np.ones(flat.size, bool)
    np.logical_and.at(complete, whole, part >= 0)
    use = (part >= 0) & (flat[whole] >= 0)
    numbers, relation = np.unique(whole[use], return_inverse=True)
    return _Sums(flat[numbers], relation, part[use], complete[numbers])


def _joined(relations: Sequence[_Sums], truth: Ints) -> tuple[sparse.csr_array, Floats, Bools]:
    rows, columns, values, rest, whole = [], [], [], [], []
    before = 0
    for sums in relations:
        number = len(sums.wholes)
        rows += [np.arange(number) + before, sums.relation + before]
        columns += [sums.wholes, sums.parts]
        values += [np.ones(number), -np.ones(len(sums.parts))]
        inside = np.bincount(sums.relation, truth[sums.parts], number)
        rest.append(np.where(sums.complete, truth[sums.wholes] - inside, 0.0))
        whole.append(sums.complete)
        before += number
    matrix = sparse.csr_array((np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))), (before, len(truth)))
    return matrix, np.concatenate(rest), np.concatenate(whole)


def narrowed(system: System) -> tuple[Floats, Floats]:
    """Narrow the bounds of every cell by each relation it is in, over and over: differencing of wholes and parts, however long the chain.

    Returns:
        The least and the most that each cell may be.
    """
    low, high = system.low.copy(), system.high.copy()
    entries = system.sums.tocoo()
    row, column, is_whole = entries.row, entries.col, entries.data > 0
    equal = system.whole[row]
    number = len(system.rest)
    while True:
        most = np.where(is_whole, high[column], -low[column])
        least = np.where(is_whole, low[column], -high[column])
        # The whole less its parts is at least the rest, and in an equation also at most.
        at_least = system.rest[row] - (np.bincount(row, most, number)[row] - most)
        at_most = system.rest[row] - (np.bincount(row, least, number)[row] - least)
        lower, upper = low.copy(), high.copy()
        np.maximum.at(lower, column[is_whole], at_least[is_whole])
        np.minimum.at(upper, column[~is_whole], -at_least[~is_whole])
        np.minimum.at(upper, column[is_whole & equal], at_most[is_whole & equal])
        np.maximum.at(lower, column[~is_whole & equal], -at_most[~is_whole & equal])
        if (lower == low).all() and (upper == high).all():
            return low, high
        low, high = lower, upper


def recovered(system: System, seed: int = 0) -> Bools:
    """Tell which small counts a linear program finds out exactly: those of which the least and the most it allows leave one whole number.

    What a program finds out from what is known elsewhere by itself is not among them: nothing that is shown gave it away.
    """
    found = _pinned(system, system.small, seed)
    return found & ~_pinned(system.alone, found, seed) if system.known.any() else found


def _pinned(system: System, asked: Bools, seed: int) -> Bools:
    """Tell which of some cells can have one whole number only.

    A few programs with random aims find, for nearly every cell, two solutions in which it differs by 1 or more, so that it cannot be told; only
    what is left is asked one by one.
    """
    low, high = narrowed(system)
    open_cells = asked & (high - low > _NEAR)
    found = asked & ~open_cells
    random = np.random.default_rng(seed)
    least, most = system.truth.astype(float), system.truth.astype(float)
    for probe in range(_PROBES):
        narrow = open_cells & (most - least < 1)
        if not narrow.any():
            break
        aim = np.where(narrow, random.choice([-1.0, 1.0], len(low)) * (1 + random.random(len(low))), 0.0)
        solution = _solve(system, (low, high), aim if probe % 2 else -aim)
        least, most = np.minimum(least, solution), np.maximum(most, solution)
    for cell in np.flatnonzero(open_cells & (most - least < 1)).tolist():
        aim = np.zeros(len(low))
        aim[cell] = 1.0
        ends = [float(_solve(system, (low, high), sign * aim)[cell]) for sign in (1.0, -1.0)]
        found[cell] = np.ceil(ends[0] - _NEAR) == np.floor(ends[1] + _NEAR)
    return found


def _solve(system: System, bounds: tuple[Floats, Floats], aim: Floats) -> Floats:
    equal, some = system.whole, ~system.whole
    solved = linprog(  # type: ignore[call-overload]  # the stubs know of no sparse matrices
        aim,
        A_eq=system.sums[equal] if equal.any() else None,
        b_eq=system.rest[equal] if equal.any() else None,
        A_ub=-system.sums[some] if some.any() else None,
        b_ub=-system.rest[some] if some.any() else None,
        bounds=np.stack(bounds, axis=1),
        method="highs-ipm",  # a tenth of the time that the simplex method takes
    )
    if not solved.success:
        raise ArithmeticError(f"the program has no solution, though the truth is one: {solved.message}")
    return np.asarray(solved.x)


def least_squares(system: System) -> Floats:
    """Give the best guesses at all true counts at once: as near to what is shown as all equations allow, within their bounds."""
    equations = system.sums[system.whole].tocsc()
    loose = np.where(system.known, 0.0, np.where(system.shown < 0, _VAGUE, 1.0))
    shown = np.where(system.known, system.truth, system.shown.clip(min=0)).astype(float)
    weighted = equations @ sparse.diags_array(loose)
    matrix = (weighted @ equations.T + 1e-9 * sparse.eye_array(equations.shape[0])).tocsc()
    # The matrix is symmetric: in an order made for those it is solved in a tenth of the time.
    solved = spsolve(matrix, equations @ shown - system.rest[system.whole], permc_spec="MMD_AT_PLUS_A")
    fitted = shown - loose * (equations.T @ solved)
    low, high = narrowed(system)
    guessed: Floats = np.clip(fitted, low, high)
    return guessed
