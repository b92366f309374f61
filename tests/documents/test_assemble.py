"""From an agreement to a file: all of its text and nothing else, in its own language, with a digest that holds."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID

import docx
import pytest
from flask import Flask
from markdown_it import MarkdownIt
from openxml_audit import FileFormat, OpenXmlValidator

from kumppanuus import accounts, agreements, approvals, ledger, progress
from kumppanuus.agreements import Agreement, AgreementKind, Clause, SectionKind, Side, TextLanguage
from kumppanuus.db import db, has_ink, writing
from kumppanuus.documents import assemble
from kumppanuus.documents.assemble import FORMATS, Contents, Format, NotReady
from kumppanuus.starters import ModelAgreement, ModelClause, ModelSection
from kumppanuus.text import markup
from kumppanuus.text.markup import Block, Definitions, List, Paragraph, Run, Table
from kumppanuus.web import words
from tests.databases import NOW, Databases, Queries, SceneOf
from tests.documents.pdf_reader import Reader
from tests.html import parse
from tests.payloads import INERT, NAUGHTY, XSS
from tests.sizes import long, short

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


# ---------------------------------------------------------------- reading files back


def everything_in(suffix: str, content: bytes) -> str:
    """All that a file shows, blanks left out: formats set them as they like."""
    if suffix == ".pdf":
        found = "".join(words for _tag, words in Reader(content).lines())
    elif suffix == ".docx":
        signs = {f"{W}t": None, f"{W}br": " ", f"{W}tab": " "}
        body = docx.Document(BytesIO(content)).element.body
        found = "".join(signs[each.tag] or each.text or "" for each in body.iter(*signs))
    else:
        source = content.decode()
        if suffix == ".md":
            source = MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(source)
        root = parse(source)
        body = root.find("body")
        found = "".join((root if body is None else body).itertext())
    return squeezed(found)


def squeezed(text: str) -> str:
    return "".join(text.split())


def runs_of(blocks: tuple[Block, ...]) -> Iterator[Run]:
    """The runs of a text in the order in which they are read."""
    for block in blocks:
        match block:
            case Paragraph(runs):
                yield from runs
            case List(items):
                for item in items:
                    yield from runs_of(item.blocks)
            case Definitions(entries):
                for entry in entries:
                    for term in entry.terms:
                        yield from term
                    for meaning in entry.meanings:
                        yield from runs_of(meaning)
            case Table(head, rows):
                for cells in (head, *rows):
                    for cell in cells:
                        yield from cell


def missing_from(file: str, agreement: Agreement) -> list[str]:
    """The words of an agreement that a file does not hold in their order."""
    at, missing = 0, []
    for chapter in agreements.outline(agreement).sections:
        wanted = [chapter.title]
        for placed in chapter.clauses:
            wanted += [placed.title, *(run.text for run in runs_of(markup.blocks(placed.version.text)))]
        for words_wanted in map(squeezed, wanted):
            found = file.find(words_wanted, at)
            if found < 0:
                missing.append(words_wanted)
            else:
                at = found + len(words_wanted)
    return missing


def read(content: bytes) -> str:
    return content.decode()


def named_head(markdown: str) -> tuple[str, int, str]:
    """The entry that a Markdown file names: address, number and digest."""
    found = re.search(r"^- Tapahtuma: ([a-z0-9-]+):(\d+)\n- Tiiviste: ([0-9a-f ]+)$", markdown, re.MULTILINE)
    assert found
    return found[1], int(found[2]), squeezed(found[3])


# ---------------------------------------------------------------- the demo world


def of(world: Any) -> Agreement:
    return db.session.get_one(Agreement, world.agreement)


@pytest.mark.parametrize("contents", [Contents.STATUS, Contents.CLEAN])
@pytest.mark.parametrize("suffix", FORMATS)
def test_a_draft_holds_every_living_word_and_none_of_what_was_removed(
    suffix: str, contents: Contents, inside: None, world: Any
) -> None:
    for place in (world, world.town):
        agreement = of(place)
        file = everything_in(suffix, assemble.export(agreement, suffix, contents=contents))
        assert missing_from(file, agreement) == []
        for placed in agreements.outline(agreement).removed():
            assert squeezed(markup.plain(agreements.last_wording(placed.clause).text)) not in file


def test_the_removed_clauses_of_the_demo_world_have_words_to_miss(inside: None, world: Any) -> None:
    removed = [agreements.last_wording(placed.clause).text for placed in agreements.outline(of(world)).removed()]
    assert len(removed) == 2
    assert all(len(text) > 30 for text in removed)


@pytest.mark.parametrize("contents", [Contents.STATUS, Contents.CLEAN])
def test_the_word_file_is_valid(contents: Contents, inside: None, world: Any, tmp_path: Path) -> None:
    path = tmp_path / "sopimus.docx"
    path.write_bytes(assemble.export(of(world), ".docx", contents=contents))
    validator = OpenXmlValidator(file_format=FileFormat.MICROSOFT_365, max_errors=0)
    assert [str(error) for error in validator.validate(path).errors] == []


def test_its_cover_says_which_draft_it_is(inside: None, world: Any) -> None:
    text = read(assemble.export(of(world), ".md"))
    slug, number, digest = named_head(text)
    head = ledger.head(world.agreement)
    assert head is not None
    assert (slug, number, digest) == (world.slug, head.length, head.head)
    assert text.split("\n## ")[0] == (
        "# Kumppanuussopimus\n\n"
        "Järvi-Suomen hyvinvointialue ja alueen järjestöt\n\n"
        "**Luonnos 0.8 (muutettu sen jälkeen), ke 18.3.2026. Ei allekirjoitettavaksi.**\n\n"
        "- Asianumero: JSHVA/1024/00.01.05/2\n"
        "- Päiväys: ke 18.3.2026 klo 12\n"
        "- Tilanne: 26 kohtaa 60:stä sovittu\n"
        f"- Tapahtuma: {slug}:{number}\n"
        f"- Tiiviste: {' '.join(re.findall('.{4}', digest))}\n"
    )
    assert text.endswith(
        f"---\n\nTapahtuma {number}, tiiviste {digest[:4]} {digest[4:8]} {digest[8:12]}\n\n"
        f"<!-- kumppanuus status {slug}:{number}:{digest} -->\n"
    )


def test_the_properties_of_the_word_file_hold_the_head_as_it_is_verified(inside: None, world: Any) -> None:
    properties = docx.Document(BytesIO(assemble.export(of(world), ".docx"))).core_properties
    head = ledger.head(world.agreement)
    assert head is not None
    assert (properties.title, properties.author, properties.language, properties.keywords) == (
        "Kumppanuussopimus",
        "Järvi-Suomen hyvinvointialue",
        "fi-FI",
        f"{world.slug}:{head.length}:{head.head}",
    )


def test_a_clause_bears_its_standing_and_its_signatures_only_where_that_is_asked_for(inside: None, world: Any) -> None:
    agreement = of(world)
    found = progress.progress(agreement)
    status = read(assemble.export(agreement, ".md", contents=Contents.STATUS))
    clean = read(assemble.export(agreement, ".md", contents=Contents.CLEAN))
    signed = [name for each in found.standings.values() for name in (a.given_by.name for a in each.approvals.values())]
    assert status.count(" – Hyväksyn") == len(signed)
    assert status.count("Ei vielä hyväksytty") == 2 * len(found.standings) - len(signed)
    for key, said in words_of_standings(agreement).items():
        wanted = sum(each.standing is key for each in found.standings.values())
        assert status.count(f"\n*{said}*\n") == wanted
        assert f"\n*{said}*\n" not in clean
    assert not any(sign in clean for sign in ("Hyväksyn", "Ei vielä hyväksytty", "Tilanne:"))


def words_of_standings(agreement: Agreement) -> dict[Any, str]:
    return {key: said for key, said in assemble.standing_words(agreement).items() if key != "change"}


def test_documents_and_pages_call_everything_by_the_same_words(inside: None, world: Any) -> None:
    for agreement in (of(world), of(world.town)):
        assert assemble.standing_words(agreement) == words.standings(agreement)
        assert assemble.side_words(agreement) == {side: words.side(agreement, side) for side in Side}


def test_a_municipal_document_speaks_of_the_municipality(inside: None, world: Any) -> None:
    text = read(assemble.export(of(world.town), ".md"))
    assert "\n> Kunta: " in text
    assert "yvinvointialue:" not in text


def test_it_speaks_the_language_of_its_text_whoever_reads_the_pages(world: Any, databases: Any) -> None:
    made = []
    for language in ("fi", "sv", "en"):
        with databases.app.test_request_context(f"/?kieli={language}"):
            made.append(assemble.export(of(world), ".html"))
    assert made[0] == made[1] == made[2]
    assert '<html lang="fi">' in made[0].decode()
    assert "ke 18.3.2026" in made[0].decode()


def test_an_agreement_in_swedish_is_printed_in_swedish(inside_empty: None) -> None:
    agreement = start(language=TextLanguage.SV)
    text = read(assemble.export(agreement, ".html"))
    assert '<html lang="sv">' in text
    assert "ons 18.3.2026" in text
    properties = docx.Document(BytesIO(assemble.export(agreement, ".docx"))).core_properties
    assert properties.language == "sv-FI"


def test_it_costs_the_same_queries_however_long_the_text(
    databases: Databases, queries: Callable[[], AbstractContextManager[Queries]]
) -> None:
    spent = []
    for size in (short, long):
        with databases.scene(size) as made:
            agreement = of(made)
            with queries() as sent:
                assemble.export(agreement, ".docx")
            spent.append(len(sent))
    assert spent[0] == spent[1] <= 10


# ---------------------------------------------------------------- a small agreement


@dataclass
class Desk:
    """A small agreement: a chapter of two clauses and an annex of one, all agreed."""

    agreement: Agreement
    mikko: UUID
    approvers: dict[Side, UUID]

    def clause(self, label: str) -> Clause:
        placed = agreements.outline(self.agreement).by_label(label)
        assert placed is not None
        return placed.clause

    def approve(self, clause: Clause) -> None:
        for side, by in self.approvers.items():
            approvals.give(clause, side=side, fingerprint=clause.current.fingerprint, by=by)

    def rewrite(self, label: str, text: str) -> Clause:
        clause = self.clause(label)
        agreements.rewrite(clause, title=clause.current.title, text=text, base=clause.current, by=self.mikko)
        return clause

    def edit(self, **changed: str) -> None:
        own = self.agreement
        names = ("title", "authority_name", "body_name", "case_number", "signature_text")
        facts = {name: getattr(own, name) for name in names}
        agreements.edit(own, **{**facts, **changed}, base=own.facts_digest, by=self.mikko)

    def final(self, suffix: str = ".md") -> bytes:
        return assemble.export(self.agreement, suffix, contents=Contents.FINAL)

    def make(self, contents: Contents = Contents.FINAL, form: Format = Format.MARKDOWN) -> assemble.File:
        return assemble.make(self.agreement, form, contents=contents, by=self.mikko)


def person(name: str) -> UUID:
    return accounts.find_or_add(f"{name.lower()}@kumppanuus.example", name, by=None).id


def start(**facts: Any) -> Agreement:
    given = {
        "title": "Yhteistyösopimus",
        "kind": AgreementKind.PARTNERSHIP_AGREEMENT,
        "authority_name": "Järvi-Suomen hyvinvointialue",
        "body_name": "Kumppanuuspöytä",
        "from_model": False,
        "by": person("Mikko"),
    }
    return agreements.start(**{**given, **facts})


def make_desk() -> Desk:
    agreement = start()
    made = Desk(agreement, person("Mikko"), {Side.AUTHORITY: person("Riikka"), Side.ORGANISATIONS: person("Aino")})
    chapter = agreements.add_section(agreement, title="Rakenne", by=made.mikko)
    annex = agreements.add_section(agreement, title="Tilat", kind=SectionKind.ANNEX, by=made.mikko)
    for section, title, text in [
        (chapter, "Kokoukset", "Elin kokoontuu **neljä** kertaa vuodessa:\n- keväällä\n- syksyllä"),
        (chapter, "Yhteyshenkilö", "Alue nimeää yhteyshenkilön."),
        (annex, "", "Kokoustilana on kirjasto."),
    ]:
        made.approve(agreements.add_clause(section, title=title, text=text, by=made.mikko))
    return made


@pytest.fixture
def desk(scene_of: SceneOf[Desk]) -> Desk:
    return scene_of(make_desk)


def test_a_final_agreement_is_the_text_with_lines_to_sign_on_and_nothing_said_about_it(desk: Desk) -> None:
    desk.edit(case_number="JSHVA/7")
    text = read(desk.make().content)
    slug, number, digest = named_head(text)
    groups = re.findall(".{4}", digest)
    assert text == (
        "# Yhteistyösopimus\n\n"
        "Järvi-Suomen hyvinvointialue ja alueen järjestöt\n\n"
        "**Lopullinen, ke 18.3.2026.**\n\n"
        "- Asianumero: JSHVA/7\n"
        "- Päiväys: ke 18.3.2026 klo 12\n"
        f"- Tapahtuma: {slug}:{number}\n"
        f"- Tiiviste: {' '.join(groups)}\n\n"
        "## 1 Rakenne\n\n"
        "### 1.1 Kokoukset\n\n"
        "Elin kokoontuu **neljä** kertaa vuodessa:\n\n- keväällä\n- syksyllä\n\n"
        "### 1.2 Yhteyshenkilö\n\n"
        "Alue nimeää yhteyshenkilön.\n\n"
        "## Allekirjoitukset\n\n"
        "Paikka ja aika: …………… (paikka), …………… (päivä)\n\n"
        "**Järvi-Suomen hyvinvointialue**\n\n"
        "…………… (nimi), …………… (tehtävänimike)\n\n"
        "**Kumppanuuspöytä**\n\n"
        "…………… (nimi), …………… (tehtävänimike)\n\n"
        "## Liite 1 Tilat\n\n"
        "### L1.1\n\n"
        "Kokoustilana on kirjasto.\n\n"
        "---\n\n"
        f"Tapahtuma {number}, tiiviste {' '.join(groups[:3])}\n\n"
        f"<!-- kumppanuus final {slug}:{number}:{digest} -->\n"
    ).replace("……………", assemble.BLANK)


@pytest.mark.parametrize("suffix", FORMATS)
def test_nothing_in_a_final_agreement_calls_it_a_draft(suffix: str, desk: Desk) -> None:
    agreements.freeze(desk.agreement, "luonnos 0.9", by=desk.mikko)
    draft = everything_in(suffix, assemble.export(desk.agreement, suffix, contents=Contents.CLEAN))
    assert "luonnos" in draft.casefold()
    final = everything_in(suffix, desk.final(suffix))
    assert not any(word in final.casefold() for word in ("luonnos", "eiallekirjoitettavaksi", "hyväksyn", "[", "]"))
    assert missing_from(final, desk.agreement) == []
    if suffix == ".docx":
        parts = docx.Document(BytesIO(desk.final(suffix))).sections[0]
        shown = [part.text for part in (*parts.header.paragraphs, *parts.footer.paragraphs)]
        assert "luonnos" not in " ".join(shown).casefold()
        assert shown[0] == "Yhteistyösopimus – Lopullinen"


def test_the_final_word_file_is_valid(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "sopimus.docx"
    path.write_bytes(desk.final(".docx"))
    validator = OpenXmlValidator(file_format=FileFormat.MICROSOFT_365, max_errors=0)
    assert [str(error) for error in validator.validate(path).errors] == []


def test_asked_for_nothing_else_a_ready_agreement_is_written_as_final(desk: Desk) -> None:
    assert "**Lopullinen, ke 18.3.2026.**" in read(assemble.export(desk.agreement, ".md"))
    desk.rewrite("1.2", "Alue nimeää kaksi yhteyshenkilöä.")
    assert "**Luonnos, ke 18.3.2026. Ei allekirjoitettavaksi.**" in read(assemble.export(desk.agreement, ".md"))


def empty_section(desk: Desk) -> None:
    agreements.add_section(desk.agreement, title="Tyhjä", by=desk.mikko)


def empty_annex(desk: Desk) -> None:
    agreements.add_section(desk.agreement, title="Tyhjä", kind=SectionKind.ANNEX, by=desk.mikko)


def blank_title(desk: Desk) -> None:
    clause = desk.clause("1.2")
    title, text = "[nimi]", clause.current.text
    agreements.rewrite(clause, title=title, text=text, base=clause.current, by=desk.mikko)
    desk.approve(clause)


def blank_section_title(desk: Desk) -> None:
    section = agreements.outline(desk.agreement).chapters[0].section
    agreements.rename_section(section, title="[luku]", base=section.title, by=desk.mikko)


def half_withdrawn(desk: Desk) -> None:
    desk.rewrite("1.2", "Alue nimeää kaksi yhteyshenkilöä.")
    clause = desk.clause("1.2")
    approvals.give(clause, side=Side.AUTHORITY, fingerprint=clause.current.fingerprint, by=desk.mikko)


def removed(desk: Desk) -> None:
    clause = desk.clause("1.2")
    agreements.remove(clause, base=clause.current, by=desk.mikko, reason="Turha")


SPOILS: dict[str, Callable[[Desk], object]] = {
    "a clause is changed": lambda d: d.rewrite("1.1", "Elin kokoontuu."),
    "an annex is changed": lambda d: d.rewrite("L1.1", "Kokoustilana on koulu."),
    "only one side agrees": half_withdrawn,
    "an agreed clause is opened": lambda d: approvals.reopen(d.clause("1.1"), reason="Uutta tietoa", by=d.mikko),
    "a removal waits for both sides": removed,
    "a placeholder is agreed on": lambda d: d.approve(d.rewrite("1.1", "Elin kokoontuu [neljä] kertaa.")),
    "a placeholder in the title of a clause": blank_title,
    "a placeholder in the title of a section": blank_section_title,
    "a placeholder in the title": lambda d: d.edit(title="[alueen] sopimus"),
    "a placeholder in the name of a party": lambda d: d.edit(authority_name="[hyvinvointialue]"),
    "a placeholder in the case number": lambda d: d.edit(case_number="[asianumero]"),
    "a chapter without text": empty_section,
    "an annex without text": empty_annex,
}


@pytest.mark.parametrize("spoil", SPOILS)
def test_a_final_agreement_is_refused_while_anything_is_missing(spoil: str, desk: Desk) -> None:
    assert progress.readiness(desk.agreement).is_final
    SPOILS[spoil](desk)
    head = ledger.head(desk.agreement.id)
    assert head is not None
    length = head.length
    for act in (desk.final, desk.make):
        with pytest.raises(NotReady):
            act()
    head = ledger.head(desk.agreement.id)
    assert head is not None
    assert head.length == length
    assert agreements.editions(desk.agreement) == []
    assert "Ei allekirjoitettavaksi." in read(assemble.export(desk.agreement, ".md"))


def test_an_agreement_without_text_is_not_ready(inside_empty: None) -> None:
    agreement = start()
    with pytest.raises(NotReady):
        assemble.export(agreement, ".md", contents=Contents.FINAL)
    assert "**Luonnos, ke 18.3.2026. Ei allekirjoitettavaksi.**" in read(assemble.export(agreement, ".md"))


# ---------------------------------------------------------------- versions and the record


def test_a_draft_is_called_by_the_name_it_was_given_last(desk: Desk) -> None:
    def called() -> str:
        found = re.search(r"\*\*(.+), ke 18\.3\.2026\.", read(desk.make(Contents.CLEAN).content))
        assert found
        return found[1]

    assert called() == "Luonnos"
    agreements.freeze(desk.agreement, "0.8", by=desk.mikko)
    assert called() == "Luonnos 0.8"
    desk.rewrite("1.1", "Elin kokoontuu.")
    assert called() == "Luonnos 0.8 (muutettu sen jälkeen)"
    agreements.freeze(desk.agreement, "Luonnos talvelta", by=desk.mikko)
    assert called() == "Luonnos talvelta"


def test_a_file_is_named_after_the_agreement_and_the_draft(desk: Desk) -> None:
    assert desk.make(Contents.STATUS).name == "yhteistyosopimus-luonnos-18.3.2026.md"
    agreements.freeze(desk.agreement, "0.8", by=desk.mikko)
    assert desk.make(Contents.STATUS, Format.WORD).name == "yhteistyosopimus-luonnos-0.8.docx"
    assert desk.make(Contents.CLEAN, Format.HTML).name == "yhteistyosopimus-luonnos-0.8-teksti.html"
    assert desk.make(Contents.FINAL, Format.WORD).name == "yhteistyosopimus-lopullinen-18.3.2026.docx"
    desk.rewrite("1.1", "Elin kokoontuu.")
    assert desk.make(Contents.STATUS).name == "yhteistyosopimus-luonnos-18.3.2026.md"


def test_no_title_and_no_name_makes_a_dangerous_file_name(inside_empty: None) -> None:
    for text in [*XSS, *INERT, *NAUGHTY]:
        version = assemble._Version(Contents.STATUS, text, is_changed=False)
        name = assemble._file_name(Agreement(title=text), version, Format.WORD)
        assert re.fullmatch(r"[a-z0-9]+([.-][a-z0-9]+)*\.docx", name), name
        assert len(name) < 160


def test_making_a_document_is_recorded_and_the_file_names_that_entry(desk: Desk) -> None:
    agreements.freeze(desk.agreement, "0.8", by=desk.mikko)
    desk.rewrite("1.1", "Elin kokoontuu.")
    file = desk.make(Contents.STATUS)
    entry = ledger.entries(desk.agreement.id, most=1)[0]
    assert (entry.kind, entry.actor_id, entry.at) == ("export.made", desk.mikko, NOW)
    assert entry.facts == {"contents": "status", "format": "md", "edition": "0.8", "is_changed": True, "since": ""}
    assert named_head(read(file.content)) == (desk.agreement.slug, entry.number, entry.digest)
    desk.rewrite("1.2", "Alue nimeää kaksi yhteyshenkilöä.")
    assert ledger.verify(known_heads={desk.agreement.id: (entry.number, entry.digest)}) is None


def test_the_administrator_s_own_files_leave_no_trace(desk: Desk) -> None:
    before = ledger.entries(desk.agreement.id, most=1)[0].number
    assert named_head(read(desk.final()))[1] == before
    assert ledger.entries(desk.agreement.id, most=1)[0].number == before


def test_a_final_document_freezes_its_text_once(desk: Desk, clock: Callable[[datetime], Any]) -> None:
    def named() -> list[str]:
        return sorted(edition.name for edition in agreements.editions(desk.agreement))

    agreements.freeze(desk.agreement, "0.9", by=desk.mikko)
    desk.make()
    desk.make()
    assert named() == ["0.9", "lopullinen 18.3.2026"]
    with clock(NOW + timedelta(hours=1)):
        desk.approve(desk.rewrite("1.1", "Elin kokoontuu."))
        assert desk.make().name == "yhteistyosopimus-lopullinen-18.3.2026-2.md"
    assert named() == ["0.9", "lopullinen 18.3.2026", "lopullinen 18.3.2026 (2)"]
    facts = [entry.facts for entry in ledger.entries(desk.agreement.id, kinds=["export.made"])]
    assert [each["edition"] for each in facts] == ["lopullinen 18.3.2026 (2)", *["lopullinen 18.3.2026"] * 2]
    assert ledger.verify() is None


def test_a_draft_after_a_final_one_is_not_called_final(desk: Desk) -> None:
    agreements.freeze(desk.agreement, "0.9", by=desk.mikko)
    desk.make()
    assert "**Luonnos 0.9, ke 18.3.2026." in read(desk.make(Contents.STATUS).content)
    desk.rewrite("1.1", "Elin kokoontuu.")
    assert "**Luonnos 0.9 (muutettu sen jälkeen), ke" in read(desk.make(Contents.STATUS).content)


# ---------------------------------------------------------------- signatures

SIGNATURES = {
    "": None,
    "Paikka ja aika: [paikka]\n\nJärvi-Suomen hyvinvointialue\n\n[nimi], [tehtävä]\n\n"
    "Kumppanuuspöytä, sopimuksen valmistelijana\n\nAino Heikkilä\npuheenjohtaja\n\nJärjestöt liittyvät liitteellä 1.": (
        "Paikka ja aika: [paikka]\n\n**Järvi-Suomen hyvinvointialue**\n\n[nimi], [tehtävä]\n\n"
        "**Kumppanuuspöytä, sopimuksen valmistelijana**\n\nAino Heikkilä  \npuheenjohtaja\n\n"
        "Järjestöt liittyvät liitteellä 1."
    ),
    "Järvi-Suomen hyvinvointialue\nRiikka Lehto\n\nkumppanuuspöytä": (
        "**Järvi-Suomen hyvinvointialue**\n\nRiikka Lehto\n\n**kumppanuuspöytä**"
    ),
    "Järvi-Suomen hyvinvointialue\n\nKumppanuuspöytä": "**Järvi-Suomen hyvinvointialue**\n\n**Kumppanuuspöytä**",
    "Allekirjoitamme kahtena kappaleena.\n\n[nimi]": "Allekirjoitamme kahtena kappaleena.\n\n[nimi]",
}


@pytest.mark.parametrize("typed", SIGNATURES)
def test_the_signature_text_becomes_lines_to_sign_on(typed: str, desk: Desk) -> None:
    if typed:
        desk.edit(signature_text=typed)
    draft = read(assemble.export(desk.agreement, ".md", contents=Contents.CLEAN))
    found = re.search(r"## Allekirjoitukset\n\n(.*)\n\n## Liite 1", draft, re.DOTALL)
    assert (found[1] if found else None) == SIGNATURES[typed]
    if typed:
        final = re.search(r"## Allekirjoitukset\n\n(.*)\n\n## Liite 1", read(desk.final()), re.DOTALL)
        assert final
        assert final[1] == re.sub(r"\[(\w+)\]", rf"{assemble.BLANK} (\1)", SIGNATURES[typed] or "")


# ---------------------------------------------------------------- texts of all kinds


@pytest.fixture
def texts(request: pytest.FixtureRequest, app: Flask) -> Iterator[Agreement]:
    """An agreement with each of some texts as a title and as a text."""
    with app.app_context(), writing():
        clauses = tuple(ModelClause(text[:300], text) for text in request.param if has_ink(text))
        text = ModelAgreement("", (), (ModelSection("Tekstit", clauses),), (), ())
        yield start(title=" ".join(request.param[0].split()), text=text)
        db.session.rollback()


@pytest.mark.parametrize("texts", [XSS, INERT, NAUGHTY], indirect=True, ids=["xss", "inert", "naughty"])
def test_every_text_comes_back_as_it_was_typed(texts: Agreement) -> None:
    for suffix in FORMATS.keys() - {".pdf"}:  # what signs that nobody sees become there is told in test_pdf.py
        content = assemble.export(texts, suffix, contents=Contents.STATUS)
        assert missing_from(everything_in(suffix, content), texts) == [], suffix
        if suffix == ".html":
            tags = {each.tag for each in parse(content.decode()).iter()}
            assert not {"script", "img", "svg", "iframe", "form", "input", "link", "base"} & tags
