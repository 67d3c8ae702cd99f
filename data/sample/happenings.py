"""When and where invented events happen: season, weekday, hour, trend, and places that draw trouble.

The differences between areas are drawn by lot. They follow how many live and move about somewhere, never what is said of the place.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from data.sample.geography import YEARS, Basomrade, Floats, Ints, scatter
from numpy.typing import NDArray

Times = NDArray[np.datetime64]

ADDRESSES = 50
# Names that could stand anywhere, or nowhere.
STREETS = (
    "Storgatan", "Skolgatan", "Björkvägen", "Kyrkogatan", "Parkvägen", "Stationsvägen", "Ringvägen", "Ekvägen", "Industrigatan",
    "Trädgårdsgatan", "Nygatan", "Lillgatan", "Tallvägen", "Granstigen", "Hantverkaregatan", "Bergsgatan", "Kvarngatan", "Sjövägen",
    "Strandstigen", "Ängsvägen", "Lönnvägen", "Aspgatan", "Rönnvägen", "Solgatan", "Norrgatan", "Södergatan", "Östergatan",
    "Västergatan", "Torggatan", "Brogatan", "Bäckgatan", "Smedjegatan", "Klockargränd", "Fiskargränd", "Lingonstigen", "Blåbärsvägen",
    "Hallonstigen", "Kornvägen", "Havrevägen", "Rågvägen", "Fårstigen", "Lammgränd", "Hjortvägen", "Rävstigen", "Harvägen",
    "Mejerigatan", "Bagargatan", "Glasgatan", "Snickargatan", "Vävargränd",
)  # fmt: skip

# Visitors per basområde, counted as inhabitants; the second figure is for the one at the stadsdel's centre.
VISITORS = {
    "city": (3500, 15000),
    "centrum": (700, 6500),
    "flerbostad": (400, 2000),
    "villa": (200, 800),
    "arbete": (1500, 2500),
    "natur": (150, 500),
}

# Share of the events per hour of the day, weekdays and weekend nights apart where it matters.
HOURS: dict[str, tuple[int, ...]] = {
    "flat": (3, 2, 2, 2, 2, 2, 3, 4, 5, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 5, 5, 4, 4, 3),
    "day": (1, 1, 1, 1, 1, 1, 2, 5, 7, 8, 8, 9, 9, 8, 8, 8, 7, 6, 4, 3, 2, 2, 1, 1),
    "shop": (1, 1, 0, 0, 0, 0, 1, 2, 3, 5, 7, 8, 9, 9, 9, 10, 11, 10, 7, 4, 2, 1, 1, 1),
    "evening": (5, 3, 2, 2, 1, 1, 1, 2, 2, 3, 3, 3, 4, 4, 5, 6, 6, 7, 7, 8, 8, 8, 8, 7),
    "night": (11, 11, 10, 9, 4, 2, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 4, 4, 5, 6, 7, 8, 10),
}
WEEKEND_NIGHT = np.array([2.2, 2.2, 2.2, 2.0, 1.5, 1.2] + [1.0] * 13 + [1.0, 1.1, 1.3, 1.5, 1.8])


@dataclass(frozen=True)
class Pattern:
    """How one kind of event is spread over time and place.

    Attributes:
        hours: Name of a profile in `HOURS`.
        summer: How much more common it is in July than in January (0.3: 30 % over the mean; negative for winter).
        weekend: Weight of a Friday, Saturday or Sunday against another day.
        trend: Change per year (0.03: three per cent up).
        pull: Share that follows visitors rather than inhabitants.
        spread: How unevenly the lot falls on the stadsdelar (standard deviation of a logarithm).
        bump: Years with a level of their own: year -> factor.
    """

    hours: str
    summer: float = 0.0
    weekend: float = 1.0
    trend: float = 0.0
    pull: float = 0.5
    spread: float = 0.35
    bump: tuple[tuple[int, float], ...] = ()


@dataclass(frozen=True)
class World:
    """The place where things happen.

    Attributes:
        basomraden: All of them.
        residents: Inhabitants, shape (basomraden, years).
        visitors: Visitors counted as inhabitants, shape (basomraden,).
        stadsdel: Number of the stadsdel of each, shape (basomraden,).
        points: Addresses in whole metres, EPSG:3011, shape (basomraden, addresses, 2).
        streets: Street of each address, shape (basomraden, addresses).
        numbers: House number of each address, same shape.
    """

    basomraden: list[Basomrade]
    residents: Ints
    visitors: Floats
    stadsdel: Ints
    points: Floats
    streets: Ints
    numbers: Ints


@dataclass(frozen=True)
class Happenings:
    """Invented events in the order of time.

    Attributes:
        times: Local clock time to the minute.
        area: Number of the basområde.
        address: Number of the address in it.
    """

    times: Times
    area: Ints
    address: Ints

    def __len__(self) -> int:
        """Give the number of events."""
        return len(self.times)


def make_world(basomraden: list[Basomrade], residents: Ints, rng: np.random.Generator) -> World:
    """Invent visitors and addresses."""
    visitors = np.array([VISITORS[b.place.kind][int(b.centre)] for b in basomraden]) * rng.lognormal(0.0, 0.5, len(basomraden))
    names = sorted({b.place.code for b in basomraden})
    stadsdel = np.array([names.index(b.place.code) for b in basomraden])
    # Two metres inside the border, so that rounding to whole metres never moves an address to a neighbour.
    points = np.stack([np.round(scatter(b.outline.buffer(-2.0), ADDRESSES, rng)) for b in basomraden])
    local = np.stack([rng.choice(len(STREETS), 8, replace=False) for _ in basomraden])
    streets = np.take_along_axis(local, rng.integers(0, 8, points.shape[:2]), axis=1)
    numbers = rng.integers(1, 60, points.shape[:2])
    return World(basomraden, residents, visitors, stadsdel, points, streets, numbers)


def day_weights(pattern: Pattern, days: Times, rng: np.random.Generator) -> Floats:
    """Give how likely each day is: season, weekday, trend and the whims of the months."""
    months = days.astype("datetime64[M]").astype(np.int64)
    weekday = (days.astype(np.int64) + 3) % 7
    season = 1.0 + pattern.summer * -np.cos(2 * np.pi * (months % 12) / 12)
    years = months / 12 + 1970 - 2016
    whim = rng.lognormal(0.0, 0.07, int(months.max() - months.min()) + 1)[months - months.min()]
    weights = season * np.where(weekday >= 4, pattern.weekend, 1.0) * (1.0 + pattern.trend) ** years * whim
    for year, factor in pattern.bump:
        weights = np.where(np.floor(years) == year - 2016, weights * factor, weights)
    return np.asarray(weights / weights.sum(), dtype=np.float64)


def clock(hours: str, days: Times, rng: np.random.Generator) -> Times:
    """Give each day a time: the profile, later on weekends, and the round minutes people remember."""
    share = np.array(HOURS[hours], dtype=np.float64)
    plain = rng.choice(24, len(days), p=share / share.sum())
    late = share * WEEKEND_NIGHT
    weekend = rng.choice(24, len(days), p=late / late.sum())
    hour = np.where((days.astype(np.int64) + 3) % 7 >= 5, weekend, plain)
    minute = np.where(rng.random(len(days)) < 0.6, 15 * rng.integers(0, 4, len(days)), rng.integers(0, 60, len(days)))
    return existing(days.astype("datetime64[m]") + (60 * hour + minute).astype("timedelta64[m]"))


def existing(times: Times) -> Times:
    """Move the clock times that summer time skips (02:00-02:59 on the last Sunday in March) one hour on."""
    days = times.astype("datetime64[D]")
    months = times.astype("datetime64[M]").astype(np.int64) % 12
    day_of_month = (days - times.astype("datetime64[M]").astype("datetime64[D]")).astype(np.int64) + 1
    sunday = (days.astype(np.int64) + 3) % 7 == 6
    skipped = (months == 2) & sunday & (day_of_month >= 25) & ((times - days).astype(np.int64) // 60 == 2)
    return np.where(skipped, times + np.timedelta64(60, "m"), times)


def area_weights(world: World, pattern: Pattern, rng: np.random.Generator) -> Floats:
    """Give how likely each basområde is in each year, shape (years, basomraden)."""
    lot = rng.lognormal(0.0, pattern.spread, world.stadsdel.max() + 1)[world.stadsdel]
    own = rng.lognormal(0.0, pattern.spread / 2, len(world.stadsdel))
    drift = rng.normal(0.0, 0.035, world.stadsdel.max() + 1)[world.stadsdel]
    homes = world.residents / world.residents.sum(axis=0)
    visits = world.visitors / world.visitors.sum()
    mix = (pattern.pull * visits[:, None] + (1.0 - pattern.pull) * homes) * (lot * own)[:, None]
    drifted = mix * np.exp(drift[:, None] * (np.array(YEARS) - 2020))
    return np.asarray((drifted / drifted.sum(axis=0)).T, dtype=np.float64)


def happen(world: World, pattern: Pattern, count: int, span: tuple[date, date], rng: np.random.Generator) -> Happenings:
    """Draw events of one kind.

    Args:
        world: Where.
        pattern: How they are spread.
        count: How many in all.
        span: First and last day.
        rng: The lot.

    Returns:
        The events in the order of time.
    """
    days = np.arange(np.datetime64(span[0]), np.datetime64(span[1]) + 1)
    chosen = np.repeat(days, rng.multinomial(count, day_weights(pattern, days, rng)))
    times = np.sort(clock(pattern.hours, chosen, rng))
    by_year = area_weights(world, pattern, rng)
    years = times.astype("datetime64[Y]").astype(np.int64) + 1970 - YEARS[0]
    area = np.zeros(count, dtype=np.int64)
    for year in np.unique(years):
        here = years == year
        area[here] = rng.choice(len(world.basomraden), int(here.sum()), p=by_year[year])
    # A few addresses draw most of it: the square, the shopping centre, the platform.
    rank = 1.0 / np.arange(1, ADDRESSES + 1) ** (0.4 + 0.7 * pattern.pull)
    return Happenings(times, area, rng.choice(ADDRESSES, count, p=rank / rank.sum()))


def merged(parts: list[Happenings], kinds: list[str]) -> tuple[Happenings, list[str]]:
    """Give several kinds of events as one list in the order of time, and the kind of each."""
    times = np.concatenate([part.times for part in parts])
    order = np.argsort(times, kind="stable")
    named = np.repeat(np.arange(len(parts)), [len(part) for part in parts])[order]
    area = np.concatenate([part.area for part in parts])[order]
    return Happenings(times[order], area, np.concatenate([part.address for part in parts])[order]), [kinds[k] for k in named]
