"""Approvals on the screen: saying yes, taking it back, opening again, and the page of changed clauses."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from kumppanuus import agreements, approvals, ledger
from kumppanuus.agreements import Clause, Side
from kumppanuus.db import db, writing
from tests.client import Page, words_of
from tests.databases import NOW, Browsers, Databases

Clock = Callable[[Any], AbstractContextManager[None]]
Doing = Callable[[], AbstractContextManager[None]]
AUTHORITY, ORGANISATIONS = Side.AUTHORITY, Side.ORGANISATIONS


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
def half(world: Any) -> UUID:
    """A clause that only the authority has approved."""
    found: UUID = world.examples["half_authority"]
    return found


@pytest.fixture
def agreed(world: Any) -> UUID:
    found: UUID = world.examples["agreed"]
    return found


def the(clause_id: UUID) -> Clause:
    found = agreements.clause_by_id(clause_id)
    assert found is not None
    return found


def label(world: Any, clause_id: UUID) -> str:
    return next(name for name, each in world.clauses.items() if each == clause_id)


def anchor(world: Any, clause_id: UUID) -> str:
    return f"kohta-{label(world, clause_id).lower().replace('.', '-')}"


def chapter_of(browser: Browsers, world: Any, clause_id: UUID) -> str:
    """The address of the chapter that a clause stands in."""
    page = browser(world.outi).page(f"/kohdat/{clause_id}")
    return next(link for link in page.links() if "/luvut/" in link).split("#")[0]


def stands(doing: Doing, clause_id: UUID) -> set[Side]:
    """The sides whose yes to the wording in force stands."""
    with doing():
        return set(approvals.standing(the(clause_id)))


def record(doing: Doing, world: Any) -> int:
    with doing():
        return db.session.scalar(sa.select(ledger.Chain.length).where(ledger.Chain.id == world.agreement)) or 0


def rewrite(doing: Doing, world: Any, clause_id: UUID, text: str) -> None:
    with doing():
        clause = the(clause_id)
        agreements.rewrite(clause, title=clause.current.title, text=text, base=clause.current, by=world.mikko)


def came_from(page: str) -> dict[str, str]:
    """What a browser tells of the page a form stood on."""
    return {"HTTP_REFERER": f"http://localhost{page}"}


def notices(page: Page) -> str:
    return words_of(page.one("div", id="ilmoitukset"))


def refusal(page: Page) -> str:
    return " ".join(" ".join(page.one("div", id="virheet").itertext()).split())


# ---------------------------------------------------------------- saying yes


def test_a_yes_is_given_by_a_plain_form_and_can_be_undone(
    browser: Browsers, world: Any, doing: Doing, half: UUID
) -> None:
    client, here, number = browser(world.aino), f"/kohdat/{half}", label(world, half)
    page = client.page(here)
    assert "Hyväksy järjestöjen puolesta" in page.text
    assert client.send(f"{here}/hyvaksynnat", page=here).headers["Location"] == here
    assert stands(doing, half) == {AUTHORITY, ORGANISATIONS}
    page = client.page(here)
    assert notices(page) == f"Hyväksyit kohdan {number}. Kohta on nyt sovittu. Kumoa Palaa etusivulle"
    undo = page.form(f"{here}/hyvaksynnat/kumoaminen")
    assert client.send(f"{here}/hyvaksynnat/kumoaminen", undo).headers["Location"] == here
    assert notices(client.page(here)) == f"Kohdan {number} hyväksyntä on kumottu."
    assert stands(doing, half) == {AUTHORITY}


def test_by_htmx_the_clause_comes_back_whole_with_its_heading_in_focus(
    browser: Browsers, world: Any, doing: Doing, half: UUID
) -> None:
    client, number = browser(world.aino), label(world, half)
    chapter = chapter_of(browser, world, half)
    response = client.send(f"/kohdat/{half}/hyvaksynnat", page=chapter, status=200, htmx=True)
    page = Page(response.text)
    assert response.headers["X-Focus"] == f"#{anchor(world, half)}"
    article = page.one("article", class_="clause")
    assert article.get("id") == f"clause-{half}"
    assert "Sovittu" in words_of(article)
    assert "Aino Heikkilä" in words_of(article)
    assert notices(page) == f"Hyväksyit kohdan {number}. Kohta on nyt sovittu. Kumoa Palaa etusivulle"
    assert stands(doing, half) == {AUTHORITY, ORGANISATIONS}


def test_whoever_comes_from_a_chapter_is_led_back_to_the_clause_in_it(
    browser: Browsers, world: Any, half: UUID
) -> None:
    client, chapter = browser(world.aino), chapter_of(browser, world, half)
    here, back = f"/kohdat/{half}/hyvaksynnat", f"#{anchor(world, half)}"
    given = client.send(here, page=chapter, environ_overrides=came_from(chapter))
    assert given.headers["Location"] == f"{chapter}{back}"
    undone = client.send(f"{here}/kumoaminen", environ_overrides=came_from(f"{chapter}?kieli=sv"))
    assert undone.headers["Location"] == f"{chapter}?kieli=sv{back}"
    for elsewhere in ("https://example.org" + chapter, "http://localhost//example.org", "kissa"):
        client.send(here, page=chapter)
        led = client.send(f"{here}/kumoaminen", environ_overrides={"HTTP_REFERER": elsewhere}).headers["Location"]
        assert led.split("#")[0] in (chapter, f"/kohdat/{half}")


def test_a_yes_of_one_side_tells_whom_it_waits_for(browser: Browsers, world: Any, doing: Doing) -> None:
    draft = world.examples["draft"]
    for who, told in [
        (world.riikka, "Järjestöt eivät ole vielä hyväksyneet sitä."),
        (world.aino, "Hyvinvointialue ei ole vielä hyväksynyt sitä."),
    ]:
        client, here = browser(who), f"/kohdat/{draft}"
        client.send(f"{here}/hyvaksynnat", page=here)
        assert notices(client.page(here)) == f"Hyväksyit kohdan {label(world, draft)}. {told} Kumoa Palaa etusivulle"
        client.send(f"{here}/hyvaksynnat/peruminen", page=here)
        assert notices(client.page(here)) == f"Peruit kohdan {label(world, draft)} hyväksynnän."
        assert stands(doing, draft) == set()


def test_a_municipality_is_called_by_its_name(browser: Browsers, world: Any) -> None:
    half, client = world.town.examples["half_organisations"], browser(world.ilkka)
    page = client.page(f"/kohdat/{half}")
    assert "Hyväksy kunnan puolesta" in page.text
    quiet = world.town.examples["draft"]
    other = browser(world.pirjo)
    other.send(f"/kohdat/{quiet}/hyvaksynnat", page=f"/kohdat/{quiet}")
    assert "Kunta ei ole vielä hyväksynyt sitä." in notices(other.page(f"/kohdat/{quiet}"))


def test_a_text_that_changed_meanwhile_is_shown_first_and_not_approved(
    browser: Browsers, world: Any, doing: Doing, half: UUID
) -> None:
    client, here = browser(world.aino), f"/kohdat/{half}"
    chapter = chapter_of(browser, world, half)
    fields, by_htmx = (
        client.page(here).form(f"{here}/hyvaksynnat"),
        client.page(chapter).form(f"/kohdat/{half}/hyvaksynnat"),
    )
    with doing():
        old = the(half).current.text
    rewrite(doing, world, half, f"{old} Näin on.")
    length = record(doing, world)
    plain = client.send(f"{here}/hyvaksynnat", fields, status=409)
    page = Page(plain.text)
    assert page.title.startswith("Virhe:")
    assert "Kohdan teksti on muuttunut. Lue uusi teksti ennen kuin hyväksyt sen." in refusal(page)
    assert [words_of(each) for each in page.all("ins")] == ["Lisätty: Näin on. Lisäys päättyy."]
    part = Page(client.send(f"{here}/hyvaksynnat", by_htmx, status=409, htmx=True).text)
    assert "Kohdan teksti on muuttunut." in refusal(part)
    assert "Näin on." in words_of(part.one("article"))
    assert part.form(f"/kohdat/{half}/hyvaksynnat")["fingerprint"] != fields["fingerprint"]
    assert (stands(doing, half), record(doing, world)) == (set(), length)
    # The new text can be approved from the page that shows it.
    client.send(f"{here}/hyvaksynnat", page.form(f"{here}/hyvaksynnat"))
    assert stands(doing, half) == {ORGANISATIONS}


@pytest.mark.parametrize("fingerprint", ["", "x" * 64, None], ids=["empty", "made up", "none"])
def test_a_yes_to_nothing_that_was_shown_is_refused(
    browser: Browsers, world: Any, doing: Doing, half: UUID, fingerprint: str | None
) -> None:
    client, length = browser(world.aino), record(doing, world)
    for htmx in (False, True):
        client.send(
            f"/kohdat/{half}/hyvaksynnat", {"fingerprint": fingerprint}, page=f"/kohdat/{half}", status=409, htmx=htmx
        )
    assert (stands(doing, half), record(doing, world)) == ({AUTHORITY}, length)


def test_a_side_that_has_said_yes_is_told_who_did(browser: Browsers, world: Any, doing: Doing, half: UUID) -> None:
    client, here = browser(world.aino), f"/kohdat/{half}"
    first, second = client.page(here).form(f"{here}/hyvaksynnat"), client.page(here).form(f"{here}/hyvaksynnat")
    client.send(f"{here}/hyvaksynnat", first)
    length = record(doing, world)
    plain = client.send(f"{here}/hyvaksynnat", second, status=409)
    assert "Aino Heikkilä on jo hyväksynyt kohdan puolestanne." in Page(plain.text).text
    part = Page(client.send(f"{here}/hyvaksynnat", {**second, "form_key": "toinen"}, status=409, htmx=True).text)
    assert "Aino Heikkilä on jo hyväksynyt kohdan puolestanne." in refusal(part)
    assert "Sovittu" in words_of(part.one("article"))
    assert record(doing, world) == length


def test_five_presses_of_one_button_are_one_yes(browser: Browsers, world: Any, doing: Doing, half: UUID) -> None:
    client, here, length = browser(world.aino), f"/kohdat/{half}", record(doing, world)
    fields = client.page(here).form(f"{here}/hyvaksynnat")
    answers = [client.post(f"{here}/hyvaksynnat", data=fields) for _press in range(5)]
    assert [(each.status_code, each.headers["Location"]) for each in answers] == [(303, here)] * 5
    assert record(doing, world) == length + 1


# ---------------------------------------------------------------- who may


def test_only_an_approver_says_yes_and_only_for_the_own_side(
    browser: Browsers, world: Any, doing: Doing, half: UUID
) -> None:
    here = f"/kohdat/{half}"
    with doing():
        seen = the(half).current.fingerprint
    length = record(doing, world)
    for who in (world.mikko, world.hannu, world.kaarina, world.outi):
        client = browser(who)
        assert "Hyväksy" not in " ".join(words_of(each) for each in client.page(here).all("button"))
        for deed in ("hyvaksynnat", "hyvaksynnat/peruminen", "hyvaksynnat/kumoaminen"):
            client.send(f"{here}/{deed}", {"fingerprint": seen, "side": "organisations"}, status=403)
        assert client.get(f"/sopimukset/{world.slug}/muuttuneet").status_code == 403
        client.send(f"/sopimukset/{world.slug}/muuttuneet", {f"kohta-{half}": seen}, status=403)
    for who in (world.ilkka, world.pirjo, world.eero):
        client = browser(who)
        for address in (f"{here}/hyvaksynnat", f"{here}/avaaminen", f"/sopimukset/{world.slug}/muuttuneet"):
            client.send(address, {"fingerprint": seen, "reason": "Syy."}, status=404)
    assert (stands(doing, half), record(doing, world)) == ({AUTHORITY}, length)


def test_the_one_of_the_other_side_is_not_taken_back(browser: Browsers, world: Any, doing: Doing, half: UUID) -> None:
    length = record(doing, world)
    client = browser(world.aino)
    assert f"/kohdat/{half}/hyvaksynnat/peruminen" not in client.get(f"/kohdat/{half}").text
    late = client.send(f"/kohdat/{half}/hyvaksynnat/peruminen", status=409)
    assert "Hyväksyntää ei ole annettu, joten sitä ei voi perua." in Page(late.text).text
    assert (stands(doing, half), record(doing, world)) == ({AUTHORITY}, length)


def test_an_agreed_clause_is_not_taken_back(browser: Browsers, world: Any, doing: Doing, agreed: UUID) -> None:
    client, length = browser(world.riikka), record(doing, world)
    for htmx in (False, True):
        late = client.send(f"/kohdat/{agreed}/hyvaksynnat/peruminen", status=409, htmx=htmx)
        assert "Kohta on jo sovittu." in Page(late.text).text
    assert (stands(doing, agreed), record(doing, world)) == ({AUTHORITY, ORGANISATIONS}, length)


def test_a_yes_is_not_undone_after_a_day_or_by_another(
    browser: Browsers, world: Any, doing: Doing, clock: Clock, half: UUID
) -> None:
    client, here = browser(world.aino), f"/kohdat/{half}"
    client.send(f"{here}/hyvaksynnat", page=here)
    length, words = record(doing, world), "Tätä ei voi enää kumota. Pyydä kohdan avaamista uudelleen."
    other = browser(world.riikka).send(f"{here}/hyvaksynnat/kumoaminen", status=409)
    assert words in Page(other.text).text
    with clock(NOW + timedelta(hours=24)):
        late = browser(world.aino).send(f"{here}/hyvaksynnat/kumoaminen", status=409)
        assert words in Page(late.text).text
    assert (stands(doing, half), record(doing, world)) == ({AUTHORITY, ORGANISATIONS}, length)


# ---------------------------------------------------------------- opening again


def test_an_agreed_clause_is_opened_again_with_a_reason(
    browser: Browsers, world: Any, doing: Doing, agreed: UUID
) -> None:
    here = f"/kohdat/{agreed}"
    for who in (world.kaarina, world.hannu, world.outi):
        client = browser(who)
        assert f"{here}/avaaminen" not in client.get(here).text
        client.send(f"{here}/avaaminen", {"reason": "Kulut puuttuvat."}, status=403)
    client, length = browser(world.mikko), record(doing, world)
    plain = Page(client.send(f"{here}/avaaminen", {"reason": " "}, page=here, status=422).text)
    assert plain.title.startswith("Virhe:")
    assert refusal(plain) == "Kohtaa ei ole vielä avattu Kirjoita perustelu"
    long = Page(client.send(f"{here}/avaaminen", {"reason": "a" * 2_001}, page=here, status=422).text)
    assert long.form(f"{here}/avaaminen")["reason"] == "a" * 2_001
    assert record(doing, world) == length
    client.send(f"{here}/avaaminen", {"reason": "Kulut <puuttuvat>."}, page=here)
    page = client.page(here)
    assert notices(page) == f"Avasit kohdan {label(world, agreed)} uudelleen."
    assert "Kulut <puuttuvat>." in page.text
    assert (stands(doing, agreed), record(doing, world)) == (set(), length + 1)
    late = client.send(f"{here}/avaaminen", {"reason": "Vielä."}, status=409)
    assert "Kohtaa ei ole vielä sovittu, joten sitä ei tarvitse avata." in Page(late.text).text


def test_by_htmx_opening_again_answers_with_the_clause(
    browser: Browsers, world: Any, doing: Doing, agreed: UUID
) -> None:
    client, address = browser(world.aino), f"/kohdat/{agreed}/avaaminen"
    refused = client.send(address, {"reason": ""}, status=422, htmx=True)
    part = Page(refused.text)
    assert (refused.headers["HX-Retarget"], part.is_whole) == (f"details:has(#avaa-{agreed})", False)
    assert refusal(part) == "Kohtaa ei ole vielä avattu Kirjoita perustelu"
    done = client.send(address, {"reason": "Kulut puuttuvat."}, status=200, htmx=True)
    assert done.headers["X-Focus"] == f"#{anchor(world, agreed)}"
    article = words_of(Page(done.text).one("article"))
    assert "Avattu uudelleen" in article
    assert "Kulut puuttuvat." in article
    again = Page(client.send(address, {"reason": "Vielä."}, status=409, htmx=True).text)
    assert "Kohtaa ei ole vielä sovittu" in refusal(again)


# ---------------------------------------------------------------- changed clauses


@pytest.fixture
def at(world: Any) -> str:
    return f"/sopimukset/{world.slug}/muuttuneet"


def shown(page: Page) -> dict[UUID, str]:
    """The clauses of the page of changes, in order, each with its words."""
    sections = [each for each in page.all("section") if (each.get("id") or "").startswith("muuttunut-")]
    return {UUID((each.get("id") or "").removeprefix("muuttunut-")): words_of(each) for each in sections}


def changed(doing: Doing, world: Any, side: Side) -> list[UUID]:
    """What has changed since a side approved it, by the concept."""
    with doing():
        agreement = agreements.by_slug(world.slug)
        assert agreement is not None
        whole, (given, _) = agreements.outline(agreement), approvals.by_clause(agreement)
        return [each.placed.id for each in approvals.changed_since([*whole.clauses(), *whole.removed()], given, side)]


def test_every_change_is_shown_by_words_and_one_press_approves_all_of_it(
    browser: Browsers, world: Any, doing: Doing, at: str
) -> None:
    client, ids, length = browser(world.aino), changed(doing, world, ORGANISATIONS), record(doing, world)
    assert len(ids) > 1
    assert world.examples["removed"] in ids
    page = client.page(at)
    assert page.h1 == "Muuttuneet kohdat"
    assert list(shown(page)) == ids
    for clause_id, words in shown(page).items():
        assert "Lisätty:" in words or "Poistettu:" in words
        assert "Aino Heikkilä hyväksyi aiemman tekstin" in words
        assert f"/kohdat/{clause_id}" in page.links()
    client.send(at, page=at)
    labels = [next((name for name, each in world.clauses.items() if each == one), "poistettu kohta") for one in ids]
    told = f"Hyväksyit {len(ids)} kohtaa: {', '.join(labels[:-1])} ja {labels[-1]}."
    page = client.page(at)
    assert notices(page) == told
    assert shown(page) == {}
    assert "Mikään hyväksymänne kohta ei ole muuttunut." in page.text
    assert record(doing, world) == length + len(ids)
    assert all(ORGANISATIONS in stands(doing, each) for each in ids)


def test_what_changed_meanwhile_stays_unapproved_and_says_so(
    browser: Browsers, world: Any, doing: Doing, at: str
) -> None:
    client, ids = browser(world.aino), changed(doing, world, ORGANISATIONS)
    late = next(each for each in ids if each in world.clauses.values())
    fields = client.page(at).form(at)
    rewrite(doing, world, late, "Aivan uusi teksti.")
    client.send(at, fields)
    page = client.page(at)
    assert f"Kohdan {label(world, late)} teksti muuttui sillä välin. Sitä ei hyväksytty." in notices(page)
    assert list(shown(page)) == [late]
    assert "Aivan uusi teksti." in shown(page)[late]
    assert stands(doing, late) & {ORGANISATIONS} == set()
    assert all(ORGANISATIONS in stands(doing, each) for each in ids if each != late)
    # One clause is approved by its own button, and leads back here.
    client.send(f"/kohdat/{late}/hyvaksynnat", page=at, environ_overrides=came_from(at))
    assert ORGANISATIONS in stands(doing, late)


def test_a_press_of_the_button_of_one_clause_leads_back_to_the_page_of_changes(
    browser: Browsers, world: Any, doing: Doing, at: str
) -> None:
    client, (first, *rest) = browser(world.aino), changed(doing, world, ORGANISATIONS)
    response = client.send(f"/kohdat/{first}/hyvaksynnat", page=at, environ_overrides=came_from(at))
    assert response.headers["Location"] == at
    assert list(shown(client.page(at))) == rest


def test_only_what_was_shown_of_this_agreement_is_approved(
    browser: Browsers, world: Any, doing: Doing, at: str
) -> None:
    client, length = browser(world.aino), record(doing, world)
    theirs = world.town.examples["draft"]
    with doing():
        seen, before = the(theirs).current.fingerprint, set(approvals.standing(the(theirs)))
    client.send(at, {f"kohta-{theirs}": seen, "kohta-kissa": seen})
    empty = client.send(at, status=422)
    assert "Mitään kohtaa ei ole valittu." in Page(empty.text).text
    assert (stands(doing, theirs), record(doing, world)) == (before, length)


def test_the_removal_of_a_clause_is_approved_by_both_sides(browser: Browsers, world: Any, doing: Doing) -> None:
    removed, told = world.examples["removed"], []
    here = f"/kohdat/{removed}"
    for who in (world.aino, world.riikka):
        client = browser(who)
        if f"{here}/hyvaksynnat" in client.get(here).text:
            client.send(f"{here}/hyvaksynnat", page=here)
            told.append(notices(client.page(here)))
    assert stands(doing, removed) == {AUTHORITY, ORGANISATIONS}
    assert told[-1] == "Hyväksyit kohdan poistamisen. Poistamisesta on nyt sovittu. Kumoa Palaa etusivulle"
