"""Files of a summary, and its publishing: at once, or by a job where much was said."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from typing import Any
from uuid import UUID

from flask_babel import force_locale, gettext, ngettext

from kumppanuus import jobs, rounds, summaries
from kumppanuus.db import db, hold_still, today
from kumppanuus.documents import docx_out, html, pdf
from kumppanuus.documents.archive import keep_file
from kumppanuus.documents.model import Document
from kumppanuus.documents.summary.gathering import Gathered, gather
from kumppanuus.documents.summary.tree import columns, document, kind_of, table
from kumppanuus.documents.summary.wording import section_title
from kumppanuus.jobs import Job, Report
from kumppanuus.organisations.spreadsheet import harmless
from kumppanuus.rounds import Round
from kumppanuus.statements import Disposition
from kumppanuus.summaries import Made, Publication, SummaryChanged
from kumppanuus.text import markup
from kumppanuus.text.numbering import slugify


class Form(StrEnum):
    """The forms of a summary, by the suffix of the file. `TEXT` is what a representative forwards to a network."""

    WORD = "docx"
    PDF = "pdf"
    HTML = "html"
    CSV = "csv"
    TEXT = "txt"


# The forms that are offered, and how HTTP calls each.
FORMS: dict[Form, str] = {
    Form.WORD: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    Form.PDF: pdf.MEDIA_TYPE,
    Form.HTML: "text/html; charset=utf-8",
    Form.CSV: "text/csv; charset=utf-8",
    Form.TEXT: "text/plain; charset=utf-8",
}

MAKE, PUBLISH = "summary.make", "summary.publish"
MANY = 150  # remarks; a summary of more is made by a job


def is_large(about: Round) -> bool:
    """Whether so much was said that nobody should wait for the files."""
    return summaries.of(about).whole.remarks > MANY


def file_of(about: Round, form: Form) -> Made:
    """The summary as it stands now, as a file. Records nothing: it is a draft."""
    return _file(gather(about), form)


def state_of(found: Gathered) -> str:
    """Everything a summary tells, as one word: what a form to publish it was drawn from."""
    with _in_its_language(found.round):
        drawn = document(found)
    tree = repr((drawn.title, drawn.sections, drawn.annexes))
    return hashlib.sha256(tree.encode(errors="surrogatepass")).hexdigest()[:32]


def publish(about: Round, *, drawn_from: str, reason: str, by: UUID) -> Publication:
    """Publish the summary as it was looked at: as a page and in every form.

    `drawn_from` is the `state_of` what the form showed. Refuses `SummaryChanged` and what `summaries.publish` refuses.
    """
    rounds.hold(about)
    summaries.require_publishable(about, left=0, reason="")
    found = gather(about)
    _require_same(found, drawn_from, reason)
    return _put(found, _made(found), reason=reason, by=by)


def order(about: Round, form: Form, *, by: UUID) -> Job:
    """Have a file made by a job."""
    return jobs.add(MAKE, {**_facts(about, by), "form": form.value}, steps=2, by=by)


def order_publication(about: Round, *, drawn_from: str, reason: str, by: UUID) -> Job:
    """Have the summary published by a job. Refuses at once what `publish` would refuse now."""
    rounds.hold(about)
    summaries.require_publishable(about, left=0, reason="")
    _require_same(gather(about), drawn_from, reason)
    return jobs.add(PUBLISH, {**_facts(about, by), "drawn_from": drawn_from, "reason": reason}, steps=3, by=by)


@jobs.work(MAKE)
def _work_file(facts: Mapping[str, Any], report: Report) -> Callable[[], dict[str, Any]]:
    """Make a file of one state of the database, while others write, and keep it for whoever asked for it."""
    hold_still()
    about = db.session.get_one(Round, UUID(facts["round"]))
    agreement_id = about.agreement_id
    made = _file(gather(about), Form(facts["form"]))
    db.session.rollback()
    report(1)

    def keep() -> dict[str, Any]:
        return keep_file(made.name, made.content, agreement_id=agreement_id, by=UUID(facts["by"]))

    return keep


@jobs.work(PUBLISH)
def _work_publication(facts: Mapping[str, Any], report: Report) -> Callable[[], dict[str, Any]]:
    """Make every form of one state of the database, while others write; publish it if it is still that."""
    hold_still()
    found = gather(db.session.get_one(Round, UUID(facts["round"])))
    made = _made(found)
    db.session.rollback()
    report(2)

    def keep() -> dict[str, Any]:
        about = db.session.get_one(Round, UUID(facts["round"]))
        rounds.hold(about)
        found = gather(about)
        _require_same(found, facts["drawn_from"], facts["reason"])
        publication = _put(found, made, reason=facts["reason"], by=UUID(facts["by"]))
        return {"number": publication.number}

    return keep


# ---------------------------------------------------------------- inside


def _facts(about: Round, by: UUID) -> dict[str, Any]:
    return {"round": str(about.id), "number": about.number, "slug": about.agreement.slug, "by": str(by)}


def _in_its_language(about: Round) -> Any:
    return force_locale(about.agreement.language.value)


def _require_same(found: Gathered, drawn_from: str, reason: str) -> None:
    if state_of(found) != drawn_from:
        raise SummaryChanged()
    summaries.require_publishable(found.round, left=found.counts.unanswered, reason=reason.strip())


def _made(found: Gathered) -> tuple[Document, list[Made]]:
    """The document of today under its next number, and its files."""
    newest = summaries.newest(found.round)
    with _in_its_language(found.round):
        drawn = document(found, on=today(), number=(newest.number if newest else 0) + 1)
    return drawn, [_file(found, form, drawn) for form in FORMS]


def _put(found: Gathered, made: tuple[Document, list[Made]], *, reason: str, by: UUID) -> Publication:
    drawn, files = made
    return summaries.publish(
        found.round,
        title=drawn.title,
        page=html.article(drawn),
        files=files,
        left=found.counts.unanswered,
        reason=reason,
        by=by,
    )


def _file(found: Gathered, form: Form, drawn: Document | None = None) -> Made:
    with _in_its_language(found.round):
        name = f"{slugify('', kind_of(found.round))}-{found.round.agreement.slug[:60]}-{found.round.number}"
        writers: dict[Form, Callable[[], bytes]] = {
            Form.WORD: lambda: docx_out.write(drawn or document(found)),
            Form.PDF: lambda: pdf.write(drawn or document(found)),
            Form.HTML: lambda: html.write(drawn or document(found)),
            Form.CSV: lambda: _csv(found),
            Form.TEXT: lambda: _text(found),
        }
        return Made(form.value, f"{name}.{form.value}", FORMS[form], writers[form]())


def _csv(found: Gathered) -> bytes:
    """Everything that was said, for spreadsheets: UTF-8 with its mark, lines as in RFC 4180; no cell is a formula."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(columns())
    writer.writerows([harmless(cell) for cell in row] for row in table(found))
    return f"\ufeff{out.getvalue()}".encode()


