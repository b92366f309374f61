"""Accounts: made, found, closed, and what a person sets for oneself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from email_validator import EmailNotValidError, validate_email
from sqlalchemy import select

from kumppanuus import ledger
from kumppanuus.accounts.refusals import BadAddress
from kumppanuus.accounts.sessions import end_all
from kumppanuus.accounts.tables import (
    AddressChange,
    Identity,
    Language,
    Session,
    SignIn,
    TextSize,
    Theme,
    User,
    removed_name,
)
from kumppanuus.db import db, line, now, read
from kumppanuus.errors import Refused


@dataclass(frozen=True)
class AccountMade(ledger.Event, kind="person.added", about="user_id"):
    user_id: UUID


@dataclass(frozen=True)
class MayStart(ledger.Event, kind="person.may-start-agreements", about="user_id"):
    user_id: UUID


@dataclass(frozen=True)
class AccountDisabled(ledger.Event, kind="person.disabled", about="user_id"):
    user_id: UUID


@dataclass(frozen=True)
class AccountRemoved(ledger.Event, kind="person.removed", about="user_id"):
    user_id: UUID
    number: int


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


def person(user_id: UUID) -> User | None:
    """The person with this id, also one whose account is closed."""
    return db.session.get(User, user_id)


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
    user.rights_number = User.rights_number + 1  # added by the database, or two changes at once would count as one


def disable(user: User, *, by: UUID | None) -> None:
    """Close an account and end its sessions at once."""
    if user.disabled_at is None:
        user.disabled_at = now()
        end_all(user)
        ledger.record(AccountDisabled(user_id=user.id), chain=ledger.INSTALLATION, by=by)


def remove(user: User, *, by: UUID | None) -> int:
    """Erase name, address, ways in, sessions and settings of a person, and close the account for ever.

    What others wrote about the person's deeds stays under "removed person N"; returns that N. Removing somebody twice
    changes nothing. What hangs on an account elsewhere is erased by the caller, who knows it.
    """
    if user.removed_number is not None:
        return user.removed_number
    ledger.lock(ledger.INSTALLATION)  # two who are removed at once get different numbers
    number = (db.session.scalar(select(sa.func.max(User.removed_number))) or 0) + 1
    for table, whose in (
        (SignIn, SignIn.address.in_([user.address, *_other_addresses(user)])),
        (AddressChange, AddressChange.user_id == user.id),
        (Session, Session.user_id == user.id),
        (Identity, Identity.user_id == user.id),
    ):
        db.session.execute(sa.delete(table).where(whose))
    user.name, user.address, user.removed_number = removed_name(number), f"{user.id}@removed.invalid", number
    user.language, user.theme, user.text_size = Language.FI, Theme.SYSTEM, TextSize.M
    user.is_demo = user.may_start_agreements = False
    user.seen_on, user.disabled_at = None, user.disabled_at or now()
    change_rights(user)
    ledger.record(AccountRemoved(user_id=user.id, number=number), chain=ledger.INSTALLATION, by=by)
    db.session.expire(user, ["name"])
    return number


def _other_addresses(user: User) -> Sequence[str]:
    """Addresses the person had before, or wished for."""
    query = select(AddressChange.old_address, AddressChange.new_address).where(AddressChange.user_id == user.id)
    return [address for row in db.session.execute(query) for address in row]


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
