"""The moves a person may make with a question: those the table and the law allow, each with the fields it uses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import request
from flask_babel import gettext, lazy_gettext
from wtforms import HiddenField, TextAreaField

from kumppanuus import questions
from kumppanuus.errors import Refused
from kumppanuus.questions import Question, Status, Step
from kumppanuus.web.forms import DayField, Form, NumberField
from kumppanuus.web.screen import may

_l = lazy_gettext


class MoveForm(Form):
    """One move of a question. Only the fields the move uses are drawn; what it needs, the table of moves says."""

    revision = NumberField()
    to = HiddenField()
    solution = TextAreaField(_l("Ehdotus ratkaisuksi"), description=_l("Kirjoita, mitä ehdotatte sovittavaksi."))
    outcome = TextAreaField(_l("Mitä sovittiin?"), description=_l("Kirjoita yhdellä tai kahdella virkkeellä."))
    reason = TextAreaField(_l("Perustelu"), description=_l("Muut osallistujat näkevät perustelun."))
    next_on = DayField(_l("Seuraava käsittelypäivä"))

    def __init__(self, *args: Any, **rest: Any) -> None:
        super().__init__(*args, **rest)
        # The forms of several moves stand on one page, so their fields are told apart by where they lead.
        for field in self:
            field.id = field.label.field_id = f"{field.name}-{self.to.data}"

    @property
    def target(self) -> Status | None:
        try:
            return Status(self.to.data)
        except ValueError:
            return None


@dataclass(frozen=True)
class Offer:
    """A move a person may make: the words of its button, and the fields it uses with whether they may stay empty."""

    to: str
    words: str
    form: MoveForm
    fields: list[tuple[Any, bool]]
    is_open: bool


def offers(question: Question, refused: MoveForm | None = None) -> list[Offer]:
    """The moves this person may make, the likeliest first; a refused form stays open with what was typed."""
    way = [Status.AGREED, Status.IN_PREPARATION, Status.PROPOSED, Status.OPEN, Status.DEFERRED, Status.OUT_OF_SCOPE]
    return [
        _offer(question, to, refused if refused and refused.target is to else None)
        for to in way
        if to in questions.MOVES[question.status] and (to is not Status.AGREED or may("question.agree", question))
    ]


def _offer(question: Question, to: Status, refused: MoveForm | None = None) -> Offer:
    before = question.status
    form = refused or MoveForm(
        formdata=None, data={"revision": question.revision, "to": to.value, "solution": question.solution}
    )
    # A tabled proposal keeps its solution; it is edited, not proposed again.
    needed = [name for name in questions.needs(before, to) if name != "solution" or before is not to]
    optional = [name for name in _optional(before, to) if name not in needed]
    fields = [(form[name], False) for name in needed] + [(form[name], True) for name in optional]
    return Offer(to.value, _offer_words(before, to), form, fields, refused is not None)


def _optional(before: Status, to: Status) -> tuple[str, ...]:
    """What a move may say beside what it needs."""
    if before is Status.PROPOSED and to in (Status.PROPOSED, Status.IN_PREPARATION):
        return ("reason",)
    return ("next_on",) if to is Status.PROPOSED else ()


def _offer_words(before: Status, to: Status) -> str:
    match before, to:
        case Status.PROPOSED, Status.PROPOSED:
            return gettext("Jätä pöydälle")
        case Status.PROPOSED, Status.IN_PREPARATION:
            return gettext("Palauta valmisteluun")
        case Status.AGREED, Status.IN_PREPARATION:
            return gettext("Avaa kysymys uudelleen")
        case _, Status.IN_PREPARATION:
            return gettext("Aloita valmistelu")
        case _, Status.PROPOSED:
            return gettext("Esitä ratkaisu")
        case _, Status.AGREED:
            return gettext("Merkitse sovituksi")
        case _, Status.DEFERRED:
            return gettext("Siirrä myöhemmäksi")
        case _, Status.OUT_OF_SCOPE:
            return gettext("Jätä sopimuksen ulkopuolelle")
    return gettext("Merkitse aloittamattomaksi")


def moved_words(question: Question, step: Step) -> str:
    """What has been done, once a question has moved."""
    number = question.number
    match step, question.status:
        case Step.TABLED, _:
            return gettext("Kysymys %(number)s on jätetty pöydälle.", number=number)
        case Step.RETURNED, _:
            return gettext("Kysymys %(number)s on palautettu valmisteluun.", number=number)
        case _, Status.PROPOSED:
            return gettext("Ehdotus ratkaisuksi on esitetty.")
        case _, Status.AGREED:
            return gettext("Kysymys %(number)s on nyt sovittu.", number=number)
        case _, Status.DEFERRED:
            return gettext("Kysymys %(number)s on siirretty myöhemmäksi.", number=number)
        case _, Status.OUT_OF_SCOPE:
            return gettext("Kysymys %(number)s on jätetty sopimuksen ulkopuolelle.", number=number)
        case _, Status.IN_PREPARATION:
            return gettext("Kysymys %(number)s on nyt valmistelussa.", number=number)
    return gettext("Kysymys %(number)s on nyt aloittamatta.", number=number)


def missing(form: MoveForm, needed: tuple[str, ...], refusal: Refused) -> list[str]:
    """Every empty field, so that all of them are told at once; the verb names the first."""
    empty = {name for name in needed if name in request.form and not str(form[name].data or "").strip()}
    return [name for name in needed if name in empty | {refusal.facts["field"]}]
