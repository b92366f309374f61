"""Comments on the screen: saying, replying, answering, editing and supporting, with htmx and without."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from kumppanuus import agreements, comments, drafts, ledger, limits, members
from kumppanuus.comments import Comment, CommentKind, Thread
from kumppanuus.db import db, writing
from tests.client import LintingClient, Page, words_of
from tests.databases import NOW, Browsers, Databases, Queries

Clock = Callable[[Any], AbstractContextManager[None]]
Doing = Callable[[], AbstractContextManager[None]]

TEXT = "Matkakulut puuttuvat <b>kokonaan</b>.\n\nKuka ne korvaa?"
CONCERN = {"kind": "concern", "text": TEXT}


@pytest.fixture
def doing(databases: Databases, world: Any) -> Doing:
    """`with doing():` calls verbs beside the browsers and commits."""

    @contextmanager
    def begin() -> Iterator[None]:
        with databases.app.app_context(), writing():
            yield
            db.session.commit()

    return begin


@pytest.fixture
def clause(world: Any) -> UUID:
    """A clause of the text on which something has been said."""
    found: UUID = world.examples["comment"]
    return found


@pytest.fixture
def here(clause: UUID) -> str:
    return f"/kohdat/{clause}"


@pytest.fixture
def said(doing: Doing, world: Any, clause: UUID) -> UUID:
    """A comment of Kaarina's that nobody has answered or supported."""
    with doing():
        return say(world, clause, by="kaarina").id


def say(world: Any, clause_id: UUID, *, by: str, text: str = "Aineistot viikkoa ennen.", **rest: Any) -> Comment:
    """Say something by the verb."""
    clause = agreements.clause_by_id(clause_id)
    member = members.of(world.agreement, getattr(world, by))
    assert clause is not None
    assert member is not None
    return comments.add(
        comments.thread_of(clause), text=text, kind=CommentKind.CONCERN, by=member, version=clause.current, **rest
    )


def texts(page: Page) -> list[str]:
    """The texts of the comments of a page in order, replies after what they reply to."""
    return [words_of(each) for each in page.all("div", class_="said")]


def notices(page: Page) -> str:
    return words_of(page.one("div", id="ilmoitukset"))


def errors(page: Page) -> list[str]:
    """The lines of the summary of what to check."""
    return [words_of(each) for each in page.one("div", id="virheet").iter("li")]


def item(page: Page, comment_id: object) -> str:
    return " ".join(" ".join(page.one("li", id=f"k-{comment_id}").itertext()).split())


def count_of(page: Page) -> int:
    words = words_of(page.one("h2", id="kommentit-h"))
    return int(words.split()[0]) if words[0].isdigit() else 0


def newest(doing: Doing) -> dict[str, Any]:
    """The comment that was written last."""
    with doing():
        entry = db.session.scalars(
            sa.select(ledger.Entry).where(ledger.Entry.kind == "comment.added").order_by(ledger.Entry.number.desc())
        ).first()
        assert entry is not None
        found = db.session.get_one(Comment, UUID(entry.facts["comment_id"]))
        return {name: getattr(found, name) for name in Comment.seal}


def everything(doing: Doing) -> tuple[int, int]:
    """How many comments there are, and how long the records of agreements."""
    with doing():
        count = db.session.scalar(sa.select(sa.func.count()).select_from(Comment)) or 0
        of_agreements = ledger.Entry.chain_id != ledger.INSTALLATION
        entries = sa.select(sa.func.count()).select_from(ledger.Entry).where(of_agreements)
        return count, db.session.scalar(entries) or 0


# ---------------------------------------------------------------- saying


def test_a_comment_is_sent_by_a_plain_form_and_stands_first(
    browser: Browsers, world: Any, doing: Doing, clause: UUID, here: str
) -> None:
    client = browser(world.aino)
    before = client.page(here)
    assert before.form(f"{here}/kommentit").keys() == {"csrf_token", "form_key", "seen", "shown", "speaks_for", "text"}
    response = client.send(f"{here}/kommentit", {**CONCERN, "speaks_for": "organisation"}, page=here)
    made = newest(doing)
    assert response.headers["Location"] == f"{here}#k-{made['id']}"
    assert (made["kind"], made["speaks_for"], made["text"]) == ("concern", "organisation", TEXT)
    assert made["author_id"] == world.aino
    page = client.page(here)
    assert notices(page) == "Kommentti on lähetetty."
    assert count_of(page) == count_of(before) + 1
    assert texts(page) == ["Matkakulut puuttuvat <b>kokonaan</b>. Kuka ne korvaa?", *texts(before)]
    assert item(page, made["id"]).startswith("Aino Heikkilä Järvi-Suomen Omaishoitajat ry Tänään klo 12 Huoli")
    assert page.form(f"{here}/kommentit")["text"] == ""


