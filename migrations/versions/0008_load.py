"""What a first delivery spends its time on: facts are kept as text, and the key of an event begins with what tells events apart.

Revision: 0008
Follows: 0007
"""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("ALTER TABLE event ALTER COLUMN detail TYPE text USING detail::text")
    op.drop_constraint("pk_event", "event")
    op.create_primary_key("pk_event", "event", ["key", "known_from", "source_id"])
    op.execute("COMMENT ON COLUMN event.detail IS 'Further facts of the source, a JSON object as text'")
