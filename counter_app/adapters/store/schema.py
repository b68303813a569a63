"""Tables of the station's store.

The journal and what the feed brought are the truth; `cases`, `case_events`,
`entrustments`, `case_files`, `blocks`, `numbers`, `calendars`, `item_pieces`, `device_keys`, `notice_templates`,
`seal_roots`, `closed_days`, `uploads`, `search` and `search_keys` are projections of it and can be rebuilt.
People, drafts, papers, settings and the state of the exchange belong to this
machine alone.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    text,
)

from sync import journal_tables

PROJECTION_VERSION = 1

metadata = MetaData()
for _table in journal_tables.metadata.tables.values():
    _table.to_metadata(metadata)


def _case_key(primary_key: bool = False) -> tuple[Column[str], Column[int]]:
    return (
        Column("case_device", String(64), nullable=False, primary_key=primary_key),
        Column("case_n", Integer, nullable=False, primary_key=primary_key, autoincrement=False),
    )


state = Table(
    "state",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("value", LargeBinary, nullable=False),
)

feed = Table(
    "feed",
    metadata,
    Column("n", BigInteger, primary_key=True, autoincrement=False),
    Column("device", String(64), nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("hash", LargeBinary(32)),  # f(n), kept at the end of each frame only
)

foreign_events = Table(
    "foreign_events",
    metadata,
    Column("device", String(64), primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("public", LargeBinary, nullable=False),
    Column("c", LargeBinary(32), nullable=False),
    Column("private", LargeBinary),
    Column("e", LargeBinary(32)),
)

case_events = Table(
    "case_events",
    metadata,
    Column("device", String(64), primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    *_case_key(),
    Column("feed_n", BigInteger),
    Index("case_events_of_case", "case_device", "case_n", "device", "seq"),
)

cases = Table(
    "cases",
    metadata,
    *_case_key(primary_key=True),
    Column("case_no", String(64), nullable=False),
    Column("state", String(16), nullable=False),
    Column("open", Boolean, nullable=False),
    Column("item", String(64), nullable=False),
    Column("opened_by", String(64), nullable=False),
    Column("received_on", String(10), nullable=False),
    Column("received_ms", BigInteger, nullable=False),
    Column("changed_ms", BigInteger, nullable=False),
    Column("due", String(10), nullable=False),  # the nearest running clock, "9999-12-31" if none runs
    Column("unprinted", Integer, nullable=False),
    Column("reach", String(10), nullable=False, server_default=""),  # the latest day that a clock counts up to
    Column("moved", Integer, nullable=False, server_default="0"),  # clocks that a later calendar counts otherwise
    Column("alarms", Integer, nullable=False, server_default="0"),  # open ones whose paper names a day too late
    Column("asked", Boolean, nullable=False, server_default="0"),  # a second person is asked, or has answered
    Column("body", LargeBinary, nullable=False),
    Column("complaints", Integer, nullable=False, server_default="0"),  # bad ratings that wait for an answer
    Column("holder", String(64), nullable=False, server_default=""),
    Column("voucher", String(40), nullable=False, server_default=""),  # of the bank, for fees paid
    Index("cases_by_age", "received_ms", "case_device", "case_n"),
    Index("cases_open_by_due", "open", "due"),
    Index("cases_by_day", "received_on", "item"),
    Index("cases_by_no", "case_no"),
    Index("cases_by_state", "state", "received_ms", "case_device", "case_n"),
    Index("cases_by_item", "item", "received_ms", "case_device", "case_n"),
    Index("cases_by_holder", "holder", "received_ms", "case_device", "case_n"),
    Index("cases_by_change", "changed_ms"),
    Index("cases_to_print", "received_ms", sqlite_where=text("unprinted > 0")),
    Index("cases_asked", "received_ms", sqlite_where=text("asked = 1")),
    Index("cases_by_reach", "reach"),
    Index("cases_moved", "received_ms", sqlite_where=text("moved > 0")),
    Index("cases_alarmed", "received_ms", sqlite_where=text("alarms > 0")),
    Index("cases_rated_badly", "received_ms", sqlite_where=text("complaints > 0")),
    Index("cases_held", "holder", "received_ms", sqlite_where=text("open = 1")),
    Index("cases_by_voucher", "voucher", sqlite_where=text("voucher != ''")),
)

entrustments = Table(
    "entrustments",
    metadata,
    *_case_key(primary_key=True),
    Column("open", Boolean, nullable=False),
    Column("changed_ms", BigInteger, nullable=False),
    Column("unprinted", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index("entrustments_open", "open", "changed_ms"),
)

search = Table(
    "search",
    metadata,
    *_case_key(primary_key=True),
    Column("name", Text, nullable=False),
    Column("initials", Text, nullable=False),
    Column("id_number", Text, nullable=False),
    Column("phone", Text, nullable=False),
    Column("local_no", Text, nullable=False),
    Column("case_no", Text, nullable=False),
    Column("query_code", Text, nullable=False, server_default=""),
    Column("papers", Text, nullable=False, server_default=""),  # numbers of its papers, a line each
    Index("search_by_id_number", "id_number"),
)

search_keys = Table(  # pieces of words and numbers (search_keys.py): under each, its cases by their age
    "search_keys",
    metadata,
    Column("key", Text, primary_key=True),
    Column("received_ms", BigInteger, primary_key=True, autoincrement=False),
    *_case_key(primary_key=True),
    sqlite_with_rowid=False,
)

blocks = Table(
    "blocks",
    metadata,
    Column("agency", String(64), primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("first", Integer, primary_key=True, autoincrement=False),
    Column("last", Integer, nullable=False),
    Column("next", Integer, nullable=False),
)

numbers = Table(  # what own events did with numbers: an entry each, for whole runs of them (domain/number_register.py)
    "numbers",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("agency", String(64), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("year", Integer, nullable=False),
    Column("first", Integer, nullable=False),
    Column("last", Integer, nullable=False),
    Column("fate", String(16), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("user", String(64), nullable=False),
    Column("case_device", String(64)),
    Column("case_n", Integer),
    Column("paper", String(16), nullable=False),
    Column("number", String(64), nullable=False),
    Index("numbers_by_series", "agency", "kind", "year", "first"),
)

temporary_numbers = Table(
    "temporary_numbers",
    metadata,
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("next", Integer, nullable=False),
)

uploads = Table(
    "uploads",
    metadata,
    Column("sha256", LargeBinary(32), primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("media_type", String(64), nullable=False),
    *_case_key(),
    Column("seq", BigInteger, nullable=False),  # the event that names it
    Column("sent", BigInteger, nullable=False),
    Column("whole_ms", BigInteger),  # when the hall confirmed it whole, null until then
    Index("uploads_of_case", "case_device", "case_n"),
)

case_files = Table(  # the scans that own events name: one file may stand in several cases
    "case_files",
    metadata,
    Column("sha256", LargeBinary(32), primary_key=True),
    *_case_key(primary_key=True),
    Index("case_files_by_case", "case_device", "case_n"),
)

files_to_delete = Table(  # of erased cases: gone from the vault after the commit, by this run or the next
    "files_to_delete",
    metadata,
    Column("sha256", LargeBinary(32), primary_key=True),
)

kept_scans = Table(  # pages scanned here, and the pictures they were made of (services/scans.py)
    "kept_scans",
    metadata,
    Column("sha256", LargeBinary(32), primary_key=True),
    Column("original", LargeBinary(32), nullable=False),
    Column("kept_ms", BigInteger, nullable=False),
)

calendars = Table(  # released by the hall: brought by the feed, by a signed file, or by both
    "calendars",
    metadata,
    Column("version", String(40), primary_key=True),
    Column("body", LargeBinary, nullable=False),
    Column("feed_n", BigInteger),
    Column("own_seq", BigInteger),
)

item_pieces = Table(  # of the releases of items, as the feed brought them
    "item_pieces",
    metadata,
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("part", Integer, primary_key=True, autoincrement=False),
    Column("feed_n", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
)

to_recount = Table(  # cases that a calendar which came may move: done in pieces, by this run or the next
    "to_recount",
    metadata,
    *_case_key(primary_key=True),
)

device_keys = Table(  # told by the hall: whose signatures stand on papers, and which count no more
    "device_keys",
    metadata,
    Column("device", String(64), primary_key=True),
    Column("station", String(16), nullable=False),
    Column("station_name", Text, nullable=False),
    Column("public", LargeBinary(32), nullable=False),
    Column("revoked_ms", BigInteger),
)

seal_roots = Table(  # told by the hall: whose electronic seals are believed, and whose no more
    "seal_roots",
    metadata,
    Column("fingerprint", String(64), primary_key=True),
    Column("certificate", LargeBinary, nullable=False),
    Column("revoked_ms", BigInteger),
)

second_stages = Table(  # codes of own acceptances under the hall's signature (domain/receipt_codes.py)
    "second_stages",
    metadata,
    Column("device", String(64), primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("code", Text, nullable=False),
)

receipts = Table(
    "receipts",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),  # the hall has every own event up to it
    Column("at_ms", BigInteger, nullable=False),
)

former_receipts = Table(  # the same of a device id that this machine had before
    "former_receipts",
    metadata,
    Column("device", String(64), primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("at_ms", BigInteger, nullable=False),
)

drafts = Table(
    "drafts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("user", String(64), nullable=False),
    Column("item", String(64), nullable=False),
    Column("step", String(32), nullable=False),
    Column("saved_ms", BigInteger, nullable=False),
    Column("line", LargeBinary, nullable=False),
    Column("version", String(16), nullable=False, server_default=""),  # of the item, "" before there was a choice
    sqlite_autoincrement=True,
)

people = Table(
    "people",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("roles", String(128), nullable=False),
    Column("pin_hash", String(256), nullable=False),
    Column("failures", Integer, nullable=False),
    Column("locked_until_ms", BigInteger, nullable=False),
    Column("pin_given", Boolean, nullable=False, server_default="0"),  # set by another, to be changed by its owner
)

def _kept_papers(name: str) -> Table:
    return Table(
        name,
        metadata,
        *_case_key(primary_key=True),
        Column("kind", String(16), primary_key=True),
        Column("number", String(64), primary_key=True),
        Column("sha256", LargeBinary(32), nullable=False),
        Column("path", String(256), nullable=False),
        Column("size", BigInteger, nullable=False),
    )


papers = _kept_papers("papers")
sealed_papers = _kept_papers("sealed_papers")  # the same under their electronic seals

intake_keys = Table(
    "intake_keys",
    metadata,
    Column("key", String(128), primary_key=True),
    Column("digest", LargeBinary(32), nullable=False),
    *_case_key(),
)

troubles = Table(
    "troubles",
    metadata,
    Column("device", String(64), primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("code", String(64), primary_key=True),
    Column("case_device", String(64)),
    Column("case_n", Integer),
    Column("since_ms", BigInteger, nullable=False),
)

notice_templates = Table(  # releases of the hall's own templates, as the feed brought them
    "notice_templates",
    metadata,
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("body", LargeBinary, nullable=False),
)

closed_days = Table(  # days that this machine closed, with what the hall counted (domain/day_close.py)
    "closed_days",
    metadata,
    Column("device", String(64), primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("day", String(10), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index("closed_days_by_day", "day"),
)

PROJECTIONS = (
    cases, entrustments, case_events, case_files, search, search_keys, blocks, numbers, temporary_numbers, calendars,
    item_pieces, device_keys, notice_templates, closed_days, seal_roots,
)
