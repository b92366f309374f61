"""What pages ask of rounds: one by its number, all of an agreement."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import bindparam, exists, select
from sqlalchemy.orm import joinedload, selectinload

from kumppanuus import ledger
from kumppanuus.agreements import Agreement, Clause, ClauseVersion, EditionClause
from kumppanuus.db import db, read, today
from kumppanuus.organisations import Organisation
from kumppanuus.rounds import events
from kumppanuus.rounds.tables import Invitee, Round, RoundQuestion, RoundSection

_WHOLE = (
    joinedload(Round.edition),
    joinedload(Round.scope).joinedload(RoundSection.section),
    selectinload(Round.questions).joinedload(RoundQuestion.section),
)
_INVITED = (
    joinedload(Invitee.organisation).joinedload(Organisation.main_sector),
    joinedload(Invitee.organisation).selectinload(Organisation.sectors),
    joinedload(Invitee.body),
)

# Put together once: every page of a round asks it.
_NUMBERED = (
    select(Round)
    .where(Round.agreement_id == bindparam("agreement"), Round.number == bindparam("number"))
    .options(*_WHOLE)
)


def numbered(agreement: Agreement, number: int) -> Round | None:
    """The round of this number, with its edition, what it asks about and its questions; in two queries."""
    return db.session.scalars(_NUMBERED, {"agreement": agreement.id, "number": number}).unique().one_or_none()


def by_id(round_id: UUID) -> Round | None:
    """A round with what `numbered` brings, and its agreement."""
    query = select(Round).where(Round.id == round_id).options(joinedload(Round.agreement), *_WHOLE)
    return db.session.scalars(query).unique().one_or_none()


def of_agreement(agreement: Agreement) -> Sequence[Round]:
    """Every round of an agreement, the newest first."""
    query = select(Round).where(Round.agreement_id == agreement.id).order_by(Round.number.desc())
    return db.session.scalars(query.options(joinedload(Round.edition))).all()


def open_rounds(agreement: Agreement) -> Sequence[Round]:
    """The rounds of an agreement that take answers, the one that ends first first; with what they ask about."""
    query = select(Round).where(
        Round.agreement_id == agreement.id, Round.opened_at.is_not(None), Round.closed_at.is_(None)
    )
    options = selectinload(Round.scope)
    return db.session.scalars(query.options(options).order_by(Round.last_day, Round.number)).all()


class Asking(NamedTuple):
    """A round that takes answers, as others look at it: which clauses it asks about."""

    id: UUID
    number: int
    last_day: date
    clause_ids: frozenset[UUID]

    @property
    def days_late(self) -> int:
        """How many days its last one is past."""
        return max(0, (today() - self.last_day).days)


# Which clauses are asked about by each round that takes answers, for the queries of others: of `agreement`.
ASKED = (
    select(Round.id.label("round_id"), Round.number, Round.last_day, Clause.id.label("clause_id"))
    .join(EditionClause, EditionClause.edition_id == Round.edition_id)
    .join(ClauseVersion, ClauseVersion.id == EditionClause.version_id)
    .join(Clause, Clause.id == ClauseVersion.clause_id)
    .where(
        Round.agreement_id == bindparam("agreement"),
        Round.opened_at.is_not(None),
        Round.closed_at.is_(None),
        ~exists().where(RoundSection.round_id == Round.id)
        | exists().where(RoundSection.round_id == Round.id, RoundSection.section_id == Clause.section_id),
    )
)
_IN_ORDER = ASKED.order_by(Round.last_day, Round.number)


def asking(agreement: Agreement) -> list[Asking]:
    """The rounds of an agreement that take answers, with the clauses of their edition that they ask about; one
    query."""
    return gathered(read(_IN_ORDER, {"agreement": agreement.id}))


def gathered(rows: Iterable[tuple[UUID, int, date, UUID]]) -> list[Asking]:
    """Rounds made of the rows of `ASKED`, in their order."""
    found: dict[tuple[UUID, int, date], set[UUID]] = {}
    for round_id, number, last_day, clause_id in rows:
        found.setdefault((round_id, number, last_day), set()).add(clause_id)
    return [Asking(*key, frozenset(clauses)) for key, clauses in found.items()]


# Whether a round that takes answers asks about a clause, for the queries of others: of `agreement` and `clause`.
IS_ASKED = ASKED.where(Clause.id == bindparam("clause")).exists()


def invitees(round_: Round) -> Sequence[Invitee]:
    """Everybody a round was sent to, in no order, with the organisation and its sectors, or the body; two queries."""
    query = select(Invitee).where(Invitee.round_id == round_.id)
    return db.session.scalars(query.options(*_INVITED)).all()


def invitee_by_id(invitee_id: UUID) -> Invitee | None:
    return db.session.scalar(
        select(Invitee).where(Invitee.id == invitee_id).options(joinedload(Invitee.round), *_INVITED)
    )


def invitee_of(round_: Round, organisation_id: UUID) -> Invitee | None:
    """An organisation as it was asked to answer a round; none if it was not."""
    query = select(Invitee).where(Invitee.round_id == round_.id, Invitee.organisation_id == organisation_id)
    return db.session.scalar(query)


def extended_at(round_: Round) -> datetime | None:
    """When a round was last given more time, if ever."""
    told = ledger.last_things(round_.id, kinds=(events.RoundExtended.kind,), most=1)
    return told[0].at if told else None
