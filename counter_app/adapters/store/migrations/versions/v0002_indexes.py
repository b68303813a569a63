"""Home and list ask for few cases among many: each question has its index."""

from alembic import op

from counter_app.adapters.store.schema import cases

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the indexes that are not there; a store made by this program has them all."""
    connection = op.get_bind()
    for index in cases.indexes:
        index.create(connection, checkfirst=True)
    op.execute("DROP INDEX IF EXISTS cases_newest")
