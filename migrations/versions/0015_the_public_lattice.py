"""What the public sees: the cells drawn when a period is released.

Revision: 0015
Follows: 0014
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "public_draw",
        sa.Column("draw_id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("source_id", sa.SmallInteger(), nullable=False),
        sa.Column("first_month", sa.Integer(), nullable=False, comment="Months since 1970-01"),
        sa.Column("months", sa.SmallInteger(), nullable=False, comment="How long the period is: a month, a quarter or a year"),
        sa.Column("number", sa.Integer(), nullable=False, comment="1 for the first time the period was drawn"),
        sa.Column("final", sa.Boolean(), nullable=False, comment="True where the source's figures of the period were final"),
        sa.Column(
            "partial",
            sa.Boolean(),
            nullable=False,
            comment="True where only some days of the period were delivered; never where perturbed",
        ),
        sa.Column(
            "perturbed", sa.Boolean(), nullable=False, comment="False for a source whose events are public elsewhere: its counts are exact"
        ),
        sa.Column("known_at", sa.DateTime(timezone=True), nullable=False, comment="The counts are of what was known then"),
        sa.Column("drawn_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.Column("method", sa.Text(), nullable=False, comment="How the counts were protected, with its parameters and a mark of the key"),
        sa.CheckConstraint("months in (1, 3, 12)", name=op.f("ck_public_draw_months")),
        sa.CheckConstraint("first_month % months = 0", name=op.f("ck_public_draw_first_month")),
        sa.CheckConstraint("number >= 1 and (number <= 2 or not perturbed)", name=op.f("ck_public_draw_number")),
        sa.ForeignKeyConstraint(["source_id"], ["source.source_id"], name=op.f("fk_public_draw_source_id")),
        sa.PrimaryKeyConstraint("draw_id", name=op.f("pk_public_draw")),
        sa.UniqueConstraint(
            "source_id", "first_month", "months", "number", name=op.f("uq_public_draw_source_id_first_month_months_number")
        ),
        comment="Every time that a period of a source was released; of what is perturbed at most twice, provisional and final",
    )
    op.create_table(
        "public_cell",
        sa.Column("draw_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("edition_id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column(
            "area_ids", postgresql.ARRAY(sa.Integer()), nullable=False, comment="The areas; -1 a larger area only, -2 no place, -3 outside"
        ),
        sa.Column("category_ids", postgresql.ARRAY(sa.Integer()), nullable=False, comment="The categories; 0 for all of the source"),
        sa.Column(
            "counts",
            postgresql.ARRAY(sa.Integer()),
            nullable=False,
            comment="The counts that the public sees; -1 for one that the source itself withholds",
        ),
        sa.Column(
            "estimated",
            postgresql.ARRAY(sa.Integer()),
            nullable=False,
            comment="How many of them are dealt by share; empty for none, and where perturbed",
        ),
        sa.CheckConstraint(
            "cardinality(area_ids) = cardinality(category_ids) and cardinality(area_ids) = cardinality(counts)",
            name=op.f("ck_public_cell_equally_long"),
        ),
        sa.CheckConstraint("cardinality(estimated) in (0, cardinality(counts))", name=op.f("ck_public_cell_estimated")),
        sa.ForeignKeyConstraint(["draw_id"], ["public_draw.draw_id"], name=op.f("fk_public_cell_draw_id")),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.edition_id"], name=op.f("fk_public_cell_edition_id")),
        sa.PrimaryKeyConstraint("draw_id", "edition_id", "level", name=op.f("pk_public_cell")),
        comment="The protected counts of a draw, by edition and level: a cell that is not there is 0",
    )
