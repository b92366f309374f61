"""Members: a person in one agreement, with a role, a side, perhaps the right to approve, and whom they speak for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.orm import Mapped, aliased, foreign, joinedload, mapped_column, relationship

from kumppanuus import accounts, agreements, ledger, organisations
from kumppanuus.accounts import Language, User
from kumppanuus.agreements import Agreement, AgreementKind, Clause, Side
from kumppanuus.db import Base, Identified, Word, db, line, now, today
from kumppanuus.errors import Conflict, Refused
from kumppanuus.organisations import SPEAKING, Body, BodyKind, Organisation, OrganisationKind, Seat, Term


class Role(StrEnum):
    """What a person does in an agreement."""

    COORDINATOR = "coordinator"
    OFFICIAL = "official"
    REPRESENTATIVE = "representative"
    READER = "reader"


class SpeaksFor(StrEnum):
    """In whose name something is said: one's own, the own organisation's, or a network's whose seat one holds."""

    SELF = "self"
    ORGANISATION = "organisation"
    NETWORK = "network"


# Who speaks for which network on the day the query runs. Nothing has to be run when a term begins or ends.
_TODAY = sa.bindparam("today", type_=sa.Date(), callable_=today)
_VOICES_TODAY = (
    select(Term.user_id, Body.agreement_id, Seat.body_id)
    .join(Seat, Seat.id == Term.seat_id)
    .join(Body, Body.id == Seat.body_id)
    .where(
        Body.kind == BodyKind.SECTOR_NETWORK,
        Body.removed_at.is_(None),
        Seat.removed_at.is_(None),
        # Spelt out: a list is written into the query anew each time it is asked.
        sa.or_(*(Seat.role == role for role in SPEAKING)),
        Term.ended_at.is_(None),
        Term.begins_on <= _TODAY,
        Term.ends_on.is_(None) | (Term.ends_on >= _TODAY),
    )
    .subquery("voice_today")
)


class Member(ledger.Sealed, Identified, Base):
    """A person in one agreement. A membership that ended stays, so that history keeps its names."""

    __tablename__ = "member"
    __table_args__ = (
        sa.Index(
            "uq_member_living",
            "agreement_id",
            "user_id",
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        ),
        sa.Index("ix_member_user_id", "user_id"),
    )
    seal: ClassVar = (
        "id",
        "agreement_id",
        "user_id",
        "role",
        "side",
        "is_approver",
        "organisation_id",
        "joined_at",
        "ended_at",
    )

    agreement_id: Mapped[UUID] = mapped_column(sa.ForeignKey("agreement.id"))
    user_id: Mapped[UUID] = mapped_column(sa.ForeignKey("user.id"))
    role: Mapped[Role] = mapped_column(Word(Role))
    side: Mapped[Side | None] = mapped_column(Word(Side))
    is_approver: Mapped[bool] = mapped_column(default=False)
    organisation_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("organisation.id"))
    # Before there were seats, the network a member spoke for. Nothing reads it, but old seals cover it.
    network_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("body.id"))
    joined_at: Mapped[datetime] = mapped_column(default=now)
    ended_at: Mapped[datetime | None]

    user: Mapped[User] = relationship()
    agreement: Mapped[Agreement] = relationship()
    organisation: Mapped[Organisation | None] = relationship()
    # Read anew with every request: the day is asked when the query runs.
    networks: Mapped[list[Body]] = relationship(
        viewonly=True,
        secondary=_VOICES_TODAY,
        primaryjoin=lambda: (
            (Member.user_id == foreign(_VOICES_TODAY.c.user_id))
            & (Member.agreement_id == foreign(_VOICES_TODAY.c.agreement_id))
        ),
        secondaryjoin=lambda: Body.id == foreign(_VOICES_TODAY.c.body_id),
        order_by=lambda: Body.name_key,
    )

    @property
    def network(self) -> Body | None:
        """The network the member speaks for: by a seat in it that is in force today."""
        return self.networks[0] if self.networks else None

    @property
    def state(self) -> str:
        """All that can be changed, as one word: what a form to change it was drawn from."""
        return ".".join(str(each or "") for each in (self.role, self.side, self.is_approver, self.organisation_id))

    @property
    def voices(self) -> list[SpeaksFor]:
        """In whose names this member may speak."""
        found = [SpeaksFor.SELF]
        if self.organisation_id:
            found.append(SpeaksFor.ORGANISATION)
        if self.network:
            found.append(SpeaksFor.NETWORK)
        return found


