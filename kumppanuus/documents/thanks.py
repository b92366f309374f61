"""The letter of thanks on paper, with what came of each thing an answer says: one, or all that are to be printed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from flask_babel import force_locale, gettext

from kumppanuus import jobs, statements, summaries
from kumppanuus.db import db, hold_still
from kumppanuus.documents import answers, model, pdf
from kumppanuus.documents.archive import keep_file
from kumppanuus.documents.assemble import File
from kumppanuus.documents.model import Document
from kumppanuus.jobs import Job, Report
from kumppanuus.rounds import Round
from kumppanuus.statements import Part, Statement
from kumppanuus.text.markup import Paragraph, Run
from kumppanuus.text.numbering import slugify

MAKE = "thanks.make"
MANY = 40  # letters; more are made by a job


def letter(statement: Statement, summary: str) -> File:
    """A letter to print, in the language of whoever gave the answer: thanks, what came of each thing it says, and
    `summary`, the address of the summary."""
    found = _document(statement, summary)
    with force_locale(found.language.value):
        name = slugify("", f"{gettext('Kirje')} {answers.whose_is(statement)}") or "kirje"
    return File(f"{name[:80].rstrip('-')}.pdf", pdf.MEDIA_TYPE, pdf.write(found))


def letters(about: Round, summary: str) -> File:
    """The letters to all who can be reached on paper only, as one file in the order of their names. Refuses
    `summaries.NobodyUnreached`."""
    found = summaries.audience(about).unreached
    if not found:
        raise summaries.NobodyUnreached()
    statements.read_remarks(found)
    parts, language = statements.parts_of(about), model.Language(about.agreement.language.value)
    with force_locale(language.value):
        title = gettext("Kirjeet vastaajille: %(title)s", title=about.title)
    content = pdf.bind([_document(each, summary, parts) for each in found], title=title, language=language)
    return File(f"kirjeet-{about.agreement.slug[:60]}-{about.number}.pdf", pdf.MEDIA_TYPE, content)


def order(about: Round, summary: str, *, by: UUID) -> Job:
    """Have the letters made by a job. It refuses as `letters` does."""
    facts = {"round": str(about.id), "number": about.number, "slug": about.agreement.slug}
    return jobs.add(MAKE, {**facts, "summary": summary, "by": str(by)}, steps=2, by=by)


@jobs.work(MAKE)
def _work(facts: Mapping[str, Any], report: Report) -> Callable[[], dict[str, Any]]:
    """Make the letters from one state of the database, while others write, and keep them for whoever asked for them."""
    hold_still()
    about = db.session.get_one(Round, UUID(facts["round"]))
    agreement_id, made = about.agreement_id, letters(about, facts["summary"])
    db.session.rollback()
    report(1)

    def keep() -> dict[str, Any]:
        return keep_file(made.name, made.content, agreement_id=agreement_id, by=UUID(facts["by"]))

    return keep


def _document(statement: Statement, summary: str, parts: Sequence[Part] | None = None) -> Document:
    language = model.Language(statement.giver_language.value)
    with force_locale(language.value):
        found = answers.told(statement, language, parts)
        thanks = [
            gettext("Vastasit kierrokseen ”%(title)s”.", title=statement.round.title),
            gettext("Alla on jokainen kommenttisi ja se, mitä siitä seurasi."),
            gettext("Yhteenveto kaikista vastauksista on osoitteessa %(address)s.", address=summary),
        ]
        words = model.Clause("thanks", "kiitos", "", "", tuple(Paragraph((Run(each),)) for each in thanks))
        opening = model.Section("letter", "kirje", "", gettext("Näin vastauksesi vaikutti"), (words,))
        return replace(
            found,
            title=gettext("Kiitos vastauksestasi"),
            header=statement.round.agreement.authority_name,
            author=statement.round.agreement.authority_name,
            sections=(opening, *found.sections),
        )
