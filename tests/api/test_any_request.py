"""Any request at all: no internal error, and no answer that openapi.json does not tell of. schemathesis asks; every check it has is on."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import orjson
import pytest
from pydantic import SecretStr
from sqlalchemy import Engine

from tests.api.recording import KEY, ROOT
from tests.conftest import KEY_SECRET, serving
from trygghetskarta.domain.audience import Audience, Role
from trygghetskarta.ingest.identities import Ordered, create_key
from trygghetskarta.settings import Settings
from trygghetskarta.store.audit import verify

HERE = Path(__file__).parent
OPERATIONS = sum(len(item) for item in orjson.loads((ROOT / "openapi.json").read_bytes())["paths"].values())


SETTINGS = Settings(delivery_key=SecretStr(KEY), key_secret=SecretStr(KEY_SECRET), delivery_limit=100_000, refresh_seconds=1.0)


@dataclass(frozen=True)
class Asker:
    """One who asks anything.

    Attributes:
        server: The address of a copy of the sample that anything may be done to.
        key: The key that is shown; None for nobody.
        engine: The copy.
    """

    server: str
    key: str | None
    engine: Engine


# Whoever sits at the machine and shows the installation's key may do everything; the others meet the refusals as well.
FACES = {
    "nobody": (Audience.PUBLIC, None),
    "installation": (Audience.PUBLIC, KEY),
    "analyst": (Audience.PUBLIC, Ordered("analytiker", Role.ANALYST, 30, purpose="prov")),
    "coordinator": (Audience.PUBLIC, Ordered("samordnare", Role.COORDINATOR, 30, areas=("jarva",))),
    "own machine": (Audience.STAFF, KEY),
}


# Each takes a while: the two that are refused most are asked as when everything is.
LONG = {"nobody", "coordinator"}


@pytest.fixture(params=[pytest.param(name, marks=[pytest.mark.thorough] if name in LONG else []) for name in FACES])
def asker(own_sample: Engine, request: pytest.FixtureRequest) -> Iterator[Asker]:
    """Give one who may ask, and whom."""
    audience, shown = FACES[request.param]
    if isinstance(shown, Ordered):
        with own_sample.begin() as connection:
            shown = create_key(connection, KEY_SECRET.encode(), shown)[1]
    with serving(own_sample, audience, SETTINGS) as address:
        yield Asker(address, shown, own_sample)


def ask(asker: Asker, *options: str) -> str:
    """Let schemathesis ask, and give what it says; anything it finds fails the test."""
    shown = ("--header", f"X-API-Key: {asker.key}") if asker.key is not None else ()
    server = asker.server
    command = [
        *(str(Path(sys.executable).with_name("schemathesis")), "--config-file", str(HERE / "schemathesis.toml"), "run", f"{server}/openapi.json"),
        *("--url", server, *shown, "--request-timeout", "120", "--warnings", "off", "--no-shrink", "--continue-on-failure", "--no-color", *options),
    ]  # fmt: skip
    paths = os.pathsep.join(filter(None, (str(HERE), os.environ.get("PYTHONPATH"))))
    surroundings = {**os.environ, "SCHEMATHESIS_HOOKS": "schemathesis_hooks", "PYTHONPATH": paths}
    told = subprocess.run(command, cwd=HERE, env=surroundings, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stdout[-8000:] + told.stderr[-2000:]
    assert f"Tested: {OPERATIONS}" in told.stdout, told.stdout[-2000:]
    return told.stdout


def test_any_request_is_answered_as_the_document_says(asker: Asker) -> None:
    said = ask(asker, "--max-examples", "3", "--phases", "examples,fuzzing,stateful")
    found = re.search(r"(\d+) generated, \1 passed", said)
    assert found is not None, said[-2000:]
    assert int(found[1]) >= OPERATIONS
    with asker.engine.connect() as connection:
        assert verify(connection).sound


@pytest.mark.thorough
@pytest.mark.timeout(0)
def test_a_thousand_requests_to_every_operation_are_answered_as_the_document_says(asker: Asker) -> None:
    ask(asker, "--max-examples", "1000", "--phases", "examples,coverage,fuzzing,stateful")
