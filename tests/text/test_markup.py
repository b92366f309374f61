"""The markup of clauses: what legal text means by it, and that nothing foreign runs and nothing typed disappears."""

import re
import threading
import time
from collections.abc import Callable
from html import escape

import pytest
from hypothesis import given

from kumppanuus.text import markup
from kumppanuus.text.markup import (
    MAX_BRACKETS,
    MAX_LENGTH,
    Block,
    Definition,
    Definitions,
    Item,
    List,
    Paragraph,
    Placeholder,
    Run,
    Table,
    TooComplex,
    blocks,
    check,
    fill,
    paragraphs_html,
    placeholders,
    plain,
    to_html,
)
from tests.html import parse
from tests.payloads import INERT, NAUGHTY, UNWRITABLE, XSS
from tests.text.examples import COMMONMARK, HEAVIEST
from tests.text.strategies import anything, marked_up, texts, thoroughly


def flat(html: str) -> str:
    return html.replace("\n", "")


# --- What people write ------------------------------------------------------------------------------------------------


TEXTS = {
    "": "",
    "  \n ": "",
    "Yksi kappale.": "<p>Yksi kappale.</p>",
    "Eka.\n\nToka.": "<p>Eka.</p><p>Toka.</p>",
    "Eka rivi\ntoka rivi": "<p>Eka rivi<br>toka rivi</p>",
    "Eka\r\ntoka\r\n\r\nkolmas": "<p>Eka<br>toka</p><p>kolmas</p>",
    "*a **b** c* ja **d *e* f** ja ***g***": (
        "<p><em>a <strong>b</strong> c</em> ja <strong>d <em>e</em> f</strong> ja <em><strong>g</strong></em></p>"
    ),
    "**järjestö**jen, **[nimi]**lle": "<p><strong>järjestö</strong>jen, <strong><mark>[nimi]</mark></strong>lle</p>",
    "2*3*4, 2 * 3 * 4, ** ei **, *{7*7}": "<p>2*3*4, 2 * 3 * 4, ** ei **, *{7*7}</p>",
    "*a**b*c ja **kesken": "<p><em>a</em><em>b</em>c ja **kesken</p>",
    "**lihava** ja *kursiivi*": "<p><strong>lihava</strong> ja <em>kursiivi</em></p>",
    "[nimi]ssa": "<p><mark>[nimi]</mark>ssa</p>",
    "_nimi_ __suku_nimi__": "<p>_nimi_ __suku_nimi__</p>",
    "R&D, AT&amp;T, &auml;": "<p>R&amp;D, AT&amp;amp;T, &amp;auml;</p>",
    "a < b ja <u>x</u>": "<p>a &lt; b ja &lt;u&gt;x&lt;/u&gt;</p>",
    r"\[ei paikka\] \*tähti\*": "<p>[ei paikka] *tähti*</p>",
    "# Otsikko\nteksti": "<p><strong>Otsikko</strong></p><p>teksti</p>",
    "#3 ja #ry": "<p>#3 ja #ry</p>",
    "Teksti\n---": "<p>Teksti<br>---</p>",
    "***": "<p>***</p>",
    "> 65 vuotta täyttäneet": "<p>&gt; 65 vuotta täyttäneet</p>",
    "    sisennetty": "<p>sisennetty</p>",
    "`koodi`": "<p>`koodi`</p>",
    "Allekirjoitus: ______ ja ______": "<p>Allekirjoitus: ______ ja ______</p>",
    "[nimi]: Virtanen": "<p><mark>[nimi]</mark>: Virtanen</p>",
    "a) eka\nb) toka\ni) kolmas": "<p>a) eka<br>b) toka<br>i) kolmas</p>",
    "1) eka\n2) toka": "<p>1) eka<br>2) toka</p>",
    "a. eka\nb. toka": "<p>a. eka<br>b. toka</p>",
    "![kuva](https://a.fi/x.png)": '<p>!<a href="https://a.fi/x.png" rel="noopener">kuva</a></p>',
}


def test_text_is_set_as_its_author_means_it() -> None:
    assert {text: flat(to_html(text)) for text in TEXTS} == TEXTS


