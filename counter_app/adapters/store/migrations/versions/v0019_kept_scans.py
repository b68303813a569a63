"""Pages that were scanned here: their originals stay until the hall has what it needs."""

from alembic import op

from counter_app.adapters.store.schema import kept_scans

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Make the table; a store made by this program has it."""
    kept_scans.create(op.get_bind(), checkfirst=True)
