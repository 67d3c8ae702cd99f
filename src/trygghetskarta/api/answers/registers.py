"""Answers about what there is: areas, sources, categories, the service itself; and problems."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from trygghetskarta.api.answers.parts import AreaRow, Geometry, MonthKnownTold, MonthText, Page, Part, features
from trygghetskarta.domain.areas import AreaLevel, Standing
from trygghetskarta.domain.audience import Audience
from trygghetskarta.domain.recodings import Breaks
from trygghetskarta.domain.sources import Carries, CountsBy, Finality, SourceId


class LevelTold(Part):
    """En nivå i en indelning. / A level of an edition."""

    level: AreaLevel
    areas: int


class ReshapedTold(Part):
    """Ett område som har annan mark än samma kod hade förut. / An area of other ground than the same code had before."""

    level: AreaLevel
    code: str
    square_metres: Annotated[float, Field(ge=0, description="Mark som kommit till eller försvunnit. / Ground that came to it or left it.")]
    before: Annotated[date, Field(description="Första dagen i indelningen förut. / First day of the edition before.")]


class EditionTold(Part):
    """En indelning av staden. / A division of the city."""

    valid_from: date
    name: str
    srid: int
    schematic: Annotated[bool, Field(description="Gränserna är påhittade (exempeldata). / The outlines are made up (the sample).")]
    standing: Annotated[
        Standing,
        Field(
            description="default: den som gäller när ingen anges; earlier: tidigare; incomplete: saknar en nivå som den förra har; "
            "future: gäller senare; held: väntar på godkännande; beside: en annan indelning än stadens egen. "
            "/ default: the one meant when none is named; earlier; incomplete: lacks a level that the one before has; "
            "future: in force later; held: waits for approval; beside: of another division than the city's own."
        ),
    ]
    levels: list[LevelTold]
    reshaped: list[ReshapedTold]


class Editions(Page):
    """Indelningarna. / The editions."""

    items: list[EditionTold]


class NamedArea(Part):
    """Ett område. / An area."""

    code: str
    name: str


class LinkedArea(NamedArea):
    """Ett område i en annan indelning. / An area of another edition."""

    edition: date
    level: AreaLevel


_LinkKind = Literal["same", "merge", "split", "boundary"]


class LinkTold(Part):
    """Vad ett område blev i en annan indelning. / What an area became in another edition."""

    level: AreaLevel
    from_: Annotated[NamedArea, Field(alias="from")]
    to: LinkedArea
    kind: _LinkKind
    share: Annotated[float, Field(ge=0, le=1)]
    basis: str


class Links(Page):
    """Länkarna mellan indelningar. / The links between editions."""

    items: list[LinkTold]


class AreaTold(AreaRow):
    """Ett område och dess yta. / An area and its size."""

    square_metres: float


class Areas(Page):
    """Områdena på en nivå. / The areas of a level."""

    items: list[AreaTold]


class AreaLink(LinkedArea):
    """Vad området är i en annan indelning. / What the area is in another edition."""

    kind: _LinkKind
    share: float
    basis: str


class AreaProperties(AreaTold):
    """Ett område, dess punkt för namnet och dess länkar. / An area, the point of its label, and its links."""

    label_point: Annotated[list[float], Field(min_length=2, max_length=2)]
    links: list[AreaLink]
    edition: date


class AreaFeature(Part):
    """Ett område med sin gräns. / An area with its outline."""

    type: Literal["Feature"]
    id: str
    geometry: Geometry
    properties: AreaProperties


class RefusalTold(Part):
    """Något källan inte får användas till. / Something the source may not be used for."""

    what: str
    reason: str
    reason_en: str


class RecodingTold(Part):
    """När kategorier bytte betydelse. / When categories changed meaning."""

    when: Annotated[str, Field(pattern=r"^[0-9]{4}(-[0-9]{2}-[0-9]{2})?$", description="En dag eller ett år. / A day or a year.")]
    categories: list[str]
    breaks: Breaks
    what: str
    what_en: str
    reference: str


class MonthDelivered(Part):
    """Om en månad är levererad. / Whether a month was delivered."""

    month: MonthText
    status: Literal["delivered", "partial", "missing"]


class SourceCoverage(Part):
    """Vad källan har levererat. / What the source delivered."""

    from_: Annotated[MonthText | None, Field(alias="from")]
    to: MonthText | None
    missing: list[MonthText]
    months: list[MonthDelivered]


class SourceTold(Part):
    """En källa: vad den bär och inte bär. / A source: what it can and cannot carry."""

    id: SourceId
    name: str
    name_en: str
    description: str
    description_en: str
    carries: Carries
    noun: tuple[str, str]
    public: bool
    counts_by: CountsBy | None
    dates: list[CountsBy]
    finality: Finality | None
    smallest_n: int | None
    refuses: list[RefusalTold]
    recodings: list[RecodingTold]
    coverage: SourceCoverage
    completeness: list[MonthKnownTold] | None
    last_delivery: date | None
    events: int | None


class Sources(Page):
    """Källorna. / The sources."""

    items: list[SourceTold]


class WeightTold(Part):
    """Vad en händelse väger, och lagrummet. / What an event weighs, and the law."""

    days: float
    law: str
    minimum: str | None
    sfs: str | None
    since: date | None
    checked: bool
    police_initiated: bool
    note: str | None
    of: str


class CategoryTold(Part):
    """En kategori; en grupp har children, ett slag har validFrom och validTo. / A category: a group has children, a kind has years."""

    code: str
    name: str
    name_en: str | None = None
    valid_from: int | None = None
    valid_to: int | None = None
    weight: WeightTold | None
    children: list[CategoryTold] = Field(default_factory=list)


class SourceCategory(CategoryTold):
    """En kategori överst i en källas träd. / A category at the top of a source's tree."""

    source: SourceId


