"""What a first delivery spends its time on: facts are kept as they are written, and the key of an event begins with what tells events apart.

Revision: 0010
Follows: 0009
"""

from __future__ import annotations

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("ALTER TABLE event ALTER COLUMN detail TYPE json USING detail::json")
    op.drop_constraint("pk_event", "event")
    op.create_primary_key("pk_event", "event", ["key", "known_from", "source_id"])
    op.execute("COMMENT ON COLUMN event.detail IS 'Further facts of the source, as they were written'")
