"""Blocks back to the text of a clause: the way from a file to the markup, where `markup.blocks` is the way out.

A sign that markup would take for its own has a backslash before it, and only such a sign. Words are never lost: what
cannot be set as it was is set plainly.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from kumppanuus.text import markup
from kumppanuus.text.layout import PIECE
from kumppanuus.text.markup import Block, Definitions, List, Paragraph, Runs, Table

# Where none of these stands, a text means itself.
_MEANINGFUL = re.compile(r"[*\\|]|\]\(|^\s*(?:[-+:#]|\d+\.)", re.MULTILINE)
_LINE_SIGN = re.compile(r"(?m)^(\s*)([-*+#]+|:)(?= )")
_LINE_NUMBER = re.compile(r"(?m)^(\s*\d{1,3})\.(?= )")
_ESCAPABLE = re.compile(r"\\(?=[\\`*_{}\[\]()>#+\-.!|])")


def write(blocks: Iterable[Block]) -> str:
    """The text of blocks. `markup.blocks` of it gives the same words in the same paragraphs, items and cells."""
    wanted = tuple(blocks)
    text = _flow(wanted, is_escaped=False)
    if not _MEANINGFUL.search(text) and all(isinstance(block, Paragraph) for block in wanted):
        return text
    shape = list(_shape(wanted))
    for attempt in (text, _flow(wanted, is_escaped=True), _flow(_plain(wanted), is_escaped=True)):
        if list(_shape(markup.blocks(attempt))) == shape:
            return attempt
    return attempt


def _shape(blocks: Iterable[Block]) -> Iterator[str]:
    """What must come back: kinds of blocks, numbers and words; not how the words are set."""
    for block in blocks:
        match block:
            case Paragraph(runs):
                yield f"p {_words(runs)}"
            case List(items):
                for item in items:
                    yield f"i {item.number}"
                    yield from _shape(item.blocks)
            case Table(head, rows):
                yield from (f"t {_words(cell)}" for row in (head, *rows) for cell in row)
            case Definitions():
                yield "d"


def _words(runs: Runs) -> str:
    return re.sub(r"[^\S\n]+", " ", "".join(run.text for run in runs)).strip()


def _plain(blocks: Iterable[Block]) -> tuple[Block, ...]:
    """The same blocks with nothing bold, slanted or linked."""
    found: list[Block] = []
    for block in blocks:
        match block:
            case Paragraph(runs):
                found.append(Paragraph(_unset(runs)))
            case List(items):
                items = tuple(replace(item, blocks=_plain(item.blocks)) for item in items)
                found.append(replace(block, items=items))
            case Table(head, rows):
                found.append(Table(tuple(map(_unset, head)), tuple(tuple(map(_unset, row)) for row in rows)))
            case Definitions():
                found.append(block)
    return tuple(found)


def _unset(runs: Runs) -> Runs:
    return tuple(replace(run, is_bold=False, is_italic=False, link="") for run in runs)


def _flow(blocks: Iterable[Block], *, is_escaped: bool) -> str:
    parts: list[str] = []
    for block in blocks:
        match block:
            case Paragraph(runs):
                parts.append(_paragraph(runs, is_escaped))
            case List(items):
                rows = []
                for item in items:
                    mark = "- " if item.number is None else f"{item.number}. "
                    rows.append(
                        mark + _flow(item.blocks, is_escaped=is_escaped).replace("\n\n-", "\n-").replace("\n", "\n  ")
                    )
                parts.append("\n".join(rows))
            case Table(head, rows_of):
                lines = [f"| {' | '.join(_cell(cell, is_escaped) for cell in row)} |" for row in (head, *rows_of)]
                parts.append("\n".join([lines[0], "|" + "---|" * len(head), *lines[1:]]))
            case Definitions(entries):
                for entry in entries:
                    terms = [_paragraph(term, is_escaped) for term in entry.terms]
                    meanings = [f": {_flow(each, is_escaped=is_escaped)}" for each in entry.meanings]
                    parts.append("\n".join([*terms, *meanings]))
    return "\n\n".join(part for part in parts if part)


def _cell(runs: Runs, is_escaped: bool) -> str:
    return _inline(runs, is_escaped).replace("|", r"\|").replace("\n", " ").strip()


def _paragraph(runs: Runs, is_escaped: bool) -> str:
    text = _inline(runs, is_escaped)
    rows = [row.strip() for row in text.split("\n")]
    text = "\n".join(row for row in rows if row)
    if is_escaped:
        text = _LINE_SIGN.sub(r"\1\\\2", text)
        text = _LINE_NUMBER.sub(r"\1\\.", text)
    return text


def _inline(runs: Runs, is_escaped: bool) -> str:
    parts = []
    for run in runs:
        text = re.sub(r"[^\S\n]", lambda blank: " " if blank[0] == "\t" else blank[0], run.text)
        if is_escaped:
            text = _escaped(text)
        core = text.strip()
        if core and run.link and not core.startswith("http") and "\n" not in core:
            text = text.replace(core, f"[{core}]({run.link})", 1)
        elif core and (run.is_bold or run.is_italic) and "\n" not in core:
            signs = "**" * run.is_bold + "*" * run.is_italic
            text = text.replace(core, f"{signs}{core}{signs[::-1]}", 1)
        parts.append(text)
    return "".join(parts)


def _escaped(text: str) -> str:
    """Running words with a backslash before each sign that would be markup. Placeholders in brackets stay."""
    text = _ESCAPABLE.sub(r"\\\\", text).replace("*", r"\*")
    return PIECE.sub(lambda piece: f"\\{piece[0]}" if piece["to"] else piece[0], text)
