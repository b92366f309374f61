"""Starting an agreement: from the model, from nothing, from an earlier one."""

from __future__ import annotations

from typing import Any

import pytest

from kumppanuus import agreements, ledger, members, questions
from kumppanuus.agreements import TextLanguage
from tests.client import Page
from tests.databases import Browsers, Databases
from tests.web.drafting import Draft, refusal


@pytest.fixture
def draft(databases: Databases, world: Any, browser: Browsers) -> Draft:
    return Draft(databases, browser, world)


START = {
    "source": "model",
    "language": "fi",
    "kind": "partnership_agreement",
    "title": "Saimaan kumppanuussopimus",
    "authority_name": "Saimaan hyvinvointialue",
    "body_name": "Saimaan järjestöpöytä",
    "case_number": "77/2026",
    "side": "organisations",
    "with_questions": "y",
}
NEW = "/sopimukset/saimaan-hyvinvointialue-saimaan-kumppanuussopimus"


def started(databases: Databases, slug: str) -> dict[str, Any]:
    with databases.app.app_context():
        agreement = agreements.by_slug(slug)
        assert agreement is not None
        outline = agreements.outline(agreement)
        return {
            "facts": (agreement.title, agreement.authority_name, agreement.body_name, agreement.case_number),
            "kind": agreement.kind.value,
            "language": agreement.language,
            "size": (len(outline.chapters), len(list(outline.clauses())), len(outline.annexes)),
            "people": [(each.user_id, each.role.value, each.side) for each in members.everyone(agreement)],
            "questions": len(questions.register(agreement)),
            "kinds": [entry.kind for entry in reversed(ledger.entries(agreement.id))],
        }


def test_an_agreement_starts_from_the_model_with_the_thirteen_questions(draft: Draft) -> None:
    client = draft.browser()
    response = client.send("/sopimukset", START, page="/sopimukset/uusi")
    assert response.headers["Location"] == NEW
    assert started(draft.databases, NEW.removeprefix("/sopimukset/")) == {
        "facts": ("Saimaan kumppanuussopimus", "Saimaan hyvinvointialue", "Saimaan järjestöpöytä", "77/2026"),
        "kind": "partnership_agreement",
        "language": TextLanguage.FI,
        "size": (12, 69, 4),
        "people": [(draft.world.mikko, "coordinator", "organisations")],
        "questions": 13,
        "kinds": ["agreement.started", "member.added", "questions.opened"],
    }


def test_an_agreement_starts_from_nothing_in_swedish_by_somebody_on_neither_side(draft: Draft) -> None:
    client = draft.browser()
    changed = {"source": "nothing", "language": "sv", "side": "neither", "case_number": "", "with_questions": None}
    client.send("/sopimukset", {**START, **changed}, page="/sopimukset/uusi")
    found = started(draft.databases, NEW.removeprefix("/sopimukset/"))
    assert (found["language"], found["size"], found["questions"]) == (TextLanguage.SV, (0, 0, 0), 0)
    assert found["people"] == [(draft.world.mikko, "coordinator", None)]
    empty = client.page(f"{NEW}/muokkaus")
    assert "Sopimuksessa ei ole vielä tekstiä." in empty.text
    assert "Mitään ei puutu." in client.page(f"{NEW}/taytettavat").text


