"""How often a thing may be done."""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import select

from kumppanuus import limits
from kumppanuus.db import db, writing
from kumppanuus.limits import Limit, TooMany, Use
from tests.databases import NOW

Clock = Callable[[datetime], AbstractContextManager[None]]

TWO_A_MINUTE = (Limit(2, timedelta(minutes=1)),)


def wait(key: str = "key", of: tuple[Limit, ...] = TWO_A_MINUTE) -> int | None:
    """Seconds to wait for a use, or None if it was counted."""
    try:
        limits.spend(key, of)
    except TooMany as refusal:
        return int(refusal.facts["wait"])
    return None


def test_uses_are_counted_within_a_stretch_of_time(inside_empty: None, clock: Clock) -> None:
    found = []
    for second in (0, 20, 40, 59, 60, 61, 79, 80):
        with clock(NOW + timedelta(seconds=second)):
            found.append((second, wait()))
    # 0 and 20 count; what is refused does not.
    assert found == [(0, None), (20, None), (40, 21), (59, 2), (60, None), (61, 20), (79, 2), (80, None)]


def test_each_key_has_its_own_count(inside_empty: None) -> None:
    assert [wait("a"), wait("a"), wait("b"), wait("b")] == [None] * 4
    assert wait("a") is not None


def test_the_longest_wait_of_several_limits_is_kept(inside_empty: None, clock: Clock) -> None:
    both = (*TWO_A_MINUTE, Limit(3, timedelta(days=1)))
    for minute in range(3):
        with clock(NOW + timedelta(minutes=2 * minute)):
            assert wait(of=both) is None
    with clock(NOW + timedelta(hours=23, minutes=59)):
        assert wait(of=both) == 61
    with clock(NOW + timedelta(days=1)):
        assert wait(of=both) is None


def test_a_limit_survives_a_restart_and_is_shared(app: Flask) -> None:
    def use() -> int | None:
        with app.app_context(), writing():
            found = wait()
            db.session.commit()
            return found

    assert [use(), use(), use() is not None] == [None, None, True]


def test_uses_at_the_same_moment_are_all_counted(app: Flask) -> None:
    found: list[Any] = []
    start = threading.Barrier(8)

    def use() -> None:
        start.wait()
        with app.app_context(), writing():
            found.append(wait())
            db.session.commit()

    using = [threading.Thread(target=use) for _each in range(8)]
    for thread in using:
        thread.start()
    for thread in using:
        thread.join()
    assert found.count(None) == 2
    assert len(found) == 8


def test_addresses_and_numbers_are_not_kept(inside_empty: None) -> None:
    wait("letters to aino@example.fi")
    assert "aino" not in str([vars(row) for row in db.session.scalars(select(Use))])


def test_uses_no_limit_looks_back_to_are_deleted(inside_empty: None, clock: Clock) -> None:
    wait()
    with clock(NOW + timedelta(hours=23)):
        wait()
    with clock(NOW + timedelta(days=1)):
        assert limits.forget_old() == 1


def test_the_limits_are_those_that_were_promised() -> None:
    minute, day = timedelta(minutes=1), timedelta(days=1)
    assert {
        name: [(limit.most, limit.per) for limit in getattr(limits, name)]
        for name in ("LINK_PER_ADDRESS", "WRONG_TOKEN_PER_IP", "COMMENT", "EXPORT")
    } == {
        "LINK_PER_ADDRESS": [(3, 15 * minute), (10, day)],
        "WRONG_TOKEN_PER_IP": [(10, 5 * minute)],
        "COMMENT": [(30, 10 * minute)],
        "EXPORT": [(20, 60 * minute)],
    }
    assert limits.LINK_PER_IP[0].most > 40


def test_any_text_is_a_key(inside_empty: None) -> None:
    for key in ("", "ä", "\x00", "\ud800", "x" * 10_000):
        assert [wait(key), wait(key), wait(key) is not None] == [None, None, True]
