"""The reader of Word files: every word in both views, every change with its author, every comment on its words."""

from __future__ import annotations

import re
import zipfile
from io import BytesIO
from pathlib import Path

import pypandoc
import pytest

from kumppanuus.documents import docx_in, inspection, source
from kumppanuus.documents.source import ChangeKind, LeftOver, Mark, Piece, Role, Source, Why, final, original
from tests.documents.word import NAMES, changed, comments, docx, gone, ins, p, r, said_about, table

BOARD = Path(__file__).parent / "libreoffice.docx"


def both(read: Source) -> tuple[list[str], list[str]]:
    """The paragraphs after the changes and before them."""
    return source.lines(read, final), source.lines(read, original)


def changes(read: Source) -> list[tuple[str, str, str]]:
    """Kind, author and words of each change, in order."""
    found = [pair for paragraph in read.paragraphs for pair in inspection.changes_of(paragraph)]
    return [(mark.kind.value, mark.author, text) for mark, text in found]


# --- Changes ----------------------------------------------------------------------------------------------------------


def test_insertions_and_deletions_are_read_in_both_views_with_author_and_moment() -> None:
    read = docx_in.read(docx(p(r("Kokous pidetään "), gone("kaksi"), ins("neljä"), r(" kertaa vuodessa."))))

    assert both(read) == (["Kokous pidetään neljä kertaa vuodessa."], ["Kokous pidetään kaksi kertaa vuodessa."])
    assert changes(read) == [("delete", "Aino Mäkelä", "kaksi"), ("insert", "Aino Mäkelä", "neljä")]
    at = read.paragraphs[0].pieces[1].deleted
    assert at == Mark(ChangeKind.DELETE, "Aino Mäkelä", source.datetime.fromisoformat("2026-03-12T10:00:00+00:00"))


def test_what_one_inserted_and_another_deleted_is_in_both_changes_and_in_neither_view() -> None:
    inside = changed("ins", r("vähintään "), changed("del", r("aina ", tag="delText"), by="Eero"), by="Aino")

    read = docx_in.read(docx(p(r("Kokous pidetään "), inside, r("kesällä."))))

    assert both(read) == (["Kokous pidetään vähintään kesällä."], ["Kokous pidetään kesällä."])
    assert changes(read) == [("insert", "Aino", "vähintään aina "), ("delete", "Eero", "aina ")]


def test_a_move_is_a_move_and_its_words_stand_once_in_each_view() -> None:
    end = '<w:{} w:id="1" w:author="Aino" w:date="2026-03-12T10:00:00Z"/>'
    body = (
        p(changed("moveFrom", r("Siirretty kohta."), by="Aino"), end=end.format("moveFrom"))
        + p(r("Paikallaan."))
        + p(changed("moveTo", r("Siirretty kohta."), by="Aino"), end=end.format("moveTo"))
        + p(r("Viimeinen."))
    )

    read = docx_in.read(docx(body))

    assert both(read) == (
        ["Paikallaan.", "Siirretty kohta.", "Viimeinen."],
        ["Siirretty kohta.", "Paikallaan.", "Viimeinen."],
    )
    assert changes(read) == [("move_from", "Aino", "Siirretty kohta."), ("move_to", "Aino", "Siirretty kohta.")]


@pytest.mark.parametrize(
    ("kind", "after", "before"),
    [("ins", ["Alku.", "Loppu."], ["Alku.Loppu."]), ("del", ["Alku.Loppu."], ["Alku.", "Loppu."])],
)
def test_a_split_or_joined_paragraph_is_one_in_one_view_and_two_in_the_other(
    kind: str, after: list[str], before: list[str]
) -> None:
    read = docx_in.read(docx(p(r("Alku."), end=f'<w:{kind} w:id="1" w:author="Aino"/>') + p(r("Loppu."))))

    assert both(read) == (after, before)
    assert changes(read) == [("insert" if kind == "ins" else "delete", "Aino", "\n")]