LINK = '<a href="{0}" rel="noopener">{1}</a>'


LINKS = {
    "[Innokylä](https://innokyla.fi)": LINK.format("https://innokyla.fi", "Innokylä"),
    "[**lihava** linkki](http://a.fi)": LINK.format("http://a.fi", "<strong>lihava</strong> linkki"),
    "[a](https://a.fi?b=1&c=2)": LINK.format("https://a.fi?b=1&amp;c=2", "a"),
    "[a](https://fi.wikipedia.org/wiki/A_(b))": LINK.format("https://fi.wikipedia.org/wiki/A_(b)", "a"),
    "[posti](mailto:a@b.fi)": LINK.format("mailto:a@b.fi", "posti"),
    "https://a.fi/x_y_z": LINK.format("https://a.fi/x_y_z", "https://a.fi/x_y_z"),
    "(ks. https://a.fi/b).": "(ks. " + LINK.format("https://a.fi/b", "https://a.fi/b") + ").",
    "<https://a.fi>": "&lt;" + LINK.format("https://a.fi", "https://a.fi") + "&gt;",
    "[a](/kohdat/3)": "[a](/kohdat/3)",
    "[a](javascript:alert(1))": "[a](javascript:alert(1))",
    "[a](https://a.fi 'nimi')": "<mark>[a]</mark>(" + LINK.format("https://a.fi", "https://a.fi") + " 'nimi')",
    r"\[a](b)": "[a](b)",
}


def test_links_lead_to_web_and_mail_addresses_and_nowhere_else() -> None:
    assert {text: flat(to_html(text)) for text in LINKS} == {text: f"<p>{html}</p>" for text, html in LINKS.items()}


LISTS = {
    "Osapuolet:\n- A\n- B\nsopivat.": "<p>Osapuolet:</p><ul><li>A</li><li>B</li></ul><p>sopivat.</p>",
    "Osapuolet:\n1. A\n2. B": "<p>Osapuolet:</p><ol><li>A</li><li>B</li></ol>",
    # Nested by two, three or four spaces, or a tab.
    "- A\n  - a\n  - b\n- B": "<ul><li>A<ul><li>a</li><li>b</li></ul></li><li>B</li></ul>",
    "1. A\n   1. a\n   2. b\n2. B": "<ol><li>A<ol><li>a</li><li>b</li></ol></li><li>B</li></ol>",
    "- A\n    - a\n        - x": "<ul><li>A<ul><li>a<ul><li>x</li></ul></li></ul></li></ul>",
    "- A\n\t- a": "<ul><li>A<ul><li>a</li></ul></li></ul>",
    "1. A\n   - a\n2. B": "<ol><li>A<ul><li>a</li></ul></li><li>B</li></ol>",
    "  - A\n  - B": "<ul><li>A</li><li>B</li></ul>",
    " - A\n- B": "<ul><li>A</li><li>B</li></ul>",
    # Another kind of list on the same level.
    "- A\n1. B": "<ul><li>A</li></ul><ol><li>B</li></ol>",
    # A further line and a further paragraph of an item.
    "- A\n  jatkuu\n- B": "<ul><li>A<br>jatkuu</li><li>B</li></ul>",
    "1. A\n\n   lisää\n\nohi": "<ol><li><p>A</p><p>lisää</p></li></ol><p>ohi</p>",
    # The author's numbers.
    "3. A\n4. B": '<ol start="3"><li>A</li><li>B</li></ol>',
    "1. A\n3. B\n4. C": '<ol><li>A</li><li value="3">B</li><li>C</li></ol>',
    "1. A\n1. B\n1. C": "<ol><li>A</li><li>B</li><li>C</li></ol>",
    "1. A\n2. B\n1. C": '<ol><li>A</li><li>B</li><li value="1">C</li></ol>',
    # Numbers that begin no list.
    "1. tammikuuta 2027 alkaen": "<p>1. tammikuuta 2027 alkaen</p>",
    "Voimassa\n1. Helmikuuta 2027 saakka": "<p>Voimassa<br>1. Helmikuuta 2027 saakka</p>",
    "1. päivänä kesäkuuta": "<p>1. päivänä kesäkuuta</p>",
    "1. ja 2. kohta": "<p>1. ja 2. kohta</p>",
    "- 31. joulukuuta 2026": "<ul><li>31. joulukuuta 2026</li></ul>",
    "kohdan\n12. mukaan": "<p>kohdan<br>12. mukaan</p>",
    "2027. vuosi": "<p>2027. vuosi</p>",
    "- - x\n- 1. y": "<ul><li>- x</li><li>1. y</li></ul>",
}


