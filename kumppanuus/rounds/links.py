"""Links to answer by: a secret in an address, of which only the hash is kept. They end with their round."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from kumppanuus import ledger
from kumppanuus.db import db, now
from kumppanuus.members import Member
from kumppanuus.rounds import events
from kumppanuus.rounds.asking import hold, require_open
from kumppanuus.rounds.refusals import LinkEnded, NotInText
from kumppanuus.rounds.tables import Invitee, LinkKind, Round, RoundLink


def make_link(round_: Round, *, section_id: UUID | None = None, secret: str = "", by: Member) -> tuple[RoundLink, str]:
    """Make a link that a network may be sent, about one section or all that is asked; gives it with its secret, which
    nobody can be told again. A `secret` that was used before gives the link it made.

    Refuses `NotOpened`, `RoundClosed`, `NotInText` for a section the round does not ask about, and `LinkEnded` if that
    link was taken back.
    """
    hold(round_)
    require_open(round_)
    if section_id is not None and round_.section_ids and section_id not in round_.section_ids:
        raise NotInText()
    made = db.session.scalar(select(RoundLink).where(RoundLink.secret_hash == hashed(secret))) if secret else None
    if made is not None:
        if made.revoked_at is not None:
            raise LinkEnded()
        return made, secret
    secret = secret or secrets.token_urlsafe(32)
    link = RoundLink(
        round_id=round_.id,
        kind=LinkKind.SECTION,
        section_id=section_id,
        made_by_id=by.id,
        secret_hash=hashed(secret),
    )
    db.session.add(link)
    db.session.flush()
    event = events.LinkMade(round_id=round_.id, round=round_.number, link_id=link.id)
    ledger.record(event, chain=round_.agreement_id, by=by.user_id)
    return link, secret


def personal_secret(invitee: Invitee) -> str:
    """The secret of a new personal link, for a letter that is being sent now.

    It leaves no entry: that a letter leaves is told with the invitation. Refuses `NotOpened`, `RoundClosed`.
    """
    require_open(invitee.round)
    secret = secrets.token_urlsafe(32)
    db.session.add(
        RoundLink(round_id=invitee.round_id, kind=LinkKind.PERSONAL, invitee_id=invitee.id, secret_hash=hashed(secret))
    )
    db.session.flush()
    return secret


def revoke_link(link: RoundLink, *, by: UUID) -> None:
    """Take one link back. Refuses `LinkEnded`."""
    hold(link.round)
    db.session.refresh(link)
    if link.revoked_at is not None:
        raise LinkEnded()
    _revoke([link], by=by)


def revoke_personal(invitee: Invitee, *, by: UUID) -> None:
    """Take back every personal link an invitee was sent; the next letter brings a new one. Refuses `LinkEnded` if
    there is none to take back."""
    hold(invitee.round)
    query = select(RoundLink).where(RoundLink.invitee_id == invitee.id, RoundLink.revoked_at.is_(None))
    links = db.session.scalars(query.order_by(RoundLink.made_at)).all()
    if not links:
        raise LinkEnded()
    _revoke(links, by=by, name=invitee.name)


def link_by_secret(secret: str) -> RoundLink | None:
    """The link with this secret, with its round, its agreement and its invitee; none if it was never given or was
    taken back. Whether the round still takes answers is `require_open`'s to say."""
    path = joinedload(RoundLink.round)
    options = (
        path.joinedload(Round.agreement),
        joinedload(RoundLink.invitee).joinedload(Invitee.organisation),
        joinedload(RoundLink.invitee).joinedload(Invitee.body),
        joinedload(RoundLink.section),
    )
    query = select(RoundLink).where(RoundLink.secret_hash == hashed(secret), RoundLink.revoked_at.is_(None))
    return db.session.scalar(query.options(*options))


def link_by_id(link_id: UUID) -> RoundLink | None:
    return db.session.scalar(select(RoundLink).where(RoundLink.id == link_id).options(joinedload(RoundLink.round)))


def section_links(round_: Round) -> Sequence[RoundLink]:
    """The links that were made for networks and not taken back, the newest first, with who made them."""
    query = select(RoundLink).where(
        RoundLink.round_id == round_.id, RoundLink.kind == LinkKind.SECTION, RoundLink.revoked_at.is_(None)
    )
    options = (joinedload(RoundLink.section), joinedload(RoundLink.made_by).joinedload(Member.user))
    return db.session.scalars(query.options(*options).order_by(RoundLink.made_at.desc())).all()


def hashed(secret: str) -> str:
    """What is kept of a secret. The scope keeps a hash of one kind from ever standing for another."""
    return hashlib.sha256(f"kumppanuus link\n{secret}".encode(errors="surrogatepass")).hexdigest()


def _revoke(links: Sequence[RoundLink], *, by: UUID, name: str = "") -> None:
    for link in links:
        link.revoked_at = now()
    round_ = links[0].round
    event = events.LinksRevoked(
        round_id=round_.id, round=round_.number, link_ids=tuple(link.id for link in links), name=name
    )
    ledger.record(event, chain=round_.agreement_id, by=by)
