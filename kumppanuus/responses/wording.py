"""One text that answers many: put into the agreement with the draft of a response, and taken back with it."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import Select, delete, select

from kumppanuus import agreements, statements, suggestions
from kumppanuus.agreements import Clause, ClauseVersion
from kumppanuus.db import db
from kumppanuus.members import Member
from kumppanuus.responses.tables import Response, ResponseRemark
from kumppanuus.responses.writing import write
from kumppanuus.rounds import Round
from kumppanuus.statements import Disposition
from kumppanuus.suggestions import Suggestion


def accept_wording(
    clause: Clause,
    round_: Round,
    remark_ids: Collection[UUID],
    *,
    title: str,
    text: str,
    base: ClauseVersion | None,
    source_id: UUID | None,
    why: str,
    in_part: bool,
    reason: str,
    by: Member,
) -> Response:
    """Put one text into the agreement that some remarks asked for, and draft one response to all of them: what they
    asked is taken into account, wholly or `in_part`.

    `base` is the wording in force the writer saw. `source_id` is the remark whose wording the text was made from: that
    wording becomes a suggestion, if it is none yet, and is accepted as edited; `why` says whose it was. Without one the
    clause is rewritten. What else of the remarks had become a suggestion on the clause and is open is closed by the
    same text, each with an entry of its own. All or nothing. Refuses what `write`, `statements.take_over`,
    `suggestions.accept_edited` and `agreements.rewrite` refuse.
    """
    disposition = Disposition.ACCEPTED_IN_PART if in_part else Disposition.ACCEPTED
    with db.session.begin_nested():
        response = write(round_, remark_ids, disposition=disposition, reason=reason, by=by.user_id)
        source = next((each.remark for each in response.links if each.remark_id == source_id), None)
        if source is not None and source.suggestion is not None and not source.suggestion.is_open:
            source = None  # it was answered as a suggestion already
        before = clause.current
        if source is not None and source.clause_id == clause.id and source.suggested_text:
            suggestion = statements.take_over(source, reason=why, by=by)
            version = suggestions.accept_edited(suggestion, title=title, text=text, base=base, by=by)
        else:
            version = agreements.rewrite(clause, title=title, text=text, base=base, reason=why, by=by.user_id)
        response.version_id = version.id
        for other in [each.remark.suggestion for each in response.links if each.remark.clause_id == clause.id]:
            if other is not None and other.is_open:
                suggestions.accept_by(other, version, before=before, remark=response.reason, by=by)
    return response


def undo_acceptance(suggestion: Suggestion, *, by: Member) -> int:
    """Take one's own acceptance of a suggestion back (`suggestions.undo`). A draft of a response that came with the
    text is thrown away, and its remarks wait again. Gives how many suggestions are open again.

    Refuses `suggestions.TooLate` also where that response was released or somebody else has written on it (see
    `undoable`), and what `suggestions.undo` refuses.
    """
    agreements.lock(suggestion.agreement_id)
    db.session.expire(suggestion)
    if not undoable(suggestion, by=by.user_id):
        raise suggestions.TooLate()
    draft, number = drafted_with(suggestion), len(suggestions.undoable(suggestion, by=by.user_id))
    suggestions.undo(suggestion, by=by)
    if draft is not None:
        db.session.execute(delete(ResponseRemark).where(ResponseRemark.response_id == draft.id))
        db.session.delete(draft)
        db.session.flush()
    return number


def undoable(suggestion: Suggestion, *, by: UUID) -> bool:
    """Whether its giver may still undo an acceptance: nobody has acted on the text, nor on the response to it."""
    if not suggestions.undoable(suggestion, by=by):
        return False
    came = db.session.scalars(_with_text(suggestion)).all()
    return all(each.released_at is None and each.changed_by_id == by for each in came)


def drafted_with(suggestion: Suggestion) -> Response | None:
    """The draft of a response that came with the text a suggestion was accepted by."""
    if suggestion.result_id is None:
        return None
    return db.session.scalar(_with_text(suggestion).where(Response.released_at.is_(None)).limit(1))


def accepted_with(response: Response) -> Suggestion | None:
    """One of the suggestions that were accepted by the text a response came with, if there are any."""
    query = select(Suggestion).where(Suggestion.result_id == response.version_id, Suggestion.result_id.is_not(None))
    return db.session.scalar(query.order_by(Suggestion.number).limit(1))


def _with_text(suggestion: Suggestion) -> Select[Response]:
    return select(Response).where(Response.version_id == suggestion.result_id)
