"""Answers to suggestions: accepting as it is or edited, rejecting, and undoing an acceptance."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from kumppanuus import agreements, approvals, ledger, members
from kumppanuus.agreements import Clause, ClauseVersion, Side
from kumppanuus.db import SHORT, db, now, written
from kumppanuus.ledger import Entry
from kumppanuus.members import Member, Role
from kumppanuus.suggestions.outcome import Standing, result
from kumppanuus.suggestions.refusals import (
    BaseGone,
    NeedsMerge,
    NotApprover,
    NoWords,
    OtherResult,
    OwnSide,
    TooLate,
)
from kumppanuus.suggestions.tables import (
    AcceptanceUndone,
    Kind,
    Status,
    Suggestion,
    SuggestionAccepted,
    SuggestionRejected,
)
from kumppanuus.suggestions.writing import hold, require_open

UNDO_WINDOW = timedelta(hours=24)
_LOOK_BACK = 50  # entries of a clause after an acceptance: more than these are more than nothing


def accept(suggestion: Suggestion, *, seen: str, approve: bool = False, by: Member) -> ClauseVersion:
    """Put what is suggested into the text, merged with what was written since; gives the version in force then.

    `seen` is the fingerprint of the result the person was shown (`result`). With `approve` the own side approves it
    too. The author's side counts as approving it if the author is its approver and the words are the author's.
    Refuses `Answered`, `OwnSide`, `NotApprover`, `BaseGone`, `NeedsMerge`, `OtherResult`, `members.Ended` and what
    `agreements.wording` refuses.
    """
    _begin(suggestion, approve, by)
    found = result(suggestion, suggestion.clause.current if suggestion.clause else None)
    if found.standing is Standing.BASE_GONE:
        raise BaseGone()
    if found.standing is Standing.NEEDS_MERGE:
        raise NeedsMerge()
    if found.fingerprint != seen:
        raise OtherResult()
    return _accept(suggestion, found.title, found.text, Status.ACCEPTED, approve, by)


def accept_edited(
    suggestion: Suggestion,
    *,
    title: str,
    text: str,
    base: ClauseVersion | None,
    approve: bool = False,
    remark: str = "",
    by: Member,
) -> ClauseVersion:
    """Put a wording made from what is suggested into the text: edited, or merged by hand.

    `base` is the version in force the writer saw; none for an addition. The suggestion counts as accepted as it is
    when the words are those proposed, else as modified. Refuses `Answered`, `OwnSide`, `NotApprover`, `BaseGone`,
    `NoWords`, `agreements.Stale`, `agreements.Unchanged`, `members.Ended` and bad texts.
    """
    title, text = agreements.wording(title, text)
    remark = written(remark, "remark", SHORT, needed=False)
    _begin(suggestion, approve, by)
    if suggestion.kind is Kind.REMOVAL:
        raise NoWords()
    clause = suggestion.clause
    if clause is not None:
        if clause.current.is_removal:
            raise BaseGone(field="text")
        agreements.require_current(clause, base)
    elif suggestion.is_place_gone:
        raise BaseGone(field="text")
    is_as_proposed = (title, text) == (suggestion.title, suggestion.text)
    if not is_as_proposed and clause is not None and (title, text) == (clause.current.title, clause.current.text):
        raise agreements.Unchanged(field="text")
    status = Status.ACCEPTED if is_as_proposed else Status.ACCEPTED_MODIFIED
    return _accept(suggestion, title, text, status, approve, by, remark=remark)


def accept_by(
    suggestion: Suggestion, version: ClauseVersion, *, before: ClauseVersion, remark: str, by: Member
) -> None:
    """Close a suggestion as accepted by the wording in force, which was written for several at once: its clause gets no
    further version. `before` is the wording that it replaced.

    All that were closed by one text are undone together. It counts as accepted as it is when the words are those
    proposed, else as modified. Refuses `Answered`, `OwnSide`, `NoWords`, `agreements.Stale` where `version` is not in
    force, `members.Ended` and bad texts.
    """
    remark = written(remark, "remark", SHORT, needed=False)
    _begin(suggestion, False, by)
    if suggestion.kind is not Kind.REWRITE or suggestion.clause is None:
        raise NoWords()
    agreements.require_current(suggestion.clause, version)
    is_as_proposed = (version.title, version.text) == (suggestion.title, suggestion.text)
    status = Status.ACCEPTED if is_as_proposed else Status.ACCEPTED_MODIFIED
    _accept(suggestion, version.title, version.text, status, False, by, remark=remark, replaced=before)


def reject(suggestion: Suggestion, *, reason: str, by: Member) -> None:
    """Do not take a suggestion into the text, with a reason. Refuses `Answered`, `OwnSide`, `Empty`, `TooLong`."""
    reason = written(reason, "reason", SHORT)
    _begin(suggestion, False, by)
    suggestion.status, suggestion.answer = Status.REJECTED, reason
    suggestion.answered_at, suggestion.answered_by_id = now(), by.user_id
    event = SuggestionRejected(
        suggestion_id=suggestion.id, suggestion=suggestion.number, clause_id=suggestion.clause_id
    )
    ledger.record(event, suggestion, chain=suggestion.agreement_id, by=by.user_id)


def undo(suggestion: Suggestion, *, by: Member) -> ClauseVersion | None:
    """Take one's own acceptance back: the wording before stands again as a new version, the approvals that came with
    the acceptance end, and the suggestion is open, as is all else that was closed by the same text. Gives the new
    version, or none if no word had changed.

    Refuses `TooLate` (see `undoable`), `members.Ended`, and `agreements.SectionGone` where a removed clause cannot
    come back.
    """
    hold(suggestion, by)
    undone = undoable(suggestion, by=by.user_id)
    clause, accepted = suggestion.clause, suggestion.result
    if not undone or clause is None or accepted is None:
        raise TooLate()
    label = agreements.label_of(clause)
    version: ClauseVersion | None = None
    if suggestion.kind is Kind.ADDITION:
        version = agreements.put_removal(clause, base=accepted, by=by.user_id)
    elif suggestion.kind is Kind.REMOVAL:
        version = agreements.put_back(clause, by=by.user_id)
        label = agreements.label_of(clause)
    elif suggestion.before_id != suggestion.result_id:
        before = db.session.get_one(ClauseVersion, suggestion.before_id)
        version = agreements.put_wording(clause, title=before.title, text=before.text, base=accepted, by=by.user_id)
    sides = [side for side in Side if any(entry.facts[side.value] for entry in undone.values())]
    rows = approvals.take_back(accepted, sides, by=by.user_id)
    happenings: list[ledger.Happening] = []
    for each in undone:
        each.status, each.answer = Status.OPEN, ""
        each.answered_at = each.answered_by_id = each.result_id = each.before_id = None
        if each.kind is Kind.ADDITION:
            each.clause_id = None
        event = AcceptanceUndone(suggestion_id=each.id, suggestion=each.number, clause_id=clause.id, label=label)
        seals = () if happenings else (*((version, clause) if version else ()), *rows)
        happenings.append(ledger.Happening(event, (each, *seals), by.user_id))
    ledger.record_all(happenings, chain=suggestion.agreement_id)
    for each in undone:
        db.session.expire(each)
    return version


def undoable(suggestion: Suggestion, *, by: UUID) -> dict[Suggestion, Entry]:
    """What its giver may still undo: the acceptance of a suggestion, and of all that were accepted by the same text,
    each with its entry. Empty if that is no more so.

    It is so for a day, until somebody acts on the result: another person does anything with the clause, or the same
    one changes or approves its text. What the same person says or suggests meanwhile does not count.
    """
    if not (suggestion.status.is_accepted and suggestion.answered_by_id == by and suggestion.answered_at):
        return {}
    if now() - suggestion.answered_at >= UNDO_WINDOW or suggestion.result is None:
        return {}
    along = {str(each.id): each for each in _accepted_together(suggestion)}
    found: dict[Suggestion, Entry] = {}
    for entry in ledger.history(suggestion.result.clause_id, most=_LOOK_BACK + len(along)):
        is_acceptance = entry.kind == SuggestionAccepted.kind
        each = along.get(entry.facts["suggestion_id"]) if is_acceptance else None
        if each is not None:
            found[each] = entry
            if len(found) == len(along):
                return found
            continue
        is_talk = entry.kind.startswith(("comment.", "suggestion.")) and not is_acceptance
        if entry.actor_id != by or not is_talk:
            return {}
    return {}


def _accepted_together(suggestion: Suggestion) -> Sequence[Suggestion]:
    """All suggestions that were accepted by the text which took the place of the one before, this one among them."""
    if suggestion.before_id in (None, suggestion.result_id):
        return [suggestion]
    query = select(Suggestion).where(
        Suggestion.result_id == suggestion.result_id, Suggestion.before_id == suggestion.before_id
    )
    return db.session.scalars(query.order_by(Suggestion.number), execution_options={"populate_existing": True}).all()


# ---------------------------------------------------------------- inside


def _begin(suggestion: Suggestion, approve: bool, by: Member) -> None:
    hold(suggestion, by)
    require_open(suggestion)
    answers = by.is_approver and by.side is not suggestion.side
    if by.role is not Role.COORDINATOR and not answers:
        raise OwnSide()
    if approve and not (by.is_approver and by.side):
        raise NotApprover()


def _accept(
    suggestion: Suggestion,
    title: str,
    text: str,
    status: Status,
    approve: bool,
    by: Member,
    *,
    remark: str = "",
    replaced: ClauseVersion | None = None,
) -> ClauseVersion:
    # Who wrote the words is their author, whoever put them into the text: that stands in the record.
    author = suggestion.author_id if status is Status.ACCEPTED else by.user_id
    before = suggestion.clause.current if suggestion.clause else None
    clause, moved = suggestion.clause, list[Clause]()
    if suggestion.kind is Kind.REMOVAL:
        assert clause is not None
        assert before is not None
        label = agreements.label_of(clause)
        version = agreements.put_removal(clause, base=before, by=author, reason=suggestion.reason)
        is_as_proposed = suggestion.base is not None and suggestion.base.fingerprint == before.fingerprint
    else:
        if clause is None:
            clause, moved = _add(suggestion, title, text, author)
            version = clause.current
        elif before is not None and (title, text) == (before.title, before.text):
            version = before
        else:
            # Merged words are the author's as they were written, so that the history tells on which version that was.
            is_merged = status is Status.ACCEPTED and (title, text) != (suggestion.title, suggestion.text)
            version = agreements.put_wording(
                clause,
                title=suggestion.title if is_merged else title,
                text=suggestion.text if is_merged else text,
                base=suggestion.base if is_merged else before,
                by=author,
                reason=suggestion.reason,
                merges=is_merged,
            )
        label = agreements.label_of(clause)
        is_as_proposed = (version.title, version.text) == (suggestion.title, suggestion.text)
    given = approvals.put(clause, _givers(suggestion, is_as_proposed, approve, by))
    suggestion.clause = clause
    suggestion.status, suggestion.answer = status, remark
    suggestion.answered_at, suggestion.answered_by_id = now(), by.user_id
    suggestion.result_id = version.id
    suggestion.before_id = replaced.id if replaced else before.id if before else None
    sides = {approval.side for approval in given.approvals}
    event = SuggestionAccepted(
        suggestion_id=suggestion.id,
        suggestion=suggestion.number,
        of=suggestion.kind,
        clause_id=clause.id,
        version_id=version.id,
        number=version.number,
        label=label,
        modified=status is Status.ACCEPTED_MODIFIED,
        authority=Side.AUTHORITY in sides,
        organisations=Side.ORGANISATIONS in sides,
        agreed=given.is_agreed,
    )
    ledger.record(event, suggestion, version, clause, *moved, *given.rows, chain=suggestion.agreement_id, by=by.user_id)
    db.session.expire(suggestion)
    return version


def _add(suggestion: Suggestion, title: str, text: str, author: UUID) -> tuple[Clause, list[Clause]]:
    section, after = suggestion.section, suggestion.after
    assert section is not None
    # Where the clause it was to follow has gone to another section, it comes last.
    follows = after if after is not None and after.section_id == section.id else None
    return agreements.put_clause(
        section, title=title, text=text, by=author, after=follows, is_first=suggestion.after_id is None
    )


def _givers(suggestion: Suggestion, is_as_proposed: bool, approve: bool, by: Member) -> dict[Side, UUID]:
    """Whose yes comes with an acceptance, by side."""
    found: dict[Side, UUID] = {}
    if is_as_proposed and suggestion.side is not None:
        author = members.of(suggestion.agreement_id, suggestion.author_id)
        if author is not None and author.is_approver and author.side is suggestion.side:
            found[suggestion.side] = author.user_id
    if approve and by.side is not None:
        found[by.side] = by.user_id
    return found
