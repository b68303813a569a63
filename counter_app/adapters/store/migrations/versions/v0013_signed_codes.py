"""Keys of all devices as the hall tells them, and the hall's word on own acceptances."""

from alembic import op

from counter_app.adapters.store.schema import device_keys, second_stages

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Make the tables; a store made by this program has them."""
    for table in (device_keys, second_stages):
        table.create(op.get_bind(), checkfirst=True)
