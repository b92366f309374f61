"""Approvals bind the text and suggestions lose none of it, whatever happens in whatever order, and at once."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from kumppanuus import agreements, approvals, ledger, members, suggestions
from kumppanuus.agreements import Clause, Side
from kumppanuus.approvals import Approval
from kumppanuus.db import db, writing
from kumppanuus.errors import Refused
from kumppanuus.members import Member
from kumppanuus.suggestions import Suggestion
from tests.concepts.negotiation import Scene, make_scene
from tests.databases import SQLITE, Databases, SceneOf
from tests.racing import at_once


@pytest.fixture
def scene(scene_of: SceneOf[Scene]) -> Scene:
    return scene_of(make_scene)


# ---------------------------------------------------------------- a model of one clause


class Words(NamedTuple):
    """A wording of the model: what stands in its four places. No two places touch."""

    title: str
    meets: str
    notes: str
    costs: str

    @property
    def text(self) -> str:
        return f"Elin kokoontuu {self.meets} vuodessa. Muistio on {self.notes}.\n\nKulut korvaa {self.costs} aina."


CHOICES = Words(*(("Kokoukset", "Kokous"), ("kahdesti", "neljästi"), ("julkinen", "avoin"), ("alue", "kunta")))
FIRST = Words("Kokoukset", "kahdesti", "julkinen", "alue")


def merged(base: Words, mine: Words, theirs: Words) -> Words | None:
    """Place by place: what only one changed is taken; what both changed otherwise is a clash."""
    places = []
    for old, own, other in zip(base, mine, theirs, strict=True):
        if own != old and other not in (old, own):
            return None
        places.append(other if own == old else own)
    return Words(*places)


@dataclass
class Proposed:
    """A suggestion of the model: `words` are none for a removal."""

    row: Suggestion
    author: Member
    base: Words
    words: Words | None
    is_open: bool = True
    # Of its acceptance: who, what stood before, the words that came of it, and whose yes came with it.
    acceptance: tuple[Member, Words | None, Words | None, set[Side]] | None = None


@dataclass
class Life:
    """A random life of a clause beside a model that knows nothing of the code."""

    scene: Scene
    clause: Clause
    dice: random.Random
    words: Words | None = FIRST
    last: Words = FIRST
    approved: dict[Side, set[Words | None]] = field(default_factory=lambda: {side: set() for side in Side})
    proposed: list[Proposed] = field(default_factory=list)
    happened: list[tuple[Member, str, Proposed | None]] = field(default_factory=list)

    def valid(self) -> set[Side]:
        return {side for side in Side if self.words in self.approved[side]}

    def put(self, words: Words | None) -> None:
        self.words, self.last = words, words or self.last

    def step(self) -> None:
        """One act of one person. What is refused leaves the model as it was; what the model can tell is foretold."""
        acts = [
            self.suggest,
            self.suggest,
            self.approve,
            self.approve,
            self.edit,
            self.withdraw,
            self.reopen,
            self.move,
        ]
        acts += [self.accept] * 8 + [self.accept_edited, self.answer] + [self.undo] * 6 if self.proposed else []
        acts += [self.restore] * 8 if self.words is None else []
        try:
            self.dice.choice(acts)()
        except Refused:
            db.session.expire_all()
        assert set(approvals.standing(self.clause)) == self.valid()
        current = self.clause.current
        assert (None if current.is_removal else (current.title, current.text)) == (
            self.words and (self.words.title, self.words.text)
        )

    def suggest(self) -> None:
        author = self.dice.choice([self.scene.aino, self.scene.pertti, self.scene.riikka, self.scene.mikko])
        base, common = self.clause.current, {"reason": "Syy.", "by": author}
        if self.dice.random() < 0.1:
            row = suggestions.write_removal(self.clause, base=base, **common)
            words = None
        else:
            words = self._changed()
            row = suggestions.write(self.clause, title=words.title, text=words.text, base=base, **common)
        assert self.words is not None
        self.proposed.append(Proposed(row, author, self.words, words))
        self.happened.append((author, "talk", None))

    def accept(self) -> None:
        each, by, approve = self._choose()
        result, is_allowed = self.words, each.is_open and self.words is not None and self._may_answer(by, each)
        if self.words is not None and each.words is not None:
            result = merged(each.base, each.words, self.words)
            is_allowed = is_allowed and result is not None
        seen = suggestions.result(each.row, self.clause.current).fingerprint
        try:
            suggestions.accept(each.row, seen=seen, approve=approve, by=by)
        except Refused:
            assert not is_allowed
            raise
        assert is_allowed
        is_as_proposed = result == (each.words or each.base)
        self._accepted(each, by, approve, None if each.words is None else result, is_as_proposed)

    def accept_edited(self) -> None:
        each, by, approve = self._choose()
        words = self._changed()
        suggestions.accept_edited(
            each.row, title=words.title, text=words.text, base=self.clause.current, approve=approve, by=by
        )
        assert each.is_open
        assert self._may_answer(by, each)
        self._accepted(each, by, approve, words, words == each.words)

    def answer(self) -> None:
        each, by, _approve = self._choose()
        if self.dice.random() < 0.5:
            suggestions.reject(each.row, reason="Syy.", by=by)
        else:
            by = each.author
            suggestions.withdraw(each.row, by=by)
        assert each.is_open
        each.is_open = False
        self.happened.append((by, "talk", None))

    def undo(self) -> None:
        each, by, _approve = self._choose()
        is_allowed = self._is_undoable(each, by)
        try:
            suggestions.undo(each.row, by=by)
        except Refused:
            assert not is_allowed
            raise
        assert is_allowed
        assert each.acceptance is not None
        _by, before, after, sides = each.acceptance
        for side in sides:
            self.approved[side].discard(after)
        self.put(before)
        each.is_open, each.acceptance = True, None
        self.happened.append((by, "talk", None))

    def edit(self) -> None:
        words, by = self._changed(), self.scene.mikko
        agreements.rewrite(self.clause, title=words.title, text=words.text, base=self.clause.current, by=by.user_id)
        self.put(words)
        self.happened.append((by, "act", None))

    def approve(self) -> None:
        by = self.dice.choice([self.scene.aino, self.scene.riikka])
        assert by.side is not None
        self.scene.approve(by, self.clause)
        self.approved[by.side].add(self.words)
        self.happened.append((by, "act", None))

    def withdraw(self) -> None:
        by = self.dice.choice([self.scene.aino, self.scene.riikka])
        assert by.side is not None
        approvals.withdraw(self.clause, side=by.side, by=by.user_id)
        self.approved[by.side].discard(self.words)
        self.happened.append((by, "act", None))

    def reopen(self) -> None:
        by = self.scene.mikko
        approvals.reopen(self.clause, reason="Syy.", by=by.user_id)
        for each in self.approved.values():
            each.discard(self.words)
        self.happened.append((by, "act", None))

    def move(self) -> None:
        by = self.scene.mikko
        agreements.move_clause(self.clause, up=True, by=by.user_id)
        self.happened.append((by, "act", None))

    def restore(self) -> None:
        by = self.scene.mikko
        agreements.restore(self.clause, by=by.user_id)
        self.put(self.last)
        self.happened.append((by, "act", None))

    def _changed(self) -> Words:
        """The last words with one place or two written anew."""
        places = list(self.last)
        for place in self.dice.sample(range(len(places)), self.dice.choice([1, 1, 2])):
            places[place] = self.dice.choice(CHOICES[place])
        return Words(*places)

    def _choose(self) -> tuple[Proposed, Member, bool]:
        by = self.dice.choice([self.scene.mikko, self.scene.mikko, self.scene.riikka, self.scene.aino])
        approve = by is not self.scene.mikko and self.dice.random() < 0.5
        waiting = [each for each in self.proposed if each.is_open]
        return self.dice.choice(waiting if waiting and self.dice.random() < 0.8 else self.proposed), by, approve

    def _may_answer(self, by: Member, each: Proposed) -> bool:
        return by is self.scene.mikko or by.side is not each.author.side

    def _accepted(self, each: Proposed, by: Member, approve: bool, words: Words | None, is_as_proposed: bool) -> None:
        before, sides = self.words, set[Side]()
        if is_as_proposed and each.author.is_approver and each.author.side is not None:
            sides.add(each.author.side)
        if approve and by.side is not None:
            sides.add(by.side)
        self.put(words)
        sides -= self.valid()
        for side in sides:
            self.approved[side].add(words)
        each.is_open, each.acceptance = False, (by, before, words, sides)
        self.happened.append((by, "accept", each))

    def _is_undoable(self, each: Proposed, by: Member) -> bool:
        if each.acceptance is None or each.acceptance[0] is not by:
            return False
        for who, what, of in reversed(self.happened):
            if of is each:
                return True
            if what != "talk" or who is not by:
                return False
        return False


def test_an_approval_stands_exactly_while_its_wording_does_and_nobody_ended_it(
    scene: Scene, databases: Databases, times: Callable[[int, int], int]
) -> None:
    accepted = undone = 0
    lives = times(25, 250)  # others on each of the two databases
    first = 0 if databases.kind == SQLITE else lives
    for seed in range(first, first + lives):
        clause = agreements.add_clause(scene.section, title=FIRST.title, text=FIRST.text, by=scene.mikko.user_id)
        life = Life(scene, clause, random.Random(seed))
        for _step in range(14):
            life.step()
        kinds = [entry.kind for entry in ledger.history(clause.id)]
        assert len(kinds) == 1 + len(life.happened), "each deed leaves one entry, and what is refused none"
        accepted += kinds.count("suggestion.accepted")
        undone += kinds.count("suggestion.acceptance-undone")
        scene = _again(scene)
    assert accepted > lives // 2
    assert undone > lives // 5
    assert ledger.verify() is None


def _again(scene: Scene) -> Scene:
    """The same scene read anew, so that no life grows slower than the one before."""
    agreement_id, section_id = scene.agreement.id, scene.section.id
    ids = [each.id for each in (scene.mikko, scene.riikka, scene.aino, scene.pertti)]
    db.session.commit()
    db.session.expunge_all()
    agreement, section = agreements.by_id(agreement_id), agreements.section_by_id(section_id)
    assert agreement is not None
    assert section is not None
    people = {each.id: each for each in members.everyone(agreement)}
    return Scene(agreement, section, [], *(people[each] for each in ids))


# ---------------------------------------------------------------- nothing is lost


def test_suggestions_accepted_in_turn_all_keep_their_words(scene: Scene, times: Callable[[int, int], int]) -> None:
    for seed in range(times(20, 500)):
        dice = random.Random(seed)
        sentences = [f"Lause {number} sanoo asian {number}." for number in range(6)]
        clause = agreements.add_clause(scene.section, title="Sanat", text=" ".join(sentences), by=scene.mikko.user_id)
        base, made = clause.current, []
        for place in dice.sample(range(6), 3):
            changed = list(sentences)
            changed[place] = f"Lause {place} sanoo uuden asian{seed}x{place}."
            made.append(
                suggestions.write(
                    clause, title="Sanat", text=" ".join(changed), reason="Syy.", base=base,
                    by=dice.choice([scene.aino, scene.pertti, scene.riikka]),
                )
            )  # fmt: skip
        for each in dice.sample(made, 3):
            scene.accept(each)
        for each in made:
            words = set(each.text.split()) - set(base.text.split())
            assert words <= set(clause.current.text.split())
        assert clause.current.number == 4
        db.session.commit()


# ---------------------------------------------------------------- at once


def test_an_acceptance_and_an_edit_of_one_moment_never_approve_a_text_that_was_not_seen(
    app: Flask, times: Callable[[int, int], int]
) -> None:
    with app.app_context(), writing():
        scene = make_scene()
        clause_id, mikko_id, riikka_id = scene.clause.id, scene.mikko.user_id, scene.riikka.id
        author_id = scene.aino.id
    firsts = set()
    for turn in range(times(10, 200)):
        with app.app_context(), writing():
            clause, author = _clause(clause_id), members.by_id(author_id)
            assert author is not None
            base_id = clause.current.id
            text = f"Elin kokoontuu kerran {turn}. Muistio tehdään."
            made = suggestions.write(
                clause, title="Kokoukset", text=text, reason="Syy.", base=clause.current, by=author
            )
            seen, made_id = suggestions.result(made, clause.current).fingerprint, made.id
            db.session.commit()

        def accept(seen: str = seen, made_id: UUID = made_id) -> str:
            found, by = suggestions.by_id(made_id), members.by_id(riikka_id)
            assert found is not None
            assert by is not None
            return suggestions.accept(found, seen=seen, approve=True, by=by).fingerprint

        def edit(base_id: UUID = base_id, turn: int = turn) -> None:
            base = agreements.version_by_id(base_id)
            text = f"Elin kokoontuu usein. Muistio tehdään {turn}."
            agreements.rewrite(_clause(clause_id), title="Kokoukset", text=text, base=base, by=mikko_id)

        accepted, edited = at_once(app, [accept, edit])
        if accepted == seen:
            assert isinstance(edited, agreements.Stale)
            firsts.add("accepted")
        else:
            assert edited is None
            assert isinstance(accepted, (suggestions.OtherResult, suggestions.NeedsMerge))
            firsts.add("edited")
        with app.app_context(), writing():
            shown = {seen} if accepted == seen else set()
            standing = approvals.standing(_clause(clause_id))
            assert {each.version.fingerprint for each in standing.values()} == shown
            numbers = [version.number for version in agreements.versions(_clause(clause_id))]
            assert numbers == list(range(1, len(numbers) + 1))
            for each in db.session.scalars(select(Suggestion).where(Suggestion.status == "open")):
                by = members.by_id(author_id)
                assert by is not None
                suggestions.withdraw(each, by=by)
            db.session.commit()
    with app.app_context():
        assert ledger.verify() is None
        assert {each.given_by_id for each in db.session.scalars(select(Approval))} <= {*_users(riikka_id, author_id)}


def _clause(clause_id: UUID) -> Clause:
    found = agreements.clause_by_id(clause_id)
    assert found is not None
    return found


def _users(*member_ids: UUID) -> set[Any]:
    return {member.user_id for each in member_ids if (member := members.by_id(each))}
