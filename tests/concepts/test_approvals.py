"""Approvals: a side's yes to one exact wording, how it ends, and that none stands for a text its giver did not see."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask

from kumppanuus import accounts, agreements, approvals, ledger, progress
from kumppanuus.agreements import Agreement, AgreementKind, Clause, Side
from kumppanuus.approvals import Approval, Ending, Reopening
from kumppanuus.db import SHORT, db, writing
from kumppanuus.errors import Empty, Refused, TooLong
from kumppanuus.progress import Standing
from tests.databases import NOW, SceneOf
from tests.racing import at_once

Clock = Callable[[Any], AbstractContextManager[None]]

AUTHORITY, ORGANISATIONS = Side.AUTHORITY, Side.ORGANISATIONS


@dataclass
class Scene:
    """An agreement with three clauses, and one who writes and two who approve."""

    agreement: Agreement
    clauses: list[Clause]
    mikko: UUID
    riikka: UUID
    aino: UUID

    @property
    def clause(self) -> Clause:
        return self.clauses[0]

    def give(self, side: Side, *, clause: Clause | None = None, by: UUID | None = None) -> Approval:
        clause = clause or self.clause
        giver = by or (self.riikka if side is AUTHORITY else self.aino)
        return approvals.give(clause, side=side, fingerprint=clause.current.fingerprint, by=giver)

    def agree(self) -> None:
        self.give(AUTHORITY)
        self.give(ORGANISATIONS)

    def rewrite(self, text: str, *, clause: Clause | None = None, title: str | None = None) -> None:
        clause = clause or self.clause
        title = clause.current.title if title is None else title
        agreements.rewrite(clause, title=title, text=text, base=clause.current, by=self.mikko)

    def remove(self, clause: Clause | None = None) -> None:
        clause = clause or self.clause
        agreements.remove(clause, base=clause.current, by=self.mikko)

    def standing(self, clause: Clause | None = None) -> tuple[Standing, set[Side]]:
        """Where a clause stands, and which sides' yes stands."""
        _found, each = progress.clause_standing(clause or self.clause)
        return each.standing, set(each.approvals)

    def changed(self, side: Side) -> list[tuple[UUID, str]]:
        """The clauses that changed since a side approved them, each with the wording it approved last."""
        found = progress.progress(self.agreement)
        placed = [*found.outline.clauses(), *found.outline.removed()]
        rows = approvals.changed_since(placed, found.approvals, side)
        texts = agreements.versions_by_id(each.approved.version.id for each in rows)
        return [(each.placed.id, texts[each.approved.version.id].text) for each in rows]

    def entries(self, clause: Clause | None = None) -> list[tuple[str, UUID | None]]:
        """What the record says of a clause since it was made, the oldest first."""
        found = reversed(ledger.history((clause or self.clause).id))
        return [(entry.kind, entry.actor_id) for entry in found if entry.kind != "clause.added"]


@pytest.fixture
def scene(scene_of: SceneOf[Scene]) -> Scene:
    return scene_of(make_scene)


def make_scene() -> Scene:
    mikko, riikka, aino = (
        accounts.find_or_add(f"{name.lower()}@kumppanuus.example", name, by=None).id
        for name in ("Mikko", "Riikka", "Aino")
    )
    agreement = agreements.start(
        title="Sopimus",
        kind=AgreementKind.PARTNERSHIP_AGREEMENT,
        authority_name="Järvi-Suomen hyvinvointialue",
        body_name="Kumppanuuspöytä",
        from_model=False,
        by=mikko,
    )
    section = agreements.add_section(agreement, title="Rakenne", by=mikko)
    clauses = [
        agreements.add_clause(section, title=title, text=text, by=mikko)
        for title, text in [
            ("Kokoukset", "Elin kokoontuu."),
            ("Kulut", "Kulut korvataan."),
            ("Muistio", "Muistio tehdään."),
        ]
    ]
    db.session.commit()
    return Scene(agreement, clauses, mikko, riikka, aino)


def state() -> list[list[str]]:
    """Every row that approvals are made of, and the whole record."""
    db.session.flush()
    tables = [Approval.__table__, Reopening.__table__, ledger.Entry.__table__]
    return [sorted(map(repr, db.session.execute(sa.select(table)))) for table in tables]


def refused(refusal: type[Refused], act: Callable[[], object]) -> dict[str, Any]:
    """The act is refused and no row has changed; gives the facts of the refusal."""
    before = state()
    with pytest.raises(refusal) as caught:
        act()
    assert type(caught.value) is refusal
    assert state() == before
    return caught.value.facts


# ---------------------------------------------------------------- giving