def test_by_htmx_only_the_form_the_new_comment_the_count_and_the_notice_come_back(
    browser: Browsers, world: Any, doing: Doing, here: str
) -> None:
    client = browser(world.aino)
    before = client.page(here)
    fields = {**before.form(f"{here}/kommentit"), **CONCERN}
    response = client.post(f"{here}/kommentit", data=fields, headers={"HX-Request": "true"})
    made = newest(doing)["id"]
    page = Page(response.text)
    assert (response.status_code, response.headers["X-Focus"]) == (200, f"#k-{made}")
    assert [each.get("id") for each in page.all("li")] == [f"k-{made}"]
    target = page.one("hx-partial")
    assert (target.get("hx-target"), target.get("hx-swap")) == ("#kommentit", "afterbegin")
    heading = page.one("h2", id="kommentit-h")
    assert (heading.get("hx-swap-oob"), count_of(page)) == ("outerHTML", count_of(before) + 1)
    assert notices(page) == "Kommentti on lähetetty."
    fresh = page.form(f"{here}/kommentit")
    assert fresh["text"] == ""
    assert fresh["form_key"] != fields["form_key"]
    # The form that came back is as good as the first one.
    other = {**fresh, **CONCERN, "text": "Entä majoitus?"}
    again = client.post(f"{here}/kommentit", data=other, headers={"HX-Request": "true"})
    assert again.status_code == 200
    assert count_of(Page(again.text)) == count_of(before) + 2
    assert count_of(client.page(here)) == count_of(before) + 2
    assert "Kommentti on lähetetty." not in client.get(here).text


def test_the_empty_form_of_one_person_holds_nothing_of_another(browser: Browsers, world: Any, here: str) -> None:
    seen = {}
    for who in (world.aino, world.riikka, world.kaarina):
        client = browser(who)
        fields = {**client.page(here).form(f"{here}/kommentit"), **CONCERN}
        response = client.post(f"{here}/kommentit", data=fields, headers={"HX-Request": "true"})
        fresh = Page(response.text).form(f"{here}/kommentit")
        seen[who] = fresh["csrf_token"], fresh["form_key"]
        names = [words_of(each) for each in Page(response.text).all("label", class_="choice")]
        assert names == [words_of(each) for each in client.page(here).all("label", class_="choice")]
        client.send(f"{here}/kommentit", {**fresh, **CONCERN})
    assert len({token for token, _key in seen.values()}) == 3
    assert len({key for _token, key in seen.values()}) == 3


def test_the_first_comment_takes_the_place_of_the_words_that_there_is_none(
    browser: Browsers, world: Any, doing: Doing
) -> None:
    with doing():
        talked = set(db.session.scalars(sa.select(Thread.clause_id)))
        quiet = next(each for each in world.clauses.values() if each not in talked)
    here, client = f"/kohdat/{quiet}", browser(world.aino)
    before = client.page(here)
    assert (count_of(before), texts(before)) == (0, [])
    assert "Kukaan ei ole vielä kommentoinut." in before.text
    fields = {**before.form(f"{here}/kommentit"), **CONCERN}
    page = Page(client.post(f"{here}/kommentit", data=fields, headers={"HX-Request": "true"}).text)
    assert page.one("hx-partial").get("hx-target") == "#puhe"
    assert count_of(page) == 1
    assert len(page.all("ol", id="kommentit")) == 1


def test_a_comment_that_lacks_something_comes_back_with_what_was_written(
    browser: Browsers, world: Any, doing: Doing, here: str
) -> None:
    client, before = browser(world.aino), everything(doing)
    for fields, lines in [
        ({"kind": "concern", "text": "  "}, ["Kirjoita kommentti"]),
        ({"text": TEXT}, ["Valitse, millainen kommenttisi on"]),
        ({"kind": "loud", "text": TEXT}, ["Valitse, millainen kommenttisi on"]),
        ({"kind": "concern", "text": TEXT, "speaks_for": "county"}, ["Valitse, kenen nimissä kommentoit"]),
        ({"kind": "concern", "text": "a" * 4_001}, ["Teksti on liian pitkä: 4001 merkkiä. Enintään 4000 mahtuu."]),
    ]:
        plain = client.send(f"{here}/kommentit", fields, page=here, status=422)
        page = Page(plain.text)
        assert page.title.startswith("Virhe:")
        assert errors(page) == lines
        assert page.form(f"{here}/kommentit")["text"].strip() == fields["text"].strip()
        part = Page(client.send(f"{here}/kommentit", fields, page=here, status=422, htmx=True).text)
        assert (part.is_whole, errors(part)) == (False, lines)
        assert part.form(f"{here}/kommentit")["text"].strip() == fields["text"].strip()
    assert everything(doing) == before


