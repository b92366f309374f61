"""Open questions: the register of what is not agreed yet, each with an owner, a due date and in the end an outcome."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import ClassVar, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import func, select
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from kumppanuus import accounts, comments, ledger, starters
from kumppanuus.accounts import User
from kumppanuus.agreements import Agreement, Outline, Side, outline
from kumppanuus.comments import Thread
from kumppanuus.db import LINE, SHORT, Base, Identified, Word, db, has_ink, line, now, read, today, written
from kumppanuus.errors import Conflict, Refused
from kumppanuus.members import Member, Role


class Status(StrEnum):
    """Where a question stands."""

    OPEN = "open"
    IN_PREPARATION = "in_preparation"
    PROPOSED = "proposed"
    AGREED = "agreed"
    DEFERRED = "deferred"
    OUT_OF_SCOPE = "out_of_scope"


class Step(StrEnum):
    """What moving a question is called in the record: most moves are just moves, two have names of their own."""

    MOVED = "moved"
    RETURNED = "returned"
    TABLED = "tabled"


# From → to. What a move needs stands in `NEEDS`. Tabling is a move from proposed to proposed, with the next date.
MOVES: dict[Status, frozenset[Status]] = {
    Status.OPEN: frozenset({Status.IN_PREPARATION, Status.PROPOSED, Status.DEFERRED, Status.OUT_OF_SCOPE}),
    Status.IN_PREPARATION: frozenset({Status.OPEN, Status.PROPOSED, Status.DEFERRED, Status.OUT_OF_SCOPE}),
    Status.PROPOSED: frozenset(
        {Status.IN_PREPARATION, Status.PROPOSED, Status.AGREED, Status.DEFERRED, Status.OUT_OF_SCOPE}
    ),
    Status.AGREED: frozenset({Status.IN_PREPARATION}),
    Status.DEFERRED: frozenset({Status.OPEN, Status.IN_PREPARATION, Status.PROPOSED, Status.OUT_OF_SCOPE}),
    Status.OUT_OF_SCOPE: frozenset({Status.OPEN, Status.IN_PREPARATION}),
}

# What has to be there for a question to stand somewhere; leaving `agreed` needs a reason besides.
NEEDS: dict[Status, tuple[str, ...]] = {
    Status.OPEN: (),
    Status.IN_PREPARATION: (),
    Status.PROPOSED: ("solution",),
    Status.AGREED: ("outcome",),
    Status.DEFERRED: ("reason", "next_on"),
    Status.OUT_OF_SCOPE: ("reason",),
}

# Where a next date says something: when a proposal is decided on, when a deferred question is taken up again.
WITH_NEXT_DATE = (Status.PROPOSED, Status.DEFERRED)

UNDO_WINDOW = timedelta(hours=24)

# The order of the groups in the register.
GROUPS = (Status.PROPOSED, Status.IN_PREPARATION, Status.OPEN, Status.DEFERRED, Status.AGREED, Status.OUT_OF_SCOPE)


class Question(ledger.Sealed, Identified, Base):
    """Something both sides have to settle."""

    __tablename__ = "question"
    __table_args__ = (sa.UniqueConstraint("agreement_id", "number"),)
    seal: ClassVar = (
        "id",
        "agreement_id",
        "number",
        "title",
        "text",
        "background",
        "solution",
        "outcome",
        "reason",
        "status",
        "next_on",
        "owner_id",
        "owner_side",
        "due_on",
        "thread_id",
        "asked_by_id",
        "asked_at",
        "admitted_at",
        "refused_at",
        "moved_at",
    )

    agreement_id: Mapped[UUID] = mapped_column(sa.ForeignKey("agreement.id"))
    number: Mapped[int | None]  # none until a coordinator admits it
    title: Mapped[str]
    text: Mapped[str]
    background: Mapped[str] = mapped_column(default="")
    solution: Mapped[str] = mapped_column(default="")
    outcome: Mapped[str] = mapped_column(default="")
    reason: Mapped[str] = mapped_column(default="")
    status: Mapped[Status] = mapped_column(Word(Status), default=Status.OPEN)
    next_on: Mapped[date | None]
    owner_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("member.id"))
    owner_side: Mapped[Side | None] = mapped_column(Word(Side))
    due_on: Mapped[date | None]
    thread_id: Mapped[UUID] = mapped_column(sa.ForeignKey("thread.id"))
    asked_by_id: Mapped[UUID] = mapped_column(sa.ForeignKey("user.id"))
    asked_at: Mapped[datetime] = mapped_column(default=now)
    admitted_at: Mapped[datetime | None]
    refused_at: Mapped[datetime | None]
    moved_at: Mapped[datetime] = mapped_column(default=now)
    revision: Mapped[int] = mapped_column(default=1)

    agreement: Mapped[Agreement] = relationship()
    owner: Mapped[Member | None] = relationship()
    thread: Mapped[Thread] = relationship()
    asked_by: Mapped[User] = relationship()

    @property
    def is_admitted(self) -> bool:
        return self.admitted_at is not None

    @property
    def is_settled(self) -> bool:
        """Whether nothing waits for anybody: agreed, or not agreed here."""
        return self.status in (Status.AGREED, Status.OUT_OF_SCOPE)

    @property
    def days_late(self) -> int:
        """How many days past its due date; 0 when it has none, or is settled or deferred."""
        if self.due_on is None or self.is_settled or self.status is Status.DEFERRED:
            return 0
        return max(0, (today() - self.due_on).days)


class Link(ledger.Sealed, Identified, Base):
    """A clause that answers a question."""

    __tablename__ = "question_clause"
    __table_args__ = (
        sa.UniqueConstraint("question_id", "clause_id"),
        sa.Index("ix_question_clause_clause_id", "clause_id"),
    )
    seal: ClassVar = ("id", "question_id", "clause_id", "ended_at")

    question_id: Mapped[UUID] = mapped_column(sa.ForeignKey("question.id"))
    clause_id: Mapped[UUID] = mapped_column(sa.ForeignKey("clause.id"))
    ended_at: Mapped[datetime | None]


class Update(ledger.Sealed, Identified, Base):
    """What has happened with a question, in somebody's words."""

    __tablename__ = "question_update"
    __table_args__ = (sa.Index("ix_question_update_question_id", "question_id", "written_at"),)
    seal: ClassVar = ("id", "question_id", "text", "author_id", "written_at")

    question_id: Mapped[UUID] = mapped_column(sa.ForeignKey("question.id"))
    text: Mapped[str]
    author_id: Mapped[UUID] = mapped_column(sa.ForeignKey("user.id"))
    written_at: Mapped[datetime] = mapped_column(default=now)

    author: Mapped[User] = relationship()