def test_a_clause_is_agreed_when_both_sides_have_said_yes_to_the_same_wording(scene: Scene) -> None:
    assert scene.standing() == (Standing.DRAFT, set())
    given = scene.give(AUTHORITY)
    assert {name: getattr(given, name) for name in Approval.seal if name != "id"} == {
        "clause_id": scene.clause.id,
        "version_id": scene.clause.current.id,
        "side": AUTHORITY,
        "given_by_id": scene.riikka,
        "given_at": NOW,
        "ended_at": None,
        "ended_by_id": None,
        "ending": None,
    }
    assert scene.standing() == (Standing.HALF_AUTHORITY, {AUTHORITY})
    scene.give(ORGANISATIONS)
    assert scene.standing() == (Standing.AGREED, {AUTHORITY, ORGANISATIONS})
    assert scene.entries() == [("approval.given", scene.riikka), ("approval.given", scene.aino)]
    assert [entry.facts["agreed"] for entry in ledger.history(scene.clause.id)[:2]] == [True, False]
    assert ledger.verify() is None


def test_a_wording_that_was_not_shown_is_not_approved(scene: Scene) -> None:
    seen = scene.clause.current.fingerprint
    scene.rewrite("Elin kokoontuu neljästi.")
    for fingerprint in (seen, "", "x" * 64):
        refused(
            approvals.OtherWording,
            lambda fingerprint=fingerprint: approvals.give(
                scene.clause, side=AUTHORITY, fingerprint=fingerprint, by=scene.riikka
            ),
        )


def test_a_side_says_yes_once_whoever_asks(scene: Scene) -> None:
    scene.give(AUTHORITY)
    for who in (scene.riikka, scene.mikko):
        assert refused(approvals.AlreadyGiven, lambda who=who: scene.give(AUTHORITY, by=who)) == {"name": "Riikka"}


def test_a_corrected_comma_clears_both_sides_and_moving_clears_none(scene: Scene) -> None:
    scene.agree()
    agreements.move_clause(scene.clause, up=False, by=scene.mikko)
    assert scene.standing() == (Standing.AGREED, {AUTHORITY, ORGANISATIONS})
    scene.rewrite("Elin, kokoontuu.")
    assert scene.standing() == (Standing.DRAFT, set())
    scene.rewrite("Elin kokoontuu.")
    assert scene.standing() == (Standing.AGREED, {AUTHORITY, ORGANISATIONS})


def test_a_title_belongs_to_the_wording(scene: Scene) -> None:
    scene.agree()
    scene.rewrite(scene.clause.current.text, title="Kokousten määrä")
    assert scene.standing() == (Standing.DRAFT, set())


# ---------------------------------------------------------------- taking back


def test_a_side_takes_its_own_yes_back_while_the_clause_is_not_agreed(scene: Scene, clock: Clock) -> None:
    given = scene.give(AUTHORITY)
    with clock(NOW + timedelta(days=3)):
        approvals.withdraw(scene.clause, side=AUTHORITY, by=scene.mikko)
    assert (given.ended_at, given.ended_by_id, given.ending) == (NOW + timedelta(days=3), scene.mikko, Ending.WITHDRAWN)
    assert scene.standing() == (Standing.DRAFT, set())
    assert scene.entries() == [("approval.given", scene.riikka), ("approval.withdrawn", scene.mikko)]
    scene.give(AUTHORITY)
    assert scene.standing() == (Standing.HALF_AUTHORITY, {AUTHORITY})
    assert ledger.verify() is None


def test_there_is_nothing_to_take_back_before_a_yes_or_after_the_text_changed(scene: Scene) -> None:
    refused(approvals.NotGiven, lambda: approvals.withdraw(scene.clause, side=AUTHORITY, by=scene.riikka))
    scene.give(AUTHORITY)
    refused(approvals.NotGiven, lambda: approvals.withdraw(scene.clause, side=ORGANISATIONS, by=scene.aino))
    scene.rewrite("Muu teksti.")
    refused(approvals.NotGiven, lambda: approvals.withdraw(scene.clause, side=AUTHORITY, by=scene.riikka))


def test_an_agreed_clause_is_not_taken_back_but_reopened(scene: Scene) -> None:
    scene.agree()
    refused(approvals.IsAgreed, lambda: approvals.withdraw(scene.clause, side=AUTHORITY, by=scene.riikka))


# ---------------------------------------------------------------- undoing


def test_the_last_yes_is_undone_by_its_giver_also_when_it_made_the_clause_agreed(scene: Scene) -> None:
    scene.agree()
    approvals.undo(scene.clause, by=scene.aino)
    assert scene.standing() == (Standing.HALF_AUTHORITY, {AUTHORITY})
    assert scene.entries()[-1] == ("approval.withdrawn", scene.aino)
    refused(approvals.TooLateToUndo, lambda: approvals.undo(scene.clause, by=scene.aino))
    assert ledger.verify() is None


