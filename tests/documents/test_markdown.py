"""The Markdown file: as text against a kept copy, and as any reader of CommonMark and tables understands it."""

import re
from dataclasses import replace
from pathlib import Path
from xml.etree.ElementTree import Element

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from kumppanuus.documents import markdown
from kumppanuus.documents.model import Clause, Document, Fact, Section
from kumppanuus.text import markup
from kumppanuus.text.markup import Block, Definition, Definitions, Item, List, Paragraph, Run, Table
from tests.documents.trees import EVERYTHING, FINAL, holding, model_document
from tests.html import parse
from tests.payloads import INERT, NAUGHTY, XSS
from tests.text.strategies import texts, thoroughly

COPY = Path(__file__).with_name("everything.md")


def written(document: Document) -> str:
    return markdown.write(document).decode()


def clause_of(*blocks: Block) -> Document:
    clause = Clause("c1", "kohta-1-1", "1.1", "Kohta", blocks)
    return replace(FINAL, sections=(Section("s1", "luku-1", "1", "Luku", (clause,)),))


def body_of(*blocks: Block) -> str:
    """What is written of these blocks."""
    text = written(clause_of(*blocks))
    return text[text.index("### 1.1 Kohta\n") + len("### 1.1 Kohta\n") : text.rindex("---")].strip("\n")


def read(text: str) -> Element:
    """The text as a reader shows it."""
    html = MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(text)
    return parse(html)


def words(element: Element) -> list[str]:
    return "".join(element.itertext()).split()


def test_it_reads_as_this_copy() -> None:
    assert written(EVERYTHING) == COPY.read_text(encoding="utf-8")


def test_the_model_agreement_keeps_its_numbers_and_its_text() -> None:
    document = model_document()
    root = read(written(document))
    headings = ["".join(element.itertext()) for element in root if element.tag in ("h2", "h3")]
    expected = []
    for section in [*document.sections, *document.annexes]:
        if section is document.annexes[0]:
            expected.append("Allekirjoitukset")
        expected.append(f"{section.number} {section.title}")
        expected += [f"{clause.number} {clause.title}".strip() for clause in section.clauses]
    assert headings == expected


@pytest.mark.parametrize(
    ("runs", "expected"),
    [
        ((Run("Sana "), Run("lihava", is_bold=True), Run(" sana.")), "Sana **lihava** sana."),
        ((Run("lihava ", is_bold=True), Run("kursiivi", is_italic=True)), "**lihava** *kursiivi*"),
        ((Run("molemmat", is_bold=True, is_italic=True),), "***molemmat***"),
        ((Run("[nimi]", is_placeholder=True), Run(" allekirjoittaa")), "[nimi] allekirjoittaa"),
        ((Run("[nimi]", is_placeholder=True), Run(": Virtanen")), r"\[nimi\]: Virtanen"),
        ((Run("[nimi]", is_placeholder=True), Run("(johtaja)")), r"\[nimi\](johtaja)"),
        ((Run("ohje", link="https://a.fi/x"),), "[ohje](https://a.fi/x)"),
        ((Run("https://a.fi/x", link="https://a.fi/x"),), "https://a.fi/x"),
        ((Run("Ks!"), Run("ohje", link="https://a.fi/x")), r"Ks\![ohje](https://a.fi/x)"),
        ((Run("<"), Run("https://a.fi/x", link="https://a.fi/x"), Run('"y>')), r'\<https://a.fi/x"y>'),
        ((Run("Katu 1\nTampere"),), "Katu 1  \nTampere"),
        ((Run("1. tammikuuta 2027"),), r"1\. tammikuuta 2027"),
        ((Run("- ei luettelo"),), r"\- ei luettelo"),
        ((Run("# ei otsikko"),), r"\# ei otsikko"),
        ((Run("> 65 vuotta"),), r"\> 65 vuotta"),
        ((Run("---"),), r"\---"),
        ((Run("a_b _c_ *d*"),), r"a_b \_c\_ \*d\*"),
        ((Run("a < b, <b>, R&D, &amp;"),), r"a < b, \<b>, R&D, \&amp;"),
        ((Run("25 % – 5.5.2026, 3) ja (a)"),), "25 % – 5.5.2026, 3) ja (a)"),
    ],
)
def test_only_signs_that_would_be_misread_get_a_backslash(runs: markup.Runs, expected: str) -> None:
    assert body_of(Paragraph(runs)) == expected


def item(*blocks: Block | str, number: int | None = None) -> Item:
    return Item(tuple(Paragraph((Run(b),)) if isinstance(b, str) else b for b in blocks), number)


