"""Getting in: by the link or the code of a letter, once, for a short time; and in demo mode by one press."""

import logging
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.utils import parseaddr
from typing import Any

import pytest
from sqlalchemy import func, select

from kumppanuus import accounts, members, notifications
from kumppanuus.accounts import Session, SignIn, User
from kumppanuus.agreements import Agreement
from kumppanuus.db import db, writing
from kumppanuus.members import Guest, Role
from kumppanuus.notifications import Kept
from kumppanuus.web import public_address
from tests.client import LintingClient, Page
from tests.databases import NOW, Browsers, Databases

Clock = Callable[[datetime], AbstractContextManager[None]]

AINO, CLOSED, UNKNOWN, INVITED = (
    "aino.heikkila@kumppanuus.example",
    "timo.heino@kumppanuus.example",
    "tuntematon@kumppanuus.example",
    "kutsuttu@kumppanuus.example",
)


class Post:
    """The worker that sends letters, and the box they lie in."""

    def __init__(self, databases: Databases) -> None:
        self.app = databases.app
        self.settings = self.app.extensions["settings"]

    def send(self) -> int:
        with self.app.app_context():
            return notifications.send_due(public_address)

    def box(self) -> list[Kept]:
        return notifications.kept(self.settings)

    def last(self) -> tuple[str, str]:
        """Send the one letter that waits; the path of its link, and its code."""
        folder = notifications.mail_folder(self.settings)
        before = set(folder.glob("*.eml"))
        assert self.send() == 1
        (letter,) = set(folder.glob("*.eml")) - before
        text = message_from_bytes(letter.read_bytes(), policy=policy.default).get_body(("plain",)).get_content()
        link = re.search(r"http://127\.0\.0\.1:\d+(/kirjautuminen/\S+)", text)
        code = re.search(r"^\d{6}$", text, re.MULTILINE)
        assert link
        assert code
        return link[1], code[0]


@pytest.fixture
def post(databases: Databases, world: Any) -> Iterator[Post]:
    box = Post(databases)
    folder = notifications.mail_folder(box.settings)
    shutil.rmtree(folder, ignore_errors=True)
    yield box
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def demo(databases: Databases) -> Iterator[None]:
    """Demo mode is on."""
    settings = databases.app.extensions["settings"]
    databases.app.extensions["settings"] = replace(settings, demo=True)
    databases.app.jinja_env.globals["demo"] = True
    yield
    databases.app.extensions["settings"] = settings
    databases.app.jinja_env.globals["demo"] = False


def ask(client: LintingClient, address: str = AINO, *, door: str = "/kirjautuminen", **fields: Any) -> None:
    client.send("/kirjautuminen", {"address": address, **fields}, page=door)


def press(client: LintingClient, link: str, status: int = 303) -> Any:
    """Open a link and press its button."""
    return client.send(link, page=link, status=status)


def give(client: LintingClient, code: str, status: int = 303) -> Any:
    return client.send("/kirjautuminen/koodi", {"code": code}, page="/kirjautuminen/koodi", status=status)


def is_in(client: LintingClient) -> bool:
    return client.get("/oma-sivu/osoite").status_code == 200  # the lightest page for somebody who is signed in


def cookie(client: LintingClient) -> str:
    found = client.get_cookie("kumppanuus")
    assert found
    return found.value


def rush(address: str, sent: list[tuple[LintingClient, dict[str, str]]]) -> list[Any]:
    """What each browser is answered when all of them send their forms in the same moment."""
    answers: list[Any] = []
    start = threading.Barrier(len(sent))

    def send(client: LintingClient, form: dict[str, str]) -> None:
        start.wait()
        answers.append(client.post(address, data=form))

    rushing = [threading.Thread(target=send, args=each) for each in sent]
    for thread in rushing:
        thread.start()
    for thread in rushing:
        thread.join()
    return answers


def sessions(databases: Databases) -> int:
    with databases.app.app_context():
        return db.session.scalar(select(func.count()).select_from(Session).where(Session.ended_at.is_(None))) or 0


# ---------------------------------------------------------------- the link


def test_the_link_of_a_letter_signs_in_by_its_button(browser: Browsers, post: Post) -> None:
    client = browser()
    ask(client)
    page = client.page("/kirjautuminen/koodi")
    assert "Tarkista sähköpostisi. Lähetimme linkin ja koodin." in page.text
    assert AINO in page.text
    link, _code = post.last()
    assert client.page(link).h1 == "Kirjaudu palveluun"
    assert not is_in(client)
    before = cookie(client)
    assert press(client, link).location == "/"
    assert is_in(client)
    assert cookie(client) != before


