"""Links between events of different sources; months found by the blocks that hold them.

Revision: 0004
Follows: 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "event_link",
        sa.Column("link_id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("a_source", sa.SmallInteger(), nullable=False, comment="The source of the lower number"),
        sa.Column("a_key", sa.Uuid(), nullable=False, comment="Its event; versions come and go under the same key"),
        sa.Column("b_source", sa.SmallInteger(), nullable=False, comment="The other source"),
        sa.Column("b_key", sa.Uuid(), nullable=False, comment="Its event"),
        sa.Column("score", sa.Double(), nullable=False, comment="How well time and place agree, 0 to 1; see docs/methods/links.md"),
        sa.Column("minutes", sa.Double(), nullable=False, comment="Between the two in time; 0 where they overlap"),
        sa.Column("metres", sa.Double(), comment="Between their points; NULL where one has none"),
        sa.Column("status", sa.Text(), nullable=False, comment="candidate, or what was decided: confirmed or rejected"),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False, comment="When the events last bore it out"),
        sa.Column("decided_by", sa.Text(), comment="Who decided; NULL for a candidate"),
        sa.Column("decided_at", sa.DateTime(timezone=True), comment="When"),
        sa.CheckConstraint("(status = 'candidate') = (decided_by is null and decided_at is null)", name=op.f("ck_event_link_decided")),
        sa.CheckConstraint("a_source < b_source", name=op.f("ck_event_link_order")),
        sa.CheckConstraint("score >= 0 and score <= 1", name=op.f("ck_event_link_score")),
        sa.CheckConstraint("status in ('candidate', 'confirmed', 'rejected')", name=op.f("ck_event_link_status")),
        sa.ForeignKeyConstraint(["a_source"], ["source.source_id"], name=op.f("fk_event_link_a_source")),
        sa.ForeignKeyConstraint(["b_source"], ["source.source_id"], name=op.f("fk_event_link_b_source")),
        sa.PrimaryKeyConstraint("link_id", name=op.f("pk_event_link")),
        sa.UniqueConstraint("a_source", "a_key", "b_source", "b_key", name=op.f("uq_event_link_a_source_a_key_b_source_b_key")),
        comment="Events of two sources that may be one and the same thing: linked, never merged",
    )
    op.create_index("ix_event_month", "event", ["month"], unique=False, postgresql_using="brin")
