"""Starting an agreement and moving its parts: sections, annexes and clauses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID, uuid4

from sqlalchemy import func, select

from kumppanuus import ledger, starters
from kumppanuus.agreements import wording
from kumppanuus.agreements.outline import Chapter, Outline, label_of, outline
from kumppanuus.agreements.tables import (
    Agreement,
    AgreementEdited,
    AgreementKind,
    AgreementStarted,
    Clause,
    ClauseMoved,
    ClauseVersion,
    Section,
    SectionAdded,
    SectionKind,
    SectionMoved,
    SectionRemoved,
    SectionRenamed,
    SectionRestored,
    TextLanguage,
)
from kumppanuus.db import LINE, SHORT, db, line, now, written
from kumppanuus.errors import Conflict, Empty, Refused
from kumppanuus.text.markup import fill, placeholders
from kumppanuus.text.numbering import slugify

# Placeholders of the model agreement that the names of the parties and the case number fill in at the start.
AUTHORITY_BLANK = "hyvinvointialue"
BODY_BLANK = "järjestöjen yhteistyöelin"


class NoPlace(Refused):
    """There is no such place: the first cannot go up, the last cannot go down, or the section is another
    agreement's."""


class NotEmpty(Refused):
    """A section that still holds clauses cannot be removed."""


class NotGone(Refused):
    """The section is in the text already."""


class SamePlace(Refused):
    """The clause stands there already; `field` is the place."""


class NoModel(Refused):
    """There is no model text in this language; `field` is what to start from."""


class EditedMeanwhile(Conflict):
    """Somebody changed the facts of the agreement, or the title of the section, after the form was drawn."""


def start(
    *,
    title: str,
    kind: AgreementKind,
    authority_name: str,
    body_name: str,
    case_number: str = "",
    language: TextLanguage = TextLanguage.FI,
    from_model: bool,
    text: starters.ModelAgreement | None = None,
    origin: Agreement | None = None,
    by: UUID,
) -> Agreement:
    """Start an agreement from the model text, from a text that was brought along, or from nothing.

    `origin` is an earlier agreement whose text is brought along instead, in its language and as it is now.

    In the model the names of the parties fill in their placeholders. Refuses `Empty`, `TooLong`, `Unwritable`,
    `NoModel`. The caller makes the starter a coordinator.
    """
    if origin is not None:
        language, text = origin.language, text_of(origin)
    if from_model and language is not TextLanguage.FI:
        raise NoModel(field="source", language=language)
    ledger.lock(ledger.INSTALLATION)  # two of one name at once still get two addresses
    agreement = Agreement(
        kind=kind,
        title=line(title, "title"),
        authority_name=line(authority_name, "authority_name"),
        body_name=line(body_name, "body_name"),
        case_number=line(case_number, "case_number", 100, needed=False),
        language=language,
        signature_text="",
    )
    agreement.slug = _free_slug(agreement.authority_name, agreement.title)
    db.session.add(agreement)
    db.session.flush()
    made: list[ledger.Sealed] = []
    model = starters.model_agreement() if from_model else text
    if model is not None:
        known = {AUTHORITY_BLANK: agreement.authority_name, BODY_BLANK: agreement.body_name} if from_model else {}
        signatures = _filled("\n\n".join(model.signatures), known)
        agreement.signature_text = written(signatures, "signature_text", SHORT, needed=False)
        parts = [(SectionKind.CHAPTER, part) for part in model.sections] + [
            (SectionKind.ANNEX, part) for part in model.annexes
        ]
        for position, (section_kind, part) in enumerate(parts, start=1):
            section = Section(
                id=uuid4(), agreement_id=agreement.id, kind=section_kind, title=part.title, position=position
            )
            made.append(section)
            for place, words in enumerate(part.clauses, start=1):
                filled = _filled(words.text, known)
                made += wording.first_of_many(agreement, section, place, title=words.title, text=filled, by=by)
        db.session.add_all(made)
        db.session.flush()
    clauses = sum(isinstance(row, Clause) for row in made)
    event = AgreementStarted(
        clauses=clauses, origin_id=origin.id if origin else None, origin=origin.title if origin else ""
    )
    ledger.record(event, agreement, *made, chain=agreement.id, by=by)
    return agreement


