"""Where each clause stands, what an agreement still misses, and what waits for a person. All of it derived, none
stored."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from kumppanuus import agreements, approvals, comments, policy, questions
from kumppanuus.agreements import Agreement, Blank, Chapter, Clause, Outline, Placed, Side
from kumppanuus.approvals import Approval, Changed, Reopening
from kumppanuus.comments import Counts
from kumppanuus.members import Member, Role
from kumppanuus.policy import Who
from kumppanuus.questions import Question, Status


class Standing(StrEnum):
    """How a clause stands. A half is named after the side that has approved."""

    DRAFT = "draft"
    COMMENT = "comment"
    CHANGE = "change"
    HALF_AUTHORITY = "half_authority"
    HALF_ORGANISATIONS = "half_organisations"
    AGREED = "agreed"
    REOPENED = "reopen"


@dataclass(frozen=True, eq=False)
class ClauseStanding:
    """A clause in its place with all that a page shows of it."""

    placed: Placed
    standing: Standing
    approvals: dict[Side, Approval]  # of the wording in force
    reopening: Reopening | None
    comments: Counts
    questions: list[int]

    @property
    def id(self) -> UUID:
        return self.placed.id

    @property
    def clause(self) -> Clause:
        return self.placed.clause

    @property
    def is_agreed(self) -> bool:
        return self.standing is Standing.AGREED


@dataclass(frozen=True)
class Tally:
    """How many clauses are agreed, half agreed, and all in all."""

    agreed: int
    half: int
    total: int

    @property
    def rest(self) -> int:
        return self.total - self.agreed - self.half

    @property
    def is_whole(self) -> bool:
        return self.agreed == self.total


@dataclass(frozen=True, eq=False)
class Progress:
    """An agreement with the standing of every clause. `removals` are those taken out while a side had approved them."""

    outline: Outline
    standings: dict[UUID, ClauseStanding]
    approvals: dict[UUID, list[Approval]]
    removals: list[ClauseStanding]

    @property
    def agreement(self) -> Agreement:
        return self.outline.agreement

    def of(self, placed: Placed) -> ClauseStanding:
        return self.standings[placed.id]

    def in_chapter(self, chapter: Chapter) -> list[ClauseStanding]:
        """The clauses of a section in order."""
        return [self.standings[placed.id] for placed in chapter.clauses]

    def tally(self, chapters: Iterable[Chapter] | None = None) -> Tally:
        """Counts over some sections; over all chapters, without the annexes, if none are given."""
        chosen = self.outline.chapters if chapters is None else chapters
        found = [each.standing for chapter in chosen for each in self.in_chapter(chapter)]
        halves = (Standing.HALF_AUTHORITY, Standing.HALF_ORGANISATIONS)
        return Tally(found.count(Standing.AGREED), sum(each in halves for each in found), len(found))

    @property
    def annexes(self) -> tuple[int, int]:
        """How many annexes are agreed whole, and how many there are."""
        whole = [self.tally([annex]) for annex in self.outline.annexes]
        return sum(tally.is_whole for tally in whole), len(whole)

    def not_agreed(self) -> list[ClauseStanding]:
        """Every living clause that is not agreed, annexes last."""
        return [
            self.standings[placed.id] for placed in self.outline.clauses() if not self.standings[placed.id].is_agreed
        ]


def progress(agreement: Agreement) -> Progress:
    """Read where every clause stands: the outline and four queries more, however long the text."""
    whole = agreements.outline(agreement)
    given = approvals.by_clause(agreement)
    reopened = approvals.reopenings(agreement)
    counts = comments.counts(agreement)
    asked = questions.numbers_by_clause(agreement)
    removed = [_stand(placed, given, reopened, counts, asked) for placed in whole.removed()]
    return Progress(
        outline=whole,
        standings={placed.id: _stand(placed, given, reopened, counts, asked) for placed in whole.clauses()},
        approvals=given,
        removals=[each for each in removed if not each.is_agreed and _had_approval(each, given)],
    )


def clause_standing(clause: Clause) -> tuple[Progress, ClauseStanding]:
    """Where one clause stands, also a removed one, with the agreement it belongs to."""
    found = progress(clause.agreement)
    standing = found.standings.get(clause.id)
    if standing is None:
        placed = found.outline.find(clause.id)
        assert placed is not None, "a clause stands in the outline of its own agreement"
        standing = _stand(placed, found.approvals, {}, {}, {})
    return found, standing


def _stand(
    placed: Placed,
    given: dict[UUID, list[Approval]],
    reopened: dict[UUID, Reopening],
    counts: dict[UUID, Counts],
    asked: dict[UUID, list[int]],
) -> ClauseStanding:
    valid: dict[Side, Approval] = {}
    for approval in given.get(placed.id, ()):
        if approval.version.fingerprint == placed.version.fingerprint:
            valid.setdefault(approval.side, approval)
    said, reopening = counts.get(placed.id, _NOTHING_SAID), reopened.get(placed.id)
    return ClauseStanding(
        placed=placed,
        standing=_standing(valid, reopening, said),
        approvals=valid,
        reopening=reopening if len(valid) < 2 else None,
        comments=said,
        questions=asked.get(placed.id, []),
    )


_NOTHING_SAID = Counts()


def _standing(valid: dict[Side, Approval], reopening: Reopening | None, said: Counts) -> Standing:
    if len(valid) == 2:
        return Standing.AGREED
    if reopening is not None:
        return Standing.REOPENED
    if valid:
        return Standing.HALF_AUTHORITY if Side.AUTHORITY in valid else Standing.HALF_ORGANISATIONS
    if said.open:
        return Standing.COMMENT
    return Standing.DRAFT


def _had_approval(each: ClauseStanding, given: dict[UUID, list[Approval]]) -> bool:
    """Whether a side's yes to words of this clause still stands, so that the removal needs both sides."""
    return any(not approval.version.is_removal for approval in given.get(each.id, ()))


