"""The front page of each person, and the number after its name on other pages."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from kumppanuus import accounts, agreements, approvals, members, organisations, responses, rounds
from kumppanuus.accounts import User
from kumppanuus.agreements import Agreement, Clause, ClauseVersion, Section, Side
from kumppanuus.db import db, today, writing
from kumppanuus.demo import Plain
from kumppanuus.kept import Kept
from kumppanuus.members import Role
from kumppanuus.organisations import Search
from kumppanuus.progress import standing
from kumppanuus.questions import Question
from kumppanuus.rounds import Request, Round
from kumppanuus.statements import Disposition, Remark, Statement
from kumppanuus.web.front import page as front
from kumppanuus.web.front import waiting
from tests.client import Page, words_of
from tests.databases import NOW, Browsers, Databases, Queries
from tests.sizes import long, met_first, short

Spent = Callable[[], AbstractContextManager[Queries]]
HOSTILE = "<img src=x onerror=alert(1)> & \"'{{ 7*7 }}"


def tasks(page: Page, place: int = 0) -> list[str]:
    """The verb and object of each row."""
    lists = page.all("ol", class_="tasks")
    return [words_of(each) for each in lists[place].iter("h3")] if lists else []


def part_of(page: Page, heading: str) -> Any:
    """The section under a heading."""
    return next(each for each in page.all("section") if (each.get("aria-labelledby") or "").split()[:1] == [heading])


def test_signed_out_it_leads_to_the_door(browser: Browsers) -> None:
    response = browser().get("/")
    assert (response.status_code, response.location) == (303, "/kirjautuminen?next=/")


def test_who_speaks_for_no_organisation_is_told_of_nobodys_silence_but_the_own(
    databases: Databases, world: Any, browser: Browsers
) -> None:
    said = [browser(world.aino).page("/").text]
    with databases.app.app_context(), writing():
        aino = members.of(world.agreement, world.aino)
        assert aino is not None
        aino.organisation_id = None
        db.session.commit()
    standing._kept.clear()
    said.append(browser(world.aino).page("/").text)
    assert ["Järjestösi ei ole vielä kommentoinut" in each for each in said] == [True, False]
    assert ["Et ole vielä kommentoinut" in each for each in said] == [False, True]


def test_a_representative_sees_what_waits_in_order(world: Any, browser: Browsers) -> None:
    page = browser(world.aino).page("/")
    assert page.h1 == "Hei Aino, sinua odottaa 7 asiaa"
    assert page.title == "Etusivu – 7 asiaa odottaa sinua – kumppanuus"
    assert tasks(page) == [
        "Vastaa 2 muutosehdotukseen",
        "Lue 4 muuttunutta kohtaa ja hyväksy ne",
        "Hyväksy kohta tai kerro, mitä siitä puuttuu",
        "Hyväksy kohta tai kerro, mitä siitä puuttuu",
        "Hyväksy kohta tai kerro, mitä siitä puuttuu",
        "Kommentoi 8 kohtaa",
        "Kerro, missä vaiheessa kysymys 11 on",
    ]
    assert row(page, 0) == [
        "Vastaa 2 muutosehdotukseen",
        "Kohdat 3.7 ja 8.4",
        "Hyvinvointialue ehdottaa muutosta. Voit hyväksyä sen tai ehdottaa toista.",
        "Vie noin 8 minuuttia",
        "Aloita tästä: Vastaa 2 muutosehdotukseen",
    ]
    assert row(page, 1) == [
        "Lue 4 muuttunutta kohtaa ja hyväksy ne",
        "Kohdat 4.3, 10.1, 11.2 ja poistettu kohta",
        "Teksti muuttui sen jälkeen, kun osapuolesi hyväksyi sen.",
        "Vie noin 8 minuuttia",
    ]
    assert row(page, 2) == [
        "Hyväksy kohta tai kerro, mitä siitä puuttuu",
        "Kohta 3.5 Toimialaverkostot",
        "Hyvinvointialue on jo hyväksynyt kohdan.",
        "Vie noin 3 minuuttia",
    ]
    assert row(page, 6) == [
        "Kerro, missä vaiheessa kysymys 11 on",
        "Järjestöjen tieto raportoinnissa",
        "Olet kysymyksen vastuuhenkilö.",
        "Viimeistään ti 31.3.",
    ]
    assert len(page.all("a", class_="btn")) == 1  # only the first row has a button


def row(page: Page, place: int) -> list[str]:
    """The parts of a row in order."""
    return [words_of(part) for part in page.one("ol", class_="tasks").findall("li")[place].find("div")]


def test_the_other_side_is_asked_about_a_removal_by_the_title_that_was_approved(
    world: Any, databases: Databases, browser: Browsers, queries: Spent
) -> None:
    with databases.app.app_context(), writing():
        clause = db.session.get_one(Clause, world.town.clauses["2.2"])
        agreements.remove(clause, base=clause.current, by=world.outi)
        db.session.commit()
    client = browser(world.ilkka)
    with queries() as spent:
        page = client.page("/")
    assert row(page, 0)[:3] == [
        "Hyväksy kohdan poistaminen tai pyydä se takaisin",
        "Poistettu kohta: Avaimet",
        "Poistamiseen tarvitaan molempien osapuolten hyväksyntä.",
    ]
    assert len(spent) <= 12, spent.statements


def test_a_deferred_question_comes_back_on_its_day(
    world: Any, browser: Browsers, clock: Callable[[Any], AbstractContextManager[None]]
) -> None:
    with clock(datetime(2026, 6, 17, 9, tzinfo=UTC)):
        page = browser(world.hannu).page("/")
    rows = [row(page, place) for place in range(len(tasks(page)))]
    assert ["Ota kysymys 13 taas käsittelyyn", "Siirrettiin päivään ti 16.6."] in [[each[0], each[-1]] for each in rows]


def test_words_of_the_agreement_keep_their_language_on_a_page_in_another(world: Any, browser: Browsers) -> None:
    page = browser(world.aino).page("/?kieli=sv")
    marked = [words_of(each) for each in page.one("ol", class_="tasks").iter("span") if each.get("lang") == "fi"]
    assert marked == [
        "Toimialaverkostot",
        "Luottamushenkilöiden perehdytys",
        "Hyvinvointikertomus ja -suunnitelma",
        "Järjestöjen tieto raportoinnissa",
    ]


def test_an_official_sees_the_late_question_first_and_the_rest_behind_a_link(world: Any, browser: Browsers) -> None:
    client = browser(world.riikka)
    page = client.page("/")
    assert page.h1 == "Hei Riikka, sinua odottaa 10 asiaa"
    assert tasks(page)[:3] == [
        "Kysymys 5 on myöhässä 3 päivää",
        "Vastaa 7 muutosehdotukseen",
        "Lue 3 muuttunutta kohtaa ja hyväksy ne",
    ]
    assert row(page, 1)[1:3] == [
        "Kohdat 3.7, 6.2, 7.1, 10.3 ja 11.3",
        "Järjestöt ehdottavat muutosta. Voit hyväksyä sen tai ehdottaa toista.",
    ]
    assert len(tasks(page)) == front.ROWS
    assert "Määräpäivä oli su 15.3." in page.text
    assert words_of(page.one("a", href="/?nayta=kaikki")) == "Näytä kaikki (10)"
    whole = client.page("/?nayta=kaikki")
    assert len(tasks(whole)) == 10
    assert tasks(whole)[:7] == tasks(page)
    assert tasks(whole)[8:] == ["Päätä, onko kysymys 7 sovittu", "Päätä, onko kysymys 10 sovittu"]
    assert whole.all("a", href="/?nayta=kaikki") == []


def test_a_coordinator_of_one_and_reader_of_another_sees_both(world: Any, browser: Browsers) -> None:
    page = browser(world.mikko).page("/")
    assert page.h1 == "Hei Mikko, sinua odottaa 6 asiaa"
    assert [words_of(each) for each in page.all("h2") if "as-h2" in (each.get("class") or "")] == [
        "Kumppanuussopimus Järvi-Suomen hyvinvointialue",
        "Yhdistysyhteistyöasiakirja Selkäjärven kaupunki",
    ]
    assert tasks(page) == [
        "Kysymys 5 on myöhässä 3 päivää",
        "Vastaa 9 muutosehdotukseen",
        "Käsittele 51 avointa kommenttia",
        "Päätä, otetaanko ehdotettu kysymys luetteloon",
        "Kerro, missä vaiheessa kysymys 1 on",
        "Nimeä vastuuhenkilö kysymykselle 9",
    ]
    assert len(page.all("ol", class_="tasks")) == 1  # nothing waits for a reader
    tools = [each for each in page.all("section") if each.get("aria-labelledby", "").startswith("tyokalut-")]
    address = f"/sopimukset/{world.slug}"
    assert [each.get("href") for each in tools[0].iter("a")] == [
        f"{address}/{word}" for word in ("muokkaus", "taytettavat", "viennit", "osallistujat")
    ]
    assert len(tools) == 1
    assert "Hyvinvointialue hyväksynyt" in page.text
    assert "Kunta hyväksynyt" in page.text


def test_two_agreements_give_their_tasks_under_their_names_and_one_button(
    world: Any, databases: Databases, browser: Browsers
) -> None:
    with databases.app.app_context(), writing():
        town = db.session.get_one(Agreement, world.town.agreement)
        mikko = next(each for each in members.everyone(town) if each.user_id == world.mikko)
        members.change(mikko, role=Role.COORDINATOR, side=None, is_approver=False, by=world.outi)
        db.session.commit()
    page = browser(world.mikko).page("/")
    assert page.h1 == "Hei Mikko, sinua odottaa 7 asiaa"
    assert tasks(page, 1) == ["Käsittele 2 avointa kommenttia"]
    assert "Avoimia kommentteja on kohdissa 2.1 ja 4.1." in page.text
    assert len(page.all("a", class_="btn")) == 1


def reader(databases: Databases, world: Any) -> UUID:
    """Somebody who only reads the county's agreement."""
    with databases.app.app_context(), writing():
        agreement = db.session.get_one(Agreement, world.agreement)
        made = members.add(
            agreement, address="leena@kumppanuus.example", name="Leena", role=Role.READER, side=None, by=world.mikko
        )
        db.session.commit()
        return made.user_id


