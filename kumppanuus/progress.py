"""Where each clause stands, what an agreement still misses, and what waits for a person. All of it derived, none
stored."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from kumppanuus import agreements, approvals, comments, policy, questions, suggestions
from kumppanuus.agreements import Agreement, Blank, Chapter, Clause, Outline, Placed, Side
from kumppanuus.approvals import Changed, Given, Reopened
from kumppanuus.comments import Counts
from kumppanuus.db import today
from kumppanuus.members import Member, Role
from kumppanuus.policy import Who
from kumppanuus.questions import Listed, Question, Status
from kumppanuus.suggestions import Shown, Waiting
from kumppanuus.text.markup import placeholders

AnySuggestion = TypeVar("AnySuggestion", Waiting, Shown)


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
    approvals: dict[Side, Given]  # of the wording in force
    reopening: Reopened | None
    comments: Counts
    questions: list[int]
    suggestions: Sequence[Waiting | Shown]  # that are open, by number
    # It was taken out after a side had approved it, so the removal needs the yes of both. Reopening ends the approvals
    # of an agreed clause, but nobody has taken them back: it needs both sides as well.
    is_removal_asked: bool = False

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
        """Whether there is text and all of it is agreed."""
        return 0 < self.agreed == self.total


@dataclass(frozen=True, eq=False)
class Progress:
    """An agreement with the standing of every clause. `removals` wait for both sides: clauses that were taken out
    after a side had approved them."""

    outline: Outline
    standings: dict[UUID, ClauseStanding]
    approvals: dict[UUID, list[Given]]
    removals: list[ClauseStanding]
    suggestions: list[Waiting]  # every open one, also of clauses to be added or taken out already
    register: list[Listed] = field(default_factory=list)  # unless it was read for its text alone
    _asked: list[dict[UUID, int]] = field(default_factory=list)

    @property
    def asked_of_authority(self) -> dict[UUID, int]:
        """How many questions wait for an answer of the authority, by clause; read when first asked for."""
        if not self._asked:
            self._asked.append(comments.asked_of_authority(self.agreement))
        return self._asked[0]

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
        found = [each for chapter in chosen for each in self.in_chapter(chapter)]
        agreed = sum(each.is_agreed for each in found)
        return Tally(agreed, sum(len(each.approvals) == 1 for each in found), len(found))

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


def progress(agreement: Agreement, *, to_read: bool = False) -> Progress:
    """Read where every clause stands: the outline and four queries more, however long the text.

    With `to_read`, for the text with its signature lines, nothing is counted: of comments it knows only whether one
    waits for an answer, and of questions nothing. Three queries more than the outline.
    """
    whole = agreements.outline(agreement, to_show=True)
    given, reopened = approvals.by_clause(agreement)
    if to_read:
        counts, register = dict.fromkeys(comments.open_clauses(agreement), _SOMETHING_OPEN), []
    else:
        counts, register = comments.counts(agreement), questions.listed(agreement)
    asked: dict[UUID, list[int]] = {}
    for question in register:
        for clause_id in question.clause_ids:
            asked.setdefault(clause_id, []).append(question.number)
    suggested = suggestions.waiting(agreement)
    by_clause: dict[UUID, list[Waiting | Shown]] = {}
    for each in suggested:
        if each.clause_id is not None:
            by_clause.setdefault(each.clause_id, []).append(each)

    def stand(placed: Placed) -> ClauseStanding:
        return _stand(placed, given, reopened, counts, asked, by_clause.get(placed.id, ()))

    removed = [stand(placed) for placed in whole.removed()]
    return Progress(
        outline=whole,
        standings={placed.id: stand(placed) for placed in whole.clauses()},
        approvals=given,
        removals=[each for each in removed if not each.is_agreed and each.is_removal_asked],
        suggestions=suggested,
        register=register,
    )


# Where the clauses of an agreement stand, with the last digest of the record that it follows from.
_kept: dict[UUID, tuple[str, Progress]] = {}
KEPT = 32


def kept(agreement: Agreement, head: str) -> Progress:
    """What `progress` reads, read once for each state of the record; `head` is its last digest, read before this.

    It cannot be out of date, but for names of people: those are no part of the record.
    """
    known = _kept.get(agreement.id)
    if known is None or known[0] != head:
        known = head, progress(agreement)
        if len(_kept) >= KEPT:
            _kept.clear()
        _kept[agreement.id] = known
    found = known[1]
    return replace(found, outline=replace(found.outline, agreement=agreement))


def tallies(agreement_ids: Sequence[UUID]) -> dict[UUID, Tally]:
    """How much of each of some agreements is agreed, without their annexes; two queries for all of them."""
    given = approvals.prints(agreement_ids)
    found = {agreement_id: Tally(0, 0, 0) for agreement_id in agreement_ids}
    for agreement_id, clause_id, fingerprint in agreements.prints(agreement_ids):
        so_far, sides = found[agreement_id], len(given.get((clause_id, fingerprint), ()))
        found[agreement_id] = Tally(so_far.agreed + (sides == 2), so_far.half + (sides == 1), so_far.total + 1)
    return found


def clause_standing(clause: Clause) -> tuple[Progress, ClauseStanding]:
    """Where one clause stands, also a removed one, with the agreement it belongs to."""
    found = progress(clause.agreement)
    standing = found.standings.get(clause.id)
    if standing is None:
        placed = found.outline.find(clause.id)
        assert placed is not None, "a clause stands in the outline of its own agreement"
        standing = _stand(placed, found.approvals, {}, {}, {}, ())
    return found, standing


def standing_of(
    clause: Clause, placed: Placed, *, said: Counts, asked: list[int], suggested: Sequence[Shown] = ()
) -> ClauseStanding:
    """Where one clause stands, also a removed one, in two queries. The caller has read what was said, asked and
    suggested."""
    given = {clause.id: approvals.of_clause(clause)}
    is_agreed = (
        len({each.side for each in given[clause.id] if each.version.fingerprint == clause.current.fingerprint}) == 2
    )
    reopening = None if is_agreed else approvals.reopening_of(clause)  # it is over once both sides agree anew
    reopened = {clause.id: reopening} if reopening else {}
    still_open = [each for each in suggested if each.is_open]
    return _stand(placed, given, reopened, {clause.id: said}, {clause.id: asked}, still_open)


def _stand(
    placed: Placed,
    given: dict[UUID, list[Given]],
    reopened: dict[UUID, Reopened],
    counts: dict[UUID, Counts],
    asked: dict[UUID, list[int]],
    suggested: Sequence[Waiting | Shown],
) -> ClauseStanding:
    valid: dict[Side, Given] = {}
    for approval in given.get(placed.id, ()):
        if approval.version.fingerprint == placed.version.fingerprint:
            valid.setdefault(approval.side, approval)
    said, reopening = counts.get(placed.id, _NOTHING_SAID), reopened.get(placed.id)
    return ClauseStanding(
        placed=placed,
        standing=_standing(valid, reopening, said, () if placed.version.is_removal else suggested),
        approvals=valid,
        reopening=reopening if len(valid) < 2 else None,
        comments=said,
        questions=asked.get(placed.id, []),
        suggestions=suggested,
        is_removal_asked=placed.version.is_removal
        and (reopening is not None or any(not each.version.is_removal for each in given.get(placed.id, ()))),
    )


_NOTHING_SAID = Counts()
_SOMETHING_OPEN = Counts(total=1, open=1)


def _standing(
    valid: dict[Side, Given], reopening: Reopened | None, said: Counts, suggested: Sequence[Waiting | Shown]
) -> Standing:
    if len(valid) == 2:
        return Standing.AGREED
    if reopening is not None:
        return Standing.REOPENED
    if suggested:
        return Standing.CHANGE
    if valid:
        return Standing.HALF_AUTHORITY if Side.AUTHORITY in valid else Standing.HALF_ORGANISATIONS
    if said.open:
        return Standing.COMMENT
    return Standing.DRAFT


# ---------------------------------------------------------------- readiness


@dataclass(frozen=True, eq=False)
class Readiness:
    """What an agreement still misses before it can be signed."""

    progress: Progress
    not_agreed: list[ClauseStanding]
    removals: list[ClauseStanding]
    blanks: list[Blank]
    blank_titles: list[Chapter | Placed]  # sections and clauses with a placeholder in their title
    blank_facts: list[str]  # columns of the agreement with one: names of the parties and the like
    empty: list[Chapter]  # sections without a clause
    open_questions: list[Listed]
    open_suggestions: list[Waiting]

    @property
    def late_questions(self) -> int:
        return sum(question.days_late > 0 for question in self.open_questions)

    @property
    def is_final(self) -> bool:
        """Whether every clause and annex is agreed and no placeholder is left. Open questions and suggestions are
        told, not required; in the signature text placeholders are lines to write on."""
        is_agreed = bool(self.progress.standings) and not (self.not_agreed or self.removals or self.empty)
        return is_agreed and not (self.blanks or self.blank_titles or self.blank_facts)


# What a document prints of the agreement itself.
_PRINTED = ("title", "authority_name", "body_name", "case_number")


def readiness(agreement: Agreement) -> Readiness:
    """Read what is still missing."""
    found = progress(agreement)
    sections = found.outline.sections
    titled: list[Chapter | Placed] = [*sections, *found.outline.clauses()]
    return Readiness(
        progress=found,
        not_agreed=found.not_agreed(),
        removals=found.removals,
        blanks=agreements.blanks(found.outline),
        blank_titles=[part for part in titled if placeholders(part.title)],
        blank_facts=[name for name in _PRINTED if placeholders(getattr(agreement, name))],
        empty=[section for section in sections if not section.clauses],
        open_questions=[question for question in found.register if not question.is_settled],
        open_suggestions=found.suggestions,
    )


# ---------------------------------------------------------------- what waits for a person


class TaskKind(StrEnum):
    """What a person has to do, in the words of the front page."""

    APPROVE_CHANGED = "approve_changed"
    APPROVE = "approve"
    APPROVE_REMOVAL = "approve_removal"
    ANSWER_SUGGESTION = "answer_suggestion"
    ANSWER_QUESTIONS = "answer_questions"
    COMMENT = "comment"
    LATE_QUESTION = "late_question"
    OWN_QUESTION = "own_question"
    SETTLE_COMMENTS = "settle_comments"
    ADMIT_QUESTION = "admit_question"
    NAME_OWNER = "name_owner"
    AGREE_QUESTION = "agree_question"
    RESUME_QUESTION = "resume_question"


@dataclass(frozen=True, eq=False)
class Task:
    """One row of the front page. `clauses`, `question` and `suggestions` say about what, `due_on` until when.
    `minutes` say how long it takes; 0 when nobody knows, or more than an hour: who reads that does not begin."""

    kind: TaskKind
    agreement: Agreement
    clauses: Sequence[ClauseStanding] = ()
    question: Listed | Question | None = None
    suggestions: Sequence[Waiting | Shown] = ()
    count: int = 0
    due_on: date | None = None
    days_late: int = 0
    minutes: int = 0


# The order of rows by what the person is; late ones come before all.
ORDER = (
    TaskKind.LATE_QUESTION,
    TaskKind.ANSWER_SUGGESTION,
    TaskKind.APPROVE_CHANGED,
    TaskKind.APPROVE,
    TaskKind.APPROVE_REMOVAL,
    TaskKind.ANSWER_QUESTIONS,
    TaskKind.SETTLE_COMMENTS,
    TaskKind.ADMIT_QUESTION,
    TaskKind.COMMENT,
    TaskKind.AGREE_QUESTION,
    TaskKind.RESUME_QUESTION,
    TaskKind.OWN_QUESTION,
    TaskKind.NAME_OWNER,
)


def tasks(member: Member, found: Progress, waiting: Sequence[Question]) -> list[Task]:
    """What waits for a member, in order: late ones first, then by kind, then by deadline. Nothing waits for a reader.

    `found`, and `waiting` for a coordinator, are read by the caller, who shows them too. One query more, for the talk.
    """
    rows = [
        *_suggestion_tasks(member, found),
        *_approver_tasks(member, found),
        *_talk_tasks(member, found),
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
    return found.standings.get(each.placed.id) or _stand(each.placed, found.approvals, {}, {}, {}, ())


def _talk_tasks(member: Member, found: Progress) -> list[Task]:
    if member.role is Role.COORDINATOR:
        waiting = _with_open_comments(found)
        total = sum(each.comments.open for each in waiting)
        most = sorted(waiting, key=lambda each: -each.comments.open)[:2]
        return [_clause_task(TaskKind.SETTLE_COMMENTS, found, most, total, minutes_each=3)] if total else []
    if member.role is Role.OFFICIAL:
        counts = found.asked_of_authority
        asked = [each for each in found.standings.values() if each.id in counts]
        total = sum(counts[each.id] for each in asked)
        return [_clause_task(TaskKind.ANSWER_QUESTIONS, found, asked, total, minutes_each=5)] if asked else []
    if member.role is Role.REPRESENTATIVE:
        mine = comments.commented_clauses(
            found.agreement, organisation_id=member.organisation_id, user_id=member.user_id
        )
        quiet = [each for each in found.standings.values() if each.id not in mine and _asks_for_comments(each)]
        return [_clause_task(TaskKind.COMMENT, found, quiet, len(quiet), minutes_each=5)] if quiet else []
    return []


def _asks_for_comments(each: ClauseStanding) -> bool:
    if each.standing is Standing.CHANGE:
        return bool(each.comments.open) and not each.approvals
    return each.standing in (Standing.COMMENT, Standing.REOPENED)


def _with_open_comments(found: Progress) -> list[ClauseStanding]:
    return [each for each in found.standings.values() if each.comments.open]


def waits_in(member: Member, found: Progress) -> dict[UUID, TaskKind]:
    """What waits for a member in each clause; the first thing, where there are two. One query, for the talk."""
    waits: dict[UUID, TaskKind] = {}
    for task in [*_suggestion_tasks(member, found), *_approver_tasks(member, found), *_talk_tasks(member, found)]:
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
