"""Bring a store to this program's schema, whole or not at all."""

from __future__ import annotations

from importlib.resources import files

from sqlalchemy import Engine, inspect, text

from counter_app.adapters.store.engine import reading, translated_faults
from counter_app.domain.errors import CounterError

NEWEST = "0021"
KNOWN = (
    "0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008", "0009", "0010", "0011", "0012", "0013", "0014",
    "0015", "0016", "0017", "0018", "0019", "0020", "0021",
)


def migrate(engine: Engine) -> None:
    """Upgrade if needed; one that was killed halfway left the old schema and begins again here.

    CounterError `store_newer` if a newer program wrote the store.
    """
    found = version(engine)
    if found == NEWEST:
        return
    if found and found not in KNOWN:
        raise CounterError("store_newer", found=found, known=NEWEST)
    _upgrade(engine)


def version(engine: Engine) -> str:
    """The schema version in the file, empty for a new one."""
    with reading(engine) as connection:
        if not inspect(connection).has_table("alembic_version"):
            return ""
        return str(connection.scalar(text("SELECT version_num FROM alembic_version")) or "")


def _upgrade(engine: Engine) -> None:
    from alembic import command  # imported here: alembic costs half a second and is needed once a release
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(files("counter_app.adapters.store") / "migrations"))
    with translated_faults(engine), engine.connect() as connection:
        # A table rebuild under foreign keys would delete child rows; the pragma only works outside a transaction.
        connection.connection.driver_connection.execute("PRAGMA foreign_keys = OFF")  # type: ignore[union-attr]
        with connection.begin():
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            broken = connection.execute(text("PRAGMA foreign_key_check")).first()
            if broken is not None:
                raise CounterError("migration_broke_references", table=str(broken[0]))
        connection.connection.driver_connection.execute("PRAGMA foreign_keys = ON")  # type: ignore[union-attr]