def test_undoing_the_yes_that_ended_a_reopening_opens_the_clause_again(scene: Scene) -> None:
    scene.agree()
    approvals.reopen(scene.clause, reason="Kulut puuttuvat.", by=scene.mikko)
    scene.agree()
    assert scene.standing() == (Standing.AGREED, {AUTHORITY, ORGANISATIONS})
    approvals.undo(scene.clause, by=scene.aino)
    assert scene.standing() == (Standing.REOPENED, {AUTHORITY})
    assert ledger.verify() is None


@pytest.mark.parametrize(
    "between",
    [
        lambda scene: scene.give(ORGANISATIONS),
        lambda scene: scene.rewrite("Muu teksti."),
        lambda scene: agreements.move_clause(scene.clause, up=False, by=scene.mikko),
    ],
    ids=["the other side said yes", "the text changed", "the clause moved"],
)
def test_a_yes_is_not_undone_once_anything_has_happened_to_the_clause(
    scene: Scene, between: Callable[[Scene], object]
) -> None:
    scene.give(AUTHORITY)
    between(scene)
    refused(approvals.TooLateToUndo, lambda: approvals.undo(scene.clause, by=scene.riikka))


def test_the_yes_of_another_is_not_undone(scene: Scene) -> None:
    scene.give(AUTHORITY)
    refused(approvals.TooLateToUndo, lambda: approvals.undo(scene.clause, by=scene.mikko))


@pytest.mark.parametrize(("hours", "can_undo"), [(23.99, True), (24, False)])
def test_a_yes_is_undone_within_a_day(scene: Scene, clock: Clock, hours: float, can_undo: bool) -> None:
    scene.give(AUTHORITY)
    with clock(NOW + timedelta(hours=hours)):
        if can_undo:
            approvals.undo(scene.clause, by=scene.riikka)
            assert scene.standing() == (Standing.DRAFT, set())
        else:
            refused(approvals.TooLateToUndo, lambda: approvals.undo(scene.clause, by=scene.riikka))


# ---------------------------------------------------------------- reopening


def test_reopening_needs_a_reason_and_ends_both_approvals_until_both_agree_anew(scene: Scene) -> None:
    scene.agree()
    refused(Empty, lambda: approvals.reopen(scene.clause, reason=" \n", by=scene.mikko))
    refused(TooLong, lambda: approvals.reopen(scene.clause, reason="a" * (SHORT + 1), by=scene.mikko))
    opened = approvals.reopen(scene.clause, reason="Kulut puuttuvat.", by=scene.mikko)
    assert scene.standing() == (Standing.REOPENED, set())
    assert {each.ending for each in db.session.scalars(sa.select(Approval))} == {Ending.REOPENED}
    scene.rewrite("Elin kokoontuu, ja kulut korvataan.")
    scene.give(AUTHORITY)
    assert scene.standing() == (Standing.REOPENED, {AUTHORITY})
    assert approvals.reopening_of(scene.clause) == (opened.reason, opened.opened_at, ("Mikko",))
    scene.give(ORGANISATIONS)
    assert scene.standing() == (Standing.AGREED, {AUTHORITY, ORGANISATIONS})
    assert (approvals.reopening_of(scene.clause), opened.over_at) == (None, NOW)
    assert [kind for kind, _who in scene.entries()] == [
        "approval.given",
        "approval.given",
        "clause.reopened",
        "clause.rewritten",
        "approval.given",
        "approval.given",
    ]
    assert ledger.verify() is None


def test_only_an_agreed_clause_is_reopened(scene: Scene) -> None:
    refused(approvals.NotAgreed, lambda: approvals.reopen(scene.clause, reason="Syy.", by=scene.mikko))
    scene.give(AUTHORITY)
    refused(approvals.NotAgreed, lambda: approvals.reopen(scene.clause, reason="Syy.", by=scene.mikko))
    scene.give(ORGANISATIONS)
    approvals.reopen(scene.clause, reason="Syy.", by=scene.mikko)
    refused(approvals.NotAgreed, lambda: approvals.reopen(scene.clause, reason="Syy.", by=scene.mikko))


def test_a_wording_that_was_reopened_is_not_approved_by_writing_it_again(scene: Scene) -> None:
    scene.agree()
    words = scene.clause.current.text
    approvals.reopen(scene.clause, reason="Syy.", by=scene.mikko)
    scene.rewrite("Muu teksti.")
    scene.rewrite(words)
    assert scene.standing() == (Standing.REOPENED, set())


# ---------------------------------------------------------------- removed clauses


