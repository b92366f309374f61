"""Suggesting a new clause at a place of the text, or taking one out of it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, abort, make_response, request
from flask_babel import gettext, lazy_gettext
from wtforms import SelectField, StringField, TextAreaField
from wtforms.fields import SelectChoice

from kumppanuus import agreements, drafts, suggestions
from kumppanuus.agreements import Chapter, Clause, Section
from kumppanuus.errors import Refused
from kumppanuus.web import reading, words
from kumppanuus.web.comments import voice_chosen
from kumppanuus.web.drafting.clauses import id_of
from kumppanuus.web.drafting.ground import Crumbs, agreement_of, base_of
from kumppanuus.web.forms import Chosen, IdField, Written
from kumppanuus.web.screen import me, my_member, retry, show
from kumppanuus.web.suggestions.frame import home, parts, screen
from kumppanuus.web.suggestions.writing import (
    SuggestionForm,
    Writing,
    answer_dropped,
    answer_kept,
    answer_sent,
    asked_counter,
    asking,
    counter_of,
    crumbs,
    kept_at_place,
    spend,
    steps,
)

_l = lazy_gettext

# Where a new clause comes when it follows no other.
FIRST = "first"


class NewClauseForm(SuggestionForm):
    """A new clause and its place."""

    place = SelectField(_l("Mihin uusi kohta tulee?"), [Chosen(_l("Valitse, mihin uusi kohta tulee"))])
    title = StringField(_l("Otsikko"))
    text = TextAreaField(_l("Ehdotuksesi"), [Written(_l("Kirjoita ehdotuksesi"))])


class RemovalForm(SuggestionForm):
    """Taking a clause out of the text. `base` is the version that was shown."""

    base = IdField()


# ---------------------------------------------------------------- a new clause


@screen.page("/luvut/<uuid:section>/ehdota", may="suggestion.write")
def suggest_clause(section: Section) -> str:
    chapter, counter = _chapter(section), asked_counter(section)
    kept = drafts.find(kept_at_place(section, counter), by=me().id)
    if kept is not None:
        data = {**kept.fields, "counter": counter and counter.id}
        return _clause_page(chapter, section, _clause_form(chapter, data), kept_at=kept.kept_at)
    after = counter.after_id if counter else id_of(request.args.get("jalkeen")) or _last(chapter)
    data = {"place": str(after or FIRST), "counter": counter and counter.id}
    if counter is not None:
        data |= {"title": counter.title, "text": counter.text}
    return _clause_page(chapter, section, _clause_form(chapter, data))


@screen.deed(
    "/luvut/<uuid:section>/muutosehdotukset", may="suggestion.write", once=("place", "title", "text", "reason")
)
def send_clause(section: Section) -> Response:
    chapter = _chapter(section)
    form = _clause_form(chapter)
    counter = counter_of(form, section)
    try:
        if "luonnos" in request.form:
            drafts.keep(kept_at_place(section, counter), _clause_fields(form), by=me().id)
            return answer_kept(f"/luvut/{section.id}/ehdota{asking(counter)}")
        if not form.validate():
            return _clause_again(chapter, section, form)
        spend()
        sent = suggestions.write_addition(
            section,
            after=None if form.place.data == FIRST else agreements.clause_by_id(UUID(form.place.data)),
            title=form.title.data,
            text=form.text.data,
            reason=form.reason.data,
            speaks_for=voice_chosen(form),
            counter_to=counter,
            by=my_member(),
        )
    except Refused as refusal:
        form.refuse(refusal)
        return _clause_again(chapter, section, form, refusal)
    drafts.forget(kept_at_place(section, counter), by=me().id)
    return answer_sent(sent)


@screen.deed("/luvut/<uuid:section>/muutosehdotukset/luonnos", may="suggestion.write", keeps_key=True)
def keep_clause(section: Section) -> Response:
    form = _clause_form(_chapter(section))
    drafts.keep(kept_at_place(section, counter_of(form, section)), _clause_fields(form), by=me().id)
    return make_response("", 204)


@screen.deed("/luvut/<uuid:section>/muutosehdotukset/luonnos/poisto", may="suggestion.write")
def drop_clause(section: Section) -> Response:
    counter = asked_counter(section)
    return answer_dropped(kept_at_place(section, counter), f"/luvut/{section.id}/ehdota{asking(counter)}")


def _clause_fields(form: NewClauseForm) -> dict[str, str]:
    """What is typed; nothing if only the place was chosen."""
    fields = form.fields()
    return fields if any(fields[name].strip() for name in ("title", "text", "reason")) else {}


def _chapter(section: Section) -> Chapter:
    """The section in its place; one that was taken out of the text has none."""
    found = agreements.outline(agreement_of(section), to_show=True).section(section.id)
    if found is None:
        abort(404)
    return found


def _last(chapter: Chapter) -> UUID | None:
    return chapter.clauses[-1].id if chapter.clauses else None


def _clause_form(chapter: Chapter, data: dict[str, Any] | None = None) -> NewClauseForm:
    form = NewClauseForm() if data is None else NewClauseForm(formdata=None, data=data)
    after = [
        SelectChoice(str(each.id), gettext("Kohdan %(name)s jälkeen", name=words.clause_title(each)))
        for each in chapter.clauses
    ]
    form.place.choices = [SelectChoice(FIRST, gettext("Luvun alkuun")), *after]
    if form.place.data not in {str(choice.value) for choice in form.place.choices} and data is not None:
        form.place.data = str(_last(chapter) or FIRST)  # its neighbour is gone
    return form


def _clause_view(chapter: Chapter, section: Section, form: NewClauseForm, **rest: Any) -> Writing:
    agreement, counter = agreement_of(section), counter_of(form, section)
    name = words.section_title(chapter)
    heading = (
        gettext("Ehdota uutta kohtaa liitteeseen %(name)s", name=name)
        if chapter.is_annex
        else gettext("Ehdota uutta kohtaa lukuun %(name)s", name=name)
    )
    return Writing(
        url=f"/luvut/{section.id}/muutosehdotukset",
        counter=asking(counter),
        heading=heading,
        lead=gettext("Kirjoita kohdan teksti ja valitse sen paikka."),
        language=agreement.language.value,
        form=form,
        back=reading.chapter_address(agreement, chapter),
        steps=steps(),
        notices=[
            (
                gettext("Vastaat tällä muutosehdotukseen %(number)s.", number=counter.number),
                (home(counter), gettext("Lue ehdotus")),
            )
        ]
        if counter
        else [],
        has_preview=False,
        **rest,
    )


def _clause_page(chapter: Chapter, section: Section, form: NewClauseForm, **rest: Any) -> str:
    view = _clause_view(chapter, section, form, **rest)
    agreement = agreement_of(section)
    way: Crumbs = [
        (reading.address(agreement), gettext("Sopimus")),
        (view.back, words.section_title(chapter)),
        (None, gettext("Ehdota uutta kohtaa")),
    ]
    return show("suggestions/write.html", section="agreement", view=view, crumbs=way)


def _clause_again(chapter: Chapter, section: Section, form: NewClauseForm, refusal: Refused | None = None) -> Response:
    return retry(
        lambda: parts.writer(_clause_view(chapter, section, form)),
        lambda: _clause_page(chapter, section, form),
        refusal,
    )


# ---------------------------------------------------------------- taking a clause out


@screen.page("/kohdat/<uuid:clause>/poistoehdotus", may="suggestion.write")
def suggest_removal(clause: Clause) -> str:
    if clause.is_removed:
        raise agreements.Removed()
    return _removal_page(clause, RemovalForm(formdata=None, data={"base": clause.current.id}))


@screen.deed("/kohdat/<uuid:clause>/poistoehdotus", may="suggestion.write", once=("reason", "base"))
def send_removal(clause: Clause) -> Response:
    form = RemovalForm()
    if not form.validate():
        return _removal_again(clause, form)
    try:
        spend()
        sent = suggestions.write_removal(
            clause,
            reason=form.reason.data,
            base=base_of(clause, form.base),
            speaks_for=voice_chosen(form),
            by=my_member(),
        )
    except Refused as refusal:
        form.refuse(refusal)
        return _removal_again(clause, form, refusal)
    return answer_sent(sent)


def _removal_page(clause: Clause, form: RemovalForm) -> str:
    placed = agreements.place_of(clause)
    return show(
        "suggestions/removal.html",
        section="agreement",
        name=words.clause_title(placed),
        html=reading.clause_html(placed.version.text),
        language=clause.agreement.language.value,
        form=form,
        action=f"/kohdat/{clause.id}/poistoehdotus",
        back=f"/kohdat/{clause.id}",
        crumbs=crumbs(clause, gettext("Ehdota poistamista")),
        steps=steps(),
    )


def _removal_again(clause: Clause, form: RemovalForm, refusal: Refused | None = None) -> Response:
    if clause.is_removed:
        raise refusal or agreements.Removed()
    return retry(lambda: _removal_page(clause, form), lambda: _removal_page(clause, form), refusal)
