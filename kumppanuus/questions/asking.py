"""How questions come into the register: with the agreement, or proposed by somebody and admitted."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, select

from kumppanuus import comments, ledger, starters
from kumppanuus.agreements import Agreement, outline
from kumppanuus.db import LINE, SHORT, db, line, now, written
from kumppanuus.questions.editing import link_to, lock
from kumppanuus.questions.reads import clause_links, register
from kumppanuus.questions.refusals import AlreadyDecided
from kumppanuus.questions.tables import Question, QuestionAdmitted, QuestionAsked, QuestionDeclined, RegisterOpened


def open_register(agreement: Agreement, *, origin: Agreement | None = None, by: UUID) -> list[Question]:
    """Put questions into an agreement, linked to the clauses that answer them: the thirteen, in the language of its
    text, or those of another agreement it started from.

    Of the latter their numbers and words come along; not who owns them, what was proposed or what was agreed.
    """
    whole = outline(agreement)
    made: list[Question] = []
    seals: list[ledger.Sealed] = []
    for asked in _asked_in(origin) if origin else _asked_usually(agreement.language.value):
        thread = comments.begin_thread(agreement.id)
        question = Question(
            agreement_id=agreement.id,
            number=asked.number,
            title=asked.title,
            text=asked.text,
            background=asked.background,
            thread_id=thread.id,
            asked_by_id=by,
            admitted_at=now(),
        )
        db.session.add(question)
        db.session.flush()
        made.append(question)
        seals += [thread, question]
        seals += link_to(question, [placed.id for label in asked.labels if (placed := whole.by_label(label))])
    ledger.record(RegisterOpened(questions=len(made)), *seals, chain=agreement.id, by=by)
    return made


class _Asked(NamedTuple):
    """A question to begin with, and the numbers of the clauses that answer it."""

    number: int | None
    title: str
    text: str
    background: str
    labels: Iterable[str]


def _asked_usually(language: str) -> list[_Asked]:
    return [
        _Asked(each.order, each.title(language), each.question(language), "", each.clauses)
        for each in starters.questions()
    ]


def _asked_in(origin: Agreement) -> list[_Asked]:
    labels = {placed.id: placed.label for placed in outline(origin).clauses()}
    linked = clause_links(origin)
    return [
        _Asked(
            each.number,
            each.title,
            each.text,
            each.background,
            [labels[key] for key in linked.get(each.id, ()) if key in labels],
        )
        for each in register(origin)
    ]


def ask(agreement: Agreement, *, title: str, text: str, background: str = "", by: UUID) -> Question:
    """Propose a further question. It gets its number when a coordinator admits it. Refuses bad texts."""
    title, text = line(title, "title", LINE), written(text, "text", SHORT)
    background = written(background, "background", SHORT, needed=False)
    thread = comments.begin_thread(agreement.id)
    question = Question(
        agreement_id=agreement.id,
        number=None,
        title=title,
        text=text,
        background=background,
        thread_id=thread.id,
        asked_by_id=by,
    )
    db.session.add(question)
    db.session.flush()
    ledger.record(QuestionAsked(question_id=question.id), question, thread, chain=agreement.id, by=by)
    return question


def admit(question: Question, *, by: UUID) -> None:
    """Take a proposed question into the register under the next number. Refuses `AlreadyDecided`."""
    lock(question)
    if question.is_admitted or question.refused_at is not None:
        raise AlreadyDecided()
    last = (
        db.session.scalar(select(func.max(Question.number)).where(Question.agreement_id == question.agreement_id)) or 0
    )
    question.number, question.admitted_at, question.moved_at = last + 1, now(), now()
    question.revision += 1
    event = QuestionAdmitted(question_id=question.id, number=question.number)
    ledger.record(event, question, chain=question.agreement_id, by=by)


def decline(question: Question, *, reason: str, by: UUID) -> None:
    """Do not take a proposed question into the register, with a reason. Refuses `AlreadyDecided`, `Empty`."""
    reason = written(reason, "reason", SHORT)
    lock(question)
    if question.is_admitted or question.refused_at is not None:
        raise AlreadyDecided()
    question.refused_at, question.reason = now(), reason
    question.revision += 1
    ledger.record(QuestionDeclined(question_id=question.id), question, chain=question.agreement_id, by=by)
