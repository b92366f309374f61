"""Statements: what people answered to a round, with an account, by a link or through somebody else, and what came of
it."""

from kumppanuus.statements.reads import by_id
from kumppanuus.statements.tables import (
    Channel,
    Disposition,
    Remark,
    Stance,
    Statement,
    StatementFile,
    StatementLink,
)

__all__ = [
    "Channel",
    "Disposition",
    "Remark",
    "Stance",
    "Statement",
    "StatementFile",
    "StatementLink",
    "by_id",
]
