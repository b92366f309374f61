"""Suggestions: what is written, how it is answered, what comes of it, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from kumppanuus import agreements, approvals, comments, ledger, members, policy, suggestions
from kumppanuus.comments import CommentKind, Counts
from kumppanuus.db import db, writing
from kumppanuus.errors import Empty, Refused, TooLong
from kumppanuus.members import Member, Role, SpeaksFor
from kumppanuus.policy import Who
from kumppanuus.suggestions import Kind, Shown, Standing, Status, Suggestion
from kumppanuus.text.fingerprint import fingerprint
from tests.concepts.negotiation import AUTHORITY, ORGANISATIONS, TEXT, Scene, make_scene
from tests.databases import NOW, Queries, SceneOf
from tests.racing import at_once

Clock = Callable[[Any], AbstractContextManager[None]]


@pytest.fixture
def scene(scene_of: SceneOf[Scene]) -> Scene:
    return scene_of(make_scene)


def refused(refusal: type[Refused], act: Callable[[], object]) -> dict[str, Any]:
    """The act is refused and the record has not grown; gives the facts of the refusal."""
    db.session.flush()
    before = db.session.scalar(sa.select(sa.func.count()).select_from(ledger.Entry))
    with pytest.raises(refusal) as caught:
        act()
    assert type(caught.value) is refusal
    assert not db.session.new
    assert not db.session.dirty
    assert db.session.scalar(sa.select(sa.func.count()).select_from(ledger.Entry)) == before
    return caught.value.facts


def text_of(scene: Scene) -> str:
    return scene.clause.current.text


# ---------------------------------------------------------------- writing


def test_a_suggestion_holds_the_whole_new_wording_and_what_it_was_written_on(scene: Scene) -> None:
    base = scene.clause.current
    made = suggestions.write(
        scene.clause,
        title=" Kokoukset ",
        text="Elin kokoontuu.\r\n",
        reason="Lyhyempi.",
        base=base,
        speaks_for=SpeaksFor.ORGANISATION,
        by=scene.aino,
    )
    assert {name: getattr(made, name) for name in Suggestion.seal if name not in ("id", "thread_id")} == {
        "agreement_id": scene.agreement.id,
        "number": 1,
        "kind": Kind.REWRITE,
        "clause_id": scene.clause.id,
        "base_id": base.id,
        "section_id": None,
        "after_id": None,
        "title": "Kokoukset",
        "text": "Elin kokoontuu.",
        "reason": "Lyhyempi.",
        "author_id": scene.aino.user_id,
        "side": ORGANISATIONS,
        "speaks_for": SpeaksFor.ORGANISATION,
        "organisation_id": scene.aino.organisation_id,
        "network_id": None,
        "counter_to_id": None,
        "written_at": NOW,
        "status": Status.OPEN,
        "answer": "",
        "answered_at": None,
        "answered_by_id": None,
        "result_id": None,
        "before_id": None,
    }
    assert text_of(scene) == TEXT, "nothing changes before a person accepts"
    assert scene.told(2) == [("suggestion.written", scene.aino.user_id), ("clause.added", scene.mikko.user_id)]
    assert scene.suggest("neljä", "kuusi").number == 2
    assert ledger.verify() is None


def test_what_cannot_be_suggested_is_refused(scene: Scene) -> None:
    clause, current, by = scene.clause, scene.clause.current, scene.aino
    words: dict[str, Any] = {"title": "Kokoukset", "text": "Uusi.", "reason": "Syy.", "base": current, "by": by}

    def write(**other: Any) -> Callable[[], object]:
        return lambda: suggestions.write(clause, **{**words, **other})

    assert refused(suggestions.NothingProposed, write(text=TEXT))["field"] == "text"
    assert refused(Empty, write(reason=" "))["field"] == "reason"
    assert refused(Empty, write(text=""))["field"] == "text"
    assert refused(TooLong, write(reason="x" * 2001))["field"] == "reason"
    assert refused(suggestions.NotYourVoice, write(speaks_for=SpeaksFor.NETWORK))["field"] == "speaks_for"
    assert refused(agreements.Stale, write(base=None))["current"] is current
    refused(agreements.Stale, write(base=scene.clauses[1].current))
    other = suggestions.write_removal(scene.clauses[1], reason="Turha.", base=scene.clauses[1].current, by=by)
    refused(suggestions.OtherPlace, write(counter_to=other))
    new = scene.rewrite("neljä", "viisi")
    refused(suggestions.NothingProposed, write(text=new.text))  # written on the older one: what it says stands already
    agreements.remove(clause, base=new, by=scene.mikko.user_id)
    refused(agreements.Removed, write())
    members.end(scene.aino, by=scene.mikko.user_id)
    refused(members.Ended, lambda: suggestions.withdraw(other, by=by))


def test_many_are_written_at_once_each_with_its_own_entry_or_none_at_all(scene: Scene) -> None:
    draft = suggestions.Draft
    first, second, third = (clause.id for clause in scene.clauses)
    wanted = [
        draft("Syy.", "Kokoukset", "Uusi.", clause_id=first),
        draft("Syy.", clause_id=second),
        draft("Syy.", "", "Lisätty.", section_id=scene.section.id, after_id=third),
    ]

    def write(*drafts: suggestions.Draft) -> Callable[[], object]:
        return lambda: suggestions.write_all(scene.agreement, drafts, by=scene.aino)

    refused(suggestions.NothingProposed, write(wanted[0], draft("Syy.", "Kulut", "Kulut korvataan.", clause_id=second)))
    refused(suggestions.OtherPlace, write(wanted[0], draft("Syy.", "", "Uusi.", section_id=first)))
    refused(Empty, write(wanted[0], draft("", "", "Uusi.", clause_id=second)))

    made = suggestions.write_all(scene.agreement, wanted, by=scene.aino)

    found = [(each.number, each.kind, each.clause_id, each.after_id, each.text, each.side) for each in made]
    assert found == [
        (1, Kind.REWRITE, first, None, "Uusi.", ORGANISATIONS),
        (2, Kind.REMOVAL, second, None, "", ORGANISATIONS),
        (3, Kind.ADDITION, None, third, "Lisätty.", ORGANISATIONS),
    ]
    assert scene.told(3) == [("suggestion.written", scene.aino.user_id)] * 3
    assert ledger.verify() is None


def test_only_the_author_withdraws_and_only_until_it_is_answered(scene: Scene) -> None:
    made = scene.suggest("neljä", "kuusi")
    refused(suggestions.NotYours, lambda: suggestions.withdraw(made, by=scene.pertti))
    suggestions.withdraw(made, by=scene.aino)
    assert (made.status, made.answered_by_id, made.answered_at) == (Status.WITHDRAWN, scene.aino.user_id, NOW)
    assert scene.told() == [("suggestion.withdrawn", scene.aino.user_id)]
    facts = refused(suggestions.Answered, lambda: scene.accept(made))
    assert facts == {"suggestion_status": Status.WITHDRAWN, "name": "Aino"}
    refused(suggestions.Answered, lambda: suggestions.withdraw(made, by=scene.aino))


# ---------------------------------------------------------------- accepting


def test_an_acceptance_is_one_entry_that_seals_all_that_came_of_it(scene: Scene) -> None:
    made = scene.suggest("neljä", "kuusi")
    before = scene.clause.current
    version = scene.accept(made, by=scene.riikka, approve=True)
    assert (version.number, version.text) == (2, TEXT.replace("neljä", "kuusi"))
    assert (version.author_id, version.reason, version.base_id) == (scene.aino.user_id, "Selkeämpi.", before.id)
    assert scene.clause.current is version
    assert (made.status, made.result_id, made.before_id) == (Status.ACCEPTED, version.id, before.id)
    assert (made.answered_by_id, made.answered_at) == (scene.riikka.user_id, NOW)
    assert scene.givers() == {AUTHORITY: scene.riikka.user_id, ORGANISATIONS: scene.aino.user_id}
    entry, earlier = ledger.newest(scene.agreement.id, most=2)
    assert (entry.kind, entry.actor_id, entry.subject_id) == (
        "suggestion.accepted",
        scene.riikka.user_id,
        scene.clause.id,
    )
    assert earlier.kind == "suggestion.written"
    assert {
        key: entry.facts[key] for key in ("number", "label", "modified", "agreed", "authority", "organisations")
    } == {
        "number": 2,
        "label": "1.1",
        "modified": False,
        "agreed": True,
        "authority": True,
        "organisations": True,
    }
    assert ledger.verify() is None


@pytest.mark.parametrize(
    ("author", "answerer", "approve", "approved"),
    [
        ("aino", "mikko", False, {ORGANISATIONS}),  # its author approves for the side that proposed
        ("aino", "riikka", False, {ORGANISATIONS}),
        ("aino", "riikka", True, {AUTHORITY, ORGANISATIONS}),
        ("pertti", "riikka", True, {AUTHORITY}),  # its author is no approver
        ("riikka", "aino", True, {AUTHORITY, ORGANISATIONS}),
        ("mikko", "mikko", False, set()),  # of no side
    ],
)
def test_which_sides_approve_along_with_an_acceptance(
    scene: Scene, author: str, answerer: str, approve: bool, approved: set[Any]
) -> None:
    made = scene.suggest("neljä", "kuusi", by=getattr(scene, author))
    scene.accept(made, by=getattr(scene, answerer), approve=approve)
    assert set(scene.givers()) == approved


def test_a_proposer_who_is_no_approver_any_more_approves_nothing(scene: Scene) -> None:
    made = scene.suggest("neljä", "kuusi")
    members.change(scene.aino, role=Role.REPRESENTATIVE, side=ORGANISATIONS, is_approver=False, by=scene.mikko.user_id)
    scene.accept(made)
    assert scene.givers() == {}


def test_two_accepted_in_turn_keep_both_and_the_merged_one_is_asked_again(scene: Scene) -> None:
    first, second = scene.suggest("neljä", "kuusi"), scene.suggest("viikon", "kahden viikon")
    scene.accept(first)
    found = suggestions.result(second, scene.clause.current)
    both = TEXT.replace("neljä", "kuusi").replace("viikon", "kahden viikon")
    assert (found.standing, found.text, found.is_moved, found.is_in_text) == (Standing.CLEAN, both, True, False)
    version = scene.accept(second, by=scene.riikka, approve=True)
    assert (version.text, second.status) == (both, Status.ACCEPTED)
    assert (version.number, version.base_id) == (3, second.base_id), "it was written on the first version"
    assert scene.givers() == {AUTHORITY: scene.riikka.user_id}, "Aino has not seen the merged words"


def test_a_result_that_was_not_shown_is_not_accepted(scene: Scene) -> None:
    made = scene.suggest("neljä", "kuusi")
    seen = suggestions.result(made, scene.clause.current).fingerprint
    scene.rewrite("viikon", "kuukauden")
    refused(suggestions.OtherResult, lambda: suggestions.accept(made, seen=seen, by=scene.mikko))
    refused(suggestions.OtherResult, lambda: suggestions.accept(made, seen="", by=scene.mikko))
    assert made.is_open


def test_what_clashes_is_merged_by_a_person_and_counts_as_modified(scene: Scene) -> None:
    made = scene.suggest("neljä", "kuusi")
    scene.rewrite("neljä", "viisi")
    found = suggestions.result(made, scene.clause.current)
    assert (found.standing, found.is_clean, found.fingerprint) == (Standing.NEEDS_MERGE, False, "")
    assert found.merged is not None
    assert [(each.base, each.mine, each.theirs) for each in found.merged.clashes] == [("neljä", "kuusi", "viisi")]
    refused(suggestions.NeedsMerge, lambda: suggestions.accept(made, seen="", by=scene.mikko))
    text, current = TEXT.replace("neljä", "viisi tai kuusi"), scene.clause.current
    version = suggestions.accept_edited(
        made, title="Kokoukset", text=text, base=current, approve=True, remark="Sovimme välistä.", by=scene.riikka
    )
    assert (version.text, version.author_id) == (text, scene.riikka.user_id)
    assert (made.status, made.answer) == (Status.ACCEPTED_MODIFIED, "Sovimme välistä.")
    assert scene.givers() == {AUTHORITY: scene.riikka.user_id}
    assert ledger.newest(scene.agreement.id, most=1)[0].facts["modified"] is True


def test_an_edited_acceptance_is_refused_on_an_older_text_and_with_the_words_in_force(scene: Scene) -> None:
    made, base = scene.suggest("neljä", "kuusi"), scene.clause.current
    current = scene.rewrite("viikon", "kuukauden")

    def edited(text: str, **other: Any) -> Callable[[], object]:
        words: dict[str, Any] = {"title": "Kokoukset", "text": text, "base": current, "by": scene.mikko}
        return lambda: suggestions.accept_edited(made, **{**words, **other})

    assert refused(agreements.Stale, edited("Muuta.", base=base))["current"] is current
    refused(agreements.Stale, edited("Muuta.", base=None))
    refused(agreements.Unchanged, edited(current.text))
    refused(Empty, edited(" "))
    edited(made.text)()
    assert (made.status, scene.givers()) == (Status.ACCEPTED, {ORGANISATIONS: scene.aino.user_id})


def test_words_that_stand_in_the_text_already_are_accepted_without_a_new_version(scene: Scene) -> None:
    made = scene.suggest("neljä", "kuusi")
    version = scene.rewrite("neljä", "kuusi")
    scene.approve(scene.riikka)
    found = suggestions.result(made, version)
    assert (found.standing, found.is_in_text) == (Standing.CLEAN, True)
    assert scene.accept(made) is version
    assert (made.result_id, made.before_id) == (version.id, version.id)
    assert scene.givers() == {AUTHORITY: scene.riikka.user_id, ORGANISATIONS: scene.aino.user_id}
    assert suggestions.undo(made, by=scene.mikko) is None
    assert (made.status, scene.clause.current) == (Status.OPEN, version)
    assert scene.givers() == {AUTHORITY: scene.riikka.user_id}, "the yes from before stands"
    assert ledger.verify() is None


def test_a_suggestion_whose_clause_is_gone_stays_readable_and_cannot_be_accepted(scene: Scene) -> None:
    made = scene.suggest("neljä", "kuusi")
    agreements.remove(scene.clause, base=scene.clause.current, by=scene.mikko.user_id)
    assert suggestions.result(made, scene.clause.current).standing is Standing.BASE_GONE
    refused(suggestions.BaseGone, lambda: suggestions.accept(made, seen="", by=scene.mikko))
    edit = {"title": "Kokoukset", "text": "Muuta.", "base": scene.clause.current}
    refused(suggestions.BaseGone, lambda: suggestions.accept_edited(made, **edit, by=scene.mikko))
    agreements.restore(scene.clause, by=scene.mikko.user_id)
    assert scene.accept(made).text == made.text


def test_a_removal_takes_the_clause_out_if_it_is_the_one_that_was_shown(scene: Scene) -> None:
    made = suggestions.write_removal(scene.clause, reason="Asia on laissa.", base=scene.clause.current, by=scene.aino)
    found = suggestions.result(made, scene.clause.current)
    assert (found.standing, found.text) == (Standing.CLEAN, TEXT)
    scene.rewrite("neljä", "kuusi")
    refused(suggestions.OtherResult, lambda: suggestions.accept(made, seen=found.fingerprint, by=scene.riikka))
    words = {"title": "Kokoukset", "text": "Muuta.", "base": scene.clause.current}
    refused(suggestions.NoWords, lambda: suggestions.accept_edited(made, **words, by=scene.riikka))
    scene.accept(made, by=scene.riikka, approve=True)
    assert scene.clause.is_removed
    assert scene.givers() == {AUTHORITY: scene.riikka.user_id}, "Aino wanted other words taken out"
    suggestions.undo(made, by=scene.riikka)
    assert (text_of(scene), made.status, scene.givers()) == (TEXT.replace("neljä", "kuusi"), Status.OPEN, {})
    assert ledger.verify() is None


def test_an_addition_comes_where_it_was_meant_to(scene: Scene) -> None:
    def add(after: Any, title: str) -> Suggestion:
        words = {"title": title, "text": f"{title} sovitaan.", "reason": "Puuttuu."}
        return suggestions.write_addition(scene.section, after=after, **words, by=scene.aino)

    first, second, third = add(None, "Alku"), add(scene.clauses[0], "Väli"), add(scene.clauses[2], "Loppu")
    for made in (first, second):
        scene.accept(made, by=scene.riikka, approve=True)
    edited = suggestions.accept_edited(third, title="Loppu", text="Lopuksi.", base=None, by=scene.mikko)
    whole = agreements.outline(scene.agreement)
    assert [placed.title for placed in whole.clauses()] == ["Alku", "Kokoukset", "Väli", "Kulut", "Muistio", "Loppu"]
    assert first.clause is not None
    assert scene.givers(first.clause) == {AUTHORITY: scene.riikka.user_id, ORGANISATIONS: scene.aino.user_id}
    assert (third.status, third.result_id, third.before_id) == (Status.ACCEPTED_MODIFIED, edited.id, None)
    clause = first.clause
    suggestions.undo(first, by=scene.riikka)
    assert (clause.is_removed, first.clause_id, first.status) == (True, None, Status.OPEN)
    assert scene.givers(clause) == {}
    assert ledger.verify() is None


def test_an_addition_to_a_section_that_is_gone_is_refused(scene: Scene) -> None:
    section = agreements.add_section(scene.agreement, title="Tyhjä", by=scene.mikko.user_id)
    words: dict[str, Any] = {"title": "Uusi", "text": "Uusi.", "reason": "Puuttuu.", "by": scene.aino}
    refused(suggestions.OtherPlace, lambda: suggestions.write_addition(section, after=scene.clause, **words))
    made = suggestions.write_addition(section, after=None, **words)
    agreements.remove_section(section, by=scene.mikko.user_id)
    refused(suggestions.BaseGone, lambda: suggestions.write_addition(section, after=None, **words))
    assert suggestions.result(made, None).standing is Standing.BASE_GONE
    refused(suggestions.BaseGone, lambda: suggestions.accept(made, seen="", by=scene.mikko))


# ---------------------------------------------------------------- who answers


def test_a_coordinator_or_an_approver_of_the_other_side_answers(scene: Scene) -> None:
    made = scene.suggest("neljä", "kuusi", by=scene.pertti)
    for member in (scene.aino, scene.pertti):
        refused(suggestions.OwnSide, lambda by=member: scene.accept(made, by=by))  # type: ignore[misc]  # a lambda with a default
        refused(suggestions.OwnSide, lambda by=member: suggestions.reject(made, reason="Ei.", by=by))  # type: ignore[misc]  # a lambda with a default
    allowed = {
        name: policy.allows("suggestion.settle", Who(member.user, member), made)
        for name, member in {
            "mikko": scene.mikko,
            "riikka": scene.riikka,
            "aino": scene.aino,
            "p": scene.pertti,
        }.items()
    }
    assert allowed == {"mikko": True, "riikka": True, "aino": False, "p": False}
    refused(suggestions.NotApprover, lambda: scene.accept(made, approve=True))  # Mikko approves for nobody
    members.end(scene.riikka, by=scene.mikko.user_id)
    refused(members.Ended, lambda: scene.accept(made, by=scene.riikka))


def test_a_rejection_needs_a_reason_and_keeps_all_that_was_said(scene: Scene) -> None:
    made = scene.suggest("neljä", "kuusi")
    assert refused(Empty, lambda: suggestions.reject(made, reason="", by=scene.riikka))["field"] == "reason"
    suggestions.reject(made, reason="Aika ei riitä.", by=scene.riikka)
    assert (made.status, made.answer, made.answered_by_id) == (Status.REJECTED, "Aika ei riitä.", scene.riikka.user_id)
    assert (text_of(scene), scene.told()) == (TEXT, [("suggestion.rejected", scene.riikka.user_id)])
    assert refused(suggestions.Answered, lambda: scene.accept(made))["name"] == "Riikka"


def test_two_who_accept_at_once_make_one_version(app: Flask) -> None:
    with app.app_context(), writing():
        scene = make_scene()
        made = scene.suggest("neljä", "kuusi")
        seen = suggestions.result(made, scene.clause.current).fingerprint
        suggestion_id, clause_id, people = made.id, scene.clause.id, [scene.mikko.id, scene.riikka.id]
        db.session.commit()

    def accept(member_id: Any) -> Callable[[], int]:
        def act() -> int:
            suggestion, member = suggestions.by_id(suggestion_id), members.by_id(member_id)
            assert suggestion is not None
            assert member is not None
            return suggestions.accept(suggestion, seen=seen, by=member).number

        return act

    results = at_once(app, [accept(each) for each in people])
    assert {type(each) for each in results} == {int, suggestions.Answered}
    with app.app_context():
        clause = agreements.clause_by_id(clause_id)
        assert clause is not None
        assert [version.number for version in agreements.versions(clause)] == [1, 2]
        assert ledger.verify() is None


# ---------------------------------------------------------------- undoing


def test_undoing_brings_back_the_words_and_the_approvals_from_before(scene: Scene) -> None:
    scene.approve(scene.riikka)
    scene.approve(scene.aino)
    made = scene.suggest("neljä", "kuusi")
    scene.accept(made, by=scene.riikka, approve=True)
    version = suggestions.undo(made, by=scene.riikka)
    assert version is not None
    assert (version.number, version.text, scene.clause.current) == (3, TEXT, version)
    assert len(scene.givers()) == 2, "the wording both had approved stands again"
    assert [getattr(made, name) for name in ("status", "answered_at", "answered_by_id", "result_id", "answer")] == [
        Status.OPEN,
        None,
        None,
        None,
        "",
    ]
    assert scene.told() == [("suggestion.acceptance-undone", scene.riikka.user_id)]
    scene.accept(made, by=scene.riikka)
    assert scene.givers() == {ORGANISATIONS: scene.aino.user_id}, "Riikka's yes ended with the undoing"
    assert ledger.verify() is None


def test_a_reopening_that_the_acceptance_closed_is_open_again_after_undoing(scene: Scene) -> None:
    scene.approve(scene.riikka)
    scene.approve(scene.aino)
    approvals.reopen(scene.clause, reason="Kulut puuttuvat.", by=scene.mikko.user_id)
    made = scene.suggest("neljä", "kuusi")
    scene.accept(made, by=scene.riikka, approve=True)
    assert approvals.reopening_of(scene.clause) is None
    suggestions.undo(made, by=scene.riikka)
    assert approvals.reopening_of(scene.clause) is not None
    assert scene.givers() == {}


@pytest.mark.parametrize(
    ("act", "is_undoable"),
    [
        (lambda scene: None, True),
        (lambda scene: _say(scene, scene.riikka), True),  # what the same person says changes nothing
        (lambda scene: suggestions.reject(scene.suggest("viikon", "ajan"), reason="Ei.", by=scene.riikka), False),
        (lambda scene: _say(scene, scene.pertti), False),
        (lambda scene: scene.approve(scene.riikka), False),
        (lambda scene: scene.rewrite("kuusi", "seitsemän"), False),
    ],
)
def test_an_acceptance_is_undone_until_somebody_acts_on_it(
    scene: Scene, act: Callable[[Scene], object], is_undoable: bool
) -> None:
    made = scene.suggest("neljä", "kuusi")
    scene.accept(made, by=scene.riikka)
    act(scene)
    if is_undoable:
        suggestions.undo(made, by=scene.riikka)
        assert text_of(scene) == TEXT
    else:
        refused(suggestions.TooLate, lambda: suggestions.undo(made, by=scene.riikka))


def test_an_acceptance_is_undone_by_who_accepted_it_and_for_a_day(scene: Scene, clock: Clock) -> None:
    made = scene.suggest("neljä", "kuusi")
    refused(suggestions.TooLate, lambda: suggestions.undo(made, by=scene.riikka))
    scene.accept(made, by=scene.riikka)
    refused(suggestions.TooLate, lambda: suggestions.undo(made, by=scene.mikko))
    with clock(NOW + timedelta(hours=24)):
        refused(suggestions.TooLate, lambda: suggestions.undo(made, by=scene.riikka))
    with clock(NOW + timedelta(hours=24, seconds=-1)):
        suggestions.undo(made, by=scene.riikka)
    refused(suggestions.TooLate, lambda: suggestions.undo(made, by=scene.riikka))


def _say(scene: Scene, member: Member) -> None:
    comments.add(comments.thread_of(scene.clause), text="Hyvä.", kind=CommentKind.SUPPORT, by=member)


# ---------------------------------------------------------------- reads


def test_pages_read_the_same_of_a_suggestion_as_its_row_says(scene: Scene) -> None:
    made = scene.suggest("neljä", "kuusi", speaks_for=SpeaksFor.ORGANISATION)
    counter = scene.suggest("neljä", "viisi", by=scene.riikka, counter_to=made)
    thread = db.session.get_one(comments.Thread, made.thread_id)
    said = comments.add(thread, text="Miksi?", kind=CommentKind.QUESTION, by=scene.pertti)
    comments.add(thread, text="Hyvä.", kind=CommentKind.SUPPORT, by=scene.riikka)
    comments.settle(said, response="Siksi.", by=scene.mikko.user_id)
    scene.accept(made, by=scene.riikka)
    still_open, decided = suggestions.of_clause(scene.clause.id)
    assert (still_open.id, still_open.counter_to, still_open.status) == (counter.id, 1, Status.OPEN)
    assert decided.comments == Counts(total=2, open=1)
    assert {name: getattr(decided, name) for name in Shown._fields if name in Suggestion.seal} == {
        name: getattr(made, name) for name in Shown._fields if name in Suggestion.seal
    }
    assert [decided.author.name, decided.answered_by, decided.organisation] == ["Aino", ("Riikka",), ("Omaiset ry",)]
    assert decided.base is not None
    assert decided.result is not None
    assert (decided.base.text, decided.result.text) == (TEXT, TEXT.replace("neljä", "kuusi"))
    assert suggestions.shown(made.id) == decided
    assert suggestions.decided(scene.agreement) == ([decided], 1)
    assert suggestions.decided(scene.agreement, skip=1) == ([], 1)
    assert suggestions.open_ones(scene.agreement) == [still_open]
    assert [each.id for each in suggestions.waiting(scene.agreement)] == [counter.id]
    assert suggestions.by_number(scene.agreement, 2) is counter
    assert suggestions.by_number(scene.agreement, 3) is None
    assert suggestions.by_threads([made.thread_id, scene.clause.id]) == {made.thread_id: (made.id, 1)}
    # What would come of it is told from a plain row as from the suggestion itself.
    current = scene.clause.current
    assert suggestions.result(still_open, current) == suggestions.result(counter, current)


def test_additions_show_where_they_would_come(scene: Scene) -> None:
    words: dict[str, Any] = {"title": "Uusi", "text": "Uusi.", "reason": "Puuttuu.", "by": scene.aino}
    first = suggestions.write_addition(scene.section, after=None, **words)
    after, lost = (suggestions.write_addition(scene.section, after=each, **words) for each in scene.clauses[1:])
    change = scene.suggest("neljä", "kuusi")
    agreements.remove(scene.clauses[2], base=scene.clauses[2].current, by=scene.mikko.user_id)
    found = suggestions.open_by_place(scene.agreement)
    assert {place: [each.id for each in shown] for place, shown in found.items()} == {
        scene.section.id: [first.id, lost.id],
        scene.clauses[1].id: [after.id],
        scene.clause.id: [change.id],
    }


def test_reading_costs_the_same_however_many_there_are(
    scene: Scene, queries: Callable[[], AbstractContextManager[Queries]]
) -> None:
    for count in (1, 20):
        for _ in range(count):
            scene.suggest("neljä", "kuusi")
        db.session.commit()
        agreement, clause_id = scene.agreement, scene.clause.id
        agreement.id  # noqa: B018 - read before counting
        for read, cost in [
            (lambda clause_id=clause_id: suggestions.of_clause(clause_id), 1),
            (lambda agreement=agreement: suggestions.open_by_place(agreement), 2),
            (lambda agreement=agreement: suggestions.waiting(agreement), 1),
        ]:
            with queries() as spent:
                read()
            assert len(spent) == cost, spent.statements


def test_a_fingerprint_stands_for_what_accepting_gives(scene: Scene) -> None:
    made = scene.suggest("neljä", "kuusi")
    found = suggestions.result(made, scene.clause.current)
    version = suggestions.accept(made, seen=found.fingerprint, by=scene.mikko)
    assert found.fingerprint == version.fingerprint == fingerprint(made.title, made.text)
