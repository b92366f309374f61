"""Counting what a round brought: who answered and who was not heard, and what was said of each clause. Reads only, and
counts only what was sent; silence is counted as nothing but silence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple, TypeVar
from uuid import UUID

from sqlalchemy import Uuid, and_, bindparam, case, cast, func, null, select, union_all

from kumppanuus import comments
from kumppanuus.agreements import Clause, ClauseVersion, EditionClause, SectionKind
from kumppanuus.comments import CommentKind
from kumppanuus.db import db, now
from kumppanuus.members import Member
from kumppanuus.organisations import Body, BodyKind, Organisation, OrganisationKind, Sector, sectors_of
from kumppanuus.rounds import Asking, Invitee, Round, RoundKind, RoundQuestion
from kumppanuus.statements import STANDS, Channel, Remark, Stance, Statement

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
    """What remarks are about: a clause of the edition, a whole section of it, or a question of the round."""

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

    @property
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


@dataclass(frozen=True)
class Silent:
    """Somebody who was asked and has not answered."""

    id: UUID  # of the invitee
    name: str
    invited_at: datetime | None
    reminded_at: datetime | None
    declined_at: datetime | None
    decline_reason: str
    has_address: bool


@dataclass(frozen=True, eq=False)
class Summary:
    """What a round has brought so far. Every split (`lines`, `sectors`, `kinds`) adds up to `whole`."""

    answers: Sequence[Answer]  # the columns of every table, in order
    whole: Heard
    lines: list[Line]  # places something was said of, in the order of the text, questions last
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
    """Count what a round has brought, in seven queries, however many answers there are."""
    said, respondents, asked = _said(about), _respondents(about), _asked(about)
    places, clauses = _places(about)
    used = {row.answer for row in said}
    answers: list[Answer] = [*ANSWERS[about.kind]]
    # What was said before somebody changed the kind of the round cannot be; an answer without a kind can.
    answers += [None] if None in used else []
    sectors = sectors_of(about.agreement)
    by_sector = _split(asked, respondents, said, lambda row: row.sector_id)
    by_kind = _split(asked, respondents, said, lambda row: row.respondent)
    order: tuple[Kind, ...] = (*OrganisationKind, *BodyKind, None)
    lines = _lines(said, places)
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
        unanswered=sum(row.unanswered for row in said),
        wordings=sum(row.wordings for row in said),
        hidden=_hidden(about),
    )


def silent(round_id: UUID) -> list[Silent]:
    """Those who were asked and have not answered, by name; those who declined last. One query."""
    address = func.coalesce(Organisation.contact_address, "")
    query = (
        select(
            Invitee.id,
            func.coalesce(Organisation.name, Body.name),
            Invitee.invited_at,
            Invitee.reminded_at,
            Invitee.declined_at,
            Invitee.decline_reason,
            address != "",
        )
        .outerjoin(Organisation, Organisation.id == Invitee.organisation_id)
        .outerjoin(Body, Body.id == Invitee.body_id)
        .where(Invitee.round_id == round_id, ~_HAS_ANSWERED)
        .order_by(Invitee.declined_at.is_not(None), func.coalesce(Organisation.name_key, Body.name_key), Invitee.id)
    )
    return [Silent(*row[:6], has_address=bool(row[6])) for row in db.session.execute(query)]


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


_DRAFTED = (
    select(Invitee.round_id, Remark.clause_id)
    .outerjoin(Statement, and_(Statement.invitee_id == Invitee.id, Statement.recorded_by_id.is_(None)))
    .outerjoin(Remark, Remark.statement_id == Statement.id)
)


def voice(member: Member, asking: Iterable[Asking]) -> Voice:
    """What has been said in the name of a member, and what some rounds that take answers wait for; in one query."""
    open_ones = {each.id: each for each in asking}
    owing = _DRAFTED.where(
        Invitee.round_id.in_(open_ones),
        Invitee.organisation_id == bindparam("organisation"),
        Invitee.declined_at.is_(None),
        ~_HAS_ANSWERED,
    )
    commented = select(cast(null(), Uuid), comments.COMMENTED.subquery().c.clause_id)
    both = union_all(commented, *([owing] if open_ones else []))
    facts = {"agreement": member.agreement_id, "who": member.user_id, "organisation": member.organisation_id}
    said: dict[UUID | None, set[UUID | None]] = {}
    for round_id, clause_id in db.session.execute(both, facts):
        said.setdefault(round_id, set()).add(clause_id)
    commented_on = frozenset(each for each in said.pop(None, ()) if each is not None)
    owed = {each: open_ones[each].clause_ids - clauses for each, clauses in said.items() if each is not None}
    return Voice(commented_on, owed)


# What a round has brought, with the last digest of the record that it follows from.
_kept: dict[UUID, tuple[str, Summary]] = {}
KEPT = 32


def kept(about: Round, head: str) -> Summary:
    """What `of` counts, counted once for each state of the record; `head` is its last digest, read before this."""
    known = _kept.get(about.id)
    if known is None or known[0] != head:
        known = head, of(about)
        if len(_kept) >= KEPT:
            _kept.clear()
        _kept[about.id] = known
    return known[1]


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
    number: int
    place_id: UUID | None
    answer: Answer
    unanswered: int
    wordings: int


_SECTOR = func.coalesce(Organisation.main_sector_id, Body.sector_id)
_HAS_ANSWERED = (
    select(Statement.id)
    .where(Statement.invitee_id == Invitee.id, Statement.sent_at.is_not(None))
    .correlate(Invitee)
    .exists()
)


def _asked(about: Round) -> list[_Asked]:
    has_answered = case((_HAS_ANSWERED, 1), else_=0).label("has_answered")
    has_declined = case((Invitee.declined_at.is_not(None) & ~_HAS_ANSWERED, 1), else_=0).label("has_declined")
    each = (
        select(Organisation.kind, Body.kind.label("body_kind"), _SECTOR.label("sector_id"), has_answered, has_declined)
        .select_from(Invitee)
        .outerjoin(Organisation, Organisation.id == Invitee.organisation_id)
        .outerjoin(Body, Body.id == Invitee.body_id)
        .where(Invitee.round_id == about.id)
        .subquery()
    )
    group = (each.c.kind, each.c.body_kind, each.c.sector_id)
    sums = (func.count(), func.sum(each.c.has_answered), func.sum(each.c.has_declined))
    rows = db.session.execute(select(*group, *sums).group_by(*group))
    return [_Asked(row[0] or row[1], row[2], *row[3:]) for row in rows]


def _respondents(about: Round) -> list[_Respondents]:
    is_invited = Statement.invitee_id.is_not(None)
    group = (Organisation.kind, Body.kind, _SECTOR, is_invited, Statement.channel, Statement.is_late)
    query = (
        select(*group, func.count(), func.coalesce(func.sum(Statement.people), 0))
        .select_from(Statement)
        .outerjoin(Organisation, Organisation.id == Statement.organisation_id)
        .outerjoin(Body, Body.id == Statement.body_id)
        .where(Statement.round_id == about.id, Statement.sent_at.is_not(None))
        .group_by(*group)
    )
    return [
        _Respondents(kind or body_kind, sector_id, count, bool(is_invited), channel, is_late, people or 0)
        for kind, body_kind, sector_id, is_invited, channel, is_late, count, people in db.session.execute(query)
    ]


def _said(about: Round) -> list[_Said]:
    place_id = func.coalesce(Remark.question_id, Remark.clause_id, Remark.section_id)
    group = (Organisation.kind, Body.kind, _SECTOR, place_id, Remark.kind, Remark.stance)
    unanswered = func.sum(case((Remark.disposition.is_(None), 1), else_=0))
    wordings = func.sum(case((Remark.suggested_text.is_not(None), 1), else_=0))
    query = (
        select(*group, func.count(), unanswered, wordings)
        .select_from(Remark)
        .join(Statement, Statement.id == Remark.statement_id)
        .outerjoin(Organisation, Organisation.id == Statement.organisation_id)
        .outerjoin(Body, Body.id == Statement.body_id)
        .where(Statement.round_id == about.id, STANDS)
        .group_by(*group)
    )
    return [
        _Said(kind or body_kind, sector_id, count, place_id, said or stance, unanswered, wordings)
        for kind, body_kind, sector_id, place_id, said, stance, count, unanswered, wordings in db.session.execute(query)
    ]


def _hidden(about: Round) -> int:
    query = (
        select(func.count())
        .select_from(Remark)
        .join(Statement, Statement.id == Remark.statement_id)
        .where(
            Statement.round_id == about.id,
            Remark.sent_at.is_not(None),
            Remark.withdrawn_at.is_(None),
            Statement.hidden_at.is_not(None) | Remark.hidden_at.is_not(None),
        )
    )
    return db.session.scalar(query) or 0


def _places(about: Round) -> tuple[dict[UUID, Place], list[Place]]:
    """Every place of a round by its id, in the order of the text, and the clauses among them that were asked about."""
    places: dict[UUID, Place] = {}
    clauses: list[Place] = []
    query = (
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
        .where(EditionClause.edition_id == about.edition_id)
        .order_by(EditionClause.place)
    )
    chosen = about.section_ids
    for clause_id, label, title, section_id, kind, section_label, section_title in db.session.execute(query):
        is_annex = kind is SectionKind.ANNEX
        places.setdefault(
            section_id, Place(section_id, section_label, section_title, is_section=True, is_annex=is_annex)
        )
        places[clause_id] = Place(clause_id, label, title, is_clause=True, is_annex=is_annex)
        if not chosen or section_id in chosen:
            clauses.append(places[clause_id])
    asked = select(RoundQuestion.id, RoundQuestion.text).where(RoundQuestion.round_id == about.id)
    for question_id, text in db.session.execute(asked.order_by(RoundQuestion.position)):
        places[question_id] = Place(question_id, "", text)
    return places, clauses


def _lines(said: Iterable[_Said], places: Mapping[UUID, Place]) -> list[Line]:
    answers: dict[UUID, Counter[Answer]] = {}
    sectors: dict[UUID, Counter[UUID | None]] = {}
    for row in said:
        place_id = row.place_id if row.place_id and row.place_id in places else NOWHERE.id
        answers.setdefault(place_id, Counter())[row.answer] += row.number
        sectors.setdefault(place_id, Counter())[row.sector_id] += row.number
    order = [*places.values(), NOWHERE]
    return [Line(place, answers[place.id], sectors[place.id]) for place in order if place.id in answers]


# What was said of no place that the edition holds: it is counted all the same, so that every table adds up.
NOWHERE = Place(UUID(int=0), "", "")


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
