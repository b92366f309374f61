"""Suggestions on the screen: written, read under their clause, answered, taken back, listed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from kumppanuus import agreements, approvals, drafts, ledger, members, suggestions
from kumppanuus.agreements import Clause, Side
from kumppanuus.db import db, writing
from kumppanuus.suggestions import Status, Suggestion
from tests.client import LintingClient, Page, words_of
from tests.databases import Browsers, Databases, Queries

Doing = Callable[[], AbstractContextManager[None]]
Spent = Callable[[], AbstractContextManager[Queries]]
AUTHORITY, ORGANISATIONS = Side.AUTHORITY, Side.ORGANISATIONS


@pytest.fixture
def doing(databases: Databases, world: Any) -> Doing:
    """`with doing():` calls verbs and reads beside the browsers, and commits."""

    @contextmanager
    def begin() -> Iterator[None]:
        with databases.app.app_context(), writing():
            yield
            db.session.commit()

    return begin


def the(clause_id: UUID) -> Clause:
    found = agreements.clause_by_id(clause_id)
    assert found is not None
    return found


def one(suggestion_id: UUID) -> Suggestion:
    found = suggestions.by_id(suggestion_id)
    assert found is not None
    return found


def newest(clause_id: UUID) -> suggestions.Shown:
    return max(suggestions.of_clause(clause_id), key=lambda each: each.number)


def label(world: Any, clause_id: UUID) -> str:
    return next(name for name, each in world.clauses.items() if each == clause_id)


def text_of(doing: Doing, clause_id: UUID) -> str:
    with doing():
        return the(clause_id).current.text


def record(doing: Doing, world: Any) -> int:
    with doing():
        return db.session.scalar(sa.select(ledger.Chain.length).where(ledger.Chain.id == world.agreement)) or 0


def number_of(doing: Doing, suggestion_id: UUID) -> int:
    with doing():
        return one(suggestion_id).number


def about(doing: Doing, suggestion_id: UUID) -> UUID:
    """The clause a suggestion is about."""
    with doing():
        found = one(suggestion_id).clause_id
    assert found is not None
    return found


def suggest(doing: Doing, clause_id: UUID, who: UUID, text: str) -> UUID:
    """Somebody suggests another text for a clause."""
    with doing():
        clause = the(clause_id)
        by = members.of(clause.agreement_id, who)
        assert by is not None
        current = clause.current
        made = suggestions.write(clause, title=current.title, text=text, reason="Selkeämpi.", base=current, by=by)
        return made.id


def chapter_of(client: LintingClient, clause_id: UUID) -> str:
    page = client.page(f"/kohdat/{clause_id}")
    return next(link for link in page.links() if "/luvut/" in link).split("#")[0]


def panel(page: Page, number: int) -> Any:
    return page.one("section", id=f"ehdotus-{number}")


def offered(element: Any) -> list[str]:
    """What can be pressed, by the words people see."""
    found = []
    for each in element.iter():
        if each.tag in ("button", "summary") or (each.tag == "a" and "btn" in (each.get("class") or "").split()):
            hidden = [words_of(part) for part in each.iter("span") if part.get("class") == "vh"]
            found.append(words_of(each).removesuffix("".join(hidden)).strip())
    return found


def notices(page: Page) -> str:
    return words_of(page.one("div", id="ilmoitukset"))


def errors(page: Page) -> str:
    return " ".join(" ".join(page.one("div", id="virheet").itertext()).split())


# ---------------------------------------------------------------- writing


def test_other_words_are_written_seen_and_sent_and_stand_under_their_clause(
    browser: Browsers, world: Any, doing: Doing
) -> None:
    clause, client = world.examples["draft"], browser(world.aino)
    here = f"/kohdat/{clause}"
    page = client.page(f"{here}/ehdota")
    fields = page.form(f"{here}/muutosehdotukset")
    assert fields["text"].replace("\r\n", "\n") == text_of(doing, clause)
    before = record(doing, world)
    mine = {"text": f"{fields['text']} Lisäksi vielä tämä.", "reason": "Tämä puuttui.", "speaks_for": "organisation"}
    look = Page(client.send(f"{here}/muutosehdotukset/esikatselu", fields | mine, status=200).text)
    assert [words_of(each) for each in look.one("section", id="esikatselu").iter("ins")] == [
        "Lisätty: Lisäksi vielä tämä. Lisäys päättyy."
    ]
    assert look.form(f"{here}/muutosehdotukset")["text"] == mine["text"]
    assert record(doing, world) == before

    sent = client.send(f"{here}/muutosehdotukset", fields | mine)
    told = notices(client.page(here))
    again = client.page(f"{here}/ehdota").form(f"{here}/muutosehdotukset")  # as the back button gives it
    client.send(f"{here}/muutosehdotukset", again | mine)
    assert record(doing, world) == before + 1
    assert "Tallensimme ne vain kerran." in notices(client.page(f"/sopimukset/{world.slug}/muutosehdotukset"))
    with doing():
        made = newest(clause)
    assert sent.headers["Location"] == f"{here}#ehdotus-{made.number}"
    assert told == f"Muutosehdotus {made.number} on lähetetty. Voit perua sen, kunnes siihen on vastattu."
    page = client.page(here)
    shown = panel(page, made.number)
    assert words_of(next(shown.iter("h3"))) == f"Muutosehdotus {made.number} odottaa hyvinvointialueen vastausta"
    assert "Aino Heikkilä, Järvi-Suomen Omaishoitajat ry." in words_of(shown)
    assert "Perustelu: Tämä puuttui." in words_of(shown)
    assert offered(shown) == ["Peru ehdotus"]
    assert text_of(doing, clause) in fields["text"].replace("\r\n", "\n")
    as_text = client.page(f"{here}?nayta=ehdotettu")
    assert "Lisäksi vielä tämä." in words_of(panel(as_text, made.number))
    assert list(panel(as_text, made.number).iter("ins")) == []


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"text": "Toiset sanat."}, "Kirjoita perustelu"),
        ({"reason": "Ihan vain.", "text": " "}, "Kirjoita ehdotuksesi"),
        ({"reason": "Ihan vain."}, "Ehdotuksen teksti on sama kuin nykyinen."),
        ({"reason": "x" * 9_000, "text": "Toiset sanat."}, "Teksti on liian pitkä"),
    ],
)
@pytest.mark.parametrize("htmx", [False, True])
def test_what_cannot_be_sent_comes_back_with_every_word(
    changed: dict[str, str], told: str, htmx: bool, browser: Browsers, world: Any, doing: Doing
) -> None:
    here, client, before = f"/kohdat/{world.examples['draft']}", browser(world.aino), record(doing, world)
    fields = client.page(f"{here}/ehdota").form(f"{here}/muutosehdotukset") | changed
    page = Page(client.send(f"{here}/muutosehdotukset", fields, status=422, htmx=htmx).text)
    assert errors(page).startswith("Ehdotusta ei ole vielä lähetetty")
    if told in ("Kirjoita perustelu", "Kirjoita ehdotuksesi"):
        assert told in errors(page)
    kept = page.form(f"{here}/muutosehdotukset")
    assert {name: kept[name] for name in changed} == changed
    assert record(doing, world) == before


def test_what_is_unfinished_is_found_again_and_others_see_that_somebody_writes(
    browser: Browsers, world: Any, doing: Doing
) -> None:
    here, client = f"/kohdat/{world.examples['draft']}", browser(world.aino)
    fields = client.page(f"{here}/ehdota").form(f"{here}/muutosehdotukset")
    client.send(f"{here}/muutosehdotukset/luonnos", fields | {"text": "Kesken"}, status=204)
    client.send(f"{here}/muutosehdotukset", fields | {"text": "Kesken jäi", "luonnos": "1"})
    page = client.page(f"{here}/ehdota")
    assert page.form(f"{here}/muutosehdotukset")["text"] == "Kesken jäi"
    assert "Kentässä on keskeneräinen ehdotuksesi." in page.text
    other = browser(world.sari).page(f"{here}/ehdota")
    assert "Aino Heikkilä on kirjoittanut tähän kohtaan äsken." in other.text
    client.send(f"{here}/muutosehdotukset/luonnos/poisto", page=f"{here}/ehdota")
    assert client.page(f"{here}/ehdota").form(f"{here}/muutosehdotukset")["text"] == fields["text"]
    with doing():
        assert drafts.find(f"suggestion:{world.examples['draft']}", by=world.aino) is None


def test_a_new_clause_is_suggested_at_a_place_and_comes_there(browser: Browsers, world: Any, doing: Doing) -> None:
    clause = world.examples["draft"]
    client = browser(world.aino)
    chapter = chapter_of(client, clause)
    form_page = next(link for link in client.page(chapter).links() if link.endswith("/ehdota") and "/luvut/" in link)
    section = form_page.removesuffix("/ehdota")
    fields = client.page(form_page).form(f"{section}/muutosehdotukset")
    refused = client.send(f"{section}/muutosehdotukset", fields | {"text": "Uusi kohta."}, status=422)
    assert Page(refused.text).form(f"{section}/muutosehdotukset")["text"] == "Uusi kohta."
    mine = {"place": str(clause), "title": "Uusi otsikko", "text": "Uusi kohta.", "reason": "Tämä puuttuu."}
    own = client.send(f"{section}/muutosehdotukset", fields | mine).headers["Location"]
    page = client.page(own)
    assert f"Uusi kohta kohdan {label(world, clause)} jälkeen." in page.text
    official = browser(world.riikka)
    number = page.h1.split()[1]
    assert offered(panel(official.page(chapter), int(number)))[0] == "Hyväksy ehdotus hyvinvointialueen puolesta"
    official.send(f"{own}/hyvaksynta", page=own)
    with doing():
        whole = agreements.outline(agreements.by_id(world.agreement))  # type: ignore[arg-type]  # it is there
        order = [placed.title for placed in whole.find(clause).section.clauses]  # type: ignore[union-attr]  # it is there
    before = next(place for place, title in enumerate(order) if title == "Uusi otsikko") - 1
    with doing():
        assert order[before] == the(clause).current.title


def test_a_removal_is_suggested_seen_once_more_and_takes_the_clause_out(
    browser: Browsers, world: Any, doing: Doing
) -> None:
    clause, client = world.examples["draft"], browser(world.aino)
    here = f"/kohdat/{clause}/poistoehdotus"
    assert Page(client.send(here, page=here, status=422).text).text.count("Kirjoita perustelu") == 2
    client.send(here, {"reason": "Sanottu jo muualla."}, page=here)
    with doing():
        made = newest(clause)
    official = browser(world.riikka)
    official.send(f"/muutosehdotukset/{made.id}/hyvaksynta", page=f"/muutosehdotukset/{made.id}")
    with doing():
        assert the(clause).is_removed
    assert "Kohta on poistettu sopimuksesta." in notices(official.page(f"/muutosehdotukset/{made.id}"))


def test_the_same_words_may_be_suggested_again_once_the_first_were_withdrawn(
    browser: Browsers, world: Any, doing: Doing
) -> None:
    clause, client = world.examples["draft"], browser(world.aino)
    here = f"/kohdat/{clause}/poistoehdotus"
    client.send(here, {"reason": "Sanottu jo muualla."}, page=here)
    with doing():
        first = newest(clause)
    again = client.send(here, {"reason": "Sanottu jo muualla."}, page=here)
    assert again.headers["Location"] == f"/kohdat/{clause}#ehdotus-{first.number}"
    with doing():
        assert newest(clause).id == first.id
    client.send(f"/muutosehdotukset/{first.id}/peruminen", page=f"/muutosehdotukset/{first.id}")
    client.send(here, {"reason": "Sanottu jo muualla."}, page=here)
    with doing():
        assert newest(clause).number > first.number


def test_another_text_is_suggested_instead_starting_from_the_one_it_answers(
    browser: Browsers, world: Any, doing: Doing
) -> None:
    answered = world.suggestions["clean"]
    clause, client = about(doing, answered), browser(world.riikka)
    with doing():
        theirs = one(answered).text
    address = f"/kohdat/{clause}/ehdota?vastaehdotus={answered}"
    assert f"/muutosehdotukset/{answered}" in client.page(address).links()
    fields = client.page(address).form("/muutosehdotukset")
    assert fields["text"] == theirs
    client.send(f"/kohdat/{clause}/muutosehdotukset", fields | {"text": f"{theirs} Ja tämä.", "reason": "Näin."})
    with doing():
        made = newest(clause)
    number = number_of(doing, answered)
    assert f"Vastaehdotus ehdotukselle {number}" in words_of(panel(client.page(f"/kohdat/{clause}"), made.number))
    led = client.get(f"/sopimukset/{world.slug}/muutosehdotukset/{number}")
    assert (led.status_code, led.headers["Location"]) == (302, f"/muutosehdotukset/{answered}")
    client.page(f"/sopimukset/{world.slug}/muutosehdotukset/999", status=404)


# ---------------------------------------------------------------- reading


ANSWERS = ["Ehdota toista tekstiä", "Hylkää ehdotus", "Hylkää ehdotus"]


@pytest.mark.parametrize(
    ("person", "which", "found"),
    [
        ("riikka", "clean", ["Hyväksy ehdotus hyvinvointialueen puolesta", "Hyväksy ehdotus", *ANSWERS]),
        ("mikko", "clean", ["Hyväksy ehdotus", *ANSWERS]),
        ("aino", "clean", []),  # of her own side
        ("kaarina", "clean", ["Peru ehdotus"]),
        ("outi", "clean", []),
        ("riikka", "merged", ["Katso yhdistetty teksti", *ANSWERS]),
        ("riikka", "clash", ["Yhdistä tekstit", *ANSWERS]),
        ("riikka", "gone", ["Hylkää ehdotus", "Hylkää ehdotus"]),
        ("aino", "removal", ["Hyväksy ehdotus järjestöjen puolesta", "Hyväksy ehdotus", *ANSWERS]),
        ("riikka", "addition", ["Hyväksy ehdotus hyvinvointialueen puolesta", "Hyväksy ehdotus", *ANSWERS]),
    ],
)
def test_each_is_offered_what_they_may_do_by_how_the_suggestion_stands(
    person: str, which: str, found: list[str], browser: Browsers, world: Any
) -> None:
    page = browser(getattr(world, person)).page(f"/muutosehdotukset/{world.suggestions[which]}")
    box = next(each for each in page.all("div", class_="panel change"))
    assert offered(box) == found
    told = "Ehdotukseen vastaa koordinaattori tai" in words_of(box)
    assert told == (person in ("aino", "kaarina", "outi") and which == "clean")


@pytest.mark.parametrize(
    ("which", "told"),
    [
        ("clean", "Ehdotus on tehty voimassa olevaan tekstiin."),
        ("merged", "Tekstiä on muutettu ehdotuksen jälkeen. Ehdotus sopii silti siihen."),
        ("clash", "Samoja sanoja on muutettu ehdotuksen jälkeen. Tekstit pitää yhdistää käsin."),
        ("gone", "Kohta on poistettu sopimuksesta. Ehdotusta ei voi enää hyväksyä."),
        ("removal", "Koko kohta poistetaan."),
        ("accepted", "hyväksyi ehdotuksen"),
        ("modified", "hyväksyi ehdotuksen muokattuna"),
        ("rejected", "hylkäsi ehdotuksen"),
        ("withdrawn", "perui ehdotuksensa"),
    ],
)
def test_how_a_suggestion_stands_is_told_in_words(which: str, told: str, browser: Browsers, world: Any) -> None:
    assert told in browser(world.outi).page(f"/muutosehdotukset/{world.suggestions[which]}").text


def test_whoever_may_accept_is_told_that_it_undoes_what_was_agreed(browser: Browsers, world: Any, doing: Doing) -> None:
    beside = world.suggestions["beside"]
    clause, number, told = about(doing, beside), number_of(doing, beside), "Kohta on sovittu. Jos hyväksyt ehdotuksen,"
    client, reader = browser(world.riikka), browser(world.outi)
    for address in (f"/kohdat/{clause}", chapter_of(client, clause)):
        assert told in words_of(panel(client.page(address), number))
        assert told not in words_of(panel(reader.page(address), number))
    assert told in client.page(f"/muutosehdotukset/{beside}").text


def test_who_competes_is_told_in_words_and_marked_in_the_text(browser: Browsers, world: Any, doing: Doing) -> None:
    pair = [world.suggestions["competing"], world.suggestions["counter"]]
    clause, numbers = about(doing, pair[0]), [number_of(doing, each) for each in pair]
    page = browser(world.outi).page(f"/kohdat/{clause}")
    for own, other in (numbers, numbers[::-1]):
        shown = panel(page, own)
        assert f"Kilpailee ehdotuksen {other} kanssa." in words_of(shown)
        marked = [each for each in shown.iter() if "rival" in (each.get("class") or "").split()]
        assert {each.tag for each in marked} == {"ins", "del"}
        assert all(words_of(each).startswith("Kilpailee, ") for each in marked)


def test_the_list_tells_what_is_open_and_what_was_decided_and_why(browser: Browsers, world: Any, doing: Doing) -> None:
    client, address = browser(world.outi), f"/sopimukset/{world.slug}/muutosehdotukset"
    with doing():
        agreement = agreements.by_id(world.agreement)
        assert agreement is not None
        waiting = {f"/muutosehdotukset/{each.id}" for each in suggestions.open_ones(agreement)}
        decided = {f"/muutosehdotukset/{each.id}" for each in suggestions.decided(agreement).shown}
        reason = one(world.suggestions["rejected"]).answer
    page = client.page(address)
    assert {link for link in page.links() if link.startswith("/muutosehdotukset/")} == waiting
    page = client.page(f"{address}?nayta=ratkaistut&sivu=x")
    assert {link for link in page.links() if link.startswith("/muutosehdotukset/")} == decided
    assert f"Perustelu: {reason}" in page.text
    assert f"({len(waiting)})" in client.page(f"/sopimukset/{world.slug}").text
    ready = client.page(f"/sopimukset/{world.slug}/viennit")
    assert f"{len(waiting)} muutosehdotusta odottaa vastausta." in ready.text
    assert address in ready.links()


def test_what_was_decided_stays_with_its_clause(browser: Browsers, world: Any, doing: Doing) -> None:
    rejected, client = world.suggestions["rejected"], browser(world.outi)
    clause = about(doing, rejected)
    with doing():
        reason = one(rejected).answer
    for address in (f"/kohdat/{clause}", f"/kohdat/{clause}/historia"):
        page = client.page(address)
        assert f"Perustelu: {reason}" in page.text
        assert f"/muutosehdotukset/{rejected}" in page.links()


def test_the_whole_text_can_be_read_with_what_is_suggested(browser: Browsers, world: Any, doing: Doing) -> None:
    client, address = browser(world.riikka), f"/sopimukset/{world.slug}/koko"
    page = client.page(f"{address}?nayta=muutokset")
    shown = [each.get("id") for each in page.all("section", class_="panel change")]
    living = ["clean", "merged", "clash", "competing", "counter", "addition", "removal", "beside"]
    assert {f"ehdotus-{number_of(doing, world.suggestions[name])}" for name in living} <= set(shown)
    assert offered(page.one("main")) == []
    assert client.page(address).all("section", class_="panel change") == []


@pytest.mark.parametrize("chapter", [False, True])
def test_pages_cost_the_same_however_much_is_suggested(
    chapter: bool, browser: Browsers, world: Any, doing: Doing, queries: Spent
) -> None:
    clause, client = world.examples["draft"], browser(world.riikka)
    address = chapter_of(client, clause) if chapter else f"/kohdat/{clause}"
    spent = []
    for times in (1, 3):
        for count in range(times):
            suggest(doing, clause, world.aino, f"Toiset sanat {times} {count}.")
        client.get(address)
        with queries() as counted:
            client.get(address)
        spent.append(len(counted))
    assert spent[0] == spent[1]


# ---------------------------------------------------------------- answering


def test_from_the_chapter_the_clause_comes_back_with_the_new_text_and_a_way_to_undo_it(
    browser: Browsers, world: Any, doing: Doing
) -> None:
    clause, client = world.examples["draft"], browser(world.riikka)
    before = text_of(doing, clause)
    made = suggest(doing, clause, world.aino, "Aivan toiset sanat.")
    chapter, own, number = chapter_of(client, clause), f"/muutosehdotukset/{made}", number_of(doing, made)
    fields = client.page(chapter).form(f"{own}/hyvaksynta") | {"approve": "1"}
    answer = client.send(f"{own}/hyvaksynta", fields, status=200, htmx=True)
    page, place = Page(answer.text), label(world, clause)
    assert answer.headers["X-Focus"] == f"#kohta-{place.lower().replace('.', '-')}"
    article = page.one("article", id=f"clause-{clause}")
    assert "Aivan toiset sanat." in words_of(article)
    assert f"ehdotus-{number}" not in [each.get("id") for each in article.iter()]
    # Aino approves for the organisations, and the words are hers; Riikka approved in the same press.
    assert notices(page) == (
        f"Hyväksyit ehdotuksen {number}. Kohdan {place} uusi teksti on voimassa. Kohta on nyt sovittu. "
        "Kumoa Palaa etusivulle"
    )
    with doing():
        assert set(approvals.standing(the(clause))) == {AUTHORITY, ORGANISATIONS}
    referrer = {"HTTP_REFERER": f"http://localhost{chapter}"}
    undone = client.send(f"{own}/kumoaminen", page.form(f"{own}/kumoaminen"), environ_overrides=referrer)
    assert undone.headers["Location"] == f"{chapter}#kohta-{place.lower().replace('.', '-')}"
    assert text_of(doing, clause) == before
    with doing():
        assert (one(made).status, approvals.standing(the(clause))) == (Status.OPEN, {})
    client.send(f"{own}/kumoaminen", status=403)  # it is open: there is nobody who has accepted it


def test_without_approving_only_the_words_are_taken(browser: Browsers, world: Any, doing: Doing) -> None:
    clause, client = world.examples["draft"], browser(world.riikka)
    own = f"/muutosehdotukset/{suggest(doing, clause, world.kaarina, 'Toiset sanat.')}"
    assert client.send(f"{own}/hyvaksynta", page=own).headers["Location"] == f"/kohdat/{clause}"
    assert text_of(doing, clause) == "Toiset sanat."
    with doing():
        assert approvals.standing(the(clause)) == {}
    page = client.page(own)
    assert "Riikka Lehto hyväksyi ehdotuksen" in page.text
    assert "Kumoa hyväksyminen" in offered(page.one("div", id="ratkaisu"))
    assert offered(browser(world.kaarina).page(own).one("div", id="ratkaisu")) == []


def test_where_the_text_has_moved_the_merged_text_is_seen_before_it_is_accepted(
    browser: Browsers, world: Any, doing: Doing
) -> None:
    merged, client = world.suggestions["merged"], browser(world.riikka)
    clause, own = about(doing, merged), f"/muutosehdotukset/{merged}"
    with doing():
        expected = suggestions.result(one(merged), the(clause).current)
    look = client.page(f"{own}/hyvaksynta")
    fields = look.form(f"{own}/hyvaksynta")
    assert fields["seen"] == expected.fingerprint
    assert list(look.one("main").iter("ins"))
    before = text_of(doing, clause)
    refused = Page(client.send(f"{own}/hyvaksynta", fields | {"seen": "x"}, status=409).text)
    assert errors(refused).startswith("Ehdotukseen ei vastattu")
    assert text_of(doing, clause) == before
    client.send(f"{own}/hyvaksynta", fields)
    assert text_of(doing, clause) == expected.text
    assert "ja yhdistetty versioon" in client.page(f"/kohdat/{clause}/historia").text
    assert client.get(f"{own}/hyvaksynta").headers["Location"] == own  # nothing is left to look at


def test_accepted_with_edits_it_is_told_so_with_the_remark(browser: Browsers, world: Any, doing: Doing) -> None:
    clean, client = world.suggestions["clean"], browser(world.riikka)
    clause, own = about(doing, clean), f"/muutosehdotukset/{clean}"
    edit = f"{own}/muokkaus"
    fields = client.page(edit).form(edit)
    client.send(edit, fields | {"text": " "}, status=422)
    mine = {"text": f"{fields['text']} Ja vielä tämä.", "remark": "Täydensin lopun."}
    client.send(f"{edit}/luonnos", fields | mine, status=204)
    assert client.page(edit).form(edit)["text"] == mine["text"]
    look = Page(client.send(f"{edit}/esikatselu", fields | mine, status=200).text)
    assert "Ja vielä tämä." in words_of(look.one("section", id="esikatselu"))
    client.send(edit, fields | mine)
    assert text_of(doing, clause) == mine["text"]
    page = client.page(own)
    assert "Riikka Lehto hyväksyi ehdotuksen muokattuna" in page.text
    assert "Perustelu: Täydensin lopun." in page.text
    assert client.get(edit).headers["Location"] == own


def rewritten(doing: Doing, world: Any, clause_id: UUID, old: str, new: str) -> None:
    """The coordinator changes a few words of a clause."""
    with doing():
        clause = the(clause_id)
        current = clause.current
        assert old in current.text
        agreements.rewrite(
            clause, title=current.title, text=current.text.replace(old, new), base=current, by=world.mikko
        )


@pytest.mark.parametrize("htmx", [False, True])
def test_whoever_edits_while_the_text_changes_gets_both_and_accepts_what_was_seen(
    htmx: bool, browser: Browsers, world: Any, doing: Doing
) -> None:
    clause, client = world.examples["draft"], browser(world.riikka)
    rewritten(doing, world, clause, text_of(doing, clause), "Ensimmäinen virke on tässä. Toinen virke on tässä.")
    made = suggest(doing, clause, world.aino, "Ensimmäinen virke on tässä. Toinen lause on tässä.")
    edit = f"/muutosehdotukset/{made}/muokkaus"
    fields = client.page(edit).form(edit) | {"text": "Ensimmäinen virke on tässä. Toinen lause on tuossa."}
    rewritten(doing, world, clause, "Ensimmäinen virke", "Ensimmäinen kappale")
    answer = Page(client.send(edit, fields, status=409, htmx=htmx).text)
    kept = answer.form(edit)
    assert kept["text"] == "Ensimmäinen kappale on tässä. Toinen lause on tuossa."
    client.send(edit, {**kept, "csrf_token": fields["csrf_token"]})
    assert text_of(doing, clause) == kept["text"]


@pytest.mark.parametrize("htmx", [False, True])
def test_words_changed_on_both_sides_are_settled_at_the_desk_and_seen_before_they_are_accepted(
    htmx: bool, browser: Browsers, world: Any, doing: Doing
) -> None:
    clash, client = world.suggestions["clash"], browser(world.riikka)
    clause, own = about(doing, clash), f"/muutosehdotukset/{clash}"
    before, number = text_of(doing, clause), record(doing, world)
    table = client.page(f"{own}/muokkaus")
    fields = table.form(f"{own}/yhdistaminen")
    choices = [each for each in table.all("input", type="radio") if (each.get("name") or "").startswith("choice_")]
    names = {each.get("name") for each in choices}
    undecided = Page(client.send(f"{own}/yhdistaminen", fields, status=422, htmx=htmx).text)
    assert errors(undecided).startswith("Tekstejä ei ole vielä yhdistetty")
    kept = {f"{name}": "both" for name in names}
    client.send(f"{own}/muokkaus/luonnos", fields | kept, status=204)
    again = client.page(f"{own}/muokkaus").form(f"{own}/yhdistaminen")
    assert {name: again[name] for name in names} == kept
    answer = Page(client.send(f"{own}/yhdistaminen", again | dict.fromkeys(names, "mine"), status=200, htmx=htmx).text)
    ready = answer.form(f"{own}/muokkaus")
    assert "maksutta kaikkina päivinä" in ready["text"]
    assert (text_of(doing, clause), record(doing, world)) == (before, number)
    client.send(f"{own}/muokkaus", {**ready, "csrf_token": fields["csrf_token"]})
    assert text_of(doing, clause) == ready["text"]
    assert "Riikka Lehto hyväksyi ehdotuksen muokattuna" in client.page(own).text


def test_a_clash_while_editing_leads_to_the_desk_with_the_edited_words(
    browser: Browsers, world: Any, doing: Doing
) -> None:
    clause, client = world.examples["draft"], browser(world.riikka)
    rewritten(doing, world, clause, text_of(doing, clause), "Kokous pidetään maanantaina.")
    made = suggest(doing, clause, world.aino, "Kokous pidetään tiistaina.")
    edit = f"/muutosehdotukset/{made}/muokkaus"
    fields = client.page(edit).form(edit) | {"text": "Kokous pidetään keskiviikkona.", "remark": "Tiistai ei käy."}
    rewritten(doing, world, clause, "maanantaina", "torstaina")
    answer = Page(client.send(edit, fields, status=409).text)
    table = answer.form(f"/muutosehdotukset/{made}/yhdistaminen")
    assert (table["text"], table["remark"]) == ("Kokous pidetään keskiviikkona.", "Tiistai ei käy.")
    assert "torstaina" in answer.text


def test_a_rejection_needs_a_reason_which_stays_readable(browser: Browsers, world: Any, doing: Doing) -> None:
    clause, client = world.examples["draft"], browser(world.riikka)
    made = suggest(doing, clause, world.aino, "Toiset sanat.")
    own, chapter = f"/muutosehdotukset/{made}", chapter_of(client, clause)
    page = Page(client.send(f"{own}/hylkays", page=own, status=422).text)
    assert errors(page) == "Ehdotusta ei ole vielä hylätty Kirjoita perustelu"
    assert page.is_whole
    part = client.send(f"{own}/hylkays", page=chapter, status=422, htmx=True)
    assert part.headers["HX-Retarget"] == f"details:has(#hylkaa-{made})"
    long = "Perustelu, joka on aivan liian pitkä. " * 300
    kept = Page(client.send(f"{own}/hylkays", {"reason": long}, page=own, status=422).text)
    assert kept.form(f"{own}/hylkays")["reason"].strip() == long.strip()
    client.send(f"{own}/hylkays", {"reason": "Liian epämääräinen."}, page=own)
    page = browser(world.aino).page(own)
    assert "Riikka Lehto hylkäsi ehdotuksen" in page.text
    assert "Perustelu: Liian epämääräinen." in page.text
    assert offered(page.one("div", class_="panel change")) == []
    client.send(f"{own}/hylkays", {"reason": "Vielä kerran."}, status=409)


def test_its_author_takes_it_back_until_it_is_answered(browser: Browsers, world: Any, doing: Doing) -> None:
    made = suggest(doing, world.examples["draft"], world.aino, "Toiset sanat.")
    own, client = f"/muutosehdotukset/{made}", browser(world.aino)
    fields = client.page(own).form(f"{own}/peruminen")
    client.send(f"{own}/peruminen", fields)
    assert "Aino Heikkilä perui ehdotuksensa" in client.page(own).text
    again = client.page(own)
    assert again.h1 == f"Muutosehdotus {number_of(doing, made)} on peruttu"
    refused = browser(world.riikka).send(f"{own}/hyvaksynta", {"seen": "x"}, status=409)
    assert "Ehdotukseen ei vastattu" in errors(Page(refused.text))


def test_a_suggestion_is_commented_on_its_own_page(browser: Browsers, world: Any, doing: Doing) -> None:
    own, client = f"/muutosehdotukset/{world.suggestions['clean']}", browser(world.aino)
    page = client.page(own)
    assert "Kommentoi ehdotusta" in page.text
    sent = client.send(f"{own}/kommentit", {"kind": "support", "text": "Hyvä ehdotus."}, page=own)
    assert sent.headers["Location"].startswith(f"{own}#k-")
    assert "Hyvä ehdotus." in client.page(own).text
    comment = sent.headers["Location"].partition("#k-")[2]
    mikko = browser(world.mikko)
    answered = mikko.send(
        f"/kommentit/{comment}/vastine", {"response": "Kiitos."}, page=f"/kommentit/{comment}/vastine"
    )
    assert answered.headers["Location"] == f"{own}#k-{comment}"
    clause = about(doing, world.suggestions["clean"])
    assert "Avaa ehdotus ja 1 kommentti" in client.page(f"/kohdat/{clause}").text