def test_a_reader_gets_the_reading_view(world: Any, databases: Databases, browser: Browsers) -> None:
    page = browser(reader(databases, world)).page("/")
    assert page.h1 == "Kumppanuussopimus, luonnos 0.8"
    assert tasks(page) == []
    assert page.one("a", class_="btn").get("href") == f"/sopimukset/{world.slug}"
    assert "Sopimuksesta on sovittu 26 kohtaa 60:stä" in page.text
    assert not page.all("span", class_="count")


def test_nothing_waits(world: Any, databases: Databases, browser: Browsers) -> None:
    with databases.app.app_context(), writing():
        town = db.session.get_one(Agreement, world.town.agreement)
        outi = next(each for each in members.everyone(town) if each.user_id == world.pertti)
        members.change(outi, role=Role.OFFICIAL, side=Side.AUTHORITY, is_approver=False, by=world.outi)
        county = db.session.get_one(Agreement, world.agreement)
        members.end(next(each for each in members.everyone(county) if each.user_id == world.pertti), by=world.mikko)
        db.session.commit()
    page = browser(world.pertti).page("/")
    assert page.h1 == "Kiitos! Mikään ei odota sinua juuri nyt."
    assert page.title == "Etusivu – kumppanuus"
    assert "Voit lukea sopimusta ja kommentoida sitä milloin vain." in page.text
    assert not page.all("ol", class_="tasks")
    assert not page.all("span", class_="count")


