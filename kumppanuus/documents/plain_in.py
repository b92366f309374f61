"""Markdown and plain text to a `Source`: headings, lists, tables and paragraphs, nothing changed and nothing said."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kumppanuus.documents.source import Cell, Item, Paragraph, Piece, Role, Source
from kumppanuus.documents.unreadable import TooLarge, WrongFormat
from kumppanuus.text.fingerprint import writable

MOST_LINES = 50_000

_HEADING = re.compile(r" {0,3}(#{1,6})[ \t]+(.*?)(?:[ \t]+#+)?[ \t]*")
_BULLET = re.compile(r"(\s*)[-*+•–·][ \t]+(?=\S)")
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


def read_markdown(content: bytes) -> Source:
    """A .md file. Refuses `WrongFormat`, `TooLarge`."""
    return Source(tuple(_Markdown(_lines(content)).paragraphs()))


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

    def __init__(self, lines: list[str]) -> None:
        self._lines = lines
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
        for line in held:
            is_broken = line.endswith(("  ", "\\"))
            text += line.strip().removesuffix("\\").strip() + ("\n" if is_broken else " ")
        bullet = _BULLET.match(held[0])
        text = text.strip()
        if bullet:
            item = Item("plain", min(len(bullet[1].expandtabs(4)) // 2, 5), is_bullet=True)
            yield Paragraph(_pieces(text[_BULLET.match(text).end() :]), item=item)  # type: ignore[union-attr]  # it was found in the same line
        else:
            yield Paragraph(_pieces(text.removeprefix("> ")))
        held.clear()

    def _table(self, rows: list[str]) -> Iterator[Paragraph]:
        number, self._tables = self._tables, self._tables + 1
        for at, row in enumerate(rows):
            cells = re.split(r"(?<!\\)\|", row.strip().removeprefix("|").removesuffix("|"))
            for column, cell in enumerate(cells):
                yield Paragraph(_pieces(cell.strip()), cell=Cell(number, at, column))


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
