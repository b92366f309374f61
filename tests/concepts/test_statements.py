"""Answers to a round: written by several, sent once, corrected, written down for others, hidden, carried over."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa

from kumppanuus import accounts, ledger, members, organisations, policy, rounds, statements, suggestions, summaries
from kumppanuus.comments import CommentKind
from kumppanuus.db import db
from kumppanuus.errors import Empty, Refused, TooLong
from kumppanuus.members import Role
from kumppanuus.organisations import Details
from kumppanuus.policy import Who
from kumppanuus.rounds import RoundKind
from kumppanuus.statements import NOTHING, WHOLE, Channel, Giver, On, Place, Remark, Said, Stance, Statement
from tests.concepts.answers import Asked, ask, on
from tests.concepts.negotiation import TEXT
from tests.databases import NOW, SceneOf, end_of

Clock = Callable[[Any], AbstractContextManager[None]]
WORD = b"PK\x03\x04"


@pytest.fixture
def asked(scene_of: SceneOf[Asked]) -> Asked:
    return scene_of(ask)


def refused(refusal: type[Refused], act: Callable[[], object]) -> dict[str, Any]:
    """The act is refused and the record has not grown; gives the facts of the refusal."""
    db.session.flush()
    before = db.session.scalar(sa.select(sa.func.count()).select_from(ledger.Entry))
    with pytest.raises(refusal) as caught:
        act()
    assert type(caught.value) is refusal
    db.session.flush()
    assert db.session.scalar(sa.select(sa.func.count()).select_from(ledger.Entry)) == before
    return caught.value.facts


def told(asked: Asked, most: int) -> list[tuple[str, Any]]:
    return [(each.kind, each.actor_id) for each in ledger.entries(asked.scene.agreement.id, most=most)]


def living(asked: Asked) -> list[tuple[str, bool]]:
    """What was sent and stands, or was withdrawn."""
    query = sa.select(Remark).where(Remark.sent_at.is_not(None)).order_by(Remark.text)
    return [(each.text, each.withdrawn_at is not None) for each in db.session.scalars(query)]


def test_an_answer_is_drafted_unrecorded_then_sent_whole_and_sealed(asked: Asked) -> None:
    statement = asked.begin()
    assert asked.begin() is statement, "an organisation has one answer, whoever opens it"
    section = Place(On.SECTION, asked.scene.section.id)
    asked.say(statement, WHOLE, Said(text="Hyvä luonnos."), by=asked.scene.aino.user_id)
    wording = Said(CommentKind.CONCERN, text="Neljä on liikaa.", title="Kokoukset", wording=TEXT.replace("neljä", "2"))
    asked.say(statement, on(asked.clause), wording, by=asked.scene.aino.user_id)
    asked.say(statement, section, Said(CommentKind.SUPPORT, stance=Stance.OPPOSES))
    drafted = statements.written_in(statement)
    assert {place: each.writer_id for place, each in drafted.items() if each.is_unsent} == {
        WHOLE: asked.scene.aino.user_id, on(asked.clause): asked.scene.aino.user_id, section: None,
    }  # fmt: skip
    assert drafted[section].said == Said(CommentKind.SUPPORT), "a stance belongs to a consultation"
    assert told(asked, 1) == [("round.opened", asked.scene.mikko.user_id)], "a draft is nobody else's business"

    giver = Giver("Aino", "AINO@kumppanuus.example", people=12)
    assert statements.send(statement, giver, by=asked.scene.aino.user_id)

    assert told(asked, 1) == [("statement.sent", asked.scene.aino.user_id)]
    assert (statement.people, statement.is_late, statement.sent_at) == (12, False, NOW)
    assert statement.giver_address == "aino@kumppanuus.example"
    remark = db.session.scalars(sa.select(Remark).where(Remark.clause_id == asked.clause.id)).one()
    assert (remark.kind, remark.text, remark.version_id) == (
        CommentKind.CONCERN, "Neljä on liikaa.", asked.clause.current.id,
    )  # fmt: skip
    assert remark.suggested_text == wording.wording
    whole = db.session.scalars(sa.select(Remark).where(Remark.clause_id.is_(None), Remark.section_id.is_(None))).one()
    assert (whole.text, whole.kind, whole.sent_at) == ("Hyvä luonnos.", None, NOW), "the whole is a remark like others"
    assert not statements.send(statement, giver, by=asked.scene.aino.user_id), "a second press sends nothing"
    assert ledger.verify() is None
    db.session.execute(sa.update(Remark).where(Remark.id == remark.id).values(text="Neljä on hyvä."))
    assert ledger.verify() is not None, "what was sent cannot be altered unnoticed"


def test_two_who_write_at_once_lose_nothing(asked: Asked) -> None:
    statement = asked.begin()
    mine, theirs, place = Said(text="Minun."), Said(text="Toisen."), on(asked.clause)
    other = on(asked.scene.clauses[1])
    asked.say(statement, place, theirs)
    facts = refused(statements.WrittenMeanwhile, lambda: asked.say(statement, place, mine))
    assert facts["places"] == [place]
    assert statements.written_in(statement)[place].said == theirs
    # What I have not touched stays as another left it; the same words are no clash; who has seen theirs may write over.
    statements.keep(
        statement,
        {place: NOTHING, other: mine},
        seen={place: NOTHING.digest, other: NOTHING.digest},
        parts=asked.parts,
        by=None,
    )
    asked.say(statement, place, theirs)
    asked.say(statement, place, mine, seen=theirs)
    assert {at: each.said for at, each in statements.written_in(statement).items()} == {place: mine, other: mine}


def test_a_correction_stands_beside_what_it_replaces(asked: Asked, clock: Clock) -> None:
    statement = asked.begin()
    first, second, third = map(on, asked.scene.clauses)
    for place, text in ((first, "a"), (second, "b"), (third, "c")):
        asked.say(statement, place, Said(text=text))
    statements.send(statement, Giver(), by=None)
    asked.say(statement, first, Said(text="a2"), seen=Said(text="a"))
    asked.say(statement, second, NOTHING, seen=Said(text="b"))
    asked.say(statement, third, Said(text="c2"), seen=Said(text="c"))
    asked.say(statement, third, Said(text="c"), seen=Said(text="c2"))
    assert living(asked) == [("a", False), ("b", False), ("c", False)], "nothing changes before it is sent"
    with clock(end_of(asked.round.last_day) + timedelta(hours=1)):
        assert statements.send(statement, Giver(), by=None)
    assert living(asked) == [("a", True), ("a2", False), ("b", True), ("c", False)]
    assert told(asked, 1) == [("statement.corrected", None)]
    assert not statement.is_late, "it came in time; only a correction is late"
    written = {at: each.said.text for at, each in statements.written_in(statement).items()}
    assert written == {first: "a2", third: "c"}
    assert ledger.verify() is None


def test_what_is_no_answer_is_refused_and_kept(asked: Asked, clock: Clock) -> None:
    statement, place = asked.begin(), on(asked.clause)

    def send(**giver: Any) -> Callable[[], object]:
        return lambda: statements.send(statement, Giver(**giver), by=None)

    def say(said: Said, where: Place = place) -> Callable[[], object]:
        return lambda: asked.say(statement, where, said)

    refused(statements.NothingSaid, send())
    assert refused(statements.PersonalCode, say(Said(text="Tunnus 131052-308T.")))["place"] == place
    assert refused(TooLong, say(Said(text="x" * 4001)))["field"] == "text"
    refused(statements.OtherRound, say(Said(title="x", wording="y"), Place(On.CLAUSE, asked.round.id)))
    asked.say(statement, place, Said(CommentKind.CONCERN))
    assert refused(statements.KindWithoutWords, send())["place"] == place
    asked.say(statement, place, Said(CommentKind.SUPPORT), seen=Said(CommentKind.CONCERN))
    assert refused(statements.PersonalCode, send(name="131052-308T"))["field"] == "name"
    assert refused(accounts.BadAddress, send(address="ei osoite"))["field"] == "address"
    assert refused(statements.BadNumber, send(people=0))["field"] == "people"
    with clock(end_of(asked.round.last_day) + timedelta(seconds=1)):
        assert statements.send(statement, Giver(), by=None)
    assert statement.is_late
    stranger = statements.begin(asked.round)
    asked.say(stranger, place, Said(text="Kadulta."))
    assert refused(statements.GiverNeeded, lambda: statements.send(stranger, Giver(), by=None))["field"] == "named"
    rounds.close(asked.round, by=asked.scene.mikko.user_id)
    refused(rounds.RoundClosed, lambda: statements.send(stranger, Giver(named="Kulmakunta"), by=None))
    refused(rounds.RoundClosed, say(Said(text="Myöhään."), on(asked.scene.clauses[2])))
    refused(rounds.RoundClosed, lambda: asked.begin(asked.other))
    statements.discard(stranger)
    assert statements.by_id(stranger.id) is None
    refused(statements.SentAlready, lambda: statements.discard(statement))


def test_an_organisation_that_was_not_asked_answers_once_also_when_it_is_asked_meanwhile(asked: Asked) -> None:
    by, place = asked.scene.mikko.user_id, on(asked.clause)
    free = organisations.add(asked.scene.agreement, Details("Vapaa ry"), by=by)
    late = organisations.add(asked.scene.agreement, Details("Myöhään kutsuttu ry"), by=by)
    answers = []
    for organisation in (free, late):
        answer = statements.begin(asked.round, organisation=organisation, by=by)
        assert statements.begin(asked.round, organisation=organisation, by=by) is answer
        asked.say(answer, place, Said(text=organisation.name))
        answers.append(answer)
    (invitee,) = rounds.invite(asked.round, organisations=[late.id], by=by)
    assert asked.begin(invitee) is answers[1]
    for answer in answers:
        statements.send(answer, Giver(named="Joku muu"), by=by)
    assert [(each.invitee_id, statements.name_of(each)) for each in answers] == [
        (None, "Vapaa ry"), (invitee.id, "Myöhään kutsuttu ry"),
    ]  # fmt: skip
    whole = summaries.of(asked.round).whole
    assert (whole.answered, whole.uninvited) == (1, 1)
    assert statements.answered_unasked(asked.round) == {free.id}
    organisations.remove(late, by=by)
    refused(statements.OtherRound, lambda: statements.begin(asked.round, organisation=late, by=by))


def test_an_answer_that_came_on_paper_is_written_down_confirmed_and_corrected_by_its_giver(asked: Asked) -> None:
    by = asked.scene.mikko.user_id
    olga = Giver("Olga", "olga@kumppanuus.example", people=40)
    write_down = partial(statements.record, asked.round, channel=Channel.PAPER, invitee=asked.other, by=by)
    refused(statements.NotAFile, lambda: write_down(olga, brought=("lausunto.pdf", b"<html>")))
    refused(statements.FileTooLarge, lambda: write_down(olga, brought=("a.pdf", b"%PDF-" + bytes(10 * 2**20))))
    refused(accounts.BadAddress, lambda: write_down(replace(olga, address="olga"), brought=("a.pdf", b"%PDF-")))
    assert db.session.scalars(sa.select(Statement)).all() == [], "what is refused begins nothing"
    record = write_down(olga, brought=(r"C:\tyot\..\lausunto<1>.exe", b"%PDF-1.7 ..."))
    assert [(each.name, each.media_type) for each in record.files] == [("lausunto1.pdf", "application/pdf")]
    own = asked.begin(asked.other)
    assert own is not record, "the draft of the organisation is another"
    statements.send(record, Giver("Olga", "olga@kumppanuus.example", people=40), by=by)
    assert told(asked, 1) == [("statement.recorded", by)]
    assert (record.user_id, record.recorded_by_id, statements.letter_address(record)) == (
        None, by, "olga@kumppanuus.example",
    )  # fmt: skip
    begin = lambda: statements.begin(asked.round, invitee=asked.other, channel=Channel.PHONE, by=by)  # noqa: E731 - said twice
    assert refused(statements.AnsweredAlready, begin)["statement"] == record.id
    asked.say(own, on(asked.clause), Said(text="Kaksi kertaa."))
    refused(statements.AnsweredAlready, lambda: statements.send(own, Giver(), by=None))
    assert statements.by_link(statements.make_link(record)) is record
    assert statements.by_link("x" * 43) is None
    assert statements.confirm(record)
    assert not statements.confirm(record)
    asked.say(record, on(asked.clause), Said(text="Lisään vielä."))
    statements.send(record, Giver("Olga", "olga@kumppanuus.example", people=41), by=None)
    assert told(asked, 2) == [("statement.corrected", None), ("statement.confirmed", None)]
    refused(statements.SentAlready, lambda: statements.attach(record, "b.pdf", b"%PDF-", by=by))
    statements.erase_giver(record, by=by)
    assert (record.giver_name, record.giver_address) == ("", "")
    assert ledger.verify() is None


def test_hiding_leaves_a_mark_with_a_reason(asked: Asked) -> None:
    statement, by = asked.answer(), asked.scene.mikko.user_id
    remark = db.session.scalars(sa.select(Remark)).one()
    assert refused(Empty, lambda: statements.hide_remark(remark, reason=" ", by=by))["field"] == "reason"
    statements.hide_remark(remark, reason="Loukkaava.", by=by)
    refused(statements.Hidden, lambda: statements.hide_remark(remark, reason="Taas.", by=by))
    statements.hide(statement, reason="Ei kuulu tähän.", by=by)
    refused(statements.Hidden, lambda: statements.hide(statement, reason="Taas.", by=by))
    assert (remark.text, remark.hidden_reason, statement.hidden_by_id) == ("Hyvä näin.", "Loukkaava.", by)
    assert told(asked, 2) == [("statement.hidden", by), ("remark.hidden", by)]
    assert ledger.verify() is None


def test_a_suggested_wording_becomes_a_suggestion_on_what_was_asked_about(asked: Asked) -> None:
    base = asked.clause.current
    statement = asked.begin()
    asked.say(statement, on(asked.clause), Said(title="Kokoukset", wording=TEXT.replace("neljä", "kuusi")))
    statements.send(statement, Giver(), by=None)
    asked.scene.rewrite("viikon", "kuukauden")
    remark = db.session.scalars(sa.select(Remark)).one()
    made = statements.take_over(remark, reason="Muu ry ehdotti kierroksella.", by=asked.scene.mikko)
    assert statements.take_over(remark, reason="Uudelleen.", by=asked.scene.mikko) is made
    assert (made.base_id, made.text, made.author_id) == (
        base.id, TEXT.replace("neljä", "kuusi"), asked.scene.mikko.user_id,
    )  # fmt: skip
    assert suggestions.result(made, asked.clause.current).is_clean
    assert ledger.verify() is None


def test_who_writes_in_whose_name(asked: Asked) -> None:
    mikko, aino = (Who(each.user, each) for each in (asked.scene.mikko, asked.scene.aino))
    may = lambda who, thing: policy.allows("statement.write", who, thing)  # noqa: E731 - said often
    record = statements.begin(asked.round, channel=Channel.PHONE, by=asked.scene.mikko.user_id)
    own = asked.begin()
    assert [may(aino, each) for each in (asked.own, asked.other, asked.body, own, record)] == [
        True, False, True, True, False,
    ]  # fmt: skip
    assert [may(mikko, each) for each in (asked.own, asked.other, asked.body, own, record)] == [
        False, False, False, False, True,
    ]  # fmt: skip
    assert statements.voices(asked.round, asked.scene.aino) == [
        (asked.own.name, asked.own, own), ("Pöytä", asked.body, None),
    ]  # fmt: skip
    link, _secret = rounds.make_link(asked.round, by=asked.scene.aino)
    from_network = statements.begin_by_link(link, "x" * 43)
    asked.say(from_network, on(asked.clause), Said(text="Verkostosta."))
    statements.send(from_network, Giver(organisation=asked.scene.aino.organisation), by=None)
    assert not may(aino, from_network), "it is of whoever came by the link"
    members.change(
        asked.scene.aino, role=Role.READER, side=None, is_approver=False, drawn_from=asked.scene.aino.state,
        by=asked.scene.mikko.user_id,
    )  # fmt: skip
    assert not may(Who(asked.scene.aino.user, asked.scene.aino), own), "a reader writes nothing"


def test_a_consultation_takes_stances(inside_empty: None) -> None:
    asked = ask(RoundKind.CONSULTATION)
    statement = asked.begin()
    asked.say(statement, on(asked.clause), Said(CommentKind.CONCERN, Stance.OPPOSES))
    statements.send(statement, Giver(), by=None)
    remark = db.session.scalars(sa.select(Remark)).one()
    assert (remark.kind, remark.stance) == (None, Stance.OPPOSES)
