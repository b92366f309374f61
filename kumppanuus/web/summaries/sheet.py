"""The summary as every coordinator sees it on its page, drawn once for each state of what it is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from flask import g
from flask_babel import force_locale
from markupsafe import Markup

from kumppanuus import summaries
from kumppanuus.documents import summary
from kumppanuus.documents.model import Clause, Section
from kumppanuus.kept import Latest
from kumppanuus.rounds import Round
from kumppanuus.summaries import Written
from kumppanuus.web.screen import Parts

_export = Parts("export/parts.html")


@dataclass(frozen=True)
class Piece:
    """What stands under one heading, or first in its chapter without one. `id` may be the key of a text."""

    id: str
    anchor: str
    title: str
    html: Markup


@dataclass(frozen=True)
class Chapter:
    """A section of the summary; `id` is the key of its introduction."""

    id: str
    anchor: str
    number: str
    title: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class Sheet:
    """The whole but the forms, which are each reader's own. `rows` is how many things were said, hidden ones too."""

    title: str
    subtitle: str
    chapters: tuple[Chapter, ...]
    section_ids: tuple[UUID, ...]
    statements: int
    remarks: int
    unanswered: int
    changes: int
    rows: int


# Round → its sheet.
_known: Latest[UUID, Sheet] = Latest(32)


def sheet(about: Round, texts: Mapping[str, Written]) -> Sheet:
    """The summary of a round. `texts` are what stands written, read before this.

    It cannot be out of date: what changes it leaves an entry, but for the texts, which count their versions, and a
    giver's name, which goes with the person.
    """
    state = (g.head, summaries.count_named(about), sorted((key, each.version) for key, each in texts.items()))
    return _known.of(about.id, state, lambda: _drawn(about))


def _drawn(about: Round) -> Sheet:
    found = summary.gather(about)
    with force_locale(about.agreement.language.value):
        document = summary.document(found, has_annex=False)
    return Sheet(
        title=document.title,
        subtitle=document.subtitle,
        chapters=tuple(map(_chapter, document.sections)),
        section_ids=tuple(found.section_ids),
        statements=found.counts.statements,
        remarks=found.counts.whole.remarks,
        unanswered=found.counts.unanswered,
        changes=len(found.changes),
        rows=len(found.told),
    )


def _chapter(section: Section) -> Chapter:
    pieces = tuple(_piece(each, section) for each in section.clauses)
    return Chapter(section.id, section.anchor, section.number, section.title, pieces)


def _piece(clause: Clause, within: Section) -> Piece:
    html = _export.flow(clause.blocks, clause.anchor if clause.title else within.anchor)
    return Piece(clause.id, clause.anchor, clause.title, Markup(html))  # noqa: S704 - a macro escapes what it draws
