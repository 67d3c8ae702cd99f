"""Temporary folders: gone when their owner is, and nobody else's are touched."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from trygghetskarta.ingest.temporary import temporary_folder


def test_the_folder_of_one_who_died_is_removed_and_those_of_others_are_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with temporary_folder() as mine:
        prefix = mine.name[: mine.name.rindex("-") + 1]
        abandoned = tmp_path / f"{prefix}died"
        # A private server's socket, a GeoPackage being read, somebody's backup.
        others = [tmp_path / name for name in ("trygghetskarta-0123456789ab", "trygghetskarta-x", "trygghetskarta-backup")]
        for folder in (abandoned, *others):
            folder.mkdir()
        with temporary_folder() as second:
            assert mine.is_dir()
            assert second.is_dir()
            assert not abandoned.exists()
        assert not second.exists()
        assert all(folder.is_dir() for folder in others)
    assert not mine.exists()
