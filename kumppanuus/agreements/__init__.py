"""Agreements: the document two sides write together, its sections, clauses and every version of their wording."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import contains_eager, joinedload

from kumppanuus.agreements.editions import (
    NameTaken,
    clauses_of,
    content_digest,
    editions,
    freeze,
    latest_edition,
    put_edition,
)
from kumppanuus.agreements.outline import (
    Blank,
    Chapter,
    Outline,
    Placed,
    Wording,
    blanks,
    label_of,
    outline,
    place_of,
    prints,
)
from kumppanuus.agreements.past import Writing, outline_at, outline_in, writings
from kumppanuus.agreements.structure import (
    EditedMeanwhile,
    NoModel,
    NoPlace,
    NotEmpty,
    NotGone,
    SamePlace,
    add_clause,
    add_section,
    edit,
    fill_blanks,
    move_clause,
    move_section,
    place_clause,
    put_clause,
    remove_section,
    rename_section,
    restore_section,
    start,
)
from kumppanuus.agreements.tables import (
    Agreement,
    AgreementKind,
    Clause,
    ClauseVersion,
    Edition,
    EditionClause,
    Section,
    SectionKind,
    Side,
    TextLanguage,
)
from kumppanuus.agreements.wording import (
    NotRemoved,
    Removed,
    SectionGone,
    Stale,
    TooComplex,
    Unchanged,
    last_titles,
    last_wording,
    lock,
    merge_with,
    put_back,
    put_removal,
    put_wording,
    remove,
    require_current,
    restore,
    rewrite,
    wording,
)
from kumppanuus.db import db

__all__ = [
    "CLAUSE",
    "Agreement",
    "AgreementKind",
    "Blank",
    "Chapter",
    "Clause",
    "ClauseVersion",
    "EditedMeanwhile",
    "Edition",
    "EditionClause",
    "NameTaken",
    "NoModel",
    "NoPlace",
    "NotEmpty",
    "NotGone",
    "NotRemoved",
    "Outline",
    "Placed",
    "Removed",
    "SamePlace",
    "Section",
    "SectionGone",
    "SectionKind",
    "Side",
    "Stale",
    "TextLanguage",
    "TooComplex",
    "Unchanged",
    "Wording",
    "Writing",
    "add_clause",
    "add_section",
    "blanks",
    "by_id",
    "by_slug",
    "clause_by_id",
    "clauses_of",
    "content_digest",
    "edit",
    "editions",
    "every",
    "fill_blanks",
    "freeze",
    "label_of",
    "last_titles",
    "last_wording",
    "latest_edition",
    "lock",
    "merge_with",
    "move_clause",
    "move_section",
    "outline",
    "outline_at",
    "outline_in",
    "place_clause",
    "place_of",
    "prints",
    "put_back",
    "put_clause",
    "put_edition",
    "put_removal",
    "put_wording",
    "remove",
    "remove_section",
    "rename_section",
    "require_current",
    "restore",
    "restore_section",
    "rewrite",
    "section_by_id",
    "start",
    "version_by_id",
    "version_numbered",
    "versions",
    "versions_by_id",
    "wording",
    "writings",
]


def by_slug(slug: str) -> Agreement | None:
    """The agreement at an address."""
    return db.session.scalar(select(Agreement).where(Agreement.slug == slug))


def by_id(agreement_id: UUID) -> Agreement | None:
    return db.session.get(Agreement, agreement_id)


def every() -> Sequence[Agreement]:
    """Every agreement of the installation, by address."""
    return db.session.scalars(select(Agreement).order_by(Agreement.slug)).all()


# Put together once: every page and deed of a clause asks it.
CLAUSE = (
    select(Clause)
    .join(Clause.current)
    .options(
        contains_eager(Clause.current),
        joinedload(Clause.agreement, innerjoin=True),
    )
    .where(Clause.id == bindparam("of"))
)


def clause_by_id(clause_id: UUID) -> Clause | None:
    """A clause with its agreement and the wording in force, in one query."""
    return db.session.scalar(CLAUSE, {"of": clause_id})


def section_by_id(section_id: UUID) -> Section | None:
    return db.session.get(Section, section_id)


def version_by_id(version_id: UUID) -> ClauseVersion | None:
    return db.session.get(ClauseVersion, version_id)


def versions(clause: Clause) -> Sequence[ClauseVersion]:
    """Every version of a clause, the first one first."""
    query = select(ClauseVersion).where(ClauseVersion.clause_id == clause.id).order_by(ClauseVersion.number)
    return db.session.scalars(query).all()


def version_numbered(clause: Clause, number: int) -> ClauseVersion | None:
    """The version of a clause that has this number."""
    return db.session.scalar(
        select(ClauseVersion).where(ClauseVersion.clause_id == clause.id, ClauseVersion.number == number)
    )


def versions_by_id(ids: Iterable[UUID]) -> dict[UUID, ClauseVersion]:
    """Versions by id, in one query."""
    wanted = set(ids)
    if not wanted:
        return {}
    return {
        version.id: version for version in db.session.scalars(select(ClauseVersion).where(ClauseVersion.id.in_(wanted)))
    }
