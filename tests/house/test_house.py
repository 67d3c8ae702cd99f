"""House rules that no linter knows."""

from __future__ import annotations

import ast
import inspect
import re
import subprocess
import sys
from pathlib import Path

import orjson
import pytest

from trygghetskarta import errors
from trygghetskarta.api.app import create_app
from trygghetskarta.api.problems import STATUS_OF
from trygghetskarta.cli.describing import settings_page
from trygghetskarta.settings import PREFIX, Settings
from trygghetskarta.store.faces import Addresses

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "trygghetskarta"
MODULES = sorted(SOURCE.rglob("*.py"))
REFUSED_WORDS = re.compile(r"\b(district|borough|neighbou?rhood|precinct)s?\b", re.IGNORECASE)
NAMES_THAT_SAY_NOTHING = ("service", "manager", "handler", "util", "utils", "helper", "helpers", "common", "data", "process", "misc")


def test_only_release_makes_published() -> None:
    makers = {
        str(path.relative_to(SOURCE))
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", None)) in ("Published", "PublishedAnswer")
    }
    assert makers == {"disclosure/release.py"}


def test_no_writer_takes_exact() -> None:
    for path in [*(SOURCE / "serialize").rglob("*.py"), *(SOURCE / "analysis").rglob("*.py")]:
        assert not re.search(r"\bExact(Detail)?\b", path.read_text(encoding="utf-8")), path.name


def test_every_error_has_a_status() -> None:
    kinds = {kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, errors.TrygghetskartaError)}
    assert set(STATUS_OF) == kinds - {errors.TrygghetskartaError}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_a_module_is_of_a_size_one_can_read(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400
    assert path.stem not in NAMES_THAT_SAY_NOTHING or path.parent.name == "routers"


def test_no_refused_word_for_an_area() -> None:
    # PRODUCT's language rule: one thing, one word. The Chicago example quotes a foreign file's column.
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in MODULES
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if REFUSED_WORDS.search(line)
    ]
    assert found == []


def test_sql_takes_values_by_binding_only() -> None:
    # A name put together in an f-string handed to text() is how an injection begins.
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", None) == "text":
                assert not any(isinstance(argument, ast.JoinedStr) for argument in node.args), f"{path}:{node.lineno}"


def test_every_setting_is_described_and_the_page_is_current() -> None:
    assert all(field.description for field in Settings.model_fields.values())
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    assert page == settings_page(), "run: .venv/bin/trygghetskarta describe"
    assert all(f"`{PREFIX}{name.upper()}`" in page for name in Settings.model_fields)


def test_openapi_is_current() -> None:
    described = create_app(Settings(), Addresses("postgresql://localhost/nowhere")).openapi()
    assert orjson.loads((ROOT / "openapi.json").read_bytes()) == described, "run: .venv/bin/trygghetskarta describe"


def test_every_operation_is_described_in_both_languages() -> None:
    described = create_app(Settings(), Addresses("postgresql://localhost/nowhere")).openapi()
    for path, operations in described["paths"].items():
        assert re.fullmatch(r"(/([a-z0-9_.-]|\{[a-z][A-Za-z0-9_]*\})*)+", path), path
        for operation in operations.values():
            assert operation["summary"], path
            assert len(operation["description"].split("\n\n")) == 2, f"{path}: Swedish, then English"
            for parameter in operation.get("parameters", []):
                assert re.fullmatch(r"[a-z][A-Za-z0-9_]*", parameter["name"])
                assert parameter.get("description") or parameter["in"] == "path", f"{path} {parameter['name']}"


def test_a_worker_that_only_serves_imports_none_of_the_large_libraries() -> None:
    names = ("pandas", "geopandas", "pyarrow", "pyogrio", "xlsxwriter", "openpyxl", "alembic", "scipy", "statsmodels", "contourpy")
    program = f"import sys, trygghetskarta.api.app; print([name for name in {names} if name in sys.modules])"
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"


def test_importing_reads_no_setting_and_opens_nothing() -> None:
    program = "import trygghetskarta.api.app, trygghetskarta.cli.main; trygghetskarta.cli.main.make_app()"
    subprocess.run([sys.executable, "-c", program], env={f"{PREFIX}NO_SUCH_THING": "1", "PATH": "/nowhere"}, check=True)


def test_the_sample_is_small() -> None:
    files = [path for path in (ROOT / "data" / "sample").rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    assert sum(path.stat().st_size for path in files) < 3_000_000
    assert max(path.stat().st_size for path in files) < 1_000_000