class Move(ledger.Sealed, Identified, Base):
    """One move of a question, with what stood before it, so that its mover can undo it."""

    __tablename__ = "question_move"
    __table_args__ = (sa.Index("ix_question_move_question_id", "question_id", "moved_at"),)
    seal: ClassVar = (
        "id",
        "question_id",
        "from_status",
        "to_status",
        "step",
        "outcome",
        "reason",
        "next_on",
        "moved_by_id",
        "moved_at",
        "old_solution",
        "old_outcome",
        "old_reason",
        "old_next_on",
        "undone_at",
    )

    question_id: Mapped[UUID] = mapped_column(sa.ForeignKey("question.id"))
    from_status: Mapped[Status] = mapped_column(Word(Status))
    to_status: Mapped[Status] = mapped_column(Word(Status))
    step: Mapped[Step] = mapped_column(Word(Step))
    outcome: Mapped[str]
    reason: Mapped[str]
    next_on: Mapped[date | None]
    moved_by_id: Mapped[UUID] = mapped_column(sa.ForeignKey("user.id"))
    moved_at: Mapped[datetime] = mapped_column(default=now)
    old_solution: Mapped[str]
    old_outcome: Mapped[str]
    old_reason: Mapped[str]
    old_next_on: Mapped[date | None]
    undone_at: Mapped[datetime | None]


@dataclass(frozen=True)
class RegisterOpened(ledger.Event, kind="questions.opened"):
    questions: int


