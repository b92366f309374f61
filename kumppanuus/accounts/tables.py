"""The tables of people: accounts, askings for a way in, identities at a provider, and sessions."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kumppanuus.db import Base, Identified, Word, now

IDLE = timedelta(hours=8)
ABSOLUTE = timedelta(days=7)
REMEMBERED = timedelta(days=30)


class Language(StrEnum):
    """Languages of the interface."""

    FI = "fi"
    SV = "sv"
    EN = "en"


class Theme(StrEnum):
    """Colours of the pages: as the device says, or always light or dark."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


class TextSize(StrEnum):
    """Size of text: 18 px or 22 px at the browser's own setting."""

    M = "m"
    L = "l"


class PersonName(sa.types.TypeDecorator[str]):
    """A name as it was written. Of somebody who was removed a number is kept, and read as words for it."""

    impl = sa.Text
    cache_ok = True

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> str | None:
        if value is None or not value.startswith(_REMOVED):
            return value
        return _words_of_removed(int(value.removeprefix(_REMOVED)))


# What stands before the number: a sign that no typed text may hold.
_REMOVED = "\x1f"


def _in_english(number: int) -> str:
    return f"removed person {number}"


_words_of_removed: Callable[[int], str] = _in_english


def call_removed_people(words: Callable[[int], str]) -> None:
    """Say how people who were removed are called, by the number each has: whoever knows the reader's language."""
    global _words_of_removed
    _words_of_removed = words


def removed_name(number: int) -> str:
    """What stands in the place of a name that was erased."""
    return f"{_REMOVED}{number}"


class User(Identified, Base):
    """A person. The address is the way in; what the person may do stands in the agreements, not here."""

    __tablename__ = "user"

    address: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(PersonName())
    language: Mapped[Language] = mapped_column(Word(Language), default=Language.FI)
    theme: Mapped[Theme] = mapped_column(Word(Theme), default=Theme.SYSTEM)
    text_size: Mapped[TextSize] = mapped_column(Word(TextSize), default=TextSize.M)
    may_start_agreements: Mapped[bool] = mapped_column(default=False)
    rights_number: Mapped[int] = mapped_column(default=0)  # grows whenever what the person may do changes
    is_demo: Mapped[bool] = mapped_column(default=False)
    made_at: Mapped[datetime] = mapped_column(default=now)
    seen_on: Mapped[date | None]  # the last day the person was here: a day tells enough
    disabled_at: Mapped[datetime | None]
    removed_number: Mapped[int | None] = mapped_column(unique=True)  # in the place of the name, once that is erased

    @property
    def first_name(self) -> str:
        return self.name.split()[0] if self.name.split() else self.name


class SignIn(Identified, Base):
    """One asking for a way in. The same row is written for a known and an unknown address.

    The link and the code are made when the letter is sent, and only their hashes are kept. The code works only in the
    browser that asked, which holds `browser` in its cookie.
    """

    __tablename__ = "sign_in"

    address: Mapped[str] = mapped_column(index=True)
    language: Mapped[Language] = mapped_column(Word(Language))
    is_remembered: Mapped[bool] = mapped_column(default=False)
    leads_to: Mapped[str] = mapped_column(default="/")
    browser_hash: Mapped[str] = mapped_column(index=True)
    browser_words: Mapped[str] = mapped_column(default="")
    asked_at: Mapped[datetime] = mapped_column(default=now)
    token_hash: Mapped[str | None] = mapped_column(unique=True)
    code_hash: Mapped[str | None]
    wrong_codes: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]


class Session(Identified, Base):
    """A signed-in browser. The cookie holds a token, this row its hash; ending the row ends the session everywhere."""

    __tablename__ = "session"

    user_id: Mapped[UUID] = mapped_column(sa.ForeignKey("user.id"), index=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    rights_number: Mapped[int] = mapped_column(default=0)  # of the person, when the token was made
    browser_words: Mapped[str] = mapped_column(default="")
    is_remembered: Mapped[bool] = mapped_column(default=False)
    began_at: Mapped[datetime] = mapped_column(default=now)
    used_at: Mapped[datetime] = mapped_column(default=now)
    ended_at: Mapped[datetime | None]

    user: Mapped[User] = relationship()

    @property
    def ends_at(self) -> datetime:
        """When it ends by itself if nobody uses it any more."""
        if self.is_remembered:
            return min(self.began_at, self.used_at) + REMEMBERED
        return min(self.began_at + ABSOLUTE, self.used_at + IDLE)

    @property
    def is_alive(self) -> bool:
        # A clock that was set back must not lengthen a life, so a moment in the future counts as long ago.
        return self.ended_at is None and self.began_at <= now() + timedelta(minutes=5) and now() < self.ends_at


class AddressChange(Identified, Base):
    """A wish for another address, confirmed by a link that is sent there. Only the hash of the link is kept."""

    __tablename__ = "address_change"

    user_id: Mapped[UUID] = mapped_column(sa.ForeignKey("user.id"), index=True)
    old_address: Mapped[str]
    new_address: Mapped[str]
    asked_at: Mapped[datetime] = mapped_column(default=now)
    token_hash: Mapped[str | None] = mapped_column(unique=True)
    expires_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]

    user: Mapped[User] = relationship()


class Identity(Identified, Base):
    """One account at a provider, tied to one person here. A person has one at each provider."""

    __tablename__ = "oidc_identity"
    __table_args__ = (sa.UniqueConstraint("issuer", "subject"), sa.UniqueConstraint("user_id", "issuer"))

    user_id: Mapped[UUID] = mapped_column(sa.ForeignKey("user.id"))
    issuer: Mapped[str]
    subject: Mapped[str]
    tied_at: Mapped[datetime] = mapped_column(default=now)

    user: Mapped[User] = relationship()


def hashed(scope: str, secret: str) -> str:
    """What is kept of a secret that was given out; the scope keeps one kind from ever standing for another."""
    return hashlib.sha256(f"kumppanuus {scope}\n{secret}".encode(errors="surrogatepass")).hexdigest()