def test_rows_of_a_table_that_were_inserted_or_deleted_go_as_a_whole() -> None:
    added = table(("Tila", "Paikkoja"), ("Sali", "40"), row='<w:ins w:id="1" w:author="Aino"/>')
    taken = table(("Taho", "Tehtävä"), ("Alue", "Kutsuu"), row='<w:del w:id="1" w:author="Eero"/>')

    read = docx_in.read(docx(added + p() + taken))

    assert both(read) == (
        ["Tila", "Paikkoja", "Sali", "40", "Taho", "Tehtävä"],
        ["Tila", "Paikkoja", "Taho", "Tehtävä", "Alue", "Kutsuu"],
    )
    assert changes(read) == [
        ("insert", "Aino", "Sali"),
        ("insert", "Aino", "40"),
        ("delete", "Eero", "Alue"),
        ("delete", "Eero", "Kutsuu"),
    ]


def test_formatting_is_never_wording() -> None:
    bold = '<w:b/><w:rPrChange w:id="1" w:author="Aino"><w:rPr><w:i/></w:rPr></w:rPrChange>'
    body = p(r("Järjestöt "), r("valitsevat", bold), r(" edustajat."), style="Kohta").replace(
        "</w:pPr>",
        '<w:pPrChange w:id="2" w:author="Aino"><w:pPr><w:pStyle w:val="Luku"/></w:pPr></w:pPrChange></w:pPr>',
    )

    read = docx_in.read(docx(body))

    assert both(read) == (["Järjestöt valitsevat edustajat."], ["Järjestöt valitsevat edustajat."])
    assert changes(read) == []


@pytest.mark.parametrize("moment", ["", "0000-00-00T00:00:00Z", "0001-01-01T00:00:00", "eilen", "2026-13-45T99:00:00Z"])
def test_missing_authors_and_strange_moments_are_tolerated(moment: str) -> None:
    read = docx_in.read(docx(p(changed("ins", r("Uusi."), by="", at=moment))))

    assert read.paragraphs[0].pieces == (Piece("Uusi.", inserted=Mark(ChangeKind.INSERT, "", None)),)
    assert inspection.inspect(read)["changes"] == [
        {"kind": "insert", "author": None, "date": None, "text": "Uusi.", "clause": None}
    ]


# --- Words wherever they stand ----------------------------------------------------------------------------------------

BOX = "<w:txbxContent>" + p(r("Laatikossa.")) + "</w:txbxContent>"


@pytest.mark.parametrize(
    ("inside", "lines"),
    [
        (f'<w:hyperlink r:id="web">{r("verkossa")}</w:hyperlink>', ["verkossa"]),
        (f"<w:sdt><w:sdtPr/><w:sdtContent>{r('ohjaimessa')}</w:sdtContent></w:sdt>", ["ohjaimessa"]),
        (f'<w:smartTag w:element="x">{r("tunnisteessa")}</w:smartTag>', ["tunnisteessa"]),
        (f'<w:fldSimple w:instr=" REF kohta ">{r("3.4")}</w:fldSimple>', ["3.4"]),
        (
            '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> DATE \\@ d </w:instrText></w:r>'
            f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{r("12.3.2026")}'
            '<w:r><w:fldChar w:fldCharType="end"/></w:r>',
            ["12.3.2026"],
        ),
        (
            f"<w:r><mc:AlternateContent><mc:Choice><w:drawing>{BOX}</w:drawing></mc:Choice>"
            f"<mc:Fallback><w:pict>{BOX}</w:pict></mc:Fallback></mc:AlternateContent></w:r>",
            ["Laatikossa."],
        ),
        (f"<w:r><w:pict><v:shape><v:textbox>{BOX}</v:textbox></v:shape></w:pict></w:r>", ["Laatikossa."]),
        (
            "<w:r><w:t>a</w:t><w:tab/><w:t>b</w:t><w:br/><w:t>c</w:t><w:noBreakHyphen/><w:t>d</w:t></w:r>",
            ["a\tb\nc\u2011d"],
        ),
        ("<w:tuntematon><w:r><w:t>outo</w:t></w:r></w:tuntematon>", ["outo"]),
    ],
)
def test_words_are_read_once_wherever_they_stand(inside: str, lines: list[str]) -> None:
    assert both(docx_in.read(docx(p(inside)))) == (lines, lines)