def test_the_link_works_on_another_device_than_the_one_that_asked(browser: Browsers, post: Post) -> None:
    ask(browser())
    phone = browser()
    press(phone, post.last()[0])
    assert is_in(phone)


def test_a_link_works_once_and_then_offers_a_new_one_in_words(browser: Browsers, post: Post) -> None:
    ask(browser())
    link, _code = post.last()
    press(browser(), link)
    second = browser()
    page = Page(press(second, link, 422).text)
    assert "Linkki tai koodi on vanhentunut. Pyydä uusi viesti." in page.text
    assert "/kirjautuminen" in page.links()
    assert page.title.startswith("Virhe:")
    assert not is_in(second)


def test_fifty_presses_at_once_make_one_session(databases: Databases, browser: Browsers, post: Post) -> None:
    ask(browser())
    link, _code = post.last()
    clients = [browser() for _each in range(50)]
    answers = [each.status_code for each in rush(link, [(each, each.page(link).form(link)) for each in clients])]
    assert answers.count(303) == 1
    assert set(answers) <= {303, 422, 429}
    assert sessions(databases) == 1


def test_opening_a_link_spends_nothing(databases: Databases, browser: Browsers, post: Post) -> None:
    ask(browser())
    link, _code = post.last()
    scanner = browser()
    for _each in range(20):
        assert scanner.get(link).status_code == 200
        assert scanner.head(link).status_code == 200
    assert sessions(databases) == 0
    press(scanner, link)
    assert is_in(scanner)


def test_a_wrong_link_shows_the_same_page_and_nothing_is_looked_up(
    browser: Browsers, post: Post, queries: Callable[[], AbstractContextManager[Any]]
) -> None:
    ask(browser())
    link, _code = post.last()

    def shown(path: str) -> str:
        with queries() as spent:
            page = browser().get(path).text
        assert len(spent) == 0
        return re.sub(r'(name="(csrf_token|form_key)"[^>]* value=)"[^"]*"', r"\1", page.replace(path, "PATH"))

    assert shown(link) == shown("/kirjautuminen/" + "x" * 43)


def test_a_newer_letter_kills_the_older_one(browser: Browsers, post: Post, clock: Clock) -> None:
    client = browser()
    ask(client)
    older, old_code = post.last()
    with clock(NOW + timedelta(seconds=9)):
        ask(client)
        newer, _code = post.last()
        press(client, older, 422)
        give(client, old_code, 422)
        press(client, newer)


def browser_of(client: LintingClient, browser: Browsers) -> LintingClient:
    """The same browser once more."""
    twin = browser()
    twin.set_cookie("kumppanuus", cookie(client))
    return twin


# Noon, and the nights when the clock is put on and back: 28.–29.3.2026 and 24.–25.10.2026.
SENT = [
    NOW,
    *(datetime(2026, 3, 29, 0, minute, tzinfo=UTC) for minute in (35, 45)),
    *(datetime(2026, 10, 25, 0, minute, tzinfo=UTC) for minute in (35, 45)),
]


LIFE = [
    (timedelta(minutes=30, seconds=-1), 303),
    (timedelta(minutes=30, seconds=1), 422),
    (timedelta(minutes=-10), 422),  # the clock was set back
    (timedelta(days=365), 422),
]


def test_link_and_code_live_half_an_hour_from_the_sending(browser: Browsers, post: Post, clock: Clock) -> None:
    for sent in SENT:
        asking = browser()
        with clock(sent - timedelta(hours=1)):
            ask(asking)
        with clock(sent):
            link, code = post.last()
        for later, status in reversed(LIFE):
            with clock(sent + later):
                assert would_enter(post, link) is (status == 303), (sent, later)
                give(asking, code, status)


def would_enter(post: Post, link: str) -> bool:
    """Whether a link would sign in; nothing is kept of the trial."""
    with post.app.app_context(), writing():
        try:
            accounts.enter_by_link(link.rpartition("/")[2], browser_words="")
        except accounts.LinkSpent:
            return False
        finally:
            db.session.rollback()
    return True


