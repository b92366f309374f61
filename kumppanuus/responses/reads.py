"""What pages ask of responses: one, the drafts of a round, what an official was asked for, what came of a clause."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Integer, Uuid, and_, bindparam, cast, func, literal, null, select, true, union_all
from sqlalchemy.orm import joinedload

from kumppanuus import comments, rounds
from kumppanuus.accounts import User
from kumppanuus.agreements import Agreement, Clause, ClauseVersion
from kumppanuus.comments import CommentKind
from kumppanuus.db import UtcDateTime, db, read
from kumppanuus.members import Member, Role
from kumppanuus.organisations import Body, Organisation
from kumppanuus.responses.tables import Response, ResponseRemark
from kumppanuus.rounds import Asking, Round
from kumppanuus.statements import STANDS, Disposition, Remark, Said, Stance, Statement, said_in
from kumppanuus.suggestions import Suggestion


def by_id(response_id: UUID) -> Response | None:
    """A response with its round, the agreement of that, who was asked to write it and who wrote it last."""
    paths = (
        joinedload(Response.round).joinedload(Round.agreement),
        joinedload(Response.asked).joinedload(Member.user),
        joinedload(Response.changed_by),
    )
    return db.session.scalar(select(Response).where(Response.id == response_id).options(*paths))


class Draft(NamedTuple):
    """A response that is not released, as a plain row. `asked` is the name of the official who was asked for it."""

    id: UUID
    revision: int
    disposition: Disposition | None
    reason: str
    asked: str | None
    writer: str
    writer_id: UUID
    replaces_id: UUID | None
    remark_ids: tuple[UUID, ...]


_asked_user = User.__table__.alias("asked_user")
_DRAFTS = (
    select(
        Response.id,
        Response.revision,
        Response.disposition,
        Response.reason,
        _asked_user.c.name,
        User.name,
        Response.changed_by_id,
        Response.replaces_id,
        ResponseRemark.remark_id,
    )
    .join(ResponseRemark, ResponseRemark.response_id == Response.id)
    .join(User, User.id == Response.changed_by_id)
    .outerjoin(Member, Member.id == Response.asked_id)
    .outerjoin(_asked_user, _asked_user.c.id == Member.user_id)
    .where(Response.round_id == bindparam("round"), Response.released_at.is_(None))
    .order_by(Response.made_at, Response.id)
)


def drafts(round_: Round) -> list[Draft]:
    """Every response of a round that is not released, the oldest first; one query."""
    found: dict[tuple[object, ...], list[UUID]] = {}
    for *facts, remark_id in read(_DRAFTS, {"round": round_.id}):
        found.setdefault(tuple(facts), []).append(remark_id)
    return [Draft._make((*facts, tuple(remark_ids))) for facts, remark_ids in found.items()]


class Duty(NamedTuple):
    """A response an official was asked for: of how many remarks, in which round."""

    id: UUID
    round: int
    remarks: int


_DUTIES = (
    select(
        Response.asked_id,
        Response.id,
        Round.number.label("round"),
        func.count(ResponseRemark.id).label("number"),
        Response.made_at,
    )
    .join(Round, Round.id == Response.round_id)
    .join(ResponseRemark, ResponseRemark.response_id == Response.id)
    .where(
        Round.agreement_id == bindparam("agreement"),
        Response.asked_id.is_not(None),
        Response.released_at.is_(None),
        Response.disposition.is_(None),
    )
    .group_by(Response.asked_id, Response.id, Round.number, Response.made_at)
)


class Asked(NamedTuple):
    """What is asked of the authority: how many comments wait for it, by clause; and the responses that are to be
    written, by the id of the member who was asked, the oldest first."""

    comments: dict[UUID, int]
    duties: dict[UUID, list[Duty]]


_commented = comments.ASKED_OF_AUTHORITY.subquery()
_ASKED = union_all(
    _DUTIES,
    select(
        cast(null(), Uuid),
        _commented.c.clause_id,
        cast(null(), Integer),
        _commented.c.number,
        cast(null(), UtcDateTime),
    ),
)


def asked(agreement: Agreement) -> Asked:
    """What is asked of the authority of an agreement; one query."""
    found, waiting = Asked({}, {}), []
    for member_id, thing_id, number, count, made_at in read(_ASKED, {"agreement": agreement.id}):
        if member_id is None:
            found.comments[thing_id] = count
        else:
            waiting.append((made_at, member_id, Duty(thing_id, number, count)))
    for _made_at, member_id, duty in sorted(waiting):
        found.duties.setdefault(member_id, []).append(duty)
    return found


def duties(member: Member) -> list[Duty]:
    """The responses a member was asked for and nobody has written yet, the oldest first; one query."""
    return asked(member.agreement).duties.get(member.id, [])


class Owed(NamedTuple):
    """A closed round, and how many of its remarks wait for a response that is released."""

    number: int
    unanswered: int


_at_work = union_all(
    rounds.ASKED.add_columns(literal(0).label("unanswered")),
    select(Round.id, Round.number, Round.last_day, cast(null(), Uuid), func.count(Remark.id))
    .join(Statement, Statement.round_id == Round.id)
    .join(Remark, Remark.statement_id == Statement.id)
    .where(
        Round.agreement_id == bindparam("agreement"),
        Round.closed_at.is_not(None),
        STANDS,
        Remark.answered_at.is_(None),
    )
    .group_by(Round.id, Round.number, Round.last_day),
).subquery()
_AT_WORK = select(*_at_work.c).order_by(_at_work.c.last_day, _at_work.c.number)


def at_work(agreement: Agreement) -> tuple[list[Asking], list[Owed]]:
    """The rounds of an agreement that take answers, and those that are closed and not answered whole, each by its last
    day; one query."""
    rows = read(_AT_WORK, {"agreement": agreement.id}).all()
    return (
        rounds.gathered(row[:-1] for row in rows if not row.unanswered),
        [Owed(row.number, row.unanswered) for row in rows if row.unanswered],
    )


def count_unanswered(round_: Round) -> int:
    """How many remarks of a round wait for a response that is released; one query."""
    query = select(func.count(Remark.id)).join(Statement, Statement.id == Remark.statement_id)
    return db.session.scalar(query.where(Statement.round_id == round_.id, STANDS, Remark.answered_at.is_(None))) or 0


class Told(NamedTuple):
    """A remark of a clause with what came of it, as every member reads it. `name` is whose it is, never a person."""

    round: int
    remark_id: UUID
    statement_id: UUID
    name: str
    kind: CommentKind | None
    stance: Stance | None
    text: str
    suggests: bool
    disposition: Disposition | None
    reason: str
    answered_at: datetime | None


_TOLD = (
    select(
        Round.number.label("number"),
        Remark.id.label("remark_id"),
        Remark.statement_id.label("statement_id"),
        func.coalesce(Organisation.name, Body.name, Statement.named).label("name"),
        Remark.kind.label("kind"),
        Remark.stance.label("stance"),
        Remark.text.label("text"),
        Remark.suggested_text.is_not(None).label("suggests"),
        Remark.disposition.label("disposition"),
        Remark.reason.label("reason"),
        Remark.answered_at.label("answered_at"),
        Remark.sent_at.label("sent_at"),
    )
    .join(Statement, Statement.id == Remark.statement_id)
    .join(Round, Round.id == Statement.round_id)
    .outerjoin(Organisation, Organisation.id == Statement.organisation_id)
    .outerjoin(Body, Body.id == Statement.body_id)
    .where(Remark.clause_id == bindparam("clause"), STANDS)
    .subquery()
)
# One row at least, which tells whether a round asks about the clause now.
_ONE = select(literal(1).label("one")).subquery()
_OF_CLAUSE = (
    select(rounds.IS_ASKED, *_TOLD.c)
    .select_from(_ONE.outerjoin(_TOLD, true()))
    .order_by(_TOLD.c.number.desc(), _TOLD.c.sent_at, _TOLD.c.remark_id)
)


def of_clause(clause: Clause) -> tuple[bool, list[Told]]:
    """Whether a round that takes answers asks about a clause; and what every round has said of it, the newest round
    first, with what was answered. One query."""
    rows = read(_OF_CLAUSE, {"agreement": clause.agreement_id, "clause": clause.id}).all()
    return bool(rows[0][0]), [Told(*row[1:-1]) for row in rows if row[1] is not None]


def givers(remark_ids: Iterable[UUID]) -> dict[UUID, str]:
    """The names of the people who gave some remarks in no organisation's name, where they told it; one query."""
    wanted = list(remark_ids)
    if not wanted:
        return {}
    query = select(Remark.id, Statement.giver_name).join(Statement, Statement.id == Remark.statement_id)
    return dict(db.session.execute(query.where(Remark.id.in_(wanted))).all())


