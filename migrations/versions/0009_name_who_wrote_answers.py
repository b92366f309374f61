"""name who wrote a draft of a remark, and organisations that answer and are not in the register

Revision ID: 0009
Revises: 0008
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("statement", schema=None) as batch_op:
        batch_op.add_column(sa.Column("named", sa.Text(), nullable=False, server_default=""))
    with op.batch_alter_table("statement", schema=None) as batch_op:
        batch_op.alter_column("named", server_default=None)
    with op.batch_alter_table("remark", schema=None) as batch_op:
        batch_op.add_column(sa.Column("written_by_id", sa.Uuid(), nullable=True))
        batch_op.create_foreign_key(op.f("fk_remark_written_by_id_user"), "user", ["written_by_id"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("remark", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("fk_remark_written_by_id_user"), type_="foreignkey")
        batch_op.drop_column("written_by_id")
    with op.batch_alter_table("statement", schema=None) as batch_op:
        batch_op.drop_column("named")
