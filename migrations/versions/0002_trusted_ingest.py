"""Held deliveries, coverage by day, a rollup by month, and events without a stored hexagon.

Revision: 0002
Follows: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_column("event", "h3")
    _deliveries()
    _coverage()
    _rollup()


def _deliveries() -> None:
    op.add_column(
        "delivery",
        sa.Column(
            "said",
            JSONB(),
            nullable=False,
            server_default=sa.text("'{}'::jsonb"),
            comment="What the sender said of it: system, mapping, whole months",
        ),
    )
    op.add_column(
        "delivery",
        sa.Column("window_from", sa.DateTime(timezone=True), comment="A feed's answer tells of everything published from here"),
    )
    op.add_column(
        "delivery",
        sa.Column("window_to", sa.DateTime(timezone=True), comment="to here; later than another answer's means newer than it"),
    )
    op.alter_column(
        "delivery",
        "status",
        existing_type=sa.Text(),
        existing_nullable=False,
        existing_comment="received, published, unchanged or refused",
        comment="received, held, published, unchanged, refused or withdrawn",
    )
    op.drop_constraint(op.f("ck_delivery_status"), "delivery", type_="check")
    op.create_check_constraint(
        op.f("ck_delivery_status"), "delivery", "status in ('received', 'held', 'published', 'unchanged', 'refused', 'withdrawn')"
    )
    op.create_table(
        "held_part",
        sa.Column("delivery_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False, comment="Its place in the file, from 0"),
        sa.Column("content", sa.LargeBinary(), nullable=False, comment="Some megabytes of the file's bytes as they came"),
        sa.ForeignKeyConstraint(["delivery_id"], ["delivery.delivery_id"], name=op.f("fk_held_part_delivery_id_delivery")),
        sa.PrimaryKeyConstraint("delivery_id", "number", name=op.f("pk_held_part")),
        comment="The files of held deliveries, until they are approved or withdrawn",
    )


def _coverage() -> None:
    """Days of a month are known from here on; what was delivered before is taken to tell of the whole month, as it was counted then."""
    op.add_column("coverage", sa.Column("first_day", sa.Date(), comment="First day of the month that the delivery tells of"))
    op.add_column("coverage", sa.Column("last_day", sa.Date(), comment="Last day of the month that the delivery tells of"))
    op.add_column("coverage", sa.Column("known_to", sa.DateTime(timezone=True), comment="When the delivery was withdrawn"))
    op.execute(
        """
        UPDATE coverage SET first_day = (date '1970-01-01' + make_interval(months => month))::date,
            last_day = (date '1970-01-01' + make_interval(months => month + 1) - interval '1 day')::date
        """
    )
    op.alter_column("coverage", "first_day", nullable=False)
    op.alter_column("coverage", "last_day", nullable=False)
    op.drop_constraint(op.f("pk_coverage"), "coverage", type_="primary")
    op.create_primary_key("pk_coverage", "coverage", ["source_id", "month", "delivery_id"])
    op.alter_column(
        "coverage",
        "delivery_id",
        existing_type=sa.BigInteger(),
        existing_nullable=False,
        existing_comment="The first that covered it",
        comment=None,
    )
    op.create_check_constraint(op.f("ck_coverage_days"), "coverage", "last_day >= first_day")
    op.create_table_comment(
        "coverage", "The months each source has delivered, and the days of them", existing_comment="The months each source has delivered"
    )


def _rollup() -> None:
    """A row for each month instead of one for each cell: a delivery rewrites the few months it touches."""
    op.create_table(
        "rollup_month",
        sa.Column("source_id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("month", sa.Integer(), autoincrement=False, nullable=False, comment="Months since 1970-01"),
        sa.Column("place_ids", ARRAY(sa.Integer()), nullable=False),
        sa.Column("category_ids", ARRAY(sa.Integer()), nullable=False),
        sa.Column("antal", ARRAY(sa.Integer()), nullable=False),
        sa.CheckConstraint(
            "cardinality(place_ids) = cardinality(category_ids) and cardinality(place_ids) = cardinality(antal)",
            name=op.f("ck_rollup_month_equally_long"),
        ),
        sa.PrimaryKeyConstraint("source_id", "month", name=op.f("pk_rollup_month")),
        comment="Counts of the current versions per source and month, for each place and category; the view rollup shows a cell a row",
    )
    # Packing the arrays takes longer than all else that is done with them.
    for column in ("place_ids", "category_ids", "antal"):
        op.execute(f"ALTER TABLE rollup_month ALTER COLUMN {column} SET STORAGE EXTERNAL")
    op.execute(
        """
        INSERT INTO rollup_month (source_id, month, place_ids, category_ids, antal)
        SELECT source_id, month, array_agg(place_id), array_agg(category_id), array_agg(antal) FROM rollup GROUP BY 1, 2
        """
    )
    op.drop_table("rollup")
    op.execute(
        """
        CREATE VIEW rollup AS SELECT cell.place_id, source_id, cell.category_id, month, cell.antal
        FROM rollup_month, unnest(place_ids, category_ids, rollup_month.antal) AS cell (place_id, category_id, antal)
        """
    )
