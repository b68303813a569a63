"""Cases in which a second person is asked are found at once."""

import sqlalchemy as sa
from alembic import op

from counter_app.adapters.store.schema import cases

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Make column and index; the projections' new version fills them, a store made by this program has them."""
    connection = op.get_bind()
    if "asked" not in {column["name"] for column in sa.inspect(connection).get_columns("cases")}:
        op.add_column("cases", sa.Column("asked", sa.Boolean, nullable=False, server_default="0"))
    for index in cases.indexes:
        if index.name == "cases_asked":
            index.create(connection, checkfirst=True)
