"""Markdown and plain text to a `Source`: headings, lists, tables and paragraphs, nothing changed and nothing said."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from kumppanuus.documents.source import Cell, Item, Paragraph, Piece, Role, Source
from kumppanuus.documents.unreadable import TooLarge, WrongFormat
from kumppanuus.text.fingerprint import writable

MOST_LINES = 50_000

_HEADING = re.compile(r" {0,3}(#{1,6})[ \t]+(.*?)(?:[ \t]+#+)?[ \t]*")
_BULLET = re.compile(r"(\s*)[-*+•–·][ \t]+(?=\S)")
# In our own exports, where a sign before it tells what is no list.
_COUNTED = re.compile(r"(\s*)(\d{1,9})[.)][ \t]+(?=\S)")
_RULE = re.compile(r" {0,3}(?:(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,})")
_TABLE_RULE = re.compile(r"\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*")
# A line that begins something of its own, also without an empty line before it.
_BEGINS = re.compile(
    r"\s*(?:[-*+•–·][ \t]+\S|\(?(?:\d{1,3}(?:\.\d{1,3})*|[a-zåäö]|[ivx]{1,5})[.)]+[ \t]+(?!\w+kuu)\S|\d{1,3} ?§)"
)
_INLINE = re.compile(
    r"\\(?P<escaped>[\\`*_{}\[\]()<>#+\-.!|~&])"
    r"|(?<!\w)(?P<bold>\*\*|__)(?=\S)(?P<strong>.+?)(?<=\S)(?P=bold)(?!\w)"
    r"|(?<!\w)(?P<italic>[*_])(?=\S)(?P<em>[^*_]+?)(?<=\S)(?P=italic)(?!\w)"
    r"|\[(?P<label>[^\[\]]*)\]\((?P<address>[^\s()]+)\)",
    re.DOTALL,
)


# The last line of our own exports; it says what they hold.
_OWN = re.compile(r"<!-- kumppanuus (?P<contents>[a-z]+) \S+ -->")


def read_markdown(content: bytes) -> Source:
    """A .md file. Of an export of ours, what it tells about the text is told apart from it. Refuses `WrongFormat`,
    `TooLarge`."""
    lines = _lines(content)
    own = next(filter(None, (_OWN.fullmatch(line.strip()) for line in lines)), None)
    if own is None:
        return Source(tuple(_Markdown(lines).paragraphs()))
    text = [line for line in lines if line.strip() != own.string]
    rules = [at for at, line in enumerate(text) if _RULE.fullmatch(line)]
    # After the last rule stand the number and the digest of the export.
    paragraphs = _Markdown(text[: rules[-1]] if rules else text, is_own=True).paragraphs()
    return Source(tuple(_told_apart(paragraphs, with_status=own["contents"] == "status")))


def _told_apart(paragraphs: Iterable[Paragraph], *, with_status: bool) -> Iterator[Paragraph]:
    """The paragraphs of an export: what stands before the first chapter is its cover, and slanting words right after
    the heading of a clause tell how it stands."""
    is_cover, is_first = True, False
    for each in paragraphs:
        if each.role is Role.HEADING:
            is_cover, is_first = is_cover and each.level == 1, each.level == 3
        elif is_cover:
            each = each._replace(role=Role.COVER)
        else:
            if is_first and with_status and all(piece.is_italic for piece in each.pieces):
                each = each._replace(role=Role.ASIDE)
            is_first = False
        yield each


def read_text(content: bytes) -> Source:
    """A .txt file: an empty line ends a paragraph; in a file that has none, each line does. Refuses as above."""
    lines = _lines(content)
    is_spaced = any(not line.strip() for line in lines[:-1])
    paragraphs: list[Paragraph] = []
    held: list[str] = []

    def settle() -> None:
        if held:
            paragraphs.append(_text(" ".join(held)))
            held.clear()

    for line in lines:
        if not line.strip():
            settle()
            continue
        if not is_spaced or _BEGINS.match(line) or (held and len(held[-1]) < _SHORT and not held[-1].endswith(",")):
            settle()
        held.append(line.strip())
    settle()
    return Source(tuple(paragraphs))


_SHORT = 45  # a line shorter than this was ended by its writer, not by the margin


def _lines(content: bytes) -> list[str]:
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = content.decode("utf-16", "replace")
    elif b"\x00" in content:
        raise WrongFormat()
    else:
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = content.decode("cp1252", "replace")
    lines = writable(re.sub(r"\r\n?|[\f\v\u2028\u2029\x85]", "\n", text)).split("\n")
    if len(lines) > MOST_LINES:
        raise TooLarge()
    return lines


def _text(text: str) -> Paragraph:
    if bullet := _BULLET.match(text):
        return Paragraph((Piece(text[bullet.end() :]),), item=Item("plain", 0, is_bullet=True))
    return Paragraph((Piece(text),))


class _Markdown:
    """Reads lines into paragraphs."""

    def __init__(self, lines: list[str], *, is_own: bool = False) -> None:
        self._lines, self._is_own = lines, is_own
        self._tables = 0

    def paragraphs(self) -> Iterator[Paragraph]:
        at = 0
        held: list[str] = []
        while at < len(self._lines):
            line = self._lines[at]
            heading = _HEADING.fullmatch(line)
            is_table = "|" in line and at + 1 < len(self._lines) and bool(_TABLE_RULE.fullmatch(self._lines[at + 1]))
            if not line.strip() or heading or is_table or _RULE.fullmatch(line) or (_BEGINS.match(line) and held):
                yield from self._settled(held)
            if heading:
                yield Paragraph(_pieces(heading[2]), role=Role.HEADING, level=len(heading[1]))
            elif is_table and "|" in self._lines[at + 1]:
                end = at + 2
                while end < len(self._lines) and "|" in self._lines[end]:
                    end += 1
                yield from self._table([line, *self._lines[at + 2 : end]])
                at = end
                continue
            elif line.strip() and not _RULE.fullmatch(line):
                held.append(line)
            at += 1
        yield from self._settled(held)

    def _settled(self, held: list[str]) -> Iterator[Paragraph]:
        if not held:
            return
        text = ""
        is_quoted = held[0].startswith(">")
        for line in held:
            line = line.removeprefix(">") if is_quoted else line
            is_broken = line.endswith(("  ", "\\"))
            text += line.strip().removesuffix("\\").strip() + ("\n" if is_broken else " ")
        bullet = _BULLET.match(held[0])
        text = text.strip()
        counted = _COUNTED.match(held[0]) if self._is_own else None
        if counted:
            item = Item("plain", _depth(counted[1]), is_bullet=False)
            yield Paragraph(_pieces(text[_COUNTED.match(text).end() :]), number=f"{counted[2]}.", item=item)  # type: ignore[union-attr]  # it was found in the same line
        elif bullet:
            item = Item("plain", _depth(bullet[1]), is_bullet=True)
            yield Paragraph(_pieces(text[_BULLET.match(text).end() :]), item=item)  # type: ignore[union-attr]  # it was found in the same line
        else:
            role = Role.ASIDE if is_quoted and self._is_own else Role.BODY
            # A term and its meanings are paragraphs, as Word keeps them.
            for part in text.split("\n: ") if self._is_own else [text]:
                yield Paragraph(_pieces(part), role=role)
        held.clear()

    def _table(self, rows: list[str]) -> Iterator[Paragraph]:
        number, self._tables = self._tables, self._tables + 1
        for at, row in enumerate(rows):
            cells = re.split(r"(?<!\\)\|", row.strip().removeprefix("|").removesuffix("|"))
            for column, cell in enumerate(cells):
                yield Paragraph(_pieces(cell.strip()), cell=Cell(number, at, column))


def _depth(blanks: str) -> int:
    return min(len(blanks.expandtabs(4)) // 2, 5)


def _pieces(text: str) -> tuple[Piece, ...]:
    """Words with what Markdown says of how they are set."""
    found: list[Piece] = []
    at = 0

    def say(piece: Piece) -> None:
        if found and found[-1][1:] == piece[1:]:
            found[-1] = piece._replace(text=found[-1].text + piece.text)
        elif piece.text:
            found.append(piece)

    for each in _INLINE.finditer(text):
        say(Piece(text[at : each.start()]))
        if each["escaped"]:
            say(Piece(each["escaped"]))
        elif each["strong"]:
            say(Piece(_bare(each["strong"]), is_bold=True))
        elif each["em"]:
            say(Piece(_bare(each["em"]), is_italic=True))
        elif re.match(r"https?://|mailto:", each["address"]):
            say(Piece(_bare(each["label"]), link=each["address"]))
        else:
            say(Piece(each.group()))
        at = each.end()
    say(Piece(text[at:]))
    return tuple(found)


def _bare(text: str) -> str:
    return re.sub(r"\\([\\`*_{}\[\]()<>#+\-.!|~&])", r"\1", text)