def test_a_table_inside_a_cell_and_frames_round_blocks_keep_their_words() -> None:
    inner = table(("Sisin",))
    body = f"<w:sdt><w:sdtContent>{p(r('Kehyksessä.'))}</w:sdtContent></w:sdt>" + table(
        (p(r("Ulompi")) + inner + p(), "Toinen")
    )

    assert both(docx_in.read(docx(body)))[0] == ["Kehyksessä.", "Ulompi", "Sisin", "Toinen"]


def test_a_footnote_follows_its_paragraph_and_shares_its_change() -> None:
    note = f'<w:footnote w:id="{{}}">{p("<w:r><w:footnoteRef/></w:r>", r("{}"))}</w:footnote>'
    part = f"<w:footnotes {NAMES}>{note.format(1, 'Ks. liite 1.')}{note.format(2, 'Uusi.')}</w:footnotes>"
    refers = '<w:r><w:footnoteReference w:id="{}"/></w:r>'
    body = (
        p(r("Eka"), refers.format(1), r(".")) + p(r("Toka"), changed("ins", refers.format(2)), r(".")) + p(r("Kolmas."))
    )

    read = docx_in.read(docx(body, {"word/footnotes.xml": part}))

    assert both(read) == (
        ["Eka.", "Ks. liite 1.", "Toka.", "Uusi.", "Kolmas."],
        ["Eka.", "Ks. liite 1.", "Toka.", "Kolmas."],
    )
    assert [each.role for each in read.paragraphs] == [Role.BODY, Role.NOTE, Role.BODY, Role.NOTE, Role.BODY]


def test_headers_pictures_and_hidden_words_are_told_and_not_lost() -> None:
    named = '<wp:docPr id="1" name="kuva" descr="Kartta alueesta"/>'
    picture = f"<w:r><w:drawing><wp:inline>{named}</wp:inline></w:drawing></w:r>"
    header = f"<w:hdr {NAMES}>{p(r('Luonnos 0.8'))}</w:hdr>"

    read = docx_in.read(docx(p(r("Salainen.", "<w:vanish/>"), picture), {"word/header.xml": header}))

    assert both(read)[0] == ["Salainen."]
    assert read.left_over == (
        LeftOver("Luonnos 0.8", Why.HEADER),
        LeftOver("Salainen.", Why.HIDDEN),
        LeftOver("Kartta alueesta", Why.PICTURE),
    )


# --- Numbers ----------------------------------------------------------------------------------------------------------


def test_automatic_numbers_come_from_styles_lists_and_levels_and_follow_the_changes() -> None:
    added = '<w:ins w:id="1" w:author="Aino"/>'
    body = (
        p(r("Osapuolet"), style="Luku")
        + p(r("Eka."), style="Kohta")
        + p(ins("Lisätty."), style="Kohta", end=added)
        + p(r("Toka."), style="Kohta")
        + p(r("jäsenet"), numbered=(1, 2))
        + p(r("varajäsenet"), numbered=(1, 2))
        + p(r("Ilman."), style="Kohta", numbered=(0, 0))
        + p(r("Rakenne"), style="Luku")
        + p(r("Kolmas."), style="Kohta")
        + p(r("merkki"), numbered=(2, 0))
        + p(r("Neljäs luku"), numbered=(3, 0))
        + p(r("Kohta"), numbered=(3, 1))
    )

    read = docx_in.read(docx(body))

    assert [(each.number_before, each.number) for each in read.paragraphs] == [
        *(("1.", "1."), ("1.1", "1.1"), ("1.2", "1.2"), ("1.2", "1.3"), ("(a)", "(a)"), ("(b)", "(b)"), ("", "")),
        *(("2.", "2."), ("2.1", "2.1"), ("", ""), ("IV", "IV"), ("4.1", "4.1")),
    ]
    assert [each.item.is_bullet for each in read.paragraphs if each.item][-3:] == [True, False, False]


