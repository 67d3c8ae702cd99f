"""The log of what was done, as SQLAlchemy Core."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, LargeBinary, Table, Text

from trygghetskarta.store.schema import metadata

audit_entry = Table(
    "audit_entry",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False, comment="1 and on, without a gap"),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("actor", Text, nullable=False, comment="Who did it: a person or key the service knows, or a user of the machine (os:...)"),
    Column("act", Text, nullable=False, comment="What was done: store.audit.Act"),
    Column("detail", Text, nullable=False, comment="To what, as a JSON object"),
    Column("hash", LargeBinary, nullable=False, comment="SHA-256 of the hash before and of all that the entry says"),
    CheckConstraint("number >= 1", name="number"),
    CheckConstraint("octet_length(hash) = 32", name="hash"),
    comment="What was done, by whom: entries are added and never changed, and each is bound to the one before by its hash",
)