def test_a_form_that_was_refused_is_sent_again_with_its_own_key(browser: Browsers, world: Any, here: str) -> None:
    client = browser(world.aino)
    fields = client.page(here).form(f"{here}/kommentit")
    refused = client.post(f"{here}/kommentit", data={**fields, "kind": "concern", "text": ""})
    assert refused.status_code == 422
    client.send(f"{here}/kommentit", {**Page(refused.text).form(f"{here}/kommentit"), **CONCERN})


def test_five_presses_of_one_button_make_one_comment(
    browser: Browsers, world: Any, doing: Doing, databases: Databases, here: str
) -> None:
    client, (count, _entries) = browser(world.aino), everything(doing)
    fields = {**client.page(here).form(f"{here}/kommentit"), **CONCERN}
    start, answers = threading.Barrier(5), list[Any]()

    def press(sender: LintingClient) -> None:
        start.wait(30)
        answers.append(sender.post(f"{here}/kommentit", data=fields))

    senders = [_same(browser, client) for _press in range(5)]
    threads = [threading.Thread(target=press, args=(each,)) for each in senders]
    for each in threads:
        each.start()
    for each in threads:
        each.join(60)
    assert [each.status_code for each in answers] == [303] * 5
    assert everything(doing)[0] == count + 1
    led = {each.headers["Location"] for each in answers}
    assert led == {f"{here}#k-{newest(doing)['id']}"}


def _session_cookie(client: LintingClient) -> str:
    return str(client.application.config["SESSION_COOKIE_NAME"])


def _same(browser: Browsers, client: LintingClient) -> LintingClient:
    """Another window of the same browser."""
    window = browser()
    cookie = client.get_cookie(_session_cookie(client))
    assert cookie is not None
    window.set_cookie(cookie.key, cookie.value)
    return window


def test_a_second_press_by_htmx_leads_to_the_page_and_says_so(
    browser: Browsers, world: Any, doing: Doing, here: str
) -> None:
    client = browser(world.aino)
    fields = {**client.page(here).form(f"{here}/kommentit"), **CONCERN}
    headers = {"HX-Request": "true", "Referer": f"http://localhost{here}"}
    client.post(f"{here}/kommentit", data=fields, headers=headers)
    count, _entries = everything(doing)
    second = client.post(f"{here}/kommentit", data=fields, headers=headers)
    assert (second.status_code, second.headers["HX-Redirect"]) == (204, here)
    assert everything(doing)[0] == count
    assert "Tallensimme ne vain kerran." in notices(client.page(here))


def test_the_same_words_at_the_same_place_are_said_once_also_by_a_form_drawn_anew(
    browser: Browsers, world: Any, doing: Doing, clock: Clock, said: UUID, here: str
) -> None:
    client, replies = browser(world.aino), f"/kommentit/{said}/vastaukset"
    told = "Lähetit samat sanat tähän jo hetki sitten. Tallensimme ne vain kerran."
    for drawn, address, sent in ((here, f"{here}/kommentit", CONCERN), (replies, replies, {"text": TEXT})):
        first = client.send(address, sent, page=drawn)
        made = everything(doing)
        again = client.send(address, {**sent, "text": f"{TEXT}\r\n"}, page=drawn)
        assert again.location == first.location
        assert told in notices(client.page(here))
        assert everything(doing) == made
        # Other words, another person and a later hour are another matter.
        client.send(address, {**sent, "text": f"{TEXT} Vai mitä?"}, page=drawn)
        browser(world.kaarina).send(address, sent, page=drawn)
        with clock(NOW + timedelta(hours=1)):
            client.send(address, sent, page=drawn)
        assert everything(doing)[0] == made[0] + 3


def test_a_comment_is_about_the_version_that_was_read_and_the_same_words_of_a_newer_one_are_new(
    browser: Browsers, world: Any, doing: Doing, here: str
) -> None:
    client = browser(world.aino)
    old_form = client.page(here).form(f"{here}/kommentit")
    with doing():
        clause = agreements.clause_by_id(UUID(here.rsplit("/", 1)[1]))
        assert clause is not None
        before = clause.current.number
        agreements.rewrite(clause, title=clause.current.title, text="Uusi teksti.", base=clause.current, by=world.mikko)
    count, _entries = everything(doing)
    client.send(f"{here}/kommentit", {**old_form, **CONCERN})
    client.send(f"{here}/kommentit", CONCERN, page=here)
    client.send(f"{here}/kommentit", {**CONCERN, "seen": "999"}, page=here)
    assert everything(doing)[0] == count + 3
    with doing():
        about = db.session.scalars(
            sa.select(comments.Comment).where(comments.Comment.text == TEXT).order_by(comments.Comment.written_at)
        )
        assert sorted(each.version.number for each in about if each.version) == [before, before + 1, before + 1]