@dataclass(frozen=True)
class QuestionAsked(ledger.Event, kind="question.asked", about="question_id"):
    question_id: UUID


@dataclass(frozen=True)
class QuestionAdmitted(ledger.Event, kind="question.admitted", about="question_id"):
    question_id: UUID
    number: int


@dataclass(frozen=True)
class QuestionDeclined(ledger.Event, kind="question.declined", about="question_id"):
    question_id: UUID


@dataclass(frozen=True)
class QuestionMoved(ledger.Event, kind="question.moved", about="question_id"):
    question_id: UUID
    number: int
    from_status: Status
    to_status: Status
    step: Step
    move_id: UUID


@dataclass(frozen=True)
class MoveUndone(ledger.Event, kind="question.move-undone", about="question_id"):
    question_id: UUID
    number: int
    to_status: Status
    move_id: UUID


@dataclass(frozen=True)
class QuestionUpdated(ledger.Event, kind="question.updated", about="question_id"):
    question_id: UUID
    number: int


@dataclass(frozen=True)
class QuestionEdited(ledger.Event, kind="question.edited", about="question_id"):
    question_id: UUID
    number: int


@dataclass(frozen=True)
class QuestionAssigned(ledger.Event, kind="question.assigned", about="question_id"):
    question_id: UUID
    number: int
    member_id: UUID | None


@dataclass(frozen=True)
class QuestionLinked(ledger.Event, kind="question.linked", about="question_id"):
    question_id: UUID
    number: int


class NotAllowedMove(Refused):
    """The transition table knows no such move: `from_status`, `to_status`."""

    status = 409


class Needs(Refused):
    """Something has to be written first: `field` is solution, outcome, reason or next_on."""


class PastDay(Refused):
    """The next date lies in the past; `field` names it."""


class MovedMeanwhile(Conflict):
    """Somebody moved or edited the question after the form was drawn; `name` tells who."""


class NotAdmitted(Refused):
    """A proposed question does not move before a coordinator has admitted it."""

    status = 409


class AlreadyDecided(Refused):
    """The proposed question was admitted or declined already."""

    status = 409


class TooLateToUndo(Refused):
    """Somebody has acted on it since, a day has passed, or it was another's move."""

    status = 409


class NotHere(Refused):
    """The person or clause does not belong to the agreement, or the person only reads it."""


# ---------------------------------------------------------------- verbs


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
        seals += _link(question, [placed.id for label in asked.labels if (placed := whole.by_label(label))])
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
    _lock(question)
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
    _lock(question)
    if question.is_admitted or question.refused_at is not None:
        raise AlreadyDecided()
    question.refused_at, question.reason = now(), reason
    question.revision += 1
    ledger.record(QuestionDeclined(question_id=question.id), question, chain=question.agreement_id, by=by)


def move(
    question: Question,
    to: Status,
    *,
    revision: int | None,
    by: UUID,
    solution: str | None = None,
    outcome: str = "",
    reason: str = "",
    next_on: date | None = None,
) -> Move:
    """Move a question, by the one table of moves. `revision` is the one the form was drawn from.

    Without a `solution` the one there is stays. A next date is kept only where it says something (`WITH_NEXT_DATE`).
    Refuses `MovedMeanwhile`, `NotAdmitted`, `NotAllowedMove`, `Needs`, `PastDay` and bad texts. Who may mark a
    question agreed is law, not this table.
    """
    new_solution = None if solution is None else written(solution, "solution", SHORT, needed=False)
    outcome, reason = written(outcome, "outcome", SHORT, needed=False), written(reason, "reason", SHORT, needed=False)
    number = _begin_change(question, revision)
    before = question.status
    if to not in MOVES[before]:
        raise NotAllowedMove(from_status=before, to_status=to)
    kept_solution = question.solution if new_solution is None else new_solution
    next_on = next_on if to in WITH_NEXT_DATE else None
    given = {"solution": kept_solution, "outcome": outcome, "reason": reason, "next_on": str(next_on or "")}
    for field in needs(before, to):
        if not has_ink(given[field]):
            raise Needs(field=field)
    if next_on is not None and next_on < today():
        raise PastDay(field="next_on")
    step = Step.TABLED if before is to else Step.RETURNED if _is_return(before, to) else Step.MOVED
    made = Move(
        question_id=question.id,
        from_status=before,
        to_status=to,
        step=step,
        outcome=outcome,
        reason=reason,
        next_on=next_on,
        moved_by_id=by,
        moved_at=now(),
        old_solution=question.solution,
        old_outcome=question.outcome,
        old_reason=question.reason,
        old_next_on=question.next_on,
    )
    db.session.add(made)
    db.session.flush()
    question.status, question.solution = to, kept_solution
    question.outcome = outcome if to is Status.AGREED else ""
    question.reason, question.next_on, question.moved_at = reason, next_on, now()
    event = QuestionMoved(
        question_id=question.id, number=number, from_status=before, to_status=to, step=step, move_id=made.id
    )
    _end_change(question, event, made, by=by)
    return made


