"""Agreements: every verb writes one entry or none, numbers have no gaps, nothing is lost between two writers."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from flask import Flask

from kumppanuus import accounts, agreements, approvals, ledger
from kumppanuus.agreements import (
    Agreement,
    AgreementKind,
    Clause,
    ClauseVersion,
    EditedMeanwhile,
    NameTaken,
    NoModel,
    NoPlace,
    NotEmpty,
    NotGone,
    NotRemoved,
    Removed,
    SamePlace,
    Section,
    SectionGone,
    SectionKind,
    Side,
    Stale,
    TextLanguage,
    TooComplex,
    Unchanged,
)
from kumppanuus.db import LINE, LONG, SHORT, Base, db, writing
from kumppanuus.errors import Empty, Refused, TooLong, Unwritable
from tests.databases import NOW, SceneOf

CONTROL = "kirjain\x07"


@dataclass
class Desk:
    """A small agreement: two chapters with clauses, an empty third, and an annex."""

    agreement: Agreement
    mikko: UUID
    riikka: UUID

    @property
    def outline(self) -> agreements.Outline:
        return agreements.outline(self.agreement)

    def clause(self, label: str) -> Clause:
        found = self.outline.by_label(label)
        assert found is not None, label
        return found.clause

    def section(self, number: int) -> Section:
        return self.outline.chapters[number - 1].section

    @property
    def annex(self) -> Section:
        return self.outline.annexes[0].section

    def shape(self) -> list[tuple[str, str, list[str]]]:
        """Every section by number and title with the titles of its clauses."""
        return [(each.label, each.title, [one.title for one in each.clauses]) for each in self.outline.sections]

    def facts(self, **changed: str) -> dict[str, str]:
        own = self.agreement
        facts = {name: getattr(own, name) for name in ("title", "authority_name", "body_name", "case_number")}
        return {**facts, "signature_text": own.signature_text, "base": own.facts_digest, **changed}


def person(name: str) -> UUID:
    return accounts.find_or_add(f"{name.lower()}@kumppanuus.example", name, by=None).id


def make_desk() -> Desk:
    mikko, riikka = person("Mikko"), person("Riikka")
    agreement = agreements.start(
        title="Järvi-Suomen sopimus",
        kind=AgreementKind.PARTNERSHIP_AGREEMENT,
        authority_name="Järvi-Suomen hyvinvointialue",
        body_name="Kumppanuuspöytä",
        from_model=False,
        by=mikko,
    )
    rakenne = agreements.add_section(agreement, title="Rakenne", by=mikko)
    seuranta = agreements.add_section(agreement, title="Seuranta", by=mikko)
    agreements.add_section(agreement, title="Tyhjä luku", by=mikko)
    liite = agreements.add_section(agreement, title="Tilat", kind=SectionKind.ANNEX, by=mikko)
    for section, title, text in [
        (rakenne, "Yhteistyöelin", "Elimessä on [lukumäärä] järjestöä ja [lukumäärä] kuntaa."),
        (rakenne, "Kokoukset", "Elin kokoontuu vähintään [neljä] kertaa vuodessa."),
        (rakenne, "Yhteyshenkilö", "Alue nimeää yhteyshenkilön."),
        (seuranta, "Arviointi", "Sopimusta arvioidaan vuosittain."),
        (liite, "", "Tilat: [luettelo]."),
    ]:
        agreements.add_clause(section, title=title, text=text, by=mikko)
    db.session.commit()
    return Desk(agreement, mikko, riikka)


@pytest.fixture
def desk(scene_of: SceneOf[Desk]) -> Desk:
    return scene_of(make_desk)


def kinds(agreement: Agreement) -> list[str]:
    """The kinds of all entries of an agreement, the first one first."""
    return [entry.kind for entry in reversed(ledger.entries(agreement.id, most=10_000))]


def rows() -> dict[str, list[str]]:
    """Every row of every table, as the database keeps it."""
    db.session.flush()
    send = db.session.connection().exec_driver_sql
    return {name: sorted(map(repr, send(f'SELECT * FROM "{name}"'))) for name in Base.metadata.tables}


def rewrite(desk: Desk, label: str = "1.3", text: str = "Uusi teksti.", **rest: Any) -> ClauseVersion:
    clause = desk.clause(label)
    values: dict[str, Any] = {"title": clause.current.title, "base": clause.current, "by": desk.mikko, **rest}
    return agreements.rewrite(clause, text=text, **values)


def remove(desk: Desk, label: str = "1.3") -> Clause:
    clause = desk.clause(label)
    agreements.remove(clause, base=clause.current, by=desk.mikko)
    db.session.commit()
    return clause


def remove_empty_section(desk: Desk) -> Section:
    section = desk.section(3)
    agreements.remove_section(section, by=desk.mikko)
    db.session.commit()
    return section


def add_clause(desk: Desk, **changed: Any) -> Clause:
    values: dict[str, Any] = {"title": "Uusi", "text": "Uusi kohta.", "by": desk.mikko, **changed}
    return agreements.add_clause(values.pop("section", desk.section(1)), **values)


# ---------------------------------------------------------------- one entry for each deed

DEEDS: dict[str, tuple[str, Callable[[Desk], Any]]] = {
    "rewrite": ("clause.rewritten", rewrite),
    "rewrite only the title": (
        "clause.rewritten",
        lambda d: rewrite(d, text="Alue nimeää yhteyshenkilön.", title="Henkilö"),
    ),
    "fill one placeholder": (
        "clause.rewritten",
        lambda d: agreements.fill_blanks(d.clause("1.1"), {1: "viisi"}, base=d.clause("1.1").current, by=d.mikko),
    ),
    "remove": (
        "clause.removed",
        lambda d: agreements.remove(d.clause("1.3"), base=d.clause("1.3").current, by=d.mikko),
    ),
    "restore": ("clause.restored", lambda d: agreements.restore(remove(d), by=d.mikko)),
    "add a clause": ("clause.added", add_clause),
    "add a clause after another": ("clause.added", lambda d: add_clause(d, after=d.clause("1.1"))),
    "move a clause up": ("clause.moved", lambda d: agreements.move_clause(d.clause("1.2"), up=True, by=d.mikko)),
    "move a clause to the next section": (
        "clause.moved",
        lambda d: agreements.move_clause(d.clause("1.3"), up=False, by=d.mikko),
    ),
    "place a clause": (
        "clause.moved",
        lambda d: agreements.place_clause(d.clause("1.1"), section=d.section(2), after=None, by=d.mikko),
    ),
    "add a section": ("section.added", lambda d: agreements.add_section(d.agreement, title="Luku", by=d.mikko)),
    "add an annex": (
        "section.added",
        lambda d: agreements.add_section(d.agreement, title="Liite", kind=SectionKind.ANNEX, by=d.mikko),
    ),
    "rename a section": (
        "section.renamed",
        lambda d: agreements.rename_section(d.section(1), title="Rakenteet", base="Rakenne", by=d.mikko),
    ),
    "move a section": ("section.moved", lambda d: agreements.move_section(d.section(2), up=True, by=d.mikko)),
    "remove a section": ("section.removed", lambda d: agreements.remove_section(d.section(3), by=d.mikko)),
    "restore a section": (
        "section.restored",
        lambda d: agreements.restore_section(remove_empty_section(d), by=d.mikko),
    ),
    "edit the facts": (
        "agreement.edited",
        lambda d: agreements.edit(d.agreement, **d.facts(title="Toinen"), by=d.mikko),
    ),
    "freeze": ("edition.frozen", lambda d: agreements.freeze(d.agreement, "0.8", by=d.mikko)),
}


@pytest.mark.parametrize("name", DEEDS)
def test_every_deed_leaves_one_entry_and_a_record_that_holds(desk: Desk, name: str) -> None:
    kind, act = DEEDS[name]
    setup = 1 if name in ("restore", "restore a section") else 0
    before = kinds(desk.agreement)
    act(desk)
    db.session.commit()
    after = kinds(desk.agreement)
    assert after[: len(before)] == before
    assert after[len(before) + setup :] == [kind]
    assert ledger.verify() is None


def test_starting_from_the_model_leaves_one_entry_however_long_the_text(inside_empty: None) -> None:
    agreement = agreements.start(
        title="Sopimus",
        kind=AgreementKind.PARTNERSHIP_AGREEMENT,
        authority_name="Järvi-Suomen hyvinvointialue",
        body_name="Kumppanuuspöytä",
        case_number="123/2026",
        from_model=True,
        by=person("Mikko"),
    )
    db.session.commit()
    outline = agreements.outline(agreement)
    assert (len(outline.chapters), len(outline.annexes)) == (12, 4)
    assert sum(len(chapter.clauses) for chapter in outline.chapters) == 60
    assert kinds(agreement) == ["agreement.started"]
    assert ledger.verify() is None
    first = outline.by_label("1.1")
    assert first is not None
    assert "Järvi-Suomen hyvinvointialue" in first.version.text
    assert "[hyvinvointialue]" not in first.version.text
    assert "[Järvi-Suomen" not in agreement.signature_text
    assert {each.words for each in agreements.blanks(outline)} >= {"lukumäärä", "neljä", "luettelo"}


def test_two_agreements_of_one_name_get_two_addresses_and_none_takes_that_of_the_first_page(inside_empty: None) -> None:
    by = person("Mikko")
    made = [
        agreements.start(
            title=title, kind=AgreementKind.COOPERATION_PLAN, authority_name=name, body_name="Pöytä",
            from_model=False, by=by,
        )
        for title, name in [("Sopimus", "Alue"), ("Sopimus", "Alue"), ("Uusi", "!"), ("?", "…")]
    ]  # fmt: skip
    assert [each.slug for each in made] == ["alue-sopimus", "alue-sopimus-2", "uusi-2", "sopimus"]


# ---------------------------------------------------------------- refusals leave nothing

REFUSALS: dict[str, tuple[type[Refused], Callable[[Desk], Any]]] = {
    "rewrite from no version": (Stale, lambda d: rewrite(d, base=None)),
    "rewrite from another clause's version": (Stale, lambda d: rewrite(d, base=d.clause("1.1").current)),
    "rewrite from an old version": (Stale, lambda d: rewrite(d, base=old_version(d))),
    "merge what touches": (
        Stale,
        lambda d: rewrite(d, text="Alue valitsee yhteyshenkilön.", base=old_version(d), merges=True),
    ),
    "merge with what was removed": (Stale, lambda d: merge_with_removed(d)),
    "merge from another clause's version": (
        Stale,
        lambda d: rewrite(d, base=d.clause("1.1").current, merges=True),
    ),
    "merge from no version": (Stale, lambda d: rewrite(d, base=None, merges=True)),
    "rewrite to the same": (Unchanged, lambda d: rewrite(d, text="Alue nimeää yhteyshenkilön.\r\n")),
    "rewrite to nothing": (Empty, lambda d: rewrite(d, text=" \u200b\n")),
    "rewrite too long": (TooLong, lambda d: rewrite(d, text="x" * (LONG + 1))),
    "rewrite with a title too long": (TooLong, lambda d: rewrite(d, title="x" * (LINE + 1))),
    "rewrite with a reason too long": (TooLong, lambda d: rewrite(d, reason="x" * (SHORT + 1))),
    "rewrite with a control sign": (Unwritable, lambda d: rewrite(d, text=CONTROL)),
    "rewrite too deep": (TooComplex, lambda d: rewrite(d, text="[" * 501)),
    "rewrite a removed clause": (Removed, lambda d: rewrite_removed(d)),
    "remove from an old version": (
        Stale,
        lambda d: agreements.remove(d.clause("1.3"), base=old_version(d), by=d.mikko),
    ),
    "remove twice": (Removed, lambda d: remove_twice(d)),
    "restore what is there": (NotRemoved, lambda d: agreements.restore(d.clause("1.1"), by=d.mikko)),
    "restore into a removed section": (
        SectionGone,
        lambda d: agreements.restore(alone_in_removed_section(d), by=d.mikko),
    ),
    "add a clause without text": (Empty, lambda d: add_clause(d, text="")),
    "add a clause after one of another section": (NoPlace, lambda d: add_clause(d, after=d.clause("2.1"))),
    "add a clause to a removed section": (NoPlace, lambda d: add_clause(d, section=remove_empty_section(d))),
    "move the first clause up": (NoPlace, lambda d: agreements.move_clause(d.clause("1.1"), up=True, by=d.mikko)),
    "move the last clause of the annexes down": (
        NoPlace,
        lambda d: agreements.move_clause(d.clause("L1.1"), up=False, by=d.mikko),
    ),
    "move a removed clause": (NoPlace, lambda d: agreements.move_clause(remove(d), up=True, by=d.mikko)),
    "place a clause where it stands": (
        SamePlace,
        lambda d: agreements.place_clause(d.clause("1.2"), section=d.section(1), after=d.clause("1.1"), by=d.mikko),
    ),
    "place a clause after itself": (
        NoPlace,
        lambda d: agreements.place_clause(d.clause("1.2"), section=d.section(1), after=d.clause("1.2"), by=d.mikko),
    ),
    "place a clause in another agreement": (
        NoPlace,
        lambda d: agreements.place_clause(d.clause("1.2"), section=elsewhere(d), after=None, by=d.mikko),
    ),
    "place a clause in a removed section": (
        NoPlace,
        lambda d: agreements.place_clause(d.clause("1.2"), section=remove_empty_section(d), after=None, by=d.mikko),
    ),
    "fill from an old version": (
        Stale,
        lambda d: agreements.fill_blanks(d.clause("1.1"), {1: "x"}, base=old_version(d, "1.1"), by=d.mikko),
    ),
    "fill with nothing": (
        Empty,
        lambda d: agreements.fill_blanks(d.clause("1.1"), {0: " ", 1: ""}, base=d.clause("1.1").current, by=d.mikko),
    ),
    "fill a placeholder that is not there": (
        NoPlace,
        lambda d: agreements.fill_blanks(d.clause("1.1"), {2: "x"}, base=d.clause("1.1").current, by=d.mikko),
    ),
    "fill with a control sign": (
        Unwritable,
        lambda d: agreements.fill_blanks(d.clause("1.1"), {0: CONTROL}, base=d.clause("1.1").current, by=d.mikko),
    ),
    "add a section without a title": (Empty, lambda d: agreements.add_section(d.agreement, title=" ", by=d.mikko)),
    "rename from an old title": (
        EditedMeanwhile,
        lambda d: agreements.rename_section(d.section(1), title="Uusi", base="Vanha", by=d.mikko),
    ),
    "rename to the same": (
        Unchanged,
        lambda d: agreements.rename_section(d.section(1), title=" Rakenne ", base="Rakenne", by=d.mikko),
    ),
    "rename to nothing": (
        Empty,
        lambda d: agreements.rename_section(d.section(1), title="", base="Rakenne", by=d.mikko),
    ),
    "rename a removed section": (
        NoPlace,
        lambda d: agreements.rename_section(remove_empty_section(d), title="Uusi", base="Tyhjä luku", by=d.mikko),
    ),
    "move the last section down": (NoPlace, lambda d: agreements.move_section(d.section(3), up=False, by=d.mikko)),
    "move a chapter past the annexes": (NoPlace, lambda d: agreements.move_section(d.annex, up=True, by=d.mikko)),
    "remove a section with clauses": (NotEmpty, lambda d: agreements.remove_section(d.section(1), by=d.mikko)),
    "remove a section twice": (NoPlace, lambda d: agreements.remove_section(remove_empty_section(d), by=d.mikko)),
    "restore a section that is there": (NotGone, lambda d: agreements.restore_section(d.section(1), by=d.mikko)),
    "edit from old facts": (EditedMeanwhile, lambda d: edit(d, title="Uusi", base="x")),
    "edit to the same": (Unchanged, lambda d: edit(d)),
    "edit the title away": (Empty, lambda d: edit(d, title="")),
    "edit the last field wrongly": (TooLong, lambda d: edit(d, title="Uusi", signature_text="x" * (SHORT + 1))),
    "freeze under a name that is taken": (NameTaken, lambda d: freeze_twice(d)),
    "freeze without a name": (Empty, lambda d: agreements.freeze(d.agreement, " ", by=d.mikko)),
    "freeze under a long name": (TooLong, lambda d: agreements.freeze(d.agreement, "x" * 41, by=d.mikko)),
}


def old_version(desk: Desk, label: str = "1.3") -> ClauseVersion:
    clause = desk.clause(label)
    old = clause.current
    agreements.rewrite(clause, title=old.title, text="Ehdin ensin [lukumäärä].", base=old, by=desk.riikka)
    db.session.commit()
    return old


def merge_with_removed(desk: Desk) -> None:
    base = desk.clause("1.3").current
    clause = remove(desk)
    agreements.rewrite(clause, title="x", text="y", base=base, merges=True, by=desk.mikko)


def rewrite_removed(desk: Desk) -> None:
    clause = remove(desk)
    agreements.rewrite(clause, title="x", text="y", base=clause.current, by=desk.mikko)


def remove_twice(desk: Desk) -> None:
    clause = remove(desk)
    agreements.remove(clause, base=clause.current, by=desk.mikko)


def alone_in_removed_section(desk: Desk) -> Clause:
    clause = remove(desk, "2.1")
    agreements.remove_section(clause.section, by=desk.mikko)
    db.session.commit()
    return clause


def elsewhere(desk: Desk) -> Section:
    other = agreements.start(
        title="Toinen", kind=AgreementKind.MUNICIPAL_DOCUMENT, authority_name="Kunta", body_name="Pöytä",
        from_model=False, by=desk.mikko,
    )  # fmt: skip
    section = agreements.add_section(other, title="Muualla", by=desk.mikko)
    db.session.commit()
    return section


def edit(desk: Desk, **changed: str) -> None:
    agreements.edit(desk.agreement, **desk.facts(**changed), by=desk.mikko)


def freeze_twice(desk: Desk) -> None:
    agreements.freeze(desk.agreement, "0.8", by=desk.mikko)
    db.session.commit()
    agreements.freeze(desk.agreement, " 0.8 ", by=desk.mikko)


def test_a_merge_holds_both_changes_and_the_record_says_so(desk: Desk) -> None:
    clause = desk.clause("1.3")
    base = clause.current
    agreements.rewrite(clause, title="Henkilö", text=base.text, base=base, by=desk.riikka)
    version = rewrite(desk, text="Alue nimeää kaksi yhteyshenkilöä.", title=base.title, base=base, merges=True)
    kept = (version.number, version.base_id, version.title, version.text)
    assert kept == (3, base.id, "Henkilö", "Alue nimeää kaksi yhteyshenkilöä.")
    assert [entry.facts["merged"] for entry in ledger.entries(desk.agreement.id, most=2)] == [True, False]
    assert ledger.verify() is None


@pytest.mark.parametrize("name", REFUSALS)
def test_a_refusal_leaves_nothing_behind_even_if_it_is_committed(
    desk: Desk, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusal, act = REFUSALS[name]
    seen: list[Any] = [rows()]
    # What the case needs first is committed; what is there at the last commit before the refusal is what must stay.
    commit = db.session.commit
    monkeypatch.setattr(db.session, "commit", lambda: (commit(), seen.append(rows())))
    with pytest.raises(refusal) as refused:
        act(desk)
    assert type(refused.value) is refusal
    commit()
    db.session.expire_all()
    assert rows() == seen[-1]
    assert ledger.verify() is None


def test_the_model_text_is_offered_in_finnish_only(inside_empty: None) -> None:
    by = person("Mikko")
    before = rows()
    with pytest.raises(NoModel):
        agreements.start(
            title="Avtal", kind=AgreementKind.PARTNERSHIP_AGREEMENT, authority_name="Område", body_name="Bord",
            language=TextLanguage.SV, from_model=True, by=by,
        )  # fmt: skip
    assert rows() == before


# ---------------------------------------------------------------- versions


def test_versions_are_numbered_without_gaps_and_know_what_they_were_made_from(desk: Desk) -> None:
    clause = desk.clause("1.1")
    rewrite(desk, "1.1", "Elimessä on [lukumäärä] järjestöä.", by=desk.riikka, reason="Kunnat jäivät pois.")
    agreements.fill_blanks(clause, {0: "12"}, base=clause.current, by=desk.mikko)
    agreements.remove(clause, base=clause.current, by=desk.riikka, reason="Turha")
    agreements.restore(clause, by=desk.mikko, reason="Ei ollut turha")
    found = agreements.versions(clause)
    assert [(each.number, each.text, each.author_id, each.reason, each.is_removal) for each in found] == [
        (1, "Elimessä on [lukumäärä] järjestöä ja [lukumäärä] kuntaa.", desk.mikko, "", False),
        (2, "Elimessä on [lukumäärä] järjestöä.", desk.riikka, "Kunnat jäivät pois.", False),
        (3, "Elimessä on 12 järjestöä.", desk.mikko, "", False),
        (4, "", desk.riikka, "Turha", True),
        (5, "Elimessä on 12 järjestöä.", desk.mikko, "Ei ollut turha", False),
    ]
    ids = [each.id for each in found]
    assert [each.base_id for each in found] == [None, *ids[:3], ids[2]]
    assert {each.written_at for each in found} == {NOW}
    assert clause.current.id == ids[-1]
    assert len({each.fingerprint for each in found}) == 4  # the restored wording is the one that was removed


def test_a_wording_is_kept_as_typed_but_for_line_ends_and_form(desk: Desk) -> None:
    typed = "  Ensimmäinen a\u0308\r\n\r\n- yksi\r\n- kaksi \t\r\n<script>{{ 7*7 }} %(x)s ' OR 1=1\r\n"
    version = rewrite(desk, title="  Otsikko \n kahdella  rivillä ", text=typed)
    db.session.commit()
    db.session.expire_all()
    assert version.title == "Otsikko kahdella rivillä"
    assert version.text == "Ensimmäinen ä\n\n- yksi\n- kaksi\n<script>{{ 7*7 }} %(x)s ' OR 1=1"


def test_a_clause_may_have_no_title(desk: Desk) -> None:
    assert rewrite(desk, title=" ").title == ""


def test_the_limit_is_told_with_the_length(desk: Desk) -> None:
    with pytest.raises(TooLong) as refused:
        rewrite(desk, text="x" * 20_001)
    assert refused.value.facts == {"field": "text", "most": 20_000, "length": 20_001}
    assert rewrite(desk, text="x" * 20_000).number == 2


# ---------------------------------------------------------------- structure


def test_moving_a_clause_down_goes_on_into_the_next_section_and_back(desk: Desk) -> None:
    clause = desk.clause("1.2")
    labels = []
    for _ in range(4):
        agreements.move_clause(clause, up=False, by=desk.mikko)
        labels.append(agreements.label_of(clause))
    assert labels == ["1.3", "2.1", "2.2", "3.1"]
    for _ in range(4):
        agreements.move_clause(clause, up=True, by=desk.mikko)
        labels.append(agreements.label_of(clause))
    assert labels[4:] == ["2.2", "2.1", "1.3", "1.2"]
    assert clause.current.number == 1  # a new number or place is no new wording


def test_a_clause_can_be_put_anywhere_in_one_deed(desk: Desk) -> None:
    clause, other = desk.clause("1.1"), desk.clause("2.1")
    agreements.place_clause(clause, section=desk.section(2), after=other, by=desk.mikko)
    assert agreements.label_of(clause) == "2.2"
    agreements.place_clause(clause, section=desk.annex, after=None, by=desk.mikko)
    assert agreements.label_of(clause) == "L1.1"
    agreements.place_clause(clause, section=desk.section(3), after=None, by=desk.mikko)
    agreements.place_clause(clause, section=desk.section(1), after=desk.clause("1.1"), by=desk.mikko)
    assert desk.shape() == [
        ("1", "Rakenne", ["Kokoukset", "Yhteistyöelin", "Yhteyshenkilö"]),
        ("2", "Seuranta", ["Arviointi"]),
        ("3", "Tyhjä luku", []),
        ("1", "Tilat", [""]),
    ]
    moved = [entry.facts for entry in reversed(ledger.entries(desk.agreement.id, kinds=["clause.moved"]))]
    assert [(each["from_label"], each["label"]) for each in moved] == [
        ("1.1", "2.2"),
        ("2.2", "L1.1"),
        ("L1.1", "3.1"),
        ("3.1", "1.2"),
    ]


def test_a_removed_clause_takes_no_number_and_comes_back_to_its_place(desk: Desk) -> None:
    clause = desk.clause("1.2")
    agreements.remove(clause, base=clause.current, by=desk.mikko)
    assert desk.shape()[0] == ("1", "Rakenne", ["Yhteistyöelin", "Yhteyshenkilö"])
    assert [placed.id for placed in desk.outline.removed()] == [clause.id]
    agreements.restore(clause, by=desk.mikko)
    assert agreements.label_of(clause) == "1.2"


def test_a_clause_removed_from_a_section_that_was_removed_is_still_found(desk: Desk) -> None:
    clause = alone_in_removed_section(desk)
    outline = desk.outline
    assert [chapter.title for chapter in outline.removed_sections] == ["Seuranta"]
    assert [placed.id for placed in outline.removed()] == [clause.id]
    found = outline.find(clause.id)
    assert found is not None
    assert found.label == ""
    agreements.restore_section(clause.section, by=desk.mikko)
    agreements.restore(clause, by=desk.mikko)
    assert agreements.label_of(clause) == "2.1"


def test_chapters_and_annexes_are_moved_among_their_own_kind(desk: Desk) -> None:
    agreements.add_section(desk.agreement, title="Yhteystiedot", kind=SectionKind.ANNEX, by=desk.mikko)
    agreements.add_section(desk.agreement, title="Viimeinen", by=desk.mikko)
    agreements.move_section(desk.outline.annexes[1].section, up=True, by=desk.mikko)
    agreements.move_section(desk.section(4), up=True, by=desk.mikko)
    assert [(each.label, each.title) for each in desk.outline.sections] == [
        ("1", "Rakenne"),
        ("2", "Seuranta"),
        ("3", "Viimeinen"),
        ("4", "Tyhjä luku"),
        ("1", "Yhteystiedot"),
        ("2", "Tilat"),
    ]


def test_the_outline_costs_one_query_however_long_the_text(desk: Desk, queries: Any) -> None:
    for place in range(20):
        add_clause(desk, title=f"Kohta {place}")
    db.session.commit()
    agreement = desk.agreement
    assert agreement.slug
    with queries() as spent:
        outline = agreements.outline(agreement)
        assert len([(placed.label, placed.version.text, placed.section.title) for placed in outline.clauses()]) == 25
    assert len(spent) == 1


# ---------------------------------------------------------------- placeholders


def test_placeholders_are_listed_in_order_and_those_left_stay(desk: Desk) -> None:
    left = [(each.placed.label, each.index, each.words, each.suggestion) for each in agreements.blanks(desk.outline)]
    assert left == [
        ("1.1", 0, "lukumäärä", ""),
        ("1.1", 1, "lukumäärä", ""),
        ("1.2", 0, "neljä", "neljä"),
        ("L1.1", 0, "luettelo", ""),
    ]
    clause = desk.clause("1.1")
    agreements.fill_blanks(clause, {0: "", 1: " kaksi\nkuntaa "}, base=clause.current, by=desk.mikko)
    assert clause.current.text == "Elimessä on [lukumäärä] järjestöä ja kaksi kuntaa kuntaa."
    assert [(each.placed.label, each.index) for each in agreements.blanks(desk.outline)] == [
        ("1.1", 0),
        ("1.2", 0),
        ("L1.1", 0),
    ]


# ---------------------------------------------------------------- editions


def test_an_edition_keeps_the_text_of_its_moment(desk: Desk) -> None:
    remove(desk, "1.1")
    edition = agreements.freeze(desk.agreement, "0.8", by=desk.riikka)
    db.session.commit()
    rewrite(desk, "1.1", "Elin kokoontuu kuusi kertaa vuodessa.")
    agreements.move_section(desk.section(2), up=True, by=desk.mikko)
    db.session.commit()
    later = agreements.freeze(desk.agreement, "0.9", by=desk.riikka)
    kept = [
        (each.label, each.section_label, each.section_title, each.version.text)
        for each in agreements.clauses_of(edition)
    ]
    assert kept == [
        ("1.1", "1", "Rakenne", "Elin kokoontuu vähintään [neljä] kertaa vuodessa."),
        ("1.2", "1", "Rakenne", "Alue nimeää yhteyshenkilön."),
        ("2.1", "2", "Seuranta", "Sopimusta arvioidaan vuosittain."),
        ("L1.1", "1", "Tilat", "Tilat: [luettelo]."),
    ]
    assert [each.section_title for each in agreements.clauses_of(later)] == ["Seuranta", "Rakenne", "Rakenne", "Tilat"]
    assert edition.content_digest != later.content_digest
    assert {each.name for each in agreements.editions(desk.agreement)} == {"0.8", "0.9"}


def test_the_same_text_frozen_twice_has_the_same_digest(desk: Desk) -> None:
    one, two = (agreements.freeze(desk.agreement, name, by=desk.mikko) for name in ("0.8", "0.9"))
    assert one.content_digest == two.content_digest


# ---------------------------------------------------------------- many writers


def at_once(app: Flask, acts: list[Callable[[], Any]]) -> list[Any]:
    """Do each act in a thread and a transaction of its own, all from the same moment. Returns results and refusals."""
    start, results = threading.Barrier(len(acts)), [None] * len(acts)

    def run(place: int, act: Callable[[], Any]) -> None:
        with app.app_context(), writing():
            start.wait(30)
            try:
                results[place] = act()
                db.session.commit()
            except Exception as failure:  # noqa: BLE001 - told by the main thread
                db.session.rollback()
                results[place] = failure

    threads = [threading.Thread(target=run, args=each) for each in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


def saver(clause_id: UUID, base_id: UUID, text: str, by: UUID) -> Callable[[], int]:
    def save() -> int:
        clause = agreements.clause_by_id(clause_id)
        assert clause is not None
        base = agreements.version_by_id(base_id)
        return agreements.rewrite(clause, title=clause.current.title, text=text, base=base, by=by).number

    return save


def test_of_eight_writers_from_one_version_one_wins_and_seven_are_told(app: Flask) -> None:
    with app.app_context(), writing():
        desk = make_desk()
        clause_id, base_id, by = desk.clause("1.1").id, desk.clause("1.1").current.id, desk.mikko
    won = []
    for turn in range(4):
        words = [f"sana{turn}x{place}" for place in range(8)]
        results = at_once(app, [saver(clause_id, base_id, word, by) for word in words])
        assert sorted(type(each).__name__ for each in results) == ["Stale"] * 7 + ["int"]
        won += [word for word, each in zip(words, results, strict=True) if isinstance(each, int)]
        with app.app_context():
            clause = db.session.get_one(Clause, clause_id)
            base_id = clause.current.id
    with app.app_context():
        found = agreements.versions(db.session.get_one(Clause, clause_id))
        assert [each.number for each in found] == [1, 2, 3, 4, 5]
        assert [each.text for each in found[1:]] == won
        assert ledger.verify() is None


def test_writers_of_text_order_and_approvals_at_once_leave_a_record_that_holds(app: Flask) -> None:
    with app.app_context(), writing():
        desk = make_desk()
        agreement_id, by = desk.agreement.id, desk.mikko
        ids = [placed.id for placed in desk.outline.clauses()][:4]
        section_id = desk.section(2).id

    def clause(place: int) -> Clause:
        found = agreements.clause_by_id(ids[place])
        assert found is not None
        return found

    def change(place: int, turn: int) -> Callable[[], Any]:
        def act() -> None:
            found = clause(place)
            agreements.rewrite(found, title="x", text=f"Vuoro {turn}, {uuid4()}", base=found.current, by=by)

        return act

    def move(place: int, *, up: bool) -> Callable[[], Any]:
        return lambda: agreements.move_clause(clause(place), up=up, by=by)

    def approve(place: int) -> Callable[[], Any]:
        def act() -> None:
            found = clause(place)
            approvals.give(found, side=Side.AUTHORITY, fingerprint=found.current.fingerprint, by=by)

        return act

    def shift() -> None:
        section = agreements.section_by_id(section_id)
        assert section is not None
        agreements.move_section(section, up=True, by=by)

    def add() -> None:
        section = agreements.section_by_id(section_id)
        assert section is not None
        agreements.add_clause(section, title="Uusi", text="Uusi kohta.", by=by)

    for turn in range(5):
        acts = [
            change(0, turn),
            move(0, up=turn % 2 == 0),
            change(1, turn),
            move(1, up=False),
            approve(0),
            approve(2),
            shift,
            add,
        ]
        results = at_once(app, acts)
        failed = [each for each in results if isinstance(each, BaseException) and not isinstance(each, Refused)]
        assert failed == []
    with app.app_context():
        agreement = db.session.get_one(Agreement, agreement_id)
        assert ledger.verify() is None
        assert len(list(agreements.outline(agreement).clauses())) == 10
        numbers = db.session.scalars(sa.select(ledger.Entry.number).filter_by(chain_id=agreement_id).order_by("number"))
        assert list(numbers) == list(range(1, len(kinds(agreement)) + 1))


def test_agreements_of_one_name_started_at_once_get_addresses_of_their_own(app: Flask) -> None:
    with app.app_context(), writing():
        by = person("Mikko")
        db.session.commit()

    def start() -> str:
        return agreements.start(
            title="Sopimus", kind=AgreementKind.PARTNERSHIP_AGREEMENT, authority_name="Alue", body_name="Pöytä",
            from_model=False, by=by,
        ).slug  # fmt: skip

    assert sorted(at_once(app, [start] * 6)) == [f"alue-sopimus{end}" for end in ("", "-2", "-3", "-4", "-5", "-6")]
