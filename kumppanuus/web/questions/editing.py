"""What a coordinator changes in a question: its words, who is responsible until when, and its clauses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Response
from flask_babel import gettext, lazy_gettext
from wtforms import SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields import SelectChoice

from kumppanuus import agreements, members, questions
from kumppanuus.agreements import Agreement, Outline, Side
from kumppanuus.errors import Conflict, Refused
from kumppanuus.members import Role
from kumppanuus.questions import Question
from kumppanuus.text.collation import sort_key
from kumppanuus.text.diff import Change, diff
from kumppanuus.web import words
from kumppanuus.web.forms import Chosen, DayField, Form, NumberField, Written
from kumppanuus.web.language import day, listed
from kumppanuus.web.questions.frame import again, home, joined, lang_of, owner_words, register_at, screen
from kumppanuus.web.screen import me, reply, say, show

_l = lazy_gettext


class WordsForm(Form):
    """The words of a question."""

    revision = NumberField()
    title = StringField(_l("Otsikko"), validators=[Written(_l("Kirjoita otsikko"))])
    text = TextAreaField(_l("Kysymys"), validators=[Written(_l("Kirjoita kysymys"))])
    background = TextAreaField(_l("Mistä on kyse?"), description=_l("Kerro taustaa niille, jotka eivät tunne asiaa."))
    solution = TextAreaField(_l("Ehdotus ratkaisuksi"))


class AssignForm(Form):
    """Who is responsible, and until when."""

    revision = NumberField()
    owner = SelectField(_l("Vastuuhenkilö"), validators=[Chosen()])
    side = SelectField(
        _l("Osapuoli"),
        description=_l("Vastuuhenkilön oma osapuoli menee tämän edelle."),
        validators=[Chosen()],
    )
    due_on = DayField(_l("Määräpäivä"))


class LinkForm(Form):
    """Which clauses answer a question, by chapter."""

    revision = NumberField()
    clauses = SelectMultipleField(_l("Kohdat, jotka vastaavat kysymykseen"), validate_choice=False)


@dataclass(frozen=True)
class ChapterChoices:
    """A chapter with its clauses as check boxes: (value, words, is it chosen)."""

    heading: str
    options: list[tuple[str, str, bool]]

    @property
    def chosen(self) -> int:
        return sum(is_chosen for _value, _words, is_chosen in self.options)


@screen.page("/sopimukset/<agreement>/kysymykset/<int:question>/muokkaus", may="question.write")
def edit_page(agreement: Agreement, question: Question) -> str:
    return _edit_page(question)


def _edit_page(
    question: Question,
    words_form: WordsForm | None = None,
    assign_form: AssignForm | None = None,
    link_form: LinkForm | None = None,
    refusal: Refused | None = None,
) -> str:
    agreement, linked = question.agreement, questions.linked(question)
    whole = agreements.outline(agreement, to_show=True)
    refused = words_form or assign_form or link_form
    is_conflict = isinstance(refusal, Conflict)
    return show(
        "questions/edit.html",
        section="questions",
        question=question,
        address=home(question),
        register=register_at(agreement),
        lang=lang_of(agreement),
        refused=refused,
        differences=_differences(question, words_form) if words_form and is_conflict else [],
        # What a conflict would otherwise write over unseen.
        owner_now=_owner_now(question) if assign_form and is_conflict else "",
        clauses_now=_clauses_now(whole, linked) if link_form and is_conflict else "",
        words_form=words_form or WordsForm(formdata=None, obj=question),
        assign_form=assign_form or _assign_form(question, bound=False),
        link_form=link_form or LinkForm(formdata=None, data={"revision": question.revision}),
        chapters=_chapter_choices(whole, set(link_form.clauses.data or []) if link_form else set(map(str, linked))),
    )


def _assign_form(question: Question, *, bound: bool) -> AssignForm:
    seen = {
        "revision": question.revision,
        "owner": str(question.owner_id or ""),
        "side": question.owner_side.value if question.owner_side else "",
        "due_on": question.due_on,
    }
    form = AssignForm() if bound else AssignForm(formdata=None, data=seen)
    able = [each for each in members.everyone(question.agreement) if each.role is not Role.READER]
    if question.owner and question.owner not in able:
        able.append(question.owner)
    people = [SelectChoice(str(each.id), joined(each.user.name, words.role_words(each))) for each in able]
    people.sort(key=lambda choice: sort_key(choice.label))
    form.owner.choices = [SelectChoice("", gettext("Ei vielä nimetty")), *people]
    sides = [SelectChoice(side.value, words.side(question.agreement, side)) for side in Side]
    form.side.choices = [SelectChoice("", gettext("Ei vielä sovittu")), *sides]
    return form


def _chapter_choices(whole: Outline, chosen: set[str]) -> list[ChapterChoices]:
    return [
        ChapterChoices(
            words.section_title(chapter),
            [(str(each.id), words.clause_title(each), str(each.id) in chosen) for each in chapter.clauses],
        )
        for chapter in whole.sections
        if chapter.clauses
    ]


def _differences(question: Question, form: WordsForm) -> list[tuple[str, list[Change]]]:
    """What the person's words would change in those that stand now, field by field."""
    pairs = ((form[name], getattr(question, name)) for name in ("title", "text", "background", "solution"))
    return [(str(field.label.text), diff(stands, field.data or "")) for field, stands in pairs if field.data != stands]