def test_words_that_were_refused_may_be_sent_again(browser: Browsers, world: Any, doing: Doing, here: str) -> None:
    client = browser(world.aino)
    count, _entries = everything(doing)
    with doing():
        for _use in range(30):
            limits.spend(f"comment:{world.aino}", limits.COMMENT)
    client.send(f"{here}/kommentit", CONCERN, page=here, status=429)
    with doing():
        db.session.execute(sa.text("DELETE FROM limit_use"))
    client.send(f"{here}/kommentit", CONCERN, page=here)
    assert everything(doing)[0] == count + 1


def test_too_many_comments_wait_and_keep_their_text(
    browser: Browsers, world: Any, doing: Doing, clock: Clock, said: UUID, here: str
) -> None:
    client = browser(world.aino)
    with doing():
        for _use in range(30):
            limits.spend(f"comment:{world.aino}", limits.COMMENT)
    before = everything(doing)
    with clock(NOW + timedelta(minutes=4)):
        for address, sent in [(f"{here}/kommentit", CONCERN), (f"/kommentit/{said}/vastaukset", {"text": TEXT})]:
            drawn = here if address.startswith(here) else address
            plain = client.send(address, sent, page=drawn, status=429)
            assert plain.headers["Retry-After"] == "361"
            assert errors(Page(plain.text)) == [
                "Yrityksiä on ollut liikaa. Teksti on tallessa. Yritä uudelleen 7 minuutin kuluttua."
            ]
            assert Page(plain.text).form(address)["text"] == TEXT
            part = client.send(address, sent, page=drawn, status=429, htmx=True)
            assert Page(part.text).form(address)["text"] == TEXT
        assert everything(doing) == before
        browser(world.riikka).send(f"{here}/kommentit", CONCERN, page=here)
    with clock(NOW + timedelta(minutes=11)):
        client.send(f"{here}/kommentit", CONCERN, page=here)


def test_whoever_has_one_voice_is_not_asked_for_it(browser: Browsers, world: Any, here: str, doing: Doing) -> None:
    asked = {}
    for who in ("aino", "kaarina", "riikka", "mikko"):
        with doing():
            member = members.of(world.agreement, getattr(world, who))
            assert member is not None
            voices = len(member.voices)
        page = browser(getattr(world, who)).page(here)
        asked[who] = len(page.all("input", name="speaks_for"))
        assert asked[who] == (voices if voices > 1 else 0)
    assert asked["aino"] == 3


# ---------------------------------------------------------------- unsent text


def test_unfinished_text_is_kept_by_its_button_and_restored(
    browser: Browsers, world: Any, doing: Doing, here: str
) -> None:
    client, before = browser(world.aino), everything(doing)
    response = client.send(
        f"{here}/kommentit", {"text": "Kesken", "kind": "question", "speaks_for": "network", "luonnos": "1"}, page=here
    )
    assert response.headers["Location"] == f"{here}#kommentoi"
    page = client.page(here)
    assert notices(page) == "Teksti on tallessa. Voit jatkaa myöhemmin."
    assert "Keskeneräinen tekstisi on tallessa. Voit jatkaa siitä." in page.text
    kept = {
        name: value
        for name, value in page.form(f"{here}/kommentit").items()
        if name not in ("csrf_token", "form_key", "shown", "seen")
    }
    assert kept == {"kind": "question", "speaks_for": "network", "text": "Kesken"}
    assert everything(doing) == before
    assert "Kesken" not in browser(world.kaarina).get(here).text
    part = client.send(f"{here}/kommentit", {"text": "Vielä kesken", "luonnos": "1"}, page=here, status=200, htmx=True)
    assert Page(part.text).form(f"{here}/kommentit")["text"] == "Vielä kesken"
    assert part.headers["X-Focus"] == "#text"
    client.send(f"{here}/kommentit", CONCERN, page=here)
    page = client.page(here)
    assert page.form(f"{here}/kommentit")["text"] == ""
    assert "palautettiin" not in page.text


def test_typing_is_kept_without_spending_the_form(
    browser: Browsers, world: Any, doing: Doing, said: UUID, here: str
) -> None:
    client = browser(world.aino)
    for address, drawn in [
        (f"{here}/kommentit", here),
        (f"/kommentit/{said}/vastaukset", f"/kommentit/{said}/vastaukset"),
    ]:
        fields = client.page(drawn).form(address)
        for typed in ("Ke", "Kesken"):
            response = client.post(f"{address}/luonnos", data={**fields, "text": typed}, headers={"HX-Request": "true"})
            assert (response.status_code, response.text) == (204, "")
        page = client.page(drawn)
        assert page.form(address)["text"] == "Kesken"
        assert "Keskeneräinen tekstisi on tallessa. Voit jatkaa siitä." in page.text
        client.post(f"{address}/luonnos", data={**fields, "text": " "}, headers={"HX-Request": "true"})
        assert client.page(drawn).form(address)["text"] == ""
        client.send(address, {**fields, **CONCERN})
    with doing():
        assert db.session.scalars(sa.select(drafts.Draft).where(drafts.Draft.user_id == world.aino)).all() == []


