"""Forget a moment of links that nothing ever wrote."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("round_link", "statement_link"):
        with op.batch_alter_table(name) as table:
            table.drop_column("last_used_at")


def downgrade() -> None:
    for name in ("round_link", "statement_link"):
        with op.batch_alter_table(name) as table:
            table.add_column(sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True))
