"""Papers under their electronic seals are kept beside the papers as they were made."""

from alembic import op

from counter_app.adapters.store.schema import sealed_papers

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Make the table."""
    sealed_papers.create(op.get_bind(), checkfirst=True)
