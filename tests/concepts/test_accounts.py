"""People and how they get in."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from kumppanuus import accounts, ledger
from kumppanuus.accounts import BadAddress, Disabled, Language, LinkSpent, SignIn, User, WrongCode
from kumppanuus.db import db
from kumppanuus.errors import Empty, TooLong, Unwritable
from tests.databases import NOW

Clock = Callable[[datetime], AbstractContextManager[None]]

LIVES = timedelta(minutes=30)


@pytest.fixture
def aino(inside_empty: None) -> User:
    return accounts.find_or_add("aino@example.fi", "Aino Heikkilä", by=None)


def asked(address: str = "aino@example.fi", browser: str = "browser") -> SignIn:
    return accounts.ask(
        address, browser=browser, browser_words="Firefox", language=Language.FI, is_remembered=False, leads_to="/wanted"
    )


def sent(asking: SignIn) -> tuple[str, str]:
    made = accounts.make_letter(asking, lives=LIVES)
    assert made
    return made[1:]


def try_code(code: str, browser: str = "browser") -> Any:
    try:
        return accounts.enter_by_code(code, browser=browser, browser_words="Firefox")
    except (WrongCode, LinkSpent) as refusal:
        return type(refusal), refusal.facts.get("left")


# ---------------------------------------------------------------- addresses


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("aino@example.fi", "aino@example.fi"),
        ("  Aino@Example.FI\n", "aino@example.fi"),
        ("aino.o'hara+x@esimerkki.example.fi", "aino.o'hara+x@esimerkki.example.fi"),
        ("aino@yhdistys-äänekoski.fi", "aino@xn--yhdistys-nekoski-3nba.fi"),
    ],
)
def test_an_address_is_kept_in_one_form(typed: str, kept: str) -> None:
    assert accounts.clean_address(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        None,
        "",
        "aino",
        "aino@",
        "@example.fi",
        "aino@localhost",
        "ä@example.fi",
        "a@b@example.fi",
        "aino@example.fi\x00",
        "aino@example.fi\r\nBcc: x@evil.example",
        "aino@example.fi,eero@example.fi",
        "Aino <aino@example.fi>",
        "a" * 300 + "@example.fi",
    ],
)
def test_what_no_mail_server_takes_is_no_address(typed: str | None) -> None:
    with pytest.raises(BadAddress):
        accounts.clean_address(typed)


def test_one_address_is_one_person(aino: User) -> None:
    assert accounts.find_or_add("AINO@example.fi", "Joku muu", by=None) is aino
    assert accounts.find("Aino@Example.fi") is aino
    assert accounts.find("eero@example.fi") is None
    assert aino.name == "Aino Heikkilä"


@pytest.mark.parametrize(
    ("name", "refusal"), [("", Empty), (" \u200b ", Empty), ("x" * 301, TooLong), ("a\x00b", Unwritable)]
)
def test_a_new_person_needs_a_name(inside_empty: None, name: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        accounts.find_or_add("eero@example.fi", name, by=None)
    assert accounts.find("eero@example.fi") is None


# ---------------------------------------------------------------- letters


def test_the_same_row_is_written_for_known_and_unknown_addresses(aino: User) -> None:
    def columns(asking: SignIn) -> dict[str, Any]:
        names = {column.key for column in SignIn.__table__.columns} - {"id", "address"}
        return {name: getattr(asking, name) for name in names}

    assert columns(asked()) == columns(asked("nobody@example.fi"))


def test_nobody_gets_a_letter_for_an_unknown_or_closed_address(aino: User) -> None:
    accounts.disable(aino, by=None)
    for address in ("nobody@example.fi", "aino@example.fi"):
        asking = asked(address)
        assert accounts.make_letter(asking, lives=LIVES) is None
        assert (asking.token_hash, asking.code_hash) == (None, None)
        assert (asking.sent_at, asking.expires_at) == (NOW, NOW + LIVES)


def test_the_link_leads_where_was_asked_and_works_once(aino: User) -> None:
    token, _code = sent(asked())
    session_token, path = accounts.enter_by_link(token, browser_words="Firefox")
    session = accounts.session_of(session_token)
    assert session
    assert (session.user, path) == (aino, "/wanted")
    with pytest.raises(LinkSpent):
        accounts.enter_by_link(token, browser_words="Firefox")


def test_link_and_code_of_one_letter_are_spent_together(aino: User) -> None:
    token, code = sent(asked())
    accounts.enter_by_link(token, browser_words="")
    assert try_code(code) == (LinkSpent, None)


def test_nothing_secret_is_kept(aino: User) -> None:
    asking = asked(browser="browser key")
    token, code = sent(asking)
    secret, _path = accounts.enter_by_link(token, browser_words="")
    rows = [*db.session.scalars(select(SignIn)), *db.session.scalars(select(accounts.Session))]
    kept = str([vars(row) for row in rows])
    assert [each for each in (token, code, secret, "browser key") if each in kept] == []


def test_a_closed_account_opens_neither_by_an_older_letter_nor_by_a_press(aino: User) -> None:
    token, code = sent(asked())
    accounts.disable(aino, by=None)
    with pytest.raises(LinkSpent):
        accounts.enter_by_link(token, browser_words="")
    assert try_code(code) == (LinkSpent, None)
    with pytest.raises(Disabled):
        accounts.enter(aino, browser_words="")


def test_sending_again_makes_a_new_link_and_the_old_one_is_dead(aino: User, clock: Clock) -> None:
    asking = asked()
    first, _code = sent(asking)
    with clock(NOW + timedelta(minutes=20)):
        second, _code = sent(asking)
        with pytest.raises(LinkSpent):
            accounts.enter_by_link(first, browser_words="")
    with clock(NOW + timedelta(minutes=49)):
        accounts.enter_by_link(second, browser_words="")
    assert accounts.make_letter(asking, lives=LIVES) is None


# ---------------------------------------------------------------- codes


def test_wrong_codes_tell_nothing_of_the_letter(aino: User) -> None:
    """Known or not, sent or not, in the middle or before: the answers are the same."""
    told = {}
    for address in ("aino@example.fi", "nobody@example.fi"):
        for sent_after in range(7):
            answers = []
            asking = asked(address, browser=f"{address} {sent_after}")
            for tries in range(7):
                if tries == sent_after:
                    accounts.make_letter(asking, lives=LIVES)
                answers.append(try_code("no", browser=f"{address} {sent_after}"))
            told[address, sent_after] = answers
    assert set(map(tuple, told.values())) == {(*((WrongCode, left) for left in (4, 3, 2, 1)), *[(LinkSpent, None)] * 3)}


def test_a_code_dies_with_its_letter(aino: User, clock: Clock) -> None:
    _token, code = sent(asked())
    with clock(NOW + LIVES):
        assert try_code(code) == (LinkSpent, None)
    with clock(NOW + LIVES - timedelta(seconds=1)):
        assert try_code(code)[1] == "/wanted"


def test_a_browser_that_asked_for_nothing_has_no_code(aino: User) -> None:
    _token, code = sent(asked())
    assert try_code(code, browser="another") == (LinkSpent, None)
    assert try_code(code, browser="") == (LinkSpent, None)


# ---------------------------------------------------------------- sessions


def test_a_session_gets_a_new_token_once_for_each_change_of_rights(aino: User) -> None:
    session, token = accounts.enter(aino, browser_words="")
    assert not accounts.needs_renewal(session)
    assert accounts.renew(session.id) is None
    accounts.change_rights(aino)
    assert accounts.needs_renewal(session)
    renewed = accounts.renew(session.id)
    assert renewed
    assert accounts.renew(session.id) is None
    assert accounts.session_of(token) is None
    assert accounts.session_of(renewed) is session


def test_an_ended_session_gets_no_new_token(aino: User) -> None:
    session, _token = accounts.enter(aino, browser_words="")
    accounts.change_rights(aino)
    accounts.leave(session)
    assert accounts.renew(session.id) is None


def test_use_is_noted_every_ten_minutes(aino: User, clock: Clock) -> None:
    session, _token = accounts.enter(aino, browser_words="")
    with clock(NOW + timedelta(minutes=9, seconds=59)):
        assert not accounts.needs_touch(session)
    with clock(NOW + timedelta(minutes=10)):
        assert accounts.needs_touch(session)
        accounts.touch(session.id)
        db.session.refresh(session)
        assert not accounts.needs_touch(session)


def test_sessions_are_listed_last_used_first_without_those_that_ended(aino: User, clock: Clock) -> None:
    _older, _token = accounts.enter(aino, browser_words="old")
    with clock(NOW + timedelta(hours=7)):
        newer, _token = accounts.enter(aino, browser_words="new")
        assert [each.browser_words for each in accounts.sessions_of(aino)] == ["new", "old"]
    with clock(NOW + timedelta(hours=9)):
        assert [each.browser_words for each in accounts.sessions_of(aino)] == ["new"]
        accounts.leave(newer)
        assert accounts.sessions_of(aino) == []


def test_coming_and_going_is_recorded_by_id_only(aino: User) -> None:
    before = ledger.head(ledger.INSTALLATION)
    assert before
    length = before.length
    session, _token = accounts.enter(aino, browser_words="Firefox")
    accounts.leave(session)
    accounts.leave(session)
    accounts.leave_everywhere(aino)
    found = ledger.entries(ledger.INSTALLATION, most=3)
    assert [entry.kind for entry in found] == ["person.signed-out", "person.signed-out", "person.signed-in"]
    head = ledger.head(ledger.INSTALLATION)
    assert head
    assert head.length == length + 3
    assert "Aino" not in str([entry.data for entry in found])
    assert ledger.verify() is None


def test_old_askings_and_sessions_are_deleted_in_time(aino: User, clock: Clock) -> None:
    accounts.enter(aino, browser_words="")
    asked()
    with clock(NOW + timedelta(days=60)):
        assert accounts.forget_old(timedelta(days=61)) == 0
    with clock(NOW + timedelta(days=62)):
        assert accounts.forget_old(timedelta(days=61)) == 2
