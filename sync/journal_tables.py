"""The tables of the journal, and the triggers that keep them from being changed.

`metadata` is created as it is, or merged into a store's own with `to_metadata`;
for SQLite (SQLCipher) and PostgreSQL. After the tables: `create_triggers`.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Connection, LargeBinary, MetaData, String, Table, text

metadata = MetaData()
journal = Table(
    "journal",
    metadata,
    Column("device", String(64), primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("public", LargeBinary, nullable=False),
    Column("h", LargeBinary(32), nullable=False),
    Column("c", LargeBinary(32), nullable=False),
)

journal_private = Table(
    "journal_private",
    metadata,
    Column("device", String(64), primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("private", LargeBinary),  # null together with e, once erased
    Column("e", LargeBinary(32)),
)

journal_ratchet = Table(
    "journal_ratchet",
    metadata,
    Column("device", String(64), primary_key=True),
    Column("hall", String(128), nullable=False),
    Column("device_key", LargeBinary(32), nullable=False),
    Column("h0", LargeBinary(32), nullable=False),
    Column("k", LargeBinary(32), nullable=False),  # k(seq + 1), the newest only
    Column("seq", BigInteger, nullable=False),  # the head, so that a removed last row is seen
    Column("h", LargeBinary(32), nullable=False),
)

_SQLITE = (
    "CREATE TRIGGER journal_no_update BEFORE UPDATE ON journal"
    " BEGIN SELECT RAISE(ABORT, 'journal: no update'); END",
    "CREATE TRIGGER journal_no_delete BEFORE DELETE ON journal"
    " BEGIN SELECT RAISE(ABORT, 'journal: no delete'); END",
    # INSERT OR REPLACE deletes without asking the delete trigger
    "CREATE TRIGGER journal_no_replace BEFORE INSERT ON journal"
    " WHEN EXISTS (SELECT 1 FROM journal WHERE device = NEW.device AND seq = NEW.seq)"
    " BEGIN SELECT RAISE(ABORT, 'journal: no replace'); END",
    "CREATE TRIGGER journal_private_only_erase BEFORE UPDATE ON journal_private"
    " WHEN NEW.private IS NOT NULL OR NEW.e IS NOT NULL OR NEW.device <> OLD.device OR NEW.seq <> OLD.seq"
    " BEGIN SELECT RAISE(ABORT, 'journal_private: only erase'); END",
    "CREATE TRIGGER journal_private_no_delete BEFORE DELETE ON journal_private"
    " BEGIN SELECT RAISE(ABORT, 'journal_private: no delete'); END",
    "CREATE TRIGGER journal_private_no_replace BEFORE INSERT ON journal_private"
    " WHEN EXISTS (SELECT 1 FROM journal_private WHERE device = NEW.device AND seq = NEW.seq)"
    " BEGIN SELECT RAISE(ABORT, 'journal_private: no replace'); END",
)

_POSTGRESQL = (
    "CREATE FUNCTION journal_refuse() RETURNS trigger LANGUAGE plpgsql AS"
    " $$ BEGIN RAISE EXCEPTION '%: no %', TG_TABLE_NAME, lower(TG_OP); END $$",
    "CREATE TRIGGER journal_only_append BEFORE UPDATE OR DELETE ON journal"
    " FOR EACH ROW EXECUTE FUNCTION journal_refuse()",
    "CREATE TRIGGER journal_no_truncate BEFORE TRUNCATE ON journal"
    " FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse()",
    "CREATE TRIGGER journal_private_only_erase BEFORE UPDATE ON journal_private FOR EACH ROW"
    " WHEN (NEW.private IS NOT NULL OR NEW.e IS NOT NULL OR NEW.device <> OLD.device OR NEW.seq <> OLD.seq)"
    " EXECUTE FUNCTION journal_refuse()",
    "CREATE TRIGGER journal_private_no_delete BEFORE DELETE ON journal_private"
    " FOR EACH ROW EXECUTE FUNCTION journal_refuse()",
    "CREATE TRIGGER journal_private_no_truncate BEFORE TRUNCATE ON journal_private"
    " FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse()",
)


def create_triggers(conn: Connection) -> None:
    """Make `journal` append-only and let `journal_private` be erased only; once, after the tables."""
    for statement in _SQLITE if conn.dialect.name == "sqlite" else _POSTGRESQL:
        conn.execute(text(statement))
