"""Home and list ask for few cases among many: each question has its index."""

from alembic import op

from counter_app.adapters.store.schema import cases

revision = "0002"
down_revision = "0001"

NAMES = (
    "cases_by_age", "cases_open_by_due", "cases_by_day", "cases_by_no", "cases_by_state", "cases_by_change",
    "cases_to_print",
)


def upgrade() -> None:
    """Make the indexes that are not there; a store made by this program has them all."""
    connection = op.get_bind()
    for index in cases.indexes:
        if index.name in NAMES:
            index.create(connection, checkfirst=True)
    op.execute("DROP INDEX IF EXISTS cases_newest")
