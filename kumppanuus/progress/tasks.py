"""What waits for a person, as rows of the front page."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from kumppanuus import approvals, policy, summaries
from kumppanuus.agreements import Agreement
from kumppanuus.approvals import Changed
from kumppanuus.db import today
from kumppanuus.members import Member, Role
from kumppanuus.policy import Who
from kumppanuus.progress.standing import ClauseStanding, Progress, Standing, stand
from kumppanuus.questions import Listed, Question, Status
from kumppanuus.responses import Duty, Owed
from kumppanuus.rounds import Asking
from kumppanuus.suggestions import Shown, Waiting
from kumppanuus.summaries import Voice

AnySuggestion = TypeVar("AnySuggestion", Waiting, Shown)


class TaskKind(StrEnum):
    """What a person has to do, in the words of the front page."""

    APPROVE_CHANGED = "approve_changed"
    APPROVE = "approve"
    APPROVE_REMOVAL = "approve_removal"
    ANSWER_SUGGESTION = "answer_suggestion"
    ANSWER_QUESTIONS = "answer_questions"
    WRITE_RESPONSE = "write_response"
    COMMENT = "comment"
    ANSWER_ROUND = "answer_round"
    CLOSE_ROUND = "close_round"
    ANSWER_REMARKS = "answer_remarks"
    REMIND = "remind"
    LATE_QUESTION = "late_question"
    OWN_QUESTION = "own_question"
    SETTLE_COMMENTS = "settle_comments"
    ADMIT_QUESTION = "admit_question"
    NAME_OWNER = "name_owner"
    AGREE_QUESTION = "agree_question"
    RESUME_QUESTION = "resume_question"


@dataclass(frozen=True, eq=False)
class Task:
    """One row of the front page. `clauses`, `question`, `suggestions`, `round`, `owed`, `duty` say about what, `due_on`
    when. `minutes` say how long it takes; 0 when nobody knows, or more than an hour: who reads that does not begin."""

    kind: TaskKind
    agreement: Agreement
    clauses: Sequence[ClauseStanding] = ()
    question: Listed | Question | None = None
    suggestions: Sequence[Waiting | Shown] = ()
    round: Asking | None = None
    owed: Owed | None = None
    duty: Duty | None = None
    count: int = 0
    due_on: date | None = None
    days_late: int = 0
    minutes: int = 0


# The order of rows by what the person is; late ones come before all.
ORDER = (
    TaskKind.LATE_QUESTION,
    TaskKind.CLOSE_ROUND,
    TaskKind.ANSWER_SUGGESTION,
    TaskKind.APPROVE_CHANGED,
    TaskKind.APPROVE,
    TaskKind.APPROVE_REMOVAL,
    TaskKind.ANSWER_QUESTIONS,
    TaskKind.WRITE_RESPONSE,
    TaskKind.REMIND,
    TaskKind.ANSWER_REMARKS,
    TaskKind.SETTLE_COMMENTS,
    TaskKind.ADMIT_QUESTION,
    TaskKind.ANSWER_ROUND,
    TaskKind.COMMENT,
    TaskKind.AGREE_QUESTION,
    TaskKind.RESUME_QUESTION,
    TaskKind.OWN_QUESTION,
    TaskKind.NAME_OWNER,
)


def tasks(member: Member, found: Progress, waiting: Sequence[Question]) -> list[Task]:
    """What waits for a member, in order: late ones first, then by kind, then by deadline. Nothing waits for a reader.

    `found`, and `waiting` for a coordinator, are read by the caller, who shows them too. One query more for the talk,
    one for what an official was asked and, for a coordinator, one for each round that ends soon.
    """
    voice = _voice(member, found)
    rows = [
        *_suggestion_tasks(member, found),
        *_approver_tasks(member, found),
        *_round_tasks(member, found, voice),
        *_talk_tasks(member, found, voice),
        *_response_tasks(member, found),
        *_question_tasks(member, found, waiting),
    ]
    return sorted(rows, key=lambda task: (-task.days_late, ORDER.index(task.kind), task.due_on or date.max))


def _suggestion_tasks(member: Member, found: Progress) -> list[Task]:
    """All suggestions that wait for a member, in one row."""
    waiting = to_answer(member, found.suggestions)
    if not waiting:
        return []
    ids = {each.clause_id for each in waiting}
    clauses = [standing for clause_id, standing in found.standings.items() if clause_id in ids]
    task = _clause_task(TaskKind.ANSWER_SUGGESTION, found, clauses, len(waiting), minutes_each=4)
    return [replace(task, suggestions=waiting)]


def to_answer(member: Member, suggested: Iterable[AnySuggestion]) -> list[AnySuggestion]:
    """Those of some open suggestions that wait for a member. Whoever wrote one is not asked to answer it."""
    who = Who(member.user, member)
    return [
        each for each in suggested if each.author_id != member.user_id and policy.allows("suggestion.settle", who, each)
    ]


def _approver_tasks(member: Member, found: Progress) -> list[Task]:
    if not member.is_approver or member.side is None or not policy.allows("approval.give", Who(member.user, member)):
        return []
    rows = []
    changed = changed_for(member, found)
    if changed:
        chosen = [_standing_of(each, found) for each in changed]
        rows.append(_clause_task(TaskKind.APPROVE_CHANGED, found, chosen, len(chosen), minutes_each=2))
    ids = {each.placed.id for each in changed}
    for each in found.not_agreed():
        if member.side.other in each.approvals and member.side not in each.approvals and each.id not in ids:
            rows.append(_clause_task(TaskKind.APPROVE, found, [each], 1, minutes_each=3))
    for each in found.removals:
        # Nobody else asks for these approvals: each side is asked, whichever comes first.
        if member.side not in each.approvals and each.id not in ids:
            rows.append(_clause_task(TaskKind.APPROVE_REMOVAL, found, [each], 1, minutes_each=3))
    return rows


def _clause_task(
    kind: TaskKind, found: Progress, clauses: Sequence[ClauseStanding], count: int, *, minutes_each: int
) -> Task:
    minutes = minutes_each * count
    return Task(kind, found.agreement, clauses, count=count, minutes=minutes if minutes <= 60 else 0)


def changed_for(member: Member, found: Progress) -> list[Changed]:
    """The clauses that changed since the member's side approved them, removed ones too."""
    if member.side is None:
        return []
    placed = [*found.outline.clauses(), *found.outline.removed()]
    return approvals.changed_since(placed, found.approvals, member.side)


