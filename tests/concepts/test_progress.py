"""Progress: where each clause stands, what an agreement misses, and what waits for whom, in which order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from kumppanuus import (
    accounts,
    agreements,
    approvals,
    comments,
    demo,
    ledger,
    members,
    progress,
    questions,
    suggestions,
)
from kumppanuus.agreements import Agreement, AgreementKind, Clause, SectionKind, Side
from kumppanuus.comments import Comment, CommentKind
from kumppanuus.db import db
from kumppanuus.kept import Kept
from kumppanuus.members import Member, Role
from kumppanuus.progress import Progress, Tally, Task, TaskKind, standing
from kumppanuus.questions import Question, Status
from kumppanuus.suggestions import Suggestion
from tests.databases import NOW, TODAY, Databases, Queries, SceneOf
from tests.sizes import long, short

AUTHORITY, ORGANISATIONS = Side.AUTHORITY, Side.ORGANISATIONS
QUESTION, CONCERN = CommentKind.QUESTION, CommentKind.CONCERN


@dataclass
class Desk:
    """A small agreement: two clauses in a chapter, one in an annex, and somebody in every role."""

    agreement: Agreement
    clauses: dict[str, Clause]
    people: dict[str, Member]

    @property
    def found(self) -> Progress:
        return progress.progress(self.agreement)

    def standing(self, key: str = "a") -> str:
        return self.found.standings[self.clauses[key].id].standing.value

    def approve(self, *sides: Side, key: str = "a") -> None:
        clause = self.clauses[key]
        for side in sides:
            giver = "riikka" if side is AUTHORITY else "aino"
            approvals.give(clause, side=side, fingerprint=clause.current.fingerprint, by=self.id(giver))

    def withdraw(self, side: Side, key: str = "a") -> None:
        approvals.withdraw(self.clauses[key], side=side, by=self.id("riikka" if side is AUTHORITY else "aino"))

    def reopen(self, key: str = "a") -> None:
        approvals.reopen(self.clauses[key], reason="Kulut puuttuvat.", by=self.id("mikko"))

    def rewrite(self, text: str, *, title: str = "", key: str = "a") -> None:
        clause = self.clauses[key]
        title = title or clause.current.title
        agreements.rewrite(clause, title=title, text=text, base=clause.current, by=self.id("mikko"))

    def suggest(self, who: str, *, key: str = "a") -> Suggestion:
        clause = self.clauses[key]
        return suggestions.write(
            clause, title=clause.current.title, text="Toisin sanoen.", reason="Selkeämpi.", base=clause.current,
            by=self.people[who],
        )  # fmt: skip

    def remove(self, key: str = "a") -> None:
        clause = self.clauses[key]
        agreements.remove(clause, base=clause.current, by=self.id("mikko"))

    def say(self, who: str, kind: CommentKind = CONCERN, key: str = "a") -> Comment:
        clause = self.clauses[key]
        return comments.add(
            comments.thread_of(clause), text="Kuka korvaa?", kind=kind, by=self.people[who], version=clause.current
        )

    def settle(self, comment: Comment) -> None:
        comments.settle(comment, response="Kirjattiin.", by=self.id("mikko"))

    def ask(self, **facts: Any) -> Question:
        """A question of the register as it stands; its words do not matter."""
        made = questions.ask(self.agreement, title="Avustukset", text="Kuka päättää?", by=self.id("aino"))
        questions.admit(made, by=self.id("mikko"))
        for name, value in facts.items():
            setattr(made, name, self.people[value].id if name == "owner_id" else value)
        db.session.flush()
        return made

    def id(self, who: str) -> UUID:
        return self.people[who].user_id

    def tasks(self, who: str) -> list[Task]:
        member = self.people[who]
        waiting = questions.waiting_room(self.agreement) if member.role is Role.COORDINATOR else []
        return progress.tasks(member, self.found, waiting)

    def kinds(self, who: str) -> list[str]:
        return [task.kind.value for task in self.tasks(who)]


def make_desk() -> Desk:
    mikko = accounts.find_or_add("mikko@kumppanuus.example", "Mikko", by=None)
    agreement = agreements.start(
        title="Sopimus",
        kind=AgreementKind.PARTNERSHIP_AGREEMENT,
        authority_name="Alue",
        body_name="Pöytä",
        from_model=False,
        by=mikko.id,
    )
    people = {"mikko": members.begin(agreement, mikko, side=None, by=mikko.id)}
    for name, role, side, is_approver, organisation in [
        ("riikka", Role.OFFICIAL, AUTHORITY, True, "Alue"),
        ("hannu", Role.OFFICIAL, AUTHORITY, False, "Alue"),
        ("aino", Role.REPRESENTATIVE, ORGANISATIONS, True, "Omaiset ry"),
        ("kaisa", Role.REPRESENTATIVE, ORGANISATIONS, False, "Omaiset ry"),
        ("pertti", Role.REPRESENTATIVE, ORGANISATIONS, False, "Eläkkeensaajat ry"),
        ("outi", Role.READER, None, False, ""),
    ]:
        people[name] = members.add(
            agreement, address=f"{name}@kumppanuus.example", name=name.title(), role=role, side=side,
            is_approver=is_approver, organisation=organisation, by=mikko.id,
        )  # fmt: skip
    chapter = agreements.add_section(agreement, title="Rakenne", by=mikko.id)
    annex = agreements.add_section(agreement, title="Tilat", kind=SectionKind.ANNEX, by=mikko.id)
    written = {"a": (chapter, "Pöytä"), "b": (chapter, "Kokoukset"), "c": (annex, "")}
    clauses = {
        key: agreements.add_clause(section, title=title, text=f"Teksti {key}.", by=mikko.id)
        for key, (section, title) in written.items()
    }
    return Desk(agreement, clauses, people)


@pytest.fixture
def desk(scene_of: SceneOf[Desk]) -> Desk:
    return scene_of(make_desk)


# ---------------------------------------------------------------- standing


def test_a_clause_stands_where_the_first_that_holds_puts_it(desk: Desk) -> None:
    seen = [desk.standing()]
    said = desk.say("pertti")
    seen.append(desk.standing())
    desk.settle(said)
    seen.append(desk.standing())
    desk.say("pertti")
    desk.approve(AUTHORITY)
    seen.append(desk.standing())
    desk.withdraw(AUTHORITY)
    desk.approve(ORGANISATIONS)
    seen.append(desk.standing())
    desk.approve(AUTHORITY)
    seen.append(desk.standing())
    desk.reopen()
    seen.append(desk.standing())
    desk.approve(AUTHORITY)
    seen.append(desk.standing())
    desk.approve(ORGANISATIONS)
    seen.append(desk.standing())
    assert seen == [
        "draft",
        "comment",
        "draft",
        "half_authority",  # the open comment shows less than the approval
        "half_organisations",
        "agreed",
        "reopen",
        "reopen",  # until it is agreed again, whoever approves first
        "agreed",
    ]
    assert desk.found.standings[desk.clauses["a"].id].reopening is None


def test_a_suggestion_shows_before_a_half_and_not_on_what_is_agreed_or_reopened(desk: Desk) -> None:
    desk.say("pertti")
    desk.approve(AUTHORITY)
    made = desk.suggest("pertti")
    found = desk.found
    each = found.standings[desk.clauses["a"].id]
    assert (each.standing.value, [waiting.id for waiting in each.suggestions]) == ("change", [made.id])
    assert found.tally() == Tally(agreed=0, half=1, total=2), "the authority's yes still counts"
    assert progress.clause_standing(desk.clauses["a"])[1].standing.value == "change"
    assert [waiting.id for waiting in progress.readiness(desk.agreement).open_suggestions] == [made.id]
    desk.approve(ORGANISATIONS)
    seen = [desk.standing()]
    desk.reopen()
    seen.append(desk.standing())
    suggestions.withdraw(made, by=desk.people["pertti"])
    desk.approve(AUTHORITY, ORGANISATIONS)
    desk.rewrite("Teksti uusiksi.")
    seen.append(desk.standing())
    assert seen == ["agreed", "reopen", "comment"]


@pytest.mark.parametrize(("title", "text"), [("Kumppanuuspöytä", "Teksti a."), ("Pöytä", "Teksti, a.")])
def test_another_title_or_a_comma_clears_both_approvals_and_the_same_words_bring_them_back(
    desk: Desk, title: str, text: str
) -> None:
    desk.approve(AUTHORITY, ORGANISATIONS)
    desk.rewrite(text, title=title)
    assert (desk.standing(), desk.found.standings[desk.clauses["a"].id].approvals) == ("draft", {})
    desk.rewrite("Teksti a.", title="Pöytä")
    assert desk.standing() == "agreed"


def test_another_number_or_place_clears_nothing(desk: Desk) -> None:
    desk.approve(AUTHORITY, ORGANISATIONS)
    desk.approve(AUTHORITY, key="b")
    agreements.move_clause(desk.clauses["a"], up=False, by=desk.id("mikko"))
    assert [(each.placed.label, each.standing.value) for each in desk.found.standings.values()] == [
        ("1.1", "half_authority"),
        ("1.2", "agreed"),
        ("L1.1", "draft"),
    ]


def test_replies_do_not_wait_for_an_answer(desk: Desk) -> None:
    said = desk.say("pertti")
    comments.reply(said, text="Samaa mieltä.", by=desk.people["kaisa"])
    desk.settle(said)
    assert desk.standing() == "draft"


def test_the_tally_counts_chapters_and_annexes_apart(desk: Desk) -> None:
    desk.approve(AUTHORITY, ORGANISATIONS)
    desk.approve(ORGANISATIONS, key="b")
    found = desk.found
    assert (found.tally(), found.tally().rest, found.annexes) == (Tally(agreed=1, half=1, total=2), 0, (0, 1))
    desk.approve(AUTHORITY, ORGANISATIONS, key="c")
    assert desk.found.annexes == (1, 1)
    agreements.add_section(desk.agreement, title="Tyhjä", kind=SectionKind.ANNEX, by=desk.id("mikko"))
    assert desk.found.annexes == (1, 2)  # nothing in it is agreed
    assert not Tally(0, 0, 0).is_whole


def test_clauses_not_agreed_come_in_order_annexes_last(desk: Desk) -> None:
    desk.approve(AUTHORITY, ORGANISATIONS, key="b")
    assert [each.placed.label for each in desk.found.not_agreed()] == ["1.1", "L1.1"]


def test_one_clause_stands_as_it_does_among_all(desk: Desk) -> None:
    desk.approve(AUTHORITY, ORGANISATIONS)
    desk.reopen()
    desk.say("pertti", key="b")
    desk.approve(AUTHORITY, key="c")
    desk.remove("c")
    for key, clause in desk.clauses.items():
        found, one = progress.clause_standing(clause)
        among = found.standings.get(clause.id) or found.removals[0]
        assert (one.standing, one.approvals, one.placed.label) == (
            among.standing,
            among.approvals,
            among.placed.label,
        ), key


def test_what_is_kept_is_what_stands_after_everything_that_happens(
    desk: Desk, queries: Callable[[], AbstractContextManager[Queries]]
) -> None:
    def deeds() -> Iterator[object]:
        yield desk.say("pertti", QUESTION)
        yield desk.approve(AUTHORITY, ORGANISATIONS)
        yield desk.reopen()
        yield desk.rewrite("Toinen teksti.", key="b")
        yield desk.approve(AUTHORITY, key="b")
        yield suggestions.reject(desk.suggest("aino", key="b"), reason="Ei nyt.", by=desk.people["riikka"])
        yield desk.suggest("pertti", key="c")
        yield desk.remove("b")
        yield agreements.add_section(desk.agreement, title="Lisää", by=desk.id("mikko"))

    for _deed in deeds():
        head = ledger.heads([desk.agreement.id])[desk.agreement.id]
        known, fresh = progress.kept(desk.agreement, head), desk.found
        assert as_seen(known) == as_seen(fresh)
        assert known.asked == fresh.asked
        with queries() as spent:
            again = progress.kept(desk.agreement, head)
            assert as_seen(again) == as_seen(known)
            assert again.asked == known.asked
        assert spent.statements == []


def as_seen(found: Progress) -> list[Any]:
    """All that a page shows of it."""
    sections = [(each.label, each.title, [one.id for one in each.clauses]) for each in found.outline.sections]
    every = [*found.standings.values(), *found.removals]
    reasons = [each.reopening and each.reopening.reason for each in every]
    return [
        sections,
        reasons,
        [(each.id, each.standing, each.approvals, each.comments, each.questions) for each in every],
    ]


def test_what_is_kept_does_not_grow_without_end(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(standing, "_kept", Kept(2))
    for _ in range(5):
        other = agreements.start(
            title="Toinen", kind=AgreementKind.PARTNERSHIP_AGREEMENT, authority_name="Alue", body_name="Pöytä",
            from_model=False, by=desk.id("mikko"),
        )  # fmt: skip
        progress.kept(other, "jälki")
        assert len(standing._kept) <= 2


# ---------------------------------------------------------------- removals and readiness


def test_a_clause_nobody_had_approved_is_simply_gone(desk: Desk) -> None:
    desk.approve(AUTHORITY)
    desk.withdraw(AUTHORITY)
    desk.remove()
    assert desk.found.removals == []


@pytest.mark.parametrize("before", ["half", "stale", "agreed", "reopened"])
def test_taking_out_what_a_side_had_approved_needs_both(desk: Desk, before: str) -> None:
    desk.approve(AUTHORITY, *([ORGANISATIONS] if before in ("agreed", "reopened") else []))
    if before == "stale":
        desk.rewrite("Toinen teksti.")
    if before == "reopened":
        desk.reopen()
    desk.remove()
    waiting = [[each.id for each in desk.found.removals]]
    desk.approve(AUTHORITY)
    waiting.append([each.id for each in desk.found.removals])
    desk.approve(ORGANISATIONS)
    waiting.append([each.id for each in desk.found.removals])
    assert waiting == [[desk.clauses["a"].id], [desk.clauses["a"].id], []]


def test_both_sides_are_asked_about_a_removal(desk: Desk) -> None:
    desk.approve(AUTHORITY)
    desk.remove()
    assert (desk.kinds("riikka"), desk.kinds("aino")) == (["approve_changed"], ["approve_removal"])
    desk.approve(ORGANISATIONS)
    assert (desk.kinds("riikka"), desk.kinds("aino")) == (["approve_changed"], [])
    desk.approve(AUTHORITY)
    assert (desk.kinds("riikka"), desk.kinds("aino")) == ([], [])


def test_both_sides_are_asked_about_the_removal_of_a_reopened_clause(desk: Desk) -> None:
    desk.approve(AUTHORITY, ORGANISATIONS)
    desk.reopen()
    desk.remove()
    assert (desk.kinds("riikka"), desk.kinds("aino")) == (["approve_removal"], ["approve_removal"])


def test_a_restored_clause_needs_no_approval_of_its_removal(desk: Desk) -> None:
    desk.approve(AUTHORITY)
    desk.remove()
    agreements.restore(desk.clauses["a"], by=desk.id("mikko"))
    assert (desk.found.removals, desk.standing()) == ([], "half_authority")


def test_an_agreement_is_final_when_all_is_agreed_filled_in_and_removed_by_both(desk: Desk) -> None:
    final = [progress.readiness(desk.agreement).is_final]
    desk.rewrite("Elimessä on [lukumäärä] jäsentä.")
    for key in desk.clauses:
        desk.approve(AUTHORITY, ORGANISATIONS, key=key)
    ready = progress.readiness(desk.agreement)
    assert ([each.words for each in ready.blanks], ready.not_agreed) == (["lukumäärä"], [])
    final.append(ready.is_final)
    desk.rewrite("Elimessä on neljä jäsentä.")
    desk.approve(AUTHORITY, ORGANISATIONS)
    desk.remove("b")
    ready = progress.readiness(desk.agreement)
    assert [each.id for each in ready.removals] == [desk.clauses["b"].id]
    final.append(ready.is_final)
    desk.approve(AUTHORITY, ORGANISATIONS, key="b")
    final.append(progress.readiness(desk.agreement).is_final)
    assert final == [False, False, False, True]


def test_open_questions_are_told_and_do_not_hold_an_agreement_up(desk: Desk) -> None:
    for key in desk.clauses:
        desk.approve(AUTHORITY, ORGANISATIONS, key=key)
    desk.ask(due_on=TODAY - timedelta(days=2))
    desk.ask(status=Status.AGREED, outcome="Sovittiin.")
    ready = progress.readiness(desk.agreement)
    assert (ready.is_final, [each.number for each in ready.open_questions], ready.late_questions) == (True, [1], 1)


def test_an_agreement_without_text_is_not_final(desk: Desk) -> None:
    for key in desk.clauses:
        desk.remove(key)
    assert not progress.readiness(desk.agreement).is_final


# ---------------------------------------------------------------- tasks


def told(tasks: list[Task]) -> list[tuple[str, list[str] | int | None, int]]:
    """Tasks as kind, what about (labels, or the number of a question), and how many."""
    return [
        (
            task.kind.value,
            task.question.number if task.question else [each.placed.label for each in task.clauses],
            task.count,
        )
        for task in tasks
    ]


def test_each_person_of_the_demo_world_has_their_tasks_in_order(inside: None, world: demo.World) -> None:
    agreement = db.session.get_one(Agreement, world.agreement)
    found = progress.progress(agreement)
    waiting = questions.waiting_room(agreement)

    def of(who: str) -> list[Any]:
        member = db.session.get_one(Member, world.members[who])
        return told(progress.tasks(member, found, waiting))

    assert of("aino") == [
        ("answer_suggestion", ["3.7", "8.4"], 2),
        ("approve_changed", ["4.3", "10.1", "11.2", ""], 4),
        ("approve", ["3.5"], 1),
        ("approve", ["5.5"], 1),
        ("approve", ["8.2"], 1),
        ("comment", ["3.3", "3.4", "3.6", "3.7", "4.5", "6.2", "7.1", "L2.2"], 8),
        ("own_question", 11, 1),
    ]
    assert of("riikka") == [
        ("late_question", 5, 1),
        ("answer_suggestion", ["3.7", "6.2", "7.1", "10.3", "11.3"], 7),
        ("approve_changed", ["2.3", "12.4", ""], 3),
        ("approve", ["4.4"], 1),
        ("approve", ["6.6"], 1),
        ("approve", ["7.3"], 1),
        ("answer_questions", ["3.4", "4.5", "5.1", "6.2", "9.1", "L2.2"], 6),
        ("agree_question", 2, 1),
        ("agree_question", 7, 1),
        ("agree_question", 10, 1),
    ]
    assert of("mikko") == [
        ("late_question", 5, 1),
        ("answer_suggestion", ["3.7", "6.2", "7.1", "8.4", "10.3", "11.3"], 9),
        ("settle_comments", ["6.1", "4.1"], 51),
        ("admit_question", None, 1),
        ("own_question", 1, 1),
        ("name_owner", 9, 1),
    ]
    assert of("outi") == []


def test_only_an_approver_is_asked_to_approve(desk: Desk) -> None:
    desk.approve(AUTHORITY)
    desk.approve(ORGANISATIONS, key="b")
    asked = {who: told(desk.tasks(who)) for who in desk.people}
    assert asked == {
        "aino": [("approve", ["1.1"], 1)],
        "riikka": [("approve", ["1.2"], 1)],
        "mikko": [],
        "hannu": [],
        "kaisa": [],
        "pertti": [],
        "outi": [],
    }


def test_an_approver_reads_what_changed_in_one_row_and_is_not_asked_twice(desk: Desk) -> None:
    desk.approve(AUTHORITY)
    desk.approve(AUTHORITY, key="b")
    desk.rewrite("Uusi teksti.")
    desk.rewrite("Uusi teksti.", key="b")
    desk.approve(ORGANISATIONS)
    assert told(desk.tasks("riikka")) == [("approve_changed", ["1.1", "1.2"], 2)]
    desk.approve(AUTHORITY)
    assert told(desk.tasks("riikka")) == [("approve_changed", ["1.2"], 1)]


def test_the_county_is_asked_until_it_replies_and_does_not_ask_itself(desk: Desk) -> None:
    asked = desk.say("pertti", QUESTION)
    desk.say("hannu", QUESTION, key="b")
    desk.say("pertti", CONCERN, key="c")
    assert told(desk.tasks("riikka")) == told(desk.tasks("hannu")) == [("answer_questions", ["1.1"], 1)]
    comments.reply(asked, text="Samaa kysyn.", by=desk.people["kaisa"])
    assert desk.kinds("riikka") == ["answer_questions"]
    comments.reply(asked, text="Me korvaamme.", by=desk.people["hannu"])
    assert (desk.kinds("riikka"), desk.kinds("hannu")) == ([], [])
    assert told(desk.tasks("mikko")) == [("settle_comments", ["1.1", "1.2"], 3)]


def test_a_question_waits_for_the_county_though_the_clause_is_agreed(desk: Desk) -> None:
    desk.say("pertti", QUESTION)
    desk.approve(AUTHORITY, ORGANISATIONS)
    assert (desk.standing(), desk.kinds("riikka")) == ("agreed", ["answer_questions"])


def test_a_representative_comments_where_the_organisation_has_been_silent(desk: Desk) -> None:
    desk.say("pertti")
    desk.say("pertti", key="c")
    desk.approve(AUTHORITY, ORGANISATIONS, key="b")
    desk.reopen("b")
    assert told(desk.tasks("kaisa")) == [("comment", ["1.1", "1.2", "L1.1"], 3)]
    desk.say("aino")  # of the same organisation
    assert told(desk.tasks("kaisa")) == [("comment", ["1.2", "L1.1"], 2)]
    assert told(desk.tasks("pertti")) == [("comment", ["1.2"], 1)]


def test_suggestions_wait_in_one_row_for_coordinators_and_the_approvers_of_the_other_side(desk: Desk) -> None:
    desk.suggest("pertti")
    desk.suggest("aino")
    desk.suggest("riikka", key="b")
    section = desk.clauses["a"].section
    words = {"title": "Kulut", "text": "Kulut korvataan.", "reason": "Puuttuu."}
    suggestions.write_addition(section, after=None, **words, by=desk.people["aino"])
    suggestions.write_addition(section, after=None, **words, by=desk.people["mikko"])
    rows = {
        who: [(task.kind.value, told([task])[0][1], task.count, task.minutes) for task in desk.tasks(who)]
        for who in desk.people
    }
    assert rows == {
        "mikko": [("answer_suggestion", ["1.1", "1.2"], 4, 16)],  # but not his own
        "riikka": [("answer_suggestion", ["1.1"], 4, 16)],
        "aino": [("answer_suggestion", ["1.2"], 2, 8)],  # the addition of nobody's side too
        "hannu": [],
        "kaisa": [],
        "pertti": [],
        "outi": [],
    }
    assert progress.waits_in(desk.people["riikka"], desk.found) == {desk.clauses["a"].id: TaskKind.ANSWER_SUGGESTION}


def test_where_something_is_suggested_a_representative_comments_only_on_what_was_said(desk: Desk) -> None:
    desk.suggest("riikka")
    assert desk.kinds("kaisa") == []
    desk.say("pertti")
    assert told(desk.tasks("kaisa")) == [("comment", ["1.1"], 1)]


def test_what_waits_stands_also_with_the_clauses(desk: Desk) -> None:
    desk.approve(AUTHORITY)
    desk.say("pertti", key="b")
    found = desk.found
    waits = {who: progress.waits_in(desk.people[who], found) for who in ("aino", "mikko", "outi")}
    a, b = desk.clauses["a"].id, desk.clauses["b"].id
    assert waits == {
        "aino": {a: TaskKind.APPROVE, b: TaskKind.COMMENT},
        "mikko": {b: TaskKind.SETTLE_COMMENTS},
        "outi": {},
    }


def test_nobody_is_told_that_something_takes_hours(desk: Desk) -> None:
    for _ in range(20):
        desk.say("pertti", QUESTION)
    assert [(task.count, task.minutes) for task in desk.tasks("mikko")] == [(20, 60)]
    assert [(task.count, task.minutes) for task in desk.tasks("riikka")] == [(20, 0)]


# What a question asks of each: (its state) → its owner, another representative, an official, a coordinator, a reader
# who owned it once.
LATE, SOON = TODAY - timedelta(days=1), TODAY + timedelta(days=1)
ASKED: list[tuple[dict[str, Any], tuple[str, str, str, str, str]]] = [
    ({"status": Status.OPEN}, ("own_question", "", "", "", "")),
    ({"status": Status.OPEN, "owner_id": None}, ("", "", "", "name_owner", "")),
    ({"status": Status.OPEN, "owner_id": None, "due_on": LATE}, ("", "", "", "late_question", "")),
    ({"status": Status.IN_PREPARATION, "due_on": TODAY}, ("own_question", "", "", "", "")),
    ({"status": Status.IN_PREPARATION, "due_on": LATE}, ("late_question", "", "", "late_question", "")),
    ({"status": Status.PROPOSED, "due_on": SOON}, ("", "", "agree_question", "", "")),
    ({"status": Status.PROPOSED, "due_on": LATE}, ("late_question", "", "agree_question", "late_question", "")),
    ({"status": Status.DEFERRED, "due_on": LATE, "next_on": SOON}, ("", "", "", "", "")),
    ({"status": Status.DEFERRED, "next_on": TODAY}, ("resume_question", "", "", "resume_question", "")),
    ({"status": Status.AGREED, "due_on": LATE}, ("", "", "", "", "")),
    ({"status": Status.OUT_OF_SCOPE, "owner_id": None, "due_on": LATE}, ("", "", "", "", "")),
]


@pytest.mark.parametrize(("state", "asked"), ASKED)
def test_what_a_question_asks_of_whom(state: dict[str, Any], asked: tuple[str, ...]) -> None:
    roles = (Role.REPRESENTATIVE, Role.REPRESENTATIVE, Role.OFFICIAL, Role.COORDINATOR, Role.READER)
    people = [Member(id=uuid4(), role=role) for role in roles]
    found = []
    for place, member in enumerate(people):
        owner = member if place == 4 else people[0]
        question = Question(**{"owner_id": owner.id, "due_on": None, "next_on": None, **state})
        kind = progress.question_task(member, question)
        found.append(kind.value if kind else "")
    assert tuple(found) == asked


def test_late_things_come_first_and_then_the_order_of_the_table_by_deadline(
    desk: Desk, clock: Callable[[Any], AbstractContextManager[None]]
) -> None:
    desk.ask(owner_id="riikka", due_on=TODAY + timedelta(days=9))
    desk.ask(owner_id="riikka")
    desk.ask(owner_id="riikka", due_on=TODAY + timedelta(days=5))
    desk.ask(status=Status.PROPOSED, due_on=TODAY + timedelta(days=20))
    desk.ask(status=Status.DEFERRED, owner_id="riikka", next_on=TODAY + timedelta(days=2))
    desk.approve(ORGANISATIONS)
    desk.say("pertti", QUESTION, key="b")
    assert told(desk.tasks("riikka")) == [
        ("approve", ["1.1"], 1),
        ("answer_questions", ["1.2"], 1),
        ("agree_question", 4, 1),
        ("own_question", 3, 1),
        ("own_question", 1, 1),
        ("own_question", 2, 1),
    ]
    with clock(NOW + timedelta(days=7)):
        tasks = desk.tasks("riikka")
    assert told(tasks)[:3] == [("resume_question", 5, 1), ("late_question", 3, 1), ("approve", ["1.1"], 1)]
    assert [(task.days_late, task.due_on) for task in tasks[:2]] == [(5, date(2026, 3, 20)), (2, date(2026, 3, 23))]


def test_a_coordinator_is_asked_to_admit_in_one_row_that_names_the_oldest(
    desk: Desk, clock: Callable[[Any], AbstractContextManager[None]]
) -> None:
    for minutes, title in enumerate(("Vakuutukset", "Kylätalot")):
        with clock(NOW + timedelta(minutes=minutes)):
            questions.ask(desk.agreement, title=title, text="Kuka maksaa?", by=desk.id("pertti"))
    assert [(task.kind, task.question and task.question.title, task.count) for task in desk.tasks("mikko")] == [
        (TaskKind.ADMIT_QUESTION, "Vakuutukset", 2)
    ]
    assert desk.kinds("riikka") == []


def test_it_costs_the_same_however_long_the_text_and_the_talk(
    databases: Databases, queries: Callable[[], AbstractContextManager[Queries]]
) -> None:
    costs = []
    for size in (short, long):
        standing._kept.clear()
        with databases.scene(size) as made:
            agreement = db.session.get_one(Agreement, made.agreement)
            with queries() as spent:
                found = progress.progress(agreement)
            assert sum(each.comments.total for each in found.standings.values()) > 0
            costs.append(len(spent))
    assert costs == [6, 6]  # text, approvals, comments, questions, suggestions, rounds


def test_what_was_kept_follows_everything_that_happens_and_reads_anew_only_what_it_can_have_changed(
    desk: Desk, queries: Callable[[], AbstractContextManager[Queries]]
) -> None:
    clause, section, mikko = desk.clauses["a"], desk.clauses["a"].section, desk.id("mikko")
    asked, suggested = desk.ask(), desk.suggest("aino", key="b")
    said: list[Comment] = []
    deeds: list[tuple[int, Callable[[], Any]]] = [  # how many readings each costs, of six
        (3, lambda: said.append(desk.say("pertti"))),
        (3, lambda: desk.settle(said[0])),
        (3, lambda: desk.approve(ORGANISATIONS, AUTHORITY)),
        (4, desk.reopen),
        (4, lambda: desk.rewrite("Toisin.")),
        (3, lambda: agreements.rename_section(section, title="Toinen", base=section.title, by=mikko)),
        (
            6,
            lambda: suggestions.accept(
                suggested,
                seen=suggestions.result(suggested, desk.clauses["b"].current).fingerprint,
                by=desk.people["mikko"],
            ),
        ),
        (6, lambda: questions.link(asked, [clause.id], revision=asked.revision, by=mikko)),
        (5, lambda: (desk.approve(ORGANISATIONS), desk.remove(), desk.say("pertti", key="b"))),
        (6, lambda: [desk.say("pertti", key="b") for _each in range(5)]),  # more than the newest entries tell
    ]

    def kept() -> Progress:
        newest = ledger.newest(desk.agreement.id, most=4)
        return progress.kept(desk.agreement, newest[0].digest, newest)

    kept()
    for number, (cost, deed) in enumerate(deeds):
        deed()
        db.session.refresh(desk.agreement)
        with queries() as spent:
            found = kept()
        assert whole(found) == whole(desk.found), number
        assert len(spent) - 1 == cost, (number, spent.statements)


def whole(found: Progress) -> list[Any]:
    """All that pages tell of where clauses stand, as plain values."""
    rows = [*found.standings.values(), *found.removals]
    return [found.register, found.suggestions, found.approvals, found.rounds] + [
        (
            *(each.placed.label, each.placed.section.title, each.placed.version, each.standing, each.approvals),
            *(each.reopening, each.comments, each.questions, each.suggestions, each.is_removal_asked),
        )
        for each in rows
    ]
