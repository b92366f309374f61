"""Counting what a round brought: who answered and who was not heard, and what was said of each clause. Reads only, and
counts only what was sent; silence is counted as nothing but silence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from sqlalchemy import (
    Select,
    SQLColumnExpression,
    bindparam,
    case,
    func,
    select,
)

from kumppanuus import ledger, statements
from kumppanuus.agreements import Clause, ClauseVersion, EditionClause, SectionKind
from kumppanuus.comments import CommentKind
from kumppanuus.db import read
from kumppanuus.kept import Latest
from kumppanuus.organisations import Body, BodyKind, Organisation, OrganisationKind, Sector, sectors_of
from kumppanuus.rounds import Invitee, Round, RoundKind, RoundQuestion
from kumppanuus.statements import STANDS, Channel, Remark, Stance, Statement
from kumppanuus.summaries.awaited import HAS_ANSWERED

# What a remark says by its kind or stance; None where it has neither, as the answer to a question of the round.
Answer = CommentKind | Stance | None

# What a respondent is; None for somebody who came by a link and named no organisation of the register.
Kind = OrganisationKind | BodyKind | None

Part = TypeVar("Part", bound=Hashable)

# How the answers are told, in this order.
ANSWERS: dict[RoundKind, Sequence[CommentKind | Stance]] = {
    RoundKind.COMMENT_ROUND: tuple(CommentKind),
    RoundKind.CONSULTATION: tuple(Stance),
}


@dataclass(frozen=True)
class Place:
    """What remarks are about: a clause of the edition, a whole section of it, a question of the round, or the whole."""

    id: UUID
    label: str
    title: str
    is_clause: bool = False
    is_section: bool = False
    is_annex: bool = False


@dataclass(frozen=True)
class Line:
    """What was said of one place, by answer and by sector. The sector None is that of respondents without one."""

    place: Place
    answers: Mapping[Answer, int]
    sectors: Mapping[UUID | None, int]

    @cached_property
    def total(self) -> int:
        return sum(self.answers.values())


@dataclass(frozen=True)
class Heard:
    """Some respondents: how many were asked, how many of those answered or declined, how many others answered, and
    what they said."""

    asked: int = 0
    answered: int = 0
    declined: int = 0
    uninvited: int = 0
    answers: Mapping[Answer, int] = field(default_factory=dict)

    @property
    def is_heard(self) -> bool:
        """Whether anybody of them answered, asked or not. Who declined was not heard."""
        return self.answered + self.uninvited > 0

    @property
    def silent(self) -> int:
        """How many were asked and have neither answered nor declined."""
        return self.asked - self.answered - self.declined

    @property
    def remarks(self) -> int:
        return sum(self.answers.values())


@dataclass(frozen=True, eq=False)
class Summary:
    """What a round has brought so far. Every split (`lines`, `sectors`, `kinds`) adds up to `whole`."""

    answers: Sequence[Answer]  # the columns of every table, in order
    whole: Heard
    lines: list[Line]  # places something was said of, in the order of the text, then the whole, questions last
    quiet: list[Place]  # clauses that were asked about and that nobody has said anything of
    sectors: dict[UUID | None, Heard]
    named_sectors: Sequence[Sector]  # every sector of the agreement, in its order
    kinds: dict[Kind, Heard]  # in the order of the kinds
    channels: dict[Channel, int]
    late: int  # answers that came after the last day
    people: int  # how many are told to stand behind the answers
    unanswered: int  # remarks without a disposition
    wordings: int  # remarks that suggest a wording
    hidden: int  # remarks that a coordinator has hidden; they are counted nowhere else

    @property
    def statements(self) -> int:
        """How many answers came, of those asked and of others."""
        return self.whole.answered + self.whole.uninvited

    @property
    def unheard_sectors(self) -> list[Sector]:
        """The sectors nobody has answered for."""
        return [each for each in self.named_sectors if not self.sectors.get(each.id, NOBODY).is_heard]


NOBODY = Heard()


def of(about: Round) -> Summary:
    """Count what a round has brought, in nine queries, however many answers there are."""
    said, respondents, asked = _said(about), _respondents(about), _asked(about)
    places, clauses = places_of(about)
    lines, unanswered, wordings = _lines(about, places)
    used = {row.answer for row in said}
    answers: list[Answer] = [*ANSWERS[about.kind]]
    # What was said before somebody changed the kind of the round cannot be; an answer without a kind can.
    answers += [None] if None in used else []
    sectors = sectors_of(about.agreement)
    by_sector = _split(asked, respondents, said, lambda row: row.sector_id)
    by_kind = _split(asked, respondents, said, lambda row: row.respondent)
    order: tuple[Kind, ...] = (*OrganisationKind, *BodyKind, None)
    spoken = {line.place.id for line in lines}
    return Summary(
        answers=answers,
        whole=_split(asked, respondents, said, lambda _row: "whole").get("whole", NOBODY),
        lines=lines,
        quiet=[place for place in clauses if place.id not in spoken],
        sectors=by_sector,
        named_sectors=sectors,
        kinds={kind: by_kind[kind] for kind in order if kind in by_kind},
        channels={
            channel: count
            for channel in Channel
            if (count := sum(row.number for row in respondents if row.channel is channel))
        },
        late=sum(row.number for row in respondents if row.is_late),
        people=sum(row.people for row in respondents),
        unanswered=unanswered,
        wordings=wordings,
        hidden=_hidden(about),
    )


# What a round has brought, with the state it follows from.
_kept: Latest[UUID, Summary] = Latest(32)

# The events that change nothing that is counted here, by their nouns. Any other is taken to change something.
_APART = {
    *("approval", "clause", "comment", "export", "member", "person", "question", "questions", "seat", "section"),
    *("suggestion", "term"),
}


def state(about: Round) -> str:
    """A digest of the record that stands for all that `of` counts. What happens to the text, its comments and its
    questions does not change it: a round asks about an edition. One query."""
    return ledger.last_digest(about.agreement_id, kinds=_counted_kinds())


@cache
def _counted_kinds() -> tuple[str, ...]:
    """All but those apart: known only once every concept has told its events."""
    return tuple(sorted(kind for kind in ledger.Event.kinds if kind.partition(".")[0] not in _APART))


def kept(about: Round, now_at: str) -> Summary:
    """What `of` counts, counted once for each state; `now_at` is the `state`, read before this."""
    return _kept.of(about.id, now_at, lambda: of(about))


# ---------------------------------------------------------------- inside


class _Asked(NamedTuple):
    respondent: Kind
    sector_id: UUID | None
    number: int
    answered: int
    declined: int


class _Respondents(NamedTuple):
    respondent: Kind
    sector_id: UUID | None
    number: int
    is_invited: bool
    channel: Channel
    is_late: bool
    people: int


class _Said(NamedTuple):
    respondent: Kind
    sector_id: UUID | None
    answer: Answer
    number: int


# The questions that pages ask, put together once. What is counted is grouped by few things at a time: every clause by
# every sector, kind and answer would give as many rows as there are remarks.
_OF_ROUND = Statement.round_id == bindparam("round")
_SECTOR = func.coalesce(Organisation.main_sector_id, Body.sector_id)
_each = (
    select(
        Organisation.kind,
        Body.kind.label("body_kind"),
        _SECTOR.label("sector_id"),
        case((HAS_ANSWERED, 1), else_=0).label("has_answered"),
        case((Invitee.declined_at.is_not(None) & ~HAS_ANSWERED, 1), else_=0).label("has_declined"),
    )
    .select_from(Invitee)
    .outerjoin(Organisation, Organisation.id == Invitee.organisation_id)
    .outerjoin(Body, Body.id == Invitee.body_id)
    .where(Invitee.round_id == bindparam("round"))
    .subquery()
)
_ASKED = select(
    *(_each.c.kind, _each.c.body_kind, _each.c.sector_id),
    *(func.count(), func.sum(_each.c.has_answered), func.sum(_each.c.has_declined)),
).group_by(_each.c.kind, _each.c.body_kind, _each.c.sector_id)
_CAME_AS = (
    *(Organisation.kind, Body.kind, _SECTOR),
    *(Statement.invitee_id.is_not(None), Statement.channel, Statement.is_late),
)
_RESPONDENTS = (
    select(*_CAME_AS, func.count(), func.coalesce(func.sum(Statement.people), 0))
    .select_from(Statement)
    .outerjoin(Organisation, Organisation.id == Statement.organisation_id)
    .outerjoin(Body, Body.id == Statement.body_id)
    .where(_OF_ROUND, Statement.sent_at.is_not(None))
    .group_by(*_CAME_AS)
)


def _remarks(*by: SQLColumnExpression[Any], sums: Sequence[SQLColumnExpression[Any]] = ()) -> Select[Any]:
    """How many remarks of a round count, by some things."""
    return (
        select(*by, func.count(), *sums)
        .select_from(Remark)
        .join(Statement, Statement.id == Remark.statement_id)
        .outerjoin(Organisation, Organisation.id == Statement.organisation_id)
        .outerjoin(Body, Body.id == Statement.body_id)
        .where(_OF_ROUND, STANDS)
        .group_by(*by)
    )


_PLACE = func.coalesce(Remark.question_id, Remark.clause_id, Remark.section_id)
_SAID_BY = _remarks(Organisation.kind, Body.kind, _SECTOR, Remark.kind, Remark.stance)
_SAID_OF = _remarks(
    *(_PLACE, Remark.kind, Remark.stance),
    sums=(
        func.sum(case((Remark.disposition.is_(None), 1), else_=0)),
        func.sum(case((Remark.suggested_text.is_not(None), 1), else_=0)),
    ),
)
_SECTORS_OF = _remarks(_PLACE, _SECTOR)
_HIDDEN = (
    select(func.count())
    .select_from(Remark)
    .join(Statement, Statement.id == Remark.statement_id)
    .where(
        _OF_ROUND,
        Remark.sent_at.is_not(None),
        Remark.withdrawn_at.is_(None),
        Statement.hidden_at.is_not(None) | Remark.hidden_at.is_not(None),
    )
)
_CLAUSES = (
    select(
        ClauseVersion.clause_id,
        EditionClause.label,
        ClauseVersion.title,
        Clause.section_id,
        EditionClause.section_kind,
        EditionClause.section_label,
        EditionClause.section_title,
    )
    .join(ClauseVersion, ClauseVersion.id == EditionClause.version_id)
    .join(Clause, Clause.id == ClauseVersion.clause_id)
    .where(EditionClause.edition_id == bindparam("edition"))
    .order_by(EditionClause.place)
)
_QUESTIONS = (
    select(RoundQuestion.id, RoundQuestion.text)
    .where(RoundQuestion.round_id == bindparam("round"))
    .order_by(RoundQuestion.position)
)


def _asked(about: Round) -> list[_Asked]:
    rows = read(_ASKED, {"round": about.id}).all()
    return [_Asked(kind or body_kind, *rest) for kind, body_kind, *rest in rows]


def _respondents(about: Round) -> list[_Respondents]:
    rows = read(_RESPONDENTS, {"round": about.id}).all()
    return [
        _Respondents(kind or body_kind, sector_id, count, bool(is_invited), channel, is_late, people)
        for kind, body_kind, sector_id, is_invited, channel, is_late, count, people in rows
    ]


def _said(about: Round) -> list[_Said]:
    rows = read(_SAID_BY, {"round": about.id}).all()
    return [
        _Said(kind or body_kind, sector_id, said or stance, count)
        for kind, body_kind, sector_id, said, stance, count in rows
    ]


def _hidden(about: Round) -> int:
    found: int = read(_HIDDEN, {"round": about.id}).scalar_one()
    return found


def places_of(about: Round) -> tuple[dict[UUID, Place], list[Place]]:
    """Every place of a round by its id, in the order of the text, and the clauses among them that were asked about."""
    places: dict[UUID, Place] = {}
    clauses: list[Place] = []
    chosen = about.section_ids
    rows = read(_CLAUSES, {"edition": about.edition_id}).all()
    for clause_id, label, title, section_id, kind, section_label, section_title in rows:
        is_annex = kind is SectionKind.ANNEX
        if section_id not in places:
            places[section_id] = Place(section_id, section_label, section_title, is_section=True, is_annex=is_annex)
        places[clause_id] = Place(clause_id, label, title, is_clause=True, is_annex=is_annex)
        if not chosen or section_id in chosen:
            clauses.append(places[clause_id])
    places[WHOLE.id] = WHOLE
    for question_id, text in read(_QUESTIONS, {"round": about.id}).all():
        places[question_id] = Place(question_id, "", text)
    return places, clauses


def _lines(about: Round, places: Mapping[UUID, Place]) -> tuple[list[Line], int, int]:
    """What was said of each place, and how many of all remarks have no disposition, and how many suggest a wording."""
    answers: dict[UUID, Counter[Answer]] = {}
    sectors: dict[UUID, Counter[UUID | None]] = {}
    unanswered = wordings = 0
    for place_id, said, stance, count, without, suggesting in read(_SAID_OF, {"round": about.id}).all():
        own = place_in(places, place_id).id
        if own not in answers:
            answers[own], sectors[own] = Counter(), Counter()
        answers[own][said or stance] += count
        unanswered, wordings = unanswered + without, wordings + suggesting
    for place_id, sector_id, count in read(_SECTORS_OF, {"round": about.id}).all():
        sectors[place_in(places, place_id).id][sector_id] += count
    lines = [Line(place, answers[place.id], sectors[place.id]) for place in places.values() if place.id in answers]
    if NOWHERE.id in answers:
        lines.append(Line(NOWHERE, answers[NOWHERE.id], sectors[NOWHERE.id]))
    return lines, unanswered, wordings


WHOLE = Place(statements.WHOLE_ID, "", "")

# What was said of no place that the edition holds: it is counted all the same, so that every table adds up.
NOWHERE = Place(UUID(int=1), "", "")


def place_in(places: Mapping[UUID, Place], place_id: UUID | None) -> Place:
    """One of the places of a round by its id; a remark without one is about the whole."""
    return WHOLE if place_id is None else places.get(place_id, NOWHERE)


def _split(
    asked: Iterable[_Asked],
    respondents: Iterable[_Respondents],
    said: Iterable[_Said],
    part_of: Callable[[_Asked | _Respondents | _Said], Part],
) -> dict[Part, Heard]:
    """Everything by the part it belongs to. Each row belongs to one, so that the parts add up to the whole."""
    numbers: dict[Part, Counter[str]] = {}
    answers: dict[Part, Counter[Answer]] = {}
    for invited in asked:
        counter = numbers.setdefault(part_of(invited), Counter())
        counter.update(asked=invited.number, answered=invited.answered, declined=invited.declined)
    for came in respondents:
        if not came.is_invited:
            numbers.setdefault(part_of(came), Counter()).update(uninvited=came.number)
    for row in said:
        answers.setdefault(part_of(row), Counter())[row.answer] += row.number
    nobody, nothing = Counter[str](), Counter[Answer]()
    return {
        part: Heard(**numbers.get(part, nobody), answers=answers.get(part, nothing))
        for part in dict.fromkeys([*numbers, *answers])
    }
