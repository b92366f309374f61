"""The page of a round: what it tells, that its tables agree, and the news a coordinator writes."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
import sqlalchemy as sa

from kumppanuus import agreements, rounds, statements, summaries
from kumppanuus.agreements import Agreement, Section
from kumppanuus.db import db, writing
from kumppanuus.kept import Latest
from kumppanuus.summaries import counting
from tests.client import Page, words_of
from tests.databases import Browsers, Databases, Queries


def address(world: Any, number: int = 1, rest: str = "") -> str:
    return f"/sopimukset/{world.slug}/kierrokset/{number}{rest}"


def columns(page: Page, kind: str, place: int = 0) -> list[list[str]]:
    """The cells of the rows of a table, without bars."""
    table = [each for each in page.all("table") if kind in (each.get("class") or "").split()][place]
    return [
        [words_of(cell) for cell in row if cell.get("aria-hidden") != "true"]
        for part in table
        if part.tag in ("tbody", "tfoot")
        for row in part
    ]


def test_every_table_of_the_page_adds_up_to_the_same_whole(databases: Databases, world: Any, browser: Browsers) -> None:
    page = browser(world.kaarina).page(address(world) + "?nayta=kaikki")
    with databases.app.app_context():
        agreement = db.session.get_one(Agreement, world.agreement)
        found = summaries.of(rounds.of_agreement(agreement)[-1])
    chart, kinds, matrix = columns(page, "chart"), columns(page, "tbl", 2), columns(page, "heat")
    sectors = columns(page, "tbl", 1)
    figures = [words_of(each) for each in page.one("dl", class_="figures").iter("dd")]
    assert figures[:3] == ["36 / 43", "3", str(found.whole.remarks)]
    assert [int(row[-1]) for row in chart[:-1]] == sorted((line.total for line in found.lines), reverse=True)
    for table in (chart, kinds):
        numbers = [[int(cell) for cell in row[1:]] for row in table]
        assert [sum(column) for column in zip(*numbers[:-1], strict=True)] == numbers[-1]
        assert numbers[-1][-1] == found.whole.remarks
    assert sum(int(row[-1]) for row in sectors[:-1]) == int(sectors[-1][-1]) == found.whole.remarks
    for row in matrix:
        assert sum(int(cell) for cell in row[1:-1] if cell != "–") == int(row[-1])
    assert [row[0] for row in matrix] == [row[0] for row in chart[:-1]]
    unheard = [row[0].removesuffix(" ei kuultu") for row in sectors if row[0].endswith(" ei kuultu")]
    assert unheard == ["Kulttuuri ja taide"]
    assert "Hiljaisuus ei ole hyväksyntä." in page.text
    assert "%" not in words_of(page.one("main"))


def test_a_coordinator_writes_the_news_and_takes_them_away(world: Any, browser: Browsers) -> None:
    client, other = browser(world.mikko), browser(world.tuula)
    page = client.page(address(world))
    form = page.form(address(world, rest="/uutinen"))
    client.post(address(world, rest="/uutinen"), data={**form, "headline": "Tilat huolettavat", "lead": "Yli muun."})
    page = client.page(address(world))
    assert (page.h1, words_of(page.one("p", class_="lead"))) == ("Tilat huolettavat", "Yli muun.")
    late = {**form, **other.token(), "form_key": "toinen", "headline": "Avustukset", "lead": "Oma."}
    refused = other.post(address(world, rest="/uutinen"), data=late)
    assert refused.status_code == 409
    assert "Nyt tallennettu: Tilat huolettavat Yli muun." in Page(refused.text).text
    assert "Avustukset" in refused.text
    again = client.page(address(world)).form(address(world, rest="/uutinen"))
    client.post(address(world, rest="/uutinen"), data={**again, "headline": "", "lead": ""})
    assert client.page(address(world)).h1 == "Mitä mieltä olet sopimuksen luonnoksesta?"


def test_a_draft_has_no_page(databases: Databases, world: Any, browser: Browsers) -> None:
    assert browser(world.mikko).get(address(world, 99)).status_code == 404


def test_it_costs_the_same_however_many_have_answered(
    world: Any,
    browser: Browsers,
    queries: Callable[[], AbstractContextManager[Queries]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client = browser(world.kaarina)
    client.page(address(world))
    monkeypatch.setattr(counting, "_kept", Latest(32))  # neither was counted before, whatever other tests looked at
    costs = []
    for number in (1, 2):
        with queries() as spent:
            client.page(address(world, number))
        costs.append(len(spent))
    # Of the closed one, with ten times as many answers, it is also asked what was published.
    assert costs[0] <= costs[1] + 1 <= 16


def test_what_a_round_brought_is_counted_anew_when_the_round_has_changed_and_not_when_the_text_has(
    databases: Databases, world: Any, browser: Browsers, queries: Callable[[], AbstractContextManager[Queries]]
) -> None:
    client = browser(world.kaarina)

    def seen() -> tuple[str, int]:
        """How many remarks the page tells of, and how many queries it cost."""
        with queries() as spent:
            page = client.page(address(world))
        return words_of(list(page.one("dl", class_="figures").iter("dd"))[2]), len(spent)

    before, _cost = seen()
    known = seen()[1]
    with databases.app.app_context(), writing():
        section = db.session.scalars(sa.select(Section).where(Section.agreement_id == world.agreement)).first()
        assert section is not None
        agreements.rename_section(section, title="Toinen nimi", base=section.title, by=world.mikko)
        db.session.commit()
    assert seen() == (before, known)
    with databases.app.app_context(), writing():
        agreement = db.session.get_one(Agreement, world.agreement)
        remark = statements.sent(rounds.of_agreement(agreement)[-1])[0].remarks[0]
        statements.hide_remark(remark, reason="Asiaton.", by=world.mikko)
        db.session.commit()
    after, cost = seen()
    assert int(after) == int(before) - 1
    assert cost > known
    assert seen() == (after, known)
