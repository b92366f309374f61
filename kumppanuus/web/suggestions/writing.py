"""Writing a suggestion: other words for a clause; and what every suggestion tells, whatever it is about."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Response, make_response, request
from flask_babel import gettext, lazy_gettext, ngettext
from wtforms import RadioField, StringField, TextAreaField

from kumppanuus import accounts, agreements, approvals, drafts, limits, suggestions
from kumppanuus.agreements import Clause, Section
from kumppanuus.errors import Refused
from kumppanuus.members import SpeaksFor
from kumppanuus.suggestions import Kind, Suggestion
from kumppanuus.web import words
from kumppanuus.web.comments import ask_voice, voice_chosen
from kumppanuus.web.drafting.clauses import draft_place, id_of, suggestion_place
from kumppanuus.web.drafting.ground import Crumbs, Difference, base_of, clause_crumbs, difference
from kumppanuus.web.drafting.ground import parts as drafting_parts
from kumppanuus.web.forms import Chosen, Form, IdField, Written, new_key
from kumppanuus.web.language import listed
from kumppanuus.web.screen import htmx, me, my_member, reply, retry, say, show
from kumppanuus.web.suggestions.frame import home, landing, name_of, parts, rows_of, screen

_l = lazy_gettext


class SuggestionForm(Form):
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


class WordingForm(SuggestionForm):
    """Other words for a clause. `base` is the version they were written on."""

    title = StringField(_l("Otsikko"))
    text = TextAreaField(_l("Ehdotuksesi"), [Written(_l("Kirjoita ehdotuksesi"))])
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
    counter, current = asked_counter(clause), clause.current
    kept = drafts.find(kept_at_place(clause, counter), by=me().id)
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


@screen.deed("/kohdat/<uuid:clause>/muutosehdotukset", may="suggestion.write", once=("title", "text", "reason", "base"))
def send(clause: Clause) -> Response:
    form = WordingForm()
    counter = counter_of(form, clause)
    try:
        if "luonnos" in request.form:
            _keep_wording(clause, form, counter)
            return answer_kept(f"/kohdat/{clause.id}/ehdota{asking(counter)}")
        if not form.validate():
            return _wording_again(clause, form)
        spend()
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
    drafts.forget(kept_at_place(clause, counter), by=me().id)
    return answer_sent(sent)


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
    _keep_wording(clause, form, counter_of(form, clause))
    return make_response("", 204)


@screen.deed("/kohdat/<uuid:clause>/muutosehdotukset/luonnos/poisto", may="suggestion.write")
def drop(clause: Clause) -> Response:
    counter = asked_counter(clause)
    return answer_dropped(kept_at_place(clause, counter), f"/kohdat/{clause.id}/ehdota{asking(counter)}")


def _keep_wording(clause: Clause, form: WordingForm, counter: Suggestion | None) -> None:
    """Keep what is typed, with the version it was written on; nothing if it is what the box held at first."""
    fields, place = form.fields(), kept_at_place(clause, counter)
    title, text = _start(clause, counter)
    typed = (fields["title"], fields["text"], fields["reason"])
    if typed == (title, text, "") or not any(each.strip() for each in typed):
        drafts.forget(place, by=me().id)
    else:
        drafts.keep(place, fields, by=me().id)


def _wording_view(clause: Clause, form: WordingForm, **rest: Any) -> Writing:
    placed = agreements.place_of(clause)
    counter, here = counter_of(form, clause), f"/kohdat/{clause.id}"
    name = words.clause_title(placed)
    heading = (
        gettext("Ehdota toista tekstiä kohtaan %(name)s", name=name)
        if counter
        else gettext("Ehdota muutosta kohtaan %(name)s", name=name)
    )
    return Writing(
        url=f"{here}/muutosehdotukset",
        counter=asking(counter),
        heading=heading,
        lead=gettext("Muuta tekstiä suoraan kentässä. Palvelu merkitsee muutokset puolestasi."),
        language=clause.agreement.language.value,
        form=form,
        back=here,
        steps=steps(),
        notices=_notices(clause, counter),
        others=_others(clause, counter),
        removal="" if counter else f"{here}/poistoehdotus",
        **rest,
    )


def _wording_page(clause: Clause, form: WordingForm, **rest: Any) -> str:
    view = _wording_view(clause, form, **rest)
    way = crumbs(clause, gettext("Ehdota muutosta"))
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
    places = {draft_place(clause), kept_at_place(clause, None), kept_at_place(clause, counter)}
    names = sorted(accounts.names(drafts.others(*places, by=me().id)).values())
    told = ngettext(
        "%(names)s on kirjoittanut tähän kohtaan äsken.",
        "%(names)s ovat kirjoittaneet tähän kohtaan äsken.",
        len(names),
        names=listed(names),
    )
    return told if names else ""


# ---------------------------------------------------------------- whatever is suggested


def spend() -> None:
    """Count one more suggestion of the person. Refuses `limits.TooMany`."""
    limits.spend(f"suggestion:{me().id}", limits.COMMENT)


def answer_sent(sent: Suggestion) -> Response:
    """The answer to a suggestion that was sent."""
    say(gettext("%(name)s on lähetetty. Voit perua sen, kunnes siihen on vastattu.", name=name_of(sent)))
    return reply(otherwise=landing(sent))


def answer_kept(otherwise: str) -> Response:
    """The answer to one that was kept unfinished."""
    say(gettext("Keskeneräinen ehdotus on tallessa. Vain sinä näet sen."))
    return reply(otherwise=otherwise)


def answer_dropped(place: str, otherwise: str) -> Response:
    """Forget what was kept at a place, and say so."""
    drafts.forget(place, by=me().id)
    say(gettext("Keskeneräinen ehdotus on poistettu."))
    return reply(otherwise=otherwise)


def kept_at_place(about: Clause | Section, counter: Suggestion | None) -> str:
    """Where an unfinished suggestion is kept."""
    return f"counter:{counter.id}" if counter else suggestion_place(about)


def asking(counter: Suggestion | None) -> str:
    """The end of an address that names the suggestion that is answered with another, if there is one."""
    return f"?vastaehdotus={counter.id}" if counter else ""


def asked_counter(about: Clause | Section) -> Suggestion | None:
    """The suggestion that is answered with another, as the address names it."""
    return _matching(id_of(request.args.get("vastaehdotus")), about)


def counter_of(form: SuggestionForm, about: Clause | Section) -> Suggestion | None:
    """The suggestion that is answered with another, as the form names it."""
    return _matching(form.counter.data, about)


def _matching(suggestion_id: UUID | None, about: Clause | Section) -> Suggestion | None:
    """The suggestion, if it is about the same clause or section."""
    found = suggestions.by_id(suggestion_id) if suggestion_id else None
    return found if found and about.id in (found.clause_id, found.section_id) else None


def steps() -> list[str]:
    """What happens once a suggestion is sent."""
    return [
        gettext("Ehdotus näkyy kaikille heti"),
        gettext("Toinen osapuoli tai koordinaattori vastaa siihen"),
        gettext("Hyväksytty ehdotus siirtyy sopimukseen"),
    ]


def crumbs(clause: Clause, last: str) -> Crumbs:
    """The way to a page that belongs to a clause."""
    return clause_crumbs(clause.agreement, agreements.place_of(clause), last)
