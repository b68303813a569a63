"""Roots of electronic seals that the hall tells."""

from alembic import op

from counter_app.adapters.store.schema import seal_roots

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Make what is not there; the projections' new version fills it."""
    seal_roots.create(op.get_bind(), checkfirst=True)
