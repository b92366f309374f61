"""The tree as Markdown that reads well as plain text: CommonMark and tables, the numbers as they are.

What is agreed stands plain; what is said about it stands in italics (status) or as a quotation (signature lines,
notes). A sign that Markdown would take for markup has a backslash before it, and only such a sign. There is no table
of contents: where Markdown is read, the headings are one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import groupby

from kumppanuus.documents.model import Clause, Document, Section, Signatures, line
from kumppanuus.text.markup import Block, Definition, Definitions, Item, List, Paragraph, Run, Runs, Table

_BREAK = "  \n"  # two blanks before the end of a line: a line break in all kinds of Markdown


def write(document: Document) -> bytes:
    """The document as a .md file in UTF-8."""
    return ("\n\n".join(part for part in _document(document) if part) + "\n").encode()


def _document(document: Document) -> Iterator[str]:
    yield _heading(1, "", document.title)
    yield _words(document.subtitle)
    yield _paragraph((Run(document.status, is_bold=True),))
    yield "\n".join(f"- {_escaped(fact.label)}: {_inline(line(fact.value))}" for fact in document.facts)
    for section in document.sections:
        yield from _section(section)
    if document.signatures:
        yield from _signatures(document.signatures)
    for annex in document.annexes:
        yield from _section(annex)
    yield "---"
    yield _words(document.footer)
    if document.source:
        # For when it comes back: Markdown shows it to nobody.
        yield f"<!-- kumppanuus {document.source.contents} {document.source.head} -->"


def _section(section: Section) -> Iterator[str]:
    yield _heading(2, section.number, section.title)
    for clause in section.clauses:
        yield from _clause(clause)


def _clause(clause: Clause) -> Iterator[str]:
    if clause.number or clause.title:
        yield _heading(3, clause.number, clause.title)
    if clause.status:
        yield _paragraph((Run(clause.status.words, is_italic=True),))
    yield _flow(clause.blocks)
    yield _quoted(*(f"{sign.side}: {_joined(sign.name or '', sign.words, ' – ')}" for sign in clause.sign_lines))
    for note in clause.notes:
        yield _quoted(note.heading, note.text)


def _signatures(signatures: Signatures) -> Iterator[str]:
    yield _heading(2, "", signatures.title)
    yield from map(_words, signatures.above)
    for signer in signatures.signers:
        yield _paragraph(tuple(replace(run, is_bold=True) for run in line(signer.party)))
        yield _words("\n".join(signer.names))
    yield from map(_words, signatures.below)


def _heading(level: int, number: str, title: str) -> str:
    words = _inline(line(_joined(number, title, " ").replace("\n", " ")))
    # Number signs after a blank at the end would be an ornament.
    return f"{'#' * level} " + re.sub(r"(?<= )#+$|\A#+$", r"\\\g<0>", words.strip())


def _words(text: str) -> str:
    """A line without markup, where a paragraph may begin."""
    return _paragraph(line(text))


def _quoted(*lines: str) -> str:
    """Lines about the text, a line break between them."""
    rows = _paragraph((Run("\n".join(lines)),)).split("\n")
    return "\n".join(f"> {row}" for row in rows) if rows[0] else ""


# --- Blocks -----------------------------------------------------------------------------------------------------------


def _flow(blocks: Iterable[Block], in_item: bool = False) -> str:
    """Blocks with blank lines between them; in an item, a list follows the words before it at once where it can."""
    text = ""
    sign = ""  # of the list just before, if there is one
    for block in blocks:
        if isinstance(block, List):
            for items in _unbroken(block):
                # A list right after another takes the other sign, or Markdown would make one of the two.
                first, second = (".", ")") if block.is_ordered else ("-", "*")
                sign = second if sign == first else first
                is_close = in_item and text and (not block.is_ordered or items[0].number == 1)
                text = _joined(text, _list(items, sign), "\n" if is_close else "\n\n")
            continue
        sign = ""
        match block:
            case Paragraph(runs):
                text = _joined(text, _paragraph(runs))
            case Definitions(entries):
                for entry in entries:
                    text = _joined(text, _definition(entry))
            case Table():
                text = _joined(text, _table(block))
    return text


def _joined(before: str, after: str, between: str = "\n\n") -> str:
    return between.join(filter(None, [before, after]))


def _unbroken(block: List) -> Iterator[list[Item]]:
    """The items in parts that count on by one: Markdown itself gives its numbers to all items but the first."""
    part: list[Item] = []
    for item in block.items:
        if part and block.is_ordered and item.number != (part[-1].number or 0) + 1:
            yield part
            part = []
        part.append(item)
    if part:
        yield part


def _list(items: list[Item], sign: str) -> str:
    rows = []
    for item in items:
        mark = sign if item.number is None else f"{item.number}{sign}"
        rows.append(_indented(f"{mark} ", _flow(item.blocks, in_item=True)))
    return "\n".join(rows)


def _definition(entry: Definition) -> str:
    meanings = (_indented(": ", _flow(meaning)) for meaning in entry.meanings)
    return _BREAK.join([*map(_paragraph, entry.terms), *meanings])


def _table(block: Table) -> str:
    head, *rows = ("| " + " | ".join(map(_cell, cells)) + " |" for cells in (block.head, *block.rows))
    return "\n".join([head, "|" + " --- |" * len(block.head), *rows])


def _cell(runs: Runs) -> str:
    return _inline(runs).replace("|", r"\|").replace("\n", " ")


def _indented(mark: str, text: str) -> str:
    first, *rest = text.split("\n")
    blanks = " " * len(mark)
    return "\n".join([f"{mark}{first}" if first else mark.strip(), *(f"{blanks}{row}" if row else "" for row in rest)])


def _paragraph(runs: Runs) -> str:
    rows = (row.strip(" \t") for row in _inline(runs).split("\n"))
    return _BREAK.join(_inert(row) for row in rows if row)


# A heading, a quotation, a list, a rule, the rule under a heading, the rule of a table.
_BLOCK_SIGN = re.compile(r"#{1,6}(?:\s|\Z)|>|[-+](?:\s|\Z)|=+\s*\Z|[-:|][-:|\s]*\Z")


def _inert(row: str) -> str:
    """A row of a paragraph that begins nothing else."""
    if number := re.match(r"\d{1,9}(?=[.)](?:\s|\Z))", row):
        return f"{number[0]}\\{row[number.end() :]}"
    return f"\\{row}" if _BLOCK_SIGN.match(row) else row


# --- Words ------------------------------------------------------------------------------------------------------------

# Signs that mean something wherever they stand: the underscore not inside a word, < and & only before certain others.
_SIGN = re.compile(r"[\\`*\[\]~]|(?<![^\W_])_|_(?![^\W_])|<(?=[A-Za-z/!?])|&(?=#?\w+;)")
_PLAIN_ADDRESS = re.compile(r"(?:[\w./:?=%#+,;@()-]|&(?!#?\w+(?:;|\Z)))+")


def _escaped(text: str) -> str:
    return _SIGN.sub(r"\\\g<0>", text)


def _inline(runs: Runs) -> str:
    parts = [(address, tuple(same)) for address, same in groupby(runs, key=lambda run: run.link)]
    links = [_link(tuple(replace(run, link="") for run in same), address) for address, same in parts]
    text = ""
    for place, (address, same) in enumerate(parts):
        if address:
            text = re.sub(r"[!<]$", r"\\\g<0>", text)  # would make an image of the link, or a link of what follows it
            text += links[place]
            continue
        for number, run in enumerate(same, start=1):
            after = same[number].text if number < len(same) else "".join(links[place + 1 : place + 2])
            text += _set(run, text[-1:], after[:1])
    return text


def _link(runs: Runs, address: str) -> str:
    if not address:
        return ""
    label = "".join(run.text for run in runs)
    if label == address and _PLAIN_ADDRESS.fullmatch(address):
        return address
    target = re.sub(r"\\|&(?=#?\w+;)", r"\\\g<0>", address)
    return f"[{_inline(runs)}]({target})"


def _set(run: Run, before: str, after: str) -> str:
    """A run with its signs for bold and italic, between the sign before it and the one after it.

    Where the signs would not be taken as such, the words stand without them.
    """
    words = _escaped(run.text)
    if run.is_placeholder and run.text[:1] == "[" and run.text[-1:] == "]":
        inside = run.text[1:-1]
        # What these follow would be a link, the target of one, or a box to tick.
        if after not in ("(", "[", ":") and inside not in ("x", "X"):
            words = f"[{_escaped(inside)}]"
    signs = "**" * run.is_bold + "*" * run.is_italic
    core = words.strip()
    if not signs or not core:
        return words
    blanks_before, blanks_after = words[: words.index(core)], words[words.index(core) + len(core) :]
    opens = _touches(core[0], blanks_before or before)
    closes = _touches(core[-1], blanks_after or after)
    if not (opens and closes) or (before == "*" and not blanks_before):
        return words
    return f"{blanks_before}{signs}{core}{signs}{blanks_after}"


def _touches(edge: str, neighbour: str) -> bool:
    """Whether a sign for bold or italic counts between the edge of the words it is for and what stands outside."""
    return not _is_punctuation(edge) or not neighbour or neighbour.isspace() or _is_punctuation(neighbour)


def _is_punctuation(sign: str) -> bool:
    return unicodedata.category(sign)[0] in "PS"