# ---------------------------------------------------------------- replies


def test_a_reply_is_written_on_a_page_of_its_own_or_in_its_place(
    browser: Browsers, world: Any, doing: Doing, clock: Clock, said: UUID, here: str
) -> None:
    client, at = browser(world.riikka), f"/kommentit/{said}/vastaukset"
    assert at in client.page(here).links()
    page = client.page(at)
    assert page.h1 == "Vastaa henkilölle Kaarina Nieminen"
    assert texts(page) == ["Aineistot viikkoa ennen."]
    piece = client.get(f"{at}/lomake")
    inside = Page(piece.text)
    form = inside.one("div", class_="inform")
    assert (inside.is_whole, form.get("data-opener")) == (False, f"vastaukset-{said}")
    assert piece.headers["X-Focus"] == f"#{form.get('id')} h3"
    first = client.send(at, {"text": "Kyllä."}, page=at)
    made = newest(doing)
    assert first.headers["Location"] == f"{here}#k-{made['id']}"
    assert (made["parent_id"], made["kind"], made["text"]) == (said, None, "Kyllä.")
    with clock(NOW + timedelta(minutes=1)):
        second = client.send(at, {"text": "Ja ei."}, page=at, status=200, htmx=True)
    part = Page(second.text)
    assert second.headers["X-Focus"] == f"#k-{newest(doing)['id']}"
    assert texts(part) == ["Aineistot viikkoa ennen.", "Kyllä.", "Ja ei."]
    assert notices(part) == "Vastaus on lähetetty."


def test_a_reply_without_words_comes_back(browser: Browsers, world: Any, doing: Doing, said: UUID) -> None:
    client, at, before = browser(world.riikka), f"/kommentit/{said}/vastaukset", everything(doing)
    page = Page(client.send(at, {"text": " "}, page=at, status=422).text)
    assert page.title.startswith("Virhe:")
    assert errors(page) == ["Kirjoita vastaus"]
    part = client.send(at, {"text": " "}, page=at, status=422, htmx=True)
    assert (part.headers["HX-Retarget"], part.headers["HX-Reswap"]) == (f"#vastaukset-lomake-{said}", "outerHTML")
    assert errors(Page(part.text)) == ["Kirjoita vastaus"]
    assert everything(doing) == before


def test_nobody_replies_to_a_reply(browser: Browsers, world: Any, doing: Doing, said: UUID) -> None:
    with doing():
        comment, member = comments.by_id(said), members.of(world.agreement, world.aino)
        assert comment is not None
        assert member is not None
        reply = comments.reply(comment, text="Kyllä.", by=member).id
    client = browser(world.mikko)
    for deed in ("vastaukset", "vastine"):
        assert client.get(f"/kommentit/{reply}/{deed}").status_code == 404
        assert client.get(f"/kommentit/{reply}/{deed}/lomake").status_code == 404
        client.send(f"/kommentit/{reply}/{deed}", {"text": "Ei.", "response": "Ei."}, status=404)


# ---------------------------------------------------------------- answers


def test_a_coordinator_marks_a_comment_as_handled_with_an_answer(
    browser: Browsers, world: Any, doing: Doing, said: UUID, here: str
) -> None:
    client, at = browser(world.mikko), f"/kommentit/{said}/vastine"
    assert at in client.page(here).links()
    assert errors(Page(client.send(at, {"response": ""}, page=at, status=422).text)) == ["Kirjoita vastine"]
    client.send(at, {"response": "Lisäsimme viikon.\n\nKiitos."}, page=at)
    page = client.page(here)
    assert notices(page) == "Kommentti on merkitty käsitellyksi."
    assert "Vastine Mikko Saarela, ke 18.3.2026 Lisäsimme viikon. Kiitos." in item(page, said)
    assert client.page(at).form(at)["response"] == "Lisäsimme viikon.\n\nKiitos."
    changed = client.send(at, {"response": "Lisäsimme kaksi viikkoa."}, page=at, status=200, htmx=True)
    assert changed.headers["X-Focus"] == f"#k-{said}"
    assert "Vastine Mikko Saarela, ke 18.3.2026 Lisäsimme kaksi viikkoa." in item(Page(changed.text), said)
    with doing():
        found = comments.by_id(said)
        assert found is not None
        assert (found.response, found.handled_by_id) == ("Lisäsimme kaksi viikkoa.", world.mikko)


