"""The demo takes deliveries with a key of its own, which the page is handed in a part of the address that no server is sent."""

from __future__ import annotations

import os

import pytest
from pydantic import SecretStr

from trygghetskarta.cli.serving import _key_for_now
from trygghetskarta.settings import Settings, read_settings

NAME = "TRYGGHETSKARTA_DELIVERY_KEY"


def test_the_demo_makes_a_key_that_the_service_knows_and_another_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAME, "taken back when the test has ended, whatever it is")
    first, second = (_key_for_now(Settings(delivery_key=None)) for _ in range(2))
    known = read_settings().delivery_key
    assert known is not None
    assert first.startswith("#key=")
    assert second == f"#key={known.get_secret_value()}" != first


def test_a_key_that_is_chosen_is_kept_and_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(NAME, raising=False)
    assert _key_for_now(Settings(delivery_key=SecretStr("vald av den som driver tjänsten, lång"))) == ""
    assert NAME not in os.environ
