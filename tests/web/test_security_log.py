"""The security log: one line for each thing that matters, and nothing in it that anybody wrote."""

import json
import logging
from typing import Any

import pytest

from kumppanuus import limits
from kumppanuus.db import db, writing
from tests.databases import Browsers, Databases

SECRET = "salaisuus\nuusi rivi"


@pytest.fixture
def told(caplog: pytest.LogCaptureFixture) -> Any:
    """`told()` gives the lines since it was asked last, taken apart."""
    caplog.set_level(logging.INFO, logger="kumppanuus.security")

    def lines() -> list[dict[str, Any]]:
        found = [record.getMessage() for record in caplog.records if record.name == "kumppanuus.security"]
        assert not [line for line in found if "\n" in line or "salaisuus" in line or "@" in line]
        caplog.clear()
        return [json.loads(line) for line in found]

    return lines


def test_what_matters_is_told_in_one_line_each(browser: Browsers, world: Any, told: Any, databases: Databases) -> None:
    page = f"/sopimukset/{world.slug}/osallistujat"
    mikko, eero = browser(world.mikko), browser(world.eero)
    assert [line["what"] for line in told()] == ["person.signed-in", "person.signed-in"]

    eero.get(page)
    [line] = told()
    assert (line["what"], line["who"], line["endpoint"]) == ("access.refused", str(world.eero), "members.index")
    assert len(line["request"]) == 8
    assert line["at"] == "2026-03-18T10:00:00.000+00:00"

    browser().send("/kirjautuminen/vaara-linkki", page="/kirjautuminen/vaara-linkki", status=422)
    assert [line["what"] for line in told()] == ["sign-in.failed"]

    mikko.post(page + "/kutsut", data={"addresses": SECRET, "message": SECRET})
    assert [(line["what"], line["endpoint"]) for line in told()] == [("token.refused", "members.invite")]

    sari = f"{page}/{world.members['sari']}"
    mikko.send(f"{sari}/muutos", {"is_approver": "y", "organisation": SECRET}, page=sari)
    [line] = [each for each in told() if each["what"] == "member.changed"]
    assert (line["who"], line["about"]) == (str(world.mikko), str(world.members["sari"]))

    visitor = browser()
    for _ in range(4):
        visitor.post("/kirjautuminen", data={**visitor.token(), "address": "salaisuus@example.fi"})
    assert [(line["what"], line["who"]) for line in told()] == [("limit.reached", None)]

    # Where no form shows the refusal, too.
    with databases.app.app_context(), writing():
        for _ in range(limits.EXPORT[0].most):
            limits.spend(f"export:{world.mikko}", limits.EXPORT)
        db.session.commit()
    table = f"/sopimukset/{world.slug}/jarjestot/taulukko"
    assert mikko.post(table, data=mikko.token()).status_code == 429
    [line] = told()
    assert (line["what"], line["who"], line["endpoint"]) == ("limit.reached", str(world.mikko), "organisations.table")


def test_what_was_refused_or_came_to_nothing_is_not_told_as_done(browser: Browsers, world: Any, told: Any) -> None:
    mikko = browser(world.mikko)
    told()
    page = f"/sopimukset/{world.slug}/osallistujat/{world.members['mikko']}"
    mikko.send(f"{page}/muutos", {"is_approver": "y"}, page=page, status=422)
    assert told() == []
