"""give each organisation and network to the agreement that uses it, and each member of a network a seat in it

Revision ID: 0006
Revises: 0005

An organisation that two agreements use goes to the one that used it first; the other gets one of the same name in its
register. Who speaks for it there is not moved: the row of a member is sealed, and is written anew at the next change.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)

agreement = sa.table(
    "agreement", sa.column("id", sa.Uuid()), sa.column("kind", sa.Text()), sa.column("made_at", MOMENT)
)
member = sa.table(
    "member", sa.column("agreement_id", sa.Uuid()), sa.column("user_id", sa.Uuid()), sa.column("side", sa.Text()),
    sa.column("organisation_id", sa.Uuid()), sa.column("network_id", sa.Uuid()), sa.column("joined_at", MOMENT),
    sa.column("ended_at", MOMENT),
)  # fmt: skip
comment = sa.table(
    "comment", sa.column("thread_id", sa.Uuid()), sa.column("organisation_id", sa.Uuid()),
    sa.column("network_id", sa.Uuid()), sa.column("written_at", MOMENT),
)  # fmt: skip
thread = sa.table("thread", sa.column("id", sa.Uuid()), sa.column("agreement_id", sa.Uuid()))
organisation = sa.table(
    "organisation", sa.column("id", sa.Uuid()), sa.column("name", sa.Text()), sa.column("name_key", sa.Text()),
    sa.column("kind", sa.Text()), sa.column("agreement_id", sa.Uuid()), sa.column("added_at", MOMENT),
    sa.column("removed_at", MOMENT),
)  # fmt: skip
body = sa.table(
    "body", sa.column("id", sa.Uuid()), sa.column("name", sa.Text()), sa.column("name_key", sa.Text()),
    sa.column("kind", sa.Text()), sa.column("agreement_id", sa.Uuid()), sa.column("removed_at", MOMENT),
)  # fmt: skip
seat = sa.table(
    "seat", sa.column("id", sa.Uuid()), sa.column("body_id", sa.Uuid()), sa.column("role", sa.Text()),
    sa.column("added_at", MOMENT),
)  # fmt: skip
term = sa.table(
    "term", sa.column("id", sa.Uuid()), sa.column("seat_id", sa.Uuid()), sa.column("user_id", sa.Uuid()),
    sa.column("begins_on", sa.Date()),
)  # fmt: skip


def upgrade() -> None:
    at = datetime.now(UTC)
    _share_out(organisation, "organisation_id", at, {"added_at": at})
    _name_authorities()
    places = _share_out(body, "network_id", at, {})
    _seat_members(places, at)
    with op.batch_alter_table("organisation", schema=None) as batch_op:
        batch_op.alter_column("agreement_id", existing_type=sa.Uuid(), nullable=False)
        batch_op.alter_column("added_at", existing_type=MOMENT, nullable=False)
        for name in ("municipality", "municipality_key", "business_id"):
            batch_op.alter_column(name, existing_type=sa.Text(), server_default=None)
        for name in ("contact_name", "contact_address", "contact_phone"):
            batch_op.alter_column(name, existing_type=sa.Text(), server_default=None)
        for name in ("is_volunteer_run", "is_employer", "is_service_provider", "receives_grants"):
            batch_op.alter_column(name, existing_type=sa.Boolean(), server_default=None)
        batch_op.create_index(
            "uq_organisation_living_name",
            ["agreement_id", "name_key", "municipality_key"],
            unique=True,
            sqlite_where=sa.text("removed_at IS NULL"),
            postgresql_where=sa.text("removed_at IS NULL"),
        )
        batch_op.create_index(
            "uq_organisation_living_business_id",
            ["agreement_id", "business_id"],
            unique=True,
            sqlite_where=sa.text("removed_at IS NULL AND business_id != ''"),
            postgresql_where=sa.text("removed_at IS NULL AND business_id != ''"),
        )
    with op.batch_alter_table("body", schema=None) as batch_op:
        batch_op.alter_column("agreement_id", existing_type=sa.Uuid(), nullable=False)
        batch_op.create_index(
            "uq_body_living_name",
            ["agreement_id", "name_key"],
            unique=True,
            sqlite_where=sa.text("removed_at IS NULL"),
            postgresql_where=sa.text("removed_at IS NULL"),
        )


def downgrade() -> None:
    """Networks given since then stay where they are: the row of a member is sealed, and no seat is in it."""
    with op.batch_alter_table("body", schema=None) as batch_op:
        batch_op.drop_index("uq_body_living_name")
        batch_op.alter_column("agreement_id", existing_type=sa.Uuid(), nullable=True)
    with op.batch_alter_table("organisation", schema=None) as batch_op:
        batch_op.drop_index("uq_organisation_living_business_id")
        batch_op.drop_index("uq_organisation_living_name")
        batch_op.alter_column("added_at", existing_type=MOMENT, nullable=True)
        batch_op.alter_column("agreement_id", existing_type=sa.Uuid(), nullable=True)
    for table in (organisation, body):
        _tell_keys_apart(table)


def _rows(query: Any) -> list[Any]:
    return list(op.get_bind().execute(query).all())


def _uses(column: str) -> dict[UUID, list[UUID]]:
    """What is named in a column → the agreements it is used in, by when it was used first."""
    of_members, of_comments = member.c[column], comment.c[column]
    used = [
        *_rows(sa.select(of_members, member.c.agreement_id, member.c.joined_at).where(of_members.is_not(None))),
        *_rows(
            sa.select(of_comments, thread.c.agreement_id, comment.c.written_at)
            .join(thread, thread.c.id == comment.c.thread_id)
            .where(of_comments.is_not(None))
        ),
    ]
    found: dict[UUID, list[UUID]] = {}
    for thing, place, _at in sorted(used, key=lambda row: row[2]):
        if place not in found.setdefault(thing, []):
            found[thing].append(place)
    return found


def _share_out(table: Any, column: str, at: datetime, more: dict[str, Any]) -> dict[tuple[UUID, UUID], UUID]:
    """Give each row to an agreement; returns (row, agreement) → the row of that agreement.

    One that has an agreement, because this revision was taken back for a while, keeps it. What nobody uses goes to the
    oldest agreement, out of sight; without any agreement it goes away.
    """
    run, uses = op.get_bind().execute, _uses(column)
    oldest = _rows(sa.select(agreement.c.id).order_by(agreement.c.made_at).limit(1))
    places: dict[tuple[UUID, UUID], UUID] = {}
    for row in _rows(sa.select(table).where(table.c.agreement_id.is_(None))):
        own = table.c.id == row.id
        if row.id in uses:
            first, *others = uses[row.id]
            run(sa.update(table).where(own).values(agreement_id=first, **more))
            places[row.id, first] = row.id
            for other in others:
                copy = places[row.id, other] = uuid4()
                values = {"name": row.name, "name_key": row.name_key, "kind": row.kind, **more}
                run(sa.insert(table).values(id=copy, agreement_id=other, **values))
        elif oldest:
            run(sa.update(table).where(own).values(agreement_id=oldest[0].id, removed_at=at, **more))
        else:
            run(sa.delete(table).where(own))
    return places


def _name_authorities() -> None:
    """What only members of the authority speak for is the authority."""
    sides: dict[UUID, set[str | None]] = {}
    for thing, side in _rows(sa.select(member.c.organisation_id, member.c.side)):
        sides.setdefault(thing, set()).add(side)
    for thing in [each for each, found in sides.items() if each is not None and found == {"authority"}]:
        kind = sa.select(sa.case((agreement.c.kind == "municipal_document", "municipality"), else_="county")).where(
            agreement.c.id == organisation.c.agreement_id
        )
        op.get_bind().execute(
            sa.update(organisation).where(organisation.c.id == thing).values(kind=kind.scalar_subquery())
        )


def _seat_members(places: dict[tuple[UUID, UUID], UUID], at: datetime) -> None:
    """A seat for each living member of a network, held since they joined the agreement."""
    run = op.get_bind().execute
    query = sa.select(member).where(member.c.network_id.is_not(None), member.c.ended_at.is_(None))
    for row in _rows(query.order_by(member.c.joined_at)):
        if (row.network_id, row.agreement_id) not in places:
            continue  # seated before this revision was taken back
        joined = row.joined_at if row.joined_at.tzinfo else row.joined_at.replace(tzinfo=UTC)
        own = uuid4()
        place = places[row.network_id, row.agreement_id]
        run(sa.insert(seat).values(id=own, body_id=place, role="representative", added_at=at))
        since = joined.astimezone(ZoneInfo("Europe/Helsinki")).date()
        run(sa.insert(term).values(id=uuid4(), seat_id=own, user_id=row.user_id, begins_on=since))


def _tell_keys_apart(table: Any) -> None:
    """Two of one name in two agreements get different keys; the older version asks each name once."""
    seen: set[str] = set()
    for row in _rows(sa.select(table.c.id, table.c.name_key).order_by(table.c.name_key, table.c.id)):
        if row.name_key in seen:
            op.get_bind().execute(
                sa.update(table).where(table.c.id == row.id).values(name_key=f"{row.name_key} {row.id}")
            )
        seen.add(row.name_key)
