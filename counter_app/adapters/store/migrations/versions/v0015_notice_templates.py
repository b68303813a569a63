"""Templates of papers that the hall releases."""

from alembic import op

from counter_app.adapters.store.schema import notice_templates

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Make what is not there; the projections' new version fills it."""
    notice_templates.create(op.get_bind(), checkfirst=True)
