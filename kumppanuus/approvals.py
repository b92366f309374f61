"""Approvals: one side's yes to one exact wording. Staleness is derived from fingerprints, never written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, ClassVar, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from kumppanuus import agreements, ledger
from kumppanuus.accounts import User
from kumppanuus.agreements import Agreement, Clause, ClauseVersion, Placed, Side, label_of
from kumppanuus.db import SHORT, Base, Identified, Word, db, now, read, written
from kumppanuus.errors import Conflict, Refused

UNDO_WINDOW = timedelta(hours=24)


class Ending(StrEnum):
    """How an approval ended: taken back by its own side, or by the reopening of an agreed clause."""

    WITHDRAWN = "withdrawn"
    REOPENED = "reopened"


class Approval(ledger.Sealed, Identified, Base):
    """One side's yes to one exact wording (title and text). A new wording starts with none."""

    __tablename__ = "approval"
    __table_args__ = (
        sa.Index(
            "uq_approval_living",
            "version_id",
            "side",
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        ),
        sa.Index("ix_approval_clause_id", "clause_id"),
    )
    seal: ClassVar = (
        "id",
        "clause_id",
        "version_id",
        "side",
        "given_by_id",
        "given_at",
        "ended_at",
        "ended_by_id",
        "ending",
    )

    clause_id: Mapped[UUID] = mapped_column(sa.ForeignKey("clause.id"))
    version_id: Mapped[UUID] = mapped_column(sa.ForeignKey("clause_version.id"))
    side: Mapped[Side] = mapped_column(Word(Side))
    given_by_id: Mapped[UUID] = mapped_column(sa.ForeignKey("user.id"))
    given_at: Mapped[datetime] = mapped_column(default=now)
    ended_at: Mapped[datetime | None]
    ended_by_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("user.id"))
    ending: Mapped[Ending | None] = mapped_column(Word(Ending))

    version: Mapped[ClauseVersion] = relationship()
    given_by: Mapped[User] = relationship(foreign_keys=[given_by_id])


class Reopening(ledger.Sealed, Identified, Base):
    """An agreed clause was opened again, with a reason. It is over once both sides agree anew."""

    __tablename__ = "reopening"
    __table_args__ = (sa.Index("ix_reopening_clause_id", "clause_id"),)
    seal: ClassVar = ("id", "clause_id", "version_id", "reason", "opened_by_id", "opened_at", "over_at")

    clause_id: Mapped[UUID] = mapped_column(sa.ForeignKey("clause.id"))
    version_id: Mapped[UUID] = mapped_column(sa.ForeignKey("clause_version.id"))
    reason: Mapped[str]
    opened_by_id: Mapped[UUID] = mapped_column(sa.ForeignKey("user.id"))
    opened_at: Mapped[datetime] = mapped_column(default=now)
    over_at: Mapped[datetime | None]

    opened_by: Mapped[User] = relationship()


@dataclass(frozen=True)
class ApprovalGiven(ledger.Event, kind="approval.given", about="clause_id"):
    clause_id: UUID
    version_id: UUID
    side: Side
    label: str
    agreed: bool


@dataclass(frozen=True)
class ApprovalWithdrawn(ledger.Event, kind="approval.withdrawn", about="clause_id"):
    clause_id: UUID
    side: Side
    label: str


@dataclass(frozen=True)
class ClauseReopened(ledger.Event, kind="clause.reopened", about="clause_id"):
    clause_id: UUID
    label: str


class OtherWording(Conflict):
    """The wording in force is not the one that was shown: it was changed meanwhile. Nothing was approved."""


class AlreadyGiven(Refused):
    """This side has approved the wording already; `name` tells who gave its yes."""

    status = 409


class NotGiven(Refused):
    """This side has not approved the wording in force, so there is nothing to take back."""

    status = 409


class IsAgreed(Refused):
    """Both sides agree: the clause has to be reopened, with a reason."""

    status = 409


class NotAgreed(Refused):
    """The clause is not agreed, so it need not be reopened."""

    status = 409


class TooLateToUndo(Refused):
    """Somebody has acted on the clause since, a day has passed, or it was another's approval."""

    status = 409


class NothingToApprove(Refused):
    """No clause was chosen."""


# ---------------------------------------------------------------- verbs


