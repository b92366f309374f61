"""The pages the law asks for, and feedback on accessibility from its giving to its answer."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from kumppanuus import feedback, ledger, notifications
from kumppanuus.config import Settings
from kumppanuus.db import clock_at, db
from kumppanuus.feedback import Feedback
from kumppanuus.notifications import Outgoing
from tests.client import LintingClient
from tests.databases import NOW, Browsers, Databases, Queries

ADDRESS = "olga@kumppanuus.example"


def give(client: LintingClient, **changes: str) -> Any:
    sent = {"text": "Painike katoaa.", "place": "Etusivu", "reply_address": ADDRESS, **changes}
    return client.post("/saavutettavuus", data={**client.token(), **sent})


def given(databases: Databases) -> list[Feedback]:
    with databases.app.app_context():
        return list(db.session.scalars(sa.select(Feedback).order_by(Feedback.made_at)))


def letters(databases: Databases) -> list[tuple[str, str, str]]:
    """To whom, subject and text of every letter that is sent now."""
    with databases.app.app_context():
        notifications.send_due(lambda path: f"https://sopimus.example{path}")
        settings: Settings = databases.app.extensions["settings"]
        return [(each.to, each.subject, each.text) for each in notifications.kept(settings)]


def test_both_pages_say_what_the_settings_say(databases: Databases, world: Any, browser: Browsers) -> None:
    plain = browser(None)
    assert "Puutteita ei ole vielä kirjattu" in plain.get("/saavutettavuus").text
    assert "kokeilu, jolla ei ole vielä rekisterinpitäjää" in plain.get("/tietosuoja").text
    settings: Settings = databases.app.extensions["settings"]
    databases.app.extensions["settings"] = replace(
        settings,
        controller="Järvi-Suomen <b>hyvinvointialue",
        controller_address="tietosuoja@alue.example",
        privacy_officer="Paula Puro",
        legal_basis="interest",
        accessibility="not",
        accessibility_gaps="Taulukot eivät mahdu ruudulle.",
        accessibility_on="2026-03-12",
        accessibility_checker="Saavutettava Oy",
    )
    try:
        statement, notice = plain.get("/saavutettavuus").text, plain.get("/tietosuoja?kieli=sv").text
    finally:
        databases.app.extensions["settings"] = settings
    for said in (
        "Järvi-Suomen &lt;b&gt;hyvinvointialue",
        "ei vielä täytä",
        "Taulukot eivät mahdu",
        "12.3.2026",
        "Saavutettava Oy",
    ):
        assert said in statement
    assert "itse" not in statement.split("Milloin seloste")[1].split("Anna palautetta")[0]
    for said in ("6.1 f", "tietosuoja@alue.example", "Paula Puro", "hyvinvointialue"):
        assert said in notice


def test_feedback_is_given_by_anybody_and_answered_by_letter(
    databases: Databases, world: Any, browser: Browsers, queries: Callable[[], AbstractContextManager[Queries]]
) -> None:
    settings: Settings = databases.app.extensions["settings"]
    databases.app.extensions["settings"] = replace(settings, controller_address="alue@kumppanuus.example")
    try:
        assert give(browser(None)).status_code == 303
        [(to, _subject, text)] = letters(databases)
    finally:
        databases.app.extensions["settings"] = settings
    [found] = given(databases)
    assert (to, "Painike katoaa." in text) == ("alue@kumppanuus.example", True)
    assert f"https://sopimus.example/palautteet/{found.id}" in text
    assert "Vastaa viimeistään" not in browser(world.aino).get("/saavutettavuus").text
    mikko = browser(world.mikko)
    assert "1 palaute odottaa vastausta" in mikko.get("/saavutettavuus").text
    here = f"/palautteet/{found.id}"
    assert ADDRESS in mikko.get(here).text
    answered = mikko.post(here, data={**mikko.token(), "answer": "Korjaamme sen ensi viikolla."})
    assert answered.headers["Location"] == "/palautteet"
    assert "Mikään palaute ei odota" in mikko.get("/palautteet").text
    late = mikko.post(here, data={**mikko.token(), "answer": "Toinen vastaus."})
    assert late.status_code == 422
    assert "Joku on jo vastannut" in late.text
    assert "Toinen vastaus." in late.text
    answer = next(each for each in letters(databases) if each[0] == ADDRESS)
    assert "Korjaamme sen ensi viikolla." in answer[2]
    assert "Painike katoaa." in answer[2]
    with databases.app.app_context():
        kinds = [entry.kind for entry in ledger.entries(ledger.INSTALLATION) if entry.kind.startswith("feedback")]
        assert kinds == ["feedback.answered", "feedback.given"]  # the newest first
    for _more in range(3):
        give(browser(None))
    mikko.get("/palautteet")
    with queries() as spent:
        mikko.get("/palautteet")
    assert len(spent) <= 5


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"text": "  "}, "Kirjoita, mikä oli vaikeaa"),
        ({"text": "x" * 2001}, "Enintään 2000"),
        ({"reply_address": "olga"}, "sähköpostiosoite"),
    ],
)
def test_feedback_that_is_not_whole_is_kept_in_the_form(
    changes: dict[str, str], said: str, databases: Databases, world: Any, browser: Browsers
) -> None:
    response = give(browser(None), **changes)
    assert response.status_code == 422
    assert said in response.text
    assert "Etusivu" in response.text
    assert given(databases) == []
    with databases.app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Outgoing)) == 0


def test_one_place_gives_ten_an_hour(databases: Databases, world: Any, browser: Browsers) -> None:
    client = browser(None)
    assert [give(client, text=f"Vika {n}.").status_code for n in range(11)] == [303] * 10 + [429]
    assert len(given(databases)) == 10


def test_after_fourteen_days_it_is_late_and_half_a_year_after_the_answer_the_address_is_gone(
    databases: Databases, world: Any, browser: Browsers
) -> None:
    give(browser(None))
    [found] = given(databases)
    with clock_at(NOW + timedelta(days=14)):
        assert "Myöhässä" not in browser(world.mikko).get("/palautteet").text
    with clock_at(NOW + timedelta(days=16)):
        mikko = browser(world.mikko)
        assert "Myöhässä 2 päivää" in mikko.get("/palautteet").text
        assert re.search("1 myöhässä", mikko.get("/saavutettavuus").text)
        mikko.post(f"/palautteet/{found.id}", data={**mikko.token(), "answer": "Anteeksi."})
    for days, left in ((195, ADDRESS), (197, "")):
        with clock_at(NOW + timedelta(days=days)), databases.app.app_context():
            feedback.forget_old(timedelta(days=180))
            db.session.commit()
        assert given(databases)[0].reply_address == left
