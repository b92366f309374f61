"""Comments: every verb leaves one entry or none, replies have one level, what is said stays with its wording."""

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

from kumppanuus import accounts, agreements, comments, ledger, members
from kumppanuus.agreements import Agreement, AgreementKind, Clause, Side
from kumppanuus.comments import Comment, CommentKind, Endorsement, Thread
from kumppanuus.db import SHORT, db, writing
from kumppanuus.errors import Empty, Refused, TooLong, Unwritable
from kumppanuus.members import Member, Role, SpeaksFor
from tests.databases import NOW, Queries, SceneOf
from tests.racing import at_once

Clock = Callable[[Any], AbstractContextManager[None]]

SUPPORT, QUESTION, CONCERN = CommentKind.SUPPORT, CommentKind.QUESTION, CommentKind.CONCERN


@dataclass
class Scene:
    """An agreement with two clauses, and three people who talk about the first."""

    agreement: Agreement
    clause: Clause
    other: Clause
    mikko: Member
    riikka: Member
    aino: Member

    def say(self, text: str = "Matkakulut puuttuvat.", *, by: Member | None = None, **rest: Any) -> Comment:
        values: dict[str, Any] = {"kind": CONCERN, "version": self.clause.current, **rest}
        return comments.add(comments.thread_of(self.clause), text=text, by=by or self.aino, **values)

    def talk(self, *, me: Member | None = None, **asked: Any) -> comments.Talk:
        """The talk about the first clause, as a person sees it."""
        me_id = (me or self.aino).user_id
        return comments.talk(clause_id=self.clause.id, me=me_id, current=self.clause.current, **asked)

    def entries(self) -> list[tuple[str, UUID | None]]:
        """What the record says of the first clause since it was made, the oldest first: kinds and who."""
        found = [(entry.kind, entry.actor_id) for entry in reversed(ledger.history(self.clause.id))]
        return [each for each in found if each[0] != "clause.added"]


@pytest.fixture
def scene(scene_of: SceneOf[Scene]) -> Scene:
    return scene_of(make_scene)


def make_scene() -> Scene:
    mikko = accounts.find_or_add("mikko@kumppanuus.example", "Mikko Saarela", by=None)
    agreement = agreements.start(
        title="Sopimus",
        kind=AgreementKind.PARTNERSHIP_AGREEMENT,
        authority_name="Järvi-Suomen hyvinvointialue",
        body_name="Kumppanuuspöytä",
        from_model=False,
        by=mikko.id,
    )
    coordinator = members.begin(agreement, mikko, side=None, by=mikko.id)
    section = agreements.add_section(agreement, title="Rakenne", by=mikko.id)
    clause = agreements.add_clause(section, title="Kokoukset", text="Elin kokoontuu.", by=mikko.id)
    other = agreements.add_clause(section, title="Kulut", text="Kulut korvataan.", by=mikko.id)

    def add(name: str, role: Role, side: Side, **rest: str) -> Member:
        address = f"{name.split()[0].lower()}@kumppanuus.example"
        return members.add(agreement, address=address, name=name, role=role, side=side, by=mikko.id, **rest)

    riikka = add("Riikka Lehto", Role.OFFICIAL, Side.AUTHORITY)
    aino = add(
        "Aino Heikkilä",
        Role.REPRESENTATIVE,
        Side.ORGANISATIONS,
        organisation="Omaishoitajat ry",
        network="Läheistyön verkosto",
    )
    db.session.commit()
    return Scene(agreement, clause, other, coordinator, riikka, aino)


def state() -> dict[str, list[Any]]:
    """Every row that talk is made of, and the length of every chain."""
    db.session.flush()
    tables = [Thread.__table__, Comment.__table__, Endorsement.__table__, ledger.Entry.__table__]
    return {table.name: sorted(map(repr, db.session.execute(sa.select(table)))) for table in tables}


def refused(refusal: type[Refused], act: Callable[[], object]) -> dict[str, Any]:
    """The act is refused and no row has changed; gives the facts of the refusal."""
    before = state()
    with pytest.raises(refusal) as caught:
        act()
    assert type(caught.value) is refusal
    assert state() == before
    return caught.value.facts


# ---------------------------------------------------------------- saying


