"""What pages ask of statements: one, those of a round, and who may write one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import and_, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from kumppanuus import organisations, rounds
from kumppanuus.db import db
from kumppanuus.members import Member
from kumppanuus.rounds import Invitee, Round
from kumppanuus.statements.tables import Remark, Statement
from kumppanuus.statements.writing import UNASKED

# That a remark was sent, and neither it nor its statement was taken back or hidden. The statement is joined.
STANDS = and_(
    Statement.sent_at.is_not(None),
    Statement.hidden_at.is_(None),
    Remark.sent_at.is_not(None),
    Remark.withdrawn_at.is_(None),
    Remark.hidden_at.is_(None),
)


def by_id(statement_id: UUID) -> Statement | None:
    """A statement with its round and the agreement of that."""
    path = joinedload(Statement.round).joinedload(Round.agreement)
    return db.session.scalar(select(Statement).where(Statement.id == statement_id).options(path))


def sent(round_: Round) -> Sequence[Statement]:
    """Every answer that was sent to a round, the newest first, with whose it is; one query."""
    query = select(Statement).where(Statement.round_id == round_.id, Statement.sent_at.is_not(None))
    named = (joinedload(Statement.organisation), joinedload(Statement.body))
    return db.session.scalars(query.options(*named).order_by(Statement.sent_at.desc(), Statement.id)).all()


def read_remarks(found: Iterable[Statement]) -> None:
    """Read what some answers say, for who then asks each of them for its remarks; two queries."""
    query = select(Statement).where(Statement.id.in_([each.id for each in found]))
    db.session.scalars(query.options(selectinload(Statement.remarks))).all()


def remark_of(statement: Statement, remark_id: UUID) -> Remark | None:
    """One remark of a statement that was sent with it."""
    query = select(Remark).where(
        Remark.id == remark_id, Remark.statement_id == statement.id, Remark.sent_at.is_not(None)
    )
    return db.session.scalar(query)


def is_writer(thing: Invitee | Statement, member: Member) -> bool:
    """Whether a member writes an answer: it is of the own organisation, or of a body whose chair or secretary they are
    today, or they wrote it down for somebody. What came by the link of a network is of whoever came by it."""
    if isinstance(thing, Statement):
        if thing.recorded_by_id is not None:
            return thing.recorded_by_id == member.user_id
        if thing.invitee_id is None and thing.link_id is not None:
            return False
    if thing.organisation_id is not None:
        return thing.organisation_id == member.organisation_id
    return thing.body_id in organisations.led_by(member.user_id)


class Voice(NamedTuple):
    """In whose name a member may answer a round, with the answer that was begun or sent. Without an invitee it is the
    own organisation, which was not asked."""

    name: str
    invitee: Invitee | None
    statement: Statement | None


def voices(round_: Round, member: Member) -> list[Voice]:
    """In whose names a member may answer a round, by name."""
    led = organisations.led_by(member.user_id)
    invited = rounds.invitees(round_)
    own = [
        each
        for each in invited
        if (each.organisation_id is not None and each.organisation_id == member.organisation_id) or each.body_id in led
    ]
    query = select(Statement).where(
        Statement.round_id == round_.id,
        Statement.invitee_id.in_([each.id for each in own])
        | and_(UNASKED, Statement.organisation_id == member.organisation_id),
        Statement.sent_at.is_not(None) | Statement.recorded_by_id.is_(None),
    )
    # What was sent comes last and stays.
    found = db.session.scalars(query.order_by(Statement.sent_at.is_not(None), Statement.made_at))
    begun = {each.invitee_id or each.organisation_id: each for each in found}
    lines = [Voice(each.name, each, begun.get(each.id) or begun.get(each.organisation_id)) for each in own]
    organisation = member.organisation
    if organisation is not None and all(each.organisation_id != organisation.id for each in own):
        lines.append(Voice(organisation.name, None, begun.get(organisation.id)))
    return sorted(lines, key=lambda each: each.name)


def answered_unasked(round_: Round) -> set[UUID]:
    """The organisations that have answered a round without having been asked."""
    query = select(Statement.organisation_id).where(
        Statement.round_id == round_.id, Statement.sent_at.is_not(None), UNASKED
    )
    return {each for each in db.session.scalars(query) if each}


def answered(round_: Round) -> set[UUID]:
    """The invitees whose answer was sent."""
    query = select(Statement.invitee_id).where(
        Statement.round_id == round_.id, Statement.sent_at.is_not(None), Statement.invitee_id.is_not(None)
    )
    return {each for each in db.session.scalars(query) if each}


def open_wordings(round_: Round) -> Sequence[Remark]:
    """The wordings that answers suggest and nobody has made suggestions of, clause by clause; in one query."""
    query = (
        select(Remark)
        .join(Statement, Statement.id == Remark.statement_id)
        .where(
            Statement.round_id == round_.id,
            STANDS,
            Remark.clause_id.is_not(None),
            Remark.suggested_text.is_not(None),
            Remark.suggestion_id.is_(None),
        )
        .options(
            contains_eager(Remark.statement).joinedload(Statement.organisation),
            contains_eager(Remark.statement).joinedload(Statement.body),
            joinedload(Remark.clause),
            joinedload(Remark.version),
        )
        .order_by(Remark.clause_id, Remark.sent_at, Remark.id)
    )
    return db.session.scalars(query).all()


def unfinished_records(round_: Round, user_id: UUID) -> Sequence[Statement]:
    """What a person has begun to write down for others and not finished, the newest first."""
    query = select(Statement).where(
        Statement.round_id == round_.id, Statement.recorded_by_id == user_id, Statement.sent_at.is_(None)
    )
    return db.session.scalars(query.order_by(Statement.made_at.desc())).all()


def letter_address(statement: Statement) -> str:
    """Where letters about an answer go: to its giver; of one that was not written down for somebody, else to the
    contact of its organisation. Empty if nowhere."""
    if statement.giver_address or statement.recorded_by_id is not None:
        return statement.giver_address
    return statement.organisation.contact_address if statement.invitee_id and statement.organisation else ""