def _owner_now(question: Question) -> str:
    due = gettext("Viimeistään %(day)s", day=day(question.due_on)) if question.due_on else ""
    return joined(owner_words(question) or gettext("Ei vielä nimetty"), due)


def _clauses_now(whole: Outline, linked: set[UUID]) -> str:
    return listed([each.label for each in whole.clauses() if each.id in linked]) or gettext("Ei yhtään kohtaa")


@screen.deed("/sopimukset/<agreement>/kysymykset/<int:question>/muokkaus", may="question.write")
def edit(agreement: Agreement, question: Question) -> Response:
    form = WordsForm()
    if not form.validate():
        return _again_there(question, form, words_form=form)
    try:
        questions.edit(
            question,
            title=form.title.data,
            text=form.text.data,
            background=form.background.data,
            solution=form.solution.data,
            revision=form.revision.data,
            by=me().id,
        )
    except Refused as refusal:
        return _again_there(question, form, refusal, words_form=form)
    say(gettext("Kysymyksen tekstit on tallennettu."))
    return reply(otherwise=home(question))


@screen.deed("/sopimukset/<agreement>/kysymykset/<int:question>/vastuu", may="question.write")
def assign(agreement: Agreement, question: Question) -> Response:
    form = _assign_form(question, bound=True)
    if not form.validate():
        return _again_there(question, form, assign_form=form)
    try:
        questions.assign(
            question,
            owner=members.by_id(UUID(form.owner.data)) if form.owner.data else None,
            side=Side(form.side.data) if form.side.data else None,
            due_on=form.due_on.data,
            revision=form.revision.data,
            by=me().id,
        )
    except Refused as refusal:
        return _again_there(question, form, refusal, assign_form=form)
    say(gettext("Vastuuhenkilö ja määräpäivä on tallennettu."))
    return reply(otherwise=home(question))


@screen.deed("/sopimukset/<agreement>/kysymykset/<int:question>/kohdat", may="question.write")
def link(agreement: Agreement, question: Question) -> Response:
    form = LinkForm()
    try:
        chosen = [_id(value) for value in form.clauses.data or []]
        questions.link(question, chosen, revision=form.revision.data, by=me().id)
    except Refused as refusal:
        return _again_there(question, form, refusal, link_form=form)
    say(gettext("Kohdat on tallennettu."))
    return reply(otherwise=home(question))


def _id(value: str) -> UUID:
    try:
        return UUID(value)
    except ValueError:
        raise questions.NotHere(field="clauses") from None


def _again_there(question: Question, form: Form, refusal: Refused | None = None, **forms: Any) -> Response:
    def page() -> str:
        return _edit_page(question, refusal=refusal, **forms)

    return again(question, form, page, page, refusal)
