"""What was written into a file since it was exported, clause by clause.

Every clause is found by its bookmark, which stays with the text in Word and LibreOffice; without one by its number and
by how many of its words are the same. What was changed is compared with the version that was exported.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from lxml import etree

from kumppanuus import agreements, suggestions
from kumppanuus.agreements import Agreement, ClauseVersion, Outline, Placed
from kumppanuus.db import HELSINKI
from kumppanuus.documents import parts, source
from kumppanuus.documents.assemble import Contents
from kumppanuus.documents.docx_out.parts import SOURCE
from kumppanuus.documents.parts import Part, Row
from kumppanuus.documents.source import Mark, Role, Source, View, original
from kumppanuus.documents.takeback.found import (
    Found,
    IsComparison,
    Left,
    NoClauses,
    OtherAgreement,
    Proposed,
    Remark,
    Returned,
    Sureness,
    Why,
)
from kumppanuus.documents.takeback.wordings import as_read, bare_words, carried_over, one_line, same_words
from kumppanuus.suggestions import Kind, Shown
from kumppanuus.text.fingerprint import writable

ALIKE, LIKE_ENOUGH = 0.8, 0.5  # of the words of two clauses: surely one, and perhaps one
LONGEST_NAME = 100  # signs that are shown of an author's name
_NUMBERED_ENOUGH = 0.3  # where their numbers are the same, too


# ---------------------------------------------------------------- finding


def find(read: Source, agreement: Agreement) -> Found:
    """What was written into a file since it was exported, clause by clause in the order of the file.

    Refuses `OtherAgreement`, `IsComparison`, `NoClauses`.
    """
    origin = _origin(read)
    if origin is not None and origin.agreement != agreement.id.hex:
        raise OtherAgreement(field="file")
    if origin is not None and origin.contents == Contents.CHANGES:
        raise IsComparison(field="file")
    found = _Finder(read, agreement, origin.versions if origin else {}).found()
    found.is_export = origin is not None
    if not found.clauses:
        raise NoClauses(field="file")
    return found


@dataclass(frozen=True)
class _Origin:
    agreement: str
    contents: str
    versions: Mapping[UUID, UUID]


def _origin(read: Source) -> _Origin | None:
    """What the file says it was made of; None if it says nothing."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    for text in read.data:
        try:
            root = etree.fromstring(text.encode(), parser)
        except etree.XMLSyntaxError:
            continue
        if root.tag == f"{{{SOURCE}}}source":
            pairs = ((_uuid(each.get("id", "")), _uuid(each.get("version", ""))) for each in root)
            versions = {clause_id: version_id for clause_id, version_id in pairs if clause_id and version_id}
            return _Origin(root.get("agreement", ""), root.get("contents", ""), versions)
    return None


def _uuid(text: str) -> UUID | None:
    return UUID(text) if re.fullmatch(r"[0-9a-f]{32}", text) else None


@dataclass
class _Group:
    """Rows that stand under one bookmark, or begin with a heading of their own."""

    anchor: UUID | None
    rows: list[int]
    section_id: UUID | None
    sureness: Sureness = Sureness.SURE
    placed: Placed | None = None
    suggestion: Shown | None = None  # the open addition that stands here
    clause: parts.Clause | None = None  # in a file without bookmarks: as it was understood


