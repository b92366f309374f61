"""What changed from one state of the text to another, on its way into a document.

A state is the text of today, an edition, or a point in the record. Words are compared clause by clause; the order is
that of the later state, and a clause that is gone from it stands where it stood.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from flask_babel import gettext

from kumppanuus import accounts, agreements, ledger
from kumppanuus.agreements import Agreement, Chapter, Edition, Outline, Placed, Writing
from kumppanuus.db import HELSINKI, helsinki_day
from kumppanuus.documents import model, redline
from kumppanuus.documents.days import plain_day
from kumppanuus.documents.lines import Kind, Line, Mark
from kumppanuus.documents.model import line
from kumppanuus.documents.proposals import wording_lines
from kumppanuus.errors import Refused
from kumppanuus.text import markup

NOW = "now"
# What changes the text; kept apart from the classes, because a comparison asks the record and nobody else.
TEXT_CHANGES = (
    "agreement.started",
    "clause.added",
    "clause.rewritten",
    "clause.removed",
    "clause.restored",
    "suggestion.accepted",
    "suggestion.acceptance-undone",
)
NOBODY = "–"  # Word wants an author for every change
DAYS = 40  # on which the text changed, that a page offers


def draft_words(edition: str, *, is_changed: bool) -> str:
    """A draft as it is called in the language in use: "Luonnos 0.8", "Luonnos 0.8 (muutettu sen jälkeen)"."""
    if not edition:
        return str(gettext("Luonnos"))
    is_whole = edition.casefold().startswith(gettext("Luonnos").casefold())
    draft = edition if is_whole else gettext("Luonnos %(name)s", name=edition)
    return str(gettext("%(draft)s (muutettu sen jälkeen)", draft=draft) if is_changed else draft)


def is_final_text(edition: Edition) -> bool:
    """Whether an edition was made for signing."""
    return edition.name.startswith(gettext("lopullinen %(day)s", day=""))


def edition_words(edition: Edition) -> str:
    """An edition as it is called: "Luonnos 0.8", "lopullinen 18.3.2026"."""
    return edition.name if is_final_text(edition) else draft_words(edition.name, is_changed=False)


class NoSuchState(Refused):
    """There is no such edition or entry. `field` is the one that was asked for."""


class SameState(Refused):
    """Nothing changed between the two."""


@dataclass(frozen=True, eq=False)
class State:
    """The text at a point: how the point is called, and the text as an outline.

    The titles that sections had are kept by editions only: at a point in the record they are those of today.
    """

    name: str
    whole: Outline
    has_titles: bool = True


@dataclass(frozen=True)
class Day:
    """A day on which the text changed, with the last entry of it that did."""

    number: int
    at: datetime


def state(agreement: Agreement, key: str, *, field: str = "since") -> State:
    """The state named by a key: `now`, the id or name of an edition, or the number of an entry.

    Refuses `NoSuchState`. Speaks the language in use.
    """
    key = key.strip()
    if key in ("", NOW):
        return State(gettext("nykyinen teksti"), agreements.outline(agreement, to_show=True))
    for edition in agreements.editions(agreement):
        if key in (str(edition.id), edition.name):
            return State(edition_words(edition), agreements.outline_in(agreement, edition))
    number = int(key) if key.isascii() and key.isdigit() and len(key) < 10 else 0
    entries = ledger.entries(agreement.id, before=number + 1, most=1) if number else []
    if not entries or entries[0].number != number:
        raise NoSuchState(field=field)
    name = gettext("tapahtuma %(number)s, %(day)s", number=number, day=plain_day(entries[0].at))
    return State(name, agreements.outline_at(agreement, entries[0].at), has_titles=False)


def days(agreement: Agreement) -> list[Day]:
    """The last days on which the text changed, the newest first."""
    found: dict[object, Day] = {}
    for entry in ledger.entries(agreement.id, kinds=TEXT_CHANGES, most=500):
        found.setdefault(helsinki_day(entry.at), Day(entry.number, entry.at))
    return list(found.values())[:DAYS]


@dataclass(eq=False)
class Compared:
    """A clause of either state or of both."""

    old: Placed | None
    new: Placed | None
    lines: tuple[Line, ...] | None = None

    @property
    def placed(self) -> Placed:
        found = self.new or self.old
        assert found is not None
        return found


@dataclass(eq=False)
class ComparedSection:
    """A section of either state or of both, with its clauses."""

    old: Chapter | None
    new: Chapter | None
    clauses: list[Compared] = field(default_factory=list)
    line: Line | None = None

    @property
    def chapter(self) -> Chapter:
        found = self.new or self.old
        assert found is not None
        return found


def compare(old: State, new: State) -> list[ComparedSection]:
    """The sections of both states in order, chapters first, with every change marked. Refuses `SameState`."""
    before, after = old.whole, new.whole
    sections = [*_sections(before.chapters, after.chapters), *_sections(before.annexes, after.annexes)]
    _place(sections, before, after)
    marks = _Marks([each for section in sections for each in section.clauses])
    is_changed = False
    for section in sections:
        for each in section.clauses:
            each.lines = _marked(each, marks)
            is_changed |= each.lines is not None
        section.line = _title(section, marks, has_titles=old.has_titles and new.has_titles)
        is_changed |= section.line is not None
    if not is_changed:
        raise SameState(field="since")
    return sections


def _sections(old: Sequence[Chapter], new: Sequence[Chapter]) -> list[ComparedSection]:
    """Sections of both states: in the order of the new one, and each that is gone after the one it stood after."""
    known = {each.id: each for each in old}
    found = [ComparedSection(known.get(each.id), each) for each in new]
    kept = {each.id for each in new}
    at = 0
    for each in old:
        if each.id in kept:
            at = next(n for n, section in enumerate(found) if section.chapter.id == each.id) + 1
        else:
            found.insert(at, ComparedSection(each, None))
            at += 1
    return found


def _place(sections: list[ComparedSection], old: Outline, new: Outline) -> None:
    """Put the clauses into the sections: those of the new state, and among them those that are gone."""
    olds = {placed.id: placed for placed in old.clauses()}
    news = {placed.id for placed in new.clauses()}
    for section in sections:
        section.clauses = [Compared(olds.get(each.id), each) for each in (section.new.clauses if section.new else ())]
        at = 0
        for each in section.old.clauses if section.old else ():
            here = next((n for n, known in enumerate(section.clauses) if known.placed.id == each.id), None)
            if here is not None:
                at = here + 1
            elif each.id not in news:
                section.clauses.insert(at, Compared(each, None))
                at += 1


class _Marks:
    """Who made the changes of a clause between two of its versions, and when the last of them was made."""

    def __init__(self, compared: Iterable[Compared]) -> None:
        self._writings: Mapping[UUID, list[Writing]] = agreements.writings(
            [each.placed.id for each in compared if _is_changed(each)]
        )
        everybody = {writing.author_id for found in self._writings.values() for writing in found}
        self._names = accounts.names(everybody)

    def of(self, each: Compared) -> Mark:
        start = each.old.version.number if each.old else 0
        end = each.new.version.number if each.new else None
        # From a later version to an earlier one it is the same people's changes, taken back.
        start, end = (end, start) if end is not None and end < start else (start, end)
        written = self._writings.get(each.placed.id, [])
        # What is gone from the later state because that one is older was written by whoever wrote the clause.
        made = [each for each in written if each.number > start and (end is None or each.number <= end)] or written
        names = dict.fromkeys(self._names.get(writing.author_id, "") for writing in made)
        return Mark(", ".join(filter(None, names)), made[-1].written_at.astimezone(HELSINKI) if made else None)


def _is_changed(each: Compared) -> bool:
    return each.old is None or each.new is None or each.old.version.fingerprint != each.new.version.fingerprint


def _lines(placed: Placed) -> tuple[Line, ...]:
    return wording_lines(placed.title, placed.version.text)


def _marked(each: Compared, marks: _Marks) -> tuple[Line, ...] | None:
    if not _is_changed(each):
        return None
    mark = marks.of(each)
    if each.old is None or each.new is None:
        whole = _lines(each.placed)
        return tuple(redline.added(whole, mark) if each.old is None else redline.removed(whole, mark))
    base = _lines(each.old)
    return redline.marked(base, [(redline.edits(base, _lines(each.new)), mark)])


def _title(section: ComparedSection, marks: _Marks, *, has_titles: bool) -> Line | None:
    """The title of a section with its change."""
    if section.old is None or section.new is None:
        mark = marks.of(section.clauses[0]) if section.clauses else Mark(NOBODY)
        title = [Line(Kind.HEADING, (line(section.chapter.title),))]
        return next(redline.added(title, mark) if section.old is None else redline.removed(title, mark))
    old, new = ([Line(Kind.HEADING, (line(each.title),))] for each in (section.old, section.new))
    return (
        None
        if old == new or not has_titles
        else redline.marked(old, [(redline.edits(old, new), _renaming(section.chapter))])[0]
    )


def _renaming(chapter: Chapter) -> Mark:
    """Who gave a section its last title, and when. Titles of sections have no versions; the record tells."""
    renamed = ledger.entries(chapter.section.agreement_id, kinds=["section.renamed"], most=500)
    entry = next((each for each in renamed if each.facts["section_id"] == str(chapter.id)), None)
    if entry is None or entry.actor_id is None:
        return Mark(NOBODY)
    return Mark(accounts.names([entry.actor_id]).get(entry.actor_id, ""), entry.at.astimezone(HELSINKI))


# ---------------------------------------------------------------- into a document


def compared_section(section: ComparedSection, *, is_tracked: bool) -> model.Section:
    """A section as a document shows it: with marked changes, or else with what was before as notes."""
    chapter = section.chapter
    number = gettext("Liite %(number)s", number=chapter.label) if chapter.is_annex else chapter.label
    clauses = [_compared_clause(each, is_tracked=is_tracked) for each in section.clauses]
    return model.Section(
        id=chapter.id.hex,
        anchor=f"{'liite' if chapter.is_annex else 'luku'}-{chapter.label}{'' if section.new else '-poistettu'}",
        number=number,
        title=chapter.title,
        clauses=tuple(clauses),
        redline=section.line if is_tracked else None,
    )


def _compared_clause(each: Compared, *, is_tracked: bool) -> model.Clause:
    placed = each.placed
    clause = model.Clause(
        id=placed.id.hex,
        anchor=placed.anchor if each.new else f"{placed.anchor}-poistettu",
        number=placed.label,
        title=placed.title,
        blocks=markup.blocks(placed.version.text),
        version=placed.version.id.hex,
    )
    if each.old and each.new and each.old.label != each.new.label:
        was = gettext("Ennen kohta %(number)s", number=each.old.label)
        clause = replace(clause, status=model.Status("draft", was))
    if each.lines is None:
        return clause
    if is_tracked:
        return replace(clause, redline=each.lines)
    if each.old is None:
        return replace(clause, notes=(model.Note(gettext("Uusi kohta"), ""),))
    before = "\n".join(filter(None, [each.old.title, each.old.version.text]))
    if each.new is None:
        return replace(clause, blocks=(), notes=(model.Note(gettext("Poistettu kohta"), before),))
    return replace(clause, notes=(model.Note(gettext("Teksti ennen muutosta"), before),))
