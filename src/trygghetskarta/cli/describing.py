"""`describe`: write what is generated from the code, openapi.json and docs/settings.md."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import orjson
import typer

from trygghetskarta.settings import PREFIX, Settings


def describe(
    folder: Annotated[Path, typer.Argument(help="Repositoriets mapp.")] = Path(),
) -> None:
    """Skriv openapi.json och docs/settings.md från koden."""
    from importlib import import_module

    # The doors do not know each other; this one asks the other to describe itself.
    app = import_module("trygghetskarta.api.app").create_app(Settings(), "postgresql://localhost/nowhere")
    (folder / "openapi.json").write_bytes(orjson.dumps(app.openapi(), option=orjson.OPT_INDENT_2) + b"\n")
    (folder / "docs" / "settings.md").write_text(settings_page(), encoding="utf-8")


def settings_page() -> str:
    """Give the page on the settings."""
    lines = [
        "# Inställningar",
        "",
        "Varje inställning är en miljövariabel. En variabel med samma början som tjänsten inte känner till avvisas, så att ett stavfel syns.",
        "Sidan är gjord av `trygghetskarta describe` från `src/trygghetskarta/settings.py`.",
        "",
        "| Variabel | Utan värde | Vad den styr |",
        "|---|---|---|",
    ]
    for name, field in Settings.model_fields.items():
        default = "" if field.default is None else f"`{field.default if not isinstance(field.default, tuple) else list(field.default)}`"
        lines.append(f"| `{PREFIX}{name.upper()}` | {default} | {field.description} |")
    return "\n".join(lines) + "\n"
