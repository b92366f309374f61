"""Jobs: done once, in turn, with progress; stopped, failed or lost, nothing of their work is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from kumppanuus import accounts, jobs
from kumppanuus.db import db, writing
from kumppanuus.errors import Refused
from kumppanuus.jobs import Ended, Job, Report, State
from tests.databases import NOW
from tests.racing import at_once

Clock = Callable[[datetime], AbstractContextManager[None]]


class Closed(Refused):
    """What a work may refuse."""


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What the works of this test have done: "koe" counts to three, "kielto" refuses, "vika" breaks."""
    found: list[Any] = []

    def count(facts: dict[str, Any], report: Report) -> Callable[[], dict[str, Any]]:
        for step in range(1, 4):
            found.append(step)
            report(step)
        return lambda: {"total": sum(found)}

    def refuse(_facts: dict[str, Any], _report: Report) -> Any:
        raise Closed()

    def breaks(_facts: dict[str, Any], _report: Report) -> Any:
        raise ZeroDivisionError

    def stopped(facts: dict[str, Any], report: Report) -> Callable[[], dict[str, Any]]:
        with writing():
            jobs.cancel(db.session.get_one(Job, UUID(facts["job"])))
            db.session.commit()
        report(1)
        raise AssertionError("a stopped job goes on")

    monkeypatch.setattr(jobs, "_WORK", {"koe": count, "kielto": refuse, "vika": breaks, "loppu": stopped})
    return found


@pytest.fixture
def somebody(app: Flask) -> Iterator[UUID]:
    with app.app_context():
        with writing():
            user = accounts.find_or_add("aino@kumppanuus.example", "Aino", by=None)
            db.session.commit()
        yield user.id
        db.session.rollback()


def add(kind: str, by: UUID, facts: dict[str, Any] | None = None) -> UUID:
    with writing():
        job = jobs.add(kind, facts or {}, steps=3, by=by).id
        db.session.commit()
        return job


def state(job_id: UUID) -> tuple[State, int, dict[str, Any], str]:
    job = db.session.get_one(Job, job_id)
    found = job.state, job.step, dict(job.result), job.refusal
    db.session.rollback()
    return found


def test_a_job_is_done_once_with_its_progress_and_its_result(somebody: UUID, done: list[Any]) -> None:
    job = add("koe", somebody)
    assert jobs.added() == [job]
    assert jobs.added() == []

    assert jobs.run(job) is State.DONE
    assert jobs.run(job) is State.DONE

    assert done == [1, 2, 3]
    assert state(job) == (State.DONE, 3, {"total": 6}, "")


def test_what_the_work_refuses_is_told_by_name_and_a_mistake_without_one(somebody: UUID, done: list[Any]) -> None:
    refused, broken = add("kielto", somebody), add("vika", somebody)

    assert [jobs.run(refused), jobs.run(broken)] == [State.FAILED, State.FAILED]

    assert state(refused)[3] == f"{Closed.__module__.rpartition('.')[2]}.Closed"
    assert state(broken) == (State.FAILED, 0, {}, "")


def test_a_job_stopped_while_it_waits_is_not_begun_and_while_it_works_keeps_nothing(
    somebody: UUID, done: list[Any]
) -> None:
    waiting = add("koe", somebody)
    with writing():
        jobs.cancel(db.session.get_one(Job, waiting))
        db.session.commit()
    working = add("loppu", somebody)
    with writing():
        db.session.get_one(Job, working).facts = {"job": str(working)}
        db.session.commit()

    assert [jobs.run(waiting), jobs.run(working)] == [State.CANCELLED, State.CANCELLED]

    assert done == []
    assert state(working) == (State.CANCELLED, 0, {}, "")
    with writing(), pytest.raises(Ended):
        jobs.cancel(db.session.get_one(Job, working))


def test_only_so_many_work_at_once_and_one_that_is_gone_makes_room(
    somebody: UUID, done: list[Any], clock: Clock
) -> None:
    running = [add("koe", somebody) for _each in range(jobs.MOST_AT_ONCE)]
    with writing():
        for each in running:
            db.session.get_one(Job, each).state = State.RUNNING
        db.session.commit()
    job = add("koe", somebody)

    assert jobs.run(job, patience=0) is State.WAITING
    with clock(NOW + jobs.LOST + timedelta(seconds=1)):
        assert db.session.get_one(Job, running[0]).is_lost
        db.session.rollback()
        assert jobs.run(job) is State.DONE


def test_a_process_that_ended_without_a_word_has_failed(somebody: UUID, done: list[Any]) -> None:
    job, finished = add("koe", somebody), add("koe", somebody)
    jobs.run(finished)

    jobs.process_ended(job)
    jobs.process_ended(finished)

    assert [state(job)[0], state(finished)[0]] == [State.FAILED, State.DONE]


def test_two_processes_do_not_do_one_job_twice(app: Flask, somebody: UUID, done: list[Any]) -> None:
    job = add("koe", somebody)

    at_once(app, [lambda: jobs.run(job), lambda: jobs.run(job)])

    assert done == [1, 2, 3]


def test_old_jobs_are_forgotten(somebody: UUID, done: list[Any], clock: Clock) -> None:
    old, new = add("koe", somebody), None
    with clock(NOW + jobs.LIVES):
        new = add("koe", somebody)
        with writing():
            assert jobs.forget_old() == 1
            db.session.commit()
    assert (db.session.get(Job, old), db.session.get(Job, new) is None) == (None, False)
