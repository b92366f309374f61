"""What pages ask of statements."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from kumppanuus.db import db
from kumppanuus.rounds import Round
from kumppanuus.statements.tables import Statement


def by_id(statement_id: UUID) -> Statement | None:
    """A statement with its round and the agreement of that."""
    path = joinedload(Statement.round).joinedload(Round.agreement)
    return db.session.scalar(select(Statement).where(Statement.id == statement_id).options(path))
