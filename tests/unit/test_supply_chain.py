"""The look at the supply chain: what could not be looked at is never called clean, and each look is seen to find what there is."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from scripts import supply_chain
from scripts.supply_chain import LOOKS, ROOT, Outcome, main, ran

PART = {"name": "a", "version": "1.0", "vulns": []}
FAULTY = {"name": "a", "version": "1.0", "vulns": [{"id": "PYSEC-2026-1", "fix_versions": ["1.1"], "description": ""}]}
SKIPPED = {"name": "a", "skip_reason": "Dependency not found on PyPI and could not be audited: a (1.0)"}


@pytest.mark.parametrize(
    ("told", "outcome"),
    [
        ("", Outcome.NOT_LOOKED),
        ("ERROR: no such host", Outcome.NOT_LOOKED),
        ({"dependencies": []}, Outcome.NOT_LOOKED),
        ({"dependencies": [PART, SKIPPED]}, Outcome.NOT_LOOKED),
        ({"dependencies": [PART]}, Outcome.CLEAN),
        ({"dependencies": [PART, FAULTY]}, Outcome.FOUND),
    ],
)
def test_python_packages_that_could_not_be_asked_for_are_not_clean(told: object, outcome: Outcome) -> None:
    assert supply_chain._python_outcome(told if isinstance(told, str) else json.dumps(told)) is outcome


@pytest.mark.parametrize(
    ("told", "outcome"),
    [
        ("", Outcome.NOT_LOOKED),
        ({"message": "405 Method Not Allowed", "error": {"summary": "", "detail": ""}}, Outcome.NOT_LOOKED),
        ([], Outcome.NOT_LOOKED),
        ({"metadata": {"vulnerabilities": {"total": 0}}}, Outcome.CLEAN),
        ({"metadata": {"vulnerabilities": {"total": 2}}}, Outcome.FOUND),
    ],
)
def test_npm_packages_that_could_not_be_asked_for_are_not_clean(told: object, outcome: Outcome) -> None:
    assert supply_chain._npm_outcome(told if isinstance(told, str) else json.dumps(told)) is outcome


@pytest.mark.parametrize(
    ("outcomes", "words", "code"),
    [
        ((Outcome.CLEAN, Outcome.CLEAN), (), 0),
        ((Outcome.CLEAN, Outcome.NOT_LOOKED), (), 0),
        ((Outcome.CLEAN, Outcome.NOT_LOOKED), ("--must-look",), 3),
        ((Outcome.FOUND, Outcome.NOT_LOOKED), (), 1),
        ((Outcome.FOUND, Outcome.CLEAN), ("--must-look",), 1),
    ],
)
def test_what_was_not_looked_at_is_told_and_fails_where_it_must_be(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    outcomes: tuple[Outcome, ...],
    words: tuple[str, ...],
    code: int,
) -> None:
    monkeypatch.setattr(
        supply_chain, "LOOKS", {f"look {number}": lambda outcome=outcome: outcome for number, outcome in enumerate(outcomes)}
    )
    monkeypatch.setattr(supply_chain, "BUILD", tmp_path)
    monkeypatch.setattr(supply_chain, "NOT_LOOKED", tmp_path / "not-looked.txt")
    monkeypatch.setattr(sys, "argv", ["supply_chain.py", *words])
    assert main() == code
    told = (tmp_path / "not-looked.txt").read_text()
    assert told.splitlines() == [f"look {number}" for number, outcome in enumerate(outcomes) if outcome is Outcome.NOT_LOOKED]
    assert ("NOT LOOKED" in capsys.readouterr().out) == bool(told)


def test_each_kind_of_look_is_there() -> None:
    assert [name.partition(":")[0] for name in LOOKS] == ["bandit", "detect-secrets", "cyclonedx", "pip-audit", "npm audit"]


def test_bandit_finds_a_shell(tmp_path: Path) -> None:
    (tmp_path / "unsafe.py").write_text("import subprocess\n\n\ndef run(word):\n    subprocess.call(word, shell=True)\n")
    assert ran("bandit", "--quiet", "--recursive", "--configfile", ROOT / "pyproject.toml", tmp_path).returncode == 1


def test_a_key_that_is_written_down_is_found(tmp_path: Path) -> None:
    (tmp_path / "keys.py").write_text('KEY = "' + "AKIA" + "QZ7RT3XW5V2LJ8NM" + '"\n')
    program = Path(sys.executable).with_name("detect-secrets")  # it looks only below the folder it stands in
    told = subprocess.run([program, "scan", "--no-verify", "keys.py"], cwd=tmp_path, capture_output=True, text=True, check=True)
    found = json.loads(told.stdout)["results"]
    assert [secret["type"] for secrets in found.values() for secret in secrets] == ["AWS Access Key"]
