"""`describe`: write what is generated from the code: openapi.json, docs/settings.md and docs/sources/vikter.md."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import orjson
import typer

from trygghetskarta.domain.categories import tree_of
from trygghetskarta.domain.weights import Weight, WeightSet, built_in_sets
from trygghetskarta.serialize.swedish import day_name, decimal, whole
from trygghetskarta.settings import IN_FILE, PREFIX, Settings, secrets
from trygghetskarta.store.faces import Addresses

_NAMED = 3
_OPENED = 3


def describe(
    folder: Annotated[Path, typer.Argument(help="Repositoriets mapp.")] = Path(),
) -> None:
    """Skriv openapi.json, docs/settings.md och docs/sources/vikter.md från koden."""
    from importlib import import_module

    # The doors do not know each other; this one asks the other to describe itself.
    app = import_module("trygghetskarta.api.app").create_app(Settings(), Addresses("postgresql://localhost/nowhere"))
    (folder / "openapi.json").write_text(document_text(app.openapi()), encoding="utf-8")
    (folder / "docs" / "settings.md").write_text(settings_page(), encoding="utf-8")
    (folder / "docs" / "sources" / "vikter.md").write_text(weights_page(), encoding="utf-8")


def document_text(document: object, depth: int = 0) -> str:
    """Write the description of an API with a line for each operation and each schema: so short that it can be kept, and what changed is seen."""
    if depth == _OPENED or not isinstance(document, dict) or not document:
        return orjson.dumps(document).decode()
    margin = " " * (depth + 1)
    members = (f"{margin}{orjson.dumps(name).decode()}: {document_text(value, depth + 1)}" for name, value in document.items())
    return "{\n" + ",\n".join(members) + "\n" + " " * depth + ("}" if depth else "}\n")


def settings_page() -> str:
    """Give the page on the settings."""
    lines = [
        "# Inställningar",
        "",
        "Varje inställning är en miljövariabel. En variabel med samma början som tjänsten inte känner till avvisas, så att ett stavfel syns.",
        "En hemlighet kan stå i en fil i stället: då anges filen i variabeln med `_FILE` efter namnet, till exempel som en hemlighet i Docker.",
        "Sidan är gjord av `trygghetskarta describe` från `src/trygghetskarta/settings.py`.",
        "",
        "| Variabel | Utan värde | Vad den styr |",
        "|---|---|---|",
    ]
    held = set(secrets())
    for name, field in Settings.model_fields.items():
        default = "" if field.default is None else f"`{field.default if not isinstance(field.default, tuple) else list(field.default)}`"
        variable = f"{PREFIX}{name.upper()}"
        named = f"`{variable}`, `{variable}{IN_FILE}`" if name in held else f"`{variable}`"
        lines.append(f"| {named} | {default} | {field.description} |")
    return "\n".join(lines) + "\n"


def weights_page() -> str:
    """Give the page on the sets of harm weights that come with the program."""
    lines = [
        "# Vikter för allvarlighet",
        "",
        "Hur vikterna används och efter vilka regler de är satta står i [allvarlighet](../methods/harm.md). En vikt på en grupp gäller alla",
        "kategorier under den som inte har en egen. **Läst** säger om paragrafens egen text är läst; där det står nej är vikten en uppgift att",
        "kontrollera. **Sedan** är dagen då paragrafen, och det allmänna minimum där det används, fick den lydelse som är läst. Sidan är gjord av",
        "`trygghetskarta describe` från `src/trygghetskarta/domain/harm_weights`.",
    ]
    for given in reversed(built_in_sets()):
        lines += _set_lines(given)
    return "\n".join(lines) + "\n"


def _set_lines(given: WeightSet) -> list[str]:
    checked = sum(weight.checked for weight in given.weights)
    rows: dict[tuple[object, ...], list[Weight]] = {}
    for weight in given.weights:
        said = (weight.days, weight.minimum, weight.law, weight.sfs, weight.since, weight.checked, weight.police_initiated, weight.note)
        rows.setdefault(said, []).append(weight)
    return [
        "",
        f"## {given.name}",
        "",
        f"Från {day_name(given.valid_from)}. {given.basis} {whole(len(given.weights))} vikter, varav {whole(checked)} lästa i lagtexten.",
        "",
        "| Kategorier | Dagar | Minimum | Lagrum | SFS | Sedan | Läst | Polisens egna | Att tänka på |",
        "|---|--:|---|---|---|---|---|---|---|",
        *(_weight_line(weights) for weights in rows.values()),
    ]


def _weight_line(weights: list[Weight]) -> str:
    first = weights[0]
    named = [f"`{weight.code}` {tree_of(weight.source).by_code[weight.code].name}" for weight in weights[:_NAMED]]
    more = [f"`{weight.code}`" for weight in weights[_NAMED:]]
    cells = [
        "; ".join(named) + (f"; {', '.join(more)}" if more else ""),
        decimal(first.days, 0),
        first.minimum or "",
        first.law,
        first.sfs or "",
    ]
    marks = [str(first.since or ""), "ja" if first.checked else "nej", "ja" if first.police_initiated else "", first.note or ""]
    return f"| {' | '.join([*cells, *marks])} |"
