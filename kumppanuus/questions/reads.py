"""Questions as they are read: the register, one question, and what is linked to what."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from kumppanuus.agreements import Agreement, Outline
from kumppanuus.db import db, read
from kumppanuus.members import Member
from kumppanuus.questions.tables import Link, Question, Status, Update, days_late, is_settled

_REGISTER = (
    select(Question)
    .where(Question.agreement_id == sa.bindparam("of"), Question.admitted_at.is_not(None))
    .options(joinedload(Question.owner).joinedload(Member.user))
    .order_by(Question.number)
)


def register(agreement: Agreement) -> Sequence[Question]:
    """The admitted questions by number, with their owners."""
    return db.session.scalars(_REGISTER, {"of": agreement.id}).all()


class Listed(NamedTuple):
    """An admitted question, as little of it as what waits for whom asks for: a plain row, without anybody's name."""

    id: UUID
    number: int
    title: str
    status: Status
    due_on: date | None
    next_on: date | None
    thread_id: UUID
    owner_id: UUID | None
    owner_user_id: UUID | None
    clause_ids: tuple[UUID, ...] = ()

    @property
    def is_settled(self) -> bool:
        return is_settled(self.status)

    @property
    def days_late(self) -> int:
        return days_late(self.status, self.due_on)


_LISTED = (
    select(
        Question.id,
        Question.number,
        Question.title,
        Question.status,
        Question.due_on,
        Question.next_on,
        Question.thread_id,
        Question.owner_id,
        Member.user_id,
        Link.clause_id,
    )
    .outerjoin(Member, Member.id == Question.owner_id)
    .outerjoin(Link, (Link.question_id == Question.id) & Link.ended_at.is_(None))
    .where(Question.agreement_id == sa.bindparam("of"), Question.admitted_at.is_not(None))
    .order_by(Question.number)
)


def listed(agreement: Agreement) -> list[Listed]:
    """The admitted questions by number, with the clauses that answer them, in one query."""
    found: list[Listed] = []
    for *row, clause_id in read(_LISTED, {"of": agreement.id}).all():
        if not found or found[-1].id != row[0]:
            found.append(Listed(*row))
        if clause_id is not None:
            found[-1] = found[-1]._replace(clause_ids=(*found[-1].clause_ids, clause_id))
    return found


def waiting_room(agreement: Agreement) -> Sequence[Question]:
    """Questions somebody has proposed and no coordinator has decided on, with who did, the oldest first."""
    query = (
        select(Question)
        .where(Question.agreement_id == agreement.id, Question.admitted_at.is_(None), Question.refused_at.is_(None))
        .options(joinedload(Question.asked_by))
        .order_by(Question.asked_at, Question.id)
    )
    return db.session.scalars(query).all()


def numbered(agreement: Agreement, number: int) -> Question | None:
    """The question with this number."""
    if not 0 < number < 2**31:  # what the column holds
        return None
    query = (
        select(Question)
        .where(Question.agreement_id == agreement.id, Question.number == number)
        .options(
            joinedload(Question.owner).options(joinedload(Member.user), joinedload(Member.organisation)),
            joinedload(Question.agreement),
            joinedload(Question.asked_by),
        )
    )
    return db.session.scalar(query)


def by_id(question_id: UUID) -> Question | None:
    """A question by id, also one that is not admitted."""
    query = (
        select(Question)
        .where(Question.id == question_id)
        .options(joinedload(Question.agreement), joinedload(Question.asked_by))
    )
    return db.session.scalar(query)


def by_thread(thread_id: UUID) -> Question | None:
    """The question a thread belongs to."""
    return db.session.scalar(select(Question).where(Question.thread_id == thread_id))


def updates(question: Question) -> Sequence[Update]:
    """What was told of a question and by whom, the newest first."""
    query = (
        select(Update)
        .where(Update.question_id == question.id)
        .options(joinedload(Update.author))
        .order_by(Update.written_at.desc(), Update.id)
    )
    return db.session.scalars(query).all()


def linked(question: Question) -> set[UUID]:
    """Ids of the clauses that answer a question, removed ones too."""
    query = select(Link.clause_id).where(Link.question_id == question.id, Link.ended_at.is_(None))
    return set(db.session.scalars(query))


def clause_links(agreement: Agreement) -> dict[UUID, list[UUID]]:
    """Ids of the linked clauses by question, in one query."""
    query = (
        select(Link.question_id, Link.clause_id)
        .join(Question, Question.id == Link.question_id)
        .where(Question.agreement_id == agreement.id, Link.ended_at.is_(None))
    )
    found: dict[UUID, list[UUID]] = {}
    for question_id, clause_id in db.session.execute(query):
        found.setdefault(question_id, []).append(clause_id)
    return found


_OF_CLAUSE = (
    select(Question.number, Question.title)
    .join(Link, Link.question_id == Question.id)
    .where(Link.clause_id == sa.bindparam("clause"), Link.ended_at.is_(None), Question.number.is_not(None))
    .order_by(Question.number)
)


def of_clause(clause_id: UUID) -> list[tuple[int, str]]:
    """Number and title of the questions a clause answers, by number."""
    found = read(_OF_CLAUSE, {"clause": clause_id}).all()
    return [(number, title) for number, title in found if number is not None]


def labels(question_ids: Iterable[UUID], whole: Outline) -> dict[UUID, list[str]]:
    """Printed numbers of the living clauses each question is linked to."""
    links, order = clause_links(whole.agreement), {placed.id: placed for placed in whole.clauses()}
    return {
        question_id: [order[clause_id].label for clause_id in order if clause_id in links.get(question_id, [])]
        for question_id in question_ids
    }
