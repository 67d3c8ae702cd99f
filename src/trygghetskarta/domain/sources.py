"""The sources, and what each can carry.

A source contract is data: the code that answers a question asks it, and a question the source cannot answer is refused with the reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from trygghetskarta.domain.periods import Month


class SourceId(StrEnum):
    """The closed list of sources."""

    POLISHANDELSER = "polishandelser"
    ANMALDA_BROTT = "anmalda_brott"
    SKJUTNINGAR = "skjutningar"
    BRANDER = "brander"

    @property
    def number(self) -> int:
        """The source's key in the database; a number is never used again for another source."""
        return {"polishandelser": 1, "anmalda_brott": 2, "skjutningar": 3, "brander": 4}[self.value]


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
    """A kind of question the source must not be used for, and why."""

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
        counts_by: The date that puts an event in a month.
        finality: When a month's figures are final.
        every_month: True where a month without a row means that nothing was delivered; False where it may mean that nothing happened.
        public: True where the events themselves are already public elsewhere, so exact counts may be shown to anyone.
        noun: What one event is called, singular and plural.
        refusals: The kinds of question that are refused.
        inside: True where the source says that every row is inside the municipality, so that rows outside are a sign of a wrong file.
    """

    source: SourceId
    name: str
    name_en: str
    description: str
    description_en: str
    counts_by: CountsBy
    finality: Finality
    every_month: bool
    public: bool
    noun: tuple[str, str]
    refusals: tuple[Refusal, ...] = ()
    inside: bool = True

    def refusal(self, what: str) -> Refusal | None:
        """Give the reason why the source refuses this kind of question; None when it does not."""
        return next((refusal for refusal in self.refusals if refusal.what == what), None)


RATE = "rate"
BASOMRADE = "basomrade"

CONTRACTS: dict[SourceId, SourceContract] = {
    contract.source: contract
    for contract in (
        SourceContract(
            source=SourceId.POLISHANDELSER,
            name="Polisens händelserapporter",
            name_en="Police press feed",
            description=(
                "Händelser som polisen valt att berätta om på sin webbplats. Det är nyheter, inte statistik: bara några procent av alla "
                "händelser finns med, och andelen varierar. Platsen är som bäst en stadsdel som nämns i texten."
            ),
            description_en=(
                "Events the police chose to publish on their website. It is news, not statistics: a few per cent of all events, a share "
                "that varies. The place is at best a stadsdel named in the text."
            ),
            counts_by=CountsBy.HAPPENED,
            finality=Finality.NEXT_MONTH,
            every_month=True,
            public=True,
            noun=("händelse", "händelser"),
            inside=False,
            refusals=(
                Refusal(
                    RATE,
                    "Polisens händelserapporter är ett urval som polisen gör och kan därför inte räknas per invånare.",
                    "The police press feed is a selection made by the police and cannot be counted per inhabitant.",
                ),
                Refusal(
                    BASOMRADE,
                    "Polisens händelserapporter anger aldrig en plats som är noggrannare än en stadsdel.",
                    "The police press feed never gives a place finer than a stadsdel.",
                ),
            ),
        ),
        SourceContract(
            source=SourceId.ANMALDA_BROTT,
            name="Anmälda brott",
            name_en="Reported crimes",
            description=(
                "Brott som anmälts till polisen, räknade den månad de anmäldes. Långt ifrån alla brott anmäls, och bedrägerier saknar oftast "
                "plats. Årets siffror är preliminära till och med februari året därpå."
            ),
            description_en=(
                "Crimes reported to the police, counted in the month of the report. Far from all crimes are reported, and fraud mostly has no "
                "place. A year's figures are provisional until the end of the next February."
            ),
            counts_by=CountsBy.REPORTED,
            finality=Finality.NEXT_FEBRUARY,
            every_month=True,
            public=False,
            noun=("anmält brott", "anmälda brott"),
        ),
        SourceContract(
            source=SourceId.SKJUTNINGAR,
            name="Bekräftade skjutningar",
            name_en="Confirmed shootings",
            description=(
                "Polisens egen lista över skjutningar, med döda och skadade. Listan är preliminär och rättas i efterhand. En skjutning är inte "
                "en brottstyp: samma händelse kan också finnas bland anmälda brott."
            ),
            description_en=(
                "The police's own list of shootings, with dead and injured. The list is provisional and revised. A shooting is not a crime type: "
                "the same event may stand among reported crimes as well."
            ),
            counts_by=CountsBy.HAPPENED,
            finality=Finality.THREE_MONTHS,
            every_month=False,
            public=False,
            noun=("skjutning", "skjutningar"),
        ),
        SourceContract(
            source=SourceId.BRANDER,
            name="Räddningstjänstens händelser",
            name_en="Rescue service events",
            description=(
                "Storstockholms brandförsvars registrerade händelser efter räddningstjänstens händelsetyper. Automatlarm utan brand är över en "
                "tredjedel och redovisas för sig."
            ),
            description_en=(
                "Events registered by the Greater Stockholm fire service, by the rescue service's event types. Automatic alarms without fire are "
                "over a third and are kept apart."
            ),
            counts_by=CountsBy.HAPPENED,
            finality=Finality.NEXT_MONTH,
            every_month=True,
            public=False,
            noun=("händelse", "händelser"),
        ),
    )
}