@pytest.mark.parametrize(
    ("blocks", "expected"),
    [
        (
            [List((item("a", List((item("b"), item("c")), is_ordered=False)), item("d")), is_ordered=False)],
            "- a\n  - b\n  - c\n- d",
        ),
        ([List((item("a", "b", number=1), item("c", number=2)), is_ordered=True)], "1. a\n\n   b\n2. c"),
        ([List((item("a\nb"),), is_ordered=False)], "- a  \n  b"),
        ([List((item("a", number=3), item("b", number=4)), is_ordered=True)], "3. a\n4. b"),
        ([List((item("a", number=1), item("b", number=3)), is_ordered=True)], "1. a\n\n3) b"),
        (
            [List((item("a", List((item("b", number=5),), is_ordered=True)),), is_ordered=False)],
            "- a\n\n  5. b",
        ),
        ([List((item("a"),), is_ordered=False), List((item("b"),), is_ordered=False)], "- a\n\n* b"),
        ([List((item(), item("b")), is_ordered=False)], "-\n- b"),
        (
            [Definitions((Definition(((Run("Termi"),),), ((Paragraph((Run("selitys"),)),),)),))],
            "Termi  \n: selitys",
        ),
        (
            [Table(((Run("a|b"),), ()), (((Run("c\nd"),), (Run("[e]", is_placeholder=True),)),))],
            "| a\\|b |  |\n| --- | --- |\n| c d | [e] |",
        ),
    ],
)
def test_lists_and_tables(blocks: list[Block], expected: str) -> None:
    assert body_of(*blocks) == expected


@pytest.mark.parametrize(
    ("title", "heading"),
    [("C#", "C#"), ("Kohta #", r"Kohta \#"), ("#", r"\#"), ("*a*", r"\*a\*"), ("[nimi]", "[nimi]"), ("1. a", "1. a")],
)
def test_titles_are_read_as_they_are(title: str, heading: str) -> None:
    clause = Clause("c1", "kohta", "", title, ())
    text = written(replace(FINAL, sections=(Section("s1", "luku", "", "Luku", (clause,)),)))
    assert f"### {heading}\n" in text
    assert [words(element) for element in read(text).iter("h3")] == [title.split()]


def test_facts_are_one_list_at_the_top() -> None:
    document = replace(FINAL, facts=(Fact("Asianumero", "[numero]"), Fact("Osoite", "*x*")), sections=())
    assert "- Asianumero: [numero]\n- Osoite: \\*x\\*\n" in written(document)


def shape(element: Element) -> list[tuple[str, list[str]]]:
    """What lays out a text, in order: items and cells with their words, and whatever else is no paragraph."""
    # A list that leaves out a number goes on as another list.
    plain = {"body", "p", "br", "strong", "em", "a", "mark", "ul", "ol", "table", "thead", "tbody"}
    return [(child.tag, words(child)) for child in element.iter() if child.tag not in plain]


@thoroughly
@given(texts)
@example("**a***b*")
@example("[nimi]: Virtanen")
@example("a\n===\nb")
@example("- [x] valittu")
@example("![kuva](https://a.fi/b.png)")
@example("https://a.fi/*b* ~~c~~")
def test_any_reader_of_markdown_sees_the_clause_as_it_was_meant(text: str) -> None:
    html = markup.to_html(text)
    meant = parse(html)
    shown = read(body_of(*markup.blocks(text)))
    if "<dl>" not in html:  # which CommonMark does not know
        assert (words(shown), shape(shown)) == (words(meant), shape(meant))


@thoroughly
@given(st.text(alphabet="ab1 \n.)-+#>=|:*_`~[]()<!&;\\", max_size=30).filter(lambda text: text.strip()))
def test_any_line_of_signs_stays_a_paragraph(text: str) -> None:
    shown = read(body_of(Paragraph((Run(text),))))
    assert words(shown) == text.split()
    assert {element.tag for element in shown.iter()} <= {"body", "p", "br"}


@pytest.mark.parametrize("payloads", [XSS, INERT, NAUGHTY], ids=["xss", "inert", "naughty"])
def test_it_holds_every_text_and_none_of_them_does_anything(payloads: list[str]) -> None:
    root = read(written(holding(payloads)))
    allowed = {*["body", "h1", "h2", "h3", "p", "br", "em", "strong", "blockquote", "hr", "a", "ul", "ol", "li"]}
    allowed |= {"table", "thead", "tbody", "tr", "th", "td"}
    assert {element.tag for element in root.iter()} <= allowed
    addresses = [element.get("href", "") for element in root.iter("a")]
    assert [address for address in addresses if not re.match(r"https?://|mailto:", address)] == []
    paragraphs = iter([words(element) for element in root.iter("p")])
    assert [text for text in payloads if text.split() not in paragraphs] == []  # each in turn
