"""The text as it was: at a moment, or in an edition, as an outline like that of today."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, select

from kumppanuus.agreements.editions import clauses_of
from kumppanuus.agreements.outline import Chapter, Outline, Placed, Wording, numbered_sections
from kumppanuus.agreements.tables import Agreement, Clause, ClauseVersion, Edition, EditionClause, Section, SectionKind
from kumppanuus.db import db


def outline_at(agreement: Agreement, moment: datetime) -> Outline:
    """The text in the words it had at a moment, in the order of today: moves are told, but their places are not kept.

    A section that had no clause then is left out.
    """
    newest = (
        select(ClauseVersion.clause_id, func.max(ClauseVersion.number).label("number"))
        .join(Clause, Clause.id == ClauseVersion.clause_id)
        .where(Clause.agreement_id == agreement.id, ClauseVersion.written_at <= moment)
        .group_by(ClauseVersion.clause_id)
        .subquery()
    )
    columns = (ClauseVersion.id, ClauseVersion.number, ClauseVersion.title, ClauseVersion.text)
    query = (
        select(Clause.section_id, Clause.id, *columns, ClauseVersion.is_removal, ClauseVersion.fingerprint)
        .join(ClauseVersion, ClauseVersion.clause_id == Clause.id)
        .join(newest, (newest.c.clause_id == Clause.id) & (newest.c.number == ClauseVersion.number))
        .order_by(Clause.position, Clause.id)
    )
    clauses: dict[UUID, list[tuple[UUID, Wording]]] = {}
    for row in db.session.execute(query):
        if not row[6]:
            clauses.setdefault(row[0], []).append((row[1], Wording(*row[2:])))
    sections = db.session.execute(
        select(Section.id, Section.kind, Section.title)
        .where(Section.agreement_id == agreement.id)
        .order_by(Section.position, Section.id)
    )
    return numbered_sections(agreement, [(*row, clauses[row[0]]) for row in sections if row[0] in clauses])


def outline_in(agreement: Agreement, edition: Edition) -> Outline:
    """The text as an edition holds it, with the numbers and titles it had."""
    chapters: list[Chapter] = []
    for _place, own in _by_section(clauses_of(edition)):
        first = own[0]
        # An edition names sections; which one that is today, most of its clauses tell.
        section_id = Counter(each.version.clause.section_id for each in own).most_common(1)[0][0]
        chapter = Chapter(section_id, first.section_kind, first.section_title, first.section_label)
        chapter.clauses.extend(Placed(e.version.clause_id, e.version, e.label, chapter) for e in own)
        chapters.append(chapter)
    annexes = [each for each in chapters if each.is_annex]
    return Outline(agreement, [each for each in chapters if not each.is_annex], annexes, [])


def _by_section(rows: Iterable[EditionClause]) -> list[tuple[tuple[SectionKind, str], list[EditionClause]]]:
    found: dict[tuple[SectionKind, str], list[EditionClause]] = {}
    for each in rows:
        found.setdefault((each.section_kind, each.section_label), []).append(each)
    return list(found.items())


class Writing(NamedTuple):
    """Who wrote a version of a clause, and when."""

    number: int
    author_id: UUID
    written_at: datetime


def writings(clause_ids: Sequence[UUID]) -> dict[UUID, list[Writing]]:
    """Who wrote each version of some clauses, the first one first; one query."""
    found: dict[UUID, list[Writing]] = {}
    query = select(
        ClauseVersion.clause_id, ClauseVersion.number, ClauseVersion.author_id, ClauseVersion.written_at
    ).where(ClauseVersion.clause_id.in_(clause_ids))
    for clause_id, number, author_id, written_at in db.session.execute(query.order_by(ClauseVersion.number)):
        found.setdefault(clause_id, []).append(Writing(number, author_id, written_at))
    return found