def test_an_outsider_is_told_whom_to_ask(world: Any, browser: Browsers) -> None:
    page = browser(world.eero).page("/")
    assert page.h1 == "Hei Eero"
    assert "Et ole vielä mukana missään sopimuksessa. Koordinaattori voi lisätä sinut." in page.text
    assert not page.all("ol", class_="tasks")
    assert world.slug not in page.html
    assert not page.all("span", hx_get="/odottaa")


def test_who_may_start_an_agreement_and_has_none_can_begin(world: Any, databases: Databases, browser: Browsers) -> None:
    with databases.app.app_context(), writing():
        accounts.let_start_agreements(db.session.get_one(accounts.User, world.eero))
        db.session.commit()
    page = browser(world.eero).page("/")
    assert {words_of(each): each.get("href") for each in page.all("a", class_="btn")} == {
        "Aloita sopimus": "/sopimukset/uusi"
    }


def test_each_clause_has_a_glyph_each_annex_a_line(world: Any, browser: Browsers) -> None:
    page = browser(world.aino).page("/")
    lines = page.one("ol", class_="chapters").findall("li")
    glyphs = sum(len(list(each.iter("svg"))) for each in lines)
    assert (len(lines), glyphs) == (16, 69)
    assert [words_of(part) for part in lines[0] if words_of(part)] == [
        "1 Osapuolet ja sopimuksen luonne",
        "kaikki sovittu",
    ]
    assert words_of(lines[12]).startswith("Liite 1. ")
    assert page.one("h2", id="tilanne-1").text == "Sopimuksesta on sovittu 26 kohtaa 60:stä"
    assert (
        "10 kohdasta puuttuu vielä toisen osapuolen hyväksyntä. 24 kohtaa on kesken. Liitteistä on sovittu 1/4."
        in page.text
    )
    assert [words_of(each) for each in page.one("ul", class_="legend").findall("li")] == [
        "Sovittu",
        "Hyvinvointialue hyväksynyt",
        "Järjestöt hyväksyneet",
        "Muutosehdotus",
        "Kommentoitavana",
        "Avattu uudelleen",
        "Luonnos",
    ]


