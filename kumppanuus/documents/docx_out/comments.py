"""The comments of a Word file, with their replies and whether they are done.

Replies are a later addition to the format: a comment is a reply because a second part says so of its last paragraph.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from lxml import etree
from lxml.etree import _Element

from kumppanuus.documents.docx_out.elements import NAMESPACES, W, add, put, wall_clock
from kumppanuus.documents.model import Comment

_W14 = "http://schemas.microsoft.com/office/word/2010/wordml"
_W15 = "http://schemas.microsoft.com/office/word/2012/wordml"
_MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"


class Comments:
    """The two parts that hold comments, filled while the text is written."""

    def __init__(self) -> None:
        own = {"w": NAMESPACES["w"], "w14": _W14, "mc": _MC}
        self.root = etree.Element(f"{W}comments", nsmap=own)
        self.root.set(f"{{{_MC}}}Ignorable", "w14")
        self.extended = etree.Element(f"{{{_W15}}}commentsEx", nsmap={"w15": _W15, "mc": _MC})
        self.extended.set(f"{{{_MC}}}Ignorable", "w15")
        self._paragraphs = 0

    def __bool__(self) -> bool:
        return len(self.root) > 0

    @contextmanager
    def on(self, paragraph: _Element, comments: Sequence[Comment]) -> Iterator[None]:
        """Hang comments and their replies on what is written into the paragraph meanwhile."""
        numbers: list[int] = []
        for comment in comments:
            parent = self._write(comment, None)
            numbers.append(parent)
            numbers += [self._write(reply, parent) for reply in comment.replies]
        for number in numbers:
            add(paragraph, "commentRangeStart", id=number)
        yield
        for number in numbers:
            add(paragraph, "commentRangeEnd", id=number)
            run = add(paragraph, "r")
            add(add(run, "rPr"), "rStyle", val="CommentReference")
            add(run, "commentReference", id=number)

    def _write(self, comment: Comment, parent: int | None) -> int:
        number = len(self.root)
        initials = "".join(word[0] for word in comment.author.split() if word[0].isalnum())[:3]
        element = add(self.root, "comment", id=number, author=comment.author, initials=initials or "?")
        if comment.at is not None:
            element.set(f"{W}date", wall_clock(comment.at))
        last = ""
        for text in [part for part in comment.text.split("\n") if part.strip()] or [""]:
            paragraph = add(element, "p")
            self._paragraphs += 1
            last = f"{self._paragraphs:08X}"
            paragraph.set(f"{{{_W14}}}paraId", last)
            add(add(paragraph, "pPr"), "pStyle", val="CommentText")
            if len(element) == 1:
                run = add(paragraph, "r")
                add(add(run, "rPr"), "rStyle", val="CommentReference")
                add(run, "annotationRef")
            put(add(paragraph, "r"), text)
        entry = etree.SubElement(self.extended, f"{{{_W15}}}commentEx")
        entry.set(f"{{{_W15}}}paraId", last)
        if parent is not None:
            entry.set(f"{{{_W15}}}paraIdParent", self.extended[parent].get(f"{{{_W15}}}paraId", ""))
        entry.set(f"{{{_W15}}}done", "1" if comment.is_done else "0")
        return number
