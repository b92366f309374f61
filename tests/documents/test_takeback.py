"""Taking a document back: what was written into the file becomes suggestions and comments, once."""

import zipfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest

from kumppanuus import agreements, approvals, comments, ledger, suggestions
from kumppanuus.agreements import Clause
from kumppanuus.comments import CommentKind
from kumppanuus.documents import assemble, docx_in, plain_in, takeback
from kumppanuus.documents.assemble import Contents
from kumppanuus.documents.takeback import Filed, Found, Left, Why, key_of
from kumppanuus.documents.takeback.carrying import carried
from kumppanuus.members import Member, SpeaksFor
from kumppanuus.suggestions import Standing
from kumppanuus.text import markup
from kumppanuus.text.writing import write
from tests.concepts.negotiation import TEXT, Scene, make_scene
from tests.databases import NOW, SceneOf
from tests.documents import libreoffice_returned

Clock = Callable[[Any], AbstractContextManager[None]]

LISTS = """Jäsenet:
* yksi
* kaksi
  1. eka
  2. toka

Ks. [ohje](https://a.example/x) ja **lihava** [paikka].

| A | B |
|---|---|
| **x** | y |

Termi
: selitys"""
KAARINA = 'w:id="901" w:author="Kaarina Nieminen" w:date="2026-03-20T18:30:00Z"'


def make_own_scene() -> Scene:
    scene = make_scene()
    for title, text in [("Luettelot", LISTS), ("", "Otsikoton *teksti*.\n\nToinen kappale.")]:
        scene.clauses.append(agreements.add_clause(scene.section, title=title, text=text, by=scene.mikko.user_id))
    return scene


@pytest.fixture
def scene(scene_of: SceneOf[Scene]) -> Scene:
    return scene_of(make_own_scene)


def export(scene: Scene, contents: Contents = Contents.REDLINE) -> bytes:
    return assemble.export(scene.agreement, ".docx", contents=contents, since="1")


