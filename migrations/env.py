"""Run the migrations on a connection that the caller hands over (store/migrate.py)."""

from __future__ import annotations

import re
from typing import Any

from alembic import context
from geoalchemy2 import alembic_helpers

from trygghetskarta.store.tables import metadata


def _is_ours(row: Any, name: str | None, kind: Any, *rest: Any) -> bool:  # noqa: ANN401 - what alembic hands over
    """Leave out PostGIS's own tables, and the partitions of `event` and the tables of a backfill's files: deliveries make those."""
    is_partition = kind in ("table", "index") and re.match(r"(event|stage)_[0-9]+(_|$)", name or "") is not None
    return not is_partition and bool(alembic_helpers.include_object(row, name, kind, *rest))  # type: ignore[no-untyped-call]


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    include_object=_is_ours,
    process_revision_directives=alembic_helpers.writer,
    render_item=alembic_helpers.render_item,
    compare_server_default=False,
)
with context.begin_transaction():
    context.run_migrations()
