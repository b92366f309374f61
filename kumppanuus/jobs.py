"""Long tasks: what no request waits for, with how far it has come, what came of it, and a way to stop it.

A job is a row and a process of its own (`flask job ID`). The module that knows the work says how it is done:
`@jobs.work("agreement.read")`. A job leaves no entry in the ledger; what it does there, its verbs record.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Mapped, mapped_column

from kumppanuus.db import Base, Identified, Word, db, now, table_of, writing
from kumppanuus.errors import Refused

log = logging.getLogger("kumppanuus")

MOST_AT_ONCE = 2  # processes that work at the same time; others wait for their turn
LOST = timedelta(minutes=5)  # a running job that has said nothing for so long is no more
LIVES = timedelta(days=7)


class State(StrEnum):
    """Where a job stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Job(Identified, Base):
    """A task of one person. `facts` say what it works on, `result` what came of it; `step` of `steps` are done.

    `refusal` names the class of what refused it (`unreadable.Damaged`); a failure without one was a mistake of ours.
    """

    __tablename__ = "job"

    user_id: Mapped[UUID] = mapped_column(sa.ForeignKey("user.id"), index=True)
    kind: Mapped[str]
    facts: Mapped[dict[str, Any]]
    state: Mapped[State] = mapped_column(Word(State), default=State.WAITING, index=True)
    step: Mapped[int] = mapped_column(default=0)
    steps: Mapped[int] = mapped_column(default=1)
    result: Mapped[dict[str, Any]] = mapped_column(default=dict)
    refusal: Mapped[str] = mapped_column(default="")
    made_at: Mapped[datetime] = mapped_column(default=now)
    touched_at: Mapped[datetime] = mapped_column(default=now)

    @property
    def is_open(self) -> bool:
        """Whether it waits or runs. One whose process is gone does neither."""
        return self.state in (State.WAITING, State.RUNNING) and not self.is_lost

    @property
    def is_lost(self) -> bool:
        """Whether its process ended without a word: the machine was switched off."""
        return self.state in (State.WAITING, State.RUNNING) and now() - self.touched_at > LOST


class Ended(Refused):
    """The job has ended already: it cannot be stopped any more."""

    status = 409


class Cancelled(Exception):
    """Somebody stopped the job while it worked. Its work ends here, and nothing of it is kept."""


# Reports how far the work has come: (step) or (step, of how many).
Report = Callable[..., None]
# Does the work and gives back what keeps its result: that runs in the transaction which ends the job.
Work = Callable[[dict[str, Any], Report], Callable[[], dict[str, Any]]]
# Is told of a job that is done or has failed, in the transaction which ends it.
Told = Callable[[Job], object]

_WORK: dict[str, Work] = {}
_ADDED = "jobs"  # where the session remembers the jobs of its transaction


def work(kind: str) -> Callable[[Work], Work]:
    """Say how the jobs of a kind are done."""

    def register(done: Work) -> Work:
        _WORK[kind] = done
        return done

    return register


def add(kind: str, facts: dict[str, Any], *, steps: int, by: UUID) -> Job:
    """Add a job. Whoever commits the transaction starts a process for each of `added()`."""
    if kind not in _WORK:
        raise KeyError(kind)
    job = Job(user_id=by, kind=kind, facts=facts, steps=steps)
    db.session.add(job)
    db.session.flush()
    db.session.info.setdefault(_ADDED, []).append(job.id)
    return job


def added() -> list[UUID]:
    """The jobs that were added since this was asked last."""
    found: list[UUID] = db.session.info.pop(_ADDED, [])
    return found


def cancel(job: Job) -> None:
    """Stop a job: nothing of its work is kept. Refuses `Ended`."""
    if not job.is_open or not _move(job.id, (State.WAITING, State.RUNNING), State.CANCELLED):
        raise Ended()
    db.session.expire(job)