def test_the_last_events_are_told_and_lead_to_all_of_them(world: Any, browser: Browsers) -> None:
    page = browser(world.aino).page("/")
    section = part_of(page, "loki-1")
    log = list(section.iter("li"))
    assert len(log) == front.EVENTS
    assert all(re.search(r"\.$", words_of(each)) and list(each.iter("a")) for each in log)
    assert f"/sopimukset/{world.slug}/tapahtumat" in page.links()


def test_what_comes_due_next_is_told_to_everybody(world: Any, browser: Browsers) -> None:
    page = browser(world.outi).page("/")
    section = part_of(page, "maarapaivat-1")
    assert [[words_of(part) for part in each] for each in section.iter("li")] == [
        ["Pe 27.3.", "Kysymys 4", "Järjestöt työryhmissä"],
        ["Ti 31.3.", "Kysymys 11", "Järjestöjen tieto raportoinnissa"],
        ["To 9.4.", "Vastaukset kierrokseen 2"],  # before the question of the same day
    ]
    assert "Kierros 2 on auki to 9.4. asti. Vastausaikaa on vielä 22 päivää." in page.text


def test_the_last_day_of_a_round_is_among_what_comes_due(databases: Databases, world: Any, browser: Browsers) -> None:
    with databases.app.app_context(), writing():
        agreement = agreements.by_slug(world.slug)
        assert agreement is not None
        asked = rounds.make(
            agreement, Request("Pyyntö", today() + timedelta(days=9), background="Tausta."), by=world.mikko
        )
        invited = organisations.search(agreement, Search()).rows[0].id
        rounds.invite(asked, organisations=[invited], by=world.mikko)
        rounds.open_(asked, edition="kierros", drawn_from=asked.request_state, by=world.mikko)
        number = asked.number
        db.session.commit()
    section = part_of(browser(world.outi).page("/"), "maarapaivat-1")
    first, second = list(section.iter("li"))[:2]
    assert [words_of(part) for part in first] == ["Pe 27.3.", f"Vastaukset kierrokseen {number}"]
    assert [words_of(part) for part in second] == ["Pe 27.3.", "Kysymys 4", "Järjestöt työryhmissä"]
    assert next(first.iter("a")).get("href") == f"/sopimukset/{world.slug}/kierrokset/{number}"


def test_every_address_of_a_task_is_there(world: Any, browser: Browsers) -> None:
    for person in (world.aino, world.riikka, world.mikko):
        client = browser(person)
        page = client.page("/?nayta=kaikki")
        for each in page.one("ol", class_="tasks").iter("h3"):
            address, _sign, anchor = next(each.iter("a")).get("href").partition("#")
            there = client.page(address)
            assert not anchor or [one for one in there.root.iter() if one.get("id") == anchor], f"{address}#{anchor}"


def test_the_row_of_suggestions_leads_to_those_that_wait_for_the_person(world: Any, browser: Browsers) -> None:
    for person, most, waits in ((world.aino, 9, 2), (world.riikka, 9, 7), (world.mikko, 9, 9)):
        client = browser(person)
        address = next(each for each in client.page("/").links() if "muutosehdotukset" in each)
        page = client.page(address)
        views = [words_of(each) for each in page.one("ul", class_="seg").iter("a")]
        assert views == [f"Sinua odottaa ({waits})", f"Avoimet ({most})", "Ratkaistut (4)"]
        listed = {link for link in page.links() if re.fullmatch(r"/muutosehdotukset/[0-9a-f-]{36}", link)}
        assert len(listed) == waits
    assert listed == {
        f"/muutosehdotukset/{world.suggestions[key]}"
        for key in ("clean", "merged", "clash", "gone", "competing", "counter", "addition", "removal", "beside")
    }
    one, other = (f"/muutosehdotukset/{world.suggestions[key]}" for key in ("competing", "removal"))
    client = browser(world.aino)
    for here, there in ((one, other), (other, one)):
        assert "Seuraava sinua odottava: Muutosehdotus" in client.page(here).text
        assert there in client.page(here).links()
    page = browser(world.pertti).page(address)  # for whom nothing waits
    assert [words_of(each) for each in page.one("ul", class_="seg").iter("a")] == ["Avoimet (9)", "Ratkaistut (4)"]
    assert listed <= set(page.links())