def test_lists_are_laid_out_as_people_mean_them() -> None:
    shown = {text: re.sub(r"<li><p>([^<]*)</p></li>", r"<li>\1</li>", flat(to_html(text))) for text in LISTS}
    assert shown == LISTS


MONTHS = ["tammi", "helmi", "maalis", "huhti", "touko", "kesä", "heinä", "elo", "syys", "loka", "marras", "joulu"]


def test_a_finnish_date_at_the_start_of_a_line_is_no_list() -> None:
    dates = [date for m in MONTHS for date in (f"1. {m}kuuta 2027", f"31. {m}kuun aikana", f"2. {m}kuussa")]
    assert [to_html(date) for date in dates] == [f"<p>{date}</p>" for date in dates]


def test_tables_and_definitions() -> None:
    assert flat(to_html("Ks.\nTila | Hinta\n--|--\nSali | 25 000 | alv\n[tila] |")) == (
        "<p>Ks.</p><table><thead><tr><th>Tila</th><th>Hinta</th></tr></thead><tbody>"
        "<tr><td>Sali</td><td>25 000 | alv</td></tr><tr><td><mark>[tila]</mark></td><td></td></tr></tbody></table>"
    )
    assert flat(to_html("Järjestö\n: yhdistys tai **säätiö**\nVerkosto\n: avoin")) == (
        "<dl><dt>Järjestö</dt><dd>yhdistys tai <strong>säätiö</strong></dd><dt>Verkosto</dt><dd>avoin</dd></dl>"
    )
    assert flat(to_html("Alue\n: hyvinvointialue\n  Järvi-Suomessa\n: sen johto\n  - hallitus\n: ei muu")) == (
        "<dl><dt>Alue</dt><dd>hyvinvointialue<br>Järvi-Suomessa</dd>"
        "<dd><p>sen johto</p><ul><li>hallitus</li></ul></dd><dd><p>ei muu</p></dd></dl>"
    )
    assert flat(to_html(": ei käsitettä")) == "<p>: ei käsitettä</p>"


def test_an_empty_heading_of_a_column_is_no_heading() -> None:
    assert "<th></th>" not in to_html("| | Hinta |\n|--|--|\n| Sali | 10 |")


# --- Placeholders -----------------------------------------------------------------------------------------------------


def test_placeholders_are_listed_in_order_and_links_are_none() -> None:
    text = r"[hyvinvointialue] ja [a](https://b.fi), \[ei], [x](y), [] [ ] ja [pp.kk.vvvv](huom)"
    assert placeholders(text) == [Placeholder("hyvinvointialue", 0, 17)]
    text = "Luonnos [versionumero], [pp.kk.vvvv]. **[nimi]** [a [b] c] [ovat]\n[uudella\nrivillä]"
    assert [p.text for p in placeholders(text)] == ["versionumero", "pp.kk.vvvv", "nimi", "b", "ovat"]
    assert all(text[p.start : p.end] == f"[{p.text}]" for p in placeholders(text))
    assert [p.text for p in placeholders("[lukumäärä] (kirjaimin) ja [määrä](luku numeroina)")] == [
        "lukumäärä",
        "määrä",
    ]


@thoroughly
@given(texts)
def test_every_placeholder_shows_as_one(text: str) -> None:
    text = text.expandtabs(4)
    holes = [f"[{hole.text}]" for hole in placeholders(text)]
    assert to_html(text).count("<mark>") == len(holes)
    assert "".join(run.text for run in _runs_of(blocks(text)) if run.is_placeholder) == "".join(holes)


