"""Cases are found by the numbers of their papers and by their query code; the projections' new version writes them."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

_NEW = ("query_code", "papers")


def upgrade() -> None:
    """Make the columns; a store made by this program has them."""
    known = {column["name"] for column in sa.inspect(op.get_bind()).get_columns("search")}
    for name in _NEW:
        if name not in known:
            op.add_column("search", sa.Column(name, sa.Text, nullable=False, server_default=""))
