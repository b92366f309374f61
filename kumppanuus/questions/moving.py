"""Where a question stands: one table of moves, what each needs, and taking a move back."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from kumppanuus import ledger
from kumppanuus.db import SHORT, db, has_ink, now, today, written
from kumppanuus.questions.editing import begin_change, end_change, lock_admitted
from kumppanuus.questions.refusals import Needs, NotAllowedMove, PastDay, TooLateToUndo
from kumppanuus.questions.tables import Move, MoveUndone, Question, QuestionMoved, Status, Step

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
    number = begin_change(question, revision)
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
    end_change(question, event, made, by=by)
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
    number = lock_admitted(question)
    last = undoable(question, by=by)
    if last is None:
        raise TooLateToUndo()
    last.undone_at = now()
    question.status, question.solution, question.outcome = last.from_status, last.old_solution, last.old_outcome
    question.reason, question.next_on, question.moved_at = last.old_reason, last.old_next_on, now()
    event = MoveUndone(question_id=question.id, number=number, to_status=question.status, move_id=last.id)
    end_change(question, event, last, by=by)


def undoable(question: Question, *, by: UUID) -> Move | None:
    """The person's own move, if it is the last thing that happened to the question and not a day old."""
    happened = ledger.history(question.id)
    if not happened or happened[0].kind != QuestionMoved.kind or happened[0].actor_id != by:
        return None
    last = db.session.get(Move, UUID(happened[0].facts["move_id"]))
    return last if last and last.undone_at is None and now() - last.moved_at < UNDO_WINDOW else None


def _is_return(before: Status, to: Status) -> bool:
    return to is Status.IN_PREPARATION and before in (Status.PROPOSED, Status.AGREED)
