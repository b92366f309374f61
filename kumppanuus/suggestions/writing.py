"""Writing suggestions, and taking them back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import func, select

from kumppanuus import agreements, comments, ledger, members
from kumppanuus.agreements import Agreement, Chapter, Clause, ClauseVersion, Placed, Section
from kumppanuus.db import SHORT, db, now, written
from kumppanuus.members import Member, SpeaksFor
from kumppanuus.suggestions.refusals import Answered, BaseGone, NothingProposed, NotYours, NotYourVoice, OtherPlace
from kumppanuus.suggestions.tables import Kind, Status, Suggestion, SuggestionWithdrawn, SuggestionWritten


def write(
    clause: Clause,
    *,
    title: str,
    text: str,
    reason: str,
    base: ClauseVersion | None,
    speaks_for: SpeaksFor = SpeaksFor.SELF,
    counter_to: Suggestion | None = None,
    by: Member,
) -> Suggestion:
    """Suggest another wording of a clause. `base` is the version the writer saw, which may be an older one by now.

    Refuses `NothingProposed`, `agreements.Removed`, `agreements.Stale` if the base is no wording of the clause,
    `OtherPlace` if the countered suggestion is about another clause, `NotYourVoice`, `members.Ended` and bad texts.
    """
    title, text = agreements.wording(title, text)
    reason = written(reason, "reason", SHORT)
    _begin(clause, base, counter_to, speaks_for, by)
    assert base is not None
    if (title, text) in [(seen.title, seen.text) for seen in (base, clause.current)]:
        raise NothingProposed(field="text")
    return _write(
        Kind.REWRITE,
        clause=clause,
        base=base,
        title=title,
        text=text,
        reason=reason,
        speaks_for=speaks_for,
        counter_to=counter_to,
        by=by,
    )


def write_removal(
    clause: Clause,
    *,
    reason: str,
    base: ClauseVersion | None,
    speaks_for: SpeaksFor = SpeaksFor.SELF,
    counter_to: Suggestion | None = None,
    by: Member,
) -> Suggestion:
    """Suggest taking a clause out of the text. Refuses like `write`."""
    reason = written(reason, "reason", SHORT)
    _begin(clause, base, counter_to, speaks_for, by)
    return _write(
        Kind.REMOVAL, clause=clause, base=base, reason=reason, speaks_for=speaks_for, counter_to=counter_to, by=by
    )


def write_addition(
    section: Section,
    *,
    after: Clause | None,
    title: str,
    text: str,
    reason: str,
    speaks_for: SpeaksFor = SpeaksFor.SELF,
    counter_to: Suggestion | None = None,
    by: Member,
) -> Suggestion:
    """Suggest a new clause after another one of a section, or first in it.

    Refuses `BaseGone` if the section was removed, `OtherPlace`, `NotYourVoice`, `members.Ended` and bad texts.
    """
    title, text = agreements.wording(title, text)
    reason = written(reason, "reason", SHORT)
    _require_voice(speaks_for, by)
    agreements.lock(section.agreement_id)
    require_living(by)
    if section.removed_at is not None:
        raise BaseGone(field="text")
    if after is not None and after.section_id != section.id:
        raise OtherPlace(field="place")
    if counter_to is not None and counter_to.section_id != section.id:
        raise OtherPlace()
    return _write(
        Kind.ADDITION,
        section=section,
        after=after,
        title=title,
        text=text,
        reason=reason,
        speaks_for=speaks_for,
        counter_to=counter_to,
        by=by,
    )


@dataclass(frozen=True)
class Draft:
    """A suggestion that comes with many others: another wording of a clause (a removal has no text), or a new clause
    after one of a section, or first in it."""

    reason: str
    title: str = ""
    text: str = ""
    clause_id: UUID | None = None
    section_id: UUID | None = None
    after_id: UUID | None = None

    @property
    def kind(self) -> Kind:
        if self.clause_id is None:
            return Kind.ADDITION
        return Kind.REWRITE if self.text else Kind.REMOVAL


def write_all(agreement: Agreement, drafts: Sequence[Draft], *, by: Member) -> list[Suggestion]:
    """Write suggestions on the text in force, in the writer's own name: as many as a file brings, for little more
    than the cost of one. Each is an entry of its own.

    Refuses `NothingProposed`, `OtherPlace` if a clause or section is not in the text, `members.Ended`, bad texts.
    """
    agreements.lock(agreement.id)
    require_living(by)
    whole = agreements.outline(agreement, to_show=True)
    clauses = {placed.id: placed for placed in whole.clauses()}
    sections = {chapter.id: chapter for chapter in whole.sections}
    rows: list[tuple[Placed | None, Chapter, dict[str, Any]]] = []
    for draft in drafts:
        placed = clauses.get(draft.clause_id) if draft.clause_id else None
        chapter = placed.section if placed else sections.get(draft.section_id) if draft.section_id else None
        after = clauses.get(draft.after_id) if draft.after_id else None
        if chapter is None or (draft.after_id and (after is None or after.section is not chapter)):
            raise OtherPlace(field="place")
        title, text = ("", "") if draft.kind is Kind.REMOVAL else agreements.wording(draft.title, draft.text)
        if placed and (title, text) == (placed.version.title, placed.version.text):
            raise NothingProposed(field="text")
        reason = written(draft.reason, "reason", SHORT)
        words = {"kind": draft.kind, "title": title, "text": text, "reason": reason, "after_id": draft.after_id}
        rows.append((placed, chapter, words))
    newest = select(func.max(Suggestion.number)).where(Suggestion.agreement_id == agreement.id)
    first = (db.session.scalar(newest) or 0) + 1
    threads = comments.begin_threads(agreement.id, len(rows))
    made: list[Suggestion] = []
    happened: list[ledger.Happening] = []
    for number, (thread, (placed, chapter, words)) in enumerate(zip(threads, rows, strict=True), start=first):
        suggestion = Suggestion(
            id=uuid4(),
            agreement_id=agreement.id,
            number=number,
            clause_id=placed.id if placed else None,
            base_id=placed.version.id if placed else None,
            section_id=None if placed else chapter.id,
            author_id=by.user_id,
            side=by.side,
            speaks_for=SpeaksFor.SELF,
            organisation_id=by.organisation_id,
            thread_id=thread.id,
            written_at=now(),
            **words,
        )
        event = SuggestionWritten(
            suggestion_id=suggestion.id,
            suggestion=number,
            of=suggestion.kind,
            clause_id=suggestion.clause_id,
            section_id=suggestion.section_id,
            counter=False,
            label=placed.label if placed else chapter.label,
            annex=chapter.is_annex,
        )
        made.append(suggestion)
        happened.append(ledger.Happening(event, (suggestion, thread), by.user_id))
    db.session.add_all(made)
    ledger.record_all(happened, chain=agreement.id)
    return made


def withdraw(suggestion: Suggestion, *, by: Member) -> None:
    """Take one's own suggestion back, until it is answered. Refuses `NotYours`, `Answered`, `members.Ended`."""
    hold(suggestion, by)
    if suggestion.author_id != by.user_id:
        raise NotYours()
    require_open(suggestion)
    suggestion.status, suggestion.answered_at, suggestion.answered_by_id = Status.WITHDRAWN, now(), by.user_id
    event = SuggestionWithdrawn(
        suggestion_id=suggestion.id, suggestion=suggestion.number, clause_id=suggestion.clause_id
    )
    ledger.record(event, suggestion, chain=suggestion.agreement_id, by=by.user_id)


