"""Writing a suggestion: other words for a clause, a new clause at a place, or taking a clause out of the text."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Response, abort, make_response, request
from flask_babel import gettext, lazy_gettext, ngettext
from wtforms import RadioField, SelectField, StringField, TextAreaField
from wtforms.fields import SelectChoice

from kumppanuus import accounts, agreements, approvals, drafts, limits, suggestions
from kumppanuus.agreements import Chapter, Clause, Section
from kumppanuus.errors import Refused
from kumppanuus.members import SpeaksFor
from kumppanuus.suggestions import Kind, Suggestion
from kumppanuus.web import reading, words
from kumppanuus.web.comments import ask_voice, voice_chosen
from kumppanuus.web.drafting.clauses import draft_place, id_of, suggestion_place
from kumppanuus.web.drafting.ground import Crumbs, Difference, agreement_of, base_of, clause_crumbs, difference
from kumppanuus.web.drafting.ground import parts as drafting_parts
from kumppanuus.web.forms import Chosen, Form, IdField, Written, new_key
from kumppanuus.web.language import listed
from kumppanuus.web.screen import htmx, me, my_member, reply, retry, say, show
from kumppanuus.web.suggestions.frame import home, name_of, parts, rows_of, screen

_l = lazy_gettext

# Where a new clause comes when it follows no other.
FIRST = "first"


class _Suggesting(Form):
    """What every suggestion tells: why, and in whose name, which is asked only of those who have more than one.
    `counter` is the suggestion it answers."""

    counter = IdField()
    reason = TextAreaField(
        _l("Miksi ehdotat muutosta?"),
        [Written(_l("Kirjoita perustelu"))],
        description=_l("Yksi tai kaksi virkettä riittää. Perustelu näkyy kaikille osallistujille."),
    )
    speaks_for = RadioField(
        _l("Kenen nimissä ehdotat?"),
        [Chosen(_l("Valitse, kenen nimissä ehdotat"))],
        default=SpeaksFor.SELF.value,
    )

    def __init__(self, *args: Any, **rest: Any) -> None:
        super().__init__(*args, **rest)
        ask_voice(self)

    def fields(self) -> dict[str, str]:
        """What is typed and chosen, as it is kept unfinished."""
        names = ("title", "text", "reason", "speaks_for", "place", "base")
        return {name: str(self[name].data or "").replace("\r\n", "\n") for name in names if name in self}


class WordingForm(_Suggesting):
    """Other words for a clause. `base` is the version they were written on."""

    title = StringField(_l("Otsikko"))
    text = TextAreaField(_l("Ehdotuksesi"), [Written(_l("Kirjoita ehdotuksesi"))])
    base = IdField()


class NewClauseForm(_Suggesting):
    """A new clause and its place."""

    place = SelectField(_l("Mihin uusi kohta tulee?"), [Chosen(_l("Valitse, mihin uusi kohta tulee"))])
    title = StringField(_l("Otsikko"))
    text = TextAreaField(_l("Ehdotuksesi"), [Written(_l("Kirjoita ehdotuksesi"))])


class RemovalForm(_Suggesting):
    """Taking a clause out of the text. `base` is the version that was shown."""

    base = IdField()


@dataclass(frozen=True)
class Writing:
    """The form of a suggestion and what stands around it. `url` is where it goes."""

    url: str
    counter: str
    heading: str
    lead: str
    language: str
    form: Any
    back: str
    steps: list[str]
    notices: list[tuple[str, tuple[str, str] | None]]
    others: str = ""
    kept_at: datetime | None = None
    changes: Difference | None = None
    has_preview: bool = True
    removal: str = ""
    drop_key: str = field(default_factory=new_key)

    @property
    def rows(self) -> int:
        """How high the box is drawn, so that most texts are seen whole."""
        return rows_of(self.form.text.data)


# ---------------------------------------------------------------- other words for a clause


@screen.page("/kohdat/<uuid:clause>/ehdota", may="suggestion.write")
def suggest(clause: Clause) -> str:
    if clause.is_removed:
        raise agreements.Removed()
    counter, current = _asked_counter(clause), clause.current
    kept = drafts.find(_draft(clause, counter), by=me().id)
    if kept is not None:
        data = {**kept.fields, "base": id_of(kept.fields.get("base", "")), "counter": counter and counter.id}
        return _wording_page(clause, WordingForm(formdata=None, data=data), kept_at=kept.kept_at)
    title, text = _start(clause, counter)
    data = {"title": title, "text": text, "base": current.id, "counter": counter and counter.id}
    return _wording_page(clause, WordingForm(formdata=None, data=data))


def _start(clause: Clause, counter: Suggestion | None) -> tuple[str, str]:
    """What stands in the box at first: the words in force, or those that are answered, where they fit these."""
    if counter is not None and counter.kind is Kind.REWRITE:
        found = suggestions.result(counter, clause.current)
        if found.is_clean:
            return found.title, found.text
    return clause.current.title, clause.current.text


@screen.deed("/kohdat/<uuid:clause>/muutosehdotukset", may="suggestion.write")
def send(clause: Clause) -> Response:
    form = WordingForm()
    counter = _counter_of(form, clause)
    try:
        if "luonnos" in request.form:
            _keep_wording(clause, form, counter)
            return _kept(f"/kohdat/{clause.id}/ehdota{_asking(counter)}")
        if not form.validate():
            return _wording_again(clause, form)
        _spend()
        sent = suggestions.write(
            clause,
            title=form.title.data,
            text=form.text.data,
            reason=form.reason.data,
            base=base_of(clause, form.base),
            speaks_for=voice_chosen(form),
            counter_to=counter,
            by=my_member(),
        )
    except Refused as refusal:
        form.refuse(refusal)
        return _wording_again(clause, form, refusal)
    drafts.forget(_draft(clause, counter), by=me().id)
    return _sent(sent, f"/kohdat/{clause.id}#ehdotus-{sent.number}")


@screen.deed("/kohdat/<uuid:clause>/muutosehdotukset/esikatselu", may="suggestion.write", keeps_key=True)
def preview(clause: Clause) -> Response:
    form = WordingForm()
    changes = _difference(clause, form)
    if not htmx:
        return make_response(_wording_page(clause, form, changes=changes))
    # Pressed, the button leads to what it shows; a refresh while typing goes on leaves the writer alone.
    focus = "#esikatselu-h" if "esikatselu" in request.form else None
    part = drafting_parts.preview(_wording_view(clause, form, changes=changes))
    return reply(part, otherwise=f"/kohdat/{clause.id}/ehdota", focus=focus)


@screen.deed("/kohdat/<uuid:clause>/muutosehdotukset/luonnos", may="suggestion.write", keeps_key=True)
def keep(clause: Clause) -> Response:
    form = WordingForm()
    _keep_wording(clause, form, _counter_of(form, clause))
    return make_response("", 204)


@screen.deed("/kohdat/<uuid:clause>/muutosehdotukset/luonnos/poisto", may="suggestion.write")
def drop(clause: Clause) -> Response:
    counter = _asked_counter(clause)
    return _dropped(_draft(clause, counter), f"/kohdat/{clause.id}/ehdota{_asking(counter)}")


def _keep_wording(clause: Clause, form: WordingForm, counter: Suggestion | None) -> None:
    """Keep what is typed, with the version it was written on; nothing if it is what the box held at first."""
    fields, place = form.fields(), _draft(clause, counter)
    title, text = _start(clause, counter)
    typed = (fields["title"], fields["text"], fields["reason"])
    if typed == (title, text, "") or not any(each.strip() for each in typed):
        drafts.forget(place, by=me().id)
    else:
        drafts.keep(place, fields, by=me().id)


def _wording_view(clause: Clause, form: WordingForm, **rest: Any) -> Writing:
    placed = agreements.place_of(clause)
    counter, here = _counter_of(form, clause), f"/kohdat/{clause.id}"
    name = words.clause_title(placed)
    heading = (
        gettext("Ehdota toista tekstiä kohtaan %(name)s", name=name)
        if counter
        else gettext("Ehdota muutosta kohtaan %(name)s", name=name)
    )
    return Writing(
        url=f"{here}/muutosehdotukset",
        counter=_asking(counter),
        heading=heading,
        lead=gettext("Muuta tekstiä suoraan kentässä. Palvelu merkitsee muutokset puolestasi."),
        language=clause.agreement.language.value,
        form=form,
        back=here,
        steps=_steps(),
        notices=_notices(clause, counter),
        others=_others(clause, counter),
        removal="" if counter else f"{here}/poistoehdotus",
        **rest,
    )


def _wording_page(clause: Clause, form: WordingForm, **rest: Any) -> str:
    view = _wording_view(clause, form, **rest)
    way = _crumbs(clause, gettext("Ehdota muutosta"))
    return show("suggestions/write.html", section="agreement", view=view, crumbs=way)


def _wording_again(clause: Clause, form: WordingForm, refusal: Refused | None = None) -> Response:
    if clause.is_removed:
        raise refusal or agreements.Removed()  # there is nothing to suggest; the page of the refusal keeps the text
    changes = _difference(clause, form)
    return retry(
        lambda: parts.writer(_wording_view(clause, form, changes=changes)),
        lambda: _wording_page(clause, form, changes=changes),
        refusal,
    )


def _difference(clause: Clause, form: WordingForm) -> Difference:
    """What the words in the box change in those they were written on."""
    return difference(base_of(clause, form.base) or clause.current, form.title.data or "", form.text.data or "")


def _notices(clause: Clause, counter: Suggestion | None) -> list[tuple[str, tuple[str, str] | None]]:
    """What to know before writing: what is answered, what others have suggested, and that the clause is agreed."""
    found: list[tuple[str, tuple[str, str] | None]] = []
    here = f"/kohdat/{clause.id}"
    if counter is not None:
        link = (home(counter), gettext("Lue ehdotus"))
        found.append((gettext("Vastaat tällä muutosehdotukseen %(number)s.", number=counter.number), link))
    elif count := sum(each.clause_id == clause.id for each in suggestions.waiting(clause.agreement)):
        said = ngettext(
            "Kohdalle on jo tehty %(num)s muutosehdotus.", "Kohdalle on jo tehty %(num)s muutosehdotusta.", count
        )
        found.append((said, (f"{here}#ehdotukset", gettext("Lue ensin, mitä muut ehdottavat"))))
    if len(approvals.standing(clause)) == 2:
        found.append((gettext("Kohta on sovittu. Se pysyy sovittuna, kunnes ehdotus hyväksytään."), None))
    return found


def _others(clause: Clause, counter: Suggestion | None) -> str:
    """Who else has typed at this clause lately."""
    places = {draft_place(clause), _draft(clause, None), _draft(clause, counter)}
    names = sorted(accounts.names(drafts.others(*places, by=me().id)).values())
    return gettext("%(names)s on kirjoittanut tähän kohtaan äsken.", names=listed(names)) if names else ""


# ---------------------------------------------------------------- a new clause


@screen.page("/luvut/<uuid:section>/ehdota", may="suggestion.write")
def suggest_clause(section: Section) -> str:
    chapter, counter = _chapter(section), _asked_counter(section)
    kept = drafts.find(_draft(section, counter), by=me().id)
    if kept is not None:
        data = {**kept.fields, "counter": counter and counter.id}
        return _clause_page(chapter, section, _clause_form(chapter, data), kept_at=kept.kept_at)
    after = counter.after_id if counter else id_of(request.args.get("jalkeen")) or _last(chapter)
    data = {"place": str(after or FIRST), "counter": counter and counter.id}
    if counter is not None:
        data |= {"title": counter.title, "text": counter.text}
    return _clause_page(chapter, section, _clause_form(chapter, data))


@screen.deed("/luvut/<uuid:section>/muutosehdotukset", may="suggestion.write")
def send_clause(section: Section) -> Response:
    chapter = _chapter(section)
    form = _clause_form(chapter)
    counter = _counter_of(form, section)
    try:
        if "luonnos" in request.form:
            drafts.keep(_draft(section, counter), _clause_fields(form), by=me().id)
            return _kept(f"/luvut/{section.id}/ehdota{_asking(counter)}")
        if not form.validate():
            return _clause_again(chapter, section, form)
        _spend()
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
    drafts.forget(_draft(section, counter), by=me().id)
    return _sent(sent, home(sent))


@screen.deed("/luvut/<uuid:section>/muutosehdotukset/luonnos", may="suggestion.write", keeps_key=True)
def keep_clause(section: Section) -> Response:
    form = _clause_form(_chapter(section))
    drafts.keep(_draft(section, _counter_of(form, section)), _clause_fields(form), by=me().id)
    return make_response("", 204)


@screen.deed("/luvut/<uuid:section>/muutosehdotukset/luonnos/poisto", may="suggestion.write")
def drop_clause(section: Section) -> Response:
    counter = _asked_counter(section)
    return _dropped(_draft(section, counter), f"/luvut/{section.id}/ehdota{_asking(counter)}")


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
    agreement, counter = agreement_of(section), _counter_of(form, section)
    name = words.section_title(chapter)
    heading = (
        gettext("Ehdota uutta kohtaa liitteeseen %(name)s", name=name)
        if chapter.is_annex
        else gettext("Ehdota uutta kohtaa lukuun %(name)s", name=name)
    )
    return Writing(
        url=f"/luvut/{section.id}/muutosehdotukset",
        counter=_asking(counter),
        heading=heading,
        lead=gettext("Kirjoita kohdan teksti ja valitse sen paikka."),
        language=agreement.language.value,
        form=form,
        back=reading.chapter_address(agreement, chapter),
        steps=_steps(),
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


@screen.deed("/kohdat/<uuid:clause>/poistoehdotus", may="suggestion.write")
def send_removal(clause: Clause) -> Response:
    form = RemovalForm()
    if not form.validate():
        return _removal_again(clause, form)
    try:
        _spend()
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
    return _sent(sent, f"/kohdat/{clause.id}#ehdotus-{sent.number}")


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
        crumbs=_crumbs(clause, gettext("Ehdota poistamista")),
        steps=_steps(),
    )


def _removal_again(clause: Clause, form: RemovalForm, refusal: Refused | None = None) -> Response:
    if clause.is_removed:
        raise refusal or agreements.Removed()
    return retry(lambda: _removal_page(clause, form), lambda: _removal_page(clause, form), refusal)


# ---------------------------------------------------------------- for each of the three


def _spend() -> None:
    limits.spend(f"suggestion:{me().id}", limits.COMMENT)


def _sent(sent: Suggestion, otherwise: str) -> Response:
    say(gettext("%(name)s on lähetetty. Voit perua sen, kunnes siihen on vastattu.", name=name_of(sent)))
    return reply(otherwise=otherwise)


def _kept(otherwise: str) -> Response:
    say(gettext("Keskeneräinen ehdotus on tallessa. Vain sinä näet sen."))
    return reply(otherwise=otherwise)


def _dropped(place: str, otherwise: str) -> Response:
    drafts.forget(place, by=me().id)
    say(gettext("Keskeneräinen ehdotus on poistettu."))
    return reply(otherwise=otherwise)


def _draft(about: Clause | Section, counter: Suggestion | None) -> str:
    """Where an unfinished suggestion is kept."""
    return f"counter:{counter.id}" if counter else suggestion_place(about)


def _asking(counter: Suggestion | None) -> str:
    return f"?vastaehdotus={counter.id}" if counter else ""


def _asked_counter(about: Clause | Section) -> Suggestion | None:
    """The suggestion that is answered with another, as the address names it."""
    return _matching(id_of(request.args.get("vastaehdotus")), about)


def _counter_of(form: _Suggesting, about: Clause | Section) -> Suggestion | None:
    return _matching(form.counter.data, about)


def _matching(suggestion_id: UUID | None, about: Clause | Section) -> Suggestion | None:
    """The suggestion, if it is about the same clause or section."""
    found = suggestions.by_id(suggestion_id) if suggestion_id else None
    return found if found and about.id in (found.clause_id, found.section_id) else None


def _steps() -> list[str]:
    return [
        gettext("Ehdotus näkyy kaikille heti"),
        gettext("Toinen osapuoli tai koordinaattori vastaa siihen"),
        gettext("Hyväksytty ehdotus siirtyy sopimukseen"),
    ]


def _crumbs(clause: Clause, last: str) -> Crumbs:
    return clause_crumbs(clause.agreement, agreements.place_of(clause), last)
