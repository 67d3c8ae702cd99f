"""Crimes against older people, and fraud: what has no place on a map, beside what has."""

from __future__ import annotations

from dataclasses import dataclass

from trygghetskarta.domain.areas import Area, AreaLevel
from trygghetskarta.domain.counts import Counts, Figures
from trygghetskarta.domain.periods import Period
from trygghetskarta.domain.recodings import Recoding

OLDER_GROUP, FRAUD_GROUP = "brott-mot-aldre", "bedrageri"
"""The groups of categories that the lens is about: crimes against older people, and fraud."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the city's figures: all crimes against older people, all fraud, or one kind of fraud.

    Attributes:
        code: Code of the group or category.
        name: Its name.
    """

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Homes:
    """What is told of the victims of each line, shape (lines, periods).

    Attributes:
        known: Events whose victim lives in an area that the edition has.
        unknown: Events whose victim's home is told, but is no area of the edition.
        older: Events whose victim is told to be 65 or more.
        aged: Events whose victim's side of 65 years is told.
    """

    known: Counts
    unknown: Counts
    older: Counts
    aged: Counts


@dataclass(frozen=True, slots=True)
class LensCounts:
    """What the lens counts.

    Attributes:
        areas: The areas shown, (areas,).
        periods: The span, then its baseline if there is one, (periods,).
        older: Crimes against older people by their code, where they happened, shape (areas, periods).
        older_home: Crimes against older people by their code or the victim's age, where the victim lives, likewise.
        fraud: Fraud where it happened, likewise.
        fraud_home: Fraud where the victim lives, likewise.
        person_years: Residents of 65 and over times years, likewise; NaN where not known.
        history: Crimes against older people in the same months of earlier years, shape (areas, years).
        lines: The city's lines: crimes against older people, fraud, then each kind of fraud.
        place_level: The level that tells whether a line's events have a place.
        buckets: Placed, known to a larger area only, unplaced and outside, shape (lines, periods, 4).
        homes: What is told of their victims.
        line_history: The lines in the same months of earlier years, shape (lines, years).
        days: Days of each period, (periods,), then of each of the earlier years in `history_days`.
        history_days: Days of each earlier year's months, (years,).
        by_age_only: Crimes of other codes against a victim told to be 65 or more, (periods,).
        city_person_years: Residents of 65 and over in the whole city times years, (periods,); NaN where not known.
        silent: Months of each period without any fraud that lacks a place, though other months have many, (periods,).
        missing: True where nothing was delivered for the period, (periods,).
        recoded: By line, the change of what was counted that lies between the periods; None where there is none, or no baseline.
        comparable: False where the periods cannot be compared: other months were delivered, or other months are silent.
    """

    areas: tuple[Area, ...]
    periods: tuple[Period, ...]
    older: Counts
    older_home: Counts
    fraud: Counts
    fraud_home: Counts
    person_years: Figures
    history: Counts
    lines: tuple[Line, ...]
    place_level: AreaLevel
    buckets: Counts
    homes: Homes
    line_history: Counts
    days: Figures
    history_days: Figures
    by_age_only: Counts
    city_person_years: Figures
    silent: Counts
    missing: tuple[bool, ...]
    recoded: tuple[Recoding | None, ...]
    comparable: bool
