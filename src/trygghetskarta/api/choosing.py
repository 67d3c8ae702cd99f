"""What is chosen of a table, as HTTP carries it: parameters with a variable in brackets, or a document."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from typing import Annotated, Any, ClassVar
from urllib.parse import parse_qsl, urlencode

from fastapi import Request, Response
from fastapi.routing import APIRoute
from pydantic import AliasChoices, BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from trygghetskarta.domain.tables.layout import Language, Table
from trygghetskarta.domain.tables.selecting import Choice, Chosen, Selection, split_codes
from trygghetskarta.errors import bad_parameter
from trygghetskarta.serialize.tables.cells import Layout
from trygghetskarta.serialize.tables.sides import Manner, Naming, Separator
from trygghetskarta.serialize.tables.writing import TableFormat

_PLAIN = (
    "lang", "query", "pastDays", "includeDiscontinued", "pageNumber", "pageSize", "outputFormat", "outputFormatParams", "heading", "stub",
    "defaultSelection",
)  # fmt: skip
_BRACKETED = ("valueCodes", "codelist", "outputValues")
_NAMES = {name.casefold(): name for name in (*_PLAIN, *_BRACKETED)}
_INCLUDE_TITLE = "IncludeTitle"
_MOST_CODES = 20_000


class AnyCaseRoute(APIRoute):
    """A route whose parameters may be written in capitals or not, as in every database of PxWeb."""

    brackets: ClassVar[bool] = False

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Give what answers, after the names of the parameters are put right."""
        answer = super().get_route_handler()

        async def named(request: Request) -> Response:
            pairs = [(_canonical(name), value) for name, value in parse_qsl(request.scope["query_string"].decode("latin-1"), True)]
            bracketed = [(name, value) for name, value in pairs if self.brackets and name.endswith("]") and _base(name) in _BRACKETED]
            plain = [pair for pair in pairs if pair not in bracketed]
            state = {**request.scope.get("state", {}), "bracketed": bracketed}
            return await answer(Request({**request.scope, "query_string": urlencode(plain).encode(), "state": state}, request.receive))

        return named


class ChoosingRoute(AnyCaseRoute):
    """Such a route whose parameters also choose values of variables: `valueCodes[Region]=*`."""

    brackets: ClassVar[bool] = True


def _base(name: str) -> str:
    return name.partition("[")[0]


def _canonical(name: str) -> str:
    base, bracket, rest = name.partition("[")
    return f"{_NAMES.get(base.casefold(), base)}{bracket}{rest}"


def bracketed_choices(request: Request) -> tuple[Choice, ...]:
    """Read what the parameters of a request choose.

    Raises:
        InvalidQuestionError: A codelist is told in a way there is not, or more codes than anyone needs.
    """
    codes: dict[str, list[str]] = {}
    codelists: dict[str, str] = {}
    single: dict[str, bool] = {}
    spelt: dict[str, str] = {}
    for name, value in request.state.bracketed:
        written = name[len(_base(name)) + 1 : -1]
        variable = spelt.setdefault(written.casefold(), written)
        match _base(name):
            case "valueCodes":
                codes.setdefault(variable, []).extend(split_codes(value))
            case "codelist":
                codelists[variable] = value
            case _:
                single[variable] = _is_single(name, value)
    _refuse_many(sum(map(len, codes.values())))
    names = dict.fromkeys((*codes, *codelists, *single))
    return tuple(Choice(name, tuple(codes.get(name, ())), codelists.get(name), single.get(name, False)) for name in names)


def _is_single(name: str, value: str) -> bool:
    if value.casefold() not in ("aggregated", "single"):
        raise bad_parameter(name, value, "Ange aggregated eller single.", "Say aggregated or single.")
    return value.casefold() == "single"


def _refuse_many(codes: int) -> None:
    if codes > _MOST_CODES:
        swedish, english = f"Högst {_MOST_CODES} koder kan väljas på en gång.", f"At most {_MOST_CODES} codes can be chosen at a time."
        raise bad_parameter("valueCodes", None, swedish, english)


class VariableSelection(BaseModel):
    """What is chosen of one variable."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    variable_code: Annotated[str, Field(alias="variableCode", description="Variabelns kod. / Code of the variable.", examples=["Region"])]
    value_codes: Annotated[
        list[str],
        Field(
            alias="valueCodes", max_length=_MOST_CODES, description="Koder, mönster eller uttryck. / Codes, patterns or expressions.",
            examples=[["stadsdelsomrade.*"]],
        ),
    ] = []  # fmt: skip
    codelist: Annotated[
        str | None,
        Field(
            validation_alias=AliasChoices("codelist", "codeList"),
            description="Kodlistan som koderna hör till. / The codelist that the codes are of.",
        ),
    ] = None
    output_values: Annotated[
        str | None,
        Field(alias="outputValues", pattern="^(aggregated|single)$", description="Summor eller deras delar. / Sums or their parts."),
    ] = None


class Placement(BaseModel):
    """Where variables stand in a table for people."""

    model_config = ConfigDict(extra="forbid")

    heading: Annotated[list[str], Field(max_length=4, description="Variabler i tabellhuvudet. / Variables along the top.")] = []
    stub: Annotated[list[str], Field(max_length=4, description="Variabler i förspalten. / Variables down the side.")] = []


class VariablesSelection(BaseModel):
    """What is chosen of a table."""

    model_config = ConfigDict(extra="forbid")

    selection: Annotated[
        list[VariableSelection], Field(max_length=8, description="Vad som väljs av varje variabel. / What is chosen of each.")
    ]
    placement: Annotated[Placement, Field(description="Var variablerna står. / Where the variables stand.")] = Placement()

    def choices(self, beside: Sequence[Choice]) -> tuple[Choice, ...]:
        """Give what is chosen; what parameters of the address say of a codelist is taken with it, as some clients write it there."""
        _refuse_many(sum(len(part.value_codes) for part in self.selection))
        also = {choice.variable.casefold(): choice for choice in beside}
        told = []
        for part in self.selection:
            other = also.pop(part.variable_code.casefold(), Choice(part.variable_code, ()))
            told.append(
                Choice(
                    part.variable_code,
                    (*part.value_codes, *other.codes),
                    part.codelist or other.codelist,
                    part.output_values == "single" or other.single,
                )
            )
        return (*told, *also.values())


class LanguageParameters(BaseModel):
    """The parameters of everything that has texts."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="forbid")

    lang: Annotated[Language, Field(description="Språk. / Language.")] = Language.SWEDISH


