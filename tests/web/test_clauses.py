"""One clause: its page, its history, and how two of its wordings differ."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from kumppanuus import accounts, agreements, approvals, comments, demo, ledger, members, questions
from kumppanuus.agreements import Clause, Side
from kumppanuus.comments import CommentKind
from kumppanuus.db import clock_at, db, writing
from kumppanuus.web import surroundings
from tests.client import Page, words_of
from tests.databases import NOW, Browsers, Databases, Queries
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


def history_of(page: Page) -> list[str]:
    """The lines of the short history beside a clause, or of the versions in its whole history."""
    return [words_of(line) for line in page.one("ol", class_="history").findall("li")]


def marks(page: Page) -> list[tuple[str, str]]:
    """What is marked as deleted or inserted."""
    return [(each.tag, words_of(each)) for each in page.root.iter() if each.tag in ("ins", "del")]


def rewrite(clause: Clause, text: str, by: UUID, *, title: str | None = None, reason: str = "") -> None:
    base = clause.current
    agreements.rewrite(clause, title=base.title if title is None else title, text=text, base=base, by=by, reason=reason)


# ---------------------------------------------------------------- its page


def test_what_is_kept_round_a_clause_is_what_would_be_read_anew_for_no_more_queries(
    inside: None, world: Any, queries: Spent
) -> None:
    clause, above = (db.session.get_one(Clause, world.clauses[label]) for label in ("3.5", "3.4"))
    agreement, section = clause.agreement, clause.section
    asked = {number for number, _words in questions.of_clause(clause.id)}
    question = next(each for each in questions.register(agreement) if each.number not in asked)

    def plain(found: surroundings.Around) -> tuple[Any, ...]:
        chapter = found.section
        return found.label, chapter.label, chapter.title, found.asked, found.last, found.is_in_round, found.spoken

    def look() -> tuple[Any, ...]:
        now = ledger.head(agreement.id)
        assert now is not None
        return plain(surroundings.kept(clause, now.head, now.length))

    before = [look()]
    for act in (
        lambda: rewrite(clause, "Uusi teksti.", world.mikko),
        lambda: agreements.rename_section(section, title="Uusi nimi", base=section.title, by=world.mikko),
        lambda: agreements.move_clause(clause, up=True, by=world.mikko),
        lambda: questions.link(question, [clause.id], revision=question.revision, by=world.mikko),
        lambda: rewrite(above, "Muu teksti.", world.mikko),
        lambda: [rewrite(clause, f"Kerta {number}.", world.mikko) for number in range(surroundings.LAST + 1)],
    ):
        act()
        before.append(look())
        assert before[-1] == plain(surroundings.around(clause))
    assert len({repr(each) for each in before}) == len(before) - 1, "what is written elsewhere changes nothing here"
    # Whatever changes between two looks, the second costs no more than the first.
    rewrite(clause, "Kaikki muuttuu.", world.mikko)
    questions.link(question, [], revision=question.revision, by=world.mikko)
    with queries() as spent:
        before.append(look())
    assert len(spent) == 1 + 4, spent.statements  # the head of the record, and what `around` costs
    assert before[-1] == plain(surroundings.around(clause))
    # A chain that never was as it was when this was kept: a copy from before has been restored.
    stale = replace(surroundings.around(clause), label="0.0")
    surroundings._known[clause.id] = surroundings._Known("0" * 64, 3, stale)
    assert look() == before[-1]


def test_the_page_shows_text_signatures_talk_questions_and_history(world: Any, browser: Browsers) -> None:
    clause = world.clauses["3.5"]
    page = browser(world.kaarina).page(f"/kohdat/{clause}")
    assert (page.h1, page.title) == ("3.5 Toimialaverkostot", "3.5 Toimialaverkostot – Kumppanuussopimus – kumppanuus")
    crumbs = page.one("nav", aria_label="Murupolku")
    assert [words_of(each) for each in crumbs.iter("li")] == ["Sopimus", "3 Yhteistyörakenne", "Kohta 3.5"]
    assert [link.get("href") for link in crumbs.iter("a")] == [
        f"/sopimukset/{world.slug}",
        f"/sopimukset/{world.slug}/luvut/3-yhteistyorakenne#kohta-3-5",
    ]
    assert words_of(page.one("header", class_="page-head").find("p")) == "Hyvinvointialue hyväksynyt"
    assert words_of(page.one("div", class_="mt0 c-body")).startswith("Toimialaverkostot päättävät itse")
    authority, organisations = page.one("dl", class_="signs").findall("div")
    assert [words_of(part) for part in authority] == ["Hyvinvointialue", "Marja Ahonen", "Hyväksynyt 18.2.2026"]
    assert [words_of(part) for part in organisations] == ["Järjestöt", "", "Ei vielä hyväksytty"]
    related = page.one("section", aria_labelledby="liittyy")
    assert words_of(related) == "Tähän liittyy Kysymys 3: Pysyvä järjestörakenne"
    assert history_of(page) == ["Hyväksytty ke 18.2.2026", "Luonnos ke 24.12.2025"]
    assert words_of(page.one("h2", id="kommentit-h")) == "1 kommentti"
    assert page.one("div", id="uutta").get("hx-trigger") == "every 30s"


def test_what_came_of_suggestions_is_told_beside_the_clause(world: Any, browser: Browsers) -> None:
    told = {
        key: history_of(browser(world.outi).page(f"/kohdat/{world.clauses[label]}"))
        for key, label in (("accepted", "7.2"), ("undone", "11.3"))
    }
    assert [words.partition(" ")[0] for words in told["accepted"]] == [
        "Sovittu",
        "Hyväksytty",
        "Muutosehdotus",
        "Luonnos",
    ]
    assert told["accepted"][2].startswith("Muutosehdotus hyväksytty ") and told["accepted"][2].endswith("Katso muutos")  # noqa: PT018 - one line
    assert [words.partition(" m")[0].partition(" t")[0] for words in told["undone"][:2]] == [
        "Muutosehdotuksen hyväksyminen kumottu",
        "Muutosehdotus hyväksytty",
    ]


def test_an_untitled_clause_is_called_by_its_number(world: Any, browser: Browsers) -> None:
    assert browser(world.kaarina).page(f"/kohdat/{world.clauses['L1.1']}").h1 == "L1.1"


@pytest.mark.parametrize(
    ("person", "label", "offered"),
    [
        ("aino", "3.5", ["Hyväksy järjestöjen puolesta 3.5 Toimialaverkostot", "Ehdota muutosta"]),
        ("marja", "3.5", ["Peru hyväksyntä 3.5 Toimialaverkostot", "Ehdota muutosta"]),
        ("mikko", "3.5", ["Muokkaa tekstiä", "Ehdota muutosta"]),
        ("mikko", "3.1", ["Muokkaa tekstiä", "Ehdota muutosta"]),
        ("kaarina", "3.5", ["Ehdota muutosta"]),
        ("outi", "3.5", []),
    ],
)
def test_everybody_is_offered_what_they_may_do(
    person: str, label: str, offered: list[str], world: Any, browser: Browsers
) -> None:
    page = browser(getattr(world, person)).page(f"/kohdat/{world.clauses[label]}")
    folded = {id(each) for fold in page.all("details") for each in fold.iter()}
    found = [each for row in page.all("div", class_="btns mt4") for each in row.iter() if id(each) not in folded]
    assert [words_of(each) for each in found if "btn" in (each.get("class") or "").split()] == offered


def test_a_reader_reads_and_cannot_comment(world: Any, browser: Browsers) -> None:
    page = browser(world.outi).page(f"/kohdat/{world.clauses['3.5']}")
    assert [form.get("action") for form in page.one("main").iter("form")] == []


def test_a_reopened_clause_tells_why(world: Any, browser: Browsers) -> None:
    page = browser(world.outi).page(f"/kohdat/{world.examples['reopen']}")
    assert "Miksi kohta avattiin? Aino Heikkilä avasi kohdan ma 2.3.2026." in page.text
    assert history_of(page)[0] == "Avattu uudelleen ma 2.3.2026"


def test_a_clause_in_another_language_says_so_to_those_who_hear_it(world: Any, browser: Browsers) -> None:
    client = browser(world.aino)
    fi = client.page(f"/kohdat/{world.clauses['3.5']}?kieli=fi")
    sv = client.page(f"/kohdat/{world.clauses['3.5']}?kieli=sv")
    assert (fi.one("h1").get("lang"), sv.one("h1").get("lang")) == (None, "fi")
    assert sv.one("div", class_="mt0 c-body").get("lang") == "fi"


def test_a_refused_comment_shows_the_whole_page_with_the_text(world: Any, browser: Browsers) -> None:
    client, address = browser(world.outi), f"/kohdat/{world.clauses['3.5']}"
    client.send(f"{address}/kommentit", {"text": "Lukija ei saa"}, status=403)
    client = browser(world.aino)
    response = client.send(f"{address}/kommentit", {"text": "Ei lajia"}, page=address, status=422)
    page = Page(response.text)
    assert page.h1 == "3.5 Toimialaverkostot"
    assert page.title.startswith("Virhe: ")
    assert "Ei lajia" in words_of(page.one("textarea"))


def test_a_reopening_without_a_reason_says_so_at_the_head_of_the_page(world: Any, browser: Browsers) -> None:
    client, clause = browser(world.aino), world.examples["agreed"]
    response = client.send(f"/kohdat/{clause}/avaaminen", {"reason": " "}, page=f"/kohdat/{clause}", status=422)
    page = Page(response.text)
    box = page.one("div", id="virheet")
    assert words_of(box) == "Kohtaa ei ole vielä avattu Kirjoita perustelu"
    assert [link.get("href") for link in box.iter("a")] == [f"#syy-{clause}"]
    assert page.one("textarea", id=f"syy-{clause}") is not None


def test_the_page_costs_the_same_however_much_was_said(
    databases: Databases, world: Any, browser: Browsers, queries: Spent
) -> None:
    found = []
    for said in (3, 40):
        with databases.app.app_context(), writing(), clock_at(NOW + timedelta(days=said)):
            plain = demo.make_plain(1, said)
            db.session.commit()
        client = browser(plain.official)
        with queries() as spent:
            page = client.page(f"/kohdat/{plain.clauses['1.1']}")
        found.append((len(page.one("ol", id="kommentit").findall("li")), len(spent)))
    assert [shown for shown, _ in found] == [3, 30]  # a page of them
    assert found[0][1] == found[1][1] <= 10


def test_the_page_costs_the_same_however_long_the_agreement(databases: Databases, queries: Spent) -> None:
    costs = []
    for size in (short, long):
        with met_first(databases, size) as plain:
            client = Browsers(databases.app)(plain.representative)
            with queries() as spent:
                client.page(f"/kohdat/{plain.clauses['1.1']}")
            costs.append(len(spent))
    assert costs[0] == costs[1] <= 10


def test_outsiders_see_nothing_and_strangers_are_led_to_the_door(world: Any, browser: Browsers) -> None:
    clause = world.clauses["3.5"]
    for path in ("", "/historia", "/vertailu", "/vertailu?a=1&b=2"):
        browser(world.eero).page(f"/kohdat/{clause}{path}", status=404)
        browser(world.ilkka).page(f"/kohdat/{clause}{path}", status=404)  # a member of another agreement
        response = browser().get(f"/kohdat/{clause}{path}")
        assert response.status_code == 303
        assert response.location.startswith("/kirjautuminen?next=")
    for path in ("", "/historia", "/vertailu"):
        browser(world.aino).page(f"/kohdat/{uuid4()}{path}", status=404)


# ---------------------------------------------------------------- a clause that was taken out


def test_a_removed_clause_says_so_keeps_its_words_and_offers_to_come_back(world: Any, browser: Browsers) -> None:
    clause = world.examples["gone"]
    coordinator, reader = browser(world.mikko), browser(world.outi)
    page = coordinator.page(f"/kohdat/{clause}")
    assert page.h1 == "Kaksikielisyys"
    assert "Mikko Saarela poisti kohdan sopimuksesta ma 5.1.2026." in page.text
    assert "Sopimus liitteineen ja kommentointipyynnöt julkaistaan" in page.text
    assert history_of(page) == ["Poistettu sopimuksesta ma 5.1.2026Katso muutos", "Luonnos ke 24.12.2025"]
    assert page.all("dl", class_="signs") == []  # nobody had approved it, so nobody is asked
    actions = [form.get("action") for form in reader.page(f"/kohdat/{clause}").one("main").iter("form")]
    assert actions == []
    response = coordinator.send(f"/kohdat/{clause}/palautus", page=f"/kohdat/{clause}")
    assert response.status_code == 303
    back = coordinator.page(f"/kohdat/{clause}")
    assert back.h1.endswith("Kaksikielisyys")
    assert back.h1 != "Kaksikielisyys"
    assert history_of(back)[0].startswith("Palautettu sopimukseen")


def test_a_removal_that_waits_shows_both_signature_lines_and_lets_approvers_sign(world: Any, browser: Browsers) -> None:
    clause = world.examples["removed"]
    client = browser(world.riikka)
    page = client.page(f"/kohdat/{clause}")
    assert "Poistamisen hyväksyvät:" in page.text
    assert len(page.one("dl", class_="signs").findall("div")) == 2
    client.send(f"/kohdat/{clause}/hyvaksynnat", page=f"/kohdat/{clause}")
    assert words_of(client.page(f"/kohdat/{clause}").one("dl", class_="signs")).startswith(
        "HyvinvointialueRiikka LehtoHyväksynyt 18.3.2026"
    )


def test_a_clause_of_a_removed_chapter_has_a_page(world: Any, browser: Browsers, changing: Changing) -> None:
    kept: dict[str, UUID] = {}

    def remove(get: Any) -> None:
        section = agreements.add_section(get(agreements.Agreement, world.agreement), title="Turha", by=world.mikko)
        clause = agreements.add_clause(section, title="Myös turha", text="Teksti.", by=world.mikko)
        agreements.remove(clause, base=clause.current, by=world.mikko)
        agreements.remove_section(section, by=world.mikko)
        kept["clause"] = clause.id

    changing(remove)
    client = browser(world.aino)
    for path in ("", "/historia", "/vertailu"):
        assert "Myös turha" in client.page(f"/kohdat/{kept['clause']}{path}").h1


# ---------------------------------------------------------------- history


def test_the_history_tells_every_version_and_every_event(world: Any, browser: Browsers, changing: Changing) -> None:
    clause = world.clauses["3.5"]

    def change(get: Any) -> None:
        thing = get(Clause, clause)
        rewrite(thing, "Uusi teksti.", world.mikko, reason="Selkeämpi näin.")
        agreements.remove(thing, base=thing.current, by=world.tuula, reason="Turha.")
        agreements.restore(thing, by=world.mikko)

    changing(change)
    page = browser(world.outi).page(f"/kohdat/{clause}/historia")
    assert page.h1 == "Historia: 3.5 Toimialaverkostot"
    assert history_of(page) == [
        "Versio 4 (voimassa). Vertaa versiota 4 edelliseenMikko Saarela, ke 18.3.2026 klo 12",
        "Versio 3: kohta poistettu. Vertaa versiota 3 edelliseenTuula Rantanen, ke 18.3.2026 klo 12Perustelu: Turha.",
        "Versio 2. Vertaa versiota 2 edelliseenMikko Saarela, ke 18.3.2026 klo 12Perustelu: Selkeämpi näin.",
        "Versio 1Mikko Saarela, ke 24.12.2025 klo 9.05",
    ]
    told = [words_of(line) for line in page.one("ul", class_="log").findall("li")]
    assert told[0] == "Tänään klo 12Mikko Saarela palautti kohdan 3.5 sopimukseen."
    assert told[1] == "Tänään klo 12Tuula Rantanen poisti kohdan 3.5 sopimuksesta."
    assert told[2].startswith("Tänään klo 12Mikko Saarela muutti kohdan 3.5 tekstiä.")
    assert any("kommentoi kohtaa 3.5" in line for line in told)
    assert f"/kohdat/{clause}/vertailu?a=3&b=4" in page.links()


def older(page: Page) -> list[str]:
    """Links to what happened before."""
    return [link for link in page.links() if "?ennen=" in link and "kieli" not in link]


def test_a_long_history_comes_in_parts_and_costs_the_same(
    world: Any, browser: Browsers, changing: Changing, queries: Spent
) -> None:
    clause, client = world.clauses["3.5"], browser(world.outi)
    with queries() as few:
        client.page(f"/kohdat/{clause}/historia")

    def talk(get: Any) -> None:
        thing = get(Clause, clause)
        member = get(members.Member, world.members["kaarina"])
        thread = comments.thread_of(thing)
        for n in range(120):
            comments.add(thread, text=f"Kommentti {n}", kind=CommentKind.CONCERN, by=member, version=thing.current)
        for n in range(5):
            rewrite(thing, f"Teksti {n}.", world.mikko)

    changing(talk)
    with queries() as many:
        page = client.page(f"/kohdat/{clause}/historia")
    assert len(many) == len(few)
    assert len(page.one("ul", class_="log").findall("li")) == 50
    second = client.page(older(page)[0])
    assert len(second.one("ul", class_="log").findall("li")) == 50
    assert second.all("ol", class_="history") == []  # the versions stand on the first page
    assert older(client.page(older(second)[0])) == []
    assert "Ei aiempia tapahtumia." in client.page(f"/kohdat/{clause}/historia?ennen=1").text
    for strange in ("x", "-1", "9999999999", "²"):
        client.page(f"/kohdat/{clause}/historia?ennen={strange}")


# ---------------------------------------------------------------- two wordings


def test_two_wordings_are_compared_word_by_word(world: Any, browser: Browsers, changing: Changing) -> None:
    clause, client = world.clauses["3.5"], browser(world.outi)

    def change(get: Any) -> None:
        thing = get(Clause, clause)
        rewrite(thing, "Verkostot kokoontuvat kaksi kertaa vuodessa.", world.mikko, title="Verkostot")
        rewrite(thing, "Verkostot kokoontuvat kolme kertaa vuodessa.", world.mikko, reason="Sovittiin pöydässä.")

    changing(change)
    last = client.page(f"/kohdat/{clause}/vertailu")
    assert words_of(last.one("h2", id="muutokset")) == "Muutokset versiosta 2 versioon 3"
    assert marks(last) == [
        ("del", "Poistettu: kaksi. Poisto päättyy."),
        ("ins", "Lisätty: kolme. Lisäys päättyy."),
    ]
    assert "Perustelu: Sovittiin pöydässä." in last.text
    whole = client.page(f"/kohdat/{clause}/vertailu?a=1&b=3")
    assert words_of(whole.one("h2", id="muutokset")) == "Muutokset versiosta 1 versioon 3"
    assert words_of(whole.all("h3")[0]) == "Otsikko"
    assert ("del", "Poistettu: Toimialaverkostot. Poisto päättyy.") in marks(whole)
    assert "Perustelu:" not in whole.text  # it was given for one step only
    chosen = {each.get("name"): each for each in whole.all("select")}
    assert [words_of(option) for option in chosen["a"]] == [
        "Versio 3, ke 18.3.2026, Mikko Saarela",
        "Versio 2, ke 18.3.2026, Mikko Saarela",
        "Versio 1, ke 24.12.2025, Mikko Saarela",
    ]
    values = {
        name: next(o.get("value") for o in each if o.get("selected") is not None) for name, each in chosen.items()
    }
    assert values == {"a": "1", "b": "3"}
    backwards = client.page(f"/kohdat/{clause}/vertailu?a=3&b=2")
    assert marks(backwards)[0] == ("del", "Poistettu: kolme. Poisto päättyy.")
    same = client.page(f"/kohdat/{clause}/vertailu?a=2&b=2")
    assert "Valitse kaksi eri versiota." in same.text
    assert marks(same) == []


def test_a_comparison_with_nothing_is_told_in_words(world: Any, browser: Browsers, changing: Changing) -> None:
    client = browser(world.outi)
    page = client.page(f"/kohdat/{world.examples['removed']}/vertailu")
    assert "Versiossa 2 kohta on poistettu sopimuksesta." in page.text
    assert {tag for tag, _ in marks(page)} == {"del"}
    back = client.page(f"/kohdat/{world.examples['removed']}/vertailu?a=2&b=1")
    assert "Versiossa 2 kohta oli poistettu sopimuksesta." in back.text
    only = client.page(f"/kohdat/{world.clauses['3.5']}/vertailu")
    assert "Kohdasta on vasta yksi versio." in only.text
    assert only.all("select") == []

    def change(get: Any) -> None:
        thing = get(Clause, world.clauses["3.5"])
        rewrite(thing, thing.current.text, world.mikko, title="Verkostot")

    changing(change)
    assert "Vain otsikko on muuttunut." in client.page(f"/kohdat/{world.clauses['3.5']}/vertailu").text


@pytest.mark.parametrize(
    "asked", ["a=x&b=y", "a=-1&b=99", "a=0", "b=0", "a=2", "a=9999999999&b=1", "a=²&b=³", "a=1&a=2"]
)
def test_a_strange_comparison_shows_the_nearest_one(asked: str, world: Any, browser: Browsers) -> None:
    page = browser(world.outi).page(f"/kohdat/{world.examples['changed']}/vertailu?{asked}")
    assert words_of(page.one("h2", id="muutokset")).startswith("Muutokset versiosta ")


# ---------------------------------------------------------------- in its chapter


def test_the_article_is_drawn_fresh_with_what_stands_beside_it(
    world: Any, databases: Databases, browser: Browsers
) -> None:
    """After an approval by htmx the contents, the tally and the sentence of the chapter tell it too."""
    clause = world.clauses["3.5"]
    client = browser(world.aino)
    chapter = client.get(f"/sopimukset/{world.slug}/luvut/3").location
    response = client.send(f"/kohdat/{clause}/hyvaksynnat", page=chapter, htmx=True, status=200)
    page = Page(response.text)
    shown = page.one("article", id=f"clause-{clause}")
    assert words_of(shown.find("p")) == "Sovittu"
    assert words_of(page.one("p", id="luvun-tilanne")).startswith("2 kohtaa 7:stä on sovittu. Sinua odottaa 4 kohtaa:")
    assert words_of(page.one("span", id="sovittu")) == "27/60 kohtaa sovittu"
    for place in ("sisallys", "sisallys-kapea"):
        assert "3 Yhteistyörakenne 2/7 sovittu" in words_of(page.one("div", id=place))
    assert {each.get("hx-swap-oob") for each in page.root.iter() if each.get("hx-swap-oob")} == {"innerHTML"}
    assert response.headers["X-Focus"] == "#kohta-3-5"


def test_what_people_write_never_runs_on_the_pages_of_a_clause(
    world: Any, browser: Browsers, changing: Changing
) -> None:
    clause = world.clauses["3.5"]

    def write(get: Any) -> None:
        thing = get(Clause, clause)
        for payload in XSS[:30]:
            rewrite(thing, f"{payload}\n\nteksti", world.mikko, title=payload[:290], reason=payload)
        approvals.give(thing, side=Side.AUTHORITY, fingerprint=thing.current.fingerprint, by=world.riikka)
        approvals.give(thing, side=Side.ORGANISATIONS, fingerprint=thing.current.fingerprint, by=world.aino)
        approvals.reopen(thing, reason=XSS[0], by=world.mikko)
        get(accounts.User, world.mikko).name = XSS[6]

    changing(write)
    client = browser(world.aino)
    strange = {"img", "iframe", "object", "embed", "video", "audio", "base", "meta", "math", "marquee", "style"}
    versions = [f"/vertailu?a={n}&b={n + 1}" for n in range(1, 31)]
    for path in ("", "/historia", *versions):
        page = client.page(f"/kohdat/{clause}{path}")  # the client lints: no script, style or event attribute
        inside = page.one("main")
        assert not strange & {each.tag for each in inside.iter() if isinstance(each.tag, str)}
        assert not [link for link in page.links() if link.lower().startswith(("javascript", "data", "vbscript"))]