def test_a_comment_keeps_who_said_it_in_whose_name_and_about_which_wording(scene: Scene) -> None:
    said = scene.say("  Matkakulut\r\npuuttuvat. ", speaks_for=SpeaksFor.NETWORK)
    db.session.expire_all()
    seen = {name: getattr(said, name) for name in Comment.seal}
    assert seen == {
        "id": said.id,
        "thread_id": said.thread.id,
        "parent_id": None,
        "kind": CONCERN,
        "text": "Matkakulut\npuuttuvat.",
        "author_id": scene.aino.user_id,
        "speaks_for": SpeaksFor.NETWORK,
        "organisation_id": scene.aino.organisation_id,
        "network_id": scene.aino.network.id,
        "version_id": scene.clause.current.id,
        "written_at": NOW,
        "edited_at": None,
        "handled_at": None,
        "handled_by_id": None,
        "response": "",
    }
    assert scene.entries() == [("comment.added", scene.aino.user_id)]
    assert ledger.verify() is None


def test_a_clause_has_one_thread_however_much_is_said(scene: Scene) -> None:
    threads = {scene.say(by=who).thread_id for who in (scene.aino, scene.riikka, scene.mikko)}
    assert threads == {thread.id for thread in db.session.scalars(sa.select(Thread))}
    assert len(threads) == 1
    assert ledger.verify() is None


@pytest.mark.parametrize(
    ("changed", "refusal", "facts"),
    [
        ({"kind": None}, comments.KindNeeded, {"field": "kind"}),
        ({"text": " \n\u200b"}, Empty, {"field": "text"}),
        ({"text": "a\x00b"}, Unwritable, {"field": "text"}),
        ({"text": "a" * 4_001}, TooLong, {"field": "text", "most": 4_000, "length": 4_001}),
    ],
    ids=["no kind", "nothing to see", "unwritable", "too long"],
)
def test_a_bad_first_comment_is_refused_and_begins_no_thread(
    scene: Scene, changed: dict[str, Any], refusal: type[Refused], facts: dict[str, Any]
) -> None:
    assert refused(refusal, lambda: scene.say(**changed)) == facts
    assert ledger.verify() is None


@pytest.mark.parametrize("voice", [SpeaksFor.ORGANISATION, SpeaksFor.NETWORK])
def test_nobody_speaks_in_a_name_that_is_not_theirs(scene: Scene, voice: SpeaksFor) -> None:
    assert refused(comments.NotYourVoice, lambda: scene.say(by=scene.mikko, speaks_for=voice)) == {
        "field": "speaks_for"
    }


def test_a_comment_tells_when_the_text_has_changed_since_and_when_it_has_changed_back(scene: Scene) -> None:
    scene.say()
    first = scene.clause.current

    def rewrite(text: str) -> None:
        agreements.rewrite(
            scene.clause, title=first.title, text=text, base=scene.clause.current, by=scene.mikko.user_id
        )

    assert [said.is_about_older_text for said in scene.talk().said] == [False]
    rewrite("Elin kokoontuu neljästi.")
    assert [said.is_about_older_text for said in scene.talk().said] == [True]
    rewrite(first.text)
    assert [said.is_about_older_text for said in scene.talk().said] == [False]


def test_nothing_new_is_said_about_a_clause_that_was_taken_out_but_what_was_said_is_read(scene: Scene) -> None:
    said = scene.say()
    agreements.remove(scene.clause, base=scene.clause.current, by=scene.mikko.user_id)
    refused(comments.Closed, scene.say)
    refused(comments.Closed, lambda: comments.reply(said, text="Niin.", by=scene.riikka))
    refused(comments.Closed, lambda: comments.endorse(said, by=scene.riikka.user_id))
    assert [each.comment.id for each in scene.talk().said] == [said.id]
    comments.settle(said, response="Kohta poistettiin.", by=scene.mikko.user_id)
    agreements.restore(scene.clause, by=scene.mikko.user_id)
    comments.reply(said, text="Niin.", by=scene.riikka)


# ---------------------------------------------------------------- replying


def test_a_reply_stands_under_its_comment_and_has_no_kind(scene: Scene) -> None:
    first, second = scene.say("Ensin."), scene.say("Sitten.")
    reply = comments.reply(first, text="Kyllä.", speaks_for=SpeaksFor.SELF, by=scene.riikka)
    assert (reply.parent_id, reply.kind, reply.thread_id) == (first.id, None, first.thread_id)
    seen = {each.comment.id: [(one.id, one.text) for one in each.replies] for each in scene.talk().said}
    assert seen == {first.id: [(reply.id, "Kyllä.")], second.id: []}
    assert [kind for kind, _who in scene.entries()] == ["comment.added"] * 3
    assert ledger.verify() is None


