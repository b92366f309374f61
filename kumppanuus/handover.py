"""Handover: what waits for one member is given to another in one step, so that nothing hangs on a person who leaves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from kumppanuus import accounts, ledger, questions, responses
from kumppanuus.db import db
from kumppanuus.errors import Refused
from kumppanuus.members import Ended, Member, Role


@dataclass(frozen=True)
class HandedOver(ledger.Event, kind="member.handed-over", about="member_id"):
    member_id: UUID
    user_id: UUID
    heir_id: UUID  # the person, not the membership
    questions: int
    responses: int
    coordinates: bool  # whether the heir became a coordinator by it


class NoHeir(Refused):
    """Duties are given to another member of the agreement, who takes part in it and can sign in."""


class NothingToGive(Refused):
    """Nothing waits for the member, and no role was given."""


class Duties(NamedTuple):
    """What waits for a member: open questions owned, and responses asked for and not written."""

    questions: int
    responses: int


def duties(member: Member) -> Duties:
    """What waits for a member."""
    return Duties(questions.count_owned(member), len(responses.duties(member)))


def give(member: Member, heir: Member | None, *, makes_coordinator: bool, by: UUID) -> Duties:
    """Give everything that waits for a member to another; if wished, make that one a coordinator, too.

    The member keeps the own role: whoever leaves ends it afterwards, and an agreement has a coordinator all the time.
    Leaves one entry. Refuses `NoHeir`, `NothingToGive` and, for an heir who has left, `Ended`.
    """
    ledger.lock(member.agreement_id)
    db.session.refresh(member)
    if heir is None or heir.id == member.id or heir.agreement_id != member.agreement_id:
        raise NoHeir(field="heir")
    db.session.refresh(heir)
    if heir.ended_at is not None:
        raise Ended(field="heir")
    if heir.user.disabled_at is not None or (heir.role is Role.READER and not makes_coordinator):
        raise NoHeir(field="heir")
    found = duties(member)
    coordinates = makes_coordinator and heir.role is not Role.COORDINATOR
    if not any(found) and not coordinates:
        raise NothingToGive()
    changed = questions.give_all(member, heir)
    responses.ask_instead(member, heir)
    if coordinates:
        heir.role = Role.COORDINATOR
        accounts.change_rights(heir.user)
    event = HandedOver(
        member_id=member.id,
        user_id=member.user_id,
        heir_id=heir.user_id,
        questions=found.questions,
        responses=found.responses,
        coordinates=coordinates,
    )
    sealed = [heir] if coordinates else []
    ledger.record(event, *changed, *sealed, chain=member.agreement_id, by=by)
    return found
