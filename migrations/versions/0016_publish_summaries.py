"""What people write of a summary, its publications with their files, and who was told what came of a round."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "summary_part",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["changed_by_id"], ["user.id"], name=op.f("fk_summary_part_changed_by_id_user")),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_summary_part_round_id_round")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_summary_part")),
        sa.UniqueConstraint("round_id", "key", name=op.f("uq_summary_part_round_id_key")),
    )
    op.create_table(
        "summary_publication",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("page", sa.Text(), nullable=False),
        sa.Column("left", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by_id", sa.Uuid(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by_id", sa.Uuid(), nullable=True),
        sa.Column("withdrawn_reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["published_by_id"], ["user.id"], name=op.f("fk_summary_publication_published_by_id_user")
        ),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_summary_publication_round_id_round")),
        sa.ForeignKeyConstraint(
            ["withdrawn_by_id"], ["user.id"], name=op.f("fk_summary_publication_withdrawn_by_id_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_summary_publication")),
        sa.UniqueConstraint("round_id", "number", name=op.f("uq_summary_publication_round_id_number")),
    )
    op.create_table(
        "summary_file",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("publication_id", sa.Uuid(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["publication_id"],
            ["summary_publication.id"],
            name=op.f("fk_summary_file_publication_id_summary_publication"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_summary_file")),
        sa.UniqueConstraint("publication_id", "form", name=op.f("uq_summary_file_publication_id_form")),
    )
    op.create_table(
        "summary_thanks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("statement_id", sa.Uuid(), nullable=True),
        sa.Column("member_id", sa.Uuid(), nullable=True),
        sa.Column("thanked_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(statement_id IS NULL) != (member_id IS NULL)", name=op.f("ck_summary_thanks_either")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_summary_thanks_member_id_member")),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_summary_thanks_round_id_round")),
        sa.ForeignKeyConstraint(
            ["statement_id"], ["statement.id"], name=op.f("fk_summary_thanks_statement_id_statement")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_summary_thanks")),
        sa.UniqueConstraint("round_id", "member_id", name=op.f("uq_summary_thanks_round_id_member_id")),
        sa.UniqueConstraint("round_id", "statement_id", name=op.f("uq_summary_thanks_round_id_statement_id")),
    )


def downgrade() -> None:
    op.drop_table("summary_thanks")
    op.drop_table("summary_file")
    op.drop_table("summary_publication")
    op.drop_table("summary_part")
