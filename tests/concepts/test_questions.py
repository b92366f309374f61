"""Open questions: the table of moves, what each move needs, undoing, and the questions people propose."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest

from kumppanuus import accounts, agreements, ledger, members, questions
from kumppanuus.agreements import Agreement, AgreementKind, Side
from kumppanuus.db import HELSINKI, SHORT, today
from kumppanuus.errors import Empty, Refused, TooLong, Unwritable
from kumppanuus.members import Member, Role
from kumppanuus.questions import Question, Status, Step
from tests.databases import NOW, SceneOf

Clock = Callable[[Any], AbstractContextManager[None]]

OPEN, IN_PREPARATION, PROPOSED = Status.OPEN, Status.IN_PREPARATION, Status.PROPOSED
AGREED, DEFERRED, OUT_OF_SCOPE = Status.AGREED, Status.DEFERRED, Status.OUT_OF_SCOPE

# The whole table: from → to → what the move is called.
TABLE: dict[Status, dict[Status, Step]] = {
    OPEN: {IN_PREPARATION: Step.MOVED, PROPOSED: Step.MOVED, DEFERRED: Step.MOVED, OUT_OF_SCOPE: Step.MOVED},
    IN_PREPARATION: {OPEN: Step.MOVED, PROPOSED: Step.MOVED, DEFERRED: Step.MOVED, OUT_OF_SCOPE: Step.MOVED},
    PROPOSED: {
        IN_PREPARATION: Step.RETURNED,
        PROPOSED: Step.TABLED,
        AGREED: Step.MOVED,
        DEFERRED: Step.MOVED,
        OUT_OF_SCOPE: Step.MOVED,
    },
    AGREED: {IN_PREPARATION: Step.RETURNED},
    DEFERRED: {OPEN: Step.MOVED, IN_PREPARATION: Step.MOVED, PROPOSED: Step.MOVED, OUT_OF_SCOPE: Step.MOVED},
    OUT_OF_SCOPE: {OPEN: Step.MOVED, IN_PREPARATION: Step.MOVED},
}
ALLOWED = [(before, to) for before, targets in TABLE.items() for to in targets]
FORBIDDEN = [(before, to) for before in Status for to in Status if to not in TABLE[before]]

NEXT_ON = date(2026, 4, 9)
EVERYTHING: dict[str, Any] = {
    "solution": "Kysely kahdesti vuodessa.",
    "outcome": "Järjestöt vastaavat kyselyyn kahdesti vuodessa.",
    "reason": "Budjetti puuttuu.",
    "next_on": NEXT_ON,
}
PATHS: dict[Status, tuple[Status, ...]] = {
    OPEN: (),
    IN_PREPARATION: (IN_PREPARATION,),
    PROPOSED: (PROPOSED,),
    AGREED: (PROPOSED, AGREED),
    DEFERRED: (DEFERRED,),
    OUT_OF_SCOPE: (OUT_OF_SCOPE,),
}


@dataclass
class Scene:
    """An agreement without text, its people, and one question in its register."""

    agreement: Agreement
    mikko: Member
    riikka: Member
    aino: Member
    outi: Member
    question: Question

    def entries(self) -> list[str]:
        """Kinds of what the record says of the question, the oldest first."""
        return [entry.kind for entry in reversed(ledger.history(self.question.id))]

    def ask(self, status: Status = Status.OPEN) -> Question:
        """Go on with a fresh question that stands where a test begins."""
        self.question = questions.ask(self.agreement, title="Tilat", text="Mitä tiloja?", by=self.aino.user_id)
        questions.admit(self.question, by=self.mikko.user_id)
        for to in PATHS[status]:
            self.move(to)
        assert self.question.status is status
        return self.question

    def move(self, to: Status, *, by: Member | None = None, **given: Any) -> questions.Move:
        """Move the question with everything any move needs, or with what is given."""
        values = {**EVERYTHING, **given}
        return questions.move(
            self.question, to, revision=self.question.revision, by=(by or self.riikka).user_id, **values
        )


def make_scene() -> Scene:
    mikko = accounts.find_or_add("mikko@example.fi", "Mikko Saarela", by=None)
    agreement = an_agreement("Kumppanuussopimus", mikko.id)
    coordinator = members.begin(agreement, mikko, side=None, by=mikko.id)

    def add(name: str, role: Role, side: Side | None) -> Member:
        address = f"{name.split()[0].lower()}@example.fi"
        return members.add(agreement, address=address, name=name, role=role, side=side, by=mikko.id)

    riikka = add("Riikka Lehto", Role.OFFICIAL, Side.AUTHORITY)
    aino = add("Aino Heikkilä", Role.REPRESENTATIVE, Side.ORGANISATIONS)
    outi = add("Outi Kallio", Role.READER, None)
    question = questions.ask(agreement, title="Tilat", text="Mitä tiloja järjestöt saavat käyttää?", by=aino.user_id)
    questions.admit(question, by=mikko.id)
    return Scene(agreement, coordinator, riikka, aino, outi, question)


@pytest.fixture
def scene(scene_of: SceneOf[Scene]) -> Scene:
    return scene_of(make_scene)


def an_agreement(title: str, by: UUID, *, from_model: bool = False) -> Agreement:
    return agreements.start(
        title=title,
        kind=AgreementKind.PARTNERSHIP_AGREEMENT,
        authority_name="Järvi-Suomen hyvinvointialue",
        body_name="Kumppanuuspöytä",
        from_model=from_model,
        by=by,
    )


def standing(question: Question) -> dict[str, Any]:
    """Everything that can be seen of a question."""
    return {name: getattr(question, name) for name in (*Question.seal, "revision")}


def refused(scene: Scene, refusal: type[Refused], act: Callable[[], object]) -> Refused:
    """The act is refused, and neither the question nor the record has changed."""
    before, length = standing(scene.question), len(ledger.entries(scene.agreement.id, most=500))
    with pytest.raises(refusal) as caught:
        act()
    assert type(caught.value) is refusal
    assert standing(scene.question) == before
    assert len(ledger.entries(scene.agreement.id, most=500)) == length
    return caught.value


# ---------------------------------------------------------------- the table of moves


def test_an_allowed_move_changes_the_status_and_writes_one_entry(scene: Scene) -> None:
    for before, to in ALLOWED:
        question = scene.ask(before)
        revision, length = question.revision, len(scene.entries())
        made = scene.move(to)
        assert (question.status, question.revision) == (to, revision + 1)
        assert (made.from_status, made.to_status, made.step) == (before, to, TABLE[before][to])
        assert scene.entries()[length:] == ["question.moved"]
        assert ledger.history(question.id)[0].facts == {
            "question_id": str(question.id),
            "number": question.number,
            "from_status": before.value,
            "to_status": to.value,
            "step": TABLE[before][to].value,
            "move_id": str(made.id),
        }
    assert ledger.verify() is None


def test_a_move_that_is_not_in_the_table_is_refused(scene: Scene) -> None:
    for before, to in FORBIDDEN:
        scene.ask(before)
        refusal = refused(scene, questions.NotAllowedMove, lambda to=to: scene.move(to))
        assert refusal.facts == {"from_status": before, "to_status": to}


NEEDED: dict[tuple[Status, Status], set[str]] = {
    (before, to): {
        IN_PREPARATION: set(),
        OPEN: set(),
        PROPOSED: {"solution"},
        AGREED: {"outcome"},
        DEFERRED: {"reason", "next_on"},
        OUT_OF_SCOPE: {"reason"},
    }[to]
    for before, to in ALLOWED
}
NEEDED[AGREED, IN_PREPARATION] = {"reason"}
NEEDED[PROPOSED, PROPOSED] = {"solution", "next_on"}


def test_what_a_move_needs_can_be_told_beforehand() -> None:
    assert {(before, to): set(questions.needs(before, to)) for before, to in ALLOWED} == NEEDED


@pytest.mark.parametrize("blank", ["", "  \n ", "\u200b\u200e"], ids=["nothing", "blanks", "invisible signs"])
def test_a_move_without_what_it_needs_is_refused_and_names_it(scene: Scene, blank: str) -> None:
    for (before, to), fields in NEEDED.items():
        for field in fields:
            scene.ask(before)
            missing = {field: None if field == "next_on" else blank}
            refusal = refused(scene, questions.Needs, lambda to=to, missing=missing: scene.move(to, **missing))
            assert refusal.facts == {"field": field}


def test_a_move_wants_nothing_but_what_it_needs(scene: Scene) -> None:
    nothing = {"solution": "", "outcome": "", "reason": "", "next_on": None}
    for (before, to), fields in NEEDED.items():
        scene.ask(before)
        scene.move(to, **{**nothing, **{name: EVERYTHING[name] for name in fields}})
        assert scene.question.status is to


def test_a_solution_that_is_there_already_need_not_be_written_again(scene: Scene) -> None:
    question = scene.ask(PROPOSED)
    scene.move(IN_PREPARATION, solution=None)
    scene.move(PROPOSED, solution=None)
    assert question.solution == EVERYTHING["solution"]


def test_an_outcome_stands_only_while_the_question_is_agreed(scene: Scene) -> None:
    question = scene.ask(AGREED)
    assert question.outcome == EVERYTHING["outcome"]
    scene.move(IN_PREPARATION, reason="Summa puuttui.", outcome="")
    assert (question.outcome, question.reason) == ("", "Summa puuttui.")


def test_a_next_date_is_kept_only_where_it_says_something(scene: Scene) -> None:
    kept = {status: scene.ask(status).next_on for status in Status}
    assert kept == {status: NEXT_ON if status in (PROPOSED, DEFERRED) else None for status in Status}


def test_a_next_date_may_be_today_but_not_yesterday(scene: Scene) -> None:
    for to in (PROPOSED, DEFERRED):
        question = scene.ask()
        act = lambda to=to: scene.move(to, next_on=today() - timedelta(days=1))  # noqa: E731 - handed on as it is
        assert refused(scene, questions.PastDay, act).facts == {"field": "next_on"}
        scene.move(to, next_on=today())
        assert question.next_on == today()


def test_tabling_keeps_the_proposal_and_gives_it_the_next_date(scene: Scene) -> None:
    question = scene.ask(PROPOSED)
    made = scene.move(PROPOSED, next_on=date(2026, 5, 20), reason="Aika loppui kesken.")
    assert made.step is Step.TABLED
    assert (question.status, question.solution, question.next_on, question.reason) == (
        PROPOSED,
        EVERYTHING["solution"],
        date(2026, 5, 20),
        "Aika loppui kesken.",
    )


def test_a_bad_text_of_a_move_is_refused(scene: Scene) -> None:
    scene.ask(PROPOSED)
    for field in ("solution", "outcome", "reason"):
        for text, refusal in (("x" * (SHORT + 1), TooLong), ("a\x00b", Unwritable)):
            act = lambda given={field: text}: scene.move(AGREED, **given)  # noqa: E731 - handed on as it is
            assert refused(scene, refusal, act).facts["field"] == field


def test_a_move_drawn_from_an_older_revision_is_refused_and_says_who_was_first(scene: Scene) -> None:
    old = scene.question.revision
    scene.move(IN_PREPARATION, by=scene.aino)

    def again() -> None:
        questions.move(scene.question, PROPOSED, revision=old, by=scene.riikka.user_id, solution="Toinen")

    assert refused(scene, questions.MovedMeanwhile, again).facts == {"name": "Aino Heikkilä"}


def test_a_form_drawn_from_nothing_is_refused(scene: Scene) -> None:
    question, by = scene.question, scene.mikko.user_id
    words = {"title": "Tilat", "text": "Mitä?", "background": "", "solution": ""}
    for act in (
        lambda: questions.move(question, IN_PREPARATION, revision=None, by=by),
        lambda: questions.update(question, text="Valmistelu alkoi.", revision=None, by=by),
        lambda: questions.edit(question, **words, revision=None, by=by),
        lambda: questions.assign(question, owner=None, side=None, due_on=None, revision=None, by=by),
        lambda: questions.link(question, [], revision=None, by=by),
    ):
        refused(scene, questions.MovedMeanwhile, act)


# ---------------------------------------------------------------- undoing


def test_undoing_a_move_puts_everything_back_as_it_was(scene: Scene) -> None:
    other = {"solution": "Toinen", "outcome": "Toinen", "reason": "Toinen", "next_on": date(2026, 5, 5)}
    for before, to in ALLOWED:
        question = scene.ask(before)
        stood = standing(question)
        scene.move(to, **other)
        questions.undo(question, by=scene.riikka.user_id)
        assert standing(question) == {**stood, "moved_at": NOW, "revision": stood["revision"] + 2}
        assert scene.entries()[-2:] == ["question.moved", "question.move-undone"]
    assert ledger.verify() is None


def test_a_move_can_be_undone_for_a_day(scene: Scene, clock: Clock) -> None:
    scene.move(IN_PREPARATION)
    with clock(NOW + timedelta(hours=24)):
        assert questions.undoable(scene.question, by=scene.riikka.user_id) is None
        refused(scene, questions.TooLateToUndo, lambda: questions.undo(scene.question, by=scene.riikka.user_id))
    with clock(NOW + timedelta(hours=23, minutes=59)):
        questions.undo(scene.question, by=scene.riikka.user_id)
    assert scene.question.status is OPEN


def test_nobody_undoes_the_move_of_another(scene: Scene) -> None:
    scene.move(IN_PREPARATION, by=scene.riikka)
    refused(scene, questions.TooLateToUndo, lambda: questions.undo(scene.question, by=scene.mikko.user_id))


def test_a_move_is_undone_once(scene: Scene) -> None:
    scene.move(IN_PREPARATION)
    questions.undo(scene.question, by=scene.riikka.user_id)
    refused(scene, questions.TooLateToUndo, lambda: questions.undo(scene.question, by=scene.riikka.user_id))


def test_an_older_move_cannot_be_undone_under_a_newer_one(scene: Scene) -> None:
    scene.move(IN_PREPARATION, by=scene.riikka)
    scene.move(PROPOSED, by=scene.aino)
    refused(scene, questions.TooLateToUndo, lambda: questions.undo(scene.question, by=scene.riikka.user_id))


def test_a_move_cannot_be_undone_once_anything_has_happened_to_the_question(scene: Scene) -> None:
    words = {"title": "Tilat", "text": "Mitä tiloja?", "background": "", "solution": ""}
    acts: list[Callable[..., object]] = [
        partial(questions.update, text="Kysely alkaa huhtikuussa."),
        partial(questions.edit, **words),
        partial(questions.assign, owner=scene.aino, side=None, due_on=None),
        partial(questions.link, clause_ids=[]),
    ]
    for act in acts:
        question = scene.ask()
        scene.move(IN_PREPARATION)
        act(question, revision=question.revision, by=scene.mikko.user_id)
        refused(scene, questions.TooLateToUndo, lambda: questions.undo(scene.question, by=scene.riikka.user_id))


# ---------------------------------------------------------------- proposing a question


def test_a_proposed_question_waits_without_a_number(scene: Scene) -> None:
    asked = questions.ask(
        scene.agreement, title=" Ruoka-\napu ", text="Kuka jakaa?\r\n", background="", by=scene.aino.user_id
    )
    assert (asked.number, asked.is_admitted, asked.title, asked.text) == (None, False, "Ruoka- apu", "Kuka jakaa?")
    assert [each.number for each in questions.register(scene.agreement)] == [1]
    assert list(questions.waiting_room(scene.agreement)) == [asked]
    assert [entry.kind for entry in ledger.history(asked.id)] == ["question.asked"]


def test_a_proposed_question_needs_good_texts(scene: Scene) -> None:
    good = {"title": "Ruoka-apu", "text": "Kuka jakaa?", "background": ""}
    bad: list[tuple[str, str, type[Refused]]] = [
        ("title", " ", Empty),
        ("text", "", Empty),
        ("title", "x" * 301, TooLong),
        ("background", "x" * (SHORT + 1), TooLong),
        ("text", "a\x0bb", Unwritable),
    ]
    for field, text, refusal in bad:
        act = partial(questions.ask, scene.agreement, **(good | {field: text}), by=scene.aino.user_id)
        assert refused(scene, refusal, act).facts["field"] == field


def test_admitting_gives_the_next_number_and_decides_once(scene: Scene) -> None:
    first, second = (
        questions.ask(scene.agreement, title=title, text="Miten?", by=scene.aino.user_id)
        for title in ("Ensin", "Sitten")
    )
    questions.admit(second, by=scene.mikko.user_id)
    questions.admit(first, by=scene.mikko.user_id)
    assert (second.number, first.number) == (2, 3)
    assert [entry.kind for entry in ledger.history(first.id)] == ["question.admitted", "question.asked"]
    assert list(questions.waiting_room(scene.agreement)) == []
    for act in (
        lambda: questions.admit(first, by=scene.mikko.user_id),
        lambda: questions.decline(first, reason="Sama kuin toinen.", by=scene.mikko.user_id),
    ):
        refused(scene, questions.AlreadyDecided, act)
    assert first.number == 3


def test_declining_needs_a_reason_and_decides_once(scene: Scene) -> None:
    asked = questions.ask(scene.agreement, title="Ruoka-apu", text="Kuka jakaa?", by=scene.aino.user_id)
    by = scene.mikko.user_id
    assert refused(scene, Empty, lambda: questions.decline(asked, reason=" ", by=by)).facts == {"field": "reason"}
    questions.decline(asked, reason="Ruoka-avusta on oma sopimus.", by=by)
    assert (asked.number, asked.is_admitted, asked.refused_at, asked.reason) == (
        None,
        False,
        NOW,
        "Ruoka-avusta on oma sopimus.",
    )
    assert [entry.kind for entry in ledger.history(asked.id)] == ["question.declined", "question.asked"]
    assert list(questions.waiting_room(scene.agreement)) == []
    refused(scene, questions.AlreadyDecided, lambda: questions.admit(asked, by=by))
    refused(scene, questions.AlreadyDecided, lambda: questions.decline(asked, reason="Taas", by=by))


def test_a_question_that_is_not_admitted_does_not_move(scene: Scene) -> None:
    asked = questions.ask(scene.agreement, title="Ruoka-apu", text="Kuka jakaa?", by=scene.aino.user_id)
    seen: dict[str, Any] = {"revision": asked.revision, "by": scene.mikko.user_id}
    for act in (
        lambda: questions.move(asked, IN_PREPARATION, **seen),
        lambda: questions.update(asked, text="Alkoi.", **seen),
        lambda: questions.edit(asked, title="Ruoka", text="Kuka?", background="", solution="", **seen),
        lambda: questions.assign(asked, owner=None, side=None, due_on=None, **seen),
        lambda: questions.link(asked, [], **seen),
        lambda: questions.undo(asked, by=scene.mikko.user_id),
    ):
        refused(scene, questions.NotAdmitted, act)


# ---------------------------------------------------------------- words, owner, clauses


def test_telling_what_has_happened_adds_an_update_and_one_entry(scene: Scene) -> None:
    question = scene.question
    for text in ("Kysely alkoi.", "Kysely päättyi."):
        questions.update(question, text=text, revision=question.revision, by=scene.aino.user_id)
    assert {(each.text, each.author.name) for each in questions.updates(question)} == {
        ("Kysely alkoi.", "Aino Heikkilä"),
        ("Kysely päättyi.", "Aino Heikkilä"),
    }
    assert scene.entries()[-2:] == ["question.updated", "question.updated"]
    for text, refusal in (("", Empty), ("x" * (SHORT + 1), TooLong)):
        act = lambda text=text: questions.update(question, text=text, revision=question.revision, by=scene.aino.user_id)  # noqa: E731 - handed on as it is
        refused(scene, refusal, act)


def test_editing_changes_the_words_and_a_proposed_question_keeps_a_solution(scene: Scene) -> None:
    question = scene.ask(PROPOSED)
    words = {"title": "Tilat ja alustat", "text": "Mitä tiloja?", "background": "Tiloja on vähän."}
    seen: dict[str, Any] = {"revision": question.revision, "by": scene.mikko.user_id}
    act = lambda: questions.edit(question, **words, solution=" ", **seen)  # noqa: E731 - handed on as it is
    assert refused(scene, questions.Needs, act).facts == {"field": "solution"}
    questions.edit(question, **words, solution="Tilat iltaisin.", **seen)
    assert (question.title, question.text, question.background, question.solution) == (
        *words.values(),
        "Tilat iltaisin.",
    )
    assert scene.entries()[-1] == "question.edited"


def test_assigning_names_an_owner_with_a_side_and_a_due_date(scene: Scene) -> None:
    question, by = scene.question, scene.mikko.user_id

    def assign(owner: Member | None, side: Side | None) -> None:
        questions.assign(question, owner=owner, side=side, due_on=NEXT_ON, revision=question.revision, by=by)

    assign(scene.aino, Side.AUTHORITY)  # the side of the owner goes first
    assert (question.owner, question.owner_side, question.due_on) == (scene.aino, Side.ORGANISATIONS, NEXT_ON)
    assign(scene.mikko, Side.AUTHORITY)  # a coordinator without a side takes the one that is given
    assert (question.owner, question.owner_side) == (scene.mikko, Side.AUTHORITY)
    assign(None, Side.ORGANISATIONS)
    assert (question.owner, question.owner_side) == (None, Side.ORGANISATIONS)
    assert scene.entries()[-3:] == ["question.assigned"] * 3


def test_a_reader_somebody_elsewhere_or_one_who_left_cannot_be_named_owner(scene: Scene) -> None:
    question, by = scene.question, scene.mikko.user_id
    other = an_agreement("Toinen sopimus", by)
    stranger = members.begin(other, scene.mikko.user, side=None, by=by)

    def assign(owner: Member) -> None:
        questions.assign(question, owner=owner, side=None, due_on=None, revision=question.revision, by=by)

    refused(scene, questions.NotHere, lambda: assign(scene.outi))
    refused(scene, questions.NotHere, lambda: assign(stranger))
    assign(scene.aino)
    members.end(scene.aino, by=by)
    assign(scene.aino)  # who is named already may stay
    assign(scene.riikka)
    refused(scene, questions.NotHere, lambda: assign(scene.aino))


def test_linking_replaces_the_clauses_and_remembers_the_old_ones(scene: Scene) -> None:
    by = scene.mikko.user_id
    agreement = an_agreement("Mallista", by, from_model=True)
    question = questions.open_register(agreement, by=by)[1]
    labels = {placed.label: placed.id for placed in agreements.outline(agreement).clauses()}
    assert questions.linked(question) == {labels["5.5"]}

    def link(*ids: UUID) -> None:
        questions.link(question, ids, revision=question.revision, by=by)

    link(labels["3.1"], labels["3.2"])
    assert questions.linked(question) == {labels["3.1"], labels["3.2"]}
    link(labels["5.5"], labels["3.2"])
    assert questions.linked(question) == {labels["5.5"], labels["3.2"]}
    kinds = [entry.kind for entry in ledger.history(question.id)]
    assert kinds == ["question.linked", "question.linked"]
    with pytest.raises(questions.NotHere):
        link(uuid4())
    assert questions.linked(question) == {labels["5.5"], labels["3.2"]}
    assert ledger.verify() is None


def test_the_register_opens_with_thirteen_questions_in_the_language_of_the_text(scene: Scene) -> None:
    by = scene.mikko.user_id
    agreement = an_agreement("Mallista", by, from_model=True)
    made = questions.open_register(agreement, by=by)
    assert [question.number for question in made] == list(range(1, 14))
    assert (made[10].title, made[10].status) == ("Järjestöjen tieto raportoinnissa", OPEN)
    labels = questions.labels([made[10].id], agreements.outline(agreement))
    assert labels == {made[10].id: ["9.1", "9.2", "9.3", "9.4"]}


# ---------------------------------------------------------------- late


MIDNIGHT = datetime(2026, 4, 9, 21, 0, tzinfo=UTC)  # 10.4. begins in Helsinki, which keeps summer time by then


@pytest.mark.parametrize(
    ("due_on", "moment", "late"),
    [
        (date(2026, 4, 9), MIDNIGHT - timedelta(seconds=1), 0),
        (date(2026, 4, 9), MIDNIGHT, 1),
        (date(2026, 4, 9), MIDNIGHT + timedelta(days=2), 3),
        # The clock goes forward in the night before 29.3.: that day has 23 hours.
        (date(2026, 3, 28), datetime(2026, 3, 28, 21, 59, 59, tzinfo=UTC), 0),
        (date(2026, 3, 28), datetime(2026, 3, 28, 22, 0, tzinfo=UTC), 1),
        (date(2026, 3, 28), datetime(2026, 3, 29, 20, 59, 59, tzinfo=UTC), 1),
        (date(2026, 3, 28), datetime(2026, 3, 29, 21, 0, tzinfo=UTC), 2),
        # And back in the night before 25.10.: that day has 25.
        (date(2026, 10, 24), datetime(2026, 10, 24, 20, 59, 59, tzinfo=UTC), 0),
        (date(2026, 10, 24), datetime(2026, 10, 24, 21, 0, tzinfo=UTC), 1),
        (date(2026, 10, 24), datetime(2026, 10, 25, 21, 59, 59, tzinfo=UTC), 1),
        (date(2026, 10, 24), datetime(2026, 10, 25, 22, 0, tzinfo=UTC), 2),
        (None, MIDNIGHT, 0),
    ],
)
def test_days_late_turn_at_midnight_in_helsinki(clock: Clock, due_on: date | None, moment: datetime, late: int) -> None:
    question = Question(due_on=due_on, status=OPEN)
    with clock(moment):
        assert question.days_late == late
    with clock(moment.astimezone(HELSINKI)):
        assert question.days_late == late


@pytest.mark.parametrize("status", list(Status))
def test_what_is_settled_or_deferred_is_never_late(status: Status) -> None:
    question = Question(due_on=today() - timedelta(days=3), status=status)
    assert question.days_late == (3 if status in (OPEN, IN_PREPARATION, PROPOSED) else 0)