def give(clause: Clause, *, side: Side, fingerprint: str, by: UUID) -> Approval:
    """A side's yes to the wording with this fingerprint. Refuses `OtherWording`, `AlreadyGiven`."""
    # The writers of wording take the same lock: a yes and an edit never pass each other.
    agreements.lock(clause.agreement_id)
    current = clause.current
    if current.fingerprint != fingerprint:
        raise OtherWording()
    valid = standing(clause)
    if side in valid:
        raise AlreadyGiven(name=valid[side].given_by.name)
    put_now = _put(clause, {side: by}, valid)
    event = ApprovalGiven(
        clause_id=clause.id, version_id=current.id, side=side, label=label_of(clause), agreed=put_now.is_agreed
    )
    ledger.record(event, *put_now.rows, chain=clause.agreement_id, by=by)
    return put_now.approvals[0]


class Put(NamedTuple):
    """Approvals that were given without an entry of their own, the reopenings they closed, and whether the clause is
    agreed now."""

    approvals: list[Approval]
    over: list[Reopening]
    is_agreed: bool

    @property
    def rows(self) -> list[ledger.Sealed]:
        """What the caller has to seal."""
        return [*self.approvals, *self.over]


def put(clause: Clause, givers: Mapping[Side, UUID]) -> Put:
    """Give the yes of some sides to the wording in force, each in the name of a person, and record nothing: the caller,
    which holds the lock of the agreement, seals the rows with what it records. A side that has approved already stays.
    """
    valid = standing(clause)
    return _put(clause, {side: giver for side, giver in givers.items() if side not in valid}, valid)


def take_back(version: ClauseVersion, sides: Iterable[Side], *, by: UUID) -> list[ledger.Sealed]:
    """End the yes of some sides to one version, and open the reopenings again that it closed.

    Records nothing: the caller, which holds the lock of the agreement, seals the rows that are given back.
    """
    query = select(Approval).where(
        Approval.version_id == version.id, Approval.side.in_(list(sides)), Approval.ended_at.is_(None)
    )
    ended = db.session.scalars(query.order_by(Approval.given_at, Approval.id)).all()
    for approval in ended:
        approval.ended_at, approval.ended_by_id, approval.ending = now(), by, Ending.WITHDRAWN
    revived = _revive(version.clause_id, min(each.given_at for each in ended)) if ended else []
    db.session.flush()
    return [*ended, *revived]


def give_many(
    clauses: Iterable[Clause], *, side: Side, fingerprints: Mapping[UUID, str], by: UUID
) -> tuple[list[Clause], list[Clause]]:
    """Approve every clause whose wording is still the one that was shown. Returns those approved and those left.

    Refuses `NothingToApprove` if no clause is given.
    """
    done, left = [], []
    for clause in clauses:
        try:
            give(clause, side=side, fingerprint=fingerprints.get(clause.id, ""), by=by)
        except OtherWording:
            left.append(clause)
        except AlreadyGiven:
            continue
        else:
            done.append(clause)
    if not done and not left and not fingerprints:
        raise NothingToApprove()
    return done, left


def withdraw(clause: Clause, *, side: Side, by: UUID) -> None:
    """Take a side's yes back, while the clause is not agreed. Refuses `NotGiven`, `IsAgreed`."""
    agreements.lock(clause.agreement_id)
    valid = standing(clause)
    if side not in valid:
        raise NotGiven()
    if len(valid) == 2:
        raise IsAgreed()
    approvals = _end(clause, Ending.WITHDRAWN, by, side=side)
    event = ApprovalWithdrawn(clause_id=clause.id, side=side, label=label_of(clause))
    ledger.record(event, *approvals, chain=clause.agreement_id, by=by)


def undo(clause: Clause, *, by: UUID) -> None:
    """Take one's own approval back at once, also if it made the clause agreed.

    Refuses `TooLateToUndo` if anything has happened to the clause since, after 24 hours, or if the yes was another's.
    """
    agreements.lock(clause.agreement_id)
    last = undoable(clause, by=by)
    if last is None:
        raise TooLateToUndo()
    reopened = _revive(clause.id, last.given_at)
    last.ended_at, last.ended_by_id, last.ending = now(), by, Ending.WITHDRAWN
    event = ApprovalWithdrawn(clause_id=clause.id, side=last.side, label=label_of(clause))
    ledger.record(event, last, *reopened, chain=clause.agreement_id, by=by)


