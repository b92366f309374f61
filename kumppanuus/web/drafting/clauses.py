"""Adding clauses and taking them out of the text."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Response, abort, make_response, request
from flask_babel import gettext, lazy_gettext
from wtforms import StringField, TextAreaField

from kumppanuus import accounts, agreements, drafts, progress
from kumppanuus.agreements import Clause, Outline, Section, Side
from kumppanuus.errors import Refused
from kumppanuus.text import markup
from kumppanuus.web import words
from kumppanuus.web.drafting.ground import (
    Difference,
    again,
    agreement_of,
    base_of,
    clash,
    clause_crumbs,
    crumbs,
    difference,
    living,
    parts,
    screen,
    structure_url,
)
from kumppanuus.web.forms import Form, IdField, Written, new_key
from kumppanuus.web.language import listed
from kumppanuus.web.screen import me, reply, retry, say, show

_l = lazy_gettext


def draft_place(clause: Clause) -> str:
    """Where the unfinished text of a clause is kept."""
    return f"clause:{clause.id}"


def suggestion_place(about: Clause | Section) -> str:
    """Where an unfinished suggestion for a clause, or of a new one in a section, is kept."""
    return f"suggestion:{about.id}"


def id_of(text: Any) -> UUID | None:
    """An id as it stands in an address or a kept text; None for anything else."""
    try:
        return UUID(str(text))
    except ValueError:
        return None


# ---------------------------------------------------------------- adding


class NewClauseForm(Form):
    """A clause to be added: after another one, or last in its section."""

    title = StringField(_l("Otsikko"))
    text = TextAreaField(_l("Teksti"), [Written(_l("Kirjoita kohdan teksti"))])
    after_id = IdField()


@dataclass(frozen=True)
class Adding:
    """The form of a new clause."""

    section_id: UUID
    name: str
    place: str
    language: str
    form: NewClauseForm
    kept_at: datetime | None
    back: str

    @property
    def action(self) -> str:
        return f"/luvut/{self.section_id}/kohdat"


@screen.page("/luvut/<uuid:section>/kohdat/uusi", may="clause.write")
def new_clause(section: Section) -> str:
    if section.removed_at is not None:
        abort(404)
    kept = drafts.find(_new_place(section), by=me().id)
    fields = kept.fields if kept else {}
    after = id_of(request.args.get("jalkeen") or fields.get("after_id"))
    data = {"title": fields.get("title", ""), "text": fields.get("text", ""), "after_id": after}
    return _adding_page(section, NewClauseForm(formdata=None, data=data), kept.kept_at if kept else None)


@screen.deed("/luvut/<uuid:section>/kohdat", may="clause.write")
def add_clause(section: Section) -> Response:
    form = NewClauseForm()
    try:
        if "luonnos" in request.form:
            _keep_new(section, form)
            say(gettext("Keskeneräinen teksti on tallessa. Vain sinä näet sen."))
            return reply(otherwise=f"/luvut/{section.id}/kohdat/uusi")
        if not form.validate():
            return _adding_again(section, form)
        after = agreements.clause_by_id(form.after_id.data) if form.after_id.data else None
        if form.after_id.data and after is None:
            raise agreements.NoPlace()
        clause = agreements.add_clause(section, title=form.title.data, text=form.text.data, after=after, by=me().id)
    except Refused as refusal:
        form.refuse(refusal)
        return _adding_again(section, form, refusal)
    drafts.forget(_new_place(section), by=me().id)
    say(gettext("Lisäsit kohdan %(label)s.", label=agreements.label_of(clause)))
    return reply(otherwise=structure_url(clause.agreement, clause.id))


@screen.deed("/luvut/<uuid:section>/kohdat/luonnos", may="clause.write", keeps_key=True)
def keep_new_clause(section: Section) -> Response:
    _keep_new(section, NewClauseForm())
    return make_response("", 204)


def _new_place(section: Section) -> str:
    return f"new-clause:{section.id}"


def _keep_new(section: Section, form: NewClauseForm) -> None:
    fields = {"title": form.title.data or "", "text": form.text.data or ""}
    if any(each.strip() for each in fields.values()):
        fields["after_id"] = str(form.after_id.data or "")
    drafts.keep(_new_place(section), fields, by=me().id)


def _adding(section: Section, form: NewClauseForm, kept_at: datetime | None = None) -> Adding:
    agreement = agreement_of(section)
    whole = agreements.outline(agreement, to_show=True)
    chapter = whole.section(section.id)
    after = whole.find(form.after_id.data) if form.after_id.data else None
    if after is None or not after.label or after.section is not chapter:
        # Its neighbour is gone, or there was none: it comes last, and the page says so.
        form.after_id.data, place = None, gettext("Kohta tulee viimeiseksi.")
    else:
        place = gettext("Kohta tulee kohdan %(name)s jälkeen.", name=words.clause_title(after))
    return Adding(
        section_id=section.id,
        name=words.section_title(chapter) if chapter else section.title,
        place=place,
        language=agreement.language.value,
        form=form,
        kept_at=kept_at,
        back=structure_url(agreement, section.id),
    )


def _adding_again(section: Section, form: NewClauseForm, refusal: Refused | None = None) -> Response:
    return retry(lambda: parts.adding(_adding(section, form)), lambda: _adding_page(section, form), refusal)


def _adding_page(section: Section, form: NewClauseForm, kept_at: datetime | None = None) -> str:
    view = _adding(section, form, kept_at)
    way = crumbs(agreement_of(section), gettext("Lisää kohta"))
    return show("drafting/add.html", section="agreement", view=view, crumbs=way)


# ---------------------------------------------------------------- removing


class RemoveForm(Form):
    """Taking a clause out of the text. `base` is the version that was shown."""

    reason = TextAreaField(_l("Miksi poistat kohdan?"), description=_l("Perustelu näkyy kohdan historiassa."))
    base = IdField()


@screen.page("/kohdat/<uuid:clause>/poisto", may="clause.write")
def ask_removal(clause: Clause) -> str:
    return _remove_page(clause, RemoveForm(formdata=None, data={"base": clause.current.id}))


@screen.deed("/kohdat/<uuid:clause>/poisto", may="clause.write")
def remove_clause(clause: Clause) -> Response:
    form = RemoveForm()
    base, label, sides = base_of(clause, form.base), agreements.label_of(clause), _approving_sides(clause)
    try:
        agreements.remove(clause, base=base, reason=form.reason.data or "", by=me().id)
    except agreements.Stale as refusal:
        if clause.is_removed:
            raise agreements.Removed() from None
        current = clause.current
        form.base.data = current.id
        theirs = difference(base, current.title, current.text) if base else None
        return again(lambda: _remove_page(clause, form, is_stale=True, theirs=theirs), refusal)
    except Refused as refusal:
        return again(lambda: _remove_page(clause, form), refusal, form)
    if sides:
        say(gettext("Poistit kohdan %(label)s. Poisto on sovittu, kun kumpikin osapuoli hyväksyy sen.", label=label))
    else:
        say(gettext("Poistit kohdan %(label)s. Voit palauttaa sen tältä sivulta.", label=label))
    return reply(otherwise=f"{structure_url(clause.agreement)}#poistetut")


def _approving_sides(clause: Clause) -> list[str]:
    """The sides whose yes to words of this clause stands, fresh or stale: then both have to approve the removal."""
    given = progress.progress(clause.agreement).approvals.get(clause.id, ())
    sides = {each.side for each in given if not each.version.is_removal}
    return [words.side(clause.agreement, side) for side in Side if side in sides]


def _remove_page(clause: Clause, form: RemoveForm, *, is_stale: bool = False, theirs: Difference | None = None) -> str:
    whole = agreements.outline(clause.agreement, to_show=True)
    placed = living(whole, clause)
    if placed is None:
        return removed_page(clause, whole)
    author = clause.current.author_id
    return show(
        "drafting/remove.html",
        section="agreement",
        name=words.clause_title(placed),
        html=markup.to_html(placed.version.text),
        language=clause.agreement.language.value,
        form=form,
        sides=listed(_approving_sides(clause)),
        clash=clash(clause.current, accounts.names([author]).get(author, ""), placed.label) if is_stale else "",
        theirs=theirs,
        action=f"/kohdat/{clause.id}/poisto",
        back=structure_url(clause.agreement, clause.id),
        crumbs=clause_crumbs(clause.agreement, placed, gettext("Poista")),
    )


def removed_page(clause: Clause, whole: Outline) -> str:
    """The page for a clause that is not in the text: it has to be restored before anything else is done to it."""
    last, kept = agreements.last_wording(clause), drafts.find(draft_place(clause), by=me().id)
    return show(
        "drafting/removed.html",
        section="agreement",
        title=last.title,
        html=markup.to_html(last.text),
        kept=kept.fields.get("text", "") if kept else "",
        language=whole.agreement.language.value,
        is_section_gone=clause.section.removed_at is not None,
        action=f"/kohdat/{clause.id}/palautus",
        structure=structure_url(whole.agreement),
        key=new_key(),
        crumbs=crumbs(whole.agreement, gettext("Poistettu kohta")),
    )
