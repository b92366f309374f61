"""Becoming a member, what a member may do, and the end of it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from kumppanuus import accounts, ledger, organisations
from kumppanuus.accounts import Language, User
from kumppanuus.agreements import Agreement, AgreementKind, Side
from kumppanuus.db import db, line, now
from kumppanuus.members.reads import all_of, held_together_by, of
from kumppanuus.members.refusals import (
    AlreadyMember,
    ChangedMeanwhile,
    Ended,
    HoldsTogether,
    LastCoordinator,
    NotYourOwnRight,
    SideNeeded,
    WrongSide,
)
from kumppanuus.members.tables import Member, Role
from kumppanuus.organisations import OrganisationKind


@dataclass(frozen=True)
class MemberAdded(ledger.Event, kind="member.added", about="member_id"):
    member_id: UUID
    user_id: UUID
    role: Role


@dataclass(frozen=True)
class MemberJoined(ledger.Event, kind="member.joined", about="member_id"):
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


def begin(agreement: Agreement, user: User, *, side: Side | None, organisation: str = "", by: UUID) -> Member:
    """Make the one who starts an agreement its coordinator."""
    return put(agreement, user, Role.COORDINATOR, side, False, organisation, "", by=by)


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
    check(role, side, is_approver)
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
    return put(agreement, user, role, side, is_approver, organisation, network, by=by)


def appoint(agreement: Agreement, *, address: str, name: str) -> Member:
    """Make a person coordinator of an agreement, for an administrator: an agreement outlives whoever began it.

    A member keeps side, rights and organisation. Refuses `BadAddress`, `Disabled`, and for a new account `Empty`,
    `TooLong`.
    """
    ledger.lock(agreement.id)
    user = accounts.find_or_add(address, name, language=Language(agreement.language.value), by=None)
    if user.disabled_at is not None:
        raise accounts.Disabled(field="address")
    member = of(agreement.id, user.id)
    if member is None:
        return put(agreement, user, Role.COORDINATOR, None, False, "", "", by=None)
    member.role = Role.COORDINATOR
    accounts.change_rights(user)
    event = MemberChanged(member_id=member.id, user_id=user.id, role=Role.COORDINATOR)
    ledger.record(event, member, chain=agreement.id, by=None)
    return member


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
    check(role, side, is_approver)
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


def close_account(user: User, *, leaves_alone: bool = False, by: UUID | None) -> None:
    """Close the account of a person and end its sessions; the memberships stay.

    Refuses `HoldsTogether`, unless it is said that agreements may be left without a coordinator.
    """
    if not leaves_alone:
        require_others(user)
    accounts.disable(user, by=by)


def require_others(user: User) -> None:
    """Refuse `HoldsTogether` while the person is the only coordinator of an agreement. Until the transaction ends,
    nobody else changes who coordinates the person's agreements."""
    for agreement_id in sorted(member.agreement_id for member in all_of(user.id)):
        ledger.lock(agreement_id)
    held = held_together_by(user.id)
    if held:
        raise HoldsTogether(titles=[each.title for each in held], slugs=[each.slug for each in held])


# ---------------------------------------------------------------- inside


def put(
    agreement: Agreement,
    user: User,
    role: Role,
    side: Side | None,
    is_approver: bool,
    organisation: str,
    network: str,
    *,
    by: UUID | None,
    is_invited: bool = False,
) -> Member:
    """Make a person a member. One who was invited joins by oneself; what comes along with it is `by`'s, who invited."""
    member = Member(agreement_id=agreement.id, user_id=user.id, role=role, side=side, is_approver=is_approver)
    member.user, member.agreement = user, agreement
    _speak_for(member, organisation, by=by)
    db.session.add(member)
    accounts.change_rights(user)
    db.session.flush()
    kind = MemberJoined if is_invited else MemberAdded
    event = kind(member_id=member.id, user_id=user.id, role=role)
    ledger.record(event, member, chain=agreement.id, by=user.id if is_invited else by)
    if network and by is not None:
        organisations.join_network(agreement, network, user, by=by)
        db.session.expire(member, ["networks"])
    return member


def _hold(member: Member) -> None:
    """Let nobody else change the members until the transaction ends, and see the member as it is now."""
    ledger.lock(member.agreement_id)
    db.session.refresh(member)
    if member.ended_at is not None:
        raise Ended()


def _speak_for(member: Member, organisation: str, *, by: UUID | None) -> None:
    found = None
    if organisation and by is not None:
        kind = OrganisationKind.ASSOCIATION
        if member.side is Side.AUTHORITY:
            is_municipal = member.agreement.kind is AgreementKind.MUNICIPAL_DOCUMENT
            kind = OrganisationKind.MUNICIPALITY if is_municipal else OrganisationKind.COUNTY
        found = organisations.find_or_add(member.agreement, organisation, kind, by=by)
    member.organisation, member.organisation_id = found, found.id if found else None


def check(role: Role, side: Side | None, is_approver: bool) -> None:
    """Refuse a role that does not go with the side or the right to approve: `SideNeeded`, `WrongSide`."""
    if side is None and (is_approver or role in (Role.OFFICIAL, Role.REPRESENTATIVE)):
        raise SideNeeded(field="side")
    if role is Role.OFFICIAL and side is not Side.AUTHORITY:
        raise WrongSide(field="side", role=role)
    if role is Role.REPRESENTATIVE and side is not Side.ORGANISATIONS:
        raise WrongSide(field="side", role=role)
    if role is Role.READER and is_approver:
        raise WrongSide(field="is_approver", role=role)


def _require_other_coordinator(member: Member) -> None:
    query = (
        select(Member.id)
        .join(User, User.id == Member.user_id)
        .where(
            Member.agreement_id == member.agreement_id,
            Member.role == Role.COORDINATOR,
            Member.ended_at.is_(None),
            Member.id != member.id,
            User.disabled_at.is_(None),  # who cannot sign in helps nobody
        )
    )
    if db.session.scalar(query.limit(1)) is None:
        raise LastCoordinator(field="role")
