"""Sessions that the server can end: begun, renewed, kept alive by use, and ended."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from kumppanuus import ledger
from kumppanuus.accounts.refusals import Disabled
from kumppanuus.accounts.tables import REMEMBERED, AddressChange, Session, SignIn, User, hashed
from kumppanuus.db import db, now, today

TOUCH = timedelta(minutes=10)


@dataclass(frozen=True)
class SignedIn(ledger.Event, kind="person.signed-in", about="user_id"):
    user_id: UUID


@dataclass(frozen=True)
class SignedOut(ledger.Event, kind="person.signed-out", about="user_id"):
    user_id: UUID
    everywhere: bool


def enter(user: User, *, browser_words: str, is_remembered: bool = False) -> tuple[Session, str]:
    """Begin a session for a person. Returns it and its secret token. Refuses `Disabled`."""
    if user.disabled_at is not None:
        raise Disabled()
    token = secrets.token_urlsafe(32)
    session = Session(
        user_id=user.id,
        token_hash=hashed("session", token),
        rights_number=user.rights_number,
        browser_words=browser_words,
        is_remembered=is_remembered,
    )
    db.session.add(session)
    user.seen_on = today()
    ledger.record(SignedIn(user_id=user.id), chain=ledger.INSTALLATION, by=user.id)
    return session, token


_BY_TOKEN = (
    select(Session).where(Session.token_hash == sa.bindparam("token")).options(joinedload(Session.user, innerjoin=True))
)


def session_key(token: str) -> str:
    """What the database keeps of the secret token of a session."""
    return hashed("session", token)


def session_of(token: str) -> Session | None:
    """The living session with this secret token, with its person; None if it has ended or the account is closed."""
    session = db.session.scalar(_BY_TOKEN, {"token": session_key(token)})
    if session is None or not session.is_alive or session.user.disabled_at is not None:
        return None
    return session


def needs_renewal(session: Session) -> bool:
    """Whether what its person may do has changed since the token of the session was made."""
    return session.rights_number != session.user.rights_number


def renew(session_id: UUID) -> str | None:
    """Give a session a new secret token and return it; the old one is dead. None if that has been done already."""
    query = select(Session).where(Session.id == session_id).options(joinedload(Session.user, innerjoin=True))
    session = db.session.scalar(query.with_for_update(of=Session))
    if session is None or not session.is_alive or not needs_renewal(session):
        return None
    token = secrets.token_urlsafe(32)
    session.token_hash, session.rights_number = hashed("session", token), session.user.rights_number
    db.session.flush()
    return token


def needs_touch(session: Session) -> bool:
    """Whether the time of last use is so old that it should be moved."""
    return now() - session.used_at >= TOUCH


def touch(session_id: UUID) -> None:
    """Move the time a session was last used to now, and the day its person was last here to this day."""
    db.session.execute(sa.update(Session).where(Session.id == session_id).values(used_at=now()))
    whose = select(Session.user_id).where(Session.id == session_id).scalar_subquery()
    is_behind = User.seen_on.is_(None) | (User.seen_on < today())
    db.session.execute(sa.update(User).where(User.id == whose, is_behind).values(seen_on=today()))


def sessions_of(user: User) -> Sequence[Session]:
    """The living sessions of a person, the one used last first."""
    query = (
        select(Session).where(Session.user_id == user.id, Session.ended_at.is_(None)).order_by(Session.used_at.desc())
    )
    return [session for session in db.session.scalars(query) if session.is_alive]


def leave(session: Session) -> None:
    """End a session."""
    if session.ended_at is None:
        session.ended_at = now()
        ledger.record(
            SignedOut(user_id=session.user_id, everywhere=False), chain=ledger.INSTALLATION, by=session.user_id
        )


def leave_everywhere(user: User) -> None:
    """End every session of a person."""
    end_all(user)
    ledger.record(SignedOut(user_id=user.id, everywhere=True), chain=ledger.INSTALLATION, by=user.id)


def end_all(user: User) -> None:
    """End every session of a person; whoever calls records why."""
    db.session.execute(
        sa.update(Session).where(Session.user_id == user.id, Session.ended_at.is_(None)).values(ended_at=now())
    )


def forget_old(after: timedelta) -> int:
    """Delete sessions, askings and wishes for another address that nobody used for so long; returns how many.

    A session that still lives is kept, however short the time.
    """
    past = now() - max(after, REMEMBERED)
    gone = db.session.execute(sa.delete(Session).where(Session.used_at <= past)).rowcount  # type: ignore[attr-defined]  # a delete tells its rows
    gone += db.session.execute(sa.delete(AddressChange).where(AddressChange.asked_at <= past)).rowcount  # type: ignore[attr-defined]  # a delete tells its rows
    gone += db.session.execute(sa.delete(SignIn).where(SignIn.asked_at <= past)).rowcount  # type: ignore[attr-defined]  # a delete tells its rows
    return int(gone)
