"""Bad ratings that wait for an answer, and the vouchers that fees were paid with, as columns that are asked for."""

from alembic import op
from sqlalchemy import Column, Integer, String, inspect

from counter_app.adapters.store.schema import cases

revision = "0007"
down_revision = "0006"

_COLUMNS = (
    Column("complaints", Integer, nullable=False, server_default="0"),
    Column("voucher", String(40), nullable=False, server_default=""),
)
_INDEXES = frozenset({"cases_rated_badly", "cases_by_voucher"})


def upgrade() -> None:
    """Add them; the projections' new version fills them, and a store made by this program has them."""
    connection = op.get_bind()
    has = {column["name"] for column in inspect(connection).get_columns(cases.name)}
    for column in _COLUMNS:
        if column.name not in has:
            op.add_column(cases.name, column)
    for index in cases.indexes:
        if index.name in _INDEXES:
            index.create(connection, checkfirst=True)