def test_who_has_suggested_something_sees_the_answer_and_the_reason_for_two_weeks(
    world: Any, databases: Databases, browser: Browsers, clock: Callable[[Any], AbstractContextManager[None]]
) -> None:
    section = part_of(browser(world.aino).page("/"), "vastaukset-1")
    assert [words_of(each) for each in section.iter("li")] == [
        "Muutosehdotus 6 5.3 Järjestöyhteistyö työntekijän tehtävänä Riikka Lehto hyväksyi ehdotuksen muokattuna "
        "pe 6.3.2026. Perustelu: Samaa tuntimäärää emme voi luvata kaikille. Nyt määrästä on kuitenkin sovittava "
        "jokaisen kanssa."
    ]
    assert "Ehdotuksiisi on vastattu" not in browser(world.riikka).page("/").text
    assert "Ehdotuksiisi on vastattu" not in browser(world.pertti).page("/").text  # his own withdrawal is no news
    with clock(NOW + timedelta(days=3)):
        assert "Ehdotuksiisi on vastattu" not in browser(world.aino).page("/").text


def test_what_people_write_stays_words(world: Any, databases: Databases, browser: Browsers) -> None:
    written = [(User, "name"), (Question, "title"), (Agreement, "title"), (Section, "title"), (ClauseVersion, "title")]
    with databases.app.app_context(), writing():
        for table, column in written:
            db.session.execute(sa.update(table).values({column: HOSTILE}))
        db.session.commit()
    for person in (world.aino, world.mikko, world.riikka):
        page = browser(person).page("/?nayta=kaikki")
        assert not page.all("img")
        assert HOSTILE in page.text
        assert "49" not in page.h1


def test_a_coordinator_is_told_what_a_closed_round_owes_until_it_is_answered(
    databases: Databases, world: Any, browser: Browsers
) -> None:
    def do(deed: Callable[[Round], Any]) -> Any:
        with databases.app.app_context(), writing():
            agreement = agreements.by_slug(world.slug)
            assert agreement is not None
            round_ = rounds.numbered(agreement, 2)
            assert round_ is not None
            made = deed(round_)
            db.session.commit()
            return made

    def unanswered(round_: Round) -> list[UUID]:
        query = sa.select(Remark.id).join(Statement, Statement.id == Remark.statement_id)
        query = query.where(Statement.round_id == round_.id, Remark.sent_at.is_not(None), Remark.answered_at.is_(None))
        return list(db.session.scalars(query.order_by(Remark.id)))

    def draft(ids: list[UUID], round_: Round) -> dict[UUID, int]:
        made = responses.write(round_, ids, disposition=Disposition.ACCEPTED, reason="Kyllä.", by=world.mikko)
        return {made.id: made.revision}

    client = browser(world.mikko)
    assert not any("kierroksella" in each for each in tasks(client.page("/"))), "it takes answers still"
    ids = do(unanswered)
    owed = len(ids)
    do(partial(rounds.close, by=world.mikko))
    page = client.page("/")
    assert f"Vastaa {owed} kommenttiin kierroksella 2" in tasks(page)
    assert "Kierros on suljettu, ja vastaajat odottavat vastausta." in page.text
    (link,) = [each.get("href") for each in page.all("a") if words_of(each).endswith("kommenttiin kierroksella 2")]
    assert client.page(link).h1 == f"{owed} kommenttia odottaa vastinetta"
    assert not any("kierroksella" in each for each in tasks(browser(world.riikka).page("/")))
    for chosen in ids[:2], ids[2:]:
        made = do(partial(draft, chosen))
        assert f"Vastaa {owed} kommenttiin kierroksella 2" in tasks(client.page("/")), "a draft is no answer"
        do(partial(responses.release, seen=made, by=world.mikko))
        owed -= len(chosen)
        told = [each for each in tasks(client.page("/")) if "kierroksella" in each]
        assert told == ([f"Vastaa {owed} kommenttiin kierroksella 2"] if owed else [])


