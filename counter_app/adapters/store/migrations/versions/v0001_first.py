"""The first released store."""

from alembic import op

from counter_app.adapters.store.schema import metadata
from sync.journal_tables import create_triggers

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make all tables, and the triggers that keep the journal from being changed."""
    connection = op.get_bind()
    metadata.create_all(connection)
    create_triggers(connection)
