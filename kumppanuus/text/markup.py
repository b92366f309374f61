"""The markup of a clause: a small part of Markdown, to safe HTML, to plain text and to a neutral tree.

What is understood: paragraphs, lists (`-`, `1.`), definitions (`: `), tables (`|`), **bold**, *italic*,
[links](https://…), a line end as a line break, and [placeholders] still to be filled in. A heading (`#`) becomes a bold
paragraph, because headings of an agreement are its sections and clauses. Everything else stands as it was typed: HTML,
entities, code, images, quotes, rules. Nothing that is typed may disappear from the text that people agree on.

There is one interpretation, `to_html`; everything else reads its result.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from html import escape
from html.parser import HTMLParser

import nh3

from kumppanuus.text.fingerprint import writable
from kumppanuus.text.layout import ADDRESS, PIECE, html_of, trimmed
from kumppanuus.text.layout import TooComplex as TooComplex

MAX_LENGTH = 20_000  # characters of one text
MAX_BRACKETS = 500


@dataclass(frozen=True, slots=True)
class Placeholder:
    """A part still to be filled in: the words inside the brackets, and where the brackets begin and end."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Run:
    """Words set alike. A line end in the text is a line break; `link` is an address or empty.

    `is_added` and `is_removed` mark words of two texts that stand beside each other; no markup makes them.
    """

    text: str
    is_bold: bool = False
    is_italic: bool = False
    is_placeholder: bool = False
    link: str = ""
    is_added: bool = False
    is_removed: bool = False


Runs = tuple[Run, ...]
_PLAIN = Run("")


@dataclass(frozen=True, slots=True)
class Paragraph:
    runs: Runs


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a list; `number` as it is to be shown, None in a list without numbers."""

    blocks: tuple[Block, ...]
    number: int | None = None


@dataclass(frozen=True, slots=True)
class List:
    items: tuple[Item, ...]
    is_ordered: bool


@dataclass(frozen=True, slots=True)
class Definition:
    terms: tuple[Runs, ...]
    meanings: tuple[tuple[Block, ...], ...]


@dataclass(frozen=True, slots=True)
class Definitions:
    entries: tuple[Definition, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table with one row of headings; every row has as many cells. `widths` are those of its columns in proportion;
    without them all are equal."""

    head: tuple[Runs, ...]
    rows: tuple[tuple[Runs, ...], ...]
    widths: tuple[int, ...] = ()


Block = Paragraph | List | Definitions | Table


# What can be too much of: brackets, cells, lists. To lay a text out takes far longer than to look for these.
_COMPLEX = re.compile(r"[\[|]|^[ \t]*(?:[-*+:]|\d+\.)", re.MULTILINE)


def check(text: str) -> None:
    """Refuse, with TooComplex, a text that `to_html` would only show as it was typed."""
    if len(text) > MAX_LENGTH or _COMPLEX.search(text):
        _laid_out(writable(text))


def to_html(text: str) -> str:
    """Safe HTML of a text. Never raises: what is too long, too full or too deep is shown as it was typed.

    The same text always gives the same HTML, so that it may be kept for as long as one likes.
    """
    return _kept(text) if len(text) <= 4_000 else _kept_long(text)


def placeholders(text: str) -> list[Placeholder]:
    """The placeholders of a text, in order. A link or a bracket after a backslash is none, nor are empty brackets."""
    return [Placeholder(m["label"], m.start(), m.end()) for m in PIECE.finditer(text) if m["label"] and m["to"] is None]


def fill(text: str, values: Mapping[int, str]) -> str:
    """The text with values, by number from 0, in the place of its placeholders, brackets and all.

    A blank value leaves its placeholder standing. Raises IndexError for a number that no placeholder has.
    """
    found = placeholders(text)
    for n, value in sorted(values.items(), reverse=True):
        if n < 0:
            raise IndexError(n)
        hole = found[n]
        if value.strip():
            text = text[: hole.start] + value + text[hole.end :]
    return text


def plain(text: str) -> str:
    """The words of a text without its markup, a line for each paragraph, item, row and line break: for previews."""
    return "\n".join(_lines_of(blocks(text)))


@lru_cache(maxsize=4096)
def paragraphs_html(text: str) -> str:
    """Safe HTML of a text without markup, as comments are: paragraphs, line breaks and links for web addresses."""
    paragraphs = (part.strip("\n") for part in re.split(r"\n(?:[^\S\n]*\n)+", writable(text).replace("\r\n", "\n")))
    return "\n".join(f"<p>{_linked(part)}</p>" for part in paragraphs if part.strip())


def _linked(text: str) -> str:
    parts = []
    at = 0
    for found in ADDRESS.finditer(text):
        address = escape(trimmed(found.group()))
        end = found.start() + len(trimmed(found.group()))
        parts += [escape(text[at : found.start()]), f'<a href="{address}" rel="noopener">{address}</a>']
        at = end
    return "".join([*parts, escape(text[at:])]).replace("\n", "<br>\n")


def _html(text: str) -> str:
    text = writable(text.replace("\r\n", "\n").replace("\r", "\n"))
    try:
        return _sanitiser.clean(_laid_out(text)).strip()
    except TooComplex:
        return paragraphs_html(text)


def _laid_out(text: str) -> str:
    if len(text) > MAX_LENGTH:
        raise TooComplex("length")
    if text.count("[") > MAX_BRACKETS:
        raise TooComplex("brackets")
    return html_of(text)


