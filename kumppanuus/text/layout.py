"""From the text of a clause to HTML not yet made safe: Markdown, with the traps of legal text taken out.

Only `markup` uses this.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement

from markdown import Markdown
from markdown.extensions.def_list import DefListExtension
from markdown.extensions.nl2br import Nl2BrExtension
from markdown.extensions.sane_lists import SaneListExtension
from markdown.extensions.tables import TableProcessor
from markdown.inlinepatterns import InlineProcessor, SimpleTagInlineProcessor
from markdown.treeprocessors import Treeprocessor
from markdown.util import AtomicString

MAX_DEPTH = 6  # lists inside lists
_MAX_CELLS = 2_000  # in all tables of one text


class TooComplex(ValueError):
    """The text is longer, holds more brackets or table cells or nests deeper than is laid out; `reason` says which."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason  # "length", "brackets", "depth" or "table"


ADDRESS = re.compile(r"https?://[^\W_][^\s<>|\[\]\"\\]{0,2000}", re.IGNORECASE)
PIECE = re.compile(
    r"\\."  # what stands after a backslash is itself
    r"|\[(?=[^\S\n]*+[^\[\]\s])(?P<label>[^\[\]\n]*+)\]"
    r"(?P<to>\((?P<address>[^\s()<>]*+(?:\([^\s()<>]*+\)[^\s()<>]*+)*+)(?: +\"[^\"\n]*\")?\))?"
    rf"|(?P<bare>{ADDRESS.pattern})",
    re.IGNORECASE,
)
_LINKABLE = re.compile(r"(?:https?://|mailto:)\S", re.IGNORECASE)


def trimmed(address: str) -> str:
    """An address found in running text, without the signs that end the sentence or close a bracket around it."""
    while address and (address[-1] in ".,;:!?'*_" or (address[-1] == ")" and address.count(")") > address.count("("))):
        address = address[:-1]
    return address


# What Markdown knows and a clause does not. Some of it would swallow words: `[name]: Virtanen` alone on a line is a
# reference there, `> 65 vuotta` a quotation, a line of underscores for a signature a rule.
_NO_BLOCKS = ("code", "hashheader", "setextheader", "hr", "quote", "reference")
_NO_INLINES = (
    *("backtick", "html", "entity", "linebreak"),
    *("link", "reference", "short_reference", "image_link", "image_reference", "short_image_ref"),
    *("autolink", "automail", "em_strong"),
)

# Our own, since Markdown's loses letters ("*a**b*c"). Stars only: underscores are a line to write on or part of a name.
# Neither begins inside a word or ends before a digit (2*3*4), but an ending may follow: **[nimi]**lle.
_BOLD = r"(?<!\w)(\*\*)(?![\s*])((?:[^*]|\*(?!\*))+?)(?<![\s*])\*\*(?!\d)"
_ITALIC = r"(?<!\w)(\*)(?![\s*])([^*]+)(?<!\s)\*(?!\d)"

# Signs that no text holds (see `writable`), so that nothing typed can be taken for a mark of ours.
_PIECE = re.compile("\x0e(\\d+)\x0f")
_NUMBER = re.compile("\x10(\\d+)\x11")


def html_of(text: str) -> str:
    """The HTML of a text, with whatever Markdown makes of it: to be sanitised. Raises TooComplex."""
    source = _Source(text)
    # A new one for each text: a Markdown keeps state and does not bear being shared by threads.
    markdown = Markdown(extensions=[SaneListExtension(), DefListExtension(), Nl2BrExtension()], output_format="html")
    for name in _NO_BLOCKS:
        markdown.parser.blockprocessors.deregister(name)
    for name in _NO_INLINES:
        markdown.inlinePatterns.deregister(name)
    markdown.preprocessors.deregister("html_block")
    markdown.ESCAPED_CHARS.append("|")
    markdown.parser.blockprocessors.register(_Tables(markdown.parser, {}), "table", 75)
    markdown.inlinePatterns.register(_Pieces(source.pieces), "pieces", 185)
    markdown.inlinePatterns.register(SimpleTagInlineProcessor(_BOLD, "strong"), "bold", 60)
    markdown.inlinePatterns.register(SimpleTagInlineProcessor(_ITALIC, "em"), "italic", 50)
    markdown.treeprocessors.register(_ItemNumbers(markdown), "item_numbers", 25)
    return _NUMBER.sub("", markdown.convert("\n".join(source.lines)))  # of what Markdown took for no item after all


