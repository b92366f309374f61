"""Time: kept in UTC, shown in Helsinki; nights on which the clock is moved, ends of days, and a clock that jumps."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from kumppanuus import accounts, agreements, comments, drafts, ledger, limits, members, questions
from kumppanuus.accounts import LinkSpent
from kumppanuus.comments import CommentKind
from kumppanuus.db import db, now, today
from kumppanuus.web import language
from tests.databases import NOW, Databases, end_of

Clock = Callable[[Any], AbstractContextManager[None]]

# "Open until 15.6." ends with the last second of that day in Helsinki; what UTC calls it depends on the time of year.
ENDS = {
    "2026-06-15": "2026-06-15 20:59:59",
    "2026-12-31": "2026-12-31 21:59:59",
    "2028-02-29": "2028-02-29 21:59:59",
    "2026-03-28": "2026-03-28 21:59:59",
    "2026-03-29": "2026-03-29 20:59:59",  # the day has 23 hours
    "2026-10-24": "2026-10-24 20:59:59",
    "2026-10-25": "2026-10-25 21:59:59",  # the day has 25 hours
}

# A moment in UTC → the day in Helsinki, and how it is shown there.
SHOWN = {
    "2026-06-15 20:59:59": ("2026-06-15", "ma\u00a015.6.2026 klo 23.59"),
    "2026-06-15 21:00:00": ("2026-06-16", "ti\u00a016.6.2026 klo 0"),
    "2026-03-28 21:59:59": ("2026-03-28", "la\u00a028.3.2026 klo 23.59"),
    "2026-03-28 22:00:00": ("2026-03-29", "su\u00a029.3.2026 klo 0"),
    "2026-03-29 00:59:00": ("2026-03-29", "su\u00a029.3.2026 klo 2.59"),
    "2026-03-29 01:00:00": ("2026-03-29", "su\u00a029.3.2026 klo 4"),  # three o'clock did not exist
    "2026-03-29 20:59:59": ("2026-03-29", "su\u00a029.3.2026 klo 23.59"),
    "2026-03-29 21:00:00": ("2026-03-30", "ma\u00a030.3.2026 klo 0"),
    "2026-10-24 21:00:00": ("2026-10-25", "su\u00a025.10.2026 klo 0"),
    "2026-10-25 00:30:00": ("2026-10-25", "su\u00a025.10.2026 klo 3.30"),
    "2026-10-25 01:30:00": ("2026-10-25", "su\u00a025.10.2026 klo 3.30"),  # half past three, the second time
    "2026-10-25 21:59:59": ("2026-10-25", "su\u00a025.10.2026 klo 23.59"),
    "2026-10-25 22:00:00": ("2026-10-26", "ma\u00a026.10.2026 klo 0"),
}

# When a question was due, and a moment in UTC → how many days late it is.
LATE = {
    ("2026-06-15", "2026-06-15 20:59:59"): 0,
    ("2026-06-15", "2026-06-15 21:00:00"): 1,
    ("2026-03-28", "2026-03-29 20:59:59"): 1,
    ("2026-03-28", "2026-03-29 21:00:00"): 2,
    ("2026-10-24", "2026-10-25 21:59:59"): 1,
    ("2026-10-24", "2026-10-25 22:00:00"): 2,
    ("2026-03-18", "2027-03-18 10:00:00"): 365,
}

# How far the clock jumps after a link of 30 minutes and a session were made → whether they still let in.
JUMPS = {
    timedelta(0): (True, True),
    timedelta(minutes=29, seconds=59): (True, True),
    timedelta(minutes=30): (False, True),
    timedelta(minutes=-4): (True, True),
    timedelta(minutes=-10): (False, False),  # a clock that is set back lengthens no life
    timedelta(days=365): (False, False),
    timedelta(days=-365): (False, False),
}

# How far the clock jumps between two sendings of one form → whether the second counts as sent already.
AGAIN = {
    timedelta(minutes=59): True,
    timedelta(hours=1): False,
    timedelta(minutes=-10): True,
    timedelta(days=365): False,
}


def utc(moment: str) -> datetime:
    return datetime.fromisoformat(moment).replace(tzinfo=UTC)


def test_the_tables_hold_forty_cases() -> None:
    nights = [NIGHTS[night] for night in NIGHTS]
    assert sum(map(len, (ENDS, SHOWN, LATE, JUMPS, AGAIN, nights))) == 40


def test_a_day_ends_with_its_last_second_in_helsinki() -> None:
    assert {day: str(end_of(date.fromisoformat(day)))[:19] for day in ENDS} == ENDS


def test_moments_are_shown_in_helsinki_with_the_offset_of_their_night(databases: Databases, clock: Clock) -> None:
    seen = {}
    with databases.app.test_request_context("/"):
        for moment in SHOWN:
            with clock(utc(moment)):
                seen[moment] = str(today()), language.full_moment(now())
        with clock(utc("2026-03-18 10:00:00")):
            days = [language.days(date(year, 11, 6), date(2026, 12, 18)) for year in (2025, 2026)]
    assert seen == SHOWN
    assert days == ["6.11.2025–18.12.2026", "6.11.–18.12.2026"]


def test_a_question_is_late_from_the_midnight_of_helsinki(inside: None, world: Any, clock: Clock) -> None:
    question = questions.by_id(world.questions[1])
    assert question is not None
    question.status = questions.Status.OPEN
    found = {}
    with db.session.no_autoflush:
        for due, moment in LATE:
            question.due_on = date.fromisoformat(due)
            with clock(utc(moment)):
                found[due, moment] = question.days_late
    assert found == LATE


# On each night: moments in the order of time whose clock times in Helsinki are in another, or the same.
NIGHTS = {
    "summer begins": ["2026-03-29 00:59:59", "2026-03-29 01:00:00"],
    "summer ends": ["2026-10-25 00:30:00", "2026-10-25 01:15:00"],
}


@pytest.mark.parametrize("night", NIGHTS)
def test_what_was_said_in_the_night_stands_in_the_order_of_time(
    night: str, inside: None, world: Any, clock: Clock
) -> None:
    clause = agreements.clause_by_id(world.examples["comment"])
    assert clause is not None
    member = members.of(world.agreement, world.aino)
    assert member is not None
    thread = comments.thread_of(clause)
    for moment in NIGHTS[night]:
        with clock(utc(moment)):
            comments.add(thread, text=moment, kind=CommentKind.CONCERN, by=member)
    newest = [each.comment.text for each in comments.talk(clause_id=clause.id, me=None).said[:2]]
    assert newest == NIGHTS[night][::-1]
    assert ledger.verify() is None


def test_no_link_and_no_session_lives_longer_because_the_clock_jumps(inside: None, world: Any, clock: Clock) -> None:
    aino = db.session.get_one(accounts.User, world.aino)
    found = {}
    for jump in JUMPS:
        with db.session.begin_nested() as savepoint:
            asking = accounts.ask(
                aino.address, browser="b", browser_words="", language=aino.language, is_remembered=False
            )
            made = accounts.make_letter(asking, lives=timedelta(minutes=30))
            assert made is not None
            session, token = accounts.enter(aino, browser_words="")
            with clock(NOW + jump):
                try:
                    accounts.enter_by_link(made[1], browser_words="")
                    lets_in = True
                except LinkSpent:
                    lets_in = False
                db.session.expire(session)
                found[jump] = lets_in, accounts.session_of(token) is not None
            savepoint.rollback()
    assert found == JUMPS


def test_one_form_sent_twice_is_one_also_when_the_clock_is_set_back(inside: None, clock: Clock) -> None:
    found = {}
    for number, jump in enumerate(AGAIN):
        drafts.spend(f"key{number}", within=timedelta(hours=1))
        with clock(NOW + jump):
            try:
                drafts.spend(f"key{number}", within=timedelta(hours=1))
                found[jump] = False
            except drafts.AlreadySent:
                found[jump] = True
    assert found == AGAIN


def test_the_record_goes_by_number_wherever_the_clock_jumps(inside: None, world: Any, clock: Clock) -> None:
    agreement = agreements.by_id(world.agreement)
    assert agreement is not None
    section = agreements.outline(agreement).chapters[0].section
    section = db.session.get_one(agreements.Section, section.id)
    before = ledger.head(agreement.id)
    assert before is not None
    length, title = before.length, section.title
    for jump in (timedelta(minutes=-10), timedelta(days=365), timedelta(0)):
        with clock(NOW + jump):
            limits.spend("jumps", limits.COMMENT)
            agreements.rename_section(section, title=f"{title} {jump.days}", base=section.title, by=world.mikko)
    entries = ledger.entries(agreement.id, most=3)
    assert [entry.number for entry in entries] == [length + 3, length + 2, length + 1]
    assert [entry.at - NOW for entry in entries] == [timedelta(0), timedelta(days=365), timedelta(minutes=-10)]
    assert ledger.verify() is None
    assert db.session.scalar(sa.select(sa.func.count()).select_from(limits.Use)) == 3