def _standing_of(each: Changed, found: Progress) -> ClauseStanding:
    return found.standings.get(each.placed.id) or stand(each.placed, found.approvals, {}, {}, {}, ())


def _voice(member: Member, found: Progress) -> Voice:
    return summaries.voice(member, found.rounds) if member.role is Role.REPRESENTATIVE else Voice()


def _round_tasks(member: Member, found: Progress, voice: Voice) -> list[Task]:
    """An answer that the organisation of a representative owes; for a coordinator, what is past its last day, whom to
    remind in the last week, and what those who answered wait for once it is closed."""
    if member.role is not Role.COORDINATOR:
        return [_owed(found, each, voice.owed[each.id]) for each in found.rounds if each.id in voice.owed]
    rows = [
        replace(_clause_task(TaskKind.ANSWER_REMARKS, found, (), each.unanswered, minutes_each=2), owed=each)
        for each in found.owed
    ]
    for each in found.rounds:
        if each.days_late:
            late = each.days_late
            rows.append(
                Task(TaskKind.CLOSE_ROUND, found.agreement, round=each, due_on=each.last_day, days_late=late, minutes=5)
            )
        if each.last_day - today() <= LAST_WEEK:
            to_remind = len(summaries.to_remind(summaries.silent(each.id)))
            if to_remind:
                rows.append(
                    Task(TaskKind.REMIND, found.agreement, round=each, count=to_remind, due_on=each.last_day, minutes=2)
                )
    return rows


LAST_WEEK = timedelta(days=7)


def _owed(found: Progress, asking: Asking, unsaid: Collection[UUID]) -> Task:
    clauses = [each for each in found.standings.values() if each.id in unsaid]
    task = _clause_task(TaskKind.ANSWER_ROUND, found, clauses, len(clauses), minutes_each=3)
    return replace(task, round=asking, due_on=asking.last_day)


