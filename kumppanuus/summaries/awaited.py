"""Who is still awaited in a round: those who were asked and have not answered, whom to remind, and what a member owes.
Reads only; silence is counted as nothing but silence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Date, Uuid, and_, bindparam, cast, func, null, or_, select, union_all

from kumppanuus import comments
from kumppanuus.db import now, read, today
from kumppanuus.members import Member
from kumppanuus.organisations import Body, Organisation, is_led
from kumppanuus.rounds import Asking, Invitee
from kumppanuus.statements import Remark, Statement


@dataclass(frozen=True)
class Silent:
    """Somebody who was asked and has not answered."""

    id: UUID  # of the invitee
    name: str
    invited_at: datetime | None
    reminded_at: datetime | None
    declined_at: datetime | None
    decline_reason: str
    has_address: bool  # of a body: whether it has a chair or a secretary today
    is_body: bool


def silent(round_id: UUID) -> list[Silent]:
    """Those who were asked and have not answered, by name; those who declined last. One query."""
    return [Silent(*row) for row in read(_SILENT, {"round": round_id, "today": today()}).all()]


PAUSE = timedelta(days=5)  # between two letters to the same invitee


def to_remind(silent: Iterable[Silent]) -> list[Silent]:
    """Those of some silent invitees who may be reminded by letter now: they have an address, have not declined, and
    were sent no letter in the last five days."""
    since = now() - PAUSE
    return [
        each
        for each in silent
        if each.has_address
        and each.declined_at is None
        and each.invited_at is not None
        and max(each.invited_at, each.reminded_at or each.invited_at) <= since
    ]


@dataclass(frozen=True)
class Voice:
    """What a member's organisation, or the member alone, has said: the clauses it has commented on; and by the id of
    each round it owes an answer, the clauses that not even its draft says anything of."""

    commented: frozenset[UUID] = frozenset()
    owed: Mapping[UUID, frozenset[UUID]] = field(default_factory=dict)


def voice(member: Member, asking: Iterable[Asking]) -> Voice:
    """What has been said in the name of a member, and what some rounds that take answers wait for; in one query."""
    open_ones = {each.id: each for each in asking}
    facts = {"agreement": member.agreement_id, "who": member.user_id, "organisation": member.organisation_id}
    rows = read(_COMMENTED_AND_OWED, {**facts, "rounds": list(open_ones)}) if open_ones else read(_COMMENTED, facts)
    said: dict[UUID | None, set[UUID | None]] = {}
    for round_id, clause_id in rows.all():
        said.setdefault(round_id, set()).add(clause_id)
    commented_on = frozenset(each for each in said.pop(None, ()) if each is not None)
    owed = {each: open_ones[each].clause_ids - clauses for each, clauses in said.items() if each is not None}
    return Voice(commented_on, owed)


# ---------------------------------------------------------------- inside

# Whether an invitee has answered: for the queries that count them, too.
HAS_ANSWERED = (
    select(Statement.id)
    .where(Statement.invitee_id == Invitee.id, Statement.sent_at.is_not(None))
    .correlate(Invitee)
    .exists()
)
_COMMENTED = select(cast(null(), Uuid), comments.COMMENTED.subquery().c.clause_id)
_COMMENTED_AND_OWED = union_all(
    _COMMENTED,
    select(Invitee.round_id, Remark.clause_id)
    .outerjoin(Statement, and_(Statement.invitee_id == Invitee.id, Statement.recorded_by_id.is_(None)))
    .outerjoin(Remark, Remark.statement_id == Statement.id)
    .where(
        Invitee.round_id.in_(bindparam("rounds", expanding=True)),
        Invitee.organisation_id == bindparam("organisation"),
        Invitee.declined_at.is_(None),
        ~HAS_ANSWERED,
    ),
)
_SILENT = (
    select(
        Invitee.id,
        func.coalesce(Organisation.name, Body.name),
        Invitee.invited_at,
        Invitee.reminded_at,
        Invitee.declined_at,
        Invitee.decline_reason,
        or_(
            func.coalesce(Organisation.contact_address, "") != "",
            is_led(Invitee.body_id, bindparam("today", type_=Date)),
        ),
        Invitee.body_id.is_not(None),
    )
    .outerjoin(Organisation, Organisation.id == Invitee.organisation_id)
    .outerjoin(Body, Body.id == Invitee.body_id)
    .where(Invitee.round_id == bindparam("round"), ~HAS_ANSWERED)
    .order_by(Invitee.declined_at.is_not(None), func.coalesce(Organisation.name_key, Body.name_key), Invitee.id)
)