def test_filling_puts_values_in_the_place_of_brackets_and_leaves_the_rest() -> None:
    text = "Sopimus: [alue], [nimi] ja [a](https://b.fi), [päivä]."
    assert fill(text, {}) == text
    assert fill(text, {0: "Pirkanmaa", 2: "1.1.2027"}) == "Sopimus: Pirkanmaa, [nimi] ja [a](https://b.fi), 1.1.2027."
    assert fill(text, {1: "  "}) == text
    assert fill("[a] [b]", {0: "[b]", 1: "c"}) == "[b] c"
    for n in (3, -1):
        with pytest.raises(IndexError):
            fill(text, {n: "x"})


@thoroughly
@given(texts)
def test_filling_every_placeholder_leaves_none(text: str) -> None:
    holes = placeholders(text)
    filled = fill(text, dict.fromkeys(range(len(holes)), "täytetty"))
    assert filled.count("täytetty") == len(holes)
    assert len(filled) == len(text) + sum(len("täytetty") - (hole.end - hole.start) for hole in holes)


# --- The neutral tree -------------------------------------------------------------------------------------------------


def test_blocks_tell_what_the_html_tells() -> None:
    text = (
        "Osapuolet **ja [nimi]** *x*\n[sivu](https://a.fi)\n"
        "2. eka\n   - a\n   - b\n4. toka\n\n"
        "Käsite\n: selitys\n\nA | B\n--|--\n1 | \n"
    )
    assert blocks(text) == (
        Paragraph(
            (
                Run("Osapuolet "),
                Run("ja ", is_bold=True),
                Run("[nimi]", is_bold=True, is_placeholder=True),
                Run(" "),
                Run("x", is_italic=True),
                Run("\n"),
                Run("sivu", link="https://a.fi"),
                Run("\n2. eka"),
            )
        ),
        List((Item((Paragraph((Run("a"),)),)), Item((Paragraph((Run("b"),)),))), is_ordered=False),
        List((Item((Paragraph((Run("toka"),)),), number=4),), is_ordered=True),
        Definitions((Definition(terms=((Run("Käsite"),),), meanings=((Paragraph((Run("selitys"),)),),)),)),
        Table(head=((Run("A"),), (Run("B"),)), rows=(((Run("1"),), ()),)),
    )


def test_items_of_blocks_carry_their_numbers() -> None:
    (found,) = blocks("2. a\n3. b\n7. c")
    assert found == List(
        tuple(Item((Paragraph((Run(word),)),), number) for word, number in (("a", 2), ("b", 3), ("c", 7))),
        is_ordered=True,
    )


def test_plain_text_has_the_words_without_the_marks() -> None:
    text = "# Otsikko\nTeksti **lihava**\n- eka\n  - [toka]\n\nA | B\n--|--\n1 | 2\n\nKäsite\n: selitys"
    assert plain(text) == "Otsikko\nTeksti lihava\neka\n[toka]\nA | B\n1 | 2\nKäsite\nselitys"


def _runs_of(found: tuple[Block, ...]) -> list[Run]:
    runs: list[Run] = []
    for block in found:
        match block:
            case Paragraph(own):
                runs += own
            case List(items):
                for item in items:
                    runs += _runs_of(item.blocks)
            case Definitions(entries):
                for entry in entries:
                    runs += [run for term in entry.terms for run in term]
                    for meaning in entry.meanings:
                        runs += _runs_of(meaning)
            case Table(head, rows):
                runs += [run for row in (head, *rows) for cell in row for run in cell]
    return runs


# --- Nothing disappears -----------------------------------------------------------------------------------------------


def letters(text: str) -> list[str]:
    return [sign for sign in text if sign.isalpha()]


@thoroughly
@given(marked_up)
def test_no_letter_that_is_typed_disappears_or_is_added(text: str) -> None:
    shown = plain(text)
    without_targets = re.sub(r"(?<!\\)\]\(https://b\.fi\)", "]", text)
    if r"\[a](https://b.fi)" not in text:
        assert letters(shown) == letters(without_targets)


