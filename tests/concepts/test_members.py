"""Members: who they are, what they may approve, and who stays."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select

from kumppanuus import accounts, agreements, ledger, members, organisations
from kumppanuus.accounts import Disabled, User
from kumppanuus.agreements import Agreement, AgreementKind, Side, TextLanguage
from kumppanuus.db import db, writing
from kumppanuus.errors import Refused, TooLong
from kumppanuus.members import (
    AlreadyMember,
    ChangedMeanwhile,
    Ended,
    LastCoordinator,
    Member,
    NotYourOwnRight,
    Role,
    SideNeeded,
    SpeaksFor,
    WrongSide,
)
from kumppanuus.organisations import Body, Organisation
from tests.databases import SceneOf


@dataclass
class Scene:
    agreement: Agreement
    mikko: Member

    def add(self, name: str = "Aino", **values: Any) -> Member:
        given = {"role": Role.REPRESENTATIVE, "side": Side.ORGANISATIONS, **values}
        return members.add(
            self.agreement, address=f"{name.lower()}@example.fi", name=name, by=self.mikko.user_id, **given
        )


def start(title: str = "Sopimus", language: TextLanguage = TextLanguage.FI) -> Scene:
    user = accounts.find_or_add("mikko@example.fi", "Mikko", by=None)
    agreement = agreements.start(
        title=title,
        kind=AgreementKind.PARTNERSHIP_AGREEMENT,
        authority_name="Järvi-Suomen hyvinvointialue",
        body_name="Kumppanuuspöytä",
        language=language,
        from_model=False,
        by=user.id,
    )
    return Scene(agreement, members.begin(agreement, user, side=None, by=user.id))


@pytest.fixture
def scene(scene_of: SceneOf[Scene]) -> Scene:
    return scene_of(start)


def count(table: type[Any]) -> int:
    return db.session.scalar(select(func.count()).select_from(table)) or 0


def test_a_member_speaks_for_oneself_and_for_what_one_holds(scene: Scene) -> None:
    plain = scene.add("Eero")
    both = scene.add("Aino", organisation="Omaishoitajat ry", network="Vammaisverkosto")
    assert plain.voices == [SpeaksFor.SELF]
    assert both.voices == [SpeaksFor.SELF, SpeaksFor.ORGANISATION, SpeaksFor.NETWORK]


def test_one_organisation_is_one_whoever_writes_its_name(scene: Scene) -> None:
    first = scene.add("Aino", organisation="Omaishoitajat ry")
    second = scene.add("Eero", organisation="  omaishoitajat   RY ")
    assert first.organisation is second.organisation
    assert organisations.labels(scene.agreement) == ["Omaishoitajat ry"]


def test_a_newcomer_reads_in_the_language_of_the_agreement(inside_empty: None) -> None:
    assert start(language=TextLanguage.SV).add("Asa").user.language == "sv"


@pytest.mark.parametrize(
    ("values", "refusal", "field"),
    [
        ({"side": None}, SideNeeded, "side"),
        ({"role": Role.OFFICIAL, "side": None}, SideNeeded, "side"),
        ({"role": Role.OFFICIAL, "side": Side.ORGANISATIONS}, WrongSide, "side"),
        ({"side": Side.AUTHORITY}, WrongSide, "side"),
        ({"role": Role.READER, "is_approver": True}, WrongSide, "is_approver"),
        ({"role": Role.COORDINATOR, "side": None, "is_approver": True}, SideNeeded, "side"),
        ({"organisation": "x" * 301}, TooLong, "organisation"),
    ],
)
def test_what_does_not_fit_is_refused_and_leaves_nothing(
    scene: Scene, values: dict[str, Any], refusal: type[Refused], field: str
) -> None:
    eero = scene.add("Eero")
    before = eero.state, count(Member), count(User), count(Organisation), ledger.head(scene.agreement.id).length  # type: ignore[union-attr]  # it has begun
    with pytest.raises(refusal) as found:
        scene.add("Aino", **values)
    assert found.value.facts["field"] == field
    with pytest.raises(refusal):
        members.change(
            eero,
            **{"role": eero.role, "side": eero.side, "is_approver": False, "by": scene.mikko.user_id, **values},
        )
    db.session.flush()
    after = eero.state, count(Member), count(User), count(Organisation), ledger.head(scene.agreement.id).length  # type: ignore[union-attr]  # it has begun
    assert after == before
    assert ledger.verify() is None


def test_nobody_is_a_member_twice_but_may_come_back(scene: Scene) -> None:
    aino = scene.add()
    with pytest.raises(AlreadyMember) as refusal:
        scene.add()
    assert refusal.value.facts["name"] == "Aino"
    members.end(aino, by=scene.mikko.user_id)
    with pytest.raises(Ended):
        members.end(aino, by=scene.mikko.user_id)
    again = scene.add(role=Role.READER, side=None)
    assert (again.user is aino.user, again.id == aino.id) == (True, False)
    assert {member.id for member in members.everyone(scene.agreement)} == {scene.mikko.id, again.id}


def test_a_closed_account_is_not_added(scene: Scene) -> None:
    accounts.disable(accounts.find_or_add("aino@example.fi", "Aino", by=None), by=None)
    with pytest.raises(Disabled):
        scene.add()


def test_nobody_gives_the_right_to_approve_to_oneself(scene: Scene) -> None:
    mikko, by = scene.mikko, scene.mikko.user_id
    tuula = scene.add("Tuula", role=Role.COORDINATOR, side=None)
    as_approver: dict[str, Any] = {"role": Role.COORDINATOR, "side": Side.ORGANISATIONS, "is_approver": True}
    with pytest.raises(NotYourOwnRight):
        members.change(mikko, **as_approver, by=by)
    members.change(mikko, **as_approver, by=tuula.user_id)
    members.change(mikko, **as_approver, organisation="Oma ry", by=by)
    with pytest.raises(NotYourOwnRight):
        members.change(mikko, **{**as_approver, "side": Side.AUTHORITY}, by=by)
    members.change(mikko, **{**as_approver, "is_approver": False}, by=by)
    with pytest.raises(NotYourOwnRight):
        members.change(mikko, **as_approver, by=by)
    assert [each for each in members.everyone(scene.agreement) if each.is_approver] == []


def test_an_agreement_keeps_a_coordinator(scene: Scene) -> None:
    as_reader: dict[str, Any] = {"role": Role.READER, "side": None, "is_approver": False}
    with pytest.raises(LastCoordinator):
        members.change(scene.mikko, **as_reader, by=scene.mikko.user_id)
    with pytest.raises(LastCoordinator):
        members.end(scene.mikko, by=scene.mikko.user_id)
    tuula = scene.add("Tuula", role=Role.COORDINATOR, side=Side.AUTHORITY)
    members.change(scene.mikko, **as_reader, by=tuula.user_id)
    with pytest.raises(LastCoordinator):
        members.end(tuula, by=tuula.user_id)


def test_a_form_of_before_a_change_is_refused(scene: Scene) -> None:
    aino = scene.add(is_approver=True)
    drawn = aino.state
    as_now: dict[str, Any] = {"role": Role.REPRESENTATIVE, "side": Side.ORGANISATIONS, "by": scene.mikko.user_id}
    members.change(aino, **as_now, is_approver=False, drawn_from=drawn)
    for stale in (drawn, "", "0"):
        with pytest.raises(ChangedMeanwhile):
            members.change(aino, **as_now, is_approver=True, drawn_from=stale)
    assert not aino.is_approver


def test_a_change_of_rights_is_noted_for_the_sessions_of_the_person(scene: Scene) -> None:
    aino = scene.add()
    session, _token = accounts.enter(aino.user, browser_words="")
    found = []
    for act in (
        lambda: members.change(aino, role=Role.READER, side=None, is_approver=False, by=scene.mikko.user_id),
        lambda: members.end(aino, by=scene.mikko.user_id),
        lambda: scene.add(),
    ):
        act()
        found.append(accounts.needs_renewal(session))
        accounts.renew(session.id)
        found.append(accounts.needs_renewal(session))
    assert found == [True, False] * 3


def test_reads_give_the_living_members_with_what_a_page_shows(scene: Scene) -> None:
    aino, eero = scene.add("Aino", is_approver=True), scene.add("Eero")
    other = start("Toinen sopimus")
    assert [each for each in members.everyone(scene.agreement) if each.is_approver] == [aino]
    assert members.of(scene.agreement.id, aino.user_id) is aino
    assert members.of(other.agreement.id, aino.user_id) is None
    assert {member.agreement.title for member in members.all_of(scene.mikko.user_id)} == {"Sopimus", "Toinen sopimus"}
    assert members.first_of([aino.user_id, scene.mikko.user_id]) == {
        aino.user_id: aino,
        scene.mikko.user_id: min(scene.mikko, other.mikko, key=lambda member: (member.joined_at, member.id)),
    }
    members.end(eero, by=scene.mikko.user_id)
    assert members.of(scene.agreement.id, eero.user_id) is None
    assert members.first_of([eero.user_id]) == {}


# ---------------------------------------------------------------- at the same moment


def race(app: Flask, acts: list[Callable[[], object]]) -> list[str]:
    """Do several things at once, each in a transaction of its own; the names of what they were refused for."""
    found: list[str] = []
    barrier = threading.Barrier(len(acts))

    def run(act: Callable[[], object]) -> None:
        barrier.wait()
        with app.app_context(), writing():
            try:
                act()
                db.session.commit()
                found.append("done")
            except Refused as refusal:
                db.session.rollback()
                found.append(type(refusal).__name__)

    running = [threading.Thread(target=run, args=[act]) for act in acts]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    return sorted(found)


def test_two_coordinators_who_end_each_other_leave_one(app: Flask) -> None:
    with app.app_context(), writing():
        scene = start()
        tuula = scene.add("Tuula", role=Role.COORDINATOR, side=None)
        ids, by = (scene.mikko.id, tuula.id), scene.mikko.user_id
        db.session.commit()

    def end(member_id: UUID) -> None:
        member = members.by_id(member_id)
        assert member
        members.end(member, by=by)

    assert race(app, [lambda: end(ids[0]), lambda: end(ids[1])]) == ["LastCoordinator", "done"]


def test_one_person_added_twice_at_once_is_one_member(app: Flask) -> None:
    with app.app_context(), writing():
        scene = start()
        agreement_id, by = scene.agreement.id, scene.mikko.user_id
        db.session.commit()

    def add() -> None:
        agreement = agreements.by_id(agreement_id)
        assert agreement
        members.add(agreement, address="aino@example.fi", name="Aino", role=Role.READER, side=None, by=by)

    assert race(app, [add] * 4) == ["AlreadyMember"] * 3 + ["done"]
    with app.app_context():
        assert (count(User), count(Member)) == (2, 2)
        assert ledger.verify() is None


def test_a_new_organisation_named_twice_at_once_is_one(app: Flask) -> None:
    with app.app_context(), writing():
        scenes = [start(), start("Toinen sopimus")]
        places, by = [scene.agreement.id for scene in scenes], scenes[0].mikko.user_id
        db.session.commit()

    def add(place: UUID, address: str) -> None:
        agreement = agreements.by_id(place)
        assert agreement
        members.add(
            agreement,
            address=address,
            name="Aino",
            role=Role.READER,
            side=None,
            organisation="Uusi ry",
            network="Uusi verkosto",
            by=by,
        )

    acts = [lambda n=n, place=place: add(place, f"{n}@example.fi") for n, place in enumerate(places * 2)]
    assert race(app, acts) == ["done"] * 4
    with app.app_context():
        each = {
            (name, place) for name, place in db.session.execute(select(Organisation.name, Organisation.agreement_id))
        }
        assert each == {("Uusi ry", place) for place in places}
        assert (count(Organisation), count(Body), count(Member)) == (2, 2, 6)