def text_of(agreement: Agreement) -> starters.ModelAgreement:
    """The text of an agreement as another can start from it: its chapters, annexes and clauses as they are now.

    Without the block of signatures, which names people.
    """
    whole = outline(agreement)

    def sections(chapters: Iterable[Chapter]) -> tuple[starters.ModelSection, ...]:
        return tuple(
            starters.ModelSection(
                chapter.title, tuple(starters.ModelClause(each.title, each.version.text) for each in chapter.clauses)
            )
            for chapter in chapters
        )

    return starters.ModelAgreement(
        title=agreement.title,
        preface=(),
        sections=sections(whole.chapters),
        signatures=(),
        annexes=sections(whole.annexes),
    )


def edit(
    agreement: Agreement,
    *,
    title: str,
    authority_name: str,
    body_name: str,
    case_number: str,
    signature_text: str,
    base: str,
    by: UUID,
) -> None:
    """Change the facts of an agreement that stand outside its clauses. `base` is the `facts_digest` the writer saw.

    Refuses `EditedMeanwhile`, `Unchanged`, `Empty`, `TooLong`, `Unwritable`.
    """
    facts = {
        "title": line(title, "title"),
        "authority_name": line(authority_name, "authority_name"),
        "body_name": line(body_name, "body_name"),
        "case_number": line(case_number, "case_number", 100, needed=False),
        "signature_text": written(signature_text, "signature_text", SHORT, needed=False),
    }
    wording.lock(agreement.id)
    if agreement.facts_digest != base:
        raise EditedMeanwhile()
    if all(getattr(agreement, name) == value for name, value in facts.items()):
        raise wording.Unchanged()
    for name, value in facts.items():
        setattr(agreement, name, value)
    ledger.record(AgreementEdited(), agreement, chain=agreement.id, by=by)


# ---------------------------------------------------------------- sections


def add_section(agreement: Agreement, *, title: str, kind: SectionKind = SectionKind.CHAPTER, by: UUID) -> Section:
    """Add a chapter or an annex after the last one. Refuses `Empty`, `TooLong`, `Unwritable`."""
    title = line(title, "title", LINE)
    wording.lock(agreement.id)
    last = db.session.scalar(select(func.max(Section.position)).where(Section.agreement_id == agreement.id)) or 0
    section = _new_section(agreement, kind, title, last + 1)
    chapter = outline(agreement).section(section.id)
    assert chapter is not None, "it was added just now"
    event = SectionAdded(section_id=section.id, label=chapter.label, annex=chapter.is_annex)
    ledger.record(event, section, chain=agreement.id, by=by)
    return section


def rename_section(section: Section, *, title: str, base: str, by: UUID) -> None:
    """Give a section another title; the approvals of its clauses stand. `base` is the title the writer saw.

    Refuses `EditedMeanwhile`, `Unchanged`, `Empty`, `TooLong`, `Unwritable`; `NoPlace` if the section was removed.
    """
    title = line(title, "title", LINE)
    wording.lock(section.agreement_id)
    chapter = _placed(section)
    if section.title != base:
        raise EditedMeanwhile()
    if section.title == title:
        raise wording.Unchanged(field="title")
    section.title = title
    event = SectionRenamed(section_id=section.id, label=chapter.label, annex=chapter.is_annex)
    ledger.record(event, section, chain=section.agreement_id, by=by)


def move_section(section: Section, *, up: bool, by: UUID) -> None:
    """Move a section one place up or down among its kind. Numbers follow. Refuses `NoPlace`."""
    wording.lock(section.agreement_id)
    whole = _outline_of(section)
    chapter = _placed(section, whole)
    same = whole.annexes if chapter.is_annex else whole.chapters
    place = same.index(chapter)
    target = place - 1 if up else place + 1
    if not 0 <= target < len(same):
        raise NoPlace()
    other = same[target].section
    section.position, other.position = other.position, section.position
    event = SectionMoved(
        section_id=section.id, label=same[target].label, from_label=chapter.label, annex=chapter.is_annex
    )
    ledger.record(event, section, other, chain=section.agreement_id, by=by)