def test_an_agreement_starts_from_an_earlier_one_without_what_people_did_there(draft: Draft) -> None:
    world, client = draft.world, draft.browser()
    page = client.page("/sopimukset/uusi")
    offered = {option.get("value") for option in page.one("select", id="origin")}
    assert offered == {"", str(world.agreement), str(world.town.agreement)}
    fields = {**START, "source": "earlier", "origin": str(world.agreement), "language": "sv"}
    client.send("/sopimukset", fields, page="/sopimukset/uusi")
    slug = NEW.removeprefix("/sopimukset/")
    assert started(draft.databases, slug) == {
        "facts": ("Saimaan kumppanuussopimus", "Saimaan hyvinvointialue", "Saimaan järjestöpöytä", "77/2026"),
        "kind": "partnership_agreement",
        "language": TextLanguage.FI,
        "size": (12, 69, 4),
        "people": [(world.mikko, "coordinator", "organisations")],
        "questions": 13,
        "kinds": ["agreement.started", "member.added", "questions.opened"],
    }
    with draft.databases.app.app_context():
        old, new = agreements.by_id(world.agreement), agreements.by_slug(slug)
        assert old is not None
        assert new is not None
        texts = [
            [(each.label, each.title, each.version.text) for each in agreements.outline(agreement).clauses()]
            for agreement in (old, new)
        ]
        assert texts[0] == texts[1]
        asked = [
            [(each.number, each.title, each.text, each.background) for each in questions.register(agreement)]
            for agreement in (old, new)
        ]
        assert asked[0] == asked[1]
        left = [(each.status, each.owner_id, each.due_on, each.solution) for each in questions.register(new)]
        assert set(left) == {(questions.Status.OPEN, None, None, "")}
        assert new.signature_text == ""
        assert ledger.entries(new.id)[-1].facts == {
            "clauses": 69,
            "origin_id": str(world.agreement),
            "origin": old.title,
        }
        assert ledger.verify() is None
    told = client.page(f"{NEW}/tapahtumat").text
    assert f"{world.names[world.mikko]} aloitti sopimuksen. Pohjana oli Kumppanuussopimus." in told
    assert "0 kohtaa" in client.page(f"{NEW}/viennit").text


@pytest.mark.parametrize("origin", ["", "town", "ei"])
def test_only_an_agreement_one_may_read_is_an_earlier_one(origin: str, draft: Draft) -> None:
    client = draft.browser("tuula")  # who is no member in the town
    chosen = str(draft.world.town.agreement) if origin == "town" else origin
    fields = {**START, "source": "earlier", "origin": chosen}
    page = Page(client.send("/sopimukset", fields, page="/sopimukset/uusi", status=422).text)
    assert refusal(page) == "Sopimusta ei ole vielä aloitettu Valitse aiempi sopimus"
    assert page.form("/sopimukset")["title"] == START["title"]
    with draft.databases.app.app_context():
        assert agreements.by_slug(NEW.removeprefix("/sopimukset/")) is None


def test_the_model_is_not_offered_for_swedish_and_nothing_typed_is_lost(draft: Draft) -> None:
    client = draft.browser()
    response = client.send("/sopimukset", {**START, "language": "sv"}, page="/sopimukset/uusi", status=422)
    page = Page(response.text)
    assert "Malliteksti on vain suomeksi" in refusal(page)
    assert page.title.startswith("Virhe:")
    sent = page.form("/sopimukset")
    assert {name: sent[name] for name in START} == {**START, "language": "sv"}


def test_every_missing_thing_is_told_at_once(draft: Draft) -> None:
    client = draft.browser()
    nothing: dict[str, Any] = dict.fromkeys(START)
    page = Page(client.send("/sopimukset", nothing, page="/sopimukset/uusi", status=422).text)
    assert refusal(page) == (
        "Sopimusta ei ole vielä aloitettu Valitse, mistä aloitat Valitse sopimustekstin kieli Valitse asiakirjan laji "
        "Kirjoita sopimuksen nimi Kirjoita hyvinvointialueen tai kunnan nimi Kirjoita yhteistyöelimen nimi "
        "Valitse, kumpaa osapuolta edustat"
    )


def test_starting_twice_with_one_form_starts_one_agreement(draft: Draft) -> None:
    client = draft.browser()
    form = {**client.page("/sopimukset/uusi").form("/sopimukset"), **START}
    assert [client.post("/sopimukset", data=form).headers["Location"] for _ in range(2)] == [NEW, NEW]
    with draft.databases.app.app_context():
        assert [each.slug for each in agreements.every() if each.title == START["title"]] == [NEW.split("/")[2]]


def test_only_those_who_may_start_agreements_do(draft: Draft) -> None:
    for name in ("aino", "riikka", "eero"):
        client = draft.browser(name)
        client.page("/sopimukset/uusi", 403)
        client.send("/sopimukset", START, status=403)
    assert draft.browsers().get("/sopimukset/uusi").status_code == 303