def undoable(clause: Clause, *, by: UUID) -> Approval | None:
    """The person's own approval, if it is the last thing that happened to the clause and not a day old."""
    happened = ledger.history(clause.id)
    if not happened or happened[0].kind != ApprovalGiven.kind or happened[0].actor_id != by:
        return None
    facts = happened[0].facts
    for approval in _living(clause):
        if str(approval.version_id) == facts["version_id"] and approval.side.value == facts["side"]:
            return approval if now() - approval.given_at < UNDO_WINDOW else None
    return None


def reopen(clause: Clause, *, reason: str, by: UUID) -> Reopening:
    """Open an agreed clause again: both approvals end. Refuses `NotAgreed`, `Empty`, `TooLong`."""
    reason = written(reason, "reason", SHORT)
    agreements.lock(clause.agreement_id)
    if len(standing(clause)) < 2:
        raise NotAgreed()
    ended = _end(clause, Ending.REOPENED, by)
    reopening = Reopening(clause_id=clause.id, version_id=clause.current.id, reason=reason, opened_by_id=by)
    db.session.add(reopening)
    db.session.flush()
    event = ClauseReopened(clause_id=clause.id, label=label_of(clause))
    ledger.record(event, reopening, *ended, chain=clause.agreement_id, by=by)
    return reopening


# ---------------------------------------------------------------- reads


def standing(clause: Clause) -> dict[Side, Approval]:
    """The approvals of the wording in force, by side."""
    found: dict[Side, Approval] = {}
    for approval in _living(clause):
        if approval.version.fingerprint == clause.current.fingerprint:
            found.setdefault(approval.side, approval)
    return found


class Giver(NamedTuple):
    """Who gave an approval."""

    name: str


class Approved(NamedTuple):
    """Which wording an approval binds; its text is read with `agreements.versions_by_id`."""

    id: UUID
    number: int
    fingerprint: str
    is_removal: bool
    title: str


class Given(NamedTuple):
    """An approval as pages show it: plain rows, many times cheaper to read than `Approval` with its relations."""

    clause_id: UUID
    side: Side
    given_at: datetime
    given_by: Giver
    version: Approved


class Reopened(NamedTuple):
    """A reopening as pages show it."""

    reason: str
    opened_at: datetime
    opened_by: Giver


_VERSION = (
    ClauseVersion.id,
    ClauseVersion.number,
    ClauseVersion.fingerprint,
    ClauseVersion.is_removal,
    ClauseVersion.title,
)
_GIVEN = (
    select(Approval.clause_id, Approval.side, Approval.given_at.label("at"), User.name, *_VERSION)
    .join(ClauseVersion, ClauseVersion.id == Approval.version_id)
    .join(User, User.id == Approval.given_by_id)
    .where(Approval.ended_at.is_(None))
)
_HERE = Clause.agreement_id == sa.bindparam("of")
# A reopening is a row without a side.
_OF_AGREEMENT: sa.CompoundSelect[*tuple[Any, ...]] = sa.union_all(
    _GIVEN.add_columns(sa.literal("").label("reason")).join(Clause, Clause.id == Approval.clause_id).where(_HERE),
    select(Reopening.clause_id, sa.null(), Reopening.opened_at, User.name, *_VERSION, Reopening.reason)
    .join(ClauseVersion, ClauseVersion.id == Reopening.version_id)
    .join(User, User.id == Reopening.opened_by_id)
    .join(Clause, Clause.id == Reopening.clause_id)
    .where(_HERE, Reopening.over_at.is_(None)),
).order_by(sa.desc("at"), "side")
_OF_CLAUSE = _GIVEN.where(Approval.clause_id == sa.bindparam("of")).order_by(Approval.given_at.desc(), Approval.id)


def by_clause(agreement: Agreement) -> tuple[dict[UUID, list[Given]], dict[UUID, Reopened]]:
    """The approvals of an agreement that have not ended, valid or stale, by clause, newest first, and the reopenings
    that are not over, by clause; in one query."""
    given: dict[UUID, list[Given]] = {}
    reopened: dict[UUID, Reopened] = {}
    for clause_id, side, at, name, *version, reason in read(_OF_AGREEMENT, {"of": agreement.id}).all():
        if side is None:
            reopened.setdefault(clause_id, Reopened(reason, at, Giver(name)))
        else:
            given.setdefault(clause_id, []).append(Given(clause_id, side, at, Giver(name), Approved(*version)))
    return given, reopened


