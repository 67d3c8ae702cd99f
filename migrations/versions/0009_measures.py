"""The register of measures.

Revision: 0009
Follows: 0008
"""

from __future__ import annotations

import geoalchemy2
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_VERSION = ["measure_version.measure_id", "measure_version.known_from"]


def upgrade() -> None:
    """Apply the change."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "measure",
        sa.Column("measure_id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False, comment="When it was first told of"),
        sa.PrimaryKeyConstraint("measure_id", name=op.f("pk_measure")),
        comment="Something done to reduce crime or unrest; what is told of it is in versions",
    )
    op.create_table(
        "measure_version",
        sa.Column("measure_id", sa.Integer(), nullable=False),
        sa.Column("known_from", sa.DateTime(timezone=True), nullable=False, comment="When this version was told"),
        sa.Column("known_to", sa.DateTime(timezone=True), comment="When a later version replaced it; NULL for the current one"),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False, comment="What kind of measure: lighting, patrols, a youth centre"),
        sa.Column("responsible", sa.Text(), nullable=False, comment="The board or unit, never a person"),
        sa.Column("cost", sa.BigInteger(), comment="Swedish kronor; NULL where not told"),
        sa.Column("edition", sa.Date(), nullable=False, comment="First day of the edition that its areas are of"),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), comment="Last day; NULL while it goes on"),
        sa.Column("declared_on", sa.Date(), comment="Day of the decision that named the areas, where one is told of"),
        sa.Column("declared_in", sa.Text(), comment="The decision's number in the diary"),
        sa.CheckConstraint("known_to > known_from", name=op.f("ck_measure_version_known")),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_measure_version_days")),
        sa.CheckConstraint("cost >= 0", name=op.f("ck_measure_version_cost")),
        sa.CheckConstraint("(declared_on is null) = (declared_in is null)", name=op.f("ck_measure_version_declared")),
        sa.ForeignKeyConstraint(["measure_id"], ["measure.measure_id"], name=op.f("fk_measure_version_measure_id")),
        sa.PrimaryKeyConstraint("measure_id", "known_from", name=op.f("pk_measure_version")),
        comment="What was told of a measure, and for how long it held: a change is a new version",
    )
    op.create_table(
        "measure_site",
        sa.Column("measure_id", sa.Integer(), nullable=False),
        sa.Column("known_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("role", sa.Text(), nullable=False, comment="target, control, displacement or displacementControl"),
        sa.Column("level", sa.Text(), comment="Level of its areas; NULL for a polygon"),
        sa.Column("codes", postgresql.ARRAY(sa.Text()), nullable=False, comment="Its areas in the version's edition; empty for a polygon"),
        sa.Column(
            "geom",
            geoalchemy2.Geometry("MULTIPOLYGON", spatial_index=False),
            nullable=False,
            comment="Its ground, in the plane of the editions",
        ),
        sa.Column("outline", sa.Text(), nullable=False, comment="The same as a GeoJSON geometry, WGS84"),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False, comment="Since when it has been just this ground"),
        sa.CheckConstraint("role in ('target', 'control', 'displacement', 'displacementControl')", name=op.f("ck_measure_site_role")),
        sa.CheckConstraint("(level is null) = (cardinality(codes) = 0)", name=op.f("ck_measure_site_areas")),
        sa.ForeignKeyConstraint(["measure_id", "known_from"], _VERSION, name=op.f("fk_measure_site_measure_id_known_from")),
        sa.PrimaryKeyConstraint("measure_id", "known_from", "role", name=op.f("pk_measure_site")),
        comment="Where a measure is, and what it is compared with",
    )
    op.create_table(
        "measure_goal",
        sa.Column("measure_id", sa.Integer(), nullable=False),
        sa.Column("known_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False, comment="Its place in the list, from 1"),
        sa.Column("aim", sa.Text(), nullable=False, comment="The goal in words"),
        sa.Column("sources", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("categories", postgresql.ARRAY(sa.Text()), nullable=False, comment="Empty for all"),
        sa.Column("of_group", sa.Text(), comment="A group across the sources, in place of categories"),
        sa.Column("baseline_from", sa.Integer(), nullable=False, comment="Months since 1970-01"),
        sa.Column("baseline_to", sa.Integer(), nullable=False),
        sa.Column("follow_up_from", sa.Integer(), nullable=False),
        sa.Column("follow_up_to", sa.Integer(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False, comment="decrease or increase"),
        sa.Column("change", sa.Double(), nullable=False, comment="How much, in the unit, above 0"),
        sa.Column("unit", sa.Text(), nullable=False, comment="percent of the baseline, or number of events over the follow-up"),
        sa.Column("judged_on", sa.Date(), nullable=False, comment="Day from which it is judged"),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False, comment="Since when it has been just this goal"),
        sa.CheckConstraint("direction in ('decrease', 'increase')", name=op.f("ck_measure_goal_direction")),
        sa.CheckConstraint("unit in ('percent', 'number')", name=op.f("ck_measure_goal_unit")),
        sa.CheckConstraint("change > 0", name=op.f("ck_measure_goal_change")),
        sa.CheckConstraint(
            "baseline_to >= baseline_from and follow_up_from > baseline_to and follow_up_to >= follow_up_from",
            name=op.f("ck_measure_goal_spans"),
        ),
        sa.ForeignKeyConstraint(["measure_id", "known_from"], _VERSION, name=op.f("fk_measure_goal_measure_id_known_from")),
        sa.PrimaryKeyConstraint("measure_id", "known_from", "number", name=op.f("pk_measure_goal")),
        comment="What a measure is to reach: specific, measurable, with a date",
    )
