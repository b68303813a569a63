"""Days that were closed on this machine."""

from alembic import op

from counter_app.adapters.store.schema import closed_days

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Make what is not there; no earlier program closed a day."""
    closed_days.create(op.get_bind(), checkfirst=True)
