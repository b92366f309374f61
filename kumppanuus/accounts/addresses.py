"""Changing an address: wished for by the person, confirmed from the new one, told to the old one."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import select

from kumppanuus import ledger
from kumppanuus.accounts.people import change_rights, clean_address
from kumppanuus.accounts.refusals import LinkSpent, SameAddress
from kumppanuus.accounts.tables import AddressChange, SignIn, User, hashed
from kumppanuus.db import db, now

CONFIRM_WITHIN = timedelta(days=1)


@dataclass(frozen=True)
class AddressChanged(ledger.Event, kind="person.address-changed", about="user_id"):
    user_id: UUID


def wish_for_address(user: User, address: str) -> AddressChange:
    """Wish for another address. Writes the same row whether somebody else has it or not; the caller wishes for the
    letter. Refuses `BadAddress`, `SameAddress`."""
    address = clean_address(address)
    if address == user.address:
        raise SameAddress(field="address")
    change = AddressChange(user_id=user.id, old_address=user.address, new_address=address)
    db.session.add(change)
    db.session.flush()
    return change


def make_confirmation(change: AddressChange) -> str | None:
    """Make the secret of the link of a letter that is being sent now, and kill the wishes before it. None if nobody is
    to get it: it was used, the account is closed, or somebody has the address."""
    if change.used_at is not None or change.user.disabled_at is not None or _is_taken(change.new_address):
        return None
    earlier = (AddressChange.user_id == change.user_id) & (AddressChange.id != change.id)
    db.session.execute(
        sa.update(AddressChange).where(earlier, AddressChange.used_at.is_(None)).values(expires_at=now())
    )
    secret = secrets.token_urlsafe(32)
    change.token_hash, change.expires_at = hashed("address", secret), now() + CONFIRM_WITHIN
    db.session.flush()
    return secret


def confirm_address(secret: str) -> AddressChange:
    """Give a person the address that the link was sent to, and spend the link. Sign-in letters to the old address die.

    The caller wishes for the letter to the old one. Refuses `LinkSpent`, also when somebody has taken the address.
    """
    change = db.session.scalar(_of(secret).with_for_update())
    if change is None or not _is_open(change):
        raise LinkSpent()
    ledger.lock(ledger.INSTALLATION)  # accounts are made and addresses taken one after the other
    if change.user.disabled_at is not None or _is_taken(change.new_address):
        raise LinkSpent()
    change.used_at = now()
    change.user.address = change.new_address
    still_good = (SignIn.address == change.old_address) & SignIn.used_at.is_(None)
    db.session.execute(sa.update(SignIn).where(still_good).values(expires_at=now()))
    change_rights(change.user)
    ledger.record(AddressChanged(user_id=change.user_id), chain=ledger.INSTALLATION, by=change.user_id)
    return change


def awaits_confirmation(secret: str) -> bool:
    """Whether a link still gives somebody an address; looking spends nothing."""
    change = db.session.scalar(_of(secret))
    return change is not None and _is_open(change)


def _of(secret: str) -> sa.Select[AddressChange]:
    return select(AddressChange).where(AddressChange.token_hash == hashed("address", secret))


def _is_open(change: AddressChange) -> bool:
    return change.used_at is None and change.expires_at is not None and now() < change.expires_at


def _is_taken(address: str) -> bool:
    return db.session.scalar(select(User.id).where(User.address == address)) is not None