@thoroughly
@given(texts)
def test_digits_stay_too_but_for_those_that_count_lists(text: str) -> None:
    def digits(text: str) -> str:
        return re.sub(r"\D", "", text)

    numbers = "".join(str(item.number) for item in _items_of(blocks(text)) if item.number is not None)
    assert len(digits(plain(text))) + len(numbers) >= len(re.sub(r"\D", "", re.sub(r"https?://\S*", "", text)))


def _items_of(found: tuple[Block, ...]) -> list[Item]:
    items: list[Item] = []
    for block in found:
        match block:
            case List(own):
                items += own
                for item in own:
                    items += _items_of(item.blocks)
            case Definitions(entries):
                items += [item for entry in entries for meaning in entry.meanings for item in _items_of(meaning)]
    return items


def test_text_that_means_something_to_other_programs_comes_back_as_typed() -> None:
    typed = [re.sub(r"\\(?=[\\`*_{}\[\]()>#+.!|-])", "", text) for text in INERT]  # without Markdown's own escapes
    assert [plain(text) for text in INERT] == typed


# --- Nothing foreign runs ---------------------------------------------------------------------------------------------

ELEMENTS = {"p", "br", "strong", "em", "mark", "a", "ul", "ol", "li", "dl", "dt", "dd"}
ELEMENTS |= {"table", "thead", "tbody", "tr", "th", "td"}
ATTRIBUTES = {"a": {"href", "rel"}, "ol": {"start"}, "li": {"value"}}


def assert_harmless(html: str) -> None:
    """Parsed as a browser parses it, the HTML has only the elements, attributes and schemes that markup may make."""
    tree = parse(html)
    for element in list(tree.iter())[1:]:
        assert element.tag in ELEMENTS, html
        assert set(element.attrib) <= ATTRIBUTES.get(element.tag, set()), html
        for name in ("start", "value"):
            assert element.get(name, "0").isdecimal()
        if element.tag == "a":
            assert re.match(r"(?:https?://|mailto:)\S+$", element.get("href", ""), re.IGNORECASE), html
            assert element.get("rel") == "noopener"


def words_shown(html: str) -> str:
    tree = parse(html)
    return "".join(tree.itertext())


WRAPS = [
    "{}",
    "- {}",
    "1. {}\n2. {}",
    "**{}**",
    "*{}*",
    "[{}]",
    "[{}](https://a.fi)",
    "[a]({})",
    "[a](https://a.fi/{})",
]
WRAPS += [
    "A | B\n--|--\n{} | {}",
    "käsite\n: {}",
    "# {}",
    "![{}]({})",
    "<{}>",
    "`{}`",
    "> {}",
    "\\{}",
    "    {}",
    "a\n{}",
]


def test_no_payload_becomes_more_than_text() -> None:
    for payload in XSS:
        for wrap in WRAPS:
            assert_harmless(to_html(wrap.replace("{}", payload)))
        assert_harmless(paragraphs_html(payload))
        assert_harmless(paragraphs_html(f"https://a.fi/{payload}"))


def test_html_is_shown_as_it_was_typed() -> None:
    typed = [payload for payload in XSS if payload.startswith("<")]
    assert [letters(words_shown(to_html(payload))) for payload in typed] == [letters(payload) for payload in typed]
    assert [words_shown(paragraphs_html(payload)).split() for payload in typed] == [each.split() for each in typed]


def test_no_odd_text_breaks_the_layout() -> None:
    for text in INERT + NAUGHTY + UNWRITABLE:
        for html in (to_html(text), paragraphs_html(text)):
            assert_harmless(html)
            assert not re.search("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]", html), text
        assert isinstance(plain(text), str)


@thoroughly
@given(texts)
def test_whatever_is_typed_the_html_is_harmless(text: str) -> None:
    assert_harmless(to_html(text))
    assert_harmless(paragraphs_html(text))


