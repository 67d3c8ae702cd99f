"""What the answers of a feed have told of each event.

Revision: 0005
Follows: 0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column(
        "delivery",
        sa.Column("window_places", ARRAY(sa.Text()), comment="The places that a feed's answer tells of; it says nothing of others"),
    )
    op.create_table(
        "feed_item",
        sa.Column("source_id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("key", sa.Uuid(), nullable=False, comment="Of the event"),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False, comment="When the source published it"),
        sa.Column("place", sa.Text(), nullable=False, comment="The place it is told of at, as the source writes it"),
        sa.Column("seen_to", sa.DateTime(timezone=True), nullable=False, comment="window_to of the newest answer that held it"),
        sa.PrimaryKeyConstraint("source_id", "key", name=op.f("pk_feed_item")),
        comment="The events that answers of a feed held: an answer that lacks one it should hold takes it back",
    )
    op.create_index("ix_feed_item_source_id_published_at", "feed_item", ["source_id", "published_at"])
    op.create_index("ix_delivery_source_id_window_to", "delivery", ["source_id", "window_to"])
