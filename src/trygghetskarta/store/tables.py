"""Every table, as SQLAlchemy Core; those of measures, backfills and the public in modules of their own. A test holds the migrations to them."""

from __future__ import annotations

from geoalchemy2 import Geometry
from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSON, JSONB

from trygghetskarta.store import audit_tables as audit_tables
from trygghetskarta.store import identity_tables as identity_tables
from trygghetskarta.store import measure_tables as measure_tables
from trygghetskarta.store import public_tables as public_tables
from trygghetskarta.store import staging_tables as staging_tables
from trygghetskarta.store.schema import metadata as metadata

edition = Table(
    "edition",
    metadata,
    Column("edition_id", SmallInteger, Identity(always=True), primary_key=True),
    Column("valid_from", Date, nullable=False, unique=True, comment="First day in force; the edition's name in questions"),
    Column("name", Text, nullable=False, comment="What people call it"),
    Column("srid", Integer, nullable=False, comment="EPSG number of the plane of its outlines, metres"),
    Column("schematic", Boolean, nullable=False, comment="True for the made-up areas of the sample"),
    Column("held", Boolean, nullable=False, server_default=text("false"), comment="True while it waits for a person's yes"),
    Column("stands", Boolean, nullable=False, server_default=text("false"), comment="True where it is meant though it lacks a level"),
    Column("changed", JSONB, nullable=False, server_default=text("'[]'"), comment="Areas that had other ground under the same code before"),
    comment="One division of the city into areas",
)

