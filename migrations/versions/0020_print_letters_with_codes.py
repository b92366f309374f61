"""Links that a letter on paper leads to, by its number and its code."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("round_link") as table:
        table.add_column(sa.Column("number", sa.Text(), nullable=True))
        table.create_unique_constraint(op.f("uq_round_link_number"), ["number"])


def downgrade() -> None:
    with op.batch_alter_table("round_link") as table:
        table.drop_constraint(op.f("uq_round_link_number"), type_="unique")
        table.drop_column("number")
