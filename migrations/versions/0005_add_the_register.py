"""add the register of organisations: sectors, bodies, seats and terms

Revision ID: 0005
Revises: 0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sector",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agreement_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name_fi", sa.Text(), nullable=False),
        sa.Column("name_sv", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["agreement_id"], ["agreement.id"], name=op.f("fk_sector_agreement_id_agreement")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sector")),
        sa.UniqueConstraint("agreement_id", "name_key", name=op.f("uq_sector_agreement_id_name_key")),
    )
    # What was there belongs to no agreement yet: the next revision finds out, and then demands it.
    with op.batch_alter_table("organisation", schema=None) as batch_op:
        batch_op.add_column(sa.Column("agreement_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("municipality", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("municipality_key", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("business_id", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("main_sector_id", sa.Uuid(), nullable=True))
        for name in ("is_volunteer_run", "is_employer", "is_service_provider", "receives_grants"):
            batch_op.add_column(sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false()))
        for name in ("contact_name", "contact_address", "contact_phone"):
            batch_op.add_column(sa.Column(name, sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("added_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.drop_constraint("uq_organisation_name_key", type_="unique")
        batch_op.create_foreign_key(
            batch_op.f("fk_organisation_agreement_id_agreement"), "agreement", ["agreement_id"], ["id"]
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_organisation_main_sector_id_sector"), "sector", ["main_sector_id"], ["id"]
        )
        batch_op.create_index(batch_op.f("ix_organisation_main_sector_id"), ["main_sector_id"], unique=False)
    with op.batch_alter_table("body", schema=None) as batch_op:
        batch_op.add_column(sa.Column("agreement_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("sector_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.drop_constraint("uq_body_name_key", type_="unique")
        batch_op.create_foreign_key(batch_op.f("fk_body_agreement_id_agreement"), "agreement", ["agreement_id"], ["id"])
        batch_op.create_foreign_key(batch_op.f("fk_body_sector_id_sector"), "sector", ["sector_id"], ["id"])
    op.create_table(
        "organisation_sector",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("sector_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_organisation_sector_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(["sector_id"], ["sector.id"], name=op.f("fk_organisation_sector_sector_id_sector")),
        sa.PrimaryKeyConstraint("organisation_id", "sector_id", name=op.f("pk_organisation_sector")),
    )
    with op.batch_alter_table("organisation_sector", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_organisation_sector_sector_id"), ["sector_id"], unique=False)
    op.create_table(
        "seat",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("body_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("sector_id", sa.Uuid(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["body_id"], ["body.id"], name=op.f("fk_seat_body_id_body")),
        sa.ForeignKeyConstraint(["sector_id"], ["sector.id"], name=op.f("fk_seat_sector_id_sector")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seat")),
    )
    with op.batch_alter_table("seat", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_seat_body_id"), ["body_id"], unique=False)
    op.create_table(
        "term",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("seat_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("begins_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["seat_id"], ["seat.id"], name=op.f("fk_term_seat_id_seat")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_term_user_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_term")),
    )
    with op.batch_alter_table("term", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_term_seat_id"), ["seat_id"], unique=False)
        batch_op.create_index("ix_term_user_id", ["user_id"], unique=False)


def downgrade() -> None:
    op.drop_table("term")
    op.drop_table("seat")
    op.drop_table("organisation_sector")
    with op.batch_alter_table("body", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_body_sector_id_sector"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_body_agreement_id_agreement"), type_="foreignkey")
        for name in ("removed_at", "sector_id", "agreement_id"):
            batch_op.drop_column(name)
        batch_op.create_unique_constraint(batch_op.f("uq_body_name_key"), ["name_key"])
    with op.batch_alter_table("organisation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_organisation_main_sector_id"))
        batch_op.drop_constraint(batch_op.f("fk_organisation_main_sector_id_sector"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_organisation_agreement_id_agreement"), type_="foreignkey")
        for name in (
            "removed_at", "added_at", "contact_phone", "contact_address", "contact_name", "receives_grants",
            "is_service_provider", "is_employer", "is_volunteer_run", "main_sector_id", "business_id",
            "municipality_key", "municipality", "agreement_id",
        ):  # fmt: skip
            batch_op.drop_column(name)
        batch_op.create_unique_constraint(batch_op.f("uq_organisation_name_key"), ["name_key"])
    op.drop_table("sector")
