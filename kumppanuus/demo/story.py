"""Telling the demo world: each step of the data files is one verb, done at its moment by the one who may do it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any

from sqlalchemy import func, select

from kumppanuus import accounts, agreements, comments, ledger, members
from kumppanuus.accounts import User
from kumppanuus.agreements import AgreementKind
from kumppanuus.comments import Comment, CommentKind, Thread
from kumppanuus.db import HELSINKI, clock_at, db, helsinki_day
from kumppanuus.demo import agreeing, asking, drafting, people
from kumppanuus.demo.hearing import PERMISSIONS, Hearing, Step
from kumppanuus.demo.register import Register
from kumppanuus.demo.tale import Tale, require
from kumppanuus.members import SpeaksFor

# The verbs of the data files by their names.
VERBS: dict[str, Callable[..., None]] = {
    name: verb
    for room in (people, drafting, agreeing, asking)
    for name, verb in vars(room).items()
    if getattr(verb, "__module__", "") == room.__name__
}


class Story:
    """Reads data files, puts their steps into the order of time and does them.

    A moment is written "34 9.05": 34 working days before the day of the story, at 9.05 in Helsinki. Days of deadlines
    are counted in calendar days from the day of the story; one on a weekend becomes the Monday after it.
    """

    def __init__(self, today: date) -> None:
        self.today = today
        self.people: dict[str, User] = {}
        self.tales: dict[str, Tale] = {}
        self._steps: list[tuple[datetime, Callable[[], object]]] = []

    # ------------------------------------------------------------ reading

    def introduce(self, data: Mapping[str, Mapping[str, Any]]) -> None:
        """Accounts for everybody, on the morning of the first day."""
        for place, (key, entry) in enumerate(data.items()):
            self._add("60 8.00", partial(self._add_person, key, entry), minutes=place)

    def read(self, name: str, data: Mapping[str, Any], talk: Mapping[str, Any]) -> None:
        """Take the steps of one agreement: its start, what was done, and what was said by clause or question."""
        self._add(data["start"]["at"], lambda: self._start(name, data["start"]))
        for step in data["steps"]:
            facts = {key: value for key, value in step.items() if key not in ("at", "who", "do", "clauses_in_turn")}
            if "clauses_in_turn" not in step:
                self._add(step["at"], partial(self._do, name, step["do"], step["who"], facts))
            for turn, clause in enumerate(step.get("clauses_in_turn", ())):
                do = partial(self._do, name, step["do"], step["who"], {**facts, "clause": clause})
                self._add(step["at"], do, minutes=2 * turn)
        for place, said in talk.items():
            for entry in said:
                self._read_comment(name, place, entry)

    def register(self, name: str, steps: Iterable[Mapping[str, Any]]) -> None:
        """Take the steps that fill the register of organisations of one agreement."""
        for step in steps:
            facts = {key: value for key, value in step.items() if key not in ("at", "who", "do")}
            self._add(step["at"], partial(self._register, name, step["do"], step["who"], facts))

    def hear(self, name: str, steps: Iterable[Step]) -> None:
        """Take the steps that ask and answer rounds in one agreement."""
        for at, who, verb, facts in steps:
            self._add(at, partial(self._hear, name, verb, who, facts))

    def _read_comment(self, name: str, place: str, entry: Mapping[str, Any]) -> None:
        # What is done to a comment finds it here: it is said before anything can be done to it.
        said: list[Comment] = []
        self._add(entry["at"], lambda: said.append(self._say(name, place, entry)))
        for number, who in enumerate(entry.get("endorsed", ()), start=1):
            self._add(entry["at"], partial(self._endorse, name, said, who), minutes=7 * number)
        for who in entry.get("endorsed_no_more", ()):
            self._add(entry["at"], partial(self._withdraw_endorsement, said, who), minutes=90)
        for reply in entry.get("replies", ()):
            self._add(reply["at"], partial(self._reply, name, said, reply))
        if "edited" in entry:
            self._add(entry["edited"]["at"], partial(self._edit, name, said, entry["edited"]["text"]))
        if "answer" in entry:
            self._add(entry["answer"]["at"], partial(self._settle, name, said, entry["answer"]))

    def _add(self, at: str, do: Callable[[], object], *, minutes: int = 0) -> None:
        self._steps.append((self._moment(at) + timedelta(minutes=minutes), do))

    def _moment(self, at: str) -> datetime:
        days, _blank, clock = at.partition(" ")
        hour, _dot, minute = clock.partition(".")
        return datetime.combine(self._working_day(int(days)), time(int(hour), int(minute)), HELSINKI)

    def _working_day(self, before: int) -> date:
        weeks, days = divmod(before, 5)
        # A story told on a weekend counts from the Monday after it.
        day = _not_on_weekend(self.today) - timedelta(weeks=weeks)
        for _ in range(days):
            day -= timedelta(days=3 if day.weekday() == 0 else 1)
        return day

    def _due(self, days: int) -> date:
        day = self.today + timedelta(days=days)
        return _not_on_weekend(day) if days > 0 else day

    # ------------------------------------------------------------ telling

    def tell(self) -> None:
        """Do every step at its moment. No two steps share one: what is later in the files is later in the record."""
        last = datetime.min.replace(tzinfo=HELSINKI)
        for moment, do in sorted(self._steps, key=lambda step: step[0]):
            last = max(moment, last + timedelta(seconds=20))
            with clock_at(last):
                do()
        self._note_visits()

    def _note_visits(self) -> None:
        """Whoever did something was here that day."""
        query = select(ledger.Entry.actor_id, func.max(ledger.Entry.at)).group_by(ledger.Entry.actor_id)
        last = dict(db.session.execute(query).all())
        for user in self.people.values():
            user.seen_on = helsinki_day(last[user.id]) if user.id in last else None

    def _do(self, name: str, verb: str, who: str, facts: Mapping[str, Any]) -> None:
        tale = self.tales[name]
        VERBS[verb](tale, tale.members[who], **facts)

    def _register(self, name: str, verb: str, who: str, facts: Mapping[str, Any]) -> None:
        tale = self.tales[name]
        require("body.manage", tale.members[who])
        deed: Callable[..., None] = getattr(Register(tale.agreement, self.people, self._due), verb)
        deed(tale.members[who].user_id, **facts)
        for member in tale.members.values():
            db.session.expire(member, ["networks"])  # a term may have begun or ended

    def _hear(self, name: str, verb: str, who: str, facts: Mapping[str, Any]) -> None:
        tale = self.tales[name]
        if tale.hearing is None:
            tale.hearing = Hearing(tale.agreement, tale.clauses, self._due)
        by = tale.members.get(who)  # nobody, if they came by a link
        if by is not None:
            require(PERMISSIONS.get(verb, "round.manage"), by)
        deed: Callable[..., None] = getattr(tale.hearing, verb)
        deed(by, **facts)

    # ------------------------------------------------------------ people

    def _add_person(self, key: str, entry: Mapping[str, Any]) -> None:
        user = accounts.find_or_add(entry["address"], entry["name"], by=None)
        user.is_demo = entry.get("is_demo", False)
        if entry.get("may_start", False):
            accounts.let_start_agreements(user)
        self.people[key] = user

    def _start(self, name: str, start: Mapping[str, Any]) -> None:
        user = self.people[start["who"]]
        agreement = agreements.start(
            title=start["title"],
            kind=AgreementKind(start["kind"]),
            authority_name=start["authority_name"],
            body_name=start["body_name"],
            case_number=start["case_number"],
            from_model=start["from_model"],
            by=user.id,
        )
        tale = self.tales[name] = Tale(agreement, self.people, self._due)
        tale.members[start["who"]] = members.begin(
            agreement, user, side=None, organisation=start["organisation"], by=user.id
        )
        for placed in agreements.outline(agreement).clauses():
            tale.clauses[placed.label] = placed.clause

    # ------------------------------------------------------------ talk

    def _say(self, name: str, place: str, entry: Mapping[str, Any]) -> Comment:
        """Comment on a clause, or on a question or a suggestion, whose places are written "question 5" and
        "suggestion competing"."""
        tale = self.tales[name]
        by = tale.members[entry["who"]]
        require("comment.write", by)
        word, _blank, number = place.partition(" ")
        if word == "question":
            thread, version = tale.questions[int(number)].thread, None
        elif word == "suggestion":
            found = tale.suggestions[number]
            thread, version = db.session.get_one(Thread, found.thread_id), None
        else:
            clause = tale.clauses[place]
            thread, version = comments.thread_of(clause), clause.current
        kind, voice = CommentKind(entry["kind"]), SpeaksFor(entry.get("as", "self"))
        return comments.add(thread, text=entry["text"], kind=kind, speaks_for=voice, by=by, version=version)

    def _reply(self, name: str, said: list[Comment], reply: Mapping[str, Any]) -> None:
        by = self.tales[name].members[reply["who"]]
        require("comment.write", by)
        comments.reply(said[0], text=reply["text"], speaks_for=SpeaksFor(reply.get("as", "self")), by=by)

    def _edit(self, name: str, said: list[Comment], text: str) -> None:
        by = next(member for member in self.tales[name].members.values() if member.user_id == said[0].author_id)
        require("comment.edit", by, said[0])
        comments.edit(said[0], text=text, kind=said[0].kind, by=by)

    def _settle(self, name: str, said: list[Comment], answer: Mapping[str, Any]) -> None:
        by = self.tales[name].members[answer["who"]]
        require("comment.settle", by)
        comments.settle(said[0], response=answer["text"], by=by.user_id)

    def _endorse(self, name: str, said: list[Comment], who: str) -> None:
        by = self.tales[name].members[who]
        require("comment.write", by)
        comments.endorse(said[0], by=by.user_id)

    def _withdraw_endorsement(self, said: list[Comment], who: str) -> None:
        comments.withdraw_endorsement(said[0], by=self.people[who].id)


def _not_on_weekend(day: date) -> date:
    return day + timedelta(days=7 - day.weekday()) if day.weekday() > 4 else day