def test_two_coordinators_who_answer_at_once_do_not_overwrite_each_other(
    browser: Browsers, world: Any, said: UUID
) -> None:
    at = f"/kommentit/{said}/vastine"
    mikko, tuula = browser(world.mikko), browser(world.tuula)
    fields = tuula.page(at).form(at)
    mikko.send(at, {"response": "Mikon vastine."}, page=at)
    clash = tuula.send(at, {**fields, "response": "Tuulan vastine."}, status=409)
    page = Page(clash.text)
    assert errors(page) == ["Mikko Saarela vastasi kommenttiin samaan aikaan. Oma tekstisi on tallessa."]
    assert "Mikon vastine." in page.text
    again = page.form(at)
    assert again["response"] == "Tuulan vastine."
    tuula.send(at, again)
    assert "Tuulan vastine." in tuula.page(at).form(at)["response"]


def test_only_a_coordinator_answers(browser: Browsers, world: Any, doing: Doing, said: UUID, here: str) -> None:
    before = everything(doing)
    for who in (world.aino, world.riikka, world.outi):
        client = browser(who)
        assert f"/kommentit/{said}/vastine" not in client.page(here).links()
        assert client.get(f"/kommentit/{said}/vastine").status_code == 403
        client.send(f"/kommentit/{said}/vastine", {"response": "Ei."}, status=403)
    assert everything(doing) == before


# ---------------------------------------------------------------- editing


def test_an_own_comment_is_edited_until_it_is_answered(
    browser: Browsers, world: Any, doing: Doing, said: UUID, here: str
) -> None:
    client, at = browser(world.kaarina), f"/kommentit/{said}/muokkaus"
    assert at in client.page(here).links()
    fields = client.page(at).form(at)
    assert (fields["kind"], fields["text"]) == ("concern", "Aineistot viikkoa ennen.")
    assert errors(Page(client.send(at, {"text": ""}, page=at, status=422).text)) == ["Kirjoita kommentti"]
    client.send(at, {"kind": "question", "text": "Aineistot milloin?"}, page=at)
    page = client.page(here)
    assert notices(page) == "Muutos on tallennettu."
    assert "Muokattu Kysymys Aineistot milloin?" in item(page, said)
    part = client.send(at, {"text": "Aineistot viikkoa ennen?"}, page=at, status=200, htmx=True)
    assert part.headers["X-Focus"] == f"#k-{said}"
    assert texts(Page(part.text)) == ["Aineistot viikkoa ennen?"]
    fields = client.page(at).form(at)
    browser(world.riikka).send(
        f"/kommentit/{said}/vastaukset", {"text": "Kyllä."}, page=f"/kommentit/{said}/vastaukset"
    )
    late = Page(client.send(at, {**fields, "text": "Vielä kerran."}, status=409).text)
    assert "Kommenttiin on jo vastattu, joten sitä ei voi enää muokata." in late.text
    assert late.form(at)["text"] == "Vielä kerran."
    assert at not in client.page(here).links()
    assert client.get(at).status_code == 409
    assert texts(client.page(here)).count("Aineistot viikkoa ennen?") == 1


def test_a_comment_of_another_is_not_edited(browser: Browsers, world: Any, doing: Doing, said: UUID, here: str) -> None:
    before = everything(doing)
    for who in (world.aino, world.mikko, world.outi):
        client = browser(who)
        assert f"/kommentit/{said}/muokkaus" not in client.page(here).links()
        assert client.get(f"/kommentit/{said}/muokkaus").status_code == 403
        client.send(f"/kommentit/{said}/muokkaus", {"kind": "support", "text": "Muuta."}, status=403)
    assert everything(doing) == before


def test_an_own_reply_is_edited_without_a_kind(
    browser: Browsers, world: Any, doing: Doing, said: UUID, here: str
) -> None:
    client = browser(world.aino)
    client.send(f"/kommentit/{said}/vastaukset", {"text": "Kyllä."}, page=f"/kommentit/{said}/vastaukset")
    at = f"/kommentit/{newest(doing)['id']}/muokkaus"
    assert "kind" not in client.page(at).form(at)
    part = client.send(at, {"text": "Ei."}, page=at, status=200, htmx=True)
    assert texts(Page(part.text)) == ["Ei."]


# ---------------------------------------------------------------- support


