"""A machine that got a new device id keeps what the hall had confirmed under the old one."""

from alembic import op

from counter_app.adapters.store.schema import former_receipts

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Make the table; a store made by this program has it."""
    former_receipts.create(op.get_bind(), checkfirst=True)
