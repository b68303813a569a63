"""Cases of a person, events and scans of a case: each is found by an index, also among many."""

from alembic import op

from counter_app.adapters.store.schema import case_events, search, uploads

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Make the indexes that are not there; a store made by this program has them all."""
    op.execute("DROP INDEX IF EXISTS case_events_by_case")
    for table in (search, case_events, uploads):
        for index in table.indexes:
            index.create(op.get_bind(), checkfirst=True)
