"""The wording of clauses: the only writer of it, and what it refuses.

What is called `put_…` changes the text and records nothing: whoever calls it seals what it gives back in an entry of
its own, so that one deed leaves one entry. The other verbs record what they do.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID, uuid4

from sqlalchemy import select

from kumppanuus import ledger
from kumppanuus.agreements.outline import label_of
from kumppanuus.agreements.tables import (
    Agreement,
    Clause,
    ClauseAdded,
    ClauseRemoved,
    ClauseRestored,
    ClauseRewritten,
    ClauseVersion,
    Section,
)
from kumppanuus.db import LINE, LONG, SHORT, db, line, now, written
from kumppanuus.errors import Conflict, Empty, Refused
from kumppanuus.text import markup
from kumppanuus.text.merge import Merged, merge


class Stale(Conflict):
    """The clause has a newer wording than the one that was drawn on the form. `current` is the newer version."""


class Unchanged(Refused):
    """The wording sent is word for word the one in force; `field` is its text."""


class TooComplex(Refused):
    """The text has more brackets or deeper lists than can be shown."""


class Removed(Refused):
    """The clause has been taken out of the text."""


class NotRemoved(Refused):
    """The clause is in the text already."""


class SectionGone(Refused):
    """The section of the clause has been taken out of the text, and has to be restored first."""


def lock(agreement_id: UUID) -> None:
    """Be the only writer of an agreement until the transaction ends, and read anew what was read of its text before.

    Every verb that changes the text begins here, so that no row is sealed as it was before somebody else changed it.
    """
    ledger.lock(agreement_id)
    for row in list(db.session):
        if isinstance(row, (Agreement, Section, Clause)):
            db.session.expire(row)


def rewrite(
    clause: Clause,
    *,
    title: str,
    text: str,
    base: ClauseVersion | None,
    by: UUID,
    reason: str = "",
    merges: bool = False,
) -> ClauseVersion:
    """Give a clause a new wording: a new version, which nobody has approved yet.

    `base` is the version the writer saw. Where it is no longer in force and `merges` is set, the new version is the
    wording in force with the writer's changes in it, if none of both touch; then `base_id` of it names the writer's
    base. Refuses `Stale` otherwise, and `Unchanged`, `Removed`, `Empty`, `TooLong`, `TooComplex`, `Unwritable`.
    """
    version = put_wording(clause, title=title, text=text, base=base, by=by, reason=reason, merges=merges)
    event = ClauseRewritten(
        clause_id=clause.id,
        version_id=version.id,
        number=version.number,
        label=label_of(clause),
        merged=base is not None and base.number < version.number - 1,
    )
    ledger.record(event, version, clause, chain=clause.agreement_id, by=by)
    return version


def put_wording(
    clause: Clause,
    *,
    title: str,
    text: str,
    base: ClauseVersion | None,
    by: UUID,
    reason: str = "",
    merges: bool = False,
) -> ClauseVersion:
    """Give a clause a new wording. Refuses like `rewrite`; the caller seals the version and the clause."""
    title, text = wording(title, text)
    reason = written(reason, "reason", SHORT, needed=False)
    lock(clause.agreement_id)
    if merges and base is not None:
        title, text = _brought_together(clause, title, text, base)
    else:
        require_current(clause, base)
    if clause.current.is_removal:
        raise Removed()
    if (clause.current.title, clause.current.text) == (title, text):
        raise Unchanged(field="text")
    return _write(clause, title, text, by=by, base=base, reason=reason)


def _brought_together(clause: Clause, title: str, text: str, base: ClauseVersion) -> tuple[str, str]:
    """A wording written on a base, with what others have written since. Refuses `Stale` where that takes a person."""
    current = clause.current
    if base.id == current.id:
        return title, text
    if base.clause_id != clause.id or current.is_removal:
        raise Stale(current=current, field="text")
    merged = merge_with(current, title, text, base)
    if not all(each.is_clean for each in merged):
        raise Stale(current=current, field="text")
    try:
        return wording(*(each.text for each in merged))
    except Refused:  # only together are they too long, or nothing: whoever sees them can tell what to do
        raise Stale(current=current, field="text") from None


def merge_with(current: ClauseVersion, title: str, text: str, base: ClauseVersion) -> tuple[Merged, Merged]:
    """Title and text written on a base, each merged with those of another version: theirs are that version's."""
    return merge(base.title, title, current.title), merge(base.text, text, current.text)


def first(agreement: Agreement, section: Section, position: int, *, title: str, text: str, by: UUID) -> Clause:
    """Make a clause with its first version, and seal neither: the caller records it with the rest of what it does."""
    title, text = wording(title, text)
    clause = Clause(agreement_id=agreement.id, section_id=section.id, position=position, current_number=0)
    clause.agreement, clause.section = agreement, section
    db.session.add(clause)
    db.session.flush()
    _write(clause, title, text, by=by, base=None, reason="")
    return clause