@dataclass(frozen=True)
class MemberAdded(ledger.Event, kind="member.added", about="member_id"):
    member_id: UUID
    user_id: UUID
    role: Role


@dataclass(frozen=True)
class MemberChanged(ledger.Event, kind="member.changed", about="member_id"):
    member_id: UUID
    user_id: UUID
    role: Role


@dataclass(frozen=True)
class MemberEnded(ledger.Event, kind="member.ended", about="member_id"):
    member_id: UUID
    user_id: UUID


class AlreadyMember(Refused):
    """The person is a member already; `name` tells who."""


class NotYourOwnRight(Refused):
    """Nobody gives the right to approve to themselves."""


class SideNeeded(Refused):
    """This role, or the right to approve, needs a side; a reader or a coordinator may do without one."""


class WrongSide(Refused):
    """An official belongs to the authority, a representative to the organisations; a reader approves nothing."""


class ChangedMeanwhile(Conflict):
    """Somebody has changed the membership since the form was drawn."""


class LastCoordinator(Refused):
    """An agreement keeps at least one coordinator."""


class Ended(Refused):
    """The membership has ended."""


def begin(agreement: Agreement, user: User, *, side: Side | None, organisation: str = "", by: UUID) -> Member:
    """Make the one who starts an agreement its coordinator."""
    return _add(agreement, user, Role.COORDINATOR, side, False, organisation, "", by=by)


def add(
    agreement: Agreement,
    *,
    address: str,
    name: str,
    role: Role,
    side: Side | None,
    is_approver: bool = False,
    organisation: str = "",
    network: str = "",
    by: UUID,
) -> Member:
    """Add a person by address; an account is made if there is none, in the language of the agreement.

    `network` gives the person a seat in the network of this name. Refuses `BadAddress`, `Empty`, `TooLong`,
    `AlreadyMember`, `SideNeeded`, `WrongSide`, `NotYourOwnRight` and `accounts.Disabled`.
    """
    _check(role, side, is_approver)
    organisation = line(organisation, "organisation", needed=False)
    network = line(network, "network", needed=False)
    ledger.lock(agreement.id)
    user = accounts.find_or_add(address, name, language=Language(agreement.language.value), by=by)
    if user.disabled_at is not None:
        raise accounts.Disabled(field="address")
    if of(agreement.id, user.id):
        raise AlreadyMember(field="address", name=user.name)
    if is_approver and user.id == by:
        raise NotYourOwnRight(field="is_approver")
    return _add(agreement, user, role, side, is_approver, organisation, network, by=by)


def change(
    member: Member,
    *,
    role: Role,
    side: Side | None,
    is_approver: bool,
    organisation: str = "",
    drawn_from: str | None = None,
    by: UUID,
) -> None:
    """Change what a member may do; it bites on the member's next request.

    `drawn_from` is the `state` that the form showed. Refuses `Ended`, `ChangedMeanwhile`, `SideNeeded`, `WrongSide`,
    `NotYourOwnRight`, `LastCoordinator`, `TooLong`.
    """
    _hold(member)
    if drawn_from is not None and drawn_from != member.state:
        raise ChangedMeanwhile()
    _check(role, side, is_approver)
    organisation = line(organisation, "organisation", needed=False)
    gains_right = is_approver and (not member.is_approver or member.side is not side)
    if gains_right and member.user_id == by:
        raise NotYourOwnRight(field="is_approver")
    if member.role is Role.COORDINATOR and role is not Role.COORDINATOR:
        _require_other_coordinator(member)
    member.role, member.side, member.is_approver = role, side, is_approver
    _speak_for(member, organisation, by=by)
    accounts.change_rights(member.user)
    event = MemberChanged(member_id=member.id, user_id=member.user_id, role=role)
    ledger.record(event, member, chain=member.agreement_id, by=by)


def end(member: Member, *, by: UUID) -> None:
    """End a membership and the terms of the member's seats. What the member said and approved stays.

    Refuses `Ended`, `LastCoordinator`.
    """
    _hold(member)
    if member.role is Role.COORDINATOR:
        _require_other_coordinator(member)
    organisations.end_terms_of(member.agreement_id, member.user, by=by)
    member.ended_at = now()
    accounts.change_rights(member.user)
    ledger.record(MemberEnded(member_id=member.id, user_id=member.user_id), member, chain=member.agreement_id, by=by)


# ---------------------------------------------------------------- reads


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


