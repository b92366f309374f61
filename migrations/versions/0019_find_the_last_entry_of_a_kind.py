"""Find the last entry of a kind in a chain by its index, however much of other kinds has happened since."""

from __future__ import annotations

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_ledger_entry_chain_id_kind_number", "ledger_entry", ["chain_id", "kind", "number"])
    op.drop_index("ix_ledger_entry_chain_id_kind", "ledger_entry")


def downgrade() -> None:
    op.create_index("ix_ledger_entry_chain_id_kind", "ledger_entry", ["chain_id", "kind"])
    op.drop_index("ix_ledger_entry_chain_id_kind_number", "ledger_entry")
