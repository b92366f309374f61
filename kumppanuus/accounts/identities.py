"""Identities: by which account of a provider a person signs in, matched by issuer and subject, never by address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from kumppanuus import ledger
from kumppanuus.accounts.people import clean_address
from kumppanuus.accounts.refusals import AddressUnproven, Disabled, NoAccount, OnlyWayIn, TiedToOther
from kumppanuus.accounts.tables import Identity, User
from kumppanuus.db import db


@dataclass(frozen=True)
class IdentityTied(ledger.Event, kind="person.identity-tied", about="user_id"):
    user_id: UUID


@dataclass(frozen=True)
class IdentityUntied(ledger.Event, kind="person.identity-untied", about="user_id"):
    user_id: UUID


def identify(issuer: str, subject: str, *, address: str) -> User:
    """The person whom a provider has named. Ties the identity to the account with this address if it is new.

    `address` is empty where the provider's word for it does not count; a known identity needs none, and an address that
    has changed there changes nothing here. Refuses `AddressUnproven`, `NoAccount`, `TiedToOther` and `Disabled`.
    """
    ledger.lock(ledger.INSTALLATION)  # two first sign-ins at once tie one after the other
    user = tied_to(issuer, subject)
    if user is None:
        if not address:
            raise AddressUnproven()
        user = db.session.scalar(select(User).where(User.address == clean_address(address)))
        if user is None:
            raise NoAccount(address=address)
        if user.disabled_at is None:
            _tie(user, issuer, subject)
    if user.disabled_at is not None:
        raise Disabled()
    return user


def _tie(user: User, issuer: str, subject: str) -> None:
    if any(each.issuer == issuer for each in identities_of(user)):
        # The address went to somebody else there, perhaps: whoever has it now is not who had it then.
        raise TiedToOther()
    db.session.add(Identity(user_id=user.id, issuer=issuer, subject=subject))
    db.session.flush()
    ledger.record(IdentityTied(user_id=user.id), chain=ledger.INSTALLATION, by=user.id)


def untie(identity: Identity, *, by: UUID | None, is_only_way: bool = False) -> None:
    """Forget an identity. The next sign-in by the provider ties anew, by address. Refuses `OnlyWayIn`."""
    if is_only_way:
        raise OnlyWayIn()
    db.session.delete(identity)
    db.session.flush()
    ledger.record(IdentityUntied(user_id=identity.user_id), chain=ledger.INSTALLATION, by=by)


def tied_to(issuer: str, subject: str) -> User | None:
    """The person an account of a provider is tied to, also one whose account here is closed."""
    return db.session.scalar(select(User).join(Identity).where(Identity.issuer == issuer, Identity.subject == subject))


def identities_of(user: User) -> Sequence[Identity]:
    """The identities of a person, the oldest first."""
    return db.session.scalars(select(Identity).where(Identity.user_id == user.id).order_by(Identity.tied_at)).all()
