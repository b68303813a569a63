"""Cases are found by pieces of words and numbers; the projections' new version writes them."""

from alembic import op

from counter_app.adapters.store.schema import search_keys

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Make the table."""
    search_keys.create(op.get_bind(), checkfirst=True)
