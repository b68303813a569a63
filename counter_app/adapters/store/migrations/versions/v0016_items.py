"""Items that the hall releases, and which version of its item a draft began with."""

import sqlalchemy as sa
from alembic import op

from counter_app.adapters.store.schema import item_pieces

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Make what is not there; the projections' new version fills it. Older drafts began with a shipped version."""
    connection = op.get_bind()
    if "version" not in {column["name"] for column in sa.inspect(connection).get_columns("drafts")}:
        op.add_column("drafts", sa.Column("version", sa.String(16), nullable=False, server_default=""))
    item_pieces.create(connection, checkfirst=True)