@pytest.mark.parametrize("who", ["aino", "riikka"])
def test_it_costs_twelve_queries_at_most(who: str, world: Any, browser: Browsers, queries: Spent) -> None:
    standing._kept.clear()
    client = browser(getattr(world, who))
    with queries() as spent:
        client.get("/")
    assert len(spent) <= 12, "\n".join(spent.statements)


@pytest.mark.parametrize("size", [short, long])
def test_it_costs_the_same_however_long_the_text_and_the_talk(
    size: Callable[[], Plain], databases: Databases, queries: Spent
) -> None:
    first, again = {}, {}
    for role in ("coordinator", "official", "representative"):
        with met_first(databases, size) as made:
            client = Browsers(databases.app)(getattr(made, role))
            for costs in (first, again):
                with queries() as spent:
                    client.page("/")
                costs[role] = len(spent)
    assert first == {"coordinator": 12, "official": 12, "representative": 12}
    assert again == {"coordinator": 6, "official": 5, "representative": 6}  # where the clauses stand is known


# ---------------------------------------------------------------- the number on other pages


def asked(page: Page) -> list[str]:
    """The addresses that a page asks by itself when it has come."""
    return [each.get("hx-get") for each in page.all("span") if each.get("hx-trigger") == "load"]


def number(browser_of: Any) -> str:
    response = browser_of.get("/odottaa")
    return words_of(Page(response.text).root) if response.status_code == 200 else str(response.status_code)


def test_other_pages_ask_for_the_number_once_they_have_come(world: Any, browser: Browsers) -> None:
    client = browser(world.aino)
    front_page, other = client.page("/"), client.page(f"/sopimukset/{world.slug}/tapahtumat")
    assert (asked(front_page), asked(other)) == ([], ["/odottaa"])
    assert [words_of(each) for each in front_page.all("span", class_="waits")] == ["7 odottaa sinua"] * 2
    assert [words_of(each) for each in other.all("span", class_="waits")] == ["", ""]
    answer = Page(client.get("/odottaa").text).one("span", hx_swap_oob="innerHTML:.waits")
    assert words_of(answer) == "7 odottaa sinua"


def test_the_number_is_that_of_the_front_page(world: Any, browser: Browsers) -> None:
    for person in (world.aino, world.riikka, world.mikko, world.pertti):
        client = browser(person)
        said = client.page("/").one("nav", class_="mainnav")
        assert number(client) == words_of(next(each for each in said.iter("span") if each.get("class") == "waits"))


def test_a_visitor_an_outsider_and_a_reader_get_nothing(world: Any, databases: Databases, browser: Browsers) -> None:
    assert [number(browser(person)) for person in (None, world.eero, reader(databases, world))] == ["204"] * 3
    assert asked(browser().page("/ohjeet")) == []


def test_the_number_follows_what_happens(
    world: Any, databases: Databases, browser: Browsers, clock: Callable[[Any], AbstractContextManager[None]]
) -> None:
    client = browser(world.aino)
    seen = [number(client)]
    with databases.app.app_context(), writing():
        clause = db.session.get_one(Clause, world.clauses["3.5"])
        approvals.give(clause, side=Side.ORGANISATIONS, fingerprint=clause.current.fingerprint, by=world.aino)
        db.session.commit()
    seen.append(number(client))
    seen.append(number(browser(world.riikka)))
    with clock(NOW + timedelta(days=14)):  # signed in for the day; two more questions are late by then
        seen.append(number(browser(world.mikko)))
    assert seen == ["7 odottaa sinua", "6 odottaa sinua", "10 odottaa sinua", "8 odottaa sinua"]


def test_the_number_known_costs_four_queries_at_most(world: Any, browser: Browsers, queries: Spent) -> None:
    for person in (world.aino, world.mikko):
        client = browser(person)
        client.get("/odottaa")
        with queries() as spent:
            client.get("/odottaa")
        assert len(spent) <= 4, spent.statements


def test_the_front_page_leaves_the_number_for_the_others(world: Any, browser: Browsers, queries: Spent) -> None:
    waiting._counted.clear()
    client = browser(world.aino)
    client.get("/")
    with queries() as spent:
        client.get("/odottaa")
    assert len(spent) <= 4, spent.statements


def test_what_is_left_over_does_not_grow_without_end(
    monkeypatch: pytest.MonkeyPatch, world: Any, browser: Browsers
) -> None:
    monkeypatch.setattr(waiting, "_counted", Kept(2))
    for person in (world.aino, world.riikka, world.hannu, world.tuula):
        number(browser(person))
        assert len(waiting._counted) <= 2