def by_id(job_id: UUID) -> Job | None:
    return db.session.get(Job, job_id)


def run(job_id: UUID, *, patience: float = 600, told: Told | None = None) -> State:
    """Do a job in this process, once it is its turn, and say how it ended. Commits.

    A job that another process has begun or somebody stopped is left alone. `patience` are seconds to wait for a turn;
    `told` is called with the job in the transaction that ends it.
    """
    end = time.monotonic() + patience
    while not _claim(job_id):
        with writing():
            job = db.session.get_one(Job, job_id)
            state, is_waiting = job.state, job.state is State.WAITING
            job.touched_at = now()
            db.session.commit() if is_waiting else db.session.rollback()
        if not is_waiting or time.monotonic() > end:
            return state
        time.sleep(0.5)
    job = db.session.get_one(Job, job_id)
    kind, facts = job.kind, job.facts
    db.session.rollback()
    try:
        keep = _WORK[kind](facts, lambda step, steps=None: _report(job_id, step, steps))
        with writing():
            result = keep()
            if not _move(job_id, (State.RUNNING,), State.DONE, result=result):
                raise Cancelled()
            _tell(job_id, told)
            db.session.commit()
    except Cancelled:
        db.session.rollback()
    except Refused as refusal:
        _fail(job_id, f"{type(refusal).__module__.rpartition('.')[2]}.{type(refusal).__name__}", told)
    except Exception:
        log.exception("job %s (%s) failed", job_id, kind)
        _fail(job_id, "", told)
    found = db.session.get_one(Job, job_id).state
    db.session.rollback()
    return found


def process_ended(job_id: UUID, *, told: Told | None = None) -> None:
    """Note that the process of a job has ended. One that has not said how it went has failed. Commits."""
    _fail(job_id, "", told)


def forget_old() -> int:
    """Delete jobs of long ago; returns how many."""
    gone = db.session.execute(delete(Job).where(Job.touched_at <= now() - LIVES)).rowcount  # type: ignore[attr-defined]  # a delete tells its rows
    return int(gone)


# ---------------------------------------------------------------- inside


def _move(job_id: UUID, before: tuple[State, ...], after: State, **values: Any) -> bool:
    """Move a job from one of some states to another; whether it was in one of them."""
    statement = update(Job).where(Job.id == job_id, Job.state.in_(before))
    done = db.session.execute(statement.values(state=after, touched_at=now(), **values))
    return bool(done.rowcount)  # type: ignore[attr-defined]  # an update tells its rows


def _claim(job_id: UUID) -> bool:
    """Begin a job that waits, if there is room for one more."""
    with writing():
        jobs = table_of(Job)
        if db.session.get_bind().dialect.name == "postgresql":
            db.session.execute(sa.text("LOCK TABLE job IN SHARE ROW EXCLUSIVE MODE"))
        query = select(func.count()).select_from(jobs)
        query = query.where(jobs.c.state == State.RUNNING, jobs.c.touched_at > now() - LOST)
        has_room = (db.session.scalar(query) or 0) < MOST_AT_ONCE
        is_ours = has_room and _move(job_id, (State.WAITING,), State.RUNNING)
        db.session.commit()
        return is_ours


def _report(job_id: UUID, step: int, steps: int | None) -> None:
    values = {"step": step} if steps is None else {"step": step, "steps": steps}
    with writing():
        is_running = _move(job_id, (State.RUNNING,), State.RUNNING, **values)
        db.session.commit()
    if not is_running:
        raise Cancelled()


def _fail(job_id: UUID, refusal: str, told: Told | None) -> None:
    db.session.rollback()
    with writing():
        if _move(job_id, (State.WAITING, State.RUNNING), State.FAILED, refusal=refusal):
            _tell(job_id, told)
        db.session.commit()


def _tell(job_id: UUID, told: Told | None) -> None:
    if told is not None:
        told(db.session.get_one(Job, job_id, populate_existing=True))
