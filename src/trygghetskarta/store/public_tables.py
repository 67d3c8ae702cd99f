"""What the public face reads its figures from: the cells that were drawn when a period was released."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Integer,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    func,
)
from sqlalchemy.dialects.postgresql import ARRAY

from trygghetskarta.store.schema import metadata

public_draw = Table(
    "public_draw",
    metadata,
    Column("draw_id", BigInteger, Identity(always=True), primary_key=True),
    Column("source_id", SmallInteger, ForeignKey("source.source_id"), nullable=False),
    Column("first_month", Integer, nullable=False, comment="Months since 1970-01"),
    Column("months", SmallInteger, nullable=False, comment="How long the period is: a month, a quarter or a year"),
    Column("number", Integer, nullable=False, comment="1 for the first time the period was drawn"),
    Column("final", Boolean, nullable=False, comment="True where the source's figures of the period were final"),
    Column("partial", Boolean, nullable=False, comment="True where only some days of the period were delivered; never where perturbed"),
    Column("perturbed", Boolean, nullable=False, comment="False for a source whose events are public elsewhere: its counts are exact"),
    Column("known_at", DateTime(timezone=True), nullable=False, comment="The counts are of what was known then"),
    Column("drawn_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
    Column("method", Text, nullable=False, comment="How the counts were protected, with its parameters and a mark of the key"),
    UniqueConstraint("source_id", "first_month", "months", "number"),
    CheckConstraint("months in (1, 3, 12)", name="months"),
    CheckConstraint("first_month % months = 0", name="first_month"),
    CheckConstraint("number >= 1 and (number <= 2 or not perturbed)", name="number"),
    comment="Every time that a period of a source was released; of what is perturbed at most twice, provisional and final",
)

public_cell = Table(
    "public_cell",
    metadata,
    Column("draw_id", BigInteger, ForeignKey("public_draw.draw_id"), primary_key=True, autoincrement=False),
    Column("edition_id", SmallInteger, ForeignKey("edition.edition_id"), primary_key=True, autoincrement=False),
    Column("level", Text, primary_key=True),
    Column("area_ids", ARRAY(Integer), nullable=False, comment="The areas; -1 a larger area only, -2 no place, -3 outside"),
    Column(
        "category_ids",
        ARRAY(Integer),
        nullable=False,
        comment="The categories; 0 for all of the source, below 0 a group across the sources",
    ),
    Column(
        "counts", ARRAY(Integer), nullable=False, comment="The counts that the public sees; -1 for one that the source itself withholds"
    ),
    Column("estimated", ARRAY(Integer), nullable=False, comment="How many of them are dealt by share; empty for none, and where perturbed"),
    CheckConstraint(
        "cardinality(area_ids) = cardinality(category_ids) and cardinality(area_ids) = cardinality(counts)", name="equally_long"
    ),
    CheckConstraint("cardinality(estimated) in (0, cardinality(counts))", name="estimated"),
    comment="The protected counts of a draw, by edition and level: a protected cell that is not there is not shown, an exact one is 0",
)
