"""What was written into a file since it was exported, clause by clause.

Every clause is found by its bookmark, which stays with the text in Word and LibreOffice; without one by its number and
by how many of its words are the same. What was changed is compared with the version that was exported.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from lxml import etree

from kumppanuus import agreements, suggestions
from kumppanuus.agreements import Agreement, ClauseVersion, Outline, Placed
from kumppanuus.db import HELSINKI, now
from kumppanuus.documents import docx_in, docx_out, model, parts, source
from kumppanuus.documents.assemble import Contents
from kumppanuus.documents.docx_out.parts import SOURCE
from kumppanuus.documents.lines import words_of
from kumppanuus.documents.parts import Part, Row
from kumppanuus.documents.proposals import wording_lines
from kumppanuus.documents.source import Mark, Role, Source, View, original
from kumppanuus.documents.takeback.carrying import carried
from kumppanuus.errors import Refused
from kumppanuus.suggestions import Kind, Shown
from kumppanuus.text import markup
from kumppanuus.text.fingerprint import writable

ALIKE, LIKE_ENOUGH = 0.8, 0.5  # of the words of two clauses: surely one, and perhaps one
LONGEST_NAME = 100  # signs that are shown of an author's name
_NUMBERED_ENOUGH = 0.3  # where their numbers are the same, too


class Sureness(StrEnum):
    """How sure it is that a clause of a file is this clause of the agreement."""

    SURE = "sure"  # by its bookmark
    LIKELY = "likely"
    UNSURE = "unsure"


class Why(StrEnum):
    """Why something of a file is not filed."""

    MISSING = "missing"  # a clause that is not in the file
    REMOVED = "removed"  # words in a clause that has been taken out of the text since
    HEADING = "heading"  # a chapter that was added or renamed
    ASIDE = "aside"  # a change of what stands about the text and is none of it
    PICTURE = "picture"
    UNKNOWN = "unknown"  # text that belongs to no clause


@dataclass(frozen=True)
class Proposed:
    """What somebody made of a clause, or wants to add. `base_id` is the version it is compared with.

    `author` is empty where it was changed without tracking. An addition has a place instead of a base.
    """

    kind: Kind
    title: str
    text: str
    author: str
    at: datetime | None
    clause_id: UUID | None = None
    base_id: UUID | None = None
    section_id: UUID | None = None
    after_id: UUID | None = None


@dataclass(frozen=True)
class Remark:
    """A comment of the file. `about` are the words it hangs on; `parent` is the number of the one it replies to;
    `suggestion` is the number of the suggestion whose wording it stands at."""

    number: int
    text: str
    author: str
    at: datetime | None
    about: str
    parent: int | None = None
    suggestion: int | None = None


@dataclass
class Returned:
    """A clause of the file with what was written into it. Without a clause it is an addition."""

    sureness: Sureness
    clause_id: UUID | None = None
    proposed: list[Proposed] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)


@dataclass(frozen=True)
class Left:
    """Something of the file that is not filed, and why."""

    text: str
    why: Why


@dataclass
class Found:
    """What was found in a file."""

    returned: list[Returned] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)
    is_export: bool = False
    clauses: int = 0


class OtherAgreement(Refused):
    """The file is an export of another agreement. `field` is the file."""


class IsComparison(Refused):
    """The file shows what changed between two states: its tracked changes are history and no proposals."""


class NoClauses(Refused):
    """Nothing in the file is like any clause of the agreement."""


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
        for group in groups:
            returned = Returned(group.sureness, group.placed.id if group.placed else None)
            if group.placed is not None:
                result.clauses += 1
                returned.proposed = self._changes(group, group.placed)
                after[group.placed.section.id] = group.placed
            elif group.suggestion is not None:
                returned.proposed = self._additions(group, group.suggestion.section_id, group.suggestion.after_id)
            else:
                section_id = group.section_id if group.section_id in self._sections else None
                last = after.get(section_id)
                if section_id is None:
                    self._left.append(Left(self._words(group.rows), Why.UNKNOWN))
                else:
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
        bags = {placed.id: Counter(_words(placed.title, placed.version.text).split()) for placed in free}
        weighed = []
        for at, group in enumerate(groups):
            title, text = self._text(group, original)
            bag = Counter(_words(title, text).split())
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
        if any(_words("", each) != _words("", title) for each in views):
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

    def _words(self, rows: Iterable[int]) -> str:
        return "\n".join(self._rows[at].words for at in rows)

    # ------------------------------------------------------------ what was changed

    def _text(self, group: _Group, view: View) -> tuple[str, str]:
        """Title and text of the rows of a group in a view."""
        first = self._rows[group.rows[0]]
        number = first.label.text if first.label else ""
        clause = group.clause or parts.Clause(number, group.rows, has_title=first.role is Role.HEADING)
        title, text = parts.text_of(self._read, self._rows, clause, view)
        return _one_line(title), writable(text)

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
        is_same = _words(*before) == _words(base.title, base.text)
        if not is_same and any(before):
            as_read = _as_read(base.title, base.text)
            title, text = _carried(as_read, (base.title, base.text), before)
            found.append(self._proposed(placed, base, title, text, "", None))
        for author, at, view in self._authors(group, placed.id):
            words = self._text(group, view)
            if words == before:
                continue
            title, text = _carried(before, (base.title, base.text), words)
            if not text or _words(title, text) != _words(base.title, base.text):
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
                    _one_line(each.anchor),
                    numbers.get(each.parent) if each.parent else None,
                    group.suggestion.number if group.suggestion else None,
                )
            )


def _changes_of(paragraph: source.Paragraph) -> Iterable[tuple[Mark | None, Mark | None]]:
    yield paragraph.inserted, paragraph.deleted
    for piece in paragraph.pieces:
        yield piece.inserted, piece.deleted


def _of(owners: set[tuple[str, int]], owner: Any) -> View:
    return lambda mark: owner(mark) in owners


def _one_line(text: str) -> str:
    return re.sub(r"\s+", " ", writable(text)).strip()


def _words(title: str, text: str) -> str:
    """The words of a wording as any format shows them: what is set otherwise or in other lists is the same."""
    shown = " ".join(words_of(cell) for each in wording_lines(title, text) for cell in each.cells)
    return re.sub(r"\s+", " ", re.sub("[\u00ad\u200b\u2060\ufeff]", "", shown)).strip()


def same_words(one: tuple[str, str], other: tuple[str, str]) -> bool:
    """Whether two wordings (title and text) say the same, however they are set."""
    return _words(*one) == _words(*other)


def _carried(before: tuple[str, str], base: tuple[str, str], after: tuple[str, str]) -> tuple[str, str]:
    """What leads from one wording of the file to another, carried over to the wording it was made of.

    So a clause keeps its links, and lists as they were typed, where nobody changed them.
    """
    title = base[0] if _one_line(after[0]) == _one_line(before[0]) else after[0]
    if not after[1]:
        return after
    text = carried(before[1], base[1], after[1])
    is_plain = _words("", before[1]) == _words("", base[1])  # nothing else differs, so the words must be those
    return title, after[1] if is_plain and _words("", text) != _words("", after[1]) else text


def _as_read(title: str, text: str) -> tuple[str, str]:
    """A wording as it is read from an export that nobody has changed."""
    clause = model.Clause("x", "x", "1.1", title, markup.blocks(text))
    section = model.Section("s", "s", "1", "x", (clause,))
    words = dict.fromkeys(("title", "subtitle", "status", "header", "footer", "page_words", "author"), "x")
    document = model.Document(model.Language.FI, made_at=now(), sections=(section,), **words)  # type: ignore[arg-type]  # all of these are words
    read = docx_in.read(docx_out.write(document))
    rows = parts.rows_of(read)
    begin = next(at for at, row in enumerate(rows) if "kp_x" in read.paragraphs[row.start].anchors)
    own = parts.Clause("1.1", list(range(begin, len(rows))), has_title=bool(title))
    return parts.text_of(read, rows, own, original)
