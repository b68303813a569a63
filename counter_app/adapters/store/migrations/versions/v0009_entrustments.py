"""Entrustments of agents stand beside the cases."""

from alembic import op

from counter_app.adapters.store.schema import entrustments

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Make the table; a store made by this program has it."""
    entrustments.create(op.get_bind(), checkfirst=True)
