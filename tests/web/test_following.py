"""Following and muting: from the pages of what is followed, told in words, listed on the own page."""

from __future__ import annotations

from typing import Any

from flask import Flask
from sqlalchemy import select

from kumppanuus.db import db
from kumppanuus.notifications import Following
from tests.client import words_of
from tests.databases import Browsers, Databases


def kept(app: Flask, world: Any) -> set[tuple[Any, bool]]:
    with app.app_context():
        rows = db.session.execute(
            select(Following.subject_id, Following.is_muted).where(Following.user_id == world.aino)
        )
        return {(subject, is_muted) for subject, is_muted in rows}


def test_each_page_leads_to_muting_it_and_what_is_muted_is_listed_on_the_own_page(
    databases: Databases, world: Any, browser: Browsers
) -> None:
    client = browser(world.aino)
    home = f"/sopimukset/{world.slug}"
    chapter = next(link.get("href") for link in client.page(home).all("a") if "/luvut/" in link.get("href", ""))
    doors = []
    for page in (f"{home}/kysymykset/4", f"/kohdat/{world.clauses['3.4']}", chapter, home):
        [door] = {link.get("href") for link in client.page(page).all("a") if link.get("href", "").endswith("/seuranta")}
        assert "Seuraat tätä. Sähköposti kertoo, mitä tässä tapahtuu." in client.page(door).text
        client.send(door, page=door)
        assert "Tämä on vaimennettu." in client.page(door).text
        doors.append(door)
    assert [is_muted for _subject, is_muted in kept(databases.app, world)] == [True] * 4
    links = {link.get("href"): link for link in client.page("/oma-sivu").all("a")}
    assert {words_of(links[door]) for door in doors} >= {
        "Koko sopimus",
        "3.4 Koollekutsuja, sihteeri ja kokousasiakirjat",
    }


def test_following_a_clause_of_a_muted_agreement_is_a_choice_of_its_own(
    databases: Databases, world: Any, browser: Browsers
) -> None:
    client = browser(world.aino)
    agreement, clause = f"/sopimukset/{world.slug}/seuranta", f"/kohdat/{world.clauses['3.4']}/seuranta"
    client.send(agreement, page=agreement)
    assert "Tämä on vaimennettu." in client.page(clause).text
    client.send(clause, page=clause)
    assert kept(databases.app, world) == {(world.agreement, True), (world.clauses["3.4"], False)}
    rows = {link.get("href"): words_of(row) for row in client.page("/oma-sivu").all("li") for link in row.iter("a")}
    assert [rows[door].rpartition(" ")[2] for door in (agreement, clause)] == ["Vaimennettu", "Seuraat"]
    client.send(agreement, page=agreement)  # followed again: the clause says what holds anyway, and is left alone
    assert kept(databases.app, world) == {(world.clauses["3.4"], False)}