def needs(before: Status, to: Status) -> tuple[str, ...]:
    """What has to be given for a move: leaving agreed needs a reason, tabling the next date, and see `NEEDS`."""
    leaving = ("reason",) if before is Status.AGREED else ()
    tabling = ("next_on",) if before is to else ()
    return NEEDS[to] + leaving + tabling


def undo(question: Question, *, by: UUID) -> None:
    """Take one's own last move back: what stood before stands again.

    Refuses `TooLateToUndo` if anything has happened to the question since, after 24 hours, or if the move is another's.
    """
    number = _lock_admitted(question)
    last = undoable(question, by=by)
    if last is None:
        raise TooLateToUndo()
    last.undone_at = now()
    question.status, question.solution, question.outcome = last.from_status, last.old_solution, last.old_outcome
    question.reason, question.next_on, question.moved_at = last.old_reason, last.old_next_on, now()
    event = MoveUndone(question_id=question.id, number=number, to_status=question.status, move_id=last.id)
    _end_change(question, event, last, by=by)


def undoable(question: Question, *, by: UUID) -> Move | None:
    """The person's own move, if it is the last thing that happened to the question and not a day old."""
    happened = ledger.history(question.id)
    if not happened or happened[0].kind != QuestionMoved.kind or happened[0].actor_id != by:
        return None
    last = db.session.get(Move, UUID(happened[0].facts["move_id"]))
    return last if last and last.undone_at is None and now() - last.moved_at < UNDO_WINDOW else None


def moves(question: Question) -> Sequence[Move]:
    """Every move of a question, the newest first."""
    query = select(Move).where(Move.question_id == question.id).order_by(Move.moved_at.desc())
    return db.session.scalars(query).all()


def update(question: Question, *, text: str, revision: int | None, by: UUID) -> Update:
    """Tell what has happened with a question. Refuses `MovedMeanwhile`, `NotAdmitted` and bad texts."""
    text = written(text, "text", SHORT)
    number = _begin_change(question, revision)
    told = Update(question_id=question.id, text=text, author_id=by, written_at=now())
    db.session.add(told)
    db.session.flush()
    _end_change(question, QuestionUpdated(question_id=question.id, number=number), told, by=by)
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
    number = _begin_change(question, revision)
    if question.status is Status.PROPOSED and not has_ink(solution):
        raise Needs(field="solution")
    question.title, question.text, question.background, question.solution = title, text, background, solution
    _end_change(question, QuestionEdited(question_id=question.id, number=number), by=by)


def assign(
    question: Question, *, owner: Member | None, side: Side | None, due_on: date | None, revision: int | None, by: UUID
) -> None:
    """Say who is responsible, for which side, and until when. An owner who has left since may stay.

    Refuses `MovedMeanwhile`, `NotAdmitted` and, with `NotHere`, who is no participant of this agreement.
    """
    number = _begin_change(question, revision)
    if owner is not None and owner.id != question.owner_id and not _may_own(owner, question):
        raise NotHere(field="owner")
    question.owner, question.owner_id = owner, owner.id if owner else None
    question.owner_side = (owner.side if owner else None) or side
    question.due_on = due_on
    event = QuestionAssigned(question_id=question.id, number=number, member_id=question.owner_id)
    _end_change(question, event, by=by)


