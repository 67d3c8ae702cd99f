"""Databases with areas, to be filled in two ways."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Protocol

import pytest
from sqlalchemy import Engine
from sqlalchemy.engine import make_url

from tests.conftest import Drawing, Server
from trygghetskarta.backfilling import whole
from trygghetskarta.backfilling.whole import Hands, backfill
from trygghetskarta.backfilling.worker import StagedFile, stage_file
from trygghetskarta.delivering import Delivering, Progress, silent
from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.ingest.backfill import Outcome
from trygghetskarta.ingest.staging import Waiting
from trygghetskarta.store.engine import make_engine

BASOMRADEN = {
    f"01{column:02}00{row}": (column * 250.0, row * 250.0, column * 250.0 + 250, row * 250.0 + 250)
    for column in range(8)
    for row in range(4)
}
STADSDELAR = {"rinkeby": (0.0, 0.0, 1000.0, 1000.0), "tensta": (1000.0, 0.0, 2000.0, 1000.0)}
Cities = Callable[[], Engine]


class Fill(Protocol):
    """Backfills a database from a folder."""

    def __call__(self, engine: Engine, source: SourceId, folder: Path, progress: Progress = ...) -> list[Outcome]: ...


@pytest.fixture
def cities(server: Server, migrated: str, tmp_path: Path) -> Iterator[Cities]:
    """Give a maker of databases with areas and nothing in them."""
    made: list[Engine] = []

    def make() -> Engine:
        # What earlier ones keep open is closed: of many examples there would be too many.
        for engine in made:
            engine.dispose()
        made.append(make_engine(server.create(f"tk_backfill_{len(server.made)}", str(make_url(migrated).database))))
        with made[-1].begin() as connection:
            draw = Drawing(connection, tmp_path)
            draw(AreaLevel.BASOMRADE, BASOMRADEN)
            draw(AreaLevel.STADSDEL, STADSDELAR)
        return made[-1]

    yield make
    for engine in made:
        engine.dispose()


@pytest.fixture
def fill(monkeypatch: pytest.MonkeyPatch) -> Fill:
    """Give a backfill whose files this process stages, one after another: processes of their own take seconds to start."""

    def filled(engine: Engine, source: SourceId, folder: Path, progress: Progress = silent) -> list[Outcome]:
        monkeypatch.setenv("TRYGGHETSKARTA_DATABASE_URL", engine.url.render_as_string(hide_password=False))
        return backfill(engine, Delivering(source), [str(folder)], Hands(), progress)

    def deal_out(_: object, said_of: tuple[SourceId, str], files: Sequence[Waiting], progress: Callable[[Sequence[Waiting]], None]) -> None:
        for number, file in enumerate(files):
            assert stage_file(StagedFile(*said_of, file.path, file.delivery)) is None
            progress(files[number + 1 :])

    monkeypatch.setattr(whole, "_opening", lambda *_: nullcontext(nullcontext))
    monkeypatch.setattr(whole, "_deal_out", deal_out)
    return filled