def test_the_removal_of_an_approved_clause_is_agreed_by_both_sides(scene: Scene) -> None:
    scene.give(AUTHORITY)
    scene.remove()
    found = progress.progress(scene.agreement)
    assert [each.id for each in found.removals] == [scene.clause.id]
    assert scene.changed(AUTHORITY) == [(scene.clause.id, "Elin kokoontuu.")]
    scene.agree()
    assert progress.progress(scene.agreement).removals == []
    assert scene.changed(AUTHORITY) == []
    agreements.restore(scene.clause, by=scene.mikko)
    assert scene.standing() == (Standing.HALF_AUTHORITY, {AUTHORITY})
    assert ledger.verify() is None


# ---------------------------------------------------------------- changed since


def test_what_changed_since_a_side_approved_it_is_shown_to_that_side_with_what_it_approved_last(
    scene: Scene, clock: Clock
) -> None:
    first, second, third = scene.clauses
    for clause in scene.clauses:
        scene.give(AUTHORITY, clause=clause)
    scene.give(ORGANISATIONS, clause=first)
    scene.rewrite("Elin kokoontuu neljästi.", clause=first)
    with clock(NOW + timedelta(days=1)):
        scene.give(AUTHORITY, clause=first)
    scene.rewrite("Elin kokoontuu viidesti.", clause=first)
    scene.remove(third)
    assert scene.changed(AUTHORITY) == [(first.id, "Elin kokoontuu neljästi."), (third.id, "Muistio tehdään.")]
    assert scene.changed(ORGANISATIONS) == [(first.id, "Elin kokoontuu.")]
    assert second.id not in dict(scene.changed(AUTHORITY))


def test_one_press_approves_what_was_shown_and_leaves_what_changed_meanwhile(scene: Scene) -> None:
    first, second, third = scene.clauses
    seen = {clause.id: clause.current.fingerprint for clause in scene.clauses}
    scene.rewrite("Kulut korvataan kuitilla.", clause=second)
    scene.give(AUTHORITY, clause=third)
    done, left = approvals.give_many(scene.clauses, side=AUTHORITY, fingerprints=seen, by=scene.mikko)
    assert (done, left) == ([first], [second])
    assert [set(approvals.standing(clause)) for clause in scene.clauses] == [{AUTHORITY}, set(), {AUTHORITY}]
    assert scene.entries(second) == [("clause.rewritten", scene.mikko)]
    assert scene.entries(third) == [("approval.given", scene.riikka)]
    assert ledger.verify() is None


def test_nothing_chosen_is_nothing_approved(scene: Scene) -> None:
    refused(
        approvals.NothingToApprove, lambda: approvals.give_many([], side=AUTHORITY, fingerprints={}, by=scene.riikka)
    )


# ---------------------------------------------------------------- an approval binds the text


def test_an_edit_and_a_yes_of_one_moment_never_approve_a_text_that_was_not_seen(app: Flask) -> None:
    with app.app_context(), writing():
        scene = make_scene()
        clause_id, mikko, riikka = scene.clause.id, scene.mikko, scene.riikka
    for turn in range(10):
        with app.app_context():
            clause = agreements.clause_by_id(clause_id)
            assert clause is not None
            seen, base_id = clause.current.fingerprint, clause.current.id

        def give(seen: str = seen) -> UUID:
            clause = agreements.clause_by_id(clause_id)
            assert clause is not None
            return approvals.give(clause, side=AUTHORITY, fingerprint=seen, by=riikka).version_id

        def edit(base_id: UUID = base_id, turn: int = turn) -> None:
            clause, base = agreements.clause_by_id(clause_id), agreements.version_by_id(base_id)
            assert clause is not None
            agreements.rewrite(clause, title="Kokoukset", text=f"Teksti {turn}.", base=base, by=mikko)

        given, edited = at_once(app, [give, edit])
        assert edited is None
        with app.app_context():
            clause = agreements.clause_by_id(clause_id)
            assert clause is not None
            assert approvals.standing(clause) == {}
            if isinstance(given, UUID):
                assert given == base_id
            else:
                assert isinstance(given, approvals.OtherWording)
            for approval in db.session.scalars(sa.select(Approval)):
                assert approval.version.fingerprint != clause.current.fingerprint
    with app.app_context():
        assert ledger.verify() is None


def test_two_approvers_of_a_side_at_once_leave_one_yes(app: Flask) -> None:
    with app.app_context(), writing():
        scene = make_scene()
        clause_id, seen, people = scene.clause.id, scene.clause.current.fingerprint, [scene.riikka, scene.mikko]

    def give(by: UUID) -> Callable[[], UUID]:
        def act() -> UUID:
            clause = agreements.clause_by_id(clause_id)
            assert clause is not None
            return approvals.give(clause, side=AUTHORITY, fingerprint=seen, by=by).id

        return act

    results = at_once(app, [give(who) for who in people])
    assert {type(each) for each in results} == {UUID, approvals.AlreadyGiven}
    with app.app_context():
        assert len(db.session.scalars(sa.select(Approval)).all()) == 1
        assert ledger.verify() is None