area = Table(
    "area",
    metadata,
    Column("area_id", Integer, Identity(always=True), primary_key=True),
    Column("edition_id", SmallInteger, ForeignKey("edition.edition_id"), nullable=False),
    Column("level", Text, nullable=False, comment="As the city's file names it"),
    Column("code", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("parent_code", Text, comment="Code at the next coarser level that the edition holds"),
    Column("nested", Boolean, nullable=False, comment="True when it lies wholly in its parent, so a place in it is a place there"),
    Column("square_metres", Double, nullable=False),
    Column("label_lon", Double, nullable=False, comment="A point inside, WGS84 degrees"),
    Column("label_lat", Double, nullable=False, comment="A point inside, WGS84 degrees"),
    Column("geom", Geometry("MULTIPOLYGON", spatial_index=False), nullable=False, comment="In the plane of the edition"),
    Column("outline", Text, nullable=False, comment="GeoJSON geometry, WGS84, in full"),
    Column("outline_10m", Text, nullable=False, comment="The same, neighbours simplified together to 10 m"),
    Column("outline_25m", Text, nullable=False, comment="The same to 25 m"),
    UniqueConstraint("edition_id", "level", "code"),
    CheckConstraint("level ~ '^[a-z][a-z0-9-]*$'", name="level"),
    Index("ix_area_geom", "geom", postgresql_using="gist"),
    comment="An area of an edition, with its outline ready to send",
)

area_link = Table(
    "area_link",
    metadata,
    Column("from_area_id", Integer, ForeignKey("area.area_id", ondelete="CASCADE"), primary_key=True),
    Column("to_area_id", Integer, ForeignKey("area.area_id", ondelete="CASCADE"), primary_key=True),
    Column("kind", Text, nullable=False, comment="same, merge, split or boundary"),
    Column("share", Double, nullable=False, comment="How much of the first area lies in the second, 0 to 1"),
    Column("basis", Text, nullable=False, comment="What the share is a share of: land (square metres)"),
    CheckConstraint("share > 0 and share <= 1", name="share"),
    CheckConstraint("kind in ('same', 'merge', 'split', 'boundary')", name="kind"),
    comment="How the areas of one edition became those of another: level by level, or in its next larger level where it lacks one",
)

area_neighbour = Table(
    "area_neighbour",
    metadata,
    Column("area_id", Integer, ForeignKey("area.area_id", ondelete="CASCADE"), primary_key=True),
    Column("neighbour_id", Integer, ForeignKey("area.area_id", ondelete="CASCADE"), primary_key=True, index=True),
    comment="Areas of one edition and level that border on each other, each pair both ways; a shared corner is enough",
)

source = Table(
    "source",
    metadata,
    Column("source_id", SmallInteger, primary_key=True, autoincrement=False),
    Column("code", Text, nullable=False, unique=True),
    comment="The sources; their contracts are code",
)

category = Table(
    "category",
    metadata,
    Column("category_id", Integer, Identity(always=True), primary_key=True),
    Column("source_id", SmallInteger, ForeignKey("source.source_id"), nullable=False),
    Column("code", Text, nullable=False),
    Column("parent_code", Text),
    Column("name", Text, nullable=False),
    Column("name_en", Text),
    UniqueConstraint("source_id", "code"),
    ForeignKeyConstraint(["source_id", "parent_code"], ["category.source_id", "category.code"]),
    comment="The tree of kinds per source; kinds first met in a delivery are added under their group",
)

weight_set = Table(
    "weight_set",
    metadata,
    Column("weight_set_id", Integer, Identity(always=True), primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("valid_from", Date, nullable=False, comment="The newest set whose day has come is used when a question names none"),
    Column("basis", Text, nullable=False, comment="Where the weights come from"),
    Column("basis_en", Text, comment="The same in English"),
    Column("digest", Text, nullable=False, comment="SHA-256 of all that the set says: the same name never comes to mean other weights"),
    Column("loaded_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
    comment="A frozen, versioned set of harm weights",
)

weight = Table(
    "weight",
    metadata,
    Column("weight_set_id", Integer, ForeignKey("weight_set.weight_set_id"), primary_key=True),
    Column("category_id", Integer, ForeignKey("category.category_id"), primary_key=True),
    Column("days", Double, nullable=False, comment="Days of imprisonment"),
    Column("law", Text, nullable=False, comment="The paragraph, or what else the weight rests on"),
    Column("minimum", Text, comment="The least penalty as the law states it"),
    Column("sfs", Text, comment="The acts that gave the paragraph the wording that was read"),
    Column("since", Date, comment="The day that wording came into force"),
    Column("checked", Boolean, nullable=False, comment="True where the law's own text was read"),
    Column("police_initiated", Boolean, nullable=False, comment="True for a crime mostly found by the police's or customs' own controls"),
    Column("note", Text, comment="What to mind"),
    CheckConstraint("days >= 0", name="days"),
    comment="What one event of a category weighs; a weight on a group holds for all below it that have none of their own",
)

delivery = Table(
    "delivery",
    metadata,
    Column("delivery_id", BigInteger, Identity(always=True), primary_key=True),
    Column("source_id", SmallInteger, ForeignKey("source.source_id"), nullable=False),
    Column("file_name", Text, nullable=False),
    Column("sha256", Text, nullable=False, comment="Of the file's bytes as they came"),
    Column("bytes", BigInteger, nullable=False),
    Column("received_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
    Column("published_at", DateTime(timezone=True), comment="When readers first saw it; NULL while they have not"),
    Column("status", Text, nullable=False, comment="received, held, published, unchanged, refused or withdrawn"),
    Column("adapter", Text, nullable=False, comment="Adapter, version and mapping that read it"),
    Column(
        "said",
        JSONB,
        nullable=False,
        server_default=text("'{}'::jsonb"),
        comment="What the sender said of it: system, mapping, whole months",
    ),
    Column("window_from", DateTime(timezone=True), comment="A feed's answer tells of everything published from here"),
    Column("window_to", DateTime(timezone=True), comment="to here; later than another answer's means newer than it"),
    Column("window_places", ARRAY(Text), comment="The places that a feed's answer tells of; it says nothing of others"),
    Column("rows_read", Integer, nullable=False, server_default="0"),
    Column("rows_new", Integer, nullable=False, server_default="0"),
    Column("rows_changed", Integer, nullable=False, server_default="0"),
    Column("rows_unchanged", Integer, nullable=False, server_default="0"),
    Column("rows_rejected", Integer, nullable=False, server_default="0"),
    Column("rows_blank", Integer, nullable=False, server_default="0"),
    Column("receipt", JSONB, nullable=False, server_default=text("'{}'::jsonb"), comment="The receipt as it was given"),
    CheckConstraint("rows_read = rows_new + rows_changed + rows_unchanged + rows_rejected + rows_blank", name="rows_closed"),
    CheckConstraint("status in ('received', 'held', 'published', 'unchanged', 'refused', 'withdrawn')", name="status"),
    Index("ix_delivery_source_id_sha256", "source_id", "sha256"),
    Index("ix_delivery_source_id_window_to", "source_id", "window_to"),
    comment="One file from a source",
)

held_part = Table(
    "held_part",
    metadata,
    Column("delivery_id", BigInteger, ForeignKey("delivery.delivery_id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False, comment="Its place in the file, from 0"),
    Column("content", LargeBinary, nullable=False, comment="Some megabytes of the file's bytes as they came"),
    comment="The files of held deliveries, until they are approved or withdrawn",
)

feed_item = Table(
    "feed_item",
    metadata,
    Column("source_id", SmallInteger, primary_key=True, autoincrement=False),
    Column("key", Uuid, primary_key=True, comment="Of the event"),
    Column("published_at", DateTime(timezone=True), nullable=False, comment="When the source published it"),
    Column("place", Text, nullable=False, comment="The place it is told of at, as the source writes it"),
    Column("seen_to", DateTime(timezone=True), nullable=False, comment="window_to of the newest answer that held it"),
    Index("ix_feed_item_source_id_published_at", "source_id", "published_at"),
    comment="The events that answers of a feed held: an answer that lacks one it should hold takes it back",
)

rejected_row = Table(
    "rejected_row",
    metadata,
    Column("delivery_id", BigInteger, ForeignKey("delivery.delivery_id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False, comment="Its number among the delivery's rejected rows"),
    Column("line", Integer, nullable=False, comment="Line of the file it begins on, 1-based"),
    Column("column_name", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("value", Text, nullable=False, comment="At most 80 characters, escaped"),
    Column("message", Text, nullable=False, comment="Swedish"),
    Column("message_en", Text, nullable=False),
    Column("raw", LargeBinary, nullable=False, comment="The row's own bytes"),
    comment="Rows that were not taken in, to be fetched and mended",
)

place = Table(
    "place",
    metadata,
    Column("place_id", Integer, Identity(always=True), primary_key=True),
    Column("precision", SmallInteger, nullable=False, comment="domain.events.Precision"),
    Column(
        "key",
        Text,
        nullable=False,
        unique=True,
        comment="Point or area, and the areas that hold it in every edition: equal knowledge is one place",
    ),
    Column(
        "known_by",
        Text,
        nullable=False,
        server_default="",
        comment="Level and code of the area it is known by, without numbers of this database: its counts are dealt by it; empty for a point",
    ),
    comment="What can be known of where an event was: one combination of areas over all editions and levels",
)

place_area = Table(
    "place_area",
    metadata,
    Column("place_id", Integer, ForeignKey("place.place_id", ondelete="CASCADE"), primary_key=True),
    Column("edition_id", SmallInteger, ForeignKey("edition.edition_id"), primary_key=True),
    Column("level", Text, primary_key=True),
    Column("area_id", Integer, ForeignKey("area.area_id"), comment="NULL where the place is in no area of the level"),
    Column("bucket", Text, nullable=False, comment="Where it stands in the ledger: placed, areaOnly, unplaced or outside"),
    Column(
        "begins",
        Integer,
        primary_key=True,
        autoincrement=False,
        server_default="0",
        comment="Where its part of the place begins, in millionths; 0 for the whole",
    ),
    Column("ends", Integer, nullable=False, server_default="1000000", comment="Where its part ends; 1000000 for the whole"),
    CheckConstraint("bucket in ('placed', 'areaOnly', 'unplaced', 'outside')", name="bucket"),
    CheckConstraint("(bucket = 'placed') = (area_id is not null)", name="placed"),
    CheckConstraint("0 <= begins and begins < ends and ends <= 1000000", name="part"),
    comment="The area of a place in each edition and at each level, or its areas with the part of the place that each has",
)

indicator = Table(
    "indicator",
    metadata,
    Column("source_id", SmallInteger, ForeignKey("source.source_id"), primary_key=True, autoincrement=False),
    Column("level", Text, primary_key=True, comment="An area level, or polisregion"),
    Column("code", Text, primary_key=True, comment="Code of the area at that level, in the edition that was in force"),
    Column("on_date", Date, primary_key=True, comment="Day it was counted; the first day of the year or month that it is about"),
    Column(
        "question", Text, primary_key=True, comment="What was asked; of population: residents, residents65plus, dayPopulation, dwellings"
    ),
    Column("of_group", Text, primary_key=True, comment="Of whom: alla, kvinnor, an age"),
    Column("known_from", DateTime(timezone=True), primary_key=True, comment="When readers first saw this version"),
    Column("known_to", DateTime(timezone=True), comment="When a later version replaced it; NULL for the current one"),
    Column("value", Double, comment="NULL where the source withholds it"),
    Column("n", Integer, comment="Answers it rests on"),
    Column("half_width", Double, comment="Half its 95 % interval"),
    Column("delivery_id", BigInteger, ForeignKey("delivery.delivery_id"), nullable=False),
    Column("line", Integer, nullable=False, comment="Line of the delivered file; 0 where it was not kept"),
    CheckConstraint("value >= 0", name="value"),
    CheckConstraint("n >= 0", name="n"),
    CheckConstraint("half_width >= 0", name="half_width"),
    CheckConstraint("known_to > known_from", name="known"),
    comment="Versions of values that are not events: survey answers, inhabitants, counts per police region",
)

# The two large tables have no foreign keys: a check for every row and key costs more than the rest of a delivery together. The numbers they hold
# are made in the transaction that writes them, and a test holds that none is left hanging.
event = Table(
    "event",
    metadata,
    Column("source_id", SmallInteger, nullable=False),
    Column("key", Uuid, nullable=False, comment="Hash of what makes the event itself: its id, or its canonical values and their number"),
    Column("known_from", DateTime(timezone=True), nullable=False, comment="When readers first saw this version"),
    Column("known_to", DateTime(timezone=True), comment="When a later version replaced it; NULL for the current one"),
    Column("digest", Uuid, nullable=False, comment="Hash of the canonical values: the same means unchanged"),
    Column("category_id", Integer, nullable=False),
    Column("place_id", Integer, nullable=False),
    Column("month", Integer, nullable=False, comment="Month it counts in, months since 1970-01, local time"),
    Column("antal", Integer, nullable=False, comment="Events the row stands for; 0 for a count of none, or one the source withholds"),
    Column("withdrawn", Boolean, nullable=False, comment="True where the source took it back: kept, not counted"),
    Column("precision", SmallInteger, nullable=False, comment="domain.events.Precision of the place"),
    Column("time_precision", SmallInteger, nullable=False, comment="domain.events.TimePrecision of starts_at"),
    Column("delivery_id", BigInteger, nullable=False),
    Column("line", Integer, nullable=False, comment="Line of the delivered file"),
    Column("identity", Text, comment="The source's own id; NULL where it gives none"),
    Column("starts_at", DateTime(timezone=True)),
    Column("ends_at", DateTime(timezone=True)),
    Column("reported_on", Date, comment="Local day"),
    Column("geom", Geometry("POINT", spatial_index=False), comment="In the plane of the editions"),
    Column("area_text", Text, comment="The area as the row itself names it"),
    Column("detail", JSON, comment="Further facts of the source, as they were written"),
    # First what tells events apart: to sort a million keys by the source they all share takes twice the time.
    PrimaryKeyConstraint("key", "known_from", "source_id"),
    CheckConstraint("antal >= 0", name="antal"),
    CheckConstraint("known_to > known_from", name="known"),
    # Each tells apart long stretches of the table: rows come by month, and of most sources none has an antal of 0.
    Index("ix_event_month_antal", "month", "antal", postgresql_using="brin"),
    postgresql_partition_by="LIST (source_id)",
    comment="Versions of events: one row per event and period of knowledge; a partition for each source",
)

event_link = Table(
    "event_link",
    metadata,
    Column("link_id", BigInteger, Identity(always=True), primary_key=True),
    Column("a_source", SmallInteger, ForeignKey("source.source_id"), nullable=False, comment="The source of the lower number"),
    Column("a_key", Uuid, nullable=False, comment="Its event; versions come and go under the same key"),
    Column("b_source", SmallInteger, ForeignKey("source.source_id"), nullable=False, comment="The other source"),
    Column("b_key", Uuid, nullable=False, comment="Its event"),
    Column("score", Double, nullable=False, comment="How well time and place agree, 0 to 1; see docs/methods/links.md"),
    Column("minutes", Double, nullable=False, comment="Between the two in time; 0 where they overlap"),
    Column("metres", Double, comment="Between their points; NULL where one has none"),
    Column("status", Text, nullable=False, comment="candidate, or what was decided: confirmed or rejected"),
    Column("found_at", DateTime(timezone=True), nullable=False, comment="When the events last bore it out"),
    Column("decided_by", Text, comment="Who decided; NULL for a candidate"),
    Column("decided_at", DateTime(timezone=True), comment="When"),
    UniqueConstraint("a_source", "a_key", "b_source", "b_key"),
    CheckConstraint("a_source < b_source", name="order"),
    CheckConstraint("score >= 0 and score <= 1", name="score"),
    CheckConstraint("status in ('candidate', 'confirmed', 'rejected')", name="status"),
    CheckConstraint("(status = 'candidate') = (decided_by is null and decided_at is null)", name="decided"),
    comment="Events of two sources that may be one and the same thing: linked, never merged",
)

rollup_month = Table(
    "rollup_month",
    metadata,
    Column("source_id", SmallInteger, primary_key=True, autoincrement=False),
    Column("month", Integer, primary_key=True, autoincrement=False, comment="Months since 1970-01"),
    Column("place_ids", ARRAY(Integer), nullable=False),
    Column("category_ids", ARRAY(Integer), nullable=False),
    Column("antal", ARRAY(Integer), nullable=False),
    CheckConstraint(
        "cardinality(place_ids) = cardinality(category_ids) and cardinality(place_ids) = cardinality(antal)", name="equally_long"
    ),
    comment="Counts of the current versions per source and month, for each place and category; the view rollup shows a cell a row",
)

coverage = Table(
    "coverage",
    metadata,
    Column("source_id", SmallInteger, ForeignKey("source.source_id"), primary_key=True, autoincrement=False),
    Column("month", Integer, primary_key=True, autoincrement=False, comment="Months since 1970-01"),
    Column("delivery_id", BigInteger, ForeignKey("delivery.delivery_id"), primary_key=True, autoincrement=False),
    Column("first_day", Date, nullable=False, comment="First day of the month that the delivery tells of"),
    Column("last_day", Date, nullable=False, comment="Last day of the month that the delivery tells of"),
    Column("known_from", DateTime(timezone=True), nullable=False),
    Column("known_to", DateTime(timezone=True), comment="When the delivery was withdrawn"),
    CheckConstraint("last_day >= first_day", name="days"),
    comment="The months each source has delivered, and the days of them",
)

publication = Table(
    "publication",
    metadata,
    Column("version", BigInteger, Identity(always=True), primary_key=True),
    Column("published_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
    Column("what", Text, nullable=False, comment="A delivery, an edition, population: what readers saw change"),
    Column("delivery_id", BigInteger, ForeignKey("delivery.delivery_id")),
    comment="Every change that readers see, in order: the version of the data",
)
