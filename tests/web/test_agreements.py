"""The pages to read an agreement on: the list, the contents, a chapter, the whole text; and the poll for news."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any
from uuid import UUID

import pytest

from kumppanuus import accounts, agreements, approvals, comments, members
from kumppanuus.agreements import Agreement, AgreementKind, Clause, Side
from kumppanuus.comments import CommentKind
from kumppanuus.db import db, writing
from kumppanuus.members import Role
from tests.client import LintingClient, Page, words_of
from tests.databases import Browsers, Databases, Queries
from tests.payloads import XSS
from tests.sizes import long, met_first, short

Spent = Callable[[], AbstractContextManager[Queries]]
Changing = Callable[..., None]


@pytest.fixture
def changing(databases: Databases) -> Changing:
    """`changing(act)` does something in the world and commits it; the act gets a function that finds things by id."""

    def change(act: Callable[..., Any]) -> None:
        with databases.app.app_context(), writing():
            act(db.session.get_one)
            db.session.commit()

    return change


@pytest.fixture
def empty(databases: Databases, world: Any) -> str:
    """The address of an agreement without text: Mikko coordinates it, Aino is in it."""
    with databases.app.app_context(), writing():
        agreement = agreements.start(
            title="Aivan uusi sopimus",
            kind=AgreementKind.COOPERATION_PLAN,
            authority_name="Rantalan hyvinvointialue",
            body_name="Neuvottelukunta",
            from_model=False,
            by=world.mikko,
        )
        members.begin(agreement, db.session.get_one(accounts.User, world.mikko), side=None, by=world.mikko)
        aino = db.session.get_one(accounts.User, world.aino)
        members.add(
            agreement, address=aino.address, name=aino.name, role=Role.READER, side=None, by=world.mikko
        )  # fmt: skip
        db.session.commit()
        return f"/sopimukset/{agreement.slug}"


def root(world: Any) -> str:
    return f"/sopimukset/{world.slug}"


def chapter_of(client: LintingClient, address: str, start: str) -> str:
    """The address of the chapter whose number and title begin so."""
    links = {words_of(link): link.get("href") for link in client.page(address).all("a")}
    return next(url for said, url in links.items() if said.startswith(start) and "/luvut/" in url and "#" not in url)


def article(page: Page, clause: UUID) -> Any:
    return page.one("article", id=f"clause-{clause}")


def buttons(element: Any) -> list[str]:
    """The words of the buttons and of the links that look like one, the main ones marked."""
    found = []
    for each in element.iter():
        classes = (each.get("class") or "").split() if isinstance(each.tag, str) else []
        if "btn" in classes:
            found.append(("* " if classes == ["btn"] else "") + words_of(each))
    return found


# ---------------------------------------------------------------- the list


def test_the_list_holds_my_agreements_with_their_progress(world: Any, browser: Browsers) -> None:
    page = browser(world.mikko).page("/sopimukset")
    rows = [words_of(row) for row in page.all("li", class_="sheet stack")]
    assert rows == [
        "Kumppanuussopimus Kumppanuussopimus, Järvi-Suomen hyvinvointialue. Koordinaattori. 26 kohtaa 60:stä sovittu",
        "Yhdistysyhteistyöasiakirja Yhdistysyhteistyöasiakirja, Selkäjärven kaupunki. Lukija. 2 kohtaa 6:sta sovittu",
    ]
    assert f"/sopimukset/{world.slug}" in page.links()
    assert f"/sopimukset/{world.town.slug}" in page.links()
    assert "/sopimukset/uusi" in page.links()


def test_whoever_is_in_no_agreement_is_told_what_to_do(world: Any, browser: Browsers) -> None:
    page = browser(world.eero).page("/sopimukset")
    assert "Et ole vielä mukana missään sopimuksessa." in page.text
    assert "/sopimukset/uusi" not in page.links()


def test_the_list_costs_the_same_with_more_agreements(
    world: Any, empty: str, browser: Browsers, queries: Spent
) -> None:
    spent = []
    for person in (world.riikka, world.mikko):  # in one agreement, in three
        client = browser(person)
        with queries() as counted:
            page = client.page("/sopimukset")
        spent.append((len(page.all("li", class_="sheet stack")), len(counted)))
    assert [rows for rows, _ in spent] == [1, 3]
    assert spent[0][1] == spent[1][1] <= 4


# ---------------------------------------------------------------- contents and status


def test_the_contents_show_every_clause_with_its_standing(world: Any, browser: Browsers) -> None:
    page = browser(world.aino).page(root(world))
    assert (page.h1, page.title) == ("Kumppanuussopimus", "Kumppanuussopimus – kumppanuus")
    assert "Luonnos. 26 kohtaa 60:stä on sovittu." in page.text
    assert "10 kohdasta puuttuu vielä toisen osapuolen hyväksyntä. 24 kohtaa on kesken." in page.text
    chapters, annexes = page.one("ol", class_="contents sheet"), page.one("ol", class_="contents sheet annexes")
    assert len(chapters.findall("li")) == 12
    assert len(annexes.findall("li")) == 4
    third = chapters.findall("li")[2]
    assert words_of(third.find("div")) == "3 Yhteistyörakenne 1/7 sovittu"
    assert [words_of(row) for row in third.find("ol").findall("li")] == [
        "3.1 Pysyvä yhteistyöelin Sovittu",
        "3.2 Järjestöedustajien valinta Kommentoitavana",
        "3.3 Kokoukset Avattu uudelleen",
        "3.4 Koollekutsuja, sihteeri ja kokousasiakirjat Kommentoitavana",
        "3.5 Toimialaverkostot Hyvinvointialue hyväksynyt",
        "3.6 Kirjaus hallintosääntöön Kommentoitavana",
        "3.7 Kulujen korvaaminen Muutosehdotus",
    ]
    assert f"{root(world)}/luvut/3-yhteistyorakenne#kohta-3-3" in page.links()
    assert words_of(annexes.findall("li")[0].find("div")).startswith("Liite 1 Sopimukseen liittyminen")
    beginnings = [words_of(each) for each in annexes.findall("li")[3].iter("span") if each.get("class") == "t"][1:]
    assert beginnings[0] == "Tilat, varaustapa, maksut ja esteettömyystiedot: [luettelo]. …", "a table is no sentence"


def test_a_removal_that_waits_for_both_sides_is_listed(world: Any, browser: Browsers) -> None:
    section = browser(world.aino).page(root(world)).one("section", aria_labelledby="poistot")
    assert words_of(section) == (
        "Poistot, joita osapuolet eivät ole vielä hyväksyneet Järjestöjen perustiedot Ei vielä hyväksytty"
    )


@pytest.mark.parametrize(
    ("person", "tools", "changed"),
    [("mikko", True, False), ("aino", False, True), ("kaarina", False, False), ("outi", False, False)],
)
def test_everybody_is_led_only_to_what_they_may_do(
    person: str, tools: bool, changed: bool, world: Any, browser: Browsers
) -> None:
    page = browser(getattr(world, person)).page(root(world))
    links, head = page.links(), page.one("header", class_="page-head")
    everybody = {f"{root(world)}/{name}" for name in ("koko", "kysymykset", "osallistujat", "tapahtumat")}
    drafting = {f"{root(world)}/{name}" for name in ("muokkaus", "taytettavat", "tiedot", "viennit")}
    assert everybody <= set(links)
    assert drafting & set(links) == (drafting if tools else set())
    assert (f"{root(world)}/muuttuneet" in links) is changed
    # What is to be filled in comes first for whoever can fill it in.
    assert [each.get("href") for each in head.iter("a")] == ([f"{root(world)}/taytettavat"] if tools else [])


def test_an_agreement_without_text_says_so_and_what_to_do(empty: str, world: Any, browser: Browsers) -> None:
    coordinator, reader = browser(world.mikko), browser(world.aino)
    assert f"{empty}/muokkaus" in coordinator.page(empty).links()
    assert "Sopimuksessa ei ole vielä tekstiä." in reader.page(empty).text
    assert f"{empty}/muokkaus" not in reader.page(empty).links()
    for view in ("", "?nayta=tilanne"):
        assert "Sopimuksessa ei ole vielä tekstiä." in reader.page(f"{empty}/koko{view}").text
    reader.page(f"{empty}/luvut/1-jotain", status=404)
    reader.page(f"{empty}/kohdat/1-1", status=404)


# ---------------------------------------------------------------- a chapter


def test_a_chapter_says_how_far_it_is_and_what_waits_for_me(world: Any, browser: Browsers) -> None:
    client = browser(world.aino)
    page = client.page(chapter_of(client, root(world), "3 Yhteistyörakenne"))
    assert (page.h1, page.title) == ("3 Yhteistyörakenne", "3 Yhteistyörakenne – Kumppanuussopimus – kumppanuus")
    sentence = page.one("p", id="luvun-tilanne")
    assert words_of(sentence) == "1 kohta 7:stä on sovittu. Sinua odottaa 5 kohtaa: 3.3, 3.4, 3.5, 3.6 ja 3.7."
    assert [link.get("href") for link in sentence.iter("a")] == [f"#kohta-3-{n}" for n in (3, 4, 5, 6, 7)]
    assert [words_of(heading) for heading in page.all("h2") if (heading.get("id") or "").startswith("kohta-")] == [
        "3.1 Pysyvä yhteistyöelin",
        "3.2 Järjestöedustajien valinta",
        "3.3 Kokoukset",
        "3.4 Koollekutsuja, sihteeri ja kokousasiakirjat",
        "3.5 Toimialaverkostot",
        "3.6 Kirjaus hallintosääntöön",
        "3.7 Kulujen korvaaminen",
    ]
    assert [each.get("id") for each in page.all("article")] == [
        f"clause-{world.clauses[f'3.{n}']}" for n in range(1, 8)
    ]


def test_the_contents_stand_beside_a_chapter_and_above_it_on_a_phone(world: Any, browser: Browsers) -> None:
    client = browser(world.aino)
    page = client.page(chapter_of(client, root(world), "3 Yhteistyörakenne"))
    beside, above = page.all("ol", class_="toc")
    assert words_of(beside) == words_of(above)
    assert len(beside.findall("li")) == 16
    now = [each for each in beside.iter("a") if each.get("aria-current") == "page"]
    assert [words_of(each) for each in now] == ["3 Yhteistyörakenne 1/7 sovittu"]
    bar = page.one("details", class_="tocbar").find("summary")
    assert words_of(bar) == "Luku 3/12 26/60 kohtaa sovittu"
    before, after = page.one("nav", aria_label="Edellinen ja seuraava luku").findall("a")
    assert words_of(before) == "Edellinen luku2 Tarkoitus, periaatteet ja käsitteet"
    assert words_of(after) == "Seuraava luku4 Osallistuminen valmisteluun ja päätöksentekoon"


def test_the_first_annex_follows_the_last_chapter(world: Any, browser: Browsers) -> None:
    client = browser(world.aino)
    page = client.page(chapter_of(client, root(world), "Liite 1"))
    assert page.h1 == "Liite 1. Sopimukseen liittyminen"
    assert words_of(page.one("details", class_="tocbar").find("summary")).startswith("Liite 1/4")
    before, after = page.one("nav", aria_label="Edellinen ja seuraava luku").findall("a")
    assert words_of(before).startswith("Edellinen luku12 ")
    assert words_of(after).startswith("Seuraava liiteLiite 2.")


def test_a_clause_shows_its_text_status_signatures_and_links(world: Any, browser: Browsers) -> None:
    client = browser(world.kaarina)
    page = client.page(chapter_of(client, root(world), "3 Yhteistyörakenne"))
    clause = world.clauses["3.5"]
    shown = article(page, clause)
    assert shown.get("aria-labelledby") == "kohta-3-5"
    assert words_of(shown.find("p")) == "Hyvinvointialue hyväksynyt"
    authority, organisations = shown.find(".//dl").findall("div")
    assert [words_of(part) for part in authority] == ["Hyvinvointialue", "Marja Ahonen", "Hyväksynyt 18.2.2026"]
    assert [words_of(part) for part in organisations] == ["Järjestöt", "", "Ei vielä hyväksytty"]
    hrefs = [link.get("href") for link in shown.iter("a")]
    assert f"/kohdat/{clause}/historia" in hrefs
    assert f"{root(world)}/kysymykset/3" in hrefs
    assert f"#kommentit-{clause}" in hrefs


def test_each_person_has_one_main_thing_to_do_in_a_clause_and_none_in_an_agreed_one(
    world: Any, browser: Browsers
) -> None:
    found = {}
    for person in ("aino", "kaarina", "riikka", "mikko", "outi"):
        client = browser(getattr(world, person))
        page = client.page(chapter_of(client, root(world), "3 Yhteistyörakenne"))
        found[person] = [buttons(article(page, world.clauses[label])) for label in ("3.1", "3.2", "3.5")]
        assert all(sum(each.startswith("* ") for each in offered) <= 1 for offered in found[person])
    assert found == {
        "aino": [
            [],
            [
                "* Hyväksy järjestöjen puolesta 3.2 Järjestöedustajien valinta",
                "Kommentoi kohtaa 3.2",
                "Ehdota muutosta kohtaan 3.2",
            ],
            [
                "* Hyväksy järjestöjen puolesta 3.5 Toimialaverkostot",
                "Kommentoi kohtaa 3.5",
                "Ehdota muutosta kohtaan 3.5",
            ],
        ],
        "kaarina": [
            [],
            ["* Kommentoi kohtaa 3.2", "Ehdota muutosta kohtaan 3.2"],
            ["Kommentoi kohtaa 3.5", "Ehdota muutosta kohtaan 3.5"],
        ],
        "riikka": [
            [],
            [
                "* Hyväksy hyvinvointialueen puolesta 3.2 Järjestöedustajien valinta",
                "Kommentoi kohtaa 3.2",
                "Ehdota muutosta kohtaan 3.2",
            ],
            ["Peru hyväksyntä 3.5 Toimialaverkostot", "Kommentoi kohtaa 3.5", "Ehdota muutosta kohtaan 3.5"],
        ],
        "mikko": [
            [],
            ["* Käsittele avoimet kommentit kohdassa 3.2", "Kommentoi kohtaa 3.2", "Muokkaa tekstiä kohdassa 3.2"],
            ["Kommentoi kohtaa 3.5", "Muokkaa tekstiä kohdassa 3.5"],
        ],
        "outi": [[], [], []],
    }


def test_comments_are_open_only_where_something_in_them_waits_for_me(world: Any, browser: Browsers) -> None:
    clause = world.clauses["3.4"]
    open_for, closed_for = browser(world.aino), browser(world.outi)
    address = chapter_of(open_for, root(world), "3 Yhteistyörakenne")
    panel = open_for.page(address).one("details", id=f"kommentit-{clause}")
    assert panel.get("open") is not None
    assert words_of(panel.find("summary")) == "7 kommenttia, joista 3 avoinna"
    assert len(panel.find("div").find("ol").findall("li")) == 2  # the newest; the rest on the page of the clause
    assert f"/kohdat/{clause}#puhe" in [link.get("href") for link in panel.iter("a")]
    panel = closed_for.page(address).one("details", id=f"kommentit-{clause}")
    assert panel.get("open") is None
    assert panel.find("div").find("ol") is None


def test_a_reopened_clause_tells_why(world: Any, browser: Browsers) -> None:
    client = browser(world.outi)
    page = client.page(chapter_of(client, root(world), "3 Yhteistyörakenne"))
    notice = next(each for each in article(page, world.clauses["3.3"]).iter("div") if each.get("class") == "notice")
    assert words_of(notice).startswith("Miksi kohta avattiin? Aino Heikkilä avasi kohdan ma 2.3.2026.")
    assert words_of(notice).endswith("Pitkät matkat estävät muuten osallistumisen.")


def test_an_old_address_of_a_chapter_leads_to_the_present_one(
    world: Any, browser: Browsers, changing: Changing
) -> None:
    client = browser(world.aino)
    old = chapter_of(client, root(world), "3 Yhteistyörakenne")

    def rename(get: Any) -> None:
        section = get(Clause, world.clauses["3.1"]).section
        agreements.rename_section(section, title="Yhteinen pöytä", base=section.title, by=world.mikko)

    changing(rename)
    response = client.get(old)
    assert (response.status_code, response.location) == (302, f"{root(world)}/luvut/3-yhteinen-poyta")
    assert client.get(f"{root(world)}/luvut/3").location == f"{root(world)}/luvut/3-yhteinen-poyta"
    client.page(f"{root(world)}/luvut/99-ei-ole", status=404)
    client.page(f"{root(world)}/luvut/liite-99", status=404)


def test_a_printed_number_leads_to_the_clause_wherever_it_stands(world: Any, browser: Browsers) -> None:
    client = browser(world.outi)
    for label in ("3-3", "3.3"):
        response = client.get(f"{root(world)}/kohdat/{label}")
        assert (response.status_code, response.location) == (302, f"/kohdat/{world.clauses['3.3']}")
    assert client.get(f"{root(world)}/kohdat/l1-1").location == f"/kohdat/{world.clauses['L1.1']}"
    client.page(f"{root(world)}/kohdat/99-1", status=404)


# ---------------------------------------------------------------- the whole text


def test_the_whole_text_is_the_text_and_nothing_else_unless_asked_for(world: Any, browser: Browsers) -> None:
    client = browser(world.outi)
    plain, told = client.page(f"{root(world)}/koko"), client.page(f"{root(world)}/koko?nayta=tilanne")
    headings = [words_of(each) for each in plain.all("h3")]
    assert len(headings) == 69
    assert headings[:2] == ["1.1 Osapuolet", "1.2 Yhteistyöelimen asema"]
    assert headings == [words_of(each) for each in told.all("h3")]
    assert plain.all("dl", class_="signs") == []
    assert plain.all("span", class_="st agreed") == []
    assert len(told.all("dl", class_="signs")) == 69
    assert len(told.all("span", class_="st agreed")) == 26 + 3  # chapters and annexes
    assert [each.get("id") for each in plain.all("h3")][:1] == ["kohta-1-1"]
    now = [words_of(each) for each in told.all("a", aria_current="true")]
    assert "Teksti ja tilanne" in now
    assert f"/kohdat/{world.clauses['3.3']}" in plain.links()


def test_the_signature_lines_of_the_whole_text_follow_the_approvals(
    world: Any, browser: Browsers, changing: Changing
) -> None:
    client = browser(world.outi)
    address = f"{root(world)}/koko?nayta=tilanne"
    before = len(client.page(address).all("span", class_="st agreed"))

    def agree(get: Any) -> None:
        clause = get(Clause, world.clauses["3.5"])
        approvals.give(clause, side=Side.ORGANISATIONS, fingerprint=clause.current.fingerprint, by=world.aino)

    changing(agree)
    assert len(client.page(address).all("span", class_="st agreed")) == before + 1


@pytest.mark.parametrize(("view", "most"), [("koko", 4), ("koko?nayta=tilanne", 8), ("", 9), ("luvut/1", 12)])
def test_pages_of_an_agreement_cost_the_same_however_long_it_is(
    view: str, most: int, databases: Databases, queries: Spent
) -> None:
    costs = []
    for size in (short, long):
        with met_first(databases, size) as plain:
            client = Browsers(databases.app)(plain.coordinator)  # open comments wait for whom in every chapter
            address = f"/sopimukset/{plain.slug}/{view}".rstrip("/")
            if view.startswith("luvut"):
                address = client.get(address).location
            with queries() as spent:
                page = client.page(address)
            assert page.h1
            costs.append(len(spent))
    assert costs[0] == costs[1] <= most


# ---------------------------------------------------------------- news


def poll_of(page: Page) -> str:
    """What the page asks every half minute."""
    element = page.one("div", id="uutta")
    assert element.get("hx-trigger") == "every 30s"
    assert words_of(element) == ""
    return str(element.get("hx-get"))


def say(world: Any, get: Any, who: str, *, times: int = 1) -> None:
    clause = get(Clause, world.clauses["3.5"])
    member = get(members.Member, world.members[who])
    for _ in range(times):
        comments.add(
            comments.thread_of(clause), text="Hei", kind=CommentKind.SUPPORT, by=member, version=clause.current
        )


def test_a_page_hears_of_what_others_do_and_of_nothing_else(
    world: Any, browser: Browsers, changing: Changing, queries: Spent
) -> None:
    client = browser(world.aino)
    address = chapter_of(client, root(world), "3 Yhteistyörakenne")
    poll = poll_of(client.page(address))
    with queries() as spent:
        assert client.get(poll).status_code == 204
    assert len(spent) == 1
    changing(lambda get: say(world, get, "aino"))
    assert client.get(poll).status_code == 204  # my own doing is no news
    changing(lambda get: say(world, get, "kaarina", times=2))
    here = {"HX-Request": "true", "HX-Current-URL": f"http://localhost{address}#kohta-3-3"}
    answer = client.get(poll, headers=here)
    assert answer.status_code == 200
    bar = Page(answer.text)
    assert words_of(bar.one("div", class_="newer")) == "Sopimukseen on tullut 2 uutta tapahtumaa.Näytä"
    assert bar.links() == [address]
    assert bar.text.count("Sopimukseen on tullut 2 uutta tapahtumaa.") == 2  # once for those who only hear it
    again = bar.one("div", id="uutta").get("hx-get")
    assert client.get(again).status_code == 204  # what was told is not told again
    changing(lambda get: say(world, get, "kaarina"))
    later = Page(client.get(again, headers=here).text)
    assert later.text.count("Sopimukseen on tullut 3 uutta tapahtumaa.") == 1  # nor said again


@pytest.mark.parametrize("asked", ["", "?v=", "?v=-1", "?v=x", "?v=99999999999", "?v=²", "?v=1&v=2&n=x"])
def test_a_strange_poll_is_answered_with_nothing_or_news(asked: str, world: Any, browser: Browsers) -> None:
    assert browser(world.aino).get(f"{root(world)}/uutta{asked}").status_code in (200, 204)


def test_the_bar_never_leads_away(world: Any, browser: Browsers) -> None:
    client = browser(world.aino)
    for current in (
        "https://evil.example/x",
        "//evil.example",
        "javascript:alert(1)",
        "",
        "http://localhost//evil.example",
    ):
        answer = client.get(f"{root(world)}/uutta?v=1", headers={"HX-Current-URL": current})
        assert Page(answer.text).links() == [f"{root(world)}/tapahtumat"]


def test_the_poll_tells_nobody_else_anything(world: Any, browser: Browsers, changing: Changing) -> None:
    address = f"{root(world)}/uutta?v=99999"
    assert browser(world.outi).get(address).status_code == 204
    assert browser(world.eero).get(address).status_code == 404
    assert browser().get(address).status_code == 303
    client = browser(world.kaarina)
    changing(lambda get: accounts.disable(get(accounts.User, world.kaarina), by=None))
    assert client.get(address).status_code == 303


# ---------------------------------------------------------------- who may not, and what is inert


def test_outsiders_see_no_page_and_strangers_are_led_to_the_door(world: Any, browser: Browsers) -> None:
    outsider, stranger = browser(world.eero), browser()
    for path in ("", "/koko", "/koko?nayta=tilanne", "/luvut/3-yhteistyorakenne", "/kohdat/3-3", "/uutta?v=1"):
        outsider.page(f"{root(world)}{path}", status=404)
        response = stranger.get(f"{root(world)}{path}")
        assert response.status_code == 303
        assert response.location.startswith("/kirjautuminen?next=")
    assert stranger.get("/sopimukset").location == "/kirjautuminen?next=/sopimukset"


def test_what_people_write_never_runs_on_any_page(world: Any, browser: Browsers, changing: Changing) -> None:
    def write(get: Any) -> None:
        agreement = get(Agreement, world.agreement)
        section = get(Clause, world.clauses["1.1"]).section
        agreements.rename_section(section, title=XSS[0], base=section.title, by=world.mikko)
        for payload in XSS[:40]:
            clause = agreements.add_clause(section, title=payload[:290], text=f"{payload}\n\nteksti", by=world.mikko)
        agreements.edit(
            agreement,
            title=XSS[6],
            authority_name=XSS[7],
            body_name=XSS[8],
            case_number=XSS[0],
            signature_text=XSS[0],
            base=agreement.facts_digest,
            by=world.mikko,
        )
        member = get(members.Member, world.members["kaarina"])
        thread = comments.thread_of(clause)
        comments.add(thread, text=XSS[0], kind=CommentKind.CONCERN, by=member, version=clause.current)

    changing(write)
    client = browser(world.aino)
    chapter = client.get(f"{root(world)}/luvut/1").location
    for address in ("/sopimukset", root(world), chapter, f"{root(world)}/koko", f"{root(world)}/koko?nayta=tilanne"):
        page = client.page(address)  # the client lints: no script, style or event attribute
        inside = page.one("main")
        strange = {"img", "iframe", "object", "embed", "video", "audio", "base", "meta", "math", "marquee", "style"}
        assert not strange & {each.tag for each in inside.iter() if isinstance(each.tag, str)}
        assert not [link for link in page.links() if link.lower().startswith(("javascript", "data", "vbscript"))]
        assert "alert(1)" in page.text
