"""The outline of an agreement: its sections and clauses in order with their derived numbers, read in two queries."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import select

from kumppanuus.agreements.tables import Agreement, Clause, ClauseVersion, Section, SectionKind
from kumppanuus.db import db
from kumppanuus.text.markup import placeholders
from kumppanuus.text.numbering import Kind, number, slugify


@dataclass(frozen=True, eq=False, repr=False)
class Placed:
    """A clause in its place: its label ("3.4", annex "L1.2", none if removed) and the wording in force."""

    clause: Clause
    version: ClauseVersion
    label: str
    section: Chapter

    @property
    def id(self) -> UUID:
        return self.clause.id

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

    section: Section
    label: str
    clauses: list[Placed] = field(default_factory=list)
    removed: list[Placed] = field(default_factory=list)

    @property
    def id(self) -> UUID:
        return self.section.id

    @property
    def title(self) -> str:
        return self.section.title

    @property
    def is_annex(self) -> bool:
        return self.section.kind is SectionKind.ANNEX

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
    removed_sections: list[Section]

    @property
    def sections(self) -> list[Chapter]:
        return [*self.chapters, *self.annexes]

    def clauses(self) -> Iterator[Placed]:
        """Every living clause, those of annexes last."""
        for chapter in self.sections:
            yield from chapter.clauses

    def removed(self) -> Iterator[Placed]:
        """Every clause that was taken out of the text."""
        for chapter in self.sections:
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


def outline(agreement: Agreement) -> Outline:
    """Read the sections and the clauses with the wording in force, and number them."""
    sections = db.session.scalars(
        select(Section).where(Section.agreement_id == agreement.id).order_by(Section.position, Section.id)
    ).all()
    rows = db.session.execute(
        select(Clause, ClauseVersion)
        .join(ClauseVersion, (ClauseVersion.clause_id == Clause.id) & (ClauseVersion.number == Clause.current_number))
        .where(Clause.agreement_id == agreement.id)
        .order_by(Clause.position, Clause.id)
    ).all()
    by_section: dict[UUID, list[tuple[Clause, ClauseVersion]]] = {}
    for clause, version in rows:
        by_section.setdefault(clause.section_id, []).append((clause, version))
    living = [section for section in sections if section.removed_at is None]
    return Outline(
        agreement=agreement,
        chapters=_numbered(
            [section for section in living if section.kind is SectionKind.CHAPTER], by_section, Kind.CHAPTER
        ),
        annexes=_numbered([section for section in living if section.kind is SectionKind.ANNEX], by_section, Kind.ANNEX),
        removed_sections=[section for section in sections if section.removed_at is not None],
    )


def _numbered(
    sections: Sequence[Section], by_section: dict[UUID, list[tuple[Clause, ClauseVersion]]], kind: Kind
) -> list[Chapter]:
    living = [
        [clause.id for clause, version in by_section.get(section.id, []) if not version.is_removal]
        for section in sections
    ]
    numbers = number((kind, ids) for ids in living)
    chapters = []
    for section, own in zip(sections, numbers.sections, strict=True):
        chapter = Chapter(section, str(own.number))
        for clause, version in by_section.get(section.id, []):
            placed = Placed(clause, version, numbers.clauses.get(clause.id, ""), chapter)
            (chapter.removed if version.is_removal else chapter.clauses).append(placed)
        chapters.append(chapter)
    return chapters


def label_of(clause: Clause) -> str:
    """The printed number of one clause; empty if it was taken out of the text."""
    placed = outline(clause.agreement).find(clause.id)
    return placed.label if placed else ""


@dataclass(frozen=True)
class Blank:
    """A place still to be filled in: which clause, which one in its text, and the words in the brackets."""

    placed: Placed
    index: int
    words: str


def blanks(text_outline: Outline) -> list[Blank]:
    """Every placeholder left in the living text, in order."""
    return [
        Blank(placed, index, found.text)
        for placed in text_outline.clauses()
        for index, found in enumerate(placeholders(placed.version.text))
    ]