def _text(found: Gathered) -> bytes:
    """What came of the whole and of each section, in a few plain lines."""
    return "\n\n".join(_lines(found)).encode()


def _lines(found: Gathered) -> Iterator[str]:
    # The whole first, as in the summary.
    for part in sorted(found.parts, key=lambda each: each.chapter is not None):
        chapter = part.chapter
        said = [each for place in part.places for each in found.by_place.get(place.id or summaries.WHOLE.id, ())]
        if not said:
            continue
        key = summaries.of_section(chapter.id) if chapter else summaries.OBSERVATIONS
        rows = [section_title(part)]
        rows.append(ngettext("%(num)s kommentti.", "%(num)s kommenttia.", len(said)))
        if found.text(key):
            rows.append(markup.plain(found.text(key)))
        taken = sum(each.disposition in (Disposition.ACCEPTED, Disposition.ACCEPTED_IN_PART) for each in said)
        rows.append(gettext("Huomioon otettiin kokonaan tai osittain %(taken)s.", taken=taken))
        changed = [each.placed for each in found.changes if chapter and each.placed.section.id == chapter.id]
        if changed:
            names = ", ".join(f"{each.label} {each.title}".strip() for each in changed)
            rows.append(gettext("Muuttuneet kohdat: %(names)s.", names=names))
        yield "\n".join(rows)
    if not found.by_place:
        yield gettext("Kommentteja ei tullut.")
