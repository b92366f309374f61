"""What a round brought: every table adds up, and silence is silence."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest

from kumppanuus import accounts, agreements, organisations, summaries
from kumppanuus.agreements import Agreement, AgreementKind
from kumppanuus.comments import CommentKind
from kumppanuus.db import db, now, today
from kumppanuus.organisations import BodyKind, Details, OrganisationKind
from kumppanuus.rounds import Invitee, Round, RoundKind, RoundQuestion
from kumppanuus.statements import Channel, Disposition, Remark, Stance, Statement
from tests.databases import Queries, SceneOf

KINDS = (OrganisationKind.ASSOCIATION, OrganisationKind.FOUNDATION, OrganisationKind.INFORMAL_GROUP)


class Asked:
    """A round on a whole small agreement, with organisations in three sectors and one body that were asked."""

    def __init__(self, kind: RoundKind) -> None:
        self.by = accounts.find_or_add("mikko@koe.example", "Mikko Saarela", by=None).id
        self.agreement: Agreement = agreements.start(
            title="Koesopimus", kind=AgreementKind.PARTNERSHIP_AGREEMENT, authority_name="Alue", body_name="Pöytä",
            from_model=True,
            by=self.by,
        )  # fmt: skip
        organisations.list_sectors(self.agreement, by=self.by)
        self.sectors = list(organisations.sectors_of(self.agreement))
        edition = agreements.freeze(self.agreement, "0.1", by=self.by)
        self.clauses = [each.version for each in agreements.clauses_of(edition)][:10]
        self.round = Round(
            agreement_id=self.agreement.id, number=1, kind=kind, title="Luonnos", last_day=today(), edition=edition,
            opened_at=now(), opened_by_id=self.by, questions=[RoundQuestion(position=1, text="Mitä puuttuu?")],
        )  # fmt: skip
        db.session.add(self.round)
        db.session.flush()
        self.invitees = [self.invite(number) for number in range(12)]
        body = organisations.add_body(
            self.agreement, name="Pöytä", kind=BodyKind.PARTNERSHIP_TABLE, sector_id=None, by=self.by
        )
        self.invitees.append(Invitee(round_id=self.round.id, body_id=body.id, added_by_id=self.by))
        self.invitees[-1].body = body
        db.session.add(self.invitees[-1])
        db.session.flush()

    def invite(self, number: int) -> Invitee:
        details = Details(
            f"Yhdistys {number:02}",
            KINDS[number % 3],
            main_sector_id=self.sectors[number % 4].id if number % 5 else None,
        )
        organisation = organisations.add(self.agreement, details, by=self.by)
        invitee = Invitee(round_id=self.round.id, organisation_id=organisation.id, added_by_id=self.by)
        invitee.organisation = organisation
        db.session.add(invitee)
        return invitee

    def say(self, invitee: Invitee | None, remarks: list[Remark], **rest: Any) -> Statement:
        """A statement that was sent, with its remarks; of nobody known if there is no invitee."""
        values: dict[str, Any] = {"sent_at": now(), **rest}
        if invitee is not None:
            values |= {
                "invitee_id": invitee.id, "organisation_id": invitee.organisation_id, "body_id": invitee.body_id,
            }  # fmt: skip
        said = Statement(round_id=self.round.id, **values)
        for each in remarks:
            each.sent_at = said.sent_at
        said.remarks = remarks
        db.session.add(said)
        db.session.flush()
        return said


def comment_round() -> Asked:
    return Asked(RoundKind.COMMENT_ROUND)


def consultation() -> Asked:
    return Asked(RoundKind.CONSULTATION)


@pytest.fixture(params=[comment_round, consultation])
def asked(request: pytest.FixtureRequest, scene_of: SceneOf[Asked]) -> Asked:
    return scene_of(request.param)


def _answer(asked: Asked, chance: random.Random) -> list[Remark]:
    """Remarks on some clauses, a section, a question and the whole."""
    said = []
    for version in chance.sample(asked.clauses, chance.randrange(1, 7)):
        remark = Remark(clause_id=version.clause_id, version_id=version.id, text="Näin.")
        _stand(remark, asked, chance)
        if chance.random() < 0.2:
            remark.suggested_text = "Toisin."
        if chance.random() < 0.3:
            remark.disposition = chance.choice(list(Disposition))
        said.append(remark)
    if chance.random() < 0.4:
        said.append(Remark(section_id=asked.clauses[0].clause.section_id, text="Koko luku on hyvä."))
        _stand(said[-1], asked, chance)
    if chance.random() < 0.4:
        said.append(Remark(question_id=asked.round.questions[0].id, text="Mitään ei puutu."))
    if chance.random() < 0.4:
        said.append(Remark(text="Hyvä kokonaisuus."))
    return said


def _stand(remark: Remark, asked: Asked, chance: random.Random) -> None:
    if asked.round.kind is RoundKind.CONSULTATION:
        remark.stance = chance.choice(list(Stance))
    else:
        remark.kind = chance.choice(list(CommentKind))


def test_every_table_adds_up_to_what_was_sent(asked: Asked) -> None:
    chance = random.Random(20_260_318)
    answering, drafting, declining = asked.invitees[:6], asked.invitees[6], asked.invitees[7]
    sent = [asked.say(each, _answer(asked, chance), channel=chance.choice(list(Channel))) for each in answering]
    sent += [asked.say(asked.invitees[-1], _answer(asked, chance)), asked.say(None, _answer(asked, chance), people=15)]
    late = asked.say(None, _answer(asked, chance), is_late=True)
    draft = Statement(round_id=asked.round.id, invitee_id=drafting.id, organisation_id=drafting.organisation_id)
    draft.remarks = _answer(asked, chance)
    hidden = asked.say(asked.invitees[8], _answer(asked, chance), hidden_at=now(), hidden_by_id=asked.by)
    late.remarks[0].hidden_at = late.remarks[0].sent_at
    sent[0].remarks[0].withdrawn_at = now()
    declining.declined_at = now()
    db.session.add(draft)
    db.session.flush()
    counted = [
        (said, remark)
        for said in [*sent, late]
        for remark in said.remarks
        if remark.withdrawn_at is None and remark.hidden_at is None
    ]

    found = summaries.of(asked.round)

    assert found.whole.answers == Counter(remark.kind or remark.stance for _said, remark in counted)
    assert Counter({line.place.id: line.total for line in found.lines}) == Counter(
        remark.clause_id or remark.section_id or remark.question_id or summaries.WHOLE.id for _said, remark in counted
    )
    assert {line.place.id: dict(line.sectors) for line in found.lines} == {
        line.place.id: Counter(
            said.organisation.main_sector_id if said.organisation else None
            for said, remark in counted
            if line.place.id == (remark.clause_id or remark.section_id or remark.question_id or summaries.WHOLE.id)
        )
        for line in found.lines
    }
    for split in (found.sectors, found.kinds):
        for number in ("asked", "answered", "declined", "uninvited", "silent", "remarks"):
            assert sum(getattr(part, number) for part in split.values()) == getattr(found.whole, number), number
        answers: Counter[Any] = Counter()
        for part in split.values():
            answers.update(part.answers)
        assert answers == found.whole.answers
    assert (found.whole.asked, found.whole.answered, found.whole.uninvited) == (13, 8, 2)
    assert (found.whole.declined, found.whole.silent) == (1, 4), "a draft is silence, and so is a refusal to answer"
    assert sum(found.channels.values()) == found.statements == 10
    assert (found.late, found.people) == (1, 15)
    assert found.unanswered == sum(remark.disposition is None for _said, remark in counted)
    assert found.wordings == sum(remark.suggested_text is not None for _said, remark in counted)
    assert found.hidden == len(hidden.remarks) + 1
    spoken = {line.place.id for line in found.lines}
    assert [place.id for place in found.quiet] == [
        each.id for each in agreements.outline(asked.agreement).clauses() if each.id not in spoken
    ]


def test_nobody_who_is_silent_counts_as_heard(asked: Asked) -> None:
    first = asked.invitees[1]
    before = summaries.of(asked.round)
    assert not any(part.is_heard for part in [before.whole, *before.sectors.values(), *before.kinds.values()])
    assert before.unheard_sectors == asked.sectors
    assert before.whole.answers == {}
    asked.say(first, [Remark(clause_id=asked.clauses[0].clause_id, text="Hyvä.", kind=CommentKind.SUPPORT)])
    asked.invitees[2].declined_at = now()
    db.session.flush()
    after = summaries.of(asked.round)
    assert first.organisation is not None
    assert after.unheard_sectors == [each for each in asked.sectors if each.id != first.organisation.main_sector_id]
    names = [each.name for each in summaries.silent(asked.round.id)]
    assert names == ["Pöytä", *(f"Yhdistys {number:02}" for number in (0, *range(3, 12))), "Yhdistys 02"]


def test_counting_costs_the_same_however_many_answer(
    asked: Asked, queries: Callable[[], AbstractContextManager[Queries]]
) -> None:
    chance = random.Random(1)
    assert asked.round.section_ids == set(), "the frame has read the round whole"
    with queries() as few:
        summaries.of(asked.round)
    for invitee in asked.invitees:
        asked.say(invitee, _answer(asked, chance), sent_at=now() + timedelta(minutes=1))
    with queries() as many:
        summaries.of(asked.round)
    # Those asked, those who answered, what they said, of which places, for which sectors, what is hidden; the edition,
    # the questions, the sectors.
    assert (len(few), len(many)) == (9, 9)
