"""Letters and who gets them: what happened becomes notices, notices become digests, and everything that is to be sent
waits in the outbox until a worker has sent it."""

from __future__ import annotations

import logging
import threading

from sqlalchemy.exc import SQLAlchemyError

from kumppanuus.db import db
from kumppanuus.notifications.audience import REACH, Reach, audiences
from kumppanuus.notifications.calendar import (
    Deadline,
    deadlines,
    end_calendar,
    has_calendar,
    make_calendar,
    whose_calendar,
)
from kumppanuus.notifications.digests import Change, Contents, Item, News, Released, Topic, Wording, compose, contents
from kumppanuus.notifications.following import choices, choose, mutes
from kumppanuus.notifications.gathering import gather
from kumppanuus.notifications.keeping import forget_old_letters, forget_old_notices
from kumppanuus.notifications.letters import AddressOf, Letter, Written, preview, writer
from kumppanuus.notifications.outbox import LONG_WAIT, WAITS, Outgoing, send_due, tell_of_job, wish, wish_all
from kumppanuus.notifications.post import Kept, forget_letters, kept, mail_folder
from kumppanuus.notifications.reminders import remind
from kumppanuus.notifications.rhythm import choose_rhythm, failing, rhythm_of
from kumppanuus.notifications.separately import separately
from kumppanuus.notifications.tables import Cursor, Digest, Following, Mailing, Notice, Reminder, Rhythm, Why

log = logging.getLogger("kumppanuus.mail")


def look(address_of: AddressOf) -> int:
    """Do once what there is to do: read what the record tells anew, remind of deadlines, put what is due into
    letters, and send them. Returns how many left.

    What is wrong with the news is raised once the letters that wait have left: without them nobody gets in.
    """
    try:
        separately((gather, remind, compose))
    finally:
        sent = send_due(address_of)
    return sent


def watch(address_of: AddressOf, stop: threading.Event, seconds: float = 2) -> None:
    """Look again and again, until `stop` is set. A database that is away is waited for."""
    while not stop.is_set():
        try:
            look(address_of)
        except Exception as error:  # the sender must outlive whatever happens to one look
            db.session.rollback()
            # A database that is away says no more by where it was asked.
            log.error("news wait: %s", type(error).__name__, exc_info=not isinstance(error, SQLAlchemyError))
        db.session.remove()
        stop.wait(seconds)


__all__ = [
    "LONG_WAIT",
    "REACH",
    "WAITS",
    "AddressOf",
    "Change",
    "Contents",
    "Cursor",
    "Deadline",
    "Digest",
    "Following",
    "Item",
    "Kept",
    "Letter",
    "Mailing",
    "News",
    "Notice",
    "Outgoing",
    "Reach",
    "Released",
    "Reminder",
    "Rhythm",
    "Topic",
    "Why",
    "Wording",
    "Written",
    "audiences",
    "choices",
    "choose",
    "choose_rhythm",
    "compose",
    "contents",
    "deadlines",
    "end_calendar",
    "failing",
    "forget_letters",
    "forget_old_letters",
    "forget_old_notices",
    "gather",
    "has_calendar",
    "kept",
    "look",
    "mail_folder",
    "make_calendar",
    "mutes",
    "preview",
    "remind",
    "rhythm_of",
    "send_due",
    "tell_of_job",
    "watch",
    "whose_calendar",
    "wish",
    "wish_all",
    "writer",
]
