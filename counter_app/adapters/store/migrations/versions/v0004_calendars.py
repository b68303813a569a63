"""Calendars that arrive, and which cases they may move."""

import sqlalchemy as sa
from alembic import op

from counter_app.adapters.store.schema import calendars, cases, to_recount

revision = "0004"
down_revision = "0003"

NAMES = ("cases_by_reach", "cases_moved", "cases_alarmed")


def upgrade() -> None:
    """Make what is not there; the projections' new version fills it."""
    connection = op.get_bind()
    there = {column["name"] for column in sa.inspect(connection).get_columns("cases")}
    for column in (
        sa.Column("reach", sa.String(10), nullable=False, server_default=""),
        sa.Column("moved", sa.Integer, nullable=False, server_default="0"),
        sa.Column("alarms", sa.Integer, nullable=False, server_default="0"),
    ):
        if column.name not in there:
            op.add_column("cases", column)
    for index in cases.indexes:
        if index.name in NAMES:
            index.create(connection, checkfirst=True)
    for table in (calendars, to_recount):
        table.create(connection, checkfirst=True)
