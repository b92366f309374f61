"""Nothing typed is lost: kept for later, saved by itself, written by two at once, sent twice, or sent into nowhere."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Route, expect

from tests.databases import SQLITE
from tests.journeys.conftest import Site, Visit
from tests.journeys.visitor import Visitor

pytestmark = [pytest.mark.journey, pytest.mark.parametrize("databases", [SQLITE], indirect=True)]

BOTH_WAYS = pytest.mark.parametrize("java_script", [True, False], ids=["with JavaScript", "without JavaScript"])

# Each test has a clause of its own in the one world they share.
KEPT, SAVED, ENDED, TWO, TWICE, BACK, LOST, CUT = "3.1", "3.2", "9.1", "6.1", "4.1", "5.1", "7.1", "8.1"


def text_field(visitor: Visitor) -> Locator:
    return visitor.page.get_by_label("Kommentti", exact=True)


def comments(visitor: Visitor, text: str) -> Locator:
    return visitor.page.locator("#kommentit > li", has_text=text)


@BOTH_WAYS
def test_an_unfinished_comment_is_there_again_after_signing_out(java_script: bool, site: Site, visit: Visit) -> None:
    aino = visit(java_script=java_script)
    aino.become(site.databases, site.world.aino)
    clause = f"/kohdat/{site.world.clauses[KEPT]}"
    aino.page.goto(clause)
    aino.page.get_by_label("Huoli").check()
    text_field(aino).fill("Tämä jäi kesken")
    aino.press("Tallenna keskeneräisenä")
    aino.see("Teksti on tallessa. Voit jatkaa myöhemmin.")
    aino.sign_out()
    aino.sign_in("Aino Heikkilä")
    aino.page.goto(clause)
    aino.see("Keskeneräinen tekstisi on tallessa. Voit jatkaa siitä.")
    expect(text_field(aino)).to_have_value("Tämä jäi kesken")
    expect(aino.page.get_by_label("Huoli")).to_be_checked()
    expect(comments(aino, "Tämä jäi kesken")).to_have_count(0)
    text_field(aino).fill(f"Nyt se on valmis, {java_script}.")
    aino.press("Lähetä kommentti")
    aino.see("Kommentti on lähetetty.")
    aino.page.goto(clause)
    expect(comments(aino, f"Nyt se on valmis, {java_script}.")).to_have_count(1)
    expect(text_field(aino)).to_have_value("")


def test_what_is_being_typed_is_saved_by_itself(site: Site, visit: Visit) -> None:
    riikka = visit()
    page = riikka.page
    riikka.become(site.databases, site.world.riikka)
    page.clock.install()
    clause = f"/kohdat/{site.world.clauses[SAVED]}"
    page.goto(clause)
    with page.expect_response("**/kommentit/luonnos"):
        text_field(riikka).press_sequentially("Aloitan tästä")
    with page.expect_response("**/kommentit/luonnos") as saved:
        page.clock.run_for(10_000)  # the rest of what was typed goes when ten seconds are over
    assert saved.value.status == 204
    expect(text_field(riikka)).to_be_focused()
    riikka.context.close()  # the battery is empty

    again = visit()
    again.become(site.databases, site.world.riikka)
    again.page.goto(clause)
    expect(text_field(again)).to_have_value("Aloitan tästä")


@BOTH_WAYS
def test_what_was_typed_when_the_session_ends_is_on_the_page_that_says_so(
    java_script: bool, site: Site, visit: Visit
) -> None:
    aino, elsewhere = visit(java_script=java_script), visit(java_script=java_script)
    for visitor in (aino, elsewhere):
        visitor.become(site.databases, site.world.aino)
    aino.page.goto(f"/kohdat/{site.world.clauses[ENDED]}")
    aino.page.get_by_label("Huoli").check()
    text_field(aino).fill("Kirjoitin tätä pitkään.")
    elsewhere.page.goto("/oma-sivu")
    elsewhere.press("Kirjaudu ulos kaikkialta")
    expect(elsewhere.heading()).to_have_text("Kirjaudu sähköpostilla")
    aino.press("Lähetä kommentti")
    expect(aino.heading()).to_have_text("Kirjautumisesi on päättynyt.")
    kept = aino.page.get_by_role("main").locator("textarea, pre, blockquote, p", has_text="Kirjoitin tätä pitkään.")
    expect(kept.first).to_be_visible()
    if java_script:
        aino.hold()


@BOTH_WAYS
def test_two_who_write_at_once_both_keep_their_text(java_script: bool, site: Site, visit: Visit) -> None:
    mikko, tuula = visit(java_script=java_script), visit(java_script=java_script)
    mikko.become(site.databases, site.world.mikko)
    tuula.become(site.databases, site.world.tuula)
    clause = f"/kohdat/{site.world.clauses[TWO]}"
    for visitor in (mikko, tuula):
        visitor.page.goto(f"{clause}/muokkaus")
    # One long word each, which both change into something else: it clashes also with what the other round left.
    which = "ensimmäinen" if java_script else "toinen"
    hers, his = f"Tuulan-{which}.", f"Mikon-{which}."
    tuula.page.get_by_label("Teksti", exact=True).fill(hers)
    tuula.press("Tallenna kohta")
    tuula.see("on tallennettu.")
    box = mikko.page.get_by_label("Teksti", exact=True)
    box.fill(his)
    mikko.press("Tallenna kohta")
    mikko.see(f"Tuula Rantanen muutti kohtaa {TWO} samaan aikaan. Oma tekstisi on tallessa.", "Mitä muut muuttivat")
    if java_script:
        expect(mikko.page.locator("#virheet")).to_be_focused()
        mikko.hold()
    mikko.page.goto(f"{clause}/muokkaus")  # whoever leaves the page finds the text again
    expect(box).to_have_value(his)
    mikko.press("Tallenna kohta")
    mikko.page.get_by_role("radio", name="Oma tekstisi").check()
    mikko.press("Näytä yhdistetty teksti")
    expect(box).to_have_value(his)
    mikko.press("Tallenna kohta")
    mikko.see("on tallennettu.", his)
    mikko.page.goto(f"{clause}/vertailu")
    expect(mikko.page.locator(".diff").last).to_contain_text("Tuulan")
    expect(mikko.page.locator(".diff").last).to_contain_text("Mikon")


@BOTH_WAYS
def test_a_comment_sent_twice_by_a_double_click_is_one_comment(java_script: bool, site: Site, visit: Visit) -> None:
    aino = visit(java_script=java_script)
    aino.become(site.databases, site.world.aino)
    clause, text = f"/kohdat/{site.world.clauses[TWICE]}", f"Kaksi painallusta, {java_script}."
    aino.page.goto(clause)
    aino.page.get_by_label("Kannatan").check()
    text_field(aino).fill(text)
    aino.button("Lähetä kommentti").dblclick()
    expect(comments(aino, text)).to_have_count(1)
    aino.page.goto(clause)
    expect(comments(aino, text)).to_have_count(1)


def test_a_comment_sent_again_after_the_back_button_is_one_comment(site: Site, visit: Visit) -> None:
    """Chromium asks for the page anew, with a form that was never sent; what is typed into it is the same."""
    aino = visit(java_script=False)
    aino.become(site.databases, site.world.aino)
    clause, text = f"/kohdat/{site.world.clauses[BACK]}", "Lähetetty kahdesti."
    aino.page.goto(clause)
    write_and_send(aino, text)
    aino.see("Kommentti on lähetetty.")
    aino.page.go_back()
    write_and_send(aino, text)
    aino.see("Lähetit samat sanat tähän jo hetki sitten. Tallensimme ne vain kerran.")
    expect(comments(aino, text)).to_have_count(1)
    expect(text_field(aino)).to_have_value("")


def write_and_send(visitor: Visitor, text: str) -> None:
    visitor.page.get_by_label("Kannatan").check()
    text_field(visitor).fill(text)
    visitor.press("Lähetä kommentti")


def test_a_comment_sent_into_a_broken_connection_stays_in_its_box(site: Site, visit: Visit) -> None:
    aino = visit()
    aino.become(site.databases, site.world.aino)
    clause, text = f"/kohdat/{site.world.clauses[LOST]}", "Kuuluuko tämä perille?"
    aino.page.goto(clause)
    aino.page.get_by_label("Kysymys").check()
    text_field(aino).fill(text)
    aino.context.set_offline(True)
    aino.press("Lähetä kommentti")
    expect_lost(aino, text)
    aino.context.set_offline(False)
    aino.press("Lähetä kommentti")
    aino.see("Kommentti on lähetetty.")
    expect(aino.page.get_by_role("alert")).to_have_count(0)
    aino.page.goto(clause)
    expect(comments(aino, text)).to_have_count(1)


def test_a_comment_whose_answer_gets_lost_can_be_sent_again_and_is_one_comment(site: Site, visit: Visit) -> None:
    aino = visit()
    aino.become(site.databases, site.world.aino)
    clause, text = f"/kohdat/{site.world.clauses[CUT]}", "Katkesiko yhteys liian myöhään?"

    def take_but_do_not_answer(route: Route) -> None:
        route.fetch()
        route.abort()

    aino.page.goto(clause)
    aino.page.route("**/kommentit", take_but_do_not_answer, times=1)
    aino.page.get_by_label("Kysymys").check()
    text_field(aino).fill(text)
    aino.press("Lähetä kommentti")
    expect_lost(aino, text)
    aino.press("Lähetä kommentti")
    aino.see("Lähetit samat sanat tähän jo hetki sitten. Tallensimme ne vain kerran.")
    expect(comments(aino, text)).to_have_count(1)


def expect_lost(visitor: Visitor, text: str) -> None:
    """The page says that the connection broke, beside the button, and holds the text."""
    lost = visitor.page.get_by_role("alert")
    expect(lost).to_have_text("Yhteys katkesi. Teksti on tallessa. Yritä uudelleen.")
    expect(visitor.button("Lähetä kommentti").locator("xpath=following-sibling::*[1]")).to_have_class("msg lost")
    expect(text_field(visitor)).to_have_value(text)
    expect(visitor.button("Lähetä kommentti")).to_be_enabled()
    # htmx tells of it on the console too: that is no fault of a page.
    assert all("Failed to fetch" in each for each in visitor.complaints), visitor.complaints
    visitor.complaints.clear()
