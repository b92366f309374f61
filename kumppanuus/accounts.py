"""People and how they get in: accounts, sign-in letters (a link and a code), and sessions that the server can end."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from email_validator import EmailNotValidError, validate_email
from sqlalchemy import select
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from kumppanuus import ledger
from kumppanuus.db import Base, Identified, Word, db, line, now, read
from kumppanuus.errors import Refused

IDLE = timedelta(hours=8)
ABSOLUTE = timedelta(days=7)
REMEMBERED = timedelta(days=30)
TOUCH = timedelta(minutes=10)
WRONG_CODES = 5


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


class User(Identified, Base):
    """A person. The address is the way in; what the person may do stands in the agreements, not here."""

    __tablename__ = "user"

    address: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    language: Mapped[Language] = mapped_column(Word(Language), default=Language.FI)
    theme: Mapped[Theme] = mapped_column(Word(Theme), default=Theme.SYSTEM)
    text_size: Mapped[TextSize] = mapped_column(Word(TextSize), default=TextSize.M)
    may_start_agreements: Mapped[bool] = mapped_column(default=False)
    rights_number: Mapped[int] = mapped_column(default=0)  # grows whenever what the person may do changes
    is_demo: Mapped[bool] = mapped_column(default=False)
    made_at: Mapped[datetime] = mapped_column(default=now)
    disabled_at: Mapped[datetime | None]

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


@dataclass(frozen=True)
class SignedIn(ledger.Event, kind="person.signed-in", about="user_id"):
    user_id: UUID


@dataclass(frozen=True)
class SignedOut(ledger.Event, kind="person.signed-out", about="user_id"):
    user_id: UUID
    everywhere: bool


@dataclass(frozen=True)
class AccountMade(ledger.Event, kind="person.added", about="user_id"):
    user_id: UUID


@dataclass(frozen=True)
class MayStart(ledger.Event, kind="person.may-start-agreements", about="user_id"):
    user_id: UUID


@dataclass(frozen=True)
class AccountDisabled(ledger.Event, kind="person.disabled", about="user_id"):
    user_id: UUID


class BadAddress(Refused):
    """The text is not a mail address."""


class WrongCode(Refused):
    """The code is not right; `left` tries are left."""


class LinkSpent(Refused):
    """The link was never given, is too old, was used already, or a newer one was sent since. They all look the same."""


class Disabled(Refused):
    """The account is closed."""


# ---------------------------------------------------------------- people


def clean_address(address: str | None) -> str:
    """A mail address as it is kept: checked for its form, in small letters of ASCII, as every mail server takes it.

    Refuses `BadAddress`.
    """
    try:
        typed = line(address, "address", needed=False, most=254)
        found = validate_email(typed, check_deliverability=False, allow_smtputf8=False)
    except (EmailNotValidError, Refused):
        raise BadAddress(field="address") from None
    return str(found.ascii_email).lower()


def starters() -> Sequence[User]:
    """Everybody who may start agreements and whose account is open, by address."""
    query = select(User).where(User.may_start_agreements, User.disabled_at.is_(None)).order_by(User.address)
    return db.session.scalars(query).all()


def find(address: str) -> User | None:
    """The person with this address, also one whose account is closed."""
    return db.session.scalar(select(User).where(User.address == clean_address(address)))


def find_or_add(address: str, name: str, *, by: UUID | None, language: Language = Language.FI) -> User:
    """The person with this address; a new account is made if there is none.

    Refuses `BadAddress`, and for a new account `Empty` and `TooLong`.
    """
    address = clean_address(address)
    user = find(address)
    if user is None:
        name = line(name, "name")
        ledger.lock(ledger.INSTALLATION)  # two who add the same person at once come one after the other
        user = find(address)
    if user is None:
        user = User(address=address, name=name, language=language)
        db.session.add(user)
        db.session.flush()
        ledger.record(AccountMade(user_id=user.id), chain=ledger.INSTALLATION, by=by)
    return user


def let_start_agreements(user: User) -> None:
    """Let a person start agreements and be coordinator of those."""
    if not user.may_start_agreements:
        user.may_start_agreements = True
        change_rights(user)
        ledger.record(MayStart(user_id=user.id), chain=ledger.INSTALLATION, by=None)


def change_rights(user: User) -> None:
    """Note that what a person may do has changed: every session of theirs gets a new token at its next page."""
    user.rights_number += 1


def disable(user: User, *, by: UUID | None) -> None:
    """Close an account and end its sessions at once."""
    if user.disabled_at is None:
        user.disabled_at = now()
        _end_all(user)
        ledger.record(AccountDisabled(user_id=user.id), chain=ledger.INSTALLATION, by=by)


def choose(user: User, *, name: str, language: str, theme: str, text_size: str) -> None:
    """A person's own settings. They leave no entry: nobody else sees them but the name. Refuses `Empty`, `TooLong`."""
    user.name = line(name, "name")
    user.language, user.theme, user.text_size = Language(language), Theme(theme), TextSize(text_size)


