"""Writing responses: drafts that all coordinators share, asked of officials where they know better, then released."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import contains_eager

from kumppanuus import agreements, ledger
from kumppanuus.db import SHORT, db, now, written
from kumppanuus.members import Member, Role
from kumppanuus.responses.events import (
    ResponseAsked,
    ResponseNotNeeded,
    ResponseReleased,
    ResponseReplaced,
    ResponseWritten,
)
from kumppanuus.responses.refusals import (
    AnsweredMeanwhile,
    NoRemarks,
    NotAnOfficial,
    NotReady,
    NotReleased,
    ReleasedAlready,
    ResponseChanged,
    TakenMeanwhile,
)
from kumppanuus.responses.tables import Response, ResponseRemark
from kumppanuus.rounds import NotOpened, Round
from kumppanuus.statements import Disposition, Remark, Statement


def write(round_: Round, remark_ids: Collection[UUID], *, disposition: Disposition, reason: str, by: UUID) -> Response:
    """Draft one response to some remarks of a round that stand and have none. It leaves no entry.

    What was withdrawn or hidden meanwhile is left out. Refuses `NoRemarks`, `TakenMeanwhile`, `AnsweredMeanwhile`,
    `rounds.NotOpened`, and a reason that is missing or too long.
    """
    reason = written(reason, "reason", SHORT)
    found = _begin(round_, remark_ids)
    return _draft(round_, found, by=by, disposition=disposition, reason=reason)


def ask(round_: Round, remark_ids: Collection[UUID], *, of: Member, note: str, by: UUID) -> Response:
    """Ask an official to write the response to some remarks, with a note. A coordinator releases what comes.

    The draft is in no seal yet, but what waits for whom has changed: it leaves an entry. Refuses `NotAnOfficial` and
    what `write` refuses of remarks.
    """
    note = written(note, "note", SHORT, needed=False)
    if of.agreement_id != round_.agreement_id or of.ended_at is not None or of.role is not Role.OFFICIAL:
        raise NotAnOfficial(field="official")
    found = _begin(round_, remark_ids)
    response = _draft(round_, found, by=by, asked_id=of.id, asked_note=note)
    event = ResponseAsked(response.id, of.id, round_.number, len(found))
    ledger.record(event, chain=round_.agreement_id, by=by)
    return response


def ask_instead(member: Member, heir: Member) -> None:
    """Ask somebody else for every response a member was asked for and has not written. Drafts leave no entry."""
    waits = (Response.asked_id == member.id, Response.released_at.is_(None), Response.disposition.is_(None))
    for response in db.session.scalars(select(Response).where(*waits)):
        response.asked_id, response.revision = heir.id, response.revision + 1


def change(response: Response, *, disposition: Disposition, reason: str, revision: int | None, by: UUID) -> None:
    """Write a draft anew. It leaves an entry only where it is what an official was asked for and nobody had written.

    `revision` is that of what the form showed. Refuses `ResponseChanged`, `ReleasedAlready`, and a reason that is
    missing or too long.
    """
    reason = written(reason, "reason", SHORT)
    _hold_draft(response, revision)
    was_awaited = _is_awaited(response)
    response.disposition, response.reason = disposition, reason
    response.changed_at, response.changed_by_id, response.revision = now(), by, response.revision + 1
    db.session.flush()
    if was_awaited:
        event = ResponseWritten(response.id, response.round.number)
        ledger.record(event, chain=response.round.agreement_id, by=by)


def discard(response: Response, *, revision: int | None, by: UUID) -> None:
    """Throw a draft away: its remarks are without a response again. It leaves an entry only where an official was still
    to write it. Refuses `ResponseChanged`, `ReleasedAlready`."""
    _hold_draft(response, revision)
    if response.asked_id is not None and _is_awaited(response):
        event = ResponseNotNeeded(response.id, response.asked_id, response.round.number)
        ledger.record(event, chain=response.round.agreement_id, by=by)
    db.session.execute(delete(ResponseRemark).where(ResponseRemark.response_id == response.id))
    db.session.delete(response)
    db.session.flush()


def replace(response: Response, *, disposition: Disposition, reason: str, by: UUID) -> Response:
    """Draft another response in the place of one that was released. The old one stands until the new one is released.

    Refuses `NotReleased`, `TakenMeanwhile` where that has been begun already, `NoRemarks`, and a reason that is
    missing or too long.
    """
    reason = written(reason, "reason", SHORT)
    remark_ids = [each.remark_id for each in response.links]
    found = _begin(response.round, remark_ids, instead_of=response)
    return _draft(
        response.round, found, by=by, disposition=disposition, reason=reason, replaces_id=response.id,
        version_id=response.version_id,
    )  # fmt: skip


# ---------------------------------------------------------------- releasing


def release(round_: Round, seen: Mapping[UUID, int], *, by: UUID) -> int:
    """Release drafts of a round: what came of each remark, and why, stands at it from now on, sealed.

    `seen` are the revisions that were shown, by the id of the response. One that was changed meanwhile stops all; a
    remark that was withdrawn or hidden meanwhile is left out, and a draft with none left is thrown away. Gives how many
    remarks were answered, with one entry for each response. Refuses `NotReady`, `ResponseChanged`.
    """
    agreements.lock(round_.agreement_id)
    query = select(Response).where(Response.id.in_(seen), Response.round_id == round_.id)
    drafts = {each.id: each for each in db.session.scalars(query, execution_options={"populate_existing": True})}
    if any(each not in drafts or drafts[each].revision != revision for each, revision in seen.items()):
        raise ResponseChanged()
    ready = [each for each in drafts.values() if each.is_ready and not each.is_released]
    if not ready or len(ready) < len(drafts):
        raise NotReady()
    links: dict[UUID, list[ResponseRemark]] = {}
    for link in _links_of(ready):
        links.setdefault(link.response_id, []).append(link)
    replaced = {each.id: each for each in _released(each.replaces_id for each in ready if each.replaces_id)}
    happenings: list[ledger.Happening] = []
    answered, moment = 0, now()
    for draft in sorted(ready, key=lambda each: (each.made_at, each.id)):
        own = links.get(draft.id, [])
        standing = [each for each in own if _stands(each.remark)]
        for gone in set(own) - set(standing):
            db.session.delete(gone)
        if not standing:
            db.session.delete(draft)
            continue
        draft.released_at, draft.released_by_id = moment, by
        for link in standing:
            link.released_at = moment
            remark = link.remark
            remark.disposition, remark.reason = draft.disposition, draft.reason
            remark.answered_at, remark.answered_by_id = moment, by
        sealed: list[ledger.Sealed] = [draft, *standing, *(each.remark for each in standing)]
        before = replaced.get(draft.replaces_id) if draft.replaces_id else None
        if before is not None:
            before.replaced_at = moment
            sealed.append(before)
        event = _event(draft, round_.number, len(standing))
        happenings.append(ledger.Happening(event, tuple(sealed), by))
        answered += len(standing)
    ledger.record_all(happenings, chain=round_.agreement_id)
    return answered


def _event(draft: Response, round_number: int, remarks: int) -> ResponseReleased | ResponseReplaced:
    assert draft.disposition is not None, "only what is ready is released"
    if draft.replaces_id is None:
        return ResponseReleased(draft.id, round_number, draft.disposition, remarks)
    return ResponseReplaced(draft.id, draft.replaces_id, round_number, draft.disposition, remarks)


def _links_of(drafts: Iterable[Response]) -> Sequence[ResponseRemark]:
    query = (
        select(ResponseRemark)
        .join(Remark, Remark.id == ResponseRemark.remark_id)
        .join(Statement, Statement.id == Remark.statement_id)
        .where(ResponseRemark.response_id.in_([each.id for each in drafts]))
        .options(contains_eager(ResponseRemark.remark).contains_eager(Remark.statement))
    )
    return db.session.scalars(query, execution_options={"populate_existing": True}).all()


def _released(ids: Iterable[UUID]) -> Sequence[Response]:
    return db.session.scalars(select(Response).where(Response.id.in_(list(ids)))).all()


# ---------------------------------------------------------------- inside


def _begin(round_: Round, remark_ids: Collection[UUID], *, instead_of: Response | None = None) -> list[Remark]:
    """Be the only writer, and give those of some remarks that stand. Refuses as `write` and `replace` say."""
    agreements.lock(round_.agreement_id)
    db.session.refresh(round_)
    if round_.is_draft:
        raise NotOpened()
    if instead_of is not None:
        db.session.refresh(instead_of)
        if not instead_of.is_released or instead_of.replaced_at is not None:
            raise NotReleased()
    query = (
        select(Remark)
        .join(Statement, Statement.id == Remark.statement_id)
        .where(Remark.id.in_(remark_ids), Statement.round_id == round_.id)
        .options(contains_eager(Remark.statement))
        .order_by(Remark.sent_at, Remark.id)
    )
    every = db.session.scalars(query, execution_options={"populate_existing": True}).all()
    found = [each for each in every if _stands(each)]
    if not found:
        raise NoRemarks()
    taken = select(ResponseRemark.response_id).where(
        ResponseRemark.remark_id.in_([each.id for each in found]), ResponseRemark.released_at.is_(None)
    )
    response_id = db.session.scalar(taken.limit(1))
    if response_id is not None:
        raise TakenMeanwhile(response=response_id)
    if instead_of is None and any(each.answered_at is not None for each in found):
        raise AnsweredMeanwhile()
    return found


def _draft(
    round_: Round,
    remarks: Iterable[Remark],
    *,
    by: UUID,
    disposition: Disposition | None = None,
    reason: str = "",
    asked_id: UUID | None = None,
    asked_note: str = "",
    replaces_id: UUID | None = None,
    version_id: UUID | None = None,
) -> Response:
    response = Response(
        round_id=round_.id, disposition=disposition, reason=reason, version_id=version_id, replaces_id=replaces_id,
        asked_id=asked_id, asked_note=asked_note, made_by_id=by, changed_by_id=by,
    )  # fmt: skip
    response.links = [ResponseRemark(remark=each) for each in remarks]
    db.session.add(response)
    db.session.flush()
    return response


def _is_awaited(response: Response) -> bool:
    """Whether an official was asked for it and nobody has written it."""
    return response.asked_id is not None and not response.is_ready


def _hold_draft(response: Response, revision: int | None) -> None:
    agreements.lock(response.round.agreement_id)
    found = db.session.get(Response, response.id, populate_existing=True)
    if found is None:
        raise ResponseChanged()
    if found.is_released:
        raise ReleasedAlready()
    if found.revision != revision:
        raise ResponseChanged()


def _stands(remark: Remark) -> bool:
    """Whether a remark was sent, and neither it nor its statement was taken back or hidden."""
    return (
        remark.sent_at is not None
        and remark.withdrawn_at is None
        and remark.hidden_at is None
        and remark.statement.hidden_at is None
    )
