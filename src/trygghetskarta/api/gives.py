"""What each operation of /v1 gives, and what else it may answer: read when openapi.json is asked for, never to answer a question."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus

from pydantic import BaseModel

from trygghetskarta.api.answers import comparisons, deliveries, events, measures, registers, reports, series, space, tiles, topics
from trygghetskarta.api.answers.parts import Columns, Part
from trygghetskarta.reports.render import ReportFormat


@dataclass(frozen=True, slots=True)
class Gives:
    """What an operation gives.

    Attributes:
        json: Its answer as JSON; None where there is none.
        features: Its answer as GeoJSON; None where there is none.
        refused: Errors that this operation may answer besides those that every operation may.
        held: Whether the work may be held for approval, which is 202.
        followed: Whether the work may be followed as events while it is done, which is 200.
        chosen: Its answers when columns are chosen, or stand by themselves.
        others: Media types of an answer whose formats are none of those of a table.
        empty: Whether there may be nothing to give, which is 204.
    """

    json: type[Part] | None = None
    features: type[Part] | None = None
    refused: tuple[HTTPStatus, ...] = ()
    held: bool = False
    followed: bool = False
    chosen: tuple[type[BaseModel], ...] = ()
    others: tuple[str, ...] = ()
    empty: bool = False


_NOT_COVERED = (HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY)
_NOT_FOUND = (HTTPStatus.NOT_FOUND,)
_DONE = (HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.INSUFFICIENT_STORAGE)
_SENT = (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNSUPPORTED_MEDIA_TYPE, HTTPStatus.INSUFFICIENT_STORAGE)


def _question(json: type[Part], features: type[Part] | None) -> Gives:
    return Gives(json, features, _NOT_COVERED)


_COMPARISON = replace(
    _question(comparisons.Comparison, comparisons.ComparisonFeatures),
    chosen=(comparisons.ChosenComparison, Columns, comparisons.ChosenFeatures),
)
_SERIES = replace(_question(series.Series, series.SeriesFeatures), chosen=(series.ChosenSeries, Columns, series.ChosenSeriesFeatures))

_REPORTS = tuple(dict.fromkeys(form.media_type.partition(";")[0] for form in ReportFormat))

GIVES: Mapping[str, Gives] = {
    "GET /v1/comparisons": _COMPARISON,
    "GET /v1/exports/comparisons": _COMPARISON,
    "GET /v1/exports/series": _SERIES,
    "GET /v1/decompositions": _question(comparisons.Decomposition, comparisons.DecompositionFeatures),
    "GET /v1/series": _SERIES,
    "GET /v1/hours": _question(space.Hours, space.HoursFeatures),
    "GET /v1/hexagons": _question(space.Hexagons, space.HexagonsFeatures),
    "GET /v1/hotspots": _question(space.Hotspots, space.HotspotsFeatures),
    "GET /v1/pattern-changes": _question(space.PatternChanges, space.PatternChangesFeatures),
    "GET /v1/concentration": _question(space.Concentration, space.ConcentrationFeatures),
    "GET /v1/densities": _question(space.Densities, space.DensitiesFeatures),
    "GET /v1/near-repeats": _question(space.NearRepeats, space.NearRepeatsFeatures),
    "GET /v1/polygons/comparisons": _question(comparisons.PolygonComparison, comparisons.PolygonComparisonFeatures),
    "GET /v1/polygons/series": _question(series.Series, series.SeriesFeatures),
    "GET /v1/polygons/decompositions": _question(comparisons.Decomposition, comparisons.DecompositionFeatures),
    "GET /v1/events": _question(events.Events, events.EventFeatures),
    "GET /v1/trace": _question(space.Trace, None),
    "GET /v1/indicators": _question(topics.Indicators, topics.IndicatorsFeatures),
    "GET /v1/survey-and-crime": _question(topics.SurveyAndCrime, topics.SurveyAndCrimeFeatures),
    "GET /v1/similar-areas": _question(topics.SimilarAreas, topics.SimilarAreasFeatures),
    "GET /v1/lenses/older-people": _question(topics.OlderPeople, topics.OlderPeopleFeatures),
    "GET /v1/lagesbilder": Gives(reports.ReportTold, others=_REPORTS, refused=_NOT_COVERED),
    "GET /v1/editions": Gives(registers.Editions, refused=_NOT_COVERED),
    "GET /v1/editions/{edition}/links": Gives(registers.Links, refused=_NOT_COVERED),
    "GET /v1/areas": Gives(registers.Areas, registers.AreasFeatures, _NOT_COVERED),
    "GET /v1/areas/{code}": Gives(registers.AreaFeature, registers.AreaFeature, _NOT_COVERED),
    "GET /v1/tiles/{edition}/{level}/{z}/{x}/{y}.mvt": Gives(
        others=("application/vnd.mapbox-vector-tile",), refused=_NOT_FOUND, empty=True
    ),
    "GET /v1/tiles/{edition}/{level}/tilejson.json": Gives(tiles.TileJson, refused=_NOT_FOUND),
    "GET /v1/sources": Gives(registers.Sources),
    "GET /v1/sources/{sourceId}": Gives(registers.SourceTold, refused=_NOT_FOUND),
    "GET /v1/categories": Gives(registers.Categories, refused=_NOT_COVERED),
    "GET /v1/measures": Gives(measures.Measures, measures.MeasuresFeatures),
    "POST /v1/measures": Gives(measures.MeasureTold, refused=(*_NOT_COVERED, *_SENT)),
    "GET /v1/measures/{measureId}": Gives(measures.MeasureVersions, refused=_NOT_FOUND),
    "PUT /v1/measures/{measureId}": Gives(measures.MeasureTold, refused=(*_NOT_COVERED, *_SENT)),
    "GET /v1/measures/{measureId}/effect": _question(measures.Effect, measures.EffectFeatures),
    "POST /v1/deliveries": Gives(deliveries.DeliveryTold, refused=(*_DONE, *_SENT[:2]), held=True, followed=True),
    "GET /v1/deliveries": Gives(deliveries.Deliveries),
    "GET /v1/deliveries/{deliveryId}": Gives(deliveries.DeliveryTold, refused=_NOT_FOUND),
    "GET /v1/deliveries/{deliveryId}/rejected": Gives(deliveries.Rejected, refused=_NOT_FOUND),
    "POST /v1/deliveries/{deliveryId}/approve": Gives(deliveries.DeliveryTold, refused=_DONE, followed=True),
    "POST /v1/deliveries/{deliveryId}/withdraw": Gives(deliveries.DeliveryTold, refused=_DONE),
    "GET /v1/api-info": Gives(registers.ApiInfo),
    "GET /dcat": Gives(others=("text/turtle", "application/ld+json"), refused=_NOT_COVERED),
    "GET /dcat.ttl": Gives(others=("text/turtle",), refused=_NOT_COVERED),
    "GET /dcat.jsonld": Gives(others=("application/ld+json",), refused=_NOT_COVERED),
    "GET /live": Gives(registers.Alive),
    "GET /ready": Gives(registers.Ready),
}
