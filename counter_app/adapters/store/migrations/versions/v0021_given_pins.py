"""A PIN that somebody else has set is to be changed by its owner."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Make the column, which a store made by this program has."""
    known = {column["name"] for column in sa.inspect(op.get_bind()).get_columns("people")}
    if "pin_given" not in known:
        op.add_column("people", sa.Column("pin_given", sa.Boolean, nullable=False, server_default=sa.false()))
