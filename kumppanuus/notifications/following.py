"""Following and muting: of what in an agreement a person wants to be told."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import select

from kumppanuus.accounts import User
from kumppanuus.agreements import Agreement
from kumppanuus.db import db
from kumppanuus.notifications.tables import Following


def choose(user: User, agreement: Agreement, place: Sequence[UUID], *, is_muted: bool) -> None:
    """Choose to be told of a thing or not. `place` is the thing and what it lies in, such as a clause, its section and
    the agreement. A choice that says what holds anyway is not kept."""
    subject, *around = place
    db.session.execute(sa.delete(Following).where(Following.user_id == user.id, Following.subject_id == subject))
    if is_muted != mutes(user, around):
        db.session.add(Following(user_id=user.id, subject_id=subject, agreement_id=agreement.id, is_muted=is_muted))
    db.session.flush()


def mutes(user: User, place: Sequence[UUID]) -> bool:
    """Whether a person is not told of a thing, by the choice about the narrowest of what it lies in; one query."""
    query = select(Following.subject_id, Following.is_muted).where(
        Following.user_id == user.id, Following.subject_id.in_(place)
    )
    chosen = dict(db.session.execute(query).all())
    return next((chosen[subject] for subject in place if subject in chosen), False)


def choices(user: User) -> Sequence[Following]:
    """Everything a person has chosen, the oldest first."""
    query = select(Following).where(Following.user_id == user.id)
    return db.session.scalars(query.order_by(Following.chosen_at, Following.subject_id)).all()