@thoroughly
@given(anything)
def test_our_own_marks_cannot_be_imitated(text: str) -> None:
    for imitation in ("\x0e0\x0f", "\x1099\x11", "\x02klzzwxh:0000\x03", "\x02wzxhzdk:0\x03", "\x0299\x03"):
        html = to_html(f"1. {imitation}{text} [a] {imitation}")
        assert_harmless(html)
        assert html.count("<mark>") >= 1
        assert not re.search(r"[\x00-\x08\x0b-\x1f]", html)


def test_examples_of_common_markdown_make_nothing_dangerous_and_lose_no_letter() -> None:
    for text in COMMONMARK:
        html = to_html(text)
        assert_harmless(html)
        lost = set(letters(re.sub(r"\(\S*?:\S*?\)", "", text))) - set(letters(words_shown(html) + html))
        assert not lost, text
        assert_harmless(paragraphs_html(text))


# --- Slow and large input ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", HEAVIEST.values(), ids=HEAVIEST)
def test_the_heaviest_text_a_field_admits_is_laid_out_in_a_moment(text: str, times: Callable[[int, int], int]) -> None:
    text = text[: times(MAX_LENGTH // 4, MAX_LENGTH)]  # the benchmark lays out the whole of each
    started = time.process_time()
    html = to_html(text)
    blocks(text)
    paragraphs_html(text)
    placeholders(text)
    spent = time.process_time() - started
    # Ten times what the slowest needs, because the processor is shared: what this finds, an expression that goes back
    # over all it has read, needs minutes, and more than this for a quarter. What a text costs beside an ordinary one
    # is a row of the benchmark.
    assert spent < 10 * len(text) / MAX_LENGTH
    assert len(html) < 20 * MAX_LENGTH


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a" * (MAX_LENGTH + 1), "length"),
        ("[" * (MAX_BRACKETS + 1), "brackets"),
        ("\n".join("  " * n + "- a" for n in range(7)), "depth"),
        (HEAVIEST["a wide table of short rows"], "table"),
    ],
)
def test_what_is_too_much_is_refused_when_saved_and_shown_as_typed_when_read(text: str, reason: str) -> None:
    with pytest.raises(TooComplex) as refusal:
        check(text)
    assert refusal.value.reason == reason
    assert to_html(text) == paragraphs_html(text)
    assert words_shown(to_html(text)).split() == text.split()


@pytest.mark.parametrize(
    "text", ["a" * MAX_LENGTH, "[a] " * MAX_BRACKETS, "\n".join("  " * n + "- a" for n in range(6))]
)
def test_what_is_just_not_too_much_is_laid_out(text: str) -> None:
    check(text)
    assert to_html(text) != escape(text)


def test_many_threads_at_once_get_what_one_gets_alone() -> None:
    several = [f"{n}. kohta **{n}** [paikka {n}]\n- a {n}\n\nA | B\n--|--\n{n} | x" for n in range(40)]
    alone = [markup._html(text) for text in several]
    wrong: list[str] = []

    def work() -> None:
        wrong.extend(text for text, html in zip(several, alone, strict=True) if markup._html(text) != html)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


# --- Comments ---------------------------------------------------------------------------------------------------------


SAID = {
    "": "",
    "Kannatan.": "<p>Kannatan.</p>",
    "Eka\ntoka\n\nkolmas\n \nneljäs\n": "<p>Eka<br>toka</p><p>kolmas</p><p>neljäs</p>",
    "Eka\r\n\r\ntoka": "<p>Eka</p><p>toka</p>",
    "**ei** [a](https://b.fi) - x": "<p>**ei** [a](" + LINK.format("https://b.fi", "https://b.fi") + ") - x</p>",
    "<b>x</b> & 'y'": "<p>&lt;b&gt;x&lt;/b&gt; &amp; &#x27;y&#x27;</p>",
    "Ks. https://a.fi/b?c=1&d=2.": "<p>Ks. " + LINK.format(*["https://a.fi/b?c=1&amp;d=2"] * 2) + ".</p>",
    "javascript:alert(1) ftp://a.fi": "<p>javascript:alert(1) ftp://a.fi</p>",
}


def test_comments_are_plain_text_with_paragraphs_and_links() -> None:
    assert {text: flat(paragraphs_html(text)) for text in SAID} == SAID
