"""A document as a neutral tree: what stands in it and in which order, nothing about how a format says so.

Blocks and runs are those of `text.markup`. Every word that a file shows is here, already in the language of the
document; codecs add only numbers of pages. Text holds what XML can hold and ends its lines with LF.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from kumppanuus.documents.lines import Line
from kumppanuus.text import markup
from kumppanuus.text.markup import Block, Run, Runs


class Language(StrEnum):
    """The language a document is written in: that of the agreement, of a letter that of its receiver."""

    FI = "fi"
    SV = "sv"
    EN = "en"


@dataclass(frozen=True, slots=True)
class Status:
    """Where a clause stands, in words; `key` gives the colour: draft, comment, change, half_…, agreed, reopen."""

    key: str
    words: str


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of the cover: `Asianumero`, `HVA/123/2026`."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class SignLine:
    """One side's line under a clause: solid with a name, dotted without. `words` say what was done and when."""

    side: str
    name: str | None
    words: str


@dataclass(frozen=True, slots=True)
class Note:
    """What somebody said about a clause. `heading` says who, in whose name, when and of which kind."""

    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class Comment:
    """What somebody said about a clause, for formats with comments of their own. `replies` have none themselves."""

    author: str
    at: datetime | None
    text: str
    replies: tuple[Comment, ...] = ()
    is_done: bool = False


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause. `id` is its own for ever (letters and digits), `anchor` its place in this document (`kohta-3-4`).

    `number` is printed before the title (`3.4`); it and the title may be empty, the anchor and the id may not.
    `version` is the id of the wording, if that is to be found again. `redline` is title and text with changes marked,
    for formats that track changes; others show `title` and `blocks`, and what is proposed as notes.
    """

    id: str
    anchor: str
    number: str
    title: str
    blocks: tuple[Block, ...]
    status: Status | None = None
    sign_lines: tuple[SignLine, ...] = ()
    notes: tuple[Note, ...] = ()
    version: str = ""
    redline: tuple[Line, ...] | None = None
    comments: tuple[Comment, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """A section or an annex. `number` is printed before the title: `3`, `Liite 1` or nothing.

    `redline` is the title with changes marked, as in `Clause`. The last annex may be wide: on paper it lies across.
    """

    id: str
    anchor: str
    number: str
    title: str
    clauses: tuple[Clause, ...]
    redline: Line | None = None
    is_wide: bool = False


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signs the whole agreement for whom. `names` stand under the line, one a line."""

    party: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Signatures:
    """The end of the agreement: a heading, words above (place and day), the lines to sign on, words below."""

    title: str
    signers: tuple[Signer, ...]
    above: tuple[str, ...] = ()
    below: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """What a document was made of, for when it comes back: the id of the agreement, the entry of the record that stands
    for the moment (ADDRESS:NUMBER:DIGEST), and what of it the document holds."""

    agreement: str
    head: str
    contents: str


@dataclass(frozen=True, slots=True)
class Document:
    """One version of one agreement, ready to be written.

    Shown: `status` tells what this file is (*Luonnos 0.8, 12.3.2026. Ei allekirjoitettavaksi.*), `header` and `footer`
    stand on every page, `page_words` holds `{page}` and `{pages}`, `mark` (*LUONNOS*) lies on each page of a draft.
    Told to programs: `author`, `keywords`, `made_at` (aware).
    """

    language: Language
    title: str
    subtitle: str
    status: str
    header: str
    footer: str
    page_words: str
    author: str
    made_at: datetime
    sections: tuple[Section, ...]
    annexes: tuple[Section, ...] = ()
    signatures: Signatures | None = None
    facts: tuple[Fact, ...] = ()
    contents_title: str | None = None  # None: no table of contents
    mark: str | None = None  # None: no draft
    keywords: tuple[str, ...] = ()
    source: Source | None = None


def line(text: str) -> Runs:
    """A title or another line without markup as runs, so that its unfilled placeholders are seen."""
    runs: list[Run] = []
    at = 0
    for hole in markup.placeholders(text):
        runs += [Run(text[at : hole.start]), Run(text[hole.start : hole.end], is_placeholder=True)]
        at = hole.end
    return tuple(run for run in [*runs, Run(text[at:])] if run.text)
