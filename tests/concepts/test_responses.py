"""Responses to what was said in a round: drafted together, asked of officials, released, replaced, never lost."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from kumppanuus import agreements, ledger, responses, rounds, statements, suggestions, summaries
from kumppanuus.comments import CommentKind
from kumppanuus.db import db
from kumppanuus.documents import summary
from kumppanuus.errors import Empty, Refused
from kumppanuus.members import Member
from kumppanuus.responses import Response
from kumppanuus.statements import WHOLE, Disposition, Giver, On, Remark, Said
from tests.concepts.answers import Asked, ask, on
from tests.concepts.negotiation import TEXT
from tests.databases import NOW, SceneOf

YES, PARTLY, NO, NOTHING_TO_DO = Disposition


@pytest.fixture
def asked(scene_of: SceneOf[Asked]) -> Asked:
    return scene_of(ask)


def refused(refusal: type[Refused], act: Callable[[], object]) -> dict[str, Any]:
    """The act is refused and has written nothing; gives the facts of the refusal."""
    db.session.flush()
    before = everything()
    with pytest.raises(refusal) as caught:
        act()
    assert type(caught.value) is refusal
    assert everything() == before
    return caught.value.facts


def everything() -> list[Any]:
    counted = (ledger.Entry, Response, responses.ResponseRemark, suggestions.Suggestion, agreements.ClauseVersion)
    return [db.session.scalar(sa.select(sa.func.count()).select_from(each)) for each in counted]


def remarks_of(*given: statements.Statement) -> list[UUID]:
    query = sa.select(Remark.id).where(
        Remark.statement_id.in_([each.id for each in given]), Remark.sent_at.is_not(None)
    )
    return list(db.session.scalars(query.order_by(Remark.withdrawn_at.is_(None), Remark.text)))


def write(asked: Asked, ids: list[UUID], disposition: Disposition = YES, reason: str = "Lisätään.") -> Response:
    by = asked.scene.mikko.user_id
    return responses.write(asked.round, ids, disposition=disposition, reason=reason, by=by)


def release(asked: Asked, *drafts: Response) -> int:
    return responses.release(asked.round, {each.id: each.revision for each in drafts}, by=asked.scene.mikko.user_id)


def came_of(ids: list[UUID]) -> list[tuple[Disposition | None, str, bool]]:
    found = [db.session.get_one(Remark, each, populate_existing=True) for each in ids]
    return [(each.disposition, each.reason, each.answered_at is not None) for each in found]


def test_one_response_answers_many_is_a_draft_until_it_is_released_and_then_sealed(asked: Asked) -> None:
    ids = remarks_of(asked.answer(text="Liian usein."), asked.answer(asked.other, text="Liian usein."))
    before = asked.scene.told(1)
    draft = write(asked, ids, reason=" Kerran kuussa riittää. ")
    responses.change(draft, disposition=PARTLY, reason="Kerran kuussa.", revision=1, by=asked.scene.mikko.user_id)
    assert (asked.scene.told(1), came_of(ids)) == (before, [(None, "", False)] * 2), "a draft is nobody else's business"
    assert summaries.of(asked.round).unanswered == 2
    (drafted,) = responses.drafts(asked.round)
    assert (drafted.disposition, drafted.reason, drafted.writer, set(drafted.remark_ids)) == (
        PARTLY, "Kerran kuussa.", "Mikko", set(ids),
    )  # fmt: skip

    assert release(asked, draft) == 2

    entry = ledger.entries(asked.scene.agreement.id, most=1)[0]
    assert (entry.kind, entry.facts["remarks"], entry.facts["disposition"]) == ("response.released", 2, PARTLY.value)
    assert came_of(ids) == [(PARTLY, "Kerran kuussa.", True)] * 2
    assert draft.released_at == NOW
    assert summaries.of(asked.round).unanswered == 0
    is_asked, told = responses.of_clause(asked.clause)
    assert is_asked
    assert {(each.round, each.name, each.disposition) for each in told} == {
        (1, asked.own.name, PARTLY),
        (1, "Muu ry", PARTLY),
    }
    assert ledger.verify() is None
    assert responses.drafts(asked.round) == []
    assert responses.of_clause(asked.scene.clauses[1]) == (True, [])
    rounds.close(asked.round, by=asked.scene.mikko.user_id)
    assert responses.of_clause(asked.clause) == (False, told)


def test_two_coordinators_never_answer_the_same_remark_unknowingly(asked: Asked) -> None:
    first, second = remarks_of(asked.answer(), asked.answer(asked.other, text="Ei näin."))
    draft = write(asked, [first])
    assert refused(responses.TakenMeanwhile, lambda: write(asked, [first, second])) == {"response": draft.id}
    by = asked.scene.mikko.user_id
    change: dict[str, Any] = {"disposition": NO, "reason": "Ei.", "by": by}
    responses.change(draft, revision=1, **change)
    for stale in (1, 0, -1, None, 99):
        refused(responses.ResponseChanged, partial(responses.change, draft, revision=stale, **change))
        refused(responses.ResponseChanged, partial(responses.discard, draft, revision=stale, by=by))
    refused(responses.ResponseChanged, lambda: responses.release(asked.round, {draft.id: 1}, by=by))
    refused(responses.ResponseChanged, lambda: responses.release(asked.round, {uuid4(): 1}, by=by))
    refused(responses.NotReady, lambda: responses.release(asked.round, {}, by=by))
    release(asked, draft)
    refused(responses.ReleasedAlready, lambda: responses.change(draft, revision=2, **change))
    refused(responses.AnsweredMeanwhile, lambda: write(asked, [first]))
    refused(responses.NoRemarks, lambda: write(asked, [uuid4()]))
    refused(responses.NoRemarks, lambda: write(asked, []))
    refused(Empty, lambda: write(asked, [second], reason=" \n"))
    thrown = write(asked, [second])
    responses.discard(thrown, revision=1, by=by)
    assert write(asked, [second], NO).is_ready, "what was thrown away leaves its remarks free"


def test_what_was_released_by_mistake_is_replaced_and_both_stay(asked: Asked) -> None:
    ids = remarks_of(asked.answer())
    wrong = write(asked, ids, NO, "Väärä kohta.")
    by = asked.scene.mikko.user_id
    refused(responses.NotReleased, lambda: responses.replace(wrong, disposition=YES, reason="Lisätään.", by=by))
    release(asked, wrong)
    right = responses.replace(wrong, disposition=YES, reason="Lisätään.", by=by)
    assert came_of(ids) == [(NO, "Väärä kohta.", True)], "the old one stands until the new one is released"
    refused(responses.TakenMeanwhile, lambda: responses.replace(wrong, disposition=NO, reason="Ei.", by=by))
    release(asked, right)
    entry = ledger.entries(asked.scene.agreement.id, most=1)[0]
    assert (entry.kind, entry.facts["replaced_id"]) == ("response.replaced", str(wrong.id))
    assert came_of(ids) == [(YES, "Lisätään.", True)]
    assert (wrong.reason, wrong.replaced_at, right.replaces_id) == ("Väärä kohta.", NOW, wrong.id)
    refused(responses.NotReleased, lambda: responses.replace(wrong, disposition=NO, reason="Ei.", by=by))
    assert ledger.verify() is None


def test_what_was_taken_back_or_hidden_meanwhile_is_not_answered(asked: Asked) -> None:
    kept, corrected = asked.answer(text="Hyvä."), asked.answer(asked.other, text="Huono.")
    ids = [*remarks_of(kept), *remarks_of(corrected)]
    both, only = write(asked, ids[:1]), write(asked, ids[1:])
    asked.say(corrected, on(asked.clause), Said(text="Parempi."), seen=Said(text="Huono."))
    statements.send(corrected, Giver(), by=None)
    assert release(asked, both, only) == 1, "a draft with no remark left is thrown away"
    assert came_of(ids) == [(YES, "Lisätään.", True), (None, "", False)]
    assert summaries.of(asked.round).unanswered == 1, "what was corrected waits for an answer of its own"
    (anew,) = set(remarks_of(corrected)) - set(ids)
    statements.hide_remark(db.session.get_one(Remark, anew), reason="Nimi.", by=asked.scene.mikko.user_id)
    refused(responses.NoRemarks, lambda: write(asked, [anew]))
    assert ledger.verify() is None


def test_an_official_is_asked_and_a_coordinator_releases_what_comes(asked: Asked) -> None:
    ids, scene = remarks_of(asked.answer()), asked.scene
    by = scene.mikko.user_id
    for nobody in (scene.aino, scene.mikko):
        refused(responses.NotAnOfficial, partial(responses.ask, asked.round, ids, of=nobody, note="", by=by))
    draft = responses.ask(asked.round, ids, of=scene.riikka, note="Mikä on aikataulu?", by=by)
    assert [(each.id, each.round, each.remarks) for each in responses.duties(scene.riikka)] == [(draft.id, 1, 1)]
    assert responses.duties(scene.mikko) == []
    refused(responses.NotReady, lambda: release(asked, draft))
    responses.change(draft, disposition=YES, reason="Syksyllä.", revision=1, by=scene.riikka.user_id)
    assert responses.duties(scene.riikka) == []
    responses.change(draft, disposition=YES, reason="Syksyllä jo.", revision=2, by=by)
    release(asked, draft)
    assert came_of(ids) == [(YES, "Syksyllä jo.", True)]
    riikka = scene.riikka.user_id
    told = [("response.asked", by), ("response.written", riikka), ("response.released", by)]
    assert sorted(asked.scene.told(3)) == sorted(told), "what waits for whom is known to all, the words only then"


def test_what_is_asked_of_an_official_can_be_given_up(asked: Asked) -> None:
    ids, scene = remarks_of(asked.answer()), asked.scene
    draft = responses.ask(asked.round, ids, of=scene.riikka, note="", by=scene.mikko.user_id)
    responses.discard(draft, revision=1, by=scene.mikko.user_id)
    assert responses.duties(scene.riikka) == []
    entry = ledger.entries(scene.agreement.id, most=1)[0]
    assert (entry.kind, entry.facts["member_id"]) == ("response.not-needed", str(scene.riikka.id))
    assert write(asked, ids).is_ready


def test_what_is_said_of_the_whole_is_answered_like_any_other(asked: Asked) -> None:
    statement = asked.begin()
    asked.say(statement, WHOLE, Said(text="Hyvä luonnos."))
    statements.send(statement, Giver(), by=None)
    head = ledger.head(asked.scene.agreement.id)
    assert head is not None
    (item,) = responses.desk(asked.round, head.head).items(responses.Filter(spot_id=statements.WHOLE_ID))
    assert (item.spot.on, item.state, [row.name for row in item.rows]) == (
        On.WHOLE, responses.State.LEFT, [asked.own.name],
    )  # fmt: skip
    assert release(asked, write(asked, [item.first.id], NOTHING_TO_DO, "Kiitos.")) == 1
    assert summaries.of(asked.round).unanswered == 0
    (told,) = summaries.told(asked.round, statement_id=statement.id)
    assert (told.place, told.text, told.disposition, told.reason) == (
        summaries.WHOLE, "Hyvä luonnos.", NOTHING_TO_DO, "Kiitos.",
    )  # fmt: skip
    found = summary.gather(asked.round)
    observations = repr(summary.document(found).sections[2])
    assert "Hyvä luonnos." in observations
    assert "Ei vaadi toimia (1 kommentti)." in observations
    assert summary.table(found) == [
        (asked.own.name, "Koko sopimus", "", "Hyvä luonnos.", "Ei vaadi toimia", "Kiitos."),
    ]
    by = asked.scene.mikko.user_id
    summaries.write(asked.round, summaries.OBSERVATIONS, "Pituus jakaa.", version=0, sections=[], by=by)
    forwarded = summary.file_of(asked.round, summary.Form.TEXT).content.decode()
    assert forwarded.startswith("Koko sopimus\n1 kommentti.\nPituus jakaa.\n"), forwarded
    asked.say(statement, WHOLE, Said(text="Parempi."), seen=Said(text="Hyvä luonnos."))
    statements.send(statement, Giver(), by=None)
    assert summaries.of(asked.round).unanswered == 1, "what was corrected waits for an answer of its own"
    assert ledger.verify() is None


@pytest.mark.parametrize("has_source", [True, False])
def test_one_text_is_written_and_many_remarks_closed_by_it(asked: Asked, has_source: bool) -> None:
    statement = asked.begin()
    wording = Said(CommentKind.CONCERN, title="Kokoukset", wording=TEXT.replace("neljä", "kaksi"))
    asked.say(statement, on(asked.clause), wording)
    statements.send(statement, Giver(), by=asked.scene.aino.user_id)
    ids = remarks_of(statement, asked.answer(asked.other, text="Harvemmin."))
    current, mikko = asked.clause.current, asked.scene.mikko
    source = next(each for each in ids if db.session.get_one(Remark, each).suggested_text)
    facts = {
        "title": current.title,
        "text": current.text.replace("neljä", "kolme"),
        "source_id": source if has_source else None,
        "why": "Aino ehdotti.",
        "in_part": True,
        "reason": "Kolme riittää.",
        "by": mikko,
    }

    def accept(**rest: Any) -> Response:
        return responses.accept_wording(asked.clause, asked.round, ids, **{"base": current, **facts, **rest})

    refused(agreements.Unchanged, lambda: accept(text=current.text))
    refused(Empty, lambda: accept(reason=""))
    refused(agreements.Stale, lambda: accept(base=None))
    draft = accept()
    assert asked.clause.current.text == facts["text"]
    assert draft.version_id == asked.clause.current.id
    remark = db.session.get_one(Remark, source, populate_existing=True)
    assert (remark.suggestion is not None and remark.suggestion.status) == (
        suggestions.Status.ACCEPTED_MODIFIED if has_source else False
    )
    assert asked.scene.told(1)[0][0] == ("suggestion.accepted" if has_source else "clause.rewritten")
    assert release(asked, draft) == 2
    assert came_of(ids) == [(PARTLY, "Kolme riittää.", True)] * 2
    assert ledger.verify() is None


def suggested(asked: Asked) -> list[tuple[UUID, suggestions.Suggestion]]:
    """Three answers, each with a wording of its own that became a suggestion."""
    current, found = asked.clause.current, []
    for invitee, number in ((asked.own, "kaksi"), (asked.other, "viisi"), (asked.body, "kuusi")):
        statement = asked.begin(invitee)
        wording = Said(title=current.title, wording=current.text.replace("neljä", number))
        asked.say(statement, on(asked.clause), wording)
        statements.send(statement, Giver(), by=None)
        remark = db.session.get_one(Remark, remarks_of(statement)[0])
        found.append((remark.id, statements.take_over(remark, reason=f"{number}.", by=asked.scene.mikko)))
    return found


def word(asked: Asked, ids: list[UUID], source: UUID | None = None) -> Response:
    current = asked.clause.current
    return responses.accept_wording(
        asked.clause, asked.round, ids, title=current.title, text=TEXT.replace("neljä", "kolme"), base=current,
        source_id=source, why="", in_part=True, reason="Kolme riittää.", by=asked.scene.mikko,
    )  # fmt: skip


@pytest.mark.parametrize("has_source", [True, False])
def test_one_text_closes_the_suggestions_it_answers_and_is_taken_back_for_all(asked: Asked, has_source: bool) -> None:
    mikko, current = asked.scene.mikko, asked.clause.current
    (first, source), (second, closed), (_third, left) = suggested(asked)

    def accept() -> agreements.ClauseVersion:
        word(asked, [first, second], first if has_source else None)
        for each in (source, closed):
            assert each.status is suggestions.Status.ACCEPTED_MODIFIED
            assert each.result_id == asked.clause.current.id
        assert left.is_open, "what the text was not said to answer stays"
        return asked.clause.current

    in_force = accept()
    assert in_force.number == current.number + 1, "the text is written once"
    assert [kind for kind, _by in asked.scene.told(2)] == ["suggestion.accepted"] * 2
    assert closed.answer == "Kolme riittää."
    assert responses.undo_acceptance(closed, by=mikko) == 2
    assert (asked.clause.current.text, asked.clause.current.number) == (current.text, in_force.number + 1)
    assert all(each.is_open and each.result_id is None for each in (source, closed, left))
    assert [kind for kind, _by in asked.scene.told(2)] == ["suggestion.acceptance-undone"] * 2
    assert responses.drafts(asked.round) == [], "the remarks wait again"
    accept()
    assert responses.undo_acceptance(source, by=mikko) == 2
    assert ledger.verify() is None


@pytest.mark.parametrize(
    ("act", "is_undoable"),
    [
        (lambda asked, draft: write_on(draft, asked.scene.mikko), True),
        (lambda asked, draft: responses.discard(draft, revision=1, by=asked.scene.riikka.user_id), True),
        (lambda asked, draft: write_on(draft, asked.scene.riikka), False),
        (lambda asked, draft: release(asked, draft), False),
        (lambda asked, draft: asked.scene.approve(asked.scene.riikka), False),
    ],
)
def test_one_text_for_many_is_taken_back_until_somebody_acts_on_it_or_on_its_response(
    asked: Asked, act: Callable[[Asked, Response], object], is_undoable: bool
) -> None:
    (first, source), (second, closed), _third = suggested(asked)
    act(asked, word(asked, [first, second], first))
    assert responses.undoable(closed, by=asked.scene.mikko.user_id) is is_undoable
    if is_undoable:
        assert responses.undo_acceptance(closed, by=asked.scene.mikko) == 2
        assert (asked.clause.current.text, responses.drafts(asked.round)) == (TEXT, [])
    else:
        refused(suggestions.TooLate, lambda: responses.undo_acceptance(source, by=asked.scene.mikko))
        assert asked.clause.current.text == TEXT.replace("neljä", "kolme")


def write_on(draft: Response, by: Member) -> None:
    responses.change(draft, disposition=YES, reason="Toisin.", revision=1, by=by.user_id)