def test_replies_have_one_level(scene: Scene) -> None:
    reply = comments.reply(scene.say(), text="Kyllä.", by=scene.riikka)
    refused(comments.NoReplyToReply, lambda: comments.reply(reply, text="Ei.", by=scene.aino))
    refused(comments.NoReplyToReply, lambda: comments.settle(reply, response="Ei.", by=scene.mikko.user_id))


def test_a_bad_reply_is_refused(scene: Scene) -> None:
    said = scene.say()
    assert refused(Empty, lambda: comments.reply(said, text="", by=scene.aino)) == {"field": "text"}
    refused(
        comments.NotYourVoice,
        lambda: comments.reply(said, text="Kyllä.", speaks_for=SpeaksFor.ORGANISATION, by=scene.riikka),
    )


# ---------------------------------------------------------------- editing


def test_an_own_comment_is_edited_and_says_so(scene: Scene, clock: Clock) -> None:
    said = scene.say()
    with clock(NOW + timedelta(minutes=5)):
        comments.edit(said, text="Kulut puuttuvat.", kind=QUESTION, by=scene.aino)
    assert (said.text, said.kind, said.edited_at) == ("Kulut puuttuvat.", QUESTION, NOW + timedelta(minutes=5))
    assert scene.entries() == [("comment.added", scene.aino.user_id), ("comment.edited", scene.aino.user_id)]
    assert ledger.verify() is None


def test_an_own_reply_is_edited_and_gets_no_kind(scene: Scene) -> None:
    reply = comments.reply(scene.say(), text="Kyllä.", by=scene.aino)
    comments.edit(reply, text="Ei.", kind=CONCERN, by=scene.aino)
    assert (reply.text, reply.kind) == ("Ei.", None)


def test_a_comment_of_somebody_else_is_not_edited(scene: Scene) -> None:
    said = scene.say()
    refused(comments.NotYours, lambda: comments.edit(said, text="Muuta.", kind=SUPPORT, by=scene.mikko))


def test_an_answered_comment_is_not_edited(scene: Scene) -> None:
    replied, handled = scene.say(), scene.say()
    comments.reply(replied, text="Kyllä.", by=scene.riikka)
    comments.settle(handled, response="Lisättiin.", by=scene.mikko.user_id)
    for said in (replied, handled):
        facts = refused(
            comments.Answered, lambda said=said: comments.edit(said, text="Muuta.", kind=SUPPORT, by=scene.aino)
        )
        assert facts == {"field": "text"}


def test_a_bad_edit_is_refused(scene: Scene) -> None:
    said = scene.say()
    assert refused(comments.KindNeeded, lambda: comments.edit(said, text="Muuta.", kind=None, by=scene.aino))
    assert refused(Empty, lambda: comments.edit(said, text=" ", kind=SUPPORT, by=scene.aino)) == {"field": "text"}


# ---------------------------------------------------------------- answering


def test_handling_needs_an_answer_and_keeps_who_gave_it(scene: Scene) -> None:
    said = scene.say()
    assert refused(Empty, lambda: comments.settle(said, response="", by=scene.mikko.user_id)) == {"field": "response"}
    refused(TooLong, lambda: comments.settle(said, response="a" * (SHORT + 1), by=scene.mikko.user_id))
    comments.settle(said, response="Lisättiin kohtaan 3.4.", by=scene.mikko.user_id)
    assert said.handled_by is not None
    assert (said.response, said.handled_at, said.handled_by.name) == ("Lisättiin kohtaan 3.4.", NOW, "Mikko Saarela")
    assert scene.entries()[1:] == [("comment.settled", scene.mikko.user_id)]
    assert not said.is_open
    assert ledger.verify() is None


