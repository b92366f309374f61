"""Wordings as a file spells them: whether two say the same, and what was changed in one, carried over to another."""

from __future__ import annotations

import re

from kumppanuus.db import now
from kumppanuus.documents import docx_in, docx_out, model, parts
from kumppanuus.documents.lines import words_of
from kumppanuus.documents.proposals import wording_lines
from kumppanuus.documents.source import original
from kumppanuus.documents.takeback.carrying import carried
from kumppanuus.text import markup
from kumppanuus.text.fingerprint import writable


def one_line(text: str) -> str:
    """A text as it is kept in one line."""
    return re.sub(r"\s+", " ", writable(text)).strip()


def bare_words(title: str, text: str) -> str:
    """The words of a wording as any format shows them: what is set otherwise or in other lists is the same."""
    shown = " ".join(words_of(cell) for each in wording_lines(title, text) for cell in each.cells)
    return re.sub(r"\s+", " ", re.sub("[\u00ad\u200b\u2060\ufeff]", "", shown)).strip()


def same_words(one: tuple[str, str], other: tuple[str, str]) -> bool:
    """Whether two wordings (title and text) say the same, however they are set."""
    return bare_words(*one) == bare_words(*other)


def carried_over(before: tuple[str, str], base: tuple[str, str], after: tuple[str, str]) -> tuple[str, str]:
    """What leads from one wording of the file to another, carried over to the wording it was made of.

    So a clause keeps its links, and lists as they were typed, where nobody changed them.
    """
    title = base[0] if one_line(after[0]) == one_line(before[0]) else after[0]
    if not after[1]:
        return after
    text = carried(before[1], base[1], after[1])
    is_plain = bare_words("", before[1]) == bare_words("", base[1])  # nothing else differs, so the words must be those
    return title, after[1] if is_plain and bare_words("", text) != bare_words("", after[1]) else text


def as_read(title: str, text: str) -> tuple[str, str]:
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