def first_of_many(
    agreement: Agreement, section: Section, position: int, *, title: str, text: str, by: UUID
) -> tuple[Clause, ClauseVersion]:
    """A clause with its first version, neither in the session yet: for a text that begins with hundreds of them."""
    title, text = wording(title, text)
    clause = Clause(id=uuid4(), agreement_id=agreement.id, section_id=section.id, position=position, current_number=1)
    version = ClauseVersion(
        id=uuid4(),
        clause_id=clause.id,
        number=1,
        title=title,
        text=text,
        is_removal=False,
        fingerprint=ClauseVersion.print_of(title, text, is_removal=False),
        author_id=by,
        written_at=now(),
        reason="",
    )
    return clause, version


def record_added(clause: Clause, *, by: UUID, label: str, also: tuple[ledger.Sealed, ...] = ()) -> None:
    """Record that a clause was added, with the other rows that moved for it."""
    event = ClauseAdded(clause_id=clause.id, version_id=clause.current.id, label=label)
    ledger.record(event, clause, clause.current, *also, chain=clause.agreement_id, by=by)


def remove(clause: Clause, *, base: ClauseVersion | None, by: UUID, reason: str = "") -> ClauseVersion:
    """Take a clause out of the text: a new version without words. Its page, history and comments stay.

    Refuses `Stale` and `Removed`.
    """
    lock(clause.agreement_id)
    label = label_of(clause)
    version = put_removal(clause, base=base, by=by, reason=reason)
    event = ClauseRemoved(clause_id=clause.id, version_id=version.id, number=version.number, label=label)
    ledger.record(event, version, clause, chain=clause.agreement_id, by=by)
    return version


def put_removal(clause: Clause, *, base: ClauseVersion | None, by: UUID, reason: str = "") -> ClauseVersion:
    """Take a clause out of the text. Refuses like `remove`; the caller seals the version and the clause."""
    reason = written(reason, "reason", SHORT, needed=False)
    lock(clause.agreement_id)
    require_current(clause, base)
    if clause.current.is_removal:
        raise Removed()
    return _write(clause, "", "", by=by, base=clause.current, reason=reason, is_removal=True)


def restore(clause: Clause, *, by: UUID, reason: str = "") -> ClauseVersion:
    """Bring a removed clause back with the wording it had last: a new version. Refuses `NotRemoved`, `SectionGone`."""
    version = put_back(clause, by=by, reason=reason)
    event = ClauseRestored(clause_id=clause.id, version_id=version.id, number=version.number, label=label_of(clause))
    ledger.record(event, version, clause, chain=clause.agreement_id, by=by)
    return version


def put_back(clause: Clause, *, by: UUID, reason: str = "") -> ClauseVersion:
    """Bring a removed clause back. Refuses like `restore`; the caller seals the version and the clause."""
    reason = written(reason, "reason", SHORT, needed=False)
    lock(clause.agreement_id)
    if not clause.current.is_removal:
        raise NotRemoved()
    if clause.section.removed_at is not None:
        raise SectionGone()
    last = last_wording(clause)
    return _write(clause, last.title, last.text, by=by, base=last, reason=reason)


def last_wording(clause: Clause) -> ClauseVersion:
    """The newest version of a clause that has words."""
    query = select(ClauseVersion).where(ClauseVersion.clause_id == clause.id, ClauseVersion.is_removal.is_(False))
    found = db.session.scalar(query.order_by(ClauseVersion.number.desc()).limit(1))
    assert found is not None, "the first version always has words"
    return found


def last_titles(clause_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Titles of clauses as they were when they last had words, in one query; none if no clause is asked for."""
    wanted = list(clause_ids)
    if not wanted:
        return {}
    has_words = ClauseVersion.is_removal.is_(False)
    query = (
        select(ClauseVersion.clause_id, ClauseVersion.title)
        .where(ClauseVersion.clause_id.in_(wanted), has_words)
        .order_by(ClauseVersion.number)
    )
    return dict(db.session.execute(query).all())  # the newest comes last and stays


def wording(title: str, text: str) -> tuple[str, str]:
    """Title and text of a clause as they are kept. Refuses what cannot be kept or shown."""
    title, text = line(title, "title", LINE, needed=False), written(text, "text", LONG)
    if not text:
        raise Empty(field="text")
    try:
        markup.check(text)
    except markup.TooComplex:
        raise TooComplex(field="text") from None
    return title, text


def require_current(clause: Clause, base: ClauseVersion | None) -> None:
    """Refuse `Stale` if a version is not the one in force of this clause."""
    if base is None or base.clause_id != clause.id or base.number != clause.current_number:
        raise Stale(current=clause.current, field="text")


def _write(
    clause: Clause,
    title: str,
    text: str,
    *,
    by: UUID,
    base: ClauseVersion | None,
    reason: str,
    is_removal: bool = False,
) -> ClauseVersion:
    version = ClauseVersion(
        clause_id=clause.id,
        number=clause.current_number + 1,
        title=title,
        text=text,
        is_removal=is_removal,
        fingerprint=ClauseVersion.print_of(title, text, is_removal=is_removal),
        base_id=base.id if base else None,
        author_id=by,
        written_at=now(),
        reason=reason,
    )
    version.clause = clause
    db.session.add(version)
    clause.current_number = version.number
    db.session.flush()
    db.session.expire(clause, ["current"])
    return version
