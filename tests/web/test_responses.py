"""The desk: what was said in a round is found, answered one after another by several people, and released."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import sqlalchemy as sa

from kumppanuus import ledger, responses, rounds
from kumppanuus.agreements.tables import AgreementEdited
from kumppanuus.db import db, writing
from kumppanuus.responses import Response
from kumppanuus.statements import Remark
from tests.client import LintingClient, Page, words_of
from tests.databases import NOW, Browsers, Databases, Queries


def at(world: Any, rest: str = "", number: int = 2) -> str:
    return f"/sopimukset/{world.slug}/kierrokset/{number}/vastineet{rest}"


def answer(client: LintingClient, world: Any, address: str, **fields: str) -> Any:
    """Open the form at an address and send it with these fields."""
    form = client.page(address).form(at(world))
    return client.post(at(world), data={**form, "disposition": "accepted", "reason": "Lisätään.", **fields})


def standing(databases: Databases) -> list[tuple[str | None, str, bool, int]]:
    """Every response there is in the open round: what it says, whether it is released, and to how many."""
    with databases.app.app_context():
        query = (
            sa.select(Response).where(Response.round_id == _round(databases)).order_by(Response.released_at.is_(None))
        )
        return [
            (each.disposition, each.reason, each.is_released, len(each.links)) for each in db.session.scalars(query)
        ]


def _round(databases: Databases) -> Any:
    return db.session.scalar(sa.select(rounds.Round.id).where(rounds.Round.number == 2))


def largest(databases: Databases) -> Any:
    """The words that most have said in the open round."""
    with databases.app.app_context():
        round_ = db.session.get_one(rounds.Round, _round(databases))
        head = ledger.head(round_.agreement_id)
        assert head is not None
        return max(responses.desk(round_, head.head).items(), key=lambda item: len(item.rows))


def test_one_response_goes_to_all_who_say_the_same_and_the_next_one_follows(
    databases: Databases, world: Any, browser: Browsers
) -> None:
    client, item = browser(world.mikko), largest(databases)
    assert len(item.rows) > 1
    said = len(item.rows)
    page = client.page(at(world, f"?kohta={item.spot.id}"))
    left = int(page.h1.split()[0])
    sent = answer(client, world, at(world, f"/uusi?kohta={item.spot.id}&r={item.first.id}"))
    assert sent.status_code == 303
    to = urlsplit(sent.location)
    if to.path.endswith("/uusi"):
        query = parse_qs(to.query)
        assert query["kohta"] == [str(item.spot.id)], "the filter is kept"
        assert query["r"] != [str(item.first.id)]
    assert standing(databases) == [("accepted", "Lisätään.", False, said)]
    page = client.page(at(world))
    assert page.h1.startswith(f"{left - said} ")
    assert f"luonnoksena {said}" in page.text
    assert client.get(at(world, f"/uusi?r={item.first.id}")).status_code == 303, "what is answered waits no more"
    statement = f"/sopimukset/{world.slug}/kierrokset/2/lausunnot"
    with databases.app.app_context():
        one = db.session.get_one(Remark, item.first.id).statement_id
    reader = browser(world.aino)
    assert "Vastine: otetaan huomioon" not in reader.page(f"{statement}/{one}").text
    form = client.page(at(world, "/julkaisu")).form(at(world, "/julkaisu"))
    assert client.post(at(world, "/julkaisu"), data=form).status_code == 303
    assert standing(databases) == [("accepted", "Lisätään.", True, said)]
    assert "Vastine: otetaan huomioon" in reader.page(f"{statement}/{one}").text
    again = client.post(at(world, "/julkaisu"), data={**form, "form_key": "toinen"})
    assert again.status_code in (409, 422), "what is released is not released twice"


def test_two_coordinators_at_one_comment_see_both_texts(databases: Databases, world: Any, browser: Browsers) -> None:
    mikko, tuula, item = browser(world.mikko), browser(world.tuula), largest(databases)
    begin = at(world, f"/uusi?r={item.first.id}")
    theirs = tuula.page(begin).form(at(world))
    assert answer(mikko, world, begin, reason="Mikon perustelu.").status_code == 303
    late = tuula.post(at(world), data={**theirs, "disposition": "not_accepted", "reason": "Tuulan perustelu."})
    page = Page(late.text)
    assert late.status_code == 409
    assert "Mikon perustelu." in page.text
    assert words_of(page.one("textarea", id="reason")) == "Tuulan perustelu."
    with databases.app.app_context():
        one = db.session.scalars(sa.select(Response.id).where(Response.round_id == _round(databases))).one()
    there = at(world, f"/{one}")
    mine = mikko.page(there).form(there)
    assert tuula.post(there, data=page.form(there)).status_code == 303, "a second press takes the place of the first"
    stale = mikko.post(there, data={**mine, "reason": "Mikko korjaa."})
    assert stale.status_code == 409
    assert "Tuulan perustelu." in stale.text
    assert "Mikko korjaa." in stale.text
    for revision in ("", "0", "-1", "x", "99"):
        assert mikko.post(there, data={**mine, "form_key": revision, "revision": revision}).status_code == 409
    assert standing(databases) == [("not_accepted", "Tuulan perustelu.", False, len(item.rows))]


def test_what_is_refused_keeps_the_text_and_a_resent_form_writes_once(
    databases: Databases, world: Any, browser: Browsers
) -> None:
    client, item = browser(world.mikko), largest(databases)
    begin = at(world, f"/uusi?r={item.first.id}")
    refused = answer(client, world, begin, disposition="", reason="Perustelu jää.")
    assert refused.status_code == 422
    assert "Perustelu jää." in refused.text
    assert "Valitse ratkaisu" in refused.text
    for broken in ("", "ei-id", "0" * 32):
        assert answer(client, world, begin, remarks=broken).status_code == 422
    form = {**client.page(begin).form(at(world)), "disposition": "accepted", "reason": "Kerran."}
    assert [client.post(at(world), data=form).status_code for _ in range(5)] == [303] * 5
    assert [each[1] for each in standing(databases)] == ["Kerran."]
    for odd in ("?kohta=x&laji=y&tila=z&sivu=-1", "?sivu=99999&toimiala=%00", "?laji=%27%20OR%201=1", "/uusi?r=x"):
        assert client.get(at(world, odd)).status_code in (200, 303), odd


def test_an_official_who_was_asked_writes_and_a_coordinator_releases(
    databases: Databases, world: Any, browser: Browsers
) -> None:
    mikko, riikka, item = browser(world.mikko), browser(world.riikka), largest(databases)
    begin = at(world, f"/uusi?r={item.first.id}")
    typed = {"disposition": "accepted", "reason": "Alku jo tässä.", "note": "Onko rahaa?"}
    form = {**mikko.page(begin).form(at(world)), **typed}
    for refused in (
        mikko.post(at(world, "/pyynnot"), data={**form, "official": "x"}),
        mikko.post(at(world), data={**form, "disposition": ""}),
    ):
        assert refused.status_code == 422
        shown = Page(refused.text).form(at(world))
        assert (shown["reason"], shown["note"]) == ("Alku jo tässä.", "Onko rahaa?")
    assert mikko.post(at(world), data={**form, "luonnos": "1"}).status_code == 303
    form = mikko.page(begin).form(at(world))
    assert {name: form[name] for name in typed} == typed, "all of it is kept"
    asked = mikko.post(at(world, "/pyynnot"), data=form)
    assert asked.status_code == 303
    following = mikko.page(asked.headers["Location"]).text
    assert "Pyysimme vastausta: Riikka Lehto." in following
    assert "Vastine on tallessa luonnoksena." not in following, "nothing was written yet"
    with databases.app.app_context():
        one = db.session.scalars(sa.select(Response.id).where(Response.round_id == _round(databases))).one()
    there = at(world, f"/{one}")
    assert "Alku jo tässä." in mikko.page(there).text
    page = riikka.page(there)
    assert "Onko rahaa?" in page.text
    assert "Alku jo tässä." not in page.text
    told = {"disposition": "accepted_in_part", "reason": "Rahaa on vähän."}
    assert riikka.post(there, data={**page.form(there), **told}).status_code == 303
    assert standing(databases) == [("accepted_in_part", "Rahaa on vähän.", False, len(item.rows))]
    released = mikko.page(at(world, f"/julkaisu?vain={one}")).form(at(world, "/julkaisu"))
    assert mikko.post(at(world, "/julkaisu"), data=released).status_code == 303
    late = riikka.post(there, data={**page.form(there), **told, "form_key": "toinen"})
    assert late.status_code in (409, 422)
    assert standing(databases)[0][2], "what was released stays"
    anew = mikko.page(there).form(there)
    assert mikko.post(there, data={**anew, "reason": "Rahaa on."}).status_code == 303
    assert [each[1:3] for each in standing(databases)] == [("Rahaa on vähän.", True), ("Rahaa on.", False)]


def test_the_desk_costs_the_same_however_much_was_said(
    databases: Databases, world: Any, browser: Browsers, queries: Callable[[], AbstractContextManager[Queries]]
) -> None:
    client, item = browser(world.mikko), largest(databases)
    costs = []
    for address in (
        at(world, number=1),
        at(world),
        at(world, "/uusi?tila=left"),
        at(world, f"/uusi?r={item.first.id}"),
    ):
        client.get(address)
        with queries() as spent:
            assert client.get(address).status_code == 200
        costs.append(len(spent))
    assert costs[0] == costs[1] <= 14, costs
    assert costs[2] == costs[3] <= 16, costs


def test_one_text_is_written_for_many_and_two_writers_see_each_other(
    databases: Databases, world: Any, browser: Browsers
) -> None:
    mikko, tuula, item = browser(world.mikko), browser(world.tuula), largest(databases)
    here = at(world, f"/muotoilu?kohta={item.spot.id}")
    page = mikko.page(here)
    boxes = [each.get("value") for each in page.all("input") if each.get("name") == "r"]
    assert sum(len(each.split()) for each in boxes) >= len(item.rows)
    told = {"disposition": "accepted", "reason": "Kirjoitettiin uudelleen."}
    mine, theirs = page.form(here), tuula.page(here).form(here)
    refused = mikko.post(here, data={**mine, **told, "r": boxes})
    assert refused.status_code == 422, "a text that changes nothing is answered without it"
    sent = mikko.post(here, data={**mine, **told, "r": boxes[0], "text": "Uusi teksti."})
    assert sent.status_code == 303
    assert standing(databases) == [("accepted", "Kirjoitettiin uudelleen.", False, len(boxes[0].split()))]
    for box in boxes[:2]:  # what Mikko has answered meanwhile, and what waits still: his text is there in both
        late = tuula.post(here, data={**theirs, **told, "r": box, "text": "Tuulan teksti."})
        assert late.status_code == 409
        assert Page(late.text).form(here)["text"] == "Tuulan teksti."
        assert "Uusi teksti." in Page(late.text).text
        assert ("Mikko Saarela kirjoitti:" in Page(late.text).text) is (box == boxes[0])
    assert len(standing(databases)) == 1, "all or nothing"
    again = Page(late.text).form(here)
    assert tuula.post(here, data={**again, "r": boxes[1]}).status_code == 303
    clause = mikko.page(f"/kohdat/{item.spot.id}")
    assert "Tuulan teksti." in clause.text
    assert mikko.get(at(world, "/muotoilu?kohta=x")).status_code == 303


def test_a_text_is_made_from_a_wording_that_was_suggested(databases: Databases, world: Any, browser: Browsers) -> None:
    client, item = browser(world.mikko), largest(databases)
    clause_id, remark_id = item.spot.id, item.first.id
    with databases.app.app_context(), writing():
        remark = db.session.get_one(Remark, remark_id)
        assert remark.version is not None
        before, wording = remark.version.text, f"{remark.version.text} Myös illalla."
        remark.suggested_title, remark.suggested_text = remark.version.title, wording
        ledger.record(AgreementEdited(), remark, chain=remark.statement.round.agreement_id, by=None)
        db.session.commit()
    here = at(world, f"/muotoilu?kohta={clause_id}")
    typed = {**client.page(here).form(here), "text": "Oma teksti.", "reason": "Syy."}
    assert client.post(here, data={**typed, "pohja": str(remark_id)}).status_code == 303
    page = client.page(here)
    form = page.form(here)
    assert (form["text"], form["reason"]) == (wording, "Syy.")
    assert "Oma teksti." in page.text, "what was typed stands beside the text that took its place"
    assert form["source"] == str(remark_id)
    boxes = [each.get("value") for each in page.all("input") if each.get("name") == "r"]
    mine = next(each for each in boxes if str(remark_id) in each.split())
    told = {"disposition": "accepted", "reason": "Näin on parempi.", "r": mine}
    assert client.post(here, data={**form, **told}).status_code == 303
    with databases.app.app_context():
        remark = db.session.get_one(Remark, remark_id)
        assert remark.suggestion is not None
        assert (remark.suggestion.status, remark.clause and remark.clause.current.text) == ("accepted", wording)
    assert standing(databases) == [("accepted", "Näin on parempi.", False, len(mine.split()))]
    (undo,) = [
        each.get("action") for each in client.page(at(world)).all("form") if "kumoaminen" in each.get("action", "")
    ]
    back = client.post(undo, data=client.token())
    assert back.status_code == 303
    page = client.page(back.headers["Location"])
    again = page.form(here)
    assert (again["text"], again["reason"], again["disposition"]) == (wording, "Näin on parempi.", "accepted")
    assert again["base"] != form["base"], "drawn from the text that stands again"
    assert standing(databases) == []
    with databases.app.app_context():
        remark = db.session.get_one(Remark, remark_id)
        assert remark.suggestion is not None
        assert (remark.suggestion.status, remark.clause and remark.clause.current.text) == ("open", before)


def test_an_unfinished_response_is_kept_for_its_writer_and_others_see_who_writes(
    databases: Databases, world: Any, browser: Browsers, clock: Callable[[datetime], AbstractContextManager[None]]
) -> None:
    mikko, tuula, item = browser(world.mikko), browser(world.tuula), largest(databases)
    begin, hour = at(world, f"/uusi?r={item.first.id}"), timedelta(hours=1)
    drawn = mikko.page(begin).form(at(world))
    htmx = {"HX-Request": "true"}
    typed = {**drawn, "reason": "Mikon kesken.", "disposition": "accepted"}
    assert mikko.post(at(world, "/luonnos"), data=typed, headers=htmx).status_code == 204
    beside = tuula.page(begin)
    assert "Mikko Saarela on kirjoittanut tähän vastinetta äsken." in beside.text
    assert "Mikon kesken." not in beside.text
    with clock(NOW + hour):
        later = mikko.page(begin)
        assert "Kentässä on keskeneräinen tekstisi." in later.text
        assert later.form(at(world))["reason"] == "Mikon kesken."
        assert later.form(at(world))["disposition"] == "accepted"
    # Somebody else stores theirs meanwhile: both texts are there, also for who comes back by the list.
    assert answer(tuula, world, begin, reason="Tuulan perustelu.").status_code == 303
    with databases.app.app_context():
        one = db.session.scalars(sa.select(Response.id).where(Response.round_id == _round(databases))).one()
    there = at(world, f"/{one}")
    page = mikko.page(there)
    assert "Tuulan perustelu." in page.text
    assert page.form(there)["reason"] == "Mikon kesken."
    more = {**page.form(there), "reason": "Mikko jatkaa.", "luonnos": "1"}
    assert mikko.post(there, data=more).status_code == 303
    assert mikko.page(there).form(there)["reason"] == "Mikko jatkaa."
    assert standing(databases)[0][1] == "Tuulan perustelu.", "what is unfinished is nobody else's"
    assert mikko.post(there, data=mikko.page(there).form(there)).status_code == 303
    assert "Kentässä on keskeneräinen tekstisi." not in mikko.page(there).text
    # One text for many: the text, what it was drawn from and what was ticked come back together.
    here = at(world, f"/muotoilu?kohta={item.spot.id}")
    form, boxes = (
        tuula.page(here).form(here),
        [each.get("value") for each in tuula.page(here).all("input") if each.get("name") == "r"],
    )
    wording = {**form, "text": "Uusi teksti.", "r": boxes[-1], "reason": "Siksi."}
    keep = here.replace("/muotoilu", "/muotoilu/luonnos")
    assert tuula.post(keep, data=wording, headers=htmx).status_code == 204
    page = tuula.page(here)
    assert (page.form(here)["text"], page.form(here)["base"]) == ("Uusi teksti.", form["base"])
    ticked = [each.get("value") for each in page.all("input") if each.get("name") == "r" and "checked" in each.attrib]
    assert ticked == [boxes[-1]]


def test_what_was_not_ticked_stays_so_when_nothing_could_be_released(world: Any, browser: Browsers) -> None:
    client, ready = browser(world.mikko), at(world, "/julkaisu")
    assert answer(client, world, at(world, "/uusi")).status_code == 303
    (box,) = client.page(ready).all("input", name="valittu")
    assert "checked" in box.attrib
    fields = client.page(ready).form(ready)
    refused = client.post(ready, data={name: value for name, value in fields.items() if name != "valittu"})
    assert refused.status_code == 422
    (box,) = Page(refused.text).all("input", name="valittu")
    assert "checked" not in box.attrib


def test_a_response_to_many_folds_most_of_them_so_that_its_form_is_near(world: Any, browser: Browsers) -> None:
    page = browser(world.mikko).page(at(world, "/uusi?kaikki=1"))
    shown, folded = (len(each) for each in page.all("ul", class_="comments"))
    assert shown == 10
    assert folded > 1
    assert f"Näytä loput, {folded} kommenttia" in page.text


def test_the_list_tells_what_it_is_narrowed_to(world: Any, browser: Browsers) -> None:
    client = browser(world.mikko)
    page = client.page(at(world, "?tila=left&kanava=web&jarjestys=uusin"))
    chips = {each.get("href"): words_of(each) for each in page.one("ul", **{"class": "chips mt4"}).iter("a")}
    assert chips == {
        at(world, "?kanava=web&jarjestys=uusin"): "Tilanne: Vastaamatta ×, poista rajaus",
        at(world, "?tila=left&jarjestys=uusin"): "Kanava: Verkossa ×, poista rajaus",
        at(world, "?jarjestys=uusin"): "Poista kaikki rajaukset",
    }
    assert not client.page(at(world)).all("ul", **{"class": "chips mt4"})