def remove_section(section: Section, *, by: UUID) -> None:
    """Take an empty section out of the text. Refuses `NotEmpty`; `NoPlace` if it is gone already."""
    wording.lock(section.agreement_id)
    chapter = _placed(section)
    if chapter.clauses:
        raise NotEmpty(clauses=len(chapter.clauses))
    section.removed_at = now()
    event = SectionRemoved(section_id=section.id, label=chapter.label, annex=chapter.is_annex)
    ledger.record(event, section, chain=section.agreement_id, by=by)


def restore_section(section: Section, *, by: UUID) -> None:
    """Bring a removed section back where it was. Refuses `NotGone`."""
    wording.lock(section.agreement_id)
    if section.removed_at is None:
        raise NotGone()
    section.removed_at = None
    db.session.flush()
    chapter = _placed(section)
    event = SectionRestored(section_id=section.id, label=chapter.label, annex=chapter.is_annex)
    ledger.record(event, section, chain=section.agreement_id, by=by)


# ---------------------------------------------------------------- clauses


def add_clause(section: Section, *, title: str, text: str, by: UUID, after: Clause | None = None) -> Clause:
    """Add a clause to a section: after another one, or last. Refuses what `wording` refuses, and `NoPlace`."""
    clause, moved = put_clause(section, title=title, text=text, by=by, after=after)
    wording.record_added(clause, by=by, label=label_of(clause), also=tuple(moved))
    return clause


def put_clause(
    section: Section, *, title: str, text: str, by: UUID, after: Clause | None = None, is_first: bool = False
) -> tuple[Clause, list[Clause]]:
    """Add a clause to a section: after another one, first in it, or last. Refuses like `add_clause`.

    Gives the clause and those that moved for it; the caller seals them and the version (see `wording`).
    """
    wording.lock(section.agreement_id)
    if section.removed_at is not None or (after is not None and after.section_id != section.id):
        raise NoPlace()
    agreement = db.session.get_one(Agreement, section.agreement_id)
    rows = _clauses_of(section)
    place = rows.index(after) + 1 if after else 0 if is_first else len(rows)
    clause = wording.first(agreement, section, len(rows) + 1, title=title, text=text, by=by)
    rows.insert(place, clause)
    return clause, _renumber(rows, except_for=clause)


def move_clause(clause: Clause, *, up: bool, by: UUID) -> None:
    """Move a clause one place up or down; past the end of its section into the next one. Refuses `NoPlace`."""
    wording.lock(clause.agreement_id)
    whole = outline(clause.agreement)
    placed = whole.find(clause.id)
    if placed is None or not placed.label:
        raise NoPlace()
    chapter, same = placed.section, whole.annexes if placed.is_annex else whole.chapters
    place = chapter.clauses.index(placed) + (-1 if up else 1)
    if 0 <= place < len(chapter.clauses):
        _move(clause, chapter.section, chapter.clauses[place].clause, before=up, from_label=placed.label, by=by)
        return
    beside = same.index(chapter) + (-1 if up else 1)
    if not 0 <= beside < len(same):
        raise NoPlace()
    target = same[beside]
    edge = (target.clauses[-1] if up else target.clauses[0]).clause if target.clauses else None
    _move(clause, target.section, edge, before=not up, from_label=placed.label, by=by)