def prints(agreement_ids: Sequence[UUID]) -> dict[tuple[UUID, str], set[Side]]:
    """Which sides have approved which wording of which clause of some agreements, in one query."""
    query = (
        select(Approval.clause_id, ClauseVersion.fingerprint, Approval.side)
        .join(Clause, Clause.id == Approval.clause_id)
        .join(ClauseVersion, ClauseVersion.id == Approval.version_id)
        .where(Clause.agreement_id.in_(agreement_ids), Approval.ended_at.is_(None))
    )
    found: dict[tuple[UUID, str], set[Side]] = {}
    for clause_id, fingerprint, side in db.session.execute(query):
        found.setdefault((clause_id, fingerprint), set()).add(side)
    return found


def of_clause(clause: Clause) -> list[Given]:
    """Every approval of one clause that has not ended, valid or stale, newest first."""
    return [
        Given(row[0], row[1], row[2], Giver(row[3]), Approved(*row[4:]))
        for row in read(_OF_CLAUSE, {"of": clause.id}).all()
    ]


_REOPENED_CLAUSE = (
    select(Reopening.reason, Reopening.opened_at, User.name)
    .join(User, User.id == Reopening.opened_by_id)
    .where(Reopening.clause_id == sa.bindparam("of"), Reopening.over_at.is_(None))
    .order_by(Reopening.opened_at.desc())
    .limit(1)
)


def reopening_of(clause: Clause) -> Reopened | None:
    """The reopening of a clause that is not over, if any."""
    row = read(_REOPENED_CLAUSE, {"of": clause.id}).one_or_none()
    return None if row is None else Reopened(row[0], row[1], Giver(row[2]))


@dataclass(frozen=True)
class Changed:
    """A clause whose wording changed after a side approved it: what it approved last, and what stands now."""

    placed: Placed
    approved: Given


def changed_since(placed: Iterable[Placed], approvals: Mapping[UUID, list[Given]], side: Side) -> list[Changed]:
    """The clauses a side has approved in another wording than the one in force, also those taken out of the text."""
    found = []
    for each in placed:
        own = [approval for approval in approvals.get(each.id, []) if approval.side is side]
        if own and all(approval.version.fingerprint != each.version.fingerprint for approval in own):
            found.append(Changed(each, own[0]))
    return found


# ---------------------------------------------------------------- inside


_LIVING = (
    select(Approval)
    .where(Approval.clause_id == sa.bindparam("of"), Approval.ended_at.is_(None))
    .options(joinedload(Approval.version), joinedload(Approval.given_by))
    .order_by(Approval.given_at.desc(), Approval.id)
)


def _living(clause: Clause) -> list[Approval]:
    return list(db.session.scalars(_LIVING, {"of": clause.id}))


def _end(clause: Clause, ending: Ending, by: UUID, *, side: Side | None = None) -> list[Approval]:
    """End the approvals whose wording is the one in force; older ones stay as they are, stale."""
    ended = []
    for approval in _living(clause):
        if approval.version.fingerprint == clause.current.fingerprint and side in (None, approval.side):
            approval.ended_at, approval.ended_by_id, approval.ending = now(), by, ending
            ended.append(approval)
    db.session.flush()
    return ended


def _put(clause: Clause, givers: Mapping[Side, UUID], valid: Mapping[Side, Approval]) -> Put:
    current, moment = clause.current, now()
    made = [
        Approval(clause_id=clause.id, version_id=current.id, side=side, given_by_id=giver, given_at=moment)
        for side, giver in givers.items()
    ]
    for approval in made:
        approval.version = current
    db.session.add_all(made)
    is_agreed = len(valid.keys() | givers.keys()) == len(Side)
    over = _open_reopenings(clause) if is_agreed and made else []
    for reopening in over:
        reopening.over_at = moment
    db.session.flush()
    return Put(made, over, is_agreed)


def _revive(clause_id: UUID, over_since: datetime) -> list[Reopening]:
    query = select(Reopening).where(Reopening.clause_id == clause_id, Reopening.over_at >= over_since)
    revived = list(db.session.scalars(query))
    for reopening in revived:
        reopening.over_at = None
    return revived


def _open_reopenings(clause: Clause) -> list[Reopening]:
    query = (
        select(Reopening)
        .where(Reopening.clause_id == clause.id, Reopening.over_at.is_(None))
        .options(joinedload(Reopening.opened_by))
        .order_by(Reopening.opened_at)
    )
    return list(db.session.scalars(query))
