"""Which files hang on which case, and which are to be deleted."""

from alembic import op

from counter_app.adapters.store.schema import case_files, files_to_delete

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make both tables; the projections' new version fills the first."""
    connection = op.get_bind()
    for table in (case_files, files_to_delete):
        table.create(connection, checkfirst=True)
