"""add responses: what came of what was said in a round, drafted by coordinators and released

Revision ID: 0010
Revises: 0009
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "response",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("disposition", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=True),
        sa.Column("replaces_id", sa.Uuid(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by_id", sa.Uuid(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_id", sa.Uuid(), nullable=False),
        sa.Column("asked_id", sa.Uuid(), nullable=True),
        sa.Column("asked_note", sa.Text(), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("released_by_id", sa.Uuid(), nullable=True),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["asked_id"], ["member.id"], name=op.f("fk_response_asked_id_member")),
        sa.ForeignKeyConstraint(["changed_by_id"], ["user.id"], name=op.f("fk_response_changed_by_id_user")),
        sa.ForeignKeyConstraint(["made_by_id"], ["user.id"], name=op.f("fk_response_made_by_id_user")),
        sa.ForeignKeyConstraint(["released_by_id"], ["user.id"], name=op.f("fk_response_released_by_id_user")),
        sa.ForeignKeyConstraint(["replaces_id"], ["response.id"], name=op.f("fk_response_replaces_id_response")),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_response_round_id_round")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["clause_version.id"], name=op.f("fk_response_version_id_clause_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_response")),
    )
    with op.batch_alter_table("response", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_response_asked_id"), ["asked_id"], unique=False)
        batch_op.create_index("ix_response_round_id_released_at", ["round_id", "released_at"], unique=False)

    op.create_table(
        "response_remark",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("response_id", sa.Uuid(), nullable=False),
        sa.Column("remark_id", sa.Uuid(), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["remark_id"], ["remark.id"], name=op.f("fk_response_remark_remark_id_remark")),
        sa.ForeignKeyConstraint(["response_id"], ["response.id"], name=op.f("fk_response_remark_response_id_response")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_response_remark")),
        sa.UniqueConstraint("response_id", "remark_id", name=op.f("uq_response_remark_response_id_remark_id")),
    )
    with op.batch_alter_table("response_remark", schema=None) as batch_op:
        batch_op.create_index("ix_response_remark_remark_id", ["remark_id"], unique=False)
        batch_op.create_index(
            "uq_response_remark_draft",
            ["remark_id"],
            unique=True,
            sqlite_where=sa.text("released_at IS NULL"),
            postgresql_where=sa.text("released_at IS NULL"),
        )


def downgrade() -> None:
    with op.batch_alter_table("response_remark", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_response_remark_draft",
            sqlite_where=sa.text("released_at IS NULL"),
            postgresql_where=sa.text("released_at IS NULL"),
        )
        batch_op.drop_index("ix_response_remark_remark_id")

    op.drop_table("response_remark")
    with op.batch_alter_table("response", schema=None) as batch_op:
        batch_op.drop_index("ix_response_round_id_released_at")
        batch_op.drop_index(batch_op.f("ix_response_asked_id"))

    op.drop_table("response")
