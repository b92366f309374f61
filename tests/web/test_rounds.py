"""The pages a coordinator runs a round with: the request, who is invited, opening, more time, closing, the calendar."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from kumppanuus import agreements, jobs, organisations, rounds, statements, suggestions
from kumppanuus.agreements import Agreement
from kumppanuus.db import db, now, writing
from kumppanuus.jobs import Job, State
from kumppanuus.notifications import Outgoing
from kumppanuus.notifications.letters import Letter
from kumppanuus.organisations import Search
from kumppanuus.rounds import Invitee, Request, Round, RoundState
from kumppanuus.statements import Said
from kumppanuus.web.rounds.closing import AT_ONCE
from tests.client import Page, fields_of
from tests.databases import Browsers, Databases, Queries
from tests.text.test_icalendar import read

REQUEST = Request(title="Lausu luonnoksesta", last_day=date(2026, 5, 15), background="Sopimus **uudistuu**.")


class Rounds:
    """Makes and reads rounds of the demo world, each in a context of its own."""

    def __init__(self, databases: Databases, world: Any) -> None:
        self.app, self.world = databases.app, world
        self.home = f"/sopimukset/{world.slug}/kierrokset"

    def do(self, deed: Callable[[Agreement], Any]) -> Any:
        with self.app.app_context(), writing():
            done = deed(db.session.get_one(Agreement, self.world.agreement))
            db.session.commit()
            return done

    def make(self, *, is_open: bool = False, **asked: Any) -> str:
        """The address of a new round."""

        def deed(agreement: Agreement) -> int:
            made = rounds.make(agreement, Request(**{**vars(REQUEST), **asked}), by=self.world.mikko)
            if is_open:
                rounds.open_(made, edition=f"k{made.number}", drawn_from=made.request_state, by=self.world.mikko)
            return made.number

        return f"{self.home}/{self.do(deed)}"

    def invite(self, address: str, most: int) -> list[UUID]:
        def deed(agreement: Agreement) -> list[UUID]:
            known = {each.organisation_id for each in rounds.invitees(_at(agreement, address))}
            found = organisations.search(agreement, Search()).rows
            chosen = [each.id for each in found if each.id not in known][:most]
            return [
                each.id for each in rounds.invite(_at(agreement, address), organisations=chosen, by=self.world.mikko)
            ]

        return list(self.do(deed))

    def read(self, address: str, what: Callable[[Round], Any]) -> Any:
        return self.do(lambda agreement: what(_at(agreement, address)))


def _at(agreement: Agreement, address: str) -> Round:
    found = rounds.numbered(agreement, int(address.rpartition("/")[2]))
    assert found is not None
    return found


@pytest.fixture
def scene(databases: Databases, world: Any) -> Rounds:
    return Rounds(databases, world)


def test_a_request_is_drafted_and_shown_as_it_will_be_sent_to_coordinators_only(
    scene: Rounds, world: Any, browser: Browsers
) -> None:
    mikko, section = browser(world.mikko), scene.do(lambda agreement: agreements.outline(agreement).sections[2].id)
    form = mikko.page(f"{scene.home}/uusi").form("/kierrokset")
    assert form["last_day"] == "2026-04-29"  # six weeks from today
    typed = {
        **form, "title": "Lausu luonnoksesta", "kind": "consultation", "last_day": "2.7.2026",
        "background": "Sopimus **uudistuu**.", "questions": "Mitä puuttuu?\n\nKuka kutsuu?",
        f"questions_{section}": "Riittääkö kerran vuodessa?", "sections": str(section),
    }  # fmt: skip
    refused = Page(mikko.send(scene.home, {**typed, "title": " "}, status=422).text)
    kept = refused.form("/kierrokset")
    assert (kept["background"], kept[f"questions_{section}"]) == (typed["background"], "Riittääkö kerran vuodessa?")
    assert "Vastausaika osuu heinäkuuhun. Moni järjestö on silloin tauolla." in refused.text
    address = mikko.send(scene.home, typed).location
    saved = mikko.page(address)
    assert saved.h1 == "Lausu luonnoksesta"
    assert "<strong>uudistuu</strong>" in saved.html
    for words in ("Mitä puuttuu?", "Kuka kutsuu?", "Riittääkö kerran vuodessa?", "Lausuntokierros", "2.7.2026"):
        assert words in saved.text
    assert "Lausu luonnoksesta" in mikko.page(scene.home).text
    reader = browser(world.aino)
    assert "Lausu luonnoksesta" not in reader.page(scene.home).text
    reader.page(address, status=403)


def test_two_who_change_a_request_at_once_both_keep_their_words(scene: Rounds, world: Any, browser: Browsers) -> None:
    address, mikko = scene.make(), browser(world.mikko)
    change = f"{address}/muutos"
    first, second = (mikko.page(change).form("/muutos") for _each in range(2))
    mikko.send(change, {**first, "background": "Ensimmäisen sanat"})
    late = Page(mikko.send(change, {**second, "background": "Toisen sanat"}, status=409).text)
    assert "Ensimmäisen sanat" in late.text
    again = late.form("/muutos")
    assert again["background"] == "Toisen sanat"
    mikko.send(change, again)  # both were seen
    assert scene.read(address, lambda round_: round_.background) == "Toisen sanat"


def test_organisations_are_invited_one_by_one_or_all_that_a_filter_finds(
    scene: Rounds, world: Any, browser: Browsers
) -> None:
    address, mikko = scene.make(), browser(world.mikko)
    lists, search = f"{address}/kutsutut", Search(receives_grants=True)
    wanted = scene.do(lambda agreement: [each.name for each in organisations.search(agreement, search).rows])
    page = mikko.page(f"{lists}?avustus=saa")
    form = next(fields_of(each) for each in page.all("form", method="post") if each.get("action") == lists)
    assert form["avustus"] == "saa"
    nobody = mikko.send(lists, form, status=422)
    assert "Valitse ainakin yksi." in nobody.text
    mikko.send(lists, {**mikko.token(), "avustus": "saa", "kaikki": "1"})
    names = scene.read(address, lambda round_: [each.name for each in rounds.invitees(round_)])
    assert sorted(names) == sorted(wanted)
    assert 0 < len(names) < 40
    rest = mikko.page(lists)
    assert "ei ole sähköpostiosoitetta. Voit tulostaa niille kirjeen." in rest.text
    assert not any(f">{name}<" in str(rest.all("label")) for name in names)
    gone = scene.read(
        address, lambda round_: next(each.id for each in rounds.invitees(round_) if each.name == names[0])
    )
    mikko.send(f"{lists}/{gone}/poisto", page=lists)
    left = scene.read(address, lambda round_: {each.name for each in rounds.invitees(round_)})
    assert left == set(names[1:])


def test_a_round_is_opened_once_extended_and_closed_and_then_refuses_with_the_date(
    scene: Rounds, world: Any, browser: Browsers
) -> None:
    address, mikko = scene.make(last_day=date(2026, 12, 31)), browser(world.mikko)
    scene.invite(address, 3)
    opening, extension, closing = (f"{address}/{part}" for part in ("avaaminen", "jatkoaika", "sulkeminen"))
    page = mikko.page(opening)
    assert "Vastausaika osuu joulun ja loppiaisen väliin." in page.text
    form = page.form("/avaaminen")
    taken = mikko.send(opening, {**form, "name": "0.8"}, status=422)
    assert "Tämän niminen luonnos on jo olemassa." in taken.text
    for _press in range(2):  # a double press opens once
        assert mikko.send(opening, {**form, "name": "Kierros"}).location == address
    opened = scene.read(address, lambda round_: (round_.edition.name, len(rounds.invitees(round_))))
    assert opened == ("Kierros", 3)
    query = select(Outgoing.subject_id).filter_by(letter=Letter.INVITATION)
    letters = scene.do(lambda _agreement: db.session.scalars(query).all())
    reached = scene.read(address, lambda round_: [*rounds.recipients(rounds.invitees(round_))])
    assert sorted(letters) == sorted(reached)
    assert 0 < len(reached) < 3
    more = mikko.page(extension).form("/jatkoaika")
    sooner = mikko.send(extension, {**more, "last_day": "2026-12-30"}, status=422)
    assert "Valitse päivä, joka on nykyisen viimeisen päivän 31.12.2026 jälkeen." in sooner.text
    mikko.send(extension, {**more, "last_day": "15.1.2027"})
    mikko.send(closing, page=closing)
    late = mikko.send(extension, {**more, "last_day": "16.1.2027"}, status=422)
    assert "Kierros suljettiin 18.3.2026. Siihen ei voi enää vastata, mutta voit lukea vastaukset." in late.text
    assert scene.read(address, lambda round_: round_.last_day) == date(2027, 1, 15)


def propose(round_: Round, world: Any, most: int) -> tuple[str, str, list[UUID]]:
    """The first invitee suggests other words for some clauses. Gives its name, that of the silent one, and what the
    wordings were written on."""
    said, silent = sorted(rounds.invitees(round_), key=lambda each: each.name)
    parts = statements.parts_of(round_)
    clauses = [each for part in parts for each in part.clauses][:most]
    words = Said(text="Liian vähän.", wording="Uudet sanat.")
    places = {statements.Place(statements.On.CLAUSE, each.id): words for each in clauses}
    statement = statements.begin(round_, invitee=said, by=world.aino)
    statements.keep(statement, places, seen={}, parts=parts, by=world.aino)
    statements.send(statement, statements.Giver(), by=world.aino)
    return said.name, silent.name, [each.version.id for each in clauses]


def test_closing_shows_who_is_silent_and_makes_suggestions_of_the_wordings_that_are_chosen(
    scene: Rounds, world: Any, browser: Browsers
) -> None:
    address, mikko = scene.make(is_open=True), browser(world.mikko)
    scene.invite(address, 2)
    said, silent, versions = scene.read(address, lambda round_: propose(round_, world, 1))
    page = mikko.page(f"{address}/sulkeminen")
    assert f"Ei ole vastannut 1 {silent}" in page.text
    form = page.form("/sulkeminen")
    mikko.send(f"{address}/sulkeminen", form)
    made = scene.do(
        lambda agreement: [
            (each.text, each.base.id if each.base else None, each.author_id, each.reason)
            for each in suggestions.open_ones(agreement)
        ]
    )
    reason = f"Kierros {address.rpartition('/')[2]}, {said} ehdotti. Liian vähän."
    assert ("Uudet sanat.", versions[0], world.mikko, reason) in made
    assert scene.read(address, statements.open_wordings) == []


def test_many_wordings_become_suggestions_in_a_job_that_tells_how_far_it_is(
    scene: Rounds, world: Any, browser: Browsers
) -> None:
    address, mikko = scene.make(is_open=True), browser(world.mikko)
    scene.invite(address, 2)
    scene.read(address, lambda round_: propose(round_, world, AT_ONCE + 3))
    ticked = scene.read(address, lambda round_: [str(each.id) for each in statements.open_wordings(round_)])[1:]
    job = mikko.post(f"{address}/sulkeminen", data={**mikko.token(), "ehdotus": ticked}).location
    assert scene.read(address, lambda round_: round_.state) is RoundState.CLOSED
    assert mikko.post(f"{address}/sulkeminen", data={**mikko.token(), "ehdotus": ticked}).status_code == 422
    assert "Työ odottaa vuoroaan." in mikko.page(job).text
    assert scene.do(lambda _agreement: db.session.get_one(Job, UUID(job[-36:])).steps) == AT_ONCE + 2
    with scene.app.app_context():
        assert jobs.run(UUID(job[-36:])) is State.DONE
    assert mikko.get(job).location == address
    assert f"{AT_ONCE + 2} ehdotettua tekstiä on nyt muutosehdotuksina." in mikko.page(address).text
    left = scene.read(address, lambda round_: len(statements.open_wordings(round_)))
    assert left == 1, "what was not chosen stays in its answer"


def test_the_last_day_goes_into_a_calendar_and_moves_there(
    scene: Rounds, world: Any, browser: Browsers, clock: Callable[..., Any]
) -> None:
    address, aino = scene.make(is_open=True, title="Lausu; kiitos, pian"), browser(world.aino)
    first = aino.get(f"{address}/maarapaiva.ics")
    assert first.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert first.headers["Content-Disposition"].startswith("attachment")
    with clock(now() + timedelta(hours=1)):
        scene.read(address, lambda round_: rounds.extend(round_, last_day=date(2026, 5, 29), by=world.mikko))
        second = aino.get(f"{address}/maarapaiva.ics")
    before, after = read(first.text), read(second.text)
    assert (before["DTSTART;VALUE=DATE"], after["DTSTART;VALUE=DATE"]) == ("20260515", "20260529")
    assert before["UID"] == after["UID"]
    assert before["DTSTAMP"] < after["DTSTAMP"]
    assert after["SUMMARY"] == "Viimeinen vastauspäivä: Lausu; kiitos, pian"


def test_an_invitee_that_gives_no_answer_is_noted_and_its_links_are_taken_back(
    scene: Rounds, world: Any, browser: Browsers
) -> None:
    address, mikko = scene.make(is_open=True), browser(world.mikko)
    (invitee,) = scene.invite(address, 1)
    secret = scene.do(lambda _agreement: rounds.personal_secret(found(invitee)))
    own = f"{address}/kutsutut/{invitee}"
    mikko.send(f"{own}/vastaamatta", {"reason": "Ei <b>ehditä</b>"}, page=own)
    assert "Ei &lt;b&gt;ehditä&lt;/b&gt;" in mikko.page(own).html
    mikko.send(f"{own}/linkit", page=own)
    assert scene.do(lambda _agreement: rounds.link_by_secret(secret)) is None


def found(invitee: UUID) -> Invitee:
    there = rounds.invitee_by_id(invitee)
    assert there is not None
    return there


def test_the_list_of_invitees_costs_the_same_however_many_they_are(
    scene: Rounds, world: Any, browser: Browsers, queries: Callable[[], AbstractContextManager[Queries]]
) -> None:
    address, mikko = scene.make(), browser(world.mikko)
    spent = []
    for more in (2, 20):
        scene.invite(address, more)
        with queries() as counted:
            mikko.page(f"{address}/kutsutut")
        spent.append(len(counted))
    assert spent[0] == spent[1]


def test_a_draft_that_was_thrown_away_is_gone(scene: Rounds, world: Any, browser: Browsers) -> None:
    address, mikko = scene.make(), browser(world.mikko)
    scene.invite(address, 2)
    mikko.send(f"{address}/poisto", page=f"{address}/luonnos")
    mikko.page(f"{address}/luonnos", status=404)
