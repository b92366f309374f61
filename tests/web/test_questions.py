"""Questions on the screen: the register, the page of each, and who may do what there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import date, timedelta
from typing import Any

import pytest

from kumppanuus import accounts, agreements, drafts, ledger, members, questions
from kumppanuus.agreements import AgreementKind
from kumppanuus.db import db, writing
from kumppanuus.questions import Question, Status
from tests.client import LintingClient, Page, words_of
from tests.databases import NOW, Browsers, Databases, Queries


@pytest.fixture
def at(world: Any) -> str:
    """The address of the register."""
    return f"/sopimukset/{world.slug}/kysymykset"


@pytest.fixture
def deciding(databases: Databases, world: Any) -> Callable[[], AbstractContextManager[None]]:
    """`with deciding():` calls verbs beside the browsers and commits."""

    @contextmanager
    def begin() -> Iterator[None]:
        with databases.app.app_context(), writing():
            yield
            db.session.commit()

    return begin


@pytest.fixture
def stands(databases: Databases, world: Any) -> Callable[..., dict[str, Any]]:
    """What stands of a question, by number, and how long the record is."""

    def read(number: int) -> dict[str, Any]:
        with databases.app.app_context():
            question = db.session.get_one(Question, world.questions[number])
            chain = ledger.head(world.agreement)
            assert chain is not None
            return {name: getattr(question, name) for name in (*Question.seal, "revision")} | {"record": chain.length}

    return read


def register(page: Page) -> dict[str, list[int]]:
    """The groups of the register: heading → numbers of its questions."""
    found = {}
    for section in page.all("section", class_="group"):
        heading = words_of(next(section.iter("h2"))).rsplit(" ", 2)[0]
        ids = [each.get("id") or "" for each in section.iter("li")]
        found[heading] = [int(name.removeprefix("question-")) for name in ids if name]
    return found


def numbers(page: Page) -> list[int]:
    return sorted(number for group in register(page).values() for number in group)


def said(page: Page) -> str:
    """All words of a page, with a blank between elements."""
    return spaced(page.root)


def spaced(element: Any) -> str:
    return " ".join(" ".join(element.itertext()).split())


def row(page: Page, number: int) -> str:
    return spaced(page.one("li", id=f"question-{number}"))


def offers(page: Page) -> dict[str, str]:
    """The moves a page offers: where to → the words of the button."""
    found = {}
    for form in page.all("form"):
        if (form.get("action") or "").endswith("/siirto"):
            to = next(each.get("value") for each in form.iter("input") if each.get("name") == "to")
            found[to] = words_of(list(form.iter("button"))[-1])
    return found


def form_for(page: Page, to: str) -> dict[str, str]:
    """The fields of the form of one move."""
    for form in page.all("form"):
        fields = {each.get("name"): each.get("value", "") for each in form.iter("input")}
        if (form.get("action") or "").endswith("/siirto") and fields.get("to") == to:
            texts = {each.get("name"): "".join(each.itertext()).removeprefix("\n") for each in form.iter("textarea")}
            return {**fields, **texts}
    raise AssertionError(f"no form for {to}")


def errors(page: Page) -> list[str]:
    """The lines of the summary of what to check."""
    return [words_of(each) for each in page.one("div", id="virheet").iter("li")]


def notices(page: Page) -> str:
    return words_of(page.one("div", id="ilmoitukset"))


# ---------------------------------------------------------------- the register


def test_the_register_shows_every_question_in_its_group(browser: Browsers, world: Any, at: str) -> None:
    page = browser(world.aino).page(at)
    assert page.h1 == "13 kysymystä, joista pitää sopia"
    assert words_of(page.one("p", class_="lead")) == "2 kysymyksestä on sovittu. 3 odottaa päätöstä. 1 on myöhässä."
    assert register(page) == {
        "Odottaa: Kumppanuuspöytä": [2, 7, 10],
        "Valmistelussa": [1, 4, 5, 6, 11],
        "Ei aloitettu": [9],
        "Siirretty": [13],
        "Sovittu": [3, 12],
        "Ei sovita tässä": [8],
        "Ehdotetut kysymykset": [],
    }


def test_a_row_tells_who_until_when_and_how_the_clauses_stand(browser: Browsers, world: Any, at: str) -> None:
    page = browser(world.aino).page(at)
    assert row(page, 5) == (
        "5 Kysymys 5: Hallintosäännön kirjaukset Myöhässä 3 päivää Vastuussa Riikka Lehto Määräpäivä su 15.3.2026 "
        "Kohdat 3.6 Kirjaus hallintosääntöön, Kommentoitavana"
    )
    assert row(page, 9).startswith(
        "9 Kysymys 9: Tilat ja verkkoalustat Vastuussa Hyvinvointialue Määräpäivä ma 18.5.2026"
    )
    assert "Päätetään to 9.4.2026" in row(page, 7)
    assert "Otetaan esiin" in row(page, 13)
    assert "Kunnat hyväksyvät hyvinvointisuunnitelmansa vasta syksyllä." in row(page, 13)
    assert "Kumppanuuspöytä on pysyvä yhteistyöelin" in row(page, 3)
    assert f"/kohdat/{world.clauses['3.6']}" in page.links()


def test_a_question_that_waits_for_the_reader_says_so(browser: Browsers, world: Any, at: str) -> None:
    waits = {
        name: [number for number in range(1, 14) if "Odottaa sinua" in row(page, number)]
        for name in ("aino", "riikka", "mikko", "outi")
        for page in [browser(getattr(world, name)).page(at)]
    }
    assert waits == {"aino": [11], "riikka": [2, 5, 7, 10], "mikko": [1, 5, 9], "outi": []}


def test_the_register_is_narrowed_by_person_and_chapter(browser: Browsers, world: Any, at: str) -> None:
    client = browser(world.aino)
    expected = {
        "": list(range(1, 14)),
        "kuka=mina": [11],
        "kuka=jarjestot": [6, 10, 11],
        "kuka=ei-nimetty": [8, 9],
        "kuka=jarjestot&luku=9": [11],
        "luku=4": [4, 10],
        "luku=3": [3, 4, 5],
        "kuka=mina&luku=4": [],
        "kuka=kissa&luku=99": list(range(1, 14)),  # words nobody knows narrow nothing
    }
    pages = {asked: client.page(f"{at}?{asked}") for asked in expected}
    assert {asked: numbers(page) for asked, page in pages.items()} == expected
    for asked, page in pages.items():
        count = len(expected[asked])
        told = f"Näytetään {count} kysymystä" if count != 1 else "Näytetään 1 kysymys"
        assert notices(page) == (told if asked else "")
        assert ("Näillä rajauksilla ei löydy kysymyksiä." in said(page)) == (not expected[asked])
        assert page.h1 == "13 kysymystä, joista pitää sopia"


def test_the_sides_of_the_filter_share_the_owned_questions(browser: Browsers, world: Any, at: str) -> None:
    client = browser(world.aino)
    authority = numbers(client.page(f"{at}?kuka=viranomainen"))
    organisations = numbers(client.page(f"{at}?kuka=jarjestot"))
    assert not set(authority) & set(organisations)
    assert {2, 3, 4, 5, 9, 12, 13} <= set(authority)


def test_an_empty_register_says_what_to_do(
    browser: Browsers, world: Any, deciding: Callable[[], AbstractContextManager[None]]
) -> None:
    with deciding():
        agreement = agreements.start(
            title="Uusi suunnitelma",
            kind=AgreementKind.COOPERATION_PLAN,
            authority_name="Järvi-Suomen hyvinvointialue",
            body_name="Kumppanuuspöytä",
            from_model=False,
            by=world.mikko,
        )
        members.begin(agreement, db.session.get_one(accounts.User, world.mikko), side=None, by=world.mikko)
        address = f"/sopimukset/{agreement.slug}/kysymykset"
    page = browser(world.mikko).page(address)
    assert page.h1 == "Avoimet kysymykset"
    assert "Luettelossa ei ole vielä kysymyksiä." in said(page)
    assert f"{address}/ehdotukset" in page.links()
    assert page.all("form", class_="filters") == []


def test_the_register_costs_the_same_for_thirteen_and_for_thirty_questions(
    browser: Browsers,
    world: Any,
    at: str,
    queries: Callable[[], AbstractContextManager[Queries]],
    deciding: Callable[[], AbstractContextManager[None]],
) -> None:
    client = browser(world.mikko)
    spent = []
    for wanted in (13, 30):
        with deciding():
            agreement = db.session.get_one(agreements.Agreement, world.agreement)
            clause_ids = sorted(world.clauses.values())
            for number in range(len(questions.register(agreement)), wanted):
                asked = questions.ask(agreement, title=f"Kysymys {number}", text="Miten?", by=world.aino)
                questions.admit(asked, by=world.mikko)
                owner = members.by_id(world.members["aino" if number % 2 else "riikka"])
                seen: dict[str, Any] = {"by": world.mikko}
                questions.assign(
                    asked, owner=owner, side=None, due_on=date(2026, 4, 1), revision=asked.revision, **seen
                )
                questions.link(asked, clause_ids[number % 40 : number % 40 + 3], revision=asked.revision, **seen)
        client.page(at)
        with queries() as listened:
            page = client.page(at)
        assert len(numbers(page)) == wanted
        spent.append(len(listened))
    assert spent[0] == spent[1]
    assert spent[0] <= 12


# ---------------------------------------------------------------- one question


def test_the_page_of_a_question_tells_all_of_it(browser: Browsers, world: Any, at: str) -> None:
    page = browser(world.aino).page(f"{at}/11")
    assert page.h1 == "Järjestöjen tieto raportoinnissa"
    steps = page.one("ol", aria_label="Kysymyksen vaihe")
    assert [words_of(each) for each in steps.iter("li")] == ["Aloitettu", "Valmistelussa", "Kumppanuuspöytä", "Sovittu"]
    assert [words_of(each) for each in steps.iter("li") if each.get("aria-current") == "step"] == ["Valmistelussa"]
    for words in (
        "Mistä on kyse? Järjestöt kohtaavat ihmisiä, jotka eivät näy tilastoissa.",
        "Tilanne nyt Tapaamme tietohallinnon ensi viikolla.",
        "Näytä 1 aiempi tilanne",
        "Vastuussa Aino Heikkilä, Järvi-Suomen Omaishoitajat ry",
        "Määräpäivä ti 31.3.2026",
        "9.1 Järjestöjen tuottama tieto",
        "Aino Heikkilä päivitti kysymyksen 11 tilanteen.",
        "Kommentoi kysymystä",
    ):
        assert words in said(page), words
    assert page.one("details", class_="panel").get("open") is None


def test_each_status_says_what_belongs_to_it(browser: Browsers, world: Any, at: str) -> None:
    client = browser(world.outi)
    told = {
        3: ["Mitä sovittiin? Kumppanuuspöytä on pysyvä yhteistyöelin", "Sovittu"],
        4: ["Miksi kysymys palautettiin? Yksi edustaja ei riitä."],
        5: ["Myöhässä 3 päivää"],
        7: ["Päätetään to 9.4.2026.", "Miksi kysymys jätettiin pöydälle? Talousarvio on vielä kesken."],
        8: ["Ei sovita tässä.", "Miksi tästä ei sovita tässä? Tehtävänkuvista päättää hyvinvointialue"],
        13: ["Siirretty. Otetaan esiin ti 16.6.2026.", "Miksi kysymys siirrettiin? Kunnat hyväksyvät"],
    }
    pages = {number: said(client.page(f"{at}/{number}")) for number in told}
    missing = {number: [each for each in words if each not in pages[number]] for number, words in told.items()}
    assert missing == {number: [] for number in told}


def test_texts_in_another_language_than_the_page_are_marked(browser: Browsers, world: Any, at: str) -> None:
    client = browser(world.aino)
    assert client.page(f"{at}/11").one("h1").get("lang") is None
    assert client.page(f"{at}/11?kieli=sv").one("h1").get("lang") == "fi"
    first = client.page(f"{at}?kieli=en").one("li", id="question-11")
    assert [words_of(each) for each in first.iter("span") if each.get("lang") == "fi"] == [
        "Järjestöjen tieto raportoinnissa"
    ]


def test_a_number_that_is_not_there_is_not_found(browser: Browsers, world: Any, at: str) -> None:
    client = browser(world.aino)
    for number in ("14", "0", "99999999999999999999", "abc", "-1"):
        client.page(f"{at}/{number}", status=404)


def test_questions_of_another_agreement_are_not_found(
    browser: Browsers, world: Any, at: str, deciding: Callable[[], AbstractContextManager[None]]
) -> None:
    town = f"/sopimukset/{world.town.slug}/kysymykset"
    aino = browser(world.aino)
    aino.page(f"{town}/1", status=404)
    aino.page(town, status=404)
    browser(world.eero).page(f"{at}/1", status=404)
    browser(world.pertti).page(f"{town}/ehdotukset/{world.proposed[0]}", status=404)
    browser(world.pertti).page(f"{at}/ehdotukset/{world.questions[3]}", status=302)


# ---------------------------------------------------------------- telling how it goes


def test_the_owner_tells_what_has_happened(browser: Browsers, world: Any, at: str, stands: Any) -> None:
    client = browser(world.aino)
    before = stands(11)
    response = client.send(f"{at}/11/tilanne", {"text": "Kysely alkaa\n\nmaanantaina."}, page=f"{at}/11")
    assert response.location == f"{at}/11"
    page = client.page(f"{at}/11")
    assert notices(page) == "Tilanne on tallennettu."
    assert "Tilanne nyt Kysely alkaa maanantaina. Tänään klo 12 päivitti Aino Heikkilä" in said(page)
    assert "Näytä 2 aiempaa tilannetta" in said(page)
    assert stands(11) == {**before, "revision": before["revision"] + 1, "record": before["record"] + 1}


def test_a_bad_update_is_refused_with_its_text(browser: Browsers, world: Any, at: str, stands: Any) -> None:
    client, before = browser(world.aino), stands(11)
    for text, sentence in {
        " ": "Kirjoita, mitä on tapahtunut",
        "x" * 2001: "Teksti on liian pitkä: 2001 merkkiä. Enintään 2000 mahtuu.",
        "a\u200eb\x01": "Tekstissä on merkkejä, joita ei voi tallentaa. Poista ne ja yritä uudelleen.",
    }.items():
        is_clean = "\x01" not in text
        response = client.send(f"{at}/11/tilanne", {"text": text}, page=f"{at}/11", status=422, lint=is_clean)
        page = Page(response.text)
        assert page.title.startswith("Virhe: ")
        assert errors(page) == [sentence]
        assert page.form("/tilanne")["text"] == text or not is_clean
    assert stands(11) == before


def test_an_unfinished_update_is_kept_and_comes_back(
    browser: Browsers, world: Any, at: str, databases: Databases, stands: Any
) -> None:
    client, before = browser(world.aino), stands(11)
    client.send(f"{at}/11/tilanne/luonnos", {"text": "Kesken"}, page=None, status=204)
    assert client.page(f"{at}/11").form("/tilanne")["text"] == "Kesken"
    client.send(f"{at}/11/tilanne", {"text": "Vielä kesken", "luonnos": "1"}, page=f"{at}/11")
    page = client.page(f"{at}/11")
    assert notices(page) == "Teksti on tallessa. Voit jatkaa myöhemmin."
    assert page.form("/tilanne")["text"] == "Vielä kesken"
    assert "Keskeneräinen tekstisi on tallessa. Voit jatkaa siitä." in said(page)
    assert browser(world.mikko).page(f"{at}/11").form("/tilanne")["text"] == ""
    assert stands(11) == before
    client.send(f"{at}/11/tilanne", page=f"{at}/11")
    with databases.app.app_context():
        assert drafts.find(f"question:{world.questions[11]}", by=world.aino) is None


def test_an_update_after_a_conflict_names_who_was_first_and_can_be_sent_again(
    browser: Browsers, world: Any, at: str, stands: Any, clock: Any
) -> None:
    aino, mikko = browser(world.aino), browser(world.mikko)
    mine = aino.page(f"{at}/11").form("/tilanne")
    mikko.send(f"{at}/11/tilanne", {"text": "Mikko ehti ensin."}, page=f"{at}/11")
    before = stands(11)
    response = aino.send(f"{at}/11/tilanne", {**mine, "text": "Ainon sanat"}, status=409)
    page = Page(response.text)
    assert errors(page) == [
        "Mikko Saarela päivitti kysymystä samaan aikaan. Tekstisi on tallessa. Tarkista tilanne ja lähetä uudelleen."
    ]
    assert "Tilanne nyt Mikko ehti ensin." in said(page)
    assert stands(11) == before
    again = page.form("/tilanne")
    assert again["text"] == "Ainon sanat"
    with clock(NOW + timedelta(minutes=5)):
        aino.send(f"{at}/11/tilanne", again)
    assert "Tilanne nyt Ainon sanat" in said(aino.page(f"{at}/11"))


# ---------------------------------------------------------------- moving


OFFERED = {
    "open": {"in_preparation", "proposed", "deferred", "out_of_scope"},
    "in_preparation": {"proposed", "open", "deferred", "out_of_scope"},
    "proposed": {"agreed", "in_preparation", "proposed", "deferred", "out_of_scope"},
    "agreed": {"in_preparation"},
    "deferred": {"in_preparation", "proposed", "open", "out_of_scope"},
    "out_of_scope": {"in_preparation", "open"},
}
ONE_OF_EACH = {"open": 9, "in_preparation": 11, "proposed": 10, "agreed": 3, "deferred": 13, "out_of_scope": 8}


def test_only_moves_the_table_and_the_law_allow_are_offered(browser: Browsers, world: Any, at: str) -> None:
    offered = {
        name: {status: set(offers(client.page(f"{at}/{number}"))) for status, number in ONE_OF_EACH.items()}
        for name in ("riikka", "mikko", "pertti", "outi")
        for client in [browser(getattr(world, name))]
    }
    assert offered == {
        "riikka": OFFERED,
        "mikko": {status: to - {"agreed"} for status, to in OFFERED.items()},
        "pertti": {status: set() for status in OFFERED},
        "outi": {status: set() for status in OFFERED},
    }


def test_the_owner_may_move_but_not_mark_agreed(browser: Browsers, world: Any, at: str) -> None:
    page = browser(world.kaarina).page(f"{at}/10")
    assert offers(page) == {
        "in_preparation": "Palauta valmisteluun",
        "proposed": "Jätä pöydälle",
        "deferred": "Siirrä myöhemmäksi",
        "out_of_scope": "Jätä sopimuksen ulkopuolelle",
    }
    assert "Viranhaltija merkitsee kysymyksen sovituksi." in said(page)
    assert "Viranhaltija merkitsee" not in said(browser(world.riikka).page(f"{at}/10"))


def send_move(client: LintingClient, address: str, to: str, status: int = 303, **given: str) -> Page:
    fields = form_for(client.page(address), to)
    response = client.send(f"{address}/siirto", {**fields, **given}, status=status)
    return client.page(address) if status == 303 else Page(response.text)


def test_an_official_marks_a_question_agreed(browser: Browsers, world: Any, at: str, stands: Any) -> None:
    before = stands(10)
    page = send_move(browser(world.riikka), f"{at}/10", "agreed", outcome="Asukastilaisuus järjestetään aina.")
    assert notices(page) == "Kysymys 10 on nyt sovittu. Kumoa Palaa etusivulle"
    assert "Mitä sovittiin? Asukastilaisuus järjestetään aina." in said(page)
    after = stands(10)
    assert after == {
        **before,
        "status": Status.AGREED,
        "outcome": "Asukastilaisuus järjestetään aina.",
        "moved_at": after["moved_at"],
        "revision": before["revision"] + 1,
        "record": before["record"] + 1,
    }


def test_who_is_no_official_cannot_mark_agreed_whatever_is_sent(
    browser: Browsers, world: Any, at: str, stands: Any
) -> None:
    before = stands(10)
    for person in (world.mikko, world.kaarina):
        client = browser(person)
        fields = form_for(client.page(f"{at}/10"), "deferred")
        sent = {**fields, "to": "agreed", "outcome": "Minä sovin tämän."}
        page = Page(client.send(f"{at}/10/siirto", sent, status=403).text)
        assert page.h1 == "Sinulla ei ole oikeutta tähän."
        assert "Minä sovin tämän." in said(page)
    assert stands(10) == before


def test_everything_that_is_missing_is_told_at_once_and_what_was_typed_stays(
    browser: Browsers, world: Any, at: str, stands: Any
) -> None:
    client, before = browser(world.aino), stands(11)
    page = send_move(client, f"{at}/11", "deferred", status=422)
    assert errors(page) == ["Kirjoita perustelu", "Kirjoita seuraava käsittelypäivä"]
    page = send_move(client, f"{at}/11", "deferred", status=422, reason="Kesä tulee.", next_on="1.3.2026")
    assert errors(page) == ["Valitse päivä, joka on vielä edessä"]
    assert form_for(page, "deferred")["reason"] == "Kesä tulee."
    assert [each.get("id") for each in page.all("details", open="")] == ["siirto-deferred"]
    page = send_move(client, f"{at}/11", "deferred", status=422, reason="Kesä tulee.", next_on="heinäkuussa")
    assert errors(page) == ["Kirjoita päivä näin: 9.4.2026"]
    assert stands(11) == before
    page = send_move(client, f"{at}/11", "deferred", reason="Kesä tulee.", next_on="1.9.2026")
    assert "Siirretty. Otetaan esiin ti 1.9.2026." in said(page)
    assert (stands(11)["reason"], stands(11)["next_on"]) == ("Kesä tulee.", date(2026, 9, 1))


def test_a_proposal_is_made_and_laid_on_the_table(browser: Browsers, world: Any, at: str, stands: Any) -> None:
    client = browser(world.aino)
    page = send_move(client, f"{at}/11", "proposed", solution="Kysely kahdesti vuodessa.", next_on="")
    assert notices(page) == "Ehdotus ratkaisuksi on esitetty. Kumoa Palaa etusivulle"
    assert (stands(11)["status"], stands(11)["solution"]) == (Status.PROPOSED, "Kysely kahdesti vuodessa.")
    assert set(form_for(page, "proposed")) & {"solution", "outcome", "reason"} == {"reason"}
    page = send_move(client, f"{at}/11", "proposed", next_on="2026-04-09")
    assert notices(page) == "Kysymys 11 on jätetty pöydälle. Kumoa Palaa etusivulle"
    assert stands(11)["solution"] == "Kysely kahdesti vuodessa."
    assert "Päätetään to 9.4.2026." in said(page)
    page = send_move(client, f"{at}/11", "in_preparation", reason="Kyselyä muutetaan.")
    assert notices(page) == "Kysymys 11 on palautettu valmisteluun. Kumoa Palaa etusivulle"
    assert "Miksi kysymys palautettiin? Kyselyä muutetaan." in said(page)


def test_a_move_without_fields_takes_one_press(browser: Browsers, world: Any, at: str, stands: Any) -> None:
    page = send_move(browser(world.hannu), f"{at}/9", "in_preparation")
    assert notices(page) == "Kysymys 9 on nyt valmistelussa. Kumoa Palaa etusivulle"
    assert stands(9)["status"] is Status.IN_PREPARATION


def test_leaving_agreed_needs_a_reason(browser: Browsers, world: Any, at: str, stands: Any) -> None:
    client, before = browser(world.mikko), stands(3)
    assert errors(send_move(client, f"{at}/3", "in_preparation", status=422)) == ["Kirjoita perustelu"]
    assert stands(3) == before
    send_move(client, f"{at}/3", "in_preparation", reason="Hinta nousi.")
    assert (stands(3)["status"], stands(3)["outcome"], stands(3)["reason"]) == (
        Status.IN_PREPARATION,
        "",
        "Hinta nousi.",
    )


def test_a_move_nobody_offered_is_refused(browser: Browsers, world: Any, at: str, stands: Any) -> None:
    client, before = browser(world.riikka), stands(11)
    for to in ("agreed", "kissa", ""):
        fields = form_for(client.page(f"{at}/11"), "deferred")
        response = client.send(f"{at}/11/siirto", {**fields, "to": to, "outcome": "Sovittu näin."}, status=409)
        assert errors(Page(response.text)) == ["Kysymystä ei voi siirtää tähän vaiheeseen."]
        assert "Sovittu näin." in response.text
    assert stands(11) == before


def test_a_move_after_a_conflict_keeps_its_text_even_when_it_is_no_longer_there(
    browser: Browsers, world: Any, at: str, stands: Any
) -> None:
    riikka, mikko = browser(world.riikka), browser(world.mikko)
    fields = form_for(riikka.page(f"{at}/10"), "agreed")
    send_move(mikko, f"{at}/10", "in_preparation", reason="Ehdotus muuttuu.")
    before = stands(10)
    response = riikka.send(f"{at}/10/siirto", {**fields, "outcome": "Sovittiin näin."}, status=409)
    page = Page(response.text)
    assert errors(page)[0].startswith("Mikko Saarela päivitti kysymystä samaan aikaan.")
    assert "Kirjoittamasi teksti Mitä sovittiin? Sovittiin näin." in said(page)
    assert "agreed" not in offers(page)
    assert stands(10) == before


def test_the_mover_undoes_the_move_from_the_notice(browser: Browsers, world: Any, at: str, stands: Any) -> None:
    client, before = browser(world.riikka), stands(10)
    page = send_move(client, f"{at}/10", "agreed", outcome="Näin sovittiin.")
    client.send(f"{at}/10/kumoaminen", page.form(f"{at}/10/kumoaminen"))
    page = client.page(f"{at}/10")
    assert notices(page) == "Siirto on kumottu. Vaihe on taas: Odottaa: Kumppanuuspöytä."
    after = stands(10)
    assert after == {
        **before,
        "moved_at": after["moved_at"],
        "revision": before["revision"] + 2,
        "record": before["record"] + 2,
    }
    again = client.send(f"{at}/10/kumoaminen", status=409)
    assert "Tätä ei voi enää kumota." in again.text
    assert stands(10) == after


def test_nobody_undoes_the_move_of_another(browser: Browsers, world: Any, at: str, stands: Any) -> None:
    send_move(browser(world.riikka), f"{at}/10", "agreed", outcome="Näin sovittiin.")
    after = stands(10)
    browser(world.mikko).send(f"{at}/10/kumoaminen", status=409)
    browser(world.pertti).send(f"{at}/10/kumoaminen", status=403)
    assert stands(10) == after


# ---------------------------------------------------------------- under htmx


def test_under_htmx_a_refused_move_is_its_form_again_and_a_done_one_leads_to_the_page(
    browser: Browsers, world: Any, at: str
) -> None:
    client = browser(world.aino)
    fields = form_for(client.page(f"{at}/11"), "deferred")
    response = client.send(f"{at}/11/siirto", {**fields, "reason": "Kesä tulee."}, status=422, htmx=True)
    part = Page(response.text)
    assert not part.is_whole
    assert errors(part) == ["Kirjoita seuraava käsittelypäivä"]
    assert form_for(part, "deferred")["reason"] == "Kesä tulee."
    assert [each.get("id") for each in part.all("details")] == ["siirto-deferred"]
    done = {**form_for(part, "deferred"), "next_on": "2026-09-01"}
    response = client.send(f"{at}/11/siirto", done, status=204, htmx=True)
    assert response.headers["HX-Redirect"] == f"{at}/11"


def test_under_htmx_a_conflict_shows_the_whole_page_anew(browser: Browsers, world: Any, at: str) -> None:
    aino, mikko = browser(world.aino), browser(world.mikko)
    mine = aino.page(f"{at}/11").form("/tilanne")
    mikko.send(f"{at}/11/tilanne", {"text": "Mikko ehti ensin."}, page=f"{at}/11")
    response = aino.send(f"{at}/11/tilanne", {**mine, "text": "Ainon sanat"}, status=409, htmx=True)
    page = Page(response.text)
    assert page.is_whole
    assert page.form("/tilanne")["text"] == "Ainon sanat"


def test_under_htmx_a_refused_update_is_its_form_again(browser: Browsers, world: Any, at: str) -> None:
    response = browser(world.aino).send(f"{at}/11/tilanne", {"text": " "}, page=f"{at}/11", status=422, htmx=True)
    part = Page(response.text)
    assert not part.is_whole
    assert errors(part) == ["Kirjoita, mitä on tapahtunut"]
    assert part.one("div", id="paivitys") is not None


# ---------------------------------------------------------------- a coordinator edits


def test_a_coordinator_names_an_owner_and_a_due_date(browser: Browsers, world: Any, at: str, stands: Any) -> None:
    client = browser(world.mikko)
    page = client.page(f"{at}/9/muokkaus")
    people = [words_of(each) for each in page.one("select", name="owner").iter("option")]
    assert people[0] == "Ei vielä nimetty"
    assert "Aino Heikkilä, Järvi-Suomen Omaishoitajat ry" in people
    assert not [each for each in people if each.startswith(("Outi", "Timo"))], "a reader, and one who left"
    before = stands(9)
    given = {"owner": str(world.members["aino"]), "side": "authority", "due_on": "30.4.2026"}
    client.send(f"{at}/9/vastuu", given, page=f"{at}/9/muokkaus")
    page = client.page(f"{at}/9")
    assert notices(page) == "Vastuuhenkilö ja määräpäivä on tallennettu."
    assert "Vastuussa Aino Heikkilä, Järvi-Suomen Omaishoitajat ry Osapuoli Järjestöt" in said(page)
    assert stands(9) == {
        **before,
        "owner_id": world.members["aino"],
        "owner_side": agreements.Side.ORGANISATIONS,
        "due_on": date(2026, 4, 30),
        "revision": before["revision"] + 1,
        "record": before["record"] + 1,
    }
    assert set(offers(browser(world.aino).page(f"{at}/9"))) == OFFERED["open"]


def test_a_bad_owner_or_date_is_refused_with_what_was_typed(
    browser: Browsers, world: Any, at: str, stands: Any
) -> None:
    client, before = browser(world.mikko), stands(9)
    for given, sentence in (
        ({"owner": str(world.members["outi"])}, "Valitse yksi vaihtoehto"),
        ({"owner": "kissa"}, "Valitse yksi vaihtoehto"),
        ({"due_on": "kesällä"}, "Kirjoita päivä näin: 9.4.2026"),
    ):
        response = client.send(f"{at}/9/vastuu", given, page=f"{at}/9/muokkaus", status=422)
        assert errors(Page(response.text)) == [sentence]
    assert stands(9) == before


def test_a_coordinator_edits_the_words(browser: Browsers, world: Any, at: str, stands: Any) -> None:
    client, before = browser(world.tuula), stands(9)
    words = {"title": "Tilat", "text": "Mitä tiloja?", "background": "Tiloja on vähän.", "solution": ""}
    client.send(f"{at}/9/muokkaus", words, page=f"{at}/9/muokkaus")
    assert stands(9) == {**before, **words, "revision": before["revision"] + 1, "record": before["record"] + 1}
    response = client.send(f"{at}/9/muokkaus", {**words, "title": " "}, page=f"{at}/9/muokkaus", status=422)
    assert errors(Page(response.text)) == ["Kirjoita otsikko"]
    response = client.send(f"{at}/10/muokkaus", {"solution": ""}, page=f"{at}/10/muokkaus", status=422)
    assert errors(Page(response.text)) == ["Kirjoita ehdotus ratkaisuksi"]


def test_words_after_a_conflict_are_shown_beside_what_stands_now(
    browser: Browsers, world: Any, at: str, stands: Any
) -> None:
    mikko, tuula = browser(world.mikko), browser(world.tuula)
    mine = mikko.page(f"{at}/9/muokkaus").form(f"{at}/9/muokkaus")
    tuula.send(f"{at}/9/muokkaus", {"background": "Tuulan taustaa."}, page=f"{at}/9/muokkaus")
    before = stands(9)
    sent = {**mine, "background": "Mikon taustaa."}
    page = Page(mikko.send(f"{at}/9/muokkaus", sent, status=409).text)
    assert errors(page)[0].startswith("Tuula Rantanen päivitti kysymystä samaan aikaan.")
    assert "Vertaa tekstejä" in said(page)
    assert [words_of(each) for each in page.all("del")] == ["Poistettu: Tuulan. Poisto päättyy."]
    assert [words_of(each) for each in page.all("ins")] == ["Lisätty: Mikon. Lisäys päättyy."]
    assert stands(9) == before
    mikko.send(f"{at}/9/muokkaus", page.form(f"{at}/9/muokkaus"))
    assert stands(9)["background"] == "Mikon taustaa."


def test_a_coordinator_chooses_the_clauses(
    browser: Browsers, world: Any, at: str, stands: Any, databases: Databases
) -> None:
    client = browser(world.mikko)

    def linked() -> set[Any]:
        with databases.app.app_context():
            return questions.linked(db.session.get_one(Question, world.questions[2]))

    page = client.page(f"{at}/2/muokkaus")
    assert len(page.all("input", name="clauses")) == len(world.clauses)
    checked = [each.get("value") for each in page.all("input", name="clauses") if each.get("checked") is not None]
    assert checked == [str(world.clauses["5.5"])]
    wanted = {world.clauses["3.1"], world.clauses["L1.1"]}
    client.send(f"{at}/2/kohdat", {"clauses": sorted(map(str, wanted))}, page=f"{at}/2/muokkaus")
    assert linked() == wanted
    assert "Sopimuksen kohdat 3.1 Pysyvä yhteistyöelin" in said(client.page(f"{at}/2"))
    before = stands(2)
    for stranger in (str(next(iter(world.town.clauses.values()))), "kissa"):
        response = client.send(f"{at}/2/kohdat", {"clauses": stranger}, page=f"{at}/2/muokkaus", status=422)
        assert errors(Page(response.text)) == ["Valitse tästä sopimuksesta."]
    assert (linked(), stands(2)) == (wanted, before)


def test_chosen_clauses_after_a_conflict_stay_chosen_and_the_kept_ones_are_told(
    browser: Browsers, world: Any, at: str
) -> None:
    mikko, tuula = browser(world.mikko), browser(world.tuula)
    mine = mikko.page(f"{at}/2/muokkaus").form("/kohdat")
    chosen = str(world.clauses["3.1"])
    tuula.send(f"{at}/2/kohdat", {"clauses": str(world.clauses["4.1"])}, page=f"{at}/2/muokkaus")
    page = Page(mikko.send(f"{at}/2/kohdat", {**mine, "clauses": chosen}, status=409).text)
    assert "Nyt tallessa: 4.1" in said(page)
    assert [each.get("value") for each in page.all("input", name="clauses", checked="")] == [chosen]


def test_a_linked_clause_that_was_removed_is_told_by_its_old_title(
    browser: Browsers, world: Any, at: str, databases: Databases
) -> None:
    with databases.app.app_context():
        linked = questions.linked(db.session.get_one(Question, world.questions[11]))
    (gone,) = linked - set(world.clauses.values())
    page = browser(world.outi).page(f"{at}/11")
    assert spaced(page.one("a", href=f"/kohdat/{gone}")) == "Järjestöjen perustiedot"
    assert "Järjestöjen perustiedot Poistettu sopimuksesta" in said(page)


# ---------------------------------------------------------------- questions people propose


def test_a_participant_proposes_a_question_and_a_coordinator_admits_it(browser: Browsers, world: Any, at: str) -> None:
    aino, mikko = browser(world.aino), browser(world.mikko)
    texts = {"title": "Ruoka-apu", "text": "Kuka jakaa ruokaa?", "background": "Tarve kasvaa."}
    response = aino.send(f"{at}/ehdotukset", texts, page=f"{at}/ehdotukset")
    candidate = response.location
    page = aino.page(candidate)
    assert notices(page).startswith("Kiitos! Kysymys on lähetetty.")
    assert page.h1 == "Ruoka-apu"
    assert "Aino Heikkilä ehdotti. Tänään klo 12" in said(page)
    assert [form for form in page.all("form") if "hyvaksynta" in (form.get("action") or "")] == []
    waiting = mikko.page(at)
    assert "Ehdotetut kysymykset 2 kysymystä Lue ehdotus ja päätä, otetaanko se luetteloon." in said(waiting)
    assert candidate in waiting.links()
    response = mikko.send(f"{candidate}/hyvaksynta", page=candidate)
    assert response.location == f"{at}/14"
    page = mikko.page(f"{at}/14")
    assert notices(page) == "Kysymys on nyt luettelossa numerolla 14."
    assert register(mikko.page(at))["Ei aloitettu"] == [9, 14]
    assert mikko.get(candidate).location == f"{at}/14"
    again = mikko.send(f"{candidate}/hyvaksynta", status=409)
    assert "Kysymyksestä on jo päätetty." in again.text


def test_a_coordinator_declines_with_a_reason_that_everybody_reads(browser: Browsers, world: Any, at: str) -> None:
    mikko, candidate = browser(world.mikko), f"{at}/ehdotukset/{world.proposed[0]}"
    response = mikko.send(f"{candidate}/hylkays", {"reason": " "}, page=candidate, status=422)
    page = Page(response.text)
    assert errors(page) == ["Kirjoita perustelu"]
    assert page.one("details", id="hylkays").get("open") is not None
    mikko.send(f"{candidate}/hylkays", {"reason": "Vakuutuksista päättää kukin itse."}, page=candidate)
    page = browser(world.outi).page(candidate)
    assert "Kysymystä ei otettu luetteloon Vakuutuksista päättää kukin itse." in said(page)
    assert "Ehdotetut kysymykset" not in said(browser(world.outi).page(at))
    mikko.send(f"{candidate}/hyvaksynta", status=409)


def test_a_bad_proposal_keeps_its_texts_and_an_unfinished_one_comes_back(
    browser: Browsers, world: Any, at: str
) -> None:
    client = browser(world.aino)
    texts = {"title": "", "text": " ", "background": "Tarve kasvaa."}
    page = Page(client.send(f"{at}/ehdotukset", texts, page=f"{at}/ehdotukset", status=422).text)
    assert errors(page) == ["Kirjoita otsikko", "Kirjoita kysymys"]
    assert page.form("/ehdotukset")["background"] == "Tarve kasvaa."
    page = Page(
        client.send(f"{at}/ehdotukset", {"title": "x" * 301, "text": "Kuka?"}, page=f"{at}/ehdotukset", status=422).text
    )
    assert errors(page) == ["Teksti on liian pitkä: 301 merkkiä. Enintään 300 mahtuu."]
    client.send(f"{at}/ehdotukset/luonnos", {"title": "Ruoka", "text": "", "background": ""}, status=204)
    assert client.page(f"{at}/ehdotukset").form("/ehdotukset")["title"] == "Ruoka"
    client.send(f"{at}/ehdotukset", {"text": "Kuka?", "luonnos": "1"}, page=f"{at}/ehdotukset")
    page = client.page(f"{at}/ehdotukset")
    assert (page.form("/ehdotukset")["title"], page.form("/ehdotukset")["text"]) == ("Ruoka", "Kuka?")
    client.send(f"{at}/ehdotukset", page=f"{at}/ehdotukset")
    assert client.page(f"{at}/ehdotukset").form("/ehdotukset")["title"] == ""


def test_a_proposal_sent_twice_is_made_once(browser: Browsers, world: Any, at: str) -> None:
    client = browser(world.aino)
    form = {**client.page(f"{at}/ehdotukset").form("/ehdotukset"), "title": "Ruoka-apu", "text": "Kuka?"}
    first = client.send(f"{at}/ehdotukset", form)
    second = client.send(f"{at}/ehdotukset", form)
    fresh = client.page(f"{at}/ehdotukset").form("/ehdotukset")["form_key"]
    third = client.send(f"{at}/ehdotukset", {**form, "form_key": fresh})
    assert first.location == second.location == third.location
    assert "Ehdotetut kysymykset 2 kysymystä" in said(client.page(at))


# ---------------------------------------------------------------- who may not


def test_deeds_are_for_those_the_law_names(browser: Browsers, world: Any, at: str, stands: Any) -> None:
    movers, participants, coordinators = {"aino", "riikka", "mikko"}, {"aino", "riikka", "mikko", "pertti"}, {"mikko"}
    candidate = f"ehdotukset/{world.proposed[0]}"
    allowed = {
        **dict.fromkeys(("11/tilanne", "11/tilanne/luonnos", "11/siirto", "11/kumoaminen"), movers),
        **dict.fromkeys(("ehdotukset", "ehdotukset/luonnos"), participants),
        **dict.fromkeys(("11/muokkaus", "11/vastuu", "11/kohdat"), coordinators),
        **dict.fromkeys((f"{candidate}/hyvaksynta", f"{candidate}/hylkays"), coordinators),
    }
    before, wrong = stands(11), []
    for name in ("aino", "riikka", "mikko", "pertti", "outi", "eero"):
        client = browser(getattr(world, name))
        token = client.token()
        for deed in [each for each, names in allowed.items() if name not in names]:
            response = client.post(f"{at}/{deed}", data={**token, "text": "x", "to": "open"})
            if response.status_code != (404 if name == "eero" else 403):
                wrong.append((name, deed, response.status_code))
    assert wrong == []
    assert stands(11) == before


def test_a_reader_reads_all_and_is_offered_nothing(browser: Browsers, world: Any, at: str) -> None:
    client = browser(world.outi)
    client.page(f"{at}/11/muokkaus", status=403)
    client.page(f"{at}/ehdotukset", status=403)
    assert "Ehdota uutta kysymystä" not in said(client.page(at))
    for number in range(1, 14):
        page = client.page(f"{at}/{number}")
        actions = {form.get("action") for form in page.all("form", method="post")}
        assert actions <= {"/uloskirjautuminen"}
