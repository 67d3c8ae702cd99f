"""Release months to the public: draw the cells of the lattice, once when a period is new and once when it is final.

The key that the noise is drawn by is read here and nowhere else; neither it nor what is made of it for a single event is ever written down.
"""

from __future__ import annotations

import hmac
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from secrets import token_hex

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection

from trygghetskarta.disclosure.drawing import METHOD, Contributions, Drawn, Stretch, due, protected
from trygghetskarta.disclosure.lattice import PERIODS, UNKNOWN, Kind, periods_of
from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.periods import Month, Span, local_day
from trygghetskarta.domain.sources import CONTRACTS, EVENT_SOURCES, SourceId
from trygghetskarta.errors import ConflictError, ForbiddenError, InvalidQuestionError
from trygghetskarta.ingest.drawing import Drawing, DrawnCells, write_cells, write_draws
from trygghetskarta.ingest.publication import announce
from trygghetskarta.queries.blocks import Spread, spread_out
from trygghetskarta.queries.contributors import (
    Contributors,
    load_contributors,
    load_counts,
    load_draws,
    load_lacking,
    load_open,
    methods_used,
)
from trygghetskarta.queries.coverage import load_coverage
from trygghetskarta.queries.divisions import City, Division, contributions, together
from trygghetskarta.queries.seen_cells import Grid, Years, seen_together
from trygghetskarta.settings import Settings
from trygghetskarta.store.audit import Act, note

Ints = npt.NDArray[np.int64]

RELEASED = "release"
"""What a publication is called that changes what the public sees."""

_KEY_FILE = "release.key"
_YEAR = 12
_OPEN = "open: the source's events are public elsewhere"
_NONE = np.zeros(0, np.int64)


def release_key(settings: Settings) -> bytes:
    """Give the key that the noise is drawn by.

    Args:
        settings: What the installation chose.

    Returns:
        The key set; else that of the private server's folder, which is made when it is first asked for.

    Raises:
        ForbiddenError: No key is set, and the database is not the private one.
    """
    if settings.release_key is not None:
        return settings.release_key.get_secret_value().encode()
    if settings.database_url is not None:
        raise ForbiddenError(
            "Ingen nyckel är inställd för att släppa siffror: ange TRYGGHETSKARTA_RELEASE_KEY.",
            "No key is set for releasing figures: give TRYGGHETSKARTA_RELEASE_KEY.",
        )
    path = Path(settings.home) / _KEY_FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(token_hex(32))
    return path.read_text(encoding="ascii").strip().encode()


@dataclass(frozen=True, slots=True)
class Released:
    """What was released of a source.

    Attributes:
        source: Which source.
        draws: The draws made.
    """

    source: SourceId
    draws: Mapping[Stretch, Drawn]


def read_period(text: str) -> Span:
    """Read what is to be released: a month, or a run of them.

    Raises:
        InvalidQuestionError: It is neither.
    """
    first, _, last = text.partition("..")
    try:
        return Span(Month.parse(first), Month.parse(last or first))
    except ValueError as error:
        swedish = f"{text} är ingen månad skriven som 2026-01 och inga månader skrivna som 2026-01..2026-03."
        raise InvalidQuestionError(swedish, f"{text} is no month written as 2026-01 and no months written as 2026-01..2026-03.") from error


def release_due(
    connection: Connection, key: bytes, today: date, asked: Span | None = None, sources: Sequence[SourceId] = EVENT_SOURCES
) -> list[Released]:
    """Release months, and what earlier releases lack of areas that were loaded after them.

    Args:
        connection: Inside a transaction.
        key: What the noise is drawn by.
        today: The day, which decides whether a month is final.
        asked: The months; None for all that are delivered whole and new, or have become final.
        sources: Of which sources. One that is public elsewhere is released as it is delivered, and not here.

    Returns:
        What was released, by source.

    Raises:
        ConflictError: Months were asked for and none of them can be released, or earlier figures were drawn by another key.
    """
    method = f"{METHOD} key={sha256(b'mark' + key).hexdigest()[:8]}"
    _refuse_another_key(connection, method)
    mine = [source for source in sources if source in EVENT_SOURCES and not CONTRACTS[source].public]
    due_now = {source: _due(connection, source, today, asked) for source in mine}
    if asked is not None and not any(due_now.values()):
        raise _nothing_due(connection, mine, asked)
    city, instant, changed = City.load(connection), datetime.now(UTC), list[SourceId]()
    for source, draws in due_now.items():
        own = hmac.digest(key, source.value.encode(), sha256)
        lacking = load_lacking(connection, source)
        for lacks in lacking:
            _Press(connection, city, source, lacks.known_at, lacks.levels).draw(lacks.numbers, own)
        _Press(connection, city, source, instant).draw(write_draws(connection, Drawing(source, draws, instant, method)), own)
        if draws or lacking:
            changed.append(source)
    if changed:
        announce(connection, RELEASED)
    # Last: whoever else has something to note waits until this is committed.
    for source in changed:
        note(connection, Act.RELEASED, _told(source, due_now[source]))
    return [Released(source, draws) for source, draws in due_now.items()]


