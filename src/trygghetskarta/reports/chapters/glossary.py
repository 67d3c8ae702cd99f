"""What the words of a report mean."""

from __future__ import annotations

from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.reports.cells import words
from trygghetskarta.reports.document import Chapter, Fact, Facts
from trygghetskarta.serialize.swedish import alphabetical

HEADING = "Ordlista"
_WORDS = (
    ("anmält brott", "Ett brott som anmälts till polisen, räknat den månad det anmäldes. Långt ifrån alla brott anmäls."),
    ("kan inte avgöras", "Skillnaden är inte större än vad slumpen kan ge. Det betyder inte att inget har ändrats."),
    ("kvot", "Ett tal delat med ett annat. 1,20 är 20 procent fler, 0,80 är 20 procent färre."),
    ("preliminär", "En siffra som kan ändras: fler händelser väntas bli registrerade, eller källan är inte klar."),
    ("saknas", "Källan har inte levererat månaderna. Det är inte noll."),
    ("skyddat", "Siffran visas inte, för den kan peka ut någon. Det är inte noll."),
    ("standardavvikelse", "Hur mycket områden brukar skilja sig åt. Avståndet 1 är en vanlig skillnad, 0 är ingen alls."),
    ("säkerställd", "Större än vad slumpen rimligen ger: 95 procents säkerhet."),
    (
        "troligen",
        "En ändring som är mer än slumpen brukar ge, men inte säkerställd när många prövas. Av alla som pekas ut är i snitt högst en av fem falsk.",
    ),
    ("ämne", "Brott som hör ihop, till exempel inbrott. Ett brott kan höra till flera ämnen."),
    *((level.told.swedish.one, level.told.swedish.meaning) for level in AreaLevel if level.told.swedish.meaning),
)
_SIGNS = (
    ("95 % säkerhet", "Ett intervall som fångar det verkliga värdet i 95 fall av 100."),
    ("–", "Frågan går inte att ställa, till exempel ett tal per invånare där ingen bor."),
    (".", "Procent går inte att räkna, för jämförelsetalet är 0."),
)


def glossary() -> Chapter:
    """Explain the words of the report."""
    told = (*sorted(_WORDS, key=lambda word: alphabetical(word[0])), *_SIGNS)
    return Chapter(HEADING, (Facts("Ord i rapporten", tuple(Fact(word, words(text)) for word, text in told)),))
