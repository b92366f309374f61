"""The outline of an agreement: its sections and clauses in order with their derived numbers, read in one query."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Integer, Select, Uuid, bindparam, func, select, tuple_
from sqlalchemy.orm import aliased

from kumppanuus.agreements.tables import Agreement, Clause, ClauseVersion, Section, SectionKind
from kumppanuus.db import db, read
from kumppanuus.text.markup import placeholders
from kumppanuus.text.numbering import Kind, number, slugify


class Wording(NamedTuple):
    """A wording in force as pages show it: a plain row, many times cheaper to read than a `ClauseVersion`."""

    id: UUID
    number: int
    title: str
    text: str
    is_removal: bool
    fingerprint: str


@dataclass(frozen=True, eq=False, repr=False)
class Placed:
    """A clause in its place: its label ("3.4", annex "L1.2", none if removed) and the wording in force."""

    id: UUID
    version: ClauseVersion | Wording
    label: str
    section: Chapter
    row: Clause | None = None

    @property
    def clause(self) -> Clause:
        """The clause itself. An outline that was read for a page does not hold it: it is then read, one query each."""
        return self.row or db.session.get_one(Clause, self.id)

    @property
    def title(self) -> str:
        return self.version.title

    @property
    def anchor(self) -> str:
        """The human anchor of its heading, "kohta-3-4"."""
        return f"kohta-{self.label.lower().replace('.', '-')}"

    @property
    def is_annex(self) -> bool:
        return self.section.is_annex


@dataclass(frozen=True, eq=False, repr=False)
class Chapter:
    """A section in its place: a chapter "3" or an annex "1", with its living clauses and those taken out of it."""

    id: UUID
    kind: SectionKind
    title: str
    label: str
    clauses: list[Placed] = field(default_factory=list)
    removed: list[Placed] = field(default_factory=list)

    @property
    def section(self) -> Section:
        """The section itself. One query, unless it was read before."""
        return db.session.get_one(Section, self.id)

    @property
    def is_annex(self) -> bool:
        return self.kind is SectionKind.ANNEX

    @property
    def slug(self) -> str:
        """The last part of its address, "3-yhteistyorakenne" or "liite-1-sopimukseen-liittyminen"."""
        return slugify(f"liite-{self.label}" if self.is_annex else self.label, self.title)


@dataclass(frozen=True, eq=False, repr=False)
class Outline:
    """All of it, in order: chapters first, then annexes."""

    agreement: Agreement
    chapters: list[Chapter]
    annexes: list[Chapter]
    removed_sections: list[Chapter]  # without numbers; what was taken out of them before stands in `removed`

    @property
    def sections(self) -> list[Chapter]:
        return [*self.chapters, *self.annexes]

    def clauses(self) -> Iterator[Placed]:
        """Every living clause, those of annexes last."""
        for chapter in self.sections:
            yield from chapter.clauses

    def removed(self) -> Iterator[Placed]:
        """Every clause that was taken out of the text."""
        for chapter in [*self.sections, *self.removed_sections]:
            yield from chapter.removed

    def find(self, clause_id: UUID) -> Placed | None:
        """A clause by its id, living or removed."""
        return next((placed for placed in [*self.clauses(), *self.removed()] if placed.id == clause_id), None)

    def by_label(self, label: str) -> Placed | None:
        """A living clause by its printed number: "3.4", "3-4" or "l1-2"."""
        wanted = label.replace("-", ".").upper()
        return next((placed for placed in self.clauses() if placed.label.upper() == wanted), None)

    def section_by_slug(self, slug: str) -> Chapter | None:
        """A section by the last part of its address; an older title or number still finds it."""
        exact = next((chapter for chapter in self.sections if chapter.slug == slug), None)
        if exact:
            return exact
        words = slug.split("-")
        annex = words[0] == "liite"
        label = words[1] if annex and len(words) > 1 else words[0]
        rest = "-".join(words[2 if annex else 1 :])
        same = [chapter for chapter in self.sections if chapter.is_annex == annex]
        by_title = next((chapter for chapter in same if rest and slugify("", chapter.title).strip("-") == rest), None)
        return by_title or next((chapter for chapter in same if chapter.label == label), None)

    def section(self, section_id: UUID) -> Chapter | None:
        return next((chapter for chapter in self.sections if chapter.id == section_id), None)

    def beside(self, chapter: Chapter) -> tuple[Chapter | None, Chapter | None]:
        """The sections before and after one."""
        place = self.sections.index(chapter)
        before = self.sections[place - 1] if place else None
        after = self.sections[place + 1] if place + 1 < len(self.sections) else None
        return before, after


# A clause of a section: its id, the wording in force, and the clause itself where the outline is read for changes.
_Found = tuple[UUID, ClauseVersion | Wording, Clause | None]


def outline(agreement: Agreement, *, to_show: bool = False) -> Outline:
    """Read the sections and the clauses with the wording in force, and number them.

    With `to_show`, for pages that change nothing, wordings are plain rows: twice as fast.
    """
    sections, by_section = _shown(agreement) if to_show else _whole(agreement)
    living = [row for row in sections if row.removed_at is None]
    return Outline(
        agreement=agreement,
        chapters=_numbered([row for row in living if row.kind is SectionKind.CHAPTER], by_section, Kind.CHAPTER),
        annexes=_numbered([row for row in living if row.kind is SectionKind.ANNEX], by_section, Kind.ANNEX),
        removed_sections=[
            _filled(Chapter(row.id, row.kind, row.title, ""), by_section, {}) for row in sections if row.removed_at
        ],
    )


class _SectionRow(NamedTuple):
    id: UUID
    kind: SectionKind
    title: str
    removed_at: datetime | None


_IN_FORCE = (ClauseVersion.clause_id == Clause.id) & (ClauseVersion.number == Clause.current_number)


def _reading(*columns: Any) -> Select[*tuple[Any, ...]]:
    """A query of every section with its clauses; of a section that has none, one row without a clause."""
    return (
        select(Section.id, Section.kind, Section.title, Section.removed_at, *columns)
        .outerjoin(Clause, Clause.section_id == Section.id)
        .outerjoin(ClauseVersion, _IN_FORCE)
        .where(Section.agreement_id == bindparam("agreement"))
        .order_by(Section.position, Section.id, Clause.position, Clause.id)
    )


# Put together once: what a query costs to write is half of what it costs to ask.
_CLAUSES = _reading(Clause, ClauseVersion)
_WORDINGS = _reading(
    Clause.id,
    ClauseVersion.id,
    ClauseVersion.number,
    ClauseVersion.title,
    ClauseVersion.text,
    ClauseVersion.is_removal,
    ClauseVersion.fingerprint,
)
_OF_SECTION = len(_SectionRow._fields)

# The sections in order, and the clauses of each.
_Read = tuple[list[_SectionRow], dict[UUID, list[_Found]]]


def _whole(agreement: Agreement) -> _Read:
    found = db.session.execute(_CLAUSES, {"agreement": agreement.id})
    return _parted((row, clause and (clause.id, version, clause)) for *row, clause, version in found)


def _shown(agreement: Agreement) -> _Read:
    found = read(_WORDINGS, {"agreement": agreement.id}).all()
    return _parted((row, row[4] and (row[4], Wording(*row[5:]), None)) for row in found)


def _parted(found: Iterable[tuple[Sequence[Any], _Found | None]]) -> _Read:
    sections: list[_SectionRow] = []
    by_section: dict[UUID, list[_Found]] = {}
    for row, clause in found:
        if not sections or sections[-1].id != row[0]:
            sections.append(_SectionRow(*row[:_OF_SECTION]))
            by_section[row[0]] = []
        if clause is not None:
            by_section[row[0]].append(clause)
    return sections, by_section


def _numbered(rows: Sequence[_SectionRow], by_section: dict[UUID, list[_Found]], kind: Kind) -> list[Chapter]:
    living = [
        [clause_id for clause_id, version, _clause in by_section.get(row.id, []) if not version.is_removal]
        for row in rows
    ]
    numbers = number((kind, ids) for ids in living)
    return [
        _filled(Chapter(row.id, row.kind, row.title, str(own.number)), by_section, numbers.clauses)
        for row, own in zip(rows, numbers.sections, strict=True)
    ]


def numbered_sections(
    agreement: Agreement, rows: Iterable[tuple[UUID, SectionKind, str, Sequence[tuple[UUID, Wording]]]]
) -> Outline:
    """An outline of sections (id, kind, title, clauses with their wordings) in order, all of them living."""
    by_section: dict[UUID, list[_Found]] = {}
    sections = []
    for section_id, kind, title, clauses in rows:
        sections.append(_SectionRow(section_id, kind, title, None))
        by_section[section_id] = [(clause_id, wording, None) for clause_id, wording in clauses]
    chapters = [row for row in sections if row.kind is SectionKind.CHAPTER]
    annexes = [row for row in sections if row.kind is SectionKind.ANNEX]
    numbered = (_numbered(chapters, by_section, Kind.CHAPTER), _numbered(annexes, by_section, Kind.ANNEX))
    return Outline(agreement, *numbered, removed_sections=[])


def _filled(chapter: Chapter, by_section: dict[UUID, list[_Found]], labels: Mapping[UUID, str]) -> Chapter:
    for clause_id, version, clause in by_section.get(chapter.id, []):
        placed = Placed(clause_id, version, labels.get(clause_id, ""), chapter, clause)
        (chapter.removed if version.is_removal else chapter.clauses).append(placed)
    return chapter


def prints(agreement_ids: Sequence[UUID]) -> Sequence[tuple[UUID, UUID, str]]:
    """Agreement, clause and fingerprint of every living clause in the chapters of some agreements, in one query."""
    query = (
        select(Clause.agreement_id, Clause.id, ClauseVersion.fingerprint)
        .join(ClauseVersion, _IN_FORCE)
        .join(Section, Section.id == Clause.section_id)
        .where(
            Clause.agreement_id.in_(agreement_ids),
            Section.kind == SectionKind.CHAPTER,
            Section.removed_at.is_(None),
            ClauseVersion.is_removal.is_(False),
        )
    )
    return db.session.execute(query).all()


_before = aliased(Section)
_SECTIONS_UP_TO = (
    select(func.count())
    .where(
        _before.agreement_id == Section.agreement_id,
        _before.kind == Section.kind,
        _before.removed_at.is_(None),
        tuple_(_before.position, _before.id) <= tuple_(Section.position, Section.id),
    )
    .correlate(Section)
)
_CLAUSES_UP_TO = (
    select(func.count())
    .select_from(Clause)
    .join(ClauseVersion, _IN_FORCE)
    .where(
        Clause.section_id == Section.id,
        ClauseVersion.is_removal.is_(False),
        tuple_(Clause.position, Clause.id)
        <= tuple_(bindparam("position", type_=Integer), bindparam("clause", type_=Uuid)),
    )
    .correlate(Section)
)
_PLACE = select(
    Section.id,
    Section.kind,
    Section.title,
    Section.removed_at,
    _SECTIONS_UP_TO.scalar_subquery(),
    _CLAUSES_UP_TO.scalar_subquery(),
).where(Section.id == bindparam("section"))


def place_of(clause: Clause) -> Placed:
    """One clause in its place, counted by the database in one query, however long the text.

    Its section holds no other clauses.
    """
    version, asked = clause.current, {"section": clause.section_id, "position": clause.position, "clause": clause.id}
    *row, sections, clauses = read(_PLACE, asked).one()
    section = _SectionRow(*row)
    is_living = section.removed_at is None
    chapter = Chapter(section.id, section.kind, section.title, str(sections) if is_living else "")
    prefix = "L" if chapter.is_annex else ""
    label = f"{prefix}{sections}.{clauses}" if is_living and not version.is_removal else ""
    return Placed(clause.id, version, label, chapter, clause)


def label_of(clause: Clause) -> str:
    """The printed number of one clause; empty if it was taken out of the text."""
    return place_of(clause).label


@dataclass(frozen=True)
class Blank:
    """A place still to be filled in: which clause, which one in its text, and the words in the brackets."""

    placed: Placed
    index: int
    words: str

    @property
    def suggestion(self) -> str:
        """The words themselves where they could stand in the text as they are, such as "neljä"; else nothing."""
        return self.words if _NUMBER.fullmatch(self.words.strip()) else ""


# A number in digits or in words, the only placeholders of the model that suggest their own value.
_NUMBER = re.compile(
    r"\d[\d ,.]*|yksi|kaksi|kolme|neljä|viisi|kuusi|seitsemän|kahdeksan|yhdeksän|kymmenen|yksitoista|kaksitoista"
    r"|en|ett|två|tre|fyra|fem|sex|sju|åtta|nio|tio|elva|tolv",
    re.IGNORECASE,
)


def blanks(text_outline: Outline) -> list[Blank]:
    """Every placeholder left in the living text, in order."""
    return [
        Blank(placed, index, found.text)
        for placed in text_outline.clauses()
        for index, found in enumerate(placeholders(placed.version.text))
    ]
