"""The register: organisations, sectors, bodies with seats, and who speaks for whom on which day."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from kumppanuus import accounts, agreements, comments, ledger, members, organisations
from kumppanuus.agreements import Agreement, AgreementKind, SectionKind, Side
from kumppanuus.comments import CommentKind, NotYourVoice
from kumppanuus.db import db, now, today
from kumppanuus.errors import Empty, Refused, TooLong
from kumppanuus.members import Member, Role, SpeaksFor
from kumppanuus.organisations import (
    BodyKind,
    Details,
    Organisation,
    OrganisationKind,
    Search,
    Seat,
    SeatRole,
    Sector,
)
from tests.databases import Queries, SceneOf

DAY = timedelta(days=1)


@dataclass
class Scene:
    agreement: Agreement
    mikko: Member
    aino: Member
    sectors: dict[str, Sector]

    @property
    def by(self) -> Any:
        return self.mikko.user_id

    def add(self, name: str = "Omaishoitajat ry", **rest: Any) -> Organisation:
        return organisations.add(self.agreement, Details(name, **rest), by=self.by)

    def names(self, **asked: Any) -> list[str]:
        return [each.name for each in organisations.search(self.agreement, Search(**asked)).rows]

    def seat(self, kind: BodyKind = BodyKind.SECTOR_NETWORK, role: SeatRole = SeatRole.REPRESENTATIVE) -> Seat:
        body = organisations.add_body(self.agreement, name=f"{kind} {uuid4()}", kind=kind, by=self.by)
        return organisations.add_seat(body, role=role, by=self.by)

    def give(self, seat: Seat, **rest: Any) -> Any:
        term = organisations.begin_term(seat, self.aino.user, by=self.by, **rest)
        db.session.expire(self.aino, ["networks"])
        return term

    def kinds(self) -> list[str]:
        return [entry.kind for entry in ledger.entries(self.agreement.id, most=5)]


def start(title: str = "Sopimus") -> Scene:
    user = accounts.find_or_add("mikko@example.fi", "Mikko", by=None)
    agreement = agreements.start(
        title=title, kind=AgreementKind.PARTNERSHIP_AGREEMENT, authority_name="Alue", body_name="Pöytä",
        from_model=False, by=user.id,
    )  # fmt: skip
    mikko = members.begin(agreement, user, side=None, by=user.id)
    aino = members.add(
        agreement, address="aino@example.fi", name="Aino", role=Role.REPRESENTATIVE, side=Side.ORGANISATIONS, by=user.id
    )
    sectors = {each.name_fi: each for each in organisations.list_sectors(agreement, by=user.id)}
    return Scene(agreement, mikko, aino, sectors)


@pytest.fixture
def scene(scene_of: SceneOf[Scene]) -> Scene:
    return scene_of(start)


# ---------------------------------------------------------------- organisations


def test_an_organisation_is_kept_with_its_sectors_and_told(scene: Scene) -> None:
    main, other = scene.sectors["Vammaisuus"], scene.sectors["Ikääntyneet"]
    found = scene.add(
        " Kuulo   ry ", kind=OrganisationKind.UMBRELLA, municipality="Selkäjärvi", business_id="1234567 1",
        main_sector_id=main.id, sector_ids=(other.id, main.id, other.id), is_employer=True,
        contact_address="AINO@Example.fi",
    )  # fmt: skip
    db.session.expire_all()
    assert organisations.details_of(found) == Details(
        "Kuulo ry", OrganisationKind.UMBRELLA, "Selkäjärvi", "1234567-1", main.id, (other.id,),
        is_employer=True, contact_address="aino@example.fi",
    )  # fmt: skip
    assert [each.name("sv") for each in found.every_sector] == ["Funktionsnedsättning", "Äldre"]
    assert scene.kinds()[0] == "organisation.added"
    assert ledger.verify() is None


@pytest.mark.parametrize(
    ("values", "refusal", "field"),
    [
        ({"name": " \u200b"}, Empty, "name"),
        ({"name": "x" * 301}, TooLong, "name"),
        ({"municipality": "x" * 101}, TooLong, "municipality"),
        ({"business_id": "1234567-2"}, organisations.BadBusinessId, "business_id"),
        ({"business_id": "1000000-1"}, organisations.BadBusinessId, "business_id"),  # its remainder is 1 or other
        ({"contact_address": "aino"}, accounts.BadAddress, "contact_address"),
        ({"name": "omaishoitajat RY", "municipality": "selkäjärvi"}, organisations.OrganisationKnown, "name"),
        ({"name": "Toinen ry", "business_id": "12345671"}, organisations.OrganisationKnown, "business_id"),
    ],
)
def test_what_does_not_fit_is_refused_and_leaves_nothing(
    scene: Scene, values: dict[str, Any], refusal: type[Refused], field: str
) -> None:
    scene.add(municipality="Selkäjärvi", business_id="1234567-1")
    other = scene.add("Muu ry")
    before = scene.names(), organisations.details_of(other), scene.kinds()
    with pytest.raises(refusal) as found:
        scene.add(**{"name": "Kolmas ry", **values})
    assert found.value.facts["field"] == field
    details = replace(Details("Muu ry"), **values)
    with pytest.raises(refusal):
        organisations.change(other, details, drawn_from=other.state, by=scene.by)
    assert (scene.names(), organisations.details_of(other), scene.kinds()) == before


def test_a_sector_of_another_agreement_is_refused(scene: Scene) -> None:
    foreign = start("Toinen").sectors["Vammaisuus"]
    with pytest.raises(organisations.NoSuchSector):
        scene.add(main_sector_id=foreign.id)
    with pytest.raises(organisations.ForeignSector):
        organisations.add_body(scene.agreement, name="Verkosto", kind=BodyKind.FORUM, sector_id=foreign.id, by=scene.by)
    assert scene.names() == []


def test_a_form_drawn_from_something_else_changes_nothing(scene: Scene) -> None:
    found = scene.add()
    drawn = found.state
    organisations.change(found, Details("Läheiset ry"), drawn_from=drawn, by=scene.by)
    with pytest.raises(organisations.OrganisationChangedMeanwhile):
        organisations.change(found, Details("Toiset ry"), drawn_from=drawn, by=scene.by)
    assert scene.names() == ["Läheiset ry"]


def test_one_that_was_taken_out_keeps_its_name_loses_its_contact_and_may_come_back(scene: Scene) -> None:
    found = scene.add(contact_name="Helvi", contact_address="helvi@example.fi", contact_phone="1")
    organisations.remove(found, by=scene.by)
    with pytest.raises(organisations.OrganisationGone):
        organisations.remove(found, by=scene.by)
    kept = organisations.details_of(found)
    assert (kept.name, kept.contact_name, kept.contact_address, kept.contact_phone) == ("Omaishoitajat ry", "", "", "")
    assert scene.names() == []
    assert scene.add().id != found.id


def test_the_list_is_alphabetical_and_narrowed_by_words_kind_municipality_and_sector(scene: Scene) -> None:
    sector = scene.sectors["Vammaisuus"]
    scene.add("Öljymäen kylä ry", municipality="Ähtäri")
    scene.add("Äitien tuki ry", municipality="Selkäjärvi", main_sector_id=sector.id)
    scene.add("Zeniitti ry", kind=OrganisationKind.FOUNDATION, sector_ids=(sector.id,))
    scene.add("100 % tuki_ry", municipality="selkäjärvi")
    assert scene.names() == ["100 % tuki_ry", "Zeniitti ry", "Äitien tuki ry", "Öljymäen kylä ry"]
    assert scene.names(words="ÄITI") == ["Äitien tuki ry"]
    assert scene.names(words="ähtä") == ["Öljymäen kylä ry"]
    assert scene.names(words="%") == scene.names(words="i_r") == ["100 % tuki_ry"]
    assert scene.names(kind=OrganisationKind.FOUNDATION) == ["Zeniitti ry"]
    assert scene.names(municipality="Selkäjärvi") == ["100 % tuki_ry", "Äitien tuki ry"]
    assert scene.names(sector_id=sector.id) == ["Zeniitti ry", "Äitien tuki ry"]
    page = organisations.search(scene.agreement, Search(), start=1, most=2)
    assert ([each.name for each in page.rows], page.total) == (["Zeniitti ry", "Äitien tuki ry"], 4)


def test_a_list_costs_the_same_however_long(
    scene: Scene, queries: Callable[[], AbstractContextManager[Queries]]
) -> None:
    spent = []
    for more in (3, 30):
        for number in range(more):
            scene.add(f"Yhdistys {more}-{number} ry", sector_ids=(scene.sectors["Vammaisuus"].id,))
        db.session.flush()
        db.session.expire_all()
        agreement = db.session.get_one(Agreement, scene.agreement.id)
        with queries() as found:
            rows = organisations.search(agreement, Search()).rows
            assert all(each.every_sector for each in rows)
        spent.append(len(found))
    assert spent == [3, 3]


# ---------------------------------------------------------------- sectors


def test_sectors_begin_as_twenty_and_are_renamed_added_and_removed(scene: Scene) -> None:
    assert len(scene.sectors) == 20
    with pytest.raises(organisations.SectorsListedAlready):
        organisations.list_sectors(scene.agreement, by=scene.by)
    with pytest.raises(organisations.SectorTaken):
        organisations.add_sector(scene.agreement, name_fi="vammaisuus", by=scene.by)
    digital = organisations.add_sector(scene.agreement, name_fi="Digituki", by=scene.by)
    assert (digital.name("sv"), digital.name("en"), digital.position) == ("Digituki", "Digituki", 21)
    drawn = digital.state
    organisations.rename_sector(digital, name_fi="Digi", name_sv="Digistöd", drawn_from=drawn, by=scene.by)
    with pytest.raises(organisations.SectorChangedMeanwhile):
        organisations.rename_sector(digital, name_fi="Muu", drawn_from=drawn, by=scene.by)
    removed = scene.add(main_sector_id=digital.id)
    with pytest.raises(organisations.SectorInUse):
        organisations.remove_sector(digital, by=scene.by)
    organisations.remove(removed, by=scene.by)
    organisations.remove_sector(digital, by=scene.by)
    assert {each.name_fi for each in organisations.sectors_of(scene.agreement)} == set(scene.sectors)
    assert scene.kinds()[0] == "sector.removed"
    assert removed.main_sector is None


# ---------------------------------------------------------------- seats and voices


@pytest.mark.parametrize(
    ("kind", "role", "speaks"),
    [
        (BodyKind.SECTOR_NETWORK, SeatRole.CHAIR, True),
        (BodyKind.SECTOR_NETWORK, SeatRole.REPRESENTATIVE, True),
        (BodyKind.SECTOR_NETWORK, SeatRole.DEPUTY, True),
        (BodyKind.SECTOR_NETWORK, SeatRole.SECRETARY, False),
        (BodyKind.PARTNERSHIP_TABLE, SeatRole.REPRESENTATIVE, False),
    ],
)
def test_who_may_speak_for_a_network_holds_a_speaking_seat_in_it(
    scene: Scene, kind: BodyKind, role: SeatRole, speaks: bool
) -> None:
    seat = scene.seat(kind, role)
    scene.give(seat)
    assert scene.aino.networks == ([seat.body] if speaks else [])
    assert (SpeaksFor.NETWORK in scene.aino.voices) is speaks


def test_a_voice_begins_and_ends_with_the_term_without_anybody_doing_anything(
    scene: Scene, clock: Callable[[Any], AbstractContextManager[None]]
) -> None:
    section = agreements.add_section(scene.agreement, title="Luku", kind=SectionKind.CHAPTER, by=scene.by)
    clause = agreements.add_clause(section, title="Kohta", text="Teksti.", by=scene.by)
    first = today()
    scene.give(scene.seat(), begins_on=first + DAY, ends_on=first + 3 * DAY)

    def voices(days: int) -> bool:
        with clock(now() + days * DAY):
            # As the next request reads it.
            db.session.expire_all()
            aino = members.of(scene.agreement.id, scene.aino.user_id)
            assert aino is not None
            about = {"kind": CommentKind.CONCERN, "speaks_for": SpeaksFor.NETWORK, "version": clause.current}
            try:
                said = comments.add(comments.thread_of(clause), text="Huoli.", by=aino, **about)
            except NotYourVoice:
                return False
            return said.network_id is not None

    assert [voices(days) for days in range(5)] == [False, True, True, True, False]


def test_a_term_that_is_ended_takes_the_voice_at_once_and_the_membership_takes_every_term(scene: Scene) -> None:
    rights = scene.aino.user.rights_number
    first, second = scene.give(scene.seat()), scene.give(scene.seat())
    organisations.end_term(first, by=scene.by)
    with pytest.raises(organisations.TermOver):
        organisations.end_term(first, by=scene.by)
    db.session.expire(scene.aino, ["networks"])
    assert scene.aino.networks == [second.seat.body]
    assert scene.aino.user.rights_number == rights + 3
    members.end(scene.aino, by=scene.by)
    assert (second.is_over, second.seat.current) == (True, None)
    assert scene.kinds()[:2] == ["member.ended", "term.ended"]
    assert ledger.verify() is None


@pytest.mark.parametrize(
    ("begins", "ends", "refusal"),
    [
        (0, None, organisations.SeatTaken),
        (10, 20, organisations.SeatTaken),
        (-5, 0, organisations.SeatTaken),
        (12, 11, organisations.EndsBeforeItBegins),
        (-9, -1, organisations.PastTerm),
        (11, None, None),
        (-5, -1, organisations.PastTerm),
    ],
)
def test_a_seat_is_held_by_one_at_a_time(
    scene: Scene, begins: int, ends: int | None, refusal: type[Refused] | None
) -> None:
    seat, at = scene.seat(), today()
    scene.give(seat, ends_on=at + 10 * DAY)
    span = {"begins_on": at + begins * DAY, "ends_on": None if ends is None else at + ends * DAY}
    if refusal is None:
        coming = organisations.begin_term(seat, scene.mikko.user, **span, by=scene.by)
        assert (seat.current.user, seat.coming) == (scene.aino.user, [coming])  # type: ignore[union-attr]  # Aino holds it
        return
    before = scene.kinds()
    with pytest.raises(refusal):
        organisations.begin_term(seat, scene.mikko.user, **span, by=scene.by)
    assert (len(seat.terms), scene.kinds()) == (1, before)


def test_nobody_holds_the_same_position_twice_but_two_sectors_may_have_one_voice(scene: Scene) -> None:
    seat = scene.seat()
    twin = organisations.add_seat(seat.body, role=seat.role, by=scene.by)
    other = organisations.add_seat(seat.body, role=seat.role, sector_id=scene.sectors["Mielenterveys"].id, by=scene.by)
    scene.give(seat)
    with pytest.raises(organisations.SeatHeldAlready):
        scene.give(twin)
    scene.give(other)
    assert (twin.current, other.current.user) == (None, scene.aino.user)  # type: ignore[union-attr]  # just given


def test_what_is_held_is_not_removed_and_what_is_removed_is_gone(scene: Scene) -> None:
    seat = scene.seat()
    term = scene.give(seat)
    for verb, thing in ((organisations.remove_seat, seat), (organisations.remove_body, seat.body)):
        with pytest.raises(organisations.Held):
            verb(thing, by=scene.by)  # type: ignore[operator]  # each takes its own thing
    organisations.end_term(term, by=scene.by)
    organisations.remove_seat(seat, by=scene.by)
    with pytest.raises(organisations.SeatGone):
        scene.give(seat)
    organisations.remove_body(seat.body, by=scene.by)
    with pytest.raises(organisations.BodyGone):
        organisations.add_seat(seat.body, role=SeatRole.CHAIR, by=scene.by)
    assert organisations.bodies_of(scene.agreement) == []
    again = organisations.add_body(scene.agreement, name=seat.body.name, kind=BodyKind.FORUM, by=scene.by)
    with pytest.raises(organisations.BodyTaken):
        organisations.add_body(scene.agreement, name=again.name.upper(), kind=BodyKind.FORUM, by=scene.by)


def test_coverage_tells_what_has_nobody(scene: Scene) -> None:
    deaf, old = scene.sectors["Vammaisuus"], scene.sectors["Ikääntyneet"]
    network = organisations.add_body(
        scene.agreement, name="Verkosto", kind=BodyKind.SECTOR_NETWORK, sector_id=deaf.id, by=scene.by
    )
    table = organisations.add_body(scene.agreement, name="Pöytä", kind=BodyKind.PARTNERSHIP_TABLE, by=scene.by)
    speaker = organisations.add_seat(network, role=SeatRole.REPRESENTATIVE, by=scene.by)
    secretary = organisations.add_seat(table, role=SeatRole.SECRETARY, sector_id=old.id, by=scene.by)
    empty = organisations.add_seat(table, role=SeatRole.DEPUTY, by=scene.by)
    for seat in (speaker, secretary):
        scene.give(seat)
    db.session.expire_all()
    found = organisations.coverage(scene.agreement)
    assert found.empty_seats == {table: [empty]}
    assert {each.name_fi for each in found.silent} == set(scene.sectors) - {"Vammaisuus"}
    assert [term.user.name for term in found.voices[deaf.id]] == ["Aino"]
    assert found.seats == 3


def test_a_day_is_one_of_helsinki(scene: Scene, clock: Callable[[Any], AbstractContextManager[None]]) -> None:
    last = date(2026, 3, 18)
    term = scene.give(scene.seat(), ends_on=last)
    # 21.59 in UTC is still the last day in Helsinki; 22.00 is not.
    for minutes, counts in ((11 * 60 + 59, True), (12 * 60, False)):
        with clock(now() + timedelta(minutes=minutes)):
            db.session.expire_all()
            assert (term.is_in_force, bool(scene.aino.networks)) == (counts, counts)