def test_an_answer_is_changed_only_by_someone_who_saw_it(scene: Scene, clock: Clock) -> None:
    said = scene.say()
    comments.settle(said, response="Ensin.", by=scene.mikko.user_id)
    later = NOW + timedelta(hours=1)
    with clock(later):
        facts = refused(
            comments.AnsweredMeanwhile, lambda: comments.settle(said, response="Toinen.", by=scene.riikka.user_id)
        )
        assert facts == {"name": "Mikko Saarela"}
        comments.settle(said, response="Sitten.", seen=NOW, by=scene.riikka.user_id)
    assert (said.response, said.handled_at, said.handled_by_id) == ("Sitten.", later, scene.riikka.user_id)
    assert ledger.verify() is None


# ---------------------------------------------------------------- supporting


def test_support_is_counted_once_for_each_person_and_can_be_taken_back(scene: Scene) -> None:
    said = scene.say()

    def support(me: Member) -> tuple[int, bool]:
        found = comments.said(said, me=me.user_id)
        return found.endorsers, found.is_endorsed_by_me

    comments.endorse(said, by=scene.riikka.user_id)
    comments.endorse(said, by=scene.mikko.user_id)
    comments.endorse(said, by=scene.mikko.user_id)
    assert (support(scene.mikko), support(scene.aino)) == ((2, True), (2, False))
    comments.withdraw_endorsement(said, by=scene.mikko.user_id)
    comments.withdraw_endorsement(said, by=scene.mikko.user_id)
    assert (support(scene.mikko), support(scene.riikka)) == ((1, False), (1, True))
    comments.endorse(said, by=scene.mikko.user_id)
    assert support(scene.mikko) == (2, True)
    assert scene.entries()[1:] == [
        ("comment.endorsed", scene.riikka.user_id),
        ("comment.endorsed", scene.mikko.user_id),
        ("comment.endorsement-withdrawn", scene.mikko.user_id),
        ("comment.endorsed", scene.mikko.user_id),
    ]
    assert ledger.verify() is None


def test_nobody_supports_their_own_comment(scene: Scene) -> None:
    said = scene.say()
    refused(comments.OwnComment, lambda: comments.endorse(said, by=scene.aino.user_id))


# ---------------------------------------------------------------- reading


@pytest.fixture
def five(scene: Scene, clock: Clock) -> list[UUID]:
    """Five comments, a minute apart, the oldest first; the first and the last are handled."""
    said = []
    for minute in range(5):
        with clock(NOW + timedelta(minutes=minute)):
            said.append(scene.say(f"Kommentti {minute}."))
    for each in (said[0], said[4]):
        comments.settle(each, response="Kiitos.", by=scene.mikko.user_id)
    comments.reply(said[2], text="Kyllä.", by=scene.riikka)
    return [each.id for each in said]


@pytest.mark.parametrize(
    ("asked", "places"),
    [
        ({}, [4, 3, 2, 1, 0]),
        ({"oldest_first": True}, [0, 1, 2, 3, 4]),
        ({"only_open": True}, [3, 2, 1]),
        ({"only_open": True, "oldest_first": True, "most": 2}, [1, 2]),
        ({"most": 2, "skip": 2}, [2, 1]),
        ({"most": 2, "skip": 6}, []),
    ],
    ids=["newest first", "oldest first", "open", "first open", "second page", "page too far"],
)
def test_a_talk_is_read_in_order_and_by_pages_with_the_whole_count(
    scene: Scene, five: list[UUID], asked: dict[str, Any], places: list[int]
) -> None:
    found = scene.talk(**asked)
    assert [each.comment.id for each in found.said] == [five[place] for place in places]
    assert (found.total, found.open) == (5, 3)
    assert {each.comment.id for each in found.said if each.replies} == {five[2]} & {
        each.comment.id for each in found.said
    }


def test_a_talk_costs_one_query_however_long_it_is(
    scene: Scene, five: list[UUID], queries: Callable[[], AbstractContextManager[Queries]]
) -> None:
    db.session.commit()
    for most in (1, 5):
        db.session.expunge_all()
        with queries() as spent:
            found = comments.talk(clause_id=five and _clause_id(scene), me=None, most=most)
            told = [(each.comment.author.name, each.comment.organisation, len(each.replies)) for each in found.said]
        assert len(told) == most
        assert len(spent) == 1


def _clause_id(scene: Scene) -> UUID:
    return sa.inspect(scene.clause).identity[0]


def test_nobody_has_said_anything(scene: Scene) -> None:
    assert scene.talk() == comments.Talk([], 0, 0)
    assert scene.talk(only_open=True) == comments.Talk([], 0, 0)
    assert comments.counts(scene.agreement) == {}


