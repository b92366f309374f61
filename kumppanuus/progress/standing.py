"""Where each clause of an agreement stands."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

from kumppanuus import agreements, approvals, comments, questions, responses, suggestions
from kumppanuus.agreements import Agreement, Chapter, Clause, Outline, Placed, Side
from kumppanuus.approvals import Given, Reopened
from kumppanuus.comments import Counts
from kumppanuus.kept import Kept
from kumppanuus.ledger import Recent
from kumppanuus.questions import Listed
from kumppanuus.responses import Asked, Owed
from kumppanuus.rounds import Asking
from kumppanuus.suggestions import Shown, Waiting


class Standing(StrEnum):
    """How a clause stands. A half is named after the side that has approved."""

    DRAFT = "draft"
    COMMENT = "comment"
    CHANGE = "change"
    HALF_AUTHORITY = "half_authority"
    HALF_ORGANISATIONS = "half_organisations"
    AGREED = "agreed"
    REOPENED = "reopen"


@dataclass(frozen=True, eq=False)
class ClauseStanding:
    """A clause in its place with all that a page shows of it."""

    placed: Placed
    standing: Standing
    approvals: dict[Side, Given]  # of the wording in force
    reopening: Reopened | None
    comments: Counts
    questions: list[int]
    suggestions: Sequence[Waiting | Shown]  # that are open, by number
    # It was taken out after a side had approved it, so the removal needs the yes of both. Reopening ends the approvals
    # of an agreed clause, but nobody has taken them back: it needs both sides as well.
    is_removal_asked: bool = False

    @property
    def id(self) -> UUID:
        return self.placed.id

    @property
    def clause(self) -> Clause:
        return self.placed.clause

    @property
    def is_agreed(self) -> bool:
        return self.standing is Standing.AGREED


@dataclass(frozen=True)
class Tally:
    """How many clauses are agreed, half agreed, and all in all."""

    agreed: int
    half: int
    total: int

    @property
    def rest(self) -> int:
        return self.total - self.agreed - self.half

    @property
    def is_whole(self) -> bool:
        """Whether there is text and all of it is agreed."""
        return 0 < self.agreed == self.total


@dataclass(frozen=True, eq=False)
class Progress:
    """An agreement with the standing of every clause. `removals` wait for both sides: clauses that were taken out
    after a side had approved them."""

    outline: Outline
    standings: dict[UUID, ClauseStanding]
    approvals: dict[UUID, list[Given]]
    removals: list[ClauseStanding]
    suggestions: list[Waiting]  # every open one, also of clauses to be added or taken out already
    rounds: list[Asking]  # that take answers, the one that ends first first
    owed: list[Owed]  # rounds that are closed and not answered whole
    register: list[Listed] = field(default_factory=list)  # unless it was read for its text alone
    _asked: list[Asked] = field(default_factory=list)

    @property
    def asked(self) -> Asked:
        """What is asked of the authority; read when first asked for."""
        if not self._asked:
            self._asked.append(responses.asked(self.agreement))
        return self._asked[0]

    @property
    def agreement(self) -> Agreement:
        return self.outline.agreement

    def of(self, placed: Placed) -> ClauseStanding:
        return self.standings[placed.id]

    def in_chapter(self, chapter: Chapter) -> list[ClauseStanding]:
        """The clauses of a section in order."""
        return [self.standings[placed.id] for placed in chapter.clauses]

    def tally(self, chapters: Iterable[Chapter] | None = None) -> Tally:
        """Counts over some sections; over all chapters, without the annexes, if none are given."""
        chosen = self.outline.chapters if chapters is None else chapters
        found = [each for chapter in chosen for each in self.in_chapter(chapter)]
        agreed = sum(each.is_agreed for each in found)
        return Tally(agreed, sum(len(each.approvals) == 1 for each in found), len(found))

    @property
    def annexes(self) -> tuple[int, int]:
        """How many annexes are agreed whole, and how many there are."""
        whole = [self.tally([annex]) for annex in self.outline.annexes]
        return sum(tally.is_whole for tally in whole), len(whole)

    def not_agreed(self) -> list[ClauseStanding]:
        """Every living clause that is not agreed, annexes last."""
        return [
            self.standings[placed.id] for placed in self.outline.clauses() if not self.standings[placed.id].is_agreed
        ]


class _Readings(NamedTuple):
    """What was read of an agreement to tell where its clauses stand."""

    outline: Outline
    approvals: tuple[dict[UUID, list[Given]], dict[UUID, Reopened]]
    counts: dict[UUID, Counts]
    register: list[Listed]


_READERS: dict[str, Callable[[Agreement], Any]] = {
    "outline": partial(agreements.outline, to_show=True),
    "approvals": approvals.by_clause,
    "counts": comments.counts,
    "register": questions.listed,
}

# What events of a noun can change: their verbs reach no table of the other readings. An event of any other noun is
# taken to change all of them.
_CHANGES = {
    "section": {"outline"},
    "clause": {"outline", "approvals"},  # a reopening is told of its clause
    "approval": {"approvals"},
    "comment": {"counts"},
}


def progress(agreement: Agreement, *, to_read: bool = False) -> Progress:
    """Read where every clause stands: the outline and five queries more, however long the text.

    With `to_read`, for the text with its signature lines, nothing is counted: of comments it knows only whether one
    waits for an answer, and of questions nothing. Four queries more than the outline.
    """
    if not to_read:
        return _progress(agreement, _read(agreement))
    whole, given = agreements.outline(agreement, to_show=True), approvals.by_clause(agreement)
    counts = dict.fromkeys(comments.open_clauses(agreement), _SOMETHING_OPEN)
    return _progress(agreement, _Readings(whole, given, counts, []))


def _read(agreement: Agreement) -> _Readings:
    return _Readings(**{name: read(agreement) for name, read in _READERS.items()})


def _progress(agreement: Agreement, readings: _Readings) -> Progress:
    whole, (given, reopened), counts, register = readings
    asked: dict[UUID, list[int]] = {}
    for question in register:
        for clause_id in question.clause_ids:
            asked.setdefault(clause_id, []).append(question.number)
    suggested, (open_rounds, owed) = suggestions.waiting(agreement), responses.at_work(agreement)
    in_rounds = frozenset[UUID]().union(*(each.clause_ids for each in open_rounds))
    by_clause: dict[UUID, list[Waiting | Shown]] = {}
    for each in suggested:
        if each.clause_id is not None:
            by_clause.setdefault(each.clause_id, []).append(each)

    def of(placed: Placed) -> ClauseStanding:
        suggested_here = by_clause.get(placed.id, ())
        return stand(placed, given, reopened, counts, asked, suggested_here, is_in_round=placed.id in in_rounds)

    removed = [of(placed) for placed in whole.removed()]
    return Progress(
        outline=whole,
        standings={placed.id: of(placed) for placed in whole.clauses()},
        approvals=given,
        removals=[each for each in removed if not each.is_agreed and each.is_removal_asked],
        suggestions=suggested,
        rounds=open_rounds,
        owed=owed,
        register=register,
    )


class _Kept(NamedTuple):
    """Where the clauses of an agreement stand, what it was read from, and the last digest that both follow from."""

    head: str
    readings: _Readings
    progress: Progress


_kept: Kept[UUID, _Kept] = Kept(32)


def kept(agreement: Agreement, head: str, newest: Sequence[Recent] = ()) -> Progress:
    """What `progress` reads, read once for each state of the record; `head` is its last digest, read before this.

    With the newest entries of the record, what none of them can have changed is not read anew. It cannot be out of
    date, but for names of people: those are no part of the record.
    """
    known = _kept.get(agreement.id)
    if known is None or known.head != head:
        readings = (_read_after(agreement, known, newest) if known else None) or _read(agreement)
        _kept[agreement.id] = known = _Kept(head, readings, _progress(agreement, readings))
    found = known.progress
    return replace(found, outline=replace(found.outline, agreement=agreement))


def _read_after(agreement: Agreement, known: _Kept, newest: Sequence[Recent]) -> _Readings | None:
    """What was read before, with what has changed since read anew; None if the newest entries do not tell."""
    digests = [each.digest for each in newest]
    if known.head not in digests:
        return None
    since = {each.kind.partition(".")[0] for each in newest[: digests.index(known.head)]}
    if not since <= _CHANGES.keys():
        return None
    changed = set[str]().union(*(_CHANGES[noun] for noun in since))
    return known.readings._replace(**{name: _READERS[name](agreement) for name in changed})


def tallies(agreement_ids: Sequence[UUID]) -> dict[UUID, Tally]:
    """How much of each of some agreements is agreed, without their annexes; two queries for all of them."""
    given = approvals.prints(agreement_ids)
    found = {agreement_id: Tally(0, 0, 0) for agreement_id in agreement_ids}
    for agreement_id, clause_id, fingerprint in agreements.prints(agreement_ids):
        so_far, sides = found[agreement_id], len(given.get((clause_id, fingerprint), ()))
        found[agreement_id] = Tally(so_far.agreed + (sides == 2), so_far.half + (sides == 1), so_far.total + 1)
    return found


def clause_standing(clause: Clause) -> tuple[Progress, ClauseStanding]:
    """Where one clause stands, also a removed one, with the agreement it belongs to."""
    found = progress(clause.agreement)
    standing = found.standings.get(clause.id)
    if standing is None:
        placed = found.outline.find(clause.id)
        assert placed is not None, "a clause stands in the outline of its own agreement"
        standing = stand(placed, found.approvals, {}, {}, {}, ())
    return found, standing


def standing_of(
    clause: Clause,
    placed: Placed,
    *,
    said: Counts,
    asked: list[int],
    is_in_round: bool,
    suggested: Sequence[Shown] = (),
) -> ClauseStanding:
    """Where one clause stands, also a removed one, in two queries. The caller has read what was said, asked and
    suggested, and whether a round that takes answers asks about it."""
    given = {clause.id: approvals.of_clause(clause)}
    is_agreed = (
        len({each.side for each in given[clause.id] if each.version.fingerprint == clause.current.fingerprint}) == 2
    )
    reopening = None if is_agreed else approvals.reopening_of(clause)  # it is over once both sides agree anew
    reopened = {clause.id: reopening} if reopening else {}
    still_open = [each for each in suggested if each.is_open]
    return stand(placed, given, reopened, {clause.id: said}, {clause.id: asked}, still_open, is_in_round=is_in_round)


def stand(
    placed: Placed,
    given: dict[UUID, list[Given]],
    reopened: dict[UUID, Reopened],
    counts: dict[UUID, Counts],
    asked: dict[UUID, list[int]],
    suggested: Sequence[Waiting | Shown],
    *,
    is_in_round: bool = False,
) -> ClauseStanding:
    """Where a clause stands by what was read of all clauses."""
    valid: dict[Side, Given] = {}
    for approval in given.get(placed.id, ()):
        if approval.version.fingerprint == placed.version.fingerprint:
            valid.setdefault(approval.side, approval)
    said, reopening = counts.get(placed.id, _NOTHING_SAID), reopened.get(placed.id)
    return ClauseStanding(
        placed=placed,
        standing=_standing(
            valid, reopening, () if placed.version.is_removal else suggested, is_asked=is_in_round or bool(said.open)
        ),
        approvals=valid,
        reopening=reopening if len(valid) < 2 else None,
        comments=said,
        questions=asked.get(placed.id, []),
        suggestions=suggested,
        is_removal_asked=placed.version.is_removal
        and (reopening is not None or any(not each.version.is_removal for each in given.get(placed.id, ()))),
    )


_NOTHING_SAID = Counts()
_SOMETHING_OPEN = Counts(total=1, open=1)


def _standing(
    valid: dict[Side, Given], reopening: Reopened | None, suggested: Sequence[Waiting | Shown], *, is_asked: bool
) -> Standing:
    if len(valid) == 2:
        return Standing.AGREED
    if reopening is not None:
        return Standing.REOPENED
    if suggested:
        return Standing.CHANGE
    if valid:
        return Standing.HALF_AUTHORITY if Side.AUTHORITY in valid else Standing.HALF_ORGANISATIONS
    if is_asked:
        return Standing.COMMENT
    return Standing.DRAFT