class GroupTold(Part):
    """En grupp över källorna. / A group across the sources."""

    code: str
    name: str
    name_en: str
    description: str
    description_en: str
    caution: str | None
    caution_en: str | None
    addable: bool
    reference: str | None
    categories: Annotated[dict[SourceId, list[str]], Field(description="Kategorierna per källa. / The categories by source.")]


class WeightSetTold(Part):
    """En uppsättning vikter. / A set of weights."""

    name: str
    valid_from: date
    basis: str
    basis_en: str
    weights: int
    checked: int
    in_force: bool


class Categories(Page):
    """Kategorierna. / The categories."""

    items: list[SourceCategory]
    groups: list[GroupTold]
    weights: list[WeightSetTold]


class Alive(Part):
    """Processen kör. / The process runs."""

    status: Literal["ok"]


class Ready(Alive):
    """Tjänsten kan svara. / The service can answer."""

    data_version: int


class Publisher(Part):
    """Vem som ger ut tjänsten. / Who publishes the service."""

    name: str
    uri: str


class Contact(Part):
    """Vem man frågar, och berättar om brister för. / Whom to ask, and to tell of shortcomings."""

    name: str
    url: str
    email: Annotated[str | None, Field(description="Null när ingen adress är angiven. / Null when none is given.")]


class BaseMap(Part):
    """Bilderna under områdena på kartan. / The pictures under the areas of the map."""

    url: Annotated[str, Field(description="Adress med {z}, {x} och {y}. / Address with {z}, {x} and {y}.")]
    attribution: Annotated[str, Field(description="Vems kartan är. / Whose map it is.")]


class ApiInfo(Part):
    """API:et enligt REST API-profilen. / The API, by the national profile."""

    api_name: str
    api_version: str
    api_released: date
    api_documentation: str
    api_status: Literal["alpha", "beta", "active", "deprecated"]
    audience: Audience
    sample: bool
    publisher: Publisher
    contact: Contact
    base_map: Annotated[
        BaseMap | None, Field(description="Bakgrundskartan som är vald; null för ingen. / The base map that is chosen; null for none.")
    ]
    delivery_limit: Annotated[
        int | None,
        Field(
            description="Största fil som tas emot, i byte; null när inga leveranser tas emot. / Largest file taken, in bytes; null where none are."
        ),
    ]


class InvalidParameter(Part):
    """Ett felaktigt värde. / A value that cannot be used."""

    property: Annotated[str, Field(description="Parameterns namn. / Name of the parameter.")]
    value: str | None
    reason: str
    reason_en: str


class Problem(Part):
    """Ett fel enligt RFC 9457, på svenska och engelska. / An error by RFC 9457, in Swedish and English."""

    type: str
    title: str
    title_en: str
    status: Annotated[int, Field(ge=400, le=599)]
    detail: Annotated[str, Field(description="Vad som är fel, på svenska. / What is wrong, in Swedish.")]
    detail_en: Annotated[str, Field(description="Vad som är fel, på engelska. / What is wrong, in English.")]
    instance: str
    code: str | None = None
    invalid_parameters: list[InvalidParameter] = Field(default_factory=list)


_EDITION = {"edition": (date, ...), "schematic": (bool, ...), "total": (int, ...)}
AreasFeatures = features("AreasFeatures", AreaTold, **_EDITION)
