"""What was chosen of a table: codes, wildcards and expressions made into the values they name."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import prod

from trygghetskarta.domain.tables.layout import CONTENTS, REGION, TIME, Codelist, Group, Table, Variable
from trygghetskarta.errors import Fault, ForbiddenError, InvalidQuestionError, bad_parameter

MOST_CELLS = 150_000
"""So many cells at most in one answer."""

_EXPRESSION = re.compile(r"\s*(TOP|BOTTOM|RANGE|FROM|TO)\s*\(([^()]*)\)\s*", re.IGNORECASE)
_NUMBERS = re.compile(r"([0-9]{1,9})(?:,([0-9]{1,9}))?", re.ASCII)
_PARTS = re.compile(r"\[[^\]]*\]|[^,([]*(?:\([^)]*\)[^,([]*)*")
_SHOWN_MONTHS = 13


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen of one variable, as it was written.

    Attributes:
        variable: Code of the variable.
        codes: Codes, patterns and expressions.
        codelist: The codelist that they are codes of; None for the variable's own values.
        single: True where a codelist's sums are wanted as the values they are sums of.
    """

    variable: str
    codes: tuple[str, ...]
    codelist: str | None = None
    single: bool = False


@dataclass(frozen=True, slots=True)
class Chosen:
    """What was chosen of one variable, made sense of.

    Attributes:
        variable: The variable.
        groups: Its values wanted, in the variable's order.
        shown: False where nothing was chosen, so that one value stands for all and the variable is not shown.
        codelist: The codelist they were chosen by.
    """

    variable: Variable
    groups: tuple[Group, ...]
    shown: bool = True
    codelist: Codelist | None = None


Selection = tuple[Chosen, ...]
"""What was chosen of each variable of a table, in the table's order."""


def split_codes(text: str) -> tuple[str, ...]:
    """Split codes at the commas that stand in no parentheses: "a,TOP(3,2),[RANGE(b,c)]" are three."""
    parts = (part.strip() for part in _PARTS.findall(text))
    return tuple(part[1:-1].strip() if part.startswith("[") else part for part in parts if part)


def default_choices(table: Table) -> tuple[Choice, ...]:
    """Give what is shown of a table when nothing at all was chosen: the counts of the second largest areas, the last thirteen months."""
    region = table.variable(REGION)
    lists = region.codelists if region is not None else ()
    shown = lists[min(1, len(lists) - 1)]
    return (
        Choice(REGION, ("*",), shown.code),
        Choice(CONTENTS, ("count",)),
        Choice(TIME, (f"TOP({_SHOWN_MONTHS})",)),
    )


def select(table: Table, choices: Sequence[Choice]) -> Selection:
    """Make sense of what was chosen.

    Args:
        table: The table.
        choices: What was chosen, at most once of each variable; nothing for what is shown by default.

    Returns:
        What was chosen of every variable.

    Raises:
        InvalidQuestionError: A variable, value, codelist or expression that there is not, or one that must be chosen is not.
        ForbiddenError: More cells than one answer may have.
    """
    chosen_of: dict[str, Choice] = {}
    for choice in choices or default_choices(table):
        variable = table.variable(choice.variable)
        if variable is None:
            codes = ", ".join(each.code for each in table.variables)
            swedish = f"Tabellen har ingen variabel {choice.variable}. De som finns är {codes}."
            raise bad_parameter(_name(choice), choice.variable, swedish, f"The table has no variable {choice.variable}; there are {codes}.")
        if variable.code in chosen_of:
            swedish, english = f"Variabeln {variable.code} är vald två gånger.", f"The variable {variable.code} is chosen twice."
            raise bad_parameter(_name(choice), choice.variable, swedish, english)
        chosen_of[variable.code] = choice
    selection = tuple(_chosen(variable, chosen_of.get(variable.code)) for variable in table.variables)
    cells = prod(len(chosen.groups) for chosen in selection)
    if cells > MOST_CELLS:
        swedish = f"Frågan gäller {cells} celler; ett svar har högst {MOST_CELLS}. Dela upp den, till exempel på månader."
        english = f"The question is about {cells} cells; an answer has at most {MOST_CELLS}. Split it, for example by month."
        raise ForbiddenError(swedish, english)
    return selection