def test_support_is_given_and_taken_back_by_a_button(browser: Browsers, world: Any, said: UUID, here: str) -> None:
    client, at = browser(world.aino), f"/kommentit/{said}/kannatus"
    browser(world.riikka).send(at, page=here)
    assert "Kannatan tätä (1)" in item(client.page(here), said)
    assert client.send(at, page=here).headers["Location"] == f"{here}#k-{said}"
    page = client.page(here)
    assert notices(page) == "Kannatat kommenttia."
    assert "Kannatat tätä (2) Peru kannatus" in item(page, said)
    part = client.send(f"{at}/peruminen", page=here, status=200, htmx=True)
    assert part.headers["X-Focus"] == f"#kannata-{said}"
    assert words_of(Page(part.text).one("button")).startswith("Kannatan tätä (1)")
    part = client.send(at, page=here, status=200, htmx=True)
    assert "Kannatat tätä (2)" in Page(part.text).text


def test_an_own_comment_is_not_supported(browser: Browsers, world: Any, doing: Doing, said: UUID, here: str) -> None:
    client, before = browser(world.kaarina), everything(doing)
    assert "Kannatan tätä" not in item(client.page(here), said)
    refused = client.send(f"/kommentit/{said}/kannatus", status=422)
    assert "Et voi kannattaa omaa kommenttiasi." in Page(refused.text).text
    assert everything(doing) == before


# ---------------------------------------------------------------- who may


def test_a_reader_reads_and_says_nothing(browser: Browsers, world: Any, doing: Doing, said: UUID, here: str) -> None:
    client, before = browser(world.outi), everything(doing)
    page = client.page(here)
    assert "Aineistot viikkoa ennen." in texts(page)
    assert [each.get("action") for each in page.all("form") if "komment" in (each.get("action") or "")] == []
    assert [link for link in page.links() if link.startswith("/kommentit/")] == []
    for address in (
        f"{here}/kommentit",
        f"{here}/kommentit/luonnos",
        f"/kommentit/{said}/vastaukset",
        f"/kommentit/{said}/vastaukset/luonnos",
        f"/kommentit/{said}/kannatus",
        f"/kommentit/{said}/kannatus/peruminen",
        f"/sopimukset/{world.slug}/kysymykset/1/kommentit",
    ):
        response = client.send(address, CONCERN, status=403)
        assert "Matkakulut puuttuvat" in response.text or "kommentit" not in address
    assert everything(doing) == before


def test_what_is_said_in_another_agreement_does_not_exist(
    browser: Browsers, world: Any, doing: Doing, said: UUID, here: str
) -> None:
    before = everything(doing)
    for who in (world.ilkka, world.eero):
        client = browser(who)
        for address in (f"{here}/kommentit", f"/kommentit/{said}/vastaukset", f"/kommentit/{said}/kannatus"):
            client.send(address, CONCERN, status=404)
        for address in (here, f"/kommentit/{said}/vastaukset", f"/kommentit/{said}/vastine/lomake"):
            response = client.get(address)
            assert response.status_code == 404
            assert "Aineistot" not in response.text
    assert everything(doing) == before


# ---------------------------------------------------------------- what the list shows


def test_a_comment_on_an_older_text_says_so_and_leads_to_the_comparison(
    browser: Browsers, world: Any, doing: Doing, clause: UUID, said: UUID, here: str
) -> None:
    client = browser(world.aino)
    assert "Teksti on muuttunut" not in item(client.page(here), said)
    with doing():
        found = agreements.clause_by_id(clause)
        assert found is not None
        old, title = found.current.number, found.current.title
        agreements.rewrite(found, title=title, text="Uusi teksti.", base=found.current, by=world.mikko)
    page = client.page(here)
    assert "Teksti on muuttunut tämän kommentin jälkeen. Vertaa tekstejä" in item(page, said)
    link = f"{here}/vertailu?a={old}&b={old + 1}"
    assert link in page.links()
    assert client.get(link).status_code == 200


def test_in_a_removed_clause_comments_are_read_and_none_is_written(
    browser: Browsers, world: Any, doing: Doing, clause: UUID, said: UUID, here: str
) -> None:
    client = browser(world.aino)
    fields = client.page(here).form(f"{here}/kommentit")
    with doing():
        found = agreements.clause_by_id(clause)
        assert found is not None
        agreements.remove(found, base=found.current, by=world.mikko)
    before = everything(doing)
    page = client.page(here)
    assert "Aineistot viikkoa ennen." in texts(page)
    assert "Kohta on poistettu sopimuksesta. Voit lukea kommentit." in page.text
    assert [link for link in page.links() if link.endswith("/vastaukset")] == []
    late = client.send(f"{here}/kommentit", {**fields, **CONCERN}, status=409)
    assert "Matkakulut puuttuvat" in late.text
    client.send(f"/kommentit/{said}/vastaukset", {"text": TEXT}, status=409)
    client.send(f"/kommentit/{said}/kannatus", status=409)
    assert everything(doing) == before


