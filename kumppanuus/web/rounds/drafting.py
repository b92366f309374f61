"""Drafting a round: the request with its questions, the page that shows it as it will be sent, and throwing it away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from flask import Response, make_response, redirect
from flask_babel import gettext, lazy_gettext, ngettext
from markupsafe import Markup
from wtforms import HiddenField, RadioField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from kumppanuus import agreements, rounds
from kumppanuus.agreements import Agreement, Outline
from kumppanuus.db import today
from kumppanuus.errors import Refused
from kumppanuus.rounds import Asked, Request, Round, RoundKind
from kumppanuus.web import words
from kumppanuus.web.forms import Chosen, DayField, Form, Written
from kumppanuus.web.language import day, plain_day
from kumppanuus.web.rounds.frame import TEXTS, at, request_texts, screen
from kumppanuus.web.screen import me, reply, retry, say, show

_l = lazy_gettext


class DayGiven:
    """Validator: a day has been given."""

    field_flags = {"required": True}

    def __call__(self, form: Form, field: DayField) -> None:
        if field.data is None and not field.errors:
            raise ValidationError(gettext("Kirjoita päivä näin: 9.4.2026"))


class RequestForm(Form):
    """What a round asks. Beside these there is a field `questions_…` for each section."""

    title = StringField(
        _l("Otsikko"), [Written(_l("Kirjoita otsikko"))], description=_l("Esimerkiksi: Lausu sopimusluonnoksesta.")
    )
    kind = RadioField(
        _l("Laji"),
        [Chosen(_l("Valitse laji"))],
        choices=[SelectChoice(kind.value, name) for kind, name in words.ROUND_KINDS.items()],
    )
    last_day = DayField(
        _l("Viimeinen vastauspäivä"),
        [DayGiven()],
        description=_l("Vastata voi tuon päivän loppuun. Suositus on kuusi viikkoa."),
    )
    background = TextAreaField(TEXTS["background"], description=_l("Kerro, mistä on kyse ja miksi kysytte."))
    aims = TextAreaField(TEXTS["aims"], description=_l("Kerro, mihin sopimuksella pyritään."))
    attention = TextAreaField(
        TEXTS["attention"], description=_l("Kerro, mihin kohtiin toivotte erityisesti vastauksia.")
    )
    contact = TextAreaField(
        TEXTS["contact"], description=_l("Keneltä voi kysyä? Kirjoita nimi, puhelin ja sähköposti.")
    )
    sections = SelectMultipleField(
        _l("Mistä luvuista kysytään?"),
        description=_l("Jos et valitse mitään, kysytään koko sopimuksesta."),
        option_widget=CheckboxInput(),
        widget=ListWidget(),
    )
    questions = TextAreaField(
        _l("Kysymykset koko sopimuksesta"), description=_l("Kirjoita kukin kysymys omalle rivilleen.")
    )
    drawn_from = HiddenField()

    def request(self, text: Outline) -> Request:
        """What was filled in, as the verbs take it."""
        last_day = self.last_day.data
        assert last_day is not None  # the field has made sure
        asked = [Asked(line) for line in (self.questions.data or "").splitlines()]
        for chapter in text.sections:
            asked += [Asked(line, chapter.id) for line in (self[f"questions_{chapter.id}"].data or "").splitlines()]
        return Request(
            title=self.title.data or "",
            last_day=last_day,
            kind=RoundKind(self.kind.data),
            section_ids=tuple(UUID(each) for each in self.sections.data or ()),
            questions=tuple(asked),
            **{name: self[name].data or "" for name in TEXTS},
        )

    def section_questions(self) -> list[Any]:
        """The fields for questions about one section each."""
        return [field for name, field in self._fields.items() if name.startswith("questions_")]


def form_for(text: Outline, **values: Any) -> RequestForm:
    """A form with a field of questions for each section of the text."""
    fields = {f"questions_{chapter.id}": TextAreaField(words.section_title(chapter)) for chapter in text.sections}
    form: RequestForm = type("SectionsForm", (RequestForm,), fields)(**values)
    form.sections.choices = [SelectChoice(str(each.id), words.section_title(each)) for each in text.sections]
    return form


def filled(request: Request, text: Outline, drawn_from: str = "") -> RequestForm:
    """The form of a request that stands already."""
    lines: dict[str, list[str]] = {}
    for each in request.questions:
        lines.setdefault(f"questions_{each.section_id}" if each.section_id else "questions", []).append(each.text)
    data = {
        **{name: getattr(request, name) for name in TEXTS},
        **{name: "\n".join(questions) for name, questions in lines.items()},
        "title": request.title,
        "kind": request.kind.value,
        "last_day": request.last_day,
        "sections": [str(each) for each in request.section_ids],
        "drawn_from": drawn_from,
    }
    return form_for(text, formdata=None, data=data)


@dataclass(frozen=True)
class Shown:
    """A request as those read it who are asked: its texts, what it is about, and its questions by section."""

    texts: list[tuple[str, Markup]]
    scope: str
    questions: list[tuple[str, list[str]]]


def shown(round_: Round, text: Outline) -> Shown:
    """The request of a round, drawn."""
    titles = {each.id: words.section_title(each) for each in text.sections}
    titles |= {each.section_id: each.section.title for each in round_.scope if each.section_id not in titles}
    asked: dict[str, list[str]] = {}
    for each in round_.questions:
        title = titles.get(each.section_id, "") if each.section_id else gettext("Koko sopimus")
        asked.setdefault(title or (each.section.title if each.section else ""), []).append(each.text)
    return Shown(
        texts=request_texts(round_),
        scope=", ".join(titles[each] for each in titles if each in round_.section_ids) or gettext("koko sopimus"),
        questions=list(asked.items()),
    )


def warnings(first_day: date, last_day: date) -> list[str]:
    """What makes a window hard for those who answer, in sentences."""
    said = {
        "short": gettext("Aikaa on alle neljä viikkoa. Moni järjestö ei ehdi käsitellä asiaa kokouksessaan."),
        "christmas": gettext("Vastausaika osuu joulun ja loppiaisen väliin. Moni järjestö on silloin tauolla."),
        "july": gettext("Vastausaika osuu heinäkuuhun. Moni järjestö on silloin tauolla."),
    }
    return [said[each] for each in rounds.troubles(first_day, last_day)]


# ---------------------------------------------------------------- pages and deeds


@screen.page("/sopimukset/<agreement>/kierrokset/uusi", may="round.manage")
def new(agreement: Agreement) -> str:
    text = agreements.outline(agreement, to_show=True)
    return _form_page(agreement, filled(Request(title="", last_day=today() + rounds.WINDOW), text))


@screen.deed("/sopimukset/<agreement>/kierrokset", may="round.manage")
def make(agreement: Agreement) -> Response:
    form = form_for(text := agreements.outline(agreement, to_show=True))

    def page() -> str:
        return _form_page(agreement, form)

    if not form.validate():
        return retry(page, page)
    try:
        made = rounds.make(agreement, form.request(text), by=me().id)
    except Refused as refusal:
        form.refuse(refusal)
        return retry(page, page, refusal)
    say(gettext("Luonnos on tallennettu. Valitse nyt kutsuttavat."))
    return reply(otherwise=at(made, "luonnos"))


@screen.page("/sopimukset/<agreement>/kierrokset/<int:round>/luonnos", may="round.manage")
def draft(agreement: Agreement, round: Round) -> str | Response:
    """A draft as it will be sent, and what is still to be done. One that was opened has a page of its own."""
    if not round.is_draft:
        return make_response(redirect(at(round), 303))
    invited = rounds.invitees(round)
    text = agreements.outline(agreement, to_show=True)
    return show(
        "rounds/draft.html",
        section="rounds",
        agreement=agreement,
        round=round,
        address=at(round),
        kind=words.ROUND_KINDS[round.kind],
        last_day=day(round.last_day),
        request=shown(round, text),
        warnings=warnings(today(), round.last_day),
        is_past=round.last_day < today(),
        is_blank=not (round.background or round.aims),
        invited=len(invited),
        invited_words=ngettext("%(num)s kutsuttava", "%(num)s kutsuttavaa", len(invited)),
        form=Form(formdata=None),
    )


@screen.page("/sopimukset/<agreement>/kierrokset/<int:round>/muutos", may="round.manage")
def edit(agreement: Agreement, round: Round) -> str | Response:
    if not round.is_draft:
        return make_response(redirect(at(round), 303))
    text = agreements.outline(agreement, to_show=True)
    return _form_page(agreement, filled(rounds.request_of(round), text, round.request_state), round)


@screen.deed("/sopimukset/<agreement>/kierrokset/<int:round>/muutos", may="round.manage")
def change(agreement: Agreement, round: Round) -> Response:
    form, meanwhile = form_for(text := agreements.outline(agreement, to_show=True)), list[Shown]()

    def page() -> str:
        return _form_page(agreement, form, round, meanwhile)

    if not form.validate():
        return retry(page, page)
    try:
        rounds.change(round, form.request(text), drawn_from=form.drawn_from.data or "", by=me().id)
    except Refused as refusal:
        form.refuse(refusal)
        if isinstance(refusal, rounds.RequestChanged):
            # Whoever has seen what is saved now may save over it.
            form.drawn_from.data = round.request_state
            meanwhile.append(shown(round, text))
        return retry(page, page, refusal)
    say(gettext("Luonnos on tallennettu."))
    return reply(otherwise=at(round, "luonnos"))


@screen.deed("/sopimukset/<agreement>/kierrokset/<int:round>/poisto", may="round.manage")
def discard(agreement: Agreement, round: Round) -> Response:
    title = round.title
    rounds.discard(round, by=me().id)
    say(gettext("Luonnos on poistettu: %(title)s.", title=title))
    return reply(otherwise=f"/sopimukset/{agreement.slug}/kierrokset")


def _form_page(
    agreement: Agreement, form: RequestForm, round_: Round | None = None, meanwhile: Sequence[Shown] = ()
) -> str:
    home = f"/sopimukset/{agreement.slug}/kierrokset"
    last_day = form.last_day.data
    return show(
        "rounds/edit.html",
        section="rounds",
        agreement=agreement,
        form=form,
        home=home,
        round=round_,
        back=at(round_, "luonnos") if round_ else home,
        action=at(round_, "muutos") if round_ else home,
        warnings=warnings(today(), last_day) if last_day else [],
        meanwhile=[*meanwhile],
        meanwhile_title=f"{round_.title}, {plain_day(round_.last_day)}" if round_ else "",
    )