# Two stores, so that the most they can hold is some tens of megabytes even if every text is as long as it may be.
_kept = lru_cache(maxsize=4096)(_html)
_kept_long = lru_cache(maxsize=128)(_html)

_sanitiser = nh3.Cleaner(
    tags={"p", "br", "strong", "em", "mark", "a", "ul", "ol", "li", "dl", "dt", "dd"}
    | {"table", "thead", "tbody", "tr", "th", "td"},
    attributes={"a": {"href"}, "ol": {"start"}, "li": {"value"}},
    url_schemes={"http", "https", "mailto"},
    link_rel="noopener",
)


# --- HTML to blocks ---------------------------------------------------------------------------------------------------


def blocks(text: str) -> tuple[Block, ...]:
    """The text as a neutral tree, read from `to_html`, for what writes other formats. Never raises."""
    tree = _Tree()
    tree.feed(to_html(text))
    tree.close()
    return _blocks(tree.root)


@dataclass(slots=True)
class _Node:
    tag: str
    attributes: dict[str, str]
    children: list[_Node | str]

    def all(self, *tags: str) -> list[_Node]:
        return [child for child in self.children if isinstance(child, _Node) and child.tag in tags]


class _Tree(HTMLParser):
    """Reads the sanitiser's output, where every element is closed; a browser would see the same tree."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = _Node("", {}, [])
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = _Node(tag, {name: value or "" for name, value in attrs}, [])
        self._open[-1].children.append(node)
        if tag != "br":
            self._open.append(node)

    def handle_endtag(self, tag: str) -> None:
        self._open.pop()

    def handle_data(self, data: str) -> None:
        # A line end in the HTML is for the eye only: those that mean something are <br>.
        if words := data.replace("\n", ""):
            self._open[-1].children.append(words)


def _blocks(node: _Node) -> tuple[Block, ...]:
    found: list[Block] = []
    inline: list[_Node | str] = []

    def settle() -> None:
        if runs := _runs(inline):
            found.append(Paragraph(runs))
        inline.clear()

    for child in node.children:
        block = None if isinstance(child, str) else _block(child)
        if block is None:
            inline.append(child)
        else:
            settle()
            found.append(block)
    settle()
    return tuple(found)


def _block(node: _Node) -> Block | None:
    match node.tag:
        case "p":
            return Paragraph(_runs(node.children))
        case "ul":
            return List(tuple(Item(_blocks(item)) for item in node.all("li")), is_ordered=False)
        case "ol":
            items = []
            following = int(node.attributes.get("start", "1"))
            for item in node.all("li"):
                number = int(item.attributes.get("value", following))
                items.append(Item(_blocks(item), number))
                following = number + 1
            return List(tuple(items), is_ordered=True)
        case "dl":
            return Definitions(tuple(_definitions(node)))
        case "table":
            rows = [
                tuple(_runs(cell.children) for cell in row.all("th", "td"))
                for part in node.all("thead", "tbody")
                for row in part.all("tr")
            ]
            return Table(rows[0], tuple(rows[1:]))
    return None


def _definitions(node: _Node) -> Iterator[Definition]:
    terms: list[Runs] = []
    meanings: list[tuple[Block, ...]] = []
    for child in node.all("dt", "dd"):
        if child.tag == "dd":
            meanings.append(_blocks(child))
            continue
        if meanings:
            yield Definition(tuple(terms), tuple(meanings))
            terms, meanings = [], []
        terms.append(_runs(child.children))
    yield Definition(tuple(terms), tuple(meanings))


def _runs(children: Iterable[_Node | str], around: Run = _PLAIN) -> Runs:
    runs: list[Run] = []
    for child in children:
        if isinstance(child, str):
            runs.append(replace(around, text=child))
        elif child.tag == "br":
            runs.append(replace(around, text="\n"))
        else:
            runs += _runs(child.children, _styled(child, around))
    return _tidied(runs)


def _styled(node: _Node, around: Run) -> Run:
    match node.tag:
        case "strong":
            return replace(around, is_bold=True)
        case "em":
            return replace(around, is_italic=True)
        case "mark":
            return replace(around, is_placeholder=True)
        case "a":
            return replace(around, link=node.attributes.get("href", ""))
    return around


def _tidied(runs: list[Run]) -> Runs:
    """Neighbours set alike in one, no blanks after a line break."""
    tidy: list[Run] = []
    for run in runs:
        text = run.text.lstrip(" ") if tidy and tidy[-1].text.endswith("\n") else run.text
        if tidy and replace(tidy[-1], text="") == replace(run, text=""):
            tidy[-1] = replace(run, text=tidy[-1].text + text)
        elif text:
            tidy.append(replace(run, text=text))
    return tuple(tidy)


def _lines_of(found: Iterable[Block]) -> Iterator[str]:
    for block in found:
        match block:
            case Paragraph(runs):
                yield _words(runs)
            case List(items):
                for item in items:
                    yield from _lines_of(item.blocks)
            case Definitions(entries):
                for entry in entries:
                    yield from map(_words, entry.terms)
                    for meaning in entry.meanings:
                        yield from _lines_of(meaning)
            case Table(head, rows):
                for row in (head, *rows):
                    yield " | ".join(map(_words, row))


def _words(runs: Runs) -> str:
    return "".join(run.text for run in runs)
