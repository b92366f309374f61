"""What a person has typed and not sent, kept on the server; and the key of each form, which can be spent once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from kumppanuus.db import LONG, Base, Identified, db, now, read, run, table_of
from kumppanuus.errors import Conflict, TooLong

KEY_LIVES = timedelta(days=2)


class Draft(Identified, Base):
    """Unsent text of one person at one place. The place is a word of the screen, for example "comment:<clause id>"."""

    __tablename__ = "draft"
    __table_args__ = (sa.UniqueConstraint("user_id", "place"),)

    user_id: Mapped[UUID] = mapped_column(sa.ForeignKey("user.id"))
    place: Mapped[str] = mapped_column(index=True)
    fields: Mapped[dict[str, Any]]
    kept_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)


class FormKey(Base):
    """The key of a form that was sent, with the address its sender was led to."""

    __tablename__ = "form_key"

    key: Mapped[str] = mapped_column(primary_key=True)
    spent_at: Mapped[datetime] = mapped_column(default=now)
    led_to: Mapped[str | None]


class AlreadySent(Conflict):
    """This very form was sent before: a double click, the back button, a resending. `led_to` is where it led."""


def keep(place: str, fields: dict[str, str], *, by: UUID, most: int = 4 * LONG) -> Draft | None:
    """Keep what is typed at a place, instead of what was kept there; forget it if every field is blank. Refuses
    `TooLong` over `most` characters."""
    length = sum(len(text) for text in fields.values())
    if length > most:
        raise TooLong(field="text", most=most, length=length)
    if not any(text.strip() for text in fields.values()):
        forget(place, by=by)
        return None
    draft = db.session.scalar(select(Draft).where(Draft.user_id == by, Draft.place == place))
    if draft is None:
        draft = Draft(user_id=by, place=place, fields=fields)
        db.session.add(draft)
    draft.fields, draft.kept_at = dict(fields), now()
    db.session.flush()
    return draft


class Kept(NamedTuple):
    """What was typed, by field, and when."""

    fields: dict[str, Any]
    kept_at: datetime


# Put together once: every page with a form asks it.
_KEPT = select(Draft.fields, Draft.kept_at).where(
    Draft.user_id == sa.bindparam("who"), Draft.place == sa.bindparam("place")
)


def find(place: str, *, by: UUID) -> Kept | None:
    """What this person has typed at a place, if anything."""
    row = read(_KEPT, {"who": by, "place": place}).one_or_none()
    return None if row is None else Kept(*row)


def forget(place: str, *, by: UUID) -> None:
    """Drop what was kept at a place: it was sent, or given up."""
    run(_FORGET, forgotten(place, by=by))


def others(*places: str, by: UUID, within: timedelta = timedelta(minutes=15)) -> list[UUID]:
    """Ids of other people who have typed at any of some places lately."""
    is_late = Draft.kept_at > now() - within
    query = select(Draft.user_id).where(Draft.place.in_(places), Draft.user_id != by, is_late).distinct()
    return list(db.session.scalars(query))


# The statements every form runs, put together once.
_keys, _drafts = table_of(FormKey), table_of(Draft)
# A key that was spent too long ago to count is spent anew.
_SPEND, _SPEND_PG = (
    insert.on_conflict_do_update(
        index_elements=["key"],
        set_={"spent_at": insert.excluded.spent_at, "led_to": None},
        where=_keys.c.spent_at <= sa.bindparam("expired", type_=_keys.c.spent_at.type),
    ).execution_options(preserve_rowcount=True)
    for insert in (sqlite.insert(_keys), postgresql.insert(_keys))
)
_LED_TO = _keys.update().where(_keys.c.key == sa.bindparam("of"))
_FORGET = _drafts.delete().where(_drafts.c.user_id == sa.bindparam("who"), _drafts.c.place == sa.bindparam("at"))
# For a statement of PostgreSQL that writes what was kept: it forgets along with it. `forgotten` gives its values.
FORGET = _FORGET.cte("forgotten")


def forgotten(place: str, *, by: UUID) -> dict[str, Any]:
    """The values of a statement that takes `FORGET` along."""
    return {"who": by, "at": place}


def spend(key: str, *, within: timedelta = KEY_LIVES) -> None:
    """Spend the key of a form. Refuses `AlreadySent` with `led_to` if it was spent before, within this time.

    Two senders at once: the second waits for the first to commit and is then refused.
    """
    is_postgresql = db.session.get_bind().dialect.name == "postgresql"
    done = run(_SPEND_PG if is_postgresql else _SPEND, {"key": key, "spent_at": now(), "expired": now() - within})
    if done.rowcount == 0:
        raise AlreadySent(led_to=db.session.scalar(select(FormKey.led_to).where(FormKey.key == key)))


def led_to(key: str, address: str) -> None:
    """Remember where the sender of a form was led."""
    run(_LED_TO, {"of": key, "led_to": address})


def unspend(key: str) -> None:
    """Make a key good again, because the form was refused."""
    db.session.execute(delete(FormKey).where(FormKey.key == key))


def forget_led_to(address: str) -> None:
    """Make the keys of what led to an address good again, because what stands there was taken back: the same words may
    be sent anew."""
    db.session.execute(delete(FormKey).where(FormKey.led_to == address))


def forget_old(after: timedelta) -> int:
    """Delete drafts nobody came back to for so long and keys of long ago; returns how many."""
    gone = db.session.execute(delete(Draft).where(Draft.kept_at <= now() - after)).rowcount  # type: ignore[attr-defined]  # a delete tells its rows
    gone += db.session.execute(delete(FormKey).where(FormKey.spent_at <= now() - KEY_LIVES)).rowcount  # type: ignore[attr-defined]  # a delete tells its rows
    return int(gone)