_NAMES = select(User.id, User.name).where(User.id.in_(sa.bindparam("ids", expanding=True)))


def names(ids: Iterable[UUID]) -> dict[UUID, str]:
    """Names of people by id, in one query."""
    wanted = set(ids)
    if not wanted:
        return {}
    return dict(read(_NAMES, {"ids": list(wanted)}).all())


def demo_people() -> Sequence[User]:
    """The people of the demo world, whom anybody may be in demo mode."""
    return db.session.scalars(select(User).where(User.is_demo).order_by(User.made_at, User.name)).all()


# ---------------------------------------------------------------- the letter


def ask(
    address: str,
    *,
    browser: str,
    browser_words: str,
    language: Language,
    is_remembered: bool,
    leads_to: str = "/",
) -> SignIn:
    """Ask for a letter with a link and a code. Writes the same row whether the address is known or not.

    `leads_to` is the path the person is led to afterwards. Refuses `BadAddress`. Limits are the caller's, who knows
    where the asking comes from.
    """
    asking = SignIn(
        address=clean_address(address),
        browser_hash=_hashed("browser", browser),
        browser_words=line(browser_words, "browser", needed=False, most=500),
        language=language,
        is_remembered=is_remembered,
        leads_to=leads_to,
    )
    db.session.add(asking)
    db.session.flush()
    return asking


def asked_in(browser: str) -> SignIn | None:
    """What was last asked for in this browser."""
    return db.session.scalar(_asked_in(browser))


def make_letter(asking: SignIn, *, lives: timedelta) -> tuple[User, str, str] | None:
    """Make the link token and the code of a letter that is being sent now, and kill those sent before.

    Returns the person, the token and the code; or None if the letter was used already, nobody has the address, or the
    account is closed. For those two the asking still looks like one that was sent, so that wrong codes tell nothing.
    Sending the same letter again makes a new token and a new code.
    """
    if asking.used_at is not None:
        return None
    db.session.execute(
        sa.update(SignIn)
        .where(SignIn.address == asking.address, SignIn.id != asking.id, SignIn.used_at.is_(None))
        .values(expires_at=now())
    )
    # Wrong codes go on counting: starting anew would tell that a letter has left.
    asking.sent_at, asking.expires_at = now(), now() + lives
    user = db.session.scalar(select(User).where(User.address == asking.address))
    if user is None or user.disabled_at is not None:
        return None
    token, code = secrets.token_urlsafe(32), f"{secrets.randbelow(1_000_000):06d}"
    asking.token_hash, asking.code_hash = _hashed("token", token), _hashed(f"code {asking.id}", code)
    db.session.flush()
    return user, token, code


def enter_by_link(token: str, *, browser_words: str) -> tuple[str, str]:
    """Sign in by the token of a link and spend it.

    Returns the secret token of the new session and the path to lead to. Refuses `LinkSpent`.
    """
    query = select(SignIn).where(SignIn.token_hash == _hashed("token", token)).with_for_update()
    asking = db.session.scalar(query)
    if asking is None or not _is_open(asking):
        raise LinkSpent()
    return _enter(asking, browser_words)


