"""The tables of the hall's store: journals first, everything else is found again from them or is the hall's own record.

`cases`, `entrustments`, `case_events` and `case_stations` are projections; `feed` is written in
the transaction that applies an event and never changed. Plain SQL types only,
so that SQLite and PostgreSQL hold the same.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from sync import journal_tables

# 2: case_links; 3: numbers_ended; 4: messages; 5: entrustments, job_links; 6: bundles;
# 7: settlements, evidence, closed_devices, replays; 8: told_keys, bundle_accepted; 9: item_pieces
SCHEMA_VERSION = 9
# 2: late papers; 3: papers made again; 4: how clocks were first told; 5: refused questions; 6: fees, ratings; 7: jobs;
# 9: renumbered cases, doubtful days; 10: seals of papers; 12: names of licences, K_HEAR;
# 13: days of hearings
PROJECTION_VERSION = 13

metadata = MetaData()
journal = journal_tables.journal.to_metadata(metadata)
journal_private = journal_tables.journal_private.to_metadata(metadata)
journal_ratchet = journal_tables.journal_ratchet.to_metadata(metadata)

LONGEST_DEVICE = 64  # characters
MOST_COUNTED = 2**63 - 1
_ROW_ID = BigInteger().with_variant(Integer, "sqlite")


def _place(prefix: str = "", *, primary_key: bool = False, nullable: bool = False) -> tuple[Column[str], Column[int]]:
    """A (device, number) pair: a case's id or an event's place."""
    return (
        Column(f"{prefix}device", String(LONGEST_DEVICE), primary_key=primary_key, nullable=nullable),
        Column(f"{prefix}n" if prefix else "seq", BigInteger, primary_key=primary_key, nullable=nullable),
    )


hall_facts = Table(  # hall, schema, projection, generation, county; calendar.N: seq of the N-th release
    "hall_facts", metadata, Column("name", String(32), primary_key=True), Column("value", Text, nullable=False)
)

item_pieces = Table(  # where in the hall's journal the pieces of the releases of items stand
    "item_pieces",
    metadata,
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("part", Integer, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, nullable=False, unique=True),
)

agencies = Table(
    "agencies", metadata, Column("code", String(64), primary_key=True), Column("record", LargeBinary, nullable=False)
)

stations = Table(  # the row is also the head of the station's feed, and is locked as such
    "stations",
    metadata,
    Column("code", String(16), primary_key=True),
    Column("name", Text, nullable=False),
    Column("level", String(8), nullable=False),
    Column("sharing", String(8), nullable=False),
    Column("entrusted", Text),  # agency codes with commas between; null: all
    Column("devices", Integer, nullable=False),  # how many device ids were ever given
    Column("feed_n", BigInteger, nullable=False),
    Column("feed_hash", LargeBinary(32), nullable=False),
)

devices = Table(
    "devices",
    metadata,
    Column("device", String(64), primary_key=True),
    Column("station", ForeignKey("stations.code"), nullable=False),
    Column("sign_public", LargeBinary(32), nullable=False),
    Column("box_public", LargeBinary(32), nullable=False),
    Column("last_x", BigInteger, nullable=False),
    Column("applied", BigInteger, nullable=False),  # each event up to here is accepted or has an exception
    Column("enrolled_ms", BigInteger, nullable=False),
    Column("last_contact_ms", BigInteger),
    Column("clock_offset_ms", BigInteger),  # hall time minus the device's wall clock at the last contact
    Column("revoked_ms", BigInteger),
)

told_keys = Table(  # of which device all stations have the key, and from when on they know it to count no more
    "told_keys",
    metadata,
    Column("device", ForeignKey("devices.device"), primary_key=True),
    Column("revoked_ms", BigInteger),
)

enrolment_codes = Table(
    "enrolment_codes",
    metadata,
    Column("hash", LargeBinary(32), primary_key=True),
    Column("station", ForeignKey("stations.code"), nullable=False),
    Column("expires_ms", BigInteger, nullable=False),
    Column("device", ForeignKey("devices.device")),  # null until used
)

feed = Table(
    "feed",
    metadata,
    Column("station", ForeignKey("stations.code"), primary_key=True),
    Column("n", BigInteger, primary_key=True, autoincrement=False),
    *_place(),
    Column("hash", LargeBinary(32), nullable=False),
)

cases = Table(
    "cases",
    metadata,
    *_place("case_", primary_key=True),
    Column("body", LargeBinary, nullable=False),
    Column("case_no", String(64), unique=True),
    Column("station", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("holder", String(64), nullable=False),
    Column("name", Text, nullable=False),
    Column("opened_ms", BigInteger, nullable=False),
    Index("cases_by_age", "opened_ms"),
)

case_events = Table(  # the order of a case: what the fold is run over
    "case_events",
    metadata,
    *_place("case_", primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    *_place(),
    Column("late", Boolean, nullable=False),  # kept and linked, changes nothing
    UniqueConstraint("device", "seq"),
)

case_stations = Table(  # who takes part, and so gets the case's events by feed
    "case_stations",
    metadata,
    *_place("case_", primary_key=True),
    Column("station", ForeignKey("stations.code"), primary_key=True),
)

case_links = Table(  # a case that goes on with another, which may not have come yet (sync design section 2)
    "case_links",
    metadata,
    *_place("case_", primary_key=True),
    *_place("continues_"),
    Column("made", Boolean, nullable=False),  # the hall has both, and they are one application
    Index("case_links_by_other", "continues_device", "continues_n"),
)

entrustments = Table(  # what a village agent was entrusted with: beside the cases, in one order of events
    "entrustments",
    metadata,
    *_place("case_", primary_key=True),
    Column("body", LargeBinary, nullable=False),
    Column("station", String(16), nullable=False),
    Column("open", Boolean, nullable=False),
    Column("changed_ms", BigInteger, nullable=False),
)

job_links = Table(  # a case that names the agent job it came from, which may not have come yet
    "job_links",
    metadata,
    *_place("case_", primary_key=True),
    *_place("job_"),
    Column("item", Integer, nullable=False),
    Column("made", Boolean, nullable=False),
    Index("job_links_by_job", "job_device", "job_n"),
)

messages = Table(  # the hall's own record: which events are to be told to applicants, and which were
    "messages",
    metadata,
    *_place(primary_key=True),
    *_place("case_"),
    Column("kind", String(16), nullable=False),
    Column("queued_ms", BigInteger, nullable=False),
    Column("sent_ms", BigInteger),
    Index("messages_to_send", "sent_ms"),
)

exceptions = Table(
    "exceptions",
    metadata,
    Column("id", _ROW_ID, primary_key=True),
    *_place(),
    Column("kind", String(16), nullable=False),
    Column("code", String(64), nullable=False),
    *_place("case_", nullable=True),
    Column("since_ms", BigInteger, nullable=False),
    UniqueConstraint("device", "seq", "kind"),
    Index("exceptions_by_case", "case_device", "case_n"),
)

settlements = Table(  # what a person said of an exception: it is no longer open, and is still found here
    "settlements",
    metadata,
    *_place(primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("code", String(64), nullable=False),
    *_place("case_", nullable=True),
    Column("since_ms", BigInteger, nullable=False),
    Column("how", String(16), nullable=False),
    Column("by", String(64), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("hall_seq", BigInteger, nullable=False),  # the hall's own event that says so, with the reason
)

evidence = Table(  # what both sides say of an exception, where the event alone does not show it; JSON
    "evidence",
    metadata,
    *_place(primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("body", Text, nullable=False),
)

closed_devices = Table(  # a device id that is used no more: its history has parted, or its home came out of a backup
    "closed_devices",
    metadata,
    Column("device", String(64), primary_key=True),
    Column("since_seq", BigInteger, nullable=False),  # the first event that the two histories may not have in common
    Column("since_ms", BigInteger, nullable=False),
    Column("why", String(16), nullable=False),
)

replays = Table(  # events of a closed device that its successor has brought, each once
    "replays",
    metadata,
    *_place("origin_", primary_key=True),
    Column("hash", LargeBinary(32), primary_key=True),
    *_place(),
    UniqueConstraint("device", "seq"),
)

number_series = Table(
    "number_series",
    metadata,
    Column("agency", String(64), primary_key=True),
    Column("series", String(16), primary_key=True),
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("next", Integer, nullable=False),  # the first number never leased nor used by the hall
)

number_blocks = Table(
    "number_blocks",
    metadata,
    Column("agency", String(64), primary_key=True),
    Column("series", String(16), primary_key=True),
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("first", Integer, primary_key=True, autoincrement=False),
    Column("last", Integer, nullable=False),
    Column("device", String(64), nullable=False),
)

numbers_used = Table(
    "numbers_used",
    metadata,
    Column("agency", String(64), primary_key=True),
    Column("series", String(16), primary_key=True),
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("n", Integer, primary_key=True, autoincrement=False),
    *_place(),
    Column("at_ms", BigInteger, nullable=False),
)

numbers_ended = Table(  # spoiled or returned, whole runs of them
    "numbers_ended",
    metadata,
    *_place(primary_key=True),
    Column("part", Integer, primary_key=True, autoincrement=False),  # of the event's entries
    Column("agency", String(64), nullable=False),
    Column("series", String(16), nullable=False),
    Column("year", Integer, nullable=False),
    Column("first", Integer, nullable=False),
    Column("last", Integer, nullable=False),
    Column("fate", String(16), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Index("numbers_ended_by_series", "agency", "series", "year", "first"),
)

case_serials = Table(
    "case_serials",
    metadata,
    Column("task_code", String(64), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("last", Integer, nullable=False),
)

attachments = Table(  # a row exists once a received event names the hash
    "attachments",
    metadata,
    Column("sha256", LargeBinary(32), primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("held", BigInteger, nullable=False),
    Column("whole", Boolean, nullable=False),
)

bundles = Table(  # the newest bundle of each device: what its answer begins with
    "bundles",
    metadata,
    Column("device", ForeignKey("devices.device"), primary_key=True),
    Column("made_ms", BigInteger, nullable=False),
    Column("head_seq", BigInteger, nullable=False),
    Column("feed_n", BigInteger, nullable=False),
    Column("feed_hash", LargeBinary(32), nullable=False),
    Column("last_x", BigInteger, nullable=False),  # of the device when it was taken in: higher now, it was on the line
)

bundle_parts = Table(
    "bundle_parts",
    metadata,
    Column("device", ForeignKey("devices.device"), primary_key=True),
    Column("made_ms", BigInteger, primary_key=True, autoincrement=False),
    Column("part", BigInteger, primary_key=True, autoincrement=False),
    Column("taken_ms", BigInteger, nullable=False),
    Column("person", String(64), nullable=False),
)

bundle_scans = Table(  # which files it brought: the answer says of each what is here
    "bundle_scans",
    metadata,
    Column("device", ForeignKey("devices.device"), primary_key=True),
    Column("sha256", LargeBinary(32), primary_key=True),
    Column("made_ms", BigInteger, nullable=False),
)

bundle_accepted = Table(  # acceptances that the newest bundle asks the hall to sign
    "bundle_accepted",
    metadata,
    Column("device", ForeignKey("devices.device"), primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
)

users = Table(
    "users",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("roles", Text, nullable=False),
    Column("pin_hash", Text, nullable=False),
)