class TablesParameters(LanguageParameters):
    """The parameters of the list of tables."""

    query: Annotated[
        str | None, Field(max_length=200, description="Ord som ska stå i tabellens texter. / Words that the table's texts hold.")
    ] = None
    past_days: Annotated[int | None, Field(ge=1, le=100_000, description="Ändrade de senaste dagarna. / Changed in these last days.")] = (
        None
    )
    include_discontinued: Annotated[
        bool, Field(description="Även avslutade tabeller; det finns inga. / Discontinued tables too; there are none.")
    ] = False
    page_number: Annotated[int, Field(ge=1, le=100_000, description="Sidans nummer. / Number of the page.")] = 1
    page_size: Annotated[int, Field(ge=1, le=1000, description="Tabeller på en sida. / Tables on a page.")] = 100


class MetadataParameters(LanguageParameters):
    """The parameters of a table's metadata."""

    output_format: Annotated[str, Field(pattern="^json-stat2$", description="Bara json-stat2. / Only json-stat2.")] = (
        TableFormat.JSONSTAT.value
    )
    default_selection: Annotated[str, Field(pattern="^(?i:false)$", description="Bara false. / Only false.")] = "false"


class DataParameters(LanguageParameters):
    """The parameters of figures, besides those that choose them."""

    output_format: Annotated[TableFormat, Field(description="Svarets format. / Format of the answer.")] = TableFormat.JSONSTAT
    output_format_params: Annotated[
        str | None,
        Field(
            max_length=200,
            description="UseCodes, UseTexts eller UseCodesAndTexts; IncludeTitle; SeparatorTab, SeparatorSpace eller SeparatorSemicolon; "
            "med komma emellan. / Separated by commas.",
            examples=["UseCodes,SeparatorSemicolon"],
        ),
    ] = None
    heading: Annotated[str | None, Field(max_length=200, description="Variabler i tabellhuvudet. / Variables along the top.")] = None
    stub: Annotated[str | None, Field(max_length=200, description="Variabler i förspalten. / Variables down the side.")] = None

    def manner(self) -> Manner:
        """Say how a table for people is written."""
        words = split_codes(self.output_format_params or "")
        known = {word.casefold(): word for word in (*Naming, *(sign for sign in Separator if sign is not Separator.COMMA), _INCLUDE_TITLE)}
        unknown = [word for word in words if word.casefold() not in known]
        if unknown:
            names = ", ".join(known.values())
            swedish, english = f"{unknown[0]} är inte ett av {names}.", f"{unknown[0]} is none of {names}."
            raise bad_parameter("outputFormatParams", unknown[0], swedish, english)
        asked = {known[word.casefold()] for word in words}
        namings, signs = [each for each in Naming if each in asked], [each for each in Separator if each in asked]
        if len(namings) > 1 or len(signs) > 1:
            swedish = "Välj högst ett sätt att skriva värden och högst ett skiljetecken."
            raise bad_parameter(
                "outputFormatParams", self.output_format_params, swedish, "Choose at most one way to write values and one separator."
            )
        return Manner(namings[0] if namings else Naming.TEXTS, signs[0] if signs else Separator.COMMA, _INCLUDE_TITLE in asked)


def layout_of(table: Table, selection: Selection, heading: Sequence[str], stub: Sequence[str]) -> Layout:
    """Say where the variables stand that were chosen.

    Args:
        table: The table.
        selection: What was chosen of it.
        heading: Variables along the top, in order; with none of either the contents and the time stand there.
        stub: Variables down the side.

    Returns:
        The layout. A variable that neither names stands down the side, or along the top where the side alone was told.

    Raises:
        InvalidQuestionError: A variable that there is not, is not shown, or stands on both sides.
    """
    shown = {chosen.variable.code: chosen for chosen in selection if chosen.shown}
    top, side = ([_placed(table, shown, code, name) for code in codes] for codes, name in ((heading, "heading"), (stub, "stub")))
    if len({*top, *side}) < len(top) + len(side):
        raise bad_parameter("heading", ",".join(heading), "En variabel står två gånger.", "A variable stands twice.")
    if not top and not side:
        top = ["ContentsCode", "Tid"]
    rest = [code for code in shown if code not in (*top, *side)]
    top, side = (top, [*side, *rest]) if top else ([*top, *rest], side)
    return Layout(tuple(shown[code] for code in side), tuple(shown[code] for code in top))


def _placed(table: Table, shown: dict[str, Chosen], code: str, name: str) -> str:
    variable = table.variable(code)
    if variable is None or variable.code not in shown:
        swedish, english = f"Variabeln {code} visas inte i svaret.", f"The variable {code} is not shown in the answer."
        raise bad_parameter(name, code, swedish, english)
    return variable.code
