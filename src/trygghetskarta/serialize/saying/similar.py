"""Sentences on similar areas."""

from __future__ import annotations

from trygghetskarta.analysis.similar import AgainstSimilar, Like
from trygghetskarta.analysis.verdicts import Verdict
from trygghetskarta.domain.counts import Published
from trygghetskarta.domain.likeness import AreaTraits
from trygghetskarta.domain.sources import CONTRACTS
from trygghetskarta.serialize.saying.comparisons import PER
from trygghetskarta.serialize.swedish import decimal, listed, month_name, span_name, whole

_MOST_AREAS = 5
_FAR = 1.0


def similar_sentences(
    traits: AreaTraits, likes: tuple[Like, ...], against: tuple[AgainstSimilar, ...], crime: Published | None
) -> list[str]:
    """Say which areas are most alike, how the area's rate stands to theirs, and what to mind.

    Args:
        traits: What the areas are like.
        likes: The areas and those most like them.
        against: Their rates against those of the similar ones; empty where no crime was asked for.
        crime: Recorded crime; None where none was asked for.

    Returns:
        Whole sentences.
    """
    said = [_like(traits, like) for like in likes[:_MOST_AREAS]]
    if crime is not None:
        said += [_rate(traits, like, found, crime) for like, found in zip(likes[:_MOST_AREAS], against, strict=False)]
    if len(likes) > _MOST_AREAS:
        said.append(f"{whole(len(likes) - _MOST_AREAS)} områden till står i tabellen.")
    names = listed([trait.swedish for trait in traits.traits])
    said.append(f"Likheten gäller {names} i {month_name(traits.month)}; annat som spelar roll för brott är inte med.")
    if traits.left_out:
        said.append(f"Uppgifter saknas om {listed([trait.swedish for trait in traits.left_out])}.")
    return said


def _like(traits: AreaTraits, like: Like) -> str:
    name = traits.areas[like.area].name
    if not like.similar:
        return f"Till {name} finns inget område att jämföra med: det saknar invånare eller någon av uppgifterna, eller så är alla områden lika."
    names = [
        f"{traits.areas[area].name} ({decimal(round(distance, 3), 2)})" for area, distance in zip(like.similar, like.distance, strict=True)
    ]
    far = " Inget av dem är särskilt likt: avstånden är över en standardavvikelse." if min(like.distance) > _FAR else ""
    return f"Mest likt {name}: {listed(names)}, med avståndet i standardavvikelser.{far}"


def _rate(traits: AreaTraits, like: Like, found: AgainstSimilar, crime: Published) -> str:
    name, what = traits.areas[like.area].name, CONTRACTS[crime.question.sources[0]].noun[1]
    subject = f"{name} och de liknande områdena, {what} per 1 000 {PER[crime.question.per]} under {span_name(crime.question.span)}"
    if found.verdict is Verdict.NOT_APPLICABLE:
        return f"{subject}: går inte att jämföra."
    if found.ratio is None or found.low is None:
        return f"{subject}: om talen skiljer sig kan inte avgöras."
    upper = decimal(found.high, 2) if found.high is not None else "obegränsat"
    figures = f"{decimal(found.ratio, 2)} gånger deras, {decimal(found.low, 2)} till {upper}"
    words = {Verdict.HIGHER: "talet är högre i", Verdict.LOWER: "talet är lägre i"}
    if found.verdict in words:
        return f"{subject}: {words[found.verdict]} {name} ({figures})."
    return f"{subject}: om talen skiljer sig kan inte avgöras ({figures})."
