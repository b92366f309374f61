"""An open round on the agreement of the negotiation: two organisations and a body are asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from kumppanuus import agreements, organisations, rounds, statements
from kumppanuus.agreements import Clause
from kumppanuus.db import today
from kumppanuus.organisations import BodyKind, Details, SeatRole
from kumppanuus.rounds import Invitee, Request, Round, RoundKind
from kumppanuus.statements import NOTHING, Giver, On, Part, Place, Said, Statement
from tests.concepts.negotiation import Scene, make_scene


@dataclass
class Asked:
    """Aino answers for her organisation; `other` has no account; Aino chairs the body."""

    scene: Scene
    round: Round
    own: Invitee
    other: Invitee
    body: Invitee

    @property
    def parts(self) -> list[Part]:
        return statements.parts_of(self.round)

    @property
    def clause(self) -> Clause:
        return self.scene.clause

    def begin(self, invitee: Invitee | None = None) -> Statement:
        return statements.begin(self.round, invitee=invitee or self.own, by=self.scene.aino.user_id)

    def say(self, statement: Statement, place: Place, said: Said, *, seen: Said = NOTHING, by: Any = None) -> None:
        """Write at one place, as a form does that was drawn from what was `seen` there."""
        statements.keep(statement, {place: said}, seen={place: seen.digest}, parts=self.parts, by=by)

    def answer(self, invitee: Invitee | None = None, text: str = "Hyvä näin.") -> Statement:
        """An answer with one comment, sent."""
        statement = self.begin(invitee)
        self.say(statement, on(self.clause), Said(text=text))
        statements.send(statement, Giver(), by=self.scene.aino.user_id)
        return statement


def on(clause: Clause) -> Place:
    return Place(On.CLAUSE, clause.id)


def ask(kind: RoundKind = RoundKind.COMMENT_ROUND) -> Asked:
    """Open a round for two weeks."""
    scene = make_scene()
    by = scene.mikko.user_id
    assert scene.aino.organisation is not None
    other = organisations.add(scene.agreement, Details("Muu ry", contact_address="muu@kumppanuus.example"), by=by)
    body = organisations.add_body(scene.agreement, name="Pöytä", kind=BodyKind.PARTNERSHIP_TABLE, by=by)
    seat = organisations.add_seat(body, role=SeatRole.CHAIR, by=by)
    organisations.begin_term(seat, scene.aino.user, by=by)
    request = Request("Mitä luonnoksesta puuttuu?", today() + timedelta(days=14), kind=kind, background="Luonnos.")
    round_ = rounds.make(scene.agreement, request, by=by)
    rounds.invite(round_, organisations=[scene.aino.organisation.id, other.id], bodies=[body.id], by=by)
    rounds.open_(round_, edition="luonnos", drawn_from=round_.request_state, by=by)
    invited = {each.name: each for each in rounds.invitees(round_)}
    assert agreements.editions(scene.agreement)
    return Asked(scene, round_, invited[scene.aino.organisation.name], invited["Muu ry"], invited["Pöytä"])
