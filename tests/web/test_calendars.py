"""One's own calendar: days of all agreements at an address that is told once, and nothing of what one may not read."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date
from typing import Any
from uuid import UUID

from kumppanuus import accounts, members, own_data, questions, rounds
from kumppanuus.accounts import User
from kumppanuus.agreements import Agreement, Side
from kumppanuus.db import db, writing
from kumppanuus.members import Role
from kumppanuus.questions import Question, Status
from tests.client import LintingClient
from tests.databases import Browsers, Databases, Queries
from tests.text.test_icalendar import read

PAGE = "/oma-sivu/kalenteri"


def make(client: LintingClient) -> str:
    """Make a calendar; the path of its address."""
    page = client.send(PAGE, page=PAGE, status=200)
    found = re.search(r"http://127\.0\.0\.1:8000(/kalenterit/[\w-]{43}\.ics)", page.text)
    assert found
    return found[1]


def days(client: LintingClient, path: str) -> dict[str, dict[str, str]]:
    """The days of a calendar, by what they are about."""
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert (answer.headers["Cache-Control"], answer.headers["Referrer-Policy"]) == ("no-store", "no-referrer")
    pieces = re.findall(r"BEGIN:VEVENT\r\n(.*?\r\n)END:VEVENT", answer.text, re.DOTALL)
    found = [read(piece) for piece in pieces]
    assert len({each["UID"] for each in found}) == len(found)
    return {each["SUMMARY"]: each for each in found}


def test_the_address_is_told_once_and_opens_the_calendar_without_a_session(browser: Browsers, world: Any) -> None:
    client, program = browser(world.riikka), browser()
    assert program.get("/kalenterit/" + "x" * 43 + ".ics").status_code == 404
    first = make(client)
    assert "kalenterit/" not in client.page(PAGE).text
    assert "Kalenterisi on käytössä." in client.page(PAGE).text
    assert days(program, first)
    second = make(client)
    assert program.get(first).status_code == 404
    assert days(program, second)
    client.send(f"{PAGE}/lopetus", page=PAGE)
    assert program.get(second).status_code == 404
    assert "Teet kalenterille osoitteen" in client.page(PAGE).text


def test_the_days_are_those_of_the_person_and_follow_what_changes(
    browser: Browsers, world: Any, databases: Databases
) -> None:
    client, program = browser(world.riikka), browser()
    path = make(client)
    with databases.app.app_context():
        agreement = db.session.get_one(Agreement, world.agreement)
        asked = {each.id: each.last_day for each in rounds.asking(agreement)}
        own = {
            each.id: each.next_on if each.status is Status.DEFERRED else each.due_on
            for each in questions.listed(agreement)
            if each.owner_user_id == world.riikka and not each.is_settled
        }
        every = sum(bool(each.due_on or each.next_on) and not each.is_settled for each in questions.listed(agreement))
    expected = {str(thing): f"{on:%Y%m%d}" for thing, on in (asked | own).items() if on}
    assert len(expected) > len(asked) > 0
    found = days(program, path).values()
    assert {each["UID"].partition("@")[0]: each["DTSTART;VALUE=DATE"] for each in found} == expected
    coordinator = browser(world.tuula)  # who keeps all of it
    assert len(days(program, make(coordinator))) == len(asked) + every > len(expected)

    # On the nights the clock is moved a day is still one day; a moved day keeps its name, and is the newer one.
    seen = []
    for day in (date(2026, 3, 29), date(2026, 10, 25)):
        with databases.app.app_context(), writing():
            owner = members.of(world.agreement, world.riikka)
            moved = next(
                each
                for each in db.session.query(Question).order_by(Question.number)
                if each.id in own and each.next_on is None
            )
            questions.assign(
                moved, owner=owner, side=Side.AUTHORITY, due_on=day, revision=moved.revision, by=world.mikko
            )
            name = f"Määräpäivä: kysymys {moved.number}, {moved.title}"
            db.session.commit()
        seen.append(days(program, path)[name])
    assert [(each["DTSTART;VALUE=DATE"], each["DTEND;VALUE=DATE"]) for each in seen] == [
        ("20260329", "20260330"),
        ("20261025", "20261026"),
    ]
    assert seen[0]["UID"] == seen[1]["UID"]
    assert int(seen[0]["SEQUENCE"]) < int(seen[1]["SEQUENCE"])


def test_a_right_that_ended_empties_the_calendar_at_once(browser: Browsers, world: Any, databases: Databases) -> None:
    program, client = browser(), browser(world.pertti)
    path = make(client)

    def change(do: Callable[[User], object]) -> None:
        with databases.app.app_context(), writing():
            do(db.session.get_one(User, world.pertti))
            db.session.commit()

    def end(agreement: UUID) -> None:
        member = members.of(agreement, world.pertti)
        assert member is not None
        members.end(member, by=world.mikko)

    with databases.app.app_context():
        title = db.session.get_one(Agreement, world.agreement).title
    assert title in {each["DESCRIPTION"] for each in days(program, path).values()}
    change(lambda _user: end(world.agreement))
    assert title not in program.get(path).text
    assert "/sopimukset/" + world.slug not in program.get(path).text
    change(lambda _user: end(world.town.agreement))
    assert days(program, path) == {}
    change(lambda user: accounts.disable(user, by=None))
    assert program.get(path).status_code == 404
    change(lambda user: own_data.remove(user, by=None))
    assert program.get(path).status_code == 404


def test_a_calendar_speaks_the_language_of_its_person_and_costs_the_same_however_much_is_due(
    browser: Browsers,
    world: Any,
    databases: Databases,
    queries: Callable[[], AbstractContextManager[Queries]],
) -> None:
    program, client = browser(), browser(world.mikko)
    path = make(client)
    with databases.app.app_context(), writing():
        mikko = db.session.get_one(User, world.mikko)
        mikko.language = accounts.Language.SV
        db.session.commit()
    program.get(path)
    spent = []
    for _ in range(2):
        with queries() as sent:
            text = program.get(path).text
        spent.append((len(sent), text.count("BEGIN:VEVENT")))
        with databases.app.app_context(), writing():
            town = members.of(world.town.agreement, world.mikko)
            assert town is not None  # a reader there until now
            members.change(town, role=Role.COORDINATOR, side=None, is_approver=False, by=world.outi)
            db.session.commit()
    assert "SUMMARY:Sista svarsdagen: " in text
    assert spent[0][1] < spent[1][1]
    assert spent[0][0] == spent[1][0] <= 6
