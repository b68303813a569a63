"""Open cases that this device holds are found at once: they go to the station's desk with each exchange."""

import sqlalchemy as sa
from alembic import op

from counter_app.adapters.store.schema import cases

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Make column and index; the projections' new version fills them, a store made by this program has them."""
    connection = op.get_bind()
    if "holder" not in {column["name"] for column in sa.inspect(connection).get_columns("cases")}:
        op.add_column("cases", sa.Column("holder", sa.String(64), nullable=False, server_default=""))
    for index in cases.indexes:
        if index.name == "cases_held":
            index.create(connection, checkfirst=True)