# ---------------------------------------------------------------- readiness


@dataclass(frozen=True, eq=False)
class Readiness:
    """What an agreement still misses before it can be signed."""

    progress: Progress
    not_agreed: list[ClauseStanding]
    removals: list[ClauseStanding]
    blanks: list[Blank]
    open_questions: list[Question]

    @property
    def late_questions(self) -> int:
        return sum(question.days_late > 0 for question in self.open_questions)

    @property
    def is_final(self) -> bool:
        """Whether every clause and annex is agreed and no placeholder is left. Open questions are told, not
        required."""
        has_text = bool(self.progress.standings)
        return has_text and not (self.not_agreed or self.removals or self.blanks)


def readiness(agreement: Agreement) -> Readiness:
    """Read what is still missing."""
    found = progress(agreement)
    return Readiness(
        progress=found,
        not_agreed=found.not_agreed(),
        removals=found.removals,
        blanks=agreements.blanks(found.outline),
        open_questions=[question for question in questions.register(agreement) if not question.is_settled],
    )


# ---------------------------------------------------------------- what waits for a person


class TaskKind(StrEnum):
    """What a person has to do, in the words of the front page."""

    APPROVE_CHANGED = "approve_changed"
    APPROVE = "approve"
    ANSWER_QUESTIONS = "answer_questions"
    COMMENT = "comment"
    LATE_QUESTION = "late_question"
    OWN_QUESTION = "own_question"
    SETTLE_COMMENTS = "settle_comments"
    ADMIT_QUESTION = "admit_question"
    NAME_OWNER = "name_owner"
    AGREE_QUESTION = "agree_question"


@dataclass(frozen=True, eq=False)
class Task:
    """One row of the front page. `clauses` and `question` say about what; `due_on` until when; `minutes` how long it
    takes."""

    kind: TaskKind
    agreement: Agreement
    clauses: Sequence[ClauseStanding] = ()
    question: Question | None = None
    count: int = 0
    due_on: date | None = None
    days_late: int = 0
    minutes: int = 0


# The order of rows by what the person is; late ones come before all.
ORDER = (
    TaskKind.LATE_QUESTION,
    TaskKind.APPROVE_CHANGED,
    TaskKind.APPROVE,
    TaskKind.ANSWER_QUESTIONS,
    TaskKind.SETTLE_COMMENTS,
    TaskKind.ADMIT_QUESTION,
    TaskKind.COMMENT,
    TaskKind.AGREE_QUESTION,
    TaskKind.OWN_QUESTION,
    TaskKind.NAME_OWNER,
)


