"""Run the migrations on a connection that the caller hands over (store/migrate.py)."""

from __future__ import annotations

from alembic import context
from geoalchemy2 import alembic_helpers

from trygghetskarta.store.tables import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    include_object=alembic_helpers.include_object,
    process_revision_directives=alembic_helpers.writer,
    render_item=alembic_helpers.render_item,
    compare_server_default=False,
)
with context.begin_transaction():
    context.run_migrations()
