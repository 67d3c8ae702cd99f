from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from trygghetskarta.errors import InvalidQuestionError
from trygghetskarta.settings import PREFIX, Settings, read_settings, secrets

SECRET = "kanin-som-ingen-far-se-0123456789abcdef"  # pragma: allowlist secret
ADDRESS = f"postgresql://tk_public:{SECRET}@db/trygghetskarta"


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set no secret."""
    for name in secrets():
        for end in ("", "_FILE"):
            monkeypatch.delenv(PREFIX + name.upper() + end, raising=False)


def in_file(monkeypatch: pytest.MonkeyPatch, folder: Path, name: str, held: bytes) -> None:
    file = folder / name
    file.write_bytes(held)
    monkeypatch.setenv(f"{PREFIX}{name.upper()}_FILE", str(file))


def told(error: BaseException) -> str:
    return f"{error!r} {error} {getattr(error, 'swedish', '')} {getattr(error, 'english', '')}"


def test_keys_and_addresses_of_databases_are_secrets() -> None:
    assert {"database_url", "delivery_key"} <= set(secrets())
    assert not {"public_url", "home", "metrics_host"} & set(secrets())


def test_every_setting_whose_name_says_that_it_is_secret_is_one() -> None:
    named = {name for name in Settings.model_fields if name.endswith(("secret", "password", "_key", "database_url"))}
    assert named <= set(secrets())


@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n"])
def test_a_secret_in_a_file_is_read_without_the_line_break_after_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, end: bytes) -> None:
    in_file(monkeypatch, tmp_path, "database_url", ADDRESS.encode() + end)
    in_file(monkeypatch, tmp_path, "delivery_key", SECRET.encode() + end)
    monkeypatch.setenv(f"{PREFIX}POOL_SIZE", "7")
    settings = read_settings()
    assert settings.database_url == ADDRESS
    assert settings.delivery_key is not None
    assert settings.delivery_key.get_secret_value() == SECRET
    assert settings.pool_size == 7
    assert SECRET not in f"{settings!r} {settings}"


@pytest.mark.parametrize("held", [b"", b"\n", b"\xff\xfe", b"x" * 70_000])
def test_a_file_that_holds_no_secret_is_refused_by_the_name_of_the_variable(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, held: bytes
) -> None:
    in_file(monkeypatch, tmp_path, "delivery_key", held)
    with pytest.raises(InvalidQuestionError, match=f"{PREFIX}DELIVERY_KEY_FILE"):
        read_settings()


def test_a_file_that_is_not_there_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(f"{PREFIX}DATABASE_URL_FILE", str(tmp_path / "nowhere"))
    with pytest.raises(InvalidQuestionError, match=f"{PREFIX}DATABASE_URL_FILE"):
        read_settings()


def test_a_secret_in_two_places_is_refused_and_not_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    in_file(monkeypatch, tmp_path, "delivery_key", SECRET.encode())
    monkeypatch.setenv(f"{PREFIX}DELIVERY_KEY", SECRET[::-1])
    with pytest.raises(InvalidQuestionError) as caught:
        read_settings()
    assert SECRET not in told(caught.value)
    assert SECRET[::-1] not in told(caught.value)


def test_a_secret_that_will_not_do_is_not_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    in_file(monkeypatch, tmp_path, "delivery_key", SECRET[:20].encode())
    with pytest.raises(ValidationError) as caught:
        read_settings()
    assert SECRET[:20] not in told(caught.value)


def test_what_is_no_secret_is_not_read_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    in_file(monkeypatch, tmp_path, "public_url", b"https://example.se")
    with pytest.raises(InvalidQuestionError, match=f"{PREFIX}PUBLIC_URL_FILE"):
        read_settings()
