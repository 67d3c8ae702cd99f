"""What was chosen of a table: codes, wildcards and expressions made into the values they name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import translate
from math import prod

from trygghetskarta.domain.tables.layout import CONTENTS, REGION, TIME, Codelist, Group, Table, Variable
from trygghetskarta.errors import Fault, ForbiddenError, InvalidQuestionError, bad_parameter

MOST_CELLS = 150_000
"""So many cells at most in one answer."""

_EXPRESSION = re.compile(r"\s*(TOP|BOTTOM|RANGE|FROM|TO)\s*\(([^()]*)\)\s*", re.IGNORECASE)
_NUMBERS = re.compile(r"([0-9]{1,9})(?:,([0-9]{1,9}))?", re.ASCII)
_SHOWN_MONTHS, _MOST_PATTERNS = 13, 100


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
    """Split codes at the commas that stand in no brackets: "a,TOP(3,2),[RANGE(b,c)]" are three."""
    parts, depth = [""], 0
    for sign in text:
        depth += (sign in "([") - (sign in ")]" and depth > 0)
        if sign == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += sign
    stripped = (part.strip() for part in parts)
    bare = (part[1:-1].strip() if part.startswith("[") and part.endswith("]") else part for part in stripped)
    return tuple(part for part in bare if part)


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
    places = _Places([group.value.code for group in groups], newest_first=variable.code == TIME)
    codes = dict.fromkeys(choice.codes)
    if sum(places.of(code) is None for code in codes) > _MOST_PATTERNS:
        swedish = f"Högst {_MOST_PATTERNS} mönster, uttryck och okända koder av en variabel."
        english = f"At most {_MOST_PATTERNS} patterns, expressions and unknown codes of a variable."
        raise bad_parameter(_name(choice), None, swedish, english)
    wanted = {at for code in codes for at in _expanded(places, code, choice)}
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


class _Places:
    """Finds the places of codes among the values of a variable or a codelist."""

    def __init__(self, codes: Sequence[str], *, newest_first: bool) -> None:
        """Take the codes, and whether the last of them are meant by the first so many, as of months."""
        self.codes = codes
        self._newest_first = newest_first
        self._place_of = {code.casefold(): at for at, code in enumerate(codes)} | {code: at for at, code in enumerate(codes)}

    def of(self, code: str) -> int | None:
        """Find a code as it is written, else in capitals or not."""
        at = self._place_of.get(code)
        return self._place_of.get(code.casefold()) if at is None else at

    def matching(self, pattern: str) -> Sequence[int]:
        """Find the codes that a pattern matches: * is anything, ? is one sign."""
        # fnmatch makes expressions that no pattern takes long to try; brackets have no meaning here.
        wanted = re.compile(translate(pattern.casefold().replace("[", "[[]")))
        return [at for at, code in enumerate(self.codes) if wanted.match(code.casefold())]

    def first(self, inside: str, *, last: bool = False) -> Sequence[int]:
        """Find the first so many, after leaving out so many, or the last; of months the first are the newest."""
        numbers = _NUMBERS.fullmatch(re.sub(r"\s", "", inside))
        if numbers is None:
            return ()
        count, left_out = int(numbers[1]), int(numbers[2] or 0)
        places = range(len(self.codes))
        return (places[::-1] if last is not self._newest_first else places)[left_out : left_out + count]

    def between(self, first: str | None, last: str | None) -> Sequence[int]:
        """Find those from one code to another, both included; None for an end that is open."""
        begin = 0 if first is None else self.of(first.strip())
        end = len(self.codes) - 1 if last is None else self.of(last.strip())
        return () if begin is None or end is None else range(begin, end + 1)

    def of_expression(self, name: str, inside: str) -> Sequence[int]:
        """Find what an expression names."""
        match name:
            case "TOP" | "BOTTOM":
                return self.first(inside, last=name == "BOTTOM")
            case "FROM":
                return self.between(inside, None)
            case "TO":
                return self.between(None, inside)
            case _:
                first, comma, last = inside.partition(",")
                return self.between(first, last) if comma else ()


def _expanded(places: _Places, code: str, choice: Choice) -> Sequence[int]:
    """Give the places of what a code, pattern or expression names."""
    at = places.of(code)
    if at is not None:
        return (at,)
    expression = _EXPRESSION.fullmatch(code)
    if expression is not None:
        found = places.of_expression(expression[1].upper(), expression[2])
    else:
        found = places.matching(code) if _is_pattern(code) else ()
    if not found:
        swedish = f"{choice.variable} har inget värde {code}." if expression is None else f"{code} anger inget värde av {choice.variable}."
        english = f"{choice.variable} has no value {code}." if expression is None else f"{code} names no value of {choice.variable}."
        raise bad_parameter(_name(choice), code, swedish, english)
    return found


def _is_pattern(code: str) -> bool:
    return "*" in code or "?" in code


def _name(choice: Choice) -> str:
    return f"valueCodes[{choice.variable}]"
