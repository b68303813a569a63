"""Home and list ask for few cases among many: each question has its index."""

from alembic import op

from counter_app.adapters.store.schema import cases

LATER = frozenset({"cases_rated_badly", "cases_by_voucher"})  # of columns that came with 0007

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the indexes that are not there; a store made by this program has them all."""
    connection = op.get_bind()
    for index in cases.indexes:
        if index.name not in LATER:
            index.create(connection, checkfirst=True)
    op.execute("DROP INDEX IF EXISTS cases_newest")
