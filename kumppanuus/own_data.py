"""What is kept of a person: told to the person, and erased when the person wants to leave."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import select

from kumppanuus import accounts, members, notifications, organisations
from kumppanuus.accounts import AddressChange, SignIn, User
from kumppanuus.db import Base, db, run, table_of
from kumppanuus.documents.archive import KeptArchive
from kumppanuus.documents.intake import Intake
from kumppanuus.documents.takeback import Takeback
from kumppanuus.drafts import Draft
from kumppanuus.feedback import Feedback
from kumppanuus.jobs import Job
from kumppanuus.members import Invitation, Member
from kumppanuus.notifications import Digest, Following, Mailing, Notice, Outgoing, Reminder
from kumppanuus.statements import Statement

# A row as plain values, by column.
Row = dict[str, Any]

# In which agreement a row stands, told with every row that stands in one.
WHERE = "agreement_id"

# Tables whose rows are wholly the person's own, by the column that tells whose they are. Of every other row only that
# and when the person is named in it: the rest of it is other people's, and may be nothing the person may read any more.
OWN: dict[str, str] = {
    "user": "id",
    "session": "user_id",
    "sign_in": "address",
    "address_change": "user_id",
    "oidc_identity": "user_id",
    "draft": "user_id",
    "job": "user_id",
    "intake": "user_id",
    "takeback": "user_id",
    "archive": "user_id",
    "member": "user_id",
    "term": "user_id",
    "invitation": "address",
    "clause_version": "author_id",
    "suggestion": "author_id",
    "comment": "author_id",
    "endorsement": "user_id",
    "approval": "given_by_id",
    "question_update": "author_id",
    "statement": "user_id",
    "feedback": "reply_address",
    "notice": "user_id",
    "digest": "user_id",
    "mailing": "user_id",
    "following": "user_id",
    "reminder": "user_id",
}


def known(user: User) -> dict[str, list[Row]]:
    """Every row that names a person, by table: by id, as a member, or by address; in the order of its key. One that
    stands in an agreement tells in which (`WHERE`), whatever its table holds.

    Secrets are left out (they are kept as hashes) and files are told by their size. Read from the tables themselves, so
    that a table added later is never forgotten.
    """
    db.session.flush()
    ids = {user.id, *db.session.scalars(select(Member.id).where(Member.user_id == user.id))}
    escaped = re.sub("[/%_]", r"/\g<0>", user.address)
    asked: dict[str, Any] = {"address": f"%{escaped}%"}
    for number, each in enumerate(ids):
        asked |= {f"id_{number}": each, f"text_{number}": f"%{each}%"}
    found = {}
    for table in Base.metadata.sorted_tables:
        # Most tables do not name the person, and to find where each row stands is most of the work.
        if run(_names(table, len(ids)), asked).first() is not None:
            rows = run(_naming(table, len(ids)), asked).mappings()
            found[table.name] = [_told(table, row, ids, user.address) | _where(row) for row in rows]
    return found


# To put these two together costs more than to ask them, so they are kept. A person is named by one of so many ids
# (`id_0` and `text_0`, …) or by the `address`.


@lru_cache(maxsize=512)
def _names(table: sa.Table, count: int) -> sa.Select[Any]:
    """Whether a table names a person."""
    return select(sa.true()).select_from(table).where(_is_named(table, count)).limit(1)


@lru_cache(maxsize=512)
def _naming(table: sa.Table, count: int) -> sa.Select[Any]:
    """The rows of a table that name a person, with the agreement each of them stands in."""
    where = _agreement_of(table, table, ())
    place = (sa.null() if where is None else where).label(_PLACE)
    return select(table, place).where(_is_named(table, count)).order_by(*table.primary_key.columns)


def _is_named(table: sa.Table, count: int) -> sa.ColumnElement[bool]:
    ids = [sa.bindparam(f"id_{number}", type_=sa.Uuid()) for number in range(count)]
    named: list[sa.ColumnElement[bool]] = []
    for column in table.c:
        if isinstance(column.type, sa.Uuid):
            named.append(column.in_(ids))
        elif isinstance(column.type, sa.JSON) or _is_text(column):
            text = sa.cast(column, sa.Text)
            named.append(text.ilike(sa.bindparam("address", type_=sa.Text()), escape="/"))
            named += [text.like(sa.bindparam(f"text_{number}", type_=sa.Text())) for number in range(count)]
    return sa.or_(sa.false(), *named)


_PLACE = "in_agreement"


def _where(row: sa.RowMapping) -> Row:
    return {WHERE: row[_PLACE]} if row[_PLACE] is not None else {}


def _agreement_of(table: sa.Table, named: sa.FromClause, above: tuple[sa.Table, ...]) -> sa.ColumnElement[Any] | None:
    """In which agreement a row stands: as its own column tells, else as the rows do that it points to, one or the other
    of them; None for a table from which no way leads to one. `named` is the table as the query calls it, `above` what
    has led to it."""
    if WHERE in table.c:
        return named.c[WHERE]
    found: list[sa.ColumnElement[Any]] = []
    for column in table.c:
        for target in (key.column.table for key in column.foreign_keys):
            if target is User.__table__ or target in (table, *above) or len(above) == _FAR:
                continue
            other = target.alias()
            where = _agreement_of(target, other, (*above, table))
            if where is not None:
                found.append(select(where).where(other.c.id == named.c[column.name]).scalar_subquery())
    return sa.func.coalesce(*found) if len(found) > 1 else found[0] if found else None


_FAR = 3  # an approval points to a version, it to a clause, and that to its agreement


def _is_text(column: sa.Column[Any]) -> bool:
    return isinstance(column.type, sa.Text) or isinstance(getattr(column.type, "impl", None), sa.Text)


def _told(table: sa.Table, row: sa.RowMapping, ids: set[UUID], address: str) -> Row:
    own = OWN.get(table.name)
    is_own = own is not None and (row[own] in ids or row[own] == address)
    told = {}
    for column in table.c:
        value = row[column.name]
        if column.name.endswith("_hash"):
            continue
        if isinstance(value, bytes):
            value = len(value)
        names_person = value in ids if isinstance(value, UUID) else isinstance(value, str) and address in value.lower()
        if is_own or names_person or column.primary_key or isinstance(value, datetime) or column.name == "kind":
            told[column.name] = value
    return told


def remove(user: User, *, by: UUID | None) -> int:
    """Erase a person: name, address, sessions, unsent texts, files, notices, and contacts with the same address.

    Memberships and seats end. Agreed texts, comments, approvals and decisions stay, under "removed person N" and in the
    name of the seat; the record still holds, because it knows ids only. Returns N. Refuses
    `members.HoldsTogether` while an agreement would be left without a coordinator.
    """
    members.require_others(user)
    addresses = [user.address, *_former_addresses(user)]
    for member in members.all_of(user.id):
        members.end(member, by=by or user.id)
    organisations.erase_contacts(addresses, by=by or user.id)
    _forget(user, addresses)
    notifications.forget_letters(addresses)
    return accounts.remove(user, by=by)


def _former_addresses(user: User) -> Iterable[str]:
    query = select(AddressChange.old_address, AddressChange.new_address).where(AddressChange.user_id == user.id)
    return {address for row in db.session.execute(query) for address in row} - {user.address}


def _forget(user: User, addresses: list[str]) -> None:
    """Delete what is the person's alone, and blank the address where it stands with other people's things."""
    askings = select(SignIn.id).where(SignIn.address.in_(addresses))
    guests = select(Invitation.id).where(Invitation.address.in_(addresses))
    own = [select(each.id).where(each.user_id == user.id) for each in (Job, AddressChange, Digest)]
    letters = sa.or_(*(Outgoing.subject_id.in_(each) for each in (askings, guests, *own)))
    db.session.execute(sa.delete(Outgoing).where(letters))
    for personal in (Draft, Intake, Takeback, KeptArchive, Job, Notice, Reminder, Following, Mailing, Digest):
        db.session.execute(sa.delete(personal).where(table_of(personal).c.user_id == user.id))
    db.session.execute(sa.delete(Invitation).where(Invitation.address.in_(addresses)))
    db.session.execute(
        sa.update(Statement)
        .where(Statement.giver_address.in_(addresses))
        .values(giver_name="", giver_address="", shows_name=False)
    )
    db.session.execute(sa.update(Feedback).where(Feedback.reply_address.in_(addresses)).values(reply_address=""))
    db.session.expire_all()