_AT = (
    select(Agreement, Member)
    .outerjoin(
        Member,
        (Member.agreement_id == Agreement.id) & (Member.user_id == sa.bindparam("who")) & Member.ended_at.is_(None),
    )
    .where(Agreement.slug == sa.bindparam("slug"))
    .options(*_WITH_VOICES)
)


def at(slug: str, user_id: UUID) -> tuple[Agreement, Member | None] | None:
    """The agreement at an address and the living membership of a person in it, if any, in one query."""
    found = db.session.execute(_AT, {"slug": slug, "who": user_id}).unique().one_or_none()
    return found if found is None else (found[0], found[1])


# Under a name of its own: an agreement counts in the same table what has happened.
_RECORD = aliased(ledger.Chain)
_AT_CLAUSE = (
    agreements.CLAUSE.add_columns(Member, _RECORD.head)
    .outerjoin(_RECORD, _RECORD.id == Clause.agreement_id)
    .outerjoin(
        Member,
        (Member.agreement_id == Clause.agreement_id)
        & (Member.user_id == sa.bindparam("who"))
        & Member.ended_at.is_(None),
    )
    .options(*_WITH_VOICES)
)


def at_clause(clause_id: UUID, user_id: UUID) -> tuple[Clause, Member | None, str] | None:
    """A clause with its agreement, the living membership of a person in that, if any, and the last digest of its
    record, in one query."""
    found = db.session.execute(_AT_CLAUSE, {"of": clause_id, "who": user_id}).unique().one_or_none()
    return found if found is None else (found[0], found[1], found[2] or "")


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
    row = db.session.execute(_PULSE, {"token": accounts.session_key(token), "slug": slug}).one_or_none()
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


def approvers(agreement: Agreement, side: Side) -> list[Member]:
    """Those who may approve for a side."""
    return [member for member in everyone(agreement) if member.is_approver and member.side is side]


def users_of(member_ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """The person of each membership, in one query; ended ones too."""
    wanted = set(member_ids)
    if not wanted:
        return {}
    return dict(db.session.execute(select(Member.id, Member.user_id).where(Member.id.in_(wanted))).all())


# ---------------------------------------------------------------- inside


def _add(
    agreement: Agreement,
    user: User,
    role: Role,
    side: Side | None,
    is_approver: bool,
    organisation: str,
    network: str,
    *,
    by: UUID,
) -> Member:
    member = Member(agreement_id=agreement.id, user_id=user.id, role=role, side=side, is_approver=is_approver)
    member.user, member.agreement = user, agreement
    _speak_for(member, organisation, by=by)
    db.session.add(member)
    accounts.change_rights(user)
    db.session.flush()
    event = MemberAdded(member_id=member.id, user_id=user.id, role=role)
    ledger.record(event, member, chain=agreement.id, by=by)
    if network:
        organisations.join_network(agreement, network, user, by=by)
        db.session.expire(member, ["networks"])
    return member


def _hold(member: Member) -> None:
    """Let nobody else change the members until the transaction ends, and see the member as it is now."""
    ledger.lock(member.agreement_id)
    db.session.refresh(member)
    if member.ended_at is not None:
        raise Ended()


def _speak_for(member: Member, organisation: str, *, by: UUID) -> None:
    found = None
    if organisation:
        kind = OrganisationKind.ASSOCIATION
        if member.side is Side.AUTHORITY:
            is_municipal = member.agreement.kind is AgreementKind.MUNICIPAL_DOCUMENT
            kind = OrganisationKind.MUNICIPALITY if is_municipal else OrganisationKind.COUNTY
        found = organisations.find_or_add(member.agreement, organisation, kind, by=by)
    member.organisation, member.organisation_id = found, found.id if found else None


def _check(role: Role, side: Side | None, is_approver: bool) -> None:
    if side is None and (is_approver or role in (Role.OFFICIAL, Role.REPRESENTATIVE)):
        raise SideNeeded(field="side")
    if role is Role.OFFICIAL and side is not Side.AUTHORITY:
        raise WrongSide(field="side", role=role)
    if role is Role.REPRESENTATIVE and side is not Side.ORGANISATIONS:
        raise WrongSide(field="side", role=role)
    if role is Role.READER and is_approver:
        raise WrongSide(field="is_approver", role=role)


def _require_other_coordinator(member: Member) -> None:
    query = select(Member.id).where(
        Member.agreement_id == member.agreement_id,
        Member.role == Role.COORDINATOR,
        Member.ended_at.is_(None),
        Member.id != member.id,
    )
    if db.session.scalar(query.limit(1)) is None:
        raise LastCoordinator(field="role")
