"""From a file to a new agreement: what was found, how a person corrects it, and the start of the agreement.

The file is read by a job. Nothing is an agreement before the person has looked at what was found. Tracked changes then
become suggestions and Word's comments become comments. Their authors are no members: whoever brings the file records
both, and each names its author in its own words.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from flask_babel import force_locale, gettext
from sqlalchemy import delete
from sqlalchemy.orm import Mapped, mapped_column

from kumppanuus import accounts, agreements, comments, jobs, members, questions, starters, suggestions
from kumppanuus.agreements import Agreement, AgreementKind, Clause, Side, TextLanguage
from kumppanuus.db import LONG, Base, Identified, db, line, now, writing
from kumppanuus.documents import attribution, inspection, keeping, parts, reading, source
from kumppanuus.documents.parts import Part, Reason, Row
from kumppanuus.documents.source import Mark, Source, final, of_author, original
from kumppanuus.errors import Conflict, Refused
from kumppanuus.jobs import Job, Report
from kumppanuus.members import Member
from kumppanuus.text.markup import MAX_BRACKETS as MOST_BRACKETS

LIVES = timedelta(days=30)
MOST_DRAFTS, MOST_THREADS = 200, 20  # suggestions and threads of comments that are filed in one transaction
READ, BEGIN = "intake.read", "intake.begin"


class Intake(Identified, Base):
    """A file on its way to becoming an agreement. `content` is kept until it is read, `read` from then on.

    `choices` holds the part of each row and why it is left out; `agreement_id` what came of it.
    """

    __tablename__ = "intake"

    user_id: Mapped[UUID] = mapped_column(sa.ForeignKey("user.id"), index=True)
    file_name: Mapped[str]
    content: Mapped[bytes | None] = mapped_column(sa.LargeBinary, deferred=True)
    read: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON, deferred=True)
    choices: Mapped[dict[str, Any]] = mapped_column(default=dict)
    made_at: Mapped[datetime] = mapped_column(default=now)
    agreement_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("agreement.id"))

    @property
    def is_read(self) -> bool:
        return bool(self.choices)


class NotRead(Refused):
    """The file has not been read yet."""


class IsBegun(Conflict):
    """The agreement of this file has been started already."""


class NoRow(Refused):
    """There is no such row in the file."""


class Unfit(Refused):
    """A clause is too long or has too many brackets to be kept: `label` says which. It has to be split first."""


class NoText(Refused):
    """Nothing of the file is left to be an agreement."""


@dataclass(frozen=True)
class Facts:
    """What an agreement needs that no file tells. `side` is the one of whoever starts it."""

    title: str
    kind: AgreementKind
    language: TextLanguage
    authority_name: str
    body_name: str
    case_number: str = ""
    side: Side | None = None
    with_questions: bool = False


@dataclass(frozen=True)
class Found:
    """What was found in a file: its rows, the part of each, and the agreement they make."""

    read: Source
    rows: Sequence[Row]
    choices: Sequence[tuple[Part, Reason | None]]
    reading: parts.Reading

    @property
    def title(self) -> str:
        return inspection.title(self.read, self.rows, self.reading)

    @property
    def language(self) -> TextLanguage:
        told = inspection.language(self.read, source.lines(self.read, original))
        return TextLanguage.SV if told == "sv" else TextLanguage.FI


# ---------------------------------------------------------------- verbs


def receive(file_name: str, content: bytes, *, by: UUID) -> tuple[Intake, Job]:
    """Keep a file and have it read by a job. Refuses at a glance what `reading.require_readable` refuses."""
    file_name = line(file_name.replace("\x00", " ").rpartition("/")[2].rpartition("\\")[2], "file")
    reading.require_readable(file_name, content)
    intake = Intake(user_id=by, file_name=file_name, content=content)
    db.session.add(intake)
    db.session.flush()
    return intake, jobs.add(READ, {"intake": str(intake.id)}, steps=3, by=by)


def correct(intake: Intake, row: int, part: Part) -> None:
    """Say what a row of the file is. Refuses `NotRead`, `IsBegun`, `NoRow`."""
    _require_open(intake)
    choices = list(intake.choices["rows"])
    if not 0 <= row < len(choices):
        raise NoRow()
    choices[row] = [part.value, Reason.BY_HAND.value if part is Part.LEFT else None]
    intake.choices = {"rows": choices}


def confirm(intake: Intake, facts: Facts, *, by: UUID) -> Job:
    """Have the agreement started by a job. Nothing else is needed then.

    Refuses `NotRead`, `IsBegun`, `NoText`, `Unfit`, `Empty`, `TooLong`, `Unwritable`.
    """
    _require_open(intake)
    kept = {
        "title": line(facts.title, "title"),
        "authority_name": line(facts.authority_name, "authority_name"),
        "body_name": line(facts.body_name, "body_name"),
        "case_number": line(facts.case_number, "case_number", 100, needed=False),
        "kind": facts.kind.value,
        "language": facts.language.value,
        "side": facts.side.value if facts.side else None,
        "with_questions": facts.with_questions,
    }
    _require_fit(find(intake))
    return jobs.add(BEGIN, {"intake": str(intake.id), "facts": kept}, steps=3, by=by)


def discard(intake: Intake) -> None:
    """Forget a file that is not wanted after all. Refuses `IsBegun`."""
    if intake.agreement_id is not None:
        raise IsBegun()
    db.session.delete(intake)


def begin(read: Source, facts: Facts, *, by: UUID) -> Agreement:
    """Start an agreement from a file at once, as it was understood: for the administrator. Refuses like `confirm`."""
    rows = parts.rows_of(read)
    choices = parts.find(rows)
    found = Found(read, rows, choices, parts.arrange(rows, choices))
    _require_fit(found)
    beginning = _Beginning(found, facts, by)
    agreement = beginning.start()
    with force_locale(facts.language.value):
        for act in beginning.acts():
            act()
    return agreement


def by_id(intake_id: UUID) -> Intake | None:
    return db.session.get(Intake, intake_id)


def has_begun(job: Job) -> bool:
    """Whether a job has started its agreement. That stays, also when the job is stopped before all is filed."""
    found = by_id(UUID(job.facts["intake"])) if job.kind == BEGIN else None
    return found is not None and found.agreement_id is not None


def forget_old(after: timedelta = LIVES) -> int:
    """Delete files nobody came back to; returns how many."""
    gone = db.session.execute(delete(Intake).where(Intake.made_at <= now() - after)).rowcount  # type: ignore[attr-defined]  # a delete tells its rows
    return int(gone)


# ---------------------------------------------------------------- reads


def find(intake: Intake) -> Found:
    """What was found in the file, with what a person has corrected. Refuses `NotRead`."""
    if intake.read is None:
        raise NotRead()
    read = keeping.from_data(intake.read)
    rows = parts.rows_of(read)
    choices = [(Part(part), Reason(why) if why else None) for part, why in intake.choices["rows"]]
    return Found(read, rows, choices, parts.arrange(rows, choices))


def _require_open(intake: Intake) -> None:
    if not intake.is_read:
        raise NotRead()
    if intake.agreement_id is not None:
        raise IsBegun()


def _require_fit(found: Found) -> None:
    """Refuse `Unfit` for a clause that cannot be kept as it is, `NoText` if there is none."""
    is_empty = True
    for section, clause in found.reading.clauses():
        is_empty = False
        said = [found.read.paragraphs[at] for row in clause.rows for at in _paragraphs(found.rows[row])]
        words = "".join(piece.text for each in said for piece in each.pieces)
        if len(words) < LONG // 2 and words.count("[") < MOST_BRACKETS // 2 and not any(each.cell for each in said):
            continue  # far from every limit: to lay out thousands of clauses would take seconds
        try:
            for view in (original, final):
                title, text = parts.text_of(found.read, found.rows, clause, view)
                if text:
                    agreements.wording(title, text)
        except Refused:
            raise Unfit(label=clause.number or section.number, row=clause.rows[0]) from None
    if is_empty:
        raise NoText()


def _paragraphs(row: Row) -> range:
    return range(row.start, row.stop)


# ---------------------------------------------------------------- jobs


@jobs.work(READ)
def _read(facts: dict[str, Any], report: Report) -> Any:
    intake_id = UUID(facts["intake"])
    intake = db.session.get_one(Intake, intake_id)
    file_name, content = intake.file_name, intake.content or b""
    db.session.rollback()
    report(1)
    with reading.limited():
        read = reading.read(file_name, content)
        report(2)
        choices = [[part.value, why.value if why else None] for part, why in parts.find(parts.rows_of(read))]
        data = keeping.to_data(read)

    def keep() -> dict[str, Any]:
        intake = db.session.get_one(Intake, intake_id)
        intake.read, intake.choices, intake.content = data, {"rows": choices}, None
        return {"intake": str(intake_id)}

    return keep


@jobs.work(BEGIN)
def _begin(work: dict[str, Any], report: Report) -> Any:
    """Start the agreement, then file changes and comments a few at a time: others can write in between."""
    intake_id, told = UUID(work["intake"]), work["facts"]
    intake = db.session.get_one(Intake, intake_id)
    by, found = intake.user_id, find(intake)
    db.session.rollback()
    facts = Facts(
        title=told["title"],
        kind=AgreementKind(told["kind"]),
        language=TextLanguage(told["language"]),
        authority_name=told["authority_name"],
        body_name=told["body_name"],
        case_number=told["case_number"],
        side=Side(told["side"]) if told["side"] else None,
        with_questions=told["with_questions"],
    )
    beginning = _Beginning(found, facts, by)
    report(1)
    with writing():
        intake = db.session.get_one(Intake, intake_id)
        _require_open(intake)
        agreement = beginning.start()
        slug, intake.agreement_id, intake.read = agreement.slug, agreement.id, None
        db.session.commit()
    acts = list(beginning.acts())
    db.session.rollback()
    for step, act in enumerate(acts, start=2):
        report(step, 2 + len(acts))
        with writing(), force_locale(facts.language.value):
            act()
            db.session.commit()
            db.session.expunge_all()  # what is kept of thousands would be looked through with every change
    return lambda: {"slug": slug}


# ---------------------------------------------------------------- the start


_Talk = tuple[UUID, source.Comment, Sequence[source.Comment]]  # on which clause, what was said, the replies


@dataclass(frozen=True)
class _Wording:
    """A clause of the file: its words before the changes, and what each author made of them."""

    rows: Sequence[int]
    before: tuple[str, str]
    proposed: Sequence[tuple[Mark, tuple[str, str]]]  # the first mark of an author, and the wording


class _Beginning:
    """Starts an agreement from what was found. Everything that needs no database is worked out beforehand."""

    def __init__(self, found: Found, facts: Facts, by: UUID) -> None:
        self._found, self._facts, self._by = found, facts, by
        reading = found.reading
        self._sections = [*reading.sections, *reading.annexes]
        self._wordings = [[self._wording(clause) for clause in section.clauses] for section in self._sections]

    def start(self) -> Agreement:
        """Start it, with the text before the changes."""
        facts = self._facts
        agreement = agreements.start(
            title=facts.title,
            kind=facts.kind,
            authority_name=facts.authority_name,
            body_name=facts.body_name,
            case_number=facts.case_number,
            language=facts.language,
            from_model=False,
            text=self._text(),
            by=self._by,
        )
        starter = db.session.get_one(accounts.User, self._by)
        self._member_id = members.begin(agreement, starter, side=facts.side, by=self._by).id
        if facts.with_questions:
            questions.open_register(agreement, by=self._by)
        self._agreement_id = agreement.id
        return agreement

    def acts(self) -> Iterator[Callable[[], object]]:
        """What is left to do once it has been started: suggestions and comments, some at a time."""
        places: dict[int, UUID] = {}
        drafts: list[tuple[Mark, suggestions.Draft]] = []
        whole = agreements.outline(db.session.get_one(Agreement, self._agreement_id), to_show=True)
        for chapter, wordings in zip(whole.sections, self._wordings, strict=True):
            living = iter([each.id for each in chapter.clauses])
            after: UUID | None = None
            for each in wordings:
                is_there = bool(each.before[1])
                after = next(living) if is_there else after
                for mark, (title, text) in each.proposed:
                    draft = suggestions.Draft("", title, text, section_id=chapter.id, after_id=after)
                    if is_there:
                        draft = suggestions.Draft("", title, text, clause_id=after)
                    if is_there or text:
                        drafts.append((mark, draft))
                if after is not None:
                    places |= dict.fromkeys(each.rows, after)
        for at in range(0, len(drafts), MOST_DRAFTS):
            yield partial(self._suggest, drafts[at : at + MOST_DRAFTS])
        threads = list(self._threads(places))
        for at in range(0, len(threads), MOST_THREADS):
            yield partial(self._talk, threads[at : at + MOST_THREADS])

    def _text(self) -> starters.ModelAgreement:
        made = []
        for section, wordings in zip(self._sections, self._wordings, strict=True):
            clauses = (starters.ModelClause(*each.before) for each in wordings if each.before[1])
            made.append(starters.ModelSection(self._title(section.row), tuple(clauses)))
        chapters = len(self._found.reading.sections)
        rows = self._found.rows
        signatures = tuple(
            parts.title_of(self._found.read, rows[at], original)
            for at in self._found.reading.signatures[_begins_with_heading(self._found) :]
        )
        return starters.ModelAgreement(
            title=self._facts.title,
            preface=(),
            sections=tuple(made[:chapters]),
            signatures=signatures,
            annexes=tuple(made[chapters:]),
        )

    def _title(self, row: int | None) -> str:
        if row is None:
            return self._facts.title
        read, own = self._found.read, self._found.rows[row]
        return (parts.title_of(read, own, original) or parts.title_of(read, own, final))[:300] or self._facts.title

    def _wording(self, clause: parts.Clause) -> _Wording:
        found = self._found
        before = parts.text_of(found.read, found.rows, clause, original)
        proposed = []
        for author, mark in self._authors(clause.rows).items():
            words = parts.text_of(found.read, found.rows, clause, of_author(author))
            if words != before:
                proposed.append((mark, words))
        return _Wording(clause.rows, before, proposed)

    def _authors(self, rows: Sequence[int]) -> dict[str, Mark]:
        """Everybody who changed these rows, with the first change of each."""
        authors: dict[str, Mark] = {}
        for row in rows:
            own = self._found.rows[row]
            for paragraph in self._found.read.paragraphs[own.start : own.stop]:
                if paragraph.is_changed:
                    for mark in _marks(paragraph):
                        authors.setdefault(mark.author, mark)
        return authors

    @property
    def _member(self) -> Member:
        return db.session.get_one(Member, self._member_id)

    def _suggest(self, drafts: Sequence[tuple[Mark, suggestions.Draft]]) -> None:
        """File what authors made of clauses; each suggestion says whose it is."""
        by = self._member
        agreement = db.session.get_one(Agreement, by.agreement_id)
        told = [replace(draft, reason=attribution.reason(mark.author, mark.at)) for mark, draft in drafts]
        suggestions.write_all(agreement, told, by=by)

    def _threads(self, places: dict[int, UUID]) -> Iterator[_Talk]:
        """Comments with their replies: on the clause of their words, or the nearest one before them."""
        rows, said = self._found.rows, self._found.read.comments
        inside = {at: place for row, place in places.items() for at in range(rows[row].start, rows[row].stop)}
        order = sorted(inside)
        roots = _roots(said)
        for each in said if order else ():
            if roots[each.id] == each.id:
                near = bisect_right(order, each.paragraph) if each.paragraph is not None else 0
                replies = [other for other in said if other is not each and roots[other.id] == each.id]
                yield inside[order[max(near - 1, 0)]], each, replies

    def _talk(self, threads: Sequence[_Talk]) -> None:
        for thread in threads:
            self._comment(*thread)

    def _comment(self, clause_id: UUID, said: source.Comment, replies: Sequence[source.Comment]) -> None:
        """File a comment with its replies; a resolved one as answered."""
        clause, by = db.session.get_one(Clause, clause_id), self._member
        text, *rest = _spoken(said)
        kind = attribution.usual_kind(said.text)
        root = comments.add(comments.thread_of(clause), text=text, kind=kind, by=by, version=clause.current)
        for text in [*rest, *(text for reply in replies for text in _spoken(reply))]:
            comments.reply(root, text=text, by=by)
        if said.is_done:
            comments.settle(root, response=gettext("Ratkaistu Word-tiedostossa."), by=self._by)


def _marks(paragraph: source.Paragraph) -> Iterator[Mark]:
    changed = [(piece.inserted, piece.deleted) for piece in paragraph.pieces]
    changed.append((paragraph.inserted, paragraph.deleted))
    for pair in changed:
        yield from (mark for mark in pair if mark is not None)


def _roots(said: Sequence[source.Comment]) -> dict[str, str]:
    """Comment → the one that its thread begins with."""
    parents = {each.id: each.parent for each in said}
    roots = {}
    for own in parents:
        at, seen = own, {own}
        while (parent := parents.get(at)) is not None and parent in parents and parent not in seen:
            at = parent
            seen.add(at)
        roots[own] = at
    return roots


def _begins_with_heading(found: Found) -> bool:
    """Whether the first row of the signatures is the heading that every export prints anew."""
    rows = found.reading.signatures
    return bool(rows) and parts.is_signature_heading(found.rows[rows[0]])


def _spoken(said: source.Comment) -> list[str]:
    """A comment in the words it is kept in. A long one in parts."""
    head, text = attribution.spoken(said.author, said.at, said.anchor, said.text)
    size = comments.LONGEST - len(head) - 2
    return [f"{head}\n\n{text[at : at + size]}" for at in range(0, min(len(text), LONG), size)]
