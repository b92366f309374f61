"""Writing an answer: a draft that several may write, sent once, and corrected until the round closes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import and_, delete, select

from kumppanuus import accounts, agreements, ledger, rounds
from kumppanuus.accounts import Language
from kumppanuus.agreements import Placed
from kumppanuus.comments import CommentKind
from kumppanuus.db import db, line, now, today
from kumppanuus.organisations import Organisation
from kumppanuus.rounds import Invitee, Round, RoundLink
from kumppanuus.statements.events import StatementCorrected, StatementRecorded, StatementSent
from kumppanuus.statements.refusals import (
    AnsweredAlready,
    BadNumber,
    GiverNeeded,
    KindWithoutWords,
    NothingSaid,
    OtherRound,
    PersonalCode,
    SentAlready,
    WrittenMeanwhile,
)
from kumppanuus.statements.saying import (
    NOTHING,
    On,
    Part,
    Place,
    Said,
    clauses_in,
    cleaned,
    place_of,
    said_in,
)
from kumppanuus.statements.tables import (
    Channel,
    Remark,
    Statement,
    StatementFile,
    StatementLink,
)
from kumppanuus.text.identity import identity_codes

MOST_PEOPLE = 1_000_000


@dataclass(frozen=True)
class Giver:
    """Who gives an answer. The name is shown outside the members only if they choose so; the address never is.

    `organisation` is one of the register, `named` the name of one that is not there: for answers of no invitee.
    """

    name: str = ""
    address: str = ""
    shows_name: bool = False
    people: int | None = None
    organisation: Organisation | None = None
    named: str = ""
    language: Language = Language.FI


def begin(
    round_: Round,
    *,
    invitee: Invitee | None = None,
    organisation: Organisation | None = None,
    link: RoundLink | None = None,
    channel: Channel = Channel.WEB,
    by: UUID | None = None,
) -> Statement:
    """The answer an invitee is writing or has sent, or an `organisation` that was not asked; else a new draft, which
    leaves no entry.

    An answer by another channel than the web is a new one, written down by somebody for the giver. Refuses
    `AnsweredAlready` if it is of an invitee who has answered, `OtherRound` and `rounds.RoundClosed`.
    """
    hold(round_)
    if invitee is not None and invitee.round_id != round_.id:
        raise OtherRound(field="invitee")
    if organisation is not None:
        if organisation.agreement_id != round_.agreement_id or organisation.removed_at is not None:
            raise OtherRound(field="organisation")
        invitee = rounds.invitee_of(round_, organisation.id)
    is_recorded = channel is not Channel.WEB
    found = of_invitee(invitee) if invitee else of_unasked(round_, organisation.id) if organisation else None
    if found is not None and is_recorded and found.is_sent:
        raise AnsweredAlready(field="invitee", statement=found.id)
    if found is not None and not is_recorded:
        return found
    statement = Statement(
        round_id=round_.id,
        invitee_id=invitee.id if invitee else None,
        organisation_id=invitee.organisation_id if invitee else organisation.id if organisation else None,
        body_id=invitee.body_id if invitee else None,
        channel=channel,
        recorded_by_id=by if is_recorded else None,
        link_id=link.id if link else None,
    )
    db.session.add(statement)
    db.session.flush()
    return statement


def of_invitee(invitee: Invitee) -> Statement | None:
    """The answer of an invitee: what was sent, whoever wrote it down; else the draft they write themselves, also when
    it was begun before they were asked."""
    query = select(Statement).where(
        Statement.invitee_id == invitee.id,
        Statement.sent_at.is_not(None) | Statement.recorded_by_id.is_(None),
    )
    found = db.session.scalar(query.order_by(Statement.sent_at.is_(None), Statement.made_at).limit(1))
    if found is None and invitee.organisation_id is not None:
        return of_unasked(invitee.round, invitee.organisation_id)
    return found


def of_unasked(round_: Round, organisation_id: UUID) -> Statement | None:
    """The answer that members of an organisation began which was not asked."""
    query = select(Statement).where(
        Statement.round_id == round_.id, Statement.organisation_id == organisation_id, UNASKED
    )
    return db.session.scalar(query.order_by(Statement.made_at).limit(1))


UNASKED = and_(Statement.invitee_id.is_(None), Statement.link_id.is_(None), Statement.recorded_by_id.is_(None))


# ---------------------------------------------------------------- what is written


@dataclass(frozen=True)
class Written:
    """What stands in an answer at one place, whether it is not sent yet, and who wrote it, if that is known."""

    said: Said
    is_unsent: bool = False
    writer_id: UUID | None = None


def written_in(statement: Statement) -> dict[Place, Written]:
    """What an answer says at each place as its writers see it: what is not sent yet stands before what was sent."""
    found: dict[Place, Written] = {}
    for is_unsent in (False, True):
        for remark in _remarks(statement):
            if remark.withdrawn_at is None and (remark.sent_at is None) is is_unsent:
                found[place_of(remark)] = Written(said_in(remark), is_unsent, remark.written_by_id)
    return found


def _remarks(statement: Statement) -> list[Remark]:
    query = select(Remark).where(Remark.statement_id == statement.id).order_by(Remark.written_at, Remark.id)
    return list(db.session.scalars(query, execution_options={"populate_existing": True}))


def check(round_: Round, said: Mapping[Place, Said], *, parts: Iterable[Part]) -> None:
    """Refuse what `keep` refuses of some words whatever stands there, before there is an answer to keep them in."""
    clauses = clauses_in(parts)
    for place, each in said.items():
        cleaned(round_, place, each, clauses)


def keep(
    statement: Statement,
    said: Mapping[Place, Said],
    *,
    seen: Mapping[Place, str],
    parts: Iterable[Part],
    by: UUID | None,
) -> None:
    """Keep what was written at some places as the draft of an answer. It leaves no entry.

    `seen` are the digests of what stood there when the form was drawn: what the writer has not touched stays as it is
    by now. Refuses `WrittenMeanwhile` with the `places` where somebody else wrote, and then keeps nothing;
    `PersonalCode`, `OtherRound` and bad texts, each with its `place`; `rounds.RoundClosed`.
    """
    clauses = clauses_in(parts)
    wanted = {place: cleaned(statement.round, place, each, clauses) for place, each in said.items()}
    hold(statement.round)
    standing = written_in(statement)

    def there(place: Place) -> Said:
        return standing[place].said if place in standing else NOTHING

    touched = {
        place: each for place, each in wanted.items() if each.digest not in (seen.get(place), there(place).digest)
    }
    clashes = [place for place in touched if there(place).digest != seen.get(place, NOTHING.digest)]
    if clashes:
        raise WrittenMeanwhile(places=clashes)
    drafts = {place_of(each): each for each in _remarks(statement) if each.sent_at is None}
    for place, each in touched.items():
        _put(statement, place, each, clauses, drafts.get(place), by)
    if touched and not statement.is_sent:
        statement.changed_at = now()
    db.session.flush()


def _put(
    statement: Statement,
    place: Place,
    said: Said,
    clauses: Mapping[UUID, Placed],
    draft: Remark | None,
    by: UUID | None,
) -> None:
    """Write what is said at a place into the draft of it. What a draft leaves empty is taken out by the next sending,
    so nothing is kept only where nothing was sent."""
    if draft is None:
        draft = Remark(
            statement_id=statement.id,
            clause_id=place.id if place.on is On.CLAUSE else None,
            section_id=place.id if place.on is On.SECTION else None,
            question_id=place.id if place.on is On.QUESTION else None,
            version_id=clauses[place.id].version.id if place.on is On.CLAUSE and place.id else None,
        )
        db.session.add(draft)
    draft.kind, draft.stance, draft.text = said.kind, said.stance, said.text
    draft.suggested_title = said.title if said.wording else None
    draft.suggested_text = said.wording or None
    draft.written_at, draft.written_by_id = now(), by


def discard(statement: Statement) -> None:
    """Throw away an answer that was never sent, with all that was written in it. Refuses `SentAlready`."""
    agreements.lock(statement.round.agreement_id)
    db.session.refresh(statement)
    if statement.is_sent:
        raise SentAlready()
    for table in (Remark, StatementFile, StatementLink):
        db.session.execute(delete(table).where(table.statement_id == statement.id))
    db.session.delete(statement)
    db.session.flush()


# ---------------------------------------------------------------- sending


def send(statement: Statement, giver: Giver, *, by: UUID | None) -> bool:
    """Send an answer, or the corrections to one that was sent. It is late if the last day has passed.

    What a correction says anew stands beside what it replaces, which is withdrawn and stays in the record. Returns
    whether there was anything new to send: a second press has nothing. Refuses `NothingSaid`, `KindWithoutWords`,
    `GiverNeeded`, `BadNumber`, `AnsweredAlready`, `PersonalCode`, `accounts.BadAddress` and `rounds.RoundClosed`.
    """
    is_known = statement.invitee_id is not None or statement.is_unasked
    facts = facts_of(statement.round, giver, is_known=is_known)
    hold(statement.round)
    db.session.refresh(statement)
    remarks = [each for each in _remarks(statement) if each.withdrawn_at is None]
    standing = {place_of(each): each for each in remarks if each.sent_at is not None}
    drafts = {place_of(each): each for each in remarks if each.sent_at is None}
    _require_something({place: said_in(each) for place, each in {**standing, **drafts}.items()}, statement)
    if statement.is_sent and not drafts and facts == {name: getattr(statement, name) for name in facts}:
        return False
    invitee = statement.invitee
    if statement.is_unasked and statement.organisation_id is not None and not statement.is_sent:
        invitee = rounds.invitee_of(statement.round, statement.organisation_id)  # asked since it was begun
    if not statement.is_sent and invitee is not None:
        first = of_invitee(invitee)
        if first is not None and first.is_sent:
            raise AnsweredAlready(statement=first.id)
        statement.invitee_id = invitee.id
    for name, value in facts.items():
        setattr(statement, name, value)
    sealed: list[ledger.Sealed] = [statement]
    for place, draft in drafts.items():
        sealed += _settle(draft, standing.get(place))
    event: ledger.Event
    named: dict[str, Any] = {"statement_id": statement.id, "round": statement.round.number, "name": name_of(statement)}
    if statement.is_sent:
        statement.corrected_at = now()
        event = StatementCorrected(**named)
    else:
        statement.sent_at, statement.is_late = now(), today() > statement.round.last_day
        statement.user_id = None if statement.recorded_by_id else by
        sealed += _seal_files(statement)
        if statement.recorded_by_id:
            event = StatementRecorded(**named, channel=statement.channel)
        else:
            event = StatementSent(**named, late=statement.is_late)
    ledger.record(event, *sealed, chain=statement.round.agreement_id, by=by)
    return True


def facts_of(round_: Round, giver: Giver, *, is_known: bool) -> dict[str, Any]:
    """What the giver tells, as columns. Whose answer it is, is asked only where that is not known."""
    facts: dict[str, Any] = {
        "giver_name": line(giver.name, "name", needed=False),
        "giver_address": accounts.clean_address(giver.address) if giver.address.strip() else "",
        "giver_language": giver.language,
        "shows_name": giver.shows_name,
        "people": giver.people,
    }
    if giver.people is not None and not 1 <= giver.people <= MOST_PEOPLE:
        raise BadNumber(field="people")
    if not is_known:
        if giver.organisation is not None and giver.organisation.agreement_id != round_.agreement_id:
            raise OtherRound(field="organisation")
        facts["organisation_id"] = giver.organisation.id if giver.organisation else None
        facts["named"] = "" if giver.organisation else line(giver.named, "named", needed=False)
        if not (facts["organisation_id"] or facts["named"] or facts["giver_name"]):
            raise GiverNeeded(field="named")
    for field, text in (("name", facts["giver_name"]), ("named", facts.get("named", ""))):
        if identity_codes(str(text)):
            raise PersonalCode(field=field)
    return facts


def _require_something(said: Mapping[Place, Said], statement: Statement) -> None:
    for place, each in said.items():
        if each.kind in (CommentKind.QUESTION, CommentKind.CONCERN) and not (each.text or each.wording):
            raise KindWithoutWords(place=place)
    if all(each.is_nothing for each in said.values()) and not statement.files:
        raise NothingSaid()


def _settle(draft: Remark, standing: Remark | None) -> list[ledger.Sealed]:
    """Bring what is new at a place into what was sent. Returns the rows to seal."""
    if said_in(draft).is_nothing or (standing and said_in(standing) == said_in(draft)):
        is_withdrawn = said_in(draft).is_nothing
        db.session.delete(draft)
        if not (is_withdrawn and standing):
            return []
        standing.withdrawn_at = now()
        return [standing]
    draft.sent_at = now()
    if standing is None:
        return [draft]
    standing.withdrawn_at = now()
    return [standing, draft]


def _seal_files(statement: Statement) -> list[StatementFile]:
    for file in statement.files:
        file.sent_at = now()
    return list(statement.files)


def name_of(statement: Statement) -> str:
    """Whose answer it is as the record may tell it: an organisation or a body, never a person."""
    if statement.body is not None:
        return statement.body.name
    return statement.organisation.name if statement.organisation else statement.named


def hold(round_: Round) -> None:
    """Be the only writer of the agreement, and see the round as it is now. Refuses `rounds.RoundClosed`."""
    agreements.lock(round_.agreement_id)
    db.session.refresh(round_)
    rounds.require_open(round_)