def edited(content: bytes, *changes: tuple[str, str], part: str = "word/document.xml") -> bytes:
    """The file as somebody left it: each stretch of a part, which stands there once, in other words."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as package, zipfile.ZipFile(out, "w") as written:
        for name in package.namelist():
            data = package.read(name)
            if name == part:
                text = data.decode()
                for old, new in changes:
                    assert text.count(old) == 1, f"{text.count(old)} × {old}"
                    text = text.replace(old, new)
                data = text.encode()
            written.writestr(name, data)
    return out.getvalue()


def run(text: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{text}</w:t></w:r>'


def t(text: str) -> str:
    return f'<w:t xml:space="preserve">{text}</w:t>'


def ins(text: str) -> str:
    return f"<w:ins {KAARINA}>{run(text)}</w:ins>"


def gone(text: str) -> str:
    return f"<w:del {KAARINA}>{run(text).replace('w:t', 'w:delText')}</w:del>"


def find(scene: Scene, content: bytes) -> Found:
    return takeback.find(docx_in.read(content), scene.agreement)


def file(scene: Scene, content: bytes, by: Member | None = None, **rest: Any) -> Filed:
    """Bring a file and file everything in it."""
    found = find(scene, content)
    keys = {key_of(place, n) for place, each in enumerate(found.returned) for n in range(len(each.proposed))}
    keys |= {str(remark.number) for each in found.returned for remark in each.remarks}
    words = {"chosen": keys, "kinds": {}, "places": {}, "settles": False, "speaks_for": SpeaksFor.SELF, "reason": ""}
    return takeback.file(found, scene.agreement, **{**words, **rest}, by=by or scene.aino)


def wordings(scene: Scene) -> list[tuple[str, str, str, str]]:
    """The open suggestions: kind, author, title and text."""
    found = suggestions.open_ones(scene.agreement)
    return [(each.kind.value, each.author.name, each.title, each.text) for each in found]


def said(clause: Clause) -> list[str]:
    talk = comments.talk(clause_id=clause.id, me=None, oldest_first=True)
    return [text for each in talk.said for text in (each.comment.text, *(reply.text for reply in each.replies))]


# ---------------------------------------------------------------- nothing was written


@pytest.mark.parametrize("contents", [Contents.CLEAN, Contents.STATUS, Contents.REDLINE])
def test_a_file_nobody_changed_brings_nothing_and_every_clause_is_known(
    contents: Contents, scene: Scene, clock: Clock
) -> None:
    with clock(NOW + timedelta(minutes=1)):
        scene.suggest("neljä", "kuusi")
    with clock(NOW + timedelta(minutes=2)):
        scene.suggest("viikon", "kahden viikon")
    scene.suggest("neljä kertaa", "kerran", by=scene.pertti)
    suggestions.write_removal(scene.clauses[1], reason="Turha.", base=scene.clauses[1].current, by=scene.aino)
    words = {"title": "Viestintä", "text": "Viestitään:\n- heti", "reason": "Puuttuu."}
    suggestions.write_addition(scene.section, after=scene.clauses[1], **words, by=scene.pertti)
    concern = comments.add(
        comments.thread_of(scene.clause), text="Liian usein.", kind=CommentKind.CONCERN, by=scene.aino
    )
    comments.reply(concern, text="Niin on.", by=scene.riikka)
    comments.settle(concern, response="Sovittiin neljä.", by=scene.mikko.user_id)
    approvals.give(
        scene.clause, side=scene.riikka.side, fingerprint=scene.clause.current.fingerprint, by=scene.riikka.user_id
    )
    givers = scene.givers()
    before = ledger.head(scene.agreement.id)
    assert before is not None
    length = before.length
    found = find(scene, export(scene, contents))
    assert (found.is_export, found.clauses, found.left) == (True, 5, [])
    if contents is not Contents.REDLINE:
        assert found.returned == []
    filed = file(scene, export(scene, contents))
    assert (filed.suggestions, filed.comments, filed.refused) == (0, 0, [])
    after = ledger.head(scene.agreement.id)
    assert after is not None
    assert after.length == length
    assert scene.givers() == givers


# ---------------------------------------------------------------- what was written


def test_tracked_changes_untracked_ones_and_comments_are_filed_on_their_clauses_once(scene: Scene) -> None:
    comments.add(comments.thread_of(scene.clause), text="Liian usein.", kind=CommentKind.CONCERN, by=scene.riikka)
    start, end = TEXT.split("neljä")
    body = edited(
        export(scene),
        (run(TEXT), f"{run(start)}{gone('neljä')}{ins('viisi')}{run(end)}"),
        (t("Muistio tehdään."), t("Muistio tehdään aina.")),
        (t("toka"), t("toinen")),
        (
            f"{run('Kulut')}",
            f'<w:commentRangeStart w:id="77"/>{run("Kulut")}<w:commentRangeEnd w:id="77"/>'
            '<w:r><w:commentReference w:id="77"/></w:r>',
        ),
        (run("Kulut korvataan."), run("Kulut korvataan.") + ins(" Kuitti tarvitaan.")),
        (
            run("Muistio"),
            run("Muistio"),
        ),
    )
    note = (
        '<w:comment w:id="77" w:author="Kaarina Nieminen" w:date="2026-03-20T18:31:00Z" w:initials="KN">'
        f"<w:p>{run('Mitkä kulut?')}</w:p></w:comment></w:comments>"
    )
    body = edited(body, ("</w:comments>", note), part="word/comments.xml")
    filed = file(scene, body, reason="Hallitus käsitteli.")
    assert (filed.suggestions, filed.comments, filed.refused) == (4, 1, [])
    assert wordings(scene) == [
        ("rewrite", "Aino", "Kokoukset", TEXT.replace("neljä", "viisi")),
        ("rewrite", "Aino", "Kulut", "Kulut korvataan. Kuitti tarvitaan."),
        ("rewrite", "Aino", "Muistio", "Muistio tehdään aina."),
        ("rewrite", "Aino", "Luettelot", LISTS.replace("toka", "toinen")),
    ]
    assert [each.reason for each in suggestions.open_ones(scene.agreement)] == [
        *["Hallitus käsitteli.\n\nMuutosmerkintä tuodussa tiedostossa. Tekijä: Kaarina Nieminen 20.3.2026."] * 2,
        *["Hallitus käsitteli.\n\nMuutettu tuodussa tiedostossa ilman muutosmerkintää."] * 2,
    ]
    assert said(scene.clauses[1]) == [
        "Kaarina Nieminen 20.3.2026 kommentoi tuodussa tiedostossa sanoja ”Kulut”:\n\nMitkä kulut?"
    ]
    assert said(scene.clause) == ["Liian usein."]
    again = file(scene, body)
    assert (again.suggestions, again.comments, again.refused) == (0, 0, [])
    assert ledger.verify() is None


def test_what_was_written_on_an_older_text_lands_on_that_text(scene: Scene) -> None:
    body = edited(export(scene, Contents.CLEAN), (t(TEXT), t(TEXT.replace("viikon", "kuukauden"))))
    scene.rewrite("neljä", "viisi")
    late = edited(export(scene, Contents.CLEAN), (t("Kulut korvataan."), t("Kulut maksetaan.")))
    assert file(scene, body).suggestions == 1
    filed = suggestions.open_ones(scene.agreement)[0]
    assert filed.base is not None
    assert (filed.base.number, filed.text) == (1, TEXT.replace("viikon", "kuukauden"))
    outcome = suggestions.result(filed, scene.clause.current)
    assert (outcome.standing, outcome.text) == (
        Standing.CLEAN,
        TEXT.replace("viikon", "kuukauden").replace("neljä", "viisi"),
    )
    agreements.remove(scene.clauses[1], base=scene.clauses[1].current, by=scene.mikko.user_id)
    found = find(scene, late)
    assert found.returned == []
    assert found.left == [Left("Kulut\nKulut maksetaan.", Why.REMOVED)]


def test_changes_inside_a_suggestion_become_a_suggestion_that_builds_on_it(scene: Scene, clock: Clock) -> None:
    with clock(NOW + timedelta(minutes=1)):
        scene.suggest("viikon kuluessa", "viikon kuluessa kaikille jäsenille")
    body = export(scene)
    inside = run("viikon kuluessa kaikille jäsenille")
    assert inside not in body.decode("latin-1")
    text = zipfile.ZipFile(BytesIO(body)).read("word/document.xml").decode()
    added = text.partition("<w:ins ")[2].partition("</w:ins>")[0]
    words = added.partition('preserve">')[2].partition("</w:t>")[0]
    assert words.strip() == "kaikille jäsenille"
    nested = added.replace(run(words), run(words.replace("jäsenille", "")) + gone("jäsenille") + ins("osapuolille"))
    filed = file(scene, edited(body, (added, nested)), by=scene.pertti)
    assert (filed.suggestions, filed.refused) == (1, [])
    assert wordings(scene)[1][3] == TEXT.replace("viikon kuluessa", "viikon kuluessa kaikille osapuolille")


def test_a_new_heading_is_a_new_clause_and_a_split_paragraph_stays_with_its_clause(scene: Scene) -> None:
    heading = "".join(
        f'<w:p><w:pPr><w:pStyle w:val="{style}"/><w:rPr><w:ins {KAARINA}/></w:rPr></w:pPr>{ins(words)}</w:p>'
        for style, words in (("Heading2", "Viestintä"), ("BodyText", "Kerrotaan heti."))
    )
    split = run("Toinen") + '</w:p><w:p><w:pPr><w:pStyle w:val="BodyText"/></w:pPr>' + run("kappale ja jatko.")
    content = export(scene, Contents.CLEAN)
    text = zipfile.ZipFile(BytesIO(content)).read("word/document.xml").decode()
    after = text.partition("Kulut korvataan.")[2].partition("<w:p>")[0]
    body = edited(
        content,
        (f"Kulut korvataan.{after}<w:p>", f"Kulut korvataan.{after}{heading}<w:p>"),
        (run("Toinen kappale."), split),
    )
    assert file(scene, body).suggestions == 2
    assert wordings(scene) == [
        ("addition", "Aino", "Viestintä", "Kerrotaan heti."),
        ("rewrite", "Aino", "", "Otsikoton *teksti*.\n\nToinen\n\nkappale ja jatko."),
    ]
    assert suggestions.open_ones(scene.agreement)[0].after_id == scene.clauses[1].id
    assert file(scene, body).suggestions == 0


def test_a_clause_taken_out_with_tracking_is_a_removal_and_one_that_is_missing_is_told(scene: Scene) -> None:
    content = export(scene, Contents.CLEAN)
    text = zipfile.ZipFile(BytesIO(content)).read("word/document.xml").decode()
    at = text.index("kp_" + scene.clauses[2].id.hex)
    start = text.rindex("<w:p>", 0, at)
    end = text.index("<w:p>", text.index("Muistio tehdään.", at))
    without = edited(content, (text[start:end], ""))
    found = find(scene, without)
    assert (found.returned, [(each.text, each.why) for each in found.left]) == ([], [("1.3 Muistio", Why.MISSING)])
    struck = (
        text[start:end]
        .replace(run("Muistio"), gone("Muistio"))
        .replace(run("Muistio tehdään."), gone("Muistio tehdään."))
    )
    struck = struck.replace("</w:pPr>", f"<w:rPr><w:del {KAARINA}/></w:rPr></w:pPr>")
    assert file(scene, edited(content, (text[start:end], struck))).suggestions == 1
    assert wordings(scene) == [("removal", "Aino", "", "")]


CARRIED = [
    ("- kaksi\n", "- kaksi\n- kolme\n", "* kaksi\n", "* kaksi\n* kolme\n"),
    ("  2. toka", "  2. toka\n  3. kolmas", "  2. toka", "  2. toka\n  3. kolmas"),
    ("- yksi\n", "", "* yksi\n", ""),
    ("Jäsenet:", "Jäsenet ovat:", "Jäsenet:", "Jäsenet ovat:"),
    ("ja **lihava**", "tai **lihava**", "ja **lihava**", "tai **lihava**"),
    ("| **x** | y |", "| **x** | y |\n| z | w |", "| **x** | y |", "| **x** | y |\n| z | w |"),
    ("Jäsenet:\n\n", "Alku.\n\nJäsenet:\n\n", "Jäsenet:\n", "Alku.\n\nJäsenet:\n"),
]


def test_lines_that_nobody_touched_stay_as_they_were_typed() -> None:
    read = write(markup.blocks(LISTS)).replace("[ohje](https://a.example/x)", "ohje (https://a.example/x)")
    for old, new, typed_old, typed_new in CARRIED:
        assert read.count(old) == LISTS.count(typed_old) == 1, old
        assert carried(read, LISTS, read.replace(old, new)) == LISTS.replace(typed_old, typed_new), new


# ---------------------------------------------------------------- other files


def test_a_file_without_bookmarks_is_matched_by_numbers_and_words_and_says_how_sure_that_is(scene: Scene) -> None:
    lines = [
        "1 Rakenne",
        "1.1 Kokoukset",
        TEXT.replace("neljä", "viisi"),
        "1.9 Kulujen korvaaminen",
        "Kulut korvataan kuukauden kuluessa.",
        "1.3 Muistio",
        "Muistio tehdään.",
    ]
    found = takeback.find(plain_in.read_text("\n\n".join(lines).encode()), scene.agreement)
    assert [(each.sureness.value, each.clause_id, [p.text for p in each.proposed]) for each in found.returned] == [
        ("likely", scene.clause.id, [TEXT.replace("neljä", "viisi")]),
        ("unsure", None, ["Kulut korvataan kuukauden kuluessa."]),
    ]
    # What is like no clause is an addition, after the clause before it or where a person puts it.
    other = agreements.add_section(scene.agreement, kind=scene.section.kind, title="Kulut", by=scene.mikko.user_id)
    addition = found.returned[1].proposed[0]
    assert (addition.title, addition.section_id, addition.after_id) == (
        *("Kulujen korvaaminen", scene.section.id),
        scene.clause.id,
    )
    words = {"kinds": {}, "settles": False, "speaks_for": SpeaksFor.SELF, "reason": ""}
    filed = takeback.file(
        found, scene.agreement, chosen={key_of(1, 0)}, places={1: other.id, 7: other.id}, **words, by=scene.aino
    )
    assert (filed.suggestions, filed.refused) == (1, [])
    suggested = suggestions.open_ones(scene.agreement)[0]
    assert (suggested.section_id, suggested.after_id, suggested.title) == (other.id, None, "Kulujen korvaaminen")


@pytest.mark.parametrize("contents", [Contents.STATUS, Contents.REDLINE, Contents.CLEAN])
def test_what_a_markdown_export_tells_about_its_text_is_none_of_it(contents: Contents, scene: Scene) -> None:
    scene.suggest("neljä", "kuusi")
    comments.add(comments.thread_of(scene.clause), text="Liian usein.", kind=CommentKind.CONCERN, by=scene.aino)
    exported = assemble.export(scene.agreement, ".md", contents=contents)

    found = takeback.find(plain_in.read_markdown(exported), scene.agreement)
    assert (found.returned, found.clauses) == ([], 5)

    written = exported.replace(b"Kulut korvataan.", b"Kulut maksetaan.")
    found = takeback.find(plain_in.read_markdown(written), scene.agreement)
    assert [(each.text, each.clause_id) for returned in found.returned for each in returned.proposed] == [
        ("Kulut maksetaan.", scene.clauses[1].id)
    ]


def test_exports_of_other_agreements_comparisons_and_files_of_something_else_are_refused(
    scene: Scene, clock: Clock
) -> None:
    with clock(NOW + timedelta(days=1)):
        scene.rewrite("neljä", "viisi")
    changes = docx_in.read(export(scene, Contents.CHANGES))
    other = docx_in.read(edited(export(scene), (scene.agreement.id.hex, "0" * 32), part="customXml/item1.xml"))
    recipe = plain_in.read_text(b"1 Resepti\n\n1.1 Pulla\n\nVatkaa munat ja sokeri vaahdoksi.")
    for read, refusal in (
        (changes, takeback.IsComparison),
        (other, takeback.OtherAgreement),
        (recipe, takeback.NoClauses),
    ):
        with pytest.raises(refusal) as refused:
            takeback.find(read, scene.agreement)
        assert refused.value.facts["field"] == "file"


# ---------------------------------------------------------------- a file that LibreOffice saved


def from_libreoffice(scene: Scene) -> bytes:
    """The file that was edited and saved in LibreOffice, as if it had been exported from this agreement."""
    ids = {libreoffice_returned.AGREEMENT: scene.agreement.id, libreoffice_returned.SECTION: scene.section.id}
    ids |= dict(zip(libreoffice_returned.CLAUSES, (clause.id for clause in scene.clauses), strict=True))
    versions = (agreements.versions(clause)[0].id for clause in scene.clauses)
    ids |= dict(zip(libreoffice_returned.VERSIONS, versions, strict=True))
    own = {made_up: each.hex for made_up, each in ids.items()}
    return libreoffice_returned.with_ids(libreoffice_returned.SAVED.read_bytes(), own)


def test_what_was_written_in_libreoffice_lands_on_its_clauses_and_what_was_here_is_known(
    inside_empty: None, clock: Clock
) -> None:
    scene = make_scene()
    (title, text) = libreoffice_returned.WORDINGS[3]
    scene.clauses.append(agreements.add_clause(scene.section, title=title, text=text, by=scene.mikko.user_id))
    with clock(libreoffice_returned.SUGGESTED_AT):
        scene.suggest("neljä", "kuusi")
    concern = comments.add(
        comments.thread_of(scene.clause), text="Liian usein.", kind=CommentKind.CONCERN, by=scene.riikka
    )
    comments.reply(concern, text="Katsotaan.", by=scene.mikko)
    content = from_libreoffice(scene)
    found = find(scene, content)
    assert (found.is_export, found.clauses, found.left) == (True, 4, [])
    filed = file(scene, content, by=scene.riikka, kinds={})
    assert (filed.suggestions, filed.comments, filed.refused) == (3, 1, [])
    assert wordings(scene) == [
        ("rewrite", "Aino", "Kokoukset", TEXT.replace("neljä", "kuusi")),
        ("rewrite", "Riikka", "Kulut", "Kulut maksetaan."),
        ("rewrite", "Riikka", "Muistio", "Aina kokouksen jälkeen muistio tehdään."),
        ("rewrite", "Riikka", "Luettelot", text.replace("* kaksi\n", "* kaksi\n* kolme\n")),
    ]
    assert "Tekijä: Kaarina Nieminen " in suggestions.open_ones(scene.agreement)[1].reason
    assert [len(said(clause)) for clause in scene.clauses] == [2, 1, 0, 0]
    assert said(scene.clauses[1])[0].endswith("sanoja ”Kulut”:\n\nMitkä kulut?")
    # Riikka's concern was resolved in the file: that answers it if whoever brings the file may, once.
    assert (filed.answers, concern.handled_at) == (0, None)
    again = file(scene, content, by=scene.mikko, settles=True, reason="Puhelimessa sovittu.")
    assert (again.suggestions, again.comments, again.answers, again.refused) == (0, 0, 1, [])
    assert concern.response == "Puhelimessa sovittu.\n\nRatkaistu tuodussa tiedostossa."
    assert concern.handled_by_id == scene.mikko.user_id
    again = file(scene, content, by=scene.mikko, settles=True)
    assert (again.suggestions, again.comments, again.answers) == (0, 0, 0)
    scene.accept(suggestions.by_number(scene.agreement, 2))  # type: ignore[arg-type]  # it is there
    assert scene.clauses[1].current.text == "Kulut maksetaan."