class _Source:
    """A text made ready for Markdown: links and placeholders set aside, and lists laid out as people mean them.

    Where plain Markdown would read a legal text otherwise than its author:
    a list need not stand apart from the paragraph before it; lists may be nested by two spaces; a line in front of the
    margin of a list ends it; a date at the start of a line ("1. tammikuuta 2027") is no list, nor is a number inside a
    paragraph; an item keeps the number it was given; a table need not stand apart.
    """

    def __init__(self, text: str) -> None:
        self.pieces: list[Element | str] = []
        self.lines: list[str] = []
        self._open: list[_OpenItem] = []  # the item that a line could belong to, with those around it
        self._is_apart = True  # whether the line before is blank
        # An ampersand is only ever itself: no entities.
        lines = PIECE.sub(self._set_aside, text).replace("&", "&amp;").expandtabs(4).split("\n")
        at = 0
        while at < len(lines):
            if not self._open and _is_table(lines[at : at + 2]):
                at = self._table(lines, at)
            else:
                self._line(lines[at].rstrip(" "))
                at += 1

    def _set_aside(self, found: re.Match[str]) -> str:
        label, address = found["label"], found["address"]
        if found["bare"]:
            bare = trimmed(found["bare"])
            return self._keep(_link(bare, AtomicString(bare))) + found["bare"][len(bare) :]
        if label is None:
            return found.group()
        if found["to"] is None:
            mark = Element("mark")
            mark.text = AtomicString(_ampersands(found.group()))
            return self._keep(mark)
        if found["to"] == f"({address})" and _LINKABLE.match(address):
            return self._keep(_link(address, label))
        return self._keep(_ampersands(found.group()))

    def _keep(self, piece: Element | str) -> str:
        self.pieces.append(piece)
        return f"\x0e{len(self.pieces) - 1}\x0f"

    def _table(self, lines: list[str], at: int) -> int:
        self._part()
        while at < len(lines) and lines[at].strip(" "):
            self._put(lines[at].strip(" "))
            at += 1
        return at

    def _line(self, line: str) -> None:
        body = line.lstrip(" ")
        indent = len(line) - len(body)
        item = _ITEM.match(body)
        if not body:
            self._part()
        elif item and self._is_item(item):
            self._item(item, indent, body[item.end() :])
        elif body.startswith(": ") and (self._open[0].kind == ":" if self._open else not self._is_apart):
            if self._open:
                # Markdown reads a block anew from each meaning on: many of them in one would cost their square.
                self._part()
            self._open[1:] = []
            self._open = self._open or [_OpenItem(indent, ":")]
            self._put(":   " + self._inert(body[2:].lstrip(" ")))
        elif heading := None if self._open else _HEADING.match(body):
            self._part()
            title = self._inert(heading["title"])
            self._put(title if "*" in title or title.endswith("\\") else f"**{title}**")
            self._part()
        else:
            self._text(indent, self._inert(body))

    def _is_item(self, item: re.Match[str]) -> bool:
        if _DATE.match(item.string):
            return False
        in_paragraph = not self._is_apart and not self._open
        return not (in_paragraph and item["number"] and int(item["number"]) != 1)

    def _item(self, item: re.Match[str], indent: int, body: str) -> None:
        kind = "1" if item["number"] else "-"
        while self._open and indent < self._open[-1].indent + (self._open[-1].kind == ":"):
            self._open.pop()
        if self._open and self._open[-1].kind != ":" and indent < self._open[-1].indent + 2:
            current = self._open[-1]
            if current.kind != kind:
                self._part()  # another list on the same level
                current = self._open[-1] = _OpenItem(indent, kind)
        else:
            if not self._open or self._open[-1].kind == ":":
                self._part()
            current = _OpenItem(indent, kind)
            self._open.append(current)
        if len(self._open) > MAX_DEPTH:
            raise TooComplex("depth")
        number = current.count(int(item["number"])) if item["number"] else ""
        self._put("    " * (len(self._open) - 1) + f"{item['mark']} {number}{self._inert(body)}")

    def _text(self, indent: int, body: str) -> None:
        inside = [item for item in self._open if item.indent < indent]
        if self._open and len(inside) < len(self._open):
            self._part()
            self._open = inside
        self._put("    " * (len(self._open) if self._is_apart else max(len(self._open) - 1, 0)) + body)

    def _inert(self, body: str) -> str:
        """A line, or what follows the mark of an item, that must not begin a list or a definition of its own."""
        if item := re.match(r"[-*+] |(\d+)\. ", body):
            at = item.end(1) if item[1] else 0
            body = f"{body[:at]}\\{body[at:]}"
        elif body.startswith(": "):
            body = self._keep(":") + body[1:]
        return body

    def _put(self, line: str) -> None:
        self.lines.append(line)
        self._is_apart = False

    def _part(self) -> None:
        if not self._is_apart:
            self.lines.append("")
            self._is_apart = True


