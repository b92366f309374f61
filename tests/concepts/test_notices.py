"""Notices: from the record alone, one for each person and entry, with why."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy import event, select

from kumppanuus import accounts, agreements, approvals, comments, members, notifications, questions, suggestions
from kumppanuus.agreements import Side
from kumppanuus.comments import CommentKind
from kumppanuus.db import HELSINKI, db
from kumppanuus.notifications import Cursor, Notice, Rhythm, rhythm
from kumppanuus.notifications.tables import Following, Why
from tests.concepts.table import Table
from tests.databases import NOW, Queries, SceneOf

Clock = Callable[[datetime], AbstractContextManager[None]]


@pytest.fixture
def table(scene_of: SceneOf[Table]) -> Table:
    return scene_of(Table)


def test_everybody_but_who_did_it_is_told_and_of_several_reasons_the_nearest_counts(table: Table) -> None:
    said = table.say(table.aino)
    assert table.told() == {"mikko": "coordinator", "riikka": "member", "outi": "member"}
    comments.reply(said, text="Nekin korvataan.", by=table.member(table.riikka))
    assert table.told() == {"mikko": "coordinator", "aino": "direct", "outi": "member"}
    table.say(table.mikko)
    assert table.told() == {"riikka": "author", "aino": "author", "outi": "member"}
    another = table.say(table.aino)
    comments.edit(another, text="Entä bussiliput?", kind=CommentKind.CONCERN, by=table.member(table.aino))
    assert table.told() == {}
    comments.settle(another, response="Lisätään kohtaan.", by=table.mikko)
    assert table.told() == {"riikka": "author", "aino": "direct", "outi": "member"}


def test_text_suggestions_and_approvals_are_told_to_approvers_as_such(table: Table) -> None:
    agreements.rewrite(table.clause, title="Kulut", text="Alue maksaa.", base=table.clause.current, by=table.mikko)
    assert table.told() == {"riikka": "approver", "aino": "member", "outi": "member"}
    written = suggestions.write(
        table.clause,
        title="Kulut",
        text="Maksaa.",
        base=table.clause.current,
        reason="Lyhyt",
        by=table.member(table.aino),
    )
    assert table.told() == {"mikko": "coordinator", "riikka": "approver", "outi": "member"}
    comments.add(written.thread, text="Miksi?", kind=CommentKind.QUESTION, by=table.member(table.riikka))
    assert table.told() == {"mikko": "coordinator", "aino": "direct", "outi": "member"}
    suggestions.reject(written, reason="Liian lyhyt", by=table.member(table.riikka))
    assert table.told() == {"mikko": "coordinator", "aino": "direct", "outi": "member"}
    fingerprint = table.clause.current.fingerprint
    approvals.give(table.clause, side=Side.AUTHORITY, fingerprint=fingerprint, by=table.riikka)
    assert table.told() == {"mikko": "coordinator", "aino": "member", "outi": "member"}


def test_who_answers_for_a_question_is_told_as_its_owner_and_of_what_is_asked_of_them_directly(table: Table) -> None:
    asked = questions.ask(table.agreement, title="Rahat", text="Kuka maksaa?", by=table.aino)
    assert table.told() == {"mikko": "coordinator"}
    questions.admit(asked, by=table.mikko)
    assert table.told() == {"riikka": "member", "aino": "direct", "outi": "member"}
    owner = table.member(table.riikka)
    questions.assign(asked, owner=owner, side=Side.AUTHORITY, due_on=None, revision=asked.revision, by=table.mikko)
    assert table.told() == {"riikka": "direct", "aino": "author", "outi": "member"}
    questions.update(asked, text="Selvitetty.", revision=asked.revision, by=table.mikko)
    assert table.told() == {"riikka": "owner", "aino": "author", "outi": "member"}
    comments.add(asked.thread, text="Milloin?", kind=CommentKind.QUESTION, by=table.member(table.aino))
    assert table.told() == {"mikko": "coordinator", "riikka": "direct", "outi": "member"}


def test_whose_membership_ended_or_account_was_closed_is_told_nothing(table: Table) -> None:
    table.say(table.mikko)
    members.end(table.member(table.outi), by=table.mikko)
    accounts.disable(db.session.get_one(accounts.User, table.riikka), by=None)
    db.session.commit()
    table.say(table.mikko)
    assert table.told() == {"aino": "member"}


def test_what_is_muted_is_told_only_when_it_is_said_to_the_person_and_the_narrowest_choice_counts(table: Table) -> None:
    def choose(subject: UUID, *, is_muted: bool) -> None:
        db.session.add(
            Following(user_id=table.aino, agreement_id=table.agreement.id, subject_id=subject, is_muted=is_muted)
        )

    choose(table.agreement.id, is_muted=True)
    table.say(table.mikko)
    assert table.told() == {"riikka": "member", "outi": "member"}
    choose(table.section, is_muted=False)
    table.say(table.mikko)
    assert table.told() == {"riikka": "member", "aino": "follower", "outi": "member"}
    choose(table.clause.id, is_muted=True)
    said = table.say(table.aino)
    comments.reply(said, text="Kyllä.", by=table.member(table.mikko))
    assert table.told() == {"riikka": "member", "aino": "direct", "outi": "member"}
    table.say(table.mikko)
    assert table.told() == {"riikka": "member", "outi": "member"}


def test_notices_and_how_far_the_record_was_read_are_written_together_or_not_at_all(table: Table) -> None:
    db.session.commit()
    notifications.gather()
    for _ in range(3):
        table.say(table.aino)
    db.session.commit()
    before = state(table)

    def fail(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        nonlocal left
        is_writing = statement.startswith(("INSERT", "UPDATE", "DELETE"))
        left -= is_writing
        if is_writing and left == 0:
            raise Killed

    left, written = 0, 0
    event.listen(db.engine, "before_cursor_execute", fail)
    try:
        while True:
            written += 1
            left = written
            try:
                notifications.gather()
            except Killed:
                db.session.rollback()
                assert state(table) == before
            else:
                break
    finally:
        event.remove(db.engine, "before_cursor_execute", fail)
    assert written > 2
    assert state(table) == (before[0] + 3, before[1] + 9)
    assert notifications.gather() == 0
    assert state(table) == (before[0] + 3, before[1] + 9)


class Killed(Exception):
    """The end of a worker, at a statement that writes."""


def state(table: Table) -> tuple[int, int]:
    """How far the record was read, and how many notices there are."""
    cursor = db.session.get_one(Cursor, table.agreement.id, populate_existing=True)
    count = db.session.scalars(select(sa.func.count()).select_from(Notice)).one()
    return cursor.number, count


def test_gathering_costs_the_same_queries_however_much_happened(
    table: Table, queries: Callable[[], AbstractContextManager[Queries]]
) -> None:
    spent = []
    for many in (1, 12):
        for _ in range(many):
            table.say(table.aino)
        db.session.commit()
        notifications.gather()
        for _ in range(many):
            comments.reply(table.say(table.riikka), text="Niin.", by=table.member(table.aino))
        db.session.commit()
        with queries() as sent:
            notifications.gather()
        spent.append(len(sent))
    assert spent[0] == spent[1]


def test_a_chain_that_is_first_read_is_told_from_where_the_last_mondays_letter_begins(
    table: Table, clock: Clock
) -> None:
    begins = datetime(2026, 3, 23, 7, tzinfo=HELSINKI)
    for moment in (begins - timedelta(seconds=1), begins):
        with clock(moment):
            table.say(table.mikko)
            db.session.commit()
    # The last moment before the next letter; the clock was moved since.
    with clock(datetime(2026, 4, 6, 6, 59, tzinfo=HELSINKI)):
        notifications.gather()
    told = db.session.execute(select(Notice.at, sa.func.count()).group_by(Notice.at)).all()
    assert [tuple(each) for each in told] == [(begins, 3)]


# ---------------------------------------------------------------- when


@pytest.mark.parametrize(
    ("rhythm_of_it", "why", "at", "due"),
    [
        (Rhythm.AT_ONCE, Why.MEMBER, "2026-03-18 12:00", "2026-03-18 12:02"),
        (Rhythm.WEEKLY, Why.DIRECT, "2026-03-18 12:00", "2026-03-18 12:02"),
        (Rhythm.DAILY, Why.OWNER, "2026-03-18 06:59", "2026-03-18 07:00"),
        (Rhythm.DAILY, Why.OWNER, "2026-03-18 07:00", "2026-03-19 07:00"),
        (Rhythm.WEEKLY, Why.MEMBER, "2026-03-16 06:59", "2026-03-16 07:00"),
        (Rhythm.WEEKLY, Why.MEMBER, "2026-03-16 07:00", "2026-03-23 07:00"),
        # The clock is moved on the night before the 29th of March, and of the 25th of October.
        (Rhythm.DAILY, Why.MEMBER, "2026-03-28 12:00", "2026-03-29 07:00"),
        (Rhythm.WEEKLY, Why.MEMBER, "2026-03-28 12:00", "2026-03-30 07:00"),
        (Rhythm.WEEKLY, Why.MEMBER, "2026-10-25 03:30", "2026-10-26 07:00"),
        (Rhythm.NEVER, Why.DIRECT, "2026-03-18 12:00", None),
    ],
)
def test_letters_leave_at_once_or_at_seven_in_helsinki(
    rhythm_of_it: Rhythm, why: Why, at: str, due: str | None
) -> None:
    def moment(text: str) -> datetime:
        return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=HELSINKI)

    found = rhythm.due(rhythm_of_it, why, moment(at))
    assert found == (moment(due) if due else None)


def test_around_the_nights_the_clock_is_moved_each_letter_leaves_once_at_seven() -> None:
    for night in (datetime(2026, 3, 29, tzinfo=UTC), datetime(2026, 10, 25, tzinfo=UTC)):
        moments = [night + timedelta(minutes=15 * number) for number in range(-8 * 96, 8 * 96)]
        for wanted, days in ((Rhythm.DAILY, 1), (Rhythm.WEEKLY, 7)):
            slots = [rhythm.next_slot(wanted, each) for each in moments]
            assert slots == sorted(slots)
            waits = [slot - each for slot, each in zip(slots, moments, strict=True)]
            assert timedelta(0) < min(waits) <= max(waits) <= timedelta(days=days, hours=1), (
                "the longest day has 25 hours"
            )
            here = sorted({each.astimezone(HELSINKI) for each in slots})
            assert {each.time() for each in here} == {rhythm.HOUR}
            assert {later.date() - each.date() for each, later in pairwise(here)} == {timedelta(days=days)}


def test_what_waits_leaves_by_the_rhythm_that_was_chosen_since(table: Table) -> None:
    table.say(table.aino)
    table.told()
    riikka = db.session.get_one(accounts.User, table.riikka)
    for chosen, due in (
        (Rhythm.AT_ONCE, NOW + rhythm.PAUSE),
        (Rhythm.DAILY, datetime(2026, 3, 19, 7, tzinfo=HELSINKI)),
        (Rhythm.WEEKLY, datetime(2026, 3, 23, 7, tzinfo=HELSINKI)),
    ):
        rhythm.choose_rhythm(riikka, chosen)
        assert set(db.session.scalars(select(Notice.due_at).where(Notice.user_id == table.riikka))) == {due}
    rhythm.choose_rhythm(riikka, Rhythm.NEVER)
    table.say(table.aino)
    assert table.told() == {"mikko": "coordinator", "outi": "member"}
    assert db.session.scalars(select(Notice).where(Notice.user_id == table.riikka)).all() == []