def _chosen(variable: Variable, choice: Choice | None) -> Chosen:
    if choice is None or not (choice.codes or choice.codelist):
        return _eliminated(variable)
    codelist = _codelist(variable, choice) if choice.codelist is not None else None
    groups = codelist.groups if codelist is not None else variable.groups()
    if not choice.codes:
        swedish = f"Ange vilka värden i kodlistan som ska visas, till exempel valueCodes[{variable.code}]=*."
        english = f"Say which values of the codelist to show, for example valueCodes[{variable.code}]=*."
        raise bad_parameter(_name(choice), None, swedish, english)
    wanted = {at for code in choice.codes for at in _expanded(variable, groups, code, choice)}
    picked = tuple(groups[at] for at in sorted(wanted))
    if codelist is not None and choice.single:
        members = {member for group in picked for member in group.members}
        picked = tuple(group for group in variable.groups() if group.value.code in members)
    return Chosen(variable, picked, codelist=codelist)


def _eliminated(variable: Variable) -> Chosen:
    for group in variable.groups():
        if group.value.code == variable.eliminated_by:
            return Chosen(variable, (group,), shown=False)
    name = f"valueCodes[{variable.code}]"
    swedish, english = f"Välj minst ett värde av {variable.code}.", f"Choose at least one value of {variable.code}."
    raise InvalidQuestionError(swedish, english, (Fault(name, None, swedish, english),))


def _codelist(variable: Variable, choice: Choice) -> Codelist:
    for codelist in variable.codelists:
        if codelist.code.casefold() == str(choice.codelist).casefold():
            return codelist
    codes = ", ".join(codelist.code for codelist in variable.codelists) or "–"
    swedish = f"{variable.code} har ingen kodlista {choice.codelist}. De som finns är {codes}."
    english = f"{variable.code} has no codelist {choice.codelist}; there are {codes}."
    raise bad_parameter(f"codelist[{variable.code}]", choice.codelist, swedish, english)


def _expanded(variable: Variable, groups: Sequence[Group], code: str, choice: Choice) -> Sequence[int]:
    """Give the places, among the groups, of what a code, pattern or expression names."""
    codes = [group.value.code for group in groups]
    at = _place(codes, code)
    if at is not None:
        return (at,)
    expression = _EXPRESSION.fullmatch(code)
    if expression is not None:
        found = _EXPRESSIONS[expression[1].upper()](codes, expression[2], variable.code == TIME)
    elif "*" in code or "?" in code:
        found = _matching(codes, code)
    else:
        found = ()
    if not found:
        swedish = f"{variable.code} har inget värde {code}." if expression is None else f"{code} anger inget värde av {variable.code}."
        english = f"{variable.code} has no value {code}." if expression is None else f"{code} names no value of {variable.code}."
        raise bad_parameter(_name(choice), code, swedish, english)
    return found


def _place(codes: Sequence[str], code: str) -> int | None:
    """Find a code as it is written, else in capitals or not."""
    if code in codes:
        return codes.index(code)
    folded = [known.casefold() for known in codes]
    return folded.index(code.casefold()) if code.casefold() in folded else None


def _matching(codes: Sequence[str], pattern: str) -> Sequence[int]:
    signs = {"*": ".*", "?": "."}
    wanted = re.compile("".join(signs.get(sign) or re.escape(sign) for sign in re.sub(r"\*+", "*", pattern)), re.IGNORECASE | re.DOTALL)
    return [at for at, code in enumerate(codes) if wanted.fullmatch(code)]


def _first(codes: Sequence[str], inside: str, newest_first: bool) -> Sequence[int]:
    """Give the first so many, after leaving out so many; of months the newest."""
    numbers = _NUMBERS.fullmatch(re.sub(r"\s", "", inside))
    if numbers is None:
        return ()
    count, left_out = int(numbers[1]), int(numbers[2] or 0)
    places = range(len(codes))
    return (places[::-1] if newest_first else places)[left_out : left_out + count]


def _last(codes: Sequence[str], inside: str, newest_first: bool) -> Sequence[int]:
    return _first(codes, inside, not newest_first)


def _between(codes: Sequence[str], inside: str, _: bool) -> Sequence[int]:
    ends = [_place(codes, code.strip()) for code in inside.split(",")]
    return range(ends[0], ends[1] + 1) if len(ends) == 2 and ends[0] is not None and ends[1] is not None else ()


def _from(codes: Sequence[str], inside: str, _: bool) -> Sequence[int]:
    at = _place(codes, inside.strip())
    return range(at, len(codes)) if at is not None else ()


def _to(codes: Sequence[str], inside: str, _: bool) -> Sequence[int]:
    at = _place(codes, inside.strip())
    return range(at + 1) if at is not None else ()


_EXPRESSIONS: Mapping[str, Callable[[Sequence[str], str, bool], Sequence[int]]] = {
    "TOP": _first,
    "BOTTOM": _last,
    "RANGE": _between,
    "FROM": _from,
    "TO": _to,
}


def _name(choice: Choice) -> str:
    return f"valueCodes[{choice.variable}]"