def _told(source: SourceId, draws: Mapping[Stretch, Drawn]) -> dict[str, object]:
    """Give what is noted of a release: its months, none where earlier ones were only given the areas that they lacked, and how many are final."""
    months = sorted(str(Month(stretch.first)) for stretch in draws if stretch.months == 1)
    final = sum(drawn.final for drawn in draws.values())
    return {"source": source, "months": [months[0], months[-1]] if months else [], "draws": len(draws), "final": final}


def _refuse_another_key(connection: Connection, method: str) -> None:
    if methods_used(connection) - {method}:
        raise ConflictError(
            "Tidigare siffror är släppta med en annan nyckel eller metod. Med två olika skulle den sanna siffran gå att räkna ut.",
            "Earlier figures were released by another key or method. With two of them the true figure could be worked out.",
        )


def _due(connection: Connection, source: SourceId, today: date, asked: Span | None) -> dict[Stretch, Drawn]:
    """Give the draws to make of a source: of the months asked for that it has delivered whole."""
    delivered = load_coverage(connection, None).get(source)
    if delivered is None:
        return {}
    months = map(Month, np.setdiff1d(delivered.months, delivered.partial).tolist())
    final_from = CONTRACTS[source].finality.final_from
    ready = {month.number: today >= final_from(month) for month in months if asked is None or asked.holds(month)}
    return due(load_draws(connection, source), ready)


def _nothing_due(connection: Connection, sources: Sequence[SourceId], asked: Span) -> ConflictError:
    """Say why none of the months asked for can be released: of the first source that has released any of them, or that none is delivered."""
    name = asked.first if asked.months == 1 else asked
    for source in sources:
        known = load_draws(connection, source)
        drawn = [known[Stretch(month.number, 1)] for month in asked if Stretch(month.number, 1) in known]
        if drawn and all(one.final for one in drawn):
            return ConflictError(
                f"{name} är redan släppt med slutliga siffror. En period dras högst två gånger, för varje dragning säger lite mer om de sanna.",
                f"{name} is already released with final figures. A period is drawn at most twice: each draw tells a little more of the true ones.",
            )
        if drawn:
            day = CONTRACTS[source].finality.final_from(asked.last)
            return ConflictError(
                f"{name} är redan släppt med preliminära siffror. De slutliga kan släppas från och med {day}.",
                f"{name} is already released with provisional figures. The final ones can be released from {day} on.",
            )
    return ConflictError(
        f"Ingen hel månad av {name} är levererad, så inget kan släppas.",
        f"No whole month of {name} is delivered, so nothing can be released.",
    )


def release_open(connection: Connection, source: SourceId) -> None:
    """Release exactly what has changed of a source that is public elsewhere; of any other nothing.

    Args:
        connection: Inside the transaction that changed it.
        source: The source.
    """
    if not CONTRACTS[source].public or source not in EVENT_SOURCES:
        return
    delivered = load_coverage(connection, None).get(source)
    if delivered is None:
        return
    city, instant = City.load(connection), datetime.now(UTC)
    known, before = load_draws(connection, source), load_open(connection, source)
    counts = load_counts(connection, source)
    changed = False
    for number in sorted({*delivered.months.tolist(), *before}):
        rows = counts.get(number, np.zeros((4, 0), np.int64))
        cells = [part for division in city.divisions for part in _open_cells(division, city, source, rows)]
        if before.get(number) == {part.of: part.columns for part in cells}:
            continue
        stretch, month = Stretch(number, 1), Month(number)
        final = local_day(instant) >= CONTRACTS[source].finality.final_from(month)
        drawn = Drawn(known[stretch].number + 1 if stretch in known else 1, final)
        partial = number in delivered.partial or number not in delivered.months
        numbers = write_draws(connection, Drawing(source, {stretch: drawn}, instant, _OPEN, perturbed=False, partial=partial))
        write_cells(connection, [replace(part, draw=numbers[stretch]) for part in cells])
        changed = True
    if changed:
        announce(connection, RELEASED)


