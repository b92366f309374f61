"""Verbs of the demo world about open questions."""

from __future__ import annotations

from kumppanuus import questions
from kumppanuus.agreements import Side
from kumppanuus.demo.tale import Tale, require
from kumppanuus.members import Member
from kumppanuus.questions import Question, Status


def open_register(tale: Tale, by: Member) -> None:
    require("question.write", by)
    for question in questions.open_register(tale.agreement, by=by.user_id):
        tale.questions[number_of(question)] = question


def assign(tale: Tale, by: Member, *, question: int, owner: str = "", side: str = "", due: int) -> None:
    require("question.write", by)
    found = tale.questions[question]
    questions.assign(
        found, owner=tale.members[owner] if owner else None, side=Side(side) if side else None,
        due_on=tale.due(due), revision=found.revision, by=by.user_id,
    )  # fmt: skip


def edit_question(tale: Tale, by: Member, *, question: int, background: str) -> None:
    require("question.write", by)
    found = tale.questions[question]
    questions.edit(
        found, title=found.title, text=found.text, background=background, solution=found.solution,
        revision=found.revision, by=by.user_id,
    )  # fmt: skip


def move_question(
    tale: Tale, by: Member, *, question: int, to: str, solution: str | None = None, outcome: str = "",
    reason: str = "", next: int | None = None,  # noqa: A002 - a word of the data files
) -> None:  # fmt: skip
    found, status = tale.questions[question], Status(to)
    require("question.agree" if status is Status.AGREED else "question.move", by, found)
    questions.move(
        found, status, solution=solution, outcome=outcome, reason=reason,
        next_on=None if next is None else tale.due(next), revision=found.revision, by=by.user_id,
    )  # fmt: skip


def undo_move(tale: Tale, by: Member, *, question: int) -> None:
    questions.undo(tale.questions[question], by=by.user_id)


def update(tale: Tale, by: Member, *, question: int, text: str) -> None:
    found = tale.questions[question]
    require("question.move", by, found)
    questions.update(found, text=text, revision=found.revision, by=by.user_id)


def link(tale: Tale, by: Member, *, question: int, clauses: list[str]) -> None:
    require("question.write", by)
    found, wanted = tale.questions[question], [tale.clauses[clause].id for clause in clauses]
    questions.link(found, wanted, revision=found.revision, by=by.user_id)


def ask(tale: Tale, by: Member, *, key: str, title: str, text: str, background: str = "") -> None:
    require("question.ask", by)
    tale.questions[key] = questions.ask(tale.agreement, title=title, text=text, background=background, by=by.user_id)


def admit(tale: Tale, by: Member, *, key: str) -> None:
    require("question.admit", by)
    found = tale.questions.pop(key)
    questions.admit(found, by=by.user_id)
    tale.questions[number_of(found)] = found


def decline(tale: Tale, by: Member, *, key: str, reason: str) -> None:
    require("question.admit", by)
    questions.decline(tale.questions[key], reason=reason, by=by.user_id)


def number_of(question: Question) -> int:
    """The number of a question that was admitted."""
    assert question.number is not None, "it was admitted"
    return question.number
