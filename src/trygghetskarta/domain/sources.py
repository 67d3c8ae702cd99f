"""The sources, and what each can carry.

A source contract is data, in source_contracts/<source>.toml: the code that answers a question asks it, and a question the source cannot answer
is refused with the reason.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from importlib.resources import files
from typing import Any

from trygghetskarta.domain.cities import CITY, ROLES
from trygghetskarta.domain.periods import Month


class SourceId(StrEnum):
    """The closed list of sources."""

    POLISHANDELSER = "polishandelser"
    ANMALDA_BROTT = "anmalda_brott"
    SKJUTNINGAR = "skjutningar"
    BRANDER = "brander"
    SPRANGNINGAR = "sprangningar"
    TYCK_TILL = "tyck_till"
    INCIDENTER = "incidenter"
    TRYGGHETSMATNING = "trygghetsmatning"
    POPULATION = "population"

    @property
    def number(self) -> int:
        """The source's key in the database: its place in the list, so a new source is added last and none is ever taken away."""
        return _NUMBERS[self]


_NUMBERS = {source: place for place, source in enumerate(SourceId, 1)}


class Carries(StrEnum):
    """What a source's rows are. Only events are counted; the other two are values of an area."""

    EVENTS = "events"
    INDICATOR = "indicator"
    DENOMINATOR = "denominator"


class CountsBy(StrEnum):
    """Which date puts an event in a month."""

    HAPPENED = "happened"
    REPORTED = "reported"


class Finality(StrEnum):
    """When the figures of a month stop being provisional."""

    NEXT_FEBRUARY = "next-february"
    THREE_MONTHS = "three-months"
    NEXT_MONTH = "next-month"

    def final_from(self, month: Month) -> date:
        """Give the first day on which the month's figures are no longer provisional."""
        match self:
            case Finality.NEXT_FEBRUARY:
                return date(month.year + 1, 3, 1)
            case Finality.THREE_MONTHS:
                return month.plus(4).first_day
            case Finality.NEXT_MONTH:
                return month.plus(2).first_day


@dataclass(frozen=True, slots=True)
class Refusal:
    """A kind of question the source must not be used for (one of the names below, or a level it is never as exact as), and why."""

    what: str
    reason: str
    reason_en: str


@dataclass(frozen=True, slots=True)
class SourceContract:
    """What one source states about itself.

    Attributes:
        source: Which source.
        name: Its Swedish name.
        name_en: Its English name.
        description: One or two Swedish sentences on what it is.
        description_en: The same in English.
        carries: What its rows are.
        counts_by: The date that puts an event in a month.
        dates: The dates that its rows tell: those it may be counted by. One that is not among them it refuses.
        finality: When a month's figures are final.
        every_month: True where a month without a row means that nothing was delivered; False where it may mean that nothing happened.
        public: True where the events themselves are already public elsewhere, so exact counts may be shown to anyone.
        noun: What one event is called, singular and plural.
        refusals: The kinds of question that are refused.
        inside: True where the source says that every row is inside the municipality, so that rows outside are a sign of a wrong file.
        polled: True where a file is an answer of a feed or a list as it stands, not the whole of some months.
        smallest_n: A value that rests on fewer answers is shown on no map and in no figure; None where that is no question.
    """

    source: SourceId
    name: str
    name_en: str
    description: str
    description_en: str
    carries: Carries
    counts_by: CountsBy
    dates: tuple[CountsBy, ...]
    finality: Finality
    every_month: bool
    public: bool
    noun: tuple[str, str]
    refusals: tuple[Refusal, ...] = ()
    inside: bool = True
    polled: bool = False
    smallest_n: int | None = None

    def refusal(self, what: str) -> Refusal | None:
        """Give the reason why the source refuses this kind of question; None when it does not."""
        return next((refusal for refusal in self.refusals if refusal.what == what), None)


EVENTS = "events"
RATE = "rate"
POINT = "point"
RATE_BASOMRADE = "rateBasomrade"


def _read(source: SourceId) -> SourceContract:
    written: dict[str, Any] = _in_the_words_of_the_city(
        tomllib.loads(files("trygghetskarta.domain").joinpath("source_contracts", f"{source}.toml").read_text(encoding="utf-8"))
    )
    told = (Refusal(**refusal) for refusal in written.pop("refusals", []))
    refusals = tuple(Refusal(what, refusal.reason, refusal.reason_en) for refusal in told for what in _levels_of(refusal.what))
    closed: dict[str, Callable[[Any], Any]] = {
        "carries": Carries,
        "counts_by": CountsBy,
        "dates": lambda dates: tuple(map(CountsBy, dates)),
        "finality": Finality,
        "noun": tuple,
    }
    return SourceContract(
        source, refusals=refusals, **{name: closed.get(name, lambda value: value)(value) for name, value in written.items()}
    )


def _levels_of(what: str) -> tuple[str, ...]:
    """Give what is refused where that is a level, by what it is to the program: the city's own levels that are that, if it has any."""
    return tuple(level.code for level in CITY.levels if level.role == what) if what in ROLES else (what,)


def _in_the_words_of_the_city(written: dict[str, Any]) -> dict[str, Any]:
    """Put the city's own names of levels where a text holds {stadsdel}, or {a stadsdel} for one with its article."""
    told: dict[str, Any] = {
        name: _worded(text, english=name.endswith("_en")) if isinstance(text, str) else text for name, text in written.items()
    }
    if "refusals" in told:
        told["refusals"] = [_in_the_words_of_the_city(refusal) for refusal in told["refusals"]]
    return told


def _worded(text: str, *, english: bool) -> str:
    for role in ROLES:
        level = CITY.level_of(role)
        words = level.english if english else level.swedish
        text = text.replace(f"{{a {role}}}", words.a).replace(f"{{{role}}}", words.one)
    return text


CONTRACTS: dict[SourceId, SourceContract] = {source: _read(source) for source in SourceId}
EVENT_SOURCES: tuple[SourceId, ...] = tuple(source for source in SourceId if CONTRACTS[source].carries is Carries.EVENTS)
"""The sources that questions can be asked of."""