def _talk_tasks(member: Member, found: Progress, voice: Voice) -> list[Task]:
    if member.role is Role.COORDINATOR:
        waiting = _with_open_comments(found)
        total = sum(each.comments.open for each in waiting)
        most = sorted(waiting, key=lambda each: -each.comments.open)[:2]
        return [_clause_task(TaskKind.SETTLE_COMMENTS, found, most, total, minutes_each=3)] if total else []
    if member.role is Role.OFFICIAL:
        counts = found.asked.comments
        asked = [each for each in found.standings.values() if each.id in counts]
        total = sum(counts[each.id] for each in asked)
        return [_clause_task(TaskKind.ANSWER_QUESTIONS, found, asked, total, minutes_each=5)] if asked else []
    if member.role is Role.REPRESENTATIVE:
        asked = [each for each in found.standings.values() if _asks_for_comments(each)]
        quiet = [each for each in asked if each.id not in voice.commented]
        return [_clause_task(TaskKind.COMMENT, found, quiet, len(quiet), minutes_each=5)] if quiet else []
    return []


def _response_tasks(member: Member, found: Progress) -> list[Task]:
    """The responses an official was asked to write."""
    if member.role is not Role.OFFICIAL:
        return []
    asked = found.asked.duties.get(member.id, ())
    return [Task(TaskKind.WRITE_RESPONSE, found.agreement, duty=each, count=each.remarks, minutes=5) for each in asked]


def _asks_for_comments(each: ClauseStanding) -> bool:
    if each.standing is Standing.CHANGE:
        return bool(each.comments.open) and not each.approvals
    if each.standing is Standing.COMMENT:
        return bool(each.comments.open)  # what only a round asks about is answered there
    return each.standing is Standing.REOPENED


def _with_open_comments(found: Progress) -> list[ClauseStanding]:
    return [each for each in found.standings.values() if each.comments.open]


def waits_in(member: Member, found: Progress) -> dict[UUID, TaskKind]:
    """What waits for a member in each clause; the first thing, where there are two. One query, for the talk."""
    waits: dict[UUID, TaskKind] = {}
    talk = _talk_tasks(member, found, _voice(member, found))
    for task in [*_suggestion_tasks(member, found), *_approver_tasks(member, found), *talk]:
        of_task = _with_open_comments(found) if task.kind is TaskKind.SETTLE_COMMENTS else task.clauses
        for each in of_task:
            waits.setdefault(each.id, task.kind)
    return waits


def _question_tasks(member: Member, found: Progress, waiting: Sequence[Question]) -> list[Task]:
    rows, agreement = [], found.agreement
    for question in found.register:
        kind = question_task(member, question)
        if kind is TaskKind.RESUME_QUESTION and question.next_on:
            late = (today() - question.next_on).days
            rows.append(Task(kind, agreement, question=question, count=1, due_on=question.next_on, days_late=late))
        elif kind is not None:
            due, late = question.due_on, question.days_late
            rows.append(Task(kind, agreement, question=question, count=1, due_on=due, days_late=late))
    if waiting and member.role is Role.COORDINATOR:
        rows.append(Task(TaskKind.ADMIT_QUESTION, agreement, question=waiting[0], count=len(waiting), minutes=5))
    return rows


def question_task(member: Member, question: Listed | Question) -> TaskKind | None:
    """What a question of the register asks of a member now, if anything."""
    if question.is_settled or member.role is Role.READER:
        return None
    is_mine, is_coordinator = question.owner_id == member.id, member.role is Role.COORDINATOR
    if question.status is Status.DEFERRED:
        has_come = question.next_on is not None and question.next_on <= today()
        return TaskKind.RESUME_QUESTION if has_come and (is_mine or is_coordinator) else None
    if question.days_late and (is_mine or is_coordinator):
        return TaskKind.LATE_QUESTION
    if question.status is Status.PROPOSED:
        # Its owner has done what there was to do: now it waits for the body.
        return TaskKind.AGREE_QUESTION if member.role is Role.OFFICIAL else None
    if is_mine:
        return TaskKind.OWN_QUESTION
    return TaskKind.NAME_OWNER if question.owner_id is None and is_coordinator else None