class _Finder:
    """Compares a file with an agreement."""

    def __init__(self, read: Source, agreement: Agreement, versions: Mapping[UUID, UUID]) -> None:
        self._read, self._agreement, self._versions = read, agreement, versions
        self._rows = parts.rows_of(read)
        self._whole: Outline = agreements.outline(agreement)
        self._living = {placed.id: placed for placed in self._whole.clauses()}
        self._gone = {placed.id: placed for placed in self._whole.removed()}
        self._sections = {chapter.id: chapter for chapter in self._whole.sections}
        decided = suggestions.decided(agreement, most=100_000).shown
        self._suggestions = [*suggestions.open_ones(agreement), *decided]
        self._by_suggestion = {each.id: each for each in self._suggestions}
        self._bases = agreements.versions_by_id(versions.values())
        self._anchors = (self._living, self._sections, self._by_suggestion, self._gone)
        self._left: list[Left] = []

    def found(self) -> Found:
        groups = self._groups()
        for group in [each for each in groups if each.anchor in self._gone]:
            groups.remove(group)
            self._too_late(group)
        self._match([group for group in groups if group.placed is None and group.suggestion is None])
        result = Found(left=self._left)
        holders: list[tuple[_Group, Returned]] = []
        after: dict[UUID | None, Placed] = {}
        latest: Placed | None = None
        for group in groups:
            returned = Returned(group.sureness, group.placed.id if group.placed else None)
            if group.placed is not None:
                result.clauses += 1
                returned.proposed = self._changes(group, group.placed)
                after[group.placed.section.id] = latest = group.placed
            elif group.suggestion is not None:
                returned.proposed = self._additions(group, group.suggestion.section_id, group.suggestion.after_id)
            else:
                section_id = group.section_id if group.section_id in self._sections else None
                last = after.get(section_id) if section_id else latest
                # Where nothing tells the chapter, a person has to: until then it is that of the clause before.
                returned.sureness = Sureness.LIKELY if section_id else Sureness.UNSURE
                section_id = section_id or (last.section.id if last else self._whole.sections[0].id)
                returned.proposed = self._additions(group, section_id, last.id if last else None)
            holders.append((group, returned))
        self._remarks(holders)
        result.returned = [each for _group, each in holders if each.proposed or each.remarks]
        seen = {group.placed.id for group in groups if group.placed}
        for clause_id in self._versions:
            if clause_id in self._living and clause_id not in seen:
                placed = self._living[clause_id]
                self._left.append(Left(f"{placed.label} {placed.title}".strip(), Why.MISSING))
        pictures = (source.Why.PICTURE, source.Why.EMBEDDED, source.Why.HIDDEN)
        self._left += [Left(each.text, Why.PICTURE) for each in self._read.left_over if each.why in pictures]
        return result

    # ------------------------------------------------------------ clauses of the file

    def _groups(self) -> list[_Group]:
        anchored = {at: self._anchor(row) for at, row in enumerate(self._rows)}
        if not any(anchor in self._living for anchor in anchored.values()):
            return self._foreign()
        groups: list[_Group] = []
        section_id: UUID | None = None
        seen: set[UUID] = set()
        is_signing = False  # between the heading of the signatures and the next chapter
        for at, row in enumerate(self._rows):
            anchor = anchored[at]
            if row.role in (Role.COVER, Role.CONTENTS, Role.TITLE, Role.ASIDE, Role.SIGNATURES):
                self._aside(row)
            elif anchor in self._sections:
                section_id, is_signing = anchor, False
                self._section_heading(row, anchor)
            elif anchor is not None and anchor not in seen:
                seen.add(anchor)
                groups.append(self._anchored(anchor, at, section_id))
            elif row.role is Role.HEADING and row.level <= 1:
                # A chapter somebody added: what follows belongs to no chapter here. That of the signatures is ours.
                section_id, is_signing = None, self._is_ours(row)
                if not is_signing:
                    self._left.append(Left(row.words, Why.HEADING))
            elif is_signing:
                self._aside(row)
            elif row.role is Role.HEADING or not groups:
                groups.append(_Group(None, [at], section_id, Sureness.UNSURE))
            else:
                groups[-1].rows.append(at)
        return groups

    def _is_ours(self, row: Row) -> bool:
        found = parts.find([row])
        return found[0][0] is Part.SIGNATURES

    def _anchored(self, anchor: UUID, at: int, section_id: UUID | None) -> _Group:
        group = _Group(anchor, [at], section_id)
        suggestion = self._by_suggestion.get(anchor)
        if suggestion is not None:
            # What was to be added may have become a clause since.
            group.placed = self._living.get(suggestion.clause_id) if suggestion.clause_id else None
            group.suggestion = suggestion if group.placed is None else None
        else:
            group.placed = self._living.get(anchor)
        return group

    def _anchor(self, row: Row) -> UUID | None:
        """The bookmark of a clause, a section or a suggestion that stands in the row."""
        for paragraph in self._read.paragraphs[row.start : row.stop]:
            for name in paragraph.anchors:
                anchor = _uuid(name.removeprefix("kp_"))
                if anchor and any(anchor in known for known in self._anchors):
                    return anchor
        return None

    def _foreign(self) -> list[_Group]:
        """The clauses of a file without our bookmarks, by numbers and headings."""
        arranged = parts.arrange(self._rows, parts.find(self._rows))
        return [
            _Group(None, clause.rows, None, Sureness.UNSURE, clause=clause) for _section, clause in arranged.clauses()
        ]

    def _match(self, groups: Sequence[_Group]) -> None:
        """Find the clauses that groups without a bookmark stand for: the likest first, each once."""
        taken = {group.placed.id for group in groups if group.placed}
        free = [placed for placed in self._living.values() if placed.id not in self._anchored_ids() | taken]
        bags = {placed.id: Counter(bare_words(placed.title, placed.version.text).split()) for placed in free}
        weighed = []
        for at, group in enumerate(groups):
            title, text = self._text(group, original)
            bag = Counter(bare_words(title, text).split())
            label = self._rows[group.rows[0]].label
            for placed in free:
                most = max(bag.total(), bags[placed.id].total())
                likeness = (bag & bags[placed.id]).total() / most if most else 0
                has_number = label is not None and label.text == placed.label
                has_title = bool(title) and title.casefold() == placed.title.casefold()
                is_enough = likeness >= (_NUMBERED_ENOUGH if has_number or has_title else LIKE_ENOUGH)
                if is_enough or (has_number and has_title):
                    is_likely = likeness >= ALIKE or (has_number and has_title)
                    weighed.append((likeness + has_number / 4 + has_title / 4, -at, placed.label, is_likely, placed))
        for _score, at, _label, is_likely, placed in sorted(weighed, key=lambda each: each[:3], reverse=True):
            group = groups[-at]
            if group.placed is None and placed.id not in taken:
                group.placed, group.sureness = placed, Sureness.LIKELY if is_likely else Sureness.UNSURE
                taken.add(placed.id)

    def _anchored_ids(self) -> set[UUID]:
        found = {self._anchor(row) for row in self._rows}
        return {each for each in found if each is not None}

    def _section_heading(self, row: Row, section_id: UUID) -> None:
        title = self._sections[section_id].title
        views = {parts.title_of(self._read, row, view) for view in (original, source.final)}
        if any(bare_words("", each) != bare_words("", title) for each in views):
            self._left.append(Left(parts.title_of(self._read, row, source.final), Why.HEADING))

    def _aside(self, row: Row) -> None:
        if any(each.is_changed for each in self._read.paragraphs[row.start : row.stop]):
            self._left.append(Left(row.words, Why.ASIDE))

    def _too_late(self, group: _Group) -> None:
        """Tell of words that somebody wrote into a clause which has been taken out of the text since."""
        version_id = self._versions.get(group.anchor) if group.anchor else None
        base = self._bases.get(version_id) if version_id else None
        wordings = [self._text(group, view) for view in (original, source.final)]
        written = next((each for each in wordings if base and not same_words(each, (base.title, base.text))), None)
        if written is not None:
            self._left.append(Left("\n".join(filter(None, written)), Why.REMOVED))

    # ------------------------------------------------------------ what was changed

    def _text(self, group: _Group, view: View) -> tuple[str, str]:
        """Title and text of the rows of a group in a view."""
        first = self._rows[group.rows[0]]
        number = first.label.text if first.label else ""
        clause = group.clause or parts.Clause(number, group.rows, has_title=first.role is Role.HEADING)
        title, text = parts.text_of(self._read, self._rows, clause, view)
        return one_line(title), writable(text)

    def _base(self, placed: Placed) -> ClauseVersion:
        """The version that was exported, if the file says so; else the one in force."""
        version = self._bases.get(self._versions.get(placed.id, placed.version.id))
        if version is not None and version.clause_id == placed.id and not version.is_removal:
            return version
        assert isinstance(placed.version, ClauseVersion), "the outline was read for changes"
        return placed.version

    def _changes(self, group: _Group, placed: Placed) -> list[Proposed]:
        """What each author made of a clause, and what was changed in it without tracking."""
        base = self._base(placed)
        before = self._text(group, original)
        found: list[Proposed] = []
        is_same = bare_words(*before) == bare_words(base.title, base.text)
        if not is_same and any(before):
            unchanged = as_read(base.title, base.text)
            title, text = carried_over(unchanged, (base.title, base.text), before)
            found.append(self._proposed(placed, base, title, text, "", None))
        for author, at, view in self._authors(group, placed.id):
            words = self._text(group, view)
            if words == before:
                continue
            title, text = carried_over(before, (base.title, base.text), words)
            if not text or bare_words(title, text) != bare_words(base.title, base.text):
                found.append(self._proposed(placed, base, title, text, author, at))
        return found

    def _proposed(
        self, placed: Placed, base: ClauseVersion, title: str, text: str, author: str, at: datetime | None
    ) -> Proposed:
        kind = Kind.REWRITE if text else Kind.REMOVAL
        return Proposed(kind, title if text else "", text, author, at, clause_id=placed.id, base_id=base.id)

    def _additions(self, group: _Group, section_id: UUID | None, after_id: UUID | None) -> list[Proposed]:
        """What each author wants to add here."""
        place: dict[str, Any] = {"section_id": section_id, "after_id": after_id}
        found = []
        title, text = self._text(group, original)
        if text:
            found.append(Proposed(Kind.ADDITION, title, text, "", None, **place))
        own = group.suggestion.id if group.suggestion else None
        for author, at, view in self._authors(group, own):
            words = self._text(group, view)
            if words[1] and words != (title, text):
                found.append(Proposed(Kind.ADDITION, *words, author, at, **place))
        return found

    def _authors(self, group: _Group, about: UUID | None) -> list[tuple[str, datetime | None, View]]:
        """Everybody who changed a group, each with the view of that person's changes alone.

        Suggestions that were exported are told apart by the moment they were written. Who took words out of what
        another had added built on that change: it is part of the view.
        """
        exported = {
            (each.author.name, each.written_at.astimezone(HELSINKI).replace(tzinfo=None, microsecond=0)): each.number
            for each in self._suggestions
            if about in (each.clause_id, each.id)
        }

        def owner(mark: Mark) -> tuple[str, int]:
            at = mark.at.replace(tzinfo=None) if mark.at else None
            return mark.author, exported.get((mark.author, at), 0) if at else 0

        first: dict[tuple[str, int], Mark] = {}
        needs: dict[tuple[str, int], set[tuple[str, int]]] = {}
        for row in group.rows:
            for paragraph in self._read.paragraphs[self._rows[row].start : self._rows[row].stop]:
                for inserted, deleted in _changes_of(paragraph):
                    for mark in (inserted, deleted):
                        if mark:
                            first.setdefault(owner(mark), mark)
                    if inserted and deleted and owner(inserted) != owner(deleted):
                        needs.setdefault(owner(deleted), set()).add(owner(inserted))
        return [
            (mark.author[:LONGEST_NAME], mark.at, _of({own, *needs.get(own, ())}, owner)) for own, mark in first.items()
        ]

    # ------------------------------------------------------------ comments

    def _remarks(self, holders: Sequence[tuple[_Group, Returned]]) -> None:
        """Put each comment to the group its words stand in, or the nearest one before them."""
        if not holders:
            return
        starts = [(self._rows[group.rows[0]].start, group, returned) for group, returned in holders]
        numbers = {each.id: number for number, each in enumerate(self._read.comments)}
        for each in self._read.comments:
            near = [start for start in starts if each.paragraph is not None and start[0] <= each.paragraph]
            _start, group, returned = near[-1] if near else starts[0]
            returned.remarks.append(
                Remark(
                    numbers[each.id],
                    writable(each.text).strip(),
                    each.author[:LONGEST_NAME],
                    each.at,
                    one_line(each.anchor),
                    numbers.get(each.parent) if each.parent else None,
                    group.suggestion.number if group.suggestion else None,
                    each.is_done,
                )
            )


def _changes_of(paragraph: source.Paragraph) -> Iterable[tuple[Mark | None, Mark | None]]:
    yield paragraph.inserted, paragraph.deleted
    for piece in paragraph.pieces:
        yield piece.inserted, piece.deleted


def _of(owners: set[tuple[str, int]], owner: Any) -> View:
    return lambda mark: owner(mark) in owners
