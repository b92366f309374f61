"""Changing a question: its words, its owner, its clauses, and what has happened with it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select

from kumppanuus import accounts, ledger
from kumppanuus.agreements import Side, outline
from kumppanuus.db import LINE, SHORT, db, has_ink, line, now, written
from kumppanuus.members import Member, Role
from kumppanuus.questions.refusals import MovedMeanwhile, Needs, NotAdmitted, NotHere
from kumppanuus.questions.tables import (
    Link,
    Question,
    QuestionAssigned,
    QuestionEdited,
    QuestionLinked,
    QuestionUpdated,
    Status,
    Update,
)


def update(question: Question, *, text: str, revision: int | None, by: UUID) -> Update:
    """Tell what has happened with a question. Refuses `MovedMeanwhile`, `NotAdmitted` and bad texts."""
    text = written(text, "text", SHORT)
    number = begin_change(question, revision)
    told = Update(question_id=question.id, text=text, author_id=by, written_at=now())
    db.session.add(told)
    db.session.flush()
    end_change(question, QuestionUpdated(question_id=question.id, number=number), told, by=by)
    return told


def edit(
    question: Question, *, title: str, text: str, background: str, solution: str, revision: int | None, by: UUID
) -> None:
    """Change the words of a question. A proposed question keeps its proposed solution.

    Refuses `MovedMeanwhile`, `Needs`, bad texts.
    """
    title, text = line(title, "title", LINE), written(text, "text", SHORT)
    background = written(background, "background", SHORT, needed=False)
    solution = written(solution, "solution", SHORT, needed=False)
    number = begin_change(question, revision)
    if question.status is Status.PROPOSED and not has_ink(solution):
        raise Needs(field="solution")
    question.title, question.text, question.background, question.solution = title, text, background, solution
    end_change(question, QuestionEdited(question_id=question.id, number=number), by=by)


def assign(
    question: Question, *, owner: Member | None, side: Side | None, due_on: date | None, revision: int | None, by: UUID
) -> None:
    """Say who is responsible, for which side, and until when. An owner who has left since may stay.

    Refuses `MovedMeanwhile`, `NotAdmitted` and, with `NotHere`, who is no participant of this agreement.
    """
    number = begin_change(question, revision)
    if owner is not None and owner.id != question.owner_id and not _may_own(owner, question):
        raise NotHere(field="owner")
    question.owner, question.owner_id = owner, owner.id if owner else None
    question.owner_side = (owner.side if owner else None) or side
    question.due_on = due_on
    event = QuestionAssigned(question_id=question.id, number=number, member_id=question.owner_id)
    end_change(question, event, by=by)


def give_all(member: Member, heir: Member) -> list[Question]:
    """Make somebody else the owner of every open question of a member, and give those questions; records nothing.

    The caller holds the chain of the agreement, has seen that the heir may own questions, and seals the rows.
    """
    found = _owned(member)
    for question in found:
        question.owner, question.owner_id = heir, heir.id
        question.owner_side = heir.side or question.owner_side
        question.revision += 1
    return found


def count_owned(member: Member) -> int:
    """How many open questions a member owns."""
    return len(_owned(member))


def _owned(member: Member) -> list[Question]:
    query = select(Question).where(Question.owner_id == member.id, Question.admitted_at.is_not(None))
    return [each for each in db.session.scalars(query.order_by(Question.number)) if not each.is_settled]


def link(question: Question, clause_ids: Iterable[UUID], *, revision: int | None, by: UUID) -> None:
    """Say which clauses answer a question, instead of those said before.

    Refuses `MovedMeanwhile`, `NotAdmitted` and, with `NotHere`, clauses of elsewhere.
    """
    number = begin_change(question, revision)
    wanted = set(clause_ids)
    here = {placed.id for placed in outline(question.agreement).clauses()}
    old = {each.clause_id: each for each in _links(question)}
    if not wanted <= here | old.keys():
        raise NotHere(field="clauses")
    changed: list[ledger.Sealed] = []
    for clause_id, each in old.items():
        is_wanted = clause_id in wanted
        if is_wanted != (each.ended_at is None):
            each.ended_at = None if is_wanted else now()
            changed.append(each)
    changed += link_to(question, sorted(wanted - old.keys()))
    end_change(question, QuestionLinked(question_id=question.id, number=number), *changed, by=by)


# What the other verbs of questions share.


def lock(question: Question) -> None:
    """Read a question anew, so that whoever changes it at the same time waits."""
    db.session.refresh(question, with_for_update={"of": Question})


def lock_admitted(question: Question) -> int:
    """Lock a question and give its number. Refuses `NotAdmitted`."""
    lock(question)
    if question.number is None:
        raise NotAdmitted()
    return question.number


def begin_change(question: Question, revision: int | None) -> int:
    """Lock a question that is as the form showed it, and give its number. Refuses `NotAdmitted`, `MovedMeanwhile`."""
    number = lock_admitted(question)
    if question.revision != revision:
        last = ledger.history(question.id)[:1]
        actors = [entry.actor_id for entry in last if entry.actor_id]
        raise MovedMeanwhile(name="".join(accounts.names(actors).values()))
    return number


def end_change(question: Question, event: ledger.Event, *seals: ledger.Sealed, by: UUID) -> None:
    """Count the change, and record it."""
    question.revision += 1
    ledger.record(event, question, *seals, chain=question.agreement_id, by=by)


def link_to(question: Question, clause_ids: Iterable[UUID]) -> list[Link]:
    """Write that clauses answer a question; gives what the change then records."""
    made = [Link(question_id=question.id, clause_id=clause_id) for clause_id in clause_ids]
    db.session.add_all(made)
    db.session.flush()
    return made


def _may_own(member: Member, question: Question) -> bool:
    is_here = member.agreement_id == question.agreement_id and member.ended_at is None
    return is_here and member.role is not Role.READER


def _links(question: Question) -> Sequence[Link]:
    return db.session.scalars(select(Link).where(Link.question_id == question.id)).all()
