"""The table of members: a person in one agreement, and in whose names the person may speak."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.orm import Mapped, foreign, mapped_column, relationship

from kumppanuus import ledger
from kumppanuus.accounts import User
from kumppanuus.agreements import Agreement, Side
from kumppanuus.db import Base, Identified, Word, now, today
from kumppanuus.organisations import SPEAKING, Body, BodyKind, Organisation, Seat, Term


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