def tasks(member: Member, found: Progress, register: Sequence[Question], waiting: Sequence[Question]) -> list[Task]:
    """What waits for a member, in order: late ones first, then by kind, then by deadline.

    `found`, `register` and `waiting` are read by the caller, who shows them too. One query more, for commenters.
    """
    rows = [
        *_approver_tasks(member, found),
        *_talk_tasks(member, found),
        *_question_tasks(member, found.agreement, register, waiting),
    ]
    return sorted(rows, key=lambda task: (-task.days_late, ORDER.index(task.kind), task.due_on or date.max))


def _approver_tasks(member: Member, found: Progress) -> list[Task]:
    if not member.is_approver or member.side is None or not policy.allows("approval.give", Who(member.user, member)):
        return []
    rows = []
    changed = changed_for(member, found)
    if changed:
        chosen = [_standing_of(each, found) for each in changed]
        rows.append(Task(TaskKind.APPROVE_CHANGED, found.agreement, chosen, count=len(chosen), minutes=2 * len(chosen)))
    ids = {each.placed.id for each in changed}
    for each in found.not_agreed():
        if member.side.other in each.approvals and member.side not in each.approvals and each.id not in ids:
            rows.append(Task(TaskKind.APPROVE, found.agreement, [each], count=1, minutes=3))
    return rows


def changed_for(member: Member, found: Progress) -> list[Changed]:
    """The clauses that changed since the member's side approved them, removed ones too."""
    if member.side is None:
        return []
    placed = [*found.outline.clauses(), *found.outline.removed()]
    return approvals.changed_since(placed, found.approvals, member.side)


def _standing_of(each: Changed, found: Progress) -> ClauseStanding:
    return found.standings.get(each.placed.id) or _stand(each.placed, found.approvals, {}, {}, {})


def _talk_tasks(member: Member, found: Progress) -> list[Task]:
    if member.role is Role.COORDINATOR:
        waiting = [each for each in found.standings.values() if each.comments.open]
        total = sum(each.comments.open for each in waiting)
        most = sorted(waiting, key=lambda each: -each.comments.open)[:2]
        return [Task(TaskKind.SETTLE_COMMENTS, found.agreement, most, count=total, minutes=3 * total)] if total else []
    if member.role is Role.OFFICIAL:
        asked = [each for each in found.standings.values() if each.comments.open_questions and not each.is_agreed]
        total = sum(each.comments.open_questions for each in asked)
        return (
            [Task(TaskKind.ANSWER_QUESTIONS, found.agreement, asked, count=total, minutes=5 * total)] if asked else []
        )
    if member.role is Role.REPRESENTATIVE:
        mine = comments.commented_clauses(
            found.agreement, organisation_id=member.organisation_id, user_id=member.user_id
        )
        quiet = [
            each
            for each in found.standings.values()
            if each.standing in (Standing.COMMENT, Standing.REOPENED) and each.id not in mine
        ]
        return (
            [Task(TaskKind.COMMENT, found.agreement, quiet, count=len(quiet), minutes=5 * len(quiet))] if quiet else []
        )
    return []


def _question_tasks(
    member: Member, agreement: Agreement, register: Sequence[Question], waiting: Sequence[Question]
) -> list[Task]:
    rows = []
    for question in register:
        kind = question_task(member, question)
        if kind is not None:
            due, late = question.due_on, question.days_late
            rows.append(Task(kind, agreement, question=question, count=1, due_on=due, days_late=late))
    if waiting and member.role is Role.COORDINATOR:
        rows.append(Task(TaskKind.ADMIT_QUESTION, agreement, question=waiting[0], count=len(waiting), minutes=5))
    return rows


def question_task(member: Member, question: Question) -> TaskKind | None:
    """What a question of the register asks of a member now, if anything."""
    if question.is_settled or question.status is Status.DEFERRED:
        return None
    is_mine = question.owner_id == member.id
    if question.days_late and (is_mine or member.role is Role.COORDINATOR):
        return TaskKind.LATE_QUESTION
    if question.status is Status.PROPOSED and member.role is Role.OFFICIAL:
        return TaskKind.AGREE_QUESTION
    if is_mine:
        return TaskKind.OWN_QUESTION
    if question.owner_id is None and member.role is Role.COORDINATOR:
        return TaskKind.NAME_OWNER
    return None
