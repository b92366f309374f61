"""Reminders before deadlines: a week and a day before, of what waits for a person, once for each thing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import date, datetime, time, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from kumppanuus import accounts, notifications, questions
from kumppanuus.agreements import Side
from kumppanuus.db import HELSINKI, db, writing
from kumppanuus.notifications import Reminder, Rhythm
from tests.concepts.table import Table

Clock = Callable[[datetime], AbstractContextManager[None]]
DUE = date(2026, 4, 5)  # the clock is moved in the night before the day a week before it


@pytest.fixture
def table(app: Flask) -> Iterator[Table]:
    with app.app_context(), writing():
        table = Table()
        asked = questions.ask(table.agreement, title="Rahat", text="Kuka maksaa?", by=table.aino)
        questions.admit(asked, by=table.mikko)
        owner = table.member(table.riikka)
        questions.assign(asked, owner=owner, side=Side.AUTHORITY, due_on=DUE, revision=asked.revision, by=table.mikko)
        db.session.commit()
        notifications.gather()
        yield table
        db.session.rollback()


def morning(days_before: int, at: time = time(7)) -> datetime:
    return datetime.combine(DUE - timedelta(days=days_before), at, HELSINKI)


def reminded(table: Table) -> set[tuple[str, int]]:
    rows = db.session.execute(select(Reminder.user_id, Reminder.days).where(Reminder.due_on == DUE))
    return {(table.people[user], days) for user, days in rows}


def test_who_is_responsible_is_reminded_a_week_and_a_day_before_once(table: Table, clock: Clock) -> None:
    for days, at, made, known in (
        (8, time(12), 0, set()),
        (7, time(6, 59), 0, set()),
        (7, time(7), 1, {("riikka", 7)}),
        (7, time(7), 0, {("riikka", 7)}),
        (4, time(9), 0, {("riikka", 7)}),
        (1, time(7), 1, {("riikka", 7), ("riikka", 1)}),
        (0, time(7), 0, {("riikka", 7), ("riikka", 1)}),
    ):
        with clock(morning(days, at)):
            assert notifications.remind() == made
            assert reminded(table) == known


def test_a_worker_that_was_away_reminds_later_and_who_wants_no_letters_is_not_reminded(
    table: Table, clock: Clock
) -> None:
    with clock(morning(5, time(21))):
        assert notifications.remind() == 1
    notifications.choose_rhythm(db.session.get_one(accounts.User, table.riikka), Rhythm.NEVER)
    db.session.commit()
    with clock(morning(1)):
        assert notifications.remind() == 0
    assert reminded(table) == {("riikka", 7)}


def test_a_deadline_that_moved_is_reminded_of_anew_and_a_settled_one_not_at_all(table: Table, clock: Clock) -> None:
    with clock(morning(7)):
        assert notifications.remind() == 1
    [asked] = questions.register(table.agreement)
    owner, later = table.member(table.riikka), DUE + timedelta(days=5)
    questions.assign(asked, owner=owner, side=Side.AUTHORITY, due_on=later, revision=asked.revision, by=table.mikko)
    db.session.commit()
    with clock(morning(6)):
        assert notifications.remind() == 0
    with clock(morning(2)):
        assert notifications.remind() == 1
    assert set(db.session.scalars(select(Reminder.due_on))) == {DUE, later}