def _by_year(numbers: Mapping[Stretch, int]) -> dict[int, dict[Stretch, int]]:
    years: dict[int, dict[Stretch, int]] = {}
    for stretch, number in sorted(numbers.items()):
        years.setdefault(stretch.first // _YEAR * _YEAR, {})[stretch] = number
    return years


@dataclass(frozen=True, slots=True)
class _Press:
    """Draws periods of one source, as it was known at an instant: at some levels of editions, or None for all of them."""

    connection: Connection
    city: City
    source: SourceId
    instant: datetime
    levels: frozenset[tuple[int, AreaLevel]] | None = None

    def draw(self, numbers: Mapping[Stretch, int], key: bytes) -> None:
        """Draw periods, a year of events at a time.

        Args:
            numbers: The periods, and the number of the draw of each.
            key: The source's own.
        """
        for year, of_year in _by_year(numbers).items():
            events = load_contributors(self.connection, self.source, Span(Month(year), Month(year + _YEAR - 1)), self.instant)
            rows, keys = together(events, _record_keys(events, key))
            found = [contributions(self.city, division, self.source, (rows, keys, events.withheld)) for division in self.city.divisions]
            for months in PERIODS:
                mine = {stretch.first // months: number for stretch, number in of_year.items() if stretch.months == months}
                # Years first: what they show decides what is shown of their parts, so it is written before those are drawn.
                cells = self._cells(found, months, mine) if mine else iter(())
                write_cells(self.connection, [part for part in cells if self.levels is None or part.of in self.levels])

    def _cells(self, found: Sequence[Contributions], months: int, numbers: Mapping[int, int]) -> Iterator[DrawnCells]:
        """Draw the cells of some periods of one length in every division, each with the number of its draw."""
        divisions, tree = self.city.divisions, self.city.trees[self.source]
        grids = [Grid.of(division.areas, self.source, tree) for division in divisions]
        shown = [self._shown(*one, months, list(numbers)) for one in zip(divisions, grids, found, strict=True)]
        in_time = None
        if months != _YEAR:
            firsts = [number * months for number in numbers]
            years = [
                Years.load(self.connection, grid, (self.source, one.edition), firsts) for grid, one in zip(grids, divisions, strict=True)
            ]
            in_time = [year.in_time([(first, self.instant) for first in firsts]) for year in years]
        seen = seen_together(grids, self.city.inside, months, shown, in_time)
        for of, draw in enumerate(numbers.values()):
            for place, division in enumerate(divisions):
                for level, areas in division.areas.items():
                    # What is shown is written, a 0 too; what is not written is not shown.
                    here = seen[place][level][:, :, of] if level in seen[place] else np.zeros((0, 0), bool)
                    area, category = np.nonzero(here)
                    ids = np.array([one.area_id for one in areas], np.int64)
                    values = shown[place][level][area, category, of] if level in seen[place] else _NONE
                    yield DrawnCells(draw, division.edition, level, ids[area], grids[place].category_ids[category], values, _NONE)

    def _shown(self, division: Division, grid: Grid, found: Contributions, months: int, numbers: list[int]) -> dict[AreaLevel, Ints]:
        """Give what the cells of some periods of one length show, by level, (areas, categories, periods)."""
        every, cells = len(grid.kinds), division.areas_in_all
        part = found.of(self._carried(division, grid, found, months) & np.isin(found.month // months, numbers))
        at, counts = protected(part, (part.month // months * cells + part.cell) * every + part.node)
        period, rest = np.divmod(at, cells * every)
        cell, node = np.divmod(rest, every)
        column = np.searchsorted(numbers, period)
        shown = grid.blank(months, len(numbers))
        for level, cells_shown in shown.items():
            mine = division.of_level(level)
            here = (cell >= mine.start) & (cell < mine.stop)
            cells_shown[cell[here] - mine.start, node[here], column[here]] = counts[here]
        return shown

    def _carried(self, division: Division, grid: Grid, found: Contributions, months: int) -> npt.NDArray[np.bool_]:
        """Tell which contributions are to a cell that the lattice has of a length of time."""
        has = np.array([[kind != UNKNOWN and months in periods_of(level, kind) for kind in (*Kind, UNKNOWN)] for level in division.areas])
        ends = [division.of_level(level).stop for level in division.areas]
        carried: npt.NDArray[np.bool_] = has[np.searchsorted(ends, found.cell, side="right"), grid.kinds[found.node]]
        return carried


def _record_keys(events: Contributors, key: bytes) -> Ints:
    """Give the record key of each event, 0 to 2^32 - 1."""
    digests = b"".join(hmac.digest(key, one, sha256)[:4] for one in events.keys.tolist())
    return np.frombuffer(digests, ">u4").astype(np.int64)


def _open_cells(division: Division, city: City, source: SourceId, rows: Ints) -> Iterator[DrawnCells]:
    """Give the cells of a month of a source that is public elsewhere: exact, with those that are in no area, by area and category."""
    levels, by_share = spread_out(rows, division.cells, city.kinds, source)
    together, dealt = _joined(rows, [*levels, *by_share]), _joined(rows, by_share)
    for level, areas in division.areas.items():
        mine, beside = division.of_level(level), division.beside(level)
        key_of = {cell: area.area_id for cell, area in zip(range(mine.start, mine.stop), areas, strict=True)}
        key_of |= {cell: beside.start - cell - 1 for cell in range(beside.start, beside.stop)}
        part = sorted((key_of[cell], category, cell) for cell, category in together if cell in key_of)
        some = [dealt.get((cell, category), 0) for _, category, cell in part]
        columns = (
            [area for area, _, _ in part],
            [category for _, category, _ in part],
            [together[cell, category] for _, category, cell in part],
            some if any(some) else [],
        )
        yield DrawnCells(0, division.edition, level, *(np.array(column, np.int64) for column in columns))


def _joined(rows: Ints, spread: list[Spread]) -> dict[tuple[int, int], int]:
    """Add up counts by cell and category; none that are 0."""
    found: dict[tuple[int, int], int] = {}
    for entry in spread:
        for cell, category, antal in zip(entry.cell.tolist(), rows[1, entry.row].tolist(), entry.antal.tolist(), strict=True):
            if antal:
                found[cell, category] = found.get((cell, category), 0) + antal
    return found
