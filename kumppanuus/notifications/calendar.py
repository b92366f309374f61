"""A person's calendar: the deadlines of all agreements, at an address that only the person knows."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import select

from kumppanuus import members, policy
from kumppanuus.accounts import User, hashed
from kumppanuus.agreements import Agreement
from kumppanuus.db import db, now
from kumppanuus.ledger import Entry
from kumppanuus.members import Member, Role
from kumppanuus.notifications.rhythm import mailing_of
from kumppanuus.notifications.tables import Mailing
from kumppanuus.policy import Who
from kumppanuus.questions import Question, Status
from kumppanuus.questions.tables import is_settled
from kumppanuus.rounds import Round


@dataclass(frozen=True)
class Deadline:
    """A day by which something of an agreement is to be done: a question, or an answer to a round."""

    thing: Question | Round
    agreement: Agreement
    on: date
    changed_at: datetime  # when the record last told of it
    changes: int  # how often it has


def make_calendar(user: User) -> str:
    """Make a person's calendar, or a new address of it; gives the secret of the address, which nobody can be told
    again. The address before leads nowhere from then on."""
    secret = secrets.token_urlsafe(32)
    mailing = db.session.merge(mailing_of(user))
    mailing.calendar_hash = hashed("calendar", secret)
    db.session.flush()
    return secret


def end_calendar(user: User) -> None:
    """End a person's calendar: its address leads nowhere."""
    mailing = db.session.get(Mailing, user.id)
    if mailing is not None:
        mailing.calendar_hash = None


def has_calendar(user: User) -> bool:
    """Whether a person has a calendar."""
    return mailing_of(user).calendar_hash is not None


def whose_calendar(secret: str) -> User | None:
    """Whose calendar an address leads to; none if it leads nowhere, or the account is closed."""
    query = select(User).join(Mailing, Mailing.user_id == User.id).where(User.disabled_at.is_(None))
    return db.session.scalar(query.where(Mailing.calendar_hash == hashed("calendar", secret)))


def deadlines(user: User) -> list[Deadline]:
    """The days that concern a person, by day: rounds the person may answer or keeps, and open questions the person
    answers for; those of everybody for a coordinator. Only of agreements the person may read now.

    Five queries, however many agreements there are.
    """
    mine = {
        member.agreement_id: member
        for member in members.all_of(user.id)
        if member.role is not Role.READER and policy.allows(policy.READ, Who(user, member), member.agreement)
    }
    found: list[tuple[Question | Round, date]] = []
    for round_ in db.session.scalars(_OPEN_ROUNDS, {"within": list(mine)}):
        found.append((round_, round_.last_day))
    for question in db.session.scalars(_QUESTIONS, {"within": list(mine)}):
        on = question.next_on if question.status is Status.DEFERRED else question.due_on
        if on is not None and not is_settled(question.status) and _concerns(question, mine[question.agreement_id]):
            found.append((question, on))
    told = _told([thing.id for thing, _on in found])
    days = []
    for thing, on in found:
        changed_at, changes = told.get(thing.id, (now(), 0))
        days.append(Deadline(thing, mine[thing.agreement_id].agreement, on, changed_at, changes))
    return sorted(days, key=lambda each: (each.on, each.changed_at, each.thing.id))


_WITHIN: sa.BindParameter[UUID] = sa.bindparam("within", expanding=True)
_OPEN_ROUNDS = select(Round).where(
    Round.agreement_id.in_(_WITHIN), Round.opened_at.is_not(None), Round.closed_at.is_(None)
)
_QUESTIONS = select(Question).where(Question.agreement_id.in_(_WITHIN), Question.admitted_at.is_not(None))


def _concerns(question: Question, member: Member) -> bool:
    return member.role is Role.COORDINATOR or question.owner_id == member.id


def _told(things: list[UUID]) -> dict[UUID, tuple[datetime, int]]:
    """When the record last told of some things, and how often it has; one query."""
    query = select(Entry.subject_id, sa.func.max(Entry.at), sa.func.count()).where(Entry.subject_id.in_(things))
    rows = db.session.execute(query.group_by(Entry.subject_id))
    return {subject: (at, count) for subject, at, count in rows if subject is not None}