def test_the_list_is_narrowed_turned_and_read_page_by_page(
    browser: Browsers, world: Any, doing: Doing, clock: Clock
) -> None:
    with doing():
        talked = set(db.session.scalars(sa.select(Thread.clause_id)))
        quiet = next(each for each in world.clauses.values() if each not in talked)
        ids = []
        for minute in range(33):
            with clock(NOW - timedelta(minutes=60 - minute)):
                ids.append(say(world, quiet, by="kaarina", text=f"Kommentti {minute}.").id)
        handled = comments.by_id(ids[0])
        assert handled is not None
        comments.settle(handled, response="Kiitos.", by=world.mikko)
    here, client = f"/kohdat/{quiet}", browser(world.aino)

    def shown(query: str) -> tuple[list[str], list[str]]:
        page = client.page(f"{here}{query}")
        ways = [each for each in page.links() if each.startswith(here) and each.endswith("#puhe")]
        return [text for text in texts(page) if text.startswith("Komm")], ways

    newest_first = [f"Kommentti {minute}." for minute in reversed(range(33))]
    assert shown("") == (
        newest_first[:30],
        [f"{here}?nayta=avoimet#puhe", f"{here}?jarjestys=vanhin#puhe", f"{here}?sivu=2#puhe"],
    )
    assert shown("?sivu=2") == (newest_first[30:], [f"{here}?nayta=avoimet#puhe", f"{here}?jarjestys=vanhin#puhe"])
    assert shown("?nayta=avoimet&sivu=2") == (
        newest_first[30:32],
        [f"{here}#puhe", f"{here}?nayta=avoimet&jarjestys=vanhin#puhe"],
    )
    assert shown("?jarjestys=vanhin") == (
        newest_first[::-1][:30],
        [f"{here}?nayta=avoimet&jarjestys=vanhin#puhe", f"{here}#puhe", f"{here}?jarjestys=vanhin&sivu=2#puhe"],
    )
    for odd in ("?sivu=99", "?sivu=-1", "?sivu=kissa", "?jarjestys=kissa&nayta=kaikki"):
        shown(odd)
    # Whoever replies to an old comment without JavaScript comes back to the page that holds it.
    at = f"/kommentit/{ids[1]}/vastaukset"
    led = client.send(at, {"text": "Kyllä."}, page=at).headers["Location"]
    assert led == f"{here}?sivu=2#k-{newest(doing)['id']}"
    assert f"k-{newest(doing)['id']}" in client.get(led).text


def test_a_list_that_was_narrowed_or_turned_is_drawn_anew_with_the_new_comment_first(
    browser: Browsers, world: Any, here: str
) -> None:
    client = browser(world.aino)
    for query in ("?nayta=avoimet", "?jarjestys=vanhin", "?sivu=2"):
        fields = {**client.page(f"{here}{query}").form(f"{here}/kommentit"), **CONCERN, "text": f"Lisää {query}"}
        headers = {"HX-Request": "true", "HX-Current-URL": f"http://localhost{here}{query}"}
        page = Page(client.post(f"{here}/kommentit", data=fields, headers=headers).text)
        assert page.one("hx-partial").get("hx-target") == "#puhe"
        whole = client.page(here)
        assert texts(page) == texts(whole)
        assert count_of(page) == count_of(whole)


def test_the_talk_about_a_question_works_the_same(browser: Browsers, world: Any, doing: Doing) -> None:
    client, here = browser(world.aino), f"/sopimukset/{world.slug}/kysymykset/4"
    before = client.page(here)
    led = client.send(f"{here}/kommentit", CONCERN, page=here).headers["Location"]
    made = newest(doing)
    assert (led, made["version_id"]) == (f"{here}#k-{made['id']}", None)
    page = client.page(here)
    assert count_of(page) == count_of(before) + 1
    assert "Kuka ne korvaa?" in item(page, made["id"])
    other = {**CONCERN, "text": "Entä majoitus?"}
    part = client.send(f"{here}/kommentit", other, page=here, status=200, htmx=True)
    assert count_of(Page(part.text)) == count_of(before) + 2
    assert errors(Page(client.send(f"{here}/kommentit", {"text": "Ei lajia."}, page=here, status=422).text)) == [
        "Valitse, millainen kommenttisi on"
    ]
    at = f"/kommentit/{made['id']}/vastaukset"
    other = browser(world.riikka)
    led = other.send(at, {"text": "Kyllä."}, page=at).headers["Location"]
    assert led == f"{here}#k-{newest(doing)['id']}"


def test_a_comment_by_htmx_costs_few_statements(
    browser: Browsers, world: Any, queries: Callable[[], AbstractContextManager[Queries]], here: str
) -> None:
    client = browser(world.aino)
    for _turn in range(2):
        fields = {**client.page(here).form(f"{here}/kommentit"), **CONCERN}
        with queries() as spent:
            client.post(f"{here}/kommentit", data=fields, headers={"HX-Request": "true"})
        assert len(spent) <= 10, spent.statements
