"""What the program is made of, and whether something is known to be wrong with it: code, secrets, parts, advisories.

    python scripts/supply_chain.py              what `make check` runs
    python scripts/supply_chain.py --must-look  what `make audit` runs before a release: fails also where no advisories could be asked for

Writes build/sbom-python.json and build/sbom-web.json (CycloneDX). A source of advisories that does not answer is never taken for one that
knows of nothing: it is told of here, in build/not-looked.txt, and by pytest at the end of the tests.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from enum import IntEnum
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
BUILD = ROOT / "build"
NOT_LOOKED = BUILD / "not-looked.txt"
_BIN = Path(sys.executable).parent
_LOCKED = re.compile(r"^([A-Za-z0-9_.-]+)==", re.MULTILINE)
# Made by programs from what is looked at, or of hashes all through: in them every long number looks like a key.
_MADE = re.compile(
    r"(^|/)(package-lock\.json|uv\.lock|openapi\.json|examples\.json|schema\.d\.ts)$|^data/sample/|\.(otf|docx|gz|png|zip|gpkg|parquet|xlsx)$"
)


class Outcome(IntEnum):
    """What came of looking, worst last but one; as exit codes."""

    CLEAN = 0
    FOUND = 1
    NOT_LOOKED = 3


def say(text: str) -> None:
    """Tell the reader."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def ran(*words: str | Path, **more: Any) -> subprocess.CompletedProcess[str]:  # noqa: ANN401  # handed on as they are
    """Run a program of the locked set, or one on the path."""
    first = str(words[0])
    own = _BIN / first
    command = [str(own) if own.exists() else first, *(str(word) for word in words[1:])]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, **more)


def requirements(*options: str) -> str:
    """Give what uv.lock holds, as pip writes it."""
    told = ran("uv", "export", "--quiet", "--frozen", "--no-emit-project", "--format", "requirements-txt", *options)
    if told.returncode:
        raise SystemExit(told.stderr)
    return told.stdout


def code() -> Outcome:
    """Look for what is known to be unsafe in the code."""
    told = ran("bandit", "--quiet", "--recursive", "--configfile", "pyproject.toml", "src", "migrations", "scripts", "data/sample")
    if told.returncode:
        say(told.stdout)
        return Outcome.FOUND
    return Outcome.CLEAN


def secrets() -> Outcome:
    """Look for keys and passwords in what is kept; a line that only looks like one says so itself."""
    files = [
        name for name in ran("git", "ls-files", "--cached", "--others", "--exclude-standard").stdout.splitlines() if not _MADE.search(name)
    ]
    if not files:
        say("git tells of no files")
        return Outcome.NOT_LOOKED
    told = ran("detect-secrets", "scan", "--no-verify", *files)
    if told.returncode:
        say(told.stderr)
        return Outcome.FOUND
    found = [
        f"{name}:{secret['line_number']}: {secret['type']}" for name, all_ in json.loads(told.stdout)["results"].items() for secret in all_
    ]
    for line in found:
        say(line)
    return Outcome.FOUND if found else Outcome.CLEAN


def parts() -> Outcome:
    """Write what the program is made of, for those who run it, and see that nothing locked is left out."""
    BUILD.mkdir(exist_ok=True)
    locked = requirements("--no-dev")
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write(locked)
        file.flush()
        told = ran(
            *("cyclonedx-py", "requirements", "--pyproject", "pyproject.toml", "--output-reproducible", "--output-format", "JSON"),
            *("--output-file", BUILD / "sbom-python.json", file.name),
        )
    web = ran("npm", "--prefix", "web", "sbom", "--sbom-format", "cyclonedx", "--omit", "dev", "--package-lock-only")
    if told.returncode or web.returncode:
        say(told.stderr + web.stderr)
        return Outcome.FOUND
    (BUILD / "sbom-web.json").write_text(web.stdout, encoding="utf-8")
    listed = {part["name"].lower().replace("_", "-") for part in json.loads((BUILD / "sbom-python.json").read_bytes())["components"]}
    left_out = {name.lower().replace("_", "-") for name in _LOCKED.findall(locked)} - listed
    say(f"  build/sbom-python.json: {len(listed)}, build/sbom-web.json: {len(json.loads(web.stdout)['components'])}")
    if left_out:
        say(f"left out: {', '.join(sorted(left_out))}")
        return Outcome.FOUND
    return Outcome.CLEAN


def advisories_of_python() -> Outcome:
    """Ask what is known to be wrong with the locked Python packages, those that only build and test too."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write(requirements("--all-groups"))
        file.flush()
        for source in ("pypi", "osv"):
            asked = ("--strict", "--disable-pip", "--require-hashes", "--progress-spinner", "off", "--format", "json")
            told = ran("pip-audit", *asked, "--vulnerability-service", source, "--requirement", file.name)
            outcome = _python_outcome(told.stdout)
            if outcome is not Outcome.NOT_LOOKED:
                return outcome
    return Outcome.NOT_LOOKED


def _python_outcome(told: str) -> Outcome:
    try:
        packages = json.loads(told)["dependencies"]
    except ValueError:  # it gave up: what it could not ask for, it says in words
        return Outcome.NOT_LOOKED
    if not packages or any("skip_reason" in package for package in packages):
        return Outcome.NOT_LOOKED
    found = [f"{package['name']} {package['version']}: {fault['id']}" for package in packages for fault in package["vulns"]]
    for line in found:
        say(line)
    return Outcome.FOUND if found else Outcome.CLEAN


def advisories_of_npm() -> Outcome:
    """Ask what is known to be wrong with the locked packages of the page."""
    return _npm_outcome(ran("npm", "--prefix", "web", "audit", "--package-lock-only", "--json").stdout)


def _npm_outcome(told: str) -> Outcome:
    try:
        counted = json.loads(told)["metadata"]["vulnerabilities"]["total"]
    except (ValueError, KeyError, TypeError):  # the registry has no advisories to give
        return Outcome.NOT_LOOKED
    if counted:
        say(told)
    return Outcome.FOUND if counted else Outcome.CLEAN


LOOKS: dict[str, Callable[[], Outcome]] = {
    "bandit: osäker kod / unsafe code": code,
    "detect-secrets: hemligheter / secrets": secrets,
    "cyclonedx: delar / parts": parts,
    "pip-audit: kända sårbarheter, Python / known vulnerabilities": advisories_of_python,
    "npm audit: kända sårbarheter, webb / known vulnerabilities": advisories_of_npm,
}
_WORDS = {Outcome.CLEAN: "rent / clean", Outcome.FOUND: "FEL FUNNA / FAULTS FOUND", Outcome.NOT_LOOKED: "INTE KONTROLLERAT / NOT LOOKED"}


def looked() -> Iterator[tuple[str, Outcome]]:
    """Look at everything, and tell of each."""
    for name, look in LOOKS.items():
        outcome = look()
        say(f"{name}: {_WORDS[outcome]}")
        yield name, outcome


def main() -> int:
    """Look, and give the exit code."""
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("--must-look", action="store_true", help="fail also where something could not be looked at")
    must_look = given.parse_args().must_look
    outcomes = dict(looked())
    unknown = [name for name, outcome in outcomes.items() if outcome is Outcome.NOT_LOOKED]
    BUILD.mkdir(exist_ok=True)
    NOT_LOOKED.write_text("".join(f"{name}\n" for name in unknown), encoding="utf-8")
    if Outcome.FOUND in outcomes.values():
        return Outcome.FOUND
    return Outcome.NOT_LOOKED if unknown and must_look else Outcome.CLEAN


if __name__ == "__main__":
    raise SystemExit(main())
