"""Harm weights say which law they rest on, and a set is told from another by its content.

Revision: 0008
Follows: 0007
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change. No version before this one wrote weights, so the columns need no values of old."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column("weight_set", sa.Column("basis_en", sa.Text(), comment="The same in English"))
    op.add_column(
        "weight_set",
        sa.Column(
            "digest",
            sa.Text(),
            nullable=False,
            comment="SHA-256 of all that the set says: the same name never comes to mean other weights",
        ),
    )
    op.add_column(
        "weight_set", sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("clock_timestamp()"))
    )
    op.alter_column("weight_set", "valid_from", comment="The newest set whose day has come is used when a question names none")
    op.add_column("weight", sa.Column("law", sa.Text(), nullable=False, comment="The paragraph, or what else the weight rests on"))
    op.add_column("weight", sa.Column("minimum", sa.Text(), comment="The least penalty as the law states it"))
    op.add_column("weight", sa.Column("sfs", sa.Text(), comment="The acts that gave the paragraph the wording that was read"))
    op.add_column("weight", sa.Column("since", sa.Date(), comment="The day that wording came into force"))
    op.add_column("weight", sa.Column("checked", sa.Boolean(), nullable=False, comment="True where the law's own text was read"))
    op.add_column(
        "weight",
        sa.Column(
            "police_initiated",
            sa.Boolean(),
            nullable=False,
            comment="True for a crime mostly found by the police's or customs' own controls",
        ),
    )
    op.add_column("weight", sa.Column("note", sa.Text(), comment="What to mind"))
    op.create_table_comment(
        "weight",
        "What one event of a category weighs; a weight on a group holds for all below it that have none of their own",
        existing_comment="What one event of a category weighs",
    )
