"""Invitations: people are asked into an agreement by address, and join by the link of the letter they get."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from kumppanuus import accounts, ledger
from kumppanuus.accounts import Disabled, Language, User
from kumppanuus.accounts.tables import hashed
from kumppanuus.agreements import Agreement, Side
from kumppanuus.db import SHORT, Base, Identified, Word, db, line, now, written
from kumppanuus.members.joining import check, put
from kumppanuus.members.reads import of
from kumppanuus.members.refusals import (
    BadAddresses,
    InvitationSpent,
    InvitedAlready,
    NobodyInvited,
    OtherAddress,
    TooManyInvited,
)
from kumppanuus.members.tables import Member, Role

LIVES = timedelta(days=14)
MOST = 100  # in one sending


class Invitation(Identified, Base):
    """One person asked into one agreement. The link is made when the letter is sent, and only its hash is kept.

    It holds the address until somebody joins by it or it is deleted; what the record tells holds neither name nor
    address.
    """

    __tablename__ = "invitation"
    __table_args__ = (
        sa.Index(
            "uq_invitation_waiting",
            "agreement_id",
            "address",
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        ),
    )

    agreement_id: Mapped[UUID] = mapped_column(sa.ForeignKey("agreement.id"))
    address: Mapped[str] = mapped_column(index=True)
    name: Mapped[str] = mapped_column(default="")
    role: Mapped[Role] = mapped_column(Word(Role))
    side: Mapped[Side | None] = mapped_column(Word(Side))
    is_approver: Mapped[bool] = mapped_column(default=False)
    organisation: Mapped[str] = mapped_column(default="")
    network: Mapped[str] = mapped_column(default="")
    message: Mapped[str] = mapped_column(default="")
    invited_by_id: Mapped[UUID] = mapped_column(sa.ForeignKey("user.id"))
    invited_at: Mapped[datetime] = mapped_column(default=now)
    token_hash: Mapped[str | None] = mapped_column(unique=True)
    expires_at: Mapped[datetime] = mapped_column(default=lambda: now() + LIVES)
    ended_at: Mapped[datetime | None]  # somebody joined by it, or it was withdrawn

    agreement: Mapped[Agreement] = relationship()
    invited_by: Mapped[User] = relationship()

    @property
    def is_open(self) -> bool:
        """Whether somebody may still join by it. A clock that was set back lengthens no life."""
        return self.ended_at is None and self.expires_at - LIVES - timedelta(minutes=5) <= now() < self.expires_at


@dataclass(frozen=True)
class MembersInvited(ledger.Event, kind="member.invited"):
    invitation_ids: tuple[UUID, ...]
    role: Role


@dataclass(frozen=True)
class InvitationRenewed(ledger.Event, kind="member.invited-again"):
    invitation_id: UUID
    role: Role


@dataclass(frozen=True)
class InvitationWithdrawn(ledger.Event, kind="member.invitation-withdrawn"):
    invitation_id: UUID
    role: Role


class Guest(NamedTuple):
    """Somebody to be invited: an address as it is kept, and the name that stood beside it, if any."""

    address: str
    name: str


def guests(text: str) -> list[Guest]:
    """Read a pasted list of addresses, each once: one a line, or with commas or semicolons between them.

    A name may stand before an address, in any of the ways mail programs and tables write it. Refuses `NobodyInvited`,
    `TooManyInvited` and `BadAddresses`, which names the pieces that cannot be read.
    """
    found: dict[str, Guest] = {}
    bad, name = [], ""
    pieces = [" ".join(piece.split()) for piece in re.split(r"[\n;,]", text)]
    for piece in filter(None, pieces):
        whole = f"{name}, {piece}".removeprefix(", ")
        name = "" if "@" in piece else whole  # a name that stands before its address, perhaps with a comma in it
        if name:
            continue
        match = _NAMED.fullmatch(whole)
        try:
            guest = Guest(
                accounts.clean_address(match["address"] if match else whole),
                line(match["name"].strip(' ",') if match else "", "addresses", needed=False),
            )
        except accounts.BadAddress:
            bad.append(whole)
            continue
        found.setdefault(guest.address, guest)
    if name:
        bad.append(name)
    if bad:
        raise BadAddresses(field="addresses", lines=bad)
    if not found:
        raise NobodyInvited(field="addresses")
    if len(found) > MOST:
        raise TooManyInvited(field="addresses", most=MOST)
    return list(found.values())


_NAMED = re.compile(r"(?P<name>.*?)<?(?P<address>[^\s<>,]+@[^\s<>,]+)>?")


def invite(
    agreement: Agreement,
    people: Sequence[Guest],
    *,
    role: Role,
    side: Side | None,
    is_approver: bool = False,
    organisation: str = "",
    network: str = "",
    message: str = "",
    by: UUID,
) -> list[Invitation]:
    """Ask people into an agreement. Those who are members or have been asked already are left out.

    `organisation` and `network` are names, as in `add`. The caller wishes for the letters. Refuses `InvitedAlready` if
    nobody is left, `Disabled` for the address of a closed account, `SideNeeded`, `WrongSide`, `TooLong`, `Unwritable`.
    """
    check(role, side, is_approver)
    facts = {
        "role": role,
        "side": side,
        "is_approver": is_approver,
        "organisation": line(organisation, "organisation", needed=False),
        "network": line(network, "network", needed=False),
        "message": written(message, "message", SHORT, needed=False),
        "invited_by_id": by,
    }
    ledger.lock(agreement.id)
    known = _known(agreement.id, [guest.address for guest in people])
    new = [guest for guest in people if guest.address not in known]
    if not new:
        raise InvitedAlready(field="addresses", count=len(people))
    made = [Invitation(agreement_id=agreement.id, address=each.address, name=each.name, **facts) for each in new]
    db.session.add_all(made)
    db.session.flush()
    event = MembersInvited(invitation_ids=tuple(each.id for each in made), role=role)
    ledger.record(event, chain=agreement.id, by=by)
    return made


def _known(agreement_id: UUID, addresses: Sequence[str]) -> set[str]:
    """Which of some addresses belong to members or to somebody who has been asked. Refuses `Disabled`."""
    asked = select(Invitation.address).where(
        Invitation.agreement_id == agreement_id, Invitation.address.in_(addresses), Invitation.ended_at.is_(None)
    )
    people = (
        select(User.address, User.disabled_at, Member.id)
        .outerjoin(
            Member,
            (Member.user_id == User.id) & (Member.agreement_id == agreement_id) & Member.ended_at.is_(None),
        )
        .where(User.address.in_(addresses))
    )
    found = set(db.session.scalars(asked))
    for address, disabled_at, member_id in db.session.execute(people):
        if disabled_at is not None:
            raise Disabled(field="addresses", address=address)
        if member_id is not None:
            found.add(address)
    return found


def invite_again(invitation: Invitation, *, by: UUID) -> None:
    """Let an invitation live anew; the link of the letter before dies when the next one is sent. The caller wishes for
    the letter. Refuses `InvitationSpent` if somebody joined by it or it was withdrawn."""
    _hold(invitation)
    invitation.expires_at = now() + LIVES
    event = InvitationRenewed(invitation_id=invitation.id, role=invitation.role)
    ledger.record(event, chain=invitation.agreement_id, by=by)


def withdraw(invitation: Invitation, *, by: UUID) -> None:
    """Take an invitation back: nobody joins by its link, and its name and address are forgotten. Refuses
    `InvitationSpent`."""
    _hold(invitation)
    _end(invitation)
    event = InvitationWithdrawn(invitation_id=invitation.id, role=invitation.role)
    ledger.record(event, chain=invitation.agreement_id, by=by)


def make_invitation_link(invitation: Invitation) -> str | None:
    """Make the secret of the link of a letter that is being sent now, and kill the one sent before; None if nobody
    may join by it any more. It lives `LIVES` from now."""
    if invitation.ended_at is not None or now() >= invitation.expires_at:
        return None
    secret = secrets.token_urlsafe(32)
    invitation.token_hash, invitation.expires_at = hashed("invitation", secret), now() + LIVES
    db.session.flush()
    return secret


def join(secret: str, *, name: str) -> Member:
    """Make a member of the one who holds the link of an invitation, and spend it. The letter has shown that the address
    is the person's own, so the caller may sign the person in.

    `name` is asked of whoever has no account yet. Somebody who became a member meanwhile stays what they are. Refuses
    `InvitationSpent`, `Disabled`, and for a new account `Empty`, `TooLong`.
    """
    found = invited_by_secret(secret)
    if found is None:
        raise InvitationSpent()
    _hold(found)
    if not found.is_open:
        raise InvitationSpent()
    agreement, by = found.agreement, found.invited_by_id
    user = accounts.find_or_add(found.address, name, language=Language(agreement.language.value), by=by)
    if user.disabled_at is not None:
        raise Disabled()
    member = of(agreement.id, user.id)
    if member is None:
        member = put(
            agreement,
            user,
            found.role,
            found.side,
            found.is_approver,
            found.organisation,
            found.network,
            by=by,
            is_invited=True,
        )
    _end(found)
    return member


def require_invited(secret: str, address: str) -> None:
    """Refuse `InvitationSpent` unless somebody may join by this link, and `OtherAddress` unless it is the person with
    this address: for whoever has shown by something else than the letter who they are. Until the transaction ends,
    nobody else changes the members."""
    found = invited_by_secret(secret)
    if found is None:
        raise InvitationSpent()
    _hold(found)
    if not found.is_open:
        raise InvitationSpent()
    if found.address != address:
        raise OtherAddress()


# ---------------------------------------------------------------- reads


def invited_by_secret(secret: str) -> Invitation | None:
    """The invitation whose letter held this link, also one that is spent; None if a newer letter was sent."""
    query = select(Invitation).where(Invitation.token_hash == hashed("invitation", secret))
    return db.session.scalar(query.options(joinedload(Invitation.agreement), joinedload(Invitation.invited_by)))


def invitation_by_id(invitation_id: UUID) -> Invitation | None:
    """An invitation, also one that is spent."""
    return db.session.get(Invitation, invitation_id)


def waiting(agreement: Agreement) -> Sequence[Invitation]:
    """The invitations of an agreement by which nobody has joined yet, the newest first; also those that ran out."""
    query = select(Invitation).where(Invitation.agreement_id == agreement.id, Invitation.ended_at.is_(None))
    query = query.order_by(Invitation.invited_at.desc(), Invitation.address)
    return db.session.scalars(query.options(joinedload(Invitation.invited_by))).all()


def forget_old(after: timedelta) -> int:
    """Delete invitations that ended or ran out so long ago; returns how many. Until then they can be sent again."""
    past = sa.func.coalesce(Invitation.ended_at, Invitation.expires_at) <= now() - after
    return int(db.session.execute(sa.delete(Invitation).where(past)).rowcount)  # type: ignore[attr-defined]  # a delete tells its rows


# ---------------------------------------------------------------- inside


def _hold(invitation: Invitation) -> None:
    """Let nobody else change the members until the transaction ends, and see the invitation as it is now."""
    ledger.lock(invitation.agreement_id)
    db.session.refresh(invitation)
    if invitation.ended_at is not None:
        raise InvitationSpent()


def _end(invitation: Invitation) -> None:
    invitation.ended_at, invitation.name, invitation.address = now(), "", ""
