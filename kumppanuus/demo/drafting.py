"""Verbs of the demo world about the text: wordings, sections, the facts of an agreement, and what is made of it."""

from __future__ import annotations

from kumppanuus import agreements, ledger
from kumppanuus.agreements import SectionKind
from kumppanuus.demo.tale import Tale, require
from kumppanuus.documents import assemble
from kumppanuus.documents.archive import ArchiveMade
from kumppanuus.documents.assemble import Contents, Format
from kumppanuus.members import Member
from kumppanuus.text.markup import placeholders


def rewrite(tale: Tale, by: Member, *, clause: str, text: str, reason: str) -> None:
    require("clause.write", by)
    found = tale.clauses[clause]
    agreements.rewrite(found, title=found.current.title, text=text, base=found.current, by=by.user_id, reason=reason)


def fill(tale: Tale, by: Member, *, clause: str, values: list[str]) -> None:
    """Fill the first placeholders of a clause."""
    require("clause.write", by)
    found = tale.clauses[clause]
    assert len(values) <= len(placeholders(found.current.text))
    agreements.fill_blanks(found, dict(enumerate(values)), base=found.current, by=by.user_id)


def add_clause(tale: Tale, by: Member, *, section: str, key: str, title: str, text: str) -> None:
    require("clause.write", by)
    tale.clauses[key] = agreements.add_clause(tale.section(section), title=title, text=text, by=by.user_id)


def move(tale: Tale, by: Member, *, clause: str, up: bool) -> None:
    require("clause.write", by)
    agreements.move_clause(tale.clauses[clause], up=up, by=by.user_id)


def remove(tale: Tale, by: Member, *, clause: str, reason: str) -> None:
    require("clause.write", by)
    found = tale.clauses[clause]
    agreements.remove(found, base=found.current, by=by.user_id, reason=reason)


def restore(tale: Tale, by: Member, *, clause: str, reason: str) -> None:
    require("clause.write", by)
    agreements.restore(tale.clauses[clause], by=by.user_id, reason=reason)


def edit_agreement(tale: Tale, by: Member, *, case_number: str) -> None:
    require("agreement.write", by)
    found = tale.agreement
    agreements.edit(
        found, title=found.title, authority_name=found.authority_name, body_name=found.body_name,
        case_number=case_number, signature_text=found.signature_text, base=found.facts_digest, by=by.user_id,
    )  # fmt: skip


def freeze(tale: Tale, by: Member, *, name: str) -> None:
    require("agreement.write", by)
    agreements.freeze(tale.agreement, name, by=by.user_id)


def export(tale: Tale, by: Member, *, contents: str, form: str) -> None:
    require("export.make", by)
    assemble.make(tale.agreement, Format(form), contents=Contents(contents), by=by.user_id)


def archive(tale: Tale, by: Member) -> None:
    # That it was made is told; nobody gets the file, and to make it would take as long as all else.
    require("export.make", by)
    ledger.record(ArchiveMade(), chain=tale.agreement.id, by=by.user_id)


def add_section(tale: Tale, by: Member, *, title: str, annex: bool = False) -> None:
    require("clause.write", by)
    agreements.add_section(
        tale.agreement, title=title, kind=SectionKind.ANNEX if annex else SectionKind.CHAPTER, by=by.user_id
    )


def rename_section(tale: Tale, by: Member, *, section: str, title: str) -> None:
    require("clause.write", by)
    found = tale.section(section)
    agreements.rename_section(found, title=title, base=found.title, by=by.user_id)


def move_section(tale: Tale, by: Member, *, section: str, up: bool) -> None:
    require("clause.write", by)
    agreements.move_section(tale.section(section), up=up, by=by.user_id)


def remove_section(tale: Tale, by: Member, *, section: str) -> None:
    require("clause.write", by)
    agreements.remove_section(tale.section(section), by=by.user_id)


def restore_section(tale: Tale, by: Member, *, title: str) -> None:
    require("clause.write", by)
    removed = agreements.outline(tale.agreement).removed_sections
    agreements.restore_section(next(each.section for each in removed if each.title == title), by=by.user_id)
