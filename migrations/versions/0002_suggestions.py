"""Suggestions: other words for a clause, and what was answered."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "suggestion",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agreement_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("clause_id", sa.Uuid(), nullable=True),
        sa.Column("base_id", sa.Uuid(), nullable=True),
        sa.Column("section_id", sa.Uuid(), nullable=True),
        sa.Column("after_id", sa.Uuid(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("side", sa.Text(), nullable=True),
        sa.Column("speaks_for", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("network_id", sa.Uuid(), nullable=True),
        sa.Column("thread_id", sa.Uuid(), nullable=False),
        sa.Column("counter_to_id", sa.Uuid(), nullable=True),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by_id", sa.Uuid(), nullable=True),
        sa.Column("result_id", sa.Uuid(), nullable=True),
        sa.Column("before_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["after_id"], ["clause.id"], name=op.f("fk_suggestion_after_id_clause")),
        sa.ForeignKeyConstraint(["agreement_id"], ["agreement.id"], name=op.f("fk_suggestion_agreement_id_agreement")),
        sa.ForeignKeyConstraint(["answered_by_id"], ["user.id"], name=op.f("fk_suggestion_answered_by_id_user")),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_suggestion_author_id_user")),
        sa.ForeignKeyConstraint(["base_id"], ["clause_version.id"], name=op.f("fk_suggestion_base_id_clause_version")),
        sa.ForeignKeyConstraint(
            ["before_id"], ["clause_version.id"], name=op.f("fk_suggestion_before_id_clause_version")
        ),
        sa.ForeignKeyConstraint(["clause_id"], ["clause.id"], name=op.f("fk_suggestion_clause_id_clause")),
        sa.ForeignKeyConstraint(
            ["counter_to_id"], ["suggestion.id"], name=op.f("fk_suggestion_counter_to_id_suggestion")
        ),
        sa.ForeignKeyConstraint(["network_id"], ["body.id"], name=op.f("fk_suggestion_network_id_body")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_suggestion_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(
            ["result_id"], ["clause_version.id"], name=op.f("fk_suggestion_result_id_clause_version")
        ),
        sa.ForeignKeyConstraint(["section_id"], ["section.id"], name=op.f("fk_suggestion_section_id_section")),
        sa.ForeignKeyConstraint(["thread_id"], ["thread.id"], name=op.f("fk_suggestion_thread_id_thread")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suggestion")),
        sa.UniqueConstraint("agreement_id", "number", name=op.f("uq_suggestion_agreement_id_number")),
        sa.UniqueConstraint("thread_id", name=op.f("uq_suggestion_thread_id")),
    )
    with op.batch_alter_table("suggestion", schema=None) as batch_op:
        batch_op.create_index("ix_suggestion_agreement_id_status", ["agreement_id", "status"], unique=False)
        batch_op.create_index(batch_op.f("ix_suggestion_author_id"), ["author_id"], unique=False)
        batch_op.create_index("ix_suggestion_clause_id", ["clause_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("suggestion", schema=None) as batch_op:
        batch_op.drop_index("ix_suggestion_clause_id")
        batch_op.drop_index(batch_op.f("ix_suggestion_author_id"))
        batch_op.drop_index("ix_suggestion_agreement_id_status")

    op.drop_table("suggestion")
