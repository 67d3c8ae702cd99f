"""Sentences about clusters, patterns, densities and near repeats."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from trygghetskarta.analysis.clusters import Cluster, ClusterMethod, Clusters, EmergingClusters
from trygghetskarta.analysis.densities import Surface
from trygghetskarta.analysis.near_repeats import NearRepeats
from trygghetskarta.analysis.patterns import Concentration, PatternChange, ShareVerdict
from trygghetskarta.domain.answers import PublishedAnswer
from trygghetskarta.domain.counts import Measure, Published, Question, Status
from trygghetskarta.domain.points import DensityOptions, PointContent
from trygghetskarta.domain.sources import CONTRACTS
from trygghetskarta.serialize.swedish import alphabetical, decimal, how_many, listed, span_name, whole
from trygghetskarta.stats.density import holding
from trygghetskarta.stats.emerging import FEWEST_PERIODS, LEVEL, Emerging

_MOST_NAMED = 5
_SMALLEST_P = 0.001
_AREA = ("område", "områden")
_PROTECTED = "Siffrorna är skyddade: små antal i små områden kan peka ut enskilda, och värden att visa för alla är inte framtagna än."
_NOT_WHY = "Att ett område är hett visar var det är mycket, inte varför."
_KINDS = {
    Cluster.HOT: ("är hett", "är heta", "talen är höga där och hos grannarna, mer än slumpen ger"),
    Cluster.COLD: ("är kallt", "är kalla", "talen är låga där och hos grannarna, mer än slumpen ger"),
    Cluster.HIGH_HIGH: ("är högt", "är höga", "högt tal bland höga grannar"),
    Cluster.LOW_LOW: ("är lågt", "är låga", "lågt tal bland låga grannar"),
    Cluster.HIGH_LOW: ("sticker ut uppåt", "sticker ut uppåt", "högt tal bland låga grannar"),
    Cluster.LOW_HIGH: ("sticker ut nedåt", "sticker ut nedåt", "lågt tal bland höga grannar"),
}
_CLASSES = {
    Emerging.NEW: "hett först i den sista perioden",
    Emerging.EMERGING: "på väg att bli hett",
    Emerging.PERSISTENT: "varaktigt hett",
    Emerging.INTERMITTENT: "hett då och då",
    Emerging.FORMER: "inte längre hett",
}


def of_clusters(published: Published, found: Clusters) -> list[str]:
    """Say where values lie together, how sure that is, and what to mind.

    Args:
        published: The counts.
        found: The clusters.

    Returns:
        Whole sentences.
    """
    if _protected(published):
        return _why(published)
    tested = sum(cluster is not Cluster.NOT_APPLICABLE for cluster in found.clusters)
    when = span_name(published.question.span).capitalize()
    if not tested:
        return [
            f"{when}: det går inte att pröva var händelserna är samlade, för områdena skiljer sig inte mer åt än slumpen ger eller är för få."
        ]
    said = [_kind(published, found, cluster) for cluster in _KINDS]
    said = [sentence for sentence in said if sentence]
    if not said:
        said = [
            f"{when}: inget av {how_many(tested, _AREA)} skiljer sig med sina grannar så mycket från de andra att slumpen kan uteslutas."
        ]
    elif found.method is ClusterMethod.GISTAR:
        said.append(_NOT_WHY)
    return [*said, *_overall(found), *_untested(len(found.clusters) - tested), *_unit(published.question)]


def of_emerging(published: Published, found: EmergingClusters) -> list[str]:
    """Say which areas have been hot when, how sure that is, and what to mind.

    Args:
        published: The counts of every period.
        found: The classes.

    Returns:
        Whole sentences.
    """
    if _protected(published):
        return _why(published)
    periods = how_many(len(found.labels), ("period", "perioder"))
    if len(found.labels) < FEWEST_PERIODS:
        return [f"Det finns siffror för {periods}; det behövs minst {FEWEST_PERIODS} för att säga hur heta områden har ändrats."]
    said = []
    for kind, words in _CLASSES.items():
        names = _names(published, [kind is one for one in found.classes])
        if names:
            said.append(f"{words.capitalize()}: {names}.")
    if not said:
        said.append(f"I inget område har det varit hett så ofta under {periods} att slumpen kan uteslutas.")
    else:
        said = [f"Heta områden under {periods}, prövade var för sig.", *said, _NOT_WHY]
    untested = sum(one is Emerging.NOT_APPLICABLE for one in found.classes)
    return [*said, *_untested(untested), *_unit(published.question)]


def of_pattern(published: Published, found: PatternChange) -> list[str]:
    """Say how alike two patterns are, which areas' shares changed, and what to mind.

    Args:
        published: The counts of the span and of the baseline.
        found: What changed.

    Returns:
        Whole sentences.
    """
    if _protected(published):
        return _why(published)
    question = published.question
    now, before = span_name(question.span), span_name(question.baseline) if question.baseline is not None else ""
    if found.similarity.s is None:
        return [f"Mönstret {now} kan inte jämföras med {before}: det saknas händelser i någon av perioderna."]
    share = decimal(100 * found.similarity.s, 0)
    said = [
        f"I {share} procent av områdena ryms andelen {before} i osäkerheten för andelen {now} (S-index {decimal(found.similarity.s, 2)})."
    ]
    for verdict, words in ((ShareVerdict.HIGHER, "större"), (ShareVerdict.LOWER, "mindre")):
        names = _names(published, [verdict is one for one in found.verdicts])
        if names:
            said.append(f"En säkerställt {words} andel av händelserna än {before} har {names}.")
    if len(said) == 1:
        said.append("I inget område är det säkerställt att andelen är en annan än förr, när hänsyn tas till att många områden prövas.")
    if not published.comparable:
        said.append("Leveranserna täcker inte lika mycket av båda perioderna; har årstiden betydelse kan skillnader bero på det.")
    said.append("Måttet gäller var händelserna ligger, inte hur många de är.")
    return said


def of_concentration(published: Published, found: Concentration) -> list[str]:
    """Say in how few areas half of the events lie, in how few they would by chance, and what to mind.

    Args:
        published: The counts.
        found: How concentrated they are.

    Returns:
        Whole sentences.
    """
    if _protected(published):
        return _why(published)
    when = span_name(published.question.span).capitalize()
    if found.holding is None or found.chance is None:
        return [f"{when}: det finns ingen händelse, så det går inte att säga hur samlade de är."]
    held = f"{whole(found.holding)} av {how_many(found.areas, _AREA)} ({decimal(100 * found.holding / found.areas)} procent)"
    said = [f"{when}: hälften av {how_many(found.events, _noun(published.question))} ligger i {held}."]
    chance = (
        f"{decimal(100 * found.chance.share)} procent (mellan {decimal(100 * found.chance.low)} och {decimal(100 * found.chance.high)})"
    )
    if found.chance.p <= LEVEL:
        said.append(
            f"Låg lika många händelser slumpvis skulle de ligga i {chance}; de är alltså mer samlade än slumpen ger ({_p(found.chance.p)})."
        )
    else:
        said.append(f"Så samlade kan lika många händelser bli av en slump, {chance}; om de verkligen är samlade kan inte avgöras.")
    if found.by_people is not None:
        people = decimal(100 * found.by_people.share)
        said.append(f"Fördelade efter hur många som bor i områdena skulle hälften ligga i {people} procent av dem.")
    return said


def of_density(published: PublishedAnswer[PointContent], found: Surface, options: DensityOptions) -> list[str]:
    """Say how many events a density is made of, in how small an area half of them lie, and what to mind.

    Args:
        published: The events.
        found: The density.
        options: How it was drawn.

    Returns:
        Whole sentences.
    """
    question, content = published.question, published.content
    when = span_name(question.span).capitalize()
    said = [
        f"{when}: tätheten är räknad på {how_many(found.used, _noun(question))} med en punkt och bandbredden {whole(round(options.bandwidth))} meter."
    ]
    cell = (found.grid.cell / 1000) ** 2
    if found.dual is None and found.used:
        low = float(holding(found.density.per_km2, (0.5,))[0])
        size, city = float((found.density.per_km2 >= low).sum() * cell), float(found.inside.sum() * cell)
        if np.isfinite(low):
            said.append(f"Hälften av tätheten ryms på {decimal(size)} av {decimal(city)} kvadratkilometer.")
    if found.dual is not None:
        z = np.nan_to_num(found.dual.z)
        more, less = (decimal(float((side * z >= 3).sum() * cell)) for side in (1, -1))
        than = span_name(question.baseline) if question.baseline is not None else "väntat efter var folk bor"
        said.append(
            f"Klart tätare än {than} är det på {more} kvadratkilometer, klart glesare på {less} (minst tre standardavvikelser i varje ruta; "
            f"hela kartan prövas inte på en gång, så enstaka fläckar kan vara slump)."
        )
    if content.now.without:
        said.append(f"{whole(content.now.without)} till är bara kända till ett område och är inte med.")
    said.append("Kartan visar var händelser ligger tätt, inte var risken för en person är stor.")
    return said


def of_near_repeats(published: PublishedAnswer[PointContent], found: NearRepeats) -> list[str]:
    """Say whether events come near each other in space and time at once, how sure that is, and what to mind.

    Args:
        published: The events.
        found: What the Knox test found.

    Returns:
        Whole sentences.
    """
    when, events = span_name(published.question.span).capitalize(), how_many(found.used, _noun(published.question))
    ratio, adjusted = found.knox.ratio, np.nan_to_num(found.adjusted, nan=1.0)
    certain = [(s, t) for s, t in zip(*np.nonzero((adjusted <= LEVEL) & (np.nan_to_num(ratio) > 1)), strict=True)]
    if not found.knox.permutations:
        said = [f"{when}: {events} kan prövas, och inga ligger så nära varandra att upprepning kan prövas."]
    elif not certain:
        said = [f"{when}: bland {events} kommer de som ligger nära varandra inte säkert tätare i tiden än slumpen ger."]
    else:
        space, time = max(certain, key=lambda at: float(ratio[at]))
        said = [
            f"{when}: bland {events} är par {_metres(found, space)} och {_days(found, time)} {decimal(float(ratio[space, time]))} gånger så vanliga "
            f"som om tiden inte hängde ihop med platsen ({_p(float(adjusted[space, time]))} efter hänsyn till alla band)."
        ]
    left = [(found.without, "saknar punkt"), (found.untimed, "saknar känd dag"), (found.too_long, "har ett för långt tidsrum")]
    rest = [f"{whole(count)} {words}" for count, words in left if count]
    return [*said, *([f"Utöver dem finns fler som inte prövas: {listed(rest)}."] if rest else [])]


def _kind(published: Published, found: Clusters, cluster: Cluster) -> str:
    names = _names(published, [cluster is one for one in found.clusters])
    if not names:
        return ""
    count = sum(cluster is one for one in found.clusters)
    one, many, why = _KINDS[cluster]
    return f"{span_name(published.question.span).capitalize()}: {how_many(count, _AREA)} {one if count == 1 else many}, {why} ({names})."


def _names(published: Published, chosen: Sequence[bool]) -> str:
    """Name the areas chosen, the first of them when they are many."""
    names = sorted((area.name for area, wanted in zip(published.areas, chosen, strict=True) if wanted), key=alphabetical)
    rest = len(names) - _MOST_NAMED
    if rest > 1:
        names = [*names[:_MOST_NAMED], f"{whole(rest)} till"]
    return listed(names) if names else ""


def _overall(found: Clusters) -> list[str]:
    overall = found.overall
    if overall is None:
        return []
    i = decimal(overall.i, 2)
    if overall.p > LEVEL:
        return [f"Om lika tal i allmänhet ligger nära varandra kan inte avgöras (Morans I {i}, {_p(overall.p)})."]
    how = "lika" if overall.z > 0 else "olika"
    return [f"I området som helhet ligger {how} tal nära varandra, mer än slumpen ger (Morans I {i}, {_p(overall.p)})."]


def _untested(count: int) -> list[str]:
    if not count:
        return []
    return [f"{how_many(count, _AREA).capitalize()} har inget tal att pröva: värde, befolkning eller granne saknas."]


def _unit(question: Question) -> list[str]:
    if question.measure is Measure.RATE:
        return []
    return ["Talen är händelser per kvadratkilometer, utjämnade; de säger inget om risken per person."]


def _metres(found: NearRepeats, band: int) -> str:
    low, high = found.bands.metres[band], found.bands.metres[band + 1]
    return "på samma plats" if band == 0 else f"{whole(round(low))} till under {whole(round(high))} meter från varandra"


def _days(found: NearRepeats, band: int) -> str:
    low, high = found.bands.days[band], found.bands.days[band + 1]
    return f"inom {whole(high)} dagar" if band == 0 else f"{whole(low)} till under {whole(high)} dagar isär"


def _noun(question: Question) -> tuple[str, str]:
    return CONTRACTS[question.sources[0]].noun if len(question.sources) == 1 else ("händelse", "händelser")


def _p(p: float) -> str:
    return "p under 0,001" if p < _SMALLEST_P else f"p = {decimal(p, 3)}"


def _protected(published: Published) -> bool:
    return published.ledger is None and bool((published.status == Status.WITHHELD.number).any())


def _why(published: Published) -> list[str]:
    """Say why there is nothing to say, where protected values do not say it themselves."""
    return [_PROTECTED] if published.protected is None else []
