"""Redlines of an agreement: what is open in it as tracked changes and comments, and what changed between two states."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from openxml_audit import FileFormat, OpenXmlValidator

from kumppanuus import agreements, comments, ledger, suggestions
from kumppanuus.agreements import SectionKind
from kumppanuus.comments import CommentKind
from kumppanuus.db import db
from kumppanuus.documents import assemble
from kumppanuus.documents.assemble import Contents, Format
from kumppanuus.documents.comparison import NoSuchState, SameState
from tests.concepts.negotiation import Scene, make_scene
from tests.databases import NOW, SceneOf
from tests.documents.reading import W, commented, part, tracked, words

Clock = Callable[[Any], AbstractContextManager[None]]


@pytest.fixture
def scene(scene_of: SceneOf[Scene]) -> Scene:
    return scene_of(make_scene)


def redline(scene: Scene) -> bytes:
    return assemble.make(scene.agreement, Format.WORD, contents=Contents.REDLINE, by=scene.mikko.user_id).content


def changes(scene: Scene, since: str, until: str = "now") -> bytes:
    return assemble.export(scene.agreement, ".docx", contents=Contents.CHANGES, since=since, until=until)


def printed(content: bytes) -> list[str]:
    """The paragraphs of the text that hold words, from the first section on."""
    paragraphs = list(part(content, "word/document.xml").iter(f"{W}p"))
    styles = [each.find(f"{W}pPr/{W}pStyle").get(f"{W}val") for each in paragraphs]
    return [text for text in map(words, paragraphs[styles.index("Heading1") :]) if text]


def findings(content: bytes, folder: Path) -> list[str]:
    path = folder / "sopimus.docx"
    path.write_bytes(content)
    validator = OpenXmlValidator(file_format=FileFormat.MICROSOFT_365, max_errors=0)
    return [str(error) for error in validator.validate(path).errors]


def test_open_suggestions_are_tracked_changes_of_their_authors_and_rivals_are_comments(
    scene: Scene, tmp_path: Path
) -> None:
    first = scene.suggest("neljä", "kuusi")
    scene.suggest("neljä kertaa", "kerran", by=scene.pertti)
    scene.suggest("viikon", "kahden viikon", by=scene.riikka)
    suggestions.reject(scene.suggest("neljä", "sata"), reason="Liikaa.", by=scene.mikko)
    suggestions.write_removal(scene.clauses[1], reason="Turha.", base=scene.clauses[1].current, by=scene.aino)
    words_of = {"title": "Viestintä", "text": "Viestitään:\n- heti\n- selkeästi", "reason": "Puuttuu."}
    suggestions.write_addition(scene.section, after=scene.clauses[1], **words_of, by=scene.pertti)
    suggestions.write_addition(scene.section, after=None, title="", text="Alku.", reason="Alku.", by=scene.aino)
    comments.add(
        db.session.get_one(comments.Thread, first.thread_id),
        text="Miksi juuri kuusi?",
        kind=CommentKind.QUESTION,
        by=scene.riikka,
    )
    content = redline(scene)
    now = "18T12:00"
    assert tracked(content) == [
        f"+ Aino{now}: [+Aino{now} Alku.]",
        f"Elin kokoontuu [-Aino{now} neljä][+Aino{now} kuusi] kertaa vuodessa. "
        f"Muistio julkaistaan [+Riikka{now} kahden ]viikon kuluessa.",
        f"- Aino{now}: [-Aino{now} 1.2][-Aino{now} Kulut]",
        f"- Aino{now}: [-Aino{now} Kulut korvataan.]",
        f"+ Pertti{now}: [+Pertti{now} Viestintä]",
        f"+ Pertti{now}: [+Pertti{now} Viestitään:]",
        f"+ Pertti{now}: [+Pertti{now} heti]",
        f"+ Pertti{now}: [+Pertti{now} selkeästi]",
    ]
    rival = "Elin kokoontuu kerran vuodessa. Muistio julkaistaan viikon kuluessa."
    assert commented(content) == [
        ("Aino", "Muutosehdotus 7: uusi kohta|Alku.", None, "0"),
        ("Aino", "Muutosehdotus 1|Selkeämpi.", None, "0"),
        ("Riikka", "Kysymys: Miksi juuri kuusi?", "Aino", "0"),
        (
            "Pertti",
            f"Muutosehdotus 2|Kilpailee ehdotuksen 1 kanssa.|Selkeämpi.|Kokoukset|{rival}",
            None,
            "0",
        ),
        ("Riikka", "Muutosehdotus 3|Selkeämpi.", None, "0"),
        ("Aino", "Muutosehdotus 5: kohta poistetaan|Turha.", None, "0"),
        ("Pertti", "Muutosehdotus 6: uusi kohta|Puuttuu.", None, "0"),
    ]
    assert findings(content, tmp_path) == []


def test_a_suggestion_on_older_words_is_merged_into_the_text_or_stands_beside_it(scene: Scene) -> None:
    scene.suggest("viikon", "kahden viikon")
    scene.suggest("neljä", "kuusi", by=scene.pertti)
    scene.rewrite("neljä", "viisi")
    content = redline(scene)
    now = "18T12:00"
    assert tracked(content) == [
        f"Elin kokoontuu viisi kertaa vuodessa. Muistio julkaistaan [+Aino{now} kahden ]viikon kuluessa."
    ]
    assert [text.partition("|")[2] for _who, text, *_rest in commented(content)] == [
        "Selkeämpi.",
        "Tekstiä on muutettu samasta kohdasta. Ehdotus pitää sovittaa yhteen.|Selkeämpi.|Kokoukset|"
        "Elin kokoontuu kuusi kertaa vuodessa. Muistio julkaistaan viikon kuluessa.",
    ]


def test_comments_go_along_with_replies_and_the_answer_that_settled_them(scene: Scene) -> None:
    thread = comments.thread_of(scene.clause)
    said = comments.add(thread, text="Liian tiheään.", kind=CommentKind.CONCERN, by=scene.aino)
    comments.reply(said, text="Olen samaa mieltä.", by=scene.pertti)
    comments.settle(said, response="Muutettiin neljään.", by=scene.mikko.user_id)
    comments.add(comments.thread_of(scene.clauses[2]), text="Hyvä.", kind=CommentKind.SUPPORT, by=scene.riikka)
    assert commented(redline(scene)) == [
        ("Aino", "Huoli: Liian tiheään.", None, "1"),
        ("Pertti", "Olen samaa mieltä.", "Aino", "0"),
        ("Mikko", "Muutettiin neljään.", "Aino", "0"),
        ("Riikka", "Kannatan: Hyvä.", None, "0"),
    ]
    clean = assemble.export(scene.agreement, ".docx", contents=Contents.CLEAN)
    assert b"comments" not in b"".join(etree.tostring(part(clean, "[Content_Types].xml")) for _ in "x")


def test_formats_that_cannot_track_tell_what_is_proposed_and_said_under_the_clause(scene: Scene) -> None:
    scene.suggest("neljä", "kuusi")
    comments.add(comments.thread_of(scene.clause), text="Hyvä.", kind=CommentKind.SUPPORT, by=scene.riikka)
    text = assemble.export(scene.agreement, ".md", contents=Contents.REDLINE).decode()
    clause = text.partition("### 1.1 Kokoukset\n\n")[2].partition("\n\n### 1.2")[0]
    assert clause == (
        "Elin kokoontuu neljä kertaa vuodessa. Muistio julkaistaan viikon kuluessa.\n\n"
        "> Muutosehdotus 1 · Aino · 18.3.2026  \n"
        "> Kokoukset  \n"
        "> Elin kokoontuu kuusi kertaa vuodessa. Muistio julkaistaan viikon kuluessa.  \n"
        "> Perustelu: Selkeämpi.\n\n"
        "> Kannatan · Riikka · 18.3.2026  \n"
        "> Hyvä."
    )


def test_changes_between_two_states_are_marked_with_who_wrote_them(scene: Scene, clock: Clock, tmp_path: Path) -> None:
    agreements.freeze(scene.agreement, "0.7", by=scene.mikko.user_id)
    with clock(NOW + timedelta(days=1)):
        scene.rewrite("neljä", "viisi")
    number = ledger.newest(scene.agreement.id, most=1)[0].number
    with clock(NOW + timedelta(days=2)):
        scene.accept(scene.suggest("viisi", "kuusi"))
        agreements.remove(scene.clauses[1], base=scene.clauses[1].current, by=scene.riikka.user_id)
        agreements.rename_section(scene.section, title="Yhteiset rakenteet", base="Rakenne", by=scene.mikko.user_id)
        later = agreements.add_section(scene.agreement, title="Liite", kind=SectionKind.ANNEX, by=scene.mikko.user_id)
        agreements.add_clause(later, title="Tilat", text="Kirjasto.", by=scene.mikko.user_id)
        agreements.freeze(scene.agreement, "0.8", by=scene.mikko.user_id)
    content = changes(scene, "0.7", "0.8")
    friday = "20T12:00"
    assert tracked(content) == [
        f"[-Mikko{friday} Rakenne][+Mikko{friday} Yhteiset rakenteet]",
        f"Elin kokoontuu [-Mikko,{friday} neljä][+Mikko,{friday} kuusi] kertaa vuodessa. "
        "Muistio julkaistaan viikon kuluessa.",
        f"- Riikka{friday}: [-Riikka{friday} 1.2][-Riikka{friday} Kulut]",
        f"- Riikka{friday}: [-Riikka{friday} Kulut korvataan.]",
        f"+ Mikko{friday}: [+Mikko{friday} Liite]",
        f"+ Mikko{friday}: [+Mikko{friday} Tilat]",
        f"+ Mikko{friday}: [+Mikko{friday} Kirjasto.]",
    ]
    assert printed(content)[5:8] == ["Muistio", "Ennen kohta 1.3", "Muistio tehdään."]
    assert findings(content, tmp_path) == []
    status = next(words(each) for each in part(content, "word/document.xml").iter(f"{W}p") if "→" in words(each))
    assert status == "Muutokset: Luonnos 0.7 → Luonnos 0.8, ke 18.3.2026. Ei allekirjoitettavaksi."
    assert tracked(changes(scene, "0.7", str(number))) == [
        "Elin kokoontuu [-Mikko19T12:00 neljä][+Mikko19T12:00 viisi] kertaa vuodessa. "
        "Muistio julkaistaan viikon kuluessa."
    ]
    backwards = tracked(changes(scene, "0.8", str(number)))
    assert backwards[0].startswith("Elin kokoontuu [-Aino20T12:00 kuusi][+Aino20T12:00 viisi] kertaa")
    before = assemble.export(scene.agreement, ".md", contents=Contents.CHANGES, since="0.7", until="0.8").decode()
    assert "> Teksti ennen muutosta  \n> Kokoukset  \n> Elin kokoontuu neljä kertaa" in before
    assert "### 1.2 Kulut\n\n> Poistettu kohta  \n> Kulut  \n> Kulut korvataan." in before


def test_states_that_do_not_exist_or_are_the_same_are_refused(scene: Scene) -> None:
    agreements.freeze(scene.agreement, "0.7", by=scene.mikko.user_id)
    head = ledger.head(scene.agreement.id)
    assert head is not None
    for wrong in ("0.9", str(head.length + 1), "0", "-1", "9" * 12, "\x00"):
        with pytest.raises(NoSuchState) as refused:
            changes(scene, "0.7", wrong)
        assert refused.value.facts["field"] == "until"
    with pytest.raises(SameState):
        changes(scene, "0.7")
    db.session.rollback()


def test_making_a_document_of_changes_is_recorded_by_its_two_states(scene: Scene) -> None:
    agreements.freeze(scene.agreement, "0.7", by=scene.mikko.user_id)
    scene.rewrite("neljä", "viisi")
    contents, by = Contents.CHANGES, scene.mikko.user_id
    file = assemble.make(scene.agreement, Format.WORD, contents=contents, since="0.7", until="now", by=by)
    assert file.name == "sopimus-muutokset-luonnos-0.7-nykyinen-teksti.docx"
    assert ledger.newest(scene.agreement.id, most=1)[0].facts == {
        "contents": "changes",
        "format": "docx",
        "edition": "nykyinen teksti",
        "is_changed": False,
        "since": "Luonnos 0.7",
    }
