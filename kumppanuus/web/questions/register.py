"""The register of open questions, in groups, narrowed by who is responsible and by chapter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import g, request
from flask_babel import gettext, ngettext

from kumppanuus import progress, questions
from kumppanuus.agreements import Agreement, Chapter, Side
from kumppanuus.progress import ClauseStanding, Progress
from kumppanuus.questions import Question, Status
from kumppanuus.web import words
from kumppanuus.web.language import day, plain_day
from kumppanuus.web.questions.frame import (
    LinkedClause,
    asked_words,
    candidate_home,
    lang_of,
    linked_clause,
    owner_words,
    register_at,
    screen,
)
from kumppanuus.web.screen import may, my_member, show


@dataclass(frozen=True)
class Row:
    """A question in the register, every word looked up."""

    number: int
    title: str
    note: str
    is_note_written: bool  # by people, in the language of the agreement
    late: str
    waits: bool
    owner: str
    day: str
    clauses: list[LinkedClause]


@dataclass(frozen=True)
class Group:
    """The questions of one status. `day_heading` says which day the rows show."""

    key: str
    heading: str
    day_heading: str
    rows: list[Row]


@dataclass(frozen=True)
class Filter:
    """What the register is narrowed to; an unknown word narrows nothing."""

    who: str
    chapter: str

    @classmethod
    def asked(cls) -> Filter:
        return cls(request.args.get("kuka", ""), request.args.get("luku", ""))

    def keeps(self, question: Question, clauses: Sequence[ClauseStanding]) -> bool:
        """Whether a question, with the clauses that answer it, is shown."""
        return self._keeps_owner(question) and self._keeps_chapter(clauses)

    def _keeps_owner(self, question: Question) -> bool:
        match self.who:
            case "mina":
                return question.owner_id == my_member().id
            case "viranomainen":
                return question.owner_side is Side.AUTHORITY
            case "jarjestot":
                return question.owner_side is Side.ORGANISATIONS
            case "ei-nimetty":
                return question.owner_id is None
        return True

    def _keeps_chapter(self, clauses: Sequence[ClauseStanding]) -> bool:
        return not self.chapter or self.chapter in {_chapter_key(each.placed.section) for each in clauses}


def _chapter_key(chapter: Chapter) -> str:
    return f"liite-{chapter.label}" if chapter.is_annex else chapter.label


@screen.page("/sopimukset/<agreement>/kysymykset", may="agreement.read")
def index(agreement: Agreement) -> str:
    found = progress.kept(agreement, g.head)
    register = questions.register(agreement)
    waiting = questions.waiting_room(agreement)
    answering = _answering(found)
    chapters = [each for each in found.outline.sections if _is_asked_about(each, found)]
    asked = Filter.asked()
    if asked.chapter not in {_chapter_key(each) for each in chapters}:
        asked = Filter(asked.who, "")
    shown = [each for each in register if asked.keeps(each, answering.get(each.number or 0, []))]
    return show(
        "questions/index.html",
        section="questions",
        agreement=agreement,
        address=register_at(agreement),
        lang=lang_of(agreement),
        heading=_heading(register),
        news=_news(register),
        total=len(register),
        groups=_groups(agreement, shown, answering),
        count=ngettext("Näytetään %(num)s kysymys", "Näytetään %(num)s kysymystä", len(shown)),
        is_filtered=bool(request.args.keys() & {"kuka", "luku"}),
        people=[(value, named, value == asked.who) for value, named in _people_choices(agreement)],
        chapters=[
            ("", gettext("Kaikki"), not asked.chapter),
            *(
                (key, words.section_title(each), key == asked.chapter)
                for each in chapters
                if (key := _chapter_key(each))
            ),
        ],
        waiting=[(candidate_home(each), each.title, asked_words(each)) for each in waiting],
        decides=may("question.admit"),
        can_ask=may("question.ask"),
    )


def _answering(found: Progress) -> dict[int, list[ClauseStanding]]:
    """The clauses that answer each question, by its number, in the order of the text."""
    answering: dict[int, list[ClauseStanding]] = {}
    for each in found.standings.values():
        for number in each.questions:
            answering.setdefault(number, []).append(each)
    return answering


def _is_asked_about(chapter: Chapter, found: Progress) -> bool:
    return any(each.questions for each in found.in_chapter(chapter))


def _people_choices(agreement: Agreement) -> list[tuple[str, str]]:
    return [
        ("", gettext("Kaikki")),
        ("mina", gettext("Minä")),
        ("viranomainen", words.side(agreement, Side.AUTHORITY)),
        ("jarjestot", words.side(agreement, Side.ORGANISATIONS)),
        ("ei-nimetty", gettext("Ei vielä nimetty")),
    ]


def _heading(register: Sequence[Question]) -> str:
    if not register:
        return gettext("Avoimet kysymykset")
    if all(question.is_settled for question in register):
        return ngettext("%(num)s kysymys on ratkaistu", "Kaikki %(num)s kysymystä on ratkaistu", len(register))
    return ngettext("%(num)s kysymys, josta pitää sopia", "%(num)s kysymystä, joista pitää sopia", len(register))


def _news(register: Sequence[Question]) -> str:
    """How many are agreed, wait for a decision and are late, in sentences."""
    if not register:
        return ""
    agreed = sum(question.status is Status.AGREED for question in register)
    proposed = sum(question.status is Status.PROPOSED for question in register)
    late = sum(question.days_late > 0 for question in register)
    told = [gettext("Yhdestäkään ei ole vielä sovittu.")]
    if agreed:
        told = [ngettext("%(num)s kysymyksestä on sovittu.", "%(num)s kysymyksestä on sovittu.", agreed)]
    if proposed:
        told.append(ngettext("%(num)s odottaa päätöstä.", "%(num)s odottaa päätöstä.", proposed))
    if late:
        told.append(ngettext("%(num)s on myöhässä.", "%(num)s on myöhässä.", late))
    return " ".join(told)


def _groups(
    agreement: Agreement, shown: Sequence[Question], answering: Mapping[int, list[ClauseStanding]]
) -> list[Group]:
    named, standings = words.statuses(agreement), words.standings(agreement)
    day_headings = {
        Status.AGREED: gettext("Sovittu"),
        Status.OUT_OF_SCOPE: gettext("Ratkaistu"),
        Status.DEFERRED: gettext("Otetaan esiin"),
    }
    groups = []
    for status in questions.GROUPS:
        rows = [
            _row(question, [linked_clause(each, standings) for each in answering.get(question.number or 0, [])])
            for question in shown
            if question.status is status
        ]
        if rows:
            groups.append(Group(status.value, named[status], day_headings.get(status, gettext("Määräpäivä")), rows))
    return groups


def _row(question: Question, clauses: list[LinkedClause]) -> Row:
    late, note, is_note_written = question.days_late, "", False
    match question.status:
        case Status.PROPOSED if question.next_on:
            note = gettext("Päätetään %(day)s", day=day(question.next_on))
        case Status.AGREED:
            note, is_note_written = question.outcome, True
        case Status.DEFERRED | Status.OUT_OF_SCOPE:
            note, is_note_written = question.reason, True
    return Row(
        number=question.number or 0,
        title=question.title,
        note=note,
        is_note_written=is_note_written,
        late=words.days_late(late) if late else "",
        waits=progress.question_task(my_member(), question) is not None,
        owner=owner_words(question),
        day=_day_words(question),
        clauses=clauses,
    )


def _day_words(question: Question) -> str:
    if question.is_settled:
        return plain_day(question.moved_at)
    shown = question.next_on if question.status is Status.DEFERRED else question.due_on
    return day(shown) if shown else ""