@dataclass(slots=True)
class _OpenItem:
    indent: int
    kind: str  # "-", "1" or ":"
    shown: int = 0
    is_counting: bool = True  # every number so far was 1: the author leaves the counting to us

    def count(self, number: int) -> str:
        """Take the number of the next item; answers with a mark for it if it is not the one that would follow."""
        is_first, follows = self.shown == 0, self.shown + 1
        self.is_counting = self.is_counting and number == 1
        if is_first or number == follows or (self.is_counting and number == 1):
            self.shown = number if is_first else follows
            return ""
        self.shown = number
        return f"\x10{number}\x11"


_ITEM = re.compile(r"(?P<mark>[-*+]|(?P<number>\d{1,3})\.) +(?=\S)")
_MONTHS = "tammi|helmi|maalis|huhti|touko|kesä|heinä|elo|syys|loka|marras|joulu"
_DATE = re.compile(rf"\d{{1,2}}\. +(?:(?:{_MONTHS})kuu|päivä|(?:ja|tai|[–-]) ?\d{{1,2}}\.)", re.IGNORECASE)
_HEADING = re.compile(r"#{1,6} +(?P<title>\S.*?)(?: +#+)?$")
_TABLE_RULE = re.compile(r" *\|? *:?-+:? *(?:\| *:?-+:? *)*\|? *")


def _is_table(lines: list[str]) -> bool:
    return len(lines) == 2 and "|" in lines[0] and "|" in lines[1] and bool(_TABLE_RULE.fullmatch(lines[1]))


def _link(address: str, label: str) -> Element:
    link = Element("a", href=_ampersands(address))
    link.text = AtomicString(_ampersands(label)) if isinstance(label, AtomicString) else _ampersands(label)
    return link


def _ampersands(text: str) -> str:
    """For what goes round the escaping of the source: the serialiser takes whatever looks like an entity for one."""
    return text.replace("&", "&amp;")


class _Pieces(InlineProcessor):
    """Puts back what was set aside."""

    def __init__(self, pieces: list[Element | str]) -> None:
        super().__init__(_PIECE.pattern)
        self._pieces = pieces

    def handleMatch(  # type: ignore[override]  # noqa: N802 - Markdown's own name, its stubs know the old form only
        self, m: re.Match[str], data: str
    ) -> tuple[Element | str, int, int]:
        return self._pieces[int(m[1])], m.start(), m.end()


class _ItemNumbers(Treeprocessor):
    """Gives each item the number that its author gave it."""

    def run(self, root: Element) -> None:
        for item in root.iter("li"):
            holder = item[0] if len(item) and not (item.text or "").strip() else item
            if number := _NUMBER.match(holder.text or ""):
                item.set("value", number[1])
                holder.text = (holder.text or "")[number.end() :]


class _Tables(TableProcessor):
    """Tables where a row with too many cells keeps them, in its last one, and an empty heading is no heading.

    Refuses more cells than a clause can want: one long row of headings makes every short row below it as long.
    """

    _cells = 0

    def _build_row(self, row: str, parent: Element, align: Sequence[str | None]) -> None:
        cells = [cell.strip(" ") for cell in self._split_row(row)]  # type: ignore[attr-defined]  # the stubs leave it out
        self._cells += len(align)
        if self._cells > _MAX_CELLS:
            raise TooComplex("table")
        last = len(align) - 1
        cells[last:] = [" | ".join(cells[last:])]
        tr = SubElement(parent, "tr")
        for cell in cells + [""] * (len(align) - len(cells)):
            SubElement(tr, "th" if parent.tag == "thead" and cell else "td").text = cell