def place_clause(clause: Clause, *, section: Section, after: Clause | None, by: UUID) -> None:
    """Put a clause after another one of a section, or first in it. Refuses `NoPlace`, `SamePlace`."""
    wording.lock(clause.agreement_id)
    whole = outline(clause.agreement)
    placed, target = whole.find(clause.id), whole.section(section.id)
    if placed is None or not placed.label or target is None:
        raise NoPlace()
    others = [each.clause for each in target.clauses if each is not placed]
    if after is not None and after not in others:
        raise NoPlace()
    place = 0 if after is None else others.index(after) + 1
    if placed.section is target and target.clauses.index(placed) == place:
        raise SamePlace(field="place")
    beside = after or (others[0] if others else None)
    _move(clause, section, beside, before=after is None, from_label=placed.label, by=by)


def _move(clause: Clause, section: Section, beside: Clause | None, *, before: bool, from_label: str, by: UUID) -> None:
    rows = [row for row in _clauses_of(section) if row is not clause]
    place = len(rows) if beside is None else rows.index(beside) + (0 if before else 1)
    clause.section_id, clause.section = section.id, section
    rows.insert(place, clause)
    moved = _renumber(rows, except_for=clause)
    label = _label(clause.agreement, clause)
    event = ClauseMoved(clause_id=clause.id, label=label, from_label=from_label)
    ledger.record(event, clause, *moved, chain=clause.agreement_id, by=by)


# ---------------------------------------------------------------- placeholders


def fill_blanks(clause: Clause, values: Mapping[int, str], *, base: ClauseVersion | None, by: UUID) -> ClauseVersion:
    """Put words into placeholders of a clause, by their place in its text; a blank one stays to be filled in.

    Refuses like `rewrite`; `Empty` if every value is blank; `NoPlace` if there is no such placeholder. `field` is
    value_0 and so on.
    """
    kept = {index: line(value, f"value_{index}", SHORT, needed=False) for index, value in values.items()}
    wording.lock(clause.agreement_id)
    wording.require_current(clause, base)
    if any(not 0 <= index < len(placeholders(clause.current.text)) for index in kept):
        raise NoPlace()
    if not any(kept.values()):
        raise Empty(field="value_0")
    return wording.rewrite(clause, title=clause.current.title, text=fill(clause.current.text, kept), base=base, by=by)


def _filled(text: str, known: Mapping[str, str]) -> str:
    values = {index: known[found.text] for index, found in enumerate(placeholders(text)) if found.text in known}
    return fill(text, values)


# ---------------------------------------------------------------- inside


def _new_section(agreement: Agreement, kind: SectionKind, title: str, position: int) -> Section:
    section = Section(agreement_id=agreement.id, kind=kind, title=title, position=position)
    db.session.add(section)
    db.session.flush()
    return section


def _clauses_of(section: Section) -> list[Clause]:
    query = select(Clause).where(Clause.section_id == section.id).order_by(Clause.position, Clause.id)
    return list(db.session.scalars(query))


def _renumber(rows: Sequence[Clause], *, except_for: Clause) -> list[Clause]:
    """Number the places of a section anew; returns the rows that changed beside the one that is recorded anyway."""
    changed = []
    for position, row in enumerate(rows, start=1):
        if row.position != position:
            row.position = position
            if row is not except_for:
                changed.append(row)
    db.session.flush()
    return changed


def _outline_of(section: Section) -> Outline:
    return outline(db.session.get_one(Agreement, section.agreement_id))


def _placed(section: Section, whole: Outline | None = None) -> Chapter:
    db.session.flush()
    chapter = (whole or _outline_of(section)).section(section.id)
    if chapter is None:
        raise NoPlace()
    return chapter


def _label(agreement: Agreement, clause: Clause) -> str:
    placed = outline(agreement).find(clause.id)
    assert placed is not None, "it stands in this agreement"
    return placed.label


def _free_slug(*names: str) -> str:
    words = slugify("", " ".join(names)).strip("-")
    wanted = re.sub(r"-{2,}", "-", words)[:60].strip("-") or "sopimus"
    taken = set(db.session.scalars(select(Agreement.slug).where(Agreement.slug.startswith(wanted, autoescape=True))))
    taken.add("uusi")  # the page that starts an agreement has this address
    number = 2
    slug = wanted
    while slug in taken:
        slug, number = f"{wanted}-{number}", number + 1
    return slug
