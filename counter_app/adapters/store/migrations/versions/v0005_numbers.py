"""What became of every number; the projections' new version fills the register."""

from alembic import op

from counter_app.adapters.store.schema import numbers

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the register."""
    numbers.create(op.get_bind(), checkfirst=True)
