"""A Word file to its paragraphs, tracked changes and comments: bytes in, a `Source` out.

A walker of its own over the XML, because every library reads past something: authors, bookmarks, replies, moves.
Formatting is never read as wording. Nothing outside the file is opened.
"""

from __future__ import annotations

import re
from dataclasses import replace

from lxml.etree import _Element

from kumppanuus.documents.docx_in.names import W14, W15, W, child
from kumppanuus.documents.docx_in.numbering import Numbering
from kumppanuus.documents.docx_in.package import Package
from kumppanuus.documents.docx_in.styles import Styles
from kumppanuus.documents.docx_in.walk import Walk, moment
from kumppanuus.documents.source import Comment, LeftOver, Paragraph, Source, Why, final, seen, words
from kumppanuus.documents.unreadable import Damaged, TooDeep


def read(content: bytes) -> Source:
    """The file as it was read. Refuses with a class of `unreadable`."""
    try:
        return _Reader(Package(content)).source()
    except RecursionError:
        raise TooDeep() from None


class _Reader:
    """Puts together what the parts of a file hold."""

    def __init__(self, package: Package) -> None:
        self._package = package
        related = package.related(package.main)
        self._parts = {kind: target for kind, target, is_outside in related.values() if not is_outside}
        self._links = {key: target for key, (kind, target, _outside) in related.items() if kind == "hyperlink"}
        self._asides = sorted(
            target for kind, target, is_outside in related.values() if kind in ("header", "footer") and not is_outside
        )
        self._styles = Styles(self._part("styles"))
        self._numbering = Numbering(self._part("numbering"))

    def source(self) -> Source:
        root = self._package.xml(self._package.main)
        body = child(root, "body")
        if root is None or root.tag != f"{W}document" or body is None:
            raise Damaged()
        walk = Walk(self._styles, self._numbering, self._links)
        walk.blocks(body)
        paragraphs, moved = self._with_notes(walk)
        return Source(
            paragraphs=tuple(paragraphs),
            comments=tuple(self._comments(walk, moved)),
            left_over=(*dict.fromkeys(self._headers()), *walk.left_over),
            language=self._styles.language,
            title=self._title(),
            data=tuple(self._package.text(name) for name in self._package.names(r"customXml/item\d+\.xml")),
        )

    def _part(self, kind: str) -> _Element | None:
        return self._package.xml(self._parts[kind]) if kind in self._parts else None

    def _with_notes(self, walk: Walk) -> tuple[list[Paragraph], dict[int, int]]:
        """The paragraphs with each note after the one that refers to it, and where each paragraph has moved to."""
        if not walk.notes:
            return walk.paragraphs, {}
        found: dict[tuple[str, str], _Element] = {}
        for kind in ("footnote", "endnote"):
            part = self._part(f"{kind}s")
            for each in part if part is not None else ():
                found[kind, each.get(f"{W}id", "")] = each
        references = walk.notes
        together: list[Paragraph] = []
        moved: dict[int, int] = {}
        for at, paragraph in enumerate(walk.paragraphs):
            moved[at] = len(together)
            together.append(paragraph)
            for piece in paragraph.pieces:
                if piece.note and (element := found.get(references[piece.note - 1])) is not None:
                    reader = Walk(self._styles, self._numbering, {})
                    reader.note(element, piece.note, (piece.inserted, piece.deleted))
                    together += reader.paragraphs
        return together, moved

    def _comments(self, walk: Walk, moved: dict[int, int]) -> list[Comment]:
        root = self._part("comments")
        if root is None:
            return []
        comments, by_paragraph = [], {}
        for each in root.iterchildren(f"{W}comment"):
            own = each.get(f"{W}id", "")
            for paragraph in each.iter(f"{W}p"):
                if name := paragraph.get(f"{W14}paraId"):  # LibreOffice names some paragraphs only
                    by_paragraph[name] = own
            reader = Walk(self._styles, self._numbering, {})
            reader.blocks(each)
            at, covered = walk.anchors.get(own, (None, []))
            text = "\n".join(words(paragraph) for paragraph in seen(reader.paragraphs, final))
            author, when = each.get(f"{W}author", "").strip(), moment(each.get(f"{W}date", ""))
            place = None if at is None else min(moved.get(at, at), len(walk.paragraphs) + len(moved))
            comments.append(Comment(own, author, when, text, "".join(covered).strip("\n"), place, None, False))
        parents, done = self._threads(by_paragraph)
        return [replace(each, parent=parents.get(each.id), is_done=each.id in done) for each in comments]

    def _threads(self, by_paragraph: dict[str, str]) -> tuple[dict[str, str], set[str]]:
        """Which comment replies to which, and those that are resolved."""
        parents, done = {}, set()
        root = self._part("commentsExtended")
        for each in root if root is not None else ():
            own = by_paragraph.get(each.get(f"{W15}paraId", ""))
            parent = by_paragraph.get(each.get(f"{W15}paraIdParent", ""))
            if own is None:
                continue
            if parent is not None and parent != own:
                parents[own] = parent
            if each.get(f"{W15}done") in ("1", "true", "on"):
                done.add(own)
        return parents, done

    def _headers(self) -> list[LeftOver]:
        found = []
        for name in self._asides:
            root = self._package.xml(name)
            if root is None:
                continue
            walk = Walk(self._styles, self._numbering, {})
            walk.blocks(root)
            text = "\n".join(words(paragraph) for paragraph in seen(walk.paragraphs, final))
            if text:
                found.append(LeftOver(text, Why.HEADER))
        return found

    def _title(self) -> str:
        name = next(
            (n for k, n, outside in self._package.related("").values() if k == "core-properties" and not outside), ""
        )
        root = self._package.xml(name) if name else None
        title = root.find("{http://purl.org/dc/elements/1.1/}title") if root is not None else None
        return re.sub(r"\s+", " ", title.text or "").strip() if title is not None else ""