def officials(agreement: Agreement) -> dict[UUID, str]:
    """The officials of an agreement by their membership, with their names, in the order of their joining; one query."""
    query = (
        select(Member.id, User.name)
        .join(User, User.id == Member.user_id)
        .where(Member.agreement_id == agreement.id, Member.role == Role.OFFICIAL, Member.ended_at.is_(None))
        .order_by(Member.joined_at, Member.id)
    )
    return dict(db.session.execute(query).all())


def remark_ids_of(response: Response) -> list[UUID]:
    """The remarks a response answers; one query."""
    return list(db.session.scalars(select(ResponseRemark.remark_id).where(ResponseRemark.response_id == response.id)))


def remarks(ids: Iterable[UUID]) -> dict[UUID, Remark]:
    """Some remarks by their ids, with their clause, the wording they are about and what theirs became; one query."""
    paths = (joinedload(Remark.clause), joinedload(Remark.version), joinedload(Remark.suggestion))
    query = select(Remark).where(Remark.id.in_(list(ids))).options(*paths)
    return {each.id: each for each in db.session.scalars(query)}


class Wording(NamedTuple):
    """A title and a text."""

    title: str
    text: str


class Listed(NamedTuple):
    """A remark as the desk lists it. `old` is the wording it is about, where it suggests another; `became` the id and
    the number of the suggestion that came of it."""

    said: Said
    old: Wording | None
    became: tuple[UUID, int] | None