def link(question: Question, clause_ids: Iterable[UUID], *, revision: int | None, by: UUID) -> None:
    """Say which clauses answer a question, instead of those said before.

    Refuses `MovedMeanwhile`, `NotAdmitted` and, with `NotHere`, clauses of elsewhere.
    """
    number = _begin_change(question, revision)
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
    changed += _link(question, sorted(wanted - old.keys()))
    _end_change(question, QuestionLinked(question_id=question.id, number=number), *changed, by=by)


# ---------------------------------------------------------------- reads


_REGISTER = (
    select(Question)
    .where(Question.agreement_id == sa.bindparam("of"), Question.admitted_at.is_not(None))
    .options(joinedload(Question.owner).joinedload(Member.user))
    .order_by(Question.number)
)


def register(agreement: Agreement) -> Sequence[Question]:
    """The admitted questions by number, with their owners."""
    return db.session.scalars(_REGISTER, {"of": agreement.id}).all()


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


_NUMBERS = (
    select(Link.clause_id, Question.number)
    .join(Question, Question.id == Link.question_id)
    .where(Question.agreement_id == sa.bindparam("agreement"), Question.number.is_not(None), Link.ended_at.is_(None))
    .order_by(Question.number)
)


def numbers_by_clause(agreement: Agreement) -> dict[UUID, list[int]]:
    """Numbers of the questions a clause answers, by clause, in one query."""
    found: dict[UUID, list[int]] = {}
    for clause_id, number in read(_NUMBERS, {"agreement": agreement.id}):
        found.setdefault(clause_id, []).append(number or 0)
    return found


_OF_CLAUSE = (
    select(Question.number, Question.title)
    .join(Link, Link.question_id == Question.id)
    .where(Link.clause_id == sa.bindparam("clause"), Link.ended_at.is_(None), Question.number.is_not(None))
    .order_by(Question.number)
)


def of_clause(clause_id: UUID) -> list[tuple[int, str]]:
    """Number and title of the questions a clause answers, by number."""
    found = read(_OF_CLAUSE, {"clause": clause_id})
    return [(number, title) for number, title in found if number is not None]


def labels(question_ids: Iterable[UUID], whole: Outline) -> dict[UUID, list[str]]:
    """Printed numbers of the living clauses each question is linked to."""
    links, order = clause_links(whole.agreement), {placed.id: placed for placed in whole.clauses()}
    return {
        question_id: [order[clause_id].label for clause_id in order if clause_id in links.get(question_id, [])]
        for question_id in question_ids
    }


# ---------------------------------------------------------------- inside


def _lock(question: Question) -> None:
    db.session.refresh(question, with_for_update={"of": Question})


def _begin_change(question: Question, revision: int | None) -> int:
    number = _lock_admitted(question)
    if question.revision != revision:
        last = ledger.history(question.id)[:1]
        actors = [entry.actor_id for entry in last if entry.actor_id]
        raise MovedMeanwhile(name="".join(accounts.names(actors).values()))
    return number


def _lock_admitted(question: Question) -> int:
    _lock(question)
    if question.number is None:
        raise NotAdmitted()
    return question.number


def _may_own(member: Member, question: Question) -> bool:
    is_here = member.agreement_id == question.agreement_id and member.ended_at is None
    return is_here and member.role is not Role.READER


def _end_change(question: Question, event: ledger.Event, *seals: ledger.Sealed, by: UUID) -> None:
    question.revision += 1
    ledger.record(event, question, *seals, chain=question.agreement_id, by=by)


def _is_return(before: Status, to: Status) -> bool:
    return to is Status.IN_PREPARATION and before in (Status.PROPOSED, Status.AGREED)


def _links(question: Question) -> Sequence[Link]:
    return db.session.scalars(select(Link).where(Link.question_id == question.id)).all()


def _link(question: Question, clause_ids: Iterable[UUID]) -> list[Link]:
    made = [Link(question_id=question.id, clause_id=clause_id) for clause_id in clause_ids]
    db.session.add_all(made)
    db.session.flush()
    return made
