"""The tables of backfills under way."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, LargeBinary, SmallInteger, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from trygghetskarta.store.schema import metadata

staged = Table(
    "staged",
    metadata,
    Column("source_id", SmallInteger, ForeignKey("source.source_id"), primary_key=True, autoincrement=False),
    Column("path", Text, primary_key=True, comment="Where the file lies"),
    Column("version", Text, nullable=False, comment="Changes when the file does, or would be read otherwise"),
    Column("number", Integer, nullable=False, comment="Its place in the order of the files"),
    Column("delivery_id", BigInteger, nullable=False, unique=True, comment="The number it has as a delivery once a worker has received it"),
    Column("areas", BigInteger, comment="The publication of the areas its events were placed in"),
    Column("told", JSONB, comment="What it came to; NULL until a worker is done with it"),
    comment="The files of backfills under way; the events of each wait in a table stage_<delivery_id>",
)

staged_key = Table(
    "staged_key",
    metadata,
    Column("delivery_id", BigInteger, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("keys", LargeBinary, nullable=False, comment="Of the events of one part of the file, 16 bytes each"),
    comment="What makes the staged events themselves: which are told of by several files",
    prefixes=["UNLOGGED"],
)

staged_month = Table(
    "staged_month",
    metadata,
    Column("delivery_id", BigInteger, primary_key=True, autoincrement=False),
    Column("month", Integer, primary_key=True, autoincrement=False, comment="Months since 1970-01"),
    Column("place_ids", ARRAY(Integer), nullable=False),
    Column("category_ids", ARRAY(Integer), nullable=False),
    Column("antal", ARRAY(Integer), nullable=False),
    comment="Counts of the staged events, as rollup_month has them",
    prefixes=["UNLOGGED"],
)
