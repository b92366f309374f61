"""Screen: of what in an agreement one wants to be told: following and muting the whole, a section, a clause or a
question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from flask import Response
from flask_babel import gettext
from wtforms import HiddenField

from kumppanuus import agreements, notifications, questions
from kumppanuus.accounts import User
from kumppanuus.agreements import Agreement, Clause, Section
from kumppanuus.members import Member
from kumppanuus.questions import Listed, Question
from kumppanuus.web import words
from kumppanuus.web.forms import Form
from kumppanuus.web.screen import Screen, me, reply, say, show

screen = Screen("following", __name__)

Followed = Agreement | Section | Clause | Question


class ChoiceForm(Form):
    """The other of the two: to mute what is followed, or to follow what is muted."""

    mute = HiddenField()


@dataclass(frozen=True)
class Subject:
    """What is followed or muted: what it is called, its page, and what it lies in, the narrowest first."""

    name: str
    home: str
    agreement: Agreement
    place: Sequence[UUID]


@dataclass(frozen=True)
class ChoiceView:
    """A choice on the own page."""

    name: str
    title: str
    url: str
    is_muted: bool


@screen.page("/sopimukset/<agreement>/seuranta", may="notice.choose", endpoint="of_agreement")
@screen.page("/luvut/<uuid:section>/seuranta", may="notice.choose", endpoint="of_section")
@screen.page("/kohdat/<uuid:clause>/seuranta", may="notice.choose", endpoint="of_clause")
@screen.page("/sopimukset/<agreement>/kysymykset/<int:question>/seuranta", may="notice.choose", endpoint="of_question")
def page(**things: Followed) -> str:
    """Whether one is told of what the address ends with."""
    subject = _subject(things)
    is_muted = notifications.mutes(me(), subject.place)
    form = ChoiceForm(formdata=None, mute="" if is_muted else "1")
    return show(
        "following/page.html",
        section="agreement",
        agreement=subject.agreement,
        subject=subject,
        is_muted=is_muted,
        form=form,
        action=f"{subject.home}/seuranta",
    )


@screen.deed("/sopimukset/<agreement>/seuranta", may="notice.choose", endpoint="choose_agreement")
@screen.deed("/luvut/<uuid:section>/seuranta", may="notice.choose", endpoint="choose_section")
@screen.deed("/kohdat/<uuid:clause>/seuranta", may="notice.choose", endpoint="choose_clause")
@screen.deed(
    "/sopimukset/<agreement>/kysymykset/<int:question>/seuranta", may="notice.choose", endpoint="choose_question"
)
def choose(**things: Followed) -> Response:
    """Follow or mute what the address ends with."""
    subject, is_muted = _subject(things), bool(ChoiceForm().mute.data)
    notifications.choose(me(), subject.agreement, subject.place, is_muted=is_muted)
    if is_muted:
        say(gettext("Vaimennettu: %(name)s.", name=subject.name))
    else:
        say(gettext("Seuraat: %(name)s.", name=subject.name))
    return reply(otherwise=f"{subject.home}/seuranta")


# ---------------------------------------------------------------- what is followed


def _subject(things: Mapping[str, Followed]) -> Subject:
    """The last of the things of an address."""
    match [*things.values()][-1]:
        case Agreement() as agreement:
            return Subject(agreement.title, f"/sopimukset/{agreement.slug}", agreement, [agreement.id])
        case Section() as section:
            whole = agreements.by_id(section.agreement_id)
            assert whole is not None, "a section belongs to an agreement"
            chapter = agreements.outline(whole).section(section.id)
            name = words.section_title(chapter) if chapter else section.title
            return Subject(name, f"/luvut/{section.id}", whole, [section.id, whole.id])
        case Clause() as clause:
            placed = agreements.outline(clause.agreement).find(clause.id)
            name = words.clause_title(placed) if placed else clause.current.title
            place = [clause.id, clause.section_id, clause.agreement_id]
            return Subject(name, f"/kohdat/{clause.id}", clause.agreement, place)
        case Question() as question:
            home = f"/sopimukset/{question.agreement.slug}/kysymykset/{question.number}"
            return Subject(_name_of(question), home, question.agreement, [question.id, question.agreement_id])


def _name_of(question: Question | Listed) -> str:
    return gettext("Kysymys %(number)s: %(title)s", number=question.number, title=question.title)


def chosen(user: User, mine: Sequence[Member]) -> list[ChoiceView]:
    """What a person has chosen, for the own page. Reads the text of an agreement only where something in it was
    chosen."""
    found = []
    choices = notifications.choices(user)
    for agreement in (member.agreement for member in mine):
        own = {each.subject_id: each.is_muted for each in choices if each.agreement_id == agreement.id}
        if own:
            found += [
                ChoiceView(name, agreement.title, f"{home}/seuranta", own[subject])
                for subject, name, home in _named(agreement)
                if subject in own
            ]
    return found


def _named(agreement: Agreement) -> list[tuple[UUID, str, str]]:
    """Everything in an agreement that can be chosen: its id, what it is called, and its page."""
    whole, path = agreements.outline(agreement), f"/sopimukset/{agreement.slug}"
    found = [(agreement.id, gettext("Koko sopimus"), path)]
    found += [(each.id, words.section_title(each), f"/luvut/{each.id}") for each in whole.sections]
    found += [(each.id, words.clause_title(each), f"/kohdat/{each.id}") for each in whole.clauses()]
    found += [(each.id, _name_of(each), f"{path}/kysymykset/{each.number}") for each in questions.listed(agreement)]
    return found
