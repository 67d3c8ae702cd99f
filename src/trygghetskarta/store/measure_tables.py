"""The tables of the register of measures, as SQLAlchemy Core."""

from __future__ import annotations

from geoalchemy2 import Geometry
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Integer,
    SmallInteger,
    Table,
    Text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from trygghetskarta.store.schema import metadata

measure = Table(
    "measure",
    metadata,
    Column("measure_id", Integer, Identity(always=True), primary_key=True),
    Column("registered_at", DateTime(timezone=True), nullable=False, comment="When it was first told of"),
    comment="Something done to reduce crime or unrest; what is told of it is in versions",
)

measure_version = Table(
    "measure_version",
    metadata,
    Column("measure_id", Integer, ForeignKey("measure.measure_id"), primary_key=True),
    Column("known_from", DateTime(timezone=True), primary_key=True, comment="When this version was told"),
    Column("known_to", DateTime(timezone=True), comment="When a later version replaced it; NULL for the current one"),
    Column("name", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("kind", Text, nullable=False, comment="What kind of measure: lighting, patrols, a youth centre"),
    Column("responsible", Text, nullable=False, comment="The board or unit, never a person"),
    Column("cost", BigInteger, comment="Swedish kronor; NULL where not told"),
    Column("edition", Date, nullable=False, comment="First day of the edition that its areas are of"),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date, comment="Last day; NULL while it goes on"),
    Column("declared_on", Date, comment="Day of the decision that named the areas, where one is told of"),
    Column("declared_in", Text, comment="The decision's number in the diary"),
    CheckConstraint("known_to > known_from", name="known"),
    CheckConstraint("ends_on >= starts_on", name="days"),
    CheckConstraint("cost >= 0", name="cost"),
    CheckConstraint("(declared_on is null) = (declared_in is null)", name="declared"),
    comment="What was told of a measure, and for how long it held: a change is a new version",
)

_VERSION = ["measure_version.measure_id", "measure_version.known_from"]

measure_site = Table(
    "measure_site",
    metadata,
    Column("measure_id", Integer, primary_key=True, autoincrement=False),
    Column("known_from", DateTime(timezone=True), primary_key=True),
    Column("role", Text, primary_key=True, comment="target, control, displacement or displacementControl"),
    Column("level", Text, comment="Level of its areas; NULL for a polygon"),
    Column("codes", ARRAY(Text), nullable=False, comment="Its areas in the version's edition; empty for a polygon"),
    Column("geom", Geometry("MULTIPOLYGON", spatial_index=False), nullable=False, comment="Its ground, in the plane of the editions"),
    Column("outline", Text, nullable=False, comment="The same as a GeoJSON geometry, WGS84"),
    Column("declared_at", DateTime(timezone=True), nullable=False, comment="Since when it has been just this ground"),
    ForeignKeyConstraint(["measure_id", "known_from"], _VERSION),
    CheckConstraint("role in ('target', 'control', 'displacement', 'displacementControl')", name="role"),
    CheckConstraint("(level is null) = (cardinality(codes) = 0)", name="areas"),
    comment="Where a measure is, and what it is compared with",
)

measure_goal = Table(
    "measure_goal",
    metadata,
    Column("measure_id", Integer, primary_key=True, autoincrement=False),
    Column("known_from", DateTime(timezone=True), primary_key=True),
    Column("number", SmallInteger, primary_key=True, autoincrement=False, comment="Its place in the list, from 1"),
    Column("aim", Text, nullable=False, comment="The goal in words"),
    Column("sources", ARRAY(Text), nullable=False),
    Column("categories", ARRAY(Text), nullable=False, comment="Empty for all"),
    Column("of_group", Text, comment="A group across the sources, in place of categories"),
    Column("baseline_from", Integer, nullable=False, comment="Months since 1970-01"),
    Column("baseline_to", Integer, nullable=False),
    Column("follow_up_from", Integer, nullable=False),
    Column("follow_up_to", Integer, nullable=False),
    Column("direction", Text, nullable=False, comment="decrease or increase"),
    Column("change", Double, nullable=False, comment="How much, in the unit, above 0"),
    Column("unit", Text, nullable=False, comment="percent of the baseline, or number of events over the follow-up"),
    Column("judged_on", Date, nullable=False, comment="Day from which it is judged"),
    Column("declared_at", DateTime(timezone=True), nullable=False, comment="Since when it has been just this goal"),
    ForeignKeyConstraint(["measure_id", "known_from"], _VERSION),
    CheckConstraint("direction in ('decrease', 'increase')", name="direction"),
    CheckConstraint("unit in ('percent', 'number')", name="unit"),
    CheckConstraint("change > 0", name="change"),
    CheckConstraint("baseline_to >= baseline_from and follow_up_from > baseline_to and follow_up_to >= follow_up_from", name="spans"),
    comment="What a measure is to reach: specific, measurable, with a date",
)
