"""A measure as a person writes it, in a request or a TOML file, made into a declaration."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import orjson
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.cities import CITY
from trygghetskarta.domain.measures import Declaration, Direction, Goal, GoalUnit, Role, Site
from trygghetskarta.domain.periods import Month, Span
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.errors import Fault, InvalidQuestionError, bad_parameter

_MONTH = r"^[0-9]{4}-[0-9]{2}$"
_LONGEST = 4000
_MOST = 500
_MOST_TOLD = 200
_OF_TEXTS = {"too_long", "too_short", "string_too_long", "string_too_short", "string_pattern_mismatch"}
_MOST_SPANNED = 240

_REASONS = {
    "missing": ("saknas", "is missing"),
    "extra_forbidden": ("är okänt", "is unknown"),
    "enum": ("är inte ett av de tillåtna värdena", "is not one of the values allowed"),
    "date_from_datetime_parsing": ("är inte ett datum skrivet som 2026-01-31", "is not a date written as 2026-01-31"),
    "date_parsing": ("är inte ett datum skrivet som 2026-01-31", "is not a date written as 2026-01-31"),
    "string_pattern_mismatch": ("är inte en månad skriven som 2026-01", "is not a month written as 2026-01"),
    "greater_than": ("är för litet", "is too small"),
    "greater_than_equal": ("är för litet", "is too small"),
    "less_than_equal": ("är för stort", "is too large"),
    "string_too_short": ("är tomt", "is empty"),
    "string_too_long": ("är för långt", "is too long"),
    "not_storable": ("har ett tecken som inte går att spara", "has a character that cannot be stored"),
    "too_short": ("är tomt", "is empty"),
    "too_long": ("har för många delar", "has too many parts"),
}


def _storable(written: str) -> str:
    """Refuse the one character that a text in the database cannot hold."""
    if "\x00" in written:
        raise PydanticCustomError("not_storable", "NUL")
    return written


Text = Annotated[str, AfterValidator(_storable)]
Line = Annotated[Text, Field(min_length=1, max_length=200)]
Code = Annotated[Text, Field(min_length=1, max_length=80)]
MonthText = Annotated[str, Field(pattern=_MONTH, examples=["2025-01"])]


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", alias_generator=to_camel, populate_by_name=True)


class SiteForm(_Form):
    """Mark: områden på en nivå, eller en yta. / Ground: areas of a level, or a polygon."""

    level: Annotated[AreaLevel | None, Field(description="Områdenas nivå. / Level of the areas.")] = None
    areas: Annotated[list[Code], Field(max_length=_MOST, description="Områdenas koder. / Codes of the areas.")] = []
    polygon: Annotated[
        dict[str, Any] | None,
        Field(
            description="En yta som GeoJSON (Polygon eller MultiPolygon), i stället för områden. / A polygon as GeoJSON, instead of areas."
        ),
    ] = None
    crs: Annotated[int, Field(description=f"Ytans koordinatsystem: 4326 eller {CITY.plane}. / Its EPSG number: 4326 or {CITY.plane}.")] = (
        4326
    )

    def site(self, role: Role) -> Site:
        """Give the ground.

        Raises:
            InvalidQuestionError: It is both areas and polygon, or neither.
        """
        if self.polygon is not None and (self.areas or self.level is not None):
            raise _bad(role, "Ange områden eller en yta, inte båda.", "Give areas or a polygon, not both.")
        if self.polygon is None and (not self.areas or self.level is None):
            raise _bad(role, "Ange en nivå med minst ett område, eller en yta.", "Give a level with at least one area, or a polygon.")
        if self.polygon is not None:
            return Site(None, polygon=orjson.dumps(self.polygon).decode(), srid=self.crs)
        return Site(self.level, tuple(sorted(set(self.areas))))


class GoalForm(_Form):
    """Mål: vad som räknas, från när, till när, och hur mycket. / A goal: what is counted, from when, to when, and how much."""

    aim: Annotated[Line, Field(description="Målet i ord. / The goal in words.", examples=["Minst 20 procent färre inbrott"])]
    source: Annotated[list[SourceId], Field(min_length=1, description="En eller flera källor. / One or more sources.")]
    category: Annotated[
        list[Code], Field(max_length=_MOST, description="Kategorier; utelämnat är alla. / Categories; all if left out.")
    ] = []
    group: Annotated[Code | None, Field(description="En grupp över källorna, i stället för kategorier. / A group across the sources.")] = (
        None
    )
    baseline_from: Annotated[MonthText, Field(description="Utgångslägets första månad. / First month of the baseline.")]
    baseline_to: Annotated[MonthText, Field(description="Utgångslägets sista månad. / Last month of the baseline.")]
    follow_up_from: Annotated[MonthText, Field(description="Uppföljningens första månad. / First month of the follow-up.")]
    follow_up_to: Annotated[MonthText, Field(description="Uppföljningens sista månad. / Last month of the follow-up.")]
    direction: Annotated[Direction, Field(description="decrease (minska) eller increase (öka). / Which way.")] = Direction.DECREASE
    change: Annotated[float, Field(gt=0, le=1e9, allow_inf_nan=False, description="Hur mycket. / How much.", examples=[20])]
    unit: Annotated[GoalUnit, Field(description="percent av utgångsläget, eller number händelser. / Per cent, or events.")] = (
        GoalUnit.PERCENT
    )
    judged_on: Annotated[date, Field(description="Dagen målet ska bedömas. / The day it is judged.")]

    def goal(self, number: int) -> Goal:
        """Give the goal.

        Raises:
            InvalidQuestionError: Its months or its change make no sense.
        """
        name = f"goals.{number}"
        baseline = _span(f"{name}.baselineTo", self.baseline_from, self.baseline_to)
        follow_up = _span(f"{name}.followUpTo", self.follow_up_from, self.follow_up_to)
        if follow_up.first <= baseline.last:
            raise _bad(
                f"{name}.followUpFrom", "Uppföljningen börjar innan utgångsläget är slut.", "The follow-up begins before the baseline ends."
            )
        if self.judged_on < follow_up.last.plus(1).first_day:
            raise _bad(f"{name}.judgedOn", "Målet bedöms innan uppföljningen är slut.", "The goal is judged before its follow-up ends.")
        if self.direction is Direction.DECREASE and self.unit is GoalUnit.PERCENT and self.change > 100:
            raise _bad(f"{name}.change", "Ingenting kan minska med mer än 100 procent.", "Nothing falls by more than 100 per cent.")
        sources, categories = tuple(dict.fromkeys(self.source)), tuple(dict.fromkeys(self.category))
        return Goal(
            self.aim, sources, categories, self.group, baseline, follow_up, self.direction, self.change, self.unit, self.judged_on
        )  # fmt: skip


class MeasureForm(_Form):
    """En åtgärd mot brott eller otrygghet. / A measure against crime or unrest."""

    name: Annotated[Line, Field(description="Vad åtgärden kallas. / What it is called.", examples=["Ny belysning i centrum"])]
    description: Annotated[Text, Field(max_length=_LONGEST, description="Vad som görs. Inga personuppgifter. / What is done.")] = ""
    kind: Annotated[Line, Field(description="Vilket slag av åtgärd. / What kind of measure.", examples=["belysning"])]
    responsible: Annotated[Line, Field(description="Ansvarig nämnd eller enhet, inte en person. / The board or unit, not a person.")]
    cost: Annotated[int | None, Field(ge=0, le=10**13, description="Kostnad i kronor. / Cost in SEK.")] = None
    edition: Annotated[date | None, Field(description="Indelningens första dag; utelämnad är den nyaste. / The edition's first day.")] = (
        None
    )
    starts_on: Annotated[date, Field(description="Första dagen. / First day.")]
    ends_on: Annotated[date | None, Field(description="Sista dagen; utelämnad medan den pågår. / Last day; left out while it goes on.")] = (
        None
    )
    target: Annotated[SiteForm, Field(description="Målområdet: där åtgärden görs. / Where the measure is.")]
    control: Annotated[
        SiteForm | None, Field(description="Jämförelseområdet: likt målområdet, utan åtgärd. / Like the target, without it.")
    ] = None
    displacement: Annotated[SiteForm | None, Field(description="Spridningsområdet: dit brott kan flytta. / Where crime may move.")] = None
    displacement_control: Annotated[SiteForm | None, Field(description="Jämförelse för spridningsområdet. / Its control.")] = None
    goals: Annotated[list[GoalForm], Field(max_length=20, description="Mål. / Goals.")] = []
    declared_on: Annotated[
        date | None, Field(description="Dagen för beslutet som namngav områdena, om det är äldre än registreringen. / Day of the decision.")
    ] = None
    declared_in: Annotated[
        Line | None, Field(description="Beslutets diarienummer. / Its number in the diary.", examples=["SSN 2024/0123"])
    ] = None

    def declaration(self) -> Declaration:
        """Give what is told.

        Raises:
            InvalidQuestionError: Its parts do not go together.
        """
        if self.ends_on is not None and self.ends_on < self.starts_on:
            raise _bad("endsOn", "Åtgärden slutar innan den börjar.", "The measure ends before it begins.")
        if (self.declared_on is None) != (self.declared_in is None):
            raise _bad("declaredIn", "Ange både dag och diarienummer för beslutet.", "Give both the day of the decision and its number.")
        if self.displacement is not None and self.control is None:
            raise _bad("displacement", "Ett spridningsområde kräver ett jämförelseområde.", "A displacement area needs a control.")
        if self.displacement_control is not None and self.displacement is None:
            raise _bad("displacementControl", "Det finns inget spridningsområde att jämföra.", "There is no displacement area to compare.")
        forms = (self.target, self.control, self.displacement, self.displacement_control)
        return Declaration(
            name=self.name.strip(),
            description=self.description.strip(),
            kind=self.kind.strip(),
            responsible=self.responsible.strip(),
            starts_on=self.starts_on,
            ends_on=self.ends_on,
            cost=self.cost,
            edition=self.edition,
            sites={role: form.site(role) for role, form in zip(Role, forms, strict=True) if form is not None},
            goals=tuple(form.goal(number) for number, form in enumerate(self.goals)),
            declared_on=self.declared_on,
            declared_in=self.declared_in,
        )


def read_json(body: bytes) -> Declaration:
    """Read a measure from the body of a request.

    Args:
        body: JSON.

    Returns:
        What it tells.

    Raises:
        InvalidQuestionError: It is not JSON, or does not tell what it should.
    """
    try:
        written = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise InvalidQuestionError("Innehållet är inte JSON.", "The body is not JSON.") from error
    return formed(written)


def schema() -> dict[str, Any]:
    """Give the JSON schema of a measure, whole: every part stands where it is used."""
    told = MeasureForm.model_json_schema()
    parts = told.pop("$defs")

    def whole(part: Any) -> Any:  # noqa: ANN401 - any part of a schema
        match part:
            case {"$ref": str(name)}:
                said = {key: value for key, value in part.items() if key != "$ref"}
                return {**whole(parts[name.rsplit("/", 1)[-1]]), **said}
            case dict():
                return {key: whole(value) for key, value in part.items()}
            case list():
                return [whole(value) for value in part]
            case _:
                return part

    found: dict[str, Any] = whole(told)
    return found


def read_form(path: Path) -> Declaration:
    """Read a measure from a TOML or JSON file, with the names the API has.

    Args:
        path: The file.

    Returns:
        What it tells.

    Raises:
        InvalidQuestionError: It cannot be read, or does not tell what it should.
    """
    read: Callable[[str], Any] = orjson.loads if path.suffix.lower() == ".json" else tomllib.loads
    try:
        written = read(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise bad_parameter("FILE", path.name, f"{path.name} går inte att läsa: {error}", f"{path.name} cannot be read: {error}") from error
    return formed(written)


def formed(written: Any) -> Declaration:  # noqa: ANN401 - whatever a file holds
    """Make a declaration of what a file or a command's options hold.

    Args:
        written: Names and values.

    Returns:
        The declaration.

    Raises:
        InvalidQuestionError: It does not tell what it should; every fault is named.
    """
    try:
        form = MeasureForm.model_validate(written)
    except ValidationError as error:
        faults = tuple(_fault(".".join(str(part) for part in found["loc"]), found["type"], found["input"]) for found in error.errors())
        raise InvalidQuestionError(faults[0].reason, faults[0].reason_en, faults) from error
    return form.declaration()


def _fault(name: str, kind: str, given: object) -> Fault:
    swedish, english = _REASONS.get(kind, ("går inte att använda", "cannot be used"))
    # A text of somebody's own is not said again: what is wrong with it may be what it tells.
    is_own = isinstance(given, str) and kind in _OF_TEXTS
    value = str(given)[:_MOST_TOLD] if isinstance(given, (str, int, float)) and not is_own else None
    return Fault(name, value, f"{name} {swedish}.", f"{name} {english}.")


def _span(name: str, first: str, last: str) -> Span:
    try:
        span = Span(Month.parse(first), Month.parse(last))
    except ValueError as error:
        raise _bad(name, f"{first} till {last} är ingen följd av månader.", f"{first} to {last} is no run of months.") from error
    if span.months > _MOST_SPANNED:
        raise _bad(name, f"Perioden är längre än {_MOST_SPANNED} månader.", f"The span is longer than {_MOST_SPANNED} months.")
    return span


def _bad(name: str, swedish: str, english: str) -> InvalidQuestionError:
    return bad_parameter(str(name), None, swedish, english)
