"""Many at once, over HTTP, with two worker processes: nothing is overwritten, and nobody's text is lost."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from kumppanuus import accounts, ledger, members
from kumppanuus.agreements import ClauseVersion, by_id
from kumppanuus.comments import Comment
from kumppanuus.db import clock_at, db, writing
from kumppanuus.members import Role
from tests.databases import Databases
from tests.server import LiveServer, Visitor, cookie_of, running

EDITORS = 8


def editors(databases: Databases, world: Any) -> list[Any]:
    """Eight coordinators of one agreement."""
    with databases.app.app_context(), writing(), clock_at(None):
        agreement = by_id(world.agreement)
        assert agreement is not None
        people = []
        for number in range(EDITORS):
            address = f"kirjoittaja{number}@kumppanuus.example"
            name = f"Kirjoittaja {number}"
            added = members.add(agreement, address=address, name=name, role=Role.COORDINATOR, side=None, by=world.mikko)
            people.append(added.user_id)
        db.session.commit()
    return people


SENTENCES = [f"Lause {number} alkaa tästä ja päättyy tähän." for number in range(4)]


def test_eight_editors_of_one_clause_lose_nothing(
    databases: Databases, world: Any, times: Callable[[int, int], int], tmp_path: Path
) -> None:
    """Half of them write into a sentence of their own, which is merged; the others at the end, where one is first."""
    rounds = times(25, 200)
    clause = world.examples["draft"]
    path = f"/kohdat/{clause}/muokkaus"
    server = LiveServer(databases.address, tmp_path)
    visitors = [Visitor(server, cookie_of(databases, person)) for person in editors(databases, world)]
    outcomes: list[tuple[str, int]] = []

    def save(number: int, form: dict[str, str], token: str, word: str) -> tuple[str, int, str]:
        own = f"Lause {number} alkaa"
        text = form["text"].replace(own, f"{own} {word}") if number < len(SENTENCES) else f"{form['text']} {word}"
        sent = {**form, "text": text, "reason": "", "csrf_token": token, "form_key": word}
        return word, *visitors[number].post(path, sent)

    with running(server), ThreadPoolExecutor(EDITORS) as crowd:
        tokens = [form["csrf_token"] for form in crowd.map(lambda visitor: visitor.form(path, path), visitors)]
        first = {**visitors[0].form(path, path), "text": " ".join(SENTENCES)}
        assert visitors[0].post(path, first)[0] == 303
        for turn in range(rounds):
            form = visitors[0].form(path, path)  # whose text is always saved, so that nothing of it is kept unfinished
            words = [f"sana{turn}x{number}" for number in range(EDITORS)]
            for word, status, page in crowd.map(save, range(EDITORS), [form] * EDITORS, tokens, words):
                outcomes.append((word, status))
                assert status in (303, 409), f"{word}: {status}"
                if status == 409:
                    assert word in page, f"the page of {word} has lost it"
                    assert "Yhdistä tekstit" in page
    with databases.app.app_context():
        versions = db.session.scalars(
            sa.select(ClauseVersion).where(ClauseVersion.clause_id == clause).order_by(ClauseVersion.number)
        ).all()
        assert [version.number for version in versions] == list(range(1, len(versions) + 1))
        saved = [word for word, status in outcomes if status == 303]
        last = re.split(r"[ .]+", versions[-1].text)
        assert [word for word in saved if last.count(word) != 1] == []
        assert len(saved) == rounds * (len(SENTENCES) + 1)
        assert ledger.verify() is None


def test_fifty_presses_of_one_link_sign_in_once(databases: Databases, world: Any, tmp_path: Path) -> None:
    with databases.app.app_context(), writing(), clock_at(None):
        aino = db.session.get_one(accounts.User, world.aino)
        asking = accounts.ask(aino.address, browser="", browser_words="", language=aino.language, is_remembered=False)
        made = accounts.make_letter(asking, lives=timedelta(minutes=30))
        assert made is not None
        before = len(accounts.sessions_of(aino))
        db.session.commit()
    path = f"/kirjautuminen/{made[1]}"
    server = LiveServer(databases.address, tmp_path)
    with running(server), ThreadPoolExecutor(10) as crowd:
        visitors = [Visitor(server) for _ in range(10)]
        fields = list(crowd.map(lambda visitor: visitor.form(path, path), visitors))
        found = list(crowd.map(lambda number: visitors[number % 10].post(path, fields[number % 10])[0], range(50)))
    assert found.count(303) >= 1
    # 400: the one who came in has a new session, to which the old token does not belong.
    assert set(found) <= {303, 400, 409, 422, 429}
    with databases.app.app_context(), clock_at(None):
        aino = db.session.get_one(accounts.User, world.aino)
        assert len(accounts.sessions_of(aino)) == before + 1


def test_one_form_sent_five_times_at_once_is_one_comment(databases: Databases, world: Any, tmp_path: Path) -> None:
    path = f"/kohdat/{world.examples['comment']}"
    server = LiveServer(databases.address, tmp_path)
    visitor = Visitor(server, cookie_of(databases, world.aino))
    with running(server), ThreadPoolExecutor(5) as crowd:
        fields = {**visitor.form(path, f"{path}/kommentit"), "kind": "question", "text": "Vain kerran?"}
        cookie = visitor.cookie
        found = list(crowd.map(lambda _: Visitor(server, cookie).post(f"{path}/kommentit", fields)[0], range(5)))
    assert found == [303] * 5
    with databases.app.app_context():
        said = sa.select(sa.func.count()).where(Comment.text == "Vain kerran?")
        assert db.session.scalar(said) == 1