_LISTED = (
    select(
        *(Remark.id, Remark.kind, Remark.stance, Remark.text, Remark.suggested_title, Remark.suggested_text),
        *(ClauseVersion.title, ClauseVersion.text, Suggestion.id, Suggestion.number),
    )
    .outerjoin(ClauseVersion, and_(ClauseVersion.id == Remark.version_id, Remark.suggested_text.is_not(None)))
    .outerjoin(Suggestion, Suggestion.id == Remark.suggestion_id)
    .where(Remark.id.in_(bindparam("remarks", expanding=True)))
)


def listed(ids: Iterable[UUID]) -> dict[UUID, Listed]:
    """Some remarks by their ids, as plain rows; one query."""
    found = {}
    for each, kind, stance, text, title, wording, old_title, old_text, of, number in read(
        _LISTED, {"remarks": list(ids)}
    ):
        said = Said(kind, stance, text, title or "", wording or "")
        old = None if old_text is None else Wording(old_title, old_text)
        found[each] = Listed(said, old, None if of is None else (of, number))
    return found


def as_listed(remark: Remark) -> Listed:
    """A remark that was read whole, as the desk lists it."""
    version, suggestion = remark.version, remark.suggestion
    old = Wording(version.title, version.text) if version and remark.suggested_text else None
    return Listed(said_in(remark), old, (suggestion.id, suggestion.number) if suggestion else None)