# --- Comments ---------------------------------------------------------------------------------------------------------


def test_comments_stand_on_their_words_with_replies_and_what_is_resolved() -> None:
    extended = (
        f'<w15:commentsEx {NAMES}><w15:commentEx w15:paraId="00000001" w15:done="1"/>'
        '<w15:commentEx w15:paraId="00000002" w15:paraIdParent="00000001" w15:done="1"/>'
        '<w15:commentEx w15:paraId="00000003" w15:done="0"/></w15:commentsEx>'
    )
    body = p(r("Alku "), said_about("1", r("tila"), r("t")), said_about("2"), r(".")) + p(
        '<w:commentRangeStart w:id="3"/>', r("Kaksi")
    )
    body += p(r("kappaletta"), '<w:commentRangeEnd w:id="3"/><w:r><w:commentReference w:id="3"/></w:r>', r(" lopussa."))
    part = comments(("1", "Aino", "Mitkä?"), ("2", "Eero", "Kaikki."), ("3", "", "Liian pitkä."))

    read = docx_in.read(docx(body, {"word/comments.xml": part, "word/commentsExtended.xml": extended}))

    assert [(c.id, c.author, c.text, c.anchor, c.paragraph, c.parent, c.is_done) for c in read.comments] == [
        ("1", "Aino", "Mitkä?", "tilat", 0, None, True),
        ("2", "Eero", "Kaikki.", "", 0, "1", True),
        ("3", "", "Liian pitkä.", "Kaksi\nkappaletta", 1, None, False),
    ]


# --- An independent reading -------------------------------------------------------------------------------------------

EVERYTHING = docx(
    p(r("Osapuolet"), style="Otsikko1")
    + p(r("Osapuolet ovat "), gone("[alue]", by="Eero"), ins("Järvi-Suomi"), r(" ja järjestöt."))
    + p(r("Jäsenet:"))
    + p(r("yhdistykset"), numbered=(2, 0))
    + p(r("säätiöt"), ins(" ja seurakunnat"), numbered=(2, 0))
    + table(("Taho", "Tehtävä"), ("Alue", p(r("Kutsuu "), ins("koolle"))))
    + p(f'<w:hyperlink r:id="web">{r("Verkkosivu")}</w:hyperlink>', r(" kertoo."))
)


def words(text: str) -> list[str]:
    """The words of a text; numbers are left out, because pandoc prints those of lists and notes."""
    return re.findall(r"[^\W\d]+", text)


@pytest.mark.parametrize("content", [EVERYTHING, BOARD.read_bytes()], ids=["by hand", "by LibreOffice"])
def test_pandoc_and_the_bare_xml_read_the_same_words(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "tiedosto.docx"
    file.write_bytes(content)
    read = docx_in.read(content)
    after, before = (words(" ".join(lines)) for lines in both(read))

    for option, mine in (("accept", after), ("reject", before)):
        extra = [f"--track-changes={option}", "--wrap=none"]
        theirs = words(pypandoc.convert_file(str(file), "plain", format="docx", extra_args=extra))
        assert sorted(theirs) == sorted(mine)
    with zipfile.ZipFile(BytesIO(content)) as package:
        names = [name for name in package.namelist() if name in ("word/document.xml", "word/footnotes.xml")]
        xml = "".join(package.read(name).decode() for name in names)
    texts = re.findall(r"<w:(?:t|delText)(?: [^>]*)?>([^<]*)<", xml)
    assert set(words(" ".join(texts))) == set(after) | set(before)
