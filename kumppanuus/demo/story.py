"""Telling the demo world: each step of the data files is one verb, done at its moment by the one who may do it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any

from sqlalchemy import func, select

from kumppanuus import (
    accounts,
    agreements,
    approvals,
    comments,
    handover,
    ledger,
    members,
    notifications,
    policy,
    questions,
    suggestions,
)
from kumppanuus.accounts import User
from kumppanuus.agreements import Agreement, AgreementKind, Clause, Section, SectionKind, Side
from kumppanuus.comments import Comment, CommentKind, Thread
from kumppanuus.db import HELSINKI, clock_at, db, helsinki_day
from kumppanuus.demo.hearing import PERMISSIONS, Hearing, Step
from kumppanuus.demo.register import Register
from kumppanuus.documents import assemble
from kumppanuus.documents.archive import ArchiveMade
from kumppanuus.documents.assemble import Contents, Format
from kumppanuus.members import Invitation, Member, Role, SpeaksFor
from kumppanuus.policy import Who
from kumppanuus.questions import Question, Status
from kumppanuus.suggestions import Suggestion
from kumppanuus.text.markup import placeholders


@dataclass
class Tale:
    """One agreement while it is told: its things by the names the data files call them."""

    agreement: Agreement
    members: dict[str, Member] = field(default_factory=dict)
    clauses: dict[str, Clause] = field(default_factory=dict)
    questions: dict[int | str, Question] = field(default_factory=dict)
    suggestions: dict[str, Suggestion] = field(default_factory=dict)
    hearing: Hearing | None = None


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

    def introduce(self, people: Mapping[str, Mapping[str, Any]]) -> None:
        """Accounts for everybody, on the morning of the first day."""
        for place, (key, entry) in enumerate(people.items()):
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
        deed: Callable[..., None] = getattr(self, f"_{verb}")
        deed(tale, tale.members[who], **facts)

    def _register(self, name: str, verb: str, who: str, facts: Mapping[str, Any]) -> None:
        tale = self.tales[name]
        self._require("body.manage", tale.members[who])
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
            self._require(PERMISSIONS.get(verb, "round.manage"), by)
        deed: Callable[..., None] = getattr(tale.hearing, verb)
        deed(by, **facts)

    def _require(self, permission: str, by: Member, thing: object = None) -> None:
        assert policy.allows(permission, Who(by.user, by), thing), f"{by.user.name} may not {permission}"

    # ------------------------------------------------------------ people

    def _add_person(self, key: str, entry: Mapping[str, Any]) -> None:
        user = accounts.find_or_add(entry["address"], entry["name"], by=None)
        user.is_demo = entry.get("is_demo", False)
        if entry.get("may_start", False):
            accounts.let_start_agreements(user)
        self.people[key] = user

    def _disable(self, _tale: Tale, _by: Member, *, whom: str) -> None:
        accounts.disable(self.people[whom], by=None)

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
        tale = self.tales[name] = Tale(agreement)
        tale.members[start["who"]] = members.begin(
            agreement, user, side=None, organisation=start["organisation"], by=user.id
        )
        for placed in agreements.outline(agreement).clauses():
            tale.clauses[placed.label] = placed.clause

    def _add_member(self, tale: Tale, by: Member, *, whom: str, network: str = "", **rest: Any) -> None:
        self._require("member.manage", by)
        user = self.people[whom]
        tale.members[whom] = members.add(
            tale.agreement, address=user.address, name=user.name, network=network, **_membership(rest), by=by.user_id
        )

    def _invite(self, tale: Tale, by: Member, *, addresses: str, message: str = "", **rest: Any) -> None:
        """Ask people in. Their letters stay unsent: nobody of the story has a mailbox."""
        self._require("member.manage", by)
        people = members.guests(addresses)
        members.invite(tale.agreement, people, message=message, **_membership(rest), by=by.user_id)

    def _invite_again(self, tale: Tale, by: Member, *, address: str) -> None:
        self._require("member.manage", by)
        members.invite_again(self._invitation(tale, address), by=by.user_id)

    def _withdraw_invitation(self, tale: Tale, by: Member, *, address: str) -> None:
        self._require("member.manage", by)
        members.withdraw(self._invitation(tale, address), by=by.user_id)

    def _join(self, tale: Tale, _by: Member, *, whom: str) -> None:
        """Somebody opens the letter and joins."""
        user = self.people[whom]
        secret = members.make_invitation_link(self._invitation(tale, user.address))
        assert secret is not None, "the invitation is open"
        tale.members[whom] = members.join(secret, name=user.name)

    def _invitation(self, tale: Tale, address: str) -> Invitation:
        return next(each for each in members.waiting(tale.agreement) if each.address == address)

    def _change_member(self, tale: Tale, by: Member, *, whom: str, **rest: Any) -> None:
        self._require("member.manage", by)
        members.change(tale.members[whom], **_membership(rest), by=by.user_id)

    def _hand_over(self, tale: Tale, by: Member, *, whom: str, heir: str) -> None:
        self._require("member.manage", by)
        handover.give(tale.members[whom], tale.members[heir], makes_coordinator=False, by=by.user_id)

    def _mute(self, tale: Tale, by: Member, *, question: int = 0) -> None:
        """Choose not to be told of a question, or of the whole agreement."""
        place = [tale.questions[question].id] if question else []
        notifications.choose(by.user, tale.agreement, [*place, tale.agreement.id], is_muted=True)

    def _follow(self, tale: Tale, by: Member, *, clause: str) -> None:
        """Choose to be told of a clause."""
        place = tale.clauses[clause]
        around = [place.section_id, tale.agreement.id]
        notifications.choose(by.user, tale.agreement, [place.id, *around], is_muted=False)

    def _end_member(self, tale: Tale, by: Member, *, whom: str) -> None:
        self._require("member.manage", by)
        members.end(tale.members[whom], by=by.user_id)

    # ------------------------------------------------------------ text

    def _rewrite(self, tale: Tale, by: Member, *, clause: str, text: str, reason: str) -> None:
        self._require("clause.write", by)
        found = tale.clauses[clause]
        agreements.rewrite(
            found, title=found.current.title, text=text, base=found.current, by=by.user_id, reason=reason
        )

    def _fill(self, tale: Tale, by: Member, *, clause: str, values: list[str]) -> None:
        """Fill the first placeholders of a clause."""
        self._require("clause.write", by)
        found = tale.clauses[clause]
        assert len(values) <= len(placeholders(found.current.text))
        agreements.fill_blanks(found, dict(enumerate(values)), base=found.current, by=by.user_id)

    def _add_clause(self, tale: Tale, by: Member, *, section: str, key: str, title: str, text: str) -> None:
        self._require("clause.write", by)
        tale.clauses[key] = agreements.add_clause(self._section(tale, section), title=title, text=text, by=by.user_id)

    def _move(self, tale: Tale, by: Member, *, clause: str, up: bool) -> None:
        self._require("clause.write", by)
        agreements.move_clause(tale.clauses[clause], up=up, by=by.user_id)

    def _remove(self, tale: Tale, by: Member, *, clause: str, reason: str) -> None:
        self._require("clause.write", by)
        found = tale.clauses[clause]
        agreements.remove(found, base=found.current, by=by.user_id, reason=reason)

    def _restore(self, tale: Tale, by: Member, *, clause: str, reason: str) -> None:
        self._require("clause.write", by)
        agreements.restore(tale.clauses[clause], by=by.user_id, reason=reason)

    def _edit_agreement(self, tale: Tale, by: Member, *, case_number: str) -> None:
        self._require("agreement.write", by)
        found = tale.agreement
        agreements.edit(
            found, title=found.title, authority_name=found.authority_name, body_name=found.body_name,
            case_number=case_number, signature_text=found.signature_text, base=found.facts_digest, by=by.user_id,
        )  # fmt: skip

    def _freeze(self, tale: Tale, by: Member, *, name: str) -> None:
        self._require("agreement.write", by)
        agreements.freeze(tale.agreement, name, by=by.user_id)

    def _export(self, tale: Tale, by: Member, *, contents: str, form: str) -> None:
        self._require("export.make", by)
        assemble.make(tale.agreement, Format(form), contents=Contents(contents), by=by.user_id)

    def _archive(self, tale: Tale, by: Member) -> None:
        # That it was made is told; nobody gets the file, and to make it would take as long as all else.
        self._require("export.make", by)
        ledger.record(ArchiveMade(), chain=tale.agreement.id, by=by.user_id)

    def _add_section(self, tale: Tale, by: Member, *, title: str, annex: bool = False) -> None:
        self._require("clause.write", by)
        agreements.add_section(
            tale.agreement, title=title, kind=SectionKind.ANNEX if annex else SectionKind.CHAPTER, by=by.user_id
        )

    def _rename_section(self, tale: Tale, by: Member, *, section: str, title: str) -> None:
        self._require("clause.write", by)
        found = self._section(tale, section)
        agreements.rename_section(found, title=title, base=found.title, by=by.user_id)

    def _move_section(self, tale: Tale, by: Member, *, section: str, up: bool) -> None:
        self._require("clause.write", by)
        agreements.move_section(self._section(tale, section), up=up, by=by.user_id)

    def _remove_section(self, tale: Tale, by: Member, *, section: str) -> None:
        self._require("clause.write", by)
        agreements.remove_section(self._section(tale, section), by=by.user_id)

    def _restore_section(self, tale: Tale, by: Member, *, title: str) -> None:
        self._require("clause.write", by)
        removed = agreements.outline(tale.agreement).removed_sections
        agreements.restore_section(next(each.section for each in removed if each.title == title), by=by.user_id)

    # ------------------------------------------------------------ approvals

    def _approve(self, tale: Tale, by: Member, *, clause: str) -> None:
        self._require("approval.give", by)
        assert by.side is not None
        found = tale.clauses[clause]
        approvals.give(found, side=by.side, fingerprint=found.current.fingerprint, by=by.user_id)

    def _withdraw(self, tale: Tale, by: Member, *, clause: str) -> None:
        self._require("approval.give", by)
        assert by.side is not None
        approvals.withdraw(tale.clauses[clause], side=by.side, by=by.user_id)

    def _undo_approval(self, tale: Tale, by: Member, *, clause: str) -> None:
        self._require("approval.give", by)
        approvals.undo(tale.clauses[clause], by=by.user_id)

    def _reopen(self, tale: Tale, by: Member, *, clause: str, reason: str) -> None:
        self._require("clause.reopen", by)
        approvals.reopen(tale.clauses[clause], reason=reason, by=by.user_id)

    # ------------------------------------------------------------ suggestions

    def _suggest(
        self, tale: Tale, by: Member, *, key: str, clause: str, change: Mapping[str, str], reason: str,
        voice: str = "self", counter_to: str = "",
    ) -> None:  # fmt: skip
        """Suggest the wording in force with some of its words changed."""
        self._require("suggestion.write", by)
        found = tale.clauses[clause]
        text = found.current.text
        for old, new in change.items():
            assert text.count(old) == 1, f"{old!r} stands not once in {clause}"
            text = text.replace(old, new)
        tale.suggestions[key] = suggestions.write(
            found, title=found.current.title, text=text, reason=reason, base=found.current,
            speaks_for=SpeaksFor(voice), counter_to=tale.suggestions.get(counter_to), by=by,
        )  # fmt: skip

    def _suggest_addition(
        self, tale: Tale, by: Member, *, key: str, section: str, after: str, title: str, text: str, reason: str,
        voice: str = "self",
    ) -> None:  # fmt: skip
        self._require("suggestion.write", by)
        tale.suggestions[key] = suggestions.write_addition(
            self._section(tale, section), after=tale.clauses[after], title=title, text=text, reason=reason,
            speaks_for=SpeaksFor(voice), by=by,
        )  # fmt: skip

    def _suggest_removal(self, tale: Tale, by: Member, *, key: str, clause: str, reason: str) -> None:
        self._require("suggestion.write", by)
        found = tale.clauses[clause]
        tale.suggestions[key] = suggestions.write_removal(found, reason=reason, base=found.current, by=by)

    def _accept(self, tale: Tale, by: Member, *, key: str) -> None:
        found = tale.suggestions[key]
        self._require("suggestion.settle", by, found)
        seen = suggestions.result(found, found.clause.current if found.clause else None).fingerprint
        suggestions.accept(found, seen=seen, by=by)

    def _accept_edited(self, tale: Tale, by: Member, *, key: str, change: Mapping[str, str], remark: str) -> None:
        """Accept with some of the suggested words changed."""
        found = tale.suggestions[key]
        self._require("suggestion.settle", by, found)
        text = found.text
        for old, new in change.items():
            assert text.count(old) == 1, f"{old!r} stands not once in {key}"
            text = text.replace(old, new)
        base = found.clause.current if found.clause else None
        suggestions.accept_edited(found, title=found.title, text=text, base=base, remark=remark, by=by)

    def _reject(self, tale: Tale, by: Member, *, key: str, reason: str) -> None:
        self._require("suggestion.settle", by, tale.suggestions[key])
        suggestions.reject(tale.suggestions[key], reason=reason, by=by)

    def _withdraw_suggestion(self, tale: Tale, by: Member, *, key: str) -> None:
        self._require("suggestion.withdraw", by, tale.suggestions[key])
        suggestions.withdraw(tale.suggestions[key], by=by)

    def _undo_acceptance(self, tale: Tale, by: Member, *, key: str) -> None:
        self._require("suggestion.undo", by, tale.suggestions[key])
        suggestions.undo(tale.suggestions[key], by=by)

    # ------------------------------------------------------------ talk

    def _say(self, name: str, place: str, entry: Mapping[str, Any]) -> Comment:
        """Comment on a clause, or on a question or a suggestion, whose places are written "question 5" and
        "suggestion competing"."""
        tale = self.tales[name]
        by = tale.members[entry["who"]]
        self._require("comment.write", by)
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
        self._require("comment.write", by)
        comments.reply(said[0], text=reply["text"], speaks_for=SpeaksFor(reply.get("as", "self")), by=by)

    def _edit(self, name: str, said: list[Comment], text: str) -> None:
        by = next(member for member in self.tales[name].members.values() if member.user_id == said[0].author_id)
        self._require("comment.edit", by, said[0])
        comments.edit(said[0], text=text, kind=said[0].kind, by=by)

    def _settle(self, name: str, said: list[Comment], answer: Mapping[str, Any]) -> None:
        by = self.tales[name].members[answer["who"]]
        self._require("comment.settle", by)
        comments.settle(said[0], response=answer["text"], by=by.user_id)

    def _endorse(self, name: str, said: list[Comment], who: str) -> None:
        by = self.tales[name].members[who]
        self._require("comment.write", by)
        comments.endorse(said[0], by=by.user_id)

    def _withdraw_endorsement(self, said: list[Comment], who: str) -> None:
        comments.withdraw_endorsement(said[0], by=self.people[who].id)

    # ------------------------------------------------------------ questions

    def _open_register(self, tale: Tale, by: Member) -> None:
        self._require("question.write", by)
        for question in questions.open_register(tale.agreement, by=by.user_id):
            tale.questions[_number(question)] = question

    def _assign(self, tale: Tale, by: Member, *, question: int, owner: str = "", side: str = "", due: int) -> None:
        self._require("question.write", by)
        found = tale.questions[question]
        questions.assign(
            found, owner=tale.members[owner] if owner else None, side=Side(side) if side else None,
            due_on=self._due(due), revision=found.revision, by=by.user_id,
        )  # fmt: skip

    def _edit_question(self, tale: Tale, by: Member, *, question: int, background: str) -> None:
        self._require("question.write", by)
        found = tale.questions[question]
        questions.edit(
            found, title=found.title, text=found.text, background=background, solution=found.solution,
            revision=found.revision, by=by.user_id,
        )  # fmt: skip

    def _move_question(
        self, tale: Tale, by: Member, *, question: int, to: str, solution: str | None = None, outcome: str = "",
        reason: str = "", next: int | None = None,  # noqa: A002 - a word of the data files
    ) -> None:  # fmt: skip
        found, status = tale.questions[question], Status(to)
        self._require("question.agree" if status is Status.AGREED else "question.move", by, found)
        questions.move(
            found, status, solution=solution, outcome=outcome, reason=reason,
            next_on=None if next is None else self._due(next), revision=found.revision, by=by.user_id,
        )  # fmt: skip

    def _undo_move(self, tale: Tale, by: Member, *, question: int) -> None:
        questions.undo(tale.questions[question], by=by.user_id)

    def _update(self, tale: Tale, by: Member, *, question: int, text: str) -> None:
        found = tale.questions[question]
        self._require("question.move", by, found)
        questions.update(found, text=text, revision=found.revision, by=by.user_id)

    def _link(self, tale: Tale, by: Member, *, question: int, clauses: list[str]) -> None:
        self._require("question.write", by)
        found, wanted = tale.questions[question], [tale.clauses[clause].id for clause in clauses]
        questions.link(found, wanted, revision=found.revision, by=by.user_id)

    def _ask(self, tale: Tale, by: Member, *, key: str, title: str, text: str, background: str = "") -> None:
        self._require("question.ask", by)
        tale.questions[key] = questions.ask(
            tale.agreement, title=title, text=text, background=background, by=by.user_id
        )

    def _admit(self, tale: Tale, by: Member, *, key: str) -> None:
        self._require("question.admit", by)
        found = tale.questions.pop(key)
        questions.admit(found, by=by.user_id)
        tale.questions[_number(found)] = found

    def _decline(self, tale: Tale, by: Member, *, key: str, reason: str) -> None:
        self._require("question.admit", by)
        questions.decline(tale.questions[key], reason=reason, by=by.user_id)

    # ------------------------------------------------------------ inside

    def _section(self, tale: Tale, label: str) -> Section:
        """A section by its number now: "3", or "L1" for an annex."""
        whole = agreements.outline(tale.agreement)
        same = whole.annexes if label.startswith("L") else whole.chapters
        return next(chapter.section for chapter in same if chapter.label == label.removeprefix("L"))


def _membership(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "role": Role(facts["role"]),
        "side": Side(facts["side"]) if "side" in facts else None,
        "is_approver": facts.get("is_approver", False),
        "organisation": facts.get("organisation", ""),
    }


def _number(question: Question) -> int:
    assert question.number is not None, "it was admitted"
    return question.number


def _not_on_weekend(day: date) -> date:
    return day + timedelta(days=7 - day.weekday()) if day.weekday() > 4 else day
