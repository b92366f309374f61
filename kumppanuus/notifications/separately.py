"""Doing the same for one after the other, so that what is wrong with one holds none of the others back."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from kumppanuus.db import db


def separately(acts: Iterable[Callable[[], int]]) -> int:
    """Do each thing, whatever becomes of those before it. Returns the sum of what they give; what went wrong first is
    raised at the end."""
    done, wrong = 0, list[Exception]()
    for act in acts:
        try:
            done += act()
        except Exception as error:  # noqa: BLE001 - raised below
            db.session.rollback()
            wrong.append(error)
    if wrong:
        raise wrong[0]
    return done