def enter_by_code(code: str, *, browser: str, browser_words: str) -> tuple[str, str]:
    """Sign in by the six digits, in the browser that asked for them. Returns what `enter_by_link` returns.

    Refuses `WrongCode` (five wrong ones kill the code) and `LinkSpent`.
    """
    asking = db.session.scalar(_asked_in(browser).with_for_update())
    # Before its letter is out, a code can only be wrong.
    if asking is None or not (_is_open(asking) or _is_waiting(asking)) or asking.wrong_codes >= WRONG_CODES:
        raise LinkSpent()
    digits = "".join(character for character in code if character in "0123456789")
    if not hmac.compare_digest(_hashed(f"code {asking.id}", digits), asking.code_hash or ""):
        asking.wrong_codes += 1
        if asking.wrong_codes >= WRONG_CODES:
            raise LinkSpent()
        raise WrongCode(left=WRONG_CODES - asking.wrong_codes, field="code")
    return _enter(asking, browser_words)


def enter(user: User, *, browser_words: str, is_remembered: bool = False) -> tuple[Session, str]:
    """Begin a session for a person. Returns it and its secret token. Refuses `Disabled`."""
    if user.disabled_at is not None:
        raise Disabled()
    token = secrets.token_urlsafe(32)
    session = Session(
        user_id=user.id,
        token_hash=_hashed("session", token),
        rights_number=user.rights_number,
        browser_words=browser_words,
        is_remembered=is_remembered,
    )
    db.session.add(session)
    ledger.record(SignedIn(user_id=user.id), chain=ledger.INSTALLATION, by=user.id)
    return session, token


def _enter(asking: SignIn, browser_words: str) -> tuple[str, str]:
    user = db.session.scalar(select(User).where(User.address == asking.address))
    if user is None or user.disabled_at is not None:
        raise LinkSpent()
    asking.used_at = now()
    _session, token = enter(user, browser_words=browser_words, is_remembered=asking.is_remembered)
    return token, asking.leads_to


def _asked_in(browser: str) -> sa.Select[SignIn]:
    of_browser = select(SignIn).where(SignIn.browser_hash == _hashed("browser", browser))
    return of_browser.order_by(SignIn.asked_at.desc()).limit(1)


def _is_waiting(asking: SignIn) -> bool:
    return asking.sent_at is None and asking.used_at is None


def _is_open(asking: SignIn) -> bool:
    if asking.used_at is not None or asking.sent_at is None or asking.expires_at is None:
        return False
    return asking.sent_at - timedelta(minutes=5) <= now() < asking.expires_at


# ---------------------------------------------------------------- sessions


_BY_TOKEN = (
    select(Session).where(Session.token_hash == sa.bindparam("token")).options(joinedload(Session.user, innerjoin=True))
)


def session_key(token: str) -> str:
    """What the database keeps of the secret token of a session."""
    return _hashed("session", token)


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
    session.token_hash, session.rights_number = _hashed("session", token), session.user.rights_number
    db.session.flush()
    return token


def needs_touch(session: Session) -> bool:
    """Whether the time of last use is so old that it should be moved."""
    return now() - session.used_at >= TOUCH


def touch(session_id: UUID) -> None:
    """Move the time a session was last used to now."""
    db.session.execute(sa.update(Session).where(Session.id == session_id).values(used_at=now()))


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
    _end_all(user)
    ledger.record(SignedOut(user_id=user.id, everywhere=True), chain=ledger.INSTALLATION, by=user.id)


def _end_all(user: User) -> None:
    db.session.execute(
        sa.update(Session).where(Session.user_id == user.id, Session.ended_at.is_(None)).values(ended_at=now())
    )


def forget_old() -> int:
    """Delete sessions and askings that ended over a month ago; returns how many."""
    past = now() - timedelta(days=31) - REMEMBERED
    gone = db.session.execute(sa.delete(Session).where(Session.used_at <= past)).rowcount  # type: ignore[attr-defined]  # a delete tells its rows
    gone += db.session.execute(sa.delete(SignIn).where(SignIn.asked_at <= past)).rowcount  # type: ignore[attr-defined]  # a delete tells its rows
    return int(gone)


def _hashed(scope: str, secret: str) -> str:
    return hashlib.sha256(f"kumppanuus {scope}\n{secret}".encode(errors="surrogatepass")).hexdigest()
