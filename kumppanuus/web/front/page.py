"""The front page: what waits for the person, how far each agreement is, and what happened last."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from flask import g, request
from flask_babel import gettext, ngettext
from markupsafe import Markup

from kumppanuus import agreements, ledger, policy, suggestions
from kumppanuus.agreements import Agreement
from kumppanuus.db import now, today
from kumppanuus.members import Member, Role
from kumppanuus.policy import Who
from kumppanuus.progress import Progress
from kumppanuus.web import reading, words
from kumppanuus.web.front.frame import screen
from kumppanuus.web.front.overview import overview
from kumppanuus.web.front.rows import Row, rows
from kumppanuus.web.front.waiting import remember, tasks_of
from kumppanuus.web.history import Line, lines
from kumppanuus.web.screen import me, my_agreements, show
from kumppanuus.web.suggestions import panels
from kumppanuus.web.suggestions.frame import home as home_of
from kumppanuus.web.suggestions.frame import name_of

ROWS = 7
EVENTS = 4
DUE = 3
ANSWERS = 3
ANSWERS_FOR = timedelta(days=14)


@dataclass(frozen=True)
class DueLine:
    """A question with its due date, or a round with its last day; only a question has a title."""

    url: str
    words: str
    title: str
    due_on: date


@dataclass(frozen=True)
class AskedLine:
    """A round that can be answered, and how many days there are left to do it: 0 on the last one."""

    url: str
    number: int
    last_day: date
    days_left: int


@dataclass(frozen=True)
class AnswerLine:
    """How a suggestion was answered: its name, the clause it is about, by whom and why."""

    url: str
    name: str
    title: str
    lang: str | None
    outcome: str
    reason: str


@dataclass(frozen=True)
class Part:
    """What the front page shows of one agreement; `place` is its number among those that are shown."""

    agreement: Agreement
    member: Member
    place: int
    is_one: bool
    waiting: int
    rows: list[Row]  # those that are shown
    overview: Markup
    asked: list[AskedLine]
    answers: list[AnswerLine]  # to what the person has suggested
    due: list[DueLine]
    events: list[Line]

    @property
    def may_write(self) -> bool:
        return policy.allows("clause.write", Who(self.member.user, self.member), self.agreement)


@screen.page("/", may="account.use")
def home() -> str:
    """What waits for me in each of my agreements, then everything else."""
    shows_all = request.args.get("nayta") == "kaikki"
    own = my_agreements()
    parts = [_part(member, place, len(own) == 1, shows_all=shows_all) for place, member in enumerate(own, start=1)]
    waiting = sum(part.waiting for part in parts)
    g.waiting = waiting
    if len(parts) == 1:
        g.agreement, g.member = parts[0].agreement, parts[0].member
        g.who = Who(g.user, g.member)
    return show(
        "front/page.html",
        section="home",
        heading=_heading(parts, waiting),
        lead=_lead(parts, waiting),
        parts=parts,
        waiting=waiting,
        may_start=policy.allows("agreement.start", Who(me())),
    )


def _heading(parts: list[Part], waiting: int) -> str:
    name = me().first_name
    if waiting:
        return ngettext(
            "Hei %(name)s, sinua odottaa %(num)s asia", "Hei %(name)s, sinua odottaa %(num)s asiaa", waiting, name=name
        )
    if not _only_reads(parts):
        return gettext("Kiitos! Mikään ei odota sinua juuri nyt.")
    if len(parts) != 1:
        return gettext("Hei %(name)s", name=name)
    agreement = parts[0].agreement
    edition = agreements.latest_edition(agreement)
    if edition is None:
        return agreement.title
    return gettext("%(title)s, luonnos %(name)s", title=agreement.title, name=edition.name)


def _lead(parts: list[Part], waiting: int) -> str:
    if not parts:
        return gettext("Et ole vielä mukana missään sopimuksessa. Koordinaattori voi lisätä sinut.")
    if waiting:
        return ""
    if _only_reads(parts):
        return gettext("Voit lukea sopimusta milloin vain.")
    return gettext("Voit lukea sopimusta ja kommentoida sitä milloin vain.")


def _only_reads(parts: list[Part]) -> bool:
    return all(part.member.role is Role.READER for part in parts)


def _part(member: Member, place: int, is_one: bool, *, shows_all: bool) -> Part:
    agreement = member.agreement
    happened = ledger.newest(agreement.id, most=EVENTS)  # first, so that what is read after is not older
    head = happened[0].digest if happened else ""
    found, waiting = tasks_of(member, head, happened)
    remember(member, head, len(waiting))
    shown = waiting if shows_all else waiting[:ROWS]
    address = f"/sopimukset/{agreement.slug}"
    return Part(
        agreement=agreement,
        member=member,
        place=place,
        is_one=is_one,
        waiting=len(waiting),
        rows=rows(shown, found, member),
        overview=overview(member, found, head, place, is_one),
        asked=_asked(found, address),
        answers=_answers(member, found),
        due=_due_lines(found, address),
        events=lines(happened, found.outline, found.register),
    )


def _answers(member: Member, found: Progress) -> list[AnswerLine]:
    """The last answers to what a member has suggested, with the reasons."""
    since = now() - ANSWERS_FOR
    answered = suggestions.answered(found.agreement, member.user_id, since=since, most=ANSWERS)
    placed = {each.clause_id: found.outline.find(each.clause_id) for each in answered if each.clause_id}
    titles = {clause_id: words.clause_title(each) for clause_id, each in placed.items() if each is not None}
    lang = reading.text_language(found.agreement)
    return [
        AnswerLine(
            url=home_of(each.id),
            name=name_of(each),
            title=titles.get(each.clause_id, "") if each.clause_id else "",
            lang=lang,
            outcome=panels.outcome_words(each),
            reason=gettext("Perustelu: %(reason)s", reason=each.answer) if each.answer else "",
        )
        for each in answered
    ]


def _asked(found: Progress, address: str) -> list[AskedLine]:
    """The rounds whose last day has not gone, the one that ends first first."""
    left = {each.number: (each.last_day - today()).days for each in found.rounds}
    return [
        AskedLine(f"{address}/kierrokset/{each.number}", each.number, each.last_day, left[each.number])
        for each in found.rounds
        if left[each.number] >= 0
    ]


def _due_lines(found: Progress, address: str) -> list[DueLine]:
    """The rounds and questions that come due next, today's first."""
    coming = [
        DueLine(each.url, gettext("Vastaukset kierrokseen %(number)s", number=each.number), "", each.last_day)
        for each in _asked(found, address)
    ]
    coming += [
        DueLine(
            f"{address}/kysymykset/{question.number}",
            gettext("Kysymys %(number)s", number=question.number),
            question.title,
            question.due_on,
        )
        for question in found.register
        if question.due_on and question.due_on >= today() and not question.is_settled
    ]
    return sorted(coming, key=lambda each: each.due_on)[:DUE]  # of one day, rounds first, then as in the register