def test_the_newest_of_each_clause_are_read_together(scene: Scene, five: list[UUID]) -> None:
    other = comments.add(comments.thread_of(scene.other), text="Muualla.", kind=SUPPORT, by=scene.riikka)
    current = {clause.id: clause.current for clause in (scene.clause, scene.other)}
    found = comments.with_talk_by_clause(scene.agreement, current, me=scene.aino.user_id)
    seen = {key: [each.comment.id for each in said] for key, said in found.items()}
    assert seen == {scene.clause.id: [five[4], five[3]], scene.other.id: [other.id]}
    assert comments.with_talk_by_clause(scene.agreement, {}, me=None) == {}


def test_a_page_is_counted_by_how_many_are_newer(scene: Scene, five: list[UUID]) -> None:
    found = {each.comment.id: each for each in scene.talk().said}
    assert [comments.newer_than(found[each].comment) for each in five] == [4, 3, 2, 1, 0]
    reply = found[five[2]].replies[0]
    assert comments.newer_than(reply) == 2


# ---------------------------------------------------------------- at once


def test_first_comments_of_one_moment_all_stand_in_one_thread(app: Flask) -> None:
    with app.app_context(), writing():
        scene = make_scene()
        clause_id, agreement_id, who = scene.clause.id, scene.agreement.id, scene.aino.user_id

    def say(text: str) -> Callable[[], UUID]:
        def act() -> UUID:
            clause, member = agreements.clause_by_id(clause_id), members.of(agreement_id, who)
            assert clause is not None
            assert member is not None
            return comments.add(comments.thread_of(clause), text=text, kind=SUPPORT, by=member).thread_id

        return act

    texts = [f"Kommentti {place}" for place in range(6)]
    results = at_once(app, [say(text) for text in texts])
    with app.app_context():
        assert {comment.text for comment in db.session.scalars(sa.select(Comment))} == set(texts)
        assert set(results) == set(db.session.scalars(sa.select(Thread.id)))
        assert len(set(results)) == 1
        assert ledger.verify() is None


def test_support_given_twice_in_one_moment_counts_once(app: Flask) -> None:
    with app.app_context(), writing():
        scene = make_scene()
        said_id, who = scene.say().id, scene.riikka.user_id
        db.session.commit()

    def endorse() -> None:
        said = comments.by_id(said_id)
        assert said is not None
        comments.endorse(said, by=who)

    assert at_once(app, [endorse] * 4) == [None] * 4
    with app.app_context():
        assert len(db.session.scalars(sa.select(Endorsement)).all()) == 1
        assert [
            entry.kind
            for entry in db.session.scalars(sa.select(ledger.Entry).where(ledger.Entry.kind == "comment.endorsed"))
        ] == ["comment.endorsed"]
        assert ledger.verify() is None


def test_a_reply_and_an_edit_of_one_moment_never_leave_an_edited_text_that_was_answered(app: Flask) -> None:
    with app.app_context(), writing():
        scene = make_scene()
        agreement_id, aino, riikka = scene.agreement.id, scene.aino.user_id, scene.riikka.user_id
        ids = [scene.say().id for _turn in range(5)]
        db.session.commit()

    def load(said_id: UUID, who: UUID) -> tuple[Comment, Member]:
        said, member = comments.by_id(said_id), members.of(agreement_id, who)
        assert said is not None
        assert member is not None
        return said, member

    for said_id in ids:

        def edit(said_id: UUID = said_id) -> None:
            said, member = load(said_id, aino)
            comments.edit(said, text="Muuta.", kind=SUPPORT, by=member)

        def answer(said_id: UUID = said_id) -> UUID:
            said, member = load(said_id, riikka)
            return comments.reply(said, text=f"Vastaan: {said.text}", by=member).id

        edited, answered = at_once(app, [edit, answer])
        with app.app_context():
            kinds = [
                entry.kind for entry in db.session.scalars(sa.select(ledger.Entry).order_by(ledger.Entry.number.desc()))
            ]
            assert isinstance(answered, UUID)
            if isinstance(edited, comments.Answered):
                assert kinds[0] == "comment.added"
            else:
                assert (edited, kinds[:2]) == (None, ["comment.added", "comment.edited"])
