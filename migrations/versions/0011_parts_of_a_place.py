"""A place whose area another edition divides has a part in each of its areas.

Revision: 0011
Follows: 0010
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column(
        "place",
        sa.Column(
            "known_by",
            sa.Text(),
            nullable=False,
            server_default="",
            comment="Level and code of the area it is known by, without numbers of this database: its counts are dealt by it; empty for a point",
        ),
    )
    op.add_column(
        "place_area",
        sa.Column(
            "begins",
            sa.Integer(),
            autoincrement=False,
            nullable=False,
            server_default="0",
            comment="Where its part of the place begins, in millionths; 0 for the whole",
        ),
    )
    op.add_column(
        "place_area",
        sa.Column("ends", sa.Integer(), nullable=False, server_default="1000000", comment="Where its part ends; 1000000 for the whole"),
    )
    op.drop_constraint(op.f("pk_place_area"), "place_area", type_="primary")
    op.create_primary_key(op.f("pk_place_area"), "place_area", ["place_id", "edition_id", "level", "begins"])
    op.create_check_constraint(op.f("ck_place_area_part"), "place_area", "0 <= begins and begins < ends and ends <= 1000000")
    op.create_table_comment(
        "place_area", "The area of a place in each edition and at each level, or its areas with the part of the place that each has"
    )
    op.create_table_comment(
        "area_link", "How the areas of one edition became those of another: level by level, or in its next larger level where it lacks one"
    )
