"""Cases are found by the numbers of their papers and by their query code, and the list by item, state and holder.

The projections' new version writes the numbers.
"""

import sqlalchemy as sa
from alembic import op

from counter_app.adapters.store.schema import cases

revision = "0017"
down_revision = "0016"

_NEW = ("query_code", "papers")
_OF_LISTS = ("cases_by_day", "cases_by_state", "cases_by_item", "cases_by_holder")


def upgrade() -> None:
    """Make the columns, which a store made by this program has, and the indexes anew."""
    connection = op.get_bind()
    known = {column["name"] for column in sa.inspect(connection).get_columns("search")}
    for name in _NEW:
        if name not in known:
            op.add_column("search", sa.Column(name, sa.Text, nullable=False, server_default=""))
    for index in cases.indexes:
        if index.name in _OF_LISTS:
            index.drop(connection, checkfirst=True)
            index.create(connection)
