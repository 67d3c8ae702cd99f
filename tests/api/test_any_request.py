"""Any request at all: no internal error, and no answer that openapi.json does not tell of. schemathesis asks; every check it has is on."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
from pydantic import SecretStr
from sqlalchemy import Engine

from tests.api.recording import KEY, ROOT
from tests.conftest import serving
from trygghetskarta.domain.audience import Audience
from trygghetskarta.settings import Settings

HERE = Path(__file__).parent
OPERATIONS = sum(len(item) for item in orjson.loads((ROOT / "openapi.json").read_bytes())["paths"].values())


@pytest.fixture(params=list(Audience))
def open_to_all(own_sample: Engine, request: pytest.FixtureRequest) -> Iterator[str]:
    """Give the address of a copy of the sample that anything may be done to."""
    with serving(own_sample, request.param, Settings(delivery_key=SecretStr(KEY), delivery_limit=100_000, refresh_seconds=1.0)) as address:
        yield address


def ask(server: str, *options: str) -> str:
    """Let schemathesis ask, and give what it says; anything it finds fails the test."""
    command = [
        *(str(Path(sys.executable).with_name("schemathesis")), "--config-file", str(HERE / "schemathesis.toml"), "run", f"{server}/openapi.json"),
        *("--url", server, "--header", f"X-API-Key: {KEY}", "--warnings", "off", "--no-shrink", "--continue-on-failure", "--no-color", *options),
    ]  # fmt: skip
    paths = os.pathsep.join(filter(None, (str(HERE), os.environ.get("PYTHONPATH"))))
    surroundings = {**os.environ, "SCHEMATHESIS_HOOKS": "schemathesis_hooks", "PYTHONPATH": paths}
    told = subprocess.run(command, cwd=HERE, env=surroundings, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stdout[-8000:] + told.stderr[-2000:]
    assert f"Tested: {OPERATIONS}" in told.stdout, told.stdout[-2000:]
    return told.stdout


def test_any_request_is_answered_as_the_document_says(open_to_all: str) -> None:
    said = ask(open_to_all, "--max-examples", "3", "--phases", "examples,fuzzing,stateful")
    found = re.search(r"(\d+) generated, \1 passed", said)
    assert found is not None, said[-2000:]
    assert int(found[1]) >= OPERATIONS


@pytest.mark.thorough
@pytest.mark.timeout(0)
def test_a_thousand_requests_to_every_operation_are_answered_as_the_document_says(open_to_all: str) -> None:
    ask(open_to_all, "--max-examples", "1000", "--phases", "examples,coverage,fuzzing,stateful")
