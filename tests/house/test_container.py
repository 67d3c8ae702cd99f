"""The container: what runs in it is nobody, writes nothing, holds no secret, and is made of what is locked."""

from __future__ import annotations

import re
from typing import Any

import yaml  # type: ignore[import-untyped]

from tests.pages import ROOT, read

_INSTRUCTION = re.compile(r"^([A-Z]+)\s+(.*)$")
_SECRET = re.compile(r"secret|password|passwd|token|credential|_key\b|api_?key", re.IGNORECASE)
_OWNERS = "TRYGGHETSKARTA_DATABASE_URL"


def instructions() -> list[tuple[str, str]]:
    """Give the instructions of the Dockerfile, those over several lines as one."""
    lines = [line for line in read(ROOT / "Dockerfile").replace("\\\n", " ").splitlines() if line and not line.startswith("#")]
    found = [match.groups() for line in lines if (match := _INSTRUCTION.match(line))]
    assert len(found) == len(lines)
    return [(name, told) for name, told in found]


def last_stage() -> list[tuple[str, str]]:
    told = instructions()
    return told[max(at for at, (name, _) in enumerate(told) if name == "FROM") :]


def services() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = yaml.safe_load(read(ROOT / "compose.yaml"))["services"]
    return found


def ours() -> dict[str, dict[str, Any]]:
    return {name: told for name, told in services().items() if told["image"] == "trygghetskarta"}


def test_whoever_runs_in_the_image_is_nobody_by_number_and_can_install_nothing() -> None:
    stage = last_stage()
    (user,) = (told for name, told in stage if name == "USER")
    assert int(user) >= 10_000
    at = [name for name, _ in stage].index("USER")
    assert {name for name, _ in stage[at:]} <= {"USER", "WORKDIR", "EXPOSE", "HEALTHCHECK", "CMD"}
    runs = [told for name, told in stage if name == "RUN"]
    assert len(runs) == 1
    assert "--shell /usr/sbin/nologin" in runs[0]
    # What is copied belongs to root: what runs cannot change it.
    assert not [told for name, told in stage if name == "COPY" and ("--chown" in told or "--chmod" in told)]
    assert {name for name, _ in stage} >= {"HEALTHCHECK", "CMD"}


def test_the_image_is_made_of_what_is_locked_and_fetches_nothing_else() -> None:
    told = instructions()
    images = [image.split()[0] for name, image in told if name == "FROM"]
    assert [image for image in images if not re.search(r":\d[\w.]*-", image)] == []
    assert "ADD" not in {name for name, _ in told}
    runs = [command for name, command in told if name == "RUN"]
    assert [command for command in runs if re.search(r"\b(curl|wget|git|npm install|apt-get)\b", command)] == []
    assert [command for command in runs if "pip install" in command and not re.search(r"\S+==[\d.]+$", command)] == []
    assert [command for command in runs if "uv sync" in command and "--frozen --no-dev" not in command] == []
    assert [
        image for image in (service["image"] for service in services().values()) if ":" not in image and image != "trygghetskarta"
    ] == []


def test_no_secret_is_in_the_image_and_nothing_is_copied_that_nobody_named() -> None:
    told = instructions()
    assert [told for name, told in told if name in ("ENV", "ARG") and _SECRET.search(told)] == []
    copied = [part for name, command in told if name == "COPY" for part in command.split()[:-1]]
    assert not {".", "./", "/"} & set(copied)
    ignored = [line for line in read(ROOT / ".dockerignore").splitlines() if not line.startswith("#")]
    assert ignored[0] == "*"
    assert "**/.env*" in ignored
    assert not [line for line in ignored if line.startswith("!") and re.search(r"\.env|\.git|\.trygghetskarta|data/?$", line)]


def test_every_container_of_ours_is_read_only_without_rights_and_cannot_gain_any() -> None:
    assert set(ours()) == {"app", "upgrade"}
    for service in ours().values():
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert not {"cap_add", "privileged", "volumes", "devices", "pid", "network_mode", "user"} & set(service)
        assert all({"noexec", "nosuid", "nodev"} <= set(folder.partition(":")[2].split(",")) for folder in service["tmpfs"])
        assert service["pids_limit"] <= 1_000


def test_what_answers_has_no_password_of_the_owner_and_the_database_is_out_of_reach() -> None:
    app, database = services()["app"], services()["db"]
    assert _OWNERS not in app["environment"]
    assert "OWNER_PASSWORD" not in str(app["environment"])
    assert "ports" not in database
    assert database["networks"] == ["inside"]
    assert all(str(port).startswith("127.0.0.1:") for port in app["ports"])
    assert yaml.safe_load(read(ROOT / "compose.yaml"))["networks"]["inside"] == {"internal": True}
    for service in services().values():
        for name, value in service["environment"].items():
            assert not _SECRET.search(name) or value.startswith("${"), name
            assert "://" not in value or re.search(r"://\w+:\$\{\w+", value), name