# ---------------------------------------------------------------- for every verb


def hold(suggestion: Suggestion, by: Member) -> None:
    """Be the only writer of the agreement, and see the suggestion and the one who answers it as they are now."""
    agreements.lock(suggestion.agreement_id)
    db.session.expire(suggestion)
    require_living(by)


def require_living(by: Member) -> None:
    """Refuse `members.Ended` to who has lost the membership while the form was open."""
    db.session.refresh(by)
    if by.ended_at is not None:
        raise members.Ended()


def require_open(suggestion: Suggestion) -> None:
    """Refuse `Answered` if the suggestion has been answered already."""
    if not suggestion.is_open:
        name = suggestion.answered_by.name if suggestion.answered_by else ""
        raise Answered(suggestion_status=suggestion.status, name=name)


# ---------------------------------------------------------------- inside


def _begin(
    clause: Clause, base: ClauseVersion | None, counter_to: Suggestion | None, speaks_for: SpeaksFor, by: Member
) -> None:
    _require_voice(speaks_for, by)
    agreements.lock(clause.agreement_id)
    require_living(by)
    if clause.current.is_removal:
        raise agreements.Removed()
    if base is None or base.clause_id != clause.id or base.is_removal:
        raise agreements.Stale(current=clause.current, field="text")
    if counter_to is not None and counter_to.clause_id != clause.id:
        raise OtherPlace()


def _require_voice(speaks_for: SpeaksFor, by: Member) -> None:
    if speaks_for not in by.voices:
        raise NotYourVoice(field="speaks_for")


def _write(
    kind: Kind,
    *,
    reason: str,
    speaks_for: SpeaksFor,
    counter_to: Suggestion | None,
    by: Member,
    clause: Clause | None = None,
    section: Section | None = None,
    **words: Any,
) -> Suggestion:
    place = clause or section
    assert place is not None
    newest = select(func.max(Suggestion.number)).where(Suggestion.agreement_id == place.agreement_id)
    thread = comments.begin_thread(place.agreement_id)
    suggestion = Suggestion(
        agreement_id=place.agreement_id,
        number=(db.session.scalar(newest) or 0) + 1,
        kind=kind,
        clause=clause,
        section=section,
        reason=reason,
        author_id=by.user_id,
        side=by.side,
        speaks_for=speaks_for,
        # Of the time, as with comments: members see it beside the person, whoever the name is.
        organisation_id=by.organisation_id,
        network_id=by.network.id if by.network and speaks_for is SpeaksFor.NETWORK else None,
        thread_id=thread.id,
        counter_to_id=counter_to.id if counter_to else None,
        written_at=now(),
        **words,
    )
    db.session.add(suggestion)
    db.session.flush()
    event = SuggestionWritten(
        suggestion_id=suggestion.id,
        suggestion=suggestion.number,
        of=kind,
        clause_id=suggestion.clause_id,
        section_id=suggestion.section_id,
        counter=counter_to is not None,
        **_place_words(clause, section),
    )
    ledger.record(event, suggestion, thread, chain=suggestion.agreement_id, by=by.user_id)
    return suggestion


def _place_words(clause: Clause | None, section: Section | None) -> dict[str, Any]:
    """The printed number of the clause, or of the section a clause is to be added to."""
    if clause is not None:
        placed = agreements.place_of(clause)
        return {"label": placed.label, "annex": placed.is_annex}
    assert section is not None
    chapter = agreements.outline(agreements.by_id(section.agreement_id)).section(section.id)  # type: ignore[arg-type]  # a section has an agreement
    assert chapter is not None, "it stands in the text"
    return {"label": chapter.label, "annex": chapter.is_annex}
