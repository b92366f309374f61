"""Members as they are read: by person, by address, all of an agreement."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.orm import aliased, joinedload

from kumppanuus import accounts, agreements, ledger
from kumppanuus.accounts import User
from kumppanuus.agreements import Agreement, Clause
from kumppanuus.db import db, read
from kumppanuus.members.tables import Member, Role
from kumppanuus.organisations import Body, Organisation

# In whose name a member speaks: the names, and nothing else of those who have them.
_WITH_VOICES = (
    joinedload(Member.organisation).load_only(Organisation.name),
    joinedload(Member.networks).load_only(Body.name),
)

# Put together once: every request of an agreement asks it.
_LIVING = (
    select(Member)
    .where(
        Member.agreement_id == sa.bindparam("within"), Member.user_id == sa.bindparam("who"), Member.ended_at.is_(None)
    )
    .options(*_WITH_VOICES)
)


def of(agreement_id: UUID, user_id: UUID) -> Member | None:
    """The living membership of a person in an agreement, with organisation and network."""
    return db.session.scalars(_LIVING, {"within": agreement_id, "who": user_id}).unique().one_or_none()


# Under a name of its own: an agreement counts in the same table what has happened.
_RECORD = aliased(ledger.Chain)
_AT = (
    select(Agreement, Member, _RECORD.head)
    .outerjoin(_RECORD, _RECORD.id == Agreement.id)
    .outerjoin(
        Member,
        (Member.agreement_id == Agreement.id) & (Member.user_id == sa.bindparam("who")) & Member.ended_at.is_(None),
    )
    .where(Agreement.slug == sa.bindparam("slug"))
    .options(*_WITH_VOICES)
)


def at(slug: str, user_id: UUID) -> tuple[Agreement, Member | None, str] | None:
    """The agreement at an address, the living membership of a person in it, if any, and the last digest of its record,
    in one query."""
    found = db.session.execute(_AT, {"slug": slug, "who": user_id}).unique().one_or_none()
    return found if found is None else (found[0], found[1], found[2] or "")


_AT_CLAUSE = (
    agreements.CLAUSE.add_columns(Member, _RECORD.length, _RECORD.head)
    .outerjoin(_RECORD, _RECORD.id == Clause.agreement_id)
    .outerjoin(
        Member,
        (Member.agreement_id == Clause.agreement_id)
        & (Member.user_id == sa.bindparam("who"))
        & Member.ended_at.is_(None),
    )
    .options(*_WITH_VOICES)
)


def at_clause(clause_id: UUID, user_id: UUID) -> tuple[Clause, Member | None, str, int] | None:
    """A clause with its agreement, the living membership of a person in that, if any, and the last digest and the
    length of its record, in one query."""
    found = db.session.execute(_AT_CLAUSE, {"of": clause_id, "who": user_id}).unique().one_or_none()
    if found is None:
        return None
    clause, member, length, head = found
    if head:
        ledger.note_head(clause.agreement_id, length, head)
    return clause, member, head or "", length or 0


_PULSE = (
    select(
        ledger.Chain.length,
        accounts.Session.is_remembered,
        accounts.Session.began_at,
        accounts.Session.used_at,
        accounts.Session.ended_at,
    )
    .join(User, User.id == accounts.Session.user_id)
    .join(Member, (Member.user_id == User.id) & Member.ended_at.is_(None))
    .join(Agreement, Agreement.id == Member.agreement_id)
    .join(ledger.Chain, ledger.Chain.id == Agreement.id)
    .where(
        accounts.Session.token_hash == sa.bindparam("token"),
        User.disabled_at.is_(None),
        Agreement.slug == sa.bindparam("slug"),
    )
)


def pulse(token: str, slug: str) -> int | None:
    """How many things have happened in an agreement, for the living session of one of its members; else None.

    One lean query, because every open page asks it every half minute.
    """
    row = read(_PULSE, {"token": accounts.session_key(token), "slug": slug}).one_or_none()
    if row is None:
        return None
    length, is_remembered, began_at, used_at, ended_at = row
    session = accounts.Session(is_remembered=is_remembered, began_at=began_at, used_at=used_at, ended_at=ended_at)
    return length if session.is_alive else None


def by_id(member_id: UUID) -> Member | None:
    return db.session.get(Member, member_id)


_ALL_OF = (
    select(Member)
    .where(Member.user_id == sa.bindparam("who"), Member.ended_at.is_(None))
    .options(joinedload(Member.agreement), *_WITH_VOICES)
    .order_by(Member.joined_at, Member.id)
)


def all_of(user_id: UUID) -> Sequence[Member]:
    """Every living membership of a person, with the agreements, in the order they were joined."""
    return db.session.scalars(_ALL_OF, {"who": user_id}).unique().all()


def held_together_by(user_id: UUID) -> list[Agreement]:
    """The agreements whose only coordinator with an open account is this person."""
    others = aliased(Member)
    someone_else = (
        select(others.id)
        .join(User, User.id == others.user_id)
        .where(
            others.agreement_id == Member.agreement_id,
            others.role == Role.COORDINATOR,
            others.ended_at.is_(None),
            others.user_id != user_id,
            User.disabled_at.is_(None),
        )
    )
    query = (
        select(Agreement)
        .join(Member, Member.agreement_id == Agreement.id)
        .where(
            Member.user_id == user_id,
            Member.role == Role.COORDINATOR,
            Member.ended_at.is_(None),
            ~someone_else.exists(),
        )
        .order_by(Agreement.title, Agreement.id)
    )
    return list(db.session.scalars(query))


def first_of(user_ids: Iterable[UUID]) -> dict[UUID, Member]:
    """The living membership each person has had the longest, by the id of the person; in one query."""
    query = (
        select(Member)
        .where(Member.user_id.in_(list(user_ids)), Member.ended_at.is_(None))
        .options(joinedload(Member.agreement), *_WITH_VOICES)
        .order_by(Member.joined_at.desc(), Member.id.desc())
    )
    return {member.user_id: member for member in db.session.scalars(query).unique()}


def everyone(agreement: Agreement) -> Sequence[Member]:
    """Every living member of an agreement with person, organisation and network."""
    query = (
        select(Member)
        .where(Member.agreement_id == agreement.id, Member.ended_at.is_(None))
        .options(joinedload(Member.user), *_WITH_VOICES)
        .order_by(Member.joined_at, Member.id)
    )
    return db.session.scalars(query).unique().all()


def users_of(member_ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """The person of each membership, in one query; ended ones too."""
    wanted = set(member_ids)
    if not wanted:
        return {}
    return dict(db.session.execute(select(Member.id, Member.user_id).where(Member.id.in_(wanted))).all())
