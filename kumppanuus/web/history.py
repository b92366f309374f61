"""History: everything that happened in an agreement, told in sentences with links."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from flask import request
from flask_babel import gettext, lazy_gettext, ngettext
from markupsafe import Markup, escape

from kumppanuus import accounts, agreements, ledger, members, questions, suggestions
from kumppanuus.agreements import Agreement, Outline, Side
from kumppanuus.ledger import Entry, Recent
from kumppanuus.members import Role
from kumppanuus.organisations import SeatRole
from kumppanuus.questions import Listed, Question, Status
from kumppanuus.statements import Channel, Disposition
from kumppanuus.text.collation import sort_key
from kumppanuus.web import language, words
from kumppanuus.web.screen import Parts, Screen, show

screen = Screen("history", __name__)

PAGE = 50

# Word in the address → its name, and the beginnings of the kinds of events it shows.
GROUPS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "teksti": (lazy_gettext("Teksti ja rakenne"), ("agreement.", "section.", "clause.", "edition.")),
    "kommentit": (lazy_gettext("Kommentit"), ("comment.",)),
    "ehdotukset": (lazy_gettext("Muutosehdotukset"), ("suggestion.",)),
    "hyvaksynnat": (lazy_gettext("Hyväksynnät"), ("approval.", "clause.reopened")),
    "kysymykset": (lazy_gettext("Avoimet kysymykset"), ("question.", "questions.")),
    "kierrokset": (lazy_gettext("Kierrokset"), ("round.", "statement.", "remark.", "response.", "summary.")),
    "osallistujat": (
        lazy_gettext("Osallistujat ja järjestöt"),
        ("member.", "organisation.", "sector.", "body.", "seat.", "term."),
    ),
    "asiakirjat": (lazy_gettext("Asiakirjat"), ("export.",)),
}


def group_words(kind: str) -> str:
    """What kind of thing an event is, in words: the group that shows it; what belongs to none is of an account."""
    found = (name for name, begins in GROUPS.values() if kind.startswith(begins))
    return str(next(found, gettext("Käyttäjätili")))


@dataclass(frozen=True)
class Line:
    """One thing that happened, ready for a page."""

    number: int
    kind: str
    at: datetime
    actor: str
    html: Markup


@dataclass(frozen=True)
class Telling:
    """What a sentence may say of an event: who did it, its facts, and links to what it names."""

    entry: Entry | Recent
    facts: Mapping[str, Any]
    names: Mapping[UUID, str]
    user_of_member: Mapping[UUID, UUID]
    labels: Mapping[UUID, str]
    numbers_by_thread: Mapping[UUID, int]
    whole: Outline
    suggestions_by_thread: Mapping[UUID, tuple[UUID, int]] = field(default_factory=dict)

    @property
    def who(self) -> str:
        """The name of the one who did it."""
        if self.entry.actor_id is None:
            return gettext("Palvelu")
        return self.names.get(self.entry.actor_id, gettext("Poistettu henkilö"))

    @property
    def person(self) -> str:
        """The name of the one it was done to."""
        user_id = self._id("user_id")
        if user_id is None and (member_id := self._id("member_id")) is not None:
            user_id = self.user_of_member.get(member_id)
        return self.names.get(user_id, gettext("Poistettu henkilö")) if user_id else ""

    @property
    def heir(self) -> str:
        """The name of the one who took over what waited for another."""
        heir_id = self._id("heir_id")
        return self.names.get(heir_id, gettext("Poistettu henkilö")) if heir_id else ""

    @property
    def clause(self) -> Markup:
        """A link to the clause, by the number it had then; "(poistettu)" stands where the number would."""
        clause_id = self._id("clause_id") or self.entry.subject_id
        label = self.facts.get("label") or self.labels.get(clause_id or UUID(int=0)) or gettext("(poistettu)")
        anchor = f"#k-{self.facts['comment_id']}" if "comment_id" in self.facts else ""
        return Markup('<a href="/kohdat/{}{}">{}</a>').format(clause_id, anchor, label)

    @property
    def removal(self) -> Markup:
        """What was approved or reopened, where the clause was out of the text then; empty if it was in the text."""
        if self.facts["label"]:
            return Markup()
        return Markup('<a href="/kohdat/{}">{}</a>').format(self.facts["clause_id"], gettext("kohdan poistamisen"))

    @property
    def comparison(self) -> Markup:
        """A link to what changed in a clause."""
        number = self.facts["number"]
        return Markup('<a href="/kohdat/{}/vertailu?a={}&amp;b={}">{}<span class="vh"> {}</span></a>').format(
            self.facts["clause_id"],
            number - 1,
            number,
            gettext("Vertaa"),
            gettext("kohdan %(label)s tekstejä", label=self.facts["label"]),
        )

    @property
    def section(self) -> Markup:
        """A link to the section, by the number it had then."""
        section_id, label = self._id("section_id"), self.facts["label"]
        chapter = self.whole.section(section_id) if section_id else None
        if chapter is None:
            return escape(label)
        return Markup('<a href="/sopimukset/{}/luvut/{}">{}</a>').format(self.whole.agreement.slug, chapter.slug, label)

    @property
    def question(self) -> Markup:
        """A link to the question, by its number; empty if the event is about none."""
        number = self.facts.get("number") if "question_id" in self.facts else None
        if number is None and self.entry.subject_id is not None:
            number = self.numbers_by_thread.get(self.entry.subject_id)
        if number is None:
            return Markup()
        anchor = f"#k-{self.facts['comment_id']}" if "comment_id" in self.facts else ""
        return Markup('<a href="/sopimukset/{}/kysymykset/{}{}">{}</a>').format(
            self.whole.agreement.slug, number, anchor, number
        )

    @property
    def suggestion(self) -> Markup:
        """A link to the suggestion, by its number; empty if the event is about none."""
        found = self._id("suggestion_id"), self.facts.get("suggestion")
        if found[0] is None and self.entry.subject_id is not None:
            found = self.suggestions_by_thread.get(self.entry.subject_id, found)
        if found[0] is None:
            return Markup()
        anchor = f"#k-{self.facts['comment_id']}" if "comment_id" in self.facts else ""
        return Markup('<a href="/muutosehdotukset/{}{}">{}</a>').format(found[0], anchor, found[1])

    @property
    def round(self) -> Markup:
        """A link to the round, by its number."""
        number = self.facts["round"]
        return Markup('<a href="/sopimukset/{}/kierrokset/{}">{}</a>').format(self.whole.agreement.slug, number, number)

    @property
    def last_day(self) -> str:
        """The last day of a round."""
        return language.plain_day(date.fromisoformat(self.facts["last_day"]))

    @property
    def side_of(self) -> str:
        """The side in whose name something was approved, as a genitive."""
        return self._genitive(Side(self.facts["side"]))

    @property
    def sides_of(self) -> str:
        """The sides whose approval came with the acceptance of a suggestion, as a genitive; empty if none did."""
        given = [side for side in Side if self.facts[side.value]]
        if len(given) == len(Side):
            return gettext("molempien osapuolten")
        return "".join(self._genitive(side) for side in given)

    def _genitive(self, side: Side) -> str:
        if side is Side.ORGANISATIONS:
            return gettext("järjestöjen")
        return gettext("kunnan") if words.is_municipal(self.whole.agreement) else gettext("hyvinvointialueen")

    @property
    def seat(self) -> str:
        """What the holder of a seat does, in which body: "Kumppanuuspöytä, varajäsen"."""
        return f"{self.facts['name']}, {str(words.SEAT_ROLES[SeatRole(self.facts['seat_role'])]).lower()}"

    @property
    def role(self) -> str:
        """The role of a member."""
        return str(words.ROLES[Role(self.facts["role"])]).lower()

    @property
    def status(self) -> str:
        """The stage a question was moved to."""
        return str(words.STATUSES[Status(self.facts["to_status"])]).lower()

    @property
    def document(self) -> str:
        """The document that was made, as it is called."""
        return words.document(self.facts)

    @property
    def channel(self) -> str:
        """How an answer came that was written down for somebody."""
        return str(words.CHANNELS[Channel(self.facts["channel"])]).lower()

    @property
    def disposition(self) -> str:
        """What came of the remarks that a response answers."""
        return str(words.DISPOSITIONS[Disposition(self.facts["disposition"])]).lower()

    def _id(self, name: str) -> UUID | None:
        value = self.facts.get(name)
        return UUID(value) if value else None


def lines(entries: Sequence[Entry | Recent], whole: Outline, register: Sequence[Listed | Question]) -> list[Line]:
    """Entries as sentences, in their order. Reads names in one query, and members who own no question, and
    suggestions that were commented on, in one more each."""
    facts = [entry.facts for entry in entries]
    user_of_member = {each.owner_id: each.owner_user_id for each in register if each.owner_id and each.owner_user_id}
    wanted = {UUID(each["member_id"]) for each in facts if each.get("member_id") and "user_id" not in each}
    user_of_member |= members.users_of(wanted - user_of_member.keys())
    people = {entry.actor_id for entry in entries if entry.actor_id} | set(user_of_member.values())
    people |= {UUID(each[name]) for each in facts for name in ("user_id", "heir_id") if each.get(name)}
    names = accounts.names(people)
    labels = {placed.id: placed.label for placed in whole.clauses()}
    numbers = {question.thread_id: question.number for question in register if question.number is not None}
    known = {placed.id for placed in [*whole.clauses(), *whole.removed()]} | numbers.keys()
    said_elsewhere = {entry.subject_id for entry in entries if entry.kind.startswith("comment.") and entry.subject_id}
    suggested = suggestions.by_threads(said_elsewhere - known)
    parts = Parts("events/parts.html")
    told = []
    for entry, own in zip(entries, facts, strict=True):
        telling = Telling(entry, own, names, user_of_member, labels, numbers, whole, suggested)
        sentence = getattr(parts, entry.kind.replace(".", "_").replace("-", "_"))(telling)
        told.append(Line(entry.number, entry.kind, entry.at, telling.who, Markup(str(sentence).strip())))  # noqa: S704 - a macro escapes what it is given
    return told


def sentence(told: Line) -> str:
    """An event in words alone, for where no link leads anywhere."""
    return without_comparison(told.html).striptags()


def without_comparison(html: Markup) -> Markup:
    """A sentence without its link to the comparison, for where the change itself stands beside it."""
    return Markup(_COMPARISON.sub("", html))  # noqa: S704 - it was safe before something was left out


_COMPARISON = re.compile(r' ?<a href="/kohdat/[0-9a-f-]+/vertailu.*?</a>')


@dataclass(frozen=True)
class Day:
    """What happened on one day."""

    words: str
    lines: list[Line]


@screen.page("/sopimukset/<agreement>/tapahtumat", may="history.read")
def index(agreement: Agreement) -> str:
    """Everything that happened, the newest first, by kind and by person."""
    group, person = request.args.get("mita", ""), _person(request.args.get("kuka", ""))
    before = request.args.get("ennen", "")
    found = ledger.entries(
        agreement.id,
        kinds=_kinds(group) if group in GROUPS else None,
        actor=person,
        before=int(before) if before.isascii() and before.isdigit() and len(before) < 10 else None,
        most=PAGE + 1,
    )
    told = lines(found[:PAGE], agreements.outline(agreement), questions.listed(agreement))
    names = accounts.names(ledger.actors(agreement.id))
    people = sorted(((str(who), name) for who, name in names.items()), key=lambda each: sort_key(each[1]))
    is_filtered = bool(request.args.keys() & {"mita", "kuka", "ennen"})
    return show(
        "history/page.html",
        section="agreement",
        count=ngettext("Näytetään %(num)s tapahtuma", "Näytetään %(num)s tapahtumaa", len(told)) if is_filtered else "",
        days=_by_day(told),
        older=told[-1].number if len(found) > PAGE else None,
        groups=[(word, str(name)) for word, (name, _kinds_of) in GROUPS.items()],
        group=group if group in GROUPS else "",
        people=people,
        person=str(person or ""),
        head=ledger.head(agreement.id),
    )


def _kinds(group: str) -> list[str]:
    starts = GROUPS[group][1]
    return [kind for kind in ledger.Event.kinds if kind.startswith(starts)]


def _person(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _by_day(told: Iterable[Line]) -> list[Day]:
    days: list[Day] = []
    for each in told:
        on = language.dated(each.at, full=True)
        if not days or days[-1].words != on:
            days.append(Day(on, []))
        days[-1].lines.append(each)
    return days
