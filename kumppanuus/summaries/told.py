"""What was said in a round, one thing after another and with what came of it, as everybody may be told.

A person is named only if they chose so. What was hidden is there as a mark, without its words and without its giver.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, and_, bindparam, case, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from kumppanuus.db import db, read
from kumppanuus.organisations import Body, Organisation
from kumppanuus.rounds import Round
from kumppanuus.statements import Disposition, Remark, Statement
from kumppanuus.summaries.counting import Answer, Kind, Place, place_in, places_of
from kumppanuus.text.collation import sort_key


@dataclass(frozen=True)
class Told:
    """One thing that was said. `respondent` is empty for a person who is not named. `disposition` and `reason` are the
    answer to it, once that is released."""

    id: UUID
    statement_id: UUID
    respondent: str
    place: Place
    answer: Answer
    text: str
    title: str  # of the wording that is suggested
    wording: str
    disposition: Disposition | None
    reason: str
    is_hidden: bool = False


class Respondent(NamedTuple):
    """Somebody who answered; the name may be empty."""

    id: UUID  # of the statement
    name: str
    kind: Kind


def told(about: Round, *, statement_id: UUID | None = None) -> list[Told]:
    """Everything that was said in a round or in one of its answers, place by place, by respondent; in three queries."""
    places, _clauses = places_of(about)
    order = {place_id: number for number, place_id in enumerate(places)}
    wanted = [Statement.round_id == about.id, Remark.sent_at.is_not(None), Remark.withdrawn_at.is_(None)]
    if statement_id is not None:
        wanted.append(Statement.id == statement_id)
    query = (
        select(
            Remark.id,
            Statement.id,
            *_NAMES,
            Remark.question_id,
            Remark.clause_id,
            Remark.section_id,
            Remark.kind,
            Remark.stance,
            _shown(Remark.text),
            _shown(Remark.suggested_title),
            _shown(Remark.suggested_text),
            Remark.disposition,
            Remark.reason,
            _IS_HIDDEN,
        )
        .join(Statement, Statement.id == Remark.statement_id)
        .outerjoin(Organisation, Organisation.id == Statement.organisation_id)
        .outerjoin(Body, Body.id == Statement.body_id)
        .where(*wanted)
    )
    found = []
    for (
        remark_id,
        of,
        *names,
        question,
        clause,
        section,
        kind,
        stance,
        text,
        title,
        wording,
        came,
        why,
        gone,
    ) in db.session.execute(query):
        place = place_in(places, question or clause or section)
        if gone:
            found.append(Told(remark_id, of, "", place, None, "", "", "", None, "", is_hidden=True))
        else:
            said = (kind or stance, text, title or "", wording or "", came, why or "")
            found.append(Told(remark_id, of, _name(*names), place, *said))
    last = len(order)
    return sorted(
        found,
        key=lambda each: (order.get(each.place.id, last), each.is_hidden, sort_key(each.respondent), each.id),
    )


def respondents(about: Round) -> list[Respondent]:
    """Everybody who answered, by name, those without one last; an answer that was hidden tells nothing. One query."""
    query = (
        select(Statement.id, *_NAMES, Organisation.kind, Body.kind, Statement.hidden_at)
        .outerjoin(Organisation, Organisation.id == Statement.organisation_id)
        .outerjoin(Body, Body.id == Statement.body_id)
        .where(Statement.round_id == about.id, Statement.sent_at.is_not(None))
    )
    rows: Sequence[Any] = db.session.execute(query).all()
    found = [
        Respondent(statement_id, "" if hidden_at else _name(*names), kind or body_kind)
        for statement_id, *names, kind, body_kind, hidden_at in rows
    ]
    return sorted(found, key=lambda each: (not each.name, sort_key(each.name), each.id))


def count_named(about: Round) -> int:
    """How many answers show the name of who gave them. A name that goes with its person leaves no entry. One query."""
    return int(read(_COUNT_NAMED, {"round": about.id}).scalar_one())


class Outcome(NamedTuple):
    """One answer that was given to some of what was said; None and no reason for what was not answered."""

    disposition: Disposition | None
    reason: str
    number: int


def outcomes(said: Sequence[Told]) -> list[Outcome]:
    """What came of some things that were said: each answer once, with how many it answers, in the order of the
    dispositions; last, what was not answered."""
    counts = Counter((each.disposition, each.reason) for each in said if not each.is_hidden)
    order: dict[Any, int] = {disposition: number for number, disposition in enumerate(Disposition)}
    found = [Outcome(disposition, reason, number) for (disposition, reason), number in counts.items()]
    return sorted(found, key=lambda each: (order.get(each.disposition, len(order)), -each.number, each.reason))


# ---------------------------------------------------------------- inside

_NAMES = (Organisation.name, Body.name, Statement.named, Statement.giver_name, Statement.shows_name)
_COUNT_NAMED = select(func.count()).where(Statement.round_id == bindparam("round"), Statement.shows_name)
_IS_HIDDEN: ColumnElement[bool] = or_(Statement.hidden_at.is_not(None), Remark.hidden_at.is_not(None))


def _shown(column: InstrumentedAttribute[Any]) -> ColumnElement[Any]:
    """A column where it is shown: words that were hidden do not leave the database."""
    return case((and_(Statement.hidden_at.is_(None), Remark.hidden_at.is_(None)), column), else_=None)


def _name(organisation: str | None, body: str | None, named: str, giver: str, shows_name: bool) -> str:
    """Whose answer it is: an organisation or a body, and the person who gave it if that is to be shown."""
    whose, person = organisation or body or named, giver if shows_name else ""
    return f"{whose} ({person})" if whose and person else whose or person
