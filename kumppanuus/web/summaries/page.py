"""The page on which coordinators see the summary of a round grow, write what only a person can, and take it as a
file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import Response, request
from flask_babel import gettext, lazy_gettext, ngettext
from wtforms import HiddenField, TextAreaField

from kumppanuus import limits, rounds, statements, summaries
from kumppanuus.agreements import Agreement
from kumppanuus.documents import summary
from kumppanuus.documents.summary import FORMS
from kumppanuus.documents.summary import Form as FileForm
from kumppanuus.errors import Refused
from kumppanuus.rounds import Round
from kumppanuus.summaries import HEADING, Written
from kumppanuus.web import errors, language
from kumppanuus.web.drafting.ground import agreement_url
from kumppanuus.web.forms import Form, NumberField
from kumppanuus.web.rounds.charts import Figure, foreign
from kumppanuus.web.rounds.frame import at
from kumppanuus.web.screen import attachment, me, reply, retry, say, show
from kumppanuus.web.summaries.frame import FORM_WORDS, ROUND, here, public, screen
from kumppanuus.web.summaries.sheet import Sheet, sheet

_l = lazy_gettext


class TextForm(Form):
    """One text of a summary. `version` is the one the form was drawn from."""

    key = HiddenField()
    version = NumberField()
    text = TextAreaField(_l("Teksti"))


@dataclass(frozen=True)
class Editor:
    """The form for one text. `theirs` is what somebody else has written meanwhile."""

    form: TextForm
    words: str  # of the button that opens it
    label: str
    hint: str
    is_line: bool = False
    standing: str = ""
    theirs: str = ""
    is_open: bool = False


@dataclass
class Refusal:
    """A text that was not stored: what was typed, and why not."""

    form: TextForm
    theirs: str = ""


@dataclass(frozen=True)
class Published:
    """What everybody reads now, or could read once."""

    url: str
    words: str
    is_shown: bool
    files: list[tuple[str, str]] = field(default_factory=list)


@screen.page(f"{ROUND}/yhteenveto", may="summary.write", endpoint="show")
def page(agreement: Agreement, round: Round) -> str | Response:
    """The summary as it stands, with the forms to write its texts."""
    if round.is_draft:
        raise rounds.NotOpened()
    return draw(round)


@screen.deed(f"{ROUND}/yhteenveto", may="summary.write", keeps_key=True)
def write(agreement: Agreement, round: Round) -> Response:
    """Store one text. Where somebody else was first, both texts are shown."""
    form = TextForm()
    form.validate()
    key = form.key.data or ""
    sections = [] if round.is_draft else _sections(round)
    try:
        summaries.write(round, key, form.text.data or "", version=form.version.data or 0, sections=sections, by=me().id)
    except summaries.PartChanged as refusal:
        form.refuse(refusal)
        form.version.data = refusal.facts["version"]
        theirs = refusal.facts["text"] or gettext("(teksti on poistettu)")
        return retry(lambda: draw(round, Refusal(form, theirs)), lambda: draw(round, Refusal(form, theirs)), refusal)
    except Refused as refusal:
        if round.is_draft or isinstance(refusal, summaries.NoSuchPart):
            return errors.refused(refusal)
        form.refuse(refusal)
        return retry(lambda: draw(round, Refusal(form)), lambda: draw(round, Refusal(form)), refusal)
    say(gettext("Teksti on tallennettu."))
    return reply(otherwise=f"{here(round)}#{anchor_of(key)}")


@screen.deed(f"{ROUND}/yhteenveto/vienti", may="summary.write", keeps_key=True)
def export(agreement: Agreement, round: Round) -> Response:
    """Answer the summary as a file; a large one is made by a job."""
    wanted = request.form.get("form", "")
    if round.is_draft or wanted not in {each.value for each in FORMS}:
        return errors.not_found()
    try:
        limits.spend(f"export:{me().id}", limits.EXPORT)
    except Refused as refusal:
        return errors.refused(refusal)
    form = FileForm(wanted)
    if summary.is_large(round):
        return reply(otherwise=f"/tyot/{summary.order(round, form, by=me().id).id}")
    made = summary.file_of(round, form)
    return attachment(made.name, made.media_type, made.content)


def anchor_of(key: str) -> str:
    """Where a text stands on the page."""
    return f"teksti-{key}"


def _sections(about: Round) -> list[Any]:
    return [part.chapter.id for part in statements.parts_of(about) if part.chapter is not None]


# ---------------------------------------------------------------- the page


def draw(about: Round, refused: Refusal | None = None) -> str:
    """The whole page, with a text that was refused in its box."""
    texts = summaries.texts(about)
    drawn, newest = sheet(about, texts), summaries.newest(about)
    return show(
        "summaries/page.html",
        section="rounds",
        round=about,
        url=here(about),
        sheet=drawn,
        heading=gettext("Yhteenveto"),
        figures=figures(drawn.statements, drawn.remarks, drawn.unanswered, drawn.changes),
        editors=_editors(drawn, texts, refused),
        anchors=anchor_of,
        lang=foreign(about.agreement),
        refused=refused.form if refused else None,
        form=Form(formdata=None),
        forms=[(each.value, FORM_WORDS[each.value]) for each in FORMS],
        rows=drawn.rows,
        published=_published(newest) if newest else None,
        is_closed=about.closed_at is not None,
        crumbs=crumbs(about, gettext("Yhteenveto")),
    )


def crumbs(about: Round, *last: str) -> list[tuple[str | None, str]]:
    """The way to a page of the summary."""
    way: list[tuple[str | None, str]] = [
        (agreement_url(about.agreement) + "/kierrokset", gettext("Kierrokset")),
        (at(about), about.title),
    ]
    if len(last) > 1:
        way.append((here(about), gettext("Yhteenveto")))
    return [*way, (None, last[-1])]


def figures(answers: int, remarks: int, unanswered: int, changes: int) -> list[Figure]:
    """How many answers, comments, comments without an answer, and clauses that have changed."""
    return [
        Figure(answers, ngettext("vastaus", "vastausta", answers)),
        Figure(remarks, ngettext("kommentti", "kommenttia", remarks)),
        Figure(unanswered, gettext("kommenttia vastaamatta")),
        Figure(changes, ngettext("kohta muuttunut", "kohtaa muuttunut", changes)),
    ]


def _published(newest: summaries.Publication) -> Published:
    day = language.plain_day(newest.published_at)
    if newest.withdrawn_at is not None:
        day = language.plain_day(newest.withdrawn_at)
        return Published("", gettext("Julkaisu %(number)s peruttiin %(day)s.", number=newest.number, day=day), False)
    words = gettext("Julkaisu %(number)s, %(day)s.", number=newest.number, day=day)
    return Published(public(newest.round), words, True)


def _editors(drawn: Sheet, texts: Mapping[str, Written], refused: Refusal | None) -> Mapping[str, Editor]:
    """A form for each text a person may write, by its key."""
    made = {HEADING: _editor(texts, HEADING, refused, gettext("Otsikko"), is_line=True)}
    for section in drawn.chapters:
        label = gettext("Johdanto: %(title)s", title=section.title)
        if section.id == summaries.OBSERVATIONS:
            label = gettext("Yleiset huomiot")
        made[section.id] = _editor(texts, section.id, refused, label)
    keys = set(map(summaries.of_section, drawn.section_ids))
    for piece in (each for section in drawn.chapters for each in section.pieces if each.id in keys):
        label = gettext("Palautteen päälinjat: %(title)s", title=piece.title)
        made[piece.id] = _editor(texts, piece.id, refused, label)
    return made


def _editor(
    texts: Mapping[str, Written], key: str, refused: Refusal | None, label: str, *, is_line: bool = False
) -> Editor:
    standing = texts.get(key, Written())
    hint = (
        gettext("Kerro uutinen yhdellä lauseella. Tyhjänä käytetään kierroksen otsikkoa.")
        if is_line
        else gettext("Luvut ja vastaukset tulevat yhteenvetoon itsestään. Tekstisi säilyy, vaikka luvut muuttuvat.")
    )
    is_here = refused is not None and refused.form.key.data == key
    form = refused.form if refused and is_here else _form(key, standing)
    form.text.id = f"t-{key}"
    form.text.label.field_id, form.text.label.text = form.text.id, label
    words = gettext("Muokkaa tekstiä") if standing.text else gettext("Kirjoita teksti")
    if is_line:
        words = gettext("Kirjoita otsikko")
    written = ""
    if standing.at is not None:
        written = gettext("%(name)s, %(day)s", name=standing.by, day=language.plain_day(standing.at))
    theirs = refused.theirs if refused and is_here else ""
    return Editor(form, words, label, hint, is_line, written, theirs, is_here)


def _form(key: str, standing: Written) -> TextForm:
    form = TextForm(formdata=None, data={"key": key, "text": standing.text})
    form.version.data = standing.version
    return form
