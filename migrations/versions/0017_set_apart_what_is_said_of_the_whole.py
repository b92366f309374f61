"""What an answer says of the whole becomes a remark, so that it is answered like any other.

The words stay where they stood as well: old seals cover them. Each answer that was sent with such words gets a remark,
sealed by an entry of its own in the record. The way down leaves them: what is sealed is not taken away, and the code
before reads a remark without a place as other feedback.
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
statement = sa.table(
    "statement",
    *(sa.column(name, sa.Uuid()) for name in ("id", "round_id", "organisation_id", "body_id")),
    *(sa.column(name, sa.Text()) for name in ("named", "overall")),
    sa.column("sent_at", MOMENT),
)
remark = sa.table(
    "remark",
    *(sa.column(name, sa.Uuid()) for name in ("id", "statement_id", "clause_id", "section_id", "question_id")),
    *(sa.column(name, sa.Text()) for name in ("text", "hidden_reason", "reason")),
    *(sa.column(name, MOMENT) for name in ("written_at", "sent_at")),
)
round_ = sa.table(
    "round", sa.column("id", sa.Uuid()), sa.column("agreement_id", sa.Uuid()), sa.column("number", sa.Integer())
)
organisation = sa.table("organisation", sa.column("id", sa.Uuid()), sa.column("name", sa.Text()))
body = sa.table("body", sa.column("id", sa.Uuid()), sa.column("name", sa.Text()))
chain = sa.table(
    "ledger_chain", sa.column("id", sa.Uuid()), sa.column("length", sa.Integer()), sa.column("head", sa.Text())
)
entry = sa.table(
    "ledger_entry",
    *(sa.column(name, sa.Uuid()) for name in ("chain_id", "actor_id", "subject_id")),
    *(sa.column(name, sa.Text()) for name in ("kind", "data", "seals", "previous", "digest")),
    sa.column("number", sa.Integer()),
    sa.column("at", MOMENT),
)

# The columns that a seal of a remark covers.
SEALED = (
    *("id", "statement_id", "clause_id", "section_id", "question_id", "version_id", "kind", "stance", "text"),
    *("suggested_title", "suggested_text", "sent_at", "withdrawn_at", "hidden_at", "hidden_by_id", "hidden_reason"),
    *("disposition", "reason", "answered_at", "answered_by_id", "suggestion_id"),
)


def upgrade() -> None:
    connection = op.get_bind()
    has_one = (
        sa.select(remark.c.id)
        .where(
            remark.c.statement_id == statement.c.id,
            remark.c.sent_at.is_not(None),
            sa.func.coalesce(remark.c.clause_id, remark.c.section_id, remark.c.question_id).is_(None),
        )
        .exists()
    )
    name = sa.func.coalesce(body.c.name, organisation.c.name, statement.c.named)
    query = (
        sa.select(
            statement.c.id, statement.c.overall, statement.c.sent_at, round_.c.agreement_id, round_.c.number, name
        )
        .join(round_, round_.c.id == statement.c.round_id)
        .outerjoin(organisation, organisation.c.id == statement.c.organisation_id)
        .outerjoin(body, body.c.id == statement.c.body_id)
        .where(statement.c.sent_at.is_not(None), statement.c.overall != "", ~has_one)
        .order_by(statement.c.sent_at, statement.c.id)
    )
    for statement_id, words, sent_at, agreement_id, number, whose in connection.execute(query).all():
        said = {
            **dict.fromkeys(SEALED),
            "id": uuid4(),
            "statement_id": statement_id,
            "text": words,
            "hidden_reason": "",
            "reason": "",
            "sent_at": sent_at if sent_at.tzinfo else sent_at.replace(tzinfo=UTC),
        }
        kept = {column.name: said[column.name] for column in remark.c if column.name in said}
        connection.execute(remark.insert().values(**kept | {"sent_at": sent_at, "written_at": sent_at}))
        told = {"statement_id": statement_id, "round": number, "name": whose}
        _record(connection, agreement_id, "statement.whole-set-apart", told, statement_id, said)


def downgrade() -> None:
    """What is sealed stays."""


def _record(
    connection: sa.Connection,
    agreement_id: UUID,
    kind: str,
    told: dict[str, Any],
    subject: UUID,
    sealed: dict[str, Any],
) -> None:
    """Write an entry at the end of the record of an agreement, as the record stood when this was written."""
    length, head = connection.execute(
        sa.select(chain.c.length, chain.c.head).where(chain.c.id == agreement_id).with_for_update()
    ).one()
    seal = {"columns": SEALED, "digest": _digest("row", sealed)}
    at = datetime.now(UTC)
    row: dict[str, Any] = {
        "chain_id": agreement_id,
        "number": length + 1,
        "kind": kind,
        "at": at,
        "actor_id": None,
        "subject_id": subject,
        "data": _canonical(told),
        "previous": head,
        "seals": _canonical({f"remark:{sealed['id']}": seal}),
    }
    digest = _digest("entry", row)
    # SQLite keeps moments without their zone, which is UTC.
    stored = at.replace(tzinfo=None) if connection.dialect.name == "sqlite" else at
    connection.execute(entry.insert().values(**row | {"at": stored, "digest": digest}))
    connection.execute(chain.update().where(chain.c.id == agreement_id).values(length=length + 1, head=digest))


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plain)


def _plain(value: UUID | datetime) -> str:
    return str(value) if isinstance(value, UUID) else value.astimezone(UTC).isoformat(timespec="microseconds")


def _digest(scope: str, value: Any) -> str:
    return hashlib.sha256(f"kumppanuus {scope} 1\n{_canonical(value)}".encode()).hexdigest()
