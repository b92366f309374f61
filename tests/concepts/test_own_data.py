"""What is kept of a person, told whole and erased whole; what was agreed stays."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy import select

from kumppanuus import (
    accounts,
    approvals,
    comments,
    drafts,
    feedback,
    ledger,
    members,
    notifications,
    organisations,
    own_data,
    questions,
    rounds,
    statements,
)
from kumppanuus.accounts import Language, User
from kumppanuus.agreements import Agreement, Clause, Side
from kumppanuus.comments import CommentKind
from kumppanuus.db import Base, db, today
from kumppanuus.documents import intake
from kumppanuus.members import Member, Role
from kumppanuus.notifications import Letter
from kumppanuus.organisations import Details
from kumppanuus.rounds import Request
from kumppanuus.web.known import DEEDS, GROUPS

MARKER = "merkkihenkilo"
ADDRESS, NAME = f"{MARKER}@example.fi", f"Merkki {MARKER.title()}"

pytestmark = pytest.mark.usefixtures("inside")


@pytest.fixture
def person(inside: None, world: Any) -> User:
    """Somebody who has done everything, in every table that can name a person."""
    agreement = db.session.get_one(Agreement, world.agreement)
    by = world.mikko
    members.invite(agreement, members.guests(f"{NAME} <{ADDRESS}>"), role=Role.READER, side=None, by=by)
    member = members.add(
        agreement, address=ADDRESS, name=NAME, role=Role.REPRESENTATIVE, side=Side.ORGANISATIONS, is_approver=True,
        organisation="Merkin yhdistys", network="Merkin verkosto", by=by,
    )  # fmt: skip
    user = member.user
    asking = accounts.ask(ADDRESS, browser="b", browser_words="Firefox", language=Language.FI, is_remembered=False)
    notifications.wish(Letter.SIGN_IN, asking.id)
    change = accounts.wish_for_address(user, f"uusi.{ADDRESS}")
    notifications.wish(Letter.ADDRESS_CONFIRM, change.id)
    accounts.identify("https://tunnukset.example.fi", f"{MARKER}-7", address=ADDRESS)
    accounts.enter(user, browser_words="Firefox")
    drafts.keep("comment:x", {"text": "kesken"}, by=user.id)
    intake.receive("merkki.md", b"# Sopimus", by=user.id)
    clause = db.session.get_one(Clause, world.examples["draft"])
    comments.add(
        comments.thread_of(clause), text="Sanon näin.", kind=CommentKind.CONCERN, by=member, version=clause.current
    )
    approvals.give(clause, side=Side.ORGANISATIONS, fingerprint=clause.current.fingerprint, by=user.id)
    questions.ask(agreement, title="Miksi?", text="Kysyn.", background="", by=user.id)
    organisations.add(agreement, Details("Muu ry", contact_name=NAME, contact_address=ADDRESS), by=by)
    feedback.give("Vaikeaa.", place="", reply_address=ADDRESS, language=Language.FI, by=None)
    asked = rounds.make(agreement, Request(title="Kierros", last_day=today(), background="Tausta."), by=by)
    rounds.open_(asked, edition="merkki", drawn_from=asked.request_state, by=by)
    said = statements.begin(asked, channel=statements.Channel.PAPER, by=by)
    part = statements.parts_of(asked)[0]
    statements.keep(said, {part.places[0]: statements.Said(text="Hyvä.")}, seen={}, parts=[part], by=by)
    statements.send(said, statements.Giver(NAME, ADDRESS, named="Joku ry"), by=by)
    db.session.flush()
    return user


def naming(user: User) -> dict[str, set[str]]:
    """The keys of all rows that hold the id, the memberships or the address of a person in any column, by table; read
    with nothing but SELECT * and Python."""
    ids = {user.id, *db.session.scalars(select(Member.id).where(Member.user_id == user.id))}
    wanted = {str(each) for each in ids} | {each.hex for each in ids} | {user.address}
    found: dict[str, set[str]] = {}
    for table in Base.metadata.sorted_tables:
        for row in db.session.execute(select(table)).mappings():
            whole = " ".join(json.dumps(value, default=str, ensure_ascii=False) for value in row.values()).lower()
            if any(each in whole for each in wanted):
                key = "/".join(str(row[column.name]) for column in table.primary_key.columns)
                found.setdefault(table.name, set()).add(key)
    return found


def holds_marker() -> dict[str, int]:
    """How many rows of each table hold the name or the address."""
    found = {}
    for table in Base.metadata.sorted_tables:
        # Files are bytes as they came, and no text can be looked for in them.
        texts = [column for column in table.c if not isinstance(column.type, sa.LargeBinary)]
        rows = db.session.execute(select(*(sa.cast(column, sa.Text) for column in texts))).all()
        count = sum(MARKER in " ".join(map(str, row)).lower() for row in rows)
        if count:
            found[table.name] = count
    return found


def test_everything_that_names_a_person_is_told(person: User) -> None:
    told = own_data.known(person)
    keys = {
        table.name: {
            "/".join(str(row[column.name]) for column in table.primary_key.columns) for row in told.get(table.name, [])
        }
        for table in Base.metadata.sorted_tables
        if table.name in told
    }
    assert keys == naming(person)
    assert len(keys) > 15
    assert set(keys) <= {table for _heading, tables in GROUPS.values() for table in tables}
    assert not [name for rows in told.values() for row in rows for name in row if name.endswith("_hash")]
    assert any(row.get("text") == "Sanon näin." for row in told["comment"])


def test_whatever_can_name_a_person_is_told_in_words() -> None:
    keys = {
        (table.name, column.name)
        for table in Base.metadata.sorted_tables
        for column in table.c
        for key in column.foreign_keys
        if key.target_fullname in ("user.id", "member.id")
    }
    assert keys <= set(DEEDS)
    assert {table for table, _column in DEEDS} <= {table for _heading, tables in GROUPS.values() for table in tables}


def test_each_row_tells_in_which_agreement_it_stands(world: Any) -> None:
    told = own_data.known(db.session.get_one(User, world.aino))
    inside = (
        "clause_version",
        "approval",
        "comment",
        "endorsement",
        "suggestion",
        "question",
        "question_update",
        "term",
    )
    assert {table: {row.get("agreement_id") for row in told[table]} for table in inside if table in told} == {
        table: {world.agreement} for table in inside if table in told
    }
    assert "agreement_id" not in told["user"][0]


def test_what_others_wrote_is_not_given_along(person: User, world: Any) -> None:
    aino = own_data.known(db.session.get_one(User, world.aino))
    own = {row["id"] for row in aino["comment"] if row.get("author_id") == world.aino}
    assert own
    assert all("text" not in row for row in aino["comment"] if row["id"] not in own)
    assert all("outcome" not in row for row in aino["question"])


def test_a_person_who_leaves_is_forgotten_everywhere_and_what_was_agreed_stays(person: User, world: Any) -> None:
    assert holds_marker().keys() >= {"user", "oidc_identity", "invitation", "organisation", "statement"}
    assert holds_marker().keys() >= {"sign_in", "address_change"}
    before = naming(person)
    number = own_data.remove(person, by=person.id)
    db.session.flush()
    db.session.expire_all()
    assert holds_marker() == {}
    assert number == 1
    assert accounts.names([person.id]) == {person.id: "poistettu henkilö 1"}
    assert accounts.sessions_of(person) == []
    assert members.all_of(person.id) == []
    left = naming(person)
    assert left["comment"] == before["comment"]
    assert left["approval"] == before["approval"]
    assert left["term"] == before["term"]
    newest = ledger.entries(world.agreement, most=10)
    [erased] = [entry for entry in newest if entry.kind == "organisation.contact-erased"]
    assert (erased.facts["name"], erased.actor_id) == ("Muu ry", person.id)
    assert not left.keys() & {
        "session",
        "sign_in",
        "oidc_identity",
        "address_change",
        "draft",
        "job",
        "invitation",
        "outbox",
    }
    assert ledger.verify() is None
    assert accounts.find(ADDRESS) is None
    again = accounts.find_or_add(ADDRESS, "Sama osoite, uusi ihminen", by=None)
    assert again.id != person.id


def test_the_last_coordinator_does_not_leave_an_agreement_behind(person: User, world: Any) -> None:
    outi = db.session.get_one(User, world.outi)  # alone in the town
    with pytest.raises(members.HoldsTogether) as refused:
        own_data.remove(outi, by=outi.id)
    assert refused.value.facts["titles"] == [db.session.get_one(Agreement, world.town.agreement).title]
    assert outi.removed_number is None
    # A coordinator whose account is closed holds nothing together.
    agreement = db.session.get_one(Agreement, world.agreement)
    accounts.disable(db.session.get_one(User, world.tuula), by=None)
    mikko = db.session.get_one(User, world.mikko)
    with pytest.raises(members.HoldsTogether):
        own_data.remove(mikko, by=mikko.id)
    members.appoint(agreement, address="riikka.lehto@kumppanuus.example", name="")
    own_data.remove(mikko, by=mikko.id)
    found: UUID = world.riikka
    member = members.of(agreement.id, found)
    assert member is not None
    assert (member.role, member.side, member.is_approver) == (Role.COORDINATOR, Side.AUTHORITY, True)
    assert ledger.verify() is None


def test_people_who_leave_are_told_apart(inside: None, world: Any) -> None:
    eero, sari = (db.session.get_one(User, each) for each in (world.eero, world.sari))
    assert [own_data.remove(each, by=None) for each in (eero, sari, eero)] == [1, 2, 1]
    assert accounts.names([world.eero, world.sari]) == {
        world.eero: "poistettu henkilö 1",
        world.sari: "poistettu henkilö 2",
    }