def test_only_hashes_are_kept_and_no_token_is_logged(
    browser: Browsers, post: Post, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    client = browser()
    ask(client)
    link, code = post.last()
    token = link.rpartition("/")[2]
    assert len(token) >= 43  # 32 bytes
    answer = client.get(link)
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert not [each for each in Page(answer.text).links() if each.startswith(("http:", "https:", "//"))]
    press(client, link)
    secret = client_token(client)
    with post.app.app_context():
        kept = db.session.scalars(select(SignIn)).all()[0], db.session.scalars(select(Session)).all()[0]
    told = " ".join([caplog.text, *(str(vars(row)) for row in kept)])
    assert [each for each in (token, code, secret) if each in told] == []


def client_token(client: LintingClient) -> str:
    with client.session_transaction() as inside:
        return str(inside["_user_id"])


def test_a_strange_link_is_refused_in_words(browser: Browsers, post: Post) -> None:
    for token in ("koodi2", "%00", "ä" * 10, "a" * 3000, "..%2f..", "{{7*7}}", "' OR 1=1"):
        answer = browser().get(f"/kirjautuminen/{token}")
        assert answer.status_code in (200, 404), token


# ---------------------------------------------------------------- the code


def test_the_code_signs_in_the_browser_that_asked(browser: Browsers, post: Post) -> None:
    client = browser()
    ask(client)
    _link, code = post.last()
    field = client.page("/kirjautuminen/koodi").one("input", name="code")
    assert (field.get("autocomplete"), field.get("inputmode")) == ("one-time-code", "numeric")
    assert give(client, f" {code[:3]} {code[3:]} ").location == "/"
    assert is_in(client)


def test_the_code_is_worth_nothing_in_another_browser(browser: Browsers, post: Post) -> None:
    ask(browser())
    _link, code = post.last()
    other = browser()
    assert other.get("/kirjautuminen/koodi").location == "/kirjautuminen"
    ask(other, UNKNOWN)
    give(other, code, 422)
    assert not is_in(other)


def test_five_wrong_codes_kill_the_code_but_not_the_link(browser: Browsers, post: Post) -> None:
    client = browser()
    ask(client)
    link, code = post.last()
    wrong = "000000" if code != "000000" else "111111"
    said = [Page(give(client, wrong, 422).text).text for _each in range(5)]
    left = [re.findall(r"Voit yrittää vielä (\w+)", words)[:1] for words in said]
    assert left == [["4"], ["3"], ["2"], ["kerran"], []]
    assert "Linkki tai koodi on vanhentunut. Pyydä uusi viesti." in said[-1]
    give(client, code, 422)
    press(client, link)


def test_wrong_codes_of_one_moment_are_all_counted(databases: Databases, browser: Browsers, post: Post) -> None:
    client, address = browser(), "/kirjautuminen/koodi"
    ask(client)
    _link, code = post.last()
    form = client.page(address).form(address)
    sent = []
    for number in range(8):
        copy = browser()
        copy.set_cookie("kumppanuus", cookie(client))
        sent.append((copy, {**form, "code": f"{(int(code) + 1 + number) % 1_000_000:06d}"}))
    told = [Page(each.text).text for each in rush(address, sent)]
    assert sum("Voit yrittää vielä" in each for each in told) == 4
    give(client, code, 422)
    assert sessions(databases) == 0


def test_wrong_codes_keep_what_was_typed(browser: Browsers, post: Post) -> None:
    client = browser()
    ask(client)
    post.send()
    page = Page(give(client, "12 34 5", 422).text)
    assert page.one("input", name="code").get("value") == "12 34 5"
    assert Page(give(client, "", 422).text).text.count("Kirjoita koodi") == 2


# ---------------------------------------------------------------- who is told what


def test_known_unknown_invited_and_closed_addresses_get_the_same_answers(
    browser: Browsers, post: Post, world: Any, queries: Callable[[], AbstractContextManager[Any]]
) -> None:
    with post.app.app_context(), writing():
        agreement = db.session.get_one(Agreement, world.agreement)
        members.invite(agreement, [Guest(INVITED, "")], role=Role.READER, side=None, by=world.mikko)
        db.session.commit()

    def told(address: str) -> list[Any]:
        """Everything a stranger can see, before and after the letters have left."""
        client, seen = browser(), []

        def note(answer: Any) -> None:
            text = re.sub(r'(name="(csrf_token|form_key)"[^>]* value=)"[^"]*"', r"\1", answer.text)
            seen.append((answer.status_code, answer.location, text.replace(address, "ADDRESS")))

        form = client.page("/kirjautuminen").form("/kirjautuminen")
        with queries() as spent:
            note(client.post("/kirjautuminen", data={**form, "address": address}))
        seen.append(list(spent.statements))
        note(client.get("/kirjautuminen/koodi"))
        note(give(client, "00", 422))
        post.send()
        for _each in range(4):
            note(give(client, "00", 422))
        return seen

    assert told(AINO) == told(UNKNOWN) == told(INVITED) == told(CLOSED)
    assert [letter.to for letter in post.box()] == [f"Aino Heikkilä <{AINO}>"]


def test_an_address_that_cannot_be_one_is_told_and_kept(browser: Browsers) -> None:
    client = browser()
    for typed in ("aino", "aino@", "@example.fi", "aino@example.fi, eero@example.fi", "äiti@example.fi", "a" * 5000):
        answer = client.send("/kirjautuminen", {"address": typed}, page="/kirjautuminen", status=422)
        page = Page(answer.text)
        assert "Kirjoita sähköpostiosoite näin: nimi@esimerkki.fi" in page.text
        assert page.one("input", name="address").get("value") == typed
    assert "Kirjoita sähköpostiosoite" in client.send("/kirjautuminen", page="/kirjautuminen", status=422).text


def test_an_address_is_the_same_in_capitals_and_with_blanks(browser: Browsers, post: Post) -> None:
    client = browser()
    ask(client, f"  {AINO.upper()} ")
    press(client, post.last()[0])
    assert "Aino Heikkilä" in client.page("/oma-sivu").text


def test_a_form_sent_twice_sends_one_letter(browser: Browsers, post: Post) -> None:
    client = browser()
    form = {**client.page("/kirjautuminen").form("/kirjautuminen"), "address": AINO}
    answers = [client.post("/kirjautuminen", data=form) for _each in range(5)]
    assert [(each.status_code, each.location) for each in answers] == [(303, "/kirjautuminen/koodi")] * 5
    assert post.send() == 1


# ---------------------------------------------------------------- limits


def test_a_fourth_letter_to_one_address_has_to_wait(browser: Browsers, post: Post, clock: Clock) -> None:
    for _each in range(3):
        ask(browser())
    client = browser()
    answer = client.send("/kirjautuminen", {"address": AINO}, page="/kirjautuminen", status=429)
    page = Page(answer.text)
    assert answer.headers["Retry-After"] == "901"
    assert "Yritä uudelleen 16 minuutin kuluttua." in page.text
    assert page.one("input", name="address").get("value") == AINO
    ask(browser(), "riikka.lehto@kumppanuus.example")
    with clock(NOW + timedelta(minutes=15, seconds=1)):
        ask(client)


def test_ten_letters_a_day_go_to_one_address(browser: Browsers, post: Post, clock: Clock) -> None:
    for number in range(10):
        with clock(NOW + timedelta(minutes=20 * number)):
            ask(browser())
    with clock(NOW + timedelta(minutes=220)):
        browser().send("/kirjautuminen", {"address": AINO}, page="/kirjautuminen", status=429)
    with clock(NOW + timedelta(days=1, seconds=1)):
        ask(browser())


def test_an_office_behind_one_number_gets_in_but_no_flood(browser: Browsers, post: Post) -> None:
    office = browser()
    token = office.token()
    for number in range(60):
        office.send("/kirjautuminen", {**token, "address": f"toimisto{number}@kumppanuus.example"})
    browser().send("/kirjautuminen", {"address": AINO}, page="/kirjautuminen", status=429)
    elsewhere = browser()
    elsewhere.environ_base["REMOTE_ADDR"] = "192.0.2.7"
    ask(elsewhere)


def test_wrong_links_are_counted_and_hold_no_right_one_back(browser: Browsers, post: Post, clock: Clock) -> None:
    ask(browser())
    link, _code = post.last()
    client = browser()
    statuses = []
    for number in range(12):
        wrong = f"/kirjautuminen/vaara{number}"
        statuses.append(client.post(wrong, data=client.page(wrong).form(wrong)).status_code)
    assert statuses == [422] * 10 + [429] * 2
    press(client, link)
    with clock(NOW + timedelta(minutes=5, seconds=1)):
        press(browser(), "/kirjautuminen/vaara", 422)


# ---------------------------------------------------------------- where it leads

AWAY = [
    "https://evil.example/",
    "http://evil.example",
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "\t//evil.example",
    "https:evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "/\r\nLocation: https://evil.example",
    "evil.example",
    " /oma-sivu",
    "//127.0.0.1@evil.example/",
    "http:///evil.example",
    "/kirjautuminen/koodi",
    "//[",
    "/\\[::1",
]


def test_the_next_page_is_always_one_of_ours(browser: Browsers, post: Post, clock: Clock) -> None:
    for day, target in enumerate(AWAY):
        with clock(NOW + timedelta(days=day)):
            client = browser()
            form = client.page("/kirjautuminen", query_string={"next": target}).form("/kirjautuminen")
            assert form["next"] == "/", target
            client.send("/kirjautuminen", {**form, "address": AINO, "next": target})
            link = post.last()[0]
            assert client.send(link, {"csrf_token": form["csrf_token"]}).location == "/", target


def test_the_page_that_was_wanted_follows_the_link_and_the_code(
    browser: Browsers, post: Post, world: Any, clock: Clock
) -> None:
    wanted = f"/sopimukset/{world.slug}?nayta=teksti"
    by_link, by_code = browser(), browser()
    door = by_link.get(wanted).location
    assert door.startswith("/kirjautuminen?next=")
    ask(by_link, door=door)
    assert press(by_link, post.last()[0]).location == wanted
    with clock(NOW + timedelta(seconds=9)):
        ask(by_code, "riikka.lehto@kumppanuus.example", door=door)
        assert give(by_code, post.last()[1]).location == wanted


def test_whoever_is_signed_in_goes_on_from_the_door(browser: Browsers, world: Any) -> None:
    answer = browser(world.aino).get("/kirjautuminen?next=/oma-sivu")
    assert (answer.status_code, answer.location) == (303, "/oma-sivu")


def test_under_htmx_the_forms_answer_with_their_part_or_an_address(browser: Browsers, post: Post) -> None:
    client = browser()
    refused = client.send("/kirjautuminen", {"address": "x"}, page="/kirjautuminen", status=422, htmx=True)
    assert Page(refused.text).one("div", id="kirjautuminen") is not None
    assert not Page(refused.text).is_whole
    answer = client.send("/kirjautuminen", {"address": AINO}, page="/kirjautuminen", status=204, htmx=True)
    assert answer.headers["HX-Redirect"] == "/kirjautuminen/koodi"
    _link, code = post.last()
    answer = client.send("/kirjautuminen/koodi", {"code": code}, page="/kirjautuminen/koodi", status=204, htmx=True)
    assert answer.headers["HX-Redirect"] == "/"
    assert is_in(client)


# ---------------------------------------------------------------- the cookie


def test_the_cookie_is_kept_from_scripts_and_other_sites(browser: Browsers, post: Post) -> None:
    client = browser()
    ask(client)
    answer = press(client, post.last()[0])
    parts = [part.strip() for part in answer.headers["Set-Cookie"].split(";")]
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(parts)
    assert not [part for part in parts if part.startswith(("Domain", "Expires", "Max-Age"))]


def test_a_remembered_browser_keeps_its_cookie_for_thirty_days(browser: Browsers, post: Post, clock: Clock) -> None:
    client = browser()
    ask(client, is_remembered="y")
    answer = press(client, post.last()[0])
    assert "Expires=" in answer.headers["Set-Cookie"]
    token = client_token(client)
    with post.app.app_context():
        with clock(NOW + timedelta(days=30, seconds=-1)):
            assert accounts.session_of(token)
        with clock(NOW + timedelta(days=30)):
            assert accounts.session_of(token) is None


def test_signing_in_again_ends_the_session_of_before(databases: Databases, browser: Browsers, post: Post) -> None:
    client = browser()
    ask(client)
    press(client, post.last()[0])
    before = browser_of(client, browser)
    ask(browser())
    press(client, post.last()[0])
    assert is_in(client)
    assert not is_in(before)
    assert sessions(databases) == 1


def test_signing_out_kills_a_copy_of_the_cookie(browser: Browsers, world: Any) -> None:
    client = browser(world.aino)
    copy = browser_of(client, browser)
    assert is_in(copy)
    answer = client.send("/uloskirjautuminen", page="/oma-sivu")
    assert answer.location == "/kirjautuminen"
    assert "Olet kirjautunut ulos." in client.page("/kirjautuminen").text
    assert (is_in(client), is_in(copy)) == (False, False)


def test_signing_out_twice_is_no_mistake(browser: Browsers, world: Any) -> None:
    client = browser(world.aino)
    form = client.page("/oma-sivu").form("/uloskirjautuminen")
    other = browser_of(client, browser)
    client.post("/uloskirjautuminen", data=form)
    form.pop("form_key", None)
    assert other.post("/uloskirjautuminen", data=form).location == "/kirjautuminen"


# ---------------------------------------------------------------- demo mode


def test_demo_people_are_signed_in_by_one_press(demo: None, browser: Browsers, world: Any) -> None:
    client = browser()
    page = client.page("/kirjautuminen")
    people = {" ".join("".join(each.itertext()).split()) for each in page.all("button", class_="btn alt")}
    assert people == {
        "Mikko SaarelaKoordinaattori",
        "Riikka LehtoViranhaltija. Hyväksyy hyvinvointialueen puolesta.",
        "Aino HeikkiläJärjestön edustaja. Hyväksyy järjestöjen puolesta.",
        "Eero LaaksonenUlkopuolinen, ei osallistu sopimukseen",
    }
    for person in (world.mikko, world.eero):
        answer = client.send("/kirjautuminen/kokeilu", {"person": str(person)}, page="/kirjautuminen")
        assert answer.location == "/"
        assert world.names[person] in client.page("/oma-sivu").text


def test_nobody_else_is_signed_in_by_a_press(demo: None, browser: Browsers, world: Any) -> None:
    for person in (str(world.hannu), "", "x", str(world.agreement)):
        browser().send("/kirjautuminen/kokeilu", {"person": person}, page="/kirjautuminen", status=404)


def test_without_demo_mode_there_is_no_such_door(browser: Browsers, world: Any, post: Post) -> None:
    client = browser()
    ask(client)
    post.send()
    page = client.page("/kirjautuminen")
    assert [form.get("action") for form in page.all("form")] == ["/kirjautuminen"]
    fields = {**page.form("/kirjautuminen"), "person": str(world.mikko)}
    assert client.post("/kirjautuminen/kokeilu", data=fields).status_code == 404
    for path in ("/posti", f"/posti/{post.box()[0].name}"):
        assert client.get(path).status_code == 404
    assert not is_in(client)


def test_letters_can_be_read_as_plain_text_in_demo_mode(
    demo: None, browser: Browsers, post: Post, clock: Clock
) -> None:
    client = browser()
    assert "Viestejä ei ole vielä lähetetty" in client.page("/posti").text
    ask(client)
    link, code = post.last()
    with clock(NOW + timedelta(seconds=9)):
        ask(client, "riikka.lehto@kumppanuus.example")
        post.send()
    box = client.page("/posti")
    letters = [each for each in box.links() if each.startswith("/posti/")]
    assert letters == [f"/posti/{letter.name}" for letter in post.box()]
    assert "Riikka Lehto" in box.text[: box.text.index("Aino Heikkilä")]
    letter = client.page(letters[1])
    assert code in letter.text
    assert link in letter.links()
    for name in ("../secret", "%2e%2e%2fsecret", "x"):
        assert client.get(f"/posti/{name}").status_code == 404


def test_a_hostile_name_stays_text_in_letters_and_on_pages(
    demo: None, browser: Browsers, world: Any, post: Post, databases: Databases
) -> None:
    hostile = 'Ai"no <script>alert(1)</script>, "x" <x@evil.example>'
    for first in (
        "https://evil.example/x",
        "http://127.0.0.1:8000//evil.example",
        "http://127.0.0.1:8000@evil.example",
    ):
        with databases.app.app_context(), writing():
            user = db.session.get_one(User, world.aino)
            accounts.choose(user, name=f"{first} {hostile}", language="fi", theme="system", text_size="m")
            db.session.commit()
        client = browser()
        ask(client)
        post.send()
        assert not client.page("/posti").all("script", src=None)
        letter = next(each for each in post.box() if first in each.text)
        assert parseaddr(letter.to)[1] == AINO
        page = client.page(f"/posti/{letter.name}")
        assert f"Hei {first}," in page.text
        assert not [link for link in page.links() if "evil" in link and link != "/evil.example"]
        assert "<script>alert" not in page.html
    assert hostile in client.page("/kirjautuminen").text
