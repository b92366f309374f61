"""Whom a round is sent to: organisations of the register and bodies, those who decline, and who was reminded."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from uuid import UUID

from sqlalchemy import select

from kumppanuus import ledger
from kumppanuus.db import SHORT, db, now, written
from kumppanuus.organisations import Body, Organisation, leaders
from kumppanuus.rounds import events
from kumppanuus.rounds.asking import hold, require_draft, require_open
from kumppanuus.rounds.refusals import DeclinedAlready, Nobody, NobodyNew, NotListed
from kumppanuus.rounds.tables import Invitee, Round


def invite(
    round_: Round, *, organisations: Collection[UUID] = (), bodies: Collection[UUID] = (), by: UUID
) -> Sequence[Invitee]:
    """Add organisations and bodies to whom a round is sent to; gives those who are new on the list.

    In an open round they count as invited now; the letters are the caller's. Refuses `Nobody`, `NobodyNew`,
    `NotListed`, `RoundClosed`.
    """
    if not organisations and not bodies:
        raise Nobody()
    hold(round_)
    if not round_.is_draft:
        require_open(round_)
    _require_listed(round_.agreement_id, set(organisations), set(bodies))
    rows = db.session.execute(
        select(Invitee.organisation_id, Invitee.body_id).where(Invitee.round_id == round_.id)
    ).all()
    known = {each for row in rows for each in row}
    values = {"round_id": round_.id, "added_by_id": by, "invited_at": None if round_.is_draft else now()}
    added = [Invitee(organisation_id=each, **values) for each in dict.fromkeys(organisations) if each not in known]
    added += [Invitee(body_id=each, **values) for each in dict.fromkeys(bodies) if each not in known]
    if not added:
        raise NobodyNew()
    db.session.add_all(added)
    db.session.flush()
    ledger.record(_listed(round_, added), chain=round_.agreement_id, by=by)
    return added


def uninvite(invitee: Invitee, *, by: UUID) -> None:
    """Take somebody off the list of a draft. Whoever was invited stays on it: the letter has left.

    Refuses `OpenedAlready`.
    """
    round_ = invitee.round
    hold(round_)
    require_draft(round_)
    db.session.delete(invitee)
    ledger.record(events.RoundChanged(round_id=round_.id, round=round_.number), chain=round_.agreement_id, by=by)


def decline(invitee: Invitee, *, reason: str = "", by: UUID | None) -> None:
    """Note that no answer comes, with a reason if there is one; `by` is None for whoever came by a link.

    Whoever declined may still answer while the round is open. Refuses `NotOpened`, `RoundClosed`, `DeclinedAlready`,
    `TooLong`, `Unwritable`.
    """
    reason = written(reason, "reason", SHORT, needed=False)
    round_ = invitee.round
    hold(round_)
    require_open(round_)
    db.session.refresh(invitee)
    if invitee.declined_at is not None:
        raise DeclinedAlready()
    invitee.declined_at, invitee.decline_reason = now(), reason
    event = events.Declined(round_id=round_.id, round=round_.number, name=invitee.name)
    ledger.record(event, chain=round_.agreement_id, by=by)


def remind(round_: Round, invitees: Sequence[Invitee], *, by: UUID) -> None:
    """Note that some invitees are reminded now; the letters are the caller's, and so is who has answered.

    Nobody who declined is reminded. Refuses `NotOpened`, `RoundClosed`, `Nobody`.
    """
    hold(round_)
    require_open(round_)
    wanted = [each for each in invitees if each.declined_at is None]
    if not wanted:
        raise Nobody()
    for each in wanted:
        each.reminded_at = now()
    event = events.Reminded(
        round_id=round_.id, round=round_.number, reminded_ids=tuple(sorted(each.id for each in wanted))
    )
    ledger.record(event, chain=round_.agreement_id, by=by)


def recipients(invitees: Iterable[Invitee]) -> dict[UUID, list[UUID | None]]:
    """To whom letters to some invitees go, by the id of the invitee; who cannot be written to is left out.

    None is the contact of an organisation; of a body it is each chair and secretary of today, as a user. One query.
    """
    asked = list(invitees)
    led = leaders(each.body_id for each in asked if each.body_id)
    found: dict[UUID, list[UUID | None]] = {}
    for each in asked:
        if each.organisation is not None and each.organisation.contact_address:
            found[each.id] = [None]
        elif each.body_id is not None and each.body_id in led:
            found[each.id] = [*led[each.body_id]]
    return found


# ---------------------------------------------------------------- inside


def _listed(round_: Round, added: Sequence[Invitee]) -> ledger.Event:
    """The event of a longer list: in a draft it is one of its changes."""
    if round_.is_draft:
        return events.RoundChanged(round_id=round_.id, round=round_.number)
    ids = (each.organisation_id or each.body_id for each in added)
    return events.Invited(
        round_id=round_.id, round=round_.number, invited_ids=tuple(sorted(each for each in ids if each))
    )


def _require_listed(agreement_id: UUID, organisations: set[UUID], bodies: set[UUID]) -> None:
    for table, wanted in ((Organisation, organisations), (Body, bodies)):
        query = select(table.id).where(table.agreement_id == agreement_id, table.removed_at.is_(None))
        if wanted and not wanted <= set(db.session.scalars(query)):
            raise NotListed()
