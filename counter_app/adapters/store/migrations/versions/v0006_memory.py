"""Cases of a person are found by the number, also among many."""

from alembic import op

from counter_app.adapters.store.schema import search

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Make the index; a store made by this program has it."""
    for index in search.indexes:
        index.create(op.get_bind(), checkfirst=True)
